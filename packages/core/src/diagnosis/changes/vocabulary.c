/* SPDX-License-Identifier: Apache-2.0 */
#include "vocabulary.h"

#include <math.h>

#include "faultmaven/core/alerts.h"

#define WORD_LEAST 3
#define SERVICE_WEIGHT 0.4

static const char *const common_words[] = {
    "the",       "and",       "for",      "not",     "with",     "from",   "that",   "this",
    "was",       "are",       "has",      "have",    "func",     "return", "err",    "error",
    "fail",      "failed",    "string",   "int",     "bool",     "true",   "false",  "nil",
    "null",      "none",      "new",      "var",     "let",      "const",  "def",    "class",
    "self",      "public",    "private",  "static",  "void",     "import", "type",   "struct",
    "interface", "service",   "services", "src",     "pkg",      "main",   "app",    "lib",
    "java",      "com",       "org",      "net",     "http",     "api",    "log",    "logger",
    "info",      "warn",      "debug",    "msg",     "message",  "get",    "set",    "add",
    "test",      "file",      "line",     "value",   "name",     "data",   "code",   "ctx",
    "context",   "req",       "res",      "request", "response", "after",  "before", "when",
    "while",     "count",     "total",    "per",     "sec",      "second", "ratio",  "rate",
    "server",    "client",    "time",     "above",   "below",    "rise",   "ris",    "elevat",
    "observ",    "threshold", NULL};

static bool is_common(fm_str w)
{
    for (const char *const *p = common_words; *p; p++)
        if (fm_str_eqc(w, *p))
            return true;
    return false;
}

/* Endings that English adds to one stem. */
static fm_str stem(fm_str w)
{
    static const char *const ends[] = {"ations", "ation", "ings", "ing", "ions", "ion", "ers",
                                       "ies",    "ed",    "er",   "es",  "s",    "e"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        fm_str end = fm_str_c(ends[i]);
        if (w.len >= end.len + 4 && fm_str_ends(w, end))
            return fm_str_sub(w, 0, w.len - end.len);
    }
    return w;
}

static void take_word(struct fm_arena *a, fm_str raw, struct fm_words *out)
{
    if (raw.len < WORD_LEAST || raw.len > 40)
        return;
    fm_str w = stem(fm_str_lower(a, raw));
    if (w.len >= WORD_LEAST && !is_common(w))
        fm_vec_push(a, out, w);
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* A word ends before an upper-case letter that follows a lower-case one ("maxConns"), or that
 * begins a word after capitals ("HTTPServer"). */
static bool is_border(fm_str s, size_t i)
{
    if (i == 0 || !is_upper(s.p[i]))
        return false;
    return is_lower(s.p[i - 1]) || (is_upper(s.p[i - 1]) && i + 1 < s.len && is_lower(s.p[i + 1]));
}

void fm_words_of(struct fm_arena *a, fm_str text, struct fm_words *out)
{
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        bool is_letter = i < text.len && (is_lower(text.p[i]) || is_upper(text.p[i]));
        if (is_letter && !is_border(text, i))
            continue;
        take_word(a, fm_str_sub(text, start, i - start), out);
        start = is_letter ? i : i + 1;
    }
}

static void weigh(struct fm_vocabulary *v, fm_str text, double weight)
{
    struct fm_words words = {0};
    uintptr_t w = (uintptr_t)(weight * 100);
    fm_words_of(v->a, text, &words);
    fm_vec_each (&words, word) {
        struct fm_map_entry *e = fm_map_put(&v->incident, *word);
        if ((uintptr_t)e->value < w)
            e->value = (void *)w;
    }
}

static bool is_telling(const struct fm_observation *o)
{
    if (o->score < 0.4 || o->signal == FM_SIGNAL_CHANGE)
        return false;
    return o->kind != FM_OBSERVATION_HEALTHY && o->kind != FM_OBSERVATION_RECOVERED &&
           o->kind != FM_OBSERVATION_LOG_SILENT;
}

