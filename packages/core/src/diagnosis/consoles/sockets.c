/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets from ss and netstat. In state LISTEN Recv-Q is the number of connections that wait to be
 * accepted and Send-Q the length that the queue may have (ss(8), listen(2)); one above it means
 * that it is full. CLOSE-WAIT waits for the own program to close (RFC 9293). TIME-WAIT is the
 * normal end of a connection and matters only when one destination takes nearly all ephemeral ports
 * (ip(7)).
 */
#include "consoles.h"

#define CLOSE_WAIT_LEAST 200
#define SYN_RECV_LEAST 128
#define PORTS_DEFAULT 28232 /* 32768 to 60999 */
#define PORTS_SHARE 0.90
#define GROUPS_MAX 4096

struct group {
    fm_str key;
    size_t n;
    const struct fm_console_row *first;
};

struct groups {
    FM_VEC(struct group *) all;
    struct fm_map index;
};

static bool is_state(const struct fm_console_row *r, const char *ss, const char *netstat)
{
    return fm_console_is(r, FM_CONSOLE_F_STATE, ss) ||
           fm_console_is(r, FM_CONSOLE_F_STATE, netstat);
}

static void count(struct fm_hypotheses *h, struct groups *g, fm_str key,
                  const struct fm_console_row *r)
{
    struct fm_arena *a = &h->in->ctx->arena;
    fm_str full = fm_str_fmt(a, "%.*s\n%.*s", FM_STR_ARG(r->host), FM_STR_ARG(key));
    if (key.len == 0 || (g->all.n >= GROUPS_MAX && !fm_map_get(&g->index, full)))
        return;
    struct fm_map_entry *e = fm_map_put(&g->index, full);
    if (!e->value) {
        struct group *fresh = FM_NEW(a, struct group);
        *fresh = (struct group){.key = key, .first = r};
        fm_vec_push(a, &g->all, fresh);
        e->value = fresh;
    }
    ((struct group *)e->value)->n++;
}

/* users:(("java",pid=812,fd=64)) or "812/java": the program, without numbers of descriptors. */
static fm_str program_of(const struct fm_console_row *r)
{
    fm_str s = fm_console_get(r, FM_CONSOLE_F_PROCESS).text;
    ptrdiff_t quote = fm_str_chr(s, '"', 0), slash = fm_str_chr(s, '/', 0);
    if (quote >= 0) {
        s = fm_str_skip(s, (size_t)quote + 1);
        return fm_str_cut(&s, '"');
    }
    return slash >= 0 ? fm_str_trim(fm_str_skip(s, (size_t)slash + 1)) : FM_STR_NULL;
}

static fm_str port_of(fm_str address)
{
    ptrdiff_t colon = fm_str_rchr(address, ':');
    return fm_str_skip(address, (size_t)(colon + 1));
}

static fm_str who(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    fm_str program = program_of(r);
    fm_str port = port_of(fm_console_get(r, FM_CONSOLE_F_LOCAL).text);
    return program.len ? program : fm_console_text(h, "port %.*s", FM_STR_ARG(port));
}

static void judge_backlog(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    double waiting, room;
    if (!is_state(r, "LISTEN", "LISTEN") || !fm_console_number(r, FM_CONSOLE_F_RECV_Q, &waiting) ||
        !fm_console_number(r, FM_CONSOLE_F_SEND_Q, &room) || room <= 0 || waiting <= room)
        return;
    struct fm_entity host = fm_console_host(h, r);
    fm_str local = fm_console_get(r, FM_CONSOLE_F_LOCAL).text;
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = host,
            .fault = FM_FAULT_RUNTIME_THREAD_EXHAUSTION,
            .strength = 0.78,
            .rule = "console.accept-queue",
            .statement = fm_console_text(
                h,
                "The accept queue of %.*s (%.*s) on %.*s is full: %.*s connections wait, it has "
                "room for %.*s.",
                FM_STR_ARG(local), FM_STR_ARG(who(h, r)), FM_STR_ARG(host.name),
                FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_RECV_Q).text),
                FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_SEND_Q).text)),
            .mechanism = FM_STR("The process does not accept connections as fast as clients open "
                                "them: its workers are all busy, or it hangs. The kernel drops "
                                "further connections, and clients time out."),
            .location = local,
            .ask = "What are the threads of the listening process doing?",
            .command = "ss -ltnp; nstat -az TcpExtListenOverflows",
        });
    fm_console_cite(h, c, r, "more connections wait than the queue holds");
}

