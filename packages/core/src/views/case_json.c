/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/case_view.h"
#include "faultmaven/core/confidence.h"

struct json {
    struct fm_arena *a;
    const struct fm_case *c;
    struct fm_buf *out;
    fm_time now;
};

static void key(struct json *j, const char *name)
{
    fm_buf_addf(j->out, "%s\"%s\":", j->out->p[j->out->len - 1] == '{' ? "" : ",", name);
}

static void str(struct json *j, const char *name, fm_str s)
{
    key(j, name);
    fm_json_put_str(j->out, s);
}

static void strz(struct json *j, const char *name, const char *s)
{
    str(j, name, fm_str_c(s));
}

static void num(struct json *j, const char *name, int64_t n)
{
    key(j, name);
    fm_buf_addf(j->out, "%lld", (long long)n);
}

static void unit(struct json *j, const char *name, double x)
{
    key(j, name);
    fm_buf_addf(j->out, "%.4g", fm_unit_round(x));
}

static void flag(struct json *j, const char *name, bool b)
{
    key(j, name);
    fm_buf_addz(j->out, b ? "true" : "false");
}

static void time_or_null(struct json *j, const char *name, fm_time t)
{
    char text[FM_TIME_TEXT_MAX];
    key(j, name);
    if (t == FM_TIME_NONE)
        fm_buf_addz(j->out, "null");
    else
        fm_buf_addf(j->out, "\"%s\"", fm_time_format(t, text));
}

static void strs(struct json *j, const char *name, const struct fm_strs *list)
{
    key(j, name);
    fm_buf_addc(j->out, '[');
    fm_vec_each (list, s) {
        fm_buf_addz(j->out, s == list->items ? "" : ",");
        fm_json_put_str(j->out, *s);
    }
    fm_buf_addc(j->out, ']');
}

/* A record without its closing brace, so that computed members can follow. */
static void open_record(struct json *j, const struct fm_record_type *t, const void *record)
{
    fm_record_write(t, record, j->out);
    j->out->len--;
}

static void close_record(struct json *j)
{
    fm_buf_addc(j->out, '}');
}

static void record(struct json *j, const char *name, const struct fm_record_type *t,
                   const void *value)
{
    key(j, name);
    if (value)
        fm_record_write(t, value, j->out);
    else
        fm_buf_addz(j->out, "null");
}

static void begin_list(struct json *j, const char *name)
{
    key(j, name);
    fm_buf_addc(j->out, '[');
}

static void comma(struct json *j)
{
    if (j->out->p[j->out->len - 1] != '[')
        fm_buf_addc(j->out, ',');
}

#define RECORDS(j, name, vec, t)                                                                   \
    do {                                                                                           \
        begin_list((j), (name));                                                                   \
        fm_vec_each (&(j)->c->vec, item_) {                                                        \
            comma(j);                                                                              \
            fm_record_write(&(t), item_, (j)->out);                                                \
        }                                                                                          \
        fm_buf_addc((j)->out, ']');                                                                \
    } while (0)

static void milestones(struct json *j)
{
    key(j, "milestones");
    fm_buf_addc(j->out, '{');
    for (enum fm_milestone_name m = FM_MILESTONE_SYMPTOM_VERIFIED; m < FM_MILESTONE_COUNT; m++) {
        const struct fm_milestone *x = &j->c->milestones[m];
        key(j, fm_name_of(&fm_milestone_name_names, m));
        if (x->status) {
            open_record(j, &fm_milestone_type, x);
        } else {
            fm_buf_addz(j->out, "{\"status\":\"open\"");
        }
        flag(j, "holds", fm_case_has(j->c, m));
        close_record(j);
    }
    fm_buf_addc(j->out, '}');
}

static void stances(struct json *j, const char *name, fm_str hypothesis_id, bool is_for)
{
    begin_list(j, name);
    fm_vec_each (&j->c->links, l) {
        bool supports = l->stance == FM_STANCE_SUPPORTS || l->stance == FM_STANCE_STRONGLY_SUPPORTS;
        bool contradicts =
            l->stance == FM_STANCE_CONTRADICTS || l->stance == FM_STANCE_STRONGLY_CONTRADICTS;
        if (!fm_str_eq(l->hypothesis_id, hypothesis_id) || (is_for ? !supports : !contradicts))
            continue;
        comma(j);
        fm_json_put_str(j->out, l->evidence_id);
    }
    fm_buf_addc(j->out, ']');
}

