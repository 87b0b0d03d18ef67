/* SPDX-License-Identifier: Apache-2.0 */
/* The gate: what leaves, what does not, and that every failure shuts it. */
#include "test.h"

#include <stdio.h>

#include "faultmaven/base/json.h"
#include "faultmaven/security/egress.h"

static const uint8_t key[FM_CASE_KEY_BYTES] = {9};

struct bench {
    struct fm_ctx ctx;
    struct fm_redactor *external, *local;
    struct fm_pseudonyms *map;
    struct fm_egress *gate;
    struct fm_egress_receipt last;
    int n_receipts;
};

static void note(void *arg, const struct fm_egress_receipt *r)
{
    struct bench *b = arg;
    b->last = *r;
    b->n_receipts++;
}

static void setup(struct bench *b, struct fm_detector *detector)
{
    *b = (struct bench){.n_receipts = 0};
    fm_ctx_init(&b->ctx, &fm_clock_system);
    assert_int_equal(fm_redactor_new(&b->ctx,
                                     &(struct fm_redactor_options){.policy = FM_POLICY_STANDARD},
                                     &b->external),
                     FM_OK);
    assert_int_equal(
        fm_redactor_new(&b->ctx, &(struct fm_redactor_options){.policy = FM_POLICY_OFF_FOR_LOCAL},
                        &b->local),
        FM_OK);
    b->map = fm_pseudonyms_new(key);
    struct fm_egress_options o = {.external = b->external,
                                  .local = b->local,
                                  .map = b->map,
                                  .detector = detector,
                                  .on_receipt = note,
                                  .arg = b};
    assert_int_equal(fm_egress_new(&b->ctx, &o, &b->gate), FM_OK);
}

static void teardown(struct bench *b)
{
    fm_egress_free(b->gate);
    fm_pseudonyms_free(b->map);
    fm_redactor_free(b->external);
    fm_redactor_free(b->local);
    fm_ctx_release(&b->ctx);
}

static enum fm_code pass(struct bench *b, enum fm_egress_format format, bool is_local, fm_str body,
                         fm_str *out)
{
    const struct fm_cleared *c = NULL;
    struct fm_egress_request q = {.kind = FM_EGRESS_MODEL,
                                  .format = format,
                                  .origin = "test",
                                  .receiver = "model",
                                  .is_local = is_local,
                                  .body = body};
    enum fm_code code = fm_egress_pass(b->gate, &b->ctx, &q, &c);
    if (code != FM_OK) {
        assert_null(c);
        return code;
    }
    return fm_cleared_body(c, &b->ctx, is_local, out);
}

TEST(text_leaves_redacted_with_a_receipt)
{
    struct bench b;
    fm_str out;
    setup(&b, NULL);
    assert_int_equal(
        pass(&b, FM_EGRESS_TEXT, false, FM_STR("joe@example.org said password=abc12345"), &out),
        FM_OK);
    assert_string_equal(out.p, "<EMAIL_1> said password=<PASSWORD_1>");
    assert_int_equal(b.n_receipts, 1);
    assert_int_equal(b.last.total, 2);
    assert_int_equal(b.last.counts[FM_SENSITIVE_EMAIL], 1);
    assert_int_equal(b.last.policy, FM_POLICY_STANDARD);
    assert_int_equal(strlen(b.last.sha256), 64);
    teardown(&b);
}

struct keeper {
    const struct fm_pseudonyms *map;
    size_t seen; /* values in the map at the last call */
    int calls;
    bool should_fail;
};

static enum fm_code keep(void *arg, struct fm_ctx *ctx)
{
    struct keeper *k = arg;
    k->calls++;
    k->seen = fm_pseudonyms_count(k->map);
    return k->should_fail ? fm_fail(ctx, FM_EIO, "disk full") : FM_OK;
}

TEST(nothing_leaves_before_the_map_is_kept)
{
    struct bench b;
    struct keeper k = {0};
    fm_str out;
    setup(&b, NULL);
    fm_egress_free(b.gate);
    k.map = b.map;
    struct fm_egress_options o = {.external = b.external, .map = b.map, .keep = keep, .arg = &k};
    assert_int_equal(fm_egress_new(&b.ctx, &o, &b.gate), FM_OK);
    assert_int_equal(pass(&b, FM_EGRESS_TEXT, false, FM_STR("to joe@example.org"), &out), FM_OK);
    assert_int_equal(k.calls, 1);
    assert_int_equal(k.seen, 1);
    k.should_fail = true;
    assert_int_equal(pass(&b, FM_EGRESS_TEXT, false, FM_STR("to ann@example.org"), &out), FM_EIO);
    assert_string_equal(b.ctx.error, "disk full");
    teardown(&b);
}

