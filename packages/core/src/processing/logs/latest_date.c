/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/latest_date.h"

#include "faultmaven/base/time.h"

#define LOOK ((size_t)16 << 10) /* bytes at each end of an input */

static int digits(const char *p, unsigned n)
{
    int v = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned d = (unsigned)(p[i] - '0');
        if (d > 9)
            return -1;
        v = v * 10 + (int)d;
    }
    return v;
}

/* "2026-02-09" or "2026/02/09" at p, which has ten bytes: the end of that day. */
static fm_time date_at(const char *p)
{
    bool is_parted = (p[4] == '-' || p[4] == '/') && p[7] == p[4];
    if (!is_parted || (p[0] != '1' && p[0] != '2'))
        return FM_TIME_NONE;
    int year = digits(p, 4), month = digits(p + 5, 2), day = digits(p + 8, 2);
    if (year < 1990 || year > 2099 || month < 1 || month > 12 || day < 1 || day > 31)
        return FM_TIME_NONE;
    return fm_days_from_civil(year, (unsigned)month, (unsigned)day) * FM_DAY + FM_DAY - 1;
}

/* The last date of the piece that begins a line, which is where a record's own time stands; dates
 * inside a line may be anything. Behind a bracket, a quote or a key counts as the beginning. */
static fm_time last_date(fm_str s)
{
    fm_time last = FM_TIME_NONE;
    fm_str line;
    while (fm_str_line(&s, &line)) {
        size_t end = line.len < 40 ? line.len : 40;
        for (size_t i = 0; i + 10 <= end; i++) {
            fm_time t = date_at(line.p + i);
            if (t != FM_TIME_NONE) {
                last = t;
                break;
            }
        }
    }
    return last;
}

fm_time fm_logs_latest_date(const struct fm_incident *in)
{
    fm_time latest = FM_TIME_NONE;
    for (size_t i = 0; i < in->inputs.n; i++) {
        const struct fm_evidence *e = in->inputs.items[i];
        size_t tail = e->bytes.len > LOOK ? e->bytes.len - LOOK : 0;
        fm_time ends[] = {last_date(fm_str_sub(e->bytes, 0, LOOK)),
                          last_date(fm_str_sub(e->bytes, tail, LOOK))};
        for (size_t k = 0; k < 2; k++)
            if (ends[k] != FM_TIME_NONE && (latest == FM_TIME_NONE || ends[k] > latest))
                latest = ends[k];
    }
    return latest;
}
