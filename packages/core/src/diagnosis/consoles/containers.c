/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers of Docker and Podman. Exit status 137 alone is SIGKILL from anybody (docker stop after
 * its grace period, docker kill): only OOMKilled says that memory was the reason. 126 and 127 are
 * "cannot run" and "not found" (docker run reference), 139 is SIGSEGV.
 */
#include "consoles.h"

#define RESTARTS_LEAST 3
#define STREAK_LEAST 3

static fm_str name_of(const struct fm_console_row *r)
{
    fm_str name = fm_console_get(r, FM_CONSOLE_F_NAME).text;
    if (name.len == 0)
        name = fm_str_sub(fm_console_get(r, FM_CONSOLE_F_ID).text, 0, 12);
    return fm_str_starts(name, FM_STR("/")) ? fm_str_skip(name, 1) : name;
}

static struct fm_entity entity_of(const struct fm_console_row *r)
{
    return (struct fm_entity){FM_ENTITY_CONTAINER, name_of(r)};
}

static bool is_running(const struct fm_console_row *r)
{
    return fm_console_is(r, FM_CONSOLE_F_STATE, "running") ||
           fm_str_starts(fm_console_get(r, FM_CONSOLE_F_STATUS).text, FM_STR("Up"));
}

/* "Restarting (1) 5 seconds ago" or State.Status, or restarts that the engine counted. */
static bool is_restarting(const struct fm_console_row *r)
{
    return fm_console_is(r, FM_CONSOLE_F_STATE, "restarting") ||
           fm_str_starts(fm_console_get(r, FM_CONSOLE_F_STATUS).text, FM_STR("Restarting")) ||
           (!is_running(r) && fm_console_or(r, FM_CONSOLE_F_RESTARTS, 0) >= RESTARTS_LEAST);
}

/* The exit status of "Exited (137) 3 minutes ago" or State.ExitCode; 0 when there is none. */
static int64_t exit_code_of(const struct fm_console_row *r)
{
    int64_t code = 0;
    fm_str status = fm_console_get(r, FM_CONSOLE_F_STATUS).text;
    if (fm_str_i64(fm_console_get(r, FM_CONSOLE_F_EXIT_CODE).text, &code))
        return code;
    ptrdiff_t open = fm_str_chr(status, '(', 0);
    if (open < 0 || is_running(r))
        return 0;
    fm_str digits = fm_str_skip(status, (size_t)open + 1);
    digits = fm_str_cut(&digits, ')');
    return fm_str_i64(digits, &code) ? code : 0;
}

static void cite_state(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_console_row *r)
{
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_STATUS, "status");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_STATE, "state");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_EXIT_CODE, "exit status");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_ERROR, "error of the engine");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_RESTARTS, "restarts");
}

static void judge_memory(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    double limit = fm_console_or(r, FM_CONSOLE_F_LIMIT, 0);
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = entity_of(r),
               .fault = FM_FAULT_RUNTIME_OOM_KILLED,
               /* A running container keeps the mark of a child that was killed. */
               .strength = is_running(r) ? 0.70 : 0.93,
               .rule = "console.container.oom",
               .statement =
                   fm_console_text(h, "Container %.*s was killed for lack of memory (OOMKilled).",
                                   FM_STR_ARG(name_of(r))),
               .mechanism = limit > 0
                                ? FM_STR("Its control group reached the memory limit of the "
                                         "container, and the kernel killed its largest process.")
                                : FM_STR("It has no memory limit of its own: the host ran out of "
                                         "memory, and the kernel chose its process."),
               .location = FM_STR("State.OOMKilled"),
               .ask = "Does its memory grow, or is the limit too small for its load?",
               .command = "docker stats --no-stream",
           });
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_OOM_KILLED, "killed for lack of memory");
    if (limit > 0)
        fm_console_cite_field(h, c, r, FM_CONSOLE_F_LIMIT, "memory limit in bytes");
    cite_state(h, c, r);
    fm_cause_action(h, c,
                    (struct fm_action){
                        FM_ACTION_MITIGATION,
                        fm_str_c("Raise the memory limit, then find what grows."),
                        fm_console_text(h, "docker update --memory LIMIT --memory-swap LIMIT %.*s",
                                        FM_STR_ARG(name_of(r))),
                        fm_str_c("takes memory from other containers of the host")});
}

/* What the engine's error, or the exit status, says about a container that does not stay up. */
static const struct {
    const char *text;
    enum fm_fault fault;
    const char *meaning;
} engine_errors[] = {
    {"executable file not found", FM_FAULT_STARTUP_COMMAND_ERROR,
     "the command of the container is not in its image"},
    {"no such file or directory", FM_FAULT_STARTUP_COMMAND_ERROR,
     "the command, or a file that it is started with, does not exist"},
    {"exec format error", FM_FAULT_IMAGE_WRONG_REFERENCE,
     "the image is built for another processor architecture"},
    {"permission denied", FM_FAULT_STARTUP_COMMAND_ERROR, "the command may not be executed"},
    {"port is already allocated", FM_FAULT_STARTUP_CONFIG_INVALID,
     "another container publishes the same port of the host"},
    {"address already in use", FM_FAULT_STARTUP_CONFIG_INVALID,
     "another process listens on the same port of the host"},
    {"error mounting", FM_FAULT_STORAGE_MOUNT_FAILED, "a volume cannot be mounted"},
    {"error while mounting volume", FM_FAULT_STORAGE_MOUNT_FAILED, "a volume cannot be mounted"},
};

