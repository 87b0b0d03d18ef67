# SPDX-License-Identifier: Apache-2.0
"""Prints a World as the tools do: kubectl get/describe, systemctl status, nc, and the manifests as applied."""
import os

from world import age_text

MODES = {"RWO": "ReadWriteOnce", "RWX": "ReadWriteMany", "ROX": "ReadOnlyMany", "RWOP": "ReadWriteOncePod"}


def table(rows):
    if not rows:
        return ""
    widths = [max(len(str(r[i])) for r in rows) for i in range(len(rows[0]))]
    return "\n".join("   ".join(str(c).ljust(widths[i]) for i, c in enumerate(r)).rstrip() for r in rows) + "\n"


def pairs(title, items, width=18):
    """Name: first item, the others below it."""
    items = list(items) or ["<none>"]
    return "".join(f"{title + ':' if i == 0 else '':<{width}}{v}\n" for i, v in enumerate(items))


def events(rows):
    if not rows:
        return "Events:                      <none>\n"
    out = [("  Type", "Reason", "Age", "From", "Message"), ("  ----", "------", "----", "----", "-------")]
    for type_, reason, age, source, message in rows:
        out.append(("  " + type_, reason, age if isinstance(age, str) else age_text(age), source, message))
    return "Events:\n" + table(out)


