/* SPDX-License-Identifier: Apache-2.0 */
#include "wire.h"

const struct fm_llm_wire_ops *fm_llm_wire(enum fm_llm_family f)
{
    switch (f) {
    case FM_LLM_FAMILY_OPENAI:
        return &fm_llm_wire_openai;
    case FM_LLM_FAMILY_ANTHROPIC:
        return &fm_llm_wire_anthropic;
    case FM_LLM_FAMILY_GEMINI:
        return &fm_llm_wire_gemini;
    case FM_LLM_FAMILY_OLLAMA:
        return &fm_llm_wire_ollama;
    }
    FM_BUG("no such family of providers: %d", (int)f);
}

enum fm_code fm_llm_finish_doc(yyjson_mut_doc *d, yyjson_mut_val *root, yyjson_mut_doc **out)
{
    yyjson_mut_doc_set_root(d, root);
    *out = d;
    return FM_OK;
}

const char *fm_llm_effort_name(enum fm_llm_effort e)
{
    static const char *const names[] = {"", "none", "low", "medium", "high"};
    return names[e];
}

/* NULL after fm_fail when the caller's text is no JSON object. */
yyjson_mut_val *fm_llm_copy_json(struct fm_ctx *ctx, yyjson_mut_doc *d, fm_str json,
                                 const char *what)
{
    yyjson_val *v = NULL;
    enum fm_code code = fm_json_read(ctx, json.len ? json : FM_STR("{}"), &v);
    if (code == FM_OK && yyjson_is_obj(v))
        return yyjson_val_mut_copy(d, v);
    fm_ctx_clear_error(ctx);
    (void)fm_fail(ctx, FM_EINVAL, "%s: not a JSON object", what);
    return NULL;
}

static void add_stops(yyjson_mut_doc *d, yyjson_mut_val *o, const struct fm_llm_request *r,
                      const char *name)
{
    yyjson_mut_val *stops = yyjson_mut_obj_add_arr(d, o, name);
    for (size_t i = 0; i < r->n_stops; i++)
        yyjson_mut_arr_append(stops, fm_json_mut_str(d, r->stops[i]));
}

void fm_llm_add_sampling(yyjson_mut_doc *d, yyjson_mut_val *o, const struct fm_llm_request *r,
                         const struct fm_llm_sampling_words *w, unsigned drop)
{
    double t = r->temperature, max = w->temperature_max;
    if (t >= 0 && !(drop & FM_LLM_DROP_TEMPERATURE))
        yyjson_mut_obj_add_real(d, o, "temperature", max > 0 && t > max ? max : t);
    if (r->top_p >= 0 && !(drop & FM_LLM_DROP_TOP_P))
        yyjson_mut_obj_add_real(d, o, w->top_p, r->top_p);
    if (w->seed && r->seed >= 0 && !(drop & FM_LLM_DROP_SEED))
        yyjson_mut_obj_add_int(d, o, w->seed, r->seed);
    if (r->n_stops && !(drop & FM_LLM_DROP_STOP))
        add_stops(d, o, r, w->stops);
}

enum fm_code fm_llm_add_functions(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                                  const struct fm_llm_request *r)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, root, "tools");
    for (size_t i = 0; i < r->n_tools; i++) {
        yyjson_mut_val *schema = fm_llm_copy_json(ctx, d, r->tools[i].schema, "schema of a tool");
        if (!schema)
            return ctx->code;
        yyjson_mut_val *t = yyjson_mut_arr_add_obj(d, list);
        yyjson_mut_obj_add_str(d, t, "type", "function");
        yyjson_mut_val *f = yyjson_mut_obj_add_obj(d, t, "function");
        fm_json_add_str(d, f, "name", r->tools[i].name);
        if (r->tools[i].description.len)
            fm_json_add_str(d, f, "description", r->tools[i].description);
        yyjson_mut_obj_add_val(d, f, "parameters", schema);
    }
    return FM_OK;
}

void fm_llm_add_extra(struct fm_ctx *ctx, yyjson_mut_doc *d, yyjson_mut_val *root,
                      const char *extra)
{
    yyjson_val *v, *key, *value;
    yyjson_obj_iter it;
    if (!extra || fm_json_read(ctx, fm_str_c(extra), &v) != FM_OK)
        return;
    yyjson_obj_iter_init(v, &it);
    while ((key = yyjson_obj_iter_next(&it))) {
        value = yyjson_obj_iter_get_val(key);
        yyjson_mut_obj_add(root, yyjson_val_mut_copy(d, key), yyjson_val_mut_copy(d, value));
    }
}

fm_str fm_llm_system_text(struct fm_arena *a, const struct fm_llm_request *r)
{
    fm_str out = FM_STR_NULL;
    for (size_t i = 0; i < r->n_messages; i++) {
        const struct fm_llm_message *m = &r->messages[i];
        if (m->role != FM_LLM_SYSTEM || m->text.len == 0)
            continue;
        out =
            out.len ? fm_str_fmt(a, "%.*s\n\n%.*s", FM_STR_ARG(out), FM_STR_ARG(m->text)) : m->text;
    }
    return out;
}
