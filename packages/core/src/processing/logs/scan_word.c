/* SPDX-License-Identifier: Apache-2.0 */
/* Rules over words: dotted and dashed runs, and what stands directly around them. */
#include "processing/logs/scan_rules.h"

static bool rule_number(struct scanner *s, const struct fm_logs_word *w)
{
    size_t n = fm_logs_match_number(w->p, s->end);
    if (!n)
        return false;
    char c = at(s, w->p + n);
    /* 5.x, 7@host: one word, not a number and a rest */
    if ((c == '.' || c == '@') && w->p + n + 1 < s->end && fm_ch_is_word(w->p[n + 1]) && n < w->len)
        return false;
    number_with_unit(s, n);
    return true;
}

static bool rule_url(struct scanner *s, const struct fm_logs_word *w)
{
    const char *q = w->p + w->len;
    if (s->end - q < 4 || q[0] != ':' || q[1] != '/' || q[2] != '/')
        return false;
    size_t n = fm_logs_match_url(w->p, s->end);
    return emit_if(s, n + fm_logs_match_request(w->p + n, s->end), FM_LOGS_VALUE_URL);
}

static bool look_for_time(struct scanner *s, const char *p)
{
    struct fm_logs_shape *o = s->out;
    if (!fm_logs_may_be_time(p, s->end))
        return false;
    size_t n = fm_logs_match_time(p, s->end);
    if (o->n_looks < FM_LOGS_LOOKS_MAX)
        o->looks[o->n_looks] = (struct fm_logs_look){(uint16_t)(p - s->base), (uint16_t)n};
    o->n_looks++;
    return emit_if(s, n, FM_LOGS_VALUE_TIME);
}

static bool rule_time(struct scanner *s, const struct fm_logs_word *w)
{
    if (!fm_ch_is_digit(*w->p)) {
        if (w->len >= 3 && !fm_logs_word_is_month(w->p, 3) && !fm_logs_word_is_weekday(w->p, 3))
            return false;
        char c = at(s, w->p + w->len);
        if (w->len < 3 || w->len > 12 || !(fm_ch(*w->p) & FM_CH_UPPER) ||
            (c != ' ' && c != ',' && !w->dashes))
            return false;
    }
    return look_for_time(s, w->p);
}

/* Forms with colons. */
static bool rule_colons(struct scanner *s, const char *p)
{
    return emit_if(s, fm_logs_match_mac(p, s->end), FM_LOGS_VALUE_MAC) ||
           emit_if(s, fm_logs_match_bus(p, s->end), FM_LOGS_VALUE_ID) ||
           emit_if(s, fm_logs_match_ipv6(p, s->end), FM_LOGS_VALUE_IP) ||
           (fm_ch_is_digit(*p) &&
            emit_if(s, fm_logs_match_clock(p, s->end), FM_LOGS_VALUE_DURATION));
}

static bool rule_address(struct scanner *s, const struct fm_logs_word *w)
{
    const char *p = w->p;
    if (!fm_ch_is_hex(*p))
        return false;
    if (w->dashes >= 4 && emit_if(s, fm_logs_match_uuid(p, s->end), FM_LOGS_VALUE_UUID))
        return true;
    if (w->dots >= 3 && emit_if(s, fm_logs_match_ipv4(p, s->end), FM_LOGS_VALUE_IP))
        return true;
    return at(s, p + w->len) == ':' && rule_colons(s, p);
}

static bool has_chunk_mark(const char *p, const char *q)
{
    unsigned dots = 0;
    for (; p < q; p++) {
        if (*p == '/' || *p == ':' || *p == '@' || *p == '%')
            return true;
        dots += *p == '.';
        if (*p == '.' && fm_ch_is_digit(p[-1]))
            return true;
    }
    return dots >= 2;
}

static bool ends_chunk(char c)
{
    return (fm_ch(c) & (FM_CH_SPACE | FM_CH_STOP)) || c == '=';
}

/* A chunk of one word without any mark. */
static bool is_bare(const struct scanner *s, const struct fm_logs_word *w)
{
    return !w->dots && !w->ats && ends_chunk(at(s, w->p + w->len));
}

