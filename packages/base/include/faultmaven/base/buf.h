/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_buf: a growing byte buffer that is born with its maximum.
 *
 * An append that would exceed `max` stores nothing and sets `overflow`, which stays set: append
 * freely, check once at the end. The content is always NUL-terminated behind len. Heap memory,
 * owned; one thread.
 */
#ifndef FAULTMAVEN_BASE_BUF_H
#define FAULTMAVEN_BASE_BUF_H

#include "faultmaven/base/str.h"

struct fm_buf {
    char *p; /* owned */
    size_t len;
    size_t cap;
    size_t max;
    bool overflow;
};

void fm_buf_init(struct fm_buf *b, size_t max);
void fm_buf_release(struct fm_buf *b);
void fm_buf_clear(struct fm_buf *b); /* len = 0, overflow = false, memory kept */

void fm_buf_add(struct fm_buf *b, const void *p, size_t n);
void fm_buf_addc(struct fm_buf *b, char c);
void fm_buf_addf(struct fm_buf *b, const char *fmt, ...) FM_PRINTF(2, 3);

/* Room for n more bytes and the NUL behind them, for writing at p + len; false beyond the maximum.
 */
bool fm_buf_reserve(struct fm_buf *b, size_t n);

static inline void fm_buf_adds(struct fm_buf *b, fm_str s)
{
    fm_buf_add(b, s.p, s.len);
}

static inline void fm_buf_addz(struct fm_buf *b, const char *z)
{
    fm_buf_adds(b, fm_str_c(z));
}

/*
 * Blanks out what a terminal would obey in the content from byte `from` on: control characters (C0
 * but tab and line end, DEL, and C1 as UTF-8). Text that comes from evidence or a user passes here
 * before a person sees it.
 */
void fm_buf_neutralize(struct fm_buf *b, size_t from);

/* Appends s as HTML text or attribute value: & < > " ' as character references, control characters
 * but tab and line end as U+FFFD. */
void fm_buf_add_html(struct fm_buf *b, fm_str s);

/* Borrowed view of the content; valid until the next append. */
static inline fm_str fm_buf_str(const struct fm_buf *b)
{
    return fm_str_n(b->p, b->len);
}

#endif
