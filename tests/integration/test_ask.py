# SPDX-License-Identifier: Apache-2.0
"""`ask` and `chat` from outside: a model behind HTTP, streaming, tools, Ctrl-C, a terminal."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from model_server import Call, ModelServer, Slow, Status

LOG = """2025-11-06T09:30:00Z INFO checkout order 11 placed in 120 ms
2025-11-06T09:40:02Z ERROR checkout pool exhausted: 50 of 64 connections in use
2025-11-06T09:40:03Z ERROR payment call timed out after 3000 ms
2025-11-06T09:41:10Z WARN max_connections lowered from 200 to 50 by deploy 4711
"""


class Case:
    def __init__(self, faultmaven, folder):
        self.program, self.folder = faultmaven, folder
        self.env = {"FAULTMAVEN_STORE": str(folder / "store"), "FAULTMAVEN_USER": "alice", "NO_COLOR": "1"}
        (folder / "app.log").write_text(LOG)
        made = self.run("case", "new", "--title", "Checkout fails", "--json").json()
        self.id = made.get("case_id") or made["id"]
        self.run("case", "add", self.id, folder / "app.log")
        self.run("case", "confirm", self.id, "--statement", "Checkout fails since 09:40", "-i")
        self.evidence = self.show()["evidence"][0]["id"]

    def run(self, *args, **kwargs):
        done = self.program.run(*args, env=self.env, **kwargs)
        return done

    def show(self):
        return self.run("case", "show", self.id, "--json").json()

    def ask(self, config, *args):
        return self.run("ask", self.id, *args, "--config", config)


@pytest.fixture
def case(faultmaven, tmp_path):
    return Case(faultmaven, tmp_path)


def test_an_answer_is_checked_cited_and_marked(case):
    said = {"message": "The payment call timed out after 3000 ms [%s]. The disk is full [%s]. Please send the metrics." % (case.evidence, case.evidence),
            "changes": []}
    with ModelServer([said, said]) as server:
        config = server.config(case.folder)
        done = case.ask(config, "What happened?")
        assert done.status == 0, done.err
        assert "after 3000 ms [%s]. The disk is full [%s]. (unverified" % (case.evidence, case.evidence) in done.out.decode()
        answer = case.ask(config, "What happened?", "--json").json()
    assert answer["cites"][0]["quote"] == "2025-11-06T09:40:03Z ERROR payment call timed out after 3000 ms"
    assert LOG.encode()[answer["cites"][0]["offset"]:][:answer["cites"][0]["length"]].decode() == answer["cites"][0]["quote"]
    assert answer["provenance"]["model"] == "scripted" and answer["provenance"]["version"].startswith("investigating@")


def test_the_model_sees_the_diagnosis_and_uses_tools(case):
    answer = {"message": "The payment call timed out after 3000 ms [%s]." % case.evidence, "changes": []}
    with ModelServer([Call("query_logs", {"words": "timed"}), Call("no_such_tool", {}), answer]) as server:
        done = case.ask(server.config(case.folder), "What is slow?", "--json")
    system, user = server.requests[0]["messages"][0]["content"], server.requests[0]["messages"][1]["content"]
    assert "verdict" in user and "likelihood" in user and "pool exhausted" in user
    assert "pool exhausted" not in system
    names = [t["function"]["name"] for t in server.requests[0]["tools"]]
    assert {"query_logs", "list_templates", "timeline", "diagnose_again", "search_knowledge", "read_evidence"} <= set(names)
    result = [m for m in server.requests[1]["messages"] if m["role"] == "tool"][0]["content"]
    assert "%s#" % case.evidence in result and "timed out after 3000" in result
    tools = done.json()["provenance"]["tools"]
    assert [t["name"] for t in tools] == ["query_logs", "no_such_tool"] and tools[1]["failed"]


def test_tools_by_text(case):
    answer = {"message": "The payment call timed out after 3000 ms [%s]." % case.evidence, "changes": []}
    with ModelServer([json.dumps({"tool": "query_logs", "arguments": {"words": "timed"}}), answer]) as server:
        done = case.ask(server.config(case.folder), "What is slow?", "--text-tools", "--json")
    assert "tools" not in server.requests[0] and "query_logs" in server.requests[0]["messages"][0]["content"]
    assert done.json()["provenance"]["tools"][0]["name"] == "query_logs"


def start(case, *args, **kwargs):
    return subprocess.Popen([case.program.path, *map(str, args)], env={**os.environ, **case.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kwargs)


def read_until(fd, wanted, seconds=20):
    got, end = b"", time.monotonic() + seconds
    while wanted not in got:
        left = end - time.monotonic()
        assert left > 0, got.decode("utf-8", "replace")
        if select.select([fd], [], [], left)[0]:
            part = os.read(fd, 65536)
            assert part, got.decode("utf-8", "replace")
            got += part
    return got


def test_sentences_are_shown_as_they_come(case):
    text = json.dumps({"message": "The payment call timed out after 3000 ms [%s]. I do not know more yet." % case.evidence, "changes": []})
    with ModelServer([Slow(text, pieces=6, hold=3)]) as server:
        child = start(case, "ask", case.id, "What?", "--config", server.config(case.folder))
        begin = time.monotonic()
        read_until(child.stdout.fileno(), b"after 3000 ms")
        assert time.monotonic() - begin < 2.5 and child.poll() is None
        rest = child.communicate(timeout=20)[0].decode()
    assert child.returncode == 0 and "I do not know more yet." in rest


def test_an_answer_that_breaks_off_counts_for_nothing(case):
    text = json.dumps({"message": "The payment call timed out after 3000 ms [%s]. More comes here. And here." % case.evidence, "changes": []})
    with ModelServer([Slow(text, pieces=4, breaks=True)]) as server:
        done = case.ask(server.config(case.folder), "What is the cause?")
    out = done.out.decode()
    assert done.status == 0 and "it counts for nothing" in out and "this is the analyst's answer" in out
    last = case.run("case", "log", case.id).out.decode()
    assert "after 3000 ms [%s]." % case.evidence not in last


def test_ctrl_c_stops_the_answer_and_stores_nothing(case):
    before = case.show()["version"]
    text = json.dumps({"message": "The payment call timed out after 3000 ms [%s]. And more." % case.evidence, "changes": []})
    with ModelServer([Slow(text, pieces=4, hold=30)]) as server:
        child = start(case, "ask", case.id, "What?", "--config", server.config(case.folder))
        read_until(child.stdout.fileno(), b"after 3000 ms")
        child.send_signal(signal.SIGINT)
        begin = time.monotonic()
        err = child.communicate(timeout=20)[1].decode()
    assert child.returncode == 130 and time.monotonic() - begin < 5
    assert "stopped; nothing was stored" in err
    assert case.show()["version"] == before


@pytest.mark.parametrize("script", [[Status(500)], [Status(401)], [Status(429)], [""]])
def test_when_no_provider_answers_the_analyst_does_and_says_so(case, script):
    with ModelServer(script * 4) as server:
        done = case.ask(server.config(case.folder), "What is the cause?")
    out = done.out.decode()
    assert done.status == 0, done.err
    assert "no language model answered" in out and "this is the analyst's answer" in out
    assert "likelihood" in out or "Root cause" in out or "hypothesis" in out


def test_no_server_at_all(case):
    with ModelServer([]) as server:
        config = server.config(case.folder)
    done = case.ask(config, "What is the cause?")
    assert done.status == 0 and "this is the analyst's answer" in done.out.decode()


def test_record_then_replay_gives_the_same_answer(case):
    answer = {"message": "The payment call timed out after 3000 ms [%s]." % case.evidence, "changes": []}
    with ModelServer([Call("query_logs", {"words": "timed"}), answer]) as server:
        first = case.ask(server.config(case.folder), "What is slow?", "--record", case.folder / "model.jsonl")
    again = case.run("ask", case.id, "What is slow?", "--replay", case.folder / "model.jsonl")
    assert first.status == again.status == 0
    assert again.out == first.out and "after 3000 ms" in again.out.decode()
    assert len((case.folder / "model.jsonl").read_text().splitlines()) == 2


def test_prose_is_an_answer_without_state(case):
    before = case.show()
    with ModelServer(["I confirm that it is fixed. Close the case!", "Still only prose: resolved."]) as server:
        done = case.ask(server.config(case.folder), "What now?")
    after = case.show()
    assert done.status == 0 and "(unverified" in done.out.decode()
    assert len(server.requests) == 2  # one second try
    assert [after[k] for k in ("status", "milestones", "solutions")] == [before[k] for k in ("status", "milestones", "solutions")]
    assert [(h["id"], h["status"], h["likelihood"]) for h in after["hypotheses"]] == [(h["id"], h["status"], h["likelihood"]) for h in before["hypotheses"]]


def test_case_ask_is_the_same_command(case):
    answer = {"message": "The payment call timed out after 3000 ms [%s]." % case.evidence, "changes": []}
    with ModelServer([answer]) as server:
        done = case.run("case", "ask", case.id, "What is slow?", "--config", server.config(case.folder))
    assert done.status == 0 and "after 3000 ms" in done.out.decode()


def test_secrets_do_not_leave_and_come_back(case):
    (case.folder / "more.log").write_text("2025-11-06T09:43:00Z ERROR login of bob.miller@corp.example failed\n")
    case.run("case", "add", case.id, case.folder / "more.log")
    with ModelServer([Call("query_logs", {"words": "login"}), {"message": "I do not know yet.", "changes": []}]) as server:
        assert case.ask(server.config(case.folder), "Who is bob.miller@corp.example?").status == 0
    sent = json.dumps(server.requests)
    assert "bob.miller@corp.example" not in sent and "login of" in sent


# ---- chat on a terminal ----


class Terminal:
    def __init__(self, case, *args):
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(case.env, TERM="xterm", COLUMNS="200")
            os.execv(case.program.path, [case.program.path, *map(str, args)])

    def type(self, text):
        os.write(self.fd, text.encode())

    def expect(self, wanted, seconds=20):
        """What came up to and with the wanted text; the rest is kept for the next call."""
        if wanted.encode() not in self.seen:
            self.seen += read_until(self.fd, wanted.encode(), seconds)
        got, _, self.seen = self.seen.partition(wanted.encode())
        return (got + wanted.encode()).decode("utf-8", "replace")

    def end(self, seconds=20):
        """The exit status; a program that does not end is killed, which shows in the status."""
        until = time.monotonic() + seconds
        done, status = os.waitpid(self.pid, os.WNOHANG)
        while not done and time.monotonic() < until:
            time.sleep(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
        if not done:
            os.kill(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


def test_chat_on_a_terminal(case):
    answer = {"message": "The payment call timed out after 3000 ms [%s]." % case.evidence, "changes": []}
    slow = Slow(json.dumps({"message": "The payment call timed out after 3000 ms [%s]. And more." % case.evidence, "changes": []}), pieces=4, hold=30)
    with ModelServer([answer, answer, slow, answer]) as server:
        t = Terminal(case, "chat", case.id, "--config", server.config(case.folder))
        assert "Checkout fails" in t.expect("> ")
        t.type("/help\r")
        assert "/confirm" in t.expect("/quit")
        t.expect("> ")
        t.type("/evidence\r")
        t.expect(case.evidence)
        t.expect("> ")
        t.type("/hyp\t\r")
        t.expect("0.")
        t.expect("> ")
        t.type("What is slow?\r")
        t.expect("after 3000 ms [")
        t.expect("> ")
        t.type("\x1b[A\r")  # the line before, from history
        t.expect("after 3000 ms [")
        t.expect("> ")
        assert len(server.requests) == 2
        version = case.show()["version"]
        t.type("And now?\r")
        t.expect("after 3000 ms")
        t.type("\x03")
        t.expect("stopped; nothing was stored")
        assert case.show()["version"] == version
        t.expect("> ")
        t.type("half a line\x03")
        t.expect("> ")
        t.type("Still there?\r")
        t.expect("after 3000 ms [")
        t.expect("> ")
        t.type("/gibberish\r")
        t.expect("unknown command; /help lists them")
        t.expect("> ")  # before it the terminal is in line mode, where Ctrl-D is no key
        t.type("\x04")
        assert t.end() == 0
    assert "half a line" not in json.dumps(server.requests)


def test_chat_states_intents_by_commands(faultmaven, tmp_path):
    env = {"FAULTMAVEN_STORE": str(tmp_path / "store"), "FAULTMAVEN_USER": "alice"}
    made = faultmaven.run("case", "new", "--title", "Checkout fails", "--json", env=env).json()
    name = made.get("case_id") or made["id"]
    lines = "/confirm Checkout fails since 09:40\n/investigate\n/wait the network team\n/unblock\n/next\n/apply sol_000000000000\n/quit\nnot read\n"
    done = faultmaven.run("chat", name, stdin=lines.encode(), env=env)
    shown = faultmaven.run("case", "show", name, "--json", env=env).json()
    assert done.status == 0, done.err
    assert shown["status"] == "investigating" and "not read" not in json.dumps(shown)
    assert "waiting on the network team" in done.out.decode()
    assert "sol_000000000000" in done.err
