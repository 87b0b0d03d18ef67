/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of every rule file: what must be found by the rule, and what must not. */
#include "test.h"

#include <glob.h>
#include <stdio.h>

#include "faultmaven/security/redact.h"
#include "rules/rule.h"

#define RULE_DIR "packages/security/rules/"

static fm_str slurp(struct fm_ctx *ctx, const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *p = fm_arena_alloc(&ctx->arena, 1 << 20);
    size_t n = fread(p, 1, 1 << 20, f);
    fclose(f);
    return fm_str_n(p, n);
}

static bool finds(struct fm_redactor *r, struct fm_ctx *ctx, fm_str text, const char *id)
{
    struct fm_findings f = fm_redact_find(r, ctx, text);
    for (size_t i = 0; i < f.n; i++)
        if (!id || strcmp(fm_redactor_rule_id(r, f.items[i].rule), id) == 0)
            return true;
    return false;
}

static size_t check_examples(struct fm_redactor *r, struct fm_ctx *ctx, const struct fm_rule *rule,
                             const struct fm_rule_examples *ex)
{
    size_t bad = 0;
    for (size_t i = 0; i < ex->match.n; i++)
        if (!finds(r, ctx, ex->match.items[i], NULL)) {
            print_error("rule %s does not find: %.*s\n", rule->id, FM_STR_ARG(ex->match.items[i]));
            bad++;
        }
    for (size_t i = 0; i < ex->ignore.n; i++)
        if (finds(r, ctx, ex->ignore.items[i], rule->id)) {
            print_error("rule %s finds: %.*s\n", rule->id, FM_STR_ARG(ex->ignore.items[i]));
            bad++;
        }
    if (!ex->match.n || !ex->ignore.n) {
        print_error("rule %s has no examples\n", rule->id);
        bad++;
    }
    return bad;
}

TEST(every_rule_finds_its_examples)
{
    struct fm_ctx ctx;
    struct fm_redactor *r;
    glob_t files;
    size_t bad = 0, n = 0;
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(
        fm_redactor_new(&ctx, &(struct fm_redactor_options){.policy = FM_POLICY_SECRETS_ONLY}, &r),
        FM_OK);
    assert_int_equal(glob(RULE_DIR "formats-*.yaml", 0, NULL, &files), 0);
    for (size_t k = 0; k < files.gl_pathc; k++) {
        struct fm_rule_file file = {0};
        assert_int_equal(fm_rules_parse(&ctx, &ctx.arena, files.gl_pathv[k],
                                        slurp(&ctx, files.gl_pathv[k]), &file),
                         FM_OK);
        for (size_t i = 0; i < file.rules.n; i++)
            bad += check_examples(r, &ctx, &file.rules.items[i], &file.examples.items[i]);
        n += file.rules.n;
    }
    assert_int_equal(bad, 0);
    assert_true(n >= 150);
    assert_int_equal(n, fm_builtin_rule_count);
    globfree(&files);
    fm_redactor_free(r);
    fm_ctx_release(&ctx);
}

TEST(user_rules_allow_lists_and_actions_apply)
{
    static const char yaml[] = "rules:\n"
                               "  - id: badge\n"
                               "    name: 'badge of the plant'\n"
                               "    source: internal\n"
                               "    type: id\n"
                               "    prefix: ['BDG-']\n"
                               "    body: '[0-9]{6}'\n"
                               "    entropy: 0\n"
                               "allow: ['ops@example.org']\n"
                               "actions: {id: mask, email: partial}\n";
    struct fm_ctx ctx;
    struct fm_redactor *r;
    struct fm_redacted out;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_redactor_options o = {
        .policy = FM_POLICY_STANDARD, .rules_yaml = fm_str_c(yaml), .rules_name = "mine.yaml"};
    assert_int_equal(fm_redactor_new(&ctx, &o, &r), FM_OK);
    assert_int_equal(
        fm_redact_text(r, &ctx, NULL,
                       FM_STR("BDG-123456 BDG-1234567 ops@example.org joe@example.org"), &out),
        FM_OK);
    assert_string_equal(out.text.p, "<ID> BDG-1234567 ops@example.org j***@example.org");
    fm_redactor_free(r);
    fm_ctx_release(&ctx);
}

TEST(bad_rule_files_are_refused_with_their_line)
{
    static const struct {
        const char *yaml, *error;
    } cases[] = {
        {"rules:\n  - id: x\n    type: nothing\n", "r.yaml:2: type is missing or not known"},
        {"rules:\n  - id: x\n    type: id\n    prefix: [ab]\n", "at least 3 bytes"},
        {"rules:\n  - id: x\n    type: id\n    prefix: [abc]\n    body: '[a-z]{1,9}z'\n",
         "holds the first byte of what follows"},
        {"rules:\n  - id: x\n    type: id\n    prefix: [abc]\n    body: '[a-z'\n",
         "\"]\" is missing"},
        {"rules:\n  - id: x\n    type: id\n    prefix: [abc]\n    body: 'a+'\n",
         "only literals, sets and counts"},
        {"rules:\n  - id: x\n    type: id\n    body: '[a-z]{4}'\n", "must match at least 14 bytes"},
        {"actions: {id: blur}\n", "redaction action \"blur\""},
        {"rules: [\n", "r.yaml:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_ctx ctx;
        struct fm_redactor *r = NULL;
        fm_ctx_init(&ctx, &fm_clock_system);
        struct fm_redactor_options o = {.policy = FM_POLICY_STANDARD,
                                        .rules_yaml = fm_str_c(cases[i].yaml),
                                        .rules_name = "r.yaml"};
        assert_int_equal(fm_redactor_new(&ctx, &o, &r), FM_EINVAL);
        if (!strstr(ctx.error, cases[i].error))
            fail_msg("case %zu: %s", i, ctx.error);
        fm_ctx_release(&ctx);
    }
}
