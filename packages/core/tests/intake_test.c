/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faultmaven/core/intake.h"

static struct fm_ctx ctx;
static struct fm_incident in;
static struct fm_intake *intake;
static char folder[64];

static void start(const struct fm_intake_limits *limits)
{
    memcpy(folder, "/tmp/fm-intake-XXXXXX", 22);
    assert_non_null(mkdtemp(folder));
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    intake = fm_intake_new_limited(limits ? limits : &fm_intake_defaults);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void stop(void)
{
    fm_intake_free(intake);
    fm_ctx_release(&ctx);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *at(const char *name)
{
    return fm_str_fmt(&ctx.arena, "%s%s%s", folder, *name ? "/" : "", name).p;
}

static void put(const char *name, fm_str bytes)
{
    int fd = open(at(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.p, bytes.len), (ssize_t)bytes.len);
    close(fd);
}

static void add(const char *name)
{
    assert_int_equal(fm_intake_add(intake, &in, at(name), false), FM_OK);
}

/* Paths of the inputs, one a line. */
static fm_str paths(void)
{
    fm_str all = FM_STR_NULL;
    fm_vec_each (&in.inputs, e)
        all = fm_str_fmt(&ctx.arena, "%.*s%.*s\n", FM_STR_ARG(all), FM_STR_ARG((*e)->path));
    return all;
}

static struct fm_evidence *input(const char *path)
{
    fm_vec_each (&in.inputs, e)
        if (fm_str_eqc((*e)->path, path))
            return *e;
    fail_msg("no input %s", path);
    return NULL;
}

static bool has_problem(const char *path, const char *text)
{
    fm_vec_each (&input(path)->problems, p)
        if (fm_str_has(p->text, fm_str_c(text)))
            return true;
    return false;
}

struct piece {
    const char *name;
    fm_str content;
};

/* An archive of the pieces that ends with a NULL name. */
static fm_str pack(int (*set_format)(struct archive *), int (*add_filter)(struct archive *),
                   const struct piece *pieces)
{
    size_t size = 4u << 20, used = 0;
    char *memory = fm_arena_alloc(&ctx.arena, size);
    struct archive *a = archive_write_new();
    assert_int_equal(set_format(a), ARCHIVE_OK);
    if (add_filter)
        assert_int_equal(add_filter(a), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(a, memory, size, &used), ARCHIVE_OK);
    for (; pieces->name; pieces++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, pieces->name);
        archive_entry_set_size(e, (la_int64_t)pieces->content.len);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, pieces->content.p, pieces->content.len),
                         (la_ssize_t)pieces->content.len);
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    return fm_str_n(memory, used);
}

TEST(a_folder_gives_its_files_in_order_of_path)
{
    start(NULL);
    mkdir(at("b"), 0700);
    put("b/2.log", FM_STR("two\n"));
    put("b/1.log", FM_STR("one\n"));
    put("a.log", FM_STR("a\n"));
    put("c.log", FM_STR("c\n"));
    add("");
    assert_str(paths(), "a.log\nb/1.log\nb/2.log\nc.log\n");
    assert_str(input("b/1.log")->bytes, "one\n");
    assert_string_equal(input("a.log")->sha256,
                        "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7");
    assert_int_equal(input("a.log")->type, FM_EVIDENCE_LOG);
    assert_int_equal(input("a.log")->problems.n, 0);
    stop();
}

TEST(one_file_is_named_without_its_folder)
{
    start(NULL);
    put("a.log", FM_STR("a\n"));
    add("a.log");
    assert_str(paths(), "a.log\n");
    stop();
}

TEST(a_path_that_does_not_exist_is_an_error)
{
    start(NULL);
    assert_int_equal(fm_intake_add(intake, &in, at("nope"), false), FM_ENOTFOUND);
    assert_non_null(strstr(ctx.error, "nope: No such file"));
    assert_int_equal(in.inputs.n, 0);
    stop();
}

