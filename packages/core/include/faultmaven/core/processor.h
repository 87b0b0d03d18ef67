/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A processor turns inputs of its types into a typed set and observations. processors.c holds the
 * one table of them, in the order in which they run; each is called once, when at least one input
 * is its own.
 */
#ifndef FAULTMAVEN_CORE_PROCESSOR_H
#define FAULTMAVEN_CORE_PROCESSOR_H

#include "faultmaven/core/incident.h"

struct fm_processor {
    const char *name;
    /* Evidence types that this processor reads, as a mask of FM_TYPE_BIT. */
    uint32_t types;
    /* Reads all inputs of its types. Damaged input is noted with fm_incident_problem and is no
     * failure; failures are cancellation, deadline and limits only. */
    enum fm_code (*run)(struct fm_incident *in);
};

#define FM_TYPE_BIT(t) (1u << (t))

extern const struct fm_processor fm_logs_processor;
extern const struct fm_processor fm_metrics_processor;
extern const struct fm_processor fm_traces_processor;
extern const struct fm_processor fm_kubernetes_processor;
extern const struct fm_processor fm_changes_processor;
extern const struct fm_processor fm_alerts_processor;
extern const struct fm_processor fm_consoles_processor;
extern const struct fm_processor fm_transcript_logs_processor;

FM_MUST_CHECK enum fm_code fm_process(struct fm_incident *in);

#endif
