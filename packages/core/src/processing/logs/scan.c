/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "processing/logs/mix.h"

struct scanner {
    const char *base, *p, *end;
    const char *run; /* literal bytes from here on are not hashed yet */
    uint64_t h;
    struct fm_logs_shape *out;
};

static char prev_of(const struct scanner *s, const char *p)
{
    return p > s->base ? p[-1] : ' ';
}

static char at(const struct scanner *s, const char *p)
{
    return p < s->end ? *p : ' ';
}

static bool is_after_equals(const struct scanner *s, const char *p)
{
    return p - s->base >= 2 && p[-1] == '=' && p[-2] != '=' && p[-2] != '!' && p[-2] != '<' &&
           p[-2] != '>';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

static bool is_between_quotes(const struct scanner *s, const char *p, const char *q)
{
    char c = prev_of(s, p);
    return is_quote(c) && at(s, q) == c;
}

/* [p, q) is a value. */
static bool emit(struct scanner *s, const char *p, const char *q, enum fm_logs_value_type type)
{
    struct fm_logs_shape *o = s->out;
    s->h = fm_mix_bytes(s->h, s->run, (size_t)(p - s->run));
    bool is_weak = type == FM_LOGS_VALUE_WORD;
    bool is_placed = is_after_equals(s, p) || is_between_quotes(s, p, q);
    if (o->n == FM_LOGS_VALUES_MAX - 1) {
        q = s->end;
        type = FM_LOGS_VALUE_TEXT;
    }
    s->h = fm_mix(s->h, is_weak || is_placed ? 0x57u : type == FM_LOGS_VALUE_UNIT ? 0x55u : 0x53u);
    o->values[o->n++] = (struct fm_logs_value){.off = (uint32_t)(p - s->base),
                                               .len = (uint32_t)(q - p),
                                               .type = (uint8_t)type,
                                               .is_weak = is_weak,
                                               .is_placed = is_placed};
    s->p = s->run = q;
    return true;
}

static bool emit_if(struct scanner *s, size_t len, enum fm_logs_value_type type)
{
    return len && emit(s, s->p, s->p + len, type);
}

static void number_with_unit(struct scanner *s, size_t len)
{
    (void)emit(s, s->p, s->p + len, FM_LOGS_VALUE_NUMBER);
    size_t n = fm_logs_match_unit(s->p, s->end);
    if (n && s->out->n + 1 < FM_LOGS_VALUES_MAX)
        (void)emit(s, s->p, s->p + n, FM_LOGS_VALUE_UNIT);
}

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
    return emit_if(s, fm_logs_match_time(w->p, s->end), FM_LOGS_VALUE_TIME);
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
    const char *colon = memchr(p, ':',
                               w->len < 5 ? (size_t)(s->end - p < 6 ? s->end - p : 6)
                                          : w->len + (p + w->len < s->end));
    if (!colon)
        return false;
    return emit_if(s, fm_logs_match_mac(p, s->end), FM_LOGS_VALUE_MAC) ||
           emit_if(s, fm_logs_match_bus(p, s->end), FM_LOGS_VALUE_ID) ||
           emit_if(s, fm_logs_match_ipv6(p, s->end), FM_LOGS_VALUE_IP) ||
           (fm_ch_is_digit(*p) &&
            emit_if(s, fm_logs_match_clock(p, s->end), FM_LOGS_VALUE_DURATION));
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

/* key=a/b:c : the whole chunk is the value, unless another "=" makes it a list of pairs. */
static bool rule_chunk(struct scanner *s, const struct fm_logs_word *w)
{
    if (!is_after_equals(s, w->p))
        return false;
    const char *q = w->p + w->len;
    while (q < s->end && !fm_ch_is_space(*q) && !(fm_ch(*q) & FM_CH_STOP) && *q != '=')
        q++;
    if (at(s, q) == '=' || !has_chunk_mark(w->p + 1, q))
        return false;
    while (q > w->p + 1 && (q[-1] == '.' || q[-1] == ':'))
        q--;
    enum fm_logs_value_type t = w->p[w->len] == '/' ? FM_LOGS_VALUE_PATH : FM_LOGS_VALUE_TEXT;
    return emit(s, w->p, q, t);
}

/* A dotted name, its port or line, and more of the kind behind it: one value. */
static bool rule_name(struct scanner *s, const struct fm_logs_word *w)
{
    const char *q = w->p + w->len;
    size_t port = fm_logs_match_port(q, s->end);
    bool is_call = at(s, q) == '(', is_quoted = is_between_quotes(s, w->p, q);
    bool is_version = (w->mask & FM_CH_DIGIT) && w->dots >= 2 &&
                      (fm_ch_is_digit(*w->p) || ((*w->p | 32) == 'v' && fm_ch_is_digit(w->p[1])));
    if (is_version && !port)
        return emit(s, w->p, q, FM_LOGS_VALUE_VERSION);
    bool is_name = fm_logs_word_is_name(w);
    if (is_name && !(w->mask & FM_CH_DIGIT) && (is_call || is_quoted))
        is_name = false;
    if (!is_name && !(port && w->dots))
        return false;
    q += port;
    struct fm_logs_word more;
    while (port && at(s, q) == ' ' && q + 1 < s->end && fm_ch_is_word(q[1])) {
        const char *e = fm_logs_word_scan(q + 1, s->end, &more);
        size_t n = more.dots ? fm_logs_match_port(e, s->end) : 0;
        if (!n)
            break;
        q = e + n;
    }
    return emit(s, w->p, q, port && !is_name ? FM_LOGS_VALUE_PLACE : FM_LOGS_VALUE_HOST);
}

/* a.b/c, a/b/c : a relative path; C:\x : a path of a drive. */
static bool rule_relative_path(struct scanner *s, const struct fm_logs_word *w)
{
    const char *q = w->p + w->len;
    if (w->len == 1 && (w->mask & FM_CH_ALPHA))
        return emit_if(s, fm_logs_match_path(w->p, s->end), FM_LOGS_VALUE_PATH);
    if (at(s, q) != '/' || q + 1 >= s->end)
        return false;
    unsigned slashes = 0;
    for (; q < s->end && !fm_ch_is_space(*q) && !(fm_ch(*q) & FM_CH_STOP) && *q != ':' && *q != '=';
         q++)
        slashes += *q == '/' && q + 1 < s->end && (fm_ch_is_word(q[1]) || q[1] == '.');
    while (q > w->p && (q[-1] == '.' || q[-1] == '/'))
        q--;
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
    ALWAYS = 4096,
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

static unsigned traits(const struct scanner *s, const struct fm_logs_word *w)
{
    char next = at(s, w->p + w->len), prev = prev_of(s, w->p);
    unsigned have = ALWAYS;
    have |= next == ':' ? HAS_COLON : next == '/' ? HAS_SLASH : 0;
    have |= prev == '=' ? IS_AFTER_EQ : is_quote(prev) ? IS_QUOTED : 0;
    have |= w->dots ? HAS_DOTS : 0;
    have |= w->dashes ? HAS_DASHES : 0;
    have |= w->ats ? HAS_ATS : 0;
    have |= w->mask & FM_CH_WORDX ? HAS_UNDERSCORE : 0;
    have |= !w->dots && !w->dashes && !w->ats ? IS_ONE_RUN : 0;
    have |= fm_ch(*w->p) & FM_CH_UPPER ? IS_UPPER : 0;
    have |= fm_ch(*w->p) & FM_CH_DIGIT ? STARTS_DIGIT : 0;
    have |= w->len == 1 ? IS_LETTER : 0;
    return have;
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

/* Most words of a log: letters only, nothing special around them. */
static bool is_plain(const struct scanner *s, const struct fm_logs_word *w)
{
    char next = at(s, w->p + w->len), prev = prev_of(s, w->p);
    if ((w->mask & FM_CH_DIGIT) || w->dots || w->ats || next == ':' || next == '/' || prev == '=' ||
        is_quote(prev))
        return false;
    if (w->len == 8 && (w->mask & ~(unsigned)FM_CH_ALPHA) == FM_CH_HEX)
        return false;
    if (w->len <= 5 && is_truth_letter(*w->p))
        return false;
    return !(fm_ch(*w->p) & FM_CH_UPPER) || w->len > 9 ||
           (next != ' ' && next != ',' && !w->dashes);
}

/* The commonest case in few steps: letters between a blank and a blank or comma. Returns the end of
 * the word, or NULL when it needs a closer look. */
static const char *skip_plain(const struct scanner *s)
{
    const char *p = s->p, *end = s->end;
    if (p > s->base && p[-1] != ' ')
        return NULL;
    while (p < end && (fm_ch(*p) & FM_CH_ALPHA))
        p++;
    size_t len = (size_t)(p - s->p);
    if (p < end && *p != ' ' && *p != ',')
        return NULL;
    if ((len <= 5 && is_truth_letter(*s->p)) || len == 8)
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

static void on_word(struct scanner *s)
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

static bool is_value_border(char prev)
{
    return !fm_ch_is_word(prev) && prev != '/' && prev != ')' && prev != ']' && prev != '.';
}

static bool on_slash(struct scanner *s)
{
    if (!is_value_border(prev_of(s, s->p)))
        return false;
    size_t ip =
        s->end - s->p > 7 && fm_ch_is_digit(s->p[1]) ? fm_logs_match_ipv4(s->p + 1, s->end) : 0;
    if (ip)
        return emit_if(s, ip + 1, FM_LOGS_VALUE_IP);
    size_t n = fm_logs_match_path(s->p, s->end);
    return emit_if(s, n ? n + fm_logs_match_request(s->p + n, s->end) : 0, FM_LOGS_VALUE_PATH);
}

static bool on_sign(struct scanner *s)
{
    char prev = prev_of(s, s->p);
    if (!is_value_border(prev) || prev == '-' || prev == '+' || s->p + 1 >= s->end ||
        !fm_ch_is_digit(s->p[1]))
        return false;
    size_t n = fm_logs_match_number(s->p, s->end);
    if (!n || (s->p + n + 1 < s->end && strchr("-.@", s->p[n]) && fm_ch_is_word(s->p[n + 1])))
        return false;
    number_with_unit(s, n);
    return true;
}

/* "…" without blanks and with punctuation in it, or any text behind "=": the inside is the value.
 */
static bool on_quote(struct scanner *s)
{
    const char *p = s->p + 1;
    size_t room = (size_t)(s->end - p);
    const char *q = memchr(p, *s->p, room > 512 ? 512 : room);
    if (!q || q == p || (fm_ch_is_word(prev_of(s, s->p)) && *s->p == '\''))
        return false;
    bool is_value = is_after_equals(s, s->p), has_blank = false, has_mark = false;
    for (const char *c = p; c < q && !is_value; c++) {
        has_blank |= fm_ch_is_space(*c);
        has_mark |= !(fm_ch(*c) & (FM_CH_WORD | FM_CH_JOIN));
    }
    if (!is_value && (has_blank || !has_mark || fm_ch_is_word(at(s, q + 1))))
        return false;
    return emit(s, p, q, FM_LOGS_VALUE_QUOTED);
}

/* \042…\042 : a quoted string of a program that escapes its quotes. */
static bool on_backslash(struct scanner *s)
{
    static const char mark[] = "\\042";
    if (s->end - s->p < 9 || memcmp(s->p, mark, 4) != 0)
        return false;
    const char *q = memmem(s->p + 4, (size_t)(s->end - s->p - 4), mark, 4);
    return q && emit(s, s->p, q + 4, FM_LOGS_VALUE_QUOTED);
}

/* =[0,12][7,8] : a vector is one value. */
static bool on_vector(struct scanner *s)
{
    const char *p = s->p, *behind = s->p;
    if (!is_after_equals(s, p))
        return false;
    for (const char *q = p; q < s->end && *q == '[';) {
        for (q++; q < s->end && (fm_ch_is_digit(*q) || strchr(",. -+", *q)); q++)
            ;
        if (q >= s->end || *q != ']' || q[-1] == '[')
            break;
        behind = ++q;
    }
    return emit_if(s, (size_t)(behind - p), FM_LOGS_VALUE_TEXT);
}

static bool on_less(struct scanner *s)
{
    size_t left = (size_t)(s->end - s->p);
    return left >= 6 && fm_ch_is_digit(s->p[1]) && memcmp(s->p + 2, " sec", 4) == 0 &&
           emit_if(s, 6, FM_LOGS_VALUE_DURATION);
}

static bool on_dot(struct scanner *s)
{
    return !fm_ch_is_word(prev_of(s, s->p)) && prev_of(s, s->p) != '.' &&
           emit_if(s, fm_logs_match_path(s->p, s->end), FM_LOGS_VALUE_PATH);
}

static bool on_punct(struct scanner *s)
{
    switch (*s->p) {
    case '/':
        return on_slash(s);
    case '-':
    case '+':
        return on_sign(s);
    case '"':
    case '\'':
    case '`':
        return on_quote(s);
    case '\\':
        return on_backslash(s);
    case '<':
        return on_less(s);
    case '[':
        return on_vector(s);
    case '.':
        return on_dot(s);
    case ':':
        return is_value_border(prev_of(s, s->p)) &&
               emit_if(s, fm_logs_match_ipv6(s->p, s->end), FM_LOGS_VALUE_IP);
    default:
        return false;
    }
}

void fm_logs_scan(fm_str msg, struct fm_logs_shape *out)
{
    if (msg.len > FM_LOGS_MESSAGE_MAX)
        msg.len = FM_LOGS_MESSAGE_MAX;
    struct scanner s = {.base = msg.p,
                        .p = msg.p,
                        .end = msg.p + msg.len,
                        .run = msg.p,
                        .h = FM_MIX_SEED,
                        .out = out};
    out->n = 0;
    while (s.p < s.end) {
        unsigned c = fm_ch(*s.p);
        if (c & FM_CH_WORD)
            on_word(&s);
        else if ((c & FM_CH_SPACE) || !on_punct(&s))
            s.p++;
    }
    out->key = fm_mix_end(fm_mix_bytes(s.h, s.run, (size_t)(s.end - s.run)));
}

/* Other white space than a blank, or two blanks in a row, from i on. */
static bool needs_collapse_from(fm_str msg, size_t i)
{
    for (; i < msg.len; i++)
        if (fm_ch_is_space(msg.p[i]) &&
            (msg.p[i] != ' ' || (i + 1 < msg.len && fm_ch_is_space(msg.p[i + 1]))))
            return true;
    return false;
}

#ifdef __SSE2__
/* Sixteen bytes at a time; control bytes other than white space only cost a second look. */
static bool needs_collapse(fm_str msg)
{
    const __m128i blank = _mm_set1_epi8(' '), limit = _mm_set1_epi8(31);
    size_t i = 0;
    for (; i + 17 <= msg.len; i += 16) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(msg.p + i));
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(msg.p + i + 1));
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(a, limit), a);
        __m128i twice = _mm_and_si128(_mm_cmpeq_epi8(a, blank), _mm_cmpeq_epi8(b, blank));
        if (_mm_movemask_epi8(_mm_or_si128(control, twice)))
            return needs_collapse_from(msg, i);
    }
    return needs_collapse_from(msg, i);
}
#else
static bool needs_collapse(fm_str msg)
{
    return needs_collapse_from(msg, 0);
}
#endif

fm_str fm_logs_collapse(fm_str msg, char *scratch)
{
    msg = fm_str_trim(fm_str_sub(msg, 0, FM_LOGS_MESSAGE_MAX));
    if (!needs_collapse(msg))
        return msg;
    size_t n = 0;
    for (size_t i = 0; i < msg.len; i++) {
        bool is_space = fm_ch_is_space(msg.p[i]);
        if (!is_space || n == 0 || scratch[n - 1] != ' ')
            scratch[n++] = is_space ? ' ' : msg.p[i];
    }
    return fm_str_n(scratch, n);
}
