/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who blocks whom. Edges from waiting to holding session come from views that name both
 * (sys.innodb_lock_waits, pg_blocking_pids), from pg_locks (equal target, one granted, one not),
 * and where a console shows waiting sessions only, from the one session that can hold what they
 * wait for: the oldest open transaction of the same database; such an edge is assumed, and said to
 * be. The cause is the session at the end of the chain.
 */
#include "databases.h"

#include <math.h>

#define CHAIN_MAX 32
#define EDGES_MAX 20000
#define OLD_LEAST_S 10.0
#define WAIT_LEAST_S 5.0

struct edge {
    const struct fm_console_row *from; /* shows the waiting session */
    const struct fm_console_row *to;   /* shows the holding one; may be the same row */
    fm_str waiter, holder;
    bool is_assumed;
};

struct edges {
    struct fm_hypotheses *h;
    FM_VEC(struct edge) all;
    struct fm_map by_waiter; /* "form/id" → index + 1 of its first edge */
};

static fm_str key_of(struct edges *g, const struct fm_console_row *r, fm_str id)
{
    return fm_str_fmt(&g->h->in->ctx->arena, "%s/%.*s", r->form, FM_STR_ARG(id));
}

static void add_edge(struct edges *g, struct edge e)
{
    if (e.waiter.len == 0 || e.holder.len == 0 || fm_str_eq(e.waiter, e.holder) ||
        g->all.n >= EDGES_MAX)
        return;
    struct fm_map_entry *entry = fm_map_put(&g->by_waiter, key_of(g, e.from, e.waiter));
    fm_vec_push(&g->h->in->ctx->arena, &g->all, e);
    if (!entry->value)
        entry->value = (void *)(uintptr_t)g->all.n;
}

static const struct edge *edge_of(struct edges *g, const struct fm_console_row *like, fm_str waiter)
{
    uintptr_t i = (uintptr_t)fm_map_get(&g->by_waiter, key_of(g, like, waiter));
    return i ? &g->all.items[i - 1] : NULL;
}

static void add_pairs(struct edges *g)
{
    fm_console_each(g->h->in->consoles, FM_CONSOLE_BLOCKING, r)
        add_edge(g, (struct edge){.from = *r,
                                  .to = *r,
                                  .waiter = fm_console_get(*r, FM_CONSOLE_F_ID).text,
                                  .holder = fm_console_get(*r, FM_CONSOLE_F_BLOCKED_BY).text});
}

/* "{4711,4712}" of pg_blocking_pids, or a number alone. */
static void add_blocked_by(struct edges *g, const struct fm_console_row *r)
{
    fm_str list = fm_console_get(r, FM_CONSOLE_F_BLOCKED_BY).text;
    if (fm_str_starts(list, FM_STR("{")))
        list = fm_str_sub(list, 1, list.len - 2);
    while (list.len) {
        fm_str holder = fm_str_trim(fm_str_cut(&list, ','));
        const struct fm_console_row *to = fm_console_session(g->h, r, holder);
        add_edge(g, (struct edge){.from = r,
                                  .to = to ? to : r,
                                  .waiter = fm_console_get(r, FM_CONSOLE_F_ID).text,
                                  .holder = holder});
    }
}

static bool is_granted(const struct fm_console_row *r)
{
    return fm_console_is(r, FM_CONSOLE_F_GRANTED, "t") ||
           fm_console_is(r, FM_CONSOLE_F_GRANTED, "true");
}

static fm_str target_of(struct edges *g, const struct fm_console_row *r)
{
    fm_str xid = fm_console_get(r, FM_CONSOLE_F_TRANSACTION).text;
    fm_str table = fm_console_get(r, FM_CONSOLE_F_TABLE).text;
    if (xid.len == 0 && table.len == 0)
        return FM_STR_NULL;
    return fm_str_fmt(&g->h->in->ctx->arena, "%.*s/%.*s/%.*s",
                      FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_LOCK_TYPE).text), FM_STR_ARG(xid),
                      FM_STR_ARG(table));
}

