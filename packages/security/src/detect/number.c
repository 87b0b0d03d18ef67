/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that belong to people: cards, phones, national ids, dates of birth. */
#include "scan/state.h"

#include "detect/check.h"

#define DIGITS_MAX 20

/* A run of digit groups with single separators. */
struct run {
    uint32_t start, end;
    uint32_t groups;
    uint32_t n;       /* digits; more than DIGITS_MAX means not usable */
    uint32_t first;   /* digits in the first group */
    uint8_t d[DIGITS_MAX];
    uint8_t size[8];  /* digits in each group */
    bool has_plus, has_paren, has_dash, has_dot, has_blank, has_slash;
};

static bool is_separator(unsigned char c)
{
    return c == '-' || c == '.' || c == ' ' || c == '/';
}

static void mark_separator(struct run *r, unsigned char c)
{
    r->has_dash |= c == '-';
    r->has_dot |= c == '.';
    r->has_blank |= c == ' ';
    r->has_slash |= c == '/';
}

static void take_digits(const struct fm_line *l, struct run *r, uint32_t *i)
{
    uint32_t k = *i;
    while (fm_is_digit(fm_at(l, k)) && k - *i <= DIGITS_MAX) {
        if (r->n < DIGITS_MAX)
            r->d[r->n] = (uint8_t)(fm_at(l, k) - '0');
        r->n++;
        k++;
    }
    if (r->groups < 8)
        r->size[r->groups] = (uint8_t)(k - *i);
    r->groups++;
    *i = k;
}

/* "(555) 123-4567", "+1 (555) …", "555.123.4567", "4111-1111-1111-1111"; at most eight groups. */
static struct run read_run(const struct fm_line *l, uint32_t s)
{
    struct run r = {.start = s, .end = s};
    uint32_t i = s;
    while (r.groups < 8) {
        take_digits(l, &r, &i);
        if (fm_lower(fm_at(l, i)) == 'x' && r.groups >= 2 && fm_is_digit(fm_at(l, i + 1))) {
            r.end = i;
            break;
        }
        if (fm_is_word(fm_at(l, i))) {
            r.groups--;
            r.n -= r.groups < 8 ? r.size[r.groups] : 0;
            break;
        }
        r.end = i;
        uint32_t next = i;
        if (fm_at(l, next) == ')') {
            next++;
            r.has_paren = true;
        }
        uint32_t sep = next;
        if (is_separator(fm_at(l, next)))
            next++;
        if (fm_at(l, next) == ' ' && fm_at(l, next - 1) != ' ')
            next++;
        if (fm_at(l, next) == '(') {
            r.has_paren = true;
            next++;
        }
        if (next == i || !fm_is_digit(fm_at(l, next)))
            break;
        mark_separator(&r, fm_at(l, sep));
        i = next;
    }
    r.first = r.size[0];
    return r;
}

static void widen_left(const struct fm_line *l, struct run *r)
{
    if (r->start && fm_at(l, r->start - 1) == '(') {
        r->start--;
        r->has_paren = true;
        if (r->start && fm_at(l, r->start - 1) == ' ' && fm_at(l, r->start - 2) == '+')
            r->start -= 1;
    }
    if (r->start && fm_at(l, r->start - 1) == '+') {
        r->start--;
        r->has_plus = true;
    }
}

/* The first k digits of the run, as an end position. */
static uint32_t end_of_digit(const struct fm_line *l, const struct run *r, uint32_t k)
{
    uint32_t i = r->start, seen = 0;
    while (i < r->end && seen < k)
        seen += fm_is_digit(fm_at(l, i++));
    return i;
}

static bool near(const struct fm_line *l, uint32_t w, uint64_t kw, uint32_t words)
{
    for (uint32_t k = 1; k <= words && k <= w; k++)
        if (l->words[w - k].kw & kw && l->words[w].start - l->words[w - k].end <= 40)
            return true;
    return false;
}

