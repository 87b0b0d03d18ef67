# SPDX-License-Identifier: Apache-2.0
"""The fault cases of tests/faults: every fault that is there is named, every near miss is not."""
import json
import os
import pathlib
import subprocess

import pytest

BIN = os.environ["FAULTMAVEN"]
FAULTS = pathlib.Path(__file__).parent.parent / "faults"
FOLDERS = sorted({c.parent.parent.name for c in FAULTS.glob("*/*/case.yaml")})


@pytest.mark.parametrize("fault", FOLDERS)
def test_fault(fault):
    run = subprocess.run([BIN, "eval", "--json", "--verbose", str(FAULTS / fault)], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    answer = json.loads(run.stdout)
    suites = answer["suites"] if isinstance(answer, dict) else answer
    failed = [r for s in suites for r in s["results"] if not r["pass"]]
    assert suites and sum(len(s["results"]) for s in suites) >= 2
    assert not failed, json.dumps(failed, indent=1)
