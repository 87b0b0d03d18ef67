/* SPDX-License-Identifier: Apache-2.0 */
#include "transcript.h"

static bool is_known_program(fm_str word)
{
    static const char *const names[] = {
        "kubectl",   "oc",         "k",        "systemctl", "journalctl",  "nc",      "ncat",
        "curl",      "wget",       "ping",     "dig",       "nslookup",    "host",    "telnet",
        "df",        "free",       "top",      "ps",        "ss",          "netstat", "dmesg",
        "docker",    "podman",     "crictl",   "iostat",    "vmstat",      "helm",    "argocd",
        "ssh",       "mount",      "cat",      "ip",        "timedatectl", "chronyc", "uptime",
        "service",   "getenforce", "istioctl", "sudo",      "etcdctl",     "openssl", "getent",
        "ls",        "lsblk",      "sysctl",   "ulimit",    "tc",          "kubeadm", "tail",
        "head",      "less",       "zcat",     "grep",      "nproc",       "lscpu",   "mpstat",
        "sar",       "pidstat",    "lsof",     "nerdctl",   "mysql",       "mariadb", "psql",
        "redis-cli", "valkey-cli", "nstat"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_eqc(word, names[i]))
            return true;
    return false;
}

/* The host of "root@host:~$" or "[root@host ~]#". */
static fm_str prompt_host(fm_str prompt)
{
    ptrdiff_t at = fm_str_chr(prompt, '@', 0);
    if (at < 0)
        return FM_STR_NULL;
    fm_str rest = fm_str_skip(prompt, (size_t)at + 1);
    size_t n = 0;
    while (n < rest.len && rest.p[n] != ':' && rest.p[n] != ' ' && rest.p[n] != ']' &&
           rest.p[n] != '$' && rest.p[n] != '#')
        n++;
    return fm_str_sub(rest, 0, n);
}

/* "$ " or "# " alone, or behind "user@host", "~" or "[…". */
static bool ends_prompt(fm_str line, size_t i)
{
    if ((line.p[i] != '$' && line.p[i] != '#') || line.p[i + 1] != ' ')
        return false;
    return i == 0 || memchr(line.p, '@', i) || line.p[i - 1] == '~' || line.p[0] == '[';
}

/* Where the command starts behind a prompt; 0 when the line has no prompt. */
static size_t prompt_length(fm_str line)
{
    if (fm_str_starts(line, FM_STR("+ ")))
        return 2;
    for (size_t i = 0; i + 1 < line.len && i < 80; i++)
        if (ends_prompt(line, i))
            return i + 2;
    return 0;
}

static fm_str first_program(fm_str command, fm_str *host)
{
    fm_str rest = command, word = FM_STR_NULL;
    while (fm_str_word(&rest, &word)) {
        if (fm_str_eqc(word, "ssh")) {
            do
                if (!fm_str_word(&rest, host))
                    return word;
            while (fm_str_starts(*host, FM_STR("-")));
            ptrdiff_t at = fm_str_rchr(*host, '@');
            *host = fm_str_skip(*host, (size_t)(at + 1));
            return word;
        }
        if (!fm_str_eqc(word, "sudo") && !fm_str_has(word, FM_STR("=")))
            break;
    }
    ptrdiff_t slash = fm_str_rchr(word, '/');
    return fm_str_skip(word, (size_t)(slash + 1));
}

bool fm_prompt_parse(fm_str line, fm_str *host, fm_str *command)
{
    size_t n = prompt_length(line);
    if (n == 0)
        return false;
    *host = prompt_host(fm_str_sub(line, 0, n));
    *command = fm_str_trim(fm_str_skip(line, n));
    return is_known_program(first_program(*command, host));
}

