/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logs whose records are blocks of lines, one named value a line: the Journal Export Format
 * (systemd.io/JOURNAL_EXPORT_FORMATS, with its length-prefixed binary values), events of Windows as
 * Event Viewer, wevtutil and Get-WinEvent | Format-List print them, and JSON objects over several
 * lines (journalctl -o json-pretty).
 *
 * A record stands at the line where its message begins; the other lines of its block continue it.
 * Each line is judged from the text around it, so that parts of an input can begin inside a block.
 */
#ifndef FM_PROCESSING_LOGS_BLOCK_H
#define FM_PROCESSING_LOGS_BLOCK_H

#include "processing/logs/structured.h"

enum fm_logs_block_kind {
    FM_LOGS_BLOCK_NONE,
    FM_LOGS_BLOCK_JOURNAL,
    FM_LOGS_BLOCK_LIST,
    FM_LOGS_BLOCK_JSON
};

#define FM_LOGS_BLOCK_MAX ((size_t)1 << 20) /* longer ones end there */

struct fm_logs_block {
    enum fm_logs_block_kind kind;
    fm_str head; /* what the first line of every block begins with */
    fm_str text; /* the whole input */
};

/* The block at hand. One per thread. */
struct fm_logs_block_state {
    fm_str block;           /* p NULL before the first line */
    const char *message_at; /* NULL: the block has no message */
};

/* Finds out whether text is such a log. */
bool fm_logs_block_learn(fm_str text, struct fm_logs_block *out);

/* "journal-export", "windows-event", "json-pretty". */
fm_str fm_logs_block_name(enum fm_logs_block_kind k);

/* True when the record of its block stands at this line, and fills it. */
bool fm_logs_block_line(const struct fm_logs_block *b, struct fm_logs_block_state *bs,
                        struct fm_logs_structured_state *s, fm_str line,
                        struct fm_logs_record *out);

#endif
