/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log templates as facts. A template is represented by its first record, its latest one, and the
 * records in which one of its numbers is largest, because a signature may ask for a size ("took
 * more than a second"). Only the first carries the count.
 */
#include "collect.h"
#include "faultmaven/core/document.h"
#include "faultmaven/core/logs.h"

#define PLACES_MAX 5

struct places {
    struct fm_logs_place items[PLACES_MAX];
    size_t n;
};

static enum fm_fact_level level_of(enum fm_logs_level l)
{
    switch (l) {
    case FM_LOGS_TRACE:
    case FM_LOGS_DEBUG:
        return FM_FACT_DEBUG;
    case FM_LOGS_INFO:
    case FM_LOGS_NOTICE:
        return FM_FACT_INFO;
    case FM_LOGS_WARNING:
        return FM_FACT_WARN;
    case FM_LOGS_ERROR:
        return FM_FACT_ERROR;
    case FM_LOGS_CRITICAL:
    case FM_LOGS_ALERT:
        return FM_FACT_FATAL;
    case FM_LOGS_NONE:
    case FM_LOGS_LEVEL_COUNT:
        break;
    }
    return FM_FACT_UNKNOWN;
}

static void add_place(struct places *p, struct fm_logs_place place)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->items[i].offset == place.offset)
            return;
    if (p->n < PLACES_MAX && place.length)
        p->items[p->n++] = place;
}

static void find_places(const struct fm_logs_template *t, struct places *p)
{
    if (t->n_examples)
        add_place(p, t->examples[0]);
    for (uint32_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].series)
            add_place(p, t->slots[i].series->max_place);
    add_place(p, t->latest);
}

/* Members that hold what a JSON record says; the others are labels. */
static bool is_text_member(fm_str key)
{
    static const char *const keys[] = {"msg",
                                       "message",
                                       "log",
                                       "error",
                                       "err",
                                       "exception",
                                       "stack",
                                       "stacktrace",
                                       "cause",
                                       "reason",
                                       "detail",
                                       "error.msg",
                                       "stack_trace",
                                       "body",
                                       "event",
                                       "exc_info",
                                       "error.message",
                                       "exception.message",
                                       "exception.type",
                                       "error_message",
                                       "status",
                                       "code",
                                       "@message"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (fm_str_ieq(key, fm_str_c(keys[i])))
            return true;
    return false;
}

static void join_members(struct fm_arena *a, const struct fm_node *n, unsigned depth, fm_str *out)
{
    fm_node_each (n, m) {
        if (m->kind == FM_NODE_MAP && depth)
            join_members(a, m, depth - 1, out);
        else if (m->text.len && is_text_member(m->key))
            *out = fm_str_fmt(a, "%.*s%s%.*s", FM_STR_ARG(*out), out->len ? " " : "",
                              FM_STR_ARG(m->text));
    }
}

/* The message of a JSON record; the record itself when it is none. */
static fm_str message_of(struct fm_incident *in, fm_str record)
{
    struct fm_node *root = NULL;
    bool is_truncated = false;
    fm_str text = FM_STR_NULL;
    if (!record.len || record.p[0] != '{')
        return record;
    if (fm_document_json(in->ctx, record, &root, &is_truncated) == FM_OK)
        join_members(&in->ctx->arena, root, 2, &text);
    fm_ctx_clear_error(in->ctx);
    return text.len ? text : record;
}

static void add_template(struct fm_incident *in, const struct fm_log_source *s,
                         const struct fm_logs_template *t, struct fm_facts *out)
{
    struct places places = {.n = 0};
    struct fm_fact f = {.source = FM_FACT_LOG,
                        .level = level_of(fm_logs_severity(t)),
                        .is_baseline = s->evidence->is_baseline,
                        .is_trace = t->is_trace,
                        .entity = fm_logs_entity(in, s, t),
                        .evidence = s->evidence->index,
                        .begin = t->first,
                        .end = t->last,
                        .count = t->count};
    find_places(t, &places);
    for (size_t i = 0; i < places.n; i++) {
        fm_str record = fm_str_trim(
            fm_str_sub(s->evidence->bytes, places.items[i].offset, places.items[i].length));
        f.span = fm_quote(s->evidence, record, FM_QUOTE_MAX);
        f.text = message_of(in, record);
        fm_facts_add(in, out, &f);
        f.count = 0;
    }
}

void fm_facts_collect_logs(struct fm_incident *in, struct fm_facts *out)
{
    if (!in->logs)
        return;
    fm_vec_each (&in->logs->sources, s)
        for (size_t i = 0; i < s->logs->n_templates; i++)
            add_template(in, s, s->logs->templates[i], out);
}
