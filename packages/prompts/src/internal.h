/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_PROMPTS_INTERNAL_H
#define FAULTMAVEN_PROMPTS_INTERNAL_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/embed.h"
#include "faultmaven/base/hash.h"
#include "faultmaven/prompts/prompts.h"

struct template
{
    const char *name;
    fm_str text;
};

struct fm_prompts {
    struct fm_arena arena;
    struct template *items;
    size_t n;
};

const struct template *fm_template_find(const struct fm_prompts *p, const char *name);
/* Next "{{name}}" of *rest, which then starts behind it. */
bool fm_template_slot(fm_str *rest, fm_str *name);

#endif
