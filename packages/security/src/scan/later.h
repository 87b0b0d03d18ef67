/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detectors in two steps. Most look at the mask of a line (mask.h) only; what they find is kept
 * with the shape. Those that look at the values of digits are put off: the first step notes where
 * one could find something, and the second calls it with the bytes themselves, for each line.
 */
#ifndef FAULTMAVEN_SECURITY_SCAN_LATER_H
#define FAULTMAVEN_SECURITY_SCAN_LATER_H

#include "scan/scan.h"

enum fm_later_what {
    FM_LATER_PEM,
    FM_LATER_IPV4,
    FM_LATER_COLON_HEX,
    FM_LATER_NUMBER,
    FM_LATER_LETTERED,
    FM_LATER_HEX,
    FM_LATER_FORMAT,
    FM_LATER_PAIR,
    FM_LATER_YEAR,
    FM_LATER_AUTH,
    FM_LATER_CONTINUED,
    FM_LATER_LOOSE,
    FM_LATER_PLACEHOLDERS,
    FM_LATER_COUNT
};

struct fm_later {
    uint32_t word;
    uint32_t what;
};

/* Notes it; the order is kept. */
void fm_later_add(struct fm_line *l, enum fm_later_what what, uint32_t word);

/* Calls all of them; l->p is the line itself by now. */
void fm_later_run(struct fm_line *l, const struct fm_later *list, uint32_t n);

#endif
