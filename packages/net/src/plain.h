/* SPDX-License-Identifier: Apache-2.0 */
/* Where a request of plain.c goes. */
#ifndef FAULTMAVEN_NET_PLAIN_H
#define FAULTMAVEN_NET_PLAIN_H

#include <sys/socket.h>

#include "client_internal.h"

#define FM_PLAIN_ADDRESSES_MAX 2

struct fm_plain_address {
    struct sockaddr_storage a;
    socklen_t len;
};

struct fm_plain_place {
    struct fm_plain_address addresses[FM_PLAIN_ADDRESSES_MAX]; /* tried in order */
    unsigned n;
    fm_str host, path; /* pieces of the url; host with its port, as the Host header has it */
};

/* False when the url needs a resolver, TLS, or anything else that only curl does. */
bool fm_plain_place_read(const char *url, struct fm_plain_place *out);
/* No blank, control character or '#'. */
bool fm_plain_is_visible(fm_str s);

#endif
