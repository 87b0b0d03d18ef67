/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "scan/state.h"

static const struct {
    const char *id, *why;
} detectors[R_BUILTIN_COUNT] = {
#define DETECTOR_ROW(sym, id_, why_) [sym] = {.id = id_, .why = why_},
    FM_DETECTORS(DETECTOR_ROW)
#undef DETECTOR_ROW
};

static enum fm_code apply_file(struct fm_ctx *ctx, struct fm_redactor *r,
                               const struct fm_rule_file *f)
{
    for (size_t i = 0; i < f->rules.n; i++) {
        f->rules.items[i].is_user_rule = true;
        FM_TRY(fm_rule_set_add(ctx, &r->arena, &r->rules, &f->rules.items[i]));
    }
    for (size_t i = 0; i < f->allow.n; i++)
        fm_map_put(&r->allow, f->allow.items[i])->value = r;
    for (size_t i = 0; i < f->action_types.n; i++) {
        enum fm_redact_action a;
        FM_TRY(fm_redact_action_parse(ctx, f->action_names.items[i], &a));
        r->policy.action[fm_sensitive_parse(f->action_types.items[i])] = a;
    }
    return FM_OK;
}

static enum fm_code build(struct fm_ctx *ctx, struct fm_redactor *r,
                          const struct fm_redactor_options *o)
{
    struct fm_rule_file file = {0};
    for (size_t i = 0; i < fm_builtin_rule_count; i++)
        FM_TRY(fm_rule_set_add(ctx, &r->arena, &r->rules, &fm_builtin_rules[i]));
    if (o->rules_yaml.len)
        FM_TRY(fm_rules_parse(ctx, &r->arena, o->rules_name, o->rules_yaml, &file));
    FM_TRY(apply_file(ctx, r, &file));
    if (o->should_find_private_ip && r->policy.action[FM_SENSITIVE_IP] != FM_ACTION_KEEP)
        r->policy.action[FM_SENSITIVE_PRIVATE_IP] = r->policy.action[FM_SENSITIVE_IP];
    for (unsigned t = 0; t < FM_SENSITIVE_COUNT; t++)
        if (r->policy.action[t] != FM_ACTION_KEEP)
            r->want |= 1ULL << t;
    return FM_OK;
}

enum fm_code fm_redactor_new(struct fm_ctx *ctx, const struct fm_redactor_options *opts,
                             struct fm_redactor **out)
{
    struct fm_redactor *r = calloc(1, sizeof *r);
    FM_ASSERT(r != NULL);
    fm_arena_init(&r->arena);
    fm_map_init(&r->allow, &r->arena);
    fm_lexicon_init(&r->lexicon);
    if (opts->custom)
        r->policy = *opts->custom;
    else
        fm_redact_policy_init(&r->policy, opts->policy);
    enum fm_code code = build(ctx, r, opts);
    if (code != FM_OK) {
        fm_redactor_free(r);
        return code;
    }
    *out = r;
    return FM_OK;
}

void fm_redactor_free(struct fm_redactor *r)
{
    if (!r)
        return;
    fm_arena_release(&r->arena);
    free(r);
}

const struct fm_redact_policy *fm_redactor_policy(const struct fm_redactor *r)
{
    return &r->policy;
}

size_t fm_redactor_rule_count(const struct fm_redactor *r)
{
    return R_BUILTIN_COUNT + r->rules.rules.n;
}

const char *fm_redactor_rule_id(const struct fm_redactor *r, uint16_t rule)
{
    if (rule < R_BUILTIN_COUNT)
        return detectors[rule].id;
    return rule < fm_redactor_rule_count(r) ? r->rules.rules.items[rule - R_BUILTIN_COUNT].id
                                            : "unknown";
}

const char *fm_redactor_rule_why(const struct fm_redactor *r, uint16_t rule)
{
    if (rule < R_BUILTIN_COUNT)
        return detectors[rule].why;
    return rule < fm_redactor_rule_count(r) ? r->rules.rules.items[rule - R_BUILTIN_COUNT].why
                                            : "unknown";
}
