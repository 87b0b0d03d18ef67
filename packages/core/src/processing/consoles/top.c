/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header of top, uptime, nproc and lscpu. A report of top is one row of kind CPU (load, tasks,
 * shares) and one of kind MEMORY; its processes are read as columns. With -b several reports follow
 * each other, and the last one counts.
 */
#include "read.h"

/* Labels behind numbers: "91.2 us", "91.2%us", "0 zombie", "15884.5 total", "310.1 avail Mem". */
static const struct fm_console_title cpu_labels[] = {
    {"us", FM_CONSOLE_F_CPU_USER}, {"sy", FM_CONSOLE_F_CPU_SYSTEM}, {"ni", FM_CONSOLE_F_CPU_NICE},
    {"id", FM_CONSOLE_F_CPU_IDLE}, {"wa", FM_CONSOLE_F_CPU_IOWAIT}, {"st", FM_CONSOLE_F_CPU_STEAL},
    {NULL, FM_CONSOLE_F_NONE}};
static const struct fm_console_title task_labels[] = {{"running", FM_CONSOLE_F_RUNNABLE},
                                                      {"zombie", FM_CONSOLE_F_ZOMBIES},
                                                      {NULL, FM_CONSOLE_F_NONE}};
static const struct fm_console_title memory_labels[] = {
    {"total", FM_CONSOLE_F_TOTAL},   {"free", FM_CONSOLE_F_FREE},
    {"used", FM_CONSOLE_F_USED},     {"buff/cache", FM_CONSOLE_F_CACHE},
    {"buffers", FM_CONSOLE_F_CACHE}, {NULL, FM_CONSOLE_F_NONE}};
static const struct fm_console_title swap_labels[] = {{"total", FM_CONSOLE_F_SWAP_TOTAL},
                                                      {"used", FM_CONSOLE_F_SWAP_USED},
                                                      {"avail", FM_CONSOLE_F_AVAILABLE},
                                                      {NULL, FM_CONSOLE_F_NONE}};

