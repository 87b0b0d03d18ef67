/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "diagnosis/reasoners.h"

/* One input, one cause, checked. */
struct fixture {
    struct fm_ctx ctx;
    struct fm_incident in;
    struct fm_hypotheses h;
    struct fm_evidence e;
    struct fm_diagnosis d;
    struct fm_cause *c;
};

static const char log_text[] =
    "09:12 pool size 40\n09:13 pool exhausted (4/4), waiting=57\n\xFF\xFE broken\n";

static void setup(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    fm_ctx_init(&f->ctx, &fm_clock_system);
    fm_incident_init(&f->in, &f->ctx, NULL);
    f->e = (struct fm_evidence){.path = FM_STR("app.log"), .bytes = fm_str_c(log_text)};
    fm_vec_push(&f->ctx.arena, &f->in.inputs, &f->e);
    f->h = (struct fm_hypotheses){.in = &f->in, .recovered_at = FM_TIME_NONE};
    f->c = fm_propose(&f->h, (struct fm_entity){FM_ENTITY_SERVICE, FM_STR("mill")},
                      FM_FAULT_DATABASE_POOL_EXHAUSTED, 0.9, NULL);
    f->c->statement = FM_STR("The pool of mill is exhausted");
}

static fm_span line_at(struct fixture *f, size_t offset)
{
    return fm_evidence_line_span(&f->e, offset);
}

static void check(struct fixture *f)
{
    fm_vec_push(&f->ctx.arena, &f->d.causes, f->c);
    fm_check_citations(&f->in, &f->d);
}

static void teardown(struct fixture *f)
{
    fm_ctx_release(&f->ctx);
}

TEST(a_claim_that_its_span_bears_out_stays)
{
    struct fixture f;
    setup(&f);
    fm_cause_support(&f.h, f.c, line_at(&f, 20), "57 requests wait: \"exhausted (4/4)\"");
    check(&f);
    assert_int_equal(f.c->supports.n, 1);
    assert_int_equal(f.d.citations, 1);
    assert_int_equal(f.d.citations_failed, 0);
    teardown(&f);
}

TEST(a_number_that_stands_nowhere_does_not_get_out)
{
    struct fixture f;
    setup(&f);
    fm_cause_support(&f.h, f.c, line_at(&f, 20), "58 requests wait");
    check(&f);
    assert_int_equal(f.c->supports.n, 0);
    assert_int_equal(f.d.citations_failed, 1);
    teardown(&f);
}

TEST(a_quote_that_stands_nowhere_does_not_get_out)
{
    struct fixture f;
    setup(&f);
    fm_cause_support(&f.h, f.c, line_at(&f, 20), "it says \"pool is full\"");
    check(&f);
    assert_int_equal(f.c->supports.n, 0);
    teardown(&f);
}

TEST(a_computed_number_may_be_stated)
{
    struct fixture f;
    setup(&f);
    fm_str times = fm_computed(&f.h, f.c, "%.1f", 10.0);
    fm_cause_support(&f.h, f.c, line_at(&f, 20), "the pool is %.*s times smaller",
                     FM_STR_ARG(times));
    check(&f);
    assert_int_equal(f.c->supports.n, 1);
    teardown(&f);
}

TEST(spans_outside_the_input_or_not_utf8_fail)
{
    struct fixture f;
    setup(&f);
    fm_cause_support(&f.h, f.c, (fm_span){.offset = 1u << 20, .length = 4}, "outside");
    fm_cause_support(&f.h, f.c, (fm_span){.offset = 10, .length = 4000}, "too long");
    fm_cause_support(&f.h, f.c, (fm_span){.offset = 0, .length = 4, .evidence = 7},
                     "no such input");
    fm_cause_support(&f.h, f.c, line_at(&f, sizeof log_text - 4), "bytes that are no text");
    check(&f);
    assert_int_equal(f.c->supports.n, 0);
    assert_int_equal(f.d.citations_failed, 4);
    teardown(&f);
}

TEST(a_statement_with_an_invented_number_is_replaced)
{
    struct fixture f;
    setup(&f);
    f.c->statement = FM_STR("The pool of mill shrank to 3 connections");
    fm_cause_support(&f.h, f.c, line_at(&f, 20), "waiting=57");
    check(&f);
    assert_str(f.c->statement, "mill: database.pool_exhausted");
    assert_int_equal(f.d.citations_failed, 1);
    teardown(&f);
}

TEST(numbers_inside_names_are_no_claims)
{
    struct fixture f;
    setup(&f);
    f.c->statement = FM_STR("The pool of mill-v2 is exhausted");
    fm_cause_support(&f.h, f.c, line_at(&f, 20), "waiting=57");
    check(&f);
    assert_str(f.c->statement, "The pool of mill-v2 is exhausted");
    teardown(&f);
}
