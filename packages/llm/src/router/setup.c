/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/llm/setup.h"

#include <stdlib.h>

#include "faultmaven/base/json.h"

struct fm_llm_setup *fm_llm_setup_ref(struct fm_llm_setup *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void fm_llm_setup_unref(struct fm_llm_setup *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) > 1)
        return;
    fm_arena_release(&s->arena);
    free(s);
}

const struct fm_llm_route *fm_llm_setup_route(const struct fm_llm_setup *s, fm_str purpose)
{
    const struct fm_llm_route *chat = NULL;
    for (size_t i = 0; i < s->n_routes; i++) {
        if (purpose.len && fm_str_eqc(purpose, s->routes[i].purpose))
            return &s->routes[i];
        if (strcmp(s->routes[i].purpose, "chat") == 0)
            chat = &s->routes[i];
    }
    return chat;
}

static bool is_named(const struct fm_llm_model *m, fm_str name)
{
    fm_str id = fm_str_c(m->provider->id);
    return fm_str_starts(name, id) && name.len > id.len && name.p[id.len] == '/' &&
           fm_str_eqc(fm_str_skip(name, id.len + 1), m->name);
}

const struct fm_llm_model *fm_llm_setup_model(const struct fm_llm_setup *s, fm_str name)
{
    for (size_t i = 0; i < s->n_models; i++)
        if (is_named(&s->models[i], name))
            return &s->models[i];
    for (size_t i = 0; i < s->n_models; i++)
        if (fm_str_eqc(name, s->models[i].name))
            return &s->models[i];
    return NULL;
}

/* --- reading --- */

struct reader {
    struct fm_ctx *ctx;
    struct fm_arena *arena;
    const struct fm_llm_key_source *keys;
    fm_str problems;
    FM_VEC(struct fm_llm_provider) providers;
    FM_VEC(struct fm_llm_model) models;
    FM_VEC(struct fm_llm_route) routes;
};

static const char *dup_str(struct reader *r, yyjson_val *o, const char *key)
{
    fm_str s = fm_json_get_str(o, key);
    return s.len ? fm_arena_dup(r->arena, s.p, s.len) : NULL;
}

/* A misspelt member would silently do nothing. */
static enum fm_code check_members(struct reader *r, yyjson_val *o, const char *where,
                                  const char *const *known)
{
    yyjson_obj_iter it;
    yyjson_val *key;
    if (!yyjson_is_obj(o))
        return fm_fail(r->ctx, FM_EINVAL, "%s: must be a mapping", where);
    yyjson_obj_iter_init(o, &it);
    while ((key = yyjson_obj_iter_next(&it))) {
        fm_str name = fm_json_str(key);
        const char *const *k = known;
        const char *near = NULL;
        while (*k && !fm_str_eqc(name, *k)) {
            if (fm_str_distance(name, fm_str_c(*k), 2) <= 2)
                near = *k;
            k++;
        }
        if (!*k)
            return fm_fail(r->ctx, FM_EINVAL, "%s.%.*s: unknown setting%s%s%s", where,
                           FM_STR_ARG(name), near ? "; did you mean \"" : "", near ? near : "",
                           near ? "\"?" : "");
    }
    return FM_OK;
}

/* A number of milliseconds, or a duration such as "30s". */
static enum fm_code read_ms(struct reader *r, yyjson_val *o, const char *where, const char *key,
                            int64_t *out)
{
    yyjson_val *v = fm_json_get(o, key);
    int64_t ns;
    if (!v)
        return FM_OK;
    if (yyjson_is_int(v) && yyjson_get_sint(v) >= 0)
        *out = yyjson_get_sint(v);
    else if (yyjson_is_str(v) && fm_duration_parse(fm_json_str(v), &ns) && ns >= 0)
        *out = ns / FM_MS;
    else
        return fm_fail(r->ctx, FM_EINVAL, "%s.%s: must be a duration such as \"30s\"", where, key);
    return FM_OK;
}

