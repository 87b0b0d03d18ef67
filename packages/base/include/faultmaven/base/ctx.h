/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fm_ctx: one unit of work (a request, a job, a command). It holds the work's memory, deadline,
 * cancel flag, request id and error. Used by one thread; only fm_ctx_cancel may be called from
 * another.
 *
 * `return fm_fail(ctx, FM_ELIMIT, "%s: line %zu is longer than %zu bytes", …)` is the only way to
 * fail. The text tells a user what is wrong, where, and what to do. The first failure wins: fm_fail
 * on a context that failed already with the same code keeps the older text; fm_ctx_clear_error
 * forgets it (a caller that handles the error does that). Control characters of an error's text are
 * blanked: it quotes file names and evidence, and ends up on terminals.
 */
#ifndef FAULTMAVEN_BASE_CTX_H
#define FAULTMAVEN_BASE_CTX_H

#include <stdatomic.h>

#include "faultmaven/base/arena.h"
#include "faultmaven/base/clock.h"
#include "faultmaven/base/code.h"
#include "faultmaven/base/str.h"

#define FM_ERROR_MAX 1024

struct fm_ctx {
    struct fm_arena arena;        /* owned; goes with the context */
    fm_time deadline;             /* wall clock of `clock`, or FM_TIME_NONE */
    const struct fm_clock *clock; /* borrowed */
    atomic_bool cancelled;
    char request_id[40];
    enum fm_code code;
    char error[FM_ERROR_MAX];
};

void fm_ctx_init(struct fm_ctx *ctx, const struct fm_clock *clock);
void fm_ctx_release(struct fm_ctx *ctx);

enum fm_code fm_fail(struct fm_ctx *ctx, enum fm_code code, const char *fmt, ...) FM_PRINTF(3, 4);
#ifdef __clang_analyzer__
/* The analyzer does not see the body: tell it that the result is never FM_OK. */
#define fm_fail(ctx, code, ...) ((void)fm_fail((ctx), (code), __VA_ARGS__), (code))
#endif
void fm_ctx_clear_error(struct fm_ctx *ctx);

void fm_ctx_cancel(struct fm_ctx *ctx);

/* FM_ECANCELLED or FM_ETIMEOUT, as an error of ctx, when the work should stop; call it in long
 * loops. */
FM_MUST_CHECK enum fm_code fm_ctx_check(struct fm_ctx *ctx);

/* A broken invariant: prints file, line and text to stderr and aborts. Never for user input. */
void fm_bug(const char *file, int line, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
#define FM_BUG(...) fm_bug(__FILE__, __LINE__, __VA_ARGS__)
#define FM_ASSERT(cond) ((cond) ? (void)0 : FM_BUG("assertion failed: %s", #cond))

/* if (f(ctx)) return code; */
#define FM_TRY(call)                                                                               \
    do {                                                                                           \
        enum fm_code fm_try_code_ = (call);                                                        \
        if (fm_try_code_ != FM_OK)                                                                 \
            return fm_try_code_;                                                                   \
    } while (0)

#endif
