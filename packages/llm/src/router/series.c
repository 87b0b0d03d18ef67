/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics of attempts and calls. Finding a series takes its labels apart, so those that every call
 * of a target uses are found once. */
#include "internal.h"

#define TOKENS_NAME "faultmaven_llm_tokens_total"
#define TOKENS_HELP "Tokens by provider."

struct target_series {
    const char *provider; /* whose name stands in the labels; two may share a target */
    struct fm_counter *good, *input, *output;
    struct fm_histogram *seconds, *first_token;
};

static struct fm_counter *attempts_of(struct fm_metrics *m, const struct fm_llm_model *model,
                                      enum fm_llm_class result)
{
    const char *labels[] = {"provider", model->provider->id,       "model", model->name,
                            "result",   fm_llm_class_name(result), NULL};
    return fm_metrics_counter(m, "faultmaven_llm_attempts_total", "Attempts by target and result.",
                              labels);
}

static struct fm_counter *tokens_of(struct fm_metrics *m, const struct fm_llm_model *model,
                                    const char *kind)
{
    const char *labels[] = {"provider", model->provider->id, "kind", kind, NULL};
    return fm_metrics_counter(m, TOKENS_NAME, TOKENS_HELP, labels);
}

static struct target_series *make_series(struct fm_llm_router *r, const struct fm_llm_model *model)
{
    struct target_series *s = FM_NEW(&r->arena, struct target_series);
    const char *id = model->provider->id;
    const char *labels[] = {"provider", id, "model", model->name, NULL};
    s->provider = fm_arena_dup(&r->arena, id, strlen(id));
    s->good = attempts_of(r->metrics, model, FM_LLM_OK);
    s->input = tokens_of(r->metrics, model, "input");
    s->output = tokens_of(r->metrics, model, "output");
    s->seconds = fm_metrics_histogram(r->metrics, "faultmaven_llm_attempt_seconds",
                                      "Duration of attempts.", labels, fm_bounds_seconds);
    s->first_token = fm_metrics_histogram(r->metrics, "faultmaven_llm_first_token_seconds",
                                          "Time to the first token.", labels, fm_bounds_seconds);
    return s;
}

static const struct target_series *series_of(struct fm_llm_router *r, const struct candidate *k)
{
    pthread_mutex_lock(&r->lock);
    struct target *t = &r->targets.items[k->target];
    if (!t->series || strcmp(t->series->provider, k->model->provider->id) != 0)
        t->series = make_series(r, k->model);
    const struct target_series *s = t->series;
    pthread_mutex_unlock(&r->lock);
    return s;
}

void fm_llm_count_attempt(struct fm_llm_router *r, const struct attempt *a)
{
    if (!r->metrics)
        return;
    const struct target_series *s = series_of(r, a->cand);
    bool is_good = a->error.result == FM_LLM_OK;
    fm_counter_add(is_good ? s->good : attempts_of(r->metrics, a->cand->model, a->error.result), 1);
    fm_histogram_observe(s->seconds, (double)(fm_llm_now(r) - a->started) / 1e9);
    if (a->first_token)
        fm_histogram_observe(s->first_token, (double)(a->first_token - a->started) / 1e9);
}

void fm_llm_count_tokens(struct fm_llm_router *r, const struct candidate *k,
                         const struct fm_llm_usage *u)
{
    if (!r->metrics)
        return;
    const struct target_series *s = series_of(r, k);
    fm_counter_add(s->input, (uint64_t)u->input);
    fm_counter_add(s->output, (uint64_t)u->output);
}

void fm_llm_count_call(struct fm_llm_router *r, enum fm_llm_class result)
{
    const char *labels[] = {"result", fm_llm_class_name(result), NULL};
    if (r->metrics)
        fm_counter_add(fm_metrics_counter(r->metrics, "faultmaven_llm_calls_total",
                                          "Calls by result.", labels),
                       1);
}
