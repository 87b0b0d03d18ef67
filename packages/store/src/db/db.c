/* SPDX-License-Identifier: Apache-2.0 */
#include "faultmaven/store/db.h"

struct fm_query fm_query(const char *sql)
{
    struct fm_query q;
    q.sql = sql;
    q.n = 0;
    return q;
}

static struct fm_db_value *add(struct fm_query *q, const char *name)
{
    if (q->n == FM_QUERY_PARAMS_MAX)
        FM_BUG("query has more than %d parameters: %s", FM_QUERY_PARAMS_MAX, q->sql);
    q->params[q->n].name = name;
    q->params[q->n].value = (struct fm_db_value){.kind = FM_DB_NULL};
    return &q->params[q->n++].value;
}

void fm_query_str(struct fm_query *q, const char *name, fm_str s)
{
    *add(q, name) = (struct fm_db_value){.kind = FM_DB_TEXT, .s = s.p ? s : FM_STR("")};
}

void fm_query_blob(struct fm_query *q, const char *name, fm_str s)
{
    *add(q, name) = (struct fm_db_value){.kind = FM_DB_BLOB, .s = s};
}

void fm_query_int(struct fm_query *q, const char *name, int64_t i)
{
    *add(q, name) = (struct fm_db_value){.kind = FM_DB_INT, .i = i};
}

void fm_query_time(struct fm_query *q, const char *name, fm_time t)
{
    struct fm_db_value *v = add(q, name);
    if (t != FM_TIME_NONE)
        *v = (struct fm_db_value){.kind = FM_DB_INT, .i = t};
}

void fm_query_real(struct fm_query *q, const char *name, double d)
{
    struct fm_db_value *v = add(q, name);
    if (d >= 0.0)
        *v = (struct fm_db_value){.kind = FM_DB_REAL, .d = d};
}

void fm_db_free(struct fm_db *db)
{
    if (db)
        db->ops->free(db);
}
