/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/quiet/quiet.h"

#include "faultmaven/core/alerts.h"

static bool is_good(enum fm_observation_kind k)
{
    return k == FM_OBSERVATION_HEALTHY || k == FM_OBSERVATION_RECOVERED ||
           k == FM_OBSERVATION_LOG_PERIODIC;
}

static bool has_trouble(const struct fm_incident *in)
{
    fm_vec_each (&in->observations, o)
        if ((*o)->score >= QUIET_SCORE && !is_good((*o)->kind))
            return true;
    return false;
}

/* Series and spans are the whole picture only where no person, alert or platform says more. */
static bool has_other_evidence(const struct fm_incident *in)
{
    const uint32_t measured = 1u << FM_EVIDENCE_LOG | 1u << FM_EVIDENCE_METRICS |
                              1u << FM_EVIDENCE_TRACES | 1u << FM_EVIDENCE_TOPOLOGY |
                              1u << FM_EVIDENCE_EMPTY;
    fm_vec_each (&in->inputs, e)
        if (!(*e)->is_baseline && !(measured >> (*e)->type & 1))
            return true;
    return in->alerts && in->alerts->items.n > 0;
}

static void state(struct fm_hypotheses *h, enum quietness q, const struct quiet_claim *c)
{
    if (q == QUIET_YES)
        fm_state_good(h, c->span, "%.*s", FM_STR_ARG(c->text));
}

static enum fm_code run(struct fm_hypotheses *h)
{
    struct quiet_claim records, series, spans;
    if (h->causes.n || has_trouble(h->in))
        return FM_OK;
    enum quietness of_records = quiet_records(h, &records), of_series = quiet_series(h, &series),
                   of_spans = quiet_spans(h, &spans);
    if (of_records == QUIET_NOT || of_series == QUIET_NOT || of_spans == QUIET_NOT)
        return FM_OK;
    state(h, of_records, &records);
    if (has_other_evidence(h->in))
        return FM_OK;
    state(h, of_series, &series);
    state(h, of_spans, &spans);
    return FM_OK;
}

const struct fm_reasoner_source fm_quiet_reasoner = {"quiet", run};
