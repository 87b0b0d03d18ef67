/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "faultmaven/base/opt.h"

struct values {
    bool is_quiet;
    bool has_color;
    const char *output;
    struct fm_opt_list ignore;
    int64_t top;
    double ratio;
    uint64_t memory;
    int64_t window;
    fm_time at;
    int format;
};

static const char *const formats[] = {"text", "json", "md", NULL};

static const struct fm_opt opts[] = {
    FM_OPT_FLAG('q', "quiet", struct values, is_quiet, "print no progress"),
    FM_OPT_FLAG('c', "color", struct values, has_color, "colour the output"),
    FM_OPT_STR('o', "output", struct values, output, "FILE", "write the result to FILE"),
    FM_OPT_LIST('i', "ignore", struct values, ignore, "GLOB",
                "leave out files that match GLOB; may be repeated"),
    FM_OPT_HEADING("Limits"),
    FM_OPT_INT('n', "top", struct values, top, "N", 1, 100,
               "print at most N results, the best ones first, and say how "
               "many were left out"),
    FM_OPT_REAL(0, "ratio", struct values, ratio, "R", 0, 1, "share"),
    FM_OPT_SIZE(0, "limit-memory", struct values, memory, "memory limit"),
    FM_OPT_DURATION(0, "window", struct values, window, "length of a window"),
    FM_OPT_TIME(0, "at", struct values, at, "moment of the incident"),
    FM_OPT_CHOICE('f', "format", struct values, format, formats, "output format"),
    FM_OPT_END,
};

static const struct fm_command command = {
    .name = "diagnose",
    .summary = "find the cause of an incident",
    .operands = "PATH…",
    .min_operands = 1,
    .max_operands = 2,
    .opts = opts,
    .details = "A paragraph.\n\n  $ kept as it is",
};

static const struct fm_command leafs[] = {
    {.name = "templates", .summary = "mine templates", .opts = opts},
    {.name = "grep",
     .summary = "what isn't \"$quoted\" `here`",
     .operands = "LOG",
     .candidates = "logs names"},
    {.name = NULL},
};
static const struct fm_command commands[] = {
    {.name = "diagnose", .summary = "find the cause", .opts = opts},
    {.name = "logs", .summary = "look at logs", .subcommands = leafs},
    {.name = NULL},
};
static const struct fm_command root = {
    .name = "prog", .summary = "a program", .subcommands = commands};

static struct fm_ctx ctx;

/* Parses a NULL-terminated argument list, argv[0] included. */
static enum fm_code parse(struct values *v, struct fm_operands *ops, const char *const *args)
{
    fm_ctx_release(&ctx);
    fm_ctx_init(&ctx, &fm_clock_system);
    return fm_opt_parse(&ctx, &command, (char **)(uintptr_t)args, v, ops);
}

#define PARSE(v, ops, ...) parse((v), (ops), (const char *const[]){"diagnose", __VA_ARGS__, NULL})

TEST(every_type_is_stored_in_its_field)
{
    struct values v = {0};
    struct fm_operands ops;
    assert_int_equal(PARSE(&v, &ops, "--quiet", "--output=out.json", "--ignore", "*.gz",
                           "--ignore=*.tmp", "--top", "7", "--ratio", "0.25", "--limit-memory=64M",
                           "--window=1h30m", "--at=2025-07-01T12:00:00Z", "--format", "md", "a",
                           "b"),
                     FM_OK);
    assert_true(v.is_quiet);
    assert_string_equal(v.output, "out.json");
    assert_int_equal(v.ignore.n, 2);
    assert_string_equal(v.ignore.items[1], "*.tmp");
    assert_int_equal(v.top, 7);
    assert_true(v.ratio == 0.25);
    assert_int_equal(v.memory, 64u << 20);
    assert_int_equal(v.window, 90 * FM_MINUTE);
    assert_int_equal(v.at, 1751371200 * FM_SEC);
    assert_int_equal(v.format, 2);
    assert_int_equal(ops.n, 2);
    assert_string_equal(ops.items[0], "a");
}

