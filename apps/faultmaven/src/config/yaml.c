/* SPDX-License-Identifier: Apache-2.0 */
/* YAML 1.1 by libyaml into the tree. Anchors and tags are refused: a configuration is data that a
 * person reads. */
#include "config.h"

#include <yaml.h>

#define DEPTH_MAX 32

struct loader {
    struct fm_ctx *ctx;
    struct fm_config *config;
    yaml_parser_t parser;
    const char *origin;
    int depth;
};

static enum fm_code fail_at(struct loader *l, yaml_mark_t at, const char *what)
{
    return fm_fail(l->ctx, FM_EINVAL, "%s:%zu:%zu: %s", l->origin, at.line + 1, at.column + 1,
                   what);
}

static enum fm_code next(struct loader *l, yaml_event_t *e)
{
    if (!yaml_parser_parse(&l->parser, e))
        return fail_at(l, l->parser.problem_mark,
                       l->parser.problem ? l->parser.problem : "not YAML");
    return FM_OK;
}

/* NULL when it is none; "nan" and "inf" are words here. */
static yyjson_mut_val *number(yyjson_mut_doc *d, fm_str s)
{
    int64_t i;
    double f;
    if (fm_str_i64(s, &i))
        return yyjson_mut_sint(d, i);
    bool is_word = (s.p[0] | 0x20) >= 'a' && (s.p[0] | 0x20) <= 'z';
    return !is_word && fm_str_f64(s, &f) ? yyjson_mut_real(d, f) : NULL;
}

/* Plain scalars of the core schema; a quoted one is always text. */
static yyjson_mut_val *scalar(struct loader *l, const yaml_event_t *e)
{
    yyjson_mut_doc *d = l->config->doc;
    fm_str s = fm_str_n((const char *)e->data.scalar.value, e->data.scalar.length);
    if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return fm_json_mut_str(d, s);
    if (s.len == 0 || fm_str_eqc(s, "null") || fm_str_eqc(s, "~"))
        return yyjson_mut_null(d);
    if (fm_str_eqc(s, "true") || fm_str_eqc(s, "false"))
        return yyjson_mut_bool(d, s.p[0] == 't');
    yyjson_mut_val *n = number(d, s);
    return n ? n : fm_json_mut_str(d, s);
}

static enum fm_code read_value(struct loader *l, const yaml_event_t *e, fm_str path,
                               yyjson_mut_val *old, yyjson_mut_val **out);

static fm_str join(struct fm_arena *a, fm_str path, fm_str key)
{
    return path.len ? fm_str_fmt(a, "%.*s.%.*s", FM_STR_ARG(path), FM_STR_ARG(key))
                    : fm_str_dup(a, key);
}

static void note_origin(struct loader *l, fm_str path, yaml_mark_t at)
{
    fm_map_put(&l->config->origins, path)->value =
        (void *)(uintptr_t)fm_str_fmt(&l->ctx->arena, "%s:%zu", l->origin, at.line + 1).p;
}

static enum fm_code read_mapping(struct loader *l, fm_str path, yyjson_mut_val *old,
                                 yyjson_mut_val **out)
{
    yyjson_mut_val *o = yyjson_mut_is_obj(old) ? old : yyjson_mut_obj(l->config->doc);
    enum fm_code code = FM_OK;
    for (;;) {
        yaml_event_t key, value;
        FM_TRY(next(l, &key));
        if (key.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&key);
            break;
        }
        if (key.type != YAML_SCALAR_EVENT) {
            code = fail_at(l, key.start_mark, "a name must be plain text");
            yaml_event_delete(&key);
            return code;
        }
        fm_str name = fm_str_dup(
            &l->ctx->arena, fm_str_n((const char *)key.data.scalar.value, key.data.scalar.length));
        yaml_event_delete(&key);
        FM_TRY(next(l, &value));
        yyjson_mut_val *v = NULL;
        code = read_value(l, &value, join(&l->ctx->arena, path, name),
                          yyjson_mut_obj_getn(o, name.p, name.len), &v);
        yaml_event_delete(&value);
        if (code != FM_OK)
            return code;
        yyjson_mut_obj_put(o, yyjson_mut_strncpy(l->config->doc, name.p, name.len), v);
    }
    *out = o;
    return FM_OK;
}

