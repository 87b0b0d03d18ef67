/* SPDX-License-Identifier: Apache-2.0 */
/* The report as one file: inline style and SVG, no script, no network. */
#include "views/html.h"

#include "faultmaven/base/embed.h"
#include "views/contradiction.h"

extern const struct fm_embedded fm_view_files[];

struct page {
    struct fm_arena *arena;
    const struct fm_diagnosis *d;
    struct fm_buf *out;
};

static void element(struct page *p, const char *open, fm_str text, const char *close)
{
    fm_buf_addz(p->out, open);
    fm_buf_add_html(p->out, text);
    fm_buf_addz(p->out, close);
}

static void put_time(struct page *p, fm_time t)
{
    if (t == FM_TIME_NONE)
        return;
    element(p, "<span class=\"when\">", fm_time_str(p->arena, t), "</span> ");
}

static void put_cite(struct page *p, fm_span s)
{
    if (s.length == 0)
        return;
    struct fm_evidence *e = p->d->inputs.items[s.evidence];
    unsigned long long line = (unsigned long long)fm_evidence_line(p->arena, e, s.offset);
    element(p, "<span class=\"place\">",
            fm_str_fmt(p->arena, "%.*s:%llu", FM_STR_ARG(e->path), line), "</span>");
    element(p, "<span class=\"quote\">", fm_str_sub(e->bytes, s.offset, s.length), "</span>\n");
}

static void put_head(struct page *p)
{
    const struct fm_diagnosis *d = p->d;
    fm_str title = d->causes.n ? d->causes.items[0]->statement : FM_STR("Diagnosis");
    fm_buf_addz(p->out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                        "'none'; style-src 'unsafe-inline'\">\n");
    element(p, "<title>", title, "</title>\n<style>\n");
    fm_buf_add(p->out, fm_view_files[0].data, fm_view_files[0].len);
    fm_buf_addz(p->out, "</style></head><body><main>\n");
}

static void put_fact(struct page *p, const char *name, fm_str value)
{
    if (value.len == 0)
        return;
    element(p, "<span>", fm_str_c(name), " <b>");
    fm_buf_add_html(p->out, value);
    fm_buf_addz(p->out, "</b></span>");
}

/* The statement as the headline and the mechanism below it; without a cause the summary. */
static void put_headline(struct page *p)
{
    const struct fm_diagnosis *d = p->d;
    bool is_named =
        d->verdict == FM_VERDICT_ROOT_CAUSE_FOUND || d->verdict == FM_VERDICT_PROBABLE_CAUSE;
    element(p, "</span><h1>", is_named && d->causes.n ? d->causes.items[0]->statement : d->summary,
            "</h1>");
    if (is_named && d->causes.n)
        element(p, "<p>", d->causes.items[0]->mechanism, "</p>");
}

static void put_verdict(struct page *p)
{
    const struct fm_diagnosis *d = p->d;
    const char *verdict = fm_verdict_name(d->verdict);
    fm_buf_addf(p->out, "<header><span class=\"badge %s\">", verdict);
    for (const char *c = verdict; *c; c++)
        fm_buf_addc(p->out, *c == '_' ? ' ' : *c);
    put_headline(p);
    fm_buf_addz(p->out, "<div class=\"facts\">");
    if (d->causes.n) {
        const struct fm_cause *c = d->causes.items[0];
        put_fact(p, fm_entity_kind_name(c->entity.kind), c->entity.name);
        put_fact(p, "fault", fm_str_c(fm_fault_id(c->fault)));
        put_fact(p, "likelihood", fm_str_fmt(p->arena, "%.0f %%", c->likelihood * 100));
        put_fact(p, "location", c->location);
        if (c->change)
            put_fact(p, fm_change_kind_name(c->change->kind), c->change->id);
    }
    put_fact(p, "onset", fm_time_str(p->arena, d->onset));
    put_fact(p, "recovered", fm_time_str(p->arena, d->recovered));
    fm_buf_addz(p->out, "</div></header>\n");
}

static void put_chain(struct page *p)
{
    if (p->d->chain.n < 2)
        return;
    fm_buf_addz(p->out, "<section><h2>What followed from what</h2><ol class=\"chain\">\n");
    fm_vec_each (&p->d->chain, s) {
        bool is_first = s == p->d->chain.items;
        fm_buf_addf(p->out, "<li class=\"%s\">",
                    is_first        ? "first"
                    : s->is_assumed ? "assumed"
                                    : "");
        put_time(p, s->at);
        if (!fm_str_starts(s->text, s->entity.name))
            element(p, "<b>", s->entity.name, "</b> ");
        fm_buf_add_html(p->out, s->text);
        if (s->is_assumed)
            fm_buf_addz(p->out, " <i>(assumed)</i>");
        fm_buf_addz(p->out, "<br>");
        put_cite(p, s->span);
        fm_buf_addz(p->out, "</li>\n");
    }
    fm_buf_addz(p->out, "</ol></section>\n");
}

static void put_claims(struct page *p, const char *title, const struct fm_claims *claims)
{
    if (claims->n == 0)
        return;
    element(p, "<section><h2>", fm_str_c(title), "</h2>\n");
    fm_vec_each (claims, c) {
        element(p, "<div>", c->text, "<br>");
        put_cite(p, c->span);
        fm_buf_addz(p->out, "</div>\n");
    }
    fm_buf_addz(p->out, "</section>\n");
}

static void put_command(struct page *p, fm_str command)
{
    if (command.len)
        element(p, "<pre class=\"command\">", command, "</pre>");
}

