/* SPDX-License-Identifier: Apache-2.0 */
/* The tools of a case: what they find, the places that they give, their limits and refusals. */
#include "model_kit.h"

static const char app_log[] =
    "2025-11-06T09:30:00Z INFO checkout order 11 placed in 120 ms\n"
    "2025-11-06T09:35:00Z INFO checkout order 12 placed in 118 ms\n"
    "2025-11-06T09:40:02Z ERROR checkout pool exhausted: 50 of 50 connections in use\n"
    "2025-11-06T09:40:03Z ERROR payment call timed out after 3000 ms\n"
    "2025-11-06T09:41:10Z WARN max_connections lowered from 200 to 50 by deploy 4711\n"
    "2025-11-06T09:41:12Z ERROR checkout pool exhausted: 50 of 50 connections in use\n"
    "2025-11-06T09:41:14Z ERROR checkout pool exhausted: 50 of 50 connections in use\n";

static const char metrics_csv[] = "timestamp,service,latency_ms,cpu_percent\n"
                                  "2025-11-06T09:20:00Z,checkout,98,22\n"
                                  "2025-11-06T09:21:00Z,checkout,101,20\n"
                                  "2025-11-06T09:22:00Z,checkout,99,22\n"
                                  "2025-11-06T09:23:00Z,checkout,100,22\n"
                                  "2025-11-06T09:24:00Z,checkout,101,20\n"
                                  "2025-11-06T09:25:00Z,checkout,101,20\n"
                                  "2025-11-06T09:26:00Z,checkout,103,21\n"
                                  "2025-11-06T09:27:00Z,checkout,99,22\n"
                                  "2025-11-06T09:28:00Z,checkout,98,20\n"
                                  "2025-11-06T09:29:00Z,checkout,102,21\n"
                                  "2025-11-06T09:30:00Z,checkout,101,22\n"
                                  "2025-11-06T09:31:00Z,checkout,100,21\n"
                                  "2025-11-06T09:32:00Z,checkout,102,20\n"
                                  "2025-11-06T09:33:00Z,checkout,98,22\n"
                                  "2025-11-06T09:34:00Z,checkout,98,22\n"
                                  "2025-11-06T09:35:00Z,checkout,100,22\n"
                                  "2025-11-06T09:36:00Z,checkout,97,22\n"
                                  "2025-11-06T09:37:00Z,checkout,103,20\n"
                                  "2025-11-06T09:38:00Z,checkout,98,22\n"
                                  "2025-11-06T09:39:00Z,checkout,97,21\n"
                                  "2025-11-06T09:40:00Z,checkout,2989,20\n"
                                  "2025-11-06T09:41:00Z,checkout,2995,21\n"
                                  "2025-11-06T09:42:00Z,checkout,2950,22\n"
                                  "2025-11-06T09:43:00Z,checkout,2982,21\n"
                                  "2025-11-06T09:44:00Z,checkout,2981,21\n"
                                  "2025-11-06T09:45:00Z,checkout,3010,21\n"
                                  "2025-11-06T09:46:00Z,checkout,2992,22\n"
                                  "2025-11-06T09:47:00Z,checkout,2946,20\n"
                                  "2025-11-06T09:48:00Z,checkout,3002,21\n"
                                  "2025-11-06T09:49:00Z,checkout,2902,20\n"
                                  "2025-11-06T09:50:00Z,checkout,2907,21\n"
                                  "2025-11-06T09:51:00Z,checkout,2917,21\n"
                                  "2025-11-06T09:52:00Z,checkout,2976,21\n"
                                  "2025-11-06T09:53:00Z,checkout,2989,22\n"
                                  "2025-11-06T09:54:00Z,checkout,2999,21\n"
                                  "2025-11-06T09:55:00Z,checkout,2943,22\n"
                                  "2025-11-06T09:56:00Z,checkout,2996,21\n"
                                  "2025-11-06T09:57:00Z,checkout,2963,21\n"
                                  "2025-11-06T09:58:00Z,checkout,2958,22\n"
                                  "2025-11-06T09:59:00Z,checkout,2942,22\n";

