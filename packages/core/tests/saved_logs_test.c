/* SPDX-License-Identifier: Apache-2.0 */
/* A log that was read once is not read again, and nothing else changes by that. */
#include "test.h"

#include "faultmaven/core/diagnose.h"
#include "faultmaven/core/logs.h"
#include "faultmaven/core/results.h"
#include "faultmaven/models/diagnosis.h"

/* Results in memory, one of each name. */
struct shelf {
    struct fm_result_store base;
    struct fm_arena a;
    struct fm_map map;
    unsigned gets, hits, puts;
};

struct kept {
    fm_str bytes;
};

static bool shelf_get(struct fm_result_store *base, struct fm_ctx *ctx, fm_str name, fm_str *out)
{
    struct shelf *s = (struct shelf *)base;
    struct kept *k = fm_map_get(&s->map, name);
    s->gets++;
    if (!k)
        return false;
    s->hits++;
    *out = fm_str_dup(&ctx->arena, k->bytes);
    return true;
}

static void shelf_put(struct fm_result_store *base, struct fm_ctx *ctx, fm_str name, fm_str bytes)
{
    struct shelf *s = (struct shelf *)base;
    struct kept *k = FM_NEW(&s->a, struct kept);
    (void)ctx;
    s->puts++;
    k->bytes = fm_str_dup(&s->a, bytes);
    fm_map_put(&s->map, fm_str_dup(&s->a, name))->value = k;
}

static void shelf_init(struct shelf *s)
{
    static const struct fm_result_store_ops ops = {.get = shelf_get, .put = shelf_put};
    memset(s, 0, sizeof *s);
    s->base.ops = &ops;
    fm_arena_init(&s->a);
    fm_map_init(&s->map, &s->a);
}

static fm_str first_kept(struct shelf *s, const char *sha256)
{
    char name[100];
    snprintf(name, sizeof name, "%s-logs", sha256);
    struct kept *k = fm_map_get(&s->map, fm_str_c(name));
    assert_non_null(k);
    return k->bytes;
}

/* A service whose pool runs dry in the last third; year: with a date in each line, or without. */
static fm_str make_log(struct fm_arena *a, bool has_year)
{
    struct fm_buf b;
    fm_buf_init(&b, 4 << 20);
    for (unsigned i = 0; i < 6000; i++) {
        unsigned s = i / 10;
        if (has_year)
            fm_buf_addf(&b, "2026-03-04T10:%02u:%02u.%03uZ ", s / 60 % 60, s % 60, i % 10 * 100);
        else
            fm_buf_addf(&b, "Mar  4 10:%02u:%02u web1 app[7]: ", s / 60 % 60, s % 60);
        if (i > 4000 && i % 7 == 0)
            fm_buf_addf(&b,
                        "ERROR pool exhausted (total=10, waiting=%u)\n"
                        "java.sql.SQLException: no connection\n"
                        "Caused by: java.net.ConnectException: refused\n",
                        i % 40);
        else
            fm_buf_addf(&b, "INFO request %u served in %u ms for user%u\n", i, 20 + i % 30, i % 90);
    }
    fm_str s = fm_str_dup(a, fm_buf_str(&b));
    fm_buf_release(&b);
    assert_true(s.len > FM_RESULT_INPUT_MIN);
    return s;
}

/* The diagnosis of a log as JSON; what was kept of it may be used. */
static fm_str diagnose(struct fm_arena *keep, struct shelf *s, fm_str text, fm_time at)
{
    struct fm_ctx ctx;
    struct fm_incident in;
    struct fm_diagnosis *d;
    struct fm_buf b;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    in.results = s ? &s->base : NULL;
    in.ask.at = at;
    struct fm_evidence *e = FM_NEW(&ctx.arena, struct fm_evidence);
    *e = (struct fm_evidence){.path = FM_STR("shop.log"),
                              .bytes = text,
                              .type = FM_EVIDENCE_LOG,
                              .first = FM_TIME_NONE,
                              .last = FM_TIME_NONE};
    fm_sha256_hex(text, e->sha256);
    fm_vec_push(&ctx.arena, &in.inputs, e);
    assert_int_equal(fm_diagnose(&in, &d), FM_OK);
    fm_buf_init(&b, 16 << 20);
    assert_int_equal(fm_diagnosis_to_json(&ctx, d, &b), FM_OK);
    fm_str out = fm_str_dup(keep, fm_buf_str(&b));
    fm_buf_release(&b);
    fm_ctx_release(&ctx);
    return out;
}

