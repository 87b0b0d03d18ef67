/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/llm/tracing.h"

#include "faultmaven/base/hash.h"
#include "faultmaven/base/json.h"

#define BODY_MAX (4u << 20)
#define EXPORT_MS 5000

static const char *const operations[] = {"invoke_agent", "chat", "execute_tool"};

static void random_hex(struct fm_rng *rng, size_t n, char *out)
{
    uint8_t bytes[16];
    fm_rng_fill(rng, bytes, n);
    fm_hex(bytes, n, out);
}

static void write(yyjson_mut_doc *d, yyjson_mut_val *root, struct fm_buf *out)
{
    struct fm_ctx scratch;
    fm_ctx_init(&scratch, &fm_clock_system);
    if (fm_json_write(&scratch, d, root, false, out) != FM_OK)
        fm_buf_clear(out);
    fm_ctx_release(&scratch);
}

/* --- OTLP: 64-bit integers are decimal text, ids are hexadecimal --- */

static yyjson_mut_val *attribute(yyjson_mut_doc *d, yyjson_mut_val *list, const char *key)
{
    yyjson_mut_val *a = yyjson_mut_arr_add_obj(d, list);
    fm_json_add_strz(d, a, "key", key);
    return yyjson_mut_obj_add_obj(d, a, "value");
}

static void add_text(yyjson_mut_doc *d, yyjson_mut_val *list, const char *key, fm_str v)
{
    if (v.len)
        fm_json_add_str(d, attribute(d, list, key), "stringValue", v);
}

static void add_count(yyjson_mut_doc *d, yyjson_mut_val *list, const char *key, int64_t v)
{
    struct fm_arena *a = d->alc.ctx;
    if (v)
        fm_json_add_str(d, attribute(d, list, key), "intValue",
                        fm_str_fmt(a, "%lld", (long long)v));
}

static void add_nanos(yyjson_mut_doc *d, yyjson_mut_val *o, const char *key, fm_time t)
{
    struct fm_arena *a = d->alc.ctx;
    fm_json_add_str(d, o, key, fm_str_fmt(a, "%lld", (long long)t));
}

static void add_attributes(yyjson_mut_doc *d, yyjson_mut_val *span, const struct fm_trace *t,
                           const struct fm_trace_span *s)
{
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, span, "attributes");
    add_text(d, list, "gen_ai.operation.name", fm_str_c(operations[s->kind]));
    add_text(d, list, "gen_ai.conversation.id", t->conversation);
    add_text(d, list, s->kind == FM_SPAN_TOOL ? "gen_ai.tool.name" : "gen_ai.request.model",
             s->name);
    add_text(d, list, "gen_ai.provider.name", s->provider);
    add_count(d, list, "gen_ai.usage.input_tokens", s->input_tokens);
    add_count(d, list, "gen_ai.usage.output_tokens", s->output_tokens);
    if (s->result != FM_LLM_OK)
        add_text(d, list, "error.type", fm_str_c(fm_llm_class_name(s->result)));
}

static void add_otlp_span(yyjson_mut_doc *d, yyjson_mut_val *list, const struct fm_trace *t,
                          size_t i, char ids[3][33])
{
    const struct fm_trace_span *s = &t->spans[i];
    yyjson_mut_val *o = yyjson_mut_arr_add_obj(d, list);
    struct fm_arena *a = d->alc.ctx;
    fm_json_add_strz(d, o, "traceId", ids[0]);
    fm_json_add_strz(d, o, "spanId", ids[2]);
    if (i)
        fm_json_add_strz(d, o, "parentSpanId", ids[1]);
    fm_json_add_str(d, o, "name",
                    fm_str_fmt(a, "%s %.*s", operations[s->kind], FM_STR_ARG(s->name)));
    yyjson_mut_obj_add_int(d, o, "kind", s->kind == FM_SPAN_MODEL ? 3 : 1);
    add_nanos(d, o, "startTimeUnixNano", s->begin);
    add_nanos(d, o, "endTimeUnixNano", s->end);
    add_attributes(d, o, t, s);
    yyjson_mut_val *status = yyjson_mut_obj_add_obj(d, o, "status");
    yyjson_mut_obj_add_int(d, status, "code", s->result == FM_LLM_OK ? 1 : 2);
}

