# SPDX-License-Identifier: Apache-2.0
"""Inputs as bad as they come, from a seed: the same seed gives the same bytes."""
import gzip
import io
import json
import random
import struct
import tarfile
import zipfile

WORDS = "error timeout refused connection pool exhausted restart killed memory disk full denied retry probe failed".split()


def line(r):
    level = r.choice(["INFO", "WARN", "ERROR", "FATAL", "debug", "E", ""])
    text = " ".join(r.choice(WORDS) for _ in range(r.randint(1, 12)))
    stamp = "2026-03-%02dT%02d:%02d:%02d.%03dZ" % (r.randint(1, 28), r.randint(0, 23), r.randint(0, 59), r.randint(0, 59), r.randint(0, 999))
    return "%s %s [worker-%d] mill.Saw - %s code=%d" % (stamp, level, r.randint(0, 9), text, r.randint(0, 600))


def log(r, n=60):
    return "\n".join(line(r) for _ in range(r.randint(1, n))) + "\n"


def cluster(r):
    names = ["mill-%d" % i for i in range(4)]
    rows = ["%-12s %d/1  %-18s %d  %dd" % (n, r.randint(0, 1), r.choice(["Running", "CrashLoopBackOff", "Pending", "OOMKilled"]), r.randint(0, 99), r.randint(0, 9)) for n in names]
    return "$ kubectl get pods\nNAME   READY   STATUS   RESTARTS   AGE\n%s\n$ kubectl describe pod mill-0\nName: mill-0\nNamespace: saw\nState: Waiting\n" % "\n".join(rows)


def objects(r):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "mill-0", "namespace": "saw"},
           "status": {"phase": r.choice(["Running", "Pending", None, 7]),
                      "containerStatuses": [{"name": "saw", "restartCount": r.choice([0, -1, 1e300, "many", 2**70]),
                                             "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}]}}
    return json.dumps(pod if r.random() < 0.5 else {"kind": "List", "apiVersion": "v1", "items": [pod] * r.randint(0, 5)}, indent=r.choice([None, 2]))


def traces(r):
    spans = [{"traceID": "%x" % r.getrandbits(64), "spanID": "%x" % i, "operationName": "cut", "startTime": r.getrandbits(r.randint(1, 64)),
              "duration": r.choice([0, -5, 10**18, 1.5, "x"]), "references": [{"refType": "CHILD_OF", "spanID": "%x" % r.randint(0, 9)}], "processID": "p1"}
             for i in range(r.randint(0, 30))]
    return json.dumps({"data": [{"traceID": "1", "spans": spans, "processes": {"p1": {"serviceName": "mill"}}}]})


def csv(r):
    head = ",".join(["time"] + ["mill_%s" % w for w in WORDS[:r.randint(1, 8)]])
    rows = [",".join(str(r.choice([1, -1, 1e308, "nan", "", "x", '"', 2**64])) for _ in range(r.randint(0, 12))) for _ in range(r.randint(0, 50))]
    return "\n".join([head] + rows) + "\n"


def exposition(r):
    return "# TYPE saw gauge\n" + "".join('saw{a="%s"%s %s %s\n' % (r.choice(['x', '\\', '"', '\\n']), r.choice(["}", "", ",}"]), r.choice(["1", "NaN", "+Inf", "x", ""]), r.choice(["", "1", "99999999999999999999"])) for _ in range(30))


def yaml(r):
    anchors = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join("%s: &%s [*%s,*%s,*%s,*%s]\n" % (c, c, p, p, p, p) for p, c in zip("abcdefgh", "bcdefghi"))
    return r.choice([anchors, "apiVersion: v1\nkind: Pod\n" + " " * r.randint(0, 9) + "x: [", "- " * 400 + "x\n", "? {\n", "%YAML 9.9\n---\n\t: x\n", "apiVersion: v1\nkind: Pod\nmetadata: {name: !!binary x}\n---\n...\n---\n"])


def deep(r):
    c, n = r.choice(["[", "{\"a\":", "("]), r.randint(1, 30000)
    return c * n


def change(r):
    return "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -%d +1,%d @@\n" % (r.getrandbits(70), r.randint(0, 9)) + "".join("%s%s\n" % (r.choice("+- @\\"), line(r)) for _ in range(9))


TEXTS = [log, log, cluster, objects, traces, csv, exposition, yaml, deep, change]


def flip(r, data):
    data = bytearray(data)
    for _ in range(r.randint(1, 40)):
        if data:
            data[r.randrange(len(data))] = r.getrandbits(8)
    return bytes(data)


def cut(r, data):
    return data[: r.randint(0, len(data))]


def splice(r, data):
    a, b = r.randint(0, len(data)), r.randint(0, len(data))
    return data[:a] + data[b:]


def repeat(r, data):
    return (data[:3000]) * r.randint(2, 40)


def with_nul(r, data):
    at = r.randint(0, len(data))
    return data[:at] + b"\0" * r.randint(1, 9000) + data[at:]


def utf16(r, data):
    return (b"" if r.random() < 0.3 else b"\xff\xfe") + data.decode("latin-1").encode("utf-16-le")


def crlf(r, data):
    return data.replace(b"\n", r.choice([b"\r\n", b"\r", b"\n\r", b"\n\n\n"]))


def one_line(r, data):
    return data.replace(b"\n", b" ") * r.randint(1, 60)


def latin1(r, data):
    return data.replace(b"e", b"\xe9")


def surrogate(r, data):
    return data.replace(b"o", r.choice([b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xe2\x82"]))


def control(r, data):
    return data.replace(b" ", r.choice([b"\x1b[31m", b"\x07", b"\x1b]0;x\x07", b"\x7f", b"\xe2\x80\xae"]))


def gz(r, data):
    return flip(r, gzip.compress(data)) if r.random() < 0.5 else cut(r, gzip.compress(data))


def zipped(r, data):
    out = io.BytesIO()
    names = ["../../x", "/etc/x", "a/b.log", "con", "\u202e.log", "a" * 300]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in r.sample(names, r.randint(0, 4)):
            z.writestr(name, data)
    return out.getvalue() if r.random() < 0.5 else flip(r, out.getvalue())


def tarred(r, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=r.choice(["w", "w:gz"])) as t:
        for name in ["x.log", "../x", "deep/" * 30 + "y"]:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
        info = tarfile.TarInfo("link")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        t.addfile(info)
    return out.getvalue() if r.random() < 0.5 else flip(r, out.getvalue())


def noise(r, data):
    return bytes(r.getrandbits(8) for _ in range(r.randint(0, 5000)))


def numbers(r, data):
    return b" ".join(struct.pack("<d", r.random()) for _ in range(100)) + data


HARMS = [flip, cut, splice, repeat, with_nul, utf16, crlf, one_line, latin1, surrogate, control, gz, zipped, tarred, noise, numbers]
NAMES = ["app.log", "pods.txt", "pod.yaml", "trace.json", "metrics.csv", "x", "alert.json", "notes.md", "a b.log", "-x.log", "new\nline.log", "caf\udce9.log", "m.prom", "app.conf", "deploys.json", "x.diff"]


def ugly(seed):
    """(file name, bytes)"""
    r = random.Random(seed)
    data = r.choice(TEXTS)(r).encode()
    for _ in range(r.randint(0, 3)):
        data = r.choice(HARMS)(r, data)
    return r.choice(NAMES), data[: 4 << 20]
