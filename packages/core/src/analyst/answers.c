/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers from the facts of a case, each with its citations. What the facts do not say is said to
 * be unknown.
 */
#include <stdlib.h>

#include "faultmaven/core/analyst.h"
#include "faultmaven/core/case_view.h"
#include "faultmaven/core/confidence.h"

#define TEXT_MAX 12000
#define CITES_MAX 24

struct answer {
    struct fm_ctx *ctx;
    struct fm_arena *a;
    const struct fm_case *c;
    const struct fm_case_question *q;
    struct fm_evidence_reader *reader;
    struct fm_buf text;
    struct fm_cites cites;
    bool is_answered;
};

static void cite(struct answer *x, const struct fm_cites *cites)
{
    fm_vec_each (cites, k)
        if (x->cites.n < CITES_MAX)
            fm_vec_push(x->a, &x->cites, *k);
}

static void cite_evidence(struct answer *x, fm_str id)
{
    if (x->cites.n < CITES_MAX)
        fm_vec_push(x->a, &x->cites, (struct fm_cite){.evidence_id = id});
}

#define SAY(x, ...) fm_buf_addf(&(x)->text, __VA_ARGS__)

/* A record of several lines on one, cut to what fits a line of text. */
static fm_str on_one_line(struct fm_arena *a, fm_str s)
{
    char *out = fm_arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < 200; i++) {
        bool is_blank = s.p[i] && strchr(" \n\r\t", s.p[i]);
        if (is_blank && n && out[n - 1] == ' ')
            continue;
        out[n++] = is_blank ? ' ' : s.p[i];
    }
    bool is_cut = n == 200;
    while (n && !fm_str_is_utf8(fm_str_n(out, n)))
        n--;
    return fm_str_fmt(a, "%.*s%s", (int)n, out, is_cut ? "\xE2\x80\xA6" : "");
}

/* Quoted lines of evidence under a statement. */
static void say_quotes(struct answer *x, const struct fm_cites *cites, size_t max)
{
    for (size_t i = 0; i < cites->n && i < max; i++) {
        const struct fm_cite *k = &cites->items[i];
        fm_str quote = on_one_line(x->a, fm_str_trim(k->quote));
        if (quote.len)
            SAY(x, "    %.*s:%lld  %.*s\n", FM_STR_ARG(k->evidence_id), (long long)k->line,
                FM_STR_ARG(quote));
    }
    cite(x, cites);
}

static const struct fm_hypothesis *subject(struct answer *x)
{
    const struct fm_hypothesis *h = fm_case_find(x->c, FM_REF_HYPOTHESIS, x->q->hypothesis_id);
    return h ? h : fm_hypothesis_best(x->c);
}

static void say_links(struct answer *x, const struct fm_hypothesis *h, bool is_for)
{
    fm_vec_each (&x->c->links, l) {
        bool supports = l->stance == FM_STANCE_SUPPORTS || l->stance == FM_STANCE_STRONGLY_SUPPORTS;
        bool contradicts =
            l->stance == FM_STANCE_CONTRADICTS || l->stance == FM_STANCE_STRONGLY_CONTRADICTS;
        if (!fm_str_eq(l->hypothesis_id, h->id) || (is_for ? !supports : !contradicts))
            continue;
        x->is_answered = true;
        SAY(x, "  %s: %.*s%s%.*s\n", fm_name_of(&fm_stance_names, l->stance),
            FM_STR_ARG(l->evidence_id), l->reasoning.len ? ", " : "", FM_STR_ARG(l->reasoning));
        say_quotes(x, &l->cites, 3);
        cite_evidence(x, l->evidence_id);
    }
}

static void answer_why(struct answer *x)
{
    const struct fm_hypothesis *h = subject(x);
    if (!h)
        return;
    SAY(x, "%.*s (%s, likelihood %.2f): %.*s\n", FM_STR_ARG(h->id),
        fm_name_of(&fm_hypothesis_status_names, h->status), h->likelihood,
        FM_STR_ARG(h->statement));
    if (h->mechanism.len)
        SAY(x, "  How: %.*s\n", FM_STR_ARG(h->mechanism));
    say_links(x, h, true);
    say_links(x, h, false);
    if (!x->is_answered)
        SAY(x, "  No evidence is linked to it yet; it started at %.2f.\n", h->initial_likelihood);
    x->is_answered = true;
}

