/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/header_rules.h"

#include <stdlib.h>

#define SHARE_NUM 4 /* four of five */
#define SHARE_DEN 5
#define TOKENS_MAX 6
#define TOKEN_LIMIT 16
#define FEW_LINES 5
#define ANY_LINES 20
/* A tag of the header is in nearly every line; messages that begin with a word and a colon are
 * fewer. */
#define TAG_SHARE_NUM 19
#define TAG_SHARE_DEN 20
#define TAG_LINES 20 /* with fewer lines the usual share decides */

struct stamp {
    struct fm_timestamp ts;
    unsigned token;
    const char *behind;
};

static bool stamp_at(const char *p, const char *end, struct stamp *s)
{
    const char *q = fm_logs_skip_opening(p, end);
    if (q >= end || !fm_timestamp_read(q, end, &s->ts))
        return false;
    s->behind = fm_logs_skip_closing(q + s->ts.len, end);
    return true;
}

/* May this token stand between two time stamps of one header? */
static bool is_id(const char *p, const char *end)
{
    bool has_digit = false, has_lower = false;
    for (; p < end && !fm_ch_is_space(*p); p++) {
        has_digit |= fm_ch_is_digit(*p);
        has_lower |= (fm_ch(*p) & FM_CH_LOWER) != 0;
    }
    return has_digit || !has_lower;
}

/* Tokens before p, as reading a line counts them. */
static unsigned count_tokens(fm_str line, const char *p)
{
    const char *end = line.p + line.len;
    unsigned n = 0;
    for (const char *q = fm_logs_skip_blanks(line.p, end); q < p; q = fm_logs_skip_token(q, end))
        n++;
    return n;
}

/* The last time stamp of the header: the first one within TOKENS_MAX tokens, then those behind it
 * or behind one id. */
static bool find_stamp(fm_str line, struct stamp *out)
{
    const char *p = fm_logs_skip_blanks(line.p, line.p + line.len), *end = line.p + line.len;
    bool has = false;
    unsigned limit = TOKENS_MAX;
    for (unsigned token = 0; token < limit && p < end; token++) {
        struct stamp s = {.token = token};
        if (stamp_at(p, end, &s)) {
            /* A bare clock or number behind a full stamp is part of the message. */
            if (has && fm_timestamp_form_is_full(out->ts.form) &&
                !fm_timestamp_form_is_full(s.ts.form))
                break;
            *out = s;
            out->token = count_tokens(line, p);
            has = true;
            limit = token + 3;
            p = s.behind;
            continue;
        }
        if (has && !is_id(p, end))
            break;
        p = fm_logs_skip_token(p, end);
    }
    return has;
}

struct fields {
    struct fm_logs_header_field f[FM_LOGS_HEADER_FIELDS];
    unsigned n;
};

/* Fields from p on; stops behind FM_LOGS_HEADER_WORDS words in a row. */
static void read_fields(const char *p, const char *end, struct fields *out)
{
    unsigned words = 0;
    out->n = 0;
    while (out->n < FM_LOGS_HEADER_FIELDS && words < FM_LOGS_HEADER_WORDS) {
        struct fm_logs_header_field *f = &out->f[out->n];
        fm_logs_header_field(p, end, true, f);
        if (f->kind == FM_LOGS_FIELD_END)
            return;
        words = f->kind == FM_LOGS_FIELD_WORD ? words + 1 : 0;
        out->n++;
        p = f->next;
    }
}

/* Index of the first tag within FM_LOGS_TAG_WITHIN fields, with no more than FM_LOGS_TAG_WORDS
 * words before it; -1 when there is none. */
static int find_tag(const struct fields *f, unsigned from)
{
    unsigned words = 0;
    for (unsigned i = from; i < f->n && i < from + FM_LOGS_TAG_WITHIN && words <= FM_LOGS_TAG_WORDS;
         i++) {
        if (f->f[i].kind == FM_LOGS_FIELD_TAG)
            return (int)i;
        words += f->f[i].kind == FM_LOGS_FIELD_WORD;
    }
    return -1;
}

static int find_kind(const struct fields *f, unsigned from, unsigned within,
                     enum fm_logs_field_kind kind)
{
    for (unsigned i = from; i < f->n && i < from + within; i++)
        if (f->f[i].kind == kind)
            return (int)i;
    return -1;
}

