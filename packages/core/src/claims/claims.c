/* SPDX-License-Identifier: Apache-2.0 */
#include "claims/internal.h"

#include <stdlib.h>

#include "faultmaven/base/buf.h"

#define TEXT_MAX (4u << 20)
#define ANSWER_MAX 12000 /* bytes of a checked answer; a message of a case takes 16384 */
#define LINE_SHOWN 160

struct fm_claim_stream {
    struct claim_check check;
    struct fm_claim_sink sink;
    struct fm_buf in;  /* all that came */
    size_t done;       /* bytes of it that were judged */
    struct fm_buf out; /* all that was shown */
    bool is_cut;       /* it was too long */
    struct fm_checked sum;
};

/* ---- sentences ---- */

static bool is_mark(char c)
{
    return c == '.' || c == '!' || c == '?';
}

/* Index behind the bracket that opens at `at`; 0 when its end may still come, SIZE_MAX when it has
 * none on its line. */
static size_t bracket_end(fm_str text, size_t at, bool is_whole)
{
    ptrdiff_t close = fm_str_chr(text, ']', at), line = fm_str_chr(text, '\n', at);
    if (close >= 0 && (line < 0 || close < line))
        return (size_t)close + 1;
    return line < 0 && !is_whole ? 0 : SIZE_MAX;
}

/* Citations in brackets behind the mark belong to the sentence; 0 when more may come. */
static size_t skip_citations(fm_str text, size_t i, bool is_whole)
{
    for (;;) {
        size_t at = i;
        while (at < text.len && text.p[at] == ' ')
            at++;
        if (at == text.len)
            return is_whole ? i : 0;
        size_t end = text.p[at] == '[' ? bracket_end(text, at, is_whole) : SIZE_MAX;
        if (end == 0)
            return 0;
        if (end == SIZE_MAX)
            return i;
        i = end + (end < text.len && text.p[end] == '.');
    }
}

/* "1." and the like begin a sentence. */
static bool is_list_number(fm_str text, size_t from, size_t i)
{
    fm_str head = fm_str_trim(fm_str_sub(text, from, i - from));
    return head.len && head.len <= 2 && claim_number_length(head) == head.len;
}

size_t claim_sentence_end(fm_str text, size_t from, bool is_whole)
{
    bool in_quote = false;
    for (size_t i = from; i < text.len; i++) {
        char c = text.p[i];
        if (c == '\n')
            return i + 1;
        in_quote ^= c == '"';
        if (in_quote || !is_mark(c) || is_list_number(text, from, i))
            continue;
        if (i + 1 == text.len)
            return is_whole ? text.len : 0;
        if (text.p[i + 1] == ' ' || text.p[i + 1] == '\n')
            return skip_citations(text, i + 1, is_whole);
    }
    return is_whole ? text.len : 0;
}

/* ---- verdicts ---- */

static void note_cites(struct fm_claim_stream *x, const struct claim *s,
                       const struct claim_window *w)
{
    fm_vec_each (&s->cites, c) {
        struct fm_cite k = {.evidence_id = c->id, .offset = c->offset, .length = c->length};
        if (!fm_case_find(x->check.k->c, FM_REF_EVIDENCE, c->id))
            continue;
        if (w->length && fm_str_eq(w->id, c->id)) {
            k.offset = w->offset;
            k.length = w->length;
            bool is_quote = w->kind == CLAIM_WINDOW_EVIDENCE && w->text.len <= 1000;
            k.quote = is_quote && fm_str_is_utf8(w->text) ? w->text : FM_STR_NULL;
        }
        bool is_new = true;
        fm_vec_each (&x->sum.cites, old)
            is_new &= !fm_str_eq(old->evidence_id, k.evidence_id) || old->offset != k.offset;
        if (is_new)
            fm_vec_push(&x->check.ctx->arena, &x->sum.cites, k);
    }
}

static fm_str cut(fm_str s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return fm_str_sub(s, 0, max);
}

static void add_mark(struct fm_claim_stream *x, const struct claim_judgement *j)
{
    fm_str line = fm_str_trim(j->nearest.text);
    if (!line.len || !fm_str_is_utf8(line)) {
        fm_buf_addz(&x->out, " (unverified)");
        return;
    }
    fm_buf_addf(&x->out, " (unverified; %.*s says: %.*s%s)", FM_STR_ARG(j->nearest.id),
                FM_STR_ARG(cut(line, LINE_SHOWN)), line.len > LINE_SHOWN ? "\xE2\x80\xA6" : "");
}