TEST(short_forms_group_and_attach)
{
    struct values v = {0};
    struct fm_operands ops;
    assert_int_equal(PARSE(&v, &ops, "-qn5", "x", "-f", "json", "-oout"), FM_OK);
    assert_true(v.is_quiet);
    assert_int_equal(v.top, 5);
    assert_int_equal(v.format, 1);
    assert_string_equal(v.output, "out");
    assert_int_equal(ops.n, 1);
}

TEST(no_form_turns_a_flag_off_and_the_last_one_wins)
{
    struct values v = {.has_color = true};
    struct fm_operands ops;
    assert_int_equal(PARSE(&v, &ops, "--no-color", "x"), FM_OK);
    assert_false(v.has_color);
    assert_int_equal(PARSE(&v, &ops, "--no-color", "--color", "x"), FM_OK);
    assert_true(v.has_color);
}

TEST(a_dash_is_an_operand_and_two_dashes_end_the_options)
{
    struct values v = {0};
    struct fm_operands ops;
    assert_int_equal(PARSE(&v, &ops, "-", "--", "--quiet"), FM_OK);
    assert_int_equal(ops.n, 2);
    assert_string_equal(ops.items[0], "-");
    assert_string_equal(ops.items[1], "--quiet");
    assert_false(v.is_quiet);
}

TEST(a_date_alone_is_midnight_utc)
{
    struct values v = {0};
    struct fm_operands ops;
    assert_int_equal(PARSE(&v, &ops, "--at", "2025-07-01", "x"), FM_OK);
    assert_int_equal(v.at, 1751328000 * FM_SEC);
}

TEST(help_wins_over_missing_operands)
{
    struct values v = {0};
    struct fm_operands ops;
    assert_int_equal(PARSE(&v, &ops, "-h"), FM_OK);
    assert_true(ops.wants_help);
    assert_int_equal(PARSE(&v, &ops, "-qh"), FM_OK);
    assert_true(ops.wants_help);
    assert_int_equal(PARSE(&v, &ops, "--help", "--bogus"), FM_OK);
    assert_true(ops.wants_help);
}

