/* SPDX-License-Identifier: Apache-2.0 */
/* Solutions, resolution, progress, degraded mode, escalation, loop-back. Scenario numbers: the
 * acceptance list. */
#include "case_kit.h"

#include "faultmaven/core/confidence.h"

#define CHANGES(x) "{'changes':[" x "]}"
#define SOLUTION                                                                                   \
    "{'type':'add_solution','solution':{'kind':'remediation','title':'Raise the "                  \
    "pool','commands':['x'],"                                                                      \
    "'hypothesis_id':'$h0'}}"
#define MOVE(state, more)                                                                          \
    "{'type':'update_solution','solution':{'solution_id':'$s0','state':'" state "'" more "}}"
#define INTENT(kind) CHANGES("{'type':'intent','intent':{'kind':'" kind "'}}")
#define REQUEST(text)                                                                              \
    "{'type':'request_evidence','request':{'description':'" text "','priority':'critical'}}"
#define BLOCK(i)                                                                                   \
    "{'type':'answer_request','answer':{'request_id':'$r" i                                        \
    "','unavailable':true,'reason':'no access'}}"

static void with_hypothesis(struct kit *k)
{
    kit_investigate(k);
    kit_say(
        k, "?",
        CHANGES(
            "{'type':'add_hypothesis','hypothesis':{'statement':'pool','category':'config','mode':"
            "'systematic'}}"));
}

static void applied(struct kit *k)
{
    with_hypothesis(k);
    kit_say(k, "?", CHANGES(SOLUTION));
    assert_none_rejected(k);
    kit_do(k, CHANGES(MOVE("applied", "")));
    assert_int_equal(k->c->solutions.items[0].state, FM_SOLUTION_APPLIED);
}

static void verified(struct kit *k)
{
    applied(k);
    kit_add(k, "after.csv", "after");
    kit_do(k, CHANGES(MOVE("verified",
                           ",'effectiveness':0.9,'method':'error rate','evidence_id':'$e1'")));
    assert_none_rejected(k);
}

TEST(s46_a_solution_needs_substance)
{
    struct kit k;
    with_hypothesis(&k);
    kit_say(
        &k, "?",
        CHANGES(
            "{'type':'add_solution','solution':{'title':'Do something','hypothesis_id':'$h0'}}"));
    assert_rejected(&k, "needs an immediate_action");
    kit_say(&k, "?", CHANGES(SOLUTION));
    assert_int_equal(k.c->solutions.n, 1);
    assert_true(fm_case_has(k.c, FM_MILESTONE_SOLUTION_PROPOSED));
    kit_close(&k);
}

TEST(s47_verified_and_effectiveness_go_together)
{
    struct kit k;
    with_hypothesis(&k);
    kit_say(
        &k, "?",
        CHANGES(
            "{'type':'add_solution','solution':{'title':'t','commands':['x'],'kind':'mitigation',"
            "'effectiveness':0.5}}"));
    assert_rejected(&k, "go together");
    kit_close(&k);
    applied(&k);
    kit_add(&k, "after.csv", "after");
    kit_do(&k, CHANGES(MOVE("verified", ",'evidence_id':'$e1'")));
    assert_rejected(&k, "needs an effectiveness");
    kit_do(&k, CHANGES(MOVE("failed", ",'effectiveness':0.5,'reason':'r'")));
    assert_rejected(&k, "only a verified solution has an effectiveness");
    kit_close(&k);
}

TEST(a_fix_is_verified_by_data_from_after_it)
{
    struct kit k;
    applied(&k);
    kit_do(&k, CHANGES(MOVE("verified", ",'effectiveness':0.9,'evidence_id':'$e0'")));
    assert_rejected(&k, "is from before the fix");
    kit_do(&k,
           CHANGES("{'type':'add_evidence','handle':'E','evidence':{'summary':'looks fine'}}," MOVE(
               "verified", ",'effectiveness':0.9,'evidence_id':'E'")));
    assert_rejected(&k, "testimony alone");
    assert_false(fm_case_has(k.c, FM_MILESTONE_SOLUTION_VERIFIED));
    kit_close(&k);
}

TEST(s48_a_fix_that_does_not_hold_fails_and_the_next_is_asked_for)
{
    struct kit k;
    applied(&k);
    kit_do(&k, INTENT("not_fixed"));
    assert_int_equal(k.c->solutions.items[0].state, FM_SOLUTION_FAILED);
    assert_false(fm_case_has(k.c, FM_MILESTONE_SOLUTION_APPLIED));
    assert_false(fm_case_has(k.c, FM_MILESTONE_SOLUTION_VERIFIED));
    assert_int_equal(k.c->status, FM_CASE_INVESTIGATING);
    assert_true(kit_is_advised(&k, FM_ADVICE_NEXT_SOLUTION));
    kit_close(&k);
}

