# SPDX-License-Identifier: Apache-2.0
"""The command line as a user meets it."""
import json


def test_help_and_version(faultmaven):
    top = faultmaven.run("--help")
    assert top.status == 0 and b"diagnose" in top.out
    one = faultmaven.run("diagnose", "--help")
    assert one.status == 0 and one.out.startswith(b"usage: faultmaven diagnose [OPTION")
    assert all(len(l.decode()) <= 80 for l in one.out.split(b"\n"))
    version = faultmaven.run("--version")
    assert version.status == 0 and version.out.startswith(b"faultmaven 0.")


def test_bad_usage_exits_2_with_a_hint(faultmaven):
    for args, hint in [((), "COMMAND"), (("diagnos",), "did you mean 'diagnose'"), (("diagnose",), "PATH"),
                       (("diagnose", "--fromat", "json", "x"), "did you mean '--format'"),
                       (("diagnose", "--format", "xml", "x"), "is not one of text, json")]:
        result = faultmaven.run(*args)
        assert result.status == 2, args
        assert hint in result.err + result.out.decode(), args


def test_a_missing_path_exits_1_and_says_which(faultmaven):
    result = faultmaven.run("diagnose", "no/such/folder")
    assert result.status == 1
    assert "no/such/folder: No such file or directory" in result.err
    assert result.out == b""


def test_standard_input(faultmaven, root):
    log = (root / "examples/incident/logs/booking.log").read_bytes()
    diagnosis = faultmaven.diagnose("-", stdin=log)
    assert diagnosis["inputs"][0]["path"] == "-"
    assert diagnosis["inputs"][0]["bytes"] == len(log)


def test_citations_are_the_bytes_they_say(faultmaven, root):
    incident = root / "examples/incident"
    diagnosis = faultmaven.diagnose(incident)
    cites = [s["cite"] for c in diagnosis["causes"] for s in c["supports"] + c["contradicts"] if s.get("cite")]
    assert cites
    for cite in cites:
        data = (incident / cite["path"]).read_bytes()
        piece = data[cite["offset"]:cite["offset"] + cite["length"]]
        assert piece.decode() == cite["quote"]
        assert data[:cite["offset"]].count(b"\n") + 1 == cite["line"]


def test_the_bundled_incident_has_a_cause_in_the_first_lines(faultmaven, root):
    result = faultmaven.run("diagnose", root / "examples/incident")
    first = result.out.decode().split("\n")[:5]
    assert any("CAUSE" in l for l in first), first
    assert faultmaven.run("diagnose", "--fail-on", "cause", root / "examples/incident").status == 3


def test_no_colour_in_a_pipe_unless_asked(faultmaven, root):
    incident = root / "examples/incident"
    assert b"\x1b[" not in faultmaven.run("diagnose", incident).out
    assert b"\x1b[" in faultmaven.run("diagnose", "--colour", "always", incident).out


def test_a_full_disk_is_an_error(faultmaven, root):
    import subprocess
    with open("/dev/full", "wb") as full:
        done = subprocess.run([faultmaven.path, "diagnose", root / "examples/incident"], stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and b"No space left" in done.stderr


def test_evidence_never_reaches_the_terminal_raw(faultmaven, tmp_path):
    (tmp_path / "app.log").write_bytes(b"2026-03-12T09:00:00Z ERROR \x1b]0;owned\x07\x1b[2J connection refused\n" * 50)
    out = faultmaven.run("diagnose", tmp_path).out
    assert b"\x1b" not in out and b"\x07" not in out


def test_an_empty_folder_is_inconclusive_not_an_error(faultmaven, tmp_path):
    diagnosis = faultmaven.diagnose(tmp_path)
    assert diagnosis["causes"] == []
    assert diagnosis["verdict"] in ("inconclusive", "healthy")


def test_the_environment_changes_nothing(faultmaven, root):
    incident = root / "examples/incident"
    plain = faultmaven.run("diagnose", "--format", "json", incident)
    other = faultmaven.run("diagnose", "--format", "json", incident, env={"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8"})
    assert json.loads(plain.out) == json.loads(other.out)


def test_grep_prints_whole_records(faultmaven, tmp_path):
    log = tmp_path / "app.log"
    trace = ("2026-05-04T10:00:01Z ERROR pool - cannot lend 17\n"
             "java.lang.IllegalStateException: Pool EMPTY\n\tat com.acme.Pool.lend(Pool.java:41)\n")
    log.write_text("2026-05-04T10:00:00Z INFO pool - lent 16\n" + trace + "2026-05-04T10:00:02Z INFO pool - lent 18")
    for args in (("pool empty", log), ("-e", "Lend 17", log)):
        found = faultmaven.run("logs", "grep", *args)
        assert found.status == 0 and found.out.decode() == trace, args
    assert faultmaven.run("logs", "grep", "lent 18", log).out == b"2026-05-04T10:00:02Z INFO pool - lent 18\n"
    assert faultmaven.run("logs", "grep", "nothing", log).out == b""
    assert "grep TEXT FILE" in faultmaven.run("logs", "grep", log).err
