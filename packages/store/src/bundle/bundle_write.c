/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>

#include "faultmaven/store/bundle.h"

struct tar {
    struct fm_ctx *ctx;
    struct archive *a;
    fm_time at;
};

static enum fm_code fail(struct tar *t)
{
    return fm_fail(t->ctx, FM_EIO, "bundle: %s", archive_error_string(t->a));
}

static enum fm_code begin_member(struct tar *t, const char *name, int64_t size)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_size(e, size);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0600);
    archive_entry_set_mtime(e, t->at / FM_SEC, 0);
    int rc = archive_write_header(t->a, e);
    archive_entry_free(e);
    return rc == ARCHIVE_OK ? FM_OK : fail(t);
}

static enum fm_code write_part(void *arg, fm_str part)
{
    struct tar *t = arg;
    return archive_write_data(t->a, part.p, part.len) == (la_ssize_t)part.len ? FM_OK : fail(t);
}

static enum fm_code write_member(struct tar *t, const char *name, fm_str content)
{
    FM_TRY(begin_member(t, name, (int64_t)content.len));
    return write_part(t, content);
}

static void put_event(struct fm_buf *b, const struct fm_stored_event *e)
{
    char hex[FM_SHA256_HEX];
    fm_hex(e->hash, sizeof e->hash, hex);
    fm_buf_addf(b, "{\"seq\":%lld,\"type\":", (long long)e->row.seq);
    fm_json_put_str(b, e->row.type);
    fm_buf_addf(b, ",\"at_ns\":%lld,\"actor\":", (long long)e->row.at);
    fm_json_put_str(b, e->row.actor);
    fm_buf_addz(b, ",\"payload\":");
    fm_json_put_str(b, e->row.payload);
    fm_buf_addf(b, ",\"hash\":\"%s\"}\n", hex);
}

static void put_manifest(struct tar *t, const struct fm_case *c,
                         const struct fm_stored_events *rows, struct fm_buf *b)
{
    char hex[FM_SHA256_HEX], at[FM_TIME_TEXT_MAX];
    fm_hex(rows->items[rows->n - 1].hash, FM_SHA256_BYTES, hex);
    fm_buf_addz(b, "{\"format\":\"faultmaven.case/1\",\"case_id\":");
    fm_json_put_str(b, c->id);
    fm_buf_addz(b, ",\"title\":");
    fm_json_put_str(b, c->title);
    fm_buf_addf(b, ",\"version\":%lld,\"head\":\"%s\",\"exported_at\":\"%s\",\"blobs\":[",
                (long long)c->version, hex, fm_time_format(t->at, at));
    fm_vec_each (&c->files, f)
        fm_buf_addf(b, "%s{\"sha256\":\"%.*s\",\"size\":%lld}", f == c->files.items ? "" : ",",
                    FM_STR_ARG(f->sha256), (long long)f->size);
    fm_buf_addz(b, "]}\n");
}

static bool was_written(const struct fm_case *c, const struct fm_case_file *at)
{
    for (const struct fm_case_file *f = c->files.items; f < at; f++)
        if (fm_str_eq(f->sha256, at->sha256))
            return true;
    return false;
}

static enum fm_code write_blob(struct tar *t, struct fm_blobs *blobs, fm_str sha256, int64_t size)
{
    FM_TRY(begin_member(t, fm_str_fmt(&t->ctx->arena, "blobs/%.*s", FM_STR_ARG(sha256)).p, size));
    return fm_blobs_stream(blobs, t->ctx, sha256, write_part, t);
}

static enum fm_code write_blobs(struct tar *t, struct fm_blobs *blobs, const struct fm_case *c)
{
    fm_vec_each (&c->files, f)
        if (!was_written(c, f))
            FM_TRY(write_blob(t, blobs, f->sha256, f->size));
    fm_vec_each (&c->reports, r)
        if (r->sha256.len)
            FM_TRY(write_blob(t, blobs, r->sha256, r->size));
    return FM_OK;
}

static enum fm_code write_texts(struct tar *t, const struct fm_case *c,
                                const struct fm_stored_events *rows, fm_str report)
{
    struct fm_buf b;
    fm_buf_init(&b, 1UL << 30);
    put_manifest(t, c, rows, &b);
    enum fm_code code = write_member(t, "manifest.json", fm_buf_str(&b));
    fm_buf_clear(&b);
    fm_vec_each (rows, e)
        put_event(&b, e);
    if (code == FM_OK)
        code = b.overflow ? fm_fail(t->ctx, FM_ELIMIT, "bundle: the log is larger than 1 GiB")
                          : write_member(t, "events.jsonl", fm_buf_str(&b));
    fm_buf_release(&b);
    FM_TRY(code);
    return report.len ? write_member(t, "report.md", report) : FM_OK;
}

static enum fm_code write_all(struct tar *t, struct fm_store *s, const struct fm_case *c,
                              const struct fm_stored_events *rows, fm_str report)
{
    FM_TRY(write_texts(t, c, rows, report));
    FM_TRY(write_blobs(t, fm_store_blobs(s), c));
    return archive_write_close(t->a) == ARCHIVE_OK ? FM_OK : fail(t);
}

enum fm_code fm_bundle_write(struct fm_store *s, struct fm_ctx *ctx, fm_str case_id, fm_str report,
                             const char *path)
{
    struct fm_stored_events rows;
    struct fm_case *c;
    FM_TRY(fm_store_load(s, ctx, case_id, &c, NULL));
    FM_TRY(fm_store_rows(s, ctx, c->id, &rows));
    struct tar t = {ctx, archive_write_new(), fm_now(ctx->clock)};
    if (!t.a)
        FM_BUG("out of memory");
    archive_write_set_format_pax_restricted(t.a);
    archive_write_add_filter_zstd(t.a);
    enum fm_code code = archive_write_open_filename(t.a, path) == ARCHIVE_OK
                            ? write_all(&t, s, c, &rows, report)
                            : fm_fail(ctx, FM_EIO, "%s: %s", path, archive_error_string(t.a));
    archive_write_free(t.a);
    return code;
}
