/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/embeddings in OpenAI's shape. The official SDKs ask for base64 unless told otherwise. */
#include "internal.h"

#define TEXTS_MAX 2048

struct input {
    fm_str *texts;
    size_t n;
};

static enum fm_code read_input(struct served *s, yyjson_val *v, struct input *out)
{
    size_t i, n, count = yyjson_is_str(v) ? 1 : yyjson_arr_size(v);
    yyjson_val *item;
    if (count == 0 || count > TEXTS_MAX)
        return fm_fail(&s->ctx, FM_EINVAL, "input: must be a text or a list of 1 to %d texts",
                       TEXTS_MAX);
    out->texts = FM_NEW_ARRAY(&s->ctx.arena, fm_str, count);
    out->n = count;
    if (yyjson_is_str(v))
        out->texts[0] = fm_json_str(v);
    yyjson_arr_foreach(v, i, n, item)
    {
        if (!yyjson_is_str(item))
            return fm_fail(&s->ctx, FM_EINVAL,
                           "input: only text is supported: tokens cannot be redacted");
        out->texts[i] = fm_json_str(item);
    }
    for (i = 0; i < count; i++)
        if (out->texts[i].len == 0)
            return fm_fail(&s->ctx, FM_EINVAL, "input: text %zu is empty", i);
    return FM_OK;
}

static enum fm_code read_request(struct served *s, struct input *out)
{
    yyjson_val *o;
    FM_TRY(fm_json_read(&s->ctx, fm_http_exchange_body(s->x), &o));
    if (!yyjson_is_obj(o))
        return fm_fail(&s->ctx, FM_EINVAL, "the body must be a JSON object");
    fm_str format = fm_json_get_str(o, "encoding_format");
    s->wants_base64 = fm_str_eqc(format, "base64");
    if (format.len && !s->wants_base64 && !fm_str_eqc(format, "float"))
        return fm_fail(&s->ctx, FM_EINVAL, "encoding_format: must be float or base64");
    FM_TRY(fm_proxy_model(s, fm_json_get_str(o, "model")));
    FM_TRY(read_input(s, fm_json_get(o, "input"), out));
    return fm_served_open_gate(s);
}

/* Little-endian 32-bit floats. */
static void add_base64(struct fm_buf *b, const struct fm_llm_vector *v)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = v->n * 4;
    const unsigned char *p = (const unsigned char *)v->values;
    fm_buf_addc(b, '"');
    for (size_t i = 0; i < n; i += 3) {
        unsigned two = i + 1 < n ? p[i + 1] : 0, three = i + 2 < n ? p[i + 2] : 0;
        unsigned bits = (unsigned)p[i] << 16 | two << 8 | three;
        char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                        i + 1 < n ? digits[bits >> 6 & 63] : '=',
                        i + 2 < n ? digits[bits & 63] : '='};
        fm_buf_add(b, four, sizeof four);
    }
    fm_buf_addc(b, '"');
}

static void add_numbers(struct fm_buf *b, const struct fm_llm_vector *v)
{
    for (size_t i = 0; i < v->n; i++)
        fm_buf_addf(b, "%c%.9g", i ? ',' : '[', (double)v->values[i]);
    fm_buf_addc(b, ']');
}

static void write_answer(struct served *s, const struct fm_llm_embed_result *r)
{
    struct fm_buf *b = &s->out;
    fm_buf_addz(b, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < r->vectors.n; i++) {
        fm_buf_addf(b, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", i ? "," : "", i);
        if (s->wants_base64)
            add_base64(b, &r->vectors.items[i]);
        else
            add_numbers(b, &r->vectors.items[i]);
        fm_buf_addc(b, '}');
    }
    fm_buf_addz(b, "],\"model\":");
    fm_proxy_string(b, r->vectors.model);
    fm_buf_addf(b, ",\"usage\":{\"prompt_tokens\":%lld,\"total_tokens\":%lld}}",
                (long long)r->vectors.input_tokens, (long long)r->vectors.input_tokens);
}

static void on_done(void *arg, enum fm_code code, struct fm_llm_embed_result *r)
{
    struct served *s = arg;
    s->embed = NULL;
    if (code == FM_OK)
        write_answer(s, r);
    if (code == FM_OK && s->out.overflow)
        (void)fm_fail(&s->ctx, FM_ELIMIT, "the vectors are too long for one answer");
    if (code != FM_OK || s->out.overflow) {
        fm_served_fail(s, r->failure, fm_proxy_status(r->failure), r->retry_after_ms);
        return;
    }
    fm_http_respond(s->x, 200, "application/json", fm_buf_str(&s->out));
    fm_served_count(s, 200);
    fm_served_free(s);
}

void fm_proxy_embed_cancel(struct served *s)
{
    if (s->embed)
        fm_llm_embed_cancel(s->embed);
    fm_http_stream_end(s->x, false);
    fm_served_count(s, 499);
    fm_served_free(s);
}

static void on_gone(void *arg)
{
    fm_proxy_embed_cancel(arg);
}

void fm_proxy_embed(struct fm_llm_proxy *p, struct fm_http_exchange *x)
{
    struct served *s = fm_served_new(p, x, &fm_proxy_openai);
    struct input in = {0};
    enum fm_code code = read_request(s, &in);
    fm_http_exchange_add_header(x, "x-request-id", fm_str_c(s->id));
    if (code != FM_OK) {
        fm_served_fail(s, FM_LLM_BAD_REQUEST, fm_code_http(code), 0);
        return;
    }
    struct fm_llm_embed_request r = {.model = s->request.model, .texts = in.texts, .n = in.n};
    struct fm_llm_embed_options o = {.gate = s->gate, .done = on_done, .arg = s};
    fm_http_exchange_on_gone(x, on_gone, s);
    s->embed = fm_llm_embed_start(p->client, &s->ctx, &r, &o);
}
