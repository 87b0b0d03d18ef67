/* SPDX-License-Identifier: Apache-2.0 */
/* Every fault on every wire, streamed and whole, with a second target that works and without one.
 */
#include "world.h"

enum then {
    NEXT,      /* the next target answers; alone, the same target is asked again */
    NEXT_ONLY, /* the next target answers; alone, the call fails */
    FAILS,     /* the call fails at once in both cases */
    SHOWN,     /* streamed: a part was shown, so the call fails; whole: as NEXT */
    ANSWERS,   /* no fault */
};

static const struct {
    const char *word;
    enum fm_llm_class streamed,
        whole; /* of the first attempt; FM_LLM_CLASS_COUNT: does not apply */
    enum then then;
} faults[] = {
    {"ok", FM_LLM_OK, FM_LLM_OK, ANSWERS},
    {"length", FM_LLM_OK, FM_LLM_OK, ANSWERS},
    {"filtered", FM_LLM_OK, FM_LLM_OK, ANSWERS},
    {"ignorestream", FM_LLM_OK, FM_LLM_OK, ANSWERS},
    {"e400", FM_LLM_BAD_REQUEST, FM_LLM_BAD_REQUEST, FAILS},
    {"e401", FM_LLM_AUTH, FM_LLM_AUTH, NEXT_ONLY},
    {"e402", FM_LLM_QUOTA, FM_LLM_QUOTA, NEXT_ONLY},
    {"e403", FM_LLM_AUTH, FM_LLM_AUTH, NEXT_ONLY},
    {"e404", FM_LLM_BAD_REQUEST, FM_LLM_BAD_REQUEST, NEXT_ONLY},
    {"e408", FM_LLM_TIMEOUT, FM_LLM_TIMEOUT, NEXT},
    {"e409", FM_LLM_UPSTREAM, FM_LLM_UPSTREAM, NEXT},
    {"e413", FM_LLM_BAD_REQUEST, FM_LLM_BAD_REQUEST, NEXT_ONLY},
    {"e422", FM_LLM_BAD_REQUEST, FM_LLM_BAD_REQUEST, FAILS},
    {"e429ms", FM_LLM_RATE_LIMITED, FM_LLM_RATE_LIMITED, NEXT},
    {"e429s", FM_LLM_RATE_LIMITED, FM_LLM_RATE_LIMITED, NEXT},
    {"e429text", FM_LLM_RATE_LIMITED, FM_LLM_RATE_LIMITED, NEXT},
    {"e429long", FM_LLM_RATE_LIMITED, FM_LLM_RATE_LIMITED, NEXT_ONLY},
    {"e429quota", FM_LLM_QUOTA, FM_LLM_QUOTA, NEXT_ONLY},
    {"e429noretry", FM_LLM_RATE_LIMITED, FM_LLM_RATE_LIMITED, NEXT_ONLY},
    {"e498", FM_LLM_OVERLOADED, FM_LLM_OVERLOADED, NEXT},
    {"e500", FM_LLM_UPSTREAM, FM_LLM_UPSTREAM, NEXT},
    {"e502html", FM_LLM_UPSTREAM, FM_LLM_UPSTREAM, NEXT},
    {"e503", FM_LLM_OVERLOADED, FM_LLM_OVERLOADED, NEXT},
    {"e503s", FM_LLM_OVERLOADED, FM_LLM_OVERLOADED, NEXT},
    {"e504", FM_LLM_TIMEOUT, FM_LLM_TIMEOUT, NEXT},
    {"e524", FM_LLM_TIMEOUT, FM_LLM_TIMEOUT, NEXT},
    {"e529", FM_LLM_OVERLOADED, FM_LLM_OVERLOADED, NEXT},
    {"e302", FM_LLM_MALFORMED, FM_LLM_MALFORMED, NEXT},
    {"overflow", FM_LLM_CONTEXT_OVERFLOW, FM_LLM_CONTEXT_OVERFLOW,
     NEXT_ONLY}, /* the next one's window is larger */
    {"overflow500", FM_LLM_CONTEXT_OVERFLOW, FM_LLM_CONTEXT_OVERFLOW, NEXT_ONLY},
    {"filtered400", FM_LLM_CONTENT_FILTERED, FM_LLM_CONTENT_FILTERED, FAILS},
    {"html200", FM_LLM_MALFORMED, FM_LLM_MALFORMED, NEXT},
    {"badjson", FM_LLM_MALFORMED, FM_LLM_MALFORMED, NEXT},
    {"nothing", FM_LLM_MALFORMED, FM_LLM_MALFORMED, NEXT},
    {"error200", FM_LLM_RATE_LIMITED, FM_LLM_RATE_LIMITED, NEXT},
    {"reset", FM_LLM_NETWORK, FM_LLM_NETWORK, NEXT},
    {"silent", FM_LLM_TIMEOUT, FM_LLM_TIMEOUT, NEXT},
    {"hangpings", FM_LLM_TIMEOUT, FM_LLM_TIMEOUT, NEXT},
    {"drip", FM_LLM_TIMEOUT, FM_LLM_TIMEOUT, NEXT},
    {"empty", FM_LLM_UPSTREAM, FM_LLM_UPSTREAM, NEXT},
    {"errorframe", FM_LLM_OVERLOADED, FM_LLM_OVERLOADED, NEXT},
    {"cut", FM_LLM_MALFORMED, FM_LLM_MALFORMED, SHOWN},
    {"closed", FM_LLM_MALFORMED, FM_LLM_MALFORMED, SHOWN},
    {"badframes", FM_LLM_MALFORMED, FM_LLM_MALFORMED, SHOWN},
    {"errorlate", FM_LLM_OVERLOADED, FM_LLM_OVERLOADED, SHOWN},
    {"hang", FM_LLM_TIMEOUT, FM_LLM_TIMEOUT, SHOWN},
    {"huge", FM_LLM_MALFORMED, FM_LLM_MALFORMED, SHOWN},
};

