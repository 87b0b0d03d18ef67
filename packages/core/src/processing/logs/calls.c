/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls whom, as logs say it: a field such as "upstream" or "peer.service" in a component's own
 * records names what it calls (OpenTelemetry semantic conventions; access log fields of proxies).
 * Only names that are entities already count.
 */
#include "processing/logs/observe.h"

/* The value of `key` at text[at] (just behind the key): `":"x"`, `=x`, `: x`. */
static fm_str value_at(fm_str text, size_t at)
{
    while (at < text.len && strchr("\": =", text.p[at]))
        at++;
    size_t end = at;
    while (end < text.len && !strchr("\" ,;}]\t", text.p[end]))
        end++;
    return fm_str_sub(text, at, end - at);
}

static bool is_key_border(fm_str text, ptrdiff_t at, size_t len)
{
    char before = at > 0 ? text.p[at - 1] : ' ';
    char after = (size_t)at + len < text.len ? text.p[(size_t)at + len] : ' ';
    return strchr("\"{ ,;\t", before) && strchr("\"=:", after);
}

static fm_str callee_in(fm_str record)
{
    static const char *const keys[] = {
        "upstream",       "upstream_service",   "upstream_cluster",
        "backend",        "backend_service",    "target_service",
        "peer.service",   "peer_service",       "destination_service",
        "remote_service", "downstream_service", "dependency"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        fm_str key = fm_str_c(keys[i]);
        ptrdiff_t at = fm_str_find(record, key, 0);
        if (at >= 0 && is_key_border(record, at, key.len))
            return value_at(record, (size_t)at + key.len);
    }
    return FM_STR_NULL;
}

static void add_edge(struct fm_incident *in, fm_entity_id from, fm_str name, double weight)
{
    if (name.len == 0)
        return;
    fm_entity_id to = fm_incident_find_entity(in, fm_workload_name(name, false));
    fm_incident_edge(in, from, to, FM_EDGE_CALLS, weight);
}

void fm_logs_find_calls(struct fm_incident *in)
{
    fm_vec_each (&in->logs->sources, s) {
        for (size_t i = 0; i < s->logs->n_templates; i++) {
            const struct fm_logs_template *t = s->logs->templates[i];
            for (uint32_t k = 0; k < t->n_examples; k++)
                add_edge(in, fm_logs_entity(in, s, t),
                         callee_in(fm_str_sub(s->evidence->bytes, t->examples[k].offset,
                                              t->examples[k].length)),
                         (double)t->count / t->n_examples);
        }
    }
}
