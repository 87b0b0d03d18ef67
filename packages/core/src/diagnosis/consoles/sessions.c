/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions against the limit of connections, and statements that run for long. */
#include "databases.h"

#include <math.h>

#define FULL_SHARE 0.95
#define LONG_S 60.0

struct census {
    const struct fm_console_row *first;
    size_t n, idle;
};

static struct census count_sessions(const struct fm_hypotheses *h, const char *form)
{
    struct census c = {0};
    fm_console_each(h->in->consoles, FM_CONSOLE_SESSION, s)
    {
        bool is_idle = fm_console_is_idle(*s) || fm_console_is(*s, FM_CONSOLE_F_STATE, "idle");
        if (strcmp((*s)->form, form) != 0 || !fm_console_is_client(*s))
            continue;
        c.first = c.first ? c.first : *s;
        c.n++;
        c.idle += is_idle;
    }
    return c;
}

/* Threads_connected where it is shown, else the sessions that are listed. */
static double connected(const struct fm_hypotheses *h, const char *form, const struct census *c,
                        const struct fm_console_row **shown)
{
    const struct fm_console_row *r = fm_console_setting(h->in->consoles, form, "Threads_connected");
    *shown = r ? r : c->first;
    return r ? fm_console_or(r, FM_CONSOLE_F_VALUE, 0) : (double)c->n;
}

static void judge_connections(struct fm_hypotheses *h, const char *form)
{
    const struct fm_console_row *limit =
        fm_console_setting(h->in->consoles, form, "max_connections");
    const struct fm_console_row *shown;
    struct census n = count_sessions(h, form);
    double most = limit ? fm_console_or(limit, FM_CONSOLE_F_VALUE, 0) : 0;
    double used = connected(h, form, &n, &shown);
    if (most <= 0 || !shown || used < FULL_SHARE * most)
        return;
    bool is_idle = n.idle * 2 > n.n;
    fm_str maximum = fm_console_get(limit, FM_CONSOLE_F_VALUE).text;
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = {FM_ENTITY_DATABASE, fm_str_c(form)},
               .fault = FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED,
               .strength = 0.88,
               .rule = "console.connections",
               .statement = fm_console_text(
                   h, "The connections of %s are used up: %.0f of max_connections %.*s.", form,
                   used, FM_STR_ARG(maximum)),
               .mechanism =
                   is_idle ? FM_STR("Most sessions are idle: clients keep more connections than "
                                    "they use, or do not give them back. New clients are refused.")
                           : FM_STR("New clients are refused; most sessions are at work, so "
                                    "statements are slow or there are too many at once."),
               .location = FM_STR("max_connections"),
               .ask = "Which client holds the most connections?",
               .command =
                   strcmp(form, "mysql") == 0
                       ? "SELECT user, host, COUNT(*) FROM information_schema.processlist GROUP "
                         "BY 1, 2 ORDER BY 3 DESC"
                       : "SELECT usename, application_name, state, count(*) FROM "
                         "pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC",
           });
    fm_console_cite(h, c, limit, "the limit");
    fm_console_cite(h, c, shown, "%.*s connections", FM_STR_ARG(fm_computed(h, c, "%.0f", used)));
    if (is_idle)
        fm_cause_feature(h, c, "idle", (double)n.idle / (double)n.n);
}

/* Refusals that the server counted. */
static void judge_refusals(struct fm_hypotheses *h)
{
    const struct fm_console_row *r =
        fm_console_setting(h->in->consoles, "mysql", "Connection_errors_max_connections");
    if (!r || fm_console_or(r, FM_CONSOLE_F_VALUE, 0) < 1)
        return;
    fm_str value = fm_console_get(r, FM_CONSOLE_F_VALUE).text;
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = {FM_ENTITY_DATABASE, FM_STR("mysql")},
               .fault = FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED,
               .strength = 0.72,
               .rule = "console.refused-connections",
               .statement = fm_console_text(
                   h, "mysql refused %.*s connections because max_connections was reached.",
                   FM_STR_ARG(value)),
               .mechanism = FM_STR("The counter runs since the server started."),
               .location = FM_STR("max_connections"),
               .ask = "Does the counter still grow?",
               .command = "SHOW GLOBAL STATUS LIKE 'Connection_errors_max_connections'",
           });
    fm_console_cite(h, c, r, "refused connections");
}

/* Maintenance and dumps run for long by their nature. */
static bool is_maintenance(const struct fm_console_row *r)
{
    static const char *const words[] = {"vacuum",   "analyze",        "copy ",    "create index",
                                        "reindex",  "alter table",    "optimize", "backup",
                                        "listen",   "fetch ",         "show ",    "wait_for",
                                        "/*!40001", "select /*!40001"};
    fm_str query = fm_console_get(r, FM_CONSOLE_F_QUERY).text;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fm_str_istarts(query, fm_str_c(words[i])))
            return true;
    return query.len == 0 ||
           fm_str_ihas(fm_console_get(r, FM_CONSOLE_F_APPLICATION).text, FM_STR("pg_dump"));
}

static bool is_executing(const struct fm_console_row *r)
{
    return strcmp(r->form, "postgresql") == 0
               ? fm_console_is(r, FM_CONSOLE_F_STATE, "active")
               : fm_console_is(r, FM_CONSOLE_F_COMMAND, "Query") ||
                     fm_console_is(r, FM_CONSOLE_F_COMMAND, "Execute");
}

static const struct fm_console_row *slowest(const struct fm_hypotheses *h, double *age)
{
    const struct fm_console_row *best = NULL;
    *age = LONG_S;
    fm_console_each(h->in->consoles, FM_CONSOLE_SESSION, s)
    {
        bool counts = fm_console_is_client(*s) && is_executing(*s) &&
                      !fm_console_waits_for_lock(*s) && !is_maintenance(*s);
        double v = counts ? fm_console_session_age(h, *s) : NAN;
        if (v >= *age) {
            *age = v;
            best = *s;
        }
    }
    return best;
}

static void judge_slow(struct fm_hypotheses *h)
{
    double age;
    const struct fm_console_row *r = slowest(h, &age);
    if (!r)
        return;
    fm_str id = fm_console_get(r, FM_CONSOLE_F_ID).text;
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = fm_console_database(r),
               .fault = FM_FAULT_DATABASE_SLOW_QUERY,
               .strength = 0.72,
               .rule = "console.long-statement",
               .statement = fm_console_text(
                   h, "A statement of session %.*s has been running for %.0f seconds.",
                   FM_STR_ARG(id), age),
               .mechanism = FM_STR("It keeps a connection and reads or writes much while it runs; "
                                   "others compete with it for processor, cache and disk."),
               .location = fm_str_sub(fm_console_get(r, FM_CONSOLE_F_QUERY).text, 0, 160),
               .ask = "What is its plan, and does an index serve it?",
               .command = "EXPLAIN …",
           });
    fm_computed(h, c, "%.0f", age);
    fm_console_cite(h, c, r, "the session with the longest statement");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_QUERY, "its statement");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_ID, "session");
}

void fm_console_rules_sessions(struct fm_hypotheses *h)
{
    judge_connections(h, "mysql");
    judge_connections(h, "postgresql");
    judge_refusals(h);
    judge_slow(h);
}
