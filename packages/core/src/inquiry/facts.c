/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of the diagnosis that an answer may repeat, each with the bytes it rests on. */
#include "inquiry/internal.h"

#define HELD_LIKELIHOOD 0.5
#define SPANS_OF_OBSERVATION 4

static void add(struct fm_inquiry *q, fm_span span, fm_str text, bool is_cause)
{
    bool is_known = span.length && span.evidence < q->incident.inputs.n;
    if (!is_known || !q->ids[span.evidence].len || !text.len || q->facts.n >= FM_INQUIRY_FACTS_MAX)
        return;
    struct fm_inquiry_fact *f = fm_vec_add(&q->ctx->arena, &q->facts);
    *f = (struct fm_inquiry_fact){.evidence_id = q->ids[span.evidence],
                                  .offset = (int64_t)span.offset,
                                  .length = span.length,
                                  .text = fm_str_dup(&q->ctx->arena, text),
                                  .is_cause = is_cause};
}

void fm_inquiry_note(struct fm_inquiry *q, fm_span span, fm_str text)
{
    add(q, span, text, false);
}

fm_str fm_inquiry_place(const struct fm_inquiry *q, struct fm_arena *a, fm_span span)
{
    if (!span.length || span.evidence >= q->incident.inputs.n || !q->ids[span.evidence].len)
        return FM_STR_NULL;
    return fm_str_fmt(a, "[%.*s#%llu+%u]", FM_STR_ARG(q->ids[span.evidence]),
                      (unsigned long long)span.offset, span.length);
}

/* The cause is stated with each piece of evidence that supports it. */
static void note_cause(struct fm_inquiry *q, const struct fm_cause *k)
{
    bool is_held = k->likelihood >= HELD_LIKELIHOOD;
    fm_str whole = fm_str_fmt(&q->ctx->arena, "%.*s. %.*s", FM_STR_ARG(k->statement),
                              FM_STR_ARG(k->mechanism));
    fm_vec_each (&k->supports, s) {
        add(q, s->span, s->text, false);
        if (is_held) {
            add(q, s->span, whole, true);
            add(q, s->span, k->statement, true);
        }
    }
    fm_vec_each (&k->contradicts, s)
        add(q, s->span, s->text, false);
}

static void note_rest(struct fm_inquiry *q, const struct fm_diagnosis *d)
{
    struct fm_arena *a = &q->ctx->arena;
    fm_vec_each (&d->ruled_out, r)
        add(q, r->span,
            fm_str_fmt(a, "%.*s is ruled out: %.*s", FM_STR_ARG(r->statement),
                       FM_STR_ARG(r->because)),
            false);
    fm_vec_each (&d->timeline, t)
        add(q, t->span,
            fm_str_fmt(a, "%.*s %.*s", FM_STR_ARG(fm_time_str(a, t->at)), FM_STR_ARG(t->text)),
            false);
    fm_vec_each (&d->chain, s)
        if (!s->is_assumed)
            add(q, s->span, s->text, false);
    fm_vec_each (&d->observations, it) {
        const struct fm_observation *o = *it;
        for (size_t i = 0; i < o->spans.n && i < SPANS_OF_OBSERVATION; i++)
            add(q, o->spans.items[i], o->text, false);
    }
}

void fm_inquiry_note_diagnosis(struct fm_inquiry *q)
{
    fm_vec_each (&q->diagnosis->causes, k)
        note_cause(q, *k);
    note_rest(q, q->diagnosis);
}
