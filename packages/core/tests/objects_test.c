/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "faultmaven/core/objects.h"
#include "faultmaven/core/processor.h"
#include "processing/kubernetes/readers.h"
#include "processing/kubernetes/table.h"

static struct fm_ctx ctx;
static struct fm_incident in;
static struct fm_evidence inputs[2];

static const struct fm_object_set *read_two(const char *first, const char *second)
{
    const char *texts[] = {first, second};
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    for (uint32_t i = 0; i < 2 && texts[i]; i++) {
        inputs[i] = (struct fm_evidence){
            .index = i, .bytes = fm_str_c(texts[i]), .type = FM_EVIDENCE_COMMAND_OUTPUT};
        fm_vec_push(&ctx.arena, &in.inputs, &inputs[i]);
    }
    assert_int_equal(fm_kubernetes_processor.run(&in), FM_OK);
    assert_non_null(in.objects);
    return in.objects;
}

static const struct fm_object *find(const struct fm_object_set *s, enum fm_object_kind kind,
                                    const char *name)
{
    const struct fm_object *o = fm_objects_find(s, kind, FM_STR_NULL, fm_str_c(name));
    assert_non_null(o);
    return o;
}

static fm_str cited(fm_span s)
{
    return fm_str_sub(inputs[s.evidence].bytes, s.offset, s.length);
}

TEST(empty_cells_of_a_table_stay_empty)
{
    const struct fm_object_set *s =
        read_two("$ kubectl get pvc -n yard\n"
                 "NAME     STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   AGE\n"
                 "planks   Pending                                      slow           3m\n",
                 NULL);
    const struct fm_object *o = find(s, FM_OBJECT_CLAIM, "planks");
    assert_str(fm_object_get(o, FM_OBJECT_F_STORAGE_CLASS).text, "slow");
    assert_int_equal(fm_object_get(o, FM_OBJECT_F_VOLUME).span.length, 0);
    assert_str(cited(fm_object_get(o, FM_OBJECT_F_STATUS).span), "Pending");
    assert_true(o->age_s == 180);
    fm_ctx_release(&ctx);
}

static void check_holds(const char *first, const char *second, const char *value,
                        enum fm_conflict_reason why)
{
    const struct fm_object_set *s = read_two(first, second);
    const struct fm_object *o = find(s, FM_OBJECT_SERVICE, "mill");
    assert_str(fm_object_get(o, FM_OBJECT_F_CLUSTER_IP).text, value);
    assert_int_equal(s->conflicts.n, 1);
    assert_int_equal(s->conflicts.items[0].why, why);
    assert_str(s->conflicts.items[0].used.text, value);
    assert_true(fm_str_has(cited(s->conflicts.items[0].used.span), fm_str_c(value)));
    fm_ctx_release(&ctx);
}

#define LIVE(ip, version)                                                                          \
    "apiVersion: v1\nkind: Service\nmetadata: {name: mill, namespace: saw, uid: u1, "              \
    "resourceVersion: \"" version "\"}\nspec:\n  clusterIP: " ip "\n"
#define DECLARED(ip)                                                                               \
    "apiVersion: v1\nkind: Service\nmetadata: {name: mill, namespace: saw}\nspec:\n  "             \
    "clusterIP: " ip "\n"
#define ROW(ip)                                                                                    \
    "$ kubectl get svc -n saw\nNAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\nmill " \
    "  "                                                                                           \
    "ClusterIP   " ip "     <none>        80/TCP    3m\n"
#define DESCRIBED(ip)                                                                              \
    "$ kubectl describe svc mill -n saw\nName:              mill\nNamespace:         saw\nIP:    " \
    "  "                                                                                           \
    "          " ip "\n"

TEST(the_fresher_and_more_specific_value_holds)
{
    check_holds(LIVE("10.0.0.2", "812"), LIVE("10.0.0.3", "799"), "10.0.0.2", FM_CONFLICT_VERSION);
    check_holds(DECLARED("10.0.0.3"), ROW("10.0.0.2"), "10.0.0.2", FM_CONFLICT_LIVE);
    check_holds(ROW("10.0.0.2"), DECLARED("10.0.0.3"), "10.0.0.2", FM_CONFLICT_LIVE);
    check_holds(DESCRIBED("10.0.0.2"), ROW("10.0.0.3"), "10.0.0.2", FM_CONFLICT_SPECIFIC);
    check_holds(ROW("10.0.0.3"), DESCRIBED("10.0.0.2"), "10.0.0.2", FM_CONFLICT_LATER);
}

TEST(absence_needs_proof)
{
    const struct fm_object_set *s = read_two(
        "$ kubectl get secrets -n yard\nNAME   TYPE     DATA   AGE\nkeys   Opaque   1      3m\n\n"
        "$ kubectl get cm saws -n yard\nError from server (NotFound): configmaps \"saws\" not "
        "found\n",
        NULL);
    assert_true(fm_objects_absent(s, FM_OBJECT_SECRET, FM_STR("yard"), FM_STR("key")).length > 0);
    assert_int_equal(fm_objects_absent(s, FM_OBJECT_SECRET, FM_STR("yard"), FM_STR("keys")).length,
                     0);
    assert_int_equal(fm_objects_absent(s, FM_OBJECT_SECRET, FM_STR("mill"), FM_STR("key")).length,
                     0);
    assert_true(fm_objects_absent(s, FM_OBJECT_CONFIG_MAP, FM_STR("yard"), FM_STR("saws")).length >
                0);
    assert_int_equal(
        fm_objects_absent(s, FM_OBJECT_CONFIG_MAP, FM_STR("yard"), FM_STR("axes")).length, 0);
    fm_ctx_release(&ctx);
}

