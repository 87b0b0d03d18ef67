/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and questions: what a sentence may be without a source. */
#include "claims/internal.h"

#define LIST(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}

/* Beginnings that ask for something or say what the speaker will do. */
LIST(imperatives, "please ", "check ", "run ", "look at ", "look for ", "upload ", "send ",
     "show me ", "provide ", "try ", "compare ", "collect ", "let me ", "let us ", "let's ",
     "i suggest ", "i would ", "i will ", "next, check ", "next, run ", "to confirm, ", "tell me ",
     "attach ", "share ", "give me ", "query ", "inspect ", "describe ", "list ", "get ", "fetch ",
     "export ", "repeat ", "verify ", "confirm ", "ask ");
LIST(questions, "could ", "can ", "would ", "do ", "does ", "did ", "is ", "are ", "was ", "were ",
     "has ", "have ", "should ", "shall ", "may ", "will ", "what ", "which ", "how ", "where ",
     "when ", "who ", "why ");
LIST(presuming, "what ", "which ", "how ", "where ", "when ", "who ", "why ");
/* All that a polite sentence without any statement consists of. */
LIST(polite, "don't", "not", "know", "yet", "sorry", "hello", "thanks", "thank", "okay",
     "understood", "question", "help", "happy", "welcome", "more", "data", "information", "need",
     "tell", "hand", "continue", "look", "looking");
/* A single word can be an answer. */
LIST(answers, "yes", "no", "nope", "yep", "correct", "right", "true", "false", "exactly", "indeed");
/* A clause that states begins here. */
LIST(clauses, " that ", " because ", " since ", " as the ", " as a ", " but ", " so the ", "; ",
     ": ", " \xE2\x80\x94 ", " - ", " which ", " who ", " given ", " now that ", " after all",
     " although ", " though ", " even ", " like ");
/* Behind these a statement is only asked about. */
LIST(open_clauses, "whether ", "if ", "what ", "which ", "how ", "where ", "when ");
/* Verbs and states that state. */
LIST(stating, "is", "are", "was", "were", "has", "had", "have", "did", "broke", "broken", "fell",
     "ran", "went", "lost", "hit", "shut", "began", "grew", "rose", "led", "threw", "died", "down",
     "dead", "full", "corrupt", "corrupted", "expired", "leaking", "missing", "exhausted",
     "unavailable", "unreachable", "faulty", "bad", "wrong", "stuck", "overloaded", "saturated",
     "crashed", "failed", "failing", "deleted", "leaky", "malicious", "stolen", "hacked");
/* What one may ask for without knowing anything yet. */
LIST(askable, "metrics", "metric", "log", "logs", "output", "query", "again", "database", "cache",
     "queue", "network", "disk", "memory", "cpu", "pod", "pods", "node", "nodes", "service",
     "services", "traces", "trace", "config", "configuration", "deployment", "deployments", "event",
     "events", "dashboard", "alert", "alerts", "time", "range", "hour", "hours", "day", "before",
     "after", "start", "started", "begin", "change", "changes", "changed", "command", "status",
     "version", "users", "user", "affected", "impact", "error", "errors", "happen", "happened",
     "want", "like", "look", "root", "cause", "caused", "impacted", "first", "last", "often",
     "long", "many", "much");

static bool starts(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_istarts(s, fm_str_c(*list)))
            return true;
    return false;
}

static bool holds(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ihas(s, fm_str_c(*list)))
            return true;
    return false;
}

static bool is_one_of(fm_str word, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ieq(word, fm_str_c(*list)))
            return true;
    return false;
}

/* "-", "*", "1." before a sentence. */
static fm_str without_bullet(fm_str s)
{
    s = fm_str_trim(s);
    while (s.len && strchr("-*#>_`", s.p[0]))
        s = fm_str_trim(fm_str_skip(s, 1));
    size_t n = claim_number_length(s);
    if (n && n <= 2 && n + 1 < s.len && (s.p[n] == '.' || s.p[n] == ')'))
        s = fm_str_trim(fm_str_skip(s, n + 1));
    return s;
}

/* Up to the first word that opens a clause which is only asked about. */
static fm_str stated_part(fm_str s)
{
    size_t end = s.len;
    for (size_t i = 0; open_clauses[i]; i++) {
        fm_str word = fm_str_c(open_clauses[i]);
        for (ptrdiff_t at = fm_str_ifind(s, word, 0); at >= 0;
             at = fm_str_ifind(s, word, (size_t)at + 1))
            if ((at == 0 || s.p[at - 1] == ' ') && (size_t)at < end)
                end = (size_t)at;
    }
    return fm_str_sub(s, 0, end);
}

bool claim_states(fm_str s)
{
    fm_str rest = s, word;
    while (claim_next_word(&rest, &word)) {
        bool is_past = word.len > 4 && fm_str_ieq(fm_str_skip(word, word.len - 2), FM_STR("ed")) &&
                       !is_one_of(word, askable);
        if (is_past || is_one_of(word, stating))
            return true;
    }
    return false;
}

static bool is_all_askable(fm_str s)
{
    fm_str rest = s, word;
    while (claim_next_word(&rest, &word))
        if (!claim_word_is_neutral(word) && !is_one_of(word, askable) && !is_one_of(word, polite))
            return false;
    return true;
}

static bool is_polite(fm_str s)
{
    fm_str rest = s, word;
    while (claim_next_word(&rest, &word))
        if (is_one_of(word, answers) || (!is_one_of(word, polite) && !claim_word_is_neutral(word)))
            return false;
    return true;
}

/* Who asks "when did it fail" has said that it failed: only what says nothing yet may be asked. */
static bool is_question(fm_str s)
{
    if (!fm_str_ends(s, FM_STR("?")) || !starts(s, questions) || holds(s, clauses))
        return false;
    return !starts(s, presuming) || is_all_askable(s);
}

static bool is_imperative(fm_str s)
{
    if (!starts(s, imperatives))
        return false;
    fm_str first, rest = s;
    claim_next_word(&rest, &first);
    return !holds(s, clauses) && !claim_states(stated_part(rest));
}

bool claim_is_request(fm_str text)
{
    fm_str s = without_bullet(text);
    return is_polite(s) || is_question(s) || is_imperative(s);
}
