/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a network policy as "kubectl describe" prints them (kubectl/pkg/describe, network
 * policies):
 *
 *   Allowing ingress traffic:
 *     To Port: 6379/TCP
 *     From:
 *       PodSelector: role=client
 *   Not affecting egress traffic
 *   Policy Types: Ingress
 */
#include "readers.h"
#include "set.h"

struct rules {
    const struct fm_origin *from;
    struct fm_policy *policy;
    bool is_in, is_out; /* inside the rules of that direction */
};

static void begin_direction(struct rules *r, fm_str line)
{
    r->is_in = fm_str_has(line, FM_STR("ingress traffic"));
    r->is_out = !r->is_in;
    if (!fm_str_starts(line, FM_STR("Allowing ")))
        r->is_in = r->is_out = false;
    if (r->is_in)
        r->policy->ingress_span = fm_set_span(r->from, line);
    if (r->is_out)
        r->policy->egress_span = fm_set_span(r->from, line);
}

static void take_isolation(struct rules *r, fm_str line)
{
    if (r->is_in) {
        r->policy->denies_all_ingress = true;
        r->policy->ingress_span = fm_set_span(r->from, line);
    } else {
        r->policy->denies_all_egress = true;
        r->policy->egress_span = fm_set_span(r->from, line);
    }
}

/* "To Port: 6379/TCP"; "<any>" restricts nothing. */
static void take_port(struct rules *r, fm_str value)
{
    fm_str number = fm_str_trim(fm_str_cut(&value, '/'));
    if (number.len == 0 || number.p[0] == '<')
        return;
    if (r->is_in)
        fm_vec_push(fm_set_arena(r->from->set), &r->policy->ingress_ports, number);
    else
        fm_vec_push(fm_set_arena(r->from->set), &r->policy->egress_ports, number);
}

static void take_types(struct rules *r, fm_str value)
{
    r->policy->has_ingress = fm_str_has(value, FM_STR("Ingress"));
    r->policy->has_egress = fm_str_has(value, FM_STR("Egress"));
    r->policy->denies_all_ingress = r->policy->denies_all_ingress && r->policy->has_ingress;
    r->policy->denies_all_egress = r->policy->denies_all_egress && r->policy->has_egress;
}

/* Whom the current rule is about; before any rule, whom the policy applies to. */
static void take_pods(struct rules *r, struct fm_object *o, fm_str value)
{
    if (fm_str_starts(value, FM_STR("<none>")))
        return;
    fm_set_pairs_csv(r->from,
                     r->is_in    ? &r->policy->ingress_from
                     : r->is_out ? &r->policy->egress_to
                                 : &o->selector,
                     value);
}

static void take_line(struct rules *r, struct fm_object *o, fm_str line)
{
    fm_str value = line, key = fm_str_trim(fm_str_cut(&value, ':'));
    value = fm_str_trim(value);
    bool is_rule = r->is_in || r->is_out;
    if (fm_str_has(line, FM_STR("ingress traffic")) || fm_str_has(line, FM_STR("egress traffic")))
        begin_direction(r, line);
    else if (fm_str_eqc(key, "Policy Types"))
        take_types(r, value);
    else if (is_rule && fm_str_starts(line, FM_STR("<none> (Selected pods are isolated")))
        take_isolation(r, line);
    else if (is_rule && fm_str_eqc(key, "To Port"))
        take_port(r, value);
    else if (fm_str_eqc(key, "PodSelector"))
        take_pods(r, o, value);
}

void fm_read_describe_policy(const struct fm_origin *from, struct fm_object *o, fm_str text)
{
    fm_str line;
    struct rules r = {.from = from, .policy = FM_NEW(fm_set_arena(from->set), struct fm_policy)};
    if (!fm_set_may_replace(from, o, o->policy != NULL))
        return;
    o->policy = r.policy;
    while (fm_str_line(&text, &line)) {
        line = fm_str_trim(line);
        if (line.len)
            take_line(&r, o, line);
    }
}
