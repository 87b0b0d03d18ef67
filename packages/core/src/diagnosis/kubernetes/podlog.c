/* SPDX-License-Identifier: Apache-2.0 */
#include "podlog.h"

struct piece {
    const struct fm_evidence *evidence;
    fm_str text;
};

static bool is_of(const struct fm_kube_workload *w, fm_str name)
{
    if (fm_str_eq(name, w->name))
        return true;
    fm_vec_each (&w->pods, p)
        if (fm_str_eq(name, (*p)->object->name))
            return true;
    return false;
}

/* "logs/cart.log", "cart-6b9f7d5c4-x2x8p.log", "cart-previous.log" */
static bool file_is_of(const struct fm_kube *k, const struct fm_kube_workload *w, fm_str path)
{
    ptrdiff_t slash = fm_str_rchr(path, '/');
    fm_str stem = fm_str_skip(path, (size_t)(slash + 1));
    stem = fm_str_cut(&stem, '.');
    if (fm_str_ends(stem, FM_STR("-previous")))
        stem.len -= 9;
    return is_of(w, stem) || is_of(w, fm_workload_name(stem, true)) ||
           fm_str_eq(fm_objects_of_container(k->s, stem), w->name);
}

static fm_str tail_of(fm_str text)
{
    return text.len > FM_KUBE_LOG_TAIL ? fm_str_skip(text, text.len - FM_KUBE_LOG_TAIL) : text;
}

#define PIECES_MAX 256

static size_t pieces_of(const struct fm_kube *k, const struct fm_kube_workload *w,
                        struct piece out[PIECES_MAX])
{
    size_t n = 0;
    fm_vec_each (&k->s->logs, l)
        if (n < PIECES_MAX && (is_of(w, l->workload) || is_of(w, l->pod)))
            out[n++] = (struct piece){l->evidence, tail_of(l->text)};
    fm_vec_each (&k->h->in->inputs, e)
        if (n < PIECES_MAX && (*e)->type == FM_EVIDENCE_LOG && !(*e)->is_baseline &&
            file_is_of(k, w, (*e)->path))
            out[n++] = (struct piece){*e, tail_of((*e)->bytes)};
    return n;
}

static bool find_in(const struct piece *p, const char *const *needles, struct fm_kube_line *out)
{
    fm_str rest = p->text, line, found;
    bool has_any = false;
    while (fm_str_line(&rest, &line)) {
        if (needles ? !fm_kube_has_any(line, needles, &found) : fm_str_trim(line).len == 0)
            continue;
        fm_span span = fm_quote(p->evidence, line, FM_QUOTE_MAX);
        if (span.length == 0 || fm_str_starts(line, FM_STR("$ ")))
            continue;
        *out = (struct fm_kube_line){fm_str_sub(fm_str_trim(line), 0, FM_QUOTE_MAX), span};
        has_any = true;
    }
    return has_any;
}

bool fm_kube_log_find(struct fm_kube *k, const struct fm_kube_workload *w,
                      const char *const *needles, struct fm_kube_line *out)
{
    struct piece pieces[PIECES_MAX];
    size_t n = pieces_of(k, w, pieces);
    for (size_t i = 0; i < n; i++)
        if (find_in(&pieces[i], needles, out))
            return true;
    return false;
}

bool fm_kube_log_last(struct fm_kube *k, const struct fm_kube_workload *w, struct fm_kube_line *out)
{
    return fm_kube_log_find(k, w, NULL, out);
}

bool fm_kube_has_log(struct fm_kube *k, const struct fm_kube_workload *w)
{
    struct piece pieces[PIECES_MAX];
    return pieces_of(k, w, pieces) > 0;
}
