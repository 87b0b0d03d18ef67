/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every enum of the case engine, each written once (see names.h). The names are stored and shown;
 * symbols may change, names may only be added.
 */
#ifndef FAULTMAVEN_MODELS_CASE_ENUMS_H
#define FAULTMAVEN_MODELS_CASE_ENUMS_H

#include "faultmaven/models/names.h"

/* Who did it. Only a user can consent; a model or the analyst can relay what a user wrote. */
#define FM_ACTORS(X)                                                                               \
    X(FM_ACTOR_USER, "user")                                                                       \
    X(FM_ACTOR_ANALYST, "analyst")                                                                 \
    X(FM_ACTOR_MODEL, "model")                                                                     \
    X(FM_ACTOR_SYSTEM, "system")
FM_ENUM(fm_actor_kind, FM_ACTOR, FM_ACTORS);

#define FM_MEMBER_ROLES(X)                                                                         \
    X(FM_MEMBER_OWNER, "owner")                                                                    \
    X(FM_MEMBER_COLLABORATOR, "collaborator")                                                      \
    X(FM_MEMBER_VIEWER, "viewer")                                                                  \
    X(FM_MEMBER_REMOVED, "removed")
FM_ENUM(fm_member_role, FM_MEMBER, FM_MEMBER_ROLES);

#define FM_CASE_STATUSES(X)                                                                        \
    X(FM_CASE_CONSULTING, "consulting")                                                            \
    X(FM_CASE_INVESTIGATING, "investigating")                                                      \
    X(FM_CASE_RESOLVED, "resolved")                                                                \
    X(FM_CASE_CLOSED, "closed")
FM_ENUM(fm_case_status, FM_CASE, FM_CASE_STATUSES);

#define FM_CLOSURES(X)                                                                             \
    X(FM_CLOSURE_RESOLVED, "resolved")                                                             \
    X(FM_CLOSURE_ABANDONED, "abandoned")                                                           \
    X(FM_CLOSURE_ESCALATED, "escalated")                                                           \
    X(FM_CLOSURE_CONSULTING_ONLY, "consulting_only")                                               \
    X(FM_CLOSURE_DUPLICATE, "duplicate")                                                           \
    X(FM_CLOSURE_OTHER, "other")
FM_ENUM(fm_closure, FM_CLOSURE, FM_CLOSURES);

#define FM_RESOLUTION_BASES(X)                                                                     \
    X(FM_BASIS_EVIDENCE_VERIFIED, "evidence_verified")                                             \
    X(FM_BASIS_USER_ATTESTED, "user_attested")
FM_ENUM(fm_resolution_basis, FM_BASIS, FM_RESOLUTION_BASES);

/* Computed from the case, never stored. */
#define FM_CASE_STAGES(X)                                                                          \
    X(FM_CASE_STAGE_SYMPTOM_VERIFICATION, "symptom_verification")                                  \
    X(FM_CASE_STAGE_HYPOTHESIS_FORMULATION, "hypothesis_formulation")                              \
    X(FM_CASE_STAGE_HYPOTHESIS_VALIDATION, "hypothesis_validation")                                \
    X(FM_CASE_STAGE_SOLUTION, "solution")
FM_ENUM(fm_case_stage, FM_CASE_STAGE, FM_CASE_STAGES);

#define FM_MILESTONES(X)                                                                           \
    X(FM_MILESTONE_SYMPTOM_VERIFIED, "symptom_verified")                                           \
    X(FM_MILESTONE_SCOPE_ASSESSED, "scope_assessed")                                               \
    X(FM_MILESTONE_TIMELINE_ESTABLISHED, "timeline_established")                                   \
    X(FM_MILESTONE_CHANGES_IDENTIFIED, "changes_identified")                                       \
    X(FM_MILESTONE_ROOT_CAUSE_IDENTIFIED, "root_cause_identified")                                 \
    X(FM_MILESTONE_SOLUTION_PROPOSED, "solution_proposed")                                         \
    X(FM_MILESTONE_SOLUTION_APPLIED, "solution_applied")                                           \
    X(FM_MILESTONE_SOLUTION_VERIFIED, "solution_verified")                                         \
    X(FM_MILESTONE_MITIGATION_APPLIED, "mitigation_applied")
