/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of event orders inside spans: what follows what, in three periods. */
#ifndef FAULTMAVEN_CORE_SERVICES_SEQUENCE_H
#define FAULTMAVEN_CORE_SERVICES_SEQUENCE_H

#include "diagnosis/services/model.h"

enum period { QUIET, BEFORE, AFTER, PERIODS };

#define EVENT_START 0u /* begin and end of the span stand in every sequence */
#define EVENT_END 1u
#define EVENTS_MAX 48 /* of one span; later ones are not looked at */

/* One span's events of one kind: log records, or calls. */
struct sequence {
    uint32_t unit; /* of (service, operation, kind) */
    uint32_t events[EVENTS_MAX];
    uint32_t source[EVENTS_MAX]; /* record or child span behind each event */
    size_t n;
};

/* y after x in spans of one unit. */
struct order_count {
    uint32_t unit, x, y;
    uint32_t direct[PERIODS]; /* spans in which y follows x at once */
    uint32_t after[PERIODS];  /* spans in which y comes somewhere behind x */
};

struct order_table {
    struct fm_arena *arena;
    struct order_count *items;
    size_t n, cap;
    uint32_t *slots;
    size_t mask;
    bool is_full; /* ORDERS_MAX was reached: further orders are not counted */
};

#define ORDERS_MAX 2000000

void order_table_init(struct order_table *t, struct fm_arena *a);

/* The count of (unit, x, y); NULL when absent and !is_new, or when the table is full. Pointers move
 * with insertions. */
struct order_count *order_table_at(struct order_table *t, uint32_t unit, uint32_t x, uint32_t y,
                                   bool is_new);

/* Twice the log-likelihood ratio of k1 of n1 against k0 of n0 (Dunning 1993). */
double order_g(double k1, double n1, double k0, double n0);

#endif
