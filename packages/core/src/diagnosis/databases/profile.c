/* SPDX-License-Identifier: Apache-2.0 */
#include "databases.h"

static double load_of(const struct fm_node *n)
{
    fm_str s =
        fm_node_first(n, "db_load_avg", "load", "db.load.avg", "avg_load", "Total", "value", "aas");
    double v = 0;
    return fm_str_f64(s, &v) ? v : 0;
}

static struct fm_load_row largest(const struct fm_node *list)
{
    struct fm_load_row best = {.load = -1};
    fm_node_each (list, item) {
        double load = load_of(item);
        fm_str name =
            fm_node_first(item, "statement", "sql", "query", "name", "id", "host", "user");
        if (name.len && load > best.load)
            best = (struct fm_load_row){.name = name, .load = load, .node = item};
    }
    return best;
}

static const struct fm_node *list_of(const struct fm_node *root, const char *const *keys)
{
    for (; *keys; keys++) {
        const struct fm_node *n = fm_node_member(root, fm_str_c(*keys));
        if (n && n->kind == FM_NODE_LIST)
            return n;
    }
    return NULL;
}

static bool read_profile(const struct fm_evidence *e, const struct fm_node *root,
                         struct fm_load_profile *p)
{
    const struct fm_node *statements = list_of(
        root, (const char *const[]){"top_sql", "topSql", "top_statements", "top_queries", NULL});
    if (!statements)
        return false;
    *p = (struct fm_load_profile){.evidence = e};
    p->instance =
        fm_node_first(root, "db_instance_identifier", "instance", "identifier", "database");
    p->statement = largest(statements);
    p->wait = largest(
        list_of(root, (const char *const[]){"top_wait_events", "top_waits", "waits", NULL}));
    p->user = largest(list_of(root, (const char *const[]){"top_users", "users", NULL}));
    p->host = largest(list_of(root, (const char *const[]){"top_hosts", "hosts", NULL}));
    struct fm_load_row wait =
        largest(list_of(p->statement.node, (const char *const[]){"wait_events", "waits", NULL}));
    p->statement.wait = wait.name;
    p->statement.wait_node = wait.node;
    return p->statement.name.len > 0;
}

void fm_load_profiles_read(const struct fm_incident *in, struct fm_load_profiles *out)
{
    fm_vec_each (&in->inputs, it) {
        struct fm_load_profile p;
        struct fm_node *root = NULL;
        bool is_truncated;
        bool is_candidate = (*it)->type == FM_EVIDENCE_OBJECTS && !(*it)->is_baseline &&
                            fm_str_has((*it)->bytes, FM_STR("top_"));
        if (!is_candidate)
            continue;
        if (fm_document_json(in->ctx, (*it)->bytes, &root, &is_truncated) == FM_OK &&
            read_profile(*it, root, &p))
            fm_vec_push(&in->ctx->arena, out, p);
        fm_ctx_clear_error(in->ctx);
    }
}

const struct fm_load_profile *fm_load_profile_of(const struct fm_load_profiles *all,
                                                 fm_str instance)
{
    fm_vec_each (all, p)
        if (!p->instance.len || fm_str_starts(instance, p->instance) ||
            fm_str_starts(p->instance, instance))
            return p;
    return all->n == 1 ? &all->items[0] : NULL;
}

static bool is_write(fm_str statement)
{
    static const char *const words[] = {"insert", "update", "delete",       "copy",
                                        "merge",  "vacuum", "create index", "alter"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fm_str_istarts(fm_str_trim(statement), fm_str_c(words[i])))
            return true;
    return false;
}

static fm_str cite(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_load_profile *p,
                   const struct fm_node *n, const char *what)
{
    if (!n)
        return FM_STR_NULL;
    fm_cause_support(h, c, fm_quote(p->evidence, n->source, FM_QUOTE_MAX), "%s", what);
    return fm_computed(h, c, "%.*s", FM_STR_ARG(fm_node_str(n, "name")));
}

void fm_explain_load(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_load_profile *p)
{
    struct fm_arena *a = &h->in->ctx->arena;
    if (!p || !p->statement.name.len)
        return;
    fm_str statement = fm_str_sub(p->statement.name, 0, 120);
    fm_computed(h, c, "%.*s %.*s %.*s %.*s", FM_STR_ARG(statement), FM_STR_ARG(p->host.name),
                FM_STR_ARG(p->user.name), FM_STR_ARG(p->statement.wait));
    cite(h, c, p, p->statement.node, "the statement with the largest load");
    cite(h, c, p, p->user.node, "the user with the largest load");
    cite(h, c, p, p->host.node, "the host with the largest load");
    cite(h, c, p, p->wait.node, "what sessions wait for most");
    c->mechanism = fm_str_fmt(
        a, "%.*s Most load comes from %s: %.*s, which mostly waits for %.*s",
        FM_STR_ARG(c->mechanism),
        is_write(statement) ? "a write-heavy statement (bulk write load)" : "this statement",
        FM_STR_ARG(statement),
        FM_STR_ARG(p->statement.wait.len ? p->statement.wait : FM_STR("nothing named")));
    if (p->user.name.len)
        c->mechanism = fm_str_fmt(a, "%.*s, run by user %.*s", FM_STR_ARG(c->mechanism),
                                  FM_STR_ARG(p->user.name));
    if (p->host.name.len)
        c->mechanism =
            fm_str_fmt(a, "%.*s from %.*s", FM_STR_ARG(c->mechanism), FM_STR_ARG(p->host.name));
    c->mechanism = fm_str_fmt(a, "%.*s.", FM_STR_ARG(c->mechanism));
    c->location = statement;
}
