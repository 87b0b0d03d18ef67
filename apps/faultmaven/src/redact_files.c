/* SPDX-License-Identifier: Apache-2.0 */
#include "redact_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "faultmaven/security/slots.h"

#define READ_BYTES (256u * 1024)
#define PROGRESS_EVERY (FM_SEC / 2)

static enum fm_code open_input(struct fm_ctx *ctx, const char *path, int *fd)
{
    struct stat st;
    *fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    if (fstat(*fd, &st) != 0 || !S_ISDIR(st.st_mode))
        return FM_OK;
    close(*fd);
    return fm_fail(ctx, FM_EINVAL, "%s is a folder: name its files, for example by find %s -type f",
                   path, path);
}

static void close_input(int fd)
{
    if (fd != STDIN_FILENO)
        close(fd);
}

enum fm_code redact_read_file(struct fm_ctx *ctx, const char *path, size_t max, fm_str *out)
{
    struct fm_buf b;
    char chunk[65536];
    int fd;
    ssize_t n;
    FM_TRY(open_input(ctx, path, &fd));
    fm_buf_init(&b, max);
    while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            fm_buf_add(&b, chunk, (size_t)n);
    enum fm_code code = n < 0 ? fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno)) : FM_OK;
    if (code == FM_OK && b.overflow)
        code = fm_fail(ctx, FM_ELIMIT, "%s: more than %zu bytes", path, max);
    if (code == FM_OK)
        *out = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    close_input(fd);
    return code;
}

struct progress {
    bool is_shown;
    fm_time next;
    uint64_t bytes, total;
};

static void progress_start(struct progress *p, const struct redact_options *o, int fd)
{
    struct stat st;
    *p = (struct progress){.is_shown =
                               !o->is_quiet && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO)};
    p->next = fm_monotonic(&fm_clock_system) + PROGRESS_EVERY;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        p->total = (uint64_t)st.st_size;
}

static void progress_show(struct progress *p, const char *name, size_t n)
{
    p->bytes += n;
    if (!p->is_shown || fm_monotonic(&fm_clock_system) < p->next)
        return;
    p->next += PROGRESS_EVERY;
    if (p->total)
        fprintf(stderr, "\r%s: %" PRIu64 " of %" PRIu64 " MB", name, p->bytes / 1000000,
                p->total / 1000000);
    else
        fprintf(stderr, "\r%s: %" PRIu64 " MB", name, p->bytes / 1000000);
}

static void progress_end(const struct progress *p)
{
    if (p->is_shown)
        fputs("\r\033[K", stderr);
}

