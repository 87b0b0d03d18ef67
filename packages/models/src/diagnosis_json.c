/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/models/diagnosis.h"

/* Writer state: the inputs give a span its path, line and quote. */
struct out {
    struct fm_arena *arena;
    yyjson_mut_doc *doc;
    const struct fm_diagnosis *d;
};

static yyjson_mut_val *object(const struct out *o)
{
    return yyjson_mut_obj(o->doc);
}

static void put(const struct out *o, yyjson_mut_val *obj, const char *key, yyjson_mut_val *v)
{
    yyjson_mut_obj_add(obj, yyjson_mut_strcpy(o->doc, key), v);
}

static yyjson_mut_val *put_array(const struct out *o, yyjson_mut_val *obj, const char *key)
{
    yyjson_mut_val *arr = yyjson_mut_arr(o->doc);
    put(o, obj, key, arr);
    return arr;
}

static yyjson_mut_val *number(const struct out *o, double v)
{
    /* JSON has no NaN; four digits are what the numbers are worth. */
    if (!(v > -1e300 && v < 1e300))
        return yyjson_mut_null(o->doc);
    double scale = v > -1e6 && v < 1e6 ? 1e4 : 1;
    double rounded = __builtin_round(v * scale) / scale;
    if (rounded == (double)(int64_t)rounded && rounded > -1e15 && rounded < 1e15)
        return yyjson_mut_sint(o->doc, (int64_t)rounded);
    return yyjson_mut_real(o->doc, rounded);
}

static yyjson_mut_val *entity(const struct out *o, struct fm_entity e)
{
    yyjson_mut_val *v = object(o);
    fm_json_add_strz(o->doc, v, "kind", fm_entity_kind_name(e.kind));
    fm_json_add_str(o->doc, v, "name", e.name);
    return v;
}

static yyjson_mut_val *entity_by_id(const struct out *o, fm_entity_id id)
{
    return id < o->d->nodes.n ? entity(o, o->d->nodes.items[id]) : yyjson_mut_null(o->doc);
}

static yyjson_mut_val *cite(const struct out *o, fm_span s)
{
    if (s.length == 0 || s.evidence >= o->d->inputs.n)
        return yyjson_mut_null(o->doc);
    struct fm_evidence *e = o->d->inputs.items[s.evidence];
    yyjson_mut_val *v = object(o);
    fm_json_add_str(o->doc, v, "evidence", fm_str_fmt(o->arena, "e%u", s.evidence + 1));
    fm_json_add_str(o->doc, v, "path", e->path);
    put(o, v, "offset", yyjson_mut_uint(o->doc, s.offset));
    put(o, v, "length", yyjson_mut_uint(o->doc, s.length));
    put(o, v, "line", yyjson_mut_uint(o->doc, fm_evidence_line(o->arena, e, s.offset)));
    fm_json_add_str(o->doc, v, "quote", fm_str_sub(e->bytes, s.offset, s.length));
    return v;
}

static void put_claims(const struct out *o, yyjson_mut_val *obj, const char *key,
                       const struct fm_claims *claims)
{
    yyjson_mut_val *arr = put_array(o, obj, key);
    fm_vec_each (claims, c) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        fm_json_add_str(o->doc, v, "text", c->text);
        put(o, v, "cite", cite(o, c->span));
    }
}

static yyjson_mut_val *change(const struct out *o, const struct fm_change_ref *c)
{
    if (!c)
        return yyjson_mut_null(o->doc);
    yyjson_mut_val *v = object(o);
    fm_json_add_strz(o->doc, v, "kind", fm_change_kind_name(c->kind));
    fm_json_add_str(o->doc, v, "id", c->id);
    fm_json_add_time(o->doc, v, "at", c->at);
    return v;
}

static void put_actions(const struct out *o, yyjson_mut_val *obj, const struct fm_cause *c)
{
    yyjson_mut_val *arr = put_array(o, obj, "actions");
    fm_vec_each (&c->actions, a) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        fm_json_add_strz(o->doc, v, "kind", fm_action_kind_name(a->kind));
        fm_json_add_str(o->doc, v, "text", a->text);
        fm_json_add_str(o->doc, v, "command", a->command);
        fm_json_add_str(o->doc, v, "risk", a->risk);
    }
}

