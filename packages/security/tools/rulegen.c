/* SPDX-License-Identifier: Apache-2.0 */
/* Build tool: rules/formats-*.yaml and lexicon.yaml to C tables. rulegen OUT.c LEXICON FORMATS… */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "rules/rule.h"
#include "scan/lexicon.h"

static const char *const class_names[] = {
#define CLASS_NAME(sym, name) [FM_LEXICON_BIT_##sym] = #name,
    FM_LEXICON_CLASSES(CLASS_NAME)
#undef CLASS_NAME
};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "rulegen: %s: %s\n", what, why);
    exit(1);
}

static fm_str slurp(struct fm_arena *a, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path, strerror(errno));
    char *p = fm_arena_alloc(a, 4u << 20);
    size_t n = fread(p, 1, 4u << 20, f);
    fclose(f);
    return fm_str_n(p, n);
}

static void put_string(FILE *o, const char *s)
{
    fputc('"', o);
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            fprintf(o, "\\%c", *s);
        else
            fputc(*s, o);
    fputc('"', o);
}

static void put_list(FILE *o, const char *name, size_t i, const char *const *list, size_t n)
{
    fprintf(o, "static const char *const %s_%zu[] = {", name, i);
    for (size_t k = 0; k < n; k++) {
        put_string(o, list[k]);
        fputs(", ", o);
    }
    fputs("NULL};\n", o);
}

static void put_body(FILE *o, size_t i, const struct fm_rule *r)
{
    fprintf(o, "static const struct fm_shape_elem body_%zu[] = {\n", i);
    for (uint16_t k = 0; k < r->n_body; k++) {
        const struct fm_shape_elem *e = &r->body[k];
        fputs("    {.set = {", o);
        for (int b = 0; b < 8; b++)
            fprintf(o, "0x%xu,", e->set[b]);
        fputs("}, .literal = ", o);
        e->literal ? put_string(o, e->literal) : (void)fputs("NULL", o);
        fprintf(o, ", .min = %u, .max = %u},\n", e->min, e->max);
    }
    fputs("    {.min = 0}};\n", o);
}

static void put_rule(FILE *o, size_t i, const struct fm_rule *r)
{
    fputs("    {.id = ", o);
    put_string(o, r->id);
    fputs(", .why = ", o);
    put_string(o, r->why);
    fprintf(o,
            ", .type = (enum fm_sensitive)%u, .prefixes = prefix_%zu, .n_prefixes = %u, .body = "
            "body_%zu, .n_body = %u,\n",
            r->type, i, r->n_prefixes, i, r->n_body);
    fprintf(o,
            "     .context = context_%zu, .n_context = %u, .from_end = %u, .entropy_centi = %u, "
            ".checksum = %d, .is_open_right = %d},\n",
            i, r->n_context, r->from_end, r->entropy_centi, r->checksum, r->is_open_right);
}

static void put_rules(FILE *o, const struct fm_rule_file *f)
{
    for (size_t i = 0; i < f->rules.n; i++) {
        put_list(o, "prefix", i, f->rules.items[i].prefixes, f->rules.items[i].n_prefixes);
        put_list(o, "context", i, f->rules.items[i].context, f->rules.items[i].n_context);
        put_body(o, i, &f->rules.items[i]);
    }
    fputs("const struct fm_rule fm_builtin_rules[] = {\n", o);
    for (size_t i = 0; i < f->rules.n; i++)
        put_rule(o, i, &f->rules.items[i]);
    fprintf(o, "};\nconst size_t fm_builtin_rule_count = %zu;\n", f->rules.n);
}

static uint64_t class_bit(const char *name)
{
    for (unsigned i = 0; i < FM_LEXICON_BIT_COUNT; i++)
        if (strcmp(class_names[i], name) == 0)
            return 1ULL << i;
    die(name, "no such lexicon class");
}

/* Values are blank-separated words: one folded scalar a class. */
static void put_class(FILE *o, const char *name, const char *words, size_t *n)
{
    uint64_t bit = class_bit(name);
    fm_str rest = fm_str_c(words), w;
    while (fm_str_word(&rest, &w)) {
        if (w.len > FM_LEXICON_WORD_MAX)
            die(name, "a word is longer than 24 bytes");
        fprintf(o, "    {\"%.*s\", 0x%llxULL},\n", (int)w.len, w.p, (unsigned long long)bit);
        ++*n;
    }
}

static void put_lexicon(FILE *o, const char *path, fm_str text)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    size_t n = 0;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
    if (!yaml_parser_load(&parser, &doc))
        die(path, parser.problem);
    yaml_node_t *root = yaml_document_get_root_node(&doc);
    fputs("const struct fm_lexicon_word fm_lexicon_words[] = {\n", o);
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top;
         p++) {
        yaml_node_t *k = yaml_document_get_node(&doc, p->key),
                    *v = yaml_document_get_node(&doc, p->value);
        put_class(o, (const char *)k->data.scalar.value, (const char *)v->data.scalar.value, &n);
    }
    fprintf(o, "};\nconst size_t fm_lexicon_count = %zu;\n", n);
    yaml_document_delete(&doc);
    yaml_parser_delete(&parser);
}

int main(int argc, char **argv)
{
    struct fm_ctx ctx;
    struct fm_rule_file file = {0};
    if (argc < 4)
        die("usage", "rulegen OUT.c LEXICON FORMATS...");
    fm_ctx_init(&ctx, &fm_clock_system);
    FILE *o = fopen(argv[1], "wb");
    if (!o)
        die(argv[1], strerror(errno));
    fputs("/* SPDX-License-Identifier: Apache-2.0 */\n/* Generated by rulegen; the data is in "
          "packages/security/rules. */\n#include \"rules/rule.h\"\n#include \"scan/lexicon.h\"\n\n",
          o);
    for (int i = 3; i < argc; i++)
        if (fm_rules_parse(&ctx, &ctx.arena, argv[i], slurp(&ctx.arena, argv[i]), &file) != FM_OK)
            die(argv[i], ctx.error);
    put_rules(o, &file);
    put_lexicon(o, argv[2], slurp(&ctx.arena, argv[2]));
    if (fclose(o) != 0)
        die(argv[1], strerror(errno));
    fm_ctx_release(&ctx);
    return 0;
}
