/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claims that do not bind (kubernetes.io/docs/concepts/storage/persistent-volumes): every volume is
 * tested against the claim; the predicate of the volume with the fewest failed ones is to blame.
 */
#include "kube.h"

struct binding {
    struct fm_kube *k;
    const struct fm_object *claim;
    struct fm_kube_workload *workload;
    const struct fm_object *volume; /* best candidate */
    unsigned failed;                /* predicates that fail on it */
    enum fm_fault fault;            /* of the one to blame */
    const char *what;
    fm_field wanted, offered;
};

static fm_str first_word(fm_str s)
{
    fm_str word = FM_STR_NULL;
    fm_str_word(&s, &word);
    return word;
}

/* "RWO", "ReadWriteOnce" and lists of either, as a bit set. */
static unsigned modes(fm_str text)
{
    static const char *const names[][2] = {{"RWOP", "ReadWriteOncePod"},
                                           {"RWX", "ReadWriteMany"},
                                           {"ROX", "ReadOnlyMany"},
                                           {"RWO", "ReadWriteOnce"}};
    unsigned set = 0;
    for (unsigned i = 0; i < 4; i++) {
        bool is_listed =
            fm_str_has(text, fm_str_c(names[i][1])) || fm_str_has(text, fm_str_c(names[i][0]));
        if (i == 3) /* RWO is a prefix of RWOP */
            is_listed = is_listed && !(set & 1u);
        set |= is_listed ? 1u << i : 0;
    }
    return set;
}

struct mismatch {
    enum fm_fault fault;
    const char *what;
    fm_field wanted, offered;
};

static unsigned fail(struct mismatch *m, struct mismatch why, unsigned failed)
{
    if (failed == 0)
        *m = why;
    return failed + 1;
}

static bool is_taken(const struct fm_object *volume, const struct fm_object *claim, fm_field *by)
{
    fm_str holder = fm_object_get(volume, FM_OBJECT_F_CLAIM).text;
    fm_str ns = fm_str_has(holder, FM_STR("/")) ? fm_str_cut(&holder, '/') : FM_STR_NULL;
    *by = fm_object_get(volume, FM_OBJECT_F_CLAIM);
    if (holder.len == 0)
        return false;
    return !fm_str_eq(holder, claim->name) ||
           (ns.len && claim->ns.len && !fm_str_eq(ns, claim->ns)) ||
           fm_str_eqc(fm_object_get(volume, FM_OBJECT_F_STATUS).text, "Released");
}

static bool is_too_small(const struct fm_object *volume, const struct fm_object *claim)
{
    double want, have;
    return fm_quantity_parse(fm_object_get(claim, FM_OBJECT_F_REQUEST).text, &want) &&
           fm_quantity_parse(fm_object_get(volume, FM_OBJECT_F_CAPACITY).text, &have) &&
           have < want;
}

/* Number of predicates that fail; *m is the first in the order in which people look for them. */
static unsigned test_volume(const struct fm_object *claim, const struct fm_object *volume,
                            struct mismatch *m)
{
    unsigned failed = 0;
    fm_field by, class = fm_object_get(claim, FM_OBJECT_F_STORAGE_CLASS),
                 has = fm_object_get(volume, FM_OBJECT_F_STORAGE_CLASS);
    fm_field want_modes = fm_object_get(claim, FM_OBJECT_F_ACCESS_MODES),
             modes_of = fm_object_get(volume, FM_OBJECT_F_ACCESS_MODES);
    if (is_taken(volume, claim, &by))
        failed = fail(m,
                      (struct mismatch){FM_FAULT_STORAGE_VOLUME_ALREADY_BOUND,
                                        "is held by another claim",
                                        {.text = FM_STR_NULL},
                                        by},
                      failed);
    if (modes(want_modes.text) & ~modes(modes_of.text) && modes_of.text.len)
        failed = fail(m,
                      (struct mismatch){FM_FAULT_STORAGE_ACCESS_MODE_MISMATCH,
                                        "does not offer the access mode", want_modes, modes_of},
                      failed);
    if (is_too_small(volume, claim))
        failed = fail(m,
                      (struct mismatch){FM_FAULT_STORAGE_CAPACITY_MISMATCH, "is too small",
                                        fm_object_get(claim, FM_OBJECT_F_REQUEST),
                                        fm_object_get(volume, FM_OBJECT_F_CAPACITY)},
                      failed);
    if (!fm_str_eq(class.text, has.text))
        failed = fail(m,
                      (struct mismatch){FM_FAULT_STORAGE_CLASS_MISSING, "has another storage class",
                                        class, has},
                      failed);
    if (claim->selector.n && !fm_labels_match(&claim->selector, &volume->labels))
        failed = fail(m,
                      (struct mismatch){
                          FM_FAULT_STORAGE_SELECTOR_MISMATCH,
                          "does not have the labels of the claim's selector",
                          (fm_field){claim->selector.items[0].value, claim->selector.items[0].span},
                          volume->labels.n ? (fm_field){volume->labels.items[0].value,
                                                        volume->labels.items[0].span}
                                           : (fm_field){.text = FM_STR_NULL}},
                      failed);
    return failed;
}

