/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

struct target bench_target(const char *url)
{
    struct target t = {.path = strchr(url + 7, '/')};
    fm_str rest = fm_str_skip(fm_str_c(url), 7), host;
    uint64_t port;
    if (t.path)
        rest = fm_str_sub(rest, 0, (size_t)(t.path - url) - 7);
    host = fm_str_cut(&rest, ':');
    if (strncmp(url, "http://", 7) != 0 || host.len >= sizeof t.host || !fm_str_u64(rest, &port) ||
        port > 65535) {
        fprintf(stderr, "%s: must be http://ADDRESS:PORT/PATH\n", url);
        exit(2);
    }
    snprintf(t.host, sizeof t.host, "%.*s", FM_STR_ARG(host));
    t.port = (uint16_t)port;
    t.path = t.path ? t.path : "/";
    return t;
}

int bench_connect(const struct target *t)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(t->port)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    inet_pton(AF_INET, t->host, &a.sin_addr);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
        perror(t->host);
        exit(1);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}
