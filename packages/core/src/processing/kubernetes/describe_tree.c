/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubectl describe as a tree. "Key:  value" opens a node, deeper lines belong to it: "Key: value"
 * lines as members, other lines as keyless strings (further labels, tolerations, arguments,
 * mounts). Tables are kept row by row.
 */
#include "readers.h"

#define DEPTH_MAX 24

struct open_node {
    struct fm_node *node, *last;
    size_t indent;
};

struct builder {
    struct fm_tree tree;
    struct open_node open[DEPTH_MAX];
    size_t depth;
    bool is_table; /* below a section that is a table */
};

static bool is_table_section(fm_str key)
{
    static const char *const names[] = {"Events",
                                        "Conditions",
                                        "Non-terminated Pods",
                                        "Allocated resources",
                                        "Resource Quotas",
                                        "Rules",
                                        "Command",
                                        "Args",
                                        "Tolerations",
                                        "Taints",
                                        "Mounts"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_eqc(key, names[i]))
            return true;
    return false;
}

static size_t indent_of(fm_str line)
{
    size_t n = 0;
    while (n < line.len && line.p[n] == ' ')
        n++;
    return n;
}

/* The length of the key of "Key: value" or "Key:", 0 when the line has none. */
static size_t key_length(fm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == ':' && (i + 1 == text.len || text.p[i + 1] == ' '))
            return i;
        if (text.p[i] == '=' || text.p[i] == '"')
            return 0;
    }
    return 0;
}

static enum fm_code add(struct builder *b, fm_str line, size_t key_len)
{
    struct open_node *parent = &b->open[b->depth - 1];
    struct fm_node *n;
    FM_TRY(fm_tree_add(&b->tree, parent->node, &n));
    n->pair = n->source = fm_str_trim(line);
    n->kind = key_len ? FM_NODE_MAP : FM_NODE_STRING;
    n->text = n->source;
    if (key_len) {
        n->key = fm_str_sub(n->source, 0, key_len);
        n->text = n->source = fm_str_trim(fm_str_skip(n->source, key_len + 1));
    }
    fm_tree_link(parent->node, parent->last, n);
    parent->last = n;
    return FM_OK;
}

static void close_deeper(struct builder *b, size_t indent)
{
    while (b->depth > 1 && b->open[b->depth - 1].indent >= indent)
        b->depth--;
}

static enum fm_code read_line(struct builder *b, fm_str line)
{
    size_t indent = indent_of(line);
    fm_str text = fm_str_trim(line);
    if (text.len == 0)
        return FM_OK;
    if (b->is_table && b->depth > 1 && indent > b->open[b->depth - 1].indent)
        return add(b, line, 0);
    close_deeper(b, indent);
    b->is_table = false;
    size_t key_len = key_length(text);
    FM_TRY(add(b, line, key_len));
    if (!key_len || b->depth == DEPTH_MAX)
        return FM_OK;
    struct fm_node *n = b->open[b->depth - 1].last;
    b->open[b->depth++] = (struct open_node){.node = n, .indent = indent};
    b->is_table = is_table_section(n->key);
    return FM_OK;
}

enum fm_code fm_describe_parse(struct fm_ctx *ctx, fm_str text, struct fm_node **root)
{
    struct builder b = {.tree = {.ctx = ctx}, .depth = 1};
    struct fm_node *n;
    fm_str line;
    FM_TRY(fm_tree_add(&b.tree, NULL, &n));
    n->kind = FM_NODE_MAP;
    n->source = n->pair = text;
    b.open[0].node = n;
    while (fm_str_line(&text, &line))
        FM_TRY(read_line(&b, line));
    *root = n;
    return FM_OK;
}
