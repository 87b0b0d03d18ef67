# SPDX-License-Identifier: Apache-2.0
"""A small model of a Kubernetes cluster: nodes, workloads, pods, services, claims, and what the controllers make of them.

A fault changes the model the way the real component would; render.py prints it as kubectl and systemctl do. Everything comes from
one seed: names, flavour, version, ages and noise.
"""
import datetime
import random
import zlib

THEMES = [
    {"ns": "parcels", "web": "tracking-web", "gw": "depot-gateway", "svc": ["label-printer", "route-planner", "tariff", "customs-desk",
     "pickup-slots"], "db": "parcel-pg", "cache": "slot-redis", "mq": "parcel-rabbit", "worker": "scan-worker", "job": "manifest-export"},
    {"ns": "clinic-prod", "web": "patient-portal", "gw": "clinic-api", "svc": ["appointments", "triage", "ward-roster", "lab-results",
     "invoicing"], "db": "records-db", "cache": "session-cache", "mq": "ward-mq", "worker": "letter-worker", "job": "nightly-audit"},
    {"ns": "media", "web": "player-ui", "gw": "edge-bff", "svc": ["playlists", "entitlements", "transcoder", "subtitles", "ratings"],
     "db": "media-mysql", "cache": "hot-redis", "mq": "media-nats", "worker": "thumb-worker", "job": "royalty-report"},
    {"ns": "grid-ops", "web": "operator-console", "gw": "telemetry-hub", "svc": ["meter-ingest", "forecast", "outage-map", "dispatch",
     "settlement"], "db": "meters-pg", "cache": "lookup-redis", "mq": "grid-kafka", "worker": "alarm-worker", "job": "reading-rollup"},
]
FLAVOURS = [
    {"name": "kubeadm", "version": "v1.29.4", "node": "node-{i}.lan", "control": "cp-1.lan", "cni": "calico-node", "runtime": "containerd://1.7.13",
     "os": "Debian GNU/Linux 12 (bookworm)", "kernel": "6.1.0-18-amd64", "sc": ("local-path", "rancher.io/local-path")},
    {"name": "eks", "version": "v1.30.2-eks-1552ad0", "node": "ip-10-3-{i}-1{i}7.eu-west-1.compute.internal", "control": None, "cni": "aws-node",
     "runtime": "containerd://1.7.11", "os": "Amazon Linux 2023", "kernel": "6.1.94-99.176.amzn2023.x86_64", "sc": ("gp3", "ebs.csi.aws.com")},
    {"name": "gke", "version": "v1.28.9-gke.1209000", "node": "gke-prod-pool-1-5e2f81c4-x{i}kq", "control": None, "cni": "anetd",
     "runtime": "containerd://1.7.10", "os": "Container-Optimized OS from Google", "kernel": "6.1.58+", "sc": ("standard-rwo", "pd.csi.storage.gke.io")},
    {"name": "aks", "version": "v1.30.3", "node": "aks-user1-27481930-vmss00000{i}", "control": None, "cni": "azure-cns",
     "runtime": "containerd://1.7.20-1", "os": "Ubuntu 22.04.4 LTS", "kernel": "5.15.0-1068-azure", "sc": ("managed-csi", "disk.csi.azure.com")},
    {"name": "k3s", "version": "v1.31.1+k3s1", "node": "edge-{i}", "control": "edge-server", "cni": "svclb-traefik",
     "runtime": "containerd://1.7.21-k3s2", "os": "openSUSE Leap Micro 5.5", "kernel": "5.14.21-150500.55-default", "sc": ("local-path", "rancher.io/local-path")},
    {"name": "openshift", "version": "v1.28.7+f1b5f6c", "node": "worker-{i}.ocp.lab.example", "control": "master-0.ocp.lab.example", "cni": "ovnkube-node",
     "runtime": "cri-o://1.28.4-2", "os": "Red Hat Enterprise Linux CoreOS 415.92", "kernel": "5.14.0-284.55.1.el9_2.x86_64",
     "sc": ("ocs-storagecluster-ceph-rbd", "openshift-storage.rbd.csi.ceph.com")},
]
BASE32 = "bcdfghjklmnpqrstvwxz2456789"


