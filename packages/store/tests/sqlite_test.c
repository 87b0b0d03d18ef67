/* SPDX-License-Identifier: Apache-2.0 */
#include "store_contract.h"

TEST(a_backup_is_a_whole_store)
{
    struct world w;
    char path[128];
    struct fm_db *db;
    world_open(&w, NULL);
    fm_str id = busy_case(&w);
    snprintf(path, sizeof path, "%s/copy/faultmaven.db", w.dir);
    path[strlen(w.dir) + 5] = '\0';
    struct fm_store_options o = {.location = path};
    struct fm_store *copy;
    assert_int_equal(fm_store_open(&w.ctx, &o, &copy), FM_OK); /* makes the folder */
    fm_store_free(copy);
    path[strlen(w.dir) + 5] = '/';
    assert_int_equal(unlink(path), 0);
    assert_int_equal(fm_store_backup(w.store, &w.ctx, path), FM_OK);
    path[strlen(w.dir) + 5] = '\0';
    assert_int_equal(fm_store_open(&w.ctx, &o, &copy), FM_OK);
    struct fm_case *c;
    assert_int_equal(fm_store_load(copy, &w.ctx, id, &c, NULL), FM_OK);
    fm_store_free(copy);
    (void)db;
    world_close(&w);
}

TEST(a_damaged_blob_is_found)
{
    struct world w;
    char path[256];
    world_open(&w, NULL);
    struct fm_verify_result v;
    struct fm_case *c;
    fm_str id = busy_case(&w);
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &c, NULL), FM_OK);
    fm_str sha = c->files.items[0].sha256;
    snprintf(path, sizeof path, "%s/blobs/%.2s/%.62s.zst", w.dir, sha.p, sha.p + 2);
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 12, SEEK_SET), 0);
    assert_int_equal(fputc('X', f), 'X');
    fclose(f);
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    assert_false(v.ok);
    assert_string_equal(v.what, "blob");
    assert_true(fm_str_eq(v.item, sha));
    world_close(&w);
}

TEST(blobs_give_ranges_and_refuse_names_that_are_no_hash)
{
    struct world w;
    world_open(&w, NULL);
    struct fm_blob_info info, again;
    fm_str s;
    struct fm_blobs *b = fm_store_blobs(w.store);
    char *big = fm_arena_alloc(&w.ctx.arena, 1 << 20);
    for (size_t i = 0; i < 1 << 20; i++)
        big[i] = (char)('a' + i * i % 23);
    assert_int_equal(fm_blobs_put(b, &w.ctx, fm_str_n(big, 1 << 20), &info), FM_OK);
    assert_int_equal(fm_blobs_put(b, &w.ctx, fm_str_n(big, 1 << 20), &again), FM_OK);
    assert_string_equal(info.sha256, again.sha256);
    assert_int_equal(fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), 700001, 50, &s), FM_OK);
    assert_true(fm_str_eq(s, fm_str_n(big + 700001, 50)));
    assert_int_equal(fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), (1 << 20) - 3, 50, &s), FM_OK);
    assert_int_equal(s.len, 3);
    assert_int_equal(fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), 1 << 21, 50, &s), FM_OK);
    assert_int_equal(s.len, 0);
    assert_int_equal(fm_blobs_read(b, &w.ctx, FM_STR("../../etc/passwd"), 0, 10, &s), FM_EINVAL);
    world_close(&w);
}
