/* SPDX-License-Identifier: Apache-2.0 */
/* Severity words and numbers of logging systems. */
#ifndef FAULTMAVEN_CORE_LOGS_LEVEL_H
#define FAULTMAVEN_CORE_LOGS_LEVEL_H

#include "faultmaven/core/logs.h"

/* The level that the whole of s names ("WARN", "warning", "err", "SEVERE", "Information"), or
 * FM_LOGS_NONE. Lower, upper or capitalised; "wARN" is no level. */
enum fm_logs_level fm_logs_level_word(fm_str s);

/* Android, glog and klog: V T D I N W E F C A. */
enum fm_logs_level fm_logs_level_letter(char c);

/* Syslog severity (RFC 5424): 0 emergency … 7 debug. */
enum fm_logs_level fm_logs_level_syslog(unsigned severity);

/* HTTP status as text: error for 5xx (RFC 9110), none for others. */
enum fm_logs_level fm_logs_level_http(fm_str status);

/* Bunyan, pino: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
enum fm_logs_level fm_logs_level_tens(int64_t n);

#endif
