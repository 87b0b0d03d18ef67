/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end pass over groups, first half: groups that are equal but for one word become one cluster.
 *
 * Two rounds, largest set of alternatives first. Words are taken for a parameter when at least five
 * different ones stand at the place (eight when fewer than two other words stay, twelve at the
 * first word), or two behind the noun of an entity ("user root", "node a12"); never when no other
 * word stays. States and verbs behind such a noun stay apart.
 */
#ifndef FAULTMAVEN_CORE_LOGS_CLUSTER_H
#define FAULTMAVEN_CORE_LOGS_CLUSTER_H

#include "processing/logs/miner.h"

enum fm_logs_token_kind {
    FM_LOGS_TOKEN_WORD,
    FM_LOGS_TOKEN_MARK, /* one byte of punctuation */
    FM_LOGS_TOKEN_BLANK,
    FM_LOGS_TOKEN_VALUE,  /* slot says which */
    FM_LOGS_TOKEN_MERGED, /* words that stand for one another; slot counts from 0 among the merged
                           */
};

struct fm_logs_token {
    enum fm_logs_token_kind kind;
    uint32_t slot;
    fm_str text; /* of the first member */
};

struct fm_logs_merged {
    struct fm_logs_top *words; /* one a member, in order of the members */
    uint32_t n;
};

struct fm_logs_cluster {
    FM_VEC(struct fm_logs_group *) members; /* in order of first appearance */
    struct fm_logs_token *tokens;
    uint32_t n_tokens;
    FM_VEC(uint32_t) merged_at; /* token indices */
    struct fm_logs_template
        *t; /* slots and counts of all members; of the first member while there is one */
};

struct fm_logs_clusters FM_VEC_OF(struct fm_logs_cluster *);

/* Groups of the table, in order of first appearance; work memory and results in the table's arena.
 */
void fm_logs_cluster(struct fm_logs_table *t, struct fm_logs_clusters *out);

/* True for nouns behind which a name stands: "user", "node", "port" ... (any case, plural not). */
bool fm_logs_is_noun(fm_str word);

#endif
