/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "diagnosis/signatures/fill.h"
#include "diagnosis/signatures/literals.h"
#include "diagnosis/signatures/load.h"
#include "diagnosis/signatures/pattern.h"
#include "diagnosis/signatures/propose.h"
#include "faultmaven/core/signatures.h"

static struct fm_ctx ctx;

static void begin(void)
{
    fm_ctx_init(&ctx, &fm_clock_system);
}

static void end(void)
{
    fm_ctx_release(&ctx);
}

TEST(patterns_match_and_capture)
{
    static const struct {
        const char *pattern, *text, *where, *value;
    } rows[] = {
        {"too many clients", "FATAL: sorry, Too  many\tclients already", "Too  many\tclients",
         NULL},
        {"oom", "a room", NULL, NULL},
        {"oom killed", "x OOM killed", "OOM killed", NULL},
        {"dial tcp {peer}: * refused", "dial tcp 10.0.0.1:53: connect: connection refused",
         "dial tcp 10.0.0.1:53: connect: connection refused", "10.0.0.1:53"},
        {"(cannot|could not) reach {host}", "we could not reach db-1, sorry",
         "could not reach db-1", "db-1"},
        {"took {n:number}~ms", "query took 12.5ms", "took 12.5ms", "12.5"},
        {"took {n:number}~ms", "query took 12.5 ms", "took 12.5 ms", "12.5"},
        {"file {name:quoted} missing", "file 'a b' missing", "file 'a b' missing", "a b"},
        {"after {ms:int}ms.", "timed out after 30000ms.", "after 30000ms.", "30000"},
        {"key {k:text} expired", "key a b c expired", "key a b c expired", "a b c"},
        {"left over {x:rest}", "left over all of it\nnext", "left over all of it", "all of it"},
        {"first * last", "first\nlast", NULL, NULL},
        {"\\(x\\) is \\{y\\}", "so (x) is {y}", "(x) is {y}", NULL},
        {"relation {t} does not exist", "relation \"orders\" does not exist",
         "relation \"orders\" does not exist", "orders"},
        {"limit(s|) reached", "limit reached", "limit reached", NULL},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_pattern *p;
        struct fm_pattern_match m = {0};
        assert_int_equal(fm_pattern_compile(&ctx, fm_str_c(rows[i].pattern), &p), FM_OK);
        bool is_match = fm_pattern_match(p, fm_str_c(rows[i].text), &m);
        assert_int_equal(is_match, rows[i].where != NULL);
        if (is_match)
            assert_str(m.where, rows[i].where);
        if (rows[i].value)
            assert_str(m.captures[0].value, rows[i].value);
    }
    end();
}

TEST(bad_patterns_are_refused)
{
    static const char *const rows[] = {"",        "a*b",           "(a|cdef)*",      "open (a|b",
                                       "x {name", "abc {a:regex}", "x (ab|(cd|ef))", "{a}{b}"};
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_pattern *p;
        assert_int_equal(fm_pattern_compile(&ctx, fm_str_c(rows[i]), &p), FM_EINVAL);
        fm_ctx_clear_error(&ctx);
    }
    end();
}

TEST(hostile_text_costs_bounded_effort)
{
    struct fm_pattern *p;
    struct fm_pattern_match m;
    begin();
    char *text = fm_arena_alloc(&ctx.arena, 100000);
    memset(text, 'a', 100000);
    assert_int_equal(fm_pattern_compile(&ctx, FM_STR("a*a*a*a*a*aab {x:text} zzz"), &p), FM_OK);
    assert_false(fm_pattern_match(p, fm_str_n(text, 100000), &m));
    end();
}

