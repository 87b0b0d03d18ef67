/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the same form: what the actions `format` and `partial` make of a value. */
#ifndef FAULTMAVEN_SECURITY_REPLACE_FORM_H
#define FAULTMAVEN_SECURITY_REPLACE_FORM_H

#include "faultmaven/base/buf.h"
#include "faultmaven/security/redact.h"

struct fm_form {
    enum fm_sensitive type;
    fm_str value;
    unsigned attempt;
};

/* Another value of the same form, chosen by HMAC-SHA256 of value and attempt under the key: digit
 * for digit, letter for letter in the same case, octets that stay octets, cards that pass the Luhn
 * check. */
fm_str fm_form_fake(struct fm_arena *a, const uint8_t key[FM_CASE_KEY_BYTES],
                    const struct fm_form *f);

/* j***@example.org, 203.0.*.*, ************1111, J***; nothing of a secret. */
void fm_form_partial(struct fm_buf *out, enum fm_sensitive type, fm_str value);

#endif
