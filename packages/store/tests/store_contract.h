/* SPDX-License-Identifier: Apache-2.0 */
/* The contract itself; the including file sets contract_location (NULL: SQLite). */
#ifndef FM_TEST_STORE_CONTRACT_H
#define FM_TEST_STORE_CONTRACT_H

#include <pthread.h>

#include "store_kit.h"

static const char *contract_location;
static bool is_contract_skipped;

#define OPEN(w)                                                                                    \
    if (is_contract_skipped)                                                                       \
        skip();                                                                                    \
    world_open((w), contract_location)

static fm_str state_of(struct world *w, const struct fm_case *c)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 24);
    fm_record_write(&fm_case_type, c, &b);
    fm_str s = fm_str_dup(&w->ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

/* A case that used most kinds of events. */
static fm_str busy_case(struct world *w)
{
    struct fm_case_answer a;
    fm_str id = world_case(w, alice, "Checkout fails");
    assert_int_equal(world_add(w, id, "app.log", "ERROR pool exhausted", &a), FM_OK);
    assert_int_equal(world_do(w, alice, id, CONFIRM, &a), FM_OK);
    assert_int_equal(world_do(w, alice, id,
                              "{'changes':[{'type':'add_evidence','handle':'E','evidence':{'"
                              "summary':'users complain'}},"
                              "{'type':'add_hypothesis','handle':'H','hypothesis':{'statement':'"
                              "pool too small','category':'config',"
                              "'mode':'systematic'}},{'type':'link','link':{'hypothesis_id':'H','"
                              "evidence_id':'E','stance':'supports'"
                              "}},{'type':'request_evidence','handle':'R','request':{'description':"
                              "'pool metrics','hypothesis_id':'H'}}"
                              ",{'type':'answer_request','answer':{'request_id':'R','completeness':"
                              "0.5,'evidence_ids':['E']}},"
                              "{'type':'set_milestone','milestone':{'name':'symptom_verified','"
                              "cites':[{'evidence_id':'E'}]}},"
                              "{'type':'add_solution','handle':'S','solution':{'title':'raise','"
                              "commands':['x'],'hypothesis_id':'H',"
                              "'kind':'remediation'}},{'type':'update_solution','solution':{'"
                              "solution_id':'S','state':'applied'}},"
                              "{'type':'wait','waiting':{'on':'the deploy'}}]}",
                              &a),
                     FM_OK);
    assert_int_equal(a.result.turn->rejected.n, 0);
    return id;
}

TEST(a_loaded_case_is_the_case_that_was_stored)
{
    struct world w;
    OPEN(&w);
    struct fm_case_answer a;
    struct fm_case *c;
    fm_str id = busy_case(&w);
    assert_int_equal(world_say(&w, alice, id, "and now?", &a), FM_OK);
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &c, NULL), FM_OK);
    assert_true(fm_str_eq(state_of(&w, c), state_of(&w, a.c)));
    assert_int_equal(c->version, a.c->version);
    assert_int_equal(fm_store_load(w.store, &w.ctx, FM_STR("case_000000000000"), &c, NULL),
                     FM_ENOTFOUND);
    world_close(&w);
}

TEST(s53_of_two_writers_one_wins_and_numbers_stay_consecutive)
{
    struct world w;
    OPEN(&w);
    struct fm_case *one, *two;
    struct fm_turn_work *k1, *k2;
    struct fm_turn_result r1, r2;
    fm_str id = busy_case(&w);
    struct fm_turn_input in1 = {.actor = alice, .message = FM_STR("first")};
    struct fm_turn_input in2 = {.actor = alice, .message = FM_STR("second")};
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &one, NULL), FM_OK);
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &two, NULL), FM_OK);
    assert_int_equal(fm_turn_begin(&w.service.engine, &w.ctx, one, &in1, &k1), FM_OK);
    assert_int_equal(fm_turn_finish(k1, NULL, alice, &r1), FM_OK);
    assert_int_equal(fm_turn_begin(&w.service.engine, &w.ctx, two, &in2, &k2), FM_OK);
    assert_int_equal(fm_turn_finish(k2, NULL, alice, &r2), FM_OK);
    struct fm_append a1 = {.c = one, .expected = r1.expected_version, .events = &r1.events};
    struct fm_append a2 = {.c = two, .expected = r2.expected_version, .events = &r2.events};
    assert_int_equal(fm_store_append(w.store, &w.ctx, &a1), FM_OK);
    assert_int_equal(fm_store_append(w.store, &w.ctx, &a2), FM_ECONFLICT);
    fm_ctx_clear_error(&w.ctx);
    struct fm_case *c;
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &c, NULL), FM_OK);
    assert_true(fm_str_eq(state_of(&w, c), state_of(&w, one)));
    world_close(&w);
}