TEST(literals_are_found_in_one_pass)
{
    fm_str words[] = {FM_STR("he"),   FM_STR("she"), FM_STR("his"),
                      FM_STR("hers"), FM_STR("he"),  FM_STR("zzz")};
    uint8_t seen[6] = {0};
    uint32_t found[6];
    unsigned mask = 0;
    begin();
    struct fm_literals *l = fm_literals_new(&ctx.arena, words, 6);
    size_t n = fm_literals_find(l, FM_STR("uSHErs"), seen, found);
    for (size_t i = 0; i < n; i++)
        mask |= 1u << found[i];
    assert_int_equal(mask, 1 | 2 | 8 | 16);
    assert_int_equal(fm_literals_find(l, FM_STR("nothing"), seen, found), 0);
    end();
}

TEST(templates_are_filled_from_captures)
{
    struct fm_pattern *p;
    struct fm_pattern_match m = {0};
    begin();
    assert_int_equal(fm_pattern_compile(&ctx, FM_STR("reach {host}"), &p), FM_OK);
    assert_true(fm_pattern_match(p, FM_STR("cannot reach db-1"), &m));
    struct fm_filling f = {.match = &m, .entity = FM_STR("cart"), .count = FM_STR("3")};
    assert_str(
        fm_fill(&ctx.arena,
                FM_STR("{entity} to {host}: {count}, {port|no port}{x|}{host? (%)}{port? [%]}"),
                &f),
        "cart to db-1: 3, no port (db-1)");
    end();
}

TEST(mistakes_name_file_and_line)
{
    static const char yaml[] = "id: a.b\ntitle: t\nfault: database.deadlock\nreason:\n  - text: "
                               "some words\n    level: loud\n";
    begin();
    struct fm_signature_set *set = fm_signatures_new(&ctx);
    assert_int_equal(fm_signatures_add(set, FM_STR("x.yaml"), fm_str_c(yaml)), FM_EINVAL);
    assert_non_null(strstr(ctx.error, "x.yaml:"));
    assert_non_null(strstr(ctx.error, "unknown level"));
    end();
}

TEST(a_single_word_is_no_evidence)
{
    static const char yaml[] =
        "id: a.b\ntitle: t\ncategory: data\nfault: database.deadlock\nreason: [failed]\n"
        "statement: s\nmechanism: m\nactions:\n  - {kind: mitigation, text: x}\nreferences: [r]\n";
    begin();
    struct fm_signature_problems problems = {0};
    struct fm_signature_set *set = fm_signatures_new(&ctx);
    assert_int_equal(fm_signatures_add(set, FM_STR("x.yaml"), fm_str_c(yaml)), FM_OK);
    assert_int_equal(fm_signatures_lint(set, &problems), FM_OK);
    assert_true(problems.n >= 2);
    assert_true(fm_str_has(problems.items[0].text, FM_STR("one word")));
    end();
}

TEST(comparisons_read_captures)
{
    struct fm_comparison c;
    assert_true(fm_comparison_parse(FM_STR("used >= 0.9 * limit"), &c));
    assert_str(c.left, "used");
    assert_str(c.right_name, "limit");
    assert_true(c.factor > 0.89 && c.factor < 0.91);
    assert_false(fm_comparison_parse(FM_STR("used is big"), &c));
}

