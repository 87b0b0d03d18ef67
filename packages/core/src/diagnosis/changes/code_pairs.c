/* SPDX-License-Identifier: Apache-2.0 */
#include "code_pairs.h"

bool fm_lines_have(const struct fm_code_lines *lines, fm_str piece)
{
    fm_vec_each (lines, s)
        if (fm_str_has(*s, piece))
            return true;
    return false;
}

bool fm_lines_ihave(const struct fm_code_lines *lines, fm_str piece)
{
    fm_vec_each (lines, s)
        if (fm_str_ihas(*s, piece))
            return true;
    return false;
}

static bool is_literal(const struct fm_token *t)
{
    return t->kind == FM_TOKEN_NUMBER || t->kind == FM_TOKEN_STRING || t->kind == FM_TOKEN_UNIT ||
           t->kind == FM_TOKEN_WORD_VALUE;
}

/* How two lines of equal length differ. */
struct difference {
    unsigned literals, names, marks;
    size_t literal_at, name_at; /* the first of each */
    bool is_unit;
};

/* Notes how the tokens at i differ; false when they are of kinds that do not pair. */
static bool note_difference(const struct fm_token *p, const struct fm_token *q, size_t i,
                            struct difference *d)
{
    if (is_literal(p) && is_literal(q)) {
        d->literal_at = d->literals++ ? d->literal_at : i;
        d->is_unit = d->is_unit || p->kind == FM_TOKEN_UNIT;
        return true;
    }
    if (p->kind != q->kind)
        return false;
    if (p->kind == FM_TOKEN_NAME)
        d->name_at = d->names++ ? d->name_at : i;
    else
        d->marks++;
    return true;
}

static bool compare(const struct fm_tokens *x, const struct fm_tokens *y, struct difference *d)
{
    *d = (struct difference){0};
    if (x->n != y->n)
        return false;
    for (size_t i = 0; i < x->n; i++)
        if (!fm_str_eq(x->items[i].text, y->items[i].text) &&
            !note_difference(&x->items[i], &y->items[i], i, d))
            return false;
    return d->names <= 1 || d->literals + d->marks == 0;
}

/* A removed line and the added one that it pairs with. */
struct line_pair {
    fm_str removed, added;
    const struct fm_tokens *x, *y;
};

/* "30 * time.Second": the first number of a line and its unit, "30Second". */
static fm_str quantity_of(struct fm_arena *a, const struct fm_tokens *t)
{
    fm_str number = FM_STR_NULL;
    for (size_t i = 0; i < t->n; i++) {
        if (t->items[i].kind == FM_TOKEN_NUMBER)
            number = t->items[i].text;
        if (t->items[i].kind == FM_TOKEN_UNIT && number.len)
            return fm_str_fmt(a, "%.*s%.*s", FM_STR_ARG(number), FM_STR_ARG(t->items[i].text));
    }
    return FM_STR_NULL;
}

static struct fm_risk pair_risk(struct fm_arena *a, const struct line_pair *p,
                                const struct difference *d)
{
    struct fm_risk r = {.value = 0.12, .why = "a local name changes", .line = p->added};
    if (d->is_unit)
        r = fm_value_risk(p->removed, quantity_of(a, p->x), quantity_of(a, p->y));
    else if (d->literals)
        r = fm_value_risk(p->removed, p->x->items[d->literal_at].text,
                          p->y->items[d->literal_at].text);
    else if (d->marks)
        r = (struct fm_risk){.value = 0.55, .why = "a condition or formula changes"};
    r.line = p->added;
    return r;
}

/* Most tokens must be the same, or two short lines of anything would pair. */
static bool is_alike(const struct fm_tokens *x, const struct difference *d)
{
    return (d->literals + d->names + d->marks) * 2 <= x->n;
}

void fm_pair_lines(struct fm_arena *a, const struct fm_edit *e, struct fm_edit *rest,
                   struct fm_risk *worst)
{
    bool *is_taken = FM_NEW_ARRAY(a, bool, e->added.n + 1);
    struct fm_tokens *added = FM_NEW_ARRAY(a, struct fm_tokens, e->added.n + 1);
    for (size_t j = 0; j < e->added.n; j++)
        fm_tokens_of(a, e->added.items[j], &added[j]);
    for (size_t i = 0; i < e->removed.n; i++) {
        struct fm_tokens x = {0};
        struct difference d;
        size_t j = 0;
        fm_tokens_of(a, e->removed.items[i], &x);
        while (j < e->added.n && (is_taken[j] || !compare(&x, &added[j], &d) || !is_alike(&x, &d)))
            j++;
        if (j == e->added.n) {
            fm_vec_push(a, &rest->removed, e->removed.items[i]);
            continue;
        }
        is_taken[j] = true;
        *worst = fm_risk_max(
            *worst,
            pair_risk(a, &(struct line_pair){e->removed.items[i], e->added.items[j], &x, &added[j]},
                      &d));
    }
    for (size_t j = 0; j < e->added.n; j++)
        if (!is_taken[j])
            fm_vec_push(a, &rest->added, e->added.items[j]);
}

double fm_lost_share(struct fm_arena *a, const struct fm_edit *e)
{
    size_t n = 0, lost = 0;
    struct fm_map have;
    fm_map_init(&have, a);
    fm_vec_each (&e->added, s) {
        struct fm_tokens tokens = {0};
        fm_tokens_of(a, *s, &tokens);
        fm_vec_each (&tokens, t)
            fm_map_put(&have, t->text)->value = a;
    }
    fm_vec_each (&e->removed, s) {
        struct fm_tokens tokens = {0};
        fm_tokens_of(a, *s, &tokens);
        fm_vec_each (&tokens, t) {
            if (t->kind == FM_TOKEN_MARK)
                continue;
            n++;
            lost += fm_map_get(&have, t->text) == NULL;
        }
    }
    return n ? (double)lost / (double)n : 0;
}
