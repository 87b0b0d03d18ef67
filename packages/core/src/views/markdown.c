/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/view.h"
#include "views/contradiction.h"

struct sheet {
    struct fm_arena *arena;
    const struct fm_diagnosis *d;
    struct fm_buf *out;
};

/* CommonMark: a backslash before ASCII punctuation makes it literal. Line ends become blanks. */
static void put_text(struct sheet *s, fm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        if (c != 0 && strchr("\\`*_[]<>#|!~", c))
            fm_buf_addc(s->out, '\\');
        fm_buf_addc(s->out, (unsigned char)c < 32 ? ' ' : c);
    }
}

/* A fence longer than any run of backticks inside, so that evidence cannot close it. */
static void put_fence(struct sheet *s, fm_str text)
{
    size_t longest = 2, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (int side = 0; side < 2; side++) {
        fm_buf_addz(s->out, side ? "\n  " : "  ");
        for (size_t i = 0; i <= longest; i++)
            fm_buf_addc(s->out, '`');
        if (side)
            break;
        fm_str line;
        while (fm_str_line(&text, &line))
            fm_buf_addf(s->out, "\n  %.*s", FM_STR_ARG(line));
    }
    fm_buf_addc(s->out, '\n');
}

static void put_cite(struct sheet *s, fm_span span)
{
    if (span.length == 0)
        return;
    struct fm_evidence *e = s->d->inputs.items[span.evidence];
    fm_buf_addf(s->out, " (%.*s:%llu)\n\n", FM_STR_ARG(e->path),
                (unsigned long long)fm_evidence_line(s->arena, e, span.offset));
    put_fence(s, fm_str_sub(e->bytes, span.offset, span.length));
}

static void put_item(struct sheet *s, fm_str a, fm_str b)
{
    fm_buf_addz(s->out, "- ");
    put_text(s, a);
    fm_buf_addz(s->out, ": ");
    put_text(s, b);
    fm_buf_addc(s->out, '\n');
}

static void put_verdict(struct sheet *s)
{
    const struct fm_diagnosis *d = s->d;
    fm_buf_addf(s->out, "# Diagnosis: %s\n\n", fm_verdict_name(d->verdict));
    put_text(s, d->summary);
    fm_buf_addz(s->out, "\n\n");
    if (d->causes.n) {
        const struct fm_cause *c = d->causes.items[0];
        fm_buf_addf(s->out,
                    "| what | value |\n|---|---|\n| %s | %.*s |\n| fault | %s |\n| likelihood | "
                    "%.0f %% (%s) |\n",
                    fm_entity_kind_name(c->entity.kind), FM_STR_ARG(c->entity.name),
                    fm_fault_id(c->fault), c->likelihood * 100, fm_confidence_name(c->confidence));
        if (c->change)
            fm_buf_addf(s->out, "| %s | %.*s |\n", fm_change_kind_name(c->change->kind),
                        FM_STR_ARG(c->change->id));
        if (d->onset != FM_TIME_NONE)
            fm_buf_addf(s->out, "| onset | %.*s |\n", FM_STR_ARG(fm_time_str(s->arena, d->onset)));
    }
}

static void put_claims(struct sheet *s, const char *title, const struct fm_claims *claims)
{
    if (claims->n == 0)
        return;
    fm_buf_addf(s->out, "\n## %s\n\n", title);
    fm_vec_each (claims, c) {
        fm_buf_addz(s->out, "- ");
        put_text(s, c->text);
        put_cite(s, c->span);
        fm_buf_addc(s->out, '\n');
    }
}

static void put_chain(struct sheet *s)
{
    if (s->d->chain.n < 2)
        return;
    fm_buf_addz(s->out, "\n## What followed from what\n\n");
    fm_vec_each (&s->d->chain, step) {
        fm_buf_addf(s->out, "1. %.*s **", FM_STR_ARG(fm_time_str(s->arena, step->at)));
        put_text(s, step->entity.name);
        fm_buf_addz(s->out, "** ");
        put_text(s, step->text);
        fm_buf_addz(s->out, step->is_assumed ? " *(assumed)*\n" : "\n");
    }
}

static void put_next(struct sheet *s, const struct fm_cause *c)
{
    if (c->actions.n == 0 && c->settle_ask.len == 0)
        return;
    fm_buf_addz(s->out, "\n## Next\n\n");
    fm_vec_each (&c->actions, a) {
        put_item(s, fm_str_c(fm_action_kind_name(a->kind)), a->text);
        if (a->command.len)
            put_fence(s, a->command);
        if (a->risk.len)
            fm_buf_addf(s->out, "  Risk: %.*s\n", FM_STR_ARG(a->risk));
    }
    if (c->settle_ask.len)
        put_item(s, FM_STR("what would settle it"), c->settle_ask);
    if (c->settle_command.len)
        put_fence(s, c->settle_command);
}

static void put_rest(struct sheet *s)
{
    const struct fm_diagnosis *d = s->d;
    if (d->timeline.n)
        fm_buf_addz(s->out, "\n## Timeline\n\n");
    fm_vec_each (&d->timeline, t)
        put_item(s, fm_time_str(s->arena, t->at), t->text);
    if (d->causes.n > 1)
        fm_buf_addz(s->out, "\n## Also considered\n\n");
    for (size_t i = 1; i < d->causes.n; i++)
        put_item(s, fm_str_fmt(s->arena, "%.0f %%", d->causes.items[i]->likelihood * 100),
                 d->causes.items[i]->statement);
    if (d->ruled_out.n)
        fm_buf_addz(s->out, "\n## Ruled out\n\n");
    fm_vec_each (&d->ruled_out, r)
        put_item(s, r->statement, r->because);
    if (d->conflicts.n)
        fm_buf_addz(s->out, "\n## Inputs that contradict each other\n\n");
    fm_vec_each (&d->conflicts, c)
        put_item(s, c->field, fm_view_contradiction(s->arena, d, c));
    if (d->missing.n)
        fm_buf_addz(s->out, "\n## Missing\n\n");
    fm_vec_each (&d->missing, m)
        put_item(
            s, m->what,
            fm_str_fmt(s->arena, "%.*s. To get it: %.*s", FM_STR_ARG(m->why), FM_STR_ARG(m->how)));
    fm_buf_addf(s->out, "\n%llu citations checked, %llu failed.\n",
                (unsigned long long)d->citations, (unsigned long long)d->citations_failed);
}

void fm_view_markdown(struct fm_arena *a, const struct fm_diagnosis *d, struct fm_buf *out)
{
    struct sheet s = {a, d, out};
    size_t from = out->len;
    put_verdict(&s);
    if (d->causes.n) {
        put_claims(&s, "Evidence", &d->causes.items[0]->supports);
        put_claims(&s, "Evidence against", &d->causes.items[0]->contradicts);
        put_next(&s, d->causes.items[0]);
    }
    put_chain(&s);
    put_rest(&s);
    fm_buf_neutralize(out, from);
}
