/* SPDX-License-Identifier: Apache-2.0 */
/* Containers, volumes and placement from kubectl describe: of a pod, or below "Pod Template" of a
 * workload. */
#include "readers.h"

static const struct fm_node *get(const struct fm_node *n, const char *key)
{
    return fm_node_member(n, fm_str_c(key));
}

static fm_field field(const struct fm_origin *from, const struct fm_node *n, const char *key)
{
    n = get(n, key);
    return n ? fm_set_field(from, n->text, n->pair) : (fm_field){0};
}

static void read_state(const struct fm_origin *from, struct fm_container *c,
                       const struct fm_node *n)
{
    const struct fm_node *state = get(n, "State"), *last = get(n, "Last State");
    c->state = field(from, n, "State");
    c->reason = field(from, state, "Reason");
    c->message = field(from, state, "Message");
    c->exit_code = field(from, state, "Exit Code");
    c->last_state = field(from, n, "Last State");
    c->last_reason = field(from, last, "Reason");
    c->last_message = field(from, last, "Message");
    c->last_exit_code = field(from, last, "Exit Code");
    c->ready = field(from, n, "Ready");
    c->restarts = field(from, n, "Restart Count");
}

/* "8080/TCP, 9090/TCP" */
static void read_ports(const struct fm_origin *from, struct fm_container *c,
                       const struct fm_node *n)
{
    const struct fm_node *ports = get(n, "Ports") ? get(n, "Ports") : get(n, "Port");
    fm_str rest = ports ? ports->text : FM_STR_NULL;
    c->ports.n = 0;
    while (rest.len && !fm_str_eqc(rest, "<none>")) {
        fm_str protocol = fm_str_trim(fm_str_cut(&rest, ','));
        fm_str number = fm_str_cut(&protocol, '/');
        fm_str name = FM_STR_NULL; /* kubectl 1.32 on: "8080/TCP (http)" */
        ptrdiff_t open = fm_str_chr(protocol, '(', 0);
        if (open > 0) {
            name = fm_str_skip(protocol, (size_t)open + 1);
            name = fm_str_cut(&name, ')');
            protocol = fm_str_trim(fm_str_sub(protocol, 0, (size_t)open));
        }
        if (!fm_str_eqc(number, "0"))
            fm_vec_push(fm_set_arena(from->set), &c->ports,
                        ((struct fm_container_port){name, number, protocol,
                                                    fm_set_span(from, ports->pair)}));
    }
}

static fm_str quoted_after(fm_str text, const char *mark)
{
    ptrdiff_t at = fm_str_find(text, fm_str_c(mark), 0);
    if (at < 0)
        return FM_STR_NULL;
    text = fm_str_skip(text, (size_t)at + strlen(mark));
    return fm_str_cut(&text, '\'');
}

/* "<set to the key 'password' in secret 'ledger-db'>  Optional: false" */
static struct fm_reference env_reference(const struct fm_origin *from, const struct fm_node *n)
{
    struct fm_reference r = {.key = quoted_after(n->text, "the key '"),
                             .span = fm_set_span(from, n->pair)};
    if (r.key.len == 0)
        return (struct fm_reference){0};
    r.name = quoted_after(n->text, "secret '");
    r.kind = FM_OBJECT_SECRET;
    if (r.name.len == 0) {
        r.name = quoted_after(n->text, "config map '");
        r.kind = FM_OBJECT_CONFIG_MAP;
    }
    r.is_optional = fm_str_has(n->text, FM_STR("Optional: true"));
    return r;
}

static void read_env(const struct fm_origin *from, struct fm_container *c, const struct fm_node *n)
{
    struct fm_arena *a = fm_set_arena(from->set);
    c->env.n = c->env_from.n = 0;
    fm_node_each (get(n, "Environment"), e)
        if (e->key.len)
            fm_vec_push(a, &c->env,
                        ((struct fm_env){e->key, e->text, env_reference(from, e),
                                         fm_set_span(from, e->pair)}));
    fm_node_each (get(n, "Environment Variables from"), e) {
        fm_str rest = e->pair, name, kind;
        if (!fm_str_word(&rest, &name) || !fm_str_word(&rest, &kind))
            continue;
        struct fm_reference r = {fm_object_kind_parse(kind), name, FM_STR_NULL,
                                 fm_str_has(rest, FM_STR("true")), fm_set_span(from, e->pair)};
        fm_vec_push(a, &c->env_from, r);
    }
}

