/* SPDX-License-Identifier: Apache-2.0 */
/* Byte classes of the scanner. Bytes over 0x7f count as letters of a word. */
#ifndef FAULTMAVEN_SECURITY_SCAN_CHARS_H
#define FAULTMAVEN_SECURITY_SCAN_CHARS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    C_DIGIT = 1,
    C_LOWER = 2,
    C_UPPER = 4,
    C_WORD = 8, /* letter, digit, _, high byte */
    C_HEX = 16,
    C_SPACE = 32,
    C_HOST = 64,      /* letter, digit, -, _ */
    C_QUOTE = 128,    /* " ' ` */
    C_TEXTEND = 256,  /* ends a URL: blank, quote, < > and control bytes */
    C_TOKENEND = 512, /* ends a token: C_TEXTEND and , ; | ( ) [ ] { } */
    C_TRAIL = 1024,   /* does not end a URL, path or token: . , ; : ! ? */
    C_NAME = 2048,    /* in a user name: letter, digit, _ - . @ \ $ + */
};

extern const uint16_t fm_char_class[256];

static inline bool fm_is(unsigned char c, unsigned classes)
{
    return (fm_char_class[c] & classes) != 0;
}

static inline bool fm_is_digit(unsigned char c)
{
    return (unsigned)(c - '0') <= 9;
}

static inline bool fm_is_word(unsigned char c)
{
    return fm_is(c, C_WORD);
}

static inline unsigned char fm_lower(unsigned char c)
{
    return (unsigned)(c - 'A') <= 25 ? (unsigned char)(c | 0x20) : c;
}

#endif
