/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The analyst: the reasoner without a model. It turns the diagnosis of a case's evidence into a
 * proposal (statement, verification facts, milestones, hypotheses, links, requests, solutions, root
 * cause, each with citations), and answers plain questions about a case from its facts.
 *
 * It proposes only what the case does not have yet; facts that new evidence no longer bears out are
 * disputed.
 */
#ifndef FAULTMAVEN_CORE_ANALYST_H
#define FAULTMAVEN_CORE_ANALYST_H

#include "faultmaven/core/incident.h"
#include "faultmaven/core/investigation.h"
#include "faultmaven/models/diagnosis.h"

struct fm_analyst {
    struct fm_reasoner base;
    const struct fm_diagnosis *diagnosis; /* borrowed; NULL: only questions are answered */
};

/* diagnosis must cover all evidence of the case that is in force; its inputs are matched by
 * SHA-256. */
void fm_analyst_init(struct fm_analyst *a, const struct fm_diagnosis *diagnosis);

/* What a plain question asks for. */
#define FM_QUESTIONS(X)                                                                            \
    X(FM_QUESTION_STATUS, "status")             /* where are we? */                                \
    X(FM_QUESTION_CAUSE, "cause")               /* what is the cause? */                           \
    X(FM_QUESTION_WHY, "why")                   /* why this hypothesis? */                         \
    X(FM_QUESTION_WHY_NOT, "why_not")           /* what speaks against it? */                      \
    X(FM_QUESTION_ALTERNATIVES, "alternatives") /* what else could it be? */                       \
    X(FM_QUESTION_MISSING, "missing")           /* what is missing? */                             \
    X(FM_QUESTION_CHANGES, "changes")           /* what changed before onset? */                   \
    X(FM_QUESTION_TIMELINE, "timeline")         /* what happened when? */                          \
    X(FM_QUESTION_SCOPE, "scope")               /* who and what is affected? */                    \
    X(FM_QUESTION_SOLUTION, "solution")         /* what to do, what was tried? */                  \
    X(FM_QUESTION_NEXT, "next")                 /* what next? */                                   \
    X(FM_QUESTION_EVIDENCE, "evidence")         /* what is known, what does ev_… say? */         \
    X(FM_QUESTION_SEARCH, "search")             /* anything else: words are looked up */
FM_ENUM(fm_question_kind, FM_QUESTION, FM_QUESTIONS);

struct fm_case_question {
    enum fm_question_kind kind;
    fm_str text;
    fm_str hypothesis_id; /* that it names ("hyp_…", or "h1" for the first by rank); may be empty */
    fm_str evidence_id;
    fm_str solution_id;
};

/* Reading a question only chooses what is shown; it changes nothing in the case. */
struct fm_case_question fm_question_read(struct fm_arena *a, const struct fm_case *c, fm_str text);

struct fm_case_reply {
    fm_str text;
    struct fm_cites cites;
    bool is_answered; /* false: the facts do not answer it, and text says so */
};

/*
 * The telling lines of an input, at most 16 KiB: a small text as a whole; of a large one what was
 * observed in it, then one line of each kind of message, severe ones first, then its head. Empty
 * for what is no text. `in` may be processed or not. Memory from a.
 */
fm_str fm_evidence_extract(struct fm_arena *a, const struct fm_incident *in,
                           const struct fm_evidence *e);

/* reader may be NULL: then only facts and extracts are searched. */
FM_MUST_CHECK enum fm_code fm_question_answer(struct fm_ctx *ctx, const struct fm_case *c,
                                              const struct fm_case_question *q,
                                              struct fm_evidence_reader *reader,
                                              struct fm_case_reply *out);

#endif
