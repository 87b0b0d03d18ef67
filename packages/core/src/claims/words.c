/* SPDX-License-Identifier: Apache-2.0 */
#include "claims/internal.h"

#define LIST(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}

LIST(neutral, "a", "an", "as", "at", "be", "by", "do", "if", "in", "is", "it", "me", "my", "of",
     "on", "or", "so", "to", "us", "we", "i", "the", "this", "that", "these", "those", "there",
     "here", "its", "their", "they", "them", "which", "who", "whose", "what", "where", "when",
     "while", "whether", "and", "but", "for", "with", "from", "into", "onto", "than", "via", "per",
     "about", "was", "were", "are", "been", "being", "has", "had", "have", "does", "did", "will",
     "would", "can", "could", "should", "may", "might", "also", "both", "very", "such", "some",
     "you", "your", "our", "log", "logs", "line", "lines", "entry", "entries", "record", "records",
     "message", "messages", "evidence", "file", "case", "incident", "show", "shows", "shown",
     "showing", "say", "says", "said", "read", "reads", "report", "reports", "reported", "state",
     "states", "according", "seen", "see", "indicate", "indicates", "likely", "probably",
     "possibly", "perhaps", "seems", "appears", "suggests", "summary", "findings", "answer", "next",
     "steps", "step", "following", "follows", "note", "details", "overview", "namely", "diagnosis",
     "analyst", "analysis", "observation", "observations", "timeline", "cited", "quote", "quoted",
     "text");
LIST(negations, "not", "no", "never", "none", "neither", "nor", "without", "cannot", "nothing",
     "nobody", "nowhere", "isn't", "wasn't", "aren't", "weren't", "doesn't", "didn't", "don't",
     "can't", "couldn't", "won't", "wouldn't", "hasn't", "haven't", "hadn't");
LIST(causes, "because", "caused", "causes", "cause", "causing", "due to", "led to", "leads to",
     "leading to", "the reason", "reason for", "reason why", "reason is", "resulted", "results in",
     "result of", "triggered", "triggers", "culprit", "responsible", "brought down", "broke",
     "stems from", "stemmed", "owing to", "blame", "fault of", "thanks to", "therefore", "hence",
     "consequently", "explains", "root cause", "root of", "the origin", "comes from", "driven by");
LIST(deeds, "confirmed", "approved", "applied", "resolved", "verified", "fixed", "consented",
     "agreed", "closed", "rolled back", "accepted", "recorded", "escalated", "validated", "refuted",
     "completed", "done", "finished", "recovered", "solved", "signed off");
LIST(units, "ms", "s", "us", "ns", "m", "min", "h", "d", "%", "B", "kB", "KB", "MB", "GB", "TB",
     "KiB", "MiB", "GiB", "TiB", "Ki", "Mi", "Gi", "Ti", "k", "K", "M", "G", "x", "rps", "qps",
     "Hz", "percent", "seconds", "minutes", "hours", "days", "milliseconds");

static bool has_word(const char *const *list, fm_str word)
{
    for (; *list; list++)
        if (fm_str_ieq(word, fm_str_c(*list)))
            return true;
    return false;
}

