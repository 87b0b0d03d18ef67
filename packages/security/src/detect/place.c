/* SPDX-License-Identifier: Apache-2.0 */
/* URLs, e-mail addresses, paths. */
#include "scan/state.h"

static uint32_t trim_tail(const struct fm_line *l, uint32_t s, uint32_t e)
{
    static const char openers[] = "([{", closers[] = ")]}";
    while (e > s) {
        unsigned char c = fm_at(l, e - 1);
        if (fm_is(c, C_TRAIL)) {
            e--;
            continue;
        }
        const char *k = c == ')' || c == ']' || c == '}' ? strchr(closers, c) : NULL;
        if (!k || memchr(l->p + s, openers[k - closers], e - s))
            break;
        e--;
    }
    return e;
}

static uint32_t text_end(const struct fm_line *l, uint32_t i)
{
    while (i < l->n && !fm_is(fm_at(l, i), C_TEXTEND))
        i++;
    return i;
}

/* "akka.tcp://", "git+ssh://": the scheme reaches left over . + - */
static uint32_t scheme_start(const struct fm_line *l, uint32_t s)
{
    uint32_t floor = s > 24 ? s - 24 : 0;
    while (s > floor + 1 && strchr(".+-", fm_at(l, s - 1)) &&
           fm_is(fm_at(l, s - 2), C_LOWER | C_UPPER)) {
        s--;
        while (s > floor && fm_is(fm_at(l, s - 1), C_LOWER | C_UPPER))
            s--;
    }
    return s;
}

static bool is_placeholder_part(const struct fm_line *l, uint32_t s, uint32_t e)
{
    unsigned char c = fm_at(l, s);
    return c == '$' || c == '{' || c == '%' ||
           (e - s >= 3 && memchr("*x", c, 2) && l->p[s] == l->p[s + 1] && l->p[s] == l->p[e - 1]);
}

static uint32_t authority_end(const struct fm_line *l, uint32_t s, uint32_t e)
{
    while (s < e && fm_at(l, s) != '/' && fm_at(l, s) != '?' && fm_at(l, s) != '#')
        s++;
    return s;
}

/* scheme://user:password@host — the last "@" before the path ends the user information. */
static void userinfo(struct fm_line *l, uint32_t s, uint32_t e)
{
    uint32_t end = authority_end(l, s, e - s > 512 ? s + 512 : e);
    const char *first = memchr(l->p + s, ':', end - s), *last = memrchr(l->p + s, '@', end - s);
    uint32_t at = last ? (uint32_t)(last - l->p) : 0, colon = first ? (uint32_t)(first - l->p) : 0;
    if (!at || !colon || colon >= at || at - colon < 2 || is_placeholder_part(l, colon + 1, at))
        return;
    fm_line_propose(l, 1, CAND(s, at, BASIC_AUTH, R_USERINFO));
}

void fm_detect_url(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (fm_at(l, x->end + 2) != '/' || x->cls & W_HIGH || x->end <= l->url_end ||
        x->end - x->start < 2)
        return;
    uint32_t s = scheme_start(l, x->start), body = x->end + 3;
    uint32_t e = trim_tail(l, body, text_end(l, body));
    if (e < body + 2)
        return;
    l->url_end = e;
    userinfo(l, body, e);
    if (fm_line_has_at(l, x->start, "file"))
        fm_line_propose(l, 2, CAND(s, e, PATH, R_PATH));
    else
        fm_line_propose(l, 2, CAND(s, e, URL, R_URL));
}

/* The local part reaches left over . + - between words; at most 64 bytes (RFC 5321). */
static uint32_t local_start(const struct fm_line *l, uint32_t s)
{
    uint32_t floor = s > 64 ? s - 64 : 0;
    while (s > floor + 1 && fm_at(l, s - 1) && strchr(".+-", fm_at(l, s - 1)) &&
           fm_is_word(fm_at(l, s - 2))) {
        s--;
        while (s > floor && fm_is_word(fm_at(l, s - 1)))
            s--;
    }
    return s;
}

/* End of the domain at e; *last is the start of its last label. */
static uint32_t domain_end(const struct fm_line *l, uint32_t e, uint32_t *last)
{
    for (uint32_t limit = e + 253; e < limit; e++) {
        unsigned char c = fm_at(l, e);
        if (c == '.' && fm_is_word(fm_at(l, e + 1)))
            *last = e + 1;
        else if (!fm_is(c, C_HOST) && c < 0x80)
            break;
    }
    return e;
}

