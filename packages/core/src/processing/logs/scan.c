/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/scan_rules.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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
    if (s->end - s->p < 9)
        return false;
    if (fm_ch_is_digit(s->p[1]))
        s->out->n_looks = FM_LOGS_LOOKS_MAX + 1;
    if (memcmp(s->p, mark, 4) != 0)
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
    out->values = out->own;
    out->n_looks = 0;
    while (s.p < s.end) {
        unsigned c = fm_ch(*s.p);
        if (c & FM_CH_WORD)
            fm_logs_scan_word(&s);
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
