/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "cli.h"
#include "config/config.h"

struct options {
    const char *config;
};

static const struct fm_opt opts[] = {
    FM_OPT_STR('c', "config", struct options, config, "FILE",
               "configuration file (default: see below)"),
    FM_OPT_END,
};

static int run_show(struct fm_cli *cli, char **argv);
static int run_check(struct fm_cli *cli, char **argv);

static const struct fm_command subcommands[] = {
    {.name = "show",
     .summary = "print the effective values and where each came from",
     .operands = "[SECTION]",
     .max_operands = 1,
     .opts = opts,
     .details =
         "Secrets are hidden. The file is --config, else $FAULTMAVEN_CONFIG, else faultmaven.yaml, "
         "$XDG_CONFIG_HOME/faultmaven/config.yaml or /etc/faultmaven/config.yaml; then "
         "config.d/*.yaml "
         "beside it; then the environment: FAULTMAVEN__LLM__RETRY__ATTEMPTS=4 sets "
         "llm.retry.attempts.",
     .run = run_show},
    {.name = "check",
     .summary = "report mistakes; status 1 when there are any",
     .opts = opts,
     .run = run_check},
    {.name = NULL},
};

const struct fm_command fm_cmd_config = {
    .name = "config", .summary = "show or check the configuration", .subcommands = subcommands};

static int run_show(struct fm_cli *cli, char **argv)
{
    struct options o = {0};
    struct fm_operands operands;
    struct fm_config c;
    struct fm_buf out;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &operands, &status))
        return status;
    if (fm_config_load(&cli->ctx, o.config, &c) != FM_OK)
        return fm_cli_fail(cli);
    fm_buf_init(&out, 16u << 20);
    fm_config_show(&c, operands.n ? fm_str_c(operands.items[0]) : FM_STR_NULL, &out);
    bool is_printed = fm_cli_print(cli, fm_buf_str(&out));
    fm_buf_release(&out);
    return is_printed ? 0 : fm_cli_fail(cli);
}

static const char *const sections[] = {"llm",     "redaction", "tracing", "log", "server",
                                       "storage", "knowledge", "auth",    NULL};

static enum fm_code check_sections(struct fm_ctx *ctx, const struct fm_config *c)
{
    size_t i, n;
    yyjson_mut_val *key, *value;
    yyjson_mut_obj_foreach(c->root, i, n, key, value)
    {
        fm_str name = fm_str_n(yyjson_mut_get_str(key), yyjson_mut_get_len(key));
        const char *const *s = sections;
        while (*s && !fm_str_eqc(name, *s))
            s++;
        if (!*s)
            return fm_fail(ctx, FM_EINVAL, "%.*s: unknown section", FM_STR_ARG(name));
    }
    return FM_OK;
}

/* A key that stands in the file itself must not be readable by others. */
static bool has_open_key(struct fm_ctx *ctx, const struct fm_config *c)
{
    struct stat st;
    size_t i, n;
    yyjson_val *item;
    if (!c->file || stat(c->file, &st) != 0 || (st.st_mode & 077) == 0)
        return false;
    yyjson_arr_foreach(fm_json_get(fm_config_section(ctx, c, "llm"), "providers"), i, n, item)
    {
        if (fm_json_get_str(item, "key").len)
            return true;
    }
    return false;
}

static int run_check(struct fm_cli *cli, char **argv)
{
    struct options o = {0};
    struct fm_operands operands;
    struct fm_config c;
    struct fm_llm_setup *setup;
    fm_str problems = FM_STR_NULL;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &operands, &status))
        return status;
    if (fm_config_load(&cli->ctx, o.config, &c) != FM_OK ||
        check_sections(&cli->ctx, &c) != FM_OK ||
        fm_config_llm(&cli->ctx, &c, &setup, &problems) != FM_OK)
        return fm_cli_fail(cli);
    fprintf(stderr, "%.*s", FM_STR_ARG(problems));
    bool is_open = has_open_key(&cli->ctx, &c);
    if (is_open)
        fprintf(stderr,
                "%s: holds a key and can be read by others; chmod 600, or use key: {env: NAME} or "
                "{file: PATH}\n",
                c.file);
    printf("%s: %zu providers, %zu models, %zu routes\n", c.file ? c.file : "(no file)",
           setup->n_providers, setup->n_models, setup->n_routes);
    fm_llm_setup_unref(setup);
    return problems.len || is_open ? FM_EXIT_FAILED : 0;
}
