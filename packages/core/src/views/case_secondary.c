/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The secondary views of a case: iterations, phases, timeline, one line per event.
 */
#include "faultmaven/core/case_view.h"

static fm_str step_names(struct fm_arena *a, unsigned steps)
{
    return fm_str_fmt(a, "%s%s%s%s", steps & FM_OODA_OBSERVE ? "observe " : "",
                      steps & FM_OODA_ORIENT ? "orient " : "",
                      steps & FM_OODA_DECIDE ? "decide " : "", steps & FM_OODA_ACT ? "act " : "");
}

static void iteration_json(struct fm_ctx *ctx, const struct fm_iteration *it, struct fm_buf *out)
{
    char begin[FM_TIME_TEXT_MAX], end[FM_TIME_TEXT_MAX];
    fm_buf_addf(out,
                "{\"number\":%lld,\"turns\":[%lld,%lld],\"begin\":\"%s\",\"end\":\"%s\","
                "\"intensity\":\"%s\","
                "\"stage\":\"%s\",\"observe\":%lld,\"orient\":%lld,\"decide\":%lld,\"act\":%lld,"
                "\"likelihood_change\":%.4f,\"changed\":[",
                (long long)it->number, (long long)it->first_turn, (long long)it->last_turn,
                fm_time_format(it->begin, begin), fm_time_format(it->end, end),
                fm_intensity_name(it->intensity), fm_name_of(&fm_case_stage_names, it->stage),
                (long long)it->counts[0], (long long)it->counts[1], (long long)it->counts[2],
                (long long)it->counts[3], it->likelihood_change);
    fm_vec_each (&it->changed, s) {
        fm_buf_addz(out, s == it->changed.items ? "" : ",");
        fm_json_put_str(out, *s);
    }
    fm_buf_addz(out, "]}");
    (void)ctx;
}

static void iteration_text(struct fm_ctx *ctx, const struct fm_iteration *it, struct fm_buf *out)
{
    fm_buf_addf(out, "%lld  turns %lld-%lld  %-6s  %.*s\n", (long long)it->number,
                (long long)it->first_turn, (long long)it->last_turn,
                fm_intensity_name(it->intensity),
                FM_STR_ARG(fm_str_trim(step_names(&ctx->arena, it->steps))));
    fm_vec_each (&it->changed, s)
        fm_buf_addf(out, "     %.*s\n", FM_STR_ARG(*s));
}

enum fm_code fm_case_view_ooda(struct fm_ctx *ctx, const struct fm_events *events, bool is_json,
                               struct fm_buf *out)
{
    struct fm_iterations list;
    FM_TRY(fm_ooda_iterations(ctx, events, &list));
    fm_buf_addz(out, is_json ? "{\"iterations\":[" : "");
    fm_vec_each (&list, it) {
        if (!is_json) {
            iteration_text(ctx, it, out);
            continue;
        }
        fm_buf_addz(out, it == list.items ? "" : ",");
        iteration_json(ctx, it, out);
    }
    fm_buf_addz(out, is_json ? "]}" : list.n ? "" : "No iteration yet.\n");
    return FM_OK;
}

void fm_case_view_phases(struct fm_arena *a, const struct fm_case *c, bool is_json,
                         struct fm_buf *out)
{
    struct fm_phase phases[FM_PHASE_N];
    fm_case_phases(a, c, phases);
    fm_buf_addz(out, is_json ? "{\"phases\":[" : "");
    for (int i = 0; i < FM_PHASE_N; i++) {
        if (!is_json) {
            fm_buf_addf(out, "%d  %-13s %-8s %.*s\n", i, phases[i].name,
                        fm_phase_state_name(phases[i].state), FM_STR_ARG(phases[i].basis));
            continue;
        }
        fm_buf_addf(out,
                    "%s{\"phase\":%d,\"name\":\"%s\",\"state\":\"%s\",\"basis\":", i ? "," : "", i,
                    phases[i].name, fm_phase_state_name(phases[i].state));
        fm_json_put_str(out, phases[i].basis);
        fm_buf_addc(out, '}');
    }
    fm_buf_addz(out, is_json ? "]}" : "");
}

/* ---- timeline ---- */

struct moments {
    struct fm_arena *a;
    struct fm_case_moments list;
};

static void add(struct moments *m, fm_time at, const char *kind, fm_str text, fm_str ref)
{
    if (at != FM_TIME_NONE)
        fm_vec_push(m->a, &m->list, (struct fm_case_moment){at, kind, text, ref});
}

