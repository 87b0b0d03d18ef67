/* SPDX-License-Identifier: Apache-2.0 */
/*
 * INFO of Redis and Valkey. Memory at its maximum is how a cache with an eviction policy works;
 * without one ("noeviction") writes fail, and without a maximum the host runs out.
 */
#include "consoles.h"

#define FULL_SHARE 0.98
#define HOST_SHARE 0.95
#define CLIENTS_SHARE 0.98
#define EVICTED_LEAST 10000.0
#define MISS_LEAST 0.6
#define LOOKUPS_LEAST 10000.0

static const struct fm_console_row *pair(const struct fm_hypotheses *h, const char *name)
{
    return fm_console_setting(h->in->consoles, "redis", name);
}

static double number(const struct fm_hypotheses *h, const char *name)
{
    const struct fm_console_row *r = pair(h, name);
    return r ? fm_console_or(r, FM_CONSOLE_F_VALUE, 0) : 0;
}

static bool says(const struct fm_hypotheses *h, const char *name, const char *value)
{
    const struct fm_console_row *r = pair(h, name);
    return r && fm_console_is(r, FM_CONSOLE_F_VALUE, value);
}

static struct fm_entity entity_of(const struct fm_hypotheses *h)
{
    const struct fm_console_row *version = pair(h, "redis_version");
    const struct fm_console_row *r = version ? version : pair(h, "used_memory");
    fm_str name = r && r->host.len ? r->host : FM_STR("redis");
    return (struct fm_entity){FM_ENTITY_CACHE, name};
}

static void cite(struct fm_hypotheses *h, struct fm_cause *c, const char *const *names)
{
    for (; *names; names++) {
        const struct fm_console_row *r = pair(h, *names);
        if (r)
            fm_console_cite(h, c, r, "%s", *names);
    }
}

static void judge_memory(struct fm_hypotheses *h)
{
    static const char *const shown[] = {"used_memory", "maxmemory", "maxmemory_policy",
                                        "total_system_memory", NULL};
    double used = number(h, "used_memory"), most = number(h, "maxmemory");
    double host = number(h, "total_system_memory");
    bool is_full =
        most > 0 && used >= FULL_SHARE * most && says(h, "maxmemory_policy", "noeviction");
    bool is_host_full = most <= 0 && host > 0 && used >= HOST_SHARE * host;
    if (!is_full && !is_host_full)
        return;
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = entity_of(h),
               .fault = FM_FAULT_CACHE_MEMORY_FULL,
               .strength = 0.91,
               .rule = "console.redis-memory",
               .statement = is_full ? FM_STR("Redis has reached maxmemory, and its policy is "
                                             "noeviction: writes are refused.")
                                    : FM_STR("Redis uses nearly all memory of its host and has no "
                                             "maxmemory."),
               .mechanism = is_full ? FM_STR("With noeviction every command that needs memory gets "
                                             "an OOM error until keys expire or are deleted.")
                                    : FM_STR("Saving forks the process and copies pages that "
                                             "change; the kernel swaps or kills it."),
               .location = FM_STR("maxmemory"),
               .ask = "Which keys grow, and may they be evicted?",
               .command = "redis-cli --bigkeys; redis-cli config get maxmemory-policy",
           });
    cite(h, c, shown);
}

static void judge_clients(struct fm_hypotheses *h)
{
    static const char *const shown[] = {"connected_clients", "maxclients", "rejected_connections",
                                        NULL};
    double most = number(h, "maxclients"), used = number(h, "connected_clients");
    bool is_full = most > 0 && used >= CLIENTS_SHARE * most;
    if (!is_full && number(h, "rejected_connections") < 1)
        return;
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = entity_of(h),
            .fault = FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED,
            .strength = is_full ? 0.88 : 0.66,
            .rule = "console.redis-clients",
            .statement = is_full ? FM_STR("Redis has as many clients as maxclients allows.")
                                 : FM_STR("Redis has refused connections because maxclients was "
                                          "reached."),
            .mechanism = FM_STR("Further clients get an error and are disconnected; clients that "
                                "do not close or pool their connections use them up."),
            .location = FM_STR("maxclients"),
            .ask = "Which client holds the most connections?",
            .command = "redis-cli client list",
        });
    cite(h, c, shown);
}

/* Eviction while most lookups miss: what is asked for does not fit. */
static void judge_hits(struct fm_hypotheses *h)
{
    static const char *const shown[] = {"keyspace_hits",
                                        "keyspace_misses",
                                        "evicted_keys",
                                        "used_memory",
                                        "maxmemory",
                                        "maxmemory_policy",
                                        NULL};
    double hits = number(h, "keyspace_hits"), misses = number(h, "keyspace_misses");
    double most = number(h, "maxmemory");
    if (hits + misses < LOOKUPS_LEAST || misses < MISS_LEAST * (hits + misses) ||
        number(h, "evicted_keys") < EVICTED_LEAST || most <= 0 ||
        number(h, "used_memory") < FULL_SHARE * most)
        return;
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = entity_of(h),
            .fault = FM_FAULT_CACHE_HIT_RATIO_COLLAPSE,
            .strength = 0.78,
            .rule = "console.redis-evictions",
            .statement = FM_STR("Redis evicts keys that are still asked for: most lookups miss."),
            .mechanism = FM_STR("The working set is larger than maxmemory; each miss goes to the "
                                "database behind the cache."),
            .location = FM_STR("maxmemory"),
            .ask = "Did the working set grow, or do large keys displace it?",
            .command = "redis-cli info stats; redis-cli --bigkeys",
        });
    cite(h, c, shown);
}

static void judge_availability(struct fm_hypotheses *h)
{
    static const char *const shown[] = {
        "role",    "master_host", "master_link_status", "master_link_down_since_seconds",
        "loading", NULL};
    bool is_cut = says(h, "master_link_status", "down");
    bool is_loading = says(h, "loading", "1");
    if (!is_cut && !is_loading)
        return;
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = entity_of(h),
            .fault = FM_FAULT_CACHE_UNAVAILABLE,
            .strength = is_cut ? 0.80 : 0.70,
            .rule = "console.redis-availability",
            .statement = is_cut ? FM_STR("The Redis replica has lost its master.")
                                : FM_STR("Redis is loading its data and does not answer yet."),
            .mechanism = is_cut ? FM_STR("It serves old data or, with replica-serve-stale-data "
                                         "off, refuses to answer; there may be no master at all.")
                                : FM_STR("After a restart commands are refused with LOADING until "
                                         "the data set is in memory."),
            .location = FM_STR("replication"),
            .ask = "Does the master run, and can the replica reach it?",
            .command = "redis-cli -h MASTER ping; redis-cli info replication",
        });
    cite(h, c, shown);
}

void fm_console_rules_redis(struct fm_hypotheses *h)
{
    judge_memory(h);
    judge_clients(h);
    judge_hits(h);
    judge_availability(h);
}