static void take_observations(struct fm_vocabulary *v, const struct fm_incident *in)
{
    fm_vec_each (&in->observations, it) {
        const struct fm_observation *o = *it;
        if (!is_telling(o))
            continue;
        weigh(v, o->subject, 1);
        if (o->signal != FM_SIGNAL_LOG || o->spans.n == 0)
            continue;
        fm_span s = o->spans.items[0];
        fm_str record = fm_str_sub(in->inputs.items[s.evidence]->bytes, s.offset, s.length);
        weigh(v, record, 1);
        fm_vec_push(v->a, &v->messages, record);
        fm_vec_push(v->a, &v->spans, s);
    }
}

/* Names of components are in every path and message: they say less. */
static void lower_names(struct fm_vocabulary *v, const struct fm_incident *in)
{
    fm_vec_each (&in->entities, e) {
        struct fm_words words = {0};
        fm_words_of(v->a, e->name, &words);
        fm_vec_each (&words, w) {
            void *old = fm_map_get(&v->incident, *w);
            if (old)
                fm_map_put(&v->incident, *w)->value = (void *)(uintptr_t)(100 * SERVICE_WEIGHT);
        }
    }
}

/* Calls take(arg, word, place weight) for every word of a change, each once with its largest
 * weight. */
static void words_of_change(struct fm_arena *a, const struct fm_change *c, struct fm_map *out)
{
    struct fm_words lines = {0}, paths = {0}, message = {0};
    fm_vec_each (&c->diff, f)
        fm_vec_each (&f->hunks, h) {
            fm_vec_each (&h->removed, s)
                fm_words_of(a, *s, &lines);
            fm_vec_each (&h->added, s)
                fm_words_of(a, *s, &lines);
        }
    fm_words_of(a, c->id, c->kind == FM_CHANGE_COMMIT ? &(struct fm_words){0} : &lines);
    fm_vec_each (&c->paths, p)
        fm_words_of(a, *p, &paths);
    fm_words_of(a, c->message, &message);
    fm_map_init(out, a);
    fm_vec_each (&message, w)
        fm_map_put(out, *w)->value = (void *)(uintptr_t)50;
    fm_vec_each (&paths, w)
        fm_map_put(out, *w)->value = (void *)(uintptr_t)70;
    fm_vec_each (&lines, w)
        fm_map_put(out, *w)->value = (void *)(uintptr_t)100;
}

void fm_vocabulary_build(struct fm_vocabulary *v, const struct fm_incident *in)
{
    v->a = &in->ctx->arena;
    fm_map_init(&v->incident, v->a);
    fm_map_init(&v->changes, v->a);
    take_observations(v, in);
    weigh(v, in->ask.text, 0.7);
    if (in->alerts)
        fm_vec_each (&in->alerts->items, alert) {
            weigh(v, alert->summary, 1);
            weigh(v, alert->metric, 1);
        }
    lower_names(v, in);
    fm_vec_each (&in->changes->items, c) {
        struct fm_map words;
        words_of_change(v->a, *c, &words);
        v->n_changes++;
        for (size_t i = 0; i < words.n; i++) {
            struct fm_map_entry *e = fm_map_put(&v->changes, words.entries[i].key);
            e->value = (void *)((uintptr_t)e->value + 1);
        }
    }
}

double fm_vocabulary_overlap(const struct fm_vocabulary *v, const struct fm_change *c,
                             fm_str *shared)
{
    struct fm_map words;
    double sum = 0;
    unsigned n = 0;
    words_of_change(v->a, c, &words);
    for (size_t i = 0; i < words.n; i++) {
        double weight = (double)(uintptr_t)fm_map_get(&v->incident, words.entries[i].key) / 100;
        double uses = (double)(uintptr_t)fm_map_get(&v->changes, words.entries[i].key);
        if (!(weight > 0) || !(uses > 0))
            continue;
        sum += weight * (double)(uintptr_t)words.entries[i].value / 100 *
               log(1 + (double)v->n_changes / uses);
        if (shared && n++ < 4)
            *shared = fm_str_fmt(v->a, "%.*s%s%.*s", FM_STR_ARG(*shared), shared->len ? ", " : "",
                                 FM_STR_ARG(words.entries[i].key));
    }
    return sum;
}