TEST(json_keeps_its_structure)
{
    struct bench b;
    fm_str out;
    setup(&b, NULL);
    fm_str body =
        FM_STR("{\"model\":\"m-1\",\"n\":3,\"messages\":[{\"role\":\"user\",\"content\":\"mail "
               "joe@example.org\\npassword=\\\"abc 12345\\\"\"}],\"joe@example.org\":null}");
    assert_int_equal(pass(&b, FM_EGRESS_JSON, false, body, &out), FM_OK);
    assert_string_equal(out.p,
                        "{\"model\":\"m-1\",\"n\":3,\"messages\":[{\"role\":\"user\",\"content\":"
                        "\"mail <EMAIL_1>\\npassword=\\\"<PASSWORD_1>\\\"\"}],\"<EMAIL_1>\":null}");
    teardown(&b);
}

TEST(a_local_receiver_may_see_the_text_but_its_body_goes_nowhere_else)
{
    struct bench b;
    fm_str out;
    const struct fm_cleared *c;
    setup(&b, NULL);
    struct fm_egress_request q = {.kind = FM_EGRESS_MODEL,
                                  .origin = "t",
                                  .receiver = "local",
                                  .is_local = true,
                                  .body = FM_STR("joe@example.org")};
    assert_int_equal(fm_egress_pass(b.gate, &b.ctx, &q, &c), FM_OK);
    assert_int_equal(fm_cleared_body(c, &b.ctx, true, &out), FM_OK);
    assert_string_equal(out.p, "joe@example.org");
    assert_int_equal(fm_cleared_body(c, &b.ctx, false, &out), FM_EFORBIDDEN);
    fm_ctx_clear_error(&b.ctx);
    q.is_local = false; /* failover: the original goes through the gate again */
    assert_int_equal(fm_egress_pass(b.gate, &b.ctx, &q, &c), FM_OK);
    assert_int_equal(fm_cleared_body(c, &b.ctx, false, &out), FM_OK);
    assert_string_equal(out.p, "<EMAIL_1>");
    teardown(&b);
}

TEST(an_external_receiver_cannot_have_the_policy_off)
{
    struct bench b;
    struct fm_egress *g;
    setup(&b, NULL);
    assert_int_equal(
        fm_egress_new(&b.ctx, &(struct fm_egress_options){.external = b.local, .map = b.map}, &g),
        FM_EREJECTED);
    teardown(&b);
}

TEST(bad_bodies_are_refused_and_not_quoted)
{
    struct bench b;
    fm_str out = FM_STR_NULL;
    setup(&b, NULL);
    assert_int_equal(pass(&b, FM_EGRESS_JSON, false, FM_STR("{\"secret\": hunter2"), &out),
                     FM_EINVAL);
    assert_null(strstr(b.ctx.error, "hunter2"));
    fm_ctx_clear_error(&b.ctx);
    assert_int_equal(pass(&b, FM_EGRESS_TEXT, false, FM_STR("\xff\xfe"), &out), FM_EINVAL);
    fm_ctx_clear_error(&b.ctx);
    char *big = fm_arena_alloc(&b.ctx.arena, FM_EGRESS_BODY_MAX + 1);
    memset(big, 'a', FM_EGRESS_BODY_MAX + 1);
    assert_int_equal(pass(&b, FM_EGRESS_TEXT, false, fm_str_n(big, FM_EGRESS_BODY_MAX + 1), &out),
                     FM_ELIMIT);
    assert_null(out.p);
    assert_int_equal(b.n_receipts, 0);
    teardown(&b);
}

/* --- external detector --- */

struct fake_http {
    int status;
    const char *answer;
    enum fm_code code;
    char sent[512];
};

static enum fm_code fake_post(void *arg, struct fm_ctx *ctx, fm_str url, fm_str json,
                              struct fm_http_reply *reply)
{
    struct fake_http *h = arg;
    assert_string_equal(url.p, "http://analyzer:3000/analyze");
    snprintf(h->sent, sizeof h->sent, "%.*s", FM_STR_ARG(json));
    if (h->code != FM_OK)
        return fm_fail(ctx, h->code, "the analyzer is down");
    *reply = (struct fm_http_reply){.status = h->status, .body = fm_str_c(h->answer)};
    return FM_OK;
}

