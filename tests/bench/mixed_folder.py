#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A large incident of every kind of evidence: logs, JSON lines, metrics in three forms, spans in three, Kubernetes objects. Made from
a seed, one hour of a system of forty services with a fault in one of them; then diagnosed while its private memory is watched.

usage: mixed_folder.py BINARY [GIGABYTES=1] [THREADS=2] [DIR=build/bench/mixed]      KEEP=1 leaves the folder"""
import json
import os
import random
import shutil
import sys
import time

T0 = 1770631200  # 2026-02-09T10:00:00Z
SHARES = {"text": .30, "json": .25, "csv": .12, "range": .08, "long": .05, "otlp": .10, "jaeger": .05, "spans": .05}
SERVICES = ["svc-%02d" % i for i in range(40)]
BAD = "svc-17"


def stamp(i, n):
    t = T0 + 3600.0 * i / n
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(t)) + ".%03dZ" % (t % 1 * 1000)


def fill(path, size, block):
    """block(part, parts, rnd) gives about 4 MB of text for the part-th stretch of the hour."""
    rnd, done, part = random.Random(path.rsplit("/", 1)[1]), 0, 0
    parts = max(1, size // 4_000_000)
    with open(path, "w", encoding="ascii", buffering=1 << 20) as f:
        while done < size and part < parts + 2:
            text = block(min(part, parts - 1), parts, rnd)
            f.write(text)
            done += len(text)
            part += 1


def lines(shapes, bad):
    def block(part, parts, r):
        out, n = [], 30000
        for i in range(n):
            t = stamp(part * n + i, parts * n)
            late = part > parts * 2 // 3 and i % 50 == 0
            out.append((bad if late else shapes[r.randrange(len(shapes))]).format(
                t=t, n=r.randrange(256), b=r.randrange(10**6), h="%016x" % r.getrandbits(64), s=SERVICES[r.randrange(40)]))
        return "\n".join(out) + "\n"
    return block


TEXT = lines(["{t} INFO [worker-{n}] mill.Saw - cut board {b} in {n} ms",
              "{t} INFO [worker-{n}] mill.Gate - request {h} from 10.0.{n}.7 served status=200 bytes={b}",
              "{t} WARN [worker-{n}] mill.Store - slow query on shelf_{n}: {b} ms",
              "{t} DEBUG [worker-{n}] mill.Cache - miss for key board:{h} after {n} tries, asking the store and waiting up to {b} ms"],
             "{t} ERROR [worker-{n}] mill.Store - connection refused: " + BAD + ":5432")
JSON = lines(['{{"time":"{t}","level":"info","service":"{s}","msg":"cut board {b}","duration_ms":{n},"trace_id":"{h}","span_id":"{h}"}}',
              '{{"time":"{t}","level":"info","service":"{s}","msg":"request served","status":200,"bytes":{b},"trace_id":"{h}"}}'],
             '{{"time":"{t}","level":"error","service":"' + BAD + '","msg":"out of file descriptors: accept: too many open files","fd":1024}}')


def csv_wide(path, size, r):
    """One row a tick; as many columns as forty services have metrics."""
    names = [f"{s}_{m}" for s in SERVICES for m in ("cpu_percent", "memory_bytes", "requests_per_second", "latency_p99_seconds")]
    rows = max(10, size // (len(names) * 8))
    with open(path, "w", buffering=1 << 20) as f:
        f.write("time," + ",".join(names) + "\n")
        pool = ["%.3f" % r.uniform(10, 90) for _ in range(4096)]
        for i in range(rows):
            k = r.randrange(3000)
            f.write(stamp(i, rows) + "," + ",".join(pool[k:k + len(names)]) + "\n")


def csv_long(path, size, r):
    rows = max(10, size // 62)
    with open(path, "w", buffering=1 << 20) as f:
        f.write("time,service,pod,metric,value\n")
        for i in range(rows):
            s = SERVICES[i % 40]
            f.write(f"{stamp(i, rows)},{s},{s}-{i % 7},http_requests_per_second,{r.random() * 90:.4f}\n")


def prometheus(path, size, r):
    per, points = 24, 720
    n = max(1, size // (per * points))
    with open(path, "w", buffering=1 << 20) as f:
        f.write('{"status":"success","data":{"resultType":"matrix","result":[')
        for k in range(n):
            labels = {"__name__": "container_cpu_usage_cores", "pod": f"{SERVICES[k % 40]}-{k:06d}", "namespace": "mill"}
            values = ",".join('[%d,"%.5f"]' % (T0 + 5 * i, .3 + .1 * r.random()) for i in range(points))
            f.write(("," if k else "") + '{"metric":%s,"values":[%s]}' % (json.dumps(labels), values))
        f.write("]}}\n")


def spans(r, part, parts, n):
    for i in range(n // 4):
        trace, at = "%032x" % r.getrandbits(128), T0 * 10**6 + int(3600e6 * (part * n + 4 * i) / (parts * n))
        parent, s = "", r.randrange(36)
        for k in range(4):
            sid, dur = "%016x" % r.getrandbits(64), 40000 // (k + 1)
            slow = SERVICES[s + k] == BAD and part > parts * 2 // 3
            yield trace, sid, parent, SERVICES[s + k], "op%d" % k, at + 500 * k, dur * (20 if slow else 1)
            parent = sid


def many(path, size, head, tail, one, per):
    r = random.Random(path.rsplit("/", 1)[1])
    n = max(8, size // per)
    parts = max(1, n // 20000)
    with open(path, "w", buffering=1 << 20) as f:
        f.write(head)
        first = True
        for part in range(parts):
            rows = [one(s) for s in spans(r, part, parts, n // parts)]
            f.write(("" if first or not head.startswith("{") else ",") + (",\n" if head.startswith("{") else "\n").join(rows))
            if not head.startswith("{"):
                f.write("\n")
            first = False
        f.write(tail)


def otlp(s):
    t, i, p, svc, op, at, d = s
    return ('{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s",'
            '"parentSpanId":"%s","name":"%s","kind":2,"startTimeUnixNano":"%d","endTimeUnixNano":"%d","status":{}}]}]}' % (svc, t, i, p, op, at * 1000, (at + d) * 1000))


def jaeger(s):
    t, i, p, svc, op, at, d = s
    ref = '[{"refType":"CHILD_OF","traceID":"%s","spanID":"%s"}]' % (t, p) if p else "[]"
    return ('{"traceID":"%s","spans":[{"traceID":"%s","spanID":"%s","operationName":"%s","references":%s,"startTime":%d,"duration":%d,"processID":"p1"}],'
            '"processes":{"p1":{"serviceName":"%s"}}}' % (t, t, i, op, ref, at, d, svc))


def table(s):
    t, i, p, svc, op, at, d = s
    return f"{t},{i},{p},{svc},{op},{at},{d}"


def objects(path, r):
    docs = []
    for s in SERVICES:
        docs.append(f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {s}\n  namespace: mill\nspec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: {s}\n"
                    f"  template:\n    metadata:\n      labels:\n        app: {s}\n    spec:\n      containers:\n      - name: main\n        image: registry.example/{s}:1.{r.randrange(40)}\n"
                    f"        ports:\n        - containerPort: 8080\nstatus:\n  replicas: 2\n  readyReplicas: 2\n  availableReplicas: 2\n  updatedReplicas: 2\n")
        docs.append(f"apiVersion: v1\nkind: Service\nmetadata:\n  name: {s}\n  namespace: mill\nspec:\n  selector:\n    app: {s}\n  ports:\n  - port: 80\n    targetPort: 8080\n")
    with open(path, "w") as f:
        f.write("---\n".join(docs))


def make(folder, total):
    os.makedirs(folder, exist_ok=True)
    at = lambda name: os.path.join(folder, name)
    part = {k: int(total * v) for k, v in SHARES.items()}
    r = random.Random(7)
    for i in range(2):
        fill(at(f"mill-{i}.log"), part["text"] // 2, TEXT)
        fill(at(f"events-{i}.jsonl"), part["json"] // 2, JSON)
    csv_wide(at("metrics.csv"), part["csv"], r)
    csv_long(at("requests.csv"), part["long"], r)
    prometheus(at("range.json"), part["range"], r)
    many(at("otlp.json"), part["otlp"], '{"resourceSpans":[', "]}\n", otlp, 330)
    many(at("jaeger.json"), part["jaeger"], '{"data":[', "]}\n", jaeger, 300)
    many(at("spans.csv"), part["spans"], "trace_id,span_id,parent_span_id,service,operation,start_time_us,duration_us\n", "", table, 105)
    objects(at("cluster.yaml"), r)
    return sum(os.path.getsize(at(f)) for f in os.listdir(folder))


def anonymous_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as f:
            for line in f:
                if line.startswith("RssAnon"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def measure(binary, folder, threads):
    """(seconds, processor seconds, largest private KiB, exit status)"""
    start, most = time.monotonic(), 0
    pid = os.fork()
    if pid == 0:
        out = os.open(os.environ.get("OUT", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(out, 1)
        os.execv(binary, [binary, "diagnose", "--threads", str(threads), "--format", "json", folder])
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return time.monotonic() - start, usage.ru_utime + usage.ru_stime, most, os.waitstatus_to_exitcode(status)
        most = max(most, anonymous_kib(pid))
        time.sleep(0.02)


def main():
    binary = os.path.abspath(sys.argv[1])
    size = float(sys.argv[2]) if len(sys.argv) > 2 else 1
    threads = int(sys.argv[3]) if len(sys.argv) > 3 else 2
    folder = sys.argv[4] if len(sys.argv) > 4 else "build/bench/mixed"
    bytes_ = make(folder, int(size * 1e9)) if not os.path.isdir(folder) else sum(os.path.getsize(os.path.join(folder, f)) for f in os.listdir(folder))
    seconds, cpu, kib, status = measure(binary, folder, threads)
    print("mixed folder %.2f GB, %d threads: %.1f s, %.1f s of processor time, %.0f MB private memory at most, exit %d" % (bytes_ / 1e9, threads, seconds, cpu, kib / 1024, status))
    if not os.environ.get("KEEP"):
        shutil.rmtree(folder)
    return 0 if status == 0 and kib <= 256 * 1024 else 1


if __name__ == "__main__":
    sys.exit(main())
