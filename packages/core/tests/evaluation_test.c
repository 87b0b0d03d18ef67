/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <math.h>

#include "faultmaven/core/evaluation.h"

static const char log_text[] = "all is well\nmill: pool exhausted (4/4)\n";

static bool find(struct fm_eval_files *f, fm_str path, size_t i, fm_str *bytes, bool *is_baseline)
{
    (void)f;
    *bytes = fm_str_c(log_text);
    *is_baseline = false;
    return i == 0 && fm_str_eqc(path, "app.log");
}

#define ANSWER(verdict, name, fault, offset, quote)                                                \
    "{\"schema\":\"faultmaven.diagnosis/1\",\"verdict\":\"" verdict                                \
    "\",\"summary\":\"the pool is exhausted\","                                                    \
    "\"causes\":[{\"rank\":1,\"statement\":\"pool "                                                \
    "exhausted\",\"mechanism\":\"\",\"location\":\"\",\"entity\":{\"kind\":\"service\",\"name\":"  \
    "\"" name "\"},\"fault\":\"" fault "\",\"change\":null,\"likelihood\":0.9,"                    \
    "\"supports\":[{\"text\":\"t\",\"cite\":{\"path\":\"app.log\",\"offset\":" offset              \
    ",\"length\":26,\"line\":2,\"quote\":\"" quote "\"}}]}],"                                      \
    "\"affected\":[\"mill\",\"saw\"],\"checks\":{\"citations\":1,\"failed\":0}}"

#define GOOD                                                                                       \
    ANSWER("root_cause_found", "Service/Mill", "database.pool_exhausted", "12",                    \
           "mill: pool exhausted (4/4)")

static const char expectation[] =
    "id: a\nexpect:\n  verdict: [root_cause_found]\n  facts: [\"4/4|full\"]\n  entity: [mill]\n"
    "  fault: [database.pool_exhausted]\n  change: [none]\n  blast_radius: [saw]\n  forbid: "
    "[leak]\n"
    "  cite: [{path: app.log, lines: [2, 2]}]\n";

static struct fm_ctx ctx;

static struct fm_eval_result score(const char *yaml, const char *answer, int status)
{
    struct fm_eval_case c;
    struct fm_eval_result r;
    struct fm_eval_run run = {.status = status};
    struct fm_eval_files files = {find};
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(fm_eval_case_read(&ctx, fm_str_c(yaml), &c), FM_OK);
    assert_int_equal(fm_eval_score(&ctx, &c, &run, fm_str_c(answer), &files, &r), FM_OK);
    return r;
}

TEST(a_right_answer_passes)
{
    struct fm_eval_result r = score(expectation, GOOD, 0);
    assert_int_equal(r.why.n, 0);
    assert_int_equal(r.entity_rank, 1);
    assert_int_equal(r.joint_rank, 1);
    assert_true(r.is_right);
    assert_true(fabs(r.jaccard - 1) < 1e-9);
    assert_int_equal(r.citations, 1);
    fm_ctx_release(&ctx);
}

TEST(each_wrong_part_is_named)
{
    static const struct {
        const char *answer, *why;
    } rows[] = {
        {ANSWER("healthy", "mill", "database.pool_exhausted", "12", "mill: pool exhausted (4/4)"),
         "verdict"},
        {ANSWER("root_cause_found", "saw", "database.pool_exhausted", "12",
                "mill: pool exhausted (4/4)"),
         "entity"},
        {ANSWER("root_cause_found", "mill", "database.deadlock", "12",
                "mill: pool exhausted (4/4)"),
         "fault"},
        {ANSWER("root_cause_found", "mill", "database.pool_exhausted", "11",
                "mill: pool exhausted (4/4)"),
         "false citation"},
        {ANSWER("root_cause_found", "mill", "database.pool_exhausted", "12",
                "mill: pool exhausted (5/5)"),
         "false citation"},
        {"{\"schema\":\"other\"}", "unknown schema"},
        {"not json", "bad JSON"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_eval_result r = score(expectation, rows[i].answer, 0);
        assert_true(r.why.n > 0);
        assert_true(fm_str_starts(r.why.items[0], fm_str_c(rows[i].why)));
        fm_ctx_release(&ctx);
    }
}

TEST(a_crash_is_a_failure)
{
    struct fm_eval_result r = score(expectation, "", 139);
    assert_int_equal(r.why.n, 1);
    assert_false(r.is_right);
    fm_ctx_release(&ctx);
}

TEST(a_cause_on_a_quiet_case_is_a_false_alarm)
{
    struct fm_eval_result r =
        score("id: q\nexpect:\n  verdict: [healthy, inconclusive]\n", GOOD, 0);
    assert_true(r.is_quiet);
    assert_true(r.is_false_alarm);
    assert_true(r.is_invented);
    fm_ctx_release(&ctx);
}

TEST(forbidden_words_count_only_in_asserted_causes)
{
    struct fm_eval_result r = score("id: f\nexpect:\n  forbid: [\"pool\"]\n", GOOD, 0);
    assert_int_equal(r.why.n, 1);
    fm_ctx_release(&ctx);
}

TEST(the_summary_adds_up)
{
    struct fm_eval_results rows = {0};
    struct fm_eval_summary s;
    struct fm_eval_result good = score(expectation, GOOD, 0);
    struct fm_eval_result bad = good;
    struct fm_arena a;
    fm_arena_init(&a);
    bad.is_right = false;
    bad.entity_rank = 2;
    bad.joint_rank = 0;
    fm_vec_push(&a, &bad.why, FM_STR("entity"));
    fm_vec_push(&a, &rows, good);
    fm_vec_push(&a, &rows, bad);
    fm_eval_summarize(&a, FM_STR("s"), FM_STR("entity"), &rows, &s);
    assert_int_equal(s.cases, 2);
    assert_int_equal(s.passed, 1);
    assert_int_equal(s.at[1].n, 1);
    assert_int_equal(s.at[3].n, 2);
    assert_int_equal(s.joint[5].n, 1);
    assert_int_equal(s.primary_score.n, 1);
    assert_true(fabs(s.brier - (0.1 * 0.1 + 0.9 * 0.9) / 2) < 1e-9);
    assert_true(fabs(s.calibration_error - 0.4) < 1e-9);
    fm_arena_release(&a);
    fm_ctx_release(&ctx);
}
