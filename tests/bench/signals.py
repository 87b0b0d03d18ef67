#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Metric points a second and the time of 1,000,000 spans, in processor time of one core (best of RUNS); the processor time that
starting the program takes is subtracted for the rate. usage: signals.py BINARY [RUNS=3]"""
import os
import random
import sys

FOLDER = "build/bench"


def metrics(path):
    r, columns, rows = random.Random(1), 100, 20000
    pool = ["%.4f" % r.uniform(10, 90) for _ in range(4096)]
    with open(path, "w", encoding="ascii") as f:
        f.write("time," + ",".join(f"svc{i}_cpu_percent" for i in range(columns)) + "\n")
        for i in range(rows):
            k = r.randrange(3900)
            f.write(f"{1770631200 + i}," + ",".join(pool[k:k + columns]) + "\n")
    return columns * rows


def spans(path):
    r, n = random.Random(2), 1_000_000
    with open(path, "w", encoding="ascii") as f:
        f.write("trace_id,span_id,parent_span_id,service,operation,start_time,duration_ms\n")
        for i in range(n // 4):
            t = "%016x" % r.getrandbits(64)
            for k in range(4):
                f.write(f"{t},{i:x}{k},{f'{i:x}{k - 1}' if k else ''},svc{(i + k) % 40},op{k},{1770631200000 + i * 14},{40 // (k + 1)}\n")
    return n


def seconds(binary, path):
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execv(binary, [binary, "diagnose", "--threads", "1", "--format", "json", path])
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{path}: exit {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def main():
    binary, runs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    os.makedirs(FOLDER, exist_ok=True)
    small = os.path.join(FOLDER, "small.log")
    with open(small, "w", encoding="ascii") as f:
        f.write("2026-02-09T10:00:00Z INFO ok\n")
    start = min(seconds(binary, small) for _ in range(runs))
    for make, name in ((metrics, "metrics-points.csv"), (spans, "spans.csv")):
        path = os.path.join(FOLDER, name)
        n = make(path)
        best = min(seconds(binary, path) for _ in range(runs))
        print("%-20s %9d %s in %.2f s of processor time: %.1f million a second" % (name, n, "points" if make is metrics else "spans", best, n / 1e6 / (best - start)))
        os.remove(path)


if __name__ == "__main__":
    main()