/* ISO/IEC 7812 issuer ranges: Visa, Mastercard, Amex, Discover, Diners, JCB, UnionPay, Maestro. */
static bool has_issuer(const uint8_t *d, uint32_t n)
{
    unsigned p2 = d[0] * 10u + d[1], p4 = p2 * 100 + d[2] * 10u + d[3];
    if (d[0] == 4)
        return n == 13 || n == 16 || n == 19;
    if (n == 15)
        return p2 == 34 || p2 == 37 || p4 == 2131 || p4 == 1800;
    if (n == 14)
        return p2 == 30 || p2 == 36 || p2 == 38 || p2 == 39;
    return n >= 12 && n <= 19 && ((p2 >= 51 && p2 <= 55) || (p4 >= 2221 && p4 <= 2720) || p2 == 65 || p4 == 6011 || p2 == 35 || p2 == 62 || p2 == 64 || p2 == 50 || (p2 >= 56 && p2 <= 69));
}

static bool card(struct fm_line *l, uint32_t w, const struct run *r)
{
    if (r->n < 12 || r->n > 19)
        return false;
    bool is_named = near(l, w, K(CARD), 6), is_spaced = r->groups >= 3 && r->groups <= 5 && !r->has_dot && r->size[0] == 4;
    unsigned char prev = fm_at(l, r->start - 1);
    bool is_valid = has_issuer(r->d, r->n) && fm_check_luhn(r->d, r->n);
    bool is_bare = r->groups == 1 && r->n >= 15 && r->n <= 16 && prev != '=' && prev != ':' && prev != '_' && prev != '-' && prev != '/' && prev != '.';
    if (!(is_valid && (is_named || is_spaced || is_bare)) && !(is_named && r->n >= 13 && near(l, w, K(CARD), 2)))
        return false;
    fm_line_propose(l, 3, CAND(r->start, r->end, CARD, R_CARD));
    return true;
}

static bool ssn(struct fm_line *l, uint32_t w, const struct run *r)
{
    bool is_form = r->groups == 3 && r->size[0] == 3 && r->size[1] == 2 && r->size[2] == 4 && !r->has_dot && !r->has_slash;
    unsigned area = r->d[0] * 100u + r->d[1] * 10u + r->d[2];
    bool is_named = near(l, w, K(SSN), 5);
    if (r->n != 9 || area == 0 || area == 666 || (!is_named && (!is_form || area >= 900)) || (!is_named && r->has_blank))
        return false;
    if (!is_form && !is_named)
        return false;
    fm_line_propose(l, 3, CAND(r->start, r->end, NATIONAL_ID, R_SSN));
    return true;
}

static bool has_word_before(const struct fm_line *l, uint32_t s, const char *const *words)
{
    uint32_t from = s > FM_CONTEXT_MAX ? s - FM_CONTEXT_MAX : 0;
    fm_str before = fm_line_str(l, from, s);
    for (size_t i = 0; i < 6 && words[i]; i++)
        if (fm_str_ihas(before, fm_str_c(words[i])))
            return true;
    return false;
}

static bool national(struct fm_line *l, const struct run *r)
{
    unsigned char prev = fm_at(l, r->start - 1);
    for (size_t i = 0; i < fm_national_count && r->n >= 9; i++) {
        const struct fm_national *k = &fm_nationals[i];
        if (k->n_digits != r->n || !k->is_valid(r->d))
            continue;
        bool is_free = k->is_distinct && prev != '=' && prev != '_' && prev != '-' && prev != '.' && prev != '/' && prev != ':';
        if (!is_free && (k->is_distinct || !has_word_before(l, r->start, k->context)))
            continue;
        fm_line_propose(l, 3, CAND(r->start, r->end, NATIONAL_ID, R_NATIONAL));
        return true;
    }
    return false;
}

