/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a provider's failure to a neutral class. Order of decision: words that the provider defines
 * (code, type, status, error_type) from the specific to the general, except that known texts about
 * the context window come before them (some servers call an overflow "server_error"), then the HTTP
 * status. Free text is never searched for "rate limit" or numbers: providers echo prompts.
 */
#include "wire.h"

#include <stdio.h>

#define WORDS_MAX 12

struct words {
    fm_str items[WORDS_MAX];
    size_t n;
};

static void add_word(struct words *w, fm_str s)
{
    if (s.len && w->n < WORDS_MAX)
        w->items[w->n++] = s;
}

static bool has_word(const struct words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (fm_str_ieq(w->items[i], fm_str_c(word)))
            return true;
    return false;
}

/* In order: the first that fits wins. */
static const struct {
    const char *word;
    enum fm_llm_class result;
} words_table[] = {
    {"insufficient_quota", FM_LLM_QUOTA},
    {"credit_balance_exhausted", FM_LLM_QUOTA},
    {"organization_spend_limit_exceeded", FM_LLM_QUOTA},
    {"project_spend_limit_exceeded", FM_LLM_QUOTA},
    {"organization_usage_limit_exceeded", FM_LLM_QUOTA},
    {"enforced_spend_limit_reached", FM_LLM_QUOTA},
    {"billing_error", FM_LLM_QUOTA},
    {"payment_required", FM_LLM_QUOTA},
    {"context_length_exceeded", FM_LLM_CONTEXT_OVERFLOW},
    {"exceed_context_size_error", FM_LLM_CONTEXT_OVERFLOW},
    {"token_limit_exceeded", FM_LLM_CONTEXT_OVERFLOW},
    {"string_above_max_length", FM_LLM_BAD_REQUEST}, /* the limit of a field, not of the context */
    {"string_too_long", FM_LLM_BAD_REQUEST},
    {"content_policy_violation", FM_LLM_CONTENT_FILTERED},
    {"content_filter", FM_LLM_CONTENT_FILTERED},
    {"refusal", FM_LLM_CONTENT_FILTERED},
    {"tool_use_failed", FM_LLM_MALFORMED}, /* the model wrote a bad call: noise, once more */
    {"invalid_api_key", FM_LLM_AUTH},
    {"authentication_error", FM_LLM_AUTH},
    {"authentication", FM_LLM_AUTH},
    {"permission_error", FM_LLM_AUTH},
    {"permission_denied", FM_LLM_AUTH},
    {"unauthenticated", FM_LLM_AUTH},
    {"slow_down", FM_LLM_OVERLOADED},
    {"server_is_overloaded", FM_LLM_OVERLOADED},
    {"overloaded_error", FM_LLM_OVERLOADED},
    {"provider_overloaded", FM_LLM_OVERLOADED},
    {"capacity_exceeded", FM_LLM_OVERLOADED},
    {"service_unavailable_error", FM_LLM_OVERLOADED},
    {"unavailable_error", FM_LLM_OVERLOADED},
    {"unavailable", FM_LLM_OVERLOADED},
    {"rate_limit_exceeded", FM_LLM_RATE_LIMITED},
    {"rate_limit_error", FM_LLM_RATE_LIMITED},
    {"resource_exhausted", FM_LLM_RATE_LIMITED},
    {"timeout_error", FM_LLM_TIMEOUT},
    {"timeout", FM_LLM_TIMEOUT},
    {"deadline_exceeded", FM_LLM_TIMEOUT},
    {"server_error", FM_LLM_UPSTREAM},
    {"api_error", FM_LLM_UPSTREAM},
    {"provider_unavailable", FM_LLM_UPSTREAM},
    {"internal_server_error", FM_LLM_UPSTREAM},
    {"server", FM_LLM_UPSTREAM},
    {"internal", FM_LLM_UPSTREAM},
};

static const char *const overflow_texts[] = {
    "maximum context length",
    "exceed context limit",
    "prompt is too long",
    "prompt too long",
    "exceeds the maximum number of tokens allowed",
    "exceeds the available context size",
    "context size has been exceeded",
    "exceed_context_size",
    "model's context length",
    "maximum input length is",
    "exceeds the context window",
    "longer than the context length",
    "input tokens exceed the configured limit",
};

static enum fm_llm_class class_of_status(int status)
{
    switch (status) {
    case 401:
    case 403:
        return FM_LLM_AUTH;
    case 402:
        return FM_LLM_QUOTA;
    case 408:
    case 504:
    case 524:
        return FM_LLM_TIMEOUT;
    case 409:
        return FM_LLM_UPSTREAM;
    case 429:
        return FM_LLM_RATE_LIMITED;
    case 498:
    case 503:
    case 529:
        return FM_LLM_OVERLOADED;
    case 499:
        return FM_LLM_CANCELLED;
    case 501:
        return FM_LLM_BAD_REQUEST;
    default:
        break;
    }
    if (status >= 500)
        return FM_LLM_UPSTREAM;
    if (status >= 400)
        return FM_LLM_BAD_REQUEST;
    return status == 200 ? FM_LLM_UPSTREAM
                         : FM_LLM_MALFORMED; /* redirects and the like: not the API */
}

