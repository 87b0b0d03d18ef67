/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How likely a change alters what a running system does, from the content of its diff alone: 0
 * (comments) to 1 (a unit of time swapped). The scale and its steps are described in
 * docs/internals/changes.md; they follow from what each kind of edit can do, not from messages,
 * which are often wrong ("tidy", "simplify").
 */
#ifndef FM_DIAGNOSIS_CHANGES_RISK_H
#define FM_DIAGNOSIS_CHANGES_RISK_H

#include "faultmaven/core/changes.h"

struct fm_risk {
    double value;
    const char *why;      /* static: "a value changes by a large factor" */
    fm_str line;          /* the most telling added or removed line, "" when there is none */
    fm_str before, after; /* literals of a value change; "" otherwise */
};

/* What a file is for. */
enum fm_path_class {
    FM_PATH_CODE,
    FM_PATH_CONFIG,
    FM_PATH_MIGRATION,
    FM_PATH_DEPENDENCIES,
    FM_PATH_LOCK_FILE,
    FM_PATH_INERT, /* documentation, tests, continuous integration, ownership, style sheets, images
                    */
};
enum fm_path_class fm_path_class(fm_str path);

/* True for paths of other environments than production. */
bool fm_path_is_staging(fm_str path);

struct fm_risk fm_change_risk(struct fm_arena *a, const struct fm_change *c);

/* Tokens of a line of code: identifiers, numbers with their unit, strings, operators. */
enum fm_token_kind {
    FM_TOKEN_NAME,
    FM_TOKEN_NUMBER,
    FM_TOKEN_STRING,
    FM_TOKEN_UNIT,
    FM_TOKEN_WORD_VALUE,
    FM_TOKEN_MARK
};
struct fm_token {
    enum fm_token_kind kind;
    fm_str text;
};
struct fm_tokens FM_VEC_OF(struct fm_token);
void fm_tokens_of(struct fm_arena *a, fm_str line, struct fm_tokens *out);

/* Lines of a file's diff that say something: without comments, white space, imports, lone brackets,
 * and without what was both removed and added. Text is trimmed, inner blanks are single. */
struct fm_code_lines FM_VEC_OF(fm_str);
struct fm_edit {
    struct fm_code_lines removed, added;
    bool had_lines; /* there were lines before stripping */
};
void fm_edit_of(struct fm_arena *a, const struct fm_diff_file *f, enum fm_path_class class,
                struct fm_edit *out);

/* The risk of one value replaced by another under `name` (the rest of its line). */
struct fm_risk fm_value_risk(fm_str name, fm_str before, fm_str after);

/* Risks by kind of file; each gets an edit that is not empty. */
struct fm_risk fm_code_risk(struct fm_arena *a, const struct fm_edit *e);
struct fm_risk fm_config_risk(struct fm_arena *a, const struct fm_edit *e);
struct fm_risk fm_migration_risk(const struct fm_edit *e);
struct fm_risk fm_dependency_risk(struct fm_arena *a, const struct fm_edit *e);

static inline struct fm_risk fm_risk_max(struct fm_risk a, struct fm_risk b)
{
    return b.value > a.value ? b : a;
}

#endif
