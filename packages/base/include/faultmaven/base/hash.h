/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes: XXH3 for tables (not stable across versions, never stored), SHA-256 for identity of
 * content (stored, shown).
 */
#ifndef FAULTMAVEN_BASE_HASH_H
#define FAULTMAVEN_BASE_HASH_H

#include "faultmaven/base/str.h"

uint64_t fm_hash64(fm_str s);

#define FM_SHA256_BYTES 32
#define FM_SHA256_HEX (2 * FM_SHA256_BYTES + 1)

/* SHA-256 (FIPS 180-4) by OpenSSL's EVP, which uses the processor's SHA extensions. */
void fm_sha256(fm_str s, uint8_t out[FM_SHA256_BYTES]);
void fm_sha256_hex(fm_str s, char out[FM_SHA256_HEX]);

/* Lower-case hex of n bytes, NUL-terminated; out holds 2n + 1. */
void fm_hex(const uint8_t *p, size_t n, char *out);

#endif