static bool is_released(const struct fm_object *v)
{
    return fm_str_eqc(fm_object_get(v, FM_OBJECT_F_STATUS).text, "Released");
}

static void consider(struct binding *b, const struct fm_object *volume)
{
    struct mismatch m = {.fault = FM_FAULT_OTHER_UNKNOWN};
    fm_field named = fm_object_get(b->claim, FM_OBJECT_F_VOLUME);
    if (fm_field_is_set(named) && !fm_str_eq(named.text, volume->name))
        return;
    unsigned failed = test_volume(b->claim, volume, &m);
    if (failed == 0)
        return;
    bool is_better = !b->volume || failed < b->failed ||
                     (failed == b->failed && is_released(b->volume) && !is_released(volume));
    bool is_nearer =
        b->volume && failed == b->failed &&
        fm_kube_near(volume->name, b->claim->name) > fm_kube_near(b->volume->name, b->claim->name);
    if (!is_better && !is_nearer)
        return;
    b->volume = volume;
    b->failed = failed;
    b->fault = m.fault;
    b->what = m.what;
    b->wanted = m.wanted;
    b->offered = m.offered;
}

static struct fm_cause *assert_storage(struct binding *b, enum fm_fault fault, double strength,
                                       fm_str statement, fm_str mechanism)
{
    struct fm_kube *k = b->k;
    struct fm_cause *c = fm_kube_assert(
        k,
        &(struct fm_kube_claim){
            .kind = FM_ENTITY_WORKLOAD,
            .name = b->workload->name,
            .fault = fault,
            .strength = strength,
            .rule = "kubernetes.storage.binding",
            .statement = statement,
            .mechanism = mechanism,
            .location = fm_kube_text(k, "persistentvolumeclaim %.*s", FM_STR_ARG(b->claim->name)),
            .ask = FM_STR("Which volume or class should this claim get?"),
            .command = fm_kube_text(k, "kubectl describe pvc %.*s; kubectl get pv,storageclass",
                                    FM_STR_ARG(fm_kube_ref(k, b->claim->ns, b->claim->name))),
        });
    fm_kube_cite(k, c, b->claim->span, "claim %.*s does not bind", FM_STR_ARG(b->claim->name));
    fm_kube_explain(k, b->workload, c);
    return c;
}

static void cite_waiting(struct binding *b, struct fm_cause *c)
{
    fm_vec_each (&b->workload->pods, p) {
        const struct fm_object_event *e =
            fm_kube_event(b->k, (*p)->object, "FailedScheduling", NULL);
        if (e)
            fm_kube_cite_event(b->k, c, e);
    }
}