static enum fm_code read_list(struct loader *l, fm_str path, yyjson_mut_val **out)
{
    yyjson_mut_val *a = yyjson_mut_arr(l->config->doc);
    for (size_t i = 0;; i++) {
        yaml_event_t e;
        yyjson_mut_val *v = NULL;
        FM_TRY(next(l, &e));
        bool is_end = e.type == YAML_SEQUENCE_END_EVENT;
        enum fm_code code =
            is_end ? FM_OK
                   : read_value(l, &e, fm_str_fmt(&l->ctx->arena, "%.*s[%zu]", FM_STR_ARG(path), i),
                                NULL, &v);
        yaml_event_delete(&e);
        if (is_end || code != FM_OK) {
            *out = a;
            return code;
        }
        yyjson_mut_arr_append(a, v);
    }
}

static enum fm_code read_value(struct loader *l, const yaml_event_t *e, fm_str path,
                               yyjson_mut_val *old, yyjson_mut_val **out)
{
    enum fm_code code = FM_OK;
    note_origin(l, path, e->start_mark);
    if (++l->depth > DEPTH_MAX)
        return fail_at(l, e->start_mark, "nested too deep");
    if (e->type == YAML_SCALAR_EVENT)
        *out = scalar(l, e);
    else if (e->type == YAML_MAPPING_START_EVENT)
        code = read_mapping(l, path, old, out);
    else if (e->type == YAML_SEQUENCE_START_EVENT)
        code = read_list(l, path, out);
    else
        code = fail_at(l, e->start_mark, "anchors are not supported");
    l->depth--;
    return code;
}

static enum fm_code read_document(struct loader *l, yyjson_mut_val *old, fm_str path,
                                  yyjson_mut_val **out)
{
    for (;;) {
        yaml_event_t e;
        FM_TRY(next(l, &e));
        bool is_start = e.type == YAML_STREAM_START_EVENT || e.type == YAML_DOCUMENT_START_EVENT;
        bool is_end = e.type == YAML_STREAM_END_EVENT;
        enum fm_code code = FM_OK;
        if (!is_start && !is_end)
            code = read_value(l, &e, path, old, out);
        yaml_event_delete(&e);
        if (!is_start)
            return code;
    }
}

static enum fm_code parse(struct loader *l, fm_str yaml, fm_str path, yyjson_mut_val **out)
{
    if (!yaml_parser_initialize(&l->parser))
        FM_BUG("out of memory");
    yaml_parser_set_input_string(&l->parser, (const unsigned char *)(yaml.p ? yaml.p : ""),
                                 yaml.len);
    enum fm_code code = read_document(l, path.len ? NULL : l->config->root, path, out);
    yaml_parser_delete(&l->parser);
    return code;
}

enum fm_code fm_config_merge_yaml(struct fm_ctx *ctx, struct fm_config *c, fm_str yaml,
                                  const char *origin)
{
    struct loader l = {.ctx = ctx, .config = c, .origin = origin};
    yyjson_mut_val *root = NULL;
    FM_TRY(parse(&l, yaml, FM_STR_NULL, &root));
    if (root && !yyjson_mut_is_obj(root) && !yyjson_mut_is_null(root))
        return fm_fail(ctx, FM_EINVAL, "%s: must be a mapping of sections", origin);
    return FM_OK;
}

enum fm_code fm_config_set(struct fm_ctx *ctx, struct fm_config *c, fm_str path, fm_str value,
                           const char *origin)
{
    struct loader l = {.ctx = ctx, .config = c, .origin = origin};
    yyjson_mut_val *at = c->root, *v = NULL;
    fm_str rest = path;
    FM_TRY(parse(&l, value, path, &v));
    for (;;) {
        fm_str name = fm_str_cut(&rest, '.');
        if (name.len == 0)
            return fm_fail(ctx, FM_EINVAL, "%s: \"%.*s\" is no name of a setting", origin,
                           FM_STR_ARG(path));
        yyjson_mut_val *child = yyjson_mut_obj_getn(at, name.p, name.len);
        if (rest.len && !yyjson_mut_is_obj(child))
            child = yyjson_mut_obj(c->doc);
        yyjson_mut_obj_put(at, yyjson_mut_strncpy(c->doc, name.p, name.len),
                           rest.len ? child
                           : v      ? v
                                    : yyjson_mut_null(c->doc));
        if (!rest.len)
            return FM_OK;
        at = child;
    }
}
