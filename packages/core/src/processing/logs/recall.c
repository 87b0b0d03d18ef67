/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/recall.h"

void fm_logs_recall_init(struct fm_logs_recall *r)
{
    for (size_t i = 0; i < FM_LOGS_RECALL_MESSAGES; i++)
        r->entries[i].len = 0;
}

/* Digits of msg outside its values; false when there are too many. */
static bool note_digits(struct fm_logs_recalled *e, fm_str msg, const struct fm_logs_shape *shape)
{
    size_t at = 0;
    e->n_digits = 0;
    for (size_t i = 0; i <= shape->n; i++) {
        size_t to = i < shape->n ? shape->values[i].off : msg.len;
        for (; at < to; at++) {
            if (!fm_ch_is_digit(msg.p[at]))
                continue;
            if (e->n_digits == FM_LOGS_RECALL_DIGITS)
                return false;
            e->digits[e->n_digits].off = (uint8_t)at;
            e->digits[e->n_digits++].digit = msg.p[at];
        }
        at = i < shape->n ? to + shape->values[i].len : to;
    }
    return true;
}

/* Are the digits that are text the same, and do the others give a date where they did, and none
 * where they did not? */
static bool has_fit_digits(const struct fm_logs_recalled *e, fm_str msg)
{
    for (uint8_t i = 0; i < e->n_digits; i++)
        if (msg.p[e->digits[i].off] != e->digits[i].digit)
            return false;
    for (uint8_t i = 0; i < e->n_looks; i++)
        if (fm_logs_match_time(msg.p + e->looks[i].off, msg.p + msg.len) != e->looks[i].len)
            return false;
    return true;
}

/* True, and *out is filled, when msg was there before. */
static bool recall(const struct fm_logs_recalled *e, const struct fm_logs_masked *m, fm_str msg,
                   struct fm_logs_shape *out)
{
    if (e->hash != m->hash || e->len != m->len || memcmp(e->text, m->text, m->len) != 0 ||
        !has_fit_digits(e, msg))
        return false;
    out->key = e->key;
    out->n = e->n;
    out->values = e->values;
    return true;
}

static void keep(struct fm_logs_recalled *e, const struct fm_logs_masked *m, fm_str msg,
                 const struct fm_logs_shape *shape)
{
    e->len = 0;
    if (shape->n > FM_LOGS_RECALL_VALUES || shape->n_looks > FM_LOGS_LOOKS_MAX ||
        !note_digits(e, msg, shape))
        return;
    e->hash = m->hash;
    e->key = shape->key;
    e->len = (uint16_t)m->len;
    e->n = (uint8_t)shape->n;
    e->n_looks = (uint8_t)shape->n_looks;
    memcpy(e->looks, shape->looks, shape->n_looks * sizeof *e->looks);
    memcpy(e->values, shape->values, shape->n * sizeof *e->values);
    memcpy(e->text, m->text, m->len);
}

static struct fm_logs_recalled *entry_of(struct fm_logs_recall *r, const struct fm_logs_masked *m)
{
    return &r->entries[m->hash % FM_LOGS_RECALL_MESSAGES];
}

/* fm_str_trim, for texts that mostly need none. */
static fm_str trim(fm_str s)
{
    bool is_trimmed = s.len && !fm_ch_is_space(s.p[0]) && !fm_ch_is_space(s.p[s.len - 1]);
    return is_trimmed ? s : fm_str_trim(s);
}

fm_str fm_logs_recall_scan(struct fm_logs_recall *r, fm_str msg, char *scratch,
                           struct fm_logs_shape *out)
{
    struct fm_logs_masked m;
    msg = trim(msg);
    m.len = 0;
    if (msg.len && msg.len <= FM_LOGS_MASK_MAX) {
        fm_logs_mask(msg, &m);
        /* Equal masks have equal blanks: what is remembered is collapsed, and so is this. */
        if (recall(entry_of(r, &m), &m, msg, out))
            return msg;
    }
    fm_str collapsed = fm_logs_collapse(msg, scratch);
    if (collapsed.p != msg.p && collapsed.len && collapsed.len <= FM_LOGS_MASK_MAX) {
        fm_logs_mask(collapsed, &m);
        if (recall(entry_of(r, &m), &m, collapsed, out))
            return collapsed;
    }
    fm_logs_scan(collapsed, out);
    if (collapsed.len && m.len == collapsed.len)
        keep(entry_of(r, &m), &m, collapsed, out);
    return collapsed;
}
