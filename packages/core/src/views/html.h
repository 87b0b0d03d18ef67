/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the HTML report that are files of their own. */
#ifndef FM_CORE_VIEWS_HTML_H
#define FM_CORE_VIEWS_HTML_H

#include "faultmaven/core/view.h"

/* A line chart over time with the onset marked, as an inline SVG. */
void html_chart(struct fm_buf *out, const struct fm_chart *c, fm_time onset);

/* The entities on the affected path with their calls, in layers from callers to callees, as an
 * inline SVG. */
void html_service_map(struct fm_arena *a, struct fm_buf *out, const struct fm_diagnosis *d);

#endif
