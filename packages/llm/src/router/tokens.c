/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Estimate of byte-pair tokens without a vocabulary. Pre-tokenisers of current models split text
 * into words with a leading blank, runs of at most three digits, runs of punctuation and line ends;
 * common words are one token, longer ones about one per four letters after the first six.
 * Hexadecimal and identifiers come out right because letters and digits alternate. The router
 * corrects the estimate per model by the usage that the provider reports.
 */
#include "faultmaven/llm/router.h"

enum kind { BLANK, LETTER, DIGIT, PUNCT, NEWLINE, WIDE };

static enum kind kind_of(unsigned char c)
{
    if (c >= 0x80)
        return WIDE;
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return LETTER;
    if (c >= '0' && c <= '9')
        return DIGIT;
    if (c == '\n' || c == '\r')
        return NEWLINE;
    return c == ' ' || c == '\t' ? BLANK : PUNCT;
}

/* In tenths of a token. */
static int64_t cost_of(enum kind k, size_t n)
{
    switch (k) {
    case LETTER:
        return n <= 6 ? 10 : 10 + (int64_t)(n - 6) * 10 / 4;
    case DIGIT:
        return (int64_t)((n + 2) / 3) * 10;
    case PUNCT:
        return n == 1 ? 9 : (int64_t)(n + 1) * 10 / 3;
    case NEWLINE:
        return 10;
    case BLANK:
        return n == 1 ? 0 : 10; /* one blank belongs to the word behind it */
    case WIDE:
        return (int64_t)n * 10 * 2 / 5; /* two to three bytes a token in most scripts */
    }
    return 0;
}

int64_t fm_llm_tokens(fm_str text)
{
    int64_t tenths = 0;
    for (size_t i = 0; i < text.len;) {
        enum kind k = kind_of((unsigned char)text.p[i]);
        size_t n = 1;
        while (i + n < text.len && kind_of((unsigned char)text.p[i + n]) == k)
            n++;
        tenths += cost_of(k, n);
        i += n;
    }
    return (tenths + 9) / 10;
}

/* Roles, separators and the frame of a tool cost a few tokens each. */
int64_t fm_llm_request_tokens(const struct fm_llm_request *r)
{
    int64_t n = 3;
    for (size_t i = 0; i < r->n_messages; i++) {
        const struct fm_llm_message *m = &r->messages[i];
        n += 4 + fm_llm_tokens(m->text);
        for (size_t k = 0; k < m->n_calls; k++)
            n += 6 + fm_llm_tokens(m->calls[k].name) + fm_llm_tokens(m->calls[k].arguments);
    }
    for (size_t i = 0; i < r->n_tools; i++)
        n += 8 + fm_llm_tokens(r->tools[i].name) + fm_llm_tokens(r->tools[i].description) +
             fm_llm_tokens(r->tools[i].schema);
    if (r->format == FM_LLM_FORMAT_SCHEMA)
        n += fm_llm_tokens(r->schema);
    return n;
}
