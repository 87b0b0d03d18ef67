/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Placeholders: <EMAIL_3>, <EMAIL>, <EMAIL:9f86d081884c>. One reader serves the scanner, which
 * leaves them alone, and restore, which also accepts what models make of them: <email_3>,
 * &lt;EMAIL_3&gt;, \<EMAIL\_3\>, EMAIL_3.
 */
#ifndef FAULTMAVEN_SECURITY_SCAN_PLACEHOLDER_H
#define FAULTMAVEN_SECURITY_SCAN_PLACEHOLDER_H

#include "scan/scan.h"

struct fm_placeholder {
    size_t start;
    size_t end;
    enum fm_sensitive type;
    uint32_t number; /* 0: a mask or a hash */
    bool is_bare;    /* without brackets */
};

/* The next placeholder at or after `from`; false when there is none. Linear over repeated calls. */
bool fm_placeholder_next(fm_str text, size_t from, struct fm_placeholder *out);

/* Asked of the mask: may the line hold one in brackets? */
bool fm_placeholders_may_stand(const struct fm_line *l);

/* Proposes the placeholders of the line with the highest priority, as spans that are not reported.
 */
void fm_placeholders_protect(struct fm_line *l);

#endif
