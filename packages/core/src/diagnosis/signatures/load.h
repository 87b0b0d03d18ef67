/* SPDX-License-Identifier: Apache-2.0 */
/* Reading signatures: shared by the files that read their parts. */
#ifndef FM_SIGNATURES_LOAD_H
#define FM_SIGNATURES_LOAD_H

#include "signature.h"

struct fm_loader {
    struct fm_signature_set *set;
    fm_str file; /* for messages */
    fm_str yaml;
};

/* FM_EINVAL with file and line of the node. */
FM_MUST_CHECK enum fm_code fm_load_fail(const struct fm_loader *l, const struct fm_node *at,
                                        const char *what);

/* The sightings under root.key; none when the key is absent. */
FM_MUST_CHECK enum fm_code fm_load_sightings(struct fm_loader *l, const struct fm_node *root,
                                             const char *key, struct fm_sightings *out);

bool fm_comparison_parse(fm_str s, struct fm_comparison *out);

#endif
