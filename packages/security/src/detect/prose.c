/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, places, organisations and dates in natural language, by titles, cue words and lists. Runs
 * only in lines that read like sentences. What it cannot do without a name model is stated in
 * docs/redaction.md.
 */
#include "scan/later.h"
#include "scan/state.h"

/* An upper-case letter at i: ASCII, Latin-1 and Latin Extended-A, Greek, Cyrillic. */
bool fm_starts_upper(const struct fm_line *l, uint32_t i)
{
    unsigned char c = fm_at(l, i), d = fm_at(l, i + 1);
    if (c == 0xc3)
        return d <= 0x9e;
    if (c == 0xc4 || c == 0xc5)
        return true;
    return fm_is(c, C_UPPER) || (c == 0xce && d >= 0x86 && d <= 0xab) || (c == 0xd0 && d <= 0xaf);
}

static bool is_capital(const struct fm_line *l, const struct fm_word *x)
{
    return !(x->cls & W_DIGIT) && fm_starts_upper(l, x->start) &&
           (x->cls & (W_LOWER | W_HIGH) || x->end - x->start == 1);
}

static bool is_joined(const struct fm_line *l, uint32_t w)
{
    uint32_t gap = l->words[w].start - l->words[w - 1].end;
    unsigned char c = fm_at(l, l->words[w - 1].end);
    if (gap == 1)
        return c == ' ' || c == '-' || c == '\'';
    return gap == 2 && c == '.' && l->words[w - 1].end - l->words[w - 1].start == 1 &&
           fm_at(l, l->words[w - 1].end + 1) == ' ';
}

static bool is_name_word(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    return is_capital(l, x) && !(x->kw & (K(CAP) | K(MONTH) | K(DATE) | K(TITLE))) &&
           fm_at(l, x->end) != ':';
}

/* Last word of the capitalised run from w; at most max words. */
static uint32_t run_end(const struct fm_line *l, uint32_t w, uint32_t max)
{
    uint32_t k = w;
    while (k + 1 < l->n_words && k + 1 < w + max && is_joined(l, k + 1) && is_name_word(l, k + 1))
        k++;
    while (k > w && l->words[k].end - l->words[k].start == 1 && fm_at(l, l->words[k].start) == 's')
        k--;
    return k;
}

static void propose_run(struct fm_line *l, uint32_t a, uint32_t b, uint8_t prio)
{
    fm_line_propose(l, prio, CAND(l->words[a].start, l->words[b].end, PERSON, R_PERSON));
}

static void titled(struct fm_line *l, uint32_t w)
{
    uint32_t gap = w + 1 < l->n_words ? l->words[w + 1].start - l->words[w].end : 9;
    if (gap > 2 || !is_capital(l, &l->words[w]) || !is_name_word(l, w + 1))
        return;
    propose_run(l, w + 1, run_end(l, w + 1, 4), 6);
}

/* The word behind the cue, or behind "is" and "was"; n_words when there is none. */
static uint32_t behind_cue(const struct fm_line *l, uint32_t w)
{
    uint32_t k = w + 1;
    if (k < l->n_words && (fm_line_has_at(l, l->words[k].start, "is ") ||
                           fm_line_has_at(l, l->words[k].start, "was ")))
        k++;
    bool is_near = k < l->n_words && l->words[k].start - l->words[k - 1].end <= 6 &&
                   strchr(" ,:?", fm_at(l, l->words[k - 1].end));
    return is_near ? k : l->n_words;
}

static void cued(struct fm_line *l, uint32_t w)
{
    uint32_t k = behind_cue(l, w);
    if (k >= l->n_words || !is_name_word(l, k))
        return;
    bool is_label = k == w + 1 && fm_line_has_at(l, l->words[w].start, "name");
    if (is_label && fm_at(l, l->words[w].end) != '?' &&
        (!is_capital(l, &l->words[w]) || run_end(l, k, 4) == k))
        return;
    propose_run(l, k, run_end(l, k, 4), 8);
}

static void listed(struct fm_line *l, uint32_t w)
{
    if (!is_capital(l, &l->words[w]) || l->words[w].kw & (K(CAP) | K(MONTH)) ||
        (w && is_joined(l, w) && is_name_word(l, w - 1)))
        return;
    propose_run(l, w, run_end(l, w, 4), 8);
}

