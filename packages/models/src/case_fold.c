/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fold: one small function per event type, in a table. A function applies what the event says
 * and checks only that it can be applied; rules stand in core.
 */
#include "case_impl.h"
#include "faultmaven/models/event.h"

struct fold {
    struct fm_ctx *ctx;
    struct fm_case *c;
    const struct fm_event *e;
};

static enum fm_code fail(struct fold *f, const char *what, fm_str id)
{
    return fm_fail(f->ctx, FM_EINVAL, "event %lld of case %.*s (%s): %s %.*s", (long long)f->e->seq,
                   FM_STR_ARG(f->c->id), fm_name_of(&fm_event_type_names, f->e->type), what,
                   FM_STR_ARG(id));
}

static enum fm_code find(struct fold *f, enum fm_ref_kind kind, fm_str id, void *out)
{
    void *p = fm_case_find(f->c, kind, id);
    if (!p)
        return fail(f, "names no known item", id);
    memcpy(out, &p, sizeof p);
    return FM_OK;
}

/* Appends *body to a vector of the case and makes it known by its id. */
#define ADD_ITEM(f, vec, kind, body)                                                               \
    do {                                                                                           \
        if (!fm_case_index((f)->c, (kind), (body)->id, (f)->c->vec.n))                             \
            return fail((f), "reuses the id", (body)->id);                                         \
        fm_vec_push((f)->c->arena, &(f)->c->vec, *(body));                                         \
        return FM_OK;                                                                              \
    } while (0)

static enum fm_code on_case_opened(struct fold *f)
{
    const struct fm_case_opened *b = f->e->body;
    struct fm_case *c = f->c;
    if (c->version)
        return fail(f, "opens a case twice:", b->case_id);
    c->id = b->case_id;
    c->owner = b->owner;
    c->organization = b->organization;
    c->title = b->title;
    c->status = FM_CASE_CONSULTING;
    c->created_at = f->e->at;
    fm_vec_push(c->arena, &c->members, (struct fm_member){b->owner, FM_MEMBER_OWNER});
    return FM_OK;
}

static enum fm_code on_member_set(struct fold *f)
{
    const struct fm_member *b = f->e->body;
    fm_vec_each (&f->c->members, m) {
        if (fm_str_eq(m->user, b->user)) {
            m->role = b->role;
            return FM_OK;
        }
    }
    fm_vec_push(f->c->arena, &f->c->members, *b);
    return FM_OK;
}

static enum fm_code on_title_changed(struct fold *f)
{
    f->c->title = ((const struct fm_text_value *)f->e->body)->text;
    return FM_OK;
}

static enum fm_code on_related(struct fold *f)
{
    fm_vec_push(f->c->arena, &f->c->relations, *(const struct fm_relation *)f->e->body);
    return FM_OK;
}

static enum fm_code on_message_added(struct fold *f)
{
    const struct fm_message *b = f->e->body;
    ADD_ITEM(f, messages, FM_REF_MESSAGE, b);
}

static enum fm_code on_file_added(struct fold *f)
{
    const struct fm_case_file *b = f->e->body;
    ADD_ITEM(f, files, FM_REF_FILE, b);
}

static enum fm_code on_statement_proposed(struct fold *f)
{
    const struct fm_statement *b = f->e->body;
    struct fm_consulting *k = &f->c->consulting;
    if (b->text.len)
        k->statement = b->text;
    if (b->problem_type)
        k->problem_type = b->problem_type;
    if (b->severity_guess)
        k->severity_guess = b->severity_guess;
    if (b->guidance.len)
        k->guidance = b->guidance;
    if (b->suggestions.n)
        k->suggestions = b->suggestions;
    return FM_OK;
}

/* Only what an intent itself means is state; what follows from it comes as events of its own. */
static enum fm_code on_intent_stated(struct fold *f)
{
    const struct fm_intent *b = f->e->body;
    struct fm_consulting *k = &f->c->consulting;
    if (b->kind == FM_INTENT_CONFIRM_STATEMENT) {
        k->confirmed = true;
        k->confirmed_at = f->e->at;
    } else if (b->kind == FM_INTENT_DECLINE_STATEMENT) {
        k->statement = FM_STR_NULL;
    } else if (b->kind == FM_INTENT_INVESTIGATE) {
        k->investigate = true;
        k->declined = false;
        k->decided_at = f->e->at;
    } else if (b->kind == FM_INTENT_DO_NOT_INVESTIGATE) {
        k->declined = true;
        k->decided_at = f->e->at;
    }
    return FM_OK;
}

