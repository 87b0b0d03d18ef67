/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes: what people and pipelines altered before and during an incident.
 *
 * Read from: JSON lists of commits (with or without diffs; also the shapes of the GitHub and GitLab
 * APIs), deploys, feature flags and configuration changes; `git log` text with or without patches;
 * unified diffs; `helm history` and `kubectl rollout history` tables. A deploy refers to the commit
 * that it brought; a commit may be carried by a later deploy of the same component.
 *
 * Written by fm_changes_processor; read-only afterwards. Memory is the incident's arena.
 */
#ifndef FAULTMAVEN_CORE_CHANGES_H
#define FAULTMAVEN_CORE_CHANGES_H

#include "faultmaven/core/incident.h"

#define FM_CHANGES_MAX 20000
#define FM_DIFF_LINES_MAX 4000 /* of one change; more are counted in n_left_out */

/* Lines of one hunk without their sign, in order; `context` are the unchanged ones. */
struct fm_diff_hunk {
    fm_str head; /* text of the @@ line: often the enclosing function */
    FM_VEC(fm_str) removed, added, context;
};

struct fm_diff_file {
    fm_str path;
    bool is_new, is_deleted;
    FM_VEC(struct fm_diff_hunk) hunks;
};
struct fm_diff_files FM_VEC_OF(struct fm_diff_file);

struct fm_change {
    enum fm_change_kind kind;
    fm_str id;      /* commit hash; flag or key name; deployed version or commit */
    fm_time at;     /* FM_TIME_NONE when unknown */
    fm_str service; /* what is deployed, or owns the flag; "" for commits */
    fm_str author, message;
    fm_str commit;        /* of a deploy: hash that it brought; "" when not given */
    fm_str version;       /* of a deploy */
    fm_str before, after; /* of flags, configuration and scaling: values */
    FM_VEC(fm_str) paths; /* files that a commit touches, also when there is no diff */
    struct fm_diff_files diff;
    unsigned n_left_out;
    bool is_staging; /* says itself that it concerns no production environment */
    const struct fm_evidence *evidence;
    fm_span span;  /* the record, or its beginning: what to cite */
    fm_str source; /* bytes of the record in the evidence */
};

struct fm_change_set {
    FM_VEC(struct fm_change *)
    items; /* in order of time; those without one first, in order of input */
};

/* Files and hunks of a unified diff. Damaged text gives what could be read. */
void fm_diff_parse(struct fm_arena *a, fm_str text, struct fm_diff_files *out,
                   unsigned *n_left_out);

/* The place of a line of the diff in the evidence, for citing; the change's own span when it is not
 * found as such. */
fm_span fm_change_line_span(struct fm_arena *a, const struct fm_change *c, fm_str line);

/* The commit with this hash (a prefix of at least 7 characters is enough), or NULL. */
const struct fm_change *fm_change_commit(const struct fm_change_set *set, fm_str hash);

/* A change as read from one JSON or git text, for tests and fuzzing: what fm_changes_processor adds
 * for one input. */
void fm_changes_read(struct fm_incident *in, const struct fm_evidence *e,
                     struct fm_change_set *out);

#endif
