/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "faultmaven/core/logs.h"
#include "inquiry/internal.h"

/* A template of one log; shown as "t<log>.<template>". */
struct row {
    const struct fm_log_source *source;
    size_t log;
    const struct fm_logs_template *t;
    enum fm_logs_level severity;
};

/* The more severe, then the more frequent first. */
static int by_weight(const void *pa, const void *pb)
{
    const struct row *a = pa, *b = pb;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->t->count != b->t->count)
        return a->t->count > b->t->count ? -1 : 1;
    return a->log != b->log ? (a->log < b->log ? -1 : 1) : a->t->id < b->t->id ? -1 : 1;
}

static bool overlaps(const struct inquiry_filter *f, const struct fm_logs_template *t)
{
    if (f->since == FM_TIME_NONE && f->until == FM_TIME_NONE)
        return true;
    return t->first != FM_TIME_NONE && (f->until == FM_TIME_NONE || t->first <= f->until) &&
           (f->since == FM_TIME_NONE || t->last >= f->since);
}

static bool takes(const struct fm_inquiry *q, const struct inquiry_filter *f, const struct row *r,
                  enum fm_logs_level least)
{
    return r->severity >= least && overlaps(f, r->t) && inquiry_takes_words(f, r->t->text) &&
           inquiry_takes_entity(q, f, fm_logs_entity(&q->incident, r->source, r->t));
}

static void put_row(struct fm_inquiry *q, const struct row *r, struct fm_buf *out)
{
    struct fm_arena *a = &q->ctx->arena;
    const struct fm_logs_template *t = r->t;
    fm_span span = {0};
    if (t->n_examples)
        span = (fm_span){t->examples[0].offset, t->examples[0].length, r->source->evidence->index};
    fm_str entity =
        fm_incident_entity_of(&q->incident, fm_logs_entity(&q->incident, r->source, t)).name;
    fm_str times = t->first == FM_TIME_NONE
                       ? FM_STR("without times")
                       : fm_str_fmt(a, "%.*s to %.*s", FM_STR_ARG(fm_time_str(a, t->first)),
                                    FM_STR_ARG(fm_time_str(a, t->last)));
    inquiry_put_fact(q, out, span,
                     fm_str_fmt(a, "t%zu.%u %llu records, %s, %.*s%s%.*s: %.*s", r->log, t->id,
                                (unsigned long long)t->count,
                                r->severity ? fm_logs_level_name(r->severity) : "no level",
                                FM_STR_ARG(times), entity.len ? ", " : "", FM_STR_ARG(entity),
                                FM_STR_ARG(fm_str_sub(t->text, 0, INQUIRY_LINE_MAX))));
}

static enum fm_code read_level(struct fm_ctx *ctx, yyjson_val *args, enum fm_logs_level *out)
{
    fm_str name = fm_str_trim(fm_json_get_str(args, "level"));
    *out = FM_LOGS_NONE;
    if (!name.len)
        return FM_OK;
    for (int l = 1; l < FM_LOGS_LEVEL_COUNT; l++)
        if (fm_str_ieq(name, fm_str_c(fm_logs_level_name((enum fm_logs_level)l)))) {
            *out = (enum fm_logs_level)l;
            return FM_OK;
        }
    return fm_fail(
        ctx, FM_EINVAL,
        "level: \"%.*s\" is none of trace, debug, info, notice, warning, error, critical",
        FM_STR_ARG(fm_str_sub(name, 0, 40)));
}

static enum fm_code run(struct fm_tool *tool, struct fm_ctx *ctx, yyjson_val *args,
                        struct fm_buf *out)
{
    struct fm_inquiry *q = ((struct inquiry_tool *)tool)->q;
    struct inquiry_filter f;
    enum fm_logs_level least;
    FM_VEC(struct row) rows = {0};
    FM_TRY(inquiry_filter_read(q, ctx, args, &f));
    FM_TRY(read_level(ctx, args, &least));
    for (size_t i = 0; i < q->incident.logs->sources.n; i++) {
        const struct fm_log_source *s = &q->incident.logs->sources.items[i];
        for (size_t k = 0; inquiry_takes_evidence(q, &f, s->evidence) && k < s->logs->n_templates;
             k++) {
            struct row r = {s, i, s->logs->templates[k], fm_logs_severity(s->logs->templates[k])};
            if (takes(q, &f, &r, least))
                fm_vec_push(&ctx->arena, &rows, r);
        }
    }
    if (rows.n)
        qsort(rows.items, rows.n, sizeof *rows.items, by_weight);
    fm_buf_addf(out, "%zu templates match%s\n", rows.n,
                rows.n > f.limit ? "; the most severe and frequent are shown" : "");
    for (size_t i = 0; i < rows.n && i < f.limit; i++)
        put_row(q, &rows.items[i], out);
    return FM_OK;
}

const struct fm_tool_ops inquiry_list_templates = {
    .name = "list_templates",
    .description = "Message templates of the logs with id, count, level, first and last time, and "
                   "the place of an example.",
    .schema = "{\"type\":\"object\",\"properties\":{\"words\":{\"type\":\"string\"},\"level\":{"
              "\"type\":\"string\",\"description\":\"least severity\"}," INQUIRY_FILTER_SCHEMA "}}",
    .run = run,
};