/* "X's", "X said", with two capitals or one in the middle of a sentence */
static void spoken(struct fm_line *l, uint32_t w)
{
    uint32_t b = w;
    if (!b || l->words[b].start - l->words[b - 1].end != 1)
        return;
    uint32_t a = b - 1;
    if (!is_name_word(l, a))
        return;
    while (a && is_joined(l, a) && is_name_word(l, a - 1) && b - a < 4)
        a--;
    if (b - 1 > a || a > 0)
        propose_run(l, a, b - 1, 8);
}

/* "says X" */
static void spoken_after(struct fm_line *l, uint32_t w)
{
    if (w + 1 < l->n_words && is_joined(l, w + 1) && is_name_word(l, w + 1) && l->n_plain >= 3)
        propose_run(l, w + 1, run_end(l, w + 1, 3), 9);
}

/* "my sister X" */
static void relative(struct fm_line *l, uint32_t w)
{
    if (w + 1 < l->n_words && is_joined(l, w + 1) && is_name_word(l, w + 1) &&
        l->words[w].cls == (W_LOWER | W_NONHEX))
        propose_run(l, w + 1, run_end(l, w + 1, 3), 8);
}

static bool is_possessive_s(const struct fm_line *l, const struct fm_word *x)
{
    return x->end - x->start == 1 && fm_at(l, x->start) == 's' && fm_at(l, x->start - 1) == '\'';
}

static void possessive(struct fm_line *l, uint32_t w)
{
    if (!w || !is_possessive_s(l, &l->words[w]) || !is_name_word(l, w - 1))
        return;
    uint32_t a = w - 1, b = a;
    while (a && is_joined(l, a) && is_name_word(l, a - 1) && b - a < 3)
        a--;
    if (b > a || (w + 1 < l->n_words && l->words[w + 1].kw & K(FAMILY)))
        propose_run(l, a, b, 8);
}

static void by_two(struct fm_line *l, uint32_t w)
{
    if (w + 2 >= l->n_words || l->words[w + 1].start - l->words[w].end > 6 ||
        !is_name_word(l, w + 1))
        return;
    uint32_t b = run_end(l, w + 1, 4);
    if (b > w + 1)
        propose_run(l, w + 1, b, 9);
}

static void org(struct fm_line *l, uint32_t w)
{
    uint32_t a = w;
    if (!is_capital(l, &l->words[w]) && !(l->words[w].cls == W_UPPER))
        return;
    while (a && (l->words[a].start - l->words[a - 1].end <= 2) &&
           fm_at(l, l->words[a - 1].end) != '.' && is_capital(l, &l->words[a - 1]) &&
           !(l->words[a - 1].kw & K(CAP)) && w - a < 5)
        a--;
    if (a < w)
        fm_line_propose(l, 7, CAND(l->words[a].start, l->words[w].end, ORGANIZATION, R_ORG));
}

/* "work for X", "employed by X" */
static void workplace(struct fm_line *l, uint32_t w)
{
    static const char *const joints[] = {"at ", "for ", "with ", "by "};
    uint32_t k = w + 1;
    if (k + 1 >= l->n_words)
        return;
    bool has_joint = false;
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        has_joint |= fm_line_has_at(l, l->words[k].start, joints[i]);
    if (!has_joint || !is_name_word(l, k + 1))
        return;
    uint32_t b = run_end(l, k + 1, 5);
    fm_line_propose(l, 7, CAND(l->words[k + 1].start, l->words[b].end, ORGANIZATION, R_ORG));
}

static void country(struct fm_line *l, uint32_t w)
{
    if (is_capital(l, &l->words[w]) || l->words[w].cls == (W_UPPER | W_NONHEX))
        fm_line_propose(l, 9, CAND(l->words[w].start, l->words[w].end, LOCATION, R_PLACE));
}

/* "moved to X", "live in X", "from X" */
static void place(struct fm_line *l, uint32_t w)
{
    uint32_t k = w + 1;
    while (k < l->n_words && k < w + 3 &&
           (fm_line_has_at(l, l->words[k].start, "in ") ||
            fm_line_has_at(l, l->words[k].start, "to ") ||
            fm_line_has_at(l, l->words[k].start, "from ")))
        k++;
    if (k >= l->n_words || !is_joined(l, k) || !is_name_word(l, k) || k == w + 1)
        return;
    uint32_t b = run_end(l, k, 3);
    fm_line_propose(l, 8, CAND(l->words[k].start, l->words[b].end, LOCATION, R_PLACE));
}

static void nationality(struct fm_line *l, uint32_t w)
{
    bool is_predicate = w && (fm_line_has_at(l, l->words[w - 1].start, "am ") ||
                              fm_line_has_at(l, l->words[w - 1].start, "proud "));
    if (is_capital(l, &l->words[w]) || is_predicate)
        fm_line_propose(l, 9, CAND(l->words[w].start, l->words[w].end, NRP, R_NRP));
}

