/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/cluster.h"

#include "processing/logs/mix.h"

#define WORDS_MIN 5
#define WORDS_MIN_SHORT 8
#define WORDS_MIN_FIRST 12
#define WORDS_MIN_NOUN 2

static void push_literal(struct fm_logs_table *t, struct fm_logs_cluster *c, size_t *cap,
                         fm_str text, enum fm_logs_token_kind kind)
{
    if (c->n_tokens == *cap)
        c->tokens = fm_vec_grow(&t->arena, c->tokens, cap, c->n_tokens + 1, sizeof *c->tokens);
    c->tokens[c->n_tokens++] = (struct fm_logs_token){.kind = kind, .text = text};
}

static void tokenise_literal(struct fm_logs_table *t, struct fm_logs_cluster *c, size_t *cap,
                             fm_str lit)
{
    const char *p = lit.p, *end = lit.p + lit.len;
    while (p < end) {
        struct fm_logs_word w;
        if (fm_ch_is_word(*p)) {
            const char *e = fm_logs_word_scan(p, end, &w);
            push_literal(t, c, cap, fm_str_n(p, (size_t)(e - p)), FM_LOGS_TOKEN_WORD);
            p = e;
        } else {
            push_literal(t, c, cap, fm_str_n(p, 1),
                         *p == ' ' ? FM_LOGS_TOKEN_BLANK : FM_LOGS_TOKEN_MARK);
            p++;
        }
    }
}

static void tokenise(struct fm_logs_table *t, struct fm_logs_cluster *c,
                     const struct fm_logs_group *g)
{
    size_t cap = 0, at = 0;
    for (uint32_t i = 0; i < g->t.n_slots; i++) {
        const struct fm_logs_value *v = &g->values[i];
        tokenise_literal(t, c, &cap, fm_str_sub(g->sample, at, v->off - at));
        push_literal(t, c, &cap, fm_str_sub(g->sample, v->off, v->len), FM_LOGS_TOKEN_VALUE);
        c->tokens[c->n_tokens - 1].slot = i;
        at = v->off + v->len;
    }
    tokenise_literal(t, c, &cap, fm_str_skip(g->sample, at));
}

bool fm_logs_is_noun(fm_str w)
{
    static const char *const nouns[] = {
        "user",       "host",      "hostname",  "node",        "service",     "server",
        "domain",     "device",    "interface", "port",        "file",        "path",
        "process",    "module",    "volume",    "disk",        "group",       "job",
        "task",       "thread",    "pod",       "container",   "namespace",   "deployment",
        "database",   "table",     "topic",     "queue",       "partition",   "account",
        "client",     "member",    "cluster",   "index",       "bucket",      "worker",
        "executor",   "instance",  "image",     "role",        "certificate", "secret",
        "plugin",     "driver",    "package",   "unit",        "program",     "endpoint",
        "channel",    "directory", "folder",    "filesystem",  "zone",        "region",
        "peer",       "broker",    "session",   "machine",     "tenant",      "project",
        "repository", "branch",    "shard",     "collection",  "schema",      "replica",
        "slave",      "master",    "daemon",    "application", "app",         "bean",
        "event",      "key",       "command",   "class",       "network",     "bridge",
        "link",       "adapter",   "printer"};
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        if (fm_str_ieq(w, fm_str_c(nouns[i])))
            return true;
    return false;
}

/* States, verbs and small words: what is said of an entity rather than what it is called. */
static bool is_said(fm_str w)
{
    static const char *const words[] = {
        "is",      "was",     "are",         "has",       "had",    "will",    "can",
        "cannot",  "not",     "in",          "on",        "at",     "to",      "for",
        "from",    "with",    "by",          "of",        "and",    "or",      "up",
        "down",    "ready",   "unavailable", "available", "full",   "lost",    "dead",
        "alive",   "ok",      "failure",     "error",     "start",  "stop",    "unhealthy",
        "healthy", "online",  "offline",     "does",      "did",    "could",   "should",
        "must",    "no",      "exited",      "timeout",   "begin",  "end",     "idle",
        "busy",    "state",   "status",      "name",      "id",     "list",    "count",
        "size",    "version", "type",        "manager",   "server", "handler", "starts",
        "stops",   "fails",   "exits",       "runs",      "dies",   "takes",   "needs",
        "becomes", "exists",  "goes",        "uses",      "gets",   "names",   "ids"};
    if (fm_str_ends(w, FM_STR("ed")) || fm_str_ends(w, FM_STR("ing")) || fm_logs_is_noun(w))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fm_str_ieq(w, fm_str_c(words[i])))
            return true;
    return false;
}

