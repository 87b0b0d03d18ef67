/* SPDX-License-Identifier: Apache-2.0 */
/* What surrounds the objects: node services, connection tests, who calls whom. */
#include "readers.h"

#include <math.h>

/* "● kubelet.service - Kubernetes Kubelet", also without the bullet or with "×" and "○" of newer
 * systemd. */
static fm_str unit_name(fm_str line)
{
    fm_str rest = line, word;
    for (int i = 0; i < 2 && fm_str_word(&rest, &word); i++)
        if (fm_str_ends(word, FM_STR(".service")))
            return fm_str_sub(word, 0, word.len - 8);
    return FM_STR_NULL;
}

/* "Active: activating (auto-restart) (Result: exit-code) since …" */
static void read_active(struct fm_unit *u, fm_str text)
{
    fm_str rest = text;
    fm_str_word(&rest, &u->active);
    ptrdiff_t open = fm_str_chr(text, '(', 0);
    if (open > 0) {
        u->sub = fm_str_skip(text, (size_t)open + 1);
        u->sub = fm_str_cut(&u->sub, ')');
    }
}

/* "Nov 11 16:01:11 worker-01 kubelet[1812]: …" names the node. */
static fm_str journal_host(fm_str line, fm_str unit)
{
    fm_str rest = line, month, day, time, host, tag;
    if (!fm_str_word(&rest, &month) || month.len != 3 || !fm_str_word(&rest, &day) ||
        !fm_str_word(&rest, &time) || time.len < 8 || !fm_str_word(&rest, &host) ||
        !fm_str_word(&rest, &tag))
        return FM_STR_NULL;
    return fm_str_starts(tag, unit) || fm_str_has(tag, FM_STR("systemd")) ? host : FM_STR_NULL;
}

static void add_unit(const struct fm_origin *from, struct fm_unit *u, const char *end)
{
    if (u->name.len == 0 || u->active.len == 0)
        return;
    u->log = fm_str_n(u->active.p, (size_t)(end - u->active.p));
    fm_vec_push(fm_set_arena(from->set), &from->set->units, *u);
}

void fm_read_units(const struct fm_origin *from, fm_str host, fm_str output)
{
    fm_str rest = output, line;
    struct fm_unit u = {.node = host};
    while (fm_str_line(&rest, &line)) {
        fm_str text = fm_str_trim(line),
               name = line.len && line.p[0] != ' ' ? unit_name(line) : FM_STR_NULL;
        if (name.len && fm_str_has(line, FM_STR(" - "))) {
            add_unit(from, &u, line.p);
            u = (struct fm_unit){.node = host, .name = name};
        } else if (fm_str_starts(text, FM_STR("Active: "))) {
            read_active(&u, fm_str_skip(text, 8));
            u.span = fm_set_span(from, text);
        } else if (u.node.len == 0 && u.name.len) {
            u.node = journal_host(text, u.name);
        }
    }
    add_unit(from, &u, output.p + output.len);
}

static bool has_any(fm_str text, const char *const *words)
{
    for (; *words; words++)
        if (fm_str_ihas(text, fm_str_c(*words)))
            return true;
    return false;
}

static const char *const failures[] = {
    "failed",      "refused",           "timed out",     "timeout",       "no route to host",
    "unreachable", "could not resolve", "bad address",   "can't connect", "not resolve",
    "nxdomain",    "can't find",        "reset by peer", "servfail",      NULL};
static const char *const successes[] = {
    "succeeded",  " open",    "connected to",         "200 ok", "bytes from",
    "http/1.1 2", "http/2 2", "connection succeeded", NULL};

/* "host:port", "http://host:port/path" */
static void split_address(fm_str text, fm_str *host, fm_str *port)
{
    ptrdiff_t scheme = fm_str_find(text, FM_STR("://"), 0);
    bool is_tls = fm_str_starts(text, FM_STR("https"));
    if (scheme > 0)
        text = fm_str_skip(text, (size_t)scheme + 3);
    text = fm_str_cut(&text, '/');
    *port = text;
    *host = fm_str_cut(port, ':');
    if (port->len == 0 && scheme > 0)
        *port = is_tls ? FM_STR("443") : FM_STR("80");
}

