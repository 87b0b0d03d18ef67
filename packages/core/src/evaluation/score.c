/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <regex.h>

#include "evaluation/answer.h"

#define PATTERN_MAX 4096

/* One case while it is scored. */
struct scoring {
    struct fm_ctx *ctx;
    const struct fm_eval_case *c;
    struct answer answer;
    struct fm_eval_result *r;
    fm_str verdict;
    yyjson_val *top; /* cause 1, or NULL */
    bool ran;
    bool is_excused; /* a verdict without a cause was expected and given: checks of cause 1 do not
                        apply */
};

static struct fm_arena *arena_of(struct scoring *s)
{
    return &s->ctx->arena;
}

static void fail(struct scoring *s, const char *fmt, ...) FM_PRINTF(2, 3);

static void fail(struct scoring *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fm_str text = fm_str_vfmt(arena_of(s), fmt, ap);
    va_end(ap);
    fm_vec_push(arena_of(s), &s->r->why, text);
}

static const struct fm_node *wanted(const struct scoring *s, const char *key)
{
    return fm_node_at(s->c->expect, key);
}

/* The expectation, unless cause 1 is excused. */
static const struct fm_node *wanted_of_cause(const struct scoring *s, const char *key)
{
    return s->is_excused ? NULL : wanted(s, key);
}

