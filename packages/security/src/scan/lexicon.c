/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/lexicon.h"

#include "faultmaven/base/ctx.h"
#include "rules/rule.h"

/* ASCII letters folded to lower case; digits and "_" map to other values, but one to one within a
 * word of letters. */
static uint64_t load8(const char *p, size_t n, size_t avail)
{
    uint64_t v = 0;
    if (avail >= 8)
        memcpy(&v, p, 8);
    else
        memcpy(&v, p, n < 8 ? n : 8);
    if (n < 8)
        v &= (1ULL << (8 * n)) - 1;
    return v | (0x2020202020202020ULL & (n < 8 ? (1ULL << (8 * n)) - 1 : ~0ULL));
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15ULL;
    return h ^ h >> 32;
}

static uint64_t hash_word(const char *p, size_t n, size_t avail)
{
    uint64_t h = n;
    size_t i = 0;
    if (n <= 8)
        return mix(h, load8(p, n, avail)) | 1;
    for (; i + 8 < n; i += 8)
        h = mix(h, load8(p + i, 8, avail - i));
    return mix(h, load8(p + i, n - i, avail - i)) | 1;
}

void fm_lexicon_init(struct fm_lexicon *x)
{
    memset(x, 0, sizeof *x);
    FM_ASSERT(fm_lexicon_count < FM_LEXICON_SLOTS / 2);
    for (size_t i = 0; i < fm_lexicon_count; i++) {
        const char *w = fm_lexicon_words[i].word;
        size_t n = strlen(w);
        uint64_t h = hash_word(w, n, n);
        unsigned start = n >= 3 ? fm_rule_hash(w, 0x202020) : 0;
        x->seen[start >> 6] |= 1ULL << (start & 63);
        size_t at = h >> 40 & (FM_LEXICON_SLOTS - 1);
        while (x->slots[at].hash && x->slots[at].hash != h)
            at = (at + 1) & (FM_LEXICON_SLOTS - 1);
        x->slots[at].hash = h;
        x->slots[at].flags |= fm_lexicon_words[i].flags;
    }
}

uint64_t fm_lexicon_find(const struct fm_lexicon *x, const char *p, size_t n, size_t avail)
{
    if (n > FM_LEXICON_WORD_MAX || n == 0)
        return 0;
    uint64_t h = hash_word(p, n, avail);
    size_t at = h >> 40 & (FM_LEXICON_SLOTS - 1);
    while (x->slots[at].hash) {
        if (x->slots[at].hash == h)
            return x->slots[at].flags;
        at = (at + 1) & (FM_LEXICON_SLOTS - 1);
    }
    return 0;
}
