/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs inside a pasted terminal: what `kubectl logs`, `docker logs`, `journalctl`, `dmesg` and `cat
 * FILE.log` printed. They go to the log engine like a file of their own. Other commands show state.
 */
#ifndef FM_PROCESSING_CONSOLES_TRANSCRIPT_LOG_H
#define FM_PROCESSING_CONSOLES_TRANSCRIPT_LOG_H

#include "processing/kubernetes/transcript.h"

bool fm_transcript_is_log(const struct fm_segment *s);

/* Log sections of one input that are read; the rest is reported. */
#define FM_TRANSCRIPT_LOGS_MAX 256

#endif
