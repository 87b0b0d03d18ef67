/* SPDX-License-Identifier: Apache-2.0 */
#include "opt_value.h"

struct parse {
    struct fm_ctx *ctx;
    const struct fm_command *cmd;
    char **next; /* the next unread argument */
    void *values;
    struct fm_operands *out;
};

static const struct fm_opt no_opts[] = {FM_OPT_END};

static const struct fm_opt *options_of(const struct fm_command *cmd)
{
    return cmd->opts ? cmd->opts : no_opts;
}

static const struct fm_opt *find_long(const struct fm_command *cmd, fm_str name)
{
    for (const struct fm_opt *o = options_of(cmd); o->type != FM_OPT_TYPE_END; o++)
        if (o->name && fm_str_eqc(name, o->name))
            return o;
    return NULL;
}

static const struct fm_opt *find_letter(const struct fm_command *cmd, char letter)
{
    for (const struct fm_opt *o = options_of(cmd); o->type != FM_OPT_TYPE_END; o++)
        if (o->letter && o->letter == letter)
            return o;
    return NULL;
}

static enum fm_code unknown_option(struct parse *p, fm_str name)
{
    const char *best = NULL;
    unsigned best_distance = 3;
    for (const struct fm_opt *o = options_of(p->cmd); o->type != FM_OPT_TYPE_END; o++) {
        unsigned d = o->name ? fm_str_distance(name, fm_str_c(o->name), 3) : 4;
        if (d < best_distance) {
            best = o->name;
            best_distance = d;
        }
    }
    if (best)
        return fm_fail(p->ctx, FM_EINVAL, "unknown option '--%.*s'; did you mean '--%s'?",
                       FM_STR_ARG(fm_str_sub(name, 0, 100)), best);
    return fm_fail(p->ctx, FM_EINVAL, "unknown option '--%.*s'",
                   FM_STR_ARG(fm_str_sub(name, 0, 100)));
}

/* The value of opt: `inlined` when it stood in the same argument, else the next argument. */
static enum fm_code take_value(struct parse *p, const struct fm_opt *opt, const char *inlined)
{
    if (inlined)
        return opt_set(p->ctx, opt, inlined, p->values);
    if (!*p->next)
        return fm_fail(p->ctx, FM_EINVAL, "option '--%s' needs a value", opt->name);
    return opt_set(p->ctx, opt, *p->next++, p->values);
}

static const struct fm_opt *find_negated(const struct fm_command *cmd, fm_str name)
{
    if (!fm_str_starts(name, FM_STR("no-")))
        return NULL;
    const struct fm_opt *o = find_long(cmd, fm_str_skip(name, 3));
    return o && o->type == FM_OPT_TYPE_FLAG ? o : NULL;
}

/* text is behind the "--". */
static enum fm_code parse_long(struct parse *p, const char *text)
{
    const char *eq = strchr(text, '=');
    fm_str name = eq ? fm_str_n(text, (size_t)(eq - text)) : fm_str_c(text);
    const struct fm_opt *opt = find_long(p->cmd, name);
    bool is_on = true;
    if (!opt && (opt = find_negated(p->cmd, name)) != NULL)
        is_on = false;
    if (!opt && fm_str_eqc(name, "help")) {
        p->out->wants_help = true;
        return FM_OK;
    }
    if (!opt)
        return unknown_option(p, name);
    if (opt_takes_value(opt))
        return take_value(p, opt, eq ? eq + 1 : NULL);
    if (eq)
        return fm_fail(p->ctx, FM_EINVAL, "option '--%.*s' takes no value", FM_STR_ARG(name));
    opt_set_flag(opt, is_on, p->values);
    return FM_OK;
}

/* text is behind the "-": one or more letters. */
static enum fm_code parse_letters(struct parse *p, const char *text)
{
    for (; *text; text++) {
        const struct fm_opt *opt = find_letter(p->cmd, *text);
        if (!opt && *text == 'h') {
            p->out->wants_help = true;
            return FM_OK;
        }
        if (!opt)
            return fm_fail(p->ctx, FM_EINVAL, "unknown option '-%c'", *text);
        if (opt_takes_value(opt))
            return take_value(p, opt, text[1] ? text + 1 : NULL);
        opt_set_flag(opt, true, p->values);
    }
    return FM_OK;
}

static enum fm_code check_operands(struct parse *p)
{
    const struct fm_command *cmd = p->cmd;
    size_t n = p->out->n;
    if (n < (size_t)cmd->min_operands)
        return fm_fail(p->ctx, FM_EINVAL, "%s is missing",
                       cmd->operands ? cmd->operands : "an argument");
    if (cmd->max_operands >= 0 && n > (size_t)cmd->max_operands)
        return fm_fail(p->ctx, FM_EINVAL, "unexpected argument '%.100s'",
                       p->out->items[cmd->max_operands]);
    return FM_OK;
}

static enum fm_code parse_argument(struct parse *p, const char *arg, bool *is_after_dashes)
{
    if (!*is_after_dashes && strcmp(arg, "--") == 0) {
        *is_after_dashes = true;
        return FM_OK;
    }
    if (*is_after_dashes || arg[0] != '-' || arg[1] == '\0') {
        p->out->items[p->out->n++] = arg;
        return FM_OK;
    }
    return arg[1] == '-' ? parse_long(p, arg + 2) : parse_letters(p, arg + 1);
}

enum fm_code fm_opt_parse(struct fm_ctx *ctx, const struct fm_command *cmd, char **argv,
                          void *values, struct fm_operands *out)
{
    struct parse p = {.ctx = ctx, .cmd = cmd, .next = argv + 1, .values = values, .out = out};
    bool is_after_dashes = false;
    size_t n = 0;
    while (argv[n])
        n++;
    *out = (struct fm_operands){.items = FM_NEW_ARRAY(&ctx->arena, const char *, n + 1)};
    while (*p.next && !out->wants_help)
        FM_TRY(parse_argument(&p, *p.next++, &is_after_dashes));
    return out->wants_help ? FM_OK : check_operands(&p);
}

enum fm_code fm_command_find(struct fm_ctx *ctx, const struct fm_command *table, fm_str name,
                             const struct fm_command **out)
{
    const char *best = NULL;
    unsigned best_distance = 3;
    for (const struct fm_command *c = table; c->name; c++) {
        unsigned d = fm_str_distance(name, fm_str_c(c->name), 3);
        if (d == 0) {
            *out = c;
            return FM_OK;
        }
        if (d < best_distance) {
            best = c->name;
            best_distance = d;
        }
    }
    fm_str shown = fm_str_sub(name, 0, 100);
    if (best)
        return fm_fail(ctx, FM_ENOTFOUND, "unknown command '%.*s'; did you mean '%s'?",
                       FM_STR_ARG(shown), best);
    return fm_fail(ctx, FM_ENOTFOUND, "unknown command '%.*s'; --help lists the commands",
                   FM_STR_ARG(shown));
}