static fm_str setting(fm_str text, const char *mark)
{
    ptrdiff_t at = fm_str_find(text, fm_str_c(mark), 0);
    if (at < 0)
        return FM_STR_NULL;
    text = fm_str_skip(text, (size_t)at + strlen(mark));
    text = fm_str_cut(&text, ' ');
    return fm_str_ends(text, FM_STR("s")) ? fm_str_sub(text, 0, text.len - 1) : text;
}

/* "http-get http://:8080/healthz", "tcp-socket :6379", "grpc <pod>:9555", "exec [cat /tmp/ok]" */
static void read_target(struct fm_probe *p, fm_str target)
{
    ptrdiff_t scheme = fm_str_find(target, FM_STR("://"), 0);
    if (scheme > 0) {
        p->scheme = fm_str_sub(target, 0, (size_t)scheme);
        target = fm_str_skip(target, (size_t)scheme + 3);
    }
    ptrdiff_t colon = fm_str_chr(target, ':', 0);
    if (colon < 0)
        return;
    p->path = fm_str_skip(target, (size_t)colon + 1);
    p->port = fm_str_cut(&p->path, '/');
}

static void read_probe(const struct fm_origin *from, struct fm_probe *p, const struct fm_node *n)
{
    fm_str rest = n ? n->text : FM_STR_NULL, target = FM_STR_NULL;
    *p = (struct fm_probe){0};
    if (rest.len == 0)
        return;
    p->is_set = true;
    p->span = p->port_span = fm_set_span(from, n->pair);
    p->delay_s = setting(rest, "delay=");
    p->timeout_s = setting(rest, "timeout=");
    p->period_s = setting(rest, "period=");
    p->failures = setting(rest, "#failure=");
    fm_str_word(&rest, &p->handler);
    if (!fm_str_eqc(p->handler, "exec") && fm_str_word(&rest, &target))
        read_target(p, target);
}

static void read_mounts(const struct fm_origin *from, struct fm_container *c,
                        const struct fm_node *rows)
{
    c->mounts.n = 0;
    fm_node_each (rows, row) {
        fm_str rest = row->pair, path, word, volume;
        if (fm_str_word(&rest, &path) && fm_str_word(&rest, &word) && fm_str_word(&rest, &volume))
            fm_vec_push(fm_set_arena(from->set), &c->mounts,
                        ((struct fm_mount){path, volume, fm_str_has(rest, FM_STR("ro")),
                                           fm_set_span(from, row->pair)}));
    }
}

static void read_amounts(const struct fm_origin *from, struct fm_pairs *p, const struct fm_node *n)
{
    p->n = 0;
    fm_node_each (n, c)
        if (c->key.len)
            fm_set_pair(from, p, c->key, c->text, c->pair);
}

/* Command and Args are one word a line; the whole is needed as text only. */
static fm_field command_text(const struct fm_origin *from, const struct fm_node *n)
{
    const struct fm_node *args = get(n, "Args") ? get(n, "Args") : get(n, "Command");
    const struct fm_node *first = args ? args->first_child : NULL, *last = first;
    if (!first)
        return (fm_field){0};
    while (last->next)
        last = last->next;
    fm_str text = fm_str_n(first->pair.p, (size_t)(last->pair.p + last->pair.len - first->pair.p));
    return fm_set_field(from, text, text);
}

static void read_container(const struct fm_origin *from, struct fm_pod_spec *spec,
                           const struct fm_node *n, bool is_init)
{
    struct fm_container *c = fm_container_of(from, spec, n->key);
    c->is_init = is_init;
    c->image = field(from, n, "Image");
    read_state(from, c, n);
    read_ports(from, c, n);
    read_env(from, c, n);
    read_amounts(from, &c->limits, get(n, "Limits"));
    read_amounts(from, &c->requests, get(n, "Requests"));
    read_probe(from, &c->probes[FM_PROBE_LIVENESS], get(n, "Liveness"));
    read_probe(from, &c->probes[FM_PROBE_READINESS], get(n, "Readiness"));
    read_probe(from, &c->probes[FM_PROBE_STARTUP], get(n, "Startup"));
    read_mounts(from, c, get(n, "Mounts"));
    c->command = command_text(from, n);
}

static enum fm_object_kind volume_reference_kind(fm_str type)
{
    if (fm_str_eqc(type, "ConfigMap") || fm_str_eqc(type, "Secret") ||
        fm_str_eqc(type, "PersistentVolumeClaim"))
        return fm_object_kind_parse(type);
    return FM_OBJECT_UNKNOWN;
}