static enum fm_code on_status_changed(struct fold *f)
{
    struct fm_status_entry b = *(const struct fm_status_entry *)f->e->body;
    struct fm_case *c = f->c;
    if (b.from != c->status)
        return fail(f, "starts from another status than",
                    fm_str_c(fm_name_of(&fm_case_status_names, c->status)));
    b.at = f->e->at;
    fm_vec_push(c->arena, &c->status_history, b);
    c->status = b.to;
    c->turns_without_progress = 0;
    if (b.to == FM_CASE_INVESTIGATING) {
        c->description = c->consulting.statement;
        c->verification.symptom = c->consulting.statement;
        c->last_progress_at = f->e->at;
        return FM_OK;
    }
    c->closure = b.closure;
    c->basis = b.basis;
    c->closed_at = f->e->at;
    if (b.to == FM_CASE_RESOLVED)
        c->resolved_at = f->e->at;
    return FM_OK;
}

static enum fm_code on_evidence_added(struct fold *f)
{
    const struct fm_evidence_item *b = f->e->body;
    ADD_ITEM(f, evidence, FM_REF_EVIDENCE, b);
}

static enum fm_code on_evidence_accepted(struct fold *f)
{
    struct fm_evidence_item *x = NULL;
    FM_TRY(find(f, FM_REF_EVIDENCE, ((const struct fm_item_note *)f->e->body)->id, &x));
    x->state = FM_EVIDENCE_ACCEPTED;
    return FM_OK;
}

static enum fm_code on_evidence_withdrawn(struct fold *f)
{
    const struct fm_item_note *b = f->e->body;
    struct fm_evidence_item *x = NULL;
    FM_TRY(find(f, FM_REF_EVIDENCE, b->id, &x));
    x->state = FM_EVIDENCE_WITHDRAWN;
    x->withdrawn_reason = b->reason;
    return FM_OK;
}

static enum fm_code on_verification_updated(struct fold *f)
{
    fm_record_merge(&fm_verification_type, f->e->body, &f->c->verification);
    return FM_OK;
}

static enum fm_code on_change_recorded(struct fold *f)
{
    const struct fm_recent_change *b = f->e->body;
    ADD_ITEM(f, changes, FM_REF_CHANGE, b);
}

static enum fm_code on_hypothesis_added(struct fold *f)
{
    const struct fm_hypothesis *b = f->e->body;
    ADD_ITEM(f, hypotheses, FM_REF_HYPOTHESIS, b);
}

static void conclude_hypothesis(struct fold *f, struct fm_hypothesis *h,
                                const struct fm_hypothesis_move *b)
{
    h->status = b->status;
    h->status_reason = b->reason;
    bool is_open = b->status == FM_HYPOTHESIS_ACTIVE || b->status == FM_HYPOTHESIS_CAPTURED;
    h->concluded_at = is_open ? FM_TIME_NONE : f->e->at;
}

static enum fm_code on_hypothesis_moved(struct fold *f)
{
    const struct fm_hypothesis_move *b = f->e->body;
    struct fm_hypothesis *h = NULL;
    FM_TRY(find(f, FM_REF_HYPOTHESIS, b->id, &h));
    if (b->likelihood >= 0.0) {
        h->likelihood = b->likelihood;
        h->tested_at = f->e->at;
    }
    if (b->status)
        conclude_hypothesis(f, h, b);
    h->last_progress_turn = f->c->current_turn + 1;
    return FM_OK;
}

