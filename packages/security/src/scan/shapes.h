/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes that were seen: what a mask says about every line that has it, so that the next such line
 * costs a look-up and the detectors that were put off (later.h). A shape is kept when its mask
 * comes a second time. Memory is bounded: when it is full, all is forgotten. The whole mask is
 * compared, so that what is found never depends on what was seen before.
 */
#ifndef FAULTMAVEN_SECURITY_SCAN_SHAPES_H
#define FAULTMAVEN_SECURITY_SCAN_SHAPES_H

#include "scan/later.h"

/* The answer of the slot source, as of a generation of its topic. */
struct fm_shape_slots {
    uint64_t generation;
    uint32_t n;
    uint8_t topic;
    struct fm_cand cands[FM_SLOTS_LINE_MAX];
};

/* What the first step found out. The arrays are borrowed. */
struct fm_shape {
    const char *mask;
    const struct fm_word *words;
    const struct fm_cand *cands;
    const struct fm_finding *found; /* cands, resolved */
    const struct fm_later *later;
    struct fm_shape_slots *slots; /* NULL when there is no source */
    uint64_t kw_any;
    uint64_t contexts[4];
    uint32_t n; /* bytes of the mask */
    uint32_t n_words;
    uint32_t n_cands;
    uint32_t n_found;
    uint32_t n_later;
    uint32_t n_plain;
    uint32_t n_names;
    uint16_t cls_any;
};

/* Longer lines are not kept. */
#define FM_SHAPE_LINE_MAX 4096

struct fm_shapes;
struct fm_shapes *fm_shapes_new(size_t max_bytes);
void fm_shapes_free(struct fm_shapes *x);

/* The shape of the mask, or NULL. *should_keep says that it came before and is worth keeping. */
const struct fm_shape *fm_shapes_find(struct fm_shapes *x, fm_str mask, bool *should_keep);

/* Copies the shape; nothing when it is too large. */
void fm_shapes_keep(struct fm_shapes *x, const struct fm_shape *shape);

#endif
