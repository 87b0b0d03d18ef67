/* SPDX-License-Identifier: Apache-2.0 */
/* Records of the logs by template, time, entity, level and words. */
#include "faultmaven/core/logs.h"
#include "inquiry/internal.h"

#define SCAN_MAX (256u << 20) /* bytes of logs that one call reads */

struct search {
    struct fm_inquiry *q;
    struct inquiry_filter f;
    enum fm_logs_level least;
    const struct fm_logs_template *t; /* NULL: any */
    struct fm_evidence *e;
    fm_str owner; /* entity whose log it is */
    struct fm_buf *out;
    uint64_t n;
    fm_span first, last;
    fm_time first_at, last_at;
};

/* The literal parts of the template stand in the message, in order. */
static bool is_of_template(fm_str template, fm_str message)
{
    size_t at = 0;
    for (fm_str rest = template; rest.len;) {
        ptrdiff_t slot = fm_str_find(rest, FM_STR("<*>"), 0);
        fm_str part = fm_str_trim(slot < 0 ? rest : fm_str_sub(rest, 0, (size_t)slot));
        ptrdiff_t found = fm_str_find(message, part, at);
        if (found < 0)
            return false;
        at = (size_t)found + part.len;
        rest = slot < 0 ? FM_STR_NULL : fm_str_skip(rest, (size_t)slot + 3);
    }
    return true;
}

static bool takes(const struct search *x, const struct fm_logs_line *l)
{
    const struct inquiry_filter *f = &x->f;
    bool is_entity = !f->entity.len || fm_str_ihas(x->owner, f->entity) ||
                     fm_str_ihas(l->entity, f->entity) || fm_str_ihas(l->component, f->entity);
    return is_entity && l->level >= x->least && inquiry_takes_time(f, l->t) &&
           inquiry_takes_words(f, l->raw) && (!x->t || is_of_template(x->t->text, l->message));
}

static bool on_line(void *arg, const struct fm_logs_line *l)
{
    struct search *x = arg;
    if (!takes(x, l))
        return true;
    fm_span span = {l->place.offset, l->place.length, x->e->index};
    if (x->n == 0) {
        x->first = span;
        x->first_at = l->t;
    }
    x->last = span;
    x->last_at = l->t;
    if (x->n++ < x->f.limit)
        inquiry_put(x->q, x->out, span, inquiry_quote(x->q, span));
    return true;
}

static void sum_up(struct search *x)
{
    struct fm_arena *a = &x->q->ctx->arena;
    if (!x->n) {
        fm_buf_addz(x->out, "0 records match\n");
        return;
    }
    bool has_times = x->first_at != FM_TIME_NONE && x->last_at != FM_TIME_NONE;
    fm_str text =
        has_times ? fm_str_fmt(a, "%llu records match, from %.*s to %.*s", (unsigned long long)x->n,
                               FM_STR_ARG(fm_time_str(a, x->first_at)),
                               FM_STR_ARG(fm_time_str(a, x->last_at)))
                  : fm_str_fmt(a, "%llu records match", (unsigned long long)x->n);
    if (x->n > x->f.limit) {
        fm_buf_addf(x->out, "the first %zu are shown; the last:\n", x->f.limit);
        inquiry_put(x->q, x->out, x->last, inquiry_quote(x->q, x->last));
    }
    inquiry_put_fact(x->q, x->out, x->first, text);
}

/* "t2.17": the template and its log. */
static enum fm_code read_template(struct search *x, struct fm_ctx *ctx, yyjson_val *args)
{
    fm_str name = fm_str_trim(fm_json_get_str(args, "template")), rest = name;
    const struct fm_log_set *set = x->q->incident.logs;
    uint64_t log = 0, id = 0;
    if (!name.len)
        return FM_OK;
    fm_str head = fm_str_cut(&rest, '.');
    bool is_name = fm_str_starts(head, FM_STR("t")) && fm_str_u64(fm_str_skip(head, 1), &log) &&
                   fm_str_u64(rest, &id) && log < set->sources.n && id >= 1 &&
                   id <= set->sources.items[log].logs->n_templates;
    if (!is_name)
        return fm_fail(ctx, FM_EINVAL, "template: \"%.*s\" is none; list_templates names them",
                       FM_STR_ARG(fm_str_sub(name, 0, 40)));
    x->t = set->sources.items[log].logs->templates[id - 1];
    x->f.evidence_id = x->q->ids[set->sources.items[log].evidence->index];
    return FM_OK;
}

static enum fm_code read_level(struct search *x, struct fm_ctx *ctx, yyjson_val *args)
{
    fm_str name = fm_str_trim(fm_json_get_str(args, "level"));
    for (int l = 1; name.len && l < FM_LOGS_LEVEL_COUNT; l++)
        if (fm_str_ieq(name, fm_str_c(fm_logs_level_name((enum fm_logs_level)l))))
            x->least = (enum fm_logs_level)l;
    return !name.len || x->least
               ? FM_OK
               : fm_fail(ctx, FM_EINVAL, "level: \"%.*s\" is no level of severity",
                         FM_STR_ARG(fm_str_sub(name, 0, 40)));
}

/* One input may hold several logs (a transcript); it is walked once. */
static bool is_repeat(const struct fm_log_set *set, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (set->sources.items[k].evidence == set->sources.items[i].evidence)
            return true;
    return false;
}

static enum fm_code run(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                        struct fm_buf *out)
{
    struct search x = {.q = ((struct inquiry_tool *)tool)->q, .out = out};
    const struct fm_log_set *set = x.q->incident.logs;
    struct fm_logs_options opt = {.reference = FM_TIME_NONE};
    uint64_t bytes = 0;
    FM_TRY(inquiry_filter_read(x.q, ctx, args, &x.f));
    FM_TRY(read_template(&x, ctx, args));
    FM_TRY(read_level(&x, ctx, args));
    for (size_t i = 0; i < set->sources.n; i++) {
        const struct fm_log_source *s = &set->sources.items[i];
        if (!inquiry_takes_evidence(x.q, &x.f, s->evidence) || is_repeat(set, i))
            continue;
        x.e = s->evidence;
        x.owner = fm_incident_entity_of(&x.q->incident, s->entity).name;
        fm_str text = fm_str_sub(s->evidence->bytes, 0, (size_t)(SCAN_MAX - bytes));
        FM_TRY(fm_logs_each(ctx, text, &opt, on_line, &x));
        bytes += text.len;
    }
    if (bytes >= SCAN_MAX)
        fm_buf_addf(out, "only the first %u MiB were read; narrow it by evidence_id\n",
                    SCAN_MAX >> 20);
    sum_up(&x);
    return FM_OK;
}

const struct fm_tool_ops inquiry_query_logs = {
    .name = "query_logs",
    .description = "Log records with their places and total number, by template id, words, time, "
                   "entity and least level.",
    .schema = "{\"type\":\"object\",\"properties\":{\"template\":{\"type\":\"string\","
              "\"description\":\"id of list_templates, as t0.12\"},\"words\":{\"type\":\"string\"},"
              "\"level\":{\"type\":\"string\"}," INQUIRY_FILTER_SCHEMA "}}",
    .run = run,
};
