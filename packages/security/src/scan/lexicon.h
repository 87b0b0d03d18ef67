/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words with a meaning for the scanner, from rules/lexicon.yaml: context words, name lists, units.
 * Looked up without case.
 */
#ifndef FAULTMAVEN_SECURITY_SCAN_LEXICON_H
#define FAULTMAVEN_SECURITY_SCAN_LEXICON_H

#include "faultmaven/base/str.h"

/* X(symbol, class name in the file) */
#define FM_LEXICON_CLASSES(X)                                                                      \
    X(HOST, host)                                                                                  \
    X(TOWARDS, towards)                                                                            \
    X(PORT, port)                                                                                  \
    X(USER, user)                                                                                  \
    X(USER_STOP, user_stop)                                                                        \
    X(ACTOR, actor)                                                                                \
    X(ID, id)                                                                                      \
    X(ID_KEY, id_key)                                                                              \
    X(PHONE, phone)                                                                                \
    X(GROUPED, grouped)                                                                            \
    X(CARD, card)                                                                                  \
    X(SSN, ssn)                                                                                    \
    X(NATIONAL, national)                                                                          \
    X(NATIONAL_CUE, national_cue)                                                                  \
    X(LICENSE, license)                                                                            \
    X(BIRTH, birth)                                                                                \
    X(AGE, age)                                                                                    \
    X(TITLE, title)                                                                                \
    X(FIRST, first_name)                                                                           \
    X(CUE, name_cue)                                                                               \
    X(SPEECH, speech)                                                                              \
    X(FAMILY, family)                                                                              \
    X(BY, by)                                                                                      \
    X(COUNTRY, country)                                                                            \
    X(PLACE, place_cue)                                                                            \
    X(NATION, nationality)                                                                         \
    X(ORG, org_suffix)                                                                             \
    X(WORK, work_cue)                                                                              \
    X(MONTH, month)                                                                                \
    X(STREET, street)                                                                              \
    X(UNIT, address_unit)                                                                          \
    X(ADDRESS, address_cue)                                                                        \
    X(CAP, capital_stop)                                                                           \
    X(VERSION, version)                                                                            \
    X(RESOURCE, resource)                                                                          \
    X(BYTES, bytes)                                                                                \
    X(AUTH, auth)                                                                                  \
    X(COMMAND, command)                                                                            \
    X(COOKIE, cookie)                                                                              \
    X(GPS, gps)                                                                                    \
    X(TLD, tld)                                                                                    \
    X(TLD_FILE, tld_file)                                                                          \
    X(ROOT, package_root)                                                                          \
    X(STATE, state)                                                                                \
    X(METHOD, method)                                                                              \
    X(DATE, weekday)                                                                               \
    X(SECRETISH, secretish)                                                                        \
    X(PEM, pem)                                                                                    \
    X(FOR, for_actor)

enum {
#define FM_LEXICON_BIT(sym, name) FM_LEXICON_BIT_##sym,
    FM_LEXICON_CLASSES(FM_LEXICON_BIT)
#undef FM_LEXICON_BIT
        FM_LEXICON_BIT_COUNT
};

#define K(sym) (1ULL << FM_LEXICON_BIT_##sym)

struct fm_lexicon_word {
    const char *word; /* lower case, ≤ 24 bytes */
    uint64_t flags;
};

/* Generated from rules/lexicon.yaml. */
extern const struct fm_lexicon_word fm_lexicon_words[];
extern const size_t fm_lexicon_count;

#define FM_LEXICON_WORD_MAX 24
#define FM_LEXICON_SLOTS 8192

struct fm_lexicon_slot {
    uint64_t hash; /* 0 is free */
    uint64_t flags;
};

struct fm_lexicon {
    uint64_t seen[1024]; /* bit per fm_rule_hash of the first three bytes */
    struct fm_lexicon_slot slots[FM_LEXICON_SLOTS];
};

static inline bool fm_lexicon_may_start(const struct fm_lexicon *x, uint32_t hash)
{
    return x->seen[hash >> 6] >> (hash & 63) & 1;
}

void fm_lexicon_init(struct fm_lexicon *x);

/* p has at least `avail` readable bytes, of which the first n are the word. */
uint64_t fm_lexicon_find(const struct fm_lexicon *x, const char *p, size_t n, size_t avail);

#endif
