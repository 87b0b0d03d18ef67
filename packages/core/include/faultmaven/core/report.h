/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of a case, built from its facts. Each statement comes from the case and carries its
 * citation; what the case does not know is marked as unknown; nothing is invented and no model is
 * needed.
 *
 * A report is a document of blocks, written as Markdown or as one HTML file that stands alone (no
 * network, no script).
 */
#ifndef FAULTMAVEN_CORE_REPORT_H
#define FAULTMAVEN_CORE_REPORT_H

#include "faultmaven/core/investigation.h"

enum fm_block_kind {
    FM_BLOCK_HEADING, /* level 1..3 */
    FM_BLOCK_TEXT,
    FM_BLOCK_ITEM, /* of a list */
    FM_BLOCK_CODE,
    FM_BLOCK_QUOTE, /* cited bytes, with where they stand */
    FM_BLOCK_ROW,   /* of a table; the first row after another block is its head */
};

struct fm_block {
    enum fm_block_kind kind;
    int level;
    fm_str text;          /* plain text; writers escape it */
    fm_str where;         /* of a quote: "ev_…, line 31" */
    struct fm_strs cells; /* of a row */
};

struct fm_report_doc {
    fm_str title;
    FM_VEC(struct fm_block) blocks;
};

/* FM_EREJECTED when the case does not hold what the type needs; the text names all that is missing.
 * incident_report: an investigation; runbook: a solution; post_mortem: scope, timeline, hypotheses
 * and evidence. */
FM_MUST_CHECK enum fm_code fm_report_build(struct fm_ctx *ctx, const struct fm_case *c,
                                           enum fm_report_type type, fm_time now,
                                           struct fm_report_doc **out);

void fm_report_markdown(const struct fm_report_doc *d, struct fm_buf *out);
void fm_report_html(const struct fm_report_doc *d, struct fm_buf *out);

/* Incident metrics in nanoseconds; INT64_MIN when a time that is needed is unknown. */
struct fm_incident_metrics {
    int64_t to_detect;   /* noticed - started */
    int64_t to_mitigate; /* mitigated - started */
    int64_t to_resolve;  /* resolved, or the fix verified - started */
};
struct fm_incident_metrics fm_incident_metrics(const struct fm_case *c);

/* Whether a new runbook is worth writing, by the similarity (0..1) of the best one that exists;
 * negative: none was found, or the search failed. Incident report and post-mortem are always
 * offered. */
enum fm_runbook_action { FM_RUNBOOK_GENERATE, FM_RUNBOOK_REVIEW_OR_GENERATE, FM_RUNBOOK_REUSE };
enum fm_runbook_action fm_runbook_recommend(double best_similarity);
const char *fm_runbook_action_name(enum fm_runbook_action a);

#endif