static const char traces_json[] =
    "{\"data\":[{\"traceID\":\"a1\",\"spans\":["
    "{\"traceID\":\"a1\",\"spanID\":\"s1\",\"operationName\":\"POST /checkout\",\"startTime\":"
    "1762422002000000,\"duration\":3100000,\"processID\":\"p1\",\"references\":[],\"tags\":[]},\n"
    "{\"traceID\":\"a1\",\"spanID\":\"s2\",\"operationName\":\"charge\",\"startTime\":"
    "1762422002010000,\"duration\":3000000,\"processID\":\"p2\",\"references\":[{\"refType\":"
    "\"CHILD_OF\",\"traceID\":\"a1\",\"spanID\":\"s1\"}],\"tags\":[{\"key\":\"error\",\"type\":"
    "\"bool\",\"value\":true}]}],"
    "\"processes\":{\"p1\":{\"serviceName\":\"checkout\"},\"p2\":{\"serviceName\":\"payment\"}}}]}"
    "\n";

static const char pod_yaml[] = "apiVersion: v1\n"
                               "kind: Pod\n"
                               "metadata:\n"
                               "  name: checkout-0\n"
                               "  namespace: shop\n"
                               "  labels:\n"
                               "    app: checkout\n"
                               "spec:\n"
                               "  nodeName: worker-3\n"
                               "  containers:\n"
                               "  - name: app\n"
                               "    image: registry.example/checkout:4711\n"
                               "    resources:\n"
                               "      limits:\n"
                               "        memory: 256Mi\n"
                               "status:\n"
                               "  phase: Running\n";

static const struct model_file files[] = {{"checkout.log", app_log},
                                          {"checkout.csv", metrics_csv},
                                          {"traces.json", traces_json},
                                          {"checkout-pod.yaml", pod_yaml},
                                          {NULL, NULL}};

/* Runs a tool; its text, or its error. */
static fm_str use(struct model_kit *m, const char *name, const char *arguments)
{
    yyjson_val *args;
    struct fm_buf b;
    fm_buf_init(&b, FM_LLM_TOOL_BYTES_MAX);
    fm_ctx_clear_error(&m->k.ctx);
    assert_int_equal(fm_json_read(&m->k.ctx, model_text(m, arguments), &args), FM_OK);
    for (size_t i = 0; i < m->inquiry.n_tools; i++) {
        struct fm_tool *t = m->inquiry.tools[i];
        if (strcmp(t->ops->name, name) != 0)
            continue;
        if (t->ops->run(t, &m->k.ctx, args, &b) != FM_OK)
            fm_buf_addf(&b, "error: %s", m->k.ctx.error);
        fm_str out = fm_str_dup(&m->k.ctx.arena, fm_buf_str(&b));
        fm_buf_release(&b);
        return out;
    }
    fail_msg("there is no tool %s", name);
    return FM_STR_NULL;
}

/* Every place in a result lies in its evidence, and begins its line. */
static void check_places(struct model_kit *m, fm_str text)
{
    fm_str line;
    while (fm_str_line(&text, &line)) {
        if (!fm_str_starts(line, FM_STR("[ev_")))
            continue;
        fm_str rest = fm_str_skip(line, 1), id = fm_str_cut(&rest, '#'),
               offset = fm_str_cut(&rest, '+'), length = fm_str_cut(&rest, ']'), bytes;
        int64_t o = 0, n = 0;
        assert_true(fm_str_i64(offset, &o) && fm_str_i64(length, &n));
        assert_int_equal(
            m->reader.ops->read(&m->reader, &m->k.ctx, id, (struct fm_range){o, n}, &bytes), FM_OK);
        assert_int_equal(bytes.len, n);
    }
}

