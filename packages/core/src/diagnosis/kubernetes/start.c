/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that never run: missing configuration, wrong commands, mounts that fail, init
 * containers. */
#include "podlog.h"

struct start {
    struct fm_kube *k;
    const struct fm_kube_pod *pod;
    const struct fm_object_event *event;
};

static struct fm_cause *assert_start(struct start *s, enum fm_fault fault, double strength,
                                     fm_str statement, fm_str mechanism)
{
    struct fm_kube *k = s->k;
    struct fm_cause *c = fm_kube_assert(
        k,
        &(struct fm_kube_claim){
            .kind = FM_ENTITY_WORKLOAD,
            .name = s->pod->workload->name,
            .fault = fault,
            .strength = strength,
            .rule = "kubernetes.start",
            .statement = statement,
            .mechanism = mechanism,
            .ask = FM_STR("What changed in the pod template or in the objects that it refers to?"),
            .command =
                fm_kube_text(k, "kubectl describe pod %.*s",
                             FM_STR_ARG(fm_kube_ref(k, s->pod->object->ns, s->pod->object->name))),
        });
    if (s->event)
        fm_kube_cite_event(k, c, s->event);
    fm_kube_explain(k, s->pod->workload, c);
    return c;
}

static bool exists_now(const struct fm_kube *k, enum fm_object_kind kind, fm_str ns, fm_str name)
{
    const struct fm_object *o = fm_objects_find(k->s, kind, ns, name);
    return o && o->is_live && !o->is_gone;
}

static void cite_near_object(struct start *s, struct fm_cause *c, enum fm_object_kind kind,
                             fm_str name)
{
    fm_vec_each (&s->k->s->objects, o)
        if ((*o)->kind == kind && (*o)->is_live && fm_str_eq((*o)->ns, s->pod->object->ns) &&
            !fm_str_eq((*o)->name, name) && fm_kube_near((*o)->name, name) >= FM_NEAR_PREFIX)
            fm_kube_cite(s->k, c, (*o)->span, "there is a %s with a similar name: %.*s",
                         fm_object_kind_name(kind), FM_STR_ARG((*o)->name));
}

static void cite_references(struct start *s, struct fm_cause *c, enum fm_object_kind kind,
                            fm_str name)
{
    const struct fm_pod_spec *spec =
        s->pod->object->spec ? s->pod->object->spec : s->pod->workload->spec;
    if (!spec)
        return;
    fm_vec_each (&spec->volumes, v)
        if (v->from.kind == kind && fm_str_eq(v->from.name, name))
            fm_kube_cite(s->k, c, v->from.span, "volume %.*s refers to it", FM_STR_ARG(v->name));
    fm_vec_each (&spec->containers, ct) {
        fm_vec_each (&ct->env, e)
            if (e->from.kind == kind && fm_str_eq(e->from.name, name))
                fm_kube_cite(s->k, c, e->from.span, "variable %.*s refers to it",
                             FM_STR_ARG(e->name));
        fm_vec_each (&ct->env_from, e)
            if (e->kind == kind && fm_str_eq(e->name, name))
                fm_kube_cite(s->k, c, e->span, "the container's environment refers to it");
    }
}

/* A config map or secret that is named and absent, or lacks a key. Secrets are
 * access.secret_missing. */
static void assert_missing(struct start *s, enum fm_object_kind kind, fm_str name, fm_str key)
{
    struct fm_kube *k = s->k;
    bool is_secret = kind == FM_OBJECT_SECRET;
    fm_str what = key.len ? fm_kube_text(k, "key \"%.*s\" of %s %.*s", FM_STR_ARG(key),
                                         is_secret ? "secret" : "config map", FM_STR_ARG(name))
                          : fm_kube_text(k, "%s \"%.*s\"", is_secret ? "secret" : "config map",
                                         FM_STR_ARG(name));
    enum fm_fault fault =
        is_secret ? FM_FAULT_ACCESS_SECRET_MISSING : FM_FAULT_STARTUP_CONFIG_MISSING;
    struct fm_cause *c = assert_start(
        s, fault, 0.92,
        fm_kube_text(k, "Pod %.*s cannot start: the %.*s that it needs does not exist.",
                     FM_STR_ARG(s->pod->object->name), FM_STR_ARG(what)),
        FM_STR("Kubelet creates a container only when every object that its environment and "
               "volumes refer to is there, unless the reference is optional."));
    c->location = what;
    cite_references(s, c, kind, name);
    if (!key.len)
        fm_kube_cite(k, c, fm_objects_absent(k->s, kind, s->pod->object->ns, name),
                     "it is not listed in the namespace");
    cite_near_object(s, c, kind, name);
    fm_kube_action(
        k, c,
        "Create the object (or key) in the pod's namespace, or correct its name in the workload.",
        fm_kube_text(k, "kubectl get %s -n %.*s", is_secret ? "secrets" : "configmaps",
                     FM_STR_ARG(s->pod->object->ns)),
        "none");
    if (!is_secret)
        return;
    struct fm_cause *other =
        assert_start(s, FM_FAULT_STARTUP_CONFIG_MISSING, 0.70, c->statement, c->mechanism);
    cite_references(s, other, kind, name);
}

