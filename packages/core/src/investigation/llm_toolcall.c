/* SPDX-License-Identifier: Apache-2.0 */
/* Running tools for a model: limited in number, bytes and, by the context, in time; each call is
 * recorded. */
#include "llm_internal.h"

#define RESULT_KEPT 300

void llm_tools_gather(struct llm_ask *a)
{
    const struct fm_llm_reasoner_options *o = &a->r->opt;
    const struct fm_inquiry *q = o->inquiry;
    for (size_t i = 0; i < o->n_tools && a->n_tools < LLM_TOOLS_MAX; i++)
        a->tools[a->n_tools++] = o->tools[i];
    for (size_t i = 0; q && i < q->n_tools && a->n_tools < LLM_TOOLS_MAX; i++)
        a->tools[a->n_tools++] = q->tools[i];
    if (!o->has_evidence_tools || !a->in->evidence || a->n_tools + 2 > LLM_TOOLS_MAX)
        return;
    fm_evidence_tools_init(&a->own, a->in->c, a->in->evidence);
    a->tools[a->n_tools++] = a->own.list[0];
    a->tools[a->n_tools++] = a->own.list[1];
}

static struct fm_tool *find(struct llm_ask *a, fm_str name)
{
    for (size_t i = 0; i < a->n_tools; i++)
        if (fm_str_eqc(name, a->tools[i]->ops->name))
            return a->tools[i];
    return NULL;
}

/* A refusal is told to the model as the result. */
static bool may_run(struct llm_ask *a, struct fm_tool *t, fm_str name, struct fm_buf *out)
{
    if (!t)
        fm_buf_addf(out, "error: there is no tool \"%.*s\"", FM_STR_ARG(fm_str_sub(name, 0, 64)));
    else if (a->tool_calls >= FM_LLM_TOOL_CALLS_MAX)
        fm_buf_addf(out, "error: no more than %d calls in a turn; answer with what you have",
                    FM_LLM_TOOL_CALLS_MAX);
    else if (a->tool_bytes >= FM_LLM_TOOL_TOTAL_MAX || a->tool_bytes >= a->tool_room)
        fm_buf_addf(out, "error: the results of this turn are %zu bytes; answer with what you have",
                    a->tool_bytes);
    else if (fm_monotonic(a->ctx->clock) > a->tools_until)
        fm_buf_addf(out, "error: the tools of this turn took %d s; answer with what you have",
                    FM_LLM_TOOL_SECONDS_MAX);
    else
        return true;
    return false;
}

/* The tool may take what is left of the time; the deadline of the turn stays. */
static enum fm_code run_within(struct llm_ask *a, struct fm_tool *t, yyjson_val *args,
                               struct fm_buf *out)
{
    fm_time before = a->ctx->deadline, now = fm_now(a->ctx->clock);
    fm_time until = now + (a->tools_until - fm_monotonic(a->ctx->clock));
    if (before == FM_TIME_NONE || until < before)
        a->ctx->deadline = until;
    enum fm_code code = t->ops->run(t, a->ctx, args, out);
    a->ctx->deadline = before;
    return code;
}

static bool run(struct llm_ask *a, fm_str name, fm_str arguments, struct fm_buf *out)
{
    struct fm_tool *t = find(a, name);
    yyjson_val *args = NULL;
    if (!may_run(a, t, name, out))
        return false;
    a->tool_calls++;
    enum fm_code code = fm_json_read(a->ctx, arguments.len ? arguments : FM_STR("{}"), &args);
    if (code == FM_OK && !yyjson_is_obj(args))
        code = fm_fail(a->ctx, FM_EINVAL, "the arguments must be a JSON object");
    if (code == FM_OK)
        code = run_within(a, t, args, out);
    if (code != FM_OK)
        fm_buf_addf(out, "error: %s", a->ctx->error);
    fm_ctx_clear_error(a->ctx);
    return code == FM_OK;
}

static fm_str cut(fm_str s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return fm_str_sub(s, 0, max);
}

/* Bytes that are no UTF-8 cannot go into a prompt or a record. */
static fm_str clean(struct llm_ask *a, fm_str s)
{
    char *p = fm_arena_dup(&a->ctx->arena, s.p, s.len);
    for (size_t i = 0; !fm_str_is_utf8(s) && i < s.len; i++)
        if ((unsigned char)p[i] >= 0x80)
            p[i] = '?';
    return fm_str_n(p, s.len);
}

static void record(struct llm_ask *a, struct fm_tool_use use)
{
    struct fm_arena *arena = &a->ctx->arena;
    struct fm_llm_trace_entry *e = fm_vec_add(arena, &a->r->trace);
    e->what = "tool";
    e->name = fm_str_fmt(arena, "%.*s %.*s", FM_STR_ARG(use.name), FM_STR_ARG(use.arguments));
    e->result = use.result;
    e->ms = use.elapsed_ms;
    if (a->provenance.tools.n < 32)
        fm_vec_push(arena, &a->provenance.tools, use);
}

/* Of one result: its limit, and what is left of the context; an error always fits. */
static size_t room_of(const struct llm_ask *a)
{
    size_t left = a->tool_room > a->tool_bytes ? a->tool_room - a->tool_bytes : 0;
    size_t room = left < FM_LLM_TOOL_BYTES_MAX ? left : FM_LLM_TOOL_BYTES_MAX;
    return room > 512 ? room : 512;
}

fm_str llm_tool_run(struct llm_ask *a, fm_str name, fm_str arguments)
{
    struct fm_arena *arena = &a->ctx->arena;
    struct fm_buf b;
    fm_time begin = fm_monotonic(a->ctx->clock);
    struct fm_tool_use use = {.name = fm_str_dup(arena, clean(a, cut(name, 64))),
                              .arguments =
                                  fm_str_dup(arena, clean(a, cut(arguments, RESULT_KEPT)))};
    if (a->r->opt.listener.fn)
        a->r->opt.listener.fn(
            a->r->opt.listener.arg, FM_ANSWER_TOOL,
            fm_str_fmt(arena, "%.*s %.*s", FM_STR_ARG(use.name), FM_STR_ARG(use.arguments)));
    fm_buf_init(&b, room_of(a));
    use.failed = !run(a, name, arguments, &b);
    fm_str result = clean(a, fm_buf_str(&b));
    if (b.overflow)
        result = fm_str_fmt(arena, "%.*s\n[cut at %zu bytes]", FM_STR_ARG(result), result.len);
    fm_buf_release(&b);
    a->tool_bytes += result.len;
    use.bytes = (int64_t)result.len;
    use.result = cut(result, RESULT_KEPT);
    use.elapsed_ms = (fm_monotonic(a->ctx->clock) - begin) / FM_MS;
    record(a, use);
    return fm_str_fmt(arena, "<<<data %s tool %.*s\n%.*s\ndata %s>>>", a->prompt.fence,
                      FM_STR_ARG(fm_prompt_defuse(arena, use.name, a->prompt.fence)),
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