static void put_settle(const struct out *o, yyjson_mut_val *obj, const struct fm_cause *c)
{
    yyjson_mut_val *v = yyjson_mut_null(o->doc);
    if (c->settle_ask.len) {
        v = object(o);
        fm_json_add_str(o->doc, v, "ask", c->settle_ask);
        fm_json_add_str(o->doc, v, "command", c->settle_command);
    }
    put(o, obj, "settle", v);
}

static void put_features(const struct out *o, yyjson_mut_val *obj, const struct fm_cause *c)
{
    yyjson_mut_val *v = object(o);
    fm_vec_each (&c->features, f)
        put(o, v, f->name, number(o, f->value));
    put(o, obj, "features", v);
}

static yyjson_mut_val *cause(const struct out *o, const struct fm_cause *c, size_t rank)
{
    yyjson_mut_val *v = object(o);
    put(o, v, "rank", yyjson_mut_uint(o->doc, rank));
    fm_json_add_str(o->doc, v, "id", c->id);
    fm_json_add_str(o->doc, v, "statement", c->statement);
    fm_json_add_strz(o->doc, v, "category", fm_category_name(fm_fault_category(c->fault)));
    put(o, v, "entity", entity(o, c->entity));
    fm_json_add_strz(o->doc, v, "fault", fm_fault_id(c->fault));
    fm_json_add_str(o->doc, v, "location", c->location);
    put(o, v, "change", change(o, c->change));
    fm_json_add_str(o->doc, v, "signature", c->signature);
    fm_json_add_str(o->doc, v, "mechanism", c->mechanism);
    fm_json_add_time(o->doc, v, "onset", c->onset);
    put(o, v, "likelihood", number(o, c->likelihood));
    fm_json_add_strz(o->doc, v, "confidence", fm_confidence_name(c->confidence));
    put_features(o, v, c);
    put_claims(o, v, "supports", &c->supports);
    put_claims(o, v, "contradicts", &c->contradicts);
    yyjson_mut_val *affects = put_array(o, v, "affects");
    fm_vec_each (&c->affects, id)
        yyjson_mut_arr_append(affects, entity_by_id(o, *id));
    put_settle(o, v, c);
    put_actions(o, v, c);
    return v;
}

static void put_incident(const struct out *o, yyjson_mut_val *root)
{
    const struct fm_diagnosis *d = o->d;
    yyjson_mut_val *v = object(o), *window = yyjson_mut_arr(o->doc);
    fm_json_add_time(o->doc, v, "onset", d->onset);
    fm_json_add_time(o->doc, v, "detected", d->detected);
    fm_json_add_time(o->doc, v, "recovered", d->recovered);
    if (d->window_begin != FM_TIME_NONE) {
        yyjson_mut_arr_append(window,
                              fm_json_mut_str(o->doc, fm_time_str(o->arena, d->window_begin)));
        yyjson_mut_arr_append(window,
                              fm_json_mut_str(o->doc, fm_time_str(o->arena, d->window_end)));
    }
    put(o, v, "window", window);
    put(o, root, "incident", v);
}

static void put_findings(const struct out *o, yyjson_mut_val *root)
{
    const struct fm_diagnosis *d = o->d;
    yyjson_mut_val *arr = put_array(o, root, "causes");
    for (size_t i = 0; i < d->causes.n; i++)
        yyjson_mut_arr_append(arr, cause(o, d->causes.items[i], i + 1));
    arr = put_array(o, root, "affected");
    fm_vec_each (&d->affected, e)
        yyjson_mut_arr_append(arr, fm_json_mut_str(o->doc, e->name));
    arr = put_array(o, root, "ruled_out");
    fm_vec_each (&d->ruled_out, r) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        fm_json_add_str(o->doc, v, "statement", r->statement);
        fm_json_add_str(o->doc, v, "because", r->because);
        put(o, v, "cite", cite(o, r->span));
    }
}

