/* SPDX-License-Identifier: Apache-2.0 */
#include "llm_common.h"

#include <unistd.h>

#include "faultmaven/base/log.h"

static enum fm_code read_policy(struct fm_ctx *ctx, yyjson_val *section, const char *key,
                                enum fm_policy_name *out)
{
    fm_str name = fm_json_get_str(section, key);
    return name.len ? fm_redact_policy_parse(ctx, name, out) : FM_OK;
}

static enum fm_code open_redactors(struct fm_ctx *ctx, struct llm_world *w)
{
    yyjson_val *section = fm_config_section(ctx, &w->config, "redaction");
    enum fm_policy_name external = FM_POLICY_STANDARD, local = FM_POLICY_STANDARD;
    FM_TRY(read_policy(ctx, section, "policy", &external));
    local = external;
    FM_TRY(read_policy(ctx, section, "local_policy", &local));
    FM_TRY(fm_redactor_new(ctx, &(struct fm_redactor_options){.policy = external}, &w->external));
    FM_TRY(fm_redactor_new(ctx, &(struct fm_redactor_options){.policy = local}, &w->local));
    return detector_http_open(ctx, section, &w->detector);
}

static enum fm_code open_router(struct fm_ctx *ctx, struct llm_world *w)
{
    struct fm_llm_setup *setup;
    fm_str problems;
    FM_TRY(fm_config_llm(ctx, &w->config, &setup, &problems));
    fprintf(stderr, "%.*s", FM_STR_ARG(problems));
    struct fm_llm_router_options o = {.metrics = w->metrics, .log = w->log};
    w->router = fm_llm_router_new(setup, &o);
    fm_llm_setup_unref(setup);
    return FM_OK;
}

enum fm_code llm_world_open(struct fm_cli *cli, const char *config, struct llm_world *w)
{
    memset(w, 0, sizeof *w);
    w->log = FM_NEW(&cli->ctx.arena, struct fm_log);
    *w->log = (struct fm_log){.clock = &fm_clock_system, .level = FM_LOG_WARN, .fd = STDERR_FILENO};
    FM_TRY(fm_config_load(&cli->ctx, config, &w->config));
    fm_str level = fm_json_get_str(fm_config_section(&cli->ctx, &w->config, "log"), "level");
    for (int i = 0; fm_log_level_names[i]; i++)
        if (fm_str_eqc(level, fm_log_level_names[i]))
            w->log->level = (enum fm_log_level)i;
    w->metrics = fm_metrics_new();
    FM_TRY(open_redactors(&cli->ctx, w));
    return open_router(&cli->ctx, w);
}

void llm_world_close(struct llm_world *w)
{
    fm_llm_router_free(w->router);
    detector_http_close(w->detector);
    fm_redactor_free(w->external);
    fm_redactor_free(w->local);
    fm_metrics_free(w->metrics);
}

enum fm_code llm_world_reload(struct fm_ctx *ctx, const char *config, struct llm_world *w)
{
    struct fm_config c;
    struct fm_llm_setup *setup;
    fm_str problems;
    FM_TRY(fm_config_load(ctx, config, &c));
    FM_TRY(fm_config_llm(ctx, &c, &setup, &problems));
    fm_llm_router_reload(w->router, setup);
    fm_llm_setup_unref(setup);
    return FM_OK;
}
