/* SPDX-License-Identifier: Apache-2.0 */
/* kubectl get: which kind a table shows is known from the command or from its columns; columns
 * become fields by a table. */
#include "readers.h"
#include "table.h"

static const struct {
    enum fm_object_kind kind;
    const char *columns[4];
} shapes[] = {
    {FM_OBJECT_EVENT, {"LAST SEEN", "REASON", "OBJECT", "MESSAGE"}},
    {FM_OBJECT_DEPLOYMENT, {"NAME", "READY", "UP-TO-DATE", "AVAILABLE"}},
    {FM_OBJECT_DAEMON_SET, {"NAME", "DESIRED", "CURRENT", "AVAILABLE"}},
    {FM_OBJECT_REPLICA_SET, {"NAME", "DESIRED", "CURRENT", "READY"}},
    {FM_OBJECT_POD, {"NAME", "READY", "STATUS", "RESTARTS"}},
    {FM_OBJECT_NODE, {"NAME", "STATUS", "ROLES", "VERSION"}},
    {FM_OBJECT_SERVICE, {"NAME", "TYPE", "CLUSTER-IP", "PORT(S)"}},
    {FM_OBJECT_ENDPOINTS, {"NAME", "ENDPOINTS", "AGE", NULL}},
    {FM_OBJECT_VOLUME, {"NAME", "CAPACITY", "STATUS", "CLAIM"}},
    {FM_OBJECT_CLAIM, {"NAME", "STATUS", "VOLUME", "STORAGECLASS"}},
    {FM_OBJECT_STORAGE_CLASS, {"NAME", "PROVISIONER", NULL, NULL}},
    {FM_OBJECT_INGRESS, {"NAME", "CLASS", "HOSTS", "PORTS"}},
    {FM_OBJECT_NETWORK_POLICY, {"NAME", "POD-SELECTOR", NULL, NULL}},
    {FM_OBJECT_AUTOSCALER, {"NAME", "REFERENCE", "TARGETS", "REPLICAS"}},
    {FM_OBJECT_QUOTA, {"NAME", "REQUEST", "LIMIT", NULL}},
    {FM_OBJECT_SERVICE_ACCOUNT, {"NAME", "SECRETS", "AGE", NULL}},
    {FM_OBJECT_SECRET, {"NAME", "TYPE", "DATA", "AGE"}},
    {FM_OBJECT_CONFIG_MAP, {"NAME", "DATA", "AGE", NULL}},
    {FM_OBJECT_CRON_JOB, {"NAME", "SCHEDULE", "SUSPEND", NULL}},
    {FM_OBJECT_JOB, {"NAME", "COMPLETIONS", "DURATION", "AGE"}},
    {FM_OBJECT_STATEFUL_SET, {"NAME", "READY", "AGE", NULL}},
    {FM_OBJECT_NAMESPACE, {"NAME", "STATUS", "AGE", NULL}},
    {FM_OBJECT_NODE, {"NAME", "CPU(cores)", "CPU%", "MEMORY(bytes)"}},
    {FM_OBJECT_POD, {"NAME", "CPU(cores)", "MEMORY(bytes)", NULL}},
};

static const struct {
    const char *column;
    enum fm_object_field field;
} columns[] = {
    {"STATUS", FM_OBJECT_F_STATUS},
    {"RESTARTS", FM_OBJECT_F_RESTARTS},
    {"AGE", FM_OBJECT_F_AGE},
    {"IP", FM_OBJECT_F_IP},
    {"INTERNAL-IP", FM_OBJECT_F_IP},
    {"NODE", FM_OBJECT_F_NODE},
    {"DESIRED", FM_OBJECT_F_DESIRED},
    {"CURRENT", FM_OBJECT_F_CURRENT},
    {"UP-TO-DATE", FM_OBJECT_F_UPDATED},
    {"AVAILABLE", FM_OBJECT_F_AVAILABLE},
    {"TYPE", FM_OBJECT_F_TYPE},
    {"CLUSTER-IP", FM_OBJECT_F_CLUSTER_IP},
    {"EXTERNAL-IP", FM_OBJECT_F_EXTERNAL_IP},
    {"ENDPOINTS", FM_OBJECT_F_ENDPOINTS},
    {"STORAGECLASS", FM_OBJECT_F_STORAGE_CLASS},
    {"CAPACITY", FM_OBJECT_F_CAPACITY},
    {"ACCESS MODES", FM_OBJECT_F_ACCESS_MODES},
    {"CLAIM", FM_OBJECT_F_CLAIM},
    {"VOLUME", FM_OBJECT_F_VOLUME},
    {"PROVISIONER", FM_OBJECT_F_PROVISIONER},
    {"VOLUMEBINDINGMODE", FM_OBJECT_F_BINDING_MODE},
    {"ROLES", FM_OBJECT_F_ROLES},
    {"REASON", FM_OBJECT_F_REASON},
    {"CLASS", FM_OBJECT_F_CLASS},
    {"SUSPEND", FM_OBJECT_F_SUSPEND},
    {"COMPLETIONS", FM_OBJECT_F_READY},
    {"CPU(cores)", FM_OBJECT_F_CPU_USE},
    {"MEMORY(bytes)", FM_OBJECT_F_MEMORY_USE},
};

