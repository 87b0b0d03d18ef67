/* SPDX-License-Identifier: Apache-2.0 */
/* Images that cannot be pulled: the message of the runtime tells reference, credentials and network
 * apart. */
#include "kube.h"

static const struct {
    const char *text;
    enum fm_fault fault;
    double strength;
    const char *why, *mechanism, *action;
} marks[] = {
    {"no such host", FM_FAULT_IMAGE_REGISTRY_DNS, 0.92, "the name of its registry does not resolve",
     "The node's resolver has no address for the registry in the reference.",
     "Correct the registry's name in the image reference, or the node's DNS."},
    {"server misbehaving", FM_FAULT_IMAGE_REGISTRY_DNS, 0.90,
     "the name of its registry cannot be resolved", "The node's resolver answers with an error.",
     "Repair the DNS resolver of the node."},
    {"temporary failure in name resolution", FM_FAULT_IMAGE_REGISTRY_DNS, 0.90,
     "the name of its registry cannot be resolved", "The node's resolver does not answer.",
     "Repair the DNS resolver of the node."},
    {"dial tcp: lookup ", FM_FAULT_IMAGE_REGISTRY_DNS, 0.91,
     "the name of its registry cannot be resolved",
     "The query to the node's resolver fails before any connection to the registry is tried.",
     "Repair the DNS resolver of the node, or its way there."},
    {"toomanyrequests", FM_FAULT_IMAGE_PULL_RATE_LIMITED, 0.94,
     "the registry limits the rate of pulls",
     "Registries count pulls per account or address and answer that there are too many requests.",
     "Authenticate the pulls, mirror the image, or wait for the window to pass."},
    {"429 Too Many Requests", FM_FAULT_IMAGE_PULL_RATE_LIMITED, 0.94,
     "the registry limits the rate of pulls",
     "Registries count pulls per account or address and answer that there are too many requests.",
     "Authenticate the pulls, mirror the image, or wait for the window to pass."},
    {"rate limit", FM_FAULT_IMAGE_PULL_RATE_LIMITED, 0.92, "the registry limits the rate of pulls",
     "Registries count pulls per account or address and refuse more.",
     "Authenticate the pulls, mirror the image, or wait for the window to pass."},
    {"x509: certificate signed by unknown authority", FM_FAULT_TLS_CERTIFICATE_UNTRUSTED, 0.92,
     "the node does not trust the registry's certificate",
     "The certificate chain of the registry ends in an authority that the node does not know.",
     "Install the registry's CA on the nodes."},
    {"x509: certificate has expired", FM_FAULT_TLS_CERTIFICATE_EXPIRED, 0.92,
     "the registry's certificate has expired",
     "The runtime verifies the registry's certificate against the node's clock.",
     "Renew the registry's certificate; check the node's clock."},
    {"pull access denied", FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.86,
     "the registry denies access to it",
     "Registries answer the same for a private repository without credentials and for one that "
     "does not exist.",
     "Check the reference; if it is right, add a pull secret."},
    {"401 Unauthorized", FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.92,
     "the registry demands credentials that the pod does not present",
     "Private repositories need an imagePullSecret of the pod or its service account.",
     "Create the pull secret and refer to it in the workload or service account."},
    {"403 Forbidden", FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.91,
     "the registry refuses the credentials of the pod",
     "Private repositories need an imagePullSecret with the right to pull.",
     "Renew the pull secret or grant it the right to pull."},
    {"unauthorized", FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.91,
     "the registry demands credentials that the pod does not present",
     "Private repositories need an imagePullSecret of the pod or its service account.",
     "Create the pull secret and refer to it in the workload or service account."},
    {"authentication required", FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.91,
     "the registry demands credentials that the pod does not present",
     "Private repositories need an imagePullSecret of the pod or its service account.",
     "Create the pull secret and refer to it in the workload or service account."},
    {"failed to authorize", FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.90,
     "the registry does not authorise the pull",
     "Private repositories need an imagePullSecret of the pod or its service account.",
     "Create the pull secret and refer to it in the workload or service account."},
    {"no basic auth credentials", FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.92,
     "the registry demands credentials that the pod does not present",
     "Private repositories need an imagePullSecret of the pod or its service account.",
     "Create the pull secret and refer to it in the workload or service account."},
    {"i/o timeout", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.91, "its registry does not answer",
     "The node cannot open a connection to the registry: firewall, proxy, or the registry is down.",
     "Check the route from the node to the registry."},
    {"connection refused", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.91,
     "its registry refuses connections",
     "Nothing listens at the registry's address, or a firewall rejects.",
     "Check that the registry runs and its port is right."},
    {"no route to host", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.91,
     "its registry cannot be reached", "The node has no route to the registry.",
     "Check the node's routes and firewall."},
    {"network is unreachable", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.91,
     "its registry cannot be reached", "The node has no route to the registry.",
     "Check the node's routes and firewall."},
    {"TLS handshake timeout", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.89,
     "its registry does not answer", "The connection opens but the registry does not complete it.",
     "Check proxy and load of the registry."},
    {"context deadline exceeded", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.86,
     "its registry does not answer in time",
     "The pull did not finish before the runtime's deadline.",
     "Check the route from the node to the registry."},
    {"Client.Timeout exceeded", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.89,
     "its registry does not answer in time", "The connection to the registry times out.",
     "Check the route from the node to the registry."},
    {"503 Service Unavailable", FM_FAULT_IMAGE_REGISTRY_UNREACHABLE, 0.89,
     "its registry is unavailable", "The registry answers that it cannot serve.",
     "Check the registry's own health."},
    {"manifest unknown", FM_FAULT_IMAGE_WRONG_REFERENCE, 0.92, "the registry has no such tag",
     "The repository exists and the tag does not.", "Correct the tag of the image."},
    {"not found", FM_FAULT_IMAGE_WRONG_REFERENCE, 0.90, "the registry has no such image",
     "The registry knows neither this repository nor this tag.", "Correct the image reference."},
    {"no match for platform", FM_FAULT_IMAGE_WRONG_REFERENCE, 0.90,
     "the image does not exist for the node's architecture",
     "The manifest list has no entry for the platform of the node.",
     "Use an image that is built for the node's architecture."},
    {"couldn't parse image", FM_FAULT_IMAGE_WRONG_REFERENCE, 0.93, "its reference is malformed",
     "The reference does not follow registry/repository:tag.", "Correct the image reference."},
    {"invalid reference format", FM_FAULT_IMAGE_WRONG_REFERENCE, 0.93, "its reference is malformed",
     "The reference does not follow registry/repository:tag.", "Correct the image reference."},
    {"InvalidImageName", FM_FAULT_IMAGE_WRONG_REFERENCE, 0.93, "its reference is malformed",
     "The reference does not follow registry/repository:tag.", "Correct the image reference."},
    {"is not present with pull policy of Never", FM_FAULT_IMAGE_WRONG_REFERENCE, 0.86,
     "it is not on the node and may not be pulled (policy Never)",
     "With imagePullPolicy Never the image has to be on the node already.",
     "Load the image on the nodes, or change the pull policy."},
};

