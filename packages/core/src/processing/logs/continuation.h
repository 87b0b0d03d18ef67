/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that belong to the record before them: stack traces of the usual runtimes, and indented
 * text. */
#ifndef FAULTMAVEN_CORE_LOGS_CONTINUATION_H
#define FAULTMAVEN_CORE_LOGS_CONTINUATION_H

#include "faultmaven/base/str.h"

bool fm_logs_is_continuation(fm_str line);

/* "java.net.ConnectException: Connection refused", "System.TimeoutException: …", "ValueError: …": a
 * line that begins with the name of an exception. */
bool fm_logs_is_exception(fm_str line);

#endif