TEST(odd_inputs_are_listed_with_the_reason)
{
    start(NULL);
    put("blank", FM_STR(" \n\n"));
    put("empty", FM_STR(""));
    put("picture", FM_STR("\x89PNG\r\n\x1a\n"));
    put("core", fm_str_n("\x7f"
                         "ELF\1\2\3\4\5\6\7\0\0\0",
                         14));
    put("hole.log", fm_str_n("2025-07-01T12:00:00Z start\n\0\0\0\0rest of the line is here\n", 56));
    put("ascii-then-bad", FM_STR("caf\xC3\xA9 and \xFF\n"));
    mkfifo(at("pipe"), 0600);
    add("");
    assert_true(has_problem("empty", "empty"));
    assert_true(has_problem("blank", "white space"));
    assert_true(has_problem("picture", "an image"));
    assert_true(has_problem("core", "binary data"));
    assert_true(has_problem("pipe", "not a regular file"));
    assert_true(has_problem("hole.log", "4 NUL bytes, the first at offset 27"));
    assert_int_equal(input("hole.log")->type, FM_EVIDENCE_LOG);
    assert_true(has_problem("ascii-then-bad", "not UTF-8"));
    stop();
}

TEST(text_of_other_encodings_is_read_as_utf8)
{
    start(NULL);
    put("utf16.log", fm_str_n("\xFF\xFE"
                              "E\0R\0R\0\n\0",
                              10));
    put("latin1.log", FM_STR("ERROR caf\xE9\n"));
    add("");
    assert_str(input("utf16.log")->bytes, "ERR\n");
    assert_true(has_problem("utf16.log", "text in UTF-16LE"));
    assert_int_equal(input("utf16.log")->type, FM_EVIDENCE_LOG);
    assert_str(input("latin1.log")->bytes, "ERROR caf\xC3\xA9\n");
    assert_true(has_problem("latin1.log", "Latin-1"));
    stop();
}

TEST(links_do_not_count_twice_and_loops_end)
{
    start(NULL);
    mkdir(at("d"), 0700);
    put("d/a.log", FM_STR("a\n"));
    assert_int_equal(symlink("..", at("d/loop")), 0);
    assert_int_equal(symlink("a.log", at("d/current")), 0);
    assert_int_equal(symlink("nowhere", at("d/dangling")), 0);
    assert_int_equal(link(at("d/a.log"), at("d/hard")), 0);
    add("");
    assert_str(paths(), "d/a.log\nd/current\nd/dangling\nd/hard\nd/loop\n");
    assert_true(has_problem("d/current", "a link into the same folder"));
    assert_true(has_problem("d/loop", "a link into the same folder"));
    assert_true(has_problem("d/dangling", "No such file"));
    assert_true(has_problem("d/hard", "the same as d/a.log"));
    stop();
}

TEST(links_that_lead_outside_are_followed_once)
{
    start(NULL);
    mkdir(at("in"), 0700);
    mkdir(at("out"), 0700);
    put("out/x.log", FM_STR("x\n"));
    assert_int_equal(symlink("../out", at("in/one")), 0);
    assert_int_equal(symlink("../out", at("in/two")), 0);
    assert_int_equal(symlink("../out", at("out/self")), 0);
    add("in");
    assert_str(input("one/x.log")->bytes, "x\n");
    assert_true(has_problem("two", "the same as one"));
    stop();
}

TEST(the_same_file_may_be_input_and_baseline)
{
    start(NULL);
    put("a.log", FM_STR("a\n"));
    add("a.log");
    assert_int_equal(fm_intake_add(intake, &in, at("a.log"), true), FM_OK);
    assert_int_equal(in.inputs.n, 2);
    assert_int_equal(in.inputs.items[1]->problems.n, 0);
    assert_true(in.inputs.items[1]->is_baseline);
    add("a.log");
    assert_int_equal(in.inputs.items[2]->problems.n, 1);
    stop();
}

