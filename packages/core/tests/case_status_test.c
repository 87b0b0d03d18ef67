/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, statement, consent, status, ends. Scenario numbers are those of the acceptance list. */
#include "case_kit.h"

#define INTENT(kind) "{'changes':[{'type':'intent','intent':{'kind':'" kind "'}}]}"
#define STATEMENT(text)                                                                            \
    "{'message':'m','changes':[{'type':'propose_statement','statement':{'text':'" text "'}}]}"

TEST(s01_exactly_four_status_pairs_are_legal)
{
    int n = 0;
    for (unsigned a = 1; a < FM_CASE_COUNT; a++)
        for (unsigned b = 1; b < FM_CASE_COUNT; b++)
            n += fm_status_allowed(a, b);
    assert_int_equal(n, 4);
    assert_true(fm_status_allowed(FM_CASE_CONSULTING, FM_CASE_INVESTIGATING));
    assert_true(fm_status_allowed(FM_CASE_CONSULTING, FM_CASE_CLOSED));
    assert_true(fm_status_allowed(FM_CASE_INVESTIGATING, FM_CASE_RESOLVED));
    assert_true(fm_status_allowed(FM_CASE_INVESTIGATING, FM_CASE_CLOSED));
}

TEST(s01_an_illegal_move_is_rejected_with_a_reason_and_changes_nothing)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, INTENT("investigate"));
    assert_rejected(&k, "cannot go from investigating to investigating");
    kit_do(&k, "{'changes':[{'type':'intent','intent':{'kind':'close','closure':'abandoned'}}]}");
    assert_int_equal(k.c->status, FM_CASE_CLOSED);
    kit_do(&k, "{'changes':[{'type':'intent','intent':{'kind':'resolve','basis':'user_attested','"
               "reason':'x'}}]}");
    assert_rejected(&k, "the case is closed");
    assert_int_equal(k.c->status, FM_CASE_CLOSED);
    assert_int_equal(k.c->status_history.n, 2);
    kit_close(&k);
}

TEST(s02_a_case_without_title_gets_a_dated_one)
{
    struct kit k;
    kit_open(&k, "x");
    struct fm_open_request req = {.actor = alice, .opened_today = 2};
    struct fm_case *c;
    struct fm_events events;
    assert_int_equal(fm_case_open(&k.engine, &k.ctx, &req, &c, &events), FM_OK);
    assert_str(c->title, "Case-1106-3");
    assert_int_equal(c->status, FM_CASE_CONSULTING);
    assert_int_equal(c->current_turn, 0);
    assert_int_equal(c->description.len, 0);
    assert_int_equal(c->id.len, 17);
    kit_close(&k);
}

TEST(s03_titles_are_trimmed_and_limited)
{
    struct kit k;
    struct fm_case *c;
    struct fm_events events;
    kit_open(&k, "  Checkout fails ");
    assert_str(k.c->title, "Checkout fails");
    char longer[202];
    memset(longer, 'x', 201);
    longer[201] = '\0';
    struct fm_open_request blank = {.actor = alice, .title = FM_STR("   ")};
    struct fm_open_request wide = {.actor = alice, .title = fm_str_c(longer)};
    assert_int_equal(fm_case_open(&k.engine, &k.ctx, &blank, &c, &events), FM_EINVAL);
    assert_int_equal(fm_case_open(&k.engine, &k.ctx, &wide, &c, &events), FM_EINVAL);
    kit_close(&k);
}

TEST(s04_an_owner_has_at_most_100_open_cases)
{
    struct kit k;
    struct fm_case *c;
    struct fm_events events;
    kit_open(&k, "x");
    struct fm_open_request req = {.actor = alice, .open_cases = 100};
    assert_int_equal(fm_case_open(&k.engine, &k.ctx, &req, &c, &events), FM_ELIMIT);
    fm_ctx_clear_error(&k.ctx);
    req.open_cases = 99;
    assert_int_equal(fm_case_open(&k.engine, &k.ctx, &req, &c, &events), FM_OK);
    kit_close(&k);
}

