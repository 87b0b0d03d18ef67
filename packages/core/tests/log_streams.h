/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Made-up log streams with known templates: header styles × vocabularies, for tests of generality.
 * Deterministic.
 *
 * An event is a text with placeholders {kind}; its true template has <*> in their places. Every
 * stream is written in one header style and takes its events from one vocabulary, a few of them far
 * more often than the others.
 */
#ifndef FAULTMAVEN_TESTS_LOG_STREAMS_H
#define FAULTMAVEN_TESTS_LOG_STREAMS_H

#include <stdio.h>

#include "faultmaven/base/buf.h"

struct rng {
    uint64_t s;
};

static inline uint32_t rng_next(struct rng *r, uint32_t below)
{
    r->s = r->s * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(r->s >> 33) % below;
}

#define PICK(r, list) ((list)[rng_next((r), sizeof(list) / sizeof *(list))])

static const char *const stream_users[] = {"alice", "bob",   "carol", "dave", "erin",
                                           "frank", "grace", "heidi", "ivan", "judy"};
static const char *const stream_words[] = {
    "alpha", "bravo", "delta", "echo", "foxtrot", "golf",  "hotel",  "india", "kilo",
    "lima",  "mike",  "oscar", "papa", "quebec",  "romeo", "sierra", "tango", "victor"};
static const char *const stream_units[] = {"B", "KB", "MB", "GB"};

static inline void put_hex(struct rng *r, struct fm_buf *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        fm_buf_addc(b, "0123456789abcdef"[rng_next(r, 16)]);
}

static inline void put_ip(struct rng *r, struct fm_buf *b)
{
    fm_buf_addf(b, "10.%u.%u.%u", rng_next(r, 256), rng_next(r, 256), 1 + rng_next(r, 254));
}

static inline void put_uuid(struct rng *r, struct fm_buf *b)
{
    static const unsigned parts[] = {8, 4, 4, 4, 12};
    for (unsigned i = 0; i < 5; i++) {
        if (i)
            fm_buf_addc(b, '-');
        put_hex(r, b, parts[i]);
    }
}

