/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Projections: the relational tables as a picture of the folded case. After an append only the rows
 * that its events touched are written; a rebuild writes all of them by the same functions.
 */
#include "faultmaven/core/investigation.h"
#include "store_impl.h"

struct projector {
    struct fm_db *db;
    struct fm_ctx *ctx;
    const struct fm_case *c;
    struct fm_buf body; /* scratch */
};

static fm_str body_of(struct projector *p, const struct fm_record_type *t, const void *record)
{
    fm_buf_clear(&p->body);
    fm_record_write(t, record, &p->body);
    return fm_buf_str(&p->body);
}

static struct fm_query query_for(struct projector *p, const char *sql, fm_str id)
{
    struct fm_query q = fm_query(sql);
    fm_query_str(&q, "case_id", p->c->id);
    fm_query_str(&q, "id", id);
    return q;
}

#define NAME(e, v) fm_str_c(fm_name_of(&e##_names, (v)))

static enum fm_code search_doc(struct projector *p, const char *kind, fm_str ref, fm_str text)
{
    if (!text.len)
        return FM_OK;
    struct fm_query q =
        fm_query("INSERT INTO search_docs (case_id, kind, ref, body) VALUES (:case_id, :kind, :ref,"
                 " :body)");
    fm_query_str(&q, "case_id", p->c->id);
    fm_query_str(&q, "kind", fm_str_c(kind));
    fm_query_str(&q, "ref", ref);
    fm_query_str(&q, "body", text);
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_case(struct projector *p)
{
    const struct fm_case *c = p->c;
    struct fm_query q = fm_query(
        "UPDATE cases SET owner = :owner, organization = :org, title = :title, description = "
        ":description,"
        " status = :status, closure = :closure, stage = :stage, severity = :severity,"
        " completion = :completion, turns = :turns, stalled = :stalled, created_at = :created,"
        " updated_at = :updated, resolved_at = :resolved, closed_at = :closed,"
        " resting_since = :resting, urgency = :urgency, waiting_on = :waiting WHERE id = :case_id");
    fm_query_str(&q, "case_id", c->id);
    fm_query_str(&q, "owner", c->owner);
    fm_query_str(&q, "org", c->organization);
    fm_query_str(&q, "title", c->title);
    fm_query_str(&q, "description", c->description);
    fm_query_str(&q, "status", NAME(fm_case_status, c->status));
    fm_query_str(&q, "closure", NAME(fm_closure, c->closure));
    fm_query_str(&q, "stage", NAME(fm_case_stage, fm_case_stage(c)));
    fm_query_str(&q, "severity", NAME(fm_incident_severity, c->verification.severity));
    fm_query_int(&q, "completion", fm_case_completion(c));
    fm_query_int(&q, "turns", c->current_turn);
    fm_query_int(&q, "stalled", c->turns_without_progress);
    fm_query_int(&q, "created", c->created_at);
    fm_query_int(&q, "updated", c->updated_at);
    fm_query_time(&q, "resolved", c->resolved_at);
    fm_query_time(&q, "closed", c->closed_at);
    fm_query_time(&q, "resting", fm_case_resting_since(c));
    fm_query_str(&q, "urgency", NAME(fm_urgency, fm_case_urgency(c)));
    fm_query_str(&q, "waiting", c->waiting.on);
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_member(struct projector *p, const struct fm_member *m)
{
    struct fm_query q =
        query_for(p,
                  "INSERT INTO case_members (case_id, user_id, role) VALUES (:case_id, :id, :role)"
                  " ON CONFLICT (user_id, case_id) DO UPDATE SET role = excluded.role",
                  m->user);
    fm_query_str(&q, "role", NAME(fm_member_role, m->role));
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_message(struct projector *p, const struct fm_message *m)
{
    struct fm_query q =
        query_for(p,
                  "INSERT INTO messages (case_id, id, turn, role, kind, author, at, body) VALUES"
                  " (:case_id, :id, :turn, :role, :kind, :author, :at, :body)",
                  m->id);
    fm_query_int(&q, "turn", m->turn);
    fm_query_str(&q, "role", NAME(fm_message_role, m->role));
    fm_query_str(&q, "kind", NAME(fm_message_kind, m->kind));
    fm_query_str(&q, "author", m->author);
    fm_query_time(&q, "at", m->at);
    fm_query_str(&q, "body", m->text);
    FM_TRY(fm_db_run(p->db, p->ctx, &q, NULL));
    return search_doc(p, "message", m->id, m->text);
}

static enum fm_code put_file(struct projector *p, const struct fm_case_file *f)
{
    struct fm_query q =
        query_for(p,
                  "INSERT INTO uploaded_files (case_id, id, filename, size, sha256, data_type, "
                  "added_at, added_by, turn)"
                  " VALUES (:case_id, :id, :filename, :size, :sha256, :type, :at, :by, :turn)",
                  f->id);
    fm_query_str(&q, "filename", f->filename);
    fm_query_int(&q, "size", f->size);
    fm_query_str(&q, "sha256", f->sha256);
    fm_query_str(&q, "type", f->data_type);
    fm_query_time(&q, "at", f->added_at);
    fm_query_str(&q, "by", f->added_by);
    fm_query_int(&q, "turn", f->turn);
    FM_TRY(fm_db_run(p->db, p->ctx, &q, NULL));
    return search_doc(p, "file", f->id, f->filename);
}

static enum fm_code put_evidence(struct projector *p, const struct fm_evidence_item *e)
{
    struct fm_query q = query_for(
        p,
        "INSERT INTO evidence (case_id, id, state, source, summary, sha256, turn, body) VALUES "
        "(:case_id, :id,"
        " :state, :source, :summary, :sha256, :turn, :body) ON CONFLICT (case_id, id) DO UPDATE SET"
        " state = excluded.state, body = excluded.body",
        e->id);
    fm_query_str(&q, "state", NAME(fm_evidence_state, e->state));
    fm_query_str(&q, "source", NAME(fm_evidence_source, e->source));
    fm_query_str(&q, "summary", e->summary);
    fm_query_str(&q, "sha256", e->sha256);
    fm_query_int(&q, "turn", e->turn);
    fm_query_str(&q, "body", body_of(p, &fm_evidence_item_type, e));
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_hypothesis(struct projector *p, const struct fm_hypothesis *h)
{
    struct fm_query q = query_for(
        p,
        "INSERT INTO hypotheses (case_id, id, status, category, likelihood, statement, body)"
        " VALUES (:case_id, :id, :status, :category, :likelihood, :statement, :body)"
        " ON CONFLICT (case_id, id) DO UPDATE SET status = excluded.status,"
        " likelihood = excluded.likelihood, body = excluded.body",
        h->id);
    fm_query_str(&q, "status", NAME(fm_hypothesis_status, h->status));
    fm_query_str(&q, "category", NAME(fm_hypothesis_category, h->category));
    fm_query_real(&q, "likelihood", h->likelihood);
    fm_query_str(&q, "statement", h->statement);
    fm_query_str(&q, "body", body_of(p, &fm_hypothesis_type, h));
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_link(struct projector *p, const struct fm_link *l)
{
    struct fm_query q = query_for(
        p,
        "INSERT INTO hypothesis_evidence (case_id, hypothesis_id, evidence_id, stance, "
        "completeness, body)"
        " VALUES (:case_id, :id, :evidence_id, :stance, :completeness, :body)"
        " ON CONFLICT (case_id, hypothesis_id, evidence_id) DO UPDATE SET stance = excluded.stance,"
        " completeness = excluded.completeness, body = excluded.body",
        l->hypothesis_id);
    fm_query_str(&q, "evidence_id", l->evidence_id);
    fm_query_str(&q, "stance", NAME(fm_stance, l->stance));
    fm_query_real(&q, "completeness", l->completeness);
    fm_query_str(&q, "body", body_of(p, &fm_link_type, l));
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_solution(struct projector *p, const struct fm_solution *s)
{
    struct fm_query q = query_for(
        p,
        "INSERT INTO solutions (case_id, id, kind, state, title, body) VALUES (:case_id, :id,"
        " :kind, :state, :title, :body) ON CONFLICT (case_id, id) DO UPDATE SET"
        " state = excluded.state, body = excluded.body",
        s->id);
    fm_query_str(&q, "kind", NAME(fm_solution_kind, s->kind));
    fm_query_str(&q, "state", NAME(fm_solution_state, s->state));
    fm_query_str(&q, "title", s->title);
    fm_query_str(&q, "body", body_of(p, &fm_solution_type, s));
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_turn(struct projector *p, const struct fm_turn *t)
{
    struct fm_query q =
        fm_query("INSERT INTO turns (case_id, number, at, actor, outcome, progress, body) VALUES"
                 " (:case_id, :number, :at, :actor, :outcome, :progress, :body)");
    fm_query_str(&q, "case_id", p->c->id);
    fm_query_int(&q, "number", t->number);
    fm_query_time(&q, "at", t->at);
    fm_query_str(&q, "actor", t->by);
    fm_query_str(&q, "outcome", NAME(fm_turn_outcome, t->outcome));
    fm_query_int(&q, "progress", t->progress);
    fm_query_str(&q, "body", body_of(p, &fm_turn_type, t));
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_status(struct projector *p, const struct fm_status_entry *s, size_t seq)
{
    struct fm_query q = fm_query(
        "INSERT INTO status_history (case_id, seq, from_status, to_status, at, actor, reason)"
        " VALUES (:case_id, :seq, :from, :to, :at, :actor, :reason)");
    fm_query_str(&q, "case_id", p->c->id);
    fm_query_int(&q, "seq", (int64_t)seq);
    fm_query_str(&q, "from", NAME(fm_case_status, s->from));
    fm_query_str(&q, "to", NAME(fm_case_status, s->to));
    fm_query_time(&q, "at", s->at);
    fm_query_str(&q, "actor", s->by);
    fm_query_str(&q, "reason", s->reason);
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

static enum fm_code put_report(struct projector *p, const struct fm_report_entry *r)
{
    struct fm_query q =
        query_for(p,
                  "INSERT INTO reports (case_id, id, type, format, version, title, sha256, "
                  "is_current, at) VALUES"
                  " (:case_id, :id, :type, :format, :version, :title, :sha256, :current, :at)"
                  " ON CONFLICT (case_id, id) DO UPDATE SET is_current = excluded.is_current",
                  r->id);
    fm_query_str(&q, "type", NAME(fm_report_type, r->type));
    fm_query_str(&q, "format", NAME(fm_report_format, r->format));
    fm_query_int(&q, "version", r->version);
    fm_query_str(&q, "title", r->title);
    fm_query_str(&q, "sha256", r->sha256);
    fm_query_int(&q, "current", r->is_current);
    fm_query_time(&q, "at", r->at);
    return fm_db_run(p->db, p->ctx, &q, NULL);
}

/* ---- what an event touches ---- */

static enum fm_code put_evidence_id(struct projector *p, fm_str id)
{
    const struct fm_evidence_item *e = fm_case_find(p->c, FM_REF_EVIDENCE, id);
    return e ? put_evidence(p, e) : FM_OK;
}

static enum fm_code put_cited(struct projector *p, const struct fm_milestone *m)
{
    fm_vec_each (&m->cites, k)
        FM_TRY(put_evidence_id(p, k->evidence_id));
    return FM_OK;
}

static enum fm_code put_answered(struct projector *p, const struct fm_request_move *m)
{
    fm_vec_each (&m->evidence_ids, id)
        FM_TRY(put_evidence_id(p, *id));
    return FM_OK;
}

static enum fm_code put_added_evidence(struct projector *p, const struct fm_evidence_item *b)
{
    FM_TRY(put_evidence_id(p, b->id));
    return search_doc(
        p, "evidence", b->id,
        fm_str_fmt(&p->ctx->arena, "%.*s\n%.*s", FM_STR_ARG(b->summary), FM_STR_ARG(b->extract)));
}

static enum fm_code put_added_hypothesis(struct projector *p, const struct fm_hypothesis *b)
{
    FM_TRY(put_hypothesis(p, fm_case_find(p->c, FM_REF_HYPOTHESIS, b->id)));
    return search_doc(p, "hypothesis", b->id, b->statement);
}

static enum fm_code put_all_reports(struct projector *p)
{
    fm_vec_each (&p->c->reports, r)
        FM_TRY(put_report(p, r));
    return FM_OK;
}

/* The last status of the case is that of this event when only one changed; with two in one append
 * both are written. */
static enum fm_code put_new_statuses(struct projector *p, const struct fm_events *events)
{
    size_t n = 0;
    fm_vec_each (events, e)
        n += e->type == FM_EVENT_STATUS_CHANGED;
    for (size_t i = p->c->status_history.n - n; i < p->c->status_history.n; i++)
        FM_TRY(put_status(p, &p->c->status_history.items[i], i + 1));
    return FM_OK;
}

static enum fm_code put_event(struct projector *p, const struct fm_event *e)
{
    switch ((int)e->type) {
    case FM_EVENT_CASE_OPENED:
        return put_member(p, &(struct fm_member){p->c->owner, FM_MEMBER_OWNER});
    case FM_EVENT_MEMBER_SET:
        return put_member(p, e->body);
    case FM_EVENT_MESSAGE_ADDED:
        return put_message(p, e->body);
    case FM_EVENT_FILE_ADDED:
        return put_file(p, e->body);
    case FM_EVENT_EVIDENCE_ADDED:
        return put_added_evidence(p, e->body);
    case FM_EVENT_EVIDENCE_ACCEPTED:
    case FM_EVENT_EVIDENCE_WITHDRAWN:
        return put_evidence_id(p, ((const struct fm_item_note *)e->body)->id);
    case FM_EVENT_MILESTONE_SET:
        return put_cited(p, e->body);
    case FM_EVENT_REQUEST_MOVED:
        return put_answered(p, e->body);
    case FM_EVENT_HYPOTHESIS_ADDED:
        return put_added_hypothesis(p, e->body);
    case FM_EVENT_HYPOTHESIS_MOVED:
        return put_hypothesis(p, fm_case_find(p->c, FM_REF_HYPOTHESIS,
                                              ((const struct fm_hypothesis_move *)e->body)->id));
    case FM_EVENT_LINK_SET:
        return put_link(p, e->body);
    case FM_EVENT_SOLUTION_ADDED:
        return put_solution(
            p, fm_case_find(p->c, FM_REF_SOLUTION, ((const struct fm_solution *)e->body)->id));
    case FM_EVENT_SOLUTION_MOVED:
        return put_solution(
            p, fm_case_find(p->c, FM_REF_SOLUTION, ((const struct fm_solution_move *)e->body)->id));
    case FM_EVENT_TURN_RECORDED:
        return put_turn(p, e->body);
    case FM_EVENT_REPORT_ADDED:
        return put_all_reports(p);
    default:
        return FM_OK;
    }
}

static enum fm_code put_events(struct projector *p, const struct fm_events *events)
{
    FM_TRY(put_case(p));
    fm_vec_each (events, e)
        FM_TRY(put_event(p, e));
    FM_TRY(put_new_statuses(p, events));
    fm_vec_each (events, e)
        if (e->type == FM_EVENT_CASE_OPENED || e->type == FM_EVENT_TITLE_CHANGED)
            FM_TRY(search_doc(p, "case", p->c->id, p->c->title));
    return FM_OK;
}

static enum fm_code put_all(struct projector *p)
{
    size_t n = 0;
    FM_TRY(put_case(p));
    FM_TRY(search_doc(p, "case", p->c->id, p->c->title));
    fm_vec_each (&p->c->members, m)
        FM_TRY(put_member(p, m));
    fm_vec_each (&p->c->messages, m)
        FM_TRY(put_message(p, m));
    fm_vec_each (&p->c->files, f)
        FM_TRY(put_file(p, f));
    fm_vec_each (&p->c->evidence, e)
        FM_TRY(put_added_evidence(p, e));
    fm_vec_each (&p->c->hypotheses, h)
        FM_TRY(put_added_hypothesis(p, h));
    fm_vec_each (&p->c->links, l)
        FM_TRY(put_link(p, l));
    fm_vec_each (&p->c->solutions, s)
        FM_TRY(put_solution(p, s));
    fm_vec_each (&p->c->turns, t)
        FM_TRY(put_turn(p, t));
    fm_vec_each (&p->c->status_history, s)
        FM_TRY(put_status(p, s, ++n));
    return put_all_reports(p);
}

enum fm_code store_project(struct fm_db *db, struct fm_ctx *ctx, const struct fm_case *c,
                           const struct fm_events *events)
{
    struct projector p = {.db = db, .ctx = ctx, .c = c};
    fm_buf_init(&p.body, 64 << 20);
    enum fm_code code = events ? put_events(&p, events) : put_all(&p);
    fm_buf_release(&p.body);
    return code;
}
