/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

static void add(struct fm_arena *a, struct fm_http_request *r, const char *name, fm_str value)
{
    struct fm_http_header *items = FM_NEW_ARRAY(a, struct fm_http_header, r->n_headers + 1);
    if (r->n_headers)
        memcpy(items, r->headers, r->n_headers * sizeof *items);
    items[r->n_headers++] = (struct fm_http_header){fm_str_c(name), value};
    r->headers = items;
}

static void add_key(struct fm_arena *a, struct fm_http_request *r, const struct fm_llm_provider *p)
{
    if (p->key.len == 0)
        return;
    if (p->facts->auth == FM_LLM_AUTH_X_API_KEY)
        add(a, r, "x-api-key", p->key);
    else if (p->facts->auth == FM_LLM_AUTH_X_GOOG_API_KEY)
        add(a, r, "x-goog-api-key", p->key);
    else
        add(a, r, "Authorization", fm_str_fmt(a, "Bearer %.*s", FM_STR_ARG(p->key)));
}

static void add_owner(struct fm_arena *a, struct fm_http_request *r,
                      const struct fm_llm_provider *p)
{
    bool is_hub = strcmp(p->facts->kind, "huggingface") == 0;
    if (p->organization)
        add(a, r, is_hub ? "X-HF-Bill-To" : "OpenAI-Organization", fm_str_c(p->organization));
    if (p->project)
        add(a, r, "OpenAI-Project", fm_str_c(p->project));
}

void fm_llm_address(struct fm_arena *a, const struct fm_llm_provider *p, fm_str path,
                    struct fm_http_request *r)
{
    r->url = fm_str_fmt(a, "%s%.*s", p->base_url, FM_STR_ARG(path)).p;
    r->ca_file = p->ca_file;
    r->proxy = p->proxy;
    r->connect_ms = p->connect_ms;
    r->max_body = p->max_answer_bytes;
    add_key(a, r, p);
    if (p->facts->family == FM_LLM_FAMILY_ANTHROPIC)
        add(a, r, "anthropic-version", FM_STR("2023-06-01"));
    add_owner(a, r, p);
    for (size_t i = 0; i < p->n_headers; i++)
        add(a, r, p->headers[i].name, fm_str_c(p->headers[i].value));
}

static enum fm_code load(struct fm_ctx *ctx, const struct fm_cleared *body,
                         const struct fm_llm_provider *p, struct fm_http_request *r)
{
    FM_TRY(fm_cleared_body(body, ctx, p->is_local, &r->body));
    r->method = "POST";
    add(&ctx->arena, r, "Content-Type", FM_STR("application/json"));
    return FM_OK;
}

struct fm_http_call *fm_llm_post(struct fm_http_client *c, struct fm_ctx *ctx,
                                 const struct fm_cleared *body, const struct fm_llm_provider *p,
                                 struct fm_http_request *r)
{
    return load(ctx, body, p, r) == FM_OK ? fm_http_call_start(c, r) : NULL;
}
