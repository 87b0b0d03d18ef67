/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: one tree of YAML, put together from
 *
 *   1. a file: --config, else $FAULTMAVEN_CONFIG, else ./faultmaven.yaml,
 * $XDG_CONFIG_HOME/faultmaven/config.yaml, /etc/faultmaven/config.yaml, the first that exists
 *   2. config.d/ *.yaml beside it, in order of their names
 *   3. the environment: FAULTMAVEN__LLM__RETRY__ATTEMPTS=4 sets llm.retry.attempts
 *   4. without any "llm" section: providers whose key and model stand in the environment
 * (OPENAI_API_KEY and OPENAI_MODEL, …; LOCAL_LLM_URL and LOCAL_LLM_MODEL)
 *
 * Later ones win; mappings are merged, lists and values replaced. Each value knows where it came
 * from. See docs/configuration.md.
 */
#ifndef FM_APP_CONFIG_H
#define FM_APP_CONFIG_H

#include "faultmaven/base/json.h"
#include "faultmaven/base/map.h"
#include "faultmaven/llm/setup.h"

#define FM_CONFIG_FILE_MAX (1u << 20)

struct fm_config {
    yyjson_mut_doc *doc;   /* on the context's arena */
    yyjson_mut_val *root;  /* an object */
    struct fm_map origins; /* "llm.retry.attempts" → const char *: "config.yaml:12", "$NAME" */
    const char *file;      /* NULL: none was found */
};

/* path: --config, or NULL. A file that was named must exist. Errors name file and line. */
FM_MUST_CHECK enum fm_code fm_config_load(struct fm_ctx *ctx, const char *path,
                                          struct fm_config *out);

/* A section as an immutable value; NULL when absent. */
yyjson_val *fm_config_section(struct fm_ctx *ctx, const struct fm_config *c, const char *name);

/* Appends every value as "name: value   # origin", secrets hidden; prefix picks a part ("llm"), ""
 * all. */
void fm_config_show(const struct fm_config *c, fm_str prefix, struct fm_buf *out);

/* Parses YAML into the tree; origin names the file. FM_EINVAL with line and column. */
FM_MUST_CHECK enum fm_code fm_config_merge_yaml(struct fm_ctx *ctx, struct fm_config *c,
                                                fm_str yaml, const char *origin);

/* Sets one value, given as YAML text, by its path with dots. */
FM_MUST_CHECK enum fm_code fm_config_set(struct fm_ctx *ctx, struct fm_config *c, fm_str path,
                                         fm_str value, const char *origin);

/* Keys from the environment, files and commands (run without a shell, 10 s, 64 KiB). */
extern const struct fm_llm_key_source fm_config_keys;

/* The "llm" section, ready; *problems as in fm_llm_setup_read. */
FM_MUST_CHECK enum fm_code fm_config_llm(struct fm_ctx *ctx, const struct fm_config *c,
                                         struct fm_llm_setup **out, fm_str *problems);

#endif
