/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule.h"

#include "scan/chars.h"
#include "scan/mask.h"

struct compiler {
    struct fm_ctx *ctx;
    struct fm_arena *arena;
    fm_str body;
    size_t at;
    struct fm_shape_elem elems[FM_SHAPE_MAX];
    uint16_t n;
};

static bool set_has(const struct fm_shape_elem *e, unsigned char c)
{
    return e->set[c >> 5] >> (c & 31) & 1;
}

static void set_add(struct fm_shape_elem *e, unsigned lo, unsigned hi)
{
    for (unsigned c = lo; c <= hi; c++)
        e->set[c >> 5] |= 1u << (c & 31);
}

static enum fm_code bad(struct compiler *c, const char *what)
{
    return fm_fail(c->ctx, FM_EINVAL, "pattern \"%.*s\", byte %zu: %s", FM_STR_ARG(c->body),
                   c->at + 1, what);
}

static unsigned char peek(const struct compiler *c)
{
    return c->at < c->body.len ? (unsigned char)c->body.p[c->at] : 0;
}

static unsigned char take(struct compiler *c)
{
    unsigned char b = peek(c);
    c->at++;
    if (b == '\\') {
        b = peek(c);
        c->at++;
    }
    return b;
}

static enum fm_code read_set(struct compiler *c, struct fm_shape_elem *e)
{
    c->at++;
    while (c->at < c->body.len && peek(c) != ']') {
        unsigned lo = take(c), hi = lo;
        if (peek(c) == '-' && c->at + 1 < c->body.len && c->body.p[c->at + 1] != ']') {
            c->at++;
            hi = take(c);
        }
        if (hi < lo)
            return bad(c, "the range is upside down");
        set_add(e, lo, hi);
    }
    if (c->at++ >= c->body.len)
        return bad(c, "\"]\" is missing");
    return FM_OK;
}

static unsigned read_number(struct compiler *c)
{
    unsigned v = 0;
    while (c->at < c->body.len && peek(c) >= '0' && peek(c) <= '9' && v < 65536)
        v = v * 10 + (peek(c) - '0'), c->at++;
    return v;
}

static enum fm_code read_count(struct compiler *c, struct fm_shape_elem *e)
{
    e->min = e->max = 1;
    if (peek(c) != '{')
        return FM_OK;
    c->at++;
    unsigned min = read_number(c), max = min;
    if (peek(c) == ',') {
        c->at++;
        max = peek(c) == '}' ? 4096 : read_number(c);
    }
    if (peek(c) != '}' || max > 4096 || max < min || max == 0)
        return bad(c, "a count is {n}, {n,} or {n,m} with at most 4096");
    c->at++;
    e->min = (uint16_t)min;
    e->max = (uint16_t)max;
    return FM_OK;
}

static enum fm_code read_literal(struct compiler *c, struct fm_shape_elem *e)
{
    char text[128];
    size_t n = 0;
    while (c->at < c->body.len && peek(c) != '[' && n < sizeof text) {
        if (strchr("(){}*+?|^$", peek(c)))
            return bad(c,
                       "only literals, sets and counts are allowed; escape other signs by \"\\\"");
        text[n++] = (char)take(c);
    }
    e->literal = fm_arena_dup(c->arena, text, n);
    e->min = e->max = (uint16_t)n;
    return FM_OK;
}

static enum fm_code check_greed(struct compiler *c)
{
    for (uint16_t i = 0; i + 1 < c->n; i++) {
        const struct fm_shape_elem *a = &c->elems[i], *b = &c->elems[i + 1];
        if (a->literal || a->min == a->max)
            continue;
        for (unsigned v = 0; v < 256; v++)
            if (set_has(a, (unsigned char)v) &&
                (b->literal ? (unsigned char)b->literal[0] == v
                            : set_has(b, (unsigned char)v) && b->min))
                return bad(c, "a set with a variable count holds the first byte of what follows");
    }
    return FM_OK;
}

