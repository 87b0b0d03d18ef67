/* SPDX-License-Identifier: Apache-2.0 */
/* Is a value a secret? Placeholders, code and plain words are not. */
#include "detect/value.h"
#include "scan/placeholder.h"

/* The lists are in lower case; most entries go by their first byte. */
static inline bool starts_alike(fm_str s, const char *word)
{
    return fm_lower((unsigned char)s.p[0]) == (unsigned char)word[0];
}

static bool is_one_of(fm_str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (starts_alike(s, list[i]) && fm_str_ieq(s, fm_str_c(list[i])))
            return true;
    return false;
}

static bool starts_with_any(fm_str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (starts_alike(s, list[i]) && fm_str_istarts(s, fm_str_c(list[i])))
            return true;
    return false;
}

/* Six x or X in a row, or twelve of any byte. */
static bool has_drawn_run(fm_str s)
{
    size_t run = 1;
    for (size_t i = 1; i < s.len; i++) {
        run = s.p[i] == s.p[i - 1] ? run + 1 : 1;
        if (run >= 12 || (run >= 6 && (s.p[i] | 0x20) == 'x'))
            return true;
    }
    return false;
}

/* The same byte all through, or only x, *, ., - and #. */
static bool is_filler(fm_str s)
{
    bool is_same = true, is_masky = true;
    for (size_t i = 0; i < s.len && (is_same || is_masky); i++) {
        is_same &= s.p[i] == s.p[0];
        is_masky &= strchr("xX*.-#_", s.p[i]) != NULL && s.p[i];
    }
    return s.len > 0 && (is_same || is_masky);
}

static bool is_bracketed(fm_str s)
{
    char a = s.p[0], z = s.p[s.len - 1];
    return (a == '<' && z == '>') || (a == '[' && z == ']') || (a == '{' && z == '}');
}

static bool is_shell_variable(fm_str s)
{
    size_t i = 1;
    if (s.p[0] != '$' || s.len < 2)
        return false;
    while (i < s.len && fm_is((unsigned char)s.p[i], C_WORD))
        i++;
    return i == s.len;
}

/* ${X}, $X, {{x}}, {x}, <x>, [x], %x%, #{x}, @x@ over the whole value */
static bool is_reference(fm_str s)
{
    static const char *const heads[] = {"${",   "$(",    "{{",          "<%",         "#{",
                                        "%(",   "$env:", "process.env", "os.environ", "getenv",
                                        "env.", "env(",  "secrets.",    "var.",       "vault:",
                                        "arn:", "data.", "local.",      "module."};
    return starts_with_any(s, heads, sizeof heads / sizeof *heads) || s.p[0] == '%' ||
           is_bracketed(s) || is_shell_variable(s);
}

static bool has_digit(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (fm_is_digit((unsigned char)s.p[i]))
            return true;
    return false;
}

bool fm_value_is_placeholder(fm_str s)
{
    static const char *const words[] = {
        "password",  "pass",     "passwd",   "secret",    "token",  "null",    "nil",
        "none",      "true",     "false",    "undefined", "string", "str",     "changeme",
        "change_me", "example",  "default",  "empty",     "unset",  "key",     "value",
        "required",  "optional", "redacted", "hidden",    "masked", "test",    "dummy",
        "todo",      "tbd",      "n/a",      "na",        "yes",    "no",      "bearer",
        "basic",     "object",   "function", "self",      "this",   "enabled", "disabled",
        "invalid",   "expired",  "missing"};
    static const char *const heads[] = {
        "your_",     "your-",  "yourkey",   "yourpass",    "your ",    "insert_",  "insert-",
        "replace",   "fake",   "dummy",     "placeholder", "<your",    "enter_",   "put_",
        "my_secret", "change", "example",   "sample",      "redacted", "somefake", "not_",
        "afake",     "a-fake", "[redacted", "***"};
    if (s.len == 0 || is_filler(s) || has_drawn_run(s) || is_reference(s))
        return true;
    if (is_one_of(s, words, sizeof words / sizeof *words))
        return true;
    return !(s.len > 24 && has_digit(s)) && starts_with_any(s, heads, sizeof heads / sizeof *heads);
}

/* The sign at i, behind a name. Passwords may hold "{" and "@", names of classes start with a
 * capital. */
static bool opens_code(fm_str s, size_t i, bool is_strong)
{
    switch (s.p[i]) {
    case '(':
    case '[':
        return true;
    case '{':
        return !is_strong || fm_is((unsigned char)s.p[0], C_UPPER);
    case '@':
        return !is_strong && i + 1 < s.len;
    case '-':
        return !is_strong && i + 1 < s.len && s.p[i + 1] == '>';
    default:
        return false;
    }
}

