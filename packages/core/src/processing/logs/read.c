/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_logs_read: the input is cut into parts of a fixed size, each is read alone, and they are
 * merged in the order of the input.
 *
 * A thread takes the next part that nobody has, reads it into a free workspace, and then merges
 * what is ready: the part whose turn it is, if it was read, and those behind it. So one thread
 * merges while the others read on, and nobody waits for a slower part while a workspace is free.
 */
#include <pthread.h>
#include <stdlib.h>

#include "processing/logs/finish.h"
#include "processing/logs/part.h"

#define PART_BYTES (4u << 20)
#define SPARE_PARTS 2 /* workspaces beside one a thread */

struct reader {
    struct fm_ctx *ctx;
    fm_str text;
    const struct fm_logs_options *opt;
    struct fm_logs_layout layout;
    const char **cuts; /* in the context's arena; part i runs from cuts[i] to cuts[i + 1] */
    size_t n_parts;
    struct fm_logs_table all;
    struct fm_logs *log;
    uint32_t *map; /* owned; leaves of a part to those of `all` */
    size_t cap_map;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t has_free;
    struct fm_logs_part **free; /* workspaces */
    size_t n_free;
    struct fm_logs_part **ready; /* by part; read and not merged */
    size_t next;                 /* the part to be given a workspace next */
    size_t turn;                 /* the part to be merged next */
    bool is_merging;             /* by a thread, without the lock */
    enum fm_code code;           /* why the rest is not read */
};

struct fm_logs_result {
    struct fm_logs log; /* first */
    struct fm_logs_leaf_text *leaves;
    size_t n_leaves;
};

/* Line numbers of a part become those of the input. */
static void shift_lines(struct fm_logs_part *p, uint64_t by)
{
    for (size_t i = 0; i < p->table.groups.n; i++) {
        struct fm_logs_template *t = &p->table.groups.items[i]->t;
        for (uint32_t k = 0; k < t->n_examples; k++)
            t->examples[k].line += by;
        t->latest.line += by;
        for (uint32_t k = 0; k < t->n_slots; k++)
            if (t->slots[k].series)
                t->slots[k].series->max_place.line += by;
    }
}

static void merge_part(struct reader *r, struct fm_logs_part *p, uint32_t number)
{
    if (r->cap_map < p->table.leaves.n) {
        r->cap_map = p->table.leaves.n;
        r->map = realloc(r->map, r->cap_map * sizeof *r->map);
        if (!r->map)
            FM_BUG("out of memory");
    }
    shift_lines(p, r->log->lines);
    fm_logs_table_merge(&r->all, &p->table, number, r->map);
    fm_logs_table_shrink(&r->all);
    fm_logs_totals_merge(r->log, &p->totals);
    if (!r->opt->on_leaves)
        return;
    for (size_t i = 0; i < p->n_leaves; i++)
        p->leaves[i] = r->map[p->leaves[i]];
    r->opt->on_leaves(r->opt->arg, p->leaves, p->n_leaves);
}

/* A workspace for part i; NULL when nothing is to be read any more. They are given out in the order
 * of the parts: the part whose turn it is has one, or is the next to get one, so merging goes on.
 */
static struct fm_logs_part *take_free(struct reader *r, size_t i)
{
    struct fm_logs_part *p = NULL;
    pthread_mutex_lock(&r->lock);
    while ((r->n_free == 0 || r->next != i) && r->code == FM_OK)
        pthread_cond_wait(&r->has_free, &r->lock);
    if (r->code == FM_OK) {
        p = r->free[--r->n_free];
        r->next++;
        pthread_cond_broadcast(&r->has_free);
    }
    pthread_mutex_unlock(&r->lock);
    return p;
}

static void give_back(struct reader *r, struct fm_logs_part *p)
{
    r->free[r->n_free++] = p;
    pthread_cond_broadcast(&r->has_free);
}

/* With the lock: merges what can be merged now, unless somebody else is at it. */
static void merge_ready(struct reader *r)
{
    while (!r->is_merging && r->turn < r->n_parts && r->ready[r->turn]) {
        struct fm_logs_part *p = r->ready[r->turn];
        r->ready[r->turn] = NULL;
        r->is_merging = true;
        if (r->code == FM_OK)
            r->code = fm_ctx_check(r->ctx);
        if (r->code == FM_OK) {
            pthread_mutex_unlock(&r->lock);
            merge_part(r, p, (uint32_t)r->turn);
            pthread_mutex_lock(&r->lock);
        }
        r->is_merging = false;
        r->turn++;
        give_back(r, p);
    }
}