struct worker {
    struct world *w;
    fm_str id;
    int n, failed;
};

static void *work(void *arg)
{
    struct worker *k = arg;
    for (int i = 0; i < k->n; i++) {
        struct fm_ctx ctx;
        struct fm_case_answer a;
        fm_ctx_init(&ctx, &fm_clock_system);
        struct fm_case_service s = {k->w->store,
                                    {.clock = &fm_clock_system, .rng = &fm_rng_system}};
        struct fm_case_turn t = {.case_id = k->id,
                                 .input = {.actor = alice, .message = FM_STR("hello")}};
        enum fm_code code;
        do {
            fm_ctx_clear_error(&ctx);
            code = fm_case_work(&s, &ctx, &t, &a);
        } while (code == FM_ECONFLICT);
        k->failed += code != FM_OK;
        fm_ctx_release(&ctx);
    }
    return NULL;
}

TEST(s53_no_message_is_lost_when_two_threads_write)
{
    struct world w;
    OPEN(&w);
    if (contract_location) { /* one connection each is the rule there; the driver serialises */
    }
    struct worker k[2];
    pthread_t threads[2];
    fm_str id = world_case(&w, alice, "x");
    for (int i = 0; i < 2; i++) {
        k[i] = (struct worker){&w, id, 20, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &k[i]), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    struct fm_case *c;
    assert_int_equal(k[0].failed + k[1].failed, 0);
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &c, NULL), FM_OK);
    assert_int_equal(c->messages.n, 40);
    assert_int_equal(c->current_turn, 40);
    for (size_t i = 0; i < c->turns.n; i++)
        assert_int_equal(c->turns.items[i].number, i + 1);
    struct fm_verify_result v;
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    assert_true(v.ok);
    world_close(&w);
}

TEST(s54_the_same_key_gives_the_first_answer)
{
    struct world w;
    OPEN(&w);
    struct fm_case_answer a, b;
    struct fm_case *c;
    fm_str id = world_case(&w, alice, "x");
    struct fm_case_turn t = {
        .case_id = id, .input = {.actor = alice, .message = FM_STR("hi")}, .key = FM_STR("k1")};
    assert_int_equal(fm_case_work(&w.service, &w.ctx, &t, &a), FM_OK);
    assert_int_equal(fm_case_work(&w.service, &w.ctx, &t, &b), FM_OK);
    assert_false(a.is_repeat);
    assert_true(b.is_repeat);
    assert_true(fm_str_eq(a.json, b.json));
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &c, NULL), FM_OK);
    assert_int_equal(c->current_turn, 1);
    t.input.actor = bob;
    assert_int_equal(fm_case_work(&w.service, &w.ctx, &t, &b), FM_EFORBIDDEN);
    world_close(&w);
}

TEST(an_intact_case_verifies_and_a_rebuild_changes_nothing)
{
    struct world w;
    OPEN(&w);
    struct fm_verify_result v;
    fm_str id = busy_case(&w);
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    if (!v.ok)
        fail_msg("%s %lld %.*s %.*s", v.what, (long long)v.seq, FM_STR_ARG(v.item),
                 FM_STR_ARG(v.reason));
    assert_true(v.events > 10);
    assert_int_equal(v.blobs, 1);
    assert_int_equal(fm_store_rebuild(w.store, &w.ctx, id), FM_OK);
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    assert_true(v.ok);
    world_close(&w);
}

static enum fm_code run_sql(struct world *w, const char *sql)
{
    struct fm_db *db;
    char path[128];
    snprintf(path, sizeof path, "%s/faultmaven.db", w->dir);
    FM_TRY(contract_location ? fm_db_open_postgres(&w->ctx, contract_location, &db)
                             : fm_db_open_sqlite(&w->ctx, path, &db));
    enum fm_code code = db->ops->script(db, &w->ctx, sql);
    fm_db_free(db);
    return code;
}

