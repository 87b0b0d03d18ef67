/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_completion.h"

void fm_opt_completion(enum fm_shell shell, const struct fm_command *root, const char *program,
                       struct fm_buf *out)
{
    switch (shell) {
    case FM_SHELL_BASH:
        opt_completion_bash(root, program, out);
        return;
    case FM_SHELL_ZSH:
        opt_completion_zsh(root, program, out);
        return;
    case FM_SHELL_FISH:
        opt_completion_fish(root, program, out);
        return;
    }
}