struct reading {
    enum fm_fault fault;
    double strength;
    const char *meaning;
};

static bool read_error(const struct fm_console_row *r, struct reading *out)
{
    fm_str error = fm_console_get(r, FM_CONSOLE_F_ERROR).text;
    for (size_t i = 0; i < sizeof engine_errors / sizeof *engine_errors; i++)
        if (fm_str_ihas(error, fm_str_c(engine_errors[i].text))) {
            *out = (struct reading){engine_errors[i].fault, 0.90, engine_errors[i].meaning};
            return true;
        }
    return false;
}

static bool read_exit(const struct fm_console_row *r, struct reading *out)
{
    int64_t code = exit_code_of(r);
    bool loops = is_restarting(r);
    if (code == 127 || code == 126)
        *out = (struct reading){FM_FAULT_STARTUP_COMMAND_ERROR, loops ? 0.84 : 0.76,
                                code == 127 ? "its command is not found"
                                            : "its command cannot be executed"};
    else if (code == 139 || code == 134)
        *out = (struct reading){FM_FAULT_RUNTIME_CRASH_EXCEPTION, loops ? 0.80 : 0.70,
                                code == 139 ? "its process was killed by a segmentation fault"
                                            : "its process aborted"};
    else if (loops && code != 0)
        *out = (struct reading){FM_FAULT_RUNTIME_RESTART_LOOP, 0.74,
                                "its process ends with an error after each start"};
    else if (loops)
        *out = (struct reading){FM_FAULT_RUNTIME_RESTART_LOOP, 0.66,
                                "its process ends after each start"};
    else
        return false;
    return true;
}

static void assert_stop(struct fm_hypotheses *h, const struct fm_console_row *r,
                        const struct reading *why)
{
    fm_str name = name_of(r);
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = entity_of(r),
               .fault = why->fault,
               .strength = why->strength,
               .rule = "console.container.stop",
               .statement = fm_console_text(
                   h, "Container %.*s %s: %s.", FM_STR_ARG(name),
                   is_restarting(r) ? "restarts again and again" : "does not run", why->meaning),
               .mechanism = FM_STR("Nothing answers on its ports while it is down."),
               .location = fm_console_get(r, FM_CONSOLE_F_COMMAND).text,
               .ask = "What did its process write before it ended?",
               .command = fm_console_text(h, "docker logs --tail 100 %.*s", FM_STR_ARG(name)).p,
           });
    cite_state(h, c, r);
}

/* A failed check is a symptom; it is a cause where its own output says that the check is wrong. */
static void observe_health(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    fm_str output = fm_console_get(r, FM_CONSOLE_F_HEALTH_OUTPUT).text, name = name_of(r);
    bool is_broken = fm_str_ihas(output, FM_STR("executable file not found")) ||
                     fm_str_ihas(output, FM_STR(": not found")) ||
                     fm_str_ihas(output, FM_STR("command not found"));
    if (!fm_console_is(r, FM_CONSOLE_F_HEALTH, "unhealthy") || !is_broken ||
        fm_console_or(r, FM_CONSOLE_F_FAILING_STREAK, 0) < STREAK_LEAST)
        return;
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = entity_of(r),
               .fault = FM_FAULT_STARTUP_CONFIG_INVALID,
               .strength = 0.82,
               .rule = "console.container.health-command",
               .statement = fm_console_text(
                   h, "The health check of container %.*s calls a program that its image lacks.",
                   FM_STR_ARG(name)),
               .mechanism = FM_STR("The check fails whatever the service does, so the container "
                                   "counts as unhealthy and is taken out of service or replaced."),
               .location = FM_STR("Healthcheck.Test"),
               .ask = "Does the service itself answer?",
               .command = fm_console_text(h,
                                          "docker inspect --format '{{json .Config.Healthcheck}}' "
                                          "%.*s",
                                          FM_STR_ARG(name))
                              .p,
           });
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_HEALTH, "health");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_HEALTH_OUTPUT, "output of the check");
}

static void judge(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    struct reading why;
    if (fm_console_is(r, FM_CONSOLE_F_OOM_KILLED, "true"))
        judge_memory(h, r);
    else if (!is_running(r) && (read_error(r, &why) || read_exit(r, &why)))
        assert_stop(h, r, &why);
    observe_health(h, r);
}

void fm_console_rules_containers(struct fm_hypotheses *h)
{
    fm_console_each(h->in->consoles, FM_CONSOLE_CONTAINER, r) if (name_of(*r).len) judge(h, *r);
}
