/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/base/arena.h"
#include "faultmaven/base/map.h"
#include "faultmaven/base/vec.h"

static bool is_filled(const unsigned char *p, size_t n, unsigned char c)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != c)
            return false;
    return true;
}

TEST(allocations_are_aligned_and_do_not_overlap)
{
    struct fm_arena a;
    unsigned char *p[200];
    fm_arena_init(&a);
    for (size_t i = 0; i < 200; i++) {
        p[i] = fm_arena_alloc(&a, i * 7);
        assert_int_equal((uintptr_t)p[i] % 16, 0);
        memset(p[i], (int)i, i * 7);
    }
    for (size_t i = 0; i < 200; i++)
        assert_true(is_filled(p[i], i * 7, (unsigned char)i));
    fm_arena_release(&a);
}

TEST(size_zero_gives_a_pointer)
{
    struct fm_arena a;
    fm_arena_init(&a);
    assert_non_null(fm_arena_alloc(&a, 0));
    assert_non_null(fm_arena_calloc(&a, 0, 8));
    assert_string_equal(fm_arena_dup(&a, NULL, 0), "");
    fm_arena_release(&a);
}

TEST(an_allocation_larger_than_a_block_works)
{
    struct fm_arena a;
    fm_arena_init(&a);
    unsigned char *big = fm_arena_calloc(&a, 1, 20u << 20);
    assert_true(is_filled(big, 20u << 20, 0));
    assert_true(a.total_bytes >= 20u << 20);
    fm_arena_release(&a);
    assert_int_equal(a.total_bytes, 0);
}

TEST(clear_keeps_one_block_and_memory_is_usable_again)
{
    struct fm_arena a;
    fm_arena_init(&a);
    fm_arena_clear(&a);
    for (int i = 0; i < 1000; i++)
        memset(fm_arena_alloc(&a, 1000), 1, 1000);
    size_t before = a.total_bytes;
    fm_arena_clear(&a);
    assert_true(a.total_bytes > 0 && a.total_bytes < before);
    memset(fm_arena_alloc(&a, 1000), 2, 1000);
    fm_arena_release(&a);
}

TEST(the_last_allocation_grows_in_place)
{
    struct fm_arena a;
    fm_arena_init(&a);
    char *p = fm_arena_alloc(&a, 10);
    memcpy(p, "123456789", 10);
    assert_ptr_equal(fm_arena_grow(&a, p, 10, 100), p);
    fm_arena_alloc(&a, 1);
    char *moved = fm_arena_grow(&a, p, 100, 1000);
    assert_ptr_not_equal(moved, p);
    assert_string_equal(moved, "123456789");
    assert_ptr_equal(fm_arena_grow(&a, moved, 1000, 5), moved);
    fm_arena_release(&a);
}

TEST(a_vector_keeps_its_items_while_it_grows)
{
    struct fm_arena a;
    FM_VEC(size_t) v = {0};
    size_t sum = 0;
    fm_arena_init(&a);
    for (size_t i = 0; i < 10000; i++) {
        fm_vec_push(&a, &v, i);
        if (i % 100 == 0)
            fm_arena_alloc(&a, 24);
    }
    assert_int_equal(v.n, 10000);
    fm_vec_each (&v, it)
        sum += *it;
    assert_int_equal(sum, 49995000);
    *fm_vec_add(&a, &v) += 1;
    assert_int_equal(v.items[10000], 1);
    fm_arena_release(&a);
}

TEST(an_empty_vector_has_nothing_to_visit)
{
    FM_VEC(int) v = {0};
    fm_vec_each (&v, it)
        fail_msg("visited %d", *it);
}

TEST(a_map_finds_every_key_and_iterates_in_order_of_insertion)
{
    struct fm_arena a;
    struct fm_map m;
    fm_arena_init(&a);
    fm_map_init(&m, &a);
    assert_null(fm_map_get(&m, FM_STR("x")));
    for (size_t i = 0; i < 5000; i++)
        fm_map_put(&m, fm_str_fmt(&a, "key-%zu", i))->value = &m.n + i;
    assert_int_equal(m.n, 5000);
    for (size_t i = 0; i < 5000; i++) {
        fm_str key = fm_str_fmt(&a, "key-%zu", i);
        assert_ptr_equal(fm_map_get(&m, key), &m.n + i);
        assert_true(fm_str_eq(m.entries[i].key, key));
    }
    assert_null(fm_map_get(&m, FM_STR("key-5000")));
    fm_arena_release(&a);
}

TEST(a_map_copies_its_keys_and_knows_bytes_of_any_kind)
{
    struct fm_arena a;
    struct fm_map m;
    char key[] = "abc";
    fm_arena_init(&a);
    fm_map_init(&m, &a);
    fm_map_put(&m, fm_str_c(key))->value = key;
    key[0] = 'x';
    assert_non_null(fm_map_get(&m, FM_STR("abc")));
    fm_map_put(&m, fm_str_n("a\0b", 3))->value = key;
    assert_null(fm_map_get(&m, FM_STR("a")));
    assert_non_null(fm_map_get(&m, fm_str_n("a\0b", 3)));
    fm_map_put(&m, FM_STR_NULL)->value = key;
    assert_non_null(fm_map_get(&m, FM_STR("")));
    assert_ptr_equal(fm_map_put(&m, FM_STR("abc"))->value, key);
    assert_int_equal(m.n, 3);
    fm_arena_release(&a);
}

TEST(scratch_memory_goes_back_and_an_arena_takes_over_another)
{
    struct fm_arena a, b;
    fm_arena_init(&a);
    fm_arena_init(&b);
    char *kept = fm_arena_dup(&a, "kept", 4);
    size_t before = a.total_bytes;
    struct fm_arena_mark m = fm_arena_mark(&a);
    for (int i = 0; i < 100; i++)
        memset(fm_arena_alloc(&a, 100000), 1, 100000);
    assert_true(a.total_bytes > before);
    fm_arena_rewind(&a, m);
    assert_int_equal(a.total_bytes, before);
    assert_string_equal(kept, "kept");
    char *other = fm_arena_dup(&b, "other", 5);
    memset(fm_arena_alloc(&b, 1 << 20), 2, 1 << 20);
    size_t taken = b.total_bytes;
    fm_arena_adopt(&a, &b);
    assert_int_equal(a.total_bytes, before + taken);
    assert_int_equal(b.total_bytes, 0);
    assert_string_equal(other, "other");
    assert_string_equal(fm_arena_dup(&a, "more", 4), "more");
    fm_arena_release(&a);
    struct fm_arena_mark none = fm_arena_mark(&b);
    memset(fm_arena_alloc(&b, 100), 3, 100);
    fm_arena_rewind(&b, none);
    assert_int_equal(b.total_bytes, 0);
    fm_arena_release(&b);
}
