/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is remembered must never show: messages and headers that are recalled have the shape that
 * reading them anew gives. Texts are made of the pieces that the rules look for, and then changed
 * in the ways that keep their mask: other digits.
 */
#include <stdlib.h>

#include "test.h"

#include "log_streams.h"
#include "processing/logs/layout.h"
#include "processing/logs/recall.h"

static const char *const pieces[] = {"{n}",
                                     "{f}",
                                     "{ms}",
                                     "{size}",
                                     "{ip}",
                                     "{ipp}",
                                     "{host}",
                                     "{hostp}",
                                     "{path}",
                                     "{url}",
                                     "{uuid}",
                                     "{hex}",
                                     "{user}",
                                     "{id}",
                                     "{bool}",
                                     "{ver}",
                                     "{date}",
                                     "{sip}",
                                     "{big}",
                                     "{kb}",
                                     "{mac}",
                                     "{ifname}",
                                     "{bus}",
                                     "took",
                                     "error",
                                     "in",
                                     "Dec",
                                     "Jan 5 10:00:01",
                                     "at 12:30:07",
                                     "10.11.12.13",
                                     "10.11.2012 10:00:00",
                                     "081109 203615",
                                     "20250101 101112",
                                     "a:0",
                                     "a:07",
                                     "host:8080",
                                     "host:0",
                                     "0x1f",
                                     "9x1f",
                                     "\\042in 7\\042",
                                     "\\142",
                                     "=",
                                     "==",
                                     ":",
                                     ",",
                                     "[",
                                     "]",
                                     "(1)",
                                     "\"",
                                     "'",
                                     "<1 sec",
                                     "[1,2]",
                                     "=[1,2][3]",
                                     "/",
                                     "//",
                                     "-",
                                     "+7",
                                     "-12",
                                     "1e-05",
                                     "1h2m3s",
                                     "12KB",
                                     "HTTP/1.1",
                                     "00:1f.0",
                                     "::1",
                                     "fe80::1",
                                     "1-2.3",
                                     "x_1",
                                     "a-12",
                                     "core.17",
                                     "@",
                                     "deadbeef",
                                     "cafe1234",
                                     "ff",
                                     "1.2.3",
                                     "v1",
                                     "1/2/2025",
                                     "2025-13-40",
                                     "2025-12-30",
                                     "|",
                                     ".5",
                                     "..",
                                     "\t",
                                     "é",
                                     "99:99:99",
                                     "5 B",
                                     "5 bytes (4.4 KB)",
                                     "7ed4d57b1e2feb89",
                                     "3d 2h"};

static void make_text(struct rng *r, struct fm_buf *b, unsigned max)
{
    struct fm_buf unused;
    fm_buf_init(&unused, 1 << 16);
    for (unsigned n = 1 + rng_next(r, max); n > 0; n--) {
        put_event(r, PICK(r, pieces), b, &unused);
        if (rng_next(r, 4))
            fm_buf_addc(b, ' ');
    }
    fm_buf_release(&unused);
}

/* Other digits; now and then another byte. */
static void change(struct rng *r, char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= '0' && p[i] <= '9' && rng_next(r, 2))
            p[i] = (char)('0' + rng_next(r, 10));
    if (n && rng_next(r, 3) == 0)
        p[rng_next(r, (uint32_t)n)] = " =:.-x0a/"[rng_next(r, 9)];
}

static bool is_same_value(const struct fm_logs_value *a, const struct fm_logs_value *b)
{
    return a->off == b->off && a->len == b->len && a->type == b->type && a->is_weak == b->is_weak &&
           a->is_placed == b->is_placed;
}

static void assert_same_shape(const struct fm_logs_shape *a, const struct fm_logs_shape *b,
                              fm_str msg)
{
    bool is_same = a->key == b->key && a->n == b->n;
    for (size_t i = 0; i < a->n && is_same; i++)
        is_same = is_same_value(&a->values[i], &b->values[i]);
    if (!is_same)
        fail_msg("recalled otherwise than scanned: %.*s", FM_STR_ARG(msg));
}

