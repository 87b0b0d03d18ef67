/* SPDX-License-Identifier: Apache-2.0 */
/* Building blocks of reports. */
#ifndef FM_CORE_REPORTS_DOC_H
#define FM_CORE_REPORTS_DOC_H

#include "faultmaven/core/report.h"

struct doc {
    struct fm_ctx *ctx;
    struct fm_arena *a;
    const struct fm_case *c;
    fm_time now;
    struct fm_report_doc *out;
};

void doc_heading(struct doc *d, int level, const char *text);
void doc_text(struct doc *d, const char *fmt, ...) FM_PRINTF(2, 3);
void doc_item(struct doc *d, const char *fmt, ...) FM_PRINTF(2, 3);
void doc_code(struct doc *d, fm_str text);
void doc_row(struct doc *d, size_t n, const fm_str *cells);
void doc_unknown(struct doc *d, const char *what);

/* Quotes of citations, at most max; whole-item citations are listed by id. */
void doc_cites(struct doc *d, const struct fm_cites *cites, size_t max);

fm_str doc_time(struct doc *d, fm_time t);      /* "unknown" for none */
fm_str doc_duration(struct doc *d, int64_t ns); /* "unknown" for INT64_MIN */
fm_str doc_or(fm_str s, const char *otherwise);

/* Sections that several reports share. */
void doc_header(struct doc *d);
void doc_problem(struct doc *d);
void doc_impact(struct doc *d);
void doc_metrics(struct doc *d);
void doc_timeline(struct doc *d);
void doc_root_cause(struct doc *d);
void doc_hypotheses(struct doc *d);
void doc_solutions(struct doc *d);
void doc_evidence(struct doc *d);
void doc_actions(struct doc *d);
void doc_strs(struct doc *d, const char *title, const struct fm_strs *list);

#endif
