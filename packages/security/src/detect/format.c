/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens of known formats (rules/formats-*.yaml and user rules). */
#include "detect/value.h"
#include "scan/state.h"

/* A run of X is a drawn placeholder, and so are the alphabet in order and "EXAMPLE" at the end of a short key. */
static bool is_drawn(fm_str s)
{
    size_t run = 1, ladder = 1;
    for (size_t i = 1; i < s.len; i++) {
        run = s.p[i] == s.p[i - 1] ? run + 1 : 1;
        ladder = s.p[i] == s.p[i - 1] + 1 ? ladder + 1 : 1;
        if ((run >= 12 && s.p[i] == 'X') || ladder >= 20)
            return true;
    }
    return s.len >= 16 && s.len <= 24 && fm_str_ends(s, FM_STR("EXAMPLE"));
}

/* The word stands alone or starts a hump: "okta", "myOktaToken", "OKTA_TOKEN", but not "rookTable" or "sumObj". */
static bool is_own_word(fm_str t, size_t at, size_t n)
{
    bool is_hump = fm_is((unsigned char)t.p[at], C_UPPER) && at && fm_is((unsigned char)t.p[at - 1], C_LOWER);
    bool is_free = at == 0 || !fm_is((unsigned char)t.p[at - 1], C_LOWER | C_UPPER);
    bool breaks_at_end = n > 1 && fm_is((unsigned char)t.p[at + n - 1], C_UPPER) && fm_is((unsigned char)t.p[at + n - 2], C_LOWER);
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
    if (is_drawn(tail) || next == '#' || next == '*' || (r->entropy_centi && fm_entropy(tail) * 100 < r->entropy_centi))
        return;
    fm_line_propose(l, 1, (struct fm_cand){.start = s, .end = body + (uint32_t)n, .type = (uint8_t)r->type, .rule = (uint16_t)(R_BUILTIN_COUNT + index)});
}

static void try_prefixed(struct fm_line *l, uint32_t s)
{
    const struct fm_rule_set *set = &l->r->rules;
    uint16_t at = set->heads[fm_rule_slot(l->p + s)];
    while (at) {
        const struct fm_rule_bucket *b = &set->buckets.items[at - 1];
        const char *prefix = set->rules.items[b->rule].prefixes[b->prefix];
        size_t n = strlen(prefix);
        if (l->n - s >= n && memcmp(l->p + s, prefix, n) == 0)
            try_rule(l, b->rule, s, s + (uint32_t)n);
        at = b->next;
    }
}

static void try_loose(struct fm_line *l, const struct fm_word *x)
{
    const struct fm_rule_set *set = &l->r->rules;
    for (uint16_t i = 0; i < set->n_loose; i++) {
        const struct fm_rule *r = &set->rules.items[set->loose[i]];
        if (!r->from_end)
            try_rule(l, set->loose[i], x->start, x->start);
        else if (x->end >= r->from_end)
            try_rule(l, set->loose[i], x->end - r->from_end, x->end - r->from_end);
    }
}

void fm_detect_format(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    const struct fm_rule_set *set = &l->r->rules;
    uint32_t s = x->start;
    bool is_inside = fm_at(l, s - 1) == '+' || (fm_at(l, s - 1) == '.' && fm_is_word(fm_at(l, s - 2)));
    if (l->n - s < 6)
        return;
    if (!is_inside && set->heads[fm_rule_slot(l->p + s)])
        try_prefixed(l, s);
    if (!(x->cls & W_DIGIT) || (x->end - s < 4 && fm_at(l, x->end) != '~'))
        return;
    try_loose(l, x);
}
