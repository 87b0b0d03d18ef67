/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading bulk JSON without a tree: a cursor that walks values in order and hands out the bytes
 * they stand on.
 *
 * For series and spans, where a tree would cost many times the input. Nothing is allocated. A
 * damaged text sets `is_broken` and every call then returns false or an empty string: loops end by
 * themselves, ask once at the end.
 *
 *     if (fm_scan_object(&s))
 *         for (fm_str key; fm_scan_member(&s, &key);)
 *             if (fm_str_eqc(key, "name")) name = fm_scan_text(&s);
 *             else fm_scan_skip(&s);
 *
 * Every member and item must be consumed by exactly one reading call.
 */
#ifndef FAULTMAVEN_CORE_PROCESSING_JSON_SCAN_H
#define FAULTMAVEN_CORE_PROCESSING_JSON_SCAN_H

#include "faultmaven/base/str.h"

#define FM_SCAN_DEPTH_MAX 128

struct fm_scan {
    const char *p, *end;
    bool is_broken;
};

struct fm_scan fm_scan_init(fm_str text);

/* First byte of the next value, or 0 at the end. */
char fm_scan_peek(struct fm_scan *s);

/* Enters an object or array; any other value is skipped and gives false. */
bool fm_scan_object(struct fm_scan *s);
bool fm_scan_array(struct fm_scan *s);

/* Next member (its key without quotes, escapes kept) or item; false behind the last one, which is
 * then left. */
bool fm_scan_member(struct fm_scan *s, fm_str *key);
bool fm_scan_item(struct fm_scan *s);

/* Skips a value of any kind and returns its bytes. */
fm_str fm_scan_skip(struct fm_scan *s);

/* A scalar's text: of a string without its quotes and with escapes kept, else as written. Objects
 * and arrays give "". */
fm_str fm_scan_text(struct fm_scan *s);

/* text with JSON escapes decoded (RFC 8259 section 7); the same bytes when there are none. A lone
 * surrogate becomes U+FFFD, an unknown escape the character behind it. */
fm_str fm_scan_decode(struct fm_arena *a, fm_str text);

#endif
