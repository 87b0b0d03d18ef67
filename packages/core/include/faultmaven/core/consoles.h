/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operators print on hosts, container engines and database consoles, as rows in which every
 * field knows its bytes: free, top, ps, ss, netstat, vmstat, iostat, df, docker ps and inspect,
 * process lists, pg_stat_activity, pg_locks, InnoDB status, replication status, Redis INFO.
 *
 * Content decides, not the command: a table is recognised by its column titles wherever it stands,
 * in a transcript with many prompts or alone in a file. Sources of the forms: the manual pages
 * free(1), top(1), ps(1), ss(8), netstat(8), vmstat(8), iostat(1), df(1); the Docker Engine API;
 * the reference manuals of MySQL (SHOW PROCESSLIST, InnoDB monitor, sys schema) and PostgreSQL
 * (monitoring statistics, psql output formats); redis.io/commands/info.
 *
 * Of a command that was repeated, or that prints several samples, only the last sample is current.
 * All memory is the context's arena; read-only once the processor has run.
 */
#ifndef FAULTMAVEN_CORE_CONSOLES_H
#define FAULTMAVEN_CORE_CONSOLES_H

#include "faultmaven/core/objects.h"

/* X(symbol, name) */
#define FM_CONSOLE_KINDS(X)                                                                        \
    X(MEMORY, "memory")         /* free, header of top */                                          \
    X(CPU, "cpu")               /* top, vmstat, iostat */                                          \
    X(PROCESS, "process")       /* top, ps */                                                      \
    X(SOCKET, "socket")         /* ss, netstat */                                                  \
    X(FILESYSTEM, "filesystem") /* df */                                                           \
    X(DEVICE, "device")         /* iostat -x */                                                    \
    X(CONTAINER, "container")   /* docker ps, docker inspect */                                    \
    X(SESSION, "session")       /* of a database */                                                \
    X(LOCK, "lock")             /* pg_locks */                                                     \
    X(BLOCKING, "blocking")     /* one session that waits for another */                           \
    X(DEADLOCK, "deadlock")     /* one transaction of the latest deadlock of InnoDB */             \
    X(REPLICA, "replica")       /* replication status */                                           \
    X(SETTING, "setting")       /* a variable with its value */

enum fm_console_kind {
#define FM_CONSOLE_ENUM(sym, name) FM_CONSOLE_##sym,
    FM_CONSOLE_KINDS(FM_CONSOLE_ENUM)
#undef FM_CONSOLE_ENUM
        FM_CONSOLE_KIND_COUNT
};

const char *fm_console_kind_name(enum fm_console_kind k);

/* X(symbol): fields; which a row has depends on its kind. Units as printed, see fm_console_number.
 */
