/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "scan/placeholder.h"
#include "scan/state.h"

bool fm_line_has_at(const struct fm_line *l, uint32_t i, const char *word)
{
    for (; *word; word++, i++)
        if (fm_lower(fm_at(l, i)) != (unsigned char)*word)
            return false;
    return true;
}

uint32_t fm_token_end(const struct fm_line *l, uint32_t i)
{
    uint32_t limit = l->n - i > 256 ? i + 256 : l->n;
    while (i < limit && !fm_is(fm_at(l, i), C_TOKENEND))
        i++;
    return i;
}

/* The families that a policy may switch off as a whole. */
#define WANT(t) (1ULL << FM_SENSITIVE_##t)
#define WANT_NUMBERS (WANT(CARD) | WANT(PHONE) | WANT(NATIONAL_ID) | WANT(BIRTH_DATE) | WANT(DATE))
#define WANT_NET (WANT(IP) | WANT(PRIVATE_IP) | WANT(HOST) | WANT(MAC) | WANT(PORT))

static void visit_digits(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    uint32_t n = w->end - w->start;
    unsigned char next = fm_at(l, w->end);
    if (!(w->cls & (W_ALPHA | W_NONHEX | W_HIGH))) {
        if (next == '.' && n <= 3 && (l->want & WANT_NET))
            fm_detect_ipv4(l, i);
        if ((l->want & WANT_NUMBERS) && w->is_first && w->start >= l->ip_end)
            fm_detect_number(l, i);
    } else {
        fm_detect_lettered_id(l, i);
    }
    if (n == 6 && (next == '-' || next == '+') && !(w->cls & W_ALPHA))
        fm_detect_lettered_id(l, i);
    if (!(w->cls & W_NONHEX) && n >= 16)
        fm_detect_hex(l, i);
    if (l->want & WANT(ID))
        fm_detect_word_number(l, i);
    if (l->want & WANT(CONFIG))
        fm_detect_config_number(l, i);
}

static void visit_hexlike(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    uint32_t n = w->end - w->start;
    unsigned char next = fm_at(l, w->end);
    if (next == ':' && n <= 4)
        fm_detect_colon_hex(l, i);
    else if (next == '-' && (n == 8 || n == 2))
        fm_detect_dash_hex(l, i);
    else if (next == '.' && n == 4)
        fm_detect_dotted_mac(l, i);
    if (w->start >= 2 && fm_at(l, w->start - 1) == ':' && fm_at(l, w->start - 2) == ':' && n <= 4)
        fm_detect_colon_hex(l, i);
}

/* "a.b", "a-b", "a1:80"; not "1.2" */
static bool may_be_host(const struct fm_word *w, unsigned char next, unsigned char after)
{
    if (next == ':')
        return w->cls & W_ALPHA && w->cls & W_DIGIT;
    return next == '-' || (next == '.' && (w->cls & W_ALPHA || !fm_is_digit(after)));
}

