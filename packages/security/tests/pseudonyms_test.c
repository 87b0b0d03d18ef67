/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/security/crypto.h"
#include "faultmaven/security/redact.h"

static const uint8_t key_a[FM_CASE_KEY_BYTES] = {1}, key_b[FM_CASE_KEY_BYTES] = {2};

static fm_str redact(struct fm_ctx *ctx, struct fm_pseudonyms *map, enum fm_redact_action action,
                     const char *text)
{
    struct fm_redact_policy p;
    struct fm_redactor *r;
    struct fm_redacted out = {0};
    fm_redact_policy_init(&p, FM_POLICY_STANDARD);
    for (unsigned t = 0; t < FM_SENSITIVE_COUNT; t++)
        if (p.action[t] != FM_ACTION_KEEP)
            p.action[t] = action;
    assert_int_equal(fm_redactor_new(ctx, &(struct fm_redactor_options){.custom = &p}, &r), FM_OK);
    assert_int_equal(fm_redact_text(r, ctx, map, fm_str_c(text), &out), FM_OK);
    fm_redactor_free(r);
    return out.text;
}

TEST(the_same_value_gets_the_same_placeholder)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_pseudonyms *m = fm_pseudonyms_new(key_a);
    fm_str a = redact(&ctx, m, FM_ACTION_TOKEN, "8.8.8.8 8.8.4.4 8.8.8.8 joe@example.org");
    assert_string_equal(a.p, "<IP_1> <IP_2> <IP_1> <EMAIL_1>");
    assert_string_equal(redact(&ctx, m, FM_ACTION_TOKEN, "again 8.8.4.4").p, "again <IP_2>");
    assert_int_equal(fm_pseudonyms_count(m), 3);
    fm_pseudonyms_free(m);
    fm_ctx_release(&ctx);
}

TEST(hashes_and_forms_differ_between_cases)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    const enum fm_redact_action actions[] = {FM_ACTION_HASH, FM_ACTION_FORMAT};
    for (size_t i = 0; i < 2; i++) {
        struct fm_pseudonyms *a = fm_pseudonyms_new(key_a), *again = fm_pseudonyms_new(key_a),
                             *b = fm_pseudonyms_new(key_b);
        fm_str x = redact(&ctx, a, actions[i], "from 203.0.113.9 to 203.0.113.9 now"),
               y = redact(&ctx, b, actions[i], "from 203.0.113.9 to 203.0.113.9 now");
        assert_string_equal(
            x.p, redact(&ctx, again, actions[i], "from 203.0.113.9 to 203.0.113.9 now").p);
        assert_string_not_equal(x.p, y.p);
        assert_false(fm_str_has(x, FM_STR("203.0.113.9")));
        fm_pseudonyms_free(a);
        fm_pseudonyms_free(again);
        fm_pseudonyms_free(b);
    }
    fm_ctx_release(&ctx);
}

TEST(forms_keep_their_shape_and_come_back)
{
    struct fm_ctx ctx;
    struct fm_restored back;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_pseudonyms *m = fm_pseudonyms_new(key_a);
    const char *text = "203.0.113.9 joe@example.org card 4111 1111 1111 1111 mac 52:54:00:12:ab:cd";
    fm_str x = redact(&ctx, m, FM_ACTION_FORMAT, text);
    assert_int_equal(x.len, strlen(text));
    for (size_t i = 0; i < x.len; i++)
        assert_true((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'z') ||
                    text[i] == x.p[i]);
    assert_string_equal(redact(&ctx, m, FM_ACTION_FORMAT, x.p).p, x.p);
    assert_int_equal(fm_redact_restore(m, &ctx, x, &back), FM_OK);
    assert_string_equal(back.text.p, text);
    fm_pseudonyms_free(m);
    fm_ctx_release(&ctx);
}

TEST(partial_shows_what_helps)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_str x = redact(&ctx, NULL, FM_ACTION_PARTIAL,
                      "joe@example.org 203.0.113.9 card 4111 1111 1111 1111 password=abc123xyz");
    assert_string_equal(x.p,
                        "j***@example.org 203.0.*.* card **** **** **** 1111 password=<PASSWORD>");
    fm_ctx_release(&ctx);
}

