/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasoner of changes: names the change that brought the incident about, or says that none did,
 * and rules out the others with the reason.
 */
#include "candidates.h"
#include "diagnosis/reasoners.h"

#define BLAME_AT 0.55 /* below it no change is blamed */
#define SURE_AT 1.2   /* at or above it the change is the root cause */
#define MECHANISM_LEAD 1.5
#define FITTING_LEAD 0.6
#define FITTING_OVERLAP 3.0
#define RULED_OUT_MAX 8
#define ID_SHOWN 12

static fm_str short_id(const struct fm_change *c)
{
    return c->kind == FM_CHANGE_COMMIT || c->commit.len ? fm_str_sub(c->id, 0, ID_SHOWN) : c->id;
}

static const char *kind_word(const struct fm_change *c)
{
    switch (c->kind) {
    case FM_CHANGE_COMMIT:
        return "commit";
    case FM_CHANGE_DEPLOY:
        return "deploy";
    case FM_CHANGE_FLAG:
        return "flag";
    case FM_CHANGE_CONFIG:
        return "configuration change";
    case FM_CHANGE_SCALE:
        return "scaling of";
    case FM_CHANGE_KIND_COUNT:
        break;
    }
    return "change";
}

static bool is_config_only(const struct fm_change *c)
{
    fm_vec_each (&c->paths, p)
        if (fm_path_class(*p) == FM_PATH_CODE || fm_path_class(*p) == FM_PATH_MIGRATION)
            return false;
    return c->paths.n > 0;
}

static bool has_migration(const struct fm_change *c)
{
    fm_vec_each (&c->paths, p)
        if (fm_path_class(*p) == FM_PATH_MIGRATION)
            return true;
    return false;
}

static enum fm_fault fault_of(const struct fm_change *c)
{
    if (c->kind == FM_CHANGE_FLAG)
        return FM_FAULT_CHANGE_BAD_FLAG;
    if (c->kind == FM_CHANGE_SCALE)
        return FM_FAULT_CHANGE_BAD_SCALING;
    if (c->kind == FM_CHANGE_CONFIG || is_config_only(c))
        return FM_FAULT_CHANGE_BAD_CONFIG;
    return has_migration(c) ? FM_FAULT_CHANGE_BAD_MIGRATION : FM_FAULT_CHANGE_BAD_DEPLOY;
}

/* The strongest cause at the place where it began; its fault names the mechanism. */
static struct fm_cause *mechanism_at(struct fm_hypotheses *h, fm_str name)
{
    struct fm_cause *best = NULL;
    fm_vec_each (&h->causes, c)
        if (fm_str_eq((*c)->entity.name, name) && (*c)->strength >= 0.6 &&
            (!best || (*c)->strength > best->strength))
            best = *c;
    return best;
}

static struct fm_entity place_of(const struct fm_hypotheses *h, const struct fm_beginning *b,
                                 const struct fm_candidate *c)
{
    struct fm_entity e =
        fm_incident_entity_of(h->in, b->entity != FM_ENTITY_NONE ? b->entity : c->entity);
    fm_str service = c->deploy ? c->deploy->service : c->change->service;
    return e.name.len ? e : (struct fm_entity){FM_ENTITY_SERVICE, fm_workload_name(service, false)};
}

/* "13:42:00 UTC" */
static fm_str clock_time(struct fm_hypotheses *h, struct fm_cause *c, fm_time t)
{
    fm_str text = fm_time_str(&h->in->ctx->arena, t);
    if (text.len < 19)
        return FM_STR_NULL;
    return fm_computed(h, c, "%.*s UTC", FM_STR_ARG(fm_str_sub(text, 11, 8)));
}

static fm_str describe(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_candidate *k)
{
    struct fm_arena *a = &h->in->ctx->arena;
    fm_str id = short_id(k->change),
           text = fm_str_fmt(a, "%s %.*s", kind_word(k->change), FM_STR_ARG(id));
    fm_computed(h, c, "%.*s", FM_STR_ARG(id));
    if (k->deploy) {
        fm_str at = clock_time(h, c, k->deploy->at);
        fm_str service = fm_computed(h, c, "%.*s", FM_STR_ARG(k->deploy->service));
        text = fm_str_fmt(a, "%.*s, deployed to %.*s%s%.*s", FM_STR_ARG(text), FM_STR_ARG(service),
                          at.len ? " at " : "", FM_STR_ARG(at));
    }
    return text;
}

