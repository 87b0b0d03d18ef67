/* SPDX-License-Identifier: Apache-2.0 */
/* Reports, questions, and the analyst. Scenario numbers are those of the acceptance list. */
#include "case_kit.h"

#include "faultmaven/core/analyst.h"
#include "faultmaven/core/case_view.h"
#include "faultmaven/core/report.h"

#define CHANGES(x) "{'changes':[" x "]}"

static fm_str markdown(struct kit *k, enum fm_report_type type)
{
    struct fm_report_doc *d;
    struct fm_buf b;
    if (fm_report_build(&k->ctx, k->c, type, k->clock.at, &d) != FM_OK)
        fail_msg("%s", k->ctx.error);
    fm_buf_init(&b, 1 << 22);
    fm_report_markdown(d, &b);
    fm_str s = fm_str_dup(&k->ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static void resolved(struct kit *k)
{
    kit_investigate(k);
    kit_say(
        k, "?",
        CHANGES(
            "{'type':'update_verification','verification':{'started_at':'2025-11-06T09:40:00Z','"
            "noticed_at':"
            "'2025-11-06T09:55:00Z'}},{'type':'add_hypothesis','handle':'H','hypothesis':{'"
            "statement':"
            "'pool <too> small','category':'config','mode':'systematic'}},"
            "{'type':'root_cause','root_cause':{'statement':'The pool holds 10 "
            "connections','mechanism':"
            "'requests "
            "wait','confidence':0.9,'method':'direct_analysis','cites':[{'evidence_id':'$e0'}]}},"
            "{'type':'add_solution','handle':'S','solution':{'title':'Raise the "
            "pool','commands':['set 50']}},"
            "{'type':'document','documentation':{'lessons_learned':['watch the pool']}},"
            "{'type':'action_item','action':{'text':'Alert on "
            "waiting','owner':'bob','due':'2025-12-01'}}"));
    assert_none_rejected(k);
    kit_do(k, CHANGES(
                  "{'type':'update_solution','solution':{'solution_id':'$s0','state':'applied'}}"));
    kit_add(k, "after.csv", "after");
    kit_do(k, CHANGES("{'type':'update_solution','solution':{'solution_id':'$s0','state':'verified'"
                      ",'effectiveness':1,"
                      "'evidence_id':'$e1'}},{'type':'intent','intent':{'kind':'resolve'}}"));
    assert_int_equal(k->c->status, FM_CASE_RESOLVED);
}

TEST(s61_a_post_mortem_without_its_facts_is_refused_by_name)
{
    struct kit k;
    struct fm_report_doc *d;
    kit_investigate(&k);
    assert_int_equal(fm_report_build(&k.ctx, k.c, FM_REPORT_POST_MORTEM, k.clock.at, &d),
                     FM_EREJECTED);
    assert_true(fm_str_has(fm_str_c(k.ctx.error), FM_STR("timeline")));
    assert_true(fm_str_has(fm_str_c(k.ctx.error), FM_STR("hypotheses")));
    fm_ctx_clear_error(&k.ctx);
    assert_int_equal(fm_report_build(&k.ctx, k.c, FM_REPORT_INCIDENT, k.clock.at, &d), FM_OK);
    assert_int_equal(fm_report_build(&k.ctx, k.c, FM_REPORT_RUNBOOK, k.clock.at, &d), FM_EREJECTED);
    kit_close(&k);
}

TEST(s62_an_incident_report_holds_the_facts_and_marks_the_unknown)
{
    struct kit k;
    resolved(&k);
    fm_str md = markdown(&k, FM_REPORT_INCIDENT);
    assert_true(fm_str_has(md, FM_STR("The pool holds 10 connections")));
    assert_true(fm_str_has(md, FM_STR("Raise the pool")));
    assert_true(fm_str_has(md, k.c->evidence.items[0].id));
    assert_true(fm_str_has(md, k.c->evidence.items[1].id));
    assert_true(fm_str_has(md, FM_STR("| Severity | unknown |")));
    assert_true(fm_str_has(md, FM_STR("| Time to detect (TTD) | 15 min |")));
    assert_true(fm_str_has(md, FM_STR("| Time to mitigate (TTM) | unknown |")));
    assert_false(fm_str_has(md, FM_STR("<too>")));
    kit_close(&k);
}

TEST(html_escapes_what_the_case_says)
{
    struct kit k;
    struct fm_report_doc *d;
    struct fm_buf b;
    resolved(&k);
    kit_do(&k, CHANGES("{'type':'document','documentation':{'lessons_learned':['<script>alert(1)</"
                       "script>']}}"));
    assert_int_equal(fm_report_build(&k.ctx, k.c, FM_REPORT_INCIDENT, k.clock.at, &d), FM_OK);
    fm_buf_init(&b, 1 << 22);
    fm_report_html(d, &b);
    assert_true(fm_str_has(fm_buf_str(&b), FM_STR("&lt;script&gt;")));
    assert_false(fm_str_has(fm_buf_str(&b), FM_STR("<script")));
    fm_buf_release(&b);
    kit_close(&k);
}

TEST(a_post_mortem_lists_action_items_with_owner_and_date)
{
    struct kit k;
    resolved(&k);
    kit_do(&k, CHANGES("{'type':'action_item','action':{'text':'Load test'}}"));
    k.c->verification.affected_users = FM_STR("all");
    fm_str md = markdown(&k, FM_REPORT_POST_MORTEM);
    assert_true(fm_str_has(md, FM_STR("| Alert on waiting | bob | 2025-12-01 | open |")));
    assert_true(fm_str_has(md, FM_STR("| Load test | nobody yet | no date yet | open |")));
    kit_close(&k);
}

TEST(s60_runbook_recommendation)
{
    static const struct {
        double best;
        const char *action;
    } cases[] = {{0.92, "reuse"},
                 {0.85, "reuse"},
                 {0.78, "review_or_generate"},
                 {0.70, "review_or_generate"},
                 {0.69, "generate"},
                 {-1.0, "generate"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(fm_runbook_action_name(fm_runbook_recommend(cases[i].best)),
                            cases[i].action);
}

TEST(s63_a_type_is_generated_five_times)
{
    struct kit k;
    resolved(&k);
    for (int i = 0; i < 7; i++) {
        struct fm_report_entry *r = fm_record_new(&k.ctx.arena, &fm_report_entry_type);
        struct fm_events events;
        r->id = fm_new_id(&k.engine, &k.ctx.arena, "rep");
        r->type = i == 6 ? FM_REPORT_RUNBOOK : FM_REPORT_INCIDENT;
        r->format = FM_REPORT_MARKDOWN;
        r->is_current = true;
        enum fm_code code =
            fm_case_record(&k.engine, &k.ctx, k.c,
                           &(struct fm_plain_event){alice, FM_EVENT_REPORT_ADDED, r}, &events);
        assert_int_equal(code, i == 5 ? FM_EREJECTED : FM_OK);
        fm_ctx_clear_error(&k.ctx);
    }
    int current = 0;
    fm_vec_each (&k.c->reports, r)
        current += r->type == FM_REPORT_INCIDENT && r->is_current;
    assert_int_equal(current, 1);
    kit_close(&k);
}

/* ---- questions ---- */

TEST(questions_are_read_by_whole_words)
{
    static const struct {
        const char *text;
        enum fm_question_kind kind;
    } cases[] = {{"why h1?", FM_QUESTION_WHY},
                 {"What is missing?", FM_QUESTION_MISSING},
                 {"what changed before onset?", FM_QUESTION_CHANGES},
                 {"What else could it be?", FM_QUESTION_ALTERNATIVES},
                 {"what speaks against h1", FM_QUESTION_WHY_NOT},
                 {"what is the root cause?", FM_QUESTION_CAUSE},
                 {"who is affected?", FM_QUESTION_SCOPE},
                 {"interchanges of kestrels", FM_QUESTION_SEARCH},
                 {"how to fix it", FM_QUESTION_SOLUTION},
                 {"what next", FM_QUESTION_NEXT}};
    struct kit k;
    kit_investigate(&k);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_case_question q = fm_question_read(&k.ctx.arena, k.c, fm_str_c(cases[i].text));
        if (q.kind != cases[i].kind)
            fail_msg("\"%s\" is read as %s", cases[i].text,
                     fm_name_of(&fm_question_kind_names, q.kind));
    }
    kit_close(&k);
}

static struct fm_case_reply ask(struct kit *k, const char *text)
{
    struct fm_case_reply r;
    struct fm_case_question q = fm_question_read(&k->ctx.arena, k->c, fm_str_c(text));
    assert_int_equal(fm_question_answer(&k->ctx, k->c, &q, NULL, &r), FM_OK);
    return r;
}

TEST(answers_come_from_the_facts_with_citations)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(
        &k, "pool at 10/10 on web-1",
        CHANGES(
            "{'type':'add_evidence','handle':'E','evidence':{'summary':'pool','extract':'pool at "
            "10/10 on web-1'}}"
            ",{'type':'add_hypothesis','handle':'H','hypothesis':{'statement':'pool too "
            "small','category':"
            "'config','mode':'systematic'}},{'type':'link','link':{'hypothesis_id':'H','evidence_"
            "id':'E','stance':"
            "'supports','reasoning':'it is full','cites':[{'evidence_id':'E','quote':'10/10'}]}},"
            "{'type':'request_evidence','request':{'description':'thread dump','commands':['jstack "
            "1']}}"));
    struct fm_case_reply why = ask(&k, "why h1?");
    assert_true(why.is_answered);
    assert_true(fm_str_has(why.text, FM_STR("it is full")));
    assert_true(why.cites.n >= 1);
    assert_true(fm_str_has(ask(&k, "what is missing?").text, FM_STR("thread dump")));
    struct fm_case_reply found = ask(&k, "web-1");
    assert_true(found.is_answered);
    assert_true(fm_str_eq(found.cites.items[0].evidence_id, k.c->evidence.items[1].id));
    struct fm_case_reply unknown = ask(&k, "is there a kraken?");
    assert_false(unknown.is_answered);
    assert_true(fm_str_has(unknown.text, FM_STR("do not answer that")));
    kit_close(&k);
}

/* ---- the analyst ---- */

struct scene {
    struct fm_diagnosis d;
    struct fm_evidence input;
    struct fm_cause cause;
    struct fm_action action;
    struct fm_missing missing;
};

static const char content[] =
    "09:40:01 start\n09:41:07 ERROR pool exhausted (10/10)\n09:42:00 ERROR timeout\n";

/* A diagnosis as the evidence engine makes it, of the one log of kit_investigate. */
static void make_scene(struct kit *k, struct scene *s, double likelihood)
{
    struct fm_arena *a = &k->ctx.arena;
    memset(s, 0, sizeof *s);
    s->input =
        (struct fm_evidence){.path = FM_STR("app.log"), .bytes = fm_str_c(content), .sha256 = "aa"};
    fm_vec_push(a, &s->d.inputs, &s->input);
    s->cause = (struct fm_cause){.id = FM_STR("h1"),
                                 .statement = FM_STR("web: the connection pool is exhausted"),
                                 .mechanism = FM_STR("requests wait for a connection"),
                                 .fault = FM_FAULT_DATABASE_POOL_EXHAUSTED,
                                 .entity = {.name = FM_STR("web")},
                                 .strength = 0.95,
                                 .likelihood = likelihood,
                                 .settle_ask = FM_STR("Are connections leaked?"),
                                 .settle_command = FM_STR("psql -c 'select 1'")};
    fm_vec_push(a, &s->cause.supports, (struct fm_claim){FM_STR("pool is full"), {24, 28, 0}});
    s->action = (struct fm_action){FM_ACTION_REMEDIATION, FM_STR("Size the pool to the load"),
                                   FM_STR_NULL, FM_STR_NULL};
    fm_vec_push(a, &s->cause.actions, s->action);
    fm_vec_push(a, &s->d.causes, &s->cause);
    s->d.verdict = likelihood >= 0.8 ? FM_VERDICT_ROOT_CAUSE_FOUND : FM_VERDICT_PROBABLE_CAUSE;
    s->d.summary = FM_STR("web: the connection pool is exhausted. Requests wait.");
    s->d.onset = 1762422067LL * FM_SEC;
    s->d.detected = s->d.recovered = FM_TIME_NONE;
    fm_vec_push(a, &s->d.affected, (struct fm_entity){.name = FM_STR("web")});
    fm_vec_push(a, &s->d.timeline,
                (struct fm_timeline_entry){
                    s->d.onset, FM_STR("pool full"), {.name = FM_STR("web")}, {15, 37, 0}});
}

static void analyse(struct kit *k, const struct scene *s)
{
    struct fm_analyst analyst;
    struct fm_turn_work *w;
    struct fm_proposal p;
    struct fm_turn_input in = {.actor = alice, .message = FM_STR("look again")};
    fm_analyst_init(&analyst, &s->d);
    k->clock.at += FM_MINUTE;
    assert_int_equal(fm_turn_begin(&k->engine, &k->ctx, k->c, &in, &w), FM_OK);
    assert_int_equal(fm_reasoner_propose(&analyst.base, &k->ctx, fm_turn_reasoner_input(w), &p),
                     FM_OK);
    assert_int_equal(fm_turn_finish(w, &p, (struct fm_actor){FM_ACTOR_ANALYST, FM_STR_NULL}, &k->r),
                     FM_OK);
    kit_log(k, &k->r.events);
    kit_check_replay(k);
}

TEST(the_analyst_turns_a_diagnosis_into_accepted_changes)
{
    struct kit k;
    struct scene s;
    kit_investigate(&k);
    make_scene(&k, &s, 0.93);
    analyse(&k, &s);
    assert_none_rejected(&k);
    assert_true(fm_case_has(k.c, FM_MILESTONE_SYMPTOM_VERIFIED));
    assert_true(fm_case_has(k.c, FM_MILESTONE_TIMELINE_ESTABLISHED));
    assert_true(fm_case_has(k.c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED));
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_VALIDATED);
    assert_str(k.c->hypotheses.items[0].fault, "database.pool_exhausted");
    assert_int_equal(k.c->solutions.n, 1);
    assert_int_equal(k.c->requests.n, 1);
    assert_true(
        fm_str_has(k.c->root_causes.items[0].cites.items[0].quote, FM_STR("pool exhausted")));
    assert_str(k.c->turns.items[k.c->turns.n - 1].provenance.reasoner, "analyst");
    kit_close(&k);
}

TEST(the_same_diagnosis_adds_nothing_twice)
{
    struct kit k;
    struct scene s;
    kit_investigate(&k);
    make_scene(&k, &s, 0.93);
    analyse(&k, &s);
    size_t hypotheses = k.c->hypotheses.n, solutions = k.c->solutions.n, requests = k.c->requests.n;
    analyse(&k, &s);
    assert_none_rejected(&k);
    assert_int_equal(k.c->hypotheses.n, hypotheses);
    assert_int_equal(k.c->solutions.n, solutions);
    assert_int_equal(k.c->requests.n, requests);
    assert_int_equal(k.c->root_causes.n, 1);
    kit_close(&k);
}

TEST(new_evidence_may_dispute_what_the_analyst_found_before)
{
    struct kit k;
    struct scene s;
    kit_investigate(&k);
    make_scene(&k, &s, 0.93);
    analyse(&k, &s);
    make_scene(&k, &s, 0.6);
    s.cause.statement = FM_STR("db: a lock blocks all writers");
    s.cause.fault = FM_FAULT_DATABASE_LOCK_CONTENTION;
    s.cause.entity.name = FM_STR("db");
    analyse(&k, &s);
    assert_int_equal(k.c->root_causes.items[0].status, FM_FACT_DISPUTED);
    assert_false(fm_case_has(k.c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED));
    assert_int_equal(k.c->hypotheses.n, 2);
    kit_close(&k);
}

TEST(the_analyst_proposes_a_statement_and_never_consents)
{
    struct kit k;
    struct scene s;
    kit_open(&k, "x");
    kit_add(&k, "app.log", "aa");
    make_scene(&k, &s, 0.93);
    analyse(&k, &s);
    assert_true(fm_str_has(k.c->consulting.statement,
                           FM_STR("web is affected since 2025-11-06T09:41:07Z")));
    assert_false(k.c->consulting.confirmed);
    assert_int_equal(k.c->status, FM_CASE_CONSULTING);
    assert_int_equal(k.c->hypotheses.n, 0);
    kit_close(&k);
}

TEST(views_are_valid_json_and_never_control_a_terminal)
{
    struct kit k;
    struct fm_buf b;
    yyjson_val *v;
    resolved(&k);
    fm_buf_init(&b, 1 << 22);
    fm_case_view_json(&k.ctx.arena, k.c, FM_TIME_NONE, &b);
    assert_int_equal(fm_json_read(&k.ctx, fm_buf_str(&b), &v), FM_OK);
    assert_str(fm_json_get_str(v, "status"), "resolved");
    assert_int_equal(yyjson_arr_size(fm_json_get(v, "evidence")), 2);
    assert_true(fm_json_get_bool(fm_json_get(fm_json_get(v, "milestones"), "solution_verified"),
                                 "holds", false));
    fm_buf_clear(&b);
    k.c->title = FM_STR("a\x1b[2Jb");
    fm_case_view_text(&k.ctx.arena, k.c, FM_TIME_NONE, (struct fm_view_style){0}, &b);
    assert_false(fm_str_has(fm_buf_str(&b), FM_STR("\x1b")));
    fm_buf_release(&b);
    kit_close(&k);
}
