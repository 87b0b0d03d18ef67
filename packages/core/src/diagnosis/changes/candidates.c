/* SPDX-License-Identifier: Apache-2.0 */
#include "candidates.h"

#include <math.h>
#include <stdlib.h>

#define CLOCK_SLACK (90 * FM_SEC) /* clocks of the pipeline and of the system differ */
#define TIME_SCALE (3600.0 * 1e9)

struct finder {
    const struct fm_hypotheses *h;
    const struct fm_beginning *b;
    struct fm_vocabulary vocabulary;
    bool has_deploys;
    struct fm_candidates *out;
};

static const struct fm_change_set *changes_of(const struct finder *k)
{
    return k->h->in->changes;
}

static bool is_before_onset(const struct finder *k, fm_time at)
{
    return k->b->at == FM_TIME_NONE || at == FM_TIME_NONE || at <= k->b->at + CLOCK_SLACK;
}

static bool names_commit(const struct fm_change *deploy, const struct fm_change *commit)
{
    fm_str a = deploy->commit, b = commit->id;
    return a.len >= 7 && b.len >= 7 && (fm_str_starts(a, b) || fm_str_starts(b, a));
}

/* Time of the newest commit that a deploy contains. */
static fm_time content_time(const struct finder *k, const struct fm_change *deploy)
{
    const struct fm_change *head = fm_change_commit(changes_of(k), deploy->commit);
    return head && head->at != FM_TIME_NONE ? head->at : deploy->at;
}

/* The previous deploy of the same service. */
static const struct fm_change *previous_deploy(const struct finder *k,
                                               const struct fm_change *deploy)
{
    const struct fm_change *best = NULL;
    fm_vec_each (&changes_of(k)->items, it) {
        const struct fm_change *d = *it;
        bool is_same =
            d->kind == FM_CHANGE_DEPLOY && d != deploy && fm_str_eq(d->service, deploy->service);
        if (is_same && d->at < deploy->at && (!best || d->at > best->at))
            best = d;
    }
    return best;
}

/* The folder under which a repository keeps its services: "services/cart/…" → "cart". */
static fm_str service_of_path(fm_str path)
{
    static const char *const roots[] = {"services/",      "apps/",   "cmd/",    "svc/",
                                        "microservices/", "charts/", "deploy/", "helm/"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        fm_str root = fm_str_c(roots[i]);
        ptrdiff_t at = fm_str_starts(path, root) ? 0 : -1;
        if (at < 0)
            continue;
        fm_str rest = fm_str_skip(path, root.len);
        return fm_str_chr(rest, '/', 0) > 0 ? fm_str_cut(&rest, '/') : FM_STR_NULL;
    }
    return FM_STR_NULL;
}

/* "cart" and "basketservice", "cart-service" are one. */
static bool is_same_service(fm_str folder, fm_str service)
{
    size_t n = folder.len < service.len ? folder.len : service.len;
    return n >= 3 && (fm_str_istarts(service, fm_str_sub(folder, 0, n)) ||
                      fm_str_ihas(service, folder) || fm_str_ihas(folder, service));
}

/* A commit that touches only the folder of another service cannot come with this deploy. */
static bool may_carry(const struct fm_change *deploy, const struct fm_change *commit)
{
    fm_vec_each (&commit->paths, p) {
        fm_str folder = service_of_path(*p);
        if (!folder.len || is_same_service(folder, deploy->service))
            return true;
    }
    return commit->paths.n == 0;
}

static bool is_carried_by(const struct finder *k, const struct fm_change *deploy,
                          const struct fm_change *commit)
{
    if (commit->at == FM_TIME_NONE || commit->at > content_time(k, deploy) ||
        !may_carry(deploy, commit))
        return false;
    const struct fm_change *before = previous_deploy(k, deploy);
    return !before || content_time(k, before) < commit->at;
}

static fm_entity_id entity_of(const struct finder *k, fm_str service)
{
    return service.len ? fm_incident_find_entity(k->h->in, fm_workload_name(service, false))
                       : FM_ENTITY_NONE;
}

static bool is_edge(const struct fm_incident *in, fm_entity_id a, fm_entity_id b)
{
    fm_vec_each (&in->edges, e)
        if ((e->from == a && e->to == b) || (e->from == b && e->to == a))
            return true;
    return false;
}