static size_t trailing_blanks(fm_str s)
{
    size_t n = 0;
    while (n < s.len && (s.p[s.len - 1 - n] == ' ' || s.p[s.len - 1 - n] == '\n'))
        n++;
    return n;
}

/* Table rules, headings of nothing: there is no word to judge. */
static bool is_blank(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (claim_is_word_byte(s.p[i]))
            return false;
    return true;
}

static void show(struct fm_claim_stream *x, size_t from)
{
    fm_buf_neutralize(&x->out, from);
    if (x->sink.shown && x->out.len > from)
        x->sink.shown(x->sink.arg, fm_str_skip(fm_buf_str(&x->out), from));
}

/* Room for the longest mark too. */
static bool is_full(struct fm_claim_stream *x, fm_str text)
{
    x->is_cut |= x->out.len + text.len + LINE_SHOWN + 64 > ANSWER_MAX;
    return x->is_cut;
}

static void judge_sentence(struct fm_claim_stream *x, fm_str text)
{
    struct claim s;
    struct claim_judgement j;
    size_t from = x->out.len, blanks = trailing_blanks(text);
    fm_str body = fm_str_sub(text, 0, text.len - blanks);
    if (is_blank(body)) {
        fm_buf_adds(&x->out, text);
        show(x, from);
        return;
    }
    if (is_full(x, text))
        return;
    body = fm_str_dup(&x->check.ctx->arena, body);
    claim_parse(&x->check, body, &s);
    claim_judge(&x->check, &s, &j);
    x->sum.n_sentences++;
    x->sum.n_marked += j.verdict == FM_CLAIM_MARKED;
    x->sum.n_removed += j.verdict == FM_CLAIM_REMOVED;
    x->sum.has_open_cause |= j.is_open_cause;
    if (j.verdict == FM_CLAIM_REMOVED)
        return;
    fm_buf_adds(&x->out, body);
    if (j.verdict == FM_CLAIM_MARKED)
        add_mark(x, &j);
    else
        note_cites(x, &s, &j.carrier);
    fm_buf_adds(&x->out, fm_str_skip(text, text.len - blanks));
    show(x, from);
}

/* ---- the text ---- */

static void judge_ready(struct fm_claim_stream *x, bool is_whole)
{
    while (x->done < x->in.len) {
        fm_str text = fm_buf_str(&x->in);
        size_t end = claim_sentence_end(text, x->done, is_whole);
        if (!end)
            return;
        while (text.p[end - 1] != '\n' && end < text.len && text.p[end] == ' ')
            end++; /* behind a line end they may still come: they begin the next sentence */
        judge_sentence(x, fm_str_sub(text, x->done, end - x->done));
        x->done = end;
    }
}

struct fm_claim_stream *fm_claim_stream_new(struct fm_ctx *ctx, const struct fm_claim_sources *k,
                                            struct fm_claim_sink sink)
{
    struct fm_claim_stream *x = calloc(1, sizeof *x);
    if (!x)
        FM_BUG("out of memory");
    x->check.ctx = ctx;
    x->check.k = k;
    x->sink = sink;
    fm_buf_init(&x->in, TEXT_MAX);
    fm_buf_init(&x->out, 4 * TEXT_MAX);
    return x;
}

void fm_claim_stream_feed(struct fm_claim_stream *x, fm_str part)
{
    fm_buf_adds(&x->in, part);
    judge_ready(x, false);
}

void fm_claim_stream_end(struct fm_claim_stream *x, struct fm_checked *out)
{
    judge_ready(x, true);
    size_t from = x->out.len;
    if (x->sum.n_removed)
        fm_buf_addf(
            &x->out,
            "%s(%zu sentence%s left out: what they quoted or named does not exist in this case)",
            from && x->out.p[from - 1] != '\n' ? "\n" : "", x->sum.n_removed,
            x->sum.n_removed == 1 ? "" : "s");
    if (x->in.overflow || x->is_cut)
        fm_buf_addz(&x->out, "\n(the answer was cut off)");
    show(x, from);
    *out = x->sum;
    out->text = fm_str_dup(&x->check.ctx->arena, fm_buf_str(&x->out));
}

void fm_claim_stream_free(struct fm_claim_stream *x)
{
    if (!x)
        return;
    fm_buf_release(&x->in);
    fm_buf_release(&x->out);
    free(x);
}

void fm_claims_check(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                     struct fm_checked *out)
{
    struct fm_claim_stream *x = fm_claim_stream_new(ctx, k, (struct fm_claim_sink){0});
    fm_claim_stream_feed(x, text);
    fm_claim_stream_end(x, out);
    fm_claim_stream_free(x);
    out->text = fm_str_trim(out->text);
}
