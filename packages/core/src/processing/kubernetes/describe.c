/* SPDX-License-Identifier: Apache-2.0 */
/* Objects from kubectl describe. A new object starts at a "Name:" in column 0. */
#include "readers.h"
#include "table.h"

#include <math.h>

static const struct {
    const char *key;
    enum fm_object_field field;
} scalars[] = {
    {"Status", FM_OBJECT_F_STATUS},
    {"Reason", FM_OBJECT_F_REASON},
    {"Message", FM_OBJECT_F_MESSAGE},
    {"IP", FM_OBJECT_F_IP},
    {"QoS Class", FM_OBJECT_F_QOS},
    {"Type", FM_OBJECT_F_TYPE},
    {"External Name", FM_OBJECT_F_EXTERNAL_NAME},
    {"StorageClass", FM_OBJECT_F_STORAGE_CLASS},
    {"Access Modes", FM_OBJECT_F_ACCESS_MODES},
    {"Claim", FM_OBJECT_F_CLAIM},
    {"Volume", FM_OBJECT_F_VOLUME},
    {"Provisioner", FM_OBJECT_F_PROVISIONER},
    {"VolumeBindingMode", FM_OBJECT_F_BINDING_MODE},
    {"Unschedulable", FM_OBJECT_F_UNSCHEDULABLE},
    {"Roles", FM_OBJECT_F_ROLES},
    {"Ingress Class", FM_OBJECT_F_CLASS},
    {"Suspend", FM_OBJECT_F_SUSPEND},
};

static const struct fm_node *get(const struct fm_node *n, const char *key)
{
    return fm_node_member(n, fm_str_c(key));
}

static fm_str get_str(const struct fm_node *n, const char *key)
{
    n = get(n, key);
    return n ? n->text : FM_STR_NULL;
}

bool fm_is_describe(fm_str text)
{
    fm_str line;
    while (fm_str_line(&text, &line))
        if (fm_str_trim(line).len)
            return fm_str_starts(line, FM_STR("Name:  ")) || fm_str_starts(line, FM_STR("Name:\t"));
    return false;
}

static enum fm_object_kind guess_kind(const struct fm_node *root)
{
    static const struct {
        const char *key;
        enum fm_object_kind kind;
    } marks[] = {
        {"Capacity", FM_OBJECT_UNKNOWN}, /* node and claims: decided below */
        {"Roles", FM_OBJECT_NODE},
        {"NewReplicaSet", FM_OBJECT_DEPLOYMENT},
        {"StrategyType", FM_OBJECT_DEPLOYMENT},
        {"Used By", FM_OBJECT_CLAIM},
        {"VolumeMode", FM_OBJECT_CLAIM},
        {"Desired Number of Nodes Scheduled", FM_OBJECT_DAEMON_SET},
        {"Update Strategy", FM_OBJECT_STATEFUL_SET},
        {"Completions", FM_OBJECT_JOB},
        {"Schedule", FM_OBJECT_CRON_JOB},
        {"Session Affinity", FM_OBJECT_SERVICE},
        {"Subsets", FM_OBJECT_ENDPOINTS},
        {"Provisioner", FM_OBJECT_STORAGE_CLASS},
        {"Mountable secrets", FM_OBJECT_SERVICE_ACCOUNT},
        {"Default backend", FM_OBJECT_INGRESS},
        {"Pods Status", FM_OBJECT_REPLICA_SET},
        {"Metrics", FM_OBJECT_AUTOSCALER},
        {"Containers", FM_OBJECT_POD},
        {"Node", FM_OBJECT_POD},
        {"BinaryData", FM_OBJECT_CONFIG_MAP},
        {"Resource Quotas", FM_OBJECT_NAMESPACE},
    };
    if (get(root, "Claim"))
        return FM_OBJECT_VOLUME;
    for (size_t i = 1; i < sizeof marks / sizeof *marks; i++)
        if (get(root, marks[i].key))
            return marks[i].kind;
    return FM_OBJECT_UNKNOWN;
}

/* "key=value" or "key: value" lines: the first stands beside the heading, the others below it. */
static void read_pair(const struct fm_origin *from, struct fm_pairs *p, fm_str text)
{
    ptrdiff_t at = fm_str_chr(text, '=', 0);
    if (at < 0)
        at = fm_str_chr(text, ':', 0);
    if (at > 0)
        fm_set_pair(from, p, fm_str_trim(fm_str_sub(text, 0, (size_t)at)),
                    fm_str_trim(fm_str_skip(text, (size_t)at + 1)), text);
}

