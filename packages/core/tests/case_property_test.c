/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random proposals, half of them nonsense: whatever is accepted keeps every invariant of a case,
 * and the log replays to the same bytes (the kit checks that after each turn). Any prefix of a log
 * folds.
 */
#include "case_kit.h"

#include "faultmaven/core/confidence.h"

struct maker {
    struct kit *k;
    struct fm_rng_seeded rng;
    struct fm_proposal p;
    int handles;
};

static unsigned pick(struct maker *m, unsigned n)
{
    return (unsigned)fm_rng_below(&m->rng.base, n);
}

static fm_str some_handle(struct maker *m)
{
    return fm_str_fmt(&m->k->ctx.arena, "X%d", m->handles++);
}

#define SOME_ID(m, vec)                                                                            \
    (pick((m), 8) == 0 || !(m)->k->c->vec.n                                                        \
         ? fm_str_fmt(&(m)->k->ctx.arena, "X%u", pick((m), 20))                                    \
         : (m)->k->c->vec.items[pick((m), (unsigned)(m)->k->c->vec.n)].id)

static void *add(struct maker *m, enum fm_change_type type)
{
    return fm_proposal_add(&m->k->ctx.arena, &m->p, type, some_handle(m));
}

static void add_cites(struct maker *m, struct fm_cites *cites)
{
    for (unsigned i = pick(m, 3); i > 0; i--)
        fm_vec_push(&m->k->ctx.arena, cites, (struct fm_cite){.evidence_id = SOME_ID(m, evidence)});
}

static fm_str words(struct maker *m)
{
    return fm_str_fmt(&m->k->ctx.arena, "text %u", pick(m, 30));
}

static void make_finding(struct maker *m)
{
    if (pick(m, 2)) {
        struct fm_hypothesis *b = add(m, FM_CHANGE_ADD_HYPOTHESIS);
        b->statement = words(m);
        b->category = 1 + pick(m, 9);
        b->mode = pick(m, 4);
        b->initial_likelihood = fm_rng_unit(&m->rng.base);
        return;
    }
    struct fm_link *b = add(m, FM_CHANGE_LINK);
    b->hypothesis_id = SOME_ID(m, hypotheses);
    b->evidence_id = SOME_ID(m, evidence);
    b->stance = 1 + pick(m, 6);
    b->completeness = fm_rng_unit(&m->rng.base);
}

static void make_fact(struct maker *m)
{
    struct fm_milestone *b = add(m, FM_CHANGE_SET_MILESTONE);
    b->name = 1 + pick(m, 9);
    b->status = pick(m, 5);
    b->confidence = fm_rng_unit(&m->rng.base);
    b->method = pick(m, 5);
    b->reason = pick(m, 2) ? words(m) : FM_STR_NULL;
    add_cites(m, &b->cites);
}

static void make_cause(struct maker *m)
{
    struct fm_root_cause *b = add(m, FM_CHANGE_ROOT_CAUSE);
    b->statement = words(m);
    b->mechanism = pick(m, 4) ? words(m) : FM_STR_NULL;
    b->confidence = fm_rng_unit(&m->rng.base);
    b->method = pick(m, 5);
    b->role = pick(m, 4);
    b->hypothesis_id = pick(m, 2) ? SOME_ID(m, hypotheses) : FM_STR_NULL;
    add_cites(m, &b->cites);
}

static void make_solution(struct maker *m)
{
    if (pick(m, 2)) {
        struct fm_solution *b = add(m, FM_CHANGE_ADD_SOLUTION);
        b->title = words(m);
        b->kind = pick(m, 3);
        b->immediate_action = pick(m, 3) ? words(m) : FM_STR_NULL;
        b->hypothesis_id = pick(m, 2) ? SOME_ID(m, hypotheses) : FM_STR_NULL;
        return;
    }
    struct fm_solution_change *b = add(m, FM_CHANGE_UPDATE_SOLUTION);
    b->solution_id = SOME_ID(m, solutions);
    b->state = 1 + pick(m, 7);
    b->reason = pick(m, 2) ? words(m) : FM_STR_NULL;
    b->evidence_id = pick(m, 2) ? SOME_ID(m, evidence) : FM_STR_NULL;
    b->effectiveness = pick(m, 2) ? fm_rng_unit(&m->rng.base) : FM_UNIT_NONE;
}

