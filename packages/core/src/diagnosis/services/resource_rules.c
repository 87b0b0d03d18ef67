/* SPDX-License-Identifier: Apache-2.0 */
#include "diagnosis/services/resource_rules.h"

#include <math.h>

#define USE(i, c) (used[i] = (c))

static double with_symptom(const struct facts *f, double strength)
{
    return facts_has_symptom(f) ? fmin(strength + 0.08, 0.93) : strength;
}

/* Leaves a level and then hardly moves: a ceiling, though no series names it. */
static bool has_ceiling(const struct metric_change *c)
{
    return c && c->after.n >= 4 && c->after.mad <= 0.03 * c->after.median &&
           c->before.mad >= c->after.mad;
}

/* cgroup v2 cpu.stat: throttled_usec and nr_throttled only grow while a quota holds the process
 * back. */
static double cpu_throttling(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_CPU_THROTTLED];
    if (!facts_rose(c, 3, 0.05))
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_LATENCY]);
    return with_symptom(f, 0.80);
}

static double cpu_saturation(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->near[FM_ROLE_CPU];
    if (!facts_at_limit(c, 0.9) || !metric_change_is_shift(c) ||
        facts_rose(f->up[FM_ROLE_CPU_STEAL], 3, 4))
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_LATENCY]);
    return with_symptom(f, 0.80);
}

/* proc(5): steal is time that a virtual machine waited while others ran on its processor. */
static double noisy_neighbour(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_CPU_STEAL];
    double least = c && fm_str_eqc(c->series->unit, "%") ? 4 : 0.04;
    if (!facts_rose(c, 3, least))
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_LATENCY]);
    return with_symptom(f, 0.86);
}

static bool load_explains(const struct facts *f, double growth)
{
    const struct metric_change *r = f->up[FM_ROLE_REQUESTS];
    return r && (facts_grows(r, growth) || facts_rose(r, growth, 0));
}

/* Growth that matters: tens of megabytes or ten points, and beyond what the quiet period has seen.
 */
static bool is_material(const struct metric_change *c)
{
    bool is_share = fm_str_eqc(c->series->unit, "%");
    double floor = is_share ? 10 : fm_str_eqc(c->series->unit, "bytes") ? 50e6 : 0;
    return c->after.last - fmin(c->after.first, c->before.median) >= floor &&
           c->after.last > c->before.max;
}

static double memory_leak(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_MEMORY];
    if (!facts_grows(c, 1.3) || !is_material(c) || load_explains(f, 1.3))
        return 0;
    bool ends_badly = c->share >= 0.85 || facts_rose(f->up[FM_ROLE_GC], 2, 0) ||
                      facts_rose(f->up[FM_ROLE_RESTARTS], 1.1, 0.5);
    USE(0, c);
    USE(1, f->up[FM_ROLE_GC]);
    return with_symptom(f, ends_badly ? 0.84 : 0.72);
}

static double memory_exhaustion(const struct facts *f,
                                const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->near[FM_ROLE_MEMORY], *free = f->down[FM_ROLE_MEMORY_FREE];
    bool is_full = facts_at_limit(c, 0.92) && metric_change_is_shift(c) && !facts_grows(c, 1.3);
    bool has_no_free = facts_fell(free, 0.15);
    if (!is_full && !has_no_free)
        return 0;
    USE(0, is_full ? c : free);
    USE(1, f->up[FM_ROLE_LATENCY]);
    return with_symptom(f, 0.80);
}

/* A collector that takes more than a tenth of the time is the usual mark of trouble (JVM:
 * -XX:GCTimeRatio, GCTimeLimit). */
static double gc_pressure(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_GC];
    if (!facts_rose(c, 3, 0))
        return 0;
    bool is_time = fm_str_eqc(c->series->unit, "s"), is_share = fm_str_eqc(c->series->unit, "%");
    double least = is_time ? 0.08 : is_share ? 8 : 0;
    if (c->after.median < least || (!is_time && !is_share && c->ratio < 5))
        return 0;
    USE(0, c);
    USE(1, f->near[FM_ROLE_MEMORY]);
    return with_symptom(
        f, facts_grows(f->up[FM_ROLE_MEMORY], 1.3) && !load_explains(f, 1.3) ? 0.66 : 0.82);
}

