/* SPDX-License-Identifier: Apache-2.0 */
/* The further detector of the egress gate that the configuration names, reached over HTTP. */
#ifndef FM_APP_DETECTOR_HTTP_H
#define FM_APP_DETECTOR_HTTP_H

#include "config/config.h"
#include "faultmaven/security/detector.h"

struct detector_http; /* its loop and connections */

/*
 * redaction.detector: {url, language, min_score, timeout, ca_file}. *out is NULL when none is
 * named. The detector is given texts before redaction, so its URL must be of this machine or https.
 */
FM_MUST_CHECK enum fm_code detector_http_open(struct fm_ctx *ctx, yyjson_val *redaction,
                                              struct detector_http **out);
/* NULL for NULL. */
struct fm_detector *detector_http_detector(const struct detector_http *d);
void detector_http_close(struct detector_http *d);

#endif
