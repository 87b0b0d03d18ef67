/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "intake/intake_impl.h"

const struct fm_intake_limits fm_intake_defaults = {
    .file_bytes = (uint64_t)1 << 40,
    .stdin_bytes = (uint64_t)4 << 30,
    .member_bytes = (uint64_t)1 << 30,
    .expanded_bytes = (uint64_t)4 << 30,
    .members = 20000,
    .inputs = 100000,
    .nesting = 4,
};

struct fm_intake *fm_intake_new_limited(const struct fm_intake_limits *limits)
{
    struct fm_intake *t = calloc(1, sizeof *t);
    if (!t)
        FM_BUG("out of memory");
    t->limits = *limits;
    fm_arena_init(&t->arena);
    fm_map_init(&t->seen, &t->arena);
    return t;
}

struct fm_intake *fm_intake_new(void)
{
    return fm_intake_new_limited(&fm_intake_defaults);
}

void fm_intake_free(struct fm_intake *t)
{
    if (!t)
        return;
    for (struct holding *h = t->holdings, *next; h; h = next) {
        next = h->next;
        fm_map_file_free(h->map);
        fm_buf_release(&h->memory);
        free(h);
    }
    fm_arena_release(&t->arena);
    free(t);
}

static void take_stream(struct walk *w, int fd, fm_str path)
{
    struct fm_ctx *ctx = w->in->ctx;
    struct fm_buf b;
    fm_buf_init(&b, (size_t)w->t->limits.stdin_bytes);
    const char *problem = NULL;
    if (fm_read_fd(ctx, fd, &b) != FM_OK) {
        problem = fm_arena_dup(&ctx->arena, ctx->error, strlen(ctx->error));
        fm_ctx_clear_error(ctx);
    } else if (b.overflow) {
        problem = fm_str_fmt(&ctx->arena, "only the first %zu bytes were read", b.len).p;
    }
    if (archive_is(fm_buf_str(&b))) {
        archive_take(w, path, fm_buf_str(&b), 0);
        fm_buf_release(&b);
        if (problem)
            intake_unusable(w, path, "%s", problem);
        return;
    }
    struct pending *p = intake_take_memory(w, path, &b);
    p->e->modified = fm_now(ctx->clock);
    if (problem)
        fm_incident_problem(w->in, p->e, 0, "%s", problem);
}

static void report_text(struct fm_incident *in, struct fm_evidence *e, const struct findings *f)
{
    bool is_text = e->type != FM_EVIDENCE_BINARY && e->type != FM_EVIDENCE_IMAGE;
    if (f->is_unconverted)
        fm_incident_problem(in, e, 0, "text in %s, too large to convert",
                            encoding_name(f->encoding));
    else if (f->converted.len)
        fm_incident_problem(in, e, 0,
                            "text in %s, read as UTF-8; offsets are those of the UTF-8 form",
                            encoding_name(f->encoding));
    if (f->encoding == ENCODING_DAMAGED_UTF8 && is_text)
        fm_incident_problem(in, e, 0, "some bytes are not UTF-8");
    if (f->n_nul && is_text)
        fm_incident_problem(in, e, 0, "%s%llu NUL bytes, the first at offset %llu",
                            f->n_nul == NUL_COUNT_MAX ? "at least " : "",
                            (unsigned long long)f->n_nul, (unsigned long long)f->first_nul);
    if (f->has_long_line && is_text)
        fm_incident_problem(in, e, 0, "has a line longer than %zu bytes", LONG_LINE_BYTES);
}

static void report_type(struct fm_incident *in, struct fm_evidence *e)
{
    if (e->type == FM_EVIDENCE_EMPTY)
        fm_incident_problem(in, e, 0, e->bytes.len ? "nothing but white space" : "empty");
    else if (e->type == FM_EVIDENCE_BINARY)
        fm_incident_problem(in, e, 0, "binary data; not analysed");
    else if (e->type == FM_EVIDENCE_IMAGE)
        fm_incident_problem(in, e, 0, "an image; not analysed");
}

static void report(struct fm_incident *in, const struct pending *p)
{
    report_type(in, p->e);
    report_text(in, p->e, &p->found);
    if (p->found.growth > 0)
        fm_incident_problem(in, p->e, 0, "grew by %lld bytes while it was read; they are left out",
                            (long long)p->found.growth);
    else if (p->found.growth < 0)
        fm_incident_problem(in, p->e, 0, "shrank by %lld bytes while it was read",
                            -(long long)p->found.growth);
    else if (p->found.is_rewritten)
        fm_incident_problem(in, p->e, 0, "was written to while it was read");
}

