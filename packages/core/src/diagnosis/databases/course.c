/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "databases.h"

bool fm_course_of(const struct fm_metric_series *s, struct fm_course *out)
{
    *out = (struct fm_course){.series = s};
    for (size_t i = 0; i < s->rows->n; i++) {
        double v = s->values[i];
        if (isnan(v))
            continue;
        if (out->n++ == 0) {
            out->first = out->max = out->min = v;
            out->i_first = out->i_max = out->i_min = i;
        }
        out->rises += out->n > 1 && v > out->last;
        out->falls += out->n > 1 && v < out->last;
        if (v > out->max)
            out->max = v, out->i_max = i;
        if (v < out->min)
            out->min = v, out->i_min = i;
        out->last = v;
        out->i_last = i;
    }
    return out->n >= 4;
}

void fm_cite_row(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_metric_series *s,
                 size_t row)
{
    fm_span span = fm_series_span(s, row);
    fm_str text = fm_series_text(s, row);
    if (span.length)
        fm_cause_support(h, c, span, "%.*s: %.*s", FM_STR_ARG(s->written), FM_STR_ARG(text));
}
