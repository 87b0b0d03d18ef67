/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis.h"

/* True when a time was given that nobody stated yet. */
static bool fill_times(const struct fm_diagnosis *d, const struct fm_verification *v,
                       struct fm_verification *b)
{
    if (v->started_at == FM_TIME_NONE)
        b->started_at = d->onset;
    bool is_in_order = d->onset == FM_TIME_NONE || d->detected >= d->onset;
    if (v->noticed_at == FM_TIME_NONE && is_in_order)
        b->noticed_at = d->detected;
    return b->started_at != FM_TIME_NONE || b->noticed_at != FM_TIME_NONE;
}

/* Only what nobody stated yet: a person's word on severity or times is not overwritten. */
static void update_record(struct analysis *x)
{
    const struct fm_diagnosis *d = x->d;
    const struct fm_verification *v = &x->c->verification;
    struct fm_verification b;
    fm_record_init(&fm_verification_type, &b);
    bool is_new = fill_times(d, v, &b);
    if (!v->temporal && d->verdict == FM_VERDICT_RECOVERED) {
        b.temporal = FM_TEMPORAL_HISTORICAL;
        is_new = true;
    }
    for (size_t i = 0; !v->affected_services.n && i < d->affected.n && i < 200; i++) {
        fm_vec_push(x->a, &b.affected_services, analysis_cut(x->a, d->affected.items[i].name, 200));
        is_new = true;
    }
    if (is_new)
        *(struct fm_verification *)fm_proposal_add(x->a, x->p, FM_CHANGE_UPDATE_VERIFICATION,
                                                   FM_STR_NULL) = b;
}

static enum fm_recent_change_kind kind_of(enum fm_change_kind k)
{
    switch (k) {
    case FM_CHANGE_COMMIT:
        return FM_RECENT_CHANGE_CODE;
    case FM_CHANGE_DEPLOY:
        return FM_RECENT_CHANGE_DEPLOYMENT;
    case FM_CHANGE_SCALE:
        return FM_RECENT_CHANGE_SCALING;
    case FM_CHANGE_FLAG:
    case FM_CHANGE_CONFIG:
    case FM_CHANGE_KIND_COUNT:
        break;
    }
    return FM_RECENT_CHANGE_CONFIG;
}

static bool is_recorded(const struct fm_case *c, fm_str description)
{
    fm_vec_each (&c->changes, k)
        if (fm_str_ieq(k->description, description))
            return true;
    return false;
}

/* The value of a member of a JSON record, as it is written; empty when it has none. */
static fm_str member_of(fm_str record, const char *key)
{
    ptrdiff_t at = fm_str_find(record, fm_str_c(key), 0);
    if (at < 0)
        return FM_STR_NULL;
    fm_str rest = fm_str_skip(record, (size_t)at + strlen(key));
    ptrdiff_t open = fm_str_chr(rest, '"', 0);
    if (open < 0)
        return FM_STR_NULL;
    rest = fm_str_skip(rest, (size_t)open + 1);
    size_t n = 0;
    while (n < rest.len && rest.p[n] != '"' && rest.p[n] != '\\')
        n++;
    return fm_str_sub(rest, 0, n);
}

static fm_str record_of(const struct analysis *x, const struct fm_observation *o)
{
    if (!o->spans.n || o->spans.items[0].evidence >= x->d->inputs.n)
        return FM_STR_NULL;
    const fm_span s = o->spans.items[0];
    return fm_str_sub(x->d->inputs.items[s.evidence]->bytes, s.offset, s.length);
}

/* "commit 9c384d8d9c4e: tune pool settings": what a person recognises it by. */
static fm_str describe_change(struct analysis *x, const struct fm_observation *o)
{
    fm_str text = o->text, message = member_of(record_of(x, o), "\"message\"");
    if (fm_str_starts(text, FM_STR("commit ")))
        text = fm_str_sub(text, 0, 7 + 12);
    bool has_message = message.len && fm_str_is_utf8(message);
    return analysis_cut(x->a,
                        has_message ? fm_str_fmt(x->a, "%.*s: %.*s", FM_STR_ARG(text),
                                                 FM_STR_ARG(fm_str_sub(message, 0, 200)))
                                    : text,
                        500);
}

/* The observation of a change: its subject begins with the id, or its record names it and has its
 * time. */
static const struct fm_observation *seen_change(const struct analysis *x,
                                                const struct fm_change_ref *change)
{
    fm_str head = fm_str_sub(change->id, 0, 12);
    for (size_t i = 0; head.len && i < x->d->observations.n; i++) {
        const struct fm_observation *o = x->d->observations.items[i];
        bool is_named = fm_str_starts(o->subject, head) ||
                        (o->begin == change->at && fm_str_has(record_of(x, o), head));
        if (o->kind == FM_OBSERVATION_CHANGE && is_named)
            return o;
    }
    return NULL;
}

