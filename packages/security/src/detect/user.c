/* SPDX-License-Identifier: Apache-2.0 */
/* User names: user=…, JSON, "for user X", "invalid user X from", access logs. */
#include "scan/state.h"

static bool is_name_byte(unsigned char c)
{
    return fm_is(c, C_NAME);
}

static uint32_t name_end(const struct fm_line *l, uint32_t s)
{
    uint32_t e = s, limit = s + 128;
    while (e < limit && is_name_byte(fm_at(l, e)))
        e++;
    while (e > s && strchr(".@-", fm_at(l, e - 1)))
        e--;
    return e;
}

static bool is_stopped(const struct fm_line *l, uint32_t s, uint32_t e)
{
    uint64_t kw = fm_lexicon_find(&l->r->lexicon, l->p + s, e - s, l->n - s);
    unsigned char next = fm_at(l, e);
    return e == s || e - s > 64 || kw & (K(USER_STOP) | K(ID_KEY) | K(USER)) ||
           (next == '(' && !fm_line_has_at(l, e, "(uid")) || next == '{' || fm_at(l, s) == '$';
}

static void propose(struct fm_line *l, uint32_t s, uint32_t e, uint16_t rule)
{
    fm_line_propose(l, rule == R_USER_KEY ? 5 : 6, CAND(s, e, USER, rule));
}

/* "Account Name", "Login incorrect", "Login OK" are keys of two words. */
static uint32_t key_end(const struct fm_line *l, uint32_t e)
{
    if (fm_line_has_at(l, e, " name"))
        return e + 5;
    if (fm_line_has_at(l, e, " incorrect: ["))
        return e + 10;
    return fm_line_has_at(l, e, " ok: [") ? e + 3 : e;
}

/* Behind separators, blanks, quotes and opening brackets; 0 when there is no separator. */
static uint32_t value_start(const struct fm_line *l, uint32_t e)
{
    bool has_sep = false;
    uint32_t i = e;
    for (; i < e + 6; i++) {
        unsigned char c = fm_at(l, i);
        if (c == '=' || (c == ':' && !has_sep))
            has_sep = true;
        else if (!c || !strchr(" \t<['\"`", c))
            break;
    }
    return has_sep ? i : 0;
}

static bool is_number(const struct fm_line *l, uint32_t s, uint32_t e)
{
    while (s < e && fm_is_digit(fm_at(l, s)))
        s++;
    return s == e;
}

/* user=X, "user": "X", user:X, user = X. Under the strict policy the span takes in the key. */
static bool key_value(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    uint32_t i = value_start(l, key_end(l, x->end));
    if (!i)
        return false;
    uint32_t e = name_end(l, i);
    if (is_number(l, i, e) || is_stopped(l, i, e) ||
        (fm_at(l, e) == '=' && fm_at(l, x->end) == '='))
        return true;
    propose(l, l->is_strict && i == x->end + 1 ? x->start : i, e, R_USER_KEY);
    return true;
}

/* Is the name at [s, e) in a place where logs put user names? Either the sentence goes on with
 * from, by, uid, or it ends. */
static bool is_followed_well(const struct fm_line *l, uint32_t e)
{
    static const char *const after[] = {" from ", " by ",   " on ",  " at ",     " via ",
                                        " in ",   " is ",   " has ", " logged ", " password",
                                        " port ", " with ", " (",    ":",        ",",
                                        ";",      ".",      ")",     " failed",  " not "};
    if (e >= l->n || fm_is(fm_at(l, e), C_QUOTE))
        return true;
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        if (fm_line_has_at(l, e, after[i]))
            return true;
    return false;
}

/* "user X", "for user X", "invalid user X" */
static void spoken(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].end;
    if (fm_at(l, s) != ' ')
        return;
    s++;
    bool is_quoted = fm_is(fm_at(l, s), C_QUOTE) || fm_at(l, s) == '[';
    s += is_quoted;
    uint32_t e = name_end(l, s);
    bool has_lead = w && l->words[w - 1].kw & (K(ACTOR) | K(FOR) | K(BY));
    if (is_stopped(l, s, e) || (!is_quoted && !has_lead && !is_followed_well(l, e)))
        return;
    propose(l, s, e, R_USER_CTX);
    if (fm_line_has_at(l, e, "] -> ["))
        propose(l, e + 6, name_end(l, e + 6), R_USER_CTX);
}

