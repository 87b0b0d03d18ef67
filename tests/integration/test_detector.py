# SPDX-License-Identifier: Apache-2.0
"""The further detector that the configuration names: what it finds is replaced, and when it fails nothing is sent."""
import http.server
import json
import threading

import pytest

from model_server import ModelServer

NAME = "Orla Quillfeather"


class Analyzer:
    """As a Presidio analyzer answers: every place of NAME, in code points; or what `answer` says."""

    def __init__(self, answer=None, status=200):
        self.answer, self.status, self.asked = answer, status, 0

    def __enter__(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_POST(self):
                text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
                owner.asked += 1
                found, at = [], text.find(NAME)
                while at >= 0:
                    found.append({"entity_type": "PERSON", "start": at, "end": at + len(NAME), "score": 0.9})
                    at = text.find(NAME, at + 1)
                body = json.dumps(found if owner.answer is None else owner.answer).encode()
                self.send_response(owner.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *args):
        self.http.shutdown()
        self.http.server_close()

    @property
    def config(self):
        return 'redaction: {detector: {url: "http://127.0.0.1:%d"}}\n' % self.http.server_address[1]


@pytest.fixture
def case(faultmaven, tmp_path):
    env = {"FAULTMAVEN_STORE": str(tmp_path / "store"), "FAULTMAVEN_USER": "alice", "NO_COLOR": "1"}
    run = lambda *args: faultmaven.run(*args, env=env)
    run.id = run("case", "new", "--title", "Sign-in fails", "--json").json()["case_id"]
    return run


def test_what_the_detector_finds_does_not_leave(case, tmp_path):
    with ModelServer(["I cannot tell."]) as model, Analyzer() as analyzer:
        done = case("ask", case.id, "did the note of %s help?" % NAME, "--config", model.config(tmp_path, analyzer.config))
    assert done.status == 0, done.err
    assert analyzer.asked > 0
    assert model.requests and NAME not in json.dumps(model.requests)


@pytest.mark.parametrize("analyzer", [Analyzer(status=500), Analyzer(answer={"no": "list"}),
                                      Analyzer(answer=[{"entity_type": "PERSON", "start": 0, "end": 10**9}])])
def test_a_detector_that_fails_closes_the_gate(case, tmp_path, analyzer):
    with ModelServer(["I cannot tell."]) as model, analyzer:
        done = case("ask", case.id, "what happened?", "--config", model.config(tmp_path, analyzer.config))
    assert model.requests == []
    assert "external detector" in done.err + done.out.decode()


def test_a_detector_that_is_gone_closes_the_gate(case, tmp_path):
    with ModelServer(["I cannot tell."]) as model:
        with Analyzer() as analyzer:
            config = model.config(tmp_path, analyzer.config)
        done = case("ask", case.id, "what happened?", "--config", config)
    assert model.requests == []
    assert "external detector" in done.err + done.out.decode()


def test_texts_do_not_travel_to_a_detector_in_the_clear(case, tmp_path):
    with ModelServer([]) as model:
        config = model.config(tmp_path, 'redaction: {detector: {url: "http://pii.example.com:5002"}}\n')
        done = case("ask", case.id, "what happened?", "--config", config)
    assert done.status == 1 and "neither https nor of this machine" in done.err
    assert model.requests == []