static void make_request(struct maker *m)
{
    if (pick(m, 2)) {
        struct fm_evidence_request *b = add(m, FM_CHANGE_REQUEST_EVIDENCE);
        b->description = words(m);
        b->priority = pick(m, 4);
        b->hypothesis_id = pick(m, 2) ? SOME_ID(m, hypotheses) : FM_STR_NULL;
        return;
    }
    struct fm_answer *b = add(m, FM_CHANGE_ANSWER_REQUEST);
    b->request_id = SOME_ID(m, requests);
    b->completeness = fm_rng_unit(&m->rng.base);
    b->unavailable = pick(m, 3) == 0;
}

static void make_case_change(struct maker *m)
{
    struct fm_intent *i;
    struct fm_loop_back *l;
    struct fm_verification *v;
    struct fm_hypothesis_change *h;
    switch (pick(m, 5)) {
    case 0:
        i = add(m, FM_CHANGE_INTENT);
        i->kind = 1 + pick(m, FM_INTENT_COUNT - 1);
        i->closure = pick(m, 7);
        i->basis = pick(m, 3);
        i->reason = pick(m, 2) ? words(m) : FM_STR_NULL;
        return;
    case 1:
        l = add(m, FM_CHANGE_LOOP_BACK);
        l->kind = 1 + pick(m, 3);
        l->reason = words(m);
        return;
    case 2:
        v = add(m, FM_CHANGE_UPDATE_VERIFICATION);
        v->temporal = pick(m, 5);
        v->urgency = pick(m, 6);
        v->severity = pick(m, 6);
        v->started_at = (fm_time)pick(m, 1000);
        v->noticed_at = (fm_time)pick(m, 1000);
        return;
    case 3:
        h = add(m, FM_CHANGE_UPDATE_HYPOTHESIS);
        h->hypothesis_id = SOME_ID(m, hypotheses);
        h->status = 1 + pick(m, 6);
        h->reason = words(m);
        return;
    default:
        ((struct fm_waiting *)add(m, FM_CHANGE_WAIT))->on = words(m);
    }
}

static void make_evidence(struct maker *m)
{
    struct fm_evidence_item *b = add(m, FM_CHANGE_ADD_EVIDENCE);
    b->summary = words(m);
    b->extract = pick(m, 2) ? FM_STR("hello") : FM_STR_NULL;
    b->source = pick(m, 13);
}

static void make_proposal(struct maker *m)
{
    static void (*const makers[])(struct maker *) = {make_finding,  make_finding,    make_fact,
                                                     make_cause,    make_solution,   make_request,
                                                     make_evidence, make_case_change};
    m->p = (struct fm_proposal){0};
    fm_record_init(&fm_provenance_type, &m->p.provenance);
    m->handles = 0;
    for (unsigned n = 1 + pick(m, 6); n > 0; n--)
        makers[pick(m, sizeof makers / sizeof makers[0])](m);
}

/* ---- invariants ---- */

static void check_status(const struct fm_case *c)
{
    bool is_over = fm_case_is_terminal(c);
    assert_int_equal(is_over, c->closed_at != FM_TIME_NONE);
    assert_int_equal(is_over, c->closure != FM_CLOSURE_NONE);
    assert_int_equal(c->status == FM_CASE_RESOLVED, c->resolved_at != FM_TIME_NONE);
    if (c->status == FM_CASE_INVESTIGATING)
        assert_true(c->description.len && c->consulting.confirmed && c->consulting.investigate);
    fm_vec_each (&c->status_history, s)
        assert_true(fm_status_allowed(s->from, s->to));
    if (is_over)
        assert_null(fm_case_episode(c));
    int running = 0;
    fm_vec_each (&c->episodes, e)
        running += e->exited_at == FM_TIME_NONE;
    assert_true(running <= 1);
}

static void check_facts(const struct fm_case *c)
{
    const struct fm_verification *v = &c->verification;
    if (v->started_at != FM_TIME_NONE && v->noticed_at != FM_TIME_NONE)
        assert_true(v->started_at <= v->noticed_at);
    for (enum fm_milestone_name m = FM_MILESTONE_SYMPTOM_VERIFIED;
         m <= FM_MILESTONE_ROOT_CAUSE_IDENTIFIED; m++)
        if (fm_case_has(c, m))
            assert_true(c->milestones[m].cites.n > 0);
    if (fm_case_has(c, FM_MILESTONE_SOLUTION_VERIFIED))
        assert_true(fm_case_has(c, FM_MILESTONE_SOLUTION_APPLIED));
    if (fm_case_has(c, FM_MILESTONE_SOLUTION_APPLIED))
        assert_true(fm_case_has(c, FM_MILESTONE_SOLUTION_PROPOSED));
    fm_vec_each (&c->root_causes, r) {
        assert_int_equal(r->level, fm_confidence_band(r->confidence));
        assert_true(r->mechanism.len && r->cites.n && r->method);
    }
    assert_true(c->loop_backs.n <= 3);
}