/* foo(…), foo.bar, Foo{, Foo@1a, a->b: code and object dumps */
static bool is_code(fm_str s, bool is_strong)
{
    size_t letters = 0, i = 0;
    bool has_dot = false;
    while (i < s.len && (fm_is((unsigned char)s.p[i], C_WORD) || (s.p[i] == '.' && i))) {
        letters += fm_is((unsigned char)s.p[i], C_LOWER | C_UPPER);
        has_dot |= s.p[i] == '.';
        i++;
    }
    if (i == s.len)
        return has_dot && !has_digit(s);
    return letters >= 3 && opens_code(s, i, is_strong);
}

static bool is_plain_word(fm_str s)
{
    size_t upper = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!fm_is(c, C_LOWER | C_UPPER) && c != '_' && c != '.' && c != '-')
            return false;
        upper += fm_is(c, C_UPPER) && i;
    }
    return upper <= s.len / 4;
}

static size_t count_word_bytes(fm_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += fm_is((unsigned char)s.p[i], C_WORD) && s.p[i] > 0;
    return n;
}

static bool strong_secret(const struct fm_value *v, fm_str s)
{
    if (s.len < 3 || count_word_bytes(s) == 0)
        return false;
    if (v->is_quoted)
        return !is_code(s, true) || has_digit(s);
    if (strchr("/&(=@", s.p[0]))
        return false;
    bool is_next_key = s.p[s.len - 1] == '='; /* "password= next.key=": the value is empty */
    return !is_plain_word(is_next_key ? fm_str_n(s.p, s.len - 1) : s) && !is_code(s, true);
}

/* Every part between - _ . / : and humps is a word or a short number: kebab-case names, paths,
 * versions. */
static bool is_wordy(fm_str s)
{
    size_t run_digits = 0, switches = 0;
    bool was_digit = false, was_alpha = false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool d = fm_is_digit(c), a = fm_is(c, C_LOWER | C_UPPER);
        if (!d && !a && !(c && strchr("-_./:", c)))
            return false;
        run_digits = d ? run_digits + 1 : 0;
        switches += (d && was_alpha) || (a && was_digit);
        if (run_digits > 4)
            return false;
        was_digit = d;
        was_alpha = a;
    }
    return switches <= 2 && s.len < 40;
}

static bool has_case_mix(fm_str s)
{
    size_t flips = 0;
    for (size_t i = 1; i < s.len; i++) {
        unsigned char a = (unsigned char)s.p[i - 1], b = (unsigned char)s.p[i];
        flips +=
            (fm_is(a, C_UPPER) && fm_is(b, C_LOWER)) || (fm_is(a, C_LOWER) && fm_is(b, C_UPPER));
    }
    return flips * 4 >= s.len;
}

/* Something that a machine drew: digits or changes of case, and not words joined by signs. */
static bool looks_drawn(fm_str s, bool is_spaced)
{
    if (is_spaced || count_word_bytes(s) * 2 < s.len)
        return fm_entropy(s) >= 3.0;
    if (is_wordy(s))
        return has_digit(s) && has_case_mix(s);
    return has_digit(s) || has_case_mix(s) || memchr(s.p, '{', s.len);
}

/* What is left of a value that was looked at before. */
static bool holds_placeholder(fm_str s)
{
    struct fm_placeholder p;
    return memchr(s.p, '<', s.len) && fm_placeholder_next(s, 0, &p) && !p.is_bare;
}

/* A call, a path, a reference, a URL. */
static bool points_elsewhere(fm_str s)
{
    return is_code(s, false) || strchr("/&@", s.p[0]) || fm_str_has(s, FM_STR("://")) ||
           holds_placeholder(s);
}

static bool weak_secret(const struct fm_value *v, fm_str s)
{
    bool is_given = v->is_quoted || v->is_assigned;
    if (!is_given || s.len < (v->is_quoted ? 8 : 10) || points_elsewhere(s))
        return false;
    double h = fm_entropy(s);
    bool is_spaced = memchr(s.p, ' ', s.len) != NULL;
    if (is_spaced && (!v->is_quoted || v->is_backtick))
        return false;
    return h >= (has_digit(s) ? 2.9 : 3.6) && looks_drawn(s, is_spaced);
}

bool fm_value_is_secret(const struct fm_line *l, const struct fm_value *v, bool is_strong)
{
    fm_str s = fm_line_str(l, v->start, v->end);
    if (fm_value_is_placeholder(s))
        return false;
    return is_strong ? strong_secret(v, s) : weak_secret(v, s);
}
