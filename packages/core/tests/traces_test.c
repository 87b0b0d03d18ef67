/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/core/traces.h"
#include "signals_kit.h"

static const struct fm_trace_set *read_text(const char *text)
{
    kit_start();
    kit_add(FM_EVIDENCE_TRACES, "in", fm_str_c(text), false);
    assert_int_equal(fm_traces_processor.run(&kit_in), FM_OK);
    return kit_in.traces;
}

static fm_str service_of(const struct fm_trace_set *t, size_t i)
{
    return t->services.items[t->spans.items[i].service].name;
}

/* web → cart, 5 ms inside 9 ms, the child in error. */
static void check_pair(const struct fm_trace_set *t)
{
    assert_int_equal(t->spans.n, 2);
    assert_str(service_of(t, 0), "web");
    assert_str(service_of(t, 1), "cart");
    assert_int_equal(t->spans.items[0].parent, FM_SPAN_NONE);
    assert_int_equal(t->spans.items[1].parent, 0);
    assert_int_equal(t->spans.items[0].first_child, 1);
    assert_int_equal(t->spans.items[0].duration, 9 * FM_MS);
    assert_int_equal(t->spans.items[1].duration, 5 * FM_MS);
    assert_false(t->spans.items[0].is_error);
    assert_true(t->spans.items[1].is_error);
    assert_int_equal(t->edges.n, 1);
    assert_int_equal(t->edges.items[0].calls, 1);
    assert_int_equal(t->edges.items[0].errors, 1);
    assert_true(fm_trace_quote(&kit_in, &t->spans.items[1]).length > 0);
    kit_end();
}

TEST(otlp_spans_are_read)
{
    check_pair(read_text(
        "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{"
        "\"stringValue\":\"web\"}}]},\"scopeSpans\":[{\"spans\":[{\"traceId\":\"a1\","
        "\"spanId\":\"01\",\"name\":\"GET "
        "/\",\"kind\":2,\"startTimeUnixNano\":\"1767261600000000000\",\"endTimeUnixNano\":"
        "\"1767261600009000000\",\"status\":{}}]}]},"
        "{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"a1\",\"spanId\":\"02\",\"parentSpanId\":"
        "\"01\",\"name\":\"list\",\"startTimeUnixNano\":\"1767261600001000000\","
        "\"endTimeUnixNano\":\"1767261600006000000\",\"status\":{\"code\":2}}]}],\"resource\":{"
        "\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"cart\"}}]}}]}"));
}

TEST(jaeger_spans_find_their_process_behind_them)
{
    check_pair(read_text(
        "{\"data\":[{\"traceID\":\"a1\",\"spans\":[{\"traceID\":\"a1\",\"spanID\":\"1\","
        "\"operationName\":\"GET /\",\"references\":[],\"startTime\":1767261600000000,"
        "\"duration\":9000,\"tags\":[],\"processID\":\"p1\"},{\"traceID\":\"a1\",\"spanID\":\"2\","
        "\"operationName\":\"list\",\"references\":[{\"refType\":\"CHILD_OF\","
        "\"traceID\":\"a1\",\"spanID\":\"1\"}],\"startTime\":1767261600001000,\"duration\":5000,"
        "\"tags\":[{\"key\":\"error\",\"type\":\"bool\",\"value\":true}],"
        "\"processID\":\"p2\"}],\"processes\":{\"p1\":{\"serviceName\":\"web\"},\"p2\":{"
        "\"serviceName\":\"cart\"}}}]}"));
}

TEST(zipkin_spans_are_read)
{
    check_pair(
        read_text("[{\"traceId\":\"a1\",\"id\":\"1\",\"name\":\"get "
                  "/\",\"timestamp\":1767261600000000,\"duration\":9000,\"localEndpoint\":{"
                  "\"serviceName\":\"web\"}},"
                  "{\"traceId\":\"a1\",\"id\":\"2\",\"parentId\":\"1\",\"name\":\"list\","
                  "\"timestamp\":1767261600001000,\"duration\":5000,"
                  "\"localEndpoint\":{\"serviceName\":\"cart\"},\"tags\":{\"error\":\"boom\"}}]"));
}

TEST(csv_spans_are_read_by_their_titles)
{
    check_pair(
        read_text("Duration(ms),SpanID,ParentID,TraceID,PodName,OperationName,StartTime,Error\n"
                  "9,01,root,a1,web-6b9f7d5c4-x2x8p,GET /,2026-01-01T10:00:00Z,false\n"
                  "5,02,01,a1,cart-0,list,2026-01-01T10:00:00.001Z,true\n"));
}

TEST(flat_json_spans_are_read)
{
    check_pair(read_text(
        "[{\"trace_id\":\"a1\",\"span_id\":\"1\",\"parent_id\":null,\"service\":\"web\",\"name\":"
        "\"GET /\",\"start\":\"2026-01-01T10:00:00Z\",\"duration_ms\":9,\"status\":\"OK\"},"
        "{\"trace_id\":\"a1\",\"span_id\":\"2\",\"parent_id\":\"1\",\"service\":\"cart\",\"name\":"
        "\"list\",\"start\":\"2026-01-01T10:00:00.001Z\",\"duration_ms\":5,\"status\":\"ERROR\"}"
        "]"));
}