#define FM_CONSOLE_FIELDS(X)                                                                       \
    X(NAME)                                                                                        \
    X(VALUE)                                                                                       \
    X(ID)                                                                                          \
    X(PARENT)                                                                                      \
    X(USER)                                                                                        \
    X(CLIENT)                                                                                      \
    X(STATE)                                                                                       \
    X(STATUS)                                                                                      \
    X(COMMAND)                                                                                     \
    X(TOTAL)                                                                                       \
    X(USED)                                                                                        \
    X(FREE)                                                                                        \
    X(CACHE)                                                                                       \
    X(AVAILABLE)                                                                                   \
    X(SWAP_TOTAL)                                                                                  \
    X(SWAP_USED)                                                                                   \
    X(SWAP_IN)                                                                                     \
    X(SWAP_OUT)                                                                                    \
    X(LOAD)                                                                                        \
    X(ZOMBIES)                                                                                     \
    X(RUNNABLE)                                                                                    \
    X(BLOCKED)                                                                                     \
    X(CPU_USER)                                                                                    \
    X(CPU_NICE)                                                                                    \
    X(CPU_SYSTEM)                                                                                  \
    X(CPU_IDLE)                                                                                    \
    X(CPU_IOWAIT)                                                                                  \
    X(CPU_STEAL)                                                                                   \
    X(CPU_SHARE)                                                                                   \
    X(MEMORY_SHARE)                                                                                \
    X(RESIDENT)                                                                                    \
    X(PROTOCOL)                                                                                    \
    X(RECV_Q)                                                                                      \
    X(SEND_Q)                                                                                      \
    X(LOCAL)                                                                                       \
    X(PEER)                                                                                        \
    X(PROCESS)                                                                                     \
    X(SIZE)                                                                                        \
    X(USE_SHARE)                                                                                   \
    X(INODE_SHARE)                                                                                 \
    X(MOUNT)                                                                                       \
    X(UTILISATION)                                                                                 \
    X(AWAIT)                                                                                       \
    X(READ_AWAIT)                                                                                  \
    X(WRITE_AWAIT)                                                                                 \
    X(QUEUE)                                                                                       \
    X(IMAGE)                                                                                       \
    X(PORTS)                                                                                       \
    X(EXIT_CODE)                                                                                   \
    X(OOM_KILLED)                                                                                  \
    X(HEALTH)                                                                                      \
    X(HEALTH_OUTPUT)                                                                               \
    X(FAILING_STREAK)                                                                              \
    X(RESTARTS)                                                                                    \
    X(RESTART_POLICY)                                                                              \
    X(ERROR)                                                                                       \
    X(LIMIT)                                                                                       \
    X(DATABASE)                                                                                    \
    X(TIME)                                                                                        \
    X(QUERY)                                                                                       \
    X(WAIT_TYPE)                                                                                   \
    X(WAIT)                                                                                        \
    X(XACT_START)                                                                                  \
    X(QUERY_START)                                                                                 \
    X(STATE_CHANGE)                                                                                \
    X(BACKEND)                                                                                     \
    X(APPLICATION)                                                                                 \
    X(BLOCKED_BY)                                                                                  \
    X(BLOCKER_USER)                                                                                \
    X(BLOCKER_QUERY)                                                                               \
    X(LOCK_TYPE)                                                                                   \
    X(MODE)                                                                                        \
    X(GRANTED)                                                                                     \
    X(TABLE)                                                                                       \
    X(TRANSACTION)                                                                                 \
    X(LAG)                                                                                         \
    X(IO_RUNNING)                                                                                  \
    X(SQL_RUNNING)

enum fm_console_field {
    FM_CONSOLE_F_NONE,
#define FM_CONSOLE_FIELD_ENUM(sym) FM_CONSOLE_F_##sym,
    FM_CONSOLE_FIELDS(FM_CONSOLE_FIELD_ENUM)
#undef FM_CONSOLE_FIELD_ENUM
        FM_CONSOLE_F_COUNT
};

struct fm_console_value {
    enum fm_console_field id;
    fm_field field;
};

struct fm_console_row {
    enum fm_console_kind kind;
    const char *form; /* "free", "ps", "mysql", "postgresql", "redis", …: static */
    struct fm_evidence *evidence;
    fm_str host;     /* that the prompt, ssh or the path names; "" when nothing does */
    fm_str command;  /* that printed it; "" when it stands alone */
    uint32_t sample; /* number of the table or report within the input */
    bool is_current; /* no later sample of the same command, host and kind */
    fm_span span;    /* the row */
    FM_VEC(struct fm_console_value) values;
};

struct fm_console_set {
    struct fm_incident *in;
    FM_VEC(struct fm_console_row *) rows;
    bool is_full;
};

#define FM_CONSOLE_ROWS_MAX 200000

/* The field, or an unset one. */
fm_field fm_console_get(const struct fm_console_row *r, enum fm_console_field f);

/* A number with an optional unit of size ("15Gi", "15.5g", "120M", "0B"), percent sign, or a
 * decimal comma; false when the field is unset or none. Plain numbers stay as they are. */
bool fm_console_number(const struct fm_console_row *r, enum fm_console_field f, double *out);

/* Seconds of a duration as consoles print it: "42", "00:01:12", "1 day 02:03:04", "-" and NULL are
 * none. */
bool fm_console_seconds(fm_str s, double *out);

/* True when line is the title row of a table that these readers know. */
bool fm_console_is_title(fm_str line);

/* True when the first lines of an input (blank ones left out) are output of a console: a table that
 * is known, perhaps behind prompts of mysql, psql or redis-cli. */
bool fm_console_recognise(const fm_str *lines, size_t n);

/* The value of a setting by name, without case: the last one that is shown; NULL when there is
 * none. */
const struct fm_console_row *fm_console_setting(const struct fm_console_set *s, const char *form,
                                                const char *name);

#endif