static void add_evidence(struct fm_hypotheses *h, const struct fm_beginning *b, struct fm_cause *c,
                         const struct fm_candidate *k)
{
    struct fm_arena *a = &h->in->ctx->arena;
    if (k->risk.line.len)
        fm_cause_support(h, c, fm_change_line_span(a, k->change, k->risk.line), "%s", k->risk.why);
    else
        fm_cause_support(h, c, k->change->span, "the change");
    if (k->deploy)
        fm_cause_support(h, c, k->deploy->span, "when it took effect");
    if (k->direct.len)
        fm_cause_support(h, c, k->direct_span, "the error speaks of what was changed: \"%.*s\"",
                         FM_STR_ARG(k->direct));
    if (b->span.length)
        fm_cause_support(h, c, b->span, "first sign of the incident");
}

static void write_cause(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_candidate *k,
                        bool is_mechanism)
{
    struct fm_arena *a = &h->in->ctx->arena;
    fm_str what = describe(h, c, k);
    fm_str detail = k->risk.before.len
                        ? fm_str_fmt(a, " (%.*s to %.*s)", FM_STR_ARG(k->risk.before),
                                     FM_STR_ARG(k->risk.after))
                        : FM_STR_NULL;
    if (detail.len)
        fm_computed(h, c, "%.*s", FM_STR_ARG(detail));
    fm_str why = fm_str_fmt(a, "%.*s: %s%.*s.", FM_STR_ARG(what), k->risk.why, FM_STR_ARG(detail));
    if (is_mechanism) {
        c->statement =
            fm_str_fmt(a, "%.*s Brought by %.*s", FM_STR_ARG(c->statement), FM_STR_ARG(why));
        return;
    }
    c->statement =
        fm_str_fmt(a, "%.*s fails since %.*s", FM_STR_ARG(c->entity.name), FM_STR_ARG(why));
    c->mechanism = FM_STR("The change took effect shortly before the first sign, at the place "
                          "where it shows, and its content can do this.");
    c->signature = FM_STR("changes.culprit");
}

static void add_actions(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_candidate *k)
{
    struct fm_arena *a = &h->in->ctx->arena;
    fm_str service = k->deploy ? k->deploy->service : k->change->service;
    switch (k->change->kind) {
    case FM_CHANGE_FLAG:
        fm_cause_action(h, c,
                        (struct fm_action){FM_ACTION_MITIGATION, fm_str_c("Switch the flag back"),
                                           FM_STR_NULL, fm_str_c("users lose the feature")});
        return;
    case FM_CHANGE_CONFIG:
        fm_cause_action(h, c,
                        (struct fm_action){FM_ACTION_MITIGATION,
                                           fm_str_c("Revert the configuration change"), FM_STR_NULL,
                                           fm_str_c("")});
        return;
    case FM_CHANGE_SCALE:
        fm_cause_action(
            h, c,
            (struct fm_action){FM_ACTION_MITIGATION,
                               fm_str_c("Scale back to the former number of replicas"),
                               fm_str_fmt(a, "kubectl scale deployment %.*s --replicas=%.*s",
                                          FM_STR_ARG(service), FM_STR_ARG(k->change->before)),
                               fm_str_c("")});
        return;
    case FM_CHANGE_COMMIT:
    case FM_CHANGE_DEPLOY:
    case FM_CHANGE_KIND_COUNT:
        break;
    }
    if (is_config_only(k->change))
        fm_cause_action(
            h, c,
            (struct fm_action){
                FM_ACTION_MITIGATION, fm_str_c("Revert the configuration change, then roll out"),
                fm_str_fmt(a, "git revert %.*s", FM_STR_ARG(short_id(k->change))), fm_str_c("")});
    fm_cause_action(
        h, c,
        (struct fm_action){FM_ACTION_MITIGATION, fm_str_c("Roll back to the version before"),
                           fm_str_fmt(a, "kubectl rollout undo deployment/%.*s",
                                      FM_STR_ARG(service.len ? service : c->entity.name)),
                           fm_str_c("loses what else came with it")});
    fm_cause_action(
        h, c,
        (struct fm_action){FM_ACTION_REMEDIATION, fm_str_c("Revert the commit"),
                           fm_str_fmt(a, "git revert %.*s", FM_STR_ARG(short_id(k->change))),
                           fm_str_c("")});
}

static void add_features(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_candidate *k)
{
    fm_cause_feature(h, c, "change_score", k->score);
    fm_cause_feature(h, c, "change_reach", k->reach);
    fm_cause_feature(h, c, "change_ownership", k->ownership);
    fm_cause_feature(h, c, "change_time", k->time);
    fm_cause_feature(h, c, "change_risk", k->risk.value);
    fm_cause_feature(h, c, "change_overlap", k->overlap);
}

/* What the change set going: a cause at the place where it began, else one at what was changed,
 * whose callers the alert may speak of. */
