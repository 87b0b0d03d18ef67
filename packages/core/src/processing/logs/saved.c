/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One walk over the structures serves both directions: each function writes its field, or reads it,
 * so the two cannot disagree. Integers are LEB128, reals 8 bytes, lists begin with their length.
 */
#include "processing/logs/saved.h"

#include "faultmaven/core/results.h"

#define MAGIC 0x31676F6C6D66u /* "fmlog1" */
#define SAVED_MAX ((size_t)256 << 20)

struct walk {
    struct fm_arena *a;
    struct fm_buf out; /* writing */
    fm_str in;         /* reading: what is left */
    bool is_reading, is_bad;
};

static void walk_u64(struct walk *w, uint64_t *v)
{
    if (!w->is_reading) {
        uint64_t rest = *v;
        for (; rest > 127; rest >>= 7)
            fm_buf_addc(&w->out, (char)(rest | 128));
        fm_buf_addc(&w->out, (char)rest);
        return;
    }
    uint64_t x = 0;
    unsigned shift = 0;
    unsigned char c = 128;
    while (c & 128 && shift < 64 && w->in.len) {
        c = (unsigned char)w->in.p[0];
        w->in = fm_str_skip(w->in, 1);
        x |= (uint64_t)(c & 127) << shift;
        shift += 7;
    }
    w->is_bad |= (c & 128) != 0;
    *v = w->is_bad ? 0 : x;
}

/* Any integer field; the value's own width is kept. */
#define WALK(w, field)                                                                             \
    do {                                                                                           \
        uint64_t walk_v = (uint64_t)(field);                                                       \
        walk_u64((w), &walk_v);                                                                    \
        (field) = (__typeof__(field))walk_v;                                                       \
    } while (0)

static void walk_f64(struct walk *w, double *v)
{
    if (!w->is_reading) {
        fm_buf_add(&w->out, v, sizeof *v);
        return;
    }
    w->is_bad |= w->in.len < sizeof *v;
    if (w->is_bad)
        return;
    memcpy(v, w->in.p, sizeof *v);
    w->in = fm_str_skip(w->in, sizeof *v);
}

static void walk_str(struct walk *w, fm_str *s)
{
    uint64_t n = s->len;
    walk_u64(w, &n);
    if (!w->is_reading) {
        fm_buf_adds(&w->out, *s);
        return;
    }
    w->is_bad |= n > w->in.len;
    *s = fm_str_sub(w->in, 0, w->is_bad ? 0 : n);
    w->in = fm_str_skip(w->in, s->len);
}

/* Length of a list of things of at least one byte each; a reader makes room for it. */
static size_t walk_list(struct walk *w, size_t n, size_t item_size, void **items)
{
    uint64_t v = n;
    walk_u64(w, &v);
    w->is_bad |= w->is_reading && v > w->in.len;
    if (w->is_bad)
        return 0;
    if (w->is_reading)
        *items = v ? fm_arena_calloc(w->a, v, item_size) : NULL;
    return v;
}

/* True when a thing follows that may be absent. */
static bool walk_optional(struct walk *w, size_t size, void **thing)
{
    uint64_t is_there = *thing != NULL;
    walk_u64(w, &is_there);
    if (w->is_reading)
        *thing = is_there && !w->is_bad ? fm_arena_calloc(w->a, 1, size) : NULL;
    return is_there && !w->is_bad;
}

static void walk_place(struct walk *w, struct fm_logs_place *p)
{
    WALK(w, p->offset);
    WALK(w, p->line);
    WALK(w, p->length);
}

static void walk_rate(struct walk *w, struct fm_logs_rate *r)
{
    WALK(w, r->low);
    WALK(w, r->high);
    WALK(w, r->shift);
    for (size_t i = 0; i < FM_LOGS_BUCKETS; i++)
        WALK(w, r->n[i]);
}

