/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the lines of one input are cut into records: learned once from its beginning, then read-only,
 * any thread.
 *
 * An outer form (a known format, JSON, logfmt, a table, or a header that was learned) holds the
 * time and a message; the message may have a form of its own (the application's line inside a
 * container log), of which time, level and component count when the outer form has none.
 */
#ifndef FAULTMAVEN_CORE_LOGS_LAYOUT_H
#define FAULTMAVEN_CORE_LOGS_LAYOUT_H

#include "processing/logs/block.h"
#include "processing/logs/format.h"
#include "processing/logs/header_memo.h"
#include "processing/logs/structured.h"

#define FM_LOGS_CHAIN_MAX 8
#define FM_LOGS_HEADERS_MAX 12

enum fm_logs_outer {
    FM_LOGS_OUTER_PLAIN,
    FM_LOGS_OUTER_GENERIC,
    FM_LOGS_OUTER_FORMAT,
    FM_LOGS_OUTER_JSON,
    FM_LOGS_OUTER_LOGFMT,
    FM_LOGS_OUTER_CSV,
    FM_LOGS_OUTER_BLOCK
};

struct fm_logs_layout {
    fm_str format;
    enum fm_logs_outer outer;
    struct fm_logs_program
        chain[FM_LOGS_CHAIN_MAX]; /* formats that lines have, the commonest first */
    uint8_t n_chain;
    const char *chain_name; /* of the first of them */
    struct fm_logs_header
        headers[FM_LOGS_HEADERS_MAX]; /* layouts of lines, the one of the first lines first */
    uint8_t n_headers;
    struct fm_logs_header inner;
    bool has_inner, has_json, has_logfmt; /* some lines, or messages, are of that form */
    bool is_mixed; /* lines of no common form: each is looked at on its own */
    struct fm_logs_columns columns;
    struct fm_logs_block block;
    struct fm_timestamp_base base;
};

/* What reading lines remembers from one to the next. One per part of the input. */
struct fm_logs_line_state {
    struct fm_timestamp_cache cache[FM_LOGS_HEADERS_MAX], format_cache, inner_cache;
    struct fm_logs_header_memo memo;
    struct fm_logs_structured_state outer, inner;
    struct fm_logs_block_state block;
    fm_time t; /* of the record at hand */
    enum fm_logs_level level;
    bool has_record;
    uint8_t header;  /* the layout that the last line with a header had */
    bool had_header; /* the last line had a learned header though the outer form is another */
};

void fm_logs_layout_learn(struct fm_logs_layout *l, struct fm_ctx *ctx, fm_str text,
                          const struct fm_logs_options *opt);
void fm_logs_line_state_init(struct fm_logs_line_state *s);

/* Cuts the line. True when it continues the record before it (then t and level are that record's).
 */
bool fm_logs_layout_line(const struct fm_logs_layout *l, struct fm_logs_line_state *s, fm_str line,
                         struct fm_logs_record *out);

#endif
