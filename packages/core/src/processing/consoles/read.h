/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of console output. Each looks at the line at hand; when it begins something that the
 * reader knows, it takes the lines that belong to it off the text and returns true.
 */
#ifndef FM_PROCESSING_CONSOLES_READ_H
#define FM_PROCESSING_CONSOLES_READ_H

#include "faultmaven/core/consoles.h"

/* One output while it is read. */
struct fm_console_reader {
    struct fm_console_set *set;
    struct fm_evidence *evidence;
    fm_str host, command;
    uint32_t *sample;           /* counts tables and reports of the input */
    struct fm_console_row *cpu; /* of the report at hand: load and shares stand on several lines */
    struct fm_console_row *memory;
    uint32_t device_sample; /* that has its devices already */
};

/* A new row of the sample at hand; NULL when the set is full. piece is the row's bytes. */
struct fm_console_row *fm_console_add(struct fm_console_reader *r, enum fm_console_kind kind,
                                      const char *form, fm_str piece);

/* Sets a field to bytes of the evidence; "", "-", "NULL" and "\N" are no value; the first value
 * stays. */
void fm_console_set(struct fm_console_reader *r, struct fm_console_row *row,
                    enum fm_console_field f, fm_str piece);

/* The same for a value whose text differs from its bytes (a JSON string, a member). */
void fm_console_set_text(struct fm_console_reader *r, struct fm_console_row *row,
                         enum fm_console_field f, fm_str text, fm_str piece);

/* "name = field" pairs, ended by a NULL name. */
struct fm_console_title {
    const char *name;
    enum fm_console_field field;
};

/* Readers. `line` is the line at hand, *rest what follows it. */
typedef bool fm_console_read(struct fm_console_reader *r, fm_str line, fm_str *rest);

fm_console_read fm_console_read_columns; /* ps, top, ss, netstat, vmstat, iostat, df */
fm_console_read fm_console_read_free;
fm_console_read fm_console_read_top;
fm_console_read fm_console_read_docker_ps;
fm_console_read fm_console_read_grid;   /* psql, mysql, CSV: aligned, boxed */
fm_console_read fm_console_read_record; /* psql expanded, mysql \G */
fm_console_read fm_console_read_redis;
fm_console_read fm_console_read_innodb;

/* True for the title row of a table of columns, of free, of docker ps. */
bool fm_console_is_column_title(fm_str line);
bool fm_console_is_free_title(fm_str line);
bool fm_console_is_docker_title(fm_str line);
/* True for titles separated by commas that are those of a database view. */
bool fm_console_is_csv_title(fm_str line);

/* A JSON array of docker inspect; false when it is something else. */
FM_MUST_CHECK enum fm_code fm_console_read_inspect(struct fm_console_reader *r, fm_str text);
bool fm_console_is_inspect(fm_str text);

/* A row of named cells of a database view: finds out which view it is by its titles. */
struct fm_console_cell {
    fm_str name, value;
};
#define FM_CONSOLE_CELLS_MAX 96
/* FM_CONSOLE_KIND_COUNT when the titles are of no view that is known. */
enum fm_console_kind fm_console_view_of(const struct fm_console_cell *cells, size_t n,
                                        const char **form);
void fm_console_add_cells(struct fm_console_reader *r, const struct fm_console_cell *cells,
                          size_t n, fm_str piece);

#endif
