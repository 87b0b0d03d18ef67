/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_tree.h"

static void walk(const struct fm_command *cmd, const char *path, opt_visit fn, void *arg)
{
    fn(arg, cmd, path);
    for (const struct fm_command *c = cmd->subcommands; c && c->name; c++) {
        struct fm_buf sub;
        fm_buf_init(&sub, 256);
        fm_buf_addf(&sub, "%s%s%s", path, *path ? " " : "", c->name);
        walk(c, fm_buf_str(&sub).p, fn, arg);
        fm_buf_release(&sub);
    }
}

void opt_walk(const struct fm_command *root, opt_visit fn, void *arg)
{
    walk(root, "", fn, arg);
}

bool opt_is_path(const struct fm_opt *opt)
{
    static const char *const names[] = {"FILE", "DIR", "PATH"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (opt->arg && strcmp(opt->arg, names[i]) == 0)
            return true;
    return false;
}

void opt_quote(struct fm_buf *out, const char *text, const char *escape)
{
    fm_buf_addc(out, '\'');
    for (; *text; text++)
        if (*text == '\'')
            fm_buf_addz(out, escape);
        else if (*text == '\\' && strcmp(escape, OPT_QUOTE_FISH) == 0)
            fm_buf_addz(out, "\\\\");
        else
            fm_buf_addc(out, *text);
    fm_buf_addc(out, '\'');
}

void opt_pattern(struct fm_buf *out, const char *path, const struct fm_opt *opt)
{
    fm_buf_addf(out, "'%s --%s'", path, opt->name);
    if (opt->letter)
        fm_buf_addf(out, "|'%s -%c'", path, opt->letter);
}

void opt_choices(struct fm_buf *out, const struct fm_opt *opt)
{
    for (size_t i = 0; opt->choices[i]; i++)
        fm_buf_addf(out, "%s%s", i ? " " : "", opt->choices[i]);
}

void opt_arms_init(struct opt_arms *s)
{
    struct fm_buf *const parts[] = {&s->paths, &s->values, &s->words, &s->lists};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        fm_buf_init(parts[i], 1u << 20);
}

void opt_arms_release(struct opt_arms *s)
{
    struct fm_buf *const parts[] = {&s->paths, &s->values, &s->words, &s->lists};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        fm_buf_release(parts[i]);
}

void opt_arms_path(struct opt_arms *s, const char *path)
{
    if (*path)
        fm_buf_addf(&s->paths, "%s'%s'", s->paths.len ? "|" : "", path);
}

void opt_arms_add(struct fm_buf *out, const struct opt_arms *s, const char *variable)
{
    fm_buf_adds(out, fm_buf_str(&s->values));
    fm_buf_addf(out, "    esac\n    case \"$%s\" in\n", variable);
    fm_buf_adds(out, fm_buf_str(&s->words));
    fm_buf_addf(out, "    esac\n    case \"$%s\" in\n", variable);
    fm_buf_adds(out, fm_buf_str(&s->lists));
}
