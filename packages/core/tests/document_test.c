/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/core/document.h"

static struct fm_ctx *ctx(void)
{
    static struct fm_ctx c;
    fm_ctx_init(&c, &fm_clock_system);
    return &c;
}

static const struct fm_node *json(struct fm_ctx *c, const char *text, bool *is_truncated)
{
    struct fm_node *root = NULL;
    assert_int_equal(fm_document_json(c, fm_str_c(text), &root, is_truncated), FM_OK);
    return root;
}

static const struct fm_node *yaml(struct fm_ctx *c, const char *text, const char *problem)
{
    struct fm_node *root = NULL;
    fm_str why;
    assert_int_equal(fm_document_yaml(c, fm_str_c(text), &root, &why), FM_OK);
    assert_true(fm_str_has(why, fm_str_c(problem)));
    assert_true((why.len > 0) == (*problem != '\0'));
    return root;
}

TEST(json_values_know_their_bytes)
{
    struct fm_ctx *c = ctx();
    bool cut;
    const struct fm_node *n = json(c, "{\"a\": {\"b\": [1, \"x\\ny\", true]}, \"c.d\":null}", &cut);
    assert_false(cut);
    assert_str(fm_node_at(n, "a.b.1")->source, "\"x\\ny\"");
    assert_str(fm_node_at(n, "a.b.1")->text, "x\ny");
    assert_str(fm_node_at(n, "a.b")->pair, "\"b\": [1, \"x\\ny\", true]");
    assert_true(fm_node_at(n, "a.b.0")->number == 1);
    assert_int_equal(fm_node_at(n, "a.b.2")->kind, FM_NODE_BOOL);
    assert_int_equal(fm_node_member(n, FM_STR("c.d"))->kind, FM_NODE_NULL);
    assert_null(fm_node_at(n, "a.b.3"));
    assert_str(fm_node_str(n, "a.q"), "");
    fm_ctx_release(c);
}

TEST(json_escapes_follow_rfc_8259)
{
    struct fm_ctx *c = ctx();
    bool cut;
    assert_str(json(c, "\"\\u00e9\\ud83d\\ude00\\ud800\\/\"", &cut)->text,
               "\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd/");
    fm_ctx_release(c);
}

TEST(truncated_json_gives_what_it_held)
{
    static const struct {
        const char *text, *path, *want;
    } cases[] = {
        {"{\"a\": 1, \"b\": [\"x\", \"y", "b.0", "x"},
        {"{\"a\": {\"b\": 2", "a.b", "2"},
        {"[{\"a\": \"z\"}, {\"a\"", "0.a", "z"},
        {"{\"a\": \"z\", \"b\":", "a", "z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_ctx *c = ctx();
        bool cut = false;
        assert_str(fm_node_str(json(c, cases[i].text, &cut), cases[i].path), cases[i].want);
        assert_true(cut);
        fm_ctx_release(c);
    }
}

TEST(what_is_not_json_is_refused_with_its_place)
{
    static const char *const cases[] = {"{\"a\" 1}", "[1 2]",         "{a: 1}",  "[1] x",
                                        "",          "{\"a\": nope}", "\"a\nb\""};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_ctx *c = ctx();
        struct fm_node *root = NULL;
        bool cut;
        assert_int_equal(fm_document_json(c, fm_str_c(cases[i]), &root, &cut), FM_EINVAL);
        assert_null(root);
        assert_non_null(strstr(c->error, "line "));
        fm_ctx_release(c);
    }
}

TEST(deep_nesting_is_limited)
{
    char text[400];
    memset(text, '[', sizeof text);
    struct fm_ctx *c = ctx();
    struct fm_node *root = NULL;
    bool cut;
    fm_str problem;
    assert_int_equal(fm_document_json(c, fm_str_n(text, sizeof text), &root, &cut), FM_ELIMIT);
    fm_ctx_clear_error(c);
    assert_int_equal(fm_document_yaml(c, fm_str_n(text, sizeof text), &root, &problem), FM_ELIMIT);
    fm_ctx_release(c);
}

TEST(yaml_documents_know_their_bytes)
{
    struct fm_ctx *c = ctx();
    const struct fm_node *n = yaml(c,
                                   "kind: Service\nspec:\n  ports:\n  - port: 80\n    targetPort: "
                                   "http\n  selector: {app: \"ledger\"}\n"
                                   "---\nkind: Pod\n",
                                   "");
    assert_int_equal(n->n_children, 2);
    assert_str(fm_node_at(n, "0.spec.ports.0.targetPort")->pair, "targetPort: http");
    assert_str(fm_node_at(n, "0.spec.selector.app")->source, "\"ledger\"");
    assert_str(fm_node_at(n, "0.spec.ports")->source, "- port: 80\n    targetPort: http");
    assert_str(fm_node_at(n, "0.spec.selector")->pair, "selector: {app: \"ledger\"}");
    assert_str(fm_node_str(n, "1.kind"), "Pod");
    fm_ctx_release(c);
}

TEST(yaml_scalars_follow_the_core_schema)
{
    static const struct {
        const char *text;
        enum fm_node_kind kind;
    } cases[] = {{"a: 1.5", FM_NODE_NUMBER}, {"a: '1.5'", FM_NODE_STRING},
                 {"a: true", FM_NODE_BOOL},  {"a:", FM_NODE_NULL},
                 {"a: ~", FM_NODE_NULL},     {"a: &x y", FM_NODE_STRING}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fm_ctx *c = ctx();
        assert_int_equal(fm_node_at(yaml(c, cases[i].text, ""), "0.a")->kind, cases[i].kind);
        fm_ctx_release(c);
    }
}

TEST(yaml_positions_count_bytes_not_characters)
{
    struct fm_ctx *c = ctx();
    const struct fm_node *n =
        yaml(c, "# \xc3\xa9\xc3\xa9\xf0\x9f\x98\x80\nname: caf\xc3\xa9\nport: 8080\n", "");
    assert_str(fm_node_at(n, "0.name")->source, "caf\xc3\xa9");
    assert_str(fm_node_at(n, "0.port")->pair, "port: 8080");
    fm_ctx_release(c);
}

TEST(yaml_aliases_are_not_followed)
{
    struct fm_ctx *c = ctx();
    const struct fm_node *n = yaml(c, "a: &x [1, 2]\nb: *x\n? [k]\n: v\n", "");
    assert_int_equal(fm_node_at(n, "0.b")->kind, FM_NODE_ALIAS);
    assert_str(fm_node_str(n, "0.b"), "");
    assert_int_equal(fm_node_at(n, "0")->n_children, 3);
    fm_ctx_release(c);
}

TEST(damaged_yaml_keeps_what_came_before)
{
    struct fm_ctx *c = ctx();
    const struct fm_node *n =
        yaml(c, "kind: Pod\n---\nkind: {{ .Values.kind }\n", "not YAML from line");
    assert_str(fm_node_str(n, "0.kind"), "Pod");
    fm_ctx_release(c);
}
