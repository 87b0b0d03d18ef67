/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prompts: templates as files with named slots, and a deterministic renderer under a token budget.
 *
 * A template has an "@system" and an "@user" part; "{{name}}" is a slot. A line whose slots are all
 * empty and that holds nothing else is left out. Templates are compiled in; a file of the same name
 * in a folder replaces one. The version of a prompt is its name and the first 12 digits of the
 * SHA-256 of all template text that went into it.
 *
 * Untrusted text (evidence, file names, messages of other systems) is written between fences that
 * carry a random word,
 *
 *     <<<data k3v9q1 ev_12ab log_file api.log
 *     …
 *     data k3v9q1>>>
 *
 * so that no text can close its own fence; the word is taken out of the text if it occurs, and the
 * marks by which chat templates of models separate roles ("<|im_start|>", "[INST]",
 * "<start_of_turn>" …) are broken up. Untrusted text is refused in the system part (a bug of the
 * caller).
 *
 * Budget: when the whole is too long, parts are shortened in this order until it fits; each step
 * goes over its items from the least to the most wanted (not cited before cited, older before
 * newer):
 *
 *   for each order number, from the lowest: bodies cut to 240 bytes, then bodies left out (heads
 * stay), then, in a part that may lose items, whole items
 *
 * Heads hold ids and stay, so that everything in the case can be cited. Template text, the message
 * and parts without items are never cut: when these alone do not fit, rendering fails with
 * FM_ELIMIT.
 */
#ifndef FAULTMAVEN_PROMPTS_PROMPTS_H
#define FAULTMAVEN_PROMPTS_PROMPTS_H

#include "faultmaven/base/ctx.h"
#include "faultmaven/base/rng.h"
#include "faultmaven/base/vec.h"

struct fm_prompts;

/* folder: replacements, or NULL. FM_EINVAL names a file whose slots are not those of the one it
 * replaces, or that moves one into the system part: untrusted text must not get there. */
FM_MUST_CHECK enum fm_code fm_prompts_new(struct fm_ctx *ctx, const char *folder,
                                          struct fm_prompts **out);
void fm_prompts_free(struct fm_prompts *p);

/* Text of a template file without ".md"; empty when there is none. Owned by p. */
fm_str fm_prompts_text(const struct fm_prompts *p, const char *name);

/* The template filled with single values, for templates inside templates: pairs of name and value,
 * ended by NULL. */
fm_str fm_prompts_fill(const struct fm_prompts *p, struct fm_arena *a, const char *name,
                       const char *const *pairs);

struct fm_prompt_item {
    fm_str head; /* id and what it is; never cut */
    fm_str body;
    bool is_cited;
    int64_t rank; /* larger is newer or more wanted */
};

struct fm_prompt_part {
    const char *slot;
    fm_str text; /* plain part */
    const struct fm_prompt_item *items;
    size_t n_items;
    bool is_untrusted; /* fenced; its items one by one */
    bool is_one_fence; /* its items are lines within one fence */
    bool may_lose_items;
    int order; /* which part is shortened first */
};

struct fm_prompt_request {
    const char *name; /* template */
    const struct fm_prompt_part *parts;
    size_t n_parts;
    int64_t budget;                 /* tokens of the whole; 0: no limit */
    int64_t (*tokens)(fm_str text); /* the estimate to count by */
    struct fm_rng *rng;             /* for the fences */
};

struct fm_prompt {
    fm_str system, user; /* on the context's arena */
    char version[64];    /* "investigating@0f3a9c2b11de" */
    int64_t tokens;
    size_t n_cut, n_left_out; /* bodies; items */
    char fence[16];
};

/* A slot without a part is empty; a part without a slot is a bug. */
FM_MUST_CHECK enum fm_code fm_prompt_render(const struct fm_prompts *p, struct fm_ctx *ctx,
                                            const struct fm_prompt_request *r,
                                            struct fm_prompt *out);

/* Text as it stands between fences: the fence's word and role marks broken up. */
fm_str fm_prompt_defuse(struct fm_arena *a, fm_str text, const char *fence);

#endif