struct view {
    const struct fm_origin *from;
    const struct fm_kubectl *k;
    struct fm_table table;
    enum fm_object_kind kind;
    fm_str header;
};

static enum fm_object_kind kind_of_header(const struct fm_table *t)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        bool fits = true;
        for (size_t c = 0; c < 4 && shapes[i].columns[c]; c++)
            fits = fits && fm_table_column(t, shapes[i].columns[c]) >= 0;
        if (fits)
            return shapes[i].kind;
    }
    return FM_OBJECT_UNKNOWN;
}

static bool is_header(fm_str line, struct fm_table *t)
{
    if (!fm_table_header(line, t))
        return false;
    return fm_table_column(t, "NAME") >= 0 || fm_table_column(t, "LAST SEEN") >= 0;
}

bool fm_is_object_table(fm_str text)
{
    fm_str line;
    struct fm_table t;
    while (fm_str_line(&text, &line))
        if (fm_str_trim(line).len)
            return is_header(line, &t) && kind_of_header(&t) != FM_OBJECT_UNKNOWN;
    return false;
}

static fm_str cell(const struct view *v, fm_str *cells, const char *name)
{
    int c = fm_table_column(&v->table, name);
    return c < 0 ? FM_STR_NULL : cells[c];
}

/* "80/TCP", "443:30443/TCP" */
static void read_service_port(const struct fm_origin *from, struct fm_object *o, fm_str item)
{
    fm_str protocol = item, node_port;
    fm_str port = fm_str_cut(&protocol, '/');
    node_port = port;
    port = fm_str_cut(&node_port, ':');
    struct fm_service_port p = {.port = port,
                                .protocol = protocol,
                                .node_port = node_port,
                                .span = fm_set_span(from, item)};
    if (port.len)
        fm_vec_push(fm_set_arena(from->set), &o->ports, p);
}

/* The column knows no targets: it only fills a service that nothing better describes. */
static void read_service_ports(const struct fm_origin *from, struct fm_object *o, fm_str text)
{
    if (o->ports.n)
        return;
    while (text.len)
        read_service_port(from, o, fm_str_trim(fm_str_cut(&text, ',')));
}

/* "2/3": ready of desired. */
static void read_ready(const struct fm_origin *from, struct fm_object *o, fm_str text)
{
    fm_str desired = text;
    fm_str ready = fm_str_cut(&desired, '/');
    if (desired.len) {
        fm_set_value(from, o, FM_OBJECT_F_READY, text, text);
        if (o->kind == FM_OBJECT_POD)
            return;
        fm_set_value(from, o, FM_OBJECT_F_DESIRED, desired, text);
    }
    fm_set_value(from, o, FM_OBJECT_F_READY_COUNT, ready, text);
}

/* "pods: 10/10, requests.cpu: 900m/1" */
static void read_quota(const struct fm_origin *from, struct fm_object *o, fm_str text)
{
    while (text.len) {
        fm_str item = fm_str_trim(fm_str_cut(&text, ','));
        fm_str rest = item;
        fm_str resource = fm_str_cut(&rest, ':');
        fm_str hard = fm_str_trim(rest);
        fm_str used = fm_str_cut(&hard, '/');
        fm_set_quota(from, o,
                     (struct fm_quota_entry){resource, used, hard, fm_set_span(from, item)});
    }
}