static bool looks_like_date(const struct run *r)
{
    if (r->groups >= 3 && r->size[0] == 4 && r->size[1] <= 2 && r->size[2] <= 2 && (r->d[0] == 1 || r->d[0] == 2))
        return true;
    if (r->groups != 3 || r->n > 8)
        return false;
    return (r->size[0] <= 2 && r->size[1] <= 2 && (r->size[2] == 4 || r->size[2] == 2));
}

/* +CC…, NANP 3-3-4 with separators, (ddd) ddd-dddd, or 7 to 15 digits near a phone word. */
static bool is_phone(const struct fm_line *l, uint32_t w, const struct run *r)
{
    if (r->n < 7 || r->n > 15 || looks_like_date(r))
        return false;
    if (r->has_plus)
        return r->n >= 8;
    bool is_separated = r->has_dash || r->has_dot || r->has_blank || r->has_paren;
    uint32_t g = r->groups == 4 && r->size[0] <= 3 ? 1 : 0;
    bool is_nanp = r->groups == 3 + g && r->size[g] == 3 && r->size[g + 1] == 3 && r->size[g + 2] == 4 && r->d[g ? r->size[0] : 0] >= 2;
    if (is_nanp && is_separated && (r->n - 10 <= 3))
        return !r->has_blank || r->has_paren || r->has_dash || near(l, w, K(PHONE) | K(GROUPED), 4);
    if (r->size[0] == 3 && r->has_paren && r->n == 10)
        return true;
    if (near(l, w, K(PHONE), 4) && fm_at(l, r->start - 1) != '=')
        return r->groups > 1 || r->n >= 7;
    return r->groups >= 2 && r->groups <= 6 && r->n >= 8 && r->n <= 12 && near(l, w, K(GROUPED), 2) && !r->has_slash && l->n_plain >= 2 &&
           !(fm_at(l, r->end) == ' ' && fm_is(fm_at(l, r->end + 1), C_UPPER));
}

static bool phone(struct fm_line *l, uint32_t w, struct run *r)
{
    if (!is_phone(l, w, r))
        return false;
    uint32_t e = r->end;
    if (fm_at(l, e) == 'x' && fm_is_digit(fm_at(l, e + 1)))
        while (fm_is_word(fm_at(l, e)))
            e++;
    fm_line_propose(l, 4, CAND(r->start, e, PHONE, R_PHONE));
    return true;
}

static bool birth(struct fm_line *l, uint32_t w, const struct run *r)
{
    if (!looks_like_date(r) || !near(l, w, K(BIRTH), 4))
        return false;
    fm_line_propose(l, 3, CAND(r->start, r->end, BIRTH_DATE, R_BIRTH));
    return true;
}

static bool is_wanted_run(const struct fm_line *l, const struct fm_word *x, unsigned char prev)
{
    unsigned char next = fm_at(l, x->end);
    if (fm_is_word(prev) || prev == '.' || prev == '/' || prev == '\\' || prev == '@' || prev == '#')
        return false;
    if (x->end - x->start >= 7)
        return true;
    if (next != '-' && next != '.' && next != ' ' && next != ')' && next != '/')
        return false;
    unsigned char after = fm_at(l, x->end + 1);
    return fm_is_digit(after) || after == '(' || (after == ' ' && next == ')') || after == '-';
}

void fm_detect_number(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    unsigned char prev = fm_at(l, x->start - 1);
    if (!is_wanted_run(l, x, prev))
        return;
    struct run r = read_run(l, x->start);
    if (r.n < 6 || r.n > DIGITS_MAX)
        return;
    uint32_t end16 = r.n > 16 && r.groups > 1 && r.size[0] == 4 ? end_of_digit(l, &r, 16) : r.end;
    if (end16 < r.end && !fm_is_word(fm_at(l, end16))) {
        r.end = end16;
        r.n = 16;
    }
    if (card(l, w, &r) || ssn(l, w, &r) || national(l, &r) || birth(l, w, &r))
        return;
    widen_left(l, &r);
    phone(l, w, &r);
}
