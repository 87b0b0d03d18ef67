/* SPDX-License-Identifier: Apache-2.0 */
/* From what a model wrote to an object, without guessing: text that is not an object stays text. */
#include "faultmaven/core/llm_reasoner.h"

#define NESTING_MAX 5
#define STACK_MAX 64
#define CLOSE_TRIES 200

static yyjson_val *parse(struct fm_ctx *ctx, fm_str text)
{
    yyjson_val *v = NULL;
    if (fm_json_read(ctx, text, &v) != FM_OK)
        v = NULL;
    fm_ctx_clear_error(ctx);
    return yyjson_is_obj(v) ? v : NULL;
}

struct scan {
    char stack[STACK_MAX]; /* closing brackets of what is open */
    size_t depth;
    bool in_string, is_escaped;
};

/* False when nested too deep. */
static bool scan_byte(struct scan *x, char c)
{
    if (x->in_string) {
        x->in_string = x->is_escaped || c != '"';
        x->is_escaped = !x->is_escaped && c == '\\';
    } else if (c == '"') {
        x->in_string = true;
    } else if (c == '{' || c == '[') {
        if (x->depth == STACK_MAX)
            return false;
        x->stack[x->depth++] = c == '{' ? '}' : ']';
    } else if ((c == '}' || c == ']') && x->depth) {
        x->depth--;
    }
    return true;
}

/* Where the object that begins at `from` ends (behind its brace); 0 when the text ends first. What
 * is open is left in x. */
static size_t object_end(fm_str s, size_t from, struct scan *x)
{
    memset(x, 0, sizeof *x);
    for (size_t i = from; i < s.len; i++) {
        if (!scan_byte(x, s.p[i]))
            return 0;
        if (x->depth == 0 && !x->in_string)
            return i + 1;
    }
    return 0;
}

/* An object between other text; the first that parses. */
static yyjson_val *find_embedded(struct fm_ctx *ctx, fm_str text)
{
    struct scan x;
    for (ptrdiff_t at = fm_str_chr(text, '{', 0); at >= 0;
         at = fm_str_chr(text, '{', (size_t)at + 1)) {
        size_t end = object_end(text, (size_t)at, &x);
        yyjson_val *v = end ? parse(ctx, fm_str_sub(text, (size_t)at, end - (size_t)at)) : NULL;
        if (v)
            return v;
    }
    return NULL;
}

/* Closes what was cut off. Behind a comma, a colon or half a word nothing can be closed, so it is
 * tried from shorter and shorter beginnings that end at a comma or bracket. */
static yyjson_val *close_at(struct fm_ctx *ctx, fm_str part, struct scan *x)
{
    struct fm_buf b;
    fm_buf_init(&b, part.len + STACK_MAX + 8);
    fm_buf_adds(&b, part);
    if (x->in_string)
        fm_buf_addc(&b, '"');
    while (x->depth)
        fm_buf_addc(&b, x->stack[--x->depth]);
    yyjson_val *v = parse(ctx, fm_str_dup(&ctx->arena, fm_buf_str(&b)));
    fm_buf_release(&b);
    return v;
}

static yyjson_val *close_cut(struct fm_ctx *ctx, fm_str text, size_t from)
{
    struct scan x;
    size_t tries = 0;
    for (size_t end = text.len; end > from + 1 && tries < CLOSE_TRIES; end--) {
        char last = text.p[end - 1];
        bool is_edge = end == text.len || text.p[end] == ',' || last == '}' || last == ']';
        fm_str part = fm_str_sub(text, from, end - from);
        if (!is_edge || object_end(part, 0, &x) || x.depth == 0)
            continue;
        tries++;
        yyjson_val *v = close_at(ctx, part, &x);
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

static bool is_useful(yyjson_val *v)
{
    return v && (message_of(v).len || has_changes(v));
}

static yyjson_val *read_whole(struct fm_ctx *ctx, fm_str text, enum fm_reply_form *form)
{
    yyjson_val *v = parse(ctx, text);
    *form = FM_REPLY_JSON;
    if (!v) {
        *form = FM_REPLY_EMBEDDED;
        v = parse(ctx, without_fence(text));
    }
    return v ? v : find_embedded(ctx, text);
}

static yyjson_val *read_cut(struct fm_ctx *ctx, fm_str text)
{
    ptrdiff_t brace = fm_str_chr(text, '{', 0);
    yyjson_val *v = brace < 0 ? NULL : close_cut(ctx, text, (size_t)brace);
    return v && has_changes(v) ? without_last_change(ctx, v) : v;
}

void fm_reply_read(struct fm_ctx *ctx, fm_str text, struct fm_reply *out)
{
    fm_str plain = fm_str_trim(text);
    enum fm_reply_form form;
    yyjson_val *v = read_whole(ctx, plain, &form);
    if (!is_useful(v)) {
        form = FM_REPLY_SALVAGED;
        v = read_cut(ctx, plain);
    }
    v = is_useful(v) ? unwrap(ctx, v) : NULL;
    if (is_useful(v))
        *out = (struct fm_reply){form, message_of(v), v};
    else
        *out = (struct fm_reply){.form = FM_REPLY_PROSE, .message = plain};
}
