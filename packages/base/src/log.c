/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/log.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "faultmaven/base/time.h"

#define LINE_MAX_BYTES (64u << 10)

const char *const fm_log_level_names[] = {
#define LEVEL_NAME(sym, name) [sym] = name,
    FM_LOG_LEVELS(LEVEL_NAME)
#undef LEVEL_NAME
        NULL,
};

const char *const fm_log_format_names[] = {[FM_LOG_TEXT] = "text", [FM_LOG_JSON] = "json", NULL};

static bool names_secret(const char *name)
{
    static const char *const words[] = {"password",      "passwd",     "secret",  "token",
                                        "authorization", "cookie",     "api_key", "apikey",
                                        "credential",    "private_key"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (fm_str_ihas(fm_str_c(name), fm_str_c(words[i])))
            return true;
    return false;
}

/* Length of the UTF-8 sequence at the start of s, or 0. */
static size_t sequence_length(fm_str s)
{
    for (size_t n = 1; n <= 4 && n <= s.len; n++)
        if (fm_str_is_utf8(fm_str_sub(s, 0, n)))
            return n;
    return 0;
}

static void add_escaped_byte(struct fm_buf *out, unsigned char c)
{
    static const char names[] = {
        ['"'] = '"', ['\\'] = '\\', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    if (c < sizeof names && names[c])
        fm_buf_addf(out, "\\%c", names[c]);
    else
        fm_buf_addf(out, "\\u%04x", c);
}

/* A JSON string; it serves as the quoted form of text lines too. */
static void add_quoted(struct fm_buf *out, fm_str s)
{
    bool is_cut = s.len > FM_LOG_VALUE_MAX;
    s = fm_str_sub(s, 0, FM_LOG_VALUE_MAX);
    fm_buf_addc(out, '"');
    while (s.len) {
        unsigned char c = (unsigned char)s.p[0];
        size_t n = sequence_length(s);
        if (n == 0)
            fm_buf_addz(out, is_cut && s.len < 4 ? "" : "\\ufffd");
        else if (c < 32 || c == '"' || c == '\\' || c == 127)
            add_escaped_byte(out, c);
        else
            fm_buf_adds(out, fm_str_sub(s, 0, n));
        s = fm_str_skip(s, n ? n : 1);
    }
    fm_buf_addz(out, is_cut ? "…\"" : "\"");
}

static bool is_plain(fm_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= 32 || c >= 127 || c == '"' || c == '=' || c == '\\')
            return false;
    }
    return s.len > 0 && s.len <= FM_LOG_VALUE_MAX;
}

static void add_str(const struct fm_log *log, struct fm_buf *out, fm_str s)
{
    if (log->format == FM_LOG_TEXT && is_plain(s))
        fm_buf_adds(out, s);
    else
        add_quoted(out, s);
}

static void add_real(struct fm_buf *out, double v)
{
    if (isfinite(v))
        fm_buf_addf(out, "%.9g", v);
    else
        fm_buf_addz(out, "null");
}

static void add_value(const struct fm_log *log, struct fm_buf *out, const struct fm_log_field *f)
{
    if (names_secret(f->name)) {
        add_str(log, out, FM_STR("[hidden]"));
        return;
    }
    switch (f->type) {
    case FM_FIELD_TYPE_STR:
        add_str(log, out, f->str);
        break;
    case FM_FIELD_TYPE_INT:
        fm_buf_addf(out, "%lld", (long long)f->i64);
        break;
    case FM_FIELD_TYPE_REAL:
        add_real(out, f->real);
        break;
    case FM_FIELD_TYPE_BOOL:
        fm_buf_addz(out, f->i64 ? "true" : "false");
        break;
    case FM_FIELD_TYPE_END:
        break;
    }
}

/* To the millisecond: more digits only make lines longer. */
static const char *time_text(const struct fm_log *log, char buf[FM_TIME_TEXT_MAX])
{
    fm_time t = fm_now(log->clock);
    return fm_time_format(t - t % FM_MS, buf);
}

static void add_text_line(const struct fm_log *log, enum fm_log_level level, const char *message,
                          struct fm_buf *out)
{
    char at[FM_TIME_TEXT_MAX];
    struct fm_buf quoted;
    fm_buf_init(&quoted, LINE_MAX_BYTES);
    add_quoted(&quoted, fm_str_c(message));
    fm_str inside = fm_str_sub(fm_buf_str(&quoted), 1, quoted.len - 2);
    fm_buf_addf(out, "%s %s %.*s", time_text(log, at), fm_log_level_names[level],
                FM_STR_ARG(inside));
    fm_buf_release(&quoted);
}

static void add_json_line(const struct fm_log *log, enum fm_log_level level, const char *message,
                          struct fm_buf *out)
{
    char at[FM_TIME_TEXT_MAX];
    fm_buf_addf(out, "{\"time\":\"%s\",\"level\":\"%s\",\"msg\":", time_text(log, at),
                fm_log_level_names[level]);
    add_quoted(out, fm_str_c(message));
}

void fm_log_line(const struct fm_log *log, enum fm_log_level level, const char *message,
                 const struct fm_log_field *fields, struct fm_buf *out)
{
    bool is_json = log->format == FM_LOG_JSON;
    if (is_json)
        add_json_line(log, level, message, out);
    else
        add_text_line(log, level, message, out);
    for (const struct fm_log_field *f = fields; f && f->type != FM_FIELD_TYPE_END; f++) {
        if (is_json)
            fm_buf_addf(out, ",\"%s\":", f->name);
        else
            fm_buf_addf(out, " %s=", f->name);
        add_value(log, out, f);
    }
    fm_buf_addz(out, is_json ? "}\n" : "\n");
}

void fm_log_write(const struct fm_log *log, enum fm_log_level level, const char *message,
                  const struct fm_log_field *fields)
{
    if (level > log->level)
        return;
    struct fm_buf line;
    fm_buf_init(&line, LINE_MAX_BYTES);
    fm_log_line(log, level, message, fields, &line);
    ssize_t n;
    do
        n = write(log->fd, line.p, line.len);
    while (n < 0 && errno == EINTR);
    fm_buf_release(&line);
}
