/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "case_kit.h"

#include "faultmaven/core/case_view.h"

#define CHANGES(...) "{'changes':[" __VA_ARGS__ "]}"

/* An investigation with a cause and an applied remediation. */
static void investigate(struct kit *k, const char *confidence)
{
    char script[400];
    kit_investigate(k);
    snprintf(
        script, sizeof script,
        CHANGES("{'type':'set_milestone','milestone':{'name':'symptom_verified','cites':"
                "[{'evidence_id':'$e0'}]}},{'type':'root_cause','root_cause':{'statement':"
                "'pool','mechanism':'waits','confidence':%s,'method':'direct_analysis','cites':"
                "[{'evidence_id':'$e0'}]}}"),
        confidence);
    kit_do(k, script);
    assert_none_rejected(k);
    kit_do(k,
           CHANGES("{'type':'add_solution','handle':'S','solution':{'title':'raise','kind':"
                   "'remediation','commands':['x']}},"
                   "{'type':'update_solution','solution':{'solution_id':'S','state':'applied'}}"));
    assert_none_rejected(k);
    assert_int_equal(k->c->root_causes.n, 1);
}

static void end(struct kit *k, const char *state)
{
    char script[200];
    kit_add(k, "after.csv", "after");
    snprintf(script, sizeof script,
             CHANGES("{'type':'update_solution','solution':{'solution_id':'$s0',%s}}"), state);
    kit_do(k, script);
    assert_none_rejected(k);
    kit_do(k, CHANGES("{'type':'intent','intent':{'kind':'close','closure':'abandoned','reason':"
                      "'x'}}"));
    assert_true(fm_case_is_terminal(k->c));
}

#define VERIFIED "'state':'verified','effectiveness':1,'method':'m','evidence_id':'$e1'"
#define FAILED "'state':'failed','reason':'still slow'"

TEST(an_ended_case_counts_by_what_became_of_its_cause)
{
    static const struct {
        const char *state;
        int64_t right;
    } cases[] = {{VERIFIED, 1}, {FAILED, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_calibration c = {0};
        struct kit k;
        investigate(&k, "0.92");
        fm_calibration_add_case(&c, k.c);
        assert_int_equal(c.stated[FM_LEVEL_VERIFIED] + c.untold, 0); /* it has not ended */
        end(&k, cases[i].state);
        fm_calibration_add_case(&c, k.c);
        assert_int_equal(c.stated[FM_LEVEL_VERIFIED], 1);
        assert_int_equal(c.right[FM_LEVEL_VERIFIED], cases[i].right);
        assert_true(fabs(fm_calibration_gap(&c, FM_LEVEL_VERIFIED) -
                         (0.92 - (double)cases[i].right)) < 1e-9);
        kit_close(&k);
    }
}

TEST(a_case_without_a_told_outcome_is_not_counted)
{
    struct fm_calibration c = {0};
    struct kit k;
    investigate(&k, "0.92");
    kit_do(&k, CHANGES("{'type':'intent','intent':{'kind':'close','closure':'abandoned','reason':"
                       "'x'}}"));
    fm_calibration_add_case(&c, k.c);
    assert_int_equal(c.untold, 1);
    assert_true(fm_calibration_brier(&c) < 0);
    kit_close(&k);
}

TEST(a_band_that_states_too_much_is_off)
{
    struct fm_calibration c = {0};
    for (int i = 0; i < 10; i++) {
        assert_false(fm_calibration_is_off(&c, FM_LEVEL_CONFIDENT));
        fm_calibration_add(&c, 0.8, i % 2);
    }
    assert_true(fm_calibration_is_off(&c, FM_LEVEL_CONFIDENT));
    assert_true(fabs(fm_calibration_brier(&c) - (0.04 + 0.64) / 2) < 1e-9);
    for (int i = 0; i < 10; i++)
        fm_calibration_add(&c, 0.8, true);
    assert_false(fm_calibration_is_off(&c, FM_LEVEL_CONFIDENT));
}

TEST(views_show_every_band)
{
    struct fm_calibration c = {0};
    struct fm_ctx ctx;
    struct fm_buf b;
    yyjson_val *v;
    for (int i = 0; i < 10; i++)
        fm_calibration_add(&c, 0.95, i < 5);
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_buf_init(&b, 1 << 16);
    fm_calibration_view(&c, true, &b);
    assert_int_equal(fm_json_read(&ctx, fm_buf_str(&b), &v), FM_OK);
    assert_int_equal(yyjson_arr_size(fm_json_get(v, "bands")), FM_LEVEL_COUNT - 1);
    fm_buf_clear(&b);
    fm_calibration_view(&c, false, &b);
    assert_true(
        fm_str_has(fm_buf_str(&b), FM_STR("verified         10     0.95     0.50   +0.45  off\n")));
    fm_buf_release(&b);
    fm_ctx_release(&ctx);
}
