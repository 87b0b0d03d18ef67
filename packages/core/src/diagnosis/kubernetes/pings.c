/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pings between nodes: a node whose packets to and from every other node are lost or late, while
 * the others reach each other, has the bad network. Round trips inside a data centre take a
 * millisecond or two; 20 ms and more between nodes of one cluster is no normal path.
 */
#include "kube.h"

#include <math.h>

#define LOSS_AT 0.05
#define DELAY_AT_MS 20.0

struct tally {
    size_t n_lossy, n_late, n_good;
    const struct fm_connection *worst;
};

static fm_str node_at(const struct fm_kube *k, fm_str address)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_NODE &&
            (fm_str_eq((*o)->name, address) ||
             fm_str_eq(fm_object_get(*o, FM_OBJECT_F_IP).text, address)))
            return (*o)->name;
    return FM_STR_NULL;
}

static bool is_partly_lost(const struct fm_connection *c)
{
    return c->loss >= LOSS_AT && c->loss < 1;
}

static bool is_worse(const struct fm_connection *a, const struct fm_connection *b)
{
    if (!b)
        return true;
    return a->loss != b->loss ? a->loss > b->loss : a->rtt_ms > b->rtt_ms;
}

static struct tally count(const struct fm_kube *k, fm_str node)
{
    struct tally t = {0};
    fm_vec_each (&k->s->connections, c) {
        if (isnan(c->loss) || !(fm_str_eq(c->from, node) || fm_str_eq(node_at(k, c->host), node)))
            continue;
        bool is_lossy = is_partly_lost(c), is_late = !is_lossy && c->rtt_ms >= DELAY_AT_MS;
        t.n_lossy += is_lossy;
        t.n_late += is_late;
        t.n_good += c->loss < LOSS_AT && !is_late;
        if ((is_lossy || is_late) && is_worse(c, t.worst))
            t.worst = c;
    }
    return t;
}

static void assert_node(struct fm_kube *k, fm_str node, const struct tally *t)
{
    bool is_lossy = t->n_lossy >= t->n_late;
    fm_str what = is_lossy ? FM_STR("lose packets") : FM_STR("take far too long");
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_NODE,
               .name = node,
               .fault = is_lossy ? FM_FAULT_NODE_NETWORK_LOSS : FM_FAULT_NODE_NETWORK_DELAY,
               .strength = t->n_lossy + t->n_late >= 2 ? 0.90 : 0.78,
               .rule = "kubernetes.node.pings",
               .statement =
                   fm_kube_text(k, "The network of node %.*s is bad: pings from it and to it %.*s.",
                                FM_STR_ARG(node), FM_STR_ARG(what)),
               .mechanism = FM_STR("Every call that crosses the node's link waits for its packets "
                                   "or for their retransmission."),
               .ask = FM_STR("Does the node's interface drop packets, or is its link shaped?"),
               .command = FM_STR("ip -s link; ethtool -S eth0; tc qdisc show"),
           });
    fm_vec_each (&k->s->connections, x)
        if (!isnan(x->loss) && (is_partly_lost(x) || x->rtt_ms >= DELAY_AT_MS) &&
            (fm_str_eq(x->from, node) || fm_str_eq(node_at(k, x->host), node)))
            fm_kube_cite(k, c, x->span, "a ping of the node");
    fm_vec_each (&k->workloads, w)
        fm_vec_each (&(*w)->pods, p)
            if (fm_str_eq((*p)->node_name, node)) {
                fm_vec_push(k->a, &c->affects,
                            fm_incident_entity(k->h->in, FM_ENTITY_SERVICE, (*w)->name));
                break;
            }
}

void fm_kube_rules_pings(struct fm_kube *k)
{
    fm_str place = FM_STR_NULL;
    struct tally worst = {0};
    fm_vec_each (&k->s->objects, o) {
        if ((*o)->kind != FM_OBJECT_NODE)
            continue;
        struct tally t = count(k, (*o)->name);
        size_t n = t.n_lossy + t.n_late;
        if (n > t.n_good && n > worst.n_lossy + worst.n_late) {
            worst = t;
            place = (*o)->name;
        }
    }
    if (place.len && !fm_kube_is_explained(k, FM_OBJECT_NODE, place))
        assert_node(k, place, &worst);
}
