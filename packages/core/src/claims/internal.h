/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_CORE_CLAIMS_INTERNAL_H
#define FM_CORE_CLAIMS_INTERNAL_H

#include "faultmaven/core/claims.h"

struct claim_cite {
    fm_str id;
    int64_t offset, length; /* length 0: the item as a whole */
};

/* A word that says something, or a number. */
struct claim_token {
    fm_str text;
    fm_str unit;                 /* behind a number; "" when there is none */
    bool is_number, is_negation; /* any word of negation stands for another */
};

struct claim_item {
    fm_str id, text;
};

/* One sentence, taken apart. */
struct claim {
    fm_str text;
    fm_str plain; /* without the citations and the mark at its end */
    FM_VEC(struct claim_cite) cites;
    FM_VEC(fm_str) quotes;
    FM_VEC(struct claim_token) tokens; /* in their order */
    size_t n_negations;
    bool has_unknown_id, is_cause;
};

struct claim_check {
    struct fm_ctx *ctx;
    const struct fm_claim_sources *k;
    FM_VEC(struct claim_item) items; /* texts of items that were read */
};

/* What may carry a sentence. */
enum claim_window_kind {
    CLAIM_WINDOW_EVIDENCE,
    CLAIM_WINDOW_MESSAGE,
    CLAIM_WINDOW_ITEM,
    CLAIM_WINDOW_CAUSE
};
struct claim_window {
    enum claim_window_kind kind;
    fm_str text;
    fm_str id;              /* of the item */
    int64_t offset, length; /* what it rests on in evidence; length 0: the item as a whole */
};
/* Returns false to end the walk. */
typedef bool (*claim_window_fn)(void *arg, const struct claim_window *w);

/* ---- words ---- */

bool claim_is_word_byte(char c);
bool claim_is_digit(char c);
/* Next word of *rest, with '-', '.', '/', '_' and ':' inside it. */
bool claim_next_word(fm_str *rest, fm_str *word);
/* Says nothing about the incident: articles, auxiliaries, hedges, words about citing. */
bool claim_word_is_neutral(fm_str word);
bool claim_word_is_negation(fm_str word);
bool claim_names_cause(fm_str text);
/* One of the words by which a cause is named. */
bool claim_word_is_causal(fm_str word);
/* Index of the effect's reason in "EFFECT because REASON" and the like; 0 without such a word. */
size_t claim_reason_at(fm_str text);
bool claim_tells_deed(fm_str text);
/* A verb or adjective by which something is stated of the system. */
bool claim_states(fm_str text);
/* An imperative or question that states nothing. */
bool claim_is_request(fm_str text);
/* Index behind the token in text at or after `from`, 0 when it is not there: a number as a token of
 * its own with the same unit; a word, or another form of it, from a word's start. */
size_t claim_token_stands(fm_str text, const struct claim_token *t, size_t from);
size_t claim_number_length(fm_str s);
fm_str claim_unit(fm_str behind);

/* ---- parts ---- */

void claim_parse(struct claim_check *x, fm_str text, struct claim *out);
/* Bytes of an id ("ev_…", "hyp_…") at the start of s; 0 when there is none. */
size_t claim_id_length(fm_str s);

/* Bytes of evidence that a quote may be looked for in. */
fm_str claim_item_text(struct claim_check *x, fm_str id);
/* Calls fn for each window of what the claim cites that holds one of its words or numbers. */
void claim_each_window(struct claim_check *x, const struct claim *s, claim_window_fn fn, void *arg);

struct claim_judgement {
    enum fm_claim_verdict verdict;
    bool is_open_cause;
    struct claim_window carrier; /* of a sentence that passes by a window */
    struct claim_window nearest; /* of one that does not; text "" when nothing comes near */
};
void claim_judge(struct claim_check *x, const struct claim *s, struct claim_judgement *out);
/* Every number of it was named by the user or the program. */
bool claim_numbers_are_known(struct claim_check *x, const struct claim *s);
/* One window carries the sentence: its words, in their order. */
bool claim_is_carried_by(const struct claim *s, fm_str text);
/* Every telling word and number stands in text, in any order. */
bool claim_all_stand(const struct claim *s, fm_str text);
size_t claim_count_negations(fm_str text);
/* Whether one window of what is cited carries all of it. */
bool claim_is_carried(struct claim_check *x, const struct claim *s, struct claim_judgement *out);

/* End of the sentence that begins at `from`; 0 when the text ends before that is known and more may
 * come. */
size_t claim_sentence_end(fm_str text, size_t from, bool is_whole);

#endif