FM_ENUM(fm_milestone_name, FM_MILESTONE, FM_MILESTONES);

#define FM_FACTS(X)                                                                                \
    X(FM_FACT_ASSERTED, "asserted")                                                                \
    X(FM_FACT_CONFIRMED, "confirmed")                                                              \
    X(FM_FACT_DISPUTED, "disputed")                                                                \
    X(FM_FACT_REVOKED, "revoked")
FM_ENUM(fm_fact_status, FM_FACT, FM_FACTS);

#define FM_ROOT_CAUSE_METHODS(X)                                                                   \
    X(FM_CAUSE_METHOD_DIRECT_ANALYSIS, "direct_analysis")                                          \
    X(FM_CAUSE_METHOD_HYPOTHESIS_VALIDATION, "hypothesis_validation")                              \
    X(FM_CAUSE_METHOD_CORRELATION, "correlation")                                                  \
    X(FM_CAUSE_METHOD_OTHER, "other")
FM_ENUM(fm_root_cause_method, FM_CAUSE_METHOD, FM_ROOT_CAUSE_METHODS);

#define FM_CAUSE_ROLES(X)                                                                          \
    X(FM_CAUSE_TRIGGER, "trigger")                                                                 \
    X(FM_CAUSE_LATENT, "latent")                                                                   \
    X(FM_CAUSE_DETECTION_GAP, "detection_gap")
FM_ENUM(fm_cause_role, FM_CAUSE, FM_CAUSE_ROLES);

#define FM_MESSAGE_ROLES(X)                                                                        \
    X(FM_MESSAGE_USER, "user")                                                                     \
    X(FM_MESSAGE_ASSISTANT, "assistant")                                                           \
    X(FM_MESSAGE_SYSTEM, "system")
FM_ENUM(fm_message_role, FM_MESSAGE_ROLE, FM_MESSAGE_ROLES);

#define FM_MESSAGE_KINDS(X)                                                                        \
    X(FM_MESSAGE_USER_QUERY, "user_query")                                                         \
    X(FM_MESSAGE_AGENT_RESPONSE, "agent_response")                                                 \
    X(FM_MESSAGE_SYSTEM_EVENT, "system_event")                                                     \
    X(FM_MESSAGE_DATA_UPLOAD, "data_upload")                                                       \
    X(FM_MESSAGE_CASE_NOTE, "case_note")                                                           \
    X(FM_MESSAGE_STATUS_CHANGE, "status_change")
FM_ENUM(fm_message_kind, FM_MESSAGE_KIND, FM_MESSAGE_KINDS);

#define FM_PROBLEM_TYPES(X)                                                                        \
    X(FM_PROBLEM_ERROR, "error")                                                                   \
    X(FM_PROBLEM_SLOWNESS, "slowness")                                                             \
    X(FM_PROBLEM_UNAVAILABILITY, "unavailability")                                                 \
    X(FM_PROBLEM_DATA_ISSUE, "data_issue")                                                         \
    X(FM_PROBLEM_OTHER, "other")
FM_ENUM(fm_problem_type, FM_PROBLEM, FM_PROBLEM_TYPES);

/* Urgency and the guess of severity. */
#define FM_URGENCIES(X)                                                                            \
    X(FM_URGENCY_CRITICAL, "critical")                                                             \
    X(FM_URGENCY_HIGH, "high")                                                                     \
    X(FM_URGENCY_MEDIUM, "medium")                                                                 \
    X(FM_URGENCY_LOW, "low")                                                                       \
    X(FM_URGENCY_UNKNOWN, "unknown")
FM_ENUM(fm_urgency, FM_URGENCY, FM_URGENCIES);

#define FM_INCIDENT_SEVERITIES(X)                                                                  \
    X(FM_INCIDENT_CRITICAL, "CRITICAL")                                                            \
    X(FM_INCIDENT_HIGH, "HIGH")                                                                    \
    X(FM_INCIDENT_MEDIUM, "MEDIUM")                                                                \
    X(FM_INCIDENT_LOW, "LOW")                                                                      \
    X(FM_INCIDENT_UNKNOWN, "UNKNOWN")
