/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of the incident: evidence, the verification record, changes of the system, milestones. */
#include "llm_changes.h"

#define SUMMARY_MAX 300

/* ---- evidence ---- */

static fm_str first_bytes(fm_str s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return fm_str_sub(s, 0, max);
}

/* What a model adds are the person's own words; files come by upload. */
fm_str llm_check_evidence(struct llm_checking *x, void *body)
{
    struct fm_evidence_item *b = body;
    fm_str extract = fm_str_trim(b->extract);
    if (!extract.len || !fm_str_has(x->a->in->message, extract))
        return FM_STR("evidence that a model adds is a piece of the person's message: \"extract\" "
                      "holds its exact words");
    b->extract = extract;
    if (!fm_claim_words_stand(x->ctx, x->k, b->summary, x->a->in->message))
        b->summary = first_bytes(extract, SUMMARY_MAX);
    b->analysis = b->method = b->command = b->file_id = FM_STR_NULL;
    b->first = b->last = FM_TIME_NONE;
    b->testimony = true;
    return FM_STR_NULL;
}

/* ---- times ---- */

/* As evidence and people write it: to the second with date, or as a clock time in the message. */
static bool is_time_known(struct llm_checking *x, fm_time t)
{
    const struct fm_inquiry *q = x->a->r->opt.inquiry;
    char text[FM_TIME_TEXT_MAX];
    if (t == FM_TIME_NONE)
        return true;
    if (q && q->diagnosis &&
        (t == q->diagnosis->onset || t == q->diagnosis->detected || t == q->diagnosis->recovered))
        return true;
    fm_str whole = fm_str_c(fm_time_format(t, text));
    if (whole.len < 19)
        return false;
    return fm_str_has(x->known, fm_str_sub(whole, 0, 19)) ||
           fm_str_has(x->a->in->message, fm_str_sub(whole, 11, 5));
}

/* ---- verification ---- */

/* The name of the value, in the person's words or in a fact of the program. */
static bool is_named(const struct llm_checking *x, const struct fm_names *names, unsigned value)
{
    return !value || fm_str_ihas(x->known, fm_str_c(fm_name_of(names, value)));
}

static fm_str check_enums(struct llm_checking *x, const struct fm_verification *b)
{
    const struct {
        const struct fm_names *names;
        unsigned value;
        const char *field;
    } list[] = {{&fm_incident_severity_names, b->severity, "severity"},
                {&fm_temporal_names, b->temporal, "temporal"},
                {&fm_urgency_names, b->urgency, "urgency"},
                {&fm_onset_pattern_names, b->pattern, "pattern"}};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (!is_named(x, list[i].names, list[i].value))
            return LLM_REASON(x, "%s: nobody said \"%s\"; ask for it", list[i].field,
                              fm_name_of(list[i].names, list[i].value));
    return FM_STR_NULL;
}

