/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faultmaven/base/hash.h"
#include "faultmaven/security/crypto.h"

TEST(hmac_and_hkdf_match_their_rfcs)
{
    /* RFC 4231, test case 2 with the key padded by zeros, which HMAC does itself. */
    uint8_t key[FM_KEY_BYTES] = {'J', 'e', 'f', 'e'}, mac[32];
    char hex[65];
    fm_hmac_sha256(key, FM_STR("what do ya want for nothing?"), mac);
    fm_hex(mac, 32, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    uint8_t a[FM_KEY_BYTES], b[FM_KEY_BYTES];
    fm_key_derive(key, FM_STR("one"), a);
    fm_key_derive(key, FM_STR("two"), b);
    assert_memory_not_equal(a, b, sizeof a);
    fm_case_key(key, FM_STR("one"), b);
    assert_memory_not_equal(a, b, sizeof a);
}

TEST(a_box_opens_only_unchanged)
{
    struct fm_ctx ctx;
    const uint8_t key[FM_KEY_BYTES] = {7};
    fm_str box, other, plain;
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(fm_box_seal(&ctx, key, FM_STR("aad"), FM_STR("secret text"), &box), FM_OK);
    assert_int_equal(fm_box_seal(&ctx, key, FM_STR("aad"), FM_STR("secret text"), &other), FM_OK);
    assert_false(fm_str_eq(box, other));
    assert_int_equal(fm_box_open(&ctx, key, FM_STR("aad"), box, &plain), FM_OK);
    assert_string_equal(plain.p, "secret text");
    assert_int_equal(fm_box_open(&ctx, key, FM_STR("other"), box, &plain), FM_EFORBIDDEN);
    for (size_t i = 0; i < box.len; i++) {
        char *bent = fm_arena_dup(&ctx.arena, box.p, box.len);
        bent[i] ^= 1;
        fm_ctx_clear_error(&ctx);
        assert_int_equal(fm_box_open(&ctx, key, FM_STR("aad"), fm_str_n(bent, box.len), &plain),
                         FM_EFORBIDDEN);
    }
    assert_int_equal(fm_box_open(&ctx, key, FM_STR("aad"), FM_STR("FMB1"), &plain), FM_EFORBIDDEN);
    fm_ctx_release(&ctx);
}

TEST(keys_are_hex_or_base64)
{
    struct fm_ctx ctx;
    uint8_t a[FM_KEY_BYTES], b[FM_KEY_BYTES];
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(
        fm_key_parse(
            &ctx, FM_STR(" 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"), a),
        FM_OK);
    assert_int_equal(fm_key_parse(&ctx, FM_STR("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), b),
                     FM_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(fm_key_parse(&ctx, FM_STR("0001"), a), FM_EINVAL);
    fm_ctx_release(&ctx);
}

TEST(key_files_of_others_are_refused)
{
    struct fm_ctx ctx;
    uint8_t key[FM_KEY_BYTES];
    char dir[] = "/tmp/fm-crypto-XXXXXX", path[64];
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/key", dir);
    assert_int_equal(fm_key_load(&ctx, path, key), FM_ENOTFOUND);
    assert_int_equal(fm_key_create(&ctx, path), FM_OK);
    assert_int_equal(fm_key_load(&ctx, path, key), FM_OK);
    assert_int_equal(fm_key_create(&ctx, path), FM_ECONFLICT);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(fm_key_load(&ctx, path, key), FM_EFORBIDDEN);
    assert_non_null(strstr(ctx.error, "chmod 600"));
    assert_int_equal(fm_key_load(&ctx, dir, key), FM_EFORBIDDEN);
    unlink(path);
    rmdir(dir);
    fm_ctx_release(&ctx);
}
