/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/security/egress.h"

#include <stdio.h>
#include <stdlib.h>

#include "faultmaven/base/json.h"
#include "faultmaven/base/vec.h"
#include "faultmaven/security/stream.h"
#include "memo.h"
#include "replace/found.h"

struct fm_egress {
    struct fm_egress_options o;
};

struct fm_cleared {
    fm_str body;
    struct fm_egress_receipt receipt;
};

/* One pass through the gate. */
struct end_list FM_VEC_OF(size_t);

struct passage {
    struct fm_egress *gate;
    struct end_list ends; /* of the pieces of the text under way */
    struct fm_ctx *ctx;
    const struct fm_redactor *redactor;
    struct fm_egress_receipt receipt;
    size_t bytes; /* of strings seen */
};

enum fm_code fm_egress_new(struct fm_ctx *ctx, const struct fm_egress_options *opts,
                           struct fm_egress **out)
{
    if (!opts->external || !opts->map)
        return fm_fail(ctx, FM_EINVAL, "the egress gate needs a redactor and the map of the case");
    if (fm_redactor_policy(opts->external)->name == FM_POLICY_OFF_FOR_LOCAL)
        return fm_fail(ctx, FM_EREJECTED,
                       "the policy off-for-local-models is for local receivers only; choose "
                       "strict, standard or secrets-only");
    struct fm_egress *g = calloc(1, sizeof *g);
    FM_ASSERT(g != NULL);
    g->o = *opts;
    *out = g;
    return FM_OK;
}

void fm_egress_free(struct fm_egress *g)
{
    free(g);
}

static struct fm_verdict_counts count(struct fm_findings f)
{
    struct fm_verdict_counts c = {.total = f.n};
    for (size_t i = 0; i < f.n; i++)
        c.n[f.items[i].type]++;
    return c;
}

static void add_counts(struct passage *p, const struct fm_verdict_counts *c)
{
    for (size_t i = 0; c->total && i < FM_SENSITIVE_COUNT; i++)
        p->receipt.counts[i] += c->n[i];
    p->receipt.total += c->total;
}

static bool is_border(fm_str t, size_t i)
{
    return i == t.len || ((unsigned char)t.p[i] & 0xc0) != 0x80;
}

struct finding_list FM_VEC_OF(struct fm_finding);

static struct end_list piece_ends(struct fm_ctx *ctx, fm_str text)
{
    struct end_list ends = {0};
    for (size_t base = 0; base < text.len;) {
        bool ends_line = false;
        base += fm_redact_piece_length(fm_str_skip(text, base), true, &ends_line);
        fm_vec_push(&ctx->arena, &ends, base);
        base += ends_line;
    }
    return ends;
}

/* A finding of the detector may run over line ends; ours are within a piece. */
static void add_split(struct passage *p, fm_str text, struct finding_list *all, struct fm_finding f)
{
    const struct end_list *ends = &p->ends;
    for (size_t i = 0; i < ends->n && f.start < f.end; i++) {
        size_t end = ends->items[i];
        if (end <= f.start) {
            f.start += end == f.start && end < text.len && text.p[end] == '\n';
            continue;
        }
        struct fm_finding head = f;
        head.end = end < f.end ? end : f.end;
        fm_vec_push(&p->ctx->arena, all, head);
        f.start = head.end;
    }
}

/* What the detector found and the policy looks for, without what overlaps a finding of ours. */
static struct fm_findings merge(struct passage *p, fm_str text, struct fm_findings own,
                                struct fm_findings more)
{
    struct finding_list all = {0};
    const struct fm_redact_policy *policy = fm_redactor_policy(p->redactor);
    p->ends = piece_ends(p->ctx, text);
    uint8_t *taken = fm_arena_calloc(&p->ctx->arena, text.len + 1, 1);
    for (size_t i = 0; i < own.n; i++) {
        memset(taken + own.items[i].start, 1, own.items[i].end - own.items[i].start);
        fm_vec_push(&p->ctx->arena, &all, own.items[i]);
    }
    for (size_t i = 0; i < more.n; i++) {
        struct fm_finding f = more.items[i];
        if (policy->action[f.type] == FM_ACTION_KEEP || memchr(taken + f.start, 1, f.end - f.start))
            continue;
        memset(taken + f.start, 1, f.end - f.start);
        p->receipt.external_hits++;
        add_split(p, text, &all, f);
    }
    return (struct fm_findings){all.items, all.n};
}

