/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#define CUT_BYTES 240
#define PROMPT_MAX (32u << 20)
#define ORDERS_MAX 16

enum cut { WHOLE, SHORT, HEAD_ONLY, LEFT_OUT };

/* An item with its present form. */
struct piece {
    const struct fm_prompt_item *item;
    size_t part;
    enum cut cut;
    int64_t cost[LEFT_OUT + 1]; /* tokens by form */
};

struct render {
    const struct fm_prompts *p;
    struct fm_ctx *ctx;
    const struct fm_prompt_request *r;
    struct piece *pieces;
    size_t n;
    fm_str system, user; /* of the template */
    char fence[16];
};

static void make_fence(struct render *x)
{
    static const char letters[] = "bcdfghjkmnpqrstvwxz23456789";
    for (int i = 0; i < 8; i++)
        x->fence[i] = letters[fm_rng_below(x->r->rng, sizeof letters - 1)];
    x->fence[8] = '\0';
}

static void split(struct render *x, fm_str text)
{
    ptrdiff_t user = fm_str_find(text, FM_STR("@user\n"), 0);
    bool has_system = fm_str_starts(text, FM_STR("@system\n"));
    x->user = fm_str_skip(text, user < 0 ? 0 : (size_t)user + 6);
    if (has_system && user >= 8)
        x->system = fm_str_sub(text, 8, (size_t)user - 8);
}

/* Up to the last whole character before `max` bytes. */
static fm_str cut_text(fm_str s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return fm_str_sub(s, 0, max);
}

/* A head is one line. */
static fm_str first_line(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == '\n' || s.p[i] == '\r')
            return fm_str_sub(s, 0, i);
    return s;
}

static void add_fenced(struct render *x, struct fm_buf *b, const struct fm_prompt_item *it,
                       fm_str body)
{
    struct fm_arena *a = &x->ctx->arena;
    fm_str head = first_line(fm_prompt_defuse(a, it->head, x->fence));
    fm_buf_addf(b, "<<<data %s %.*s\n", x->fence, FM_STR_ARG(head));
    if (body.len)
        fm_buf_addf(b, "%.*s%s\n", FM_STR_ARG(fm_prompt_defuse(a, body, x->fence)),
                    body.len < it->body.len ? " […]" : "");
    else if (it->body.len)
        fm_buf_addz(b, "[left out]\n");
    fm_buf_addf(b, "data %s>>>\n", x->fence);
}

static void add_item(struct render *x, struct fm_buf *b, const struct fm_prompt_part *part,
                     const struct fm_prompt_item *it, enum cut cut)
{
    fm_str body = cut == WHOLE   ? it->body
                  : cut == SHORT ? cut_text(it->body, CUT_BYTES)
                                 : FM_STR_NULL;
    if (part->is_untrusted && part->is_one_fence)
        fm_buf_addf(b, "%.*s%s\n", FM_STR_ARG(fm_prompt_defuse(&x->ctx->arena, body, x->fence)),
                    body.len < it->body.len ? " […]" : "");
    else if (part->is_untrusted)
        add_fenced(x, b, it, body);
    else
        fm_buf_addf(b, "%.*s%s%.*s%s\n", FM_STR_ARG(it->head), it->head.len && body.len ? " " : "",
                    FM_STR_ARG(body), body.len < it->body.len ? " […]" : "");
}

static int64_t item_tokens(struct render *x, const struct piece *e, enum cut cut)
{
    struct fm_buf b;
    if (cut == LEFT_OUT)
        return 0;
    fm_buf_init(&b, PROMPT_MAX);
    add_item(x, &b, &x->r->parts[e->part], e->item, cut);
    int64_t n = x->r->tokens(fm_buf_str(&b));
    fm_buf_release(&b);
    return n;
}

