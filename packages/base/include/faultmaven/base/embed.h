/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file compiled into the program; tables of them are made by fm_embed (cmake/Embed.cmake) and end
 * with a NULL name.
 */
#ifndef FAULTMAVEN_BASE_EMBED_H
#define FAULTMAVEN_BASE_EMBED_H

#include <stddef.h>

struct fm_embedded {
    const char *name; /* path as given to fm_embed */
    const char *data; /* NUL-terminated behind len */
    size_t len;
};

#endif
