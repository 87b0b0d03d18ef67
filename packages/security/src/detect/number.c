/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that belong to people: cards, phones, national ids, dates of birth. */
#include "scan/state.h"

#include "detect/check.h"
#include "detect/later_checks.h"

#define DIGITS_MAX 20

/* A run of digit groups with single separators. */
struct run {
    uint32_t start, end;
    uint32_t groups;
    uint32_t n;     /* digits; more than DIGITS_MAX means not usable */
    uint32_t first; /* digits in the first group */
    uint8_t d[DIGITS_MAX];
    uint8_t size[8]; /* digits in each group */
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

/* Where the next group starts behind the one that ends at i: behind ")", one sign, a blank, "(". */
static uint32_t next_group(const struct fm_line *l, struct run *r, uint32_t i)
{
    uint32_t next = i;
    if (fm_at(l, next) == ')') {
        next++;
        r->has_paren = true;
    }
    uint32_t sep = next;
    if (is_separator(fm_at(l, next)))
        next++;
    if (fm_at(l, next) == ' ' && fm_at(l, next - 1) != ' ')
        next++;
    if (fm_at(l, next) == '(') {
        r->has_paren = true;
        next++;
    }
    if (next == i || !fm_is_digit(fm_at(l, next)))
        return 0;
    mark_separator(r, fm_at(l, sep));
    return next;
}

/* "555-1234x22": the extension ends the run. */
static bool is_extension(const struct fm_line *l, const struct run *r, uint32_t i)
{
    return fm_lower(fm_at(l, i)) == 'x' && r->groups >= 2 && fm_is_digit(fm_at(l, i + 1));
}

/* "(555) 123-4567", "+1 (555) …", "555.123.4567", "4111-1111-1111-1111"; at most eight groups. */
static struct run read_run(const struct fm_line *l, uint32_t s)
{
    struct run r = {.start = s, .end = s};
    for (uint32_t i = s, next; r.groups < 8; i = next) {
        take_digits(l, &r, &i);
        if (is_extension(l, &r, i)) {
            r.end = i;
            break;
        }
        if (fm_is_word(fm_at(l, i))) {
            r.groups--;
            r.n -= r.groups < 8 ? r.size[r.groups] : 0;
            break;
        }
        r.end = i;
        next = next_group(l, &r, i);
        if (!next)
            break;
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

/* A sign that makes a number the value of something technical. */
static bool is_tied(unsigned char prev)
{
    return prev && strchr("=:_-/.", prev) != NULL;
}

/* ISO/IEC 7812 issuer ranges: Visa, Mastercard, Amex, Discover, Diners, JCB, UnionPay, Maestro. */
static bool has_issuer(const uint8_t *d, uint32_t n)
{
    static const struct {
        uint16_t first, last; /* first four digits */
        uint8_t n;            /* length; 0: 12 to 19 but 14 and 15 */
    } ranges[] = {
        {4000, 4999, 13}, {4000, 4999, 16}, {4000, 4999, 19}, {3400, 3499, 15}, {3700, 3799, 15},
        {2131, 2131, 15}, {1800, 1800, 15}, {3000, 3099, 14}, {3600, 3699, 14}, {3800, 3999, 14},
        {5000, 5099, 0},  {5100, 5599, 16}, {5600, 6999, 0},  {2221, 2720, 16}, {3500, 3599, 16},
    };
    unsigned p4 = d[0] * 1000u + d[1] * 100u + d[2] * 10u + d[3];
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (p4 >= ranges[i].first && p4 <= ranges[i].last &&
            (ranges[i].n ? n == ranges[i].n : n >= 12 && n != 14 && n != 15))
            return true;
    return false;
}

/* Groups of four, or 15 to 16 digits that stand alone. */
static bool is_card_form(const struct fm_line *l, const struct run *r)
{
    bool is_spaced = r->groups >= 3 && r->groups <= 5 && !r->has_dot && r->size[0] == 4;
    return is_spaced ||
           (r->groups == 1 && r->n >= 15 && r->n <= 16 && !is_tied(fm_at(l, r->start - 1)));
}

static bool card(struct fm_line *l, uint32_t w, const struct run *r)
{
    if (r->n < 12 || r->n > 19)
        return false;
    bool is_valid = has_issuer(r->d, r->n) && fm_check_luhn(r->d, r->n);
    bool is_told = r->n >= 13 && near(l, w, K(CARD), 2);
    if (!is_told && !(is_valid && (near(l, w, K(CARD), 6) || is_card_form(l, r))))
        return false;
    fm_line_propose(l, 3, CAND(r->start, r->end, CARD, R_CARD));
    return true;
}

static bool is_ssn_form(const struct run *r)
{
    bool is_other = r->has_dot || r->has_slash || r->has_blank;
    return !is_other && r->groups == 3 && r->size[0] == 3 && r->size[1] == 2 && r->size[2] == 4;
}

static bool ssn(struct fm_line *l, uint32_t w, const struct run *r)
{
    unsigned area = r->d[0] * 100u + r->d[1] * 10u + r->d[2];
    if (r->n != 9 || area == 0 || area == 666)
        return false;
    if (!near(l, w, K(SSN), 5) && (!is_ssn_form(r) || area >= 900))
        return false;
    fm_line_propose(l, 3, CAND(r->start, r->end, NATIONAL_ID, R_SSN));
    return true;
}

static bool has_word_before(const struct fm_line *l, uint32_t s, const char *const *words)
{
    if (!(l->kw_any & K(NATIONAL_CUE)))
        return false;
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
        bool is_free = k->is_distinct && !is_tied(prev);
        if (!is_free && (k->is_distinct || !has_word_before(l, r->start, k->context)))
            continue;
        fm_line_propose(l, 3, CAND(r->start, r->end, NATIONAL_ID, R_NATIONAL));
        return true;
    }
    return false;
}

static bool looks_like_date(const struct run *r)
{
    if (r->groups >= 3 && r->size[0] == 4 && r->size[1] <= 2 && r->size[2] <= 2 &&
        (r->d[0] == 1 || r->d[0] == 2))
        return true;
    if (r->groups != 3 || r->n > 8)
        return false;
    return (r->size[0] <= 2 && r->size[1] <= 2 && (r->size[2] == 4 || r->size[2] == 2));
}

/* North American numbering plan: 3-3-4 digits, with or without a country code of up to three, in
 * more than one piece. */
static bool is_nanp(const struct run *r)
{
    uint32_t g = r->groups == 4 && r->size[0] <= 3 ? 1 : 0;
    const uint8_t *size = r->size + g;
    if (r->groups != 3 + g || size[0] != 3 || size[1] != 3 || size[2] != 4)
        return false;
    return r->d[g ? r->size[0] : 0] >= 2;
}

/* "reach me at 49 151 234 567": groups behind a word such as at, to, on; no address ("… 67 Main
 * Street") */
static bool is_grouped(const struct fm_line *l, uint32_t w, const struct run *r)
{
    if (r->groups < 2 || r->groups > 6 || r->n < 8 || r->n > 12 || r->has_slash)
        return false;
    bool goes_on = fm_at(l, r->end) == ' ' && fm_is(fm_at(l, r->end + 1), C_UPPER);
    return near(l, w, K(GROUPED), 2) && l->n_plain >= 2 && !goes_on;
}

static bool has_phone_signs(const struct run *r)
{
    return !r->has_blank || r->has_paren || r->has_dash;
}

/* +CC…, NANP 3-3-4 with separators, (ddd) ddd-dddd, or 7 to 15 digits near a phone word. */
static bool is_phone(const struct fm_line *l, uint32_t w, const struct run *r)
{
    if (r->n < 7 || r->n > 15 || looks_like_date(r))
        return false;
    if (r->has_plus)
        return r->n >= 8;
    if (is_nanp(r))
        return has_phone_signs(r) || near(l, w, K(PHONE) | K(GROUPED), 4);
    bool has_area = r->size[0] == 3 && r->has_paren && r->n == 10;
    return has_area || (near(l, w, K(PHONE), 4) && fm_at(l, r->start - 1) != '=') ||
           is_grouped(l, w, r);
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
    if (fm_is_word(prev) || (prev && strchr("./\\@#", prev)))
        return false;
    if (x->end - x->start >= 7)
        return true;
    if (!is_separator(next) && next != ')')
        return false;
    unsigned char after = fm_at(l, x->end + 1);
    return fm_is_digit(after) || after == '(' || (after == ' ' && next == ')') || after == '-';
}

/* "4111 1111 1111 1111 12/29": what follows a card number is not part of it. */
static void cut_at_16(const struct fm_line *l, struct run *r)
{
    if (r->n <= 16 || r->groups <= 1 || r->size[0] != 4)
        return;
    uint32_t end = end_of_digit(l, r, 16);
    if (end < r->end && !fm_is_word(fm_at(l, end))) {
        r->end = end;
        r->n = 16;
    }
}

void fm_detect_number(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    unsigned char prev = fm_at(l, x->start - 1);
    if (x->start < l->ip_end || !is_wanted_run(l, x, prev))
        return;
    struct run r = read_run(l, x->start);
    if (r.n < 6 || r.n > DIGITS_MAX)
        return;
    cut_at_16(l, &r);
    if (card(l, w, &r) || ssn(l, w, &r) || national(l, &r) || birth(l, w, &r))
        return;
    widen_left(l, &r);
    phone(l, w, &r);
}

/* --- the same, when the digits are not known --- */

static bool may_be_national(const struct fm_line *l, const struct run *r)
{
    bool is_free = !is_tied(fm_at(l, r->start - 1));
    for (size_t i = 0; i < fm_national_count; i++) {
        const struct fm_national *k = &fm_nationals[i];
        if (k->n_digits == r->n &&
            (k->is_distinct ? is_free : has_word_before(l, r->start, k->context)))
            return true;
    }
    return false;
}

static bool may_be_card(const struct fm_line *l, uint32_t w, const struct run *r)
{
    return r->n >= 12 && (near(l, w, K(CARD), 6) || is_card_form(l, r));
}

static bool may_be_phone(const struct fm_line *l, uint32_t w, const struct run *r)
{
    unsigned char prev = fm_at(l, r->start - 1);
    bool is_marked = prev == '(' || prev == '+' || r->has_paren;
    uint32_t g = r->groups == 4 && r->size[0] <= 3 ? 1 : 0;
    bool is_344 = r->groups == 3 + g && r->size[g] == 3 && r->size[g + 1] == 3;
    return r->n >= 7 && (is_marked || is_344 || near(l, w, K(PHONE), 4) || is_grouped(l, w, r));
}

bool fm_number_may_count(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (!is_wanted_run(l, x, fm_at(l, x->start - 1)))
        return false;
    struct run r = read_run(l, x->start);
    if (r.n < 6 || r.n > DIGITS_MAX)
        return false;
    if (near(l, w, K(BIRTH), 4) || may_be_card(l, w, &r) || may_be_phone(l, w, &r))
        return true;
    return (r.n == 9 && (near(l, w, K(SSN), 5) || is_ssn_form(&r))) ||
           (r.n >= 9 && may_be_national(l, &r));
}
