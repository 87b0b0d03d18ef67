/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authenticated encryption, keyed hashes and key files. AES-256-GCM (NIST SP 800-38D), HMAC-SHA256
 * (RFC 2104), HKDF-SHA256 (RFC 5869), all by OpenSSL's EVP. A sealed box is: "FMB1", 12-byte random
 * nonce, ciphertext, 16-byte tag.
 */
#ifndef FAULTMAVEN_SECURITY_CRYPTO_H
#define FAULTMAVEN_SECURITY_CRYPTO_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"

#define FM_KEY_BYTES 32
#define FM_BOX_OVERHEAD (4 + 12 + 16)
#define FM_BOX_MAX (256u * 1024 * 1024)

/* Result in the context's arena. `aad` is authenticated, not stored. */
FM_MUST_CHECK enum fm_code fm_box_seal(struct fm_ctx *ctx, const uint8_t key[FM_KEY_BYTES],
                                       fm_str aad, fm_str plain, fm_str *out);

/* FM_EFORBIDDEN when key, aad or bytes do not fit together. */
FM_MUST_CHECK enum fm_code fm_box_open(struct fm_ctx *ctx, const uint8_t key[FM_KEY_BYTES],
                                       fm_str aad, fm_str box, fm_str *out);

void fm_hmac_sha256(const uint8_t key[FM_KEY_BYTES], fm_str data, uint8_t out[32]);

/* HKDF-SHA256 of the master key with `info`; a different info gives an unrelated key. */
void fm_key_derive(const uint8_t master[FM_KEY_BYTES], fm_str info, uint8_t out[FM_KEY_BYTES]);

/* The key of one case: fm_key_derive with "faultmaven case " + id. */
void fm_case_key(const uint8_t master[FM_KEY_BYTES], fm_str case_id, uint8_t out[FM_KEY_BYTES]);

/* 64 hex digits or 44 base64 characters, white space around allowed. */
FM_MUST_CHECK enum fm_code fm_key_parse(struct fm_ctx *ctx, fm_str text, uint8_t out[FM_KEY_BYTES]);

/* Reads a key file. It must be a regular file of this user, mode 0600 or 0400: FM_EFORBIDDEN
 * otherwise. */
FM_MUST_CHECK enum fm_code fm_key_load(struct fm_ctx *ctx, const char *path,
                                       uint8_t out[FM_KEY_BYTES]);

/* Writes a new random key file, mode 0600; FM_ECONFLICT when it exists. */
FM_MUST_CHECK enum fm_code fm_key_create(struct fm_ctx *ctx, const char *path);

FM_MUST_CHECK enum fm_code fm_random(struct fm_ctx *ctx, uint8_t *out, size_t n);

/* Time does not depend on where the bytes differ. */
bool fm_equal_secret(fm_str a, fm_str b);

/* Overwrites so that the compiler may not drop it. */
void fm_wipe(void *p, size_t n);

#endif
