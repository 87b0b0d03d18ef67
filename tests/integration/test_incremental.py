# SPDX-License-Identifier: Apache-2.0
"""New evidence makes a case read the new evidence, not its old evidence again."""
import os
import subprocess

import pytest

LINES = 110_000  # about 12 MB


@pytest.fixture(scope="module")
def big_log(tmp_path_factory):
    path = tmp_path_factory.mktemp("big") / "shop.log"
    with path.open("w") as out:
        for i in range(LINES):
            stamp = "2026-03-04T%02d:%02d:%02d.%03dZ" % (10 + i // 360_000, i // 6000 % 60, i // 100 % 60, i % 100 * 10)
            if i > LINES * 2 // 3 and i % 19 == 0:
                out.write("%s ERROR [http-%d] pool.Client - Connection is not available, request timed out after 30000ms "
                          "(total=10, active=10, idle=0, waiting=%d)\n" % (stamp, i % 20, i % 50))
            else:
                out.write("%s INFO  [http-%d] web.Request - request %d of session %d was answered with 200 in %d ms\n"
                          % (stamp, i % 20, i, i * 7919 % 100_003, 5 + i % 90))
    return path


def measured(faultmaven, *args):
    """Status, user time and largest resident size in bytes of one run."""
    child = subprocess.Popen([faultmaven.path, *map(os.fspath, args)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    return status, used.ru_utime, used.ru_maxrss * 1024


def new_case(faultmaven, store):
    return faultmaven.run(
        "case", "new", "-t", "t", "-s", "requests fail", "--investigate", "--json", "--store", store).json()["case_id"]


def add(faultmaven, store, case, path):
    return faultmaven.run("case", "add", case, path, "--json", "--store", store)


def hypotheses(faultmaven, store, case):
    shown = faultmaven.run("case", "show", case, "--json", "--store", store).json()
    return sorted((h["statement"], h["status"]) for h in shown["hypotheses"])


def test_old_evidence_is_neither_read_nor_held_again(faultmaven, big_log, tmp_path):
    store, small = tmp_path / "store", tmp_path / "note.txt"
    small.write_text("rollout of shop 1.4 finished at 2026-03-04T10:20:00Z\n")
    case, empty = new_case(faultmaven, store), new_case(faultmaven, store)
    assert add(faultmaven, store, case, big_log).status == 0
    before = hypotheses(faultmaven, store, case)
    assert before
    _, _, floor = measured(faultmaven, "case", "add", empty, small, "--store", store)
    status, _, size = measured(faultmaven, "case", "add", case, small, "--store", store)
    assert status == 0
    with open(faultmaven.path, "rb") as program:
        is_instrumented = b"__asan_init" in program.read()
    if not is_instrumented:  # shadow memory has its own size
        assert size - floor < big_log.stat().st_size / 2, "the old evidence was read"
    assert set(before) <= set(hypotheses(faultmaven, store, case))


def test_kept_results_change_nothing(faultmaven, big_log, tmp_path):
    """The same two additions, with everything that was kept thrown away in between."""
    small = tmp_path / "note.txt"
    small.write_text("the pool of shop has 10 connections\n")
    found = []
    for is_forgetting in (False, True):
        store = tmp_path / ("store%d" % is_forgetting)
        case = new_case(faultmaven, store)
        add(faultmaven, store, case, big_log)
        if is_forgetting:
            for path in [*(store / "blobs/raw").iterdir(), *(store / "blobs/results").rglob("*-logs")]:
                path.unlink()
        add(faultmaven, store, case, small)
        found.append(hypotheses(faultmaven, store, case))
        assert faultmaven.run("case", "verify", case, "--store", store).status == 0
    assert found[0] == found[1] and found[0]


def test_a_damaged_copy_cannot_put_words_into_evidence(faultmaven, big_log, tmp_path):
    """Citations are compared with the stored content's bytes; verify names the copy."""
    store, small = tmp_path / "store", tmp_path / "n.txt"
    small.write_text("nothing new\n")
    case = new_case(faultmaven, store)
    add(faultmaven, store, case, big_log)
    copy = next((store / "blobs/raw").iterdir())
    copy.write_bytes(copy.read_bytes().replace(b"Connection is not available", b"Connection is all available"))
    result = faultmaven.run("case", "verify", case, "--json", "--store", store)
    assert result.status == 1 and result.json()["ok"] is False
    copy.unlink()
    assert faultmaven.run("case", "verify", case, "--store", store).status == 0
    assert add(faultmaven, store, case, small).status == 0


@pytest.mark.parametrize("dry", [True, False])
def test_copies_and_results_go_with_the_case_content(faultmaven, big_log, tmp_path, dry):
    store = tmp_path / "store"
    case = new_case(faultmaven, store)
    add(faultmaven, store, case, big_log)
    old = 1_000_000_000
    for path in [*(store / "blobs/raw").iterdir(), *(store / "blobs/results").rglob("*-logs")]:
        os.utime(path, (old, old))
    result = faultmaven.run("case", "gc", "--json", "--store", store, *(["--dry-run"] if dry else []))
    assert result.json()["deleted"] == 2
    assert len(list((store / "blobs/raw").iterdir())) == (1 if dry else 0)
