/* SPDX-License-Identifier: Apache-2.0 */
/* The map of a case from the inside: values, their numbers, and the other way round. */
#ifndef FAULTMAVEN_SECURITY_REPLACE_PSEUDONYMS_H
#define FAULTMAVEN_SECURITY_REPLACE_PSEUDONYMS_H

#include <stdatomic.h>

#include "faultmaven/base/map.h"
#include "faultmaven/base/vec.h"
#include "faultmaven/security/redact.h"

struct fm_pseudonym {
    enum fm_sensitive type;
    uint32_t number; /* 0: stands under `fake`, not under a number */
    fm_str value;
    fm_str fake;
};

/* What a map holds. Shared by several maps as long as none of them adds to it. */
struct fm_values {
    atomic_uint refs;
    struct fm_arena arena;
    struct fm_map by_value;  /* type byte + action byte + value -> struct fm_pseudonym */
    struct fm_map by_number; /* type byte + number -> struct fm_pseudonym; &reserved for numbers
                                that texts use already */
    struct fm_map by_fake;   /* fake -> struct fm_pseudonym */
    struct FM_VEC_OF(struct fm_pseudonym *) entries;
    uint32_t next[FM_SENSITIVE_COUNT];
    size_t longest_fake;
};

struct fm_pseudonyms {
    uint8_t key[FM_CASE_KEY_BYTES];
    struct fm_values *v; /* referenced */
};

/* With a second reference a map copies its values before it adds to them. */
struct fm_values *fm_values_ref(struct fm_values *v);
/* m holds what `v` holds, in place of what it held. */
void fm_pseudonyms_adopt(struct fm_pseudonyms *m, struct fm_values *v);
void fm_values_unref(struct fm_values *v);
/* Neither a value nor a reserved number. */
bool fm_values_is_empty(const struct fm_values *v);

/* The entry of a value under a number, made when it is new. FM_ELIMIT when the map is full. */
FM_MUST_CHECK enum fm_code fm_pseudonyms_number(struct fm_pseudonyms *m, struct fm_ctx *ctx,
                                                enum fm_sensitive type, fm_str value,
                                                const struct fm_pseudonym **out);

/* The entry of a value under a fake of the same form. */
FM_MUST_CHECK enum fm_code fm_pseudonyms_fake(struct fm_pseudonyms *m, struct fm_ctx *ctx,
                                              enum fm_sensitive type, fm_str value,
                                              const struct fm_pseudonym **out);

bool fm_pseudonyms_is_fake(const struct fm_pseudonyms *m, fm_str value);
const struct fm_pseudonym *fm_pseudonyms_find(const struct fm_pseudonyms *m, enum fm_sensitive type,
                                              uint32_t number);
const struct fm_pseudonym *fm_pseudonyms_find_fake(const struct fm_pseudonyms *m, fm_str fake);

/* Numbers that the text uses already are never given to a value: what looks like a placeholder
 * stays what it is. */
void fm_pseudonyms_reserve(struct fm_pseudonyms *m, fm_str text);
/* Whether fm_pseudonyms_reserve finds a number in the text. */
bool fm_pseudonyms_has_number(fm_str text);

/* Puts an entry back; used when a sealed map is opened. False for a duplicate. */
bool fm_pseudonyms_insert(struct fm_pseudonyms *m, const struct fm_pseudonym *e);

#endif
