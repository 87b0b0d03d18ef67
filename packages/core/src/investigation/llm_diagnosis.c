/* SPDX-License-Identifier: Apache-2.0 */
/* The analyst's diagnosis as items of a prompt: causes with what speaks for and against each, what
 * was ruled out, what was observed, all with places that can be cited. */
#include "llm_internal.h"

#include <stdlib.h>

#define CLAIMS_SHOWN 5
#define QUOTE_SHOWN 240
#define OBSERVATIONS_SHOWN 24
#define TIMELINE_SHOWN 16
#define RULED_OUT_SHOWN 8
#define PART_MAX (256u * 1024)

struct brief {
    struct fm_arena *a;
    const struct fm_inquiry *q;
    struct fm_buf b;
};

static fm_str first_bytes(fm_str s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return fm_str_sub(s, 0, max);
}

static void put_place(struct brief *x, fm_span span)
{
    fm_str place = fm_inquiry_place(x->q, x->a, span);
    if (place.len)
        fm_buf_addf(&x->b, " %.*s", FM_STR_ARG(place));
}

/* One line of the cited bytes, beside the sentence about them. */
static void put_quote(struct brief *x, fm_span span)
{
    if (!span.length || span.evidence >= x->q->incident.inputs.n)
        return;
    fm_str rest = fm_str_trim(fm_str_sub(x->q->incident.inputs.items[span.evidence]->bytes,
                                         span.offset, span.length)),
           line;
    if (fm_str_line(&rest, &line) && fm_str_is_utf8(line))
        fm_buf_addf(&x->b, " \"%.*s\"", FM_STR_ARG(first_bytes(line, QUOTE_SHOWN)));
}

static void put_claim(struct brief *x, const char *sign, const struct fm_claim *c)
{
    fm_buf_addf(&x->b, "%s %.*s", sign, FM_STR_ARG(c->text));
    put_place(x, c->span);
    put_quote(x, c->span);
    fm_buf_addc(&x->b, '\n');
}

static void put_claims(struct brief *x, const char *sign, const struct fm_claims *list)
{
    for (size_t i = 0; i < list->n && i < CLAIMS_SHOWN; i++)
        put_claim(x, sign, &list->items[i]);
}

static fm_str take(struct brief *x)
{
    fm_str s = fm_str_dup(x->a, fm_str_trim(fm_buf_str(&x->b)));
    fm_buf_clear(&x->b);
    return s;
}

static void brief_cause(struct brief *x, const struct fm_cause *k, struct fm_prompt_item *it)
{
    it->head = fm_str_fmt(x->a, "%.*s likelihood %.2f %s, %s on %s %.*s", FM_STR_ARG(k->id),
                          k->likelihood, fm_confidence_name(k->confidence), fm_fault_id(k->fault),
                          fm_entity_kind_name(k->entity.kind), FM_STR_ARG(k->entity.name));
    fm_buf_addf(&x->b, "%.*s\n", FM_STR_ARG(k->statement));
    if (k->mechanism.len)
        fm_buf_addf(&x->b, "how: %.*s\n", FM_STR_ARG(k->mechanism));
    put_claims(x, "for:", &k->supports);
    put_claims(x, "against:", &k->contradicts);
    if (k->settle_ask.len)
        fm_buf_addf(&x->b, "would settle it: %.*s%s%.*s\n", FM_STR_ARG(k->settle_ask),
                    k->settle_command.len ? "  $ " : "", FM_STR_ARG(k->settle_command));
    it->body = take(x);
    it->is_cited = true;
}

static void brief_verdict(struct brief *x, const struct fm_diagnosis *d, struct fm_prompt_item *it)
{
    it->head = fm_str_fmt(x->a, "verdict %s", fm_verdict_name(d->verdict));
    fm_buf_addf(&x->b, "%.*s\n", FM_STR_ARG(d->summary));
    if (d->onset != FM_TIME_NONE)
        fm_buf_addf(&x->b, "onset: %.*s\n", FM_STR_ARG(fm_time_str(x->a, d->onset)));
    if (d->recovered != FM_TIME_NONE)
        fm_buf_addf(&x->b, "recovered: %.*s\n", FM_STR_ARG(fm_time_str(x->a, d->recovered)));
    for (size_t i = 0; i < d->affected.n && i < 12; i++)
        fm_buf_addf(&x->b, "%s%.*s", i ? ", " : "affected, first failing first: ",
                    FM_STR_ARG(d->affected.items[i].name));
    it->body = take(x);
    it->is_cited = true;
}