static double thread_exhaustion(const struct facts *f,
                                const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->near[FM_ROLE_THREADS], *up = f->up[FM_ROLE_THREADS];
    if (facts_at_limit(c, 0.95)) {
        USE(0, c);
        return with_symptom(f, 0.85);
    }
    if (!facts_rose(up, 2, 10) || !has_ceiling(up) || !facts_has_symptom(f))
        return 0;
    USE(0, up);
    USE(1, f->up[FM_ROLE_LATENCY]);
    return 0.70;
}

static double descriptor_exhaustion(const struct facts *f,
                                    const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->near[FM_ROLE_DESCRIPTORS];
    if (!facts_at_limit(c, 0.95))
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_ERRORS]);
    return with_symptom(f, 0.86);
}

static bool rises_to_ceiling(const struct metric_change *c)
{
    return facts_rose(c, 2, 1e5) && has_ceiling(c);
}

/* Either a named limit, or a ceiling that traffic runs into while packets get lost. */
static double bandwidth_saturation(const struct facts *f,
                                   const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *tx = f->near[FM_ROLE_NET_TRANSMIT],
                               *rx = f->near[FM_ROLE_NET_RECEIVE];
    const struct metric_change *c = facts_at_limit(tx, 0.9)   ? tx
                                    : facts_at_limit(rx, 0.9) ? rx
                                                              : NULL;
    const struct metric_change *lost = facts_rose(f->up[FM_ROLE_NET_DROPS], 3, 0.5)
                                           ? f->up[FM_ROLE_NET_DROPS]
                                           : f->up[FM_ROLE_RETRANSMITS];
    USE(1, lost);
    if (c) {
        USE(0, c);
        return with_symptom(f, 0.85);
    }
    c = rises_to_ceiling(f->up[FM_ROLE_NET_TRANSMIT]) ? f->up[FM_ROLE_NET_TRANSMIT]
                                                      : f->up[FM_ROLE_NET_RECEIVE];
    if (!rises_to_ceiling(c) || !facts_rose(lost, 3, 0.5))
        return 0;
    USE(0, c);
    return with_symptom(f, 0.82);
}

static double packet_loss(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *drops = f->up[FM_ROLE_NET_DROPS],
                               *again = f->up[FM_ROLE_RETRANSMITS];
    bool has_drops = facts_rose(drops, 4, 0.5), has_again = facts_rose(again, 4, 0.5);
    const struct metric_change *none[EVIDENCE_MAX] = {NULL};
    if ((!has_drops && !has_again) || bandwidth_saturation(f, none) > 0)
        return 0;
    USE(0, has_again ? again : drops);
    USE(1, has_again && has_drops ? drops : NULL);
    return with_symptom(f, has_drops && has_again ? 0.86 : 0.80);
}

static double network_delay(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_RTT];
    const struct metric_change *none[EVIDENCE_MAX] = {NULL};
    if (!facts_rose(c, 3, 0.005) || packet_loss(f, none) > 0 || bandwidth_saturation(f, none) > 0)
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_LATENCY]);
    return with_symptom(f, 0.85);
}

/* Traffic ends in both directions although the machine runs. */
static double network_partition(const struct facts *f,
                                const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *rx = f->down[FM_ROLE_NET_RECEIVE],
                               *tx = f->down[FM_ROLE_NET_TRANSMIT];
    const struct metric_change *cpu =
        f->up[FM_ROLE_CPU] ? f->up[FM_ROLE_CPU] : f->down[FM_ROLE_CPU];
    if (!facts_fell(rx, 0.05) || !facts_fell(tx, 0.05) || rx->before.median < 1000 || !cpu ||
        !(cpu->after.median > 0) || cpu->ratio < 0.02)
        return 0;
    USE(0, rx);
    USE(1, tx);
    USE(2, cpu);
    return with_symptom(f, 0.84);
}