static enum fm_code read_count(struct reader *r, yyjson_val *o, const char *where, const char *key,
                               int64_t *out)
{
    yyjson_val *v = fm_json_get(o, key);
    if (v && (!yyjson_is_int(v) || yyjson_get_sint(v) < 0))
        return fm_fail(r->ctx, FM_EINVAL, "%s.%s: must be a whole number", where, key);
    *out = v ? yyjson_get_sint(v) : *out;
    return FM_OK;
}

static enum fm_code read_real(struct reader *r, yyjson_val *o, const char *where, const char *key,
                              double *out)
{
    yyjson_val *v = fm_json_get(o, key);
    if (v && (!yyjson_is_num(v) || yyjson_get_num(v) < 0))
        return fm_fail(r->ctx, FM_EINVAL, "%s.%s: must be a number", where, key);
    *out = v ? yyjson_get_num(v) : *out;
    return FM_OK;
}

/* key: "${env:NAME}", {env: NAME}, {file: PATH}, {command: "…"}, or the key itself; else the kind's
 * usual variable. */
static enum fm_code read_key(struct reader *r, yyjson_val *o, const struct fm_llm_facts *f,
                             fm_str *out)
{
    static const char *const kinds[] = {"env", "file", "command"};
    yyjson_val *v = fm_json_get(o, "key");
    fm_str found = FM_STR_NULL;
    enum fm_code code = FM_ENOTFOUND;
    if (yyjson_is_str(v)) {
        *out = fm_str_dup(r->arena, fm_json_str(v));
        return FM_OK;
    }
    for (size_t i = 0; v && i < sizeof kinds / sizeof kinds[0]; i++) {
        fm_str what = fm_json_get_str(v, kinds[i]);
        if (what.len)
            code = r->keys->read(r->keys->arg, r->ctx, kinds[i], what, &found);
    }
    if (!v && f->key_env)
        code = r->keys->read(r->keys->arg, r->ctx, "env", fm_str_c(f->key_env), &found);
    if (code == FM_OK)
        *out = fm_str_dup(r->arena, fm_str_trim(found));
    return code;
}

static enum fm_code read_headers(struct reader *r, yyjson_val *o, const char *where,
                                 struct fm_llm_provider *p)
{
    yyjson_val *map = fm_json_get(o, "headers"), *key;
    yyjson_obj_iter it;
    size_t n = 0;
    if (!map)
        return FM_OK;
    struct fm_llm_header *headers =
        FM_NEW_ARRAY(r->arena, struct fm_llm_header, yyjson_obj_size(map));
    yyjson_obj_iter_init(map, &it);
    while ((key = yyjson_obj_iter_next(&it))) {
        fm_str name = fm_json_str(key), value = fm_json_str(yyjson_obj_iter_get_val(key));
        if (fm_str_chr(value, '\n', 0) >= 0 || fm_str_chr(value, '\r', 0) >= 0 ||
            fm_str_chr(name, ':', 0) >= 0)
            return fm_fail(r->ctx, FM_EINVAL, "%s.headers: \"%.*s\" is no header", where,
                           FM_STR_ARG(name));
        headers[n++] = (struct fm_llm_header){fm_arena_dup(r->arena, name.p, name.len),
                                              fm_arena_dup(r->arena, value.p, value.len)};
    }
    p->headers = headers;
    p->n_headers = n;
    return FM_OK;
}

static enum fm_code read_limits(struct reader *r, yyjson_val *o, const char *where,
                                struct fm_llm_provider *p)
{
    int64_t bytes = 0;
    FM_TRY(read_ms(r, o, where, "connect_timeout", &p->connect_ms));
    FM_TRY(read_ms(r, o, where, "first_token_timeout", &p->first_token_ms));
    FM_TRY(read_ms(r, o, where, "gap_timeout", &p->gap_ms));
    FM_TRY(read_ms(r, o, where, "total_timeout", &p->total_ms));
    FM_TRY(read_count(r, o, where, "max_concurrent", &p->max_concurrent));
    FM_TRY(read_count(r, o, where, "requests_per_minute", &p->requests_per_minute));
    FM_TRY(read_count(r, o, where, "tokens_per_minute", &p->tokens_per_minute));
    FM_TRY(read_count(r, o, where, "max_answer_bytes", &bytes));
    p->max_answer_bytes = (uint64_t)bytes;
    return FM_OK;
}