static inline void put_value(struct rng *r, struct fm_buf *b, fm_str kind)
{
    if (fm_str_eqc(kind, "n"))
        fm_buf_addf(b, "%u", rng_next(r, 100000));
    else if (fm_str_eqc(kind, "f"))
        fm_buf_addf(b, "%u.%02u", rng_next(r, 100), rng_next(r, 100));
    else if (fm_str_eqc(kind, "ms"))
        fm_buf_addf(b, "%ums", rng_next(r, 3000));
    else if (fm_str_eqc(kind, "size"))
        fm_buf_addf(b, "%u.%u %s", 1 + rng_next(r, 900), rng_next(r, 10), PICK(r, stream_units));
    else if (fm_str_eqc(kind, "ip"))
        put_ip(r, b);
    else if (fm_str_eqc(kind, "ipp")) {
        put_ip(r, b);
        fm_buf_addf(b, ":%u", 1024 + rng_next(r, 60000));
    } else if (fm_str_eqc(kind, "host"))
        fm_buf_addf(b, "node%u.%s.example.com", rng_next(r, 40), PICK(r, stream_words));
    else if (fm_str_eqc(kind, "hostp"))
        fm_buf_addf(b, "%s-%u.svc.example.net:%u", PICK(r, stream_words), rng_next(r, 9),
                    1000 + rng_next(r, 9000));
    else if (fm_str_eqc(kind, "path"))
        fm_buf_addf(b, "/srv/%s/%s-%u.dat", PICK(r, stream_words), PICK(r, stream_words),
                    rng_next(r, 100));
    else if (fm_str_eqc(kind, "url"))
        fm_buf_addf(b, "https://api.example.org/v1/%s?id=%u", PICK(r, stream_words),
                    rng_next(r, 1000));
    else if (fm_str_eqc(kind, "uuid"))
        put_uuid(r, b);
    else if (fm_str_eqc(kind, "hex")) {
        fm_buf_addz(b, "0x");
        put_hex(r, b, 8);
    } else if (fm_str_eqc(kind, "user"))
        fm_buf_addz(b, PICK(r, stream_users));
    else if (fm_str_eqc(kind, "word"))
        fm_buf_addz(b, PICK(r, stream_words));
    else if (fm_str_eqc(kind, "id"))
        fm_buf_addf(b, "task_%u_%04u", 1000 + rng_next(r, 9000), rng_next(r, 10000));
    else if (fm_str_eqc(kind, "bool"))
        fm_buf_addz(b, rng_next(r, 2) ? "true" : "false");
    else if (fm_str_eqc(kind, "ver"))
        fm_buf_addf(b, "v%u.%u.%u", 1 + rng_next(r, 3), rng_next(r, 20), rng_next(r, 9));
    else if (fm_str_eqc(kind, "date"))
        fm_buf_addf(b, "2025-%02u-%02uT%02u:00:00Z", 1 + rng_next(r, 12), 1 + rng_next(r, 28),
                    rng_next(r, 24));
    else if (fm_str_eqc(kind, "sip")) {
        fm_buf_addc(b, '/');
        put_value(r, b, FM_STR("ipp"));
    } else if (fm_str_eqc(kind, "big"))
        fm_buf_addf(b, "%u", 10000000 + rng_next(r, 80000000));
    else if (fm_str_eqc(kind, "kb"))
        fm_buf_addf(b, "%ukB", rng_next(r, 8000000));
    else if (fm_str_eqc(kind, "mac"))
        for (unsigned i = 0; i < 6; i++)
            fm_buf_addf(b, "%s%02x", i ? ":" : "", rng_next(r, 256));
    else if (fm_str_eqc(kind, "ifname"))
        fm_buf_addf(b, "veth%x%02x", rng_next(r, 4096), rng_next(r, 256));
    else if (fm_str_eqc(kind, "bus"))
        fm_buf_addf(b, "%u-%u.%u", 1 + rng_next(r, 4), 1 + rng_next(r, 4), 1 + rng_next(r, 4));
    else
        fm_buf_addz(b, "?");
}

/* Writes an event's message, and its template when `tpl` is given. */
static inline void put_event(struct rng *r, const char *event, struct fm_buf *msg,
                             struct fm_buf *tpl)
{
    for (const char *p = event; *p; p++) {
        const char *close = *p == '{' ? strchr(p, '}') : NULL;
        if (!close) {
            fm_buf_addc(msg, *p);
            fm_buf_addc(tpl, *p);
            continue;
        }
        put_value(r, msg, fm_str_n(p + 1, (size_t)(close - p - 1)));
        fm_buf_addz(tpl, "<*>");
        p = close;
    }
}

#define EVENTS_MAX 16

struct vocabulary {
    const char *name;
    const char *events[EVENTS_MAX]; /* ends with NULL */
};

