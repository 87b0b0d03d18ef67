/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of cluster objects by kind, name and path, and of YAML and JSON files by path. */
#include "faultmaven/core/document.h"
#include "inquiry/internal.h"
#include "inquiry/object_fields.h"

#define NEAR_SHOWN 8
#define EVENTS_SHOWN 10

struct wanted {
    enum fm_object_kind kind;
    fm_str ns, name, path;
};

static enum fm_code read_wanted(struct fm_ctx *ctx, yyjson_val *args, struct wanted *out)
{
    fm_str kind = fm_str_trim(fm_json_get_str(args, "kind"));
    *out = (struct wanted){.kind = fm_object_kind_parse(kind),
                           .ns = fm_str_trim(fm_json_get_str(args, "namespace")),
                           .name = fm_str_trim(fm_json_get_str(args, "name")),
                           .path = fm_str_trim(fm_json_get_str(args, "path"))};
    if (out->kind == FM_OBJECT_UNKNOWN)
        return fm_fail(ctx, FM_EINVAL, "kind: \"%.*s\" is no kind of object, as Pod or Deployment",
                       FM_STR_ARG(fm_str_sub(kind, 0, 40)));
    return FM_OK;
}

static void put_names(struct fm_inquiry *q, const struct wanted *w, struct fm_buf *out)
{
    size_t n = 0;
    fm_vec_each (&q->incident.objects->objects, it) {
        const struct fm_object *o = *it;
        if (o->kind != w->kind || (w->name.len && !fm_str_ihas(o->name, w->name)))
            continue;
        if (n++ < INQUIRY_LIMIT)
            inquiry_put(q, out, o->span,
                        fm_str_fmt(&q->ctx->arena, "%s %.*s%s%.*s", fm_object_kind_name(o->kind),
                                   FM_STR_ARG(o->name), o->ns.len ? " in " : "",
                                   FM_STR_ARG(o->ns)));
    }
    fm_buf_addf(out, "%zu objects\n", n);
}

/* Not seen, or proved to be absent. */
static enum fm_code put_unknown(struct fm_inquiry *q, const struct wanted *w, struct fm_buf *out)
{
    struct fm_arena *a = &q->ctx->arena;
    fm_span proof = fm_objects_absent(q->incident.objects, w->kind, w->ns, w->name);
    if (proof.length) {
        inquiry_put_fact(q, out, proof,
                         fm_str_fmt(a, "%s %.*s does not exist", fm_object_kind_name(w->kind),
                                    FM_STR_ARG(w->name)));
        return FM_OK;
    }
    fm_buf_addf(out, "the evidence does not show a %s named \"%.*s\"; objects of this kind:\n",
                fm_object_kind_name(w->kind), FM_STR_ARG(fm_str_sub(w->name, 0, 80)));
    struct wanted any = {.kind = w->kind};
    put_names(q, &any, out);
    return FM_OK;
}

static void put_events(struct fm_inquiry *q, const struct fm_object *o, struct fm_buf *out)
{
    size_t n = 0;
    fm_vec_each (&q->incident.objects->events, it) {
        const struct fm_object_event *e = *it;
        if (e->kind == o->kind && fm_str_eq(e->name, o->name) && n++ < EVENTS_SHOWN)
            inquiry_put_fact(q, out, e->span,
                             fm_str_fmt(&q->ctx->arena, "event %s %.*s: %.*s (%llu times)",
                                        e->is_warning ? "Warning" : "Normal", FM_STR_ARG(e->reason),
                                        FM_STR_ARG(e->message), (unsigned long long)e->count));
    }
}

static void put_fields(struct fm_inquiry *q, const struct fm_object *o, fm_str path,
                       struct fm_buf *out)
{
    struct object_fields list = {0};
    size_t n = 0;
    object_fields_list(&q->ctx->arena, o, &list);
    fm_vec_each (&list, f) {
        if (path.len && !object_path_matches(path, f->path))
            continue;
        if (n++ < INQUIRY_LIMIT_MAX)
            inquiry_put_fact(q, out, f->span,
                             fm_str_fmt(&q->ctx->arena, "%s %.*s %.*s = %.*s",
                                        fm_object_kind_name(o->kind), FM_STR_ARG(o->name),
                                        FM_STR_ARG(f->path),
                                        FM_STR_ARG(fm_str_sub(f->text, 0, INQUIRY_LINE_MAX))));
    }
    if (!n && path.len)
        fm_buf_addf(out,
                    "the evidence shows no field \"%.*s\" of it; without path all are listed\n",
                    FM_STR_ARG(fm_str_sub(path, 0, 80)));
}

