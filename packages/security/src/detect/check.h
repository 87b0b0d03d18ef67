/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check digits. `d` holds n decimal digits as values 0..9 unless said otherwise. Sources: ISO/IEC
 * 7812 (Luhn), ISO 7064, ISO 13616 (IBAN), and the publications of the issuing offices named at
 * each function.
 */
#ifndef FAULTMAVEN_SECURITY_DETECT_CHECK_H
#define FAULTMAVEN_SECURITY_DETECT_CHECK_H

#include "faultmaven/base/str.h"

bool fm_check_luhn(const uint8_t *d, size_t n);
bool fm_check_verhoeff(const uint8_t *d, size_t n);
/* Sum of weight[i] * d[i]. */
unsigned fm_check_sum(const uint8_t *d, const uint8_t *weight, size_t n);
/* ISO 13616: s is the IBAN without blanks. */
bool fm_check_iban(fm_str s);

/* A national identifier of digits only. */
struct fm_national {
    const char *country;
    const char *name;
    uint8_t n_digits;
    bool is_distinct;       /* so rarely valid by chance that no context word is needed */
    const char *context[6]; /* lower case */
    bool (*is_valid)(const uint8_t *d);
};
extern const struct fm_national fm_nationals[];
extern const size_t fm_national_count;

/* Identifiers with letters: ES DNI/NIE, IT codice fiscale, FI HETU, CN resident id with X, GB NINO,
 * SG NRIC. Whole string. */
bool fm_check_lettered(fm_str s, const char **country, bool *needs_context);

#endif
