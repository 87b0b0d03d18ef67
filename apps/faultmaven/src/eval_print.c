/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_print.h"

#include <math.h>

static void put_share(struct fm_buf *out, const char *name, struct fm_eval_share s)
{
    if (s.of)
        fm_buf_addf(out, "  %s %zu/%zu", name, s.n, s.of);
}

static void put_ratio(struct fm_buf *out, struct fm_eval_share s)
{
    if (s.of)
        fm_buf_addf(out, " %7.3f", (double)s.n / (double)s.of);
    else
        fm_buf_addz(out, "       -");
}

static void put_row(struct fm_buf *out, const struct fm_eval_summary *s)
{
    fm_buf_addf(out, "%-18.*s %4zu %4zu  %-6.*s %4zu/%-4zu", FM_STR_ARG(s->suite), s->cases,
                s->passed, FM_STR_ARG(s->primary), s->primary_score.n, s->primary_score.of);
    put_ratio(out, s->at[1]);
    put_ratio(out, s->at[3]);
    put_ratio(out, s->at[5]);
    put_ratio(out, s->fault);
    put_ratio(out, s->joint[1]);
    put_ratio(out, s->joint[3]);
    fm_buf_addf(out, " %4zu/%-3zu %6zu/%-6zu %7.0f %7.0f %6.0f\n", s->false_alarms, s->quiet,
                s->citations - s->citations_false, s->citations, s->median_ms, s->max_ms,
                s->max_peak_mb);
}

static double average_at_5(const struct fm_eval_summary *s)
{
    double sum = 0;
    for (int k = 1; k <= 5; k++)
        sum += (double)s->at[k].n / (double)s->at[k].of;
    return sum / 5;
}

static void put_details(struct fm_buf *out, const struct fm_eval_summary *s)
{
    fm_buf_addf(out, "%.*s:", FM_STR_ARG(s->suite));
    put_share(out, "verdict", s->verdict);
    put_share(out, "domain", s->domain);
    put_share(out, "change", s->change);
    put_share(out, "decoys", s->decoys);
    put_share(out, "location", s->location);
    put_share(out, "cite", s->cite);
    put_share(out, "first failing", s->first);
    put_share(out, "facts", (struct fm_eval_share){s->facts_found, s->facts});
    if (s->at[1].of)
        fm_buf_addf(out, "  avg@5 %.3f", average_at_5(s));
    if (!isnan(s->jaccard))
        fm_buf_addf(out, "  affected %.3f", s->jaccard);
    if (!isnan(s->brier))
        fm_buf_addf(out, "  Brier %.3f  ECE %.3f", s->brier, s->calibration_error);
    fm_buf_addf(out, "  invented %zu  uncited %zu\n", s->invented, s->uncited);
}

static void put_reliability(struct fm_buf *out, const struct fm_eval_summary *s)
{
    for (size_t i = 0; i < FM_EVAL_BINS; i++) {
        const struct fm_eval_bin *b = &s->bins[i];
        if (b->n)
            fm_buf_addf(out, "  said %.1f-%.1f: %zu cases, mean %.2f, right %.2f\n",
                        (double)i / FM_EVAL_BINS, (double)(i + 1) / FM_EVAL_BINS, b->n,
                        b->said / (double)b->n, b->right / (double)b->n);
    }
}

static void put_failures(struct fm_buf *out, const struct eval_suite *s)
{
    fm_vec_each (&s->results, r) {
        if (r->why.n == 0)
            continue;
        fm_buf_addf(out, "  FAIL %.*s [%.*s]", FM_STR_ARG(r->id), FM_STR_ARG(r->source));
        fm_vec_each (&r->why, w)
            fm_buf_addf(out, "%s %.*s", w == r->why.items ? "" : " |", FM_STR_ARG(*w));
        fm_buf_addc(out, '\n');
    }
}

/* Expected fault against the one given, for the pairs that differ. */
static void put_confusion(struct fm_buf *out, const struct eval_suite *s)
{
    fm_vec_each (&s->results, r)
        if (r->fault_ok == 0)
            fm_buf_addf(out, "  confused: %.*s taken for %.*s (%.*s)\n",
                        FM_STR_ARG(r->expected_fault),
                        FM_STR_ARG(r->fault.len ? r->fault : FM_STR("none")), FM_STR_ARG(r->id));
}

enum fm_code eval_print_text(const struct eval_report *report, bool is_verbose, struct fm_buf *out)
{
    fm_buf_addf(out, "%-18s %4s %4s  %-16s %7s %7s %7s %7s %7s %7s %8s %13s %7s %7s %6s\n", "suite",
                "n", "pass", "primary", "ent@1", "ent@3", "ent@5", "fault", "both@1", "both@3",
                "alarms", "citations ok", "ms med", "ms max", "MB");
    fm_vec_each (&report->suites, s)
        put_row(out, &s->summary);
    fm_buf_addc(out, '\n');
    fm_vec_each (&report->suites, s) {
        put_details(out, &s->summary);
        put_reliability(out, &s->summary);
        if (!is_verbose)
            continue;
        put_confusion(out, s);
        put_failures(out, s);
    }
    return out->overflow ? FM_ELIMIT : FM_OK;
}

