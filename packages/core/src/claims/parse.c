/* SPDX-License-Identifier: Apache-2.0 */
#include "claims/internal.h"

size_t claim_id_length(fm_str s)
{
    static const char *const prefixes[] = {"ev_", "hyp_", "msg_", "req_", "sol_",  "file_",
                                           "rc_", "chg_", "esc_", "rep_", "case_", "act_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i]), from = n;
        if (!fm_str_starts(s, fm_str_c(prefixes[i])))
            continue;
        while (n < s.len && (claim_is_digit(s.p[n]) || (s.p[n] >= 'a' && s.p[n] <= 'z')))
            n++;
        return n > from ? n : 0;
    }
    return 0;
}

static bool id_exists(const struct fm_case *c, fm_str id)
{
    for (int k = 0; k < FM_REF_COUNT; k++)
        if (fm_case_find(c, (enum fm_ref_kind)k, id))
            return true;
    return fm_str_eq(id, c->id);
}

static size_t digits_at(fm_str s, size_t from, int64_t *value)
{
    size_t n = 0;
    while (from + n < s.len && n < 15 && claim_is_digit(s.p[from + n]))
        n++;
    return n && fm_str_i64(fm_str_sub(s, from, n), value) ? n : 0;
}

/* "#1840+92" behind an id. */
static size_t take_place(fm_str s, size_t at, struct claim_cite *cite)
{
    int64_t offset = 0, length = 0;
    if (at >= s.len || s.p[at] != '#')
        return 0;
    size_t a = digits_at(s, at + 1, &offset);
    if (!a || at + 1 + a >= s.len || s.p[at + 1 + a] != '+')
        return 0;
    size_t b = digits_at(s, at + 2 + a, &length);
    if (!b)
        return 0;
    cite->offset = offset;
    cite->length = length;
    return 2 + a + b;
}

static size_t take_id(struct claim_check *x, fm_str rest, struct claim *out)
{
    size_t n = claim_id_length(rest);
    struct claim_cite cite = {.id = fm_str_sub(rest, 0, n)};
    if (!n)
        return 0;
    out->has_unknown_id |= !id_exists(x->k->c, cite.id);
    n += take_place(rest, n, &cite);
    fm_vec_push(&x->ctx->arena, &out->cites, cite);
    return n;
}

/* A quote in straight, curly or back quotes; its content. */
static size_t quote_length(fm_str s, fm_str *content)
{
    static const struct {
        const char *open, *close;
    } marks[] = {{"\"", "\""},
                 {"\xE2\x80\x9C", "\xE2\x80\x9D"},
                 {"\xE2\x80\x9E", "\xE2\x80\x9C"},
                 {"\xC2\xAB", "\xC2\xBB"},
                 {"`", "`"}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t open = strlen(marks[i].open);
        ptrdiff_t end = fm_str_starts(s, fm_str_c(marks[i].open))
                            ? fm_str_find(s, fm_str_c(marks[i].close), open)
                            : -1;
        if (end < 0)
            continue;
        *content = fm_str_sub(s, open, (size_t)end - open);
        return (size_t)end + strlen(marks[i].close);
    }
    return 0;
}

/* Quotes are kept as such, and their words and numbers count too. */
static void take_quotes(struct claim_check *x, struct claim *out)
{
    for (size_t i = 0; i < out->text.len;) {
        fm_str content;
        size_t n = quote_length(fm_str_skip(out->text, i), &content);
        if (n && fm_str_trim(content).len >= 3)
            fm_vec_push(&x->ctx->arena, &out->quotes, content);
        i += n ? n : 1;
    }
}

static void take_word(struct claim_check *x, fm_str word, fm_str rest, struct claim *out)
{
    size_t digits = claim_number_length(word);
    struct claim_token t = {.text = word};
    if (claim_word_is_negation(word)) {
        out->n_negations++;
        t.is_negation = true;
        fm_vec_push(&x->ctx->arena, &out->tokens, t);
        return;
    }
    bool is_empty = claim_word_is_neutral(word) || (out->is_cause && claim_word_is_causal(word));
    if (!digits && is_empty)
        return;
    if (digits) {
        fm_str behind = digits < word.len ? fm_str_skip(word, digits) : rest;
        fm_str unit = claim_unit(behind);
        t.is_number = digits == word.len || (unit.len && unit.len == word.len - digits);
        if (t.is_number)
            t = (struct claim_token){
                .text = fm_str_sub(word, 0, digits), .unit = unit, .is_number = true};
    }
    fm_vec_push(&x->ctx->arena, &out->tokens, t);
}

static fm_str without_citations(fm_str text)
{
    for (;;) {
        text = fm_str_trim(text);
        ptrdiff_t open = fm_str_ends(text, FM_STR("]")) ? fm_str_rchr(text, '[') : -1;
        bool is_end = text.len && strchr(".!", text.p[text.len - 1]);
        if (open >= 0 && claim_id_length(fm_str_skip(text, (size_t)open + 1)))
            text = fm_str_sub(text, 0, (size_t)open);
        else if (is_end)
            text = fm_str_sub(text, 0, text.len - 1);
        else
            return text;
    }
}

void claim_parse(struct claim_check *x, fm_str text, struct claim *out)
{
    *out = (struct claim){
        .text = text, .plain = without_citations(text), .is_cause = claim_names_cause(text)};
    take_quotes(x, out);
    for (fm_str rest = text; rest.len;) {
        bool is_start = rest.p == text.p || !claim_is_word_byte(rest.p[-1]);
        size_t id = is_start ? take_id(x, rest, out) : 0;
        fm_str word, from = rest;
        if (id) {
            rest = fm_str_skip(rest, id);
        } else if (is_start && claim_is_word_byte(rest.p[0]) && claim_next_word(&rest, &word)) {
            take_word(x, word, rest, out);
        } else {
            rest = fm_str_skip(from, 1);
        }
    }
}
