/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/structured.h"

#include "processing/logs/chars.h"

#define PAIRS_MIN 3

struct logfmt {
    const char *p, *end;
    struct fm_logs_parts *parts;
    unsigned pairs, words; /* words: what is no pair */
};

static bool is_key_char(char c)
{
    return fm_ch_is_word(c) || strchr(".-@/", c);
}

static fm_str read_quoted(struct logfmt *f)
{
    const char *from = ++f->p;
    while (f->p < f->end && *f->p != '"')
        f->p += *f->p == '\\' && f->p + 1 < f->end ? 2 : 1;
    fm_str s = fm_str_n(from, (size_t)((f->p < f->end ? f->p : f->end) - from));
    if (f->p < f->end)
        f->p++;
    return s;
}

static fm_str read_plain(struct logfmt *f)
{
    const char *from = f->p;
    while (f->p < f->end && !fm_ch_is_space(*f->p))
        f->p++;
    return fm_str_n(from, (size_t)(f->p - from));
}

static void read_pair(struct logfmt *f)
{
    const char *from = f->p;
    while (f->p < f->end && is_key_char(*f->p))
        f->p++;
    fm_str key = fm_str_n(from, (size_t)(f->p - from));
    if (!key.len || f->p >= f->end || *f->p != '=') {
        f->words++;
        (void)read_plain(f);
        return;
    }
    f->p++;
    fm_str value = f->p < f->end && *f->p == '"' ? read_quoted(f) : read_plain(f);
    fm_logs_parts_add(f->parts, fm_logs_cached_role(f->parts->s, f->pairs, key), key, value);
    f->pairs++;
}

bool fm_logs_logfmt_line(struct fm_logs_structured_state *s, fm_str line,
                         struct fm_logs_record *out)
{
    struct fm_logs_mark mark = fm_logs_record_mark(out);
    struct fm_logs_parts parts = {.s = s, .out = out};
    struct logfmt f = {.p = line.p, .end = line.p + line.len, .parts = &parts};
    while (f.p < f.end && f.words == 0) {
        while (f.p < f.end && fm_ch_is_space(*f.p))
            f.p++;
        if (f.p < f.end)
            read_pair(&f);
    }
    bool is_logfmt = f.words == 0 && (f.pairs >= PAIRS_MIN || (f.pairs >= 2 && parts.known > 0)) &&
                     parts.known > 0;
    if (!is_logfmt) {
        fm_logs_record_reset(out, &mark);
        return false;
    }
    out->line = line;
    fm_logs_parts_finish(&parts);
    return true;
}
