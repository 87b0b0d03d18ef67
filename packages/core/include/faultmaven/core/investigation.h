/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The case engine: rules as pure functions, and one step that turns (case, what was said or added,
 * proposal) into events.
 *
 *     struct fm_engine engine = {.clock = &fm_clock_system, .rng = &fm_rng_system};
 *     fm_turn_begin(&engine, ctx, c, &input, &work);              message, files, the user's own
 * typed changes fm_reasoner_propose(r, ctx, fm_turn_reasoner_input(work), &p); fm_turn_finish(work,
 * r ? &p : NULL, &result);               proposal, system rules, reply, turn record store: append
 * result.events at result.expected_version, all or nothing
 *
 * A step changes the case in memory as it goes. When it fails with an error code, or the store
 * refuses the events, the case must be dropped and folded again: nothing was stored, so nothing
 * happened. A rule that says no is no error: the change is listed in the turn's `rejected` with the
 * reason, and the rest applies.
 *
 * Pure: clock, ids and randomness come from the engine struct; no I/O, no globals. Memory: the
 * context's arena. Decisions behind the rules: reference/investigation-spec.md.
 */
#ifndef FAULTMAVEN_CORE_INVESTIGATION_H
#define FAULTMAVEN_CORE_INVESTIGATION_H

#include "faultmaven/base/rng.h"
#include "faultmaven/models/reasoner.h"

enum fm_rating_mode {
    FM_RATING_WEIGHTED, /* by stance, completeness and kind of source */
    FM_RATING_CLASSIC,  /* 0.15 for each support, 0.20 against for each refutation */
};

struct fm_engine {
    const struct fm_clock *clock;
    struct fm_rng *rng;
    enum fm_rating_mode rating;
};

/* ---- one turn ---- */

/* One piece of evidence that comes with the turn; its content is already stored under sha256. */
struct fm_upload_item {
    fm_str filename;
    fm_str sha256;
    int64_t size;
    fm_str data_type; /* what intake found: "log", "metrics", … */
    enum fm_upload upload;
    enum fm_evidence_source source;
    fm_str summary;
    fm_str extract;
    fm_str method;
    fm_str command;
    fm_time first; /* event time covered */
    fm_time last;
    bool testimony;
    bool absence;
    fm_str request_id; /* answers this request */
};
struct fm_upload_items FM_VEC_OF(struct fm_upload_item);
void fm_upload_item_init(struct fm_upload_item *u);

struct fm_turn_input {
    struct fm_actor actor;     /* a user; owner and collaborators may write */
    fm_str message;            /* at most 4000 characters; longer text belongs into a file */
    enum fm_message_kind kind; /* none: user_query, or data_upload when only files come */
    struct fm_upload_items uploads;
    const struct fm_proposal *changes; /* the user's own typed changes; NULL for none */
    struct fm_evidence_reader
        *evidence; /* to check quotes; NULL: quotes are checked against extracts only */
};

/* Content that the case has already. */
struct fm_duplicate {
    fm_str filename;
    fm_str file_id;
    fm_str evidence_id;
};

struct fm_turn_result {
    int64_t expected_version; /* of the case before the turn */
    struct fm_events events;
    const struct fm_turn *turn;
    fm_str reply;                /* the agent's message; empty when there is none */
    struct fm_strs evidence_ids; /* new in this turn */
    FM_VEC(struct fm_duplicate) duplicates;
};

struct fm_turn_work;

/* FM_EFORBIDDEN for a viewer or stranger, FM_EINVAL for an empty turn, FM_ELIMIT for a message that
 * is too long. */
FM_MUST_CHECK enum fm_code fm_turn_begin(const struct fm_engine *engine, struct fm_ctx *ctx,
                                         struct fm_case *c, const struct fm_turn_input *in,
                                         struct fm_turn_work **out);

const struct fm_reasoner_input *fm_turn_reasoner_input(const struct fm_turn_work *w);

/* by: who made the proposal (model or analyst); NULL proposal: nobody. */
FM_MUST_CHECK enum fm_code fm_turn_finish(struct fm_turn_work *w,
                                          const struct fm_proposal *proposal, struct fm_actor by,
                                          struct fm_turn_result *out);

/* ---- outside a turn ---- */

struct fm_open_request {
    struct fm_actor actor;
    fm_str title; /* empty: Case-MMDD-N */
    fm_str organization;
    int64_t opened_today;         /* cases that the owner opened since 00:00 UTC */
    int64_t open_cases;           /* the owner's cases that are not terminal */
    const struct fm_case *parent; /* follow-up of this terminal case; NULL for none */
};
#define FM_OPEN_CASES_MAX 100

/* The events of a new case. FM_ELIMIT when the owner has too many open ones; FM_EINVAL for a bad
 * title. */
FM_MUST_CHECK enum fm_code fm_case_open(const struct fm_engine *engine, struct fm_ctx *ctx,
                                        const struct fm_open_request *req, struct fm_case **c,
                                        struct fm_events *events);

/* One event that is no turn: member_set, title_changed, report_added, related, action_set. */
struct fm_plain_event {
    struct fm_actor actor;
    enum fm_event_type type;
    void *body;
};

