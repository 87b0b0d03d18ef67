/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main job: an incident with its inputs in, a checked diagnosis out. Stages: process → onset →
 * reasoners → ranking and verdict → citation check. No model, no network; the same inputs give the
 * same diagnosis on any number of threads.
 */
#ifndef FAULTMAVEN_CORE_DIAGNOSE_H
#define FAULTMAVEN_CORE_DIAGNOSE_H

#include "faultmaven/core/incident.h"

/* `in->inputs` and `in->ask` are filled. The diagnosis lives in the context's arena. */
FM_MUST_CHECK enum fm_code fm_diagnose(struct fm_incident *in, struct fm_diagnosis **out);

#endif
