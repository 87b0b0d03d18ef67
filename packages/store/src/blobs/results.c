/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kept results of analysis: DIR/results/<build>/<name>. The build is part of the path, so that a
 * program never reads what another one wrote; a sweep removes what was not used for a while.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob_files.h"
#include "faultmaven/store/results.h"

#define RESULT_MAX ((size_t)512 << 20)

struct results {
    struct fm_result_store base;
    struct fm_blobs *blobs; /* borrowed */
    char dir[BLOB_PATH_MAX];
};

/* The build id of the running program (ELF note NT_GNU_BUILD_ID of the first object). */
struct build {
    char hex[2 * 20 + 1];
};

static void read_notes(const char *p, size_t size, struct build *b)
{
    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) h;
        memcpy(&h, p, sizeof h);
        size_t name = (h.n_namesz + 3u) & ~3u, desc = (h.n_descsz + 3u) & ~3u;
        if (size - sizeof h < name + desc)
            return;
        const char *text = p + sizeof h;
        if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 && memcmp(text, "GNU", 4) == 0 &&
            h.n_descsz >= 8 && h.n_descsz <= 20) {
            fm_hex((const uint8_t *)text + name, h.n_descsz, b->hex);
            return;
        }
        p += sizeof h + name + desc;
        size -= sizeof h + name + desc;
    }
}

static int on_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_NOTE)
            read_notes((const char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
                       info->dlpi_phdr[i].p_memsz, arg);
    return 1; /* the program itself comes first */
}

static bool is_name(fm_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("0123456789abcdefghijklmnopqrstuvwxyz-", name.p[i]))
            return false;
    return name.len > 0 && name.len < 128;
}

static bool path_of(const struct results *r, fm_str name, char out[BLOB_PATH_MAX + 256])
{
    snprintf(out, BLOB_PATH_MAX + 256, "%s/%.*s", r->dir, (int)(name.len < 128 ? name.len : 0),
             name.p);
    return is_name(name);
}

static bool get(struct fm_result_store *base, struct fm_ctx *ctx, fm_str name, fm_str *out)
{
    const struct results *r = (const struct results *)base;
    char path[BLOB_PATH_MAX + 256];
    struct fm_buf b;
    int fd = path_of(r, name, path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return false;
    fm_buf_init(&b, RESULT_MAX);
    (void)futimens(fd, NULL);
    bool is_read = fm_read_fd(ctx, fd, &b) == FM_OK && !b.overflow;
    close(fd);
    if (is_read)
        *out = fm_str_dup(&ctx->arena, fm_buf_str(&b));
    else
        fm_ctx_clear_error(ctx);
    fm_buf_release(&b);
    return is_read;
}

/* Not synced: a result that a crash cut does not check, and is made again. */
static void put(struct fm_result_store *base, struct fm_ctx *ctx, fm_str name, fm_str bytes)
{
    struct results *r = (struct results *)base;
    char path[BLOB_PATH_MAX + 256], temporary[BLOB_PATH_MAX], parent[BLOB_PATH_MAX];
    int fd;
    snprintf(parent, sizeof parent, "%s/results", r->blobs->dir);
    (void)mkdir(parent, 0700);
    (void)mkdir(r->dir, 0700);
    if (!path_of(r, name, path) || blob_temporary(r->blobs, ctx, temporary, &fd) != FM_OK) {
        fm_ctx_clear_error(ctx);
        return;
    }
    bool is_written = blob_write(fd, bytes);
    close(fd);
    if (!is_written || rename(temporary, path) != 0)
        unlink(temporary);
}

struct fm_result_store *fm_results_new(struct fm_blobs *b)
{
    static const struct fm_result_store_ops ops = {.get = get, .put = put};
    struct build build = {""};
    dl_iterate_phdr(on_object, &build);
    if (!build.hex[0])
        return NULL;
    struct results *r = calloc(1, sizeof *r);
    if (!r)
        FM_BUG("out of memory");
    r->base.ops = &ops;
    r->blobs = b;
    snprintf(r->dir, sizeof r->dir, "%s/results/%s", b->dir, build.hex);
    return &r->base;
}

void fm_results_free(struct fm_result_store *s)
{
    free(s);
}
