/* SPDX-License-Identifier: Apache-2.0 */
#include "store_contract.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "faultmaven/store/results.h"

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
    assert_int_equal(
        fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), (struct fm_range){700001, 50}, &s), FM_OK);
    assert_true(fm_str_eq(s, fm_str_n(big + 700001, 50)));
    assert_int_equal(
        fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), (struct fm_range){(1 << 20) - 3, 50}, &s),
        FM_OK);
    assert_int_equal(s.len, 3);
    assert_int_equal(
        fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), (struct fm_range){1 << 21, 50}, &s), FM_OK);
    assert_int_equal(s.len, 0);
    assert_int_equal(
        fm_blobs_read(b, &w.ctx, FM_STR("../../etc/passwd"), (struct fm_range){0, 10}, &s),
        FM_EINVAL);
    world_close(&w);
}

static char *big_text(struct world *w, size_t n)
{
    char *big = fm_arena_alloc(&w->ctx.arena, n);
    for (size_t i = 0; i < n; i++)
        big[i] = (char)('a' + i * i % 23);
    return big;
}

static void raw_path(const struct world *w, const char *sha256, char out[256])
{
    snprintf(out, 256, "%s/blobs/raw/%s", w->dir, sha256);
}

TEST(large_content_is_mapped_from_a_copy_that_is_made_when_it_is_missing)
{
    struct world w;
    struct fm_blob_info info;
    struct fm_map_file *m;
    struct stat st;
    char path[256];
    fm_str s;
    world_open(&w, NULL);
    struct fm_blobs *b = fm_store_blobs(w.store);
    fm_str big = fm_str_n(big_text(&w, 1 << 20), 1 << 20);
    assert_int_equal(fm_blobs_put(b, &w.ctx, big, &info), FM_OK);
    raw_path(&w, info.sha256, path);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(fm_blobs_map(b, &w.ctx, fm_str_c(info.sha256), 1 << 20, &m), FM_OK);
    assert_true(fm_str_eq(fm_map_file_bytes(m), big));
    fm_map_file_free(m);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(
        fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), (struct fm_range){700001, 50}, &s), FM_OK);
    assert_true(fm_str_eq(s, fm_str_sub(big, 700001, 50)));
    assert_int_equal(
        fm_blobs_read(b, &w.ctx, fm_str_c(info.sha256), (struct fm_range){(1 << 20) - 3, 50}, &s),
        FM_OK);
    assert_int_equal(s.len, 3);
    assert_int_equal(unlink(path), 0);
    fm_blobs_copy(b, &w.ctx, big, fm_str_c(info.sha256));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, 1000), 0); /* made anew */
    assert_int_equal(fm_blobs_map(b, &w.ctx, fm_str_c(info.sha256), 1 << 20, &m), FM_OK);
    assert_true(fm_str_eq(fm_map_file_bytes(m), big));
    fm_map_file_free(m);
    assert_int_equal(fm_blobs_map(b, &w.ctx, FM_STR("../../etc/passwd"), 9, &m), FM_EINVAL);
    world_close(&w);
}

TEST(an_altered_copy_is_found)
{
    struct world w;
    struct fm_verify_result v;
    struct fm_case_answer a;
    struct fm_case *c;
    char path[256];
    world_open(&w, NULL);
    fm_str id = busy_case(&w);
    char *big = big_text(&w, 300001);
    big[300000] = '\0';
    assert_int_equal(world_add(&w, id, "big.log", "x", &a), FM_OK);
    assert_int_equal(fm_store_load(w.store, &w.ctx, id, &c, NULL), FM_OK);
    fm_str sha = c->files.items[c->files.n - 1].sha256;
    fm_blobs_copy(fm_store_blobs(w.store), &w.ctx, fm_str_n(big, 300000),
                  sha); /* not its content */
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    assert_false(v.ok);
    assert_true(fm_str_eq(v.item, sha));
    raw_path(&w, fm_str_dup(&w.ctx.arena, sha).p, path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(fm_store_verify(w.store, &w.ctx, id, &v), FM_OK);
    assert_true(v.ok);
    world_close(&w);
}

TEST(results_are_kept_by_name_and_trimmed_with_their_content)
{
    struct world w;
    struct fm_blob_info info;
    struct fm_gc_result r;
    fm_str s;
    world_open(&w, NULL);
    struct fm_blobs *b = fm_store_blobs(w.store);
    struct fm_result_store *k = fm_results_new(b);
    assert_non_null(k);
    assert_int_equal(fm_blobs_put(b, &w.ctx, FM_STR("content"), &info), FM_OK);
    fm_str name = fm_str_fmt(&w.ctx.arena, "%s-logs", info.sha256);
    assert_false(k->ops->get(k, &w.ctx, name, &s));
    k->ops->put(k, &w.ctx, name, FM_STR("found"));
    assert_true(k->ops->get(k, &w.ctx, name, &s));
    assert_str(s, "found");
    k->ops->put(k, &w.ctx, FM_STR("../escape"), FM_STR("x"));
    assert_false(k->ops->get(k, &w.ctx, FM_STR("../escape"), &s));
    w.clock.at = fm_now(&fm_clock_system) + FM_DAY; /* files carry the system's time */
    assert_int_equal(fm_store_gc(w.store, &w.ctx, FM_HOUR, true, &r), FM_OK);
    assert_int_equal(r.deleted, 1); /* no case uses the content; its result falls after it */
    assert_int_equal(fm_store_gc(w.store, &w.ctx, FM_HOUR, false, &r), FM_OK);
    assert_int_equal(r.deleted, 2);
    assert_false(k->ops->get(k, &w.ctx, name, &s));
    fm_results_free(k);
    world_close(&w);
}

TEST(one_damaged_case_does_not_shut_out_the_others)
{
    struct world w;
    struct fm_case *c;
    world_open(&w, NULL);
    fm_str good = busy_case(&w), bad = world_case(&w, alice, "Damaged");
    assert_int_equal(run_sql(&w, "UPDATE cases SET urgency = '-'"), FM_OK);
    char sql[128];
    snprintf(sql, sizeof sql, "DELETE FROM events WHERE case_id = '%.*s'", FM_STR_ARG(bad));
    assert_int_equal(run_sql(&w, sql), FM_OK);
    fm_store_free(w.store);
    struct fm_store_options o = {.location = w.dir};
    assert_int_equal(fm_store_open(&w.ctx, &o, &w.store), FM_OK);
    assert_int_equal(fm_store_load(w.store, &w.ctx, good, &c, NULL), FM_OK);
    assert_str(row_of(&w, good).waiting_on, "the deploy");
    assert_str(row_of(&w, bad).title, "Damaged");
    world_close(&w);
}
