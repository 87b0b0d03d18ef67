/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unified diffs (POSIX diff -u, git): "--- old", "+++ new", "@@ … @@ function", then lines with '
 * ', '-', '+'. Also accepted: hunks without file headers, and hunk headers that name the file ("@@
 * path/file.go @@").
 */
#include "faultmaven/core/changes.h"

struct reader {
    struct fm_arena *a;
    struct fm_diff_files *files;
    struct fm_diff_file *file;
    struct fm_diff_hunk *hunk;
    unsigned n_lines, n_left_out;
};

static void open_file(struct reader *r, fm_str path)
{
    r->file = fm_vec_add(r->a, r->files);
    r->file->path = path;
    r->hunk = NULL;
}

static fm_str without_prefix(fm_str path)
{
    ptrdiff_t tab = fm_str_chr(path, '\t', 0);
    if (tab >= 0)
        path = fm_str_sub(path, 0, (size_t)tab);
    path = fm_str_trim(path);
    return fm_str_starts(path, FM_STR("a/")) || fm_str_starts(path, FM_STR("b/"))
               ? fm_str_skip(path, 2)
               : path;
}

static bool looks_like_path(fm_str s)
{
    return s.len && fm_str_chr(s, ' ', 0) < 0 &&
           (fm_str_chr(s, '/', 0) >= 0 || fm_str_chr(s, '.', 0) > 0);
}

/* "@@ -1,2 +3,4 @@ function" or "@@ path @@ function". */
static void open_hunk(struct reader *r, fm_str line)
{
    fm_str inside = fm_str_skip(line, 2);
    ptrdiff_t close = fm_str_find(inside, FM_STR("@@"), 0);
    fm_str head = close >= 0 ? fm_str_skip(inside, (size_t)close + 2) : inside;
    if (close >= 0)
        inside = fm_str_trim(fm_str_sub(inside, 0, (size_t)close));
    fm_str path = inside;
    path = fm_str_cut(&path, ':');
    if (looks_like_path(path) && path.p[0] != '-' && (!r->file || !fm_str_eq(r->file->path, path)))
        open_file(r, path);
    if (!r->file)
        open_file(r, FM_STR_NULL);
    r->hunk = fm_vec_add(r->a, &r->file->hunks);
    r->hunk->head = fm_str_trim(head);
}

static void add_line(struct reader *r, fm_str line)
{
    if (!r->file)
        open_file(r, FM_STR_NULL);
    if (!r->hunk)
        r->hunk = fm_vec_add(r->a, &r->file->hunks);
    if (++r->n_lines > FM_DIFF_LINES_MAX) {
        r->n_left_out++;
        return;
    }
    fm_str text = fm_str_skip(line, 1);
    if (line.p[0] == '-')
        fm_vec_push(r->a, &r->hunk->removed, text);
    else if (line.p[0] == '+')
        fm_vec_push(r->a, &r->hunk->added, text);
    else
        fm_vec_push(r->a, &r->hunk->context, text);
}

/* "diff --git a/x b/x" */
static void open_git_file(struct reader *r, fm_str line)
{
    ptrdiff_t b = fm_str_find(line, FM_STR(" b/"), 0);
    open_file(r, b >= 0 ? fm_str_trim(fm_str_skip(line, (size_t)b + 3)) : FM_STR_NULL);
}

static bool is_header(struct reader *r, fm_str line)
{
    if (fm_str_starts(line, FM_STR("diff --git "))) {
        open_git_file(r, line);
        return true;
    }
    if (fm_str_starts(line, FM_STR("--- ")) &&
        (!r->hunk || looks_like_path(without_prefix(fm_str_skip(line, 4))))) {
        if (!r->file || r->file->hunks.n)
            open_file(r, without_prefix(fm_str_skip(line, 4)));
        r->file->is_new = fm_str_has(line, FM_STR("/dev/null"));
        return true;
    }
    if (r->file && !r->hunk && fm_str_starts(line, FM_STR("+++ "))) {
        r->file->is_deleted = fm_str_has(line, FM_STR("/dev/null"));
        if (!r->file->is_deleted)
            r->file->path = without_prefix(fm_str_skip(line, 4));
        return true;
    }
    return false;
}

void fm_diff_parse(struct fm_arena *a, fm_str text, struct fm_diff_files *out, unsigned *n_left_out)
{
    struct reader r = {.a = a, .files = out};
    fm_str line;
    while (fm_str_line(&text, &line)) {
        if (is_header(&r, line))
            continue;
        if (fm_str_starts(line, FM_STR("@@")))
            open_hunk(&r, line);
        else if (line.len && (r.hunk || r.file || line.p[0] != ' ') && strchr(" -+", line.p[0]))
            add_line(&r, line);
    }
    if (n_left_out)
        *n_left_out = r.n_left_out;
}
