/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tokens of known formats (rules/formats-*.yaml and user rules). */
#include "detect/later_checks.h"
#include "detect/value.h"
#include "scan/later.h"
#include "scan/state.h"

/* A run of X is a drawn placeholder, and so are the alphabet in order and "EXAMPLE" at the end of a
 * short key. */
static bool is_drawn(fm_str s)
{
    size_t run = 1, ladder = 1;
    for (size_t i = 1; i < s.len; i++) {
        run = s.p[i] == s.p[i - 1] ? run + 1 : 1;
        ladder = s.p[i] == s.p[i - 1] + 1 ? ladder + 1 : 1;
        if ((run >= 12 && s.p[i] == 'X') || ladder >= 20)
            return true;
    }
    return (s.len >= 16 && s.len <= 24 && fm_str_ends(s, FM_STR("EXAMPLE"))) ||
           fm_str_has(s, FM_STR("EXAMPLEEXAMPLE"));
}

/* The word stands alone or starts a hump: "okta", "myOktaToken", "OKTA_TOKEN", but not "rookTable"
 * or "sumObj". */
static bool is_own_word(fm_str t, size_t at, size_t n)
{
    bool is_hump =
        fm_is((unsigned char)t.p[at], C_UPPER) && at && fm_is((unsigned char)t.p[at - 1], C_LOWER);
    bool is_free = at == 0 || !fm_is((unsigned char)t.p[at - 1], C_LOWER | C_UPPER);
    bool breaks_at_end = n > 1 && fm_is((unsigned char)t.p[at + n - 1], C_UPPER) &&
                         fm_is((unsigned char)t.p[at + n - 2], C_LOWER);
    return (is_hump || is_free) && !breaks_at_end;
}

static bool has_word(fm_str text, fm_str word)
{
    for (ptrdiff_t at = 0; (at = fm_str_ifind(text, word, (size_t)at)) >= 0; at++)
        if (is_own_word(text, (size_t)at, word.len))
            return true;
    return false;
}

static bool has_context(const struct fm_line *l, const struct fm_rule *r, uint32_t s)
{
    if (!r->n_context)
        return true;
    uint32_t from = s > FM_CONTEXT_MAX ? s - FM_CONTEXT_MAX : 0;
    fm_str before = fm_line_str(l, from, s);
    for (uint16_t i = 0; i < r->n_context; i++)
        if (has_word(before, fm_str_c(r->context[i])))
            return true;
    return false;
}

/* A token whose checksum does not fit must look like one. */
#define ENTROPY_UNCHECKED 300

static bool looks_issued(const struct fm_rule *r, fm_str tail, unsigned char next)
{
    unsigned least = r->entropy_centi;
    if (r->checksum && least < ENTROPY_UNCHECKED)
        least = ENTROPY_UNCHECKED;
    return !is_drawn(tail) && next != '#' && !(least && fm_entropy(tail) * 100 < least);
}

static bool has_valid_checksum(const struct fm_line *l, const struct fm_rule *r, uint32_t s,
                               uint32_t body, size_t *n)
{
    if (!r->checksum)
        return false;
    *n = fm_shape_match_open(r, l->p + body, l->n - body);
    return *n && fm_checksum_fits((enum fm_rule_checksum)r->checksum,
                                  fm_line_str(l, s, body + (uint32_t)*n), body - s);
}

static void try_rule(struct fm_line *l, uint16_t index, uint32_t s, uint32_t body)
{
    const struct fm_rule *r = &l->r->rules.rules.items[index];
    size_t n = 0;
    if (!has_valid_checksum(l, r, s, body, &n)) {
        n = fm_shape_match(r, l->p + body, l->n - body);
        if ((r->n_body && n == 0) || !has_context(l, r, s))
            return;
        fm_str tail = fm_line_str(l, body, body + (uint32_t)n);
        if (!looks_issued(r, tail, fm_at(l, body + (uint32_t)n)))
            return;
    }
    fm_line_propose(l, 1,
                    (struct fm_cand){.start = s,
                                     .end = body + (uint32_t)n,
                                     .type = (uint8_t)r->type,
                                     .rule = (uint16_t)(R_BUILTIN_COUNT + index)});
}

