/* SPDX-License-Identifier: Apache-2.0 */
#include "evaluation/answer.h"

struct walk {
    struct fm_arena *arena;
    struct answer *answer;
    struct fm_buf *text; /* NULL when strings are not wanted */
};

static void walk(struct walk *w, yyjson_val *v, yyjson_val *cause);

static void walk_object(struct walk *w, yyjson_val *v, yyjson_val *cause)
{
    size_t i, n;
    yyjson_val *key, *member;
    yyjson_val *path = yyjson_obj_get(v, "path"), *quote = yyjson_obj_get(v, "quote");
    if (yyjson_is_str(path) && yyjson_is_str(quote) && !w->text) {
        struct citation c = {.path = fm_json_str(path),
                             .quote = fm_json_str(quote),
                             .in_cause = cause,
                             .offset = fm_json_get_i64(v, "offset", -1),
                             .length = fm_json_get_i64(v, "length", -1),
                             .line = fm_json_get_i64(v, "line", 0)};
        fm_vec_push(w->arena, &w->answer->citations, c);
    }
    yyjson_obj_foreach(v, i, n, key, member) walk(w, member, cause);
}

static void walk(struct walk *w, yyjson_val *v, yyjson_val *cause)
{
    size_t i, n;
    yyjson_val *item;
    if (yyjson_is_obj(v)) {
        walk_object(w, v, cause);
    } else if (yyjson_is_arr(v)) {
        yyjson_arr_foreach(v, i, n, item) walk(w, item, cause);
    } else if (yyjson_is_str(v) && w->text) {
        fm_buf_adds(w->text, fm_json_str(v));
        fm_buf_addc(w->text, '\n');
    }
}

void answer_read(struct fm_arena *a, yyjson_val *root, struct answer *out)
{
    size_t i, n;
    yyjson_val *key, *member, *cause;
    struct walk w = {.arena = a, .answer = out};
    out->root = root;
    yyjson_arr_foreach(yyjson_obj_get(root, "causes"), i, n, cause)
    {
        if (!yyjson_is_obj(cause))
            continue;
        fm_vec_push(a, &out->causes, cause);
        walk(&w, cause, cause);
    }
    yyjson_obj_foreach(root, i, n, key, member)
    {
        if (!fm_str_eqc(fm_json_str(key), "causes"))
            walk(&w, member, NULL);
    }
}

static uint64_t line_of(fm_str bytes, size_t offset)
{
    uint64_t line = 1;
    fm_str before = fm_str_sub(bytes, 0, offset);
    for (ptrdiff_t at = 0; (at = fm_str_chr(before, '\n', (size_t)at)) >= 0; at++)
        line++;
    return line;
}

static bool check_one(struct citation *c, fm_str bytes)
{
    if (c->offset < 0 || c->length <= 0 || (uint64_t)c->offset > bytes.len ||
        (uint64_t)c->length > bytes.len - (uint64_t)c->offset)
        return false;
    if (!fm_str_eq(fm_str_sub(bytes, (size_t)c->offset, (size_t)c->length), c->quote))
        return false;
    c->true_line = line_of(bytes, (size_t)c->offset);
    return c->line == 0 || (uint64_t)c->line == c->true_line;
}

void answer_check(struct answer *w, struct fm_eval_files *files)
{
    fm_vec_each (&w->citations, c) {
        fm_str bytes;
        for (size_t i = 0; !c->is_true && files->find(files, c->path, i, &bytes, &c->is_baseline);
             i++)
            c->is_true = check_one(c, bytes);
    }
}

fm_str answer_cause_text(struct fm_arena *a, const struct answer *w, yyjson_val *cause)
{
    fm_str text = fm_str_fmt(a, "%.*s\n%.*s\n%.*s", FM_STR_ARG(fm_json_get_str(cause, "statement")),
                             FM_STR_ARG(fm_json_get_str(cause, "mechanism")),
                             FM_STR_ARG(fm_json_get_str(cause, "location")));
    struct fm_buf b;
    fm_buf_init(&b, (size_t)64 << 20);
    fm_buf_adds(&b, text);
    fm_vec_each (&w->citations, c) {
        if (c->in_cause != cause)
            continue;
        fm_buf_addc(&b, '\n');
        fm_buf_adds(&b, c->quote);
    }
    text = fm_str_dup(a, fm_buf_str(&b));
    fm_buf_release(&b);
    return text;
}

fm_str answer_all_text(struct fm_arena *a, const struct answer *w)
{
    struct fm_buf b;
    struct walk walker = {.arena = a, .text = &b};
    fm_buf_init(&b, (size_t)256 << 20);
    walk(&walker, w->root, NULL);
    fm_str text = fm_str_dup(a, fm_buf_str(&b));
    fm_buf_release(&b);
    return text;
}

fm_str answer_name(struct fm_arena *a, fm_str name)
{
    static const char *const kinds[] = {"service/",   "deployment/",  "deploy/", "pod/", "node/",
                                        "namespace/", "statefulset/", "host/",   "job/"};
    name = fm_str_lower(a, fm_str_trim(name));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (fm_str_starts(name, fm_str_c(kinds[i])))
            return fm_str_skip(name, strlen(kinds[i]));
    return name;
}

fm_str answer_cause_name(struct fm_arena *a, yyjson_val *cause)
{
    yyjson_val *entity = yyjson_obj_get(cause, "entity");
    return answer_name(a, yyjson_is_obj(entity) ? fm_json_get_str(entity, "name")
                                                : fm_json_str(entity));
}