/* key=a/b:c : the whole chunk is the value, unless another "=" makes it a list of pairs. */
static bool rule_chunk(struct scanner *s, const struct fm_logs_word *w)
{
    if (!is_after_equals(s, w->p) || is_bare(s, w))
        return false;
    const char *q = w->p + w->len;
    while (q < s->end && !ends_chunk(*q))
        q++;
    if (at(s, q) == '=' || !has_chunk_mark(w->p + 1, q))
        return false;
    while (q > w->p + 1 && (q[-1] == '.' || q[-1] == ':'))
        q--;
    enum fm_logs_value_type t =
        at(s, w->p + w->len) == '/' ? FM_LOGS_VALUE_PATH : FM_LOGS_VALUE_TEXT;
    return emit(s, w->p, q, t);
}

static bool is_version(const struct fm_logs_word *w)
{
    if (!(w->mask & FM_CH_DIGIT) || w->dots < 2)
        return false;
    return fm_ch_is_digit(*w->p) || ((*w->p | 32) == 'v' && fm_ch_is_digit(w->p[1]));
}

/* End of a run of "name:123 name:45" behind q. */
static const char *skip_places(const struct scanner *s, const char *q)
{
    struct fm_logs_word more;
    while (at(s, q) == ' ' && q + 1 < s->end && fm_ch_is_word(q[1])) {
        const char *e = fm_logs_word_scan(q + 1, s->end, &more);
        size_t n = more.dots ? fm_logs_match_port(e, s->end) : 0;
        if (!n)
            break;
        q = e + n;
    }
    return q;
}

/* A dotted name, its port or line, and more of the kind behind it: one value. */
static bool rule_name(struct scanner *s, const struct fm_logs_word *w)
{
    const char *q = w->p + w->len;
    size_t port = fm_logs_match_port(q, s->end);
    if (!port && is_version(w))
        return emit(s, w->p, q, FM_LOGS_VALUE_VERSION);
    bool is_text = !(w->mask & FM_CH_DIGIT) && (at(s, q) == '(' || is_between_quotes(s, w->p, q));
    bool is_name = !is_text && fm_logs_word_is_name(w);
    if (!is_name && !(port && w->dots))
        return false;
    if (port)
        q = skip_places(s, q + port);
    return emit(s, w->p, q, port && !is_name ? FM_LOGS_VALUE_PLACE : FM_LOGS_VALUE_HOST);
}

/* End of the path whose first word ends at q; *slashes counts those that a name follows. */
static const char *path_end(const struct scanner *s, const char *q, unsigned *slashes)
{
    *slashes = 0;
    for (; q < s->end && !(fm_ch2(*q) & FM_CH2_PATH_END); q++)
        *slashes += *q == '/' && q + 1 < s->end && (fm_ch_is_word(q[1]) || q[1] == '.');
    while (q[-1] == '.' || q[-1] == '/')
        q--;
    return q;
}

/* a.b/c, a/b/c : a relative path; C:\\x : a path of a drive. */
static bool rule_relative_path(struct scanner *s, const struct fm_logs_word *w)
{
    const char *q = w->p + w->len;
    unsigned slashes;
    if (w->len == 1 && (w->mask & FM_CH_ALPHA))
        return emit_if(s, fm_logs_match_path(w->p, s->end), FM_LOGS_VALUE_PATH);
    if (at(s, q) != '/')
        return false;
    q = path_end(s, q, &slashes);
    if (!slashes || (w->dots == 0 && slashes < 2))
        return false;
    q += fm_logs_match_port(q, s->end);
    return emit(s, w->p, q, w->dots ? FM_LOGS_VALUE_PATH : FM_LOGS_VALUE_WORD);
}

static bool rule_identifier(struct scanner *s, const struct fm_logs_word *w)
{
    const char *end = w->p + w->len, *p = w->p;
    if (at(s, end) == '(' || at(s, end) == '=')
        return false;
    for (const char *u; (u = memchr(p, '_', (size_t)(end - p))) != NULL; p = u + 1) {
        const char *next = u + 1 < end && u[1] == '-' ? u + 2 : u + 1;
        if (next < end && fm_ch_is_digit(*next) && u > w->p)
            return emit(s, w->p, end, FM_LOGS_VALUE_ID);
    }
    return false;
}

static bool rule_hex(struct scanner *s, const struct fm_logs_word *w)
{
    if (prev_of(s, w->p) == '.' || !fm_logs_word_is_hex(w))
        return false;
    if (w->mask & FM_CH_HEX)
        return emit(s, w->p, w->p + w->len, FM_LOGS_VALUE_HEX);
    number_with_unit(s, w->len);
    return true;
}

