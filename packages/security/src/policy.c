/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/policy.h"

static const char *const policy_names[FM_POLICY_NAME_COUNT] = {
    [FM_POLICY_STRICT] = "strict",
    [FM_POLICY_STANDARD] = "standard",
    [FM_POLICY_SECRETS_ONLY] = "secrets-only",
    [FM_POLICY_OFF_FOR_LOCAL] = "off-for-local-models",
};

static const char *const action_names[FM_ACTION_COUNT] = {
    [FM_ACTION_KEEP] = "keep", [FM_ACTION_MASK] = "mask",       [FM_ACTION_TOKEN] = "token",
    [FM_ACTION_HASH] = "hash", [FM_ACTION_PARTIAL] = "partial", [FM_ACTION_FORMAT] = "format",
};

/* What the standard policy leaves alone: needed for a diagnosis, and says little about people. */
static bool is_kept_by_standard(enum fm_sensitive t)
{
    return t == FM_SENSITIVE_PRIVATE_IP || t == FM_SENSITIVE_PATH || t == FM_SENSITIVE_PORT ||
           t == FM_SENSITIVE_HASH || t == FM_SENSITIVE_ID || t == FM_SENSITIVE_NUMBER ||
           t == FM_SENSITIVE_CONFIG || t == FM_SENSITIVE_FILE;
}

static bool is_looked_for(enum fm_policy_name name, enum fm_sensitive t)
{
    switch (name) {
    case FM_POLICY_STRICT:
        return true;
    case FM_POLICY_STANDARD:
        return !is_kept_by_standard(t);
    case FM_POLICY_SECRETS_ONLY:
        return fm_sensitive_family(t) == FM_FAMILY_SECRETS;
    case FM_POLICY_OFF_FOR_LOCAL:
    case FM_POLICY_NAME_COUNT:
    default:
        return false;
    }
}

void fm_redact_policy_init(struct fm_redact_policy *p, enum fm_policy_name name)
{
    *p = (struct fm_redact_policy){.name = name, .should_widen = name == FM_POLICY_STRICT};
    for (unsigned t = 0; t < FM_SENSITIVE_COUNT; t++)
        p->action[t] = is_looked_for(name, (enum fm_sensitive)t) ? FM_ACTION_TOKEN : FM_ACTION_KEEP;
}

enum fm_code fm_redact_policy_parse(struct fm_ctx *ctx, fm_str name, enum fm_policy_name *out)
{
    for (unsigned i = 0; i < FM_POLICY_NAME_COUNT; i++)
        if (fm_str_eqc(name, policy_names[i])) {
            *out = (enum fm_policy_name)i;
            return FM_OK;
        }
    return fm_fail(ctx, FM_EINVAL,
                   "redaction policy \"%.*s\" is not known; use strict, standard, secrets-only or "
                   "off-for-local-models",
                   FM_STR_ARG(name));
}

const char *fm_redact_policy_name(enum fm_policy_name name)
{
    return name < FM_POLICY_NAME_COUNT ? policy_names[name] : "unknown";
}

enum fm_code fm_redact_action_parse(struct fm_ctx *ctx, fm_str name, enum fm_redact_action *out)
{
    for (unsigned i = 0; i < FM_ACTION_COUNT; i++)
        if (fm_str_eqc(name, action_names[i])) {
            *out = (enum fm_redact_action)i;
            return FM_OK;
        }
    return fm_fail(
        ctx, FM_EINVAL,
        "redaction action \"%.*s\" is not known; use keep, mask, token, hash, partial or format",
        FM_STR_ARG(name));
}

const char *fm_redact_action_name(enum fm_redact_action action)
{
    return action < FM_ACTION_COUNT ? action_names[action] : "unknown";
}

/* How much of the value an action shows; mask and hash show nothing, token nothing but equality. */
static unsigned shows(enum fm_redact_action a)
{
    static const unsigned rank[FM_ACTION_COUNT] = {
        [FM_ACTION_MASK] = 0,   [FM_ACTION_HASH] = 1,    [FM_ACTION_TOKEN] = 2,
        [FM_ACTION_FORMAT] = 3, [FM_ACTION_PARTIAL] = 4, [FM_ACTION_KEEP] = 5,
    };
    return rank[a];
}

void fm_redact_policy_join(struct fm_redact_policy *p, const struct fm_redact_policy *other)
{
    for (unsigned t = 0; t < FM_SENSITIVE_COUNT; t++)
        if (shows(other->action[t]) < shows(p->action[t]))
            p->action[t] = other->action[t];
    p->should_widen = p->should_widen || other->should_widen;
}
