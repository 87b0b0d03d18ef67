/* SPDX-License-Identifier: Apache-2.0 */
/* The entry of a fuzz target; the build includes this header in every *_fuzz.c. Returns 0; a broken
 * property aborts. */
#ifndef FAULTMAVEN_FUZZ_H
#define FAULTMAVEN_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
