/* SPDX-License-Identifier: Apache-2.0 */
/* Embeddings and lists of models, all families. */
#include "wire.h"

#define DIMENSIONS_MAX 65536

static void encode_gemini(yyjson_mut_doc *d, yyjson_mut_val *root, const char *model,
                          const fm_str *texts, size_t n)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, root, "requests");
    for (size_t i = 0; i < n; i++) {
        yyjson_mut_val *r = yyjson_mut_arr_add_obj(d, list);
        fm_json_add_str(d, r, "model", fm_str_fmt(d->alc.ctx, "models/%s", model));
        yyjson_mut_val *parts =
            yyjson_mut_obj_add_arr(d, yyjson_mut_obj_add_obj(d, r, "content"), "parts");
        fm_json_add_str(d, yyjson_mut_arr_add_obj(d, parts), "text", texts[i]);
    }
}

enum fm_code fm_llm_embed_encode(struct fm_ctx *ctx, const struct fm_llm_model *m,
                                 const fm_str *texts, size_t n, yyjson_mut_doc **out)
{
    enum fm_llm_family family = m->provider->facts->family;
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *root = yyjson_mut_obj(d);
    if (!m->provider->facts->embeddings_path)
        return fm_fail(ctx, FM_EUNSUPPORTED,
                       "provider %s: offers no embeddings; configure another one for them",
                       m->provider->id);
    if (family == FM_LLM_FAMILY_GEMINI) {
        encode_gemini(d, root, m->name, texts, n);
        return fm_llm_finish_doc(d, root, out);
    }
    yyjson_mut_obj_add_str(d, root, "model", m->name);
    yyjson_mut_val *input = yyjson_mut_obj_add_arr(d, root, "input");
    for (size_t i = 0; i < n; i++)
        yyjson_mut_arr_append(input, fm_json_mut_str(d, texts[i]));
    if (family == FM_LLM_FAMILY_OLLAMA)
        yyjson_mut_obj_add_bool(d, root, "truncate", false);
    else
        yyjson_mut_obj_add_str(d, root, "encoding_format", "float");
    return fm_llm_finish_doc(d, root, out);
}

fm_str fm_llm_embed_path(struct fm_arena *a, const struct fm_llm_model *m)
{
    fm_str path = fm_str_c(m->provider->facts->embeddings_path);
    ptrdiff_t at = fm_str_find(path, FM_STR("%s"), 0);
    if (at < 0)
        return path;
    return fm_str_fmt(a, "%.*s%s%.*s", FM_STR_ARG(fm_str_sub(path, 0, (size_t)at)), m->name,
                      FM_STR_ARG(fm_str_skip(path, (size_t)at + 2)));
}

static enum fm_code read_vector(struct fm_ctx *ctx, yyjson_val *list, struct fm_llm_vector *out)
{
    size_t i, n, len = yyjson_arr_size(list);
    yyjson_val *v;
    if (len == 0 || len > DIMENSIONS_MAX)
        return fm_fail(ctx, FM_EUPSTREAM, "embeddings: a vector of %zu numbers", len);
    float *values = FM_NEW_ARRAY(&ctx->arena, float, len);
    yyjson_arr_foreach(list, i, n, v)
    {
        if (!yyjson_is_num(v))
            return fm_fail(ctx, FM_EUPSTREAM, "embeddings: element %zu of a vector is not a number",
                           i);
        values[i] = (float)yyjson_get_num(v);
    }
    *out = (struct fm_llm_vector){values, len};
    return FM_OK;
}

/* Each item is an object with the vector under a name that differs, or the vector itself. */
static yyjson_val *vector_of(yyjson_val *item)
{
    if (yyjson_is_arr(item))
        return item;
    yyjson_val *v = fm_json_get(item, "embedding");
    return v ? v : fm_json_get(item, "values");
}

static bool have_one_size(const struct fm_llm_embeddings *e)
{
    for (size_t i = 0; i < e->n; i++)
        if (!e->items[i].values || e->items[i].n != e->items[0].n)
            return false;
    return true;
}

enum fm_code fm_llm_embed_decode(struct fm_ctx *ctx, fm_str body, size_t n,
                                 struct fm_llm_embeddings *out)
{
    size_t i, count;
    yyjson_val *root, *item;
    FM_TRY(fm_json_read(ctx, body, &root));
    yyjson_val *list = fm_json_get(root, "data");
    if (!list)
        list = fm_json_get(root, "embeddings");
    if (yyjson_arr_size(list) != n)
        return fm_fail(ctx, FM_EUPSTREAM, "embeddings: %zu vectors for %zu texts",
                       yyjson_arr_size(list), n);
    struct fm_llm_embeddings e = {FM_NEW_ARRAY(&ctx->arena, struct fm_llm_vector, n), n,
                                  FM_STR_NULL, 0};
    yyjson_arr_foreach(list, i, count, item)
    {
        int64_t index = fm_json_get_i64(item, "index", (int64_t)i);
        if (index < 0 || (size_t)index >= n)
            return fm_fail(ctx, FM_EUPSTREAM, "embeddings: index %lld is out of range",
                           (long long)index);
        FM_TRY(read_vector(ctx, vector_of(item), &e.items[index]));
    }
    if (!have_one_size(&e))
        return fm_fail(ctx, FM_EUPSTREAM, "embeddings: vectors are missing or differ in length");
    e.model = fm_json_get_str(root, "model");
    e.input_tokens = fm_json_get_i64(fm_json_get(root, "usage"), "prompt_tokens",
                                     fm_json_get_i64(root, "prompt_eval_count", 0));
    *out = e;
    return FM_OK;
}

static int64_t first_number(yyjson_val *o, const char *const *keys)
{
    for (; *keys; keys++) {
        int64_t v = fm_json_get_i64(o, *keys, 0);
        if (v > 0)
            return v;
    }
    return 0;
}

static void read_model(struct fm_ctx *ctx, yyjson_val *o, struct fm_llm_listed_models *out)
{
    static const char *const context[] = {"context_length",   "context_window",  "max_model_len",
                                          "max_input_tokens", "inputTokenLimit", NULL};
    static const char *const output[] = {"max_completion_tokens", "max_tokens", "outputTokenLimit",
                                         NULL};
    fm_str name = fm_json_get_str(o, "id");
    if (name.len == 0)
        name = fm_json_get_str(o, "name");
    if (fm_str_starts(name, FM_STR("models/")))
        name = fm_str_skip(name, 7);
    if (name.len == 0)
        return;
    int64_t window = first_number(o, context);
    if (!window)
        window = fm_json_get_i64(fm_json_get(o, "meta"), "n_ctx_train", 0);
    fm_vec_push(&ctx->arena, out,
                (struct fm_llm_listed_model){name, window, first_number(o, output)});
}

enum fm_code fm_llm_models_decode(struct fm_ctx *ctx, fm_str body, struct fm_llm_listed_models *out)
{
    size_t i, n;
    yyjson_val *root, *item;
    struct fm_llm_listed_models list = {0};
    FM_TRY(fm_json_read(ctx, body, &root));
    yyjson_val *items = yyjson_is_arr(root) ? root : fm_json_get(root, "data");
    if (!items)
        items = fm_json_get(root, "models");
    if (!yyjson_is_arr(items))
        return fm_fail(ctx, FM_EUPSTREAM, "models: the answer holds no list");
    yyjson_arr_foreach(items, i, n, item) read_model(ctx, item, &list);
    *out = list;
    return FM_OK;
}
