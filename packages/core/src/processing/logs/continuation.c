/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/continuation.h"

#include "processing/logs/chars.h"

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

bool fm_logs_is_continuation(fm_str line)
{
    if (line.len == 0)
        return true;
    if (fm_ch_is_space(line.p[0]))
        return true;
    if (!strchr("CSTDg c-sn}]\t", line.p[0]))
        return false;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (fm_str_starts(line, fm_str_c(starts[i])))
            return true;
    return false;
}