TEST(what_an_external_detector_finds_is_added)
{
    struct bench b;
    fm_str out;
    struct fake_http h = {.status = 200,
                          .answer =
                              "[{\"entity_type\":\"PERSON\",\"start\":1,\"end\":5,\"score\":0.85},{"
                              "\"entity_type\":\"LOCATION\",\"start\":6,\"end\":9,\"score\":0.2}]"};
    struct fm_detector *d =
        fm_detector_presidio_new(&(struct fm_http_post){.post = fake_post, .arg = &h},
                                 FM_STR("http://analyzer:3000/"), FM_STR("en"), 0.5);
    setup(&b, d);
    assert_int_equal(pass(&b, FM_EGRESS_TEXT, false,
                          FM_STR("\xc3\xa4Zo\xc3\xab\x78 was at joe@example.org"), &out),
                     FM_OK);
    assert_string_equal(out.p, "\xc3\xa4<PERSON_1> was at <EMAIL_1>");
    assert_int_equal(b.last.external_hits, 1);
    assert_non_null(strstr(h.sent, "\"language\":\"en\""));
    teardown(&b);
    fm_detector_free(d);
}

TEST(a_failing_detector_shuts_the_gate)
{
    static const struct {
        struct fake_http http;
        enum fm_code want;
    } cases[] = {
        {{.code = FM_EUNAVAILABLE}, FM_EUNAVAILABLE},
        {{.code = FM_ETIMEOUT}, FM_ETIMEOUT},
        {{.status = 500, .answer = "[]"}, FM_EUPSTREAM},
        {{.status = 200, .answer = "oops"}, FM_EUPSTREAM},
        {{.status = 200, .answer = "{}"}, FM_EUPSTREAM},
        {{.status = 200, .answer = "[{\"entity_type\":\"PERSON\",\"start\":0,\"end\":99}]"},
         FM_EUPSTREAM},
        {{.status = 200, .answer = "[{\"entity_type\":\"PERSON\",\"start\":3,\"end\":2}]"},
         FM_EUPSTREAM},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b;
        fm_str out = FM_STR_NULL;
        struct fake_http h = cases[i].http;
        struct fm_detector *d =
            fm_detector_presidio_new(&(struct fm_http_post){.post = fake_post, .arg = &h},
                                     FM_STR("http://analyzer:3000"), FM_STR("en"), 0.5);
        setup(&b, d);
        assert_int_equal(pass(&b, FM_EGRESS_TEXT, false, FM_STR("hello there"), &out),
                         cases[i].want);
        assert_null(out.p);
        assert_int_equal(b.n_receipts, 0);
        teardown(&b);
        fm_detector_free(d);
    }
}

/* --- canary: one secret of every kind in every place of a request --- */

static const char *const canaries[] = {
    "AKIAQWERTYUIOPASDFGH",
    "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",
    "canary.mail@example.org",
    "203.0.113.77",
    "4111 1111 1111 1111",
    "DE89370400440532013000",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl",
    "52:54:00:c0:ff:ee",
    "xoxb-781236542736-2364535789652-GkwFDQoHqzXDVsC6GzqYUypD",
    "078-05-1120",
    "+44 20 7946 0958",
};

static const char *const places[] = {
    "%s",
    "log line from host: %s failed",
    "user said \"%s\".",
    "[%s]",
    "(%s)",
    "a,%s,b",
    "{\"k\": \"%s\"}",
    "value=%s",
    "x\n%s\ny",
    "**%s**",
    "| %s |",
    "<td>%s</td>",
    "%s;%s",
};

TEST(no_canary_leaves_in_any_place)
{
    size_t n_bad = 0;
    for (size_t c = 0; c < sizeof canaries / sizeof *canaries; c++)
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            struct bench b;
            char text[1024], *w = text;
            fm_str out;
            setup(&b, NULL);
            for (const char *f = places[p]; *f; f++)
                if (f[0] == '%' && f[1] == 's') {
                    w += snprintf(w, 200, "%s", canaries[c]);
                    f++;
                } else {
                    *w++ = *f;
                }
            *w = 0;
            yyjson_mut_doc *doc = fm_json_new(&b.ctx.arena);
            yyjson_mut_val *root = yyjson_mut_obj(doc), *list = yyjson_mut_arr(doc);
            fm_json_add_str(doc, root, "system", fm_str_c(text));
            yyjson_mut_obj_add_val(doc, root, "messages", list);
            yyjson_mut_arr_add_val(list, fm_json_mut_str(doc, fm_str_c(text)));
            fm_json_add_str(doc, root, text, FM_STR("as a name"));
            struct fm_buf body;
            fm_buf_init(&body, 1 << 20);
            assert_int_equal(fm_json_write(&b.ctx, doc, root, false, &body), FM_OK);
            assert_int_equal(pass(&b, FM_EGRESS_JSON, false, fm_buf_str(&body), &out), FM_OK);
            fm_str scrubbed = fm_egress_scrub(b.external, &b.ctx, fm_str_c(text));
            if (fm_str_has(out, fm_str_c(canaries[c])) ||
                fm_str_has(scrubbed, fm_str_c(canaries[c]))) {
                print_error("%s in \"%s\" left\n", canaries[c], places[p]);
                n_bad++;
            }
            fm_buf_release(&body);
            teardown(&b);
        }
    assert_int_equal(n_bad, 0);
}