TEST(s05_talk_alone_is_no_stall)
{
    struct kit k;
    kit_open(&k, "x");
    for (int i = 0; i < 6; i++)
        kit_say(&k, "What is connection pooling?", "{'message':'A pool of open connections.'}");
    assert_int_equal(k.c->status, FM_CASE_CONSULTING);
    assert_int_equal(k.c->current_turn, 6);
    assert_int_equal(k.c->turns_without_progress, 0);
    assert_int_equal(k.c->episodes.n, 0);
    assert_int_equal(k.c->consulting.statement.len, 0);
    kit_close(&k);
}

TEST(s06_to_s09_a_statement_is_proposed_revised_confirmed_and_frozen)
{
    struct kit k;
    kit_open(&k, "x");
    kit_say(&k, "API has been weird", "{'message':'In which way?'}");
    kit_say(&k, "10% of calls fail", STATEMENT("10% of API calls fail"));
    assert_str(k.c->consulting.statement, "10% of API calls fail");
    assert_false(k.c->consulting.confirmed);
    kit_say(&k, "not quite, 30% not 10%", STATEMENT("30% of API calls fail"));
    assert_str(k.c->consulting.statement, "30% of API calls fail");
    kit_say(&k, "it started yesterday, that is incorrect",
            "{'changes':[{'type':'intent','intent':{'kind':'revise_statement','cites':[{'message_"
            "id':'message',"
            "'quote':'that is incorrect'}]}}]}");
    assert_none_rejected(&k);
    assert_false(k.c->consulting.confirmed);
    assert_int_equal(k.c->status, FM_CASE_CONSULTING);
    kit_do(&k, INTENT("confirm_statement"));
    assert_true(k.c->consulting.confirmed);
    kit_say(&k, "and now?", STATEMENT("Everything fails"));
    assert_rejected(&k, "confirmed and frozen");
    assert_str(k.c->consulting.statement, "30% of API calls fail");
    kit_close(&k);
}

TEST(s10_consent_is_one_atomic_step)
{
    struct kit k;
    kit_open(&k, "x");
    kit_add(&k, "a.log", "11");
    kit_say(&k, "10% of calls fail", STATEMENT("10% of API calls fail"));
    kit_say(&k, "yes, please investigate",
            "{'changes':[{'type':'intent','intent':{'kind':'confirm_statement','cites':[{'message_"
            "id':'message',"
            "'quote':'yes'}]}},{'type':'intent','intent':{'kind':'investigate','cites':[{'message_"
            "id':'message',"
            "'quote':'please investigate'}]}}]}");
    assert_none_rejected(&k);
    assert_int_equal(k.c->status, FM_CASE_INVESTIGATING);
    assert_str(k.c->description, "10% of API calls fail");
    assert_str(k.c->verification.symptom, "10% of API calls fail");
    assert_int_equal(k.c->status_history.n, 1);
    assert_int_equal(k.c->evidence.items[0].state, FM_EVIDENCE_ACCEPTED);
    /* any prefix of the log shows either the whole step or a consulting case */
    for (size_t n = 1; n <= k.log.n; n++) {
        struct fm_events prefix = {k.log.items, n, n};
        struct fm_case *c;
        assert_int_equal(fm_case_fold(&k.ctx, &prefix, &c), FM_OK);
        assert_true(c->status == FM_CASE_CONSULTING ? !c->description.len
                                                    : c->verification.symptom.len > 0);
    }
    kit_close(&k);
}

TEST(s11_words_are_not_consent)
{
    struct kit k;
    kit_open(&k, "x");
    kit_say(&k, "10% of calls fail", STATEMENT("10% of API calls fail"));
    kit_do(&k, INTENT("confirm_statement"));
    kit_say(&k, "please do not investigate",
            "{'changes':[{'type':'intent','intent':{'kind':'do_not_investigate','cites':[{'message_"
            "id':'message',"
            "'quote':'do not investigate'}]}}]}");
    assert_int_equal(k.c->status, FM_CASE_CONSULTING);
    assert_false(k.c->consulting.investigate);
    assert_true(k.c->consulting.declined);
    kit_close(&k);
}

