/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>

#include "faultmaven/store/bundle.h"

#define TEXT_MAX ((int64_t)1 << 30) /* of events.jsonl */
#define MANIFEST_MAX ((int64_t)16 << 20)
#define BLOB_MAX ((int64_t)64 << 30)
#define MEMBERS_MAX 200000

struct bundle {
    struct fm_ctx *ctx;
    const char *path;
    struct archive *a;
    struct fm_store *store; /* NULL: blobs are skipped */
    fm_str manifest, log;
    struct fm_case *c;
    struct fm_events events;
    uint8_t head[FM_SHA256_BYTES];
    struct fm_map wanted; /* hashes of blobs that the log names */
    struct fm_map got;
    int64_t left; /* bytes that the present member may still have */
};

static enum fm_code bad(struct bundle *b, const char *why)
{
    return fm_fail(b->ctx, FM_EINVAL, "%s: is no intact case bundle: %s", b->path, why);
}

static enum fm_code read_part(void *arg, struct fm_ctx *ctx, char *out, size_t max, size_t *n)
{
    struct bundle *b = arg;
    la_ssize_t k = archive_read_data(b->a, out, max);
    (void)ctx;
    if (k < 0)
        return bad(b, archive_error_string(b->a));
    b->left -= k;
    if (b->left < 0)
        return fm_fail(b->ctx, FM_ELIMIT, "%s: a member is larger than allowed", b->path);
    *n = (size_t)k;
    return FM_OK;
}

static enum fm_code read_text(struct bundle *b, int64_t max, fm_str *out)
{
    struct fm_buf text;
    char part[65536];
    size_t n = 1;
    enum fm_code code = FM_OK;
    fm_buf_init(&text, (size_t)max + sizeof part);
    b->left = max;
    while (n && code == FM_OK) {
        code = read_part(b, b->ctx, part, sizeof part, &n);
        if (code == FM_OK)
            fm_buf_add(&text, part, n);
    }
    if (code == FM_OK)
        *out = fm_str_dup(&b->ctx->arena, fm_buf_str(&text));
    fm_buf_release(&text);
    return code;
}

/* Only text that this program would write itself: so the stored log has the same hashes. */
static bool is_canonical(const struct fm_event *e, fm_str payload)
{
    struct fm_buf text;
    fm_buf_init(&text, 64 << 20);
    fm_record_write(fm_event_body(e->type), e->body, &text);
    bool is_same = fm_str_eq(fm_buf_str(&text), payload);
    fm_buf_release(&text);
    return is_same;
}

static enum fm_code add_event(struct bundle *b, yyjson_val *v)
{
    struct fm_event e = {.seq = fm_json_get_i64(v, "seq", 0),
                         .at = fm_json_get_i64(v, "at_ns", FM_TIME_NONE)};
    struct fm_event_row row = {.seq = e.seq,
                               .at = e.at,
                               .type = fm_json_get_str(v, "type"),
                               .actor = fm_json_get_str(v, "actor"),
                               .payload = fm_json_get_str(v, "payload")};
    yyjson_val *payload = NULL;
    char hex[FM_SHA256_HEX];
    e.type = fm_name_parse(&fm_event_type_names, row.type);
    if (!e.type || e.at == FM_TIME_NONE)
        return bad(b, "an event has an unknown type or no time");
    FM_TRY(fm_actor_parse(b->ctx, row.actor, &e.actor));
    FM_TRY(fm_json_read(b->ctx, row.payload, &payload));
    FM_TRY(fm_event_read_body(b->ctx, e.type, payload, &e.body));
    if (!is_canonical(&e, row.payload))
        return bad(b, "an event is not in canonical form");
    FM_TRY(fm_case_apply(b->ctx, b->c, &e));
    row.case_id = b->c->id;
    fm_event_hash(b->head, &row, b->head);
    fm_hex(b->head, sizeof b->head, hex);
    if (!fm_str_eqc(fm_json_get_str(v, "hash"), hex))
        return bad(b, "the hash chain is broken");
    fm_vec_push(&b->ctx->arena, &b->events, e);
    return FM_OK;
}

static enum fm_code check_manifest(struct bundle *b)
{
    yyjson_val *v = NULL;
    char hex[FM_SHA256_HEX];
    FM_TRY(fm_json_read(b->ctx, b->manifest, &v));
    fm_hex(b->head, sizeof b->head, hex);
    if (!fm_str_eqc(fm_json_get_str(v, "format"), "faultmaven.case/1"))
        return bad(b, "its format is unknown here");
    if (!fm_str_eq(fm_json_get_str(v, "case_id"), b->c->id) ||
        !fm_str_eqc(fm_json_get_str(v, "head"), hex))
        return bad(b, "manifest and log do not belong together");
    return FM_OK;
}

static void want(struct bundle *b, fm_str sha256)
{
    if (sha256.len)
        fm_map_put(&b->wanted, sha256)->value = b;
}

