# SPDX-License-Identifier: Apache-2.0
"""The same input gives the same bytes, for any number of threads, order of reading and run."""
import random
import shutil
import subprocess

import pytest

import ugly


@pytest.fixture(scope="module")
def folder(tmp_path_factory, root):
    """The bundled incident beside some megabytes of made logs and a few ugly files."""
    here = tmp_path_factory.mktemp("same")
    shutil.copytree(root / "examples/incident", here / "incident")
    r = random.Random(7)
    for name in ("mill", "saw", "kiln"):
        lines = [ugly.line(r) for _ in range(20000)]
        (here / (name + ".log")).write_text("\n".join(sorted(lines)) + "\n")
    for seed in range(5000, 5030):
        name, data = ugly.ugly(seed)
        (here / ("%d-%s" % (seed, name.encode("ascii", "replace").decode().replace("\n", "_")))).write_bytes(data)
    return here


@pytest.mark.parametrize("view", ["json", "text", "md", "html"])
def test_threads_do_not_change_a_byte(faultmaven, folder, view):
    outputs = []
    for threads in ("1", "2", "8"):
        result = faultmaven.run("diagnose", "--format", view, "--threads", threads, folder)
        assert result.status == 0, result.err
        outputs.append(result.out)
    assert outputs[0] == outputs[1] == outputs[2]
    assert outputs[0] == faultmaven.run("diagnose", "--format", view, folder).out


def test_an_archive_gives_what_its_folder_gives(faultmaven, root, tmp_path):
    packed = tmp_path / "incident.tar.gz"
    subprocess.run(["tar", "-czf", packed, "-C", root / "examples/incident", "."], check=True)
    assert faultmaven.diagnose(packed) == faultmaven.diagnose(root / "examples/incident")