TEST(a_model_cannot_invent_consent)
{
    struct kit k;
    kit_open(&k, "x");
    kit_say(&k, "10% of calls fail", STATEMENT("10% of API calls fail"));
    kit_say(&k, "hm", INTENT("confirm_statement"));
    assert_rejected(&k, "only the user can say this");
    kit_say(
        &k, "hm",
        "{'changes':[{'type':'intent','intent':{'kind':'confirm_statement','cites':[{'message_id':"
        "'message','quote':'yes'}]}}]}");
    assert_rejected(&k, "the quote \"yes\" is not what");
    assert_false(k.c->consulting.confirmed);
    kit_close(&k);
}

TEST(s12_stage_and_completion_of_a_fresh_investigation)
{
    struct kit k;
    kit_open(&k, "x");
    assert_int_equal(fm_case_stage(k.c), FM_CASE_STAGE_NONE);
    kit_close(&k);
    kit_investigate(&k);
    assert_int_equal(fm_case_stage(k.c), FM_CASE_STAGE_SYMPTOM_VERIFICATION);
    assert_int_equal(fm_case_completion(k.c), 0);
    kit_close(&k);
}

TEST(s51_an_ended_case_answers_and_takes_documentation_only)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, "{'changes':[{'type':'intent','intent':{'kind':'resolve','basis':'user_attested','"
               "reason':'restarted'}}]}");
    assert_int_equal(k.c->status, FM_CASE_RESOLVED);
    assert_int_equal(k.c->basis, FM_BASIS_USER_ATTESTED);
    kit_say(&k, "it is slow again, help",
            "{'message':'Open a follow-up "
            "case.','changes':[{'type':'add_hypothesis','hypothesis':{'statement':'h',"
            "'category':'code'}},{'type':'document','documentation':{'lessons_learned':['watch the "
            "pool']}}]}");
    assert_rejected(&k, "open a follow-up case");
    assert_true(kit_is_advised(&k, FM_ADVICE_OFFER_FOLLOW_UP));
    assert_int_equal(k.c->status, FM_CASE_RESOLVED);
    assert_int_equal(k.c->hypotheses.n, 0);
    assert_int_equal(k.c->documentation.lessons_learned.n, 1);
    assert_int_equal(k.c->turns_without_progress, 0);
    struct fm_open_request req = {.actor = alice, .parent = k.c};
    struct fm_case *child;
    struct fm_events events;
    assert_int_equal(fm_case_open(&k.engine, &k.ctx, &req, &child, &events), FM_OK);
    assert_str(child->consulting.statement, "30% of checkouts fail since 09:40");
    assert_true(fm_str_eq(child->relations.items[0].case_id, k.c->id));
    kit_close(&k);
}