static void blame_volume(struct binding *b)
{
    struct fm_kube *k = b->k;
    struct fm_cause *c = assert_storage(
        b, b->fault, 0.92 - 0.04 * (b->failed - 1.0),
        fm_kube_text(k, "Claim %.*s of %.*s stays Pending: volume %.*s %s%s%.*s%s%.*s.",
                     FM_STR_ARG(b->claim->name), FM_STR_ARG(b->workload->name),
                     FM_STR_ARG(b->volume->name), b->what,
                     fm_field_is_set(b->wanted) ? "; wanted " : "", FM_STR_ARG(b->wanted.text),
                     fm_field_is_set(b->offered) ? ", it has " : "", FM_STR_ARG(b->offered.text)),
        FM_STR("A claim binds to a volume only if class, access modes, size, labels and "
               "availability all fit; the pod waits for the claim."));
    fm_kube_cite(k, c, b->wanted.span, "the claim wants %.*s", FM_STR_ARG(b->wanted.text));
    fm_kube_cite(k, c, b->offered.span, "the volume has %.*s", FM_STR_ARG(b->offered.text));
    fm_kube_cite(k, c, b->volume->span, "volume %.*s", FM_STR_ARG(b->volume->name));
    cite_waiting(b, c);
    fm_kube_action(k, c,
                   "Make claim and volume agree: correct the claim, or provide a volume that fits.",
                   FM_STR_NULL,
                   "a claim's class, mode and selector cannot be edited: it has to be recreated, "
                   "which is safe only while it is unbound");
}

static bool knows_class(const struct fm_kube *k, fm_str name)
{
    const struct fm_object *o = fm_objects_find(k->s, FM_OBJECT_STORAGE_CLASS, FM_STR_NULL, name);
    if (o && o->is_live)
        return true;
    fm_vec_each (&k->s->objects, v)
        if ((*v)->kind == FM_OBJECT_VOLUME &&
            fm_str_eq(fm_object_get(*v, FM_OBJECT_F_STORAGE_CLASS).text, name))
            return true;
    return false;
}

static bool check_class(struct binding *b)
{
    struct fm_kube *k = b->k;
    fm_field class = fm_object_get(b->claim, FM_OBJECT_F_STORAGE_CLASS);
    const struct fm_object_event *e =
        fm_kube_event(k, b->claim, NULL, "storageclass.storage.k8s.io");
    fm_span absent = class.text.len
                         ? fm_objects_absent(k->s, FM_OBJECT_STORAGE_CLASS, FM_STR_NULL, class.text)
                         : (fm_span){0};
    bool is_reported = e && fm_str_has(e->message, FM_STR("not found"));
    if (class.text.len == 0 || knows_class(k, class.text) || (!is_reported && !absent.length))
        return false;
    struct fm_cause *c = assert_storage(
        b, FM_FAULT_STORAGE_CLASS_MISSING, 0.94,
        fm_kube_text(
            k, "Claim %.*s of %.*s stays Pending: its storage class \"%.*s\" does not exist.",
            FM_STR_ARG(b->claim->name), FM_STR_ARG(b->workload->name), FM_STR_ARG(class.text)),
        FM_STR("Without the class no provisioner creates a volume, and no existing volume of that "
               "class can be bound; the pod waits for the claim."));
    fm_kube_cite(k, c, class.span, "the claim asks for class %.*s", FM_STR_ARG(class.text));
    if (is_reported)
        fm_kube_cite_event(k, c, e);
    fm_kube_cite(k, c, absent, "the class is not listed");
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_STORAGE_CLASS && (*o)->is_live &&
            fm_kube_near((*o)->name, class.text) >= FM_NEAR_PREFIX)
            fm_kube_cite(k, c, (*o)->span, "there is a class with a similar name: %.*s",
                         FM_STR_ARG((*o)->name));
    cite_waiting(b, c);
    fm_kube_action(k, c, "Recreate the claim with an existing class, or create the class.",
                   FM_STR("kubectl get storageclass"),
                   "recreating a claim is safe only while it is unbound");
    return true;
}

