/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs inside a pasted terminal: what `kubectl logs`, `docker logs`, `journalctl`, `dmesg` and `cat
 * FILE.log` printed. Other commands show state, which other reasoners read; old messages in it must
 * not count as records.
 */
#include "collect.h"
#include "propose.h"

#define LINES_MAX 20000 /* of one transcript */

struct transcript {
    struct fm_incident *in;
    const struct fm_evidence *e;
    struct fm_facts *out;
    bool is_log;
    fm_entity_id entity;
    unsigned n;
};

static bool is_log_program(fm_str s)
{
    return fm_str_eqc(s, "journalctl") || fm_str_eqc(s, "dmesg");
}

static bool is_runtime(fm_str s)
{
    return fm_str_eqc(s, "kubectl") || fm_str_eqc(s, "docker") || fm_str_eqc(s, "podman") ||
           fm_str_eqc(s, "crictl") || fm_str_eqc(s, "oc") || fm_str_eqc(s, "nerdctl");
}

/* Options of `logs` that take a value in the next word. */
static bool takes_value(fm_str option)
{
    static const char *const names[] = {"-n",      "--namespace", "-c", "--container", "--tail",
                                        "--since", "--context",   "-l", "--selector"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_eqc(option, names[i]))
            return true;
    return false;
}

/* "deployment/cart" and "pod/cart-6b9f…-x2x8p" name what stands behind the slash. */
static fm_str target_of(fm_str rest)
{
    fm_str word;
    while (fm_str_word(&rest, &word)) {
        if (word.p[0] != '-') {
            ptrdiff_t slash = fm_str_rchr(word, '/');
            return slash >= 0 ? fm_str_skip(word, (size_t)slash + 1) : word;
        }
        if (takes_value(word))
            fm_str_word(&rest, &word);
    }
    return FM_STR_NULL;
}

static fm_entity_id entity_named(struct fm_incident *in, fm_str name)
{
    fm_str unified = fm_workload_name(name, true);
    fm_entity_id known = fm_incident_find_entity(in, unified);
    return known != FM_ENTITY_NONE ? known : fm_incident_entity(in, FM_ENTITY_SERVICE, unified);
}

static void start_command(struct transcript *t, fm_str rest)
{
    fm_str program = FM_STR_NULL, sub = FM_STR_NULL;
    fm_str_word(&rest, &program);
    if (fm_str_eqc(program, "sudo"))
        fm_str_word(&rest, &program);
    t->is_log = is_log_program(program);
    t->entity = FM_ENTITY_NONE;
    if (fm_str_eqc(program, "cat") || fm_str_eqc(program, "tail")) {
        fm_str file = target_of(rest);
        t->is_log = fm_str_has(file, FM_STR("log"));
        t->entity = t->is_log ? entity_named(t->in, fm_name_from_path(file)) : FM_ENTITY_NONE;
        return;
    }
    while (is_runtime(program) && fm_str_word(&rest, &sub) && sub.p[0] == '-')
        if (takes_value(sub))
            fm_str_word(&rest, &sub);
    if (fm_str_eqc(sub, "logs")) {
        t->is_log = true;
        t->entity = entity_named(t->in, target_of(rest));
    }
}

static void add_line(struct transcript *t, fm_str line)
{
    struct fm_fact f = {.source = FM_FACT_LOG,
                        .level = fm_fact_level_of(line),
                        .is_baseline = t->e->is_baseline,
                        .text = fm_str_trim(line),
                        .entity = t->entity,
                        .evidence = t->e->index,
                        .begin = FM_TIME_NONE,
                        .end = FM_TIME_NONE,
                        .count = 1};
    f.span = fm_quote(t->e, f.text, FM_QUOTE_MAX);
    t->n++;
    fm_facts_add(t->in, t->out, &f);
}

void fm_facts_collect_transcript(struct fm_incident *in, const struct fm_evidence *e,
                                 struct fm_facts *out)
{
    struct transcript t = {.in = in, .e = e, .out = out, .entity = FM_ENTITY_NONE};
    fm_str rest = e->bytes, line;
    while (t.n < LINES_MAX && fm_str_line(&rest, &line)) {
        if (fm_str_starts(line, FM_STR("$ ")))
            start_command(&t, fm_str_skip(line, 2));
        else if (t.is_log && line.len)
            add_line(&t, line);
    }
}