/* Index of the first field behind the level, or 0. */
static unsigned anchor_of(const struct fields *f, bool has_level)
{
    int level = has_level ? find_kind(f, 0, f->n, FM_LOGS_FIELD_LEVEL) : -1;
    return (unsigned)(level + 1);
}

static bool is_share(size_t part, size_t of)
{
    return of && part * SHARE_DEN >= of * SHARE_NUM;
}

struct sample {
    fm_str line;
    struct stamp s;
    struct fields f;
};

/* The commonest (token, form) of the lines. */
static size_t commonest_stamp(const struct sample *s, size_t n, struct fm_logs_header *h)
{
    enum { FORMS = 32 };
    uint16_t count[TOKEN_LIMIT][FORMS] = {{0}};
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i].s.token >= TOKEN_LIMIT || s[i].s.ts.form >= FORMS)
            continue;
        uint16_t c = ++count[s[i].s.token][s[i].s.ts.form];
        if (c > best) {
            best = c;
            h->token = (uint8_t)s[i].s.token;
            h->form = s[i].s.ts.form;
        }
    }
    return best;
}

static size_t count_level(const struct sample *s, size_t n)
{
    size_t c = 0;
    for (size_t i = 0; i < n; i++)
        c += find_kind(&s[i].f, 0, s[i].f.n, FM_LOGS_FIELD_LEVEL) >= 0;
    return c;
}

static size_t count_pipes(const struct sample *s, size_t n)
{
    size_t c = 0;
    for (size_t i = 0; i < n; i++)
        c += find_kind(&s[i].f, 0, s[i].f.n, FM_LOGS_FIELD_PIPE) >= 0;
    return c;
}

static size_t count_level_before(const struct sample *s, size_t n)
{
    size_t c = 0;
    for (size_t i = 0; i < n; i++)
        c += fm_logs_header_level_before(s[i].line, s[i].s.behind) != FM_LOGS_NONE;
    return c;
}

static size_t count_kind(const struct fm_logs_header *h, const struct sample *s, size_t n,
                         unsigned within, enum fm_logs_field_kind kind)
{
    size_t c = 0;
    for (size_t i = 0; i < n; i++)
        c += find_kind(&s[i].f, anchor_of(&s[i].f, h->has_level), within, kind) >= 0;
    return c;
}

static size_t count_tags(const struct fm_logs_header *h, const struct sample *s, size_t n)
{
    size_t c = 0;
    for (size_t i = 0; i < n; i++)
        c += find_tag(&s[i].f, anchor_of(&s[i].f, h->has_level)) >= 0;
    return c;
}

static bool is_sequence_kind(enum fm_logs_field_kind k)
{
    return k == FM_LOGS_FIELD_INT || k == FM_LOGS_FIELD_BRACKET || k == FM_LOGS_FIELD_DOTTED ||
           k == FM_LOGS_FIELD_SEPARATOR || k == FM_LOGS_FIELD_PIPE || k == FM_LOGS_FIELD_COLUMN;
}

/* The kind that most lines have at position i behind the anchor, when enough lines share it. */
static enum fm_logs_field_kind shared_kind(const struct fm_logs_header *h, const struct sample *s,
                                           size_t n, unsigned i)
{
    size_t count[FM_LOGS_FIELD_WORD + 1] = {0};
    for (size_t k = 0; k < n; k++) {
        unsigned at = anchor_of(&s[k].f, h->has_level) + i;
        if (at < s[k].f.n)
            count[s[k].f.f[at].kind]++;
    }
    for (unsigned k = 0; k <= FM_LOGS_FIELD_WORD; k++)
        if (is_share(count[k], n) && is_sequence_kind((enum fm_logs_field_kind)k))
            return (enum fm_logs_field_kind)k;
    return FM_LOGS_FIELD_END;
}

static void learn_cut(struct fm_logs_header *h, const struct sample *s, size_t n)
{
    size_t tags = count_tags(h, s, n);
    if (n < TAG_LINES ? is_share(tags, n) : tags * TAG_SHARE_DEN >= n * TAG_SHARE_NUM) {
        h->cut = FM_LOGS_CUT_TAG;
        return;
    }
    if (is_share(count_kind(h, s, n, FM_LOGS_SEPARATOR_WITHIN + 1, FM_LOGS_FIELD_SEPARATOR), n)) {
        h->cut = FM_LOGS_CUT_SEPARATOR;
        return;
    }
    h->cut = FM_LOGS_CUT_SEQUENCE;
    while (h->n_sequence < FM_LOGS_SEQUENCE_MAX) {
        enum fm_logs_field_kind k = shared_kind(h, s, n, h->n_sequence);
        if (k == FM_LOGS_FIELD_END)
            break;
        h->sequence[h->n_sequence++] = (uint8_t)k;
    }
    if (h->n_sequence == 0)
        h->cut = FM_LOGS_CUT_ANCHOR;
}

