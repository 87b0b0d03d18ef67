# SPDX-License-Identifier: Apache-2.0
"""Starts the real binary. FAULTMAVEN names it (ctest sets it); otherwise build/bin/faultmaven."""
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SANITIZER_TEXT = (b"Sanitizer", b"runtime error:", b"faultmaven: bug at")


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)


class Program:
    def __init__(self, path):
        self.path = path
        schema = json.loads((ROOT / "schemas/diagnosis.schema.json").read_text())
        self.schema = jsonschema.Draft202012Validator(schema)

    def run(self, *args, stdin=b"", timeout=120, env=None):
        """Fails on any sanitizer text and on death by a signal."""
        done = subprocess.run([self.path, *map(os.fspath, args)], input=stdin, capture_output=True, timeout=timeout,
                              env={**os.environ, **(env or {})})
        for text in SANITIZER_TEXT:
            assert text not in done.stderr, done.stderr.decode("utf-8", "replace")[:8000]
        assert done.returncode >= 0, "ended by signal %d: %s" % (-done.returncode, args)
        return Result(done)

    def diagnose(self, *args, may_fail_checks=False, **kwargs):
        """The diagnosis as data, held to the schema; the program's own citation check must have found nothing."""
        result = self.run("diagnose", "--format", "json", *args, **kwargs)
        assert result.status == 0, result.err
        diagnosis = result.json()
        errors = [e.message for e in self.schema.iter_errors(diagnosis)]
        assert not errors, errors[:5]
        assert may_fail_checks or diagnosis["checks"]["failed"] == 0, diagnosis["checks"]
        return diagnosis


@pytest.fixture(scope="session")
def faultmaven():
    path = os.environ.get("FAULTMAVEN", ROOT / "build/bin/faultmaven")
    assert os.access(path, os.X_OK), "%s: build it first" % path
    return Program(path)


@pytest.fixture(scope="session")
def root():
    return ROOT
