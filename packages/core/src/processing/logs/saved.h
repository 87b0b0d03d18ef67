/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A read log as bytes, for the store of results: everything that detectors and reasoners look at,
 * and the line index of the input. Not portable: it is read by the build that wrote it. What does
 * not check is treated as absent.
 */
#ifndef FAULTMAVEN_CORE_PROCESSING_LOGS_SAVED_H
#define FAULTMAVEN_CORE_PROCESSING_LOGS_SAVED_H

#include "faultmaven/core/logs.h"

/* The log of all of e, read with opt, if it was saved: true, and *out with texts on the context's
 * arena; fm_logs_leaf is not for it. */
bool fm_logs_restore(struct fm_incident *in, struct fm_evidence *e,
                     const struct fm_logs_options *opt, struct fm_logs **out);

void fm_logs_save(struct fm_incident *in, struct fm_evidence *e, const struct fm_logs_options *opt,
                  struct fm_logs *log);

#endif