static void check_findings(const struct fm_case *c)
{
    fm_vec_each (&c->hypotheses, h)
        assert_true(h->likelihood >= 0.0 && h->likelihood <= 1.0 && h->status);
    fm_vec_each (&c->links, l) {
        assert_non_null(fm_case_find(c, FM_REF_HYPOTHESIS, l->hypothesis_id));
        assert_non_null(fm_case_find(c, FM_REF_EVIDENCE, l->evidence_id));
        assert_true(l->stance != FM_STANCE_IRRELEVANT);
    }
    fm_vec_each (&c->solutions, s)
        assert_int_equal(s->verified_at != FM_TIME_NONE, s->effectiveness >= 0.0);
    fm_vec_each (&c->requests, r)
        assert_true(r->ask_count <= 2 && r->completeness <= 1.0);
    for (size_t i = 0; i < c->turns.n; i++)
        assert_int_equal(c->turns.items[i].number, i + 1);
    assert_int_equal(c->current_turn, c->turns.n);
}

static void check_all(const struct fm_case *c)
{
    check_status(c);
    check_facts(c);
    check_findings(c);
}

static void run_turn(struct maker *m)
{
    struct fm_turn_work *w;
    struct kit *k = m->k;
    bool is_user = pick(m, 2);
    make_proposal(m);
    k->clock.at += FM_MINUTE;
    struct fm_turn_input in = {
        .actor = alice, .message = FM_STR("hello"), .changes = is_user ? &m->p : NULL};
    fm_ctx_clear_error(&k->ctx);
    if (fm_turn_begin(&k->engine, &k->ctx, k->c, &in, &w) != FM_OK ||
        fm_turn_finish(w, is_user ? NULL : &m->p, model, &k->r) != FM_OK)
        fail_msg("turn: %s", k->ctx.error);
    kit_log(k, &k->r.events);
    kit_check_replay(k);
    check_all(k->c);
}

TEST(random_proposals_keep_every_invariant)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct kit k;
        struct maker m = {.k = &k};
        fm_rng_seed(&m.rng, seed);
        kit_investigate(&k);
        for (int i = 0; i < 25; i++)
            run_turn(&m);
        kit_close(&k);
    }
}

TEST(s65_any_prefix_of_a_log_folds_to_a_sound_case)
{
    struct kit k;
    struct maker m = {.k = &k};
    fm_rng_seed(&m.rng, 7);
    kit_investigate(&k);
    for (int i = 0; i < 20; i++)
        run_turn(&m);
    for (size_t n = 1; n <= k.log.n; n++) {
        struct fm_events prefix = {k.log.items, n, n};
        struct fm_case *c;
        assert_int_equal(fm_case_fold(&k.ctx, &prefix, &c), FM_OK);
        assert_int_equal(c->version, n);
    }
    struct fm_events gap = {k.log.items + 1, k.log.n - 1, k.log.n - 1};
    struct fm_case *c;
    assert_int_equal(fm_case_fold(&k.ctx, &gap, &c), FM_EINVAL);
    kit_close(&k);
}

/* The log of an investigation, as the lines that are stored. */
static fm_str run_script(struct fm_arena *keep, uint64_t seed)
{
    struct kit k;
    struct maker m = {.k = &k};
    struct fm_buf b;
    fm_rng_seed(&m.rng, seed);
    kit_investigate(&k);
    for (int i = 0; i < 15; i++)
        run_turn(&m);
    fm_buf_init(&b, 64 << 20);
    fm_vec_each (&k.log, e)
        fm_event_write(&k.ctx, e, &b);
    fm_str s = fm_str_dup(keep, fm_buf_str(&b));
    fm_buf_release(&b);
    kit_close(&k);
    return s;
}

TEST(s65_the_same_turns_at_the_same_times_give_the_same_bytes)
{
    struct fm_arena keep;
    fm_arena_init(&keep);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        fm_str first = run_script(&keep, seed);
        assert_true(first.len > 1000);
        assert_true(fm_str_eq(first, run_script(&keep, seed)));
    }
    assert_false(fm_str_eq(run_script(&keep, 1), run_script(&keep, 2)));
    fm_arena_release(&keep);
}
