/* SPDX-License-Identifier: Apache-2.0 */
/* The map of a case as a file beside the redacted text: sealed, mode 0600, replaced atomically. */
#ifndef FM_APP_REDACT_MAP_H
#define FM_APP_REDACT_MAP_H

#include "faultmaven/security/crypto.h"
#include "redact_files.h"

struct redact_map {
    struct fm_pseudonyms *pseudonyms; /* owned */
};

/* Without --map: an empty map under a random key. */
FM_MUST_CHECK enum fm_code redact_map_open(struct fm_cli *cli, const struct redact_options *o,
                                           struct redact_map *out);
FM_MUST_CHECK enum fm_code redact_map_save(struct fm_cli *cli, const struct redact_options *o,
                                           const struct redact_map *m);
void redact_map_close(struct redact_map *m);

#endif
