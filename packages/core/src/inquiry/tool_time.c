/* SPDX-License-Identifier: Apache-2.0 */
/* What happened when, and the diagnosis again with a focus. */
#include <stdlib.h>

#include "faultmaven/core/diagnose.h"
#include "inquiry/internal.h"

#define AGAIN_MAX 3 /* diagnoses of one turn: each may take seconds */
#define CAUSES_SHOWN 5

/* ---- timeline ---- */

struct moment {
    fm_time at;
    size_t order;
    fm_str text;
    fm_span span;
};
struct moments FM_VEC_OF(struct moment);

static int by_time(const void *pa, const void *pb)
{
    const struct moment *a = pa, *b = pb;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void add_moment(struct moments *list, struct fm_arena *a, struct moment m)
{
    m.order = list->n;
    fm_vec_push(a, list, m);
}

static void collect(const struct fm_inquiry *q, const struct inquiry_filter *f, struct fm_arena *a,
                    struct moments *list)
{
    const struct fm_diagnosis *d = q->diagnosis;
    fm_vec_each (&d->timeline, t)
        if (inquiry_takes_time(f, t->at) &&
            (!f->entity.len || fm_str_ihas(t->entity.name, f->entity)))
            add_moment(list, a, (struct moment){t->at, 0, t->text, t->span});
    fm_vec_each (&d->observations, it) {
        const struct fm_observation *o = *it;
        if (o->begin == FM_TIME_NONE || !o->spans.n || !inquiry_takes_time(f, o->begin) ||
            !inquiry_takes_entity(q, f, o->entity))
            continue;
        add_moment(list, a, (struct moment){o->begin, 0, o->text, o->spans.items[0]});
    }
}

static enum fm_code run_timeline(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                                 struct fm_buf *out)
{
    struct fm_inquiry *q = ((struct inquiry_tool *)tool)->q;
    struct inquiry_filter f;
    struct moments list = {0};
    FM_TRY(inquiry_filter_read(q, ctx, args, &f));
    collect(q, &f, &ctx->arena, &list);
    if (list.n)
        qsort(list.items, list.n, sizeof *list.items, by_time);
    fm_buf_addf(out, "%zu moments%s\n", list.n,
                list.n > f.limit ? "; narrow it by since and until" : "");
    for (size_t i = 0; i < list.n && i < f.limit; i++)
        inquiry_put_fact(q, out, list.items[i].span,
                         fm_str_fmt(&q->ctx->arena, "%.*s %.*s",
                                    FM_STR_ARG(fm_time_str(&q->ctx->arena, list.items[i].at)),
                                    FM_STR_ARG(list.items[i].text)));
    return FM_OK;
}

/* ---- diagnose_again ---- */

/* The processors count in the structs of the inputs, so each run has its own. */
static void copy_inputs(const struct fm_inquiry *q, struct fm_incident *in)
{
    fm_vec_each (&q->incident.inputs, it) {
        struct fm_evidence *e = FM_NEW(&q->ctx->arena, struct fm_evidence);
        *e = (struct fm_evidence){.index = (*it)->index,
                                  .path = (*it)->path,
                                  .bytes = (*it)->bytes,
                                  .first = FM_TIME_NONE,
                                  .last = FM_TIME_NONE};
        memcpy(e->sha256, (*it)->sha256, sizeof e->sha256);
        e->type = (*it)->type;
        e->is_baseline = (*it)->is_baseline;
        fm_vec_push(&q->ctx->arena, &in->inputs, e);
    }
}

static void put_claims(struct fm_inquiry *q, const char *word, const struct fm_claims *list,
                       struct fm_buf *out)
{
    for (size_t i = 0; i < list->n && i < 4; i++) {
        const struct fm_claim *c = &list->items[i];
        fm_inquiry_note(q, c->span, c->text);
        inquiry_put(q, out, c->span,
                    fm_str_fmt(&q->ctx->arena, "%s: %.*s", word, FM_STR_ARG(c->text)));
    }
}

static bool is_in_focus(const struct fm_diagnosis *d, const struct fm_cause *k, fm_str entity)
{
    if (!entity.len || fm_str_ihas(k->entity.name, entity))
        return true;
    fm_vec_each (&k->affects, id)
        if (*id < d->nodes.n && fm_str_ihas(d->nodes.items[*id].name, entity))
            return true;
    return false;
}

static void put_diagnosis(struct fm_inquiry *q, const struct fm_diagnosis *d, fm_str entity,
                          struct fm_buf *out)
{
    size_t n = 0;
    fm_buf_addf(out, "verdict %s: %.*s\n", fm_verdict_name(d->verdict), FM_STR_ARG(d->summary));
    fm_vec_each (&d->causes, it) {
        const struct fm_cause *k = *it;
        if (!is_in_focus(d, k, entity) || n++ >= CAUSES_SHOWN)
            continue;
        fm_buf_addf(out, "cause, likelihood %.2f, %s: %.*s\n", k->likelihood,
                    fm_confidence_name(k->confidence), FM_STR_ARG(k->statement));
        put_claims(q, "for", &k->supports, out);
        put_claims(q, "against", &k->contradicts, out);
    }
    if (!n)
        fm_buf_addz(out, "no cause with this focus\n");
    fm_buf_addz(out, "The diagnosis of the whole evidence stands; this one is a view of it.\n");
}

static enum fm_code run_again(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                              struct fm_buf *out)
{
    struct inquiry_tool *self = (struct inquiry_tool *)tool;
    struct fm_inquiry *q = self->q;
    struct fm_incident in;
    struct inquiry_filter f;
    struct fm_diagnosis *d;
    FM_TRY(inquiry_filter_read(q, ctx, args, &f));
    if (self->uses++ >= AGAIN_MAX)
        return fm_fail(ctx, FM_ELIMIT, "it was run %d times already", AGAIN_MAX);
    fm_incident_init(&in, q->ctx, q->incident.pool);
    in.ask = q->incident.ask;
    in.ask.entity = fm_str_dup(&q->ctx->arena, f.entity);
    in.ask.at = f.since != FM_TIME_NONE ? f.since : in.ask.at;
    in.ask.until = f.until;
    copy_inputs(q, &in);
    fm_time before = q->ctx->deadline;
    q->ctx->deadline = ctx->deadline;
    enum fm_code code = fm_diagnose(&in, &d);
    q->ctx->deadline = before;
    if (code != FM_OK)
        return fm_fail(ctx, code, "%s", q->ctx->error);
    put_diagnosis(q, d, f.entity, out);
    return FM_OK;
}

/* ---- knowledge ---- */

static enum fm_code run_knowledge(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                                  struct fm_buf *out)
{
    struct fm_tool *base = ((struct inquiry_tool *)tool)->q->knowledge;
    if (base)
        return base->ops->run(base, ctx, args, out);
    fm_buf_addz(out, "no knowledge base is set up here, so nothing was searched; say so if it "
                     "matters\n");
    return FM_OK;
}

const struct fm_tool_ops inquiry_timeline = {
    .name = "timeline",
    .description = "What the evidence shows to have happened when, in order, by entity and time.",
    .schema = "{\"type\":\"object\",\"properties\":{" INQUIRY_FILTER_SCHEMA "}}",
    .run = run_timeline,
};

const struct fm_tool_ops inquiry_diagnose_again = {
    .name = "diagnose_again",
    .description = "Runs the diagnosis again with the focus on an entity or on trouble that began "
                   "at a time (since).",
    .schema = "{\"type\":\"object\",\"properties\":{\"entity\":{\"type\":\"string\"},\"since\":{"
              "\"type\":\"string\"},\"until\":{\"type\":\"string\"}}}",
    .run = run_again,
};

const struct fm_tool_ops inquiry_search_knowledge = {
    .name = "search_knowledge",
    .description = "Searches runbooks and earlier cases for words.",
    .schema = "{\"type\":\"object\",\"properties\":{\"words\":{\"type\":\"string\"}},\"required\":["
              "\"words\"]}",
    .run = run_knowledge,
};
