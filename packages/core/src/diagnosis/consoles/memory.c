/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of hosts from free, top and vmstat. "available" estimates what new work gets without
 * swapping (free(1), MemAvailable in proc(5)); low "free" alone is the page cache at work. Below 3
 * % with no swap left the kernel can neither reclaim nor page out.
 */
#include "consoles.h"

#define AVAILABLE_LEAST 0.03
#define SWAP_FULL 0.95
#define LARGE_SHARE 30.0 /* % of memory: worth naming */
#define PAGING_KIB_S 1000.0

static void cite_largest(struct fm_hypotheses *h, struct fm_cause *c,
                         const struct fm_console_row *r)
{
    const struct fm_console_row *p = fm_console_largest_process(h, r, FM_CONSOLE_F_MEMORY_SHARE);
    if (!p || fm_console_or(p, FM_CONSOLE_F_MEMORY_SHARE, 0) < LARGE_SHARE)
        return;
    fm_str command = fm_str_sub(fm_console_get(p, FM_CONSOLE_F_COMMAND).text, 0, 80);
    fm_console_cite(h, c, p, "process %.*s holds %.*s %% of memory", FM_STR_ARG(command),
                    FM_STR_ARG(fm_console_get(p, FM_CONSOLE_F_MEMORY_SHARE).text));
    c->location = fm_console_text(h, "process %.*s (%.*s)", FM_STR_ARG(command),
                                  FM_STR_ARG(fm_console_get(p, FM_CONSOLE_F_ID).text));
}

static bool is_swap_left(const struct fm_console_row *r)
{
    double total = fm_console_or(r, FM_CONSOLE_F_SWAP_TOTAL, 0);
    return total > 0 && fm_console_or(r, FM_CONSOLE_F_SWAP_USED, 0) < SWAP_FULL * total;
}

static void judge_memory(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    double total, available;
    if (!fm_console_number(r, FM_CONSOLE_F_TOTAL, &total) || total <= 0 ||
        !fm_console_number(r, FM_CONSOLE_F_AVAILABLE, &available) ||
        available >= AVAILABLE_LEAST * total || is_swap_left(r))
        return;
    bool has_swap = fm_console_or(r, FM_CONSOLE_F_SWAP_TOTAL, 0) > 0;
    struct fm_entity host = fm_console_host(h, r);
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = host,
            .fault = FM_FAULT_RUNTIME_MEMORY_EXHAUSTION,
            .strength = 0.80,
            .rule = "console.memory",
            .statement = fm_console_text(
                h, "Memory on %.*s is used up: %.*s of %.*s are available%s.",
                FM_STR_ARG(host.name), FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_AVAILABLE).text),
                FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_TOTAL).text),
                has_swap ? ", and swap is full" : ", and there is no swap"),
            .mechanism = FM_STR("The kernel can neither reclaim nor page out; processes stall or "
                                "are killed."),
            .location = FM_STR("memory"),
            .ask = "Which processes hold the memory?",
            .command = "free -m; ps aux --sort=-rss | head",
        });
    fm_console_cite(h, c, r, "memory as %s shows it", r->form);
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_AVAILABLE, "available memory");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_SWAP_TOTAL, "swap");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_SWAP_USED, "swap in use");
    cite_largest(h, c, r);
}

/* Pages go out and come back at once: the working set does not fit. */
static void judge_paging(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    if (fm_console_or(r, FM_CONSOLE_F_SWAP_IN, 0) < PAGING_KIB_S ||
        fm_console_or(r, FM_CONSOLE_F_SWAP_OUT, 0) < PAGING_KIB_S)
        return;
    struct fm_entity host = fm_console_host(h, r);
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = host,
            .fault = FM_FAULT_RUNTIME_MEMORY_EXHAUSTION,
            .strength = 0.76,
            .rule = "console.paging",
            .statement = fm_console_text(
                h, "%.*s swaps in both directions at once: %.*s KiB/s in, %.*s KiB/s out.",
                FM_STR_ARG(host.name), FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_SWAP_IN).text),
                FM_STR_ARG(fm_console_get(r, FM_CONSOLE_F_SWAP_OUT).text)),
            .mechanism = FM_STR("The working set is larger than memory: pages that are swapped "
                                "out are needed again at once, and processes wait for the disk."),
            .location = FM_STR("memory"),
            .ask = "Which processes hold the memory?",
            .command = "vmstat 1 5; ps aux --sort=-rss | head",
        });
    fm_console_cite(h, c, r, "swapping in and out");
    cite_largest(h, c, r);
}

void fm_console_rules_memory(struct fm_hypotheses *h)
{
    fm_console_each(h->in->consoles, FM_CONSOLE_MEMORY, r) judge_memory(h, *r);
    fm_console_each(h->in->consoles, FM_CONSOLE_CPU, r) judge_paging(h, *r);
}