FM_ENUM(fm_incident_severity, FM_INCIDENT, FM_INCIDENT_SEVERITIES);

/* Intermittent and recurring count as ongoing for the choice of a path. */
#define FM_TEMPORALS(X)                                                                            \
    X(FM_TEMPORAL_ONGOING, "ongoing")                                                              \
    X(FM_TEMPORAL_HISTORICAL, "historical")                                                        \
    X(FM_TEMPORAL_INTERMITTENT, "intermittent")                                                    \
    X(FM_TEMPORAL_RECURRING, "recurring")
FM_ENUM(fm_temporal, FM_TEMPORAL, FM_TEMPORALS);

#define FM_ONSET_PATTERNS(X)                                                                       \
    X(FM_ONSET_SUDDEN, "sudden")                                                                   \
    X(FM_ONSET_GRADUAL, "gradual")                                                                 \
    X(FM_ONSET_INTERMITTENT, "intermittent")                                                       \
    X(FM_ONSET_UNKNOWN, "unknown")
FM_ENUM(fm_onset_pattern, FM_ONSET, FM_ONSET_PATTERNS);

#define FM_RECENT_CHANGE_KINDS(X)                                                                  \
    X(FM_RECENT_CHANGE_DEPLOYMENT, "deployment")                                                   \
    X(FM_RECENT_CHANGE_CONFIG, "config")                                                           \
    X(FM_RECENT_CHANGE_SCALING, "scaling")                                                         \
    X(FM_RECENT_CHANGE_CODE, "code")                                                               \
    X(FM_RECENT_CHANGE_INFRASTRUCTURE, "infrastructure")                                           \
    X(FM_RECENT_CHANGE_DATA, "data")                                                               \
    X(FM_RECENT_CHANGE_OTHER, "other")
FM_ENUM(fm_recent_change_kind, FM_RECENT_CHANGE, FM_RECENT_CHANGE_KINDS);

#define FM_CORRELATIONS(X)                                                                         \
    X(FM_CORRELATION_TEMPORAL, "temporal")                                                         \
    X(FM_CORRELATION_CAUSAL, "causal")                                                             \
    X(FM_CORRELATION_COINCIDENTAL, "coincidental")                                                 \
    X(FM_CORRELATION_OTHER, "other")
FM_ENUM(fm_correlation, FM_CORRELATION, FM_CORRELATIONS);

#define FM_PURPOSES(X)                                                                             \
    X(FM_PURPOSE_SYMPTOM, "symptom_evidence")                                                      \
    X(FM_PURPOSE_CAUSAL, "causal_evidence")                                                        \
    X(FM_PURPOSE_RESOLUTION, "resolution_evidence")                                                \
    X(FM_PURPOSE_OTHER, "other")
FM_ENUM(fm_purpose, FM_PURPOSE, FM_PURPOSES);

#define FM_EVIDENCE_SOURCES(X)                                                                     \
    X(FM_EVIDENCE_SOURCE_LOG_FILE, "log_file")                                                     \
    X(FM_EVIDENCE_SOURCE_METRICS_DATA, "metrics_data")                                             \
    X(FM_EVIDENCE_SOURCE_CONFIG_FILE, "config_file")                                               \
    X(FM_EVIDENCE_SOURCE_CODE_REVIEW, "code_review")                                               \
    X(FM_EVIDENCE_SOURCE_SCREENSHOT, "screenshot")                                                 \
    X(FM_EVIDENCE_SOURCE_COMMAND_OUTPUT, "command_output")                                         \
    X(FM_EVIDENCE_SOURCE_DATABASE_QUERY, "database_query")                                         \
    X(FM_EVIDENCE_SOURCE_TRACE_DATA, "trace_data")                                                 \
    X(FM_EVIDENCE_SOURCE_API_RESPONSE, "api_response")                                             \
    X(FM_EVIDENCE_SOURCE_USER_REPORT, "user_report")                                               \
    X(FM_EVIDENCE_SOURCE_MONITORING_ALERT, "monitoring_alert")                                     \
    X(FM_EVIDENCE_SOURCE_OTHER, "other")
FM_ENUM(fm_evidence_source, FM_EVIDENCE_SOURCE, FM_EVIDENCE_SOURCES);

