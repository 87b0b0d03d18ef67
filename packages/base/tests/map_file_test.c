/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "faultmaven/base/map_file.h"

static struct fm_ctx ctx;

/* An unlinked file of n bytes 'x'. */
static int make_file(size_t n)
{
    char path[] = "/tmp/fm-map-XXXXXX", block[4096];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    memset(block, 'x', sizeof block);
    for (size_t left = n; left;) {
        size_t len = left < sizeof block ? left : sizeof block;
        assert_int_equal(write(fd, block, len), (ssize_t)len);
        left -= len;
    }
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    fm_ctx_release(&ctx);
    fm_ctx_init(&ctx, &fm_clock_system);
    return fd;
}

static size_t count(fm_str s, char c)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.p[i] == c;
    return n;
}

TEST(small_and_large_files_give_their_bytes)
{
    static const size_t sizes[] = {0, 1, FM_MAP_FILE_SMALL, FM_MAP_FILE_SMALL + 1, 1u << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct fm_map_file *m = NULL;
        int fd = make_file(sizes[i]);
        assert_int_equal(fm_map_file_open(&ctx, fd, UINT64_MAX, &m), FM_OK);
        assert_int_equal(fm_map_file_bytes(m).len, sizes[i]);
        assert_int_equal(count(fm_map_file_bytes(m), 'x'), sizes[i]);
        assert_int_equal(fm_map_file_growth(m, fd), 0);
        assert_false(fm_map_file_is_damaged(m));
        close(fd);
        fm_map_file_free(m);
    }
    fm_map_file_free(NULL);
}

TEST(a_file_over_the_limit_is_refused)
{
    struct fm_map_file *m = NULL;
    int fd = make_file(100);
    assert_int_equal(fm_map_file_open(&ctx, fd, 99, &m), FM_ELIMIT);
    assert_null(m);
    fm_ctx_clear_error(&ctx);
    assert_int_equal(fm_map_file_open(&ctx, fd, 100, &m), FM_OK);
    fm_map_file_free(m);
    close(fd);
}

TEST(what_is_no_file_is_refused)
{
    struct fm_map_file *m = NULL;
    int fd[2];
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(fm_map_file_open(&ctx, fd[0], 99, &m), FM_EINVAL);
    fm_ctx_clear_error(&ctx);
    assert_int_equal(fm_map_file_open(&ctx, -1, 99, &m), FM_EIO);
    close(fd[0]);
    close(fd[1]);
}

TEST(a_file_that_shrinks_while_mapped_reads_as_zeros)
{
    struct fm_map_file *m = NULL, *other = NULL;
    int fd = make_file(1u << 20), fd2 = make_file(1u << 20);
    assert_int_equal(fm_map_file_open(&ctx, fd, UINT64_MAX, &m), FM_OK);
    assert_int_equal(fm_map_file_open(&ctx, fd2, UINT64_MAX, &other), FM_OK);
    assert_int_equal(ftruncate(fd, 100000), 0);
    fm_str s = fm_map_file_bytes(m);
    assert_int_equal(s.len, 1u << 20);
    assert_int_equal(count(s, 'x'), 100000);
    assert_int_equal(count(s, '\0'), (1u << 20) - 100000);
    assert_true(fm_map_file_is_damaged(m));
    assert_int_equal(fm_map_file_growth(m, fd), 100000 - (1 << 20));
    assert_int_equal(count(fm_map_file_bytes(other), 'x'), 1u << 20);
    assert_false(fm_map_file_is_damaged(other));
    close(fd);
    close(fd2);
    fm_map_file_free(m);
    fm_map_file_free(other);
}

TEST(a_recycled_mapping_is_not_damaged)
{
    struct fm_map_file *m = NULL;
    int fd = make_file(1u << 20);
    assert_int_equal(fm_map_file_open(&ctx, fd, UINT64_MAX, &m), FM_OK);
    assert_false(fm_map_file_is_damaged(m));
    assert_int_equal(count(fm_map_file_bytes(m), 'x'), 1u << 20);
    fm_map_file_free(m);
    close(fd);
}

TEST(growth_is_seen)
{
    struct fm_map_file *m = NULL;
    int fd = make_file(1u << 20);
    assert_int_equal(fm_map_file_open(&ctx, fd, UINT64_MAX, &m), FM_OK);
    assert_int_equal(ftruncate(fd, (1 << 20) + 10), 0);
    assert_int_equal(fm_map_file_growth(m, fd), 10);
    assert_int_equal(fm_map_file_bytes(m).len, 1u << 20);
    fm_map_file_free(m);
    close(fd);
}

TEST(reading_stops_at_the_maximum)
{
    struct fm_buf b;
    int fd = make_file(1000);
    fm_buf_init(&b, 300);
    assert_int_equal(fm_read_fd(&ctx, fd, &b), FM_OK);
    assert_int_equal(b.len, 300);
    assert_true(b.overflow);
    fm_buf_release(&b);
    close(fd);
    fd = make_file(300);
    fm_buf_init(&b, 300);
    assert_int_equal(fm_read_fd(&ctx, fd, &b), FM_OK);
    assert_int_equal(b.len, 300);
    assert_false(b.overflow);
    fm_buf_release(&b);
    close(fd);
    assert_int_equal(fm_read_fd(&ctx, fd, &b), FM_EIO);
    fm_ctx_release(&ctx);
}
