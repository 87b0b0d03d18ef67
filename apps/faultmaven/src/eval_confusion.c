/* SPDX-License-Identifier: Apache-2.0 */
#include "eval_confusion.h"

#include <stdlib.h>

#include "faultmaven/base/map.h"

struct pair_count {
    fm_str given;
    size_t n;
};

struct tally {
    fm_str expected;
    size_t n, right;
    FM_VEC(struct pair_count) wrong;
};

static struct tally *tally_of(struct fm_arena *a, struct fm_map *m, fm_str expected)
{
    struct fm_map_entry *e = fm_map_put(m, expected);
    if (!e->value) {
        struct tally *t = FM_NEW(a, struct tally);
        t->expected = e->key;
        e->value = t;
    }
    return e->value;
}

static void add_wrong(struct fm_arena *a, struct tally *t, fm_str given)
{
    fm_vec_each (&t->wrong, w)
        if (fm_str_eq(w->given, given)) {
            w->n++;
            return;
        }
    fm_vec_push(a, &t->wrong, ((struct pair_count){given, 1}));
}

static int by_expected(const void *x, const void *y)
{
    const struct tally *const *a = x, *const *b = y;
    return fm_str_cmp((*a)->expected, (*b)->expected);
}

static void put_tally(struct fm_buf *out, const struct tally *t)
{
    fm_buf_addf(out, "  %-36.*s %5zu %5zu ", FM_STR_ARG(t->expected), t->n, t->right);
    fm_vec_each (&t->wrong, w)
        fm_buf_addf(out, " %.*s %zu", FM_STR_ARG(w->given), w->n);
    fm_buf_addc(out, '\n');
}

void eval_put_confusion(struct fm_arena *a, const struct eval_report *report, struct fm_buf *out)
{
    struct fm_map m;
    FM_VEC(struct tally *) rows = {0};
    size_t n = 0, right = 0;
    fm_map_init(&m, a);
    fm_vec_each (&report->suites, s)
        fm_vec_each (&s->results, r) {
            if (r->fault_ok == FM_EVAL_ABSENT || !r->expected_fault.len)
                continue;
            struct tally *t = tally_of(a, &m, r->expected_fault);
            t->n++;
            t->right += r->fault_ok == 1;
            if (r->fault_ok == 0)
                add_wrong(a, t, r->fault.len ? r->fault : FM_STR("none"));
        }
    for (size_t i = 0; i < m.n; i++) {
        struct tally *t = m.entries[i].value;
        n += t->n;
        right += t->right;
        fm_vec_push(a, &rows, t);
    }
    if (rows.n < 2)
        return;
    qsort(rows.items, rows.n, sizeof *rows.items, by_expected);
    fm_buf_addf(out, "\nFaults expected and given, over all suites: %zu of %zu right, %zu faults\n",
                right, n, rows.n);
    fm_buf_addf(out, "  %-36s %5s %5s  given instead\n", "expected", "cases", "right");
    fm_vec_each (&rows, t)
        put_tally(out, *t);
}