static uint64_t token_hash(const struct fm_logs_token *tok, size_t pos)
{
    uint64_t h = fm_mix(FM_MIX_SEED, pos + 1);
    if (tok->kind == FM_LOGS_TOKEN_WORD || tok->kind == FM_LOGS_TOKEN_MARK)
        return fm_mix_bytes(h, tok->text.p, tok->text.len);
    return fm_mix(h, 1000u + tok->kind);
}

static uint64_t mask_hash(size_t pos)
{
    return fm_mix(fm_mix(FM_MIX_SEED, pos + 1), 77);
}

static unsigned count_words(const struct fm_logs_cluster *c)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < c->n_tokens; i++)
        n += c->tokens[i].kind == FM_LOGS_TOKEN_WORD &&
             (fm_ch(c->tokens[i].text.p[0]) & FM_CH_ALPHA);
    return n;
}

/* A word that may stand for a parameter: the set of alternatives `hash`, and how large the set must
 * be. */
struct option {
    uint64_t hash;
    uint32_t cluster, token;
    uint32_t need, have;
    bool is_value; /* a weak slot stands there already */
};

static bool is_behind_noun(const struct fm_logs_cluster *c, uint32_t i)
{
    if (i < 2 || c->tokens[i - 1].kind != FM_LOGS_TOKEN_BLANK ||
        c->tokens[i - 2].kind != FM_LOGS_TOKEN_WORD)
        return false;
    return fm_logs_is_noun(c->tokens[i - 2].text) && !is_said(c->tokens[i].text);
}

static uint32_t words_needed(const struct fm_logs_cluster *c, uint32_t i, unsigned words)
{
    if (words < 2)
        return 0;
    if (is_behind_noun(c, i))
        return WORDS_MIN_NOUN;
    if (i == 0)
        return WORDS_MIN_FIRST;
    return words - 1 < 2 ? WORDS_MIN_SHORT : WORDS_MIN;
}

/* A slot that holds words with digits, and that is sure to vary. */
static bool is_word_slot(const struct fm_logs_cluster *c, uint32_t i)
{
    const struct fm_logs_token *tok = &c->tokens[i];
    if (tok->kind != FM_LOGS_TOKEN_VALUE)
        return false;
    const struct fm_logs_slot *s = &c->t->slots[tok->slot];
    return s->is_weak && !s->is_placed && (s->is_many || s->n_top >= WORDS_MIN);
}

struct options FM_VEC_OF(struct option);

static void add_options(struct fm_logs_table *t, struct options *o, const struct fm_logs_cluster *c,
                        uint32_t index)
{
    uint64_t all = fm_mix_bytes(FM_MIX_SEED, c->t->entity.p, c->t->entity.len);
    unsigned words = count_words(c);
    for (uint32_t i = 0; i < c->n_tokens; i++)
        all += token_hash(&c->tokens[i], i);
    for (uint32_t i = 0; i < c->n_tokens; i++) {
        uint32_t need = c->tokens[i].kind == FM_LOGS_TOKEN_WORD ? words_needed(c, i, words) : 0;
        bool is_value = is_word_slot(c, i);
        if (need || is_value)
            fm_vec_push(&t->arena, o,
                        ((struct option){.hash = all - token_hash(&c->tokens[i], i) + mask_hash(i),
                                         .cluster = index,
                                         .token = i,
                                         .need = need,
                                         .is_value = is_value}));
    }
}

/* Equal sets together, a slot before words. */
static int by_hash(const void *a, const void *b)
{
    const struct option *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->is_value != y->is_value)
        return x->is_value ? -1 : 1;
    return x->cluster < y->cluster ? -1 : x->cluster > y->cluster;
}

/* Largest set first; then in order of the input, so that the result does not depend on hash values.
 */
static int by_size(const void *a, const void *b)
{
    const struct option *x = *(const struct option *const *)a,
                        *y = *(const struct option *const *)b;
    if (x->have != y->have)
        return x->have > y->have ? -1 : 1;
    if (x->cluster != y->cluster)
        return x->cluster < y->cluster ? -1 : 1;
    return x->token < y->token ? -1 : x->token > y->token;
}

/* Sets large enough, as pointers to their first options. */
struct option_sets FM_VEC_OF(struct option *);