#define FM_EVIDENCE_FORMS(X)                                                                       \
    X(FM_EVIDENCE_DOCUMENT, "document")                                                            \
    X(FM_EVIDENCE_USER_INPUT, "user_input")
FM_ENUM(fm_evidence_form, FM_EVIDENCE_FORM, FM_EVIDENCE_FORMS);

/* A candidate was uploaded before there was an investigation; it counts only once accepted. */
#define FM_EVIDENCE_STATES(X)                                                                      \
    X(FM_EVIDENCE_CANDIDATE, "candidate")                                                          \
    X(FM_EVIDENCE_ACCEPTED, "accepted")                                                            \
    X(FM_EVIDENCE_WITHDRAWN, "withdrawn")
FM_ENUM(fm_evidence_state, FM_EVIDENCE_STATE, FM_EVIDENCE_STATES);

#define FM_UPLOADS(X)                                                                              \
    X(FM_UPLOAD_FILE, "file_upload")                                                               \
    X(FM_UPLOAD_PASTE, "paste")                                                                    \
    X(FM_UPLOAD_SCREENSHOT, "screenshot")                                                          \
    X(FM_UPLOAD_PAGE_INJECTION, "page_injection")                                                  \
    X(FM_UPLOAD_AGENT_GENERATED, "agent_generated")
FM_ENUM(fm_upload, FM_UPLOAD, FM_UPLOADS);

#define FM_STANCES(X)                                                                              \
    X(FM_STANCE_STRONGLY_SUPPORTS, "strongly_supports")                                            \
    X(FM_STANCE_SUPPORTS, "supports")                                                              \
    X(FM_STANCE_NEUTRAL, "neutral")                                                                \
    X(FM_STANCE_CONTRADICTS, "contradicts")                                                        \
    X(FM_STANCE_STRONGLY_CONTRADICTS, "strongly_contradicts")                                      \
    X(FM_STANCE_IRRELEVANT, "irrelevant")
FM_ENUM(fm_stance, FM_STANCE, FM_STANCES);

#define FM_REQUEST_CATEGORIES(X)                                                                   \
    X(FM_REQUEST_SYMPTOMS, "symptoms")                                                             \
    X(FM_REQUEST_TIMELINE, "timeline")                                                             \
    X(FM_REQUEST_CHANGES, "changes")                                                               \
    X(FM_REQUEST_CONFIGURATION, "configuration")                                                   \
    X(FM_REQUEST_SCOPE, "scope")                                                                   \
    X(FM_REQUEST_METRICS, "metrics")                                                               \
    X(FM_REQUEST_ENVIRONMENT, "environment")
FM_ENUM(fm_request_category, FM_REQUEST_CATEGORY, FM_REQUEST_CATEGORIES);

#define FM_REQUEST_STATUSES(X)                                                                     \
    X(FM_REQUEST_PENDING, "pending")                                                               \
    X(FM_REQUEST_PARTIAL, "partial")                                                               \
    X(FM_REQUEST_COMPLETE, "complete")                                                             \
    X(FM_REQUEST_BLOCKED, "blocked")                                                               \
    X(FM_REQUEST_OBSOLETE, "obsolete")
FM_ENUM(fm_request_status, FM_REQUEST_STATUS, FM_REQUEST_STATUSES);

#define FM_REQUEST_PRIORITIES(X)                                                                   \
    X(FM_REQUEST_PRIORITY_CRITICAL, "critical")                                                    \
    X(FM_REQUEST_PRIORITY_IMPORTANT, "important")                                                  \
    X(FM_REQUEST_PRIORITY_NICE, "nice")
FM_ENUM(fm_request_priority, FM_REQUEST_PRIORITY, FM_REQUEST_PRIORITIES);

#define FM_HYPOTHESIS_CATEGORIES(X)                                                                \
    X(FM_HYPOTHESIS_CODE, "code")                                                                  \
    X(FM_HYPOTHESIS_CONFIG, "config")                                                              \
    X(FM_HYPOTHESIS_ENVIRONMENT, "environment")                                                    \
    X(FM_HYPOTHESIS_NETWORK, "network")                                                            \
    X(FM_HYPOTHESIS_DATA, "data")                                                                  \
    X(FM_HYPOTHESIS_HARDWARE, "hardware")                                                          \
    X(FM_HYPOTHESIS_EXTERNAL, "external")                                                          \
    X(FM_HYPOTHESIS_HUMAN, "human")                                                                \
    X(FM_HYPOTHESIS_OTHER, "other")
