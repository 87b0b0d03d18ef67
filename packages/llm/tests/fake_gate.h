/* SPDX-License-Identifier: Apache-2.0 */
/* A gate that lets everything through, until the real one is there. */
#ifndef FAULTMAVEN_LLM_FAKE_GATE_H
#define FAULTMAVEN_LLM_FAKE_GATE_H
#include "faultmaven/security/egress.h"
struct fm_cleared {
    fm_str body;
    bool is_local;
    struct fm_egress_receipt r;
};
struct fm_egress {
    int n;
};
static struct fm_egress the_gate;
enum fm_code fm_egress_new(struct fm_ctx *ctx, const struct fm_egress_options *o,
                           struct fm_egress **out)
{
    (void)ctx;
    (void)o;
    *out = &the_gate;
    return FM_OK;
}
void fm_egress_free(struct fm_egress *g)
{
    (void)g;
}
enum fm_code fm_egress_pass(struct fm_egress *g, struct fm_ctx *ctx,
                            const struct fm_egress_request *q, const struct fm_cleared **out)
{
    struct fm_cleared *c = FM_NEW(&ctx->arena, struct fm_cleared);
    g->n++;
    c->body = fm_str_dup(&ctx->arena, q->body);
    c->is_local = q->is_local;
    fm_sha256_hex(c->body, c->r.sha256);
    *out = c;
    return FM_OK;
}
enum fm_code fm_cleared_body(const struct fm_cleared *c, struct fm_ctx *ctx, bool is_local,
                             fm_str *out)
{
    if (c->is_local && !is_local)
        return fm_fail(ctx, FM_EFORBIDDEN, "local only");
    *out = c->body;
    return FM_OK;
}
const struct fm_egress_receipt *fm_cleared_receipt(const struct fm_cleared *c)
{
    return &c->r;
}
#endif
