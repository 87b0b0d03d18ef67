/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/processor.h"

/* Order matters where one processor uses what another found: objects name the entities that logs
 * and metrics speak of. */
static const struct fm_processor *const processors[] = {
    &fm_kubernetes_processor, &fm_consoles_processor,        &fm_metrics_processor,
    &fm_traces_processor,     &fm_changes_processor,         &fm_alerts_processor,
    &fm_logs_processor,       &fm_transcript_logs_processor, NULL,
};

static bool has_input(const struct fm_incident *in, const struct fm_processor *p)
{
    for (size_t i = 0; i < in->inputs.n; i++)
        if (p->types & FM_TYPE_BIT(in->inputs.items[i]->type))
            return true;
    return false;
}

enum fm_code fm_process(struct fm_incident *in)
{
    for (size_t i = 0; processors[i]; i++) {
        FM_TRY(fm_ctx_check(in->ctx));
        if (has_input(in, processors[i]))
            FM_TRY(processors[i]->run(in));
    }
    return FM_OK;
}
