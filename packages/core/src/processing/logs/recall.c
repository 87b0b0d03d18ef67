/* SPDX-License-Identifier: Apache-2.0 */
#include "processing/logs/recall.h"

#include "processing/logs/mix.h"

void fm_logs_recall_init(struct fm_logs_recall *r)
{
    for (size_t i = 0; i < FM_LOGS_RECALL_MESSAGES; i++)
        r->entries[i].len = 0;
}

static bool is_same(const struct fm_logs_recalled *e, fm_str msg, uint64_t hash)
{
    return e->len == msg.len && e->hash == hash && memcmp(e->text, msg.p, msg.len) == 0;
}

static void give(const struct fm_logs_recalled *e, struct fm_logs_shape *out)
{
    out->key = e->key;
    out->n = e->n;
    memcpy(out->values, e->values, e->n * sizeof *e->values);
}

static void keep(struct fm_logs_recalled *e, fm_str msg, uint64_t hash,
                 const struct fm_logs_shape *shape)
{
    if (shape->n > FM_LOGS_RECALL_VALUES)
        return;
    e->hash = hash;
    e->key = shape->key;
    e->len = (uint32_t)msg.len;
    e->n = (uint32_t)shape->n;
    memcpy(e->values, shape->values, shape->n * sizeof *e->values);
    memcpy(e->text, msg.p, msg.len);
}

void fm_logs_recall_scan(struct fm_logs_recall *r, fm_str msg, struct fm_logs_shape *out)
{
    if (msg.len == 0 || msg.len > FM_LOGS_RECALL_BYTES) {
        fm_logs_scan(msg, out);
        return;
    }
    uint64_t hash = fm_mix_bytes(FM_MIX_SEED, msg.p, msg.len);
    struct fm_logs_recalled *e = &r->entries[hash % FM_LOGS_RECALL_MESSAGES];
    if (is_same(e, msg, hash)) {
        give(e, out);
        return;
    }
    fm_logs_scan(msg, out);
    keep(e, msg, hash, out);
}
