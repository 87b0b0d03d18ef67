/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/observe.h"

#include <math.h>

#define SPLIT_GAIN_MIN 10.0 /* natural log of the likelihood ratio */
#define RATIO_MIN 3.0
#define NEW_EXPECTED_MIN 3.0 /* records that a steady template would have had before */
#define RARE_SHARE 0.001
#define RARE_MAX 5
#define PERIODIC_MIN 5
#define PERIODIC_SPREAD 0.2

static double xlog(double n, double bins)
{
    return n > 0 && bins > 0 ? n * log(n / bins) : 0;
}

struct fm_logs_split fm_logs_split_counts(const uint32_t bins[FM_LOGS_BINS])
{
    struct fm_logs_split best = {0};
    double total = 0, left = 0;
    for (unsigned i = 0; i < FM_LOGS_BINS; i++)
        total += bins[i];
    for (unsigned k = 1; k < FM_LOGS_BINS; k++) {
        left += bins[k - 1];
        double gain =
            xlog(left, k) + xlog(total - left, FM_LOGS_BINS - k) - xlog(total, FM_LOGS_BINS);
        if (gain > best.gain)
            best = (struct fm_logs_split){gain, left / k, (total - left) / (FM_LOGS_BINS - k), k};
    }
    return best;
}

static double log_seconds(const struct fm_logs *log)
{
    return log->first == FM_TIME_NONE ? 0 : (double)(log->last - log->first) / (double)FM_SEC;
}

fm_time fm_logs_bin_time(const struct fm_logs *log, unsigned bin)
{
    fm_time at = log->first + (log->last - log->first) / FM_LOGS_BINS * bin;
    return at - at % FM_MS;
}

static unsigned bin_of(const struct fm_logs *log, fm_time t)
{
    fm_time width = (log->last - log->first) / FM_LOGS_BINS + 1;
    int64_t b = t <= log->first ? 0 : (t - log->first) / width;
    return b >= FM_LOGS_BINS ? FM_LOGS_BINS - 1 : (unsigned)b;
}

static void fill_bins(struct fm_logs_case *c)
{
    const struct fm_logs *log = c->source->logs;
    memset(c->bins, 0, sizeof c->bins);
    c->has_bins =
        log->first != FM_TIME_NONE && log->last - log->first > FM_MS && c->t->first != FM_TIME_NONE;
    if (!c->has_bins)
        return;
    if (!c->t->rate) {
        c->bins[bin_of(log, c->t->first)] = (uint32_t)c->t->count;
        return;
    }
    const struct fm_logs_rate *r = c->t->rate;
    for (int64_t b = r->low; b <= r->high; b++)
        c->bins[bin_of(log, b * fm_logs_rate_width(r) + fm_logs_rate_width(r) / 2)] +=
            fm_logs_rate_at(r, b);
}

static fm_span example_span(const struct fm_logs_case *c, const struct fm_logs_place *p)
{
    fm_str bytes = c->source->evidence->bytes;
    return fm_quote(c->source->evidence, fm_str_sub(bytes, p->offset, p->length), FM_QUOTE_MAX);
}

struct fm_observation *fm_logs_observation(const struct fm_logs_case *c,
                                           enum fm_observation_kind kind, double score)
{
    struct fm_observation *o = fm_incident_observe(c->in, kind, FM_SIGNAL_LOG);
    o->entity = c->entity;
    o->begin = c->t->first;
    o->end = c->t->last;
    o->score = score > 1 ? 1 : score < 0 ? 0 : score;
    o->count = c->t->count;
    o->subject = c->t->text;
    o->unit = FM_STR("");
    for (uint32_t i = 0; i < c->t->n_examples && i < 3; i++) {
        fm_span s = example_span(c, &c->t->examples[i]);
        if (s.length)
            fm_vec_push(&c->in->ctx->arena, &o->spans, s);
    }
    return o;
}

static double severity_weight(enum fm_logs_level l)
{
    return l >= FM_LOGS_ERROR ? 1.0 : l == FM_LOGS_WARNING ? .75 : .4;
}

/* Known from a baseline at such a rate: nothing new. */
static double novelty(const struct fm_logs_case *c)
{
    if (isnan(c->baseline_rate))
        return 1;
    double seconds = log_seconds(c->source->logs);
    double rate = seconds > 0 ? (double)c->t->count / seconds : 0;
    return c->baseline_rate <= 0 ? 1 : rate > c->baseline_rate * RATIO_MIN ? .8 : .3;
}

static double score_of(const struct fm_logs_case *c, double sureness)
{
    return sureness * severity_weight(c->severity) * novelty(c);
}

#define TEXT(c, o, ...) ((o)->text = fm_str_fmt(&(c)->in->ctx->arena, __VA_ARGS__))

static fm_str short_text(const struct fm_logs_case *c)
{
    return fm_str_sub(c->t->text, 0, 160);
}

static void observe_burst(const struct fm_logs_case *c)
{
    if (!c->has_bins || c->t->count < 5)
        return;
    struct fm_logs_split s = fm_logs_split_counts(c->bins);
    if (s.gain < SPLIT_GAIN_MIN || s.after < s.before * RATIO_MIN || s.before <= 0)
        return;
    struct fm_observation *o =
        fm_logs_observation(c, FM_OBSERVATION_LOG_BURST, score_of(c, 1 - exp(-s.gain / 20)));
    o->begin = fm_logs_bin_time(c->source->logs, s.at);
    o->before = s.before;
    o->after = s.after;
    o->unit = FM_STR("records per interval");
    TEXT(c, o, "\"%.*s\" became %.1f times as frequent", FM_STR_ARG(short_text(c)),
         s.after / s.before);
}

