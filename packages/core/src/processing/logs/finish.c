/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/finish.h"

#include "faultmaven/base/buf.h"
#include "faultmaven/base/map.h"

#define SPLIT_VALUES_MAX 3
#define SPLIT_LINES_PER_VALUE 5
#define TEXT_MAX (4 * FM_LOGS_MESSAGE_MAX)
#define WILD "<*>"

/* A text before lists are collapsed, and who has it. */
struct text {
    fm_str raw, final;
    struct fm_logs_cluster *cluster;
    struct fm_logs_group *group; /* NULL: all members */
    uint32_t variant;
};

struct finisher {
    struct fm_logs_table *t;
    struct fm_arena *a;
    FM_VEC(struct text) texts;
    struct fm_buf buf;
};

static unsigned count_digits(fm_str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += fm_ch_is_digit(s.p[i]);
    return n;
}

static unsigned count_dots(fm_str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.p[i] == '.';
    return n;
}

static bool is_single(const struct fm_logs_slot *s)
{
    return s->n_top == 1 && !s->is_many;
}

/* Is the slot's one value a value all the same? */
static bool is_value_alone(const struct fm_logs_slot *s)
{
    if (!s->is_weak)
        return true;
    fm_str v = s->top[0].text;
    unsigned digits = count_digits(v);
    return digits >= 2 || (s->is_placed && (digits >= 1 || count_dots(v) >= 2));
}

static bool is_split(const struct fm_logs_cluster *c, const struct fm_logs_slot *s)
{
    if (c->members.n != 1 || !s->is_weak || s->is_placed || !s->is_after_blank || s->is_many)
        return false;
    const struct fm_logs_group *g = c->members.items[0];
    return s->n_top >= 2 && s->n_top <= SPLIT_VALUES_MAX && !g->is_variants_full &&
           c->t->count >= (uint64_t)SPLIT_LINES_PER_VALUE * s->n_top;
}

static bool units_vary(const struct fm_logs_template *t)
{
    for (uint32_t i = 0; i < t->n_slots; i++)
        if (t->slots[i].type == FM_LOGS_VALUE_UNIT &&
            (!is_single(&t->slots[i]) || t->slots[i].is_varying_unit))
            return true;
    return false;
}

static void add_wild(struct fm_buf *b)
{
    if (!fm_str_ends(fm_buf_str(b), FM_STR(WILD)))
        fm_buf_addz(b, WILD);
}

static void add_slot(struct finisher *f, const struct fm_logs_cluster *c, uint32_t i,
                     const struct fm_logs_variant *v)
{
    const struct fm_logs_slot *s = &c->t->slots[i];
    if (s->type == FM_LOGS_VALUE_UNIT) {
        if (!units_vary(c->t))
            fm_buf_adds(&f->buf, s->top[0].text);
        return;
    }
    if (v && v->values[i].p && is_split(c, s))
        fm_buf_adds(&f->buf, v->values[i]);
    else if (s->n_top && is_single(s) && !is_value_alone(s))
        fm_buf_adds(&f->buf, s->top[0].text);
    else
        add_wild(&f->buf);
}

static fm_str render(struct finisher *f, const struct fm_logs_cluster *c,
                     const struct fm_logs_variant *v)
{
    fm_buf_clear(&f->buf);
    for (uint32_t i = 0; i < c->n_tokens; i++) {
        const struct fm_logs_token *tok = &c->tokens[i];
        if (tok->kind == FM_LOGS_TOKEN_VALUE)
            add_slot(f, c, tok->slot, v);
        else if (tok->kind == FM_LOGS_TOKEN_MERGED)
            add_wild(&f->buf);
        else
            fm_buf_adds(&f->buf, tok->text);
    }
    return fm_str_dup(f->a, fm_str_trim(fm_buf_str(&f->buf)));
}

