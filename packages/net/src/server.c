/* SPDX-License-Identifier: Apache-2.0 */
#include "server_internal.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *peer, int len,
                      void *arg)
{
    (void)l;
    fm_conn_new(arg, fd, peer, (socklen_t)len);
}

/* Out of descriptors: pause instead of spinning on the same pending connection. */
static void resume_accept(evutil_socket_t fd, short what, void *arg)
{
    struct fm_http_server *s = arg;
    (void)fd;
    (void)what;
    if (s->listener && !s->is_draining)
        evconnlistener_enable(s->listener);
}

static void on_accept_error(struct evconnlistener *l, void *arg)
{
    struct fm_http_server *s = arg;
    struct timeval pause = {0, 100000};
    evconnlistener_disable(l);
    event_base_once(fm_loop_base(s->loop), -1, EV_TIMEOUT, resume_accept, s, &pause);
}

static int64_t or_default(int64_t v, int64_t dflt)
{
    return v ? v : dflt;
}

static void set_options(struct fm_http_server *s, const struct fm_http_server_options *o)
{
    s->opt = *o;
    s->opt.max_connections = o->max_connections ? o->max_connections : 4096;
    s->opt.max_head = o->max_head ? o->max_head : 32 * 1024;
    s->opt.max_body = o->max_body ? o->max_body : 16u << 20;
    s->opt.head_ms = or_default(o->head_ms, 10 * 1000);
    s->opt.body_ms = or_default(o->body_ms, 30 * 1000);
    s->opt.idle_ms = or_default(o->idle_ms, 75 * 1000);
    s->opt.write_ms = or_default(o->write_ms, 30 * 1000);
}

/* Splits at the last colon; brackets around an IPv6 address are dropped. */
static bool split_listen(const char *text, char host[256], char port[8])
{
    const char *colon = strrchr(text, ':');
    if (!colon || strlen(colon + 1) > 5 || !colon[1])
        return false;
    fm_str h = fm_str_n(text, (size_t)(colon - text));
    if (h.len >= 2 && h.p[0] == '[' && h.p[h.len - 1] == ']')
        h = fm_str_sub(h, 1, h.len - 2);
    if (h.len == 0)
        h = FM_STR("127.0.0.1");
    uint64_t number;
    if (h.len > 255 || !fm_str_u64(fm_str_c(colon + 1), &number) || number > 65535)
        return false;
    snprintf(host, 256, "%.*s", FM_STR_ARG(h));
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

static enum fm_code bind_to(struct fm_http_server *s, struct fm_ctx *ctx, const char *listen)
{
    char host[256], port[8];
    struct addrinfo *found,
        hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    if (!split_listen(listen, host, port))
        return fm_fail(ctx, FM_EINVAL, "%s: not an address to listen on; write HOST:PORT", listen);
    int err = getaddrinfo(host, port, &hints, &found);
    if (err)
        return fm_fail(ctx, FM_EINVAL, "%s: cannot resolve the host: %s", listen,
                       gai_strerror(err));
    s->listener =
        evconnlistener_new_bind(fm_loop_base(s->loop), on_accept, s,
                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_EXEC,
                                1024, found->ai_addr, (int)found->ai_addrlen);
    int saved = errno;
    freeaddrinfo(found);
    if (!s->listener)
        return fm_fail(ctx, FM_EUNAVAILABLE, "%s: cannot listen: %s", listen, strerror(saved));
    evconnlistener_set_error_cb(s->listener, on_accept_error);
    return FM_OK;
}

static uint16_t bound_port(struct fm_http_server *s)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    if (getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&a, &len) != 0)
        return 0;
    if (a.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&a)->sin6_port);
    return ntohs(((struct sockaddr_in *)&a)->sin_port);
}

enum fm_code fm_http_server_new(struct fm_loop *l, struct fm_ctx *ctx, const char *listen,
                                const struct fm_http_server_options *o, struct fm_http_server **out)
{
    struct fm_http_server *s = calloc(1, sizeof *s);
    if (!s)
        FM_BUG("out of memory");
    s->loop = l;
    set_options(s, o);
    enum fm_code code = bind_to(s, ctx, listen);
    if (code != FM_OK) {
        free(s);
        return code;
    }
    s->port = bound_port(s);
    *out = s;
    return FM_OK;
}

void fm_http_server_drain(struct fm_http_server *s)
{
    s->is_draining = true;
    evconnlistener_disable(s->listener);
    for (struct conn *c = s->first, *next; c; c = next) {
        next = c->next;
        if (c->state == CONN_IDLE)
            fm_conn_close(c);
    }
}

void fm_http_server_free(struct fm_http_server *s)
{
    if (!s)
        return;
    evconnlistener_free(s->listener);
    while (s->first)
        fm_conn_close(s->first);
    free(s);
}

uint16_t fm_http_server_port(const struct fm_http_server *s)
{
    return s->port;
}

size_t fm_http_server_connections(const struct fm_http_server *s)
{
    return s->n;
}
