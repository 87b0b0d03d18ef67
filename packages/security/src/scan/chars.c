/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/chars.h"

#define ALNUM (C_WORD | C_HOST)

__extension__ const uint16_t fm_char_class[256] = {
    [0 ... 31] = C_SPACE | C_TEXTEND,
    [' '] = C_SPACE | C_TEXTEND,
    ['0' ... '9'] = ALNUM | C_DIGIT | C_HEX,
    ['a' ... 'f'] = ALNUM | C_LOWER | C_HEX,
    ['g' ... 'z'] = ALNUM | C_LOWER,
    ['A' ... 'F'] = ALNUM | C_UPPER | C_HEX,
    ['G' ... 'Z'] = ALNUM | C_UPPER,
    ['_'] = ALNUM,
    ['-'] = C_HOST,
    ['"'] = C_QUOTE | C_TEXTEND,
    ['\''] = C_QUOTE | C_TEXTEND,
    ['`'] = C_QUOTE | C_TEXTEND,
    ['<'] = C_TEXTEND,
    ['>'] = C_TEXTEND,
    [0x7f] = C_SPACE | C_TEXTEND,
    [0x80 ... 0xff] = C_WORD,
};