static void add_incident(struct moments *m, const struct fm_case *c)
{
    const struct fm_verification *v = &c->verification;
    add(m, v->started_at, "incident", FM_STR("Impact started"), FM_STR_NULL);
    add(m, v->noticed_at, "incident", FM_STR("Noticed"), FM_STR_NULL);
    add(m, v->mitigated_at, "incident", FM_STR("Impact mitigated"), FM_STR_NULL);
    add(m, v->resolved_naturally_at, "incident", FM_STR("Recovered by itself"), FM_STR_NULL);
    fm_vec_each (&c->changes, x)
        add(m, x->from, "change", x->description, x->id);
    fm_vec_each (&c->evidence, e)
        if (e->first != FM_TIME_NONE)
            add(m, e->first, "evidence",
                fm_str_fmt(m->a, "First record of %.*s", FM_STR_ARG(e->summary)), e->id);
}

static void add_work(struct moments *m, const struct fm_case *c)
{
    add(m, c->created_at, "case", FM_STR("Case opened"), FM_STR_NULL);
    fm_vec_each (&c->status_history, s)
        add(m, s->at, "status",
            fm_str_fmt(m->a, "%s (%.*s)", fm_name_of(&fm_case_status_names, s->to),
                       FM_STR_ARG(s->by)),
            FM_STR_NULL);
    fm_vec_each (&c->milestone_history, x)
        add(m, x->at, "milestone",
            fm_str_fmt(m->a, "%s %s", fm_name_of(&fm_milestone_name_names, x->name),
                       fm_name_of(&fm_fact_status_names, x->status)),
            FM_STR_NULL);
    fm_vec_each (&c->hypotheses, h)
        if (h->concluded_at != FM_TIME_NONE)
            add(m, h->concluded_at, "hypothesis",
                fm_str_fmt(m->a, "%s: %.*s", fm_name_of(&fm_hypothesis_status_names, h->status),
                           FM_STR_ARG(h->statement)),
                h->id);
    fm_vec_each (&c->solutions, s) {
        add(m, s->applied_at, "solution", fm_str_fmt(m->a, "Applied: %.*s", FM_STR_ARG(s->title)),
            s->id);
        add(m, s->concluded_at, "solution",
            fm_str_fmt(m->a, "%s: %.*s", fm_name_of(&fm_solution_state_names, s->state),
                       FM_STR_ARG(s->title)),
            s->id);
    }
    fm_vec_each (&c->escalations, x)
        add(m, x->at, "escalation", fm_str_fmt(m->a, "Escalated to %.*s", FM_STR_ARG(x->to)),
            x->id);
}

struct fm_case_moments fm_case_timeline(struct fm_arena *a, const struct fm_case *c)
{
    struct moments m = {.a = a};
    add_incident(&m, c);
    add_work(&m, c);
    for (size_t i = 1; i < m.list.n; i++) {
        struct fm_case_moment x = m.list.items[i];
        size_t k = i;
        for (; k > 0 && m.list.items[k - 1].at > x.at; k--)
            m.list.items[k] = m.list.items[k - 1];
        m.list.items[k] = x;
    }
    return m.list;
}

/* ---- events ---- */

static bool is_telling(const char *name)
{
    static const char *const names[] = {
        "kind",        "name", "status",   "state", "to",   "text", "title", "summary", "statement",
        "description", "path", "filename", "user",  "role", "type", "on",    "reason"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static fm_str value_text(const struct fm_field *f, const void *record)
{
    const char *p = (const char *)record + f->offset;
    if (f->kind == FM_FIELD_ENUM)
        return fm_str_c(fm_name_of(f->names, *(const unsigned *)(const void *)p));
    if (f->kind == FM_FIELD_STR || f->kind == FM_FIELD_REF)
        return *(const fm_str *)(const void *)p;
    return FM_STR_NULL;
}

fm_str fm_event_summary(struct fm_arena *a, const struct fm_event *e)
{
    const struct fm_record_type *t = fm_event_body(e->type);
    struct fm_buf b;
    fm_buf_init(&b, 4096);
    for (size_t i = 0; i < t->n_fields && b.len < 300; i++) {
        const struct fm_field *f = &t->fields[i];
        fm_str v = value_text(f, e->body);
        bool is_id = strcmp(f->name, "id") == 0 || fm_str_ends(fm_str_c(f->name), FM_STR("_id"));
        if (v.len && (is_id || is_telling(f->name)))
            fm_buf_addf(&b, "%s%.*s", b.len ? "  " : "", FM_STR_ARG(fm_str_sub(v, 0, 160)));
    }
    char *p = fm_arena_dup(a, b.p ? b.p : "", b.len);
    for (size_t i = 0; i < b.len; i++)
        if ((unsigned char)p[i] < 0x20)
            p[i] = ' ';
    fm_str s = fm_str_n(p, b.len);
    fm_buf_release(&b);
    return s;
}