static void read_part(void *arg, size_t i)
{
    struct reader *r = arg;
    struct fm_logs_part *p = take_free(r, i);
    if (!p)
        return;
    fm_str lines = fm_str_n(r->cuts[i], (size_t)(r->cuts[i + 1] - r->cuts[i]));
    fm_logs_part_read(p, &r->layout, r->text, lines, r->opt->on_leaves != NULL);
    pthread_mutex_lock(&r->lock);
    r->ready[i] = p;
    merge_ready(r);
    pthread_mutex_unlock(&r->lock);
}

/* Part boundaries depend on the text only: behind the first line end at or after a multiple of
 * PART_BYTES. */
static const char *part_end(const struct reader *r, const char *begin)
{
    const char *end = r->text.p + r->text.len;
    size_t at = ((size_t)(begin - r->text.p) / PART_BYTES + 1) * PART_BYTES;
    if (at >= r->text.len)
        return end;
    const char *nl = memchr(r->text.p + at, '\n', r->text.len - at);
    return nl ? nl + 1 : end;
}

static void cut_parts(struct reader *r)
{
    const char *end = r->text.p + r->text.len;
    r->cuts = FM_NEW_ARRAY(&r->ctx->arena, const char *, r->text.len / PART_BYTES + 2);
    r->cuts[0] = r->text.p;
    while (r->cuts[r->n_parts] < end) {
        r->cuts[r->n_parts + 1] = part_end(r, r->cuts[r->n_parts]);
        r->n_parts++;
    }
}

static void start(struct reader *r)
{
    struct fm_arena *a = &r->ctx->arena;
    struct fm_logs_result *res = FM_NEW(a, struct fm_logs_result);
    r->log = &res->log;
    fm_logs_totals_init(r->log);
    fm_logs_table_init(&r->all, FM_LOGS_TEMPLATES_MAX);
    r->log->bytes = r->text.len;
    fm_logs_layout_learn(&r->layout, r->ctx, r->text, r->opt);
    r->log->format = r->layout.format;
    cut_parts(r);
    size_t threads = fm_pool_threads(r->opt->pool);
    size_t n = threads > 1 ? threads + SPARE_PARTS : 1;
    r->n_free = n < r->n_parts ? n : r->n_parts;
    r->free = FM_NEW_ARRAY(a, struct fm_logs_part *, r->n_free);
    r->ready = FM_NEW_ARRAY(a, struct fm_logs_part *, r->n_parts);
    for (size_t i = 0; i < r->n_free; i++)
        r->free[i] = fm_logs_part_new();
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->has_free, NULL);
}

static void stop(struct reader *r)
{
    while (r->n_free > 0)
        fm_logs_part_free(r->free[--r->n_free]);
    pthread_cond_destroy(&r->has_free);
    pthread_mutex_destroy(&r->lock);
    free(r->map);
    fm_logs_table_release(&r->all);
}

enum fm_code fm_logs_read(struct fm_ctx *ctx, fm_str text, const struct fm_logs_options *opt,
                          struct fm_logs **out)
{
    struct reader r = {.ctx = ctx, .text = text, .opt = opt};
    start(&r);
    if (fm_ctx_check(ctx) != FM_OK)
        r.code = ctx->code;
    fm_pool_each(opt->pool, r.n_parts, read_part, &r);
    if (r.code == FM_OK) {
        struct fm_logs_templates list = {0};
        struct fm_logs_result *res = (struct fm_logs_result *)r.log;
        fm_logs_finish(&r.all, &ctx->arena, &list, &res->leaves);
        res->n_leaves = r.all.leaves.n;
        r.log->templates = list.items;
        r.log->n_templates = list.n;
        r.log->evicted = r.all.evicted;
        *out = r.log;
    }
    stop(&r);
    return r.code;
}

static const struct fm_logs_leaf_text *leaf_of(const struct fm_logs *log, uint32_t leaf)
{
    const struct fm_logs_result *res = (const struct fm_logs_result *)log;
    return &res->leaves[leaf < res->n_leaves ? leaf : 0];
}

const struct fm_logs_template *fm_logs_leaf(const struct fm_logs *log, uint32_t leaf)
{
    return leaf_of(log, leaf)->t;
}

fm_str fm_logs_leaf_text(const struct fm_logs *log, uint32_t leaf)
{
    return leaf_of(log, leaf)->text;
}

uint32_t fm_logs_leaves(const struct fm_logs *log)
{
    return (uint32_t)((const struct fm_logs_result *)log)->n_leaves;
}
