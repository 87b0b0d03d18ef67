/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules over database consoles share. */
#ifndef FM_DIAGNOSIS_CONSOLES_DATABASES_H
#define FM_DIAGNOSIS_CONSOLES_DATABASES_H

#include "consoles.h"

/* The database that a session works on, else the engine ("mysql", "postgresql", "redis"). */
struct fm_entity fm_console_database(const struct fm_console_row *r);

/* The current session with this id, of the engine of `like`; NULL when it is not shown. */
const struct fm_console_row *fm_console_session(const struct fm_hypotheses *h,
                                                const struct fm_console_row *like, fm_str id);

/* A client's session that is doing something: not a replica, a scheduler, a background worker. */
bool fm_console_is_client(const struct fm_console_row *r);

/* It waits for a lock. */
bool fm_console_waits_for_lock(const struct fm_console_row *r);

/* It holds a transaction open and does nothing: "idle in transaction", "Sleep". */
bool fm_console_is_idle(const struct fm_console_row *r);

/* Seconds that the session has been in its state or its statement running; NAN when not shown.
 * Without a column of durations, times count against the latest time of the same table. */
double fm_console_session_age(const struct fm_hypotheses *h, const struct fm_console_row *r);

/* "Query", "active", "idle in transaction": what to call its state. */
fm_str fm_console_session_state(const struct fm_console_row *r);

#endif
