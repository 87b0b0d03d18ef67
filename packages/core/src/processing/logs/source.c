/* SPDX-License-Identifier: Apache-2.0 */
/* The logs of an incident: which inputs, whose they are, and what stands out in them. */
#include "faultmaven/core/objects.h"
#include "faultmaven/core/processor.h"
#include "processing/logs/chars.h"
#include "processing/logs/latest_date.h"
#include "processing/logs/observe.h"
#include "processing/logs/saved.h"

/* File names that say what a log is, not whose. */
static bool is_common_name(fm_str s)
{
    static const char *const names[] = {
        "app",      "application", "log",        "logs",     "messages", "syslog",   "error",
        "errors",   "access",      "all",        "events",   "event",    "output",   "stdout",
        "stderr",   "debug",       "server",     "system",   "kern",     "dmesg",    "journal",
        "evidence", "data",        "raw",        "previous", "current",  "console",  "audit",
        "trace",    "auth",        "baseline",   "incident", "service",  "services", "pod",
        "pods",     "container",   "containers", "kubectl"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_ieq(s, fm_str_c(names[i])))
            return true;
    return s.len < 2;
}

static fm_str cut_suffix(fm_str s)
{
    static const char *const ends[] = {
        ".gz",       ".log",     ".txt",    ".json",    ".jsonl",  ".ndjson",   ".out",
        ".csv",      "-logs",    "_logs",   "-log",     "_log",    "-previous", "_previous",
        ".previous", "-current", ".syslog", "-syslog",  "_syslog", ".messages", "-messages",
        ".err",      "-error",   "_error",  "-errors",  "-stderr", "-stdout",   "-kern",
        "_kern",     ".kern",    "-kernel", "-dmesg",   ".dmesg",  "-journal",  ".journal",
        "-gc",       "_gc",      ".gc",     "-console", "-audit",  "-access",   "_access"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (fm_str_ends(s, fm_str_c(ends[i])) && s.len > strlen(ends[i]))
            return cut_suffix(fm_str_sub(s, 0, s.len - strlen(ends[i])));
    /* "kafka-1-server.log" is the server.log of kafka-1; "api-server" is a name. */
    fm_str rest = fm_str_sub(s, 0, s.len - 7);
    bool is_numbered =
        s.len > 8 && fm_str_ends(s, FM_STR("-server")) && fm_ch(rest.p[rest.len - 1]) & FM_CH_DIGIT;
    return is_numbered ? rest : s;
}

static bool is_name(fm_str s)
{
    unsigned letters = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!fm_ch_is_word(s.p[i]) && !strchr(".-_", s.p[i]))
            return false;
        letters += (fm_ch(s.p[i]) & FM_CH_ALPHA) != 0;
    }
    return letters >= 2;
}

static fm_entity_id entity_of_name(struct fm_incident *in, fm_str name, bool is_pod)
{
    fm_str unified = fm_workload_name(name, is_pod);
    fm_entity_id exact = fm_incident_find_entity(in, name);
    fm_entity_id known = exact != FM_ENTITY_NONE ? exact : fm_incident_find_entity(in, unified);
    return known != FM_ENTITY_NONE ? known : fm_incident_entity(in, FM_ENTITY_SERVICE, unified);
}

/* "cart-migrate.log" of the workload cart with a container "migrate" is the cart's log. */
static fm_entity_id entity_of_container(struct fm_incident *in, fm_str name)
{
    fm_str workload = in->objects ? fm_objects_of_container(in->objects, name) : FM_STR_NULL;
    return workload.len ? fm_incident_find_entity(in, workload) : FM_ENTITY_NONE;
}

/* A component that is known by the whole name of the file: "operator-console.log" is no console log
 * of an operator. */
static fm_entity_id entity_of_stem(struct fm_incident *in, fm_str file)
{
    ptrdiff_t dot = fm_str_rchr(file, '.');
    fm_str stem = dot > 0 ? fm_str_sub(file, 0, (size_t)dot) : file;
    fm_entity_id known = is_name(stem) ? fm_incident_find_entity(in, stem) : FM_ENTITY_NONE;
    return known != FM_ENTITY_NONE ? known : entity_of_container(in, stem);
}

/* "logs/cart-6b9f7d5c4-x2x8p.log" is the cart's log; for a common name the folder is asked. */
static fm_entity_id entity_of_path(struct fm_incident *in, fm_str path)
{
    for (unsigned level = 0; level < 2 && path.len; level++) {
        ptrdiff_t slash = fm_str_rchr(path, '/');
        fm_entity_id known = entity_of_stem(in, fm_str_skip(path, (size_t)(slash + 1)));
        fm_str name = cut_suffix(fm_str_skip(path, (size_t)(slash + 1)));
        if (known != FM_ENTITY_NONE)
            return known;
        if (!is_common_name(name) && is_name(name))
            return entity_of_name(in, name, true);
        path = fm_str_sub(path, 0, slash > 0 ? (size_t)slash : 0);
    }
    return FM_ENTITY_NONE;
}