static void put_conflicts(const struct out *o, yyjson_mut_val *root)
{
    yyjson_mut_val *arr = put_array(o, root, "conflicts");
    fm_vec_each (&o->d->conflicts, c) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        fm_json_add_str(o->doc, v, "object", c->object);
        fm_json_add_str(o->doc, v, "field", c->field);
        fm_json_add_str(o->doc, v, "used", c->used);
        fm_json_add_str(o->doc, v, "other", c->other);
        fm_json_add_str(o->doc, v, "why", c->why);
        put(o, v, "cite", cite(o, c->used_span));
        put(o, v, "other_cite", cite(o, c->other_span));
    }
}

static void put_timeline(const struct out *o, yyjson_mut_val *root)
{
    yyjson_mut_val *arr = put_array(o, root, "timeline");
    fm_vec_each (&o->d->timeline, t) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        fm_json_add_time(o->doc, v, "at", t->at);
        fm_json_add_str(o->doc, v, "text", t->text);
        put(o, v, "entity", entity(o, t->entity));
        put(o, v, "cite", cite(o, t->span));
    }
}

static void put_chain(const struct out *o, yyjson_mut_val *root)
{
    yyjson_mut_val *arr = put_array(o, root, "chain");
    fm_vec_each (&o->d->chain, c) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        put(o, v, "entity", entity(o, c->entity));
        fm_json_add_time(o->doc, v, "at", c->at);
        fm_json_add_str(o->doc, v, "text", c->text);
        put(o, v, "assumed", yyjson_mut_bool(o->doc, c->is_assumed));
        put(o, v, "cite", cite(o, c->span));
    }
}

static void put_charts(const struct out *o, yyjson_mut_val *root)
{
    yyjson_mut_val *arr = put_array(o, root, "charts");
    fm_vec_each (&o->d->charts, it) {
        const struct fm_chart *c = *it;
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        fm_json_add_str(o->doc, v, "title", c->title);
        fm_json_add_strz(o->doc, v, "signal", fm_signal_name(c->signal));
        put(o, v, "entity", entity(o, c->entity));
        fm_json_add_str(o->doc, v, "unit", c->unit);
        yyjson_mut_val *points = put_array(o, v, "points");
        fm_vec_each (&c->points, p) {
            yyjson_mut_val *pair = yyjson_mut_arr_add_arr(o->doc, points);
            yyjson_mut_arr_append(pair, fm_json_mut_str(o->doc, fm_time_str(o->arena, p->at)));
            yyjson_mut_arr_append(pair, number(o, p->value));
        }
    }
}

static yyjson_mut_val *observation(const struct out *o, const struct fm_observation *b)
{
    yyjson_mut_val *v = object(o);
    fm_json_add_strz(o->doc, v, "kind", fm_observation_kind_name(b->kind));
    fm_json_add_strz(o->doc, v, "signal", fm_signal_name(b->signal));
    put(o, v, "entity", entity_by_id(o, b->entity));
    fm_json_add_time(o->doc, v, "begin", b->begin);
    fm_json_add_time(o->doc, v, "end", b->end);
    put(o, v, "score", number(o, b->score));
    put(o, v, "before", number(o, b->before));
    put(o, v, "after", number(o, b->after));
    fm_json_add_str(o->doc, v, "unit", b->unit);
    put(o, v, "count", yyjson_mut_uint(o->doc, b->count));
    fm_json_add_str(o->doc, v, "subject", b->subject);
    fm_json_add_str(o->doc, v, "text", b->text);
    yyjson_mut_val *cites = put_array(o, v, "cites");
    fm_vec_each (&b->spans, s)
        yyjson_mut_arr_append(cites, cite(o, *s));
    return v;
}

static void put_topology(const struct out *o, yyjson_mut_val *root)
{
    yyjson_mut_val *topology = object(o);
    put(o, root, "topology", topology);
    yyjson_mut_val *arr = put_array(o, topology, "nodes");
    fm_vec_each (&o->d->nodes, n)
        yyjson_mut_arr_append(arr, entity(o, *n));
    arr = put_array(o, topology, "edges");
    fm_vec_each (&o->d->edges, e) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        put(o, v, "from", yyjson_mut_uint(o->doc, e->from));
        put(o, v, "to", yyjson_mut_uint(o->doc, e->to));
        fm_json_add_strz(o->doc, v, "kind", fm_edge_kind_name(e->kind));
        put(o, v, "weight", number(o, e->weight));
    }
}

