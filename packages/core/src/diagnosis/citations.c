/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The citation check: the last stage, and the only door out. A claim gets out when its span lies
 * inside its input, is well-formed UTF-8, and holds every piece that the text quotes ("…" or `…`)
 * and every number that the text states, unless the program computed that number. The statement and
 * mechanism of a cause may draw on all spans of the cause.
 */
#include "diagnosis/reasoners.h"

/* The bytes that a text may draw on. */
struct ground {
    const struct fm_incident *in;
    const struct fm_cause *cause; /* its computed numbers, names and location; may be NULL */
    const fm_span *spans;
    size_t n_spans;
};

static bool span_is_valid(const struct fm_incident *in, fm_span s)
{
    if (s.length == 0 || s.evidence >= in->inputs.n)
        return false;
    fm_str bytes = in->inputs.items[s.evidence]->bytes;
    return s.offset <= bytes.len && s.length <= bytes.len - s.offset &&
           fm_str_is_utf8(fm_str_sub(bytes, s.offset, s.length));
}

static fm_str span_text(const struct fm_incident *in, fm_span s)
{
    return span_is_valid(in, s)
               ? fm_str_sub(in->inputs.items[s.evidence]->bytes, s.offset, s.length)
               : FM_STR_NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

static bool is_joint(char c)
{
    return c == '.' || c == ':' || c == ',';
}

/* Is text[at] inside a number that goes on over text[at + step] (step is 1 or -1)? */
static bool goes_on(fm_str text, size_t at, int step)
{
    size_t next = at + (size_t)step, beyond = next + (size_t)step; /* below 0 wraps to huge */
    if (next >= text.len || is_digit(text.p[next]))
        return next < text.len;
    return is_joint(text.p[next]) && beyond < text.len && is_digit(text.p[beyond]);
}

/* Does text hold piece? A number counts only as a whole: "3" does not stand in "09:13". */
static bool holds(fm_str text, fm_str piece)
{
    for (ptrdiff_t at = 0; (at = fm_str_find(text, piece, (size_t)at)) >= 0; at++) {
        size_t first = (size_t)at, last = first + piece.len - 1;
        if (!(is_digit(piece.p[0]) && goes_on(text, first, -1)) &&
            !(is_digit(text.p[last]) && goes_on(text, last, 1)))
            return true;
    }
    return false;
}

static bool cause_knows(const struct fm_cause *c, fm_str piece)
{
    if (!c)
        return false;
    fm_vec_each (&c->computed, t)
        if (holds(*t, piece))
            return true;
    return holds(c->entity.name, piece) || holds(c->location, piece) ||
           (c->change && holds(c->change->id, piece));
}

static bool is_grounded(const struct ground *g, fm_str piece)
{
    for (size_t i = 0; i < g->n_spans; i++)
        if (holds(span_text(g->in, g->spans[i]), piece))
            return true;
    return cause_knows(g->cause, piece);
}

/* The number that starts at text[i] (digits with inner dots, colons and commas), or an empty
 * string. */
static bool starts_number(fm_str text, size_t i)
{
    if (!is_digit(text.p[i]))
        return false;
    if (i > 1 && is_joint(text.p[i - 1]) && is_digit(text.p[i - 2]))
        return false;
    return i == 0 || (!is_word(text.p[i - 1]) && text.p[i - 1] != '.');
}

static fm_str number_at(fm_str text, size_t i)
{
    size_t end = i;
    if (!starts_number(text, i))
        return FM_STR_NULL;
    while (end < text.len &&
           (is_digit(text.p[end]) ||
            (is_joint(text.p[end]) && end + 1 < text.len && is_digit(text.p[end + 1]))))
        end++;
    return fm_str_sub(text, i, end - i);
}

/* The quoted piece whose opening mark is text[i], or an empty string. */
static fm_str quote_at(fm_str text, size_t i)
{
    if (text.p[i] != '"' && text.p[i] != '`')
        return FM_STR_NULL;
    ptrdiff_t end = fm_str_chr(text, text.p[i], i + 1);
    return end < 0 ? FM_STR_NULL : fm_str_sub(text, i + 1, (size_t)end - i - 1);
}

static bool text_holds(const struct ground *g, fm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        fm_str quote = quote_at(text, i);
        fm_str number = quote.len ? FM_STR_NULL : number_at(text, i);
        if ((quote.len && !is_grounded(g, quote)) || (number.len && !is_grounded(g, number)))
            return false;
        i += quote.len ? quote.len + 1 : number.len ? number.len - 1 : 0;
    }
    return true;
}

