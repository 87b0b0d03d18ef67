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

/* --- Performance Insights (AWS API reference: DescribeDimensionKeys, GetResourceMetrics) --- */

static const struct fm_node *dimension(const struct fm_node *dimensions, const char *const *names)
{
    for (; *names; names++) {
        const struct fm_node *n = fm_node_member(dimensions, fm_str_c(*names));
        if (n && n->text.len)
            return n;
    }
    return NULL;
}

/* Mean of a list of points: the load of one dimension over the window. */
static double mean_of(const struct fm_node *points)
{
    double sum = 0, v;
    size_t n = 0;
    fm_node_each (points, p)
        if (fm_str_f64(fm_node_str(p, "Value"), &v)) {
            sum += v;
            n++;
        }
    return n ? sum / (double)n : 0;
}

/* The wait with the largest share of a key: its partitions stand in the order of PartitionKeys. */
static void read_partitions(const struct fm_node *key, const struct fm_node *partitions,
                            struct fm_load_row *row)
{
    static const char *const names[] = {"db.wait_event.name", "db.wait_event.type", NULL};
    const struct fm_node *load = fm_node_at(key, "Partitions");
    const struct fm_node *share = load ? load->first_child : NULL;
    double most = 0, v;
    for (const struct fm_node *p = partitions ? partitions->first_child : NULL; p && share;
         p = p->next, share = share->next) {
        const struct fm_node *name = dimension(fm_node_at(p, "Dimensions"), names);
        if (name && fm_str_f64(share->text, &v) && v > most) {
            most = v;
            row->wait = name->text;
            row->wait_node = name;
        }
    }
}

static void take_larger(struct fm_load_row *row, const struct fm_node *name, double load)
{
    if (name && (!row->name.len || load > row->load))
        *row = (struct fm_load_row){.name = name->text, .load = load, .node = name};
}

static void read_key(struct fm_load_profile *p, const struct fm_node *key,
                     const struct fm_node *dimensions, double load,
                     const struct fm_node *partitions)
{
    static const char *const statements[] = {"db.sql.statement", "db.sql_tokenized.statement",
                                             NULL};
    static const char *const waits[] = {"db.wait_event.name", "db.wait_event.type", NULL};
    static const char *const users[] = {"db.user.name", NULL};
    static const char *const hosts[] = {"db.host.name", "db.host.id", NULL};
    const struct fm_node *statement = dimension(dimensions, statements);
    bool is_larger = statement && (!p->statement.name.len || load > p->statement.load);
    take_larger(&p->statement, statement, load);
    if (is_larger)
        read_partitions(key, partitions, &p->statement);
    take_larger(&p->wait, dimension(dimensions, waits), load);
    take_larger(&p->user, dimension(dimensions, users), load);
    take_larger(&p->host, dimension(dimensions, hosts), load);
}

static bool read_insights(const struct fm_evidence *e, const struct fm_node *root,
                          struct fm_load_profile *p)
{
    double v;
    *p = (struct fm_load_profile){.evidence = e, .instance = fm_node_str(root, "Identifier")};
    fm_node_each (fm_node_at(root, "Keys"), key)
        read_key(p, key, fm_node_at(key, "Dimensions"),
                 fm_str_f64(fm_node_str(key, "Total"), &v) ? v : 0,
                 fm_node_at(root, "PartitionKeys"));
    fm_node_each (fm_node_at(root, "MetricList"), metric)
        read_key(p, metric, fm_node_at(metric, "Key.Dimensions"),
                 mean_of(fm_node_at(metric, "DataPoints")), NULL);
    return p->statement.name.len > 0;
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
                            (fm_str_has((*it)->bytes, FM_STR("top_")) ||
                             fm_str_has((*it)->bytes, FM_STR("\"Dimensions\"")));
        if (!is_candidate)
            continue;
        if (fm_document_json(in->ctx, (*it)->bytes, &root, &is_truncated) == FM_OK &&
            (read_profile(*it, root, &p) || read_insights(*it, root, &p)))
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
