/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/services/facts.h"

#include <math.h>

#include "processing/words.h"

static bool has_any_word(fm_str name, const char *const *list)
{
    struct fm_words w;
    fm_words_split(name, &w);
    return fm_words_has_any(&w, list);
}

/* Kind by what monitoring calls it: the entity's kind, its name, or the exporter's prefix of its
 * metrics. */
static void find_kind(struct facts *f, fm_str name)
{
    static const char *const databases[] = {
        "db",     "database", "postgres", "postgresql", "pg",        "mysql",
        "mysqld", "mariadb",  "mongo",    "mongodb",    "rds",       "aurora",
        "sql",    "oracle",   "mssql",    "cassandra",  "cockroach", NULL};
    static const char *const caches[] = {"redis",       "memcached", "cache", "valkey",
                                         "elasticache", "varnish",   NULL};
    static const char *const queues[] = {"kafka",  "rabbitmq", "rabbit",   "queue",  "sqs", "nats",
                                         "broker", "topic",    "activemq", "pulsar", NULL};
    enum fm_entity_kind k = f->in->entities.items[f->entity].kind;
    f->is_database |= k == FM_ENTITY_DATABASE || has_any_word(name, databases);
    f->is_cache |= k == FM_ENTITY_CACHE || has_any_word(name, caches);
    f->is_queue |= k == FM_ENTITY_QUEUE || has_any_word(name, queues);
    f->is_host |= k == FM_ENTITY_NODE || k == FM_ENTITY_HOST;
}

/* Bigger is more: a shift counts by its spreads, anything else by nothing. */
static double weight(const struct metric_change *c)
{
    return c->is_lasting ? fabs(c->z) : 0;
}

static void take(struct facts *f, const struct metric_change *c)
{
    enum fm_metric_role r = c->series->role;
    const struct metric_change **side = c->z >= 0 ? &f->up[r] : &f->down[r];
    if (!*side || weight(c) > weight(*side))
        *side = c;
    if (!isnan(c->share) && (!f->near[r] || c->share > f->near[r]->share))
        f->near[r] = c;
}

struct facts *facts_collect(struct fm_incident *in, size_t *n)
{
    size_t n_entities = in->entities.n;
    struct facts *all = FM_NEW_ARRAY(&in->ctx->arena, struct facts, n_entities + 1);
    uint32_t *index = FM_NEW_ARRAY(&in->ctx->arena, uint32_t, n_entities + 1);
    *n = 0;
    for (size_t i = 0; i < in->metrics->n_changes; i++) {
        const struct metric_change *c = &in->metrics->changes[i];
        fm_entity_id id = c->series->entity;
        if (id >= n_entities || c->series->peer != FM_ENTITY_NONE ||
            c->series->role == FM_ROLE_OTHER)
            continue;
        if (!index[id]) {
            all[*n] = (struct facts){.in = in, .entity = id};
            find_kind(&all[*n], in->entities.items[id].name);
            index[id] = (uint32_t)++ * n;
        }
        struct facts *f = &all[index[id] - 1];
        find_kind(f, c->series->written);
        take(f, c);
    }
    fm_vec_each (&in->edges, e)
        if (e->kind == FM_EDGE_CALLS && e->to < n_entities && index[e->to])
            all[index[e->to] - 1].has_caller = true;
    return all;
}

bool facts_rose(const struct metric_change *c, double ratio, double least)
{
    return c && metric_change_is_shift(c) && c->z > 0 && c->ratio >= ratio &&
           c->after.median - c->before.median >= least;
}

bool facts_fell(const struct metric_change *c, double ratio)
{
    return c && metric_change_is_shift(c) && c->z < 0 && c->ratio <= ratio;
}

bool facts_grows(const struct metric_change *c, double growth)
{
    return c && c->rising >= 0.8 && c->growth >= growth && c->series->rows->n >= 10;
}

bool facts_at_limit(const struct metric_change *c, double share)
{
    return c && c->share >= share && c->share <= 1.5 &&
           (c->share_before < share - 0.1 || c->share_before < 0.8 * share);
}

bool facts_has_symptom(const struct facts *f)
{
    return facts_rose(f->up[FM_ROLE_LATENCY], 1.5, 0.01) ||
           facts_rose(f->up[FM_ROLE_ERRORS], 2, 0.01) ||
           facts_rose(f->up[FM_ROLE_QUERY_TIME], 1.5, 0.005) ||
           facts_fell(f->down[FM_ROLE_SUCCESS], 0.99) ||
           facts_rose(f->up[FM_ROLE_CONNECTIONS_WAITING], 2, 1) ||
           facts_fell(f->down[FM_ROLE_REQUESTS], 0.7);
}
