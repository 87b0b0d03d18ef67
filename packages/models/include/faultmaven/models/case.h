/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A case: the permanent record of one investigation, as the fold of its events (event.h). Nothing
 * else writes it.
 *
 * Everything here is a record (record.h): strings are borrowed from the arena that the case was
 * folded on, "not given" has one form per kind, and each struct has a table fm_<name>_type. Ids are
 * "<prefix>_" and 12 hexadecimal digits: case_, msg_, file_, ev_, hyp_, req_, sol_, chg_, rc_,
 * esc_, rep_, act_. Limits stand in the tables (src/case_types.c).
 *
 * Likelihoods and confidences are numbers 0..1 that rules computed from cited evidence; no proposal
 * sets one directly, except the starting likelihood of a hypothesis and the claimed confidence of a
 * root cause, which rules bound.
 */
#ifndef FAULTMAVEN_MODELS_CASE_H
#define FAULTMAVEN_MODELS_CASE_H

#include "faultmaven/base/map.h"
#include "faultmaven/models/case_enums.h"
#include "faultmaven/models/record.h"

/* Who acts: ("user", "alice"), ("analyst", ""), ("model", "name"), ("system", ""). */
struct fm_actor {
    enum fm_actor_kind kind;
    fm_str id;
};

/* A span of evidence, or of a message: the only form of citation. length 0 means the item as a
 * whole. */
struct fm_cite {
    fm_str evidence_id;
    fm_str message_id;
    int64_t offset;
    int64_t length;
    int64_t line; /* 1-based; for people */
    fm_str quote; /* exactly the cited bytes, when short */
};
struct fm_cites FM_VEC_OF(struct fm_cite);

struct fm_member {
    fm_str user;
    enum fm_member_role role;
};

struct fm_message {
    fm_str id;
    int64_t turn;
    enum fm_message_role role;
    enum fm_message_kind kind;
    fm_str author;
    fm_time at;
    fm_str text;
    struct fm_cites cites; /* what the text rests on */
};

struct fm_case_file {
    fm_str id;
    fm_str filename;
    int64_t size;
    fm_str sha256; /* of the content; names the blob */
    fm_str data_type;
    enum fm_upload upload;
    fm_str added_by;
    fm_time added_at;
    int64_t turn;
};

/* Purposes (symptom, causal, resolution) are computed: fm_evidence_purposes in core. */
struct fm_evidence_item {
    fm_str id;
    enum fm_evidence_state state;
    fm_str summary;
    fm_str extract; /* high-signal part, for prompts and search */
    fm_str analysis;
    fm_str command; /* the command that was run, when it is a command's output */
    enum fm_evidence_source source;
    enum fm_evidence_form form;
    bool testimony; /* a person says so: low weight, never enough alone for a cause or for a
                       verified fix */
    bool absence;   /* looked, and nothing was there: that is evidence too */
    fm_str file_id;
    fm_str sha256;
    int64_t size;
    fm_str method; /* how extract was made */
    fm_time first; /* event time covered, not upload time */
    fm_time last;
    struct fm_enums advances;   /* milestones that cite it */
    struct fm_strs request_ids; /* requests that it answers */
    fm_str collected_by;
    fm_time collected_at;
    int64_t turn;
    fm_str withdrawn_reason;
};

struct fm_link {
    fm_str hypothesis_id;
    fm_str evidence_id;
    enum fm_stance stance;
    double completeness; /* how much of what the hypothesis predicts the evidence covers */
    fm_str reasoning;
    struct fm_cites cites;
    fm_time at;
    int64_t turn;
};

struct fm_hypothesis {
    fm_str id;
    fm_str statement;
    enum fm_hypothesis_category category;
    enum fm_hypothesis_status status;
    enum fm_generation mode;
    double initial_likelihood;
    double likelihood; /* computed from the links */
    fm_str rationale;
    fm_str fault;  /* id of the fault taxonomy, when known */
    fm_str entity; /* unified name of the part of the system */
    fm_str mechanism;
    struct fm_cites cites;
    int64_t turn;               /* generated at */
    int64_t last_progress_turn; /* status or likelihood changed */
    fm_time tested_at;
    fm_time concluded_at;
    fm_str status_reason;
    bool on_timeline; /* built on the timeline: reviewed when that is revoked */
};

