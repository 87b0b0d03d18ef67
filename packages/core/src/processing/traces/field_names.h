/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names under which exports of traces give the parts of a span. Compared without case and without
 * '_', '-', '.', ' '. Sources: OTLP and its JSON mapping, Jaeger and Zipkin v2 models, the
 * OpenTelemetry log data model, common CSV exports.
 */
#ifndef FAULTMAVEN_CORE_TRACES_FIELD_NAMES_H
#define FAULTMAVEN_CORE_TRACES_FIELD_NAMES_H

#include "faultmaven/base/str.h"

enum span_field {
    SPAN_FIELD_TRACE,
    SPAN_FIELD_ID,
    SPAN_FIELD_PARENT,
    SPAN_FIELD_SERVICE,
    SPAN_FIELD_OPERATION,
    SPAN_FIELD_START,
    SPAN_FIELD_END,
    SPAN_FIELD_DURATION,
    SPAN_FIELD_STATUS,
    SPAN_FIELD_KIND,
    SPAN_FIELD_ERROR,
    SPAN_FIELD_LEVEL,
    SPAN_FIELD_MESSAGE,
    SPAN_FIELD_COUNT, /* none of them */
};

/* *unit is what a duration of this name counts in ns, 0 when its name does not say so; untouched
 * for other fields. */
enum span_field span_field_of(fm_str name, int64_t *unit);

/* How good a name is for its field: of two columns for one field the higher is taken. 0: not at
 * all. */
unsigned span_field_rank(enum span_field f, fm_str name);

#endif