/* couldn't find key db-url in ConfigMap shop/settings; configmap "x" not found; references
 * non-existent config key: k */
static bool check_missing(struct start *s, fm_str message)
{
    fm_str key = fm_kube_between(message, "find key ", " in ");
    if (key.len) {
        bool is_secret = fm_str_has(message, FM_STR(" in Secret "));
        fm_str rest = fm_kube_between(message, is_secret ? " in Secret " : " in ConfigMap ", "");
        fm_str ref = FM_STR_NULL;
        fm_str_word(&rest, &ref);
        ptrdiff_t slash = fm_str_rchr(ref, '/');
        assert_missing(s, is_secret ? FM_OBJECT_SECRET : FM_OBJECT_CONFIG_MAP,
                       fm_str_skip(ref, (size_t)(slash + 1)), key);
        return true;
    }
    static const struct {
        const char *before;
        enum fm_object_kind kind;
    } forms[] = {{"configmap \"", FM_OBJECT_CONFIG_MAP},
                 {"configmaps \"", FM_OBJECT_CONFIG_MAP},
                 {"secret \"", FM_OBJECT_SECRET},
                 {"secrets \"", FM_OBJECT_SECRET}};
    for (size_t i = 0; i < 4 && fm_str_ihas(message, FM_STR("not found")); i++) {
        fm_str name = fm_kube_between(message, forms[i].before, "\"");
        if (name.len == 0 || exists_now(s->k, forms[i].kind, s->pod->object->ns, name))
            continue;
        assert_missing(s, forms[i].kind, name, FM_STR_NULL);
        return true;
    }
    return false;
}

static const struct {
    const char *text;
    enum fm_fault fault;
    double strength;
    const char *why, *mechanism;
} run_marks[] = {
    {"OOM-killed", FM_FAULT_RUNTIME_OOM_KILLED, 0.92,
     "the kernel kills it for its memory limit before it runs",
     "The memory limit is too low even to start the container."},
    {"memory limit too low", FM_FAULT_RUNTIME_OOM_KILLED, 0.92,
     "its memory limit is too low to start it",
     "The runtime itself needs memory inside the container's limit."},
    {"executable file not found", FM_FAULT_STARTUP_COMMAND_ERROR, 0.92,
     "its command does not exist in the image",
     "The runtime looks the command up in the image's PATH and does not find it."},
    {"exec format error", FM_FAULT_STARTUP_COMMAND_ERROR, 0.90,
     "its command cannot be executed on this node",
     "The binary is built for another architecture, or the script has no interpreter line."},
    {"starting container process caused", FM_FAULT_STARTUP_COMMAND_ERROR, 0.88,
     "its command cannot be executed", "The runtime cannot execute the command of the container."},
    {"unable to start container process", FM_FAULT_STARTUP_COMMAND_ERROR, 0.88,
     "its command cannot be executed", "The runtime cannot execute the command of the container."},
    {"no command specified", FM_FAULT_STARTUP_COMMAND_ERROR, 0.90,
     "neither image nor pod names a command",
     "An image without entrypoint needs a command in the pod."},
    {"container has runAsNonRoot and image will run as root", FM_FAULT_STARTUP_CONFIG_INVALID, 0.90,
     "its security context forbids root and its image runs as root",
     "Kubelet verifies runAsNonRoot before it creates the container."},
    {"runAsNonRoot", FM_FAULT_STARTUP_CONFIG_INVALID, 0.88,
     "its security context contradicts its image",
     "Kubelet verifies runAsNonRoot before it creates the container."},
};

