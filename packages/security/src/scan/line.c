/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "detect/later_checks.h"
#include "scan/later.h"
#include "scan/mask.h"
#include "scan/placeholder.h"
#include "scan/shapes.h"
#include "scan/state.h"
#include "scan/visit.h"

bool fm_line_has_at(const struct fm_line *l, uint32_t i, const char *word)
{
    for (; *word; word++, i++) {
        unsigned char c = fm_lower(fm_at(l, i)), want = (unsigned char)*word;
        if (c != want && !(fm_is_digit(c) && fm_is_digit(want)))
            return false;
    }
    return true;
}

uint32_t fm_token_end(const struct fm_line *l, uint32_t i)
{
    uint32_t limit = l->n - i > FM_TOKEN_MAX ? i + FM_TOKEN_MAX : l->n;
    while (i < limit && !fm_is(fm_at(l, i), C_TOKENEND))
        i++;
    return i;
}

/* Below all detectors that look at the value. */
#define SLOT_PRIORITY 11

static void put_off_auth(struct fm_line *l)
{
    fm_later_add(l, FM_LATER_AUTH, 0);
}

/* Detectors that wait for context words, and the types that they can find. */
static const struct {
    uint64_t kw;
    uint64_t want;
    void (*run)(struct fm_line *l);
} contexts[] = {
    {K(HOST) | K(TOWARDS) | K(PORT), FM_WANT_NET, fm_detect_host_context},
    {K(METHOD), FM_WANT(USER), fm_detect_access_user},
    {K(USER) | K(ACTOR) | K(FOR) | K(SECRETISH), FM_WANT(USER), fm_detect_user_context},
    {K(ID) | K(ID_KEY), FM_WANT(ID), fm_detect_id_context},
    {K(VERSION) | K(RESOURCE) | K(BYTES), FM_WANT(CONFIG), fm_detect_config},
    {K(AUTH) | K(COMMAND) | K(COOKIE), ~0ULL, put_off_auth},
    {K(PHONE) | K(SSN) | K(LICENSE) | K(BIRTH) | K(AGE) | K(NATIONAL) | K(GROUPED), FM_WANT_NUMBERS,
     fm_detect_number_context},
    {K(GPS), FM_WANT(GPS), fm_detect_gps},
};

static void run_context(struct fm_line *l)
{
    for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++)
        if (l->kw_any & contexts[i].kw && l->want & contexts[i].want)
            contexts[i].run(l);
    if (l->has_context)
        fm_put_off_loose(l);
    if (fm_is_continued_option(l))
        fm_later_add(l, FM_LATER_CONTINUED, 0);
    if (fm_wants(l, FM_SENSITIVE_PERSON))
        fm_detect_prose(l);
}

/* The first step: all that the mask says. */
static void read_mask(struct fm_line *l)
{
    fm_lex(l);
    if (l->kw_any & K(PEM))
        fm_later_add(l, FM_LATER_PEM, 0);
    fm_visit_words(l);
    run_context(l);
    if (fm_placeholders_may_stand(l))
        fm_later_add(l, FM_LATER_PLACEHOLDERS, 0);
}

/* What the source says of the mask; l->p is the mask. */
static void ask_slots(struct fm_line *l, struct fm_findings found, struct fm_shape_slots *out)
{
    struct fm_slots said;
    struct fm_slot_source *src = l->scan->slots;
    out->n = 0;
    src->ops->ask(src, fm_str_n(l->p, l->n), found, &said);
    out->topic = said.topic;
    for (uint32_t i = 0; i < said.n; i++)
        if (fm_wants(l, said.items[i].type))
            out->cands[out->n++] = (struct fm_cand){.start = (uint32_t)said.items[i].start,
                                                    .end = (uint32_t)said.items[i].end,
                                                    .prio = SLOT_PRIORITY,
                                                    .type = (uint8_t)said.items[i].type,
                                                    .rule = R_SLOT};
}

static void add_slots(struct fm_redact_scan *s, const struct fm_shape_slots *slots)
{
    for (uint32_t i = 0; i < slots->n; i++)
        fm_line_keep_cand(s, slots->cands[i]);
}

static void keep_shape(struct fm_line *l, const struct fm_shape *about)
{
    struct fm_shape shape = *about;
    shape.mask = l->p;
    shape.words = l->words; /* read again by what was put off only */
    shape.later = l->scan->later;
    shape.kw_any = l->kw_any;
    shape.n = l->n;
    shape.n_words = l->scan->n_later ? l->n_words : 0;
    shape.n_later = l->scan->n_later;
    shape.n_plain = l->n_plain;
    shape.n_names = l->n_names;
    shape.cls_any = l->cls_any;
    memcpy(shape.contexts, l->contexts, sizeof shape.contexts);
    fm_shapes_keep(l->scan->shapes, &shape);
}

/* The mask alone is settled, when it is kept or when slots are asked for. */
static void settle_mask(struct fm_line *l, bool should_keep)
{
    struct fm_redact_scan *s = l->scan;
    struct fm_shape_slots slots = {0};
    size_t n_cands = s->n_cands;
    if (n_cands)
        fm_resolve(l);
    struct fm_findings found = {s->found, s->n_found};
    if (s->slots)
        ask_slots(l, found, &slots);
    slots.generation =
        UINT64_MAX; /* asked again at the next sight: it may have learned from itself */
    if (should_keep)
        keep_shape(l, &(struct fm_shape){.cands = s->cands,
                                         .n_cands = (uint32_t)n_cands,
                                         .found = s->found,
                                         .n_found = (uint32_t)s->n_found,
                                         .slots = s->slots ? &slots : NULL});
    s->n_found = 0;
    add_slots(s, &slots);
}