static void collect(struct render *x)
{
    size_t total = 0;
    for (size_t i = 0; i < x->r->n_parts; i++)
        total += x->r->parts[i].n_items;
    x->pieces = FM_NEW_ARRAY(&x->ctx->arena, struct piece, total);
    for (size_t i = 0; i < x->r->n_parts; i++)
        for (size_t k = 0; k < x->r->parts[i].n_items; k++) {
            struct piece *e = &x->pieces[x->n++];
            e->item = &x->r->parts[i].items[k];
            e->part = i;
            for (int cut = WHOLE; cut <= LEFT_OUT; cut++)
                e->cost[cut] = item_tokens(x, e, (enum cut)cut);
        }
}

/* Least wanted first: not cited, then older, then later in the list. */
static int by_worth(const void *pa, const void *pb)
{
    const struct piece *a = *(struct piece *const *)pa, *b = *(struct piece *const *)pb;
    if (a->item->is_cited != b->item->is_cited)
        return a->item->is_cited ? 1 : -1;
    if (a->item->rank != b->item->rank)
        return a->item->rank < b->item->rank ? -1 : 1;
    return a < b ? 1 : a > b ? -1 : 0;
}

/* Shortens the pieces of one order number by one step until `over` tokens are saved; what is left
 * of it. */
static int64_t shorten(struct render *x, struct piece **sorted, int order, enum cut to,
                       int64_t over)
{
    for (size_t i = 0; i < x->n && over > 0; i++) {
        struct piece *e = sorted[i];
        const struct fm_prompt_part *part = &x->r->parts[e->part];
        bool is_allowed =
            part->order == order && e->cut < to && (to != LEFT_OUT || part->may_lose_items);
        if (!is_allowed || e->cost[to] >= e->cost[e->cut])
            continue;
        over -= e->cost[e->cut] - e->cost[to];
        e->cut = to;
    }
    return over;
}

static int64_t fit(struct render *x, int64_t over)
{
    struct piece **sorted = FM_NEW_ARRAY(&x->ctx->arena, struct piece *, x->n);
    for (size_t i = 0; i < x->n; i++)
        sorted[i] = &x->pieces[i];
    qsort(sorted, x->n, sizeof *sorted, by_worth);
    for (int order = 0; order < ORDERS_MAX; order++)
        for (int to = SHORT; to <= LEFT_OUT && over > 0; to++)
            over = shorten(x, sorted, order, (enum cut)to, over);
    return over;
}

static const struct fm_prompt_part *part_of(struct render *x, fm_str slot, size_t *index)
{
    for (size_t i = 0; i < x->r->n_parts; i++)
        if (fm_str_eqc(slot, x->r->parts[i].slot)) {
            *index = i;
            return &x->r->parts[i];
        }
    return NULL;
}

static bool has_items(const struct render *x, size_t part)
{
    for (size_t i = 0; i < x->n; i++)
        if (x->pieces[i].part == part && x->pieces[i].cut != LEFT_OUT)
            return true;
    return false;
}

static void add_part(struct render *x, struct fm_buf *b, size_t index)
{
    const struct fm_prompt_part *part = &x->r->parts[index];
    if (part->text.len && part->is_untrusted) {
        struct fm_prompt_item it = {.head = fm_str_c(part->slot), .body = part->text};
        add_item(x, b, part, &it, WHOLE);
    } else {
        fm_buf_adds(b, part->text);
    }
    bool is_list = part->is_untrusted && part->is_one_fence && has_items(x, index);
    if (is_list)
        fm_buf_addf(b, "<<<data %s %s\n", x->fence, part->slot);
    for (size_t i = 0; i < x->n; i++)
        if (x->pieces[i].part == index && x->pieces[i].cut != LEFT_OUT)
            add_item(x, b, part, x->pieces[i].item, x->pieces[i].cut);
    if (is_list)
        fm_buf_addf(b, "data %s>>>\n", x->fence);
}

