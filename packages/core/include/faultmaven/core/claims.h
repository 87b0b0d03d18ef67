/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sentences of a model's answer against what they cite. A sentence passes unmarked when
 *
 *   - it only asks, requests or greets: an imperative or a question that states nothing; or
 *   - every id in it names an item of the case, every quote in it stands in the cited item, and one
 *     window of what it cites carries the whole of it: all of its telling words and numbers in
 *     the same order, numbers with the same units, and as many negations as the window has.
 *
 * A window is one line of evidence, one sentence of a user's message, one fact of the program
 * (core/inquiry.h), or the text of one item of the case. A sentence that speaks of a cause needs a
 * cause that the rules hold: a root cause in force, a validated hypothesis, or a cause of the
 * diagnosis at likelihood 0.5 or more. One line, not the whole item, because a large log holds
 * every word.
 *
 * An id that does not exist or a quote that stands nowhere is an invention: the sentence is taken
 * out. Everything else that fails is marked "(unverified)", with the line of the cited evidence
 * that comes nearest. This looks at words and never at meaning: what it lets through says what its
 * source says, in the source's words.
 *
 * An answer is cut behind 12,000 bytes, and says so.
 *
 * Citations in a sentence: [ev_12ab34cd56ef], [ev_12ab34cd56ef#1840+92] (byte offset and length),
 * and ids of other items.
 */
#ifndef FAULTMAVEN_CORE_CLAIMS_H
#define FAULTMAVEN_CORE_CLAIMS_H

#include "faultmaven/core/inquiry.h"
#include "faultmaven/models/proposal.h"
#include "faultmaven/models/reasoner.h"

struct fm_claim_sources {
    const struct fm_case *c;
    struct fm_evidence_reader *evidence;  /* may be NULL: then extracts only */
    const struct fm_inquiry *inquiry;     /* may be NULL: then no facts of the program */
    fm_str message;                       /* of the user in this turn */
    const struct fm_inquiry_facts *extra; /* more texts by id (evidence that is only proposed); may
                                        be NULL */
};

enum fm_claim_verdict { FM_CLAIM_PASSES, FM_CLAIM_MARKED, FM_CLAIM_REMOVED };

struct fm_checked {
    fm_str text;
    size_t n_sentences, n_marked, n_removed;
    bool has_open_cause;   /* a sentence named a cause that the rules do not hold */
    struct fm_cites cites; /* what the passing sentences rest on, with the place of the window */
};

/* Checks an answer sentence by sentence. Result on ctx's arena. */
void fm_claims_check(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                     struct fm_checked *out);

/*
 * The same for a text that comes in pieces: each sentence goes to `shown` as soon as it is whole
 * and checked, with its mark and the blanks behind it. The concatenation is the text of
 * fm_claim_stream_end.
 */
struct fm_claim_stream;
struct fm_claim_sink {
    void (*shown)(void *arg, fm_str text); /* NULL: nobody listens */
    void *arg;
};
struct fm_claim_stream *fm_claim_stream_new(struct fm_ctx *ctx, const struct fm_claim_sources *k,
                                            struct fm_claim_sink sink);
void fm_claim_stream_feed(struct fm_claim_stream *x, fm_str part);
void fm_claim_stream_end(struct fm_claim_stream *x, struct fm_checked *out);
void fm_claim_stream_free(struct fm_claim_stream *x);

/* ---- statements of changes ---- */

/* What an id of evidence or of a user's message stands for; "" for other ids. */
fm_str fm_claim_source(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str id);

/* All telling words and numbers of text stand in source, in any order. */
bool fm_claim_words_stand(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                          fm_str source);

/* The same in their order, with as many negations as source has. */
bool fm_claim_is_within(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                        fm_str source);

/* States no cause, deed, or state of the system, and no number that user and program have not
 * named: a plan, a request, a name. */
bool fm_claim_is_harmless(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text);

/* Telling words of text that stand in source. */
size_t fm_claim_words_shared(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                             fm_str source);

/* The line of evidence, or the sentence of a message, that holds the quote; "" when it stands
 * nowhere there. */
fm_str fm_claim_quoted_line(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str id,
                            fm_str quote);

/* A statement with citations beside it, as changes have: true when each of its sentences is carried
 * by one window of what is cited. */
bool fm_claim_stands(struct fm_ctx *ctx, const struct fm_claim_sources *k, fm_str text,
                     const struct fm_cites *cites);

#endif
