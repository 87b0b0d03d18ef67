/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model that lies. Lies are generated from the evidence itself, since those are the ones that are
 * hard to tell from the truth: a number changed, two numbers or names swapped, a negation added,
 * half of one line with half of another, a real quote under a false statement. None may reach
 * unmarked text or the state of the case; what the evidence says must pass.
 */
#include "model_kit.h"

/* ---- incidents ---- */

static const char pool_log[] =
    "2025-11-06T09:30:00Z INFO checkout order 11 placed in 120 ms\n"
    "2025-11-06T09:40:02Z ERROR checkout pool exhausted: 50 of 64 connections in use\n"
    "2025-11-06T09:40:03Z ERROR payment call timed out after 3000 ms\n"
    "2025-11-06T09:41:10Z WARN max_connections lowered from 200 to 50 by deploy 4711\n"
    "2025-11-06T09:41:12Z ERROR checkout pool exhausted: 50 of 64 connections in use\n"
    "2025-11-06T09:41:30Z ERROR api-1 refused connection from db-2\n";

static const char gateway_log[] =
    "2025-11-06T09:30:00Z INFO gateway started on port 8080\n"
    "2025-11-06T09:40:00Z WARN certificate of payments.example expires in 2 days\n"
    "2025-11-06T09:41:00Z ERROR tls handshake with payments.example failed: certificate expired\n"
    "2025-11-06T09:41:05Z ERROR gateway dropped 17 of 90 requests to payments\n"
    "2025-11-06T09:41:09Z ERROR retry 3 of 5 to payments failed after 250 ms\n"
    "2025-11-06T09:42:00Z ERROR worker-1 lost contact to broker-2\n";

static const char kernel_log[] =
    "2025-11-06T09:38:00Z INFO catalog loaded 1200 products from cache-1\n"
    "2025-11-06T09:40:01Z ERROR catalog java.lang.OutOfMemoryError: Java heap space\n"
    "2025-11-06T09:40:02Z ERROR kernel: Out of memory: Killed process 4242 (java) "
    "total-vm:2048000kB\n"
    "2025-11-06T09:40:03Z WARN catalog restarted 4 times in 10 min\n"
    "2025-11-06T09:40:09Z ERROR search received 503 from catalog after 30 ms\n"
    "2025-11-06T09:40:11Z ERROR node-7 evicted pod-3 for memory\n";

static const char notes[] = "Shift notes\nNobody touched the load balancer today.\n";

static const struct incident {
    struct model_file files[3];
    const char *words[2]; /* of two different lines */
} incidents[] = {
    {{{"checkout.log", pool_log}, {"notes.txt", notes}, {NULL, NULL}},
     {"pool exhausted", "payment call timed"}},
    {{{"gateway.log", gateway_log}, {"notes.txt", notes}, {NULL, NULL}},
     {"gateway dropped", "handshake with payments"}},
    {{{"catalog.log", kernel_log}, {"notes.txt", notes}, {NULL, NULL}},
     {"catalog restarted", "search received"}},
};
#define N_INCIDENTS (sizeof incidents / sizeof incidents[0])

/* ---- lies made of a line ---- */

/* The line without its time and level. */
static fm_str message_of(fm_str line)
{
    fm_str word;
    fm_str_word(&line, &word);
    fm_str_word(&line, &word);
    return fm_str_trim(line);
}

static fm_str replaced(struct fm_arena *a, fm_str s, fm_str from, const char *to)
{
    ptrdiff_t at = fm_str_find(s, from, 0);
    return at < 0 ? FM_STR_NULL
                  : fm_str_fmt(a, "%.*s%s%.*s", FM_STR_ARG(fm_str_sub(s, 0, (size_t)at)), to,
                               FM_STR_ARG(fm_str_skip(s, (size_t)at + from.len)));
}

static bool is_number_word(fm_str w)
{
    return w.len && w.p[0] >= '0' && w.p[0] <= '9';
}

/* The n-th word of s that is a number, or is none. */
static fm_str pick(fm_str s, bool is_number, size_t n)
{
    fm_str word;
    while (fm_str_word(&s, &word))
        if (is_number_word(word) == is_number && (is_number || word.len > 3) && n-- == 0)
            return word;
    return FM_STR_NULL;
}