/* Strong table locks conflict; the weak ones of reading and writing rows do not block each other
 * (PostgreSQL manual, "Table-Level Locks"). */
static bool may_block(const struct fm_console_row *holder, const struct fm_console_row *waiter)
{
    static const char *const weak[] = {"AccessShareLock", "RowShareLock", "RowExclusiveLock"};
    bool is_weak_holder = false, is_weak_waiter = false;
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        is_weak_holder |= fm_console_is(holder, FM_CONSOLE_F_MODE, weak[i]);
        is_weak_waiter |= fm_console_is(waiter, FM_CONSOLE_F_MODE, weak[i]);
    }
    return !(is_weak_holder && is_weak_waiter);
}

static void add_locks(struct edges *g)
{
    struct fm_map holders;
    fm_map_init(&holders, &g->h->in->ctx->arena);
    fm_console_each(g->h->in->consoles, FM_CONSOLE_LOCK, r)
    {
        fm_str target = target_of(g, *r);
        if (target.len && is_granted(*r) && !fm_map_get(&holders, target))
            fm_map_put(&holders, target)->value = *r;
    }
    fm_console_each(g->h->in->consoles, FM_CONSOLE_LOCK, r)
    {
        fm_str target = target_of(g, *r);
        struct fm_console_row *holder = target.len ? fm_map_get(&holders, target) : NULL;
        if (holder && !is_granted(*r) && may_block(holder, *r))
            add_edge(g, (struct edge){.from = *r,
                                      .to = holder,
                                      .waiter = fm_console_get(*r, FM_CONSOLE_F_ID).text,
                                      .holder = fm_console_get(holder, FM_CONSOLE_F_ID).text});
    }
}

/* It can hold what `waiter` waits for: same database, older, does not wait itself. */
static bool is_candidate(const struct edges *g, const struct fm_console_row *s,
                         const struct fm_console_row *waiter, double *age)
{
    fm_str db = fm_console_get(s, FM_CONSOLE_F_DATABASE).text;
    double waited = fm_console_session_age(g->h, waiter);
    *age = fm_console_session_age(g->h, s);
    bool is_pg = strcmp(s->form, "postgresql") == 0;
    return s != waiter && strcmp(s->form, waiter->form) == 0 && fm_console_is_client(s) &&
           !fm_console_waits_for_lock(s) &&
           fm_str_eq(db, fm_console_get(waiter, FM_CONSOLE_F_DATABASE).text) &&
           *age >= OLD_LEAST_S && (isnan(waited) || *age >= waited) &&
           (fm_console_is_idle(s) || !is_pg || fm_console_is(s, FM_CONSOLE_F_STATE, "active"));
}

static void add_assumed(struct edges *g, const struct fm_console_row *waiter)
{
    const struct fm_console_row *best = NULL;
    double most = 0, age, waited = fm_console_session_age(g->h, waiter);
    if (waited < WAIT_LEAST_S)
        return;
    fm_console_each(g->h->in->consoles, FM_CONSOLE_SESSION,
                    s) if (is_candidate(g, *s, waiter, &age) && age > most)
    {
        most = age;
        best = *s;
    }
    if (best)
        add_edge(g, (struct edge){.from = waiter,
                                  .to = best,
                                  .waiter = fm_console_get(waiter, FM_CONSOLE_F_ID).text,
                                  .holder = fm_console_get(best, FM_CONSOLE_F_ID).text,
                                  .is_assumed = true});
}

#define ASSUMED_MAX 200 /* sessions that are compared with all others */

