/* SPDX-License-Identifier: Apache-2.0 */
/* What stands out in the series of an incident, as observations. */
#ifndef FAULTMAVEN_CORE_METRICS_DETECT_H
#define FAULTMAVEN_CORE_METRICS_DETECT_H

#include "processing/metrics/change.h"

FM_MUST_CHECK enum fm_code metric_detect(struct fm_incident *in);

#endif
