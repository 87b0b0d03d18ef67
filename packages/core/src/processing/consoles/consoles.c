/* SPDX-License-Identifier: Apache-2.0 */
/* The processor: cuts inputs into commands with their output and offers every line to the readers.
 */
#include "faultmaven/core/processor.h"

#include "processing/consoles/transcript_log.h"
#include "processing/kubernetes/transcript.h"
#include "read.h"

#define CHECK_EVERY 4096

static fm_console_read *const readers[] = {fm_console_read_top,     fm_console_read_free,
                                           fm_console_read_columns, fm_console_read_docker_ps,
                                           fm_console_read_grid,    fm_console_read_record,
                                           fm_console_read_redis,   fm_console_read_innodb};

static enum fm_code read_lines(struct fm_console_reader *r, fm_str text)
{
    fm_str line;
    for (size_t n = 1; fm_str_line(&text, &line); n++) {
        if (n % CHECK_EVERY == 0)
            FM_TRY(fm_ctx_check(r->set->in->ctx));
        for (size_t i = 0; line.len && i < sizeof readers / sizeof *readers; i++)
            if (readers[i](r, line, &text))
                break;
    }
    return FM_OK;
}

/* A damaged document is a note, not a failure; being told to stop is one. */
static enum fm_code read_inspect(struct fm_console_reader *r, fm_str text)
{
    struct fm_ctx *ctx = r->set->in->ctx;
    enum fm_code code = fm_console_read_inspect(r, text);
    if (code == FM_OK || code == FM_ECANCELLED || code == FM_ETIMEOUT)
        return code;
    fm_incident_problem(r->set->in, r->evidence, 0, "%s", ctx->error);
    fm_ctx_clear_error(ctx);
    return FM_OK;
}

static enum fm_code read_output(struct fm_console_set *s, struct fm_evidence *e,
                                const struct fm_segment *segment, uint32_t *sample)
{
    struct fm_console_reader r = {.set = s,
                                  .evidence = e,
                                  .host = fm_segment_host(e, segment),
                                  .command = segment->command,
                                  .sample = sample};
    if (fm_transcript_is_log(segment))
        return FM_OK;
    if (fm_console_is_inspect(segment->output))
        return read_inspect(&r, segment->output);
    return read_lines(&r, segment->output);
}

static bool starts_json(fm_str text)
{
    text = fm_str_trim(text);
    return text.len && (text.p[0] == '{' || text.p[0] == '[');
}

static enum fm_code read_input(struct fm_console_set *s, struct fm_evidence *e)
{
    struct fm_segment segment;
    fm_str text = e->bytes;
    uint32_t sample = 0;
    if (e->type == FM_EVIDENCE_OBJECTS && !(starts_json(text) && fm_console_is_inspect(text)))
        return FM_OK;
    while (fm_segment_next(&text, &segment)) {
        FM_TRY(fm_ctx_check(s->in->ctx));
        FM_TRY(read_output(s, e, &segment, &sample));
    }
    return FM_OK;
}

/* Rows of equal key are samples of one thing: input, host, kind and command. */
static fm_str sample_key(struct fm_arena *a, const struct fm_console_row *r)
{
    return fm_str_fmt(a, "%u/%u/%.*s/%.*s", r->evidence->index, r->kind, FM_STR_ARG(r->host),
                      FM_STR_ARG(r->command));
}

static bool is_repeatable(enum fm_console_kind k)
{
    return k != FM_CONSOLE_SETTING && k != FM_CONSOLE_DEADLOCK;
}

static void mark_current(struct fm_console_set *s)
{
    struct fm_arena *a = &s->in->ctx->arena;
    struct fm_map last;
    fm_map_init(&last, a);
    fm_vec_each (&s->rows, r)
        fm_map_put(&last, sample_key(a, *r))->value = *r;
    fm_vec_each (&s->rows, r) {
        const struct fm_console_row *l = fm_map_get(&last, sample_key(a, *r));
        (*r)->is_current = l->sample == (*r)->sample || !is_repeatable((*r)->kind);
    }
}

#define TYPES (FM_TYPE_BIT(FM_EVIDENCE_COMMAND_OUTPUT) | FM_TYPE_BIT(FM_EVIDENCE_OBJECTS))

static enum fm_code run(struct fm_incident *in)
{
    struct fm_console_set *s = FM_NEW(&in->ctx->arena, struct fm_console_set);
    s->in = in;
    for (size_t i = 0; i < in->inputs.n; i++) {
        struct fm_evidence *e = in->inputs.items[i];
        if (!e->is_baseline && (TYPES & FM_TYPE_BIT(e->type)))
            FM_TRY(read_input(s, e));
    }
    mark_current(s);
    if (s->rows.n)
        in->consoles = s;
    return FM_OK;
}

const struct fm_processor fm_consoles_processor = {
    .name = "consoles",
    .types = TYPES,
    .run = run,
};
