/* SPDX-License-Identifier: Apache-2.0 */
#include "transcript_log.h"

#include "faultmaven/core/logs.h"
#include "faultmaven/core/processor.h"

static bool is_one_of(fm_str s, const char *const *names)
{
    for (; *names; names++)
        if (fm_str_eqc(s, *names))
            return true;
    return false;
}

static bool is_runtime(fm_str program)
{
    static const char *const names[] = {"kubectl", "oc",     "k",       "docker",
                                        "podman",  "crictl", "nerdctl", NULL};
    return is_one_of(program, names);
}

static bool shows_files(fm_str program)
{
    static const char *const names[] = {"cat", "tail", "head", "zcat", "less", "grep", NULL};
    return is_one_of(program, names);
}

/* Options that take a value in the next word. */
static bool takes_value(fm_str option)
{
    static const char *const names[] = {"-n",      "--namespace", "-c", "--container", "--tail",
                                        "--since", "--context",   "-l", "--selector",  "-u",
                                        "--unit",  "--until",     "-p", NULL};
    return is_one_of(option, names);
}

/* Operands of a command line: words that are no options and no values of options. */
static size_t operands_of(fm_str command, fm_str program, fm_str *out, size_t max)
{
    struct fm_argv w;
    bool is_piped;
    size_t n = 0, i = 0;
    fm_argv_split(command, &w, &is_piped);
    while (i < w.n && !fm_str_ends(w.items[i], program))
        i++;
    for (i++; i < w.n && n < max; i++) {
        if (w.items[i].p[0] == '-')
            i += takes_value(w.items[i]);
        else
            out[n++] = w.items[i];
    }
    return n;
}

/* "logs", also behind "compose" and "service". */
static bool asks_for_logs(const fm_str *operands, size_t n)
{
    for (size_t i = 0; i < n && i < 2; i++)
        if (fm_str_eqc(operands[i], "logs"))
            return true;
    return false;
}

static bool is_log_file(fm_str path)
{
    return fm_str_ends(path, FM_STR(".log")) || fm_str_has(path, FM_STR("/log/")) ||
           fm_str_has(path, FM_STR("/logs/")) || fm_str_has(path, FM_STR(".log."));
}

/* The path that a command shows: the last operand that is one of a log. */
static fm_str log_file(const fm_str *operands, size_t n)
{
    for (size_t i = n; i > 0; i--)
        if (is_log_file(operands[i - 1]))
            return operands[i - 1];
    return FM_STR_NULL;
}

#define OPERANDS_MAX 16

bool fm_transcript_is_log(const struct fm_segment *s)
{
    fm_str operands[OPERANDS_MAX], program;
    if (s->command.len == 0)
        return false;
    program = fm_segment_program(s);
    if (fm_str_eqc(program, "journalctl") || fm_str_eqc(program, "dmesg"))
        return true;
    if (!is_runtime(program) && !shows_files(program))
        return false;
    size_t n = operands_of(s->command, program, operands, OPERANDS_MAX);
    return is_runtime(program) ? asks_for_logs(operands, n) : log_file(operands, n).len > 0;
}

static fm_entity_id entity_named(struct fm_incident *in, fm_str name)
{
    ptrdiff_t slash = fm_str_rchr(name, '/');
    fm_str unified = fm_workload_name(fm_str_skip(name, (size_t)(slash + 1)), true);
    fm_entity_id known = fm_incident_find_entity(in, unified);
    return known != FM_ENTITY_NONE ? known : fm_incident_entity(in, FM_ENTITY_SERVICE, unified);
}

/* "/var/log/mysql/error.log" is a log of mysql. */
static fm_str name_of_file(fm_str path)
{
    static const char *const common[] = {"error", "access", "out", "current", "server", NULL};
    ptrdiff_t slash = fm_str_rchr(path, '/');
    fm_str folder = fm_str_sub(path, 0, slash > 0 ? (size_t)slash : 0);
    fm_str stem = fm_str_skip(path, (size_t)(slash + 1));
    stem = fm_str_cut(&stem, '.');
    if (!is_one_of(stem, common))
        return stem;
    slash = fm_str_rchr(folder, '/');
    return fm_str_skip(folder, (size_t)(slash + 1));
}

/* The kernel and the journal speak of their host. */
static fm_entity_id host_entity(struct fm_incident *in, fm_str host)
{
    fm_entity_id known = fm_incident_find_entity(in, host);
    return known != FM_ENTITY_NONE ? known : fm_incident_entity(in, FM_ENTITY_HOST, host);
}

static fm_entity_id entity_of(struct fm_incident *in, const struct fm_evidence *e,
                              const struct fm_segment *s)
{
    fm_str operands[OPERANDS_MAX];
    fm_str program = fm_segment_program(s);
    if (fm_str_eqc(program, "dmesg") || fm_str_eqc(program, "journalctl"))
        return host_entity(in, fm_segment_host(e, s));
    size_t n = operands_of(s->command, program, operands, OPERANDS_MAX);
    if (shows_files(program))
        return entity_named(in, name_of_file(log_file(operands, n)));
    if (is_runtime(program) && n > 1)
        return entity_named(in, operands[n - 1]);
    return FM_ENTITY_NONE;
}

static enum fm_code read_input(struct fm_incident *in, struct fm_evidence *e)
{
    struct fm_segment s;
    fm_str text = e->bytes;
    size_t n = 0;
    while (fm_segment_next(&text, &s)) {
        if (!fm_transcript_is_log(&s) || fm_str_trim(s.output).len == 0 ||
            fm_str_istarts(s.output, FM_STR("error from server")))
            continue;
        if (n++ == FM_TRANSCRIPT_LOGS_MAX) {
            fm_incident_problem(in, e, 0, "more than %d log sections; the rest is left out",
                                FM_TRANSCRIPT_LOGS_MAX);
            return FM_OK;
        }
        FM_TRY(fm_logs_add(in, e, s.output, entity_of(in, e, &s)));
    }
    return FM_OK;
}

static enum fm_code run(struct fm_incident *in)
{
    for (size_t i = 0; i < in->inputs.n; i++) {
        struct fm_evidence *e = in->inputs.items[i];
        if (e->type == FM_EVIDENCE_COMMAND_OUTPUT && !e->is_baseline)
            FM_TRY(read_input(in, e));
    }
    return FM_OK;
}

const struct fm_processor fm_transcript_logs_processor = {
    .name = "transcript-logs",
    .types = FM_TYPE_BIT(FM_EVIDENCE_COMMAND_OUTPUT),
    .run = run,
};