TEST(restore_survives_what_models_do)
{
    static const struct {
        const char *text, *want;
        size_t n_unknown;
    } cases[] = {
        {"<EMAIL_1>", "joe@example.org", 0},
        {"<email_1> and <Email_1>", "joe@example.org and joe@example.org", 0},
        {"**<EMAIL_1>** `EMAIL_1`", "**joe@example.org** `joe@example.org`", 0},
        {"&lt;EMAIL_1&gt; \\<EMAIL\\_1\\> <EMAIL-1> <EMAIL 1>",
         "joe@example.org joe@example.org joe@example.org joe@example.org", 0},
        {"<EMAIL_1>'s and EMAIL_1's, <EMAIL_1>s",
         "joe@example.org's and joe@example.org's, joe@example.orgs", 0},
        {"<EMAIL_12> EMAIL_12 xEMAIL_1 email_1", "<EMAIL_12> EMAIL_12 xEMAIL_1 email_1", 1},
        {"<EMAIL_10> <EMAIL_1", "ten@example.org <joe@example.org", 0},
        {"<EMAIL> <EMAIL:0123456789ab>", "<EMAIL> <EMAIL:0123456789ab>", 2},
    };
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_pseudonyms *m = fm_pseudonyms_new(key_a);
    redact(&ctx, m, FM_ACTION_TOKEN,
           "joe@example.org a2@x.org a3@x.org a4@x.org a5@x.org a6@x.org a7@x.org a8@x.org "
           "a9@x.org ten@example.org");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_restored r;
        assert_int_equal(fm_redact_restore(m, &ctx, fm_str_c(cases[i].text), &r), FM_OK);
        assert_string_equal(r.text.p, cases[i].want);
        assert_int_equal(r.n_unknown, cases[i].n_unknown);
    }
    fm_pseudonyms_free(m);
    fm_ctx_release(&ctx);
}

TEST(numbers_that_a_text_uses_are_not_given_away)
{
    struct fm_ctx ctx;
    struct fm_restored back;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_pseudonyms *m = fm_pseudonyms_new(key_a);
    fm_str x = redact(&ctx, m, FM_ACTION_TOKEN, "joe@example.org wrote <EMAIL_1> and EMAIL_2");
    assert_string_equal(x.p, "<EMAIL_3> wrote <EMAIL_1> and EMAIL_2");
    assert_int_equal(fm_redact_restore(m, &ctx, x, &back), FM_OK);
    assert_string_equal(back.text.p, "joe@example.org wrote <EMAIL_1> and EMAIL_2");
    fm_pseudonyms_free(m);
    fm_ctx_release(&ctx);
}

TEST(a_map_becomes_another)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    struct fm_pseudonyms *m = fm_pseudonyms_new(key_a), *from = fm_pseudonyms_new(key_b);
    (void)redact(&ctx, m, FM_ACTION_TOKEN, "joe@example.org");
    (void)redact(&ctx, from, FM_ACTION_TOKEN, "ann@example.org bob@example.org");
    fm_pseudonyms_become(m, from);
    assert_int_equal(fm_pseudonyms_count(m), 2);
    assert_string_equal(redact(&ctx, m, FM_ACTION_TOKEN, "joe@example.org bob@example.org").p,
                        "<EMAIL_3> <EMAIL_2>");
    struct fm_pseudonyms *same = fm_pseudonyms_new(key_b);
    fm_str by_key = redact(&ctx, same, FM_ACTION_HASH, "8.8.8.8");
    assert_string_equal(redact(&ctx, m, FM_ACTION_HASH, "8.8.8.8").p, by_key.p);
    fm_pseudonyms_free(same);
    fm_pseudonyms_free(m);
    fm_ctx_release(&ctx);
}

TEST(the_map_is_sealed_and_opens_only_with_its_key_and_case)
{
    struct fm_ctx ctx;
    fm_str box;
    struct fm_pseudonyms *m = fm_pseudonyms_new(key_a), *back = NULL;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_str x = redact(&ctx, m, FM_ACTION_TOKEN, "joe@example.org 8.8.8.8");
    assert_int_equal(fm_pseudonyms_seal(m, &ctx, FM_STR("case-1"), &box), FM_OK);
    assert_false(fm_str_has(box, FM_STR("joe@")));
    assert_int_equal(fm_pseudonyms_open(&ctx, key_b, FM_STR("case-1"), box, &back), FM_EFORBIDDEN);
    assert_int_equal(fm_pseudonyms_open(&ctx, key_a, FM_STR("case-2"), box, &back), FM_EFORBIDDEN);
    char *bent = fm_arena_dup(&ctx.arena, box.p, box.len);
    bent[box.len / 2] ^= 1;
    assert_int_equal(
        fm_pseudonyms_open(&ctx, key_a, FM_STR("case-1"), fm_str_n(bent, box.len), &back),
        FM_EFORBIDDEN);
    assert_null(back);
    fm_ctx_clear_error(&ctx);
    assert_int_equal(fm_pseudonyms_open(&ctx, key_a, FM_STR("case-1"), box, &back), FM_OK);
    struct fm_restored r;
    assert_int_equal(fm_redact_restore(back, &ctx, x, &r), FM_OK);
    assert_string_equal(r.text.p, "joe@example.org 8.8.8.8");
    assert_string_equal(redact(&ctx, back, FM_ACTION_TOKEN, "8.8.8.8 1.1.1.1").p, "<IP_1> <IP_2>");
    fm_pseudonyms_free(back);
    fm_pseudonyms_free(m);
    fm_ctx_release(&ctx);
}
