/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#define NONCE 12
#define TAG 16

static const char magic[4] = {'F', 'M', 'B', '1'};

enum fm_code fm_random(struct fm_ctx *ctx, uint8_t *out, size_t n)
{
    if (n > INT32_MAX || RAND_bytes(out, (int)n) != 1)
        return fm_fail(ctx, FM_EINTERNAL, "the system gave no random bytes");
    return FM_OK;
}

void fm_wipe(void *p, size_t n)
{
    OPENSSL_cleanse(p, n);
}

bool fm_equal_secret(fm_str a, fm_str b)
{
    return a.len == b.len && CRYPTO_memcmp(a.p, b.p, a.len) == 0;
}

void fm_hmac_sha256(const uint8_t key[FM_KEY_BYTES], fm_str data, uint8_t out[32])
{
    unsigned n = 32;
    if (!HMAC(EVP_sha256(), key, FM_KEY_BYTES, (const unsigned char *)data.p, data.len, out, &n))
        FM_BUG("HMAC-SHA256 is missing from OpenSSL");
}

/* RFC 5869 with an empty salt and one output block, which is all that 32 bytes need. */
void fm_key_derive(const uint8_t master[FM_KEY_BYTES], fm_str info, uint8_t out[FM_KEY_BYTES])
{
    static const uint8_t zero_salt[FM_KEY_BYTES];
    uint8_t prk[32];
    struct fm_buf block;
    fm_hmac_sha256(zero_salt, fm_str_n((const char *)master, FM_KEY_BYTES), prk);
    fm_buf_init(&block, 4096);
    fm_buf_adds(&block, fm_str_sub(info, 0, 4000));
    fm_buf_addc(&block, 1);
    fm_hmac_sha256(prk, fm_buf_str(&block), out);
    fm_wipe(prk, sizeof prk);
    fm_buf_release(&block);
}

void fm_case_key(const uint8_t master[FM_KEY_BYTES], fm_str case_id, uint8_t out[FM_KEY_BYTES])
{
    struct fm_buf info;
    fm_buf_init(&info, 4096);
    fm_buf_addz(&info, "faultmaven case ");
    fm_buf_adds(&info, fm_str_sub(case_id, 0, 3900));
    fm_key_derive(master, fm_buf_str(&info), out);
    fm_buf_release(&info);
}

static bool seal(EVP_CIPHER_CTX *c, const uint8_t *key, fm_str aad, fm_str plain, uint8_t *box)
{
    uint8_t *text = box + sizeof magic + NONCE;
    int n = 0;
    return EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, box + sizeof magic) == 1 &&
           EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)magic, sizeof magic) == 1 &&
           EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)aad.p, (int)aad.len) == 1 &&
           EVP_EncryptUpdate(c, text, &n, (const uint8_t *)plain.p, (int)plain.len) == 1 &&
           EVP_EncryptFinal_ex(c, text + n, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, text + plain.len) == 1;
}

enum fm_code fm_box_seal(struct fm_ctx *ctx, const uint8_t key[FM_KEY_BYTES], fm_str aad,
                         fm_str plain, fm_str *out)
{
    if (plain.len > FM_BOX_MAX || aad.len > 65536)
        return fm_fail(ctx, FM_ELIMIT, "a box holds at most %u bytes, not %zu", FM_BOX_MAX,
                       plain.len);
    uint8_t *box = fm_arena_alloc(&ctx->arena, plain.len + FM_BOX_OVERHEAD);
    memcpy(box, magic, sizeof magic);
    FM_TRY(fm_random(ctx, box + sizeof magic, NONCE));
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool ok = c && seal(c, key, aad, plain, box);
    EVP_CIPHER_CTX_free(c);
    if (!ok)
        return fm_fail(ctx, FM_EINTERNAL, "AES-256-GCM encryption failed");
    *out = fm_str_n((const char *)box, plain.len + FM_BOX_OVERHEAD);
    return FM_OK;
}

static bool unseal(EVP_CIPHER_CTX *c, const uint8_t *key, fm_str aad, fm_str box, uint8_t *plain)
{
    const uint8_t *p = (const uint8_t *)box.p;
    uint8_t tag[TAG];
    size_t len = box.len - FM_BOX_OVERHEAD;
    int n = 0;
    memcpy(tag, p + box.len - TAG, TAG);
    return EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, p + sizeof magic) == 1 &&
           EVP_DecryptUpdate(c, NULL, &n, p, sizeof magic) == 1 &&
           EVP_DecryptUpdate(c, NULL, &n, (const uint8_t *)aad.p, (int)aad.len) == 1 &&
           EVP_DecryptUpdate(c, plain, &n, p + sizeof magic + NONCE, (int)len) == 1 &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
           EVP_DecryptFinal_ex(c, plain + n, &n) == 1;
}

enum fm_code fm_box_open(struct fm_ctx *ctx, const uint8_t key[FM_KEY_BYTES], fm_str aad,
                         fm_str box, fm_str *out)
{
    if (box.len < FM_BOX_OVERHEAD || box.len > FM_BOX_MAX || aad.len > 65536 ||
        memcmp(box.p, magic, sizeof magic) != 0)
        return fm_fail(ctx, FM_EFORBIDDEN, "these bytes are no sealed box");
    size_t len = box.len - FM_BOX_OVERHEAD;
    uint8_t *plain = fm_arena_alloc(&ctx->arena, len + 1);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool ok = c && unseal(c, key, aad, box, plain);
    EVP_CIPHER_CTX_free(c);
    if (!ok) {
        fm_wipe(plain, len);
        return fm_fail(ctx, FM_EFORBIDDEN,
                       "the sealed box does not open: wrong key, wrong case, or changed bytes");
    }
    plain[len] = 0;
    *out = fm_str_n((const char *)plain, len);
    return FM_OK;
}
