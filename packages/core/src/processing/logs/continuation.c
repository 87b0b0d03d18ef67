/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/continuation.h"

#include "processing/logs/value.h"

/* Beginnings of lines of a trace that are not indented. */
static const char *const starts[] = {
    "Caused by: ",                              /* Java */
    "Suppressed: ",                             /* Java */
    "Traceback (most recent call last)",        /* Python */
    "During handling of the above exception",   /* Python */
    "The above exception was the direct cause", /* Python */
    "goroutine ",                               /* Go */
    "created by ",                              /* Go */
    "   at ",                                   /* .NET, Node */
    "--- End of ",                              /* .NET */
    "stack backtrace:",                         /* Rust */
    "note: run with `RUST_BACKTRACE",           /* Rust */
    "@ 0x",                                     /* Abseil and glog frames */
    "*** Check failure stack trace",            /* Abseil and glog */
    "*** SIG",                                  /* Abseil and glog */
    "}",                                        /* end of a printed object */
    "]",
};

bool fm_logs_is_exception(fm_str line)
{
    struct fm_logs_word w;
    if (line.len < 6 || !(fm_ch(line.p[0]) & FM_CH_ALPHA))
        return false;
    const char *e = fm_logs_word_scan(line.p, line.p + line.len, &w);
    fm_str name = fm_str_n(w.p, w.len);
    bool is_name = fm_str_ends(name, FM_STR("Exception")) || fm_str_ends(name, FM_STR("Error"));
    return is_name && w.len > 6 && (e == line.p + line.len || *e == ':');
}

/* "#12 0x00007f… in f () at a.c:3": gdb, AddressSanitizer, PHP. */
static bool is_numbered_frame(fm_str line)
{
    size_t n = 1;
    if (line.len < 4 || line.p[0] != '#')
        return false;
    while (n < line.len && fm_ch_is_digit(line.p[n]))
        n++;
    return n > 1 && n <= 5 && n < line.len && line.p[n] == ' ';
}

/* "./program(f+0x1a) [0x401136]": backtrace_symbols(3). */
static bool is_symbol_frame(fm_str line)
{
    if (line.len < 8 || line.p[line.len - 1] != ']' || (line.p[0] != '/' && line.p[0] != '.'))
        return false;
    size_t n = line.len - 1;
    while (n > 0 && fm_ch_is_hex(line.p[n - 1]))
        n--;
    return n >= 4 && n < line.len - 1 && fm_str_ends(fm_str_n(line.p, n), FM_STR("[0x"));
}

bool fm_logs_is_continuation(fm_str line)
{
    if (line.len == 0 || fm_ch_is_space(line.p[0]) || fm_logs_is_exception(line))
        return true;
    if (is_numbered_frame(line) || is_symbol_frame(line))
        return true;
    if (!strchr("CSTDg c-sn@*}]\t", line.p[0]))
        return false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (fm_str_starts(line, fm_str_c(starts[i])))
            return true;
    return false;
}