TEST(s49_a_verified_fix_proposes_and_the_user_resolves)
{
    struct kit k;
    verified(&k);
    assert_int_equal(k.c->status, FM_CASE_INVESTIGATING);
    assert_true(kit_is_advised(&k, FM_ADVICE_PROPOSE_RESOLVE));
    kit_do(&k, INTENT("resolve"));
    assert_int_equal(k.c->status, FM_CASE_RESOLVED);
    assert_int_equal(k.c->closure, FM_CLOSURE_RESOLVED);
    assert_int_equal(k.c->basis, FM_BASIS_EVIDENCE_VERIFIED);
    assert_true(k.c->resolved_at == k.c->closed_at && k.c->resolved_at >= k.c->created_at);
    assert_int_equal(k.r.turn->outcome, FM_TURN_CASE_RESOLVED);
    kit_close(&k);
}

TEST(s50_not_fixed_after_all_keeps_it_open)
{
    struct kit k;
    verified(&k);
    kit_say(
        &k, "it's not fixed",
        CHANGES("{'type':'intent','intent':{'kind':'not_fixed','cites':[{'message_id':'message',"
                "'quote':'not fixed'}]}}"));
    assert_none_rejected(&k);
    assert_int_equal(k.c->status, FM_CASE_INVESTIGATING);
    assert_int_equal(k.c->solutions.items[0].state, FM_SOLUTION_FAILED);
    assert_true(k.c->solutions.items[0].effectiveness < 0);
    kit_close(&k);
}

TEST(resolving_without_proof_needs_an_attestation)
{
    struct kit k;
    with_hypothesis(&k);
    kit_do(&k, INTENT("resolve"));
    assert_rejected(&k, "no fix is verified");
    kit_close(&k);
}

TEST(moves_of_a_solution_follow_its_states)
{
    struct kit k;
    with_hypothesis(&k);
    kit_say(&k, "?", CHANGES(SOLUTION));
    kit_do(&k, CHANGES(MOVE("verified", ",'effectiveness':1,'evidence_id':'$e0'")));
    assert_rejected(&k, "it cannot become verified");
    kit_say(&k, "?", CHANGES(MOVE("applied", "")));
    assert_rejected(&k, "only the user can say this");
    kit_do(&k, CHANGES(MOVE("rejected", "")));
    assert_rejected(&k, "needs a reason");
    kit_do(&k, CHANGES(MOVE("rejected", ",'reason':'too risky'")));
    assert_int_equal(k.c->solutions.items[0].state, FM_SOLUTION_REJECTED);
    assert_false(fm_case_has(k.c, FM_MILESTONE_SOLUTION_PROPOSED));
    kit_close(&k);
}

TEST(s37_s38_stalls_open_and_close_episodes)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?", "{'message':'a'}");
    assert_false(kit_is_advised(&k, FM_ADVICE_CHANGE_APPROACH));
    kit_say(&k, "?", "{'message':'b'}");
    assert_true(kit_is_advised(&k, FM_ADVICE_CHANGE_APPROACH));
    assert_int_equal(k.c->episodes.n, 0);
    kit_say(&k, "?", "{'message':'c'}");
    assert_true(fm_case_is_stuck(k.c));
    assert_int_equal(k.c->episodes.n, 1);
    assert_int_equal(k.c->episodes.items[0].type, FM_DEGRADED_NO_PROGRESS);
    kit_add(&k, "new.log", "new");
    assert_false(fm_case_is_stuck(k.c));
    assert_true(k.c->episodes.items[0].exit_reason.len > 0);
    for (int i = 0; i < 3; i++)
        kit_say(&k, "?", "{'message':'d'}");
    assert_int_equal(k.c->episodes.n, 2);
    assert_true(k.c->episodes.items[1].exited_at == FM_TIME_NONE);
    kit_close(&k);
}

TEST(s39_waiting_is_neither_progress_nor_stall)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?", "{'message':'a'}");
    int64_t before = k.c->turns_without_progress;
    for (int i = 0; i < 4; i++)
        kit_say(&k, "Query is running, 20 min",
                CHANGES("{'type':'wait','waiting':{'on':'the query','reason':'20 min'}}"));
    assert_int_equal(k.c->turns_without_progress, before);
    assert_str(k.c->waiting.on, "the query");
    assert_int_equal(k.c->episodes.n, 0);
    kit_add(&k, "result.csv", "res");
    assert_int_equal(k.c->waiting.on.len, 0);
    kit_close(&k);
}