static void read_pairs(const struct fm_origin *from, struct fm_pairs *p, const struct fm_node *n)
{
    if (!n)
        return;
    if (fm_str_chr(n->text, ',', 0) > 0 && fm_str_chr(n->text, '=', 0) > 0)
        fm_set_pairs_csv(from, p, n->text);
    else
        read_pair(from, p, n->text);
    fm_node_each (n, c)
        read_pair(from, p, c->pair);
}

/* Conditions as a table whose columns depend on the kind. */
static void read_conditions(const struct fm_origin *from, struct fm_object *o,
                            const struct fm_node *rows)
{
    struct fm_table t = {0};
    fm_str cells[FM_TABLE_COLUMNS_MAX];
    fm_node_each (rows, row) {
        if (t.n == 0) {
            if (!fm_table_header(row->pair, &t))
                return;
            continue;
        }
        if (fm_str_starts(row->pair, FM_STR("--")) || !fm_table_row(&t, row->pair, cells))
            continue;
        int reason = fm_table_column(&t, "Reason"), message = fm_table_column(&t, "Message");
        struct fm_condition c = {
            .type = cells[0], .status = cells[1], .span = fm_set_span(from, row->pair)};
        if (reason >= 0)
            c.reason = cells[reason];
        if (message >= 0)
            c.message = cells[message];
        fm_set_condition(from, o, c);
    }
}

/* "Controlled By:  ReplicaSet/cart-6b9f7d5c4" */
static void read_owner(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    if (!n)
        return;
    fm_str name = n->text;
    fm_str kind = fm_str_cut(&name, '/');
    o->owner_kind = fm_object_kind_parse(kind);
    o->owner = fm_set_field(from, name, n->pair);
}

/* "3 desired | 2 updated | 3 total | 1 available | 2 unavailable", "2 current / 3 desired" */
static void read_replicas(const struct fm_origin *from, struct fm_object *o,
                          const struct fm_node *n)
{
    static const struct {
        const char *word;
        enum fm_object_field field;
    } words[] = {{"desired", FM_OBJECT_F_DESIRED},
                 {"updated", FM_OBJECT_F_UPDATED},
                 {"total", FM_OBJECT_F_CURRENT},
                 {"current", FM_OBJECT_F_CURRENT},
                 {"available", FM_OBJECT_F_AVAILABLE}};
    fm_str rest = n ? n->text : FM_STR_NULL, word, number = FM_STR_NULL;
    while (fm_str_word(&rest, &word)) {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (fm_str_eqc(word, words[i].word))
                fm_set_value(from, o, words[i].field, number, n->pair);
        number = word;
    }
}

static void read_named_number(const struct fm_origin *from, struct fm_object *o,
                              const struct fm_node *n, enum fm_object_field f)
{
    if (n)
        fm_set_value(from, o, f, n->text, n->pair);
}

static void read_daemon_counts(const struct fm_origin *from, struct fm_object *o,
                               const struct fm_node *root)
{
    read_named_number(from, o, get(root, "Desired Number of Nodes Scheduled"), FM_OBJECT_F_DESIRED);
    read_named_number(from, o, get(root, "Current Number of Nodes Scheduled"), FM_OBJECT_F_CURRENT);
    read_named_number(from, o, get(root, "Number of Nodes Scheduled with Available Pods"),
                      FM_OBJECT_F_AVAILABLE);
}

static struct fm_service_port *port_by_number(const struct fm_origin *from, struct fm_object *o,
                                              fm_str port, fm_str protocol)
{
    fm_vec_each (&o->ports, p)
        if (fm_str_eq(p->port, port) && (p->protocol.len == 0 || fm_str_eq(p->protocol, protocol)))
            return p;
    struct fm_service_port *p = fm_vec_add(fm_set_arena(from->set), &o->ports);
    p->port = port;
    return p;
}

/* "Port:  http  80/TCP", "TargetPort:  8080/TCP", "NodePort:  http  30080/TCP" follow each other
 * per port. */
static void read_service_ports(const struct fm_origin *from, struct fm_object *o,
                               const struct fm_node *root)
{
    struct fm_service_port *p = NULL;
    fm_node_each (root, n) {
        fm_str rest = n->text, word, last = FM_STR_NULL, name = FM_STR_NULL;
        while (fm_str_word(&rest, &word)) {
            name = last;
            last = word;
        }
        fm_str protocol = last;
        fm_str number = fm_str_cut(&protocol, '/');
        if (fm_str_eqc(n->key, "Port")) {
            p = port_by_number(from, o, number, protocol);
            p->protocol = protocol;
            p->name = fm_str_eqc(name, "<unset>") ? FM_STR_NULL : name;
            p->span = fm_set_span(from, n->pair);
        } else if (p && fm_str_eqc(n->key, "TargetPort")) {
            p->target_port = number;
            p->target_span = fm_set_span(from, n->pair);
        } else if (p && fm_str_eqc(n->key, "NodePort")) {
            p->node_port = number;
        }
    }
}

