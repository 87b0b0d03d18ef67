/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

struct target bench_target(const char *url)
{
    struct target t = {.path = "/"};
    unsigned port = 80;
    int n = 0;
    if (sscanf(url, "http://%63[0-9.]:%u%n", t.host, &port, &n) != 2 || port > 65535) {
        fprintf(stderr, "%s: must be http://ADDRESS:PORT/PATH\n", url);
        exit(2);
    }
    t.port = (uint16_t)port;
    if (url[n])
        t.path = url + n;
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
