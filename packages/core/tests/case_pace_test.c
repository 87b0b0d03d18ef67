/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of a case: limits, waits, reminders. */
#include "case_kit.h"

#include "faultmaven/core/case_view.h"

#define CHANGES(...) "{'changes':[" __VA_ARGS__ "]}"
#define URGENCY(u)                                                                                 \
    CHANGES("{'type':'update_verification','verification':{'urgency':'" u                          \
            "','temporal':'ongoing'}}")

static bool is_reminded(struct kit *k, const char *kind)
{
    struct fm_reminders list = fm_case_reminders(&k->ctx.arena, k->c, k->clock.at);
    fm_vec_each (&list, r)
        if (strcmp(r->kind, kind) == 0)
            return true;
    return false;
}

static bool is_overdue(const struct kit *k)
{
    return fm_case_pace(k->c, k->clock.at).is_overdue;
}

TEST(the_limit_follows_the_urgency)
{
    static const struct {
        const char *urgency;
        int64_t limit;
    } cases[] = {{URGENCY("critical"), 15 * FM_MINUTE},
                 {URGENCY("high"), FM_HOUR},
                 {URGENCY("medium"), FM_DAY},
                 {URGENCY("low"), 7 * FM_DAY},
                 {URGENCY("unknown"), FM_DAY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kit k;
        kit_investigate(&k);
        kit_do(&k, cases[i].urgency);
        fm_time since = fm_case_resting_since(k.c);
        assert_true(since != FM_TIME_NONE);
        k.clock.at = since + cases[i].limit;
        assert_false(is_overdue(&k));
        assert_false(fm_case_is_stalled(k.c, k.clock.at));
        k.clock.at += FM_SEC;
        assert_true(is_overdue(&k));
        assert_true(fm_case_is_stalled(k.c, k.clock.at));
        assert_true(is_reminded(&k, "stalled"));
        assert_false(fm_case_is_stalled(k.c, FM_TIME_NONE));
        kit_close(&k);
    }
}

TEST(progress_starts_the_clock_again_and_talk_does_not)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, URGENCY("high"));
    k.clock.at += 50 * FM_MINUTE;
    kit_say(&k, "anything new?", "{'message':'no'}");
    k.clock.at += 20 * FM_MINUTE;
    assert_true(is_overdue(&k));
    kit_add(&k, "new.log", "bb");
    assert_false(is_overdue(&k));
    assert_int_equal(fm_case_resting_since(k.c), k.clock.at);
    kit_close(&k);
}

TEST(an_outage_that_nobody_rated_is_paced_as_critical)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, CHANGES("{'type':'update_verification','verification':{'severity':'CRITICAL',"
                       "'temporal':'ongoing'}}"));
    assert_int_equal(fm_case_pace(k.c, k.clock.at).limit_ns, 15 * FM_MINUTE);
    kit_close(&k);
}

TEST(a_case_that_is_not_investigated_has_no_clock)
{
    struct kit k;
    kit_open(&k, "Later");
    k.clock.at += 30 * FM_DAY;
    assert_true(fm_case_resting_since(k.c) == FM_TIME_NONE);
    assert_false(is_overdue(&k));
    kit_close(&k);
}

TEST(s39_a_wait_stops_the_clock_until_it_is_over)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, URGENCY("critical"));
    kit_do(&k, CHANGES("{'type':'wait','waiting':{'on':'the query','reason':'20 min',"
                       "'until':'2025-11-06T11:00:00Z'}}"));
    k.clock.at = 1762426800LL * FM_SEC; /* 11:00 */
    assert_false(is_overdue(&k));
    assert_false(is_reminded(&k, "wait_over"));
    k.clock.at += FM_MINUTE;
    assert_true(is_reminded(&k, "wait_over"));
    assert_false(is_reminded(&k, "stalled"));
    kit_do(&k, CHANGES("{'type':'intent','intent':{'kind':'unblock'}}"));
    assert_int_equal(fm_case_resting_since(k.c), k.clock.at);
    k.clock.at += 14 * FM_MINUTE;
    assert_false(is_overdue(&k));
    k.clock.at += 2 * FM_MINUTE;
    assert_true(is_overdue(&k));
    kit_close(&k);
}

TEST(a_wait_without_an_end_is_asked_about)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, URGENCY("high"));
    kit_do(&k, CHANGES("{'type':'wait','waiting':{'on':'the vendor'}}"));
    k.clock.at += 3 * FM_HOUR;
    assert_false(is_overdue(&k));
    assert_false(is_reminded(&k, "wait_long"));
    k.clock.at += 2 * FM_HOUR;
    assert_true(is_reminded(&k, "wait_long"));
    kit_close(&k);
}