static void hypotheses(struct json *j)
{
    struct fm_hypothesis_list ranked = fm_hypotheses_ranked(j->a, j->c);
    begin_list(j, "hypotheses");
    fm_vec_each (&ranked, p) {
        const struct fm_hypothesis *h = *p;
        comma(j);
        open_record(j, &fm_hypothesis_type, h);
        unit(j, "rank", fm_hypothesis_rank(j->c, h));
        strz(j, "confidence_level",
             fm_name_of(&fm_confidence_level_names, fm_confidence_band(h->likelihood)));
        stances(j, "supported_by", h->id, true);
        stances(j, "contradicted_by", h->id, false);
        close_record(j);
    }
    fm_buf_addc(j->out, ']');
}

static void evidence(struct json *j)
{
    enum fm_purpose purposes[FM_PURPOSE_COUNT];
    begin_list(j, "evidence");
    fm_vec_each (&j->c->evidence, e) {
        size_t n = fm_evidence_purposes(j->c, e, purposes);
        const struct fm_case_file *f = fm_case_find(j->c, FM_REF_FILE, e->file_id);
        comma(j);
        open_record(j, &fm_evidence_item_type, e);
        if (f)
            str(j, "filename", f->filename);
        strz(j, "category", fm_name_of(&fm_purpose_names, purposes[0]));
        begin_list(j, "purposes");
        for (size_t i = 0; i < n; i++)
            fm_buf_addf(j->out, "%s\"%s\"", i ? "," : "",
                        fm_name_of(&fm_purpose_names, purposes[i]));
        fm_buf_addc(j->out, ']');
        close_record(j);
    }
    fm_buf_addc(j->out, ']');
}

static void conclusion(struct json *j)
{
    const struct fm_conclusion *k = fm_case_conclusion(j->c);
    bool is_capped;
    key(j, "working_conclusion");
    if (!k) {
        fm_buf_addz(j->out, "null");
        return;
    }
    double shown = fm_confidence_shown(j->c, k->confidence < 0 ? 0.0 : k->confidence, &is_capped);
    open_record(j, &fm_conclusion_type, k);
    unit(j, "shown_confidence", shown);
    strz(j, "level", fm_name_of(&fm_confidence_level_names, fm_confidence_band(shown)));
    flag(j, "is_capped", is_capped);
    close_record(j);
}

static void warnings(struct json *j)
{
    struct fm_warnings list = fm_case_warnings(j->a, j->c, j->now);
    begin_list(j, "warnings");
    fm_vec_each (&list, w) {
        comma(j);
        fm_buf_addc(j->out, '{');
        strz(j, "kind", w->kind);
        strz(j, "severity", w->severity);
        str(j, "text", w->text);
        close_record(j);
    }
    fm_buf_addc(j->out, ']');
}

static void advice(struct json *j)
{
    begin_list(j, "advice");
    fm_vec_each (&j->c->advice, x) {
        if (x->turn != j->c->current_turn)
            continue;
        comma(j);
        fm_record_write(&fm_advice_type, x, j->out);
    }
    fm_buf_addc(j->out, ']');
}

static void reminders(struct json *j)
{
    struct fm_reminders list = fm_case_reminders(j->a, j->c, j->now);
    begin_list(j, "reminders");
    fm_vec_each (&list, r) {
        comma(j);
        fm_buf_addc(j->out, '{');
        strz(j, "kind", r->kind);
        str(j, "ref", r->ref);
        time_or_null(j, "since", r->since);
        str(j, "text", r->text);
        close_record(j);
    }
    fm_buf_addc(j->out, ']');
}