static const struct {
    const char *tool, *arguments;
    const char *has[4];
    const char *has_not;
} calls[] = {
    {"list_templates", "{}", {"pool exhausted: <*> of <*>", "3 records, error", "t0."}, NULL},
    {"list_templates",
     "{'level':'error','words':'timed'}",
     {"1 templates match", "timed out"},
     "exhausted"},
    {"list_templates", "{'level':'loud'}", {"error: level: \"loud\" is none of"}, NULL},
    {"query_logs",
     "{'words':'exhausted'}",
     {"#122+79] 2025-11-06T09:40:02Z ERROR checkout pool",
      "3 records match, from 2025-11-06T09:40:02Z"},
     "timed"},
    {"query_logs",
     "{'level':'warning','since':'2025-11-06T09:41:00Z'}",
     {"max_connections", "3 records match"},
     "timed"},
    {"query_logs",
     "{'since':'onset','until':'onset+30s','words':'ERROR'}",
     {"2 records match"},
     NULL},
    {"query_logs", "{'template':'t0.999'}", {"error: template: \"t0.999\" is none"}, NULL},
    {"query_logs", "{'template':'t0.3'}", {"1 records match", "timed out after 3000"}, "exhausted"},
    {"query_logs", "{'evidence_id':'ev_000000000bad'}", {"error: evidence_id:"}, NULL},
    {"query_logs", "{'since':'yesterday'}", {"error: since: \"yesterday\" is no time"}, NULL},
    {"query_logs",
     "{'words':'exhausted','limit':1}",
     {"the first 1 are shown", "3 records match"},
     NULL},
    {"metric_window",
     "{'series':'latency'}",
     {"1 series match", "leaves its usual course at 2025-11-06T09:40:00Z", "values as written",
      " 29"},
     NULL},
    {"metric_window",
     "{'entity':'checkout'}",
     {"2 series match", "cpu_percent"},
     "values as written"},
    {"metric_window", "{'series':'nonsense'}", {"0 series match"}, NULL},
    {"find_spans",
     "{'which':'errors'}",
     {"1 failing spans match", "payment charge took 3 s", "error"},
     "POST"},
    {"find_spans", "{}", {"2 spans match", "itself 100 ms"}, NULL},
    {"find_spans", "{'which':'best'}", {"error: which:"}, NULL},
    {"trace_tree", "{'trace':'ffffffffffffffff'}", {"error: there is no such trace"}, NULL},
    {"trace_tree", "{'trace':'xyz'}", {"error: trace: 16 digits"}, NULL},
    {"object_field",
     "{'kind':'pod','name':'checkout-0','path':'spec.containers[0].resources.limits.memory'}",
     {"Pod checkout-0 containers.app.resources.limits.memory = 256Mi"},
     "image"},
    {"object_field",
     "{'kind':'Pod','name':'checkout-0'}",
     {"nodeName = worker-3", "image = registry"},
     NULL},
    {"object_field", "{'kind':'Pod'}", {"Pod checkout-0 in shop", "1 objects"}, NULL},
    {"object_field",
     "{'kind':'Pod','name':'ghost'}",
     {"does not show a Pod named \"ghost\"", "checkout-0"},
     NULL},
    {"object_field",
     "{'kind':'Gremlin','name':'x'}",
     {"error: kind: \"Gremlin\" is no kind"},
     NULL},
    {"object_field",
     "{'kind':'Pod','name':'checkout-0','path':'spec.wings'}",
     {"no field \"spec.wings\""},
     NULL},
    {"document_field",
     "{'evidence_id':'$e3','path':'spec.nodeName'}",
     {"nodeName = worker-3"},
     NULL},
    {"document_field",
     "{'evidence_id':'$e3','path':'spec.containers.0.image'}",
     {"image = registry.example"},
     NULL},
    {"document_field",
     "{'evidence_id':'$e3','path':'spec.none'}",
     {"error: path: nothing there"},
     NULL},
    {"timeline", "{}", {"moments", "2025-11-06T09:40:0"}, NULL},
    {"timeline", "{'until':'2025-11-06T09:00:00Z'}", {"0 moments"}, NULL},
    {"diagnose_again", "{'entity':'checkout'}", {"verdict ", "is a view of it"}, NULL},
    {"diagnose_again", "{'entity':'no-such-thing'}", {"no cause with this focus"}, NULL},
    {"search_knowledge", "{'words':'pool'}", {"no knowledge base is set up here"}, NULL},
};

TEST(tools_find_what_is_there_and_say_where)
{
    struct model_kit m;
    model_open(&m, files);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        fm_inquiry_new_turn(&m.inquiry);
        fm_str got = use(&m, calls[i].tool, calls[i].arguments);
        for (int k = 0; k < 4 && calls[i].has[k]; k++)
            if (!fm_str_has(got, fm_str_c(calls[i].has[k])))
                fail_msg("%s %s: no \"%s\" in\n%.*s", calls[i].tool, calls[i].arguments,
                         calls[i].has[k], FM_STR_ARG(got));
        if (calls[i].has_not && fm_str_has(got, fm_str_c(calls[i].has_not)))
            fail_msg("%s %s: \"%s\" in\n%.*s", calls[i].tool, calls[i].arguments, calls[i].has_not,
                     FM_STR_ARG(got));
        check_places(&m, got);
    }
    model_close(&m);
}