static void collect(struct edges *g)
{
    size_t n = 0;
    add_pairs(g);
    fm_console_each(g->h->in->consoles, FM_CONSOLE_SESSION, s) add_blocked_by(g, *s);
    add_locks(g);
    fm_console_each(g->h->in->consoles, FM_CONSOLE_SESSION,
                    s) if (fm_console_waits_for_lock(*s) && n++ < ASSUMED_MAX &&
                           !edge_of(g, *s, fm_console_get(*s, FM_CONSOLE_F_ID).text))
        add_assumed(g, *s);
}

/* The last edge of the chain from e; NULL in a cycle. */
static const struct edge *root_of(struct edges *g, const struct edge *e)
{
    for (unsigned i = 0; i < CHAIN_MAX; i++) {
        const struct edge *next = edge_of(g, e->from, e->holder);
        if (!next)
            return e;
        e = next;
    }
    return NULL;
}

struct blocker {
    const struct edge *edge; /* one that ends at it */
    const struct edge *first;
    size_t n;
    bool is_assumed;
};

/* " (user billing, idle in transaction)" */
static fm_str describe(struct edges *g, const struct blocker *b, const struct fm_console_row *s)
{
    fm_str user = s ? fm_console_get(s, FM_CONSOLE_F_USER).text
                    : fm_console_get(b->edge->to, FM_CONSOLE_F_BLOCKER_USER).text;
    fm_str state = s ? fm_console_session_state(s) : FM_STR_NULL;
    if (user.len + state.len == 0)
        return FM_STR_NULL;
    return fm_console_text(g->h, " (%s%.*s%s%.*s)", user.len ? "user " : "", FM_STR_ARG(user),
                           user.len && state.len ? ", " : "", FM_STR_ARG(state));
}

static fm_str statement_of(const struct blocker *b, const struct fm_console_row *s)
{
    fm_str query = s ? fm_console_get(s, FM_CONSOLE_F_QUERY).text : FM_STR_NULL;
    if (query.len == 0)
        query = fm_console_get(b->edge->to, FM_CONSOLE_F_BLOCKER_QUERY).text;
    return fm_str_sub(query, 0, 120);
}

/* One short wait is how locks work. */
static bool is_momentary(struct edges *g, const struct blocker *b)
{
    double waited;
    const struct fm_console_row *r = b->first->from;
    if (b->n > 1)
        return false;
    waited = r->kind == FM_CONSOLE_LOCK ? NAN : fm_console_session_age(g->h, r);
    return waited < WAIT_LEAST_S;
}

static void assert_blocker(struct edges *g, const struct blocker *b)
{
    struct fm_hypotheses *h = g->h;
    fm_str id = b->edge->holder;
    const struct fm_console_row *s = fm_console_session(h, b->edge->to, id);
    const struct fm_console_row *shown = s ? s : b->edge->to;
    bool is_idle = s && fm_console_is_idle(s);
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = fm_console_database(shown),
            .fault = FM_FAULT_DATABASE_LOCK_CONTENTION,
            .strength = b->is_assumed ? 0.76
                        : b->n > 1    ? 0.91
                                      : 0.84,
            .rule = "console.lock-chain",
            .statement = fm_console_text(
                h, "Session %.*s%.*s %s other sessions, which wait for locks.", FM_STR_ARG(id),
                FM_STR_ARG(describe(g, b, s)), b->is_assumed ? "probably blocks" : "blocks"),
            .mechanism =
                is_idle ? FM_STR("Its transaction is open and does nothing; locks are held until "
                                 "it commits, rolls back or is ended, and waiting sessions pile up "
                                 "behind it.")
                        : FM_STR("Locks are held until its transaction ends; waiting sessions pile "
                                 "up behind it, also those that could run beside each other."),
            .location = statement_of(b, s),
            .ask = "Which application opened this transaction, and why does it not end?",
            .command = strcmp(shown->form, "mysql") == 0
                           ? "SELECT * FROM sys.innodb_lock_waits\\G"
                           : "SELECT pid, pg_blocking_pids(pid), state, query FROM "
                             "pg_stat_activity WHERE wait_event_type = 'Lock'",
        });
    fm_console_cite(h, c, shown, "the session that %s",
                    b->is_assumed ? "is old enough to hold the "
                                    "lock"
                                  : "holds the lock");
    fm_console_cite_field(h, c, shown, FM_CONSOLE_F_ID, "session");
    fm_console_cite(h, c, b->first->from, "one of %.*s sessions that wait",
                    FM_STR_ARG(fm_computed(h, c, "%zu", b->n)));
    fm_computed(h, c, "%.*s", FM_STR_ARG(id));
    fm_cause_action(
        h, c,
        (struct fm_action){
            FM_ACTION_MITIGATION, fm_str_c("End the blocking session."),
            strcmp(shown->form, "mysql") == 0
                ? fm_console_text(h, "KILL %.*s", FM_STR_ARG(id))
                : fm_console_text(h, "SELECT pg_terminate_backend(%.*s)", FM_STR_ARG(id)),
            fm_str_c("its transaction is rolled back; a long one takes as long to undo")});
}