fm_entity_id fm_logs_entity(const struct fm_incident *in, const struct fm_log_source *s,
                            const struct fm_logs_template *t)
{
    if (!t->entity.len)
        return s->entity;
    fm_entity_id exact = fm_incident_find_entity(in, t->entity);
    return exact != FM_ENTITY_NONE ? exact
                                   : fm_incident_find_entity(in, fm_workload_name(t->entity, true));
}

/* The entities that lines name exist once the log is read. */
static void make_entities(struct fm_incident *in, const struct fm_logs *logs)
{
    for (size_t i = 0; i < logs->n_templates; i++)
        if (logs->templates[i]->entity.len)
            (void)entity_of_name(in, logs->templates[i]->entity, true);
}

static void shift_places(struct fm_logs *logs, uint64_t offset)
{
    for (size_t i = 0; offset && i < logs->n_templates; i++) {
        struct fm_logs_template *t = logs->templates[i];
        for (uint32_t k = 0; k < t->n_examples; k++)
            t->examples[k].offset += offset;
        t->latest.offset += offset;
        for (uint32_t k = 0; k < t->n_slots; k++)
            if (t->slots[k].series)
                t->slots[k].series->max_place.offset += offset;
    }
}

static void report_limits(struct fm_incident *in, struct fm_evidence *e, const struct fm_logs *logs)
{
    if (logs->evicted)
        fm_incident_problem(
            in, e, 0, "records of more than %d different templates were counted together: %llu",
            FM_LOGS_TEMPLATES_MAX, (unsigned long long)logs->evicted);
    if (logs->cut)
        fm_incident_problem(in, e, 0,
                            "messages longer than %d bytes, whose rest was not compared: %llu",
                            FM_LOGS_MESSAGE_SCAN, (unsigned long long)logs->cut);
}

static void note_evidence(struct fm_evidence *e, const struct fm_logs *logs)
{
    e->records += logs->records;
    if (logs->first != FM_TIME_NONE &&
        (e->first == FM_TIME_NONE || e->records == logs->records || logs->first < e->first))
        e->first = logs->first;
    if (logs->last != FM_TIME_NONE &&
        (e->last == FM_TIME_NONE || e->records == logs->records || logs->last > e->last))
        e->last = logs->last;
    if (!e->format.len)
        e->format = logs->format;
}

/* The host word of a syslog line: the one behind "Feb  9 10:25:00 " or an ISO time. */
static fm_str host_word(fm_str line)
{
    fm_str word = FM_STR_NULL, rest = line;
    bool is_iso = line.len > 10 && line.p[4] == '-' && line.p[7] == '-';
    for (unsigned i = 0; i < (is_iso ? 2 : 4); i++)
        if (!fm_str_word(&rest, &word))
            return FM_STR_NULL;
    return word;
}

/* A file name like "messages" does not say whose log it is; the host in all of its lines does. */
static fm_entity_id entity_of_host(struct fm_incident *in, fm_str text, const struct fm_logs *logs)
{
    fm_str host = FM_STR_NULL;
    if (!fm_str_starts(logs->format, FM_STR("syslog-3164")))
        return FM_ENTITY_NONE;
    for (size_t i = 0; i < logs->n_templates; i++) {
        const struct fm_logs_template *t = logs->templates[i];
        fm_str word =
            t->n_examples && !t->is_trace
                ? host_word(fm_str_sub(text, t->examples[0].offset, t->examples[0].length))
                : host;
        if (host.len && !fm_str_eq(host, word))
            return FM_ENTITY_NONE;
        host = word;
    }
    if (!is_name(host))
        return FM_ENTITY_NONE;
    fm_entity_id known = fm_incident_find_entity(in, host);
    return known != FM_ENTITY_NONE ? known : fm_incident_entity(in, FM_ENTITY_HOST, host);
}

/* "mail-3.log" with lines of the host mail-3 is about that host, not about one of several pods. */
static bool is_host_file(struct fm_incident *in, const struct fm_evidence *e, fm_str text,
                         const struct fm_logs *logs)
{
    ptrdiff_t slash = fm_str_rchr(e->path, '/');
    fm_str name = cut_suffix(fm_str_skip(e->path, (size_t)(slash + 1)));
    fm_str line, rest = text;
    return fm_str_starts(logs->format, FM_STR("syslog")) && fm_str_line(&rest, &line) &&
           fm_str_eq(host_word(line), name) && entity_of_host(in, text, logs) != FM_ENTITY_NONE;
}

