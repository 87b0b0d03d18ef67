/* SPDX-License-Identifier: Apache-2.0 */
/* Masks, the memory of shapes, and that the memory never changes what is found. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/security/redact.h"
#include "sample.h"
#include "scan/mask.h"
#include "scan/shapes.h"

static void assert_mask(const char *line, const char *want)
{
    uint64_t bits[3][8];
    char text[256 + FM_MASK_SLACK];
    size_t n = strlen(line);
    struct fm_mask m = {bits[0], bits[1], bits[2], text};
    fm_mask_fill(&m, line, (uint32_t)n);
    text[n] = 0;
    assert_string_equal(text, want);
}

TEST(a_mask_hides_numbers_and_keeps_words)
{
    static const struct {
        const char *line, *want;
    } cases[] = {
        {"", ""},
        {"took 12 ms", "took 11 ms"},
        {"10.0.0.254:8080", "11.1.1.111:1111"},
        {"node7 v2.10-rc3", "node1 v1.11-rc1"},
        {"a 7f3 b f7c9 c 3c", "a 1a1 b a1a1 c 1a"},
        {"a c3 ff 00", "a a1 ff 11"},
        {"id=9f4ef63a,", "id=1a1a1a1a,"},
        {"id=ef4ef63a9d,", "id=1a1a1a1a1a,"},
        {"9F4EF63A 9f4EF63A", "1A1A1A1A 1f1EF11A"},
        {"at 0x7ffe12 0X12 0xff 7x9", "at 0x1a1a1a 0X1a 0x1a 1x1"},
        {"blk_9f4ef63a", "blk_1f1ef11a"},
        {"12345678-abcd-1234-dead-0123456789ab", "1a1a1a1a-1a1a-1a1a-1a1a-1a1a1a1a1a1a"},
        {"12345678-abcd-1234-dead-0123456789abx", "11111111-abcd-1111-dead-1111111111abx"},
        {"\xc3\xa9"
         "1f \xc3\xa9 1f",
         "\xc3\xa9"
         "1f \xc3\xa9 1a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_mask(cases[i].line, cases[i].want);
}

TEST(a_mask_is_the_same_wherever_the_number_stands)
{
    static const char number[] =
        "0d2c5b7e-1f3a-4c5d-8e9f-a0b1c2d3e4f5 4bf92f3577b34da6a3ce929d0e0e4736",
                      want[] =
                          "1a1a1a1a-1a1a-1a1a-1a1a-1a1a1a1a1a1a 1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a";
    for (size_t pad = 0; pad < 130; pad++) {
        char line[256], masked[256];
        memset(line, '.', pad);
        memset(masked, '.', pad);
        snprintf(line + pad, sizeof line - pad, "%s", number);
        snprintf(masked + pad, sizeof masked - pad, "%s", want);
        assert_mask(line, masked);
    }
}

TEST(a_shape_is_kept_at_the_second_sight_and_memory_is_bounded)
{
    struct fm_shapes *x = fm_shapes_new(16384);
    bool should_keep = true;
    struct fm_word words[2] = {{.start = 0, .end = 3}, {.start = 4, .end = 6}};
    for (unsigned i = 0; i < 500; i++) {
        char mask[32];
        int n = snprintf(mask, sizeof mask, "line %u", i);
        struct fm_shape s = {.mask = mask, .n = (uint32_t)n, .words = words, .n_words = 2};
        assert_null(fm_shapes_find(x, fm_str_n(mask, (size_t)n), &should_keep));
        assert_false(should_keep);
        assert_null(fm_shapes_find(x, fm_str_n(mask, (size_t)n), &should_keep));
        assert_true(should_keep);
        s.n_plain = i;
        fm_shapes_keep(x, &s);
        const struct fm_shape *back = fm_shapes_find(x, fm_str_n(mask, (size_t)n), &should_keep);
        assert_non_null(back);
        assert_int_equal(back->n_plain, i);
        assert_int_equal(back->words[1].end, 6);
    }
    fm_shapes_free(x);
}

/* --- the fast way and the slow way agree --- */

#define DATA "packages/security/tests/data/log-kinds.txt"
#define ROUNDS 25

static char data[1 << 18];

static fm_str read_data(void)
{
    FILE *f = fopen(DATA, "rb");
    assert_non_null(f);
    size_t n = fread(data, 1, sizeof data, f);
    fclose(f);
    return fm_str_n(data, n);
}

/* Mostly another digit, and another letter of base 16 beside a digit. */
static char other(char before, char c, uint32_t dice)
{
    bool is_digit = c >= '0' && c <= '9', is_letter = c >= 'a' && c <= 'f',
         is_beside = before >= '0' && before <= '9';
    if (is_digit || (is_letter && is_beside))
        return "0123456789abcdef"[sample_next(is_letter || dice < 40 ? 16 : 10)];
    return dice == 1 ? " :=/.@-_<>\"'x0fZ"[sample_next(16)] : c;
}

