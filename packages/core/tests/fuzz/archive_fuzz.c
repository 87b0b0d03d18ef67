/* SPDX-License-Identifier: Apache-2.0 */
/* Intake of one file with the fuzzer's bytes: archives of every kind, encodings, classification.
 * Properties: it never fails, memory for members stays within the limit, converted text is UTF-8.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faultmaven/core/intake.h"

static const struct fm_intake_limits limits = {.file_bytes = 1 << 20,
                                               .stdin_bytes = 1 << 20,
                                               .member_bytes = 1 << 16,
                                               .expanded_bytes = 1 << 18,
                                               .members = 50,
                                               .inputs = 100,
                                               .nesting = 3};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    struct fm_incident in;
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_incident_init(&in, &ctx, NULL);
    struct fm_intake *t = fm_intake_new_limited(&limits);
    FM_ASSERT(fm_intake_add(t, &in, path, false) == FM_OK);
    size_t total = 0;
    fm_vec_each (&in.inputs, e)
        total += (*e)->bytes.len;
    FM_ASSERT(in.inputs.n > 0 && in.inputs.n <= limits.inputs);
    FM_ASSERT(total <= size * 3 + 3 * limits.expanded_bytes);
    fm_intake_free(t);
    fm_ctx_release(&ctx);
    close(fd);
    return 0;
}