static void answer_why_not(struct answer *x)
{
    const struct fm_hypothesis *named = fm_case_find(x->c, FM_REF_HYPOTHESIS, x->q->hypothesis_id);
    if (named) {
        SAY(x, "%.*s: %.*s\n", FM_STR_ARG(named->id), FM_STR_ARG(named->statement));
        say_links(x, named, false);
        if (!x->is_answered)
            SAY(x, "  Nothing in the case speaks against it.\n");
        x->is_answered = true;
        return;
    }
    fm_vec_each (&x->c->hypotheses, h) {
        if (h->status != FM_HYPOTHESIS_REFUTED && h->status != FM_HYPOTHESIS_RETIRED)
            continue;
        SAY(x, "%.*s %s: %.*s (%.*s)\n", FM_STR_ARG(h->id),
            fm_name_of(&fm_hypothesis_status_names, h->status), FM_STR_ARG(h->statement),
            FM_STR_ARG(h->status_reason));
        say_links(x, h, false);
        x->is_answered = true;
    }
}

static void answer_alternatives(struct answer *x)
{
    struct fm_hypothesis_list ranked = fm_hypotheses_ranked(x->a, x->c);
    fm_vec_each (&ranked, p) {
        const struct fm_hypothesis *h = *p;
        SAY(x, "%.*s  %.2f  %s  %.*s\n", FM_STR_ARG(h->id), h->likelihood,
            fm_name_of(&fm_hypothesis_status_names, h->status), FM_STR_ARG(h->statement));
        x->is_answered = true;
    }
}

static void answer_cause(struct answer *x)
{
    const struct fm_root_cause *r = fm_case_root_cause(x->c);
    bool is_capped;
    if (r) {
        double shown = fm_confidence_shown(x->c, r->confidence, &is_capped);
        SAY(x, "Root cause (%s, %.2f %s): %.*s\n", fm_name_of(&fm_fact_status_names, r->status),
            shown, fm_name_of(&fm_confidence_level_names, fm_confidence_band(shown)),
            FM_STR_ARG(r->statement));
        SAY(x, "  How: %.*s\n", FM_STR_ARG(r->mechanism));
        say_quotes(x, &r->cites, 4);
        x->is_answered = true;
        return;
    }
    const struct fm_hypothesis *h = fm_hypothesis_best(x->c);
    if (!h)
        return;
    SAY(x, "No root cause is established. The best hypothesis is %.*s (%.2f): %.*s\n",
        FM_STR_ARG(h->id), h->likelihood, FM_STR_ARG(h->statement));
    say_links(x, h, true);
    x->is_answered = true;
}

static void answer_missing(struct answer *x)
{
    fm_vec_each (&x->c->requests, r) {
        if (r->status == FM_REQUEST_COMPLETE || r->status == FM_REQUEST_OBSOLETE)
            continue;
        SAY(x, "%.*s %s: %.*s%s%.*s\n", FM_STR_ARG(r->id),
            fm_name_of(&fm_request_status_names, r->status), FM_STR_ARG(r->description),
            r->reason.len ? " - " : "", FM_STR_ARG(r->reason));
        if (r->commands.n)
            SAY(x, "    $ %.*s\n", FM_STR_ARG(r->commands.items[0]));
    }
    for (enum fm_milestone_name m = FM_MILESTONE_SYMPTOM_VERIFIED;
         m <= FM_MILESTONE_ROOT_CAUSE_IDENTIFIED; m++)
        if (!fm_case_has(x->c, m))
            SAY(x, "Not established: %s\n", fm_name_of(&fm_milestone_name_names, m));
    x->is_answered = true;
    if (!x->text.len)
        SAY(x, "Nothing is missing: every request is answered and the cause is established.\n");
}

static void say_change(struct answer *x, const struct fm_recent_change *k, const char *when)
{
    fm_str at = k->from == FM_TIME_NONE ? FM_STR("time unknown") : fm_time_str(x->a, k->from);
    SAY(x, "%.*s  %s: %.*s%s%s\n", FM_STR_ARG(at),
        fm_name_of(&fm_recent_change_kind_names, k->kind), FM_STR_ARG(k->description), when,
        k->correlation == FM_CORRELATION_CAUSAL ? ", held to be the cause" : "");
    say_quotes(x, &k->cites, 2);
    x->is_answered = true;
}