static void examine_item(void *arg, size_t i)
{
    struct pending *p = &((struct walk *)arg)->pending.items[i / 2];
    if (i % 2 == 0)
        examine_hash(p);
    else
        examine(p);
}

/* Hashing and detection of all new inputs in parallel, of one input too: hashing a large one takes
 * as long as all the rest of it. What they found is reported in order. */
static void examine_all(struct walk *w)
{
    fm_vec_each (&w->pending, p)
        p->as_found = p->e->bytes;
    fm_pool_each(w->in->pool, w->pending.n * 2, examine_item, w);
    fm_vec_each (&w->pending, p) {
        report(w->in, p);
        if (p->found.converted.p)
            intake_hold(w->t)->memory = p->found.converted;
    }
}

static enum fm_code finish(struct walk *w)
{
    examine_all(w);
    return w->code;
}

static bool is_stream(const struct stat *st)
{
    return S_ISFIFO(st->st_mode) || S_ISCHR(st->st_mode) || S_ISSOCK(st->st_mode);
}

static void take_path(struct walk *w, int fd, const char *path)
{
    char real[PATH_MAX];
    struct stat st;
    const char *base = strrchr(path, '/');
    fm_str label = fm_str_c(base && base[1] ? base + 1 : path);
    bool has_stat = fstat(fd, &st) == 0;
    if (has_stat && is_stream(&st)) {
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
        take_stream(w, fd, label);
        close(fd);
        return;
    }
    if (has_stat && S_ISDIR(st.st_mode) && realpath(path, real))
        w->real_root = fm_str_fmt(&w->in->ctx->arena, "%s/", real).p;
    walk_opened(w, fd, label);
}

static void take_stdin(struct walk *w)
{
    struct stat st;
    int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0)
        intake_unusable(w, FM_STR("-"), "standard input: %s", strerror(errno));
    else if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0)
        walk_opened(w, fd, FM_STR("-"));
    else {
        take_stream(w, fd, FM_STR("-"));
        close(fd);
    }
}

enum fm_code fm_intake_add(struct fm_intake *t, struct fm_incident *in, const char *path,
                           bool is_baseline)
{
    struct walk w = {.t = t, .in = in, .is_baseline = is_baseline, .root = path};
    if (strcmp(path, "-") == 0) {
        take_stdin(&w);
        return finish(&w);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return fm_fail(in->ctx, FM_ENOTFOUND, "%s: %s", path, strerror(errno));
    if (fd < 0)
        intake_unusable(&w, fm_str_c(path), "cannot open: %s", strerror(errno));
    else
        take_path(&w, fd, path);
    return finish(&w);
}

/* Within its last page a file shrinks without a signal: its size tells. */
static bool has_shrunk(const struct holding *h)
{
    struct stat st;
    return fm_map_file_is_damaged(h->map) || (stat(h->real_path, &st) == 0 && st.st_size > 0 &&
                                              (uint64_t)st.st_size < fm_map_file_bytes(h->map).len);
}

/* Bytes that came after the look of examine(), which reports those before it. */
static int64_t late_growth(const struct holding *h)
{
    struct stat st;
    fm_vec_each (&h->e->problems, p)
        if (fm_str_starts(p->text, FM_STR("grew by ")))
            return 0;
    return h->real_path && stat(h->real_path, &st) == 0
               ? (int64_t)st.st_size - (int64_t)fm_map_file_bytes(h->map).len
               : 0;
}

static void verify(struct fm_incident *in, struct holding *h)
{
    int64_t growth;
    if (has_shrunk(h))
        fm_incident_problem(in, h->e, 0,
                            "shrank while it was analysed, or its disk failed: a part read as NUL");
    else if ((growth = late_growth(h)) > 0)
        fm_incident_problem(in, h->e, 0,
                            "grew by %lld bytes while it was analysed; they are left out",
                            (long long)growth);
    else
        return;
    h->is_reported = true;
}

void fm_intake_verify(struct fm_intake *t, struct fm_incident *in)
{
    for (struct holding *h = t->holdings; h; h = h->next)
        if (h->e && !h->is_reported && h->map && h->e->index < in->inputs.n &&
            in->inputs.items[h->e->index] == h->e)
            verify(in, h);
}
