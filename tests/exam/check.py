#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes suites and scores them: check.py PROGRAM [--family F] [--seeds 1,2] [--sample N] [--verbose]

Fails when a rate is below its threshold, when a quiet case is accused, or when a citation is false.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import make_cases  # noqa: E402

# Rates that must hold, of cases with a cause: the entity, and entity and fault, of the first answer.
LEAST = {"cluster": (0.95, 0.95), "telemetry": (0.85, 0.75)}


def score(program, folder):
    run = subprocess.run([program, "eval", "--json", "--verbose", folder], capture_output=True, text=True, timeout=500)
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout)[0]


def tell(suite, verbose):
    domains = collections.defaultdict(lambda: [0, 0])
    for r in suite["results"]:
        if r["expected_fault"]:
            n = domains[r["id"].split(".")[0]]
            n[0] += 1
            n[1] += r["joint_rank"] == 1
        if verbose and not r["pass"]:
            print("  FAIL", r["id"], "; ".join(r["why"]))
    print("  " + "  ".join(f"{d} {b}/{a}" for d, (a, b) in sorted(domains.items())))


def check(program, family, seed, args):
    with tempfile.TemporaryDirectory() as out:
        make_cases.make(family, out, seed, sample=args.sample)
        suite = score(program, os.path.join(out, family))
    entity, joint = suite["entity@1"], suite["joint@1"]
    print(f"{family} seed {seed}: {suite['cases']} cases, entity@1 {entity[0]}/{entity[1]}, (entity, fault)@1 {joint[0]}/{joint[1]}, "
          f"false alarms {suite['false_alarms']}/{suite['quiet_cases']}, false citations {suite['false_citations']}")
    tell(suite, args.verbose)
    least = LEAST[family]
    return entity[0] >= least[0] * entity[1] and joint[0] >= least[1] * joint[1] and suite["false_alarms"] == 0 and suite["false_citations"] == 0


def main():
    p = argparse.ArgumentParser()
    p.add_argument("program")
    p.add_argument("--family", action="append")
    p.add_argument("--seeds", default="1")
    p.add_argument("--sample", type=int, default=0)
    p.add_argument("--verbose", action="store_true")
    args = p.parse_args()
    seeds = [int(s) for s in args.seeds.split(",")]
    good = [check(args.program, f, s, args) for f in args.family or sorted(LEAST) for s in seeds]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
