/* SPDX-License-Identifier: Apache-2.0 */
#include "redact_map.h"

#include <stdlib.h>
#include <unistd.h>

#include "sealed_file.h"

static fm_str case_of(const struct redact_options *o)
{
    return fm_str_c(o->case_id ? o->case_id : "local");
}

/* --key-file, else the environment, else MAP.key. A key file is made only for a map that does not
 * exist yet. */
static enum fm_code load_master(struct fm_cli *cli, const struct redact_options *o, bool is_new,
                                uint8_t master[FM_KEY_BYTES])
{
    const char *env = getenv("FAULTMAVEN_REDACT_KEY");
    if (!o->key_file && env && *env)
        return fm_key_parse(&cli->ctx, fm_str_c(env), master);
    fm_str path =
        o->key_file ? fm_str_c(o->key_file) : fm_str_fmt(&cli->ctx.arena, "%s.key", o->map);
    if (is_new && access(path.p, F_OK) != 0)
        FM_TRY(fm_key_create(&cli->ctx, path.p));
    return fm_key_load(&cli->ctx, path.p, master);
}

static enum fm_code open_file(struct fm_cli *cli, const struct redact_options *o,
                              struct redact_map *out)
{
    uint8_t master[FM_KEY_BYTES], key[FM_KEY_BYTES];
    fm_str sealed = FM_STR_NULL;
    bool is_new = access(o->map, F_OK) != 0;
    if (is_new && o->should_restore)
        return fm_fail(&cli->ctx, FM_ENOTFOUND, "%s: there is no such map", o->map);
    FM_TRY(load_master(cli, o, is_new, master));
    fm_case_key(master, case_of(o), key);
    fm_wipe(master, sizeof master);
    enum fm_code code =
        is_new ? FM_OK : redact_read_file(&cli->ctx, o->map, SEALED_FILE_MAX, &sealed);
    if (code == FM_OK && is_new)
        out->pseudonyms = fm_pseudonyms_new(key);
    else if (code == FM_OK)
        code = fm_pseudonyms_open(&cli->ctx, key, case_of(o), sealed, &out->pseudonyms);
    fm_wipe(key, sizeof key);
    return code;
}

enum fm_code redact_map_open(struct fm_cli *cli, const struct redact_options *o,
                             struct redact_map *out)
{
    uint8_t key[FM_KEY_BYTES];
    if (o->map)
        return open_file(cli, o, out);
    FM_TRY(fm_random(&cli->ctx, key, sizeof key));
    out->pseudonyms = fm_pseudonyms_new(key);
    fm_wipe(key, sizeof key);
    return FM_OK;
}

enum fm_code redact_map_save(struct fm_cli *cli, const struct redact_options *o,
                             const struct redact_map *m)
{
    fm_str sealed;
    if (!o->map)
        return FM_OK;
    FM_TRY(fm_pseudonyms_seal(m->pseudonyms, &cli->ctx, case_of(o), &sealed));
    return sealed_file_write(&cli->ctx, o->map, sealed);
}

void redact_map_close(struct redact_map *m)
{
    fm_pseudonyms_free(m->pseudonyms);
}
