/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "diagnosis/reasoners.h"

struct fixture {
    struct fm_ctx ctx;
    struct fm_incident in;
    struct fm_hypotheses h;
    struct fm_evidence e;
    struct fm_diagnosis d;
};

static void setup(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    fm_ctx_init(&f->ctx, &fm_clock_system);
    fm_incident_init(&f->in, &f->ctx, NULL);
    f->e = (struct fm_evidence){.path = FM_STR("a.log"),
                                .bytes = FM_STR("state is bad\nall is well\n"),
                                .type = FM_EVIDENCE_LOG};
    fm_vec_push(&f->ctx.arena, &f->in.inputs, &f->e);
    f->h = (struct fm_hypotheses){.in = &f->in, .recovered_at = FM_TIME_NONE};
    f->d.onset = FM_TIME_NONE;
}

static struct fm_cause *propose(struct fixture *f, const char *name, enum fm_fault fault,
                                double strength)
{
    struct fm_cause *c = fm_propose(&f->h, (struct fm_entity){FM_ENTITY_SERVICE, fm_str_c(name)},
                                    fault, strength, NULL);
    c->statement = fm_str_fmt(&f->ctx.arena, "%s is at fault", name);
    fm_cause_support(&f->h, c, fm_evidence_line_span(&f->e, 0), "the state is bad");
    return c;
}

static enum fm_verdict conclude(struct fixture *f)
{
    fm_rank(&f->h);
    fm_conclude(&f->h, &f->d);
    enum fm_verdict v = f->d.verdict;
    return v;
}

TEST(a_strong_cause_without_a_rival_is_found)
{
    struct fixture f;
    setup(&f);
    propose(&f, "mill", FM_FAULT_RUNTIME_OOM_KILLED, 0.92);
    assert_int_equal(conclude(&f), FM_VERDICT_ROOT_CAUSE_FOUND);
    assert_true(f.d.causes.items[0]->likelihood > 0.9);
    assert_str(f.d.affected.items[0].name, "mill");
    fm_ctx_release(&f.ctx);
}

TEST(a_close_rival_makes_it_probable)
{
    struct fixture f;
    setup(&f);
    propose(&f, "mill", FM_FAULT_RUNTIME_OOM_KILLED, 0.92);
    propose(&f, "lathe", FM_FAULT_NETWORK_DELAY, 0.90);
    assert_int_equal(conclude(&f), FM_VERDICT_PROBABLE_CAUSE);
    assert_str(f.d.causes.items[0]->entity.name, "mill");
    fm_ctx_release(&f.ctx);
}

TEST(an_effect_is_no_rival)
{
    struct fixture f;
    setup(&f);
    struct fm_cause *c = propose(&f, "mill", FM_FAULT_RUNTIME_OOM_KILLED, 0.92);
    propose(&f, "lathe", FM_FAULT_NETWORK_TIMEOUT, 0.90);
    fm_vec_push(&f.ctx.arena, &c->affects,
                fm_incident_entity(&f.in, FM_ENTITY_SERVICE, FM_STR("lathe")));
    assert_int_equal(conclude(&f), FM_VERDICT_ROOT_CAUSE_FOUND);
    assert_int_equal(f.d.chain.n, 2);
    assert_true(f.d.chain.items[1].is_assumed); /* nothing observed at the lathe */
    fm_ctx_release(&f.ctx);
}

TEST(no_cause_and_no_good_state_is_inconclusive_and_says_what_is_missing)
{
    struct fixture f;
    setup(&f);
    assert_int_equal(conclude(&f), FM_VERDICT_INCONCLUSIVE);
    assert_true(f.d.missing.n > 0);
    assert_int_equal(f.d.causes.n, 0);
    fm_ctx_release(&f.ctx);
}

TEST(a_good_state_without_a_cause_is_healthy)
{
    struct fixture f;
    setup(&f);
    fm_state_good(&f.h, fm_evidence_line_span(&f.e, 14), "all is well");
    assert_int_equal(conclude(&f), FM_VERDICT_HEALTHY);
    fm_ctx_release(&f.ctx);
}

TEST(a_weak_candidate_is_listed_but_not_asserted)
{
    struct fixture f;
    setup(&f);
    propose(&f, "mill", FM_FAULT_NETWORK_DELAY, 0.55);
    assert_int_equal(conclude(&f), FM_VERDICT_INCONCLUSIVE);
    assert_int_equal(f.d.causes.n, 1);
    assert_true(f.d.causes.items[0]->likelihood < 0.5);
    assert_int_equal(f.d.affected.n, 0);
    fm_ctx_release(&f.ctx);
}

TEST(recovery_after_the_onset_ends_the_incident)
{
    struct fixture f;
    setup(&f);
    struct fm_cause *c = propose(&f, "mill", FM_FAULT_RUNTIME_OOM_KILLED, 0.92);
    c->onset = 100 * FM_SEC;
    fm_state_recovered(&f.h, 200 * FM_SEC, fm_evidence_line_span(&f.e, 14), "all is well");
    assert_int_equal(conclude(&f), FM_VERDICT_RECOVERED);
    fm_ctx_release(&f.ctx);
}

TEST(the_same_failure_seen_twice_is_one_cause)
{
    struct fixture f;
    setup(&f);
    propose(&f, "mill", FM_FAULT_RUNTIME_OOM_KILLED, 0.70);
    propose(&f, "mill", FM_FAULT_RUNTIME_OOM_KILLED, 0.92);
    assert_int_equal(f.h.causes.n, 1);
    assert_true(f.h.causes.items[0]->strength > 0.91);
    fm_ctx_release(&f.ctx);
}