FM_ENUM(fm_hypothesis_category, FM_HYPOTHESIS_CATEGORY, FM_HYPOTHESIS_CATEGORIES);

#define FM_HYPOTHESIS_STATUSES(X)                                                                  \
    X(FM_HYPOTHESIS_CAPTURED, "captured")                                                          \
    X(FM_HYPOTHESIS_ACTIVE, "active")                                                              \
    X(FM_HYPOTHESIS_VALIDATED, "validated")                                                        \
    X(FM_HYPOTHESIS_REFUTED, "refuted")                                                            \
    X(FM_HYPOTHESIS_INCONCLUSIVE, "inconclusive")                                                  \
    X(FM_HYPOTHESIS_RETIRED, "retired")
FM_ENUM(fm_hypothesis_status, FM_HYPOTHESIS_STATUS, FM_HYPOTHESIS_STATUSES);

#define FM_GENERATIONS(X)                                                                          \
    X(FM_GENERATION_OPPORTUNISTIC, "opportunistic")                                                \
    X(FM_GENERATION_SYSTEMATIC, "systematic")                                                      \
    X(FM_GENERATION_FORCED_ALTERNATIVE, "forced_alternative")
FM_ENUM(fm_generation, FM_GENERATION, FM_GENERATIONS);

#define FM_SOLUTION_KINDS(X)                                                                       \
    X(FM_SOLUTION_MITIGATION, "mitigation")                                                        \
    X(FM_SOLUTION_REMEDIATION, "remediation")
FM_ENUM(fm_solution_kind, FM_SOLUTION_KIND, FM_SOLUTION_KINDS);

#define FM_SOLUTION_ACTIONS(X)                                                                     \
    X(FM_SOLUTION_ROLLBACK, "rollback")                                                            \
    X(FM_SOLUTION_CONFIG_CHANGE, "config_change")                                                  \
    X(FM_SOLUTION_RESTART, "restart")                                                              \
    X(FM_SOLUTION_SCALING, "scaling")                                                              \
    X(FM_SOLUTION_CODE_FIX, "code_fix")                                                            \
    X(FM_SOLUTION_WORKAROUND, "workaround")                                                        \
    X(FM_SOLUTION_INFRASTRUCTURE, "infrastructure")                                                \
    X(FM_SOLUTION_DATA_FIX, "data_fix")                                                            \
    X(FM_SOLUTION_OTHER, "other")
FM_ENUM(fm_solution_action, FM_SOLUTION_ACTION, FM_SOLUTION_ACTIONS);

#define FM_SOLUTION_STATES(X)                                                                      \
    X(FM_SOLUTION_PROPOSED, "proposed")                                                            \
    X(FM_SOLUTION_APPROVED, "approved")                                                            \
    X(FM_SOLUTION_APPLIED, "applied")                                                              \
    X(FM_SOLUTION_VERIFIED, "verified")                                                            \
    X(FM_SOLUTION_FAILED, "failed")                                                                \
    X(FM_SOLUTION_ROLLED_BACK, "rolled_back")                                                      \
    X(FM_SOLUTION_REJECTED, "rejected")
FM_ENUM(fm_solution_state, FM_SOLUTION_STATE, FM_SOLUTION_STATES);

#define FM_CONFIDENCE_LEVELS(X)                                                                    \
    X(FM_LEVEL_SPECULATION, "speculation")                                                         \
    X(FM_LEVEL_PROBABLE, "probable")                                                               \
    X(FM_LEVEL_CONFIDENT, "confident")                                                             \
    X(FM_LEVEL_VERIFIED, "verified")
FM_ENUM(fm_confidence_level, FM_LEVEL, FM_CONFIDENCE_LEVELS);

#define FM_CASE_PATHS(X)                                                                           \
    X(FM_CASE_PATH_MITIGATION_FIRST, "mitigation_first")                                           \
    X(FM_CASE_PATH_ROOT_CAUSE, "root_cause")                                                       \
    X(FM_CASE_PATH_USER_CHOICE, "user_choice")
