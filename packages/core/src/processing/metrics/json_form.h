/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the readers of metrics in JSON. */
#ifndef FAULTMAVEN_CORE_METRICS_JSON_FORM_H
#define FAULTMAVEN_CORE_METRICS_JSON_FORM_H

#include "faultmaven/base/buf.h"
#include "processing/json_scan.h"
#include "processing/metrics/builder.h"

#define JSON_MEMBERS_MAX 48
#define JSON_LABELS_MAX 64
#define JSON_WALK_MAX 24

struct json_member {
    fm_str key, value; /* value: the source bytes */
};

struct json_members {
    struct json_member items[JSON_MEMBERS_MAX];
    size_t n;
};

struct json_reader {
    struct metric_builder *b;
    struct fm_map flat; /* series of flat records */
    struct fm_buf key;
};

/* The members of an object that has been entered; those beyond JSON_MEMBERS_MAX are skipped. */
void json_members_read(struct fm_scan *s, struct json_members *m);

/* Value of the first of `names` (lower case, compared without '_', '-', '.') that is there, or "".
 */
fm_str json_member(const struct json_members *m, const char *const *names);

/* A scalar's decoded text. */
fm_str json_plain(struct fm_arena *a, fm_str value);

/* The array behind "resourceMetrics". */
void otlp_read(struct metric_builder *b, struct fm_scan *s);

#endif
