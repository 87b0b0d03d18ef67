/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processors of hosts from top, vmstat, iostat and uptime. Shares of time decide; a load average
 * counts waiting for disks too (uptime(1), proc(5)) and means nothing without the number of
 * processors.
 */
#include "consoles.h"

#define IDLE_MOST 5.0
#define BUSY_LEAST 85.0
#define STEAL_LEAST 20.0 /* % of time that the hypervisor gave to others */
#define IOWAIT_LEAST 30.0
#define STUCK_LEAST 3
#define PROCESS_BUSY 80.0 /* % of one processor */
#define LOAD_FACTOR 2.0

static double processors_of(const struct fm_hypotheses *h, const struct fm_console_row *r)
{
    fm_vec_each (&h->in->consoles->rows, it)
        if ((*it)->kind == FM_CONSOLE_SETTING && fm_str_eq((*it)->host, r->host) &&
            fm_console_is(*it, FM_CONSOLE_F_NAME, "nproc"))
            return fm_console_or(*it, FM_CONSOLE_F_VALUE, 0);
    return 0;
}

/* Processes in uninterruptible sleep: they wait for a device or a server of files. */
static size_t count_stuck(const struct fm_hypotheses *h, const struct fm_console_row *r,
                          const struct fm_console_row **first)
{
    size_t n = 0;
    fm_console_each(h->in->consoles, FM_CONSOLE_PROCESS, p)
    {
        fm_str state = fm_console_get(*p, FM_CONSOLE_F_STATE).text;
        if (!fm_str_eq((*p)->host, r->host) || !fm_str_starts(state, FM_STR("D")))
            continue;
        *first = n == 0 ? *p : *first;
        n++;
    }
    return n;
}

static void judge_steal(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    struct fm_entity host = fm_console_host(h, r);
    fm_str steal = fm_console_get(r, FM_CONSOLE_F_CPU_STEAL).text;
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = host,
            .fault = FM_FAULT_LOAD_NOISY_NEIGHBOUR,
            .strength = 0.82,
            .rule = "console.steal",
            .statement = fm_console_text(
                h, "%.*s %% of the processor time of %.*s goes to other virtual machines (steal).",
                FM_STR_ARG(steal), FM_STR_ARG(host.name)),
            .mechanism = FM_STR("The hypervisor runs other guests while this one is ready to run, "
                                "or its CPU credits are spent; everything on it is slow."),
            .location = FM_STR("cpu steal"),
            .ask = "Is the physical host overcommitted, or has a burstable instance spent its "
                   "credits?",
            .command = "vmstat 1 10",
        });
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_CPU_STEAL, "steal time");
}

static void cite_load(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_console_row *r)
{
    double load, n = processors_of(h, r);
    fm_field value = fm_console_get(r, FM_CONSOLE_F_LOAD);
    if (n <= 0 || !fm_console_number(r, FM_CONSOLE_F_LOAD, &load) || load < LOAD_FACTOR * n)
        return;
    fm_cause_support(h, c, value.span, "load average %.*s on %s processors", FM_STR_ARG(value.text),
                     fm_computed(h, c, "%.0f", n).p);
}

static void judge_busy(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    struct fm_entity host = fm_console_host(h, r);
    const struct fm_console_row *p = fm_console_largest_process(h, r, FM_CONSOLE_F_CPU_SHARE);
    fm_str idle = fm_console_get(r, FM_CONSOLE_F_CPU_IDLE).text, location = FM_STR("cpu");
    bool has_process = p && fm_console_or(p, FM_CONSOLE_F_CPU_SHARE, 0) >= PROCESS_BUSY;
    fm_str command = has_process ? fm_console_get(p, FM_CONSOLE_F_COMMAND).text : FM_STR_NULL;
    if (has_process)
        location = fm_console_text(h, "process %.*s (%.*s)", FM_STR_ARG(fm_str_sub(command, 0, 80)),
                                   FM_STR_ARG(fm_console_get(p, FM_CONSOLE_F_ID).text));
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = host,
               .fault = FM_FAULT_RUNTIME_CPU_SATURATION,
               .strength = has_process ? 0.84 : 0.78,
               .rule = "console.cpu",
               .statement = fm_console_text(
                   h, "All processors of %.*s are busy: %.*s %% idle, %.*s %% in user code.",
                   FM_STR_ARG(host.name), FM_STR_ARG(idle),
                   FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_CPU_USER).text)),
               .mechanism = FM_STR("Runnable processes queue for a processor, so everything on the "
                                   "host is slow."),
               .location = location,
               .ask = "Which process uses the processors, and since when?",
               .command = "top -b -n 2 -o %CPU | head -40",
           });
    fm_console_cite(h, c, r, "processor time as %s shows it", r->form);
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_CPU_IDLE, "idle share");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_CPU_USER, "user share");
    if (has_process)
        fm_console_cite(h, c, p, "process %.*s uses %.*s %% of a processor",
                        FM_STR_ARG(fm_str_sub(command, 0, 80)),
                        FM_STR_ARG(fm_console_get(p, FM_CONSOLE_F_CPU_SHARE).text));
    cite_load(h, c, r);
}

