/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML by libyaml's events into a tree with positions. libyaml counts characters, not bytes, so
 * marks are translated by a cursor that moves with them. Plain scalars are typed by the core schema
 * (null, true/false, numbers).
 */
#include "document_tree.h"

#include <yaml.h>

#define CHARS_PER_STEP 256

struct level {
    struct fm_node *node, *last;
    fm_str key;
    const char *key_start;
    bool has_key;
};

struct reader {
    struct fm_tree tree;
    fm_str text;
    size_t *steps; /* byte offset of every CHARS_PER_STEPth character; NULL: all ASCII */
    struct level levels[FM_DOCUMENT_DEPTH_MAX + 2];
    unsigned depth; /* levels in use; level 0 is the list of documents */
    unsigned skip;  /* open collections below a key that is no scalar */
};

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_ascii(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

static void index_characters(struct reader *r)
{
    if (is_ascii(r->text))
        return;
    r->steps = FM_NEW_ARRAY(&r->tree.ctx->arena, size_t, r->text.len / CHARS_PER_STEP + 2);
    size_t chars = 0;
    for (size_t i = 0; i < r->text.len; i++) {
        if (is_continuation(r->text.p[i]))
            continue;
        if (chars % CHARS_PER_STEP == 0)
            r->steps[chars / CHARS_PER_STEP] = i;
        chars++;
    }
}

static const char *at(const struct reader *r, yaml_mark_t mark)
{
    size_t pos = mark.index;
    if (r->steps) {
        size_t left = mark.index % CHARS_PER_STEP, step = mark.index / CHARS_PER_STEP;
        pos = step <= r->text.len / CHARS_PER_STEP ? r->steps[step] : r->text.len;
        for (; left && pos < r->text.len; left--)
            do
                pos++;
            while (pos < r->text.len && is_continuation(r->text.p[pos]));
    }
    return r->text.p + (pos < r->text.len ? pos : r->text.len);
}

/* Block collections end where the next token starts: the blank in between is not theirs. */
static fm_str piece(const char *from, const char *to)
{
    while (to > from && (to[-1] == ' ' || to[-1] == '\n' || to[-1] == '\r' || to[-1] == '\t'))
        to--;
    return fm_str_n(from, (size_t)(to - from));
}

static bool is_null(fm_str s)
{
    return s.len == 0 || fm_str_eqc(s, "~") || fm_str_ieq(s, FM_STR("null"));
}

static void set_scalar(struct reader *r, struct fm_node *n, const yaml_event_t *e)
{
    fm_str text = fm_str_n((const char *)e->data.scalar.value, e->data.scalar.length);
    n->kind = FM_NODE_STRING;
    n->text = fm_str_dup(&r->tree.ctx->arena, text);
    if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || e->data.scalar.tag)
        return;
    bool is_true = fm_str_ieq(text, FM_STR("true"));
    if (is_null(text)) {
        n->kind = FM_NODE_NULL;
    } else if (is_true || fm_str_ieq(text, FM_STR("false"))) {
        n->kind = FM_NODE_BOOL;
        n->number = is_true;
    } else if (fm_str_f64(text, &n->number)) {
        n->kind = FM_NODE_NUMBER;
    }
}

static struct level *top(struct reader *r)
{
    return &r->levels[r->depth - 1];
}

/* A new node below the open collection; consumes the pending key. */
static enum fm_code attach(struct reader *r, const yaml_event_t *e, struct fm_node **out)
{
    struct level *l = top(r);
    struct fm_node *n;
    FM_TRY(fm_tree_add(&r->tree, l->node, &n));
    const char *start = at(r, e->start_mark);
    n->source = piece(start, at(r, e->end_mark));
    n->pair = n->source;
    if (l->has_key) {
        n->key = l->key;
        n->pair = fm_str_n(l->key_start, (size_t)(n->source.p + n->source.len - l->key_start));
        l->has_key = false;
    }
    fm_tree_link(l->node, l->last, n);
    l->last = n;
    *out = n;
    return FM_OK;
}

static bool wants_key(struct reader *r)
{
    return top(r)->node->kind == FM_NODE_MAP && !top(r)->has_key;
}

static void take_key(struct reader *r, const yaml_event_t *e)
{
    struct level *l = top(r);
    l->key = FM_STR_NULL;
    if (e->type == YAML_SCALAR_EVENT)
        l->key = fm_str_dup(&r->tree.ctx->arena,
                            fm_str_n((const char *)e->data.scalar.value, e->data.scalar.length));
    l->key_start = at(r, e->start_mark);
    l->has_key = true;
}

