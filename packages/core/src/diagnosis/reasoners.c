/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/reasoners.h"

/* Order matters where proposals tie; changes come last, because they look at what the others
 * proposed; only what none of them explains may be quiet. */
static const struct fm_reasoner_source *const sources[] = {
    &fm_kubernetes_reasoner, &fm_signatures_reasoner, &fm_services_reasoner,
    &fm_databases_reasoner,  &fm_consoles_reasoner,   &fm_logs_reasoner,
    &fm_changes_reasoner,    &fm_quiet_reasoner,      NULL,
};

enum fm_code fm_reason(struct fm_hypotheses *h)
{
    for (size_t i = 0; sources[i]; i++) {
        FM_TRY(fm_ctx_check(h->in->ctx));
        FM_TRY(sources[i]->propose(h));
    }
    return FM_OK;
}
