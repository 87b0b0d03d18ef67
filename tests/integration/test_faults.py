# SPDX-License-Identifier: Apache-2.0
"""Every fault of the taxonomy has situations of its own in tests/faults: positive ones and near misses. All must pass."""


def test_faults(faultmaven, root):
    done = faultmaven.run("eval", "--verbose", root / "tests/faults", timeout=600)
    assert done.status == 0, done.err
    lines = done.out.decode("utf-8", "replace").splitlines()
    failed = [line for line in lines if line.lstrip().startswith("FAIL")]
    assert not failed, "\n".join(failed)
    assert len(list((root / "tests/faults").glob("*/*/case.yaml"))) >= 600