static void read_service(const struct fm_origin *from, struct fm_object *o,
                         const struct fm_node *root)
{
    const struct fm_node *ip = get(root, "IP"), *endpoints = get(root, "Endpoints");
    if (ip)
        fm_set_value(from, o, FM_OBJECT_F_CLUSTER_IP, ip->text, ip->pair);
    if (endpoints)
        fm_set_value(from, o, FM_OBJECT_F_ENDPOINTS,
                     endpoints->text.len ? endpoints->text : FM_STR("-"), endpoints->pair);
    read_service_ports(from, o, root);
}

static void read_taints(const struct fm_origin *from, struct fm_object *o, const struct fm_node *n)
{
    o->taints.n = 0;
    for (const struct fm_node *it = n; it; it = it == n ? n->first_child : it->next) {
        fm_str effect = it->text;
        fm_str value = fm_str_cut(&effect, ':');
        fm_str key = fm_str_cut(&value, '=');
        if (effect.len)
            fm_vec_push(fm_set_arena(from->set), &o->taints,
                        ((struct fm_taint){key, value, effect, fm_set_span(from, it->pair)}));
        if (it == n && !n->first_child)
            break;
    }
}

static void read_allocated(const struct fm_origin *from, struct fm_object *o,
                           const struct fm_node *rows)
{
    fm_node_each (rows, row) {
        fm_str rest = row->pair, resource, amount;
        if (fm_str_word(&rest, &resource) && fm_str_word(&rest, &amount) && amount.p[0] >= '0' &&
            amount.p[0] <= '9')
            fm_set_pair(from, &o->allocated, resource, amount, row->pair);
    }
}

static void read_node(const struct fm_origin *from, struct fm_object *o, const struct fm_node *root)
{
    const struct fm_node *pods = get(root, "Non-terminated Pods");
    read_taints(from, o, get(root, "Taints"));
    fm_node_each (get(root, "Capacity"), c)
        fm_set_pair(from, &o->capacity, c->key, c->text, c->pair);
    fm_node_each (get(root, "Allocatable"), c)
        fm_set_pair(from, &o->allocatable, c->key, c->text, c->pair);
    read_allocated(from, o, get(root, "Allocated resources"));
    if (pods && pods->text.len > 2) /* "(16 in total)" */
        fm_set_value(from, o, FM_OBJECT_F_POD_COUNT, fm_str_skip(pods->text, 1), pods->pair);
}

/* Rows of "Resource  Used  Hard". */
static void read_quota(const struct fm_origin *from, struct fm_object *o,
                       const struct fm_node *root)
{
    fm_node_each (root, n) {
        fm_str rest = n->pair, resource, used, hard;
        if (n->kind != FM_NODE_STRING || !fm_str_word(&rest, &resource) ||
            !fm_str_word(&rest, &used) || !fm_str_word(&rest, &hard))
            continue;
        double number;
        if (fm_quantity_parse(used, &number) && fm_quantity_parse(hard, &number))
            fm_set_quota(from, o,
                         (struct fm_quota_entry){resource, used, hard, fm_set_span(from, n->pair)});
    }
}

static void read_claim(const struct fm_origin *from, struct fm_object *o,
                       const struct fm_node *root)
{
    const struct fm_node *capacity = get(root, "Capacity"),
                         *source = fm_node_at(root, "Source.Type");
    if (capacity)
        fm_set_value(from, o, FM_OBJECT_F_CAPACITY, capacity->text, capacity->pair);
    if (source)
        fm_set_value(from, o, FM_OBJECT_F_VOLUME_TYPE, source->text, source->pair);
}

/* Addresses of endpoints: a "Subsets" section with "Addresses:" and "NotReadyAddresses:". */
static void read_endpoints(const struct fm_origin *from, struct fm_object *o,
                           const struct fm_node *root)
{
    const struct fm_node *subsets = get(root, "Subsets");
    fm_node_each (subsets, n) {
        if (fm_str_eqc(n->key, "Addresses"))
            fm_set_value(from, o, FM_OBJECT_F_ENDPOINTS, n->text, n->pair);
        if (fm_str_eqc(n->key, "NotReadyAddresses"))
            fm_set_value(from, o, FM_OBJECT_F_NOT_READY_ENDPOINTS, n->text, n->pair);
    }
}

/* A path of an ingress: "/  ledger:80 (10.1.2.3:8080)". */
static void read_backend(const struct fm_origin *from, struct fm_object *o, fm_str row)
{
    fm_str rest = row, word, path = FM_STR_NULL;
    while (fm_str_word(&rest, &word)) {
        fm_str port = word;
        fm_str service = fm_str_cut(&port, ':');
        if (port.len && service.len && !fm_str_starts(word, FM_STR("/"))) {
            port = fm_str_cut(&port, ')');
            fm_vec_push(
                fm_set_arena(from->set), &o->backends,
                ((struct fm_backend){FM_STR_NULL, path, service, port, fm_set_span(from, row)}));
            return;
        }
        path = word;
    }
}

