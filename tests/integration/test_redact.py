# SPDX-License-Identifier: Apache-2.0
"""faultmaven redact: formats, the map, restore, files in place, the hook, the library by pkg-config."""
import json
import os
import pathlib
import resource
import subprocess
import time

TEXT = b"user=jane from 203.0.113.9 password=hunter2x\nagain 203.0.113.9, mail joe@example.org\n"
REDACTED = b"user=<USER_1> from <IP_1> password=<PASSWORD_1>\nagain <IP_1>, mail <EMAIL_1>\n"


def test_text_and_spans(faultmaven):
    assert faultmaven.run("redact", stdin=TEXT).out == REDACTED
    spans = [json.loads(l) for l in faultmaven.run("redact", "--format", "spans", "-", stdin=TEXT).out.splitlines()]
    assert [(s["line"], s["start"], s["end"], s["type"]) for s in spans] == [
        (1, 5, 9, "user"), (1, 15, 26, "ip"), (1, 36, 44, "password"), (2, 6, 17, "ip"), (2, 24, 39, "email")]


def test_the_map_brings_the_text_back_and_is_sealed(faultmaven, tmp_path):
    (tmp_path / "a.txt").write_bytes(TEXT)
    case = tmp_path / "case.map"
    first = faultmaven.run("redact", "--map", case, tmp_path / "a.txt")
    assert first.out == REDACTED
    assert b"jane" not in case.read_bytes() and b"hunter2x" not in case.read_bytes()
    assert case.stat().st_mode & 0o777 == 0o600 and (tmp_path / "case.map.key").stat().st_mode & 0o777 == 0o600
    assert faultmaven.run("redact", "--map", case, "--restore", stdin=REDACTED).out == TEXT
    assert faultmaven.run("redact", "--map", case, stdin=b"new 203.0.113.10 old 203.0.113.9").out == b"new <IP_2> old <IP_1>"
    wrong = faultmaven.run("redact", "--map", case, "--case", "other", "--restore", stdin=REDACTED)
    assert wrong.status == 1 and wrong.out == b""
    os.chmod(tmp_path / "case.map.key", 0o644)
    refused = faultmaven.run("redact", "--map", case, "--restore", stdin=REDACTED)
    assert refused.status == 1 and "chmod 600" in refused.err


def test_a_place_of_user_names_is_learned_over_files(faultmaven, tmp_path):
    (tmp_path / "a").write_bytes(b"job 7 granted to user alice by (uid=0)\njob 8 granted to user bob by (uid=0)\n")
    (tmp_path / "b").write_bytes(b"job 9 granted to user db by (uid=0)\n")
    alone = faultmaven.run("redact", tmp_path / "b").out
    assert alone == (tmp_path / "b").read_bytes()
    both = faultmaven.run("redact", "--explain", tmp_path / "a", tmp_path / "b")
    assert both.out.splitlines()[2] == b"job 9 granted to user <USER_3> by (uid=0)" and "template-slot" in both.err


def test_check_is_a_hook(faultmaven, tmp_path):
    bad, good = tmp_path / "bad.env", tmp_path / "good.env"
    bad.write_bytes(b"A=1\nDB_PASSWORD=tr0ub4dor\n")
    good.write_bytes(b"A=1\nDB_PASSWORD=${DB_PASSWORD}\n")
    found = faultmaven.run("redact", "--check", "--policy", "secrets-only", good, bad)
    assert found.status == 3 and b"bad.env:2:12-21: password" in found.out and b"tr0ub4dor" not in found.out
    assert faultmaven.run("redact", "--check", "--policy", "secrets-only", good).status == 0


def test_in_place_keeps_a_backup(faultmaven, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT)
    assert faultmaven.run("redact", "--in-place", path).status == 0
    assert path.read_bytes() == REDACTED and (tmp_path / "a.txt.orig").read_bytes() == TEXT
    path.write_bytes(TEXT)
    again = faultmaven.run("redact", "--in-place", path)
    assert again.status == 1 and path.read_bytes() == TEXT


def test_report_and_rules(faultmaven, tmp_path):
    rules = tmp_path / "mine.yaml"
    rules.write_text("rules:\n  - {id: badge, name: badge, source: x, type: id, prefix: ['BDG-'], body: '[0-9]{6}', entropy: 0}\n"
                     "actions: {id: mask}\n")
    assert faultmaven.run("redact", "--rules", rules, stdin=b"x BDG-123456").out == b"x <ID>"
    report = json.loads(faultmaven.run("redact", "--format", "json", stdin=TEXT).out)
    assert report["total"] == 5 and report["types"]["ip"] == 2 and report["policy"] == "standard"
    rules.write_text("rules: [{id: x, type: nothing}]")
    bad = faultmaven.run("redact", "--rules", rules, stdin=b"x")
    assert bad.status == 1 and "mine.yaml:1: type is missing or not known" in bad.err


def test_memory_does_not_grow_with_the_input(faultmaven, tmp_path):
    path = tmp_path / "long"
    path.write_bytes(b"10.1.2.3 GET /a/b/c password=abc123xyz " * 800000)
    done = subprocess.Popen([faultmaven.path, "redact", "--policy", "strict", "--format", "report", path], stdout=subprocess.PIPE)
    done.communicate()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert done.returncode == 0 and peak < 200 * 1024


def test_start_up_is_short(faultmaven):
    best = min(_time(lambda: faultmaven.run("redact", stdin=b"")) for _ in range(10))
    assert best < 0.5


def _time(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def test_others_can_link_the_library(faultmaven, root, tmp_path):
    build = pathlib.Path(faultmaven.path).resolve().parents[1]
    subprocess.run(["cmake", "--install", build, "--prefix", tmp_path, "--component", "devel"], check=True, capture_output=True)
    pc = next(tmp_path.rglob("libfaultmaven-security.pc")).parent
    env = {**os.environ, "PKG_CONFIG_PATH": str(pc)}
    flags = subprocess.run(["pkg-config", "--define-variable=prefix=%s" % tmp_path, "--cflags", "--libs", "--static", "libfaultmaven-security"], check=True,
                           capture_output=True, text=True, env=env).stdout.split()
    flags = [f.replace(str(_prefix(pc)), str(tmp_path)) for f in flags]
    program = tmp_path / "redact"
    subprocess.run([*_compiler(build), root / "examples/redact.c", "-o", program, *flags], check=True, capture_output=True)
    assert subprocess.run([program], input=TEXT, capture_output=True, check=True).stdout == REDACTED


def _compiler(build):
    """The compiler of the library, with its sanitizers: a static library that has them needs them in the program."""
    cache = dict(l.split("=", 1) for l in (build / "CMakeCache.txt").read_text().splitlines() if "=" in l and l[0].isalpha())
    values = {key.split(":")[0]: value for key, value in cache.items()}
    sanitizers = values.get("FM_SANITIZE")
    return [values["CMAKE_C_COMPILER"], *(["-fsanitize=" + sanitizers] if sanitizers else [])]


def _prefix(pc):
    return next(l.split("=", 1)[1] for l in (pc / "libfaultmaven-security.pc").read_text().splitlines() if l.startswith("prefix="))
