/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/base/json.h"
#include "faultmaven/llm/tracing.h"
#include "faultmaven/net/server.h"

#define T0 (1762423200LL * FM_SEC)

static struct fm_trace_span spans[3];

static struct fm_trace trace(void)
{
    spans[0] = (struct fm_trace_span){
        .kind = FM_SPAN_AGENT, .name = FM_STR("ask"), .begin = T0, .end = T0 + 3 * FM_SEC};
    spans[1] = (struct fm_trace_span){.kind = FM_SPAN_MODEL,
                                      .name = FM_STR("m1"),
                                      .provider = FM_STR("openai"),
                                      .begin = T0,
                                      .end = T0 + FM_SEC,
                                      .result = FM_LLM_OVERLOADED,
                                      .input_tokens = 12,
                                      .output_tokens = 3};
    spans[2] = (struct fm_trace_span){.kind = FM_SPAN_TOOL,
                                      .name = FM_STR("search_evidence"),
                                      .begin = T0 + FM_SEC,
                                      .end = T0 + 2 * FM_SEC};
    return (struct fm_trace){FM_STR("case_1"), spans, 3};
}

TEST(otlp_has_the_shape_of_the_protocol)
{
    struct fm_ctx ctx;
    struct fm_rng_seeded rng;
    struct fm_buf b;
    yyjson_val *v;
    struct fm_trace t = trace();
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_rng_seed(&rng, 1);
    fm_buf_init(&b, 1 << 20);
    fm_trace_write_otlp(&t, &rng.base, &b);
    assert_int_equal(fm_json_read(&ctx, fm_buf_str(&b), &v), FM_OK);
    yyjson_val *list =
        fm_json_get(yyjson_arr_get_first(fm_json_get(
                        yyjson_arr_get_first(fm_json_get(v, "resourceSpans")), "scopeSpans")),
                    "spans");
    assert_int_equal(yyjson_arr_size(list), 3);
    yyjson_val *root = yyjson_arr_get(list, 0), *model = yyjson_arr_get(list, 1);
    assert_int_equal(fm_json_get_str(root, "traceId").len, 32);
    assert_int_equal(fm_json_get_str(root, "spanId").len, 16);
    assert_true(fm_str_eq(fm_json_get_str(model, "parentSpanId"), fm_json_get_str(root, "spanId")));
    assert_str(fm_json_get_str(model, "name"), "chat m1");
    assert_str(fm_json_get_str(model, "startTimeUnixNano"), "1762423200000000000");
    assert_int_equal(fm_json_get_i64(fm_json_get(model, "status"), "code", 0), 2);
    assert_true(fm_str_has(
        fm_buf_str(&b),
        FM_STR("{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"12\"}}")));
    assert_true(
        fm_str_has(fm_buf_str(&b),
                   FM_STR("{\"key\":\"error.type\",\"value\":{\"stringValue\":\"overloaded\"}}")));
    fm_buf_release(&b);
    fm_ctx_release(&ctx);
}

TEST(opik_ids_are_uuids_of_version_7_and_of_their_time)
{
    struct fm_ctx ctx;
    struct fm_rng_seeded rng;
    struct fm_buf traces, list;
    yyjson_val *v;
    struct fm_trace t = trace();
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_rng_seed(&rng, 1);
    fm_buf_init(&traces, 1 << 20);
    fm_buf_init(&list, 1 << 20);
    fm_trace_write_opik(&t, "p", &rng.base, &traces, &list);
    assert_int_equal(fm_json_read(&ctx, fm_buf_str(&list), &v), FM_OK);
    yyjson_val *span = yyjson_arr_get_first(fm_json_get(v, "spans"));
    fm_str id = fm_json_get_str(span, "id");
    assert_int_equal(id.len, 36);
    assert_int_equal(id.p[14], '7');
    assert_true(fm_str_starts(id, FM_STR("019a589b-d900"))); /* 1762423200000 ms */
    assert_str(fm_json_get_str(span, "type"), "llm");
    assert_int_equal(fm_json_get_i64(fm_json_get(span, "usage"), "total_tokens", 0), 15);
    assert_true(fm_str_has(fm_buf_str(&traces), FM_STR("\"start_time\":\"2025-11-06T10:00:00Z\"")));
    fm_buf_release(&traces);
    fm_buf_release(&list);
    fm_ctx_release(&ctx);
}

struct collector {
    struct fm_loop *loop;
    struct fm_http_server *server;
    char seen[4096];
};

static void collect(void *arg, struct fm_http_exchange *x)
{
    struct collector *c = arg;
    fm_str path = fm_http_exchange_head(x)->path;
    size_t n = strlen(c->seen);
    snprintf(c->seen + n, sizeof c->seen - n, "%.*s %.*s\n", FM_STR_ARG(path),
             FM_STR_ARG(fm_http_exchange_header(x, "authorization")));
    fm_http_respond(x, 200, "application/json", FM_STR("{}"));
}

static void *run_loop(void *arg)
{
    fm_loop_run(arg);
    return NULL;
}

TEST(traces_are_sent_only_where_configured)
{
    struct fm_ctx ctx;
    struct fm_rng_seeded rng;
    struct collector c = {.seen = ""};
    struct fm_trace t = trace();
    pthread_t thread;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_rng_seed(&rng, 1);
    assert_int_equal(fm_trace_export(&(struct fm_trace_exporter){NULL, NULL, NULL, NULL, NULL},
                                     &ctx, &t, &rng.base),
                     FM_OK);
    c.loop = fm_loop_new();
    struct fm_http_server_options o = {.handler = collect, .arg = &c};
    assert_int_equal(fm_http_server_new(c.loop, &ctx, "127.0.0.1:0", &o, &c.server), FM_OK);
    pthread_create(&thread, NULL, run_loop, c.loop);
    const char *url =
        fm_str_fmt(&ctx.arena, "http://127.0.0.1:%u", fm_http_server_port(c.server)).p;
    struct fm_trace_exporter e = {.otlp_url = url, .opik_url = url, .opik_key = "k"};
    assert_int_equal(fm_trace_export(&e, &ctx, &t, &rng.base), FM_OK);
    fm_loop_stop(c.loop);
    pthread_join(thread, NULL);
    assert_string_equal(c.seen,
                        "/v1/traces \n/v1/private/traces/batch k\n/v1/private/spans/batch k\n");
    fm_http_server_free(c.server);
    fm_loop_free(c.loop);
    fm_ctx_release(&ctx);
}