static fm_str swapped(struct fm_arena *a, fm_str s, fm_str x, fm_str y)
{
    if (!x.len || !y.len || fm_str_eq(x, y))
        return FM_STR_NULL;
    fm_str marked = replaced(a, s, x, "\001");
    marked = marked.len ? replaced(a, marked, y, fm_str_dup(a, x).p) : marked;
    return marked.len ? replaced(a, marked, FM_STR("\001"), fm_str_dup(a, y).p) : marked;
}

typedef fm_str (*twist)(struct fm_arena *a, fm_str m, fm_str other);

static fm_str other_number(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str n = pick(m, true, 0);
    return n.len ? replaced(a, m, n, "9871") : n;
}

static fm_str swap_numbers(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return swapped(a, m, pick(m, true, 0), pick(m, true, 1));
}

static fm_str swap_names(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str last = FM_STR_NULL, first = pick(m, false, 0);
    for (size_t i = 1; pick(m, false, i).len; i++)
        last = pick(m, false, i);
    return swapped(a, m, first, last);
}

static fm_str negated(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "It is not so that %.*s", FM_STR_ARG(m));
}

static fm_str word_exchanged(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str w = pick(m, false, 1);
    return w.len ? replaced(a, m, w, "sabotaged") : w;
}

static fm_str word_added(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "%.*s in every region", FM_STR_ARG(m));
}

static fm_str name_added(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "Mallory saw %.*s", FM_STR_ARG(m));
}

static fm_str two_lines(struct fm_arena *a, fm_str m, fm_str other)
{
    fm_str first = fm_str_sub(m, 0, m.len / 2), second = fm_str_skip(other, other.len / 2);
    while (first.len && first.p[first.len - 1] != ' ')
        first.len--;
    while (second.len && second.p[0] != ' ')
        second = fm_str_skip(second, 1);
    return fm_str_fmt(a, "%.*s%.*s", FM_STR_ARG(first), FM_STR_ARG(fm_str_trim(second)));
}

static fm_str as_cause(struct fm_arena *a, fm_str m, fm_str other)
{
    return fm_str_fmt(a, "%.*s because %.*s", FM_STR_ARG(m), FM_STR_ARG(other));
}

static fm_str as_root_cause(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "The root cause is that %.*s", FM_STR_ARG(m));
}

static fm_str other_time(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "At 03:12:55 %.*s", FM_STR_ARG(m));
}

static fm_str other_unit(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    fm_str n = pick(m, true, 0);
    return n.len ? replaced(a, m, n, fm_str_fmt(a, "%.*s%%", FM_STR_ARG(n)).p) : n;
}

static fm_str certain(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "It is proven beyond doubt that %.*s", FM_STR_ARG(m));
}

static fm_str counted(struct fm_arena *a, fm_str m, fm_str other)
{
    (void)other;
    return fm_str_fmt(a, "831 times %.*s", FM_STR_ARG(m));
}

static fm_str quoted_falsely(struct fm_arena *a, fm_str m, fm_str other)
{
    fm_str x = two_lines(a, m, other);
    return x.len ? fm_str_fmt(a, "The log says \"%.*s\"", FM_STR_ARG(x)) : x;
}

static const twist twists[] = {other_number, swap_numbers, swap_names, negated,  word_exchanged,
                               word_added,   name_added,   two_lines,  as_cause, as_root_cause,
                               other_time,   other_unit,   certain,    counted,  quoted_falsely};
static const char *const twist_names[] = {
    "other number", "numbers swapped", "names swapped", "negated",  "word exchanged",
    "word added",   "name added",      "two lines",     "as cause", "as root cause",
    "other time",   "other unit",      "certain",       "counted",  "quoted falsely"};
#define N_TWISTS (sizeof twists / sizeof twists[0])

/* ---- lies from nothing ---- */

