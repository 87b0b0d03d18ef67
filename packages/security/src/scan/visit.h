/* SPDX-License-Identifier: Apache-2.0 */
/* The first step over a mask: every word, every slash, every hump. */
#ifndef FAULTMAVEN_SECURITY_SCAN_VISIT_H
#define FAULTMAVEN_SECURITY_SCAN_VISIT_H

#include "scan/scan.h"

/* The families that a policy may switch off as a whole. */
#define FM_WANT(t) (1ULL << FM_SENSITIVE_##t)
#define FM_WANT_NUMBERS                                                                            \
    (FM_WANT(CARD) | FM_WANT(PHONE) | FM_WANT(NATIONAL_ID) | FM_WANT(BIRTH_DATE) | FM_WANT(DATE))
#define FM_WANT_NET                                                                                \
    (FM_WANT(IP) | FM_WANT(PRIVATE_IP) | FM_WANT(HOST) | FM_WANT(MAC) | FM_WANT(PORT))

void fm_visit_words(struct fm_line *l);

#endif