static const struct vocabulary vocabularies[] = {
    {"database",
     {"connection received: host={ip} port={n}", "checkpoint complete: wrote {n} buffers in {f} s",
      "automatic vacuum of table {id}: {n} pages removed",
      "could not connect to replica {hostp}: Connection refused", "slow query took {ms}, rows={n}",
      "role {user} logged in from {ip}", "deadlock detected while waiting for lock {hex}",
      "replication slot {id} is {n} bytes behind", "shutting down after {n} transactions",
      "background writer started", "opened file {path} for recovery",
      "connection pool size is {n}, waiting {n}", NULL}},
    {"web",
     {"request {uuid} completed in {ms}", "listening on {ipp}",
      "upstream {hostp} timed out after {n} ms", "cache miss for key {id}",
      "session for user {user} expired", "rate limit reached by client {ip}, retry after {n} s",
      "uploaded {path}, size {size}", "redirecting to {url}", "template rendered without errors",
      "TLS handshake with {ip} failed: certificate has expired", "worker {n} exited with code {n}",
      "graceful shutdown complete", NULL}},
    {"cluster",
     {"pulled image for container in {f} s", "node {host} joined as member {n}",
      "leader election won by {uuid}", "volume {uuid} attached to {host}",
      "probe failed: Get {url}: context deadline exceeded", "scaled replica count from {n} to {n}",
      "evicting workload {id} due to memory pressure", "garbage collected {n} objects",
      "certificate rotation is due at {date}", "watch of endpoints closed",
      "syncing {n} rules took {ms}", "unable to reach {ipp}: no route to host", NULL}},
    {"storage",
     {"received block {id} of size {n} from {ipp}", "disk {path} is {n}% full",
      "scrub of pool finished with {n} errors", "snapshot {uuid} created, {size} written",
      "heartbeat from {host} lost for {n} seconds", "checksum mismatch at offset {hex} in {path}",
      "rebalancing started", "rebalancing finished after {f} s, moved {size}",
      "lease {n} renewed by {user}", "compaction level {n} reclaimed {size}",
      "journal replay took {ms}", "read-only mode enabled={bool}", NULL}},
    {"mail",
     {"message {uuid} accepted from {ip}", "delivery to {host} deferred: mailbox full",
      "queue length is {n}", "spam score {f} for message {uuid}",
      "user {user} authenticated with method plain", "greylisting {ip} for {n} s",
      "certificate of {host} verified={bool}", "attachment {path} removed",
      "bounce generated after {n} attempts", "connection closed by peer", "starting version {ver}",
      "lookup of {host} returned {n} records", NULL}},
    {"logins",
     {"Failed password for invalid user {word} from {ip} port {n} ssh2",
      "Failed password for {user} from {ip} port {n} ssh2",
      "authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={host}  user={user}",
      "reverse mapping checking getaddrinfo for {host} [{ip}] failed - possible break-in attempt",
      "Received disconnect from {ip}: {n}: Bye Bye [preauth]",
      "Did not receive identification string from {ip}",
      "Accepted publickey for {user} from {ip} port {n} ssh2",
      "error: maximum authentication attempts exceeded",
      "session opened for user {user} by (uid={n})", "session closed for user {user}",
      "input_userauth_request: invalid user {word} [preauth]", "Server listening on {ip} port {n}",
      NULL}},
    {"platform",
     {"Progress of attempt {id} is : {f}",
      "Established session {hex} with negotiated timeout {n} for client {sip}",
      "Received connection request {sip}", "Notification time out: {n}",
      "Expiring session {hex}, timeout of {ms} exceeded", "Assigned container {id} to {id}",
      "Address change detected. Old: {sip} New: {ipp}",
      "Session: {big}_{big} initialized by client updater.", "calculateWithCache total={n}",
      "REPORT : {n} {n} {n} {n}",
      "Closed socket connection for client {sip} (no session established for client)",
      "Loaded stack {ver} with core: {path}", NULL}},
    {"kernel",
     {"en0: BSSID changed to {mac}", "device {ifname}: link becomes ready",
      "CPU{n}: temperature above threshold, throttled (total events = {n})",
      "Out of memory: Killed process {n} ({word}) total-vm:{kb}, anon-rss:{kb}",
      "usb {bus}: new device number {n}", "nf_conntrack: table full, dropping packet",
      "EXT4-fs error (device sda): lookup: inode {n} corrupted", "audit: type={n} res={n}",
      "task {word}:{n} blocked for more than {n} seconds.", "memory used {n}kB of limit {n}kB",
      "segfault at {hex} ip {hex} sp {hex} error {n}", "firmware loaded without problems", NULL}},
};

/* Writes the header (and what stands behind the message) around a message. t: seconds since the
 * start. */
struct line_context {
    struct rng *r;
    unsigned t;
    fm_str msg;
    const char *level; /* "INFO" … */
    const char *component;
    unsigned pid;
};

#define CLOCK(c) 12 + (c)->t / 3600 % 12, (c)->t / 60 % 60, (c)->t % 60

