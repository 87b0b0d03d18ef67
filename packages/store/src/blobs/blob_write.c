/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "blob_files.h"

#define PART (256 * 1024)
#define LEVEL 3

struct writer {
    struct fm_ctx *ctx;
    ZSTD_CCtx *z;
    EVP_MD_CTX *md;
    int fd;
    char *out; /* owned; ZSTD_CStreamOutSize bytes */
    size_t out_size;
    int64_t size;
};

static enum fm_code feed(struct writer *w, fm_str part, ZSTD_EndDirective end)
{
    ZSTD_inBuffer in = {part.p, part.len, 0};
    w->size += (int64_t)part.len;
    if (part.len && EVP_DigestUpdate(w->md, part.p, part.len) != 1)
        FM_BUG("SHA-256 failed");
    for (;;) {
        ZSTD_outBuffer out = {w->out, w->out_size, 0};
        size_t left = ZSTD_compressStream2(w->z, &out, &in, end);
        if (ZSTD_isError(left))
            return fm_fail(w->ctx, FM_EINTERNAL, "zstd: %s", ZSTD_getErrorName(left));
        if (!blob_write(w->fd, fm_str_n(w->out, out.pos)))
            return fm_fail(w->ctx, FM_EIO, "evidence: cannot write: %s", strerror(errno));
        if (end == ZSTD_e_end ? left == 0 : in.pos == in.size)
            return FM_OK;
    }
}

static enum fm_code finish(struct writer *w, struct fm_blob_info *info)
{
    uint8_t hash[FM_SHA256_BYTES];
    FM_TRY(feed(w, FM_STR(""), ZSTD_e_end));
    if (fsync(w->fd) != 0)
        return fm_fail(w->ctx, FM_EIO, "evidence: cannot sync: %s", strerror(errno));
    if (EVP_DigestFinal_ex(w->md, hash, NULL) != 1)
        FM_BUG("SHA-256 failed");
    fm_hex(hash, sizeof hash, info->sha256);
    info->size = w->size;
    return FM_OK;
}

static void open_writer(struct writer *w)
{
    w->z = ZSTD_createCCtx();
    w->md = EVP_MD_CTX_new();
    w->out_size = ZSTD_CStreamOutSize();
    w->out = malloc(w->out_size);
    if (!w->z || !w->md || !w->out || EVP_DigestInit_ex(w->md, EVP_sha256(), NULL) != 1)
        FM_BUG("out of memory");
    ZSTD_CCtx_setParameter(w->z, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(w->z, ZSTD_c_checksumFlag, 1);
}

static void close_writer(struct writer *w)
{
    ZSTD_freeCCtx(w->z);
    EVP_MD_CTX_free(w->md);
    free(w->out);
    close(w->fd);
}

static enum fm_code write_content(struct writer *w, fm_blob_source source, void *arg,
                                  struct fm_blob_info *info)
{
    char *part = fm_arena_alloc(&w->ctx->arena, PART);
    for (;;) {
        size_t n = 0;
        FM_TRY(source(arg, w->ctx, part, PART, &n));
        if (!n)
            return finish(w, info);
        FM_TRY(feed(w, fm_str_n(part, n), ZSTD_e_continue));
        FM_TRY(fm_ctx_check(w->ctx));
    }
}

enum fm_code fm_blobs_put_from(struct fm_blobs *b, struct fm_ctx *ctx, fm_blob_source source,
                               void *arg, struct fm_blob_info *out)
{
    char temporary[BLOB_PATH_MAX];
    struct fm_blob_info info;
    struct writer w = {.ctx = ctx, .fd = -1};
    FM_TRY(blob_temporary(b, ctx, temporary, &w.fd));
    open_writer(&w);
    enum fm_code code = write_content(&w, source, arg, &info);
    close_writer(&w);
    if (code == FM_OK && !blob_touch(b, fm_str_c(info.sha256)))
        code = blob_publish(b, ctx, temporary, info.sha256);
    unlink(temporary);
    if (code == FM_OK)
        *out = info;
    return code;
}

static enum fm_code from_bytes(void *arg, struct fm_ctx *ctx, char *out, size_t max, size_t *n)
{
    fm_str *rest = arg;
    (void)ctx;
    *n = rest->len < max ? rest->len : max;
    memcpy(out, rest->p ? rest->p : "", *n);
    *rest = fm_str_skip(*rest, *n);
    return FM_OK;
}

enum fm_code fm_blobs_put(struct fm_blobs *b, struct fm_ctx *ctx, fm_str bytes,
                          struct fm_blob_info *out)
{
    struct fm_blob_info info = {.size = (int64_t)bytes.len};
    fm_sha256_hex(bytes, info.sha256);
    if (!blob_touch(b, fm_str_c(info.sha256)))
        return fm_blobs_put_from(b, ctx, from_bytes, &bytes, out);
    *out = info;
    return FM_OK;
}