static bool check_run(struct start *s, fm_str message, fm_span span)
{
    for (size_t i = 0; i < sizeof run_marks / sizeof *run_marks; i++) {
        if (!fm_str_ihas(message, fm_str_c(run_marks[i].text)))
            continue;
        struct fm_cause *c =
            assert_start(s, run_marks[i].fault, run_marks[i].strength,
                         fm_kube_text(s->k, "A container of pod %.*s cannot start: %s.",
                                      FM_STR_ARG(s->pod->object->name), run_marks[i].why),
                         fm_str_c(run_marks[i].mechanism));
        fm_kube_cite(s->k, c, span, "%.*s", FM_STR_ARG(fm_kube_cut(message, 160)));
        const struct fm_pod_spec *spec = s->pod->object->spec;
        bool is_memory = run_marks[i].fault == FM_FAULT_RUNTIME_OOM_KILLED;
        if (spec)
            fm_vec_each (&spec->containers, ct) {
                const struct fm_pair *limit = fm_pairs_get(&ct->limits, FM_STR("memory"));
                if (is_memory && limit)
                    fm_kube_cite(s->k, c, limit->span, "memory limit of container %.*s: %.*s",
                                 FM_STR_ARG(ct->name), FM_STR_ARG(limit->value));
                if (!is_memory)
                    fm_kube_cite(s->k, c, ct->command.span, "command of container %.*s",
                                 FM_STR_ARG(ct->name));
            }
        fm_kube_action(s->k, c,
                       is_memory ? "Raise the memory limit of the container."
                                 : "Correct command, arguments or image of the container.",
                       FM_STR_NULL, "rolls the workload out anew");
        return true;
    }
    return false;
}

static const struct {
    const char *text;
    enum fm_fault fault;
    double strength;
    const char *why, *mechanism;
} mount_marks[] = {
    {"Multi-Attach error", FM_FAULT_STORAGE_VOLUME_ALREADY_BOUND, 0.92,
     "its volume is still attached to another node",
     "A ReadWriteOnce volume can be attached to one node at a time; the other node has to release "
     "it first."},
    {"already exclusively attached", FM_FAULT_STORAGE_VOLUME_ALREADY_BOUND, 0.92,
     "its volume is still attached to another node",
     "A ReadWriteOnce volume can be attached to one node at a time."},
    {"permission denied", FM_FAULT_STORAGE_MOUNT_PERMISSION_DENIED, 0.91,
     "mounting its volume is not permitted",
     "The storage server or the file system refuses the mount to this node or user."},
    {"access denied by server", FM_FAULT_STORAGE_MOUNT_PERMISSION_DENIED, 0.92,
     "the storage server denies the mount", "An NFS export allows only listed hosts and paths."},
    {"Operation not permitted", FM_FAULT_STORAGE_MOUNT_PERMISSION_DENIED, 0.88,
     "changing its volume is not permitted", "Ownership or mount options forbid the operation."},
    {"not authorized", FM_FAULT_STORAGE_MOUNT_PERMISSION_DENIED, 0.88,
     "attaching its volume is not authorised",
     "The storage driver lacks the right to attach the volume."},
    {"read-only file system", FM_FAULT_STORAGE_READ_ONLY, 0.90, "its volume is read-only",
     "The mount point or volume cannot be written."},
    {"no space left on device", FM_FAULT_STORAGE_DISK_FULL, 0.90,
     "there is no space left for its volumes", "The node's or volume's file system is full."},
};

static void cite_claim_volumes(struct start *s, struct fm_cause *c)
{
    const struct fm_pod_spec *spec = s->pod->object->spec;
    if (spec)
        fm_vec_each (&spec->volumes, v)
            if (v->from.kind == FM_OBJECT_CLAIM || fm_field_is_set(v->medium_or_path))
                fm_kube_cite(s->k, c, v->from.span.length ? v->from.span : v->medium_or_path.span,
                             "volume %.*s of the pod", FM_STR_ARG(v->name));
}

/* The service account's projected token retries by itself in the first seconds of a pod. */
static bool is_transient_mount(const struct fm_object_event *e)
{
    return (fm_str_has(e->message, FM_STR("kube-api-access")) && e->count < 5) ||
           fm_str_has(e->message, FM_STR("object \""));
}

