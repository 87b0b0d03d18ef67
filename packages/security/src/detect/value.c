/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/value.h"

#include <math.h>

static double log2_of(uint32_t n)
{
    static const double table[] = {0,
                                   0,
                                   1,
                                   1.5849625007211561,
                                   2,
                                   2.3219280948873622,
                                   2.5849625007211561,
                                   2.8073549220576042,
                                   3,
                                   3.1699250014423122,
                                   3.3219280948873622,
                                   3.4594316186372973,
                                   3.5849625007211561,
                                   3.7004397181410922,
                                   3.8073549220576042,
                                   3.9068905956085187,
                                   4,
                                   4.0874628412503391,
                                   4.1699250014423122,
                                   4.2479275134435852,
                                   4.3219280948873626,
                                   4.3923174227787607,
                                   4.4594316186372973,
                                   4.5235619560570131,
                                   4.5849625007211561,
                                   4.6438561897747244,
                                   4.7004397181410917,
                                   4.7548875021634682,
                                   4.8073549220576037,
                                   4.8579809951275719,
                                   4.9068905956085187,
                                   4.9541963103868749,
                                   5};
    return n < sizeof table / sizeof *table ? table[n] : log2(n);
}

/* -sum p log2 p, as log2 n - (sum of log2 of how often each byte occurs) / n */
double fm_entropy(fm_str s)
{
    uint32_t counts[256] = {0};
    double sum = 0;
    for (size_t i = 0; i < s.len; i++)
        counts[(unsigned char)s.p[i]]++;
    for (size_t i = 0; i < s.len; i++)
        sum += log2_of(counts[(unsigned char)s.p[i]]);
    return s.len ? log2_of((uint32_t)s.len) - sum / (double)s.len : 0;
}

static uint32_t skip_blanks(const struct fm_line *l, uint32_t i, uint32_t max)
{
    uint32_t limit = i + max;
    while (i < limit && (fm_at(l, i) == ' ' || fm_at(l, i) == '\t'))
        i++;
    return i;
}

/* The operators, longest first. "" stands for a quote that follows a blank. */
static uint32_t operator_length(const struct fm_line *l, uint32_t i)
{
    static const char *const ops[] = {"!==", "===", "::=", ":=", "==", "!=", "=>",
                                      "?=",  "||:", "||",  "=",  ":",  ",",  ">"};
    unsigned char c = fm_at(l, i);
    if (c != '=' && c != ':' && c != '!' && c != '?' && c != '|' && c != ',' && c != '>')
        return 0;
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++)
        if (fm_line_has_at(l, i, ops[k]))
            return (uint32_t)strlen(ops[k]);
    return 0;
}

static uint32_t skip_index(const struct fm_line *l, uint32_t i)
{
    if (fm_at(l, i) != '[')
        return i;
    uint32_t e = i + 1;
    while (e < i + 12 && fm_is(fm_at(l, e), C_DIGIT))
        e++;
    if (fm_is(fm_at(l, e), C_QUOTE))
        e++;
    return fm_at(l, e) == ']' ? e + 1 : i;
}

static bool is_escaped_quote(const struct fm_line *l, uint32_t i)
{
    return fm_at(l, i) == '\\' && fm_is(fm_at(l, i + 1), C_QUOTE);
}

static bool is_value_end(unsigned char c)
{
    return fm_is(c, C_SPACE) || c == ',' || c == ';' || c == '<' || c == '&';
}

/* A closing bracket or quote at the end goes, when nothing in the value opened it. */
static uint32_t cut_unbalanced(const struct fm_line *l, uint32_t s, uint32_t e)
{
    static const char openers[] = "([{\"'`", closers[] = ")]}\"'`";
    while (e > s) {
        unsigned char c = fm_at(l, e - 1);
        const char *k = c ? strchr(closers, c) : NULL;
        if (!k || memchr(l->p + s, openers[k - closers], e - 1 - s))
            break;
        e--;
    }
    return e;
}

static bool unquoted(const struct fm_line *l, uint32_t s, struct fm_value *out)
{
    uint32_t e = s, limit = s + FM_VALUE_MAX;
    while (e < l->n && e < limit && !is_value_end(fm_at(l, e)))
        e++;
    if (e == s && (fm_at(l, e) == ',' || fm_at(l, e) == ';'))
        return false;
    e = cut_unbalanced(l, s, e);
    *out = (struct fm_value){.start = s, .end = e};
    return e > s;
}