TEST(archives_of_every_kind_are_folders)
{
    const struct piece pieces[] = {
        {"logs/b.log", FM_STR("b\n")}, {"./a.log", FM_STR("a\n")}, {NULL, FM_STR_NULL}};
    static const struct {
        const char *name;
        int (*format)(struct archive *);
        int (*filter)(struct archive *);
    } kinds[] = {
        {"x.tar", archive_write_set_format_ustar, NULL},
        {"x.tar.gz", archive_write_set_format_pax_restricted, archive_write_add_filter_gzip},
        {"x.tar.zst", archive_write_set_format_gnutar, archive_write_add_filter_zstd},
        {"x.tar.xz", archive_write_set_format_ustar, archive_write_add_filter_xz},
        {"x.tar.bz2", archive_write_set_format_ustar, archive_write_add_filter_bzip2},
        {"x.zip", archive_write_set_format_zip, NULL},
        {"content-decides.log", archive_write_set_format_zip, NULL},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        start(NULL);
        put(kinds[i].name, pack(kinds[i].format, kinds[i].filter, pieces));
        add(kinds[i].name);
        assert_str(paths(), "a.log\nlogs/b.log\n");
        assert_str(input("logs/b.log")->bytes, "b\n");
        assert_string_equal(input("a.log")->sha256,
                            "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7");
        stop();
    }
}

TEST(an_archive_in_a_folder_is_a_folder_in_it)
{
    const struct piece inner[] = {{"deep.log", FM_STR("deep\n")}, {NULL, FM_STR_NULL}};
    start(NULL);
    const struct piece outer[] = {{"inner.zip", pack(archive_write_set_format_zip, NULL, inner)},
                                  {"z.log", FM_STR("z\n")},
                                  {NULL, FM_STR_NULL}};
    put("all.tar.gz", pack(archive_write_set_format_ustar, archive_write_add_filter_gzip, outer));
    put("b.log", FM_STR("b\n"));
    add("");
    assert_str(paths(), "all.tar.gz/inner.zip/deep.log\nall.tar.gz/z.log\nb.log\n");
    stop();
}

TEST(one_compressed_file_is_that_file)
{
    const struct piece pieces[] = {{"any", FM_STR("2025-07-01T12:00:00Z INFO x\n")},
                                   {NULL, FM_STR_NULL}};
    start(NULL);
    put("app.log.gz", pack(archive_write_set_format_raw, archive_write_add_filter_gzip, pieces));
    add("");
    assert_str(paths(), "app.log.gz\n");
    assert_str(input("app.log.gz")->bytes, "2025-07-01T12:00:00Z INFO x\n");
    stop();
}

TEST(names_in_archives_are_only_labels)
{
    const struct piece pieces[] = {{"../../etc/passwd", FM_STR("a\n")},
                                   {"/abs/x", FM_STR("b\n")},
                                   {"bell\a", FM_STR("c\n")},
                                   {"..", FM_STR("d\n")},
                                   {NULL, FM_STR_NULL}};
    start(NULL);
    put("x.tar", pack(archive_write_set_format_ustar, NULL, pieces));
    add("x.tar");
    assert_str(paths(), "abs/x\nbell?\netc/passwd\nmember-4\n");
    stop();
}

TEST(a_damaged_archive_gives_what_it_has)
{
    const struct piece pieces[] = {
        {"a.log", FM_STR("a\n")}, {"b.log", FM_STR("b\n")}, {NULL, FM_STR_NULL}};
    start(NULL);
    fm_str whole = pack(archive_write_set_format_ustar, NULL, pieces);
    put("cut.tar", fm_str_sub(whole, 0, 1024 + 100));
    put("junk.gz", FM_STR("\x1F\x8B\x08 this is not gzip data at all"));
    put("junk.zip", FM_STR("PK\x03\x04 junk"));
    add("");
    assert_str(input("cut.tar/a.log")->bytes, "a\n");
    assert_true(has_problem("cut.tar", "1 members were read; the archive ended early"));
    assert_true(input("junk.gz")->problems.n > 0);
    assert_true(input("junk.zip")->problems.n > 0);
    stop();
}

