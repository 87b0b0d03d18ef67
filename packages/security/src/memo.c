/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the gate made of a text depends on the rules, the key of the case, the text, and on what the
 * map held before: placeholders are numbered in order of appearance. So a verdict is found by all
 * four, and names what the map holds afterwards. A conversation that comes again with one more
 * message walks along its old verdicts and only the new message is looked at. Texts in which there is
 * nothing to replace are the same whatever the map holds.
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
#define VALUE_COST 256 /* of a value in a map, roughly */

struct verdict {
    struct verdict *next; /* in the bucket */
    struct verdict *older, *newer;
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
    struct verdict *newest, *oldest;
    struct verdict *buckets[BUCKETS];
};

struct fm_egress_memo *fm_egress_memo_new(size_t max_bytes)
{
    struct fm_egress_memo *m = calloc(1, sizeof *m);
    FM_ASSERT(m != NULL);
    m->max = max_bytes;
    return m;
}

static void unlink_verdict(struct fm_egress_memo *m, struct verdict *v)
{
    if (v->newer)
        v->newer->older = v->older;
    else
        m->newest = v->older;
    if (v->older)
        v->older->newer = v->newer;
    else
        m->oldest = v->newer;
}

static void link_newest(struct fm_egress_memo *m, struct verdict *v)
{
    v->newer = NULL;
    v->older = m->newest;
    if (v->older)
        v->older->newer = v;
    else
        m->oldest = v;
    m->newest = v;
}

static void forget(char *p, size_t n)
{
    if (p)
        fm_wipe(p, n);
    free(p);
}

static void drop(struct fm_egress_memo *m, struct verdict *v)
{
    struct verdict **at = &m->buckets[v->hash % BUCKETS];
    while (*at != v)
        at = &(*at)->next;
    *at = v->next;
    unlink_verdict(m, v);
    m->bytes -= v->cost;
    fm_values_unref(v->before);
    fm_values_unref(v->after);
    forget(v->text, v->text_len);
    forget(v->clean, v->clean_len);
    free(v);
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

static bool is_same(const struct verdict *v, const struct fm_verdict_query *q)
{
    return v->text_len == q->text.len && v->redactor == q->redactor &&
           memcmp(v->key, q->map->key, sizeof v->key) == 0 &&
           memcmp(v->text, q->text.p, q->text.len) == 0;
}

static struct verdict *find(struct fm_egress_memo *m, const struct fm_verdict_query *q,
                            uint64_t text_hash, const struct fm_values *before)
{
    uint64_t hash = mix(text_hash, before);
    for (struct verdict *v = m->buckets[hash % BUCKETS]; v; v = v->next)
        if (v->hash == hash && v->before == before && is_same(v, q))
            return v;
    return NULL;
}

static void expire(struct fm_egress_memo *m, fm_time now)
{
    while (m->oldest && now - m->oldest->used > IDLE)
        drop(m, m->oldest);
}

bool fm_egress_memo_find(struct fm_egress_memo *m, struct fm_ctx *ctx,
                         const struct fm_verdict_query *q, fm_str *clean,
                         struct fm_verdict_counts *counts)
{
    uint64_t hash = fm_hash64(q->text);
    fm_time now = fm_monotonic(ctx->clock);
    expire(m, now);
    struct verdict *v = find(m, q, hash, NULL);
    if (v && v->after && state_of(q->map)) /* of an empty map, and this one is not */
        v = NULL;
    if (!v && state_of(q->map))
        v = find(m, q, hash, q->map->v);
    if (!v)
        return false;
    unlink_verdict(m, v);
    link_newest(m, v);
    v->used = now;
    *clean = v->clean ? fm_str_dup(&ctx->arena, fm_str_n(v->clean, v->clean_len)) : q->text;
    *counts = v->counts;
    if (v->after)
        fm_pseudonyms_adopt(q->map, v->after);
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

void fm_egress_memo_add(struct fm_egress_memo *m, struct fm_ctx *ctx,
                        const struct fm_verdict_query *q, struct fm_values *before, fm_str clean,
                        const struct fm_verdict_counts *counts)
{
    bool is_changed = q->map->v != before, is_plain = fm_str_eq(q->text, clean);
    bool is_for_any = !is_changed && counts->total == 0 && !fm_pseudonyms_has_number(q->text);
    size_t cost = ENTRY_COST + q->text.len + (is_plain ? 0 : clean.len) +
                  (is_changed ? fm_pseudonyms_count(q->map) * VALUE_COST : 0);
    if (cost > m->max / 8)
        return;
    struct verdict *v = calloc(1, sizeof *v);
    FM_ASSERT(v != NULL);
    v->redactor = q->redactor;
    memcpy(v->key, q->map->key, sizeof v->key);
    if (!is_for_any && !fm_values_is_empty(before))
        v->before = fm_values_ref(before);
    if (is_changed)
        v->after = fm_values_ref(q->map->v);
    v->text = copy(q->text);
    v->text_len = q->text.len;
    v->clean = is_plain ? NULL : copy(clean);
    v->clean_len = clean.len;
    v->counts = *counts;
    v->used = fm_monotonic(ctx->clock);
    v->hash = mix(fm_hash64(q->text), v->before);
    v->cost = cost;
    m->bytes += cost;
    v->next = m->buckets[v->hash % BUCKETS];
    m->buckets[v->hash % BUCKETS] = v;
    link_newest(m, v);
    while (m->bytes > m->max)
        drop(m, m->oldest);
}
