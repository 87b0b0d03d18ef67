/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lists of changes. An item is what its keys say: a flag has "flag", a deploy names a service
 * or environment and a version or commit, a commit has a hash and a message. Lists may be wrapped
 * ({"commits": […]}).
 */
#include "read.h"

static bool has_any(const struct fm_node *n, const char *const *keys)
{
    for (; *keys; keys++)
        if (fm_node_member(n, fm_str_c(*keys)))
            return true;
    return false;
}

#define HAS_ANY(n, ...) has_any((n), (const char *const[]){__VA_ARGS__, NULL})

static fm_str service_of(const struct fm_node *n)
{
    return fm_node_first(n, "service", "app", "application", "component", "deployment", "workload",
                         "project", "target", "labels.service", "service_name");
}

static fm_time time_of(const struct fm_node *n)
{
    return fm_changes_time(fm_node_first(
        n, "timestamp", "at", "time", "date", "deployed_at", "deployedAt", "finished_at",
        "created_at", "createdAt", "committed_date", "authored_date", "changed_at", "started_at",
        "startedAt", "ts", "commit.committer.date", "commit.author.date", "updated"));
}

static void add_paths(struct fm_changes_reader *r, struct fm_change *c, const struct fm_node *list)
{
    fm_node_each (list, item) {
        fm_str path = item->text.len ? item->text
                                     : fm_node_first(item, "filename", "path", "new_path", "file");
        fm_str patch = fm_node_first(item, "patch", "diff");
        if (path.len)
            fm_vec_push(r->a, &c->paths, path);
        if (!patch.len)
            continue;
        size_t before = c->diff.n;
        fm_diff_parse(r->a, patch, &c->diff, NULL);
        for (size_t i = before; i < c->diff.n; i++)
            if (!c->diff.items[i].path.len)
                c->diff.items[i].path = path;
    }
}

