/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/header_memo.h"
#include "processing/logs/header_rules.h"

enum fm_logs_level fm_logs_header_level_before(fm_str line, const char *to)
{
    const char *p = line.p;
    while (p < to) {
        while (p < to && !(fm_ch(*p) & FM_CH_ALPHA))
            p++;
        const char *from = p;
        while (p < to && (fm_ch(*p) & FM_CH_ALPHA))
            p++;
        enum fm_logs_level l = fm_logs_level_word(fm_str_n(from, (size_t)(p - from)));
        if (l)
            return l;
    }
    return FM_LOGS_NONE;
}

static bool read_stamp(const struct fm_logs_header *h, struct fm_timestamp_cache *cache,
                       fm_str line, struct fm_timestamp *ts, const char **behind)
{
    const char *p = fm_logs_skip_blanks(line.p, line.p + line.len), *end = line.p + line.len;
    for (unsigned i = 0; i < h->token && p < end; i++)
        p = fm_logs_skip_token(p, end);
    p = fm_logs_skip_opening(p, end);
    if (p >= end || !fm_timestamp_read_cached(cache, p, end, h->form, ts))
        return false;
    *behind = fm_logs_skip_closing(p + ts->len, end);
    return true;
}

void fm_logs_header_note(struct fm_logs_record *r, const struct fm_logs_header_field *f)
{
    switch (f->kind) {
    case FM_LOGS_FIELD_LEVEL:
        r->level = f->level;
        break;
    case FM_LOGS_FIELD_TAG:
        r->component = f->text;
        fm_logs_record_field(r, FM_STR("pid"), f->pid);
        break;
    case FM_LOGS_FIELD_DOTTED:
    case FM_LOGS_FIELD_PIPE:
    case FM_LOGS_FIELD_COLUMN:
        if (!r->component.len)
            r->component = f->text;
        break;
    case FM_LOGS_FIELD_INT:
        fm_logs_record_field(r, FM_STR("pid"), f->text);
        break;
    case FM_LOGS_FIELD_BRACKET:
        fm_logs_record_field(r, FM_STR("thread"), f->text);
        break;
    case FM_LOGS_FIELD_END:
    case FM_LOGS_FIELD_SEPARATOR:
    case FM_LOGS_FIELD_WORD:
    default:
        break;
    }
}

/* A header while it is read. */
struct cut {
    const struct fm_logs_header *h;
    const char *end;
    const char *far; /* no byte from here on was looked at */
    struct fm_logs_record *r;
};

static enum fm_logs_field_kind next_field(struct cut *c, const char *p,
                                          struct fm_logs_header_field *f)
{
    fm_logs_header_field(p, c->end, c->h->has_pipes, f);
    if (f->far > c->far)
        c->far = f->far;
    return f->kind;
}

/* Reads fields up to one of this kind; returns the place behind it, or NULL, and then nothing was
 * noted. */
static const char *cut_behind(struct cut *c, const char *p, enum fm_logs_field_kind kind)
{
    unsigned within = kind == FM_LOGS_FIELD_TAG ? FM_LOGS_TAG_WITHIN : FM_LOGS_SEPARATOR_WITHIN + 1;
    unsigned words = 0;
    struct fm_logs_header_field f;
    fm_str component = c->r->component;
    enum fm_logs_level level = c->r->level;
    size_t n_fields = c->r->n_fields;
    for (unsigned i = 0; i < within && words <= FM_LOGS_TAG_WORDS; i++) {
        if (next_field(c, p, &f) == FM_LOGS_FIELD_END)
            break;
        fm_logs_header_note(c->r, &f);
        p = f.next;
        if (f.kind == kind)
            return p;
        words += f.kind == FM_LOGS_FIELD_WORD;
    }
    c->r->component = component;
    c->r->level = level;
    c->r->n_fields = n_fields;
    return NULL;
}

static const char *cut_sequence(struct cut *c, const char *p)
{
    struct fm_logs_header_field f;
    for (uint8_t i = 0; i < c->h->n_sequence && next_field(c, p, &f) == c->h->sequence[i]; i++) {
        fm_logs_header_note(c->r, &f);
        p = f.next;
    }
    return p;
}

static const char *find_anchor(struct cut *c, const char *from)
{
    struct fm_logs_header_field f;
    const char *p = from;
    unsigned words = 0;
    if (!c->h->has_level)
        return p;
    for (unsigned i = 0; i < FM_LOGS_HEADER_FIELDS && words < FM_LOGS_HEADER_WORDS; i++) {
        if (next_field(c, p, &f) == FM_LOGS_FIELD_END)
            break;
        fm_logs_header_note(c->r, &f);
        p = f.next;
        if (f.kind == FM_LOGS_FIELD_LEVEL)
            return p;
        words = f.kind == FM_LOGS_FIELD_WORD ? words + 1 : 0;
    }
    return from;
}

/* Behind the tag; a line without one in a layout with hosts: behind the host. */
static const char *cut_tag(struct cut *c, const char *p)
{
    struct fm_logs_header_field f;
    const char *q = cut_behind(c, p, FM_LOGS_FIELD_TAG);
    if (q || !c->h->has_host)
        return q ? q : p;
    (void)next_field(c, p, &f);
    return f.next;
}

static const char *cut_message(struct cut *c, const char *p)
{
    const char *q;
    switch (c->h->cut) {
    case FM_LOGS_CUT_TAG:
        return cut_tag(c, p);
    case FM_LOGS_CUT_SEPARATOR:
        q = cut_behind(c, p, FM_LOGS_FIELD_SEPARATOR);
        return q ? q : p;
    case FM_LOGS_CUT_SEQUENCE:
        return cut_sequence(c, p);
    case FM_LOGS_CUT_ANCHOR:
    default:
        return p;
    }
}

static const char *read_rest(const struct fm_logs_header *h, const char *p, const char *end,
                             struct fm_logs_record *r, const char **far)
{
    struct cut c = {.h = h, .end = end, .far = p, .r = r};
    p = cut_message(&c, find_anchor(&c, p));
    *far = c.far;
    return p;
}

static const char *recall_rest(const struct fm_logs_header *h, struct fm_logs_header_memo *memo,
                               const char *p, const char *end, struct fm_logs_record *r)
{
    struct fm_logs_header_ask ask;
    const char *far;
    fm_logs_header_ask(memo, h, p, end, &ask);
    const char *message = fm_logs_header_recall(&ask, r);
    if (message)
        return message;
    message = read_rest(h, p, end, r, &far);
    fm_logs_header_remember(&ask, r, message, far);
    return message;
}

bool fm_logs_header_parse(const struct fm_logs_header *h, struct fm_timestamp_cache *cache,
                          struct fm_logs_header_memo *memo, fm_str line, struct fm_logs_record *out)
{
    const char *p, *end = line.p + line.len, *far;
    out->line = out->message = line;
    if (!h->has_time || !read_stamp(h, cache, line, &out->ts, &p))
        return false;
    out->has_time = true;
    enum fm_logs_level before =
        h->has_level_before ? fm_logs_header_level_before(line, p) : out->level;
    out->level = FM_LOGS_NONE;
    /* What an outer form has said already decides too: nothing to remember then. */
    bool is_first = memo && !out->component.len && !out->n_fields;
    p = is_first ? recall_rest(h, memo, p, end, out) : read_rest(h, p, end, out, &far);
    out->level = out->level ? out->level : before;
    out->message = fm_str_n(p, (size_t)(end - p));
    return true;
}
