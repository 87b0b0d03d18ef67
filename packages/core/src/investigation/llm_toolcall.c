/* SPDX-License-Identifier: Apache-2.0 */
/* Running tools for a model: limited in number, bytes and, by the context, in time; each call is
 * recorded. */
#include "llm_internal.h"

static struct fm_tool *find(struct llm_ask *a, fm_str name)
{
    for (size_t i = 0; i < a->n_tools; i++)
        if (fm_str_eqc(name, a->tools[i]->ops->name))
            return a->tools[i];
    return NULL;
}

static void run(struct llm_ask *a, fm_str name, fm_str arguments, struct fm_buf *out)
{
    struct fm_tool *t = find(a, name);
    yyjson_val *args = NULL;
    if (!t) {
        fm_buf_addf(out, "error: there is no tool \"%.*s\"", FM_STR_ARG(fm_str_sub(name, 0, 64)));
        return;
    }
    if (a->tool_calls++ >= FM_LLM_TOOL_CALLS_MAX) {
        fm_buf_addf(out, "error: no more than %d calls in a turn; answer with what you have",
                    FM_LLM_TOOL_CALLS_MAX);
        return;
    }
    enum fm_code code = fm_json_read(a->ctx, arguments.len ? arguments : FM_STR("{}"), &args);
    if (code == FM_OK)
        code = t->ops->run(t, a->ctx, args, out);
    if (code != FM_OK)
        fm_buf_addf(out, "error: %s", a->ctx->error);
    fm_ctx_clear_error(a->ctx);
}

fm_str llm_tool_run(struct llm_ask *a, fm_str name, fm_str arguments)
{
    struct fm_arena *arena = &a->ctx->arena;
    struct fm_buf b;
    fm_time begin = fm_monotonic(a->ctx->clock);
    fm_buf_init(&b, FM_LLM_TOOL_BYTES_MAX);
    run(a, name, arguments, &b);
    fm_str result = fm_str_dup(arena, fm_buf_str(&b));
    if (b.overflow)
        result =
            fm_str_fmt(arena, "%.*s\n[cut at %d bytes]", FM_STR_ARG(result), FM_LLM_TOOL_BYTES_MAX);
    fm_buf_release(&b);
    fm_buf_adds(&a->seen, result);
    fm_buf_addc(&a->seen, '\n');
    struct fm_llm_trace_entry *e = fm_vec_add(arena, &a->r->trace);
    e->what = "tool";
    e->name =
        fm_str_fmt(arena, "%.*s %.*s", FM_STR_ARG(name), FM_STR_ARG(fm_str_sub(arguments, 0, 200)));
    e->result = fm_str_sub(result, 0, 200);
    e->ms = (fm_monotonic(a->ctx->clock) - begin) / FM_MS;
    return fm_str_fmt(arena, "<<<data %s tool %.*s\n%.*s\ndata %s>>>", a->prompt.fence,
                      FM_STR_ARG(fm_prompt_defuse(arena, fm_str_sub(name, 0, 64), a->prompt.fence)),
                      FM_STR_ARG(fm_prompt_defuse(arena, result, a->prompt.fence)),
                      a->prompt.fence);
}

bool llm_tool_text(struct llm_ask *a, fm_str reply)
{
    struct fm_reply parsed;
    fm_reply_read(a->ctx, reply, &parsed);
    ptrdiff_t brace = fm_str_chr(reply, '{', 0);
    yyjson_val *v = NULL;
    if (!a->r->opt.has_text_tools || brace < 0 || parsed.root)
        return false;
    if (fm_json_read(a->ctx, fm_str_trim(fm_str_skip(reply, (size_t)brace)), &v) != FM_OK)
        fm_ctx_clear_error(a->ctx);
    fm_str name = fm_json_get_str(v, "tool");
    if (name.len == 0)
        return false;
    yyjson_val *args = fm_json_get(v, "arguments");
    struct fm_buf b;
    fm_buf_init(&b, 65536);
    yyjson_mut_doc *d = fm_json_new(&a->ctx->arena);
    if (!args || fm_json_write(a->ctx, d, yyjson_val_mut_copy(d, args), false, &b) != FM_OK)
        fm_buf_clear(&b);
    fm_str arguments = fm_str_dup(&a->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    fm_vec_push(&a->ctx->arena, &a->messages,
                (struct fm_llm_message){.role = FM_LLM_ASSISTANT, .text = reply});
    fm_vec_push(
        &a->ctx->arena, &a->messages,
        (struct fm_llm_message){.role = FM_LLM_USER, .text = llm_tool_run(a, name, arguments)});
    return true;
}
