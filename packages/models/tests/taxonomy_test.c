/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>

#include "faultmaven/base/arena.h"
#include "faultmaven/models/diagnosis.h"

static struct fm_arena arena;

/* The schema that the program's output is promised to follow; tests run in the project's folder. */
static fm_str schema(void)
{
    static fm_str text;
    FILE *f = text.len ? NULL : fopen("schemas/diagnosis.schema.json", "rb");
    if (f) {
        char *p = fm_arena_alloc(&arena, 1 << 20);
        text = fm_str_n(p, fread(p, 1, 1 << 20, f));
        fclose(f);
    }
    return text;
}

static void assert_in_schema(const char *name)
{
    fm_str quoted = fm_str_fmt(&arena, "\"%s\"", name);
    if (!fm_str_has(schema(), quoted))
        print_error("not in the schema: %s\n", name);
    assert_true(fm_str_has(schema(), quoted));
}

TEST(every_fault_has_a_unique_id_in_its_domain)
{
    for (unsigned i = 0; i < FM_FAULT_COUNT; i++) {
        enum fm_fault back = FM_FAULT_COUNT;
        fm_str id = fm_str_c(fm_fault_id((enum fm_fault)i));
        assert_true(fm_fault_parse(id, &back));
        assert_int_equal(back, i);
        assert_true(fm_str_starts(id, fm_str_c(fm_fault_domain((enum fm_fault)i))));
    }
}

TEST(an_unknown_fault_is_refused)
{
    enum fm_fault f = FM_FAULT_OTHER_UNKNOWN;
    assert_false(fm_fault_parse(FM_STR("runtime.tired"), &f));
    assert_false(fm_fault_parse(FM_STR(""), &f));
    assert_int_equal(f, FM_FAULT_OTHER_UNKNOWN);
}

TEST(categories_follow_the_taxonomy)
{
    assert_string_equal(fm_category_name(fm_fault_category(FM_FAULT_RUNTIME_OOM_KILLED)), "code");
    assert_string_equal(fm_category_name(fm_fault_category(FM_FAULT_NODE_HARDWARE)), "hardware");
    assert_string_equal(fm_category_name(fm_fault_category(FM_FAULT_DATABASE_DEADLOCK)), "data");
    assert_string_equal(fm_category_name(fm_fault_category(FM_FAULT_TLS_CERTIFICATE_EXPIRED)),
                        "config");
}

TEST(the_schema_knows_every_name)
{
    for (unsigned i = 0; i < FM_FAULT_COUNT; i++)
        assert_in_schema(fm_fault_id((enum fm_fault)i));
    for (unsigned i = 0; i < FM_OBSERVATION_KIND_COUNT; i++)
        assert_in_schema(fm_observation_kind_name((enum fm_observation_kind)i));
    for (unsigned i = 0; i < FM_ENTITY_KIND_COUNT; i++)
        assert_in_schema(fm_entity_kind_name((enum fm_entity_kind)i));
    for (unsigned i = 0; i < FM_EVIDENCE_TYPE_COUNT; i++)
        assert_in_schema(fm_evidence_type_name((enum fm_evidence_type)i));
    for (unsigned i = 0; i < FM_VERDICT_COUNT; i++)
        assert_in_schema(fm_verdict_name((enum fm_verdict)i));
}