static void mutate(struct fm_buf *out, fm_str line)
{
    fm_buf_clear(out);
    for (size_t i = 0; i < line.len; i++) {
        uint32_t dice = sample_next(400);
        if (dice) /* now and then a byte is lost */
            fm_buf_addc(out, other(i ? line.p[i - 1] : ' ', line.p[i], dice));
    }
}

static void fill_slots(struct fm_buf *out, fm_str template)
{
    static const char *const values[] = {"10.2.3.4",
                                         "203.0.113.9",
                                         "alice",
                                         "4bf92f3577b34da6",
                                         "0d2c5b7e-1f3a-4c5d-8e9f-a0b1c2d3e4f5",
                                         "52:54:00:c0:ff:ee",
                                         "4111 1111 1111 1111",
                                         "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",
                                         "<IP_12>",
                                         "password=Xk29fj3kd8",
                                         "2001:db8::7:1",
                                         "1699999999123",
                                         "756.9217.0769.85",
                                         "DE89370400440532013000",
                                         "/srv/data/a.txt",
                                         "in 1999,",
                                         "0x7ffe1234"};
    fm_buf_clear(out);
    for (size_t i = 0; i < template.len; i++) {
        ptrdiff_t close = template.p[i] == '{' ? fm_str_chr(template, '}', i) : -1;
        if (close < 0) {
            fm_buf_addc(out, template.p[i]);
            continue;
        }
        fm_buf_addz(out, values[sample_next(sizeof values / sizeof *values)]);
        i = (size_t)close;
    }
}

static void assert_same(struct fm_findings a, struct fm_findings b, fm_str line)
{
    bool is_same = a.n == b.n;
    for (size_t i = 0; is_same && i < a.n; i++)
        is_same = a.items[i].start == b.items[i].start && a.items[i].end == b.items[i].end &&
                  a.items[i].type == b.items[i].type && a.items[i].rule == b.items[i].rule;
    if (!is_same)
        fail_msg("%zu and %zu findings in: %.*s", a.n, b.n, FM_STR_ARG(line));
}

struct pair {
    struct fm_redact_scan *fast, *slow;
    struct fm_buf line, mutant;
};

static void compare_template(struct pair *p, fm_str template)
{
    fill_slots(&p->line, template);
    for (int i = 0; i < 4; i++) {
        mutate(&p->mutant, fm_buf_str(&p->line));
        for (int k = 0; k < 2; k++) { /* the second time from memory */
            fm_str line = fm_buf_str(&p->mutant);
            assert_same(fm_redact_scan_line(p->fast, line), fm_redact_scan_line(p->slow, line),
                        line);
            mutate(&p->line, line);
        }
    }
}

static void compare(struct fm_ctx *ctx, const struct fm_redactor_options *o, size_t memory)
{
    struct fm_redactor *r;
    struct pair p;
    assert_int_equal(fm_redactor_new(ctx, o, &r), FM_OK);
    p.fast = fm_redact_scan_new(r);
    p.slow = fm_redact_scan_new(r);
    fm_redact_scan_remember(p.fast, memory);
    fm_redact_scan_remember(p.slow, 0);
    fm_buf_init(&p.line, 1 << 20);
    fm_buf_init(&p.mutant, 1 << 20);
    sample_state = memory;
    for (int round = 0; round < ROUNDS; round++)
        for (fm_str rest = read_data(), row; fm_str_line(&rest, &row);)
            compare_template(&p, row);
    fm_buf_release(&p.line);
    fm_buf_release(&p.mutant);
    fm_redact_scan_free(p.fast);
    fm_redact_scan_free(p.slow);
    fm_redactor_free(r);
}

TEST(what_is_remembered_never_changes_what_is_found)
{
    const struct {
        struct fm_redactor_options o;
        size_t memory;
    } cases[] = {
        {{.policy = FM_POLICY_STRICT}, 4 << 20},
        {{.policy = FM_POLICY_STANDARD}, 4 << 20},
        {{.policy = FM_POLICY_SECRETS_ONLY}, 1 << 18},
        {{.policy = FM_POLICY_STRICT,
          .rules_yaml = FM_STR("allow: ['10.2.3.4', '203.0.113.9']\n"),
          .rules_name = "allow"},
         1 << 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_ctx ctx;
        fm_ctx_init(&ctx, &fm_clock_system);
        compare(&ctx, &cases[i].o, cases[i].memory);
        fm_ctx_release(&ctx);
    }
}