static double replication_lag(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_REPLICATION_LAG];
    if (!c)
        return 0;
    double least = fm_str_eqc(c->series->unit, "bytes") ? 64e6 : 10;
    bool is_high = facts_rose(c, 4, least),
         is_growing = facts_grows(c, 3) && c->after.last >= 3 * least;
    if (!is_high && !is_growing)
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_DISK_IO]);
    return with_symptom(f, 0.87);
}

static bool is_pool(const struct metric_change *c)
{
    return c && (fm_str_ihas(c->series->written, FM_STR("pool")) ||
                 fm_str_ihas(c->series->written, FM_STR("hikari")));
}

static double connections(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->near[FM_ROLE_CONNECTIONS],
                               *waiting = f->up[FM_ROLE_CONNECTIONS_WAITING];
    bool is_full = facts_at_limit(c, 0.95);
    if (!is_full || is_pool(c))
        return 0;
    USE(0, c);
    USE(1, waiting);
    return with_symptom(f, 0.85);
}

static double pool(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->near[FM_ROLE_CONNECTIONS], *up = f->up[FM_ROLE_CONNECTIONS];
    const struct metric_change *waiting = f->up[FM_ROLE_CONNECTIONS_WAITING];
    bool has_waiters = facts_rose(waiting, 3, 2), is_full = is_pool(c) && facts_at_limit(c, 0.95);
    if (!is_full && !(has_waiters && facts_rose(up, 1.2, 1) && has_ceiling(up)))
        return 0;
    USE(0, is_full ? c : up);
    USE(1, waiting);
    return with_symptom(f, has_waiters ? 0.86 : 0.80);
}

static double lock_contention(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_LOCKS];
    if (!facts_rose(c, 4, 1))
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_QUERY_TIME]);
    return with_symptom(f, 0.82);
}

static double io_saturation(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *busy = f->near[FM_ROLE_DISK_BUSY],
                               *queue = f->up[FM_ROLE_DISK_BUSY],
                               *slow = f->up[FM_ROLE_DISK_LATENCY];
    bool is_busy = facts_at_limit(busy, 0.95) || facts_rose(queue, 4, 2),
         is_slow = facts_rose(slow, 3, 0.004);
    if (!is_busy && !is_slow)
        return 0;
    USE(0, facts_at_limit(busy, 0.95) ? busy : is_busy ? queue : slow);
    USE(1, is_slow ? slow : NULL);
    return with_symptom(f, is_busy && is_slow ? 0.86 : 0.68);
}

static double slow_query(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_QUERY_TIME];
    const struct metric_change *none[EVIDENCE_MAX] = {NULL};
    if (!facts_rose(c, 3, 0.02))
        return 0;
    USE(0, c);
    bool is_consequence = lock_contention(f, none) > 0 || io_saturation(f, none) >= 0.8;
    return is_consequence ? 0.62 : 0.84;
}

static double hit_ratio(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->down[FM_ROLE_CACHE_HIT], *miss = f->up[FM_ROLE_CACHE_MISS];
    bool is_share = c && fm_str_eqc(c->series->unit, "%");
    bool fell = is_share ? facts_fell(c, 0.75) && c->before.median - c->after.median >= 20
                         : facts_fell(c, 0.6) && facts_rose(miss, 2, 1);
    if (!fell)
        return 0;
    USE(0, c);
    USE(1, miss);
    return 0.87;
}

/* Redis and Memcached evict only when memory is full. */
static double cache_full(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_EVICTIONS], *memory = f->near[FM_ROLE_MEMORY];
    if (!facts_rose(c, 4, 0.5) || !memory || !(memory->share >= 0.95))
        return 0;
    USE(0, memory);
    USE(1, c);
    return 0.90;
}

static bool has_backlog(const struct metric_change *c)
{
    return facts_rose(c, 4, 50) || (facts_grows(c, 4) && c->after.max >= 50);
}

