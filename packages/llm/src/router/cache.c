/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to exactly equal requests. The key is made of the tenant, the address and the hash of the
 * cleared body, which holds model, parameters and the redacted prompt. Stored text still has its
 * placeholders. Only whole answers come in.
 */
#include "internal.h"

#include <stdlib.h>

struct cached {
    struct cached *older, *newer;
    uint8_t key[CACHE_KEY_BYTES];
    fm_time at;
    struct fm_arena arena; /* owned; of the strings */
    struct fm_llm_response value;
};

void fm_llm_cache_key(fm_str tenant, const struct fm_llm_provider *p, const char *sha256,
                      uint8_t key[CACHE_KEY_BYTES])
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 16);
    fm_buf_adds(&b, tenant);
    fm_buf_addc(&b, '\0');
    fm_buf_addz(&b, p->base_url);
    fm_buf_addc(&b, '\0');
    fm_buf_addz(&b, sha256);
    fm_sha256(fm_buf_str(&b), key);
    fm_buf_release(&b);
}

static void copy_answer(struct fm_arena *a, const struct fm_llm_response *v,
                        struct fm_llm_response *out)
{
    struct fm_llm_tool_call *calls = FM_NEW_ARRAY(a, struct fm_llm_tool_call, v->n_calls);
    for (size_t i = 0; i < v->n_calls; i++)
        calls[i] = (struct fm_llm_tool_call){
            fm_str_dup(a, v->calls[i].id), fm_str_dup(a, v->calls[i].name),
            fm_str_dup(a, v->calls[i].arguments), fm_str_dup(a, v->calls[i].signature)};
    out->text = fm_str_dup(a, v->text);
    out->reasoning = fm_str_dup(a, v->reasoning);
    out->calls = calls;
    out->n_calls = v->n_calls;
    out->finish = v->finish;
    out->finish_raw = fm_str_dup(a, v->finish_raw);
    out->id = fm_str_dup(a, v->id);
    out->model = fm_str_dup(a, v->model);
    out->usage = v->usage;
}

static void unlink_entry(struct fm_llm_router *r, struct cached *c)
{
    if (c->newer)
        c->newer->older = c->older;
    else
        r->newest = c->older;
    if (c->older)
        c->older->newer = c->newer;
    else
        r->oldest = c->newer;
    r->n_cached--;
}

static void link_newest(struct fm_llm_router *r, struct cached *c)
{
    c->newer = NULL;
    c->older = r->newest;
    if (c->older)
        c->older->newer = c;
    else
        r->oldest = c;
    r->newest = c;
    r->n_cached++;
}

static void drop(struct fm_llm_router *r, struct cached *c)
{
    unlink_entry(r, c);
    fm_arena_release(&c->arena);
    free(c);
}

static struct cached *find(struct fm_llm_router *r, const uint8_t *key)
{
    for (struct cached *c = r->newest; c; c = c->older)
        if (memcmp(c->key, key, CACHE_KEY_BYTES) == 0)
            return c;
    return NULL;
}

bool fm_llm_cache_get(struct fm_llm_router *r, const uint8_t *key, int64_t ttl_ms,
                      struct fm_arena *a, struct fm_llm_response *out)
{
    pthread_mutex_lock(&r->lock);
    struct cached *c = find(r, key);
    if (c && ttl_ms && fm_llm_now(r) - c->at > ttl_ms * FM_MS) {
        drop(r, c);
        c = NULL;
    }
    if (c) {
        unlink_entry(r, c);
        link_newest(r, c);
        copy_answer(a, &c->value, out);
    }
    pthread_mutex_unlock(&r->lock);
    return c != NULL;
}

void fm_llm_cache_put(struct fm_llm_router *r, const uint8_t *key, size_t max_entries,
                      const struct fm_llm_response *v)
{
    bool is_whole = v->finish == FM_LLM_FINISH_STOP || v->finish == FM_LLM_FINISH_TOOL_CALLS;
    if (max_entries == 0 || !is_whole)
        return;
    struct cached *c = calloc(1, sizeof *c);
    if (!c)
        FM_BUG("out of memory");
    memcpy(c->key, key, CACHE_KEY_BYTES);
    fm_arena_init(&c->arena);
    copy_answer(&c->arena, v, &c->value);
    pthread_mutex_lock(&r->lock);
    c->at = fm_llm_now(r);
    struct cached *old = find(r, key);
    if (old)
        drop(r, old);
    while (r->n_cached >= max_entries)
        drop(r, r->oldest);
    link_newest(r, c);
    pthread_mutex_unlock(&r->lock);
}

void fm_llm_cache_clear(struct fm_llm_router *r)
{
    while (r->newest)
        drop(r, r->newest);
}
