/* SPDX-License-Identifier: Apache-2.0 */
#include "candidates.h"

#define NAME_LEAST 4

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* needle as a whole word. */
static bool has_word(fm_str text, fm_str needle)
{
    ptrdiff_t at;
    for (size_t from = 0; (at = fm_str_find(text, needle, from)) >= 0; from = (size_t)at + 1) {
        size_t end = (size_t)at + needle.len;
        if ((at == 0 || !is_word(text.p[at - 1])) && (end == text.len || !is_word(text.p[end])))
            return true;
    }
    return false;
}

/* How often a word stands in removed and in added lines. */
static void count_in_diff(const struct fm_change *c, fm_str word, unsigned *removed,
                          unsigned *added)
{
    *removed = *added = 0;
    fm_vec_each (&c->diff, f)
        fm_vec_each (&f->hunks, h) {
            fm_vec_each (&h->removed, s)
                *removed += has_word(*s, word);
            fm_vec_each (&h->added, s)
                *added += has_word(*s, word);
        }
}

static bool is_in_one_side(const struct fm_change *c, fm_str word)
{
    unsigned removed, added;
    count_in_diff(c, word, &removed, &added);
    return (removed > 0) != (added > 0);
}

static fm_str base_of(fm_str path)
{
    ptrdiff_t slash = fm_str_rchr(path, '/');
    return slash >= 0 ? fm_str_skip(path, (size_t)slash + 1) : path;
}

/* A frame: the file's name with a line number behind it. */
static bool is_frame(fm_str message, fm_str base)
{
    ptrdiff_t at = base.len >= NAME_LEAST ? fm_str_find(message, base, 0) : -1;
    if (at < 0)
        return false;
    fm_str after = fm_str_skip(message, (size_t)at + base.len);
    while (after.len && strchr("\\\",: ", after.p[0]))
        after = fm_str_skip(after, 1);
    if (fm_str_starts(after, FM_STR("line ")))
        after = fm_str_skip(after, 5);
    return after.len && after.p[0] >= '0' && after.p[0] <= '9';
}

static fm_str frame_match(const struct fm_change *c, fm_str message)
{
    fm_vec_each (&c->paths, p)
        if (fm_path_class(*p) == FM_PATH_CODE && is_frame(message, base_of(*p)))
            return base_of(*p);
    return FM_STR_NULL;
}

static bool is_name(fm_str s)
{
    if (s.len < NAME_LEAST || s.len > 60)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_word(s.p[i]) && s.p[i] != '.' && s.p[i] != '-')
            return false;
    return true;
}

/* What stands between the quote at i and the next one of its kind; the escape of JSON is cut off.
 */
static fm_str quoted_at(fm_str message, size_t i)
{
    ptrdiff_t end = strchr("'\"`", message.p[i]) ? fm_str_chr(message, message.p[i], i + 1) : -1;
    fm_str name = end < 0 ? FM_STR_NULL : fm_str_sub(message, i + 1, (size_t)end - i - 1);
    while (name.len && name.p[name.len - 1] == '\\')
        name.len--;
    return name;
}

/* Names that the error puts in quotes. */
static fm_str quoted_match(const struct fm_change *c, fm_str message)
{
    for (size_t i = 0; i + 2 < message.len; i++) {
        fm_str name = message.p[i] ? quoted_at(message, i) : FM_STR_NULL;
        if (is_name(name) && is_in_one_side(c, name))
            return name;
    }
    return FM_STR_NULL;
}

static bool is_upper_name(fm_str s)
{
    bool has_joint = false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            return false;
        has_joint = has_joint || s.p[i] == '_';
    }
    return s.len >= 5 && has_joint;
}

/* snake_case or camelCase */
static bool is_compound(fm_str s)
{
    if (fm_str_chr(s, '_', 1) > 0)
        return true;
    for (size_t i = 1; i < s.len; i++)
        if (s.p[i] >= 'A' && s.p[i] <= 'Z' && s.p[i - 1] >= 'a' && s.p[i - 1] <= 'z')
            return true;
    return false;
}

/* Identifiers in the message: ENV_NAMES, snake_case, camelCase of some length, that only one side
 * of the diff has. */
static fm_str identifier_match(const struct fm_change *c, fm_str message)
{
    size_t start = 0;
    for (size_t i = 0; i <= message.len; i++) {
        if (i < message.len && is_word(message.p[i]))
            continue;
        fm_str name = fm_str_sub(message, start, i - start);
        start = i + 1;
        if ((is_upper_name(name) || (name.len >= 7 && is_compound(name))) &&
            is_in_one_side(c, name))
            return name;
    }
    return FM_STR_NULL;
}

/* The function named by a hunk stands in a frame of the error. */
static fm_str function_match(const struct fm_change *c, fm_str message)
{
    fm_vec_each (&c->diff, f)
        fm_vec_each (&f->hunks, h) {
            ptrdiff_t open = fm_str_chr(h->head, '(', 0);
            size_t end = open < 0 ? h->head.len : (size_t)open;
            /* Go methods: "func (c *Charge) read(" */
            ptrdiff_t close = open < 0 ? -1 : fm_str_chr(h->head, ')', end);
            ptrdiff_t next = close < 0 ? -1 : fm_str_chr(h->head, '(', (size_t)close);
            if (next > 0 && fm_str_starts(h->head, FM_STR("func (")))
                end = (size_t)next;
            size_t start = end;
            while (start > 0 && is_word(h->head.p[start - 1]))
                start--;
            fm_str name = fm_str_sub(h->head, start, end - start);
            if (name.len >= 6 && has_word(message, name))
                return name;
        }
    return FM_STR_NULL;
}

/* The new value of a changed setting is what the message complains about: "limit 64 reached" after
 * max: 256 → 64. */
static fm_str literal_match(const struct fm_candidate *c, fm_str message)
{
    fm_str after = c->risk.after;
    while (after.len && strchr("\"'", after.p[0]))
        after = fm_str_skip(after, 1);
    while (after.len && strchr("\"',;", after.p[after.len - 1]))
        after.len--;
    bool is_number = after.len >= 2 && after.p[0] >= '0' && after.p[0] <= '9';
    bool is_text = after.len >= 5 && !is_number;
    return (is_number || is_text) && c->risk.value >= 0.45 && has_word(message, after)
               ? after
               : FM_STR_NULL;
}

static fm_str match(const struct fm_candidate *c, fm_str message)
{
    const struct fm_change *change = c->change;
    fm_str found = FM_STR_NULL;
    if (change->kind != FM_CHANGE_COMMIT && change->id.len >= 5 && has_word(message, change->id))
        found = change->id;
    if (!found.len)
        found = frame_match(change, message);
    if (!found.len)
        found = quoted_match(change, message);
    if (!found.len)
        found = function_match(change, message);
    if (!found.len)
        found = identifier_match(change, message);
    return found.len ? found : literal_match(c, message);
}

void fm_candidate_direct(const struct fm_vocabulary *v, struct fm_candidate *c)
{
    for (size_t i = 0; i < v->messages.n && !c->direct.len; i++) {
        c->direct = match(c, v->messages.items[i]);
        if (c->direct.len)
            c->direct_span = v->spans.items[i];
    }
}
