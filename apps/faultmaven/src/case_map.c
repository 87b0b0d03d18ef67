/* SPDX-License-Identifier: Apache-2.0 */
#include "case_map.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "redact_files.h"
#include "sealed_file.h"

#define LOCK_POLL_US 20000

enum fm_code case_map_init(struct case_map *m, struct fm_ctx *ctx, const char *folder)
{
    uint8_t key[FM_CASE_KEY_BYTES];
    *m = (struct case_map){.folder = folder, .lock = -1};
    FM_TRY(fm_random(ctx, key, sizeof key)); /* of no case; begin puts one in */
    m->pseudonyms = fm_pseudonyms_new(key);
    fm_wipe(key, sizeof key);
    m->code = FM_EINTERNAL;
    m->why = "no turn is under way";
    return FM_OK;
}

void case_map_release(struct case_map *m)
{
    if (m->pseudonyms)
        case_map_end(m);
    fm_pseudonyms_free(m->pseudonyms);
    m->pseudonyms = NULL;
}

/* ---- the key of the store ---- */

static bool has_maps(const struct case_map *m, struct fm_ctx *ctx)
{
    bool found = false;
    DIR *d = opendir(fm_str_fmt(&ctx->arena, "%s/maps", m->folder).p);
    for (struct dirent *e; d && !found && (e = readdir(d));)
        found = fm_str_ends(fm_str_c(e->d_name), FM_STR(".map"));
    if (d)
        closedir(d);
    return found;
}

/* A key that has its name is whole, also for another process. */
static enum fm_code make_key(struct fm_ctx *ctx, const char *path)
{
    fm_str tmp = fm_str_fmt(&ctx->arena, "%s.%ld", path, (long)getpid());
    FM_TRY(fm_key_create(ctx, tmp.p));
    int rc = link(tmp.p, path), why = errno;
    unlink(tmp.p);
    if (rc == 0 || why == EEXIST) /* another process was faster */
        return FM_OK;
    return fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(why));
}

static enum fm_code load_master(const struct case_map *m, struct fm_ctx *ctx,
                                uint8_t master[FM_KEY_BYTES])
{
    const char *env = getenv("FAULTMAVEN_REDACT_KEY");
    if (env && *env)
        return fm_key_parse(ctx, fm_str_c(env), master);
    fm_str path = fm_str_fmt(&ctx->arena, "%s/redact.key", m->folder);
    if (access(path.p, F_OK) != 0) {
        if (has_maps(m, ctx))
            return fm_fail(ctx, FM_ENOTFOUND,
                           "%s: the key of the maps in this store is missing; put it back or set "
                           "FAULTMAVEN_REDACT_KEY",
                           path.p);
        FM_TRY(make_key(ctx, path.p));
    }
    return fm_key_load(ctx, path.p, master);
}

/* ---- one turn ---- */

/* Ids become file names. */
static bool is_plain(fm_str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", id.p[i]) ||
            !id.p[i])
            return false;
    return id.len > 0 && id.len <= 128;
}

static enum fm_code open_lock(struct case_map *m, struct fm_ctx *ctx)
{
    fm_str folder = fm_str_fmt(&ctx->arena, "%s/maps", m->folder);
    if (!is_plain(m->case_id))
        return fm_fail(ctx, FM_EINVAL, "the id of this case cannot name a file for its map");
    if (mkdir(folder.p, 0700) != 0 && errno != EEXIST)
        return fm_fail(ctx, FM_EIO, "%s: %s", folder.p, strerror(errno));
    m->path = fm_str_fmt(&ctx->arena, "%s/%.*s.map", folder.p, FM_STR_ARG(m->case_id)).p;
    fm_str path = fm_str_fmt(&ctx->arena, "%s/%.*s.lock", folder.p, FM_STR_ARG(m->case_id));
    m->lock = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return m->lock >= 0 ? FM_OK : fm_fail(ctx, FM_EIO, "%s: %s", path.p, strerror(errno));
}

static enum fm_code take_lock(struct case_map *m, struct fm_ctx *ctx)
{
    while (flock(m->lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fm_fail(ctx, FM_EIO, "%s: cannot be locked: %s", m->path, strerror(errno));
        FM_TRY(fm_ctx_check(ctx));
        usleep(LOCK_POLL_US);
    }
    return FM_OK;
}

static enum fm_code open_map(struct case_map *m, struct fm_ctx *ctx,
                             const uint8_t key[FM_CASE_KEY_BYTES])
{
    struct fm_pseudonyms *found;
    fm_str sealed;
    if (access(m->path, F_OK) != 0 && errno == ENOENT) {
        found = fm_pseudonyms_new(key);
    } else {
        FM_TRY(redact_read_file(ctx, m->path, SEALED_FILE_MAX, &sealed));
        if (fm_pseudonyms_open(ctx, key, m->case_id, sealed, &found) != FM_OK) {
            enum fm_code code = ctx->code;
            fm_str why = fm_str_dup(&ctx->arena, fm_str_c(ctx->error));
            fm_ctx_clear_error(ctx);
            return fm_fail(ctx, code, "%s: %.*s", m->path, FM_STR_ARG(why));
        }
    }
    m->kept = fm_pseudonyms_count(found);
    fm_pseudonyms_become(m->pseudonyms, found);
    return FM_OK;
}

static enum fm_code load(struct case_map *m, struct fm_ctx *ctx)
{
    uint8_t master[FM_KEY_BYTES], key[FM_CASE_KEY_BYTES];
    FM_TRY(load_master(m, ctx, master));
    fm_case_key(master, m->case_id, key);
    fm_wipe(master, sizeof master);
    enum fm_code code = open_map(m, ctx, key);
    fm_wipe(key, sizeof key);
    return code;
}

enum fm_code case_map_begin(struct case_map *m, struct fm_ctx *ctx, fm_str case_id)
{
    case_map_end(m);
    m->case_id = case_id;
    m->code = open_lock(m, ctx);
    if (m->code == FM_OK)
        m->code = take_lock(m, ctx);
    if (m->code == FM_ECANCELLED || m->code == FM_ETIMEOUT)
        return m->code;
    if (m->code == FM_OK)
        m->code = load(m, ctx);
    if (m->code != FM_OK)
        m->why = fm_str_dup(&ctx->arena, fm_str_c(ctx->error)).p;
    fm_ctx_clear_error(ctx);
    return FM_OK;
}

void case_map_end(struct case_map *m)
{
    if (m->lock >= 0)
        close(m->lock); /* unlocks */
    m->lock = -1;
    m->code = FM_EINTERNAL;
    m->why = "no turn is under way";
}

enum fm_code case_map_keep(struct case_map *m, struct fm_ctx *ctx)
{
    fm_str sealed;
    if (m->code != FM_OK)
        return fm_fail(ctx, m->code, "redaction: %s; nothing is sent", m->why);
    if (fm_pseudonyms_count(m->pseudonyms) == m->kept)
        return FM_OK;
    FM_TRY(fm_pseudonyms_seal(m->pseudonyms, ctx, m->case_id, &sealed));
    FM_TRY(sealed_file_write(ctx, m->path, sealed));
    m->kept = fm_pseudonyms_count(m->pseudonyms);
    return FM_OK;
}
