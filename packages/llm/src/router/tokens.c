/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimate of byte-pair tokens without a vocabulary. Pre-tokenisers of current models split text
 * into words with a leading blank, runs of at most three digits, runs of punctuation and line ends;
 * common words are one token, longer ones about one per four letters after the first six.
 * Hexadecimal and identifiers come out right because letters and digits alternate. The router
 * corrects the estimate per model by the usage that the provider reports.
 */
#include "faultmaven/base/hash.h"
#include "internal.h"

enum kind { P, B, L, D, N, W }; /* punctuation, blank, letter, digit, new line, wide */

#define WIDE_16 W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W

static const uint8_t kinds[256] = {
    /* clang-format off */
    P, P, P, P, P, P, P, P, P, B, N, P, P, N, P, P,
    P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
    B, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P,
    D, D, D, D, D, D, D, D, D, D, P, P, P, P, P, P,
    P, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, P, P, P, P, P,
    P, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, P, P, P, P, P,
    WIDE_16, WIDE_16, WIDE_16, WIDE_16, WIDE_16, WIDE_16, WIDE_16, WIDE_16,
    /* clang-format on */
};

/* Cost of the n-th character of a run, in 1/300 of a token; the last column stands for all further
 * ones. One step a character and no branch: a prompt has thousands of short runs. */
#define RUN_MAX 7
#define UNIT 300

static const uint16_t costs[][RUN_MAX + 1] = {
    [P] = {270, 30, 100, 100, 100, 100, 100, 100},
    [B] = {0, 300, 0, 0, 0, 0, 0, 0}, /* one blank belongs to the word behind it */
    [L] = {300, 0, 0, 0, 0, 0, 75, 75},
    [D] = {300, 0, 0, 300, 0, 0, 300, 100},
    [N] = {300, 0, 0, 0, 0, 0, 0, 0},
    [W] = {120, 120, 120, 120, 120, 120, 120, 120}, /* 2 to 3 bytes a token in most scripts */
};

int64_t fm_llm_tokens(fm_str text)
{
    static const uint8_t next[RUN_MAX + 1] = {1, 2, 3, 4, 5, 6, 7, 7};
    int64_t sum = 0;
    unsigned before = UINT8_MAX, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned k = kinds[(unsigned char)text.p[i]];
        run = next[run] & -(unsigned)(k == before);
        sum += costs[k][run];
        before = k;
    }
    return (sum + UNIT - 1) / UNIT;
}

#define MEMO_MIN 256 /* bytes; shorter texts are counted faster than found */

static int64_t text_tokens(struct fm_llm_router *r, fm_str text)
{
    if (!r || text.len < MEMO_MIN)
        return fm_llm_tokens(text);
    uint64_t hash = fm_hash64(text);
    struct token_memo *m = &r->tokens[hash % TOKEN_MEMO];
    if (m->hash != hash)
        *m = (struct token_memo){hash, fm_llm_tokens(text)};
    return m->tokens;
}

/* Roles, separators and the frame of a tool cost a few tokens each. */
static int64_t request_tokens(struct fm_llm_router *memo, const struct fm_llm_request *r)
{
    int64_t n = 3;
    for (size_t i = 0; i < r->n_messages; i++) {
        const struct fm_llm_message *m = &r->messages[i];
        n += 4 + text_tokens(memo, m->text);
        for (size_t k = 0; k < m->n_calls; k++)
            n += 6 + fm_llm_tokens(m->calls[k].name) + text_tokens(memo, m->calls[k].arguments);
    }
    for (size_t i = 0; i < r->n_tools; i++)
        n += 8 + fm_llm_tokens(r->tools[i].name) + text_tokens(memo, r->tools[i].description) +
             text_tokens(memo, r->tools[i].schema);
    if (r->format == FM_LLM_FORMAT_SCHEMA)
        n += text_tokens(memo, r->schema);
    return n;
}

int64_t fm_llm_request_tokens(const struct fm_llm_request *r)
{
    return request_tokens(NULL, r);
}

int64_t fm_llm_estimate(struct fm_llm_router *r, const struct fm_llm_request *q)
{
    pthread_mutex_lock(&r->lock);
    int64_t n = request_tokens(r, q);
    pthread_mutex_unlock(&r->lock);
    return n;
}