static inline void style_pipes(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "20250701-%u:%u:%02u:%03u|%s|%u|", CLOCK(c), c->pid % 1000, c->component,
                30000000 + c->pid % 7);
    fm_buf_adds(b, c->msg);
}

static inline void style_columns(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01 %02u:%02u:%02u, %-21s %-6s ", CLOCK(c),
                strcmp(c->level, "INFO") ? "Error" : "Info", "CBS");
    fm_buf_adds(b, c->msg);
}

static inline void style_logfmt(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "time=2025-07-01T%02u:%02u:%02uZ level=%s component=%s msg=\"", CLOCK(c),
                strcmp(c->level, "INFO") ? "error" : "info", c->component);
    fm_buf_adds(b, c->msg);
    fm_buf_addc(b, '"');
}

static inline void style_json(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b,
                "{\"ts\":\"2025-07-01T%02u:%02u:%02u.%03uZ\",\"level\":\"%s\",\"caller\":\"%s/"
                "main.go:%u\",\"msg\":\"",
                CLOCK(c), c->pid % 1000, strcmp(c->level, "INFO") ? "error" : "info", c->component,
                c->pid % 300);
    fm_buf_adds(b, c->msg);
    fm_buf_addz(b, "\"}");
}

static inline void style_log4j(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01 %02u:%02u:%02u,%03u %s [Thread-%u] org.example.app.%s: ", CLOCK(c),
                c->pid % 1000, c->level, c->pid % 16, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_quorum(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01 %02u:%02u:%02u,%03u - %-5s [worker[id=%u]:%s@%u] - ", CLOCK(c),
                c->pid % 1000, c->level, c->pid % 5, c->component, c->pid % 800);
    fm_buf_adds(b, c->msg);
}

static inline void style_bsd(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "Jul  1 %02u:%02u:%02u lab-host %s[%u]: ", CLOCK(c), c->component, c->pid);
    fm_buf_adds(b, c->msg);
}

static inline void style_supercomputer(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(
        b, "- %u 2025.07.01 n%u Jul 1 %02u:%02u:%02u n%u/n%u %s(unit)[%u]: ", 1751371200 + c->t,
        c->pid % 30, CLOCK(c), c->pid % 30, c->pid % 30, c->component, c->pid);
    fm_buf_adds(b, c->msg);
}

static inline void style_python(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01 %02u:%02u:%02u,%03u - app.%s - %s - ", CLOCK(c), c->pid % 1000,
                c->component, c->level);
    fm_buf_adds(b, c->msg);
}

static inline void style_klog(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "%c0701 %02u:%02u:%02u.%06u %7u %s.go:%u] ", c->level[0], CLOCK(c),
                c->pid % 1000000, c->pid, c->component, c->pid % 900);
    fm_buf_adds(b, c->msg);
}

static inline void style_cri(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01T%02u:%02u:%02u.%09uZ stdout F ", CLOCK(c), c->pid % 1000000000);
    fm_buf_adds(b, c->msg);
}

static inline void style_5424(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "<%u>1 2025-07-01T%02u:%02u:%02u.%03uZ host1.example.com %s %u - - ",
                strcmp(c->level, "INFO") ? 131u : 134u, CLOCK(c), c->pid % 1000, c->component,
                c->pid);
    fm_buf_adds(b, c->msg);
}

static inline void style_logback(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "%02u:%02u:%02u.%03u [http-nio-8080-exec-%u] %-5s c.e.shop.%s - ", CLOCK(c),
                c->pid % 1000, c->pid % 10, c->level, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_zap(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01T%02u:%02u:%02u.%03uZ\t%s\t%s/run.go:%u\t", CLOCK(c), c->pid % 1000,
                c->level, c->component, c->pid % 200);
    fm_buf_adds(b, c->msg);
}

static inline void style_docker(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "{\"log\":\"%02u:%02u:%02u.%03u %s  c.e.%s ", CLOCK(c), c->pid % 1000, c->level,
                c->component);
    fm_buf_adds(b, c->msg);
    fm_buf_addf(b, "\\n\",\"stream\":\"stdout\",\"time\":\"2025-07-01T%02u:%02u:%02u.%09uZ\"}",
                CLOCK(c), c->pid % 1000);
}