static const char *base_url(struct reader *r, yyjson_val *o, const struct fm_llm_facts *f)
{
    fm_str url = fm_json_get_str(o, "url");
    if (url.len == 0)
        url = fm_str_c(f->base_url);
    while (url.len && url.p[url.len - 1] == '/')
        url.len--;
    return fm_arena_dup(r->arena, url.p, url.len);
}

/* A key must not travel in the clear, except to this machine. */
static bool is_safe_url(fm_str url, bool has_key)
{
    static const char *const near[] = {"http://127.", "http://localhost", "http://[::1]"};
    if (fm_str_istarts(url, FM_STR("https://")))
        return true;
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
        if (fm_str_istarts(url, fm_str_c(near[i])))
            return true;
    return fm_str_istarts(url, FM_STR("http://")) && !has_key;
}

static enum fm_code read_model(struct reader *r, yyjson_val *o, const char *where,
                               struct fm_llm_model *m)
{
    static const char *const known[] = {"name",        "context",      "max_output",
                                        "input_price", "cached_price", "output_price",
                                        "tools",       "schema",       NULL};
    bool is_name = yyjson_is_str(o);
    if (!is_name)
        FM_TRY(check_members(r, o, where, known));
    fm_str name = is_name ? fm_json_str(o) : fm_json_get_str(o, "name");
    if (name.len == 0 || name.len > 200)
        return fm_fail(r->ctx, FM_EINVAL, "%s.name: missing", where);
    m->name = fm_arena_dup(r->arena, name.p, name.len);
    m->has_tools = fm_json_get_bool(o, "tools", true);
    m->has_schema = fm_json_get_bool(o, "schema", true);
    FM_TRY(read_count(r, o, where, "context", &m->context_tokens));
    FM_TRY(read_count(r, o, where, "max_output", &m->max_output));
    FM_TRY(read_real(r, o, where, "input_price", &m->input_usd));
    FM_TRY(read_real(r, o, where, "cached_price", &m->cached_usd));
    return read_real(r, o, where, "output_price", &m->output_usd);
}

static enum fm_code read_models(struct reader *r, yyjson_val *o, const char *where,
                                const struct fm_llm_provider *p)
{
    size_t i, n;
    yyjson_val *item;
    yyjson_arr_foreach(fm_json_get(o, "models"), i, n, item)
    {
        struct fm_llm_model m = {.provider = p};
        FM_TRY(read_model(r, item, fm_str_fmt(r->arena, "%s.models[%zu]", where, i).p, &m));
        fm_vec_push(r->arena, &r->models, m);
    }
    return FM_OK;
}

static void note_problem(struct reader *r, const char *where, const char *id)
{
    r->problems = fm_str_fmt(&r->ctx->arena, "%.*s%s: provider \"%s\" is left out: no key (%s)\n",
                             FM_STR_ARG(r->problems), where, id, r->ctx->error);
    fm_ctx_clear_error(r->ctx);
}

static enum fm_code read_identity(struct reader *r, yyjson_val *o, const char *where,
                                  struct fm_llm_provider *p)
{
    fm_str kind = fm_json_get_str(o, "kind");
    fm_str id = fm_json_get_str(o, "name");
    p->facts = fm_llm_facts_find(kind);
    if (!p->facts)
        return fm_fail(
            r->ctx, FM_EINVAL,
            "%s.kind: \"%.*s\" is no kind of provider; known: openai, anthropic, gemini, groq, "
            "fireworks, openrouter, huggingface, llamacpp, vllm, ollama, local",
            where, FM_STR_ARG(kind));
    p->id = id.len ? fm_arena_dup(r->arena, id.p, id.len) : p->facts->kind;
    fm_vec_each (&r->providers, other)
        if (strcmp(other->id, p->id) == 0)
            return fm_fail(r->ctx, FM_EINVAL, "%s.name: \"%s\" is used twice", where, p->id);
    p->base_url = base_url(r, o, p->facts);
    p->is_local = fm_json_get_bool(o, "local", p->facts->is_local);
    p->ca_file = dup_str(r, o, "ca_file");
    p->proxy = dup_str(r, o, "proxy");
    p->organization = dup_str(r, o, "organization");
    p->project = dup_str(r, o, "project");
    return FM_OK;
}

