/* SPDX-License-Identifier: Apache-2.0 */
/* The input is one file of metrics in any form. Properties: times ascend, no value is infinite,
 * every value can be cited. */
#include <math.h>

#include "../signals_kit.h"
#include "faultmaven/core/metrics.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct fm_metric_series *s)
{
    for (size_t i = 0; i < s->rows->n; i++) {
        FM_ASSERT(i == 0 || s->rows->at[i] >= s->rows->at[i - 1]);
        FM_ASSERT(!isinf(s->values[i]));
        fm_span at = fm_series_span(s, i);
        FM_ASSERT(at.offset + at.length <= s->source->bytes.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 16)
        return 0;
    kit_start();
    kit_add(FM_EVIDENCE_METRICS, "in", fm_str_n((const char *)data, size), false);
    if (fm_metrics_processor.run(&kit_in) == FM_OK)
        fm_vec_each (&kit_in.metrics->series, s) {
            double *scores = FM_NEW_ARRAY(&kit_ctx.arena, double, (*s)->rows->n + 1);
            check(*s);
            fm_series_scores(&kit_ctx.arena, *s, scores);
            for (size_t i = 0; i < (*s)->rows->n; i++)
                FM_ASSERT(scores[i] >= 0 && scores[i] <= 1);
        }
    kit_end();
    return 0;
}