class Printer:
    def __init__(self, w):
        self.w = w
        self.out = []

    def cmd(self, command, text):
        self.out.append(f"$ {command}\n{text}" + ("" if text.endswith("\n") or not text else "\n") + "\n")

    def when(self, age):
        return self.w.at(age).strftime("%a, %d %b %Y %H:%M:%S ") + self.w.tz

    # pods ---------------------------------------------------------------------------------------------------------
    def restarts(self, p):
        return f"{p.restarts} ({age_text(p.restart_age)} ago)" if p.restarts and p.restart_age else str(p.restarts)

    def pod_row(self, p, wide):
        row = [p.name, "1/1" if p.ready else "0/1", p.status, self.restarts(p), age_text(p.age)]
        if wide:
            row += [p.ip or "<none>", p.node.name if p.node else "<none>", "<none>", "<none>"]
        return row

    def get_pods(self):
        w = self.w
        head = ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
        jobs = [[f"{j['name']}-{w.suffix(5)}", "0/1", "Completed" if j["done"] else j.get("pod", "Error"), "0", age_text(j["age"])] for j in w.jobs]
        self.cmd(f"kubectl get pods -n {w.ns}", table([head] + [self.pod_row(p, False) for p in w.pods] + jobs))
        self.cmd(f"kubectl get pods -n {w.ns} -o wide", table([head + ["IP", "NODE", "NOMINATED NODE", "READINESS GATES"]] + [self.pod_row(p, True) for p in w.pods]))
        self.cmd("kubectl get pods -n kube-system -o wide", table([head + ["IP", "NODE"]] + [s[1:6] + [s[6].ip, s[6].name] for s in w.system if s[0] == "kube-system"]))
        rows = [["NAMESPACE"] + head] + [[s[0]] + s[1:6] for s in w.system if s[0] != "kube-system"]
        self.cmd("kubectl get pods -A --field-selector metadata.namespace!=kube-system", table(rows + [[w.ns] + self.pod_row(p, False) for p in w.pods]))

    def container(self, c, indent, p=None, state=None):
        i = " " * indent
        out = f"{i}{c.name}:\n"
        if p and p.node and p.status not in ("Pending", "ContainerCreating"):
            out += f"{i}  Container ID:   containerd://{self.w.rnd.getrandbits(256):064x}\n"
        out += f"{i}  Image:          {c.image}\n"
        if c.port:
            out += f"{i}  Port:           {c.port}/{c.protocol}\n{i}  Host Port:      0/TCP\n"
        for title, value in (("Command", c.command), ("Args", c.args)):
            if value:
                out += f"{i}  {title}:\n" + "".join(f"{i}    {v}\n" for v in value)
        if p:
            for name, value, more in state if state is not None else (p.state or [("State", "Waiting", [("Reason", "ContainerCreating")] if p.node else [])]):
                out += f"{i}  {name + ':':<15} {value}\n"
                out += "".join(f"{i}    {k + ':':<13} {self.when(p.age + v) if k == 'Started' and v < 0 else v}\n" for k, v in more)
            if p.last_state and state is None:
                out += f"{i}  Last State:     Terminated\n"
                out += "".join(f"{i}    {k + ':':<13} {self.when(v) if k in ('Started', 'Finished') else v}\n" for k, v in p.last_state)
            out += f"{i}  Ready:          {p.ready if state is None else False}\n{i}  Restart Count:  {p.restarts if (state is not None) == bool(p.init_state) else 0}\n"
        for title, value in (("Limits", c.limits), ("Requests", c.requests)):
            if value:
                out += f"{i}  {title}:\n" + "".join(f"{i}    {k + ':':<8} {v}\n" for k, v in value.items())
        for title, value in (("Liveness", c.liveness), ("Readiness", c.readiness), ("Startup", c.startup)):
            if value:
                out += f"{i}  {title + ':':<15} {value}\n"
        if c.env_from:
            out += f"{i}  Environment Variables from:\n" + "".join(f"{i}    {n}  {k}  Optional: false\n" for n, k in c.env_from)
        out += f"{i}  Environment:" + ("\n" if c.env else "    <none>\n")
        out += "".join(f"{i}    {k + ':':<24} {v}\n" for k, v in c.env)
        out += f"{i}  Mounts:\n" + "".join(f"{i}    {path} from {vol} ({mode})\n" for path, vol, mode in c.mounts)
        if p:
            out += f"{i}    /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-{p.token} (ro)\n"
        return out

    def volumes(self, w):
        out = ""
        for name, kind, ref in w.volumes:
            out += f"  {name}:\n"
            if kind == "pvc":
                out += f"    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)\n    ClaimName:  {ref}\n    ReadOnly:   false\n"
            elif kind == "cm":
                out += f"    Type:      ConfigMap (a volume populated by a ConfigMap)\n    Name:      {ref}\n    Optional:  false\n"
            elif kind == "secret":
                out += f"    Type:        Secret (a volume populated by a Secret)\n    SecretName:  {ref}\n    Optional:    false\n"
            else:
                out += f"    Type:       {kind}\n    {ref}\n"
        return out

    def describe_pod(self, p):
        wl = p.workload
        out = f"Name:             {p.name}\nNamespace:        {self.w.ns}\nPriority:         0\nService Account:  {wl.service_account}\n"
        out += f"Node:             {p.node.name + '/' + p.node.ip if p.node else '<none>'}\n"
        if p.node:
            out += f"Start Time:       {self.when(p.age)}\n"
        labels = dict(wl.pod_labels)
        labels["pod-template-hash" if wl.kind == "Deployment" else "controller-revision-hash"] = p.owner.rsplit("-", 1)[-1]
        out += pairs("Labels", [f"{k}={v}" for k, v in labels.items()]) + "Annotations:      <none>\n"
        out += f"Status:           {'Terminating (lasts 4m12s)' if p.terminating else p.phase}\n"
        if p.reason:
            out += f"Reason:           {p.reason}\nMessage:          {p.message}\n"
        for k, v in wl.security.items():
            out += f"{k + ':':<18}{v}\n"
        out += f"IP:               {p.ip or ''}\nIPs:              {'<none>' if not p.ip else chr(10) + '  IP:           ' + p.ip}\n"
        out += f"Controlled By:    {'ReplicaSet' if wl.kind == 'Deployment' else wl.kind}/{p.owner}\n"
        if wl.init and not p.old:
            out += "Init Containers:\n" + "".join(self.container(c, 2, p, p.init_state or []) for c in wl.init)
        out += "Containers:\n" + self.container(p.container, 2, p)
        initialized = not p.init_state
        conds = [("PodReadyToStartContainers", bool(p.ip)), ("Initialized", initialized), ("Ready", p.ready), ("ContainersReady", p.ready), ("PodScheduled", bool(p.node))]
        if not p.node:
            conds = [("PodScheduled", False)] if p.events else []
        if conds:
            out += "Conditions:\n" + table([("  Type", "Status")] + [("  " + a, b) for a, b in conds])
        out += "Volumes:\n" + self.volumes(wl)
        out += f"  kube-api-access-{p.token}:\n    Type:                    Projected (a volume that contains injected data from multiple sources)\n"
        out += "    TokenExpirationSeconds:  3607\n    ConfigMapName:           kube-root-ca.crt\nQoS Class:                   Burstable\n"
        out += pairs("Node-Selectors", [f"{k}={v}" for k, v in wl.node_selector.items()] if not p.old else [], 29)
        out += pairs("Tolerations", wl.tolerations + ["node.kubernetes.io/not-ready:NoExecute op=Exists for 300s", "node.kubernetes.io/unreachable:NoExecute op=Exists for 300s"], 29)
        if wl.topology_spread and not p.old:
            out += pairs("Topology Spread Constraints", wl.topology_spread, 29)
        self.cmd(f"kubectl describe pod {p.name} -n {self.w.ns}", out + events(p.events))

    # workloads ----------------------------------------------------------------------------------------------------
    def counts(self, wl):
        pods = self.w.pods_of(wl.name)
        return len(pods), sum(1 for p in pods if p.ready), sum(1 for p in pods if not p.old)

    def get_workloads(self):
        w, deps, sts, rss = self.w, [], [], []
        for wl in w.workloads.values():
            total, ready, new = self.counts(wl)
            if wl.kind == "StatefulSet":
                sts.append([wl.name, f"{ready}/{wl.replicas}", age_text(wl.age)])
                continue
            deps.append([wl.name, f"{ready}/{wl.replicas}", new, ready, age_text(wl.age)])
            for h, old in ([(wl.hash, False)] + ([(wl.old_hash, True)] if hasattr(wl, "old_hash") else [])):
                mine = [p for p in w.pods_of(wl.name) if p.old == old]
                desired = len(mine) if old else max(len(mine), 1 if wl.rs_error else 0, 0 if hasattr(wl, "old_hash") else wl.replicas)
                rss.append([f"{wl.name}-{h}", desired, len(mine), sum(p.ready for p in mine), age_text(wl.age if old else min([p.age for p in mine] or [wl.age]))])
        self.cmd(f"kubectl get deployments -n {w.ns}", table([["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]] + deps))
        self.cmd(f"kubectl get statefulsets -n {w.ns}", table([["NAME", "READY", "AGE"]] + sts))
        self.cmd(f"kubectl get replicasets -n {w.ns}", table([["NAME", "DESIRED", "CURRENT", "READY", "AGE"]] + rss))
        for wl in w.workloads.values():
            self.describe_workload(wl)

    def template(self, wl):
        out = "Pod Template:\n  " + pairs("Labels", [f"{k}={v}" for k, v in wl.pod_labels.items()]).replace("\n", "\n  ").rstrip(" ")
        out += f"  Service Account:  {wl.service_account}\n"
        if wl.init:
            out += "  Init Containers:\n" + "".join(self.container(c, 3) for c in wl.init)
        out += "  Containers:\n" + self.container(wl.container, 3) + ("  Volumes:\n" + self.volumes(wl).replace("  ", "   ", 1) if wl.volumes else "  Volumes:         <none>\n")
        out += "  " + pairs("Node-Selectors", [f"{k}={v}" for k, v in wl.node_selector.items()])
        out += "  " + pairs("Tolerations", wl.tolerations)
        return out

    def describe_workload(self, wl):
        w = self.w
        total, ready, new = self.counts(wl)
        sel = ",".join(f"{k}={v}" for k, v in list(wl.pod_labels.items())[:1])
        out = f"Name:                   {wl.name}\nNamespace:              {w.ns}\nCreationTimestamp:      {self.when(wl.age)}\nLabels:                 app={wl.name}\n"
        if wl.kind == "StatefulSet":
            out += f"Selector:           {sel}\nReplicas:           {wl.replicas} desired | {total} total\nUpdate Strategy:    RollingUpdate\n"
            out += f"Pods Status:        {sum(p.phase == 'Running' for p in w.pods_of(wl.name))} Running / {sum(p.phase == 'Pending' for p in w.pods_of(wl.name))} Waiting / 0 Succeeded / 0 Failed\n"
            self.cmd(f"kubectl describe statefulset {wl.name} -n {w.ns}", out + self.template(wl) + events(wl.events))
            return
        out += f"Annotations:            deployment.kubernetes.io/revision: {wl.revision}\nSelector:               {sel}\n"
        out += f"Replicas:               {wl.replicas} desired | {new} updated | {total} total | {ready} available | {max(total, wl.replicas) - ready} unavailable\n"
        out += f"StrategyType:           {wl.strategy}\nMinReadySeconds:        0\n"
        if wl.strategy == "RollingUpdate":
            out += "RollingUpdateStrategy:  25% max unavailable, 25% max surge\n"
        conds = wl.conditions or [("Available", "True", "MinimumReplicasAvailable") if ready >= wl.replicas and wl.replicas else
                                  ("Available", "False", "MinimumReplicasUnavailable") if wl.replicas else ("Available", "True", "MinimumReplicasAvailable"),
                                  ("Progressing", "True", "NewReplicaSetAvailable" if ready >= total and not wl.rs_error else "ReplicaSetUpdated")]
        if wl.rs_error:
            conds = conds + [("ReplicaFailure", "True", "FailedCreate")]
        out += self.template(wl) + "Conditions:\n" + table([("  Type", "Status", "Reason"), ("  ----", "------", "------")] + [("  " + a, b, c) for a, b, c in conds])
        old = f"{wl.name}-{wl.old_hash} ({sum(p.old for p in w.pods_of(wl.name))}/{wl.replicas} replicas created)" if hasattr(wl, "old_hash") else "<none>"
        out += f"OldReplicaSets:  {old}\nNewReplicaSet:   {wl.name}-{wl.hash} ({new}/{max(new, 1) if wl.replicas else 0} replicas created)\n"
        age = min([p.age for p in w.pods_of(wl.name) if not p.old] or [wl.age])
        own = wl.events or ([("Normal", "ScalingReplicaSet", age + 1, "deployment-controller", f"Scaled up replica set {wl.name}-{wl.hash} to 1")] if age < 3600 else [])
        self.cmd(f"kubectl describe deployment {wl.name} -n {w.ns}", out + events(own))
        if wl.rs_error or wl.rnd_rs:
            out = f"Name:           {wl.name}-{wl.hash}\nNamespace:      {w.ns}\nSelector:       {sel},pod-template-hash={wl.hash}\n"
            out += f"Controlled By:  Deployment/{wl.name}\nReplicas:       {new} current / {max(new, 1)} desired\n"
            out += f"Pods Status:    {sum(p.phase == 'Running' for p in w.pods_of(wl.name) if not p.old)} Running / 0 Waiting / 0 Succeeded / 0 Failed\n" + self.template(wl)
            rows = [("Warning", "FailedCreate", f"{age_text(11)} (x{w.rnd.randint(6, 15)} over {age_text(240)})", "replicaset-controller", wl.rs_error)] if wl.rs_error else []
            if wl.rs_error:
                out += "Conditions:\n" + table([("  Type", "Status", "Reason"), ("  ----", "------", "------"), ("  ReplicaFailure", "True", "FailedCreate")])
            self.cmd(f"kubectl describe replicaset {wl.name}-{wl.hash} -n {w.ns}", out + events(rows))

    # services -----------------------------------------------------------------------------------------------------
    def addresses(self, svc, pods):
        texts = [f"{p.ip}:{port[2]}" for p in pods for port in svc.ports if isinstance(port[2], int)]
        if len(texts) > 3:
            return ",".join(texts[:3]) + f" + {len(texts) - 3} more..."
        return ",".join(texts) or "<none>"

    def get_services(self):
        w = self.w
        head = ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]
        rows = [[s.name, s.kind, s.ip, "<none>", ",".join(f"{p[1]}/{p[3]}" for p in s.ports), age_text(w.workloads[s.name].age)] for s in w.services.values()]
        self.cmd(f"kubectl get services -n {w.ns}", table([head] + rows))
        self.cmd(f"kubectl get services -n {w.ns} -o wide", table([head + ["SELECTOR"]] + [r + [",".join(f"{k}={v}" for k, v in w.services[r[0]].selector.items()) or "<none>"] for r in rows]))
        for s in w.services.values():
            ready, _ = w.endpoints(s)
            out = f"Name:              {s.name}\nNamespace:         {w.ns}\nLabels:            app={s.name}\nAnnotations:       <none>\n"
            out += f"Selector:          {','.join(f'{k}={v}' for k, v in s.selector.items()) or '<none>'}\nType:              {s.kind}\nIP Family Policy:  SingleStack\nIP Families:       IPv4\nIP:                {s.ip}\nIPs:               {s.ip}\n"
            for port in s.ports:
                out += f"Port:              {port[0]}  {port[1]}/{port[3]}\nTargetPort:        {port[2]}/{port[3]}\nEndpoints:         {self.addresses(s, ready)}\n"
            self.cmd(f"kubectl describe service {s.name} -n {w.ns}", out + "Session Affinity:  None\n" + events(s.events).replace("                      ", "            "))
        rows = [[s.name, self.addresses(s, w.endpoints(s)[0]), age_text(w.workloads[s.name].age)] for s in w.services.values()]
        self.cmd(f"kubectl get endpoints -n {w.ns}", table([["NAME", "ENDPOINTS", "AGE"]] + rows))

    # nodes --------------------------------------------------------------------------------------------------------
    def node_status(self, n):
        s = {"True": "Ready", "False": "NotReady", "Unknown": "NotReady"}[n.ready]
        return s + (",SchedulingDisabled" if n.unschedulable else "")

    def get_nodes(self):
        w, f = self.w, self.w.flavour
        rows = [[n.name, self.node_status(n), n.roles, "61d", f["version"]] for n in w.nodes]
        self.cmd("kubectl get nodes", table([["NAME", "STATUS", "ROLES", "AGE", "VERSION"]] + rows))
        self.cmd("kubectl get nodes -o wide", table([["NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME"]]
                 + [r + [n.ip, "<none>", f["os"], f["kernel"], f["runtime"]] for r, n in zip(rows, w.nodes)]))
        for n in w.nodes:
            self.describe_node(n)
        if w.top.get("nodes") is not False:
            rows = [[n.name] + list(w.top.get(n.name, (f"{w.rnd.randint(300, 900)}m", f"{w.rnd.randint(9, 24)}%", f"{w.rnd.randint(3000, 6000)}Mi", f"{w.rnd.randint(22, 45)}%"))) for n in w.nodes]
            self.cmd("kubectl top nodes", table([["NAME", "CPU(cores)", "CPU%", "MEMORY(bytes)", "MEMORY%"]] + rows))

    def describe_node(self, n):
        w, f = self.w, self.w.flavour
        out = f"Name:               {n.name}\nRoles:              {n.roles}\n" + pairs("Labels", [f"{k}={v}" for k, v in sorted(n.labels.items())], 20)
        out += "Annotations:        node.alpha.kubernetes.io/ttl: 0\n" + f"CreationTimestamp:  {self.when(61 * 86400)}\n"
        taints = list(n.taints) + (["node.kubernetes.io/unschedulable:NoSchedule"] if n.unschedulable else [])
        out += pairs("Taints", taints, 20) + f"Unschedulable:      {str(n.unschedulable).lower()}\nLease:\n  HolderIdentity:  {n.name}\n  AcquireTime:     <unset>\n  RenewTime:       {self.when(n.lease_age)}\n"
        base = [("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"), ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"), ("Ready", n.ready, "KubeletReady", "kubelet is posting ready status")]
        rows = [("  Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"), ("  ----", "------", "-----------------", "------------------", "------", "-------")]
        for kind, status, reason, message in base:
            status, reason, message, since = n.conditions.get(kind, (status, reason, message, 61 * 86400 - 40))
            rows.append(("  " + kind, status, self.when(n.heartbeat_age), self.when(since), reason, message))
        out += "Conditions:\n" + table(rows) + f"Addresses:\n  InternalIP:  {n.ip}\n  Hostname:    {n.name}\n"
        extra = "".join(f"  {k + ':':<20}{v}\n" for k, v in n.extra_resources.items())
        out += f"Capacity:\n  cpu:                {n.cpu}\n  ephemeral-storage:  83873772Ki\n  memory:             {n.mem * 1024}Ki\n{extra}  pods:               110\n"
        out += f"Allocatable:\n  cpu:                {n.cpu * 1000 - 80}m\n  ephemeral-storage:  76224326324\n  memory:             {(n.mem - 700) * 1024}Ki\n{extra}  pods:               110\n"
        out += f"System Info:\n  Machine ID:                 {w.rnd.getrandbits(128):032x}\n  Kernel Version:             {f['kernel']}\n  OS Image:                   {f['os']}\n  Container Runtime Version:  {f['runtime']}\n  Kubelet Version:            {f['version']}\n"
        mine = [p for p in w.pods if p.node is n]
        cpu = sum(int(p.container.requests.get("cpu", "0m")[:-1]) for p in mine) + int(n.reserved[0] * 1000)
        mem = sum(int(p.container.requests.get("memory", "0Mi")[:-2]) for p in mine) + n.reserved[1]
        pct = lambda a, b: f"({int(a * 100 / b)}%)"
        alloc_cpu, alloc_mem = n.cpu * 1000 - 80, n.mem - 700
        out += f"Non-terminated Pods:          ({len(mine) + 2} in total)\n"
        rows = [("  Namespace", "Name", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"), ("  ---------", "----", "------------", "----------", "---------------", "-------------", "---")]
        rows += [("  " + w.ns, p.name, f"{p.container.requests.get('cpu', '0')} {pct(int(p.container.requests.get('cpu', '0m')[:-1]), alloc_cpu)}", "0 (0%)",
                  f"{p.container.requests.get('memory', '0')} {pct(int(p.container.requests.get('memory', '0Mi')[:-2]), alloc_mem)}", "0 (0%)", age_text(p.age)) for p in mine]
        rows += [("  kube-system", s[1], "25m (0%)", "0 (0%)", "40Mi (0%)", "0 (0%)", "61d") for s in w.system if s[6] is n and s[0] == "kube-system"]
        rows += [("  batch-team", f"grid-solver-{n.ip.split('.')[-1]}-0", f"{int(n.reserved[0] * 1000)}m {pct(n.reserved[0] * 1000, alloc_cpu)}", "0 (0%)", f"{n.reserved[1]}Mi {pct(n.reserved[1], alloc_mem)}", "0 (0%)", "20d")]
        out += table(rows) + "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n"
        out += table([("  Resource", "Requests", "Limits"), ("  --------", "--------", "------"), ("  cpu", f"{cpu}m {pct(cpu, alloc_cpu)}", "0 (0%)"), ("  memory", f"{mem}Mi {pct(mem, alloc_mem)}", "0 (0%)"),
                      ("  ephemeral-storage", "0 (0%)", "0 (0%)")] + [(f"  {k}", v, v) for k, v in n.extra_resources.items()])
        self.cmd(f"kubectl describe node {n.name}", out + events(n.services.get("_events", [])))

    # storage, configuration, policy -------------------------------------------------------------------------------
    def get_storage(self):
        w = self.w
        rows = [[k, v["phase"], v["volume"], v["size"] if v["phase"] == "Bound" else "", v["mode"] if v["phase"] == "Bound" else "", v["class"], age_text(v.get("age", 3000))] for k, v in w.pvcs.items()]
        self.cmd(f"kubectl get pvc -n {w.ns}", table([["NAME", "STATUS", "VOLUME", "CAPACITY", "ACCESS MODES", "STORAGECLASS", "AGE"]] + rows))
        for k, v in w.pvcs.items():
            out = f"Name:          {k}\nNamespace:     {w.ns}\nStorageClass:  {v['class']}\nStatus:        {v['phase']}\nVolume:        {v['volume']}\nLabels:        <none>\n"
            out += f"Capacity:      {v['size'] if v['phase'] == 'Bound' else ''}\nAccess Modes:  {v['mode'] if v['phase'] == 'Bound' else ''}\nVolumeMode:    Filesystem\nUsed By:       {v['used'] or '<none>'}\n"
            self.cmd(f"kubectl describe pvc {k} -n {w.ns}", out + events(v["events"]))
        rows = [[k, v["size"], v["mode"], v["policy"], v["phase"], v["claim"], v["class"], "", "61d"] for k, v in w.pvs.items()]
        self.cmd("kubectl get pv", table([["NAME", "CAPACITY", "ACCESS MODES", "RECLAIM POLICY", "STATUS", "CLAIM", "STORAGECLASS", "REASON", "AGE"]] + rows))
        for k, v in w.pvs.items():
            if v["labels"] or v["affinity"] or v["phase"] != "Bound":
                out = f"Name:            {k}\n" + pairs("Labels", [f"{a}={b}" for a, b in v["labels"].items()], 17) + f"StorageClass:    {v['class']}\nStatus:          {v['phase']}\nClaim:           {v['claim']}\nReclaim Policy:  {v['policy']}\nAccess Modes:    {v['mode']}\nVolumeMode:      Filesystem\nCapacity:        {v['size']}\n"
                out += f"Node Affinity:   {'<none>' if not v['affinity'] else chr(10) + '  Required Terms:  ' + chr(10) + '    Term 0:        ' + v['affinity']}\n"
                self.cmd(f"kubectl describe pv {k}", out + events([]))
        self.cmd("kubectl get storageclass", table([["NAME", "PROVISIONER", "RECLAIMPOLICY", "VOLUMEBINDINGMODE", "ALLOWVOLUMEEXPANSION", "AGE"]] +
                 [[k + (" (default)" if i == 0 else ""), p, "Delete", "WaitForFirstConsumer", "true", "61d"] for i, (k, p) in enumerate(w.classes.items())]))

    def get_config(self):
        w = self.w
        self.cmd(f"kubectl get configmaps -n {w.ns}", table([["NAME", "DATA", "AGE"], ["kube-root-ca.crt", 1, "61d"]] + [[k, len(v), "30d"] for k, v in w.configmaps.items()]))
        for k, v in w.configmaps.items():
            self.cmd(f"kubectl describe configmap {k} -n {w.ns}", f"Name:         {k}\nNamespace:    {w.ns}\nLabels:       <none>\n\nData\n====\n" + "".join(f"{a}:\n----\n{b}\n\n" for a, b in v.items()) + "\nBinaryData\n====\n\n" + "Events:  <none>\n")
        self.cmd(f"kubectl get secrets -n {w.ns}", table([["NAME", "TYPE", "DATA", "AGE"]] + [[k, "kubernetes.io/tls" if "tls.crt" in v else "kubernetes.io/dockerconfigjson" if ".dockerconfigjson" in v else "Opaque", len(v), "30d"] for k, v in w.secrets.items()]))
        for k, v in w.secrets.items():
            self.cmd(f"kubectl describe secret {k} -n {w.ns}", f"Name:         {k}\nNamespace:    {w.ns}\nLabels:       <none>\n\nType:  Opaque\n\nData\n====\n" + "".join(f"{a}:  {n} bytes\n" for a, n in v.items()))
        self.cmd(f"kubectl get serviceaccounts -n {w.ns}", table([["NAME", "SECRETS", "AGE"], ["default", 0, "61d"]] + [[a, 0, "30d"] for a in w.accounts]))

    def get_policy(self):
        w = self.w
        for q in w.quotas:
            rows = [("Resource", "Used", "Hard"), ("--------", "----", "----")] + q["rows"]
            self.cmd(f"kubectl describe resourcequota -n {w.ns}", f"Name:            {q['name']}\nNamespace:       {w.ns}\n" + table(rows))
            self.cmd(f"kubectl get resourcequota -n {w.ns}", table([["NAME", "AGE", "REQUEST", "LIMIT"], [q["name"], "12d", ", ".join(f"{a}: {b}/{c}" for a, b, c in q["rows"] if not a.startswith("limits")), ", ".join(f"{a}: {b}/{c}" for a, b, c in q["rows"] if a.startswith("limits"))]]))
        if not w.quotas:
            self.cmd(f"kubectl get resourcequota -n {w.ns}", f"No resources found in {w.ns} namespace.")
        for text in w.limits:
            self.cmd(f"kubectl describe limitrange -n {w.ns}", text)
        if w.policies:
            self.cmd(f"kubectl get networkpolicies -n {w.ns}", table([["NAME", "POD-SELECTOR", "AGE"]] + [[p["name"], p["selector"], p["age"]] for p in w.policies]))
            for p in w.policies:
                self.cmd(f"kubectl describe networkpolicy {p['name']} -n {w.ns}", p["text"])
        else:
            self.cmd(f"kubectl get networkpolicies -n {w.ns}", f"No resources found in {w.ns} namespace.")
        self.cmd(f"kubectl get ingress -n {w.ns}", table([["NAME", "CLASS", "HOSTS", "ADDRESS", "PORTS", "AGE"]] + [[i["name"], i["class"], i["host"], "203.0.113.20", "80, 443", "30d"] for i in w.ingresses]))
        for i in w.ingresses:
            svc = w.services.get(i["backend"])
            port = svc and any(p[1] == i["port"] for p in svc.ports)
            back = self.addresses(svc, w.endpoints(svc)[0]) if port else f'<error: endpoints "{i["backend"]}" not found>' if not svc else "<none>"
            self.cmd(f"kubectl describe ingress {i['name']} -n {w.ns}", f"Name:             {i['name']}\nLabels:           <none>\nNamespace:        {w.ns}\nAddress:          203.0.113.20\nIngress Class:    {i['class']}\nDefault backend:  <default>\nTLS:\n  {i['tls']} terminates {i['host']}\nRules:\n  Host                Path  Backends\n  ----                ----  --------\n  {i['host']}\n                      /   {i['backend']}:{i['port']} ({back})\nAnnotations:          <none>\n" + events(i["events"]))
        rows = [[h["name"], f"Deployment/{h['ref']}", f"{'cpu: ' if w.rnd.random() < .4 else ''}{h['current']}/{h['target']}", h["min"], h["max"], h["replicas"], "30d"] for h in w.hpas]
        self.cmd(f"kubectl get hpa -n {w.ns}", table([["NAME", "REFERENCE", "TARGETS", "MINPODS", "MAXPODS", "REPLICAS", "AGE"]] + rows))
        rows = [[j["name"], "1/1" if j["done"] else "0/1", j["duration"], age_text(j["age"])] for j in w.jobs]
        self.cmd(f"kubectl get jobs -n {w.ns}", table([["NAME", "COMPLETIONS", "DURATION", "AGE"]] + rows))
        self.cmd(f"kubectl get pdb -n {w.ns}", table([["NAME", "MIN AVAILABLE", "MAX UNAVAILABLE", "ALLOWED DISRUPTIONS", "AGE"]] + [[n, m, "N/A", 1, "30d"] for n, m in w.pdbs]))

    def get_events(self):
        w, rows = self.w, []
        for p in w.pods:
            rows += [(e[2], e[0], e[1], "pod/" + p.name, e[4]) for e in p.events]
        for wl in w.workloads.values():
            rows += [(e[2], e[0], e[1], wl.kind.lower() + "/" + wl.name, e[4]) for e in wl.events]
            if wl.rs_error:
                rows.append((11, "Warning", "FailedCreate", f"replicaset/{wl.name}-{wl.hash}" if wl.kind == "Deployment" else f"statefulset/{wl.name}", wl.rs_error))
        rows += [(e.age, e.type, e.reason, e.kind.lower() + "/" + e.obj, e.message) for e in w.events]
        rows = [(r[0] if isinstance(r[0], str) else age_text(r[0]),) + r[1:] for r in rows]
        self.cmd(f"kubectl get events -n {w.ns}", table([("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")] + [(r[0].split(" ")[0],) + r[1:] for r in rows]) if rows else f"No resources found in {w.ns} namespace.")

    def all(self):
        w = self.w
        for wl in w.workloads.values():
            wl.rnd_rs = w.rnd.random() < 0.3
        self.get_pods()
        for p in w.pods:
            self.describe_pod(p)
        self.get_services(), self.get_workloads(), self.get_config(), self.get_storage(), self.get_policy(), self.get_nodes(), self.get_events()
        for command, text in w.commands:
            self.cmd(command, text)
        return "".join(self.out)


def unit(w, n, name, state):
    start = w.at(61 * 86400).strftime("%a %Y-%m-%d %H:%M:%S UTC")
    active = {"active": f"active (running) since {start}; 2 months 0 days ago", "dead": f"inactive (dead) since {w.at(400).strftime('%a %Y-%m-%d %H:%M:%S UTC')}; 6min ago",
              "failed": f"failed (Result: exit-code) since {w.at(400).strftime('%a %Y-%m-%d %H:%M:%S UTC')}; 6min ago"}[state]
    mark = {"active": "●", "dead": "○", "failed": "×"}[state]
    out = f"{mark} {name}.service - {name}\n     Loaded: loaded (/usr/lib/systemd/system/{name}.service; enabled; preset: disabled)\n     Active: {active}\n"
    if state == "active":
        out += f"   Main PID: {w.rnd.randint(800, 4000)} ({name})\n      Tasks: {w.rnd.randint(9, 30)} (limit: 18917)\n     Memory: {w.rnd.randint(40, 120)}.3M\n        CPU: 1h 12min 6.201s\n"
    else:
        out += f"   Main PID: {w.rnd.randint(800, 4000)} (code={'exited, status=1/FAILURE' if state == 'failed' else 'exited, status=0/SUCCESS'})\n        CPU: 1h 12min 6.201s\n"
        if state == "dead":
            out += f"\n{w.at(400).strftime('%b %d %H:%M:%S')} {n.name.split('.')[0]} systemd[1]: Stopping {name}...\n{w.at(400).strftime('%b %d %H:%M:%S')} {n.name.split('.')[0]} systemd[1]: {name}.service: Deactivated successfully.\n{w.at(400).strftime('%b %d %H:%M:%S')} {n.name.split('.')[0]} systemd[1]: Stopped {name}.\n"
        else:
            out += f"\n{w.at(401).strftime('%b %d %H:%M:%S')} {n.name.split('.')[0]} systemd[1]: {name}.service: Main process exited, code=exited, status=1/FAILURE\n{w.at(400).strftime('%b %d %H:%M:%S')} {n.name.split('.')[0]} systemd[1]: {name}.service: Failed with result 'exit-code'.\n"
    return out


def node_file(w, n):
    out = ""
    for name, state in n.services.items():
        if not name.startswith("_"):
            out += f"$ systemctl status {name}\n{unit(w, n, name, state)}\n"
    for command, text in n.commands:
        out += f"$ {command}\n{text}\n\n"
    return out


def connectivity(w):
    out = ""
    for s in w.services.values():
        port = s.ports[0][1]
        ready, _ = w.endpoints(s)
        how = w.connect_fail.get(s.name) or (None if ready else "refused")
        tail = {"refused": f"nc: connect to {s.name}.{w.ns} ({s.ip}) port {port} (tcp) failed: Connection refused", "timeout": f"nc: connect to {s.name}.{w.ns} ({s.ip}) port {port} (tcp) timed out: Operation now in progress",
                "dns": f"nc: getaddrinfo for host \"{s.name}.{w.ns}\" port {port}: Temporary failure in name resolution", None: f"Connection to {s.name}.{w.ns} ({s.ip}) {port} port [tcp/*] succeeded!"}[how]
        out += f"$ nc -zv -w 3 {s.name}.{w.ns} {port}\n{tail}\n\n"
    return out


def dependencies(w):
    out = ""
    for wl in w.workloads.values():
        up = ", ".join(c.name for c in w.callers(wl.name)) or "(User Traffic)"
        out += f"[Service]: {wl.name}\n[Upstream (Called By)]: {up}\n[Downstream (Calls)]:\n{wl.name}\n" + "".join(f"├── {c}\n" for c in wl.calls) + "\n"
    return out


def yaml_map(d, indent):
    return "".join(f"{' ' * indent}{k}: {v}\n" for k, v in d.items())


def manifest(w, wl):
    c = wl.container
    out = f"apiVersion: apps/v1\nkind: {wl.kind}\nmetadata:\n  name: {wl.name}\n  namespace: {w.ns}\n  labels:\n    app: {wl.name}\nspec:\n  replicas: {wl.replicas}\n  selector:\n    matchLabels:\n"
    out += yaml_map(dict(list(wl.pod_labels.items())[:1]), 6) + "  template:\n    metadata:\n      labels:\n" + yaml_map(wl.pod_labels, 8) + f"    spec:\n      serviceAccountName: {wl.service_account}\n"
    if wl.node_selector:
        out += "      nodeSelector:\n" + yaml_map({k: f'"{v}"' for k, v in wl.node_selector.items()}, 8)
    out += "".join("      " + line + "\n" for line in wl.affinity_yaml)
    if wl.pull_secrets:
        out += "      imagePullSecrets:\n" + "".join(f"      - name: {s}\n" for s in wl.pull_secrets)
    out += f"      containers:\n      - name: {c.name}\n        image: {c.image}\n"
    for title, value in (("command", c.command), ("args", c.args)):
        if value:
            out += f"        {title}:\n" + "".join(f"        - {v!r}\n" for v in value)
    if c.port:
        out += f"        ports:\n        - containerPort: {c.port}\n" + (f"          protocol: {c.protocol}\n" if c.protocol != "TCP" else "")
    plain = [(k, v) for k, v in c.env if not v.startswith("<")]
    if plain:
        out += "        env:\n" + "".join(f"        - name: {k}\n          value: \"{v}\"\n" for k, v in plain)
    out += "        resources:\n          requests:\n" + yaml_map(c.requests, 12) + ("          limits:\n" + yaml_map(c.limits, 12) if c.limits else "")
    svc = w.services.get(wl.name)
    if svc:
        out += f"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {svc.name}\n  namespace: {w.ns}\nspec:\n  type: {svc.kind}\n"
        if svc.selector:
            out += "  selector:\n" + yaml_map(svc.selector, 4)
        out += "  ports:\n" + "".join(f"  - name: {p[0]}\n    port: {p[1]}\n    targetPort: {p[2]}\n    protocol: {p[3]}\n" for p in svc.ports)
    return out


def write(w, folder, whole):
    """All evidence files of a world; `whole` false leaves out manifests, nodes and dependencies, as a hurried collector does."""
    def put(name, text):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    put("kubectl.txt", Printer(w).all())
    put("connectivity.txt", connectivity(w))
    for name, lines in w.logs.items():
        put(f"logs/{name}.log", "\n".join(lines) + "\n")
    for name, text in w.extra.items():
        put(name, text)
    if whole:
        put("dependencies.txt", dependencies(w))
        for wl in w.workloads.values():
            put(f"manifests/{wl.name}.yaml", manifest(w, wl))
    if whole or any("active" != s for n in w.nodes for k, s in n.services.items() if k[0] != "_") or any(n.commands for n in w.nodes):
        for n in w.nodes:
            put(f"nodes/{n.name}.txt", node_file(w, n))