void fm_trace_write_otlp(const struct fm_trace *t, struct fm_rng *rng, struct fm_buf *out)
{
    struct fm_arena a;
    char ids[3][33];
    fm_arena_init(&a);
    yyjson_mut_doc *d = fm_json_new(&a);
    yyjson_mut_val *root = yyjson_mut_obj(d),
                   *rs =
                       yyjson_mut_arr_add_obj(d, yyjson_mut_obj_add_arr(d, root, "resourceSpans"));
    yyjson_mut_val *resource =
        yyjson_mut_obj_add_arr(d, yyjson_mut_obj_add_obj(d, rs, "resource"), "attributes");
    add_text(d, resource, "service.name", FM_STR("faultmaven"));
    add_text(d, resource, "service.version", FM_STR(FM_VERSION));
    yyjson_mut_val *scope = yyjson_mut_arr_add_obj(d, yyjson_mut_obj_add_arr(d, rs, "scopeSpans"));
    fm_json_add_strz(d, yyjson_mut_obj_add_obj(d, scope, "scope"), "name", "faultmaven.llm");
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, scope, "spans");
    random_hex(rng, 16, ids[0]);
    random_hex(rng, 8, ids[1]);
    for (size_t i = 0; i < t->n; i++) {
        memcpy(ids[2], ids[1], sizeof ids[1]);
        if (i)
            random_hex(rng, 8, ids[2]);
        add_otlp_span(d, list, t, i, ids);
    }
    write(d, root, out);
    fm_arena_release(&a);
}

/* --- Opik: a batch with an id that is not version 7, or far from now, is refused as a whole --- */

static void uuid7(fm_time at, struct fm_rng *rng, char out[37])
{
    uint8_t b[16];
    char hex[33];
    uint64_t ms = (uint64_t)(at / FM_MS);
    fm_rng_fill(rng, b, sizeof b);
    for (int i = 0; i < 6; i++)
        b[i] = (uint8_t)(ms >> (40 - 8 * i));
    b[6] = (uint8_t)(0x70 | (b[6] & 0x0F));
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3F));
    fm_hex(b, sizeof b, hex);
    for (int i = 0, k = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            out[k++] = '-';
        out[k++] = hex[i];
        out[k] = '\0';
    }
}

static void add_common(yyjson_mut_doc *d, yyjson_mut_val *o, const char *project,
                       const struct fm_trace_span *s)
{
    fm_json_add_strz(d, o, "project_name", project);
    fm_json_add_str(d, o, "name", s->name.len ? s->name : fm_str_c(operations[s->kind]));
    fm_json_add_time(d, o, "start_time", s->begin);
    fm_json_add_time(d, o, "end_time", s->end);
    if (s->result == FM_LLM_OK)
        return;
    yyjson_mut_val *e = yyjson_mut_obj_add_obj(d, o, "error_info");
    fm_json_add_strz(d, e, "exception_type", fm_llm_class_name(s->result));
    fm_json_add_strz(d, e, "traceback", "");
}

static void add_opik_span(yyjson_mut_doc *d, yyjson_mut_val *list, const char *project,
                          const struct fm_trace_span *s, char ids[2][37])
{
    static const char *const types[] = {"general", "llm", "tool"};
    yyjson_mut_val *o = yyjson_mut_arr_add_obj(d, list);
    fm_json_add_strz(d, o, "id", ids[1]);
    fm_json_add_strz(d, o, "trace_id", ids[0]);
    fm_json_add_strz(d, o, "type", types[s->kind]);
    add_common(d, o, project, s);
    if (s->kind != FM_SPAN_MODEL)
        return;
    fm_json_add_str(d, o, "model", s->name);
    if (s->provider.len)
        fm_json_add_str(d, o, "provider", s->provider);
    yyjson_mut_val *u = yyjson_mut_obj_add_obj(d, o, "usage");
    yyjson_mut_obj_add_int(d, u, "prompt_tokens", s->input_tokens);
    yyjson_mut_obj_add_int(d, u, "completion_tokens", s->output_tokens);
    yyjson_mut_obj_add_int(d, u, "total_tokens", s->input_tokens + s->output_tokens);
}

