/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The egress gate: the one function through which every byte bound for a model, an embedder, a web
 * search or a webhook passes. It returns a `struct fm_cleared`, which nothing else can make; the
 * HTTP client for such traffic (packages/llm/net) takes its body only in this form. On any error
 * nothing is returned and nothing may be sent.
 *
 *     struct fm_egress_request q = {.kind = FM_EGRESS_MODEL, .origin = "turn 7 prompt", .receiver =
 * "openai", .is_local = false, .format = FM_EGRESS_JSON, .body = body}; const struct fm_cleared *c;
 *     FM_TRY(fm_egress_pass(gate, ctx, &q, &c));
 *     FM_TRY(fm_llm_http_post(client, ctx, c, …));
 *
 * A retry or a failover to another receiver passes the *original* body again, with the new
 * receiver's `is_local`: that re-applies the stricter policy. The cleared body of a local receiver
 * is refused by fm_cleared_body for an external one.
 */
#ifndef FAULTMAVEN_SECURITY_EGRESS_H
#define FAULTMAVEN_SECURITY_EGRESS_H

#include "faultmaven/base/hash.h"
#include "faultmaven/security/detector.h"
#include "faultmaven/security/redact.h"

enum fm_egress_kind {
    FM_EGRESS_MODEL,
    FM_EGRESS_EMBEDDER,
    FM_EGRESS_WEB_SEARCH,
    FM_EGRESS_WEBHOOK,
    FM_EGRESS_KIND_COUNT
};

enum fm_egress_format {
    FM_EGRESS_TEXT,
    FM_EGRESS_JSON, /* every string and every member name is redacted on its own; the structure
                       stays as it was */
    FM_EGRESS_TREE, /* the same for JSON that was not written yet: `tree`, which is changed in place
                     */
};

#define FM_EGRESS_BODY_MAX (16u * 1024 * 1024)

struct fm_egress_request {
    enum fm_egress_kind kind;
    enum fm_egress_format format;
    const char *origin;   /* where the text comes from, for the receipt; never the text itself */
    const char *receiver; /* provider or host, for the receipt */
    bool is_local;        /* the receiver runs on this machine or in the operator's own network, by
                             configuration */
    fm_str body;
    struct yyjson_mut_doc *tree; /* on the memory of the context that passes it */
};

struct fm_egress_receipt {
    enum fm_egress_kind kind;
    enum fm_policy_name policy;
    unsigned policy_version; /* FM_POLICY_VERSION */
    bool is_local;
    char origin[64];
    char receiver[64];
    size_t counts[FM_SENSITIVE_COUNT];
    size_t total;
    size_t external_hits;       /* of `total`, found by the external detector */
    char sha256[FM_SHA256_HEX]; /* of the body that may leave */
    fm_time at;
};

struct fm_cleared; /* opaque; in the context's arena */
struct fm_egress;

/*
 * Verdicts on texts that passed before, for a receiver of many requests that repeat their beginning
 * (conversations). Redaction is deterministic, so a verdict is used again only for the same text,
 * rules, key and contents of the map; texts are compared byte by byte. Holds at most max_bytes;
 * what nobody asked for during 15 minutes goes with the next use. One thread; must not outlive the
 * redactors of its gates.
 */
struct fm_egress_memo;
struct fm_egress_memo *fm_egress_memo_new(size_t max_bytes);
void fm_egress_memo_free(struct fm_egress_memo *m);

struct fm_egress_options {
    const struct fm_redactor *external; /* for receivers that are not local; required */
    const struct fm_redactor *local;    /* for local ones; NULL: as `external` */
    struct fm_pseudonyms *map;          /* the case's map; required */
    struct fm_egress_memo *memo;        /* NULL: every text is looked at */
    struct fm_detector *detector; /* a further detector, or NULL; its failure closes the gate */
    /* Makes the map durable; called for each body that was cleared, before it is handed out. A
     * failure closes the gate. May be NULL. */
    enum fm_code (*keep)(void *arg, struct fm_ctx *ctx);
    void (*on_receipt)(void *arg, const struct fm_egress_receipt *r); /* audit; may be NULL */
    void *arg;
};

/* Borrowed parts must outlive the gate. FM_EREJECTED when `external` has the policy
 * off-for-local-models. One thread at a time (it writes the case's map). */
FM_MUST_CHECK enum fm_code fm_egress_new(struct fm_ctx *ctx, const struct fm_egress_options *opts,
                                         struct fm_egress **out);
void fm_egress_free(struct fm_egress *g);

/* FM_ELIMIT: body over FM_EGRESS_BODY_MAX. FM_EINVAL: body is not UTF-8 / not JSON.
 * FM_EUNAVAILABLE, FM_EUPSTREAM, FM_ETIMEOUT: the detector failed. What `keep` failed with. The
 * error text never quotes the body. */
FM_MUST_CHECK enum fm_code fm_egress_pass(struct fm_egress *g, struct fm_ctx *ctx,
                                          const struct fm_egress_request *req,
                                          const struct fm_cleared **out);

/* The bytes that may leave; FM_EFORBIDDEN when they were cleared for a local receiver and this one
 * is not. */
FM_MUST_CHECK enum fm_code fm_cleared_body(const struct fm_cleared *c, struct fm_ctx *ctx,
                                           bool is_local_receiver, fm_str *out);
/* The same in `to`, so that what the passage took can go before the body is sent. */
const struct fm_cleared *fm_cleared_move(const struct fm_cleared *c, struct fm_arena *to);
const struct fm_egress_receipt *fm_cleared_receipt(const struct fm_cleared *c);

/* Text for logs, traces, metrics and error messages: the same rules, masked, never fails; text that
 * cannot be looked at (too long) becomes "<withheld>". Result in the context's arena. */
fm_str fm_egress_scrub(const struct fm_redactor *r, struct fm_ctx *ctx, fm_str text);

#endif