static enum fm_code on_link_set(struct fold *f)
{
    const struct fm_link *b = f->e->body;
    struct fm_case *c = f->c;
    struct fm_link *old = fm_case_link(c, b->hypothesis_id, b->evidence_id);
    if (old) {
        *old = *b;
        return FM_OK;
    }
    void *p;
    FM_TRY(find(f, FM_REF_HYPOTHESIS, b->hypothesis_id, &p));
    FM_TRY(find(f, FM_REF_EVIDENCE, b->evidence_id, &p));
    fm_vec_push(c->arena, &c->links, *b);
    char key[FM_LINK_KEY_MAX];
    fm_map_put(&c->link_index, fm_link_key(key, b->hypothesis_id, b->evidence_id))->value =
        (void *)c->links.n;
    return FM_OK;
}

static enum fm_code on_request_added(struct fold *f)
{
    const struct fm_evidence_request *b = f->e->body;
    ADD_ITEM(f, requests, FM_REF_REQUEST, b);
}

static void answer_evidence(struct fold *f, const struct fm_request_move *b)
{
    struct fm_strs one = {.items = (fm_str[]){b->id}, .n = 1, .cap = 1};
    fm_vec_each (&b->evidence_ids, id) {
        struct fm_evidence_item *x = fm_case_find(f->c, FM_REF_EVIDENCE, *id);
        if (x)
            fm_strs_add_unique(f->c->arena, &x->request_ids, &one);
    }
}

static enum fm_code on_request_moved(struct fold *f)
{
    const struct fm_request_move *b = f->e->body;
    struct fm_evidence_request *r = NULL;
    FM_TRY(find(f, FM_REF_REQUEST, b->id, &r));
    if (b->status)
        r->status = b->status;
    if (b->completeness > r->completeness)
        r->completeness = b->completeness;
    if (b->reason.len)
        r->reason = b->reason;
    if (b->asked)
        r->ask_count++;
    if (b->evidence_ids.n) {
        fm_strs_add_unique(f->c->arena, &r->evidence_ids, &b->evidence_ids);
        answer_evidence(f, b);
    }
    r->updated_turn = f->c->current_turn + 1;
    return FM_OK;
}

static void advance_evidence(struct fm_case *c, const struct fm_milestone *m)
{
    fm_vec_each (&m->cites, k) {
        struct fm_evidence_item *x = fm_case_find(c, FM_REF_EVIDENCE, k->evidence_id);
        bool is_known = !x;
        for (size_t i = 0; x && i < x->advances.n; i++)
            is_known |= x->advances.items[i] == m->name;
        if (is_known)
            continue;
        struct fm_enums all = {0};
        fm_vec_each (&x->advances, it)
            fm_vec_push(c->arena, &all, *it);
        fm_vec_push(c->arena, &all, m->name);
        x->advances = all;
    }
}

static enum fm_code on_milestone_set(struct fold *f)
{
    struct fm_milestone m = *(const struct fm_milestone *)f->e->body;
    m.at = f->e->at;
    m.turn = f->c->current_turn + 1;
    f->c->milestones[m.name] = m;
    fm_vec_push(f->c->arena, &f->c->milestone_history, m);
    if (m.status == FM_FACT_ASSERTED || m.status == FM_FACT_CONFIRMED)
        advance_evidence(f->c, &m);
    return FM_OK;
}

static enum fm_code on_root_cause_set(struct fold *f)
{
    const struct fm_root_cause *b = f->e->body;
    fm_vec_each (&f->c->root_causes, r) {
        if (r->status != FM_FACT_REVOKED && r->role == b->role) {
            r->status = FM_FACT_REVOKED;
            r->reason = fm_str_fmt(f->c->arena, "superseded by %.*s", FM_STR_ARG(b->id));
        }
    }
    ADD_ITEM(f, root_causes, FM_REF_ROOT_CAUSE, b);
}

static enum fm_code on_root_cause_disputed(struct fold *f)
{
    const struct fm_item_note *b = f->e->body;
    struct fm_root_cause *r = NULL;
    FM_TRY(find(f, FM_REF_ROOT_CAUSE, b->id, &r));
    r->status = FM_FACT_DISPUTED;
    r->reason = b->reason;
    return FM_OK;
}

static enum fm_code on_conclusion_set(struct fold *f)
{
    fm_vec_push(f->c->arena, &f->c->conclusions, *(const struct fm_conclusion *)f->e->body);
    return FM_OK;
}

