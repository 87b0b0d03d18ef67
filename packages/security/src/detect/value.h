/* SPDX-License-Identifier: Apache-2.0 */
/* The value behind a key, and whether it may be a secret. */
#ifndef FAULTMAVEN_SECURITY_DETECT_VALUE_H
#define FAULTMAVEN_SECURITY_DETECT_VALUE_H

#include "scan/scan.h"

struct fm_value {
    uint32_t start;
    uint32_t end;
    bool is_quoted;
    bool is_backtick; /* quoted by `, which is a command in shells */
    bool is_assigned; /* "=" or ":" in front, not only a blank */
};

#define FM_VALUE_MAX 4096

/* After the name that ends at e: operator and value. False when there is none. An option (--name)
 * may have its value behind a blank. */
bool fm_value_read(const struct fm_line *l, uint32_t e, bool is_option, struct fm_value *out);

/* "value" == name, where the name starts at s. */
bool fm_value_before(const struct fm_line *l, uint32_t s, struct fm_value *out);

/* Not a placeholder, not code; for weak names it must look random. */
bool fm_value_is_secret(const struct fm_line *l, const struct fm_value *v, bool is_strong);

/* The whole of s stands for a secret without being one: ${X}, <x>, xxxx, changeme, example. */
bool fm_value_is_placeholder(fm_str s);

/* Shannon entropy in bits per byte. */
double fm_entropy(fm_str s);

#endif
