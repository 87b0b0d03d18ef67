/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd_case_intake.h"

#include "faultmaven/core/diagnose.h"

static enum fm_evidence_source source_of(enum fm_evidence_type t)
{
    switch ((int)t) {
    case FM_EVIDENCE_LOG:
    case FM_EVIDENCE_STACK_TRACE:
        return FM_EVIDENCE_SOURCE_LOG_FILE;
    case FM_EVIDENCE_METRICS:
        return FM_EVIDENCE_SOURCE_METRICS_DATA;
    case FM_EVIDENCE_TRACES:
        return FM_EVIDENCE_SOURCE_TRACE_DATA;
    case FM_EVIDENCE_CONFIG:
        return FM_EVIDENCE_SOURCE_CONFIG_FILE;
    case FM_EVIDENCE_ALERT:
        return FM_EVIDENCE_SOURCE_MONITORING_ALERT;
    case FM_EVIDENCE_OBJECTS:
    case FM_EVIDENCE_EVENTS:
    case FM_EVIDENCE_COMMAND_OUTPUT:
        return FM_EVIDENCE_SOURCE_COMMAND_OUTPUT;
    case FM_EVIDENCE_IMAGE:
        return FM_EVIDENCE_SOURCE_SCREENSHOT;
    default:
        return FM_EVIDENCE_SOURCE_OTHER;
    }
}

static size_t count_lines(fm_str s)
{
    size_t n = 0;
    for (const char *p = s.p; p && (p = memchr(p, '\n', (size_t)(s.p + s.len - p))); p++)
        n++;
    return n + (s.len && s.p[s.len - 1] != '\n');
}

static fm_str summary_of(struct fm_arena *a, const struct fm_evidence *e)
{
    fm_str first = e->first == FM_TIME_NONE ? FM_STR_NULL : fm_time_str(a, e->first);
    fm_str last = e->last == FM_TIME_NONE ? FM_STR_NULL : fm_time_str(a, e->last);
    fm_str path = e->path.len > 200 ? fm_str_skip(e->path, e->path.len - 200) : e->path;
    return fm_str_fmt(a, "%.*s: %s%s%.*s, %zu lines, %zu bytes%s%.*s%s%.*s", FM_STR_ARG(path),
                      fm_evidence_type_name(e->type), e->format.len ? " " : "",
                      FM_STR_ARG(e->format), count_lines(e->bytes), e->bytes.len,
                      first.len ? ", " : "", FM_STR_ARG(first), last.len ? " to " : "",
                      FM_STR_ARG(last));
}

/* Names are labels; a long path keeps its end. */
static fm_str name_of(const struct fm_evidence *e)
{
    fm_str name = fm_str_eqc(e->path, "-") ? FM_STR("standard input") : e->path;
    size_t from = name.len > 255 ? name.len - 255 : 0;
    while (from < name.len && ((unsigned char)name.p[from] & 0xC0) == 0x80)
        from++;
    return fm_str_skip(name, from);
}

static enum fm_code add_upload(struct case_intake *in, struct case_app *app,
                               const struct fm_evidence *e)
{
    struct fm_blob_info info;
    FM_TRY(fm_blobs_put(fm_store_blobs(app->store), app->ctx, e->bytes, &info));
    fm_blobs_copy(fm_store_blobs(app->store), app->ctx, e->bytes, fm_str_c(info.sha256));
    struct fm_upload_item *u = fm_vec_add(&app->ctx->arena, &in->uploads);
    fm_upload_item_init(u);
    u->filename = name_of(e);
    u->sha256 = fm_str_dup(&app->ctx->arena, fm_str_c(info.sha256));
    u->size = info.size;
    u->data_type = fm_str_c(fm_evidence_type_name(e->type));
    u->source = source_of(e->type);
    u->summary = summary_of(&app->ctx->arena, e);
    u->extract = fm_evidence_extract(&app->ctx->arena, &in->incident, e);
    u->method = FM_STR("telling lines");
    u->first = e->first;
    u->last = e->last;
    u->upload = fm_str_eqc(e->path, "-") ? FM_UPLOAD_PASTE : FM_UPLOAD_FILE;
    return FM_OK;
}

/* ---- what the case has already ---- */

static enum fm_code on_part(void *arg, fm_str part)
{
    fm_buf_adds(arg, part);
    return FM_OK;
}

