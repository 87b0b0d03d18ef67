/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a plain question: which view of the facts answers it. Reading chooses only what is shown;
 * words never change the state of a case.
 */
#include "faultmaven/core/analyst.h"

#include "faultmaven/models/record.h"

FM_ENUM_NAMES(fm_question_kind, "question", FM_QUESTIONS)

/* The first row whose phrase stands in the question as whole words wins; longer, more telling
 * phrases come first. */
static const struct {
    const char *phrase;
    enum fm_question_kind kind;
} phrases[] = {
    {"why not", FM_QUESTION_WHY_NOT},
    {"speaks against", FM_QUESTION_WHY_NOT},
    {"evidence against", FM_QUESTION_WHY_NOT},
    {"what else", FM_QUESTION_ALTERNATIVES},
    {"alternatives", FM_QUESTION_ALTERNATIVES},
    {"other causes", FM_QUESTION_ALTERNATIVES},
    {"ruled out", FM_QUESTION_WHY_NOT},
    {"missing", FM_QUESTION_MISSING},
    {"still need", FM_QUESTION_MISSING},
    {"do you need", FM_QUESTION_MISSING},
    {"what changed", FM_QUESTION_CHANGES},
    {"changes", FM_QUESTION_CHANGES},
    {"changed", FM_QUESTION_CHANGES},
    {"deployed", FM_QUESTION_CHANGES},
    {"timeline", FM_QUESTION_TIMELINE},
    {"when did", FM_QUESTION_TIMELINE},
    {"what happened", FM_QUESTION_TIMELINE},
    {"who is affected", FM_QUESTION_SCOPE},
    {"affected", FM_QUESTION_SCOPE},
    {"blast radius", FM_QUESTION_SCOPE},
    {"scope", FM_QUESTION_SCOPE},
    {"how do we fix", FM_QUESTION_SOLUTION},
    {"how do i fix", FM_QUESTION_SOLUTION},
    {"how to fix", FM_QUESTION_SOLUTION},
    {"solution", FM_QUESTION_SOLUTION},
    {"solutions", FM_QUESTION_SOLUTION},
    {"was tried", FM_QUESTION_SOLUTION},
    {"what next", FM_QUESTION_NEXT},
    {"next step", FM_QUESTION_NEXT},
    {"next steps", FM_QUESTION_NEXT},
    {"what now", FM_QUESTION_NEXT},
    {"should i do", FM_QUESTION_NEXT},
    {"root cause", FM_QUESTION_CAUSE},
    {"the cause", FM_QUESTION_CAUSE},
    {"what is wrong", FM_QUESTION_CAUSE},
    {"what broke", FM_QUESTION_CAUSE},
    {"status", FM_QUESTION_STATUS},
    {"where are we", FM_QUESTION_STATUS},
    {"summary", FM_QUESTION_STATUS},
    {"evidence", FM_QUESTION_EVIDENCE},
    {"why", FM_QUESTION_WHY},
};

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static bool has_phrase(fm_str text, fm_str phrase)
{
    for (ptrdiff_t at = -1; (at = fm_str_ifind(text, phrase, (size_t)(at + 1))) >= 0;) {
        size_t end = (size_t)at + phrase.len;
        bool is_start = at == 0 || !is_word_byte(text.p[at - 1]);
        if (is_start && (end == text.len || !is_word_byte(text.p[end])))
            return true;
    }
    return false;
}

static fm_str strip(fm_str word)
{
    while (word.len && !is_word_byte(word.p[0]))
        word = fm_str_skip(word, 1);
    while (word.len && !is_word_byte(word.p[word.len - 1]))
        word.len--;
    return word;
}

/* "h1" is the first hypothesis as `show` lists them. */
static fm_str by_rank(struct fm_arena *a, const struct fm_case *c, fm_str word)
{
    uint64_t n;
    if (word.len < 2 || word.len > 4 || word.p[0] != 'h' || !fm_str_u64(fm_str_skip(word, 1), &n) ||
        n == 0)
        return FM_STR_NULL;
    struct fm_hypothesis_list ranked = fm_hypotheses_ranked(a, c);
    return n <= ranked.n ? ranked.items[n - 1]->id : FM_STR_NULL;
}

static void read_names(struct fm_arena *a, const struct fm_case *c, struct fm_case_question *q)
{
    fm_str rest = fm_str_lower(a, q->text), word;
    while (fm_str_word(&rest, &word)) {
        word = strip(word);
        if (fm_case_find(c, FM_REF_HYPOTHESIS, word))
            q->hypothesis_id = word;
        else if (fm_case_find(c, FM_REF_EVIDENCE, word))
            q->evidence_id = word;
        else if (fm_case_find(c, FM_REF_SOLUTION, word))
            q->solution_id = word;
        else if (!q->hypothesis_id.len)
            q->hypothesis_id = by_rank(a, c, word);
    }
}

struct fm_case_question fm_question_read(struct fm_arena *a, const struct fm_case *c, fm_str text)
{
    struct fm_case_question q = {.kind = FM_QUESTION_SEARCH, .text = text};
    fm_str lower = fm_str_lower(a, text);
    read_names(a, c, &q);
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
        if (has_phrase(lower, fm_str_c(phrases[i].phrase))) {
            q.kind = phrases[i].kind;
            break;
        }
    }
    if (q.kind == FM_QUESTION_SEARCH && q.hypothesis_id.len)
        q.kind = FM_QUESTION_WHY;
    if (q.evidence_id.len && q.kind == FM_QUESTION_SEARCH)
        q.kind = FM_QUESTION_EVIDENCE;
    return q;
}
