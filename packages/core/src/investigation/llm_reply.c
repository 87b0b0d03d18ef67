/* SPDX-License-Identifier: Apache-2.0 */
/* From what a model wrote to an object, without guessing: text that is not an object stays text. */
#include "faultmaven/core/llm_reasoner.h"

#define NESTING_MAX 5
#define STACK_MAX 64

static yyjson_val *parse(struct fm_ctx *ctx, fm_str text)
{
    yyjson_val *v = NULL;
    if (fm_json_read(ctx, text, &v) != FM_OK)
        v = NULL;
    fm_ctx_clear_error(ctx);
    return yyjson_is_obj(v) ? v : NULL;
}

/* Where the object that begins at `from` ends (behind its brace); 0 when the text ends first. The
 * open brackets are left in stack. */
static size_t object_end(fm_str s, size_t from, char stack[STACK_MAX], size_t *depth,
                         bool *in_string)
{
    *depth = 0;
    *in_string = false;
    for (size_t i = from; i < s.len; i++) {
        char c = s.p[i];
        if (*in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                *in_string = false;
        } else if (c == '"') {
            *in_string = true;
        } else if (c == '{' || c == '[') {
            if (*depth == STACK_MAX)
                return 0;
            stack[(*depth)++] = c == '{' ? '}' : ']';
        } else if ((c == '}' || c == ']') && *depth) {
            if (--*depth == 0)
                return i + 1;
        }
    }
    return 0;
}

/* An object between other text; the first that parses. */
static yyjson_val *find_embedded(struct fm_ctx *ctx, fm_str text)
{
    char stack[STACK_MAX];
    size_t depth;
    bool in_string;
    for (ptrdiff_t at = fm_str_chr(text, '{', 0); at >= 0;
         at = fm_str_chr(text, '{', (size_t)at + 1)) {
        size_t end = object_end(text, (size_t)at, stack, &depth, &in_string);
        yyjson_val *v = end ? parse(ctx, fm_str_sub(text, (size_t)at, end - (size_t)at)) : NULL;
        if (v)
            return v;
    }
    return NULL;
}

/* Closes what was cut off. Behind a comma, a colon or half a word nothing can be closed, so it is
 * tried from shorter and shorter beginnings that end at a comma or bracket. */
static yyjson_val *close_cut(struct fm_ctx *ctx, fm_str text, size_t from)
{
    char stack[STACK_MAX];
    size_t depth, tries = 0;
    bool in_string;
    for (size_t end = text.len; end > from + 1 && tries < 200; end--) {
        char last = text.p[end - 1];
        bool is_edge = end == text.len || text.p[end] == ',' || last == '}' || last == ']';
        if (!is_edge || object_end(fm_str_sub(text, 0, end), from, stack, &depth, &in_string) ||
            depth == 0)
            continue;
        struct fm_buf b;
        tries++;
        fm_buf_init(&b, text.len + STACK_MAX + 8);
        fm_buf_add(&b, text.p + from, end - from);
        if (in_string)
            fm_buf_addc(&b, '"');
        while (depth)
            fm_buf_addc(&b, stack[--depth]);
        yyjson_val *v = parse(ctx, fm_str_dup(&ctx->arena, fm_buf_str(&b)));
        fm_buf_release(&b);
        if (v)
            return v;
    }
    return NULL;
}

static fm_str message_of(yyjson_val *v)
{
    static const char *const keys[] = {"message", "agent_response", "answer", "response",
                                       "reply",   "content",        "text"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        fm_str s = fm_json_get_str(v, keys[i]);
        if (fm_str_trim(s).len)
            return s;
    }
    return FM_STR_NULL;
}

static bool has_changes(yyjson_val *v)
{
    return yyjson_is_arr(fm_json_get(v, "changes"));
}

/* {"response": "{\"message\": …}"} and the like. */
static yyjson_val *unwrap(struct fm_ctx *ctx, yyjson_val *v)
{
    for (int i = 0; i < NESTING_MAX && !has_changes(v); i++) {
        fm_str inner = fm_str_trim(message_of(v));
        yyjson_val *next = fm_str_starts(inner, FM_STR("{")) ? parse(ctx, inner) : NULL;
        if (!next)
            break;
        v = next;
    }
    return v;
}

/* Of a cut list the last change may be half of one. */
static yyjson_val *without_last_change(struct fm_ctx *ctx, yyjson_val *v)
{
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *copy = yyjson_val_mut_copy(d, v);
    struct fm_buf b;
    yyjson_mut_arr_remove_last(yyjson_mut_obj_get(copy, "changes"));
    fm_buf_init(&b, 16u << 20);
    if (fm_json_write(ctx, d, copy, false, &b) == FM_OK)
        v = parse(ctx, fm_str_dup(&ctx->arena, fm_buf_str(&b)));
    fm_buf_release(&b);
    return v;
}

static fm_str without_fence(fm_str text)
{
    ptrdiff_t open = fm_str_find(text, FM_STR("```"), 0);
    if (open < 0)
        return FM_STR_NULL;
    ptrdiff_t line = fm_str_chr(text, '\n', (size_t)open);
    ptrdiff_t close = line < 0 ? -1 : fm_str_find(text, FM_STR("```"), (size_t)line);
    if (line < 0)
        return FM_STR_NULL;
    return fm_str_trim(
        fm_str_sub(text, (size_t)line, close < 0 ? text.len : (size_t)(close - line)));
}

void fm_reply_read(struct fm_ctx *ctx, fm_str text, struct fm_reply *out)
{
    fm_str plain = fm_str_trim(text);
    yyjson_val *v = parse(ctx, plain);
    *out = (struct fm_reply){.form = FM_REPLY_JSON};
    if (!v && (v = parse(ctx, without_fence(plain))) == NULL)
        v = find_embedded(ctx, plain);
    if (v && !fm_str_starts(plain, FM_STR("{")))
        out->form = FM_REPLY_EMBEDDED;
    ptrdiff_t brace = fm_str_chr(plain, '{', 0);
    if ((!v || (!message_of(v).len && !has_changes(v))) && brace >= 0) {
        yyjson_val *cut = close_cut(ctx, plain, (size_t)brace);
        if (cut && (message_of(cut).len || has_changes(cut))) {
            v = has_changes(cut) ? without_last_change(ctx, cut) : cut;
            out->form = FM_REPLY_SALVAGED;
        }
    }
    if (v)
        v = unwrap(ctx, v);
    if (v && (message_of(v).len || has_changes(v))) {
        out->message = message_of(v);
        out->root = v;
        return;
    }
    *out = (struct fm_reply){.form = FM_REPLY_PROSE, .message = plain};
}