static enum fm_code on_solution_added(struct fold *f)
{
    const struct fm_solution *b = f->e->body;
    ADD_ITEM(f, solutions, FM_REF_SOLUTION, b);
}

static void move_applied(struct fold *f, struct fm_solution *s, const struct fm_solution_move *b,
                         fm_str by)
{
    s->applied_at = b->at == FM_TIME_NONE ? f->e->at : b->at;
    s->applied_by = by;
    s->applied_turn = f->c->current_turn + 1;
    if (s->kind == FM_SOLUTION_MITIGATION && f->c->verification.mitigated_at == FM_TIME_NONE)
        f->c->verification.mitigated_at = s->applied_at;
}

static enum fm_code on_solution_moved(struct fold *f)
{
    const struct fm_solution_move *b = f->e->body;
    struct fm_solution *s = NULL;
    FM_TRY(find(f, FM_REF_SOLUTION, b->id, &s));
    fm_str by = fm_actor_str(f->c->arena, f->e->actor);
    s->state = b->state;
    if (b->reason.len)
        s->reason = b->reason;
    if (b->state == FM_SOLUTION_APPROVED) {
        s->approved_by = by;
        s->approved_at = f->e->at;
    } else if (b->state == FM_SOLUTION_APPLIED) {
        move_applied(f, s, b, by);
    } else {
        s->concluded_at = b->at == FM_TIME_NONE ? f->e->at : b->at;
    }
    bool is_undone = b->state == FM_SOLUTION_FAILED || b->state == FM_SOLUTION_ROLLED_BACK;
    if (is_undone && s->kind == FM_SOLUTION_MITIGATION &&
        f->c->verification.mitigated_at == s->applied_at)
        f->c->verification.mitigated_at = FM_TIME_NONE; /* the impact went on */
    bool is_verified = b->state == FM_SOLUTION_VERIFIED;
    s->verified_at = is_verified ? s->concluded_at : FM_TIME_NONE;
    s->effectiveness = is_verified ? b->effectiveness : FM_UNIT_NONE;
    if (is_verified) {
        s->verification_method = b->method;
        s->verification_evidence_id = b->evidence_id;
    }
    return FM_OK;
}

static enum fm_code on_path_selected(struct fold *f)
{
    fm_vec_push(f->c->arena, &f->c->paths, *(const struct fm_path_selection *)f->e->body);
    return FM_OK;
}

static enum fm_code on_preference_set(struct fold *f)
{
    const struct fm_preference *b = f->e->body;
    if (b->engagement)
        f->c->engagement = b->engagement;
    if (b->strategy)
        f->c->strategy = b->strategy;
    return FM_OK;
}

static enum fm_code on_degraded_entered(struct fold *f)
{
    fm_vec_push(f->c->arena, &f->c->episodes, *(const struct fm_episode *)f->e->body);
    return FM_OK;
}

static enum fm_code on_degraded_exited(struct fold *f)
{
    struct fm_episode *x = fm_case_episode(f->c);
    if (!x)
        return fail(f, "ends no episode", FM_STR_NULL);
    x->exited_at = f->e->at;
    x->exit_reason = ((const struct fm_text_value *)f->e->body)->text;
    return FM_OK;
}

static enum fm_code on_escalated(struct fold *f)
{
    const struct fm_escalation *b = f->e->body;
    ADD_ITEM(f, escalations, FM_REF_ESCALATION, b);
}

static enum fm_code on_escalation_resolved(struct fold *f)
{
    const struct fm_item_note *b = f->e->body;
    struct fm_escalation *x = NULL;
    FM_TRY(find(f, FM_REF_ESCALATION, b->id, &x));
    x->resolved_at = f->e->at;
    x->resolution = b->reason;
    return FM_OK;
}

static enum fm_code on_waiting_set(struct fold *f)
{
    f->c->waiting = *(const struct fm_waiting *)f->e->body;
    return FM_OK;
}

static enum fm_code on_waiting_cleared(struct fold *f)
{
    fm_record_init(&fm_waiting_type, &f->c->waiting);
    f->c->waited_until = f->e->at;
    return FM_OK;
}