enum fm_code fm_shape_compile(struct fm_ctx *ctx, struct fm_arena *a, fm_str body,
                              struct fm_rule *out)
{
    struct compiler c = {.ctx = ctx, .arena = a, .body = body};
    while (c.at < body.len) {
        if (c.n == FM_SHAPE_MAX)
            return bad(&c, "more than 24 parts");
        struct fm_shape_elem *e = &c.elems[c.n++];
        if (peek(&c) != '[') {
            FM_TRY(read_literal(&c, e));
            continue;
        }
        FM_TRY(read_set(&c, e));
        FM_TRY(read_count(&c, e));
    }
    FM_TRY(check_greed(&c));
    struct fm_shape_elem *copy = FM_NEW_ARRAY(a, struct fm_shape_elem, c.n);
    memcpy(copy, c.elems, c.n * sizeof *copy);
    out->body = copy;
    out->n_body = c.n;
    return FM_OK;
}

static bool match_elem(const struct fm_shape_elem *e, const char *p, size_t n, size_t *at)
{
    if (e->literal) {
        if (n - *at < e->min || memcmp(p + *at, e->literal, e->min) != 0)
            return false;
        *at += e->min;
        return true;
    }
    size_t k = 0, limit = n - *at < e->max ? n - *at : e->max;
    while (k < limit && set_has(e, (unsigned char)p[*at + k]))
        k++;
    *at += k;
    return k >= e->min;
}

size_t fm_shape_match_open(const struct fm_rule *r, const char *p, size_t n)
{
    size_t at = 0;
    for (uint16_t i = 0; i < r->n_body; i++)
        if (!match_elem(&r->body[i], p, n, &at))
            return 0;
    return at;
}

size_t fm_shape_match(const struct fm_rule *r, const char *p, size_t n)
{
    size_t at = fm_shape_match_open(r, p, n);
    const struct fm_shape_elem *last = r->n_body ? &r->body[r->n_body - 1] : NULL;
    if (last && !last->literal && !r->is_open_right && at < n &&
        set_has(last, (unsigned char)p[at]))
        return 0;
    return at;
}

bool fm_shape_takes_base16(const struct fm_shape_elem *e)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    if (e->literal)
        return strchr(digits, e->literal[0]) != NULL;
    for (size_t i = 0; i + 1 < sizeof digits; i++)
        if (set_has(e, (unsigned char)digits[i]))
            return true;
    return false;
}

static void index_literal(struct fm_arena *a, struct fm_rule_set *set, struct fm_rule_index *x,
                          const char *text, struct fm_rule_bucket b)
{
    size_t n = strlen(text);
    uint32_t fold = x == &set->contexts ? 0x202020 : 0;
    unsigned slot = fm_rule_hash(text, fold) & (FM_RULE_SLOTS - 1);
    b.head = fm_rule_load(text, n);
    b.mask = n >= 8 ? ~0ULL : (1ULL << (8 * n)) - 1;
    b.next = x->heads[slot];
    fm_vec_push(a, &set->buckets, b);
    x->heads[slot] = (uint16_t)set->buckets.n;
    unsigned folded = fm_rule_hash(text, 0x202020);
    set->seen[folded >> 6] |= 1ULL << (folded & 63);
}

static const char *masked_literal(struct fm_arena *a, const char *text)
{
    size_t n = strlen(text);
    char *m = fm_arena_dup(a, text, n);
    for (size_t i = 0; i < n; i++)
        m[i] = fm_mask_byte(m[i]);
    return m;
}

static bool is_set_within(const struct fm_shape_elem *e, unsigned classes, bool is_not)
{
    for (unsigned v = 0; v < 256; v++)
        if (set_has(e, (unsigned char)v) && fm_is((unsigned char)v, classes) == is_not)
            return false;
    return true;
}

static bool is_literal_within(const char *p, unsigned classes, bool is_not)
{
    for (; *p; p++)
        if (fm_is((unsigned char)*p, classes) == is_not)
            return false;
    return true;
}

