/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of files: formats of keys and tokens. A rule is a list of prefixes and a body; both are
 * matched at the start of a word. The body is a sequence of literals and byte sets with counts:
 *
 *     [A-Za-z0-9_-]{20,40}\.[a-f0-9]{8}
 *
 * Sets are greedy and never give back, so matching reads each byte once: linear by construction. A
 * set with a variable count must not hold the first byte of what follows; the compiler refuses it.
 * After the last set, a further byte of the set means "too long" and no match, unless the rule says
 * right: any. A rule without prefix is tried at every word that holds a digit and is long enough;
 * it should name context words.
 */
#ifndef FAULTMAVEN_SECURITY_RULES_RULE_H
#define FAULTMAVEN_SECURITY_RULES_RULE_H

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/vec.h"
#include "faultmaven/security/type.h"

#define FM_SHAPE_MAX 24
#define FM_RULE_PREFIX_MAX 16

struct fm_shape_elem {
    uint32_t set[8];     /* bit per byte; all zero for a literal */
    const char *literal; /* NULL for a set */
    uint16_t min, max;   /* counts of a set; length of a literal in both */
};

/*
 * What the last bytes of a token say about the others. A token whose checksum fits needs no entropy
 * and no border on its right; one whose checksum does not fit is found all the same, since half a
 * token is worth hiding, but must look more random.
 */
enum fm_rule_checksum {
    FM_CHECKSUM_NONE,
    FM_CHECKSUM_CRC32_BASE62, /* CRC-32 of what stands between prefix and checksum, six digits of
                                 0-9A-Za-z (GitHub, "Behind GitHub's new authentication token
                                 formats", 2021; npm follows it) */
    FM_CHECKSUM_CRC32_HEX,    /* CRC-32 of all before the last "_", least byte first, eight digits
                                 (Grafana service account tokens, pkg/components/satokengen) */
    FM_CHECKSUM_COUNT
};

struct fm_rule {
    const char *id;
    const char *why; /* provider and source of the format */
    enum fm_sensitive type;
    const char *const *prefixes;
    uint16_t n_prefixes;
    const struct fm_shape_elem *body;
    uint16_t n_body;
    const char *const
        *context; /* lower-case words, one of which must stand in the FM_CONTEXT_MAX bytes before */
    uint16_t n_context;
    uint16_t
        from_end; /* without prefix: the match starts this many bytes before the end of a word */
    uint16_t
        entropy_centi; /* minimum entropy of the match behind the prefix, in 1/100 bit per byte */
    uint8_t checksum;  /* enum fm_rule_checksum */
    bool is_open_right;
    bool is_user_rule;
};

#define FM_RULE_SLOTS 4096
#define FM_LOOSE_MAX 256

/* A literal of a rule in a hash chain: a prefix, or a context word in lower case. */
struct fm_rule_bucket {
    uint64_t head; /* its first bytes, at most 8 */
    uint64_t mask;
    uint16_t owner; /* index of the rule, or of the rule in `loose` */
    uint16_t literal;
    uint16_t next; /* index + 1 */
};

/* Literals by the hash of their first three bytes. */
struct fm_rule_index {
    uint16_t heads[FM_RULE_SLOTS]; /* index + 1 */
};

/* A rule without prefix, and what the word that it starts in must look like. */
struct fm_loose {
    uint16_t rule;
    uint16_t min_word;  /* bytes */
    uint16_t min_token; /* bytes from its start to the end of the token; 0: not known */
    uint8_t after;      /* the byte behind the word; 0: any */
};

/* Prefixes that may stand where a mask draws its own digits and letters. */
struct fm_base16_prefixes {
    uint64_t lengths;   /* bit n: n digits of base 16, then a sign */
    uint32_t signs[8];  /* these signs */
    bool is_open;       /* digits of base 16, and the body goes on with such */
    bool is_behind_one; /* a byte, a sign, digits of base 16 */
};

struct fm_rule_set {
    struct FM_VEC_OF(struct fm_rule) rules;
    struct FM_VEC_OF(struct fm_rule_bucket) buckets;
    uint64_t seen[1024]; /* says no for most words: bit per hash of the first three bytes, without
                            case */
    struct fm_rule_index prefixes;
    struct fm_rule_index masked; /* prefixes with every digit as "1" (scan/mask.h) */
    struct fm_base16_prefixes base16;
    struct fm_rule_index contexts;
    struct fm_loose loose[FM_LOOSE_MAX];
    uint16_t n_loose;
    uint64_t free_loose[FM_LOOSE_MAX / 64]; /* those that need no context */
};

/* Generated from rules/formats-*.yaml. */
extern const struct fm_rule fm_builtin_rules[];
extern const size_t fm_builtin_rule_count;

/* Examples of a rule, for the tests and the generator. */
struct fm_rule_examples {
    struct FM_VEC_OF(fm_str) match;
    struct FM_VEC_OF(fm_str) ignore;
};

struct fm_rule_file {
    struct FM_VEC_OF(struct fm_rule) rules;
    struct FM_VEC_OF(struct fm_rule_examples) examples; /* beside rules */
    struct FM_VEC_OF(fm_str) allow;
    struct FM_VEC_OF(fm_str) action_types; /* "email" … */
    struct FM_VEC_OF(fm_str) action_names; /* … "partial" */
};

/* Parses a rule file (docs/redaction.md). Memory in `a`; FM_EINVAL with name, line and reason. */
FM_MUST_CHECK enum fm_code fm_rules_parse(struct fm_ctx *ctx, struct fm_arena *a, const char *name,
                                          fm_str yaml, struct fm_rule_file *out);

/* Compiles a body. */
FM_MUST_CHECK enum fm_code fm_shape_compile(struct fm_ctx *ctx, struct fm_arena *a, fm_str body,
                                            struct fm_rule *out);

/* The element may start with a digit or a letter up to f. */
bool fm_shape_takes_base16(const struct fm_shape_elem *e);

/* Length of the match of the body at p, or 0. */
size_t fm_shape_match(const struct fm_rule *r, const char *p, size_t n);

/* Length of a match whose right border does not count. */
size_t fm_shape_match_open(const struct fm_rule *r, const char *p, size_t n);

/* token: with its prefix of n_prefix bytes. */
bool fm_checksum_fits(enum fm_rule_checksum kind, fm_str token, size_t n_prefix);

enum fm_code fm_rule_set_add(struct fm_ctx *ctx, struct fm_arena *a, struct fm_rule_set *set,
                             const struct fm_rule *r);

/* Three bytes at p as 16 bits; `fold` 0x202020 makes letters lower case. */
static inline unsigned fm_rule_hash(const char *p, uint32_t fold)
{
    uint32_t v = 0;
    memcpy(&v, p, 3);
    return (v | fold) * 2654435761u >> 16;
}

/* fm_rule_hash without case, where four bytes may be read. */
static inline unsigned fm_rule_hash4(const char *p)
{
    uint32_t v;
    memcpy(&v, p, 4);
    return ((v & 0xffffff) | 0x202020) * 2654435761u >> 16;
}

static inline bool fm_rule_may_start(const struct fm_rule_set *x, unsigned hash)
{
    return x->seen[hash >> 6] >> (hash & 63) & 1;
}

/* Up to 8 bytes at p, of which `avail` may be read. */
static inline uint64_t fm_rule_load(const char *p, size_t avail)
{
    uint64_t v = 0;
    memcpy(&v, p, avail < 8 ? avail : 8);
    return v;
}

#endif
