# SPDX-License-Identifier: Apache-2.0
"""Canaries: a secret of every format in every way into a case. None may leave for a model that is not local, stand in what the
program prints about its work, or in a column of the store that holds neither evidence nor what somebody said."""
import io
import json
import re
import sqlite3
import tarfile

import pytest

from model_server import Call, ModelServer, Status

# The value of an example is its last token.
TOKEN = re.compile(r"[^\s'\"]{12,}$")


def canaries(root):
    """{value: line that holds it}, one of every rule."""
    found = {}
    for path in sorted((root / "packages/security/rules").glob("formats-*.yaml")):
        for line in re.findall(r"^    match: \['((?:[^']|'')*)'", path.read_text(), re.M):
            token = TOKEN.search(line.replace("''", "'"))
            if token:
                found[re.sub(r"^\w+=(?=.{10})", "", token.group())] = line.replace("''", "'")
    return found


def evidence(folder, lines):
    """Files, an env file, a folder and a file named by tokens, an archive."""
    (folder / "logs").mkdir(parents=True)
    stamp = "2025-11-06T09:40:%02d.%03dZ ERROR checkout sign-in failed: %s\n"
    (folder / "logs/app.log").write_text("".join(stamp % (i // 10 % 60, i, l) for i, l in enumerate(lines.values())))
    (folder / ".env").write_text("".join("APP_%d=1\n# %s\n" % (i, l) for i, l in enumerate(lines.values())))
    named = [v for v in lines if re.fullmatch(r"gh[a-z]_\w+|npm_\w+|glpat-\w+", v)]
    for value in named:
        (folder / value).mkdir()
        (folder / value / (value + ".log")).write_text("2025-11-06T09:40:02Z ERROR checkout pool exhausted: 50 of 64 in use\n")
    with tarfile.open(folder / "bundle.tar.gz", "w:gz") as tar:
        body = "".join("2025-11-06T09:41:00Z ERROR payment refused %s\n" % l for l in lines.values()).encode()
        entry = tarfile.TarInfo("inner/payment.log")
        entry.size = len(body)
        tar.addfile(entry, io.BytesIO(body))
    return named


@pytest.fixture(scope="module")
def worked(faultmaven, root, tmp_path_factory):
    """A case that was worked with a model; everything that was sent and printed."""
    folder = tmp_path_factory.mktemp("canary")
    lines = canaries(root)
    named = evidence(folder / "in", lines)
    env = {"FAULTMAVEN_STORE": str(folder / "store"), "FAULTMAVEN_USER": "alice", "NO_COLOR": "1", "FAULTMAVEN_LOG": "debug"}
    printed = []

    def run(*args, **kwargs):
        done = faultmaven.run(*args, env=env, **kwargs)
        printed.append(done.err)
        return done
    case = run("case", "new", "--title", "Sign-in fails", "--json").json()
    case = case.get("case_id") or case["id"]
    assert run("case", "add", case, folder / "in", timeout=300).status == 0
    assert run("case", "add", case, "-", stdin="".join("Nov  6 09:42:01 web sshd[7]: %s\n" % l for l in lines.values()).encode()).status == 0
    run("case", "confirm", case, "--statement", "Sign-in fails since 09:40", "-i")
    answer = {"message": "Please send the metrics.", "changes": []}
    script = [Call("query_logs", {"words": "failed", "limit": 100}), Call("query_logs", {"words": "refused", "limit": 100}),
              Call("list_templates", {}), Call("timeline", {}), answer, answer, Status(500)] + [answer] * 40
    some = list(lines.values())
    with ModelServer(script) as server:
        config = server.config(folder)
        for k in range(0, len(some), 12):
            run("ask", case, "Is one of these known? " + " ; ".join(some[k:k + 12]), "--config", config)
        assert len(server.requests) >= 5
    return {"lines": lines, "named": named, "sent": server.requests, "printed": printed, "store": folder / "store"}


def held(text, lines):
    return [value for value in lines if value in text]


def test_every_format_is_planted(worked):
    assert len(worked["lines"]) >= 240 and len(worked["named"]) >= 5


def test_nothing_leaves_for_the_model(worked):
    sent = json.dumps(worked["sent"], ensure_ascii=False)
    assert "sign-in failed" in sent and "refused" in sent
    assert held(sent, worked["lines"]) == []


def test_nothing_stands_in_what_is_printed_about_the_work(worked):
    assert held("\n".join(worked["printed"]), worked["lines"]) == []


def columns(store):
    for path in store.rglob("*"):
        if not path.is_file() or path.read_bytes()[:15] != b"SQLite format 3":
            continue
        db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():
            try:
                cursor = db.execute('SELECT * FROM "%s"' % table)
            except sqlite3.Error:
                continue
            names = [d[0] for d in cursor.description]
            for row in cursor:
                for name, value in zip(names, row):
                    if value is not None:
                        yield table + "." + name, value if isinstance(value, bytes) else str(value).encode()


# What a case is made of: its log, evidence with its names, what was said, what was concluded with quotes, and the index over these.
CONTENT = {"events.payload", "messages.body", "evidence.body", "evidence.summary", "uploaded_files.filename", "hypotheses.statement",
           "hypotheses.body", "hypothesis_evidence.body", "turns.body"}
INDEX = "search_docs"


def test_the_store_holds_them_where_content_belongs_and_nowhere_else(worked):
    tokens = [v.encode() for v in worked["lines"]]
    seen, found = set(), set()
    for column, value in columns(worked["store"]):
        seen.add(column)
        if not column.startswith(INDEX) and any(t in value for t in tokens):
            found.add(column)
    assert len(seen) > 60 and "events.payload" in found
    assert found <= CONTENT