static void record_blamed(struct analysis *x, const struct fm_cause *cause)
{
    if (!cause->change || !cause->change->id.len)
        return;
    const struct fm_observation *seen = seen_change(x, cause->change);
    fm_str text =
        seen ? describe_change(x, seen)
             : analysis_cut(x->a,
                            fm_str_fmt(x->a, "%s %.*s", fm_change_kind_name(cause->change->kind),
                                       FM_STR_ARG(cause->change->id)),
                            500);
    fm_vec_each (&x->c->changes, k)
        if (k->correlation == FM_CORRELATION_CAUSAL && fm_str_ieq(k->description, text))
            return;
    struct fm_recent_change *b = fm_proposal_add(x->a, x->p, FM_CHANGE_RECORD_CHANGE, FM_STR_NULL);
    b->description = text;
    b->kind = kind_of(cause->change->kind);
    b->from = cause->change->at;
    b->correlation = FM_CORRELATION_CAUSAL;
    b->correlation_reason = analysis_cut(x->a, cause->statement, 500);
    for (size_t i = 0; seen && i < seen->spans.n; i++)
        analysis_add_cite(x, seen->spans.items[i], &b->cites, 4);
}

/* Before what a change must lie: the onset, else the first sign of trouble that has a time. */
static fm_time trouble_at(const struct analysis *x)
{
    return x->d->onset != FM_TIME_NONE ? x->d->onset
           : x->d->timeline.n          ? x->d->timeline.items[0].at
                                       : x->c->verification.noticed_at;
}

static void record_change(struct analysis *x, const struct fm_observation *o)
{
    fm_str text = describe_change(x, o);
    if (is_recorded(x->c, text))
        return;
    struct fm_recent_change *b = fm_proposal_add(x->a, x->p, FM_CHANGE_RECORD_CHANGE, FM_STR_NULL);
    b->description = text;
    b->kind = FM_RECENT_CHANGE_OTHER;
    b->from = o->begin;
    b->correlation = FM_CORRELATION_TEMPORAL;
    for (size_t k = 0; k < o->spans.n; k++)
        analysis_add_cite(x, o->spans.items[k], &b->cites, 4);
}

/* Changes seen in the evidence before the trouble, the last ones first; the blamed one is recorded
 * as such. */
static size_t record_seen(struct analysis *x, struct fm_cites *cites)
{
    fm_time trouble = trouble_at(x);
    const struct fm_change_ref *blamed = x->d->causes.n ? x->d->causes.items[0]->change : NULL;
    const struct fm_observation *skipped = blamed ? seen_change(x, blamed) : NULL;
    size_t n = 0;
    for (size_t i = x->d->observations.n; i-- > 0 && n < 5;) {
        const struct fm_observation *o = x->d->observations.items[i];
        bool is_before = o->begin == FM_TIME_NONE || trouble == FM_TIME_NONE || o->begin <= trouble;
        if (o->kind != FM_OBSERVATION_CHANGE || !is_before || !o->text.len)
            continue;
        n++;
        for (size_t k = 0; k < o->spans.n; k++)
            analysis_add_cite(x, o->spans.items[k], cites, 8);
        if (o != skipped)
            record_change(x, o);
    }
    return n;
}

static void set_milestone(struct analysis *x, enum fm_milestone_name name,
                          const struct fm_cites *cites)
{
    if (!cites->n || fm_case_has(x->c, name) || x->c->milestones[name].status == FM_FACT_REVOKED)
        return;
    struct fm_milestone *b = fm_proposal_add(x->a, x->p, FM_CHANGE_SET_MILESTONE, FM_STR_NULL);
    b->name = name;
    b->cites = *cites;
}

static void verify_symptom(struct analysis *x)
{
    struct fm_cites cites = {0};
    if (x->d->causes.n)
        analysis_add_claims(x, &x->d->causes.items[0]->supports, &cites, 6);
    fm_vec_each (&x->d->timeline, t)
        analysis_add_cite(x, t->span, &cites, 6);
    set_milestone(x, FM_MILESTONE_SYMPTOM_VERIFIED, &cites);
}

static void verify_scope(struct analysis *x)
{
    struct fm_cites cites = {0};
    if (!x->d->affected.n)
        return;
    fm_vec_each (&x->d->chain, s)
        analysis_add_cite(x, s->span, &cites, 8);
    fm_vec_each (&x->d->timeline, t)
        if (t->entity.name.len)
            analysis_add_cite(x, t->span, &cites, 8);
    set_milestone(x, FM_MILESTONE_SCOPE_ASSESSED, &cites);
}

static void verify_timeline(struct analysis *x)
{
    struct fm_cites cites = {0};
    if (x->d->onset == FM_TIME_NONE)
        return;
    fm_vec_each (&x->d->timeline, t)
        if (t->at >= x->d->onset)
            analysis_add_cite(x, t->span, &cites, 6);
    set_milestone(x, FM_MILESTONE_TIMELINE_ESTABLISHED, &cites);
}

void analysis_verification(struct analysis *x)
{
    struct fm_cites changes = {0};
    if (x->d->verdict == FM_VERDICT_HEALTHY)
        return;
    update_record(x);
    if (x->d->causes.n)
        record_blamed(x, x->d->causes.items[0]);
    bool is_any = record_seen(x, &changes) > 0;
    verify_symptom(x);
    verify_scope(x);
    verify_timeline(x);
    if (is_any)
        set_milestone(x, FM_MILESTONE_CHANGES_IDENTIFIED, &changes);
}