/* Keeps the claims that hold. Claims without a span stay when they state nothing that needs one. */
static void check_claims(struct fm_incident *in, struct fm_diagnosis *d, const struct fm_cause *c,
                         struct fm_claims *claims)
{
    size_t kept = 0;
    for (size_t i = 0; i < claims->n; i++) {
        struct fm_claim *claim = &claims->items[i];
        struct ground g = {in, c, &claim->span, claim->span.length ? 1 : 0};
        bool is_good = (claim->span.length == 0 || span_is_valid(in, claim->span)) &&
                       text_holds(&g, claim->text);
        d->citations += claim->span.length != 0;
        if (is_good)
            claims->items[kept++] = *claim;
        else
            d->citations_failed++;
    }
    claims->n = kept;
}

static void check_cause(struct fm_incident *in, struct fm_diagnosis *d, struct fm_cause *c)
{
    struct fm_arena *a = &in->ctx->arena;
    FM_VEC(fm_span) spans = {0};
    check_claims(in, d, c, &c->supports);
    check_claims(in, d, c, &c->contradicts);
    fm_vec_each (&c->supports, s)
        if (s->span.length)
            fm_vec_push(a, &spans, s->span);
    struct ground g = {in, c, spans.items, spans.n};
    if (!text_holds(&g, c->statement)) {
        d->citations_failed++;
        c->statement = fm_str_fmt(a, "%.*s: %s", FM_STR_ARG(c->entity.name), fm_fault_id(c->fault));
    }
    if (!text_holds(&g, c->mechanism)) {
        d->citations_failed++;
        c->mechanism = FM_STR_NULL;
    }
}

static void check_observations(struct fm_incident *in, struct fm_diagnosis *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->observations.n; i++) {
        struct fm_observation *o = d->observations.items[i];
        size_t good = 0;
        for (size_t k = 0; k < o->spans.n; k++)
            if (span_is_valid(in, o->spans.items[k]))
                o->spans.items[good++] = o->spans.items[k];
        d->citations += o->spans.n;
        d->citations_failed += o->spans.n - good;
        o->spans.n = good;
        if (good || o->text.len)
            d->observations.items[kept++] = o;
    }
    d->observations.n = kept;
}

static void check_timeline(struct fm_incident *in, struct fm_diagnosis *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->timeline.n; i++) {
        d->citations++;
        if (span_is_valid(in, d->timeline.items[i].span))
            d->timeline.items[kept++] = d->timeline.items[i];
        else
            d->citations_failed++;
    }
    d->timeline.n = kept;
}

static void check_ruled_out(struct fm_incident *in, struct fm_diagnosis *d)
{
    fm_vec_each (&d->ruled_out, r) {
        d->citations += r->span.length != 0;
        if (r->span.length && !span_is_valid(in, r->span)) {
            d->citations_failed++;
            r->span.length = 0;
        }
    }
}

static void check_conflicts(struct fm_incident *in, struct fm_diagnosis *d)
{
    size_t kept = 0;
    for (size_t i = 0; i < d->conflicts.n; i++) {
        const struct fm_contradiction *c = &d->conflicts.items[i];
        d->citations += 2;
        if (span_is_valid(in, c->used_span) && span_is_valid(in, c->other_span))
            d->conflicts.items[kept++] = *c;
        else
            d->citations_failed++;
    }
    d->conflicts.n = kept;
}

static void check_chain(struct fm_incident *in, struct fm_diagnosis *d)
{
    for (size_t i = 0; i < d->chain.n; i++) {
        struct fm_chain_step *step = &d->chain.items[i];
        if (i == 0 && d->causes.n)
            step->text = d->causes.items[0]->statement; /* as it came through the check */
        d->citations += step->span.length != 0;
        if (step->span.length && !span_is_valid(in, step->span)) {
            d->citations_failed++;
            step->span.length = 0;
            step->is_assumed = true;
        }
    }
}

void fm_check_citations(struct fm_incident *in, struct fm_diagnosis *d)
{
    fm_vec_each (&d->causes, c)
        check_cause(in, d, *c);
    check_observations(in, d);
    check_timeline(in, d);
    check_ruled_out(in, d);
    check_conflicts(in, d);
    check_chain(in, d);
}