/* "South Africa", "United Kingdom", "Czech Republic": the word beside a country or in place of one
 */
static void long_country(struct fm_line *l, uint32_t w)
{
    static const char *const second[] = {"States",  "Kingdom", "Emirates", "Republic", "Islands",
                                         "Zealand", "Africa",  "Arabia",   "Korea",    "Lanka"};
    uint32_t n = l->words[w].end - l->words[w].start;
    if (!w || n < 5 || n > 8 || !is_joined(l, w) || !is_capital(l, &l->words[w - 1]) ||
        !is_capital(l, &l->words[w]))
        return;
    for (size_t i = 0; i < sizeof second / sizeof *second; i++)
        if (fm_str_eqc(fm_line_str(l, l->words[w].start, l->words[w].end), second[i]))
            fm_line_propose(l, 8, CAND(l->words[w - 1].start, l->words[w].end, LOCATION, R_PLACE));
}

/* "in Lisbon", in a sentence */
static void in_place(struct fm_line *l, uint32_t w)
{
    if (w + 1 >= l->n_words || !is_joined(l, w + 1) || !is_name_word(l, w + 1) || l->n_plain < 4 ||
        l->words[w + 1].end - l->words[w + 1].start < 4)
        return;
    const struct fm_word *x = &l->words[w + 1];
    for (uint32_t i = x->start + 1; i < x->end; i++)
        if (fm_is(fm_at(l, i), C_UPPER))
            return;
    if (fm_at(l, x->end) == '.' && fm_is_word(fm_at(l, x->end + 1)))
        return;
    uint32_t b = run_end(l, w + 1, 3);
    fm_line_propose(l, 10, CAND(x->start, l->words[b].end, LOCATION, R_PLACE));
}

/* "Janka M. Szász": a single capital between two names; or a run with letters beyond ASCII, which
 * English prose has in names only */
static void shaped(struct fm_line *l, uint32_t w)
{
    if (!is_name_word(l, w) || (w && is_joined(l, w) && is_name_word(l, w - 1)))
        return;
    uint32_t b = run_end(l, w, 4);
    bool is_long =
        l->words[w].end - l->words[w].start > 1 && l->words[b].end - l->words[b].start > 1;
    bool has_initial = is_long && b >= w + 2 && l->words[w + 1].end - l->words[w + 1].start == 1;
    bool has_high = false;
    for (uint32_t i = w; i <= b; i++)
        has_high |= (l->words[i].cls & W_HIGH) != 0;
    if (has_initial || (has_high && b > w))
        fm_line_propose(l, 8, CAND(l->words[w].start, l->words[b].end, PERSON, R_PERSON));
}

/* "12 March 1980", "March 12, 1980", "March 2020" */
static bool is_date_part(const struct fm_word *x)
{
    return x->cls & W_DIGIT && x->end - x->start <= 4;
}

static void month(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = l->words;
    if (!is_capital(l, &x[w]))
        return;
    uint32_t a = w, b = w;
    if (a && is_date_part(&x[a - 1]) && x[a].start - x[a - 1].end == 1)
        a--;
    while (b + 1 < l->n_words && b < w + 2 && is_date_part(&x[b + 1]) &&
           x[b + 1].start - x[b].end <= 2)
        b++;
    if (b > a && fm_at(l, l->words[b].end) != ':')
        fm_line_propose(l, 9, CAND(l->words[a].start, l->words[b].end, DATE, R_DATE));
}

/* Where a year of prose would stand: "in 1999", "(2004)". */
static bool is_year_place(const struct fm_line *l, uint32_t w)
{
    static const char *const leads[] = {"in ", "since ",  "from ", "until ", "till ", "of ", "by ",
                                        "to ", "during ", "the ",  "and ",   "year ", "a "};
    const struct fm_word *x = &l->words[w];
    unsigned char prev = fm_at(l, x->start - 1), next = fm_at(l, x->end);
    if ((prev != ' ' && prev != '(') || (next && !strchr(" .,)?!", next)))
        return false;
    bool has_lead = prev == '(' && next == ')';
    for (size_t i = 0; w && i < sizeof leads / sizeof *leads; i++)
        has_lead |= fm_line_has_at(l, l->words[w - 1].start, leads[i]);
    return has_lead;
}