static void walk_series(struct walk *w, struct fm_logs_series *s)
{
    double *const reals[] = {&s->min, &s->max, &s->first, &s->last, &s->sum};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        walk_f64(w, reals[i]);
    WALK(w, s->n);
    WALK(w, s->rises);
    WALK(w, s->falls);
    WALK(w, s->first_at);
    WALK(w, s->last_at);
    walk_place(w, &s->max_place);
    WALK(w, s->low);
    WALK(w, s->high);
    WALK(w, s->shift);
    for (size_t i = 0; i < FM_LOGS_SERIES_BUCKETS; i++) {
        WALK(w, s->bucket[i].n);
        walk_f64(w, &s->bucket[i].sum);
        walk_f64(w, &s->bucket[i].max);
    }
}

static void walk_slot(struct walk *w, struct fm_logs_slot *s)
{
    WALK(w, s->type);
    walk_str(w, &s->name);
    walk_str(w, &s->behind);
    s->n_top = (uint32_t)walk_list(w, s->n_top, sizeof *s->top, (void **)&s->top);
    s->cap_top = w->is_reading ? s->n_top : s->cap_top;
    for (uint32_t i = 0; i < s->n_top; i++) {
        walk_str(w, &s->top[i].text);
        WALK(w, s->top[i].hash);
        WALK(w, s->top[i].count);
    }
    WALK(w, s->last_top);
    WALK(w, s->is_many);
    WALK(w, s->is_weak);
    WALK(w, s->is_placed);
    WALK(w, s->is_after_blank);
    WALK(w, s->is_varying_unit);
    if (walk_optional(w, sizeof *s->series, (void **)&s->series))
        walk_series(w, s->series);
    walk_f64(w, &s->number);
    WALK(w, s->is_number);
}

static void walk_places(struct walk *w, struct fm_logs_template *t)
{
    WALK(w, t->n_examples);
    w->is_bad |= t->n_examples > FM_LOGS_EXAMPLES;
    t->n_examples = w->is_bad ? 0 : t->n_examples;
    for (uint32_t i = 0; i < t->n_examples; i++)
        walk_place(w, &t->examples[i]);
    walk_place(w, &t->latest);
}

static void walk_template(struct walk *w, struct fm_logs_template *t)
{
    WALK(w, t->id);
    walk_str(w, &t->text);
    WALK(w, t->count);
    for (size_t i = 0; i < FM_LOGS_LEVEL_COUNT; i++)
        WALK(w, t->levels[i]);
    walk_str(w, &t->component);
    walk_str(w, &t->entity);
    WALK(w, t->first);
    WALK(w, t->last);
    WALK(w, t->previous);
    walk_f64(w, &t->gap_s);
    walk_f64(w, &t->gap_sq);
    WALK(w, t->n_gaps);
    walk_places(w, t);
    t->n_slots = (uint32_t)walk_list(w, t->n_slots, sizeof *t->slots, (void **)&t->slots);
    for (uint32_t i = 0; i < t->n_slots; i++)
        walk_slot(w, &t->slots[i]);
    if (walk_optional(w, sizeof *t->rate, (void **)&t->rate))
        walk_rate(w, t->rate);
    WALK(w, t->is_trace);
}

static void walk_totals(struct walk *w, struct fm_logs *l)
{
    uint64_t *const counts[] = {&l->bytes,     &l->lines,   &l->records, &l->untimed,
                                &l->backwards, &l->evicted, &l->cut};
    walk_str(w, &l->format);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        walk_u64(w, counts[i]);
    WALK(w, l->first);
    WALK(w, l->last);
    WALK(w, l->has_zone);
    WALK(w, l->has_year);
    WALK(w, l->has_date);
    for (size_t i = 0; i < FM_LOGS_LEVEL_COUNT; i++)
        WALK(w, l->levels[i]);
    walk_rate(w, &l->rate);
    walk_rate(w, &l->errors);
}

static void walk_log(struct walk *w, struct fm_logs *l)
{
    walk_totals(w, l);
    l->n_templates = walk_list(w, l->n_templates, sizeof *l->templates, (void **)&l->templates);
    for (size_t i = 0; i < l->n_templates; i++) {
        if (w->is_reading)
            l->templates[i] = FM_NEW(w->a, struct fm_logs_template);
        walk_template(w, l->templates[i]);
    }
}