static void read_ingress(const struct fm_origin *from, struct fm_object *o,
                         const struct fm_node *root)
{
    o->backends.n = 0;
    fm_node_each (get(root, "Rules"), row)
        read_backend(from, o, row->pair);
}

static void read_data_keys(const struct fm_origin *from, struct fm_object *o,
                           const struct fm_node *root)
{
    bool is_data = false;
    fm_node_each (root, n) {
        if (fm_str_eqc(n->key, "Data") || fm_str_eqc(n->key, "BinaryData"))
            is_data = true;
        else if (is_data && n->kind == FM_NODE_MAP && !fm_str_eqc(n->key, "Events"))
            fm_set_pair(from, &o->keys, n->key, n->text, n->pair);
    }
}

static void read_kind(const struct fm_origin *from, struct fm_object *o, const struct fm_node *root)
{
    switch ((int)o->kind) {
    case FM_OBJECT_SERVICE:
        read_service(from, o, root);
        break;
    case FM_OBJECT_NODE:
        read_node(from, o, root);
        break;
    case FM_OBJECT_QUOTA:
        read_quota(from, o, root);
        break;
    case FM_OBJECT_CLAIM:
    case FM_OBJECT_VOLUME:
        read_claim(from, o, root);
        break;
    case FM_OBJECT_ENDPOINTS:
        read_endpoints(from, o, root);
        break;
    case FM_OBJECT_INGRESS:
        read_ingress(from, o, root);
        break;
    case FM_OBJECT_CONFIG_MAP:
    case FM_OBJECT_SECRET:
        read_data_keys(from, o, root);
        break;
    case FM_OBJECT_DAEMON_SET:
        read_daemon_counts(from, o, root);
        break;
    default:
        break;
    }
}

/* "worker-1/10.0.0.5" */
static void read_node_name(const struct fm_origin *from, struct fm_object *o,
                           const struct fm_node *root)
{
    const struct fm_node *node = get(root, "Node");
    fm_str name = node ? node->text : FM_STR_NULL;
    if (node)
        fm_set_value(from, o, FM_OBJECT_F_NODE, fm_str_cut(&name, '/'), node->pair);
}

static void read_object(const struct fm_origin *from, struct fm_object *o,
                        const struct fm_node *root)
{
    fm_node_each (root, n)
        for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
            if (fm_str_eqc(n->key, scalars[i].key))
                fm_set_value(from, o, scalars[i].field, n->text, n->pair);
    read_pairs(from, &o->labels, get(root, "Labels"));
    read_pairs(from, &o->annotations, get(root, "Annotations"));
    read_pairs(from, &o->selector, get(root, "Selector"));
    read_conditions(from, o, get(root, "Conditions"));
    read_owner(from, o, get(root, "Controlled By"));
    read_node_name(from, o, root);
    read_replicas(from, o, get(root, "Replicas"));
    read_kind(from, o, root);
    fm_read_describe_spec(from, o, root);
    fm_read_event_rows(from, o, get(root, "Events"));
}

static enum fm_code read_one(const struct fm_origin *from, enum fm_object_kind kind, fm_str text)
{
    struct fm_node *root;
    FM_TRY(fm_describe_parse(from->set->in->ctx, text, &root));
    const struct fm_node *name = get(root, "Name");
    if (kind == FM_OBJECT_UNKNOWN)
        kind = guess_kind(root);
    struct fm_object *o =
        name ? fm_set_object(from, kind, get_str(root, "Namespace"), name->text) : NULL;
    if (!o)
        return FM_OK;
    if (!o->span.length)
        o->span = fm_set_span(from, name->pair);
    read_object(from, o, root);
    if (kind == FM_OBJECT_NETWORK_POLICY)
        fm_read_describe_policy(from, o, text);
    return FM_OK;
}

enum fm_code fm_read_describe(const struct fm_origin *from, enum fm_object_kind kind, fm_str output)
{
    fm_str rest = output, line;
    const char *start = NULL, *at = output.p;
    while (fm_str_line(&rest, &line)) {
        bool is_name = fm_str_starts(line, FM_STR("Name:"));
        if (is_name && start)
            FM_TRY(read_one(from, kind, fm_str_n(start, (size_t)(at - start))));
        if (is_name)
            start = line.p;
        at = rest.p ? rest.p : line.p + line.len;
    }
    if (start)
        FM_TRY(read_one(from, kind, fm_str_n(start, (size_t)(output.p + output.len - start))));
    return FM_OK;
}
