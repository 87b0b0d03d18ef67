/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/recall.h"

void fm_logs_recall_init(struct fm_logs_recall *r)
{
    for (size_t i = 0; i < FM_LOGS_RECALL_MESSAGES; i++)
        r->entries[i].len = 0;
}

static bool is_same(const struct fm_logs_recalled *e, const struct fm_logs_masked *m)
{
    return e->hash == m->hash && e->len == m->len && memcmp(e->text, m->text, m->len) == 0;
}

static void give(const struct fm_logs_recalled *e, struct fm_logs_shape *out)
{
    out->key = e->key;
    out->n = e->n;
    out->values = e->values;
}

static void keep(struct fm_logs_recalled *e, const struct fm_logs_masked *m,
                 const struct fm_logs_shape *shape)
{
    if (shape->n > FM_LOGS_RECALL_VALUES || shape->depends_on_digits)
        return;
    e->hash = m->hash;
    e->key = shape->key;
    e->len = (uint32_t)m->len;
    e->n = (uint32_t)shape->n;
    memcpy(e->values, shape->values, shape->n * sizeof *e->values);
    memcpy(e->text, m->text, m->len);
}

static fm_str collapse_and_scan(fm_str msg, char *scratch, struct fm_logs_shape *out)
{
    msg = fm_logs_collapse(msg, scratch);
    fm_logs_scan(msg, out);
    return msg;
}

fm_str fm_logs_recall_scan(struct fm_logs_recall *r, fm_str msg, char *scratch,
                           struct fm_logs_shape *out)
{
    struct fm_logs_masked m;
    msg = fm_str_trim(msg);
    if (msg.len == 0 || msg.len > FM_LOGS_MASK_MAX)
        return collapse_and_scan(msg, scratch, out);
    fm_logs_mask(msg, &m);
    struct fm_logs_recalled *e = &r->entries[m.hash % FM_LOGS_RECALL_MESSAGES];
    if (is_same(e, &m)) {
        give(e, out);
        return msg;
    }
    fm_str collapsed = collapse_and_scan(msg, scratch, out);
    /* Equal masks have equal blanks: what is remembered needed no collapsing, and never will. */
    if (collapsed.p == msg.p)
        keep(e, &m, out);
    return collapsed;
}