static fm_str zeros(size_t n)
{
    return fm_str_n(fm_arena_calloc(&ctx.arena, 1, n), n);
}

TEST(a_bomb_stops_at_the_limits)
{
    struct fm_intake_limits limits = fm_intake_defaults;
    limits.member_bytes = 100000;
    limits.expanded_bytes = 250000;
    start(&limits);
    const struct piece pieces[] = {{"1", zeros(1u << 20)},
                                   {"2", zeros(1u << 20)},
                                   {"3", zeros(1u << 20)},
                                   {"4", zeros(1u << 20)},
                                   {NULL, FM_STR_NULL}};
    put("bomb.zip", pack(archive_write_set_format_zip, NULL, pieces));
    add("bomb.zip");
    assert_int_equal(input("1")->bytes.len, 100000);
    assert_true(has_problem("1", "only the first 100000 decompressed bytes"));
    assert_int_equal(input("3")->bytes.len, 50000);
    assert_true(
        has_problem("bomb.zip", "3 members were read; the archive ended early: the memory limit"));
    stop();
}

TEST(nesting_and_members_are_limited)
{
    struct fm_intake_limits limits = fm_intake_defaults;
    limits.nesting = 2;
    limits.members = 3;
    start(&limits);
    fm_str inner = pack(archive_write_set_format_zip, NULL,
                        (const struct piece[]){{"x", FM_STR("x\n")}, {NULL, FM_STR_NULL}});
    for (int i = 0; i < 2; i++)
        inner = pack(archive_write_set_format_zip, NULL,
                     (const struct piece[]){{"in.zip", inner}, {NULL, FM_STR_NULL}});
    put("nest.zip", inner);
    put("many.zip", pack(archive_write_set_format_zip, NULL,
                         (const struct piece[]){{"a", FM_STR("a\n")},
                                                {"b", FM_STR("b\n")},
                                                {"c", FM_STR("c\n")},
                                                {"d", FM_STR("d\n")},
                                                {NULL, FM_STR_NULL}}));
    add("");
    assert_true(has_problem("nest.zip/in.zip/in.zip", "nested deeper than 2"));
    assert_true(
        has_problem("many.zip", "3 members were read; the archive ended early: it has more"));
    stop();
}

TEST(the_number_of_inputs_is_limited_and_the_limit_is_told)
{
    struct fm_intake_limits limits = fm_intake_defaults;
    limits.inputs = 3;
    start(&limits);
    for (int i = 0; i < 6; i++)
        put(fm_str_fmt(&ctx.arena, "%d.log", i).p, FM_STR("x\n"));
    add("");
    assert_int_equal(in.inputs.n, 3);
    assert_int_equal(in.limits.n, 1);
    assert_true(fm_str_has(in.limits.items[0],
                           FM_STR("only the first 3 inputs were read; the rest starts at 3.log")));
    stop();
}

TEST(a_file_over_the_limit_is_listed_not_read)
{
    struct fm_intake_limits limits = fm_intake_defaults;
    limits.file_bytes = 10;
    start(&limits);
    put("big.log", FM_STR("more than ten bytes\n"));
    add("");
    assert_true(has_problem("big.log", "more than the limit of 10"));
    assert_string_equal(input("big.log")->sha256, "");
    stop();
}

TEST(a_very_long_line_is_told)
{
    start(NULL);
    char *p = fm_arena_alloc(&ctx.arena, 3u << 20);
    memset(p, 'x', 3u << 20);
    p[100] = '\n';
    put("long.log", fm_str_n(p, 3u << 20));
    for (size_t i = 0; i < 3u << 20; i += 1000)
        p[i] = '\n';
    put("short.log", fm_str_n(p, 3u << 20));
    add("");
    assert_true(has_problem("long.log", "a line longer than"));
    assert_int_equal(input("short.log")->problems.n, 0);
    stop();
}

