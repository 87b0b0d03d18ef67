/* SPDX-License-Identifier: Apache-2.0 */
/* Completion for fish (complete(1) of fish): one `complete` line for each word, with a condition on
 * the command typed so far. */
#include "opt_completion.h"

struct script {
    struct fm_buf *out;
    const char *program;
};

static void add_path(void *arg, const struct fm_command *cmd, const char *path)
{
    (void)cmd;
    if (*path)
        fm_buf_addf(arg, " '%s'", path);
}

static void add_line(struct script *s, const char *path)
{
    fm_buf_addf(s->out, "complete -c %s -n \"__%s_at '%s'\"", s->program, s->program, path);
}

static void add_text(struct script *s, const char *text)
{
    fm_buf_addz(s->out, " -d ");
    opt_quote(s->out, text, OPT_QUOTE_FISH);
    fm_buf_addc(s->out, '\n');
}

static void add_option(struct script *s, const struct fm_opt *o, const char *path)
{
    add_line(s, path);
    if (o->letter)
        fm_buf_addf(s->out, " -s %c", o->letter);
    fm_buf_addf(s->out, " -l %s", o->name);
    if (o->type == FM_OPT_TYPE_CHOICE) {
        fm_buf_addz(s->out, " -x -a '");
        for (size_t i = 0; o->choices[i]; i++)
            fm_buf_addf(s->out, "%s%s", i ? " " : "", o->choices[i]);
        fm_buf_addc(s->out, '\'');
    } else if (opt_takes_value(o)) {
        fm_buf_addz(s->out, opt_is_path(o) ? " -r -F" : " -x");
    }
    add_text(s, o->help);
}

static void add_command(void *arg, const struct fm_command *cmd, const char *path)
{
    struct script *s = arg;
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++) {
        add_line(s, path);
        fm_buf_addf(s->out, " -f -a %s", c->name);
        add_text(s, c->summary);
    }
    if (cmd->candidates)
        fm_buf_addf(s->out,
                    "complete -c %s -n \"__%s_at '%s' first\" -f -a '(%s %s 2>/dev/null)'\n",
                    s->program, s->program, path, s->program, cmd->candidates);
    opt_each (cmd, o)
        add_option(s, o, path);
    add_line(s, path);
    fm_buf_addz(s->out, " -s h -l help");
    add_text(s, "show help");
}

void opt_completion_fish(const struct fm_command *root, const char *program, struct fm_buf *out)
{
    struct script s = {out, program};
    fm_buf_addf(out,
                "# fish completion for %s\n"
                "function __%s_at -d 'true inside this command; with first: at its first operand'\n"
                "    set -l path\n"
                "    set -l operands 0\n"
                "    for word in (commandline -opc)[2..-1]\n"
                "        set -l longer (string trim -- \"$path $word\")\n"
                "        if contains -- $longer",
                program, program);
    opt_walk(root, add_path, out);
    fm_buf_addz(out, "\n"
                     "            set path $longer\n"
                     "        else if not string match -q -- '-*' $word\n"
                     "            set operands (math $operands + 1)\n"
                     "        end\n"
                     "    end\n"
                     "    test \"$path\" = $argv[1]; or return 1\n"
                     "    test \"$argv[2]\" != first -o $operands -eq 0\n"
                     "end\n");
    opt_walk(root, add_command, &s);
}
