/* SPDX-License-Identifier: Apache-2.0 */
/* Containers that end by themselves again and again: the exit code and the last words of the log
 * say why. */
#include "podlog.h"

#define NEEDLES_MAX 14

static const struct words {
    const char *needles[NEEDLES_MAX];
    enum fm_fault fault;
    double strength;
    const char *why, *mechanism;
} words[] = {
    {{"all goroutines are asleep - deadlock", NULL},
     FM_FAULT_RUNTIME_DEADLOCK,
     0.90,
     "its threads wait for each other",
     "The runtime found that no thread can ever continue."},
    {{"certificate has expired", "certificate expired", "CertificateExpired", "NotAfter",
      "cert has expired", NULL},
     FM_FAULT_TLS_CERTIFICATE_EXPIRED,
     0.91,
     "a certificate has expired",
     "TLS peers refuse a certificate after its notAfter date."},
    {{"signed by unknown authority", "unable to get local issuer certificate",
      "self signed certificate", "self-signed certificate", "PKIX path building failed", NULL},
     FM_FAULT_TLS_CERTIFICATE_UNTRUSTED,
     0.90,
     "it does not trust a certificate",
     "The chain of the peer's certificate ends in an authority that the client does not know."},
    {{"tls: handshake failure", "SSL handshake failed", "handshake_failure",
      "tls: protocol version not supported", "wrong version number", NULL},
     FM_FAULT_TLS_HANDSHAKE_FAILED,
     0.88,
     "a TLS handshake fails",
     "Client and server do not agree on protocol or cipher."},
    {{"cannot list resource", "cannot get resource", "cannot watch resource",
      "cannot create resource", "cannot patch resource", "cannot update resource",
      "cannot delete resource", NULL},
     FM_FAULT_ACCESS_PERMISSION_DENIED,
     0.91,
     "its service account lacks a permission",
     "The API server's RBAC has no rule that allows the call."},
    {{"password authentication failed", "Access denied for user", "authentication failed",
      "WRONGPASS", "NOAUTH", "invalid username or password", NULL},
     FM_FAULT_ACCESS_AUTHENTICATION_FAILED,
     0.88,
     "its credentials are refused",
     "The server that it needs does not accept user or password."},
    {{"migration failed", "failed to apply migration", "MigrationError", "FlywayException",
      "Dirty database version", "error running migration", "LiquibaseException", NULL},
     FM_FAULT_STARTUP_MIGRATION_FAILED,
     0.90,
     "a schema migration fails",
     "The program applies migrations before it serves and ends when one fails."},
    {{"valid checkpoint record", "invalid page in block", "page corruption", "is corrupt",
      "corrupted", "checksum mismatch", NULL},
     FM_FAULT_DATA_CORRUPTION,
     0.89,
     "its stored data is damaged",
     "What it reads at start does not have the structure or checksum that it was written with."},
    {{"No space left on device", "ENOSPC", "disk full", NULL},
     FM_FAULT_STORAGE_DISK_FULL,
     0.89,
     "there is no space left on a disk that it writes",
     "Writes fail with ENOSPC."},
    {{"Read-only file system", "EROFS", NULL},
     FM_FAULT_STORAGE_READ_ONLY,
     0.89,
     "it writes to a file system that is read-only",
     "The mount, the volume or the container's root is read-only."},
    {{"too many open files", "EMFILE", NULL},
     FM_FAULT_RUNTIME_DESCRIPTOR_EXHAUSTION,
     0.88,
     "it has no file descriptors left",
     "The process reached its limit of open files."},
    {{"unable to create native thread", "can't start new thread", "pthread_create failed",
      "failed to create new OS thread", NULL},
     FM_FAULT_RUNTIME_THREAD_EXHAUSTION,
     0.88,
     "it cannot start further threads",
     "The pid or thread limit of the container is reached."},
    {{"OutOfMemoryError", "heap out of memory", "MemoryError", "Cannot allocate memory", NULL},
     FM_FAULT_RUNTIME_MEMORY_EXHAUSTION,
     0.87,
     "it runs out of memory by its own account",
     "The runtime's heap or the container's memory is exhausted."},
    {{"unknown flag", "unrecognized option", "unrecognized arguments",
      "flag provided but not defined", "invalid option", "can't open file",
      "Unable to access jarfile", "Could not find or load main class", "Cannot find module",
      "command not found", "not found: ", NULL},
     FM_FAULT_STARTUP_COMMAND_ERROR,
     0.88,
     "its command line is wrong",
     "The program refuses its arguments, or the file to run is not in the image."},
    {{"missing environment variable", "env var ", "is not set", "is undefined", "missing required",
      "must be set", "required configuration", "KeyError: '", "not defined in environment",
      "required key", "missing config", "Missing env", "must be provided", NULL},
     FM_FAULT_STARTUP_CONFIG_MISSING,
     0.90,
     "a setting that it requires is missing",
     "The program ends at start when a required setting is absent."},
    {{"invalid configuration", "failed to parse config", "error parsing", "cannot unmarshal",
      "yaml: line", "yaml: unmarshal", "unknown directive", "invalid config", "configuration error",
      "failed to load config", "invalid value", "unable to parse", "Syntax error", NULL},
     FM_FAULT_STARTUP_CONFIG_INVALID,
     0.89,
     "its configuration is invalid",
     "The program ends at start when it cannot read its configuration."},
    {{"no such host", "Name or service not known", "could not resolve", "getaddrinfo",
      "Temporary failure in name resolution", "UnknownHostException", "nodename nor servname",
      "Name does not resolve", NULL},
     FM_FAULT_NETWORK_DNS_FAILURE,
     0.86,
     "a host name that it needs does not resolve",
     "The cluster's DNS has no address for the name."},
    {{"connection refused", "ECONNREFUSED", "could not connect to server", "Connection timed out",
      "i/o timeout", "failed to connect", "no route to host", NULL},
     FM_FAULT_STARTUP_DEPENDENCY_WAIT,
     0.72,
     "something that it needs at start does not answer",
     "The program ends when a dependency is not reachable at start."},
    {{"panic:", "Segmentation fault", "SIGSEGV", "Traceback (most recent call last)",
      "Exception in thread", "Unhandled exception", "Uncaught ", "fatal error:", "core dumped",
      "terminate called", "panicked at", NULL},
     FM_FAULT_RUNTIME_CRASH_EXCEPTION,
     0.84,
     "it crashes with an error that it does not handle",
     "An unhandled error ends the process."},
};

