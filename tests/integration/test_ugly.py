# SPDX-License-Identifier: Apache-2.0
"""No input is fatal: a thousand ugly ones, each alone and many together."""
import concurrent.futures
import os
import resource

import pytest

from ugly import ugly

COUNT = 1000
MEMORY_MAX_KIB = 1 << 20  # sanitizers included


def write(folder, seed):
    name, data = ugly(seed)
    here = os.path.join(os.fsencode(folder), b"%d" % seed)
    os.mkdir(here)
    with open(os.path.join(here, os.fsencode(name)), "wb") as f:
        f.write(data)
    return here


def check(faultmaven, folder, seed):
    # A statement about damaged bytes may well fail the citation check: that is what keeps it from being shown.
    diagnosis = faultmaven.diagnose("--threads", "2", os.fsdecode(folder), may_fail_checks=True)
    assert len(diagnosis["inputs"]) >= 1, seed


@pytest.mark.parametrize("part", range(10))
def test_each_ugly_input_is_survived(faultmaven, tmp_path, part):
    seeds = range(part * COUNT // 10, (part + 1) * COUNT // 10)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(check, faultmaven, write(tmp_path, s), s): s for s in seeds}
        for job in concurrent.futures.as_completed(jobs):
            try:
                job.result()
            except Exception as e:
                raise AssertionError("seed %d: %s" % (jobs[job], e)) from e
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_MAX_KIB


def test_many_ugly_inputs_together(faultmaven, tmp_path):
    for seed in range(COUNT, COUNT + 150):
        write(tmp_path, seed)
    diagnosis = faultmaven.diagnose(tmp_path, may_fail_checks=True)
    assert len(diagnosis["inputs"]) >= 150


def test_a_line_of_100_mb(faultmaven, tmp_path):
    with open(tmp_path / "app.log", "wb") as f:
        f.write(b"2026-03-12T09:00:00Z INFO started\n")
        for _ in range(100):
            f.write(b"x" * 1_000_000)
        f.write(b"\n2026-03-12T09:00:01Z ERROR stopped\n")
    diagnosis = faultmaven.diagnose(tmp_path)
    assert any("a line longer than" in p for p in diagnosis["inputs"][0]["problems"])


def test_a_file_that_grows_while_it_is_read(faultmaven, tmp_path):
    import threading
    path, stop = tmp_path / "app.log", threading.Event()
    path.write_bytes(b"2026-03-12T09:00:00Z INFO step done\n" * 200_000)

    def grow():
        with open(path, "ab") as f:
            while not stop.is_set():
                f.write(b"2026-03-12T09:00:01Z INFO step done\n" * 100)
                f.flush()
                stop.wait(0.002)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        diagnosis = faultmaven.diagnose(path)
    finally:
        stop.set()
        writer.join()
    assert any("grew by" in p for p in diagnosis["inputs"][0]["problems"])


def test_links_in_circles(faultmaven, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/up").symlink_to("..")
    (tmp_path / "a/self").symlink_to("self")
    (tmp_path / "a/app.log").write_text("2026-03-12T09:00:00Z INFO ok\n")
    diagnosis = faultmaven.diagnose(tmp_path)
    assert [i["path"] for i in diagnosis["inputs"]] == ["a/app.log", "a/self", "a/up"]
