/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intake: paths in, evidence out. Walks files, folders, archives and standard input; detects each
 * input's type from its content first and its name second; maps instead of reading. An input that
 * cannot be used is listed with the reason.
 *
 * The bytes stay mapped until fm_intake_free. Inputs are in order of argument, then of path
 * (bytewise), so that evidence numbers are the same on every run.
 */
#ifndef FAULTMAVEN_CORE_INTAKE_H
#define FAULTMAVEN_CORE_INTAKE_H

#include "faultmaven/core/incident.h"

struct fm_intake;

struct fm_intake *fm_intake_new(void);
void fm_intake_free(struct fm_intake *t);

/* Adds everything under path ("-" is standard input) to in->inputs. Fails only when path itself
 * cannot be opened. */
FM_MUST_CHECK enum fm_code fm_intake_add(struct fm_intake *t, struct fm_incident *in,
                                         const char *path, bool is_baseline);

/* Sets type and format of e from its bytes and path. Pure. */
void fm_classify(struct fm_evidence *e);

#endif