static const struct {
    const char *code;
    enum fm_fault fault;
    double strength;
    const char *why, *mechanism;
} codes[] = {
    {"139", FM_FAULT_RUNTIME_CRASH_EXCEPTION, 0.86,
     "it crashes with a segmentation fault (SIGSEGV)",
     "The process accesses memory that is not its own; the kernel ends it."},
    {"134", FM_FAULT_RUNTIME_CRASH_EXCEPTION, 0.84, "it aborts itself (SIGABRT)",
     "A failed assertion or an unhandled error calls abort."},
    {"127", FM_FAULT_STARTUP_COMMAND_ERROR, 0.88, "its command is not found",
     "A shell ends with this code when the command does not exist."},
    {"126", FM_FAULT_STARTUP_COMMAND_ERROR, 0.88, "its command cannot be executed",
     "A shell ends with this code when a file is not executable."},
    {"128", FM_FAULT_STARTUP_COMMAND_ERROR, 0.84, "its command cannot be started",
     "The runtime reports that the process could not be started."},
};

static bool is_crashing(const struct fm_kube_pod *p, const struct fm_container *c)
{
    int64_t restarts = 0;
    bool has_restarts = fm_str_i64(c->restarts.text, &restarts) && restarts >= 2;
    if (fm_str_ieq(c->ready.text, FM_STR("true")) || p->is_ready || c->is_init)
        return false;
    return fm_str_eqc(c->reason.text, "CrashLoopBackOff") || fm_str_eqc(c->reason.text, "Error") ||
           fm_str_eqc(c->last_reason.text, "Error") ||
           (fm_str_eqc(c->state.text, "Terminated") && !fm_str_eqc(c->exit_code.text, "0")) ||
           has_restarts;
}

static fm_field exit_code(const struct fm_container *c)
{
    return fm_field_is_set(c->last_exit_code) ? c->last_exit_code : c->exit_code;
}

static struct fm_cause *assert_crash(struct fm_kube *k, const struct fm_kube_pod *p,
                                     const struct fm_container *c, struct fm_kube_claim *claim)
{
    fm_field code = exit_code(c);
    claim->kind = FM_ENTITY_WORKLOAD;
    claim->name = p->workload->name;
    claim->rule = "kubernetes.crash";
    claim->command = fm_kube_text(k, "kubectl logs %.*s --previous",
                                  FM_STR_ARG(fm_kube_ref(k, p->object->ns, p->object->name)));
    struct fm_cause *cause = fm_kube_assert(k, claim);
    fm_kube_cite(k, cause, c->reason.span, "container %.*s: %.*s", FM_STR_ARG(c->name),
                 FM_STR_ARG(c->reason.text));
    fm_kube_cite(k, cause, code.span, "it ended with exit code %.*s", FM_STR_ARG(code.text));
    fm_kube_cite(k, cause, c->restarts.span, "%.*s restarts", FM_STR_ARG(c->restarts.text));
    fm_kube_cite(k, cause, p->object->span, "pod %.*s", FM_STR_ARG(p->object->name));
    return cause;
}