static bool is_image_reason(fm_str reason)
{
    return fm_str_eqc(reason, "ErrImagePull") || fm_str_eqc(reason, "ImagePullBackOff") ||
           fm_str_eqc(reason, "InvalidImageName") || fm_str_eqc(reason, "ErrImageNeverPull") ||
           fm_str_eqc(reason, "ImageInspectError") || fm_str_eqc(reason, "RegistryUnavailable");
}

/* Only a container that waits for its image shows that the failure still holds. */
static const struct fm_container *waiting_container(const struct fm_kube_pod *p)
{
    if (p->object->spec)
        fm_vec_each (&p->object->spec->containers, c)
            if (is_image_reason(c->reason.text))
                return c;
    return NULL;
}

/* An image of the same repository that is in use: its tag is probably the intended one. */
static const struct fm_container *similar_image(const struct fm_kube *k, fm_str image)
{
    fm_str repository = image;
    ptrdiff_t tag = fm_str_rchr(image, ':');
    if (tag > 0)
        repository.len = (size_t)tag;
    fm_vec_each (&k->pods, p) {
        if (!(*p)->is_ready || !(*p)->object->spec)
            continue;
        fm_vec_each (&(*p)->object->spec->containers, c)
            if (!fm_str_eq(c->image.text, image) &&
                (fm_str_starts(c->image.text, repository) ||
                 fm_kube_near(c->image.text, image) == FM_NEAR_EDIT))
                return c;
    }
    return NULL;
}

struct pull {
    struct fm_kube *k;
    const struct fm_kube_pod *pod;
    fm_field image;
    const struct fm_object_event *event;
};

static struct fm_cause *assert_pull(struct pull *u, enum fm_fault fault, double strength,
                                    const char *why, const char *mechanism)
{
    struct fm_kube *k = u->k;
    struct fm_cause *c = fm_kube_assert(
        k, &(struct fm_kube_claim){
               .kind = FM_ENTITY_WORKLOAD,
               .name = u->pod->workload->name,
               .fault = fault,
               .strength = strength,
               .rule = "kubernetes.image",
               .statement = fm_kube_text(
                   k, "Pod %.*s cannot start: its image \"%.*s\" cannot be pulled, %s.",
                   FM_STR_ARG(u->pod->object->name), FM_STR_ARG(u->image.text), why),
               .mechanism = fm_str_c(mechanism),
               .location = FM_STR("spec.containers.image"),
               .ask = FM_STR("Can the node pull exactly this reference?"),
               .command = fm_kube_text(k, "crictl pull %.*s", FM_STR_ARG(u->image.text)),
           });
    fm_kube_cite(k, c, u->image.span, "image %.*s", FM_STR_ARG(u->image.text));
    if (u->event)
        fm_kube_cite_event(k, c, u->event);
    fm_kube_explain(k, u->pod->workload, c);
    return c;
}

