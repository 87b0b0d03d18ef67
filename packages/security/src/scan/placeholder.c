/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/placeholder.h"

#include "scan/state.h"

static const struct {
    const char *open, *close;
} brackets[] = {{"\\<", "\\>"},         {"<", ">"},    {"&lt;", "&gt;"}, {"\\u003c", "\\u003e"},
                {"\\u003C", "\\u003E"}, {"%3C", "%3E"}};

#define N_BRACKETS (sizeof brackets / sizeof *brackets)

static bool starts(fm_str t, size_t at, const char *what)
{
    return fm_str_starts(fm_str_skip(t, at), fm_str_c(what)) && at <= t.len;
}

static bool is_name_byte(char c)
{
    return fm_is((unsigned char)c, C_LOWER | C_UPPER) || c == '_';
}

/* The type name that starts at i, longest first; its length in bytes, with "\_" counted as it
 * stands. */
static size_t type_at(fm_str t, size_t i, enum fm_sensitive *type)
{
    char name[32];
    size_t n = 0, at = i, best = 0;
    for (; at < t.len && n < sizeof name; at++) {
        if (t.p[at] == '\\' && at + 1 < t.len && t.p[at + 1] == '_')
            continue;
        if (!is_name_byte(t.p[at]))
            break;
        name[n++] = t.p[at];
        enum fm_sensitive k = fm_sensitive_parse(fm_str_n(name, n));
        bool is_whole = at + 1 == t.len || !fm_is((unsigned char)t.p[at + 1], C_LOWER | C_UPPER);
        if (k != FM_SENSITIVE_COUNT && is_whole) {
            *type = k;
            best = at + 1 - i;
        }
    }
    return best;
}

/* "_3", "\_3", and inside brackets "-3" and " 3" behind the name; 0 when there is no number of at
 * most 9 digits. */
static size_t number_at(fm_str t, size_t i, bool is_bare, uint32_t *number)
{
    size_t at = i + (i < t.len && t.p[i] == '\\'), n = 0;
    if (at >= t.len || !strchr(is_bare ? "_" : "_- ", t.p[at]) || !t.p[at])
        return 0;
    at++;
    uint32_t v = 0;
    for (; at < t.len && fm_is_digit((unsigned char)t.p[at]); at++, n++)
        v = n < 9 ? v * 10 + (uint32_t)(t.p[at] - '0') : v;
    *number = v;
    return n >= 1 && n <= 9 && v ? at - i : 0;
}

static size_t hash_at(fm_str t, size_t i)
{
    size_t n = 0;
    if (i >= t.len || t.p[i] != ':')
        return 0;
    while (i + 1 + n < t.len && fm_is((unsigned char)t.p[i + 1 + n], C_HEX))
        n++;
    return n == 12 ? 13 : 0;
}

static bool bracketed(fm_str t, size_t at, size_t b, struct fm_placeholder *out)
{
    size_t i = at + strlen(brackets[b].open);
    size_t n = type_at(t, i, &out->type);
    if (!n)
        return false;
    i += n;
    out->number = 0;
    size_t k = number_at(t, i, false, &out->number);
    i += k ? k : hash_at(t, i);
    if (!starts(t, i, brackets[b].close))
        return false;
    out->start = at;
    out->end = i + strlen(brackets[b].close);
    out->is_bare = false;
    return true;
}

static bool bare(fm_str t, size_t at, struct fm_placeholder *out)
{
    if (!fm_is((unsigned char)t.p[at], C_UPPER) ||
        (at && (fm_is((unsigned char)t.p[at - 1], C_WORD))))
        return false;
    size_t n = type_at(t, at, &out->type), k = n ? number_at(t, at + n, true, &out->number) : 0;
    if (!k)
        return false;
    for (size_t i = at; i < at + n; i++)
        if (fm_is((unsigned char)t.p[i], C_LOWER))
            return false;
    out->start = at;
    out->end = at + n + k;
    out->is_bare = true;
    return true;
}

bool fm_placeholder_next(fm_str text, size_t from, struct fm_placeholder *out)
{
    for (size_t i = from; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == '<' || c == '\\' || c == '&' || c == '%') {
            for (size_t b = 0; b < N_BRACKETS; b++)
                if (starts(text, i, brackets[b].open) && bracketed(text, i, b, out))
                    return true;
        } else if (fm_is(c, C_UPPER) && bare(text, i, out)) {
            return true;
        }
    }
    return false;
}

bool fm_placeholders_may_stand(const struct fm_line *l)
{
    struct fm_placeholder p;
    fm_str text = fm_str_n(l->p, l->n);
    if (!memchr(l->p, '<', l->n))
        return false;
    for (size_t at = 0; fm_placeholder_next(text, at, &p); at = p.end)
        if (!p.is_bare)
            return true;
    return false;
}

void fm_placeholders_protect(struct fm_line *l)
{
    struct fm_placeholder p;
    size_t at = 0;
    if (!l->scan->n_cands)
        return;
    while (fm_placeholder_next(fm_str_n(l->p, l->n), at, &p)) {
        if (!p.is_bare) {
            uint64_t want = l->want;
            l->want = ~0ULL;
            fm_line_propose(l, 0, CAND(p.start, p.end, SECRET, R_PLACEHOLDER));
            l->want = want;
        }
        at = p.end;
    }
}