/* How long nothing moved, and how long that may be; null while the clock stands still. */
static void pace(struct json *j)
{
    struct fm_pace p = fm_case_pace(j->c, j->now);
    key(j, "pace");
    if (p.since == FM_TIME_NONE) {
        fm_buf_addz(j->out, "null");
        return;
    }
    fm_buf_addc(j->out, '{');
    time_or_null(j, "since", p.since);
    num(j, "rest_s", p.rest_ns / FM_SEC);
    num(j, "limit_s", p.limit_ns / FM_SEC);
    flag(j, "is_overdue", p.is_overdue);
    close_record(j);
}

static void header(struct json *j)
{
    const struct fm_case *c = j->c;
    str(j, "case_id", c->id);
    num(j, "version", c->version);
    str(j, "title", c->title);
    strz(j, "status", fm_name_of(&fm_case_status_names, c->status));
    key(j, "stage");
    if (fm_case_stage(c))
        fm_buf_addf(j->out, "\"%s\"", fm_name_of(&fm_case_stage_names, fm_case_stage(c)));
    else
        fm_buf_addz(j->out, "null");
    num(j, "completion_percentage", fm_case_completion(c));
    str(j, "owner", c->owner);
    str(j, "organization", c->organization);
    str(j, "description", c->description);
    strz(j, "closure_reason", fm_name_of(&fm_closure_names, c->closure));
    strz(j, "resolution_basis", fm_name_of(&fm_resolution_basis_names, c->basis));
    time_or_null(j, "created_at", c->created_at);
    time_or_null(j, "updated_at", c->updated_at);
    time_or_null(j, "resolved_at", c->resolved_at);
    time_or_null(j, "closed_at", c->closed_at);
    num(j, "current_turn", c->current_turn);
    num(j, "turns_without_progress", c->turns_without_progress);
    flag(j, "is_stuck", fm_case_is_stalled(c, j->now));
    pace(j);
    flag(j, "is_terminal", fm_case_is_terminal(c));
    strz(j, "strategy", fm_name_of(&fm_strategy_names, fm_case_strategy(c)));
    strz(j, "engagement", fm_name_of(&fm_engagement_names, fm_case_engagement(c).mode));
}

static void body(struct json *j)
{
    const struct fm_case *c = j->c;
    record(j, "consulting", &fm_consulting_type, &c->consulting);
    record(j, "verification", &fm_verification_type, &c->verification);
    record(j, "waiting", &fm_waiting_type, c->waiting.on.len ? &c->waiting : NULL);
    record(j, "path", &fm_path_selection_type, fm_case_path_now(c));
    milestones(j);
    hypotheses(j);
    evidence(j);
    RECORDS(j, "links", links, fm_link_type);
    RECORDS(j, "requests", requests, fm_evidence_request_type);
    RECORDS(j, "solutions", solutions, fm_solution_type);
    RECORDS(j, "changes", changes, fm_recent_change_type);
    conclusion(j);
    RECORDS(j, "root_causes", root_causes, fm_root_cause_type);
    record(j, "degraded_mode", &fm_episode_type, fm_case_episode(c));
    RECORDS(j, "episodes", episodes, fm_episode_type);
    RECORDS(j, "escalations", escalations, fm_escalation_type);
    RECORDS(j, "loop_backs", loop_backs, fm_loop_back_type);
    RECORDS(j, "paths", paths, fm_path_selection_type);
    RECORDS(j, "status_history", status_history, fm_status_entry_type);
    RECORDS(j, "members", members, fm_member_type);
    RECORDS(j, "files", files, fm_case_file_type);
    RECORDS(j, "messages", messages, fm_message_type);
    RECORDS(j, "turns", turns, fm_turn_type);
    record(j, "documentation", &fm_documentation_type, &c->documentation);
    RECORDS(j, "actions", actions, fm_action_item_type);
    RECORDS(j, "reports", reports, fm_report_entry_type);
    RECORDS(j, "relations", relations, fm_relation_type);
}

void fm_case_view_json(struct fm_arena *a, const struct fm_case *c, fm_time now, struct fm_buf *out)
{
    struct json j = {a, c, out, now};
    fm_buf_addc(out, '{');
    header(&j);
    body(&j);
    advice(&j);
    warnings(&j);
    reminders(&j);
    struct fm_strs steps = fm_case_next_steps(a, c, now, 5);
    strs(&j, "next_steps", &steps);
    fm_buf_addc(out, '}');
}
