/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/check.h"

#include "scan/chars.h"

bool fm_check_luhn(const uint8_t *d, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned v = d[n - 1 - i];
        if (i & 1)
            v = v * 2 > 9 ? v * 2 - 9 : v * 2;
        sum += v;
    }
    return n > 0 && sum % 10 == 0;
}

/* J. Verhoeff, Error Detecting Decimal Codes, 1969 (Aadhaar: UIDAI). */
bool fm_check_verhoeff(const uint8_t *d, size_t n)
{
    static const uint8_t mul[10][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
        {2, 3, 4, 0, 1, 7, 8, 9, 5, 6}, {3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
        {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
        {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
        {8, 7, 6, 5, 9, 3, 2, 1, 0, 4}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
    static const uint8_t perm[8][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
        {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
        {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
        {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
    uint8_t c = 0;
    for (size_t i = 0; i < n; i++)
        c = mul[c][perm[i % 8][d[n - 1 - i]]];
    return c == 0;
}

unsigned fm_check_sum(const uint8_t *d, const uint8_t *weight, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (unsigned)d[i] * weight[i];
    return sum;
}

static unsigned alnum_value(char c)
{
    return fm_is_digit((unsigned char)c) ? (unsigned)(c - '0')
                                         : (unsigned)(fm_lower((unsigned char)c) - 'a' + 10);
}

bool fm_check_iban(fm_str s)
{
    unsigned rest = 0;
    if (s.len < 15 || s.len > 34)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[(i + 4) % s.len];
        unsigned v = alnum_value(c);
        if (!fm_is((unsigned char)c, C_DIGIT | C_UPPER))
            return false;
        rest = v >= 10 ? (rest * 100 + v) % 97 : (rest * 10 + v) % 97;
    }
    return rest == 1;
}

/* --- letters --- */

static unsigned number(fm_str s, size_t from, size_t n)
{
    unsigned v = 0;
    for (size_t i = from; i < from + n; i++)
        v = v * 10 + (unsigned)(s.p[i] - '0');
    return v;
}

/* L letter, D digit, A either. */
static bool has_form(fm_str s, const char *form)
{
    size_t i = 0;
    for (; form[i]; i++) {
        if (i >= s.len)
            return false;
        unsigned char c = (unsigned char)s.p[i];
        bool is_digit = fm_is_digit(c), is_upper = fm_is(c, C_UPPER);
        if (form[i] == 'D'   ? !is_digit
            : form[i] == 'L' ? !is_upper
            : form[i] == 'A' ? !is_digit && !is_upper
                             : (char)c != form[i])
            return false;
    }
    return i == s.len;
}

/* Spain, Ministerio del Interior: number mod 23. */
static bool is_spanish(fm_str s)
{
    static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
    if (has_form(s, "DDDDDDDDL"))
        return letters[number(s, 0, 8) % 23] == s.p[8];
    if (!has_form(s, "LDDDDDDDL") || s.p[0] < 'X' || s.p[0] > 'Z')
        return false;
    return letters[((unsigned)(s.p[0] - 'X') * 10000000 + number(s, 1, 7)) % 23] == s.p[8];
}

/* Italy, DM 23/12/1976. */
static bool is_italian(fm_str s)
{
    static const uint8_t odd[26] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                    20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    unsigned sum = 0;
    if (!has_form(s, "LLLLLLDDLDDLDDDL"))
        return false;
    for (size_t i = 0; i < 15; i++) {
        unsigned v = alnum_value(s.p[i]);
        unsigned even = v >= 10 ? v - 10 : v;
        sum += i & 1 ? even : odd[even];
    }
    return (char)('A' + sum % 26) == s.p[15];
}

/* Finland, DVV: ddmmyy, sign of the century, serial, check by mod 31. */
static bool is_finnish(fm_str s)
{
    static const char signs[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    if (s.len != 11 || !strchr("+-ABCDEFYXWVU", s.p[6]))
        return false;
    for (size_t i = 0; i < 10; i++)
        if (i != 6 && !fm_is_digit((unsigned char)s.p[i]))
            return false;
    unsigned n = number(s, 0, 6) * 1000 + number(s, 7, 3);
    return signs[n % 31] == s.p[10] && number(s, 0, 2) <= 31 && number(s, 2, 2) <= 12;
}

/* China, GB 11643: ISO 7064 MOD 11-2 with X for ten. */
static bool is_chinese_x(fm_str s)
{
    static const uint8_t w[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;
    if (s.len != 18 || s.p[17] != 'X')
        return false;
    for (size_t i = 0; i < 17; i++) {
        if (!fm_is_digit((unsigned char)s.p[i]))
            return false;
        sum += (unsigned)(s.p[i] - '0') * w[i];
    }
    return sum % 11 == 2;
}

/* United Kingdom, HMRC: prefix without D F I Q U V, not BG GB NK KN TN NT ZZ; suffix A-D. No check
 * digit: needs context. */
static bool is_british(fm_str s)
{
    static const char *const never[] = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"};
    if (!has_form(s, "LLDDDDDDL") || s.p[8] > 'D' || strchr("DFIQUV", s.p[0]) ||
        strchr("DFIQUVO", s.p[1]))
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (memcmp(s.p, never[i], 2) == 0)
            return false;
    return true;
}

/* Singapore, ICA: weights 2 7 6 5 4 3 2, +4 for T and G. */
static bool is_singaporean(fm_str s)
{
    static const uint8_t w[7] = {2, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0;
    if (!has_form(s, "LDDDDDDDL") || !strchr("STFG", s.p[0]))
        return false;
    for (size_t i = 0; i < 7; i++)
        sum += (unsigned)(s.p[i + 1] - '0') * w[i];
    if (s.p[0] == 'T' || s.p[0] == 'G')
        sum += 4;
    return (s.p[0] == 'S' || s.p[0] == 'T' ? "JZIHGFEDCBA" : "XWUTRQPNMLK")[sum % 11] == s.p[8];
}

bool fm_check_lettered(fm_str s, const char **country, bool *needs_context)
{
    static const struct {
        const char *country;
        bool (*is_valid)(fm_str s);
        bool needs_context;
    } kinds[] = {{"ES", is_spanish, false},     {"IT", is_italian, false},
                 {"FI", is_finnish, false},     {"CN", is_chinese_x, false},
                 {"SG", is_singaporean, false}, {"GB", is_british, true}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].is_valid(s)) {
            *country = kinds[i].country;
            *needs_context = kinds[i].needs_context;
            return true;
        }
    return false;
}
