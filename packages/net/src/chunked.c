/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked transfer coding (RFC 9112 7.1), a byte machine: input may be cut anywhere. */
#include "faultmaven/net/http.h"

#define TRAILER_MAX 8192
#define EXTENSION_MAX 1024
#define SIZE_DIGITS_MAX 15

enum state {
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER_LINE,
    TRAILER_LF,
    END_LF,
    END,
    FAILED,
};

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum state size_byte(struct fm_http_chunked *c, char b)
{
    int d = digit_of(b);
    if (d >= 0) {
        c->left = c->left * 16 + (uint64_t)d;
        return ++c->digits > SIZE_DIGITS_MAX ? FAILED : SIZE;
    }
    if (c->digits == 0)
        return FAILED;
    return b == '\r' ? SIZE_LF : b == ';' || b == ' ' || b == '\t' ? EXTENSION : FAILED;
}

static enum state bounded(struct fm_http_chunked *c, size_t max, enum state next)
{
    return ++c->trailer_bytes > max ? FAILED : next;
}

static enum state size_end(struct fm_http_chunked *c, char b)
{
    c->digits = 0;
    c->trailer_bytes = 0;
    if (b != '\n')
        return FAILED;
    return c->left ? DATA : TRAILER_START;
}

static enum state trailer_byte(struct fm_http_chunked *c, enum state s, char b)
{
    if (s == TRAILER_START && b == '\r')
        return END_LF;
    if (b == '\n')
        return FAILED;
    return bounded(c, TRAILER_MAX, b == '\r' ? TRAILER_LF : TRAILER_LINE);
}

static enum state step(struct fm_http_chunked *c, enum state s, char b)
{
    switch (s) {
    case SIZE:
        return size_byte(c, b);
    case EXTENSION:
        return b == '\n' ? FAILED : bounded(c, EXTENSION_MAX, b == '\r' ? SIZE_LF : EXTENSION);
    case SIZE_LF:
        return size_end(c, b);
    case DATA_CR:
        return b == '\r' ? DATA_LF : FAILED;
    case DATA_LF:
        return b == '\n' ? SIZE : FAILED;
    case TRAILER_START:
    case TRAILER_LINE:
        return trailer_byte(c, s, b);
    case TRAILER_LF:
        return b == '\n' ? TRAILER_START : FAILED;
    case END_LF:
        return b == '\n' ? END : FAILED;
    case DATA:
    case END:
    case FAILED:
        break;
    }
    return FAILED;
}

static enum fm_http_chunk_step take_data(struct fm_http_chunked *c, fm_str *in, fm_str *data)
{
    size_t n = in->len < c->left ? in->len : (size_t)c->left;
    *data = fm_str_n(in->p, n);
    *in = fm_str_skip(*in, n);
    c->left -= n;
    if (c->left == 0)
        c->state = DATA_CR;
    return FM_HTTP_CHUNK_DATA;
}

enum fm_http_chunk_step fm_http_chunked_step(struct fm_http_chunked *c, fm_str *in, fm_str *data)
{
    while (c->state != END && c->state != FAILED) {
        if (in->len == 0)
            return FM_HTTP_CHUNK_MORE;
        if (c->state == DATA)
            return take_data(c, in, data);
        c->state = (int)step(c, (enum state)c->state, in->p[0]);
        *in = fm_str_skip(*in, 1);
    }
    return c->state == END ? FM_HTTP_CHUNK_END : FM_HTTP_CHUNK_ERROR;
}