FM_ENUM(fm_case_path, FM_CASE_PATH, FM_CASE_PATHS);

#define FM_STRATEGIES(X)                                                                           \
    X(FM_STRATEGY_ACTIVE_INCIDENT, "active_incident")                                              \
    X(FM_STRATEGY_POST_MORTEM, "post_mortem")
FM_ENUM(fm_strategy, FM_STRATEGY, FM_STRATEGIES);

#define FM_ENGAGEMENTS(X)                                                                          \
    X(FM_ENGAGEMENT_CONSULTANT, "consultant")                                                      \
    X(FM_ENGAGEMENT_LEAD_INVESTIGATOR, "lead_investigator")
FM_ENUM(fm_engagement, FM_ENGAGEMENT, FM_ENGAGEMENTS);

#define FM_DEGRADED_TYPES(X)                                                                       \
    X(FM_DEGRADED_NO_PROGRESS, "no_progress")                                                      \
    X(FM_DEGRADED_LIMITED_DATA, "limited_data")                                                    \
    X(FM_DEGRADED_HYPOTHESIS_DEADLOCK, "hypothesis_deadlock")                                      \
    X(FM_DEGRADED_EXTERNAL_DEPENDENCY, "external_dependency")                                      \
    X(FM_DEGRADED_OTHER, "other")
FM_ENUM(fm_degraded_type, FM_DEGRADED, FM_DEGRADED_TYPES);

#define FM_DEGRADED_CHOICES(X)                                                                     \
    X(FM_CHOICE_ACCEPT_FALLBACK, "accept_fallback")                                                \
    X(FM_CHOICE_PROVIDE_MORE_DATA, "provide_more_data")                                            \
    X(FM_CHOICE_ESCALATE, "escalate")                                                              \
    X(FM_CHOICE_ABANDON, "abandon")
FM_ENUM(fm_degraded_choice, FM_CHOICE, FM_DEGRADED_CHOICES);

#define FM_ESCALATION_TYPES(X)                                                                     \
    X(FM_ESCALATION_EXPERTISE_REQUIRED, "expertise_required")                                      \
    X(FM_ESCALATION_PERMISSIONS_REQUIRED, "permissions_required")                                  \
    X(FM_ESCALATION_NO_PROGRESS, "no_progress")                                                    \
    X(FM_ESCALATION_USER_REQUEST, "user_request")                                                  \
    X(FM_ESCALATION_CRITICAL_SEVERITY, "critical_severity")                                        \
    X(FM_ESCALATION_OTHER, "other")
FM_ENUM(fm_escalation_type, FM_ESCALATION, FM_ESCALATION_TYPES);

#define FM_LOOP_BACKS(X)                                                                           \
    X(FM_LOOP_SCOPE_CHANGED, "scope_changed")                                                      \
    X(FM_LOOP_TIMELINE_WRONG, "timeline_wrong")                                                    \
    X(FM_LOOP_HYPOTHESES_REFUTED, "hypotheses_refuted")
FM_ENUM(fm_loop_back_kind, FM_LOOP, FM_LOOP_BACKS);

/* What the engine asks of whoever speaks next; shown to people and given to a reasoner. */
#define FM_ADVICES(X)                                                                              \
    X(FM_ADVICE_ANCHORING, "anchoring")                                                            \
    X(FM_ADVICE_NEED_ALTERNATIVES, "need_alternatives")                                            \
    X(FM_ADVICE_PROPOSE_RESOLVE, "propose_resolve")                                                \
    X(FM_ADVICE_PROPOSE_ESCALATION, "propose_escalation")                                          \
    X(FM_ADVICE_CHOOSE_PATH, "choose_path")                                                        \
    X(FM_ADVICE_ASK_URGENCY, "ask_urgency")                                                        \
    X(FM_ADVICE_CONTINUE_ROOT_CAUSE, "continue_root_cause")                                        \
    X(FM_ADVICE_NEXT_SOLUTION, "next_solution")                                                    \
    X(FM_ADVICE_REVIEW_TIMELINE_HYPOTHESES, "review_timeline_hypotheses")                          \
    X(FM_ADVICE_OFFER_FOLLOW_UP, "offer_follow_up")                                                \
    X(FM_ADVICE_CHANGE_APPROACH, "change_approach")