def age_text(s):
    """As kubectl prints ages (duration.HumanDuration)."""
    s = int(s)
    if s < 120:
        return f"{s}s"
    m, sec = divmod(s, 60)
    if m < 10:
        return f"{m}m{sec}s" if sec else f"{m}m"
    if m < 180:
        return f"{m}m"
    h, m = divmod(m, 60)
    if h < 8:
        return f"{h}h{m}m" if m else f"{h}h"
    if h < 48:
        return f"{h}h"
    d, h = divmod(h, 24)
    if d < 8:
        return f"{d}d{h}h" if h else f"{d}d"
    return f"{d}d"


def hash_of(text):
    return zlib.crc32(text.encode())


class Event:
    def __init__(self, kind, obj, type_, reason, message, age, source, count=1, first=None, ns=None):
        self.kind, self.obj, self.type, self.reason, self.message = kind, obj, type_, reason, message
        self.age, self.source, self.count, self.first, self.ns = age, source, count, first, ns


class Node:
    def __init__(self, name, ip, cpu, mem_mi, roles, labels):
        self.name, self.ip, self.cpu, self.mem, self.roles, self.labels = name, ip, cpu, mem_mi, roles, dict(labels)
        self.taints, self.unschedulable, self.ready, self.conditions, self.services = [], False, "True", {}, {}
        self.lease_age, self.heartbeat_age = 6, 90
        self.reserved = (round(cpu * 0.28, 2), int(mem_mi * 0.22))  # what other teams' pods on it ask for
        self.extra_resources = {}
        self.commands = []  # more commands run on the node: (command, output)
        self.pods_extra = []


class Container:
    def __init__(self, name, image, port, requests, limits):
        self.name, self.image, self.port, self.requests, self.limits = name, image, port, requests, limits
        self.env, self.liveness, self.readiness, self.startup, self.mounts = [], None, None, None, []
        self.command, self.args, self.env_from, self.protocol = None, None, [], "TCP"


class Workload:
    def __init__(self, name, kind, container, replicas=1):
        self.name, self.kind, self.container, self.replicas = name, kind, container, replicas
        self.labels, self.pod_labels = {"app": name}, {"app": name}
        self.service_account, self.node_selector, self.tolerations, self.affinity = name, {}, [], []
        self.topology_spread, self.pull_secrets, self.volumes, self.init = [], [], [], []
        self.security, self.conditions, self.events, self.age, self.revision = {}, None, [], 0, 1
        self.ports, self.calls, self.host_ports = [], [], []
        self.strategy = "RollingUpdate"
        self.rs_error = None
        self.affinity_yaml = []


class Pod:
    def __init__(self, name, owner, workload, node, ip, age):
        self.name, self.owner, self.workload, self.node, self.ip, self.age = name, owner, workload, node, ip, age
        self.status, self.ready, self.phase, self.restarts, self.restart_age = "Running", True, "Running", 0, None
        self.state = [("State", "Running", [("Started", -2)])]
        self.last_state, self.init_state, self.events, self.gates = None, None, [], {}
        self.token = "%05x" % (hash_of(name) & 0xfffff)
        self.container, self.terminating, self.reason, self.message = workload.container, False, None, None
        self.old = False


class Service:
    def __init__(self, name, selector, ports, kind="ClusterIP", ip=None):
        self.name, self.selector, self.ports, self.kind, self.ip = name, dict(selector), ports, kind, ip
        self.events = []


