/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"

#define TEXT_LINES_MAX 4000 /* of one input without records */

static bool is_full(const struct fm_facts *out)
{
    return out->n >= FM_FACTS_MAX;
}

/* Lines of inputs that have no records of their own: command output, notes, stack traces. */
static void collect_lines(struct fm_incident *in, const struct fm_evidence *e, struct fm_facts *out)
{
    fm_str rest = e->bytes, line;
    for (unsigned n = 0; fm_str_line(&rest, &line); n++) {
        if (n == TEXT_LINES_MAX) {
            fm_incident_limit(in, "%.*s: known faults were looked for in the first %d lines only",
                              FM_STR_ARG(e->path), TEXT_LINES_MAX);
            return;
        }
        struct fm_fact f = {.source = FM_FACT_COMMAND,
                            .level = fm_fact_level_of(line),
                            .is_baseline = e->is_baseline,
                            .text = fm_str_trim(line),
                            .entity = FM_ENTITY_NONE,
                            .evidence = e->index,
                            .begin = FM_TIME_NONE,
                            .end = FM_TIME_NONE,
                            .count = 1};
        f.span = fm_quote(e, f.text, FM_QUOTE_MAX);
        fm_facts_add(in, out, &f);
    }
}

static enum fm_fact_source source_of(const struct fm_observation *o)
{
    switch (o->signal) {
    case FM_SIGNAL_EVENT:
    case FM_SIGNAL_OBJECT:
        return FM_FACT_EVENT;
    case FM_SIGNAL_ALERT:
        return FM_FACT_ALERT;
    case FM_SIGNAL_LOG:
    case FM_SIGNAL_METRIC:
    case FM_SIGNAL_TRACE:
    case FM_SIGNAL_COMMAND:
    case FM_SIGNAL_CHANGE:
    case FM_SIGNAL_CONFIG:
    case FM_SIGNAL_TEXT:
    case FM_SIGNAL_COUNT:
        break;
    }
    return FM_FACT_OBSERVATION;
}

static void collect_observation(struct fm_incident *in, const struct fm_observation *o,
                                struct fm_facts *out)
{
    struct fm_fact f = {.source = source_of(o),
                        .observation = o->kind,
                        .text = fm_str_fmt(&in->ctx->arena, "%.*s: %.*s", FM_STR_ARG(o->subject),
                                           FM_STR_ARG(o->text)),
                        .entity = o->entity,
                        .begin = o->begin,
                        .end = o->end,
                        .count = o->count ? o->count : 1};
    if (!o->spans.n)
        return;
    f.span = o->spans.items[0];
    f.evidence = f.span.evidence;
    f.is_baseline = f.evidence < in->inputs.n && in->inputs.items[f.evidence]->is_baseline;
    fm_facts_add(in, out, &f);
}

/* Tables and descriptions of clusters and consoles have reasoners of their own, which know what is
 * stale; logs between them are records. */
static bool is_cluster_output(const struct fm_evidence *e)
{
    static const char *const starts[] = {"$ kubectl", "# kubectl", "NAME ",    "NAMESPACE ",
                                         "LAST SEEN", "Name:",     "$ argocd", "$ kube"};
    fm_str text = fm_str_trim(fm_str_sub(e->bytes, 0, 4096));
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (fm_str_starts(text, fm_str_c(starts[i])))
            return true;
    return fm_str_eqc(e->format, "transcript") || fm_str_eqc(e->format, "console");
}

void fm_facts_collect(struct fm_incident *in, struct fm_facts *out)
{
    static const uint32_t text_types = 1u << FM_EVIDENCE_COMMAND_OUTPUT |
                                       1u << FM_EVIDENCE_STACK_TRACE | 1u << FM_EVIDENCE_UNKNOWN;
    static const uint32_t tree_types =
        1u << FM_EVIDENCE_OBJECTS | 1u << FM_EVIDENCE_EVENTS | 1u << FM_EVIDENCE_CONFIG;
    fm_facts_collect_logs(in, out);
    fm_vec_each (&in->observations, o)
        if ((*o)->kind != FM_OBSERVATION_OBJECT_EVENT) /* whose reasoner knows what is stale */
            collect_observation(in, *o, out);
    fm_vec_each (&in->inputs, it) {
        uint32_t bit = 1u << (*it)->type;
        if (bit & text_types && !is_cluster_output(*it))
            collect_lines(in, *it, out);
        else if (bit & tree_types)
            fm_facts_collect_fields(in, *it, out);
    }
    if (is_full(out))
        fm_incident_limit(in, "known faults were looked for in the first %d facts only",
                          FM_FACTS_MAX);
}
