/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store of cases: a database (db.h) and blobs. A location is a folder (SQLite and files in it) or
 * a postgresql:// URI with a folder for blobs.
 *
 * Any thread. Appends from several threads are grouped into one commit (group commit); each is
 * durable when its call returns, and all or nothing.
 */
#ifndef FAULTMAVEN_STORE_STORE_H
#define FAULTMAVEN_STORE_STORE_H

#include "faultmaven/models/event.h"
#include "faultmaven/models/llm.h"
#include "faultmaven/store/blobs.h"
#include "faultmaven/store/db.h"

struct fm_store;

struct fm_store_options {
    const char *location; /* folder, made when missing; "postgresql://…"; or ":memory:" */
    const char *blob_dir; /* NULL: LOCATION/blobs; needed for PostgreSQL and ":memory:" */
};
FM_MUST_CHECK enum fm_code fm_store_open(struct fm_ctx *ctx, const struct fm_store_options *o,
                                         struct fm_store **out);
void fm_store_free(struct fm_store *s);
struct fm_blobs *fm_store_blobs(struct fm_store *s);
/* Where files that belong to the store but to no log may be kept: the location, or the folder of
 * the blobs when that is no folder. Neither bundles, verification nor gc look at them. */
const char *fm_store_folder(const struct fm_store *s);
/* What cases and tenants spent on models; lives with the store. */
struct fm_llm_ledger *fm_store_ledger(struct fm_store *s);

/* ---- one case ---- */

struct fm_append {
    const struct fm_case *c; /* the case after the events; expected 0: a new one */
    int64_t expected;        /* version before the events */
    const struct fm_events *events;
    fm_str key;      /* idempotency key; empty for none */
    fm_str response; /* what a repeat of the key gets */
};

/* FM_ECONFLICT when the case has another version or the key was used meanwhile; then nothing is
 * stored. */
FM_MUST_CHECK enum fm_code fm_store_append(struct fm_store *s, struct fm_ctx *ctx,
                                           const struct fm_append *a);

/* The same in two steps, so that one thread can have appends to several cases under way and share
 * their commit. Between submit and wait the context, the case and the events belong to the store.
 * Every ticket must be waited for. */
struct fm_ticket {
    struct fm_ticket *next;
    struct fm_ctx *ctx;
    const struct fm_append *a;
    enum fm_code code;
    bool is_done;
};
void fm_store_submit(struct fm_store *s, struct fm_ctx *ctx, const struct fm_append *a,
                     struct fm_ticket *t);
FM_MUST_CHECK enum fm_code fm_store_wait(struct fm_store *s, struct fm_ticket *t);

/* Reads and folds the log. FM_ENOTFOUND for an unknown case. events may be NULL. */
FM_MUST_CHECK enum fm_code fm_store_load(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                                         struct fm_case **c, struct fm_events *events);

/* The stored response of a key; FM_ENOTFOUND when the key is new. */
FM_MUST_CHECK enum fm_code fm_store_answer(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                                           fm_str key, fm_str *response);

/* Full id of a case whose id starts with `prefix`. FM_ENOTFOUND, or FM_EINVAL when several do. */
FM_MUST_CHECK enum fm_code fm_store_resolve(struct fm_store *s, struct fm_ctx *ctx, fm_str prefix,
                                            fm_str *id);

/* Stored rows, for export and verification. */
struct fm_stored_event {
    struct fm_event_row row;
    uint8_t prev_hash[FM_SHA256_BYTES];
    uint8_t hash[FM_SHA256_BYTES];
};
struct fm_stored_events FM_VEC_OF(struct fm_stored_event);
FM_MUST_CHECK enum fm_code fm_store_rows(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                                         struct fm_stored_events *out);

struct fm_verify_result {
    bool ok;
    const char *what; /* "event", "head", "blob", "projection"; "" when ok */
    int64_t seq;      /* of a bad event */
    fm_str item;      /* hash of a bad blob, table of a bad projection */
    fm_str reason;
    int64_t events, blobs, rows; /* checked */
};
/* Hash chain, head, content of every blob, and projections against a fold of the log; stops at the
 * first fault. */
FM_MUST_CHECK enum fm_code fm_store_verify(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id,
                                           struct fm_verify_result *out);

/* Makes the projections of a case anew from its log. */
FM_MUST_CHECK enum fm_code fm_store_rebuild(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id);

/* ---- many cases ---- */

struct fm_case_filter {
    fm_str user;                /* member of the case; empty: all */
    enum fm_case_status status; /* none: all, but closed only with include_closed */
    bool include_closed;
    bool include_empty; /* without any turn */
    int64_t limit;      /* 1 .. 1000 */
    fm_time
        before_updated; /* page: strictly after this place in the order; FM_TIME_NONE: first page */
    fm_str before_id;
};
struct fm_case_row {
    fm_str id, title, owner, status, stage, severity, closure, urgency;
    fm_str waiting_on;     /* empty when it does not wait */
    fm_time resting_since; /* fm_case_resting_since */
    int64_t version, turns, completion, stalled;
    fm_time created_at, updated_at;
};
struct fm_case_rows FM_VEC_OF(struct fm_case_row);
/* Newest update first. */
FM_MUST_CHECK enum fm_code fm_store_list(struct fm_store *s, struct fm_ctx *ctx,
                                         const struct fm_case_filter *f, struct fm_case_rows *out);

/* Cases of an owner that are not terminal, and those opened since a time. */
struct fm_case_counts {
    int64_t open, opened;
};
FM_MUST_CHECK enum fm_code fm_store_count(struct fm_store *s, struct fm_ctx *ctx, fm_str owner,
                                          fm_time since, struct fm_case_counts *out);

struct fm_search_hit {
    fm_str case_id, title, kind, ref, snippet;
};
struct fm_search_hits FM_VEC_OF(struct fm_search_hit);
struct fm_search {
    fm_str user;  /* only cases that the user is a member of; empty: all */
    fm_str words; /* all must occur */
    int64_t limit;
};
/* Best first. */
FM_MUST_CHECK enum fm_code fm_store_search(struct fm_store *s, struct fm_ctx *ctx,
                                           const struct fm_search *search,
                                           struct fm_search_hits *out);

/* ---- care ---- */

struct fm_gc_result {
    int64_t kept, deleted, bytes; /* bytes freed, or to be freed */
};
/* Deletes blobs that no case uses and that are older than `age_ns` (so that an upload under way is
 * safe). */
FM_MUST_CHECK enum fm_code fm_store_gc(struct fm_store *s, struct fm_ctx *ctx, int64_t age_ns,
                                       bool is_dry_run, struct fm_gc_result *out);
FM_MUST_CHECK enum fm_code fm_store_backup(struct fm_store *s, struct fm_ctx *ctx,
                                           const char *path);

#endif