static inline void style_spdlog(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "[2025-07-01 %02u:%02u:%02u.%03u] [%s] [%s] ", CLOCK(c), c->pid % 1000,
                c->component, strcmp(c->level, "INFO") ? "error" : "info");
    fm_buf_adds(b, c->msg);
}

static inline void style_ruby(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "%c, [2025-07-01T%02u:%02u:%02u.%06u #%u] %5s -- %s: ", c->level[0], CLOCK(c),
                c->pid % 1000000, c->pid, c->level, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_level_first(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "[%s] 2025/07/01 %02u:%02u:%02u %s: ", c->level, CLOCK(c), c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_epoch(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "%u%03u %s [%s] ", 1751371200 + c->t, c->pid % 1000, c->level, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_bare(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_adds(b, c->msg);
}

static inline void style_spring(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01 %02u:%02u:%02u.%03u %5s %u --- [           main] c.e.shop.%-28s : ",
                CLOCK(c), c->pid % 1000, c->level, c->pid % 9, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_golog(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025/07/01 %02u:%02u:%02u %s.go:%u: ", CLOCK(c), c->component, c->pid % 300);
    fm_buf_adds(b, c->msg);
}

static inline void style_gunicorn(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "[2025-07-01 %02u:%02u:%02u +0000] [%u] [%s] ", CLOCK(c), c->pid, c->level);
    fm_buf_adds(b, c->msg);
}

static inline void style_env_logger(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "[2025-07-01T%02u:%02u:%02uZ %-5s shop::%s] ", CLOCK(c), c->level, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_tracing(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01T%02u:%02u:%02u.%06uZ %5s shop::%s: ", CLOCK(c), c->pid % 1000000,
                c->level, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_winston(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01T%02u:%02u:%02u.%03uZ [%s]: ", CLOCK(c), c->pid % 1000,
                strcmp(c->level, "INFO") ? "error" : "info");
    fm_buf_adds(b, c->msg);
}

static inline void style_elastic(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "[2025-07-01T%02u:%02u:%02u,%03u][%-5s][o.e.n.%-20s] [node-%u] ", CLOCK(c),
                c->pid % 1000, c->level, c->component, c->pid % 3);
    fm_buf_adds(b, c->msg);
}

static inline void style_cassandra(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "%-5s [Stage-%u] 2025-07-01 %02u:%02u:%02u,%03u %s.java:%u - ", c->level,
                c->pid % 20, CLOCK(c), c->pid % 1000, c->component, c->pid % 400);
    fm_buf_adds(b, c->msg);
}

static inline void style_rabbit(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01 %02u:%02u:%02u.%06u+00:00 [%s] <0.%u.0> ", CLOCK(c),
                c->pid % 1000000, strcmp(c->level, "INFO") ? "error" : "info", c->pid % 4000);
    fm_buf_adds(b, c->msg);
}

static inline void style_envoy(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "[2025-07-01 %02u:%02u:%02u.%03u][%u][%s][config] [source/server/%s.cc:%u] ",
                CLOCK(c), c->pid % 1000, c->pid % 30, strcmp(c->level, "INFO") ? "error" : "info",
                c->component, c->pid % 500);
    fm_buf_adds(b, c->msg);
}

static inline void style_mysql(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01T%02u:%02u:%02u.%06uZ %u [%s] [MY-0%05u] [%s] ", CLOCK(c),
                c->pid % 1000000, c->pid % 100, strcmp(c->level, "INFO") ? "ERROR" : "Note",
                c->pid % 90000, c->component);
    fm_buf_adds(b, c->msg);
}

static inline void style_postgres(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "2025-07-01 %02u:%02u:%02u.%03u UTC [%u] %s:  ", CLOCK(c), c->pid % 1000, c->pid,
                strcmp(c->level, "INFO") ? "ERROR" : "LOG");
    fm_buf_adds(b, c->msg);
}