static void judge_iowait(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    const struct fm_console_row *stuck = NULL;
    struct fm_entity host = fm_console_host(h, r);
    fm_str wait = fm_console_get(r, FM_CONSOLE_F_CPU_IOWAIT).text;
    size_t n = count_stuck(h, r, &stuck);
    bool has_witness = n > 0 || fm_console_or(r, FM_CONSOLE_F_BLOCKED, 0) >= 2;
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = host,
               .fault = FM_FAULT_STORAGE_IO_SATURATION,
               .strength = has_witness ? 0.82 : 0.62,
               .rule = "console.iowait",
               .statement =
                   fm_console_text(h, "Processors of %.*s wait for disks %.*s %% of the time.",
                                   FM_STR_ARG(host.name), FM_STR_ARG(wait)),
               .mechanism = FM_STR("Requests queue at the device or at the server of files; "
                                   "processes sleep until they are answered."),
               .location = FM_STR("iowait"),
               .ask = "Which device is slow, and who reads or writes?",
               .command = "iostat -x 1 3; pidstat -d 1 3",
           });
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_CPU_IOWAIT, "share of time that waits for disks");
    if (stuck)
        fm_console_cite(h, c, stuck, "process %.*s is in uninterruptible sleep",
                        FM_STR_ARG(fm_console_get(stuck, FM_CONSOLE_F_COMMAND).text));
}

/* Many processes that wait for a device while processors idle: a hung disk or file server. */
static void judge_stuck(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    const struct fm_console_row *stuck = NULL;
    double load, cpus = processors_of(h, r);
    size_t n = count_stuck(h, r, &stuck);
    if (n < STUCK_LEAST || !fm_console_number(r, FM_CONSOLE_F_LOAD, &load) || cpus <= 0 ||
        load < LOAD_FACTOR * cpus)
        return;
    struct fm_entity host = fm_console_host(h, r);
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = host,
               .fault = FM_FAULT_STORAGE_IO_SATURATION,
               .strength = 0.72,
               .rule = "console.stuck-processes",
               .statement = fm_console_text(
                   h, "Processes on %.*s hang in uninterruptible sleep while processors idle.",
                   FM_STR_ARG(host.name)),
               .mechanism = FM_STR("They wait for a disk or a server of files that does not "
                                   "answer; they count as load and cannot be killed."),
               .location = FM_STR("uninterruptible sleep"),
               .ask = "What do they wait for?",
               .command = "ps -eo pid,stat,wchan:32,args | awk '$2 ~ /^D/'; dmesg -T | tail",
           });
    fm_console_cite(h, c, stuck, "process %.*s is in uninterruptible sleep",
                    FM_STR_ARG(fm_console_get(stuck, FM_CONSOLE_F_COMMAND).text));
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_LOAD, "load average");
}

static void judge(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    double busy = fm_console_or(r, FM_CONSOLE_F_CPU_USER, 0) +
                  fm_console_or(r, FM_CONSOLE_F_CPU_SYSTEM, 0) +
                  fm_console_or(r, FM_CONSOLE_F_CPU_NICE, 0);
    if (fm_console_or(r, FM_CONSOLE_F_CPU_STEAL, 0) >= STEAL_LEAST)
        judge_steal(h, r);
    else if (fm_console_or(r, FM_CONSOLE_F_CPU_IOWAIT, 0) >= IOWAIT_LEAST)
        judge_iowait(h, r);
    else if (busy >= BUSY_LEAST && fm_console_or(r, FM_CONSOLE_F_CPU_IDLE, 100) <= IDLE_MOST)
        judge_busy(h, r);
    else
        judge_stuck(h, r);
}

void fm_console_rules_processors(struct fm_hypotheses *h)
{
    fm_console_each(h->in->consoles, FM_CONSOLE_CPU,
                    r) if (!fm_field_is_set(fm_console_get(*r, FM_CONSOLE_F_NAME))) judge(h, *r);
}
