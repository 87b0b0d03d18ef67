/* SPDX-License-Identifier: Apache-2.0 */
/* Host commands: df, free, dmesg and kernel lines of journalctl become facts about a host when they
 * show a bad state. */
#include "readers.h"

static void add(const struct fm_origin *from, struct fm_host_fact f, fm_str line)
{
    f.span = fm_set_span(from, fm_str_trim(line));
    if (f.span.length && from->set->host_facts.n < 10000)
        fm_vec_push(fm_set_arena(from->set), &from->set->host_facts, f);
}

static bool is_pseudo(fm_str device, fm_str mount)
{
    static const char *const names[] = {"tmpfs", "overlay", "udev", "devtmpfs"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_eqc(device, names[i]))
            return true;
    return fm_str_starts(device, FM_STR("/dev/loop")) || fm_str_starts(mount, FM_STR("/snap"));
}

/* "/dev/sda1  50G  50G  0  100%  /var": from 95 % on writers fail soon or already (ext4 reserves 5
 * %). */
static void read_df_line(const struct fm_origin *from, fm_str host, fm_str line, bool is_inodes)
{
    fm_str rest = line, word, use = FM_STR_NULL, last = FM_STR_NULL, first = FM_STR_NULL;
    int64_t percent = 0;
    while (fm_str_word(&rest, &word)) {
        if (first.len == 0)
            first = word;
        if (fm_str_ends(word, FM_STR("%")) &&
            fm_str_i64(fm_str_sub(word, 0, word.len - 1), &percent))
            use = word;
        last = word;
    }
    struct fm_host_fact f = {.host = host, .subject = last, .value = use};
    f.kind = is_inodes ? FM_HOST_INODES_FULL : FM_HOST_DISK_FULL;
    if (use.len && percent >= 95 && !is_pseudo(first, last))
        add(from, f, line);
}

static void read_df(const struct fm_origin *from, fm_str host, fm_str output)
{
    bool is_inodes = fm_str_has(fm_str_sub(output, 0, 200), FM_STR("Inodes"));
    fm_str line;
    while (fm_str_line(&output, &line))
        if (!fm_str_starts(line, FM_STR("Filesystem")))
            read_df_line(from, host, line, is_inodes);
}

/* Messages of the Linux kernel, by what they mean. */
static void read_kernel_line(const struct fm_origin *from, fm_str host, fm_str line)
{
    static const struct {
        const char *text;
        int kind;
    } marks[] = {
        {"Out of memory: Killed process", FM_HOST_OOM},
        {"Memory cgroup out of memory", FM_HOST_OOM},
        {"invoked oom-killer", FM_HOST_OOM},
        {"Remounting filesystem read-only", FM_HOST_READ_ONLY},
        {"I/O error, dev", FM_HOST_IO_ERROR},
        {"Buffer I/O error", FM_HOST_IO_ERROR},
        {"Medium Error", FM_HOST_HARDWARE},
        {"Machine check events logged", FM_HOST_HARDWARE},
        {"[Hardware Error]", FM_HOST_HARDWARE},
        {"Uncorrected error", FM_HOST_HARDWARE},
        {"critical medium error", FM_HOST_HARDWARE},
        {"nf_conntrack: table full", FM_HOST_CONNTRACK},
        {"NIC Link is Down", FM_HOST_LINK},
        {"Link is Down", FM_HOST_LINK},
        {"No space left on device", FM_HOST_DISK_FULL},
        {"EXT4-fs error", FM_HOST_IO_ERROR},
        {"clock skew", FM_HOST_CLOCK},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (fm_str_has(line, fm_str_c(marks[i].text))) {
            struct fm_host_fact f = {.host = host, .subject = fm_str_c(marks[i].text)};
            f.kind = marks[i].kind;
            add(from, f, line);
            return;
        }
}

static void read_kernel(const struct fm_origin *from, fm_str host, fm_str output)
{
    fm_str line;
    while (fm_str_line(&output, &line))
        read_kernel_line(from, host, line);
}

/* timedatectl: "System clock synchronized: no"; chronyc tracking: "System time : 42.1 seconds slow
 * of NTP time". */
static void read_clock(const struct fm_origin *from, fm_str host, fm_str output)
{
    fm_str line;
    while (fm_str_line(&output, &line)) {
        fm_str value = line, word;
        fm_str key = fm_str_trim(fm_str_cut(&value, ':'));
        double seconds = 0;
        bool is_unsynced =
            fm_str_has(key, FM_STR("synchronized")) && fm_str_eqc(fm_str_trim(value), "no");
        bool is_off = fm_str_eqc(key, "System time") && fm_str_word(&value, &word) &&
                      fm_str_f64(word, &seconds) && seconds >= 1;
        if (is_unsynced || is_off)
            add(from,
                (struct fm_host_fact){.host = host,
                                      .kind = FM_HOST_CLOCK,
                                      .subject = key,
                                      .value = is_off ? word : FM_STR("no")},
                line);
    }
}

void fm_read_host_output(const struct fm_origin *from, fm_str host, fm_str program, fm_str output)
{
    if (fm_str_eqc(program, "df"))
        read_df(from, host, output);
    else if (fm_str_eqc(program, "dmesg") || fm_str_eqc(program, "journalctl"))
        read_kernel(from, host, output);
    else if (fm_str_eqc(program, "timedatectl") || fm_str_eqc(program, "chronyc"))
        read_clock(from, host, output);
}