static void put_next(struct page *p, const struct fm_cause *c)
{
    if (c->actions.n == 0 && c->settle_ask.len == 0)
        return;
    fm_buf_addz(p->out, "<section><h2>Next</h2>\n");
    fm_vec_each (&c->actions, a) {
        element(p, "<p><span class=\"kind\">", fm_str_c(fm_action_kind_name(a->kind)), "</span>: ");
        element(p, "", a->text, "</p>");
        put_command(p, a->command);
        if (a->risk.len)
            element(p, "<p class=\"risk\">Risk: ", a->risk, "</p>\n");
    }
    if (c->settle_ask.len) {
        element(p, "<p><span class=\"kind\">What would settle it</span>: ", c->settle_ask, "</p>");
        put_command(p, c->settle_command);
    }
    fm_buf_addz(p->out, "</section>\n");
}

static void put_charts(struct page *p)
{
    if (p->d->charts.n == 0)
        return;
    fm_buf_addz(p->out, "<section><h2>Around the onset</h2><div class=\"charts\">\n");
    fm_vec_each (&p->d->charts, c)
        html_chart(p->out, *c, p->d->onset);
    fm_buf_addz(p->out, "</div></section>\n");
}

static void put_timeline(struct page *p)
{
    if (p->d->timeline.n == 0)
        return;
    fm_buf_addz(p->out,
                "<section><h2>Timeline</h2><div class=\"scroll\"><table class=\"timeline\">\n");
    fm_vec_each (&p->d->timeline, t) {
        element(p, "<tr><td class=\"when\">", fm_time_str(p->arena, t->at), "</td><td>");
        element(p, "", t->text, "</td></tr>\n");
    }
    fm_buf_addz(p->out, "</table></div></section>\n");
}

static void put_others(struct page *p)
{
    const struct fm_diagnosis *d = p->d;
    if (d->causes.n > 1) {
        fm_buf_addz(p->out, "<section><h2>Also considered</h2><ul>\n");
        for (size_t i = 1; i < d->causes.n; i++) {
            fm_buf_addf(p->out, "<li><b>%.0f&nbsp;%%</b> ", d->causes.items[i]->likelihood * 100);
            element(p, "", d->causes.items[i]->statement, "</li>\n");
        }
        fm_buf_addz(p->out, "</ul></section>\n");
    }
    if (d->ruled_out.n == 0)
        return;
    fm_buf_addz(p->out, "<section><h2>Ruled out</h2><ul>\n");
    fm_vec_each (&d->ruled_out, r) {
        element(p, "<li>", r->statement, ": ");
        element(p, "", r->because, "</li>\n");
    }
    fm_buf_addz(p->out, "</ul></section>\n");
}

static void put_conflicts(struct page *p)
{
    if (p->d->conflicts.n == 0)
        return;
    fm_buf_addz(p->out, "<section><h2>Inputs that contradict each other</h2><ul>\n");
    fm_vec_each (&p->d->conflicts, c)
        element(p, "<li>", fm_view_contradiction(p->arena, p->d, c), "</li>\n");
    fm_buf_addz(p->out, "</ul></section>\n");
}

static void put_missing(struct page *p)
{
    if (p->d->missing.n == 0)
        return;
    fm_buf_addz(p->out, "<section><h2>Missing</h2><ul>\n");
    fm_vec_each (&p->d->missing, m) {
        element(p, "<li><b>", m->what, "</b>: ");
        element(p, "", m->why, ". ");
        element(p, "To get it: ", m->how, "</li>\n");
    }
    fm_buf_addz(p->out, "</ul></section>\n");
}

static void put_inputs(struct page *p)
{
    fm_buf_addz(p->out, "<section><details><summary>Inputs</summary><div class=\"scroll\"><table>"
                        "<tr><th>input</th><th>type</th><th>records</th><th>from</th><th>to</"
                        "th><th>notes</th></tr>\n");
    fm_vec_each (&p->d->inputs, it) {
        const struct fm_evidence *e = *it;
        element(p, "<tr><td>", e->path, "</td><td>");
        element(
            p, "",
            fm_str_fmt(p->arena, "%s %.*s", fm_evidence_type_name(e->type), FM_STR_ARG(e->format)),
            "</td><td>");
        fm_buf_addf(p->out, "%llu</td><td>", (unsigned long long)e->records);
        element(p, "", fm_time_str(p->arena, e->first), "</td><td>");
        element(p, "", fm_time_str(p->arena, e->last), "</td><td>");
        fm_vec_each (&e->problems, problem)
            element(p, "", problem->text, " ");
        fm_buf_addz(p->out, "</td></tr>\n");
    }
    fm_buf_addz(p->out, "</table></div></details></section>\n");
}

static void put_foot(struct page *p)
{
    fm_buf_addf(p->out, "<footer>%llu citations checked, %llu failed. faultmaven %s",
                (unsigned long long)p->d->citations, (unsigned long long)p->d->citations_failed,
                FM_VERSION);
    fm_vec_each (&p->d->limits, l)
        element(p, "<br>Limit: ", *l, "");
    fm_buf_addz(p->out, "</footer></main></body></html>\n");
}

void fm_view_html(struct fm_arena *a, const struct fm_diagnosis *d, struct fm_buf *out)
{
    struct page p = {a, d, out};
    put_head(&p);
    put_verdict(&p);
    put_chain(&p);
    if (d->causes.n) {
        put_claims(&p, "Evidence", &d->causes.items[0]->supports);
        put_claims(&p, "Evidence against", &d->causes.items[0]->contradicts);
        put_next(&p, d->causes.items[0]);
    }
    put_charts(&p);
    html_service_map(a, out, d);
    put_timeline(&p);
    put_others(&p);
    put_conflicts(&p);
    put_missing(&p);
    put_inputs(&p);
    put_foot(&p);
}