static yyjson_mut_val *input(const struct out *o, const struct fm_evidence *e)
{
    yyjson_mut_val *v = object(o);
    fm_json_add_str(o->doc, v, "evidence", fm_str_fmt(o->arena, "e%u", e->index + 1));
    fm_json_add_str(o->doc, v, "path", e->path);
    fm_json_add_strz(o->doc, v, "sha256", e->sha256[0] ? e->sha256 : NULL);
    fm_json_add_strz(o->doc, v, "type", fm_evidence_type_name(e->type));
    fm_json_add_str(o->doc, v, "format", e->format);
    put(o, v, "baseline", yyjson_mut_bool(o->doc, e->is_baseline));
    put(o, v, "bytes", yyjson_mut_uint(o->doc, e->bytes.len));
    put(o, v, "records", yyjson_mut_uint(o->doc, e->records));
    fm_json_add_time(o->doc, v, "first", e->first);
    fm_json_add_time(o->doc, v, "last", e->last);
    yyjson_mut_val *arr = put_array(o, v, "problems");
    fm_vec_each (&e->problems, p)
        yyjson_mut_arr_append(
            arr, fm_json_mut_str(o->doc, p->line ? fm_str_fmt(o->arena, "line %llu: %.*s",
                                                              (unsigned long long)p->line,
                                                              FM_STR_ARG(p->text))
                                                 : p->text));
    return v;
}

static void put_gaps(const struct out *o, yyjson_mut_val *root)
{
    yyjson_mut_val *arr = put_array(o, root, "missing");
    fm_vec_each (&o->d->missing, m) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(o->doc, arr);
        fm_json_add_str(o->doc, v, "what", m->what);
        fm_json_add_str(o->doc, v, "why", m->why);
        fm_json_add_str(o->doc, v, "how", m->how);
    }
    arr = put_array(o, root, "inputs");
    fm_vec_each (&o->d->inputs, e)
        yyjson_mut_arr_append(arr, input(o, *e));
}

static void put_engine(const struct out *o, yyjson_mut_val *root)
{
    yyjson_mut_val *v = object(o);
    put(o, v, "citations", yyjson_mut_uint(o->doc, o->d->citations));
    put(o, v, "failed", yyjson_mut_uint(o->doc, o->d->citations_failed));
    put(o, root, "checks", v);
    yyjson_mut_val *arr = put_array(o, root, "limits");
    fm_vec_each (&o->d->limits, l)
        yyjson_mut_arr_append(arr, fm_json_mut_str(o->doc, *l));
    v = object(o);
    fm_json_add_strz(o->doc, v, "version", FM_VERSION);
    put(o, v, "elapsed_ms", yyjson_mut_sint(o->doc, o->d->elapsed_ms));
    put(o, root, "engine", v);
}

enum fm_code fm_diagnosis_to_json(struct fm_ctx *ctx, const struct fm_diagnosis *d,
                                  struct fm_buf *buf)
{
    struct out o = {&ctx->arena, fm_json_new(&ctx->arena), d};
    yyjson_mut_val *root = object(&o);
    fm_json_add_strz(o.doc, root, "schema", "faultmaven.diagnosis/1");
    fm_json_add_strz(o.doc, root, "verdict", fm_verdict_name(d->verdict));
    fm_json_add_str(o.doc, root, "summary", d->summary);
    put_incident(&o, root);
    put_findings(&o, root);
    put_conflicts(&o, root);
    put_timeline(&o, root);
    put_chain(&o, root);
    put_charts(&o, root);
    yyjson_mut_val *arr = put_array(&o, root, "observations");
    fm_vec_each (&d->observations, b)
        yyjson_mut_arr_append(arr, observation(&o, *b));
    put_topology(&o, root);
    put_gaps(&o, root);
    put_engine(&o, root);
    FM_TRY(fm_json_write(ctx, o.doc, root, true, buf));
    fm_buf_addc(buf, '\n');
    return FM_OK;
}
