/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Template mining on logs that no rule was written for: some thirty header styles times eight
 * vocabularies, with the measures of the literature (GA, FGA, PA, FTA). VERBOSE=1 in the
 * environment prints the table.
 */
#include <stdlib.h>

#include "test.h"

#include "faultmaven/core/logs.h"
#include "log_streams.h"

#define LINES 2000

struct leaves {
    uint32_t items[LINES];
    size_t n;
};

static void keep(void *arg, const uint32_t *items, size_t n)
{
    struct leaves *l = arg;
    for (size_t i = 0; i < n && l->n < LINES; i++)
        l->items[l->n++] = items[i];
}

struct score {
    double ga, fga, pa, fta;
};

struct judged {
    struct fm_logs *log;
    struct leaves leaves;
    const struct stream *truth;
    unsigned group[LINES]; /* number of the predicted group of every line */
    fm_str text[LINES];    /* by group */
    unsigned n_groups;
};

static void find_groups(struct judged *j)
{
    for (size_t i = 0; i < j->leaves.n; i++) {
        fm_str text = fm_logs_leaf_text(j->log, j->leaves.items[i]);
        unsigned g = 0;
        while (g < j->n_groups && !fm_str_eq(j->text[g], text))
            g++;
        if (g == j->n_groups)
            j->text[j->n_groups++] = text;
        j->group[i] = g;
    }
}

/* The event of all lines of a group, or -1 when they differ. */
static int event_of(const struct judged *j, unsigned g, unsigned *lines)
{
    int event = -2;
    *lines = 0;
    for (size_t i = 0; i < j->leaves.n; i++) {
        if (j->group[i] != g)
            continue;
        ++*lines;
        event = event == -2 || event == j->truth->event[i] ? j->truth->event[i] : -1;
    }
    return event;
}

static double f1(double right, double predicted, double real)
{
    double p = right / predicted, r = right / real;
    return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

static struct score judge(struct judged *j)
{
    unsigned of_event[EVENTS_MAX] = {0}, real = 0;
    struct score s = {0};
    double exact = 0, right = 0;
    find_groups(j);
    for (unsigned i = 0; i < LINES; i++)
        of_event[j->truth->event[i]]++;
    for (unsigned e = 0; e < EVENTS_MAX; e++)
        real += of_event[e] > 0;
    for (unsigned g = 0; g < j->n_groups; g++) {
        unsigned lines;
        int e = event_of(j, g, &lines);
        if (e >= 0 && lines == of_event[e]) {
            exact++;
            s.ga += lines;
        }
        right += e >= 0 && fm_str_eqc(j->text[g], j->truth->truth[e]);
    }
    for (unsigned i = 0; i < LINES; i++)
        s.pa += fm_str_eqc(j->text[j->group[i]], j->truth->truth[j->truth->event[i]]);
    s.ga /= LINES;
    s.pa /= LINES;
    s.fga = f1(exact, j->n_groups, real);
    s.fta = f1(right, j->n_groups, real);
    return s;
}

static struct score score_stream(const struct style *style, const struct vocabulary *v)
{
    struct fm_ctx ctx;
    struct stream stream;
    struct judged *j = calloc(1, sizeof *j);
    struct fm_logs_options opt = {.reference = FM_TIME_NONE, .on_leaves = keep, .arg = &j->leaves};
    fm_ctx_init(&ctx, &fm_clock_system);
    stream_make(&stream, style, v, LINES);
    assert_int_equal(fm_logs_read(&ctx, fm_buf_str(&stream.text), &opt, &j->log), FM_OK);
    assert_int_equal(j->leaves.n, LINES);
    j->truth = &stream;
    struct score s = judge(j);
    if (getenv("VERBOSE") && s.fta < .99)
        printf("%s/%s GA %.3f FTA %.3f\n", style->name, v->name, s.ga, s.fta);
    if (getenv("VERBOSE") && s.fta < .99)
        for (unsigned g = 0; g < j->n_groups; g++)
            printf("   %s\n", fm_str_dup(&ctx.arena, j->text[g]).p);
    stream_release(&stream);
    free(j);
    fm_ctx_release(&ctx);
    return s;
}

TEST(unseen_styles_and_vocabularies_score_high)
{
    struct score mean = {0};
    bool is_verbose = getenv("VERBOSE") != NULL;
    for (size_t i = 0; i < N_STYLES; i++) {
        struct score row = {0};
        for (size_t k = 0; k < N_VOCABULARIES; k++) {
            struct score s = score_stream(&styles[i], &vocabularies[k]);
            row.ga += s.ga / N_VOCABULARIES;
            row.fga += s.fga / N_VOCABULARIES;
            row.pa += s.pa / N_VOCABULARIES;
            row.fta += s.fta / N_VOCABULARIES;
        }
        if (is_verbose)
            printf("%-14s GA %.3f  FGA %.3f  PA %.3f  FTA %.3f\n", styles[i].name, row.ga, row.fga,
                   row.pa, row.fta);
        mean.ga += row.ga / N_STYLES;
        mean.fga += row.fga / N_STYLES;
        mean.pa += row.pa / N_STYLES;
        mean.fta += row.fta / N_STYLES;
    }
    printf("mean of %zu streams: GA %.3f  FGA %.3f  PA %.3f  FTA %.3f\n", N_STYLES * N_VOCABULARIES,
           mean.ga, mean.fga, mean.pa, mean.fta);
    assert_true(mean.ga >= .97);
    assert_true(mean.fga >= .95);
    assert_true(mean.pa >= .90);
    assert_true(mean.fta >= .88);
}
