/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/metrics/naming.h"

#include <math.h>

/*
 * Roles by words, first match wins. Blanks separate words that must all occur, '|' separates
 * alternatives, '*' ends a prefix, '!' starts a word that must not occur.
 */
static const struct {
    const char *words;
    enum fm_metric_role role;
} roles[] = {
    {"limit|limits|quota !ratio !exceeded !hit !usage !utilization !used !rate", FM_ROLE_LIMIT},
    {"capacity|allocatable|hard !ratio !usage !used", FM_ROLE_LIMIT},
    {"max connections|fds|threads|files|conns|descriptors !used !active !usage", FM_ROLE_LIMIT},
    {"throttl*|cfs|nr_throttled", FM_ROLE_CPU_THROTTLED},
    {"steal|stolen", FM_ROLE_CPU_STEAL},
    {"gc|garbage|gctime", FM_ROLE_GC},
    {"replica*|replication|slave|standby|secondary|binlog lag|lags|delay|behind",
     FM_ROLE_REPLICATION_LAG},
    {"replicalag|replicationlag|auroreplicalag|oldestreplicationslotlag", FM_ROLE_REPLICATION_LAG},
    {"behind master|source|primary", FM_ROLE_REPLICATION_LAG},
    {"clock|ntp|timex offset|skew|drift", FM_ROLE_CLOCK_OFFSET},
    {"evict*|evicted", FM_ROLE_EVICTIONS},
    {"hit|hits|hitratio|hitrate !limit", FM_ROLE_CACHE_HIT},
    {"miss|misses|cachemisses", FM_ROLE_CACHE_MISS},
    {"retransmi*|retrans|retranssegs", FM_ROLE_RETRANSMITS},
    {"rtt|ping|roundtrip", FM_ROLE_RTT},
    {"retry|retries|retried", FM_ROLE_RETRIES},
    {"restart|restarts|restarted", FM_ROLE_RESTARTS},
    {"consumer|consumers|subscribers|workers count|active|connected|members|number|num",
     FM_ROLE_QUEUE_CONSUMERS},
    {"consumer|consumers|consumergroup|group lag|lags|behind|records", FM_ROLE_QUEUE_DEPTH},
    {"consumers", FM_ROLE_QUEUE_CONSUMERS},
    {"queue|queued|backlog|messages|msgs|lag|pending|ready|unacked !cpu !disk !device !connection "
     "!connections !thread !threads "
     "!latency !duration !seconds !time !network !replica !pool !conn",
     FM_ROLE_QUEUE_DEPTH},
    {"approximatenumberofmessagesvisible|approximatenumberofmessages|messagecount|queuedepth|"
     "queuelength",
     FM_ROLE_QUEUE_DEPTH},
    {"deadlock|deadlocks|lock|locks|locked !block", FM_ROLE_LOCKS},
    {"query|queries|statement|sql time|latency|duration|seconds|ms|p50|p90|p95|p99",
     FM_ROLE_QUERY_TIME},
    {"threads|thread connected", FM_ROLE_CONNECTIONS},
    {"thread|threads|goroutine|goroutines|nlwp", FM_ROLE_THREADS},
    {"fd|fds|descriptor|descriptors|filefd|nofile", FM_ROLE_DESCRIPTORS},
    {"open files|sockets|file", FM_ROLE_DESCRIPTORS},
    {"pool|connection|connections|conn|conns|hikari* "
     "wait|waiting|pending|queue|queued|acquire|timeout|timeouts",
     FM_ROLE_CONNECTIONS_WAITING},
    {"connection|connections|conns|databaseconnections|sessions|backends|pool !errors !error "
     "!failed !refused !reset",
     FM_ROLE_CONNECTIONS},
    {"net*|network|packet|packets|tcp|interface|eth0|link|nic "
     "drop|drops|dropped|loss|lost|errs|errors",
     FM_ROLE_NET_DROPS},
    {"packet|packets loss|lost|drop|dropped", FM_ROLE_NET_DROPS},
    {"receive|received|rx|ingress|inbound|networkin !latency !request !requests !error !errors",
     FM_ROLE_NET_RECEIVE},
    {"transmit|transmitted|tx|egress|outbound|sent|networkout !latency !request !requests !error "
     "!errors",
     FM_ROLE_NET_TRANSMIT},
    {"disk|device|volume|io|ebs "
     "busy|util|utilization|utilisation|queue|saturation|wait|iowait|depth|balance",
     FM_ROLE_DISK_BUSY},
    {"iowait", FM_ROLE_DISK_BUSY},
    {"disk|io|read|write|commit|fsync|volume latency|await|duration|seconds|ms",
     FM_ROLE_DISK_LATENCY},
    {"diskio", FM_ROLE_DISK_IO},
    {"fs|io time ratio|share|fraction", FM_ROLE_DISK_BUSY},
    {"iops|io|reads|writes|syscall*|readiops|writeiops|throughput !network !cpu !latency",
     FM_ROLE_DISK_IO},
    {"disk read|reads|write|writes|written|bytes|ops !used !free !available !usage !size",
     FM_ROLE_DISK_IO},
    {"disk|filesystem|fs|storage|volume|inodes|inode free|avail|available", FM_ROLE_DISK_FREE},
    {"free|freestoragespace storage|space", FM_ROLE_DISK_FREE},
    {"disk|filesystem|fs|storage|volume|inodes|inode", FM_ROLE_DISK_USED},
    {"freeable|free|available|avail memory|mem|ram", FM_ROLE_MEMORY_FREE},
    {"cpu|cpuutilization|processor|vcpu|cores !request !requests !count !throttled", FM_ROLE_CPU},
    {"memory|mem|rss|heap|ram|memoryutilization|working !request !requests !bandwidth",
     FM_ROLE_MEMORY},
    {"success|succeeded|availability|uptime !time", FM_ROLE_SUCCESS},
    {"latency|lat|duration|responsetime|rt|elapsed "
     "client|upstream|outgoing|caller|downstream|source",
     FM_ROLE_LATENCY_CLIENT},
    {"response time", FM_ROLE_LATENCY},
    {"latency|lat|duration|responsetime|targetresponsetime|elapsed", FM_ROLE_LATENCY},
    {"error|errors|failure|failures|failed|fail|exception|exceptions|5xx|4xx|panic|panics|http5xx|"
     "fault|faults",
     FM_ROLE_ERRORS},
    {"timeout|timeouts|rejected|refused", FM_ROLE_ERRORS},
    {"request|requests|rps|qps|tps|ops|rpm|calls|hits|invocations|throughput|traffic|workload|"
     "requestcount",
     FM_ROLE_REQUESTS},
    {"load|lod !average !avg !load1 !load5 !load15 !balancer", FM_ROLE_REQUESTS},
    {"query|queries|transactions|commits", FM_ROLE_REQUESTS},
    {"up", FM_ROLE_UP},
};