TEST(a_file_that_shrinks_is_told_at_the_end)
{
    start(NULL);
    char *p = fm_arena_alloc(&ctx.arena, 1u << 20);
    memset(p, 'x', 1u << 20);
    put("a.log", fm_str_n(p, 1u << 20));
    add("a.log");
    assert_int_equal(truncate(at("a.log"), 10), 0);
    assert_int_equal(fm_str_chr(input("a.log")->bytes, '\0', 0), 10);
    assert_int_equal(input("a.log")->bytes.p[1 << 19], '\0');
    fm_intake_verify(intake, &in);
    fm_intake_verify(intake, &in);
    assert_true(has_problem("a.log", "shrank"));
    assert_int_equal(input("a.log")->problems.n, 2); /* the long line, and this */
    stop();
}

TEST(any_number_of_threads_gives_the_same_inputs)
{
    fm_str first = FM_STR_NULL;
    for (unsigned threads = 0; threads <= 4; threads += 2) {
        start(NULL);
        in.pool = threads ? fm_pool_new(threads, 16) : NULL;
        for (int i = 0; i < 200; i++)
            put(fm_str_fmt(&ctx.arena, "%03d", i).p, i % 3 ? FM_STR("caf\xE9\n") : FM_STR("ok\n"));
        add("");
        fm_str all = paths();
        fm_vec_each (&in.inputs, e)
            all = fm_str_fmt(&ctx.arena, "%.*s%s %zu\n", FM_STR_ARG(all), (*e)->sha256,
                             (*e)->problems.n);
        if (threads)
            assert_true(fm_str_eq(all, first));
        else
            first = fm_str_n(strdup(all.p), all.len);
        fm_pool_free(in.pool);
        stop();
    }
    free((void *)(uintptr_t)first.p);
}

TEST(a_cancelled_walk_fails)
{
    start(NULL);
    put("a.log", FM_STR("a\n"));
    fm_ctx_cancel(&ctx);
    assert_int_equal(fm_intake_add(intake, &in, at(""), false), FM_ECANCELLED);
    stop();
}

TEST(a_comma_before_a_fraction_of_a_second_makes_no_table)
{
    static const char *const logs[] = {
        "2026-02-09 10:00:00,456 INFO [main] started\n2026-02-09 10:00:02,716 INFO [main] ready\n",
        "2026-02-09 10:00:00,456 INFO [id=1, group=2] a in 3 ms\n"
        "2026-02-09 10:00:02,716 INFO [id=1, group=2] b in 4 ms\n",
        "[2026-02-09 10:00:00,456] INFO [Log dir=/data, x=1] rolled\n"
        "[2026-02-09 10:00:01,456] INFO [Log dir=/data, x=1] rolled\n",
        "2026-02-09T10:00:00Z opened a, b and c\n2026-02-09T10:00:01Z opened a, b, c and d\n",
    };
    static const char *const tables[] = {
        "time,cpu,mem\n2026-02-09 10:00:00,456,12\n2026-02-09 10:01:00,457,13\n",
        "time,cpu\n2026-02-09 10:00:00,456\n2026-02-09 10:01:00,457\n",
    };
    start(NULL);
    for (size_t i = 0; i < 4; i++)
        put(fm_str_fmt(&ctx.arena, "log%zu", i).p, fm_str_c(logs[i]));
    for (size_t i = 0; i < 2; i++)
        put(fm_str_fmt(&ctx.arena, "table%zu", i).p, fm_str_c(tables[i]));
    add("");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(input(fm_str_fmt(&ctx.arena, "log%zu", i).p)->type, FM_EVIDENCE_LOG);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(input(fm_str_fmt(&ctx.arena, "table%zu", i).p)->type, FM_EVIDENCE_METRICS);
    stop();
}
