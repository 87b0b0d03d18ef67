/* SPDX-License-Identifier: Apache-2.0 */
/* Hypotheses, links, requests, anchoring. Scenario numbers are those of the acceptance list. */
#include "case_kit.h"

#define CHANGES(x) "{'changes':[" x "]}"
#define HYPOTHESIS(handle, statement, category)                                                    \
    "{'type':'add_hypothesis','handle':'" handle "','hypothesis':{'statement':'" statement         \
    "','category':'" category "','mode':'systematic'}}"
#define LINK(h, e, stance)                                                                         \
    "{'type':'link','link':{'hypothesis_id':'" h "','evidence_id':'" e "','stance':'" stance "'}}"
#define REQUEST(handle, text, h)                                                                   \
    "{'type':'request_evidence','handle':'" handle "','request':{'description':'" text             \
    "','hypothesis_id':'" h "','priority':'critical'}}"

static void add_files(struct kit *k, int n)
{
    for (int i = 0; i < n; i++) {
        char name[16], sha[16];
        snprintf(name, sizeof name, "f%d.log", i);
        snprintf(sha, sizeof sha, "f%d", i);
        kit_add(k, name, sha);
    }
}

TEST(s27_only_telling_links_are_kept)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(
        &k, "?",
        CHANGES(
            HYPOTHESIS("H1", "one", "code") "," HYPOTHESIS("H2", "two", "data") "," HYPOTHESIS("H3", "three", "network") "," HYPOTHESIS(
                "H4", "four",
                "human") "," LINK("H1", "$e0",
                                  "strongly_supports") "," LINK("H2", "$e0",
                                                                "contradicts") "," LINK("H3", "$e0",
                                                                                        "irrelevan"
                                                                                        "t") ",{'"
                                                                                             "type'"
                                                                                             ":'"
                                                                                             "link'"
                                                                                             ",'"
                                                                                             "link'"
                                                                                             ":{'"
                                                                                             "hypot"
                                                                                             "hesis"
                                                                                             "_id':"
                                                                                             "'H4',"
                                                                                             "'evid"
                                                                                             "ence_"
                                                                                             "id':'"
                                                                                             "$e0',"
                                                                                             "'stan"
                                                                                             "ce':'"
                                                                                             "neutr"
                                                                                             "al','"
                                                                                             "compl"
                                                                                             "etene"
                                                                                             "ss':"
                                                                                             "0.2}"
                                                                                             "}"));
    assert_int_equal(k.c->links.n, 2);
    assert_int_equal(k.c->links.items[0].stance, FM_STANCE_STRONGLY_SUPPORTS);
    assert_int_equal(k.c->links.items[1].stance, FM_STANCE_CONTRADICTS);
    assert_int_equal(k.r.turn->rejected.n, 2);
    kit_close(&k);
}

TEST(s28_a_link_to_nothing_is_dropped_and_the_rest_applies)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?",
            CHANGES(LINK("H9", "$e0", "supports") "," LINK("H1", "E7", "supports") "," HYPOTHESIS(
                "H1", "one", "code") "," LINK("H1", "$e0", "supports")));
    assert_rejected(&k, "\"H9\" names no hypothesis");
    assert_rejected(&k, "\"E7\" names no evidence");
    assert_int_equal(k.c->links.n, 1);
    assert_int_equal(k.c->hypotheses.n, 1);
    kit_close(&k);
}

TEST(s29_evidence_score)
{
    struct kit k;
    kit_investigate(&k);
    add_files(&k, 2);
    kit_say(&k, "?", CHANGES(HYPOTHESIS("H1", "one", "code")));
    assert_true(fm_hypothesis_evidence_score(k.c, &k.c->hypotheses.items[0]) == 0.0);
    kit_say(&k, "?", CHANGES(LINK("$h0", "$e0", "supports") "," LINK("$h0", "$e1", "supports")));
    assert_true(fm_hypothesis_evidence_score(k.c, &k.c->hypotheses.items[0]) == 1.0);
    kit_say(&k, "?", CHANGES(LINK("$h0", "$e2", "contradicts")));
    double score = fm_hypothesis_evidence_score(k.c, &k.c->hypotheses.items[0]);
    assert_true(score > 0.33 && score < 0.34);
    kit_close(&k);
}