static struct fm_cause *find_mechanism(struct fm_hypotheses *h, struct fm_entity place,
                                       const struct fm_candidate *k)
{
    fm_str changed = fm_workload_name(k->deploy ? k->deploy->service : k->change->service, false);
    struct fm_cause *here = place.name.len ? mechanism_at(h, place.name) : NULL;
    struct fm_cause *there = changed.len ? mechanism_at(h, changed) : NULL;
    return here && (!there || here->strength >= there->strength) ? here : there;
}

static void blame(struct fm_hypotheses *h, const struct fm_beginning *b,
                  const struct fm_candidate *k)
{
    struct fm_arena *a = &h->in->ctx->arena;
    struct fm_entity e = place_of(h, b, k);
    struct fm_cause *c = find_mechanism(h, e, k);
    bool is_mechanism = c != NULL;
    double strength = k->score >= SURE_AT ? 0.95 : 0.7;
    if (!e.name.len)
        return;
    if (!c)
        c = fm_propose(h, e, fault_of(k->change), strength, NULL);
    if (strength > c->strength)
        c->strength = strength;
    struct fm_change_ref *ref = FM_NEW(a, struct fm_change_ref);
    *ref = (struct fm_change_ref){k->change->kind, k->change->id, k->change->at};
    c->change = ref;
    write_cause(h, c, k, is_mechanism);
    add_evidence(h, b, c, k);
    add_actions(h, c, k);
    add_features(h, c, k);
    if (c->onset == FM_TIME_NONE)
        c->onset = b->at;
}

static fm_str reason_against(const struct fm_hypotheses *h, const struct fm_candidate *k,
                             const struct fm_candidate *culprit, const struct fm_no_change *none)
{
    struct fm_arena *a = &h->in->ctx->arena;
    if (k->out.len)
        return k->out;
    if (k->risk.value < 0.2)
        return fm_str_c(k->risk.why);
    if (k->ownership < 0.5)
        return FM_STR("it concerns a component that neither fails nor touches the failing one");
    if (culprit)
        return fm_str_fmt(a, "another change explains the incident better: %.*s",
                          FM_STR_ARG(short_id(culprit->change)));
    if (none->weight > 0)
        return FM_STR("the incident has a cause that needs no change");
    return FM_STR("neither its content nor its time fits the incident");
}

/* The culprit itself, or the deploy that brought it. */
static bool is_same(const struct fm_candidate *k, const struct fm_candidate *culprit)
{
    if (!culprit)
        return false;
    const struct fm_change *c = culprit->change;
    return k == culprit || k->change == c || k->change == culprit->deploy ||
           (c->id.len &&
            (fm_str_eq(k->change->id, c->id) || fm_str_eq(k->change->commit, c->id))) ||
           (c->commit.len && fm_str_eq(k->change->id, c->commit));
}

/* Deployed changes and flags first: they are what people suspect. */
static void rule_out_others(struct fm_hypotheses *h, const struct fm_candidates *all,
                            const struct fm_candidate *culprit, const struct fm_no_change *none)
{
    unsigned n = 0;
    fm_vec_each (all, k) {
        bool is_suspect = k->deploy || k->change->kind != FM_CHANGE_COMMIT || k->risk.value >= 0.3;
        if (is_same(k, culprit) || !is_suspect || n >= RULED_OUT_MAX)
            continue;
        n++;
        fm_rule_out(h, k->change->span, reason_against(h, k, culprit, none), "%s %.*s",
                    kind_word(k->change), FM_STR_ARG(short_id(k->change)));
    }
}

/* A cause that needs no change stands against the best change, unless the change is tied to the
 * error; one that can do such a thing and speaks of the same things has to lead by less. */
static bool explains_better(const struct fm_no_change *none, const struct fm_candidate *best)
{
    bool is_fitting = best->risk.value >= 0.7 && best->overlap >= FITTING_OVERLAP;
    return none->weight > 0 && !best->direct.len &&
           best->score < (is_fitting ? FITTING_LEAD : MECHANISM_LEAD) * none->weight;
}

static enum fm_code run(struct fm_hypotheses *h)
{
    struct fm_candidates all = {0};
    struct fm_beginning b;
    struct fm_no_change none;
    if (!h->in->changes || h->in->changes->items.n == 0)
        return FM_OK;
    fm_fold_causes(h);
    fm_find_beginning(h, &b);
    fm_candidates_find(h, &b, &all);
    fm_find_no_change(h, &b, &none);
    const struct fm_candidate *best =
        all.n && all.items[0].score >= BLAME_AT ? &all.items[0] : NULL;
    if (best && explains_better(&none, best))
        best = NULL;
    if (best)
        blame(h, &b, best);
    rule_out_others(h, &all, best, &none);
    return FM_OK;
}

const struct fm_reasoner_source fm_changes_reasoner = {"changes", run};
