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
    return is_name && w.len > 9 && (e == line.p + line.len || *e == ':');
}

bool fm_logs_is_continuation(fm_str line)
{
    if (line.len == 0 || fm_ch_is_space(line.p[0]) || fm_logs_is_exception(line))
        return true;
    if (!strchr("CSTDg c-sn}]\t", line.p[0]))
        return false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (fm_str_starts(line, fm_str_c(starts[i])))
            return true;
    return false;
}