static void classic(struct kit *k, const char *start, const char *links)
{
    char script[300];
    kit_investigate(k);
    k->engine.rating = FM_RATING_CLASSIC;
    add_files(k, 2);
    snprintf(script, sizeof script,
             CHANGES("{'type':'add_hypothesis','hypothesis':{'statement':'h','category':'code','"
                     "mode':'systematic',"
                     "'initial_likelihood':%s}}"),
             start);
    kit_say(k, "?", script);
    kit_say(k, "?", links);
}

TEST(s30_classic_formula)
{
    static const struct {
        const char *links;
        double likelihood;
        enum fm_hypothesis_status status;
    } cases[] = {
        {CHANGES(LINK("$h0", "$e0", "supports") "," LINK("$h0", "$e1", "supports")), 0.80,
         FM_HYPOTHESIS_VALIDATED},
        {CHANGES(LINK("$h0", "$e0", "contradicts") "," LINK("$h0", "$e1", "contradicts")), 0.10,
         FM_HYPOTHESIS_REFUTED},
        {CHANGES(LINK("$h0", "$e0", "supports")), 0.65, FM_HYPOTHESIS_ACTIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;
        classic(&k, "0.5", cases[i].links);
        assert_true(k.c->hypotheses.items[0].likelihood == cases[i].likelihood);
        assert_int_equal(k.c->hypotheses.items[0].status, cases[i].status);
        kit_close(&k);
    }
}

TEST(s31_classic_formula_is_clamped_and_needs_two_supports)
{
    struct kit k;
    struct fm_hypothesis h;
    kit_investigate(&k);
    kit_say(&k, "?", CHANGES(HYPOTHESIS("H1", "one", "code") "," LINK("H1", "$e0", "supports")));
    h = k.c->hypotheses.items[0];
    h.initial_likelihood = 0.9;
    double x = fm_hypothesis_rate(k.c, &h, FM_RATING_CLASSIC);
    assert_true(x == 1.0);
    assert_int_equal(fm_hypothesis_next_status(k.c, &h, x, FM_RATING_CLASSIC),
                     FM_HYPOTHESIS_ACTIVE);
    kit_close(&k);
}

TEST(weighted_rating_does_not_depend_on_the_order_of_evidence)
{
    static const char *const orders[2][3] = {
        {LINK("$h0", "$e0", "supports"), LINK("$h0", "$e1", "contradicts"),
         LINK("$h0", "$e2", "supports")},
        {LINK("$h0", "$e1", "contradicts"), LINK("$h0", "$e2", "supports"),
         LINK("$h0", "$e0", "supports")},
    };
    double got[2];
    for (int o = 0; o < 2; o++) {
        struct kit k;
        kit_investigate(&k);
        add_files(&k, 2);
        kit_say(&k, "?", CHANGES(HYPOTHESIS("H1", "one", "code")));
        for (int i = 0; i < 3; i++) {
            char script[200];
            snprintf(script, sizeof script, "{'changes':[%s]}", orders[o][i]);
            kit_say(&k, "?", script);
        }
        got[o] = k.c->hypotheses.items[0].likelihood;
        kit_close(&k);
    }
    assert_true(got[0] == got[1]);
}

TEST(two_sources_validate_and_one_source_twice_does_not)
{
    struct kit k;
    kit_investigate(&k);
    add_files(&k, 3);
    kit_say(&k, "?", CHANGES(HYPOTHESIS("H1", "one", "code") "," LINK("H1", "$e0", "supports")));
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_ACTIVE);
    kit_say(&k, "?", CHANGES(LINK("$h0", "$e1", "supports") "," LINK("$h0", "$e2", "supports")));
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_VALIDATED);
    assert_int_equal(k.r.turn->hypotheses_validated.n, 1);
    kit_close(&k);
}

