/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/slots.h"

#include <stdlib.h>

#include "faultmaven/base/hash.h"
#include "scan/chars.h"

#define TABLE_SIZE 16384
#define WORDS_MAX 48
#define FIXED_MIN 3

struct place {
    uint64_t key;   /* 0 is free */
    uint32_t value; /* hash of the first value */
    uint8_t type;
    bool is_sure; /* a second value was there */
};

struct learner {
    struct fm_slot_source base;
    size_t n, n_sure;
    struct place places[TABLE_SIZE];
};

/* A run of bytes that stand in words, names and dotted hosts. */
struct word {
    uint32_t start, end;
    uint64_t hash; /* its part of the hash of the line */
};

struct template
{
    struct word words[WORDS_MAX];
    uint32_t n;
    uint32_t n_fixed;
    uint64_t hash; /* sum over words and what parts them */
};

static bool is_word_byte(unsigned char c)
{
    return fm_is(c, C_NAME);
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15ULL;
    return h ^ h >> 29;
}

static bool has_digit(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (fm_is_digit((unsigned char)s.p[i]))
            return true;
    return false;
}

/* The finding that touches [s, e), moving on from *at. */
static const struct fm_finding *touching(struct fm_findings f, size_t *at, uint32_t s, uint32_t e)
{
    while (*at < f.n && f.items[*at].end <= s)
        ++*at;
    return *at < f.n && f.items[*at].start < e ? &f.items[*at] : NULL;
}

/* Words that vary from line to line count as equal. */
static uint64_t word_value(fm_str word, const struct fm_finding *found)
{
    if (has_digit(word))
        return 1;
    return found ? 2 : fm_hash64(word) | 4;
}

static bool next_word(fm_str line, uint32_t *at, struct word *w)
{
    uint32_t i = *at, n = (uint32_t)line.len;
    while (i < n && !is_word_byte((unsigned char)line.p[i]))
        i++;
    w->start = i;
    while (i < n && is_word_byte((unsigned char)line.p[i]))
        i++;
    w->end = i;
    *at = i;
    return w->end > w->start;
}

/* False when the line has too many words or too few that stay. */
static bool read_template(struct template *t, fm_str line, struct fm_findings found)
{
    uint32_t at = 0, gap = 0;
    size_t k = 0;
    struct word w;
    t->n = t->n_fixed = 0;
    t->hash = 0;
    for (; next_word(line, &at, &w); gap = w.end) {
        if (t->n == WORDS_MAX)
            return false;
        uint64_t value = word_value(fm_str_sub(line, w.start, w.end - w.start),
                                    touching(found, &k, w.start, w.end));
        w.hash = mix(value, t->n + 1);
        t->hash += w.hash + mix(fm_hash64(fm_str_sub(line, gap, w.start - gap)), ~(uint64_t)t->n);
        t->n_fixed += value > 2;
        t->words[t->n++] = w;
    }
    t->hash += fm_hash64(fm_str_skip(line, gap));
    return t->n_fixed >= FIXED_MIN;
}

/* The line without word i. */
static uint64_t key_of(const struct template *t, uint32_t i)
{
    return mix(t->hash - t->words[i].hash, i + 1) | 1;
}

static struct place *look_up(struct learner *s, uint64_t key)
{
    size_t at = key >> 20 & (TABLE_SIZE - 1);
    while (s->places[at].key && s->places[at].key != key)
        at = (at + 1) & (TABLE_SIZE - 1);
    return &s->places[at];
}

static bool is_learned(enum fm_sensitive type)
{
    return type == FM_SENSITIVE_USER || type == FM_SENSITIVE_HOST || type == FM_SENSITIVE_ID;
}

static void learn_value(struct learner *s, uint64_t key, enum fm_sensitive type, fm_str value)
{
    struct place *p = look_up(s, key);
    uint32_t hash = (uint32_t)fm_hash64(value);
    if (!p->key) {
        if (s->n == FM_SLOTS_MAX)
            return;
        s->n++;
        *p = (struct place){.key = key, .value = hash, .type = (uint8_t)type};
    } else if (!p->is_sure && p->type == type && p->value != hash) {
        p->is_sure = true;
        s->n_sure++;
        s->base.generation++;
    }
}

/* The last word of the finding holds the value; the key may be in front of it. */
static bool ends_at(const struct fm_finding *f, const struct word *w)
{
    return f->start <= w->start && f->end == w->end;
}

static void learn(struct fm_slot_source *base, fm_str line, struct fm_findings found)
{
    struct learner *s = (struct learner *)base;
    struct template t;
    size_t k = 0;
    if (!found.n || !read_template(&t, line, found))
        return;
    for (uint32_t i = 0; i < t.n; i++) {
        const struct word *w = &t.words[i];
        const struct fm_finding *f = touching(found, &k, w->start, w->end);
        if (f && is_learned(f->type) && ends_at(f, w))
            learn_value(s, key_of(&t, i), f->type, fm_str_sub(line, w->start, w->end - w->start));
    }
}

/* Says that there is nothing. */
static bool is_nothing(fm_str s)
{
    static const char *const words[] = {"unknown", "none", "null", "nil", "invalid", "anonymous"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fm_str_ieq(s, fm_str_c(words[i])))
            return true;
    return s.len < 2 || !fm_is((unsigned char)s.p[0], C_WORD);
}

static size_t slots(struct fm_slot_source *base, fm_str line, struct fm_findings found,
                    struct fm_slot *out, size_t max)
{
    struct learner *s = (struct learner *)base;
    struct template t;
    size_t k = 0, n = 0;
    if (!s->n_sure || !read_template(&t, line, found))
        return 0;
    for (uint32_t i = 0; i < t.n && n < max; i++) {
        const struct word *w = &t.words[i];
        if (touching(found, &k, w->start, w->end) ||
            is_nothing(fm_str_sub(line, w->start, w->end - w->start)))
            continue;
        const struct place *p = look_up(s, key_of(&t, i));
        if (p->key && p->is_sure)
            out[n++] = (struct fm_slot){w->start, w->end, (enum fm_sensitive)p->type};
    }
    return n;
}

static const struct fm_slot_source_ops learner_ops = {.slots = slots, .learn = learn};

struct fm_slot_source *fm_slot_learner_new(void)
{
    struct learner *s = calloc(1, sizeof *s);
    FM_ASSERT(s != NULL);
    s->base.ops = &learner_ops;
    return &s->base;
}

void fm_slot_learner_free(struct fm_slot_source *s)
{
    free((struct learner *)s);
}

size_t fm_slot_learner_count(const struct fm_slot_source *s)
{
    return ((const struct learner *)s)->n_sure;
}
