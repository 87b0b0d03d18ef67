# SPDX-License-Identifier: Apache-2.0
"""`faultmaven case`: what scripts rely on, with the real binary and a store in a temporary folder."""
import json
import os
import sqlite3
import subprocess
import time

import pytest

BINARY = os.environ.get("FAULTMAVEN", "build/dbg/bin/faultmaven")


class Cases:
    def __init__(self, folder):
        self.store = str(folder / "store")
        self.folder = folder

    def run(self, *args, user="alice", status=0, data=None):
        done = subprocess.run([BINARY, "case", *map(str, args), "--store", self.store, "--user", user],
                              input=data, capture_output=True, text=True, timeout=60)
        assert done.returncode == status, done.stderr + done.stdout
        assert "Sanitizer" not in done.stderr
        return done.stdout

    def json(self, *args, **kw):
        return json.loads(self.run(*args, "--json", **kw))

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path


@pytest.fixture
def cases(tmp_path):
    return Cases(tmp_path)


def open_case(cases):
    case_id = cases.json("new", "--title", "Checkout fails")["case_id"]
    cases.json("confirm", case_id, "--statement", "30% of checkouts fail", "--investigate")
    return case_id


def test_new_add_show_log(cases):
    case_id = cases.json("new", "--title", "T")["case_id"]
    log = cases.file("app.log", "2026-03-12T09:00:00Z ERROR pool exhausted\n" * 3)
    first = cases.json("add", case_id, log)
    assert len(first["evidence"]) == 1
    again = cases.json("add", case_id, log)
    assert again["evidence"] == [] and again["duplicates"][0]["evidence_id"] == first["evidence"][0]
    shown = cases.json("show", case_id)
    for key in ("status", "version", "milestones", "hypotheses", "evidence", "requests", "solutions"):
        assert key in shown
    lines = cases.run("log", case_id, "--json").splitlines()
    assert [json.loads(x)["seq"] for x in lines] == list(range(1, shown["version"] + 1))


def test_standard_input_and_prefix_of_the_id(cases):
    case_id = open_case(cases)
    cases.run("add", case_id[:12], "-", data="df -h\n/dev/sda1 100%\n")
    assert cases.json("show", case_id)["files"][0]["filename"] == "standard input"


def test_a_proposal_is_judged_change_by_change(cases):
    case_id = open_case(cases)
    proposal = cases.file("p.json", json.dumps({"changes": [
        {"type": "add_hypothesis", "handle": "H1", "hypothesis": {"statement": "pool", "category": "config"}},
        {"type": "set_milestone", "milestone": {"name": "symptom_verified"}},
        {"type": "fly", "to": "the moon"}]}))
    answer = cases.json("turn", case_id, "--proposal", proposal)
    assert any(x["type"] == "hypothesis_added" for x in answer["accepted"])
    reasons = [x["reason"] for x in answer["rejected"]]
    assert len(reasons) == 2 and any("needs evidence" in r for r in reasons)


def test_a_key_gives_the_first_answer(cases):
    case_id = open_case(cases)
    one = cases.json("turn", case_id, "--message", "hello", "--key", "k1")
    two = cases.json("turn", case_id, "--message", "hello", "--key", "k1")
    assert one == two
    assert cases.json("show", case_id)["current_turn"] == one["turn"]


def test_words_do_not_consent(cases):
    case_id = cases.json("new", "--statement", "30% of checkouts fail")["case_id"]
    cases.run("turn", case_id, "--message", "yes, confirmed, please investigate, go ahead")
    assert cases.json("show", case_id)["status"] == "consulting"


def test_verify_finds_an_altered_event(cases):
    case_id = open_case(cases)
    assert cases.json("verify", case_id) == {**cases.json("verify", case_id), "ok": True, "first_bad": None}
    db = sqlite3.connect(os.path.join(cases.store, "faultmaven.db"))
    db.execute("UPDATE events SET payload = replace(payload, '30%', '10%') WHERE seq = 2")
    db.commit()
    db.close()
    bad = cases.json("verify", case_id, status=1)
    assert bad["ok"] is False and bad["first_bad"]["seq"] == 2


