/* SPDX-License-Identifier: Apache-2.0 */
#include "risk.h"

static struct fm_risk file_risk(struct fm_arena *a, const struct fm_diff_file *f)
{
    enum fm_path_class class = fm_path_class(f->path);
    struct fm_edit e = {0};
    if (class == FM_PATH_INERT || fm_path_is_staging(f->path))
        return (struct fm_risk){
            .value = 0.02,
            .why = "only documentation, tests, pipelines or another environment change"};
    if (class == FM_PATH_LOCK_FILE)
        return (struct fm_risk){.value = 0.1, .why = "resolved library versions change"};
    fm_edit_of(a, f, class, &e);
    if (e.removed.n == 0 && e.added.n == 0)
        return (struct fm_risk){.value = e.had_lines ? 0.03 : 0.06,
                                .why = "only comments or formatting change"};
    switch (class) {
    case FM_PATH_CONFIG:
        return fm_config_risk(a, &e);
    case FM_PATH_MIGRATION:
        return fm_migration_risk(&e);
    case FM_PATH_DEPENDENCIES:
        return fm_dependency_risk(a, &e);
    case FM_PATH_CODE:
    case FM_PATH_LOCK_FILE:
    case FM_PATH_INERT:
        break;
    }
    return fm_code_risk(a, &e);
}

static bool is_inert(const struct fm_change *c)
{
    fm_vec_each (&c->paths, p)
        if (fm_path_class(*p) != FM_PATH_INERT && !fm_path_is_staging(*p))
            return false;
    return c->paths.n > 0;
}

static struct fm_risk scale_risk(const struct fm_change *c)
{
    double from, to;
    if (!fm_str_f64(c->before, &from) || !fm_str_f64(c->after, &to))
        return (struct fm_risk){.value = 0.3, .why = "the number of replicas changes"};
    if (to < from)
        return (struct fm_risk){.value = to <= from * 0.7 ? 0.8 : 0.55,
                                .why = "replicas are taken away",
                                .before = c->before,
                                .after = c->after};
    return (struct fm_risk){.value = 0.15, .why = "replicas are added"};
}

struct fm_risk fm_change_risk(struct fm_arena *a, const struct fm_change *c)
{
    struct fm_risk worst = {.value = 0.06, .why = "its content is not known"};
    if (c->is_staging)
        return (struct fm_risk){.value = 0.02, .why = "it concerns another environment"};
    if (c->kind == FM_CHANGE_SCALE)
        return scale_risk(c);
    if (c->kind == FM_CHANGE_FLAG)
        return (struct fm_risk){.value = 0.3,
                                .why = "a feature flag is switched",
                                .before = c->before,
                                .after = c->after};
    if (c->kind == FM_CHANGE_CONFIG && c->before.len && c->after.len)
        return fm_value_risk(c->id, c->before, c->after);
    if (is_inert(c))
        return (struct fm_risk){
            .value = 0.02,
            .why = "only documentation, tests, pipelines or another environment change"};
    if (c->diff.n == 0 && c->kind == FM_CHANGE_DEPLOY)
        return (struct fm_risk){.value = 0.45,
                                .why = "a new version runs, its content is not known"};
    if (c->diff.n)
        worst.value = 0;
    fm_vec_each (&c->diff, f)
        worst = fm_risk_max(worst, file_risk(a, f));
    return worst;
}
