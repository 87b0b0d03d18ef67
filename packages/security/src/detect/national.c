/* SPDX-License-Identifier: Apache-2.0 */
/* National identifiers of digits, with their check rules. */
#include "detect/check.h"

static unsigned pair(const uint8_t *d)
{
    return d[0] * 10u + d[1];
}

static bool is_date(unsigned day, unsigned month)
{
    return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

static unsigned long long number(const uint8_t *d, size_t n)
{
    unsigned long long v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + d[i];
    return v;
}

static bool all_same(const uint8_t *d, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (d[i] != d[0])
            return false;
    return true;
}

/* France, INSEE: 97 - (number mod 97). */
static bool fr(const uint8_t *d)
{
    return (d[0] == 1 || d[0] == 2) && pair(d + 3) <= 12 && pair(d + 3) &&
           97 - number(d, 13) % 97 == pair(d + 13);
}

/* Germany, BZSt: ISO 7064 MOD 11,10. */
static bool de(const uint8_t *d)
{
    unsigned p = 10;
    for (size_t i = 0; i < 10; i++) {
        unsigned s = (d[i] + p) % 10;
        p = (s ? s : 10) * 2 % 11;
    }
    return d[0] && (11 - p) % 10 == d[10];
}

/* Netherlands, BSN: weights 9..2, -1. */
static bool nl(const uint8_t *d)
{
    static const uint8_t w[8] = {9, 8, 7, 6, 5, 4, 3, 2};
    return (fm_check_sum(d, w, 8) + 11 - d[8] % 11) % 11 == 0 && !all_same(d, 9);
}

/* Belgium: 97 - (number mod 97), with a 2 in front for births from 2000. */
static bool be(const uint8_t *d)
{
    unsigned long long n = number(d, 9);
    return pair(d + 2) <= 12 && pair(d + 4) <= 31 &&
           (97 - n % 97 == pair(d + 9) || 97 - (2000000000ULL + n) % 97 == pair(d + 9));
}

/* Poland, PESEL: weights 1 3 7 9. */
static bool pl(const uint8_t *d)
{
    static const uint8_t w[10] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3};
    return (10 - fm_check_sum(d, w, 10) % 10) % 10 == d[10] && pair(d + 4) >= 1 &&
           pair(d + 4) <= 31 && pair(d + 2) % 20 <= 12;
}

/* Sweden, Skatteverket: Luhn. */
static bool se(const uint8_t *d)
{
    return is_date(pair(d + 4) > 60 ? pair(d + 4) - 60 : pair(d + 4), pair(d + 2)) &&
           fm_check_luhn(d, 10);
}

/* Norway, Skatteetaten: two check digits mod 11. */
static bool no(const uint8_t *d)
{
    static const uint8_t w1[9] = {3, 7, 6, 1, 8, 9, 4, 5, 2},
                         w2[10] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    unsigned k1 = (11 - fm_check_sum(d, w1, 9) % 11) % 11,
             k2 = (11 - fm_check_sum(d, w2, 10) % 11) % 11;
    return k1 == d[9] && k2 == d[10] && is_date(pair(d) % 40, pair(d + 2) % 40);
}

/* Denmark, CPR: mod 11 was dropped for new numbers, so the date alone counts, with context. */
static bool dk(const uint8_t *d)
{
    return is_date(pair(d), pair(d + 2));
}

/* Brazil, CPF: two mod 11 digits. */
static bool br(const uint8_t *d)
{
    static const uint8_t w1[9] = {10, 9, 8, 7, 6, 5, 4, 3, 2},
                         w2[10] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned a = fm_check_sum(d, w1, 9) * 10 % 11 % 10, b = fm_check_sum(d, w2, 10) * 10 % 11 % 10;
    return a == d[9] && b == d[10] && !all_same(d, 11);
}

/* Canada SIN, South Africa id: Luhn. */
static bool ca(const uint8_t *d)
{
    return d[0] && d[0] != 8 && fm_check_luhn(d, 9);
}

static bool za(const uint8_t *d)
{
    return is_date(pair(d + 4), pair(d + 2)) && d[10] <= 2 && fm_check_luhn(d, 13);
}

/* Australia, ATO: weights mod 11. */
static bool au(const uint8_t *d)
{
    static const uint8_t w[9] = {1, 4, 3, 7, 5, 8, 6, 9, 10};
    return fm_check_sum(d, w, 9) % 11 == 0 && !all_same(d, 9);
}

/* India, UIDAI: Verhoeff; does not start with 0 or 1. */
static bool in(const uint8_t *d)
{
    return d[0] >= 2 && fm_check_verhoeff(d, 12);
}

