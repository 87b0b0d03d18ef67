/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of metrics and columns as words: "PodClientLatencyP90(s)" → pod client latency p90,
 * "stock-db_lat_50" → carts db lat 50.
 */
#ifndef FAULTMAVEN_CORE_PROCESSING_WORDS_H
#define FAULTMAVEN_CORE_PROCESSING_WORDS_H

#include "faultmaven/base/str.h"

#define FM_WORDS_MAX 24
#define FM_WORD_LEN_MAX 32

struct fm_word {
    char text[FM_WORD_LEN_MAX]; /* lower case; cut when longer */
    uint32_t offset;            /* in the name */
};

struct fm_words {
    struct fm_word items[FM_WORDS_MAX];
    size_t n;
};

/* Splits at separators, at a lower-to-upper change, before the last of several capitals
 * ("HTTPServer" → http server), and between digits and a following letter. Text in (…), […] is left
 * out: it is a unit. */
void fm_words_split(fm_str name, struct fm_words *out);

bool fm_words_has(const struct fm_words *w, const char *word);

/* Any of a list that ends with NULL. */
bool fm_words_has_any(const struct fm_words *w, const char *const *list);

#endif
