/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/inquiry.h"

#include <stdio.h>

#include "faultmaven/core/diagnose.h"
#include "faultmaven/core/intake.h"
#include "faultmaven/models/reasoner.h"
#include "inquiry/internal.h"

#define CAUSES 5

static bool has_content(const struct fm_evidence_item *e)
{
    return e->sha256.len && e->file_id.len && e->state != FM_EVIDENCE_WITHDRAWN && !e->testimony;
}

static bool is_known(const struct fm_incident *in, fm_str sha256)
{
    fm_vec_each (&in->inputs, e)
        if (fm_str_eqc(sha256, (*e)->sha256))
            return true;
    return false;
}

static enum fm_code add_input(struct fm_incident *in, const struct fm_case *c,
                              const struct fm_evidence_item *item, fm_str bytes)
{
    const struct fm_case_file *f = fm_case_find(c, FM_REF_FILE, item->file_id);
    struct fm_evidence *e = FM_NEW(&in->ctx->arena, struct fm_evidence);
    e->index = (uint32_t)in->inputs.n;
    e->path = f ? f->filename : item->summary;
    e->bytes = bytes;
    snprintf(e->sha256, sizeof e->sha256, "%.*s", FM_STR_ARG(item->sha256));
    e->first = e->last = FM_TIME_NONE;
    fm_classify(e);
    fm_vec_push(&in->ctx->arena, &in->inputs, e);
    return FM_OK;
}

enum fm_code fm_case_inputs(struct fm_incident *in, const struct fm_case *c,
                            struct fm_evidence_reader *reader)
{
    fm_vec_each (&c->evidence, item) {
        fm_str bytes;
        if (!has_content(item) || is_known(in, item->sha256))
            continue;
        FM_TRY(reader->ops->read(reader, in->ctx, item->id,
                                 (struct fm_range){0, item->size ? item->size : 1}, &bytes));
        FM_TRY(add_input(in, c, item, bytes));
    }
    return FM_OK;
}

static fm_str state_of(struct fm_arena *a, const struct fm_case *c)
{
    struct fm_buf b;
    fm_buf_init(&b, 16u << 20);
    fm_vec_each (&c->evidence, e)
        if (has_content(e))
            fm_buf_addf(&b, "%.*s\n", FM_STR_ARG(e->sha256));
    fm_buf_addf(&b, "%.*s", FM_STR_ARG(c->description));
    fm_str s = fm_str_dup(a, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static const fm_str *name_inputs(struct fm_arena *a, const struct fm_case *c,
                                 const struct fm_incident *in)
{
    fm_str *ids = FM_NEW_ARRAY(a, fm_str, in->inputs.n + 1);
    for (size_t i = 0; i < in->inputs.n; i++)
        fm_vec_each (&c->evidence, e)
            if (e->state != FM_EVIDENCE_WITHDRAWN &&
                fm_str_eqc(e->sha256, in->inputs.items[i]->sha256))
                ids[i] = fm_str_dup(a, e->id);
    return ids;
}

void fm_inquiry_question(const struct fm_case *c, struct fm_question *ask)
{
    *ask =
        (struct fm_question){.text = c->description.len ? c->description : c->consulting.statement,
                             .at = c->verification.noticed_at,
                             .since = FM_TIME_NONE,
                             .until = FM_TIME_NONE,
                             .top = CAUSES};
}

static void offer(struct fm_inquiry *q, bool is_there, const struct fm_tool_ops *ops)
{
    if (!is_there || q->n_tools == FM_INQUIRY_TOOLS_MAX)
        return;
    struct inquiry_tool *t = FM_NEW(&q->ctx->arena, struct inquiry_tool);
    *t = (struct inquiry_tool){{ops}, q, 0};
    q->tools[q->n_tools++] = &t->base;
}

static bool has_type(const struct fm_incident *in, uint32_t types)
{
    fm_vec_each (&in->inputs, e)
        if (types & 1u << (*e)->type)
            return true;
    return false;
}

/* A tool over what the case does not have would only cost tokens. */
static void offer_tools(struct fm_inquiry *q)
{
    const struct fm_incident *in = &q->incident;
    offer(q, in->logs != NULL, &inquiry_list_templates);
    offer(q, in->logs != NULL, &inquiry_query_logs);
    offer(q, in->metrics != NULL, &inquiry_metric_window);
    offer(q, in->traces != NULL, &inquiry_find_spans);
    offer(q, in->traces != NULL, &inquiry_trace_tree);
    offer(q, in->objects != NULL, &inquiry_object_field);
    offer(q,
          has_type(in, 1u << FM_EVIDENCE_CONFIG | 1u << FM_EVIDENCE_OBJECTS |
                           1u << FM_EVIDENCE_ALERT | 1u << FM_EVIDENCE_CHANGES),
          &inquiry_document_field);
    offer(q, q->diagnosis != NULL, &inquiry_timeline);
    offer(q, q->diagnosis != NULL, &inquiry_diagnose_again);
    offer(q, true, &inquiry_search_knowledge);
}

void fm_inquiry_new_turn(struct fm_inquiry *q)
{
    for (size_t i = 0; i < q->n_tools; i++)
        ((struct inquiry_tool *)q->tools[i])->uses = 0;
}

enum fm_code fm_inquiry_open(struct fm_inquiry *q, struct fm_ctx *ctx, const struct fm_case *c,
                             struct fm_evidence_reader *reader, struct fm_pool *pool)
{
    memset(q, 0, sizeof *q);
    q->ctx = ctx;
    q->state = state_of(&ctx->arena, c);
    fm_incident_init(&q->incident, ctx, pool);
    fm_inquiry_question(c, &q->incident.ask);
    q->incident.ask.text = fm_str_dup(&ctx->arena, q->incident.ask.text);
    FM_TRY(fm_case_inputs(&q->incident, c, reader));
    q->ids = name_inputs(&ctx->arena, c, &q->incident);
    if (q->incident.inputs.n) {
        FM_TRY(fm_diagnose(&q->incident, &q->diagnosis));
        fm_inquiry_note_diagnosis(q);
    }
    offer_tools(q);
    return FM_OK;
}

bool fm_inquiry_is_current(const struct fm_inquiry *q, const struct fm_case *c)
{
    struct fm_arena a;
    fm_arena_init(&a);
    bool is_same = fm_str_eq(q->state, state_of(&a, c));
    fm_arena_release(&a);
    return is_same;
}
