/* SPDX-License-Identifier: Apache-2.0 */
#include "intake/encoding.h"

#define SAMPLE_BYTES ((size_t)64 << 10)
#define REPLACEMENT 0xFFFDu

const char *encoding_name(enum encoding e)
{
    static const char *const names[] = {
        [ENCODING_UTF8] = "UTF-8",       [ENCODING_DAMAGED_UTF8] = "UTF-8 with damaged bytes",
        [ENCODING_UTF16LE] = "UTF-16LE", [ENCODING_UTF16BE] = "UTF-16BE",
        [ENCODING_BINARY] = "binary",    [ENCODING_WINDOWS_1252] = "Windows-1252 (Latin-1)",
    };
    return names[e];
}

static size_t count_nul(fm_str s, size_t first, size_t step)
{
    size_t n = 0;
    for (size_t i = first; i < s.len; i += step)
        n += s.p[i] == '\0';
    return n;
}

/* UTF-16 of mostly Latin text has NUL in one of two places, and hardly in the other. */
static enum encoding detect_utf16(fm_str sample)
{
    size_t pairs = sample.len / 2;
    if (fm_str_starts(sample, FM_STR("\xFF\xFE")))
        return ENCODING_UTF16LE;
    if (fm_str_starts(sample, FM_STR("\xFE\xFF")))
        return ENCODING_UTF16BE;
    if (pairs < 8)
        return ENCODING_UTF8;
    size_t high = count_nul(sample, 0, 2), low = count_nul(sample, 1, 2);
    if (low * 10 >= pairs * 6 && high * 20 <= pairs)
        return ENCODING_UTF16LE;
    if (high * 10 >= pairs * 6 && low * 20 <= pairs)
        return ENCODING_UTF16BE;
    return ENCODING_UTF8;
}

/* Well-formed characters of more than one byte, and bytes that belong to none. */
static void count_characters(fm_str s, size_t *n_good, size_t *n_bad)
{
    for (size_t i = 0; i < s.len;) {
        size_t len = 1;
        if ((unsigned char)s.p[i] < 0x80) {
            i++;
            continue;
        }
        for (len = 4; len > 1; len--)
            if (i + len <= s.len && fm_str_is_utf8(fm_str_n(s.p + i, len)))
                break;
        *(len > 1 ? n_good : n_bad) += 1;
        i += len;
    }
}

/* C0 controls that no text has, as in the classification of inputs. */
static bool has_many_controls(fm_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        n += c < 32 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 27;
    }
    return n * 50 > s.len;
}

/* The first byte that is not ASCII may be far from the start: look there. */
static fm_str sample_around(fm_str s)
{
    size_t i = 0;
    uint64_t word;
    for (; i + sizeof word <= s.len; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        if (word & 0x8080808080808080u)
            break;
    }
    while (i < s.len && (unsigned char)s.p[i] < 0x80)
        i++;
    return fm_str_sub(s, i > 64 ? i - 64 : 0, SAMPLE_BYTES);
}

enum encoding encoding_detect(fm_str bytes)
{
    size_t n_good = 0, n_bad = 0;
    enum encoding e = detect_utf16(fm_str_sub(bytes, 0, SAMPLE_BYTES));
    if (e != ENCODING_UTF8 || fm_str_is_utf8(bytes))
        return e;
    if (has_many_controls(fm_str_sub(bytes, 0, SAMPLE_BYTES)))
        return ENCODING_BINARY;
    fm_str sample = sample_around(bytes);
    count_characters(sample, &n_good, &n_bad);
    return n_good == 0 && !has_many_controls(sample) ? ENCODING_WINDOWS_1252
                                                     : ENCODING_DAMAGED_UTF8;
}

static void add_character(struct fm_buf *out, uint32_t c)
{
    char b[4];
    size_t n = 0;
    if (c < 0x80) {
        b[n++] = (char)c;
    } else if (c < 0x800) {
        b[n++] = (char)(0xC0 | c >> 6);
    } else if (c < 0x10000) {
        b[n++] = (char)(0xE0 | c >> 12);
        b[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    } else {
        b[n++] = (char)(0xF0 | c >> 18);
        b[n++] = (char)(0x80 | (c >> 12 & 0x3F));
        b[n++] = (char)(0x80 | (c >> 6 & 0x3F));
    }
    if (c >= 0x80)
        b[n++] = (char)(0x80 | (c & 0x3F));
    fm_buf_add(out, b, n);
}

static uint32_t unit_at(fm_str s, size_t i, bool is_big)
{
    unsigned char a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
    return is_big ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

static void convert_utf16(fm_str s, bool is_big, struct fm_buf *out)
{
    size_t i = s.len >= 2 && unit_at(s, 0, is_big) == 0xFEFF ? 2 : 0;
    for (; i + 2 <= s.len; i += 2) {
        uint32_t c = unit_at(s, i, is_big);
        uint32_t next = c >= 0xD800 && c < 0xDC00 && i + 4 <= s.len ? unit_at(s, i + 2, is_big) : 0;
        if (next >= 0xDC00 && next < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (next - 0xDC00);
            i += 2;
        } else if (c >= 0xD800 && c < 0xE000) {
            c = REPLACEMENT;
        }
        add_character(out, c);
    }
    if (i < s.len)
        add_character(out, REPLACEMENT);
}

static void convert_windows_1252(fm_str s, struct fm_buf *out)
{
    static const uint16_t high[32] = {
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        add_character(out, c >= 0x80 && c < 0xA0 ? high[c - 0x80] : c);
    }
}

void encoding_convert(enum encoding e, fm_str bytes, struct fm_buf *out)
{
    if (e == ENCODING_UTF16LE || e == ENCODING_UTF16BE)
        convert_utf16(bytes, e == ENCODING_UTF16BE, out);
    else if (e == ENCODING_WINDOWS_1252)
        convert_windows_1252(bytes, out);
    else
        fm_buf_adds(out, bytes);
}
