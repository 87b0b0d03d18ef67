/* SPDX-License-Identifier: Apache-2.0 */
#include "databases.h"

#include "faultmaven/core/alerts.h"

#define LAG_LEAST_S 30.0
#define FULL_SHARE 0.10
#define GROWTH_LEAST 2.0
#define CPU_BUSY 85.0

struct databases {
    struct fm_hypotheses *h;
    struct fm_load_profiles profiles;
    unsigned n_series, n_bad;
    const struct fm_metric_series *witness; /* any series, for citing that all is well */
};

static fm_str name_of(const struct databases *d, const struct fm_metric_series *s)
{
    return fm_incident_entity_of(d->h->in, s->entity).name;
}

/* The instance that a series is of; without a name in it that of the load profile. */
static struct fm_entity entity_of(const struct databases *d, const struct fm_metric_series *s)
{
    struct fm_entity e = fm_incident_entity_of(d->h->in, s->entity);
    if (e.name.len)
        return e;
    const struct fm_load_profile *p = fm_load_profile_of(&d->profiles, FM_STR_NULL);
    bool is_named = p && p->instance.len;
    return (struct fm_entity){FM_ENTITY_DATABASE, is_named ? p->instance : FM_STR("database")};
}

static bool is_free_storage(const struct fm_metric_series *s)
{
    return fm_str_ihas(s->written, FM_STR("free")) &&
           (fm_str_ihas(s->written, FM_STR("storage")) || fm_str_ihas(s->written, FM_STR("disk")) ||
            fm_str_ihas(s->written, FM_STR("space")));
}

static bool is_write_series(const struct fm_metric_series *s)
{
    static const char *const names[] = {
        "WriteIOPS", "TransactionLogsGeneration", "WriteThroughput", "wal", "binlog", "redo"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_ihas(s->written, fm_str_c(names[i])))
            return true;
    return false;
}

static struct fm_cause *find_cause(const struct fm_hypotheses *h, enum fm_fault fault, fm_str name)
{
    fm_vec_each (&h->causes, c)
        if ((*c)->fault == fault &&
            (fm_str_starts((*c)->entity.name, name) || fm_str_starts(name, (*c)->entity.name)))
            return *c;
    return NULL;
}

/* Series of other instances that rose together with the lag: the primary's writes. */
static unsigned cite_writes(struct databases *d, struct fm_cause *c, fm_str *sentence)
{
    struct fm_arena *a = &d->h->in->ctx->arena;
    unsigned n = 0;
    fm_vec_each (&d->h->in->metrics->series, it) {
        struct fm_course k;
        bool grows = !(*it)->is_baseline && is_write_series(*it) && fm_course_of(*it, &k) &&
                     k.first > 0 && k.max >= GROWTH_LEAST * k.first;
        if (!grows || n >= 3)
            continue;
        n++;
        fm_cite_row(d->h, c, *it, k.i_first);
        fm_cite_row(d->h, c, *it, k.i_max);
        *sentence = fm_str_fmt(a, "%.*s%s%.*s rose from %.*s to %.*s", FM_STR_ARG(*sentence),
                               sentence->len ? ", " : "", FM_STR_ARG((*it)->written),
                               FM_STR_ARG(fm_series_text(*it, k.i_first)),
                               FM_STR_ARG(fm_series_text(*it, k.i_max)));
    }
    return n;
}