/* One alternative list against the words; end is where the list ends. */
static bool matches_group(const struct fm_words *w, const char *from, const char *end)
{
    while (from < end) {
        const char *bar = memchr(from, '|', (size_t)(end - from));
        const char *stop = bar ? bar : end;
        bool is_prefix = stop > from && stop[-1] == '*';
        size_t n = (size_t)(stop - from) - is_prefix;
        for (size_t i = 0; i < w->n; i++) {
            const char *word = w->items[i].text;
            if (strncmp(word, from, n) == 0 && (is_prefix || word[n] == '\0'))
                return true;
        }
        from = stop + 1;
    }
    return false;
}

static bool matches(const struct fm_words *w, const char *rule)
{
    while (*rule) {
        bool is_not = *rule == '!';
        rule += is_not;
        const char *end = strchrnul(rule, ' ');
        if (matches_group(w, rule, end) == is_not)
            return false;
        rule = *end ? end + 1 : end;
    }
    return true;
}

static enum fm_metric_role role_of(const struct fm_words *w)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (matches(w, roles[i].words))
            return roles[i].role;
    return FM_ROLE_OTHER;
}

/* Units by their usual spellings; a name of several words stands with blanks removed. */
static const struct {
    const char *written, *unit;
    double scale;
} units[] = {
    {"s", "s", 1},
    {"sec", "s", 1},
    {"secs", "s", 1},
    {"second", "s", 1},
    {"seconds", "s", 1},
    {"ms", "s", 1e-3},
    {"msec", "s", 1e-3},
    {"millis", "s", 1e-3},
    {"millisecond", "s", 1e-3},
    {"milliseconds", "s", 1e-3},
    {"us", "s", 1e-6},
    {"microseconds", "s", 1e-6},
    {"ns", "s", 1e-9},
    {"nanoseconds", "s", 1e-9},
    {"minutes", "s", 60},
    {"%", "%", 1},
    {"percent", "%", 1},
    {"percentage", "%", 1},
    {"pct", "%", 1},
    {"ratio", "%", 100},
    {"b", "bytes", 1},
    {"by", "bytes", 1},
    {"byte", "bytes", 1},
    {"bytes", "bytes", 1},
    {"kb", "bytes", 1e3},
    {"kilobytes", "bytes", 1e3},
    {"mb", "bytes", 1e6},
    {"megabytes", "bytes", 1e6},
    {"gb", "bytes", 1e9},
    {"gigabytes", "bytes", 1e9},
    {"ki", "bytes", 1024},
    {"kib", "bytes", 1024},
    {"mi", "bytes", 1048576},
    {"mib", "bytes", 1048576},
    {"gi", "bytes", 1073741824},
    {"gib", "bytes", 1073741824},
    {"m", "cores", 1e-3},
    {"millicores", "cores", 1e-3},
    {"mcores", "cores", 1e-3},
    {"cores", "cores", 1},
    {"core", "cores", 1},
    {"bytes/s", "bytes/s", 1},
    {"bytes/second", "bytes/s", 1},
    {"b/s", "bytes/s", 1},
    {"ops", "1/s", 1},
    {"rps", "1/s", 1},
    {"qps", "1/s", 1},
    {"tps", "1/s", 1},
    {"req/s", "1/s", 1},
    {"1/s", "1/s", 1},
    {"count/second", "1/s", 1},
    {"count", "", 1},
    {"none", "", 1},
    {"1", "", 1},
};

