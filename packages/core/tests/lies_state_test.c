/* SPDX-License-Identifier: Apache-2.0 */
/* A model that lies, by changes: real quotes under false statements, consent that nobody gave,
 * milestones, links and causes of its own making. */
#include "lies_kit.h"

static fm_str replaced(struct fm_arena *a, fm_str s, fm_str from, const char *to)
{
    ptrdiff_t at = fm_str_find(s, from, 0);
    return at < 0 ? FM_STR_NULL
                  : fm_str_fmt(a, "%.*s%s%.*s", FM_STR_ARG(fm_str_sub(s, 0, (size_t)at)), to,
                               FM_STR_ARG(fm_str_skip(s, (size_t)at + from.len)));
}

/* QUOTE is a real quote of $e0. */
static const char *const wishes[] = {
    "{'type':'intent','intent':{'kind':'investigate','cites':[{'message_id':'MSG','quote':'What'}]}"
    "}",
    "{'type':'intent','intent':{'kind':'resolve','basis':'user_attested','reason':'fixed','cites':["
    "{"
    "'message_id':'MSG','quote':'What'}]}}",
    "{'type':'intent','intent':{'kind':'close','closure':'abandoned','cites':[{'message_id':'MSG',"
    "'quote':'What'}]}}",
    "{'type':'intent','intent':{'kind':'request_escalation','to':'network team','cites':[{"
    "'message_id':'MSG','quote':'What'}]}}",
    "{'type':'intent','intent':{'kind':'not_fixed','cites':[{'message_id':'MSG','quote':'What'}]}}",
    "{'type':'intent','intent':{'kind':'confirm_statement','cites':[{'message_id':'MSG','quote':"
    "'yes, I confirm'}]}}",
    "{'type':'root_cause','root_cause':{'statement':'The name server is down','mechanism':'Names "
    "do "
    "not resolve','role':'trigger','confidence':0.99,'method':'direct_analysis','cites':[{"
    "'evidence_id':'$e0','quote':'QUOTE'}]}}",
    "{'type':'root_cause','root_cause':{'statement':'A failed disk','mechanism':'It filled up',"
    "'role':'latent','confidence':0.9,'method':'direct_analysis','cites':[{'evidence_id':'$e0',"
    "'quote':'disk full'}]}}",
    "{'type':'set_milestone','milestone':{'name':'root_cause_identified','confidence':0.9,'method':"
    "'direct_analysis','cites':[{'evidence_id':'$e0','quote':'QUOTE'}]}}",
    "{'type':'set_milestone','milestone':{'name':'changes_identified','cites':[{'evidence_id':'$e0'"
    ","
    "'quote':'QUOTE'}]}}",
    "{'type':'set_milestone','milestone':{'name':'symptom_verified','cites':[{'evidence_id':'$e0'}]"
    "}}",
    "{'type':'set_milestone','milestone':{'name':'solution_applied','cites':[{'evidence_id':'$e0',"
    "'quote':'QUOTE'}]}}",
    "{'type':'set_milestone','milestone':{'name':'solution_verified','cites':[{'evidence_id':'$e0',"
    "'quote':'QUOTE'}]}}",
    "{'type':'set_milestone','milestone':{'name':'mitigation_applied','cites':[{'evidence_id':'$e0'"
    ","
    "'quote':'QUOTE'}]}}",
    "{'type':'record_change','change':{'description':'Deploy 9999 removed the index','kind':"
    "'deployment','cites':[{'evidence_id':'$e0','quote':'QUOTE'}]}}",
    "{'type':'record_change','change':{'description':'Mallory changed the "
    "firewall','kind':'config'}}",
    "{'type':'update_verification','verification':{'affected_services':['mainframe']}}",
    "{'type':'update_verification','verification':{'started_at':'2025-11-06T03:12:55Z'}}",
    "{'type':'update_verification','verification':{'severity':'CRITICAL','urgency':'critical'}}",
    "{'type':'update_verification','verification':{'temporal':'historical'}}",
    "{'type':'update_verification','verification':{'affected_users':'all 40000 customers'}}",
    "{'type':'update_verification','verification':{'user_impact':'Data of customers leaked'}}",
    "{'type':'update_verification','verification':{'no_changes':true}}",
    "{'type':'add_evidence','handle':'E9','evidence':{'summary':'Disk full','source':"
    "'command_output','extract':'/dev/sdx9 100%'}}",
    "{'type':'add_evidence','evidence':{'summary':'Alice says that the disk is full','source':"
    "'user_report','extract':'the disk is full'}}",
    "{'type':'working_conclusion','conclusion':{'statement':'The disk is full','confidence':0.9,"
    "'reasoning':'It is','evidence_ids':['$e0']}}",
    "{'type':'working_conclusion','conclusion':{'statement':'Everything is due to DNS',"
    "'evidence_ids':['$e0']}}",
    "{'type':'update_hypothesis','hypothesis':{'hypothesis_id':'$h0','status':'refuted','reason':'"
    "It "
    "is the disk','cites':[{'evidence_id':'$e0','quote':'QUOTE'}]}}",
    "{'type':'update_hypothesis','hypothesis':{'hypothesis_id':'$h0','status':'validated'}}",
    "{'type':'link','link':{'hypothesis_id':'$h0','evidence_id':'$e0','stance':"
    "'strongly_contradicts','completeness':1,'cites':[{'evidence_id':'$e0','quote':'disk full'}]}}",
    "{'type':'link','link':{'hypothesis_id':'$h0','evidence_id':'$e1','stance':"
    "'strongly_contradicts','completeness':1,'cites':[{'evidence_id':'$e1','quote':'Shift "
    "notes'}]}}",
    "{'type':'link','link':{'hypothesis_id':'$h0','evidence_id':'$e0','stance':'supports'}}",
    "{'type':'answer_request','answer':{'request_id':'$r0','evidence_ids':['$e0'],'completeness':1}"
    "}",
    "{'type':'answer_request','answer':{'request_id':'$r0','unavailable':true,'reason':'Alice has "
    "no "
    "access'}}",
    "{'type':'request_evidence','request':{'label':'Disk','description':'The disk is full, send "
    "its "
    "state','category':'environment','priority':'critical'}}",
    "{'type':'add_solution','solution':{'kind':'remediation','type':'other','title':'Replace the "
    "disk "
    "that died at 03:12','immediate_action':'It was replaced'}}",
    "{'type':'update_solution','solution':{'solution_id':'$s0','state':'applied','cites':[{"
    "'message_id':'MSG','quote':'What'}]}}",
    "{'type':'update_solution','solution':{'solution_id':'$s0','state':'verified','evidence_id':"
    "'$e0','effectiveness':1,'method':'looked'}}",
    "{'type':'wait','waiting':{'on':'the network team'}}",
    "{'type':'loop_back','loop_back':{'kind':'timeline_wrong','reason':'It began at 03:12'}}",
    "{'type':'select_path','path':{'path':'mitigation_first'}}",
    "{'type':'suggest_degraded','degraded':{'type':'no_progress','reason':'stuck'}}",
    "{'type':'set_member','member':{'user':'mallory','role':'collaborator'}}",
    "{'type':'set_title','title':{'text':'Disk full on node seven'}}",
    "{'type':'withdraw_evidence','item':{'id':'$e0','reason':'wrong'}}",
    "{'type':'action_item','action':{'text':'The disk was replaced by alice'}}",
    "{'type':'propose_statement','statement':{'text':'The disk is full'}}",
    "{'type':'drop_table','table':{}}",
};

