/* SPDX-License-Identifier: Apache-2.0 */
#include <yaml.h>

#include "rules/rule.h"

struct reader {
    struct fm_ctx *ctx;
    struct fm_arena *arena;
    const char *name;
    yaml_document_t doc;
    struct fm_rule_file *out;
};

static enum fm_code bad(struct reader *r, const yaml_node_t *n, const char *what)
{
    return fm_fail(r->ctx, FM_EINVAL, "%s:%zu: %s", r->name, n ? n->start_mark.line + 1 : 1, what);
}

static fm_str scalar(const yaml_node_t *n)
{
    if (!n || n->type != YAML_SCALAR_NODE)
        return FM_STR_NULL;
    return fm_str_n((const char *)n->data.scalar.value, n->data.scalar.length);
}

static yaml_node_t *member(struct reader *r, const yaml_node_t *map, const char *key)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++)
        if (fm_str_eqc(scalar(yaml_document_get_node(&r->doc, p->key)), key))
            return yaml_document_get_node(&r->doc, p->value);
    return NULL;
}

static size_t count(const yaml_node_t *seq)
{
    return seq && seq->type == YAML_SEQUENCE_NODE
               ? (size_t)(seq->data.sequence.items.top - seq->data.sequence.items.start)
               : 0;
}

static yaml_node_t *item(struct reader *r, const yaml_node_t *seq, size_t i)
{
    return yaml_document_get_node(&r->doc, seq->data.sequence.items.start[i]);
}

static const char *copy(struct reader *r, fm_str s)
{
    return fm_arena_dup(r->arena, s.p, s.len);
}

/* A list of strings, each 1..128 bytes. */
static enum fm_code strings(struct reader *r, const yaml_node_t *seq, const char *const **out,
                            uint16_t *n)
{
    size_t k = count(seq);
    if (k > FM_RULE_PREFIX_MAX)
        return bad(r, seq, "at most 16 entries are allowed here");
    const char **list = (const char **)fm_arena_calloc(r->arena, k + 1, sizeof *list);
    for (size_t i = 0; i < k; i++) {
        fm_str s = scalar(item(r, seq, i));
        if (s.len == 0 || s.len > 128)
            return bad(r, seq, "an entry must be a string of 1 to 128 bytes");
        list[i] = copy(r, s);
    }
    *out = list;
    *n = (uint16_t)k;
    return FM_OK;
}

static enum fm_code check_prefixes(struct reader *r, const yaml_node_t *n,
                                   const struct fm_rule *rule)
{
    for (uint16_t i = 0; i < rule->n_prefixes; i++)
        if (strlen(rule->prefixes[i]) < 3)
            return bad(r, n, "a prefix needs at least 3 bytes; put shorter ones into the body");
    unsigned least = 0;
    for (uint16_t i = 0; i < rule->n_body; i++)
        least += rule->body[i].min;
    if (!rule->n_prefixes && least < 14)
        return bad(r, n, "a rule without prefix must match at least 14 bytes");
    return FM_OK;
}

/* What is said of a rule beside its pattern. */
static enum fm_code read_facts(struct reader *r, yaml_node_t *n, struct fm_rule *rule)
{
    fm_str id = scalar(member(r, n, "id")), entropy = scalar(member(r, n, "entropy"));
    double e = 2.6;
    uint64_t from_end = 0;
    if (id.len == 0 || id.len > 80)
        return bad(r, n, "a rule needs an id of 1 to 80 bytes");
    rule->type = fm_sensitive_parse(scalar(member(r, n, "type")));
    if (rule->type == FM_SENSITIVE_COUNT)
        return bad(r, n, "type is missing or not known");
    if (entropy.len && (!fm_str_f64(entropy, &e) || e < 0 || e > 8))
        return bad(r, n, "entropy is a number of bits from 0 to 8");
    if (fm_str_u64(scalar(member(r, n, "from_end")), &from_end) && from_end > 64)
        return bad(r, n, "from_end is a number of bytes up to 64");
    rule->from_end = (uint16_t)from_end;
    rule->id = copy(r, id);
    rule->entropy_centi = (uint16_t)(e * 100 + 0.5);
    rule->is_open_right = fm_str_eqc(scalar(member(r, n, "right")), "any");
    rule->why = fm_str_fmt(r->arena, "%.*s (%.*s)", FM_STR_ARG(scalar(member(r, n, "name"))),
                           FM_STR_ARG(scalar(member(r, n, "source"))))
                    .p;
    return FM_OK;
}

static enum fm_code read_checksum(struct reader *r, yaml_node_t *n, struct fm_rule *rule)
{
    static const char *const names[FM_CHECKSUM_COUNT] = {"none", "crc32-base62", "crc32-hex"};
    fm_str name = scalar(member(r, n, "checksum"));
    if (!name.len)
        return FM_OK;
    for (unsigned i = 0; i < FM_CHECKSUM_COUNT; i++)
        if (fm_str_eqc(name, names[i])) {
            rule->checksum = (uint8_t)i;
            return FM_OK;
        }
    return bad(r, n, "checksum is none, crc32-base62 or crc32-hex");
}

