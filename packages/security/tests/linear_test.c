/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time is linear in the length, whatever the text: for every rule a line of repeated openings,
 * which is the worst that a matcher with memory of failed attempts can meet. Four times the length
 * may cost at most twelve times the time; times under a few milliseconds are not compared, since
 * they measure the machine.
 */
#include "test.h"

#include <stdio.h>
#include <time.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/base/clock.h"
#include "faultmaven/security/redact.h"
#include "rules/rule.h"

#define SHORT_BYTES 16000
#define LONG_BYTES 64000

static struct fm_redact_scan *scan;

static void fill(struct fm_buf *b, const char *unit, size_t n)
{
    fm_buf_clear(b);
    while (b->len < n)
        fm_buf_addz(b, unit);
    b->len = n;
}

/* Of this thread: what else the machine does, does not count. */
static fm_time cpu_time(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t), 0);
    return t.tv_sec * FM_SEC + t.tv_nsec;
}

static fm_time measure(struct fm_buf *b, const char *unit, size_t n)
{
    fm_time best = INT64_MAX;
    fill(b, unit, n);
    for (int i = 0; i < 3; i++) {
        fm_time t0 = cpu_time();
        fm_redact_scan_reset(scan);
        (void)fm_redact_scan_line(scan, fm_buf_str(b));
        fm_time t = cpu_time() - t0;
        best = t < best ? t : best;
    }
    return best;
}

/* True when it is linear. Noise may spoil a measurement; quadratic time spoils all of them. */
static bool check(struct fm_buf *b, const char *what, const char *unit)
{
    fm_time small = 0, large = 0;
    for (int i = 0; i < 4; i++) {
        small = measure(b, unit, SHORT_BYTES);
        large = measure(b, unit, LONG_BYTES);
        if (large < 40 * FM_MS || large < 12 * small)
            return true;
    }
    print_error("%s: %lld us for %d bytes, %lld us for %d: \"%.60s\"\n", what,
                (long long)(small / FM_US), SHORT_BYTES, (long long)(large / FM_US), LONG_BYTES,
                unit);
    return false;
}

/* A byte of the first set of the body. */
static char sample_byte(const struct fm_rule *r)
{
    for (uint16_t i = 0; i < r->n_body; i++)
        for (unsigned c = '0'; !r->body[i].literal && c <= 'z'; c++)
            if (r->body[i].set[c >> 5] >> (c & 31) & 1)
                return (char)c;
    return '0';
}

static size_t check_rule(struct fm_buf *b, const struct fm_rule *r)
{
    char unit[160];
    const char *start = r->n_prefixes ? r->prefixes[0] : r->n_context ? r->context[0] : "x";
    size_t bad = 0;
    snprintf(unit, sizeof unit, "%s", start);
    bad += !check(b, r->id, unit);
    snprintf(unit, sizeof unit, "%s%c ", start, sample_byte(r));
    bad += !check(b, r->id, unit);
    snprintf(unit, sizeof unit, "%s=%c%c%c%c%c%c%c%c-", start, sample_byte(r), sample_byte(r), '1',
             sample_byte(r), sample_byte(r), sample_byte(r), sample_byte(r), sample_byte(r));
    bad += !check(b, r->id, unit);
    return bad;
}

TEST(every_rule_is_linear_on_hostile_repetition)
{
    struct fm_ctx ctx;
    struct fm_redactor *r;
    struct fm_buf b;
    size_t bad = 0;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_buf_init(&b, 1 << 20);
    assert_int_equal(
        fm_redactor_new(&ctx, &(struct fm_redactor_options){.policy = FM_POLICY_STRICT}, &r),
        FM_OK);
    scan = fm_redact_scan_new(r);
    for (size_t i = 0; i < fm_builtin_rule_count; i++)
        bad += check_rule(&b, &fm_builtin_rules[i]);
    assert_int_equal(bad, 0);
    fm_redact_scan_free(scan);
    fm_redactor_free(r);
    fm_buf_release(&b);
    fm_ctx_release(&ctx);
}

static const char *const units[] = {
    "a",
    "1",
    "1.",
    "1.2.3.4.",
    "a:",
    "::",
    "0:",
    "ff:",
    "a-",
    "-",
    "a.",
    "a@",
    "@",
    "a@b.",
    "http://",
    "http://a:",
    "http://a@",
    "/",
    "/a",
    "//a/",
    "\\\\a\\",
    "c:\\",
    "password=",
    "password=\"",
    "password ",
    "\"a\" == ",
    "token: ",
    "'",
    "\"",
    "`",
    "(",
    "((a",
    "user ",
    "user=",
    "for user ",
    "host ",
    "port ",
    "id ",
    "block 1 ",
    "4111 ",
    "4111-1111-",
    "+1 ",
    "(555) ",
    "phone ",
    "555-",
    "DE89",
    "DE89 3704 ",
    "born ",
    "Mr. A ",
    "John ",
    "John A. ",
    "12 Main St ",
    "Apt 1 ",
    "the corner of A and ",
    "in Paris ",
    "Suite 1 ",
    "Bearer ",
    "Authorization: ",
    "Cookie: a=",
    "curl -u a:",
    "-u a:b ",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "-----END",
    "<EMAIL_1>",
    "<",
    "&lt;",
    "EMAIL_1",
    "\xc3\xa9",
    "\xff",
    "x_1 ",
    "a_",
    "blk_-",
    "v1.2.3 ",
    "10MB ",
    "memory=1 ",
    "lat 1.",
    "key=",
    "a=b,",
    "eyJ",
    "eyJ.eyJ",
    "A3-",
    "sk-",
    "://",
    "{\"a\":\"b\",",
    "[1,",
    "said A ",
    "A's ",
    "by A B ",
    "uid=0 ",
    "secret[",
    "pass|",
    "--password ",
    "0x",
    "ffffffffffffffff ",
    "1/2/3 ",
    "=/a",
    "~/a ",
    "12:34:56 ",
    "=",
};

TEST(every_detector_is_linear_on_hostile_repetition)
{
    struct fm_ctx ctx;
    struct fm_redactor *r;
    struct fm_buf b;
    size_t bad = 0;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_buf_init(&b, 1 << 20);
    assert_int_equal(
        fm_redactor_new(&ctx, &(struct fm_redactor_options){.policy = FM_POLICY_STRICT}, &r),
        FM_OK);
    scan = fm_redact_scan_new(r);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        bad += !check(&b, "detector", units[i]);
    assert_int_equal(bad, 0);
    fm_redact_scan_free(scan);
    fm_redactor_free(r);
    fm_buf_release(&b);
    fm_ctx_release(&ctx);
}
