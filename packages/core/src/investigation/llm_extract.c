/* SPDX-License-Identifier: Apache-2.0 */
/* The member "message" of the outermost object, decoded while the text comes. Only that member of
 * the first object is looked for: a reply of another shape is read as a whole at its end. */
#include "llm_internal.h"

#define REPLY_MAX (4u << 20)

void llm_extract_init(struct llm_extract *x)
{
    memset(x, 0, sizeof *x);
    fm_buf_init(&x->raw, REPLY_MAX);
    fm_buf_init(&x->text, REPLY_MAX);
}

void llm_extract_release(struct llm_extract *x)
{
    fm_buf_release(&x->raw);
    fm_buf_release(&x->text);
}

/* Index behind the string that begins at `at`, 0 when its end has not come yet. */
static size_t string_end(fm_str s, size_t at)
{
    for (size_t i = at + 1; i < s.len; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return 0;
}

static size_t skip_blank(fm_str s, size_t at)
{
    while (at < s.len && strchr(" \t\r\n", s.p[at]))
        at++;
    return at;
}

/* Behind the key that ends at `end`: where the string of its value begins, 0 when that has not
 * come, SIZE_MAX when the value is no string. */
static size_t value_start(fm_str s, size_t end)
{
    size_t colon = skip_blank(s, end), value = skip_blank(s, colon + 1);
    if (value >= s.len)
        return 0;
    return s.p[colon] == ':' && s.p[value] == '"' ? value + 1 : SIZE_MAX;
}

/* Where the value of "message" begins (behind its quote); 0 when that has not come, SIZE_MAX when
 * it never will. */
static size_t find_message(fm_str s)
{
    ptrdiff_t open = fm_str_chr(s, '{', 0);
    size_t depth = 0;
    for (size_t i = open < 0 ? s.len : (size_t)open; i < s.len; i++) {
        depth += s.p[i] == '{' || s.p[i] == '[';
        if ((s.p[i] == '}' || s.p[i] == ']') && --depth == 0)
            return SIZE_MAX;
        if (s.p[i] != '"')
            continue;
        size_t end = string_end(s, i);
        if (!end)
            return 0;
        if (depth == 1 && fm_str_eqc(fm_str_sub(s, i, end - i), "\"message\"")) {
            size_t value = value_start(s, end);
            if (value != SIZE_MAX)
                return value;
        }
        i = end - 1;
    }
    return 0;
}

static unsigned hex4(const char *p)
{
    unsigned v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        unsigned d = c >= '0' && c <= '9'                 ? (unsigned)(c - '0')
                     : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
                                                          : 0;
        v = v * 16 + d;
    }
    return v;
}

static void add_code_point(struct fm_buf *b, unsigned v)
{
    if (v < 0x80) {
        fm_buf_addc(b, (char)v);
    } else if (v < 0x800) {
        fm_buf_addc(b, (char)(0xC0 | v >> 6));
        fm_buf_addc(b, (char)(0x80 | (v & 0x3F)));
    } else if (v < 0x10000) {
        fm_buf_addc(b, (char)(0xE0 | v >> 12));
        fm_buf_addc(b, (char)(0x80 | (v >> 6 & 0x3F)));
        fm_buf_addc(b, (char)(0x80 | (v & 0x3F)));
    } else {
        fm_buf_addc(b, (char)(0xF0 | v >> 18));
        fm_buf_addc(b, (char)(0x80 | (v >> 12 & 0x3F)));
        fm_buf_addc(b, (char)(0x80 | (v >> 6 & 0x3F)));
        fm_buf_addc(b, (char)(0x80 | (v & 0x3F)));
    }
}

/* "\uD83D\uDE00" and the like: bytes taken, 0 when the second half has not come. */
static size_t add_unicode(struct fm_buf *b, fm_str s)
{
    if (s.len < 6)
        return 0;
    unsigned v = hex4(s.p + 2);
    if (v < 0xD800 || v > 0xDFFF) {
        add_code_point(b, v);
        return 6;
    }
    if (s.len < 12)
        return 0;
    unsigned low = s.p[6] == '\\' && s.p[7] == 'u' ? hex4(s.p + 8) : 0;
    bool is_pair = v < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF;
    add_code_point(b, is_pair ? 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD);
    return is_pair ? 12 : 6;
}

/* One escape; bytes taken, 0 when it is not whole. */
static size_t add_escape(struct fm_buf *b, fm_str s)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (s.len < 2)
        return 0;
    if (s.p[1] == 'u')
        return add_unicode(b, s);
    const char *c = strchr(from, s.p[1]);
    if (c && *c)
        fm_buf_addc(b, to[c - from]);
    return 2;
}

fm_str llm_extract_feed(struct llm_extract *x, fm_str part)
{
    fm_buf_adds(&x->raw, part);
    fm_str s = fm_buf_str(&x->raw);
    size_t before = x->text.len;
    if (x->state == LLM_EXTRACT_BEFORE) {
        size_t at = find_message(s);
        if (at == 0)
            return FM_STR_NULL;
        x->state = at == SIZE_MAX ? LLM_EXTRACT_DONE : LLM_EXTRACT_INSIDE;
        x->at = at;
    }
    while (x->state == LLM_EXTRACT_INSIDE && x->at < s.len) {
        size_t n = 1;
        if (s.p[x->at] == '"')
            x->state = LLM_EXTRACT_DONE;
        else if (s.p[x->at] == '\\')
            n = add_escape(&x->text, fm_str_skip(s, x->at));
        else
            fm_buf_addc(&x->text, s.p[x->at]);
        if (!n)
            break;
        x->at += n;
    }
    return fm_str_skip(fm_buf_str(&x->text), before);
}
