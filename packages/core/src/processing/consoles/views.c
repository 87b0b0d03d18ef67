/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of database consoles by their column titles. The order of columns and what a query leaves
 * out do not matter; a view is known by the few titles that only it has.
 */
#include "read.h"

struct view {
    enum fm_console_kind kind;
    const char *form;
    const char *needs[4]; /* titles; "a|b" for either */
    const struct fm_console_title *titles;
};

/* MySQL and MariaDB: SHOW PROCESSLIST, information_schema.PROCESSLIST. */
static const struct fm_console_title mysql_sessions[] = {
    {"Id", FM_CONSOLE_F_ID},       {"User", FM_CONSOLE_F_USER},       {"Host", FM_CONSOLE_F_CLIENT},
    {"db", FM_CONSOLE_F_DATABASE}, {"Command", FM_CONSOLE_F_COMMAND}, {"Time", FM_CONSOLE_F_TIME},
    {"State", FM_CONSOLE_F_STATE}, {"Info", FM_CONSOLE_F_QUERY},      {NULL, FM_CONSOLE_F_NONE}};

/* sys.innodb_lock_waits, sys.schema_table_lock_waits, and the usual query on pg_locks or
 * pg_blocking_pids. */
static const struct fm_console_title blocking_pairs[] = {
    {"waiting_pid", FM_CONSOLE_F_ID},
    {"blocked_pid", FM_CONSOLE_F_ID},
    {"waiting_query", FM_CONSOLE_F_QUERY},
    {"blocked_statement", FM_CONSOLE_F_QUERY},
    {"blocked_query", FM_CONSOLE_F_QUERY},
    {"blocked_user", FM_CONSOLE_F_USER},
    {"waiting_account", FM_CONSOLE_F_USER},
    {"wait_age_secs", FM_CONSOLE_F_TIME},
    {"wait_age", FM_CONSOLE_F_TIME},
    {"waiting_query_secs", FM_CONSOLE_F_TIME},
    {"blocked_duration", FM_CONSOLE_F_TIME},
    {"locked_table", FM_CONSOLE_F_TABLE},
    {"object_name", FM_CONSOLE_F_TABLE},
    {"blocking_pid", FM_CONSOLE_F_BLOCKED_BY},
    {"blocking_query", FM_CONSOLE_F_BLOCKER_QUERY},
    {"blocking_statement", FM_CONSOLE_F_BLOCKER_QUERY},
    {"current_statement_in_blocking_process", FM_CONSOLE_F_BLOCKER_QUERY},
    {"blocking_user", FM_CONSOLE_F_BLOCKER_USER},
    {"blocking_account", FM_CONSOLE_F_BLOCKER_USER},
    {"blocking_state", FM_CONSOLE_F_STATUS},
    {NULL, FM_CONSOLE_F_NONE}};