/* The least length of the match when it cannot leave the token, else 0. */
static uint16_t least_token(const struct fm_rule *r)
{
    unsigned n = 0;
    for (uint16_t i = 0; i < r->n_body; i++) {
        const struct fm_shape_elem *e = &r->body[i];
        if (e->literal ? !is_literal_within(e->literal, C_TOKENEND, true)
                       : !is_set_within(e, C_TOKENEND, true))
            return 0;
        n += e->min;
    }
    return (uint16_t)n;
}

/* The elements that must lie within the first word, and the byte that must follow it. */
static struct fm_loose describe(const struct fm_rule *r)
{
    struct fm_loose d = {.min_token = least_token(r)};
    for (uint16_t i = 0; i < r->n_body && !r->from_end; i++) {
        const struct fm_shape_elem *e = &r->body[i];
        const char *p = e->literal;
        for (; p && *p && fm_is_word((unsigned char)*p); p++)
            d.min_word++;
        if (p && *p) {
            d.after = (uint8_t)*p;
            break;
        }
        if (!e->literal && !is_set_within(e, C_WORD, false))
            break;
        d.min_word = (uint16_t)(d.min_word + (e->literal ? 0 : e->min));
    }
    return d;
}

static void add_loose(struct fm_arena *a, struct fm_rule_set *set, const struct fm_rule *r,
                      uint16_t index)
{
    uint16_t k = set->n_loose++;
    set->loose[k] = describe(r);
    set->loose[k].rule = index;
    if (!r->n_context)
        set->free_loose[k / 64] |= 1ULL << (k % 64);
    for (uint16_t i = 0; i < r->n_context; i++)
        index_literal(a, set, &set->contexts, masked_literal(a, r->context[i]),
                      (struct fm_rule_bucket){.owner = k, .literal = i});
}

static void note_base16(struct fm_base16_prefixes *x, const struct fm_rule *r, const char *prefix)
{
    size_t n = 0;
    while (fm_is((unsigned char)prefix[n], C_HEX))
        n++;
    unsigned char next = (unsigned char)prefix[n];
    if (!next)
        x->is_open |= r->n_body && !r->body[0].literal && is_set_within(&r->body[0], C_HEX, false);
    else if (n == 1 && prefix[0] == '0' && fm_lower(next) == 'x')
        x->is_open = true;
    else if (n && n < 64 && !fm_is_word(next)) {
        x->lengths |= 1ULL << n;
        x->signs[next >> 5] |= 1u << (next & 31);
    }
    x->is_behind_one |=
        !fm_is_word((unsigned char)prefix[1]) && fm_is((unsigned char)prefix[2], C_HEX);
}

static void index_prefix(struct fm_arena *a, struct fm_rule_set *set, const char *text,
                         struct fm_rule_bucket b)
{
    index_literal(a, set, &set->prefixes, text, b);
    index_literal(a, set, &set->masked, masked_literal(a, text), b);
    note_base16(&set->base16, &set->rules.items[b.owner], text);
}

enum fm_code fm_rule_set_add(struct fm_ctx *ctx, struct fm_arena *a, struct fm_rule_set *set,
                             const struct fm_rule *r)
{
    if (set->rules.n >= 4096 || set->buckets.n >= 32768 ||
        (!r->n_prefixes && set->n_loose == FM_LOOSE_MAX))
        return fm_fail(ctx, FM_ELIMIT, "rule \"%s\": too many rules", r->id);
    uint16_t index = (uint16_t)set->rules.n;
    fm_vec_push(a, &set->rules, *r);
    if (!r->n_prefixes)
        add_loose(a, set, r, index);
    for (uint16_t k = 0; k < r->n_prefixes; k++)
        index_prefix(a, set, r->prefixes[k], (struct fm_rule_bucket){.owner = index, .literal = k});
    return FM_OK;
}
