/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include <arpa/inet.h>
#include <stdio.h>

static bool add_address(struct fm_plain_place *p, const char *host, uint16_t port)
{
    struct fm_plain_address *a = &p->addresses[p->n];
    struct sockaddr_in *v4 = (struct sockaddr_in *)&a->a;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&a->a;
    memset(a, 0, sizeof *a);
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        a->len = sizeof *v4;
    } else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        a->len = sizeof *v6;
    } else {
        return false;
    }
    p->n++;
    return true;
}

/* Cuts ":PORT" off; false when it is not one. */
static bool take_port(fm_str *host, uint16_t *port)
{
    uint64_t number;
    ptrdiff_t colon = fm_str_rchr(*host, ':');
    *port = 80;
    if (colon < 0 || host->p[host->len - 1] == ']')
        return true;
    if (!fm_str_u64(fm_str_skip(*host, (size_t)colon + 1), &number) || !number || number > 65535)
        return false;
    *port = (uint16_t)number;
    *host = fm_str_sub(*host, 0, (size_t)colon);
    return true;
}

static bool find_addresses(struct fm_plain_place *p)
{
    char name[64];
    uint16_t port;
    fm_str host = p->host;
    if (!take_port(&host, &port))
        return false;
    if (fm_str_ieq(host, FM_STR("localhost")))
        return add_address(p, "127.0.0.1", port) && add_address(p, "::1", port);
    if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
        host = fm_str_sub(host, 1, host.len - 2);
    if (host.len == 0 || host.len >= sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", FM_STR_ARG(host));
    return add_address(p, name, port);
}

bool fm_plain_is_visible(fm_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f || s.p[i] == '#')
            return false;
    return true;
}

bool fm_plain_place_read(const char *url, struct fm_plain_place *out)
{
    fm_str s = fm_str_c(url);
    memset(out, 0, sizeof *out);
    if (!fm_str_istarts(s, FM_STR("http://")) || !fm_plain_is_visible(s))
        return false;
    s = fm_str_skip(s, 7);
    ptrdiff_t slash = fm_str_chr(s, '/', 0);
    out->host = slash < 0 ? s : fm_str_sub(s, 0, (size_t)slash);
    out->path = slash < 0 ? FM_STR("/") : fm_str_skip(s, (size_t)slash);
    if (fm_str_chr(out->host, '@', 0) >= 0 || fm_str_chr(out->host, '?', 0) >= 0)
        return false;
    return find_addresses(out);
}
