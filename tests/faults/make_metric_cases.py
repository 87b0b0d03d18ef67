#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the fault cases that show in metrics and traces: tests/faults/<fault>/{pos,near}-N/.

Every situation is built from what the documentation of the systems says about their metrics (cgroup v2 cpu.stat and memory, proc(5),
node_exporter, cAdvisor, JVM, PostgreSQL, Redis, RabbitMQ and Kafka exporters, CloudWatch, Istio), with names of its own. A "near"
case looks like the fault and is not: it must not be named. Run it again after a change; it is deterministic.
"""
import json
import math
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
T0 = 1767261600  # 2026-01-01T10:00:00Z
CALM = ["inconclusive", "healthy", "recovered"]
FOUND = ["root_cause_found", "probable_cause"]


def iso(t):
    import datetime
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def times(n=60, step=60):
    return [T0 + i * step for i in range(n)]


class Case:
    def __init__(self, fault, name, expect):
        self.dir = os.path.join(HERE, fault, name)
        os.makedirs(os.path.join(self.dir, "evidence"), exist_ok=True)
        lines = [f"id: {fault.replace('.', '-').replace('_', '-')}-{name}", "expect:"]
        for k, v in expect.items():
            lines.append(f"  {k}: {json.dumps(v)}")
        with open(os.path.join(self.dir, "case.yaml"), "w") as f:
            f.write("\n".join(lines) + "\n")
        self.rnd = random.Random(fault + name)

    def write(self, name, text):
        with open(os.path.join(self.dir, "evidence", name), "w") as f:
            f.write(text)

    # shapes -----------------------------------------------------------------------------------------------------
    def noise(self, n, level, spread=0.05):
        return [level * (1 + self.rnd.gauss(0, spread)) for _ in range(n)]

    def step(self, before, after, n=60, at=36, spread=0.05):
        return self.noise(at, before, spread) + self.noise(n - at, after, spread)

    def ramp(self, first, last, n=60, spread=0.01, power=1.0):
        return [(first + (last - first) * (i / (n - 1)) ** power) * (1 + self.rnd.gauss(0, spread)) for i in range(n)]

    def wave(self, low, high, n=60, period=30, spread=0.03):
        return [(low + (high - low) * (0.5 - 0.5 * math.cos(2 * math.pi * i / period))) * (1 + self.rnd.gauss(0, spread)) for i in range(n)]

    def saw(self, low, high, n=60, period=12, spread=0.01):
        return [(low + (high - low) * ((i % period) / (period - 1))) * (1 + self.rnd.gauss(0, spread)) for i in range(n)]

    # forms ------------------------------------------------------------------------------------------------------
    def wide(self, name, columns, t=None):
        n = len(next(iter(columns.values())))
        t = t or times(n)
        rows = ["timestamp," + ",".join(columns)]
        rows += [iso(t[i]) + "," + ",".join(f"{v[i]:.6g}" for v in columns.values()) for i in range(n)]
        self.write(name, "\n".join(rows) + "\n")

    def long(self, name, series, key="service"):
        n = len(series[0][2])
        t = times(n)
        rows = [f"time,{key},metric,value"]
        rows += [f"{iso(t[i])},{e},{m},{v[i]:.6g}" for i in range(n) for e, m, v in series]
        self.write(name, "\n".join(rows) + "\n")

    def api(self, name, series):
        """Prometheus range query answers. series: (metric, labels, values)."""
        out = [{"metric": {"__name__": m, **l}, "values": [[t, f"{x:.6g}"] for t, x in zip(times(len(v)), v)]} for m, l, v in series]
        self.write(name, json.dumps({"status": "success", "data": {"resultType": "matrix", "result": out}}, indent=None) + "\n")

    def text(self, name, series):
        """OpenMetrics with time stamps. series: (metric, type, labels, values)."""
        out = []
        for m, kind, l, v in series:
            family = m[:-6] if kind == "counter" and m.endswith("_total") else m
            out.append(f"# TYPE {family} {kind}")
            labels = ",".join(f'{k}="{x}"' for k, x in l.items())
            out += [f"{m}{{{labels}}} {x:.8g} {t}" for t, x in zip(times(len(v)), v)]
        self.write(name, "\n".join(out) + "\n# EOF\n")

    def otlp(self, name, service, series):
        metrics = []
        for m, unit, v in series:
            points = [{"timeUnixNano": str(t * 10**9), "asDouble": round(x, 6)} for t, x in zip(times(len(v)), v)]
            metrics.append({"name": m, "unit": unit, "gauge": {"dataPoints": points}})
        self.write(name, json.dumps({"resourceMetrics": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
            "scopeMetrics": [{"metrics": metrics}]}]}) + "\n")

    def cloudwatch(self, name, dimension, value, series):
        out = [{"Id": f"m{i}", "Label": m, "MetricName": m, "Dimensions": [{"Name": dimension, "Value": value}], "Stat": "Average",
                "Unit": unit, "Timestamps": [iso(t) for t in times(len(v))], "Values": [round(x, 4) for x in v]}
               for i, (m, unit, v) in enumerate(series)]
        self.write(name, json.dumps({"MetricDataResults": out}, indent=1) + "\n")


def total(rate, step=60):
    """A counter from rates."""
    out, s = [], 1000.0
    for r in rate:
        s += r * step
        out.append(s)
    return out


def pos(fault, name, entity, more=None):
    return Case(fault, name, {"verdict": FOUND, "entity": [entity], "fault": [fault], **(more or {})})


def near(fault, name, **more):
    return Case(fault, name, {"forbid": [fault.replace(".", "[.]")], **more})


def cpu():
    f = "runtime.cpu_saturation"
    c = pos(f, "pos-1", "quotes", {"location": ["cpu"]})
    c.long("usage.csv", [("quotes", "cpu_utilization_percent", c.step(31, 97, spread=0.015)), ("quotes", "latency_p95_seconds", c.step(0.08, 0.9)),
                         ("quotes", "requests_per_second", c.step(40, 39)), ("basket", "cpu_utilization_percent", c.step(22, 23)),
                         ("basket", "latency_p95_seconds", c.step(0.05, 0.052))])
    c = pos(f, "pos-2", "render", {"location": ["cpu"]})
    c.api("cpu.json", [("container_cpu_usage_percent", {"pod": f"render-6c9b7d8f5-{p}", "namespace": "media"}, c.step(24, 99, spread=0.01)) for p in ("bd4xk",)] +
          [("container_cpu_usage_percent", {"pod": "upload-7f6d5c4b8-zx2vw", "namespace": "media"}, c.noise(60, 35)),
           ("http_request_duration_seconds_p90", {"service": "render"}, c.step(0.12, 1.4)),
           ("http_request_duration_seconds_p90", {"service": "upload"}, c.noise(60, 0.3))])
    c = near(f, "near-1", verdict=CALM)
    c.long("usage.csv", [("quotes", "cpu_utilization_percent", c.noise(60, 88, 0.02)), ("quotes", "latency_p95_seconds", c.noise(60, 0.08)),
                         ("basket", "cpu_utilization_percent", c.noise(60, 22)), ("basket", "latency_p95_seconds", c.noise(60, 0.05))])
    c = near(f, "near-2", verdict=CALM)
    v = c.noise(60, 20)
    v[41] = 96.0
    c.long("usage.csv", [("quotes", "cpu_utilization_percent", v), ("quotes", "latency_p95_seconds", c.noise(60, 0.08)),
                         ("basket", "cpu_utilization_percent", c.noise(60, 22))])

    f = "runtime.cpu_throttling"
    c = pos(f, "pos-1", "pricing")
    c.text("cadvisor.txt", [("container_cpu_cfs_throttled_seconds_total", "counter", {"pod": "pricing-5d8f7c6b9-k4rtz", "container": "app"}, total(c.step(0.01, 0.62))),
                            ("container_cpu_usage_seconds_total", "counter", {"pod": "pricing-5d8f7c6b9-k4rtz", "container": "app"}, total(c.step(0.2, 0.48))),
                            ("http_server_latency_p99_seconds", "gauge", {"pod": "pricing-5d8f7c6b9-k4rtz"}, c.step(0.09, 0.7))])
    c = pos(f, "pos-2", "search")
    c.wide("search.csv", {"search_cpu_throttled_ratio": c.step(0.02, 0.71), "search_latency_p95": c.step(0.05, 0.44), "search_rps": c.noise(60, 120),
                          "index_cpu_throttled_ratio": c.noise(60, 0.02), "index_latency_p95": c.noise(60, 0.03), "index_rps": c.noise(60, 60)})
    c = near(f, "near-1", verdict=CALM)
    c.text("cadvisor.txt", [("container_cpu_cfs_throttled_seconds_total", "counter", {"pod": "pricing-5d8f7c6b9-k4rtz", "container": "app"}, total(c.noise(60, 0.02))),
                            ("http_server_latency_p99_seconds", "gauge", {"pod": "pricing-5d8f7c6b9-k4rtz"}, c.noise(60, 0.09))])
    c = near(f, "near-2", verdict=CALM)
    c.text("cadvisor.txt", [("container_cpu_cfs_throttled_seconds_total", "counter", {"pod": "pricing-5d8f7c6b9-k4rtz", "container": "app"}, total(c.wave(0.01, 0.03))),
                            ("container_cpu_usage_seconds_total", "counter", {"pod": "pricing-5d8f7c6b9-k4rtz", "container": "app"}, total(c.wave(0.2, 0.3)))])


def memory():
    gib = 1 << 30
    f = "runtime.memory_leak"
    c = pos(f, "pos-1", "ledger")
    c.api("mem.json", [("container_memory_working_set_bytes", {"pod": "ledger-66d4f5b7c9-p8s2x"}, c.ramp(0.6 * gib, 1.9 * gib)),
                       ("kube_pod_container_resource_limits_memory_bytes", {"pod": "ledger-66d4f5b7c9-p8s2x"}, [2.0 * gib] * 60),
                       ("http_requests_per_second", {"pod": "ledger-66d4f5b7c9-p8s2x"}, c.noise(60, 80)),
                       ("container_memory_working_set_bytes", {"pod": "audit-7b9c8d6f5-x4w8k"}, c.noise(60, 0.4 * gib))])
    c = pos(f, "pos-2", "mapper")
    c.otlp("jvm.json", "mapper", [("jvm.memory.used", "By", c.ramp(300e6, 900e6)), ("http.server.active_requests", "1", c.noise(60, 12)),
                                  ("jvm.gc.duration", "s", c.ramp(0.01, 0.09, spread=0.1))])
    c = near(f, "near-1", verdict=CALM)
    c.api("mem.json", [("container_memory_working_set_bytes", {"pod": "ledger-66d4f5b7c9-p8s2x"}, c.saw(0.6 * gib, 1.4 * gib)),
                       ("http_requests_per_second", {"pod": "ledger-66d4f5b7c9-p8s2x"}, c.noise(60, 80))])
    c = near(f, "near-2")
    c.api("mem.json", [("container_memory_working_set_bytes", {"pod": "ledger-66d4f5b7c9-p8s2x"}, c.ramp(0.6 * gib, 1.3 * gib)),
                       ("http_requests_per_second", {"pod": "ledger-66d4f5b7c9-p8s2x"}, c.ramp(40, 92))])

    f = "runtime.memory_exhaustion"
    c = pos(f, "pos-1", "thumbs")
    c.long("mem.csv", [("thumbs", "memory_usage_percent", c.step(48, 97, spread=0.01)), ("thumbs", "latency_p95_seconds", c.step(0.2, 2.5)),
                       ("feed", "memory_usage_percent", c.noise(60, 55, 0.01)), ("feed", "latency_p95_seconds", c.noise(60, 0.1))])
    c = pos(f, "pos-2", "stats-host-3")
    c.text("node.txt", [("node_memory_MemAvailable_bytes", "gauge", {"instance": "stats-host-3:9100"}, c.step(9e9, 2.1e8)),
                        ("node_memory_MemAvailable_bytes", "gauge", {"instance": "stats-host-4:9100"}, c.noise(60, 8e9))])
    c = near(f, "near-1", verdict=CALM)
    c.long("mem.csv", [("thumbs", "memory_usage_percent", c.noise(60, 93, 0.004)), ("thumbs", "latency_p95_seconds", c.noise(60, 0.2))])
    c = near(f, "near-2")
    c.long("mem.csv", [("thumbs", "memory_usage_percent", c.step(30, 61, spread=0.01)), ("thumbs", "latency_p95_seconds", c.noise(60, 0.2)),
                       ("thumbs", "requests_per_second", c.step(20, 45))])

    f = "runtime.gc_pressure"
    c = pos(f, "pos-1", "rules")
    c.text("jvm.txt", [("jvm_gc_pause_seconds_total", "counter", {"service": "rules"}, total(c.step(0.012, 0.34))),
                       ("jvm_memory_used_bytes", "gauge", {"service": "rules", "area": "heap"}, c.saw(5.2e8, 9.8e8, period=3)),
                       ("http_server_latency_p95_seconds", "gauge", {"service": "rules"}, c.step(0.06, 0.52))])
    c = pos(f, "pos-2", "planner")
    c.wide("planner.csv", {"planner_gc_time_percent": c.step(1.5, 38), "planner_latency_p99": c.step(0.1, 1.1), "planner_rps": c.noise(60, 33),
                           "router_gc_time_percent": c.noise(60, 1.2), "router_latency_p99": c.noise(60, 0.05), "router_rps": c.noise(60, 90)})
    c = near(f, "near-1", verdict=CALM)
    c.text("jvm.txt", [("jvm_gc_pause_seconds_total", "counter", {"service": "rules"}, total(c.wave(0.01, 0.02))),
                       ("jvm_memory_used_bytes", "gauge", {"service": "rules", "area": "heap"}, c.saw(3e8, 8e8)),
                       ("http_server_latency_p95_seconds", "gauge", {"service": "rules"}, c.noise(60, 0.06))])
    c = near(f, "near-2", verdict=CALM)
    v = c.noise(60, 1.5)
    v[30] = 35.0
    c.wide("planner.csv", {"planner_gc_time_percent": v, "planner_latency_p99": c.noise(60, 0.1), "planner_rps": c.noise(60, 33)})


def processes():
    f = "runtime.thread_exhaustion"
    c = pos(f, "pos-1", "booking")
    c.long("threads.csv", [("booking", "tomcat_threads_busy", [min(200, x) for x in c.step(40, 230)]), ("booking", "tomcat_threads_max_threads", [200] * 60),
                           ("booking", "latency_p95_seconds", c.step(0.1, 6)), ("booking", "requests_per_second", c.step(70, 33))])
    c = pos(f, "pos-2", "intake")
    c.text("threads.txt", [("process_threads", "gauge", {"service": "intake"}, [min(512, x) for x in c.ramp(120, 700, power=2)]),
                           ("process_threads_limit", "gauge", {"service": "intake"}, [512] * 60), ("http_errors_per_second", "gauge", {"service": "intake"}, c.step(0.05, 4, at=52))])
    c = near(f, "near-1", verdict=CALM)
    c.long("threads.csv", [("booking", "tomcat_threads_busy", c.wave(40, 120)), ("booking", "tomcat_threads_max_threads", [200] * 60), ("booking", "latency_p95_seconds", c.noise(60, 0.1))])
    c = near(f, "near-2", verdict=CALM)
    c.long("threads.csv", [("booking", "jvm_threads_live", c.noise(60, 180, 0.01)), ("booking", "latency_p95_seconds", c.noise(60, 0.1))])

    f = "runtime.descriptor_exhaustion"
    c = pos(f, "pos-1", "relay")
    c.text("fds.txt", [("process_open_fds", "gauge", {"service": "relay"}, [min(1024, round(x)) for x in c.ramp(200, 1200)]),
                       ("process_max_fds", "gauge", {"service": "relay"}, [1024] * 60), ("accept_errors_per_second", "gauge", {"service": "relay"}, c.step(0.02, 3.0, at=50))])
    c = pos(f, "pos-2", "crawler")
    c.long("fds.csv", [("crawler", "open_file_descriptors", [min(4096, round(x)) for x in c.step(900, 4200, spread=0.02)]), ("crawler", "max_file_descriptors", [4096] * 60),
                       ("crawler", "errors_per_second", c.step(0.1, 9))])
    c = near(f, "near-1", verdict=CALM)
    c.text("fds.txt", [("process_open_fds", "gauge", {"service": "relay"}, [round(x) for x in c.wave(200, 420)]), ("process_max_fds", "gauge", {"service": "relay"}, [1024] * 60)])
    c = near(f, "near-2", verdict=CALM)
    c.long("fds.csv", [("crawler", "open_file_descriptors", [round(x) for x in c.noise(60, 900)]), ("crawler", "max_file_descriptors", [4096] * 60),
                       ("crawler", "errors_per_second", c.noise(60, 0.1))])


def network():
    f = "network.delay"
    c = pos(f, "pos-1", "edge-7")
    c.long("net.csv", [("edge-7", "rtt_seconds", c.step(0.002, 0.12)), ("edge-7", "tcp_retransmits_per_second", c.noise(60, 0.1)),
                       ("edge-8", "rtt_seconds", c.noise(60, 0.002))], key="node")
    c = pos(f, "pos-2", "tariff")
    edges = {"web_tariff": (0.006, 0.31), "web_stock": (0.005, 0.005), "order_tariff": (0.007, 0.3), "order_stock": (0.004, 0.004), "web_order": (0.02, 0.021)}
    c.wide("client_p50.csv", {k: c.step(a, b, spread=0.04) for k, (a, b) in edges.items()})
    c.wide("server_p50.csv", {k: c.step(a * 0.8, a * 0.8, spread=0.04) for k, (a, b) in edges.items()})
    with open(os.path.join(c.dir, "case.yaml"), "a") as h:
        h.write(f"at: \"{iso(T0 + 36 * 60)}\"\n")
    c = near(f, "near-1", verdict=CALM)
    c.long("net.csv", [("edge-7", "rtt_seconds", c.noise(60, 0.004, 0.2)), ("edge-8", "rtt_seconds", c.noise(60, 0.002, 0.2))], key="node")
    c = near(f, "near-2", verdict=CALM)
    v = c.noise(60, 0.002)
    v[20] = v[44] = 0.2
    c.long("net.csv", [("edge-7", "rtt_seconds", v), ("edge-8", "rtt_seconds", c.noise(60, 0.002))], key="node")

    f = "network.loss"
    c = pos(f, "pos-1", "rack2-n5")
    c.text("node.txt", [("node_netstat_Tcp_RetransSegs_total", "counter", {"instance": "rack2-n5:9100"}, total(c.step(0.2, 35))),
                        ("node_network_receive_drop_total", "counter", {"instance": "rack2-n5:9100", "device": "eth0"}, total(c.step(0.01, 12))),
                        ("node_netstat_Tcp_RetransSegs_total", "counter", {"instance": "rack2-n6:9100"}, total(c.noise(60, 0.2)))])
    c = pos(f, "pos-2", "gateway")
    c.long("net.csv", [("gateway", "tcp_retransmits_per_second", c.step(0.3, 22)), ("gateway", "latency_p95_seconds", c.step(0.05, 0.8)),
                       ("catalog", "tcp_retransmits_per_second", c.noise(60, 0.2)), ("catalog", "latency_p95_seconds", c.noise(60, 0.02))])
    c = near(f, "near-1", verdict=CALM)
    c.long("net.csv", [("gateway", "tcp_retransmits_per_second", c.step(0.002, 0.02, spread=0.3)), ("gateway", "latency_p95_seconds", c.noise(60, 0.05))])
    c = near(f, "near-2", verdict=CALM)
    v = c.noise(60, 0.3)
    v[12] = 30
    c.long("net.csv", [("gateway", "tcp_retransmits_per_second", v), ("gateway", "latency_p95_seconds", c.noise(60, 0.05))])

    f = "network.partition"
    c = pos(f, "pos-1", "zone-b-n1")
    c.long("net.csv", [("zone-b-n1", "network_receive_bytes_per_second", c.step(4e6, 300)), ("zone-b-n1", "network_transmit_bytes_per_second", c.step(3e6, 200)),
                       ("zone-b-n1", "cpu_usage_percent", c.step(40, 22)), ("zone-a-n1", "network_receive_bytes_per_second", c.noise(60, 4e6)),
                       ("zone-a-n1", "network_transmit_bytes_per_second", c.noise(60, 3e6))], key="node")
    c = pos(f, "pos-2", "vault")
    c.text("cadvisor.txt", [("container_network_receive_bytes_total", "counter", {"pod": "vault-0"}, total(c.step(8e5, 40))),
                            ("container_network_transmit_bytes_total", "counter", {"pod": "vault-0"}, total(c.step(9e5, 60))),
                            ("container_cpu_usage_seconds_total", "counter", {"pod": "vault-0"}, total(c.step(0.3, 0.12)))])
    c = near(f, "near-1")
    c.long("net.csv", [("zone-b-n1", "network_receive_bytes_per_second", c.step(4e6, 0)), ("zone-b-n1", "network_transmit_bytes_per_second", c.step(3e6, 0)),
                       ("zone-b-n1", "cpu_usage_percent", c.step(40, 0))], key="node")
    c = near(f, "near-2")
    c.long("net.csv", [("zone-b-n1", "network_receive_bytes_per_second", c.step(4e6, 9e5)), ("zone-b-n1", "network_transmit_bytes_per_second", c.step(3e6, 7e5)),
                       ("zone-b-n1", "cpu_usage_percent", c.step(40, 15))], key="node")

    f = "network.bandwidth_saturation"
    c = pos(f, "pos-1", "backup-1")
    c.long("net.csv", [("backup-1", "network_transmit_bytes_per_second", [min(1.25e8, x) for x in c.step(2e7, 1.4e8)]), ("backup-1", "network_speed_limit_bytes_per_second", [1.25e8] * 60),
                       ("backup-1", "tcp_retransmits_per_second", c.step(0.2, 9)), ("backup-2", "network_transmit_bytes_per_second", c.noise(60, 2e7))], key="host")
    c = pos(f, "pos-2", "cdn-9")
    c.long("net.csv", [("cdn-9", "network_transmit_bytes_per_second", [min(1.18e9, x) for x in c.step(3e8, 1.4e9)]), ("cdn-9", "network_transmit_drops_per_second", c.step(0.05, 140)),
                       ("cdn-8", "network_transmit_bytes_per_second", c.noise(60, 3e8))], key="host")
    c = near(f, "near-1", verdict=CALM)
    c.long("net.csv", [("backup-1", "network_transmit_bytes_per_second", c.wave(2e7, 6e7)), ("backup-1", "network_speed_limit_bytes_per_second", [1.25e8] * 60),
                       ("backup-1", "tcp_retransmits_per_second", c.noise(60, 0.2))], key="host")
    c = near(f, "near-2")
    c.long("net.csv", [("cdn-9", "network_transmit_bytes_per_second", c.step(3e8, 7e8, spread=0.1)), ("cdn-9", "network_transmit_drops_per_second", c.noise(60, 0.05))], key="host")


def databases():
    f = "database.replication_lag"
    c = pos(f, "pos-1", "orders-replica")
    c.cloudwatch("cw.json", "DBInstanceIdentifier", "orders-replica", [("ReplicaLag", "Seconds", c.step(0.4, 420)), ("CPUUtilization", "Percent", c.step(22, 35)),
                                                                      ("WriteIOPS", "Count/Second", c.step(150, 900))])
    c = pos(f, "pos-2", "pg-b")
    c.text("pg.txt", [("pg_replication_lag_seconds", "gauge", {"instance": "pg-b:9187"}, c.ramp(1, 260)), ("pg_replication_lag_seconds", "gauge", {"instance": "pg-c:9187"}, c.noise(60, 0.5)),
                      ("pg_stat_activity_count", "gauge", {"instance": "pg-b:9187"}, c.noise(60, 20))])
    c = near(f, "near-1", verdict=CALM)
    c.cloudwatch("cw.json", "DBInstanceIdentifier", "orders-replica", [("ReplicaLag", "Seconds", c.noise(60, 0.6, 0.3)), ("CPUUtilization", "Percent", c.noise(60, 22))])
    c = near(f, "near-2", verdict=CALM)
    v = c.noise(60, 0.5)
    v[25:28] = [30, 22, 8]
    c.cloudwatch("cw.json", "DBInstanceIdentifier", "orders-replica", [("ReplicaLag", "Seconds", v), ("CPUUtilization", "Percent", c.noise(60, 22))])

    f = "database.connections_exhausted"
    c = pos(f, "pos-1", "billing-db")
    c.long("pg.csv", [("billing-db", "pg_connections_used", [min(200, round(x)) for x in c.step(60, 230)]), ("billing-db", "pg_settings_max_connections", [200] * 60),
                      ("billing-db", "connection_errors_per_second", c.step(0.01, 6))], key="instance")
    c = pos(f, "pos-2", "mysql-main")
    c.text("mysql.txt", [("mysql_global_status_threads_connected", "gauge", {"instance": "mysql-main:9104"}, [min(151, round(x)) for x in c.ramp(40, 170)]),
                         ("mysql_global_variables_max_connections", "gauge", {"instance": "mysql-main:9104"}, [151] * 60)])
    c = near(f, "near-1", verdict=CALM)
    c.long("pg.csv", [("billing-db", "pg_connections_used", [round(x) for x in c.wave(40, 90)]), ("billing-db", "pg_settings_max_connections", [200] * 60)], key="instance")
    c = near(f, "near-2", verdict=CALM)
    c.long("pg.csv", [("billing-db", "pg_connections_used", [round(x) for x in c.noise(60, 120)]), ("billing-db", "pg_settings_max_connections", [200] * 60)], key="instance")

    f = "database.pool_exhausted"
    c = pos(f, "pos-1", "checkin")
    c.text("hikari.txt", [("hikaricp_connections_active", "gauge", {"service": "checkin"}, [min(10, round(x)) for x in c.step(3, 13)]), ("hikaricp_connections_max", "gauge", {"service": "checkin"}, [10] * 60),
                          ("hikaricp_connections_pending", "gauge", {"service": "checkin"}, [round(x) for x in c.step(0.4, 25, spread=0.2)]), ("http_latency_p95_seconds", "gauge", {"service": "checkin"}, c.step(0.1, 5))])
    c = pos(f, "pos-2", "tickets")
    c.long("pool.csv", [("tickets", "db_pool_in_use_connections", [min(32, round(x)) for x in c.step(9, 40)]), ("tickets", "db_pool_max_connections", [32] * 60),
                        ("tickets", "db_pool_waiting", [round(x) for x in c.step(0.3, 44, spread=0.2)]), ("tickets", "latency_p95_seconds", c.step(0.08, 3))])
    c = near(f, "near-1", verdict=CALM)
    c.long("pool.csv", [("tickets", "db_pool_in_use_connections", [round(x) for x in c.wave(5, 18)]), ("tickets", "db_pool_max_connections", [32] * 60), ("tickets", "db_pool_waiting", [0] * 60)])
    c = near(f, "near-2", verdict=CALM)
    c.long("pool.csv", [("tickets", "db_pool_in_use_connections", [round(x) for x in c.noise(60, 28, 0.03)]), ("tickets", "db_pool_max_connections", [32] * 60),
                        ("tickets", "latency_p95_seconds", c.noise(60, 0.08))])

    f = "database.slow_query"
    c = pos(f, "pos-1", "atlas-db")
    c.long("db.csv", [("atlas-db", "query_duration_p95_seconds", c.step(0.012, 0.9)), ("atlas-db", "cpu_usage_percent", c.noise(60, 30)), ("atlas-db", "connections_active", c.noise(60, 15))], key="instance")
    c = pos(f, "pos-2", "mysql-crm")
    c.text("mysql.txt", [("mysql_query_latency_p99_seconds", "gauge", {"instance": "mysql-crm:9104"}, c.step(0.03, 2.2)), ("mysql_global_status_threads_running", "gauge", {"instance": "mysql-crm:9104"}, c.noise(60, 6))])
    c = near(f, "near-1", verdict=CALM)
    c.long("db.csv", [("atlas-db", "query_duration_p95_seconds", c.wave(0.010, 0.016)), ("atlas-db", "cpu_usage_percent", c.noise(60, 30))], key="instance")
    c = near(f, "near-2", verdict=CALM)
    c.long("db.csv", [("atlas-db", "query_duration_p95_seconds", c.step(0.0004, 0.0016)), ("atlas-db", "cpu_usage_percent", c.noise(60, 30))], key="instance")

    f = "database.io_saturation"
    c = pos(f, "pos-1", "facts-db")
    c.cloudwatch("cw.json", "DBInstanceIdentifier", "facts-db", [("DiskQueueDepth", "Count", c.step(0.6, 48)), ("WriteLatency", "Seconds", c.step(0.001, 0.045)), ("CPUUtilization", "Percent", c.noise(60, 28))])
    c = pos(f, "pos-2", "pg-events")
    c.long("disk.csv", [("pg-events", "disk_utilization_percent", [min(100, x) for x in c.step(30, 100, spread=0.01)]), ("pg-events", "disk_read_latency_seconds", c.step(0.002, 0.03)),
                        ("pg-events", "query_duration_p95_seconds", c.step(0.02, 0.3))], key="instance")
    c = near(f, "near-1", verdict=CALM)
    c.cloudwatch("cw.json", "DBInstanceIdentifier", "facts-db", [("DiskQueueDepth", "Count", c.noise(60, 0.6, 0.2)), ("WriteLatency", "Seconds", c.noise(60, 0.001, 0.1))])
    c = near(f, "near-2", verdict=CALM)
    c.long("disk.csv", [("pg-events", "disk_utilization_percent", c.wave(25, 65)), ("pg-events", "disk_read_latency_seconds", c.noise(60, 0.002))], key="instance")

    f = "database.lock_contention"
    c = pos(f, "pos-1", "stock-db")
    c.long("locks.csv", [("stock-db", "lock_waits", [round(x) for x in c.step(0.5, 34, spread=0.2)]), ("stock-db", "query_duration_p95_seconds", c.step(0.02, 1.9)), ("stock-db", "cpu_usage_percent", c.step(40, 18))], key="instance")
    c = pos(f, "pos-2", "pg-inv")
    c.text("pg.txt", [("pg_locks_waiting_count", "gauge", {"instance": "pg-inv:9187"}, [round(x) for x in c.step(1, 22, spread=0.2)]), ("pg_query_latency_p95_seconds", "gauge", {"instance": "pg-inv:9187"}, c.step(0.03, 1.1))])
    c = near(f, "near-1", verdict=CALM)
    c.long("locks.csv", [("stock-db", "lock_waits", [round(x) for x in c.noise(60, 1.2, 0.5)]), ("stock-db", "query_duration_p95_seconds", c.noise(60, 0.02))], key="instance")
    c = near(f, "near-2", verdict=CALM)
    c.text("pg.txt", [("pg_locks_count", "gauge", {"instance": "pg-inv:9187"}, c.wave(40, 60)), ("pg_query_latency_p95_seconds", "gauge", {"instance": "pg-inv:9187"}, c.noise(60, 0.03))])

    f = "database.storage_full"
    c = pos(f, "pos-1", "archive-db")
    c.cloudwatch("cw.json", "DBInstanceIdentifier", "archive-db", [("FreeStorageSpace", "Bytes", c.ramp(4.0e10, 3e8, spread=0.002)), ("WriteIOPS", "Count/Second", c.step(300, 20, at=57))])
    c = pos(f, "pos-2", "pg-wal")
    c.long("disk.csv", [("pg-wal", "disk_used_percent", c.ramp(71, 99.6, spread=0.001)), ("pg-wal", "connections_active", c.noise(60, 12))], key="instance")
    c = near(f, "near-1", verdict=CALM)
    c.cloudwatch("cw.json", "DBInstanceIdentifier", "archive-db", [("FreeStorageSpace", "Bytes", c.ramp(4.0e10, 3.7e10, spread=0.001)), ("WriteIOPS", "Count/Second", c.noise(60, 300))])
    c = near(f, "near-2", verdict=CALM)
    c.long("disk.csv", [("pg-wal", "disk_used_percent", c.noise(60, 91, 0.001)), ("pg-wal", "connections_active", c.noise(60, 12))], key="instance")


def caches_and_queues():
    f = "cache.hit_ratio_collapse"
    c = pos(f, "pos-1", "session-cache")
    c.long("redis.csv", [("session-cache", "cache_hit_ratio_percent", c.step(96, 31, spread=0.01)), ("session-cache", "misses_per_second", c.step(12, 260)), ("session-cache", "memory_usage_percent", c.noise(60, 45))], key="instance")
    c = pos(f, "pos-2", "redis-tags")
    c.text("redis.txt", [("redis_keyspace_hits_total", "counter", {"instance": "redis-tags:9121"}, total(c.step(900, 210))), ("redis_keyspace_misses_total", "counter", {"instance": "redis-tags:9121"}, total(c.step(30, 720)))])
    c = near(f, "near-1", verdict=CALM)
    c.long("redis.csv", [("session-cache", "cache_hit_ratio_percent", c.noise(60, 88, 0.02)), ("session-cache", "misses_per_second", c.noise(60, 12))], key="instance")
    c = near(f, "near-2")
    c.text("redis.txt", [("redis_keyspace_hits_total", "counter", {"instance": "redis-tags:9121"}, total(c.step(900, 400))), ("redis_keyspace_misses_total", "counter", {"instance": "redis-tags:9121"}, total(c.step(30, 13)))])

    f = "cache.memory_full"
    c = pos(f, "pos-1", "redis-baskets")
    c.text("redis.txt", [("redis_memory_used_bytes", "gauge", {"instance": "redis-baskets:9121"}, [min(1.0e9, x) for x in c.step(6e8, 1.1e9, spread=0.01)]), ("redis_memory_max_bytes_limit", "gauge", {"instance": "redis-baskets:9121"}, [1.0e9] * 60),
                         ("redis_evicted_keys_total", "counter", {"instance": "redis-baskets:9121"}, total(c.step(0.02, 140)))])
    c = pos(f, "pos-2", "page-cache")
    c.long("cache.csv", [("page-cache", "memory_usage_percent", [min(100, x) for x in c.step(70, 99.8, spread=0.003)]), ("page-cache", "evictions_per_second", c.step(0.1, 55)), ("page-cache", "cache_hit_ratio_percent", c.step(95, 62, spread=0.01))], key="instance")
    c = near(f, "near-1", verdict=CALM)
    c.long("cache.csv", [("page-cache", "memory_usage_percent", c.noise(60, 99, 0.003)), ("page-cache", "evictions_per_second", c.noise(60, 3)), ("page-cache", "cache_hit_ratio_percent", c.noise(60, 95, 0.01))], key="instance")
    c = near(f, "near-2", verdict=CALM)
    c.long("cache.csv", [("page-cache", "memory_usage_percent", c.wave(50, 80)), ("page-cache", "evictions_per_second", [0] * 60), ("page-cache", "cache_hit_ratio_percent", c.noise(60, 95, 0.01))], key="instance")

    f = "queue.consumer_down"
    c = pos(f, "pos-1", "invoices")
    c.text("rabbit.txt", [("rabbitmq_queue_consumers", "gauge", {"queue": "invoices"}, [4] * 36 + [0] * 24), ("rabbitmq_queue_messages_ready", "gauge", {"queue": "invoices"}, [max(0, x) for x in c.noise(36, 5, 0.3)] + [i * 320 + 50 for i in range(24)]),
                          ("rabbitmq_queue_consumers", "gauge", {"queue": "mails"}, [2] * 60), ("rabbitmq_queue_messages_ready", "gauge", {"queue": "mails"}, c.noise(60, 5, 0.3))])
    c = pos(f, "pos-2", "clicks")
    c.long("kafka.csv", [("clicks", "consumer_group_members", [6] * 36 + [1] * 24), ("clicks", "consumer_group_lag", [x for x in c.noise(36, 40, 0.3)] + [i * 900 + 100 for i in range(24)])], key="topic")
    c = near(f, "near-1", verdict=CALM)
    c.text("rabbit.txt", [("rabbitmq_queue_consumers", "gauge", {"queue": "invoices"}, [4] * 36 + [1] * 24), ("rabbitmq_queue_messages_ready", "gauge", {"queue": "invoices"}, c.noise(60, 5, 0.3))])
    c = near(f, "near-2", verdict=CALM)
    c.long("kafka.csv", [("clicks", "consumer_group_members", [6] * 60), ("clicks", "consumer_group_lag", c.wave(20, 60))], key="topic")

    f = "queue.backlog"
    c = pos(f, "pos-1", "renders")
    c.text("rabbit.txt", [("rabbitmq_queue_consumers", "gauge", {"queue": "renders"}, [4] * 60), ("rabbitmq_queue_messages_ready", "gauge", {"queue": "renders"}, c.noise(36, 20, 0.2) + [i * 150 + 50 for i in range(24)])])
    c = pos(f, "pos-2", "imports")
    c.cloudwatch("sqs.json", "QueueName", "imports", [("ApproximateNumberOfMessagesVisible", "Count", c.ramp(60, 9000)), ("NumberOfMessagesSent", "Count", c.noise(60, 400))])
    c = near(f, "near-1", verdict=CALM)
    c.text("rabbit.txt", [("rabbitmq_queue_consumers", "gauge", {"queue": "renders"}, [4] * 60), ("rabbitmq_queue_messages_ready", "gauge", {"queue": "renders"}, c.saw(0, 300))])
    c = near(f, "near-2", verdict=CALM)
    c.text("rabbit.txt", [("rabbitmq_queue_messages_ready", "gauge", {"queue": "renders"}, c.step(2, 11, spread=0.3))])


def load():
    graph = "source,target,calls\nfront,cart,100\nfront,items,200\ncart,items,50\n"
    f = "load.traffic_spike"
    c = pos(f, "pos-1", "front")
    c.write("graph.csv", graph)
    c.long("load.csv", [("front", "requests_per_second", c.step(80, 310)), ("front", "latency_p95_seconds", c.step(0.1, 0.9)), ("cart", "requests_per_second", c.step(30, 115)), ("items", "requests_per_second", c.step(60, 230)),
                        ("items", "cpu_usage_percent", c.step(30, 93, spread=0.02)), ("front", "cpu_usage_percent", c.step(20, 58))])
    c = pos(f, "pos-2", "portal")
    c.otlp("portal.json", "portal", [("http.server.requests.rate", "1/s", c.step(25, 140)), ("http.server.latency.p95", "s", c.step(0.05, 0.6)), ("process.cpu.utilization", "%", c.step(15, 72))])
    c = near(f, "near-1", verdict=CALM)
    c.write("graph.csv", graph)
    c.long("load.csv", [("front", "requests_per_second", c.wave(60, 110, period=60)), ("front", "latency_p95_seconds", c.noise(60, 0.1)), ("cart", "requests_per_second", c.wave(20, 40, period=60))])
    c = near(f, "near-2")
    c.write("graph.csv", graph)
    c.long("load.csv", [("front", "requests_per_second", c.noise(60, 80)), ("cart", "requests_per_second", c.step(30, 95)), ("cart", "retries_per_second", c.step(0.2, 61)), ("items", "requests_per_second", c.step(60, 62))])

    f = "load.retry_storm"
    c = pos(f, "pos-1", "cart")
    c.write("graph.csv", graph)
    c.long("load.csv", [("front", "requests_per_second", c.noise(60, 80)), ("cart", "requests_per_second", c.step(30, 120)), ("cart", "retries_per_second", c.step(0.1, 88)), ("items", "errors_per_second", c.step(0.2, 14)), ("items", "requests_per_second", c.step(60, 150))])
    c = pos(f, "pos-2", "notifier")
    c.text("app.txt", [("http_client_retries_total", "counter", {"service": "notifier"}, total(c.step(0.3, 42))), ("http_client_requests_total", "counter", {"service": "notifier"}, total(c.step(20, 66)))])
    c = near(f, "near-1", verdict=CALM)
    c.text("app.txt", [("http_client_retries_total", "counter", {"service": "notifier"}, total(c.noise(60, 0.3, 0.3))), ("http_client_requests_total", "counter", {"service": "notifier"}, total(c.noise(60, 20)))])
    c = near(f, "near-2")
    c.text("app.txt", [("http_client_retries_total", "counter", {"service": "notifier"}, total(c.step(0.05, 0.3, spread=0.3))), ("http_client_requests_total", "counter", {"service": "notifier"}, total(c.step(20, 110)))])

    f = "load.noisy_neighbour"
    c = pos(f, "pos-1", "vm-14")
    c.long("host.csv", [("vm-14", "cpu_steal_percent", c.step(0.4, 31)), ("vm-14", "cpu_usage_percent", c.noise(60, 44)), ("vm-15", "cpu_steal_percent", c.noise(60, 0.4))], key="host")
    c = pos(f, "pos-2", "ci-runner-2")
    c.text("node.txt", [("node_cpu_steal_seconds_total", "counter", {"instance": "ci-runner-2:9100"}, total(c.step(0.004, 0.4))), ("node_cpu_steal_seconds_total", "counter", {"instance": "ci-runner-1:9100"}, total(c.noise(60, 0.004)))])
    c = near(f, "near-1", verdict=CALM)
    c.long("host.csv", [("vm-14", "cpu_steal_percent", c.noise(60, 1.2, 0.3)), ("vm-14", "cpu_usage_percent", c.noise(60, 44))], key="host")
    c = near(f, "near-2", verdict=CALM)
    c.long("host.csv", [("vm-14", "cpu_steal_percent", c.step(0.1, 0.7)), ("vm-14", "cpu_usage_percent", c.noise(60, 44))], key="host")


def machines():
    f = "storage.disk_full"
    c = pos(f, "pos-1", "log-host-1")
    c.long("disk.csv", [("log-host-1", "disk_used_percent", c.ramp(82, 99.9, spread=0.001)), ("log-host-1", "errors_per_second", c.step(0.01, 3, at=56)), ("log-host-2", "disk_used_percent", c.noise(60, 60, 0.002))], key="host")
    c = pos(f, "pos-2", "build-7")
    c.text("node.txt", [("node_filesystem_avail_bytes", "gauge", {"instance": "build-7:9100", "mountpoint": "/"}, c.ramp(6e10, 4e8, spread=0.002)), ("node_filesystem_avail_bytes", "gauge", {"instance": "build-8:9100", "mountpoint": "/"}, c.noise(60, 5e10, 0.002))])
    c = near(f, "near-1", verdict=CALM)
    c.long("disk.csv", [("log-host-1", "disk_used_percent", c.noise(60, 94, 0.001)), ("log-host-2", "disk_used_percent", c.noise(60, 60, 0.002))], key="host")
    c = near(f, "near-2", verdict=CALM)
    c.long("disk.csv", [("log-host-1", "disk_used_percent", c.saw(60, 80, period=20, spread=0.002))], key="host")

    f = "storage.io_saturation"
    c = pos(f, "pos-1", "files-3")
    c.long("disk.csv", [("files-3", "disk_utilization_percent", [min(100, x) for x in c.step(25, 100, spread=0.01)]), ("files-3", "disk_await_latency_seconds", c.step(0.003, 0.09)), ("files-4", "disk_utilization_percent", c.noise(60, 25))], key="host")
    c = pos(f, "pos-2", "stream-2")
    c.text("node.txt", [("node_disk_queue_depth", "gauge", {"instance": "stream-2:9100"}, c.step(1.2, 38)), ("node_disk_write_latency_seconds", "gauge", {"instance": "stream-2:9100"}, c.step(0.002, 0.06))])
    c = near(f, "near-1", verdict=CALM)
    c.long("disk.csv", [("files-3", "disk_utilization_percent", c.wave(20, 70)), ("files-3", "disk_await_latency_seconds", c.noise(60, 0.003))], key="host")
    c = near(f, "near-2", verdict=CALM)
    v = c.noise(60, 25)
    v[33] = v[34] = 100
    c.long("disk.csv", [("files-3", "disk_utilization_percent", v), ("files-3", "disk_await_latency_seconds", c.noise(60, 0.003))], key="host")

    f = "node.clock_skew"
    c = pos(f, "pos-1", "auth-n2")
    c.text("node.txt", [("node_timex_offset_seconds", "gauge", {"instance": "auth-n2:9100"}, c.step(0.0004, 41)), ("node_timex_offset_seconds", "gauge", {"instance": "auth-n1:9100"}, c.noise(60, 0.0004))])
    c = pos(f, "pos-2", "kdc-1")
    c.long("ntp.csv", [("kdc-1", "ntp_offset_seconds", c.ramp(0.01, 130)), ("kdc-2", "ntp_offset_seconds", c.noise(60, 0.002))], key="host")
    c = near(f, "near-1", verdict=CALM)
    c.text("node.txt", [("node_timex_offset_seconds", "gauge", {"instance": "auth-n2:9100"}, c.noise(60, 0.0004, 0.5)), ("node_timex_offset_seconds", "gauge", {"instance": "auth-n1:9100"}, c.noise(60, 0.0004))])
    c = near(f, "near-2", verdict=CALM)
    c.long("ntp.csv", [("kdc-1", "ntp_offset_seconds", c.step(0.0003, 0.004)), ("kdc-2", "ntp_offset_seconds", c.noise(60, 0.002))], key="host")


if __name__ == "__main__":
    for make in (cpu, memory, processes, network, databases, caches_and_queues, load, machines):
        make()
