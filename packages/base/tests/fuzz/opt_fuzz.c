/* SPDX-License-Identifier: Apache-2.0 */
/* The input is an argument vector, one argument a line. Property: a parse that succeeds keeps every
 * declared bound. */
#include "faultmaven/base/opt.h"

struct values {
    bool is_quiet;
    const char *output;
    struct fm_opt_list ignore;
    int64_t top;
    double ratio;
    uint64_t memory;
    int64_t window;
    fm_time at;
    int format;
};

static const char *const formats[] = {"text", "json", NULL};
static const struct fm_opt opts[] = {
    FM_OPT_FLAG('q', "quiet", struct values, is_quiet, ""),
    FM_OPT_STR('o', "output", struct values, output, "FILE", ""),
    FM_OPT_LIST('i', "ignore", struct values, ignore, "GLOB", ""),
    FM_OPT_INT('n', "top", struct values, top, "N", 1, 100, ""),
    FM_OPT_REAL(0, "ratio", struct values, ratio, "R", 0, 1, ""),
    FM_OPT_SIZE(0, "memory", struct values, memory, ""),
    FM_OPT_DURATION(0, "window", struct values, window, ""),
    FM_OPT_TIME(0, "at", struct values, at, ""),
    FM_OPT_CHOICE('f', "format", struct values, format, formats, ""),
    FM_OPT_END,
};
static const struct fm_command command = {.name = "fuzz", .max_operands = 3, .opts = opts};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fm_ctx ctx;
    fm_ctx_init(&ctx, &fm_clock_system);
    fm_str rest = fm_str_n(size ? (const char *)data : "", size), line;
    FM_VEC(char *) argv = {0};
    fm_vec_push(&ctx.arena, &argv, fm_arena_dup(&ctx.arena, "fuzz", 4));
    while (argv.n < 64 && fm_str_line(&rest, &line))
        fm_vec_push(&ctx.arena, &argv, fm_arena_dup(&ctx.arena, line.p, line.len));
    fm_vec_push(&ctx.arena, &argv, NULL);
    struct values v = {.top = 1};
    struct fm_operands ops;
    enum fm_code code = fm_opt_parse(&ctx, &command, argv.items, &v, &ops);
    FM_ASSERT(v.top >= 1 && v.top <= 100 && v.ratio >= 0 && v.ratio <= 1 && v.format >= 0 &&
              v.format < 2);
    FM_ASSERT(code != FM_OK || ops.wants_help || ops.n <= 3);
    FM_ASSERT(code == FM_OK || ctx.error[0]);
    fm_ctx_release(&ctx);
    return 0;
}