static fm_str check_lists(struct llm_checking *x, const struct fm_verification *b)
{
    const struct {
        const struct fm_strs *list;
        const char *field;
    } lists[] = {{&b->affected_services, "affected_services"},
                 {&b->affected_regions, "affected_regions"},
                 {&b->indicators, "indicators"},
                 {&b->urgency_factors, "urgency_factors"}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (!llm_all_known(x, lists[i].list))
            return LLM_REASON(x, "%s: names what neither the person nor the evidence names",
                              lists[i].field);
    return FM_STR_NULL;
}

static fm_str check_texts(struct llm_checking *x, const struct fm_verification *b)
{
    if (b->affected_users.len && !llm_is_known(x, b->affected_users))
        return FM_STR("affected_users: nobody said so");
    if (b->user_impact.len && !llm_is_known(x, b->user_impact))
        return FM_STR("user_impact: nobody said so");
    bool is_no_change_said = llm_is_said(x, FM_STR("no change")) ||
                             llm_is_said(x, FM_STR("nothing changed")) ||
                             llm_is_said(x, FM_STR("nothing was changed"));
    if (b->no_changes && !is_no_change_said)
        return FM_STR("no_changes: nobody said so");
    return FM_STR_NULL;
}

fm_str llm_check_verification(struct llm_checking *x, void *body)
{
    const struct fm_verification *b = body;
    fm_time times[] = {b->started_at, b->noticed_at, b->mitigated_at, b->resolved_naturally_at};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (!is_time_known(x, times[i]))
            return FM_STR("a time that neither the person nor the evidence gives");
    fm_str why = check_enums(x, b);
    if (!why.len)
        why = check_lists(x, b);
    return why.len ? why : check_texts(x, b);
}

/* ---- changes of the system ---- */

fm_str llm_check_recent_change(struct llm_checking *x, void *body)
{
    struct fm_recent_change *b = body;
    if (!fm_claim_stands(x->ctx, x->k, b->description, &b->cites))
        return FM_STR("the description is not what the cited evidence says; use its words");
    if (!is_time_known(x, b->from) || !is_time_known(x, b->to))
        return FM_STR("a time that neither the person nor the evidence gives");
    bool is_by_known = false;
    fm_vec_each (&b->cites, c)
        is_by_known |= fm_str_ihas(fm_claim_quoted_line(x->ctx, x->k, c->evidence_id, c->quote),
                                   b->changed_by);
    b->changed_by = is_by_known ? b->changed_by : FM_STR_NULL;
    b->correlation = 0;
    b->correlation_reason = FM_STR_NULL;
    return FM_STR_NULL;
}

/* ---- milestones ---- */

static bool has_change(const struct llm_checking *x)
{
    if (x->a->in->c->changes.n || x->a->in->c->verification.no_changes)
        return true;
    for (size_t i = 0; i < x->p->changes.n; i++)
        if (x->p->changes.items[i].type == FM_CHANGE_RECORD_CHANGE &&
            !x->p->changes.items[i].defect.len)
            return true;
    return false;
}

static bool is_time_established(const struct llm_checking *x, const struct fm_diagnosis *d)
{
    return x->a->in->c->verification.started_at != FM_TIME_NONE || (d && d->onset != FM_TIME_NONE);
}

static bool is_scope_known(const struct llm_checking *x, const struct fm_diagnosis *d)
{
    return x->a->in->c->verification.affected_services.n || (d && d->affected.n);
}

static bool is_symptom_shown(struct llm_checking *x, const struct fm_milestone *b,
                             const struct fm_diagnosis *d)
{
    return (d && d->observations.n) ||
           llm_quote_speaks_of(x, &b->cites, x->a->in->c->description, 1);
}

/* The fact that a milestone stands for. */
static fm_str check_fact(struct llm_checking *x, const struct fm_milestone *b)
{
    const struct fm_inquiry *q = x->a->r->opt.inquiry;
    const struct fm_diagnosis *d = q ? q->diagnosis : NULL;
    if (b->name == FM_MILESTONE_TIMELINE_ESTABLISHED && !is_time_established(x, d))
        return FM_STR("when it started is not known yet");
    if (b->name == FM_MILESTONE_SCOPE_ASSESSED && !is_scope_known(x, d))
        return FM_STR("what is affected is not known yet");
    if (b->name == FM_MILESTONE_CHANGES_IDENTIFIED && !has_change(x))
        return FM_STR("no change is recorded yet: record_change, with its citation");
    if (b->name == FM_MILESTONE_SYMPTOM_VERIFIED && !is_symptom_shown(x, b, d))
        return FM_STR("what is quoted does not show the symptom");
    return FM_STR_NULL;
}

fm_str llm_check_milestone(struct llm_checking *x, void *body)
{
    struct fm_milestone *b = body;
    if (!llm_first_quote(&b->cites).len)
        return FM_STR("quote the words of the evidence that show it");
    if (b->status == FM_FACT_DISPUTED || b->status == FM_FACT_REVOKED)
        return fm_claim_stands(x->ctx, x->k, b->reason, &b->cites)
                   ? FM_STR_NULL
                   : FM_STR("the reason is not what the cited evidence says");
    b->reason = FM_STR_NULL;
    return check_fact(x, b);
}

/* Going back revokes facts, so it needs the person's word. */
fm_str llm_check_loop_back(struct llm_checking *x, void *body)
{
    struct fm_loop_back *b = body;
    if (b->kind == FM_LOOP_HYPOTHESES_REFUTED) {
        b->reason = FM_STR("every hypothesis is refuted");
        return FM_STR_NULL;
    }
    return llm_is_said(x, b->reason)
               ? FM_STR_NULL
               : FM_STR("facts are revoked on the person's word: quote it as the reason");
}

fm_str llm_check_degraded(struct llm_checking *x, void *body)
{
    struct fm_degraded_hint *b = body;
    static const struct fm_cites none = {0};
    b->reason = FM_STR("suggested by the model; the rules found it to hold");
    llm_keep_carried(x, &b->fallback, &none);
    llm_keep_harmless(x, &b->attempted);
    return FM_STR_NULL;
}
