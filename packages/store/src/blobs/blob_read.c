/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "blob_files.h"

struct stream {
    struct fm_ctx *ctx;
    fm_str sha256;
    int fd;
    ZSTD_DCtx *z;
    char *in, *out; /* owned */
    size_t in_size, out_size;
};

static enum fm_code open_stream(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256,
                                struct stream *s)
{
    char path[BLOB_PATH_MAX];
    *s = (struct stream){.ctx = ctx, .sha256 = sha256, .fd = -1};
    if (!blob_path(b, sha256, path))
        return fm_fail(ctx, FM_EINVAL, "\"%.*s\" is no SHA-256",
                       FM_STR_ARG(fm_str_sub(sha256, 0, 70)));
    s->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (s->fd < 0)
        return fm_fail(ctx, errno == ENOENT ? FM_ENOTFOUND : FM_EIO, "content %.*s: %s",
                       FM_STR_ARG(sha256),
                       errno == ENOENT ? "is not in this store" : strerror(errno));
    s->in_size = ZSTD_DStreamInSize();
    s->out_size = ZSTD_DStreamOutSize();
    s->in = malloc(s->in_size);
    s->out = malloc(s->out_size);
    s->z = ZSTD_createDCtx();
    if (!s->in || !s->out || !s->z)
        FM_BUG("out of memory");
    return FM_OK;
}

static void close_stream(struct stream *s)
{
    if (s->fd >= 0)
        close(s->fd);
    ZSTD_freeDCtx(s->z);
    free(s->in);
    free(s->out);
}

static enum fm_code damaged(struct stream *s, const char *why)
{
    return fm_fail(s->ctx, FM_EIO, "content %.*s is damaged: %s", FM_STR_ARG(s->sha256), why);
}

static enum fm_code give_parts(struct stream *s, ZSTD_inBuffer *in, fm_blob_fn fn, void *arg,
                               size_t *left)
{
    while (in->pos < in->size) {
        ZSTD_outBuffer out = {s->out, s->out_size, 0};
        *left = ZSTD_decompressStream(s->z, &out, in);
        if (ZSTD_isError(*left))
            return damaged(s, ZSTD_getErrorName(*left));
        if (out.pos)
            FM_TRY(fn(arg, fm_str_n(s->out, out.pos)));
    }
    return FM_OK;
}

static enum fm_code run_stream(struct stream *s, fm_blob_fn fn, void *arg)
{
    size_t left = 1;
    for (;;) {
        ssize_t n = read(s->fd, s->in, s->in_size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return damaged(s, strerror(errno));
        if (n == 0)
            return left == 0 ? FM_OK : damaged(s, "it is cut off");
        ZSTD_inBuffer in = {s->in, (size_t)n, 0};
        FM_TRY(give_parts(s, &in, fn, arg, &left));
        FM_TRY(fm_ctx_check(s->ctx));
    }
}

/* ---- a range ---- */

struct range {
    struct fm_buf out;
    int64_t at, from, to;
    bool is_full;
};

static enum fm_code on_range(void *arg, fm_str part)
{
    struct range *r = arg;
    int64_t begin = r->from > r->at ? r->from - r->at : 0;
    int64_t end = r->to - r->at;
    if (end > (int64_t)part.len)
        end = (int64_t)part.len;
    if (begin < end)
        fm_buf_adds(&r->out, fm_str_sub(part, (size_t)begin, (size_t)(end - begin)));
    r->at += (int64_t)part.len;
    r->is_full = r->at >= r->to;
    return r->is_full ? FM_ECANCELLED : FM_OK; /* enough: stops the stream */
}

enum fm_code fm_blobs_read(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256,
                           struct fm_range range, fm_str *out)
{
    struct stream s;
    struct range r = {.from = range.offset, .to = range.offset + range.length};
    if (range.offset < 0 || range.length < 0 || range.offset > INT64_MAX - range.length)
        return fm_fail(ctx, FM_EINVAL, "offset %lld and length %lld make no range",
                       (long long)range.offset, (long long)range.length);
    if (blob_raw_read(b, ctx, sha256, range, out))
        return FM_OK;
    fm_buf_init(&r.out, (size_t)range.length + 1);
    enum fm_code code = open_stream(b, ctx, sha256, &s);
    if (code == FM_OK)
        code = run_stream(&s, on_range, &r);
    close_stream(&s);
    if (code == FM_ECANCELLED && r.is_full)
        code = FM_OK;
    if (code == FM_OK)
        *out = fm_str_dup(&ctx->arena, fm_buf_str(&r.out));
    fm_buf_release(&r.out);
    return code;
}

/* ---- the whole, with its hash ---- */

struct hashed {
    EVP_MD_CTX *md;
    fm_blob_fn fn;
    void *arg;
};

static enum fm_code on_hashed(void *arg, fm_str part)
{
    struct hashed *h = arg;
    if (EVP_DigestUpdate(h->md, part.p, part.len) != 1)
        FM_BUG("SHA-256 failed");
    return h->fn ? h->fn(h->arg, part) : FM_OK;
}

static enum fm_code check_hash(struct stream *s, EVP_MD_CTX *md)
{
    uint8_t hash[FM_SHA256_BYTES];
    char hex[FM_SHA256_HEX];
    if (EVP_DigestFinal_ex(md, hash, NULL) != 1)
        FM_BUG("SHA-256 failed");
    fm_hex(hash, sizeof hash, hex);
    return fm_str_eqc(s->sha256, hex) ? FM_OK : damaged(s, "its hash differs");
}

enum fm_code fm_blobs_stream(struct fm_blobs *b, struct fm_ctx *ctx, fm_str sha256, fm_blob_fn fn,
                             void *arg)
{
    struct stream s;
    struct hashed h = {EVP_MD_CTX_new(), fn, arg};
    if (!h.md || EVP_DigestInit_ex(h.md, EVP_sha256(), NULL) != 1)
        FM_BUG("SHA-256 is not available");
    enum fm_code code = open_stream(b, ctx, sha256, &s);
    if (code == FM_OK)
        code = run_stream(&s, on_hashed, &h);
    if (code == FM_OK)
        code = check_hash(&s, h.md);
    close_stream(&s);
    EVP_MD_CTX_free(h.md);
    return code;
}
