/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles travel whole, and a hostile one changes nothing. */
#include "store_kit.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include "faultmaven/store/bundle.h"

static fm_str make_case(struct world *w)
{
    struct fm_case_answer a;
    fm_str id = world_case(w, alice, "Checkout fails");
    assert_int_equal(world_add(w, id, "app.log", "ERROR pool exhausted", &a), FM_OK);
    assert_int_equal(world_do(w, alice, id, CONFIRM, &a), FM_OK);
    assert_int_equal(world_say(w, alice, id, "hello", &a), FM_OK);
    return id;
}

static const char *path_in(struct world *w, const char *name)
{
    return fm_str_fmt(&w->ctx.arena, "%s/%s", w->dir, name).p;
}

static int64_t count_cases(struct world *w)
{
    struct fm_case_rows rows;
    struct fm_case_filter f = {
        .include_empty = true, .include_closed = true, .limit = 10, .before_updated = FM_TIME_NONE};
    assert_int_equal(fm_store_list(w->store, &w->ctx, &f, &rows), FM_OK);
    return (int64_t)rows.n;
}

TEST(a_bundle_carries_the_whole_case)
{
    struct world a, b;
    struct fm_bundle_result r;
    struct fm_case *c, *read_only;
    struct fm_events events;
    struct fm_verify_result v;
    fm_str bytes;
    world_open(&a, NULL);
    world_open(&b, NULL);
    fm_str id = make_case(&a);
    const char *file = path_in(&a, "case.fmcase");
    assert_int_equal(fm_bundle_write(a.store, &a.ctx, id, FM_STR("# Report\n"), file), FM_OK);
    assert_int_equal(fm_bundle_import(b.store, &b.ctx, file, &r), FM_OK);
    assert_true(fm_str_eq(r.case_id, id));
    assert_false(r.was_known);
    assert_int_equal(r.blobs, 1);
    assert_int_equal(fm_store_verify(b.store, &b.ctx, id, &v), FM_OK);
    assert_true(v.ok);
    assert_int_equal(fm_store_load(b.store, &b.ctx, id, &c, NULL), FM_OK);
    assert_int_equal(fm_blobs_read(fm_store_blobs(b.store), &b.ctx, c->files.items[0].sha256,
                                   (struct fm_range){6, 4}, &bytes),
                     FM_OK);
    assert_str(bytes, "pool");
    assert_int_equal(fm_bundle_import(b.store, &b.ctx, file, &r), FM_OK);
    assert_true(r.was_known);
    assert_int_equal(fm_bundle_open(&b.ctx, file, &read_only, &events), FM_OK);
    assert_int_equal(read_only->version, c->version);
    world_close(&a);
    world_close(&b);
}

TEST(another_version_of_a_case_is_a_conflict)
{
    struct world w;
    struct fm_bundle_result r;
    struct fm_case_answer a;
    world_open(&w, NULL);
    fm_str id = make_case(&w);
    const char *file = path_in(&w, "case.fmcase");
    assert_int_equal(fm_bundle_write(w.store, &w.ctx, id, FM_STR_NULL, file), FM_OK);
    assert_int_equal(world_say(&w, alice, id, "more", &a), FM_OK);
    assert_int_equal(fm_bundle_import(w.store, &w.ctx, file, &r), FM_ECONFLICT);
    world_close(&w);
}

/* ---- hostile bundles ---- */

struct member {
    char name[128];
    char content[65536];
    size_t n;
};
struct package {
    struct member members[8];
    size_t n;
};

static void unpack(const char *file, struct package *p)
{
    struct archive_entry *e;
    struct archive *a = archive_read_new();
    archive_read_support_format_tar(a);
    archive_read_support_filter_zstd(a);
    assert_int_equal(archive_read_open_filename(a, file, 65536), ARCHIVE_OK);
    p->n = 0;
    while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
        struct member *m = &p->members[p->n++];
        snprintf(m->name, sizeof m->name, "%s", archive_entry_pathname(e));
        la_ssize_t n = archive_read_data(a, m->content, sizeof m->content - 1);
        assert_true(n >= 0);
        m->n = (size_t)n;
        m->content[n] = '\0';
    }
    archive_read_free(a);
}