FM_ENUM(fm_advice_kind, FM_ADVICE, FM_ADVICES);

#define FM_TURN_OUTCOMES(X)                                                                        \
    X(FM_TURN_MILESTONE_COMPLETED, "milestone_completed")                                          \
    X(FM_TURN_DATA_PROVIDED, "data_provided")                                                      \
    X(FM_TURN_DATA_REQUESTED, "data_requested")                                                    \
    X(FM_TURN_DATA_NOT_PROVIDED, "data_not_provided")                                              \
    X(FM_TURN_HYPOTHESIS_TESTED, "hypothesis_tested")                                              \
    X(FM_TURN_CASE_RESOLVED, "case_resolved")                                                      \
    X(FM_TURN_CONVERSATION, "conversation")                                                        \
    X(FM_TURN_FAILED, "failed")                                                                    \
    X(FM_TURN_OTHER, "other")
FM_ENUM(fm_turn_outcome, FM_TURN, FM_TURN_OUTCOMES);

#define FM_REPORT_TYPES(X)                                                                         \
    X(FM_REPORT_INCIDENT, "incident_report")                                                       \
    X(FM_REPORT_POST_MORTEM, "post_mortem")                                                        \
    X(FM_REPORT_RUNBOOK, "runbook")                                                                \
    X(FM_REPORT_TIMELINE, "timeline")                                                              \
    X(FM_REPORT_EVIDENCE_BUNDLE, "evidence_bundle")                                                \
    X(FM_REPORT_CHAT_SUMMARY, "chat_summary")
FM_ENUM(fm_report_type, FM_REPORT, FM_REPORT_TYPES);

#define FM_REPORT_FORMATS(X)                                                                       \
    X(FM_REPORT_MARKDOWN, "markdown")                                                              \
    X(FM_REPORT_HTML, "html")                                                                      \
    X(FM_REPORT_PDF, "pdf")
FM_ENUM(fm_report_format, FM_REPORT_FORMAT, FM_REPORT_FORMATS);

#define FM_ACTION_STATUSES(X)                                                                      \
    X(FM_ACTION_ITEM_OPEN, "open")                                                                 \
    X(FM_ACTION_ITEM_DONE, "done")                                                                 \
    X(FM_ACTION_ITEM_DROPPED, "dropped")
FM_ENUM(fm_action_status, FM_ACTION_ITEM, FM_ACTION_STATUSES);

#define FM_CASE_RELATIONS(X)                                                                       \
    X(FM_RELATION_PARENT, "parent")                                                                \
    X(FM_RELATION_FOLLOW_UP, "follow_up")                                                          \
    X(FM_RELATION_DUPLICATE_OF, "duplicate_of")
FM_ENUM(fm_case_relation, FM_RELATION, FM_CASE_RELATIONS);

/* What a user said, as a typed statement: a button, a command, or relayed by a reasoner with the
 * quoted words. */
#define FM_INTENTS(X)                                                                              \
    X(FM_INTENT_CONFIRM_STATEMENT, "confirm_statement")                                            \
    X(FM_INTENT_REVISE_STATEMENT, "revise_statement")                                              \
    X(FM_INTENT_DECLINE_STATEMENT, "decline_statement")                                            \
    X(FM_INTENT_INVESTIGATE, "investigate")                                                        \
    X(FM_INTENT_DO_NOT_INVESTIGATE, "do_not_investigate")                                          \
    X(FM_INTENT_RESOLVE, "resolve")                                                                \
    X(FM_INTENT_NOT_FIXED, "not_fixed")                                                            \
    X(FM_INTENT_CLOSE, "close")                                                                    \
    X(FM_INTENT_REQUEST_ESCALATION, "request_escalation")                                          \
    X(FM_INTENT_UNBLOCK, "unblock")                                                                \
    X(FM_INTENT_WANT_ALTERNATIVES, "want_alternatives")                                            \
    X(FM_INTENT_WANT_MORE_HELP, "want_more_help")
FM_ENUM(fm_intent_kind, FM_INTENT, FM_INTENTS);

#endif