static enum fm_code run_object(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                               struct fm_buf *out)
{
    struct fm_inquiry *q = ((struct inquiry_tool *)tool)->q;
    struct wanted w;
    FM_TRY(read_wanted(ctx, args, &w));
    if (!w.name.len) {
        put_names(q, &w, out);
        return FM_OK;
    }
    const struct fm_object *o = fm_objects_find(q->incident.objects, w.kind, w.ns, w.name);
    if (!o)
        return put_unknown(q, &w, out);
    bool is_events = fm_str_ieq(w.path, FM_STR("events"));
    if (!is_events)
        put_fields(q, o, w.path, out);
    if (is_events || !w.path.len)
        put_events(q, o, out);
    return FM_OK;
}

/* ---- documents ---- */

static enum fm_code parse(struct fm_ctx *ctx, const struct fm_evidence *e, struct fm_node **root)
{
    bool is_truncated = false;
    fm_str problem = FM_STR_NULL, text = fm_str_trim(e->bytes);
    bool is_json = text.len && (text.p[0] == '{' || text.p[0] == '[');
    if (is_json && fm_document_json(ctx, e->bytes, root, &is_truncated) == FM_OK)
        return FM_OK;
    fm_ctx_clear_error(ctx);
    return fm_document_yaml(ctx, e->bytes, root, &problem);
}

static void put_node(struct fm_inquiry *q, const struct fm_evidence *e, const struct fm_node *n,
                     struct fm_buf *out)
{
    fm_span span = fm_span_of(e, n->pair);
    fm_str text =
        n->kind == FM_NODE_LIST || n->kind == FM_NODE_MAP
            ? fm_str_fmt(&q->ctx->arena, "%.*s holds %u members", FM_STR_ARG(n->key), n->n_children)
            : fm_str_fmt(&q->ctx->arena, "%.*s = %.*s", FM_STR_ARG(n->key),
                         FM_STR_ARG(fm_str_sub(n->text, 0, INQUIRY_LINE_MAX)));
    inquiry_put_fact(q, out, span, text);
}

static const struct fm_node *find_node(struct fm_arena *a, const struct fm_node *root, fm_str path)
{
    const char *p = fm_str_dup(a, path).p;
    const struct fm_node *n = path.len ? fm_node_at(root, p) : root;
    for (const struct fm_node *doc = root->first_child; !n && doc; doc = doc->next)
        n = fm_node_at(doc, p);
    return n;
}

static enum fm_code run_document(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                                 struct fm_buf *out)
{
    struct fm_inquiry *q = ((struct inquiry_tool *)tool)->q;
    struct inquiry_filter f;
    struct fm_node *root;
    const struct fm_evidence *e = NULL;
    FM_TRY(inquiry_filter_read(q, ctx, args, &f));
    for (size_t i = 0; i < q->incident.inputs.n; i++)
        if (f.evidence_id.len && fm_str_eq(q->ids[i], f.evidence_id))
            e = q->incident.inputs.items[i];
    if (!e)
        return fm_fail(ctx, FM_EINVAL, "evidence_id: missing");
    FM_TRY(parse(ctx, e, &root));
    const struct fm_node *n =
        find_node(&ctx->arena, root, fm_str_trim(fm_json_get_str(args, "path")));
    if (!n)
        return fm_fail(ctx, FM_ENOTFOUND, "path: nothing there; paths are like spec.ports.0.port");
    put_node(q, e, n, out);
    size_t shown = 0;
    fm_node_each (n, it) {
        if (shown++ < f.limit)
            put_node(q, e, it, out);
    }
    return FM_OK;
}

const struct fm_tool_ops inquiry_object_field = {
    .name = "object_field",
    .description = "Fields of a cluster object with their places: by kind, name and path; without "
                   "path all fields and events, without name all objects of the kind.",
    .schema =
        "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\"},\"name\":{"
        "\"type\":\"string\"},\"namespace\":{\"type\":\"string\"},\"path\":{\"type\":"
        "\"string\",\"description\":\"as containers.app.resources.limits.memory, or events\"}},"
        "\"required\":[\"kind\"]}",
    .run = run_object,
};

const struct fm_tool_ops inquiry_document_field = {
    .name = "document_field",
    .description = "A value of a YAML or JSON file with its place, by path as spec.ports.0.port.",
    .schema =
        "{\"type\":\"object\",\"properties\":{\"evidence_id\":{\"type\":\"string\"},\"path\":{"
        "\"type\":\"string\"}},\"required\":[\"evidence_id\",\"path\"]}",
    .run = run_document,
};
