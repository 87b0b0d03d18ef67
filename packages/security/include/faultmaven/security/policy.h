/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy says for each type whether it is looked for and what happens to a hit. Four are built
 * in:
 *
 *   strict        everything, also sizes, versions, bare process numbers and node names; spans take
 * in the key of a key=value identifier. standard      the default: secrets, personal data, names in
 * prose, hosts, public addresses, user names, home paths. Leaves alone: commit hashes, image
 * digests, version numbers, timestamps, private addresses, bare ids. secrets-only  the family
 * SECRETS. off-for-local-models   nothing; fm_egress_pass refuses it for a receiver that is not
 * local.
 */
#ifndef FAULTMAVEN_SECURITY_POLICY_H
#define FAULTMAVEN_SECURITY_POLICY_H

#include "faultmaven/base/ctx.h"
#include "faultmaven/security/type.h"

/* Bumped when a built-in policy or rule changes meaning; part of every receipt. */
#define FM_POLICY_VERSION 1

enum fm_policy_name {
    FM_POLICY_STRICT,
    FM_POLICY_STANDARD,
    FM_POLICY_SECRETS_ONLY,
    FM_POLICY_OFF_FOR_LOCAL,
    FM_POLICY_NAME_COUNT
};

enum fm_redact_action {
    FM_ACTION_KEEP,  /* not looked for */
    FM_ACTION_MASK,  /* <EMAIL>: not reversible, no correlation */
    FM_ACTION_TOKEN, /* <EMAIL_3>: reversible, numbered in order of first sight in the case */
    FM_ACTION_HASH, /* <EMAIL:9f86d081884c>: HMAC-SHA256 under the case key, 48 bits; not reversible
                     */
    FM_ACTION_PARTIAL, /* keeps what helps and names nobody: j***@example.org, 203.0.*.*,
                        ************1111 */
    FM_ACTION_FORMAT, /* same form, other value, keyed per case, reversible: digit for digit, letter
                         for letter */
    FM_ACTION_COUNT
};

struct fm_redact_policy {
    enum fm_policy_name name;
    enum fm_redact_action action[FM_SENSITIVE_COUNT];
    bool should_widen; /* spans of key=value identifiers take in the key */
};

/* The built-in policy. */
void fm_redact_policy_init(struct fm_redact_policy *p, enum fm_policy_name name);

/* "strict", "standard", "secrets-only", "off-for-local-models"; FM_EINVAL lists them. */
FM_MUST_CHECK enum fm_code fm_redact_policy_parse(struct fm_ctx *ctx, fm_str name,
                                                  enum fm_policy_name *out);
const char *fm_redact_policy_name(enum fm_policy_name name);

/* "keep", "mask", "token", "hash", "partial", "format"; FM_EINVAL lists them. */
FM_MUST_CHECK enum fm_code fm_redact_action_parse(struct fm_ctx *ctx, fm_str name,
                                                  enum fm_redact_action *out);
const char *fm_redact_action_name(enum fm_redact_action action);

/* The stricter of two per type: a type that either looks for is looked for, with the action that
 * shows less. */
void fm_redact_policy_join(struct fm_redact_policy *p, const struct fm_redact_policy *other);

#endif
