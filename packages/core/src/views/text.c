/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/core/view.h"
#include "views/contradiction.h"

#define EVIDENCE_SHOWN 8
#define TIMELINE_SHOWN 12
#define RULED_OUT_SHOWN 6
#define CONFLICTS_SHOWN 4

struct printer {
    struct fm_arena *arena;
    const struct fm_diagnosis *d;
    struct fm_view_style style;
    struct fm_buf *out;
};

enum tone { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, CYAN };

/* Everything that is not our own escape sequence goes through here: evidence must not reach the
 * terminal's controls. */
static void put(struct printer *p, fm_str s)
{
    size_t from = p->out->len;
    fm_buf_adds(p->out, s);
    fm_buf_neutralize(p->out, from);
}

static void paint(struct printer *p, enum tone tone, fm_str s)
{
    static const char *const codes[] = {"0", "1", "2", "1;31", "1;32", "1;33", "36"};
    if (!p->style.has_colour || tone == PLAIN) {
        put(p, s);
        return;
    }
    fm_buf_addf(p->out, "\033[%sm", codes[tone]);
    put(p, s);
    fm_buf_addz(p->out, "\033[0m");
}

/* Columns, not bytes: continuation bytes of UTF-8 take no room. */
static size_t columns(fm_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* Prints text as a paragraph that is wrapped at the width, with `indent` blanks before each line
 * but the first. */
static void paragraph(struct printer *p, enum tone tone, unsigned indent, unsigned column,
                      fm_str text)
{
    fm_str word;
    bool is_first = true;
    while (fm_str_word(&text, &word)) {
        size_t w = columns(word);
        if (!is_first && p->style.width && column + 1 + w > p->style.width) {
            fm_buf_addf(p->out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!is_first) {
            fm_buf_addc(p->out, ' ');
            column++;
        }
        paint(p, tone, word);
        column += (unsigned)w;
        is_first = false;
    }
    fm_buf_addc(p->out, '\n');
}

static void heading(struct printer *p, const char *title)
{
    fm_buf_addc(p->out, '\n');
    paint(p, BOLD, fm_str_c(title));
    fm_buf_addc(p->out, '\n');
}

static void put_place(struct printer *p, fm_span s)
{
    struct fm_evidence *e = p->d->inputs.items[s.evidence];
    unsigned long long line = (unsigned long long)fm_evidence_line(p->arena, e, s.offset);
    paint(p, CYAN, fm_str_fmt(p->arena, "%.*s:%llu", FM_STR_ARG(e->path), line));
}

static void put_quote(struct printer *p, fm_span s)
{
    fm_str quote = fm_str_sub(p->d->inputs.items[s.evidence]->bytes, s.offset, s.length);
    fm_str first;
    if (!fm_str_line(&quote, &first))
        return;
    size_t room = p->style.width > 20 ? p->style.width - 8 : 160;
    bool is_cut = columns(first) > room || quote.len;
    while (columns(first) > room - 1)
        first.len--;
    while (first.len && !fm_str_is_utf8(first))
        first.len--;
    fm_buf_addz(p->out, "      ");
    paint(p, DIM, first);
    fm_buf_addz(p->out, is_cut ? "…\n" : "\n");
}

static const struct {
    const char *title;
    enum tone tone;
} verdicts[FM_VERDICT_COUNT] = {
    [FM_VERDICT_ROOT_CAUSE_FOUND] = {"ROOT CAUSE FOUND", RED},
    [FM_VERDICT_PROBABLE_CAUSE] = {"PROBABLE CAUSE", YELLOW},
    [FM_VERDICT_INCONCLUSIVE] = {"INCONCLUSIVE", YELLOW},
    [FM_VERDICT_RECOVERED] = {"RECOVERED", GREEN},
    [FM_VERDICT_HEALTHY] = {"HEALTHY", GREEN},
};

static bool names_cause(const struct fm_diagnosis *d)
{
    return d->causes.n &&
           (d->verdict == FM_VERDICT_ROOT_CAUSE_FOUND || d->verdict == FM_VERDICT_PROBABLE_CAUSE);
}

static void put_verdict(struct printer *p)
{
    const struct fm_diagnosis *d = p->d;
    paint(p, verdicts[d->verdict].tone, fm_str_c(verdicts[d->verdict].title));
    if (names_cause(d)) {
        const struct fm_cause *c = d->causes.items[0];
        put(p, fm_str_fmt(p->arena, "  %s %.*s · %s · %.0f %% likely",
                          fm_entity_kind_name(c->entity.kind), FM_STR_ARG(c->entity.name),
                          fm_fault_id(c->fault), c->likelihood * 100));
    }
    fm_buf_addc(p->out, '\n');
    paragraph(p, PLAIN, 0, 0, d->summary);
    if (d->onset != FM_TIME_NONE) {
        char at[FM_TIME_TEXT_MAX];
        paint(p, DIM, fm_str_fmt(p->arena, "since %s", fm_time_format(d->onset, at)));
        fm_buf_addc(p->out, '\n');
    }
}

static void put_claim(struct printer *p, const struct fm_claim *c)
{
    fm_buf_addz(p->out, "  • ");
    if (c->span.length) {
        put_place(p, c->span);
        fm_buf_addc(p->out, ' ');
    }
    paragraph(p, PLAIN, 4, 40, c->text);
    if (c->span.length)
        put_quote(p, c->span);
}

static void put_evidence(struct printer *p)
{
    if (p->d->causes.n == 0)
        return;
    const struct fm_cause *c = p->d->causes.items[0];
    heading(p, names_cause(p->d) ? "Evidence" : "Best candidate");
    for (size_t i = 0; i < c->supports.n && i < EVIDENCE_SHOWN; i++)
        put_claim(p, &c->supports.items[i]);
    if (c->supports.n > EVIDENCE_SHOWN)
        fm_buf_addf(p->out, "    and %zu more (--format json)\n", c->supports.n - EVIDENCE_SHOWN);
    fm_vec_each (&c->contradicts, claim) {
        fm_buf_addz(p->out, "  against:\n");
        put_claim(p, claim);
    }
}

static void put_next(struct printer *p)
{
    if (p->d->causes.n == 0)
        return;
    const struct fm_cause *c = p->d->causes.items[0];
    if (c->actions.n || c->settle_ask.len)
        heading(p, "Next");
    fm_vec_each (&c->actions, a) {
        fm_buf_addf(p->out, "  → %s: ", fm_action_kind_name(a->kind));
        paragraph(p, PLAIN, 4, 18, a->text);
        if (a->command.len)
            put(p, fm_str_fmt(p->arena, "      $ %.*s\n", FM_STR_ARG(a->command)));
        if (a->risk.len) {
            paint(p, DIM, FM_STR("      risk: "));
            paragraph(p, DIM, 12, 12, a->risk);
        }
    }
    if (c->settle_ask.len) {
        fm_buf_addz(p->out, "  ? ");
        paragraph(p, PLAIN, 4, 4, c->settle_ask);
        if (c->settle_command.len)
            put(p, fm_str_fmt(p->arena, "      $ %.*s\n", FM_STR_ARG(c->settle_command)));
    }
}

static void put_others(struct printer *p)
{
    if (p->d->causes.n < 2)
        return;
    heading(p, "Also considered");
    for (size_t i = 1; i < p->d->causes.n; i++) {
        const struct fm_cause *c = p->d->causes.items[i];
        fm_buf_addf(p->out, "  %2.0f %%  ", c->likelihood * 100);
        paragraph(p, PLAIN, 8, 8, c->statement);
    }
}

static void put_timeline(struct printer *p)
{
    const struct fm_diagnosis *d = p->d;
    if (d->timeline.n == 0)
        return;
    heading(p, "Timeline");
    for (size_t i = 0; i < d->timeline.n && i < TIMELINE_SHOWN; i++) {
        const struct fm_timeline_entry *t = &d->timeline.items[i];
        char at[FM_TIME_TEXT_MAX];
        fm_buf_addf(p->out, "  %-24s ", fm_time_format(t->at - t->at % (FM_SEC / 1000), at));
        paragraph(p, PLAIN, 27, 27, t->text);
    }
    if (d->timeline.n > TIMELINE_SHOWN)
        fm_buf_addf(p->out, "  and %zu more (--format json)\n", d->timeline.n - TIMELINE_SHOWN);
}

static void put_ruled_out(struct printer *p)
{
    const struct fm_diagnosis *d = p->d;
    if (d->ruled_out.n == 0)
        return;
    heading(p, "Ruled out");
    for (size_t i = 0; i < d->ruled_out.n && i < RULED_OUT_SHOWN; i++) {
        const struct fm_ruled_out *r = &d->ruled_out.items[i];
        fm_buf_addz(p->out, "  – ");
        paragraph(
            p, PLAIN, 4, 4,
            fm_str_fmt(p->arena, "%.*s: %.*s", FM_STR_ARG(r->statement), FM_STR_ARG(r->because)));
    }
    if (d->ruled_out.n > RULED_OUT_SHOWN)
        fm_buf_addf(p->out, "  and %zu more (--format json)\n", d->ruled_out.n - RULED_OUT_SHOWN);
}

static void put_conflicts(struct printer *p)
{
    const struct fm_diagnosis *d = p->d;
    if (d->conflicts.n == 0)
        return;
    heading(p, "Inputs that contradict each other");
    for (size_t i = 0; i < d->conflicts.n && i < CONFLICTS_SHOWN; i++) {
        fm_buf_addz(p->out, "  – ");
        paragraph(p, PLAIN, 4, 4, fm_view_contradiction(p->arena, d, &d->conflicts.items[i]));
    }
    if (d->conflicts.n > CONFLICTS_SHOWN)
        fm_buf_addf(p->out, "  and %zu more (--format json)\n", d->conflicts.n - CONFLICTS_SHOWN);
}

static void put_missing(struct printer *p)
{
    if (p->d->missing.n == 0)
        return;
    heading(p, "Missing");
    fm_vec_each (&p->d->missing, m) {
        fm_buf_addz(p->out, "  – ");
        paragraph(p, PLAIN, 4, 4,
                  fm_str_fmt(p->arena, "%.*s: %.*s. To get it: %.*s", FM_STR_ARG(m->what),
                             FM_STR_ARG(m->why), FM_STR_ARG(m->how)));
    }
}

static void put_inputs(struct printer *p)
{
    const struct fm_diagnosis *d = p->d;
    unsigned long long bytes = 0, records = 0;
    fm_vec_each (&d->inputs, e) {
        bytes += (*e)->bytes.len;
        records += (*e)->records;
    }
    fm_buf_addc(p->out, '\n');
    paint(p, DIM,
          fm_str_fmt(p->arena,
                     "%zu input%s, %llu record%s, %.1f MB; %llu citations checked, %llu failed\n",
                     d->inputs.n, d->inputs.n == 1 ? "" : "s", records, records == 1 ? "" : "s",
                     (double)bytes / 1e6, (unsigned long long)d->citations,
                     (unsigned long long)d->citations_failed));
    fm_vec_each (&d->inputs, e)
        fm_vec_each (&(*e)->problems, problem)
            paint(p, DIM,
                  fm_str_fmt(p->arena, "  %.*s: %.*s\n", FM_STR_ARG((*e)->path),
                             FM_STR_ARG(problem->text)));
    fm_vec_each (&d->limits, l)
        paint(p, DIM, fm_str_fmt(p->arena, "  limit: %.*s\n", FM_STR_ARG(*l)));
}

void fm_view_text(struct fm_arena *a, const struct fm_diagnosis *d, struct fm_view_style style,
                  struct fm_buf *out)
{
    struct printer p = {a, d, style, out};
    put_verdict(&p);
    put_evidence(&p);
    put_next(&p);
    put_others(&p);
    put_timeline(&p);
    put_ruled_out(&p);
    put_conflicts(&p);
    put_missing(&p);
    put_inputs(&p);
}