static enum fm_code read_pattern(struct reader *r, yaml_node_t *n, struct fm_rule *rule)
{
    FM_TRY(strings(r, member(r, n, "prefix"), &rule->prefixes, &rule->n_prefixes));
    FM_TRY(strings(r, member(r, n, "context"), &rule->context, &rule->n_context));
    for (uint16_t i = 0; i < rule->n_context; i++)
        if (strlen(rule->context[i]) < 3)
            return bad(r, n, "a context word needs at least 3 bytes");
    fm_ctx_clear_error(r->ctx);
    if (fm_shape_compile(r->ctx, r->arena, scalar(member(r, n, "body")), rule) != FM_OK) {
        fm_str text = fm_str_dup(r->arena, fm_str_c(r->ctx->error));
        fm_ctx_clear_error(r->ctx);
        return bad(r, n, text.p);
    }
    return check_prefixes(r, n, rule);
}

static enum fm_code read_rule(struct reader *r, yaml_node_t *n)
{
    struct fm_rule rule = {0};
    struct fm_rule_examples ex = {0};
    FM_TRY(read_facts(r, n, &rule));
    FM_TRY(read_checksum(r, n, &rule));
    FM_TRY(read_pattern(r, n, &rule));
    fm_vec_push(r->arena, &r->out->rules, rule);
    yaml_node_t *match = member(r, n, "match"), *ignore = member(r, n, "ignore");
    for (size_t i = 0; i < count(match); i++)
        fm_vec_push(r->arena, &ex.match, fm_str_dup(r->arena, scalar(item(r, match, i))));
    for (size_t i = 0; i < count(ignore); i++)
        fm_vec_push(r->arena, &ex.ignore, fm_str_dup(r->arena, scalar(item(r, ignore, i))));
    fm_vec_push(r->arena, &r->out->examples, ex);
    return FM_OK;
}

static enum fm_code read_actions(struct reader *r, const yaml_node_t *map)
{
    if (!map)
        return FM_OK;
    if (map->type != YAML_MAPPING_NODE)
        return bad(r, map, "actions maps type names to actions");
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        yaml_node_t *k = yaml_document_get_node(&r->doc, p->key),
                    *v = yaml_document_get_node(&r->doc, p->value);
        if (fm_sensitive_parse(scalar(k)) == FM_SENSITIVE_COUNT)
            return bad(r, k, "this type is not known");
        fm_vec_push(r->arena, &r->out->action_types, fm_str_dup(r->arena, scalar(k)));
        fm_vec_push(r->arena, &r->out->action_names, fm_str_dup(r->arena, scalar(v)));
    }
    return FM_OK;
}

static enum fm_code read_root(struct reader *r)
{
    yaml_node_t *root = yaml_document_get_root_node(&r->doc);
    if (!root)
        return FM_OK;
    if (root->type != YAML_MAPPING_NODE)
        return bad(r, root, "a rule file is a mapping with rules, allow and actions");
    yaml_node_t *rules = member(r, root, "rules"), *allow = member(r, root, "allow");
    for (size_t i = 0; i < count(rules); i++)
        FM_TRY(read_rule(r, item(r, rules, i)));
    for (size_t i = 0; i < count(allow); i++)
        fm_vec_push(r->arena, &r->out->allow, fm_str_dup(r->arena, scalar(item(r, allow, i))));
    return read_actions(r, member(r, root, "actions"));
}

#define RULE_FILE_MAX (4u * 1024 * 1024)

enum fm_code fm_rules_parse(struct fm_ctx *ctx, struct fm_arena *a, const char *name, fm_str yaml,
                            struct fm_rule_file *out)
{
    struct reader r = {.ctx = ctx, .arena = a, .name = name ? name : "rules", .out = out};
    yaml_parser_t parser;
    if (yaml.len > RULE_FILE_MAX)
        return fm_fail(ctx, FM_ELIMIT, "%s: a rule file has at most %u bytes", r.name,
                       RULE_FILE_MAX);
    if (!yaml_parser_initialize(&parser))
        return fm_fail(ctx, FM_EINTERNAL, "no YAML parser");
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml.p, yaml.len);
    if (!yaml_parser_load(&parser, &r.doc)) {
        enum fm_code code =
            fm_fail(ctx, FM_EINVAL, "%s:%zu: %s", r.name, parser.problem_mark.line + 1,
                    parser.problem ? parser.problem : "not YAML");
        yaml_parser_delete(&parser);
        return code;
    }
    enum fm_code code = read_root(&r);
    yaml_document_delete(&r.doc);
    yaml_parser_delete(&parser);
    return code;
}