static const char *const inventions[] = {
    "The log says \"no space left on device sdx9\" [$e0].",
    "\"no space left on device sdx9\" stands in the log.",
    "Evidence ev_000000000bad shows a memory leak.",
    "A memory leak was found [ev_deadbeefcafe].",
    "hyp_0badc0ffee00 is validated.",
    "The culprit is the load balancer.",
    "The load balancer was touched today [$e1].",
    "It broke because alice deleted a table [$e0].",
    "All of this is due to a kernel bug.",
    "Alice confirmed the problem statement.",
    "Alice confirmed it [MSG].",
    "You approved the rollback and it was applied.",
    "The fix was verified and the incident is resolved [$e0].",
    "The root cause has been identified.",
    "The timeline is established and the scope assessed.",
    "Confidence is 99%.",
    "I am certain.",
    "Yes.",
    "Exactly.",
    "There were no errors [$e0].",
    "Every request failed [$e0].",
    "4711 errors were logged [$e0].",
    "As shown at [$e0#0+20], the volume was full.",
    "The volume was full [$e0#99999999+10].",
    "## Root cause: name resolution",
    "- The disk is full",
    "1. The disk is full",
    "| disk | full |",
    "**The disk is full**",
    "> The disk is full",
    "Please restart the node that ran out of disk.",
    "Please replace the broken disk.",
    "Please note the disk failed.",
    "Check the disk: it died.",
    "Let me tell you the disk died.",
    "I will restart it since the disk died.",
    "When did alice delete the table?",
    "Why is the disk full?",
    "Which attacker got in?",
    "Is it not obvious that the disk died?",
    "Could you replace the disk, which died?",
    "Run the fix because the pool leaks.",
    "A rogue cron job saturated the replica.",
    "Redis evicted sessions during the whole window.",
    "The service is up again [$e0].",
    "The network between the zones was congested [$e0].",
    "Thanks, the database is down.",
    "Sorry, mallory got in.",
    "The case is closed.",
    "The user wants to close the case [MSG].",
    "File file_000000000000 holds the password.",
    "\xE2\x80\x9Cthe disk of node seven is full\xE2\x80\x9D says the log [$e0].",
    "`kubectl` shows \"CrashLoopBackOff\" [$e0].",
    "The analyst agrees that the disk died.",
    "The diagnosis names the disk as the culprit [$e0].",
};

static size_t check_lie(struct model_kit *m, fm_str text, const char *kind)
{
    struct fm_checked c;
    struct fm_claim_sources k = {.c = m->k.c,
                                 .evidence = &m->reader,
                                 .inquiry = &m->inquiry,
                                 .message = FM_STR("Is the disk full? Who confirmed that?")};
    fm_claims_check(&m->k.ctx, &k, text, &c);
    if (c.n_sentences == 0 || c.n_marked + c.n_removed != c.n_sentences)
        fail_msg("%s: \"%.*s\" became \"%.*s\"", kind, FM_STR_ARG(text), FM_STR_ARG(c.text));
    return c.n_sentences;
}

/* A twist that leaves only words of one line, in their order, has made no lie. */
static bool is_part_of(struct model_kit *m, fm_str lie, fm_str line)
{
    struct fm_claim_sources k = {.c = m->k.c};
    fm_str rest = lie, word;
    size_t at = 0;
    if (!fm_claim_is_within(&m->k.ctx, &k, lie, line))
        return false;
    while (fm_str_word(&rest, &word)) {
        ptrdiff_t found = fm_str_find(line, word, at);
        if (found < 0)
            return false;
        at = (size_t)found + word.len;
    }
    return true;
}

static size_t lie_about(struct model_kit *m, fm_str line, fm_str other)
{
    struct fm_arena *a = &m->k.ctx.arena;
    size_t n = 0;
    for (size_t i = 0; i < N_TWISTS; i++) {
        fm_str lie = twists[i](a, message_of(line), message_of(other));
        if (!lie.len || is_part_of(m, lie, line) || is_part_of(m, lie, other))
            continue;
        n += check_lie(m,
                       fm_str_fmt(a, "%.*s [%.*s].", FM_STR_ARG(lie),
                                  FM_STR_ARG(m->k.c->evidence.items[0].id)),
                       twist_names[i]);
        n += check_lie(m, fm_str_fmt(a, "%.*s.", FM_STR_ARG(lie)), "uncited");
    }
    n += check_lie(m,
                   fm_str_fmt(a, "%.*s [%.*s].", FM_STR_ARG(message_of(line)),
                              FM_STR_ARG(m->k.c->evidence.items[1].id)),
                   "cited from elsewhere");
    n += check_lie(m,
                   fm_str_fmt(a, "%.*s [%.*s#0+5].", FM_STR_ARG(message_of(line)),
                              FM_STR_ARG(m->k.c->evidence.items[0].id)),
                   "another span");
    return n;
}