static void try_prefixed(struct fm_line *l, uint32_t s, unsigned hash)
{
    const struct fm_rule_set *set = &l->r->rules;
    uint64_t bytes = fm_rule_load(l->p + s, l->n - s);
    for (uint16_t at = set->prefixes.heads[hash & (FM_RULE_SLOTS - 1)]; at;) {
        const struct fm_rule_bucket *b = &set->buckets.items[at - 1];
        at = b->next;
        if ((bytes & b->mask) != b->head)
            continue;
        const char *prefix = set->rules.items[b->owner].prefixes[b->literal];
        size_t n = strlen(prefix);
        if (l->n - s >= n && memcmp(l->p + s, prefix, n) == 0)
            try_rule(l, b->owner, s, s + (uint32_t)n);
    }
}

static void try_loose(struct fm_line *l, const struct fm_word *x, const uint64_t *which)
{
    const struct fm_rule_set *set = &l->r->rules;
    uint32_t n = x->end - x->start;
    unsigned char next = fm_at(l, x->end);
    for (unsigned k = 0; k < (set->n_loose + 63u) / 64; k++)
        for (uint64_t bits = which[k]; bits; bits &= bits - 1) {
            const struct fm_loose *d = &set->loose[64 * k + (unsigned)__builtin_ctzll(bits)];
            const struct fm_rule *r = &set->rules.items[d->rule];
            if (n < d->min_word || (d->after && d->after != next))
                continue;
            if (!r->from_end)
                try_rule(l, d->rule, x->start, x->start);
            else if (next == '~' && x->end >= r->from_end)
                try_rule(l, d->rule, x->end - r->from_end, x->end - r->from_end);
        }
}

static bool starts_rule(const struct fm_line *l, uint32_t s)
{
    unsigned char prev = fm_at(l, s - 1);
    return l->n - s >= 4 && prev != '+' && !(prev == '.' && fm_is_word(fm_at(l, s - 2)));
}

/* In base 16 the mask does not tell a prefix from other digits. */
static bool may_hide_prefix(const struct fm_line *l, const struct fm_word *x)
{
    const struct fm_base16_prefixes *b = &l->r->rules.base16;
    uint32_t n = x->end - x->start;
    unsigned char next = fm_at(l, x->end);
    if (!fm_word_is_base16(x))
        return (n == 1 && b->is_behind_one) || (b->is_open && fm_line_has_at(l, x->start, "0x"));
    return b->is_open || (n < 64 && b->lengths >> n & 1 && b->signs[next >> 5] >> (next & 31) & 1);
}

/* Words that start with a prefix, digits aside. Of the bytes behind the word only one is sure. */
static bool may_be_prefixed(const struct fm_line *l, const struct fm_word *x)
{
    const struct fm_rule_set *set = &l->r->rules;
    if (may_hide_prefix(l, x))
        return true;
    if (!fm_rule_may_start(set, x->hash))
        return false;
    unsigned hash = fm_rule_hash(l->p + x->start, 0);
    uint64_t bytes = fm_rule_load(l->p + x->start, l->n - x->start);
    uint32_t n = x->end - x->start;
    uint64_t sure = n >= 7 ? ~0ULL : (1ULL << 8 * (n < 2 ? 3 : n + 1)) - 1;
    for (uint16_t at = set->masked.heads[hash & (FM_RULE_SLOTS - 1)]; at;) {
        const struct fm_rule_bucket *b = &set->buckets.items[at - 1];
        at = b->next;
        if (((bytes ^ b->head) & b->mask & sure) == 0)
            return true;
    }
    return false;
}

/* The token that a word starts, for the rules without prefix. */
struct start {
    uint32_t at;
    uint32_t word; /* bytes of the word */
    uint32_t token;
    unsigned char next; /* the byte behind the word */
    bool is_drawn;
};

