/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/traces/field_names.h"

#include "faultmaven/base/clock.h"

/* Best names of a field first. */
static const struct {
    const char *name;
    enum span_field field;
    int64_t unit;
} names[] = {
    {"traceid", SPAN_FIELD_TRACE, 0},
    {"trace", SPAN_FIELD_TRACE, 0},
    {"spanid", SPAN_FIELD_ID, 0},
    {"segmentid", SPAN_FIELD_ID, 0},
    {"id", SPAN_FIELD_ID, 0},
    {"parentspanid", SPAN_FIELD_PARENT, 0},
    {"parentid", SPAN_FIELD_PARENT, 0},
    {"parentspan", SPAN_FIELD_PARENT, 0},
    {"parent", SPAN_FIELD_PARENT, 0},
    {"servicename", SPAN_FIELD_SERVICE, 0},
    {"service", SPAN_FIELD_SERVICE, 0},
    {"resourceservicename", SPAN_FIELD_SERVICE, 0},
    {"podname", SPAN_FIELD_SERVICE, 0},
    {"pod", SPAN_FIELD_SERVICE, 0},
    {"cmdbid", SPAN_FIELD_SERVICE, 0},
    {"appname", SPAN_FIELD_SERVICE, 0},
    {"app", SPAN_FIELD_SERVICE, 0},
    {"process", SPAN_FIELD_SERVICE, 0},
    {"container", SPAN_FIELD_SERVICE, 0},
    {"operationname", SPAN_FIELD_OPERATION, 0},
    {"operation", SPAN_FIELD_OPERATION, 0},
    {"spanname", SPAN_FIELD_OPERATION, 0},
    {"name", SPAN_FIELD_OPERATION, 0},
    {"methodname", SPAN_FIELD_OPERATION, 0},
    {"url", SPAN_FIELD_OPERATION, 0},
    {"starttimeunixnano", SPAN_FIELD_START, 0},
    {"timeunixnano", SPAN_FIELD_START, 0},
    {"startunixnano", SPAN_FIELD_START, 0},
    {"starttime", SPAN_FIELD_START, 0},
    {"start", SPAN_FIELD_START, 0},
    {"starttimens", SPAN_FIELD_START, 0},
    {"starttimeus", SPAN_FIELD_START, 0},
    {"starttimems", SPAN_FIELD_START, 0},
    {"startns", SPAN_FIELD_START, 0},
    {"startus", SPAN_FIELD_START, 0},
    {"startms", SPAN_FIELD_START, 0},
    {"starttimestamp", SPAN_FIELD_START, 0},
    {"timestamp", SPAN_FIELD_START, 0},
    {"time", SPAN_FIELD_START, 0},
    {"ts", SPAN_FIELD_START, 0},
    {"endtimeunixnano", SPAN_FIELD_END, 0},
    {"endtime", SPAN_FIELD_END, 0},
    {"end", SPAN_FIELD_END, 0},
    {"durationns", SPAN_FIELD_DURATION, 1},
    {"durationnano", SPAN_FIELD_DURATION, 1},
    {"durationnanos", SPAN_FIELD_DURATION, 1},
    {"durationus", SPAN_FIELD_DURATION, FM_US},
    {"durationms", SPAN_FIELD_DURATION, FM_MS},
    {"durations", SPAN_FIELD_DURATION, FM_SEC},
    {"durationseconds", SPAN_FIELD_DURATION, FM_SEC},
    {"elapsedms", SPAN_FIELD_DURATION, FM_MS},
    {"latencyms", SPAN_FIELD_DURATION, FM_MS},
    {"elapsedtime", SPAN_FIELD_DURATION, FM_MS},
    {"duration", SPAN_FIELD_DURATION, 0},
    {"elapsed", SPAN_FIELD_DURATION, FM_MS},
    {"httpresponsestatuscode", SPAN_FIELD_STATUS, 0},
    {"httpstatuscode", SPAN_FIELD_STATUS, 0},
    {"statuscode", SPAN_FIELD_STATUS, 0},
    {"status", SPAN_FIELD_STATUS, 0},
    {"spankind", SPAN_FIELD_KIND, 0},
    {"kind", SPAN_FIELD_KIND, 0},
    {"error", SPAN_FIELD_ERROR, 0},
    {"iserror", SPAN_FIELD_ERROR, 0},
    {"level", SPAN_FIELD_LEVEL, 0},
    {"severity", SPAN_FIELD_LEVEL, 0},
    {"severitytext", SPAN_FIELD_LEVEL, 0},
    {"loglevel", SPAN_FIELD_LEVEL, 0},
    {"message", SPAN_FIELD_MESSAGE, 0},
    {"msg", SPAN_FIELD_MESSAGE, 0},
    {"log", SPAN_FIELD_MESSAGE, 0},
    {"body", SPAN_FIELD_MESSAGE, 0},
    {"value", SPAN_FIELD_MESSAGE, 0},
    {"content", SPAN_FIELD_MESSAGE, 0},
};

#define N_NAMES (sizeof names / sizeof names[0])
#define FOLDED_MAX 32

/* Lower case without separators; a unit in brackets stays: "duration(ms)" → "durationms". */
static size_t fold(fm_str s, char out[FOLDED_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter)
            continue;
        if (n == FOLDED_MAX)
            return 0;
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return n;
}

static size_t find(fm_str name)
{
    char buf[FOLDED_MAX];
    fm_str folded = fm_str_n(buf, fold(name, buf));
    for (size_t i = 0; folded.len && i < N_NAMES; i++)
        if (fm_str_eqc(folded, names[i].name))
            return i;
    return N_NAMES;
}

enum span_field span_field_of(fm_str name, int64_t *unit)
{
    size_t i = find(name);
    if (i == N_NAMES)
        return SPAN_FIELD_COUNT;
    if (names[i].field == SPAN_FIELD_DURATION)
        *unit = names[i].unit;
    return names[i].field;
}

unsigned span_field_rank(enum span_field f, fm_str name)
{
    size_t i = find(name);
    return i < N_NAMES && names[i].field == f ? (unsigned)(N_NAMES - i) : 0;
}