/* China, GB 11643: ISO 7064 MOD 11-2 and a date. */
static bool cn(const uint8_t *d)
{
    static const uint8_t w[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    return (12 - fm_check_sum(d, w, 17) % 11) % 11 == d[17] &&
           is_date(pair(d + 12), pair(d + 10)) && (pair(d + 6) == 19 || pair(d + 6) == 20);
}

/* Korea, resident registration: weights 2..9 2..5. */
static bool kr(const uint8_t *d)
{
    static const uint8_t w[12] = {2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5};
    return is_date(pair(d + 4), pair(d + 2)) && (11 - fm_check_sum(d, w, 12) % 11) % 10 == d[12];
}

/* Switzerland, AHV: EAN-13 with prefix 756. */
static bool ch(const uint8_t *d)
{
    static const uint8_t w[13] = {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1};
    return d[0] == 7 && d[1] == 5 && d[2] == 6 && fm_check_sum(d, w, 13) % 10 == 0;
}

/* United Kingdom, NHS number: weights 10..2, mod 11. */
static bool nhs(const uint8_t *d)
{
    static const uint8_t w[9] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned k = (11 - fm_check_sum(d, w, 9) % 11) % 11;
    return k < 10 && k == d[9] && !all_same(d, 10);
}

/* Portugal, NIF: weights 9..2, mod 11. */
static bool pt(const uint8_t *d)
{
    static const uint8_t w[8] = {9, 8, 7, 6, 5, 4, 3, 2};
    unsigned k = 11 - fm_check_sum(d, w, 8) % 11;
    return d[0] && (k >= 10 ? 0 : k) == d[8];
}

/* Turkey, T.C. kimlik: two digits. */
static bool tr(const uint8_t *d)
{
    unsigned odd = d[0] + d[2] + d[4] + d[6] + d[8], even = d[1] + d[3] + d[5] + d[7],
             sum = odd + even + d[9];
    return d[0] && (odd * 7 + 90 - even) % 10 == d[9] && sum % 10 == d[10];
}

/* Czechia and Slovakia: ten digits divisible by 11. */
static bool cz(const uint8_t *d)
{
    unsigned month = pair(d + 2) % 50;
    return number(d, 10) % 11 == 0 && is_date(pair(d + 4), month > 20 ? month - 20 : month);
}

const struct fm_national fm_nationals[] = {
    {"FR", "numéro de sécurité sociale", 15, true, {NULL}, fr},
    {"CN", "resident identity number", 18, true, {NULL}, cn},
    {"CH", "AHV number", 13, true, {NULL}, ch},
    {"DE",
     "steuerliche identifikationsnummer",
     11,
     false,
     {"steuer", "idnr", "tax id", "tax-id", "tin"},
     de},
    {"NL", "burgerservicenummer", 9, false, {"bsn", "burgerservice", "sofi"}, nl},
    {"BE",
     "rijksregisternummer",
     11,
     false,
     {"rijksregister", "registre national", "national number", "niss", "insz"},
     be},
    {"PL", "PESEL", 11, false, {"pesel"}, pl},
    {"SE", "personnummer", 10, false, {"personnummer", "personal number", "personnr"}, se},
    {"NO",
     "fødselsnummer",
     11,
     false,
     {"fødselsnummer", "fodselsnummer", "fnr", "personnummer", "national id"},
     no},
    {"DK", "CPR-nummer", 10, false, {"cpr"}, dk},
    {"BR", "CPF", 11, false, {"cpf"}, br},
    {"CA", "social insurance number", 9, false, {"social insurance", "sin:", "sin ", "sin#"}, ca},
    {"ZA", "identity number", 13, false, {"id number", "identity number", "said", "rsa id"}, za},
    {"AU", "tax file number", 9, false, {"tax file", "tfn"}, au},
    {"IN", "Aadhaar", 12, false, {"aadhaar", "aadhar", "uidai"}, in},
    {"KR",
     "resident registration number",
     13,
     false,
     {"rrn", "resident registration", "jumin"},
     kr},
    {"GB", "NHS number", 10, false, {"nhs"}, nhs},
    {"PT", "NIF", 9, false, {"nif", "contribuinte"}, pt},
    {"TR", "T.C. kimlik no", 11, false, {"kimlik", "tckn", "t.c."}, tr},
    {"CZ", "rodné číslo", 10, false, {"rodné", "rodne", "birth number"}, cz},
};
const size_t fm_national_count = sizeof fm_nationals / sizeof *fm_nationals;
