/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define ENV_PREFIX "FAULTMAVEN__"

extern char **environ;

static enum fm_code merge_file(struct fm_ctx *ctx, struct fm_config *c, const char *path)
{
    char *text = fm_arena_alloc(&ctx->arena, FM_CONFIG_FILE_MAX + 1);
    FILE *f = fopen(path, "re");
    if (!f)
        return fm_fail(ctx, FM_ENOTFOUND, "%s: %s", path, strerror(errno));
    size_t n = fread(text, 1, FM_CONFIG_FILE_MAX + 1, f);
    bool is_bad = ferror(f);
    fclose(f);
    if (is_bad)
        return fm_fail(ctx, FM_EIO, "%s: cannot be read", path);
    if (n > FM_CONFIG_FILE_MAX)
        return fm_fail(ctx, FM_ELIMIT, "%s: longer than %u bytes", path, FM_CONFIG_FILE_MAX);
    return fm_config_merge_yaml(ctx, c, fm_str_n(text, n), path);
}

static bool is_file(const char *path)
{
    struct stat st;
    return path && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static const char *find_file(struct fm_ctx *ctx)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    const char *candidates[] = {
        "faultmaven.yaml",
        xdg && *xdg ? fm_str_fmt(&ctx->arena, "%s/faultmaven/config.yaml", xdg).p : NULL,
        home && *home ? fm_str_fmt(&ctx->arena, "%s/.config/faultmaven/config.yaml", home).p : NULL,
        "/etc/faultmaven/config.yaml",
    };
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
        if (is_file(candidates[i]))
            return candidates[i];
    return NULL;
}

static int is_yaml(const struct dirent *e)
{
    fm_str name = fm_str_c(e->d_name);
    return name.p[0] != '.' &&
           (fm_str_ends(name, FM_STR(".yaml")) || fm_str_ends(name, FM_STR(".yml")));
}