TEST(s32_a_strong_contradiction_reopens_and_disputes_the_cause)
{
    struct kit k;
    kit_investigate(&k);
    add_files(&k, 2);
    kit_say(
        &k, "?",
        CHANGES(HYPOTHESIS("H1", "one", "code") "," LINK("H1", "$e0", "strongly_supports") "," LINK(
            "H1", "$e1", "strongly_supports") ",{'type':'root_cause','root_cause':{'statement':'s',"
                                              "'mechanism':'m','confidence':0.9,'method':'"
                                              "hypothesis_validation','hypothesis_id':'H1',"
                                              "'cites':[{'evidence_id':'$e0'}]}}"));
    assert_none_rejected(&k);
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_VALIDATED);
    assert_true(k.c->root_causes.items[0].confidence <= k.c->hypotheses.items[0].likelihood);
    kit_say(&k, "?", CHANGES(LINK("$h0", "$e2", "strongly_contradicts")));
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_ACTIVE);
    assert_int_equal(k.c->root_causes.items[0].status, FM_FACT_DISPUTED);
    assert_false(fm_case_has(k.c, FM_MILESTONE_ROOT_CAUSE_IDENTIFIED));
    assert_int_equal(k.c->milestones[FM_MILESTONE_ROOT_CAUSE_IDENTIFIED].status, FM_FACT_DISPUTED);
    kit_close(&k);
}

TEST(s33_waiting_does_not_wear_a_hypothesis_out)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?",
            CHANGES(HYPOTHESIS("H1", "one", "code") "," LINK(
                "H1", "$e0", "strongly_supports") "," REQUEST("R1", "thread dump", "H1")));
    double before = k.c->hypotheses.items[0].likelihood;
    double rank = fm_hypothesis_rank(k.c, &k.c->hypotheses.items[0]);
    enum fm_hypothesis_status status = k.c->hypotheses.items[0].status;
    kit_say(&k, "?", CHANGES(HYPOTHESIS("H2", "two", "data")));
    double other_rank = fm_hypothesis_rank(k.c, &k.c->hypotheses.items[1]);
    for (int i = 0; i < 7; i++)
        kit_say(&k, "still fetching", "{'message':'ok'}");
    assert_true(k.c->hypotheses.items[0].likelihood == before);
    assert_int_equal(k.c->hypotheses.items[0].status, status);
    assert_true(rank >= before);
    assert_true(k.c->hypotheses.items[1].likelihood == 0.5);
    assert_true(fm_hypothesis_rank(k.c, &k.c->hypotheses.items[1]) < other_rank);
    kit_close(&k);
}

TEST(s34_anchoring_is_named_after_four_failures_in_one_category)
{
    static const char *const categories[3][4] = {{"code", "code", "code", "code"},
                                                 {"code", "code", "code", "data"},
                                                 {"code", "data", "network", "human"}};
    for (int i = 0; i < 3; i++) {
        struct kit k;
        kit_investigate(&k);
        for (int h = 0; h < 4; h++) {
            char script[400];
            snprintf(script, sizeof script,
                     CHANGES("{'type':'add_hypothesis','handle':'H','hypothesis':{'statement':'h%d'"
                             ",'category':'%s',"
                             "'mode':'systematic'}},{'type':'update_hypothesis','hypothesis':{'"
                             "hypothesis_id':'H',"
                             "'status':'refuted','reason':'checked'}}"),
                     h, categories[i][h]);
            kit_do(&k, script);
        }
        assert_int_equal(fm_anchored_category(k.c),
                         i == 0 ? FM_HYPOTHESIS_CODE : FM_HYPOTHESIS_CATEGORY_NONE);
        assert_int_equal(kit_is_advised(&k, FM_ADVICE_ANCHORING), i == 0);
        kit_close(&k);
    }
}

TEST(s42_completeness_of_a_request_only_grows)
{
    static const struct {
        const char *answer;
        double completeness;
        enum fm_request_status status;
    } steps[] = {{"0.4", 0.4, FM_REQUEST_PARTIAL},
                 {"0.3", 0.4, FM_REQUEST_PARTIAL},
                 {"0.9", 0.9, FM_REQUEST_COMPLETE}};
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?",
            CHANGES("{'type':'request_evidence','request':{'description':'pool metrics'}}"));
    for (size_t i = 0; i < 3; i++) {
        char script[300];
        snprintf(script, sizeof script,
                 CHANGES("{'type':'answer_request','answer':{'request_id':'$r0','completeness':%s,'"
                         "evidence_ids':["
                         "'$e0']}}"),
                 steps[i].answer);
        kit_say(&k, "here", script);
        assert_true(k.c->requests.items[0].completeness == steps[i].completeness);
        assert_int_equal(k.c->requests.items[0].status, steps[i].status);
    }
    assert_int_equal(k.c->evidence.items[0].request_ids.n, 1);
    kit_close(&k);
}