/* One line of the template; nothing when it consists of empty slots only. */
static void add_line(struct render *x, struct fm_buf *out, fm_str line, bool is_system)
{
    struct fm_buf b;
    fm_str rest = line, from = line, slot;
    bool has_slot = false;
    fm_buf_init(&b, PROMPT_MAX);
    while (fm_template_slot(&rest, &slot)) {
        size_t index = 0;
        const struct fm_prompt_part *part = part_of(x, slot, &index);
        has_slot = true;
        fm_buf_add(&b, from.p, (size_t)(slot.p - 2 - from.p));
        if (part && part->is_untrusted && is_system)
            FM_BUG("prompt %s: untrusted text in the system part (%s)", x->r->name, part->slot);
        if (part)
            add_part(x, &b, index);
        from = rest;
    }
    fm_buf_adds(&b, from);
    if (!has_slot || fm_str_trim(fm_buf_str(&b)).len) {
        fm_buf_adds(out, fm_buf_str(&b));
        if (b.len == 0 || b.p[b.len - 1] != '\n')
            fm_buf_addc(out, '\n');
    }
    fm_buf_release(&b);
}

static fm_str build(struct render *x, fm_str text, bool is_system)
{
    struct fm_buf b;
    fm_str rest = text, line;
    fm_buf_init(&b, PROMPT_MAX);
    while (fm_str_line(&rest, &line))
        add_line(x, &b, line, is_system);
    fm_str out = fm_str_dup(&x->ctx->arena, fm_str_trim(fm_buf_str(&b)));
    fm_buf_release(&b);
    return out;
}

static void check_parts(struct render *x, fm_str text)
{
    for (size_t i = 0; i < x->r->n_parts; i++) {
        fm_str rest = text, slot;
        bool is_there = false;
        while (fm_template_slot(&rest, &slot))
            is_there |= fm_str_eqc(slot, x->r->parts[i].slot);
        if (!is_there && x->r->parts[i].slot[0] != '-')
            FM_BUG("prompt %s: no slot for part %s", x->r->name, x->r->parts[i].slot);
    }
}

/* Plain parts come from the small templates (stage, path, output …), so the version covers those.
 */
static void make_version(struct render *x, fm_str text, char version[64])
{
    struct fm_buf b;
    char hex[FM_SHA256_HEX];
    fm_buf_init(&b, PROMPT_MAX);
    fm_buf_adds(&b, text);
    for (size_t i = 0; i < x->p->n; i++)
        if (!fm_str_has(x->p->items[i].text, FM_STR("@system\n")))
            fm_buf_adds(&b, x->p->items[i].text);
    fm_sha256_hex(fm_buf_str(&b), hex);
    fm_buf_release(&b);
    snprintf(version, 64, "%.40s@%.12s", x->r->name, hex);
}

static void count_cuts(const struct render *x, struct fm_prompt *out)
{
    for (size_t i = 0; i < x->n; i++) {
        out->n_cut += x->pieces[i].cut == SHORT || x->pieces[i].cut == HEAD_ONLY;
        out->n_left_out += x->pieces[i].cut == LEFT_OUT;
    }
}

enum fm_code fm_prompt_render(const struct fm_prompts *p, struct fm_ctx *ctx,
                              const struct fm_prompt_request *r, struct fm_prompt *out)
{
    struct render x = {.p = p, .ctx = ctx, .r = r};
    const struct template *t = fm_template_find(p, r->name);
    if (!t)
        FM_BUG("no template %s", r->name);
    memset(out, 0, sizeof *out);
    split(&x, t->text);
    check_parts(&x, t->text);
    make_fence(&x);
    collect(&x);
    out->system = build(&x, x.system, true);
    out->user = build(&x, x.user, false);
    int64_t total = r->tokens(out->system) + r->tokens(out->user);
    while (r->budget &&
           total > r->budget) { /* pieces are counted alone, so that a second round may be needed */
        int64_t over = fit(&x, total - r->budget), before = total;
        out->system = build(&x, x.system, true);
        out->user = build(&x, x.user, false);
        total = r->tokens(out->system) + r->tokens(out->user);
        if (total > r->budget && (over > 0 || total >= before))
            return fm_fail(ctx, FM_ELIMIT,
                           "prompt %s: %lld tokens more than the %lld that the model takes",
                           r->name, (long long)(total - r->budget), (long long)r->budget);
    }
    out->tokens = total;
    make_version(&x, t->text, out->version);
    count_cuts(&x, out);
    memcpy(out->fence, x.fence, sizeof x.fence);
    return FM_OK;
}
