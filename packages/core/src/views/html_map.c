/* SPDX-License-Identifier: Apache-2.0 */
#include "views/html.h"

#define NODES_MAX 24
#define LAYERS_MAX 6
#define BOX_W 150
#define BOX_H 30
#define GAP_X 60
#define GAP_Y 14

struct map_node {
    size_t id; /* index into d->nodes */
    unsigned layer, row;
    bool is_cause, is_hit;
};

struct map {
    const struct fm_diagnosis *d;
    struct map_node nodes[NODES_MAX];
    size_t n;
    unsigned rows[LAYERS_MAX];
};

static struct map_node *find(struct map *m, size_t id)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->nodes[i].id == id)
            return &m->nodes[i];
    return NULL;
}

static void add(struct map *m, size_t id, bool is_cause, bool is_hit)
{
    if (m->n < NODES_MAX && !find(m, id))
        m->nodes[m->n++] = (struct map_node){.id = id, .is_cause = is_cause, .is_hit = is_hit};
}

static void add_by_name(struct map *m, fm_str name, bool is_cause)
{
    for (size_t i = 0; i < m->d->nodes.n; i++)
        if (fm_str_eq(m->d->nodes.items[i].name, name)) {
            fm_vec_each (&m->d->edges, e) {
                if (e->kind == FM_EDGE_CALLS && (e->from == i || e->to == i)) {
                    add(m, i, is_cause, true);
                    return;
                }
            }
        }
}

static void add_neighbours(struct map *m)
{
    size_t affected = m->n;
    fm_vec_each (&m->d->edges, e) {
        if (e->kind != FM_EDGE_CALLS)
            continue;
        const struct map_node *from = find(m, e->from), *to = find(m, e->to);
        if (from && from < m->nodes + affected)
            add(m, e->to, false, false);
        if (to && to < m->nodes + affected)
            add(m, e->from, false, false);
    }
}

/* Callers left of callees: each call pushes its callee one layer on; cycles stop at the last layer.
 */
static void layer(struct map *m)
{
    for (unsigned round = 0; round < LAYERS_MAX; round++)
        fm_vec_each (&m->d->edges, e) {
            struct map_node *from = find(m, e->from), *to = find(m, e->to);
            if (e->kind == FM_EDGE_CALLS && from && to && from != to && to->layer <= from->layer &&
                from->layer + 1 < LAYERS_MAX)
                to->layer = from->layer + 1;
        }
    for (size_t i = 0; i < m->n; i++)
        m->nodes[i].row = m->rows[m->nodes[i].layer]++;
}

static int left(const struct map_node *n)
{
    return 6 + (int)n->layer * (BOX_W + GAP_X);
}

static int top(const struct map_node *n)
{
    return 6 + (int)n->row * (BOX_H + GAP_Y);
}

static void put_edges(struct map *m, struct fm_buf *out)
{
    fm_vec_each (&m->d->edges, e) {
        const struct map_node *a = find(m, e->from), *b = find(m, e->to);
        if (e->kind != FM_EDGE_CALLS || !a || !b || a == b)
            continue;
        int x1 = left(a) + BOX_W, y1 = top(a) + BOX_H / 2, x2 = left(b), y2 = top(b) + BOX_H / 2;
        fm_buf_addf(
            out,
            "<path class=\"edge%s\" marker-end=\"url(#tip)\" d=\"M%d %d C%d %d %d %d %d %d\"/>",
            a->is_hit && b->is_hit ? " hit" : "", x1, y1, x1 + GAP_X / 2, y1, x2 - GAP_X / 2, y2,
            x2, y2);
    }
}

static void put_nodes(struct map *m, struct fm_buf *out)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct map_node *n = &m->nodes[i];
        fm_str name = m->d->nodes.items[n->id].name;
        fm_buf_addf(out,
                    "<g class=\"node%s\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                    "rx=\"6\"/><text x=\"%d\" y=\"%d\" text-anchor=\"middle\"><title>",
                    n->is_cause ? " cause"
                    : n->is_hit ? " hit"
                                : "",
                    left(n), top(n), BOX_W, BOX_H, left(n) + BOX_W / 2, top(n) + 19);
        fm_buf_add_html(out, name);
        fm_buf_addz(out, "</title>");
        fm_buf_add_html(out, fm_str_sub(name, 0, 20));
        fm_buf_addz(out, name.len > 20 ? "…</text></g>" : "</text></g>");
    }
}

void html_service_map(struct fm_arena *a, struct fm_buf *out, const struct fm_diagnosis *d)
{
    struct map *m = FM_NEW(a, struct map);
    unsigned layers = 0, rows = 0;
    m->d = d;
    for (size_t i = 0; i < d->affected.n; i++)
        add_by_name(m, d->affected.items[i].name, i == 0);
    add_neighbours(m);
    if (m->n < 2)
        return;
    layer(m);
    for (unsigned i = 0; i < LAYERS_MAX; i++) {
        layers = m->rows[i] ? i + 1 : layers;
        rows = m->rows[i] > rows ? m->rows[i] : rows;
    }
    unsigned width = 12 + layers * (BOX_W + GAP_X) - GAP_X, height = 12 + rows * (BOX_H + GAP_Y);
    fm_buf_addf(out,
                "<section><h2>Who calls whom</h2><div class=\"scroll\"><svg viewBox=\"0 0 %u %u\" "
                "style=\"max-width:%upx;min-width:%upx\" role=\"img\">",
                width, height, width, width < 420 ? width : 420);
    fm_buf_addz(out, "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
                     "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
                     "<path d=\"M0 0L8 4L0 8z\" fill=\"gray\"/></marker></defs>");
    put_edges(m, out);
    put_nodes(m, out);
    fm_buf_addz(out, "</svg></div></section>\n");
}