static enum fm_code on_looped_back(struct fold *f)
{
    fm_vec_push(f->c->arena, &f->c->loop_backs, *(const struct fm_loop_back *)f->e->body);
    return FM_OK;
}

static enum fm_code on_advised(struct fold *f)
{
    const struct fm_advice *b = f->e->body;
    struct fm_case *c = f->c;
    if (c->advice.n && c->advice.items[c->advice.n - 1].turn != b->turn)
        c->advice.n = 0;
    fm_vec_push(c->arena, &c->advice, *b);
    return FM_OK;
}

static enum fm_code on_documentation_updated(struct fold *f)
{
    const struct fm_documentation *b = f->e->body;
    struct fm_documentation *d = &f->c->documentation;
    struct fm_arena *a = f->c->arena;
    fm_strs_add_unique(a, &d->lessons_learned, &b->lessons_learned);
    fm_strs_add_unique(a, &d->went_well, &b->went_well);
    fm_strs_add_unique(a, &d->could_improve, &b->could_improve);
    fm_strs_add_unique(a, &d->preventive_measures, &b->preventive_measures);
    fm_strs_add_unique(a, &d->monitoring, &b->monitoring);
    if (b->runbook_entry.len)
        d->runbook_entry = b->runbook_entry;
    return FM_OK;
}

static enum fm_code on_action_set(struct fold *f)
{
    const struct fm_action_item *b = f->e->body;
    struct fm_action_item *old = fm_case_find(f->c, FM_REF_ACTION, b->id);
    if (old) {
        *old = *b;
        return FM_OK;
    }
    ADD_ITEM(f, actions, FM_REF_ACTION, b);
}

static enum fm_code on_report_added(struct fold *f)
{
    const struct fm_report_entry *b = f->e->body;
    fm_vec_each (&f->c->reports, r)
        if (r->type == b->type && r->format == b->format)
            r->is_current = false;
    ADD_ITEM(f, reports, FM_REF_REPORT, b);
}

static enum fm_code on_turn_recorded(struct fold *f)
{
    const struct fm_turn *b = f->e->body;
    struct fm_case *c = f->c;
    if (b->number != c->current_turn + 1)
        return fail(f, "does not follow the turn before it", FM_STR_NULL);
    fm_vec_push(c->arena, &c->turns, *b);
    c->current_turn = b->number;
    if (b->progress)
        c->last_progress_at = f->e->at;
    if (b->progress || c->status != FM_CASE_INVESTIGATING)
        c->turns_without_progress = 0;
    else if (!b->waiting && b->outcome != FM_TURN_FAILED)
        c->turns_without_progress++;
    return FM_OK;
}

