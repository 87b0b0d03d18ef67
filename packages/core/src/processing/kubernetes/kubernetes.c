/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processor of cluster state: cuts each input into pieces (commands with output, documents),
 * hands each to its reader, live evidence first, manifests second, so that what the cluster shows
 * is never replaced by what somebody wanted.
 */
#include "faultmaven/core/processor.h"
#include "observe.h"
#include "readers.h"

/* Damaged documents are notes, not failures; being told to stop is one. */
static enum fm_code forgive(const struct fm_origin *from, enum fm_code code)
{
    struct fm_ctx *ctx = from->set->in->ctx;
    if (code == FM_OK || code == FM_ECANCELLED || code == FM_ETIMEOUT)
        return code;
    fm_incident_problem(from->set->in, from->evidence, 0, "%s", ctx->error);
    fm_ctx_clear_error(ctx);
    return FM_OK;
}

static bool looks_like_json(fm_str text)
{
    text = fm_str_trim(text);
    return text.len && (text.p[0] == '{' || text.p[0] == '[');
}

static bool looks_like_yaml(fm_str text)
{
    fm_str head = fm_str_sub(text, 0, 65536);
    return (fm_str_starts(head, FM_STR("apiVersion:")) ||
            fm_str_has(head, FM_STR("\napiVersion:")) ||
            fm_str_has(head, FM_STR("\n- apiVersion:"))) &&
           fm_str_has(head, FM_STR("kind:"));
}

static enum fm_code read_json(const struct fm_origin *from, fm_str text)
{
    struct fm_node *root = NULL;
    bool is_truncated = false;
    enum fm_code code =
        fm_document_json(from->set->in->ctx, fm_str_trim(text), &root, &is_truncated);
    if (code != FM_OK)
        return forgive(from, code);
    if (is_truncated)
        fm_incident_problem(from->set->in, from->evidence, 0,
                            "the JSON text ends before it is complete; what is there was read");
    fm_read_api(from, root);
    return FM_OK;
}

static enum fm_code read_yaml(const struct fm_origin *from, fm_str text)
{
    struct fm_node *root = NULL;
    fm_str problem = FM_STR_NULL;
    enum fm_code code = fm_document_yaml(from->set->in->ctx, text, &root, &problem);
    if (code != FM_OK)
        return forgive(from, code);
    if (problem.len)
        fm_incident_problem(from->set->in, from->evidence, 0, "%.*s", FM_STR_ARG(problem));
    fm_read_api(from, root);
    return FM_OK;
}

static enum fm_code read_document(const struct fm_origin *from, fm_str text)
{
    return looks_like_json(text) ? read_json(from, text) : read_yaml(from, text);
}

static void add_log(const struct fm_origin *from, const struct fm_kubectl *k, fm_str text)
{
    struct fm_log_section s = {.container = k->container,
                               .is_previous = k->is_previous,
                               .evidence = from->evidence,
                               .text = text};
    if (fm_str_trim(text).len == 0 || fm_str_istarts(text, FM_STR("error from server")))
        return;
    if (k->kind == FM_OBJECT_POD)
        s.pod = k->name;
    s.workload = fm_workload_name(k->name, k->kind == FM_OBJECT_POD);
    fm_vec_push(fm_set_arena(from->set), &from->set->logs, s);
}

static bool is_document(const struct fm_kubectl *k, fm_str output)
{
    return fm_str_starts(k->output, FM_STR("yaml")) || fm_str_starts(k->output, FM_STR("json")) ||
           looks_like_json(output) || looks_like_yaml(output);
}

/* A pod listing of "kubectl get pods,svc" names several kinds: columns decide. */
static void read_get(const struct fm_origin *from, struct fm_kubectl *k, const struct fm_segment *s)
{
    if (fm_str_has(k->kind_text, FM_STR(",")) || fm_str_eqc(k->kind_text, "all")) {
        k->kind = FM_OBJECT_UNKNOWN;
        k->is_partial = true;
    }
    fm_read_tables(from, k, s->command, s->output);
}

static bool prints_tables(fm_str verb)
{
    return fm_str_eqc(verb, "get") || fm_str_eqc(verb, "describe") || fm_str_eqc(verb, "top") ||
           fm_str_eqc(verb, "events");
}

/* "kubectl exec POD -- df -i": what the file systems of a container look like is a state of its
 * workload. */
static void read_exec(const struct fm_origin *from, const struct fm_kubectl *k,
                      const struct fm_segment *s)
{
    ptrdiff_t at = fm_str_find(s->command, FM_STR(" -- "), 0);
    if (at <= 0)
        return;
    struct fm_segment inner = {.command = fm_str_skip(s->command, (size_t)at + 4)};
    fm_read_host_output(from, fm_workload_name(k->name, true), fm_segment_program(&inner),
                        s->output);
}

static enum fm_code read_kubectl(const struct fm_origin *from, struct fm_kubectl *k,
                                 const struct fm_segment *s)
{
    if (fm_str_eqc(k->verb, "logs")) {
        add_log(from, k, s->output);
        return FM_OK;
    }
    if (fm_str_eqc(k->verb, "describe") && fm_is_describe(s->output))
        return forgive(from, fm_read_describe(from, k->kind, s->output));
    if (fm_str_eqc(k->verb, "exec")) {
        if (!fm_read_connection(from, s))
            read_exec(from, k, s);
        return FM_OK;
    }
    if (fm_str_eqc(k->verb, "get") && is_document(k, s->output))
        return read_document(from, s->output);
    if (fm_str_eqc(k->verb, "events"))
        k->kind = FM_OBJECT_EVENT;
    if (fm_str_eqc(k->verb, "top"))
        k->is_partial = true;
    if (prints_tables(k->verb))
        read_get(from, k, s);
    return FM_OK;
}

