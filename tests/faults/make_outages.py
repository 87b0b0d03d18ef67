#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/faults/outages/*: whole incidents of kinds that operators know, as an on-call engineer would collect them: logs of
several components, host command output, metrics, with the usual noise around. Deterministic; run again after a change."""
import datetime
import json
import os
import random

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "outages")
T0 = 1770631200  # 2026-02-09T10:00:00Z
FOUND = ["root_cause_found", "probable_cause"]


def utc(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc)


def iso(t):
    return utc(t).strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % round(t % 1 * 1000)


def java(t):
    return utc(t).strftime("%Y-%m-%d %H:%M:%S,") + "%03d" % round(t % 1 * 1000 % 1000)


def syslog(t):
    return utc(t).strftime("%b %e %H:%M:%S")


class Case:
    def __init__(self, name, entity, fault, **more):
        self.dir = os.path.join(HERE, name, "evidence")
        os.makedirs(self.dir, exist_ok=True)
        self.rnd = random.Random(name)
        expect = {"verdict": FOUND, "entity": entity, "fault": fault, **more}
        with open(os.path.join(HERE, name, "case.yaml"), "w") as f:
            f.write("# SPDX-License-Identifier: Apache-2.0\nid: outage-%s\nexpect:\n" % name)
            f.writelines(f"  {k}: {json.dumps(v)}\n" for k, v in expect.items())

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w") as f:
            f.write(text)

    def log(self, name, rows, stamp=iso):
        """rows: (seconds after T0, text)."""
        self.write(name, "".join(f"{stamp(T0 + t)}{text}\n" for t, text in sorted(rows, key=lambda r: r[0])))

    def every(self, begin, end, step, make, jitter=0.4):
        """make(i, rnd) → text"""
        rows, t, i = [], begin, 0
        step *= 3 if step < 5 else 1
        while t < end:
            rows.append((t + self.rnd.random() * step * jitter, make(i, self.rnd)))
            t += step
            i += 1
        return rows

    def csv(self, name, columns, step=30, n=None):
        n = n or len(next(iter(columns.values())))
        rows = ["time," + ",".join(columns)]
        rows += [iso(T0 + i * step) + "," + ",".join("%.6g" % v[i] for v in columns.values()) for i in range(n)]
        self.write(name, "\n".join(rows) + "\n")

    def noise(self, n, level, spread=0.06):
        return [level * (1 + self.rnd.gauss(0, spread)) for _ in range(n)]

    def step(self, before, after, n=120, at=62, spread=0.06):
        return self.noise(at, before, spread) + self.noise(n - at, after, spread)


def dns_ttl():
    c = Case("stale-dns-after-failover", ["billing", "billing-db"], ["database.failover"])
    ok = lambda i, r: f"  INFO 1 --- [nio-8080-exec-{r.randrange(1, 20)}] c.a.billing.InvoiceService : invoice {70000 + i} stored in {r.randrange(3, 19)} ms"
    bad = lambda i, r: (f" ERROR 1 --- [nio-8080-exec-{r.randrange(1, 20)}] c.a.billing.InvoiceService : storing invoice {72000 + i} failed\n"
                        "org.postgresql.util.PSQLException: ERROR: cannot execute INSERT in a read-only transaction\n"
                        "\tat org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2725)\n"
                        "\tat com.acme.billing.InvoiceDao.insert(InvoiceDao.java:61)")
    rows = c.every(0, 1860, 2, ok) + [
        (1861, " WARN 1 --- [HikariPool-1 housekeeper] com.zaxxer.hikari.pool.PoolBase : HikariPool-1 - Failed to validate connection org.postgresql.jdbc.PgConnection@1f0a (This connection has been closed.)"),
        (1868, " INFO 1 --- [HikariPool-1:connection-adder] com.zaxxer.hikari.pool.HikariPool : HikariPool-1 - Added connection to billing-db.cluster-c1.example.net/10.20.1.15:5432")]
    rows += c.every(1870, 3400, 4, bad)
    c.log("billing.log", rows, lambda t: utc(t).strftime("%Y-%m-%d %H:%M:%S.") + "%03d" % round(t % 1 * 1000 % 1000))
    c.write("rds-events.json", json.dumps({"Events": [
        {"SourceIdentifier": "billing-db", "SourceType": "db-cluster", "Message": "Started cross AZ failover to DB instance: billing-db-b", "EventCategories": ["failover"], "Date": iso(T0 + 1855)},
        {"SourceIdentifier": "billing-db", "SourceType": "db-cluster", "Message": "Completed failover to DB instance: billing-db-b", "EventCategories": ["failover"], "Date": iso(T0 + 1884)}]}, indent=1))
    c.write("dig.txt", "$ dig +short billing-db.cluster-c1.example.net\n10.20.3.77\n$ ss -tnp dst 10.20.1.15 | wc -l\n41\n")


def conntrack():
    c = Case("conntrack-table-full", ["edge-gw-2"], ["network.loss", "network.port_exhaustion"])
    kern = [(t, f" edge-gw-2 kernel: [{918200 + t:.6f}] nf_conntrack: nf_conntrack: table full, dropping packet") for t in range(1805, 3000, 6)]
    kern += [(300, " edge-gw-2 systemd[1]: Starting Daily apt upgrade and clean activities..."), (304, " edge-gw-2 systemd[1]: apt-daily-upgrade.service: Deactivated successfully.")]
    kern += [(t, f" edge-gw-2 CRON[{4000 + t}]: (root) CMD (test -x /usr/sbin/anacron)") for t in range(60, 3000, 600)]
    c.log("edge-gw-2.syslog", kern, syslog)
    ng = c.every(0, 3000, 3, lambda i, r: f' "GET /v1/items/{r.randrange(9000)} HTTP/1.1" 200 {r.randrange(200, 4000)} rt=0.0{r.randrange(10, 90)}')
    err = c.every(1806, 3000, 5, lambda i, r: f" [error] 812#812: *{44000 + i} upstream timed out (110: Connection timed out) while connecting to upstream, client: 203.0.113.{r.randrange(250)}, server: shop.example, upstream: \"http://10.4.0.{r.randrange(5, 9)}:8080/v1/items\"")
    c.log("nginx-access.log", [(t, x) for t, x in ng], iso)
    c.log("nginx-error.log", err, lambda t: utc(t).strftime("%Y/%m/%d %H:%M:%S"))
    c.write("sysctl.txt", "$ sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max\nnet.netfilter.nf_conntrack_count = 262144\nnet.netfilter.nf_conntrack_max = 262144\n")


def ntp_skew():
    c = Case("clock-behind-rejects-tokens", ["auth-b"], ["node.clock_skew"])
    rows = c.every(0, 3000, 4, lambda i, r: json.dumps({"level": "info", "svc": "auth-b", "msg": "token issued", "sub": f"u{r.randrange(9999)}", "ttl_s": 300}))
    c.write("auth-b.jsonl", "".join(json.dumps({"ts": iso(T0 + t), **json.loads(x)}) + "\n" for t, x in rows))
    api = c.every(0, 3000, 3, lambda i, r: f" level=info msg=\"request done\" path=/api/v2/cart status=200 dur={r.randrange(4, 30)}ms")
    api += c.every(900, 3000, 5, lambda i, r: f" level=warn msg=\"token rejected\" err=\"token is not valid yet: nbf is {r.randrange(170, 200)}s in the future\" issuer=auth-a path=/api/v2/cart status=401")
    c.log("cart-api.log", [r for r in api if "token rejected" not in r[1]])
    with open(os.path.join(c.dir, "auth-b.jsonl"), "a") as f:
        f.writelines(json.dumps({"ts": iso(T0 + t), "level": "warn", "svc": "auth-b", "msg": "token rejected", "err": x.split('err="')[1].split('"')[0], "issuer": "auth-a"}) + "\n" for t, x in api if "token rejected" in x)
    c.write("chrony.txt", "$ ssh auth-b chronyc tracking\nReference ID    : 00000000 ()\nStratum         : 0\nRef time (UTC)  : Thu Jan 01 00:00:00 1970\nSystem time     : 187.204518318 seconds slow of NTP time\n"
            "Last offset     : +0.000000000 seconds\nLeap status     : Not synchronised\n$ ssh auth-a chronyc tracking\nReference ID    : A9FEA97B (169.254.169.123)\nStratum         : 4\nSystem time     : 0.000004112 seconds fast of NTP time\nLeap status     : Normal\n")


def intermediate_expired():
    c = Case("intermediate-certificate-expired", ["ledger.internal", "ledger", "partner-gw"], ["tls.certificate_expired"])
    rows = c.every(0, 2400, 3, lambda i, r: f" INFO  partner-gw posted settlement {i} to ledger.internal in {r.randrange(20, 70)}ms")
    rows += c.every(2400, 3600, 3, lambda i, r: f" ERROR partner-gw settlement {800 + i} not posted: Post \"https://ledger.internal/v3/settlements\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time {iso(T0 + 2400 + 3 * i)[:19]}Z is after 2026-02-09T10:40:00Z")
    c.log("partner-gw.log", rows)
    c.write("s_client.txt", "$ openssl s_client -connect ledger.internal:443 -showcerts </dev/null\nCONNECTED(00000003)\ndepth=1 C = DE, O = Acme GmbH, CN = Acme Issuing CA 3\nverify error:num=10:certificate has expired\nnotAfter=Feb  9 10:40:00 2026 GMT\nverify return:1\ndepth=0 CN = ledger.internal\nnotAfter=Nov 30 23:59:59 2026 GMT\nverify return:1\n---\nCertificate chain\n 0 s:CN = ledger.internal\n   i:C = DE, O = Acme GmbH, CN = Acme Issuing CA 3\n 1 s:C = DE, O = Acme GmbH, CN = Acme Issuing CA 3\n   i:C = DE, O = Acme GmbH, CN = Acme Root CA\n---\nVerify return code: 10 (certificate has expired)\n")


def mtu():
    c = Case("mtu-black-hole", ["uploader", "vpn-gw-1"], ["network.loss", "network.timeout", "network.partition"])
    rows = c.every(0, 3600, 3, lambda i, r: f" [info] put object size={r.randrange(200, 1200)} to archive.dc2.example:9000 ok in {r.randrange(12, 30)}ms")
    rows += c.every(1500, 3600, 9, lambda i, r: f" [error] put object size={r.randrange(20000, 400000)} to archive.dc2.example:9000 failed: write tcp 10.8.0.4:5{r.randrange(1000, 9999)}->10.99.0.20:9000: i/o timeout")
    c.log("uploader.log", rows)
    c.write("ping.txt", "$ ping -c 3 -M do -s 1300 10.99.0.20\nPING 10.99.0.20 (10.99.0.20) 1300(1328) bytes of data.\n1308 bytes from 10.99.0.20: icmp_seq=1 ttl=61 time=11.2 ms\n1308 bytes from 10.99.0.20: icmp_seq=2 ttl=61 time=11.0 ms\n1308 bytes from 10.99.0.20: icmp_seq=3 ttl=61 time=11.4 ms\n\n--- 10.99.0.20 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss, time 2003ms\n"
            "$ ping -c 3 -M do -s 1472 10.99.0.20\nPING 10.99.0.20 (10.99.0.20) 1472(1500) bytes of data.\n\n--- 10.99.0.20 ping statistics ---\n3 packets transmitted, 0 received, 100% packet loss, time 2043ms\n")
    c.log("vpn-gw-1.log", [(1490, " vpn-gw-1 charon: 11[CFG] reloaded connection 'dc2': mtu option removed"), (1493, " vpn-gw-1 kernel: ipsec0: mtu changed from 1400 to 1500"), (200, " vpn-gw-1 charon: 09[IKE] IKE_SA dc2[44] rekeyed")], syslog)


def steal():
    c = Case("steal-by-neighbour", ["api-vm-7"], ["load.noisy_neighbour"])
    head = "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC\n"
    out = "$ ssh api-vm-7 vmstat -t 30\n" + head
    for i in range(100):
        st = c.rnd.randrange(0, 2) if i < 55 else c.rnd.randrange(34, 45)
        us = 30 + c.rnd.randrange(5)
        out += f"{2 if i < 55 else 9:2d}  0      0 812044 102332 2210020    0    0     1    22 3100 5200 {us} 6 {94 - us - st - 1} 0 {st} {utc(T0 + i * 30).strftime('%Y-%m-%d %H:%M:%S')}\n"
    c.write("vmstat.txt", out)
    rows = c.every(0, 1650, 3, lambda i, r: f" INFO api-vm-7 api: GET /quote 200 {r.randrange(18, 40)}ms") + c.every(1650, 3000, 3, lambda i, r: f" WARN api-vm-7 api: GET /quote 200 slow {r.randrange(400, 1900)}ms")
    c.log("api.log", rows)
    c.csv("requests.csv", {"api_requests_per_second": c.noise(100, 41), "api_latency_p99_seconds": c.step(0.04, 1.6, 100, 55)})


def threads():
    c = Case("thread-pool-starvation", ["checkout"], ["runtime.thread_exhaustion"])
    rows = c.every(0, 1500, 2, lambda i, r: f" INFO  [http-nio-8080-exec-{r.randrange(1, 200)}] shop.Checkout - order {i} placed in {r.randrange(30, 80)} ms")
    rows += c.every(1500, 2400, 6, lambda i, r: f" INFO  [http-nio-8080-exec-{r.randrange(1, 200)}] shop.Checkout - order {900 + i} placed in {r.randrange(9000, 29000)} ms")
    rows += [(1502, " WARN  [http-nio-8080-Acceptor] o.a.tomcat.util.threads.ThreadPoolExecutor - All threads (200) are currently busy, waiting. Increase maxThreads (200) or check the servlet status"),
             (1690, " WARN  [http-nio-8080-Acceptor] o.a.tomcat.util.threads.ThreadPoolExecutor - All threads (200) are currently busy, waiting. Increase maxThreads (200) or check the servlet status")]
    c.log("checkout.log", rows, java)
    c.csv("checkout.csv", {"checkout_tomcat_threads_busy": c.noise(50, 22) + [200.0] * 30, "checkout_tomcat_threads_config_max": [200.0] * 80, "checkout_cpu_percent": c.noise(50, 35) + c.noise(30, 9), "checkout_requests_per_second": c.noise(80, 50)})
    dump = "2026-02-09 10:28:11\nFull thread dump OpenJDK 64-Bit Server VM (21.0.2+13 mixed mode):\n\n"
    for i in range(1, 9):
        dump += f'"http-nio-8080-exec-{i}" #{40 + i} daemon prio=5 os_prio=0 cpu=120.11ms elapsed=3120.55s tid=0x00007f{i:04x} nid=0x{i:x} waiting on condition\n   java.lang.Thread.State: WAITING (parking)\n\tat jdk.internal.misc.Unsafe.park(Native Method)\n\tat java.util.concurrent.CompletableFuture.join(CompletableFuture.java:2117)\n\tat shop.Checkout.reserve(Checkout.java:88)\n\n'
    c.write("jstack.txt", dump)


def gc_spiral():
    c = Case("gc-death-spiral", ["pricing"], ["runtime.gc_pressure", "runtime.memory_exhaustion", "runtime.memory_leak"])
    out, heap, n = [], 900, 4000
    for i in range(240):
        t = i * 12
        if heap < 3900:
            heap = min(3950, heap + c.rnd.randrange(10, 30))
            out.append(f"[{iso(T0 + t)[:-1]}+0000][info][gc] GC({n + i}) Pause Young (Normal) (G1 Evacuation Pause) {heap + 400 if heap < 3600 else 4090}M->{heap}M(4096M) {9 + c.rnd.random() * 9:.3f}ms")
        else:
            out.append(f"[{iso(T0 + t)[:-1]}+0000][info][gc] GC({n + i}) Pause Full (G1 Compaction Pause) 4095M->{4070 + c.rnd.randrange(20)}M(4096M) {3800 + c.rnd.random() * 900:.3f}ms")
    c.write("pricing-gc.log", "\n".join(out) + "\n")
    rows = c.every(0, 2000, 4, lambda i, r: f" INFO [pool-2-thread-{r.randrange(8)}] pricing.Engine - priced basket {i} in {r.randrange(8, 22)} ms")
    rows += c.every(2000, 2880, 20, lambda i, r: f" WARN [pool-2-thread-{r.randrange(8)}] pricing.Engine - priced basket {600 + i} in {r.randrange(8000, 22000)} ms")
    rows += [(2760, " ERROR [pool-2-thread-3] pricing.Engine - request failed\njava.lang.OutOfMemoryError: GC overhead limit exceeded\n\tat pricing.QuoteCache.put(QuoteCache.java:44)")]
    c.log("pricing.log", rows, java)


def rebalance():
    c = Case("rebalance-storm", ["order-enricher", "enricher"], ["queue.rebalance_storm"])
    rows = c.every(0, 1200, 2, lambda i, r: f" INFO  [Consumer clientId=enricher-1, groupId=order-enricher] enriched batch of {r.randrange(300, 500)} in {r.randrange(2000, 4000)} ms")
    for t in range(1260, 3600, 70):
        rows += [(t, " WARN  [Consumer clientId=enricher-1, groupId=order-enricher] consumer poll timeout has expired. This means the time between subsequent calls to poll() was longer than the configured max.poll.interval.ms, which typically implies that the poll loop is spending too much time processing messages."),
                 (t + 1, " INFO  [Consumer clientId=enricher-1, groupId=order-enricher] Member enricher-1-5d2b sending LeaveGroup request to coordinator kafka-1:9092 (id: 2147483646 rack: null) due to consumer poll timeout has expired."),
                 (t + 6, " INFO  [Consumer clientId=enricher-1, groupId=order-enricher] (Re-)joining group"),
                 (t + 9, " ERROR [Consumer clientId=enricher-1, groupId=order-enricher] Offset commit failed on partition orders-7 at offset 99183: The coordinator is not aware of this member.")]
    c.log("enricher-1.log", rows, java)
    k = [(t + 1, f"] INFO [GroupCoordinator 1]: Preparing to rebalance group order-enricher in state PreparingRebalance with old generation {812 + i} (__consumer_offsets-18) (reason: Removing member enricher-1-5d2b on LeaveGroup) (kafka.coordinator.group.GroupCoordinator)") for i, t in enumerate(range(1260, 3600, 70))]
    k += [(t, "] INFO [Log partition=orders-7, dir=/data] Rolled new log segment at offset 99000 in 4 ms. (kafka.log.Log)") for t in range(100, 3600, 900)]
    c.log("kafka-1-server.log", k, lambda t: "[" + java(t))
    c.csv("lag.csv", {"kafka_consumergroup_lag{group=order-enricher}": c.noise(42, 150, 0.2) + [150.0 + 4000 * i for i in range(78)]})


def zombie():
    c = Case("zombie-leader", ["scheduler-1", "scheduler"], ["queue.split_brain", "runtime.gc_pressure"])
    a = c.every(0, 1500, 5, lambda i, r: f" INFO  scheduler-1 [leader epoch=17] dispatched job settle-{i}") + [
        (1562, " WARN  scheduler-1 Detected pause in JVM or host machine (eg GC): pause of approximately 61874ms"),
        (1562.2, " WARN  scheduler-1 Client session timed out, have not heard from server in 61931ms for session id 0x1003f2"),
        (1562.9, " ERROR scheduler-1 [leader epoch=17] write rejected by store: stale fencing token 17 < 18")]
    a += c.every(1563, 1700, 5, lambda i, r: f" INFO  scheduler-1 [leader epoch=17] dispatched job settle-{300 + i}")
    a += c.every(1565, 1700, 6, lambda i, r: " ERROR scheduler-1 [leader epoch=17] write rejected by store: stale fencing token 17 < 18")
    b = [(1530, " INFO  scheduler-2 lock /leader released by expiry of session 0x1003f2"), (1531, " INFO  scheduler-2 became leader epoch=18")] + c.every(1532, 2000, 5, lambda i, r: f" INFO  scheduler-2 [leader epoch=18] dispatched job settle-{300 + i}")
    c.log("scheduler-1.log", a)
    c.log("scheduler-2.log", b)
    c.log("payments.log", c.every(0, 2000, 5, lambda i, r: f" INFO  payments settled job settle-{i}") + c.every(1565, 1700, 5, lambda i, r: f" WARN  payments duplicate settlement settle-{300 + i}: already executed by epoch 18"))


def inodes():
    c = Case("inodes-used-up", ["mail-3"], ["storage.inode_exhaustion"])
    rows = c.every(0, 1800, 4, lambda i, r: f" mail-3 postfix/qmgr[811]: {r.randrange(16**9):09X}: from=<a{i}@example.org>, size={r.randrange(900, 9000)}, nrcpt=1 (queue active)")
    rows += c.every(1800, 3000, 5, lambda i, r: " mail-3 postfix/cleanup[4120]: warning: mail_queue_enter: create file incoming/%d.4120: No space left on device" % r.randrange(99999))
    c.log("mail-3.log", rows, syslog)
    c.write("df.txt", "$ df -h\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/vda1        40G   16G   24G  41% /\ntmpfs           2.0G  1.1M  2.0G   1% /run\n$ df -i\nFilesystem      Inodes   IUsed   IFree IUse% Mounted on\n/dev/vda1      2621440 2621440       0  100% /\ntmpfs           501133     612  500521    1% /run\n")


def descriptors():
    c = Case("descriptor-limit", ["proxy-a"], ["runtime.descriptor_exhaustion"])
    stamp = lambda t: utc(t).strftime("%Y/%m/%d %H:%M:%S")
    rows = c.every(0, 1500, 20, lambda i, r: f" [notice] 31#31: signal 17 (SIGCHLD) received from {100 + i}")
    rows += c.every(1500, 2400, 2, lambda i, r: " [crit] 33#33: accept4() failed (24: Too many open files)")
    rows += c.every(1503, 2400, 7, lambda i, r: f" [alert] 33#33: *{8000 + i} socket() failed (24: Too many open files) while connecting to upstream, client: 198.51.100.{r.randrange(255)}, server: _, upstream: \"http://10.0.7.4:8000/\"")
    c.log("proxy-a-error.log", rows, stamp)
    c.write("limits.txt", "$ ssh proxy-a grep 'open files' /proc/33/limits\nMax open files            1024                 4096                 files\n$ ssh proxy-a ls /proc/33/fd | wc -l\n1024\n")


def ports():
    c = Case("ephemeral-ports-used-up", ["poller"], ["network.port_exhaustion"])
    rows = c.every(0, 1200, 1, lambda i, r: f" INFO poller - polled device 10.61.{r.randrange(200)}.{r.randrange(250)} rtt={r.randrange(2, 14)}ms")
    rows += c.every(1200, 2400, 2, lambda i, r: f" ERROR poller - poll failed: dial tcp 10.61.{r.randrange(200)}.{r.randrange(250)}:161: connect: cannot assign requested address")
    c.log("poller.log", rows)
    c.write("ss.txt", "$ ss -s\nTotal: 31022\nTCP:   30117 (estab 1204, closed 28410, orphaned 12, timewait 28231)\n\nTransport Total     IP        IPv6\nTCP       1707      1702      5\n$ sysctl net.ipv4.ip_local_port_range\nnet.ipv4.ip_local_port_range = 32768\t60999\n")


def throttled():
    c = Case("cgroup-throttling", ["thumbnailer"], ["runtime.cpu_throttling"])
    def series(metric, rate, **labels):
        s, values = 1000.0, []
        for i, x in enumerate(rate):
            s += x * 30
            values.append([T0 + i * 30, "%.3f" % s])
        return {"metric": {"__name__": metric, "namespace": "media", **labels}, "values": values}
    pods = [("thumbnailer-7d9c6f5b8-q2m4x", True), ("gallery-5b8f7c9d6-jx9kz", False)]
    result = []
    for pod, bad in pods:
        lab = dict(pod=pod, container=pod.split("-")[0])
        result += [series("container_cpu_cfs_periods_total", c.noise(120, 10, 0.001), **lab),
                   series("container_cpu_cfs_throttled_periods_total", c.step(0.1, 9.4) if bad else c.noise(120, 0.1), **lab),
                   series("container_cpu_usage_seconds_total", c.step(0.81, 0.5, spread=0.01) if bad else c.noise(120, 0.3), **lab)]
    c.write("range.json", json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}))
    rows = c.every(0, 1860, 3, lambda i, r: f" thumbnailer INFO resized image {i} in {r.randrange(60, 110)}ms") + c.every(1860, 3600, 3, lambda i, r: f" thumbnailer WARN resized image {620 + i} in {r.randrange(900, 2400)}ms (over the 500ms target)")
    c.log("thumbnailer.log", rows)


def slow_disk():
    c = Case("dying-disk-under-etcd", ["etcd-2"], ["node.hardware", "storage.io_saturation"])
    rows = []
    for t, x in c.every(0, 1500, 9, lambda i, r: '"finished scheduled compaction","compact-revision":%d' % (9000 + i)):
        rows.append((t, "info", x))
    for t, x in c.every(1500, 3000, 4, lambda i, r: '"slow fdatasync","took":"%d.%ds","expected-duration":"1s"' % (r.randrange(1, 4), r.randrange(10))):
        rows.append((t, "warn", x))
    for t, x in c.every(1504, 3000, 6, lambda i, r: '"apply request took too long","took":"%dms","expected-duration":"100ms","prefix":"read-only range "' % r.randrange(300, 2900)):
        rows.append((t, "warn", x))
    rows += [(1620 + k * 200, "warn", '"lost leader","term":%d' % (44 + k)) for k in range(4)]
    c.write("etcd-2.jsonl", "".join('{"level":"%s","ts":"%s","caller":"etcdserver/util.go:170","msg":%s}\n' % (l, iso(T0 + t), x) for t, l, x in sorted(rows)))
    k = [(1490 + i * 120, f" etcd-2 kernel: ata3.00: exception Emask 0x0 SAct 0x{i:x}0 SErr 0x0 action 0x6 frozen") for i in range(8)]
    k += [(1491 + i * 120, " etcd-2 kernel: ata3.00: failed command: WRITE FPDMA QUEUED") for i in range(8)]
    k += [(1492 + i * 120, f" etcd-2 kernel: blk_update_request: I/O error, dev sdb, sector {88112 + 8 * i} op 0x1:(WRITE) flags 0x800 phys_seg 1 prio class 0") for i in range(8)]
    c.log("etcd-2-kern.log", k, syslog)
    c.write("iostat.txt", "$ ssh etcd-2 iostat -x 1 1\nDevice            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s   wrqm/s  %wrqm w_await wareq-sz  aqu-sz  %util\nsda              0.40      9.80     0.00   0.00    0.60    24.50    3.10     44.00     1.20  27.91    0.71    14.19    0.00   0.20\nsdb              1.20     14.40     0.00   0.00  188.20    12.00   41.00    402.00     9.00  18.00  412.33     9.80   17.20  99.80\n")


def replica():
    c = Case("stale-reads-from-replica", ["orders-db-replica", "orders-db", "orders-db-replica-1"], ["database.replication_lag"])
    rows = c.every(0, 3600, 3, lambda i, r: f" INFO  orders created order {88000 + i} on primary") + c.every(1800, 3600, 5, lambda i, r: f" WARN  orders order {88600 + i} created 2s ago not found when reading from orders-db-replica-1, returning 404")
    c.log("orders.log", rows)
    c.write("pg_stat_replication.txt", "orders=# select application_name, state, sent_lsn, replay_lsn, write_lag, flush_lag, replay_lag from pg_stat_replication;\n  application_name   |   state   |  sent_lsn  | replay_lsn |    write_lag    |    flush_lag    |   replay_lag    \n---------------------+-----------+------------+------------+-----------------+-----------------+-----------------\n orders-db-replica-1 | streaming | 9A/4C12B0A8 | 98/10FF2210 | 00:00:00.002114 | 00:00:00.003021 | 00:04:12.803311\n orders-db-replica-2 | streaming | 9A/4C12B0A8 | 9A/4C12B0A8 | 00:00:00.001907 | 00:00:00.002744 | 00:00:00.003400\n(2 rows)\n")
    lag = [0.02 + c.rnd.random() * 0.02 for _ in range(60)] + [4.2 * i for i in range(1, 61)]
    c.csv("replicas.csv", {"orders-db-replica-1_replication_lag_seconds": lag, "orders-db-replica-2_replication_lag_seconds": [0.02 + c.rnd.random() * 0.02 for _ in range(120)]})


def stampede():
    c = Case("cache-stampede", ["catalog", "home-cache", "redis"], ["cache.stampede"])
    rows = c.every(0, 1800, 3, lambda i, r: f" INFO  catalog GET /home 200 {r.randrange(2, 8)}ms cache=hit key=home:featured")
    for burst in (1800, 2400, 3000):
        rows += [(burst + c.rnd.random() * 1.5, f" INFO  catalog cache miss key=home:featured, recomputing from catalog-db") for _ in range(180)]
        rows += [(burst + 2 + c.rnd.random() * 20, f" WARN  catalog query featured_items took {c.rnd.randrange(6000, 21000)} ms") for _ in range(60)]
        rows += [(burst + 6 + c.rnd.random() * 20, " ERROR catalog GET /home 503 timed out waiting for home:featured") for _ in range(40)]
        rows += c.every(burst + 40, burst + 600, 3, lambda i, r: f" INFO  catalog GET /home 200 {r.randrange(2, 8)}ms cache=hit key=home:featured")
    c.log("catalog.log", rows)
    c.csv("catalog-db.csv", {"catalog-db_queries_per_second": [(900 if i % 20 < 2 and i >= 60 else 40) * (1 + c.rnd.gauss(0, .05)) for i in range(120)], "catalog-db_cpu_percent": [(97 if i % 20 < 2 and i >= 60 else 12) * (1 + c.rnd.gauss(0, .02)) for i in range(120)]})


def retries():
    c = Case("retry-storm", ["web", "payments", "checkout-web"], ["load.retry_storm"])
    rows = c.every(0, 1200, 2, lambda i, r: f" level=info svc=web msg=\"charged card\" order={i} attempts=1 dur={r.randrange(60, 140)}ms")
    rows += c.every(1200, 3000, 1, lambda i, r: f" level=warn svc=web msg=\"payments call failed, retrying\" attempt={r.randrange(1, 6)}/5 backoff=0s err=\"503 Service Unavailable\"")
    c.log("web.log", rows)
    p = c.every(0, 3000, 2, lambda i, r: f" level=info svc=payments msg=\"charge ok\" dur={r.randrange(50, 130)}ms") + [(1195, " level=info svc=payments msg=\"leader election finished\" took=19s")]
    p += c.every(1202, 3000, 1, lambda i, r: " level=warn svc=payments msg=\"request shed\" reason=overload inflight=512 limit=512")
    c.log("payments.log", p)
    c.csv("rates.csv", {"web_requests_per_second": c.noise(100, 50), "payments_requests_per_second": c.step(50, 262, 100, 41), "payments_errors_per_second": c.step(0.1, 190, 100, 41)})


def poison():
    c = Case("poison-message", ["shipping-consumer", "shipping"], ["queue.poison_message"])
    rows = c.every(0, 1500, 2, lambda i, r: f" INFO  shipping-consumer processed partition=4 offset={480473 + i}")
    for t in range(1510, 3000, 15):
        rows += [(t, " INFO  shipping-consumer resuming partition=4 at offset=481223"),
                 (t + 1, " ERROR shipping-consumer failed to process partition=4 offset=481223: json: cannot unmarshal string into Go struct field Parcel.weight of type float64"),
                 (t + 1.3, " FATAL shipping-consumer handler returned an error, exiting"), (t + 9, " INFO  shipping-consumer starting version 3.4.1")]
    c.log("shipping-consumer.log", rows)
    c.csv("lag.csv", {"shipping_partition_3_consumer_lag": c.noise(100, 6, .3), "shipping_partition_4_consumer_lag": c.noise(50, 6, .3) + [6 + 15.0 * i for i in range(50)]})


def clock_jump():
    c = Case("clock-jumped-back", ["ids-vm-2", "id-generator"], ["node.clock_skew"])
    rows = c.every(0, 1600, 3, lambda i, r: f" INFO  id-generator batch of 1000 ids from worker 2") + c.every(1601, 1680, 1, lambda i, r: f" ERROR id-generator Clock moved backwards. Refusing to generate id for {7213 - 90 * i} milliseconds")
    rows += c.every(1681, 2400, 3, lambda i, r: f" INFO  id-generator batch of 1000 ids from worker 2") + c.every(2401, 2900, 1, lambda i, r: f" ERROR id-generator Clock moved backwards. Refusing to generate id for {51213 - 90 * i} milliseconds")
    c.log("id-generator.log", rows)
    c.log("ids-vm-2.syslog", [(1600, " ids-vm-2 systemd-resolved[412]: Clock change detected. Flushing caches."), (1600, " ids-vm-2 systemd-journald[221]: Time jumped backwards, rotating."),
                              (1598, " ids-vm-2 qemu-ga: info: guest-suspend-ram called"), (2400, " ids-vm-2 systemd-journald[221]: Time jumped backwards, rotating."), (2400, " ids-vm-2 chronyd[309]: System clock wrong by -51.302211 seconds"), (100, " ids-vm-2 sshd[901]: Accepted publickey for ops")], syslog)


def rotation():
    c = Case("password-rotated-consumer-not-restarted", ["report-builder"], ["access.authentication_failed", "access.credential_expired"])
    rows = c.every(0, 1500, 10, lambda i, r: f" report-builder INFO  built report {i} ({r.randrange(20, 90)} rows)") + c.every(1500, 3000, 10, lambda i, r: " report-builder ERROR connect to postgres://reports@reports-db:5432/reports: FATAL: password authentication failed for user \"reports\" (SQLSTATE 28P01)")
    c.log("report-builder.log", rows)
    c.log("vault.log", [(1480, " vault INFO  rotated static role reports (database/static-roles/reports), next rotation in 720h"), (700, " vault INFO  renewed lease auth/kubernetes/login/h2")])
    c.log("reports-db.log", c.every(1500, 3000, 10, lambda i, r: f" UTC [{9000 + i}] FATAL:  password authentication failed for user \"reports\""), lambda t: utc(t).strftime("%Y-%m-%d %H:%M:%S.") + "%03d" % round(t % 1 * 1000 % 1000))


def link_flap():
    c = Case("bond-link-flapping", ["db-node-4"], ["network.flapping"])
    k = []
    for t in range(1500, 3300, 45):
        k += [(t, " db-node-4 kernel: mlx5_core 0000:3b:00.0 ens1f0np0: Link down"), (t + .2, " db-node-4 kernel: bond0: (slave ens1f0np0): link status definitely down, disabling slave"),
              (t + 7, " db-node-4 kernel: mlx5_core 0000:3b:00.0 ens1f0np0: Link up"), (t + 7.3, " db-node-4 kernel: bond0: (slave ens1f0np0): link status definitely up, 25000 Mbps full duplex")]
    c.log("db-node-4-kern.log", k + [(120, " db-node-4 kernel: audit: type=1400 audit(1770631320.1:22): apparmor=\"STATUS\"")], syslog)
    c.log("app.log", c.every(0, 3300, 3, lambda i, r: f" INFO  inventory query ok in {r.randrange(2, 9)}ms") + [(t + .5 + x, f" ERROR inventory query failed: read tcp 10.0.1.8->10.0.4.4:5432: read: connection reset by peer") for t in range(1500, 3300, 45) for x in (0, .4, 1.1)])


def duplicate_ip():
    c = Case("duplicate-address", ["10.0.6.20", "printer-svc", "lb-1", "core-sw-1"], ["network.flapping", "network.loss", "network.partition", "network.connection_reset"])
    c.log("lb-1.log", c.every(1500, 3000, 20, lambda i, r: " lb-1 keepalived[77]: (VI_1) Received advert from 10.0.6.3 with same priority 100 but higher IP address than ours") + c.every(1501, 3000, 30, lambda i, r: " lb-1 kernel: IPv4: duplicate address 10.0.6.20 detected: 52:54:00:aa:10:01 and 52:54:00:bb:20:02 both answer ARP"), syslog)
    c.log("core-sw-1.log", c.every(1500, 3000, 15, lambda i, r: " core-sw-1 %SW_MATM-4-MACFLAP_NOTIF: Host 5254.00aa.1001 in vlan 60 is flapping between port Gi1/0/4 and port Gi1/0/9"), syslog)
    c.log("shop.log", c.every(0, 3000, 4, lambda i, r: f" INFO  shop GET /health 200") + c.every(1500, 3000, 8, lambda i, r: " WARN  shop call to http://10.0.6.20/stock failed: connection reset by peer"))


def api_throttled():
    c = Case("cloud-api-throttling", ["autoscaler", "node-autoscaler"], ["dependency.rate_limited", "load.rate_limit_exhausted"])
    rows = c.every(0, 1500, 15, lambda i, r: f" I0209 autoscaler scale.go:88] group workers: desired=12 actual=12") + c.every(1500, 3300, 5, lambda i, r: f" E0209 autoscaler aws.go:301] DescribeAutoScalingGroups failed: ThrottlingException: Rate exceeded, status code: 400, request id: {r.randrange(16**8):08x}")
    rows += c.every(1560, 3300, 60, lambda i, r: " W0209 autoscaler scale.go:131] skipping scale up of group workers: pending pods 41, state of the group unknown")
    c.log("autoscaler.log", rows)
    c.csv("pods.csv", {"pending_pods": c.noise(52, 1, .1) + [1.0 + i for i in range(58)], "workers_nodes": [12.0] * 110})


def main():
    os.makedirs(HERE, exist_ok=True)
    with open(os.path.join(HERE, "suite.yaml"), "w") as f:
        f.write("# SPDX-License-Identifier: Apache-2.0\nsuite: outages\nprimary: joint\n")
    for make in (dns_ttl, conntrack, ntp_skew, intermediate_expired, mtu, threads, gc_spiral, rebalance, zombie, inodes, descriptors, ports, throttled, slow_disk,
                 replica, stampede, retries, poison, clock_jump, rotation, link_flap, duplicate_ip, api_throttled):
        make()


if __name__ == "__main__":
    main()