static enum fm_code (*const apply_by_type[FM_EVENT_COUNT])(struct fold *f) = {
    [FM_EVENT_CASE_OPENED] = on_case_opened,
    [FM_EVENT_MEMBER_SET] = on_member_set,
    [FM_EVENT_TITLE_CHANGED] = on_title_changed,
    [FM_EVENT_RELATED] = on_related,
    [FM_EVENT_MESSAGE_ADDED] = on_message_added,
    [FM_EVENT_FILE_ADDED] = on_file_added,
    [FM_EVENT_STATEMENT_PROPOSED] = on_statement_proposed,
    [FM_EVENT_INTENT_STATED] = on_intent_stated,
    [FM_EVENT_STATUS_CHANGED] = on_status_changed,
    [FM_EVENT_EVIDENCE_ADDED] = on_evidence_added,
    [FM_EVENT_EVIDENCE_ACCEPTED] = on_evidence_accepted,
    [FM_EVENT_EVIDENCE_WITHDRAWN] = on_evidence_withdrawn,
    [FM_EVENT_VERIFICATION_UPDATED] = on_verification_updated,
    [FM_EVENT_CHANGE_RECORDED] = on_change_recorded,
    [FM_EVENT_HYPOTHESIS_ADDED] = on_hypothesis_added,
    [FM_EVENT_HYPOTHESIS_MOVED] = on_hypothesis_moved,
    [FM_EVENT_LINK_SET] = on_link_set,
    [FM_EVENT_REQUEST_ADDED] = on_request_added,
    [FM_EVENT_REQUEST_MOVED] = on_request_moved,
    [FM_EVENT_MILESTONE_SET] = on_milestone_set,
    [FM_EVENT_ROOT_CAUSE_SET] = on_root_cause_set,
    [FM_EVENT_ROOT_CAUSE_DISPUTED] = on_root_cause_disputed,
    [FM_EVENT_CONCLUSION_SET] = on_conclusion_set,
    [FM_EVENT_SOLUTION_ADDED] = on_solution_added,
    [FM_EVENT_SOLUTION_MOVED] = on_solution_moved,
    [FM_EVENT_PATH_SELECTED] = on_path_selected,
    [FM_EVENT_PREFERENCE_SET] = on_preference_set,
    [FM_EVENT_DEGRADED_ENTERED] = on_degraded_entered,
    [FM_EVENT_DEGRADED_EXITED] = on_degraded_exited,
    [FM_EVENT_ESCALATED] = on_escalated,
    [FM_EVENT_ESCALATION_RESOLVED] = on_escalation_resolved,
    [FM_EVENT_WAITING_SET] = on_waiting_set,
    [FM_EVENT_WAITING_CLEARED] = on_waiting_cleared,
    [FM_EVENT_LOOPED_BACK] = on_looped_back,
    [FM_EVENT_ADVISED] = on_advised,
    [FM_EVENT_DOCUMENTATION_UPDATED] = on_documentation_updated,
    [FM_EVENT_ACTION_SET] = on_action_set,
    [FM_EVENT_REPORT_ADDED] = on_report_added,
    [FM_EVENT_TURN_RECORDED] = on_turn_recorded,
};

enum fm_code fm_case_apply(struct fm_ctx *ctx, struct fm_case *c, const struct fm_event *e)
{
    struct fold f = {ctx, c, e};
    if (e->type <= FM_EVENT_NONE || e->type >= FM_EVENT_COUNT)
        return fail(&f, "has an unknown type", FM_STR_NULL);
    if (e->seq != c->version + 1)
        return fail(&f, "does not follow the event before it", FM_STR_NULL);
    if ((e->type == FM_EVENT_CASE_OPENED) != (c->version == 0))
        return fail(&f, "a log starts with case_opened, once", FM_STR_NULL);
    FM_TRY(apply_by_type[e->type](&f));
    c->version = e->seq;
    c->updated_at = e->at;
    return FM_OK;
}

/* Room for all items at once: a long log then copies nothing. */
static void reserve(struct fm_case *c, const struct fm_events *events)
{
    size_t n[FM_EVENT_COUNT] = {0};
    fm_vec_each (events, e)
        n[e->type < FM_EVENT_COUNT ? e->type : 0]++;
    fm_vec_reserve(c->arena, &c->messages, n[FM_EVENT_MESSAGE_ADDED]);
    fm_vec_reserve(c->arena, &c->files, n[FM_EVENT_FILE_ADDED]);
    fm_vec_reserve(c->arena, &c->evidence, n[FM_EVENT_EVIDENCE_ADDED]);
    fm_vec_reserve(c->arena, &c->links, n[FM_EVENT_LINK_SET]);
    fm_vec_reserve(c->arena, &c->hypotheses, n[FM_EVENT_HYPOTHESIS_ADDED]);
    fm_vec_reserve(c->arena, &c->requests, n[FM_EVENT_REQUEST_ADDED]);
    fm_vec_reserve(c->arena, &c->conclusions, n[FM_EVENT_CONCLUSION_SET]);
    fm_vec_reserve(c->arena, &c->milestone_history, n[FM_EVENT_MILESTONE_SET]);
    fm_vec_reserve(c->arena, &c->turns, n[FM_EVENT_TURN_RECORDED]);
}

enum fm_code fm_case_fold(struct fm_ctx *ctx, const struct fm_events *events, struct fm_case **out)
{
    struct fm_case *c = fm_case_new(&ctx->arena);
    reserve(c, events);
    fm_vec_each (events, e)
        FM_TRY(fm_case_apply(ctx, c, e));
    *out = c;
    return FM_OK;
}
