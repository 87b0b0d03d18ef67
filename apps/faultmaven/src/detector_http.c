/* SPDX-License-Identifier: Apache-2.0 */
#include "detector_http.h"

#include <stdlib.h>

#include "faultmaven/net/client.h"

#define TIMEOUT_MS 10000
#define MIN_SCORE 0.5

struct detector_http {
    struct fm_loop *loop;
    struct fm_http_client *client;
    struct fm_detector *detector;
    char *ca_file; /* or NULL */
    int64_t timeout_ms;
};

static enum fm_code post(void *arg, struct fm_ctx *ctx, fm_str url, fm_str json,
                         struct fm_http_reply *reply)
{
    const struct detector_http *d = arg;
    static const struct fm_http_header json_type = {{"content-type", 12}, {"application/json", 16}};
    struct fm_http_answer answer = {0};
    struct fm_http_request r = {.method = "POST",
                                .url = fm_str_dup(&ctx->arena, url).p,
                                .headers = &json_type,
                                .n_headers = 1,
                                .body = json,
                                .ca_file = d->ca_file,
                                .total_ms = d->timeout_ms};
    enum fm_code code = fm_http_fetch(d->client, ctx, &r, &answer);
    if (code != FM_OK) {
        fm_str why = fm_str_dup(&ctx->arena, fm_str_c(ctx->error));
        fm_ctx_clear_error(ctx);
        return fm_fail(ctx, code, "the external detector cannot be asked; nothing is sent: %.*s",
                       FM_STR_ARG(why));
    }
    *reply = (struct fm_http_reply){answer.status, answer.body};
    return FM_OK;
}

/* Texts go there as they are. */
static bool is_private(fm_str url)
{
    static const char *const begins[] = {"https://", "http://127.",
                                         "http://localhost:", "http://localhost/", "http://[::1]"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (fm_str_starts(url, fm_str_c(begins[i])))
            return true;
    return false;
}

enum fm_code detector_http_open(struct fm_ctx *ctx, yyjson_val *redaction,
                                struct detector_http **out)
{
    yyjson_val *section = yyjson_obj_get(redaction, "detector");
    *out = NULL;
    if (!section || yyjson_is_null(section))
        return FM_OK;
    fm_str url = fm_json_get_str(section, "url"), language = fm_json_get_str(section, "language"),
           ca_file = fm_json_get_str(section, "ca_file");
    if (!is_private(url))
        return fm_fail(ctx, FM_EINVAL,
                       "redaction.detector.url: '%.*s' is neither https nor of this machine; the "
                       "detector is given texts before they are redacted",
                       FM_STR_ARG(url));
    struct detector_http *d = calloc(1, sizeof *d);
    FM_ASSERT(d != NULL);
    d->loop = fm_loop_new();
    d->client = fm_http_client_new(d->loop, &(struct fm_http_client_options){0});
    d->ca_file = ca_file.len ? strndup(ca_file.p, ca_file.len) : NULL;
    d->timeout_ms = fm_json_get_i64(section, "timeout_ms", TIMEOUT_MS);
    d->detector = fm_detector_presidio_new(&(struct fm_http_post){post, d}, url,
                                           language.len ? language : FM_STR("en"),
                                           fm_json_get_f64(section, "min_score", MIN_SCORE));
    *out = d;
    return FM_OK;
}

struct fm_detector *detector_http_detector(const struct detector_http *d)
{
    return d ? d->detector : NULL;
}

void detector_http_close(struct detector_http *d)
{
    if (!d)
        return;
    fm_detector_free(d->detector);
    fm_http_client_free(d->client);
    fm_loop_free(d->loop);
    free(d->ca_file);
    free(d);
}