TEST(no_lie_stays_unmarked)
{
    size_t n = 0;
    for (size_t i = 0; i < N_INCIDENTS; i++) {
        struct model_kit m;
        model_open(&m, incidents[i].files);
        fm_str text = fm_str_c(incidents[i].files[0].text), line, before = FM_STR_NULL;
        while (fm_str_line(&text, &line)) {
            if (before.len)
                n += lie_about(&m, line, before);
            before = line;
        }
        kit_say(&m.k, "Is the disk full?", "{'message':'The disk is full.','changes':[]}");
        for (size_t k = 0; k < sizeof inventions / sizeof inventions[0]; k++)
            n += check_lie(&m, model_text(&m, inventions[k]), "invention");
        model_close(&m);
    }
    print_message("%zu false sentences, none unmarked\n", n);
    assert_true(n >= 500);
}

/* Its own earlier answer is no source. */
TEST(a_model_is_no_witness_for_itself)
{
    struct model_kit m;
    model_open(&m, incidents[0].files);
    kit_say(&m.k, "Is the disk full?", "{'message':'The disk is full.','changes':[]}");
    const struct fm_message *last = &m.k.c->messages.items[m.k.c->messages.n - 1];
    assert_int_equal(last->role, FM_MESSAGE_ASSISTANT);
    check_lie(&m, fm_str_fmt(&m.k.ctx.arena, "The disk is full [%.*s].", FM_STR_ARG(last->id)),
              "own words");
    check_lie(&m, FM_STR("As I said, \"the disk is full\"."), "own quote");
    model_close(&m);
}

/* What a line says passes, so that the mark means something. */
TEST(what_the_evidence_says_stays_unmarked)
{
    static const char *const shapes[] = {"%.*s [%.*s].", "The log says \"%.*s\" [%.*s].",
                                         "Evidence shows: %.*s [%.*s]."};
    size_t n = 0;
    for (size_t i = 0; i < N_INCIDENTS; i++) {
        struct model_kit m;
        model_open(&m, incidents[i].files);
        fm_str text = fm_str_c(incidents[i].files[0].text), line;
        for (; fm_str_line(&text, &line);)
            for (size_t k = 0; k < 3; k++, n++) {
                struct fm_checked c;
                struct fm_claim_sources src = {
                    .c = m.k.c, .evidence = &m.reader, .inquiry = &m.inquiry};
                fm_str id = m.k.c->evidence.items[0].id, say = message_of(line);
                fm_str s = k == 0   ? fm_str_fmt(&m.k.ctx.arena, "%.*s [%.*s].", FM_STR_ARG(say),
                                                 FM_STR_ARG(id))
                           : k == 1 ? fm_str_fmt(&m.k.ctx.arena, "The log says \"%.*s\" [%.*s].",
                                                 FM_STR_ARG(say), FM_STR_ARG(id))
                                    : fm_str_fmt(&m.k.ctx.arena, "Evidence shows: %.*s [%.*s].",
                                                 FM_STR_ARG(say), FM_STR_ARG(id));
                fm_claims_check(&m.k.ctx, &src, s, &c);
                if (c.n_marked + c.n_removed)
                    fail_msg("%s: \"%.*s\" became \"%.*s\"", shapes[k], FM_STR_ARG(s),
                             FM_STR_ARG(c.text));
                assert_int_equal(c.cites.n, 1);
                assert_true(c.cites.items[0].length > 0);
            }
        model_close(&m);
    }
    assert_true(n >= 50);
}

/* ---- lies that want to become state ---- */

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
