/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of a mask call for (later.h). */
#include "scan/visit.h"

#include "detect/later_checks.h"
#include "scan/later.h"
#include "scan/state.h"

/* Would it find something in the mask? Nothing is kept. */
static bool finds(struct fm_line *l, void (*detect)(struct fm_line *, uint32_t), uint32_t i)
{
    size_t n = l->scan->n_cands;
    detect(l, i);
    bool is_found = l->scan->n_cands > n;
    l->scan->n_cands = n;
    l->ip_end = 0;
    return is_found;
}

static void visit_decimal(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    uint32_t n = w->end - w->start;
    unsigned char next = fm_at(l, w->end);
    if (next == '.' && n <= 3 && (l->want & FM_WANT_NET) && finds(l, fm_detect_ipv4, i))
        fm_later_add(l, FM_LATER_IPV4, i);
    if ((l->want & FM_WANT_NUMBERS) && w->is_first && fm_number_may_count(l, i))
        fm_later_add(l, FM_LATER_NUMBER, i);
}

static void visit_digits(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    if (!(w->cls & (W_ALPHA | W_NONHEX | W_HIGH)))
        visit_decimal(l, i);
    if (fm_lettered_may_count(l, i))
        fm_later_add(l, FM_LATER_LETTERED, i);
    if (!(w->cls & W_NONHEX) && w->end - w->start >= 16 && fm_wants(l, FM_SENSITIVE_HASH))
        fm_later_add(l, FM_LATER_HEX, i);
    if (fm_wants(l, FM_SENSITIVE_ID))
        fm_detect_word_number(l, i);
    if (fm_wants(l, FM_SENSITIVE_CONFIG))
        fm_detect_config_number(l, i);
}

static void visit_hexlike(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    uint32_t n = w->end - w->start;
    unsigned char next = fm_at(l, w->end);
    bool is_behind_gap = w->start >= 2 && l->p[w->start - 1] == ':' && l->p[w->start - 2] == ':';
    if (next == '-' && (n == 8 || n == 2))
        fm_detect_dash_hex(l, i);
    else if (next == '.' && n == 4)
        fm_detect_dotted_mac(l, i);
    if ((next == ':' || is_behind_gap) && n <= 4 && finds(l, fm_detect_colon_hex, i))
        fm_later_add(l, FM_LATER_COLON_HEX, i);
}

/* "a.b", "a-b", "a1:80"; not "1.2" */
static bool may_be_host(const struct fm_word *w, unsigned char next, unsigned char after)
{
    if (next == ':')
        return w->cls & W_ALPHA && w->cls & W_DIGIT;
    return next == '-' || (next == '.' && (w->cls & W_ALPHA || !fm_is_digit(after)));
}

static void visit_host(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    unsigned char next = fm_at(l, w->end), after = fm_at(l, w->end + 1);
    if (w->is_first && fm_is(after, C_WORD) && may_be_host(w, next, after))
        fm_detect_fqdn(l, i);
}

static void visit_colon(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    unsigned char after = fm_at(l, w->end + 1);
    if (after == '/')
        fm_detect_url(l, i);
    else if (after == '\\' && w->end - w->start == 1)
        fm_detect_drive_path(l, i);
}

static void visit_next(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    unsigned char next = fm_at(l, w->end);
    if (next == '@')
        fm_detect_email(l, i);
    else if (next == ':')
        visit_colon(l, i);
    else if (next == '-' && l->p[w->end - 1] == '_' && !(w->cls & W_DIGIT) &&
             fm_wants(l, FM_SENSITIVE_ID))
        fm_detect_word_number(l, i);
    visit_host(l, i);
    if (w->start >= 2 && l->p[w->start - 1] == '\\' && l->p[w->start - 2] == '\\')
        fm_detect_unc(l, i);
}

/* What the byte behind a word may start. */
enum {
    NEXT_NAME = 1,  /* @ : . - go on to an address, a URL, a domain */
    NEXT_PAIR = 2,  /* an operator or the quote that closes the key */
    NEXT_MAYBE = 4, /* a pair, if the byte after it agrees */
};

static const uint8_t next_kind[256] = {
    ['@'] = NEXT_NAME,
    [':'] = NEXT_NAME | NEXT_PAIR,
    ['.'] = NEXT_NAME | NEXT_MAYBE,
    ['-'] = NEXT_NAME,
    ['='] = NEXT_PAIR,
    ['"'] = NEXT_PAIR,
    ['\''] = NEXT_PAIR,
    ['`'] = NEXT_PAIR,
    ['['] = NEXT_PAIR,
    ['>'] = NEXT_PAIR,
    ['('] = NEXT_MAYBE,
    ['\\'] = NEXT_MAYBE,
    ['!'] = NEXT_MAYBE,
    ['?'] = NEXT_MAYBE,
    ['|'] = NEXT_MAYBE,
    [' '] = NEXT_MAYBE,
    ['\t'] = NEXT_MAYBE,
};