static double consumer_down(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->down[FM_ROLE_QUEUE_CONSUMERS],
                               *depth = f->up[FM_ROLE_QUEUE_DEPTH];
    if (!facts_fell(c, 0.51) || !has_backlog(depth))
        return 0;
    USE(0, c);
    USE(1, depth);
    return 0.91;
}

static double backlog(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_QUEUE_DEPTH];
    if (!has_backlog(c) || facts_fell(f->down[FM_ROLE_QUEUE_CONSUMERS], 0.51))
        return 0;
    USE(0, c);
    USE(1, f->up[FM_ROLE_REQUESTS]);
    return with_symptom(f, 0.82);
}

static double retry_storm(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_RETRIES], *requests = f->up[FM_ROLE_REQUESTS];
    if (!facts_rose(c, 4, 1))
        return 0;
    USE(0, c);
    USE(1, requests);
    return facts_rose(requests, 1.3, 1) ? 0.90 : with_symptom(f, 0.70);
}

/* Only where load enters: what lies below is passed on to it. */
/* Over many hours the highest value is the daily peak, and that is no spike. Within a few hours the
 * time that was named can lie a little behind the onset, so that the highest values are new. */
static double usual_peak(const struct metric_change *c)
{
    const struct fm_metric_rows *rows = c->series->rows;
    bool is_long = rows->n > 1 && rows->at[rows->n - 1] - rows->at[0] > 6 * FM_HOUR;
    return is_long ? c->before.max : c->before.p90;
}

static double traffic_spike(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c = f->up[FM_ROLE_REQUESTS];
    bool is_beyond_peaks = c && c->after.median > 1.2 * usual_peak(c);
    if (!facts_rose(c, 1.8, 1) || !is_beyond_peaks || f->is_queue || f->has_caller ||
        f->is_database || f->is_cache || facts_rose(f->up[FM_ROLE_RETRIES], 4, 1))
        return 0;
    bool has_effect = facts_has_symptom(f) || facts_rose(f->up[FM_ROLE_CPU], 1.3, 0);
    USE(0, c);
    USE(1, f->up[FM_ROLE_CPU]);
    return has_effect ? 0.87 : 0.66;
}

static double disk_full(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *u = f->near[FM_ROLE_DISK_USED], *free = f->down[FM_ROLE_DISK_FREE];
    bool is_used = facts_at_limit(u, 0.95) || (facts_grows(u, 1.05) && u->share >= 0.95);
    bool is_free_gone = free && free->before.max > 0 &&
                        free->after.last <= 0.1 * free->before.max && free->rising <= -0.7;
    if (!is_used && !is_free_gone)
        return 0;
    USE(0, is_used ? u : free);
    USE(1, f->up[FM_ROLE_ERRORS]);
    return with_symptom(f, 0.86);
}

static double clock_skew(const struct facts *f, const struct metric_change *used[EVIDENCE_MAX])
{
    const struct metric_change *c =
        f->up[FM_ROLE_CLOCK_OFFSET] ? f->up[FM_ROLE_CLOCK_OFFSET] : f->down[FM_ROLE_CLOCK_OFFSET];
    bool is_off = c && c->is_lasting && fabs(c->z) >= 5 && fabs(c->after.median) >= 0.25;
    if (!is_off && !(facts_grows(c, 4) && c->after.last >= 0.25))
        return 0;
    USE(0, c);
    return 0.87;
}

