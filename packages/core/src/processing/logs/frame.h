/* SPDX-License-Identifier: Apache-2.0 */
/* The place in the program's own code that a stack trace names. */
#ifndef FAULTMAVEN_CORE_LOGS_FRAME_H
#define FAULTMAVEN_CORE_LOGS_FRAME_H

#include "faultmaven/base/str.h"

/*
 * The frame nearest to the error that is not of a library, of the record of `text` that line `at`
 * (an offset) belongs to: "at com.acme.Pool.lend(Pool.java:41)", "File "/app/api.py", line 88, in
 * price". Traces of Java and other JVM languages, .NET, Node, Python, Go, Rust, Ruby and PHP. When
 * causes are nested, the innermost counts. "" when there is none.
 */
fm_str fm_logs_frame(fm_str text, uint64_t at);

#endif