static enum fm_code leaf(struct reader *r, const yaml_event_t *e)
{
    struct fm_node *n;
    if (wants_key(r)) {
        take_key(r, e);
        return FM_OK;
    }
    FM_TRY(attach(r, e, &n));
    if (e->type == YAML_ALIAS_EVENT)
        n->kind = FM_NODE_ALIAS;
    else
        set_scalar(r, n, e);
    return FM_OK;
}

static enum fm_code open_collection(struct reader *r, const yaml_event_t *e, enum fm_node_kind kind)
{
    struct fm_node *n;
    if (wants_key(r)) {
        take_key(r, e);
        r->skip = 1;
        return FM_OK;
    }
    if (r->depth > FM_DOCUMENT_DEPTH_MAX)
        return fm_fail(r->tree.ctx, FM_ELIMIT, "YAML nested deeper than %d levels",
                       FM_DOCUMENT_DEPTH_MAX);
    FM_TRY(attach(r, e, &n));
    n->kind = kind;
    r->levels[r->depth++] = (struct level){.node = n};
    return FM_OK;
}

static void close_collection(struct reader *r, const yaml_event_t *e)
{
    struct fm_node *n = top(r)->node;
    const char *end = at(r, e->end_mark);
    if (n->source.p && end > n->source.p)
        n->source = piece(n->source.p, end);
    if (n->pair.p)
        n->pair = fm_str_n(n->pair.p, (size_t)(n->source.p + n->source.len - n->pair.p));
    r->depth--;
}

static enum fm_code skip_event(struct reader *r, const yaml_event_t *e)
{
    if (e->type == YAML_MAPPING_START_EVENT || e->type == YAML_SEQUENCE_START_EVENT)
        r->skip++;
    if (e->type == YAML_MAPPING_END_EVENT || e->type == YAML_SEQUENCE_END_EVENT)
        r->skip--;
    return FM_OK;
}

static enum fm_code take_event(struct reader *r, const yaml_event_t *e)
{
    if (r->skip)
        return skip_event(r, e);
    int type = (int)e->type;
    if (type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT)
        return leaf(r, e);
    if (type == YAML_MAPPING_START_EVENT)
        return open_collection(r, e, FM_NODE_MAP);
    if (type == YAML_SEQUENCE_START_EVENT)
        return open_collection(r, e, FM_NODE_LIST);
    if ((type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT) && r->depth > 1)
        close_collection(r, e);
    return FM_OK;
}

/* Collections that a damaged document left open end where it was damaged. */
static void close_open(struct reader *r, yaml_mark_t mark)
{
    yaml_event_t end = {.end_mark = mark};
    while (r->depth > 1)
        close_collection(r, &end);
}

static fm_str parser_problem(struct reader *r, const yaml_parser_t *p)
{
    return fm_str_fmt(&r->tree.ctx->arena, "not YAML from line %zu on: %s",
                      p->problem_mark.line + 1, p->problem ? p->problem : "unreadable text");
}

static enum fm_code parse(struct reader *r, yaml_parser_t *p, fm_str *problem)
{
    for (bool is_done = false; !is_done;) {
        yaml_event_t e;
        if (!yaml_parser_parse(p, &e)) {
            *problem = parser_problem(r, p);
            close_open(r, p->mark);
            return FM_OK;
        }
        is_done = e.type == YAML_STREAM_END_EVENT;
        enum fm_code code = take_event(r, &e);
        yaml_event_delete(&e);
        FM_TRY(code);
    }
    return FM_OK;
}

enum fm_code fm_document_yaml(struct fm_ctx *ctx, fm_str text, struct fm_node **root,
                              fm_str *problem)
{
    if (fm_str_starts(text, FM_STR("\xEF\xBB\xBF")))
        text = fm_str_skip(text, 3);
    struct reader *r = FM_NEW(&ctx->arena, struct reader);
    r->tree.ctx = ctx;
    r->text = text;
    struct fm_node *list;
    FM_TRY(fm_tree_add(&r->tree, NULL, &list));
    list->kind = FM_NODE_LIST;
    list->source = list->pair = text;
    r->levels[r->depth++] = (struct level){.node = list};
    index_characters(r);
    yaml_parser_t parser;
    fm_str why = FM_STR_NULL;
    if (!yaml_parser_initialize(&parser))
        FM_BUG("out of memory");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.p ? text.p : ""), text.len);
    enum fm_code code = parse(r, &parser, &why);
    yaml_parser_delete(&parser);
    FM_TRY(code);
    *root = list;
    *problem = why;
    return FM_OK;
}
