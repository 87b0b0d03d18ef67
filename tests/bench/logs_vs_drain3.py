#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Template mining beside drain3 on the same lines: lines/s, MB/s, peak memory, ratio. Ours is the whole process from its
start to the last line of output, best of five; drain3 is its loop alone, on the first --drain-lines lines, 30 s of it
at most. It is installed
into a virtual environment that only this benchmark uses (BENCH_VENV, default build/bench-venv); when that fails, the
reason is printed and only our figures are. Peak memory counts the pages of the mapped input, as the kernel does.

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
n = 0
for l in lines:
    m.add_log_message(l)
    n += 1
    if time.perf_counter() - t > 30:
        break
dt = time.perf_counter() - t
print(n, dt)
"""


def drain_python(venv):
    python = os.path.join(venv, 'bin', 'python')
    if not os.path.exists(python):
        made = subprocess.run([sys.executable, '-m', 'venv', venv], capture_output=True, text=True)
        if made.returncode:
            return None, made.stdout + made.stderr
    if subprocess.run([python, '-c', 'import drain3'], stderr=subprocess.DEVNULL).returncode:
        got = subprocess.run([python, '-m', 'pip', 'install', '-q', 'drain3==0.9.11'], capture_output=True, text=True)
        if got.returncode:
            return None, got.stderr
    return python, ''


def ours(binary, path, threads):
    """Best seconds of five runs, and the largest peak in MiB."""
    best, peak = None, 0
    for _ in range(5):
        t = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.execv(binary, [binary, 'logs', 'templates', '--format', 'csv', '-j', str(threads), path])
        _, status, usage = os.wait4(pid, 0)
        dt = time.perf_counter() - t
        if status:
            sys.exit('%s failed on %s' % (binary, path))
        best = dt if best is None else min(best, dt)
        peak = max(peak, usage.ru_maxrss)
    return best, peak / 1024


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--bin', default='build/bin/faultmaven')
    a.add_argument('--drain-lines', type=int, default=100000)
    a.add_argument('files', nargs='+')
    a = a.parse_args()
    python, why = drain_python(os.environ.get('BENCH_VENV', 'build/bench-venv'))
    if not python:
        print('drain3 cannot be installed: %s' % (why.strip().splitlines() or ['no reason given'])[-1])
    print('%-28s %12s %8s %8s %15s %8s' % ('templates of', 'lines/s', 'MB/s', 'peak MB', 'drain3 lines/s', 'ratio'))
    for path in a.files:
        with open(path, 'rb') as f:
            lines = sum(chunk.count(b'\n') for chunk in iter(lambda: f.read(1 << 20), b''))
        for threads in (1, 2):
            dt, peak = ours(a.bin, path, threads)
            row = '%-28s %12.0f %8.1f %8.0f' % ('%s, %d thread%s' % (os.path.basename(path), threads, 's' * (threads > 1)),
                                                lines / dt, os.path.getsize(path) / 1e6 / dt, peak)
            if python and threads == 1:
                out = subprocess.run([python, '-c', DRAIN, path, str(a.drain_lines)], capture_output=True, text=True,
                                     check=True).stdout
                n, d = out.split()
                rate = int(n) / float(d)
                row += ' %15.0f %8.0f' % (rate, lines / dt / rate)
            print(row, flush=True)


if __name__ == '__main__':
    main()
