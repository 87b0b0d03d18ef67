/* SPDX-License-Identifier: Apache-2.0 */
/* Replication from SHOW REPLICA STATUS and pg_stat_replication. */
#include "databases.h"

#define LAG_LEAST_S 30.0

static bool has_stopped(const struct fm_console_row *r)
{
    fm_str io = fm_console_get(r, FM_CONSOLE_F_IO_RUNNING).text;
    fm_str sql = fm_console_get(r, FM_CONSOLE_F_SQL_RUNNING).text;
    return fm_str_eqc(io, "No") || fm_str_eqc(sql, "No") || fm_str_eqc(io, "Connecting");
}

static struct fm_entity entity_of(const struct fm_console_row *r)
{
    fm_str name = fm_console_get(r, FM_CONSOLE_F_NAME).text;
    if (name.len == 0)
        name = r->host.len ? r->host : fm_str_c(r->form);
    return (struct fm_entity){FM_ENTITY_DATABASE, name};
}

static void judge(struct fm_hypotheses *h, const struct fm_console_row *r)
{
    double lag = 0;
    bool stopped = has_stopped(r);
    fm_field shown = fm_console_get(r, FM_CONSOLE_F_LAG);
    if (!stopped && (!fm_console_seconds(shown.text, &lag) || lag < LAG_LEAST_S))
        return;
    struct fm_cause *c = fm_console_assert(
        h,
        &(struct fm_console_claim){
            .entity = entity_of(r),
            .fault = FM_FAULT_DATABASE_REPLICATION_LAG,
            .strength = stopped ? 0.90 : 0.86,
            .rule = "console.replica",
            .statement =
                stopped
                    ? FM_STR("Replication has stopped: the replica no longer follows its source.")
                    : fm_console_text(h, "The replica is behind its source: %.*s.",
                                      FM_STR_ARG(shown.text)),
            .mechanism =
                stopped ? FM_STR("One of its replication threads does not run; reads from this "
                                 "replica show the past, and it cannot take over.")
                        : FM_STR("It applies changes more slowly than the source makes them; "
                                 "reads from this replica are stale."),
            .location = FM_STR("replication"),
            .ask = "What does the replica wait for: an error, a large transaction, its disk?",
            .command = strcmp(r->form, "mysql") == 0 ? "SHOW REPLICA STATUS\\G"
                                                     : "SELECT * FROM pg_stat_replication",
        });
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_IO_RUNNING, "receiving thread runs");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_SQL_RUNNING, "applying thread runs");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_LAG, "lag");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_ERROR, "error");
    fm_console_cite_field(h, c, r, FM_CONSOLE_F_WAIT, "error");
}

void fm_console_rules_replicas(struct fm_hypotheses *h)
{
    fm_console_each(h->in->consoles, FM_CONSOLE_REPLICA, r) judge(h, *r);
}