static enum fm_code read_provider(struct reader *r, yyjson_val *o, const char *where)
{
    static const char *const known[] = {"name",
                                        "kind",
                                        "url",
                                        "key",
                                        "local",
                                        "ca_file",
                                        "proxy",
                                        "organization",
                                        "project",
                                        "headers",
                                        "models",
                                        "connect_timeout",
                                        "first_token_timeout",
                                        "gap_timeout",
                                        "total_timeout",
                                        "max_concurrent",
                                        "requests_per_minute",
                                        "tokens_per_minute",
                                        "max_answer_bytes",
                                        NULL};
    struct fm_llm_provider *p = FM_NEW(r->arena, struct fm_llm_provider);
    FM_TRY(check_members(r, o, where, known));
    FM_TRY(read_identity(r, o, where, p));
    FM_TRY(read_limits(r, o, where, p));
    FM_TRY(read_headers(r, o, where, p));
    enum fm_code code = read_key(r, o, p->facts, &p->key);
    if (code != FM_OK && (p->facts->key_env || fm_json_get(o, "key"))) {
        note_problem(r, where, p->id);
        return FM_OK;
    }
    fm_ctx_clear_error(r->ctx);
    if (!is_safe_url(fm_str_c(p->base_url), p->key.len > 0))
        return fm_fail(r->ctx, FM_EINVAL,
                       "%s.url: must be https (http only without a key, or to this machine)",
                       where);
    fm_vec_push(r->arena, &r->providers, *p);
    return read_models(r, o, where, p);
}

static const struct fm_llm_model *find_model(struct reader *r, fm_str name)
{
    struct fm_llm_setup view = {.models = r->models.items, .n_models = r->models.n};
    return fm_llm_setup_model(&view, name);
}

/* "provider/model", or {model: …, tier: 0, weight: 1}. One whose provider was left out is skipped.
 */
static enum fm_code read_choice(struct reader *r, yyjson_val *o, const char *where, int tier,
                                struct fm_llm_choice_of *out)
{
    static const char *const known[] = {"model", "tier", "weight", NULL};
    if (!yyjson_is_str(o))
        FM_TRY(check_members(r, o, where, known));
    fm_str name = yyjson_is_str(o) ? fm_json_str(o) : fm_json_get_str(o, "model");
    out->model = find_model(r, name);
    out->tier = (int)fm_json_get_i64(o, "tier", tier);
    out->weight = fm_json_get_f64(o, "weight", 1);
    if (out->weight <= 0 || out->weight > 1e6)
        return fm_fail(r->ctx, FM_EINVAL, "%s.weight: must be above 0", where);
    if (!out->model && r->problems.len == 0)
        return fm_fail(r->ctx, FM_EINVAL, "%s: model \"%.*s\" is not listed at any provider", where,
                       FM_STR_ARG(name));
    return FM_OK;
}

static void sort_by_tier(struct fm_llm_choice_of *c, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && c[k].tier < c[k - 1].tier; k--) {
            struct fm_llm_choice_of swap = c[k];
            c[k] = c[k - 1];
            c[k - 1] = swap;
        }
}