void fm_detect_email(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    uint32_t s = local_start(l, x->start), e = x->end + 1, last = e;
    if (fm_is(fm_at(l, e), C_QUOTE))
        fm_detect_at_user(l, s, x->end);
    if (!fm_is(fm_at(l, e), C_WORD) || fm_at(l, s - 1) == '@' ||
        (fm_at(l, s - 1) == '/' && fm_at(l, s - 2) == '/'))
        return;
    e = domain_end(l, e, &last);
    if (last == x->end + 1 || e - last < 2 || fm_is_digit(fm_at(l, last))) {
        fm_detect_at_user(l, s, x->end);
        return;
    }
    while (e > last && (fm_at(l, e - 1) == '-' || fm_at(l, e - 1) == '_'))
        e--;
    fm_line_propose(l, 2, CAND(s, e, EMAIL, R_EMAIL));
}

/* --- paths --- */

static bool is_path_byte(unsigned char c)
{
    return !fm_is(c, C_TOKENEND);
}

static void home_user(struct fm_line *l, uint32_t s, uint32_t e)
{
    static const char *const roots[] = {
        "/home/",          "/users/", "\\users\\", "/export/home/", "/documents and settings/",
        "/var/spool/mail/"};
    uint32_t limit = e - s > 64 ? s + 64 : e;
    for (uint32_t i = s; i < limit; i++)
        for (size_t k = 0; k < sizeof roots / sizeof *roots; k++) {
            if (fm_lower(fm_at(l, i)) != (unsigned char)roots[k][0] ||
                !fm_line_has_at(l, i, roots[k]))
                continue;
            uint32_t u = i + (uint32_t)strlen(roots[k]), end = u;
            while (end < e && fm_at(l, end) != '/' && fm_at(l, end) != '\\')
                end++;
            fm_str name = fm_line_str(l, u, end);
            if (!fm_str_ieq(name, FM_STR("public")) && !fm_str_ieq(name, FM_STR("shared")))
                fm_line_propose(l, 4, CAND(u, end, USER, R_HOME));
            return;
        }
}

static void propose_path(struct fm_line *l, uint32_t s, uint32_t e)
{
    fm_line_propose(l, 3, CAND(s, e, PATH, R_PATH));
    if (!fm_wants(l, FM_SENSITIVE_PATH))
        home_user(l, s, e);
}

static bool is_request_path(const struct fm_line *l, uint32_t slash)
{
    uint32_t i = slash;
    if (!i || fm_at(l, --i) != ' ')
        return false;
    uint32_t e = i;
    while (i && fm_is(fm_at(l, i - 1), C_UPPER) && e - i < 8)
        i--;
    return e - i >= 3 && fm_lexicon_find(&l->r->lexicon, l->p + i, e - i, l->n - i) & K(METHOD);
}

/* What stands before a slash that starts no path. */
static bool is_path_barred(unsigned char prev)
{
    switch (prev) {
    case '.':
    case ':':
    case '*':
    case '>':
    case ')':
    case '}':
    case '%':
    case '\\':
        return true;
    default:
        return false;
    }
}

static uint32_t path_end(const struct fm_line *l, uint32_t i, uint32_t *slashes)
{
    for (; i < l->n && is_path_byte(fm_at(l, i)); i++)
        *slashes += fm_at(l, i) == '/' && fm_at(l, i + 1) != '/';
    return i;
}

void fm_detect_path(struct fm_line *l, uint32_t slash)
{
    unsigned char prev = fm_at(l, slash - 1);
    uint32_t s = slash, slashes = 0;
    if (slash < l->path_end || is_path_barred(prev))
        return;
    if (prev == '~' && !fm_is_word(fm_at(l, slash - 2)))
        s = slash - 1;
    uint32_t e = path_end(l, slash, &slashes);
    l->path_end = e;
    e = trim_tail(l, s, e);
    bool is_request = is_request_path(l, slash);
    if (e - s < 3 && !is_request)
        return;
    if (slashes >= 2 || is_request || s < slash)
        propose_path(l, s, e);
}

static uint32_t windows_end(const struct fm_line *l, uint32_t i)
{
    while (i < l->n && (is_path_byte(fm_at(l, i)) || fm_at(l, i) == '(' || fm_at(l, i) == ')') &&
           fm_at(l, i) != ':')
        i++;
    return i;
}

void fm_detect_drive_path(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (!fm_is(fm_at(l, x->start), C_LOWER | C_UPPER) || fm_at(l, x->start - 1) == '\\')
        return;
    uint32_t e = trim_tail(l, x->start, windows_end(l, x->end + 1));
    if (e > x->end + 2)
        propose_path(l, x->start, e);
}

void fm_detect_unc(struct fm_line *l, uint32_t w)
{
    uint32_t s = l->words[w].start - 2;
    unsigned char prev = fm_at(l, s - 1);
    if (fm_is_word(prev) || prev == ':' || prev == '\\' || fm_at(l, l->words[w].end) != '\\')
        return;
    uint32_t e = trim_tail(l, s, windows_end(l, s));
    if (e > l->words[w].end + 1)
        propose_path(l, s, e);
}
