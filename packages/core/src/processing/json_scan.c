/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/json_scan.h"

struct fm_scan fm_scan_init(fm_str text)
{
    const char *p = text.p ? text.p : "";
    return (struct fm_scan){p, p + text.len, false};
}

static bool broken(struct fm_scan *s)
{
    s->is_broken = true;
    s->p = s->end;
    return false;
}

static void skip_space(struct fm_scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
        s->p++;
}

char fm_scan_peek(struct fm_scan *s)
{
    skip_space(s);
    return (char)(s->p < s->end ? *s->p : 0);
}

static bool enter(struct fm_scan *s, char open)
{
    if (fm_scan_peek(s) != open) {
        fm_scan_skip(s);
        return false;
    }
    s->p++;
    return true;
}

bool fm_scan_object(struct fm_scan *s)
{
    return enter(s, '{');
}

bool fm_scan_array(struct fm_scan *s)
{
    return enter(s, '[');
}

/* Behind the opening quote: returns the content and moves behind the closing one. */
static fm_str string_rest(struct fm_scan *s)
{
    const char *from = s->p;
    for (const char *p = from; p < s->end; p++) {
        p = memchr(p, '"', (size_t)(s->end - p));
        if (!p)
            break;
        const char *back = p;
        while (back > from && back[-1] == '\\')
            back--;
        if ((p - back) % 2)
            continue;
        s->p = p + 1;
        return fm_str_n(from, (size_t)(p - from));
    }
    broken(s);
    return FM_STR_NULL;
}

bool fm_scan_item(struct fm_scan *s)
{
    char c = fm_scan_peek(s);
    if (c == ',') {
        s->p++;
        c = fm_scan_peek(s);
    }
    if (c == ']') {
        s->p++;
        return false;
    }
    return c && c != '}' && c != ':' && c != ',' ? true : broken(s);
}

bool fm_scan_member(struct fm_scan *s, fm_str *key)
{
    char c = fm_scan_peek(s);
    if (c == ',') {
        s->p++;
        c = fm_scan_peek(s);
    }
    if (c == '}') {
        s->p++;
        return false;
    }
    if (c != '"')
        return broken(s);
    s->p++;
    *key = string_rest(s);
    if (fm_scan_peek(s) != ':')
        return broken(s);
    s->p++;
    return fm_scan_peek(s) ? true : broken(s);
}

static bool is_delimiter(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ':' || c == ' ' || c == '\n' || c == '\r' ||
           c == '\t';
}

/* A number or a literal. */
static void skip_word(struct fm_scan *s)
{
    const char *from = s->p;
    while (s->p < s->end && !is_delimiter(*s->p))
        s->p++;
    if (s->p == from)
        broken(s);
}

/* Behind the opening bracket, until its closing one. Kinds of brackets are not matched: the text is
 * only skipped. */
static void skip_nested(struct fm_scan *s)
{
    unsigned depth = 1;
    while (s->p < s->end) {
        char c = *s->p++;
        if (c == '"')
            string_rest(s);
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return;
        if (depth > FM_SCAN_DEPTH_MAX)
            break;
    }
    broken(s);
}

fm_str fm_scan_skip(struct fm_scan *s)
{
    char c = fm_scan_peek(s);
    const char *from = s->p;
    if (c == '"') {
        s->p++;
        string_rest(s);
    } else if (c == '{' || c == '[') {
        s->p++;
        skip_nested(s);
    } else {
        skip_word(s);
    }
    return s->is_broken ? FM_STR_NULL : fm_str_n(from, (size_t)(s->p - from));
}

fm_str fm_scan_text(struct fm_scan *s)
{
    char c = fm_scan_peek(s);
    if (c == '"') {
        s->p++;
        return string_rest(s);
    }
    fm_str v = fm_scan_skip(s);
    return c == '{' || c == '[' ? FM_STR_NULL : v;
}

static int hex4(const char *p)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

/* "\uXXXX", joined with a following low surrogate; a lone surrogate becomes U+FFFD. p is at the
 * "u". */
static const char *unescape_unicode(const char *p, const char *end, char *out, size_t *n)
{
    int hi = end - p >= 5 ? hex4(p + 1) : -1;
    if (hi < 0) {
        out[(*n)++] = 'u';
        return p + 1;
    }
    p += 5;
    uint32_t c = (uint32_t)hi;
    if (c >= 0xD800 && c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        int lo = hex4(p + 2);
        if (lo >= 0xDC00 && lo < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + ((uint32_t)lo - 0xDC00);
            p += 6;
        }
    }
    *n += put_utf8(out + *n, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
    return p;
}

fm_str fm_scan_decode(struct fm_arena *a, fm_str raw)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    if (!raw.len || !memchr(raw.p, '\\', raw.len))
        return raw;
    char *out = fm_arena_alloc(a, raw.len + 1);
    size_t n = 0;
    for (const char *p = raw.p, *end = raw.p + raw.len; p < end;) {
        if (*p != '\\' || p + 1 == end) {
            out[n++] = *p++;
            continue;
        }
        p++;
        const char *known = memchr(from, *p, sizeof from - 1);
        if (*p == 'u')
            p = unescape_unicode(p, end, out, &n);
        else
            out[n++] = known ? to[known - from] : *p, p++;
    }
    return fm_str_n(out, n);
}
