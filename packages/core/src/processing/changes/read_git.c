/* SPDX-License-Identifier: Apache-2.0 */
/* `git log [-p|--stat]` text, and plain diffs. */
#include "read.h"

static fm_str field(fm_str line, const char *name)
{
    return fm_str_starts(line, fm_str_c(name)) ? fm_str_trim(fm_str_skip(line, strlen(name)))
                                               : FM_STR_NULL;
}

static bool is_hash(fm_str s)
{
    if (s.len < 7 || s.len > 64)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return true;
}

/* "commit 1a2b3c4… (HEAD -> main)" */
static bool is_commit_line(fm_str line)
{
    fm_str rest = field(line, "commit "), hash = FM_STR_NULL;
    return fm_str_word(&rest, &hash) && is_hash(hash);
}

/* " path/file.go | 12 ++--" */
static void take_stat_line(struct fm_changes_reader *r, struct fm_change *c, fm_str line)
{
    ptrdiff_t bar = fm_str_find(line, FM_STR(" | "), 0);
    if (bar > 0 && line.p[0] == ' ')
        fm_vec_push(r->a, &c->paths, fm_str_trim(fm_str_sub(line, 0, (size_t)bar)));
}

static void read_header_line(struct fm_changes_reader *r, struct fm_change *c, fm_str line)
{
    fm_str date = field(line, "Date:"), commit_date = field(line, "CommitDate:"),
           author = field(line, "Author:");
    if (commit_date.len)
        c->at = fm_changes_time(commit_date);
    else if (date.len)
        c->at = fm_changes_time(date);
    else if (author.len)
        c->author = author;
    else if (!c->message.len && fm_str_starts(line, FM_STR("    ")))
        c->message = fm_str_trim(line);
    else
        take_stat_line(r, c, line);
}

static void read_commit(struct fm_changes_reader *r, fm_str text)
{
    fm_str rest = text, line, hash = FM_STR_NULL;
    struct fm_change *c = fm_changes_add(r, FM_CHANGE_COMMIT, text);
    fm_str_line(&rest, &line);
    line = field(line, "commit ");
    fm_str_word(&line, &hash);
    c->id = hash;
    fm_str body = rest;
    while (fm_str_line(&rest, &line)) {
        if (fm_str_starts(line, FM_STR("diff --git ")) || fm_str_starts(line, FM_STR("--- "))) {
            fm_str diff = fm_str_skip(body, (size_t)(line.p - body.p));
            fm_diff_parse(r->a, diff, &c->diff, &c->n_left_out);
            break;
        }
        read_header_line(r, c, line);
    }
    if (c->paths.n == 0)
        fm_vec_each (&c->diff, f)
            fm_vec_push(r->a, &c->paths, f->path);
}

/* A diff without commits is one change of unknown time. */
static void read_plain_diff(struct fm_changes_reader *r)
{
    struct fm_change *c = fm_changes_add(r, FM_CHANGE_COMMIT, r->e->bytes);
    c->id = r->e->path;
    fm_diff_parse(r->a, r->e->bytes, &c->diff, &c->n_left_out);
    fm_vec_each (&c->diff, f)
        fm_vec_push(r->a, &c->paths, f->path);
}

void fm_changes_read_git(struct fm_changes_reader *r)
{
    fm_str rest = r->e->bytes, line;
    const char *start = NULL;
    while (fm_str_line(&rest, &line) && r->out->items.n < FM_CHANGES_MAX) {
        if (!is_commit_line(line))
            continue;
        if (start)
            read_commit(r, fm_str_n(start, (size_t)(line.p - start)));
        start = line.p;
    }
    if (start)
        read_commit(r, fm_str_n(start, (size_t)(r->e->bytes.p + r->e->bytes.len - start)));
    else
        read_plain_diff(r);
}