static void read_volume(const struct fm_origin *from, struct fm_pod_spec *spec,
                        const struct fm_node *n)
{
    static const char *const names[] = {"ClaimName", "SecretName", "Name", "ConfigMapName"};
    struct fm_pod_volume v = {.name = n->key, .span = fm_set_span(from, n->pair)};
    const struct fm_node *type = get(n, "Type");
    fm_str text = type ? type->text : FM_STR_NULL;
    v.type = fm_str_cut(&text, ' ');
    v.from.kind = volume_reference_kind(v.type);
    for (size_t i = 0; i < sizeof names / sizeof *names && v.from.kind != FM_OBJECT_UNKNOWN; i++) {
        const struct fm_node *name = get(n, names[i]);
        if (name && v.from.name.len == 0) {
            v.from.name = name->text;
            v.from.span = fm_set_span(from, name->pair);
        }
    }
    const struct fm_node *optional = get(n, "Optional");
    v.from.is_optional = optional && fm_str_eqc(optional->text, "true");
    v.medium_or_path =
        fm_field_is_set(field(from, n, "Path")) ? field(from, n, "Path") : field(from, n, "Medium");
    fm_vec_push(fm_set_arena(from->set), &spec->volumes, v);
}

/* "key=value:Effect op=Exists for 300s" */
static void read_toleration(const struct fm_origin *from, struct fm_pod_spec *spec, fm_str row)
{
    fm_str rest = row, word;
    struct fm_toleration t = {.op = FM_STR("Equal"), .span = fm_set_span(from, row)};
    if (!fm_str_word(&rest, &word) || fm_str_eqc(word, "<none>"))
        return;
    ptrdiff_t op = fm_str_find(row, FM_STR("op="), 0);
    if (op >= 0) {
        t.op = fm_str_skip(row, (size_t)op + 3);
        t.op = fm_str_cut(&t.op, ' ');
    }
    t.effect = op == 0 ? FM_STR_NULL : word;
    fm_str key = op == 0 ? FM_STR_NULL : fm_str_cut(&t.effect, ':');
    t.value = key;
    t.key = fm_str_cut(&t.value, '=');
    if (t.value.len == 0 && op < 0)
        t.op = FM_STR("Exists");
    fm_vec_push(fm_set_arena(from->set), &spec->tolerations, t);
}

static void read_placement(const struct fm_origin *from, struct fm_pod_spec *spec,
                           const struct fm_node *n)
{
    const struct fm_node *selectors = get(n, "Node-Selectors"),
                         *tolerations = get(n, "Tolerations");
    if (selectors) {
        spec->node_selector.n = 0;
        fm_set_pairs_csv(from, &spec->node_selector, selectors->text);
        fm_node_each (selectors, c)
            fm_set_pairs_csv(from, &spec->node_selector, c->pair);
    }
    if (!tolerations)
        return;
    spec->tolerations.n = 0;
    read_toleration(from, spec, tolerations->text);
    fm_node_each (tolerations, c)
        read_toleration(from, spec, c->pair);
}

static void read_labels(const struct fm_origin *from, struct fm_pod_spec *spec,
                        const struct fm_node *labels)
{
    if (!labels)
        return;
    fm_set_pairs_csv(from, &spec->labels, labels->text);
    fm_node_each (labels, c)
        fm_set_pairs_csv(from, &spec->labels, c->pair);
}

void fm_read_describe_spec(const struct fm_origin *from, struct fm_object *o,
                           const struct fm_node *root)
{
    const struct fm_node *n = o->kind == FM_OBJECT_POD ? root : get(root, "Pod Template");
    if (!n || o->kind == FM_OBJECT_NODE)
        return;
    struct fm_pod_spec *spec = fm_spec_of(from, o);
    if (o->kind != FM_OBJECT_POD)
        read_labels(from, spec, get(n, "Labels"));
    fm_field account = field(from, n, "Service Account");
    if (fm_field_is_set(account))
        spec->service_account = account;
    fm_node_each (get(n, "Init Containers"), c)
        if (c->key.len)
            read_container(from, spec, c, true);
    fm_node_each (get(n, "Containers"), c)
        if (c->key.len)
            read_container(from, spec, c, false);
    if (get(n, "Volumes"))
        spec->volumes.n = 0;
    fm_node_each (get(n, "Volumes"), v)
        if (v->key.len)
            read_volume(from, spec, v);
    read_placement(from, spec, n);
}