static double ownership_of_path(const struct finder *k, const struct fm_change *c)
{
    fm_str name = fm_incident_entity_of(k->h->in, k->b->entity).name;
    double best = c->paths.n ? 0.25 : 0.5;
    fm_vec_each (&c->paths, p) {
        fm_str folder = service_of_path(*p);
        double own = !folder.len ? 0.8 : name.len && is_same_service(folder, name) ? 1.0 : 0.25;
        best = own > best ? own : best;
    }
    return best;
}

static double ownership_of(const struct finder *k, const struct fm_candidate *c)
{
    const struct fm_incident *in = k->h->in;
    fm_str service = c->deploy ? c->deploy->service : c->change->service;
    if (!service.len)
        return ownership_of_path(k, c->change);
    if (k->b->entity == FM_ENTITY_NONE)
        return 0.8;
    fm_str failing = fm_incident_entity_of(in, k->b->entity).name;
    if (fm_str_eq(fm_workload_name(service, false), failing) || fm_str_eq(service, failing))
        return 1.0;
    if (c->entity == FM_ENTITY_NONE)
        return 0.25;
    return (c->entity < in->entities.n && k->b->is_symptomatic[c->entity]) ||
                   is_edge(in, c->entity, k->b->entity)
               ? 0.8
               : 0.25;
}

static void score(struct finder *k, struct fm_candidate *c)
{
    double lag = k->b->at == FM_TIME_NONE || c->at == FM_TIME_NONE ? 0 : (double)(k->b->at - c->at);
    c->time = exp(-(lag > 0 ? lag : 0) / TIME_SCALE);
    c->ownership = ownership_of(k, c);
    c->overlap = fm_vocabulary_overlap(&k->vocabulary, c->change, &c->shared);
    fm_candidate_direct(&k->vocabulary, c);
    if (c->direct.len && c->change->kind == FM_CHANGE_FLAG)
        c->risk.value = 0.8;
    double base = c->direct.len && c->risk.value >= 0.5 ? 2 : 1;
    c->score = c->reach * c->ownership * c->time * c->risk.value * (base + 0.12 * c->overlap);
}

static void add(struct finder *k, const struct fm_change *change, const struct fm_change *deploy,
                double reach)
{
    struct fm_candidate c = {
        .change = change, .deploy = deploy, .reach = reach, .at = deploy ? deploy->at : change->at};
    c.entity = entity_of(k, deploy ? deploy->service : change->service);
    c.risk = fm_change_risk(&k->h->in->ctx->arena, change);
    if (!is_before_onset(k, c.at))
        c.out = FM_STR("it took effect after the incident had begun");
    else
        score(k, &c);
    fm_vec_push(&k->h->in->ctx->arena, k->out, c);
}

/* One candidate a deploy that brings the commit; the best of them stands for it. */
static void add_commit(struct finder *k, const struct fm_change *commit)
{
    unsigned n = 0;
    fm_vec_each (&changes_of(k)->items, it) {
        const struct fm_change *d = *it;
        bool is_own = d->kind == FM_CHANGE_DEPLOY && names_commit(d, commit);
        if (!is_own && (d->kind != FM_CHANGE_DEPLOY || !is_carried_by(k, d, commit)))
            continue;
        add(k, commit, d, is_own ? 1.0 : 0.6);
        n++;
    }
    if (n)
        return;
    if (!k->has_deploys) {
        add(k, commit, NULL, 0.6);
        return;
    }
    struct fm_candidate c = {.change = commit,
                             .at = commit->at,
                             .entity = FM_ENTITY_NONE,
                             .out = FM_STR("no deploy had brought it into service")};
    fm_vec_push(&k->h->in->ctx->arena, k->out, c);
}

static int by_score(const void *a, const void *b)
{
    const struct fm_candidate *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->at != y->at)
        return x->at < y->at ? 1 : -1;
    return fm_str_cmp(x->change->id, y->change->id);
}

void fm_candidates_find(const struct fm_hypotheses *h, const struct fm_beginning *b,
                        struct fm_candidates *out)
{
    struct finder k = {.h = h, .b = b, .out = out};
    fm_vocabulary_build(&k.vocabulary, h->in);
    fm_vec_each (&h->in->changes->items, it)
        k.has_deploys = k.has_deploys || (*it)->kind == FM_CHANGE_DEPLOY;
    fm_vec_each (&h->in->changes->items, it) {
        const struct fm_change *c = *it;
        if (c->kind == FM_CHANGE_COMMIT)
            add_commit(&k, c);
        else if (c->kind != FM_CHANGE_DEPLOY || !fm_change_commit(h->in->changes, c->commit))
            add(&k, c, NULL, 1.0);
    }
    if (out->n > 1)
        qsort(out->items, out->n, sizeof *out->items, by_score);
}