static struct start start_of(const struct fm_line *l, const struct fm_word *x)
{
    return (struct start){.at = x->start,
                          .word = x->end - x->start,
                          .token = fm_token_end(l, x->start) - x->start,
                          .next = fm_at(l, x->end),
                          .is_drawn = fm_word_is_base16(x)};
}

static bool may_start(const struct fm_line *l, const struct fm_loose *d, const struct start *t)
{
    const struct fm_rule *r = &l->r->rules.rules.items[d->rule];
    unsigned char c = fm_at(l, t->at);
    if (t->word < d->min_word || (d->after && d->after != t->next))
        return false;
    if (r->from_end)
        return t->next == '~';
    if (t->token < d->min_token && t->token < FM_TOKEN_MAX)
        return false;
    if (t->is_drawn || fm_is_digit(c))
        return fm_shape_takes_base16(&r->body[0]);
    return r->body[0].literal ? (unsigned char)r->body[0].literal[0] == c
                              : r->body[0].set[c >> 5] >> (c & 31) & 1;
}

static bool may_be_loose(const struct fm_line *l, const struct fm_word *x)
{
    const struct fm_rule_set *set = &l->r->rules;
    uint32_t n = x->end - x->start;
    unsigned char next = fm_at(l, x->end);
    if (!(x->cls & W_DIGIT) || (n < 14 && next != '~' && (n < 8 || (next != ':' && next != '|'))))
        return false;
    struct start t = start_of(l, x);
    for (unsigned k = 0; k < (set->n_loose + 63u) / 64; k++)
        for (uint64_t bits = set->free_loose[k]; bits; bits &= bits - 1)
            if (may_start(l, &set->loose[64 * k + (unsigned)__builtin_ctzll(bits)], &t))
                return true;
    return false;
}

bool fm_format_may_match(const struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    return (x->hash && may_be_prefixed(l, x) && starts_rule(l, x->start)) || may_be_loose(l, x);
}

void fm_detect_format(struct fm_line *l, uint32_t w)
{
    const struct fm_word *x = &l->words[w];
    if (starts_rule(l, x->start))
        try_prefixed(l, x->start, fm_rule_hash(l->p + x->start, 0));
    if (may_be_loose(l, x))
        try_loose(l, x, l->r->rules.free_loose);
}

void fm_note_context(struct fm_line *l, uint32_t s, unsigned hash)
{
    const struct fm_rule_set *set = &l->r->rules;
    for (uint16_t at = set->contexts.heads[hash & (FM_RULE_SLOTS - 1)]; at;) {
        const struct fm_rule_bucket *b = &set->buckets.items[at - 1];
        at = b->next;
        const struct fm_rule *r = &set->rules.items[set->loose[b->owner].rule];
        if (!fm_line_has_at(l, s, r->context[b->literal]))
            continue;
        l->contexts[b->owner / 64] |= 1ULL << (b->owner % 64);
        l->has_context = true;
    }
}

static bool may_have_context(const struct fm_line *l, const struct fm_rule *r, uint32_t s)
{
    for (uint16_t i = 0; i < r->n_context; i++)
        if (strpbrk(r->context[i], "0123456789"))
            return true;
    return has_context(l, r, s);
}

static bool may_follow_context(const struct fm_line *l, const struct fm_word *x)
{
    const struct fm_rule_set *set = &l->r->rules;
    struct start t = start_of(l, x);
    for (unsigned k = 0; k < (set->n_loose + 63u) / 64; k++)
        for (uint64_t bits = l->contexts[k]; bits; bits &= bits - 1) {
            const struct fm_loose *d = &set->loose[64 * k + (unsigned)__builtin_ctzll(bits)];
            if (may_start(l, d, &t) && may_have_context(l, &set->rules.items[d->rule], x->start))
                return true;
        }
    return false;
}

void fm_put_off_loose(struct fm_line *l)
{
    for (uint32_t w = 0; w < l->n_words; w++)
        if (l->words[w].cls & W_DIGIT && may_follow_context(l, &l->words[w]))
            fm_later_add(l, FM_LATER_LOOSE, w);
}

void fm_detect_loose(struct fm_line *l, uint32_t w)
{
    try_loose(l, &l->words[w], l->contexts);
}