TEST(an_altered_byte_is_found)
{
    static const struct {
        const char *sql, *what;
        int64_t seq;
    } cases[] = {
        {"UPDATE events SET payload = replace(payload, 'app.log', 'apq.log') WHERE type = "
         "'file_added'",
         "event", 3},
        {"UPDATE events SET at = at + 1 WHERE seq = 2", "event", 2},
        {"UPDATE events SET actor = 'user:mallory' WHERE seq = 4", "event", 4},
        {"DELETE FROM events WHERE seq = 5", "event", 5},
        {"DELETE FROM events WHERE seq > 6", "head", 7},
        {"UPDATE solutions SET state = 'verified'", "projection", 0},
        {"UPDATE cases SET title = 'other'", "projection", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        OPEN(&w);
        struct fm_verify_result v;
        fm_str id = busy_case(&w);
        if (run_sql(&w, cases[i].sql) != FM_OK)
            fail_msg("%s", w.ctx.error);
        assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
        assert_false(v.ok);
        assert_string_equal(v.what, cases[i].what);
        assert_int_equal(v.seq, cases[i].seq);
        if (strcmp(v.what, "projection") == 0) {
            assert_int_equal(fm_store_rebuild(w.store, &w.ctx, id), FM_OK);
            assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
            assert_true(v.ok);
        }
        if (contract_location)
            assert_int_equal(run_sql(&w, "DELETE FROM cases"), FM_OK);
        world_close(&w);
    }
}

TEST(lists_are_paged_and_show_only_cases_of_the_user)
{
    struct world w;
    OPEN(&w);
    struct fm_case_rows rows;
    struct fm_case_answer a;
    if (contract_location)
        assert_int_equal(run_sql(&w, "DELETE FROM cases"), FM_OK);
    for (int i = 0; i < 5; i++) {
        char title[16];
        snprintf(title, sizeof title, "case %d", i);
        w.clock.at += FM_SEC;
        world_case(&w, alice, title);
    }
    fm_str hers = world_case(&w, bob, "of bob");
    struct fm_case_filter f = {
        .user = alice.id, .include_empty = true, .limit = 3, .before_updated = FM_TIME_NONE};
    assert_int_equal(fm_store_list(w.store, &w.ctx, &f, &rows), FM_OK);
    assert_int_equal(rows.n, 3);
    assert_str(rows.items[0].title, "case 4");
    f.before_updated = rows.items[2].updated_at;
    f.before_id = rows.items[2].id;
    assert_int_equal(fm_store_list(w.store, &w.ctx, &f, &rows), FM_OK);
    assert_int_equal(rows.n, 2);
    assert_str(rows.items[1].title, "case 0");
    assert_int_equal(world_do(&w, bob, hers,
                              "{'changes':[{'type':'set_member','member':{'user':'alice','role':"
                              "'viewer'}}]}",
                              &a),
                     FM_OK);
    f.before_updated = FM_TIME_NONE;
    f.limit = 1;
    assert_int_equal(fm_store_list(w.store, &w.ctx, &f, &rows), FM_OK);
    assert_str(rows.items[0].title, "of bob");
    assert_int_equal(world_do(&w, bob, hers,
                              "{'changes':[{'type':'intent','intent':{'kind':'close','closure':"
                              "'consulting_only'}}]}",
                              &a),
                     FM_OK);
    assert_int_equal(fm_store_list(w.store, &w.ctx, &f, &rows), FM_OK);
    assert_str(rows.items[0].title, "case 4");
    struct fm_case_counts counts;
    assert_int_equal(fm_store_count(w.store, &w.ctx, bob.id, 0, &counts), FM_OK);
    assert_int_equal(counts.open, 0);
    assert_int_equal(counts.opened, 1);
    world_close(&w);
}

#define END_OF_WAIT "{'changes':[{'type':'intent','intent':{'kind':'unblock'}}]}"

static struct fm_case_row row_of(struct world *w, fm_str id)
{
    struct fm_case_rows rows;
    struct fm_case_filter f = {
        .include_empty = true, .limit = 1000, .before_updated = FM_TIME_NONE};
    assert_int_equal(fm_store_list(w->store, &w->ctx, &f, &rows), FM_OK);
    fm_vec_each (&rows, r)
        if (fm_str_eq(r->id, id))
            return *r;
    fail_msg("the case is not listed");
    return (struct fm_case_row){0};
}

TEST(lists_say_since_when_a_case_rests_and_on_what_it_waits)
{
    struct world w;
    OPEN(&w);
    struct fm_case *c;
    struct fm_case_answer a;
    fm_str id = busy_case(&w); /* waits at its end */
    struct fm_case_row r = row_of(&w, id);
    assert_true(r.resting_since == FM_TIME_NONE);
    assert_str(r.waiting_on, "the deploy");
    assert_int_equal(world_do(&w, alice, id, END_OF_WAIT, &a), FM_OK);
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &c, NULL), FM_OK);
    r = row_of(&w, id);
    assert_int_equal(r.resting_since, w.clock.at);
    assert_int_equal(r.resting_since, fm_case_resting_since(c));
    assert_int_equal(r.waiting_on.len, 0);
    world_close(&w);
}