static void walk_marks(struct walk *w, struct fm_evidence *e)
{
    e->n_line_marks = walk_list(w, e->n_line_marks, sizeof *e->line_marks, (void **)&e->line_marks);
    for (size_t i = 0; i < e->n_line_marks; i++)
        WALK(w, e->line_marks[i]);
}

/* What the meaning of time stamps depended on; nothing when they are complete. */
struct basis {
    int64_t zone_s;
    fm_time reference;
    uint64_t size;
};

static struct basis basis_of(const struct fm_evidence *e, const struct fm_logs_options *opt,
                             bool is_complete)
{
    struct basis b = {.size = e->bytes.len};
    if (!is_complete)
        b = (struct basis){opt->zone_s, opt->reference, e->bytes.len};
    return b;
}

static void walk_basis(struct walk *w, struct basis *b)
{
    uint64_t magic = MAGIC;
    walk_u64(w, &magic);
    w->is_bad |= magic != MAGIC;
    WALK(w, b->zone_s);
    WALK(w, b->reference);
    WALK(w, b->size);
}

static fm_str name_of(struct fm_incident *in, const struct fm_evidence *e)
{
    return fm_str_fmt(&in->ctx->arena, "%s-logs", e->sha256);
}

static bool may_be_saved(const struct fm_incident *in, const struct fm_evidence *e)
{
    return in->results && e->sha256[0] && e->bytes.len >= FM_RESULT_INPUT_MIN;
}

static bool is_complete(const struct fm_logs *l)
{
    return l->has_zone && l->has_year && l->has_date;
}

/* The last eight bytes are a hash of the rest: a file that a crash cut or a disk changed. */
static bool take_checked(fm_str *bytes)
{
    uint64_t sum;
    if (bytes->len < sizeof sum)
        return false;
    fm_str rest = fm_str_sub(*bytes, 0, bytes->len - sizeof sum);
    memcpy(&sum, bytes->p + rest.len, sizeof sum);
    *bytes = rest;
    return fm_hash64(rest) == sum;
}

bool fm_logs_restore(struct fm_incident *in, struct fm_evidence *e,
                     const struct fm_logs_options *opt, struct fm_logs **out)
{
    struct walk w = {.a = &in->ctx->arena, .is_reading = true};
    struct basis was = {0};
    struct fm_evidence marks = {0};
    if (!may_be_saved(in, e) || !in->results->ops->get(in->results, in->ctx, name_of(in, e), &w.in))
        return false;
    if (!take_checked(&w.in))
        return false;
    struct fm_logs *log = FM_NEW(w.a, struct fm_logs);
    walk_basis(&w, &was);
    walk_log(&w, log);
    walk_marks(&w, &marks);
    struct basis now = basis_of(e, opt, is_complete(log));
    if (w.is_bad || w.in.len || memcmp(&was, &now, sizeof now) != 0)
        return false;
    e->line_marks = marks.line_marks;
    e->n_line_marks = marks.n_line_marks;
    *out = log;
    return true;
}

void fm_logs_save(struct fm_incident *in, struct fm_evidence *e, const struct fm_logs_options *opt,
                  struct fm_logs *log)
{
    struct walk w = {.a = &in->ctx->arena};
    struct basis b = basis_of(e, opt, is_complete(log));
    if (!may_be_saved(in, e))
        return;
    (void)fm_evidence_line(w.a, e, 0); /* makes the index */
    fm_buf_init(&w.out, SAVED_MAX);
    walk_basis(&w, &b);
    walk_log(&w, log);
    walk_marks(&w, e);
    uint64_t sum = fm_hash64(fm_buf_str(&w.out));
    fm_buf_add(&w.out, &sum, sizeof sum);
    if (!w.out.overflow)
        in->results->ops->put(in->results, in->ctx, name_of(in, e), fm_buf_str(&w.out));
    fm_buf_release(&w.out);
}
