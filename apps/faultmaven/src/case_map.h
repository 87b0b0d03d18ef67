/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map of a case in its store: FOLDER/maps/CASE.map, sealed with the case id under a key that
 * is derived from the key of the store (FAULTMAVEN_REDACT_KEY, else FOLDER/redact.key). It is
 * loaded for each turn, and written before a body leaves that holds a placeholder that is new in
 * it; so a turn that fails or is stopped gives no number away twice. Turns of one case wait for
 * each other. One thread.
 */
#ifndef FM_APP_CASE_MAP_H
#define FM_APP_CASE_MAP_H

#include "faultmaven/security/redact.h"

struct case_map {
    const char *folder;               /* borrowed */
    struct fm_pseudonyms *pseudonyms; /* owned; the same object in all turns */
    fm_str case_id;                   /* borrowed during a turn */
    const char *path;                 /* of the file of the turn */
    size_t kept;                      /* values in the file */
    int lock;                         /* -1: no turn is under way */
    enum fm_code code;                /* why the map of this turn cannot be used; FM_OK: it can */
    const char *why;
};

FM_MUST_CHECK enum fm_code case_map_init(struct case_map *m, struct fm_ctx *ctx,
                                         const char *folder);
void case_map_release(struct case_map *m); /* also of a zeroed one */

/* Loads the map for a turn. Fails only with FM_ECANCELLED or FM_ETIMEOUT, while it waits for
 * another turn; a map that cannot be opened fails case_map_keep. */
FM_MUST_CHECK enum fm_code case_map_begin(struct case_map *m, struct fm_ctx *ctx, fm_str case_id);
void case_map_end(struct case_map *m);

/* For the gate: what the map holds is on disk when this returns FM_OK. */
FM_MUST_CHECK enum fm_code case_map_keep(struct case_map *m, struct fm_ctx *ctx);

#endif