void fm_trace_write_opik(const struct fm_trace *t, const char *project, struct fm_rng *rng,
                         struct fm_buf *traces, struct fm_buf *spans)
{
    struct fm_arena a;
    char ids[2][37];
    if (t->n == 0)
        return;
    fm_arena_init(&a);
    yyjson_mut_doc *d = fm_json_new(&a);
    yyjson_mut_val *tr = yyjson_mut_obj(d), *sp = yyjson_mut_obj(d);
    uuid7(t->spans[0].begin, rng, ids[0]);
    yyjson_mut_val *o = yyjson_mut_arr_add_obj(d, yyjson_mut_obj_add_arr(d, tr, "traces"));
    fm_json_add_strz(d, o, "id", ids[0]);
    add_common(d, o, project, &t->spans[0]);
    fm_json_add_str(d, o, "thread_id", t->conversation);
    yyjson_mut_val *list = yyjson_mut_obj_add_arr(d, sp, "spans");
    for (size_t i = 1; i < t->n; i++) {
        uuid7(t->spans[i].begin, rng, ids[1]);
        add_opik_span(d, list, project, &t->spans[i], ids);
    }
    write(d, tr, traces);
    write(d, sp, spans);
    fm_arena_release(&a);
}

/* --- sending --- */

struct sender {
    struct fm_ctx *ctx;
    struct fm_http_client *client;
    struct fm_http_header headers[3];
    size_t n_headers;
};

static enum fm_code post(struct sender *s, fm_str url, fm_str body)
{
    struct fm_http_answer a;
    struct fm_http_request r = {.method = "POST",
                                .url = url.p,
                                .headers = s->headers,
                                .n_headers = s->n_headers,
                                .body = body,
                                .total_ms = EXPORT_MS};
    FM_TRY(fm_http_fetch(s->client, s->ctx, &r, &a));
    if (a.status >= 300)
        return fm_fail(s->ctx, FM_EUPSTREAM, "%.*s: status %d", FM_STR_ARG(url), a.status);
    return FM_OK;
}

static enum fm_code export_otlp(struct sender *s, const struct fm_trace_exporter *e,
                                const struct fm_trace *t, struct fm_rng *rng)
{
    struct fm_buf b;
    if (!e->otlp_url)
        return FM_OK;
    fm_buf_init(&b, BODY_MAX);
    fm_trace_write_otlp(t, rng, &b);
    enum fm_code code =
        post(s, fm_str_fmt(&s->ctx->arena, "%s/v1/traces", e->otlp_url), fm_buf_str(&b));
    fm_buf_release(&b);
    return code;
}

static enum fm_code export_opik(struct sender *s, const struct fm_trace_exporter *e,
                                const struct fm_trace *t, struct fm_rng *rng)
{
    struct fm_buf traces, spans;
    if (!e->opik_url)
        return FM_OK;
    fm_buf_init(&traces, BODY_MAX);
    fm_buf_init(&spans, BODY_MAX);
    fm_trace_write_opik(t, e->opik_project ? e->opik_project : "faultmaven", rng, &traces, &spans);
    if (e->opik_key)
        s->headers[s->n_headers++] =
            (struct fm_http_header){FM_STR("Authorization"), fm_str_c(e->opik_key)};
    if (e->opik_workspace)
        s->headers[s->n_headers++] =
            (struct fm_http_header){FM_STR("Comet-Workspace"), fm_str_c(e->opik_workspace)};
    enum fm_code code =
        post(s, fm_str_fmt(&s->ctx->arena, "%s/v1/private/traces/batch", e->opik_url),
             fm_buf_str(&traces));
    if (code == FM_OK && t->n > 1)
        code = post(s, fm_str_fmt(&s->ctx->arena, "%s/v1/private/spans/batch", e->opik_url),
                    fm_buf_str(&spans));
    fm_buf_release(&traces);
    fm_buf_release(&spans);
    return code;
}

enum fm_code fm_trace_export(const struct fm_trace_exporter *e, struct fm_ctx *ctx,
                             const struct fm_trace *t, struct fm_rng *rng)
{
    if ((!e->otlp_url && !e->opik_url) || t->n == 0)
        return FM_OK;
    struct fm_loop *loop = fm_loop_new();
    struct sender s = {.ctx = ctx, .client = fm_http_client_new(loop, NULL), .n_headers = 1};
    s.headers[0] = (struct fm_http_header){FM_STR("Content-Type"), FM_STR("application/json")};
    enum fm_code code = export_otlp(&s, e, t, rng);
    if (code == FM_OK)
        code = export_opik(&s, e, t, rng);
    fm_http_client_free(s.client);
    fm_loop_free(loop);
    return code;
}
