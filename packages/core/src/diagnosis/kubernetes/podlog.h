/* SPDX-License-Identifier: Apache-2.0 */
/* The log of a workload as far as it is in the evidence: sections of transcripts, and files named
 * after it or its pods. */
#ifndef FAULTMAVEN_CORE_KUBE_PODLOG_H
#define FAULTMAVEN_CORE_KUBE_PODLOG_H

#include "kube.h"

struct fm_kube_line {
    fm_str text;
    fm_span span;
};

/* The last line of w's log that holds one of the needles (ASCII case ignored); false when there is
 * none. Looks at the last FM_KUBE_LOG_TAIL bytes of each log: what ends a process stands there. */
bool fm_kube_log_find(struct fm_kube *k, const struct fm_kube_workload *w,
                      const char *const *needles, struct fm_kube_line *out);

/* The last line that is not blank. */
bool fm_kube_log_last(struct fm_kube *k, const struct fm_kube_workload *w,
                      struct fm_kube_line *out);

bool fm_kube_has_log(struct fm_kube *k, const struct fm_kube_workload *w);

#define FM_KUBE_LOG_TAIL 65536

#endif