TEST(s40_all_inconclusive_is_a_deadlock)
{
    struct kit k;
    with_hypothesis(&k);
    kit_say(
        &k, "?",
        CHANGES("{'type':'request_evidence','request':{'description':'x','hypothesis_id':'$h0'}}"));
    kit_say(&k, "no", CHANGES(BLOCK("0")));
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_INCONCLUSIVE);
    assert_non_null(fm_case_episode(k.c));
    assert_int_equal(fm_case_episode(k.c)->type, FM_DEGRADED_HYPOTHESIS_DEADLOCK);
    assert_true(fm_confidence_cap(k.c) == 0.40);
    kit_close(&k);
}

TEST(s41_a_degraded_case_shows_capped_confidence)
{
    struct kit k;
    bool is_capped;
    kit_investigate(&k);
    kit_say(&k, "?", CHANGES(REQUEST("a") "," REQUEST("b")));
    kit_say(&k, "no", CHANGES(BLOCK("0") "," BLOCK("1")));
    assert_int_equal(fm_case_episode(k.c)->type, FM_DEGRADED_LIMITED_DATA);
    kit_say(&k, "?",
            CHANGES("{'type':'working_conclusion','conclusion':{'statement':'it is the "
                    "pool','confidence':0.9,"
                    "'evidence_ids':['$e0']}}"));
    assert_none_rejected(&k);
    double shown = fm_confidence_shown(k.c, fm_case_conclusion(k.c)->confidence, &is_capped);
    assert_true(fm_case_conclusion(k.c)->confidence == 0.9);
    assert_true(shown == 0.5);
    assert_true(is_capped);
    kit_close(&k);
}

TEST(a_suggested_episode_must_fit_the_facts)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?", CHANGES("{'type':'suggest_degraded','degraded':{'type':'limited_data'}}"));
    assert_rejected(&k, "needs a request that is blocked");
    kit_say(&k, "?", CHANGES("{'type':'suggest_degraded','degraded':{'type':'no_progress'}}"));
    assert_rejected(&k, "counted by the system");
    kit_close(&k);
}

TEST(s45_the_fourth_loop_back_proposes_escalation)
{
    struct kit k;
    kit_investigate(&k);
    for (int i = 0; i < 3; i++) {
        kit_say(
            &k, "?",
            CHANGES("{'type':'set_milestone','milestone':{'name':'timeline_established','cites':[{"
                    "'evidence_id':'$e0'}]}}"));
        kit_say(&k, "?",
                CHANGES("{'type':'loop_back','loop_back':{'kind':'timeline_wrong','reason':'clock "
                        "skew'}}"));
        assert_none_rejected(&k);
        assert_false(fm_case_has(k.c, FM_MILESTONE_TIMELINE_ESTABLISHED));
    }
    kit_say(&k, "?",
            CHANGES("{'type':'loop_back','loop_back':{'kind':'scope_changed','reason':'again'}}"));
    assert_rejected(&k, "propose an escalation");
    assert_true(kit_is_advised(&k, FM_ADVICE_PROPOSE_ESCALATION));
    assert_int_equal(k.c->loop_backs.n, 3);
    assert_int_equal(k.c->solutions.n, 0);
    kit_close(&k);
}

TEST(an_escalation_hands_over_and_comes_back)
{
    struct kit k;
    with_hypothesis(&k);
    kit_do(&k, CHANGES("{'type':'intent','intent':{'kind':'request_escalation','type':'expertise_"
                       "required','to':'DBA',"
                       "'reason':'lock waits'}}"));
    assert_int_equal(k.c->status, FM_CASE_INVESTIGATING);
    assert_str(k.c->waiting.on, "DBA");
    assert_int_equal(k.c->escalations.n, 1);
    assert_true(fm_str_has(k.c->escalations.items[0].summary, FM_STR("30% of checkouts fail")));
    assert_int_equal(k.c->escalations.items[0].findings.n, 1);
    kit_do(&k, CHANGES("{'type':'resolve_escalation','item':{'id':'$c0','reason':'index added'}}"));
    assert_true(k.c->escalations.items[0].resolved_at != FM_TIME_NONE);
    assert_int_equal(k.c->waiting.on.len, 0);
    kit_close(&k);
}

TEST(s66_warnings)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_case *c = fm_case_new(&ctx.arena);
    c->status = FM_CASE_CLOSED;
    c->turns_without_progress = 3;
    struct fm_episode *e = fm_vec_add(&ctx.arena, &c->episodes);
    fm_record_init(&fm_episode_type, e);
    e->type = FM_DEGRADED_NO_PROGRESS;
    struct fm_escalation *x = fm_vec_add(&ctx.arena, &c->escalations);
    fm_record_init(&fm_escalation_type, x);
    struct fm_warnings w = fm_case_warnings(&ctx.arena, c, FM_TIME_NONE);
    static const char *const want[4][2] = {{"stuck", "warning"},
                                           {"degraded_mode", "error"},
                                           {"escalation", "info"},
                                           {"no_documentation", "info"}};
    assert_int_equal(w.n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(w.items[i].kind, want[i][0]);
        assert_string_equal(w.items[i].severity, want[i][1]);
    }
    fm_ctx_release(&ctx);
}

