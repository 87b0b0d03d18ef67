/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/base/ctx.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void fm_ctx_init(struct fm_ctx *ctx, const struct fm_clock *clock)
{
    memset(ctx, 0, sizeof *ctx);
    fm_arena_init(&ctx->arena);
    ctx->clock = clock;
    ctx->deadline = FM_TIME_NONE;
    atomic_init(&ctx->cancelled, false);
}

void fm_ctx_release(struct fm_ctx *ctx)
{
    fm_arena_release(&ctx->arena);
}

/* Texts of errors quote file names and evidence; programs print them on terminals. */
static void neutralise(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p; p++) {
        bool is_c1 = p[0] == 0xC2 && p[1] >= 0x80 && p[1] <= 0x9F;
        if ((*p < 32 && *p != '\n' && *p != '\t') || *p == 127 || is_c1)
            *p = ' ';
        if (is_c1)
            p[1] = ' ';
    }
}

enum fm_code(fm_fail)(struct fm_ctx *ctx, enum fm_code code, const char *fmt, ...)
{
    if (ctx->code == code && ctx->error[0])
        return code;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(ctx->error, sizeof ctx->error, fmt, ap);
    va_end(ap);
    neutralise(ctx->error);
    ctx->code = code;
    return code;
}

void fm_ctx_clear_error(struct fm_ctx *ctx)
{
    ctx->code = FM_OK;
    ctx->error[0] = '\0';
}

void fm_ctx_cancel(struct fm_ctx *ctx)
{
    atomic_store_explicit(&ctx->cancelled, true, memory_order_relaxed);
}

enum fm_code fm_ctx_check(struct fm_ctx *ctx)
{
    if (atomic_load_explicit(&ctx->cancelled, memory_order_relaxed))
        return fm_fail(ctx, FM_ECANCELLED, "cancelled");
    if (ctx->deadline != FM_TIME_NONE && fm_now(ctx->clock) > ctx->deadline)
        return fm_fail(ctx, FM_ETIMEOUT, "the deadline passed");
    return FM_OK;
}

void fm_bug(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "faultmaven: bug at %s:%d: ", file, line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}
