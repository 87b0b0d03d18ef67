/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: what happened to a case, append-only. case = fold(events); the fold applies, it never
 * decides.
 *
 * Each type has one payload record. seq counts 1, 2, 3 … within a case and is the version for
 * optimistic concurrency. Stored as rows (case_id, seq, type, at, actor, payload, prev_hash, hash);
 * hash = SHA-256 over the canonical line of the event and the hash before it, so that any altered
 * byte shows (fm_event_hash).
 *
 * Types and payload members may be added; a name never changes its meaning. A log that holds a type
 * unknown to this version is refused as written by a newer one.
 */
#ifndef FAULTMAVEN_MODELS_EVENT_H
#define FAULTMAVEN_MODELS_EVENT_H

#include "faultmaven/base/hash.h"
#include "faultmaven/models/case.h"

struct fm_case_opened {
    fm_str case_id;
    fm_str owner;
    fm_str organization;
    fm_str title;
};

/* One item and why: withdrawal, dispute, acceptance. */
struct fm_item_note {
    fm_str id;
    fm_str reason;
};

struct fm_hypothesis_move {
    fm_str id;
    enum fm_hypothesis_status status; /* none: only the likelihood changed */
    double likelihood;
    fm_str reason;
};

struct fm_request_move {
    fm_str id;
    enum fm_request_status status; /* none: unchanged */
    double completeness;
    struct fm_strs evidence_ids;
    fm_str reason;
    bool asked; /* it was put to the user once more */
};

struct fm_solution_move {
    fm_str id;
    enum fm_solution_state state;
    fm_str reason;
    fm_str method;
    fm_str evidence_id;
    double effectiveness;
    fm_time at; /* when it was done, if not now */
};

struct fm_statement {
    fm_str text;
    enum fm_problem_type problem_type;
    enum fm_urgency severity_guess;
    fm_str guidance;
    struct fm_strs suggestions;
    struct fm_cites cites;
};

/* What a user said about the statement, the investigation, the end. reason: their words. */
struct fm_intent {
    enum fm_intent_kind kind;
    enum fm_closure closure;        /* of close */
    enum fm_resolution_basis basis; /* of resolve */
    enum fm_escalation_type type;   /* of request_escalation */
    fm_str to;                      /* of request_escalation */
    fm_str reason;
    struct fm_cites cites; /* the words in the message, when relayed */
};

struct fm_preference {
    enum fm_engagement engagement;
    enum fm_strategy strategy;
};

struct fm_text_value {
    fm_str text;
};

/* X(symbol, "name", payload struct without fm_) */
#define FM_EVENTS(X)                                                                               \
    X(FM_EVENT_CASE_OPENED, "case_opened", case_opened)                                            \
    X(FM_EVENT_MEMBER_SET, "member_set", member)                                                   \
    X(FM_EVENT_TITLE_CHANGED, "title_changed", text_value)                                         \
    X(FM_EVENT_RELATED, "related", relation)                                                       \
    X(FM_EVENT_MESSAGE_ADDED, "message_added", message)                                            \
    X(FM_EVENT_FILE_ADDED, "file_added", case_file)                                                \
    X(FM_EVENT_STATEMENT_PROPOSED, "statement_proposed", statement)                                \
    X(FM_EVENT_INTENT_STATED, "intent_stated", intent)                                             \
    X(FM_EVENT_STATUS_CHANGED, "status_changed", status_entry)                                     \
    X(FM_EVENT_EVIDENCE_ADDED, "evidence_added", evidence_item)                                    \
    X(FM_EVENT_EVIDENCE_ACCEPTED, "evidence_accepted", item_note)                                  \
    X(FM_EVENT_EVIDENCE_WITHDRAWN, "evidence_withdrawn", item_note)                                \
    X(FM_EVENT_VERIFICATION_UPDATED, "verification_updated", verification)                         \
    X(FM_EVENT_CHANGE_RECORDED, "change_recorded", recent_change)                                  \
    X(FM_EVENT_HYPOTHESIS_ADDED, "hypothesis_added", hypothesis)                                   \
    X(FM_EVENT_HYPOTHESIS_MOVED, "hypothesis_moved", hypothesis_move)                              \
    X(FM_EVENT_LINK_SET, "link_set", link)                                                         \
    X(FM_EVENT_REQUEST_ADDED, "request_added", evidence_request)                                   \
    X(FM_EVENT_REQUEST_MOVED, "request_moved", request_move)                                       \
    X(FM_EVENT_MILESTONE_SET, "milestone_set", milestone)                                          \
    X(FM_EVENT_ROOT_CAUSE_SET, "root_cause_set", root_cause)                                       \
    X(FM_EVENT_ROOT_CAUSE_DISPUTED, "root_cause_disputed", item_note)                              \
    X(FM_EVENT_CONCLUSION_SET, "conclusion_set", conclusion)                                       \
    X(FM_EVENT_SOLUTION_ADDED, "solution_added", solution)                                         \
    X(FM_EVENT_SOLUTION_MOVED, "solution_moved", solution_move)                                    \
    X(FM_EVENT_PATH_SELECTED, "path_selected", path_selection)                                     \
    X(FM_EVENT_PREFERENCE_SET, "preference_set", preference)                                       \
    X(FM_EVENT_DEGRADED_ENTERED, "degraded_entered", episode)                                      \
    X(FM_EVENT_DEGRADED_EXITED, "degraded_exited", text_value)                                     \
    X(FM_EVENT_ESCALATED, "escalated", escalation)                                                 \
    X(FM_EVENT_ESCALATION_RESOLVED, "escalation_resolved", item_note)                              \
    X(FM_EVENT_WAITING_SET, "waiting_set", waiting)                                                \
    X(FM_EVENT_WAITING_CLEARED, "waiting_cleared", text_value)                                     \
    X(FM_EVENT_LOOPED_BACK, "looped_back", loop_back)                                              \
    X(FM_EVENT_ADVISED, "advised", advice)                                                         \
    X(FM_EVENT_DOCUMENTATION_UPDATED, "documentation_updated", documentation)                      \
    X(FM_EVENT_ACTION_SET, "action_set", action_item)                                              \
    X(FM_EVENT_REPORT_ADDED, "report_added", report_entry)                                         \
    X(FM_EVENT_TURN_RECORDED, "turn_recorded", turn)

