/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proposal: typed changes that somebody wishes (a person by a command, the analyst, a language
 * model). Rules accept or reject each change by itself and give a reason for each rejection
 * (core/investigation/engine.h).
 *
 *     {"message": "…reply to show…",
 *      "changes": [
 *        {"type": "add_evidence", "handle": "E1", "evidence": {"summary": "…", "source":
 * "log_file", …}},
 *        {"type": "add_hypothesis", "handle": "H1", "hypothesis": {"statement": "…", "category":
 * "config", …}},
 *        {"type": "link", "link": {"hypothesis_id": "H1", "evidence_id": "E1", "stance":
 * "supports", …}},
 *        {"type": "set_milestone", "milestone": {"name": "symptom_verified", "cites":
 * [{"evidence_id": "E1"}]}}]}
 *
 * A local handle ([A-Za-z][A-Za-z0-9_.-]{0,31}, never the form of an id) names an item that an
 * earlier or later change of the same proposal adds; the engine gives the id. Any reference may be
 * an id of the case or a handle. Citations are spans of evidence (or of the user's message, for a
 * relayed intent). The engine applies evidence, then hypotheses and requests, then links, then the
 * rest, each group in the order given.
 *
 * The payload member has the name of its record (table below); members that a proposer may not set
 * (ids, times, states, counters, computed numbers) are ignored when given.
 */
#ifndef FAULTMAVEN_MODELS_PROPOSAL_H
#define FAULTMAVEN_MODELS_PROPOSAL_H

#include "faultmaven/models/event.h"

#define FM_PROPOSAL_CHANGES_MAX 256

/* Answer to a request: what was found, or that it cannot be had. */
struct fm_answer {
    fm_str request_id;
    double completeness; /* 0..1; 1 when not given */
    struct fm_strs evidence_ids;
    bool unavailable; /* cannot be had: the request becomes blocked */
    fm_str reason;
};

/* A hypothesis is concluded by hand (refuted, inconclusive, retired, captured → active), with a
 * reason. */
struct fm_hypothesis_change {
    fm_str hypothesis_id;
    enum fm_hypothesis_status status;
    fm_str reason;
    struct fm_cites cites;
};

struct fm_solution_change {
    fm_str solution_id;
    enum fm_solution_state state;
    fm_str reason;
    fm_str method;
    fm_str evidence_id;
    double effectiveness;
    fm_time at;
    struct fm_cites cites;
};

struct fm_degraded_hint {
    enum fm_degraded_type type;
    fm_str reason;
    struct fm_strs attempted;
    fm_str fallback;
};

/* X(symbol, "type", payload struct without fm_, payload member) */
#define FM_CHANGES(X)                                                                              \
    X(FM_CHANGE_PROPOSE_STATEMENT, "propose_statement", statement, "statement")                    \
    X(FM_CHANGE_INTENT, "intent", intent, "intent")                                                \
    X(FM_CHANGE_ADD_EVIDENCE, "add_evidence", evidence_item, "evidence")                           \
    X(FM_CHANGE_WITHDRAW_EVIDENCE, "withdraw_evidence", item_note, "item")                         \
    X(FM_CHANGE_UPDATE_VERIFICATION, "update_verification", verification, "verification")          \
    X(FM_CHANGE_RECORD_CHANGE, "record_change", recent_change, "change")                           \
    X(FM_CHANGE_ADD_HYPOTHESIS, "add_hypothesis", hypothesis, "hypothesis")                        \
    X(FM_CHANGE_UPDATE_HYPOTHESIS, "update_hypothesis", hypothesis_change, "hypothesis")           \
    X(FM_CHANGE_LINK, "link", link, "link")                                                        \
    X(FM_CHANGE_REQUEST_EVIDENCE, "request_evidence", evidence_request, "request")                 \
    X(FM_CHANGE_ASK_AGAIN, "ask_again", item_note, "item")                                         \
    X(FM_CHANGE_ANSWER_REQUEST, "answer_request", answer, "answer")                                \
    X(FM_CHANGE_SET_MILESTONE, "set_milestone", milestone, "milestone")                            \
    X(FM_CHANGE_ROOT_CAUSE, "root_cause", root_cause, "root_cause")                                \
    X(FM_CHANGE_CONCLUSION, "working_conclusion", conclusion, "conclusion")                        \
    X(FM_CHANGE_ADD_SOLUTION, "add_solution", solution, "solution")                                \
    X(FM_CHANGE_UPDATE_SOLUTION, "update_solution", solution_change, "solution")                   \
    X(FM_CHANGE_SELECT_PATH, "select_path", path_selection, "path")                                \
    X(FM_CHANGE_PREFER, "prefer", preference, "preference")                                        \
    X(FM_CHANGE_WAIT, "wait", waiting, "waiting")                                                  \
    X(FM_CHANGE_LOOP_BACK, "loop_back", loop_back, "loop_back")                                    \
    X(FM_CHANGE_SUGGEST_DEGRADED, "suggest_degraded", degraded_hint, "degraded")                   \
    X(FM_CHANGE_RESOLVE_ESCALATION, "resolve_escalation", item_note, "item")                       \
    X(FM_CHANGE_DOCUMENT, "document", documentation, "documentation")                              \
    X(FM_CHANGE_ACTION_ITEM, "action_item", action_item, "action")                                 \
    X(FM_CHANGE_SET_TITLE, "set_title", text_value, "title")                                       \
    X(FM_CHANGE_SET_MEMBER, "set_member", member, "member")                                        \
    X(FM_CHANGE_RELATE, "relate", relation, "relation")

#define FM_CHANGE_ITEM_(sym, name, body, member) sym,
enum fm_change_type { FM_CHANGE_NONE, FM_CHANGES(FM_CHANGE_ITEM_) FM_CHANGE_COUNT };
extern const struct fm_names fm_change_type_names;

const struct fm_record_type *fm_change_body(enum fm_change_type type);
const char *fm_change_member(enum fm_change_type type);

struct fm_change {
    enum fm_change_type type;
    fm_str handle; /* of what it adds; empty when nothing refers to it */
    void *body;    /* record of fm_change_body(type) */
    fm_str defect; /* why it could not be read; the engine then rejects it with this reason */
};
struct fm_changes FM_VEC_OF(struct fm_change);

struct fm_proposal {
    fm_str message;        /* what the reasoner says to the user; may be empty */
    struct fm_cites cites; /* what the message rests on */
    struct fm_changes changes;
    bool failed;  /* the reasoner could not answer: nothing is changed, the turn is marked failed */
    fm_str error; /* why, for people */
    struct fm_provenance provenance;
};

/* Appends a change with a payload that is "not given" all over, and returns the payload. */
void *fm_proposal_add(struct fm_arena *a, struct fm_proposal *p, enum fm_change_type type,
                      fm_str handle);

/* Reads a proposal. The whole is refused (FM_EINVAL) only when it is not an object with a list of
 * changes, or is over a limit; a change that cannot be read is kept with its defect, so that the
 * rest still applies. */
FM_MUST_CHECK enum fm_code fm_proposal_read(struct fm_ctx *ctx, yyjson_val *v,
                                            struct fm_proposal *out);
void fm_proposal_write(const struct fm_proposal *p, struct fm_buf *out);

extern const struct fm_record_type fm_answer_type, fm_hypothesis_change_type,
    fm_solution_change_type, fm_degraded_hint_type;

#endif