static void add_texts(struct finisher *f, struct fm_logs_cluster *c)
{
    bool has_split = false;
    for (uint32_t i = 0; i < c->t->n_slots; i++)
        has_split |= is_split(c, &c->t->slots[i]);
    struct fm_logs_group *g = c->members.items[0];
    if (!has_split) {
        fm_vec_push(f->a, &f->texts, ((struct text){.raw = render(f, c, NULL), .cluster = c}));
        return;
    }
    for (uint8_t i = 0; i < g->n_variants; i++)
        fm_vec_push(f->a, &f->texts,
                    ((struct text){render(f, c, &g->variants[i]), FM_STR_NULL, c, g, i}));
}

/* Length of a separator of a list at s, when a wild card follows it. */
static size_t list_separator(fm_str s)
{
    static const char *const seps[] = {" ", ", ", "|", ","};
    for (size_t i = 0; i < sizeof seps / sizeof *seps; i++) {
        fm_str sep = fm_str_c(seps[i]);
        if (fm_str_starts(s, sep) && fm_str_starts(fm_str_skip(s, sep.len), FM_STR(WILD)))
            return sep.len;
    }
    return 0;
}

/* Runs of wild cards as one. */
static fm_str collapse_lists(struct finisher *f, fm_str s)
{
    fm_buf_clear(&f->buf);
    while (s.len) {
        ptrdiff_t at = fm_str_find(s, FM_STR(WILD), 0);
        if (at < 0)
            break;
        fm_buf_add(&f->buf, s.p, (size_t)at + 3);
        s = fm_str_skip(s, (size_t)at + 3);
        for (size_t n; (n = list_separator(s)) > 0;)
            s = fm_str_skip(s, n + 3);
    }
    fm_buf_adds(&f->buf, s);
    return fm_str_dup(f->a, fm_buf_str(&f->buf));
}

/* Empty brackets as if they held something. */
static fm_str fill_brackets(struct finisher *f, fm_str s)
{
    fm_buf_clear(&f->buf);
    for (size_t i = 0; i < s.len; i++) {
        fm_buf_addc(&f->buf, s.p[i]);
        if (s.p[i] == '(' && i + 1 < s.len && s.p[i + 1] == ')' && i > 0 && s.p[i - 1] == ' ')
            fm_buf_addz(&f->buf, WILD);
    }
    return fm_str_dup(f->a, fm_buf_str(&f->buf));
}

struct looks {
    fm_str first;   /* first text with this look */
    bool is_shared; /* by two different texts */
};

/* Texts that look the same under `look` take that look; the others stay. */
static void unify(struct finisher *f, fm_str (*look)(struct finisher *, fm_str))
{
    struct fm_map m;
    fm_map_init(&m, f->a);
    fm_vec_each (&f->texts, x) {
        struct fm_map_entry *e = fm_map_put(&m, look(f, x->final));
        struct looks *l = e->value;
        if (!l) {
            e->value = l = FM_NEW(f->a, struct looks);
            l->first = x->final;
        }
        l->is_shared |= !fm_str_eq(l->first, x->final);
    }
    fm_vec_each (&f->texts, x) {
        fm_str as = look(f, x->final);
        struct looks *l = fm_map_get(&m, as);
        if (l->is_shared)
            x->final = as;
    }
}

static int by_count(const void *a, const void *b)
{
    const struct fm_logs_top *x = a, *y = b;
    return x->count > y->count ? -1 : x->count < y->count;
}

static void copy_slot(struct finisher *f, struct fm_logs_slot *to, const struct fm_logs_slot *from)
{
    *to = *from;
    to->name = fm_str_dup(f->a, from->name);
    to->behind = fm_str_dup(f->a, from->behind);
    to->cap_top = from->n_top;
    to->last_top = 0;
    to->top = FM_NEW_ARRAY(f->a, struct fm_logs_top, from->n_top);
    for (uint32_t i = 0; i < from->n_top; i++) {
        to->top[i] = from->top[i];
        to->top[i].text = fm_str_dup(f->a, from->top[i].text);
    }
    if (from->n_top > 1)
        qsort(to->top, from->n_top, sizeof *to->top, by_count);
    if (from->series)
        to->series =
            memcpy(fm_arena_alloc(f->a, sizeof *to->series), from->series, sizeof *to->series);
}

