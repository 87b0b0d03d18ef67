/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case as one file: a zstd-compressed tar of
 *
 *     manifest.json    {"format": "faultmaven.case/1", "case_id", "title", "version", "head",
 * "exported_at", "blobs": […]} events.jsonl     one stored event a line:
 * {"seq","type","at_ns","actor","payload","hash"}; payload is the stored text report.md        for
 * people blobs/<sha256>   the evidence
 *
 * Any tar reads it. An import trusts nothing: sizes are limited, names outside of this list are
 * refused, the hash chain and the hash of every blob are checked, and the log is folded before
 * anything enters the store.
 */
#ifndef FAULTMAVEN_STORE_BUNDLE_H
#define FAULTMAVEN_STORE_BUNDLE_H

#include "faultmaven/store/store.h"

/* Writes a new file; report may be empty. */
FM_MUST_CHECK enum fm_code fm_bundle_write(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                                           fm_str report, const char *path);

struct fm_bundle_result {
    fm_str case_id;
    int64_t version;
    int64_t blobs;
    bool was_known; /* the same case was there already; nothing was stored */
};

/* FM_EINVAL for a file that is no intact bundle, FM_ELIMIT for one that is too large, FM_ECONFLICT
 * when another version of the case is in the store. */
FM_MUST_CHECK enum fm_code fm_bundle_import(struct fm_store *s, struct fm_ctx *ctx,
                                            const char *path, struct fm_bundle_result *out);

/* Reads a bundle without any store: the case and its events, chain checked; blobs are skipped. */
FM_MUST_CHECK enum fm_code fm_bundle_open(struct fm_ctx *ctx, const char *path, struct fm_case **c,
                                          struct fm_events *events);

#endif
