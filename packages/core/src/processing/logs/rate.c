/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/rate.h"

#define SHIFT_MIN 20

void fm_logs_rate_init(struct fm_logs_rate *r)
{
    memset(r, 0, sizeof *r);
    r->shift = SHIFT_MIN;
    r->low = 0;
    r->high = -1;
}

/* How often the width must double until buckets low to high (as they are numbered now) are no more
 * than `max`. */
static int doublings(int64_t low, int64_t high, int64_t max)
{
    int n = 0;
    while ((high >> n) - (low >> n) >= max)
        n++;
    return n;
}

/* Doubles the width `by` times. */
static void rate_coarsen(struct fm_logs_rate *r, int by)
{
    uint32_t n[FM_LOGS_BUCKETS] = {0};
    if (by == 0)
        return;
    for (int64_t b = r->low; b <= r->high; b++)
        n[(b >> by) & (FM_LOGS_BUCKETS - 1)] += r->n[b & (FM_LOGS_BUCKETS - 1)];
    memcpy(r->n, n, sizeof n);
    r->low >>= by;
    r->high >>= by;
    r->shift = (uint8_t)(r->shift + by);
}

void fm_logs_rate_grow(struct fm_logs_rate *r, fm_time t)
{
    if (r->high < r->low) {
        r->low = r->high = t >> r->shift;
        return;
    }
    int64_t b = t >> r->shift;
    int64_t low = b < r->low ? b : r->low, high = b > r->high ? b : r->high;
    int by = doublings(low, high, FM_LOGS_BUCKETS);
    rate_coarsen(r, by);
    r->low = low >> by;
    r->high = high >> by;
}

/* Buckets before 1970 are negative, which may be multiplied but not shifted. */
static int64_t bucket_start(int64_t bucket, int shift)
{
    return bucket * ((int64_t)1 << shift);
}

void fm_logs_rate_merge(struct fm_logs_rate *into, const struct fm_logs_rate *from)
{
    if (from->high < from->low)
        return;
    if (into->shift < from->shift && into->low <= into->high)
        rate_coarsen(into, from->shift - into->shift);
    if (into->low > into->high)
        into->shift = from->shift;
    fm_logs_rate_grow(into, bucket_start(from->low, from->shift));
    fm_logs_rate_grow(into, bucket_start(from->high, from->shift));
    int down = into->shift - from->shift;
    for (int64_t b = from->low; b <= from->high; b++)
        into->n[(b >> down) & (FM_LOGS_BUCKETS - 1)] += from->n[b & (FM_LOGS_BUCKETS - 1)];
}

void fm_logs_series_init(struct fm_logs_series *s)
{
    memset(s, 0, sizeof *s);
    s->shift = SHIFT_MIN;
    s->high = -1;
    s->first_at = s->last_at = FM_TIME_NONE;
}

/* Doubles the width `by` times. */
static void series_coarsen(struct fm_logs_series *s, int by)
{
    struct fm_logs_series wide;
    if (by == 0)
        return;
    memset(wide.bucket, 0, sizeof wide.bucket);
    for (int64_t b = s->low; b <= s->high; b++) {
        size_t to = (size_t)((b >> by) & (FM_LOGS_SERIES_BUCKETS - 1)),
               from = (size_t)(b & (FM_LOGS_SERIES_BUCKETS - 1));
        if (wide.bucket[to].n == 0 || s->bucket[from].max > wide.bucket[to].max)
            wide.bucket[to].max = s->bucket[from].n ? s->bucket[from].max : wide.bucket[to].max;
        wide.bucket[to].sum += s->bucket[from].sum;
        wide.bucket[to].n += s->bucket[from].n;
    }
    memcpy(s->bucket, wide.bucket, sizeof wide.bucket);
    s->low >>= by;
    s->high >>= by;
    s->shift = (uint8_t)(s->shift + by);
}

static void series_grow(struct fm_logs_series *s, fm_time t)
{
    if (s->high < s->low) {
        s->low = s->high = t >> s->shift;
        return;
    }
    int64_t b = t >> s->shift;
    int64_t low = b < s->low ? b : s->low, high = b > s->high ? b : s->high;
    int by = doublings(low, high, FM_LOGS_SERIES_BUCKETS);
    series_coarsen(s, by);
    s->low = low >> by;
    s->high = high >> by;
}

static void add_to_bucket(struct fm_logs_series *s, double v, fm_time t)
{
    int64_t b = t >> s->shift;
    if (b < s->low || b > s->high) {
        series_grow(s, t);
        b = t >> s->shift;
    }
    size_t i = (size_t)(b & (FM_LOGS_SERIES_BUCKETS - 1));
    s->bucket[i].sum += v;
    if (s->bucket[i].n++ == 0 || v > s->bucket[i].max)
        s->bucket[i].max = v;
}

void fm_logs_series_add(struct fm_logs_series *s, double v, fm_time t,
                        const struct fm_logs_place *at)
{
    if (s->n == 0) {
        s->first = s->min = v;
        s->first_at = t;
    } else {
        s->rises += v > s->last;
        s->falls += v < s->last;
    }
    if (s->n == 0 || v > s->max) {
        s->max = v;
        s->max_place = *at;
    }
    if (v < s->min)
        s->min = v;
    s->last = v;
    s->sum += v;
    s->n++;
    if (t == FM_TIME_NONE)
        return;
    s->last_at = t;
    add_to_bucket(s, v, t);
}

static void merge_buckets(struct fm_logs_series *into, const struct fm_logs_series *from)
{
    if (from->high < from->low)
        return;
    if (into->shift < from->shift && into->low <= into->high)
        series_coarsen(into, from->shift - into->shift);
    if (into->low > into->high)
        into->shift = from->shift;
    series_grow(into, bucket_start(from->low, from->shift));
    series_grow(into, bucket_start(from->high, from->shift));
    int down = into->shift - from->shift;
    for (int64_t b = from->low; b <= from->high; b++) {
        size_t to = (size_t)((b >> down) & (FM_LOGS_SERIES_BUCKETS - 1)),
               i = (size_t)(b & (FM_LOGS_SERIES_BUCKETS - 1));
        if (from->bucket[i].n == 0)
            continue;
        if (into->bucket[to].n == 0 || from->bucket[i].max > into->bucket[to].max)
            into->bucket[to].max = from->bucket[i].max;
        into->bucket[to].sum += from->bucket[i].sum;
        into->bucket[to].n += from->bucket[i].n;
    }
}

void fm_logs_series_merge(struct fm_logs_series *into, const struct fm_logs_series *from)
{
    if (from->n == 0)
        return;
    if (into->n == 0) {
        *into = *from;
        return;
    }
    into->rises += from->rises + (from->first > into->last);
    into->falls += from->falls + (from->first < into->last);
    if (from->max > into->max) {
        into->max = from->max;
        into->max_place = from->max_place;
    }
    if (from->min < into->min)
        into->min = from->min;
    into->last = from->last;
    into->last_at = from->last_at != FM_TIME_NONE ? from->last_at : into->last_at;
    into->sum += from->sum;
    into->n += from->n;
    merge_buckets(into, from);
}
