/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/frame.h"

#include "processing/logs/chars.h"
#include "processing/logs/continuation.h"

#define LINES_AHEAD 200
#define LINES_BACK 60

/* Roots of names and paths of what ships with a runtime or comes from a package manager. */
static const char *const libraries[] = {
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "jakarta.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "groovy.",
    "org.springframework.",
    "org.apache.",
    "org.hibernate.",
    "org.eclipse.",
    "io.netty.",
    "io.grpc.",
    "reactor.",
    "rx.",
    "akka.",
    "com.zaxxer.",
    "com.fasterxml.",
    "com.mysql.",
    "org.postgresql.",
    "com.google.",
    "okhttp3.",
    "System.",
    "Microsoft.",
    "node:",
    "internal/",
};

static const char *const library_paths[] = {
    "site-packages/", "dist-packages/", "/lib/python",    "<frozen ",    "node_modules/",
    "(node:",         "(internal/",     "/usr/local/go/", "/usr/lib/go", "/go/pkg/mod/",
    "/src/runtime/",  "/gems/",         "/vendor/",       "/rustc/",     "/.cargo/registry/",
    "(<anonymous>)",  "Native Method",
};

static bool is_library(fm_str name, fm_str line)
{
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (fm_str_starts(name, fm_str_c(libraries[i])))
            return true;
    for (size_t i = 0; i < sizeof library_paths / sizeof *library_paths; i++)
        if (fm_str_has(line, fm_str_c(library_paths[i])))
            return true;
    return false;
}

/* ".go:88", "main.rs:10": a colon and a number behind the name of a source file. */
static bool has_line_number(fm_str s)
{
    static const char *const ends[] = {".java:", ".kt:", ".scala:", ".groovy:", ".js:",     ".ts:",
                                       ".mjs:",  ".go:", ".rs:",    ".rb:",     ".cs:line "};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        ptrdiff_t p = fm_str_find(s, fm_str_c(ends[i]), 0);
        size_t digit = p < 0 ? s.len : (size_t)p + strlen(ends[i]);
        if (digit < s.len && fm_ch_is_digit(s.p[digit]))
            return true;
    }
    return false;
}

static bool is_python_frame(fm_str line)
{
    return fm_str_starts(line, FM_STR("File \"")) && fm_str_has(line, FM_STR("\", line "));
}

/* "#0 /var/www/app.php(88): price()" */
static bool is_php_frame(fm_str line)
{
    return line.len > 2 && line.p[0] == '#' && fm_ch_is_digit(line.p[1]) &&
           fm_str_has(line, FM_STR(".php("));
}

static bool is_frame(fm_str line)
{
    return is_python_frame(line) || is_php_frame(line) || has_line_number(line);
}

static bool is_own_frame(fm_str line)
{
    fm_str name = fm_str_starts(line, FM_STR("at ")) ? fm_str_trim(fm_str_skip(line, 3)) : line;
    return is_frame(line) && !is_library(name, line);
}

/* Python prints the frame of the error last, the others first. A nested cause starts anew. */
static fm_str frame_below(fm_str rest)
{
    fm_str line, found = FM_STR_NULL;
    for (unsigned n = 0; n < LINES_AHEAD && fm_str_line(&rest, &line); n++) {
        if (n > 0 && !fm_logs_is_continuation(line) && !fm_logs_is_exception(line) &&
            !is_frame(fm_str_trim(line)))
            break;
        line = fm_str_trim(line);
        if (fm_str_starts(line, FM_STR("Caused by:")))
            found = FM_STR_NULL;
        if (is_own_frame(line) && (found.len == 0 || is_python_frame(line)))
            found = line;
    }
    return found;
}

/* Where the trace begins whose last line is at `at`: Python names the error behind its frames. */
static uint64_t trace_start(fm_str text, uint64_t at)
{
    for (unsigned n = 0; n < LINES_BACK && at > 0; n++) {
        ptrdiff_t end = fm_str_rchr(fm_str_sub(text, 0, at - 1), '\n');
        size_t start = (size_t)(end + 1);
        fm_str line = fm_str_sub(text, start, at - 1 - start);
        if (!fm_logs_is_continuation(line))
            break;
        at = start;
    }
    return at;
}

fm_str fm_logs_frame(fm_str text, uint64_t at)
{
    if (at >= text.len)
        return FM_STR_NULL;
    fm_str found = frame_below(fm_str_skip(text, at));
    return found.len ? found : frame_below(fm_str_skip(text, trace_start(text, at)));
}
