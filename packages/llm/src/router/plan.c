/* SPDX-License-Identifier: Apache-2.0 */
/* Which target next, and what a failure means for the rest of the call. */
#include "internal.h"

#define TRIES_SAME 3
#define TRIES_DOUBTFUL 2 /* timeout, malformed: once more, not for ever */
#define REPAIRS_MAX 3
#define TRIES_NONE 1000

static void add_candidate(struct fm_llm_call *c, const struct fm_llm_model *m)
{
    if (c->n_candidates == CANDIDATES_MAX)
        return;
    uint32_t target = fm_llm_target_of(c->client->router, m);
    unsigned drop = fm_llm_refused_fields(c->client->router, target, 0);
    c->candidates[c->n_candidates++] =
        (struct candidate){.model = m, .target = target, .drop = drop};
}

/* A weighted draw without replacement inside each tier. */
static void add_tier(struct fm_llm_call *c, const struct fm_llm_choice_of *choices, size_t n)
{
    bool taken[CANDIDATES_MAX] = {false};
    for (size_t round = 0; round < n && round < CANDIDATES_MAX; round++) {
        double sum = 0;
        for (size_t i = 0; i < n && i < CANDIDATES_MAX; i++)
            sum += taken[i] ? 0 : choices[i].weight;
        double at = n == 1 ? 0 : fm_llm_random(c->client->router) * sum;
        size_t pick = 0;
        for (size_t i = 0; i < n && i < CANDIDATES_MAX; i++) {
            if (taken[i])
                continue;
            pick = i;
            at -= choices[i].weight;
            if (at < 0)
                break;
        }
        taken[pick] = true;
        add_candidate(c, choices[pick].model);
    }
}

static void add_route(struct fm_llm_call *c, const struct fm_llm_route *route)
{
    for (size_t i = 0; i < route->n;) {
        size_t end = i;
        while (end < route->n && route->choices[end].tier == route->choices[i].tier)
            end++;
        add_tier(c, route->choices + i, end - i);
        i = end;
    }
}

/* A prompt that cannot fit is not sent; what is not known is tried. */
static bool fits(struct fm_llm_call *c, struct candidate *k)
{
    int64_t window = k->model->context_tokens;
    if (!window)
        return true;
    return fm_llm_expected_tokens(c->client->router, k->target, c->tokens) +
               c->request->max_tokens <=
           window;
}

static enum fm_code filter(struct fm_llm_call *c)
{
    size_t usable = 0, tools = 0;
    for (size_t i = 0; i < c->n_candidates; i++) {
        struct candidate *k = &c->candidates[i];
        bool has_tools = k->model->has_tools || c->request->n_tools == 0;
        k->is_out = !has_tools || !fits(c, k);
        tools += has_tools;
        usable += !k->is_out;
    }
    if (usable)
        return FM_OK;
    if (!tools) {
        c->error.result = FM_LLM_BAD_REQUEST;
        return fm_fail(c->ctx, FM_EUNSUPPORTED, "no model for \"%.*s\" can call tools",
                       FM_STR_ARG(c->request->purpose));
    }
    c->error.result = FM_LLM_CONTEXT_OVERFLOW;
    return fm_fail(c->ctx, FM_ELIMIT,
                   "the prompt has about %lld tokens and no configured model takes that many",
                   (long long)c->tokens);
}

enum fm_code fm_llm_plan(struct fm_llm_call *c)
{
    const struct fm_llm_request *r = c->request;
    const struct fm_llm_route *route = fm_llm_setup_route(c->setup, r->purpose);
    c->tokens = fm_llm_estimate(c->client->router, r);
    c->route = route;
    c->error.result = FM_LLM_NO_TARGET;
    if (r->model.len) {
        const struct fm_llm_model *m = fm_llm_setup_model(c->setup, r->model);
        if (!m)
            return fm_fail(c->ctx, FM_ENOTFOUND, "model \"%.*s\" is not configured",
                           FM_STR_ARG(r->model));
        add_candidate(c, m);
    } else if (route) {
        add_route(c, route);
    }
    if (c->n_candidates == 0)
        return fm_fail(c->ctx, FM_EUNAVAILABLE,
                       "no language model is configured; see `faultmaven config show llm`");
    if (r->is_failover_off)
        c->n_candidates = 1;
    return filter(c);
}

/* Full jitter: anything between nothing and the doubled step. */
static int64_t backoff_ms(struct fm_llm_call *c)
{
    const struct fm_llm_policy *p = &c->setup->policy;
    int64_t step = p->backoff_ms;
    for (int i = 1; i < c->made && step < p->backoff_max_ms; i++)
        step *= 2;
    if (step > p->backoff_max_ms)
        step = p->backoff_max_ms;
    return (int64_t)(fm_llm_random(c->client->router) * (double)step);
}

static size_t count_left(const struct fm_llm_call *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_candidates; i++)
        n += !c->candidates[i].is_out;
    return n;
}

static bool is_running(const struct fm_llm_call *c, const struct candidate *k)
{
    for (size_t i = 0; i < ATTEMPTS_AT_ONCE; i++)
        if (c->attempts[i].call && c->attempts[i].cand == k)
            return true;
    return false;
}

static int fewest_tries(const struct fm_llm_call *c)
{
    int least = TRIES_NONE;
    for (size_t i = 0; i < c->n_candidates; i++)
        if (!c->candidates[i].is_out && c->candidates[i].tries < least)
            least = c->candidates[i].tries;
    return least;
}

