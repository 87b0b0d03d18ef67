/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_value.h"

/* The words that may follow a command: its subcommands, and its long options. */
static void add_words(struct fm_buf *out, const struct fm_command *cmd)
{
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++)
        fm_buf_addf(out, "%s ", c->name);
    for (const struct fm_opt *o = cmd->opts; o && o->type != FM_OPT_TYPE_END; o++)
        if (o->name)
            fm_buf_addf(out, "--%s ", o->name);
    fm_buf_addz(out, "--help");
}

/* case 'logs templates --format': the choices of one option. */
static void add_choices(struct fm_buf *out, const struct fm_command *cmd, const char *path)
{
    for (const struct fm_opt *o = cmd->opts; o && o->type != FM_OPT_TYPE_END; o++) {
        if (o->type != FM_OPT_TYPE_CHOICE)
            continue;
        fm_buf_addf(out, "    '%s --%s')\n        words='", path, o->name);
        for (size_t i = 0; o->choices[i]; i++)
            fm_buf_addf(out, "%s%s", i ? " " : "", o->choices[i]);
        fm_buf_addz(out, "' ;;\n");
    }
}

struct script {
    struct fm_buf paths;   /* 'logs'|'logs templates'|… */
    struct fm_buf choices; /* case arms: values of an option */
    struct fm_buf words;   /* case arms: what may follow a command */
};

static void add_command(struct script *s, const struct fm_command *cmd, const char *path)
{
    if (*path)
        fm_buf_addf(&s->paths, "%s'%s'", s->paths.len ? "|" : "", path);
    add_choices(&s->choices, cmd, path);
    fm_buf_addf(&s->words, "    '%s')\n        words='", path);
    add_words(&s->words, cmd);
    fm_buf_addz(&s->words, "' ;;\n");
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++) {
        struct fm_buf sub;
        fm_buf_init(&sub, 256);
        fm_buf_addf(&sub, "%s%s%s", path, *path ? " " : "", c->name);
        add_command(s, c, fm_buf_str(&sub).p);
        fm_buf_release(&sub);
    }
}

void fm_opt_completion(const struct fm_command *root, const char *program, struct fm_buf *out)
{
    struct script s;
    fm_buf_init(&s.paths, 1u << 20);
    fm_buf_init(&s.choices, 1u << 20);
    fm_buf_init(&s.words, 1u << 20);
    add_command(&s, root, "");
    fm_buf_addf(
        out,
        "# bash completion for %s\n"
        "_%s()\n{\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path= words= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case \"${path:+$path }${COMP_WORDS[i]}\" in\n"
        "        %s) path=\"${path:+$path }${COMP_WORDS[i]}\" ;;\n"
        "        esac\n"
        "    done\n"
        "    case \"$path $prev\" in\n",
        program, program, s.paths.len ? s.paths.p : "'.'");
    fm_buf_adds(out, fm_buf_str(&s.choices));
    fm_buf_addz(out, "    esac\n    [[ $words ]] || case \"$path\" in\n");
    fm_buf_adds(out, fm_buf_str(&s.words));
    fm_buf_addf(out,
                "    esac\n"
                "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                "}\n"
                "complete -o default -F _%s %s\n",
                program, program);
    fm_buf_release(&s.words);
    fm_buf_release(&s.choices);
    fm_buf_release(&s.paths);
}
