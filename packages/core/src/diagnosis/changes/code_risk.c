/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Risk of an edit of code. Removed and added lines are paired when they differ in literals only (a
 * value change) or in one name only (a renaming); what is left is judged by what was lost, what was
 * added, and whether it guards something.
 */
#include "code_pairs.h"

static bool has_any_word(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_ihas(s, fm_str_c(*list)))
            return true;
    return false;
}

static const char *const logging_words[] = {
    "log.",      "logger",       "logging.", "console.",  "slog.",     "zap.",
    "tracing::", "prometheus",   "counter",  "histogram", "gauge",     "statsd",
    "println",   "printf",       "span.set", ".inc()",    ".observe(", "metrics.",
    "log_trace", "log_debug",    "log_info", "log::",     "debug!",    "info!",
    "warn!",     "MustRegister", "Log.",     "LOG.",      NULL};
static const char *const guard_words[] = {
    "nil",     "null",         "none",      "undefined", "err",      "len(",       "empty",
    "isset",   "is_some",      "isPresent", "close",     "unlock",   "lock",       "mutex",
    "timeout", "deadline",     "leeway",    "retry",     "limit",    "validate",   "check",
    "ensure",  "assert",       "verify",    "catch",     "except",   "rescue",     "finally",
    "defer",   "transaction",  "rollback",  "commit",    "cancel",   "release",    "free(",
    "dispose", "synchronized", "sanitize",  "escape",    "auth",     "permission", "backoff",
    "cache",   "ttl",          "expire",    "batch",     "paginate", "index",      "await",
    "throw",   "raise",        "return",    NULL};
static const char *const heavy_words[] = {
    "for ",         "while ",    "foreach", ".map(",  "select ", "query", "insert ",
    "update ",      "delete ",   "exec(",   "http",   "fetch",   "grpc",  "lock",
    "synchronized", "goroutine", "go func", "thread", "spawn",   "sleep", "sort",
    "regex",        "readall",   "open(",   NULL};
static const char *const checker_words[] = {"check",  "validate", "ensure", "verify",
                                            "assert", "require",  "guard",  NULL};

/* Continuation lines of a logging call: they begin with a string or another argument. */
static bool is_argument_line(fm_str s)
{
    return s.p[0] == '"' || s.p[0] == '\'' || s.p[0] == ')' ||
           (s.len > 1 && s.p[s.len - 1] == ',' && fm_str_chr(s, '(', 0) < 0);
}

static bool is_logging_only(const struct fm_code_lines *lines)
{
    bool has_logging = false;
    fm_vec_each (lines, s) {
        if (has_any_word(*s, logging_words))
            has_logging = true;
        else if (!is_argument_line(*s))
            return false;
    }
    return has_logging || lines->n == 0;
}

static bool is_guard_line(fm_str s)
{
    static const char *const ways_out[] = {"return", "throw", "raise", "continue",
                                           "break",  "panic", "abort", NULL};
    return fm_str_starts(s, FM_STR("if ")) || fm_str_starts(s, FM_STR("if(")) ||
           fm_str_starts(s, FM_STR("defer ")) || has_any_word(s, ways_out) ||
           has_any_word(s, (const char *const[]){"close()", "unlock()", "grow(", NULL});
}

static bool is_guard_only(const struct fm_code_lines *lines)
{
    fm_vec_each (lines, s)
        if (!is_guard_line(*s))
            return false;
    return lines->n > 0;
}

static struct fm_risk addition_risk(const struct fm_code_lines *added)
{
    struct fm_risk r = {.value = 0.25, .why = "code is added", .line = added->items[0]};
    if (is_guard_only(added))
        return (struct fm_risk){.value = 0.12, .why = "a guard is added"};
    fm_vec_each (added, s)
        if (r.value < 0.35 && has_any_word(*s, heavy_words))
            r = (struct fm_risk){
                .value = 0.35, .why = "a loop, query, call or lock is added", .line = *s};
    return r;
}

/* The literals of what went away stand in a new call that checks: the guard was moved, not removed.
 */
static bool is_moved_guard(struct fm_arena *a, const struct fm_edit *e)
{
    bool has_checker = false;
    fm_vec_each (&e->added, s)
        has_checker = has_checker || has_any_word(*s, checker_words);
    if (!has_checker)
        return false;
    fm_vec_each (&e->removed, s) {
        struct fm_tokens tokens = {0};
        fm_tokens_of(a, *s, &tokens);
        fm_vec_each (&tokens, t)
            if ((t->kind == FM_TOKEN_NUMBER || t->kind == FM_TOKEN_STRING) &&
                !fm_lines_have(&e->added, t->text))
                return false;
    }
    return true;
}

/* A removed line whose guard word stands in no added line. */
static fm_str lost_guard(const struct fm_edit *e)
{
    fm_vec_each (&e->removed, s)
        for (const char *const *w = guard_words; *w; w++)
            if (fm_str_ihas(*s, fm_str_c(*w)) && !fm_lines_ihave(&e->added, fm_str_c(*w)))
                return *s;
    return FM_STR_NULL;
}

static struct fm_risk rewrite_risk(struct fm_arena *a, const struct fm_edit *e)
{
    double lost = fm_lost_share(a, e);
    fm_str guard = lost_guard(e);
    if (is_moved_guard(a, e))
        return (struct fm_risk){.value = 0.15, .why = "a check is moved into a function"};
    if (guard.len && lost >= 0.1) {
        double whole = 0.4 + lost > 1 ? 1 : 0.4 + lost;
        return (struct fm_risk){
            .value = 0.8 * whole, .why = "a guard, limit or clean-up is removed", .line = guard};
    }
    if (lost < 0.15)
        return (struct fm_risk){.value = 0.15, .why = "code is rearranged"};
    return (struct fm_risk){.value = 0.25 + 0.35 * lost,
                            .why = "code is rewritten",
                            .line = e->added.n ? e->added.items[0] : e->removed.items[0]};
}

struct fm_risk fm_code_risk(struct fm_arena *a, const struct fm_edit *e)
{
    struct fm_risk paired = {0};
    struct fm_edit rest = {0};
    if (is_logging_only(&e->removed) && is_logging_only(&e->added))
        return (struct fm_risk){.value = 0.08, .why = "only logging or counters change"};
    fm_pair_lines(a, e, &rest, &paired);
    if (rest.removed.n == 0 && rest.added.n == 0)
        return paired;
    struct fm_risk r = rest.removed.n == 0 ? addition_risk(&rest.added) : rewrite_risk(a, &rest);
    return fm_risk_max(r, paired);
}