/* Programs whose format is their own: "error.log" in it is theirs. */
static fm_entity_id entity_of_product(struct fm_incident *in, fm_str format)
{
    static const struct {
        const char *format, *name;
        enum fm_entity_kind kind;
    } products[] = {
        {"nginx-error", "nginx", FM_ENTITY_SERVICE},
        {"apache-error", "httpd", FM_ENTITY_SERVICE},
        {"haproxy-http", "haproxy", FM_ENTITY_SERVICE},
        {"haproxy-tcp", "haproxy", FM_ENTITY_SERVICE},
        {"postgresql", "postgresql", FM_ENTITY_DATABASE},
        {"mysql", "mysql", FM_ENTITY_DATABASE},
        {"mysql-general", "mysql", FM_ENTITY_DATABASE},
        {"redis", "redis", FM_ENTITY_CACHE},
        {"squid", "squid", FM_ENTITY_SERVICE},
    };
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (fm_str_eqc(format, products[i].format)) {
            fm_str name = fm_str_c(products[i].name);
            fm_entity_id known = fm_incident_find_entity(in, name);
            return known != FM_ENTITY_NONE ? known : fm_incident_entity(in, products[i].kind, name);
        }
    return FM_ENTITY_NONE;
}

/* The latest time that a record can plausibly have: asked for, else the latest day of the evidence,
 * else the time at which the file was written last. */
static fm_time reference_of(struct fm_incident *in, const struct fm_evidence *e)
{
    if (in->ask.until != FM_TIME_NONE)
        return in->ask.until;
    if (in->ask.at != FM_TIME_NONE)
        return in->ask.at;
    if (in->latest_day == FM_TIME_NONE)
        in->latest_day = fm_logs_latest_date(in);
    return in->latest_day != FM_TIME_NONE ? in->latest_day : e->modified;
}

/* What an earlier run found in all of an input need not be found again. */
static enum fm_code read_or_restore(struct fm_incident *in, struct fm_evidence *e, fm_str text,
                                    struct fm_logs **out)
{
    struct fm_logs_options opt = {
        .zone_s = in->ask.zone_offset_s, .reference = reference_of(in, e), .pool = in->pool};
    bool is_all = text.p == e->bytes.p && text.len == e->bytes.len;
    if (is_all && fm_logs_restore(in, e, &opt, out))
        return FM_OK;
    FM_TRY(fm_logs_read(in->ctx, text, &opt, out));
    if (is_all)
        fm_logs_save(in, e, &opt, *out);
    return FM_OK;
}

static enum fm_code read_source(struct fm_incident *in, struct fm_evidence *e, fm_str text,
                                fm_entity_id entity)
{
    struct fm_logs *logs;
    FM_TRY(read_or_restore(in, e, text, &logs));
    if (entity == FM_ENTITY_NONE || is_host_file(in, e, text, logs))
        entity = entity_of_host(in, text, logs);
    if (entity == FM_ENTITY_NONE)
        entity = entity_of_product(in, logs->format);
    shift_places(logs, (uint64_t)(text.p - e->bytes.p));
    make_entities(in, logs);
    report_limits(in, e, logs);
    if (!in->logs)
        in->logs = FM_NEW(&in->ctx->arena, struct fm_log_set);
    fm_vec_push(&in->ctx->arena, &in->logs->sources, ((struct fm_log_source){e, logs, entity}));
    note_evidence(e, logs);
    return FM_OK;
}

enum fm_code fm_logs_add(struct fm_incident *in, struct fm_evidence *e, fm_str text,
                         fm_entity_id entity)
{
    FM_TRY(read_source(in, e, text, entity));
    fm_logs_observe(in, &in->logs->sources.items[in->logs->sources.n - 1], fm_logs_baseline(in));
    return FM_OK;
}

static enum fm_code run(struct fm_incident *in)
{
    for (size_t i = 0; i < in->inputs.n; i++) {
        struct fm_evidence *e = in->inputs.items[i];
        if (e->type == FM_EVIDENCE_LOG)
            FM_TRY(read_source(in, e, e->bytes, entity_of_path(in, e->path)));
    }
    if (!in->logs)
        return FM_OK;
    const struct fm_map *baseline = fm_logs_baseline(in);
    for (size_t i = 0; i < in->logs->sources.n; i++)
        fm_logs_observe(in, &in->logs->sources.items[i], baseline);
    fm_logs_observe_silence(in);
    fm_logs_find_calls(in);
    return FM_OK;
}

const struct fm_processor fm_logs_processor = {
    .name = "logs",
    .types = FM_TYPE_BIT(FM_EVIDENCE_LOG),
    .run = run,
};