struct fm_evidence_request {
    fm_str id;
    fm_str label;
    fm_str description;
    fm_str rationale;
    enum fm_request_category category;
    enum fm_request_priority priority;
    enum fm_request_status status;
    double completeness; /* only grows */
    struct fm_strs commands;
    struct fm_strs file_locations;
    struct fm_strs ui_locations;
    struct fm_strs alternatives;
    struct fm_strs prerequisites;
    fm_str expected_output;
    fm_str hypothesis_id;
    enum fm_milestone_name milestone;
    struct fm_strs evidence_ids;
    fm_str reason; /* of blocked or obsolete */
    int64_t ask_count;
    int64_t created_turn;
    int64_t updated_turn;
};

struct fm_solution {
    fm_str id;
    enum fm_solution_kind kind;
    enum fm_solution_action type;
    enum fm_solution_state state;
    fm_str title;
    fm_str immediate_action;
    fm_str longterm_fix;
    struct fm_strs steps;
    struct fm_strs commands;
    struct fm_strs risks;
    fm_str rollback;
    fm_str hypothesis_id;
    fm_str root_cause_id;
    struct fm_cites cites;
    fm_str proposed_by;
    fm_time proposed_at;
    fm_str approved_by;
    fm_time approved_at;
    fm_str applied_by;
    fm_time applied_at;
    int64_t applied_turn;
    fm_time concluded_at; /* verified, failed, rolled back or rejected */
    fm_time verified_at;
    fm_str verification_method;
    fm_str verification_evidence_id;
    double effectiveness; /* given exactly when verified */
    fm_str reason;        /* of failed, rolled back, rejected */
};

/* A milestone is a fact with provenance, not a flag: it holds while asserted or confirmed. */
struct fm_milestone {
    enum fm_milestone_name name;
    enum fm_fact_status status;
    struct fm_cites cites;
    double confidence;                /* of root_cause_identified */
    enum fm_root_cause_method method; /* of root_cause_identified */
    fm_str reason;                    /* of disputed or revoked */
    fm_str by;
    fm_time at;
    int64_t turn;
};

/* A change of the system before the incident; the time is an interval because it is seldom known
 * exactly. */
struct fm_recent_change {
    fm_str id;
    fm_str description;
    enum fm_recent_change_kind kind;
    fm_time from;
    fm_time to;
    fm_str changed_by;
    enum fm_correlation correlation;
    fm_str correlation_reason;
    struct fm_cites cites;
};
struct fm_recent_changes FM_VEC_OF(struct fm_recent_change);

struct fm_verification {
    fm_str symptom;
    struct fm_strs indicators;
    struct fm_strs affected_services;
    fm_str affected_users;
    struct fm_strs affected_regions;
    enum fm_incident_severity severity;
    fm_str user_impact;
    fm_time started_at;
    fm_time noticed_at;
    fm_time mitigated_at; /* impact stopped */
    fm_time resolved_naturally_at;
    enum fm_temporal temporal;
    enum fm_onset_pattern pattern;
    enum fm_urgency urgency;
    struct fm_strs urgency_factors;
    bool no_changes; /* known: nothing was changed */
};

struct fm_consulting {
    enum fm_problem_type problem_type;
    enum fm_urgency severity_guess;
    fm_str guidance;
    fm_str statement; /* proposed problem statement */
    bool confirmed;
    fm_time confirmed_at;
    bool investigate; /* consent */
    fm_time decided_at;
    bool declined; /* offered once; respected */
    struct fm_strs suggestions;
};

struct fm_conclusion {
    fm_str statement;
    double confidence;
    fm_str reasoning;
    struct fm_strs evidence_ids;
    fm_str hypothesis_id;
    struct fm_strs caveats;
    struct fm_strs alternatives;
    struct fm_strs next_evidence;
    bool can_proceed; /* enough to act on */
    fm_time at;
    int64_t turn;
};
struct fm_conclusions FM_VEC_OF(struct fm_conclusion);

/* Several causes may hold at once (trigger, latent, detection gap). A new one of the same role
 * supersedes the old. */
struct fm_root_cause {
    fm_str id;
    fm_str statement;
    fm_str mechanism; /* how the cause made the symptom */
    enum fm_cause_role role;
    double confidence;
    enum fm_confidence_level level; /* derived from confidence */
    enum fm_root_cause_method method;
    struct fm_cites cites;
    fm_str hypothesis_id;
    struct fm_strs contributing;
    fm_str by;
    fm_time at;
    int64_t turn;
    enum fm_fact_status status; /* revoked = superseded */
    fm_str reason;
};