static void judge_lag(struct databases *d, const struct fm_course *k)
{
    struct fm_hypotheses *h = d->h;
    struct fm_arena *a = &h->in->ctx->arena;
    fm_str name = name_of(d, k->series), writes = FM_STR_NULL;
    if (k->max < LAG_LEAST_S || k->last < 0.5 * k->max)
        return;
    d->n_bad++;
    struct fm_cause *event = find_cause(h, FM_FAULT_DATABASE_REPLICATION_LAG, name);
    struct fm_cause *c = fm_propose(h, entity_of(d, k->series), FM_FAULT_DATABASE_REPLICATION_LAG,
                                    event ? 0.9 : 0.78, NULL);
    c->statement = fm_str_fmt(
        a, "%.*s: replication lag rose to %.*s seconds, so reads from this replica are stale.",
        FM_STR_ARG(name), FM_STR_ARG(fm_series_text(k->series, k->i_max)));
    c->signature = FM_STR("databases.replication-lag");
    fm_cite_row(h, c, k->series, k->i_first);
    fm_cite_row(h, c, k->series, k->i_max);
    unsigned n = cite_writes(d, c, &writes);
    c->mechanism = n ? fm_str_fmt(a,
                                  "The primary writes its transaction log (WAL) faster than the "
                                  "replica applies it: heavy write load, %.*s.",
                                  FM_STR_ARG(writes))
                     : FM_STR("The replica applies the transaction log (WAL) more slowly than the "
                              "primary writes it.");
    if (n && c->strength < 0.95)
        c->strength += 0.04;
    if (event && event != c)
        fm_vec_each (&event->supports, s)
            fm_vec_push(a, &c->supports, *s);
    if (event && event != c)
        event->strength = 0.3;
    fm_explain_load(h, c, fm_load_profile_of(&d->profiles, name));
    fm_cause_action(h, c,
                    (struct fm_action){FM_ACTION_MITIGATION,
                                       fm_str_c("Pause or slow down the writing job, and send "
                                                "reads that must be fresh to the primary"),
                                       FM_STR_NULL, fm_str_c("the job takes longer")});
}

static void judge_storage(struct databases *d, const struct fm_course *k)
{
    struct fm_hypotheses *h = d->h;
    struct fm_arena *a = &h->in->ctx->arena;
    bool is_descent = k->falls * 10 >= (k->n - 1) * 6;
    if (!(k->first > 0) || k->min > FULL_SHARE * k->first || !is_descent)
        return;
    d->n_bad++;
    struct fm_cause *c =
        fm_propose(h, entity_of(d, k->series), FM_FAULT_DATABASE_STORAGE_FULL, 0.88, NULL);
    fm_str name = k->series->written;
    c->statement = fm_str_fmt(a, "%.*s: its storage ran out: %.*s fell from %.*s to %.*s.",
                              FM_STR_ARG(c->entity.name), FM_STR_ARG(name),
                              FM_STR_ARG(fm_series_text(k->series, k->i_first)),
                              FM_STR_ARG(fm_series_text(k->series, k->i_min)));
    c->mechanism = FM_STR("Free space falls in a straight line until nothing is left; writes stop "
                          "first, and then the server refuses connections.");
    if (!c->signature.len)
        c->signature = FM_STR("databases.storage");
    fm_cite_row(h, c, k->series, k->i_first);
    fm_cite_row(h, c, k->series, k->i_min);
    fm_explain_load(h, c, fm_load_profile_of(&d->profiles, c->entity.name));
    fm_cause_action(
        h, c,
        (struct fm_action){FM_ACTION_MITIGATION,
                           fm_str_c("Add storage, and stop the statement that fills it"),
                           FM_STR_NULL, fm_str_c("")});
}

/* A rise in connections explains nothing by itself: the limit comes from an event or a refusal,
 * which signatures found. */
static void judge_connections(struct databases *d, const struct fm_course *k)
{
    struct fm_hypotheses *h = d->h;
    struct fm_arena *a = &h->in->ctx->arena;
    struct fm_cause *c =
        find_cause(h, FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED, name_of(d, k->series));
    if (!c)
        return;
    const struct fm_load_profile *p = fm_load_profile_of(&d->profiles, c->entity.name);
    d->n_bad++;
    fm_cite_row(h, c, k->series, k->i_first);
    fm_cite_row(h, c, k->series, k->i_max);
    c->mechanism = fm_str_fmt(a, "%.*s %.*s rose from %.*s to %.*s.", FM_STR_ARG(c->mechanism),
                              FM_STR_ARG(k->series->written),
                              FM_STR_ARG(fm_series_text(k->series, k->i_first)),
                              FM_STR_ARG(fm_series_text(k->series, k->i_max)));
    if (p && fm_str_ihas(p->wait.name, FM_STR("client")))
        c->mechanism = fm_str_fmt(a,
                                  "%.*s Idle client sessions remain open: they wait for the client "
                                  "(%.*s), not for the database.",
                                  FM_STR_ARG(c->mechanism), FM_STR_ARG(p->wait.name));
    if (c->strength < 0.95)
        c->strength = 0.95;
    fm_explain_load(h, c, p);
}

