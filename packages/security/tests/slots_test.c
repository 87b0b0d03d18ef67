/* SPDX-License-Identifier: Apache-2.0 */
/* What stands at the place of a user name in one template is one in every line of it. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/security/egress.h"
#include "faultmaven/security/slots.h"

struct bench {
    struct fm_ctx ctx;
    struct fm_redactor *r;
    struct fm_slot_source *slots;
    struct fm_redact_scan *scan;
};

static void setup(struct bench *b, enum fm_policy_name policy)
{
    fm_ctx_init(&b->ctx, &fm_clock_system);
    assert_int_equal(
        fm_redactor_new(&b->ctx, &(struct fm_redactor_options){.policy = policy}, &b->r), FM_OK);
    b->slots = fm_slot_learner_new();
    b->scan = fm_redact_scan_new(b->r);
    fm_redact_scan_slots(b->scan, b->slots);
}

static void teardown(struct bench *b)
{
    fm_redact_scan_free(b->scan);
    fm_slot_learner_free(b->slots);
    fm_redactor_free(b->r);
    fm_ctx_release(&b->ctx);
}

static const char *found_by(struct bench *b, const char *line, const char *value)
{
    struct fm_findings f = fm_redact_scan_line(b->scan, fm_str_c(line));
    for (size_t i = 0; i < f.n; i++)
        if (fm_str_eqc(fm_str_n(line + f.items[i].start, f.items[i].end - f.items[i].start), value))
            return fm_redactor_rule_id(b->r, f.items[i].rule);
    return "";
}

TEST(a_second_name_makes_the_place_sure)
{
    struct bench b;
    setup(&b, FM_POLICY_STANDARD);
    assert_string_equal(found_by(&b, "job 7 granted to user db by (uid=0)", "db"), "");
    (void)found_by(&b, "job 8 granted to user alice by (uid=0)", "alice");
    assert_string_equal(found_by(&b, "job 9 granted to user db by (uid=0)", "db"), "");
    (void)found_by(&b, "job 8 granted to user alice by (uid=0)", "alice");
    assert_int_equal(fm_slot_learner_count(b.slots), 0);
    (void)found_by(&b, "job 10 granted to user bob by (uid=0)", "bob");
    assert_int_equal(fm_slot_learner_count(b.slots), 1);
    assert_string_equal(found_by(&b, "job 9 granted to user db by (uid=0)", "db"), "template-slot");
    assert_string_equal(found_by(&b, "job 9 revoked to user db by (uid=0)", "db"), "");
    assert_string_equal(found_by(&b, "job 9 granted to user unknown by (uid=0)", "unknown"), "");
    teardown(&b);
}

TEST(short_templates_teach_nothing)
{
    struct bench b;
    setup(&b, FM_POLICY_STANDARD);
    (void)found_by(&b, "user alice", "alice");
    (void)found_by(&b, "user bob", "bob");
    assert_int_equal(fm_slot_learner_count(b.slots), 0);
    assert_string_equal(found_by(&b, "user experience", "experience"), "");
    teardown(&b);
}

TEST(a_shape_that_is_remembered_asks_again_when_something_was_learned)
{
    struct bench b;
    setup(&b, FM_POLICY_STANDARD);
    for (int i = 0; i < 100; i++) {
        char line[96];
        snprintf(line, sizeof line, "job %03d granted to user db by (uid=0)", i);
        assert_string_equal(found_by(&b, line, "db"), "");
    }
    (void)found_by(&b, "job 100 granted to user alice by (uid=0)", "alice");
    (void)found_by(&b, "job 101 granted to user bob by (uid=0)", "bob");
    assert_string_equal(found_by(&b, "job 102 granted to user db by (uid=0)", "db"),
                        "template-slot");
    teardown(&b);
}

/* The same with and without memory, for text in which names are learned in between. */
TEST(memory_does_not_change_what_is_learned)
{
    static const char *const names[] = {"alice", "db",  "bob",    "mode",  "carol7", "service",
                                        "null",  "eve", "manage", "dave9", "unknown"};
    static const char *const lines[] = {"session %d opened for user %s by (uid=0)",
                                        "Accepted password for %2$s from 10.0.0.%1$d port 22 ssh2",
                                        "task %d handed over to user %s after review",
                                        "host=%2$s-%1$d is up and serving requests again",
                                        "%d errors while copying data of %s to disk"};
    struct bench fast, slow;
    setup(&fast, FM_POLICY_STRICT);
    setup(&slow, FM_POLICY_STRICT);
    fm_redact_scan_remember(slow.scan, 0);
    for (unsigned i = 0; i < 4000; i++) {
        char text[160];
        unsigned k = i * 2654435761u >> 7;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, lines[k % 5], (int)(k % 97), names[k / 5 % 11]);
#pragma GCC diagnostic pop
        struct fm_findings a = fm_redact_scan_line(fast.scan, fm_str_c(text)),
                           c = fm_redact_scan_line(slow.scan, fm_str_c(text));
        assert_int_equal(a.n, c.n);
        for (size_t x = 0; x < a.n; x++)
            assert_true(a.items[x].start == c.items[x].start && a.items[x].end == c.items[x].end &&
                        a.items[x].type == c.items[x].type && a.items[x].rule == c.items[x].rule);
    }
    assert_int_equal(fm_slot_learner_count(fast.slots), fm_slot_learner_count(slow.slots));
    assert_true(fm_slot_learner_count(fast.slots) >= 2);
    teardown(&fast);
    teardown(&slow);
}

TEST(the_gate_learns_from_the_whole_body_first)
{
    static const uint8_t key[FM_CASE_KEY_BYTES] = {4};
    struct bench b;
    struct fm_egress *gate;
    const struct fm_cleared *c;
    fm_str out;
    setup(&b, FM_POLICY_STANDARD);
    struct fm_pseudonyms *map = fm_pseudonyms_new(key);
    assert_int_equal(
        fm_egress_new(&b.ctx, &(struct fm_egress_options){.external = b.r, .map = map}, &gate),
        FM_OK);
    struct fm_egress_request q = {.kind = FM_EGRESS_MODEL,
                                  .origin = "test",
                                  .receiver = "model",
                                  .body = FM_STR("job 7 granted to user db by (uid=0)\n"
                                                 "job 8 granted to user alice by (uid=0)\n"
                                                 "job 9 granted to user bob by (uid=0)\n")};
    assert_int_equal(fm_egress_pass(gate, &b.ctx, &q, &c), FM_OK);
    assert_int_equal(fm_cleared_body(c, &b.ctx, false, &out), FM_OK);
    assert_string_equal(out.p, "job 7 granted to user <USER_1> by (uid=0)\n"
                               "job 8 granted to user <USER_2> by (uid=0)\n"
                               "job 9 granted to user <USER_3> by (uid=0)\n");
    fm_egress_free(gate);
    fm_pseudonyms_free(map);
    teardown(&b);
}