static enum fm_code merge_folder(struct fm_ctx *ctx, struct fm_config *c, const char *file)
{
    fm_str path = fm_str_c(file);
    ptrdiff_t slash = fm_str_rchr(path, '/');
    fm_str folder = fm_str_fmt(&ctx->arena, "%.*sconfig.d",
                               FM_STR_ARG(fm_str_sub(path, 0, (size_t)(slash + 1))));
    struct dirent **names;
    enum fm_code code = FM_OK;
    int n = scandir(folder.p, &names, is_yaml, alphasort);
    for (int i = 0; i < n; i++) {
        if (code == FM_OK)
            code = merge_file(
                ctx, c, fm_str_fmt(&ctx->arena, "%.*s/%s", FM_STR_ARG(folder), names[i]->d_name).p);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return code;
}

/* FAULTMAVEN__A__B=v → a.b */
static enum fm_code merge_environment(struct fm_ctx *ctx, struct fm_config *c)
{
    for (char **e = environ; *e; e++) {
        fm_str pair = fm_str_c(*e);
        if (!fm_str_starts(pair, FM_STR(ENV_PREFIX)))
            continue;
        fm_str name = fm_str_cut(&pair, '=');
        fm_str path = fm_str_lower(&ctx->arena, fm_str_skip(name, sizeof ENV_PREFIX - 1));
        char *p = fm_arena_dup(&ctx->arena, path.p, path.len);
        size_t n = 0;
        for (size_t i = 0; i < path.len; i++) {
            bool is_dot = i + 1 < path.len && p[i] == '_' && p[i + 1] == '_';
            p[n++] = is_dot ? '.' : p[i];
            i += is_dot;
        }
        FM_TRY(fm_config_set(ctx, c, fm_str_n(p, n), pair,
                             fm_str_fmt(&ctx->arena, "$%.*s", FM_STR_ARG(name)).p));
    }
    return FM_OK;
}

static void add_provider(struct fm_ctx *ctx, struct fm_config *c, yyjson_mut_val *list,
                         const char *kind, const char *model)
{
    yyjson_mut_val *o = yyjson_mut_arr_add_obj(c->doc, list);
    fm_json_add_strz(c->doc, o, "kind", kind);
    yyjson_mut_arr_append(yyjson_mut_obj_add_arr(c->doc, o, "models"),
                          fm_json_mut_str(c->doc, fm_str_c(model)));
    fm_str path = fm_str_fmt(&ctx->arena, "llm.providers[%zu].kind", yyjson_mut_arr_size(list) - 1);
    fm_map_put(&c->origins, path)->value = (void *)(uintptr_t) "environment";
    const char *url = strcmp(kind, "local") == 0 ? getenv("LOCAL_LLM_URL") : NULL;
    if (url)
        fm_json_add_strz(c->doc, o, "url", url);
}

/* "GROQ_MODEL" for kind groq. */
static const char *model_variable(struct fm_ctx *ctx, const char *kind)
{
    char *name = fm_arena_dup(&ctx->arena, kind, strlen(kind));
    for (char *p = name; *p; p++)
        *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
    return fm_str_fmt(&ctx->arena, "%s_MODEL", name).p;
}

static const char *filled(const char *name)
{
    const char *v = name ? getenv(name) : NULL;
    return v && *v ? v : NULL;
}

static void add_providers_of_environment(struct fm_ctx *ctx, struct fm_config *c)
{
    yyjson_mut_val *list = yyjson_mut_arr(c->doc);
    if (yyjson_mut_obj_get(c->root, "llm"))
        return;
    if (filled("LOCAL_LLM_MODEL") && filled("LOCAL_LLM_URL"))
        add_provider(ctx, c, list, "local", filled("LOCAL_LLM_MODEL"));
    for (const struct fm_llm_facts *f = fm_llm_facts_table; f->kind; f++) {
        const char *model = f->key_env ? filled(model_variable(ctx, f->kind)) : NULL;
        if (model && filled(f->key_env))
            add_provider(ctx, c, list, f->kind, model);
    }
    if (yyjson_mut_arr_size(list))
        yyjson_mut_obj_add_val(c->doc, yyjson_mut_obj_add_obj(c->doc, c->root, "llm"), "providers",
                               list);
}

enum fm_code fm_config_load(struct fm_ctx *ctx, const char *path, struct fm_config *c)
{
    const char *named = path ? path : getenv("FAULTMAVEN_CONFIG");
    memset(c, 0, sizeof *c);
    c->doc = fm_json_new(&ctx->arena);
    c->root = yyjson_mut_obj(c->doc);
    fm_map_init(&c->origins, &ctx->arena);
    c->file = named && *named ? named : find_file(ctx);
    if (c->file) {
        FM_TRY(merge_file(ctx, c, c->file));
        FM_TRY(merge_folder(ctx, c, c->file));
    }
    FM_TRY(merge_environment(ctx, c));
    add_providers_of_environment(ctx, c);
    return FM_OK;
}

yyjson_val *fm_config_section(struct fm_ctx *ctx, const struct fm_config *c, const char *name)
{
    yyjson_mut_val *v = yyjson_mut_obj_get(c->root, name);
    yyjson_val *out = NULL;
    struct fm_buf b;
    if (!v)
        return NULL;
    fm_buf_init(&b, 4 * FM_CONFIG_FILE_MAX);
    if (fm_json_write(ctx, c->doc, v, false, &b) == FM_OK &&
        fm_json_read(ctx, fm_str_dup(&ctx->arena, fm_buf_str(&b)), &out) != FM_OK)
        out = NULL;
    fm_buf_release(&b);
    return out;
}

enum fm_code fm_config_llm(struct fm_ctx *ctx, const struct fm_config *c, struct fm_llm_setup **out,
                           fm_str *problems)
{
    return fm_llm_setup_read(ctx, fm_config_section(ctx, c, "llm"), &fm_config_keys, out, problems);
}

/* --- show --- */

struct show {
    const struct fm_config *config;
    fm_str prefix;
    struct fm_buf *out;
};

/* A value whose name says that it is a secret. How a key is found (env, file, command) is none. */
static bool is_secret(fm_str path)
{
    static const char *const words[] = {"key", "password", "token", "secret", "authorization"};
    ptrdiff_t dot = fm_str_rchr(path, '.');
    fm_str name = fm_str_skip(path, (size_t)(dot + 1));
    if (fm_str_has(path, FM_STR(".headers.")))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (fm_str_ieq(name, fm_str_c(words[i])) ||
            fm_str_ends(name, fm_str_c(i ? words[i] : "_key")))
            return true;
    return false;
}

static void show_scalar(struct show *s, fm_str path, yyjson_mut_val *v)
{
    const char *origin = fm_map_get(&s->config->origins, path);
    char *text = yyjson_mut_val_write(v, 0, NULL);
    bool is_hidden = yyjson_mut_is_str(v) && is_secret(path);
    fm_buf_addf(s->out, "%.*s: %s", FM_STR_ARG(path), is_hidden ? "[hidden]" : text ? text : "?");
    fm_buf_addf(s->out, "  # %s\n", origin ? origin : "environment");
    free(text);
}

static void show_value(struct show *s, fm_str path, yyjson_mut_val *v)
{
    struct fm_arena *a = s->config->doc->alc.ctx;
    size_t i, n;
    yyjson_mut_val *key, *item;
    if (yyjson_mut_is_obj(v)) {
        yyjson_mut_obj_foreach(v, i, n, key, item)
        {
            fm_str name = fm_str_n(yyjson_mut_get_str(key), yyjson_mut_get_len(key));
            show_value(
                s, path.len ? fm_str_fmt(a, "%.*s.%.*s", FM_STR_ARG(path), FM_STR_ARG(name)) : name,
                item);
        }
    } else if (yyjson_mut_is_arr(v)) {
        yyjson_mut_arr_foreach(v, i, n, item)
            show_value(s, fm_str_fmt(a, "%.*s[%zu]", FM_STR_ARG(path), i), item);
    } else if (fm_str_starts(path, s->prefix)) {
        show_scalar(s, path, v);
    }
}

void fm_config_show(const struct fm_config *c, fm_str prefix, struct fm_buf *out)
{
    struct show s = {c, prefix, out};
    show_value(&s, FM_STR_NULL, c->root);
}
