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
    while (i < limit && !fm_is(fm_at(l, i), C_TEXTEND) && !strchr(",;(){}[]|", fm_at(l, i)))
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
        if ((l->want & WANT_NUMBERS) && w->is_first)
            fm_detect_number(l, i);
    } else {
        fm_detect_lettered_id(l, i);
    }
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

static void visit_next(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    unsigned char next = fm_at(l, w->end), after = fm_at(l, w->end + 1);
    if (next == '@')
        fm_detect_email(l, i);
    if (next == ':' && after == '/')
        fm_detect_url(l, i);
    if (next == ':' && after == '\\' && w->end - w->start == 1)
        fm_detect_drive_path(l, i);
    if ((next == '.' || next == '-' || next == ':') && w->is_first && fm_is(after, C_WORD))
        fm_detect_fqdn(l, i);
    if (w->start >= 2 && fm_at(l, w->start - 1) == '\\' && fm_at(l, w->start - 2) == '\\')
        fm_detect_unc(l, i);
}

/* Can an operator or a quoted value follow the word at e? */
static bool is_pair_ahead(const struct fm_line *l, uint32_t e)
{
    unsigned char c = fm_at(l, e);
    if (c == ' ' || c == '\t')
        c = fm_at(l, e + 1);
    switch (c) {
    case '=':
    case ':':
    case '"':
    case '\'':
    case '`':
    case '[':
    case '(':
    case '<':
    case '>':
    case ',':
    case ')':
    case '\\':
        return true;
    case '.':
        return fm_line_has_at(l, e, ".assign(");
    default:
        return c == '|' || c == '?' || c == '!' || (fm_at(l, e) == ' ' && e && c && c != ' ');
    }
}

static void visit(struct fm_line *l, uint32_t i)
{
    const struct fm_word *w = &l->words[i];
    if (w->cls & W_DIGIT)
        visit_digits(l, i);
    if (!(w->cls & W_NONHEX) && (l->want & (WANT_NET | WANT(UUID))))
        visit_hexlike(l, i);
    unsigned char next = fm_at(l, w->end);
    if (next == '-' && fm_at(l, w->end - 1) == '_' && !(w->cls & W_DIGIT) && l->want & WANT(ID))
        fm_detect_word_number(l, i);
    if (next == '@' || next == ':' || next == '.' || next == '-' || w->end - w->start == 1 ||
        (w->start && fm_at(l, w->start - 1) == '\\'))
        visit_next(l, i);
    fm_detect_format(l, i);
    if (next == '=' && l->want & WANT(CONFIG))
        fm_detect_config_pair(l, i);
    if (is_pair_ahead(l, w->end))
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

static void run_context(struct fm_line *l)
{
    uint64_t any = l->kw_any;
    if (any & (K(HOST) | K(TOWARDS) | K(PORT)))
        fm_detect_host_context(l);
    if (any & (K(USER) | K(ACTOR) | K(BY)))
        fm_detect_user_context(l);
    if (any & (K(ID) | K(ID_KEY)) && (l->want & WANT(ID)))
        fm_detect_id_context(l);
    if (any & (K(VERSION) | K(RESOURCE) | K(BYTES)) && (l->want & WANT(CONFIG)))
        fm_detect_config(l);
    if (any & (K(AUTH) | K(COMMAND) | K(COOKIE)))
        fm_detect_auth(l);
    if (any & (K(PHONE) | K(SSN) | K(LICENSE) | K(BIRTH) | K(AGE) | K(NATIONAL) | K(GROUPED)) && (l->want & WANT_NUMBERS))
        fm_detect_number_context(l);
    if (l->n > 3 && (l->p[0] == ' ' || l->p[0] == '-' || l->p[0] == '\t'))
        fm_detect_continued(l);
    if (any & K(GPS) && (l->want & WANT(GPS)))
        fm_detect_gps(l);
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
            fm_line_propose(l, 7, (struct fm_cand){.start = (uint32_t)slots[i].start,
                                                   .end = (uint32_t)slots[i].end,
                                                   .type = (uint8_t)slots[i].type,
                                                   .rule = R_SLOT});
}

static void scan_words(struct fm_line *l)
{
    fm_lex(l);
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
    bool may_be_pem = s->pem != FM_PEM_NONE || (l.n >= 11 && memmem(l.p, l.n, "-----BEGIN ", 11));
    if (!(may_be_pem && fm_pem_line(&l)))
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