/* The template of a cluster, in the result's memory: final slots sorted by count. */
static struct fm_logs_template *copy_template(struct finisher *f, const struct fm_logs_cluster *c,
                                              fm_str text)
{
    struct fm_logs_template *t = FM_NEW(f->a, struct fm_logs_template);
    *t = *c->t;
    t->text = text;
    t->component = fm_str_dup(f->a, c->t->component);
    t->entity = fm_str_dup(f->a, c->t->entity);
    t->slots = FM_NEW_ARRAY(f->a, struct fm_logs_slot, c->t->n_slots);
    for (uint32_t i = 0; i < c->t->n_slots; i++)
        copy_slot(f, &t->slots[i], &c->t->slots[i]);
    if (c->t->rate)
        t->rate = memcpy(fm_arena_alloc(f->a, sizeof *t->rate), c->t->rate, sizeof *t->rate);
    return t;
}

static void set_leaves(struct fm_logs_leaf_text *leaves, const struct text *x,
                       struct fm_logs_template *t)
{
    struct fm_logs_leaf_text lt = {t, x->final};
    if (x->group) {
        leaves[x->group->variants[x->variant].leaf] = lt;
        return;
    }
    fm_vec_each (&x->cluster->members, g) {
        leaves[(*g)->leaf] = lt;
        for (uint8_t i = 0; i < (*g)->n_variants; i++)
            leaves[(*g)->variants[i].leaf] = lt;
    }
}

/* Equal texts of different entities stay apart. */
static fm_str text_key(struct finisher *f, const struct text *x)
{
    fm_str entity = x->cluster->t->entity;
    return entity.len ? fm_str_fmt(f->a, "%.*s\n%.*s", FM_STR_ARG(entity), FM_STR_ARG(x->final))
                      : x->final;
}

/* Texts of one cluster are one template; so are clusters with one text. */
static void make_templates(struct finisher *f, struct fm_logs_templates *out,
                           struct fm_logs_leaf_text *leaves)
{
    struct fm_map by_text;
    fm_map_init(&by_text, f->a);
    for (size_t i = 0; i < f->texts.n; i++) {
        struct text *x = &f->texts.items[i];
        bool is_same = i > 0 && x->cluster == f->texts.items[i - 1].cluster;
        struct fm_map_entry *e = fm_map_put(&by_text, text_key(f, x));
        struct fm_logs_template *t = is_same ? out->items[out->n - 1] : e->value;
        if (!t) {
            t = copy_template(f, x->cluster, x->group ? render(f, x->cluster, NULL) : x->final);
            t->id = (uint32_t)out->n + 1;
            fm_vec_push(f->a, out, t);
        } else if (!is_same) {
            fm_logs_counts_merge(f->a, t, x->cluster->t);
        }
        if (!e->value)
            e->value = t;
        set_leaves(leaves, x, t);
    }
}

static void add_other(struct finisher *f, struct fm_logs_templates *out,
                      struct fm_logs_leaf_text *leaves)
{
    struct fm_logs_template *t = FM_NEW(f->a, struct fm_logs_template);
    *t = f->t->other->t;
    t->text = FM_STR(WILD);
    t->rate = NULL;
    t->id = (uint32_t)out->n + 1;
    for (size_t i = 0; i < f->t->leaves.n; i++)
        if (!leaves[i].t)
            leaves[i] = (struct fm_logs_leaf_text){t, t->text};
    if (t->count)
        fm_vec_push(f->a, out, t);
}

void fm_logs_finish(struct fm_logs_table *t, struct fm_arena *a, struct fm_logs_templates *out,
                    struct fm_logs_leaf_text **leaves)
{
    struct finisher f = {.t = t, .a = a};
    struct fm_logs_clusters clusters = {0};
    fm_buf_init(&f.buf, TEXT_MAX);
    fm_logs_cluster(t, &clusters);
    fm_vec_each (&clusters, c)
        add_texts(&f, *c);
    fm_vec_each (&f.texts, x)
        x->final = x->raw;
    unify(&f, collapse_lists);
    unify(&f, fill_brackets);
    *leaves = FM_NEW_ARRAY(a, struct fm_logs_leaf_text, t->leaves.n);
    make_templates(&f, out, *leaves);
    add_other(&f, out, *leaves);
    fm_buf_release(&f.buf);
}