static void find_sets(struct fm_logs_table *t, struct options *o, struct option_sets *sets)
{
    if (o->n == 0)
        return;
    qsort(o->items, o->n, sizeof *o->items, by_hash);
    for (size_t i = 0, j; i < o->n; i = j) {
        uint32_t need = 0;
        for (j = i; j < o->n && o->items[j].hash == o->items[i].hash; j++)
            need = o->items[j].need > need ? o->items[j].need : need;
        o->items[i].have = (uint32_t)(j - i);
        o->items[i].need = need;
        if (j - i >= 2 && (j - i >= need || o->items[i].is_value))
            fm_vec_push(&t->arena, sets, &o->items[i]);
    }
    if (sets->n)
        qsort(sets->items, sets->n, sizeof *sets->items, by_size);
}

static void absorb(struct fm_logs_table *t, struct fm_logs_cluster *into,
                   const struct fm_logs_cluster *c)
{
    for (size_t i = 0; i < c->members.n; i++)
        fm_vec_push(&t->arena, &into->members, c->members.items[i]);
    fm_logs_template_merge(t, into->t, c->t);
}

/* c has a word where `into` has slot `slot`: its other slots lie one further from there on. */
static void absorb_word(struct fm_logs_table *t, struct fm_logs_cluster *into, uint32_t slot,
                        const struct fm_logs_cluster *c, fm_str word)
{
    for (size_t i = 0; i < c->members.n; i++)
        fm_vec_push(&t->arena, &into->members, c->members.items[i]);
    for (uint32_t k = 0; k < c->t->n_slots; k++)
        fm_logs_slot_merge(t, into->t, k < slot ? k : k + 1, c->t, k);
    fm_logs_slot_word(t, &into->t->slots[slot], word, c->t->count);
    fm_logs_counts_merge(&t->arena, into->t, c->t);
}

/* Words at the place of a slot are values of it, unless they say something. */
static void merge_into_slot(struct fm_logs_table *t, struct fm_logs_clusters *all,
                            const struct option *set, bool *is_taken)
{
    struct fm_logs_cluster *into = all->items[set->cluster];
    if (is_taken[set->cluster])
        return;
    uint32_t slot = into->tokens[set->token].slot;
    for (uint32_t i = 1; i < set->have; i++) {
        uint32_t k = set[i].cluster;
        if (set[i].is_value || is_taken[k] || is_said(all->items[k]->tokens[set[i].token].text))
            continue;
        absorb_word(t, into, slot, all->items[k], all->items[k]->tokens[set[i].token].text);
        is_taken[k] = is_taken[set->cluster] = true;
        all->items[k] = NULL;
    }
}

/* Joins the clusters of a set that are still free. */
static void merge_set(struct fm_logs_table *t, struct fm_logs_clusters *all,
                      const struct option *set, bool *is_taken)
{
    uint32_t have = 0;
    for (uint32_t i = 0; i < set->have; i++)
        have += !is_taken[set[i].cluster];
    if (have < set->need)
        return;
    struct fm_logs_cluster *first = NULL;
    for (uint32_t i = 0; i < set->have; i++) {
        uint32_t k = set[i].cluster;
        if (is_taken[k])
            continue;
        is_taken[k] = true;
        if (!first) {
            first = all->items[k];
            fm_vec_push(&t->arena, &first->merged_at, set[i].token);
            first->tokens[set[i].token].kind = FM_LOGS_TOKEN_MERGED;
            continue;
        }
        absorb(t, first, all->items[k]);
        all->items[k] = NULL;
    }
}

static void merge_round(struct fm_logs_table *t, struct fm_logs_clusters *all)
{
    struct options o = {0};
    struct option_sets sets = {0};
    for (size_t i = 0; i < all->n; i++)
        add_options(t, &o, all->items[i], (uint32_t)i);
    find_sets(t, &o, &sets);
    bool *is_taken = FM_NEW_ARRAY(&t->arena, bool, all->n);
    for (size_t s = 0; s < sets.n; s++)
        if (sets.items[s]->is_value)
            merge_into_slot(t, all, sets.items[s], is_taken);
        else
            merge_set(t, all, sets.items[s], is_taken);
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->items[i])
            all->items[n++] = all->items[i];
    all->n = n;
}

void fm_logs_cluster(struct fm_logs_table *t, struct fm_logs_clusters *out)
{
    for (size_t i = 0; i < t->groups.n; i++) {
        struct fm_logs_cluster *c = FM_NEW(&t->arena, struct fm_logs_cluster);
        fm_vec_push(&t->arena, &c->members, t->groups.items[i]);
        c->t = &t->groups.items[i]->t;
        tokenise(t, c, t->groups.items[i]);
        fm_vec_push(&t->arena, out, c);
    }
    merge_round(t, out);
    merge_round(t, out);
}
