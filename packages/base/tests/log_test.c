/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>
#include <unistd.h>

#include "faultmaven/base/json.h"
#include "faultmaven/base/log.h"

static struct fm_clock_manual clock;

static fm_str line_of(enum fm_log_format format, struct fm_buf *out, const char *message,
                      const struct fm_log_field *fields)
{
    struct fm_log log = {&clock.base, FM_LOG_INFO, format, STDERR_FILENO};
    fm_clock_manual_init(&clock, 1751371200123456789);
    fm_buf_init(out, 1 << 16);
    fm_log_line(&log, FM_LOG_INFO, message, fields, out);
    return fm_buf_str(out);
}

TEST(text_lines)
{
    struct fm_buf out;
    fm_str line = line_of(
        FM_LOG_TEXT, &out, "request served",
        FM_FIELDS(FM_FIELD_STR("path", FM_STR("/api")), FM_FIELD_INT("status", 200),
                  FM_FIELD_REAL("seconds", 0.25), FM_FIELD_BOOL("cached", true),
                  FM_FIELD_STR("agent", FM_STR("a b")), FM_FIELD_STR("empty", FM_STR_NULL)));
    assert_str(line, "2025-07-01T12:00:00.123Z info request served path=/api status=200 "
                     "seconds=0.25 cached=true "
                     "agent=\"a b\" empty=\"\"\n");
    fm_buf_release(&out);
}

TEST(json_lines_are_json)
{
    struct fm_ctx ctx;
    struct fm_buf out;
    yyjson_val *v = NULL;
    fm_ctx_init(&ctx, &clock.base);
    fm_str line = line_of(FM_LOG_JSON, &out, "a \"quoted\" message",
                          FM_FIELDS(FM_FIELD_STR("path", FM_STR("a\xff\x01\n\xC3\xA9")),
                                    FM_FIELD_REAL("ratio", NAN)));
    assert_int_equal(fm_json_read(&ctx, line, &v), FM_OK);
    assert_str(fm_json_get_str(v, "time"), "2025-07-01T12:00:00.123Z");
    assert_str(fm_json_get_str(v, "msg"), "a \"quoted\" message");
    assert_str(fm_json_get_str(v, "path"), "a\xEF\xBF\xBD\x01\n\xC3\xA9");
    assert_true(yyjson_is_null(fm_json_get(v, "ratio")));
    fm_buf_release(&out);
    fm_ctx_release(&ctx);
}

TEST(a_value_never_starts_a_line)
{
    struct fm_buf out;
    fm_str line = line_of(FM_LOG_TEXT, &out, "two\nlines",
                          FM_FIELDS(FM_FIELD_STR("v", FM_STR("x\n2025 error forged\r\033[1m"))));
    assert_int_equal(fm_str_chr(line, '\n', 0), (long)line.len - 1);
    assert_int_equal(fm_str_chr(line, '\033', 0), -1);
    fm_buf_release(&out);
}

TEST(secrets_are_hidden_by_name)
{
    static const char *const names[] = {"password",   "db_password",   "API_KEY",
                                        "auth_token", "authorization", "set_cookie"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct fm_buf out;
        fm_str line = line_of(FM_LOG_TEXT, &out, "login",
                              FM_FIELDS(FM_FIELD_STR(names[i], FM_STR("hunter2"))));
        assert_false(fm_str_has(line, FM_STR("hunter2")));
        assert_true(fm_str_has(line, FM_STR("[hidden]")));
        fm_buf_release(&out);
    }
}

TEST(a_long_value_is_cut_at_a_character)
{
    struct fm_buf out;
    char text[4000];
    for (size_t i = 0; i < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    fm_str line = line_of(FM_LOG_TEXT, &out, "x",
                          FM_FIELDS(FM_FIELD_STR("v", fm_str_n(text + 1, sizeof text - 2))));
    assert_true(line.len < FM_LOG_VALUE_MAX + 100);
    assert_true(fm_str_is_utf8(line));
    assert_true(fm_str_ends(line, FM_STR("…\"\n")));
    fm_buf_release(&out);
}

TEST(a_level_drops_what_is_less_severe)
{
    int fd[2];
    char buf[256];
    assert_int_equal(pipe(fd), 0);
    struct fm_log log = {&fm_clock_system, FM_LOG_WARN, FM_LOG_TEXT, fd[1]};
    fm_log_write(&log, FM_LOG_INFO, "dropped", NULL);
    fm_log_write(&log, FM_LOG_ERROR, "kept", NULL);
    close(fd[1]);
    ssize_t n = read(fd[0], buf, sizeof buf);
    assert_true(n > 0);
    assert_true(fm_str_ends(fm_str_n(buf, (size_t)n), FM_STR(" error kept\n")));
    assert_int_equal(fm_str_find(fm_str_n(buf, (size_t)n), FM_STR("dropped"), 0), -1);
    close(fd[0]);
}