static bool is_after(const struct fm_case *c, const struct fm_recent_change *k)
{
    fm_time onset = c->verification.started_at;
    return onset != FM_TIME_NONE && k->from != FM_TIME_NONE && k->from > onset;
}

/* By time, the latest first; those without a time last. */
static int by_time(const void *a, const void *b)
{
    const struct fm_recent_change *x = *(const struct fm_recent_change *const *)a,
                                  *y = *(const struct fm_recent_change *const *)b;
    return x->from < y->from ? 1 : x->from > y->from ? -1 : x < y ? -1 : x > y;
}

struct change_list FM_VEC_OF(const struct fm_recent_change *);

static struct change_list sorted_changes(struct answer *x)
{
    struct change_list list = {0};
    fm_vec_each (&x->c->changes, k)
        fm_vec_push(x->a, &list, k);
    if (list.n)
        qsort(list.items, list.n, sizeof *list.items, by_time);
    return list;
}

static void say_changes(struct answer *x, const struct change_list *list, bool is_causal)
{
    bool has_onset = x->c->verification.started_at != FM_TIME_NONE;
    fm_vec_each (list, it) {
        const struct fm_recent_change *k = *it;
        if ((k->correlation == FM_CORRELATION_CAUSAL) == is_causal && !is_after(x->c, k))
            say_change(x, k, has_onset && k->from != FM_TIME_NONE ? " (before the onset)" : "");
    }
}

/* What is held to be the cause, then what lay before the onset; what came later is only counted. */
static void answer_changes(struct answer *x)
{
    struct change_list list = sorted_changes(x);
    size_t n_after = 0;
    say_changes(x, &list, true);
    say_changes(x, &list, false);
    fm_vec_each (&list, k)
        n_after += is_after(x->c, *k);
    if (n_after)
        SAY(x, "%zu recorded %s after the onset.\n", n_after,
            n_after == 1 ? "change came" : "changes came");
    if (!list.n && x->c->verification.no_changes)
        SAY(x, "It is known that nothing was changed.\n");
    x->is_answered |= n_after || (!list.n && x->c->verification.no_changes);
}

static void answer_timeline(struct answer *x)
{
    struct fm_case_moments list = fm_case_timeline(x->a, x->c);
    fm_vec_each (&list, m) {
        SAY(x, "%.*s  %s  %.*s\n", FM_STR_ARG(fm_time_str(x->a, m->at)), m->kind,
            FM_STR_ARG(m->text));
        x->is_answered = true;
    }
    cite(x, &x->c->milestones[FM_MILESTONE_TIMELINE_ESTABLISHED].cites);
}

static void answer_scope(struct answer *x)
{
    const struct fm_verification *v = &x->c->verification;
    fm_vec_each (&v->affected_services, s)
        SAY(x, "%s%.*s", s == v->affected_services.items ? "Affected services: " : ", ",
            FM_STR_ARG(*s));
    if (v->affected_services.n)
        SAY(x, "\n");
    if (v->affected_users.len)
        SAY(x, "Affected users: %.*s\n", FM_STR_ARG(v->affected_users));
    if (v->user_impact.len)
        SAY(x, "Impact: %.*s\n", FM_STR_ARG(v->user_impact));
    x->is_answered = x->text.len > 0;
    cite(x, &x->c->milestones[FM_MILESTONE_SCOPE_ASSESSED].cites);
}

static void answer_solution(struct answer *x)
{
    fm_vec_each (&x->c->solutions, s) {
        SAY(x, "%.*s %s %s: %.*s%s%.*s\n", FM_STR_ARG(s->id),
            fm_name_of(&fm_solution_state_names, s->state),
            fm_name_of(&fm_solution_kind_names, s->kind), FM_STR_ARG(s->title),
            s->reason.len ? " - " : "", FM_STR_ARG(s->reason));
        fm_vec_each (&s->commands, k)
            SAY(x, "    $ %.*s\n", FM_STR_ARG(*k));
        x->is_answered = true;
    }
}

static void answer_next(struct answer *x)
{
    struct fm_strs steps = fm_case_next_steps(x->a, x->c, fm_now(x->ctx->clock), 5);
    fm_vec_each (&steps, s)
        SAY(x, "- %.*s\n", FM_STR_ARG(*s));
    x->is_answered = steps.n > 0;
}

