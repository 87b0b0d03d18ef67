/* SPDX-License-Identifier: Apache-2.0 */
#include "llm_common.h"

struct options {
    const char *config;
};

static const struct fm_opt opts[] = {
    FM_OPT_STR('c', "config", struct options, config, "FILE", "configuration file"),
    FM_OPT_END,
};

static int run_status(struct fm_cli *cli, char **argv);
static int run_models(struct fm_cli *cli, char **argv);
static int run_test(struct fm_cli *cli, char **argv);

static const struct fm_command status_command = {
    .name = "status",
    .summary = "show providers, models and routes as configured",
    .opts = opts,
    .run = run_status};
static const struct fm_command models_command = {.name = "models",
                                                 .summary = "ask each provider for its models",
                                                 .operands = "[PROVIDER]",
                                                 .max_operands = 1,
                                                 .opts = opts,
                                                 .run = run_models};
static const struct fm_command test_command = {
    .name = "test",
    .summary = "ask each configured model for one word",
    .operands = "[MODEL]",
    .max_operands = 1,
    .opts = opts,
    .run = run_test,
    .details = "Sends the fixed text \"Answer with the word ready.\" and nothing else. Status 1 "
               "when a model does not answer."};

static struct fm_command subcommands[5];

const struct fm_command fm_cmd_llm = {.name = "llm",
                                      .summary = "language models: proxy, status, test, models",
                                      .subcommands = subcommands};

/* The table is put together from several files once, before main. */
__attribute__((constructor)) static void fill_table(void)
{
    subcommands[0] = fm_cmd_llm_proxy;
    subcommands[1] = status_command;
    subcommands[2] = models_command;
    subcommands[3] = test_command;
}

static int open_world(struct fm_cli *cli, char **argv, struct llm_world *w,
                      struct fm_operands *operands)
{
    struct options o = {0};
    int status;
    if (!fm_cli_parse(cli, argv, &o, operands, &status))
        return status;
    if (llm_world_open(cli, o.config, w) == FM_OK)
        return -1;
    llm_world_close(w);
    return fm_cli_fail(cli);
}

static void show_model(const struct fm_llm_model *m)
{
    printf("  %-40s", m->name);
    if (m->context_tokens)
        printf(" %lld tokens", (long long)m->context_tokens);
    if (m->input_usd > 0)
        printf(", %.2f/%.2f USD per million", m->input_usd, m->output_usd);
    printf("%s%s\n", m->has_tools ? "" : ", no tools", m->has_schema ? "" : ", no schema");
}

static void show_setup(const struct fm_llm_setup *s)
{
    for (size_t i = 0; i < s->n_providers; i++) {
        const struct fm_llm_provider *p = &s->providers[i];
        printf("%s (%s) %s%s%s\n", p->id, p->facts->kind, p->base_url, p->is_local ? ", local" : "",
               p->key.len ? ", key set" : "");
        for (size_t k = 0; k < s->n_models; k++)
            if (strcmp(s->models[k].provider->id, p->id) == 0)
                show_model(&s->models[k]);
    }
    for (size_t i = 0; i < s->n_routes; i++) {
        printf("route %s:", s->routes[i].purpose);
        for (size_t k = 0; k < s->routes[i].n; k++)
            printf(" %s/%s", s->routes[i].choices[k].model->provider->id,
                   s->routes[i].choices[k].model->name);
        printf("\n");
    }
}

static int run_status(struct fm_cli *cli, char **argv)
{
    struct llm_world w;
    struct fm_operands operands;
    int status = open_world(cli, argv, &w, &operands);
    if (status >= 0)
        return status;
    struct fm_llm_setup *s = fm_llm_router_setup(w.router);
    if (s->n_providers == 0)
        printf("no language model is configured; diagnosis works without one\n");
    show_setup(s);
    fm_llm_setup_unref(s);
    llm_world_close(&w);
    return 0;
}