/* pg_stat_activity, with the names that queries give to derived columns. */
static const struct fm_console_title pg_sessions[] = {
    {"pid", FM_CONSOLE_F_ID},
    {"usename", FM_CONSOLE_F_USER},
    {"datname", FM_CONSOLE_F_DATABASE},
    {"application_name", FM_CONSOLE_F_APPLICATION},
    {"client_addr", FM_CONSOLE_F_CLIENT},
    {"state", FM_CONSOLE_F_STATE},
    {"wait_event_type", FM_CONSOLE_F_WAIT_TYPE},
    {"wait_event", FM_CONSOLE_F_WAIT},
    {"xact_start", FM_CONSOLE_F_XACT_START},
    {"query_start", FM_CONSOLE_F_QUERY_START},
    {"state_change", FM_CONSOLE_F_STATE_CHANGE},
    {"backend_type", FM_CONSOLE_F_BACKEND},
    {"query", FM_CONSOLE_F_QUERY},
    {"blocked_by", FM_CONSOLE_F_BLOCKED_BY},
    {"pg_blocking_pids", FM_CONSOLE_F_BLOCKED_BY},
    {"blocking_pids", FM_CONSOLE_F_BLOCKED_BY},
    {"duration", FM_CONSOLE_F_TIME},
    {"query_age", FM_CONSOLE_F_TIME},
    {"runtime", FM_CONSOLE_F_TIME},
    {"running_for", FM_CONSOLE_F_TIME},
    {"age", FM_CONSOLE_F_TIME},
    {"xact_age", FM_CONSOLE_F_LAG},
    {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title pg_locks[] = {{"locktype", FM_CONSOLE_F_LOCK_TYPE},
                                                   {"relation", FM_CONSOLE_F_TABLE},
                                                   {"relname", FM_CONSOLE_F_TABLE},
                                                   {"transactionid", FM_CONSOLE_F_TRANSACTION},
                                                   {"pid", FM_CONSOLE_F_ID},
                                                   {"mode", FM_CONSOLE_F_MODE},
                                                   {"granted", FM_CONSOLE_F_GRANTED},
                                                   {"query", FM_CONSOLE_F_QUERY},
                                                   {"state", FM_CONSOLE_F_STATE},
                                                   {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title mysql_replica[] = {
    {"Seconds_Behind_Master", FM_CONSOLE_F_LAG},
    {"Seconds_Behind_Source", FM_CONSOLE_F_LAG},
    {"Slave_IO_Running", FM_CONSOLE_F_IO_RUNNING},
    {"Replica_IO_Running", FM_CONSOLE_F_IO_RUNNING},
    {"Slave_SQL_Running", FM_CONSOLE_F_SQL_RUNNING},
    {"Replica_SQL_Running", FM_CONSOLE_F_SQL_RUNNING},
    {"Last_IO_Error", FM_CONSOLE_F_WAIT},
    {"Last_SQL_Error", FM_CONSOLE_F_ERROR},
    {"Master_Host", FM_CONSOLE_F_CLIENT},
    {"Source_Host", FM_CONSOLE_F_CLIENT},
    {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title pg_replica[] = {
    {"application_name", FM_CONSOLE_F_NAME}, {"client_addr", FM_CONSOLE_F_CLIENT},
    {"state", FM_CONSOLE_F_STATE},           {"replay_lag", FM_CONSOLE_F_LAG},
    {"replication_delay", FM_CONSOLE_F_LAG}, {NULL, FM_CONSOLE_F_NONE}};

static const struct fm_console_title mysql_settings[] = {
    {"Variable_name", FM_CONSOLE_F_NAME}, {"Value", FM_CONSOLE_F_VALUE}, {NULL, FM_CONSOLE_F_NONE}};
static const struct fm_console_title pg_settings[] = {
    {"name", FM_CONSOLE_F_NAME}, {"setting", FM_CONSOLE_F_VALUE}, {NULL, FM_CONSOLE_F_NONE}};
/* SHOW max_connections of psql: the title is the name. */
static const struct fm_console_title pg_show[] = {{"max_connections", FM_CONSOLE_F_VALUE},
                                                  {NULL, FM_CONSOLE_F_NONE}};

static const struct view views[] = {
    {FM_CONSOLE_BLOCKING, "mysql", {"waiting_pid", "blocking_pid"}, blocking_pairs},
    {FM_CONSOLE_BLOCKING, "postgresql", {"blocked_pid", "blocking_pid"}, blocking_pairs},
    {FM_CONSOLE_SESSION, "mysql", {"Id", "User", "Command", "Time"}, mysql_sessions},
    {FM_CONSOLE_LOCK, "postgresql", {"locktype", "pid", "mode", "granted"}, pg_locks},
    {FM_CONSOLE_REPLICA,
     "mysql",
     {"Seconds_Behind_Master|Seconds_Behind_Source", "Slave_IO_Running|Replica_IO_Running"},
     mysql_replica},
    {FM_CONSOLE_REPLICA, "postgresql", {"replay_lag"}, pg_replica},
    {FM_CONSOLE_REPLICA, "postgresql", {"replication_delay"}, pg_replica},
    {FM_CONSOLE_SESSION, "postgresql", {"pid", "state", "query"}, pg_sessions},
    {FM_CONSOLE_SETTING, "mysql", {"Variable_name", "Value"}, mysql_settings},
    {FM_CONSOLE_SETTING, "postgresql", {"name", "setting"}, pg_settings},
    {FM_CONSOLE_SETTING, "postgresql", {"max_connections"}, pg_show},
};

static bool has_name(const struct fm_console_cell *cells, size_t n, fm_str name)
{
    for (size_t i = 0; i < n; i++)
        if (fm_str_ieq(cells[i].name, name))
            return true;
    return false;
}

static bool has_any_name(const struct fm_console_cell *cells, size_t n, fm_str names)
{
    while (names.len)
        if (has_name(cells, n, fm_str_cut(&names, '|')))
            return true;
    return false;
}

static const struct view *find_view(const struct fm_console_cell *cells, size_t n)
{
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        bool fits = true;
        for (size_t k = 0; fits && k < 4 && views[i].needs[k]; k++)
            fits = has_any_name(cells, n, fm_str_c(views[i].needs[k]));
        if (fits)
            return &views[i];
    }
    return NULL;
}

enum fm_console_kind fm_console_view_of(const struct fm_console_cell *cells, size_t n,
                                        const char **form)
{
    const struct view *v = find_view(cells, n);
    *form = v ? v->form : "";
    return v ? v->kind : FM_CONSOLE_KIND_COUNT;
}

void fm_console_add_cells(struct fm_console_reader *r, const struct fm_console_cell *cells,
                          size_t n, fm_str piece)
{
    const struct view *v = find_view(cells, n);
    struct fm_console_row *row = v ? fm_console_add(r, v->kind, v->form, piece) : NULL;
    if (!row)
        return;
    for (size_t i = 0; i < n; i++)
        for (const struct fm_console_title *t = v->titles; t->name; t++)
            if (fm_str_ieq(cells[i].name, fm_str_c(t->name)))
                fm_console_set(r, row, t->field, cells[i].value);
    if (v->titles == pg_show)
        fm_console_set(r, row, FM_CONSOLE_F_NAME, cells[0].name);
}
