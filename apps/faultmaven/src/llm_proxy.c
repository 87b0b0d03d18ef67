/* SPDX-License-Identifier: Apache-2.0 */
/* faultmaven llm proxy: one loop; a thread of its own waits for signals and posts them to it. */
#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include "faultmaven/base/log.h"
#include "faultmaven/llm/proxy.h"
#include "llm_common.h"

struct options {
    const char *listen;
    const char *config;
    int64_t max_streams;
};

static const struct fm_opt opts[] = {
    FM_OPT_STR('l', "listen", struct options, listen, "HOST:PORT",
               "where to listen (default 127.0.0.1:4010; port 0 takes a free one)"),
    FM_OPT_STR('c', "config", struct options, config, "FILE", "configuration file"),
    FM_OPT_INT(0, "max-streams", struct options, max_streams, "N", 1, 100000,
               "requests at once (default 4096)"),
    FM_OPT_END,
};

static int run(struct fm_cli *cli, char **argv);

const struct fm_command fm_cmd_llm_proxy = {
    .name = "proxy",
    .summary = "serve the configured models to OpenAI and Anthropic clients",
    .opts = opts,
    .details = "Paths: /v1/chat/completions, /v1/messages, /v1/models, /health, /metrics. Requests "
               "are redacted on the way "
               "out and restored on the way back. Prints \"listening on http://HOST:PORT\" when "
               "ready. SIGHUP reads the "
               "configuration again; SIGTERM and SIGINT stop.",
    .run = run};

struct service {
    struct fm_loop *loop;
    struct llm_world *world;
    const char *config;
    pthread_t signals;
    sigset_t set;
};

static void reload(void *arg)
{
    struct service *s = arg;
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    bool is_done = llm_world_reload(&ctx, s->config, s->world) == FM_OK;
    fm_log_write(s->world->log, is_done ? FM_LOG_INFO : FM_LOG_ERROR,
                 is_done ? "configuration read again" : "configuration not changed",
                 FM_FIELDS(FM_FIELD_STR("reason", fm_str_c(ctx.error))));
    fm_ctx_release(&ctx);
}

static void *wait_for_signals(void *arg)
{
    struct service *s = arg;
    int sig;
    while (sigwait(&s->set, &sig) == 0) {
        if (sig != SIGHUP)
            break;
        fm_loop_post(s->loop, reload, s);
    }
    fm_loop_stop(s->loop);
    return NULL;
}

static enum fm_code serve(struct fm_cli *cli, struct service *s, const struct options *o)
{
    struct fm_llm_proxy *p;
    yyjson_val *llm = fm_config_section(&cli->ctx, &s->world->config, "proxy");
    struct fm_llm_proxy_options po = {
        .listen = o->listen,
        .key = fm_json_get_str(llm, "key"),
        .external = s->world->external,
        .local = s->world->local,
        .detector = detector_http_detector(s->world->detector),
        .metrics = s->world->metrics,
        .log = s->world->log,
        .max_streams = (size_t)o->max_streams,
    };
    FM_TRY(fm_llm_proxy_new(&cli->ctx, s->loop, s->world->router, &po, &p));
    const char *colon = strrchr(o->listen, ':');
    fm_str host = fm_str_n(o->listen, (size_t)(colon - o->listen));
    printf("listening on http://%.*s:%u\n", FM_STR_ARG(host.len ? host : FM_STR("127.0.0.1")),
           fm_llm_proxy_port(p));
    fflush(stdout);
    fm_loop_run(s->loop);
    fm_llm_proxy_free(p);
    return FM_OK;
}

static int run(struct fm_cli *cli, char **argv)
{
    struct options o = {.listen = "127.0.0.1:4010"};
    struct fm_operands operands;
    struct llm_world world;
    int status;
    if (!fm_cli_parse(cli, argv, &o, &operands, &status))
        return status;
    struct service s = {.world = &world, .config = o.config};
    /* Each request takes and gives back a few large blocks: smaller steps would cost a call of the
     * kernel each. */
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    sigemptyset(&s.set);
    sigaddset(&s.set, SIGHUP);
    sigaddset(&s.set, SIGTERM);
    sigaddset(&s.set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &s.set, NULL);
    enum fm_code code = llm_world_open(cli, o.config, &world);
    if (code == FM_OK) {
        s.loop = fm_loop_new();
        pthread_create(&s.signals, NULL, wait_for_signals, &s);
        code = serve(cli, &s, &o);
        /* It waits in sigwait. NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread,cert-pos44-c) */
        pthread_kill(s.signals, SIGTERM);
        pthread_join(s.signals, NULL);
        fm_loop_free(s.loop);
    }
    llm_world_close(&world);
    return code == FM_OK ? 0 : fm_cli_fail(cli);
}
