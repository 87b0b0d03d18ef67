/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intake: paths in, evidence out. Walks files, folders, archives and standard input; detects each
 * input's type from its content first and its name second; maps instead of reading.
 *
 * Nothing that is found inside a path is fatal: what cannot be used is listed as an input with the
 * reason in its problems, and so is everything that was changed or left out on the way (text of
 * another encoding, a member that was cut, a file that grew). A limit that ends the walk is a limit
 * of the incident.
 *
 * An archive (tar, zip; compressed or not: gzip, zstd, xz, bzip2, lz4) counts as a folder, also
 * inside an archive; a single compressed file counts as that file. Members are decompressed in
 * memory within the limits and never written anywhere, and a member's name is only a label: "..",
 * "/" at its start and control bytes are dropped.
 *
 * Links: one that leads into the walked folder is skipped, because its target is read there; every
 * file and folder is read once.
 *
 * Inputs are in order of argument, then of path (bytewise), so that evidence numbers are the same
 * on every run; their bytes stay valid until fm_intake_free.
 */
#ifndef FAULTMAVEN_CORE_INTAKE_H
#define FAULTMAVEN_CORE_INTAKE_H

#include "faultmaven/core/incident.h"

struct fm_intake;

struct fm_intake_limits {
    uint64_t file_bytes;     /* of one file; default 1 TiB */
    uint64_t stdin_bytes;    /* default 4 GiB; the rest is left unread */
    uint64_t member_bytes;   /* of one decompressed member; default 1 GiB; the rest is left out */
    uint64_t expanded_bytes; /* all that is held in memory for members; default 4 GiB */
    uint32_t members;        /* of one archive; default 20,000 */
    uint32_t inputs;         /* default 100,000 */
    uint32_t nesting;        /* archives inside archives; default 4 */
};

extern const struct fm_intake_limits fm_intake_defaults;

struct fm_intake *fm_intake_new(void);
struct fm_intake *fm_intake_new_limited(const struct fm_intake_limits *limits);
void fm_intake_free(struct fm_intake *t);

/* Adds everything under path ("-" is standard input) to in->inputs. Fails only when path itself
 * does not exist, or when the context is cancelled or its deadline passes. */
FM_MUST_CHECK enum fm_code fm_intake_add(struct fm_intake *t, struct fm_incident *in,
                                         const char *path, bool is_baseline);

/* To be called when the bytes were used: adds a problem to each input whose file shrank meanwhile,
 * so that a part of it read as NUL bytes. */
void fm_intake_verify(struct fm_intake *t, struct fm_incident *in);

/* Sets type and format of e from its bytes and path. Pure. */
void fm_classify(struct fm_evidence *e);

#endif