const struct resource_rule resource_rules[] = {
    {FM_FAULT_RUNTIME_CPU_THROTTLING, FM_FAULT_RUNTIME_CPU_THROTTLING, cpu_throttling,
     "is held back by its CPU quota",
     "The quota of the container is used up in each period, and its threads wait for the next one.",
     "Raise or remove the CPU limit of the container.",
     "How many periods are throttled (cpu.stat)?"},
    {FM_FAULT_RUNTIME_CPU_SATURATION, FM_FAULT_DATABASE_CPU_SATURATION, cpu_saturation,
     "uses all the CPU it may",
     "At the limit of CPU, requests wait for a processor, so that everything that it does takes "
     "longer.",
     "Add replicas, or raise the CPU limit.", "Which threads use the CPU?"},
    {FM_FAULT_LOAD_NOISY_NEIGHBOUR, FM_FAULT_LOAD_NOISY_NEIGHBOUR, noisy_neighbour,
     "loses CPU time to others on the same hardware",
     "Steal time grows while its own load does not: another guest of the host takes the processor.",
     "Move it to another host, or to dedicated capacity.", "Which other guests run on this host?"},
    {FM_FAULT_RUNTIME_MEMORY_LEAK, FM_FAULT_RUNTIME_MEMORY_LEAK, memory_leak, "leaks memory",
     "Its memory grows steadily while its load does not.",
     "Restart it in turns before the limit is reached.", "What holds the memory?"},
    {FM_FAULT_RUNTIME_MEMORY_EXHAUSTION, FM_FAULT_RUNTIME_MEMORY_EXHAUSTION, memory_exhaustion,
     "has used up its memory",
     "Near the limit it spends its time on reclaiming memory, and is killed beyond it.",
     "Raise the memory limit, or reduce what it keeps.", "What holds the memory?"},
    {FM_FAULT_RUNTIME_GC_PRESSURE, FM_FAULT_RUNTIME_GC_PRESSURE, gc_pressure,
     "spends its time on garbage collection",
     "Collections stop or slow down the program; what is allocated is more than the heap can hold "
     "between them.",
     "Raise the heap size, or find what allocates so much.",
     "What do the garbage collector's logs say?"},
    {FM_FAULT_RUNTIME_THREAD_EXHAUSTION, FM_FAULT_RUNTIME_THREAD_EXHAUSTION, thread_exhaustion,
     "has no threads left", "All threads are taken, so that new requests wait or are refused.",
     "Find what the threads wait for; raise the limit if it is too low.",
     "Where do the threads stand (thread dump)?"},
    {FM_FAULT_RUNTIME_DESCRIPTOR_EXHAUSTION, FM_FAULT_RUNTIME_DESCRIPTOR_EXHAUSTION,
     descriptor_exhaustion, "has no file descriptors left",
     "At the limit every new file or connection fails (EMFILE).",
     "Raise the limit of open files, and restart.",
     "Which files and sockets are open (/proc/PID/fd)?"},
    {FM_FAULT_NETWORK_BANDWIDTH_SATURATION, FM_FAULT_NETWORK_BANDWIDTH_SATURATION,
     bandwidth_saturation, "fills its network link",
     "Traffic runs into the capacity of the link: packets queue, are dropped and sent again.",
     "Stop or limit the largest transfer.", "Which flow sends most?"},
    {FM_FAULT_NETWORK_LOSS, FM_FAULT_NETWORK_LOSS, packet_loss, "loses packets on the network",
     "Lost packets are sent again after a timeout, which stalls connections.",
     "Move it away from the faulty path or interface.",
     "Where do packets get lost (interface and switch counters)?"},
    {FM_FAULT_NETWORK_DELAY, FM_FAULT_NETWORK_DELAY, network_delay, "has a slow network path",
     "Every exchange with it takes a round trip longer.", "Move it to another node or path.",
     "Is a delay configured or a link congested?"},
    {FM_FAULT_NETWORK_PARTITION, FM_FAULT_NETWORK_PARTITION, network_partition,
     "is cut off from the network", "It runs, but nothing comes in or goes out.",
     "Check the link, routes and filters of the node.", "What can the node itself still reach?"},
    {FM_FAULT_DATABASE_REPLICATION_LAG, FM_FAULT_DATABASE_REPLICATION_LAG, replication_lag,
     "lags behind its primary",
     "Replicas apply changes more slowly than they come: reads from them are stale.",
     "Read from the primary where freshness matters.",
     "What writes so much on the primary, and what does the replica wait for?"},
    {FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED, FM_FAULT_DATABASE_CONNECTIONS_EXHAUSTED, connections,
     "has no connections left",
     "All connections that it allows are taken; further clients are refused.",
     "End idle sessions; put a pooler in front.",
     "Which clients hold the connections, and are they idle?"},
    {FM_FAULT_DATABASE_POOL_EXHAUSTED, FM_FAULT_DATABASE_POOL_EXHAUSTED, pool,
     "has used up its connection pool",
     "All connections of the pool are taken, so that requests wait for one.",
     "Find what holds connections; raise the pool if the database can bear it.",
     "What do the holders of the connections wait for?"},
    {FM_FAULT_DATABASE_LOCK_CONTENTION, FM_FAULT_DATABASE_LOCK_CONTENTION, lock_contention,
     "has sessions waiting for locks",
     "Sessions wait for each other, and what they hold makes others wait.",
     "End the session at the head of the queue.", "Which session blocks the others?"},
    {FM_FAULT_STORAGE_IO_SATURATION, FM_FAULT_DATABASE_IO_SATURATION, io_saturation,
     "waits for its disk", "The device is busy all the time, so that reads and writes queue.",
     "Move the heaviest reader or writer, or raise the device's limits.",
     "Who reads and writes most (iostat, pidstat -d)?"},
    {FM_FAULT_DATABASE_SLOW_QUERY, FM_FAULT_DATABASE_SLOW_QUERY, slow_query,
     "answers queries far more slowly",
     "Its statements take longer while nothing else of it is at a limit.",
     "Look at the plan of the slowest statement.", "Which statement takes the time?"},
    {FM_FAULT_CACHE_HIT_RATIO_COLLAPSE, FM_FAULT_CACHE_HIT_RATIO_COLLAPSE, hit_ratio,
     "no longer finds what it is asked for",
     "Misses go to the source behind the cache, which has to bear the whole load.",
     "Warm the cache; check what flushed it or changed its keys.",
     "Was it flushed, restarted, or did keys or their lifetimes change?"},
    {FM_FAULT_CACHE_MEMORY_FULL, FM_FAULT_CACHE_MEMORY_FULL, cache_full,
     "is full and evicts what is still needed",
     "At its memory limit each new entry pushes out another one.",
     "Raise its memory, or shorten lifetimes.", "Which keys take the memory?"},
    {FM_FAULT_QUEUE_CONSUMER_DOWN, FM_FAULT_QUEUE_CONSUMER_DOWN, consumer_down,
     "has lost its consumers", "Messages come in, and nobody takes them.", "Restart the consumers.",
     "Why did the consumers leave?"},
    {FM_FAULT_QUEUE_BACKLOG, FM_FAULT_QUEUE_BACKLOG, backlog, "has a growing backlog",
     "Messages come faster than its consumers take them.", "Add consumers.",
     "Did producers become faster or consumers slower?"},
    {FM_FAULT_LOAD_RETRY_STORM, FM_FAULT_LOAD_RETRY_STORM, retry_storm,
     "repeats its calls in a storm of retries",
     "Failed calls are repeated at once, which adds load to what already fails.",
     "Limit retries with a budget and back off.",
     "Which call is repeated, and why did it fail at first?"},
    {FM_FAULT_LOAD_TRAFFIC_SPIKE, FM_FAULT_LOAD_TRAFFIC_SPIKE, traffic_spike,
     "gets far more requests than usual",
     "More load enters than the system is sized for; everything behind it works harder.",
     "Add capacity, or limit the rate at the entry.",
     "Where do the additional requests come from?"},
    {FM_FAULT_STORAGE_DISK_FULL, FM_FAULT_DATABASE_STORAGE_FULL, disk_full, "runs out of storage",
     "When no space is left, writes fail.", "Free space or enlarge the volume.",
     "What takes the space?"},
    {FM_FAULT_NODE_CLOCK_SKEW, FM_FAULT_NODE_CLOCK_SKEW, clock_skew, "has a wrong clock",
     "Times, leases and certificates are judged wrongly where the clock is off.",
     "Restart its time synchronisation.", "What does the time service say (chronyc tracking)?"},
};

const size_t n_resource_rules = sizeof resource_rules / sizeof resource_rules[0];
