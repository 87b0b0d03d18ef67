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

static void ask_slots(struct fm_line *l)
{
    struct fm_slot slots[64];
    struct fm_slot_source *src = l->scan->slots;
    size_t n = src->ops->slots(src, fm_str_n(l->p, l->n), slots, 64);
    for (size_t i = 0; i < n && i < 64; i++)
        if (slots[i].end <= l->n && slots[i].start < slots[i].end)
            fm_line_propose(l, 7,
                            (struct fm_cand){.start = (uint32_t)slots[i].start,
                                             .end = (uint32_t)slots[i].end,
                                             .type = (uint8_t)slots[i].type,
                                             .rule = R_SLOT});
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

static void keep_shape(struct fm_line *l)
{
    struct fm_redact_scan *s = l->scan;
    size_t n_cands = s->n_cands;
    fm_resolve(l);
    struct fm_shape shape = {.mask = l->p,
                             .words = l->words,
                             .cands = s->cands,
                             .found = s->found,
                             .later = s->later,
                             .kw_any = l->kw_any,
                             .n = l->n,
                             .n_words = l->n_words,
                             .n_cands = (uint32_t)n_cands,
                             .n_found = (uint32_t)s->n_found,
                             .n_later = s->n_later,
                             .n_plain = l->n_plain,
                             .n_names = l->n_names,
                             .cls_any = l->cls_any};
    memcpy(shape.contexts, l->contexts, sizeof shape.contexts);
    fm_shapes_keep(s->shapes, &shape);
    s->n_found = 0;
}

static void recall_shape(struct fm_line *l, const struct fm_shape *shape)
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

static bool has_shapes(struct fm_redact_scan *s)
{
    if (!s->shapes && s->shape_bytes && s->n_lines++ >= FM_SHAPES_FROM)
        s->shapes = fm_shapes_new(s->shape_bytes);
    return s->shapes != NULL;
}

/* The shape of the line if it is known; else the line is read. */
static const struct fm_shape *first_step(struct fm_line *l)
{
    struct fm_redact_scan *s = l->scan;
    fm_str raw = fm_str_n(l->p, l->n);
    bool should_keep = false;
    const struct fm_shape *shape = NULL;
    fm_mask_fill(&(struct fm_mask){s->covered, s->hardened, s->maps.word, s->mask}, l->p, l->n);
    if (has_shapes(s))
        shape = fm_shapes_find(s->shapes, fm_str_n(s->mask, l->n), &should_keep);
    if (!shape) {
        l->p = s->mask;
        read_mask(l);
        if (should_keep)
            keep_shape(l);
        l->p = raw.p;
    } else if (shape->n_later || s->slots || l->r->allow.n) {
        recall_shape(l, shape);
    }
    return shape;
}

static struct fm_findings scan_words(struct fm_line *l)
{
    struct fm_redact_scan *s = l->scan;
    const struct fm_shape *shape = first_step(l);
    size_t n_cands = s->n_cands;
    fm_later_run(l, shape ? shape->later : s->later, shape ? shape->n_later : s->n_later);
    if (s->slots)
        ask_slots(l);
    if (shape && s->n_cands == n_cands && !l->r->allow.n)
        return (struct fm_findings){shape->found, shape->n_found};
    if (s->n_cands)
        fm_resolve(l);
    return (struct fm_findings){s->found, s->n_found};
}

static struct fm_findings scan_block(struct fm_line *l)
{
    if (l->scan->n_cands)
        fm_resolve(l);
    return (struct fm_findings){l->scan->found, l->scan->n_found};
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
    struct fm_findings found = is_block ? scan_block(&l) : scan_words(&l);
    s->ahead = FM_STR_NULL;
    if (s->slots)
        s->slots->ops->learn(s->slots, text, found.items, found.n);
    return found;
}

struct fm_redact_scan *fm_redact_scan_new(const struct fm_redactor *r)
{
    struct fm_redact_scan *s = calloc(1, sizeof *s);
    FM_ASSERT(s != NULL);
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

void fm_redact_scan_slots(struct fm_redact_scan *s, struct fm_slot_source *source)
{
    s->slots = source;
}

void fm_redact_scan_remember(struct fm_redact_scan *s, size_t max_bytes)
{
    fm_shapes_free(s->shapes);
    s->shapes = NULL;
    s->n_lines = 0;
    s->shape_bytes = max_bytes;
}
