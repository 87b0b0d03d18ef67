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

static int hex4(fm_str s, size_t i)
{
    int v = 0;
    if (i + 4 > s.len)
        return -1;
    for (size_t k = i; k < i + 4; k++) {
        char c = s.p[k];
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

static size_t put_utf8(char *out, unsigned cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 63));
        return 2;
    }
    out[0] = (char)(0xE0 | cp >> 12);
    out[1] = (char)(0x80 | (cp >> 6 & 63));
    out[2] = (char)(0x80 | (cp & 63));
    return 3;
}

/* The escape at text[i] ('\\'); appends what it means and returns its length. A lone or paired
 * surrogate becomes '?'. */
static size_t decode_escape(fm_str text, size_t i, char *out, size_t *n)
{
    static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
    char c = (char)(i + 1 < text.len ? text.p[i + 1] : '\\');
    const char *at = strchr(from, c);
    if (c == 'u') {
        int cp = hex4(text, i + 2);
        if (cp >= 0) {
            bool is_surrogate = cp >= 0xD800 && cp < 0xE000;
            *n += put_utf8(out + *n, is_surrogate ? '?' : (unsigned)cp);
            return 6;
        }
    }
    out[(*n)++] = (char)(at && c ? to[at - from] : c);
    return 2;
}

fm_str fm_scan_decode(struct fm_arena *a, fm_str text)
{
    if (fm_str_chr(text, '\\', 0) < 0)
        return text;
    char *out = fm_arena_alloc(a, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len;) {
        if (text.p[i] == '\\')
            i += decode_escape(text, i, out, &n);
        else
            out[n++] = text.p[i++];
    }
    return fm_str_n(out, n);
}
