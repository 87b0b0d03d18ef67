/* SPDX-License-Identifier: Apache-2.0 */
/* Examples of signatures as facts, and the check that each behaves. */
#include "signature.h"

struct example_reader {
    struct fm_ctx *ctx;
    struct fm_facts *out;
    struct fm_map sources;
    uint32_t source;
    uint64_t offset;
};

static uint32_t source_number(struct example_reader *r, fm_str name)
{
    struct fm_map_entry *e = fm_map_put(&r->sources, name);
    if (!e->value)
        e->value = (void *)(uintptr_t)r->sources.n;
    return (uint32_t)(uintptr_t)e->value - 1;
}

static void set_source(struct fm_fact *f, fm_str tag)
{
    static const struct {
        const char *tag;
        enum fm_fact_source source;
    } tags[] = {{"alert", FM_FACT_ALERT},
                {"event", FM_FACT_EVENT},
                {"field", FM_FACT_FIELD},
                {"command", FM_FACT_COMMAND}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (fm_str_eqc(tag, tags[i].tag))
            f->source = tags[i].source;
    for (unsigned i = 0; i < FM_OBSERVATION_KIND_COUNT; i++)
        if (fm_str_eqc(tag, fm_observation_kind_name((enum fm_observation_kind)i))) {
            f->source = FM_FACT_OBSERVATION;
            f->observation = (enum fm_observation_kind)i;
        }
}

/* Seconds count up line by line, so that "later" has a meaning. */
static void add_line(struct example_reader *r, fm_str line)
{
    struct fm_fact f = {
        .source = FM_FACT_LOG, .entity = r->source, .evidence = r->source, .count = 1};
    f.begin = f.end = (fm_time)r->offset * 1000000000;
    f.span = (fm_span){.offset = r->offset++, .length = 1, .evidence = r->source};
    f.text = line;
    if (line.p[0] == '@') {
        f.text = fm_str_skip(line, 1);
        set_source(&f, fm_str_cut(&f.text, ' '));
    }
    f.level = fm_fact_level_of(f.text);
    fm_vec_push(&r->ctx->arena, r->out, f);
}

void fm_example_facts(struct fm_ctx *ctx, fm_str text, struct fm_facts *out)
{
    struct example_reader r = {.ctx = ctx, .out = out};
    fm_str line;
    fm_map_init(&r.sources, &ctx->arena);
    r.source = source_number(&r, FM_STR("app"));
    while (fm_str_line(&text, &line)) {
        if (fm_str_starts(line, FM_STR("== ")))
            r.source = source_number(&r, fm_str_skip(line, 3));
        else if (fm_str_trim(line).len)
            add_line(&r, line);
    }
}