void fm_detect_year(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (memcmp(l->p + x->start, "19", 2) == 0 || memcmp(l->p + x->start, "20", 2) == 0)
        fm_line_propose(l, 10, CAND(x->start, x->end, DATE, R_DATE));
}

static void run_table(struct fm_line *l, uint32_t w)
{
    static const struct {
        uint64_t kw;
        void (*run)(struct fm_line *l, uint32_t w);
    } table[] = {
        {K(TITLE), titled},
        {K(CUE), cued},
        {K(FIRST), listed},
        {K(SPEECH), spoken},
        {K(SPEECH), spoken_after},
        {K(FAMILY), relative},
        {K(ORG), org},
        {K(WORK), workplace},
        {K(COUNTRY), country},
        {K(PLACE), place},
        {K(NATION), nationality},
        {K(MONTH), month},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (l->words[w].kw & table[i].kw)
            table[i].run(l, w);
}

static void visit(struct fm_line *l, uint32_t w)
{
    uint64_t kw = l->words[w].kw;
    uint32_t n = l->words[w].end - l->words[w].start;
    if (l->words[w].cls == W_DIGIT && n == 4 && is_year_place(l, w))
        fm_later_add(l, FM_LATER_YEAR, w);
    if (l->words[w].cls & (W_UPPER | W_HIGH)) {
        shaped(l, w);
        long_country(l, w);
    }
    if (n == 2 && l->p[l->words[w].start] == 'i' && l->p[l->words[w].start + 1] == 'n')
        in_place(l, w);
    if (!kw) {
        possessive(l, w);
        return;
    }
    run_table(l, w);
    if (kw & K(BY) || (kw & K(TOWARDS) && l->n_plain >= 4))
        by_two(l, w);
}

static bool has_underscore(const struct fm_line *l, const struct fm_word *x)
{
    uint32_t n = x->end - x->start;
    return n > 2 && memchr(l->p + x->start, '_', n) != NULL;
}

/* Punctuation of machines, and few words in lower case: no sentence. */
static bool is_prose(const struct fm_line *l)
{
    uint32_t machine = 0;
    if (l->n_plain < 3 && !(l->kw_any & (K(TITLE) | K(CUE) | K(ADDRESS) | K(FIRST) | K(UNIT))))
        return false;
    for (uint32_t i = 1; i < l->n_words && machine < 3; i++) {
        unsigned char c = fm_at(l, l->words[i - 1].end);
        machine += c && strchr("=|/\\[]{}", c);
        machine += has_underscore(l, &l->words[i]);
    }
    return machine < 3;
}

/* A part of a name found in the line is the same person. */
static void again(struct fm_line *l, size_t first_cand)
{
    size_t n = l->scan->n_cands;
    for (size_t i = first_cand; i < n && i < first_cand + 16; i++) {
        struct fm_cand c = l->scan->cands[i];
        if (c.type != FM_SENSITIVE_PERSON)
            continue;
        for (uint32_t w = 0; w < l->n_words && w < 400; w++) {
            const struct fm_word *x = &l->words[w];
            uint32_t len = x->end - x->start;
            if ((x->start >= c.start && x->end <= c.end) || len < 3 || !is_name_word(l, w) ||
                !memmem(l->p + c.start, c.end - c.start, l->p + x->start, len))
                continue;
            fm_line_propose(l, 12, CAND(x->start, x->end, PERSON, R_PERSON_AGAIN));
        }
    }
}

void fm_detect_address(struct fm_line *l);

#define PROSE_WORDS                                                                                \
    (K(TITLE) | K(CUE) | K(FIRST) | K(SPEECH) | K(FAMILY) | K(BY) | K(ORG) | K(WORK) |             \
     K(COUNTRY) | K(PLACE) | K(NATION) | K(MONTH) | K(STREET) | K(UNIT) | K(ADDRESS) | K(STATE))

void fm_detect_prose(struct fm_line *l)
{
    size_t first = l->scan->n_cands;
    bool has_cue = l->kw_any & (PROSE_WORDS | K(TOWARDS)) || l->cls_any & W_HIGH;
    if ((!has_cue && l->n_plain < 5) ||
        (!l->n_names && !(l->cls_any & W_HIGH) &&
         !(l->kw_any & (K(FIRST) | K(NATION) | K(COUNTRY) | K(CUE)))))
        return;
    if (!is_prose(l))
        return;
    for (uint32_t w = 0; w < l->n_words; w++)
        visit(l, w);
    if (l->kw_any & (K(STREET) | K(UNIT) | K(ADDRESS) | K(STATE) | K(COUNTRY)))
        fm_detect_address(l);
    again(l, first);
}