static bool rule_bool(struct scanner *s, const struct fm_logs_word *w)
{
    return fm_logs_word_is_bool(w) && at(s, w->p + w->len) != '(' &&
           emit(s, w->p, w->p + w->len, FM_LOGS_VALUE_BOOL);
}

/* name-12, core.2275 : the letters stay, the number is the value. */
static bool rule_numbered(struct scanner *s, const struct fm_logs_word *w)
{
    const char *end = w->p + w->len, *p = end;
    while (p > w->p && fm_ch_is_digit(p[-1]))
        p--;
    if (p == end || p - w->p < 2 || (p[-1] != '-' && p[-1] != '.'))
        return false;
    for (const char *q = w->p; q < p; q++)
        if (fm_ch_is_digit(*q))
            return false;
    return emit(s, p, end, FM_LOGS_VALUE_NUMBER);
}

/* The first word of a message that is followed by ":port" or by ":" is a name of its own. */
static bool rule_first(struct scanner *s, const struct fm_logs_word *w)
{
    if (w->p != s->base || at(s, w->p + w->len) != ':' || (w->mask & FM_CH_UPPER))
        return false;
    size_t port = fm_logs_match_port(w->p + w->len, s->end);
    return port && emit(s, w->p, w->p + w->len + port, FM_LOGS_VALUE_PLACE);
}

static bool rule_weak(struct scanner *s, const struct fm_logs_word *w)
{
    const char *end = w->p + w->len;
    char next = at(s, end);
    bool is_placed =
        (is_after_equals(s, w->p) && next != '(' && next != '{') || is_between_quotes(s, w->p, end);
    bool has_digit =
        (w->mask & FM_CH_DIGIT) && next != '(' && next != '=' && !(w->p == s->base && next == ':');
    if (!is_placed && !has_digit && !(w->ats && !w->dots))
        return false;
    return emit(s, w->p, end, FM_LOGS_VALUE_WORD);
}

/* What must hold around or inside a word for a rule to have a chance; a rule with several bits
 * needs one of them. */
enum {
    HAS_COLON = 1,   /* ":" behind it */
    HAS_SLASH = 2,   /* "/" behind it */
    IS_AFTER_EQ = 4, /* "=" before it */
    HAS_DOTS = 8,
    HAS_DASHES = 16,
    HAS_ATS = 32,
    HAS_UNDERSCORE = 64,
    IS_ONE_RUN = 128, /* no dots, dashes, ats */
    IS_UPPER = 256,   /* begins with a capital */
    IS_LETTER = 512,  /* is one letter */
    STARTS_DIGIT = 1024,
    IS_QUOTED = 2048, /* a quote before it */
};

struct word_rule {
    bool (*apply)(struct scanner *s, const struct fm_logs_word *w);
    unsigned needs;
};

static const struct word_rule with_digit[] = {
    {rule_url, HAS_COLON},
    {rule_time, STARTS_DIGIT | IS_UPPER},
    {rule_address, HAS_COLON | HAS_DOTS | HAS_DASHES},
    {rule_chunk, IS_AFTER_EQ},
    {rule_relative_path, HAS_SLASH | IS_LETTER},
    {rule_name, HAS_DOTS | HAS_ATS},
    {rule_first, HAS_COLON},
    {rule_identifier, HAS_UNDERSCORE},
    {rule_hex, IS_ONE_RUN},
    {rule_numbered, HAS_DOTS | HAS_DASHES},
};

static const struct word_rule without_digit[] = {
    {rule_url, HAS_COLON},
    {rule_time, IS_UPPER},
    {rule_address, HAS_COLON},
    {rule_chunk, IS_AFTER_EQ},
    {rule_relative_path, HAS_SLASH | IS_LETTER},
    {rule_name, HAS_DOTS | HAS_ATS},
    {rule_hex, IS_ONE_RUN},
    {rule_first, HAS_COLON},
    {rule_bool, IS_ONE_RUN},
    {rule_weak, IS_AFTER_EQ | IS_QUOTED | HAS_ATS},
};

static unsigned traits_around(const struct scanner *s, const struct fm_logs_word *w)
{
    char next = at(s, w->p + w->len), prev = prev_of(s, w->p);
    unsigned have = next == ':' ? HAS_COLON : next == '/' ? HAS_SLASH : 0;
    return have | (prev == '=' ? IS_AFTER_EQ : is_quote(prev) ? IS_QUOTED : 0);
}