static void visit_next(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    unsigned char next = fm_at(l, w->end), after = fm_at(l, w->end + 1);
    if (next == '-' && fm_at(l, w->end - 1) == '_' && !(w->cls & W_DIGIT) && l->want & WANT(ID))
        fm_detect_word_number(l, i);
    if (next == '@')
        fm_detect_email(l, i);
    if (next == ':' && after == '/')
        fm_detect_url(l, i);
    if (next == ':' && after == '\\' && w->end - w->start == 1)
        fm_detect_drive_path(l, i);
    if (w->is_first && fm_is(after, C_WORD) && may_be_host(w, next, after))
        fm_detect_fqdn(l, i);
    if (w->start >= 2 && fm_at(l, w->start - 1) == '\\' && fm_at(l, w->start - 2) == '\\')
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

static void visit(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    if (is_mere_word(l, w)) {
        if (w->hash && fm_rule_may_start(&l->r->rules, w->hash))
            fm_detect_format(l, i);
        return;
    }
    unsigned char next = fm_at(l, w->end);
    uint8_t kind = next_kind[next];
    if (w->cls & W_DIGIT)
        visit_digits(l, i);
    if (!(w->cls & W_NONHEX) && (l->want & (WANT_NET | WANT(UUID))))
        visit_hexlike(l, i);
    if (kind & NEXT_NAME || (w->start >= 2 && l->p[w->start - 1] == '\\'))
        visit_next(l, i);
    fm_detect_format(l, i);
    if (!(w->cls & W_ALPHA))
        return;
    if (next == '=' && l->want & WANT(CONFIG))
        fm_detect_config_pair(l, i);
    if (kind & NEXT_PAIR || (kind & NEXT_MAYBE && is_maybe_pair(l, w)) || is_compared(l, w))
        fm_detect_pair(l, i);
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

/* Detectors that wait for context words, and the types that they can find. */
static const struct {
    uint64_t kw;
    uint64_t want;
    void (*run)(struct fm_line *l);
} contexts[] = {
    {K(HOST) | K(TOWARDS) | K(PORT), WANT_NET, fm_detect_host_context},
    {K(METHOD), WANT(USER), fm_detect_access_user},
    {K(USER) | K(ACTOR) | K(FOR) | K(SECRETISH), WANT(USER), fm_detect_user_context},
    {K(ID) | K(ID_KEY), WANT(ID), fm_detect_id_context},
    {K(VERSION) | K(RESOURCE) | K(BYTES), WANT(CONFIG), fm_detect_config},
    {K(AUTH) | K(COMMAND) | K(COOKIE), ~0ULL, fm_detect_auth},
    {K(PHONE) | K(SSN) | K(LICENSE) | K(BIRTH) | K(AGE) | K(NATIONAL) | K(GROUPED), WANT_NUMBERS,
     fm_detect_number_context},
    {K(GPS), WANT(GPS), fm_detect_gps},
};

static void run_context(struct fm_line *l)
{
    for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++)
        if (l->kw_any & contexts[i].kw && l->want & contexts[i].want)
            contexts[i].run(l);
    if (l->has_context)
        fm_detect_loose(l);
    if (l->n > 3 && (l->p[0] == ' ' || l->p[0] == '-' || l->p[0] == '\t'))
        fm_detect_continued(l);
    if (l->want & WANT(PERSON))
        fm_detect_prose(l);
}

static void ask_slots(struct fm_line *l)
{
    struct fm_slot slots[64];
    struct fm_slot_source *src = l->scan->slots;
    size_t n = src->ops->slots(src, fm_str_n(l->p, l->n), slots, 64);
    for (size_t i = 0; i < n && i < 64; i++)
        if (slots[i].end <= l->n && slots[i].start < slots[i].end)
            fm_line_propose(l, 7,
                            (struct fm_cand){.start = (uint32_t)slots[i].start,
                                             .end = (uint32_t)slots[i].end,
                                             .type = (uint8_t)slots[i].type,
                                             .rule = R_SLOT});
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

static void scan_words(struct fm_line *l)
{
    fm_lex(l);
    if (l->kw_any & K(PEM))
        fm_pem_begin(l);
    visit_humps(l);
    for (uint32_t i = 0; i < l->n_words; i++)
        visit(l, i);
    visit_slashes(l);
    run_context(l);
    fm_placeholders_protect(l);
    if (l->scan->slots)
        ask_slots(l);
}

struct fm_findings fm_redact_scan_line(struct fm_redact_scan *s, fm_str text)
{
    FM_ASSERT(text.len <= FM_REDACT_LINE_MAX);
    struct fm_line l = {.p = text.p,
                        .n = (uint32_t)text.len,
                        .r = s->r,
                        .scan = s,
                        .want = s->r->want,
                        .is_strict = s->r->policy.should_widen};
    s->n_cands = 0;
    s->n_found = 0;
    if (!l.want || !l.n)
        return (struct fm_findings){NULL, 0};
    if (s->pem == FM_PEM_NONE || !fm_pem_continue(&l))
        scan_words(&l);
    if (s->n_cands)
        fm_resolve(&l);
    if (s->slots)
        s->slots->ops->learn(s->slots, text, s->found, s->n_found);
    return (struct fm_findings){s->found, s->n_found};
}

struct fm_redact_scan *fm_redact_scan_new(const struct fm_redactor *r)
{
    struct fm_redact_scan *s = calloc(1, sizeof *s);
    FM_ASSERT(s != NULL);
    s->r = r;
    s->words = malloc((FM_REDACT_LINE_MAX / 2 + 2) * sizeof *s->words);
    FM_ASSERT(s->words != NULL);
    return s;
}

void fm_redact_scan_free(struct fm_redact_scan *s)
{
    if (!s)
        return;
    free(s->words);
    free(s->cands);
    free(s->found);
    free(s);
}

void fm_redact_scan_reset(struct fm_redact_scan *s)
{
    s->pem = FM_PEM_NONE;
}

void fm_redact_scan_slots(struct fm_redact_scan *s, struct fm_slot_source *source)
{
    s->slots = source;
}