TEST(s35_confidence_bands)
{
    static const struct {
        double score;
        enum fm_confidence_level level;
    } cases[] = {{.49, FM_LEVEL_SPECULATION}, {.5, FM_LEVEL_PROBABLE},   {.69, FM_LEVEL_PROBABLE},
                 {.7, FM_LEVEL_CONFIDENT},    {.89, FM_LEVEL_CONFIDENT}, {.9, FM_LEVEL_VERIFIED},
                 {1.0, FM_LEVEL_VERIFIED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(fm_confidence_band(cases[i].score), cases[i].level);
}

TEST(s67_aggregate)
{
    struct fm_confidence_features all = {1.0, 1.0, 1.0, 1.0, 1.0};
    assert_true(fm_confidence_aggregate(&all) == 1.0);
    assert_string_equal(fm_confidence_aggregate_band(.4, (double[]){.4, .3}, 2), "low");
    assert_string_equal(fm_confidence_aggregate_band(.4, (double[]){.6, .3}, 2), "gray");
    assert_string_equal(fm_confidence_aggregate_band(.8, NULL, 0), "high");
}

TEST(ooda_and_phases_are_views_over_the_log)
{
    struct kit k;
    struct fm_iterations list;
    struct fm_phase phases[FM_PHASE_N];
    verified(&k);
    assert_int_equal(fm_ooda_iterations(&k.ctx, &k.log, &list), FM_OK);
    assert_true(list.n >= 3);
    unsigned all = 0;
    fm_vec_each (&list, it) {
        all |= it->steps;
        assert_true(it->first_turn <= it->last_turn && it->intensity != FM_INTENSITY_NONE);
    }
    assert_int_equal(all, FM_OODA_OBSERVE | FM_OODA_ORIENT | FM_OODA_DECIDE | FM_OODA_ACT);
    fm_case_phases(&k.ctx.arena, k.c, phases);
    assert_int_equal(phases[0].state, FM_PHASE_DONE);
    assert_int_equal(phases[1].state, FM_PHASE_SKIPPED);
    assert_int_equal(phases[5].state, FM_PHASE_DONE);
    assert_int_equal(phases[6].state, FM_PHASE_CURRENT);
    kit_close(&k);
}

TEST(s58_memory_fits_its_budget_and_keeps_every_id)
{
    struct kit k;
    kit_investigate(&k);
    for (int i = 0; i < 200; i++) {
        char name[32], sha[32];
        snprintf(name, sizeof name, "file-%d.log", i);
        snprintf(sha, sizeof sha, "sha%d", i);
        fm_str s = fm_str_dup(&k.ctx.arena, fm_str_c(sha));
        struct fm_evidence_item e;
        fm_record_init(&fm_evidence_item_type, &e);
        e.id = fm_str_fmt(&k.ctx.arena, "ev_%012d", i);
        e.summary = fm_str_fmt(&k.ctx.arena, "%s %0400d", name, i);
        e.sha256 = s;
        fm_vec_push(&k.ctx.arena, &k.c->evidence, e);
    }
    for (int i = 0; i < 300; i++) {
        struct fm_message m;
        fm_record_init(&fm_message_type, &m);
        m.id = fm_str_fmt(&k.ctx.arena, "msg_%012d", i);
        m.text = fm_str_fmt(&k.ctx.arena, "message %d %0300d", i, i);
        fm_vec_push(&k.ctx.arena, &k.c->messages, m);
    }
    struct fm_memory a = fm_case_memory(&k.ctx.arena, k.c, 6000);
    struct fm_memory b = fm_case_memory(&k.ctx.arena, k.c, 6000);
    size_t tokens = 0, ids = 0;
    bool has_newest = false;
    assert_int_equal(a.n, b.n);
    for (size_t i = 0; i < a.n; i++) {
        assert_true(fm_str_eq(a.items[i].text, b.items[i].text));
        tokens += a.items[i].tokens;
        ids += fm_str_starts(a.items[i].id, FM_STR("ev_"));
        has_newest |= fm_str_eq(a.items[i].id, k.c->messages.items[k.c->messages.n - 1].id);
    }
    assert_true(tokens <= 6000);
    assert_int_equal(ids, k.c->evidence.n);
    assert_true(has_newest);
    kit_close(&k);
}