static void judge_leak(struct fm_hypotheses *h, const struct group *g)
{
    if (g->n < CLOSE_WAIT_LEAST)
        return;
    struct fm_entity host = fm_console_host(h, g->first);
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = host,
            .fault = FM_FAULT_RUNTIME_DESCRIPTOR_EXHAUSTION,
            .strength = 0.74,
            .rule = "console.close-wait",
            .statement = fm_console_text(
                h,
                "The program behind %.*s on %.*s does not close its connections: many are in "
                "CLOSE-WAIT.",
                FM_STR_ARG(g->key), FM_STR_ARG(host.name)),
            .mechanism = FM_STR("The other side closed; the socket and its descriptor stay until "
                                "the program closes too. They add up to its limit of open files."),
            .location = g->key,
            .ask = "How many descriptors does the process hold, and what is its limit?",
            .command = "ls /proc/PID/fd | wc -l; grep 'open files' /proc/PID/limits",
        });
    fm_console_cite(h, c, g->first, "one of %.*s connections in CLOSE-WAIT",
                    FM_STR_ARG(fm_computed(h, c, "%zu", g->n)));
}

static void judge_flood(struct fm_hypotheses *h, const struct group *g)
{
    if (g->n < SYN_RECV_LEAST)
        return;
    struct fm_entity host = fm_console_host(h, g->first);
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = host,
               .fault = FM_FAULT_ACCESS_ATTACK,
               .strength = 0.66,
               .rule = "console.syn-recv",
               .statement =
                   fm_console_text(h, "Many connections to %.*s of %.*s stay half open (SYN-RECV).",
                                   FM_STR_ARG(g->key), FM_STR_ARG(host.name)),
               .mechanism = FM_STR("Clients send SYN and never answer: a flood from forged "
                                   "addresses, or answers that are lost on the way back."),
               .location = g->key,
               .ask = "Do the peers exist, and do they get the answers?",
               .command = "nstat -az TcpExtSyncookiesSent; tcpdump -c 100 'tcp[tcpflags] & tcp-syn "
                          "!= 0'",
           });
    fm_console_cite(h, c, g->first, "one of %.*s half-open connections",
                    FM_STR_ARG(fm_computed(h, c, "%zu", g->n)));
}

static void judge_ports(struct fm_hypotheses *h, const struct group *g)
{
    if ((double)g->n < PORTS_SHARE * PORTS_DEFAULT)
        return;
    struct fm_entity host = fm_console_host(h, g->first);
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = host,
               .fault = FM_FAULT_NETWORK_PORT_EXHAUSTION,
               .strength = 0.82,
               .rule = "console.ephemeral-ports",
               .statement = fm_console_text(
                   h, "Connections of %.*s to %.*s have used up nearly all ephemeral ports.",
                   FM_STR_ARG(host.name), FM_STR_ARG(g->key)),
               .mechanism = FM_STR("A closed connection holds its local port in TIME-WAIT; with no "
                                   "port left, new connections to this destination fail with "
                                   "EADDRNOTAVAIL."),
               .location = g->key,
               .ask = "Why is a connection made for each request instead of being kept?",
               .command = "sysctl net.ipv4.ip_local_port_range; ss -tan state time-wait | wc -l",
           });
    fm_console_cite(h, c, g->first, "one of %.*s connections in TIME-WAIT to it",
                    FM_STR_ARG(fm_computed(h, c, "%zu", g->n)));
}

static void each_group(struct fm_hypotheses *h, const struct groups *g,
                       void (*judge)(struct fm_hypotheses *, const struct group *))
{
    fm_vec_each (&g->all, it)
        judge(h, *it);
}

void fm_console_rules_sockets(struct fm_hypotheses *h)
{
    struct fm_arena *a = &h->in->ctx->arena;
    struct groups leaks = {0}, floods = {0}, ports = {0};
    fm_map_init(&leaks.index, a);
    fm_map_init(&floods.index, a);
    fm_map_init(&ports.index, a);
    fm_console_each(h->in->consoles, FM_CONSOLE_SOCKET, it)
    {
        const struct fm_console_row *r = *it;
        judge_backlog(h, r);
        if (is_state(r, "CLOSE-WAIT", "CLOSE_WAIT"))
            count(h, &leaks, who(h, r), r);
        else if (is_state(r, "SYN-RECV", "SYN_RECV"))
            count(h, &floods, fm_console_get(r, FM_CONSOLE_F_LOCAL).text, r);
        else if (is_state(r, "TIME-WAIT", "TIME_WAIT"))
            count(h, &ports, fm_console_get(r, FM_CONSOLE_F_PEER).text, r);
    }
    each_group(h, &leaks, judge_leak);
    each_group(h, &floods, judge_flood);
    each_group(h, &ports, judge_ports);
}
