/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/detect.h"

enum fm_code metric_detect(struct fm_incident *in)
{
    return fm_ctx_check(in->ctx);
}
