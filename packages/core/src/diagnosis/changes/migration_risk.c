/* SPDX-License-Identifier: Apache-2.0 */
/* Risk of a schema migration, by what its statements lock, rewrite or take away. */
#include "risk.h"

static const struct statement {
    const char *text, *unless;
    double risk;
    const char *why;
} statements[] = {
    {"drop table", NULL, 0.85, "a table is dropped"},
    {"drop column", NULL, 0.8, "a column is dropped"},
    {"remove_column", NULL, 0.8, "a column is dropped"},
    {"drop_column", NULL, 0.8, "a column is dropped"},
    {"truncate ", NULL, 0.85, "a table is emptied"},
    {"rename ", NULL, 0.8, "a table or column is renamed"},
    {"rename_column", NULL, 0.8, "a column is renamed"},
    {"drop index", NULL, 0.75, "an index is dropped"},
    {"remove_index", NULL, 0.75, "an index is dropped"},
    {"drop_index", NULL, 0.75, "an index is dropped"},
    {"set not null", NULL, 0.7, "a column must no longer be null"},
    {"not null", "default", 0.65, "a column that must not be null is added"},
    {"alter column", NULL, 0.6, "a column is altered, which may rewrite the table"},
    {"modify column", NULL, 0.7, "a column is altered, which rewrites the table"},
    {"alter type", NULL, 0.6, "a type is altered"},
    {"change_column", NULL, 0.6, "a column is altered"},
    {"alter_column", NULL, 0.6, "a column is altered"},
    {"add constraint", "not valid", 0.6, "a constraint is added and checked under a lock"},
    {"foreign key", "not valid", 0.5, "a foreign key is added and checked under a lock"},
    {"lock table", NULL, 0.7, "a table is locked"},
    {"update ", NULL, 0.5, "rows are rewritten"},
    {"delete from", NULL, 0.6, "rows are deleted"},
    {"create unique index", "concurrently", 0.5, "an index is built under a lock"},
    {"create index", "concurrently", 0.45, "an index is built under a lock"},
    {"concurrently", NULL, 0.12, "an index is built without a lock"},
    {"add column", NULL, 0.25, "a column is added"},
    {"create table", NULL, 0.15, "a table is added"},
};

struct fm_risk fm_migration_risk(const struct fm_edit *e)
{
    struct fm_risk worst = {.value = 0.2, .why = "the schema changes"};
    fm_vec_each (&e->added, s)
        for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
            const struct statement *t = &statements[i];
            bool is_excused = t->unless && fm_str_ihas(*s, fm_str_c(t->unless));
            if (fm_str_ihas(*s, fm_str_c(t->text)) && !is_excused && t->risk > worst.value)
                worst = (struct fm_risk){.value = t->risk, .why = t->why, .line = *s};
        }
    if (worst.value <= 0.2)
        fm_vec_each (&e->added, s)
            if (fm_str_ihas(*s, FM_STR("concurrently")))
                worst = (struct fm_risk){
                    .value = 0.12, .why = "an index is built without a lock", .line = *s};
    return worst;
}
