/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/core/logs.h"

static struct fm_logs *read_log(struct fm_ctx *ctx, const char *text)
{
    struct fm_logs_options opt = {.reference = FM_TIME_NONE};
    struct fm_logs *log;
    fm_ctx_init(ctx, &fm_clock_system);
    assert_int_equal(fm_logs_read(ctx, fm_str_c(text), &opt, &log), FM_OK);
    return log;
}

/* The template of one message. */
static void check_one(const char *message, const char *want)
{
    struct fm_ctx ctx;
    struct fm_logs *log = read_log(&ctx, message);
    assert_int_equal(log->n_templates, 1);
    assert_str(log->templates[0]->text, want);
    fm_ctx_release(&ctx);
}

TEST(values_are_masked_by_their_form)
{
    static const struct {
        const char *message, *want;
    } cases[] = {
        {"took 12 ms", "took <*> ms"},
        {"took 12.5ms for 3MB", "took <*> for <*>"},
        {"temperature is -4", "temperature is <*>"},
        {"lookup of 10.1.2.3 failed", "lookup of <*> failed"},
        {"connected to 10.1.2.3:5432", "connected to <*>"},
        {"route 10.0.0.0/16 added", "route <*> added"},
        {"peer fe80::1ff:fe23:4567:890a is up", "peer <*> is up"},
        {"open /var/lib/x/y.db: no such file", "open <*>: no such file"},
        {"cannot read C:\\Users\\me\\a.txt now", "cannot read <*> now"},
        {"GET /a/b?c=d&e=f HTTP/1.1 done", "GET <*> done"},
        {"fetch https://example.org/x?y=1, retrying", "fetch <*>, retrying"},
        {"id 123e4567-e89b-12d3-a456-426614174000 gone", "id <*> gone"},
        {"mac 00:1b:44:11:3a:b7 seen", "mac <*> seen"},
        {"at 0x7ffd10f5 code deadbeef1", "at <*> code <*>"},
        {"device 0000:00:1f.2 reset", "device <*> reset"},
        {"resolving db-3.prod.example.com failed", "resolving <*> failed"},
        {"dial shop.example.com:443 refused", "dial <*> refused"},
        {"mail from ann@example.com bounced", "mail from <*> bounced"},
        {"started v1.22.3 here", "started <*> here"},
        {"expires 2025-07-01T12:00:00Z exactly", "expires <*> exactly"},
        {"since Tue Jul  1 12:00:00 2025 down", "since <*> down"},
        {"lifetime 01:02:03 left", "lifetime <*> left"},
        {"retry is true, force=false", "retry is <*>, force=<*>"},
        {"user=root uid=0", "user=root uid=<*>"},
        {"thread worker-12 stopped", "thread worker-<*> stopped"},
        {"wrote core.2275 to disk", "wrote core.<*> to disk"},
        {"block blk_-712 lost", "block <*> lost"},
        {"wait 1h2m3.5s more", "wait <*> more"},
        {"org.example.db.PoolException: no slot", "org.example.db.PoolException: no slot"},
        {"key=\"some text here\" x", "key=\"<*>\" x"},
        {"and/or I/O TCP/IP stay", "and/or I/O TCP/IP stay"},
        {"a  lot\tof   blanks 7", "a lot of blanks <*>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_one(cases[i].message, cases[i].want);
}

TEST(lines_with_one_key_are_one_template)
{
    struct fm_ctx ctx;
    struct fm_logs *log = read_log(
        &ctx, "login user=root from 10.0.0.1\nlogin user=ann from host-1.example.com:22\n");
    assert_int_equal(log->n_templates, 1);
    assert_str(log->templates[0]->text, "login user=<*> from <*>");
    assert_int_equal(log->templates[0]->count, 2);
    assert_int_equal(log->templates[0]->n_slots, 2);
    assert_str(log->templates[0]->slots[0].name, "user");
    fm_ctx_release(&ctx);
}

TEST(names_behind_a_noun_are_merged_but_states_are_not)
{
    struct fm_ctx ctx;
    struct fm_logs *log =
        read_log(&ctx, "session of user ann opened here\nsession of user bob opened here\n"
                       "the service started fine\nthe service stopped fine\n");
    assert_int_equal(log->n_templates, 3);
    assert_str(log->templates[0]->text, "session of user <*> opened here");
    assert_str(log->templates[1]->text, "the service started fine");
    assert_str(log->templates[2]->text, "the service stopped fine");
    fm_ctx_release(&ctx);
}

TEST(lists_of_different_length_are_one_template)
{
    struct fm_ctx ctx;
    struct fm_logs *log = read_log(&ctx, "ports 1, 2, 3 open\nports 4 open\nports 5, 6 open\n");
    assert_int_equal(log->n_templates, 1);
    assert_str(log->templates[0]->text, "ports <*> open");
    assert_int_equal(log->templates[0]->count, 3);
    fm_ctx_release(&ctx);
}

TEST(sizes_with_changing_units_are_one_value)
{
    struct fm_ctx ctx;
    struct fm_logs *log = read_log(&ctx, "free 5 KB now\nfree 7.5 MB now\n");
    assert_int_equal(log->n_templates, 1);
    assert_str(log->templates[0]->text, "free <*> now");
    fm_ctx_release(&ctx);
}

TEST(numbers_of_a_slot_are_followed)
{
    struct fm_ctx ctx;
    struct fm_logs *log = read_log(&ctx, "2025-07-01 12:00:00 INFO pool used=3 of 10\n"
                                         "2025-07-01 12:00:01 INFO pool used=9 of 10\n"
                                         "2025-07-01 12:00:02 INFO pool used=7 of 10\n");
    assert_int_equal(log->n_templates, 1);
    const struct fm_logs_slot *s = &log->templates[0]->slots[0];
    assert_non_null(s->series);
    assert_int_equal(s->series->n, 3);
    assert_true(s->series->max == 9 && s->series->min == 3 && s->series->first == 3 &&
                s->series->last == 7);
    assert_int_equal(s->series->rises, 1);
    assert_int_equal(s->series->falls, 1);
    assert_int_equal(s->series->max_place.line, 2);
    fm_ctx_release(&ctx);
}