bool fm_segment_next(fm_str *rest, struct fm_segment *out)
{
    if (rest->len == 0)
        return false;
    *out = (struct fm_segment){0};
    fm_str line, host, command, look = *rest;
    if (fm_str_line(&look, &line) && fm_prompt_parse(line, &out->host, &out->command))
        *rest = look;
    else
        out->host = out->command = FM_STR_NULL;
    const char *start = rest->p, *end = start;
    for (look = *rest; look.len; end = look.p) {
        if (!fm_str_line(&look, &line) || fm_prompt_parse(line, &host, &command))
            break;
    }
    out->output = fm_str_n(start, (size_t)(end - start));
    *rest = fm_str_skip(*rest, out->output.len);
    return true;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

static size_t word_length(fm_str s)
{
    size_t i = 0;
    char quote = 0;
    while (i < s.len && (quote || (s.p[i] != ' ' && s.p[i] != '\t'))) {
        if (quote == s.p[i])
            quote = 0;
        else if (!quote && is_quote(s.p[i]))
            quote = s.p[i];
        i++;
    }
    return i;
}

/* One word from the start; quotes group and are dropped when they enclose the whole word. */
static fm_str take_word(fm_str *rest)
{
    size_t n = word_length(*rest);
    fm_str word = fm_str_sub(*rest, 0, n);
    *rest = fm_str_skip(*rest, n);
    if (word.len >= 2 && is_quote(word.p[0]) && word.p[word.len - 1] == word.p[0])
        return fm_str_sub(word, 1, word.len - 2);
    return word;
}

void fm_argv_split(fm_str command, struct fm_argv *out, bool *is_piped)
{
    out->n = 0;
    *is_piped = false;
    command = fm_str_trim(command);
    while (command.len && out->n < FM_COMMAND_WORDS_MAX) {
        fm_str word = take_word(&command);
        command = fm_str_trim(command);
        if (fm_str_eqc(word, "|")) {
            *is_piped = true;
            return;
        }
        if (fm_str_eqc(word, ";") || fm_str_eqc(word, "&&") || fm_str_eqc(word, "||"))
            return;
        if (word.len)
            out->items[out->n++] = word;
    }
}

bool fm_argv_has(const struct fm_argv *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (fm_str_eqc(w->items[i], word))
            return true;
    return false;
}

static bool option_matches(fm_str word, char letter, fm_str name, fm_str *value)
{
    if (letter && word.len >= 2 && word.p[0] == '-' && word.p[1] == letter) {
        *value = fm_str_skip(word, 2);
        if (value->len && value->p[0] == '=')
            *value = fm_str_skip(*value, 1);
        return true;
    }
    if (!fm_str_starts(word, FM_STR("--")) || !fm_str_starts(fm_str_skip(word, 2), name))
        return false;
    fm_str tail = fm_str_skip(word, 2 + name.len);
    if (tail.len && tail.p[0] != '=')
        return false;
    *value = fm_str_skip(tail, 1);
    return true;
}

fm_str fm_argv_option(const struct fm_argv *w, char letter, const char *name)
{
    for (size_t i = 0; i < w->n; i++) {
        fm_str value;
        if (!option_matches(w->items[i], letter, fm_str_c(name), &value))
            continue;
        if (value.len == 0 && i + 1 < w->n)
            value = w->items[i + 1];
        return value;
    }
    return FM_STR_NULL;
}

/* Options that take a value as the next word: it is no operand. */
static bool takes_value(fm_str word)
{
    static const char *const options[] = {
        "-n",        "--namespace", "-l",        "--selector", "-o",           "--output",
        "-c",        "--container", "--context", "--cluster",  "--kubeconfig", "--field-selector",
        "--sort-by", "--tail",      "--since",   "-f",         "--since-time", "--limit-bytes",
        "--user",    "-s"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (fm_str_eqc(word, options[i]))
            return true;
    return false;
}

static void take_operand(struct fm_kubectl *k, fm_str word, unsigned index)
{
    fm_str tail = word;
    fm_str head = fm_str_cut(&tail, '/');
    if (index == 0) {
        k->verb = word;
        return;
    }
    bool is_name_first = fm_str_eqc(k->verb, "logs") || fm_str_eqc(k->verb, "exec");
    if (index == 1 && !is_name_first) {
        k->kind_text = tail.len ? head : word;
        k->kind = fm_object_kind_parse(k->kind_text);
        k->name = tail;
    } else if (index == 1) {
        k->kind = tail.len ? fm_object_kind_parse(head) : FM_OBJECT_POD;
        k->name = tail.len ? tail : word;
    } else if (index == 2 && !is_name_first) {
        k->name = word;
    }
}

static bool is_kubectl(const struct fm_argv *w, size_t *at)
{
    for (*at = 0; *at < w->n; ++*at) {
        fm_str word = w->items[*at];
        if (fm_str_eqc(word, "kubectl") || fm_str_eqc(word, "oc") || fm_str_eqc(word, "k") ||
            fm_str_ends(word, FM_STR("/kubectl")))
            return true;
        if (!fm_str_eqc(word, "sudo") && !fm_str_has(word, FM_STR("=")))
            return false;
    }
    return false;
}

bool fm_kubectl_parse(fm_str command, struct fm_kubectl *out)
{
    struct fm_argv w;
    bool is_piped;
    size_t at;
    *out = (struct fm_kubectl){0};
    fm_argv_split(command, &w, &is_piped);
    if (!is_kubectl(&w, &at))
        return false;
    unsigned operands = 0;
    for (size_t i = at + 1; i < w.n; i++) {
        if (w.items[i].p[0] == '-')
            i += takes_value(w.items[i]);
        else
            take_operand(out, w.items[i], operands++);
    }
    out->ns = fm_argv_option(&w, 'n', "namespace");
    out->output = fm_argv_option(&w, 'o', "output");
    out->container = fm_argv_option(&w, 'c', "container");
    out->is_all_namespaces = fm_argv_has(&w, "-A") || fm_argv_has(&w, "--all-namespaces");
    out->is_previous = fm_argv_has(&w, "-p") || fm_argv_has(&w, "--previous");
    out->is_named = out->name.len > 0;
    out->is_partial = is_piped || out->is_named || fm_argv_option(&w, 'l', "selector").len ||
                      fm_argv_option(&w, 0, "field-selector").len;
    return true;
}

static fm_str program_of(fm_str command)
{
    fm_str rest = command, word = FM_STR_NULL;
    while (fm_str_word(&rest, &word))
        if (!fm_str_eqc(word, "sudo") && !fm_str_has(word, FM_STR("=")))
            break;
    ptrdiff_t slash = fm_str_rchr(word, '/');
    return fm_str_skip(word, (size_t)(slash + 1));
}

/* "ssh [-o …] host program …": the program behind the host. */
fm_str fm_segment_program(const struct fm_segment *s)
{
    ptrdiff_t at = s->host.len ? fm_str_find(s->command, s->host, 0) : -1;
    if (at < 0 || !fm_str_eqc(program_of(s->command), "ssh"))
        return program_of(s->command);
    return program_of(fm_str_skip(s->command, (size_t)at + s->host.len));
}

fm_str fm_segment_host(const struct fm_evidence *e, const struct fm_segment *s)
{
    fm_str path = e->path;
    struct fm_kubectl k;
    if (s->host.len)
        return s->host;
    if (fm_kubectl_parse(s->command, &k) && fm_str_eqc(k.verb, "exec"))
        return fm_workload_name(k.name, true);
    ptrdiff_t slash = fm_str_rchr(path, '/');
    if (slash < 4 || !fm_str_ends(fm_str_sub(path, 0, (size_t)slash), FM_STR("nodes")))
        return FM_STR_NULL;
    fm_str stem = fm_str_skip(path, (size_t)slash + 1);
    ptrdiff_t dot = fm_str_rchr(stem, '.');
    return dot > 0 ? fm_str_sub(stem, 0, (size_t)dot) : stem;
}
