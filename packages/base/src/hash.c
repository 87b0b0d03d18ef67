/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/hash.h"

#define XXH_INLINE_ALL
#include <openssl/evp.h>
#include <xxhash.h>

#include "faultmaven/base/ctx.h"

uint64_t fm_hash64(fm_str s)
{
    return XXH3_64bits(s.p ? s.p : "", s.len);
}

void fm_sha256(fm_str s, uint8_t out[FM_SHA256_BYTES])
{
    unsigned n = 0;
    if (!EVP_Digest(s.p ? s.p : "", s.len, out, &n, EVP_sha256(), NULL) || n != FM_SHA256_BYTES)
        FM_BUG("SHA-256 is not available in this build of OpenSSL");
}

void fm_hex(const uint8_t *p, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * n] = '\0';
}

void fm_sha256_hex(fm_str s, char out[FM_SHA256_HEX])
{
    uint8_t raw[FM_SHA256_BYTES];
    fm_sha256(s, raw);
    fm_hex(raw, sizeof raw, out);
}
