/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gate made of a text depends on the rules, the key of the case, the text, and on what the
 * map held before: placeholders are numbered in order of appearance. So a verdict is found by all
 * four, and names what the map holds afterwards. A conversation that comes again with one more
 * message walks along its old verdicts and only the new message is looked at. Texts in which there
 * is nothing to replace are the same whatever the map holds.
 *
 * Texts are compared byte by byte: a hash that collides must not let anything out.
 */
#include "memo.h"

#include <stdlib.h>

#include "faultmaven/base/hash.h"
#include "faultmaven/security/crypto.h"

#define BUCKETS 4096
#define IDLE (15 * FM_MINUTE)
#define ENTRY_COST 256
#define VALUE_COST 384 /* of a value in a map, roughly */

struct kept {
    struct kept *next; /* in the bucket */
    struct kept *older, *newer;
    uint64_t hash;
    fm_time used;
    const struct fm_redactor *redactor;
    uint8_t key[FM_CASE_KEY_BYTES];
    struct fm_values *before; /* referenced; NULL: any */
    struct fm_values *after;  /* referenced; NULL: as before */
    char *text, *clean;       /* owned; clean NULL: as the text */
    size_t text_len, clean_len, cost;
    struct fm_verdict_counts counts;
};

struct fm_egress_memo {
    size_t max, bytes;
    struct kept *newest, *oldest;
    struct kept *buckets[BUCKETS];
};

struct fm_egress_memo *fm_egress_memo_new(size_t max_bytes)
{
    struct fm_egress_memo *m = calloc(1, sizeof *m);
    FM_ASSERT(m != NULL);
    m->max = max_bytes;
    return m;
}

static void unlink_kept(struct fm_egress_memo *m, struct kept *k)
{
    if (k->newer)
        k->newer->older = k->older;
    else
        m->newest = k->older;
    if (k->older)
        k->older->newer = k->newer;
    else
        m->oldest = k->newer;
}

static void link_newest(struct fm_egress_memo *m, struct kept *k)
{
    k->newer = NULL;
    k->older = m->newest;
    if (k->older)
        k->older->newer = k;
    else
        m->oldest = k;
    m->newest = k;
}

static void forget(char *p, size_t n)
{
    if (p)
        fm_wipe(p, n);
    free(p);
}

static void drop(struct fm_egress_memo *m, struct kept *k)
{
    struct kept **at = &m->buckets[k->hash % BUCKETS];
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    unlink_kept(m, k);
    m->bytes -= k->cost;
    fm_values_unref(k->before);
    fm_values_unref(k->after);
    forget(k->text, k->text_len);
    forget(k->clean, k->clean_len);
    free(k);
}

void fm_egress_memo_free(struct fm_egress_memo *m)
{
    if (!m)
        return;
    while (m->oldest)
        drop(m, m->oldest);
    free(m);
}

static uint64_t mix(uint64_t text_hash, const struct fm_values *before)
{
    return (text_hash ^ (uint64_t)(uintptr_t)before) * 0x9e3779b97f4a7c15u >> 16;
}

/* An empty map is the same whichever it is. */
static struct fm_values *state_of(const struct fm_pseudonyms *map)
{
    return fm_values_is_empty(map->v) ? NULL : map->v;
}

static bool is_same(const struct kept *k, const struct fm_verdict_query *q)
{
    return k->text_len == q->text.len && k->redactor == q->redactor &&
           memcmp(k->key, q->map->key, sizeof k->key) == 0 &&
           memcmp(k->text, q->text.p, q->text.len) == 0;
}

static struct kept *find(struct fm_egress_memo *m, const struct fm_verdict_query *q,
                         uint64_t text_hash, const struct fm_values *before)
{
    uint64_t hash = mix(text_hash, before);
    for (struct kept *k = m->buckets[hash % BUCKETS]; k; k = k->next)
        if (k->hash == hash && k->before == before && is_same(k, q))
            return k;
    return NULL;
}

static void expire(struct fm_egress_memo *m, fm_time now)
{
    while (m->oldest && now - m->oldest->used > IDLE)
        drop(m, m->oldest);
}

bool fm_egress_memo_find(struct fm_egress_memo *m, struct fm_ctx *ctx,
                         const struct fm_verdict_query *q, struct fm_verdict *out)
{
    uint64_t hash = fm_hash64(q->text);
    fm_time now = fm_monotonic(ctx->clock);
    expire(m, now);
    struct kept *k = find(m, q, hash, NULL);
    if (k && k->after && state_of(q->map)) /* of an empty map, and this one is not */
        k = NULL;
    if (!k && state_of(q->map))
        k = find(m, q, hash, q->map->v);
    if (!k)
        return false;
    unlink_kept(m, k);
    link_newest(m, k);
    k->used = now;
    out->clean = k->clean ? fm_str_dup(&ctx->arena, fm_str_n(k->clean, k->clean_len)) : q->text;
    out->counts = k->counts;
    if (k->after)
        fm_pseudonyms_adopt(q->map, k->after);
    return true;
}

static char *copy(fm_str s)
{
    char *p = malloc(s.len + 1);
    FM_ASSERT(p != NULL);
    if (s.len)
        memcpy(p, s.p, s.len);
    return p;
}

static struct kept *make(const struct fm_verdict_query *q, struct fm_values *before,
                         const struct fm_verdict *v)
{
    bool is_changed = q->map->v != before;
    bool is_for_any = !is_changed && v->counts.total == 0 && !fm_pseudonyms_has_number(q->text);
    struct kept *k = calloc(1, sizeof *k);
    FM_ASSERT(k != NULL);
    k->redactor = q->redactor;
    memcpy(k->key, q->map->key, sizeof k->key);
    if (!is_for_any && !fm_values_is_empty(before))
        k->before = fm_values_ref(before);
    if (is_changed)
        k->after = fm_values_ref(q->map->v);
    k->text = copy(q->text);
    k->text_len = q->text.len;
    k->clean = fm_str_eq(q->text, v->clean) ? NULL : copy(v->clean);
    k->clean_len = v->clean.len;
    k->counts = v->counts;
    k->hash = mix(fm_hash64(q->text), k->before);
    k->cost = ENTRY_COST + k->text_len + (k->clean ? k->clean_len : 0) +
              (is_changed ? fm_pseudonyms_count(q->map) * VALUE_COST : 0);
    return k;
}

void fm_egress_memo_add(struct fm_egress_memo *m, const struct fm_clock *clock,
                        const struct fm_verdict_query *q, struct fm_values *before,
                        const struct fm_verdict *v)
{
    if (q->text.len > m->max / 8)
        return;
    struct kept *k = make(q, before, v);
    k->used = fm_monotonic(clock);
    m->bytes += k->cost;
    k->next = m->buckets[k->hash % BUCKETS];
    m->buckets[k->hash % BUCKETS] = k;
    link_newest(m, k);
    while (m->oldest && m->bytes > m->max)
        drop(m, m->oldest);
}
