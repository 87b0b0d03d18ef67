/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A further detector beside the built-in rules: a name model behind HTTP (a Presidio analyzer), or
 * a test double. Its findings are added to the built-in ones; it can never take one away. When it
 * fails, the egress gate stays shut.
 */
#ifndef FAULTMAVEN_SECURITY_DETECTOR_H
#define FAULTMAVEN_SECURITY_DETECTOR_H

#include "faultmaven/security/redact.h"

struct fm_detector {
    const struct fm_detector_ops *ops;
};

struct fm_detector_ops {
    /* Findings in text as byte ranges on UTF-8 borders, in any order, in the context's arena;
     * `rule` is ignored. */
    enum fm_code (*find)(struct fm_detector *d, struct fm_ctx *ctx, fm_str text,
                         struct fm_findings *out);
    void (*free)(struct fm_detector *d);
};

struct fm_http_reply;

/* Sends one POST and returns the whole answer; security opens no sockets itself. Called with a JSON
 * body; must keep to ctx's deadline. Returns FM_OK for any HTTP status. */
struct fm_http_post {
    enum fm_code (*post)(void *arg, struct fm_ctx *ctx, fm_str url, fm_str json,
                         struct fm_http_reply *reply);
    void *arg;
};

struct fm_http_reply {
    int status;
    fm_str body; /* in the context's arena */
};

/* POST <url>/analyze {"text":…,"language":…} -> [{"entity_type":…,"start":…,"end":…,"score":…}],
 * offsets in code points: the API of Microsoft Presidio Analyzer
 * (https://microsoft.github.io/presidio/api-docs/). Findings below min_score are dropped. The
 * answer is checked: a range outside the text is FM_EUPSTREAM. */
struct fm_detector *fm_detector_presidio_new(const struct fm_http_post *http, fm_str url,
                                             fm_str language, double min_score);
void fm_detector_free(struct fm_detector *d);

#endif
