/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine scripts: a case, a clock that the test moves, seeded ids, and turns written as JSON with '
 * for ". In a script $e0, $h0, $r0, $s0, $c0 stand for the ids of the first evidence item,
 * hypothesis, request, solution, escalation.
 *
 * After every turn the kit folds the whole log again, once from the events and once from their JSON
 * lines, and compares the state byte for byte with the live one.
 */
#ifndef FM_TEST_CASE_KIT_H
#define FM_TEST_CASE_KIT_H

#include "test.h"

#include "faultmaven/core/investigation.h"

struct kit {
    struct fm_ctx ctx;
    struct fm_clock_manual clock;
    struct fm_rng_seeded rng;
    struct fm_engine engine;
    struct fm_case *c;
    struct fm_events log;
    struct fm_turn_result r; /* of the last turn */
    enum fm_code code;
};

static const struct fm_actor alice = {FM_ACTOR_USER, {"alice", 5}};
static const struct fm_actor model = {FM_ACTOR_MODEL, {"script", 6}};

static inline fm_str kit_json(struct kit *k, const struct fm_case *c)
{
    struct fm_buf b;
    fm_buf_init(&b, 64 << 20);
    fm_record_write(&fm_case_type, c, &b);
    for (int i = 1; i < FM_MILESTONE_COUNT; i++)
        fm_record_write(&fm_milestone_type, &c->milestones[i], &b);
    fm_str s = fm_str_dup(&k->ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static inline void kit_log(struct kit *k, const struct fm_events *events)
{
    fm_vec_each (events, e)
        fm_vec_push(&k->ctx.arena, &k->log, *e);
}

static inline void kit_open(struct kit *k, const char *title)
{
    memset(k, 0, sizeof *k);
    fm_clock_manual_init(&k->clock, 1762423200LL * FM_SEC); /* 2025-11-06T10:00:00Z */
    fm_ctx_init(&k->ctx, &k->clock.base);
    fm_rng_seed(&k->rng, 42);
    k->engine = (struct fm_engine){.clock = &k->clock.base, .rng = &k->rng.base};
    struct fm_open_request req = {.actor = alice, .title = fm_str_c(title)};
    struct fm_events events;
    assert_int_equal(fm_case_open(&k->engine, &k->ctx, &req, &k->c, &events), FM_OK);
    kit_log(k, &events);
}

static inline void kit_close(struct kit *k)
{
    fm_ctx_release(&k->ctx);
}

static inline fm_str kit_ref(struct kit *k, char kind, size_t i)
{
    const struct fm_case *c = k->c;
    switch (kind) {
    case 'e':
        return c->evidence.items[i].id;
    case 'h':
        return c->hypotheses.items[i].id;
    case 'r':
        return c->requests.items[i].id;
    case 's':
        return c->solutions.items[i].id;
    default:
        return c->escalations.items[i].id;
    }
}

static inline fm_str kit_text(struct kit *k, const char *script)
{
    struct fm_buf b;
    fm_buf_init(&b, 4 << 20);
    for (const char *p = script; *p; p++) {
        if (*p == '$' && p[1] && p[2] >= '0' && p[2] <= '9') {
            fm_buf_adds(&b, kit_ref(k, p[1], (size_t)(p[2] - '0')));
            p += 2;
        } else {
            fm_buf_addc(&b, *p == '\'' ? '"' : *p);
        }
    }
    fm_str s = fm_str_dup(&k->ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

static inline struct fm_proposal kit_proposal(struct kit *k, const char *script)
{
    struct fm_proposal p = {0};
    yyjson_val *v;
    if (fm_json_read(&k->ctx, kit_text(k, script), &v) != FM_OK ||
        fm_proposal_read(&k->ctx, v, &p) != FM_OK)
        fail_msg("script: %s", k->ctx.error);
    return p;
}

static inline void kit_check_replay(struct kit *k)
{
    struct fm_case *again, *reread;
    struct fm_events read = {0};
    assert_int_equal(fm_case_fold(&k->ctx, &k->log, &again), FM_OK);
    fm_vec_each (&k->log, e) {
        struct fm_buf b;
        yyjson_val *v;
        fm_buf_init(&b, 1 << 22);
        fm_event_write(&k->ctx, e, &b);
        fm_str line = fm_str_dup(&k->ctx.arena, fm_buf_str(&b));
        fm_buf_release(&b);
        if (fm_json_read(&k->ctx, line, &v) != FM_OK ||
            fm_event_read(&k->ctx, v, fm_vec_add(&k->ctx.arena, &read)) != FM_OK)
            fail_msg("event does not read back: %s", k->ctx.error);
    }
    assert_int_equal(fm_case_fold(&k->ctx, &read, &reread), FM_OK);
    fm_str live = kit_json(k, k->c);
    assert_true(fm_str_eq(live, kit_json(k, again)));
    assert_true(fm_str_eq(live, kit_json(k, reread)));
}

struct kit_turn {
    struct fm_actor actor;
    const char *message; /* NULL: none */
    const char *own;     /* the user's typed changes; NULL: none */
    const char *reply;   /* the model's proposal; NULL: none */
    struct fm_upload_items uploads;
};

/* Runs one turn, a minute later than the last. */
static inline enum fm_code kit_run(struct kit *k, struct kit_turn t)
{
    struct fm_proposal own = {0}, reply = {0};
    struct fm_turn_work *w;
    k->clock.at += FM_MINUTE;
    if (t.own)
        own = kit_proposal(k, t.own);
    struct fm_turn_input in = {.actor = t.actor.kind ? t.actor : alice,
                               .message = fm_str_c(t.message),
                               .uploads = t.uploads,
                               .changes = t.own ? &own : NULL};
    fm_ctx_clear_error(&k->ctx);
    k->code = fm_turn_begin(&k->engine, &k->ctx, k->c, &in, &w);
    if (k->code != FM_OK)
        return k->code;
    if (t.reply)
        reply = kit_proposal(k, t.reply);
    k->code = fm_turn_finish(w, t.reply ? &reply : NULL, model, &k->r);
    if (k->code != FM_OK)
        fail_msg("turn: %s", k->ctx.error);
    kit_log(k, &k->r.events);
    kit_check_replay(k);
    return FM_OK;
}

/* The user says something, the model answers. */
static inline void kit_say(struct kit *k, const char *message, const char *reply)
{
    assert_int_equal(kit_run(k, (struct kit_turn){.message = message, .reply = reply}), FM_OK);
}

/* The user states typed changes. */
static inline void kit_do(struct kit *k, const char *own)
{
    assert_int_equal(kit_run(k, (struct kit_turn){.own = own}), FM_OK);
}

/* A file of this content arrives. */
static inline void kit_add(struct kit *k, const char *filename, const char *sha)
{
    struct fm_upload_item u;
    fm_upload_item_init(&u);
    u.filename = fm_str_dup(&k->ctx.arena, fm_str_c(filename));
    u.sha256 = fm_str_dup(&k->ctx.arena, fm_str_c(sha));
    u.size = 100;
    u.summary = fm_str_fmt(&k->ctx.arena, "content of %s", filename);
    u.source = FM_EVIDENCE_SOURCE_LOG_FILE;
    struct kit_turn t = {0};
    fm_vec_push(&k->ctx.arena, &t.uploads, u);
    assert_int_equal(kit_run(k, t), FM_OK);
}

/* A case under investigation with a confirmed statement and one log file as evidence. */
static inline void kit_investigate(struct kit *k)
{
    kit_open(k, "Checkout fails");
    kit_add(k, "app.log", "aa");
    kit_do(k, "{'changes':[{'type':'propose_statement','statement':{'text':'30% of checkouts fail "
              "since 09:40'}},"
              "{'type':'intent','intent':{'kind':'confirm_statement'}},"
              "{'type':'intent','intent':{'kind':'investigate'}}]}");
    assert_int_equal(k->c->status, FM_CASE_INVESTIGATING);
}

#define assert_rejected(k, part) kit_assert_rejected((k), (part), __FILE__, __LINE__)
static inline void kit_assert_rejected(struct kit *k, const char *part, const char *file, int line)
{
    fm_vec_each (&k->r.turn->rejected, x)
        if (fm_str_has(x->reason, fm_str_c(part)))
            return;
    print_error("nothing was rejected with \"%s\"; rejections: %zu\n", part, k->r.turn->rejected.n);
    fm_vec_each (&k->r.turn->rejected, x)
        print_error("  %.*s: %.*s\n", FM_STR_ARG(x->change), FM_STR_ARG(x->reason));
    _fail(file, line);
}

#define assert_none_rejected(k) kit_assert_none_rejected((k), __FILE__, __LINE__)
static inline void kit_assert_none_rejected(struct kit *k, const char *file, int line)
{
    if (!k->r.turn->rejected.n)
        return;
    fm_vec_each (&k->r.turn->rejected, x)
        print_error("rejected: %.*s: %.*s\n", FM_STR_ARG(x->change), FM_STR_ARG(x->reason));
    _fail(file, line);
}

static inline bool kit_is_advised(const struct kit *k, enum fm_advice_kind kind)
{
    fm_vec_each (&k->c->advice, a)
        if (a->kind == kind && a->turn == k->c->current_turn)
            return true;
    return false;
}

#endif
