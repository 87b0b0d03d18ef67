/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of event a log record is: its level with its code location, or with the words of its
 * message. */
#ifndef FAULTMAVEN_CORE_TRACES_RECORD_KEY_H
#define FAULTMAVEN_CORE_TRACES_RECORD_KEY_H

#include "faultmaven/base/str.h"

#define RECORD_KEY_MAX 192

/*
 * "INFO OrderDao#88" or "ERROR order.go:17" when the record has a code location, else "WARN
 * payment for order was declined": the level and the first words that hold no digit. level may be
 * "": it is then searched in the message. The message may be wrapped in JSON, escaped any number of
 * times. The text is in buf.
 */
fm_str record_key(fm_str level, fm_str message, char buf[RECORD_KEY_MAX], bool *is_error);

/* The code location inside a key, or "". */
fm_str record_key_location(fm_str key);

#endif
