/* SPDX-License-Identifier: Apache-2.0 */
#include "risk.h"

static bool starts_any(fm_str s, const char *const *list)
{
    for (; *list; list++)
        if (fm_str_starts(s, fm_str_c(*list)))
            return true;
    return false;
}

static bool is_comment(fm_str s)
{
    static const char *const marks[] = {"//",  "/*", "*/", "* ",   "--",     "<!--", "\"\"\"",
                                        "'''", ";",  "%%", "REM ", "=begin", "=end", NULL};
    static const char *const directives[] = {"#include", "#define", "#if",     "#el", "#end",
                                             "#[",       "#undef",  "#pragma", NULL};
    if (starts_any(s, marks) || fm_str_eqc(s, "*"))
        return true;
    return s.p[0] == '#' && !starts_any(s, directives);
}

static bool is_import(fm_str s)
{
    static const char *const words[] = {"import ",  "from ", "using ",   "#include",
                                        "package ", "use ",  "require ", "extern crate ",
                                        "module ",  NULL};
    return starts_any(s, words) && !fm_str_has(s, FM_STR(" = ")) &&
           !fm_str_has(s, FM_STR("using ("));
}

static bool is_bracket(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!strchr("(){}[];,", s.p[i]))
            return false;
    return true;
}

/* Cuts " // …" and " # …" off; not inside a word, so that URLs and colours stay. */
static fm_str without_trailing_comment(fm_str s)
{
    for (size_t i = 1; i + 1 < s.len; i++) {
        bool is_mark = (s.p[i] == '/' && s.p[i + 1] == '/') || (s.p[i] == '#' && s.p[i + 1] == ' ');
        if (is_mark && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
            return fm_str_trim(fm_str_sub(s, 0, i));
    }
    return s;
}

static fm_str single_blanks(struct fm_arena *a, fm_str s)
{
    char *p = fm_arena_alloc(a, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        bool is_blank = s.p[i] == ' ' || s.p[i] == '\t';
        if (!is_blank || (n && p[n - 1] != ' '))
            p[n++] = is_blank ? ' ' : s.p[i];
    }
    return fm_str_trim(fm_str_n(p, n));
}

static void take(struct fm_arena *a, fm_str raw, enum fm_path_class class,
                 struct fm_code_lines *out)
{
    fm_str s = fm_str_trim(raw);
    bool is_code = class == FM_PATH_CODE;
    if (s.len == 0 || is_comment(s) || is_bracket(s) || (is_code && is_import(s)))
        return;
    s = single_blanks(a, without_trailing_comment(s));
    if (s.len)
        fm_vec_push(a, out, s);
}

/* Removes one pair of equal lines after the other: what was moved or only re-indented is no change.
 */
static void cancel_equal(struct fm_edit *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->removed.n; i++) {
        size_t j = 0;
        while (j < e->added.n && !fm_str_eq(e->removed.items[i], e->added.items[j]))
            j++;
        if (j == e->added.n) {
            e->removed.items[kept++] = e->removed.items[i];
            continue;
        }
        memmove(&e->added.items[j], &e->added.items[j + 1],
                (e->added.n - j - 1) * sizeof *e->added.items);
        e->added.n--;
    }
    e->removed.n = kept;
}

void fm_edit_of(struct fm_arena *a, const struct fm_diff_file *f, enum fm_path_class class,
                struct fm_edit *out)
{
    fm_vec_each (&f->hunks, h) {
        out->had_lines = out->had_lines || h->removed.n || h->added.n;
        fm_vec_each (&h->removed, s)
            take(a, *s, class, &out->removed);
        fm_vec_each (&h->added, s)
            take(a, *s, class, &out->added);
    }
    cancel_equal(out);
}