static void read_line(struct fm_line *l, bool should_keep)
{
    const char *raw = l->p;
    l->p = l->scan->mask;
    read_mask(l);
    if (should_keep || l->scan->slots)
        settle_mask(l, should_keep);
    l->p = raw;
}

static void recall_words(struct fm_line *l, const struct fm_shape *shape)
{
    struct fm_redact_scan *s = l->scan;
    l->words = shape->words;
    l->n_words = shape->n_words;
    l->kw_any = shape->kw_any;
    l->n_plain = shape->n_plain;
    l->n_names = shape->n_names;
    l->cls_any = shape->cls_any;
    memcpy(l->contexts, shape->contexts, sizeof l->contexts);
    for (uint32_t i = 0; i < shape->n_cands; i++)
        fm_line_keep_cand(s, shape->cands[i]);
}

/* Asks again when the source has learned something. */
static const struct fm_shape_slots *recall_slots(struct fm_line *l, const struct fm_shape *shape)
{
    struct fm_shape_slots *x = shape->slots;
    uint64_t now = l->scan->slots->generations[x->topic];
    if (x->generation != now) {
        const char *raw = l->p;
        l->p = shape->mask;
        ask_slots(l, (struct fm_findings){shape->found, shape->n_found}, x);
        x->generation = now;
        l->p = raw;
    }
    return x;
}

/* False when what the shape says is all. */
static bool recall_line(struct fm_line *l, const struct fm_shape *shape)
{
    const struct fm_shape_slots *slots =
        l->scan->slots && shape->slots ? recall_slots(l, shape) : NULL;
    bool has_slots = slots && slots->n;
    if (!shape->n_later && !has_slots && !l->r->allow.n)
        return false;
    recall_words(l, shape);
    if (has_slots)
        add_slots(l->scan, slots);
    return true;
}

static bool has_shapes(struct fm_redact_scan *s)
{
    if (!s->shapes && s->shape_bytes && s->n_lines++ >= FM_SHAPES_FROM)
        s->shapes = fm_shapes_new(s->shape_bytes);
    return s->shapes != NULL;
}

static const struct fm_shape *find_shape(struct fm_line *l, bool *should_keep)
{
    struct fm_redact_scan *s = l->scan;
    fm_mask_fill(&(struct fm_mask){s->covered, s->hardened, s->maps.word, s->mask}, l->p, l->n);
    *should_keep = false;
    return has_shapes(s) ? fm_shapes_find(s->shapes, fm_str_n(s->mask, l->n), should_keep) : NULL;
}

static struct fm_findings resolve(struct fm_line *l)
{
    if (l->scan->n_cands) {
        fm_settle_allowed(l);
        fm_resolve(l);
    }
    return (struct fm_findings){l->scan->found, l->scan->n_found};
}

static struct fm_findings scan_words(struct fm_line *l)
{
    struct fm_redact_scan *s = l->scan;
    bool should_keep;
    const struct fm_shape *shape = find_shape(l, &should_keep);
    if (!shape)
        read_line(l, should_keep);
    else if (!recall_line(l, shape))
        return (struct fm_findings){shape->found, shape->n_found};
    size_t n_cands = s->n_cands;
    fm_later_run(l, shape ? shape->later : s->later, shape ? shape->n_later : s->n_later);
    if (shape && s->n_cands == n_cands && n_cands == shape->n_cands && !l->r->allow.n)
        return (struct fm_findings){shape->found, shape->n_found};
    return resolve(l);
}

struct fm_findings fm_redact_scan_line(struct fm_redact_scan *s, fm_str text)
{
    FM_ASSERT(text.len <= FM_REDACT_LINE_MAX);
    struct fm_line l = {.p = text.p,
                        .n = (uint32_t)text.len,
                        .r = s->r,
                        .scan = s,
                        .want = s->r->want,
                        .is_strict = s->r->policy.should_widen};
    s->n_cands = 0;
    s->n_found = 0;
    s->n_later = 0;
    if (!l.want || !l.n)
        return (struct fm_findings){NULL, 0};
    bool is_block = s->pem != FM_PEM_NONE && fm_pem_continue(&l);
    struct fm_findings found = is_block ? resolve(&l) : scan_words(&l);
    s->ahead = FM_STR_NULL;
    return found;
}

struct fm_redact_scan *fm_redact_scan_new(const struct fm_redactor *r)
{
    struct fm_redact_scan *s = malloc(sizeof *s);
    FM_ASSERT(s != NULL);
    memset(s, 0, offsetof(struct fm_redact_scan, maps));
    s->r = r;
    s->shape_bytes = FM_SHAPES_BYTES;
    s->words = malloc((FM_REDACT_LINE_MAX / 2 + 2) * sizeof *s->words);
    FM_ASSERT(s->words != NULL);
    return s;
}

void fm_redact_scan_free(struct fm_redact_scan *s)
{
    if (!s)
        return;
    free(s->words);
    free(s->cands);
    free(s->found);
    free(s->later);
    fm_shapes_free(s->shapes);
    free(s);
}

void fm_redact_scan_reset(struct fm_redact_scan *s)
{
    s->pem = FM_PEM_NONE;
}

void fm_redact_scan_ahead(struct fm_redact_scan *s, fm_str line)
{
    s->ahead = line;
}

void fm_redact_scan_remember(struct fm_redact_scan *s, size_t max_bytes)
{
    fm_shapes_free(s->shapes);
    s->shapes = NULL;
    s->n_lines = 0;
    s->shape_bytes = max_bytes;
}

void fm_redact_scan_slots(struct fm_redact_scan *s, struct fm_slot_source *source)
{
    s->slots = source;
    fm_redact_scan_remember(s, s->shape_bytes);
}