TEST(loops_and_self_parents_are_cut)
{
    const struct fm_trace_set *t = read_text(
        "TraceID,SpanID,ParentID,Service,Name,StartTime,Duration\n"
        "t,a,c,x,o,1767261600000000,1\nt,b,a,y,o,1767261600000000,1\nt,c,b,z,o,1767261600000000,1\n"
        "t,d,d,x,o,1767261600000000,1\nt,e,nowhere,x,o,1767261600000000,1\n");
    assert_int_equal(t->spans.n, 5);
    for (size_t i = 0; i < 5; i++) {
        size_t steps = 0;
        for (uint32_t at = (uint32_t)i; at != FM_SPAN_NONE; at = t->spans.items[at].parent)
            assert_true(++steps <= 5);
    }
    assert_true(t->spans.items[4].has_lost_parent);
    kit_end();
}

TEST(log_records_find_their_spans)
{
    kit_start();
    kit_add(FM_EVIDENCE_TRACES, "t.csv",
            FM_STR("TraceID,SpanID,ParentID,Service,Name,StartTime,Duration\nt1,s1,,web,GET "
                   "/,1767261600000000,1000\n"),
            false);
    kit_add(FM_EVIDENCE_LOG, "l.csv",
            FM_STR("Timestamp,TraceID,SpanID,Log\n"
                   "2026-01-01T10:00:00.002Z,t1,s1,\"{\"\"log\"\":\"\"10:00:00 ERROR OrderDao#88 "
                   "no row 17\"\"}\"\n"
                   "2026-01-01T10:00:00.001Z,t1,s1,\"{\"\"log\"\":\"\"10:00:00 INFO order 17 "
                   "received from client\"\"}\"\n"
                   "2026-01-01T10:00:00.001Z,t9,s9,elsewhere\n"),
            false);
    assert_int_equal(fm_traces_processor.run(&kit_in), FM_OK);
    const struct fm_trace_set *t = kit_in.traces;
    assert_int_equal(t->records.n, 3);
    assert_int_equal(t->spans.items[0].n_records, 2);
    const struct fm_span_record *r = &t->records.items[t->spans.items[0].first_record];
    assert_false(r[0].is_error);
    assert_true(r[1].is_error);
    assert_str(t->record_keys.items[r[0].key], "INFO INFO order received from client");
    assert_str(t->record_keys.items[r[1].key], "ERROR OrderDao#88");
    kit_end();
}

TEST(spans_of_one_id_stay_linear)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    fm_buf_addz(&b, "TraceID,SpanID,ParentID,Service,Name,StartTime,Duration\n");
    for (int i = 0; i < 200000; i++)
        fm_buf_addf(&b, "t,same,same2,svc%d,o,1767261600000000,1\n", i);
    kit_start();
    kit_add(FM_EVIDENCE_TRACES, "t.csv", fm_buf_str(&b), false);
    assert_int_equal(fm_traces_processor.run(&kit_in), FM_OK);
    assert_int_equal(kit_in.traces->spans.n + kit_in.traces->n_left_out, 200000);
    assert_true(kit_in.traces->spans.n > 100000);
    kit_end();
    fm_buf_release(&b);
}

TEST(damaged_text_is_noted_and_does_no_harm)
{
    static const char *const bad[] = {
        "", "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"spanId\":\"1\"", "[{\"id\":1}",
        "SpanID\nx\n", "{\"data\":[{\"spans\":[[]]}]}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(read_text(bad[i])->spans.n, 0);
        kit_end();
    }
}

static const struct fm_observation *find(enum fm_observation_kind kind)
{
    fm_vec_each (&kit_in.observations, o)
        if ((*o)->kind == kind)
            return *o;
    return NULL;
}

/* `n` requests of web, a second apart, the last two thirds with `after` queries instead of
 * `before`. */
static void add_requests(struct fm_buf *b, int n, int before, int after)
{
    fm_buf_addz(b, "TraceID,SpanID,ParentID,Service,Name,StartTime,Duration\n");
    for (int i = 0; i < n; i++) {
        long long at = 1767261600000000LL + i * 1000000LL;
        int queries = i <= n / 3 ? before : after;
        fm_buf_addf(b, "t%d,r%d,,web,GET /list,%lld,%d\n", i, i, at, 2000 + 1500 * queries);
        for (int k = 0; k < queries; k++)
            fm_buf_addf(b, "t%d,q%d-%d,r%d,db,SELECT item,%lld,1400\n", i, i, k, i,
                        at + 1000 + 1500 * k);
    }
}

