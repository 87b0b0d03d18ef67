/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer by a nested turn of the client's loop. */
#include "client_internal.h"

#define TURN_MS 50

struct fetch {
    struct fm_ctx *ctx;
    struct fm_buf body;
    enum fm_http_failure failure;
    bool is_done;
    struct fm_http_answer answer;
    fm_str message;
};

static void on_data(void *arg, fm_str bytes)
{
    struct fetch *f = arg;
    fm_buf_adds(&f->body, bytes);
}

static void on_done(void *arg, const struct fm_http_result *r)
{
    struct fetch *f = arg;
    struct fm_arena *a = &f->ctx->arena;
    struct fm_http_header *items = FM_NEW_ARRAY(a, struct fm_http_header, r->reply->headers.n);
    for (size_t i = 0; i < r->reply->headers.n; i++) {
        items[i].name = fm_str_dup(a, r->reply->headers.items[i].name);
        items[i].value = fm_str_dup(a, r->reply->headers.items[i].value);
    }
    f->answer.status = r->reply->status;
    f->answer.headers = (struct fm_http_headers){items, r->reply->headers.n};
    f->answer.body = fm_str_dup(a, fm_buf_str(&f->body));
    f->failure = r->failure;
    f->message = fm_str_dup(a, fm_str_c(r->message));
    f->is_done = true;
}

enum fm_code fm_http_fetch(struct fm_http_client *c, struct fm_ctx *ctx,
                           const struct fm_http_request *r, struct fm_http_answer *out)
{
    struct fetch f = {.ctx = ctx};
    struct fm_http_request own = *r;
    fm_buf_init(&f.body, r->max_body ? r->max_body : 16u << 20);
    own.head = NULL;
    own.data = on_data;
    own.done = on_done;
    own.arg = &f;
    struct fm_http_call *call = fm_http_call_start(c, &own);
    enum fm_code code = FM_OK;
    while (!f.is_done && (code = fm_ctx_check(ctx)) == FM_OK)
        fm_loop_turn(fm_http_client_loop(c), TURN_MS);
    if (!f.is_done)
        fm_http_call_cancel(call);
    fm_buf_release(&f.body);
    if (code != FM_OK && !f.is_done)
        return code;
    if (f.failure != FM_HTTP_FINE)
        return fm_fail(ctx, f.failure == FM_HTTP_TIMEOUT ? FM_ETIMEOUT : FM_EUPSTREAM, "%s: %.*s",
                       r->url, FM_STR_ARG(f.message));
    *out = f.answer;
    return FM_OK;
}