/* First seen late: a steady template of this rate would have shown before. */
static void observe_new(const struct fm_logs_case *c)
{
    const struct fm_logs *log = c->source->logs;
    if (!c->has_bins || c->severity <= FM_LOGS_DEBUG)
        return;
    double before = (double)(c->t->first - log->first), all = (double)(log->last - log->first);
    double after = all - before;
    bool is_absent_in_baseline = !isnan(c->baseline_rate) && c->baseline_rate <= 0;
    double expected = after > 0 ? (double)c->t->count * before / after : 0;
    if (before / all < .1 || (expected < NEW_EXPECTED_MIN && !is_absent_in_baseline))
        return;
    double sure = is_absent_in_baseline ? .95 : 1 - exp(-expected / 3);
    struct fm_observation *o = fm_logs_observation(c, FM_OBSERVATION_LOG_NEW, score_of(c, sure));
    TEXT(c, o, "\"%.*s\" first appears here", FM_STR_ARG(short_text(c)));
}

static void observe_severe(const struct fm_logs_case *c)
{
    if (c->severity < FM_LOGS_ERROR)
        return;
    uint64_t records = c->source->logs->records;
    bool is_rare =
        c->t->count <= RARE_MAX && (double)c->t->count <= 1 + RARE_SHARE * (double)records;
    struct fm_observation *o =
        fm_logs_observation(c, is_rare ? FM_OBSERVATION_LOG_RARE_SEVERE : FM_OBSERVATION_LOG_ERRORS,
                            score_of(c, is_rare ? .9 : .6));
    o->after = (double)c->t->count;
    TEXT(c, o, "%llu record%s of level %s: \"%.*s\"", (unsigned long long)c->t->count,
         c->t->count == 1 ? "" : "s", fm_logs_level_name(c->severity), FM_STR_ARG(short_text(c)));
}

/* Equal gaps: something fails on a schedule. */
static void observe_periodic(const struct fm_logs_case *c)
{
    const struct fm_logs_template *t = c->t;
    if (c->severity < FM_LOGS_WARNING || t->n_gaps < PERIODIC_MIN)
        return;
    double mean = t->gap_s / (double)t->n_gaps;
    double variance = t->gap_sq / (double)t->n_gaps - mean * mean;
    if (mean < 1 || variance > PERIODIC_SPREAD * PERIODIC_SPREAD * mean * mean)
        return;
    struct fm_observation *o = fm_logs_observation(c, FM_OBSERVATION_LOG_PERIODIC, score_of(c, .8));
    o->after = mean;
    o->unit = FM_STR("s");
    TEXT(c, o, "\"%.*s\" recurs every %.0f s", FM_STR_ARG(short_text(c)), mean);
}

static void observe_template(struct fm_logs_case *c)
{
    fill_bins(c);
    observe_burst(c);
    observe_new(c);
    observe_severe(c);
    observe_periodic(c);
    fm_logs_observe_values(c);
    if (c->severity >= FM_LOGS_WARNING)
        fm_logs_observe_chain(c);
}

/* Rate of this text in the baseline logs of the incident; NAN without a baseline. */
static double baseline_rate(const struct fm_map *baseline, const struct fm_logs_template *t)
{
    if (!baseline)
        return NAN;
    const double *rate = fm_map_get(baseline, t->text);
    return rate ? *rate : 0;
}

struct fm_map *fm_logs_baseline(struct fm_incident *in)
{
    struct fm_map *m = NULL;
    for (size_t i = 0; i < in->logs->sources.n; i++) {
        const struct fm_log_source *s = &in->logs->sources.items[i];
        if (!s->evidence->is_baseline)
            continue;
        if (!m) {
            m = FM_NEW(&in->ctx->arena, struct fm_map);
            fm_map_init(m, &in->ctx->arena);
        }
        double seconds = log_seconds(s->logs);
        for (size_t k = 0; k < s->logs->n_templates; k++) {
            struct fm_map_entry *e = fm_map_put(m, s->logs->templates[k]->text);
            if (!e->value)
                e->value = FM_NEW(&in->ctx->arena, double);
            *(double *)e->value +=
                (double)s->logs->templates[k]->count / (seconds > 1 ? seconds : 1);
        }
    }
    return m;
}

void fm_logs_observe(struct fm_incident *in, const struct fm_log_source *s,
                     const struct fm_map *baseline)
{
    if (s->evidence->is_baseline)
        return;
    for (size_t i = 0; i < s->logs->n_templates; i++) {
        const struct fm_logs_template *t = s->logs->templates[i];
        struct fm_logs_case c = {.in = in, .source = s, .t = t};
        if (t->is_trace)
            continue;
        c.severity = fm_logs_severity(t);
        c.entity = fm_logs_entity(in, s, t);
        c.baseline_rate = baseline_rate(baseline, t);
        size_t before = in->observations.n;
        observe_template(&c);
        if (in->observations.n > before)
            fm_logs_chart(&c, before);
    }
}
