/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <stdlib.h>

#include "faultmaven/security/crypto.h"
#include "redact_files.h"
#include "redact_map.h"

static const char *const formats[] = {"text", "spans", "json", "report", NULL};
static const char *const policies[] = {"strict", "standard", "secrets-only", "off-for-local-models",
                                       NULL};

static const struct fm_opt opts[] = {
    FM_OPT_HEADING("What is found"),
    FM_OPT_CHOICE('p', "policy", struct redact_options, policy, policies,
                  "policy (default standard)"),
    FM_OPT_STR('r', "rules", struct redact_options, rules, "FILE",
               "further rules, allow-lists and actions (YAML)"),
    FM_OPT_FLAG(0, "private-addresses", struct redact_options, wants_private,
                "find private addresses too"),
    FM_OPT_HEADING("What is printed"),
    FM_OPT_CHOICE('f', "format", struct redact_options, format, formats,
                  "text (default), spans, json or report"),
    FM_OPT_FLAG('e', "explain", struct redact_options, should_explain,
                "say which rule found it and why"),
    FM_OPT_FLAG('i', "in-place", struct redact_options, is_in_place,
                "change the files; FILE.orig keeps what was there"),
    FM_OPT_FLAG('c', "check", struct redact_options, is_check,
                "print nothing but findings; exit 3 when there is one"),
    FM_OPT_FLAG('q', "quiet", struct redact_options, is_quiet, "show no progress"),
    FM_OPT_HEADING("Placeholders"),
    FM_OPT_STR('m', "map", struct redact_options, map, "FILE",
               "the encrypted map of the case; made when missing"),
    FM_OPT_STR('k', "key-file", struct redact_options, key_file, "FILE",
               "key of the map, mode 0600; made when missing (default: FAULTMAVEN_REDACT_KEY, else "
               "MAP.key)"),
    FM_OPT_STR(0, "case", struct redact_options, case_id, "ID",
               "name of the case that the map belongs to (default local)"),
    FM_OPT_FLAG('R', "restore", struct redact_options, should_restore,
                "put the values of the map back in place of placeholders"),
    FM_OPT_END,
};

static int run(struct fm_cli *cli, char **argv);

const struct fm_command fm_cmd_redact = {
    .name = "redact",
    .summary = "find secrets and identifiers and replace them",
    .operands = "[FILE…|-]",
    .max_operands = -1,
    .opts = opts,
    .details =
        "Without --map the placeholders of one run are consistent and nothing is kept, so they "
        "cannot be put\n"
        "back. As a pre-commit hook: faultmaven redact --check --policy secrets-only FILE…\n\n"
        "Exit status: 0 done, 1 failed, 2 usage, 3 something was found by --check.",
    .run = run,
};

static enum fm_code check_options(struct fm_cli *cli, const struct redact_options *o,
                                  size_t n_files)
{
    if (o->should_restore && !o->map)
        return fm_fail(
            &cli->ctx, FM_EINVAL,
            "--restore needs --map, the map that was written when the text was redacted");
    if (o->is_in_place && (o->is_check || o->format != REDACT_TEXT || n_files == 0))
        return fm_fail(&cli->ctx, FM_EINVAL,
                       "--in-place needs files, the text format, and no --check");
    return FM_OK;
}

static enum fm_code make_redactor(struct fm_cli *cli, const struct redact_options *o,
                                  struct fm_redactor **out)
{
    struct fm_redactor_options ro = {.policy = (enum fm_policy_name)o->policy,
                                     .rules_name = o->rules,
                                     .should_find_private_ip = o->wants_private};
    if (o->rules)
        FM_TRY(redact_read_file(&cli->ctx, o->rules, REDACT_RULES_MAX, &ro.rules_yaml));
    return fm_redactor_new(&cli->ctx, &ro, out);
}

static enum fm_code work(struct fm_cli *cli, const struct redact_options *o,
                         const struct fm_operands *files, uint64_t *found)
{
    struct redact_map map;
    struct fm_redactor *r = NULL;
    FM_TRY(redact_map_open(cli, o, &map));
    enum fm_code code = make_redactor(cli, o, &r);
    if (code == FM_OK)
        code = o->should_restore
                   ? redact_restore_files(cli, map.pseudonyms, files)
                   : redact_files(
                         cli, o,
                         &(struct redact_job){.redactor = r, .map = map.pseudonyms, .files = files},
                         found);
    if (code == FM_OK && !o->should_restore)
        code = redact_map_save(cli, o, &map);
    fm_redactor_free(r);
    redact_map_close(&map);
    return code;
}

#define EXIT_FOUND 3

static int run(struct fm_cli *cli, char **argv)
{
    struct redact_options o = {.policy = FM_POLICY_STANDARD};
    struct fm_operands files;
    int status;
    uint64_t found = 0;
    if (!fm_cli_parse(cli, argv, &o, &files, &status))
        return status;
    if (check_options(cli, &o, files.n) != FM_OK) {
        fm_cli_fail(cli);
        return FM_EXIT_USAGE;
    }
    if (work(cli, &o, &files, &found) != FM_OK)
        return fm_cli_fail(cli);
    return o.is_check && found ? EXIT_FOUND : 0;
}