TEST(a_second_run_takes_what_the_first_found_and_says_the_same)
{
    struct shelf s;
    shelf_init(&s);
    fm_str text = make_log(&s.a, true);
    fm_str plain = diagnose(&s.a, NULL, text, FM_TIME_NONE);
    fm_str first = diagnose(&s.a, &s, text, FM_TIME_NONE);
    assert_int_equal(s.puts, 1);
    assert_int_equal(s.hits, 0);
    fm_str second = diagnose(&s.a, &s, text, FM_TIME_NONE);
    assert_int_equal(s.hits, 1);
    assert_int_equal(s.puts, 1);
    assert_true(fm_str_has(plain, FM_STR("pool exhausted")));
    assert_true(fm_str_eq(plain, first));
    assert_true(fm_str_eq(plain, second));
    fm_arena_release(&s.a);
}

TEST(times_that_depend_on_the_question_are_read_again_when_it_changes)
{
    struct shelf s;
    shelf_init(&s);
    fm_time spring = 1772668800LL * FM_SEC, later = spring + 400 * FM_DAY;
    fm_str text = make_log(&s.a, false);
    (void)diagnose(&s.a, &s, text, spring);
    (void)diagnose(&s.a, &s, text, spring);
    assert_int_equal(s.puts, 1);
    fm_str fresh = diagnose(&s.a, NULL, text, later);
    fm_str other = diagnose(&s.a, &s, text, later);
    assert_int_equal(s.puts, 2);
    assert_true(fm_str_eq(fresh, other));
    text = make_log(&s.a, true);
    s.puts = 0;
    (void)diagnose(&s.a, &s, text, spring);
    (void)diagnose(&s.a, &s, text, later);
    assert_int_equal(s.puts, 1);
    fm_arena_release(&s.a);
}

TEST(damaged_results_are_read_again)
{
    struct shelf s;
    shelf_init(&s);
    char sha256[FM_SHA256_HEX];
    fm_str text = make_log(&s.a, true);
    fm_sha256_hex(text, sha256);
    fm_str plain = diagnose(&s.a, &s, text, FM_TIME_NONE);
    for (unsigned i = 0; i < 12; i++) {
        fm_str bytes = first_kept(&s, sha256);
        char *p = (char *)(uintptr_t)bytes.p;
        p[bytes.len * i / 12] ^= 0x21;
        s.puts = 0;
        assert_true(fm_str_eq(diagnose(&s.a, &s, text, FM_TIME_NONE), plain));
        assert_int_equal(s.puts, 1);
    }
    struct kept *k = fm_map_get(&s.map, fm_str_fmt(&s.a, "%s-logs", sha256));
    k->bytes.len /= 2;
    assert_true(fm_str_eq(diagnose(&s.a, &s, text, FM_TIME_NONE), plain));
    k->bytes.len = 0;
    assert_true(fm_str_eq(diagnose(&s.a, &s, text, FM_TIME_NONE), plain));
    fm_arena_release(&s.a);
}

TEST(small_inputs_are_not_kept)
{
    struct shelf s;
    shelf_init(&s);
    (void)diagnose(&s.a, &s, fm_str_sub(make_log(&s.a, true), 0, 5000), FM_TIME_NONE);
    assert_int_equal(s.puts + s.gets, 0);
    fm_arena_release(&s.a);
}