static void read_diff(struct fm_changes_reader *r, struct fm_change *c, const struct fm_node *n)
{
    static const char *const lists[] = {"files_changed", "files",   "paths",
                                        "changed_files", "changes", "diffs"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        add_paths(r, c, fm_node_member(n, fm_str_c(lists[i])));
    fm_str diff = fm_node_first(n, "diff", "patch");
    if (diff.len)
        fm_diff_parse(r->a, diff, &c->diff, &c->n_left_out);
    if (c->diff.n == 1 && !c->diff.items[0].path.len && c->paths.n)
        c->diff.items[0].path = c->paths.items[0];
    if (c->paths.n == 0)
        fm_vec_each (&c->diff, f)
            if (f->path.len)
                fm_vec_push(r->a, &c->paths, f->path);
}

static bool is_other_environment(fm_str s)
{
    static const char *const names[] = {"staging", "stage", "dev",     "development",
                                        "test",    "qa",    "sandbox", "preview"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fm_str_ieq(s, fm_str_c(names[i])))
            return true;
    return false;
}

static struct fm_change *read_common(struct fm_changes_reader *r, enum fm_change_kind kind,
                                     const struct fm_node *n)
{
    struct fm_change *c = fm_changes_add(r, kind, n->source);
    c->at = time_of(n);
    c->service = service_of(n);
    c->author = fm_node_first(n, "author", "actor", "user", "author.name", "author_name",
                              "commit.author.name", "by", "deployed_by");
    c->message = fm_node_first(n, "message", "title", "subject", "summary", "description",
                               "commit.message", "note");
    c->is_staging = is_other_environment(fm_node_first(n, "environment", "env", "stage"));
    return c;
}

/* "off->on", "50% -> 100%", or separate members. */
static void read_values(struct fm_change *c, const struct fm_node *n)
{
    fm_str both = fm_node_first(n, "change", "transition");
    ptrdiff_t arrow = fm_str_find(both, FM_STR("->"), 0);
    if (arrow >= 0) {
        c->before = fm_str_trim(fm_str_sub(both, 0, (size_t)arrow));
        c->after = fm_str_trim(fm_str_skip(both, (size_t)arrow + 2));
        return;
    }
    c->before = fm_node_first(n, "from", "old", "before", "old_value", "oldValue", "previous",
                              "previous_value");
    c->after = fm_node_first(n, "to", "new", "after", "new_value", "newValue", "value", "enabled",
                             "state", "current");
}

static void read_flag(struct fm_changes_reader *r, const struct fm_node *n)
{
    struct fm_change *c = read_common(r, FM_CHANGE_FLAG, n);
    c->id = fm_node_first(n, "flag", "flag_key", "feature_flag", "feature");
    read_values(c, n);
}

static void read_config(struct fm_changes_reader *r, const struct fm_node *n, bool is_scaling)
{
    struct fm_change *c = read_common(r, is_scaling ? FM_CHANGE_SCALE : FM_CHANGE_CONFIG, n);
    c->id = fm_node_first(n, "key", "parameter", "setting", "config", "config_key", "field", "id",
                          "resource", "name");
    if (is_scaling && !c->id.len)
        c->id = c->service;
    read_values(c, n);
    if (!c->after.len) {
        c->before = fm_node_first(n, "from_replicas", "old_replicas");
        c->after = fm_node_first(n, "to_replicas", "new_replicas", "replicas");
    }
    read_diff(r, c, n);
}

static fm_str hash_of(const struct fm_node *n)
{
    return fm_node_first(n, "commit_sha", "commitSha", "sha", "git_sha", "revision_sha",
                         "commit.sha", "commit_id", "hash", "commit", "revision");
}

static void read_deploy(struct fm_changes_reader *r, const struct fm_node *n)
{
    struct fm_change *c = read_common(r, FM_CHANGE_DEPLOY, n);
    c->commit = hash_of(n);
    c->version =
        fm_node_first(n, "version", "image_tag", "image", "tag", "release", "revision", "build");
    c->id = c->commit.len ? c->commit : c->version;
    if (!c->id.len)
        c->id = fm_node_first(n, "id", "deploy_id", "name");
    read_diff(r, c, n);
}

static void read_commit(struct fm_changes_reader *r, const struct fm_node *n)
{
    struct fm_change *c = read_common(r, FM_CHANGE_COMMIT, n);
    c->id = fm_node_first(n, "sha", "commit_sha", "hash", "id", "commit", "commit_id", "short_id");
    read_diff(r, c, n);
}

/* What the item says that it is, or what its keys make it. */
static fm_str kind_of(const struct fm_node *n)
{
    return fm_node_first(n, "kind", "type", "event", "change_type", "category");
}

static bool read_by_name(struct fm_changes_reader *r, const struct fm_node *n, fm_str kind)
{
    if (fm_str_ihas(kind, FM_STR("scal")) || HAS_ANY(n, "from_replicas", "to_replicas"))
        read_config(r, n, true);
    else if (fm_str_ihas(kind, FM_STR("flag")) || HAS_ANY(n, "flag", "flag_key", "feature_flag"))
        read_flag(r, n);
    else if (fm_str_ihas(kind, FM_STR("config")) || fm_str_ihas(kind, FM_STR("param")))
        read_config(r, n, false);
    else if (fm_str_ihas(kind, FM_STR("deploy")) || fm_str_ihas(kind, FM_STR("rollout")) ||
             fm_str_ihas(kind, FM_STR("release")))
        read_deploy(r, n);
    else if (fm_str_ihas(kind, FM_STR("commit")))
        read_commit(r, n);
    else
        return false;
    return true;
}

static void read_item(struct fm_changes_reader *r, const struct fm_node *n)
{
    bool has_hash = hash_of(n).len > 0 || HAS_ANY(n, "short_id");
    bool has_content =
        HAS_ANY(n, "diff", "patch", "files_changed", "files", "message", "title", "author_email");
    if (r->out->items.n >= FM_CHANGES_MAX || read_by_name(r, n, kind_of(n)))
        return;
    if (service_of(n).len && HAS_ANY(n, "version", "image", "image_tag", "commit_sha", "commit",
                                     "sha", "deployed_at", "revision", "tag"))
        read_deploy(r, n);
    else if (HAS_ANY(n, "key", "parameter", "setting", "config_key") &&
             HAS_ANY(n, "old", "new", "from", "to", "before", "after", "old_value", "new_value"))
        read_config(r, n, false);
    else if (has_hash || has_content)
        read_commit(r, n);
}

static void read_list(struct fm_changes_reader *r, const struct fm_node *n, unsigned depth)
{
    bool is_item = n->kind == FM_NODE_MAP && (time_of(n) != FM_TIME_NONE || hash_of(n).len);
    if (is_item) {
        read_item(r, n);
        return;
    }
    if (depth == 0)
        return;
    fm_node_each (n, child)
        if (child->kind == FM_NODE_MAP || child->kind == FM_NODE_LIST)
            read_list(r, child, depth - 1);
}

/* JSON lines are records of one object each. */
static void read_lines(struct fm_changes_reader *r)
{
    fm_str rest = r->e->bytes, line;
    while (fm_str_line(&rest, &line) && r->out->items.n < FM_CHANGES_MAX) {
        struct fm_node *root = NULL;
        bool is_truncated;
        if (fm_str_trim(line).len &&
            fm_document_json(r->in->ctx, line, &root, &is_truncated) == FM_OK)
            read_list(r, root, 1);
        fm_ctx_clear_error(r->in->ctx);
    }
}

void fm_changes_read_json(struct fm_changes_reader *r)
{
    struct fm_node *root = NULL;
    bool is_truncated = false;
    if (fm_document_json(r->in->ctx, r->e->bytes, &root, &is_truncated) == FM_OK) {
        read_list(r, root, 3);
        return;
    }
    fm_ctx_clear_error(r->in->ctx);
    read_lines(r);
}
