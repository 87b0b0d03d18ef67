/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_CORE_INQUIRY_INTERNAL_H
#define FM_CORE_INQUIRY_INTERNAL_H

#include "faultmaven/core/inquiry.h"

#define INQUIRY_LINE_MAX 400 /* bytes of evidence in one line of a result */
#define INQUIRY_LIMIT 20     /* lines, when the model does not say */
#define INQUIRY_LIMIT_MAX 60

/* A tool of the case: the base first. */
struct inquiry_tool {
    struct fm_tool base;
    struct fm_inquiry *q;
    int uses;
};

/* What the case asks of a diagnosis; strings are borrowed from it. */
void fm_inquiry_question(const struct fm_case *c, struct fm_question *ask);

/* The facts of a diagnosis. */
void fm_inquiry_note_diagnosis(struct fm_inquiry *q);

/* Keeps a sentence of the program about the bytes of a span; nothing when the case has no such
 * evidence. */
void fm_inquiry_note(struct fm_inquiry *q, fm_span span, fm_str text);

/* ---- arguments ---- */

struct inquiry_filter {
    fm_str evidence_id, entity, words;
    fm_time since, until; /* FM_TIME_NONE when not given */
    size_t limit;
};

/* evidence_id, entity, words, since, until, limit. Times are RFC 3339, or "onset", "onset-10m",
 * "onset+1h". FM_EINVAL names the member. */
FM_MUST_CHECK enum fm_code inquiry_filter_read(struct fm_inquiry *q, struct fm_ctx *ctx,
                                               yyjson_val *args, struct inquiry_filter *out);
bool inquiry_takes_evidence(const struct fm_inquiry *q, const struct inquiry_filter *f,
                            const struct fm_evidence *e);
bool inquiry_takes_entity(const struct fm_inquiry *q, const struct inquiry_filter *f,
                          fm_entity_id id);
/* All words stand in text. */
bool inquiry_takes_words(const struct inquiry_filter *f, fm_str text);
bool inquiry_takes_time(const struct inquiry_filter *f, fm_time t);

/* ---- results ---- */

/* One line: the place of the span, a blank, text; line ends in text become blanks. */
void inquiry_put(struct fm_inquiry *q, struct fm_buf *out, fm_span span, fm_str text);
/* The same for what the program computed: also kept as a fact. */
void inquiry_put_fact(struct fm_inquiry *q, struct fm_buf *out, fm_span span, fm_str text);
/* First line of the bytes of a span, at most INQUIRY_LINE_MAX of it, valid UTF-8. */
fm_str inquiry_quote(const struct fm_inquiry *q, fm_span span);

extern const struct fm_tool_ops inquiry_list_templates, inquiry_query_logs, inquiry_metric_window,
    inquiry_find_spans, inquiry_trace_tree, inquiry_object_field, inquiry_document_field,
    inquiry_timeline, inquiry_diagnose_again, inquiry_search_knowledge;

#define INQUIRY_FILTER_SCHEMA                                                                      \
    "\"evidence_id\":{\"type\":\"string\"},\"entity\":{\"type\":\"string\"},\"since\":{\"type\":"  \
    "\"string\",\"description\":\"RFC 3339, or onset-10m\"},\"until\":{\"type\":\"string\"},"      \
    "\"limit\":{\"type\":\"integer\"}"

#endif
