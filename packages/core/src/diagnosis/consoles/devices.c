/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices from iostat -x. For devices that serve requests in parallel %util says only that
 * something was always under way (iostat(1)); together with long waits the device is the
 * bottleneck.
 */
#include "consoles.h"

#define UTILISATION_LEAST 95.0
#define AWAIT_LEAST_MS 50.0

static enum fm_console_field slowest(const struct fm_console_row *r, double *await)
{
    static const enum fm_console_field fields[] = {FM_CONSOLE_F_AWAIT, FM_CONSOLE_F_READ_AWAIT,
                                                   FM_CONSOLE_F_WRITE_AWAIT};
    enum fm_console_field best = FM_CONSOLE_F_NONE;
    *await = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        double v = fm_console_or(r, fields[i], 0);
        if (v > *await) {
            *await = v;
            best = fields[i];
        }
    }
    return best;
}

static bool is_virtual(fm_str name)
{
    return fm_str_starts(name, FM_STR("loop")) || fm_str_starts(name, FM_STR("ram"));
}

static void judge(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    double await;
    enum fm_console_field f = slowest(r, &await);
    fm_str name = fm_console_get(r, FM_CONSOLE_F_NAME).text;
    if (fm_console_or(r, FM_CONSOLE_F_UTILISATION, 0) < UTILISATION_LEAST ||
        await < AWAIT_LEAST_MS || is_virtual(name))
        return;
    struct fm_entity host = fm_console_host(h, r);
    struct fm_cause *c = fm_console_assert(
        h, &(struct fm_console_claim){
               .entity = host,
               .fault = FM_FAULT_STORAGE_IO_SATURATION,
               .strength = 0.86,
               .rule = "console.device",
               .statement = fm_console_text(
                   h, "Device %.*s of %.*s is saturated: %.*s %% busy, requests wait %.*s ms.",
                   FM_STR_ARG(name), FM_STR_ARG(host.name),
                   FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_UTILISATION).text),
                   FM_STR_ARG(fm_console_get(r, f).text)),
               .mechanism = FM_STR("More requests arrive than the device serves; they queue, and "
                                   "every reader and writer waits."),
               .location = fm_console_text(h, "device %.*s", FM_STR_ARG(name)),
               .ask = "Who reads or writes so much, and what does the volume allow?",
               .command = "iostat -x 1 3; pidstat -d 1 3",
           });
    fm_console_cite(h, c, r, "device %.*s is busy and slow", FM_STR_ARG(name));
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_UTILISATION, "busy share");
    fm_console_cite_field(h, c, r, f, "wait");
}

void fm_console_rules_devices(struct fm_hypotheses *h)
{
    fm_console_each(h->in->consoles, FM_CONSOLE_DEVICE, r) judge(h, *r);
}