static enum fm_code read_bare(const struct fm_origin *from, const struct fm_segment *s)
{
    struct fm_kubectl none = {.is_partial = true};
    fm_str text = s->output;
    if (looks_like_json(text) || looks_like_yaml(text))
        return read_document(from, text);
    if (fm_is_describe(text))
        return forgive(from, fm_read_describe(from, FM_OBJECT_UNKNOWN, text));
    if (fm_is_object_table(text))
        fm_read_tables(from, &none, FM_STR_NULL, text);
    else if (fm_str_starts(fm_str_trim(text), FM_STR("Filesystem")))
        fm_read_host_output(from, fm_segment_host(from->evidence, s), FM_STR("df"), text);
    else if (fm_str_has(fm_str_sub(text, 0, 4096), FM_STR(".service - ")))
        fm_read_units(from, fm_segment_host(from->evidence, s), text);
    return FM_OK;
}

/* What a deployer (argocd, helm, kubectl apply) could not find: namespaces "shop" not found. */
static void read_deployer(const struct fm_origin *from, fm_str output)
{
    fm_str line;
    while (fm_str_line(&output, &line)) {
        ptrdiff_t at = fm_str_find(line, FM_STR("namespaces \""), 0);
        fm_str name = at >= 0 ? fm_str_skip(line, (size_t)at + 12) : FM_STR_NULL;
        if (at >= 0 && fm_str_has(name, FM_STR("\" not found")))
            fm_set_absent(from, FM_OBJECT_NAMESPACE, FM_STR_NULL, fm_str_cut(&name, '"'), line);
    }
}

static enum fm_code read_segment(const struct fm_origin *from, const struct fm_segment *s)
{
    struct fm_kubectl k;
    from->set->clock++;
    if (s->command.len == 0)
        return read_bare(from, s);
    if (fm_kubectl_parse(s->command, &k))
        return read_kubectl(from, &k, s);
    fm_str program = fm_segment_program(s);
    read_deployer(from, s->output);
    if (fm_str_eqc(program, "systemctl") || fm_str_eqc(program, "service"))
        fm_read_units(from, fm_segment_host(from->evidence, s), s->output);
    else if (fm_str_eqc(program, "cat"))
        return read_bare(from, s);
    else if (!fm_read_connection(from, s))
        fm_read_host_output(from, fm_segment_host(from->evidence, s), program, s->output);
    return FM_OK;
}

static enum fm_code read_transcript(const struct fm_origin *from, fm_str text)
{
    struct fm_segment s;
    for (size_t n = 0; fm_segment_next(&text, &s); n++) {
        if (n % 256 == 0)
            FM_TRY(fm_ctx_check(from->set->in->ctx));
        FM_TRY(read_segment(from, &s));
    }
    return FM_OK;
}

static bool is_declared(const struct fm_evidence *e)
{
    fm_str head = fm_str_sub(e->bytes, 0, 65536);
    return looks_like_yaml(head) && !fm_str_has(head, FM_STR("$ kubectl"));
}

static enum fm_code read_input(struct fm_object_set *s, struct fm_evidence *e)
{
    struct fm_origin from = {.set = s, .evidence = e, .is_live = true};
    if (fm_is_call_list(e->bytes) && e->type == FM_EVIDENCE_TOPOLOGY) {
        fm_read_calls(&from, e->bytes);
        return FM_OK;
    }
    if (is_declared(e) || looks_like_json(e->bytes)) {
        from.is_live = false; /* decided per object by the fields that only the API server sets */
        s->clock++;
        return read_document(&from, e->bytes);
    }
    return read_transcript(&from, e->bytes);
}

#define TYPES                                                                                      \
    (FM_TYPE_BIT(FM_EVIDENCE_OBJECTS) | FM_TYPE_BIT(FM_EVIDENCE_EVENTS) |                          \
     FM_TYPE_BIT(FM_EVIDENCE_COMMAND_OUTPUT) | FM_TYPE_BIT(FM_EVIDENCE_CONFIG) |                   \
     FM_TYPE_BIT(FM_EVIDENCE_TOPOLOGY))

static enum fm_code read_inputs(struct fm_object_set *s, bool want_declared)
{
    for (size_t i = 0; i < s->in->inputs.n; i++) {
        struct fm_evidence *e = s->in->inputs.items[i];
        if (e->is_baseline || !(TYPES & FM_TYPE_BIT(e->type)) || is_declared(e) != want_declared)
            continue;
        FM_TRY(fm_ctx_check(s->in->ctx));
        FM_TRY(read_input(s, e));
    }
    return FM_OK;
}

static enum fm_code run(struct fm_incident *in)
{
    struct fm_object_set *s = FM_NEW(&in->ctx->arena, struct fm_object_set);
    fm_set_init(s, in);
    FM_TRY(read_inputs(s, false));
    FM_TRY(read_inputs(s, true));
    fm_set_mark_gone(s);
    fm_set_list_controllers(s);
    if (s->objects.n + s->events.n + s->units.n + s->connections.n + s->calls.n + s->host_facts.n +
            s->logs.n ==
        0)
        return FM_OK;
    in->objects = s;
    fm_objects_observe(s);
    return FM_OK;
}

const struct fm_processor fm_kubernetes_processor = {
    .name = "kubernetes",
    .types = TYPES,
    .run = run,
};