static bool check_mount(struct start *s)
{
    struct fm_kube *k = s->k;
    const struct fm_object_event *e = fm_kube_event(k, s->pod->object, "FailedMount", NULL);
    const struct fm_object_event *attach =
        fm_kube_event(k, s->pod->object, "FailedAttachVolume", NULL);
    if (!e || attach)
        e = attach ? attach : e;
    if (!e)
        return false;
    s->event = e;
    if (check_missing(s, e->message) || is_transient_mount(e))
        return true;
    for (size_t i = 0; i < sizeof mount_marks / sizeof *mount_marks; i++)
        if (fm_str_ihas(e->message, fm_str_c(mount_marks[i].text))) {
            struct fm_cause *c =
                assert_start(s, mount_marks[i].fault, mount_marks[i].strength,
                             fm_kube_text(k, "Pod %.*s cannot start: %s.",
                                          FM_STR_ARG(s->pod->object->name), mount_marks[i].why),
                             fm_str_c(mount_marks[i].mechanism));
            cite_claim_volumes(s, c);
            return true;
        }
    struct fm_cause *c =
        assert_start(s, FM_FAULT_STORAGE_MOUNT_FAILED, e->count >= 2 || attach ? 0.87 : 0.80,
                     fm_kube_text(k, "Pod %.*s cannot start: a volume of it cannot be mounted.",
                                  FM_STR_ARG(s->pod->object->name)),
                     FM_STR("Kubelet starts no container before all volumes of the pod are "
                            "mounted; it retries the one that fails."));
    cite_claim_volumes(s, c);
    return true;
}

static const char *const migrations[] = {"migrat",     "flyway",        "liquibase", "alembic",
                                         "db-upgrade", "schema-update", "goose",     NULL};
static const char *const waits[] = {"nslookup",      "waiting for",   "wait-for",
                                    "wait for",      "nc -z",         "until ",
                                    "pg_isready",    "not ready yet", "unavailable - sleeping",
                                    "still waiting", "retrying in",   NULL};

static bool is_migration(const struct fm_kube_workload *w, const struct fm_container *c)
{
    fm_str found;
    return fm_kube_has_any(c->name, migrations, &found) ||
           fm_kube_has_any(c->command.text, migrations, &found) ||
           fm_kube_has_any(w->name, migrations, &found) ||
           fm_kube_has_any(c->image.text, migrations, &found);
}

static bool has_failed(const struct fm_container *c)
{
    return fm_str_eqc(c->reason.text, "CrashLoopBackOff") || fm_str_eqc(c->reason.text, "Error") ||
           fm_str_eqc(c->reason.text, "RunContainerError") ||
           fm_str_eqc(c->last_reason.text, "Error") ||
           (c->exit_code.text.len && !fm_str_eqc(c->exit_code.text, "0"));
}

static void cite_exit(struct start *s, struct fm_cause *c, const struct fm_container *ct)
{
    fm_kube_cite(s->k, c, ct->exit_code.span, "container %.*s ended with exit code %.*s",
                 FM_STR_ARG(ct->name), FM_STR_ARG(ct->exit_code.text));
    fm_kube_cite(s->k, c, ct->last_exit_code.span, "container %.*s ended with exit code %.*s",
                 FM_STR_ARG(ct->name), FM_STR_ARG(ct->last_exit_code.text));
    fm_kube_cite(s->k, c, ct->reason.span, "container %.*s: %.*s", FM_STR_ARG(ct->name),
                 FM_STR_ARG(ct->reason.text));
    fm_kube_cite(s->k, c, ct->state.span, "container %.*s is %.*s", FM_STR_ARG(ct->name),
                 FM_STR_ARG(ct->state.text));
    fm_kube_cite(s->k, c, ct->command.span, "its command");
}

/* An init container that runs on and waits for somebody. */
static bool check_init_wait(struct start *s, const struct fm_container *ct)
{
    struct fm_kube_line line = {0};
    fm_str found;
    bool logs = fm_kube_log_find(s->k, s->pod->workload, waits, &line);
    if (!fm_str_eqc(ct->state.text, "Running") ||
        (!logs && !fm_kube_has_any(ct->command.text, waits, &found) &&
         !fm_str_ihas(ct->name, FM_STR("wait"))))
        return false;
    struct fm_cause *c = assert_start(
        s, FM_FAULT_STARTUP_DEPENDENCY_WAIT, logs ? 0.88 : 0.80,
        fm_kube_text(
            s->k,
            "Pod %.*s does not start because its init container %.*s still waits for a dependency.",
            FM_STR_ARG(s->pod->object->name), FM_STR_ARG(ct->name)),
        FM_STR(
            "Containers of a pod start only after every init container has ended with success."));
    c->location = fm_kube_text(s->k, "init container %.*s", FM_STR_ARG(ct->name));
    cite_exit(s, c, ct);
    if (logs)
        fm_kube_cite(s->k, c, line.span, "its log: %.*s", FM_STR_ARG(fm_kube_cut(line.text, 160)));
    return true;
}

