/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hypotheses from the structure of logs, where no known fault speaks: a number that only grows (a
 * leak), and errors that are new or rare and severe.
 */
#include "faultmaven/core/logs.h"

#include "diagnosis/logs/repeats.h"

#define LEAK_VALUES 30
#define LEAK_GROWTH 1.3
#define LEAK_FALLS 0.02 /* share of steps that may fall */
#define UNEXPLAINED_MANY 0.62
#define UNEXPLAINED_FEW 0.52

static fm_span place_span(const struct fm_log_source *s, struct fm_logs_place p)
{
    return fm_quote(s->evidence, fm_str_trim(fm_str_sub(s->evidence->bytes, p.offset, p.length)),
                    FM_QUOTE_MAX);
}

static fm_str piece(const struct fm_incident *in, fm_span s)
{
    return s.length ? fm_str_sub(in->inputs.items[s.evidence]->bytes, s.offset, s.length)
                    : FM_STR_NULL;
}

static bool speaks_of_memory(const struct fm_logs_template *t, const struct fm_logs_slot *slot)
{
    static const char *const words[] = {"memory", "heap", "rss", "mem_", "allocated", "resident"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fm_str_ihas(t->text, fm_str_c(words[i])) || fm_str_ihas(slot->name, fm_str_c(words[i])))
            return true;
    return false;
}

static bool only_grows(const struct fm_logs_series *s)
{
    uint64_t steps = s->rises + s->falls;
    return s->n >= LEAK_VALUES && s->rises >= LEAK_VALUES / 2 &&
           (double)s->falls <= LEAK_FALLS * (double)steps && s->first > 0 &&
           s->last >= LEAK_GROWTH * s->first;
}

static void propose_leak(struct fm_hypotheses *h, const struct fm_log_source *s,
                         const struct fm_logs_template *t, const struct fm_logs_series *series)
{
    struct fm_arena *a = &h->in->ctx->arena;
    struct fm_entity e = fm_incident_entity_of(h->in, fm_logs_entity(h->in, s, t));
    if (!e.name.len)
        return;
    struct fm_cause *c = fm_propose(h, e, FM_FAULT_RUNTIME_MEMORY_LEAK, 0.92, NULL);
    fm_str rises = fm_computed(h, c, "%llu", (unsigned long long)series->rises),
           falls = fm_computed(h, c, "%llu", (unsigned long long)series->falls);
    c->statement = fm_str_fmt(
        a, "%.*s: its memory only grows and is not given back (a leak): %.*s steps up, %.*s down.",
        FM_STR_ARG(e.name), FM_STR_ARG(rises), FM_STR_ARG(falls));
    c->mechanism = FM_STR("Something that is allocated for each piece of work is kept, so memory "
                          "increases steadily until the limit ends the process.");
    c->signature = FM_STR("logs.growth");
    c->location = FM_STR("heap");
    c->onset = series->first_at;
    fm_cause_support(h, c, place_span(s, t->examples[0]), "the first value");
    fm_cause_support(h, c, place_span(s, series->max_place), "the largest value");
    fm_cause_action(h, c,
                    (struct fm_action){FM_ACTION_MITIGATION,
                                       fm_str_c("Restart it before the limit is reached"),
                                       fm_str_fmt(a, "kubectl rollout restart deployment/%.*s",
                                                  FM_STR_ARG(e.name)),
                                       fm_str_c("drops what is in memory")});
    fm_cause_action(
        h, c,
        (struct fm_action){FM_ACTION_REMEDIATION,
                           fm_str_c("Compare two heap snapshots and release what accumulates"),
                           FM_STR_NULL, fm_str_c("")});
}

static void find_leaks(struct fm_hypotheses *h, const struct fm_log_source *s)
{
    for (size_t i = 0; i < s->logs->n_templates; i++) {
        const struct fm_logs_template *t = s->logs->templates[i];
        for (uint32_t k = 0; k < t->n_slots; k++)
            if (t->slots[k].series && only_grows(t->slots[k].series) &&
                speaks_of_memory(t, &t->slots[k])) {
                propose_leak(h, s, t, t->slots[k].series);
                break;
            }
    }
}

static bool has_cause(const struct fm_hypotheses *h, fm_str name)
{
    fm_vec_each (&h->causes, c)
        if (fm_str_eq((*c)->entity.name, name) && (*c)->strength >= 0.5)
            return true;
    return false;
}

static bool is_severe(const struct fm_observation *o)
{
    return o->kind == FM_OBSERVATION_LOG_RARE_SEVERE || o->kind == FM_OBSERVATION_LOG_ERROR_CHAIN ||
           ((o->kind == FM_OBSERVATION_LOG_NEW || o->kind == FM_OBSERVATION_LOG_BURST ||
             o->kind == FM_OBSERVATION_LOG_ERRORS) &&
            o->score >= 0.8);
}

/* An error that no known fault explains is named, so that a person can judge it. */
static void propose_unexplained(struct fm_hypotheses *h)
{
    struct fm_arena *a = &h->in->ctx->arena;
    fm_vec_each (&h->in->observations, it) {
        const struct fm_observation *o = *it;
        struct fm_entity e = fm_incident_entity_of(h->in, o->entity);
        bool is_baseline =
            o->spans.n && h->in->inputs.items[o->spans.items[0].evidence]->is_baseline;
        if (o->signal != FM_SIGNAL_LOG || !is_severe(o) || !e.name.len || !o->spans.n ||
            is_baseline || has_cause(h, e.name))
            continue;
        struct fm_cause *c = fm_propose(h, e, FM_FAULT_OTHER_UNKNOWN,
                                        o->count >= 5 ? UNEXPLAINED_MANY : UNEXPLAINED_FEW, NULL);
        /* cut, so that its last number may be no whole one: the span has the rest */
        fm_str record = fm_computed(
            h, c, "%.*s", FM_STR_ARG(fm_str_sub(piece(h->in, o->spans.items[0]), 0, 160)));
        c->statement = fm_str_fmt(a, "%.*s reports an error of a kind that is not known here: %.*s",
                                  FM_STR_ARG(e.name), FM_STR_ARG(record));
        c->mechanism =
            FM_STR("The record is new or rare and severe; what leads to it does not show.");
        c->signature = FM_STR("logs.unexplained");
        c->onset = o->begin;
        fm_cause_support(h, c, o->spans.items[0], "the record");
    }
}

static enum fm_code run(struct fm_hypotheses *h)
{
    if (!h->in->logs)
        return FM_OK;
    fm_vec_each (&h->in->logs->sources, s)
        if (!s->evidence->is_baseline) {
            find_leaks(h, s);
            fm_logs_find_poison(h, s);
            fm_logs_find_stampede(h, s);
        }
    propose_unexplained(h);
    return FM_OK;
}

const struct fm_reasoner_source fm_logs_reasoner = {"logs", run};
