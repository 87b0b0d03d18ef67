/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAULTMAVEN_NET_CLIENT_INTERNAL_H
#define FAULTMAVEN_NET_CLIENT_INTERNAL_H

#include "faultmaven/net/client.h"

struct fm_loop *fm_http_client_loop(struct fm_http_client *c);

#endif