TEST(a_recalled_message_has_the_shape_that_a_scan_gives)
{
    static char scratch[FM_LOGS_MESSAGE_MAX], other[FM_LOGS_MESSAGE_MAX];
    static struct fm_logs_shape fast, slow;
    struct fm_logs_recall *recall = malloc(sizeof *recall);
    struct rng r = {42};
    struct fm_buf b;
    fm_buf_init(&b, 1 << 16);
    fm_logs_recall_init(recall);
    for (unsigned round = 0; round < 20000; round++) {
        fm_buf_clear(&b);
        make_text(&r, &b, 8);
        for (unsigned k = 0; k < 6; k++) {
            fm_str msg = fm_logs_recall_scan(recall, fm_buf_str(&b), scratch, &fast);
            fm_logs_scan(fm_logs_collapse(fm_buf_str(&b), other), &slow);
            assert_same_shape(&fast, &slow, msg);
            change(&r, b.p, b.len);
        }
    }
    fm_buf_release(&b);
    free(recall);
}

static void assert_same_header(const struct fm_logs_record *a, const struct fm_logs_record *b)
{
    bool is_same = fm_str_eq(a->message, b->message) && fm_str_eq(a->component, b->component) &&
                   a->level == b->level && a->n_fields == b->n_fields &&
                   a->has_time == b->has_time && (!a->has_time || a->ts.t == b->ts.t);
    for (size_t i = 0; i < a->n_fields && is_same; i++)
        is_same = fm_str_eq(a->fields[i].name, b->fields[i].name) &&
                  fm_str_eq(a->fields[i].value, b->fields[i].value);
    if (!is_same)
        fail_msg("recalled otherwise than read: %.*s", FM_STR_ARG(b->line));
}

static void check_header(struct fm_logs_header_memo *memo, struct fm_timestamp_cache *cache,
                         const struct fm_logs_header *h, fm_str line)
{
    static struct fm_logs_record fast, slow;
    struct fm_timestamp_cache none = {.len = 0};
    fast.n_fields = slow.n_fields = 0;
    fast.component = slow.component = FM_STR_NULL;
    fast.level = slow.level = FM_LOGS_NONE;
    fast.has_time = slow.has_time = false;
    bool is_read = fm_logs_header_parse(h, cache, memo, line, &fast);
    assert_int_equal(fm_logs_header_parse(h, &none, NULL, line, &slow), is_read);
    assert_same_header(&fast, &slow);
}

static fm_str nth_line(struct rng *r, fm_str text, fm_str *rest)
{
    fm_str line = FM_STR_NULL;
    for (unsigned n = 1 + rng_next(r, 3); n > 0; n--)
        if (!fm_str_line(rest, &line)) {
            *rest = text;
            (void)fm_str_line(rest, &line);
        }
    return line;
}

/* Lines of a style, their digits changed, and their ends replaced. */
static void check_style(struct rng *r, const struct style *style, const struct vocabulary *v)
{
    static struct fm_logs_header_memo memo;
    static fm_str lines[500];
    struct fm_timestamp_cache cache = {.len = 0};
    struct fm_logs_header h;
    struct stream stream;
    struct fm_buf b;
    size_t n = 0;
    fm_buf_init(&b, 1 << 16);
    fm_logs_header_memo_init(&memo);
    stream_make(&stream, style, v, 500);
    fm_str text = fm_buf_str(&stream.text), rest = text;
    while (n < 500 && fm_str_line(&rest, &lines[n]))
        n++;
    fm_logs_header_learn(lines, n, &h);
    rest = text;
    for (unsigned i = 0; i < 600; i++) {
        fm_buf_clear(&b);
        fm_str line = nth_line(r, text, &rest);
        fm_buf_adds(&b, rng_next(r, 3) ? line : fm_str_sub(line, 0, rng_next(r, 80)));
        if (rng_next(r, 4) == 0)
            make_text(r, &b, 3);
        for (unsigned k = 0; k < 4; k++) {
            check_header(&memo, &cache, &h, fm_buf_str(&b));
            change(r, b.p, b.len);
        }
    }
    stream_release(&stream);
    fm_buf_release(&b);
}

TEST(a_recalled_header_is_cut_as_reading_it_cuts)
{
    struct rng r = {7};
    for (size_t i = 0; i < N_STYLES; i++)
        check_style(&r, &styles[i], &vocabularies[i % N_VOCABULARIES]);
}