/* Do tagged lines carry a host word before the tag? */
static bool learn_host(const struct fm_logs_header *h, const struct sample *s, size_t n)
{
    size_t hosts = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned a = anchor_of(&s[i].f, h->has_level);
        hosts +=
            a + 1 < s[i].f.n && s[i].f.f[a + 1].kind == FM_LOGS_FIELD_TAG &&
            (s[i].f.f[a].kind == FM_LOGS_FIELD_WORD || s[i].f.f[a].kind == FM_LOGS_FIELD_DOTTED);
    }
    return is_share(hosts, n);
}

static size_t read_samples(const fm_str *lines, size_t n, struct sample *out)
{
    size_t k = 0;
    for (size_t i = 0; i < n && k < FM_LOGS_SAMPLE_LINES; i++) {
        out[k].line = lines[i];
        k += find_stamp(lines[i], &out[k].s);
    }
    return k;
}

/* Keeps the lines whose time stamp is the header's, and reads what stands behind it. */
static size_t select_samples(const struct fm_logs_header *h, struct sample *s, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i].s.token != h->token || s[i].s.ts.form != h->form)
            continue;
        s[k] = s[i];
        read_fields(s[k].s.behind, s[k].line.p + s[k].line.len, &s[k].f);
        k++;
    }
    return k;
}

/* A handful of lines that begin with a plain word before the time: text that mentions a time. */
static bool is_sentence(const struct fm_logs_header *h, const struct sample *s, size_t n)
{
    return n < FEW_LINES && h->token > 0 && s[0].line.len && (fm_ch(s[0].line.p[0]) & FM_CH_LOWER);
}

static void learn(const fm_str *lines, size_t n, bool is_any, struct fm_logs_header *out)
{
    *out = (struct fm_logs_header){0};
    struct sample *s = calloc(FM_LOGS_SAMPLE_LINES, sizeof *s);
    if (!s)
        FM_BUG("out of memory");
    size_t timed = read_samples(lines, n, s);
    size_t best = commonest_stamp(s, timed, out);
    out->has_time = timed > 0 &&
                    (is_any ? best >= ANY_LINES : timed * 2 >= n && best * 2 >= timed) &&
                    !is_sentence(out, s, n);
    if (out->has_time) {
        size_t k = select_samples(out, s, timed);
        out->has_pipes = count_pipes(s, k) > 0;
        out->has_level = is_share(count_level(s, k), k);
        out->has_level_before = !out->has_level && is_share(count_level_before(s, k), k);
        learn_cut(out, s, k);
        out->has_host = out->cut == FM_LOGS_CUT_TAG && learn_host(out, s, k);
    }
    free(s);
}

void fm_logs_header_learn(const fm_str *lines, size_t n, struct fm_logs_header *out)
{
    learn(lines, n, false, out);
}

void fm_logs_header_learn_any(const fm_str *lines, size_t n, struct fm_logs_header *out)
{
    learn(lines, n, true, out);
}

bool fm_logs_header_guess(fm_str line, struct fm_logs_record *out)
{
    struct stamp s;
    struct fm_logs_header_field f;
    const char *end = line.p + line.len;
    if (!find_stamp(line, &s) || (s.token > 0 && (fm_ch(line.p[0]) & FM_CH_LOWER)))
        return false;
    const char *p = s.behind;
    for (unsigned i = 0; i < FM_LOGS_HEADER_FIELDS / 2; i++) {
        fm_logs_header_field(p, end, true, &f);
        if (f.kind == FM_LOGS_FIELD_END || f.kind == FM_LOGS_FIELD_WORD)
            break;
        fm_logs_header_note(out, &f);
        p = f.next;
        if (f.kind == FM_LOGS_FIELD_TAG)
            break;
    }
    if (!out->level)
        out->level = fm_logs_header_level_before(line, s.behind);
    out->ts = s.ts;
    out->has_time = true;
    out->message = fm_str_n(p, (size_t)(end - p));
    return true;
}