TEST(a_query_in_a_loop_is_seen_with_its_spans)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    add_requests(&b, 40, 1, 24);
    assert_true(read_text(fm_buf_str(&b).p)->spans.n > 500);
    const struct fm_observation *o = find(FM_OBSERVATION_SPAN_REPEATED);
    assert_non_null(o);
    assert_str(fm_incident_entity_of(&kit_in, o->entity).name, "web");
    assert_int_equal(o->spans.n, 3);
    assert_true(fm_str_has(o->text, FM_STR("SELECT item of db 2")));
    assert_null(find(FM_OBSERVATION_SPAN_MISSING));
    const struct fm_observation *slow = find(FM_OBSERVATION_SPAN_SLOW);
    assert_non_null(slow);
    assert_true(fm_str_has(slow->text, FM_STR("the slowest: web GET /list 38.0 ms")));
    kit_end();
    fm_buf_clear(&b);
    add_requests(&b, 40, 8, 9);
    read_text(fm_buf_str(&b).p);
    assert_null(find(FM_OBSERVATION_SPAN_REPEATED));
    kit_end();
    fm_buf_release(&b);
}

TEST(a_call_that_is_no_longer_made_is_seen)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    add_requests(&b, 60, 1, 0);
    read_text(fm_buf_str(&b).p);
    const struct fm_observation *o = find(FM_OBSERVATION_SPAN_MISSING);
    assert_non_null(o);
    assert_true(o->after < 20 && o->before > 80);
    assert_int_equal(o->spans.n, 2);
    assert_true(fm_str_has(o->text, FM_STR("GET /list of web calls SELECT item of db in")));
    kit_end();
    fm_buf_release(&b);
}

TEST(the_critical_path_follows_the_child_that_ends_last)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    fm_buf_addz(&b, "TraceID,SpanID,ParentID,Service,Name,StartTime,Duration\n");
    for (int i = 0; i < 40; i++) {
        long long at = 1767261600000000LL + i * 1000000LL;
        int slow = i <= 13 ? 2000 : 90000;
        fm_buf_addf(&b, "t%d,a%d,,web,GET /,%lld,%d\n", i, i, at, slow + 2000);
        fm_buf_addf(&b, "t%d,b%d,a%d,ads,list,%lld,500\n", i, i, i, at + 100);
        fm_buf_addf(&b, "t%d,c%d,a%d,cart,get,%lld,%d\n", i, i, i, at + 700, slow + 500);
        fm_buf_addf(&b, "t%d,d%d,c%d,db,SELECT,%lld,%d\n", i, i, i, at + 900, slow);
    }
    read_text(fm_buf_str(&b).p);
    bool is_found = false;
    fm_vec_each (&kit_in.observations, o)
        is_found |= fm_str_has((*o)->text, FM_STR("the slowest: web GET / 92.0 ms > cart get 90.5 "
                                                  "ms > db SELECT 90.0 ms"));
    assert_true(is_found);
    kit_end();
    fm_buf_release(&b);
}

TEST(json_lines_with_span_ids_are_records_of_their_spans)
{
    kit_start();
    kit_add(FM_EVIDENCE_TRACES, "t.csv",
            FM_STR("TraceID,SpanID,ParentID,Service,Name,StartTime,Duration\nt1,s1,,web,GET "
                   "/,1767261600000000,1000\n"),
            false);
    kit_add(
        FM_EVIDENCE_LOG, "l.jsonl",
        FM_STR("{\"time\":\"2026-01-01T10:00:00.002Z\",\"level\":\"error\",\"msg\":\"no row\","
               "\"trace_id\":\"t1\",\"span_id\":\"s1\"}\n"
               "{\"time\":\"2026-01-01T10:00:00.001Z\",\"level\":\"info\",\"msg\":\"got it\","
               "\"trace_id\":\"t1\",\"span_id\":\"s1\"}\n"
               "{\"time\":\"2026-01-01T10:00:00.003Z\",\"level\":\"info\",\"msg\":\"no ids\"}\n"),
        false);
    assert_int_equal(fm_traces_processor.run(&kit_in), FM_OK);
    const struct fm_trace_set *t = kit_in.traces;
    assert_int_equal(t->records.n, 2);
    assert_int_equal(t->spans.items[0].n_records, 2);
    const struct fm_span_record *r = &t->records.items[t->spans.items[0].first_record];
    assert_false(r[0].is_error);
    assert_true(r[1].is_error);
    assert_true(fm_record_quote(&kit_in, &r[1]).length > 40);
    kit_end();
}

TEST(whole_traces_are_sampled_within_the_memory_that_is_granted)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    add_requests(&b, 30000, 3, 3);
    kit_start();
    kit_in.ask.memory_bytes = 16 << 20;
    kit_add(FM_EVIDENCE_TRACES, "t.csv", fm_buf_str(&b), false);
    assert_int_equal(fm_traces_processor.run(&kit_in), FM_OK);
    const struct fm_trace_set *t = kit_in.traces;
    assert_true(t->spans.n > 8000 && t->spans.n < 24000);
    assert_int_equal(t->spans.n, 4 * t->n_traces);
    fm_vec_each (&t->spans, s)
        assert_false(s->has_lost_parent);
    assert_true(kit_ctx.arena.total_bytes < (12u << 20));
    const struct fm_evidence *e = kit_in.inputs.items[0];
    assert_int_equal(e->problems.n, 1);
    assert_true(fm_str_has(e->problems.items[0].text, FM_STR("sampled")));
    kit_end();
    fm_buf_release(&b);
}