TEST(live_state_beats_a_manifest_and_later_beats_earlier)
{
    const struct fm_object_set *s =
        read_two("apiVersion: v1\nkind: Service\nmetadata:\n  name: yard\nspec:\n  selector: {app: "
                 "yard}\n  type: NodePort\n",
                 "$ kubectl get svc\nNAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   "
                 "AGE\nyard   ClusterIP   10.0.0.1     <none>        80/TCP    3m\n\n"
                 "$ kubectl get svc\nNAME   TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)   "
                 "AGE\nyard   LoadBalancer   10.0.0.1     <none>        80/TCP    4m\n");
    const struct fm_object *o = find(s, FM_OBJECT_SERVICE, "yard");
    assert_str(fm_object_get(o, FM_OBJECT_F_TYPE).text, "LoadBalancer");
    assert_true(o->is_live && o->is_declared);
    assert_int_equal(s->conflicts.n, 2);
    assert_str(s->conflicts.items[0].other.text, "ClusterIP");
    assert_str(s->conflicts.items[1].other.text, "NodePort");
    assert_int_equal(s->conflicts.items[1].why, FM_CONFLICT_LIVE);
    assert_str(fm_pairs_get(&o->selector, FM_STR("app"))->value, "yard");
    fm_ctx_release(&ctx);
}

TEST(cyclic_owners_end)
{
    const struct fm_object_set *s =
        read_two("kind: Pod\napiVersion: v1\nmetadata:\n  name: a\n  uid: x\n  ownerReferences: "
                 "[{kind: Pod, name: b}]\n---\n"
                 "kind: Pod\napiVersion: v1\nmetadata:\n  name: b\n  uid: y\n  ownerReferences: "
                 "[{kind: Pod, name: a}]\n",
                 NULL);
    assert_non_null(fm_objects_root(s, find(s, FM_OBJECT_POD, "a")));
    fm_ctx_release(&ctx);
}

TEST(event_ages_hold_count_and_first)
{
    static const struct {
        const char *text;
        double last, first;
        uint64_t count;
    } cases[] = {{"14s (x2 over 28s)", 14, 28, 2},
                 {"5m", 300, 300, 1},
                 {"2m1s (x26 over 6m35s)", 121, 395, 26}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double last, first;
        uint64_t count;
        fm_event_age(fm_str_c(cases[i].text), &last, &first, &count);
        assert_true(last == cases[i].last && first == cases[i].first);
        assert_int_equal(count, cases[i].count);
    }
}

TEST(quantities_and_ages)
{
    double v;
    assert_true(fm_quantity_parse(FM_STR("250m"), &v) && v == 0.25);
    assert_true(fm_quantity_parse(FM_STR("1Gi"), &v) && v == 1073741824.0);
    assert_false(fm_quantity_parse(FM_STR("much"), &v));
    assert_true(fm_age_parse(FM_STR("2y35d")) == (2 * 365 + 35) * 86400.0);
    assert_true(isnan(fm_age_parse(FM_STR("<unknown>"))));
}

TEST(commands_are_told_from_their_output)
{
    fm_str rest = FM_STR("intro\noperator@mill:~$ df -h\nFilesystem\n$ 5 is a price\n# kubectl get "
                         "pods -n yard | grep saw\nrow\n");
    struct fm_segment seg;
    assert_true(fm_segment_next(&rest, &seg) && seg.command.len == 0);
    assert_true(fm_segment_next(&rest, &seg));
    assert_str(seg.host, "mill");
    assert_str(seg.output, "Filesystem\n$ 5 is a price\n");
    assert_true(fm_segment_next(&rest, &seg));
    struct fm_kubectl k;
    assert_true(fm_kubectl_parse(seg.command, &k));
    assert_true(k.is_partial && k.kind == FM_OBJECT_POD);
    assert_str(k.ns, "yard");
    assert_false(fm_segment_next(&rest, &seg));
}

TEST(describe_gives_containers_with_their_bytes)
{
    const struct fm_object_set *s =
        read_two("$ kubectl describe pod saw-0 -n yard\nName:         saw-0\nNamespace:    "
                 "yard\nNode:         n1/10.0.0.1\n"
                 "Containers:\n  blade:\n    Image:  registry.example/saw:1\n    Port:   "
                 "8080/TCP\n    State:  Waiting\n"
                 "      Reason:  CrashLoopBackOff\n    Liveness:  http-get http://:8081/up "
                 "delay=5s timeout=1s period=10s #success=1 #failure=3\n"
                 "    Environment:\n      PASS:  <set to the key 'p' in secret 'k'>  Optional: "
                 "false\nEvents:  <none>\n",
                 NULL);
    const struct fm_container *c = &find(s, FM_OBJECT_POD, "saw-0")->spec->containers.items[0];
    assert_str(c->reason.text, "CrashLoopBackOff");
    assert_str(cited(c->image.span), "Image:  registry.example/saw:1");
    assert_str(c->probes[FM_PROBE_LIVENESS].port, "8081");
    assert_int_equal(c->env.items[0].from.kind, FM_OBJECT_SECRET);
    assert_str(c->env.items[0].from.name, "k");
    fm_ctx_release(&ctx);
}
