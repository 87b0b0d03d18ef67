/* SPDX-License-Identifier: Apache-2.0 */
#include "replace/pseudonyms.h"
#include "scan/chars.h"
#include "scan/placeholder.h"

#define RESTORED_MAX (256u * 1024 * 1024)

struct job {
    const struct fm_pseudonyms *map;
    struct fm_buf out;
    struct fm_restored result;
};

static bool is_border(fm_str t, size_t i)
{
    return i == 0 || i == t.len || !fm_is_word((unsigned char)t.p[i]) ||
           !fm_is_word((unsigned char)t.p[i - 1]);
}

/* The longest fake that starts at i and ends at a border. Fakes are at most longest_fake bytes. */
static const struct fm_pseudonym *fake_at(const struct fm_pseudonyms *m, fm_str t, size_t i)
{
    size_t max = t.len - i < m->v->longest_fake ? t.len - i : m->v->longest_fake;
    for (size_t n = max; n; n--)
        if (is_border(t, i + n)) {
            const struct fm_pseudonym *p = fm_pseudonyms_find_fake(m, fm_str_sub(t, i, n));
            if (p)
                return p;
        }
    return NULL;
}

/* Text without placeholders: only fakes can stand in it. */
static void add_plain(struct job *j, fm_str t)
{
    size_t from = 0;
    for (size_t i = 0; j->map->v->longest_fake && i < t.len;) {
        const struct fm_pseudonym *p =
            is_border(t, i) && fm_is_word((unsigned char)t.p[i]) ? fake_at(j->map, t, i) : NULL;
        if (!p) {
            i++;
            continue;
        }
        fm_buf_adds(&j->out, fm_str_sub(t, from, i - from));
        fm_buf_adds(&j->out, p->value);
        j->result.n_restored++;
        i += p->fake.len;
        from = i;
    }
    fm_buf_adds(&j->out, fm_str_skip(t, from));
}

static void restore(struct job *j, fm_str text)
{
    struct fm_placeholder p;
    size_t at = 0;
    while (fm_placeholder_next(text, at, &p)) {
        const struct fm_pseudonym *e =
            p.number ? fm_pseudonyms_find(j->map, p.type, p.number) : NULL;
        add_plain(j, fm_str_sub(text, at, p.start - at));
        fm_buf_adds(&j->out, e ? e->value : fm_str_sub(text, p.start, p.end - p.start));
        j->result.n_restored += e != NULL;
        j->result.n_unknown += !e && !p.is_bare;
        at = p.end;
    }
    add_plain(j, fm_str_skip(text, at));
}

enum fm_code fm_redact_restore(const struct fm_pseudonyms *m, struct fm_ctx *ctx, fm_str text,
                               struct fm_restored *out)
{
    struct job j = {.map = m};
    fm_buf_init(&j.out, RESTORED_MAX);
    restore(&j, text);
    bool is_too_long = j.out.overflow;
    j.result.text = is_too_long ? FM_STR_NULL : fm_str_dup(&ctx->arena, fm_buf_str(&j.out));
    fm_buf_release(&j.out);
    if (is_too_long)
        return fm_fail(ctx, FM_ELIMIT, "the restored text is longer than %u bytes", RESTORED_MAX);
    *out = j.result;
    return FM_OK;
}