TEST(a_store_from_before_a_column_is_projected_anew)
{
    struct world w;
    struct fm_verify_result v;
    OPEN(&w);
    struct fm_case_answer a;
    fm_str id = busy_case(&w);
    assert_int_equal(world_do(&w, alice, id, END_OF_WAIT, &a), FM_OK);
    fm_time since = row_of(&w, id).resting_since;
    assert_int_equal(run_sql(&w, "UPDATE cases SET urgency = '-', resting_since = NULL"), FM_OK);
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    assert_string_equal(v.what, "projection");
    fm_store_free(w.store);
    struct fm_store_options o = {.location = contract_location ? contract_location : w.dir,
                                 .blob_dir = contract_location ? w.dir : NULL};
    assert_int_equal(fm_store_open(&w.ctx, &o, &w.store), FM_OK);
    assert_int_equal(row_of(&w, id).resting_since, since);
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    assert_true(v.ok);
    world_close(&w);
}

TEST(search_finds_words_of_messages_and_evidence_and_takes_no_syntax)
{
    struct world w;
    OPEN(&w);
    struct fm_search_hits hits;
    struct fm_case_answer a;
    if (contract_location)
        assert_int_equal(run_sql(&w, "DELETE FROM cases"), FM_OK);
    fm_str id = busy_case(&w);
    assert_int_equal(world_say(&w, alice, id, "the kestrel service restarts", &a), FM_OK);
    assert_int_equal(fm_store_search(w.store, &w.ctx,
                                     &(struct fm_search){alice.id, FM_STR("kestrel"), 10}, &hits),
                     FM_OK);
    assert_int_equal(hits.n, 1);
    assert_true(fm_str_eq(hits.items[0].case_id, id));
    assert_str(hits.items[0].kind, "message");
    assert_true(fm_str_has(hits.items[0].snippet, FM_STR("[kestrel]")));
    assert_int_equal(fm_store_search(w.store, &w.ctx,
                                     &(struct fm_search){alice.id, FM_STR("pool exhausted"), 10},
                                     &hits),
                     FM_OK);
    assert_true(hits.n >= 1);
    assert_int_equal(
        fm_store_search(w.store, &w.ctx, &(struct fm_search){bob.id, FM_STR("kestrel"), 10}, &hits),
        FM_OK);
    assert_int_equal(hits.n, 0);
    assert_int_equal(
        fm_store_search(w.store, &w.ctx,
                        &(struct fm_search){alice.id, FM_STR("\" OR * NEAR( ' ;--"), 10}, &hits),
        FM_OK);
    assert_int_equal(
        fm_store_search(w.store, &w.ctx, &(struct fm_search){alice.id, FM_STR("  "), 10}, &hits),
        FM_EINVAL);
    world_close(&w);
}

TEST(ids_resolve_by_prefix)
{
    struct world w;
    OPEN(&w);
    fm_str full, id = world_case(&w, alice, "x");
    assert_int_equal(fm_store_resolve(w.store, &w.ctx, fm_str_sub(id, 0, 15), &full), FM_OK);
    assert_true(fm_str_eq(full, id));
    assert_int_equal(fm_store_resolve(w.store, &w.ctx, fm_str_skip(id, 5), &full), FM_OK);
    assert_int_equal(fm_store_resolve(w.store, &w.ctx, FM_STR("case_zzz"), &full), FM_ENOTFOUND);
    world_close(&w);
}