static bool takes_value(fm_str option)
{
    static const char *const options[] = {"-w", "-m", "--max-time", "--connect-timeout",
                                          "-o", "-X", "-H",         "-c",
                                          "-W", "-i", "-p",         "-T"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (fm_str_eqc(option, options[i]))
            return true;
    return false;
}

/* Target of "nc -zv -w 3 cart.shop 7070", "curl -m 2 http://cart:7070/", "ping cart". */
static bool target_of(const struct fm_argv *w, size_t at, fm_str *host, fm_str *port)
{
    uint64_t number;
    *host = *port = FM_STR_NULL;
    for (size_t i = at + 1; i < w->n; i++) {
        fm_str word = w->items[i];
        if (word.p[0] == '-')
            i += takes_value(word);
        else if (host->len == 0)
            split_address(word, host, port);
        else if (port->len == 0 && fm_str_u64(word, &number))
            *port = word;
    }
    return host->len > 0;
}

static bool find_tester(const struct fm_argv *w, size_t *at)
{
    static const char *const names[] = {"nc",     "ncat",    "curl",     "wget", "ping",
                                        "telnet", "grpcurl", "nslookup", "dig"};
    for (*at = 0; *at < w->n; ++*at)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (fm_str_eqc(w->items[*at], names[i]))
                return true;
    return false;
}

/* The pod of "kubectl exec POD -n ns -- nc …". */
static fm_str exec_source(fm_str command)
{
    struct fm_kubectl k;
    if (fm_kubectl_parse(command, &k) && fm_str_eqc(k.verb, "exec"))
        return k.name;
    return FM_STR_NULL;
}

/* The number that ends right before mark: "…, 40% packet loss". */
static double number_before(fm_str text, const char *mark)
{
    double v;
    ptrdiff_t at = fm_str_find(text, fm_str_c(mark), 0);
    if (at <= 0)
        return NAN;
    fm_str head = fm_str_sub(text, 0, (size_t)at);
    ptrdiff_t blank = fm_str_rchr(head, ' ');
    return fm_str_f64(fm_str_skip(head, (size_t)(blank + 1)), &v) ? v : NAN;
}

/* iputils and busybox: "40% packet loss", "rtt min/avg/max/mdev = 0.2/0.3/0.6/0.1 ms" or
 * "round-trip min/avg/max = …". */
static void read_ping(struct fm_connection *c)
{
    c->loss = number_before(c->text, "% packet loss") / 100;
    ptrdiff_t at = fm_str_find(c->text, FM_STR("min/avg/max"), 0);
    fm_str times = at > 0 ? fm_str_skip(c->text, (size_t)at) : FM_STR_NULL;
    fm_str_cut(&times, '=');
    fm_str_cut(&times, '/');
    if (!fm_str_f64(fm_str_cut(&times, '/'), &c->rtt_ms))
        c->rtt_ms = NAN;
}

bool fm_read_connection(const struct fm_origin *from, const struct fm_segment *s)
{
    struct fm_argv w;
    bool is_piped;
    size_t at;
    struct fm_connection c = {.from = s->host.len ? s->host : exec_source(s->command),
                              .text = fm_str_trim(s->output)};
    fm_argv_split(s->command, &w, &is_piped);
    if (!find_tester(&w, &at) || !target_of(&w, at, &c.host, &c.port) || c.text.len == 0)
        return false;
    read_ping(&c);
    bool is_bad = has_any(c.text, failures) || c.loss >= 1,
         is_good = has_any(c.text, successes) || c.loss < 1;
    if (is_bad == is_good && !fm_str_eqc(w.items[at], "curl"))
        return false;
    c.is_open = !is_bad;
    c.span =
        fm_set_span(from, fm_str_n(s->command.p, (size_t)(c.text.p + c.text.len - s->command.p)));
    c.result = fm_set_span(from, c.text);
    fm_vec_push(fm_set_arena(from->set), &from->set->connections, c);
    return true;
}

bool fm_is_call_list(fm_str text)
{
    return fm_str_has(fm_str_sub(text, 0, 4096), FM_STR("[Service]:")) ||
           fm_str_has(fm_str_sub(text, 0, 4096), FM_STR(" -> "));
}

static fm_str service_name(fm_str text)
{
    text = fm_str_trim(text);
    size_t n = 0;
    while (n < text.len && (text.p[n] == '-' || text.p[n] == '.' || text.p[n] == '_' ||
                            (text.p[n] >= '0' && text.p[n] <= '9') ||
                            ((text.p[n] | 32) >= 'a' && (text.p[n] | 32) <= 'z')))
        n++;
    return fm_str_sub(text, 0, n);
}

static void add_call(const struct fm_origin *from, fm_str caller, fm_str callee, fm_str line)
{
    caller = service_name(caller);
    callee = service_name(callee);
    if (caller.len && callee.len && !fm_str_eq(caller, callee))
        fm_vec_push(fm_set_arena(from->set), &from->set->calls,
                    ((struct fm_call){caller, callee, fm_set_span(from, line)}));
}

/* Columns in front of a name in a tree drawn with ├ └ │ ─ or with ASCII; a box character counts as
 * one. */
static size_t tree_depth(fm_str line, fm_str *name)
{
    size_t i = 0, columns = 0;
    while (i < line.len) {
        unsigned char c = (unsigned char)line.p[i];
        if (c == 0xE2 && i + 2 < line.len)
            i += 3;
        else if (c == ' ' || c == '|' || c == '`' || c == '-' || c == '+')
            i++;
        else
            break;
        columns++;
    }
    *name = fm_str_skip(line, i);
    return (columns + 3) / 4;
}

#define TREE_DEPTH_MAX 32

static void read_tree_line(const struct fm_origin *from, fm_str line,
                           fm_str parents[TREE_DEPTH_MAX])
{
    fm_str name;
    size_t depth = tree_depth(line, &name);
    if (depth >= TREE_DEPTH_MAX || service_name(name).len == 0)
        return;
    parents[depth] = name;
    if (depth > 0)
        add_call(from, parents[depth - 1], name, line);
}

/* "[Service]: a", "[Upstream (Called By)]: b, c", then a tree of what it calls; or lines "a -> b".
 */
void fm_read_calls(const struct fm_origin *from, fm_str text)
{
    fm_str line, service = FM_STR_NULL, parents[TREE_DEPTH_MAX] = {{0}};
    while (fm_str_line(&text, &line)) {
        ptrdiff_t arrow = fm_str_find(line, FM_STR(" -> "), 0);
        fm_str value = line;
        fm_str_cut(&value, ':');
        if (arrow > 0) {
            add_call(from, fm_str_sub(line, 0, (size_t)arrow), fm_str_skip(line, (size_t)arrow + 4),
                     line);
        } else if (fm_str_starts(line, FM_STR("[Service]:"))) {
            service = value;
        } else if (fm_str_starts(line, FM_STR("[Upstream"))) {
            while (value.len && !fm_str_has(value, FM_STR("(")))
                add_call(from, fm_str_cut(&value, ','), service, line);
        } else if (line.len && line.p[0] != '[' && line.p[0] != '(') {
            read_tree_line(from, line, parents);
        }
    }
}
