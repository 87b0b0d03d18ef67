/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LATEST DETECTED DEADLOCK of SHOW ENGINE INNODB STATUS (MySQL Reference Manual, "InnoDB Standard
 * Monitor and Lock Monitor Output"): the transactions of it, what each waits for, and which was
 * rolled back.
 */
#include "read.h"

struct section {
    struct fm_console_reader *r;
    struct fm_console_row *row; /* the transaction at hand */
    bool is_statement;          /* the next line is the statement */
    fm_str rolled_back;         /* "*** WE ROLL BACK TRANSACTION (2)" */
};

/* "*** (1) TRANSACTION:" */
static bool is_transaction(fm_str line)
{
    return fm_str_starts(line, FM_STR("*** (")) && fm_str_has(line, FM_STR(") TRANSACTION:"));
}

static fm_str behind(fm_str line, const char *mark)
{
    ptrdiff_t at = fm_str_find(line, fm_str_c(mark), 0);
    return at < 0 ? FM_STR_NULL : fm_str_skip(line, (size_t)at + strlen(mark));
}

static fm_str word_behind(fm_str line, const char *mark)
{
    fm_str rest = behind(line, mark), word = FM_STR_NULL;
    fm_str_word(&rest, &word);
    while (word.len && strchr(",;", word.p[word.len - 1]))
        word.len--;
    return word;
}

static void begin(struct section *s, fm_str line)
{
    fm_str name = fm_str_skip(line, 5);
    s->row = fm_console_add(s->r, FM_CONSOLE_DEADLOCK, "mysql", line);
    fm_console_set(s->r, s->row, FM_CONSOLE_F_NAME, fm_str_cut(&name, ')'));
    s->is_statement = false;
}

/* "MySQL thread id 42, OS thread handle …, query id 7 10.0.0.5 shop updating": the statement
 * follows. */
static void read_thread(struct section *s, fm_str line)
{
    fm_console_set(s->r, s->row, FM_CONSOLE_F_ID, word_behind(line, "thread id "));
    s->is_statement = true;
}

/* "RECORD LOCKS space id … index PRIMARY of table `shop`.`orders` trx id 7 lock_mode X …". */
static void read_lock(struct section *s, fm_str line)
{
    fm_console_set(s->r, s->row, FM_CONSOLE_F_LOCK_TYPE, word_behind(line, "index "));
    fm_console_set(s->r, s->row, FM_CONSOLE_F_TABLE, word_behind(line, "of table "));
    fm_console_set(s->r, s->row, FM_CONSOLE_F_MODE, word_behind(line, "lock_mode "));
}

static void read_line(struct section *s, fm_str line)
{
    if (is_transaction(line)) {
        begin(s, line);
    } else if (fm_str_starts(line, FM_STR("*** WE ROLL BACK"))) {
        s->rolled_back = line;
    } else if (!s->row) {
        return;
    } else if (fm_str_starts(line, FM_STR("MySQL thread id "))) {
        read_thread(s, line);
    } else if (fm_str_starts(line, FM_STR("TRANSACTION "))) {
        fm_console_set(s->r, s->row, FM_CONSOLE_F_TRANSACTION, word_behind(line, "TRANSACTION "));
    } else if (fm_str_starts(line, FM_STR("RECORD LOCKS")) ||
               fm_str_starts(line, FM_STR("TABLE LOCK"))) {
        read_lock(s, line);
    } else if (s->is_statement) {
        bool is_over = fm_str_starts(line, FM_STR("***"));
        if (!is_over)
            fm_console_set(s->r, s->row, FM_CONSOLE_F_QUERY, line);
        s->is_statement = false;
    }
}

/* The section ends at the next title, which stands under a rule of dashes. */
bool fm_console_read_innodb(struct fm_console_reader *r, fm_str line, fm_str *rest)
{
    struct section s = {.r = r};
    if (!fm_str_eqc(fm_str_trim(line), "LATEST DETECTED DEADLOCK"))
        return false;
    ++*r->sample;
    size_t first = r->set->rows.n;
    for (fm_str look = *rest; fm_str_line(&look, &line); *rest = look) {
        if (fm_str_eqc(fm_str_trim(line), "TRANSACTIONS") ||
            fm_str_eqc(fm_str_trim(line), "FILE I/O"))
            break;
        read_line(&s, line);
    }
    fm_str number = fm_str_skip(behind(s.rolled_back, "("), 0);
    number = fm_str_cut(&number, ')');
    for (size_t i = first; i < r->set->rows.n; i++) {
        struct fm_console_row *row = r->set->rows.items[i];
        if (row->kind == FM_CONSOLE_DEADLOCK &&
            fm_str_eq(fm_console_get(row, FM_CONSOLE_F_NAME).text, number))
            fm_console_set(r, row, FM_CONSOLE_F_STATUS, s.rolled_back);
    }
    return true;
}