static void add_share(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *name,
                      struct fm_eval_share s)
{
    if (!s.of)
        return;
    yyjson_mut_val *pair = yyjson_mut_obj_add_arr(d, obj, name);
    yyjson_mut_arr_add_uint(d, pair, s.n);
    yyjson_mut_arr_add_uint(d, pair, s.of);
}

static void add_real(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *name, double v)
{
    if (!isnan(v))
        yyjson_mut_obj_add_real(d, obj, name, v);
}

static void add_summary(yyjson_mut_doc *d, yyjson_mut_val *v, const struct fm_eval_summary *s)
{
    fm_json_add_str(d, v, "suite", s->suite);
    yyjson_mut_obj_add_uint(d, v, "cases", s->cases);
    yyjson_mut_obj_add_uint(d, v, "pass", s->passed);
    fm_json_add_str(d, v, "primary", s->primary);
    add_share(d, v, "primary_score", s->primary_score);
    add_share(d, v, "entity@1", s->at[1]);
    add_share(d, v, "entity@3", s->at[3]);
    add_share(d, v, "entity@5", s->at[5]);
    add_share(d, v, "fault", s->fault);
    add_share(d, v, "domain", s->domain);
    add_share(d, v, "joint@1", s->joint[1]);
    add_share(d, v, "joint@3", s->joint[3]);
    add_share(d, v, "change", s->change);
    add_share(d, v, "decoys", s->decoys);
    add_share(d, v, "location", s->location);
    add_share(d, v, "cite", s->cite);
    add_share(d, v, "verdict", s->verdict);
    yyjson_mut_obj_add_uint(d, v, "quiet_cases", s->quiet);
    yyjson_mut_obj_add_uint(d, v, "false_alarms", s->false_alarms);
    yyjson_mut_obj_add_uint(d, v, "invented", s->invented);
    yyjson_mut_obj_add_uint(d, v, "uncited", s->uncited);
    yyjson_mut_obj_add_uint(d, v, "citations", s->citations);
    yyjson_mut_obj_add_uint(d, v, "false_citations", s->citations_false);
    add_real(d, v, "blast_jaccard", s->jaccard);
    add_real(d, v, "brier", s->brier);
    add_real(d, v, "calibration_error", s->calibration_error);
    add_real(d, v, "median_ms", s->median_ms);
    add_real(d, v, "max_ms", s->max_ms);
    add_real(d, v, "max_peak_mb", s->max_peak_mb);
}

static void add_result(yyjson_mut_doc *d, yyjson_mut_val *arr, const struct fm_eval_result *r)
{
    yyjson_mut_val *v = yyjson_mut_arr_add_obj(d, arr);
    fm_json_add_str(d, v, "id", r->id);
    fm_json_add_str(d, v, "verdict", r->verdict);
    yyjson_mut_obj_add_bool(d, v, "pass", r->why.n == 0);
    yyjson_mut_obj_add_bool(d, v, "right", r->is_right);
    add_real(d, v, "likelihood", r->likelihood);
    add_real(d, v, "strength", r->strength);
    add_real(d, v, "lead", r->lead);
    add_real(d, v, "ms", r->run.ms);
    fm_json_add_str(d, v, "fault", r->fault);
    fm_json_add_str(d, v, "expected_fault", r->expected_fault);
    yyjson_mut_obj_add_int(d, v, "entity_rank", r->entity_rank);
    yyjson_mut_obj_add_int(d, v, "joint_rank", r->joint_rank);
    yyjson_mut_val *why = yyjson_mut_obj_add_arr(d, v, "why");
    fm_vec_each (&r->why, w)
        yyjson_mut_arr_append(why, fm_json_mut_str(d, *w));
}

enum fm_code eval_print_json(struct fm_ctx *ctx, const struct eval_report *r, struct fm_buf *out)
{
    yyjson_mut_doc *d = fm_json_new(&ctx->arena);
    yyjson_mut_val *root = yyjson_mut_arr(d);
    fm_vec_each (&r->suites, s) {
        yyjson_mut_val *v = yyjson_mut_arr_add_obj(d, root);
        add_summary(d, v, &s->summary);
        yyjson_mut_val *bins = yyjson_mut_obj_add_arr(d, v, "reliability");
        for (size_t i = 0; i < FM_EVAL_BINS; i++) {
            yyjson_mut_val *bin = yyjson_mut_arr_add_obj(d, bins);
            yyjson_mut_obj_add_uint(d, bin, "n", s->summary.bins[i].n);
            add_real(d, bin, "said", s->summary.bins[i].said / (double)s->summary.bins[i].n);
            add_real(d, bin, "right", s->summary.bins[i].right / (double)s->summary.bins[i].n);
        }
        yyjson_mut_val *results = yyjson_mut_obj_add_arr(d, v, "results");
        fm_vec_each (&s->results, row)
            add_result(d, results, row);
    }
    FM_TRY(fm_json_write(ctx, d, root, true, out));
    fm_buf_addc(out, '\n');
    return FM_OK;
}