static void read_images(const struct fm_origin *from, struct fm_object *o, fm_str names,
                        fm_str images)
{
    while (names.len && images.len) {
        fm_str name = fm_str_cut(&names, ','), image = fm_str_cut(&images, ',');
        struct fm_container *c = fm_container_of(from, fm_spec_of(from, o), name);
        if (!fm_field_is_set(c->image))
            c->image = fm_set_field(from, image, image);
    }
}

static void read_special(const struct view *v, struct fm_object *o, fm_str *cells)
{
    const struct fm_origin *from = v->from;
    read_ready(from, o, cell(v, cells, "READY"));
    fm_set_pairs_csv(from, &o->labels, cell(v, cells, "LABELS"));
    fm_set_pairs_csv(from, &o->selector, cell(v, cells, "SELECTOR"));
    fm_set_pairs_csv(from, &o->selector, cell(v, cells, "POD-SELECTOR"));
    fm_str node_selector = cell(v, cells, "NODE SELECTOR");
    if (node_selector.len)
        fm_set_pairs_csv(from, &fm_spec_of(from, o)->node_selector, node_selector);
    if (o->kind == FM_OBJECT_SERVICE)
        read_service_ports(from, o, cell(v, cells, "PORT(S)"));
    if (o->kind == FM_OBJECT_QUOTA) {
        read_quota(from, o, cell(v, cells, "REQUEST"));
        read_quota(from, o, cell(v, cells, "LIMIT"));
    }
    fm_str images = cell(v, cells, "IMAGES");
    if (images.len && o->kind == FM_OBJECT_DEPLOYMENT)
        read_images(from, o, cell(v, cells, "CONTAINERS"), images);
}

/* "deployment.apps/cart" in kubectl get all. */
static enum fm_object_kind split_kind(enum fm_object_kind kind, fm_str *name)
{
    ptrdiff_t slash = fm_str_chr(*name, '/', 0);
    if (slash <= 0)
        return kind;
    enum fm_object_kind named = fm_object_kind_parse(fm_str_sub(*name, 0, (size_t)slash));
    if (named != FM_OBJECT_UNKNOWN)
        *name = fm_str_skip(*name, (size_t)slash + 1);
    return named != FM_OBJECT_UNKNOWN ? named : kind;
}

static void read_row(const struct view *v, fm_str line, fm_str *cells)
{
    fm_str name = cell(v, cells, "NAME");
    fm_str ns = cell(v, cells, "NAMESPACE");
    if (v->kind == FM_OBJECT_EVENT) {
        fm_str picked[] = {cell(v, cells, "LAST SEEN"), cell(v, cells, "TYPE"),
                           cell(v, cells, "REASON"), cell(v, cells, "OBJECT"),
                           cell(v, cells, "MESSAGE")};
        fm_read_event_cells(v->from, ns.len ? ns : v->k->ns, line, picked);
        return;
    }
    enum fm_object_kind kind = split_kind(v->kind, &name);
    fm_str bare = fm_str_cut(&name, ' '); /* "standard (default)" */
    struct fm_object *o = fm_set_object(v->from, kind, ns.len ? ns : v->k->ns, bare);
    if (!o)
        return;
    fm_span row = fm_set_span(v->from, line);
    if (row.length)
        o->span = row;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        fm_str text = cell(v, cells, columns[i].column);
        fm_set_value(v->from, o, columns[i].field, text, text);
    }
    o->age_s = fm_age_parse(cell(v, cells, "AGE"));
    read_special(v, o, cells);
}

/* Columns of a list whose header a filter took away. */
static const char *default_header(enum fm_object_kind kind)
{
    switch ((int)kind) {
    case FM_OBJECT_POD:
        return "NAME  READY  STATUS  RESTARTS  AGE  IP  NODE  NOMINATED NODE  READINESS GATES  "
               "LABELS";
    case FM_OBJECT_DEPLOYMENT:
        return "NAME  READY  UP-TO-DATE  AVAILABLE  AGE  CONTAINERS  IMAGES  SELECTOR  LABELS";
    case FM_OBJECT_NAMESPACE:
        return "NAME  STATUS  AGE  LABELS";
    case FM_OBJECT_SERVICE:
        return "NAME  TYPE  CLUSTER-IP  EXTERNAL-IP  PORT(S)  AGE  SELECTOR  LABELS";
    case FM_OBJECT_NODE:
        return "NAME  STATUS  ROLES  AGE  VERSION";
    default:
        return NULL;
    }
}