static void answer_status(struct answer *x)
{
    const struct fm_conclusion *k = fm_case_conclusion(x->c);
    SAY(x, "Status %s", fm_name_of(&fm_case_status_names, x->c->status));
    if (fm_case_stage(x->c))
        SAY(x, ", stage %s, %d %% of the milestones",
            fm_name_of(&fm_case_stage_names, fm_case_stage(x->c)), fm_case_completion(x->c));
    SAY(x, ".\n%zu evidence item%s, %zu hypothes%s, %zu solution%s.\n", x->c->evidence.n,
        x->c->evidence.n == 1 ? "" : "s", x->c->hypotheses.n, x->c->hypotheses.n == 1 ? "is" : "es",
        x->c->solutions.n, x->c->solutions.n == 1 ? "" : "s");
    if (x->c->waiting.on.len)
        SAY(x, "Waiting on %.*s since %.*s.\n", FM_STR_ARG(x->c->waiting.on),
            FM_STR_ARG(fm_time_str(x->a, x->c->waiting.since)));
    struct fm_reminders due = fm_case_reminders(x->a, x->c, fm_now(x->ctx->clock));
    fm_vec_each (&due, r)
        SAY(x, "Due: %.*s\n", FM_STR_ARG(r->text));
    if (k)
        SAY(x, "Conclusion now: %.*s\n", FM_STR_ARG(k->statement));
    x->is_answered = true;
}

static void answer_evidence(struct answer *x)
{
    fm_vec_each (&x->c->evidence, e) {
        if (x->q->evidence_id.len && !fm_str_eq(e->id, x->q->evidence_id))
            continue;
        SAY(x, "%.*s  %.*s\n", FM_STR_ARG(e->id), FM_STR_ARG(e->summary));
        if (x->q->evidence_id.len && e->extract.len)
            SAY(x, "%.*s\n", FM_STR_ARG(fm_str_sub(e->extract, 0, 2000)));
        cite_evidence(x, e->id);
        x->is_answered = true;
    }
}

/* ---- search ---- */

#define SEARCH_BYTES ((int64_t)8 << 20) /* of one evidence item */

