/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing findings that were collected beforehand: ours, or ours and an external detector's. */
#ifndef FAULTMAVEN_SECURITY_REPLACE_FOUND_H
#define FAULTMAVEN_SECURITY_REPLACE_FOUND_H

#include "faultmaven/security/redact.h"

struct fm_redact_target {
    const struct fm_redactor *redactor;
    struct fm_pseudonyms *map;
};

/* Uses up `found` (offsets are moved). A finding that crosses a line end is cut there by the
 * caller. */
FM_MUST_CHECK enum fm_code fm_redact_found(const struct fm_redact_target *t, struct fm_ctx *ctx,
                                           fm_str text, struct fm_findings found, fm_str *out);

/* fm_redact_find in two passes: the first learns where the lines of a template hold names
 * (security/slots.h), the second uses it. Depends on the text only. */
struct fm_findings fm_redact_find_twice(const struct fm_redactor *r, struct fm_ctx *ctx,
                                        fm_str text);

#endif