static const char *const kinds[] = {"openai", "anthropic", "gemini", "ollama"};

#define LIMITS                                                                                     \
    "'first_token_timeout':'100ms','gap_timeout':'100ms','total_timeout':'150ms','max_answer_"     \
    "bytes':65536,"
#define RETRY                                                                                      \
    "'retry':{'attempts':3,'backoff':'1ms','wait_max':'2s','deadline':'3s','cooldown_rate_"        \
    "limited':'20ms'}"

static fm_str config(struct fm_arena *a, const char *kind, bool has_second)
{
    fm_str second =
        has_second
            ? fm_str_fmt(
                  a, ",{'name':'b','kind':'openai','url':'http://127.0.0.1:$/b','key':'kb'," LIMITS
                     "'models':[{'name':'mb','context':90000}]}")
            : FM_STR("");
    return fm_str_fmt(
        a,
        "{'providers':[{'name':'a','kind':'%s','url':'http://127.0.0.1:$/a','key':'ka'," LIMITS
        "'models':[{'name':'ma','context':8000}]}%.*s]," RETRY "}",
        kind, FM_STR_ARG(second));
}

static void explain(const char *word, const char *kind, bool is_stream, bool has_second,
                    const struct world *w)
{
    print_error("%s %s %s %s: %s, shown \"%s\", error \"%s\"\n", word, kind,
                is_stream ? "streamed" : "whole", has_second ? "with a second target" : "alone",
                fm_llm_class_name(w->response->failure), w->shown.p ? w->shown.p : "",
                w->ctx.error);
    for (size_t i = 0; i < w->response->attempts.n; i++)
        print_error("  attempt %zu at %s: %s (%s)\n", i, w->response->attempts.items[i].provider,
                    fm_llm_class_name(w->response->attempts.items[i].result),
                    w->response->attempts.items[i].message.p);
}

/* Ollama's stream says only a text. */
static enum fm_llm_class expected_first(size_t f, bool is_ollama, bool is_stream)
{
    bool is_frame = strncmp(faults[f].word, "error", 5) == 0 && faults[f].word[5] != '2';
    return is_ollama && is_stream && is_frame ? FM_LLM_UPSTREAM
           : is_stream                        ? faults[f].streamed
                                              : faults[f].whole;
}

static bool failed_with(const struct world *w, enum fm_llm_class c)
{
    return w->response->failure == c && w->response->attempts.n == 1 && w->code != FM_OK &&
           w->ctx.error[0];
}

static bool answered_by(const struct world *w, const char *provider)
{
    const struct fm_llm_response *r = w->response;
    if (!fm_str_eq(r->text, fm_buf_str(&w->shown)))
        return false;
    return fm_str_eqc(r->text, *provider == 'b' ? "B says hi" : "A says hi") &&
           strcmp(r->provider, provider) == 0;
}

static bool ends(enum then then, bool is_stream, bool has_second)
{
    return then == FAILS || (then == NEXT_ONLY && !has_second) || (then == SHOWN && is_stream);
}

static bool as_expected(const struct world *w, size_t f, enum fm_llm_class first, bool is_stream,
                        bool has_second)
{
    const struct fm_llm_response *r = w->response;
    enum then then = faults[f].then;
    bool is_first = r->attempts.n && r->attempts.items[0].result == first;
    if (!is_first || then == ANSWERS)
        return is_first && r->failure == FM_LLM_OK && r->attempts.n == 1;
    if (ends(then, is_stream, has_second))
        return failed_with(w, first);
    return r->failure == FM_LLM_OK && r->attempts.n == 2 && answered_by(w, has_second ? "b" : "a");
}

static void run_product(bool has_second, int *n)
{
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++)
        for (size_t k = 0; k < 4; k++)
            for (int is_stream = 0; is_stream < 2; is_stream++) {
                struct world w;
                struct fm_arena a;
                fm_arena_init(&a);
                build(&w, config(&a, kinds[k], has_second).p);
                w.provider.scripts[0] = fm_str_fmt(&a, "%s ok", faults[f].word).p;
                ask(&w, is_stream);
                bool is_good =
                    as_expected(&w, f, expected_first(f, k == 3, is_stream), is_stream, has_second);
                if (!is_good)
                    explain(faults[f].word, kinds[k], is_stream, has_second, &w);
                assert_true(is_good);
                tear_down(&w);
                fm_arena_release(&a);
                ++*n;
            }
}

TEST(every_fault_on_every_wire_with_another_target)
{
    int n = 0;
    run_product(true, &n);
    assert_true(n >= 150);
}

TEST(every_fault_on_every_wire_alone)
{
    int n = 0;
    run_product(false, &n);
    assert_true(n >= 150);
}