class World:
    def __init__(self, seed, theme=None, flavour=None, fresh=None):
        self.rnd = random.Random(seed)
        self.theme = theme or self.rnd.choice(THEMES)
        self.flavour = flavour or self.rnd.choice(FLAVOURS)
        self.ns = self.theme["ns"]
        self.now = datetime.datetime(2026, self.rnd.randint(1, 9), self.rnd.randint(1, 27), self.rnd.randint(0, 23), self.rnd.randint(0, 59), 11)
        self.tz = self.rnd.choice(["+0000", "+0200", "-0500", "+0900"])
        self.fresh = self.rnd.random() < 0.5 if fresh is None else fresh
        self.nodes, self.workloads, self.pods, self.services, self.events = [], {}, [], {}, []
        self.pvcs, self.pvs, self.secrets, self.configmaps, self.accounts = {}, {}, {}, {}, []
        self.quotas, self.limits, self.policies, self.ingresses, self.hpas, self.jobs, self.classes = [], [], [], [], [], [], {}
        self.logs, self.extra, self.connect_fail, self.system = {}, {}, {}, []
        self.commands, self.control_services, self.pdbs, self.roles = [], ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"], [], []
        self.top = {}
        self._nodes()
        self._apps()
        self._place()
        self._system()

    # names --------------------------------------------------------------------------------------------------------
    def suffix(self, n):
        return "".join(self.rnd.choice(BASE32) for _ in range(n))

    def template_hash(self):
        """An FNV-32 sum in decimal, each digit written in the safe alphabet (util/rand SafeEncodeString)."""
        return "".join(BASE32[ord(c) % 27] for c in str(self.rnd.getrandbits(32)))

    def uid(self):
        h = "%032x" % self.rnd.getrandbits(128)
        return "-".join([h[:8], h[8:12], h[12:16], h[16:20], h[20:]])

    def at(self, age):
        return self.now - datetime.timedelta(seconds=age)

    def pod_ip(self):
        return f"10.244.{self.rnd.randint(1, 9)}.{self.rnd.randint(4, 250)}"

    # building -----------------------------------------------------------------------------------------------------
    def _nodes(self):
        f = self.flavour
        zones = ["a", "b", "c"]
        if f["control"]:
            n = Node(f["control"], "10.3.0.10", 4, 7962, "control-plane", {"node-role.kubernetes.io/control-plane": ""})
            n.taints = ["node-role.kubernetes.io/control-plane:NoSchedule"]
            self.nodes.append(n)
        for i in range(1, 4):
            n = Node(f["node"].format(i=i), f"10.3.{i}.1{i}7", 4, 15842, "worker" if f["name"] == "openshift" else "<none>",
                     {"topology.kubernetes.io/zone": "zone-" + zones[i - 1], "node-pool": "general"})
            self.nodes.append(n)
        for n in self.nodes:
            n.labels.update({"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": n.name})
            n.services = {"kubelet": "active", f["runtime"].split(":")[0].replace("cri-o", "crio"): "active"}
        self.workers = [n for n in self.nodes if not n.taints]

    def _container(self, name, port, cpu=100, mem=128):
        image = f"registry.{self.ns.split('-')[0]}.example/{name}:{self.rnd.randint(1, 4)}.{self.rnd.randint(0, 19)}.{self.rnd.randint(0, 9)}"
        c = Container(name if self.rnd.random() < 0.5 else "app", image, port, {"cpu": f"{cpu}m", "memory": f"{mem}Mi"},
                      {"cpu": f"{cpu * 3}m", "memory": f"{mem * 2}Mi"})
        return c

    def add(self, name, kind, port, calls=(), replicas=1, grpc=False, **kw):
        c = self._container(name, port, **kw)
        w = Workload(name, kind, c, replicas)
        w.calls = list(calls)
        w.ports = [("grpc" if grpc else "http", port, port, "TCP")] if port else []
        for callee in calls:
            cw = self.workloads.get(callee)
            if cw and cw.ports:
                key = callee.upper().replace("-", "_") + ("_ADDR" if self.rnd.random() < 0.6 else "_HOST_PORT")
                c.env.append((key, f"{callee}:{cw.ports[0][1]}"))
        if port:
            if kind == "StatefulSet":
                c.readiness = c.liveness = f"tcp-socket :{port} delay=5s timeout=1s period=10s #success=1 #failure=3"
            elif grpc:
                c.readiness = c.liveness = f"grpc <pod>:{port}  delay=5s timeout=1s period=10s #success=1 #failure=3"
            else:
                c.readiness = f"http-get http://:{port}/ready delay=5s timeout=1s period=10s #success=1 #failure=3"
                c.liveness = f"http-get http://:{port}/healthz delay=10s timeout=1s period=10s #success=1 #failure=3"
        self.workloads[name] = w
        self.accounts.append(name)
        if port:
            self.services[name] = Service(name, {"app": name}, list(w.ports), ip=f"10.96.{self.rnd.randint(1, 250)}.{self.rnd.randint(1, 250)}")
        return w

    def _apps(self):
        t = self.theme
        sc, prov = self.flavour["sc"]
        self.classes[sc] = prov
        db_port = 3306 if "mysql" in t["db"] else 5432
        self.add(t["db"], "StatefulSet", db_port, cpu=250, mem=512)
        self.add(t["cache"], "Deployment", 6379, cpu=100, mem=128)
        mq_port = {"parcel-rabbit": 5672, "ward-mq": 5672, "media-nats": 4222}.get(t["mq"], 9092)
        self.add(t["mq"], "StatefulSet", mq_port, cpu=200, mem=512)
        s = t["svc"]
        self.add(s[0], "Deployment", 8080, [t["db"]], replicas=2)
        self.add(s[1], "Deployment", 9000, [t["cache"], t["db"]])
        self.add(s[2], "Deployment", 50051, [], grpc=True)
        self.add(s[3], "Deployment", 8081, [s[2], t["db"]])
        self.add(s[4], "Deployment", 8000, [t["cache"], t["mq"]])
        self.add(t["worker"], "Deployment", None, [t["mq"], t["db"]])
        self.add(t["gw"], "Deployment", 8080, s, replicas=2)
        self.add(t["web"], "Deployment", 3000, [t["gw"]], replicas=1)
        self.services[t["web"]].ports = [("http", 80, 3000, "TCP")]
        for name in (t["db"], t["mq"]):
            claim = f"data-{name}-0"
            self.workloads[name].volumes.append(("data", "pvc", claim))
            self.workloads[name].container.mounts.append(("/var/lib/data", "data", "rw"))
            self.claim(claim, "10Gi", "RWO", sc, bound=f"{name}-0")
        for name in s[:3]:
            cm = f"{name}-config"
            self.configmaps[cm] = {"application.yaml": "log.level: info", "region": "eu1"}
            self.workloads[name].volumes.append(("config", "cm", cm))
            self.workloads[name].container.mounts.append(("/etc/app", "config", "ro"))
        for name in (s[0], s[3]):
            self.secrets[f"{t['db']}-credentials"] = {"password": 24, "username": 8}
            self.workloads[name].container.env.append(("DB_PASSWORD", f"<set to the key 'password' in secret '{t['db']}-credentials'>  Optional: false"))
        self.ingresses.append({"name": "public", "class": "nginx", "host": f"{t['web']}.example.org", "backend": t["web"], "port": 80, "events": [],
                               "tls": "public-tls"})
        self.secrets["public-tls"] = {"tls.crt": 1164, "tls.key": 1704}
        self.hpas.append({"name": t["gw"], "ref": t["gw"], "min": 2, "max": 6, "target": "70%", "current": "23%", "replicas": 2, "events": [],
                          "limited": False})
        self.pdbs.append((t["gw"], 1))
        self.jobs.append({"name": f"{t['job']}-29{self.rnd.randint(100000, 999999)}", "done": True, "age": 7200, "duration": "41s"})

    def claim(self, name, size, mode, sc, bound=None, phase="Bound"):
        vol = f"pvc-{self.uid()}"
        self.pvcs[name] = {"size": size, "mode": mode, "class": sc, "phase": phase, "volume": vol if phase == "Bound" else "", "used": bound,
                           "events": [], "selector": None}
        if phase == "Bound":
            self.pvs[vol] = {"size": size, "mode": mode, "class": sc, "phase": "Bound", "claim": f"{self.ns}/{name}", "labels": {},
                             "policy": "Delete", "affinity": None}

    def _place(self):
        young = self.rnd.randint(70, 300)
        i = self.rnd.randint(0, 2)
        for w in self.workloads.values():
            w.age = young if self.fresh else self.rnd.randint(6, 60) * 86400
            w.hash = self.template_hash()
            for r in range(w.replicas):
                i += 1
                self.new_pod(w, self.workers[i % 3], r, young if self.fresh else self.rnd.randint(2, 30) * 86400 // 2)
            self.logs[w.name] = self._quiet_log(w)

    def new_pod(self, w, node, ordinal=0, age=60):
        owner = w.name if w.kind == "StatefulSet" else f"{w.name}-{w.hash}"
        name = f"{w.name}-{ordinal}" if w.kind == "StatefulSet" else f"{owner}-{self.suffix(5)}"
        p = Pod(name, owner, w, node, self.pod_ip(), age)
        if age < 3600:
            p.events = self.started_events(p, age)
        self.pods.append(p)
        return p

    def started_events(self, p, age):
        c = p.container
        return [("Normal", "Scheduled", age, "default-scheduler", f"Successfully assigned {self.ns}/{p.name} to {p.node.name}"),
                ("Normal", "Pulled", age - 1, "kubelet", f"Container image \"{c.image}\" already present on machine"),
                ("Normal", "Created", age - 1, "kubelet", f"Created container {c.name}"),
                ("Normal", "Started", age - 1, "kubelet", f"Started container {c.name}")]

    def _system(self):
        """(namespace, pod, ready, status, restarts, age, node)"""
        f, add = self.flavour, self.system.append
        for n in self.nodes:
            add(["kube-system", f"{f['cni']}-{self.suffix(5)}", "1/1", "Running", self.rnd.choice(["0", "0", "1 (12d ago)"]), "61d", n])
            add(["kube-system", f"kube-proxy-{self.suffix(5)}", "1/1", "Running", "0", "61d", n])
        h = self.template_hash()
        for n in self.workers[:2]:
            add(["kube-system", f"coredns-{h}-{self.suffix(5)}", "1/1", "Running", "0", "61d", n])
        add(["kube-system", f"metrics-server-{self.template_hash()}-{self.suffix(5)}", "1/1", "Running", "2 (9d ago)", "61d", self.workers[2]])
        add(["ingress-nginx", f"ingress-nginx-controller-{self.template_hash()}-{self.suffix(5)}", "1/1", "Running", "0", "34d", self.workers[0]])
        add(["monitoring", f"prometheus-0", "2/2", "Running", "0", "34d", self.workers[1]])
        add(["cert-manager", f"cert-manager-{self.template_hash()}-{self.suffix(5)}", "1/1", "Running", "1 (20d ago)", "34d", self.workers[2]])
        if f["control"]:
            for c in self.control_services:
                add(["kube-system", f"{c}-{f['control']}", "1/1", "Running", "1 (61d ago)", "61d", self.nodes[0]])

    # lookups ------------------------------------------------------------------------------------------------------
    def pods_of(self, name):
        return [p for p in self.pods if p.workload.name == name]

    def callers(self, name):
        return [w for w in self.workloads.values() if name in w.calls]

    def endpoints(self, svc):
        """(ready addresses, not ready addresses): selector against labels, as the endpoints controller does."""
        ready, not_ready = [], []
        if not svc.selector:
            return ready, not_ready
        for p in self.pods:
            if all(p.workload.pod_labels.get(k) == v for k, v in svc.selector.items()) and p.ip and p.phase == "Running":
                (ready if p.ready and not p.terminating else not_ready).append(p)
        return ready, not_ready

    def target(self, p, port):
        return port[2]

    # logs ---------------------------------------------------------------------------------------------------------
    def stamp(self, age):
        return self.at(age).strftime("%Y-%m-%dT%H:%M:%S") + ".%03dZ" % self.rnd.randint(0, 999)

    def line(self, style, age, level, message):
        if style == "json":
            return '{"ts":"%s","level":"%s","msg":"%s"}' % (self.stamp(age), level.lower(), message.replace('"', '\\"'))
        if style == "logfmt":
            return 'time=%s level=%s msg="%s"' % (self.stamp(age), level.lower(), message.replace('"', "'"))
        return f"{self.stamp(age)} {level.upper():5} [main] {message}"

    def _quiet_log(self, w):
        w.style = self.rnd.choice(["json", "logfmt", "plain"])
        out = [self.line(w.style, 3000, "info", f"starting {w.name}")]
        if w.ports:
            out.append(self.line(w.style, 2999, "info", f"listening on :{w.container.port}"))
        for age in range(2900, 10, -290):
            out.append(self.line(w.style, age, "info", self.rnd.choice(
                ["request handled path=/v1/items status=200 took=%dms" % self.rnd.randint(2, 40), "housekeeping done", "cache refreshed entries=%d" % self.rnd.randint(10, 900)])))
        return out

    def log(self, name, ages, level, message):
        w = self.workloads[name]
        for age in ages:
            self.logs[name].append(self.line(w.style, age, level, message))

    # consequences -------------------------------------------------------------------------------------------------
    def callers_fail(self, name, how="refused"):
        """What clients of a service without a reachable backend log, and what happens further up."""
        svc = self.services.get(name)
        if not svc:
            return
        port = svc.ports[0][1]
        text = {"refused": f"dial tcp {svc.ip}:{port}: connect: connection refused", "timeout": f"dial tcp {svc.ip}:{port}: i/o timeout",
                "dns": f"dial tcp: lookup {name} on 10.96.0.10:53: no such host", "reset": f"read tcp {svc.ip}:{port}: connection reset by peer",
                "deadline": "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"}[how]
        for w in self.callers(name):
            self.log(w.name, range(50, 5, -9), "error", f"call to {name} failed: Get \"http://{name}:{port}/v1/items\": {text}")
            for up in self.callers(w.name):
                self.log(up.name, range(47, 5, -14), "error", f"upstream {w.name} answered 502 Bad Gateway")
        if how in ("refused", "timeout"):
            self.connect_fail[name] = how

    def event(self, p, type_, reason, message, age=20, source="kubelet", count=1, first=None):
        p.events.append((type_, reason, age if count == 1 else f"{age_text(age)} (x{count} over {age_text(first or p.age)})", source, message))

    def redeploy(self, name, age=None, keep_old=None):
        """A new pod template: fresh world - the only pods are new; else a rollout whose old pods still serve while the new one fails."""
        w = self.workloads[name]
        age = age or self.rnd.randint(90, 500)
        old = self.pods_of(name)
        if w.kind == "StatefulSet" or self.fresh or keep_old is False:
            p = old[0]
            for extra in old[1:]:
                self.pods.remove(extra)
            w.replicas = 1
            p.age = min(p.age, age)
            p.events = self.started_events(p, p.age)
            if w.kind != "StatefulSet" and not self.fresh:
                w.old_hash, w.hash = w.hash, self.template_hash()
                p.owner, p.name = f"{name}-{w.hash}", f"{name}-{w.hash}-{self.suffix(5)}"
                p.events = self.started_events(p, p.age)
                w.revision += 1
            return p
        w.old_hash, w.hash = w.hash, self.template_hash()
        w.revision += 1
        import copy
        w.old_container = copy.deepcopy(w.container)
        for q in old:
            q.container, q.old = w.old_container, True
        p = self.new_pod(w, self.rnd.choice(self.workers), 0, age)
        p.events = self.started_events(p, age)
        return p

    def pend(self, p, message, events=True):
        p.node, p.ip, p.status, p.phase, p.ready, p.state = None, None, "Pending", "Pending", False, []
        p.events = [("Warning", "FailedScheduling", p.age - 1, "default-scheduler", message)] if events else []

    def waiting(self, p, reason, message=None):
        p.status, p.ready, p.phase = reason, False, "Pending"
        p.state = [("State", "Waiting", [("Reason", reason)] + ([("Message", message)] if message else []))]

    def crash(self, p, reason, code, restarts=5, ago=40, message=None):
        p.status, p.ready, p.phase, p.restarts, p.restart_age = "CrashLoopBackOff", False, "Running", restarts, ago
        p.state = [("State", "Waiting", [("Reason", "CrashLoopBackOff")])]
        p.last_state = [("Reason", reason), ("Exit Code", code)] + ([("Message", message)] if message else []) + [("Started", ago + 2), ("Finished", ago)]
        self.event(p, "Warning", "BackOff", f"Back-off restarting failed container {p.container.name} in pod {p.name}_{self.ns}({self.uid()})",
                   ago - 30 if ago > 30 else 5, count=restarts * 3, first=p.age)

    def serving(self, name):
        return any(p.ready for p in self.pods_of(name))
