/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the repositories: the store's connections. */
#ifndef FM_STORE_IMPL_H
#define FM_STORE_IMPL_H

#include <pthread.h>

#include "faultmaven/store/store.h"

#define READERS_MAX 16

struct fm_store {
    char *location; /* owned */
    char *folder;   /* owned */
    struct fm_blobs *blobs;
    struct fm_db *writer; /* under write_lock */
    pthread_mutex_t write_lock;
    pthread_mutex_t lock; /* of everything below */
    pthread_cond_t done;
    struct fm_ticket *queue; /* waiting appends, newest first */
    bool has_leader;
    struct fm_db *idle[READERS_MAX]; /* readers that nobody uses */
    int n_idle;
    bool is_single; /* one connection for all: an in-memory database */
    struct fm_llm_ledger ledger;
};

/* A connection for reading; give it back. */
FM_MUST_CHECK enum fm_code store_take_reader(struct fm_store *s, struct fm_ctx *ctx,
                                             struct fm_db **db);
void store_give_reader(struct fm_store *s, struct fm_db *db);

/* spend.c */
extern const struct fm_llm_ledger_ops store_ledger_ops;

/* Inside the transaction of an append: brings the projections up to date with the events (all of
 * the case when events is NULL). */
FM_MUST_CHECK enum fm_code store_project(struct fm_db *db, struct fm_ctx *ctx,
                                         const struct fm_case *c, const struct fm_events *events);

/* All projected rows of a case as text in a fixed order, one line each: for comparison. */
FM_MUST_CHECK enum fm_code store_dump_projections(struct fm_db *db, struct fm_ctx *ctx,
                                                  fm_str case_id, struct fm_buf *out,
                                                  int64_t *rows);
FM_MUST_CHECK enum fm_code store_delete_projections(struct fm_db *db, struct fm_ctx *ctx,
                                                    fm_str case_id);

#endif
