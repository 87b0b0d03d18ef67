/* SPDX-License-Identifier: Apache-2.0 */
/* New inputs of an incident, and the bytes that they are. */
#include <stdlib.h>

#include "intake/intake_impl.h"

struct holding *intake_hold(struct fm_intake *t)
{
    struct holding *h = calloc(1, sizeof *h);
    if (!h)
        FM_BUG("out of memory");
    h->next = t->holdings;
    t->holdings = h;
    return h;
}

void intake_keep_map(struct walk *w, const struct pending *p)
{
    struct holding *h = intake_hold(w->t);
    h->map = p->map;
    h->e = p->e;
    h->real_path = fm_arena_dup(&w->t->arena, p->real_path, strlen(p->real_path));
}

struct pending *intake_take(struct walk *w, fm_str path, fm_str bytes)
{
    struct fm_arena *a = &w->in->ctx->arena;
    struct fm_evidence *e = FM_NEW(a, struct fm_evidence);
    e->index = (uint32_t)w->in->inputs.n;
    e->path = fm_str_dup(a, path);
    e->bytes = bytes;
    e->is_baseline = w->is_baseline;
    e->first = e->last = e->modified = FM_TIME_NONE;
    fm_vec_push(a, &w->in->inputs, e);
    struct pending *p = fm_vec_add(a, &w->pending);
    p->e = e;
    return p;
}

struct pending *intake_take_memory(struct walk *w, fm_str path, struct fm_buf *memory)
{
    struct holding *h = intake_hold(w->t);
    h->memory = *memory;
    return intake_take(w, path, fm_buf_str(memory));
}

void intake_unusable(struct walk *w, fm_str path, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str reason = fm_str_vfmt(&w->in->ctx->arena, fmt, ap);
    va_end(ap);
    if (!intake_has_room(w, path))
        return;
    struct pending *p = intake_take(w, path, FM_STR_NULL);
    fm_incident_problem(w->in, p->e, 0, "%.*s", FM_STR_ARG(reason));
    w->pending.n--; /* nothing to examine */
    p->e->type = FM_EVIDENCE_UNKNOWN;
}

bool intake_has_room(struct walk *w, fm_str path)
{
    if (w->code == FM_OK)
        w->code = fm_ctx_check(w->in->ctx);
    if (w->code != FM_OK || w->is_full)
        return false;
    if (w->in->inputs.n < w->t->limits.inputs)
        return true;
    w->is_full = true;
    fm_incident_limit(w->in, "only the first %u inputs were read; the rest starts at %.*s",
                      w->t->limits.inputs, FM_STR_ARG(path));
    return false;
}
