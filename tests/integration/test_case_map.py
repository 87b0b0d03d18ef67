# SPDX-License-Identifier: Apache-2.0
"""The map of a case in the store: the same placeholders in every process, sealed, and a closed gate without its key."""
import io
import json
import os
import re
import signal
import subprocess
import tarfile

import pytest

from model_server import ModelServer, Slow, Status
from test_ask import read_until, start

MAILS = ["ann.lee@corp.example", "bob.miller@corp.example", "cy.young@corp.example"]
SAID = {"message": "I do not know yet.", "changes": []}


class Store:
    def __init__(self, faultmaven, folder):
        self.program, self.folder, self.store = faultmaven, folder, folder / "store"
        self.env = {"FAULTMAVEN_STORE": str(self.store), "FAULTMAVEN_USER": "alice", "NO_COLOR": "1", "FAULTMAVEN_REDACT_KEY": ""}

    def run(self, *args, **env):
        return self.program.run(*args, env={**self.env, **env})

    def case(self):
        made = self.run("case", "new", "--title", "Logins fail", "--json").json()
        return made.get("case_id") or made["id"]

    def ask(self, case, question, script=(SAID,), **env):
        """What the model was sent, and the finished command."""
        with ModelServer(list(script)) as server:
            done = self.run("ask", case, question, "--config", server.config(self.folder), **env)
        return server.requests, done

    def mark(self, case, mail, **kwargs):
        """The placeholder under which the model sees the address in the question."""
        sent, done = self.ask(case, "Did the login of %s fail?" % mail, **kwargs)
        assert done.status == 0, done.err
        assert mail not in json.dumps(sent)
        return re.findall(r"Did the login of (<EMAIL_\d+>) fail", sent[-1]["messages"][-1]["content"])[-1]

    def map_of(self, case):
        return self.store / "maps" / (case + ".map")


@pytest.fixture
def store(faultmaven, tmp_path):
    return Store(faultmaven, tmp_path)


def assert_closed(sent, done, why):
    assert sent == [] and done.status == 0, done.err
    assert why in done.out.decode() and "nothing is sent" in done.out.decode() and "this is the analyst's answer" in done.out.decode()


def assert_exported_without(bundle, *secrets):
    content = subprocess.run(["zstd", "-dc", bundle], capture_output=True, check=True).stdout
    names = tarfile.open(fileobj=io.BytesIO(content)).getnames()
    assert any("events" in n for n in names) and not any("map" in n or "key" in n for n in names)
    assert not any(secret in content for secret in secrets)


def test_a_value_has_one_placeholder_in_a_case_and_another_elsewhere(store):
    one, other = store.case(), store.case()
    first = [store.mark(one, m) for m in MAILS]
    assert len(set(first)) == 3
    assert [store.mark(one, m) for m in reversed(MAILS)] == first[::-1]
    assert [store.mark(other, m) for m in reversed(MAILS)] != first[::-1]
    assert store.map_of(one).read_bytes() != store.map_of(other).read_bytes()


def test_the_map_is_sealed_and_stays_in_the_store(store):
    case = store.case()
    mark = store.mark(case, MAILS[0])
    key = store.store / "redact.key"
    for path in (key, store.map_of(case)):
        assert path.stat().st_mode & 0o777 == 0o600
    assert b"corp.example" not in store.map_of(case).read_bytes() and b"ann" not in store.map_of(case).read_bytes()
    back = store.program.run("redact", "--map", store.map_of(case), "--case", case, "--key-file", key, "--restore", stdin=mark.encode(), env=store.env)
    assert back.out.decode() == MAILS[0]
    assert store.run("case", "verify", case).status == 0
    assert store.run("case", "gc", "--age", "0s").status == 0 and store.map_of(case).exists()
    assert store.run("case", "export", case, "-o", store.folder / "x.fmcase").status == 0
    sealed, secret = store.map_of(case).read_bytes(), key.read_bytes().strip()
    assert_exported_without(store.folder / "x.fmcase", sealed, secret)


def test_the_key_of_the_environment(store):
    case, right, wrong = store.case(), "11" * 32, "22" * 32
    mark = store.mark(case, MAILS[0], FAULTMAVEN_REDACT_KEY=right)
    assert not (store.store / "redact.key").exists()
    before = store.map_of(case).read_bytes()
    assert_closed(*store.ask(case, "And now?", FAULTMAVEN_REDACT_KEY=wrong), case + ".map")
    assert_closed(*store.ask(case, "And now?", FAULTMAVEN_REDACT_KEY="short"), "64 hex digits")
    assert_closed(*store.ask(case, "And now?"), "the key of the maps in this store is missing")
    assert store.map_of(case).read_bytes() == before and not (store.store / "redact.key").exists()
    assert store.mark(case, MAILS[0], FAULTMAVEN_REDACT_KEY=right) == mark


def test_a_key_that_others_may_read_closes_the_gate(store):
    case = store.case()
    store.mark(case, MAILS[0])
    os.chmod(store.store / "redact.key", 0o644)
    assert_closed(*store.ask(case, "And now?"), "chmod 600")


def test_the_map_of_another_case_or_changed_bytes_close_the_gate(store):
    one, other = store.case(), store.case()
    store.mark(one, MAILS[0])
    store.mark(other, MAILS[1])
    store.map_of(other).write_bytes(store.map_of(one).read_bytes())
    assert_closed(*store.ask(other, "And now?"), other + ".map")
    store.map_of(one).write_bytes(b"")
    assert_closed(*store.ask(one, "And now?"), one + ".map")


def test_what_was_sent_is_kept_when_the_turn_fails_or_is_stopped(store):
    case = store.case()
    store.ask(case, "Did the login of %s fail?" % MAILS[0], script=[Status(500)] * 4)
    text = json.dumps({"message": "The payment call timed out. I do not know more. And more.", "changes": []})
    with ModelServer([Slow(text, pieces=4, hold=30)]) as server:
        child = start(store, "ask", case, "Did the login of %s fail?" % MAILS[1], "--config", server.config(store.folder))
        read_until(child.stdout.fileno(), b"timed out")
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=20)
    assert child.returncode == 130
    assert [store.mark(case, m) for m in reversed(MAILS)] == ["<EMAIL_3>", "<EMAIL_2>", "<EMAIL_1>"]


def test_two_processes_give_no_number_twice(store):
    case = store.case()
    slow = Slow(json.dumps(SAID), pieces=2, hold=1)
    with ModelServer([slow, slow]) as server:
        config = server.config(store.folder)
        children = [start(store, "ask", case, "Did the login of %s fail?" % m, "--config", config) for m in MAILS[:2]]
        assert [c.communicate(timeout=30) and c.returncode for c in children].count(0) >= 1
    assert {store.mark(case, m) for m in MAILS[:2]} == {"<EMAIL_1>", "<EMAIL_2>"}
    assert store.mark(case, MAILS[2]) == "<EMAIL_3>"


def test_a_map_that_cannot_be_written_closes_the_gate(store):
    case = store.case()
    store.mark(case, MAILS[0])
    (store.store / "maps" / (case + ".map.new")).mkdir()
    assert store.mark(case, MAILS[0]) == "<EMAIL_1>"  # nothing new to write
    sent, done = store.ask(case, "Who is %s?" % MAILS[1])
    assert sent == [] and done.status == 0 and ".map.new" in done.out.decode()


def test_without_a_model_there_is_no_map(store):
    case = store.case()
    assert store.run("ask", case, "Who is %s?" % MAILS[0]).status == 0
    assert not (store.store / "maps").exists() and not (store.store / "redact.key").exists()
