/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_APP_CASE_PDF_H
#define FM_APP_CASE_PDF_H

#include "faultmaven/base/ctx.h"

/* Prints an HTML text to a PDF file through a headless browser that is installed (chromium,
 * chrome). FM_EUNSUPPORTED, saying what to install, when there is none. */
FM_MUST_CHECK enum fm_code fm_case_pdf(struct fm_ctx *ctx, fm_str html, const char *path);

#endif
