#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes an incident of a given size for benchmarks: one log of several services, with stack traces of many lines, a
root cause (the database of one service runs out of connections) and what follows from it. From a seed: the same bytes on
every run.

    tests/bench/make_incident.py FILE [LINES] [MEGABYTES]      default: 150000 46
"""
import random
import sys

TRACE = ["java.sql.SQLTransientConnectionException: pool-1 - Connection is not available, request timed out after 30000ms.",
         "    at org.example.pool.Pool.createTimeoutException(Pool.java:696)",
         "    at org.example.pool.Pool.getConnection(Pool.java:197)",
         "    at org.example.orders.Store.find(Store.java:88)",
         "    at org.example.orders.Handler.get(Handler.java:41)",
         "Caused by: java.net.SocketTimeoutException: Read timed out",
         "    at java.base/java.net.SocketInputStream.read(SocketInputStream.java:168)",
         "    ... 24 more"]
FAILURES = ["HikariPool-1 - Connection is not available, request timed out after 30000ms (total=50, active=50, idle=0, waiting={n})",
            "FATAL: remaining connection slots are reserved for non-replication superuser connections"]
QUIET = ["INFO [http-{n}] org.example.gateway.Access - GET /api/v1/orders/{b}?page={n} served with status=200 in {n} ms for client 10.0.{n}.{n}",
         "INFO [worker-{n}] org.example.orders.Handler - order {b} loaded in {n} ms, {n} items, trace={h}",
         "DEBUG [worker-{n}] org.example.cache.Client - miss for key order:{b}, asking the store, {n} of 4096 entries used",
         "INFO [worker-{n}] org.example.payment.Client - payment {u} of order {b} accepted after {n} ms by 10.1.{n}.{n}:8443",
         "WARN [sched-{n}] org.example.stock.Sync - slow query on shelf_{n}: {b} ms, retry in {n} s"]


KEYS = ["tenant", "shard", "region", "span", "parent", "build", "node", "session", "cart", "basket", "device", "agent", "batch", "cell"]


def fill(r, text):
    h = "%032x" % r.getrandbits(128)
    u = "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))
    return text.format(n=r.randrange(256), b=r.randrange(10**6), h=h[:16], u=u)


def stamp(ms):
    return "2026-03-12T%02d:%02d:%02d.%03dZ" % (8 + ms // 3600000, ms // 60000 % 60, ms // 1000 % 60, ms % 1000)


def record(r, at, is_failing):
    """Lines of one record."""
    if is_failing and r.random() < .25:
        lines = [stamp(at) + " ERROR [worker-%d] org.example.orders.Store - " % r.randrange(64) + fill(r, r.choice(FAILURES))]
        return lines + (TRACE if r.random() < .5 else [])
    if is_failing and r.random() < .1:
        return [stamp(at) + " ERROR [http-%d] org.example.gateway.Access - upstream orders: 503 Service Unavailable after 30%03d ms"
                % (r.randrange(64), r.randrange(999))]
    return [stamp(at) + " " + fill(r, r.choice(QUIET))]


def context(r, room):
    """What loggers append from a context, in a fixed order."""
    text = ""
    for key in KEYS:
        if len(text) + 20 > room + 40:
            break
        text += " %s=%x" % (key, r.getrandbits(44))
    return text


def main():
    path = sys.argv[1]
    n_lines = int(sys.argv[2]) if len(sys.argv) > 2 else 150000
    size = int(float(sys.argv[3]) * 1e6) if len(sys.argv) > 3 else 48000000
    r = random.Random(7)
    pad = size // n_lines
    with open(path, "w", encoding="ascii") as f:
        done = 0
        while done < n_lines:
            for line in record(r, done * 40, done > n_lines * 2 // 3)[:n_lines - done]:
                if line.startswith("2026"):
                    line += context(r, pad - len(line) - 1)
                f.write(line + "\n")
                done += 1


if __name__ == "__main__":
    main()
