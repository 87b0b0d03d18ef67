# SPDX-License-Identifier: Apache-2.0
"""The fixtures of known faults and of changes: every one is diagnosed as its case.yaml says."""
import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
FAULTMAVEN = os.environ.get("FAULTMAVEN", "faultmaven")


def results(*args):
    run = subprocess.run([FAULTMAVEN, "eval", "--json", *args], capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode in (0, 1), run.stderr
    suites = json.loads(run.stdout)
    suites = suites if isinstance(suites, list) else suites["suites"]
    return [case for suite in suites for case in suite["results"]]


@pytest.mark.parametrize("args", [("--case", "log-", str(ROOT / "faults")), (str(ROOT / "changes"),)])
def test_every_fixture_passes(args):
    cases = results(*args)
    assert len(cases) >= 30
    failed = {case["id"]: case.get("why") for case in cases if not case["pass"]}
    assert not failed


def test_signatures_are_well_formed():
    run = subprocess.run([FAULTMAVEN, "signatures", "lint", str(ROOT.parent / "signatures")], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_coverage_table_is_current():
    run = subprocess.run([FAULTMAVEN, "signatures", "coverage"], capture_output=True, text=True, check=True)
    assert run.stdout.strip() in (ROOT.parent / "docs" / "signatures.md").read_text(encoding="utf-8")
