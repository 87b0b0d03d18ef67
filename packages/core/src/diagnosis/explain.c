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

/* A state that explains a whole workload (a pod that no scheduler places) fails its callers too. */
static bool has_callee_behind(const struct fm_incident *in, const struct fm_cause *cause,
                              const uint8_t *mark)
{
    fm_vec_each (&cause->affects, id)
        if (is_callee(in, mark, fm_incident_entity_of(in, *id).name))
            return true;
    return false;
}

/* Can `cause` be behind `effect`, whose callees are marked? */
static bool is_behind(const struct fm_incident *in, const struct fm_cause *cause,
                      const struct fm_cause *effect, const uint8_t *mark)
{
    bool is_same = fm_str_eq(cause->entity.name, effect->entity.name);
    if (cause == effect || cause->strength < CAUSE_AT || !is_in_time(cause, effect))
        return false;
    if (cause->fault == FM_FAULT_LOAD_TRAFFIC_SPIKE && effect->fault == FM_FAULT_LOAD_RETRY_STORM)
        return is_same; /* a callee's load is what its caller's retries make */
    if (is_effect(cause->fault))
        return !is_same && is_callee(in, mark, cause->entity.name) &&
               cause->strength >= effect->strength - DEEPER_BEHIND;
    return is_same || is_callee(in, mark, cause->entity.name) ||
           names(in, effect, cause->entity.name) || has_callee_behind(in, cause, mark);
}

static bool is_called_by(const struct fm_incident *in, fm_str callee, const struct fm_cause *caller)
{
    fm_vec_each (&in->edges, e)
        if (e->kind == FM_EDGE_CALLS && fm_str_eq(in->entities.items[e->to].name, callee) &&
            fm_str_eq(in->entities.items[e->from].name, caller->entity.name))
            return true;
    return names(in, caller, callee);
}

static void step_back(struct fm_cause *effect, const struct fm_cause *cause)
{
    if (effect->strength > cause->strength - EFFECT_BEHIND)
        effect->strength = cause->strength - EFFECT_BEHIND;
}

/*
 * More requests at a callee whose caller says that it sends everything again and again are those
 * repetitions, unless the caller itself gets more requests than before.
 */
static void let_retries_explain_load(struct fm_hypotheses *h)
{
    fm_vec_each (&h->causes, it) {
        const struct fm_cause *retry = *it;
        if (retry->fault != FM_FAULT_LOAD_RETRY_STORM || retry->strength < CAUSE_AT)
            continue;
        fm_vec_each (&h->causes, other) {
            struct fm_cause *load = *other;
            if (load->fault == FM_FAULT_LOAD_TRAFFIC_SPIKE &&
                is_called_by(h->in, load->entity.name, retry))
                step_back(load, retry);
        }
    }
}

static bool is_seen_by_both(enum fm_fault f)
{
    return f == FM_FAULT_QUEUE_REBALANCE_STORM || f == FM_FAULT_ACCESS_AUTHENTICATION_FAILED ||
           f == FM_FAULT_ACCESS_CREDENTIAL_EXPIRED || f == FM_FAULT_ACCESS_PERMISSION_DENIED;
}

/* Both sides of a refused login report it, and what is wrong is what the client presents; its
 * records name the server. Of a group that rebalances the coordinator names the member. */
static bool is_client_of(const struct fm_incident *in, const struct fm_cause *client,
                         const struct fm_cause *server)
{
    bool is_named = names(in, server, client->entity.name);
    return client->fault == FM_FAULT_QUEUE_REBALANCE_STORM
               ? is_named
               : !is_named && names(in, client, server->entity.name);
}

static void let_clients_explain_servers(struct fm_hypotheses *h)
{
    fm_vec_each (&h->causes, it) {
        const struct fm_cause *client = *it;
        if (!is_seen_by_both(client->fault) || client->strength < CAUSE_AT)
            continue;
        fm_vec_each (&h->causes, other) {
            struct fm_cause *server = *other;
            if (server != client && server->fault == client->fault &&
                is_client_of(h->in, client, server))
                step_back(server, client);
        }
    }
}

static bool is_machine(const struct fm_cause *c)
{
    return c->entity.kind == FM_ENTITY_NODE || c->entity.kind == FM_ENTITY_HOST;
}

/* ENOSPC is what programs get in both cases; the table of inodes tells which. */
static void let_inodes_explain_space(struct fm_hypotheses *h)
{
    fm_vec_each (&h->causes, it)
        fm_vec_each (&h->causes, other)
            if ((*it)->fault == FM_FAULT_STORAGE_INODE_EXHAUSTION && (*it)->strength >= CAUSE_AT &&
                (*other)->fault == FM_FAULT_STORAGE_DISK_FULL &&
                fm_str_eq((*it)->entity.name, (*other)->entity.name))
                step_back(*other, *it);
}

/* What a machine's own tools report is where the services that run on it got the same fault. */
static void let_machines_explain_services(struct fm_hypotheses *h)
{
    fm_vec_each (&h->causes, it) {
        const struct fm_cause *machine = *it;
        if (!is_machine(machine) || machine->strength < CAUSE_AT)
            continue;
        fm_vec_each (&h->causes, other)
            if ((*other)->fault == machine->fault && !is_machine(*other))
                step_back(*other, machine);
    }
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
        step_back(effect, c);
        fm_cause_feature(h, effect, "explained", 1);
    }
    let_retries_explain_load(h);
    let_clients_explain_servers(h);
    let_machines_explain_services(h);
    let_inodes_explain_space(h);
    prefer_structure(h);
}
