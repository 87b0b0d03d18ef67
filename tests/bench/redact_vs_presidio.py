#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Redaction beside Presidio Analyzer on the same lines: MB/s, peak memory, ratio. The log is drawn from the templates of
packages/security/tests/data/log-kinds.txt (many kinds of software, from a seed), the other file holds nothing but secrets: the
examples of all rules with other digits. Presidio is installed into a virtual environment that only this benchmark uses
(BENCH_VENV, default build/presidio-venv); no name model is downloaded: its pattern recognisers run over a blank English pipeline,
which is its fast side. Without it only our figures are printed.

    tests/bench/redact_vs_presidio.py [--bin build/bin/faultmaven] [--mb 30] [--sample-lines 400]
"""
import argparse
import glob
import os
import random
import re
import resource
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRESIDIO = """
import sys, time
import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
class Blank(SpacyNlpEngine):
    def __init__(self):
        super().__init__(models=[{'lang_code': 'en', 'model_name': 'blank'}])
        self.nlp = {'en': spacy.blank('en')}
    def load(self):
        pass
    def is_loaded(self):
        return True
engine = AnalyzerEngine(nlp_engine=Blank(), supported_languages=['en'])
lines = open(sys.argv[1], errors='replace').read().splitlines()[:int(sys.argv[2])]
engine.analyze(lines[0], language='en')
start = time.process_time()
found = sum(len(engine.analyze(l, language='en')) for l in lines)
print(sum(len(l.encode()) + 1 for l in lines), time.process_time() - start, found)
"""
HEX, ALNUM = "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
USERS = ["jdoe", "svc-backup", "maria.lopez", "deploy", "a.schmidt", "ops_admin", "wchen", "tkowalski", "oracle", "n.petrov"]
HOSTS = ["web-%02d.prod.example.com", "db-%02d.dc1.example.net", "cache-%02d.corp.example.org"]


def value(r, kind):
    some = lambda letters, n: "".join(r.choice(letters) for _ in range(n))
    host = r.choice(HOSTS) % r.randrange(1, 40)
    path = "/%s/%s/%s" % (r.choice(["var", "srv", "opt"]), r.choice(["lib", "app", "v2"]), r.choice(["orders", "cache.db", "users"]))
    return {"ip": "%d.%d.%d.%d" % (r.choice([10, 81, 192]), r.randrange(256), r.randrange(8), r.randrange(1, 255)),
            "ip6": "2001:db8::%x:%x" % (r.randrange(1, 65535), r.randrange(1, 65535)), "port": str(r.randrange(1024, 65000)),
            "host": host, "user": r.choice(USERS), "email": r.choice(USERS) + "@example.com", "path": path,
            "home": "/home/" + r.choice(USERS), "url": "https://" + host + path,
            "uuid": "-".join(some(HEX, n) for n in (8, 4, 4, 4, 12)), "mac": ":".join(some(HEX, 2) for _ in range(6)),
            "secret": some(ALNUM, 24) + "7q", "hex": some(HEX, 64), "num": str(r.randrange(100, 90000))}.get(kind)


def make_log(path, size):
    r = random.Random(1)
    rows = [l.rstrip("\n").split("\t", 1) for l in open(ROOT + "/packages/security/tests/data/log-kinds.txt", encoding="utf-8")
            if l.strip() and not l.startswith("#")]
    fill = lambda m: value(r, m.group(1)) or m.group(0)
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        while f.tell() < size:
            f.write("".join(re.sub(r"\{(\w+)\}", fill, r.choice(rows)[1]) + "\n" for _ in range(1000)))
    os.rename(path + ".tmp", path)


def make_secrets(path, size):
    r = random.Random(2)
    rows = [m.replace("''", "'") for name in sorted(glob.glob(ROOT + "/packages/security/rules/formats-*.yaml"))
            for m in re.findall(r"^    match: \['((?:[^']|'')*)'", open(name, encoding="utf-8").read(), re.M)]
    with open(path + ".tmp", "w", encoding="utf-8") as f:
        while f.tell() < size:
            f.write("".join(re.sub(r"[0-9]", lambda m: r.choice("0123456789"), r.choice(rows)) + "\n" for _ in range(1000)))
    os.rename(path + ".tmp", path)


def cpu_of(args):
    """(user seconds of the child, peak KiB of all children so far)"""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(args, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before, after.ru_maxrss


def ours(binary, path, policy):
    runs = [cpu_of([binary, "redact", "--policy", policy, "--format", "spans", path]) for _ in range(3)]
    rate = os.path.getsize(path) / min(seconds for seconds, _ in runs) / 1e6
    print("redact %-12s %-14s %6.0f MB/s  peak %5.1f MB" % (policy, os.path.basename(path), rate, runs[-1][1] / 1024))
    return rate


def presidio_python(venv):
    python = os.path.join(venv, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "presidio-analyzer"])
    ok = subprocess.run([python, "-c", "import presidio_analyzer"], stderr=subprocess.DEVNULL).returncode == 0
    return python if ok else None


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--bin", default="build/bin/faultmaven")
    a.add_argument("--mb", type=int, default=30)
    a.add_argument("--sample-lines", type=int, default=400)
    a = a.parse_args()
    os.makedirs("build/bench", exist_ok=True)
    log, secrets = "build/bench/kinds.log", "build/bench/secrets.txt"
    for path, make in ((log, make_log), (secrets, make_secrets)):
        if not os.path.exists(path):
            make(path, a.mb * 10**6)
    rates = {(path, policy): ours(a.bin, path, policy) for path in (log, secrets) for policy in ("strict", "standard", "secrets-only")}
    start = min(cpu_of([a.bin, "redact", "--format", "spans", os.devnull])[0] for _ in range(10))
    print("redact start         %.0f ms of processor time" % (start * 1000))
    python = presidio_python(os.environ.get("BENCH_VENV", "build/presidio-venv"))
    if not python:
        print("presidio-analyzer could not be installed: no comparison")
        return 0
    done = subprocess.run([python, "-c", PRESIDIO, log, str(a.sample_lines)], capture_output=True, text=True)
    if done.returncode:
        print("presidio-analyzer failed: " + done.stderr.strip().splitlines()[-1])
        return 0
    size, seconds, _ = map(float, done.stdout.split()[-3:])
    theirs = size / seconds / 1e6
    print("presidio patterns    %-14s %6.3f MB/s  (%d lines, blank pipeline, one thread)" % (os.path.basename(log), theirs, a.sample_lines))
    print("ratio                strict %.0f, standard %.0f" % (rates[log, "strict"] / theirs, rates[log, "standard"] / theirs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