TEST(a_fruitless_turn_after_the_time_is_up_is_a_stall)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, URGENCY("critical"));
    assert_int_equal(k.c->episodes.n, 0);
    k.clock.at += 30 * FM_MINUTE;
    kit_say(&k, "?", "{'message':'b'}");
    assert_int_equal(k.c->episodes.n, 1);
    assert_int_equal(k.c->episodes.items[0].type, FM_DEGRADED_NO_PROGRESS);
    assert_str(k.c->episodes.items[0].reason,
               "no progress for 32 min; the limit at this urgency is 15 min");
    assert_true(kit_is_advised(&k, FM_ADVICE_CHANGE_APPROACH));
    kit_add(&k, "new.log", "cc");
    assert_true(k.c->episodes.items[0].exited_at != FM_TIME_NONE);
    kit_close(&k);
}

TEST(a_late_turn_with_progress_is_no_stall)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, URGENCY("critical"));
    k.clock.at += 8 * FM_HOUR;
    kit_add(&k, "morning.log", "dd");
    assert_int_equal(k.c->episodes.n, 0);
    kit_close(&k);
}

TEST(what_is_due_is_listed)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, URGENCY("high"));
    kit_do(&k, CHANGES("{'type':'add_solution','handle':'S','solution':{'title':'restart',"
                       "'kind':'mitigation','commands':['systemctl restart app']}},"
                       "{'type':'request_evidence','request':{'label':'heap',"
                       "'description':'a heap dump','priority':'critical'}},"
                       "{'type':'intent','intent':{'kind':'request_escalation','to':'DBA',"
                       "'reason':'locks'}}"));
    kit_do(&k, CHANGES("{'type':'wait','waiting':{'on':'the DBA','until':'2025-11-09T00:00:00Z'}},"
                       "{'type':'update_solution','solution':{'solution_id':'$s0',"
                       "'state':'applied'}}"));
    assert_none_rejected(&k);
    assert_false(is_reminded(&k, "unverified_fix"));
    k.clock.at += 31 * FM_MINUTE;
    assert_true(is_reminded(&k, "unverified_fix"));
    assert_false(is_reminded(&k, "open_request"));
    k.clock.at += 31 * FM_MINUTE;
    assert_true(is_reminded(&k, "open_request"));
    assert_false(is_reminded(&k, "open_escalation"));
    k.clock.at += 4 * FM_HOUR;
    assert_true(is_reminded(&k, "open_escalation"));
    kit_close(&k);
}

TEST(an_action_item_outlives_the_case)
{
    struct kit k;
    kit_investigate(&k);
    kit_do(&k, CHANGES("{'type':'action_item','action':{'text':'alert on the pool','owner':'teun',"
                       "'due':'2025-11-10'}}"));
    kit_do(&k, CHANGES("{'type':'intent','intent':{'kind':'close','reason':'enough',"
                       "'closure':'abandoned'}}"));
    assert_int_equal(k.c->status, FM_CASE_CLOSED);
    k.clock.at = 1762819199LL * FM_SEC; /* 2025-11-10T23:59:59Z */
    assert_false(is_reminded(&k, "overdue_action"));
    k.clock.at += FM_SEC;
    assert_true(is_reminded(&k, "overdue_action"));
    kit_close(&k);
}

TEST(views_say_what_is_due)
{
    struct kit k;
    struct fm_buf b;
    yyjson_val *v;
    kit_investigate(&k);
    kit_do(&k, URGENCY("critical"));
    k.clock.at = fm_case_resting_since(k.c) + 2 * FM_HOUR;
    fm_buf_init(&b, 1 << 22);
    fm_case_view_text(&k.ctx.arena, k.c, k.clock.at, (struct fm_view_style){0}, &b);
    assert_true(fm_str_has(fm_buf_str(&b), FM_STR("\nDue (1)\n  no progress for 2 h")));
    assert_true(fm_str_has(fm_buf_str(&b), FM_STR("\nNext\n  - no progress for 2 h")));
    fm_buf_clear(&b);
    fm_case_view_json(&k.ctx.arena, k.c, k.clock.at, &b);
    assert_int_equal(fm_json_read(&k.ctx, fm_buf_str(&b), &v), FM_OK);
    assert_true(fm_json_get_bool(v, "is_stuck", false));
    assert_int_equal(fm_json_get_i64(fm_json_get(v, "pace"), "rest_s", 0), 7200);
    assert_int_equal(fm_json_get_i64(fm_json_get(v, "pace"), "limit_s", 0), 900);
    assert_int_equal(yyjson_arr_size(fm_json_get(v, "reminders")), 1);
    assert_int_equal(yyjson_arr_size(fm_json_get(v, "warnings")), 1);
    fm_buf_release(&b);
    kit_close(&k);
}