bool claim_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool claim_is_word_byte(char c)
{
    return claim_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static bool is_inner(char c)
{
    return c && strchr("-./_:'", c);
}

bool claim_next_word(fm_str *rest, fm_str *word)
{
    size_t i = 0, n = 0;
    while (i < rest->len && !claim_is_word_byte(rest->p[i]))
        i++;
    while (i + n < rest->len && (claim_is_word_byte(rest->p[i + n]) ||
                                 (is_inner(rest->p[i + n]) && i + n + 1 < rest->len &&
                                  claim_is_word_byte(rest->p[i + n + 1]))))
        n++;
    *word = fm_str_sub(*rest, i, n);
    *rest = fm_str_skip(*rest, i + n);
    return n > 0;
}

bool claim_word_is_neutral(fm_str word)
{
    return word.len < 2 || has_word(neutral, word);
}

bool claim_word_is_negation(fm_str word)
{
    return has_word(negations, word);
}

static bool has_phrase(fm_str text, const char *const *list)
{
    for (; *list; list++) {
        fm_str phrase = fm_str_c(*list);
        for (ptrdiff_t at = fm_str_ifind(text, phrase, 0); at >= 0;
             at = fm_str_ifind(text, phrase, (size_t)at + 1)) {
            size_t end = (size_t)at + phrase.len;
            if ((at == 0 || !claim_is_word_byte(text.p[at - 1])) &&
                (end == text.len || !claim_is_word_byte(text.p[end])))
                return true;
        }
    }
    return false;
}

/* "Since" gives a reason unless a time follows. */
static bool has_causal_since(fm_str text)
{
    LIST(times, "mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday",
         "thursday", "friday", "saturday", "sunday", "jan", "feb", "mar", "apr", "may", "jun",
         "jul", "aug", "sep", "oct", "nov", "dec", "yesterday", "midnight", "noon", "about",
         "around", "at", "then");
    for (ptrdiff_t at = fm_str_ifind(text, FM_STR("since "), 0); at >= 0;
         at = fm_str_ifind(text, FM_STR("since "), (size_t)at + 1)) {
        fm_str behind = fm_str_skip(text, (size_t)at + 6), word;
        if (claim_next_word(&behind, &word) && !claim_is_digit(word.p[0]) && !has_word(times, word))
            return true;
    }
    return false;
}

bool claim_names_cause(fm_str text)
{
    return has_phrase(text, causes) || has_causal_since(text);
}

bool claim_word_is_causal(fm_str word)
{
    LIST(words, "because", "caused", "causes", "cause", "causing", "due", "led", "leads", "leading",
         "reason", "resulted", "results", "result", "triggered", "triggers", "root", "since",
         "culprit", "responsible", "therefore", "hence", "consequently", "explains");
    return has_word(words, word);
}

size_t claim_reason_at(fm_str text)
{
    LIST(words, "because of ", "because ", "caused by ", "due to ", "as a result of ", "owing to ",
         "triggered by ");
    for (size_t i = 0; words[i]; i++) {
        ptrdiff_t at = fm_str_ifind(text, fm_str_c(words[i]), 0);
        if (at > 0)
            return (size_t)at + strlen(words[i]);
    }
    return 0;
}

bool claim_tells_deed(fm_str text)
{
    return has_phrase(text, deeds);
}

/* ---- standing in a text ---- */

/* What is left of a word without its ending; four letters at least. */
static fm_str stem_of(fm_str w)
{
    static const char *const ends[] = {"ing", "ed", "es", "s", "d", NULL};
    for (size_t i = 0; ends[i]; i++) {
        size_t n = strlen(ends[i]);
        if (w.len >= n + 4 && fm_str_ieq(fm_str_skip(w, w.len - n), fm_str_c(ends[i])))
            return fm_str_sub(w, 0, w.len - n);
    }
    return w;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word_start(fm_str text, size_t at)
{
    if (at == 0 || !claim_is_word_byte(text.p[at - 1]))
        return true;
    return is_upper(text.p[at]) && !is_upper(text.p[at - 1]); /* camelCase */
}

/* Behind the stem only a few letters of another ending may follow. */
static bool is_word_end(fm_str text, size_t at)
{
    size_t n = 0;
    while (at + n < text.len && n < 4 && claim_is_word_byte(text.p[at + n]) &&
           !is_upper(text.p[at + n]))
        n++;
    return n < 4;
}

static size_t word_stands(fm_str text, fm_str word, size_t from)
{
    fm_str stem = stem_of(word);
    for (ptrdiff_t at = fm_str_ifind(text, stem, from); at >= 0;
         at = fm_str_ifind(text, stem, (size_t)at + 1))
        if (is_word_start(text, (size_t)at) && is_word_end(text, (size_t)at + stem.len))
            return (size_t)at + stem.len;
    return 0;
}

size_t claim_number_length(fm_str s)
{
    size_t n = 0;
    while (n < s.len &&
           (claim_is_digit(s.p[n]) || ((s.p[n] == '.' || s.p[n] == ',' || s.p[n] == ':') && n &&
                                       n + 1 < s.len && claim_is_digit(s.p[n + 1]))))
        n++;
    return n;
}

/* The unit that begins behind a number, at most one blank away. */
fm_str claim_unit(fm_str behind)
{
    size_t n = 0;
    if (behind.len && behind.p[0] == ' ')
        behind = fm_str_skip(behind, 1);
    if (behind.len && behind.p[0] == '%')
        return fm_str_sub(behind, 0, 1);
    while (n < behind.len && ((behind.p[n] | 32) >= 'a' && (behind.p[n] | 32) <= 'z'))
        n++;
    fm_str word = fm_str_sub(behind, 0, n);
    for (size_t i = 0; units[i]; i++)
        if (fm_str_eqc(word, units[i]))
            return word;
    return FM_STR_NULL;
}

/* Not a part of a longer number or word; the date before a time ends in "T". */
static bool is_number_start(fm_str text, size_t at)
{
    if (at == 0)
        return true;
    char before = text.p[at - 1];
    if (before == 'T' && at > 1 && claim_is_digit(text.p[at - 2]))
        return true;
    if (before == '.' || before == ',')
        return at < 2 || !claim_is_digit(text.p[at - 2]);
    return !claim_is_word_byte(before);
}

static bool is_number_end(fm_str text, size_t end)
{
    if (end == text.len)
        return true;
    if (claim_is_digit(text.p[end]))
        return false;
    bool is_point = text.p[end] == '.' || text.p[end] == ',';
    return !(is_point && end + 1 < text.len && claim_is_digit(text.p[end + 1]));
}

static size_t number_stands(fm_str text, const struct claim_token *n, size_t from)
{
    for (ptrdiff_t at = fm_str_find(text, n->text, from); at >= 0;
         at = fm_str_find(text, n->text, (size_t)at + 1)) {
        size_t end = (size_t)at + n->text.len;
        bool has_unit = !n->unit.len || fm_str_eq(claim_unit(fm_str_skip(text, end)), n->unit);
        if (has_unit && is_number_start(text, (size_t)at) && is_number_end(text, end))
            return end;
    }
    return 0;
}

static size_t negation_stands(fm_str text, size_t from)
{
    fm_str rest = fm_str_skip(text, from), word;
    while (claim_next_word(&rest, &word))
        if (claim_word_is_negation(word))
            return (size_t)(word.p + word.len - text.p);
    return 0;
}

size_t claim_token_stands(fm_str text, const struct claim_token *t, size_t from)
{
    if (t->is_negation)
        return negation_stands(text, from);
    return t->is_number ? number_stands(text, t, from) : word_stands(text, t->text, from);
}