static void cite_similar(struct pull *u, struct fm_cause *c)
{
    const struct fm_container *near = similar_image(u->k, u->image.text);
    if (near)
        fm_kube_cite(u->k, c, near->image.span, "a running pod uses %.*s",
                     FM_STR_ARG(near->image.text));
}

/* "Unable to retrieve some image pull secrets (name)": the secret is named and absent. */
static bool check_pull_secret(struct pull *u)
{
    struct fm_kube *k = u->k;
    const struct fm_object_event *e = fm_kube_event(k, u->pod->object, NULL, "unable to retrieve");
    if (!e || !fm_str_ihas(e->message, FM_STR("pull secret")))
        return false;
    fm_str name = fm_kube_between(e->message, "(", ")");
    struct fm_cause *c =
        assert_pull(u, FM_FAULT_IMAGE_PULL_SECRET_MISSING, 0.93,
                    "the pull secret that the pod names cannot be read",
                    "Kubelet pulls without credentials when a named imagePullSecret does not exist "
                    "in the namespace; a private registry refuses that.");
    fm_kube_cite_event(k, c, e);
    if (name.len)
        fm_kube_cite(k, c, fm_objects_absent(k->s, FM_OBJECT_SECRET, u->pod->object->ns, name),
                     "secret %.*s does not exist", FM_STR_ARG(name));
    fm_kube_action(k, c, "Create the pull secret in the namespace of the pod.",
                   fm_kube_text(k,
                                "kubectl create secret docker-registry %.*s --docker-server=… "
                                "--docker-username=… --docker-password=…",
                                FM_STR_ARG(fm_kube_ref(k, u->pod->object->ns, name))),
                   "none");
    return true;
}

static bool check_message(struct pull *u, fm_str message)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (!fm_str_ihas(message, fm_str_c(marks[i].text)))
            continue;
        struct fm_cause *c =
            assert_pull(u, marks[i].fault, marks[i].strength, marks[i].why, marks[i].mechanism);
        fm_kube_action(u->k, c, marks[i].action, FM_STR_NULL,
                       "a changed reference rolls the workload out anew");
        if (marks[i].fault == FM_FAULT_IMAGE_WRONG_REFERENCE)
            cite_similar(u, c);
        if (fm_str_eqc(fm_str_c(marks[i].text),
                       "pull access denied")) /* undecidable from the answer alone */
            cite_similar(u, assert_pull(u, FM_FAULT_IMAGE_WRONG_REFERENCE,
                                        similar_image(u->k, u->image.text) ? 0.90 : 0.80,
                                        "the repository may not exist", marks[i].mechanism));
        return true;
    }
    return false;
}

static const struct fm_object_event *pull_event(const struct fm_kube *k,
                                                const struct fm_object *pod)
{
    static const char *const texts[] = {"Failed to pull image", "failed to pull",
                                        "InvalidImageName",     "couldn't parse image",
                                        "pull policy of Never", "inspect image"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct fm_object_event *e = fm_kube_event(k, pod, NULL, texts[i]);
        if (e)
            return e;
    }
    return NULL;
}

static void check_pod(struct fm_kube *k, const struct fm_kube_pod *p)
{
    const struct fm_container *c = waiting_container(p);
    fm_str status = fm_kube_pod_reason(p);
    ptrdiff_t colon = fm_str_rchr(status, ':');
    struct pull u = {.k = k, .pod = p, .event = pull_event(k, p->object)};
    if (!c && !is_image_reason(fm_str_skip(status, (size_t)(colon + 1))) && !u.event)
        return;
    if (c)
        u.image = c->image;
    if (!fm_field_is_set(u.image) && u.event)
        u.image = (fm_field){fm_kube_between(u.event->message, "image \"", "\""), u.event->span};
    if (check_pull_secret(&u) || (u.event && check_message(&u, u.event->message)) ||
        (c && check_message(&u, c->message.text)))
        return;
    struct fm_cause *cause =
        assert_pull(&u, FM_FAULT_IMAGE_WRONG_REFERENCE, 0.64, "the reason is not shown",
                    "The message of the pull tells a wrong reference, missing credentials and an "
                    "unreachable registry apart.");
    fm_kube_cite(k, cause, p->object->span, "pod %.*s waits for its image",
                 FM_STR_ARG(p->object->name));
}

void fm_kube_rules_image(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p)
        if (!(*p)->is_ready && !(*p)->is_done && !(*p)->workload->is_explained)
            check_pod(k, *p);
}