TEST(a_trace_is_shown_as_a_tree)
{
    struct model_kit m;
    model_open(&m, files);
    fm_str found = use(&m, "find_spans", "{'which':'errors'}");
    ptrdiff_t at = fm_str_find(found, FM_STR("trace "), 0);
    assert_true(at >= 0);
    fm_str args = fm_str_fmt(&m.k.ctx.arena, "{'trace':'%.*s'}",
                             FM_STR_ARG(fm_str_sub(found, (size_t)at + 6, 16)));
    fm_str tree = use(&m, "trace_tree", args.p);
    assert_true(fm_str_has(tree, FM_STR("checkout POST /checkout took 3.1 s")));
    assert_true(fm_str_has(tree, FM_STR("]   trace "))); /* the callee, indented */
    check_places(&m, tree);
    model_close(&m);
}

TEST(no_tool_is_offered_for_what_the_case_does_not_have)
{
    static const struct model_file only_log[] = {{"checkout.log", app_log}, {NULL, NULL}};
    struct model_kit m;
    model_open(&m, only_log);
    for (size_t i = 0; i < m.inquiry.n_tools; i++) {
        const char *name = m.inquiry.tools[i]->ops->name;
        assert_true(strcmp(name, "metric_window") != 0 && strcmp(name, "trace_tree") != 0 &&
                    strcmp(name, "object_field") != 0);
    }
    assert_true(m.inquiry.n_tools >= 5);
    model_close(&m);
}

TEST(diagnosing_again_is_limited_and_changes_nothing)
{
    struct model_kit m;
    model_open(&m, files);
    uint64_t records = m.inquiry.incident.inputs.items[0]->records;
    for (int i = 0; i < 3; i++)
        assert_true(fm_str_has(use(&m, "diagnose_again", "{}"), FM_STR("verdict")));
    assert_true(fm_str_has(use(&m, "diagnose_again", "{}"), FM_STR("error: it was run 3 times")));
    assert_int_equal(m.inquiry.incident.inputs.items[0]->records, records);
    fm_inquiry_new_turn(&m.inquiry);
    assert_true(fm_str_has(use(&m, "diagnose_again", "{}"), FM_STR("verdict")));
    model_close(&m);
}

TEST(an_inquiry_knows_when_the_evidence_changed)
{
    struct model_kit m;
    model_open(&m, files);
    assert_true(fm_inquiry_is_current(&m.inquiry, m.k.c));
    kit_add(&m.k, "more.log", "99");
    assert_false(fm_inquiry_is_current(&m.inquiry, m.k.c));
    model_close(&m);
}

/* Both ways of calling: what a tool computed may be said with the place that it gave. */
static const char *const native[] = {
    "call metric_window {'series':'latency'}", "call query_logs {'words':'timed'}",
    "{'message':'The payment call timed out after 3000 ms [$e0]. 1 series match [$e1]. Latency "
    "leaves its usual course at 2025-11-06T09:40:00Z [$e1]. The payment call timed out after 4000 "
    "ms [$e0].','changes':[]}",
    NULL};
static const char *const by_text[] = {
    "{'tool':'metric_window','arguments':{'series':'latency'}}",
    "I will look first.\n{'tool':'query_logs','arguments':{'words':'timed'}}", "END", NULL};

TEST(native_tool_calls_are_answered_recorded_and_cited)
{
    struct model_kit m;
    model_open(&m, files);
    model_say(&m, "What is slow?", native);
    assert_int_equal(m.n_said, 3);
    assert_true(m.has_native_tools);
    assert_true(model_replied(&m, "after 3000 ms [ev_"));
    assert_true(model_replied(&m, "4000 ms [") && model_replied(&m, "(unverified"));
    const struct fm_provenance *p = &m.k.r.turn->provenance;
    assert_int_equal(p->tools.n, 2);
    assert_str(p->tools.items[0].name, "metric_window");
    assert_true(p->tools.items[0].bytes > 0 && !p->tools.items[0].failed);
    fm_str course = FM_STR("2025-11-06T09:40:00Z [");
    ptrdiff_t at = fm_str_find(m.k.r.reply, course, 0);
    assert_true(at > 0);
    assert_false(fm_str_starts(fm_str_skip(m.k.r.reply, (size_t)at + course.len + 17),
                               FM_STR(" (unverified")));
    model_close(&m);
}

