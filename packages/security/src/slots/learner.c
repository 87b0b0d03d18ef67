/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/slots.h"

#include <stdlib.h>

#include "scan/chars.h"

#define TABLE_SIZE 16384
#define WORDS_MAX 48
#define FIXED_MIN 3
#define OUTLINES 4096

struct place {
    uint64_t key;   /* 0 is free */
    uint32_t value; /* hash of the first value */
    uint8_t type;
    bool is_sure; /* a second value was there */
};

/* A run of bytes that stand in words, names and dotted hosts. */
struct word {
    uint32_t start, end;
    bool has_digit;
    uint64_t hash; /* its part of the hash of the line */
};

struct template
{
    struct word words[WORDS_MAX];
    uint32_t n;
    uint32_t n_fixed;
    uint64_t outline; /* of what parts the words */
    uint64_t hash;    /* outline and words, as a sum */
};

struct learner {
    struct fm_slot_source base;
    size_t n, n_sure;
    uint64_t outlines[OUTLINES / 64]; /* of lines that hold a sure place */
    struct template last;
    struct place places[TABLE_SIZE];
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

static uint64_t hash_bytes(const char *p, size_t n)
{
    uint64_t h = n, v;
    for (; n > 8; p += 8, n -= 8) {
        memcpy(&v, p, 8);
        h = mix(h, v);
    }
    v = 0;
    memcpy(&v, p, n);
    return mix(h, v);
}

/* The finding that touches [s, e), moving on from *at. */
static const struct fm_finding *touching(struct fm_findings f, size_t *at, uint32_t s, uint32_t e)
{
    while (*at < f.n && f.items[*at].end <= s)
        ++*at;
    return *at < f.n && f.items[*at].start < e ? &f.items[*at] : NULL;
}

/* Words that vary from line to line count as equal. */
static uint64_t word_value(fm_str line, const struct word *w, const struct fm_finding *found)
{
    if (w->has_digit)
        return 1;
    return found ? 2 : hash_bytes(line.p + w->start, w->end - w->start) | 4;
}

static bool next_word(fm_str line, uint32_t i, struct word *w)
{
    uint32_t n = (uint32_t)line.len;
    while (i < n && !is_word_byte((unsigned char)line.p[i]))
        i++;
    w->start = i;
    w->has_digit = false;
    for (; i < n && is_word_byte((unsigned char)line.p[i]); i++)
        w->has_digit |= fm_is_digit((unsigned char)line.p[i]);
    w->end = i;
    return w->end > w->start;
}

/* False when the line has too many words. */
static bool read_outline(struct template *t, fm_str line)
{
    uint32_t at = 0;
    struct word w;
    t->n = 0;
    t->outline = 0;
    for (; next_word(line, at, &w); at = w.end) {
        if (t->n == WORDS_MAX)
            return false;
        t->outline += mix(hash_bytes(line.p + at, w.start - at), ~(uint64_t)t->n);
        t->words[t->n++] = w;
    }
    t->outline += hash_bytes(line.p + at, line.len - at);
    return true;
}

/* False when too few words stay. */
static bool read_words(struct template *t, fm_str line, struct fm_findings found)
{
    size_t k = 0;
    t->n_fixed = 0;
    t->hash = t->outline;
    for (uint32_t i = 0; i < t->n; i++) {
        struct word *w = &t->words[i];
        uint64_t value = word_value(line, w, touching(found, &k, w->start, w->end));
        w->hash = mix(value, i + 1);
        t->hash += w->hash;
        t->n_fixed += value > 2;
    }
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

/* Topic 0 is for lines that are no templates. */
static uint8_t topic_of(uint64_t outline)
{
    return (uint8_t)(1 + outline % (FM_SLOT_TOPICS - 1));
}

static void learn_value(struct learner *s, uint64_t key, enum fm_sensitive type, fm_str value)
{
    struct place *p = look_up(s, key);
    uint32_t hash = (uint32_t)hash_bytes(value.p, value.len);
    if (!p->key) {
        if (s->n == FM_SLOTS_MAX)
            return;
        s->n++;
        *p = (struct place){.key = key, .value = hash, .type = (uint8_t)type};
    } else if (!p->is_sure && p->type == type && p->value != hash) {
        p->is_sure = true;
        s->n_sure++;
        s->base.generations[topic_of(s->last.outline)]++;
        s->outlines[s->last.outline / 64 % (OUTLINES / 64)] |= 1ULL << s->last.outline % 64;
    }
}

/* The last word of the finding holds the value; the key may be in front of it. */
static bool ends_at(const struct fm_finding *f, const struct word *w)
{
    return f->start <= w->start && f->end == w->end;
}

static void learn(struct learner *s, fm_str line, struct fm_findings found)
{
    size_t k = 0;
    for (uint32_t i = 0; i < s->last.n; i++) {
        const struct word *w = &s->last.words[i];
        const struct fm_finding *f = touching(found, &k, w->start, w->end);
        if (f && is_learned(f->type) && ends_at(f, w))
            learn_value(s, key_of(&s->last, i), f->type,
                        fm_str_sub(line, w->start, w->end - w->start));
    }
}

static bool has_learned(struct fm_findings found)
{
    for (size_t i = 0; i < found.n; i++)
        if (is_learned(found.items[i].type))
            return true;
    return false;
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

static void answer(struct learner *s, fm_str line, struct fm_findings found, struct fm_slots *out)
{
    size_t k = 0;
    for (uint32_t i = 0; i < s->last.n && out->n < FM_SLOTS_LINE_MAX; i++) {
        const struct word *w = &s->last.words[i];
        if (touching(found, &k, w->start, w->end) ||
            is_nothing(fm_str_sub(line, w->start, w->end - w->start)))
            continue;
        const struct place *p = look_up(s, key_of(&s->last, i));
        if (p->key && p->is_sure)
            out->items[out->n++] = (struct fm_slot){w->start, w->end, (enum fm_sensitive)p->type};
    }
}

static void ask(struct fm_slot_source *base, fm_str line, struct fm_findings found,
                struct fm_slots *out)
{
    struct learner *s = (struct learner *)base;
    *out = (struct fm_slots){.n = 0};
    if (!read_outline(&s->last, line))
        return;
    uint64_t h = s->last.outline;
    bool should_learn = has_learned(found),
         may_answer = s->outlines[h / 64 % (OUTLINES / 64)] >> h % 64 & 1;
    out->topic = topic_of(h);
    if ((!should_learn && !may_answer) || !read_words(&s->last, line, found))
        return;
    if (may_answer)
        answer(s, line, found, out);
    if (should_learn)
        learn(s, line, found);
}

static const struct fm_slot_source_ops learner_ops = {.ask = ask};

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