/* The error object: a member, the first element of an array, or the top level itself. */
static yyjson_val *find_error(yyjson_val *root)
{
    if (yyjson_is_arr(root))
        root = yyjson_arr_get_first(root);
    yyjson_val *e = fm_json_get(root, "error");
    if (!e)
        e = fm_json_get(fm_json_get(root, "x_groq"), "error");
    return e && !yyjson_is_null(e) ? e : root;
}

static fm_str find_message(yyjson_val *e)
{
    static const char *const keys[] = {"message", "detail", "error", "error_description"};
    if (yyjson_is_str(e))
        return fm_json_str(e);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        fm_str s = fm_json_get_str(e, keys[i]);
        if (s.len)
            return s;
    }
    return FM_STR_NULL;
}

/* A number in "code" is an HTTP status. */
static int status_in(yyjson_val *e, int status)
{
    int64_t code = fm_json_get_i64(e, "code", 0);
    if (code < 400)
        code = fm_json_get_i64(e, "status_code", 0);
    return status == 200 && code >= 400 && code < 600 ? (int)code : status;
}

static void collect_words(yyjson_val *e, struct words *w)
{
    yyjson_val *meta = fm_json_get(e, "metadata");
    add_word(w, fm_json_get_str(e, "code"));
    add_word(w, fm_json_get_str(e, "type"));
    add_word(w, fm_json_get_str(e, "status"));
    add_word(w, fm_json_get_str(meta, "error_type"));
    add_word(w, fm_json_get_str(fm_json_get(e, "details"), "error_code"));
}

static bool has_overflow_text(fm_str message)
{
    for (size_t i = 0; i < sizeof overflow_texts / sizeof overflow_texts[0]; i++)
        if (fm_str_ihas(message, fm_str_c(overflow_texts[i])))
            return true;
    return false;
}

/* Gemini names the exhausted quota: one per day does not come back in a minute. */
static bool is_daily_quota(yyjson_val *e, fm_str message)
{
    size_t i, n, k, m;
    yyjson_val *detail, *violation;
    yyjson_arr_foreach(fm_json_get(e, "details"), i, n, detail)
    {
        yyjson_arr_foreach(fm_json_get(detail, "violations"), k, m, violation)
        {
            if (fm_str_has(fm_json_get_str(violation, "quotaId"), FM_STR("PerDay")))
                return true;
        }
    }
    return fm_str_has(message, FM_STR("limit: 0"));
}

/* Status 400 for what others tell by 401, 402 or 403. */
static bool special_400(const struct words *w, fm_str message, enum fm_llm_class *out)
{
    if (fm_str_ihas(message, FM_STR("api key not valid")))
        *out = FM_LLM_AUTH;
    else if (has_word(w, "failed_precondition") ||
             fm_str_ihas(message, FM_STR("credit balance is too low")))
        *out = FM_LLM_QUOTA; /* region or billing */
    else
        return false;
    return true;
}

/* Where the words alone mislead. */
static bool special_case(yyjson_val *e, int status, const struct words *w, fm_str message,
                         enum fm_llm_class *out)
{
    bool is_rate =
        status == 429 || has_word(w, "rate_limit_exceeded") || has_word(w, "resource_exhausted");
    bool is_too_large =
        (status == 429 || status == 413) && fm_str_ihas(message, FM_STR("request too large"));
    if (is_too_large)
        *out =
            FM_LLM_CONTEXT_OVERFLOW; /* larger than the limit per minute: waiting does not help */
    else if (is_rate && is_daily_quota(e, message))
        *out = FM_LLM_QUOTA;
    else if (status == 403 && fm_json_get(fm_json_get(e, "metadata"), "reasons"))
        *out = FM_LLM_CONTENT_FILTERED; /* moderation */
    else
        return status == 400 && special_400(w, message, out);
    return true;
}

static bool is_overflow(int status, const struct words *w, fm_str message)
{
    bool is_field = has_word(w, "string_above_max_length") || has_word(w, "string_too_long");
    bool is_other = status == 429 || status == 403 || status == 404;
    return !is_field && !is_other && has_overflow_text(message);
}

static enum fm_llm_class classify(yyjson_val *e, int status, const struct words *w, fm_str message)
{
    enum fm_llm_class out;
    if (special_case(e, status, w, message, &out))
        return out;
    if (status == 401 || status == 402)
        return class_of_status(status);
    if (is_overflow(status, w, message))
        return FM_LLM_CONTEXT_OVERFLOW;
    for (size_t i = 0; i < sizeof words_table / sizeof words_table[0]; i++)
        if (has_word(w, words_table[i].word))
            return words_table[i].result;
    if (status == 412 && fm_str_ihas(message, FM_STR("suspended")))
        return FM_LLM_QUOTA;
    return class_of_status(status);
}

