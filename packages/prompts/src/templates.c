/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX (256 * 1024)

extern const struct fm_embedded fm_prompt_files[];

static struct template *find(const struct fm_prompts *p, fm_str name)
{
    for (size_t i = 0; i < p->n; i++)
        if (fm_str_eqc(name, p->items[i].name))
            return &p->items[i];
    return NULL;
}

const struct template *fm_template_find(const struct fm_prompts *p, const char *name)
{
    const struct template *found = find(p, fm_str_c(name));
    return found;
}

/* "templates/consulting.md" → "consulting" */
static fm_str base_name(const char *path)
{
    fm_str s = fm_str_c(path);
    s = fm_str_skip(s, (size_t)(fm_str_rchr(s, '/') + 1));
    return fm_str_ends(s, FM_STR(".md")) ? fm_str_sub(s, 0, s.len - 3) : s;
}

static bool has_slot(fm_str text, fm_str slot)
{
    fm_str rest = text, found;
    while (fm_template_slot(&rest, &found))
        if (fm_str_eq(found, slot))
            return true;
    return false;
}

bool fm_template_slot(fm_str *rest, fm_str *name)
{
    ptrdiff_t open = fm_str_find(*rest, FM_STR("{{"), 0);
    ptrdiff_t close = open < 0 ? -1 : fm_str_find(*rest, FM_STR("}}"), (size_t)open + 2);
    if (close < 0)
        return false;
    *name = fm_str_sub(*rest, (size_t)open + 2, (size_t)(close - open - 2));
    *rest = fm_str_skip(*rest, (size_t)close + 2);
    return true;
}

/* From "@system" to "@user"; all of a template without parts counts as user part. */
static fm_str system_part(fm_str text)
{
    ptrdiff_t user = fm_str_find(text, FM_STR("@user\n"), 0);
    return user > 0 ? fm_str_sub(text, 0, (size_t)user) : FM_STR_NULL;
}

static enum fm_code check_slots(struct fm_ctx *ctx, const char *path, fm_str old, fm_str text)
{
    fm_str rest = text, slot, system = system_part(text);
    while (fm_template_slot(&rest, &slot))
        if (!has_slot(old, slot))
            return fm_fail(ctx, FM_EINVAL, "%s: {{%.*s}} is no slot of this template", path,
                           FM_STR_ARG(slot));
    while (fm_template_slot(&system, &slot))
        if (!has_slot(system_part(old), slot))
            return fm_fail(ctx, FM_EINVAL, "%s: {{%.*s}} belongs into the user part", path,
                           FM_STR_ARG(slot));
    return FM_OK;
}

static enum fm_code replace(struct fm_ctx *ctx, struct fm_prompts *p, const char *folder,
                            struct template *t)
{
    const char *path = fm_str_fmt(&ctx->arena, "%s/%s.md", folder, t->name).p;
    FILE *f = fopen(path, "re");
    if (!f)
        return errno == ENOENT ? FM_OK : fm_fail(ctx, FM_EIO, "%s: %s", path, strerror(errno));
    char *text = fm_arena_alloc(&p->arena, FILE_MAX + 1);
    size_t n = fread(text, 1, FILE_MAX + 1, f);
    fclose(f);
    if (n > FILE_MAX)
        return fm_fail(ctx, FM_ELIMIT, "%s: longer than %d bytes", path, FILE_MAX);
    FM_TRY(check_slots(ctx, path, t->text, fm_str_n(text, n)));
    t->text = fm_str_n(text, n);
    return FM_OK;
}

enum fm_code fm_prompts_new(struct fm_ctx *ctx, const char *folder, struct fm_prompts **out)
{
    struct fm_prompts *p = calloc(1, sizeof *p);
    enum fm_code code = FM_OK;
    if (!p)
        FM_BUG("out of memory");
    fm_arena_init(&p->arena);
    while (fm_prompt_files[p->n].name)
        p->n++;
    p->items = FM_NEW_ARRAY(&p->arena, struct template, p->n);
    for (size_t i = 0; i < p->n && code == FM_OK; i++) {
        fm_str name = base_name(fm_prompt_files[i].name);
        p->items[i].name = fm_arena_dup(&p->arena, name.p, name.len);
        p->items[i].text = fm_str_n(fm_prompt_files[i].data, fm_prompt_files[i].len);
        if (folder)
            code = replace(ctx, p, folder, &p->items[i]);
    }
    if (code != FM_OK) {
        fm_prompts_free(p);
        return code;
    }
    *out = p;
    return FM_OK;
}

void fm_prompts_free(struct fm_prompts *p)
{
    if (!p)
        return;
    fm_arena_release(&p->arena);
    free(p);
}

fm_str fm_prompts_text(const struct fm_prompts *p, const char *name)
{
    const struct template *t = fm_template_find(p, name);
    return t ? t->text : FM_STR_NULL;
}

static fm_str value_of(const char *const *pairs, fm_str slot)
{
    for (; pairs && pairs[0]; pairs += 2)
        if (fm_str_eqc(slot, pairs[0]))
            return fm_str_c(pairs[1]);
    return FM_STR_NULL;
}

fm_str fm_prompts_fill(const struct fm_prompts *p, struct fm_arena *a, const char *name,
                       const char *const *pairs)
{
    struct fm_buf b;
    fm_str text = fm_str_trim(fm_prompts_text(p, name)), rest = text, slot;
    fm_buf_init(&b, 4 * FILE_MAX);
    for (fm_str from = text; fm_template_slot(&rest, &slot); from = rest) {
        fm_buf_add(&b, from.p, (size_t)(slot.p - 2 - from.p));
        fm_buf_adds(&b, value_of(pairs, slot));
        text = rest;
    }
    fm_buf_adds(&b, text);
    fm_str out = fm_str_dup(a, fm_buf_str(&b));
    fm_buf_release(&b);
    return out;
}
