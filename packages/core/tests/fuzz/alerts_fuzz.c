/* SPDX-License-Identifier: Apache-2.0 */
/* Alert JSON of any form: every span lies inside the input. */
#include "faultmaven/core/alerts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    struct fm_incident in;
    struct fm_alert_set set = {0};
    struct fm_evidence e = {.path = FM_STR("alert"), .bytes = fm_str_n((const char *)data, size)};
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    fm_alerts_read(&in, &e, &set);
    fm_vec_each (&set.items, a)
        if (a->span.offset > size || a->span.length > size - a->span.offset)
            FM_BUG("span outside the input");
    fm_ctx_release(&ctx);
    return 0;
}
