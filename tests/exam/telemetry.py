# SPDX-License-Identifier: Apache-2.0
"""Incidents in metrics and traces: a queueing-free model of a call graph whose one service breaks at minute 30 of 45.

Latency of a service is its own time plus that of its callees; errors and time-outs travel to callers. Written in the forms that
tools export: a wide table with a baseline, Prometheus' range answer with cAdvisor names, a long table with names of the
OpenTelemetry semantic conventions, a table and traces per pod, and cloud components with a call graph.
"""
import json
import os
import random
import zlib

import world

MINUTES, ONSET, STEP = 45, 30, 60
T0 = 1772355600
# own milliseconds, requests/s at the entry, cores, MiB
KINDS = {"cpu": ["runtime.cpu_saturation", "runtime.cpu_throttling"], "memory": ["runtime.memory_leak", "runtime.memory_exhaustion", "runtime.oom_killed"],
         "delay": ["network.delay"], "loss": ["network.loss"], "disk": ["storage.io_saturation", "database.io_saturation"],
         "errors": ["runtime.crash_exception", "runtime.wrong_result", "dependency.error_responses"], "surge": ["load.traffic_spike"],
         "gc": ["runtime.gc_pressure", "runtime.memory_exhaustion"], "pool": ["database.pool_exhausted"]}

# Without spans and logs the place is what shows, not why it is slow or fails.
PLACE_ONLY = {"delay", "errors"}


class Shop:
    def __init__(self, seed):
        self.rnd = random.Random(seed)
        t = self.rnd.choice(world.THEMES)
        s = t["svc"]
        self.web, self.db, self.cache = t["web"], t["db"], t["cache"]
        self.calls = {t["web"]: [t["gw"]], t["gw"]: s, s[0]: [t["db"]], s[1]: [t["cache"], t["db"]], s[2]: [], s[3]: [s[2], t["db"]], s[4]: [t["cache"]],
                      t["db"]: [], t["cache"]: []}
        self.names = list(self.calls)
        self.own = {n: self.rnd.uniform(3, 25) for n in self.names}
        self.cores = {n: self.rnd.uniform(0.05, 0.3) for n in self.names}
        self.mem = {n: self.rnd.uniform(90, 480) for n in self.names}
        self.rate = {n: 0.0 for n in self.names}
        self.share = {(a, b): self.rnd.uniform(0.5, 1) for a in self.calls for b in self.calls[a]}
        self.base_rate = self.rnd.uniform(20, 60)
        self._rates(t["web"], self.base_rate)
        self.apps = [t["gw"]] + s

    def _rates(self, name, rate):
        self.rate[name] += rate
        for c in self.calls[name]:
            self._rates(c, rate * self.share[(name, c)])

    def j(self, v, spread=0.04):
        return max(0.0, v * (1 + self.rnd.gauss(0, spread)))

    def minute(self, i, kind, place):
        """All metrics of all services in minute i."""
        on = i >= ONSET
        hit = {n: on and n == place for n in self.names}
        load = 3.2 if on and kind == "surge" else 1.0
        own, edge, err = dict(self.own), {}, {n: 0.0005 for n in self.names}
        for n in self.names:
            if hit[n]:
                own[n] *= {"cpu": 7, "disk": 6, "gc": 4}.get(kind, 1)
                own[n] += {"pool": 900}.get(kind, 0)
                err[n] += {"errors": 0.35, "pool": 0.12}.get(kind, 0)
            if load > 1:
                own[n] *= 1.5
        for a in self.calls:
            for b in self.calls[a]:
                touched = on and place in (a, b)
                edge[(a, b)] = {"delay": 250.0, "loss": 18.0}.get(kind, 0) if touched else 0.4
        lat, errors = {}, {}

        def walk(n):
            if n not in lat:
                lat[n] = own[n] + sum((walk(c) + edge[(n, c)]) * self.share[(n, c)] for c in self.calls[n])
                errors[n] = min(1, err[n] + sum(errors[c] * self.share[(n, c)] for c in self.calls[n]))
            return lat[n]
        walk(self.web)
        out = {}
        for n in self.names:
            tail = 6 if kind == "loss" and on and (n == place or place in self.calls[n]) else 1
            cpu = self.cores[n] * load * (8 if hit[n] and kind == "cpu" else 1.8 if hit[n] and kind == "gc" else 1)
            mem = self.mem[n] + (min(1, (i - ONSET + 1) / 8) * self.mem[n] * 3 if hit[n] and kind == "memory" else self.mem[n] * 1.4 if hit[n] and kind == "gc" else 0)
            out[n] = {"cpu": self.j(cpu), "mem": self.j(mem, 0.01), "rps": self.j(self.rate[n] * load), "err": self.j(errors[n]),
                      "p50": self.j(lat[n]), "p90": self.j(lat[n] * 1.7 * (tail if tail == 1 else 3)), "p99": self.j(lat[n] * 2.6 * tail),
                      "rx": self.j(self.rate[n] * load * 900), "tx": self.j(self.rate[n] * load * 1400), "retrans": self.j(14 if hit[n] and kind == "loss" else 0.05, 0.2),
                      "io": self.j(0.97 if hit[n] and kind == "disk" else 0.06, 0.02), "gc": self.j(0.45 if hit[n] and kind == "gc" else 0.01, 0.1),
                      "heap": self.j(0.98 if hit[n] and kind == "gc" else 0.45, 0.01), "pool": 20.0 if hit[n] and kind == "pool" else self.j(6, 0.1),
                      "wait": self.j(30, 0.2) if hit[n] and kind == "pool" else 0.0, "thr": 0.6 * (hit[n] and kind == "cpu")}
        return out

    def series(self, kind, place, first=0, last=MINUTES):
        return [(T0 + i * STEP, self.minute(i, kind, place)) for i in range(first, last)]