static const struct {
    const char *param;
    unsigned drop;
} params[] = {
    {"temperature", FM_LLM_DROP_TEMPERATURE},
    {"top_p", FM_LLM_DROP_TOP_P},
    {"topP", FM_LLM_DROP_TOP_P},
    {"seed", FM_LLM_DROP_SEED},
    {"stop_sequences", FM_LLM_DROP_STOP},
    {"stop", FM_LLM_DROP_STOP},
    {"parallel_tool_calls", FM_LLM_DROP_PARALLEL},
    {"response_format", FM_LLM_DROP_FORMAT},
    {"json_schema", FM_LLM_DROP_FORMAT},
    {"output_config", FM_LLM_DROP_FORMAT},
    {"responseJsonSchema", FM_LLM_DROP_FORMAT},
    {"reasoning_effort", FM_LLM_DROP_EFFORT},
    {"thinking", FM_LLM_DROP_EFFORT},
    {"effort", FM_LLM_DROP_EFFORT},
    {"stream_options", FM_LLM_DROP_STREAM_OPTIONS},
    {"tool_choice", FM_LLM_DROP_CHOICE},
    {"max_completion_tokens", FM_LLM_SWAP_MAX_TOKENS},
    {"max_tokens", FM_LLM_SWAP_MAX_TOKENS},
};

static bool says_unsupported(const struct words *w, fm_str message)
{
    static const char *const texts[] = {"unsupported parameter", "not supported",
                                        "unsupported value",     "does not support",
                                        "unrecognized",          "unknown field",
                                        "unknown name",          "extra inputs are",
                                        "is not permitted",      "deprecated for this model"};
    if (has_word(w, "unsupported_parameter") || has_word(w, "unsupported_value") ||
        has_word(w, "unknown_parameter"))
        return true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (fm_str_ihas(message, fm_str_c(texts[i])))
            return true;
    return false;
}

/* The name must stand as a word of its own, so that "stop" is not found in "stop_sequences". */
static bool names_param(fm_str text, const char *param)
{
    size_t len = strlen(param);
    for (ptrdiff_t at = fm_str_find(text, fm_str_c(param), 0); at >= 0;
         at = fm_str_find(text, fm_str_c(param), (size_t)at + 1)) {
        char before = at ? text.p[at - 1] : ' ',
             after = (size_t)at + len < text.len ? text.p[(size_t)at + len] : ' ';
        bool is_inside = before == '_' || after == '_' || (before >= 'a' && before <= 'z') ||
                         (after >= 'a' && after <= 'z');
        if (!is_inside)
            return true;
    }
    return false;
}

static unsigned unsupported_field(yyjson_val *e, const struct words *w, fm_str message)
{
    fm_str param = fm_json_get_str(e, "param");
    if (!says_unsupported(w, message))
        return 0;
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        if (names_param(param.len ? param : message, params[i].param))
            return params[i].drop;
    return 0;
}

static void copy_text(char *out, size_t size, fm_str s)
{
    size_t n = s.len < size - 1 ? s.len : size - 1;
    while (n && n < s.len && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i];
    out[n] = '\0';
}

static int read_should_retry(const struct fm_http_headers *h)
{
    fm_str v = fm_http_header(h, "x-should-retry");
    return fm_str_ieq(v, FM_STR("true")) ? 1 : fm_str_ieq(v, FM_STR("false")) ? 0 : -1;
}

static void describe(struct fm_llm_error *out, int status, fm_str message)
{
    if (message.len)
        copy_text(out->message, sizeof out->message, message);
    else
        snprintf(out->message, sizeof out->message, "status %d without a reason", status);
}

/* Another target may know the model, or take a larger body. */
static bool is_next_ok(int status, fm_str message)
{
    return status == 404 || status == 413 ||
           fm_str_ihas(message, FM_STR("not supported by any provider you have enabled"));
}

void fm_llm_error_classify(struct fm_ctx *scratch, const struct fm_llm_bad_answer *a,
                           struct fm_llm_error *out)
{
    struct words w = {.n = 0};
    yyjson_val *root = NULL, *e = NULL;
    fm_str message = FM_STR_NULL;
    if (a->body.len && fm_json_read(scratch, a->body, &root) == FM_OK) {
        e = find_error(root);
        message = find_message(e);
        collect_words(e, &w);
    } else if (!fm_str_starts(fm_str_trim(a->body),
                              FM_STR("<"))) { /* HTML says nothing to people */
        message = fm_str_trim(a->body);
    }
    fm_ctx_clear_error(scratch);
    memset(out, 0, sizeof *out);
    out->http_status = status_in(e, a->status);
    out->result = classify(e, out->http_status, &w, message);
    out->retry_after_ms = fm_llm_retry_after(&a->headers, e, message, a->now);
    out->should_retry = read_should_retry(&a->headers);
    out->is_next_ok = is_next_ok(out->http_status, message);
    if (out->http_status == 402 && out->result == FM_LLM_QUOTA &&
        fm_http_header(&a->headers, "retry-after").len)
        out->result = FM_LLM_RATE_LIMITED; /* OpenRouter: budget in flight */
    if (out->result == FM_LLM_BAD_REQUEST)
        out->unsupported = unsupported_field(e, &w, message);
    if (w.n)
        copy_text(out->code, sizeof out->code, w.items[0]);
    describe(out, out->http_status, message);
}
