/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a log header, one after the other: what a reader of an unknown log sees before the
 * message begins. */
#ifndef FAULTMAVEN_CORE_LOGS_FIELD_H
#define FAULTMAVEN_CORE_LOGS_FIELD_H

#include "processing/logs/level.h"

enum fm_logs_field_kind {
    FM_LOGS_FIELD_END,
    FM_LOGS_FIELD_LEVEL,     /* INFO, [warn], <error>, and single letters before a tag */
    FM_LOGS_FIELD_SEPARATOR, /* - -- | : => -> standing alone */
    FM_LOGS_FIELD_INT,       /* 1702, #126554 */
    FM_LOGS_FIELD_BRACKET,   /* [...], (...), <...>, {...}, with one nesting */
    FM_LOGS_FIELD_TAG,       /* name: name[pid]: name(x)[pid]: "name 1.2:" "name   :" */
    FM_LOGS_FIELD_DOTTED,    /* a.b.C */
    FM_LOGS_FIELD_PIPE,      /* text up to "|" */
    FM_LOGS_FIELD_COLUMN,    /* a word padded with three or more blanks, or before a tab */
    FM_LOGS_FIELD_WORD,
};

struct fm_logs_header_field {
    enum fm_logs_field_kind kind;
    fm_str text; /* what counts: the name of a tag, the inside of a bracket */
    fm_str pid;  /* of a tag */
    enum fm_logs_level level;
    const char *next; /* where the next field begins, behind blanks */
    const char *far;  /* no byte from here on was looked at; behind the end when the end was seen */
};

/* The field at p; p is at no blank. Pipe fields are only looked for when has_pipes. */
void fm_logs_header_field(const char *p, const char *end, bool has_pipes,
                          struct fm_logs_header_field *out);

#endif
