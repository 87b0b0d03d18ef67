/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/net/http.h"

#define REQ(lines) "POST /v1/x?a=1&b=%20 HTTP/1.1\r\nHost: h\r\n" lines "\r\n"

static const struct {
    const char *text;
    int refused;
} heads[] = {
    {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 0},
    {"GET / HTTP/1.0\r\n\r\n", 0},
    {"GET http://h/x HTTP/1.1\r\nHost: h\r\n\r\n", 0},
    {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 0},
    {REQ("Content-Length: 5\r\n"), 0},
    {REQ("Transfer-Encoding: chunked\r\n"), 0},
    {REQ("X:\r\n"), 0},
    {"GET / HTTP/1.1\r\n\r\n", 400},                       /* no host */
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400}, /* two hosts */
    {"GET / HTTP/1.1\nHost: h\n\n", 400},                  /* bare LF */
    {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
    {"GET / FTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {" GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
    {"GET /\r\nHost: h\r\n\r\n", 400},
    {REQ("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
    {REQ("Content-Length: 5, 5\r\n"), 400},
    {REQ("Content-Length: +5\r\n"), 400},
    {REQ("Content-Length: -1\r\n"), 400},
    {REQ("Content-Length: 99999999999999999999\r\n"), 400},
    {REQ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400}, /* smuggling */
    {REQ("Transfer-Encoding: gzip\r\n"), 501},
    {REQ("Transfer-Encoding: chunked, identity\r\n"), 501},
    {REQ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
    {REQ("Transfer-Encoding : chunked\r\n"), 400}, /* blank before the colon */
    {REQ("X: a\r\n b\r\n"), 400},                  /* folded */
    {REQ(": x\r\n"), 400},
    {REQ("X\r\n"), 400},
    {REQ("X: a\x01\r\n"), 400},
    {"GET / HTTP/1.1\r\nHost: h\r\n", 400}, /* not ended */
    {"", 400},
};

static void test_heads(void **state)
{
    struct fm_http_head *h = test_malloc(sizeof *h);
    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        int refused = fm_http_head_parse(fm_str_c(heads[i].text), h);
        if (refused != heads[i].refused)
            print_error("head %zu\n%s\n", i, heads[i].text);
        assert_int_equal(refused, heads[i].refused);
    }
    assert_int_equal(
        fm_http_head_parse(
            FM_STR(REQ("Connection: close, x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n")),
            h),
        0);
    assert_true(fm_str_eqc(h->method, "POST"));
    assert_true(fm_str_eqc(h->path, "/v1/x"));
    assert_true(fm_str_eqc(h->query, "a=1&b=%20"));
    assert_int_equal(h->content_length, 5);
    assert_false(h->is_keep_alive);
    assert_true(h->expects_continue);
    assert_true(fm_http_header_has(&h->headers, "connection", "X"));
    assert_int_equal(fm_http_header(&h->headers, "absent").len, 0);
    test_free(h);
}

static void test_too_many_headers(void **state)
{
    struct fm_http_head *h = test_malloc(sizeof *h);
    struct fm_buf b;
    (void)state;
    fm_buf_init(&b, 65536);
    fm_buf_addz(&b, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < FM_HTTP_HEADERS_MAX; i++)
        fm_buf_addf(&b, "X-%d: y\r\n", i);
    fm_buf_addz(&b, "\r\n");
    assert_int_equal(fm_http_head_parse(fm_buf_str(&b), h), 431);
    fm_buf_release(&b);
    test_free(h);
}

/* The content of a chunked body fed in pieces, then '!' on error, '.' on a proper end. */
static void decode(const char *text, size_t step, struct fm_buf *out)
{
    struct fm_http_chunked c = {0};
    enum fm_http_chunk_step s = FM_HTTP_CHUNK_MORE;
    fm_str rest = fm_str_c(text), data;
    fm_buf_clear(out);
    while (rest.len && (s == FM_HTTP_CHUNK_MORE || s == FM_HTTP_CHUNK_DATA)) {
        fm_str piece = fm_str_sub(rest, 0, step);
        while ((s = fm_http_chunked_step(&c, &piece, &data)) == FM_HTTP_CHUNK_DATA)
            fm_buf_adds(out, data);
        rest = fm_str_skip(rest, step);
    }
    if (s == FM_HTTP_CHUNK_END)
        fm_buf_addc(out, '.');
    else if (s == FM_HTTP_CHUNK_ERROR)
        fm_buf_addc(out, '!');
}

static const struct {
    const char *in, *out;
} bodies[] = {
    {"5\r\nhello\r\n0\r\n\r\n", "hello."},
    {"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n", "abcde."},
    {"A\r\n0123456789\r\n00\r\n\r\n", "0123456789."},
    {"5\r\nhel", "hel"},
    {"5\r\nhelloX\r\n0\r\n\r\n", "hello!"},
    {"\r\n", "!"},
    {"g\r\n", "!"},
    {"-1\r\n", "!"},
    {"5\nhello\r\n", "!"},
    {"FFFFFFFFFFFFFFFFF\r\n", "!"},
};

static void test_chunked_bodies(void **state)
{
    struct fm_buf out;
    (void)state;
    fm_buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        for (size_t step = 1; step < 8; step++) {
            decode(bodies[i].in, step, &out);
            assert_string_equal(out.p ? out.p : "", bodies[i].out);
        }
    fm_buf_release(&out);
}

static void test_query(void **state)
{
    struct fm_arena a;
    fm_str v;
    (void)state;
    fm_arena_init(&a);
    assert_true(fm_http_query_get(&a, FM_STR("a=1&b=x%20y%2F&c"), "b", &v));
    assert_string_equal(v.p, "x y/");
    assert_true(fm_http_query_get(&a, FM_STR("a=1&b=x&c"), "c", &v));
    assert_int_equal(v.len, 0);
    assert_false(fm_http_query_get(&a, FM_STR("a=1"), "b", &v));
    assert_false(fm_http_query_get(&a, FM_STR("a=%4"), "a", &v));
    assert_false(fm_http_query_get(&a, FM_STR("a=%zz"), "a", &v));
    assert_false(fm_http_query_get(&a, FM_STR("a=%00"), "a", &v));
    assert_true(fm_http_query_get(&a, FM_STR("a=%41"), "a", &v));
    assert_string_equal(v.p, "A");
    fm_arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_too_many_headers),
        cmocka_unit_test(test_chunked_bodies),
        cmocka_unit_test(test_query),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
