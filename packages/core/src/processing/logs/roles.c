/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/structured.h"

struct key_role {
    const char *key;
    enum fm_logs_role role;
};

/* Sources: OpenTelemetry and ECS field names, logstash, bunyan and pino, zap, logrus, zerolog,
 * slog, Serilog, log4j 2 JSON layouts, structlog, python-json-logger, journald, Docker, GELF,
 * CloudWatch, Google Cloud. Compared without case. */
static const struct key_role roles[] = {
    {"time", FM_LOGS_ROLE_TIME},
    {"timestamp", FM_LOGS_ROLE_TIME},
    {"@timestamp", FM_LOGS_ROLE_TIME},
    {"ts", FM_LOGS_ROLE_TIME},
    {"t", FM_LOGS_ROLE_TIME},
    {"@t", FM_LOGS_ROLE_TIME},
    {"date", FM_LOGS_ROLE_TIME},
    {"datetime", FM_LOGS_ROLE_TIME},
    {"asctime", FM_LOGS_ROLE_TIME},
    {"eventTime", FM_LOGS_ROLE_TIME},
    {"event_time", FM_LOGS_ROLE_TIME},
    {"timeMillis", FM_LOGS_ROLE_TIME},
    {"time_ms", FM_LOGS_ROLE_TIME},
    {"epochSecond", FM_LOGS_ROLE_TIME},
    {"timestamp_ms", FM_LOGS_ROLE_TIME},
    {"timeUnixNano", FM_LOGS_ROLE_TIME},
    {"observedTimeUnixNano", FM_LOGS_ROLE_FIELD},
    {"__REALTIME_TIMESTAMP", FM_LOGS_ROLE_TIME},
    {"start_time", FM_LOGS_ROLE_TIME},
    {"nanoOfSecond", FM_LOGS_ROLE_NANOS},
    {"level", FM_LOGS_ROLE_LEVEL},
    {"severity", FM_LOGS_ROLE_LEVEL},
    {"lvl", FM_LOGS_ROLE_LEVEL},
    {"l", FM_LOGS_ROLE_LEVEL},
    {"@l", FM_LOGS_ROLE_LEVEL},
    {"log.level", FM_LOGS_ROLE_LEVEL},
    {"levelname", FM_LOGS_ROLE_LEVEL},
    {"loglevel", FM_LOGS_ROLE_LEVEL},
    {"log_level", FM_LOGS_ROLE_LEVEL},
    {"severityText", FM_LOGS_ROLE_LEVEL},
    {"severity_text", FM_LOGS_ROLE_LEVEL},
    {"priority", FM_LOGS_ROLE_LEVEL},
    {"message", FM_LOGS_ROLE_MESSAGE},
    {"msg", FM_LOGS_ROLE_MESSAGE},
    {"@m", FM_LOGS_ROLE_MESSAGE},
    {"@mt", FM_LOGS_ROLE_MESSAGE},
    {"log", FM_LOGS_ROLE_MESSAGE},
    {"event", FM_LOGS_ROLE_MESSAGE},
    {"body", FM_LOGS_ROLE_MESSAGE},
    {"text", FM_LOGS_ROLE_MESSAGE},
    {"short_message", FM_LOGS_ROLE_MESSAGE},
    {"textPayload", FM_LOGS_ROLE_MESSAGE},
    {"logger", FM_LOGS_ROLE_COMPONENT},
    {"loggerName", FM_LOGS_ROLE_COMPONENT},
    {"logger_name", FM_LOGS_ROLE_COMPONENT},
    {"log.logger", FM_LOGS_ROLE_COMPONENT},
    {"name", FM_LOGS_ROLE_COMPONENT},
    {"component", FM_LOGS_ROLE_COMPONENT},
    {"module", FM_LOGS_ROLE_COMPONENT},
    {"service", FM_LOGS_ROLE_SERVICE},
    {"service.name", FM_LOGS_ROLE_SERVICE},
    {"serviceName", FM_LOGS_ROLE_SERVICE},
    {"service_name", FM_LOGS_ROLE_SERVICE},
    {"resource.service.name", FM_LOGS_ROLE_SERVICE},
    {"app", FM_LOGS_ROLE_CONTAINER},
    {"application", FM_LOGS_ROLE_CONTAINER},
    {"container", FM_LOGS_ROLE_CONTAINER},
    {"container_name", FM_LOGS_ROLE_CONTAINER},
    {"kubernetes.container_name", FM_LOGS_ROLE_CONTAINER},
    {"k8s.container.name", FM_LOGS_ROLE_CONTAINER},
    {"pod", FM_LOGS_ROLE_POD},
    {"podName", FM_LOGS_ROLE_POD},
    {"pod_name", FM_LOGS_ROLE_POD},
    {"kubernetes.pod_name", FM_LOGS_ROLE_POD},
    {"kubernetes.pod.name", FM_LOGS_ROLE_POD},
    {"k8s.pod.name", FM_LOGS_ROLE_POD},
    {"SYSLOG_IDENTIFIER", FM_LOGS_ROLE_COMPONENT},
    {"SourceContext", FM_LOGS_ROLE_COMPONENT},
    {"error", FM_LOGS_ROLE_ERROR},
    {"err", FM_LOGS_ROLE_ERROR},
    {"error.message", FM_LOGS_ROLE_ERROR},
    {"exception", FM_LOGS_ROLE_ERROR},
    {"exception.message", FM_LOGS_ROLE_ERROR},
    {"exc_info", FM_LOGS_ROLE_TRACE},
    {"@x", FM_LOGS_ROLE_ERROR},
    {"reason", FM_LOGS_ROLE_ERROR},
    {"cause", FM_LOGS_ROLE_ERROR},
    {"status", FM_LOGS_ROLE_RESULT},
    {"statusCode", FM_LOGS_ROLE_RESULT},
    {"status_code", FM_LOGS_ROLE_RESULT},
    {"http.response.status_code", FM_LOGS_ROLE_RESULT},
    {"http.status_code", FM_LOGS_ROLE_RESULT},
    {"http.resp.status", FM_LOGS_ROLE_RESULT},
    {"exitCode", FM_LOGS_ROLE_RESULT},
    {"exit_code", FM_LOGS_ROLE_RESULT},
    {"code", FM_LOGS_ROLE_RESULT},
    {"duration", FM_LOGS_ROLE_RESULT},
    {"duration_ms", FM_LOGS_ROLE_RESULT},
    {"durationMs", FM_LOGS_ROLE_RESULT},
    {"latency", FM_LOGS_ROLE_RESULT},
    {"latency_ms", FM_LOGS_ROLE_RESULT},
    {"elapsed", FM_LOGS_ROLE_RESULT},
    {"elapsed_ms", FM_LOGS_ROLE_RESULT},
    {"took", FM_LOGS_ROLE_RESULT},
    {"took_ms", FM_LOGS_ROLE_RESULT},
    {"responseTime", FM_LOGS_ROLE_RESULT},
    {"response_time", FM_LOGS_ROLE_RESULT},
    {"http.resp.took_ms", FM_LOGS_ROLE_RESULT},
    {"stack", FM_LOGS_ROLE_TRACE},
    {"stack_trace", FM_LOGS_ROLE_TRACE},
    {"stacktrace", FM_LOGS_ROLE_TRACE},
    {"error.stack_trace", FM_LOGS_ROLE_TRACE},
    {"extendedStackTrace", FM_LOGS_ROLE_TRACE},
};

enum fm_logs_role fm_logs_role_of(fm_str key)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (key.len && (roles[i].key[0] | 32) == (key.p[0] | 32) &&
            fm_str_ieq(key, fm_str_c(roles[i].key)))
            return roles[i].role;
    return FM_LOGS_ROLE_FIELD;
}

enum fm_logs_role fm_logs_cached_role(struct fm_logs_structured_state *s, unsigned index,
                                      fm_str key)
{
    if (index >= FM_LOGS_KEYS_CACHED)
        return fm_logs_role_of(key);
    /* The remembered key lies in an earlier line of the same input, which stays mapped. */
    if (s->keys[index].p && s->keys[index].len == key.len &&
        memcmp(s->keys[index].p, key.p, key.len) == 0)
        return s->keys[index].role;
    s->keys[index].p = key.p;
    s->keys[index].len = (uint32_t)key.len;
    s->keys[index].role = fm_logs_role_of(key);
    return s->keys[index].role;
}