static bool is_common(fm_str w)
{
    static const char *const words[] = {"the",   "and", "for",  "was",  "were",  "are",   "did",
                                        "does",  "has", "have", "how",  "what",  "when",  "where",
                                        "which", "who", "with", "that", "this",  "there", "from",
                                        "any",   "can", "our",  "you",  "about", "show",  "find",
                                        "is",    "in",  "of",   "on",   "to",    "it",    "a"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (fm_str_ieq(w, fm_str_c(words[i])))
            return true;
    return w.len < 2;
}

static struct fm_strs telling_words(struct answer *x)
{
    struct fm_strs list = {0};
    fm_str rest = x->q->text, word;
    while (fm_str_word(&rest, &word)) {
        while (word.len && strchr("?!.,;:\"'()", word.p[word.len - 1]))
            word.len--;
        while (word.len && strchr("\"'(", word.p[0]))
            word = fm_str_skip(word, 1);
        if (!is_common(word) && list.n < 12)
            fm_vec_push(x->a, &list, word);
    }
    return list;
}

static bool has_all(fm_str text, const struct fm_strs *words)
{
    fm_vec_each (words, w)
        if (!fm_str_ihas(text, *w))
            return false;
    return words->n > 0;
}

static void found(struct answer *x, fm_str where, int64_t line, fm_str text, struct fm_cite k)
{
    x->is_answered = true;
    if (line)
        SAY(x, "%.*s:%lld  %.*s\n", FM_STR_ARG(where), (long long)line,
            FM_STR_ARG(fm_str_sub(text, 0, 240)));
    else
        SAY(x, "%.*s  %.*s\n", FM_STR_ARG(where), FM_STR_ARG(fm_str_sub(text, 0, 240)));
    if (x->cites.n < CITES_MAX)
        fm_vec_push(x->a, &x->cites, k);
}

static void search_lines(struct answer *x, const struct fm_evidence_item *e, fm_str bytes,
                         const struct fm_strs *words)
{
    fm_str rest = bytes, line;
    int hits = 0;
    for (int64_t n = 1; hits < 3 && fm_str_line(&rest, &line); n++) {
        if (!has_all(line, words))
            continue;
        struct fm_cite k = {.evidence_id = e->id,
                            .offset = line.p - bytes.p,
                            .length = (int64_t)line.len,
                            .line = n};
        if (line.len <= 1000 && fm_str_is_utf8(line))
            k.quote = line;
        found(x, e->id, n, line, k);
        hits++;
    }
}

static enum fm_code search_evidence(struct answer *x, const struct fm_strs *words)
{
    fm_vec_each (&x->c->evidence, e) {
        fm_str bytes = e->extract;
        if (e->state == FM_EVIDENCE_WITHDRAWN)
            continue;
        if (x->reader && e->sha256.len)
            FM_TRY(x->reader->ops->read(x->reader, x->ctx, e->id,
                                        (struct fm_range){0, SEARCH_BYTES}, &bytes));
        search_lines(x, e, bytes, words);
        FM_TRY(fm_ctx_check(x->ctx));
    }
    return FM_OK;
}

static enum fm_code answer_search(struct answer *x)
{
    struct fm_strs words = telling_words(x);
    fm_vec_each (&x->c->hypotheses, h)
        if (has_all(h->statement, &words))
            found(x, h->id, 0, h->statement, h->cites.n ? h->cites.items[0] : (struct fm_cite){0});
    fm_vec_each (&x->c->solutions, s)
        if (has_all(s->title, &words))
            SAY(x, "%.*s  %.*s\n", FM_STR_ARG(s->id), FM_STR_ARG(s->title));
    return words.n ? search_evidence(x, &words) : FM_OK;
}

/* ---- */

static enum fm_code answer_kind(struct answer *x)
{
    static void (*const by_kind[FM_QUESTION_COUNT])(struct answer *) = {
        [FM_QUESTION_STATUS] = answer_status,
        [FM_QUESTION_CAUSE] = answer_cause,
        [FM_QUESTION_WHY] = answer_why,
        [FM_QUESTION_WHY_NOT] = answer_why_not,
        [FM_QUESTION_ALTERNATIVES] = answer_alternatives,
        [FM_QUESTION_MISSING] = answer_missing,
        [FM_QUESTION_CHANGES] = answer_changes,
        [FM_QUESTION_TIMELINE] = answer_timeline,
        [FM_QUESTION_SCOPE] = answer_scope,
        [FM_QUESTION_SOLUTION] = answer_solution,
        [FM_QUESTION_NEXT] = answer_next,
        [FM_QUESTION_EVIDENCE] = answer_evidence,
    };
    if (x->q->kind == FM_QUESTION_SEARCH)
        return answer_search(x);
    by_kind[x->q->kind](x);
    return FM_OK;
}

/* Citations without evidence behind them are dropped, and repeated ones. */
static void tidy_cites(struct answer *x)
{
    struct fm_cites out = {0};
    fm_vec_each (&x->cites, k) {
        bool is_repeat = !k->evidence_id.len;
        fm_vec_each (&out, o)
            is_repeat |= fm_str_eq(o->evidence_id, k->evidence_id) && o->offset == k->offset &&
                         o->length == k->length;
        const struct fm_evidence_item *e = fm_case_find(x->c, FM_REF_EVIDENCE, k->evidence_id);
        if (!is_repeat && e && e->state != FM_EVIDENCE_WITHDRAWN)
            fm_vec_push(x->a, &out, *k);
    }
    x->cites = out;
}

enum fm_code fm_question_answer(struct fm_ctx *ctx, const struct fm_case *c,
                                const struct fm_case_question *q, struct fm_evidence_reader *reader,
                                struct fm_case_reply *out)
{
    struct answer x = {.ctx = ctx, .a = &ctx->arena, .c = c, .q = q, .reader = reader};
    fm_buf_init(&x.text, 1 << 20);
    enum fm_code code = answer_kind(&x);
    if (!x.is_answered)
        SAY(&x, "The facts of this case do not answer that. I can say what is known about: status, "
                "cause, why a "
                "hypothesis, what speaks against it, alternatives, what is missing, changes, "
                "timeline, scope, solutions, "
                "next steps, evidence.\n");
    tidy_cites(&x);
    fm_str text = fm_str_trim(fm_buf_str(&x.text));
    size_t n = text.len > TEXT_MAX ? TEXT_MAX : text.len;
    while (n < text.len && n > 0 && ((unsigned char)text.p[n] & 0xC0) == 0x80)
        n--;
    *out = (struct fm_case_reply){fm_str_dup(x.a, fm_str_sub(text, 0, n)), x.cites, x.is_answered};
    fm_buf_release(&x.text);
    return code;
}
