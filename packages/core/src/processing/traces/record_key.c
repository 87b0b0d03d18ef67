/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/traces/record_key.h"

#include <stdio.h>

#define HEAD_BYTES 240 /* level and location stand early */
#define KEY_WORDS 9

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const struct {
    const char *word, *level;
    bool is_error;
} levels[] = {
    {"FATAL", "FATAL", true},  {"CRITICAL", "FATAL", true}, {"EMERG", "FATAL", true},
    {"PANIC", "FATAL", true},  {"SEVERE", "ERROR", true},   {"ERROR", "ERROR", true},
    {"ERR", "ERROR", true},    {"WARNING", "WARN", false},  {"WARN", "WARN", false},
    {"NOTICE", "INFO", false}, {"INFO", "INFO", false},     {"INFORMATION", "INFO", false},
    {"DEBUG", "DEBUG", false}, {"TRACE", "DEBUG", false},
};

static const char *known_level(fm_str level, bool *is_error)
{
    for (size_t k = 0; k < sizeof levels / sizeof levels[0]; k++) {
        if (!fm_str_ieq(level, fm_str_c(levels[k].word)))
            continue;
        *is_error = levels[k].is_error;
        return levels[k].level;
    }
    return "";
}

/* A word is a level when it stands in capitals, or quoted as a JSON value ("info"). */
static const char *level_of_word(fm_str word, bool is_quoted, bool *is_error)
{
    for (size_t i = 0; i < word.len && !is_quoted; i++)
        if (word.p[i] < 'A' || word.p[i] > 'Z')
            return "";
    return word.len > 2 ? known_level(word, is_error) : "";
}

static const char *find_level(fm_str head, bool *is_error)
{
    for (size_t i = 0; i < head.len; i++) {
        size_t from = i;
        while (i < head.len && is_word(head.p[i]))
            i++;
        bool is_quoted = from && i < head.len && head.p[from - 1] == '"' &&
                         (head.p[i] == '"' || head.p[i] == '\\');
        const char *level = level_of_word(fm_str_sub(head, from, i - from), is_quoted, is_error);
        if (*level)
            return level;
    }
    return "";
}

static bool has_code_extension(fm_str file)
{
    static const char *const extensions[] = {".java", ".go",  ".py",    ".js", ".ts",  ".c",
                                             ".cc",   ".cpp", ".rs",    ".rb", ".php", ".cs",
                                             ".kt",   ".ex",  ".scala", ".erl"};
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (fm_str_ends(file, fm_str_c(extensions[i])))
            return true;
    return false;
}

/* Where the name that ends at i begins: words, dots and dashes. */
static size_t word_start(fm_str s, size_t i)
{
    while (i && (is_word(s.p[i - 1]) || s.p[i - 1] == '.' || s.p[i - 1] == '-'))
        i--;
    return i;
}

/* "Class#12", "file.go:12", "File.java:12": the piece around the mark at i, or "". */
static fm_str location_at(fm_str s, size_t i)
{
    size_t from = word_start(s, i), to = i + 1;
    while (to < s.len && is_digit(s.p[to]))
        to++;
    fm_str before = fm_str_sub(s, from, i - from);
    bool is_class = s.p[i] == '#' && before.len && !is_digit(before.p[0]);
    if (to == i + 1 || to - i > 7 || !(is_class || (s.p[i] == ':' && has_code_extension(before))))
        return FM_STR_NULL;
    return fm_str_sub(s, from, to - from);
}

static fm_str find_location(fm_str s)
{
    for (size_t i = 1; i + 1 < s.len; i++) {
        if ((s.p[i] != '#' && s.p[i] != ':') || !is_digit(s.p[i + 1]))
            continue;
        fm_str found = location_at(s, i);
        if (found.len)
            return found;
    }
    return FM_STR_NULL;
}

/* Behind the innermost "message": (or "msg", "log"), whatever its escaping. */
static fm_str innermost(fm_str s)
{
    static const char *const names[] = {"log", "msg", "message"};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        ptrdiff_t at = fm_str_find(s, fm_str_c(names[k]), 0);
        if (at < 1 || (s.p[at - 1] != '"'))
            continue;
        size_t i = (size_t)at + strlen(names[k]);
        if (i >= s.len || (s.p[i] != '"' && s.p[i] != '\\'))
            continue;
        while (i < s.len && (s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == ':' || s.p[i] == ' '))
            i++;
        s = fm_str_skip(s, i);
    }
    return s;
}

static bool is_plain(fm_str word)
{
    bool has_letter = false;
    for (size_t i = 0; i < word.len; i++) {
        if (is_digit(word.p[i]) || word.p[i] == '=' || word.p[i] == '\\')
            return false;
        has_letter |= is_word(word.p[i]);
    }
    return has_letter && word.len <= 32;
}

static fm_str trim_marks(fm_str w)
{
    while (w.len && !is_word(w.p[0]))
        w = fm_str_skip(w, 1);
    while (w.len && !is_word(w.p[w.len - 1]))
        w.len--;
    return w;
}

/* Ids are announced by words that then repeat in every record: they tell nothing. */
static bool is_id_word(fm_str w)
{
    return fm_str_ieq(w, FM_STR("traceid")) || fm_str_ieq(w, FM_STR("spanid")) ||
           fm_str_ieq(w, FM_STR("trace_id")) || fm_str_ieq(w, FM_STR("span_id"));
}

static size_t put_words(fm_str message, char *out, size_t max)
{
    fm_str rest = fm_str_sub(message, 0, 2 * HEAD_BYTES), word;
    size_t n = 0, words = 0;
    while (words < KEY_WORDS && fm_str_word(&rest, &word)) {
        bool is_end = word.p[word.len - 1] == '{' || fm_str_has(word, FM_STR("[{"));
        word = trim_marks(word);
        if (is_plain(word) && !is_id_word(word) && n + word.len + 1 < max) {
            if (n)
                out[n++] = ' ';
            memcpy(out + n, word.p, word.len);
            n += word.len;
            words++;
        }
        if (is_end)
            break;
    }
    return n;
}

static bool has_exception(fm_str s)
{
    return fm_str_has(s, FM_STR("Exception")) || fm_str_has(s, FM_STR("Traceback")) ||
           fm_str_has(s, FM_STR("panic:"));
}

fm_str record_key(fm_str level, fm_str message, char buf[RECORD_KEY_MAX], bool *is_error)
{
    fm_str head = fm_str_sub(message, 0, HEAD_BYTES);
    *is_error = false;
    const char *l = level.len ? known_level(level, is_error) : find_level(head, is_error);
    fm_str location = find_location(head);
    *is_error |= has_exception(fm_str_sub(message, 0, 4096)) && strcmp(l, "INFO") != 0 &&
                 strcmp(l, "DEBUG") != 0;
    int n =
        snprintf(buf, RECORD_KEY_MAX, "%s%s%.*s", l, *l ? " " : "",
                 (int)(location.len > 100 ? 100 : location.len), location.len ? location.p : "");
    size_t len = (size_t)n;
    if (location.len == 0)
        len += put_words(innermost(message), buf + len, RECORD_KEY_MAX - len);
    return fm_str_n(buf, len);
}

fm_str record_key_location(fm_str key)
{
    return find_location(key);
}
