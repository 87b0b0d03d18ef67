/* SPDX-License-Identifier: Apache-2.0 */
/* The slash commands of `chat`: views of the case, and typed statements of the person. */
#ifndef FM_APP_CHAT_COMMANDS_H
#define FM_APP_CHAT_COMMANDS_H

#include "talk.h"

struct chat {
    struct talk t;
    struct case_app app;
    fm_str case_id;
    bool is_over;
};

struct chat_command {
    const char *name, *operand, *help;
};

/* Ended by a NULL name. */
extern const struct chat_command *const chat_commands;

/* Runs a line that begins with a slash. */
FM_MUST_CHECK enum fm_code chat_command(struct chat *c, fm_str line);

#endif
