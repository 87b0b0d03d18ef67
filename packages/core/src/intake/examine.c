/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/intake_impl.h"

#define CONVERT_MAX ((size_t)512 << 20)

static void find_nul(fm_str s, struct findings *f)
{
    for (ptrdiff_t at = 0; (at = fm_str_chr(s, '\0', (size_t)at)) >= 0; at++) {
        if (f->n_nul == 0)
            f->first_nul = (uint64_t)at;
        if (++f->n_nul == NUL_COUNT_MAX)
            return;
    }
}

/* A line of LONG_LINE_BYTES leaves one of the blocks of half that size without a line end. */
static bool has_long_line(fm_str s)
{
    const size_t block = LONG_LINE_BYTES / 2;
    for (size_t i = 0; i + block <= s.len; i += block) {
        ptrdiff_t end = fm_str_chr(fm_str_n(s.p + i, block), '\n', 0);
        if (end >= 0)
            continue;
        ptrdiff_t start = fm_str_rchr(fm_str_n(s.p, i), '\n') + 1;
        end = fm_str_chr(s, '\n', i);
        if ((end < 0 ? s.len : (size_t)end) - (size_t)start >= LONG_LINE_BYTES)
            return true;
    }
    return false;
}

static void convert(struct pending *p)
{
    struct findings *f = &p->found;
    f->encoding = encoding_detect(p->e->bytes);
    if (f->encoding == ENCODING_UTF8 || f->encoding == ENCODING_DAMAGED_UTF8 ||
        f->encoding == ENCODING_BINARY)
        return;
    if (p->e->bytes.len > CONVERT_MAX) {
        f->is_unconverted = true;
        return;
    }
    /* Two bytes of UTF-16 become three at most, one of Windows-1252 three. */
    fm_buf_init(&f->converted, p->e->bytes.len * 3 + 4);
    encoding_convert(f->encoding, p->e->bytes, &f->converted);
    p->e->bytes = fm_buf_str(&f->converted);
}

static void compare_file(struct pending *p)
{
    struct stat now;
    if (!p->real_path || stat(p->real_path, &now) != 0 || now.st_ino != p->before.st_ino ||
        now.st_dev != p->before.st_dev)
        return;
    p->found.growth = (int64_t)now.st_size - (int64_t)p->before.st_size;
    p->found.is_rewritten =
        p->found.growth == 0 && (now.st_mtim.tv_sec != p->before.st_mtim.tv_sec ||
                                 now.st_mtim.tv_nsec != p->before.st_mtim.tv_nsec);
}

void examine_hash(struct pending *p)
{
    fm_sha256_hex(p->as_found, p->e->sha256);
}

void examine(struct pending *p)
{
    convert(p);
    fm_classify(p->e);
    find_nul(p->e->bytes, &p->found);
    p->found.has_long_line = has_long_line(p->e->bytes);
    compare_file(p);
}