struct fm_path_selection {
    enum fm_case_path path;
    bool is_auto;
    fm_str rationale;
    enum fm_case_path alternate;
    enum fm_temporal temporal; /* the inputs */
    enum fm_urgency urgency;
    fm_str by;
    fm_time at;
    int64_t turn;
};

struct fm_episode {
    enum fm_degraded_type type;
    fm_str reason;
    struct fm_strs attempted;
    fm_str fallback;
    enum fm_degraded_choice choice;
    fm_time entered_at;
    int64_t entered_turn;
    fm_time exited_at;
    fm_str exit_reason;
};

struct fm_escalation {
    fm_str id;
    enum fm_escalation_type type;
    fm_str reason;
    fm_str to;
    fm_str summary;
    struct fm_strs findings;
    fm_str by;
    fm_time at;
    fm_str resolution;
    fm_time resolved_at;
};

struct fm_waiting {
    fm_str on;
    fm_str reason;
    fm_time since;
    fm_time until; /* expected; none when unknown */
};

struct fm_loop_back {
    enum fm_loop_back_kind kind;
    fm_str reason;
    fm_time at;
    int64_t turn;
};

struct fm_advice {
    enum fm_advice_kind kind;
    fm_str text;
    int64_t turn;
};

struct fm_status_entry {
    enum fm_case_status from;
    enum fm_case_status to;
    fm_str by;
    fm_str reason;
    enum fm_closure closure;
    enum fm_resolution_basis basis;
    fm_time at;
};

struct fm_documentation {
    struct fm_strs lessons_learned;
    struct fm_strs went_well;
    struct fm_strs could_improve;
    struct fm_strs preventive_measures;
    struct fm_strs monitoring;
    fm_str runbook_entry;
};

struct fm_action_item {
    fm_str id;
    fm_str text;
    fm_str owner;
    fm_str due; /* a date, YYYY-MM-DD */
    enum fm_action_status status;
};

struct fm_report_entry {
    fm_str id;
    enum fm_report_type type;
    enum fm_report_format format;
    int64_t version; /* 1.. per type */
    fm_str title;
    fm_str sha256;
    int64_t size;
    bool is_current;
    fm_str by;
    fm_time at;
};

struct fm_relation {
    fm_str case_id;
    enum fm_case_relation relation;
    fm_str title;
};

/* A change that the rules refused, with the reason; kept for ever in its turn. */
struct fm_rejection {
    int64_t index; /* position in the proposal */
    fm_str change; /* its type */
    fm_str handle;
    fm_str reason;
    fm_str payload; /* its canonical JSON, cut to a limit */
};
struct fm_rejections FM_VEC_OF(struct fm_rejection);

/* A call of a read-only tool on the way to a proposal. */
struct fm_tool_use {
    fm_str name;
    fm_str arguments; /* JSON, cut */
    fm_str result;    /* its first bytes */
    int64_t bytes;    /* of the whole result */
    int64_t elapsed_ms;
    bool failed;
};

/* How a proposal was made; all of it 0 or empty for a user's command. */
struct fm_provenance {
    fm_str reasoner; /* "analyst", "llm", "script" */
    fm_str version;
    fm_str model;
    fm_str prompt_hash;
    fm_str reply_hash;
    int64_t tokens_in;
    int64_t tokens_out;
    int64_t elapsed_ms;
    int64_t attempts;
    FM_VEC(struct fm_tool_use) tools;
};

struct fm_turn {
    int64_t number;
    fm_str by;
    fm_time at;
    enum fm_turn_outcome outcome;
    bool progress;
    bool waiting; /* neither progress nor stall */
    struct fm_enums milestones;
    struct fm_strs evidence_added;
    struct fm_strs hypotheses_added;
    struct fm_strs hypotheses_validated;
    struct fm_strs hypotheses_refuted;
    struct fm_strs solutions_proposed;
    struct fm_strs requests_answered;
    struct fm_rejections rejected;
    fm_str user_summary;
    fm_str agent_summary;
    fm_str error;          /* of a failed turn */
    double top_likelihood; /* after the turn */
    struct fm_provenance provenance;
};