static unsigned traits(const struct scanner *s, const struct fm_logs_word *w)
{
    unsigned have = traits_around(s, w), first = fm_ch(*w->p);
    have |= w->dots || w->dashes || w->ats ? 0 : IS_ONE_RUN;
    have |= w->dots ? HAS_DOTS : 0;
    have |= w->dashes ? HAS_DASHES : 0;
    have |= w->ats ? HAS_ATS : 0;
    have |= w->mask & FM_CH_WORDX ? HAS_UNDERSCORE : 0;
    have |= first & FM_CH_UPPER ? IS_UPPER : first & FM_CH_DIGIT ? STARTS_DIGIT : 0;
    return have | (w->len == 1 ? IS_LETTER : 0);
}

static bool apply(struct scanner *s, const struct fm_logs_word *w, const struct word_rule *rules,
                  size_t n)
{
    unsigned have = traits(s, w);
    for (size_t i = 0; i < n; i++)
        if ((rules[i].needs & have) && rules[i].apply(s, w))
            return true;
    return false;
}

#define APPLY(s, w, rules) apply((s), (w), rules, sizeof(rules) / sizeof *(rules))

/* Letters with which a truth value may begin. */
static bool is_truth_letter(char c)
{
    return c == 't' || c == 'T' || c == 'f' || c == 'F' || c == 'n' || c == 'N';
}

/* Letters only: eight of a-f are a hex number, short ones may be truth values, capitalised ones may
 * begin a date. */
static bool may_be_value(const struct fm_logs_word *w, char next)
{
    if (w->len == 8 && (w->mask & ~(unsigned)FM_CH_ALPHA) == FM_CH_HEX)
        return true;
    if (w->len <= 5 && is_truth_letter(*w->p))
        return true;
    return (fm_ch(*w->p) & FM_CH_UPPER) && w->len <= 9 && (next == ' ' || next == ',' || w->dashes);
}

/* Most words of a log: letters only, nothing special around them. */
static bool is_plain(const struct scanner *s, const struct fm_logs_word *w)
{
    char next = at(s, w->p + w->len), prev = prev_of(s, w->p);
    if ((w->mask & FM_CH_DIGIT) || w->dots || w->ats || next == ':' || next == '/')
        return false;
    return prev != '=' && !is_quote(prev) && !may_be_value(w, next);
}

/* The commonest case in few steps: letters between a blank and a blank or comma. Returns the end of
 * the word, or NULL when it needs a closer look. */
static const char *skip_plain(const struct scanner *s)
{
    const char *p = s->p;
    if (prev_of(s, p) != ' ')
        return NULL;
    while (p < s->end && (fm_ch(*p) & FM_CH_ALPHA))
        p++;
    size_t len = (size_t)(p - s->p);
    char next = at(s, p);
    if ((next != ' ' && next != ',') || (len <= 5 ? is_truth_letter(*s->p) : len == 8))
        return NULL;
    return (fm_ch(*s->p) & FM_CH_UPPER) && len >= 3 && len <= 9 ? NULL : p;
}

/* Digits alone with nothing behind them that could make them part of something else. */
static bool quick_number(struct scanner *s)
{
    const char *p = s->p, *end = s->end;
    while (p < end && fm_ch_is_digit(*p))
        p++;
    size_t n = (size_t)(p - s->p);
    if (n > 18 || (p < end && !(fm_ch2(*p) & FM_CH2_AFTER)))
        return false;
    if (p + 1 < end && *p == ' ' &&
        ((fm_ch(p[1]) & FM_CH_UPPER) || (fm_ch_is_digit(p[1]) && n >= 6)))
        return false; /* 2 Jan 2025, 081109 203615 */
    number_with_unit(s, n);
    return true;
}

void fm_logs_scan_word(struct scanner *s)
{
    struct fm_logs_word w;
    const char *e = skip_plain(s);
    if (e) {
        s->p = e;
        return;
    }
    if (fm_ch_is_digit(*s->p) && quick_number(s))
        return;
    e = fm_logs_word_scan(s->p, s->end, &w);
    if (is_plain(s, &w)) {
        s->p = e;
        return;
    }
    bool done = w.mask & FM_CH_DIGIT ? APPLY(s, &w, with_digit) : APPLY(s, &w, without_digit);
    if (!done && fm_ch_is_digit(*w.p))
        done = rule_number(s, &w);
    if (!done && (w.mask & FM_CH_DIGIT))
        done = rule_weak(s, &w);
    if (!done)
        s->p = e;
}
