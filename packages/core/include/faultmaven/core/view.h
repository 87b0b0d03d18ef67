/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of a diagnosis for people. They only read; every view shows the same facts as the JSON
 * form.
 */
#ifndef FAULTMAVEN_CORE_VIEW_H
#define FAULTMAVEN_CORE_VIEW_H

#include "faultmaven/models/diagnosis.h"

struct fm_view_style {
    bool has_colour; /* ANSI SGR sequences */
    unsigned width;  /* columns to wrap at; 0 does not wrap */
};

/* Verdict and cause in the first five lines, then evidence with file:line, timeline, what was ruled
 * out, next steps. */
void fm_view_text(struct fm_arena *a, const struct fm_diagnosis *d, struct fm_view_style style,
                  struct fm_buf *out);

/* Reports that stand alone: Markdown (CommonMark), and one HTML file with charts that needs no
 * network. */
void fm_view_markdown(struct fm_arena *a, const struct fm_diagnosis *d, struct fm_buf *out);
void fm_view_html(struct fm_arena *a, const struct fm_diagnosis *d, struct fm_buf *out);

#endif
