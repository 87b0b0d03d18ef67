# SPDX-License-Identifier: Apache-2.0
"""Every fault of the taxonomy has at least two situations that show it and two that only look like it."""
import re

import yaml

WITHOUT = {"other.unknown"}  # what no rule names has no situation of its own


def taxonomy(root):
    text = (root / "packages/models/include/faultmaven/models/faults.def").read_text()
    return [f"{domain}.{name}" for domain, name in re.findall(r'^FM_FAULT\(\w+, "(\w+)", "(\w+)"', text, re.M)]


def expectations(root, fault):
    for case in sorted((root / "tests/faults" / fault).glob("*/case.yaml")):
        yield yaml.safe_load(case.read_text())["expect"]


def test_the_table_is_read(root):
    assert len(taxonomy(root)) >= 140


def test_every_fault_has_positive_situations_and_near_misses(root):
    poor = []
    for fault in taxonomy(root):
        if fault in WITHOUT:
            continue
        expect = list(expectations(root, fault))
        positive = sum(fault in e.get("fault", []) for e in expect)
        # A near miss forbids the fault by name.
        near = sum(any(re.search(p, fault) for p in e.get("forbid", [])) and fault not in e.get("fault", []) for e in expect)
        if positive < 2 or near < 2:
            poor.append(f"{fault}: {positive} positive, {near} near misses")
    assert not poor, "\n".join(poor)
