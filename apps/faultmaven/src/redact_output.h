/* SPDX-License-Identifier: Apache-2.0 */
/* The output formats of `faultmaven redact`, fed piece by piece. */
#ifndef FM_APP_REDACT_OUTPUT_H
#define FM_APP_REDACT_OUTPUT_H

#include "cli.h"
#include "faultmaven/security/stream.h"

enum redact_format {
    REDACT_TEXT,
    REDACT_SPANS,
    REDACT_JSON,
    REDACT_REPORT,
    REDACT_FINDINGS /* --check: FILE:LINE:START-END: type by rule, without the value */
};

struct redact_output {
    struct fm_cli *cli;
    const struct fm_redactor *redactor;
    struct fm_replacer *replacer; /* owned */
    struct fm_slot_source *slots; /* borrowed */
    enum redact_format format;
    bool should_explain;
    const char *file; /* named in json and report */
    int fd;
    struct fm_buf buf;
    uint64_t lines, bytes, total;
    uint64_t counts[FM_SENSITIVE_COUNT];
    uint64_t *rule_counts; /* one per rule */
};

void redact_output_init(struct redact_output *o, struct fm_cli *cli, const struct fm_redactor *r,
                        struct fm_pseudonyms *map);
void redact_output_release(struct redact_output *o);

/* An fm_redact_piece_fn; arg is the output. */
enum fm_code redact_output_piece(void *arg, const struct fm_redact_piece *piece,
                                 struct fm_findings found);

/* Writes what is buffered to fd. */
FM_MUST_CHECK enum fm_code redact_output_flush(struct redact_output *o);

/* The report of everything seen, to fd. */
FM_MUST_CHECK enum fm_code redact_output_report(struct redact_output *o);

#endif
