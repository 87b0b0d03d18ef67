/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of intake: walk.c finds files, archive.c opens archives, take.c makes inputs of them,
 * examine.c looks at their bytes, and intake.c drives and reports.
 */
#ifndef FM_CORE_INTAKE_IMPL_H
#define FM_CORE_INTAKE_IMPL_H

#include <sys/stat.h>

#include "faultmaven/base/map_file.h"
#include "faultmaven/core/intake.h"
#include "intake/encoding.h"

/* What examine.c finds in one input; every field may be computed on any thread. */
struct findings {
    enum encoding encoding;
    struct fm_buf converted; /* owned by the intake afterwards; empty when there was no need */
    bool is_unconverted;     /* too large to convert */
    uint64_t n_nul;          /* at most NUL_COUNT_MAX */
    uint64_t first_nul;
    bool has_long_line;
    int64_t growth; /* bytes that the file has more than when it was opened */
    bool is_rewritten;
};

#define NUL_COUNT_MAX 1000
#define LONG_LINE_BYTES ((size_t)1 << 20)

/* An input before it is examined. */
struct pending {
    struct fm_evidence *e;
    fm_str as_found;         /* e->bytes before they are converted */
    struct fm_map_file *map; /* NULL: the bytes are in memory */
    const char *real_path;   /* of a file on disk, else NULL */
    struct stat before;
    struct findings found;
};

/* Bytes that live as long as the intake. */
struct holding {
    struct holding *next;
    struct fm_map_file *map;
    struct fm_buf memory;
    struct fm_evidence *e; /* whose bytes these are; valid while its incident is */
    const char *real_path; /* of a mapped file */
    bool is_reported;
};

struct fm_intake {
    struct fm_intake_limits limits;
    struct holding *holdings; /* owned */
    uint64_t expanded_bytes;
    struct fm_arena arena; /* of `seen` */
    struct fm_map seen;    /* files and folders that were taken -> their path */
};

/* One fm_intake_add. */
struct walk {
    struct fm_intake *t;
    struct fm_incident *in;
    bool is_baseline;
    const char *root;      /* the PATH argument */
    const char *real_root; /* its canonical form, ends with "/"; NULL when it is no folder */
    FM_VEC(struct pending) pending;
    bool is_full; /* the limit of inputs was reached and reported */
    enum fm_code code;
};

/* take.c: room for bytes that live as long as t. */
struct holding *intake_hold(struct fm_intake *t);

/* Adds an input whose bytes are e->bytes already or follow. */
struct pending *intake_take(struct walk *w, fm_str path, fm_str bytes);

/* Takes over memory; its content is the input's bytes. */
struct pending *intake_take_memory(struct walk *w, fm_str path, struct fm_buf *memory);

/* Keeps p->map until the intake is freed. */
void intake_keep_map(struct walk *w, const struct pending *p);

/* Lists an input that cannot be used, with the reason. */
void intake_unusable(struct walk *w, fm_str path, const char *fmt, ...) FM_PRINTF(3, 4);

/* False, and reported once, when the limit of inputs is reached or the work should stop. */
bool intake_has_room(struct walk *w, fm_str path);

/* walk.c: takes the opened file or folder; closes fd. */
void walk_opened(struct walk *w, int fd, fm_str path);

/* archive.c: true when bytes are an archive or a compressed file. */
bool archive_is(fm_str bytes);

/* Takes what is in it; path is the label of the archive. */
void archive_take(struct walk *w, fm_str path, fm_str bytes, unsigned depth);

/* examine.c: encoding, type and oddities; and the hash, which may run beside it. They touch only p.
 */
void examine(struct pending *p);
void examine_hash(struct pending *p);

#endif