static bool find_unit(fm_str s, struct metric_naming *n)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!fm_str_ieq(s, fm_str_c(units[i].written)))
            continue;
        n->unit = fm_str_c(units[i].unit);
        n->scale = units[i].scale;
        return true;
    }
    return false;
}

/* "(ms)" or "[ms]" at the end of the name. */
static fm_str bracket_unit(fm_str *name)
{
    fm_str s = fm_str_trim(*name);
    if (s.len < 3 || (s.p[s.len - 1] != ')' && s.p[s.len - 1] != ']'))
        return FM_STR_NULL;
    ptrdiff_t open = fm_str_rchr(s, s.p[s.len - 1] == ')' ? '(' : '[');
    if (open <= 0)
        return FM_STR_NULL;
    *name = fm_str_trim(fm_str_sub(s, 0, (size_t)open));
    return fm_str_sub(s, (size_t)open + 1, s.len - (size_t)open - 2);
}

/* The last word that is a unit, but for "_total", which hides it. */
static void unit_from_words(const struct fm_words *w, struct metric_naming *n)
{
    for (size_t i = w->n; i-- > 0;) {
        const char *word = w->items[i].text;
        if (strlen(word) >= 2 && find_unit(fm_str_c(word), n))
            return;
        if (w->n - i >= 3)
            return;
    }
}

