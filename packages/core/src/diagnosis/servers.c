/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of a server that its clients report. "Too many connections" stands in the log of a client
 * and is a state of the database; that several clients cannot connect to one broker is a fact about
 * the broker. The server is named in their records, or is the only one of its kind that they call.
 */
#include "diagnosis/reasoners.h"
#include "faultmaven/core/objects.h"

#define CLIENTS_MAX 16
#define BEHIND 0.25

/* What a client reports; `least` clients have to report it. */
static const struct server_fault {
    enum fm_fault fault;
    size_t least;
    const char *ports[10]; /* IANA and vendor default ports of such servers */
    const char *what, *mechanism;
} faults[] = {
    {FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED,
     1,
     {"5432", "3306", "1433", "1521", "27017", NULL},
     "takes no further connections: all its slots are used",
     "The limit of connections is shared by all clients; whoever connects next is refused."},
    {FM_FAULT_DATABASE_UNAVAILABLE,
     2,
     {"5432", "3306", "1433", "1521", "27017", "9042", NULL},
     "does not accept connections",
     "Its clients fail with it; each of them reports the same."},
    {FM_FAULT_CACHE_MEMORY_FULL,
     1,
     {"6379", "11211", NULL},
     "has no memory left and rejects writes",
     "With a policy that evicts nothing every write fails once the limit is reached."},
    {FM_FAULT_CACHE_UNAVAILABLE,
     2,
     {"6379", "11211", NULL},
     "does not answer its clients",
     "Its clients fail or fall back to what is behind it."},
    {FM_FAULT_QUEUE_BROKER_UNAVAILABLE,
     2,
     {"5672", "9092", "4222", "61616", "1883", NULL},
     "does not accept connections",
     "Producers and consumers fail with it; each of them reports the same."},
};

struct search {
    struct fm_hypotheses *h;
    const struct server_fault *f;
    fm_entity_id server;
    struct fm_cause *clients[CLIENTS_MAX];
    size_t n;
};

static bool is_kind(const struct search *s, fm_str name)
{
    if (!s->h->in->objects)
        return false;
    fm_vec_each (&s->h->in->objects->objects, o)
        if ((*o)->kind == FM_OBJECT_SERVICE && fm_str_eq((*o)->name, name))
            fm_vec_each (&(*o)->ports, p)
                for (size_t i = 0; s->f->ports[i]; i++)
                    if (fm_str_eqc(p->port, s->f->ports[i]))
                        return true;
    return false;
}

static bool is_named(const struct fm_incident *in, const struct fm_cause *c, fm_str name)
{
    fm_vec_each (&c->supports, s) {
        const struct fm_evidence *e = s->span.length ? in->inputs.items[s->span.evidence] : NULL;
        if (e && name.len >= 4 &&
            fm_str_has(fm_str_sub(e->bytes, s->span.offset, s->span.length), name))
            return true;
    }
    return false;
}

/* The callee that c's records name, else the only callee of the kind; NONE when c is about itself.
 */
static fm_entity_id server_of(const struct search *s, const struct fm_cause *c)
{
    const struct fm_incident *in = s->h->in;
    fm_entity_id only = FM_ENTITY_NONE;
    fm_vec_each (&in->edges, e) {
        fm_str to = in->entities.items[e->to].name;
        if (e->kind != FM_EDGE_CALLS ||
            !fm_str_eq(in->entities.items[e->from].name, c->entity.name) || !is_kind(s, to))
            continue;
        if (is_named(in, c, to))
            return e->to;
        if (only != FM_ENTITY_NONE && !fm_str_eq(in->entities.items[only].name, to))
            return FM_ENTITY_NONE;
        only = e->to;
    }
    return is_kind(s, c->entity.name) ? FM_ENTITY_NONE : only;
}

static void find_clients(struct search *s)
{
    s->n = 0;
    fm_vec_each (&s->h->causes, c)
        if ((*c)->fault == s->f->fault && (*c)->strength >= FM_ASSERT_AT && s->n < CLIENTS_MAX &&
            server_of(s, *c) == s->server)
            s->clients[s->n++] = *c;
}

static void blame(struct search *s)
{
    struct fm_hypotheses *h = s->h;
    struct fm_arena *a = &h->in->ctx->arena;
    struct fm_entity server = h->in->entities.items[s->server];
    double strength = 0;
    for (size_t i = 0; i < s->n; i++)
        strength = s->clients[i]->strength > strength ? s->clients[i]->strength : strength;
    bool is_new;
    struct fm_cause *c = fm_propose(h, server, s->f->fault, strength, &is_new);
    if (is_new) {
        fm_str name = fm_computed(h, c, "%.*s", FM_STR_ARG(server.name));
        c->statement =
            fm_str_fmt(a, "%.*s %s, as its clients report.", FM_STR_ARG(name), s->f->what);
        c->mechanism = fm_str_c(s->f->mechanism);
        c->signature = s->clients[0]->signature;
        c->settle_ask = s->clients[0]->settle_ask;
        c->settle_command = s->clients[0]->settle_command;
        c->onset = s->clients[0]->onset;
    }
    for (size_t i = 0; i < s->n; i++) {
        struct fm_cause *client = s->clients[i];
        fm_vec_each (&client->supports, claim)
            fm_vec_push(a, &c->supports, *claim);
        fm_vec_each (&client->computed, t)
            fm_vec_push(a, &c->computed, *t);
        fm_vec_push(a, &c->affects,
                    fm_incident_entity(h->in, client->entity.kind, client->entity.name));
        if (client->strength > strength - BEHIND)
            client->strength = strength - BEHIND;
    }
}

void fm_blame_servers(struct fm_hypotheses *h)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct search s = {.h = h, .f = &faults[i]};
        for (size_t k = 0, n = h->causes.n; k < n; k++) {
            const struct fm_cause *c = h->causes.items[k];
            if (c->fault != s.f->fault || c->strength < FM_ASSERT_AT)
                continue;
            s.server = server_of(&s, c);
            if (s.server == FM_ENTITY_NONE)
                continue;
            find_clients(&s);
            if (s.n >= s.f->least)
                blame(&s);
        }
    }
}
