/* SPDX-License-Identifier: Apache-2.0 */
#include "inquiry/object_fields.h"

struct listing {
    struct fm_arena *a;
    struct object_fields *out;
};

static void add(struct listing *x, fm_str path, fm_str text, fm_span span)
{
    if (span.length)
        fm_vec_push(x->a, x->out, ((struct object_field){path, text, span}));
}

static void add_field(struct listing *x, fm_str path, fm_field f)
{
    add(x, path, f.text, f.span);
}

static void add_pairs(struct listing *x, const char *name, const struct fm_pairs *pairs)
{
    fm_vec_each (pairs, p)
        add(x, fm_str_fmt(x->a, "%s.%.*s", name, FM_STR_ARG(p->key)), p->value, p->span);
}

static fm_str sub(struct listing *x, fm_str base, const char *name)
{
    return fm_str_fmt(x->a, "%.*s.%s", FM_STR_ARG(base), name);
}

static void add_state(struct listing *x, fm_str base, const struct fm_container *c)
{
    const struct {
        const char *name;
        fm_field field;
    } fields[] = {{"image", c->image},
                  {"state", c->state},
                  {"reason", c->reason},
                  {"message", c->message},
                  {"exitCode", c->exit_code},
                  {"lastState", c->last_state},
                  {"lastState.reason", c->last_reason},
                  {"lastState.message", c->last_message},
                  {"lastState.exitCode", c->last_exit_code},
                  {"ready", c->ready},
                  {"restartCount", c->restarts},
                  {"command", c->command}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        add_field(x, sub(x, base, fields[i].name), fields[i].field);
}

static void add_probes(struct listing *x, fm_str base, const struct fm_container *c)
{
    for (int k = 0; k < FM_PROBE_KIND_COUNT; k++) {
        const struct fm_probe *p = &c->probes[k];
        if (!p->is_set)
            continue;
        fm_str name = fm_str_lower(x->a, fm_str_c(fm_probe_kind_name((enum fm_probe_kind)k)));
        add(x, fm_str_fmt(x->a, "%.*s.%.*sProbe", FM_STR_ARG(base), FM_STR_ARG(name)),
            fm_str_fmt(x->a, "%.*s %.*s:%.*s%.*s", FM_STR_ARG(p->handler), FM_STR_ARG(p->scheme),
                       FM_STR_ARG(p->port), FM_STR_ARG(p->path)),
            p->span);
    }
}

static void add_container(struct listing *x, const struct fm_container *c)
{
    fm_str base = fm_str_fmt(x->a, "%s.%.*s", c->is_init ? "initContainers" : "containers",
                             FM_STR_ARG(c->name));
    add_state(x, base, c);
    add_pairs(x, sub(x, base, "resources.limits").p, &c->limits);
    add_pairs(x, sub(x, base, "resources.requests").p, &c->requests);
    add_probes(x, base, c);
    fm_vec_each (&c->ports, p)
        add(x, sub(x, base, "ports"),
            fm_str_fmt(x->a, "%.*s %.*s/%.*s", FM_STR_ARG(p->name), FM_STR_ARG(p->number),
                       FM_STR_ARG(p->protocol)),
            p->span);
    fm_vec_each (&c->env, e)
        add(x, fm_str_fmt(x->a, "%.*s.env.%.*s", FM_STR_ARG(base), FM_STR_ARG(e->name)),
            e->value.len ? e->value
                         : fm_str_fmt(x->a, "from %s %.*s", fm_object_kind_name(e->from.kind),
                                      FM_STR_ARG(e->from.name)),
            e->span);
    fm_vec_each (&c->mounts, m)
        add(x, sub(x, base, "volumeMounts"),
            fm_str_fmt(x->a, "%.*s at %.*s", FM_STR_ARG(m->volume), FM_STR_ARG(m->path)), m->span);
}

static void add_spec(struct listing *x, const struct fm_pod_spec *s)
{
    fm_vec_each (&s->containers, c)
        add_container(x, c);
    add_pairs(x, "template.labels", &s->labels);
    add_pairs(x, "nodeSelector", &s->node_selector);
    add_field(x, FM_STR("serviceAccountName"), s->service_account);
    add_field(x, FM_STR("schedulerName"), s->scheduler);
    add_field(x, FM_STR("priorityClassName"), s->priority_class);
    add_field(x, FM_STR("hostNetwork"), s->host_network);
    fm_vec_each (&s->volumes, v)
        add(x, fm_str_fmt(x->a, "volumes.%.*s", FM_STR_ARG(v->name)),
            fm_str_fmt(x->a, "%.*s %.*s", FM_STR_ARG(v->type), FM_STR_ARG(v->from.name)), v->span);
    fm_vec_each (&s->tolerations, t)
        add(x, FM_STR("tolerations"),
            fm_str_fmt(x->a, "%.*s %.*s %.*s %.*s", FM_STR_ARG(t->key), FM_STR_ARG(t->op),
                       FM_STR_ARG(t->value), FM_STR_ARG(t->effect)),
            t->span);
}

static void add_network(struct listing *x, const struct fm_object *o)
{
    fm_vec_each (&o->ports, p)
        add(x, FM_STR("ports"),
            fm_str_fmt(x->a, "%.*s %.*s to %.*s/%.*s", FM_STR_ARG(p->name), FM_STR_ARG(p->port),
                       FM_STR_ARG(p->target_port), FM_STR_ARG(p->protocol)),
            p->span);
    fm_vec_each (&o->backends, b)
        add(x, FM_STR("rules.backend"),
            fm_str_fmt(x->a, "%.*s%.*s to %.*s:%.*s", FM_STR_ARG(b->host), FM_STR_ARG(b->path),
                       FM_STR_ARG(b->service), FM_STR_ARG(b->port)),
            b->span);
    fm_vec_each (&o->taints, t)
        add(x, FM_STR("taints"),
            fm_str_fmt(x->a, "%.*s=%.*s:%.*s", FM_STR_ARG(t->key), FM_STR_ARG(t->value),
                       FM_STR_ARG(t->effect)),
            t->span);
    fm_vec_each (&o->quota, k)
        add(x, fm_str_fmt(x->a, "quota.%.*s", FM_STR_ARG(k->resource)),
            fm_str_fmt(x->a, "used %.*s of %.*s", FM_STR_ARG(k->used), FM_STR_ARG(k->hard)),
            k->span);
}

void object_fields_list(struct fm_arena *a, const struct fm_object *o, struct object_fields *out)
{
    struct listing x = {a, out};
    fm_vec_each (&o->values, v)
        add_field(&x, fm_str_c(fm_object_field_name(v->id)), v->field);
    add_field(&x, FM_STR("owner"), o->owner);
    fm_vec_each (&o->conditions, c)
        add(&x, fm_str_fmt(a, "conditions.%.*s", FM_STR_ARG(c->type)),
            fm_str_fmt(a, "%.*s %.*s %.*s", FM_STR_ARG(c->status), FM_STR_ARG(c->reason),
                       FM_STR_ARG(c->message)),
            c->span);
    if (o->spec)
        add_spec(&x, o->spec);
    add_network(&x, o);
    add_pairs(&x, "labels", &o->labels);
    add_pairs(&x, "annotations", &o->annotations);
    add_pairs(&x, "selector", &o->selector);
    add_pairs(&x, "capacity", &o->capacity);
    add_pairs(&x, "allocatable", &o->allocatable);
    add_pairs(&x, "allocated", &o->allocated);
    add_pairs(&x, "data", &o->keys);
}

/* ---- paths ---- */

static bool next_part(fm_str *rest, fm_str *part)
{
    size_t i = 0, n = 0;
    while (i < rest->len && strchr(".[]/", rest->p[i]))
        i++;
    while (i + n < rest->len && !strchr(".[]/", rest->p[i + n]))
        n++;
    *part = fm_str_sub(*rest, i, n);
    *rest = fm_str_skip(*rest, i + n);
    return n > 0;
}

/* Levels of the API that the list of fields does not have, and list indices. */
static bool is_nesting(fm_str part)
{
    static const char *const names[] = {
        "spec", "status", "metadata", "template", "containerStatuses", "*"};
    uint64_t index;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (fm_str_ieq(part, fm_str_c(names[i])))
            return true;
    return fm_str_u64(part, &index);
}

bool object_path_matches(fm_str wanted, fm_str path)
{
    fm_str part, have;
    bool is_any = false;
    for (fm_str rest = path; next_part(&wanted, &part);) {
        bool is_found = false;
        while (!is_found && next_part(&rest, &have))
            is_found = fm_str_ieq(part, have);
        if (!is_found && !is_nesting(part))
            return false;
        if (!is_found)
            rest = path; /* a level that only the API has: look from the start again */
        is_any |= is_found;
    }
    return is_any;
}
