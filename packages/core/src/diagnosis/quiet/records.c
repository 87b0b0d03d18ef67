/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/quiet/quiet.h"
#include "faultmaven/core/logs.h"

#define QUIET_RECORDS 20

#define FEW_WARNINGS 0.01 /* of the records */

/* Warnings that come now and then from beginning to end are how this program always runs. */
static bool is_habit(const struct fm_logs *logs, const struct fm_logs_template *t)
{
    fm_time eighth = logs->first != FM_TIME_NONE ? (logs->last - logs->first) / 8 : 0;
    return eighth > 0 && t->count >= 4 &&
           (double)t->count <= FEW_WARNINGS * (double)logs->records &&
           t->first <= logs->first + eighth && t->last >= logs->last - eighth;
}

static bool says_trouble(const struct fm_incident *in, const struct fm_log_source *s)
{
    fm_vec_each (&in->observations, o)
        if ((*o)->signal == FM_SIGNAL_LOG && (*o)->score >= QUIET_SCORE && (*o)->spans.n &&
            (*o)->kind != FM_OBSERVATION_LOG_PERIODIC &&
            (*o)->spans.items[0].evidence == s->evidence->index)
            return true;
    return false;
}

static bool is_quiet(const struct fm_incident *in, const struct fm_log_source *s)
{
    for (size_t i = 0; i < s->logs->n_templates; i++) {
        const struct fm_logs_template *t = s->logs->templates[i];
        enum fm_logs_level severity = fm_logs_severity(t);
        if (severity > FM_LOGS_WARNING || (severity == FM_LOGS_WARNING && !is_habit(s->logs, t)))
            return false;
    }
    return !says_trouble(in, s);
}

static bool has_warning(const struct fm_logs *logs)
{
    for (size_t i = 0; i < logs->n_templates; i++)
        if (fm_logs_severity(logs->templates[i]) >= FM_LOGS_WARNING)
            return true;
    return false;
}

/* The largest log, when all of them are quiet; NULL when one is not. */
static const struct fm_log_source *largest_quiet(const struct fm_incident *in)
{
    const struct fm_log_source *best = NULL;
    fm_vec_each (&in->logs->sources, s) {
        if (s->evidence->is_baseline || s->logs->records == 0)
            continue;
        if (!is_quiet(in, s))
            return NULL;
        if (!best || s->logs->records > best->logs->records)
            best = s;
    }
    return best;
}

static bool has_records(const struct fm_incident *in)
{
    fm_vec_each (&in->logs->sources, s)
        if (!s->evidence->is_baseline && s->logs->records > 0)
            return true;
    return false;
}

static fm_span latest_of(const struct fm_log_source *s)
{
    struct fm_logs_place p = s->logs->templates[0]->latest;
    return fm_quote(s->evidence, fm_str_trim(fm_str_sub(s->evidence->bytes, p.offset, p.length)),
                    FM_QUOTE_MAX);
}

enum quietness quiet_records(struct fm_hypotheses *h, struct quiet_claim *out)
{
    if (!h->in->logs || !has_records(h->in))
        return QUIET_ABSENT;
    const struct fm_log_source *best = largest_quiet(h->in);
    if (!best)
        return QUIET_NOT;
    if (best->logs->records < QUIET_RECORDS || best->logs->n_templates == 0)
        return QUIET_TOO_FEW;
    fm_str name = fm_incident_entity_of(h->in, best->entity).name;
    out->span = latest_of(best);
    out->text = fm_str_fmt(
        &h->in->ctx->arena,
        has_warning(best->logs)
            ? "no record%s%.*s reports an error, and the few warnings come as often at the "
              "end as at the beginning"
            : "no record%s%.*s reports a warning or an error",
        name.len ? " of " : "", FM_STR_ARG(name));
    return QUIET_YES;
}
