/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens of known formats (rules/formats-*.yaml and user rules). */
#include "detect/value.h"
#include "scan/state.h"

/* A run of twelve equal bytes is a drawn placeholder, and so is "EXAMPLE" at the end. */
static bool is_drawn(fm_str s)
{
    size_t run = 1;
    for (size_t i = 1; i < s.len; i++) {
        run = s.p[i] == s.p[i - 1] ? run + 1 : 1;
        if (run >= 12 && strchr("xX*.0", s.p[i]))
            return true;
    }
    return s.len >= 16 && fm_str_ends(s, FM_STR("EXAMPLE"));
}

static bool has_context(const struct fm_line *l, const struct fm_rule *r, uint32_t s)
{
    if (!r->n_context)
        return true;
    uint32_t from = s > FM_CONTEXT_MAX ? s - FM_CONTEXT_MAX : 0;
    fm_str before = fm_line_str(l, from, s);
    for (uint16_t i = 0; i < r->n_context; i++)
        if (fm_str_ihas(before, fm_str_c(r->context[i])))
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
    if (r->entropy_centi && (fm_entropy(tail) * 100 < r->entropy_centi || is_drawn(tail)))
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

void fm_detect_format(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    const struct fm_rule_set *set = &l->r->rules;
    uint32_t s = x->start;
    if (l->n - s < 6 || fm_at(l, s - 1) == '+')
        return;
    if (set->heads[fm_rule_slot(l->p + s)])
        try_prefixed(l, s);
    if (x->end - s < (x->cls & W_DIGIT ? 4 : 24))
        return;
    for (uint16_t i = 0; i < set->n_loose; i++) {
        const struct fm_rule *r = &set->rules.items[set->loose[i]];
        if (x->end - s >= r->body[0].min || r->body[0].min < 8)
            try_rule(l, set->loose[i], s, s);
    }
}