static inline void style_logcat(struct fm_buf *b, const struct line_context *c)
{
    fm_buf_addf(b, "07-01 %02u:%02u:%02u.%03u %5u %5u %c %s: ", CLOCK(c), c->pid % 1000,
                c->pid % 30000, c->pid % 29999, c->level[0], c->component);
    fm_buf_adds(b, c->msg);
}

static const struct style {
    const char *name;
    void (*write)(struct fm_buf *b, const struct line_context *c);
} styles[] = {
    {"pipes", style_pipes},       {"columns", style_columns},
    {"logfmt", style_logfmt},     {"json", style_json},
    {"log4j", style_log4j},       {"quorum", style_quorum},
    {"bsd", style_bsd},           {"supercomputer", style_supercomputer},
    {"python", style_python},     {"klog", style_klog},
    {"cri", style_cri},           {"rfc5424", style_5424},
    {"logback", style_logback},   {"zap", style_zap},
    {"docker", style_docker},     {"spdlog", style_spdlog},
    {"ruby", style_ruby},         {"level-first", style_level_first},
    {"epoch", style_epoch},       {"bare", style_bare},
    {"spring", style_spring},     {"go-log", style_golog},
    {"gunicorn", style_gunicorn}, {"env-logger", style_env_logger},
    {"tracing", style_tracing},   {"winston", style_winston},
    {"elastic", style_elastic},   {"cassandra", style_cassandra},
    {"rabbit", style_rabbit},     {"envoy", style_envoy},
    {"mysql", style_mysql},       {"postgres", style_postgres},
    {"logcat", style_logcat},
};

#define N_STYLES (sizeof styles / sizeof *styles)
#define N_VOCABULARIES (sizeof vocabularies / sizeof *vocabularies)

struct stream {
    struct fm_buf text;
    uint8_t *event; /* of every line */
    char truth[EVENTS_MAX][256];
    unsigned n_lines, n_events;
};

static inline void stream_release(struct stream *s)
{
    fm_buf_release(&s->text);
    free(s->event);
}

/* Event 0 takes about half of the lines, event 1 half of the rest, and so on; each comes at least a
 * few times. */
static inline unsigned pick_event(struct rng *r, unsigned n)
{
    if (rng_next(r, 4) == 0)
        return rng_next(r, n);
    unsigned e = 0;
    while (e + 1 < n && rng_next(r, 2))
        e++;
    return e;
}

static inline void stream_make(struct stream *s, const struct style *style,
                               const struct vocabulary *v, unsigned n_lines)
{
    static const char *const components[] = {"Server", "Poller", "Store", "Gateway"};
    struct rng r = {n_lines * 7919u + (uint64_t)(style - styles) * 104729u +
                    (uint64_t)(v - vocabularies) * 1299709u};
    struct fm_buf msg, tpl;
    memset(s, 0, sizeof *s);
    fm_buf_init(&s->text, 64u << 20);
    fm_buf_init(&msg, 4096);
    fm_buf_init(&tpl, 4096);
    s->n_lines = n_lines;
    s->event = calloc(n_lines, 1);
    while (v->events[s->n_events])
        s->n_events++;
    for (unsigned i = 0; i < n_lines; i++) {
        unsigned e = pick_event(&r, s->n_events);
        fm_buf_clear(&msg);
        fm_buf_clear(&tpl);
        put_event(&r, v->events[e], &msg, &tpl);
        snprintf(s->truth[e], sizeof s->truth[e], "%.*s", (int)tpl.len, tpl.p);
        struct line_context c = {.r = &r,
                                 .t = i / 3,
                                 .msg = fm_buf_str(&msg),
                                 .level = e % 5 == 3 ? "ERROR" : "INFO",
                                 .component = PICK(&r, components),
                                 .pid = 1000 + rng_next(&r, 900000)};
        style->write(&s->text, &c);
        fm_buf_addc(&s->text, '\n');
        s->event[i] = (uint8_t)e;
    }
    fm_buf_release(&msg);
    fm_buf_release(&tpl);
}

#endif
