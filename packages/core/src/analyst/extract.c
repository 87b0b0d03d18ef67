/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The telling part of an input: what search, prompts and people look at before they open the whole.
 */
#include "faultmaven/core/analyst.h"
#include "faultmaven/core/logs.h"

#define WHOLE_MAX ((size_t)8 << 10) /* texts up to this are their own extract */
#define EXTRACT_MAX ((size_t)16 << 10)
#define LINE_MAX_BYTES 400

struct extract {
    struct fm_arena *a;
    const struct fm_evidence *e;
    struct fm_buf out;
    struct fm_map seen; /* offsets of lines that are in already */
};

/* The line that holds offset, once. */
static void add_line(struct extract *x, uint64_t offset)
{
    if (offset >= x->e->bytes.len)
        return;
    fm_span line = fm_evidence_line_span(x->e, offset);
    struct fm_map_entry *k =
        fm_map_put(&x->seen, fm_str_fmt(x->a, "%llu", (unsigned long long)line.offset));
    if (k->value)
        return;
    k->value = x;
    fm_span cut = fm_quote(x->e, fm_str_sub(x->e->bytes, line.offset, line.length), LINE_MAX_BYTES);
    fm_str text = fm_str_sub(x->e->bytes, cut.offset, cut.length);
    if (!text.len || memchr(text.p, '\0', text.len) || x->out.len + text.len + 1 > EXTRACT_MAX)
        return;
    fm_buf_adds(&x->out, text);
    fm_buf_addc(&x->out, '\n');
}

static void add_observations(struct extract *x, const struct fm_incident *in)
{
    fm_vec_each (&in->observations, o)
        for (size_t i = 0; i < (*o)->spans.n && i < 2; i++)
            if ((*o)->spans.items[i].evidence == x->e->index && (*o)->spans.items[i].length)
                add_line(x, (*o)->spans.items[i].offset);
}

/* One line of each kind of message, severe ones first. */
static void add_templates(struct extract *x, const struct fm_incident *in, bool is_severe)
{
    if (!in->logs)
        return;
    fm_vec_each (&in->logs->sources, s)
        for (size_t i = 0; s->evidence == x->e && i < s->logs->n_templates; i++) {
            const struct fm_logs_template *t = s->logs->templates[i];
            if ((fm_logs_severity(t) >= FM_LOGS_WARNING) == is_severe && t->n_examples)
                add_line(x, t->examples[0].offset);
        }
}

static void add_head(struct extract *x)
{
    fm_str rest = fm_str_sub(x->e->bytes, 0, WHOLE_MAX), line;
    while (fm_str_line(&rest, &line))
        add_line(x, (uint64_t)(line.p - x->e->bytes.p));
}

static bool is_text(const struct fm_evidence *e)
{
    fm_str head = fm_str_sub(e->bytes, 0, 4096);
    return e->type != FM_EVIDENCE_IMAGE && e->type != FM_EVIDENCE_BINARY && head.len &&
           !memchr(head.p, '\0', head.len);
}

fm_str fm_evidence_extract(struct fm_arena *a, const struct fm_incident *in,
                           const struct fm_evidence *e)
{
    struct extract x = {.a = a, .e = e};
    if (!is_text(e))
        return FM_STR_NULL;
    fm_map_init(&x.seen, a);
    fm_buf_init(&x.out, EXTRACT_MAX + 1);
    if (e->bytes.len > WHOLE_MAX) {
        add_observations(&x, in);
        add_templates(&x, in, true);
        add_templates(&x, in, false);
    }
    add_head(&x);
    fm_str s = fm_str_dup(a, fm_buf_str(&x.out));
    fm_buf_release(&x.out);
    return s;
}