fm_str metric_statistic(fm_str s)
{
    static const struct {
        const char *written, *name;
    } names[] = {
        {"average", "average"}, {"avg", "average"}, {"mean", "average"}, {"maximum", "max"},
        {"max", "max"},         {"minimum", "min"}, {"min", "min"},      {"sum", "sum"},
        {"median", "p50"},      {"p50", "p50"},     {"p75", "p75"},      {"p90", "p90"},
        {"p95", "p95"},         {"p99", "p99"},     {"p999", "p999"},    {"0.5", "p50"},
        {"0.50", "p50"},        {"0.75", "p75"},    {"0.9", "p90"},      {"0.90", "p90"},
        {"0.95", "p95"},        {"0.99", "p99"},    {"0.999", "p999"},   {"50", "p50"},
        {"90", "p90"},          {"95", "p95"},      {"99", "p99"},       {"samplecount", "count"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (fm_str_ieq(s, fm_str_c(names[i].written)))
            return fm_str_c(names[i].name);
    return FM_STR_NULL;
}

static void read_statistic(const struct fm_words *w, struct metric_naming *n)
{
    for (size_t i = 0; i < w->n; i++) {
        fm_str word = fm_str_c(w->items[i].text);
        bool is_digits = word.p[0] >= '0' && word.p[0] <= '9';
        if (is_digits && i + 1 < w->n)
            continue;
        fm_str found = metric_statistic(word);
        if (found.len)
            n->statistic = found;
    }
}

/* A share without a unit counts as per cent; latencies without one as seconds: how Prometheus and
 * most exporters give them. */
static void default_unit(struct metric_naming *n, const struct fm_words *w)
{
    static const char *const shares[] = {"utilization", "utilisation", "cpuutilization",
                                         "memoryutilization", NULL};
    if (n->unit.len || n->kind == FM_METRIC_COUNTER)
        return;
    if (fm_words_has_any(w, shares))
        n->unit = FM_STR("%");
}

static bool is_counter_name(const struct fm_words *w)
{
    const char *last = w->n ? w->items[w->n - 1].text : "";
    const char *before = w->n > 1 ? w->items[w->n - 2].text : "";
    bool is_histogram = strcmp(before, "seconds") == 0 || strcmp(before, "bytes") == 0;
    return strcmp(last, "total") == 0 || strcmp(last, "bucket") == 0 ||
           (is_histogram && (strcmp(last, "sum") == 0 || strcmp(last, "count") == 0));
}

struct metric_naming metric_naming_read(fm_str name, fm_str unit_hint)
{
    struct metric_naming n = {.name = name, .scale = 1};
    struct fm_words w;
    fm_str bracket = bracket_unit(&n.name);
    fm_words_split(n.name, &w);
    n.role = role_of(&w);
    n.kind = is_counter_name(&w) ? FM_METRIC_COUNTER : FM_METRIC_GAUGE;
    n.is_node =
        w.n > 1 && (strcmp(w.items[0].text, "node") == 0 || strcmp(w.items[0].text, "host") == 0);
    read_statistic(&w, &n);
    if (!(unit_hint.len && find_unit(unit_hint, &n)) && !(bracket.len && find_unit(bracket, &n)))
        unit_from_words(&w, &n);
    default_unit(&n, &w);
    return n;
}

bool metric_word_is_known(const char *word)
{
    static const char *const more[] = {
        "avg",         "max",    "min",     "total",  "rate",     "average", "client", "server",
        "usage",       "read",   "write",   "free",   "success",  "network", "time",   "http",
        "p50",         "p90",    "p95",     "p99",    "net",      "disk",    "gc",     "count",
        "replication", "jvm",    "tomcat",  "jetty",  "undertow", "netty",   "hikari", "hikaricp",
        "jdbc",        "socket", "sockets", "diskio", NULL};
    struct fm_words w = {.n = 1};
    snprintf(w.items[0].text, sizeof w.items[0].text, "%s", word);
    return role_of(&w) != FM_ROLE_OTHER || fm_words_has_any(&w, more) || strcmp(word, "disk") == 0;
}
