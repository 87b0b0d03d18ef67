/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explaining away: many faults are what a caller sees of another fault. A refused connection, a
 * timeout, an exhausted pool or a name that does not resolve at one entity needs no cause of its
 * own when the entity behind it (the one that it calls, directly or through others, or that its own
 * records name, or itself) has a fault that is a state: no pod, a wrong probe, a full disk. The
 * effect then steps back behind its cause, which lists the entity among those it affects.
 *
 * Among effects alone the deeper one stands: the callee's, not its caller's.
 */
#include "diagnosis/reasoners.h"

#define EFFECT_BEHIND 0.12 /* how far an effect stays behind what explains it */
#define CAUSE_AT 0.60      /* a weaker cause explains nothing */
#define DEEPER_BEHIND                                                                              \
    0.15 /* a deeper effect may be this much weaker and still explain its caller's */
#define STRUCTURE_AT 0.50 /* a component that stands out at least this much counts */
#define HOPS_MAX 4
#define CAUSES_MAX 48 /* strongest ones looked at */
#define EARLIER_MAX (2 * FM_MINUTE)

/* Faults that are seen by a client of what is wrong. */
static bool is_effect(enum fm_fault f)
{
    static const enum fm_fault effects[] = {
        FM_FAULT_NETWORK_CONNECTION_REFUSED,
        FM_FAULT_NETWORK_CONNECTION_RESET,
        FM_FAULT_NETWORK_TIMEOUT,
        FM_FAULT_NETWORK_DNS_FAILURE,
        FM_FAULT_DEPENDENCY_UNAVAILABLE,
        FM_FAULT_DEPENDENCY_SLOW,
        FM_FAULT_DEPENDENCY_ERROR_RESPONSES,
        FM_FAULT_DATABASE_POOL_EXHAUSTED,
        FM_FAULT_DATABASE_UNAVAILABLE,
        FM_FAULT_DATABASE_SLOW_QUERY,
        FM_FAULT_CACHE_UNAVAILABLE,
        FM_FAULT_QUEUE_BROKER_UNAVAILABLE,
        FM_FAULT_QUEUE_BACKLOG,
        FM_FAULT_STARTUP_DEPENDENCY_WAIT,
        FM_FAULT_RUNTIME_RESTART_LOOP,
        FM_FAULT_LOAD_RETRY_STORM,
        FM_FAULT_ROUTING_NO_ENDPOINTS,
        FM_FAULT_ROUTING_PROTOCOL_MISMATCH,
        FM_FAULT_NETWORK_PROXY_UNAVAILABLE,
        FM_FAULT_RUNTIME_CRASH_EXCEPTION,
        FM_FAULT_OTHER_UNKNOWN,
    };
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (effects[i] == f)
            return true;
    return false;
}

/* Marks everything that an entity with this name calls, within HOPS_MAX calls. mark[id] is the
 * number of hops. */
static void mark_callees(const struct fm_incident *in, fm_str name, uint8_t *mark)
{
    memset(mark, 0, in->entities.n);
    for (size_t i = 0; i < in->entities.n; i++)
        mark[i] = fm_str_eq(in->entities.items[i].name, name);
    for (uint8_t hop = 1; hop <= HOPS_MAX; hop++) {
        bool is_grown = false;
        fm_vec_each (&in->edges, e) {
            if (e->kind != FM_EDGE_CALLS || mark[e->from] != hop || mark[e->to])
                continue;
            mark[e->to] = (uint8_t)(hop + 1);
            is_grown = true;
        }
        if (!is_grown)
            return;
    }
}

static bool is_callee(const struct fm_incident *in, const uint8_t *mark, fm_str name)
{
    for (size_t i = 0; i < in->entities.n; i++)
        if (mark[i] > 1 && fm_str_eq(in->entities.items[i].name, name))
            return true;
    return false;
}

/* Do the records that c rests on name this entity? Short names would match by accident. */
static bool names(const struct fm_incident *in, const struct fm_cause *c, fm_str name)
{
    if (name.len < 4)
        return false;
    fm_vec_each (&c->supports, s) {
        const struct fm_evidence *e = s->span.length ? in->inputs.items[s->span.evidence] : NULL;
        if (e && fm_str_has(fm_str_sub(e->bytes, s->span.offset, s->span.length), name))
            return true;
    }
    return false;
}