struct fm_case {
    fm_str id;
    int64_t version; /* seq of the last event */
    fm_str owner;
    fm_str organization;
    fm_str title;
    fm_str description; /* the confirmed statement; empty while consulting */
    enum fm_case_status status;
    enum fm_closure closure;
    enum fm_resolution_basis basis;
    fm_time created_at;
    fm_time updated_at;
    fm_time resolved_at;
    fm_time closed_at;
    int64_t current_turn;
    int64_t turns_without_progress;
    fm_time last_progress_at;
    fm_time waited_until;          /* when the last wait ended */
    enum fm_engagement engagement; /* preference; none = by status */
    enum fm_strategy strategy;     /* preference; none = derived from the path */
    struct fm_consulting consulting;
    struct fm_verification verification;
    struct fm_waiting waiting; /* on is empty when not waiting */
    struct fm_documentation documentation;
    struct fm_milestone milestones[FM_MILESTONE_COUNT]; /* by name; [0] unused */
    FM_VEC(struct fm_milestone) milestone_history;
    FM_VEC(struct fm_member) members;
    FM_VEC(struct fm_message) messages;
    FM_VEC(struct fm_case_file) files;
    FM_VEC(struct fm_evidence_item) evidence;
    FM_VEC(struct fm_link) links;
    FM_VEC(struct fm_hypothesis) hypotheses;
    FM_VEC(struct fm_evidence_request) requests;
    FM_VEC(struct fm_solution) solutions;
    FM_VEC(struct fm_recent_change) changes;
    struct fm_conclusions conclusions; /* last = current working conclusion */
    FM_VEC(struct fm_root_cause) root_causes;
    FM_VEC(struct fm_path_selection) paths; /* last = current */
    FM_VEC(struct fm_episode) episodes;
    FM_VEC(struct fm_escalation) escalations;
    FM_VEC(struct fm_loop_back) loop_backs;
    FM_VEC(struct fm_advice) advice; /* of the current turn */
    FM_VEC(struct fm_status_entry) status_history;
    FM_VEC(struct fm_turn) turns;
    FM_VEC(struct fm_report_entry) reports;
    FM_VEC(struct fm_action_item) actions;
    FM_VEC(struct fm_relation) relations;
    struct fm_arena *arena;   /* borrowed; holds all of it */
    struct fm_map ids;        /* see fm_case_find */
    struct fm_map link_index; /* see fm_case_link */
};

/* An empty case on the arena, ready for its first event. */
struct fm_case *fm_case_new(struct fm_arena *a);

/* The item of that kind with that id; NULL when there is none. Valid until the next event is
 * applied. */
void *fm_case_find(const struct fm_case *c, enum fm_ref_kind kind, fm_str id);

static inline bool fm_case_is_terminal(const struct fm_case *c)
{
    return c->status == FM_CASE_RESOLVED || c->status == FM_CASE_CLOSED;
}

/* A milestone that is asserted or confirmed. */
static inline bool fm_case_has(const struct fm_case *c, enum fm_milestone_name name)
{
    enum fm_fact_status s = c->milestones[name].status;
    return s == FM_FACT_ASSERTED || s == FM_FACT_CONFIRMED;
}

/* Role of a user; FM_MEMBER_ROLE none when not a member. The owner is a member. */
enum fm_member_role fm_case_role(const struct fm_case *c, fm_str user);

/* The link of a pair; NULL when there is none. */
struct fm_link *fm_case_link(const struct fm_case *c, fm_str hypothesis_id, fm_str evidence_id);

/* The root cause in force (the trigger first); NULL when there is none. */
struct fm_root_cause *fm_case_root_cause(const struct fm_case *c);

/* The running degraded episode; NULL when there is none. */
struct fm_episode *fm_case_episode(const struct fm_case *c);

static inline const struct fm_conclusion *fm_case_conclusion(const struct fm_case *c)
{
    return c->conclusions.n ? &c->conclusions.items[c->conclusions.n - 1] : NULL;
}

static inline const struct fm_path_selection *fm_case_path_now(const struct fm_case *c)
{
    return c->paths.n ? &c->paths.items[c->paths.n - 1] : NULL;
}

extern const struct fm_record_type fm_case_type;
extern const struct fm_record_type fm_cite_type, fm_member_type, fm_message_type, fm_case_file_type,
    fm_evidence_item_type, fm_link_type, fm_hypothesis_type, fm_evidence_request_type,
    fm_solution_type, fm_milestone_type, fm_recent_change_type, fm_verification_type,
    fm_consulting_type, fm_conclusion_type, fm_root_cause_type, fm_path_selection_type,
    fm_episode_type, fm_escalation_type, fm_waiting_type, fm_loop_back_type, fm_advice_type,
    fm_status_entry_type, fm_documentation_type, fm_action_item_type, fm_report_entry_type,
    fm_relation_type, fm_rejection_type, fm_provenance_type, fm_turn_type;

#endif
