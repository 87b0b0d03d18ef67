/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "faultmaven/core/processor.h"
#include "read.h"

struct fm_change *fm_changes_add(struct fm_changes_reader *r, enum fm_change_kind kind,
                                 fm_str piece)
{
    struct fm_change *c = FM_NEW(r->a, struct fm_change);
    c->kind = kind;
    c->at = FM_TIME_NONE;
    c->evidence = r->e;
    c->source = piece;
    c->span = fm_quote(r->e, piece, FM_QUOTE_MAX);
    fm_vec_push(r->a, &r->out->items, c);
    return c;
}

/* "Mon Jan 2 15:04:05 2006 -0700", as git and ctime(3) write it. */
static fm_time ctime_form(fm_str s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    fm_str w[6] = {0};
    for (unsigned i = 0; i < 6 && fm_str_word(&s, &w[i]); i++)
        ;
    int64_t day, year;
    fm_time t;
    ptrdiff_t month = w[1].len == 3 ? fm_str_find(fm_str_c(months), w[1], 0) : -1;
    if (month < 0 || month % 3 || !fm_str_i64(w[2], &day) || !fm_str_i64(w[4], &year))
        return FM_TIME_NONE;
    char text[64];
    snprintf(text, sizeof text, "%04lld-%02d-%02lldT%.*s%.*s", (long long)year, (int)month / 3 + 1,
             (long long)day, FM_STR_ARG(w[3]), FM_STR_ARG(w[5].len ? w[5] : FM_STR("Z")));
    return fm_time_parse(fm_str_c(text), &t) ? t : FM_TIME_NONE;
}

fm_time fm_changes_time(fm_str s)
{
    fm_time t;
    double n;
    s = fm_str_trim(s);
    if (fm_time_parse(s, &t))
        return t;
    ptrdiff_t zone = fm_str_rchr(s, ' ');
    char joined[64];
    /* git --date=iso: "2006-01-02 15:04:05 -0700" */
    if (zone > 0 && s.len < sizeof joined) {
        snprintf(joined, sizeof joined, "%.*s%.*s", (int)zone, s.p,
                 FM_STR_ARG(fm_str_skip(s, (size_t)zone + 1)));
        if (fm_time_parse(fm_str_c(joined), &t))
            return t;
    }
    bool is_number = fm_str_f64(s, &n);
    if (is_number && n > 1e8 && n < 9e9)
        return (fm_time)(n * 1e9);
    if (is_number && n > 1e11 && n < 9e12)
        return (fm_time)(n * 1e6);
    return ctime_form(s);
}

const struct fm_change *fm_change_commit(const struct fm_change_set *set, fm_str hash)
{
    if (hash.len < 7)
        return NULL;
    fm_vec_each (&set->items, it) {
        const struct fm_change *c = *it;
        if (c->kind == FM_CHANGE_COMMIT &&
            (fm_str_starts(c->id, hash) || (c->id.len >= 7 && fm_str_starts(hash, c->id))))
            return c;
    }
    return NULL;
}

/* The line as it stands inside a JSON string. */
static fm_str json_escaped(struct fm_arena *a, fm_str s)
{
    char *p = fm_arena_alloc(a, 2 * s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i], letter = c == '\t' ? 't' : c == '"' || c == '\\' ? c : '\0';
        if (letter)
            p[n++] = '\\';
        p[n++] = letter ? letter : c;
    }
    return fm_str_n(p, n);
}

fm_span fm_change_line_span(struct fm_arena *a, const struct fm_change *c, fm_str line)
{
    fm_str bare = fm_str_trim(line);
    ptrdiff_t at = bare.len ? fm_str_find(c->source, bare, 0) : -1;
    if (at < 0 && bare.len) {
        bare = json_escaped(a, bare);
        at = fm_str_find(c->source, bare, 0);
    }
    return at < 0
               ? c->span
               : fm_quote(c->evidence, fm_str_sub(c->source, (size_t)at, bare.len), FM_QUOTE_MAX);
}

void fm_changes_read(struct fm_incident *in, const struct fm_evidence *e, struct fm_change_set *out)
{
    struct fm_changes_reader r = {in, &in->ctx->arena, e, out};
    fm_str text = fm_str_trim(e->bytes);
    if (text.len && (text.p[0] == '{' || text.p[0] == '['))
        fm_changes_read_json(&r);
    else if (!fm_changes_read_table(&r))
        fm_changes_read_git(&r);
}

static int by_time(const void *a, const void *b)
{
    const struct fm_change *x = *(struct fm_change *const *)a, *y = *(struct fm_change *const *)b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->span.evidence != y->span.evidence)
        return x->span.evidence < y->span.evidence ? -1 : 1;
    return x->span.offset < y->span.offset ? -1 : x->span.offset > y->span.offset;
}

static const char *const kind_words[] = {"commit", "deploy of", "flag", "configuration",
                                         "scaling of"};

static void observe(struct fm_incident *in, const struct fm_change *c)
{
    struct fm_observation *o = fm_incident_observe(in, FM_OBSERVATION_CHANGE, FM_SIGNAL_CHANGE);
    fm_str what = c->kind == FM_CHANGE_DEPLOY || c->kind == FM_CHANGE_SCALE
                      ? c->service
                      : fm_str_sub(c->id, 0, 40);
    o->begin = o->end = c->at;
    o->count = 1;
    o->score = c->kind == FM_CHANGE_COMMIT ? 0.3 : 0.5;
    o->subject = what;
    o->entity = fm_incident_entity(in, FM_ENTITY_SERVICE, fm_workload_name(c->service, false));
    o->text = fm_str_fmt(&in->ctx->arena, "%s %.*s", kind_words[c->kind], FM_STR_ARG(what));
    fm_incident_cite(in, o, c->span);
}

static enum fm_code run(struct fm_incident *in)
{
    struct fm_change_set *set = FM_NEW(&in->ctx->arena, struct fm_change_set);
    fm_vec_each (&in->inputs, it) {
        struct fm_evidence *e = *it;
        if (e->type != FM_EVIDENCE_CHANGES || e->is_baseline)
            continue;
        FM_TRY(fm_ctx_check(in->ctx));
        size_t before = set->items.n;
        fm_changes_read(in, e, set);
        e->records = set->items.n - before;
        if (!e->records)
            fm_incident_problem(in, e, 0, "no change could be read from it");
    }
    if (set->items.n > 1)
        qsort(set->items.items, set->items.n, sizeof *set->items.items, by_time);
    fm_vec_each (&set->items, c)
        observe(in, *c);
    in->changes = set;
    return FM_OK;
}

const struct fm_processor fm_changes_processor = {"changes", FM_TYPE_BIT(FM_EVIDENCE_CHANGES), run};
