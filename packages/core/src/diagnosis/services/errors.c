/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where errors begin, when all that is known of them is how many there are. Errors travel from
 * callee to caller and thin out on the way, because not every request takes the failing path: the
 * place is a component whose callees do not fail, and among such the one that fails most. Why it
 * fails a share of failed requests does not say.
 */
#include <math.h>

#include "diagnosis/services/propose.h"
#include "diagnosis/services/resource_rules.h"

#define RATIO 3.0
#define LEAST_SHARE 0.02 /* of all requests */
#define STRENGTH 0.64

struct failing {
    const struct facts *facts;
    const struct metric_change *change;
    double share; /* of requests that fail, 0…1 */
};
struct failings FM_VEC_OF(struct failing);

/* Ratios come as 0…1 or in per cent; counts a second are compared with the requests. */
static double share_of(const struct facts *f, const struct metric_change *c)
{
    const struct metric_change *r = f->up[FM_ROLE_REQUESTS];
    double after = c->after.median, before = c->before.median;
    if (c->series->role == FM_ROLE_SUCCESS) {
        double full = before > 1.5 ? 100 : 1;
        return (before - after) / full;
    }
    if (fm_str_eqc(c->series->unit, "%"))
        return (after - before) / 100;
    if (c->after.max <= 1.0)
        return after - before;
    r = r ? r : f->down[FM_ROLE_REQUESTS];
    return r && r->after.median > 0 ? (after - before) / r->after.median : 0;
}

static bool find_failing(const struct facts *f, struct failing *out)
{
    const struct metric_change *up = f->up[FM_ROLE_ERRORS], *down = f->down[FM_ROLE_SUCCESS];
    const struct metric_change *c = facts_rose(up, RATIO, 0)            ? up
                                    : facts_fell(down, 1 - LEAST_SHARE) ? down
                                                                        : NULL;
    if (!c)
        return false;
    *out = (struct failing){f, c, share_of(f, c)};
    return out->share >= LEAST_SHARE;
}

static bool fails(const struct failings *all, fm_entity_id id)
{
    fm_vec_each (all, x)
        if (x->facts->entity == id)
            return true;
    return false;
}

static bool has_failing_callee(const struct fm_incident *in, const struct failings *all,
                               fm_entity_id id)
{
    fm_vec_each (&in->edges, e)
        if (e->kind == FM_EDGE_CALLS && e->from == id && e->to != id && fails(all, e->to))
            return true;
    return false;
}

static void propose(struct fm_hypotheses *h, const struct failing *x)
{
    bool is_new;
    const struct fm_metric_series *s = x->change->series;
    struct fm_cause *c = fm_propose(h, fm_incident_entity_of(h->in, x->facts->entity),
                                    FM_FAULT_OTHER_UNKNOWN, STRENGTH, &is_new);
    fm_str now = fm_series_text(s, x->change->peak);
    fm_str before = fm_computed(
        h, c, "%.*s",
        FM_STR_ARG(fm_str_number(&h->in->ctx->arena, x->change->before.median / s->scale)));
    if (!is_new || now.len == 0)
        return;
    fm_computed(h, c, "%.*s", FM_STR_ARG(s->written));
    c->statement = fm_str_fmt(&h->in->ctx->arena,
                              "%.*s is where requests begin to fail: none that it calls fails like "
                              "it; why is not visible in %.*s.",
                              FM_STR_ARG(c->entity.name), FM_STR_ARG(s->written));
    c->mechanism = FM_STR("Its callers pass its errors on.");
    c->location = s->written;
    c->signature = FM_STR("metrics");
    c->onset = s->rows->at[x->change->onset];
    c->settle_ask = FM_STR("What does its log say about the requests that fail?");
    fm_cause_support(h, c, fm_series_span(s, x->change->peak),
                     "%.*s reads `%.*s` here; the median before was %.*s", FM_STR_ARG(s->written),
                     FM_STR_ARG(now), FM_STR_ARG(before));
    svc_affected_by(h, c, x->facts->entity);
}

void svc_errors(struct fm_hypotheses *h, const struct facts *facts, size_t n)
{
    struct failings all = {0};
    const struct failing *worst = NULL;
    for (size_t i = 0; i < n; i++) {
        struct failing x;
        if (find_failing(&facts[i], &x))
            fm_vec_push(&h->in->ctx->arena, &all, x);
    }
    fm_vec_each (&all, x)
        if (!has_failing_callee(h->in, &all, x->facts->entity) &&
            (!worst || x->share > worst->share))
            worst = x;
    if (worst)
        propose(h, worst);
}