/* The provisioner answers with an error. */
static bool check_provisioner(struct binding *b)
{
    static const char *const sizes[] = {"quota",      "insufficient", "exceed",
                                        "not enough", "capacity",     NULL};
    static const char *const rights[] = {"denied", "forbidden", "unauthorized", "not authorized",
                                         NULL};
    struct fm_kube *k = b->k;
    fm_str found;
    const struct fm_object_event *e = fm_kube_event(k, b->claim, "ProvisioningFailed", NULL);
    if (!e)
        return false;
    enum fm_fault fault =
        fm_kube_has_any(e->message, sizes, &found)    ? FM_FAULT_STORAGE_CAPACITY_MISMATCH
        : fm_kube_has_any(e->message, rights, &found) ? FM_FAULT_ACCESS_PERMISSION_DENIED
                                                      : FM_FAULT_STORAGE_MOUNT_FAILED;
    struct fm_cause *c = assert_storage(
        b, fault, 0.86,
        fm_kube_text(k,
                     "Claim %.*s of %.*s stays Pending: the provisioner cannot create its volume.",
                     FM_STR_ARG(b->claim->name), FM_STR_ARG(b->workload->name)),
        FM_STR("Dynamic provisioning asks the storage back end for a volume; it answers with the "
               "error of the event, and the pod waits."));
    fm_kube_cite_event(k, c, e);
    cite_waiting(b, c);
    return true;
}

/* No class, no volume: who should have provided it is open. */
static void check_nothing_fits(struct binding *b)
{
    struct fm_kube *k = b->k;
    const struct fm_object_event *e =
        fm_kube_event(k, b->claim, NULL, "no persistent volumes available");
    bool has_volumes = false;
    fm_vec_each (&k->s->objects, o)
        has_volumes = has_volumes || (*o)->kind == FM_OBJECT_VOLUME;
    if (!e)
        return;
    fm_field request = fm_object_get(b->claim, FM_OBJECT_F_REQUEST);
    bool names_class = fm_object_get(b->claim, FM_OBJECT_F_STORAGE_CLASS).text.len > 0;
    struct fm_cause *c =
        assert_storage(b,
                       names_class || !has_volumes ? FM_FAULT_STORAGE_CLASS_MISSING
                                                   : FM_FAULT_STORAGE_CAPACITY_MISMATCH,
                       0.75,
                       fm_kube_text(k,
                                    "Claim %.*s of %.*s stays Pending: no volume fits it and no "
                                    "storage class provides one.",
                                    FM_STR_ARG(b->claim->name), FM_STR_ARG(b->workload->name)),
                       FM_STR("A claim without a class is served by existing volumes only."));
    fm_kube_cite_event(k, c, e);
    fm_kube_cite(k, c, request.span, "the claim asks for %.*s", FM_STR_ARG(request.text));
    cite_waiting(b, c);
}

static bool waits_for_consumer(const struct fm_kube *k, const struct fm_object *claim)
{
    return fm_kube_event(k, claim, "WaitForFirstConsumer", NULL) &&
           !fm_kube_event(k, claim, "ProvisioningFailed", NULL);
}

static void check_pending(struct fm_kube *k, struct fm_kube_workload *w,
                          const struct fm_object *claim)
{
    struct binding b = {.k = k, .claim = claim, .workload = w};
    if (waits_for_consumer(k, claim)) {
        fm_rule_out(
            k->h, claim->span,
            FM_STR("its class binds volumes only when a pod is scheduled (WaitForFirstConsumer)"),
            "Claim %.*s is Pending", FM_STR_ARG(claim->name));
        return;
    }
    if (check_class(&b))
        return;
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_VOLUME && (*o)->is_live)
            consider(&b, *o);
    if (b.volume && !(b.failed > 2 && fm_kube_event(k, claim, "ProvisioningFailed", NULL)))
        blame_volume(&b);
    else if (!check_provisioner(&b))
        check_nothing_fits(&b);
}

static fm_str nearest_claim(const struct fm_kube *k, fm_str ns, fm_str name, fm_span *span)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_CLAIM && (*o)->is_live && fm_str_eq((*o)->ns, ns) &&
            fm_kube_near((*o)->name, name) >= FM_NEAR_PREFIX) {
            *span = (*o)->span;
            return (*o)->name;
        }
    return FM_STR_NULL;
}