/* A path in a message that lies under a mounted volume: the volume is the place. */
static const struct fm_mount *mount_in(const struct fm_container *c, fm_str line)
{
    fm_vec_each (&c->mounts, m)
        if (m->path.len > 1 && fm_str_has(line, m->path) &&
            !fm_str_has(m->path, FM_STR("serviceaccount")))
            return m;
    return NULL;
}

static bool check_permission(struct fm_kube *k, const struct fm_kube_pod *p,
                             const struct fm_container *c)
{
    static const char *const needles[] = {"permission denied", "EACCES", "Operation not permitted",
                                          NULL};
    struct fm_kube_line line;
    if (!fm_kube_log_find(k, p->workload, needles, &line))
        return false;
    const struct fm_mount *m = mount_in(c, line.text);
    struct fm_cause *cause = assert_crash(
        k, p, c,
        &(struct fm_kube_claim){
            .fault =
                m ? FM_FAULT_STORAGE_MOUNT_PERMISSION_DENIED : FM_FAULT_ACCESS_PERMISSION_DENIED,
            .strength = m ? 0.90 : 0.78,
            .statement =
                m ? fm_kube_text(k,
                                 "Container %.*s of %.*s fails because it may not use the files of "
                                 "the volume mounted at %.*s.",
                                 FM_STR_ARG(c->name), FM_STR_ARG(p->workload->name),
                                 FM_STR_ARG(m->path))
                  : fm_kube_text(k,
                                 "Container %.*s of %.*s fails because an access is denied to it.",
                                 FM_STR_ARG(c->name), FM_STR_ARG(p->workload->name)),
            .mechanism = FM_STR("Owner and mode of the files do not allow the user of the "
                                "container (runAsUser, fsGroup)."),
            .location = m ? m->path : FM_STR_NULL,
            .ask = FM_STR("Which user does the container run as, and who owns the files?"),
        });
    fm_kube_cite(k, cause, line.span, "log: %.*s", FM_STR_ARG(fm_kube_cut(line.text, 160)));
    if (m)
        fm_kube_cite(k, cause, m->span, "volume %.*s is mounted at %.*s", FM_STR_ARG(m->volume),
                     FM_STR_ARG(m->path));
    fm_kube_action(
        k, cause,
        "Set fsGroup or runAsUser to the owner of the files, or correct the files' owner.",
        FM_STR_NULL, "changing ownership of a large volume takes time at pod start");
    fm_kube_explain(k, p->workload, cause);
    return true;
}

/* The name between quotes or in capitals: the setting that is missing. */
static bool is_declared(const struct fm_container *c, fm_str line)
{
    fm_vec_each (&c->env, e)
        if (e->name.len > 2 && fm_str_has(line, e->name) && e->value.len)
            return true;
    return false;
}

static bool check_words(struct fm_kube *k, const struct fm_kube_pod *p,
                        const struct fm_container *c)
{
    struct fm_kube_line line;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!fm_kube_log_find(k, p->workload, words[i].needles, &line))
            continue;
        if (words[i].fault == FM_FAULT_STARTUP_CONFIG_MISSING && is_declared(c, line.text))
            continue;
        fm_str said = fm_kube_cut(line.text, 140);
        struct fm_cause *cause = assert_crash(
            k, p, c,
            &(struct fm_kube_claim){
                .fault = words[i].fault,
                .strength = words[i].strength,
                .statement = fm_kube_text(
                    k, "Container %.*s of %.*s keeps ending because %s. Its log says: %.*s.",
                    FM_STR_ARG(c->name), FM_STR_ARG(p->workload->name), words[i].why,
                    FM_STR_ARG(said)),
                .mechanism = fm_str_c(words[i].mechanism),
                .location = fm_kube_text(k, "container %.*s", FM_STR_ARG(c->name)),
                .ask = FM_STR("Is the last error of the previous container the same?"),
            });
        fm_kube_cite(k, cause, line.span, "log: %.*s", FM_STR_ARG(said));
        fm_kube_cite(k, cause, c->command.span, "the command of the container");
        fm_kube_explain(k, p->workload, cause);
        return true;
    }
    return false;
}