static enum fm_code read_route(struct reader *r, const char *purpose, yyjson_val *o)
{
    static const char *const known[] = {"models", "hedge_after", "cache", NULL};
    const char *where = fm_str_fmt(r->arena, "llm.routes.%s", purpose).p;
    yyjson_val *list = o, *item;
    size_t i, n;
    struct fm_llm_route route = {.purpose = purpose};
    if (!yyjson_is_arr(o)) {
        FM_TRY(check_members(r, o, where, known));
        FM_TRY(read_ms(r, o, where, "hedge_after", &route.hedge_ms));
        route.may_cache = fm_json_get_bool(o, "cache", false);
        list = fm_json_get(o, "models");
    }
    struct fm_llm_choice_of *choices =
        FM_NEW_ARRAY(r->arena, struct fm_llm_choice_of, yyjson_arr_size(list));
    yyjson_arr_foreach(list, i, n, item)
    {
        struct fm_llm_choice_of c = {0};
        FM_TRY(read_choice(r, item, fm_str_fmt(r->arena, "%s[%zu]", where, i).p, (int)i, &c));
        if (c.model)
            choices[route.n++] = c;
    }
    sort_by_tier(choices, route.n);
    route.choices = choices;
    fm_vec_push(r->arena, &r->routes, route);
    return FM_OK;
}

/* Without routes every listed model serves "chat", in the order of the list. */
static void add_default_route(struct reader *r)
{
    struct fm_llm_choice_of *choices = FM_NEW_ARRAY(r->arena, struct fm_llm_choice_of, r->models.n);
    for (size_t i = 0; i < r->models.n; i++)
        choices[i] = (struct fm_llm_choice_of){&r->models.items[i], (int)i, 1};
    fm_vec_push(r->arena, &r->routes,
                (struct fm_llm_route){.purpose = "chat", .choices = choices, .n = r->models.n});
}

static enum fm_code read_routes(struct reader *r, yyjson_val *map)
{
    yyjson_obj_iter it;
    yyjson_val *key;
    bool has_chat = false;
    yyjson_obj_iter_init(map, &it);
    while (map && (key = yyjson_obj_iter_next(&it))) {
        fm_str name = fm_json_str(key);
        has_chat |= fm_str_eqc(name, "chat");
        FM_TRY(
            read_route(r, fm_arena_dup(r->arena, name.p, name.len), yyjson_obj_iter_get_val(key)));
    }
    if (!has_chat)
        add_default_route(r);
    return FM_OK;
}

static enum fm_code read_budget(struct reader *r, yyjson_val *o, struct fm_llm_budget_limits *b)
{
    static const char *const known[] = {"case_tokens", "tenant_tokens_per_day",
                                        "case_usd",    "tenant_usd_per_day",
                                        "case_time",   NULL};
    const char *where = "llm.budget";
    if (!o)
        return FM_OK;
    FM_TRY(check_members(r, o, where, known));
    FM_TRY(read_count(r, o, where, "case_tokens", &b->case_tokens));
    FM_TRY(read_count(r, o, where, "tenant_tokens_per_day", &b->tenant_tokens));
    FM_TRY(read_real(r, o, where, "case_usd", &b->case_usd));
    FM_TRY(read_real(r, o, where, "tenant_usd_per_day", &b->tenant_usd));
    return read_ms(r, o, where, "case_time", &b->case_ms);
}