/* A claim that is referred to and does not exist. */
static void check_absent(struct fm_kube *k, const struct fm_kube_pod *p,
                         const struct fm_reference *ref)
{
    const struct fm_object_event *e = fm_kube_event(k, p->object, "FailedScheduling", "not found");
    fm_span proof = fm_objects_absent(k->s, FM_OBJECT_CLAIM, p->object->ns, ref->name),
            near_span = {0};
    bool is_reported = e && fm_str_has(e->message, ref->name);
    if ((!proof.length && !is_reported) || fm_kube_is_explained(k, FM_OBJECT_CLAIM, ref->name))
        return;
    fm_str near = nearest_claim(k, p->object->ns, ref->name, &near_span);
    struct fm_object stand_in = {
        .kind = FM_OBJECT_CLAIM, .ns = p->object->ns, .name = ref->name, .span = ref->span};
    struct binding b = {.k = k, .claim = &stand_in, .workload = p->workload};
    struct fm_cause *c = assert_storage(
        &b, FM_FAULT_STORAGE_MOUNT_FAILED, is_reported ? 0.80 : 0.70,
        fm_kube_text(k, "Pod %.*s stays Pending: the claim \"%.*s\" that it mounts does not exist.",
                     FM_STR_ARG(p->object->name), FM_STR_ARG(ref->name)),
        FM_STR("A pod whose volume refers to a missing claim cannot be scheduled."));
    if (is_reported)
        fm_kube_cite_event(k, c, e);
    fm_kube_cite(k, c, proof, "no such claim");
    fm_kube_cite(k, c, near_span, "there is a claim with a similar name: %.*s", FM_STR_ARG(near));
    fm_kube_action(k, c, "Create the claim, or correct its name in the workload.", FM_STR_NULL,
                   "a new claim is empty");
}

static void check_reference(struct fm_kube *k, const struct fm_kube_pod *p,
                            const struct fm_reference *ref)
{
    const struct fm_object *claim =
        fm_objects_find(k->s, FM_OBJECT_CLAIM, p->object->ns, ref->name);
    if (!claim || !claim->is_live || claim->is_gone) {
        check_absent(k, p, ref);
        return;
    }
    fm_str status = first_word(fm_object_get(claim, FM_OBJECT_F_STATUS).text);
    if (!fm_str_eqc(status, "Bound") && !fm_kube_is_explained(k, FM_OBJECT_CLAIM, claim->name))
        check_pending(k, p->workload, claim);
}

static void check_pod(struct fm_kube *k, const struct fm_kube_pod *p)
{
    const struct fm_pod_spec *spec = p->object->spec ? p->object->spec : p->workload->spec;
    if (p->is_ready || p->is_done || p->workload->is_explained || !spec)
        return;
    fm_vec_each (&spec->volumes, v)
        if (v->from.kind == FM_OBJECT_CLAIM)
            check_reference(k, p, &v->from);
}

/* A claim by itself (describe pvc without its pod): the workload is what "Used By" cannot tell, so
 * the claim names it. */
static void check_orphan(struct fm_kube *k, const struct fm_object *claim)
{
    fm_str status = first_word(fm_object_get(claim, FM_OBJECT_F_STATUS).text);
    if (!fm_str_eqc(status, "Pending") || k->pods.n > 0)
        return;
    struct fm_kube_workload *w = FM_NEW(k->a, struct fm_kube_workload);
    w->name = claim->name;
    w->ns = claim->ns;
    check_pending(k, w, claim);
}

/* What was never in the way: volumes and claims that no waiting pod names. */
static void rule_out_unused(struct fm_kube *k)
{
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_VOLUME && is_released(*o) && k->h->ruled_out.n < 20)
            fm_rule_out(k->h, (*o)->span,
                        FM_STR("no waiting pod names a claim that it could serve"),
                        "Volume %.*s is Released", FM_STR_ARG((*o)->name));
}

void fm_kube_rules_storage(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p)
        check_pod(k, *p);
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_CLAIM && (*o)->is_live && !(*o)->is_gone)
            check_orphan(k, *o);
    if (k->h->causes.n == 0)
        rule_out_unused(k);
}