static enum fm_code read_small(struct case_app *app, const struct fm_evidence_item *item,
                               fm_str *out)
{
    struct fm_buf b;
    fm_buf_init(&b, FM_BLOB_RAW_MIN);
    enum fm_code code =
        fm_blobs_stream(fm_store_blobs(app->store), app->ctx, item->sha256, on_part, &b);
    if (code == FM_OK)
        *out = fm_str_dup(&app->ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return code;
}

/* Large content is mapped: only what is looked at is read, and what earlier runs found in it comes
 * from the store of results. */
static enum fm_code content_of(struct case_intake *in, struct case_app *app,
                               const struct fm_evidence_item *item, fm_str *out)
{
    struct fm_blobs *blobs = fm_store_blobs(app->store);
    struct fm_map_file *m;
    if (item->size < (int64_t)FM_BLOB_RAW_MIN)
        return read_small(app, item, out);
    FM_TRY(fm_blobs_map(blobs, app->ctx, item->sha256, item->size, &m));
    fm_vec_push(&app->ctx->arena, &in->maps, m);
    *out = fm_map_file_bytes(m);
    return FM_OK;
}

static enum fm_code add_known(struct case_intake *in, struct case_app *app, const struct fm_case *c,
                              const struct fm_evidence_item *item)
{
    const struct fm_case_file *f = fm_case_find(c, FM_REF_FILE, item->file_id);
    struct fm_evidence *e = FM_NEW(&app->ctx->arena, struct fm_evidence);
    FM_TRY(content_of(in, app, item, &e->bytes));
    e->index = (uint32_t)in->incident.inputs.n;
    e->path = f ? f->filename : item->summary;
    snprintf(e->sha256, sizeof e->sha256, "%.*s", FM_STR_ARG(item->sha256));
    e->first = e->last = FM_TIME_NONE;
    fm_classify(e);
    fm_vec_push(&app->ctx->arena, &in->incident.inputs, e);
    return FM_OK;
}

static bool has_input(const struct case_intake *in, fm_str sha256)
{
    for (size_t i = 0; i < in->incident.inputs.n; i++)
        if (fm_str_eqc(sha256, in->incident.inputs.items[i]->sha256))
            return true;
    return false;
}

static enum fm_code add_known_evidence(struct case_intake *in, struct case_app *app,
                                       const struct fm_case *c)
{
    fm_vec_each (&c->evidence, e) {
        bool is_used =
            e->sha256.len && e->file_id.len && e->state != FM_EVIDENCE_WITHDRAWN && !e->testimony;
        if (is_used && !has_input(in, e->sha256))
            FM_TRY(add_known(in, app, c, e));
    }
    return FM_OK;
}

static enum fm_code diagnose(struct case_intake *in, struct case_app *app, fm_str case_id)
{
    struct fm_diagnosis *d = NULL;
    struct fm_case *c;
    FM_TRY(fm_store_load(app->store, app->ctx, case_id, &c, NULL));
    FM_TRY(fm_case_may_write(app->ctx, c, app->actor));
    FM_TRY(add_known_evidence(in, app, c));
    in->incident.ask.text = c->description.len ? c->description : c->consulting.statement;
    in->incident.ask.at = c->verification.noticed_at;
    if (!in->incident.inputs.n)
        return FM_OK;
    FM_TRY(fm_diagnose(&in->incident, &d));
    fm_analyst_init(&in->analyst, d);
    in->reasoner = &in->analyst.base;
    return FM_OK;
}

enum fm_code case_intake_read(struct case_intake *in, struct case_app *app, fm_str case_id,
                              const struct fm_operands *paths, bool has_analysis)
{
    memset(in, 0, sizeof *in);
    in->intake = fm_intake_new();
    in->pool = fm_pool_new(0, 256);
    fm_incident_init(&in->incident, app->ctx, in->pool);
    in->incident.results = in->results = fm_results_new(fm_store_blobs(app->store));
    in->incident.ask.since = in->incident.ask.until = in->incident.ask.at = FM_TIME_NONE;
    in->incident.ask.top = 5;
    for (size_t i = 0; paths && i < paths->n; i++)
        FM_TRY(fm_intake_add(in->intake, &in->incident, paths->items[i], false));
    size_t n_new = in->incident.inputs.n;
    if (has_analysis)
        FM_TRY(diagnose(in, app, case_id));
    for (size_t i = 0; i < n_new; i++)
        if (in->incident.inputs.items[i]->bytes.len)
            FM_TRY(add_upload(in, app, in->incident.inputs.items[i]));
    if (!in->uploads.n && paths)
        return fm_fail(app->ctx, FM_EINVAL, "%s: there is no content to add", paths->items[0]);
    return FM_OK;
}

void case_intake_release(struct case_intake *in)
{
    fm_pool_free(in->pool);
    fm_intake_free(in->intake);
    fm_results_free(in->results);
    fm_vec_each (&in->maps, m)
        fm_map_file_free(*m);
}
