/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/state.h"

#include <stdlib.h>

void fm_line_keep_cand(struct fm_redact_scan *s, struct fm_cand c)
{
    if (s->n_cands == s->cap_cands) {
        s->cap_cands = s->cap_cands ? 2 * s->cap_cands : 256;
        s->cands = realloc(s->cands, s->cap_cands * sizeof *s->cands);
        FM_ASSERT(s->cands != NULL);
    }
    s->cands[s->n_cands++] = c;
}

void fm_line_propose(struct fm_line *l, uint8_t prio, struct fm_cand c)
{
    if (c.end <= c.start || !(l->want >> c.type & 1))
        return;
    c.prio = prio;
    fm_line_keep_cand(l->scan, c);
}

static int by_rank(const void *pa, const void *pb)
{
    const struct fm_cand *a = pa, *b = pb;
    uint32_t la = a->end - a->start, lb = b->end - b->start;
    if (a->prio != b->prio)
        return a->prio < b->prio ? -1 : 1;
    if (la != lb)
        return la > lb ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->type != b->type ? (a->type < b->type ? -1 : 1)
                              : (a->rule > b->rule) - (a->rule < b->rule);
}

static int by_start(const void *pa, const void *pb)
{
    const struct fm_finding *a = pa, *b = pb;
    return (a->start > b->start) - (a->start < b->start);
}

static void sort_cands(struct fm_cand *c, size_t n)
{
    if (n > 24) {
        qsort(c, n, sizeof *c, by_rank);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct fm_cand x = c[i];
        size_t j = i;
        for (; j && by_rank(&x, &c[j - 1]) < 0; j--)
            c[j] = c[j - 1];
        c[j] = x;
    }
}

static void sort_found(struct fm_finding *f, size_t n)
{
    if (n > 24) {
        qsort(f, n, sizeof *f, by_start);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct fm_finding x = f[i];
        size_t j = i;
        for (; j && x.start < f[j - 1].start; j--)
            f[j] = f[j - 1];
        f[j] = x;
    }
}

static uint64_t piece_mask(uint32_t k, uint32_t s, uint32_t e)
{
    uint64_t m = ~0ULL;
    if (k == s >> 6)
        m &= ~0ULL << (s & 63);
    if (k == (e - 1) >> 6)
        m &= ~0ULL >> (63 - ((e - 1) & 63));
    return m;
}

static bool overlaps(const uint64_t *map, uint32_t s, uint32_t e)
{
    for (uint32_t k = s >> 6; k <= (e - 1) >> 6; k++)
        if (map[k] & piece_mask(k, s, e))
            return true;
    return false;
}

static void cover(uint64_t *map, uint32_t s, uint32_t e)
{
    for (uint32_t k = s >> 6; k <= (e - 1) >> 6; k++)
        map[k] |= piece_mask(k, s, e);
}

static bool bit(const uint64_t *map, uint32_t i)
{
    return map[i >> 6] >> (i & 63) & 1;
}

static void keep(struct fm_redact_scan *s, const struct fm_cand *c, uint32_t start, uint32_t end)
{
    if (s->n_found == s->cap_found) {
        s->cap_found = s->cap_found ? 2 * s->cap_found : 256;
        s->found = realloc(s->found, s->cap_found * sizeof *s->found);
        FM_ASSERT(s->found != NULL);
    }
    s->found[s->n_found++] =
        (struct fm_finding){.start = start, .end = end, .type = c->type, .rule = c->rule};
    cover(s->covered, start, end);
    if (fm_sensitive_family(c->type) != FM_FAMILY_SECRETS)
        cover(s->hardened, start, end);
}

/* A URL or path around secrets keeps what the secrets leave of it. */
static void keep_rest(struct fm_redact_scan *s, const struct fm_cand *c)
{
    uint32_t i = c->start;
    while (i < c->end) {
        while (i < c->end && bit(s->covered, i))
            i++;
        uint32_t from = i;
        while (i < c->end && !bit(s->covered, i))
            i++;
        if (i > from)
            keep(s, c, from, i);
    }
}

/* Of a secret nothing may stay, also when something else was found in its middle. */
static bool is_secret(const struct fm_cand *c)
{
    return fm_sensitive_family(c->type) == FM_FAMILY_SECRETS && c->rule != R_PLACEHOLDER &&
           c->rule != R_ALLOW;
}

static bool may_surround(const struct fm_cand *c)
{
    return c->type == FM_SENSITIVE_URL || c->type == FM_SENSITIVE_PATH;
}

/* Widens to whole UTF-8 sequences; the neighbour before has the border byte already when both touch
 * one. */
static void align_utf8(const struct fm_line *l, struct fm_finding *f, size_t n)
{
    size_t floor = 0;
    for (size_t i = 0; i < n; i++) {
        while (f[i].start > floor && ((unsigned char)fm_at(l, (uint32_t)f[i].start) & 0xc0) == 0x80)
            f[i].start--;
        while (f[i].end < l->n && ((unsigned char)fm_at(l, (uint32_t)f[i].end) & 0xc0) == 0x80)
            f[i].end++;
        if (f[i].start < floor)
            f[i].start = floor;
        floor = f[i].end;
    }
}

static size_t drop_empty_and_passes(struct fm_finding *f, size_t n)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if (f[i].end > f[i].start && f[i].rule != R_PLACEHOLDER && f[i].rule != R_ALLOW)
            f[m++] = f[i];
    return m;
}

void fm_settle_allowed(struct fm_line *l)
{
    struct fm_redact_scan *s = l->scan;
    if (!l->r->allow.n)
        return;
    for (size_t i = 0; i < s->n_cands; i++) {
        struct fm_cand *c = &s->cands[i];
        if (fm_map_get(&l->r->allow, fm_line_str(l, c->start, c->end)))
            c->rule = R_ALLOW;
    }
}

void fm_resolve(struct fm_line *l)
{
    struct fm_redact_scan *s = l->scan;
    sort_cands(s->cands, s->n_cands);
    size_t n_map = l->n / 64 + 1;
    memset(s->covered, 0, n_map * sizeof *s->covered);
    memset(s->hardened, 0, n_map * sizeof *s->hardened);
    for (size_t i = 0; i < s->n_cands; i++) {
        const struct fm_cand *c = &s->cands[i];
        if (!overlaps(s->covered, c->start, c->end))
            keep(s, c, c->start, c->end);
        else if (is_secret(c) || (may_surround(c) && !overlaps(s->hardened, c->start, c->end)))
            keep_rest(s, c);
    }
    sort_found(s->found, s->n_found);
    align_utf8(l, s->found, s->n_found);
    s->n_found = drop_empty_and_passes(s->found, s->n_found);
}