TEST(tools_by_text_are_the_same_tools)
{
    struct model_kit m;
    model_open(&m, files);
    m.opt.has_text_tools = true;
    const char *script[4] = {by_text[0], by_text[1], native[2], NULL};
    model_say(&m, "What is slow?", script);
    assert_int_equal(m.n_said, 3);
    assert_false(m.has_native_tools);
    assert_non_null(strstr(m.last_system, "metric_window"));
    assert_int_equal(m.k.r.turn->provenance.tools.n, 2);
    assert_true(model_replied(&m, "after 3000 ms [ev_"));
    model_close(&m);
}

/* ---- the diagnosis in the prompt ---- */

TEST(the_model_reads_the_diagnosis_with_places)
{
    struct model_kit m;
    const char *const script[] = {"{'message':'Understood.','changes':[]}", NULL};
    model_open(&m, files);
    model_say(&m, "What do you see?", script);
    const struct fm_cause *top = m.inquiry.diagnosis->causes.items[0];
    fm_str prompt = fm_str_c(m.last_user);
    assert_true(fm_str_has(prompt, top->statement));
    assert_true(fm_str_has(prompt, FM_STR("verdict ")));
    assert_true(fm_str_has(
        prompt, fm_inquiry_place(&m.inquiry, &m.k.ctx.arena, top->supports.items[0].span)));
    assert_true(fm_str_has(prompt, FM_STR("would settle it: ")));
    assert_null(strstr(m.last_system, "exhausted"));
    model_close(&m);
}

TEST(both_opinions_are_shown_with_what_decides)
{
    struct model_kit m;
    const char *const script[] = {
        "{'message':'See the change.','changes':[{'type':'root_cause','root_cause':{'statement':"
        "'The name server is down','mechanism':'Names do not resolve','role':'trigger',"
        "'confidence':0.99,'method':'direct_analysis','cites':[{'evidence_id':'$e0','quote':"
        "'pool exhausted'}]}}]}",
        NULL};
    model_open(&m, files);
    model_say(&m, "Why?", script);
    const struct fm_cause *top = m.inquiry.diagnosis->causes.items[0];
    assert_int_equal(m.k.c->root_causes.n, 0);
    assert_true(model_replied(&m, "The analyst's diagnosis is another one"));
    assert_true(fm_str_has(m.k.r.reply, top->settle_ask));
    assert_true(model_replied(&m, "for it: "));
    model_close(&m);
}

/* The diagnosed cause, in its words, may be stated; never surer than it was computed. */
TEST(a_cause_that_the_diagnosis_holds_is_accepted_at_its_likelihood)
{
    struct model_kit m;
    model_open(&m, files);
    const struct fm_cause *top = m.inquiry.diagnosis->causes.items[0];
    assert_true(top->likelihood >= 0.7);
    fm_str line = fm_str_sub(fm_str_c(app_log), top->supports.items[0].span.offset,
                             top->supports.items[0].span.length);
    fm_str reply = fm_str_fmt(
        &m.k.ctx.arena,
        "{'message':'See the "
        "cause.','changes':[{'type':'root_cause','root_cause':{'statement':'%.*s',"
        "'mechanism':'%.*s','role':'trigger','confidence':1,'method':'direct_analysis','cites':[{"
        "'evidence_id':'$e0','quote':'%.*s'}]}}]}",
        FM_STR_ARG(top->statement), FM_STR_ARG(top->mechanism),
        FM_STR_ARG(fm_str_sub(line, 0, 40)));
    const char *const script[] = {reply.p, NULL};
    model_say(&m, "Why?", script);
    assert_none_rejected(&m.k);
    assert_int_equal(m.k.c->root_causes.n, 1);
    assert_true(m.k.c->root_causes.items[0].confidence <= top->likelihood);
    assert_false(model_replied(&m, "is another one"));
    model_close(&m);
}
