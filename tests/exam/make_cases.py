#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes suites of incidents the engine has never seen: make_cases.py OUT [--family cluster|telemetry|changes] [--seed N] [--only FAULT]

A suite is a folder per family; the same seed gives the same bytes. See README.md beside this file.
"""
import argparse
import inspect
import json
import os
import zlib

import cluster_faults
import noise
import render
import telemetry
import world

FOUND = ["root_cause_found", "probable_cause"]
CALM = ["healthy", "recovered", "inconclusive"]
QUESTIONS = ["Why do users see errors?", "Part of the shop does not answer.", "What is wrong in the cluster?", "Service unavailable since a few minutes."]


def case_file(folder, name, question, expect, at=None):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "case.yaml"), "w") as f:
        f.write(f"id: {json.dumps(name)}\nquestion: {json.dumps(question)}\n" + (f"at: {json.dumps(at)}\n" if at else "") + "expect:\n")
        for k, v in expect.items():
            f.write(f"  {k}: {json.dumps(v)}\n")


def thinned(items, sample):
    """About `sample` of the items, evenly spread; all when it is 0."""
    step = max(1, len(items) // sample) if sample else 1
    return items[::step]


def cluster(out, seed, only, sample=0):
    for fault, makers in thinned(sorted(cluster_faults.FAULTS.items()), sample):
        if only and only != fault:
            continue
        for i in range(1 if sample else max(2, len(makers))):
            maker = makers[i % len(makers)]
            key = zlib.crc32(f"{fault}/{i}/{seed}".encode())
            w = world.World(key, fresh=(i + seed) % 2 == 0)
            noise.add(w)
            ents, faults = maker(w, fault) if "which" in inspect.signature(maker).parameters else maker(w)
            name = f"{fault}-{i}"
            folder = os.path.join(out, "cluster", name)
            case_file(folder, name, w.rnd.choice(QUESTIONS), {"verdict": FOUND, "entity": ents, "fault": faults})
            render.write(w, os.path.join(folder, "evidence"), whole=w.rnd.random() < 0.6)
    for i in range(0 if only else 2 if sample else 8):
        w = world.World(zlib.crc32(f"healthy/{i}/{seed}".encode()))
        noise.add(w, heavy=i % 2 == 1)
        name = f"healthy-{i}"
        folder = os.path.join(out, "cluster", name)
        case_file(folder, name, "Is anything wrong?", {"verdict": CALM})
        render.write(w, os.path.join(folder, "evidence"), whole=i % 2 == 0)


def telemetry_suite(out, seed, only, sample=0):
    for form, kind, shop, place, write in thinned(list(telemetry.incidents(seed)), sample):
        if only and only != form:
            continue
        name = f"{form}.{kind or 'quiet'}"
        folder = os.path.join(out, "telemetry", name)
        ents = place and (write(shop, kind, place, folder) or [place])
        if not place:
            write(shop, "none", shop.apps[0] + "?", folder)
        expect = {"verdict": FOUND, "entity": ents} if place else {"verdict": CALM}
        if place and form != "cloud":
            expect["fault"] = telemetry.KINDS[kind] + (["other.unknown"] if kind in telemetry.PLACE_ONLY and form != "pod" else [])
        case_file(folder, name, "Which component is at fault, and what is wrong with it?", expect, telemetry.iso(telemetry.T0 + (telemetry.ONSET + 2) * 60))


FAMILIES = {"cluster": cluster, "telemetry": telemetry_suite}


def make(family, out, seed, only=None, sample=0):
    FAMILIES[family](out, seed, only, sample)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("--family", default="cluster", choices=sorted(FAMILIES))
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--only")
    a = p.parse_args()
    make(a.family, a.out, a.seed, a.only)


if __name__ == "__main__":
    main()
