/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Victims: who suffers from a cause, where its reasoner did not say. A caller of the failing
 * entity, directly or through others, is one when it shows a sign of its own that is not earlier
 * than the cause: trouble travels from callee to caller.
 */
#include "diagnosis/reasoners.h"

#define HOPS_MAX 3
#define CAUSES_MAX 3
#define EARLIER_MAX (2 * FM_MINUTE)

static bool is_sign(const struct fm_observation *o, fm_time onset)
{
    static const uint64_t none = 1ull << FM_OBSERVATION_HEALTHY | 1ull << FM_OBSERVATION_RECOVERED |
                                 1ull << FM_OBSERVATION_CHANGE | 1ull << FM_OBSERVATION_STATEMENT |
                                 1ull << FM_OBSERVATION_LOG_SILENT;
    if (o->score < 0.5 || none >> o->kind & 1)
        return false;
    return onset == FM_TIME_NONE || o->begin == FM_TIME_NONE || o->begin >= onset - EARLIER_MAX;
}

/* signs[id]: the entity shows a sign of trouble from the onset on. */
static void find_signs(const struct fm_incident *in, fm_time onset, bool *signs)
{
    memset(signs, 0, in->entities.n * sizeof *signs);
    fm_vec_each (&in->observations, o)
        if ((*o)->entity < in->entities.n && is_sign(*o, onset))
            signs[(*o)->entity] = true;
}

static void add_victim(struct fm_hypotheses *h, struct fm_cause *c, fm_entity_id id)
{
    fm_vec_each (&c->affects, a)
        if (*a == id)
            return;
    fm_vec_push(&h->in->ctx->arena, &c->affects, id);
}

static void find_victims(struct fm_hypotheses *h, struct fm_cause *c, bool *signs, uint8_t *hops)
{
    const struct fm_incident *in = h->in;
    find_signs(in, c->onset, signs);
    for (size_t i = 0; i < in->entities.n; i++)
        hops[i] = fm_str_eq(in->entities.items[i].name, c->entity.name);
    for (uint8_t hop = 1; hop <= HOPS_MAX; hop++)
        fm_vec_each (&in->edges, e) {
            if (e->kind != FM_EDGE_CALLS || hops[e->to] != hop || hops[e->from] || !signs[e->from])
                continue;
            hops[e->from] = (uint8_t)(hop + 1);
            add_victim(h, c, e->from);
        }
}

void fm_find_victims(struct fm_hypotheses *h)
{
    bool *signs = FM_NEW_ARRAY(&h->in->ctx->arena, bool, h->in->entities.n + 1);
    uint8_t *hops = FM_NEW_ARRAY(&h->in->ctx->arena, uint8_t, h->in->entities.n + 1);
    for (size_t i = 0; i < h->causes.n && i < CAUSES_MAX; i++)
        find_victims(h, h->causes.items[i], signs, hops);
}