/* "Accepted password for X from", "session closed for X", "by X(uid=0)" */
static void by_actor(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].end + 1, e = name_end(l, s);
    if (fm_at(l, s - 1) != ' ' || is_stopped(l, s, e))
        return;
    if (fm_line_has_at(l, e, "(uid=") || fm_line_has_at(l, e, " from ") ||
        fm_line_has_at(l, e, " by (uid"))
        propose(l, s, e, R_USER_CTX);
}

/* Common log format: HOST - USER [10/Oct/2000:13:55:36 -0700] (Apache mod_log_config) */
void fm_detect_access_user(struct fm_line *l)
{
    ptrdiff_t dash = fm_str_find(fm_str_n(l->p, l->n < 120 ? l->n : 120), FM_STR(" - "), 0);
    if (dash < 0)
        return;
    uint32_t s = (uint32_t)dash + 3, e = name_end(l, s);
    if (e > s && fm_at(l, e) == ' ' && fm_at(l, e + 1) == '[' && fm_is_digit(fm_at(l, e + 2)))
        propose(l, s, e, R_ACCESS_USER);
}

/* sudo(8): "NAME : TTY=pts/0 ; PWD=…" */
static void sudo_user(struct fm_line *l)
{
    ptrdiff_t mark = fm_str_find(fm_str_n(l->p, l->n), FM_STR(" : TTY="), 0);
    if (mark < 1)
        return;
    uint32_t e = (uint32_t)mark, s = e;
    while (s && is_name_byte(fm_at(l, s - 1)))
        s--;
    propose(l, s, e, R_USER_CTX);
}

/* NAME@WORD without a domain: database sessions, ssh, SIP. [s, e) is the name, `at` the word behind
 * the sign. */
void fm_detect_at_user(struct fm_line *l, uint32_t s, uint32_t e)
{
    unsigned char prev = fm_at(l, s - 1), next = fm_at(l, e + 1);
    bool is_place = prev == 0 || strchr(" [(:<", prev) || fm_is(prev, C_QUOTE);
    if (is_place && e - s >= 2 && !fm_line_has_at(l, e + 1, "sha256:") &&
        fm_is(fm_at(l, s), C_LOWER | C_UPPER) &&
        fm_is(next, C_LOWER | C_UPPER | C_DIGIT | C_QUOTE) && !is_stopped(l, s, e))
        propose(l, s, e, R_USER_CTX);
}

/* "[NAME] FAIL LOGIN", "[NAME] OK LOGIN" (vsftpd) */
static void login_result(struct fm_line *l, uint32_t w)
{
    uint32_t e = w ? l->words[w - 1].start : 0, s;
    if (e < 4 || fm_at(l, e - 1) != ' ' || fm_at(l, e - 2) != ']' ||
        fm_at(l, l->words[w].end) != ':')
        return;
    for (s = e - 2; s && is_name_byte(fm_at(l, s - 1)); s--)
        ;
    if (s && fm_at(l, s - 1) == '[')
        propose(l, s, e - 2, R_USER_CTX);
}

static bool has_auth_word(const struct fm_line *l)
{
    return (l->kw_any & (K(SECRETISH) | K(USER) | K(AUTH))) != 0;
}

void fm_detect_user_context(struct fm_line *l)
{
    bool may_be_auth = has_auth_word(l);
    if (l->kw_any & K(SECRETISH))
        sudo_user(l);
    for (uint32_t w = 0; w < l->n_words; w++) {
        uint64_t kw = l->words[w].kw;
        if (kw & K(USER))
            login_result(l, w);
        if (kw & K(USER) && !key_value(l, w))
            spoken(l, w);
        else if (kw & K(FOR) && may_be_auth && w + 1 < l->n_words &&
                 !(l->words[w + 1].kw & K(USER)))
            by_actor(l, w);
    }
}
