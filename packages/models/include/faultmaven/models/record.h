/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records: plain structs described by a table of fields, so that one codec reads, checks, writes
 * and rewrites all of them. Events, proposed changes and the state of a case are records.
 *
 * "Not given" is: an empty fm_str, FM_TIME_NONE, FM_UNIT_NONE, enum value 0, an empty list;
 * fm_record_init sets it. Not-given fields are left out of JSON, and an absent or null member reads
 * as not given.
 *
 * Canonical JSON: members in the order of the table, no white space, times as RFC 3339 UTC,
 * likelihoods with at most four decimals, strings as valid UTF-8. The same record always gives the
 * same bytes.
 */
#ifndef FAULTMAVEN_MODELS_RECORD_H
#define FAULTMAVEN_MODELS_RECORD_H

#include "faultmaven/base/buf.h"
#include "faultmaven/base/ctx.h"
#include "faultmaven/base/json.h"
#include "faultmaven/base/vec.h"
#include "faultmaven/models/names.h"

#define FM_UNIT_NONE (-1.0) /* a number 0..1 that is not given */

struct fm_strs FM_VEC_OF(fm_str);
struct fm_enums FM_VEC_OF(unsigned);

/* What a reference names. In a proposal a reference may be a local handle ("H1") instead of an id.
 */
#define FM_REFS(X)                                                                                 \
    X(FM_REF_EVIDENCE, "evidence")                                                                 \
    X(FM_REF_HYPOTHESIS, "hypothesis")                                                             \
    X(FM_REF_REQUEST, "request")                                                                   \
    X(FM_REF_SOLUTION, "solution")                                                                 \
    X(FM_REF_FILE, "file")                                                                         \
    X(FM_REF_MESSAGE, "message")                                                                   \
    X(FM_REF_CHANGE, "change")                                                                     \
    X(FM_REF_ROOT_CAUSE, "root cause")                                                             \
    X(FM_REF_ESCALATION, "escalation")                                                             \
    X(FM_REF_REPORT, "report")                                                                     \
    X(FM_REF_ACTION, "action item")
FM_ENUM(fm_ref_kind, FM_REF, FM_REFS);

enum fm_field_kind {
    FM_FIELD_STR,     /* fm_str of at most max bytes */
    FM_FIELD_REF,     /* fm_str: id or handle of a `ref` */
    FM_FIELD_TIME,    /* fm_time */
    FM_FIELD_BOOL,    /* bool; false is left out */
    FM_FIELD_INT,     /* int64_t, 0..max; 0 is left out */
    FM_FIELD_UNIT,    /* double 0..1 */
    FM_FIELD_ENUM,    /* an enum of `names` */
    FM_FIELD_STRS,    /* struct fm_strs of at most max items of at most item_max bytes */
    FM_FIELD_REFS,    /* struct fm_strs of ids or handles */
    FM_FIELD_ENUMS,   /* struct fm_enums of `names` */
    FM_FIELD_RECORD,  /* a record of `type`, embedded */
    FM_FIELD_RECORDS, /* a vector of records of `type` */
};

struct fm_record_type;

struct fm_field {
    const char *name;
    enum fm_field_kind kind;
    size_t offset;
    int64_t max;     /* bytes, items or value, by kind */
    size_t item_max; /* bytes of one item of a list of strings */
    bool is_required;
    enum fm_ref_kind ref;
    const struct fm_names *names;
    const struct fm_record_type *type;
};

struct fm_record_type {
    const char *name;
    size_t size;
    const struct fm_field *fields;
    size_t n_fields;
};

/* Sets every field of *record to "not given". */
void fm_record_init(const struct fm_record_type *t, void *record);

/* A new record on the arena. */
void *fm_record_new(struct fm_arena *a, const struct fm_record_type *t);

/* Reads and checks one object. FM_EINVAL names the field: unknown members, wrong types, unknown
 * names, missing required members, text or lists over their limit. Strings are borrowed from v.
 * *record is undefined on failure. */
FM_MUST_CHECK enum fm_code fm_record_read(struct fm_ctx *ctx, const struct fm_record_type *t,
                                          yyjson_val *v, void *record);

/* The checks of fm_record_read for a record made by a program. */
FM_MUST_CHECK enum fm_code fm_record_check(struct fm_ctx *ctx, const struct fm_record_type *t,
                                           const void *record);

/* Appends canonical JSON. */
void fm_record_write(const struct fm_record_type *t, const void *record, struct fm_buf *out);

/* Deep copy into the arena. */
void fm_record_copy(struct fm_arena *a, const struct fm_record_type *t, const void *from, void *to);

/* Copies every given field of `from` over the same field of `to` (shallow): the meaning of a sparse
 * update. */
void fm_record_merge(const struct fm_record_type *t, const void *from, void *to);

/* Calls fn for every reference inside the record, nested ones included; fn may replace it. Stops at
 * the first failure. */
typedef enum fm_code (*fm_ref_fn)(void *arg, enum fm_ref_kind kind, fm_str *ref);
FM_MUST_CHECK enum fm_code fm_record_each_ref(const struct fm_record_type *t, void *record,
                                              fm_ref_fn fn, void *arg);

/* Appends a JSON string with its quotes. */
void fm_json_put_str(struct fm_buf *out, fm_str s);

/* x rounded to four decimals: likelihoods are kept so, and compare and print the same everywhere.
 */
double fm_unit_round(double x);

#endif
