/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver of the case engine: loads a case, runs the pure step, performs its effects. Commands,
 * API and MCP all work on cases through these few calls.
 */
#ifndef FAULTMAVEN_STORE_SERVICE_H
#define FAULTMAVEN_STORE_SERVICE_H

#include "faultmaven/core/investigation.h"
#include "faultmaven/store/store.h"

struct fm_case_service {
    struct fm_store *store;  /* borrowed */
    struct fm_engine engine; /* clock and randomness */
};

struct fm_case_turn {
    fm_str case_id;
    struct fm_turn_input input;         /* input.evidence is set by the service */
    fm_str key;                         /* idempotency key; empty for none */
    struct fm_reasoner *reasoner;       /* NULL: nobody answers */
    const struct fm_proposal *proposal; /* a proposal made beforehand, instead of a reasoner */
    struct fm_actor by;                 /* of the proposal or the reasoner */
};

struct fm_case_answer {
    fm_str
        json; /* {"case_id","version","turn","status","outcome","message","accepted":[…],"rejected":[…],…}
               */
    bool is_repeat; /* the key was known: json is the first answer, the rest is empty */
    struct fm_case *c;
    struct fm_turn_result result;
};

/* One turn, durable when it returns. A conflict with another writer is retried on the new state up
 * to three times, with the same proposal; then FM_ECONFLICT. */
FM_MUST_CHECK enum fm_code fm_case_work(const struct fm_case_service *s, struct fm_ctx *ctx,
                                        const struct fm_case_turn *t, struct fm_case_answer *out);

/* A new case. open_cases and opened_today of the request are filled in here. */
FM_MUST_CHECK enum fm_code fm_case_create(const struct fm_case_service *s, struct fm_ctx *ctx,
                                          const struct fm_open_request *req, struct fm_case **out);

/* One event outside of a turn (fm_case_record), stored. */
FM_MUST_CHECK enum fm_code fm_case_note(const struct fm_case_service *s, struct fm_ctx *ctx,
                                        fm_str case_id, const struct fm_plain_event *e,
                                        struct fm_case **out);

/* Reads evidence of a loaded case from the store's blobs. Embed; valid as long as all three. */
struct fm_case_evidence {
    struct fm_evidence_reader base;
    struct fm_blobs *blobs;
    const struct fm_case *c;
};
void fm_case_evidence_init(struct fm_case_evidence *r, struct fm_blobs *blobs,
                           const struct fm_case *c);

#endif