def iso(t):
    import datetime
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def put(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def wide(shop, kind, place, folder):
    keys = ["cpu", "mem", "load", "latency-50", "latency-90", "error"]
    pick = {"cpu": "cpu", "mem": "mem", "load": "rps", "latency-50": "p50", "latency-90": "p90", "error": "err"}
    if kind == "disk":
        keys, pick["disk-utilization"] = keys + ["disk-utilization"], "io"
    if kind == "loss":
        keys, pick["socket-retrans"] = keys + ["socket-retrans"], "retrans"

    def table(rows):
        head = "time," + ",".join(f"{n}_{k}" for k in keys for n in shop.names)
        scale = {"cpu": 100, "disk-utilization": 100, "mem": 1048576, "latency-50": 0.001, "latency-90": 0.001}
        return head + "\n" + "".join(f"{t}," + ",".join(f"{m[n][pick[k]] * scale.get(k, 1):.6g}" for k in keys for n in shop.names) + "\n" for t, m in rows)
    put(folder, "baseline/metrics.csv", table(shop.series(kind, None, 0, ONSET)))
    put(folder, "evidence/metrics.csv", table(shop.series(kind, place)))


def prometheus(shop, kind, place, folder):
    def doc(series):
        return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": series}})
    rows = shop.series(kind, place)
    spec = [("container_cpu_usage_seconds_total:rate1m", "cpu", 1), ("container_memory_working_set_bytes", "mem", 1048576), ("container_network_receive_bytes_total:rate1m", "rx", 1),
            ("http_server_requests_per_second", "rps", 1), ("http_server_errors_ratio", "err", 1), ("http_server_request_duration_seconds_p50", "p50", .001),
            ("http_server_request_duration_seconds_p99", "p99", .001), ("container_cpu_cfs_throttled_periods_ratio", "thr", 1)]
    if kind == "gc":
        spec += [("jvm_gc_pause_seconds_sum:rate1m", "gc", 1), ("jvm_memory_used_ratio", "heap", 1)]
    if kind == "pool":
        spec += [("hikaricp_connections_active", "pool", 1), ("hikaricp_connections_pending", "wait", 1)]
    if kind == "loss":
        spec += [("tcp_retransmits_per_second", "retrans", 1)]
    if kind == "disk":
        spec += [("container_fs_io_time_ratio", "io", 1)]
    for name, key, scale in spec:
        put(folder, f"evidence/{name.split(':')[0]}.json", doc([{"metric": {"__name__": name.replace(":rate1m", ""), "namespace": "prod", "service": n, "pod": f"{n}-7d9f8c6b5-{'bcdfg'}"},
                                                                "values": [[t, f"{m[n][key] * scale:.6g}"] for t, m in rows]} for n in shop.names]))
    edges(shop, folder)


def edges(shop, folder):
    put(folder, "evidence/dependencies.txt", "".join(f"{a} -> {b}\n" for a in shop.calls for b in shop.calls[a]))


def otel(shop, kind, place, folder):
    spec = [("process.cpu.utilization", "cpu", .5), ("process.memory.usage_bytes", "mem", 1048576), ("http.server.request.rate", "rps", 1), ("http.server.error_ratio", "err", 1),
            ("http.server.request.duration_p50_ms", "p50", 1), ("http.server.request.duration_p99_ms", "p99", 1)]
    if kind == "pool":
        spec += [("db.client.connections.usage", "pool", 1), ("db.client.connections.pending_requests", "wait", 1)]
    if kind == "gc":
        spec += [("jvm.gc.pause_ratio", "gc", 1), ("jvm.memory.utilization", "heap", 1)]
    out = ["timestamp,service,metric,value"]
    for t, m in shop.series(kind, place):
        out += [f"{iso(t)},{n},{name},{m[n][key] * scale:.6g}" for n in shop.names for name, key, scale in spec]
    put(folder, "evidence/metrics.csv", "\n".join(out) + "\n")
    edges(shop, folder)


def spans(shop, kind, place, first, last, each=6):
    """One row a span; own time is spent before and after the callees."""
    rows = []

    def span(trace, parent, n, i, start):
        sid = f"{shop.rnd.getrandbits(64):016x}"
        on = i >= ONSET
        own = shop.own[n] * (7 if on and n == place and kind == "cpu" else 1) * shop.rnd.uniform(0.7, 1.4)
        t, failed = start + own * 0.3, on and n == place and kind == "errors" and shop.rnd.random() < 0.5
        for c in [] if failed else shop.calls[n]:
            wire = 125.0 if on and kind == "delay" and place in (n, c) else 0.2
            end, bad = span(trace, sid, c, i, t + wire)
            t = end + wire
            failed = failed or bad
        end = t + own * (0.05 if failed and n == place else 0.7)
        rows.append((trace, sid, parent, n, int(start * 1e6), int(end * 1e6), failed and n == place))
        return end, failed
    for i in range(first, last):
        for k in range(each):
            span(f"{shop.rnd.getrandbits(128):032x}", "root", shop.web, i, (T0 + i * STEP + k * 9) * 1000.0)
    return rows


def per_pod(shop, kind, place, folder):
    pods = {n: f"{n}-{''.join(world.BASE32[ord(c) % 27] for c in str(zlib.crc32(n.encode())))}-x{'kqzj'}" for n in shop.names}

    def dump(base, first, last, where):
        rows = shop.series(kind, where, first, last)
        for n in shop.names:
            put(folder, f"{base}/metric/{pods[n]}_metric.csv", "Time,TimeStamp,PodName,CpuUsage(m),CpuUsageRate(%),MemoryUsage(Mi),MemoryUsageRate(%),NetworkReceiveBytes,NetworkTransmitBytes,PodServerLatencyP90(s),PodServerLatencyP99(s),PodWorkload(Ops),PodSuccessRate(%)\n"
                + "".join(f"{iso(t)},{t},{pods[n]},{m[n]['cpu'] * 1000:.3f},{min(100, m[n]['cpu'] * 50):.3f},{m[n]['mem']:.2f},{min(100, m[n]['mem'] / 20):.3f},{m[n]['rx']:.1f},{m[n]['tx']:.1f},{m[n]['p90'] / 1000:.5f},{m[n]['p99'] / 1000:.5f},{m[n]['rps']:.3f},{100 - m[n]['err'] * 100:.3f}\n" for t, m in rows))
        sp = spans(shop, kind, where, first, last)
        put(folder, f"{base}/trace/trace.csv", "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\n"
            + "".join(f"{t},{s},{p},{pods[n]},{n}/Handle,{a},{b},{(b - a) // 1000}\n" for t, s, p, n, a, b, _ in sp))
        lines = ["Timestamp,TimeUnixNano,Node,PodName,Container,TraceID,SpanID,Log"]
        for t, s, p, n, a, b, failed in sp:
            text = {"severity": "error", "message": "rule table lookup failed: index 9 out of range [0:4]"} if failed else {"severity": "info", "message": f"handled request in {(b - a) // 1000000}ms"}
            log = json.dumps({"log": json.dumps(text) + "\n", "stream": "stderr"}).replace('"', '""')
            lines.append(f'{iso(b // 10**9)},{b},10.3.1.9,{pods[n]},server,{t},{s},"{log}"')
        put(folder, f"{base}/log/log.csv", "\n".join(lines) + "\n")
    dump("baseline", 8, 20, None)
    dump("evidence", 24, 36, place)


def cloud(shop, kind, place, folder):
    suffix = {n: "" for n in shop.names}
    suffix[shop.db] = "_Database::SQL"
    suffix[shop.cache] = "_AWS::ElastiCache"
    ids = {n: n + suffix[n] for n in shop.names}
    cols = [(ids[n], metric, stat, n, key, scale) for metric, stats in (("latency", [("Average", "p50"), ("p90", "p90"), ("p99", "p99")]), ("requests", [("Sum", "rps")]), ("availability", [("Average", "err")])) for stat, key in stats for n in shop.names
            for scale in [{"p50": .001, "p90": .001, "p99": .001, "rps": 300, "err": 1}[key]]]

    def table(rows):
        head = "\n".join([",".join([h] + [c[i] for c in cols]) for i, h in enumerate(["microservice", "metric", "statistic"])]) + "\nunix_timestamp" + "," * len(cols) + "\n"
        value = lambda m, c: (1 - m[c[3]]["err"]) * 100 if c[4] == "err" else m[c[3]][c[4]] * c[5]
        return head + "".join(f"{t:.1f}," + ",".join(f"{value(m, c):.8g}" for c in cols) + "\n" for t, m in rows)
    put(folder, "baseline/metrics.csv", table([(T0 + i * 300 - 86400, shop.minute(0, kind, None)) for i in range(60)]))
    put(folder, "evidence/metrics.csv", table([(T0 + i * 300, shop.minute(ONSET if i >= 9 else 0, kind, place)) for i in range(12)]))
    put(folder, "evidence/graph.csv", "," + ",".join(ids.values()) + "\n" + "".join(ids[a] + "," + ",".join("1.0" if b in shop.calls[a] else "0.0" for b in shop.names) + "\n" for a in shop.names))
    put(folder, "evidence/alert.json", json.dumps({"alert": {"node": ids[shop.web], "metric": "availability" if kind == "errors" else "latency", "agg": "Average", "timestamp": T0 + 10 * 300}}, indent=2) + "\n")
    return [ids.get(place), place]


# form: writer, kinds that it shows, may the place be a data store?
FORMS = {"wide": (wide, ["cpu", "memory", "delay", "loss", "disk", "errors"], True), "prometheus": (prometheus, ["cpu", "memory", "delay", "errors", "gc", "pool", "surge", "loss", "disk"], False),
         "otel": (otel, ["cpu", "memory", "errors", "gc", "pool", "surge"], False), "pod": (per_pod, ["cpu", "delay", "errors"], False), "cloud": (cloud, ["cpu", "errors"], True)}


def incidents(seed):
    """(name, write, faults, entities or None) of every form and kind, and quiet ones (no faults)."""
    for form, (writer, kinds, stores) in FORMS.items():
        for kind in kinds + [None]:
            shop = Shop(zlib.crc32(f"{form}/{kind}/{seed}".encode()))
            places = shop.apps + ([shop.db, shop.cache] if stores and kind in ("cpu", "disk", "memory") else [])
            place = None if kind is None else shop.web if kind == "surge" else shop.rnd.choice(places)
            yield form, kind, shop, place, writer
