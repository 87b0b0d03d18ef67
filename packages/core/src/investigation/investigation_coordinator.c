/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One turn from begin to end: message, files, the user's typed changes, the proposal, what the
 * system concludes, reply, record.
 */
#include "step.h"

#define MESSAGE_CHARACTERS_MAX 4000

void fm_upload_item_init(struct fm_upload_item *u)
{
    *u = (struct fm_upload_item){.first = FM_TIME_NONE, .last = FM_TIME_NONE};
}

static size_t count_characters(fm_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static enum fm_code check_input(struct fm_ctx *ctx, const struct fm_case *c,
                                const struct fm_turn_input *in)
{
    FM_TRY(fm_case_may_write(ctx, c, in->actor));
    if (!in->message.len && !in->uploads.n && !(in->changes && in->changes->changes.n))
        return fm_fail(ctx, FM_EINVAL, "the turn is empty: give a message, evidence or a change");
    size_t n = count_characters(in->message);
    if (n > MESSAGE_CHARACTERS_MAX || in->message.len > 4 * MESSAGE_CHARACTERS_MAX)
        return fm_fail(
            ctx, FM_ELIMIT,
            "the message has %zu characters, at most %d are allowed; add long text as evidence", n,
            MESSAGE_CHARACTERS_MAX);
    if (memchr(in->message.p ? in->message.p : "", '\0', in->message.len))
        return fm_fail(ctx, FM_EINVAL, "the message holds a NUL character");
    if (in->uploads.n && fm_case_is_terminal(c))
        return fm_fail(ctx, FM_EREJECTED,
                       "case %.*s is %s and takes no more evidence; open a follow-up case",
                       FM_STR_ARG(c->id), fm_name_of(&fm_case_status_names, c->status));
    return FM_OK;
}

static fm_str uploads_text(struct fm_turn_work *w)
{
    struct fm_buf b;
    fm_buf_init(&b, 4000);
    fm_vec_each (&w->in.uploads, u)
        fm_buf_addf(&b, "%s%.*s", b.len ? ", " : "Added ",
                    FM_STR_ARG(fm_str_sub(u->filename, 0, 200)));
    fm_str text = fm_str_dup(&w->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return text;
}

static enum fm_code add_user_message(struct fm_turn_work *w)
{
    if (!w->in.message.len && !w->in.uploads.n)
        return FM_OK;
    struct fm_message *m = step_body(w, FM_EVENT_MESSAGE_ADDED);
    m->id = w->message_id = step_new_id(w, "msg");
    m->turn = step_turn(w);
    m->role = FM_MESSAGE_USER;
    m->kind = w->in.kind          ? w->in.kind
              : w->in.message.len ? FM_MESSAGE_USER_QUERY
                                  : FM_MESSAGE_DATA_UPLOAD;
    m->author = w->in.actor.id;
    m->at = w->now;
    m->text = w->in.message.len ? w->in.message : uploads_text(w);
    FM_TRY(step_emit(w, FM_EVENT_MESSAGE_ADDED, m));
    return step_name(w, FM_STR("message"), m->id);
}

static const struct fm_evidence_item *evidence_of_content(const struct fm_case *c, fm_str sha256)
{
    fm_vec_each (&c->evidence, e)
        if (fm_str_eq(e->sha256, sha256) && e->state != FM_EVIDENCE_WITHDRAWN)
            return e;
    return NULL;
}

static enum fm_code add_file(struct fm_turn_work *w, const struct fm_upload_item *u,
                             fm_str *file_id)
{
    struct fm_case_file *f = step_body(w, FM_EVENT_FILE_ADDED);
    f->id = step_new_id(w, "file");
    f->filename = u->filename;
    f->size = u->size;
    f->sha256 = u->sha256;
    f->data_type = u->data_type;
    f->upload = u->upload ? u->upload : FM_UPLOAD_FILE;
    f->added_by = w->in.actor.id;
    f->added_at = w->now;
    f->turn = step_turn(w);
    *file_id = f->id;
    return step_emit(w, FM_EVENT_FILE_ADDED, f);
}

static struct fm_evidence_item *make_evidence(struct fm_turn_work *w,
                                              const struct fm_upload_item *u, fm_str file_id)
{
    struct fm_evidence_item *e = step_body(w, FM_EVENT_EVIDENCE_ADDED);
    e->id = step_new_id(w, "ev");
    e->state = w->c->status == FM_CASE_INVESTIGATING ? FM_EVIDENCE_ACCEPTED : FM_EVIDENCE_CANDIDATE;
    e->summary = u->summary.len ? step_cut(&w->ctx->arena, u->summary, 500) : u->filename;
    e->extract = u->extract;
    e->command = u->command;
    e->source = u->source ? u->source : FM_EVIDENCE_SOURCE_OTHER;
    e->form = u->upload == FM_UPLOAD_PASTE ? FM_EVIDENCE_USER_INPUT : FM_EVIDENCE_DOCUMENT;
    e->testimony = u->testimony || e->source == FM_EVIDENCE_SOURCE_USER_REPORT;
    e->absence = u->absence;
    e->file_id = file_id;
    e->sha256 = u->sha256;
    e->size = u->size;
    e->method = u->method;
    e->first = u->first;
    e->last = u->last;
    e->collected_by = w->in.actor.id;
    e->collected_at = w->now;
    e->turn = step_turn(w);
    return e;
}

static void note_duplicate(struct fm_turn_work *w, const struct fm_upload_item *u,
                           const struct fm_evidence_item *e)
{
    fm_vec_push(&w->ctx->arena, &w->result.duplicates,
                (struct fm_duplicate){u->filename, e->file_id, e->id});
}

static enum fm_code add_upload(struct fm_turn_work *w, const struct fm_upload_item *u)
{
    const struct fm_evidence_item *known = evidence_of_content(w->c, u->sha256);
    if (known) {
        note_duplicate(w, u, known);
        return FM_OK;
    }
    fm_str file_id;
    FM_TRY(add_file(w, u, &file_id));
    struct fm_evidence_item *e = make_evidence(w, u, file_id);
    FM_TRY(step_emit(w, FM_EVENT_EVIDENCE_ADDED, e));
    fm_vec_push(&w->ctx->arena, &w->result.evidence_ids, e->id);
    return FM_OK;
}

static enum fm_code add_uploads(struct fm_turn_work *w)
{
    fm_vec_each (&w->in.uploads, u)
        FM_TRY(add_upload(w, u));
    if (!w->result.evidence_ids.n || !w->c->waiting.on.len)
        return FM_OK;
    struct fm_text_value *b = step_body(w, FM_EVENT_WAITING_CLEARED);
    b->text = FM_STR("new evidence came");
    return step_emit_system(w, FM_EVENT_WAITING_CLEARED, b);
}

/* An upload for a request answers it in full unless the user's own changes say otherwise. */
static enum fm_code answer_requests(struct fm_turn_work *w)
{
    struct fm_proposal p = {0};
    fm_vec_each (&w->in.uploads, u) {
        const struct fm_evidence_item *e = evidence_of_content(w->c, u->sha256);
        if (!u->request_id.len || !e)
            continue;
        struct fm_answer *a =
            fm_proposal_add(&w->ctx->arena, &p, FM_CHANGE_ANSWER_REQUEST, FM_STR_NULL);
        a->request_id = u->request_id;
        a->completeness = 1.0;
        fm_vec_push(&w->ctx->arena, &a->evidence_ids, e->id);
    }
    return p.changes.n ? step_apply_changes(w, &p.changes) : FM_OK;
}

static double top_likelihood(const struct fm_case *c)
{
    double top = 0.0;
    fm_vec_each (&c->hypotheses, h)
        if (h->status != FM_HYPOTHESIS_REFUTED && h->status != FM_HYPOTHESIS_RETIRED &&
            h->likelihood > top)
            top = h->likelihood;
    return top;
}

static struct fm_turn_work *new_work(const struct fm_engine *engine, struct fm_ctx *ctx,
                                     struct fm_case *c, const struct fm_turn_input *in)
{
    struct fm_turn_work *w = FM_NEW(&ctx->arena, struct fm_turn_work);
    w->engine = engine;
    w->ctx = ctx;
    w->c = c;
    w->in = *in;
    w->by = in->actor;
    w->now = fm_now(engine->clock);
    w->first_version = c->version;
    w->top_before = top_likelihood(c);
    fm_map_init(&w->handles, &ctx->arena);
    fm_record_init(&fm_turn_type, &w->turn);
    w->turn.number = c->current_turn + 1;
    w->turn.by = fm_actor_str(&ctx->arena, in->actor);
    w->turn.at = w->now;
    return w;
}

enum fm_code fm_turn_begin(const struct fm_engine *engine, struct fm_ctx *ctx, struct fm_case *c,
                           const struct fm_turn_input *in, struct fm_turn_work **out)
{
    FM_TRY(check_input(ctx, c, in));
    struct fm_turn_work *w = new_work(engine, ctx, c, in);
    FM_TRY(add_user_message(w));
    FM_TRY(add_uploads(w));
    FM_TRY(answer_requests(w));
    if (in->changes)
        FM_TRY(step_apply_changes(w, &in->changes->changes));
    w->reasoner_input = (struct fm_reasoner_input){.c = c,
                                                   .message = in->message,
                                                   .message_id = w->message_id,
                                                   .new_evidence_ids = w->result.evidence_ids,
                                                   .evidence = in->evidence};
    *out = w;
    return FM_OK;
}

const struct fm_reasoner_input *fm_turn_reasoner_input(const struct fm_turn_work *w)
{
    return &w->reasoner_input;
}

static enum fm_code apply_proposal(struct fm_turn_work *w, const struct fm_proposal *p,
                                   struct fm_actor by)
{
    if (!p)
        return FM_OK;
    w->by = by;
    w->turn.provenance = p->provenance;
    w->is_answer = by.kind == FM_ACTOR_ANALYST && !p->changes.n;
    if (p->failed) {
        w->turn.outcome = FM_TURN_FAILED;
        w->turn.error = step_cut(
            &w->ctx->arena, p->error.len ? p->error : FM_STR("the reasoner did not answer"), 1000);
        return FM_OK;
    }
    return step_apply_changes(w, &p->changes);
}

static enum fm_code check_reply(struct fm_turn_work *w, const struct fm_proposal *p,
                                struct fm_cites *cites)
{
    struct fm_message m;
    fm_record_init(&fm_message_type, &m);
    m.cites = p->cites;
    enum fm_code code = step_resolve(w, &fm_message_type, &m);
    if (code == FM_OK)
        code = step_check_cites(w, &m.cites);
    if (code != FM_OK && code != FM_EREJECTED)
        return code;
    if (code == FM_OK) {
        *cites = m.cites;
        return FM_OK;
    }
    struct fm_rejection *r = fm_vec_add(&w->ctx->arena, &w->turn.rejected);
    r->change = FM_STR("message");
    r->reason = fm_str_dup(&w->ctx->arena, fm_str_c(w->ctx->error));
    fm_ctx_clear_error(w->ctx);
    return FM_OK;
}

static fm_str reply_text(struct fm_turn_work *w, const struct fm_proposal *p)
{
    if (p && p->failed)
        return fm_str_fmt(
            &w->ctx->arena,
            "No answer this time (%.*s). Nothing was changed; your message is kept. Try again.",
            FM_STR_ARG(w->turn.error));
    return p ? fm_str_trim(p->message) : FM_STR_NULL;
}

static enum fm_code add_reply(struct fm_turn_work *w, const struct fm_proposal *p,
                              struct fm_actor by)
{
    fm_str text = reply_text(w, p);
    if (!text.len)
        return FM_OK;
    struct fm_message *m = step_body(w, FM_EVENT_MESSAGE_ADDED);
    if (!p->failed)
        FM_TRY(check_reply(w, p, &m->cites));
    m->id = step_new_id(w, "msg");
    m->turn = step_turn(w);
    m->role = FM_MESSAGE_ASSISTANT;
    m->kind = FM_MESSAGE_AGENT_RESPONSE;
    m->author = fm_actor_str(&w->ctx->arena, by);
    m->at = w->now;
    m->text = text;
    w->by = by;
    w->result.reply = text;
    w->turn.agent_summary = step_cut(&w->ctx->arena, text, 500);
    return step_emit(w, FM_EVENT_MESSAGE_ADDED, m);
}

static enum fm_turn_outcome outcome_of(const struct fm_turn_work *w)
{
    bool asked = false;
    fm_vec_each (&w->events, e)
        asked |= e->type == FM_EVENT_REQUEST_ADDED;
    if (w->turn.outcome == FM_TURN_FAILED)
        return FM_TURN_FAILED;
    if (w->c->status == FM_CASE_RESOLVED && w->why_progress.len)
        return FM_TURN_CASE_RESOLVED;
    if (w->turn.milestones.n)
        return FM_TURN_MILESTONE_COMPLETED;
    if (w->turn.hypotheses_validated.n || w->turn.hypotheses_refuted.n)
        return FM_TURN_HYPOTHESIS_TESTED;
    if (w->turn.evidence_added.n)
        return FM_TURN_DATA_PROVIDED;
    return asked ? FM_TURN_DATA_REQUESTED : FM_TURN_CONVERSATION;
}

/* A change of the best likelihood is progress of its own. */
static void note_likelihood(struct fm_turn_work *w)
{
    double top = top_likelihood(w->c);
    double change = top > w->top_before ? top - w->top_before : w->top_before - top;
    w->turn.top_likelihood = w->c->hypotheses.n ? top : FM_UNIT_NONE;
    if (change >= 0.05 && w->top_before > 0.0 && !w->why_progress.len)
        w->why_progress = FM_STR("the best likelihood moved");
}

static enum fm_code conclude_turn(struct fm_turn_work *w)
{
    FM_TRY(step_rate_hypotheses(w));
    note_likelihood(w);
    w->turn.progress = w->why_progress.len > 0;
    w->turn.waiting = !w->turn.progress && (w->has_waited || w->is_answer || w->c->waiting.on.len);
    if (w->turn.outcome != FM_TURN_FAILED) {
        FM_TRY(step_select_path(w));
        FM_TRY(step_progression(w));
        FM_TRY(step_conclude(w));
    }
    if (fm_case_is_terminal(w->c) && w->in.message.len && !w->why_progress.len)
        FM_TRY(step_advise(w, FM_ADVICE_OFFER_FOLLOW_UP,
                           FM_STR("The case has ended; further work is a follow-up case.")));
    return FM_OK;
}

static fm_str user_summary(struct fm_turn_work *w)
{
    if (w->in.message.len)
        return step_cut(&w->ctx->arena, w->in.message, 200);
    if (w->in.uploads.n)
        return step_cut(&w->ctx->arena, uploads_text(w), 200);
    const struct fm_change *first = &w->in.changes->changes.items[0];
    return fm_str_c(first->type ? fm_name_of(&fm_change_type_names, first->type) : "change");
}

static enum fm_code record_turn(struct fm_turn_work *w)
{
    struct fm_turn *t = step_body(w, FM_EVENT_TURN_RECORDED);
    w->turn.outcome = outcome_of(w);
    w->turn.user_summary = user_summary(w);
    *t = w->turn;
    w->result.turn = t;
    return step_emit_system(w, FM_EVENT_TURN_RECORDED, t);
}

enum fm_code fm_turn_finish(struct fm_turn_work *w, const struct fm_proposal *proposal,
                            struct fm_actor by, struct fm_turn_result *out)
{
    FM_TRY(apply_proposal(w, proposal, by));
    FM_TRY(conclude_turn(w));
    FM_TRY(add_reply(w, proposal, by));
    FM_TRY(record_turn(w));
    w->result.expected_version = w->first_version;
    w->result.events = w->events;
    *out = w->result;
    return FM_OK;
}