/* Checks access and limits, and applies it. */
FM_MUST_CHECK enum fm_code fm_case_record(const struct fm_engine *engine, struct fm_ctx *ctx,
                                          struct fm_case *c, const struct fm_plain_event *e,
                                          struct fm_events *events);

/* FM_EFORBIDDEN unless the actor may read (any member), or write (owner, collaborator). */
FM_MUST_CHECK enum fm_code fm_case_may_read(struct fm_ctx *ctx, const struct fm_case *c,
                                            struct fm_actor actor);
FM_MUST_CHECK enum fm_code fm_case_may_write(struct fm_ctx *ctx, const struct fm_case *c,
                                             struct fm_actor actor);

/* A new id: prefix "_" 12 hexadecimal digits. */
fm_str fm_new_id(const struct fm_engine *engine, struct fm_arena *a, const char *prefix);

/* ---- milestone engine ---- */

/* The four legal pairs of statuses. */
bool fm_status_allowed(enum fm_case_status from, enum fm_case_status to);

/* Computed stage; none outside of investigating. */
enum fm_case_stage fm_case_stage(const struct fm_case *c);

/* Whole percent of 8 milestones, or 9 on the mitigation-first path. */
int fm_case_completion(const struct fm_case *c);

/* symptom, severity or urgency, temporal state all known. */
bool fm_verification_is_complete(const struct fm_verification *v);

/* Time from start to notice; INT64_MIN when one is unknown. */
int64_t fm_verification_detection_ns(const struct fm_verification *v);

/* Purposes of one evidence item, most specific first; at least one. */
size_t fm_evidence_purposes(const struct fm_case *c, const struct fm_evidence_item *e,
                            enum fm_purpose out[FM_PURPOSE_COUNT]);

/* ---- hypothesis manager ---- */

/* Likelihood from the start value and the links to evidence that is in force. */
double fm_hypothesis_rate(const struct fm_case *c, const struct fm_hypothesis *h,
                          enum fm_rating_mode mode);

/* What the rules make of it now: the same status, or the one it moves to. */
enum fm_hypothesis_status fm_hypothesis_next_status(const struct fm_case *c,
                                                    const struct fm_hypothesis *h,
                                                    double likelihood, enum fm_rating_mode mode);

/* (supports - refutes) / (supports + refutes); 0 when there is none. */
double fm_hypothesis_evidence_score(const struct fm_case *c, const struct fm_hypothesis *h);

/* For ranking only: an active hypothesis that nothing happened to for `idle` turns counts
 * 0.85^idle. */
double fm_hypothesis_rank(const struct fm_case *c, const struct fm_hypothesis *h);

/* Best in force (validated, then active) by rank; NULL when there is none. */
const struct fm_hypothesis *fm_hypothesis_best(const struct fm_case *c);

/* Pointers to all hypotheses, best first. */
struct fm_hypothesis_list FM_VEC_OF(const struct fm_hypothesis *);
struct fm_hypothesis_list fm_hypotheses_ranked(struct fm_arena *a, const struct fm_case *c);

/* The category that failed four times or more (refuted or inconclusive); none otherwise. */
enum fm_hypothesis_category fm_anchored_category(const struct fm_case *c);

/* The top hypothesis has not moved for three turns although new evidence came. */
bool fm_is_anchored_on_top(const struct fm_case *c);

/* ---- strategy selector, engagement modes, iteration strategy ---- */

struct fm_path_choice {
    enum fm_case_path path; /* none: an input is unknown, ask */
    enum fm_case_path alternate;
    const char *why;
};
struct fm_path_choice fm_path_choose(enum fm_temporal temporal, enum fm_urgency urgency);

/* The user's preference, else from the path, urgency and severity. */
enum fm_strategy fm_case_strategy(const struct fm_case *c);

struct fm_strategy_limits {
    double validation_threshold;         /* likelihood that validates a hypothesis */
    double cause_threshold;              /* confidence that a root cause needs */
    double act_threshold;                /* confidence that lets one act on a working conclusion */
    int iterations[FM_CASE_STAGE_COUNT]; /* soft budget per stage */
    bool needs_documentation;
};
const struct fm_strategy_limits *fm_strategy_limits(enum fm_strategy s);

struct fm_engagement_style {
    enum fm_engagement mode;
    int questions_per_turn;
    bool proactive;
};
struct fm_engagement_style fm_case_engagement(const struct fm_case *c);

/* ---- OODA engine and phases: views over the event log; they gate nothing ---- */

#define FM_OODA_OBSERVE 1u
#define FM_OODA_ORIENT 2u
#define FM_OODA_DECIDE 4u
#define FM_OODA_ACT 8u

enum fm_intensity { FM_INTENSITY_NONE, FM_INTENSITY_LIGHT, FM_INTENSITY_MEDIUM, FM_INTENSITY_FULL };