static bool list_models(struct fm_cli *cli, struct fm_llm_client *client,
                        const struct fm_llm_provider *p)
{
    struct fm_llm_model_infos list = {0};
    if (fm_llm_list_models(client, &cli->ctx, p, &list) != FM_OK) {
        fprintf(stderr, "%s: %s\n", p->id, cli->ctx.error);
        fm_ctx_clear_error(&cli->ctx);
        return false;
    }
    fm_vec_each (&list, m) {
        printf("%s/%.*s", p->id, FM_STR_ARG(m->name));
        if (m->context_tokens)
            printf("  %lld tokens", (long long)m->context_tokens);
        printf("\n");
    }
    return true;
}

static int run_models(struct fm_cli *cli, char **argv)
{
    struct llm_world w;
    struct fm_operands operands;
    bool is_good = true;
    int status = open_world(cli, argv, &w, &operands);
    if (status >= 0)
        return status;
    struct fm_llm_setup *s = fm_llm_router_setup(w.router);
    struct fm_loop *loop = fm_loop_new();
    struct fm_llm_client *client = fm_llm_client_new(w.router, loop);
    for (size_t i = 0; i < s->n_providers; i++)
        if (!operands.n || strcmp(operands.items[0], s->providers[i].id) == 0)
            is_good &= list_models(cli, client, &s->providers[i]);
    fm_llm_client_free(client);
    fm_loop_free(loop);
    fm_llm_setup_unref(s);
    llm_world_close(&w);
    return is_good ? 0 : FM_EXIT_FAILED;
}

static bool test_model(struct fm_cli *cli, struct fm_llm *llm, const struct fm_llm_model *m)
{
    static const struct fm_llm_message ask = {.role = FM_LLM_USER,
                                              .text = {"Answer with the word ready.", 27}};
    struct fm_llm_request r = fm_llm_request_init();
    struct fm_llm_response out = {0};
    r.model = fm_str_fmt(&cli->ctx.arena, "%s/%s", m->provider->id, m->name);
    r.messages = &ask;
    r.n_messages = 1;
    r.max_tokens = 64;
    r.is_failover_off = true;
    enum fm_code code = llm->ops->chat(llm, &cli->ctx, &r, NULL, &out);
    if (code == FM_OK)
        printf("%.*s: ok, %lld ms, %lld+%lld tokens\n", FM_STR_ARG(r.model),
               (long long)out.total_ms, (long long)out.usage.input, (long long)out.usage.output);
    else
        printf("%.*s: %s: %s\n", FM_STR_ARG(r.model), fm_llm_class_name(out.failure),
               cli->ctx.error);
    fm_ctx_clear_error(&cli->ctx);
    return code == FM_OK;
}

static int run_test(struct fm_cli *cli, char **argv)
{
    struct llm_world w;
    struct fm_operands operands;
    struct fm_egress *gate;
    uint8_t key[FM_CASE_KEY_BYTES];
    bool is_good = true;
    int status = open_world(cli, argv, &w, &operands);
    if (status >= 0)
        return status;
    fm_rng_fill(&fm_rng_system, key, sizeof key);
    struct fm_pseudonyms *map = fm_pseudonyms_new(key);
    struct fm_egress_options o = {.external = w.external,
                                  .local = w.local,
                                  .map = map,
                                  .detector = detector_http_detector(w.detector)};
    if (fm_egress_new(&cli->ctx, &o, &gate) != FM_OK)
        return fm_cli_fail(cli);
    struct fm_llm *llm = fm_llm_router_port(w.router, gate, map);
    struct fm_llm_setup *s = fm_llm_router_setup(w.router);
    for (size_t i = 0; i < s->n_models; i++)
        if (!operands.n || fm_llm_setup_model(s, fm_str_c(operands.items[0])) == &s->models[i])
            is_good &= test_model(cli, llm, &s->models[i]);
    fm_llm_setup_unref(s);
    llm->ops->free(llm);
    fm_egress_free(gate);
    fm_pseudonyms_free(map);
    llm_world_close(&w);
    return is_good ? 0 : FM_EXIT_FAILED;
}
