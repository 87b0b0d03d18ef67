/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes, versions and counts: looked for by the strict policy only. */
#include "scan/state.h"

static uint32_t number_end(const struct fm_line *l, uint32_t i)
{
    uint32_t s = i;
    while (fm_is_digit(fm_at(l, i)) ||
           (fm_at(l, i) == '.' && i > s && fm_is_digit(fm_at(l, i + 1))))
        i++;
    return i;
}

static bool is_unit(const struct fm_line *l, uint32_t s, uint32_t e)
{
    return e > s && fm_lexicon_find(&l->r->lexicon, l->p + s, e - s, l->n - s) & K(BYTES);
}

/* MB, K, and the first k of 125k/129k, at [s, e) */
static bool is_size(const struct fm_line *l, uint32_t s, uint32_t e)
{
    unsigned char unit = fm_at(l, s), next = fm_at(l, e);
    if (fm_is_word(next))
        return false;
    bool is_ratio = unit == 'k' && next == '/' && fm_is_digit(fm_at(l, e + 1));
    return is_unit(l, s, e) || (e - s == 1 && (unit == 'K' || is_ratio));
}

static void version_tag(struct fm_line *l, uint32_t s)
{
    if (fm_lower(fm_at(l, s)) != 'v' || !fm_is_digit(fm_at(l, s + 1)))
        return;
    uint32_t e = number_end(l, s + 1);
    if (memchr(l->p + s, '.', e - s) && !fm_is(fm_at(l, e), C_LOWER | C_UPPER))
        fm_line_propose(l, 8, CAND(s, fm_token_end(l, s), CONFIG, R_CONFIG));
}

/* 512MB, 16K, v1.2 */
void fm_detect_config_number(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (!(x->cls & W_ALPHA) || !x->is_first)
        return;
    uint32_t s = x->start, digits = number_end(l, s), e = digits;
    while (fm_is(fm_at(l, e), C_LOWER | C_UPPER))
        e++;
    if (digits == s)
        version_tag(l, s);
    else if (is_size(l, digits, e))
        fm_line_propose(l, 8,
                        CAND(s, fm_at(l, e) == '/' ? fm_token_end(l, e) : e, CONFIG, R_CONFIG));
}

/* "5 GB", "2400 MHz": the unit stands alone */
static void unit_word(struct fm_line *l, uint32_t w)
{
    if (!w || !(l->words[w - 1].cls & W_DIGIT) || l->words[w].start != l->words[w - 1].end + 1)
        return;
    uint32_t v = w - 1;
    while (v && l->words[v - 1].end + 1 == l->words[v].start &&
           fm_at(l, l->words[v].start - 1) == '.' && l->words[v - 1].cls == (W_DIGIT))
        v--;
    if (l->words[w - 1].cls == W_DIGIT && fm_at(l, l->words[w].start - 1) == ' ')
        fm_line_propose(l, 8, CAND(l->words[v].start, l->words[w - 1].end, CONFIG, R_CONFIG));
}

/* "version 2.6.5-1", "Linux release 3.3" */
static void version_word(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].end;
    while (s < l->words[w].end + 2 && fm_at(l, s) && strchr(" =:", fm_at(l, s)))
        s++;
    if (s == l->words[w].end ||
        (!fm_is_digit(fm_at(l, s)) && !(fm_at(l, s) == 'v' && fm_is_digit(fm_at(l, s + 1)))))
        return;
    uint32_t e = fm_token_end(l, s);
    fm_line_propose(l, 7, CAND(s, e, CONFIG, R_CONFIG));
}

/* memory: 512.00, phys_ram=64172MB, timeout=30 */
static void resource_word(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    uint32_t s = x->end;
    bool has_sep = fm_at(l, s) == '=' || fm_at(l, s) == ':';
    if (!has_sep)
        return;
    s += fm_at(l, s + 1) == ' ' ? 2 : 1;
    uint32_t e = number_end(l, s);
    if (e == s)
        return;
    while (fm_is_word(fm_at(l, e)))
        e++;
    fm_line_propose(l, 8, CAND(fm_at(l, x->end) == '=' ? x->start : s, e, CONFIG, R_CONFIG));
}

/* The lexicon flags of the part behind the last "_", or of the whole. */
static uint64_t part_kw(const struct fm_line *l, const struct fm_word *x)
{
    const char *p = l->p + x->start, *under = memrchr(p, '_', x->end - x->start);
    uint32_t s = under ? x->start + (uint32_t)(under - p) + 1 : x->start;
    return s < x->end ? x->kw | fm_lexicon_find(&l->r->lexicon, l->p + s, x->end - s, l->n - s)
                      : x->kw;
}

void fm_detect_config_pair(struct fm_line *l, uint32_t w)
{
    if (fm_is_digit(fm_at(l, l->words[w].end + 1)) && part_kw(l, &l->words[w]) & K(RESOURCE))
        resource_word(l, w);
}

/* "vcpus 1" */
static void counted_word(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].end + 1, e = number_end(l, s);
    if (e > s && fm_at(l, s - 1) == ' ' && fm_line_has_at(l, l->words[w].start, "vcpu"))
        fm_line_propose(l, 8, CAND(s, e, CONFIG, R_CONFIG));
}

void fm_detect_config(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++) {
        uint64_t kw = l->words[w].kw;
        if (kw & K(BYTES)) {
            unit_word(l, w);
            counted_word(l, w);
        }
        if (kw & K(VERSION))
            version_word(l, w);
        if (kw & K(RESOURCE) && fm_at(l, l->words[w].end) != '=')
            resource_word(l, w);
    }
}
