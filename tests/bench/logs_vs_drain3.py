#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Template mining beside drain3 on the same lines: lines/s, MB/s, ratio. drain3 is installed into a virtual environment
that only this benchmark uses (BENCH_VENV, default build/bench-venv); without it only our figures are printed.

    tests/bench/logs_vs_drain3.py --bin build/bin/faultmaven FILE... [--drain-lines 100000]
"""
import argparse
import os
import subprocess
import sys
import time

DRAIN = """
import sys, time
from drain3 import TemplateMiner
lines = open(sys.argv[1], errors='replace').read().splitlines()[:int(sys.argv[2])]
m = TemplateMiner()
t = time.perf_counter()
for l in lines:
    m.add_log_message(l)
dt = time.perf_counter() - t
print(len(lines), sum(len(l) + 1 for l in lines), dt, len(m.drain.clusters))
"""


def drain_python(venv):
    python = os.path.join(venv, 'bin', 'python')
    if not os.path.exists(python):
        subprocess.run([sys.executable, '-m', 'venv', venv], check=True)
        if subprocess.run([python, '-m', 'pip', 'install', '-q', 'drain3==0.9.11']).returncode:
            return None
    ok = subprocess.run([python, '-c', 'import drain3'], stderr=subprocess.DEVNULL).returncode == 0
    return python if ok else None


def ours(binary, path, threads):
    best = None
    for _ in range(3):
        t = time.perf_counter()
        subprocess.run([binary, 'logs', 'templates', '--format', 'csv', '-j', str(threads), path],
                       stdout=subprocess.DEVNULL, check=True)
        dt = time.perf_counter() - t
        best = dt if best is None else min(best, dt)
    return best


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--bin', default='build/bin/faultmaven')
    a.add_argument('--drain-lines', type=int, default=100000)
    a.add_argument('files', nargs='+')
    a = a.parse_args()
    python = drain_python(os.environ.get('BENCH_VENV', 'build/bench-venv'))
    print('%-28s %14s %10s %14s %8s' % ('file', 'lines/s', 'MB/s', 'drain3 lines/s', 'ratio'))
    for path in a.files:
        with open(path, 'rb') as f:
            lines = sum(chunk.count(b'\n') for chunk in iter(lambda: f.read(1 << 20), b''))
        for threads in (1, 2):
            dt = ours(a.bin, path, threads)
            row = '%-28s %14.0f %10.1f' % ('%s, %d thread%s' % (os.path.basename(path), threads, 's' * (threads > 1)),
                                           lines / dt, os.path.getsize(path) / 1e6 / dt)
            if python and threads == 1:
                out = subprocess.run([python, '-c', DRAIN, path, str(a.drain_lines)], capture_output=True, text=True).stdout
                n, _, d, _ = out.split()
                rate = int(n) / float(d)
                row += ' %14.0f %8.0f' % (rate, lines / dt / rate)
            print(row, flush=True)


if __name__ == '__main__':
    main()
