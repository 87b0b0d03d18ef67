/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every text: round trip, idempotence, well-formed spans, no dependence on buffers.
 */
#include "test.h"

#include "faultmaven/security/redact.h"
#include "faultmaven/security/stream.h"
#include "sample.h"

#define ROUNDS 400

static const uint8_t key[FM_CASE_KEY_BYTES] = {1, 2, 3};

static struct fm_redactor *redactor(struct fm_ctx *ctx, enum fm_policy_name policy)
{
    struct fm_redactor *r;
    assert_int_equal(fm_redactor_new(ctx, &(struct fm_redactor_options){.policy = policy}, &r),
                     FM_OK);
    return r;
}

TEST(restoring_what_was_redacted_gives_the_text_back)
{
    struct fm_buf text;
    fm_buf_init(&text, 1 << 20);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct fm_ctx ctx;
        struct fm_redacted out;
        struct fm_restored back;
        fm_ctx_init(&ctx, &fm_clock_system);
        struct fm_redactor *r = redactor(&ctx, seed % 2 ? FM_POLICY_STRICT : FM_POLICY_STANDARD);
        struct fm_pseudonyms *map = fm_pseudonyms_new(key);
        sample_text(&text, seed, 60);
        assert_int_equal(fm_redact_text(r, &ctx, map, fm_buf_str(&text), &out), FM_OK);
        assert_int_equal(fm_redact_restore(map, &ctx, out.text, &back), FM_OK);
        if (!fm_str_eq(back.text, fm_buf_str(&text)))
            fail_msg("seed %d\n%.*s\n--\n%.*s\n--\n%.*s", (int)seed, FM_STR_ARG(fm_buf_str(&text)),
                     FM_STR_ARG(out.text), FM_STR_ARG(back.text));
        fm_pseudonyms_free(map);
        fm_redactor_free(r);
        fm_ctx_release(&ctx);
    }
    fm_buf_release(&text);
}

TEST(redacting_twice_changes_nothing)
{
    struct fm_buf text;
    fm_buf_init(&text, 1 << 20);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct fm_ctx ctx;
        struct fm_redacted once, twice;
        fm_ctx_init(&ctx, &fm_clock_system);
        struct fm_redactor *r = redactor(&ctx, seed % 2 ? FM_POLICY_STRICT : FM_POLICY_STANDARD);
        struct fm_pseudonyms *map = fm_pseudonyms_new(key);
        sample_text(&text, seed, 40);
        assert_int_equal(fm_redact_text(r, &ctx, map, fm_buf_str(&text), &once), FM_OK);
        assert_int_equal(fm_redact_text(r, &ctx, map, once.text, &twice), FM_OK);
        if (!fm_str_eq(once.text, twice.text))
            fail_msg("seed %d\n%.*s\n--\n%.*s", (int)seed, FM_STR_ARG(once.text),
                     FM_STR_ARG(twice.text));
        fm_pseudonyms_free(map);
        fm_redactor_free(r);
        fm_ctx_release(&ctx);
    }
    fm_buf_release(&text);
}

static bool is_continuation(fm_str t, size_t i)
{
    return i < t.len && ((unsigned char)t.p[i] & 0xc0) == 0x80;
}

TEST(findings_are_in_order_apart_and_on_character_borders)
{
    struct fm_buf text;
    fm_buf_init(&text, 1 << 20);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        struct fm_ctx ctx;
        fm_ctx_init(&ctx, &fm_clock_system);
        struct fm_redactor *r = redactor(&ctx, FM_POLICY_STRICT);
        sample_text(&text, seed, 60);
        fm_str t = fm_buf_str(&text);
        struct fm_findings f = fm_redact_find(r, &ctx, t);
        size_t at = 0;
        for (size_t i = 0; i < f.n; i++) {
            assert_true(f.items[i].start >= at && f.items[i].end > f.items[i].start &&
                        f.items[i].end <= t.len);
            assert_false(fm_str_is_utf8(t) && (is_continuation(t, f.items[i].start) ||
                                               is_continuation(t, f.items[i].end)));
            at = f.items[i].end;
        }
        fm_redactor_free(r);
        fm_ctx_release(&ctx);
    }
    fm_buf_release(&text);
}

struct collected {
    struct fm_buf text;
};

static enum fm_code collect(void *arg, const struct fm_redact_piece *piece,
                            struct fm_findings found)
{
    struct collected *c = arg;
    for (size_t i = 0; i < found.n; i++)
        fm_buf_addf(&c->text, "%llu:%zu-%zu:%s\n", (unsigned long long)piece->line,
                    piece->line_offset + found.items[i].start,
                    piece->line_offset + found.items[i].end,
                    fm_sensitive_name(found.items[i].type));
    return FM_OK;
}

static void stream_in_chunks(const struct fm_redactor *r, fm_str t, uint32_t max_chunk,
                             struct collected *out)
{
    struct fm_redact_scan *scan = fm_redact_scan_new(r);
    struct fm_redact_stream *s = fm_redact_stream_new(scan, collect, out);
    fm_buf_clear(&out->text);
    while (t.len) {
        size_t n = max_chunk ? 1 + sample_next(max_chunk) : t.len;
        n = n < t.len ? n : t.len;
        assert_int_equal(fm_redact_stream_feed(s, fm_str_n(t.p, n)), FM_OK);
        t = fm_str_skip(t, n);
    }
    assert_int_equal(fm_redact_stream_finish(s), FM_OK);
    fm_redact_stream_free(s);
    fm_redact_scan_free(scan);
}

TEST(chunks_do_not_change_what_is_found)
{
    struct fm_ctx ctx;
    struct fm_buf text;
    struct collected whole, parts;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_redactor *r = redactor(&ctx, FM_POLICY_STRICT);
    fm_buf_init(&text, 4 << 20);
    fm_buf_init(&whole.text, 16 << 20);
    fm_buf_init(&parts.text, 16 << 20);
    for (uint64_t seed = 0; seed < 40; seed++) {
        sample_text(&text, seed, 80);
        if (seed % 8 == 0)
            for (int i = 0; i < 12000; i++) /* one line that is longer than a piece */
                fm_buf_addz(&text, "password=abc123xyz ");
        stream_in_chunks(r, fm_buf_str(&text), 0, &whole);
        stream_in_chunks(r, fm_buf_str(&text), seed % 2 ? 7 : 5000, &parts);
        assert_true(fm_str_eq(fm_buf_str(&whole.text), fm_buf_str(&parts.text)));
    }
    fm_buf_release(&whole.text);
    fm_buf_release(&parts.text);
    fm_buf_release(&text);
    fm_redactor_free(r);
    fm_ctx_release(&ctx);
}