TEST(s43_what_cannot_be_had_is_blocked_and_not_asked_again)
{
    struct kit k;
    char script[600];
    char reason[301];
    memset(reason, 'r', 300);
    reason[300] = '\0';
    kit_investigate(&k);
    kit_say(&k, "?", CHANGES("{'type':'request_evidence','request':{'description':'prod logs'}}"));
    snprintf(script, sizeof script,
             CHANGES("{'type':'answer_request','answer':{'request_id':'$r0','unavailable':true,'"
                     "reason':'%s'}}"),
             reason);
    kit_say(&k, "I have no access to prod logs", script);
    assert_int_equal(k.c->requests.items[0].status, FM_REQUEST_BLOCKED);
    assert_true(k.c->requests.items[0].reason.len <= 200);
    assert_int_equal(k.c->requests.items[0].updated_turn, k.c->current_turn);
    kit_say(&k, "?", CHANGES("{'type':'request_evidence','request':{'description':'Prod logs'}}"));
    assert_rejected(&k, "cannot be had");
    kit_close(&k);
}

TEST(the_same_thing_is_never_asked_a_third_time)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?", CHANGES("{'type':'request_evidence','request':{'description':'heap dump'}}"));
    kit_say(&k, "?", CHANGES("{'type':'request_evidence','request':{'description':'heap dump'}}"));
    assert_none_rejected(&k);
    assert_int_equal(k.c->requests.items[0].ask_count, 2);
    kit_say(&k, "?", CHANGES("{'type':'ask_again','item':{'id':'$r0'}}"));
    assert_rejected(&k, "was asked 2 times");
    kit_close(&k);
}

TEST(s44_requests_of_a_refuted_hypothesis_are_obsolete)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "?",
            CHANGES(HYPOTHESIS("H1", "one",
                               "code") "," REQUEST("R1", "a", "H1") "," REQUEST("R2", "b", "H1")));
    kit_say(&k, "?",
            CHANGES("{'type':'answer_request','answer':{'request_id':'$r0','completeness':1}}"));
    kit_do(&k, CHANGES("{'type':'update_hypothesis','hypothesis':{'hypothesis_id':'$h0','status':'"
                       "refuted','reason':"
                       "'the code path is not used'}}"));
    assert_int_equal(k.c->requests.items[0].status, FM_REQUEST_COMPLETE);
    assert_int_equal(k.c->requests.items[1].status, FM_REQUEST_OBSOLETE);
    kit_close(&k);
}

TEST(capture_and_alternatives)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(
        &k, "?",
        CHANGES(
            "{'type':'add_hypothesis','hypothesis':{'statement':'clue','category':'network'}}"));
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_CAPTURED);
    assert_true(k.c->hypotheses.items[0].likelihood == 0.3);
    kit_say(&k, "?", CHANGES(LINK("$h0", "$e0", "supports")));
    assert_int_equal(k.c->hypotheses.items[0].status, FM_HYPOTHESIS_ACTIVE);
    kit_say(&k, "what else could it be?",
            CHANGES("{'type':'intent','intent':{'kind':'want_alternatives','cites':[{'message_id':'"
                    "message','quote':"
                    "'what "
                    "else'}]}},{'type':'add_hypothesis','hypothesis':{'statement':'other','"
                    "category':'data'}}"));
    assert_int_equal(k.c->hypotheses.items[1].mode, FM_GENERATION_FORCED_ALTERNATIVE);
    kit_say(
        &k, "?",
        CHANGES("{'type':'add_hypothesis','hypothesis':{'statement':'Other','category':'data'}}"));
    assert_rejected(&k, "already");
    kit_close(&k);
}