static void check_init_failure(struct start *s, const struct fm_container *ct)
{
    struct fm_kube_line line = {0};
    bool is_migration_step = is_migration(s->pod->workload, ct);
    struct fm_cause *c = assert_start(
        s, is_migration_step ? FM_FAULT_STARTUP_MIGRATION_FAILED : FM_FAULT_STARTUP_INIT_FAILED,
        0.90,
        fm_kube_text(s->k, "Pod %.*s does not start because its init container %.*s fails%s.",
                     FM_STR_ARG(s->pod->object->name), FM_STR_ARG(ct->name),
                     is_migration_step ? ": the migration does not succeed" : ""),
        FM_STR("Containers of a pod start only after every init container has ended with success; "
               "kubelet restarts the one that fails."));
    c->location = fm_kube_text(s->k, "init container %.*s", FM_STR_ARG(ct->name));
    cite_exit(s, c, ct);
    if (fm_kube_log_last(s->k, s->pod->workload, &line))
        fm_kube_cite(s->k, c, line.span, "the last line of its log: %.*s",
                     FM_STR_ARG(fm_kube_cut(line.text, 160)));
    fm_kube_action(
        s->k, c, "Read the log of the init container and repair what it reports.",
        fm_kube_text(s->k, "kubectl logs %.*s -c %.*s",
                     FM_STR_ARG(fm_kube_ref(s->k, s->pod->object->ns, s->pod->object->name)),
                     FM_STR_ARG(ct->name)),
        "none");
}

static bool check_init(struct start *s)
{
    const struct fm_pod_spec *spec = s->pod->object->spec;
    fm_str status = fm_object_get(s->pod->object, FM_OBJECT_F_STATUS).text;
    bool has_init = false;
    if (spec)
        fm_vec_each (&spec->containers, ct) {
            if (!ct->is_init || fm_str_eqc(ct->reason.text, "Completed") ||
                fm_str_ieq(ct->ready.text, FM_STR("true")))
                continue;
            has_init = true;
            if (check_init_wait(s, ct))
                return true;
            if (has_failed(ct)) {
                check_init_failure(s, ct);
                return true;
            }
        }
    if (has_init ||
        (!fm_str_eqc(status, "Init:Error") && !fm_str_eqc(status, "Init:CrashLoopBackOff")))
        return false;
    struct fm_cause *c = assert_start(
        s, FM_FAULT_STARTUP_INIT_FAILED, 0.86,
        fm_kube_text(s->k, "Pod %.*s does not start because an init container fails.",
                     FM_STR_ARG(s->pod->object->name)),
        FM_STR(
            "Containers of a pod start only after every init container has ended with success."));
    fm_kube_cite(s->k, c, s->pod->object->span, "status %.*s", FM_STR_ARG(status));
    return true;
}

static bool check_states(struct start *s)
{
    if (s->pod->object->spec)
        fm_vec_each (&s->pod->object->spec->containers, c) {
            if (check_missing(s, c->message.text) ||
                check_run(s, c->message.text, c->message.span) ||
                (!fm_str_ieq(c->ready.text, FM_STR("true")) &&
                 check_run(s, c->last_message.text, c->last_message.span)))
                return true;
        }
    return false;
}

static bool check_events(struct start *s)
{
    fm_vec_each (fm_kube_events(s->k, FM_OBJECT_POD, s->pod->object->name), e) {
        if (fm_str_eqc((*e)->reason, "FailedMount") ||
            !((*e)->is_warning || fm_str_eqc((*e)->reason, "Failed")))
            continue;
        s->event = *e;
        if (check_missing(s, (*e)->message) || check_run(s, (*e)->message, (*e)->span))
            return true;
    }
    s->event = NULL;
    return false;
}

void fm_kube_rules_start(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p) {
        struct start s = {.k = k, .pod = *p};
        if ((*p)->is_ready || (*p)->is_done || (*p)->workload->is_explained) {
            const struct fm_object_event *e =
                (*p)->is_ready ? fm_kube_event(k, (*p)->object, "FailedMount", NULL) : NULL;
            if (e)
                fm_rule_out(k->h, e->span,
                            FM_STR("the pod runs and is ready, so the mount succeeded since"),
                            "A mount of pod %.*s failed", FM_STR_ARG((*p)->object->name));
            continue;
        }
        bool has_run = fm_str_starts(fm_kube_pod_reason(*p), FM_STR("CrashLoop"));
        if (!check_events(&s) && !check_states(&s) && !check_init(&s) && !has_run) {
            s.event = NULL;
            check_mount(&s);
        }
    }
}
