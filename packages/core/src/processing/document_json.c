/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) into a tree with positions. Recursive descent; the depth limit bounds the stack.
 * At the end of the text every open list and map is closed, so that a text that was cut still gives
 * what it held.
 */
#include "document_tree.h"

#include <math.h>

#include "json_scan.h"

struct reader {
    struct fm_tree tree;
    const char *begin, *p, *end;
    unsigned depth;
    bool is_truncated;
};

static enum fm_code syntax_error(struct reader *r, const char *wanted)
{
    size_t line = 1, column = 1;
    for (const char *q = r->begin; q < r->p; q++) {
        column = *q == '\n' ? 1 : column + 1;
        line += *q == '\n';
    }
    return fm_fail(r->tree.ctx, FM_EINVAL, "not JSON: line %zu, column %zu: expected %s", line,
                   column, wanted);
}

static void skip_blank(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
        r->p++;
}

/* True, and notes it, when the text ends here. */
static bool at_end(struct reader *r)
{
    skip_blank(r);
    if (r->p < r->end)
        return false;
    r->is_truncated = true;
    return true;
}

/* At the opening quote. *raw is what stands between the quotes. */
static enum fm_code read_string(struct reader *r, fm_str *raw)
{
    if (*r->p != '"')
        return syntax_error(r, "a string");
    const char *start = ++r->p;
    while (r->p < r->end && *r->p != '"') {
        if (*r->p == '\n')
            return syntax_error(r, "the end of a string");
        r->p += *r->p == '\\' && r->p + 1 < r->end ? 2 : 1;
    }
    *raw = fm_str_n(start, (size_t)(r->p - start));
    if (r->p < r->end)
        r->p++;
    else
        r->is_truncated = true;
    return FM_OK;
}

static void set_literal(struct fm_node *n)
{
    bool is_true = fm_str_eqc(n->text, "true");
    if (is_true || fm_str_eqc(n->text, "false")) {
        n->kind = FM_NODE_BOOL;
        n->number = is_true;
    } else if (fm_str_f64(n->text, &n->number)) {
        n->kind = FM_NODE_NUMBER;
    }
}

static enum fm_code read_literal(struct reader *r, struct fm_node *n)
{
    const char *start = r->p;
    while (r->p < r->end && !memchr(" \t\r\n,]}:\"[{", *r->p, 11))
        r->p++;
    n->text = fm_str_n(start, (size_t)(r->p - start));
    set_literal(n);
    if (n->kind != FM_NODE_NULL || fm_str_eqc(n->text, "null"))
        return FM_OK;
    if (r->p == r->end && n->text.len) {
        r->is_truncated = true;
        n->text = FM_STR_NULL;
        return FM_OK;
    }
    r->p = start;
    return syntax_error(r, "a value");
}

static enum fm_code read_value(struct reader *r, struct fm_node *n);

static enum fm_code read_key(struct reader *r, struct fm_node *n)
{
    fm_str raw;
    FM_TRY(read_string(r, &raw));
    n->key = fm_scan_decode(&r->tree.ctx->arena, raw);
    if (at_end(r))
        return FM_OK;
    if (*r->p != ':')
        return syntax_error(r, "\":\"");
    r->p++;
    return FM_OK;
}

static enum fm_code read_member(struct reader *r, struct fm_node *parent, struct fm_node **last)
{
    struct fm_node *child;
    const char *start = r->p;
    FM_TRY(fm_tree_add(&r->tree, parent, &child));
    if (parent->kind == FM_NODE_MAP)
        FM_TRY(read_key(r, child));
    if (at_end(r))
        return FM_OK;
    FM_TRY(read_value(r, child));
    child->pair = fm_str_n(start, (size_t)(child->source.p + child->source.len - start));
    fm_tree_link(parent, *last, child);
    *last = child;
    return FM_OK;
}

static enum fm_code read_members(struct reader *r, struct fm_node *n, char close)
{
    struct fm_node *last = NULL;
    r->p++;
    for (;;) {
        if (at_end(r))
            return FM_OK;
        if (*r->p == close)
            break;
        FM_TRY(read_member(r, n, &last));
        if (at_end(r))
            return FM_OK;
        if (*r->p == ',')
            r->p++;
        else if (*r->p != close)
            return syntax_error(r, close == ']' ? "\",\" or \"]\"" : "\",\" or \"}\"");
    }
    r->p++;
    return FM_OK;
}

static enum fm_code read_nested(struct reader *r, struct fm_node *n)
{
    bool is_list = *r->p == '[';
    if (r->depth >= FM_DOCUMENT_DEPTH_MAX)
        return fm_fail(r->tree.ctx, FM_ELIMIT, "JSON nested deeper than %d levels",
                       FM_DOCUMENT_DEPTH_MAX);
    r->depth++;
    n->kind = is_list ? FM_NODE_LIST : FM_NODE_MAP;
    FM_TRY(read_members(r, n, is_list ? ']' : '}'));
    r->depth--;
    return FM_OK;
}

static enum fm_code read_quoted(struct reader *r, struct fm_node *n)
{
    fm_str raw;
    FM_TRY(read_string(r, &raw));
    n->kind = FM_NODE_STRING;
    n->text = fm_scan_decode(&r->tree.ctx->arena, raw);
    return FM_OK;
}

static enum fm_code read_value(struct reader *r, struct fm_node *n)
{
    skip_blank(r);
    const char *start = r->p;
    if (*start == '"')
        FM_TRY(read_quoted(r, n));
    else if (*start == '[' || *start == '{')
        FM_TRY(read_nested(r, n));
    else
        FM_TRY(read_literal(r, n));
    n->source = fm_str_n(start, (size_t)(r->p - start));
    n->pair = n->source;
    return FM_OK;
}

enum fm_code fm_document_json(struct fm_ctx *ctx, fm_str text, struct fm_node **root,
                              bool *is_truncated)
{
    if (fm_str_starts(text, FM_STR("\xEF\xBB\xBF")))
        text = fm_str_skip(text, 3);
    struct reader r = {
        .tree = {.ctx = ctx}, .begin = text.p, .p = text.p, .end = text.p + text.len};
    struct fm_node *n;
    if (at_end(&r))
        return syntax_error(&r, "a value");
    r.is_truncated = false;
    FM_TRY(fm_tree_add(&r.tree, NULL, &n));
    FM_TRY(read_value(&r, n));
    skip_blank(&r);
    if (r.p < r.end)
        return syntax_error(&r, "the end of the text");
    *root = n;
    *is_truncated = r.is_truncated;
    return FM_OK;
}