static bool assume_header(struct view *v, fm_str line, fm_str cells[FM_TABLE_COLUMNS_MAX])
{
    const char *header = default_header(v->k->kind);
    if (!header || !fm_str_has(line, FM_STR("  ")))
        return false;
    bool has_ns = v->k->is_all_namespaces && fm_object_kind_is_namespaced(v->k->kind);
    v->header = fm_str_fmt(fm_set_arena(v->from->set), "%s%s", has_ns ? "NAMESPACE  " : "", header);
    v->kind = v->k->kind;
    if (!fm_table_header(v->header, &v->table))
        return false;
    for (size_t c = 1; c < v->table.n; c++)
        v->table.offsets[c] = 1; /* nothing fits offset 1: rows are split at blanks */
    return fm_table_row(&v->table, line, cells);
}

/* Without -n the namespace is that of the user's context, "default" unless it was changed. */
static fm_str list_namespace(const struct fm_kubectl *k)
{
    if (k->is_all_namespaces || !fm_object_kind_is_namespaced(k->kind))
        return FM_STR_NULL;
    return k->ns.len ? k->ns : FM_STR("default");
}

/* "Error from server (NotFound): pods "x" not found", "No resources found in y namespace." */
static bool read_message(const struct view *v, fm_str command, fm_str line)
{
    ptrdiff_t at = fm_str_find(line, FM_STR("(NotFound): "), 0);
    if (at >= 0) {
        fm_str rest = fm_str_skip(line, (size_t)at + 12);
        fm_str kind = fm_str_cut(&rest, ' ');
        fm_str name = fm_str_skip(rest, 1);
        name = fm_str_cut(&name, '"');
        fm_set_absent(v->from, fm_object_kind_parse(kind), v->k->ns, name, line);
        return true;
    }
    if (!fm_str_starts(line, FM_STR("No resources found")))
        return fm_str_istarts(line, FM_STR("error"));
    if (!v->k->is_partial)
        fm_set_list(v->from, v->k->kind, list_namespace(v->k), command.len ? command : line);
    return true;
}

static bool read_line(struct view *v, fm_str command, fm_str line)
{
    fm_str cells[FM_TABLE_COLUMNS_MAX];
    struct fm_table t;
    if (read_message(v, command, line))
        return true;
    if (is_header(line, &t) && !fm_str_has(line, FM_STR("|"))) {
        v->table = t;
        v->header = line;
        v->kind = kind_of_header(&t);
        if (v->kind == FM_OBJECT_UNKNOWN ||
            (v->k->kind != FM_OBJECT_UNKNOWN && v->kind != FM_OBJECT_EVENT))
            v->kind = v->k->kind;
        return true;
    }
    if (v->header.len ? fm_table_row(&v->table, line, cells) : assume_header(v, line, cells)) {
        read_row(v, line, cells);
        return true;
    }
    return false;
}

/* An empty answer to a name is absence; a whole list proves what is not in it. */
static void note_coverage(const struct view *v, fm_str command, bool has_any)
{
    const struct fm_kubectl *k = v->k;
    if (command.len == 0 || k->kind == FM_OBJECT_UNKNOWN || k->kind == FM_OBJECT_EVENT)
        return;
    if (!has_any && k->is_named && !fm_str_has(k->name, FM_STR(",")))
        fm_set_absent(v->from, k->kind, k->ns, k->name, command);
    if (!k->is_partial && (!has_any || v->header.len))
        fm_set_list(v->from, k->kind, list_namespace(k), command);
}

void fm_read_tables(const struct fm_origin *from, const struct fm_kubectl *k, fm_str command,
                    fm_str output)
{
    struct fm_origin row = *from;
    row.is_summary = true;
    struct view v = {.from = &row, .k = k};
    fm_str line, rest = output;
    bool has_any = false;
    while (fm_str_line(&rest, &line)) {
        if (fm_str_trim(line).len == 0) {
            if (k->kind == FM_OBJECT_UNKNOWN)
                v.header = FM_STR_NULL;
            continue;
        }
        has_any = true;
        read_line(&v, command, line);
    }
    note_coverage(&v, command, has_any);
}