TEST(bad_usage_is_told_precisely)
{
    static const struct {
        const char *args[6];
        const char *message;
    } cases[] = {
        {{"diagnose", "--quite", "x"}, "unknown option '--quite'; did you mean '--quiet'?"},
        {{"diagnose", "--zzzzzz", "x"}, "unknown option '--zzzzzz'"},
        {{"diagnose", "-z", "x"}, "unknown option '-z'"},
        {{"diagnose", "--quiet=yes", "x"}, "option '--quiet' takes no value"},
        {{"diagnose", "--no-top", "x"}, "unknown option '--no-top'"},
        {{"diagnose", "x", "--top"}, "option '--top' needs a value"},
        {{"diagnose", "x", "-n"}, "option '--top' needs a value"},
        {{"diagnose", "--top=many", "x"}, "option '--top': 'many' is not a whole number"},
        {{"diagnose", "--top=101", "x"}, "option '--top': 101 is not between 1 and 100"},
        {{"diagnose", "--top=", "x"}, "option '--top': '' is not a whole number"},
        {{"diagnose", "--ratio=nan", "x"}, "option '--ratio': nan is not between 0 and 1"},
        {{"diagnose", "--window=5 parsecs", "x"},
         "option '--window': '5 parsecs' is not a duration such as 15m"},
        {{"diagnose", "--at=yesterday", "x"},
         "option '--at': 'yesterday' is not a time such as 2025-07-01T12:00:00Z"},
        {{"diagnose", "--format=xml", "x"},
         "option '--format': 'xml' is not one of text, json, md"},
        {{"diagnose", "--limit-memory=-1", "x"},
         "option '--limit-memory': '-1' is not a size such as 64M"},
        {{"diagnose"}, "PATH… is missing"},
        {{"diagnose", "a", "b", "c"}, "unexpected argument 'c'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct values v = {0};
        struct fm_operands ops;
        assert_int_equal(parse(&v, &ops, cases[i].args), FM_EINVAL);
        assert_string_equal(ctx.error, cases[i].message);
    }
}

TEST(a_rejected_value_leaves_the_field_alone)
{
    struct values v = {.top = 20, .format = 1};
    struct fm_operands ops;
    assert_int_equal(PARSE(&v, &ops, "--top=0", "x"), FM_EINVAL);
    assert_int_equal(v.top, 20);
    assert_int_equal(PARSE(&v, &ops, "--format=xml", "x"), FM_EINVAL);
    assert_int_equal(v.format, 1);
}

TEST(sizes)
{
    static const struct {
        const char *text;
        int64_t want; /* -1: rejected */
    } cases[] = {
        {"0", 0},          {"4096", 4096},    {"1k", 1024},         {"1K", 1024}, {"64kB", 65536},
        {"2MiB", 2 << 20}, {"3G", 3LL << 30}, {"1TiB", 1LL << 40},  {"", -1},     {"k", -1},
        {"B", -1},         {"iB", -1},        {"1.5M", -1},         {"-1", -1},   {" 1", -1},
        {"1 k", -1},       {"1kk", -1},       {"99999999999T", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t got = 0;
        bool is_ok = fm_size_parse(fm_str_c(cases[i].text), &got);
        assert_int_equal(is_ok, cases[i].want >= 0);
        if (is_ok)
            assert_int_equal(got, cases[i].want);
    }
}

TEST(a_command_is_found_by_name_or_suggested)
{
    const struct fm_command *c = NULL;
    fm_ctx_release(&ctx);
    fm_ctx_init(&ctx, &fm_clock_system);
    assert_int_equal(fm_command_find(&ctx, commands, FM_STR("logs"), &c), FM_OK);
    assert_string_equal(c->name, "logs");
    assert_int_equal(fm_command_find(&ctx, commands, FM_STR("diagnos"), &c), FM_ENOTFOUND);
    assert_string_equal(ctx.error, "unknown command 'diagnos'; did you mean 'diagnose'?");
    fm_ctx_clear_error(&ctx);
    assert_int_equal(fm_command_find(&ctx, commands, FM_STR("frobnicate"), &c), FM_ENOTFOUND);
    assert_string_equal(ctx.error, "unknown command 'frobnicate'; --help lists the commands");
}

TEST(help_shows_every_option_within_80_columns)
{
    struct fm_buf out;
    fm_buf_init(&out, 1 << 20);
    fm_opt_help(&command, "faultmaven diagnose", &out);
    fm_str text = fm_buf_str(&out), line;
    assert_true(fm_str_starts(
        text,
        FM_STR("usage: faultmaven diagnose [OPTION…] PATH…\n\nfind the cause of an incident\n")));
    assert_true(fm_str_has(text, FM_STR("\n  -q, --quiet             print no progress\n")));
    assert_true(
        fm_str_has(text, FM_STR("\nLimits:\n  -n, --top N             print at most N results,")));
    assert_true(fm_str_has(
        text, FM_STR("  -f, --format text|json|md\n                          output format\n")));
    assert_true(fm_str_has(text, FM_STR("\nA paragraph.\n\n  $ kept as it is\n")));
    for (const struct fm_opt *o = opts; o->type != FM_OPT_TYPE_END; o++)
        if (o->name)
            assert_true(fm_str_has(text, fm_str_c(o->name)));
    while (fm_str_line(&text, &line))
        assert_true(line.len <= 80 + 4); /* "…" is three bytes wide */
    fm_buf_release(&out);
}

TEST(help_of_a_group_lists_its_commands)
{
    struct fm_buf out;
    fm_buf_init(&out, 1 << 20);
    fm_opt_help(&root, "prog", &out);
    assert_true(fm_str_has(fm_buf_str(&out), FM_STR("usage: prog COMMAND [OPTION…]\n")));
    assert_true(fm_str_has(fm_buf_str(&out), FM_STR("\n  logs                    look at logs\n")));
    fm_buf_release(&out);
}

TEST(man_page_has_its_sections_and_escapes_dashes)
{
    struct fm_buf out;
    fm_buf_init(&out, 1 << 20);
    fm_opt_man(&command, "faultmaven diagnose", "1.2", &out);
    fm_str text = fm_buf_str(&out);
    assert_true(
        fm_str_starts(text, FM_STR(".TH \"FAULTMAVEN\\-DIAGNOSE\" 1 \"\" \"faultmaven 1.2\"")));
    assert_true(fm_str_has(text, FM_STR(".SH SYNOPSIS\n\\fBfaultmaven diagnose\\fR")));
    assert_true(fm_str_has(text, FM_STR("\\fB\\-\\-limit\\-memory\\fR \\fISIZE\\fR\n")));
    assert_true(fm_str_has(text, FM_STR(".SS Limits\n")));
    assert_true(fm_str_has(text, FM_STR(".SH SEE ALSO\n\\fBfaultmaven\\fR(1)\n")));
    fm_buf_release(&out);
}

TEST(man_page_of_a_group_names_the_pages_below)
{
    struct fm_buf out;
    fm_buf_init(&out, 1 << 20);
    fm_opt_man(&commands[1], "prog logs", "1.2", &out);
    assert_true(fm_str_has(fm_buf_str(&out), FM_STR(".SH SEE ALSO\n\\fBprog\\fR(1),\n"
                                                    "\\fBprog\\-logs\\-templates\\fR(1),\n"
                                                    "\\fBprog\\-logs\\-grep\\fR(1)\n")));
    fm_buf_release(&out);
}

static void complete(enum fm_shell shell, struct fm_buf *out)
{
    fm_buf_init(out, 1 << 20);
    fm_opt_completion(shell, &root, "prog", out);
}

TEST(bash_completion_knows_paths_options_values_and_candidates)
{
    struct fm_buf out;
    complete(FM_SHELL_BASH, &out);
    fm_str text = fm_buf_str(&out);
    assert_true(fm_str_has(text, FM_STR("'diagnose'|'logs'|'logs templates'|'logs grep') path=")));
    assert_true(fm_str_has(text, FM_STR("    'logs templates --format'|'logs templates -f')\n"
                                        "        values='text json md' ;;\n")));
    assert_true(fm_str_has(text, FM_STR("    'diagnose --output'|'diagnose -o')\n"
                                        "        compopt -o default; return ;;\n")));
    assert_true(fm_str_has(
        text, FM_STR("    'logs')\n        words='templates grep ' options='--help' ;;\n")));
    assert_true(fm_str_has(text, FM_STR("    'logs grep')\n        list='logs names' ;;\n")));
    assert_true(fm_str_has(text, FM_STR("complete -F _prog prog\n")));
    fm_buf_release(&out);
}

TEST(zsh_completion_describes_and_quotes)
{
    struct fm_buf out;
    complete(FM_SHELL_ZSH, &out);
    fm_str text = fm_buf_str(&out);
    assert_true(fm_str_starts(text, FM_STR("#compdef prog\n")));
    assert_true(fm_str_has(text, FM_STR("commands=( 'templates:mine templates' ")));
    assert_true(fm_str_has(text, FM_STR("'grep:what isn'\\''t \"$quoted\" `here`'")));
    assert_true(fm_str_has(text, FM_STR("items=(text json md); _describe value items; return")));
    assert_true(fm_str_has(text, FM_STR("('logs grep') list=(logs names) ;;\n")));
    fm_buf_release(&out);
}

TEST(fish_completion_describes_and_quotes)
{
    struct fm_buf out;
    complete(FM_SHELL_FISH, &out);
    fm_str text = fm_buf_str(&out);
    assert_true(fm_str_has(text, FM_STR("complete -c prog -n \"__prog_at 'logs'\" -f -a grep -d "
                                        "'what isn\\'t \"$quoted\" `here`'\n")));
    assert_true(fm_str_has(text, FM_STR("\"__prog_at 'logs templates'\" -s f -l format -x -a "
                                        "'text json md' -d ")));
    assert_true(fm_str_has(text, FM_STR("-s o -l output -r -F -d ")));
    assert_true(fm_str_has(
        text, FM_STR("\"__prog_at 'logs grep' first\" -f -a '(prog logs names 2>/dev/null)'\n")));
    fm_buf_release(&out);
    fm_ctx_release(&ctx);
}