static bool is_maybe_pair(const struct fm_line *l, const struct fm_word *w)
{
    uint32_t e = w->end;
    unsigned char after = fm_at(l, e + 1);
    switch (fm_at(l, e)) {
    case ' ':
    case '\t':
        if (after == '!' || after == '?' || after == '|')
            return fm_at(l, e + 2) == '=' || fm_at(l, e + 2) == '|';
        return (next_kind[after] & NEXT_PAIR) || (w->start >= 2 && fm_at(l, w->start - 1) == '-');
    case '.':
        return after == 'a' && fm_line_has_at(l, e, ".assign(");
    case '!':
    case '?':
        return after == '=';
    case '|':
        return after == '|';
    default:
        return fm_is(after, C_QUOTE);
    }
}

/* "value" == name */
static bool is_compared(const struct fm_line *l, const struct fm_word *w)
{
    return w->start >= 3 && l->p[w->start - 1] == ' ' && l->p[w->start - 2] == '=';
}

/* A word of letters between blanks, before another word: nothing but a literal of a rule starts
 * here. */
static inline bool is_mere_word(const struct fm_line *l, const struct fm_word *w)
{
    if (w->cls & W_DIGIT || !(w->cls & W_NONHEX) || w->start < 2 || w->end + 1 >= l->n)
        return false;
    const char *before = l->p + w->start, *behind = l->p + w->end;
    return behind[0] == ' ' && fm_is_word((unsigned char)behind[1]) && before[-1] == ' ' &&
           before[-2] != '=';
}

static void visit_literals(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    if (w->hash && fm_rule_may_start(&l->r->rules, w->hash))
        fm_note_context(l, w->start, w->hash);
    if (fm_format_may_match(l, i))
        fm_later_add(l, FM_LATER_FORMAT, i);
}

static void visit_key(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    uint8_t kind = next_kind[fm_at(l, w->end)];
    if (fm_at(l, w->end) == '=' && fm_wants(l, FM_SENSITIVE_CONFIG))
        fm_detect_config_pair(l, i);
    if (!(kind & NEXT_PAIR) && !(kind & NEXT_MAYBE && is_maybe_pair(l, w)) && !is_compared(l, w))
        return;
    switch (fm_pair_kind(l, i)) {
    case FM_PAIR_ID:
        fm_detect_id_key(l, i);
        break;
    case FM_PAIR_SECRET:
        fm_later_add(l, FM_LATER_PAIR, i);
        break;
    case FM_PAIR_NONE:
    default:
        break;
    }
}

static void visit(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    if (is_mere_word(l, w)) {
        if (w->hash && fm_rule_may_start(&l->r->rules, w->hash))
            visit_literals(l, i);
        return;
    }
    if (w->cls & W_DIGIT)
        visit_digits(l, i);
    if (!(w->cls & W_NONHEX) && (l->want & (FM_WANT_NET | FM_WANT(UUID))))
        visit_hexlike(l, i);
    if (next_kind[fm_at(l, w->end)] & NEXT_NAME || (w->start >= 2 && l->p[w->start - 1] == '\\'))
        visit_next(l, i);
    visit_literals(l, i);
    if (w->cls & W_ALPHA)
        visit_key(l, i);
}

/* A slash that starts a path stands behind a blank, a quote, a bracket, "=" or the like. */
static void visit_slashes(struct fm_line *l)
{
    const struct fm_maps *m = &l->scan->maps;
    uint64_t carry = 0;
    for (uint32_t k = 0; k <= l->n / 64; k++) {
        uint64_t blocked = m->word[k] | m->slash[k];
        uint64_t starts = m->slash[k] & ~(blocked << 1 | carry);
        carry = blocked >> 63;
        for (; starts; starts &= starts - 1)
            fm_detect_path(l, 64 * k + (uint32_t)__builtin_ctzll(starts));
    }
}

/* Context words also stand behind "_" and at humps: MY_OKTA_TOKEN, myOktaToken. */
static void visit_humps(struct fm_line *l)
{
    const struct fm_maps *m = &l->scan->maps;
    uint64_t carry_lower = 0, carry_under = 0;
    for (uint32_t k = 0; k <= l->n / 64; k++) {
        uint64_t under = m->word[k] & ~(m->lower[k] | m->upper[k] | m->digit[k] | m->high[k]);
        uint64_t starts = (m->upper[k] & (m->lower[k] << 1 | carry_lower)) |
                          ((m->lower[k] | m->upper[k]) & (under << 1 | carry_under));
        carry_lower = m->lower[k] >> 63;
        carry_under = under >> 63;
        for (; starts; starts &= starts - 1) {
            uint32_t s = 64 * k + (uint32_t)__builtin_ctzll(starts);
            unsigned hash = l->n - s >= 3 ? fm_rule_hash(l->p + s, 0x202020) : 0;
            if (l->n - s >= 3 && fm_rule_may_start(&l->r->rules, hash))
                fm_note_context(l, s, hash);
        }
    }
}

void fm_visit_words(struct fm_line *l)
{
    visit_humps(l);
    for (uint32_t i = 0; i < l->n_words; i++)
        visit(l, i);
    visit_slashes(l);
}