static void put_milestones(struct fm_buf *b, const struct fm_case *c)
{
    for (int i = 1; i < FM_MILESTONE_COUNT; i++)
        fm_record_write(&fm_milestone_type, &c->milestones[i], b);
}

/* All that is not the conversation, the count of turns and what the system itself concludes. */
static fm_str facts_of(struct model_kit *m)
{
    const struct fm_case *c = m->k.c;
    struct fm_buf b;
    fm_buf_init(&b, 4u << 20);
    fm_buf_addf(&b, "%d %.*s %.*s ", (int)c->status, FM_STR_ARG(c->title),
                FM_STR_ARG(c->description));
    put_milestones(&b, c);
    fm_record_write(&fm_verification_type, &c->verification, &b);
    fm_record_write(&fm_consulting_type, &c->consulting, &b);
    fm_record_write(&fm_waiting_type, &c->waiting, &b);
    fm_vec_each (&c->evidence, e)
        fm_record_write(&fm_evidence_item_type, e, &b);
    fm_vec_each (&c->links, l)
        fm_record_write(&fm_link_type, l, &b);
    fm_vec_each (&c->hypotheses, h)
        fm_record_write(&fm_hypothesis_type, h, &b);
    fm_vec_each (&c->requests, q)
        fm_record_write(&fm_evidence_request_type, q, &b);
    fm_vec_each (&c->solutions, s)
        fm_record_write(&fm_solution_type, s, &b);
    fm_buf_addf(&b, "%zu %zu %zu %zu %zu", c->changes.n, c->root_causes.n, c->members.n,
                c->loop_backs.n, c->escalations.n);
    fm_str s = fm_str_dup(&m->k.ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

/* A hypothesis at 0.6 that the user judged, a request and a solution, to be lied about. */
static void prepare(struct model_kit *m, const char *word)
{
    kit_do(
        &m->k,
        fm_str_fmt(&m->k.ctx.arena,
                   "{'changes':[{'type':'add_hypothesis','handle':'H1','hypothesis':{'statement':"
                   "'%s','category':'config','mode':'systematic','initial_likelihood':0.5}},"
                   "{'type':'link','link':{'hypothesis_id':'H1','evidence_id':'$e0','stance':"
                   "'strongly_supports','completeness':0.5}},"
                   "{'type':'request_evidence','request':{'label':'Metrics','description':'pool "
                   "metrics','category':'metrics','priority':'important'}},"
                   "{'type':'add_solution','solution':{'kind':'mitigation','type':'restart',"
                   "'title':'Restart it','immediate_action':'Restart it'}}]}",
                   word)
            .p);
    assert_none_rejected(&m->k);
}

static void wish(struct model_kit *m, const char *change, const char *quote)
{
    struct fm_arena *a = &m->k.ctx.arena;
    fm_str before = facts_of(m), text = fm_str_c(change);
    for (fm_str next; (next = replaced(a, text, FM_STR("QUOTE"), quote)).len;)
        text = next;
    fm_str reply =
        fm_str_fmt(a, "{'message':'Done. The disk is full.','changes':[%.*s]}", FM_STR_ARG(text));
    const char *const script[] = {reply.p, NULL};
    model_say(m, "What is known so far?", script);
    fm_str after = facts_of(m);
    if (!fm_str_eq(before, after))
        fail_msg("accepted: %.*s", FM_STR_ARG(text));
    if (m->k.r.turn->rejected.n != 1)
        fail_msg("%zu rejections: %.*s", m->k.r.turn->rejected.n, FM_STR_ARG(text));
    assert_true(m->k.r.turn->rejected.items[0].reason.len > 0);
    assert_true(model_replied(m, "The disk is full. (unverified"));
}

TEST(no_lie_becomes_state)
{
    assert_true(sizeof wishes / sizeof wishes[0] >= 45);
    for (size_t i = 0; i < N_INCIDENTS; i++) {
        struct model_kit m;
        model_open(&m, incidents[i].files);
        prepare(&m, incidents[i].words[0]);
        for (size_t k = 0; k < sizeof wishes / sizeof wishes[0]; k++)
            wish(&m, wishes[k], incidents[i].words[0]);
        model_close(&m);
    }
}

/* In the same words, but true: the person's own, or the evidence's. */
static const struct {
    const char *message, *change;
} truths[] = {
    {"It is critical, customers cannot pay.",
     "{'type':'update_verification','verification':{'urgency':'critical','user_impact':'customers "
     "cannot pay'}}"},
    {"We are waiting on the network team.", "{'type':'wait','waiting':{'on':'the network team'}}"},
    {"We escalate this to dave.",
     "{'type':'intent','intent':{'kind':'request_escalation','to':'dave',"
     "'cites':[{'message_id':'MSG','quote':'escalate this'}]}}"},
    {"df says /dev/sdx9 100% full",
     "{'type':'add_evidence','evidence':{'summary':'/dev/sdx9 100% full'"
     ",'source':'command_output','extract':'/dev/sdx9 100% full'}}"},
    {"?",
     "{'type':'record_change','change':{'description':'max_connections lowered from 200 to 50 by "
     "deploy 4711','kind':'deployment','from':'2025-11-06T09:41:10Z','cites':[{'evidence_id':"
     "'$e0','quote':'max_connections lowered'}]}}"},
    {"?", "{'type':'add_hypothesis','hypothesis':{'statement':'Another service floods the gateway',"
          "'category':'external'}}"},
    {"?", "{'type':'request_evidence','request':{'label':'Pool size','description':'pool size and "
          "connections over time','category':'metrics','priority':'important'}}"},
};

TEST(what_the_person_or_the_evidence_says_becomes_state)
{
    for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++) {
        struct model_kit m;
        model_open(&m, incidents[0].files);
        fm_str before = facts_of(&m);
        fm_str reply = fm_str_fmt(&m.k.ctx.arena, "{'message':'Understood.','changes':[%s]}",
                                  truths[i].change);
        const char *const script[] = {reply.p, NULL};
        model_say(&m, truths[i].message, script);
        if (m.k.r.turn->rejected.n)
            fail_msg("%s: %.*s", truths[i].change,
                     FM_STR_ARG(m.k.r.turn->rejected.items[0].reason));
        assert_false(fm_str_eq(before, facts_of(&m)));
        model_close(&m);
    }
}

/* ---- consent ---- */

static const struct {
    const char *message, *kind, *quote;
    bool is_taken;
} words[] = {
    {"Yes, that is right.", "confirm_statement", "Yes, that is right", true},
    {"What is a pool?", "confirm_statement", "What is a pool", false},
    {"Is that correct?", "confirm_statement", "correct", false},
    {"I do not confirm that.", "confirm_statement", "confirm", false},
    {"Please do not investigate.", "investigate", "investigate", false},
    {"not quite, 30% not 10%. Yes it is ongoing.", "confirm_statement", "not quite", false},
    {"Show me the timeline.", "confirm_statement", "Show me the timeline", false},
    {"That is wrong.", "decline_statement", "That is wrong", true},
    {"Thanks.", "decline_statement", "Thanks", false},
};

TEST(consent_is_relayed_in_the_persons_words_only)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct model_kit m;
        model_open(&m, incidents[0].files);
        kit_close(&m.k);
        kit_open(&m.k, "Checkout fails");
        kit_do(&m.k, "{'changes':[{'type':'propose_statement','statement':{'text':'Checkouts "
                     "fail'}}]}");
        fm_str reply = fm_str_fmt(&m.k.ctx.arena,
                                  "{'message':'Understood.','changes':[{'type':'intent','intent':{"
                                  "'kind':'%s','cites':[{'message_id':'MSG','quote':'%s'}]}}]}",
                                  words[i].kind, words[i].quote);
        const char *const script[] = {reply.p, NULL};
        fm_prompts_free(m.prompts);
        assert_int_equal(fm_prompts_new(&m.k.ctx, NULL, &m.prompts), FM_OK);
        m.opt.prompts = m.prompts;
        m.opt.inquiry = NULL;
        model_say(&m, words[i].message, script);
        if ((m.k.r.turn->rejected.n == 0) != words[i].is_taken)
            fail_msg("\"%s\" as %s", words[i].message, words[i].kind);
        assert_int_equal(m.k.c->consulting.confirmed,
                         words[i].is_taken && strcmp(words[i].kind, "confirm_statement") == 0);
        model_close(&m);
    }
}
