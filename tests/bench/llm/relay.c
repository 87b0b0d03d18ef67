/* SPDX-License-Identifier: Apache-2.0 */
/* A relay that only copies bytes: what any proxy adds on this machine, whatever it does. */
#include "bench.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct end {
    int fd;
    struct end *other;
};

static void watch(int epoll, int fd, struct end *e)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = e};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev);
}

static int listen_here(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&a, len) != 0 || listen(fd, 512) != 0)
        return -1;
    getsockname(fd, (struct sockaddr *)&a, &len);
    printf("%u\n", ntohs(a.sin_port));
    fflush(stdout);
    return fd;
}

static void join(int epoll, int client, const struct target *t)
{
    struct end *pair = calloc(2, sizeof *pair);
    pair[0] = (struct end){client, &pair[1]};
    pair[1] = (struct end){bench_connect(t), &pair[0]};
    watch(epoll, pair[0].fd, &pair[0]);
    watch(epoll, pair[1].fd, &pair[1]);
}

static void copy(struct end *e)
{
    char bytes[65536];
    ssize_t n = e->fd < 0 ? 0 : read(e->fd, bytes, sizeof bytes);
    if (n > 0 && write(e->other->fd, bytes, (size_t)n) == n)
        return;
    close(e->fd);
    close(e->other->fd);
    e->fd = e->other->fd = -1;
}

int bench_relay(const char *url)
{
    struct target t = bench_target(url);
    int epoll = epoll_create1(EPOLL_CLOEXEC), fd = listen_here();
    if (fd < 0)
        return 1;
    watch(epoll, fd, NULL);
    for (;;) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr)
                copy(events[i].data.ptr);
            else
                join(epoll, accept(fd, NULL, NULL), &t);
    }
}
