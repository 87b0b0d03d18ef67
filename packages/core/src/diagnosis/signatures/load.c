/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

static size_t line_of(fm_str text, const struct fm_node *n)
{
    size_t line = 1;
    if (n && n->pair.p >= text.p && n->pair.p <= text.p + text.len)
        for (const char *p = text.p; p < n->pair.p; p++)
            line += *p == '\n';
    return line;
}

enum fm_code fm_load_fail(const struct fm_loader *l, const struct fm_node *at, const char *what)
{
    return fm_fail(l->set->ctx, FM_EINVAL, "%.*s:%zu: %s", FM_STR_ARG(l->file),
                   line_of(l->yaml, at), what);
}

static fm_str member_text(const struct fm_node *n, const char *key)
{
    const struct fm_node *m = fm_node_member(n, fm_str_c(key));
    return m ? fm_str_trim(m->text) : FM_STR_NULL;
}

static uint32_t index_of(const void *value)
{
    return (uint32_t)(uintptr_t)value - 1;
}

static enum fm_code intern_pattern(struct fm_loader *l, fm_str source, uint32_t *out)
{
    struct fm_signature_set *set = l->set;
    struct fm_map_entry *e = fm_map_put(&set->pattern_index, fm_str_trim(source));
    if (!e->value) {
        struct fm_pattern *p;
        FM_TRY(fm_pattern_compile(set->ctx, source, &p));
        fm_vec_push(&set->ctx->arena, &set->patterns, p);
        e->value = (void *)(uintptr_t)set->patterns.n;
        set->literals = NULL;
    }
    *out = index_of(e->value);
    return FM_OK;
}

static bool parse_level(fm_str s, struct fm_sighting *out)
{
    static const char *const names[] = {"unknown", "debug", "info", "warn", "error", "fatal"};
    if (fm_str_eqc(s, "any")) {
        out->any_level = true;
        return true;
    }
    for (unsigned i = FM_FACT_DEBUG; i <= FM_FACT_FATAL; i++)
        if (fm_str_eqc(s, names[i])) {
            out->least = (enum fm_fact_level)i;
            return true;
        }
    return false;
}

static bool parse_source(fm_str s, uint32_t *mask)
{
    static const char *const names[] = {"log", "event", "observation", "command", "field", "alert"};
    for (unsigned i = 0; i < FM_FACT_SOURCE_COUNT; i++)
        if (fm_str_eqc(s, names[i])) {
            *mask |= 1u << i;
            return true;
        }
    return false;
}

static bool parse_observation(fm_str s, struct fm_sighting *out)
{
    out->sources = 1u << FM_FACT_OBSERVATION;
    out->any_observation = false;
    for (unsigned i = 0; i < FM_OBSERVATION_KIND_COUNT; i++)
        if (fm_str_eqc(s, fm_observation_kind_name((enum fm_observation_kind)i))) {
            out->observation = (enum fm_observation_kind)i;
            return true;
        }
    return false;
}

static bool parse_operator(fm_str s, struct fm_comparison *c)
{
    static const char *const names[] = {"", ">=", ">", "<=", "<", "="};
    for (unsigned i = FM_COMPARE_GE; i <= FM_COMPARE_EQ; i++)
        if (fm_str_eqc(s, names[i])) {
            c->op = i;
            return true;
        }
    return false;
}

/* NAME OP [NUMBER *] (NAME | NUMBER) */
bool fm_comparison_parse(fm_str s, struct fm_comparison *out)
{
    fm_str words[6], word;
    size_t n = 0;
    while (n < 6 && fm_str_word(&s, &word))
        words[n++] = word;
    *out = (struct fm_comparison){.factor = 1};
    if ((n != 3 && n != 5) || !parse_operator(words[1], out))
        return false;
    out->left = words[0];
    if (n == 5 && (!fm_str_eqc(words[3], "*") || !fm_str_f64(words[2], &out->factor)))
        return false;
    if (!fm_str_f64(words[n - 1], &out->right))
        out->right_name = words[n - 1];
    return true;
}

static enum fm_code load_sources(struct fm_loader *l, const struct fm_node *in,
                                 struct fm_sighting *out)
{
    if (!in)
        return FM_OK;
    out->sources = 0;
    fm_node_each (in, item)
        if (!parse_source(fm_str_trim(item->text), &out->sources))
            return fm_load_fail(l, item,
                                "unknown source; use log, event, "
                                "observation, command, field or alert");
    return FM_OK;
}

static enum fm_code load_sighting_map(struct fm_loader *l, const struct fm_node *n,
                                      struct fm_sighting *out)
{
    fm_str observation = member_text(n, "observation"), level = member_text(n, "level"),
           where = member_text(n, "where");
    fm_str text = member_text(n, "text");
    where = fm_str_dup(&l->set->ctx->arena, where);
    if (!text.len)
        return fm_load_fail(l, n, "a sighting needs \"text\"");
    if (observation.len && !parse_observation(observation, out))
        return fm_load_fail(l, n, "unknown kind of observation");
    FM_TRY(load_sources(l, fm_node_member(n, FM_STR("in")), out));
    if (level.len && !parse_level(level, out))
        return fm_load_fail(l, n, "unknown level; use any, debug, info, warn, error or fatal");
    if (where.len && !fm_comparison_parse(where, &out->where))
        return fm_load_fail(
            l, n, "\"where\" is NAME OP [NUMBER *] NAME|NUMBER, with OP one of >= > <= < =");
    return intern_pattern(l, text, &out->pattern);
}

static enum fm_code load_sighting(struct fm_loader *l, const struct fm_node *n,
                                  struct fm_sightings *out)
{
    struct fm_sighting s = {.any_observation = true,
                            .sources =
                                1u << FM_FACT_LOG | 1u << FM_FACT_EVENT | 1u << FM_FACT_COMMAND};
    if (n->kind == FM_NODE_STRING)
        FM_TRY(intern_pattern(l, n->text, &s.pattern));
    else if (n->kind == FM_NODE_MAP)
        FM_TRY(load_sighting_map(l, n, &s));
    else
        return fm_load_fail(l, n, "a sighting is a pattern or a mapping with \"text\"");
    fm_vec_push(&l->set->ctx->arena, out, s);
    return FM_OK;
}

enum fm_code fm_load_sightings(struct fm_loader *l, const struct fm_node *root, const char *key,
                               struct fm_sightings *out)
{
    const struct fm_node *list = fm_node_member(root, fm_str_c(key));
    if (list && list->kind != FM_NODE_LIST)
        return fm_load_fail(l, list, "a list of sightings is expected here");
    fm_node_each (list, item)
        FM_TRY(load_sighting(l, item, out));
    return FM_OK;
}
