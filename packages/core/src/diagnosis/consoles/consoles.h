/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules over what hosts, container engines and database consoles print (core/consoles.h).
 *
 * A rule looks at current rows only and needs a state that cannot be normal: memory that is neither
 * free nor reclaimable nor pageable, a device that is busy and slow, a session that others wait
 * for. A high number that healthy systems show too (full page cache, TIME-WAIT sockets, load with
 * idle processors, a busy device with short waits) is no cause. Thresholds are margins of
 * judgement; each stands beside its reason.
 */
#ifndef FM_DIAGNOSIS_CONSOLES_H
#define FM_DIAGNOSIS_CONSOLES_H

#include "faultmaven/core/consoles.h"
#include "faultmaven/core/hypotheses.h"

/* A cause in the making. Texts are owned by the arena or static. */
struct fm_console_claim {
    struct fm_entity entity;
    enum fm_fault fault;
    double strength;
    const char *rule;
    fm_str statement, mechanism, location;
    const char *ask, *command; /* what would settle it */
};

/* Proposes; texts are taken when the cause is new or this claim is the stronger one. Never NULL. */
struct fm_cause *fm_console_assert(struct fm_hypotheses *h, const struct fm_console_claim *c);

/* Adds the row, or one field of it, as support. */
void fm_console_cite(struct fm_hypotheses *h, struct fm_cause *c, const struct fm_console_row *r,
                     const char *fmt, ...) FM_PRINTF(4, 5);
void fm_console_cite_field(struct fm_hypotheses *h, struct fm_cause *c,
                           const struct fm_console_row *r, enum fm_console_field f,
                           const char *what);

fm_str fm_console_text(struct fm_hypotheses *h, const char *fmt, ...) FM_PRINTF(2, 3);

/* The host of a row as entity: a node of the cluster when it is one. */
struct fm_entity fm_console_host(struct fm_hypotheses *h, const struct fm_console_row *r);

/* A number of the row, or `other` when it has none. */
double fm_console_or(const struct fm_console_row *r, enum fm_console_field f, double other);

bool fm_console_is(const struct fm_console_row *r, enum fm_console_field f, const char *text);

/* Of the current processes of r's host, the one with the largest value of f; NULL when none is
 * shown. */
const struct fm_console_row *fm_console_largest_process(const struct fm_hypotheses *h,
                                                        const struct fm_console_row *r,
                                                        enum fm_console_field f);

/* Rows of a kind that are current. */
#define fm_console_each(set, wanted, it)                                                           \
    fm_vec_each (&(set)->rows, it)                                                                 \
        if ((*it)->kind == (wanted) && (*it)->is_current)

/* Rules. */
void fm_console_rules_containers(struct fm_hypotheses *h);
void fm_console_rules_memory(struct fm_hypotheses *h);
void fm_console_rules_processors(struct fm_hypotheses *h);
void fm_console_rules_devices(struct fm_hypotheses *h);
void fm_console_rules_sockets(struct fm_hypotheses *h);
void fm_console_rules_locks(struct fm_hypotheses *h);
void fm_console_rules_sessions(struct fm_hypotheses *h);
void fm_console_rules_replicas(struct fm_hypotheses *h);
void fm_console_rules_redis(struct fm_hypotheses *h);

#endif
