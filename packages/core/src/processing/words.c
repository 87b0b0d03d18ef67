/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/words.h"

enum letter { OTHER, LOWER, UPPER, DIGIT };

static enum letter class_of(char c)
{
    if (c >= 'a' && c <= 'z')
        return LOWER;
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    return c >= '0' && c <= '9' ? DIGIT : OTHER;
}

static bool starts_word(fm_str s, size_t i)
{
    enum letter now = class_of(s.p[i]), before = i ? class_of(s.p[i - 1]) : OTHER;
    if (before == OTHER)
        return true;
    if (now == UPPER && before != UPPER)
        return true;
    if (now == UPPER && i + 1 < s.len && class_of(s.p[i + 1]) == LOWER)
        return true;
    return before == DIGIT && now != DIGIT;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

void fm_words_split(fm_str name, struct fm_words *out)
{
    out->n = 0;
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        if (c == '(' || c == '[' || c == '{')
            break;
        if (class_of(c) == OTHER)
            continue;
        if (starts_word(name, i)) {
            if (out->n == FM_WORDS_MAX)
                return;
            out->items[out->n].offset = (uint32_t)i;
            out->items[out->n++].text[0] = '\0';
            len = 0;
        }
        if (out->n && len + 1 < FM_WORD_LEN_MAX) {
            out->items[out->n - 1].text[len++] = lower(c);
            out->items[out->n - 1].text[len] = '\0';
        }
    }
}

bool fm_words_has(const struct fm_words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (strcmp(w->items[i].text, word) == 0)
            return true;
    return false;
}

bool fm_words_has_any(const struct fm_words *w, const char *const *list)
{
    for (; *list; list++)
        if (fm_words_has(w, *list))
            return true;
    return false;
}
