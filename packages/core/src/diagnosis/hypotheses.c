/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/hypotheses.h"

#include <stdarg.h>

static struct fm_arena *arena_of(struct fm_hypotheses *h)
{
    return &h->in->ctx->arena;
}

static struct fm_cause *find_cause(const struct fm_hypotheses *h, fm_str entity,
                                   enum fm_fault fault)
{
    fm_vec_each (&h->causes, c)
        if ((*c)->fault == fault && fm_str_eq((*c)->entity.name, entity))
            return *c;
    return NULL;
}

struct fm_cause *fm_propose(struct fm_hypotheses *h, struct fm_entity entity, enum fm_fault fault,
                            double strength, bool *is_new)
{
    struct fm_cause *c = find_cause(h, entity.name, fault);
    if (is_new)
        *is_new = !c;
    if (!c) {
        c = FM_NEW(arena_of(h), struct fm_cause);
        c->entity = entity;
        c->fault = fault;
        c->onset = FM_TIME_NONE;
        fm_vec_push(arena_of(h), &h->causes, c);
    }
    if (strength > c->strength)
        c->strength = strength;
    return c;
}

/* One citation per claim list is enough for the same bytes. */
static void add_claim(struct fm_hypotheses *h, struct fm_claims *claims, fm_span span, fm_str text)
{
    fm_vec_each (claims, c)
        if (fm_str_eq(c->text, text) || (span.length && memcmp(&c->span, &span, sizeof span) == 0))
            return;
    fm_vec_push(arena_of(h), claims, ((struct fm_claim){text, span}));
}

#define FORMATTED(h, fmt, text)                                                                    \
    va_list ap;                                                                                    \
    va_start(ap, fmt);                                                                             \
    fm_str text = fm_str_vfmt(arena_of(h), fmt, ap);                                               \
    va_end(ap)

void fm_cause_support(struct fm_hypotheses *h, struct fm_cause *c, fm_span span, const char *fmt,
                      ...)
{
    FORMATTED(h, fmt, text);
    add_claim(h, &c->supports, span, text);
}

void fm_cause_contradict(struct fm_hypotheses *h, struct fm_cause *c, fm_span span, const char *fmt,
                         ...)
{
    FORMATTED(h, fmt, text);
    add_claim(h, &c->contradicts, span, text);
}

void fm_cause_action(struct fm_hypotheses *h, struct fm_cause *c, struct fm_action action)
{
    fm_vec_each (&c->actions, a)
        if (fm_str_eq(a->text, action.text))
            return;
    fm_vec_push(arena_of(h), &c->actions, action);
}

void fm_cause_feature(struct fm_hypotheses *h, struct fm_cause *c, const char *name, double value)
{
    fm_vec_push(arena_of(h), &c->features, ((struct fm_feature){name, value}));
}

fm_str fm_computed(struct fm_hypotheses *h, struct fm_cause *c, const char *fmt, ...)
{
    FORMATTED(h, fmt, text);
    fm_vec_push(arena_of(h), &c->computed, text);
    return text;
}

void fm_rule_out(struct fm_hypotheses *h, fm_span span, fm_str because, const char *fmt, ...)
{
    FORMATTED(h, fmt, text);
    fm_vec_each (&h->ruled_out, r)
        if (fm_str_eq(r->statement, text))
            return;
    fm_vec_push(arena_of(h), &h->ruled_out, ((struct fm_ruled_out){text, because, span}));
}

void fm_missing(struct fm_hypotheses *h, const char *what, const char *why, const char *how)
{
    fm_vec_each (&h->missing, m)
        if (fm_str_eqc(m->what, what))
            return;
    fm_vec_push(arena_of(h), &h->missing,
                ((struct fm_missing){fm_str_c(what), fm_str_c(why), fm_str_c(how)}));
}

void fm_state_good(struct fm_hypotheses *h, fm_span span, const char *fmt, ...)
{
    FORMATTED(h, fmt, text);
    add_claim(h, &h->healthy, span, text);
}

void fm_state_recovered(struct fm_hypotheses *h, fm_time at, fm_span span, const char *fmt, ...)
{
    FORMATTED(h, fmt, text);
    add_claim(h, &h->recovered, span, text);
    if (at != FM_TIME_NONE && (h->recovered_at == FM_TIME_NONE || at > h->recovered_at))
        h->recovered_at = at;
}
