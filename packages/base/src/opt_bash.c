/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completion for bash (Programmable Completion, bash(1)): one function with case statements over
 * the path of the command and the word before the cursor.
 */
#include "opt_completion.h"

static void add_values(struct fm_buf *out, const struct fm_command *cmd, const char *path)
{
    opt_each (cmd, o) {
        if (!opt_takes_value(o))
            continue;
        fm_buf_addz(out, "    ");
        opt_pattern(out, path, o);
        fm_buf_addz(out, ")\n        ");
        if (o->type == FM_OPT_TYPE_CHOICE) {
            fm_buf_addz(out, "values='");
            opt_choices(out, o);
            fm_buf_addz(out, "' ;;\n");
        } else {
            fm_buf_addf(out, "%s ;;\n", opt_is_path(o) ? "compopt -o default; return" : "return");
        }
    }
}

static void add_words(struct fm_buf *out, const struct fm_command *cmd, const char *path)
{
    fm_buf_addf(out, "    '%s')\n        words='", path);
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++)
        fm_buf_addf(out, "%s ", c->name);
    fm_buf_addz(out, "' options='");
    opt_each (cmd, o)
        fm_buf_addf(out, "--%s ", o->name);
    fm_buf_addz(out, "--help' ;;\n");
}

static void add_command(void *arg, const struct fm_command *cmd, const char *path)
{
    struct opt_arms *s = arg;
    opt_arms_path(s, path);
    add_values(&s->values, cmd, path);
    add_words(&s->words, cmd, path);
    if (cmd->candidates)
        fm_buf_addf(&s->lists, "    '%s')\n        list='%s' ;;\n", path, cmd->candidates);
}

static void add_head(struct fm_buf *out, const char *program, const char *paths)
{
    fm_buf_addf(out,
                "# bash completion for %s\n"
                "_%s()\n{\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local path= words= options= values= list= i n=0\n"
                "    [[ $cur == = ]] && cur=\n"
                "    [[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
                "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "        case \"${path:+$path }${COMP_WORDS[i]}\" in\n"
                "        %s) path=\"${path:+$path }${COMP_WORDS[i]}\" ;;\n"
                "        *) [[ ${COMP_WORDS[i]} == -* ]] || ((n++)) ;;\n"
                "        esac\n"
                "    done\n"
                "    case \"$path $prev\" in\n",
                program, program, *paths ? paths : "'.'");
}

void opt_completion_bash(const struct fm_command *root, const char *program, struct fm_buf *out)
{
    struct opt_arms s;
    opt_arms_init(&s);
    opt_walk(root, add_command, &s);
    add_head(out, program, s.paths.len ? s.paths.p : "");
    opt_arms_add(out, &s, "path");
    fm_buf_addf(out,
                "    esac\n"
                "    if [[ $values ]]; then words=$values\n"
                "    elif [[ $cur == -* ]]; then words=$options\n"
                "    elif [[ $list && $n == 0 ]]; then words=$(%s $list 2>/dev/null | cut -f1)\n"
                "    elif [[ ! $words ]]; then compopt -o default; return\n"
                "    fi\n"
                "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                "}\n"
                "complete -F _%s %s\n",
                program, program, program);
    opt_arms_release(&s);
}
