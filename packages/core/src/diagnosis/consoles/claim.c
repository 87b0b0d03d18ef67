/* SPDX-License-Identifier: Apache-2.0 */
#include "consoles.h"

#include <stdarg.h>

fm_str fm_console_text(struct fm_hypotheses *h, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(&h->in->ctx->arena, fmt, ap);
    va_end(ap);
    return text;
}

static double strength_of(const struct fm_hypotheses *h, const struct fm_console_claim *claim)
{
    fm_vec_each (&h->causes, c)
        if ((*c)->fault == claim->fault && fm_str_eq((*c)->entity.name, claim->entity.name))
            return (*c)->strength;
    return 0;
}

struct fm_cause *fm_console_assert(struct fm_hypotheses *h, const struct fm_console_claim *claim)
{
    bool is_new;
    double before = strength_of(h, claim);
    struct fm_cause *c = fm_propose(h, claim->entity, claim->fault, claim->strength, &is_new);
    if (is_new)
        fm_cause_feature(h, c, "state", 1);
    if (!is_new && claim->strength <= before)
        return c;
    c->signature = fm_str_c(claim->rule);
    c->statement = claim->statement;
    c->mechanism = claim->mechanism;
    c->location = claim->location;
    c->settle_ask = fm_str_c(claim->ask);
    c->settle_command = fm_str_c(claim->command);
    return c;
}

void fm_console_cite(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_console_row *r,
                     const char *fmt, ...)
{
    if (r->span.length == 0)
        return;
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(&h->in->ctx->arena, fmt, ap);
    va_end(ap);
    fm_cause_support(h, c, r->span, "%.*s", FM_STR_ARG(text));
}

#define LINE_MAX_BYTES 240

/* The line around a field, where it is short: a number alone says little. */
static fm_span line_of(const struct fm_console_row *r, fm_span s)
{
    fm_str bytes = r->evidence->bytes;
    size_t from = s.offset, to = s.offset + s.length;
    while (from > 0 && bytes.p[from - 1] != '\n' && to - from < LINE_MAX_BYTES)
        from--;
    while (to < bytes.len && bytes.p[to] != '\n' && to - from < LINE_MAX_BYTES)
        to++;
    fm_span line = fm_quote(r->evidence, fm_str_sub(bytes, from, to - from), LINE_MAX_BYTES);
    bool holds_field =
        line.length && line.offset <= s.offset && line.offset + line.length >= s.offset + s.length;
    return holds_field && to - from < LINE_MAX_BYTES ? line : s;
}

/* Is it among the bytes that the cause cites already? */
static bool is_cited(const struct fm_cause *c, fm_span s)
{
    fm_vec_each (&c->supports, it)
        if (it->span.evidence == s.evidence && it->span.offset <= s.offset &&
            it->span.offset + it->span.length >= s.offset + s.length)
            return true;
    return false;
}

void fm_console_cite_field(struct fm_hypotheses *h, struct fm_cause *c,
                           const struct fm_console_row *r, enum fm_console_field f,
                           const char *what)
{
    fm_field field = fm_console_get(r, f);
    if (fm_field_is_set(field) && !is_cited(c, field.span))
        fm_cause_support(h, c, line_of(r, field.span), "%s: %.*s", what,
                         FM_STR_ARG(fm_str_sub(field.text, 0, 200)));
}

struct fm_entity fm_console_host(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    fm_str host = r->host.len ? r->host : FM_STR("host");
    bool is_node = h->in->objects &&
                   fm_objects_find(h->in->objects, FM_OBJECT_NODE, FM_STR_NULL, host) != NULL;
    return (struct fm_entity){is_node ? FM_ENTITY_NODE : FM_ENTITY_HOST, host};
}

double fm_console_or(const struct fm_console_row *r, enum fm_console_field f, double other)
{
    double v;
    return fm_console_number(r, f, &v) ? v : other;
}

bool fm_console_is(const struct fm_console_row *r, enum fm_console_field f, const char *text)
{
    return fm_str_ieq(fm_console_get(r, f).text, fm_str_c(text));
}

const struct fm_console_row *fm_console_largest_process(const struct fm_hypotheses *h,
                                                        const struct fm_console_row *r,
                                                        enum fm_console_field f)
{
    const struct fm_console_row *best = NULL;
    double most = 0;
    fm_console_each(h->in->consoles, FM_CONSOLE_PROCESS, p)
    {
        double v = fm_console_or(*p, f, 0);
        if (fm_str_eq((*p)->host, r->host) && v > most) {
            most = v;
            best = *p;
        }
    }
    return best;
}
