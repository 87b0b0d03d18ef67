/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completion for zsh (zshcompsys(1)), with descriptions. The script works as an autoloaded function
 * (_program in fpath) and when it is sourced.
 */
#include "opt_completion.h"

/* 'name:text': a colon ends the name, so that one inside it is escaped. */
static void add_item(struct fm_buf *out, const char *dashes, const char *name, const char *text)
{
    struct fm_buf item;
    fm_buf_init(&item, 8192);
    fm_buf_addf(&item, "%s%s:%s", dashes, name, text);
    fm_buf_addc(out, ' ');
    opt_quote(out, fm_buf_str(&item).p, OPT_QUOTE_SH);
    fm_buf_release(&item);
}

static void add_values(struct fm_buf *out, const struct fm_command *cmd, const char *path)
{
    opt_each (cmd, o) {
        if (!opt_takes_value(o))
            continue;
        fm_buf_addz(out, "    (");
        opt_pattern(out, path, o);
        fm_buf_addz(out, ")\n        ");
        if (o->type == FM_OPT_TYPE_CHOICE) {
            fm_buf_addz(out, "items=(");
            opt_choices(out, o);
            fm_buf_addz(out, "); _describe value items; return ;;\n");
        } else {
            fm_buf_addf(out, "%s ;;\n", opt_is_path(o) ? "_files; return" : "return");
        }
    }
}

static void add_words(struct fm_buf *out, const struct fm_command *cmd, const char *path)
{
    fm_buf_addf(out, "    ('%s')\n        commands=(", path);
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++)
        add_item(out, "", c->name, c->summary);
    fm_buf_addz(out, ")\n        options=(");
    opt_each (cmd, o)
        add_item(out, "--", o->name, o->help);
    fm_buf_addz(out, " '--help:show help') ;;\n");
}

static void add_command(void *arg, const struct fm_command *cmd, const char *path)
{
    struct opt_arms *s = arg;
    opt_arms_path(s, path);
    add_values(&s->values, cmd, path);
    add_words(&s->words, cmd, path);
    if (cmd->candidates)
        fm_buf_addf(&s->lists, "    ('%s') list=(%s) ;;\n", path, cmd->candidates);
}

static void add_head(struct fm_buf *out, const char *program, const char *paths)
{
    fm_buf_addf(out,
                "#compdef %s\n"
                "# zsh completion for %s\n"
                "_%s()\n{\n"
                "    local cmdpath= prev=${words[CURRENT-1]} cur=${words[CURRENT]} i n=0\n"
                "    local -a commands options items list\n"
                "    for ((i = 2; i < CURRENT; i++)); do\n"
                "        case \"${cmdpath:+$cmdpath }${words[i]}\" in\n"
                "        (%s) cmdpath=\"${cmdpath:+$cmdpath }${words[i]}\" ;;\n"
                "        (*) [[ ${words[i]} == -* ]] || ((n++)) ;;\n"
                "        esac\n"
                "    done\n"
                "    case \"$cmdpath $prev\" in\n",
                program, program, program, *paths ? paths : "'.'");
}

static void add_tail(struct fm_buf *out, const char *program)
{
    fm_buf_addf(out,
                "    esac\n"
                "    if [[ $cur == -* ]]; then\n"
                "        _describe -o option options\n"
                "    elif (( $#commands )); then\n"
                "        _describe command commands\n"
                "    elif (( $#list && n == 0 )); then\n"
                "        items=(${${(f)\"$(%s $list 2>/dev/null)\"}/$'\\t'/:})\n"
                "        _describe item items\n"
                "    else\n"
                "        _files\n"
                "    fi\n"
                "}\n"
                "if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then\n"
                "    _%s \"$@\"\n"
                "else\n"
                "    compdef _%s %s\n"
                "fi\n",
                program, program, program, program);
}

void opt_completion_zsh(const struct fm_command *root, const char *program, struct fm_buf *out)
{
    struct opt_arms s;
    opt_arms_init(&s);
    opt_walk(root, add_command, &s);
    add_head(out, program, s.paths.len ? s.paths.p : "");
    opt_arms_add(out, &s, "cmdpath");
    add_tail(out, program);
    opt_arms_release(&s);
}
