/* SPDX-License-Identifier: Apache-2.0 */
#include "databases.h"

#include <math.h>

#include "processing/cell.h"

struct fm_entity fm_console_database(const struct fm_console_row *r)
{
    fm_str name = fm_console_get(r, FM_CONSOLE_F_DATABASE).text;
    return (struct fm_entity){FM_ENTITY_DATABASE, name.len ? name : fm_str_c(r->form)};
}

static bool is_postgresql(const struct fm_console_row *r)
{
    return strcmp(r->form, "postgresql") == 0;
}

const struct fm_console_row *fm_console_session(const struct fm_hypotheses *h,
                                                const struct fm_console_row *like, fm_str id)
{
    fm_console_each(h->in->consoles, FM_CONSOLE_SESSION,
                    s) if (strcmp((*s)->form, like->form) == 0 &&
                           fm_str_eq(fm_console_get(*s, FM_CONSOLE_F_ID).text, id)) return *s;
    return NULL;
}

static bool starts_any(fm_str s, const char *const *words)
{
    for (; *words; words++)
        if (fm_str_istarts(s, fm_str_c(*words)))
            return true;
    return false;
}

bool fm_console_is_client(const struct fm_console_row *r)
{
    static const char *const threads[] = {"Binlog Dump", "Daemon", "Connect", "Slave_",
                                          "Replica",     "Killed", NULL};
    static const char *const users[] = {"system user", "event_scheduler", "rdsadmin", "mysql.",
                                        NULL};
    fm_str backend = fm_console_get(r, FM_CONSOLE_F_BACKEND).text;
    if (is_postgresql(r))
        return (backend.len == 0 || fm_str_eqc(backend, "client backend")) &&
               !fm_str_istarts(fm_console_get(r, FM_CONSOLE_F_QUERY).text, FM_STR("autovacuum:")) &&
               !fm_str_istarts(fm_console_get(r, FM_CONSOLE_F_QUERY).text,
                               FM_STR("START_REPLICATION"));
    return !starts_any(fm_console_get(r, FM_CONSOLE_F_COMMAND).text, threads) &&
           !starts_any(fm_console_get(r, FM_CONSOLE_F_USER).text, users);
}

/* Thread states of the MySQL manual: "Waiting for table metadata lock", "Waiting for table flush",
 * "Waiting for global read lock", "Locked". */
bool fm_console_waits_for_lock(const struct fm_console_row *r)
{
    fm_str state = fm_console_get(r, FM_CONSOLE_F_STATE).text;
    if (is_postgresql(r))
        return fm_console_is(r, FM_CONSOLE_F_WAIT_TYPE, "Lock");
    return fm_str_eqc(state, "Locked") ||
           (fm_str_istarts(state, FM_STR("Waiting for ")) &&
            (fm_str_ihas(state, FM_STR(" lock")) || fm_str_ihas(state, FM_STR("table flush"))));
}

bool fm_console_is_idle(const struct fm_console_row *r)
{
    return is_postgresql(r)
               ? fm_str_istarts(fm_console_get(r, FM_CONSOLE_F_STATE).text, FM_STR("idle in trans"))
               : fm_console_is(r, FM_CONSOLE_F_COMMAND, "Sleep");
}

/* "2025-07-01 12:00:00.12+00": psql writes zones without minutes. */
static bool time_of(const struct fm_hypotheses *h, const struct fm_console_row *r,
                    enum fm_console_field f, fm_time *out)
{
    fm_str text = fm_console_get(r, f).text;
    ptrdiff_t colon = fm_str_rchr(text, ':');
    ptrdiff_t sign = fm_str_rchr(text, '+');
    if (sign < 0)
        sign = fm_str_rchr(text, '-');
    if (sign > colon && colon > 0 && text.len - (size_t)sign == 3)
        text = fm_str_fmt(&h->in->ctx->arena, "%.*s:00", FM_STR_ARG(text));
    return text.len && fm_cell_time(text, h->in->ask.zone_offset_s, out);
}

static fm_time latest_of(const struct fm_hypotheses *h, const struct fm_console_row *like)
{
    static const enum fm_console_field fields[] = {
        FM_CONSOLE_F_XACT_START, FM_CONSOLE_F_QUERY_START, FM_CONSOLE_F_STATE_CHANGE};
    fm_time latest = FM_TIME_NONE, t;
    fm_console_each(h->in->consoles, FM_CONSOLE_SESSION,
                    s) for (size_t i = 0; i < sizeof fields / sizeof *fields;
                            i++) if ((*s)->evidence == like->evidence &&
                                     time_of(h, *s, fields[i], &t) &&
                                     (latest == FM_TIME_NONE || t > latest)) latest = t;
    return latest;
}

double fm_console_session_age(const struct fm_hypotheses *h, const struct fm_console_row *r)
{
    double s;
    fm_time begun, latest;
    if (fm_console_seconds(fm_console_get(r, FM_CONSOLE_F_TIME).text, &s))
        return s;
    enum fm_console_field f =
        fm_console_is_idle(r) ? FM_CONSOLE_F_XACT_START : FM_CONSOLE_F_QUERY_START;
    if (!time_of(h, r, f, &begun) && !time_of(h, r, FM_CONSOLE_F_STATE_CHANGE, &begun))
        return NAN;
    latest = latest_of(h, r);
    return latest == FM_TIME_NONE ? NAN : (double)(latest - begun) / 1e9;
}

fm_str fm_console_session_state(const struct fm_console_row *r)
{
    fm_str command = fm_console_get(r, FM_CONSOLE_F_COMMAND).text;
    return command.len ? command : fm_console_get(r, FM_CONSOLE_F_STATE).text;
}