/* A quote that nothing closes is no quote. */
static bool quoted(const struct fm_line *l, uint32_t i, struct fm_value *out)
{
    bool is_escaped = is_escaped_quote(l, i);
    uint32_t s = i + is_escaped;
    unsigned char q = fm_at(l, s);
    uint32_t e = ++s, limit = s + FM_VALUE_MAX;
    while (e < l->n && e < limit && fm_at(l, e) != q)
        e += fm_at(l, e) == '\\' && !is_escaped && e + 1 < l->n ? 2 : 1;
    e = e > l->n ? l->n : e;
    uint32_t end = is_escaped && e > s && fm_at(l, e - 1) == '\\' ? e - 1 : e;
    if (e >= l->n)
        return unquoted(l, s, out);
    *out = (struct fm_value){.start = s, .end = end, .is_quoted = true, .is_backtick = q == '`'};
    return end > s;
}

static bool is_quote_at(const struct fm_line *l, uint32_t i)
{
    return fm_is(fm_at(l, i), C_QUOTE) || is_escaped_quote(l, i);
}

/* name("value"), name.assign("value"), #{name "value"} */
static uint32_t call_start(const struct fm_line *l, uint32_t i)
{
    if (fm_line_has_at(l, i, ".assign("))
        return i + 8;
    return fm_at(l, i) == '(' ? i + 1 : 0;
}

/* What closes the name: its quote, an index, a bracket. */
static uint32_t name_close(const struct fm_line *l, uint32_t e, bool *is_quoted)
{
    uint32_t i = skip_index(l, e);
    *is_quoted = is_quote_at(l, i);
    if (*is_quoted)
        i += 1 + is_escaped_quote(l, i);
    i = skip_index(l, i);
    return fm_at(l, i) == ']' || fm_at(l, i) == ')' ? i + 1 : i;
}

/* Without an operator: --name VALUE, or name "VALUE". */
static bool read_bare(const struct fm_line *l, uint32_t e, bool is_option, struct fm_value *out)
{
    uint32_t v = skip_blanks(l, e, 24);
    if (v == e)
        return false;
    if (is_quote_at(l, v))
        return quoted(l, v, out);
    if (!is_option || v != e + 1 || fm_at(l, v) == '-' || !unquoted(l, v, out))
        return false;
    out->is_assigned = true;
    return true;
}

/* <name>VALUE</name> */
static bool read_element(const struct fm_line *l, uint32_t v, struct fm_value *out)
{
    return unquoted(l, v, out) && fm_at(l, out->end) == '<' && fm_at(l, out->end + 1) == '/';
}

/* Behind "=", ":" and their like; v is where the value starts. */
static bool read_assigned(const struct fm_line *l, unsigned char op, uint32_t v,
                          struct fm_value *out)
{
    if (fm_at(l, v) == '=')
        v = skip_blanks(l, v + 1, 8);
    if (fm_at(l, v) == '@' && fm_at(l, v + 1) == '"')
        v++;
    if (is_quote_at(l, v))
        return quoted(l, v, out);
    if (op == '>')
        return read_element(l, v, out);
    return op != ',' && unquoted(l, v, out);
}

bool fm_value_read(const struct fm_line *l, uint32_t e, bool is_option, struct fm_value *out)
{
    uint32_t call = call_start(l, e);
    bool closes_name = false;
    if (call)
        return is_quote_at(l, call) && quoted(l, call, out);
    uint32_t i = name_close(l, e, &closes_name), op = skip_blanks(l, i, 24),
             n = operator_length(l, op);
    if (!n)
        return !closes_name && read_bare(l, i, is_option, out);
    unsigned char sign = n == 1 ? fm_at(l, op) : '=';
    bool is_found = read_assigned(l, sign, skip_blanks(l, op + n, 24), out);
    out->is_assigned = true;
    return is_found;
}

/* Moves left over at most max bytes of the set. */
static uint32_t skip_back(const struct fm_line *l, uint32_t i, const char *set, uint32_t max)
{
    for (uint32_t n = 0; n < max && i && fm_at(l, i - 1) && strchr(set, fm_at(l, i - 1)); n++)
        i--;
    return i;
}

bool fm_value_before(const struct fm_line *l, uint32_t s, struct fm_value *out)
{
    uint32_t ops = skip_back(l, s, " ", 4), i = skip_back(l, ops, "=!", 3);
    if (ops - i < 2)
        return false;
    i = skip_back(l, i, " ", 24);
    if (!i || !fm_is(fm_at(l, i - 1), C_QUOTE))
        return false;
    unsigned char q = fm_at(l, i - 1);
    uint32_t e = i - 1, floor = e > 512 ? e - 512 : 0, b = e;
    while (b > floor && fm_at(l, b - 1) != q)
        b--;
    if (!b || b == e || fm_at(l, b - 1) != q)
        return false;
    *out = (struct fm_value){.start = b, .end = e, .is_quoted = true, .is_assigned = true};
    return true;
}