TEST(s52_closing_needs_a_reason_that_fits)
{
    static const struct {
        bool investigating;
        const char *closure;
        bool ok;
    } cases[] = {
        {false, "'closure':'consulting_only',", true},
        {false, "'closure':'abandoned',", false},
        {false, "", false},
        {true, "'closure':'abandoned',", true},
        {true, "'closure':'consulting_only',", false},
        {true, "'closure':'resolved',", false},
        {true, "'closure':'bored',", false},
        {true, "'closure':'escalated',", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;
        char script[200];
        if (cases[i].investigating)
            kit_investigate(&k);
        else
            kit_open(&k, "x");
        snprintf(script, sizeof script,
                 "{'changes':[{'type':'intent','intent':{%s'kind':'close'}}]}", cases[i].closure);
        kit_do(&k, script);
        assert_int_equal(k.c->status == FM_CASE_CLOSED, cases[i].ok);
        assert_int_equal(k.r.turn->rejected.n, cases[i].ok ? 0 : 1);
        if (cases[i].ok)
            assert_true(k.c->closure && k.c->closed_at >= k.c->created_at &&
                        k.c->resolved_at == FM_TIME_NONE);
        kit_close(&k);
    }
}

TEST(a_model_cannot_end_a_case)
{
    struct kit k;
    kit_investigate(&k);
    kit_say(&k, "close it",
            "{'changes':[{'type':'intent','intent':{'kind':'close','closure':'abandoned','cites':[{"
            "'message_id':'message','quote':'close it'}]}}]}");
    assert_rejected(&k, "only the user ends a case");
    assert_int_equal(k.c->status, FM_CASE_INVESTIGATING);
    kit_close(&k);
}

TEST(s55_a_failed_reasoner_keeps_the_message_and_changes_nothing)
{
    struct kit k;
    kit_investigate(&k);
    size_t messages = k.c->messages.n;
    kit_say(&k, "why?",
            "{'failed':true,'error':'the model timed out twice','changes':[{'type':'set_title',"
            "'title':{'text':'no'}}]}");
    assert_int_equal(k.r.turn->outcome, FM_TURN_FAILED);
    assert_str(k.r.turn->error, "the model timed out twice");
    assert_int_equal(k.c->messages.n, messages + 2);
    assert_str(k.c->title, "Checkout fails");
    assert_int_equal(k.c->turns_without_progress, 0);
    assert_true(fm_str_has(k.r.reply, FM_STR("Try again")));
    kit_say(&k, "why?", "{'message':'Because.'}");
    assert_int_equal(k.r.turn->outcome, FM_TURN_CONVERSATION);
    kit_close(&k);
}

TEST(s59_summaries_of_a_turn_are_cut_with_an_ellipsis)
{
    struct kit k;
    char text[1001], reply[1100];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    snprintf(reply, sizeof reply, "{'message':'%s'}", text);
    kit_open(&k, "x");
    kit_say(&k, text, reply);
    assert_true(k.r.turn->user_summary.len <= 200);
    assert_true(k.r.turn->agent_summary.len <= 500);
    assert_true(fm_str_ends(k.r.turn->user_summary, FM_STR("\xE2\x80\xA6")));
    assert_true(fm_str_ends(k.r.turn->agent_summary, FM_STR("\xE2\x80\xA6")));
    kit_close(&k);
}

TEST(s64_collaborators_write_and_viewers_read)
{
    struct kit k;
    struct fm_actor bob = {FM_ACTOR_USER, FM_STR("bob")}, eve = {FM_ACTOR_USER, FM_STR("eve")};
    kit_open(&k, "x");
    kit_do(&k, "{'changes':[{'type':'set_member','member':{'user':'bob','role':'collaborator'}},"
               "{'type':'set_member','member':{'user':'eve','role':'viewer'}}]}");
    assert_int_equal(kit_run(&k, (struct kit_turn){.actor = bob, .message = "I look into it"}),
                     FM_OK);
    assert_str(k.c->messages.items[0].author, "bob");
    assert_str(k.r.turn->by, "user:bob");
    assert_int_equal(kit_run(&k, (struct kit_turn){.actor = eve, .message = "me too"}),
                     FM_EFORBIDDEN);
    assert_int_equal(fm_case_may_read(&k.ctx, k.c, eve), FM_OK);
    assert_int_equal(k.c->messages.n, 1);
    kit_close(&k);
}

TEST(turns_that_are_empty_or_too_long_are_refused)
{
    struct kit k;
    char text[4102];
    memset(text, 'x', 4001);
    text[4001] = '\0';
    kit_open(&k, "x");
    assert_int_equal(kit_run(&k, (struct kit_turn){.message = ""}), FM_EINVAL);
    assert_int_equal(kit_run(&k, (struct kit_turn){.message = text}), FM_ELIMIT);
    kit_close(&k);
}