static int by_start(const void *a, const void *b)
{
    const struct fm_finding *x = a, *y = b;
    return (x->start > y->start) - (x->start < y->start);
}

/* Asks the detector; its failure is the gate's failure, and so is an answer that does not fit the
 * text. */
static enum fm_code ask_detector(struct passage *p, fm_str text, struct fm_findings *found)
{
    struct fm_detector *d = p->gate->o.detector;
    struct fm_findings more = {0};
    if (!d || p->receipt.is_local)
        return FM_OK;
    FM_TRY(d->ops->find(d, p->ctx, text, &more));
    for (size_t i = 0; i < more.n; i++) {
        const struct fm_finding *f = &more.items[i];
        if (f->start >= f->end || f->end > text.len || f->type >= FM_SENSITIVE_COUNT ||
            !is_border(text, f->start) || !is_border(text, f->end))
            return fm_fail(
                p->ctx, FM_EUPSTREAM,
                "the external detector named bytes %zu-%zu of a text of %zu bytes; nothing is sent",
                f->start, f->end, text.len);
    }
    *found = merge(p, text, *found, more);
    if (found->n) {
        struct fm_finding *sorted = FM_NEW_ARRAY(&p->ctx->arena, struct fm_finding, found->n);
        memcpy(sorted, found->items, found->n * sizeof *sorted);
        qsort(sorted, found->n, sizeof *sorted, by_start);
        found->items = sorted;
    }
    return FM_OK;
}

static enum fm_code look_at(struct passage *p, fm_str text, struct fm_verdict *out)
{
    struct fm_findings found = fm_redact_find_twice(p->redactor, p->ctx, text);
    FM_TRY(ask_detector(p, text, &found));
    out->counts = count(found);
    return fm_redact_found(&(struct fm_redact_target){p->redactor, p->gate->o.map}, p->ctx, text,
                           found, &out->clean);
}

/* The answers of a detector are not ours to repeat. */
static bool has_memo(const struct passage *p)
{
    const struct fm_egress_options *o = &p->gate->o;
    return o->memo && (!o->detector || p->receipt.is_local);
}

static enum fm_code clear_text(struct passage *p, fm_str text, fm_str *out)
{
    struct fm_pseudonyms *map = p->gate->o.map;
    struct fm_egress_memo *memo = has_memo(p) ? p->gate->o.memo : NULL;
    struct fm_verdict_query q = {p->redactor, map, text};
    struct fm_verdict v;
    if (!memo) {
        FM_TRY(look_at(p, text, &v));
    } else if (!fm_egress_memo_find(memo, p->ctx, &q, &v)) {
        struct fm_values *before = fm_values_ref(map->v);
        enum fm_code code = look_at(p, text, &v);
        if (code == FM_OK)
            fm_egress_memo_add(memo, p->ctx->clock, &q, before, &v);
        fm_values_unref(before);
        FM_TRY(code);
    }
    add_counts(p, &v.counts);
    *out = v.clean;
    return FM_OK;
}

static enum fm_code clear_value(struct passage *p, yyjson_mut_val *v);

static enum fm_code clear_string(struct passage *p, yyjson_mut_val *v)
{
    fm_str text = fm_str_n(yyjson_mut_get_str(v), yyjson_mut_get_len(v)), clean;
    p->bytes += text.len;
    if (p->bytes > FM_EGRESS_BODY_MAX)
        return fm_fail(p->ctx, FM_ELIMIT, "the body for %s has more than %u bytes",
                       p->receipt.receiver, FM_EGRESS_BODY_MAX);
    FM_TRY(clear_text(p, text, &clean));
    if (!fm_str_eq(text, clean))
        unsafe_yyjson_set_strn(v, clean.p, clean.len);
    return FM_OK;
}

