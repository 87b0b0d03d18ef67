/* SPDX-License-Identifier: Apache-2.0 */
/* What a redactor and a scan hold; shared by the files of scan/, rules/ and replace/. */
#ifndef FAULTMAVEN_SECURITY_SCAN_STATE_H
#define FAULTMAVEN_SECURITY_SCAN_STATE_H

#include "faultmaven/base/map.h"
#include "rules/rule.h"
#include "scan/later.h"
#include "scan/mask.h"
#include "scan/scan.h"
#include "scan/shapes.h"

#define FM_MAP_WORDS (FM_REDACT_LINE_MAX / 64 + 3)
#define FM_NAME_CACHE 1024

/* Memory for shapes, and the line from which on they are looked for: not worth it in short texts.
 */
#define FM_SHAPES_BYTES (8u * 1024 * 1024)
#define FM_SHAPES_FROM 32

struct fm_redactor {
    struct fm_redact_policy policy;
    uint64_t want;
    bool finds_private_ip;
    struct fm_arena arena; /* user rules, allow-list */
    struct fm_rule_set rules;
    struct fm_map allow;
    struct fm_lexicon lexicon;
};

/* One bit per byte of the line. */
struct fm_maps {
    uint64_t word[FM_MAP_WORDS];
    uint64_t digit[FM_MAP_WORDS];
    uint64_t lower[FM_MAP_WORDS];
    uint64_t upper[FM_MAP_WORDS];
    uint64_t nonhex[FM_MAP_WORDS];
    uint64_t high[FM_MAP_WORDS];
    uint64_t slash[FM_MAP_WORDS];
};

struct fm_name_slot {
    uint64_t hash;
    uint8_t strength;
};

enum fm_pem { FM_PEM_NONE, FM_PEM_KEY, FM_PEM_CERT };

struct fm_redact_scan {
    const struct fm_redactor *r;
    struct fm_slot_source *slots;
    enum fm_pem pem;
    fm_str ahead; /* the line behind, or nothing */
    struct fm_word *words;
    struct fm_cand *cands;
    size_t n_cands;
    size_t cap_cands;
    struct fm_finding *found;
    size_t n_found;
    size_t cap_found;
    struct fm_later *later;
    uint32_t n_later;
    uint32_t cap_later;
    struct fm_shapes *shapes; /* NULL until the text is long enough */
    size_t shape_bytes;
    uint32_t n_lines;
    struct fm_name_slot names[FM_NAME_CACHE];
    /* From here on filled line by line, not at the start. */
    struct fm_maps maps;
    uint64_t covered[FM_MAP_WORDS];  /* by any kept span */
    uint64_t hardened[FM_MAP_WORDS]; /* by a kept span that is no secret */
    char mask[FM_REDACT_LINE_MAX + FM_MASK_SLACK];
};

/* Bits of all blocks of n bytes; how many blocks. */
size_t fm_maps_fill(struct fm_maps *maps, const char *p, size_t n);

static inline bool fm_map_any(const uint64_t *map, uint32_t s, uint32_t e)
{
    uint32_t a = s >> 6, b = (e - 1) >> 6;
    if (a == b)
        return (map[a] & (~0ULL << (s & 63)) & (~0ULL >> (63 - ((e - 1) & 63)))) != 0;
    if (map[a] & ~0ULL << (s & 63))
        return true;
    for (uint32_t k = a + 1; k < b; k++)
        if (map[k])
            return true;
    return (map[b] & ~0ULL >> (63 - ((e - 1) & 63))) != 0;
}

/* lex.c: words of the line into scan->words; the slash map is left in scan->maps. */
void fm_lex(struct fm_line *l);

/* pem.c: true when the line belongs to the open block and was proposed as a whole. */
bool fm_pem_continue(struct fm_line *l);
/* Proposes the blocks that begin in the line; leaves the last one open when it does not end here.
 */
void fm_pem_begin(struct fm_line *l);

/* resolve.c: appends as it is. */
void fm_line_keep_cand(struct fm_redact_scan *s, struct fm_cand c);

/* resolve.c: takes away what is on the allow-list; l->p is the line itself. */
void fm_settle_allowed(struct fm_line *l);

/* resolve.c: candidates of the scan to findings. */
void fm_resolve(struct fm_line *l);

#endif