static void judge(struct edges *g)
{
    struct fm_arena *a = &g->h->in->ctx->arena;
    struct fm_map index;
    FM_VEC(struct blocker *) blockers = {0};
    fm_map_init(&index, a);
    fm_vec_each (&g->all, e) {
        const struct edge *root = root_of(g, e);
        if (!root || edge_of(g, e->from, e->waiter) != e)
            continue;
        struct fm_map_entry *entry = fm_map_put(&index, key_of(g, root->to, root->holder));
        if (!entry->value) {
            struct blocker *b = FM_NEW(a, struct blocker);
            *b = (struct blocker){.edge = root, .first = e};
            fm_vec_push(a, &blockers, b);
            entry->value = b;
        }
        struct blocker *b = entry->value;
        b->n++;
        b->is_assumed |= e->is_assumed || root->is_assumed;
    }
    fm_vec_each (&blockers, b)
        if (!is_momentary(g, *b))
            assert_blocker(g, *b);
}

/* The transactions of the latest deadlock that InnoDB remembers. It may be old: a retry is all that
 * a rare one needs. */
static void judge_deadlock(struct fm_hypotheses *h)
{
    struct fm_cause *c = NULL;
    size_t n = 0;
    fm_console_each(h->in->consoles, FM_CONSOLE_DEADLOCK, r) n++;
    if (n < 2)
        return;
    fm_console_each(h->in->consoles, FM_CONSOLE_DEADLOCK, r)
    {
        if (!c)
            c = fm_console_assert(
                h,
                &(struct fm_console_claim){
                    .entity = {FM_ENTITY_DATABASE, FM_STR("mysql")},
                    .fault = FM_FAULT_DATABASE_DEADLOCK,
                    .strength = 0.74,
                    .rule = "console.innodb-deadlock",
                    .statement = FM_STR("InnoDB found a deadlock between transactions and rolled "
                                        "one of them back."),
                    .mechanism = FM_STR("Each holds a lock that the other waits for: they touch "
                                        "the same rows in a different order."),
                    .location = fm_console_get(*r, FM_CONSOLE_F_TABLE).text,
                    .ask = "How often do deadlocks happen, and which statements take part?",
                    .command = "SET GLOBAL innodb_print_all_deadlocks = ON",
                });
        fm_console_cite(h, c, *r, "a transaction of the deadlock");
        fm_console_cite_field(h, c, *r, FM_CONSOLE_F_QUERY, "its statement");
        fm_console_cite_field(h, c, *r, FM_CONSOLE_F_TABLE, "the table that it waits for");
        fm_console_cite_field(h, c, *r, FM_CONSOLE_F_STATUS, "the victim");
    }
}

void fm_console_rules_locks(struct fm_hypotheses *h)
{
    struct edges g = {.h = h};
    fm_map_init(&g.by_waiter, &h->in->ctx->arena);
    collect(&g);
    judge(&g);
    judge_deadlock(h);
}