TEST(s04_the_101st_open_case_is_refused)
{
    struct world w;
    OPEN(&w);
    struct fm_case *c;
    struct fm_case_answer a;
    struct fm_actor eve = {FM_ACTOR_USER, FM_STR("eve")};
    fm_str first = world_case(&w, eve, "x");
    for (int i = 1; i < 100; i++)
        world_case(&w, eve, "x");
    struct fm_open_request req = {.actor = eve};
    assert_int_equal(fm_case_create(&w.service, &w.ctx, &req, &c), FM_ELIMIT);
    fm_ctx_clear_error(&w.ctx);
    assert_int_equal(world_do(&w, eve, first,
                              "{'changes':[{'type':'intent','intent':{'kind':'close','closure':"
                              "'consulting_only'}}]}",
                              &a),
                     FM_OK);
    assert_int_equal(fm_case_create(&w.service, &w.ctx, &req, &c), FM_OK);
    world_close(&w);
}

TEST(garbage_is_counted_and_collected_and_used_content_stays)
{
    struct world w;
    OPEN(&w);
    struct fm_gc_result r;
    struct fm_blob_info orphan;
    fm_str bytes;
    busy_case(&w);
    assert_int_equal(fm_blobs_put(fm_store_blobs(w.store), &w.ctx, FM_STR("nobody's"), &orphan),
                     FM_OK);
    fm_clock_manual_init(&w.clock, fm_now(&fm_clock_system));
    assert_int_equal(fm_store_gc(w.store, &w.ctx, FM_HOUR, false, &r), FM_OK);
    assert_int_equal(r.deleted, 0); /* too young */
    w.clock.at += 2 * FM_HOUR;
    assert_int_equal(fm_store_gc(w.store, &w.ctx, FM_HOUR, true, &r), FM_OK);
    assert_int_equal(r.deleted, 1);
    assert_true(fm_blobs_have(fm_store_blobs(w.store), fm_str_c(orphan.sha256)));
    assert_int_equal(fm_store_gc(w.store, &w.ctx, FM_HOUR, false, &r), FM_OK);
    assert_int_equal(r.deleted, 1);
    assert_int_equal(r.kept, 1);
    assert_int_equal(fm_blobs_read(fm_store_blobs(w.store), &w.ctx, fm_str_c(orphan.sha256),
                                   (struct fm_range){0, 10}, &bytes),
                     FM_ENOTFOUND);
    world_close(&w);
}

TEST(what_models_cost_adds_up_and_stays)
{
    struct world w;
    OPEN(&w);
    struct fm_llm_ledger *l = fm_store_ledger(w.store);
    struct fm_llm_account accounts[] = {
        {.name = FM_STR("case_1")},
        {.name = FM_STR("case_2")},
        {.is_tenant = true, .name = FM_STR("case_1"), .day = 20000 * FM_DAY},
        {.is_tenant = true, .name = FM_STR("case_1"), .day = 20001 * FM_DAY},
    };
    struct fm_llm_spent more = {.tokens = 5, .ms = 7, .usd = 0.25}, got;
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k <= i; k++)
            assert_int_equal(l->ops->add(l, &w.ctx, &accounts[i], &more), FM_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(l->ops->read(l, &w.ctx, &accounts[i], &got), FM_OK);
        assert_int_equal(got.tokens, 5 * (i + 1));
        assert_int_equal(got.ms, 7 * (i + 1));
        assert_true(got.usd == 0.25 * (double)(i + 1));
    }
    struct fm_llm_account nobody = {.name = FM_STR("nobody")};
    assert_int_equal(l->ops->read(l, &w.ctx, &nobody, &got), FM_OK);
    assert_int_equal(got.tokens, 0);
    world_close(&w);
}

TEST(a_newer_schema_is_refused_untouched)
{
    struct world w;
    OPEN(&w);
    struct fm_store *again;
    struct fm_store_options o = {.location = contract_location ? contract_location : w.dir,
                                 .blob_dir = w.dir};
    assert_int_equal(run_sql(&w, "INSERT INTO schema_steps (step, name) VALUES (99, 'future')"),
                     FM_OK);
    assert_int_equal(fm_store_open(&w.ctx, &o, &again), FM_EUNSUPPORTED);
    assert_true(fm_str_has(fm_str_c(w.ctx.error), FM_STR("newer faultmaven")));
    fm_ctx_clear_error(&w.ctx);
    assert_int_equal(run_sql(&w, "DELETE FROM schema_steps WHERE step = 99"), FM_OK);
    assert_int_equal(fm_store_open(&w.ctx, &o, &again), FM_OK);
    fm_store_free(again);
    world_close(&w);
}

#endif
