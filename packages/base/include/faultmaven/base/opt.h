/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command-line options as data. One constant table per command drives parsing, --help, the man page
 * and shell completion.
 *
 *     struct logs_opts {
 *         bool is_quiet;
 *         int64_t top;
 *         int format;
 *     };
 *     static const char *const formats[] = {"text", "json", NULL};
 *     static const struct fm_opt opts[] = {
 *         FM_OPT_FLAG('q', "quiet", struct logs_opts, is_quiet, "print no progress"),
 *         FM_OPT_INT('n', "top", struct logs_opts, top, "N", 1, 10000, "number of templates to
 * print (default 20)"), FM_OPT_CHOICE('f', "format", struct logs_opts, format, formats, "output
 * format"), FM_OPT_END,
 *     };
 *
 * A table holds offsets into the command's own struct, so it is constant and one parse writes one
 * struct; defaults are the values that the struct has before parsing. Each macro checks the type of
 * its field when it is compiled.
 *
 * Syntax is that of GNU getopt_long without abbreviations: --name=value, --name value, -n value,
 * -nvalue, grouped flags -qv,
 * --no-name for a flag, "--" ends the options, "-" alone is an operand, options and operands may be
 * mixed. -h and --help are always understood. A bad option or value is FM_EINVAL with a text for
 * the user (and the nearest known name).
 */
#ifndef FAULTMAVEN_BASE_OPT_H
#define FAULTMAVEN_BASE_OPT_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"
#include "faultmaven/base/vec.h"

enum fm_opt_type {
    FM_OPT_TYPE_END,
    FM_OPT_TYPE_HEADING,  /* no option: starts a group in --help */
    FM_OPT_TYPE_FLAG,     /* bool */
    FM_OPT_TYPE_STR,      /* const char *, borrowed from argv */
    FM_OPT_TYPE_LIST,     /* struct fm_opt_list: the option may be repeated */
    FM_OPT_TYPE_INT,      /* int64_t in min..max */
    FM_OPT_TYPE_REAL,     /* double in min..max */
    FM_OPT_TYPE_SIZE,     /* uint64_t bytes, see fm_size_parse */
    FM_OPT_TYPE_DURATION, /* int64_t nanoseconds, see fm_duration_parse */
    FM_OPT_TYPE_TIME,     /* fm_time, RFC 3339 or a date alone */
    FM_OPT_TYPE_CHOICE,   /* int: index into choices */
};

struct fm_opt_list FM_VEC_OF(const char *);

struct fm_opt {
    enum fm_opt_type type;
    char letter;      /* 0: none */
    const char *name; /* without "--" */
    size_t offset;
    const char *arg; /* shown in help: "FILE" */
    const char *help;
    double min, max;            /* INT and REAL */
    const char *const *choices; /* CHOICE; ends with NULL */
};

#define FM_OPT_FIELD(strct, field, type)                                                           \
    (offsetof(strct, field) +                                                                      \
     0 * sizeof(                                                                                   \
             char[__builtin_types_compatible_p(__typeof__(((strct *)0)->field), type) ? 1 : -1]))

#define FM_OPT_FLAG(letter, name, strct, field, help)                                              \
    {                                                                                              \
        FM_OPT_TYPE_FLAG, letter, name, FM_OPT_FIELD(strct, field, bool), NULL, help, 0, 0, NULL   \
    }
#define FM_OPT_STR(letter, name, strct, field, arg, help)                                          \
    {                                                                                              \
        FM_OPT_TYPE_STR, letter, name, FM_OPT_FIELD(strct, field, const char *), arg, help, 0, 0,  \
            NULL                                                                                   \
    }
#define FM_OPT_LIST(letter, name, strct, field, arg, help)                                         \
    {                                                                                              \
        FM_OPT_TYPE_LIST, letter, name, FM_OPT_FIELD(strct, field, struct fm_opt_list), arg, help, \
            0, 0, NULL                                                                             \
    }
#define FM_OPT_INT(letter, name, strct, field, arg, min, max, help)                                \
    {                                                                                              \
        FM_OPT_TYPE_INT, letter, name, FM_OPT_FIELD(strct, field, int64_t), arg, help, min, max,   \
            NULL                                                                                   \
    }
#define FM_OPT_REAL(letter, name, strct, field, arg, min, max, help)                               \
    {                                                                                              \
        FM_OPT_TYPE_REAL, letter, name, FM_OPT_FIELD(strct, field, double), arg, help, min, max,   \
            NULL                                                                                   \
    }
#define FM_OPT_SIZE(letter, name, strct, field, help)                                              \
    {                                                                                              \
        FM_OPT_TYPE_SIZE, letter, name, FM_OPT_FIELD(strct, field, uint64_t), "SIZE", help, 0, 0,  \
            NULL                                                                                   \
    }
#define FM_OPT_DURATION(letter, name, strct, field, help)                                          \
    {                                                                                              \
        FM_OPT_TYPE_DURATION, letter, name, FM_OPT_FIELD(strct, field, int64_t), "DURATION", help, \
            0, 0, NULL                                                                             \
    }
#define FM_OPT_TIME(letter, name, strct, field, help)                                              \
    {                                                                                              \
        FM_OPT_TYPE_TIME, letter, name, FM_OPT_FIELD(strct, field, fm_time), "TIME", help, 0, 0,   \
            NULL                                                                                   \
    }
#define FM_OPT_CHOICE(letter, name, strct, field, list, help)                                      \
    {                                                                                              \
        FM_OPT_TYPE_CHOICE, letter, name, FM_OPT_FIELD(strct, field, int), NULL, help, 0, 0, list  \
    }
#define FM_OPT_HEADING(text)                                                                       \
    {                                                                                              \
        FM_OPT_TYPE_HEADING, 0, NULL, 0, NULL, text, 0, 0, NULL                                    \
    }
#define FM_OPT_END                                                                                 \
    {                                                                                              \
        FM_OPT_TYPE_END, 0, NULL, 0, NULL, NULL, 0, 0, NULL                                        \
    }

struct fm_cli; /* the program's own state; defined by the application */

/* One command. A command has subcommands or run, not both. All strings and tables are static. */
struct fm_command {
    const char *name;     /* "diagnose" */
    const char *summary;  /* one line, no full stop */
    const char *operands; /* "PATH…" for the usage line; NULL: none */
    int min_operands;
    int max_operands;          /* -1: any number */
    const struct fm_opt *opts; /* NULL: only --help */
    const char *details;       /* paragraphs below the options, or NULL */
    /* Arguments with which the program lists what its first operand may be, "VALUE<TAB>what it is"
     * a line, for shell completion; NULL: operands are files. */
    const char *candidates;
    /* argv[0] is the command's name; argv ends with NULL. Returns the exit status. */
    int (*run)(struct fm_cli *cli, char **argv);
    const struct fm_command *subcommands; /* ends with a NULL name; NULL: none */
};

struct fm_operands {
    const char **items; /* on the context's arena; the texts are argv's */
    size_t n;
    bool wants_help; /* -h or --help stood there; values parsed before it are set, operands are not
                        checked */
};

/* Parses argv[1…], which ends with NULL, by cmd's table into *values and checks the number of
 * operands. */
FM_MUST_CHECK enum fm_code fm_opt_parse(struct fm_ctx *ctx, const struct fm_command *cmd,
                                        char **argv, void *values, struct fm_operands *out);

/* Finds a command by name in a table that ends with a NULL name; FM_ENOTFOUND suggests the nearest
 * one. */
FM_MUST_CHECK enum fm_code fm_command_find(struct fm_ctx *ctx, const struct fm_command *table,
                                           fm_str name, const struct fm_command **out);

/* Appends what --help prints, at most 80 columns wide. path is what the user types before the
 * options: "faultmaven logs". */
void fm_opt_help(const struct fm_command *cmd, const char *path, struct fm_buf *out);

/* Appends a man page (man-pages(7) layout, section 1) for one command; version stands in the
 * footer. */
void fm_opt_man(const struct fm_command *cmd, const char *path, const char *version,
                struct fm_buf *out);

enum fm_shell { FM_SHELL_BASH, FM_SHELL_ZSH, FM_SHELL_FISH };

/* Appends a completion script for program and its tree of commands. Option values that are files
 * (FILE, DIR, PATH) complete as such, choices by their names, candidates by asking the program. */
void fm_opt_completion(enum fm_shell shell, const struct fm_command *root, const char *program,
                       struct fm_buf *out);

/* "4096", "64k", "10M", "2GiB" to bytes. The units k, M, G, T (any case, with or without B or iB)
 * are powers of 1024. */
bool fm_size_parse(fm_str s, uint64_t *out);

#endif
