/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inquiry: the evidence of one case, analysed, and the read-only tools by which a reasoner looks
 * into it.
 *
 *     fm_inquiry_open(&q, ctx, c, reader, pool);     evidence → incident tables + diagnosis
 *     q.tools[0 .. q.n_tools)                        those that the evidence has something for:
 *
 *       list_templates, query_logs       logs, by template, words, time, entity, level
 *       metric_window                    series: statistics around the onset, values
 *       find_spans, trace_tree           traces
 *       object_field, document_field     objects by kind, name and path; files by path
 *       timeline, diagnose_again         what happened when; the diagnosis with a focus
 *       search_knowledge                 through `knowledge`; says so when there is none
 *
 * The tools read the tables that the diagnosis was made from (core/logs.h, metrics.h, traces.h,
 * objects.h); nothing is parsed a second time, except that query_logs walks the records of a log.
 * Each line of a result begins with the place that it rests on,
 *
 *     [ev_12ab34cd56ef#1840+92] 2025-11-06T09:40:02Z error payment  pool exhausted: 50 of 50
 *
 * evidence id, byte offset and length, in the form that an answer may cite. What a tool computed (a
 * count, a median) is kept as a fact beside it, so that a sentence that repeats it can be
 * checked.
 *
 * An inquiry is made for one state of the evidence; fm_inquiry_is_current tells whether that is
 * still the state of the case. One thread; memory is the context's arena.
 */
#ifndef FAULTMAVEN_CORE_INQUIRY_H
#define FAULTMAVEN_CORE_INQUIRY_H

#include "faultmaven/core/incident.h"
#include "faultmaven/models/tool.h"

struct fm_case;            /* models/case.h */
struct fm_evidence_reader; /* models/reasoner.h */

#define FM_INQUIRY_TOOLS_MAX 12
#define FM_INQUIRY_FACTS_MAX 4096

/* A sentence of the program about a piece of evidence: of the diagnosis, or of a tool. */
struct fm_inquiry_fact {
    fm_str evidence_id; /* "" when it rests on no single item */
    int64_t offset, length;
    fm_str text;
    bool is_cause; /* a cause at likelihood 0.5 or more: may be spoken of as one */
};
struct fm_inquiry_facts FM_VEC_OF(struct fm_inquiry_fact);

struct fm_inquiry {
    struct fm_ctx *ctx; /* borrowed; its arena holds all of this */
    struct fm_incident incident;
    struct fm_diagnosis *diagnosis; /* NULL: the case has no evidence that can be analysed */
    const fm_str *ids;              /* evidence id of each input of the incident */
    struct fm_inquiry_facts facts;  /* of the diagnosis, then of tools as they run */
    fm_str state;                   /* names the evidence that was analysed */
    struct fm_tool *knowledge;      /* searches runbooks; NULL: there is none. Set by the caller */
    struct fm_tool *tools[FM_INQUIRY_TOOLS_MAX];
    size_t n_tools;
};

/* Adds the stored content of the case's evidence that is in force to in->inputs, skipping what is
 * there already; ids[i] names input i afterwards. */
FM_MUST_CHECK enum fm_code fm_case_inputs(struct fm_incident *in, const struct fm_case *c,
                                          struct fm_evidence_reader *reader);

/* Reads and diagnoses the evidence of the case. pool may be NULL. */
FM_MUST_CHECK enum fm_code fm_inquiry_open(struct fm_inquiry *q, struct fm_ctx *ctx,
                                           const struct fm_case *c,
                                           struct fm_evidence_reader *reader, struct fm_pool *pool);

/* "[ev_12ab34cd56ef#1840+92]", on the arena; "" for a span that cites nothing, or evidence that the
 * case does not have. */
fm_str fm_inquiry_place(const struct fm_inquiry *q, struct fm_arena *a, fm_span span);

/* Limits that count per turn begin anew. */
void fm_inquiry_new_turn(struct fm_inquiry *q);

bool fm_inquiry_is_current(const struct fm_inquiry *q, const struct fm_case *c);

#endif
