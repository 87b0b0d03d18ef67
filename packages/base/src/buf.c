/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/buf.h"

#include <stdlib.h>

#include "faultmaven/base/ctx.h"

void fm_buf_init(struct fm_buf *b, size_t max)
{
    *b = (struct fm_buf){.max = max};
}

void fm_buf_release(struct fm_buf *b)
{
    free(b->p);
    fm_buf_init(b, b->max);
}

void fm_buf_clear(struct fm_buf *b)
{
    b->len = 0;
    b->overflow = false;
    if (b->p)
        b->p[0] = '\0';
}

bool fm_buf_reserve(struct fm_buf *b, size_t n)
{
    if (b->overflow || n > b->max - b->len) {
        b->overflow = true;
        return false;
    }
    if (b->len + n < b->cap)
        return true;
    size_t cap = b->cap ? b->cap * 2 : 256;
    if (cap < b->len + n + 1)
        cap = b->len + n + 1;
    b->p = realloc(b->p, cap);
    if (!b->p)
        FM_BUG("out of memory: %zu bytes", cap);
    b->cap = cap;
    return true;
}

void fm_buf_add(struct fm_buf *b, const void *p, size_t n)
{
    if (!fm_buf_reserve(b, n))
        return;
    if (n)
        memcpy(b->p + b->len, p, n);
    b->len += n;
    b->p[b->len] = '\0';
}

void fm_buf_addc(struct fm_buf *b, char c)
{
    fm_buf_add(b, &c, 1);
}

void fm_buf_neutralize(struct fm_buf *b, size_t from)
{
    for (size_t i = from; i < b->len; i++) {
        unsigned char c = (unsigned char)b->p[i];
        unsigned char next = i + 1 < b->len ? (unsigned char)b->p[i + 1] : 0;
        if ((c < 32 && c != '\n' && c != '\t') || c == 127)
            b->p[i] = ' ';
        else if (c == 0xC2 && next >= 0x80 && next <= 0x9F)
            b->p[i] = b->p[i + 1] = ' ';
    }
}

void fm_buf_add_html(struct fm_buf *b, fm_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '&')
            fm_buf_addz(b, "&amp;");
        else if (c == '<')
            fm_buf_addz(b, "&lt;");
        else if (c == '>')
            fm_buf_addz(b, "&gt;");
        else if (c == '"')
            fm_buf_addz(b, "&quot;");
        else if (c == '\'')
            fm_buf_addz(b, "&#39;");
        else if (((unsigned char)c < 32 && c != '\n' && c != '\t') || c == 127)
            fm_buf_addz(b, "\xEF\xBF\xBD");
        else
            fm_buf_addc(b, c);
    }
}