static bool matches(struct scoring *s, fm_str pattern, fm_str text)
{
    regex_t re;
    if (pattern.len > PATTERN_MAX || regcomp(&re, fm_str_dup(arena_of(s), pattern).p,
                                             REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0) {
        fail(s, "case.yaml: bad regex %.*s", FM_STR_ARG(pattern));
        return false;
    }
    bool is_hit = regexec(&re, fm_str_dup(arena_of(s), text).p, 0, NULL, 0) == 0;
    regfree(&re);
    return is_hit;
}

/* Is `name` one of the list's items (both normalised)? */
static bool lists(struct scoring *s, const struct fm_node *list, fm_str name)
{
    fm_node_each (list, item)
        if (fm_str_eq(answer_name(arena_of(s), item->text), name))
            return true;
    return false;
}

static fm_str first_of(const struct fm_node *list)
{
    return list && list->first_child ? list->first_child->text : FM_STR_NULL;
}

static bool is_cause_verdict(fm_str v)
{
    return fm_str_eqc(v, "root_cause_found") || fm_str_eqc(v, "probable_cause");
}

static bool is_asserted(const struct scoring *s, size_t i)
{
    return (i == 0 && is_cause_verdict(s->verdict)) ||
           fm_json_get_f64(s->answer.causes.items[i], "likelihood", 0) >= 0.5;
}

static bool has_asserted(const struct scoring *s)
{
    for (size_t i = 0; i < s->answer.causes.n; i++)
        if (is_asserted(s, i))
            return true;
    return false;
}

static void score_run(struct scoring *s, fm_str output)
{
    const struct fm_eval_run *run = &s->r->run;
    yyjson_val *root = NULL;
    if (run->is_late)
        fail(s, "timeout");
    else if (run->status != 0 && run->status != 3)
        fail(s, "exit %d: %.*s", run->status, FM_STR_ARG(run->error));
    else if (fm_json_read(s->ctx, output, &root) != FM_OK || !yyjson_is_obj(root))
        fail(s, "bad JSON: %s", s->ctx->error);
    else if (!fm_str_starts(fm_json_get_str(root, "schema"), FM_STR("faultmaven.diagnosis/")))
        fail(s, "unknown schema %.*s", FM_STR_ARG(fm_json_get_str(root, "schema")));
    fm_ctx_clear_error(s->ctx);
    s->ran = s->r->why.n == 0;
    if (!s->ran)
        return;
    answer_read(arena_of(s), root, &s->answer);
    s->verdict = fm_json_get_str(root, "verdict");
    s->top = s->answer.causes.n ? s->answer.causes.items[0] : NULL;
}

static void score_citations(struct scoring *s, struct fm_eval_files *files)
{
    bool has_true = false;
    answer_check(&s->answer, files);
    fm_vec_each (&s->answer.citations, c) {
        s->r->citations++;
        if (!c->is_true && s->r->citations_false++ == 0)
            fail(s, "false citation: %.*s@%lld", FM_STR_ARG(c->path), (long long)c->offset);
        has_true |= c->is_true && s->top && c->in_cause == s->top;
    }
    if (s->ran && fm_json_get_i64(fm_json_get(s->answer.root, "checks"), "failed", 0))
        fail(s, "checks.failed is not 0");
    s->r->is_uncited = has_asserted(s) && !has_true;
}

static void score_verdict(struct scoring *s)
{
    const struct fm_node *want = wanted(s, "verdict");
    bool expects_cause = false, is_listed = false;
    fm_node_each (want, v) {
        expects_cause |= is_cause_verdict(v->text);
        is_listed |= fm_str_eq(v->text, s->verdict);
    }
    s->r->verdict = s->verdict;
    s->r->verdict_ok = want ? is_listed : s->verdict.len > 0;
    if (s->ran && !s->r->verdict_ok)
        fail(s, "verdict %.*s, want %.*s", FM_STR_ARG(s->verdict), FM_STR_ARG(first_of(want)));
    s->r->is_quiet = want && want->n_children && !expects_cause;
    s->r->is_false_alarm = s->r->is_quiet && is_cause_verdict(s->verdict);
    s->r->is_invented = s->r->is_quiet && has_asserted(s);
    s->is_excused = want && is_listed && !is_cause_verdict(s->verdict) && !s->top;
}

static fm_str facts_text(struct scoring *s)
{
    fm_str scope = fm_node_str(s->c->expect, "facts_scope");
    if (fm_str_eqc(scope, "report"))
        return answer_all_text(arena_of(s), &s->answer);
    size_t n = fm_str_eqc(scope, "any_cause") ? s->answer.causes.n : s->answer.causes.n > 0;
    fm_str text = fm_json_get_str(s->answer.root, "summary");
    for (size_t i = 0; i < n; i++)
        text = fm_str_fmt(
            arena_of(s), "%.*s\n%.*s", FM_STR_ARG(text),
            FM_STR_ARG(answer_cause_text(arena_of(s), &s->answer, s->answer.causes.items[i])));
    return text;
}

static void score_facts(struct scoring *s)
{
    const struct fm_node *facts = wanted(s, "facts");
    fm_str text = facts && s->ran ? facts_text(s) : FM_STR_NULL;
    fm_node_each (facts, f) {
        bool is_found = s->ran && matches(s, f->text, text);
        s->r->facts++;
        s->r->facts_found += is_found;
        if (s->ran && !is_found)
            fail(s, "fact missing: %.*s", FM_STR_ARG(f->text));
    }
}

static bool cause_matches(struct scoring *s, yyjson_val *cause, fm_str pattern)
{
    return matches(s, pattern, fm_json_get_str(cause, "statement")) ||
           matches(s, pattern, fm_json_get_str(cause, "mechanism")) ||
           matches(s, pattern, fm_json_get_str(cause, "fault"));
}

static void score_forbidden(struct scoring *s)
{
    fm_node_each (wanted(s, "forbid"), f)
        for (size_t i = 0; i < s->answer.causes.n; i++)
            if (is_asserted(s, i) && cause_matches(s, s->answer.causes.items[i], f->text)) {
                fail(s, "forbidden: %.*s", FM_STR_ARG(f->text));
                break;
            }
}

/* Several statements about one entity count once: the rank is over distinct entities. */
static int entity_rank(struct scoring *s, const struct fm_node *want)
{
    FM_VEC(fm_str) seen = {0};
    for (size_t i = 0; i < s->answer.causes.n; i++) {
        fm_str name = answer_cause_name(arena_of(s), s->answer.causes.items[i]);
        bool is_known = false;
        fm_vec_each (&seen, n)
            is_known |= fm_str_eq(*n, name);
        if (!is_known)
            fm_vec_push(arena_of(s), &seen, name);
        if (lists(s, want, name))
            return (int)seen.n;
    }
    return 0;
}

static bool fault_listed(const struct fm_node *want, fm_str fault, bool by_domain)
{
    fm_node_each (want, f) {
        fm_str a = f->text, b = fault;
        if (by_domain ? fm_str_eq(fm_str_cut(&a, '.'), fm_str_cut(&b, '.')) : fm_str_eq(a, b))
            return true;
    }
    return false;
}

static void score_entity(struct scoring *s)
{
    const struct fm_node *want = wanted_of_cause(s, "entity");
    fm_str name = s->top ? answer_cause_name(arena_of(s), s->top) : FM_STR("none");
    if (!want)
        return;
    s->r->entity_rank = entity_rank(s, want);
    if (s->ran && !(s->top && lists(s, want, name)))
        fail(s, "entity %.*s (found at %d), want %.*s", FM_STR_ARG(name), s->r->entity_rank,
             FM_STR_ARG(first_of(want)));
}

static void score_fault(struct scoring *s)
{
    const struct fm_node *want = wanted_of_cause(s, "fault"),
                         *entity = wanted_of_cause(s, "entity");
    s->r->fault = fm_json_get_str(s->top, "fault");
    s->r->expected_fault = first_of(wanted(s, "fault"));
    if (!want)
        return;
    s->r->fault_ok = fault_listed(want, s->r->fault, false);
    s->r->domain_ok = s->r->fault.len && fault_listed(want, s->r->fault, true);
    if (s->ran && !s->r->fault_ok)
        fail(s, "fault %.*s, want %.*s", FM_STR_ARG(s->r->fault.len ? s->r->fault : FM_STR("none")),
             FM_STR_ARG(first_of(want)));
    s->r->joint_rank = entity ? 0 : FM_EVAL_ABSENT;
    for (size_t i = 0; entity && i < s->answer.causes.n && s->r->joint_rank == 0; i++) {
        yyjson_val *c = s->answer.causes.items[i];
        if (lists(s, entity, answer_cause_name(arena_of(s), c)) &&
            fault_listed(want, fm_json_get_str(c, "fault"), false))
            s->r->joint_rank = (int)i + 1;
    }
}

/* Commit ids are equal when one is a prefix of the other, seven digits at least. */
static bool same_change(struct scoring *s, fm_str a, fm_str b)
{
    a = answer_name(arena_of(s), a);
    b = answer_name(arena_of(s), b);
    if (fm_str_eq(a, b))
        return true;
    return a.len >= 7 && b.len >= 7 && (fm_str_starts(a, b) || fm_str_starts(b, a));
}

static void score_change(struct scoring *s)
{
    const struct fm_node *want = wanted_of_cause(s, "change");
    yyjson_val *change = fm_json_get(s->top, "change");
    fm_str got = yyjson_is_obj(change) ? fm_json_get_str(change, "id") : fm_json_str(change);
    if (got.len == 0)
        got = FM_STR("none");
    if (!want)
        return;
    s->r->change_ok = s->r->is_decoy = 0;
    fm_node_each (want, w)
        s->r->change_ok |= s->ran && same_change(s, got, w->text);
    fm_node_each (wanted(s, "forbid_change"), w)
        s->r->is_decoy |= same_change(s, got, w->text);
    if (s->ran && !s->r->change_ok)
        fail(s, "change %.*s%s, want %.*s", FM_STR_ARG(got), s->r->is_decoy ? " (decoy)" : "",
             FM_STR_ARG(first_of(want)));
}

static bool location_matches(struct scoring *s, fm_str pattern)
{
    if (matches(s, pattern, fm_json_get_str(s->top, "location")))
        return true;
    fm_vec_each (&s->answer.citations, c)
        if (s->top && c->in_cause == s->top && matches(s, pattern, c->quote))
            return true;
    return false;
}

static void score_location(struct scoring *s)
{
    const struct fm_node *want = wanted_of_cause(s, "location");
    if (!want)
        return;
    s->r->location_ok = 0;
    fm_node_each (want, p)
        s->r->location_ok |= location_matches(s, p->text);
    if (s->ran && !s->r->location_ok)
        fail(s, "location");
}

static bool cites_lines(const struct scoring *s, fm_str path, uint64_t lo, uint64_t hi)
{
    fm_vec_each (&s->answer.citations, c) {
        uint64_t last = c->true_line;
        for (size_t i = 0; i < c->quote.len; i++)
            last += c->quote.p[i] == '\n';
        if (c->is_true && !c->is_baseline && s->top && c->in_cause == s->top &&
            fm_str_eq(c->path, path) && lo <= last && c->true_line <= hi)
            return true;
    }
    return false;
}

static void score_cite(struct scoring *s)
{
    const struct fm_node *want = wanted_of_cause(s, "cite");
    if (!want)
        return;
    s->r->cite_ok = 1;
    fm_node_each (want, w) {
        const struct fm_node *lo = fm_node_at(w, "lines.0"), *hi = fm_node_at(w, "lines.1");
        uint64_t first = lo ? (uint64_t)lo->number : 1,
                 last = hi ? (uint64_t)hi->number : UINT64_MAX;
        if (cites_lines(s, fm_node_str(w, "path"), first, last))
            continue;
        s->r->cite_ok = 0;
        if (s->ran)
            fail(s, "cause 1 does not cite %.*s:%llu", FM_STR_ARG(fm_node_str(w, "path")),
                 (unsigned long long)first);
    }
}

static fm_str affected_name(struct scoring *s, yyjson_val *v)
{
    return answer_name(arena_of(s), yyjson_is_obj(v) ? fm_json_get_str(v, "name") : fm_json_str(v));
}

/* Jaccard similarity of `affected`, without the first failing, and blast_radius. */
static void score_affected(struct scoring *s)
{
    const struct fm_node *want = wanted(s, "blast_radius"), *first = wanted(s, "first_failing");
    const struct fm_node *own = first ? first : wanted(s, "entity");
    yyjson_val *affected = fm_json_get(s->answer.root, "affected"), *v;
    size_t i, n, both = 0, named = 0;
    if (first)
        s->r->first_ok = yyjson_arr_size(affected) &&
                         lists(s, first, affected_name(s, yyjson_arr_get_first(affected)));
    if (!want)
        return;
    yyjson_arr_foreach(affected, i, n, v)
    {
        fm_str name = affected_name(s, v);
        named += !lists(s, own, name);
        both += !lists(s, own, name) && lists(s, want, name);
    }
    size_t all = named + want->n_children - both;
    s->r->jaccard = all ? (double)both / (double)all : 1;
}

static void score_likelihood(struct scoring *s)
{
    struct fm_eval_result *r = s->r;
    bool has_part = r->entity_rank != FM_EVAL_ABSENT || r->fault_ok != FM_EVAL_ABSENT ||
                    r->change_ok != FM_EVAL_ABSENT;
    bool is_right = has_part ? (r->entity_rank == FM_EVAL_ABSENT || r->entity_rank == 1) &&
                                   r->fault_ok != 0 && r->change_ok != 0
                             : r->facts == r->facts_found;
    yyjson_val *features = fm_json_get(s->top, "features");
    r->strength = fm_json_get_f64(features, "strength", NAN);
    r->lead = fm_json_get_f64(features, "lead", NAN);
    r->is_right = s->ran && is_right;
    if (has_asserted(s) && s->top && yyjson_is_num(fm_json_get(s->top, "likelihood")) &&
        !r->is_quiet)
        r->likelihood = fm_json_get_f64(s->top, "likelihood", 0);
}

enum fm_code fm_eval_score(struct fm_ctx *ctx, const struct fm_eval_case *c,
                           const struct fm_eval_run *run, fm_str output,
                           struct fm_eval_files *files, struct fm_eval_result *out)
{
    struct scoring s = {.ctx = ctx, .c = c, .r = out};
    *out = (struct fm_eval_result){.id = c->id,
                                   .source = c->source,
                                   .run = *run,
                                   .entity_rank = FM_EVAL_ABSENT,
                                   .joint_rank = FM_EVAL_ABSENT,
                                   .fault_ok = FM_EVAL_ABSENT,
                                   .domain_ok = FM_EVAL_ABSENT,
                                   .change_ok = FM_EVAL_ABSENT,
                                   .is_decoy = FM_EVAL_ABSENT,
                                   .location_ok = FM_EVAL_ABSENT,
                                   .cite_ok = FM_EVAL_ABSENT,
                                   .first_ok = FM_EVAL_ABSENT,
                                   .jaccard = NAN,
                                   .likelihood = NAN};
    score_run(&s, output);
    score_citations(&s, files);
    score_verdict(&s);
    score_facts(&s);
    score_forbidden(&s);
    score_entity(&s);
    score_fault(&s);
    score_change(&s);
    score_location(&s);
    score_cite(&s);
    score_affected(&s);
    score_likelihood(&s);
    return FM_OK;
}