static enum fm_code clear_object(struct passage *p, yyjson_mut_val *obj)
{
    yyjson_mut_obj_iter it;
    yyjson_mut_obj_iter_init(obj, &it);
    for (yyjson_mut_val *key; (key = yyjson_mut_obj_iter_next(&it));) {
        FM_TRY(clear_value(p, yyjson_mut_obj_iter_get_val(key)));
        FM_TRY(clear_string(p, key));
    }
    return FM_OK;
}

/* Depth is bounded by FM_JSON_DEPTH_MAX. */
static enum fm_code clear_value(struct passage *p, yyjson_mut_val *v)
{
    if (yyjson_mut_is_str(v))
        return clear_string(p, v);
    if (yyjson_mut_is_obj(v))
        return clear_object(p, v);
    if (yyjson_mut_is_raw(v)) /* nobody looks into it */
        return fm_fail(p->ctx, FM_EINVAL, "raw JSON");
    if (!yyjson_mut_is_arr(v))
        return FM_OK;
    yyjson_mut_arr_iter it;
    yyjson_mut_arr_iter_init(v, &it);
    for (yyjson_mut_val *item; (item = yyjson_mut_arr_iter_next(&it));)
        FM_TRY(clear_value(p, item));
    return FM_OK;
}

/* Written to the arena at once. Refuses what is no text of UTF-8. */
static enum fm_code clear_tree(struct passage *p, yyjson_mut_doc *doc, fm_str *out)
{
    yyjson_write_err err;
    size_t n;
    FM_TRY(clear_value(p, yyjson_mut_doc_get_root(doc)));
    char *text = yyjson_mut_write_opts(doc, 0, &doc->alc, &n, &err);
    if (!text)
        return fm_fail(p->ctx, FM_EINVAL, "not JSON: %s", err.msg);
    *out = fm_str_n(text, n);
    return FM_OK;
}

static enum fm_code clear_json(struct passage *p, fm_str body, fm_str *out)
{
    yyjson_val *root;
    FM_TRY(fm_json_read(p->ctx, body, &root));
    yyjson_mut_doc *doc = fm_json_new(&p->ctx->arena);
    yyjson_mut_doc_set_root(doc, yyjson_val_mut_copy(doc, root));
    return clear_tree(p, doc, out);
}

static enum fm_code clear_body(struct passage *p, const struct fm_egress_request *req, fm_str *out)
{
    if (req->format == FM_EGRESS_TEXT)
        return clear_text(p, req->body, out);
    return req->format == FM_EGRESS_JSON ? clear_json(p, req->body, out)
                                         : clear_tree(p, req->tree, out);
}

static enum fm_code check(struct fm_ctx *ctx, const struct fm_egress_request *req)
{
    if (req->kind >= FM_EGRESS_KIND_COUNT || !req->origin || !req->receiver)
        return fm_fail(ctx, FM_EINVAL, "an outbound body needs a kind, an origin and a receiver");
    if (req->body.len > FM_EGRESS_BODY_MAX)
        return fm_fail(ctx, FM_ELIMIT, "the body for %s has %zu bytes; at most %u may leave",
                       req->receiver, req->body.len, FM_EGRESS_BODY_MAX);
    if (!fm_str_is_utf8(req->body))
        return fm_fail(ctx, FM_EINVAL, "the body for %s is not UTF-8; nothing is sent",
                       req->receiver);
    return FM_OK;
}

