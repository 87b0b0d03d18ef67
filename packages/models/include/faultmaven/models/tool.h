/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tool that a reasoner may use: it only reads. Implementations: evidence of the case (core),
 * knowledge search and connectors (tools). The caller limits calls, bytes and time; a tool keeps to
 * ctx's deadline.
 */
#ifndef FAULTMAVEN_MODELS_TOOL_H
#define FAULTMAVEN_MODELS_TOOL_H

#include "faultmaven/base/json.h"

struct fm_tool {
    const struct fm_tool_ops *ops;
};

struct fm_tool_ops {
    const char *name;        /* [a-z0-9_]{1,64} */
    const char *description; /* what it gives, for a model */
    const char *schema;      /* JSON Schema of the arguments */
    /* Appends text for the model to out, whose maximum is the limit of bytes. Bad arguments are
     * FM_EINVAL with a message that says what is wrong: the model gets it as the result. */
    enum fm_code (*run)(struct fm_tool *t, struct fm_ctx *ctx, yyjson_val *arguments,
                        struct fm_buf *out);
};

#endif