TEST(lines_say_their_level_and_whether_something_failed)
{
    static const struct {
        const char *line;
        enum fm_fact_level level;
        bool is_failure;
    } rows[] = {
        {"2025-01-01 10:00:00 ERROR cannot open", FM_FACT_ERROR, true},
        {"E0705 10:00:00.1 1 x.go:1] boom", FM_FACT_ERROR, true},
        {"level=warn msg=slow", FM_FACT_WARN, true},
        {"[info] error rate 0", FM_FACT_INFO, false},
        {"LOG:  checkpoint starting", FM_FACT_INFO, false},
        {"connect: connection refused", FM_FACT_UNKNOWN, true},
        {"query timeout (ms): 500, policy: return", FM_FACT_UNKNOWN, false},
        {"served in 3 ms", FM_FACT_UNKNOWN, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_fact f = {.source = FM_FACT_LOG, .text = fm_str_c(rows[i].line)};
        f.level = fm_fact_level_of(f.text);
        assert_int_equal(f.level, rows[i].level);
        assert_int_equal(fm_fact_is_failure(&f), rows[i].is_failure);
    }
}

TEST(file_names_name_components)
{
    assert_str(fm_name_from_path(FM_STR("logs/cart-6b9f7d5c4-x2x8p.log")), "cart");
    assert_str(fm_name_from_path(FM_STR("kubectl-logs-cart-6b9f7d5c4-x2x8p--n-shop.txt")), "cart");
    assert_str(fm_name_from_path(FM_STR("web.txt")), "web");
}

TEST(scope_exclusion_and_resolution_decide)
{
    static const char yaml[] = "id: a.b\ntitle: t\nfault: database.deadlock\nreason: [lock was "
                               "lost]\nunless: [by test]\nabsent: [drill is on]\n"
                               "resolved_by: [lock is back]\nat_least: 2\n";
    static const struct {
        const char *facts;
        size_t n;
        bool is_resolved;
    } rows[] = {
        {"ERROR lock was lost\nERROR lock was lost\n", 1, false},
        {"ERROR lock was lost\n", 0, false},
        {"ERROR lock was lost by test\nERROR lock was lost\n", 0, false},
        {"ERROR lock was lost\nERROR lock was lost\nERROR drill is on\n", 0, false},
        {"ERROR lock was lost\nERROR lock was lost\nERROR lock is back\n", 1, true},
        {"ERROR lock is back\nERROR lock was lost\nERROR lock was lost\n", 1, false},
        {"ERROR lock was lost\n== other\nERROR lock was lost\n", 0, false},
        {"INFO lock was lost\nINFO lock was lost\n", 0, false},
    };
    begin();
    struct fm_signature_set *set = fm_signatures_new(&ctx);
    assert_int_equal(fm_signatures_add(set, FM_STR("x.yaml"), fm_str_c(yaml)), FM_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fm_facts facts = {0};
        struct fm_findings found = {0};
        fm_example_facts(&ctx, fm_str_c(rows[i].facts), &facts);
        fm_signatures_find(set, &facts, &found);
        assert_int_equal(found.n, rows[i].n);
        if (found.n)
            assert_int_equal(found.items[0].is_resolved, rows[i].is_resolved);
    }
    end();
}

static struct fm_signature_set *all;

static int add_file(const char *path, const struct stat *st, int type, struct FTW *w)
{
    (void)st;
    (void)w;
    if (type != FTW_F || !strstr(path, ".yaml"))
        return 0;
    FILE *f = fopen(path, "rb");
    char *text = fm_arena_alloc(&ctx.arena, 1 << 16);
    size_t n = f ? fread(text, 1, 1 << 16, f) : 0;
    if (f)
        fclose(f);
    if (fm_signatures_add(all, fm_str_c(path), fm_str_n(text, n)) != FM_OK)
        print_error("%s\n", ctx.error);
    return ctx.code != FM_OK;
}

TEST(every_signature_passes_lint_and_its_own_examples)
{
    struct fm_signature_problems problems = {0};
    begin();
    all = fm_signatures_new(&ctx);
    assert_int_equal(nftw("signatures", add_file, 16, FTW_PHYS), 0);
    assert_int_equal(fm_signatures_lint(all, &problems), FM_OK);
    fm_vec_each (&problems, p)
        print_error("%.*s: %.*s\n", FM_STR_ARG(p->id), FM_STR_ARG(p->text));
    assert_int_equal(problems.n, 0);
    end();
}

TEST(the_built_in_set_is_the_folder)
{
    struct fm_signature_infos built = {0}, files = {0};
    begin();
    struct fm_signature_set *set = fm_signatures_new(&ctx);
    assert_int_equal(fm_signatures_add_builtin(set), FM_OK);
    fm_signatures_list(set, &built);
    all = fm_signatures_new(&ctx);
    assert_int_equal(nftw("signatures", add_file, 16, FTW_PHYS), 0);
    fm_signatures_list(all, &files);
    assert_int_equal(built.n, files.n);
    end();
}
