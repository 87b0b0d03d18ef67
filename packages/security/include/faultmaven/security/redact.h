/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redaction: find, replace, restore.
 *
 *     struct fm_redactor *r;                       rules + policy; immutable, shared by threads
 *     struct fm_pseudonyms *map;                   the case's values and placeholders; one thread
 * at a time FM_TRY(fm_redactor_new(ctx, &(struct fm_redactor_options){.policy =
 * FM_POLICY_STANDARD}, &r)); FM_TRY(fm_redact_text(r, ctx, map, text, &out));
 *     ... send out.text, get an answer ...
 *     FM_TRY(fm_redact_restore(map, ctx, answer, &restored));
 *
 * Findings never overlap, never split a UTF-8 sequence, are in order, and depend on the bytes of
 * the text only: not on how it was cut into buffers, not on threads. Redacting redacted text
 * changes nothing. Time is linear in the length. Lines longer than FM_REDACT_LINE_MAX are looked at
 * in pieces that are cut at a blank (else at the limit).
 */
#ifndef FAULTMAVEN_SECURITY_REDACT_H
#define FAULTMAVEN_SECURITY_REDACT_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"
#include "faultmaven/security/policy.h"

#define FM_REDACT_LINE_MAX 65536

struct fm_redactor;
struct fm_pseudonyms;

/* Half-open byte range of the text (or of the line, for fm_redact_scan_line). */
struct fm_finding {
    size_t start;
    size_t end;
    enum fm_sensitive type;
    uint16_t rule; /* for fm_redactor_rule_id and fm_redactor_rule_why */
};

struct fm_findings {
    const struct fm_finding *items;
    size_t n;
};

/* A typed place in a line: says that [start, end) of the line holds a value of `type`, because
 * other lines of the same template hold one there. */
struct fm_slot {
    size_t start;
    size_t end;
    enum fm_sensitive type;
};

#define FM_SLOTS_LINE_MAX 4
#define FM_SLOT_TOPICS 256

struct fm_slots {
    struct fm_slot items[FM_SLOTS_LINE_MAX];
    uint32_t n;
    uint8_t topic;
};

/* Where slots come from. The built-in one learns from the text itself (slots.h); another may know
 * the templates of a log. Asked by the thread that scans. The lines that it sees are masks: digits
 * are "1", numbers in base 16 are "1a1a", lengths and offsets are those of the line. */
struct fm_slot_source {
    const struct fm_slot_source_ops *ops;
    uint64_t generations[FM_SLOT_TOPICS]; /* one changes when answers of its topic may change */
};

struct fm_slot_source_ops {
    /* The slots of the line apart from what was found in it; learns from what was found. Lines with
     * the same mask may be asked about once or each time: the second time teaches nothing, and
     * until the generation of its topic changes the answer is the same. */
    void (*ask)(struct fm_slot_source *s, fm_str mask, struct fm_findings found,
                struct fm_slots *out);
};

struct fm_redactor_options {
    enum fm_policy_name policy;
    const struct fm_redact_policy *custom; /* NULL: the built-in one of `policy` */
    fm_str rules_yaml; /* user rules, allow-lists and actions (docs/redaction.md); may be empty */
    const char *rules_name;      /* for error messages, e.g. the file name */
    bool should_find_private_ip; /* also under the standard policy */
};

/* FM_EINVAL with file, line and reason for bad user rules. */
FM_MUST_CHECK enum fm_code fm_redactor_new(struct fm_ctx *ctx,
                                           const struct fm_redactor_options *opts,
                                           struct fm_redactor **out);
void fm_redactor_free(struct fm_redactor *r);
const struct fm_redact_policy *fm_redactor_policy(const struct fm_redactor *r);
size_t fm_redactor_rule_count(const struct fm_redactor *r);
const char *fm_redactor_rule_id(const struct fm_redactor *r, uint16_t rule);
const char *fm_redactor_rule_why(const struct fm_redactor *r,
                                 uint16_t rule); /* one sentence with the source */

/* Scanning state: candidate memory and the open private-key block. One thread; ≤ 8 MiB. */
struct fm_redact_scan;
struct fm_redact_scan *fm_redact_scan_new(const struct fm_redactor *r);
void fm_redact_scan_free(struct fm_redact_scan *s);
void fm_redact_scan_reset(struct fm_redact_scan *s); /* forgets the open block */
void fm_redact_scan_slots(struct fm_redact_scan *s,
                          struct fm_slot_source *source); /* borrowed; NULL takes it away */

