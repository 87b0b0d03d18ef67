/* SPDX-License-Identifier: Apache-2.0 */
/* What learning a header (header.c) and reading one (header_parse.c) share. */
#ifndef FAULTMAVEN_CORE_LOGS_HEADER_RULES_H
#define FAULTMAVEN_CORE_LOGS_HEADER_RULES_H

#include "processing/logs/chars.h"
#include "processing/logs/header.h"

#define FM_LOGS_HEADER_WORDS 4   /* plain words in a row end a header */
#define FM_LOGS_HEADER_FIELDS 12 /* that are looked at */
#define FM_LOGS_TAG_WITHIN 5     /* fields */
#define FM_LOGS_TAG_WORDS 2      /* before a tag */
#define FM_LOGS_SEPARATOR_WITHIN 2

static inline const char *fm_logs_skip_blanks(const char *p, const char *end)
{
    while (p < end && fm_ch_is_space(*p))
        p++;
    return p;
}

static inline const char *fm_logs_skip_token(const char *p, const char *end)
{
    while (p < end && !fm_ch_is_space(*p) && *p != '|')
        p++;
    if (p < end && *p == '|')
        p++;
    return fm_logs_skip_blanks(p, end);
}

/* Opening marks before a time stamp. */
static inline const char *fm_logs_skip_opening(const char *p, const char *end)
{
    while (p < end && (fm_ch2(*p) & FM_CH2_OPENING))
        p++;
    return p;
}

static inline const char *fm_logs_skip_closing(const char *p, const char *end)
{
    while (p < end && (fm_ch2(*p) & FM_CH2_CLOSING))
        p++;
    return fm_logs_skip_blanks(p, end);
}

/* The first level word before `to`, which ends a token. */
enum fm_logs_level fm_logs_header_level_before(fm_str line, const char *to);

/* Takes over what a field says: level, component, pid, thread. */
void fm_logs_header_note(struct fm_logs_record *r, const struct fm_logs_header_field *f);

#endif