TEST(scrubbed_text_for_logs_names_types_only)
{
    struct bench b;
    setup(&b, NULL);
    assert_string_equal(
        fm_egress_scrub(b.external, &b.ctx, FM_STR("upstream said: bad key AKIAQWERTYUIOPASDFGH"))
            .p,
        "upstream said: bad key <API_KEY>");
    teardown(&b);
}

/* --- verdicts that are used again --- */

/* Turns of conversations: some repeat their beginning, some part after it, some hold placeholders
 * of their own, one begins with a text that another has in its middle. */
static const char *const turns[][5] = {
    {"\"mail bob@corp.example now\"", "\"and carol@corp.example\"", "\"bob@corp.example again\"",
     NULL},
    {"\"mail bob@corp.example now\"", "\"and carol@corp.example\"", "\"dave@corp.example\"", NULL},
    {"\"and carol@corp.example\"", "\"mail bob@corp.example now\"", NULL},
    {"\"<EMAIL_1> is a word of mine\"", "\"mail bob@corp.example now\"", NULL},
    {"\"nothing here\"", "\"and carol@corp.example\"", "\"<EMAIL_2>\"", "\"dave@corp.example\"",
     NULL},
};

/* The conversation as one body, through a gate of its own. */
static fm_str talk(struct bench *b, struct fm_egress_memo *memo, const char *const *turn,
                   const uint8_t *case_key)
{
    struct fm_pseudonyms *map = fm_pseudonyms_new(case_key);
    struct fm_egress_options o = {.external = b->external,
                                  .local = b->local,
                                  .map = map,
                                  .memo = memo,
                                  .on_receipt = note,
                                  .arg = b};
    struct fm_egress *gate, *kept = b->gate;
    struct fm_restored r;
    fm_str body = FM_STR("["), out;
    for (size_t i = 0; turn[i]; i++)
        body = fm_str_fmt(&b->ctx.arena, "%.*s%s%s", FM_STR_ARG(body), i ? "," : "", turn[i]);
    body = fm_str_fmt(&b->ctx.arena, "%.*s]", FM_STR_ARG(body));
    assert_int_equal(fm_egress_new(&b->ctx, &o, &gate), FM_OK);
    b->gate = gate;
    assert_int_equal(pass(b, FM_EGRESS_JSON, false, body, &out), FM_OK);
    b->gate = kept;
    assert_int_equal(fm_redact_restore(map, &b->ctx, out, &r), FM_OK);
    out = fm_str_fmt(&b->ctx.arena, "%.*s %zu %zu %.*s", FM_STR_ARG(out), b->last.total,
                     fm_pseudonyms_count(map), FM_STR_ARG(r.text));
    fm_egress_free(gate);
    fm_pseudonyms_free(map);
    return out;
}

TEST(a_verdict_that_is_used_again_is_the_verdict)
{
    static const size_t sizes[] = {1 << 20, 40000, 1};
    static const uint8_t other_key[FM_CASE_KEY_BYTES] = {3};
    struct bench b;
    setup(&b, NULL);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct fm_egress_memo *memo = fm_egress_memo_new(sizes[s]);
        uint32_t seed = 7;
        for (int i = 0; i < 400; i++) {
            seed = seed * 1664525u + 1013904223u;
            const char *const *turn = turns[(seed >> 16) % (sizeof turns / sizeof *turns)];
            const uint8_t *k = (seed >> 24) % 4 ? key : other_key;
            fm_str want = talk(&b, NULL, turn, k);
            assert_str(talk(&b, memo, turn, k), want.p);
        }
        fm_egress_memo_free(memo);
    }
    teardown(&b);
}