static enum fm_code read_retry(struct reader *r, yyjson_val *o, struct fm_llm_policy *p)
{
    static const char *const known[] = {"attempts",
                                        "backoff",
                                        "backoff_max",
                                        "wait_max",
                                        "deadline",
                                        "restart_streams",
                                        "breaker_failures",
                                        "breaker_open",
                                        "cooldown_auth",
                                        "cooldown_overloaded",
                                        "cooldown_rate_limited",
                                        NULL};
    const char *where = "llm.retry";
    int64_t attempts = p->max_attempts, rows = p->health.rows;
    if (!o)
        return FM_OK;
    FM_TRY(check_members(r, o, where, known));
    FM_TRY(read_count(r, o, where, "attempts", &attempts));
    FM_TRY(read_count(r, o, where, "breaker_failures", &rows));
    FM_TRY(read_ms(r, o, where, "backoff", &p->backoff_ms));
    FM_TRY(read_ms(r, o, where, "backoff_max", &p->backoff_max_ms));
    FM_TRY(read_ms(r, o, where, "wait_max", &p->wait_max_ms));
    FM_TRY(read_ms(r, o, where, "deadline", &p->deadline_ms));
    FM_TRY(read_ms(r, o, where, "breaker_open", &p->health.open_ms));
    FM_TRY(read_ms(r, o, where, "cooldown_auth", &p->health.auth_ms));
    FM_TRY(read_ms(r, o, where, "cooldown_overloaded", &p->health.overloaded_ms));
    FM_TRY(read_ms(r, o, where, "cooldown_rate_limited", &p->health.rate_limited_ms));
    if (attempts < 1 || attempts > 10 || rows < 1)
        return fm_fail(r->ctx, FM_EINVAL,
                       "%s: attempts must be 1 to 10, breaker_failures at least 1", where);
    p->max_attempts = (int)attempts;
    p->health.rows = (int)rows;
    p->restarts_stream = fm_json_get_bool(o, "restart_streams", false);
    return FM_OK;
}

static enum fm_code read_cache(struct reader *r, yyjson_val *o, struct fm_llm_policy *p)
{
    static const char *const known[] = {"entries", "ttl", NULL};
    int64_t entries = 0;
    if (!o)
        return FM_OK;
    FM_TRY(check_members(r, o, "llm.cache", known));
    FM_TRY(read_count(r, o, "llm.cache", "entries", &entries));
    p->cache_entries = (size_t)(entries < 100000 ? entries : 100000);
    return read_ms(r, o, "llm.cache", "ttl", &p->cache_ttl_ms);
}

static const struct fm_llm_policy policy_default = {
    .max_attempts = 3,
    .backoff_ms = 500,
    .backoff_max_ms = 8000,
    .wait_max_ms = 60000,
    .deadline_ms = 120000,
    .cache_ttl_ms = 3600 * 1000,
};

static enum fm_code read_all(struct reader *r, yyjson_val *llm, struct fm_llm_setup *s)
{
    static const char *const known[] = {"providers", "routes", "retry", "budget", "cache", NULL};
    size_t i, n;
    yyjson_val *item;
    s->policy = policy_default;
    s->policy.health = fm_llm_health_policy_default;
    if (!llm)
        return FM_OK;
    FM_TRY(check_members(r, llm, "llm", known));
    yyjson_arr_foreach(fm_json_get(llm, "providers"), i, n, item)
        FM_TRY(read_provider(r, item, fm_str_fmt(r->arena, "llm.providers[%zu]", i).p));
    FM_TRY(read_routes(r, fm_json_get(llm, "routes")));
    FM_TRY(read_retry(r, fm_json_get(llm, "retry"), &s->policy));
    FM_TRY(read_cache(r, fm_json_get(llm, "cache"), &s->policy));
    return read_budget(r, fm_json_get(llm, "budget"), &s->policy.budget);
}

enum fm_code fm_llm_setup_read(struct fm_ctx *ctx, yyjson_val *llm,
                               const struct fm_llm_key_source *keys, struct fm_llm_setup **out,
                               fm_str *problems)
{
    struct fm_llm_setup *s = calloc(1, sizeof *s);
    if (!s)
        FM_BUG("out of memory");
    atomic_init(&s->refs, 1);
    fm_arena_init(&s->arena);
    struct reader r = {.ctx = ctx, .arena = &s->arena, .keys = keys};
    enum fm_code code = read_all(&r, llm, s);
    if (code != FM_OK) {
        fm_llm_setup_unref(s);
        return code;
    }
    s->providers = r.providers.items;
    s->n_providers = r.providers.n;
    s->models = r.models.items;
    s->n_models = r.models.n;
    s->routes = r.routes.items;
    s->n_routes = r.routes.n;
    *out = s;
    *problems = r.problems;
    return FM_OK;
}