static bool is_in_time(const struct fm_cause *cause, const struct fm_cause *effect)
{
    return cause->onset == FM_TIME_NONE || effect->onset == FM_TIME_NONE ||
           effect->onset >= cause->onset - EARLIER_MAX;
}

/* Can `cause` be behind `effect`, whose callees are marked? */
static bool is_behind(const struct fm_incident *in, const struct fm_cause *cause,
                      const struct fm_cause *effect, const uint8_t *mark)
{
    bool is_same = fm_str_eq(cause->entity.name, effect->entity.name);
    if (cause == effect || cause->strength < CAUSE_AT || !is_in_time(cause, effect))
        return false;
    if (is_effect(cause->fault))
        return !is_same && is_callee(in, mark, cause->entity.name) &&
               cause->strength >= effect->strength - DEEPER_BEHIND;
    return is_same || is_callee(in, mark, cause->entity.name) ||
           names(in, effect, cause->entity.name);
}

static void add_affected(struct fm_hypotheses *h, struct fm_cause *c, struct fm_entity e)
{
    fm_entity_id id = fm_incident_entity(h->in, e.kind, e.name);
    if (id == FM_ENTITY_NONE || fm_str_eq(e.name, c->entity.name))
        return;
    fm_vec_each (&c->affects, a)
        if (*a == id)
            return;
    fm_vec_push(&h->in->ctx->arena, &c->affects, id);
}

static struct fm_cause *find_cause_of(struct fm_hypotheses *h, const struct fm_cause *effect,
                                      size_t n, const uint8_t *mark)
{
    struct fm_cause *best = NULL;
    for (size_t i = 0; i < n; i++) {
        struct fm_cause *c = h->causes.items[i];
        if (!is_behind(h->in, c, effect, mark))
            continue;
        bool is_better =
            !best || (is_effect(best->fault) && !is_effect(c->fault)) ||
            (is_effect(best->fault) == is_effect(c->fault) && c->strength > best->strength);
        if (is_better)
            best = c;
    }
    return best;
}

/*
 * A fault seen in the log of one component is one component's word. Where traces or metrics of all
 * components were compared with a quiet period and another component stands out, errors of the kind
 * that occur in healthy systems too (an exception in a request, a timeout) step back behind it.
 */
static void prefer_structure(struct fm_hypotheses *h)
{
    double best = 0;
    fm_str place = FM_STR_NULL;
    fm_vec_each (&h->causes, c) {
        if (!fm_str_eqc((*c)->signature, "services") || (*c)->strength <= best)
            continue;
        best = (*c)->strength;
        place = (*c)->entity.name;
    }
    fm_vec_each (&h->causes, c) {
        bool is_word =
            is_effect((*c)->fault) && !fm_str_eqc((*c)->signature, "services") && !(*c)->change;
        if (best >= STRUCTURE_AT && is_word && !fm_str_eq((*c)->entity.name, place) &&
            (*c)->strength > best - EFFECT_BEHIND)
            (*c)->strength = best - EFFECT_BEHIND;
    }
}

void fm_explain(struct fm_hypotheses *h)
{
    size_t n = h->causes.n < CAUSES_MAX ? h->causes.n : CAUSES_MAX;
    uint8_t *mark = FM_NEW_ARRAY(&h->in->ctx->arena, uint8_t, h->in->entities.n + 1);
    struct fm_cause **behind = FM_NEW_ARRAY(&h->in->ctx->arena, struct fm_cause *, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct fm_cause *effect = h->causes.items[i];
        if (!is_effect(effect->fault))
            continue;
        mark_callees(h->in, effect->entity.name, mark);
        behind[i] = find_cause_of(h, effect, n, mark);
    }
    for (size_t i = 0; i < n; i++) {
        struct fm_cause *effect = h->causes.items[i], *c = behind[i];
        if (!c)
            continue;
        add_affected(h, c, effect->entity);
        if (effect->strength > c->strength - EFFECT_BEHIND)
            effect->strength = c->strength - EFFECT_BEHIND;
        fm_cause_feature(h, effect, "explained", 1);
    }
    prefer_structure(h);
}