static void pack(const char *file, const struct package *p)
{
    struct archive *a = archive_write_new();
    archive_write_set_format_pax_restricted(a);
    archive_write_add_filter_zstd(a);
    assert_int_equal(archive_write_open_filename(a, file), ARCHIVE_OK);
    for (size_t i = 0; i < p->n; i++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, p->members[i].name);
        archive_entry_set_size(e, (la_int64_t)p->members[i].n);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        archive_write_data(a, p->members[i].content, p->members[i].n);
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
}

static void replace(struct member *m, const char *from, const char *to)
{
    char *at = strstr(m->content, from);
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
}

static void alter(struct package *p, int what)
{
    struct member *last = &p->members[p->n - 1];
    switch (what) {
    case 0: /* an event */
        replace(&p->members[1], "hello", "hullo");
        return;
    case 1: /* the evidence */
        replace(last, "pool", "fool");
        return;
    case 2: /* a path out of the store */
        snprintf(last->name, sizeof last->name, "blobs/../../../../tmp/fm-evil");
        return;
    case 3: /* content that the log does not name */
        p->members[p->n] = *last;
        memset(p->members[p->n++].name + 6, 'a', 64);
        return;
    case 4: /* missing content */
        p->n--;
        return;
    case 5: /* a member of another kind */
        snprintf(last->name, sizeof last->name, "evil.sh");
        return;
    case 6: /* another case's manifest */
        replace(&p->members[0], "case_", "cas__");
        return;
    case 7: /* the log first */
        p->members[7] = p->members[0];
        p->members[0] = p->members[1];
        p->members[1] = p->members[7];
        return;
    default: /* an event of the future */
        replace(&p->members[1], "file_added", "file_eaten");
    }
}

TEST(a_hostile_bundle_is_refused_and_nothing_is_stored)
{
    static struct package original, p;
    struct world a, b;
    struct fm_bundle_result r;
    world_open(&a, NULL);
    world_open(&b, NULL);
    fm_str id = make_case(&a);
    const char *file = path_in(&a, "case.fmcase");
    assert_int_equal(fm_bundle_write(a.store, &a.ctx, id, FM_STR_NULL, file), FM_OK);
    unpack(file, &original);
    assert_int_equal(original.n, 3);
    for (int what = 0; what < 9; what++) {
        p = original;
        alter(&p, what);
        pack(file, &p);
        fm_ctx_clear_error(&b.ctx);
        enum fm_code code = fm_bundle_import(b.store, &b.ctx, file, &r);
        if (code == FM_OK)
            fail_msg("alteration %d was accepted", what);
        assert_int_equal(count_cases(&b), 0);
        assert_int_not_equal(access("/tmp/fm-evil", F_OK), 0);
    }
    world_close(&a);
    world_close(&b);
}

TEST(damaged_files_never_crash_the_reader)
{
    struct world w;
    struct fm_rng_seeded rng;
    world_open(&w, NULL);
    fm_str id = make_case(&w);
    const char *file = path_in(&w, "case.fmcase"), *bad = path_in(&w, "bad.fmcase");
    assert_int_equal(fm_bundle_write(w.store, &w.ctx, id, FM_STR_NULL, file), FM_OK);
    static char bytes[65536], copy[65536];
    int fd = open(file, O_RDONLY);
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    assert_true(n > 100);
    fm_rng_seed(&rng, 3);
    for (int i = 0; i < 200; i++) {
        struct fm_case *c;
        struct fm_events events;
        memcpy(copy, bytes, (size_t)n);
        copy[fm_rng_below(&rng.base, (uint64_t)n)] ^= (char)(1 << (i % 8));
        size_t length = i % 4 ? (size_t)n : (size_t)fm_rng_below(&rng.base, (uint64_t)n);
        fd = open(bad, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_int_equal(write(fd, copy, length), length);
        close(fd);
        fm_ctx_clear_error(&w.ctx);
        if (fm_bundle_open(&w.ctx, bad, &c, &events) == FM_OK)
            assert_true(fm_str_eq(c->id, id));
    }
    world_close(&w);
}