static void start_receipt(struct passage *p, const struct fm_egress_request *req)
{
    struct fm_egress_receipt *r = &p->receipt;
    r->kind = req->kind;
    r->is_local = req->is_local;
    r->policy = fm_redactor_policy(p->redactor)->name;
    r->policy_version = FM_POLICY_VERSION;
    r->at = p->ctx->clock ? fm_now(p->ctx->clock) : FM_TIME_NONE;
    snprintf(r->origin, sizeof r->origin, "%s", req->origin);
    snprintf(r->receiver, sizeof r->receiver, "%s", req->receiver);
}

/* The parser's own message could quote the body. */
static enum fm_code hide_details(struct fm_ctx *ctx, const struct fm_egress_request *req,
                                 enum fm_code code)
{
    if (code != FM_EINVAL)
        return code;
    fm_ctx_clear_error(ctx);
    return fm_fail(ctx, FM_EINVAL, "the body for %s is not JSON; nothing is sent", req->receiver);
}

enum fm_code fm_egress_pass(struct fm_egress *g, struct fm_ctx *ctx,
                            const struct fm_egress_request *req, const struct fm_cleared **out)
{
    bool has_local = req->is_local && g->o.local;
    struct passage p = {.gate = g, .ctx = ctx, .redactor = has_local ? g->o.local : g->o.external};
    fm_str body;
    FM_TRY(check(ctx, req));
    start_receipt(&p, req);
    enum fm_code code = clear_body(&p, req, &body);
    if (code != FM_OK)
        return req->format != FM_EGRESS_TEXT ? hide_details(ctx, req, code) : code;
    if (g->o.keep)
        FM_TRY(g->o.keep(g->o.arg, ctx));
    struct fm_cleared *c = FM_NEW(&ctx->arena, struct fm_cleared);
    c->body = body;
    c->receipt = p.receipt;
    fm_sha256_hex(body, c->receipt.sha256);
    if (g->o.on_receipt)
        g->o.on_receipt(g->o.arg, &c->receipt);
    *out = c;
    return FM_OK;
}

enum fm_code fm_cleared_body(const struct fm_cleared *c, struct fm_ctx *ctx, bool is_local_receiver,
                             fm_str *out)
{
    if (c->receipt.is_local && !is_local_receiver)
        return fm_fail(ctx, FM_EFORBIDDEN,
                       "this body was cleared for the local receiver %s; pass the original through "
                       "the gate again",
                       c->receipt.receiver);
    *out = c->body;
    return FM_OK;
}

const struct fm_cleared *fm_cleared_move(const struct fm_cleared *c, struct fm_arena *to)
{
    struct fm_cleared *out = FM_NEW(to, struct fm_cleared);
    *out = *c;
    out->body = fm_str_dup(to, c->body);
    return out;
}

const struct fm_egress_receipt *fm_cleared_receipt(const struct fm_cleared *c)
{
    return &c->receipt;
}

/* A mask needs no map, so this cannot fail for want of one. */
static void add_masked(struct fm_buf *b, enum fm_sensitive type)
{
    fm_buf_addc(b, '<');
    for (const char *n = fm_sensitive_name(type); *n; n++)
        fm_buf_addc(b, *n >= 'a' && *n <= 'z' ? (char)(*n - 'a' + 'A') : *n);
    fm_buf_addc(b, '>');
}

fm_str fm_egress_scrub(const struct fm_redactor *r, struct fm_ctx *ctx, fm_str text)
{
    struct fm_buf b;
    size_t at = 0;
    if (text.len > FM_EGRESS_BODY_MAX)
        return FM_STR("<withheld>");
    struct fm_findings f = fm_redact_find(r, ctx, text);
    fm_buf_init(&b, 4u * FM_EGRESS_BODY_MAX);
    for (size_t i = 0; i < f.n; i++) {
        fm_buf_adds(&b, fm_str_sub(text, at, f.items[i].start - at));
        add_masked(&b, f.items[i].type);
        at = f.items[i].end;
    }
    fm_buf_adds(&b, fm_str_skip(text, at));
    fm_str out = b.overflow ? FM_STR("<withheld>") : fm_str_dup(&ctx->arena, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}
