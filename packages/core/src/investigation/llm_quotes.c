/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes in the citations of a model's changes, found through the tables of the records. */
#include "llm_internal.h"

static fm_str source_text(struct llm_ask *a, const struct fm_cite *c)
{
    const struct fm_case *k = a->in->c;
    const struct fm_evidence_item *e =
        c->evidence_id.len ? fm_case_find(k, FM_REF_EVIDENCE, c->evidence_id) : NULL;
    const struct fm_message *m =
        c->message_id.len ? fm_case_find(k, FM_REF_MESSAGE, c->message_id) : NULL;
    if (e)
        return llm_evidence_text(a->ctx, a->in->evidence, e);
    return m ? m->text : FM_STR_NULL;
}

/* A reference that names nothing is the engine's to refuse; a handle is new evidence, whose text
 * came with it. */
static bool stands(struct llm_ask *a, const struct fm_cite *c)
{
    fm_str text = c->quote.len ? source_text(a, c) : FM_STR_NULL;
    return text.len == 0 || fm_str_has(text, c->quote);
}

static void check_list(struct llm_ask *a, struct fm_change *k, const struct fm_cites *cites)
{
    fm_vec_each (cites, c)
        if (!k->defect.len && !stands(a, c))
            k->defect = fm_str_fmt(&a->ctx->arena, "the quote \"%.*s\" does not stand in %.*s",
                                   FM_STR_ARG(fm_str_sub(c->quote, 0, 80)),
                                   FM_STR_ARG(c->evidence_id.len ? c->evidence_id : c->message_id));
}

void llm_check_quotes(struct llm_ask *a, struct fm_proposal *p)
{
    fm_vec_each (&p->changes, k) {
        const struct fm_record_type *t = k->body && !k->defect.len ? fm_change_body(k->type) : NULL;
        for (size_t i = 0; t && i < t->n_fields; i++)
            if (t->fields[i].kind == FM_FIELD_RECORDS && t->fields[i].type == &fm_cite_type)
                check_list(a, k,
                           (const struct fm_cites *)((const char *)k->body + t->fields[i].offset));
    }
}
