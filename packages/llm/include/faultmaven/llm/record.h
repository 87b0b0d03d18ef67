/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record and replay of model traffic: decorators of the port. A record is a file of JSON lines, one
 * per call, in order: purpose, a hash of the messages, and the answer as the caller got it (values
 * restored: keep the file like the case). Replay gives the answers in order, asks nobody, and fails
 * when the file has no more.
 */
#ifndef FAULTMAVEN_LLM_RECORD_H
#define FAULTMAVEN_LLM_RECORD_H

#include "faultmaven/models/llm.h"

/* Appends to path (mode 0600). inner is borrowed. */
FM_MUST_CHECK enum fm_code fm_llm_record_new(struct fm_ctx *ctx, struct fm_llm *inner,
                                             const char *path, struct fm_llm **out);
FM_MUST_CHECK enum fm_code fm_llm_replay_new(struct fm_ctx *ctx, const char *path,
                                             struct fm_llm **out);

#endif