def test_export_and_import(cases, tmp_path):
    case_id = open_case(cases)
    cases.run("add", case_id, cases.file("app.log", "ERROR pool exhausted\n"), "--no-analysis")
    bundle = tmp_path / "case.fmcase"
    cases.run("export", case_id, "-o", bundle)
    other = Cases(tmp_path / "other")
    assert other.json("import", bundle, user="bob")["case_id"] == case_id
    assert other.json("verify", case_id, user="bob")["ok"] is True
    assert other.json("show", bundle)["case_id"] == case_id


def test_strangers_and_viewers(cases):
    case_id = open_case(cases)
    cases.run("show", case_id, user="eve", status=1)
    cases.run("member", case_id, "eve", "--role", "viewer")
    cases.run("show", case_id, user="eve")
    cases.run("turn", case_id, "--message", "hi", user="eve", status=1)


def test_a_report_names_what_is_missing_and_masks_secrets(cases):
    case_id = open_case(cases)
    done = subprocess.run([BINARY, "case", "report", case_id, "--type", "post_mortem", "--store", cases.store,
                           "--user", "alice"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "timeline" in done.stderr
    cases.run("solve", case_id, "--title", "rotate", "--mitigation", "--command",
              "curl -H 'Authorization: Bearer ghp_16C7e42F292c6912E7710c838347Ae178B4a' https://api.example.com")
    text = cases.run("report", case_id)
    assert "ghp_16C7e42F292c6912E7710c838347Ae178B4a" not in text and "30% of checkouts fail" in text


def test_search(cases):
    case_id = open_case(cases)
    cases.run("turn", case_id, "--message", "the kestrel service restarts")
    assert cases.json("search", "kestrel")["hits"][0]["case_id"] == case_id
    assert cases.json("search", "kestrel", user="eve")["hits"] == []


def test_content_of_evidence_is_found(cases):
    case_id = open_case(cases)
    lines = ["2026-03-12T09:%02d:%02dZ INFO request %d served in %d ms\n" % (i // 60, i % 60, i, i % 40) for i in range(3000)]
    lines[2500] = "2026-03-12T09:41:40Z ERROR quokka: replication slot is lost\n"
    added = cases.json("add", case_id, cases.file("big.log", "".join(lines)), cases.file("note.txt", "see ticket wombat-77\n"))
    found = {h["ref"] for word in ("quokka", "wombat-77") for h in cases.json("search", word)["hits"] if h["kind"] == "evidence"}
    assert found == set(added["evidence"])
    assert cases.json("search", "quokka", user="eve")["hits"] == []


def test_content_is_known_within_a_case_and_never_across_owners(cases):
    log = cases.file("app.log", "2026-03-12T09:00:00Z ERROR pool exhausted\n")
    first, second = open_case(cases), cases.json("new", "--title", "T", user="eve")["case_id"]
    cases.json("add", first, log)
    assert cases.json("add", second, log, user="eve")["duplicates"] == []
    copy = cases.file("copy.log", log.read_text())
    assert len(cases.json("add", first, copy)["duplicates"]) == 1
    assert cases.json("gc", "--dry-run")["deleted"] == 0


def test_a_bundle_is_read_anywhere_and_changed_nowhere(cases, tmp_path):
    case_id = open_case(cases)
    cases.run("export", case_id, "-o", tmp_path / "case.fmcase")
    nowhere = {"PATH": os.environ["PATH"], "HOME": "/proc/nowhere", "USER": "eve"}

    def bare(*args):
        return subprocess.run([BINARY, "case", args[0], str(tmp_path / "case.fmcase"), *args[1:]], capture_output=True,
                              text=True, timeout=60, env=nowhere)
    for view in (("show",), ("log",), ("timeline",), ("report", "--preview")):
        done = bare(*view)
        assert done.returncode == 0 and done.stdout, (view, done.stderr)
    for change in (("add", "/dev/null"), ("ask", "why?"), ("report",), ("follow-up",), ("verify",), ("close", "--reason", "other")):
        done = bare(*change)
        assert done.returncode == 1 and "read only" in done.stderr, (change, done.stderr)


def test_a_problem_is_stated_by_its_symptoms(cases):
    case_id = cases.json("new", "--title", "T")["case_id"]
    cases.json("add", case_id, cases.file("hosts.txt", "hello\n"))
    assert not cases.json("show", case_id)["consulting"].get("statement")
    alert = {"alertname": "ErrorBudgetBurn", "service": "checkout", "startsAt": "2026-03-12T09:17:00Z",
             "labels": {"alertname": "ErrorBudgetBurn", "service": "checkout"}}
    answer = cases.json("add", case_id, cases.file("alert.json", json.dumps(alert)))
    statement = cases.json("show", case_id)["consulting"]["statement"]
    assert "ErrorBudgetBurn" in statement and "checkout" in statement and "no cause" not in statement
    assert "recent changes" in answer["message"], "what would help is listed"


def test_watch_adds_files_as_they_appear(cases, tmp_path):
    case_id = open_case(cases)
    folder = tmp_path / "incoming"
    folder.mkdir()
    watch = subprocess.Popen([BINARY, "case", "watch", case_id, str(folder), "--store", cases.store, "--user", "alice"],
                             stdout=subprocess.PIPE, text=True)
    try:
        for name in ("one", "two"):
            (folder / (name + ".log")).write_text("2026-03-12T09:00:00Z ERROR %s failed\n" % name)
            deadline = time.time() + 20
            while len(cases.json("show", case_id)["evidence"]) < {"one": 1, "two": 2}[name]:
                assert time.time() < deadline, "the file was not added"
                time.sleep(0.2)
    finally:
        watch.terminate()
        out = watch.communicate(timeout=20)[0]
    assert "one.log" in out and "two.log" in out and watch.returncode == 0
    cases.run("verify", case_id)


def test_what_is_due_is_listed(cases):
    case_id = open_case(cases)
    cases.run("propose", case_id, "--urgency", "critical", "--temporal", "ongoing")
    cases.run("waiting", case_id, "the DBA", "--until", "2026-01-01T00:00:00Z", status=1)  # it has passed
    cases.run("waiting", case_id, "the DBA", "--for", "1s")
    assert cases.json("show", case_id)["reminders"] == []
    time.sleep(1.2)
    shown = cases.json("show", case_id)
    assert [r["kind"] for r in shown["reminders"]] == ["wait_over"] and "DBA" in shown["next_steps"][0]
    assert "[overdue: the DBA]" in cases.run("list")
    row = cases.json("list")["cases"][0]
    assert row["waiting_on"] == "the DBA" and row["urgency"] == "critical" and row["is_overdue"] is True


def test_what_comes_later_answers_what_was_asked_and_restores_what_was_doubted(cases, root):
    incident = root / "examples/incident"
    case_id = open_case(cases)
    cases.run("add", case_id, incident / "alert.json", incident / "changes")
    early = cases.json("show", case_id)
    assert "application logs" in [r["label"] for r in early["requests"] if r["status"] == "pending"]
    assert not [h for h in early["hypotheses"] if h["status"] == "refuted"], "nothing is ruled out beside no cause"
    cases.run("add", case_id, incident / "logs")
    late = cases.json("show", case_id)
    logs = next(r for r in late["requests"] if r["label"] == "application logs")
    assert logs["status"] == "complete" and logs["evidence_ids"]
    assert any(h["status"] == "validated" for h in late["hypotheses"])
    lines = [x for x in cases.run("ask", case_id, "what changed before onset?").splitlines() if x.startswith("20")]
    plain = [x[:20] for x in lines if "held to be the cause" not in x]
    assert plain and plain == sorted(plain, reverse=True), "the latest change comes first"
    assert all("after the onset" not in x for x in lines)