static bool is_digit(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

/* "91.2 us", "91.2%us", "16303428k total": number, then label. */
static void read_item(struct fm_console_reader *r, struct fm_console_row *row, fm_str item,
                      const struct fm_console_title *labels)
{
    size_t n = 0;
    fm_str label;
    item = fm_str_trim(item);
    while (n < item.len && is_digit(item.p[n]))
        n++;
    size_t end = n + (n < item.len && item.p[n] == 'k');
    fm_str rest = fm_str_skip(item, end + (end < item.len && item.p[end] == '%'));
    if (n == 0 || !fm_str_word(&rest, &label))
        return;
    for (; labels->name; labels++)
        if (fm_str_eqc(label, labels->name))
            fm_console_set(r, row, labels->field, fm_str_sub(item, 0, end));
}

/* Items between commas; the swap line of top ends its own with a full stop: "0.0 used.  310.1 avail
 * Mem". */
static void read_items(struct fm_console_reader *r, struct fm_console_row *row, fm_str text,
                       const struct fm_console_title *labels)
{
    while (row && text.len) {
        fm_str item = fm_str_cut(&text, ',');
        ptrdiff_t dot = fm_str_find(item, FM_STR(". "), 0);
        if (dot > 0) {
            fm_str first = fm_str_sub(item, 0, (size_t)dot);
            read_item(r, row, first, labels);
            item = fm_str_skip(item, (size_t)dot + 1);
        }
        read_item(r, row, item, labels);
    }
}

static fm_str behind_colon(fm_str line)
{
    fm_str rest = line;
    fm_str_cut(&rest, ':');
    return rest;
}

/* "… up 12 days,  3:04,  2 users,  load average: 9.71, 8.55, 6.02": the last minute. */
static bool read_load(struct fm_console_reader *r, fm_str line)
{
    ptrdiff_t at = fm_str_find(line, FM_STR("load average: "), 0);
    bool is_top = fm_str_starts(line, FM_STR("top - "));
    if (at < 0 || line.len > 300 || (!is_top && !fm_str_has(line, FM_STR(" up "))))
        return false;
    fm_str load = fm_str_skip(line, (size_t)at + 14), word;
    ++*r->sample;
    r->cpu = fm_console_add(r, FM_CONSOLE_CPU, is_top ? "top" : "uptime", line);
    r->memory = NULL;
    if (r->cpu && fm_str_word(&load, &word))
        fm_console_set(r, r->cpu, FM_CONSOLE_F_LOAD,
                       fm_str_ends(word, FM_STR(",")) ? fm_str_sub(word, 0, word.len - 1) : word);
    return true;
}

static bool is_report(const struct fm_console_reader *r)
{
    return r->cpu && strcmp(r->cpu->form, "top") == 0;
}

/* "%Cpu(s): …" of all processors; "%Cpu0  : …" is one of them. */
static bool read_shares(struct fm_console_reader *r, fm_str line)
{
    bool is_all = fm_str_starts(line, FM_STR("%Cpu(s):")) || fm_str_starts(line, FM_STR("Cpu(s):"));
    if (!is_report(r) || (!is_all && !fm_str_starts(line, FM_STR("%Cpu"))))
        return false;
    fm_str name = line;
    name = fm_str_trim(fm_str_cut(&name, ':'));
    struct fm_console_row *row = is_all ? r->cpu : fm_console_add(r, FM_CONSOLE_CPU, "top", line);
    if (row && !is_all)
        fm_console_set(r, row, FM_CONSOLE_F_NAME, name);
    read_items(r, row, behind_colon(line), cpu_labels);
    return true;
}

static bool read_memory(struct fm_console_reader *r, fm_str line)
{
    fm_str rest = line, word;
    if (!is_report(r) || !fm_str_word(&rest, &word))
        return false;
    if (fm_str_eqc(word, "KiB") || fm_str_eqc(word, "MiB") || fm_str_eqc(word, "GiB"))
        fm_str_word(&rest, &word);
    if (fm_str_starts(word, FM_STR("Mem"))) {
        r->memory = fm_console_add(r, FM_CONSOLE_MEMORY, "top", line);
        read_items(r, r->memory, behind_colon(line), memory_labels);
        return true;
    }
    if (!fm_str_starts(word, FM_STR("Swap")) || !r->memory)
        return false;
    read_items(r, r->memory, behind_colon(line), swap_labels);
    return true;
}

/* nproc prints a number alone; "CPU(s):   8" of lscpu. */
static bool read_processors(struct fm_console_reader *r, fm_str line)
{
    uint64_t n;
    fm_str value = fm_str_trim(line);
    bool is_nproc = fm_str_ends(fm_str_trim(r->command), FM_STR("nproc"));
    if (fm_str_starts(line, FM_STR("CPU(s):")))
        value = fm_str_trim(behind_colon(line));
    else if (!is_nproc)
        return false;
    if (!fm_str_u64(value, &n))
        return false;
    struct fm_console_row *row = fm_console_add(r, FM_CONSOLE_SETTING, "host", line);
    if (row)
        fm_console_set_text(r, row, FM_CONSOLE_F_NAME, FM_STR("nproc"), line);
    fm_console_set(r, row, FM_CONSOLE_F_VALUE, value);
    return true;
}

bool fm_console_read_top(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    (void)rest;
    if (read_load(r, line) || read_shares(r, line) || read_memory(r, line) ||
        read_processors(r, line))
        return true;
    if (!is_report(r) || !fm_str_starts(line, FM_STR("Tasks:")))
        return false;
    read_items(r, r->cpu, behind_colon(line), task_labels);
    return true;
}

/* --- free --- */

bool fm_console_is_free_title(fm_str line)
{
    fm_str rest = line, a, b, c;
    return line.len < 200 && fm_str_word(&rest, &a) && fm_str_word(&rest, &b) &&
           fm_str_word(&rest, &c) && fm_str_eqc(a, "total") && fm_str_eqc(b, "used") &&
           fm_str_eqc(c, "free");
}

/* "Mem:  total used free shared buff/cache available"; free before 3.3.10 has "buffers" and
 * "cached" and no estimate of what is available. */
static void read_free_row(struct fm_console_reader *r, struct fm_console_row *row, fm_str line,
                          bool has_available)
{
    static const enum fm_console_field order[] = {FM_CONSOLE_F_TOTAL, FM_CONSOLE_F_USED,
                                                  FM_CONSOLE_F_FREE,  FM_CONSOLE_F_NONE,
                                                  FM_CONSOLE_F_CACHE, FM_CONSOLE_F_AVAILABLE};
    fm_str words = behind_colon(line), word;
    for (size_t i = 0; i < (has_available ? 6 : 3) && fm_str_word(&words, &word); i++)
        fm_console_set(r, row, order[i], word);
}

static void read_swap_row(struct fm_console_reader *r, struct fm_console_row *row, fm_str line)
{
    fm_str words = behind_colon(line), word;
    if (fm_str_word(&words, &word))
        fm_console_set(r, row, FM_CONSOLE_F_SWAP_TOTAL, word);
    if (fm_str_word(&words, &word))
        fm_console_set(r, row, FM_CONSOLE_F_SWAP_USED, word);
}

bool fm_console_read_free(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    if (!fm_console_is_free_title(line))
        return false;
    bool has_available = fm_str_has(line, FM_STR("available"));
    struct fm_console_row *row = NULL;
    ++*r->sample;
    for (fm_str look = *rest; fm_str_line(&look, &line); *rest = look) {
        if (fm_str_starts(line, FM_STR("Mem:"))) {
            row = fm_console_add(r, FM_CONSOLE_MEMORY, "free", line);
            read_free_row(r, row, line, has_available);
        } else if (row && fm_str_starts(line, FM_STR("Swap:"))) {
            read_swap_row(r, row, line);
        } else if (!fm_str_starts(line, FM_STR("-/+ buffers"))) {
            break;
        }
    }
    return true;
}
