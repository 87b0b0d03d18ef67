/* SPDX-License-Identifier: Apache-2.0 */
#include "client_internal.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const failure_names[] = {
    [FM_HTTP_FINE] = "ok",
    [FM_HTTP_BAD_URL] = "bad_url",
    [FM_HTTP_DNS] = "dns",
    [FM_HTTP_CONNECT] = "connect",
    [FM_HTTP_TLS] = "tls",
    [FM_HTTP_TIMEOUT] = "timeout",
    [FM_HTTP_RESET] = "reset",
    [FM_HTTP_CUT] = "cut",
    [FM_HTTP_TOO_LARGE] = "too_large",
    [FM_HTTP_PROTOCOL] = "protocol",
};

const char *fm_http_failure_name(enum fm_http_failure f)
{
    return failure_names[f];
}

struct fm_http_client *fm_http_client_new(struct fm_loop *l, const struct fm_http_client_options *o)
{
    struct fm_http_client *c = calloc(1, sizeof *c);
    static const struct fm_http_client_options defaults;
    if (!c)
        FM_BUG("out of memory");
    o = o ? o : &defaults;
    c->loop = l;
    snprintf(c->user_agent, sizeof c->user_agent, "%s",
             o->user_agent ? o->user_agent : "faultmaven/" FM_VERSION);
    c->curl = fm_curl_new(c, o);
    if (!o->max_connections)
        c->plain = fm_plain_new(c, o->max_idle);
    return c;
}

void fm_http_client_free(struct fm_http_client *c)
{
    if (!c)
        return;
    fm_plain_free(c->plain);
    fm_curl_free(c->curl);
    free(c);
}

struct fm_http_call *fm_http_call_start(struct fm_http_client *c, const struct fm_http_request *r)
{
    struct fm_http_call *k = c->plain ? fm_plain_start(c->plain, r) : NULL;
    return k ? k : fm_curl_start(c->curl, r);
}

void fm_http_call_cancel(struct fm_http_call *k)
{
    k->ops->cancel(k);
}

bool fm_http_call_is_sent(const struct fm_http_call *k)
{
    return k->ops->is_sent(k);
}

struct fm_loop *fm_http_client_loop(struct fm_http_client *c)
{
    return c->loop;
}
