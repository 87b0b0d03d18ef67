/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/incident.h"

#include <math.h>
#include <stdarg.h>

void fm_incident_init(struct fm_incident *in, struct fm_ctx *ctx, struct fm_pool *pool)
{
    memset(in, 0, sizeof *in);
    in->ctx = ctx;
    in->pool = pool;
    in->ask = (struct fm_question){
        .at = FM_TIME_NONE, .since = FM_TIME_NONE, .until = FM_TIME_NONE, .top = 5};
    in->onset = in->latest_day = FM_TIME_NONE;
    fm_map_init(&in->entity_index, &ctx->arena);
    fm_map_init(&in->edge_index, &ctx->arena);
}

/* Map values are indices + 1, so that NULL means absent. */
static void *index_value(size_t i)
{
    return (void *)(uintptr_t)(i + 1);
}

static size_t value_index(const void *v)
{
    return (size_t)(uintptr_t)v - 1;
}

fm_entity_id fm_incident_entity(struct fm_incident *in, enum fm_entity_kind kind, fm_str name)
{
    struct fm_arena *a = &in->ctx->arena;
    if (name.len == 0)
        return FM_ENTITY_NONE;
    struct fm_map_entry *e =
        fm_map_put(&in->entity_index, fm_str_fmt(a, "%u:%.*s", kind, FM_STR_ARG(name)));
    if (!e->value) {
        fm_vec_push(a, &in->entities, ((struct fm_entity){kind, fm_str_dup(a, name)}));
        e->value = index_value(in->entities.n - 1);
    }
    return (fm_entity_id)value_index(e->value);
}

fm_entity_id fm_incident_find_entity(const struct fm_incident *in, fm_str name)
{
    fm_entity_id found = FM_ENTITY_NONE;
    for (size_t i = 0; i < in->entities.n; i++) {
        const struct fm_entity *e = &in->entities.items[i];
        if (!fm_str_eq(e->name, name))
            continue;
        if (e->kind == FM_ENTITY_SERVICE || e->kind == FM_ENTITY_WORKLOAD)
            return (fm_entity_id)i;
        if (found == FM_ENTITY_NONE)
            found = (fm_entity_id)i;
    }
    return found;
}

struct fm_entity fm_incident_entity_of(const struct fm_incident *in, fm_entity_id id)
{
    return id < in->entities.n ? in->entities.items[id]
                               : (struct fm_entity){FM_ENTITY_UNKNOWN, FM_STR_NULL};
}

void fm_incident_edge(struct fm_incident *in, fm_entity_id from, fm_entity_id to,
                      enum fm_edge_kind kind, double weight)
{
    if (from == to || from == FM_ENTITY_NONE || to == FM_ENTITY_NONE)
        return;
    char key[48];
    snprintf(key, sizeof key, "%u>%u:%u", from, to, kind);
    struct fm_map_entry *e = fm_map_put(&in->edge_index, fm_str_c(key));
    if (!e->value) {
        fm_vec_push(&in->ctx->arena, &in->edges, ((struct fm_edge){from, to, kind, 0}));
        e->value = index_value(in->edges.n - 1);
    }
    in->edges.items[value_index(e->value)].weight += weight;
}

struct fm_observation *fm_incident_observe(struct fm_incident *in, enum fm_observation_kind kind,
                                           enum fm_signal signal)
{
    struct fm_observation *o = FM_NEW(&in->ctx->arena, struct fm_observation);
    o->kind = kind;
    o->signal = signal;
    o->entity = FM_ENTITY_NONE;
    o->begin = o->end = FM_TIME_NONE;
    o->before = o->after = NAN;
    fm_vec_push(&in->ctx->arena, &in->observations, o);
    return o;
}

void fm_incident_cite(struct fm_incident *in, struct fm_observation *o, fm_span span)
{
    if (span.length)
        fm_vec_push(&in->ctx->arena, &o->spans, span);
}

struct fm_chart *fm_incident_chart(struct fm_incident *in, enum fm_signal signal,
                                   fm_entity_id entity, fm_str title, double score)
{
    struct fm_chart *c = FM_NEW(&in->ctx->arena, struct fm_chart);
    c->signal = signal;
    c->entity = fm_incident_entity_of(in, entity);
    c->title = fm_str_dup(&in->ctx->arena, title);
    c->score = score;
    fm_vec_push(&in->ctx->arena, &in->charts, c);
    return c;
}

size_t fm_incident_memory(const struct fm_incident *in)
{
    return in->ask.memory_bytes ? in->ask.memory_bytes : FM_MEMORY_DEFAULT;
}

void fm_incident_problem(struct fm_incident *in, struct fm_evidence *e, uint64_t line,
                         const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(&in->ctx->arena, fmt, ap);
    va_end(ap);
    fm_vec_push(&in->ctx->arena, &e->problems, ((struct fm_problem){text, line}));
}

void fm_incident_limit(struct fm_incident *in, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(&in->ctx->arena, fmt, ap);
    va_end(ap);
    fm_vec_push(&in->ctx->arena, &in->limits, text);
}

fm_span fm_quote(const struct fm_evidence *e, fm_str piece, size_t max)
{
    piece = fm_str_trim(fm_str_sub(piece, 0, max));
    for (unsigned i = 0; i < 4 && piece.len && !fm_str_is_utf8(piece); i++)
        piece.len--;
    if (piece.len == 0 || !fm_str_is_utf8(piece))
        return (fm_span){0};
    return fm_span_of(e, piece);
}
