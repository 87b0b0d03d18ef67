/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_buf_addf. Nearly all formats of this program are made of %s, %.*s, %c and plain integers:
 * those are written here, in one pass. A format with anything else goes to vsnprintf as a whole.
 */
#include <stdarg.h>
#include <stdio.h>

#include "faultmaven/base/buf.h"

static void add_unsigned(struct fm_buf *b, unsigned long long v, bool is_negative)
{
    char digits[24];
    size_t i = sizeof digits;
    do
        digits[--i] = (char)('0' + v % 10);
    while (v /= 10);
    if (is_negative)
        digits[--i] = '-';
    fm_buf_add(b, digits + i, sizeof digits - i);
}

static void add_signed(struct fm_buf *b, long long v)
{
    add_unsigned(b, v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v, v < 0);
}

static void add_text(struct fm_buf *b, const char *s, size_t max)
{
    if (s)
        fm_buf_add(b, s, strnlen(s, max));
    else
        fm_buf_addz(b, "(null)");
}

enum size { SIZE_INT, SIZE_LONG, SIZE_LONG_LONG, SIZE_SIZE };

static enum size take_size(const char **f)
{
    enum size s = SIZE_INT;
    if (**f == 'z') {
        ++*f;
        return SIZE_SIZE;
    }
    for (; **f == 'l' && s < SIZE_LONG_LONG; ++*f)
        s++;
    return s;
}

/* A list of arguments in a struct, since one that is passed on by itself must not be used again. */
struct args {
    va_list ap;
};

static void add_integer(struct fm_buf *b, char kind, enum size size, struct args *a)
{
    if (kind == 'u')
        add_unsigned(b,
                     size == SIZE_INT         ? va_arg(a->ap, unsigned)
                     : size == SIZE_LONG      ? va_arg(a->ap, unsigned long)
                     : size == SIZE_LONG_LONG ? va_arg(a->ap, unsigned long long)
                                              : va_arg(a->ap, size_t),
                     false);
    else
        add_signed(b, size == SIZE_INT         ? va_arg(a->ap, int)
                      : size == SIZE_LONG      ? va_arg(a->ap, long)
                      : size == SIZE_LONG_LONG ? va_arg(a->ap, long long)
                                               : va_arg(a->ap, ssize_t));
}

static void add_slice(struct fm_buf *b, struct args *a)
{
    int n = va_arg(a->ap, int);
    const char *s = va_arg(a->ap, const char *);
    if (n > 0)
        add_text(b, s, (size_t)n);
    else if (n < 0)
        add_text(b, s, PTRDIFF_MAX);
}

/* One conversion behind its '%'; false: not one of ours. */
static bool add_one(struct fm_buf *b, const char **f, struct args *a)
{
    if (strncmp(*f, ".*s", 3) == 0) {
        *f += 3;
        add_slice(b, a);
        return true;
    }
    enum size size = take_size(f);
    char kind = *(*f)++;
    if (kind == 'd' || kind == 'i' || kind == 'u')
        add_integer(b, kind, size, a);
    else if (kind == 's' && size == SIZE_INT)
        add_text(b, va_arg(a->ap, const char *), PTRDIFF_MAX);
    else if (kind == 'c' && size == SIZE_INT)
        fm_buf_addc(b, (char)va_arg(a->ap, int));
    else if (kind == '%')
        fm_buf_addc(b, '%');
    else
        return false;
    return true;
}

static bool add_simple(struct fm_buf *b, const char *f, struct args *a)
{
    for (;;) {
        size_t n = strcspn(f, "%");
        fm_buf_add(b, f, n);
        f += n;
        if (!*f)
            return true;
        f++;
        if (!add_one(b, &f, a))
            return false;
    }
}

__attribute__((format(printf, 2, 0))) static void add_any(struct fm_buf *b, const char *fmt,
                                                          struct args *a)
{
    char small[256];
    va_list again;
    va_copy(again, a->ap);
    int n = vsnprintf(small, sizeof small, fmt, a->ap);
    if (n >= 0 && (size_t)n < sizeof small) {
        fm_buf_add(b, small, (size_t)n);
    } else if (n >= 0 && fm_buf_reserve(b, (size_t)n)) {
        vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

void fm_buf_addf(struct fm_buf *b, const char *fmt, ...)
{
    struct args a;
    size_t start = b->len;
    va_start(a.ap, fmt);
    bool is_done = add_simple(b, fmt, &a);
    va_end(a.ap);
    if (is_done && !b->overflow)
        return;
    b->len = start; /* all or nothing */
    if (b->p)
        b->p[start] = '\0';
    if (is_done || b->overflow)
        return;
    va_start(a.ap, fmt);
    add_any(b, fmt, &a);
    va_end(a.ap);
}