#define FM_EVENT_ITEM_(sym, name, body) sym,
enum fm_event_type { FM_EVENT_NONE, FM_EVENTS(FM_EVENT_ITEM_) FM_EVENT_COUNT };
extern const struct fm_names fm_event_type_names;

/* The payload record of a type; NULL for a value outside the enum. */
const struct fm_record_type *fm_event_body(enum fm_event_type type);

struct fm_event {
    int64_t seq;
    enum fm_event_type type;
    fm_time at;
    struct fm_actor actor;
    void *body; /* record of fm_event_body(type) */
};
struct fm_events FM_VEC_OF(struct fm_event);

/* "user:alice", "analyst", "model:name", "system" and back; FM_EINVAL for anything else. */
fm_str fm_actor_str(struct fm_arena *a, struct fm_actor actor);
FM_MUST_CHECK enum fm_code fm_actor_parse(struct fm_ctx *ctx, fm_str text, struct fm_actor *out);

/* Reads and checks a payload. Strings are borrowed from v. */
FM_MUST_CHECK enum fm_code fm_event_read_body(struct fm_ctx *ctx, enum fm_event_type type,
                                              yyjson_val *v, void **out);

/* Appends {"seq":…,"type":…,"at":…,"actor":…,"payload":{…}}: the line of `case log`, of bundles, of
 * the hash. */
void fm_event_write(struct fm_ctx *ctx, const struct fm_event *e, struct fm_buf *out);
FM_MUST_CHECK enum fm_code fm_event_read(struct fm_ctx *ctx, yyjson_val *line,
                                         struct fm_event *out);

/* SHA-256 of: prev (32 bytes, zeros for the first) LF case_id LF seq LF type LF at (nanoseconds) LF
 * actor LF payload. */
struct fm_event_row {
    fm_str case_id;
    int64_t seq;
    fm_str type;
    fm_time at;
    fm_str actor;
    fm_str payload; /* canonical JSON */
};
void fm_event_hash(const uint8_t prev[FM_SHA256_BYTES], const struct fm_event_row *row,
                   uint8_t out[FM_SHA256_BYTES]);

/* Applies one event. FM_EINVAL when it does not fit the case (wrong seq, unknown item): a damaged
 * log, never a rule. */
FM_MUST_CHECK enum fm_code fm_case_apply(struct fm_ctx *ctx, struct fm_case *c,
                                         const struct fm_event *e);

/* Folds a whole log, or a prefix of one. */
FM_MUST_CHECK enum fm_code fm_case_fold(struct fm_ctx *ctx, const struct fm_events *events,
                                        struct fm_case **out);

extern const struct fm_record_type fm_case_opened_type, fm_item_note_type, fm_hypothesis_move_type,
    fm_request_move_type, fm_solution_move_type, fm_statement_type, fm_intent_type,
    fm_preference_type, fm_text_value_type;

#endif
