/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long output on a terminal goes through a pager: $FAULTMAVEN_PAGER, else $PAGER, else less. Its
 * words are split at blanks and run without a shell. Nothing is paged into a pipe, when the text
 * fits the screen, or when the pager is "" or "cat".
 */
#ifndef FM_APP_PAGER_H
#define FM_APP_PAGER_H

#include "cli.h"

/* Prints text, through the pager when that is sensible; false, with the error in the context, when
 * standard output cannot be written. A pager that cannot be started or that the user leaves early
 * is no error. */
bool pager_print(struct fm_cli *cli, fm_str text, bool is_off);

/* Feeds text to a program as its standard input and waits for it; false when it cannot be started.
 * argv ends with NULL. */
bool pager_run(char *const argv[], fm_str text);

#endif
