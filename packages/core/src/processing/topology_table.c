/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/topology_table.h"

#include "processing/cell.h"
#include "processing/csv.h"

#define EDGES_MAX 1000000

static bool is_address(fm_str s)
{
    size_t dots = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] == '.')
            dots++;
        else if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return dots == 3;
}

static fm_entity_id entity_of(struct fm_incident *in, fm_str name)
{
    enum fm_entity_kind kind = is_address(name) ? FM_ENTITY_NODE : FM_ENTITY_SERVICE;
    fm_entity_id id = in->entities.n < 4096 ? fm_incident_find_entity(in, name) : FM_ENTITY_NONE;
    return id != FM_ENTITY_NONE ? id : fm_incident_entity(in, kind, name);
}

static bool is_any(fm_str s, const char *const *names)
{
    for (; *names; names++)
        if (fm_str_ieq(s, fm_str_c(*names)))
            return true;
    return false;
}

static size_t find_column(const struct fm_csv *c, const char *const *names)
{
    for (size_t i = 0; i < c->n; i++)
        if (is_any(fm_str_trim(c->fields[i]), names))
            return i;
    return SIZE_MAX;
}

static void add_edge(struct fm_incident *in, fm_str from, fm_str to, double weight)
{
    if (in->edges.n >= EDGES_MAX || from.len == 0 || to.len == 0)
        return;
    enum fm_edge_kind kind = is_address(to) ? FM_EDGE_RUNS_ON : FM_EDGE_CALLS;
    fm_incident_edge(in, entity_of(in, from), entity_of(in, to), kind, weight > 0 ? weight : 1);
}

static bool read_list(struct fm_incident *in, struct fm_csv *c, struct fm_evidence *e)
{
    static const char *const froms[] = {"source", "caller", "from",     "client",
                                        "src",    "parent", "upstream", NULL};
    static const char *const tos[] = {"target", "callee", "to",   "server",     "destination",
                                      "dst",    "child",  "dest", "downstream", NULL};
    static const char *const weights[] = {"weight", "calls", "count", "callcount", "value", NULL};
    size_t from = find_column(c, froms), to = find_column(c, tos), weight = find_column(c, weights);
    if (from == SIZE_MAX || to == SIZE_MAX)
        return false;
    while (fm_csv_next(c)) {
        double w = 1;
        if (from >= c->n || to >= c->n)
            continue;
        if (weight < c->n && !fm_cell_number(c->fields[weight], &w))
            w = 1;
        e->records++;
        add_edge(in, fm_str_trim(c->fields[from]), fm_str_trim(c->fields[to]), w);
    }
    return true;
}

/* Row and column names must be from one set: at least half of the row names are column names too.
 */
static bool is_matrix(struct fm_csv c, const fm_str *names, size_t n)
{
    size_t rows = 0, known = 0;
    while (rows < 64 && fm_csv_next(&c)) {
        if (c.n != n)
            return false;
        rows++;
        for (size_t i = 1; i < n; i++)
            if (fm_str_eq(fm_str_trim(c.fields[0]), names[i])) {
                known++;
                break;
            }
    }
    return rows >= 2 && known * 2 >= rows;
}

static bool read_matrix(struct fm_incident *in, struct fm_csv *c, struct fm_evidence *e)
{
    size_t n = c->n;
    fm_str *names = FM_NEW_ARRAY(&in->ctx->arena, fm_str, n);
    for (size_t i = 0; i < n; i++)
        names[i] = fm_str_trim(c->fields[i]);
    if (n < 3 || !is_matrix(*c, names, n))
        return false;
    while (fm_csv_next(c)) {
        e->records++;
        for (size_t i = 1; i < c->n && i < n; i++) {
            double w;
            if (fm_cell_number(c->fields[i], &w) && w > 0)
                add_edge(in, fm_str_trim(c->fields[0]), names[i], w);
        }
    }
    return true;
}

bool topology_read_table(struct fm_incident *in, struct fm_evidence *e)
{
    struct fm_csv c, header;
    fm_csv_init(&c, &in->ctx->arena, e->bytes);
    if (!fm_csv_next(&c))
        return false;
    header = c;
    if (!read_list(in, &c, e) && !read_matrix(in, &header, e))
        return false;
    e->type = FM_EVIDENCE_TOPOLOGY;
    return true;
}
