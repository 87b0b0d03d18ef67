/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Byte classes of log text, one table, so that every scanner agrees on what a word is. Bytes from
 * 0x80 up count as word bytes: UTF-8 text is never cut inside a character.
 */
#ifndef FAULTMAVEN_CORE_LOGS_CHARS_H
#define FAULTMAVEN_CORE_LOGS_CHARS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    FM_CH_LOWER = 1,
    FM_CH_UPPER = 2,
    FM_CH_DIGIT = 4,
    FM_CH_WORDX = 8,  /* _ $ and bytes from 0x80 */
    FM_CH_SPACE = 16, /* blank, tab and the other ASCII white space */
    FM_CH_HEX = 32,   /* a-f A-F, besides their case bit */
    FM_CH_JOIN = 64,  /* . - @ : join two words into one */
    FM_CH_STOP =
        128, /* ends a path, an address or a value: quotes, brackets, comma, semicolon, bar */
};

#define FM_CH_ALPHA (FM_CH_LOWER | FM_CH_UPPER)
#define FM_CH_WORD (FM_CH_ALPHA | FM_CH_DIGIT | FM_CH_WORDX)

extern const uint8_t fm_logs_class[256];

/* Parts that single bytes play in headers and values. */
enum {
    FM_CH2_TAG = 1,       /* may stand in a tag: words and . / * - @ + */
    FM_CH2_SEPARATOR = 2, /* - | : = > * ~ */
    FM_CH2_OPENING = 4,   /* [ ( < " { */
    FM_CH2_CLOSING = 8,   /* ] ) > " } , : ; | */
    FM_CH2_TRAILING = 16, /* ends a sentence behind an address: . , ; : ) ] } | */
    FM_CH2_PATH_END = 64, /* ends a path: white space, quotes, brackets, , ; | : = */
    FM_CH2_QUOTE = 128,
    FM_CH2_AFTER = 32, /* nothing of a number can follow: blank , ) ] ; } quotes */
};

extern const uint8_t fm_logs_class2[256];

static inline unsigned fm_ch2(char c)
{
    return fm_logs_class2[(unsigned char)c];
}

static inline unsigned fm_ch(char c)
{
    return fm_logs_class[(unsigned char)c];
}

static inline bool fm_ch_is_digit(char c)
{
    return (unsigned)(c - '0') <= 9;
}

static inline bool fm_ch_is_hex(char c)
{
    return (fm_ch(c) & (FM_CH_DIGIT | FM_CH_HEX)) != 0;
}

static inline bool fm_ch_is_space(char c)
{
    return (fm_ch(c) & FM_CH_SPACE) != 0;
}

static inline bool fm_ch_is_word(char c)
{
    return (fm_ch(c) & FM_CH_WORD) != 0;
}

#endif