static bool check_code(struct fm_kube *k, const struct fm_kube_pod *p, const struct fm_container *c)
{
    fm_str code = exit_code(c).text;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (!fm_str_eqc(code, codes[i].code))
            continue;
        struct fm_cause *cause =
            assert_crash(k, p, c,
                         &(struct fm_kube_claim){
                             .fault = codes[i].fault,
                             .strength = codes[i].strength,
                             .statement = fm_kube_text(
                                 k, "Container %.*s of %.*s keeps ending with exit code %.*s: %s.",
                                 FM_STR_ARG(c->name), FM_STR_ARG(p->workload->name),
                                 FM_STR_ARG(code), codes[i].why),
                             .mechanism = fm_str_c(codes[i].mechanism),
                             .location = fm_kube_text(k, "container %.*s", FM_STR_ARG(c->name)),
                             .ask = FM_STR("What does the log of the previous container end with?"),
                         });
        fm_kube_cite(k, cause, c->command.span, "the command of the container");
        fm_kube_explain(k, p->workload, cause);
        return true;
    }
    return false;
}

/* A crash loop is a symptom: without a reason it is listed, not asserted. Where it leaves a service
 * without any pod it is still what everybody who calls that service suffers from. */
#define LOOPS_MAX 50

static bool leaves_service_empty(const struct fm_kube *k, const struct fm_kube_workload *w)
{
    fm_vec_each (&w->pods, p)
        if ((*p)->is_ready)
            return false;
    fm_vec_each (&k->s->objects, o)
        if ((*o)->kind == FM_OBJECT_SERVICE && (*o)->is_live && !(*o)->is_gone && w->pods.n &&
            (*o)->selector.n && fm_str_eq((*o)->ns, w->ns) &&
            fm_labels_match(&(*o)->selector, &w->pods.items[0]->object->labels))
            return true;
    return false;
}

static void list_loop(struct fm_kube *k, const struct fm_kube_pod *p, const struct fm_container *c)
{
    if (k->n_loops++ >= LOOPS_MAX)
        return;
    assert_crash(
        k, p, c,
        &(struct fm_kube_claim){
            .fault = FM_FAULT_RUNTIME_RESTART_LOOP,
            .strength = leaves_service_empty(k, p->workload) ? 0.70 : 0.52,
            .statement = fm_kube_text(
                k, "Container %.*s of %.*s keeps ending; what is shown does not say why.",
                FM_STR_ARG(c->name), FM_STR_ARG(p->workload->name)),
            .mechanism = FM_STR("Kubelet restarts a container that ends, with growing delay."),
            .ask = FM_STR("What does the log of the previous container end with?"),
        });
    fm_missing(k->h, "the log of the crashed container",
               "the container ends without a reason in its state or events",
               "kubectl logs POD --previous, for the container that restarts");
}

/* Killed by a failing liveness probe: the probe rules have decided. */
static bool was_killed(const struct fm_kube *k, const struct fm_kube_pod *p)
{
    return fm_kube_event(k, p->object, "Killing", "liveness") != NULL;
}

static void check_pod(struct fm_kube *k, const struct fm_kube_pod *p)
{
    if (!p->object->spec)
        return;
    fm_vec_each (&p->object->spec->containers, c) {
        if (!is_crashing(p, c) || was_killed(k, p))
            continue;
        if (!check_words(k, p, c) && !check_permission(k, p, c) && !check_code(k, p, c))
            list_loop(k, p, c);
        return;
    }
}

/* A list alone shows status and restarts. */
static void check_listed(struct fm_kube *k, const struct fm_kube_pod *p)
{
    fm_str status = fm_object_get(p->object, FM_OBJECT_F_STATUS).text;
    bool is_crashing_status = fm_str_eqc(status, "CrashLoopBackOff") ||
                              fm_str_eqc(status, "Error") ||
                              fm_str_starts(status, FM_STR("ExitCode:"));
    struct fm_container stand_in = {.name = p->workload->name,
                                    .reason = fm_object_get(p->object, FM_OBJECT_F_STATUS)};
    if (is_crashing_status && !was_killed(k, p) && !check_words(k, p, &stand_in) &&
        !check_permission(k, p, &stand_in))
        list_loop(k, p, &stand_in);
}

void fm_kube_rules_crash(struct fm_kube *k)
{
    fm_vec_each (&k->pods, p) {
        if ((*p)->is_ready || (*p)->is_done || (*p)->workload->is_explained)
            continue;
        if ((*p)->object->spec && (*p)->object->spec->containers.n)
            check_pod(k, *p);
        else
            check_listed(k, *p);
    }
}