/* Memory for what is remembered of lines (default 8 MiB, taken when a text is longer than a few
 * lines); 0: every line is read anew. Says how fast, never what is found. */
void fm_redact_scan_remember(struct fm_redact_scan *s, size_t max_bytes);

/* The line behind the next one that is scanned, when it is known; borrowed until then. A header of
 * a private key before a lone plain word opens no block. */
void fm_redact_scan_ahead(struct fm_redact_scan *s, fm_str line);

/* Whether the scan wants to know the line behind this one. */
bool fm_redact_wants_ahead(fm_str line);

/* Findings of one line (without its end); valid until the next call. Lines are given in order. */
struct fm_findings fm_redact_scan_line(struct fm_redact_scan *s, fm_str line);

/* Findings of a whole text, offsets in the text; in the context's arena. */
struct fm_findings fm_redact_find(const struct fm_redactor *r, struct fm_ctx *ctx, fm_str text);

struct fm_redacted {
    fm_str text; /* in the context's arena */
    size_t counts[FM_SENSITIVE_COUNT];
    size_t total;
};

/* Replaces. map may be NULL when no action of the policy needs one (mask, partial). */
FM_MUST_CHECK enum fm_code fm_redact_text(const struct fm_redactor *r, struct fm_ctx *ctx,
                                          struct fm_pseudonyms *map, fm_str text,
                                          struct fm_redacted *out);

/* Replaces piece by piece; the streaming form of fm_redact_text. A placeholder ends what it
 * touches, so a piece that was changed is looked at again until nothing new is found; this makes
 * redaction idempotent. One thread. */
struct fm_replacer;

/* Borrows r and map; map may be NULL as above. */
struct fm_replacer *fm_replacer_new(const struct fm_redactor *r, struct fm_pseudonyms *map);
void fm_replacer_free(struct fm_replacer *p);

/* Appends line with the findings replaced. */
FM_MUST_CHECK enum fm_code fm_replacer_add(struct fm_replacer *p, struct fm_ctx *ctx, fm_str line,
                                           struct fm_findings found, struct fm_buf *out);

/* --- the map of a case --- */

#define FM_PSEUDONYMS_MAX 1048576 /* values in a map; FM_ELIMIT beyond */
#define FM_CASE_KEY_BYTES 32

/* key: 32 bytes that belong to this case (fm_case_key); the same key gives the same hashes and
 * forms. */
struct fm_pseudonyms *fm_pseudonyms_new(const uint8_t key[FM_CASE_KEY_BYTES]);
void fm_pseudonyms_free(struct fm_pseudonyms *m);
/* m, which a gate may have borrowed, becomes what `from` is; frees `from`. */
void fm_pseudonyms_become(struct fm_pseudonyms *m, struct fm_pseudonyms *from);
size_t fm_pseudonyms_count(const struct fm_pseudonyms *m);

/* Encrypted by AES-256-GCM under a key derived from the case key; `case_id` is authenticated too.
 * Bytes in ctx's arena. */
FM_MUST_CHECK enum fm_code fm_pseudonyms_seal(const struct fm_pseudonyms *m, struct fm_ctx *ctx,
                                              fm_str case_id, fm_str *out);

/* FM_EFORBIDDEN when key, case or bytes do not fit together; nothing is returned then. */
FM_MUST_CHECK enum fm_code fm_pseudonyms_open(struct fm_ctx *ctx,
                                              const uint8_t key[FM_CASE_KEY_BYTES], fm_str case_id,
                                              fm_str sealed, struct fm_pseudonyms **out);

struct fm_restored {
    fm_str text; /* in the context's arena */
    size_t n_restored;
    size_t n_unknown; /* placeholders that the map does not know; left as they are */
};

/* Puts values back. Survives another letter case, brackets written as entities or escaped, markup
 * around, an inflected ending behind; <EMAIL_1> is never found in <EMAIL_12>. A bare placeholder
 * counts only in upper case. */
FM_MUST_CHECK enum fm_code fm_redact_restore(const struct fm_pseudonyms *m, struct fm_ctx *ctx,
                                             fm_str text, struct fm_restored *out);

#endif
