/* SPDX-License-Identifier: Apache-2.0 */
/* States of hosts from df, dmesg, timedatectl and the like. */
#include "kube.h"

#include "faultmaven/core/logs.h"

static const struct {
    enum fm_fault fault;
    double strength;
    const char *what;
    const char *mechanism;
    const char *command;
} meanings[] = {
    [FM_HOST_DISK_FULL] = {FM_FAULT_STORAGE_DISK_FULL, 0.88, "A file system is full",
                           "Writers get ENOSPC: logs, databases and image pulls on it fail.",
                           "df -h; du -xhd1 / | sort -h | tail"},
    [FM_HOST_INODES_FULL] =
        {FM_FAULT_STORAGE_INODE_EXHAUSTION, 0.90, "A file system has no inodes left",
         "No file can be created although blocks are free: ENOSPC with space left.",
         "df -i; du --inodes -xd1 / | sort -n | tail"},
    [FM_HOST_OOM] = {FM_FAULT_RUNTIME_OOM_KILLED, 0.72,
                     "The kernel killed a process for lack of memory",
                     "The OOM killer ends the process with the highest score; its container exits "
                     "with SIGKILL.",
                     "dmesg -T | grep -i oom"},
    [FM_HOST_READ_ONLY] =
        {FM_FAULT_STORAGE_READ_ONLY, 0.88, "A file system went read-only",
         "After an I/O error the kernel keeps the file system from being written.",
         "dmesg -T | tail -100; mount | grep ' ro'"},
    [FM_HOST_IO_ERROR] = {FM_FAULT_NODE_HARDWARE, 0.86, "A block device fails",
                          "Reads or writes fail below the file system.",
                          "smartctl -a /dev/sdX; dmesg -T | grep -i error"},
    [FM_HOST_HARDWARE] = {FM_FAULT_NODE_HARDWARE, 0.88, "The machine reports a hardware error",
                          "Memory, CPU or disk of the machine are defective.",
                          "ras-mc-ctl --summary; smartctl -a /dev/sdX"},
    [FM_HOST_CLOCK] = {FM_FAULT_NODE_CLOCK_SKEW, 0.86, "The clock is not right",
                       "Certificates, tokens and leases are judged by a wrong time.",
                       "chronyc tracking; timedatectl"},
    [FM_HOST_MEMORY_LOW] = {FM_FAULT_NODE_PRESSURE, 0.70, "Memory is short",
                            "Processes are reclaimed or killed.", "free -m"},
    [FM_HOST_CONNTRACK] =
        {FM_FAULT_NETWORK_PORT_EXHAUSTION, 0.93, "The connection-tracking table is full",
         "The kernel drops packets of new connections.",
         "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max"},
    [FM_HOST_LINK] = {FM_FAULT_NETWORK_FLAPPING, 0.75, "A network link went down",
                      "The interface lost its carrier.", "ip -s link"},
};

/* Whose state it is when a pasted command does not say: of the one entity that all logs are about.
 */
static fm_entity_id only_place(const struct fm_incident *in)
{
    fm_entity_id only = FM_ENTITY_NONE;
    if (!in->logs)
        return only;
    fm_vec_each (&in->logs->sources, s) {
        if (s->entity == FM_ENTITY_NONE || (only != FM_ENTITY_NONE && s->entity != only))
            return FM_ENTITY_NONE;
        only = s->entity;
    }
    return only;
}

static fm_str host_of(const struct fm_kube *k, const struct fm_host_fact *f)
{
    fm_str place = fm_incident_entity_of(k->h->in, only_place(k->h->in)).name;
    return f->host.len ? f->host : place.len ? place : FM_STR("host");
}

void fm_kube_rules_hosts(struct fm_kube *k)
{
    fm_vec_each (&k->s->host_facts, f) {
        fm_str host = host_of(k, f);
        bool is_node = fm_objects_find(k->s, FM_OBJECT_NODE, FM_STR_NULL, host) != NULL;
        struct fm_cause *c = fm_kube_assert(
            k, &(struct fm_kube_claim){
                   .kind = is_node ? FM_ENTITY_NODE : FM_ENTITY_HOST,
                   .name = host,
                   .fault = meanings[f->kind].fault,
                   .strength = meanings[f->kind].strength,
                   .rule = "host.state",
                   .statement = fm_kube_text(k, "%s on %.*s: %.*s%s%.*s.", meanings[f->kind].what,
                                             FM_STR_ARG(host), FM_STR_ARG(f->subject),
                                             f->value.len ? " " : "", FM_STR_ARG(f->value)),
                   .mechanism = fm_str_c(meanings[f->kind].mechanism),
                   .location = f->subject,
                   .ask = FM_STR("Does the state still hold, and since when?"),
                   .command = fm_str_c(meanings[f->kind].command),
               });
        fm_kube_cite(k, c, f->span, "the host shows %.*s %.*s", FM_STR_ARG(f->subject),
                     FM_STR_ARG(f->value));
    }
}
