/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matchers of values inside log text: each looks at bytes that begin at `p` (a token border: the
 * byte before is no word byte) and returns how many bytes the value takes, or 0. They never read at
 * or behind `end`, keep no state, and cost at most the length of what they match. What each masks
 * is described in docs/internals/log-templates.md.
 */
#ifndef FAULTMAVEN_CORE_LOGS_VALUE_H
#define FAULTMAVEN_CORE_LOGS_VALUE_H

#include <stddef.h>

#include "faultmaven/core/logs_value.h"
#include "processing/logs/chars.h"

/* A run of word bytes joined by single . - @ */
struct fm_logs_word {
    const char *p;
    size_t len;
    unsigned mask; /* classes of its bytes, joined */
    unsigned dots, dashes, ats;
};

/* The word at p; p must be at a word byte. Returns its end. */
const char *fm_logs_word_scan(const char *p, const char *end, struct fm_logs_word *w);

/* Date and clock, many forms, as one value. Asked only where fm_logs_may_be_time: that depends on
 * where digits stand, this also on which they are. */
bool fm_logs_may_be_time(const char *p, const char *end);
size_t fm_logs_match_time(const char *p, const char *end);
size_t fm_logs_match_clock(const char *p, const char *end); /* mm:ss, h:mm:ss, with a fraction */
size_t fm_logs_match_uuid(const char *p, const char *end);  /* RFC 4122 text form */
size_t fm_logs_match_mac(const char *p, const char *end);   /* six or more hex pairs with colons */
size_t fm_logs_match_ipv4(const char *p, const char *end);  /* a.b.c.d, with :port or /prefix */
size_t fm_logs_match_ipv6(const char *p, const char *end);  /* RFC 4291 text form */
size_t fm_logs_match_bus(const char *p, const char *end);   /* 00:1e.0 and 0000:00:1e.0 (PCI) */
size_t fm_logs_match_url(const char *p, const char *end);   /* scheme://... */
size_t fm_logs_match_path(const char *p, const char *end);  /* /a/b ./a ../a C:\a, with ?query */
size_t fm_logs_match_number(const char *p,
                            const char *end); /* [sign] digits [.digits] [glued unit] */
size_t fm_logs_match_unit(const char *p,
                          const char *end); /* " KB", " bytes (4.4 KB)" behind a number */
size_t fm_logs_match_request(const char *p, const char *end); /* " HTTP/1.1" behind a path */
size_t fm_logs_match_port(const char *p, const char *end);    /* ":8080" */

/* True for host names, addresses in reverse order and other dotted names that are values, not words
 * of the text. */
bool fm_logs_word_is_name(const struct fm_logs_word *w);
/* 0x..., six or more hex digits with a decimal one among them, eight letters a-f. */
bool fm_logs_word_is_hex(const struct fm_logs_word *w);
/* true false null nil None in their usual cases. */
bool fm_logs_word_is_bool(const struct fm_logs_word *w);
/* Jan, January, Mon, Monday ... in English, any case. */
bool fm_logs_word_is_month(const char *p, size_t len);
bool fm_logs_word_is_weekday(const char *p, size_t len);

#endif
