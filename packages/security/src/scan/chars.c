/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/chars.h"

#define ALNUM (C_WORD | C_HOST | C_NAME)
#define BLANK (C_SPACE | C_TEXTEND | C_TOKENEND)
#define QUOTE (C_QUOTE | C_TEXTEND | C_TOKENEND)

__extension__ const uint16_t fm_char_class[256] = {
    [0 ... 31] = BLANK,
    [' '] = BLANK,
    ['0' ... '9'] = ALNUM | C_DIGIT | C_HEX,
    ['a' ... 'f'] = ALNUM | C_LOWER | C_HEX,
    ['g' ... 'z'] = ALNUM | C_LOWER,
    ['A' ... 'F'] = ALNUM | C_UPPER | C_HEX,
    ['G' ... 'Z'] = ALNUM | C_UPPER,
    ['_'] = ALNUM,
    ['-'] = C_HOST | C_NAME,
    ['"'] = QUOTE,
    ['\''] = QUOTE,
    ['`'] = QUOTE,
    ['<'] = C_TEXTEND | C_TOKENEND,
    ['>'] = C_TEXTEND | C_TOKENEND,
    [0x7f] = BLANK,
    [0x80 ... 0xff] = C_WORD | C_NAME,
    [','] = C_TOKENEND | C_TRAIL,
    [';'] = C_TOKENEND | C_TRAIL,
    ['|'] = C_TOKENEND,
    ['('] = C_TOKENEND,
    [')'] = C_TOKENEND,
    ['['] = C_TOKENEND,
    [']'] = C_TOKENEND,
    ['{'] = C_TOKENEND,
    ['}'] = C_TOKENEND,
    [':'] = C_TRAIL,
    ['!'] = C_TRAIL,
    ['?'] = C_TRAIL,
    ['.'] = C_TRAIL | C_NAME,
    ['@'] = C_NAME,
    ['\\'] = C_NAME,
    ['$'] = C_NAME,
    ['+'] = C_NAME,
};