static void brief_ruled_out(struct brief *x, const struct fm_diagnosis *d,
                            struct fm_prompt_item *it)
{
    it->head = FM_STR("ruled out");
    for (size_t i = 0; i < d->ruled_out.n && i < RULED_OUT_SHOWN; i++) {
        const struct fm_ruled_out *r = &d->ruled_out.items[i];
        fm_buf_addf(&x->b, "- %.*s: %.*s", FM_STR_ARG(r->statement), FM_STR_ARG(r->because));
        put_place(x, r->span);
        fm_buf_addc(&x->b, '\n');
    }
    it->body = take(x);
}

static void brief_missing(struct brief *x, const struct fm_diagnosis *d, struct fm_prompt_item *it)
{
    it->head = FM_STR("missing evidence");
    fm_vec_each (&d->missing, m)
        fm_buf_addf(&x->b, "- %.*s: %.*s%s%.*s\n", FM_STR_ARG(m->what), FM_STR_ARG(m->why),
                    m->how.len ? "  $ " : "", FM_STR_ARG(m->how));
    it->body = take(x);
}

struct llm_items llm_diagnosis_items(struct llm_ask *a)
{
    const struct fm_inquiry *q = a->r->opt.inquiry;
    struct llm_items out = {0};
    if (!q || !q->diagnosis)
        return out;
    struct brief x = {.a = &a->ctx->arena, .q = q};
    const struct fm_diagnosis *d = q->diagnosis;
    fm_buf_init(&x.b, PART_MAX);
    out.items = FM_NEW_ARRAY(x.a, struct fm_prompt_item, d->causes.n + 3);
    brief_verdict(&x, d, &out.items[out.n++]);
    for (size_t i = 0; i < d->causes.n; i++)
        brief_cause(&x, d->causes.items[i], &out.items[out.n++]);
    if (d->ruled_out.n)
        brief_ruled_out(&x, d, &out.items[out.n++]);
    if (d->missing.n)
        brief_missing(&x, d, &out.items[out.n++]);
    for (size_t i = 0; i < out.n; i++)
        out.items[i].rank = (int64_t)(out.n - i);
    fm_buf_release(&x.b);
    return out;
}

/* ---- what was observed ---- */

static void observation_item(struct brief *x, const struct fm_observation *o,
                             struct fm_prompt_item *it)
{
    fm_str place = o->spans.n ? fm_inquiry_place(x->q, x->a, o->spans.items[0]) : FM_STR_NULL;
    it->body = fm_str_fmt(x->a, "%.*s%s%.*s", FM_STR_ARG(place), place.len ? " " : "",
                          FM_STR_ARG(o->text));
    it->rank = (int64_t)(o->score * 1000);
}

static int by_score(const void *pa, const void *pb)
{
    const struct fm_observation *a = *(struct fm_observation *const *)pa,
                                *b = *(struct fm_observation *const *)pb;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a < b ? -1 : a > b;
}

static bool is_told(const struct llm_items *list, fm_str text)
{
    for (size_t i = 0; i < list->n; i++)
        if (fm_str_ends(list->items[i].body, text))
            return true;
    return false;
}

struct llm_items llm_observation_items(struct llm_ask *a)
{
    const struct fm_inquiry *q = a->r->opt.inquiry;
    struct llm_items out = {0};
    if (!q || !q->diagnosis)
        return out;
    struct brief x = {.a = &a->ctx->arena, .q = q};
    const struct fm_diagnosis *d = q->diagnosis;
    size_t n = d->observations.n;
    struct fm_observation **sorted = FM_NEW_ARRAY(x.a, struct fm_observation *, n + 1);
    for (size_t i = 0; i < n; i++)
        sorted[i] = d->observations.items[i];
    qsort(sorted, n, sizeof *sorted, by_score);
    n = n < OBSERVATIONS_SHOWN ? n : OBSERVATIONS_SHOWN;
    out.items = FM_NEW_ARRAY(x.a, struct fm_prompt_item, n + TIMELINE_SHOWN);
    for (size_t i = 0; i < n; i++)
        observation_item(&x, sorted[i], &out.items[out.n++]);
    for (size_t i = 0; i < d->timeline.n && i < TIMELINE_SHOWN; i++) {
        const struct fm_timeline_entry *t = &d->timeline.items[i];
        if (is_told(&out, t->text))
            continue;
        struct fm_prompt_item *it = &out.items[out.n++];
        fm_str place = fm_inquiry_place(q, x.a, t->span);
        it->body = fm_str_fmt(x.a, "%.*s%s%.*s %.*s", FM_STR_ARG(place), place.len ? " " : "",
                              FM_STR_ARG(fm_time_str(x.a, t->at)), FM_STR_ARG(t->text));
        it->rank = -(int64_t)i;
    }
    return out;
}