static enum fm_code read_log(struct bundle *b)
{
    fm_str rest = b->log, line;
    b->c = fm_case_new(&b->ctx->arena);
    while (fm_str_line(&rest, &line)) {
        yyjson_val *v = NULL;
        if (!line.len)
            continue;
        FM_TRY(fm_json_read(b->ctx, line, &v));
        FM_TRY(add_event(b, v));
    }
    if (!b->events.n)
        return bad(b, "it has no events");
    fm_vec_each (&b->c->files, f)
        want(b, f->sha256);
    fm_vec_each (&b->c->reports, r)
        want(b, r->sha256);
    return check_manifest(b);
}

/* A blob is taken only when the log names it, and only when its content fits its name. */
static enum fm_code read_blob(struct bundle *b, fm_str sha256)
{
    struct fm_blob_info info;
    if (!b->store)
        return FM_OK;
    if (!fm_map_get(&b->wanted, sha256))
        return bad(b, "it holds content that its log does not name");
    b->left = BLOB_MAX;
    FM_TRY(fm_blobs_put_from(fm_store_blobs(b->store), b->ctx, read_part, b, &info));
    if (!fm_str_eqc(sha256, info.sha256))
        return bad(b, "content does not fit its hash");
    fm_map_put(&b->got, sha256)->value = b;
    return FM_OK;
}

static enum fm_code read_member(struct bundle *b, fm_str name, int index)
{
    if (fm_str_eqc(name, "manifest.json") && index == 0)
        return read_text(b, MANIFEST_MAX, &b->manifest);
    if (fm_str_eqc(name, "events.jsonl") && index == 1) {
        FM_TRY(read_text(b, TEXT_MAX, &b->log));
        return read_log(b);
    }
    if (fm_str_eqc(name, "report.md") && index == 2)
        return FM_OK;
    if (fm_str_starts(name, FM_STR("blobs/")) && index >= 2)
        return read_blob(b, fm_str_skip(name, 6));
    return bad(b, "it holds a member that does not belong there");
}

static enum fm_code read_members(struct bundle *b)
{
    struct archive_entry *e;
    int rc;
    for (int i = 0; (rc = archive_read_next_header(b->a, &e)) == ARCHIVE_OK; i++) {
        const char *name = archive_entry_pathname(e);
        if (i == MEMBERS_MAX || !name || archive_entry_filetype(e) != AE_IFREG)
            return bad(b, "it holds something that is no plain file, or too many");
        FM_TRY(read_member(b, fm_str_dup(&b->ctx->arena, fm_str_c(name)), i));
    }
    if (rc != ARCHIVE_EOF)
        return bad(b, archive_error_string(b->a));
    return b->c ? FM_OK : bad(b, "manifest.json and events.jsonl must come first");
}

static enum fm_code read_bundle(struct bundle *b)
{
    fm_map_init(&b->wanted, &b->ctx->arena);
    fm_map_init(&b->got, &b->ctx->arena);
    b->a = archive_read_new();
    if (!b->a)
        FM_BUG("out of memory");
    archive_read_support_format_tar(b->a);
    archive_read_support_filter_zstd(b->a);
    enum fm_code code =
        archive_read_open_filename(b->a, b->path, 65536) == ARCHIVE_OK
            ? read_members(b)
            : fm_fail(b->ctx, FM_EINVAL, "%s: %s", b->path, archive_error_string(b->a));
    archive_read_free(b->a);
    return code;
}

enum fm_code fm_bundle_open(struct fm_ctx *ctx, const char *path, struct fm_case **c,
                            struct fm_events *events)
{
    struct bundle b = {.ctx = ctx, .path = path};
    FM_TRY(read_bundle(&b));
    *c = b.c;
    *events = b.events;
    return FM_OK;
}

static enum fm_code check_known(struct bundle *b, struct fm_bundle_result *out)
{
    struct fm_stored_events rows;
    enum fm_code code = fm_store_rows(b->store, b->ctx, b->c->id, &rows);
    if (code == FM_ENOTFOUND) {
        fm_ctx_clear_error(b->ctx);
        return FM_OK;
    }
    FM_TRY(code);
    out->was_known = memcmp(rows.items[rows.n - 1].hash, b->head, sizeof b->head) == 0;
    if (out->was_known)
        return FM_OK;
    return fm_fail(b->ctx, FM_ECONFLICT,
                   "case %.*s is in this store in another version (%zu events, the bundle has %zu)",
                   FM_STR_ARG(b->c->id), rows.n, b->events.n);
}

enum fm_code fm_bundle_import(struct fm_store *s, struct fm_ctx *ctx, const char *path,
                              struct fm_bundle_result *out)
{
    struct bundle b = {.ctx = ctx, .path = path, .store = s};
    struct fm_bundle_result r = {0};
    FM_TRY(read_bundle(&b));
    for (size_t i = 0; i < b.wanted.n; i++)
        if (!fm_map_get(&b.got, b.wanted.entries[i].key))
            return bad(&b, "content that its log names is missing");
    FM_TRY(check_known(&b, &r));
    struct fm_append append = {.c = b.c, .expected = 0, .events = &b.events};
    if (!r.was_known)
        FM_TRY(fm_store_append(s, ctx, &append));
    r.case_id = b.c->id;
    r.version = b.c->version;
    r.blobs = (int64_t)b.got.n;
    *out = r;
    return FM_OK;
}
