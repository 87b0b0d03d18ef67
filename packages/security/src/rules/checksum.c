/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule.h"

/* ISO 3309, reflected 0x04C11DB7; tokens are too few for a table. */
static uint32_t crc32(fm_str s)
{
    uint32_t c = 0xffffffff;
    for (size_t i = 0; i < s.len; i++) {
        c ^= (unsigned char)s.p[i];
        for (int k = 0; k < 8; k++)
            c = c >> 1 ^ (c & 1 ? 0xEDB88320u : 0);
    }
    return ~c;
}

static bool fits_base62(fm_str token, size_t n_prefix)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (token.len < n_prefix + 7)
        return false;
    uint32_t c = crc32(fm_str_sub(token, n_prefix, token.len - n_prefix - 6));
    for (size_t i = token.len; i-- > token.len - 6; c /= 62)
        if (token.p[i] != digits[c % 62])
            return false;
    return true;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static bool fits_hex(fm_str token)
{
    if (token.len < 10 || token.p[token.len - 9] != '_')
        return false;
    uint32_t c = crc32(fm_str_sub(token, 0, token.len - 9));
    for (const char *p = token.p + token.len - 8; p < token.p + token.len; p += 2, c >>= 8)
        if (hex_value(p[0]) != (int)(c >> 4 & 15) || hex_value(p[1]) != (int)(c & 15))
            return false;
    return true;
}

bool fm_checksum_fits(enum fm_rule_checksum kind, fm_str token, size_t n_prefix)
{
    switch (kind) {
    case FM_CHECKSUM_CRC32_BASE62:
        return fits_base62(token, n_prefix);
    case FM_CHECKSUM_CRC32_HEX:
        return fits_hex(token);
    case FM_CHECKSUM_NONE:
    case FM_CHECKSUM_COUNT:
    default:
        return false;
    }
}
