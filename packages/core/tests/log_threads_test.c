/* SPDX-License-Identifier: Apache-2.0 */
/* An input of many parts gives the same result on any number of threads. */
#include <stdlib.h>

#include "test.h"

#include "faultmaven/core/logs.h"
#include "log_streams.h"

#define TEXT_BYTES ((size_t)14 << 20) /* four parts, the last one short */

struct seen {
    struct fm_ctx ctx;
    struct fm_logs *log;
    uint32_t *leaves;
    size_t n, cap;
};

static void keep(void *arg, const uint32_t *leaves, size_t n)
{
    struct seen *s = arg;
    if (s->n + n > s->cap) {
        s->cap = (s->n + n) * 2;
        s->leaves = realloc(s->leaves, s->cap * sizeof *s->leaves);
        assert_non_null(s->leaves);
    }
    memcpy(s->leaves + s->n, leaves, n * sizeof *leaves);
    s->n += n;
}

static void make_text(struct fm_buf *b)
{
    fm_buf_init(b, TEXT_BYTES);
    for (size_t i = 0; b->len < TEXT_BYTES && !b->overflow; i++) {
        struct stream stream;
        stream_make(&stream, &styles[i % N_STYLES], &vocabularies[i % N_VOCABULARIES], 2000);
        fm_buf_adds(b, fm_buf_str(&stream.text));
        stream_release(&stream);
    }
}

static void read_text(fm_str text, unsigned threads, struct seen *s)
{
    struct fm_pool *pool = threads ? fm_pool_new(threads, 64) : NULL;
    struct fm_logs_options opt = {
        .reference = FM_TIME_NONE, .pool = pool, .on_leaves = keep, .arg = s};
    fm_ctx_init(&s->ctx, &fm_clock_system);
    assert_int_equal(fm_logs_read(&s->ctx, text, &opt, &s->log), FM_OK);
    fm_pool_free(pool);
}

static void release(struct seen *s)
{
    free(s->leaves);
    fm_ctx_release(&s->ctx);
}

static void assert_same(const struct seen *a, const struct seen *b)
{
    assert_int_equal(a->log->lines, b->log->lines);
    assert_int_equal(a->log->n_templates, b->log->n_templates);
    assert_int_equal(a->n, b->n);
    assert_memory_equal(a->leaves, b->leaves, a->n * sizeof *a->leaves);
    for (size_t i = 0; i < a->log->n_templates; i++) {
        const struct fm_logs_template *x = a->log->templates[i], *y = b->log->templates[i];
        assert_true(fm_str_eq(x->text, y->text));
        assert_int_equal(x->count, y->count);
        assert_int_equal(x->first, y->first);
        assert_int_equal(x->latest.line, y->latest.line);
        assert_int_equal(x->n_examples, y->n_examples);
        assert_int_equal(x->examples[0].offset, y->examples[0].offset);
    }
}

TEST(any_number_of_threads_gives_the_same_templates)
{
    static const unsigned threads[] = {1, 2, 3, 8};
    struct seen alone = {.n = 0};
    struct fm_buf b;
    make_text(&b);
    read_text(fm_buf_str(&b), 0, &alone);
    assert_int_equal(alone.n, alone.log->lines);
    assert_true(alone.log->n_templates > 50);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct seen s = {.n = 0};
        read_text(fm_buf_str(&b), threads[i], &s);
        assert_same(&alone, &s);
        release(&s);
    }
    release(&alone);
    fm_buf_release(&b);
}

TEST(a_cancelled_read_ends_on_all_threads)
{
    struct seen s = {.n = 0};
    struct fm_buf b;
    struct fm_pool *pool = fm_pool_new(4, 64);
    struct fm_logs_options opt = {
        .reference = FM_TIME_NONE, .pool = pool, .on_leaves = keep, .arg = &s};
    make_text(&b);
    fm_ctx_init(&s.ctx, &fm_clock_system);
    fm_ctx_cancel(&s.ctx);
    assert_int_equal(fm_logs_read(&s.ctx, fm_buf_str(&b), &opt, &s.log), FM_ECANCELLED);
    assert_int_equal(s.n, 0);
    fm_pool_free(pool);
    release(&s);
    fm_buf_release(&b);
}
