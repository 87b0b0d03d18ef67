/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/models/proposal.h"

static struct fm_ctx ctx;

static int setup_value(const char *json, yyjson_val **v)
{
    fm_ctx_release(&ctx);
    fm_ctx_init(&ctx, &fm_clock_system);
    return (int)fm_json_read(&ctx, fm_str_c(json), v);
}

static fm_str text_of(const struct fm_record_type *t, const void *record)
{
    struct fm_buf b;
    fm_buf_init(&b, 1 << 20);
    fm_record_write(t, record, &b);
    fm_str s = fm_str_dup(&ctx.arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return s;
}

TEST(canonical_text_is_a_fixed_point)
{
    static const char *const texts[] = {
        "{\"statement\":\"pool \\\"x\\\" "
        "is\\nfull\",\"category\":\"config\",\"initial_likelihood\":0.3}",
        "{\"id\":\"hyp_1\",\"statement\":\"s\",\"category\":\"data\",\"likelihood\":0.1235,"
        "\"cites\":[{\"evidence_id\":"
        "\"E1\",\"offset\":12,\"length\":3,\"quote\":\"a\\u0001b\"}],\"tested_at\":\"2025-07-01T12:"
        "00:00.5Z\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        yyjson_val *v;
        struct fm_hypothesis h;
        assert_int_equal(setup_value(texts[i], &v), FM_OK);
        assert_int_equal(fm_record_read(&ctx, &fm_hypothesis_type, v, &h), FM_OK);
        fm_str once = text_of(&fm_hypothesis_type, &h);
        assert_int_equal(fm_json_read(&ctx, once, &v), FM_OK);
        assert_int_equal(fm_record_read(&ctx, &fm_hypothesis_type, v, &h), FM_OK);
        fm_str twice = text_of(&fm_hypothesis_type, &h);
        assert_true(fm_str_eq(once, twice));
        assert_true(fm_str_has(once, FM_STR("\"statement\":")));
    }
}

TEST(order_and_space_of_the_input_do_not_matter)
{
    yyjson_val *v;
    struct fm_link a, b;
    assert_int_equal(
        setup_value(
            "{ \"stance\": \"SUPPORTS\", \"evidence_id\": \"E1\", \"hypothesis_id\": \"H1\"}", &v),
        0);
    assert_int_equal(fm_record_read(&ctx, &fm_link_type, v, &a), FM_OK);
    fm_str text = fm_str_dup(&ctx.arena, text_of(&fm_link_type, &a));
    assert_str(text, "{\"hypothesis_id\":\"H1\",\"evidence_id\":\"E1\",\"stance\":\"supports\"}");
    fm_record_copy(&ctx.arena, &fm_link_type, &a, &b);
    assert_true(fm_str_eq(text, text_of(&fm_link_type, &b)));
}

TEST(wrong_records_are_refused_and_the_field_is_named)
{
    static const struct {
        const char *json, *part;
    } cases[] = {
        {"{\"statement\":\"s\",\"category\":\"weather\"}", "hypothesis.category"},
        {"{\"category\":\"code\"}", "hypothesis.statement: is missing"},
        {"{\"statement\":\"s\",\"category\":\"code\",\"colour\":1}", "no member \"colour\""},
        {"{\"statement\":7,\"category\":\"code\"}", "must be a string"},
        {"{\"statement\":\"s\",\"category\":\"code\",\"likelihood\":1.01}", "from 0 to 1"},
        {"{\"statement\":\"s\",\"category\":\"code\",\"tested_at\":\"noon\"}", "must be a time"},
        {"{\"statement\":\"a\\u0000b\",\"category\":\"code\"}", "NUL"},
        {"[]", "must be an object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        yyjson_val *v;
        struct fm_hypothesis h;
        assert_int_equal(setup_value(cases[i].json, &v), FM_OK);
        assert_int_equal(fm_record_read(&ctx, &fm_hypothesis_type, v, &h), FM_EINVAL);
        if (!fm_str_has(fm_str_c(ctx.error), fm_str_c(cases[i].part)))
            fail_msg("\"%s\" does not say \"%s\"", ctx.error, cases[i].part);
    }
}

TEST(text_over_its_limit_is_refused)
{
    yyjson_val *v;
    struct fm_hypothesis h;
    char json[700];
    memset(json, 'x', sizeof json);
    memcpy(json, "{\"category\":\"code\",\"statement\":\"", 32);
    memcpy(json + 600, "\"}", 3);
    assert_int_equal(setup_value(json, &v), FM_OK);
    assert_int_equal(fm_record_read(&ctx, &fm_hypothesis_type, v, &h), FM_EINVAL);
    assert_true(fm_str_has(fm_str_c(ctx.error), FM_STR("at most 500")));
}

TEST(text_that_is_no_utf8_is_written_as_valid_json)
{
    struct fm_hypothesis h;
    yyjson_val *v;
    assert_int_equal(setup_value("{}", &v), FM_OK);
    fm_record_init(&fm_hypothesis_type, &h);
    h.statement = FM_STR("bad \xff byte \xe2\x82 end \"q\"");
    h.category = FM_HYPOTHESIS_CODE;
    assert_int_equal(fm_json_read(&ctx, text_of(&fm_hypothesis_type, &h), &v), FM_OK);
    assert_str(fm_json_get_str(v, "statement"),
               "bad \xEF\xBF\xBD byte \xEF\xBF\xBD\xEF\xBF\xBD end \"q\"");
}

TEST(a_merge_keeps_what_is_not_given)
{
    struct fm_verification a, b;
    fm_record_init(&fm_verification_type, &a);
    fm_record_init(&fm_verification_type, &b);
    a.symptom = FM_STR("slow");
    a.severity = FM_INCIDENT_HIGH;
    b.urgency = FM_URGENCY_CRITICAL;
    b.started_at = 5;
    fm_record_merge(&fm_verification_type, &b, &a);
    assert_str(a.symptom, "slow");
    assert_int_equal(a.severity, FM_INCIDENT_HIGH);
    assert_int_equal(a.urgency, FM_URGENCY_CRITICAL);
    assert_int_equal(a.started_at, 5);
    assert_int_equal(a.noticed_at, FM_TIME_NONE);
}

TEST(a_proposal_keeps_a_bad_change_with_its_defect)
{
    yyjson_val *v;
    struct fm_proposal p;
    assert_int_equal(setup_value("{\"changes\":[{\"type\":\"fly\"},{\"type\":\"link\",\"link\":{}},"
                                 "{\"type\":\"set_title\",\"title\":{\"text\":\"t\"}}]}",
                                 &v),
                     FM_OK);
    assert_int_equal(fm_proposal_read(&ctx, v, &p), FM_OK);
    assert_int_equal(p.changes.n, 3);
    assert_true(fm_str_has(p.changes.items[0].defect, FM_STR("fly")));
    assert_true(fm_str_has(p.changes.items[1].defect, FM_STR("link.hypothesis_id: is missing")));
    assert_int_equal(p.changes.items[2].defect.len, 0);
    assert_int_equal(ctx.code, FM_OK);
}

TEST(names_of_every_enum_parse_back)
{
    assert_int_equal(fm_name_parse(&fm_case_status_names, FM_STR("resolved")), FM_CASE_RESOLVED);
    assert_int_equal(fm_name_parse(&fm_incident_severity_names, FM_STR("high")), FM_INCIDENT_HIGH);
    assert_int_equal(fm_name_parse(&fm_incident_severity_names, FM_STR("urgent")), 0);
    for (unsigned i = 1; i < FM_EVENT_COUNT; i++) {
        assert_int_equal(
            fm_name_parse(&fm_event_type_names, fm_str_c(fm_name_of(&fm_event_type_names, i))), i);
        assert_non_null(fm_event_body(i));
    }
    for (unsigned i = 1; i < FM_CHANGE_COUNT; i++)
        assert_non_null(fm_change_body(i));
}