/* Waiting is worth it only inside the deadline and the sum of waits. */
static enum next_step wait_for(struct fm_llm_call *c, int64_t ms, int64_t *wait_ms)
{
    fm_time now = fm_llm_now(c->client->router);
    if (c->waited_ms + ms > c->setup->policy.wait_max_ms || now + ms * FM_MS >= c->deadline)
        return NEXT_END;
    *wait_ms = ms > 0 ? ms : 1;
    return NEXT_WAIT;
}

struct search {
    struct candidate **cand;
    struct admission *place;
    fm_time soonest;
    bool is_hedge, is_last_resort;
};

/* Asks the candidates of one kind, untried or tried before, in order. */
static bool search(struct fm_llm_call *c, struct search *s, int tries, bool wants_fewest)
{
    struct asking ask = {c->client->router, &c->setup->policy, c->tokens, s->is_last_resort};
    for (size_t i = 0; i < c->n_candidates; i++) {
        struct candidate *k = &c->candidates[i];
        if (k->is_out || is_running(c, k) || (s->is_hedge && k->tries) ||
            (k->tries == tries) != wants_fewest)
            continue;
        *s->place = fm_llm_admit(&ask, k);
        if (s->place->is_admitted) {
            *s->cand = k;
            return true;
        }
        if (s->place->next < s->soonest)
            s->soonest = s->place->next;
    }
    return false;
}

/* Has any candidate been tried more often than the least tried one? */
static bool has_tried_ones(const struct fm_llm_call *c, int tries)
{
    for (size_t i = 0; i < c->n_candidates; i++)
        if (!c->candidates[i].is_out && c->candidates[i].tries > tries)
            return true;
    return false;
}

/* All are resting: one that was not told to rest may be probed early, else the first to come back
 * is waited for. */
static enum next_step last_resort(struct fm_llm_call *c, struct search *s, int tries,
                                  int64_t *wait_ms)
{
    fm_time now = fm_llm_now(c->client->router);
    s->soonest = INT64_MAX;
    s->is_last_resort = true;
    if (search(c, s, tries, true) || search(c, s, tries, false))
        return NEXT_ATTEMPT;
    if (s->soonest == INT64_MAX)
        return NEXT_END;
    int64_t ms = (s->soonest - now + FM_MS - 1) / FM_MS;
    c->response.retry_after_ms = ms > 0 ? ms : 1;
    return wait_for(c, ms, wait_ms);
}

/* Untried targets in order come first; then, after a backoff, those that failed and may recover;
 * then what is resting without an order to rest. */
enum next_step fm_llm_plan_next(struct fm_llm_call *c, bool is_hedge, struct candidate **cand,
                                struct admission *place, int64_t *wait_ms)
{
    int tries = fewest_tries(c);
    struct search s = {cand, place, INT64_MAX, is_hedge, count_left(c) == 1};
    bool needs_backoff = c->next_wait == 0 && c->made > 0 && !is_hedge;
    if (tries == TRIES_NONE)
        return NEXT_END;
    if (!(tries > 0 && needs_backoff) && search(c, &s, tries, true))
        return NEXT_ATTEMPT;
    if (needs_backoff && (tries > 0 || has_tried_ones(c, tries)))
        return wait_for(c, 1 + backoff_ms(c), wait_ms);
    if (search(c, &s, tries, false))
        return NEXT_ATTEMPT;
    return is_hedge ? NEXT_END : last_resort(c, &s, tries, wait_ms);
}

/* Only a larger window helps against an overflow; it is not known, or it is larger. */
static bool drop_small_windows(struct fm_llm_call *c, const struct candidate *failed)
{
    int64_t window = failed->model->context_tokens;
    for (size_t i = 0; i < c->n_candidates; i++)
        if (c->candidates[i].model->context_tokens <= window)
            c->candidates[i].is_out = true;
    return count_left(c) > 0;
}

static bool may_repair(struct fm_llm_call *c, struct candidate *k, const struct fm_llm_error *e)
{
    if (!e->unsupported || (k->drop & e->unsupported) || k->repairs >= REPAIRS_MAX)
        return false;
    k->drop |= fm_llm_refused_fields(c->client->router, k->target, e->unsupported);
    k->repairs++;
    k->tries--; /* the request was wrong, not the target */
    c->made--;
    c->next_wait = -1; /* at once */
    return true;
}

static bool failed_request(struct fm_llm_call *c, struct candidate *k, const struct fm_llm_error *e)
{
    if (may_repair(c, k, e))
        return true;
    k->is_out = true;
    return e->is_next_ok && count_left(c) > 0;
}

bool fm_llm_plan_failed(struct fm_llm_call *c, struct candidate *k, const struct fm_llm_error *e)
{
    c->next_wait = 0;
    switch (e->result) {
    case FM_LLM_CONTEXT_OVERFLOW:
        k->is_out = true;
        return drop_small_windows(c, k);
    case FM_LLM_BAD_REQUEST:
        return failed_request(c, k, e);
    case FM_LLM_CONTENT_FILTERED:
    case FM_LLM_REFUSED_BY_GATE:
    case FM_LLM_BUDGET:
        return false;
    case FM_LLM_AUTH:
    case FM_LLM_QUOTA:
    case FM_LLM_CANCELLED:
        k->is_out = true;
        break;
    case FM_LLM_TIMEOUT:
    case FM_LLM_MALFORMED:
        k->is_out = k->tries >= TRIES_DOUBTFUL || e->should_retry == 0;
        break;
    case FM_LLM_OK:
    case FM_LLM_RATE_LIMITED:
    case FM_LLM_OVERLOADED:
    case FM_LLM_UPSTREAM:
    case FM_LLM_NETWORK:
    case FM_LLM_NO_TARGET:
    case FM_LLM_CLASS_COUNT:
        k->is_out = k->tries >= TRIES_SAME || e->should_retry == 0;
        break;
    }
    return count_left(c) > 0;
}
