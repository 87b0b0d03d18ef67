/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON over yyjson, on an arena. Values are yyjson's own types; these helpers add limits, arena
 * memory and short getters.
 *
 * Reading keeps memory in the context's arena. Depth is limited to FM_JSON_DEPTH_MAX before
 * parsing. Writing builds a yyjson_mut_doc on the arena; text is UTF-8, bytes that are not become
 * U+FFFD, so output is always valid JSON. For positions of values in the source text see
 * core/processing/document.h.
 */
#ifndef FAULTMAVEN_BASE_JSON_H
#define FAULTMAVEN_BASE_JSON_H

#include <yyjson.h>

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"
#include "faultmaven/base/time.h"

#define FM_JSON_DEPTH_MAX 128

/* Parses the whole of text. FM_EINVAL names the byte offset and what was expected. */
FM_MUST_CHECK enum fm_code fm_json_read(struct fm_ctx *ctx, fm_str text, yyjson_val **out);

/* Object member as ...; the default when obj is no object, or the member is absent or of another
 * type. */
fm_str fm_json_get_str(yyjson_val *obj, const char *key);
int64_t fm_json_get_i64(yyjson_val *obj, const char *key, int64_t dflt);
double fm_json_get_f64(yyjson_val *obj, const char *key, double dflt);
bool fm_json_get_bool(yyjson_val *obj, const char *key, bool dflt);
yyjson_val *fm_json_get(yyjson_val *obj, const char *key);
fm_str fm_json_str(yyjson_val *v);

/* A new document on the arena. */
yyjson_mut_doc *fm_json_new(struct fm_arena *a);

/* Adds member key. Strings are copied and made valid UTF-8. */
void fm_json_add_str(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *key, fm_str s);
void fm_json_add_strz(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *key,
                      const char *s); /* NULL gives null */
void fm_json_add_time(yyjson_mut_doc *d, yyjson_mut_val *obj, const char *key,
                      fm_time t); /* null when none */
yyjson_mut_val *fm_json_mut_str(yyjson_mut_doc *d, fm_str s);

/* Appends root as text. */
FM_MUST_CHECK enum fm_code fm_json_write(struct fm_ctx *ctx, yyjson_mut_doc *d,
                                         yyjson_mut_val *root, bool is_pretty, struct fm_buf *out);

#endif
