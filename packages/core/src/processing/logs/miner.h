/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of groups: messages with equal keys, and what was seen in them. Each part of an input
 * fills a table of its own; tables are merged in the order of the input.
 *
 * A leaf is what a line is remembered by: a group, and within it the values of slots that may turn
 * out to be constants (see fm_logs_finish). Leaf numbers of a table count from 0; leaf 0 belongs to
 * the group of evicted messages.
 */
#ifndef FAULTMAVEN_CORE_LOGS_MINER_H
#define FAULTMAVEN_CORE_LOGS_MINER_H

#include <stdlib.h>

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/vec.h"
#include "faultmaven/core/logs.h"
#include "processing/logs/scan.h"

#define FM_LOGS_VARIANTS_MAX 8
#define FM_LOGS_VALUE_BYTES_MAX (12u << 20) /* text of top values that one table keeps */

struct fm_logs_variant {
    uint64_t hash;
    uint64_t count;
    uint32_t leaf;
    fm_str *values; /* one a slot; p NULL where the slot is no candidate */
};

struct fm_logs_group {
    struct fm_logs_template t;
    uint64_t key;
    fm_str sample;                /* collapsed message of the first record */
    struct fm_logs_value *values; /* its values, t.n_slots of them */
    struct fm_logs_variant variants[FM_LOGS_VARIANTS_MAX];
    uint8_t n_variants;
    bool has_candidates;   /* some weak slot behind a blank */
    bool is_variants_full; /* more than FM_LOGS_VARIANTS_MAX: all later lines are of variant 0 */
    uint32_t leaf;
    uint32_t part;                  /* number of the last part that held it, for eviction */
    struct fm_logs_template *final; /* set by fm_logs_finish */
};

struct fm_logs_leaf_ref {
    struct fm_logs_group *group;
    uint32_t variant;
};

struct fm_logs_table {
    struct fm_arena arena;                 /* owned; holds everything */
    FM_VEC(struct fm_logs_group *) groups; /* in order of first appearance */
    FM_VEC(struct fm_logs_leaf_ref) leaves;
    uint32_t *slots; /* open addressing: group index + 1 */
    size_t n_slots;
    size_t max_groups;
    size_t value_bytes;
    struct fm_logs_group *other; /* what found no room */
    uint64_t evicted;
};

/* What the reader knows of a record when it hands over the message. */
struct fm_logs_seen {
    fm_str message;
    fm_time t;
    enum fm_logs_level level;
    struct fm_logs_place place;
    fm_str component, entity;
    bool is_trace;
};

void fm_logs_table_init(struct fm_logs_table *t, size_t max_groups);
void fm_logs_table_release(struct fm_logs_table *t);
void fm_logs_table_clear(struct fm_logs_table *t);

/* Counts one record; returns its leaf. shape belongs to seen->message (collapsed). */
uint32_t fm_logs_table_add(struct fm_logs_table *t, const struct fm_logs_seen *seen,
                           const struct fm_logs_shape *shape);

/* Adds `from`, the table of part number `part`, to `into`. map (of from->leaves.n) receives the
 * leaf of `into` for every leaf of `from`. */
void fm_logs_table_merge(struct fm_logs_table *into, const struct fm_logs_table *from,
                         uint32_t part, uint32_t *map);

/* When the table holds more groups than its maximum: keeps the severe, the frequent and the recent
 * ones. Leaf numbers stay valid; evicted leaves belong to `other`. */
void fm_logs_table_shrink(struct fm_logs_table *t);

/* Adds counts and slots of `from`, which lies behind `into` in the input and has as many slots. */
void fm_logs_template_merge(struct fm_logs_table *t, struct fm_logs_template *into,
                            const struct fm_logs_template *from);

/* The same without slots: counts, levels, times, rate and examples. */
void fm_logs_counts_merge(struct fm_arena *a, struct fm_logs_template *into,
                          const struct fm_logs_template *from);

/* --- slots (slot.c) --- */
void fm_logs_slots_init(struct fm_logs_table *t, struct fm_logs_group *g,
                        const struct fm_logs_seen *seen);
void fm_logs_slots_add(struct fm_logs_table *t, struct fm_logs_group *g,
                       const struct fm_logs_seen *seen, const struct fm_logs_shape *shape);
/* Adds slot k of `from_tpl`, which lies behind `into_tpl` in the input, to slot i of `into_tpl`. */
void fm_logs_slot_merge(struct fm_logs_table *t, struct fm_logs_template *into_tpl, uint32_t i,
                        const struct fm_logs_template *from_tpl, uint32_t k);

/* Counts a word that turned out to be a value of slot i. */
void fm_logs_slot_word(struct fm_logs_table *t, struct fm_logs_slot *s, fm_str word,
                       uint64_t count);
/* Deep copy into t's arena. */
void fm_logs_slot_copy(struct fm_logs_table *t, struct fm_logs_slot *to,
                       const struct fm_logs_slot *from);
bool fm_logs_number(enum fm_logs_value_type type, fm_str text, fm_str unit, double *out);

#endif