struct fm_iteration {
    int64_t number;
    int64_t first_turn, last_turn;
    fm_time begin, end;
    unsigned steps; /* FM_OODA_… */
    enum fm_intensity intensity;
    int64_t counts[4];        /* events of observe, orient, decide, act */
    enum fm_case_stage stage; /* at its end */
    double likelihood_change; /* of the best hypothesis */
    struct fm_strs changed;   /* what it changed, in words */
};
struct fm_iterations FM_VEC_OF(struct fm_iteration);

/* Iterations of the investigation: an iteration ends with the turn in which something was
 * concluded, decided or done after it was observed. Folds the log as it goes. */
FM_MUST_CHECK enum fm_code fm_ooda_iterations(struct fm_ctx *ctx, const struct fm_events *events,
                                              struct fm_iterations *out);
const char *fm_intensity_name(enum fm_intensity i);

struct fm_iteration_budget {
    enum fm_case_stage stage;
    int used, limit;
    bool is_exceeded;
};
/* Turns spent in the present stage against the soft budget of the strategy. */
struct fm_iteration_budget fm_iteration_budget(const struct fm_case *c);

#define FM_PHASE_N 7
enum fm_phase_state { FM_PHASE_PENDING, FM_PHASE_CURRENT, FM_PHASE_DONE, FM_PHASE_SKIPPED };
struct fm_phase {
    const char
        *name; /* intake, blast_radius, timeline, hypothesis, validation, solution, document */
    enum fm_phase_state state;
    fm_str basis; /* what makes it so */
};
void fm_case_phases(struct fm_arena *a, const struct fm_case *c, struct fm_phase out[FM_PHASE_N]);
const char *fm_phase_state_name(enum fm_phase_state s);

/* ---- workflow progression detector ---- */

#define FM_STUCK_TURNS 3
static inline bool fm_case_is_stuck(const struct fm_case *c)
{
    return c->status == FM_CASE_INVESTIGATING && c->turns_without_progress >= FM_STUCK_TURNS;
}

/* ---- pace: the same by the clock ---- */

/* The stated urgency; critical when nobody rated an outage of critical severity. */
enum fm_urgency fm_case_urgency(const struct fm_case *c);

/* How long an investigation of this urgency may rest: 15 min, 1 h, 1 d, 7 d; 1 d when unknown. */
int64_t fm_pace_limit(enum fm_urgency urgency);

/* Since when nothing moves; FM_TIME_NONE when the clock stands still: not investigating, or waiting
 * for something that was not announced for a time. */
fm_time fm_case_resting_since(const struct fm_case *c);

struct fm_pace {
    fm_time since;
    int64_t rest_ns, limit_ns;
    bool is_overdue;
};
/* At a time `now`; FM_TIME_NONE: no clock, nothing is overdue. */
struct fm_pace fm_case_pace(const struct fm_case *c, fm_time now);
struct fm_pace fm_pace_at(fm_time since, enum fm_urgency urgency, fm_time now);
fm_str fm_pace_text(struct fm_arena *a, const struct fm_pace *p);

/* Stuck by turns, or overdue by the clock. */
bool fm_case_is_stalled(const struct fm_case *c, fm_time now);

struct fm_reminder {
    const char *kind; /* stalled, wait_over, wait_long, unverified_fix, open_request,
                         open_escalation, overdue_action */
    fm_str ref;       /* the item; may be empty */
    fm_time since;
    fm_str text;
};
struct fm_reminders FM_VEC_OF(struct fm_reminder);
/* What is due by the clock, most pressing first. */
struct fm_reminders fm_case_reminders(struct fm_arena *a, const struct fm_case *c, fm_time now);

struct fm_warning {
    const char *kind;     /* stuck, degraded_mode, escalation, no_documentation */
    const char *severity; /* warning, error, info */
    fm_str text;
};
struct fm_warnings FM_VEC_OF(struct fm_warning);
struct fm_warnings fm_case_warnings(struct fm_arena *a, const struct fm_case *c, fm_time now);

/* Up to `max` next steps for the person at work, what is due first, then most useful first, in
 * words. */
struct fm_strs fm_case_next_steps(struct fm_arena *a, const struct fm_case *c, fm_time now,
                                  size_t max);

/* ---- memory ---- */

enum fm_memory_tier { FM_MEMORY_VERBATIM, FM_MEMORY_SUMMARY, FM_MEMORY_FACT };
struct fm_memory_item {
    enum fm_memory_tier tier;
    fm_str id; /* message, evidence, hypothesis …; ids always survive trimming */
    fm_str text;
    size_t tokens;
};
struct fm_memory FM_VEC_OF(struct fm_memory_item);

/* What of a long case to keep under a budget: facts first, then the newest messages verbatim, then
 * one line per older turn, newest first; a fact that does not fit is cut to its id and first words.
 * Deterministic. Tokens are bytes / 4. */
struct fm_memory fm_case_memory(struct fm_arena *a, const struct fm_case *c, size_t budget_tokens);

/* The conversation alone, oldest first: the newest messages verbatim (id: message and who spoke),
 * older turns as one line each, as far as the budget reaches back. Message `but` is left out. */
struct fm_memory fm_case_conversation(struct fm_arena *a, const struct fm_case *c, fm_str but,
                                      size_t budget_tokens);

#endif