static void judge_cpu(struct databases *d, const struct fm_course *k)
{
    unsigned high = 0;
    bool is_percent = fm_str_eqc(k->series->unit, "%");
    for (size_t i = 0; is_percent && i < k->series->rows->n; i++)
        high += k->series->values[i] >= CPU_BUSY;
    if (!is_percent || high * 4 < k->n)
        return;
    struct fm_hypotheses *h = d->h;
    struct fm_arena *a = &h->in->ctx->arena;
    d->n_bad++;
    const struct fm_load_profile *p = fm_load_profile_of(&d->profiles, name_of(d, k->series));
    if (!p)
        return;
    struct fm_cause *c =
        fm_propose(h, entity_of(d, k->series), FM_FAULT_DATABASE_CPU_SATURATION, 0.8, NULL);
    c->statement = fm_str_fmt(a, "%.*s: the database's processor is saturated (%.*s up to %.*s).",
                              FM_STR_ARG(c->entity.name), FM_STR_ARG(k->series->written),
                              FM_STR_ARG(fm_series_text(k->series, k->i_max)));
    c->mechanism =
        FM_STR("Statements compete for the processor, so all of them become slow together.");
    c->signature = FM_STR("databases.cpu");
    fm_cite_row(h, c, k->series, k->i_max);
    fm_explain_load(h, c, p);
}

static void judge(struct databases *d, const struct fm_metric_series *s)
{
    struct fm_course k;
    if (s->is_baseline || !fm_course_of(s, &k))
        return;
    d->n_series++;
    d->witness = s;
    if (s->role == FM_ROLE_REPLICATION_LAG)
        judge_lag(d, &k);
    else if (is_free_storage(s))
        judge_storage(d, &k);
    else if (s->role == FM_ROLE_CONNECTIONS)
        judge_connections(d, &k);
    else if (s->role == FM_ROLE_CPU)
        judge_cpu(d, &k);
    else if (k.first > 0 && k.max > 4 * k.first && is_write_series(s))
        d->n_bad++;
}

static bool has_firing_alert(const struct fm_incident *in)
{
    if (in->alerts)
        fm_vec_each (&in->alerts->items, a)
            if (a->state != FM_ALERT_OK)
                return true;
    return false;
}

/* A profile shows that this is about a database; only then is "all series are quiet" an answer. */
static void judge_health(struct databases *d)
{
    bool is_quiet =
        d->n_series >= 3 && d->n_bad == 0 && d->h->causes.n == 0 && !has_firing_alert(d->h->in);
    if (!is_quiet || d->profiles.n == 0)
        return;
    fm_str name = name_of(d, d->witness);
    fm_state_good(d->h, fm_series_span(d->witness, 0),
                  "every series of %.*s stays within normal bounds, no failure event is recorded, "
                  "the database is healthy",
                  FM_STR_ARG(name));
}

static enum fm_code run(struct fm_hypotheses *h)
{
    struct databases d = {.h = h};
    fm_load_profiles_read(h->in, &d.profiles);
    bool is_database = d.profiles.n > 0;
    if (!h->in->metrics)
        return FM_OK;
    fm_vec_each (&h->in->metrics->series, s)
        is_database = is_database || ((*s)->role == FM_ROLE_REPLICATION_LAG || is_free_storage(*s));
    if (!is_database)
        return FM_OK;
    fm_vec_each (&h->in->metrics->series, s)
        judge(&d, *s);
    judge_health(&d);
    return FM_OK;
}

const struct fm_reasoner_source fm_databases_reasoner = {"databases", run};