static enum fm_code pump(struct fm_cli *cli, int fd, struct redact_output *out,
                         struct fm_redact_stream *s, struct progress *p)
{
    char *buf = fm_arena_alloc(&cli->ctx.arena, READ_BYTES);
    for (;;) {
        ssize_t n = read(fd, buf, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fm_fail(&cli->ctx, FM_EIO, "%s: %s", out->file, strerror(errno));
        if (n == 0)
            return fm_redact_stream_finish(s);
        FM_TRY(fm_redact_stream_feed(s, fm_str_n(buf, (size_t)n)));
        progress_show(p, out->file, (size_t)n);
    }
}

static enum fm_code redact_fd(struct fm_cli *cli, const struct redact_options *o, int fd,
                              struct redact_output *out)
{
    struct progress p;
    struct fm_redact_scan *scan = fm_redact_scan_new(out->redactor);
    struct fm_redact_stream *s = fm_redact_stream_new(scan, redact_output_piece, out);
    fm_redact_scan_slots(scan, out->slots);
    progress_start(&p, o, fd);
    enum fm_code code = pump(cli, fd, out, s, &p);
    progress_end(&p);
    if (code == FM_OK)
        code = redact_output_report(out);
    fm_redact_stream_free(s);
    fm_redact_scan_free(scan);
    return code;
}

/* FILE.orig is a hard link to the old content; the new content replaces FILE by rename. */
static enum fm_code commit(struct fm_cli *cli, const char *path, const char *tmp)
{
    fm_str orig = fm_str_fmt(&cli->ctx.arena, "%s.orig", path);
    int error = link(path, orig.p) == 0 ? 0 : errno;
    if (error == EEXIST)
        return fm_fail(&cli->ctx, FM_ECONFLICT,
                       "%s is there already, from an earlier run: move it away first; %s was not "
                       "changed",
                       orig.p, path);
    if (error)
        return fm_fail(&cli->ctx, FM_EIO, "%s: %s; %s was not changed", orig.p, strerror(error),
                       path);
    if (rename(tmp, path) != 0)
        return fm_fail(&cli->ctx, FM_EIO, "%s: %s", path, strerror(errno));
    return FM_OK;
}

static enum fm_code in_place(struct fm_cli *cli, const struct redact_options *o, int fd,
                             struct redact_output *out)
{
    struct stat st;
    fm_str tmp = fm_str_fmt(&cli->ctx.arena, "%s.redacted", out->file);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fm_fail(&cli->ctx, FM_EINVAL, "%s: --in-place works on regular files", out->file);
    out->fd = open(tmp.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, st.st_mode & 0777);
    if (out->fd < 0)
        return fm_fail(&cli->ctx, FM_EIO, "%s: %s", tmp.p, strerror(errno));
    enum fm_code code = redact_fd(cli, o, fd, out);
    if (code == FM_OK && fsync(out->fd) != 0)
        code = fm_fail(&cli->ctx, FM_EIO, "%s: %s", tmp.p, strerror(errno));
    close(out->fd);
    if (code == FM_OK && out->total)
        code = commit(cli, out->file, tmp.p);
    if (code != FM_OK || !out->total)
        unlink(tmp.p);
    return code;
}

static enum fm_code redact_file(struct fm_cli *cli, const struct redact_options *o,
                                const struct redact_job *job, const char *path, uint64_t *found)
{
    struct redact_output out;
    int fd;
    FM_TRY(open_input(&cli->ctx, path, &fd));
    redact_output_init(&out, cli, job->redactor, job->map);
    out.file = path;
    out.slots = job->slots;
    out.format =
        o->is_check && o->format == REDACT_TEXT ? REDACT_FINDINGS : (enum redact_format)o->format;
    out.should_explain = o->should_explain;
    enum fm_code code = o->is_in_place ? in_place(cli, o, fd, &out) : redact_fd(cli, o, fd, &out);
    *found += out.total;
    redact_output_release(&out);
    close_input(fd);
    return code;
}

enum fm_code redact_files(struct fm_cli *cli, const struct redact_options *o,
                          const struct redact_job *job, uint64_t *found)
{
    struct redact_job with_slots = *job;
    size_t n = job->files->n;
    enum fm_code code = FM_OK;
    with_slots.slots = fm_slot_learner_new();
    if (n == 0)
        code = redact_file(cli, o, &with_slots, "-", found);
    for (size_t i = 0; i < n && code == FM_OK; i++)
        code = redact_file(cli, o, &with_slots, job->files->items[i], found);
    fm_slot_learner_free(with_slots.slots);
    return code;
}

enum fm_code redact_restore_files(struct fm_cli *cli, const struct fm_pseudonyms *map,
                                  const struct fm_operands *files)
{
    size_t n = files->n ? files->n : 1;
    for (size_t i = 0; i < n; i++) {
        const char *path = files->n ? files->items[i] : "-";
        fm_str text;
        struct fm_restored r;
        FM_TRY(redact_read_file(&cli->ctx, path, REDACT_RESTORE_MAX, &text));
        FM_TRY(fm_redact_restore(map, &cli->ctx, text, &r));
        if (!fm_cli_print(cli, r.text))
            return cli->ctx.code;
        if (r.n_unknown)
            fprintf(stderr, "%s: %s: %zu placeholder%s not in the map and left as %s\n", cli->path,
                    path, r.n_unknown, r.n_unknown == 1 ? " is" : "s are",
                    r.n_unknown == 1 ? "it is" : "they are");
    }
    return FM_OK;
}
