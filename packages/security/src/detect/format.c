/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens of known formats (rules/formats-*.yaml and user rules). */
#include "detect/value.h"
#include "scan/state.h"

/* A run of X is a drawn placeholder, and so are the alphabet in order and "EXAMPLE" at the end of a
 * short key. */
static bool is_drawn(fm_str s)
{
    size_t run = 1, ladder = 1;
    for (size_t i = 1; i < s.len; i++) {
        run = s.p[i] == s.p[i - 1] ? run + 1 : 1;
        ladder = s.p[i] == s.p[i - 1] + 1 ? ladder + 1 : 1;
        if ((run >= 12 && s.p[i] == 'X') || ladder >= 20)
            return true;
    }
    return (s.len >= 16 && s.len <= 24 && fm_str_ends(s, FM_STR("EXAMPLE"))) ||
           fm_str_has(s, FM_STR("EXAMPLEEXAMPLE"));
}

/* The word stands alone or starts a hump: "okta", "myOktaToken", "OKTA_TOKEN", but not "rookTable"
 * or "sumObj". */
static bool is_own_word(fm_str t, size_t at, size_t n)
{
    bool is_hump =
        fm_is((unsigned char)t.p[at], C_UPPER) && at && fm_is((unsigned char)t.p[at - 1], C_LOWER);
    bool is_free = at == 0 || !fm_is((unsigned char)t.p[at - 1], C_LOWER | C_UPPER);
    bool breaks_at_end = n > 1 && fm_is((unsigned char)t.p[at + n - 1], C_UPPER) &&
                         fm_is((unsigned char)t.p[at + n - 2], C_LOWER);
    return (is_hump || is_free) && !breaks_at_end;
}

static bool has_word(fm_str text, fm_str word)
{
    for (ptrdiff_t at = 0; (at = fm_str_ifind(text, word, (size_t)at)) >= 0; at++)
        if (is_own_word(text, (size_t)at, word.len))
            return true;
    return false;
}

static bool has_context(const struct fm_line *l, const struct fm_rule *r, uint32_t s)
{
    if (!r->n_context)
        return true;
    uint32_t from = s > FM_CONTEXT_MAX ? s - FM_CONTEXT_MAX : 0;
    fm_str before = fm_line_str(l, from, s);
    for (uint16_t i = 0; i < r->n_context; i++)
        if (has_word(before, fm_str_c(r->context[i])))
            return true;
    return false;
}

static void try_rule(struct fm_line *l, uint16_t index, uint32_t s, uint32_t body)
{
    const struct fm_rule *r = &l->r->rules.rules.items[index];
    size_t n = fm_shape_match(r, l->p + body, l->n - body);
    if ((r->n_body && n == 0) || !has_context(l, r, s))
        return;
    fm_str tail = fm_line_str(l, body, body + (uint32_t)n);
    unsigned char next = fm_at(l, body + (uint32_t)n);
    if (is_drawn(tail) || next == '#' ||
        (r->entropy_centi && fm_entropy(tail) * 100 < r->entropy_centi))
        return;
    fm_line_propose(l, 1,
                    (struct fm_cand){.start = s,
                                     .end = body + (uint32_t)n,
                                     .type = (uint8_t)r->type,
                                     .rule = (uint16_t)(R_BUILTIN_COUNT + index)});
}

static void try_prefixed(struct fm_line *l, uint32_t s, unsigned hash)
{
    const struct fm_rule_set *set = &l->r->rules;
    uint64_t bytes = fm_rule_load(l->p + s, l->n - s);
    for (uint16_t at = set->prefixes.heads[hash & (FM_RULE_SLOTS - 1)]; at;) {
        const struct fm_rule_bucket *b = &set->buckets.items[at - 1];
        at = b->next;
        if ((bytes & b->mask) != b->head)
            continue;
        const char *prefix = set->rules.items[b->owner].prefixes[b->literal];
        size_t n = strlen(prefix);
        if (l->n - s >= n && memcmp(l->p + s, prefix, n) == 0)
            try_rule(l, b->owner, s, s + (uint32_t)n);
    }
}

static void try_loose(struct fm_line *l, const struct fm_word *x, const uint64_t *which)
{
    const struct fm_rule_set *set = &l->r->rules;
    uint32_t n = x->end - x->start;
    unsigned char next = fm_at(l, x->end);
    for (unsigned k = 0; k < (set->n_loose + 63u) / 64; k++)
        for (uint64_t bits = which[k]; bits; bits &= bits - 1) {
            const struct fm_loose *d = &set->loose[64 * k + (unsigned)__builtin_ctzll(bits)];
            const struct fm_rule *r = &set->rules.items[d->rule];
            if (n < d->min_word || (d->after && d->after != next))
                continue;
            if (!r->from_end)
                try_rule(l, d->rule, x->start, x->start);
            else if (next == '~' && x->end >= r->from_end)
                try_rule(l, d->rule, x->end - r->from_end, x->end - r->from_end);
        }
}

void fm_detect_format(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    uint32_t s = x->start;
    unsigned folded = x->hash;
    if (folded && fm_rule_may_start(&l->r->rules, folded)) {
        unsigned char prev = fm_at(l, s - 1);
        if (prev != '+' && !(prev == '.' && fm_is_word(fm_at(l, s - 2))))
            try_prefixed(l, s, fm_rule_hash(l->p + s, 0));
        fm_note_context(l, s, folded);
    }
    if (!(x->cls & W_DIGIT))
        return;
    uint32_t n = x->end - s;
    unsigned char next = fm_at(l, x->end);
    if (n >= 14 || next == '~' || (n >= 8 && (next == ':' || next == '|')))
        try_loose(l, x, l->r->rules.free_loose);
}

void fm_note_context(struct fm_line *l, uint32_t s, unsigned hash)
{
    const struct fm_rule_set *set = &l->r->rules;
    for (uint16_t at = set->contexts.heads[hash & (FM_RULE_SLOTS - 1)]; at;) {
        const struct fm_rule_bucket *b = &set->buckets.items[at - 1];
        at = b->next;
        const struct fm_rule *r = &set->rules.items[set->loose[b->owner].rule];
        if (!fm_line_has_at(l, s, r->context[b->literal]))
            continue;
        l->contexts[b->owner / 64] |= 1ULL << (b->owner % 64);
        l->has_context = true;
    }
}

void fm_detect_loose(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++)
        if (l->words[w].cls & W_DIGIT)
            try_loose(l, &l->words[w], l->contexts);
}
