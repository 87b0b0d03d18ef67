/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoding of a text, told from its bytes, and its form in UTF-8.
 *
 * UTF-16 is known by its byte order mark or, without one, by NUL bytes in every second place. Text
 * that is neither UTF-8 nor UTF-16 and has no well-formed multi-byte character at all is taken as
 * Windows-1252, which contains ISO 8859-1 (WHATWG Encoding Standard, "index windows-1252"). Text
 * that is UTF-8 but for some damaged bytes stays as it is.
 */
#ifndef FM_CORE_INTAKE_ENCODING_H
#define FM_CORE_INTAKE_ENCODING_H

#include "faultmaven/base/buf.h"

enum encoding {
    ENCODING_UTF8, /* or ASCII */
    ENCODING_DAMAGED_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_WINDOWS_1252,
    ENCODING_BINARY, /* no text */
};

enum encoding encoding_detect(fm_str bytes);

/* Name for people, e.g. "UTF-16LE". */
const char *encoding_name(enum encoding e);

/* Appends the UTF-8 form, without a byte order mark. A lone surrogate becomes U+FFFD. */
void encoding_convert(enum encoding e, fm_str bytes, struct fm_buf *out);

#endif
