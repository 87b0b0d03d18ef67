# SPDX-License-Identifier: Apache-2.0
"""One function a fault: it changes a World as the real component would and returns (entities, faults) that are right answers.

Texts follow the Kubernetes documentation and the messages of scheduler, kubelet, controllers and common programs.
"""
import world as W

FAULTS = {}


def fault(*ids):
    def add(f):
        for i in ids:
            FAULTS.setdefault(i, []).append(f)
        return f
    return add


def app(w, kinds=("Deployment",), port=True):
    names = [x.name for x in w.workloads.values() if x.kind in kinds and (x.container.port or not port) and x.name not in (w.theme["web"], w.theme["cache"])]
    return w.workloads[w.rnd.choice(names)]


def down(w, name, how="refused"):
    if not w.serving(name):
        w.callers_fail(name, how)


def sched(w, reasons, preempt=None):
    """FailedScheduling text of kube-scheduler: counts of nodes per reason, in alphabetical order."""
    total = len(w.nodes)
    reasons = dict(reasons)
    control = [n for n in w.nodes if n.taints and "control-plane" in n.taints[0]]
    if control and "node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }" not in reasons:
        reasons["node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"] = 1
    texts = ", ".join(f"{n} {r}" for r, n in sorted(reasons.items(), key=lambda x: x[0]))
    tail = f" preemption: 0/{total} nodes are available: " + (preempt or f"{total} Preemption is not helpful for scheduling.")
    return f"0/{total} nodes are available: {texts}.{tail}"


def pending(w, wl, reasons, preempt=None):
    p = w.redeploy(wl.name)
    w.pend(p, sched(w, reasons, preempt))
    down(w, wl.name)
    return [wl.name]


@fault("scheduling.insufficient_cpu")
def f(w):
    wl = app(w)
    wl.container.requests["cpu"] = w.rnd.choice(["3800m", "6000m", "16000m"])
    wl.container.limits["cpu"] = wl.container.requests["cpu"]
    return pending(w, wl, {"Insufficient cpu": len(w.workers)}, f"{len(w.workers)} No preemption victims found for incoming pod"), ["scheduling.insufficient_cpu"]


@fault("scheduling.insufficient_memory")
def f(w):
    wl = app(w)
    wl.container.requests["memory"] = w.rnd.choice(["14900Mi", "32768Mi"])
    wl.container.limits["memory"] = wl.container.requests["memory"]
    return pending(w, wl, {"Insufficient memory": len(w.workers)}), ["scheduling.insufficient_memory"]


@fault("scheduling.insufficient_accelerator")
def f(w):
    wl = app(w)
    res = w.rnd.choice(["nvidia.com/gpu", "amd.com/gpu", "aws.amazon.com/neuron"])
    wl.container.requests[res] = wl.container.limits[res] = "1"
    if w.rnd.random() < 0.5:
        w.workers[0].extra_resources[res] = "0"
    return pending(w, wl, {f"Insufficient {res}": len(w.workers)}), ["scheduling.insufficient_accelerator"]


@fault("scheduling.node_selector_mismatch")
def f(w):
    wl = app(w)
    wl.node_selector = w.rnd.choice([{"node-pool": "highmem"}, {"topology.kubernetes.io/zone": "zone-d"}, {"workload": "latency"}])
    return pending(w, wl, {"node(s) didn't match Pod's node affinity/selector": len(w.workers)}), ["scheduling.node_selector_mismatch"]


@fault("scheduling.node_affinity_mismatch")
def f(w):
    wl = app(w)
    wl.affinity_yaml = ["affinity:", "  nodeAffinity:", "    requiredDuringSchedulingIgnoredDuringExecution:", "      nodeSelectorTerms:", "      - matchExpressions:",
                        "        - key: node-pool", "          operator: In", "          values: [burst]"]
    return pending(w, wl, {"node(s) didn't match Pod's node affinity/selector": len(w.workers)}), ["scheduling.node_affinity_mismatch"]


@fault("scheduling.taint_not_tolerated")
def f(w):
    wl = app(w)
    taint = w.rnd.choice([("dedicated", "batch", "NoSchedule"), ("sku", "gpu", "NoSchedule"), ("maintenance", "", "NoExecute")])
    for n in w.workers:
        n.taints = [f"{taint[0]}{'=' + taint[1] if taint[1] else ''}:{taint[2]}"]
    for other in w.pods:
        other.workload.tolerations = other.workload.tolerations or ["op=Exists"]
    wl.tolerations = []
    return pending(w, wl, {f"node(s) had untolerated taint {{{taint[0]}: {taint[1]}}}": len(w.workers)}), ["scheduling.taint_not_tolerated"]


@fault("scheduling.anti_affinity_conflict")
def f(w):
    wl = app(w)
    wl.affinity_yaml = ["affinity:", "  podAntiAffinity:", "    requiredDuringSchedulingIgnoredDuringExecution:", "    - labelSelector:", "        matchLabels:",
                        f"          app: {wl.name}", "      topologyKey: kubernetes.io/hostname"]
    w.fresh = True
    wl.replicas = 4
    old = w.pods_of(wl.name)[0]
    for i in range(3 - len(w.pods_of(wl.name))):
        w.new_pod(wl, w.workers[i], 0, old.age)
    for q, n in zip(w.pods_of(wl.name), w.workers):
        q.node = n
    p = w.new_pod(wl, w.workers[0], 0, 300)
    w.pend(p, sched(w, {"node(s) didn't match pod anti-affinity rules": len(w.workers)}, f"{len(w.workers)} No preemption victims found for incoming pod"))
    return [wl.name], ["scheduling.anti_affinity_conflict"]


@fault("scheduling.topology_unsatisfiable")
def f(w):
    wl = app(w)
    key = w.rnd.choice(["topology.kubernetes.io/zone", "kubernetes.io/hostname"])
    wl.topology_spread = [f"{key}:DoNotSchedule when max skew 1 is exceeded for selector app={wl.name}"]
    return pending(w, wl, {"node(s) didn't match pod topology spread constraints": len(w.workers)}), ["scheduling.topology_unsatisfiable"]


@fault("scheduling.topology_unsatisfiable")
def f(w):
    wl = w.workloads[w.theme["db"]]
    pv = w.pvs[w.pvcs[f"data-{wl.name}-0"]["volume"]]
    pv["affinity"] = "topology.kubernetes.io/zone in [zone-d]"
    return pending(w, wl, {"node(s) had volume node affinity conflict": len(w.workers)}), ["scheduling.topology_unsatisfiable"]


@fault("scheduling.node_cordoned")
def f(w):
    wl = app(w)
    for n in w.workers:
        n.unschedulable = True
        n.services["_events"] = [("Normal", "NodeNotSchedulable", 700, "kubelet", f"Node {n.name} status is now: NodeNotSchedulable")]
    return pending(w, wl, {"node(s) were unschedulable": len(w.workers)}), ["scheduling.node_cordoned"]


@fault("scheduling.scheduler_unavailable")
def f(w):
    wl = app(w)
    p = w.redeploy(wl.name)
    w.pend(p, "", events=False)
    down(w, wl.name)
    ents = ["kube-scheduler"]
    if w.flavour["control"]:
        ents.append(w.flavour["control"])
        for s in list(w.system):
            if s[1].startswith("kube-scheduler"):
                if w.rnd.random() < 0.5:
                    w.system.remove(s)
                else:
                    s[2], s[3], s[4] = "0/1", "CrashLoopBackOff", "11 (2m ago)"
    else:
        w.commands.append(("kubectl get lease kube-scheduler -n kube-system", W.age_text(0) and f"NAME             HOLDER                                    AGE\nkube-scheduler   ip-172-16-9-4_{w.uid()}   61d"))
    return ents + [wl.name] if not w.flavour["control"] else ents, ["scheduling.scheduler_unavailable"]


def refused(w, wl, message):
    """The controller cannot create the pod."""
    for p in list(w.pods_of(wl.name)):
        if wl.kind == "StatefulSet" or w.fresh:
            w.pods.remove(p)
        else:
            p.old = True
    if wl.kind == "Deployment":
        if not w.fresh:
            wl.old_hash, wl.hash = wl.hash, w.template_hash()
        wl.rs_error = message
    else:
        wl.events.append(("Warning", "FailedCreate", f"{W.age_text(8)} (x14 over {W.age_text(300)})", "statefulset-controller", f"create Pod {wl.name}-0 in StatefulSet {wl.name} failed error: {message}"))
    down(w, wl.name)


@fault("admission.quota_cpu", "admission.quota_memory", "admission.quota_pods")
def f(w, which="admission.quota_cpu"):
    wl = app(w)
    kind = which.split("_")[1]
    res, used, ask, hard = {"cpu": (w.rnd.choice(["requests.cpu", "limits.cpu"]), "3900m", "300m", "4"), "memory": (w.rnd.choice(["requests.memory", "limits.memory"]), "3968Mi", "256Mi", "4Gi"),
                            "pods": ("pods", "14", "1", "14")}[kind]
    rows = [("limits.cpu", "3", "40"), ("limits.memory", "3Gi", "80Gi"), ("pods", "12", "50"), ("requests.cpu", "1500m", "20"), ("requests.memory", "2Gi", "40Gi")]
    w.quotas.append({"name": "team-quota", "rows": [(res, used, hard) if r[0] == res else r for r in rows]})
    refused(w, wl, f"pods \"{wl.name}-{wl.hash}-{w.suffix(5)}\" is forbidden: exceeded quota: team-quota, requested: {res}={ask}, used: {res}={used}, limited: {res}={hard}")
    return [w.ns, wl.name, "team-quota"], [which]


@fault("admission.quota_services")
def f(w):
    name = w.rnd.choice(w.theme["svc"])
    w.quotas.append({"name": "object-counts", "rows": [("configmaps", "4", "40"), ("services", str(len(w.services) - 1), str(len(w.services) - 1)), ("services.loadbalancers", "0", "2")]})
    svc = w.services.pop(name)
    for c in w.callers(name):
        w.log(c.name, range(50, 5, -9), "error", f"call to {name} failed: dial tcp: lookup {name} on 10.96.0.10:53: no such host")
    w.commands.append((f"kubectl apply -f {name}.yaml", f"deployment.apps/{name} configured\nError from server (Forbidden): error when creating \"{name}.yaml\": services \"{name}\" is forbidden: exceeded quota: object-counts, requested: services=1, used: services={len(w.services)}, limited: services={len(w.services)}"))
    return [w.ns, name, "object-counts"], ["admission.quota_services"]


@fault("admission.quota_storage")
def f(w):
    wl = w.workloads[w.rnd.choice([w.theme["db"], w.theme["mq"]])]
    claim = f"data-{wl.name}-0"
    msg = f"persistentvolumeclaims \"{claim}\" is forbidden: exceeded quota: storage-quota, requested: requests.storage=10Gi, used: requests.storage=95Gi, limited: requests.storage=100Gi"
    w.quotas.append({"name": "storage-quota", "rows": [("persistentvolumeclaims", "9", "30"), ("requests.storage", "95Gi", "100Gi")]})
    w.pvs.pop(w.pvcs.pop(claim)["volume"], None)
    for p in w.pods_of(wl.name):
        w.pods.remove(p)
    wl.events.append(("Warning", "FailedCreate", "9s (x15 over 4m)", "statefulset-controller", f"create Claim {claim} for Pod {wl.name}-0 in StatefulSet {wl.name} failed error: {msg}"))
    down(w, wl.name)
    return [w.ns, wl.name, claim, "storage-quota"], ["admission.quota_storage"]


@fault("admission.service_account_missing")
def f(w):
    wl = app(w)
    wl.service_account = wl.name + "-runner"
    refused(w, wl, f"pods \"{wl.name}-{wl.hash}-\" is forbidden: error looking up service account {w.ns}/{wl.service_account}: serviceaccount \"{wl.service_account}\" not found")
    return [wl.name], ["admission.service_account_missing"]


@fault("admission.policy_denied")
def f(w):
    wl = app(w)
    n = f"pods \"{wl.name}-{wl.hash}-{w.suffix(5)}\" is forbidden: "
    refused(w, wl, w.rnd.choice([
        n + f"violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"{wl.container.name}\" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod or container \"{wl.container.name}\" must set securityContext.runAsNonRoot=true)",
        n + f"[maximum cpu usage per Container is 500m, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]",
        "admission webhook \"validation.gatekeeper.sh\" denied the request: [must-have-owner] you must provide labels: {\"owner\"}",
        "admission webhook \"validate.kyverno.svc-fail\" denied the request: \n\nresource Pod/" + w.ns + "/" + wl.name + " was blocked due to the following policies \n\nrequire-requests-limits:\n  validate-resources: 'validation error: CPU and memory resource requests and limits are required. rule validate-resources failed at path /spec/containers/0/resources/limits/'",
        n + "unable to validate against any security context constraint: [provider \"anyuid\": Forbidden: not usable by user or serviceaccount, provider restricted-v2: .spec.securityContext.fsGroup: Invalid value: []int64{2000}: 2000 is not an allowed group]"]).replace("\n", " "))
    return [wl.name, w.ns], ["admission.policy_denied"]


@fault("admission.webhook_unavailable")
def f(w):
    wl = app(w)
    hook, svc, path = w.rnd.choice([("mutate.sidecar-injector.example", "sidecar-injector.mesh-system", "/inject"), ("validate.nginx.ingress.kubernetes.io", "policy-webhook.policy-system", "/validate"), ("vault.hashicorp.com", "vault-agent-injector-svc.vault", "/mutate")])
    why = w.rnd.choice([f"dial tcp 10.96.77.8:443: connect: connection refused", f"context deadline exceeded", f"no endpoints available for service \"{svc.split('.')[0]}\"", "tls: failed to verify certificate: x509: certificate signed by unknown authority"])
    refused(w, wl, f"Internal error occurred: failed calling webhook \"{hook}\": failed to call webhook: Post \"https://{svc}.svc:443{path}?timeout=10s\": {why}")
    return [svc.split(".")[0], wl.name, hook, svc.split(".")[1], w.ns], ["admission.webhook_unavailable"]


# storage ----------------------------------------------------------------------------------------------------------
def unbound(w, wl, claim, reason, message, source="persistentvolume-controller", wait=True):
    v = w.pvcs[claim]
    w.pvs.pop(v["volume"], None)
    v.update(phase="Pending", volume="", used=f"{wl.name}-0", age=400)
    v["events"] = [("Warning" if reason in ("ProvisioningFailed", "VolumeMismatch") else "Normal", reason, "7s (x22 over 6m)", source, message)]
    p = w.redeploy(wl.name)
    w.pend(p, sched(w, {}) if not wait else f"0/{len(w.nodes)} nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/{len(w.nodes)} nodes are available: {len(w.nodes)} Preemption is not helpful for scheduling.")
    down(w, wl.name)
    return [wl.name, claim]


def stateful(w):
    wl = w.workloads[w.rnd.choice([w.theme["db"], w.theme["mq"]])]
    return wl, f"data-{wl.name}-0"


@fault("storage.class_missing")
def f(w):
    wl, claim = stateful(w)
    w.pvcs[claim]["class"] = "fast-nvme"
    return unbound(w, wl, claim, "ProvisioningFailed", 'storageclass.storage.k8s.io "fast-nvme" not found'), ["storage.class_missing"]


def static_pv(w, pvc, **kw):
    v = w.pvcs[pvc]
    v["class"] = "manual"
    pv = {"size": v["size"], "mode": v["mode"], "class": "manual", "phase": "Available", "claim": "", "labels": {}, "policy": "Retain", "affinity": None}
    pv.update(kw)
    w.pvs[pvc.replace("data-", "vol-")] = pv


NO_PV = ("FailedBinding", "no persistent volumes available for this claim and no storage class is set")


@fault("storage.access_mode_mismatch")
def f(w):
    wl, claim = stateful(w)
    static_pv(w, claim)
    w.pvcs[claim]["mode"] = "RWX"
    w.extra[f"claim-{claim}.yaml"] = pvc_yaml(w, claim, "ReadWriteMany", "10Gi")
    return unbound(w, wl, claim, *NO_PV), ["storage.access_mode_mismatch"]


def pvc_yaml(w, claim, mode, size, selector=""):
    return f"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: {claim}\n  namespace: {w.ns}\nspec:\n  accessModes:\n  - {mode}\n  storageClassName: {w.pvcs[claim]['class']}\n  resources:\n    requests:\n      storage: {size}\n{selector}"


@fault("storage.capacity_mismatch")
def f(w):
    wl, claim = stateful(w)
    static_pv(w, claim, size="5Gi")
    w.extra[f"claim-{claim}.yaml"] = pvc_yaml(w, claim, "ReadWriteOnce", "20Gi")
    return unbound(w, wl, claim, *NO_PV), ["storage.capacity_mismatch"]


@fault("storage.selector_mismatch")
def f(w):
    wl, claim = stateful(w)
    static_pv(w, claim, labels={"tier": "slow", "team": "core"})
    w.extra[f"claim-{claim}.yaml"] = pvc_yaml(w, claim, "ReadWriteOnce", "10Gi", "  selector:\n    matchLabels:\n      tier: fast\n")
    return unbound(w, wl, claim, *NO_PV), ["storage.selector_mismatch"]


@fault("storage.volume_already_bound")
def f(w):
    wl, claim = stateful(w)
    vol = claim.replace("data-", "vol-")
    static_pv(w, claim, phase="Bound", claim="archive/old-data")
    w.extra[f"claim-{claim}.yaml"] = pvc_yaml(w, claim, "ReadWriteOnce", "10Gi", f"  volumeName: {vol}\n")
    out = unbound(w, wl, claim, "FailedBinding", f"volume \"{vol}\" already bound to a different claim.")
    return out, ["storage.volume_already_bound"]


@fault("storage.mount_failed")
def f(w):
    wl, claim = stateful(w)
    p = w.redeploy(wl.name)
    vol = w.pvcs[claim]["volume"]
    p.status, p.ready, p.phase, p.ip, p.state = "ContainerCreating", False, "Pending", None, [("State", "Waiting", [("Reason", "ContainerCreating")])]
    p.events = p.events[:1]
    what = w.rnd.randint(0, 2)
    if what == 0:
        w.event(p, "Warning", "FailedAttachVolume", f"Multi-Attach error for volume \"{vol}\" Volume is already exclusively attached to one node and can't be attached to another", 200, "attachdetach-controller")
    elif what == 1:
        w.event(p, "Warning", "FailedMount", f"MountVolume.MountDevice failed for volume \"{vol}\" : rpc error: code = Internal desc = mount failed: exit status 32\nMounting command: mount\nOutput: mount: /var/lib/kubelet/plugins/kubernetes.io/csi/globalmount: wrong fs type, bad option, bad superblock on /dev/nvme1n1, missing codepage or helper program, or other error.".replace("\n", " "), 30, count=7)
    else:
        w.event(p, "Warning", "FailedMount", "MountVolume.SetUp failed for volume \"export\" : mount failed: exit status 32 Mounting arguments: -t nfs nas-2.lan:/exports/data Output: mount.nfs: Connection timed out", 30, count=4)
    w.event(p, "Warning", "FailedMount", f"Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access-{p.token}]: timed out waiting for the condition", 40, count=2)
    down(w, wl.name)
    return [wl.name, claim], ["storage.mount_failed"] + (["storage.volume_already_bound"] if what == 0 else [])


def crashing(w, wl, text, code=1, reason="Error", ages=(300, 230, 150, 45), head=True):
    p = w.redeploy(wl.name)
    w.crash(p, reason, code)
    for age in ages:
        if head:
            w.log(wl.name, [age + 2], "info", f"starting {wl.name}")
        for t in text if isinstance(text, list) else [text]:
            w.logs[wl.name].append(t if t.startswith("\t") else w.line(wl.style, age, "error", t) if t[0] != "!" else t[1:])
    down(w, wl.name)
    return p


@fault("storage.mount_permission_denied")
def f(w):
    wl, claim = stateful(w)
    wl.security["Security Context"] = "runAsUser=1000 runAsNonRoot=true"
    crashing(w, wl, w.rnd.choice(["cannot create directory '/var/lib/data/base': Permission denied", "open /var/lib/data/store.lock: permission denied", "could not change permissions of directory \"/var/lib/data\": Operation not permitted"]))
    return [wl.name, claim], ["storage.mount_permission_denied"]


@fault("storage.disk_full", "database.storage_full")
def f(w, which=None):
    wl = w.workloads[w.theme["db"]]
    text = "[ERROR] [MY-012644] [InnoDB] The table 'orders' is full; errno 28 - No space left on device" if "mysql" in wl.name else "PANIC: could not write to file \"pg_wal/xlogtemp.31\": No space left on device"
    crashing(w, wl, text)
    w.commands.append((f"kubectl exec {wl.name}-0 -n {w.ns} -- df -h /var/lib/data", "Filesystem      Size  Used Avail Use% Mounted on\n/dev/nvme1n1    9.8G  9.8G     0 100% /var/lib/data"))
    return [wl.name, f"data-{wl.name}-0"], ["storage.disk_full", "database.storage_full"]


@fault("storage.inode_exhaustion")
def f(w):
    wl = app(w)
    wl.security = {}
    w.log(wl.name, range(300, 5, -20), "error", "cannot create temporary file /var/cache/app/blk-%d: No space left on device" % w.rnd.randint(1, 999))
    p = w.pods_of(wl.name)[0]
    w.commands.append((f"kubectl exec {p.name} -n {w.ns} -- df -h /var/cache", "Filesystem      Size  Used Avail Use% Mounted on\n/dev/nvme0n1p1   80G   31G   50G  39% /var/cache"))
    w.commands.append((f"kubectl exec {p.name} -n {w.ns} -- df -i /var/cache", "Filesystem      Inodes   IUsed IFree IUse% Mounted on\n/dev/nvme0n1p1 5242880 5242880     0  100% /var/cache"))
    w.log(wl.name, [12], "error", "request failed path=/v1/items status=500")
    return [wl.name, p.node.name], ["storage.inode_exhaustion"]


@fault("storage.ephemeral_pressure")
def f(w):
    wl = app(w)
    wl.container.limits["ephemeral-storage"] = "500Mi"
    p = w.redeploy(wl.name, keep_old=False)
    p.status, p.ready, p.phase, p.reason, p.ip = "Evicted", False, "Failed", "Evicted", None
    p.message = w.rnd.choice(["Pod ephemeral local storage usage exceeds the total limit of containers 500Mi. ", f"Container {p.container.name} exceeded its local ephemeral storage limit \"500Mi\". "])
    p.state = [("State", "Terminated", [("Reason", "Error"), ("Exit Code", "137")])]
    w.event(p, "Warning", "Evicted", p.message, 60)
    w.event(p, "Normal", "Killing", f"Stopping container {p.container.name}", 60)
    down(w, wl.name)
    return [wl.name], ["storage.ephemeral_pressure"]


@fault("storage.read_only")
def f(w):
    wl = app(w)
    crashing(w, wl, w.rnd.choice(["open /var/cache/app/index.tmp: read-only file system", "java.nio.file.FileSystemException: /srv/work/lock: Read-only file system", "OSError: [Errno 30] Read-only file system: '/app/run'", "Error: EROFS: read-only file system, mkdir '/app/.cache'"]))
    return [wl.name], ["storage.read_only"]


# images and start -------------------------------------------------------------------------------------------------
def pull(w, wl, text):
    p = w.redeploy(wl.name)
    w.waiting(p, "ImagePullBackOff", f'Back-off pulling image "{p.container.image}"')
    p.events = p.events[:1]
    w.event(p, "Normal", "Pulling", f'Pulling image "{p.container.image}"', 40, count=4)
    w.event(p, "Warning", "Failed", f'Failed to pull image "{p.container.image}": {text}', 40, count=4)
    w.event(p, "Warning", "Failed", "Error: ErrImagePull", 40, count=4)
    w.event(p, "Normal", "BackOff", f'Back-off pulling image "{p.container.image}"', 12, count=9)
    w.event(p, "Warning", "Failed", "Error: ImagePullBackOff", 12, count=9)
    down(w, wl.name)
    return [wl.name]


@fault("image.wrong_reference")
def f(w):
    wl = app(w)
    host = wl.container.image.split("/")[0]
    wl.container.image = wl.container.image + w.rnd.choice(["-rc99", "x"])
    c = wl.container
    if "crio" in w.flavour["name"] or w.flavour["name"] == "openshift":
        t = f"reading manifest {c.image.split(':')[-1]} in {c.image.split(':')[0]}: manifest unknown"
    else:
        t = f'rpc error: code = NotFound desc = failed to pull and unpack image "{c.image}": failed to resolve reference "{c.image}": {c.image}: not found'
    return pull(w, wl, t), ["image.wrong_reference"]


@fault("image.wrong_reference")
def f(w):
    wl = app(w)
    wl.container.image = f"Registry.example/{wl.name}:latest@"
    p = w.redeploy(wl.name)
    w.waiting(p, "InvalidImageName", f'Failed to apply default image tag "{wl.container.image}": couldn\'t parse image name "{wl.container.image}": invalid reference format')
    p.events = p.events[:1]
    w.event(p, "Warning", "InspectFailed", f'Failed to apply default image tag "{wl.container.image}": couldn\'t parse image name "{wl.container.image}": invalid reference format', 10, count=12)
    w.event(p, "Warning", "Failed", "Error: InvalidImageName", 10, count=12)
    down(w, wl.name)
    return [wl.name], ["image.wrong_reference"]


@fault("image.pull_secret_missing")
def f(w):
    wl = app(w)
    wl.pull_secrets = ["regcred-prod"]
    c = wl.container
    host = c.image.split("/")[0]
    out = pull(w, wl, f'failed to pull and unpack image "{c.image}": failed to resolve reference "{c.image}": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://{host}/token?scope=repository%3A{wl.name}%3Apull&service={host}: 401 Unauthorized')
    p = [q for q in w.pods_of(wl.name) if not q.old][0]
    w.event(p, "Warning", "FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (regcred-prod); attempting to pull the image may not succeed.", 12, count=14)
    return out, ["image.pull_secret_missing"]


@fault("image.registry_unreachable")
def f(w):
    wl = app(w)
    c, host = wl.container, wl.container.image.split("/")[0]
    return pull(w, wl, f'rpc error: code = Unknown desc = failed to pull and unpack image "{c.image}": failed to resolve reference "{c.image}": failed to do request: Head "https://{host}/v2/{wl.name}/manifests/1": ' + w.rnd.choice(["dial tcp 203.0.113.40:443: i/o timeout", "dial tcp 203.0.113.40:443: connect: connection refused", "net/http: TLS handshake timeout"])), ["image.registry_unreachable"]


@fault("image.registry_dns")
def f(w):
    wl = app(w)
    c, host = wl.container, wl.container.image.split("/")[0]
    return pull(w, wl, f'rpc error: code = Unknown desc = failed to pull and unpack image "{c.image}": failed to resolve reference "{c.image}": failed to do request: Head "https://{host}/v2/{wl.name}/manifests/1": dial tcp: lookup {host} on 10.3.0.2:53: {w.rnd.choice(["no such host", "server misbehaving", "read udp 10.3.1.117:41022->10.3.0.2:53: i/o timeout"])}'), ["image.registry_dns"]


@fault("image.pull_rate_limited")
def f(w):
    wl = app(w)
    c = wl.container
    c.image = f"docker.io/library/{wl.name}:3"
    return pull(w, wl, f'rpc error: code = Unknown desc = failed to pull and unpack image "{c.image}": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/{wl.name}/manifests/sha256:{w.rnd.getrandbits(256):064x}: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit'), ["image.pull_rate_limited"]


def create_error(w, wl, message):
    p = w.redeploy(wl.name)
    w.waiting(p, "CreateContainerConfigError", message)
    p.events = p.events[:2]
    w.event(p, "Warning", "Failed", f"Error: {message}", 9, count=13)
    down(w, wl.name)
    return [wl.name]


@fault("startup.config_missing")
def f(w):
    wl = app(w)
    what = w.rnd.randint(0, 2)
    if what == 0:
        wl.container.env_from.append((f"{wl.name}-env", "ConfigMap"))
        return create_error(w, wl, f'configmap "{wl.name}-env" not found'), ["startup.config_missing"]
    if what == 1:
        w.configmaps.setdefault(f"{wl.name}-config", {"region": "eu1"})
        wl.container.env.append(("FEATURES", f"<set to the key 'features' of config map '{wl.name}-config'>  Optional: false"))
        return create_error(w, wl, f"couldn't find key features in ConfigMap {w.ns}/{wl.name}-config"), ["startup.config_missing"]
    wl.volumes.append(("settings", "cm", f"{wl.name}-settings"))
    wl.container.mounts.append(("/etc/settings", "settings", "ro"))
    p = w.redeploy(wl.name)
    p.status, p.ready, p.phase, p.ip, p.state = "ContainerCreating", False, "Pending", None, [("State", "Waiting", [("Reason", "ContainerCreating")])]
    p.events = p.events[:1]
    w.event(p, "Warning", "FailedMount", f'MountVolume.SetUp failed for volume "settings" : configmap "{wl.name}-settings" not found', 13, count=9)
    down(w, wl.name)
    return [wl.name], ["startup.config_missing"]


@fault("startup.config_missing")
def f(w):
    wl = app(w)
    crashing(w, wl, w.rnd.choice(["required environment variable PAYMENT_REGION is not set", "KeyError: 'BROKER_URL'", "open /etc/app/application.yaml: no such file or directory", "missing required configuration option: upstream.base_url"]))
    return [wl.name], ["startup.config_missing"]


@fault("access.secret_missing")
def f(w):
    wl = app(w)
    if w.rnd.random() < 0.5:
        wl.container.env.append(("API_KEY", f"<set to the key 'token' in secret '{wl.name}-api'>  Optional: false"))
        return create_error(w, wl, f'secret "{wl.name}-api" not found'), ["access.secret_missing"]
    wl.volumes.append(("certs", "secret", f"{wl.name}-certs"))
    p = w.redeploy(wl.name)
    p.status, p.ready, p.phase, p.ip, p.state = "ContainerCreating", False, "Pending", None, [("State", "Waiting", [("Reason", "ContainerCreating")])]
    p.events = p.events[:1]
    w.event(p, "Warning", "FailedMount", f'MountVolume.SetUp failed for volume "certs" : secret "{wl.name}-certs" not found', 13, count=9)
    down(w, wl.name)
    return [wl.name], ["access.secret_missing"]


@fault("startup.config_invalid")
def f(w):
    wl = app(w)
    crashing(w, wl, w.rnd.choice(["failed to load config /etc/app/application.yaml: yaml: line 14: did not find expected key", "invalid value \"fifty\" for flag -max-conns: parse error", "nginx: [emerg] unknown directive \"proxy_passs\" in /etc/nginx/conf.d/app.conf:7",
                                  "org.springframework.boot.context.properties.bind.BindException: Failed to bind properties under 'server.port' to int", "json: cannot unmarshal string into Go struct field Config.timeout of type int"]))
    return [wl.name], ["startup.config_invalid"]


@fault("startup.command_error")
def f(w):
    wl = app(w)
    what = w.rnd.randint(0, 2)
    if what == 0:
        wl.container.command = ["/srv/bin/serverd"]
        p = w.redeploy(wl.name)
        msg = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/srv/bin/serverd": stat /srv/bin/serverd: no such file or directory: unknown'
        w.crash(p, "StartError", 128, message=msg)
        w.event(p, "Warning", "Failed", f"Error: {msg}", 30, count=5)
    elif what == 1:
        wl.container.command = ["sh", "-c"]
        wl.container.args = ["exec serverd --listen"]
        p = w.redeploy(wl.name)
        w.crash(p, "Error", 127)
        w.logs[wl.name] = ["sh: 1: exec: serverd: not found"]
    else:
        wl.container.args = ["--listne=:8080"]
        p = w.redeploy(wl.name)
        w.crash(p, "Error", 2)
        w.logs[wl.name] = ["flag provided but not defined: -listne", f"Usage of /{wl.name}:", "  -listen string", "        address to listen on (default \":8080\")"]
    down(w, wl.name)
    return [wl.name], ["startup.command_error"]


def init_log(w, wl, p, c, text):
    if w.rnd.random() < 0.5:
        w.commands.append((f"kubectl logs {p.name} -c {c.name} -n {w.ns}", text))
    else:
        w.extra[f"logs/{wl.name}-{c.name}.log"] = text


@fault("startup.init_failed", "startup.migration_failed")
def f(w, which="startup.init_failed"):
    wl = w.workloads[w.theme["svc"][0]]
    c = w._container(w.rnd.choice(["prepare", "fetch-assets"]) if which == "startup.init_failed" else "migrate", None)
    c.name = c.image.split("/")[1].split(":")[0]
    c.command = ["/bin/prepare"] if which == "startup.init_failed" else ["migrate", "-path", "/migrations", "up"]
    wl.init = [c]
    p = w.redeploy(wl.name)
    w.crash(p, "Error", 1)
    p.last_state, p.status, p.phase = None, "Init:CrashLoopBackOff", "Pending"
    p.state = [("State", "Waiting", [("Reason", "PodInitializing")])]
    p.restarts = 5
    p.init_state = [("State", "Waiting", [("Reason", "CrashLoopBackOff")]), ("Last State", "Terminated", [("Reason", "Error"), ("Exit Code", 1)])]
    p.events = p.events[:2]
    w.event(p, "Warning", "BackOff", f"Back-off restarting failed container {c.name} in pod {p.name}_{w.ns}({w.uid()})", 8, count=20)
    error = "checksum mismatch for bundle assets-4.tgz, aborting" if which == "startup.init_failed" else w.rnd.choice(["error: Dirty database version 41. Fix and force version.", "migration 0042_add_column failed: pq: column \"slot_id\" of relation \"bookings\" already exists"])
    text = f"{w.stamp(120)} INFO {c.name} started\n{w.stamp(119)} ERROR {error}\n{w.stamp(40)} INFO {c.name} started\n{w.stamp(39)} ERROR {error}\n"
    init_log(w, wl, p, c, text)
    w.logs[wl.name] = w.logs[wl.name] if any(q.old for q in w.pods_of(wl.name)) else [f'Error from server (BadRequest): container "{wl.container.name}" in pod "{p.name}" is waiting to start: PodInitializing']
    down(w, wl.name)
    return [wl.name], [which] + (["change.bad_migration"] if "migration" in which else [])


@fault("startup.dependency_wait")
def f(w):
    wl = w.workloads[w.theme["svc"][4]]
    ext = "ledger.partner-systems.internal"
    c = w._container("wait-for-ledger", None)
    c.name = "wait-for-ledger"
    c.command = ["sh", "-c", f"until nc -z {ext} 7443; do echo waiting for {ext}; sleep 2; done"]
    wl.init = [c]
    p = w.redeploy(wl.name)
    p.status, p.phase, p.ready = "Init:0/1", "Pending", False
    p.state = [("State", "Waiting", [("Reason", "PodInitializing")])]
    p.init_state = [("State", "Running", [])]
    p.events = p.events[:1] + [("Normal", "Started", p.age - 2, "kubelet", f"Started container {c.name}")]
    init_log(w, wl, p, c, "".join(f"{w.stamp(a)} waiting for {ext}\n" for a in range(80, 2, -2)))
    down(w, wl.name)
    return [wl.name, ext], ["startup.dependency_wait"]


# running ----------------------------------------------------------------------------------------------------------
@fault("runtime.oom_killed")
def f(w):
    wl = app(w)
    wl.container.limits["memory"] = "96Mi"
    p = w.redeploy(wl.name, keep_old=False)
    w.crash(p, "OOMKilled", 137, restarts=w.rnd.randint(3, 9))
    if w.rnd.random() < 0.5:
        p.status, p.ready, p.state = "Running", True, [("State", "Running", [("Started", -2)])]
    w.callers_fail(wl.name, "reset")
    return [wl.name], ["runtime.oom_killed", "runtime.memory_exhaustion"]


@fault("runtime.crash_exception")
def f(w):
    wl = app(w)
    text = w.rnd.choice([["!panic: runtime error: invalid memory address or nil pointer dereference", "![signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x7a3f10]", "!", "!goroutine 1 [running]:", "!main.(*Planner).Load(0x0)", "\t/src/planner/load.go:88 +0x1c4"],
                         ["!Traceback (most recent call last):", "!  File \"/app/main.py\", line 61, in <module>", "!    serve(load_rules())", "!  File \"/app/rules.py\", line 17, in load_rules", "!    return table[key].strip()", "!AttributeError: 'NoneType' object has no attribute 'strip'"],
                         ["!Exception in thread \"main\" java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"zone\" is null", "!\tat example.app.Zones.parse(Zones.java:44)", "!\tat example.app.Main.main(Main.java:19)"],
                         ["!thread 'main' panicked at src/slots.rs:120:41:", "!index out of bounds: the len is 3 but the index is 7", "!note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"]])
    text = [t for t in text if t != "!"]
    crashing(w, wl, text, code=w.rnd.choice([1, 2, 101, 139]))
    return [wl.name], ["runtime.crash_exception"]


@fault("runtime.descriptor_exhaustion")
def f(w):
    wl = app(w)
    w.log(wl.name, range(240, 5, -11), "error", w.rnd.choice(["accept tcp [::]:8080: accept4: too many open files; retrying in 1s", "java.net.SocketException: Too many open files", "OSError: [Errno 24] Too many open files", "Error: EMFILE: too many open files, open '/app/views/index.html'"]))
    w.callers_fail(wl.name, "deadline")
    return [wl.name], ["runtime.descriptor_exhaustion"]


@fault("runtime.thread_exhaustion")
def f(w):
    wl = app(w)
    w.log(wl.name, range(240, 5, -11), "error", w.rnd.choice(["java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached", "pthread_create failed: Resource temporarily unavailable", "RuntimeError: can't start new thread", "runtime: failed to create new OS thread (have 512 already; errno=11)"]))
    w.callers_fail(wl.name, "deadline")
    return [wl.name], ["runtime.thread_exhaustion"]


@fault("runtime.deadlock")
def f(w):
    wl = app(w)
    crashing(w, wl, ["!fatal error: all goroutines are asleep - deadlock!", "!goroutine 1 [semacquire]:", "!sync.runtime_Semacquire(0xc0000b4008)", "!main.main()", "\t/src/main.go:31 +0x8a"], code=2)
    return [wl.name], ["runtime.deadlock"]


# probes -----------------------------------------------------------------------------------------------------------
def probe(w, wl, kind, spec, failure, code=137):
    setattr(wl.container, kind.lower(), spec)
    p = w.redeploy(wl.name)
    if kind == "Liveness":
        p.restarts, p.restart_age = w.rnd.randint(3, 7), 35
        p.last_state = [("Reason", "Error"), ("Exit Code", code), ("Started", 70), ("Finished", 36)]
        if w.rnd.random() < 0.5:
            p.status, p.ready, p.state = "CrashLoopBackOff", False, [("State", "Waiting", [("Reason", "CrashLoopBackOff")])]
        w.event(p, "Normal", "Killing", f"Container {p.container.name} failed liveness probe, will be restarted", 36, count=p.restarts)
    else:
        p.ready = False
    w.event(p, "Warning", "Unhealthy", f"{kind} probe failed: {failure}", 4, count=24)
    w.log(wl.name, [65, 30], "info", f"listening on :{wl.container.port}")
    down(w, wl.name)
    return [wl.name]


def http_app(w):
    return w.workloads[w.rnd.choice([n for n in w.theme["svc"] if "grpc" not in str(w.workloads[n].container.readiness)] + [w.theme["gw"]])]


@fault("probe.liveness_port", "probe.readiness_port")
def f(w, which="probe.liveness_port"):
    wl, kind = http_app(w), which.split(".")[1].split("_")[0].capitalize()
    port = wl.container.port + w.rnd.choice([1, 10, 73])
    ip = w.pod_ip()
    return probe(w, wl, kind, f"http-get http://:{port}/healthz delay=5s timeout=1s period=10s #success=1 #failure=3", f'Get "http://{ip}:{port}/healthz": dial tcp {ip}:{port}: connect: connection refused'), [which]


@fault("probe.liveness_protocol", "probe.readiness_protocol")
def f(w, which="probe.liveness_protocol"):
    kind = which.split(".")[1].split("_")[0].capitalize()
    what = w.rnd.randint(0, 2)
    ip = w.pod_ip()
    if what == 0:
        wl = w.workloads[w.theme["svc"][2]]
        port = wl.container.port
        return probe(w, wl, kind, f"http-get http://:{port}/healthz delay=5s timeout=1s period=10s #success=1 #failure=3", f'Get "http://{ip}:{port}/healthz": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x05\\x00\\x00@\\x00"'), [which]
    wl = http_app(w)
    port = wl.container.port
    if what == 1:
        return probe(w, wl, kind, f"grpc <pod>:{port}  delay=5s timeout=1s period=10s #success=1 #failure=3", f'timeout: failed to connect service "{ip}:{port}" within 1s: context deadline exceeded'), [which]
    return probe(w, wl, kind, f"http-get https://:{port}/healthz delay=5s timeout=1s period=10s #success=1 #failure=3", f'Get "https://{ip}:{port}/healthz": http: server gave HTTP response to HTTPS client'), [which]


@fault("probe.liveness_timing", "probe.readiness_timing")
def f(w, which="probe.liveness_timing"):
    wl, kind = http_app(w), which.split(".")[1].split("_")[0].capitalize()
    port, ip = wl.container.port, w.pod_ip()
    w.logs[wl.name] = [w.line(wl.style, a, "info", t) for a, t in ((80, f"starting {wl.name}"), (60, "loading models, this can take a minute"), (30, f"starting {wl.name}"), (12, "loading models, this can take a minute"))]
    if kind == "Readiness":
        wl.container.readiness = None
        w.logs[wl.name].append(w.line(wl.style, 5, "info", "request handled path=/healthz status=200 took=2600ms"))
        return probe(w, wl, kind, f"http-get http://:{port}/healthz delay=1s timeout=1s period=1s #success=1 #failure=1", f'Get "http://{ip}:{port}/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'), [which]
    out = probe(w, wl, kind, f"http-get http://:{port}/healthz delay=1s timeout=1s period=2s #success=1 #failure=1", f'Get "http://{ip}:{port}/healthz": dial tcp {ip}:{port}: connect: connection refused', code=143)
    w.logs[wl.name] = w.logs[wl.name][:-2]
    return out, [which]


# routing ----------------------------------------------------------------------------------------------------------
@fault("routing.selector_mismatch")
def f(w):
    wl = app(w)
    w.services[wl.name].selector = w.rnd.choice([{"app": wl.name, "tier": "backend"}, {"app": wl.name + "-v2"}, {"app.kubernetes.io/name": wl.name}])
    w.callers_fail(wl.name)
    return [wl.name], ["routing.selector_mismatch"]


@fault("routing.port_mismatch")
def f(w):
    wl = app(w)
    s = w.services[wl.name]
    port = s.ports[0]
    if w.rnd.random() < 0.6:
        s.ports = [(port[0], port[1], port[2] + w.rnd.choice([1, 9, 80]), "TCP")]
    else:
        s.ports = [(port[0], port[1], "web-port", "TCP")]
    w.callers_fail(wl.name)
    return [wl.name], ["routing.port_mismatch"]


@fault("routing.protocol_mismatch")
def f(w):
    wl = app(w)
    s = w.services[wl.name]
    s.ports = [s.ports[0][:3] + ("UDP",)]
    w.callers_fail(wl.name, w.rnd.choice(["refused", "timeout"]))
    return [wl.name], ["routing.protocol_mismatch"]


@fault("routing.address_mismatch")
def f(w):
    wl = w.workloads[w.theme["svc"][w.rnd.choice([1, 3, 4])]]
    i = w.rnd.randrange(len(wl.calls))
    key, value = [e for e in wl.container.env if not e[1].startswith("<")][i]
    host, port = value.split(":")
    bad = w.rnd.choice([f"{host}x:{port}", f"{host}:{int(port) + 1}", f"{host}.{w.ns}-old:{port}", f"{host.replace('-', '')}:{port}"])
    wl.container.env = [(k, bad if k == key else v) for k, v in wl.container.env]
    p = w.redeploy(wl.name, keep_old=False)
    svc = w.services[host]
    text = f"dial tcp {svc.ip}:{int(port) + 1}: i/o timeout" if bad.startswith(host + ":") else f"dial tcp: lookup {bad.split(':')[0]} on 10.96.0.10:53: no such host"
    w.log(wl.name, range(60, 5, -7), "error", f"cannot reach {bad}: {text}")
    for up in w.callers(wl.name):
        w.log(up.name, range(47, 5, -14), "error", f"upstream {wl.name} answered 500 Internal Server Error")
    return [wl.name], ["routing.address_mismatch"]


@fault("routing.ingress_misconfigured")
def f(w):
    i = w.ingresses[0]
    what = w.rnd.randint(0, 2)
    if what == 0:
        i["backend"] += "-svc"
        w.extra["logs/ingress-nginx-controller.log"] = "".join(f'W{w.at(a).strftime("%m%d %H:%M:%S")}.120211       7 controller.go:1108] Error obtaining Endpoints for Service "{w.ns}/{i["backend"]}": no object matching key "{w.ns}/{i["backend"]}" in local store\n' for a in (300, 200, 100))
    elif what == 1:
        i["port"] = 8888
        w.extra["logs/ingress-nginx-controller.log"] = "".join(f'W{w.at(a).strftime("%m%d %H:%M:%S")}.120211       7 controller.go:1216] Service "{w.ns}/{i["backend"]}" does not have any active Endpoint.\n' for a in (300, 200, 100))
    else:
        i["class"] = "traefik-internal"
        w.commands.append(("kubectl get ingressclass", "NAME    CONTROLLER             PARAMETERS   AGE\nnginx   k8s.io/ingress-nginx   <none>       61d"))
        w.extra["logs/ingress-nginx-controller.log"] = f'I{w.at(300).strftime("%m%d %H:%M:%S")}.120211       7 store.go:429] "Ignoring ingress because of error while validating ingress class" ingress="{w.ns}/{i["name"]}" error="no object matching key \\"traefik-internal\\" in local store"\n'
    w.extra["logs/ingress-nginx-controller.log"] += "".join(f'203.0.113.9 - - [{w.at(a).strftime("%d/%b/%Y:%H:%M:%S")} +0000] "GET / HTTP/1.1" {"503" if what < 2 else "404"} 190 "-" "curl/8.5.0" 80 0.000 [{w.ns}-{i["backend"]}-80] [] - - - - 9f\n' for a in range(200, 10, -20))
    return [i["name"], w.theme["web"], "ingress-nginx-controller"], ["routing.ingress_misconfigured"]


@fault("routing.no_endpoints", "change.bad_scaling")
def f(w, which=None):
    wl = app(w)
    for p in w.pods_of(wl.name):
        w.pods.remove(p)
    wl.replicas = 0
    wl.events = [("Normal", "ScalingReplicaSet", 420, "deployment-controller", f"Scaled down replica set {wl.name}-{wl.hash} to 0 from 1")]
    w.callers_fail(wl.name)
    return [wl.name], ["routing.no_endpoints", "change.bad_scaling"]


# network ----------------------------------------------------------------------------------------------------------
@fault("network.dns_failure")
def f(w):
    what = w.rnd.randint(0, 1)
    for s in w.system:
        if s[1].startswith("coredns"):
            s[2], s[3], s[4] = "0/1", "CrashLoopBackOff" if what else "Running", "14 (90s ago)" if what else "0"
    if what:
        w.dns_config = True
        w.extra["logs/coredns.log"] = "/etc/coredns/Corefile:6 - Error during parsing: Unknown directive 'forwrd'\n" * 3
    else:
        w.extra["logs/coredns.log"] = "".join(f"[ERROR] plugin/errors: 2 {n}.{w.ns}.svc.cluster.local. A: read udp 10.244.1.9:41022->10.3.0.2:53: i/o timeout\n" for n in w.services)
    w.commands.append(("kubectl get endpoints kube-dns -n kube-system", "NAME       ENDPOINTS   AGE\nkube-dns   <none>      61d"))
    for wl in w.workloads.values():
        for c in wl.calls:
            w.log(wl.name, range(60, 5, -13), "error", f"call to {c} failed: dial tcp: lookup {c}.{w.ns}.svc.cluster.local on 10.96.0.10:53: {w.rnd.choice(['read udp 10.244.2.9:52011->10.96.0.10:53: i/o timeout', 'connect: connection refused', 'server misbehaving'])}")
    for s in w.services:
        w.connect_fail[s] = "dns"
    return ["coredns", "kube-dns", "kube-system"], ["network.dns_failure"] + (["startup.config_invalid"] if what else [])


@fault("network.policy_blocks")
def f(w):
    wl = w.workloads[w.rnd.choice([w.theme["db"], w.theme["cache"], w.theme["svc"][2]])]
    port = wl.ports[0][1]
    allow = w.rnd.random() < 0.5
    text = f"Name:         {wl.name}-lockdown\nNamespace:    {w.ns}\nCreated on:   {w.at(900).strftime('%Y-%m-%d %H:%M:%S')} +0000 UTC\nLabels:       <none>\nAnnotations:  <none>\nSpec:\n  PodSelector:     app={wl.name}\n"
    text += "  Allowing ingress traffic:\n    <none> (Selected pods are isolated for ingress connectivity)\n" if not allow else f"  Allowing ingress traffic:\n    To Port: {port}/TCP\n    From:\n      PodSelector: role=db-client\n"
    w.policies.append({"name": f"{wl.name}-lockdown", "selector": f"app={wl.name}", "age": "15m", "text": text + "  Not affecting egress traffic\n  Policy Types: Ingress\n"})
    w.callers_fail(wl.name, "timeout")
    return [wl.name, f"{wl.name}-lockdown"], ["network.policy_blocks"]


@fault("network.proxy_unavailable")
def f(w):
    n = w.rnd.choice(w.workers)
    hit = [p for p in w.pods if p.node is n]
    if w.rnd.random() < 0.5:
        n.services["kube-proxy"] = w.rnd.choice(["dead", "failed"])
        w.system = [s for s in w.system if not s[1].startswith("kube-proxy")]
        for m in w.nodes:
            m.services.setdefault("kube-proxy", "active")
    else:
        for s in w.system:
            if s[1].startswith("kube-proxy") and s[6] is n:
                s[2], s[3], s[4] = "0/1", "CrashLoopBackOff", "9 (80s ago)"
    fresh = w.redeploy(w.theme["svc"][2], keep_old=False)
    for p in hit:
        for c in p.workload.calls:
            w.log(p.workload.name, range(60, 5, -12), "error", f"call to {c} failed: dial tcp {w.services[c].ip}:{w.services[c].ports[0][1]}: i/o timeout")
    return [n.name, "kube-proxy"], ["network.proxy_unavailable"]


@fault("network.partition")
def f(w):
    """The CNI agent of a node is broken: new pods get no sandbox, the node reports its network as unavailable."""
    n = w.rnd.choice(w.workers)
    wl = app(w)
    for s in w.system:
        if s[1].startswith(w.flavour["cni"]) and s[6] is n:
            s[2], s[3], s[4] = "0/1", "CrashLoopBackOff", "17 (2m ago)"
    p = w.redeploy(wl.name)
    p.node, p.status, p.ready, p.phase, p.ip, p.state = n, "ContainerCreating", False, "Pending", None, [("State", "Waiting", [("Reason", "ContainerCreating")])]
    p.events = [("Normal", "Scheduled", p.age, "default-scheduler", f"Successfully assigned {w.ns}/{p.name} to {n.name}")]
    plugin = {"calico-node": 'plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/', "aws-node": 'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: Error received from AddNetwork gRPC call: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:50051: connect: connection refused"'}.get(w.flavour["cni"], 'plugin type="cilium-cni" failed (add): unable to connect to Cilium agent: failed to create cilium agent client after 30.000000 seconds timeout')
    w.event(p, "Warning", "FailedCreatePodSandBox", f'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "{w.rnd.getrandbits(256):064x}": {plugin}', 8, count=11)
    down(w, wl.name)
    return [n.name, w.flavour["cni"], wl.name], ["network.partition", "node.not_ready", "node.container_runtime_unavailable"]


# nodes ------------------------------------------------------------------------------------------------------------
def lost(w, n, reason, message, status="Unknown"):
    n.ready, n.lease_age, n.heartbeat_age = status, 520, 530
    for kind in ("MemoryPressure", "DiskPressure", "PIDPressure"):
        if status == "Unknown":
            n.conditions[kind] = ("Unknown", reason, message, 480)
    n.conditions["Ready"] = (status, reason, message, 480)
    n.taints += ["node.kubernetes.io/unreachable:NoExecute", "node.kubernetes.io/unreachable:NoSchedule"] if status == "Unknown" else ["node.kubernetes.io/not-ready:NoExecute", "node.kubernetes.io/not-ready:NoSchedule"]
    n.services["_events"] = [("Normal", "NodeNotReady", 480, "node-controller", f"Node {n.name} status is now: NodeNotReady")]
    w.top[n.name] = ("<unknown>",) * 4
    for p in [p for p in w.pods if p.node is n]:
        p.ready, p.terminating = False, p.workload.kind == "Deployment"
        p.status = "Terminating" if p.terminating else "Running"
        p.events = [("Warning", "NodeNotReady", 480, "node-controller", "Node is not ready")]
        if p.terminating:
            p.events.append(("Normal", "TaintManagerEviction", 180, "taint-eviction-controller", f"Marking for deletion Pod {w.ns}/{p.name}"))
            q = w.new_pod(p.workload, w.rnd.choice([m for m in w.workers if m is not n]), 0, 178)
            q.events = w.started_events(q, 178)
        down(w, p.workload.name, "timeout")
    for s in w.system:
        if s[6] is n:
            s[3] = s[3]


@fault("node.kubelet_unavailable")
def f(w):
    n = w.rnd.choice(w.workers)
    lost(w, n, "NodeStatusUnknown", "Kubelet stopped posting node status.")
    n.services["kubelet"] = w.rnd.choice(["dead", "failed"])
    if n.services["kubelet"] == "failed" and w.rnd.random() < 0.5:
        n.commands.append(("journalctl -u kubelet --no-pager -n 5", f"{w.at(420).strftime('%b %d %H:%M:%S')} {n.name.split('.')[0]} kubelet[9011]: E{w.at(420).strftime('%m%d %H:%M:%S')}.114090    9011 run.go:74] \"command failed\" err=\"failed to load kubelet config file, path: /var/lib/kubelet/config.yaml, error: failed to decode\""))
    return [n.name], ["node.kubelet_unavailable"]


@fault("node.not_ready")
def f(w):
    n = w.rnd.choice(w.workers)
    lost(w, n, "NodeStatusUnknown", "Kubelet stopped posting node status.")
    n.services = {"_events": n.services["_events"], "_lost": True}
    n.commands = [(f"ping -c 3 {n.ip}", f"PING {n.ip} ({n.ip}) 56(84) bytes of data.\n\n--- {n.ip} ping statistics ---\n3 packets transmitted, 0 received, 100% packet loss, time 2046ms")]
    return [n.name], ["node.not_ready", "node.hardware", "node.kubelet_unavailable"]


@fault("node.container_runtime_unavailable")
def f(w):
    n = w.rnd.choice(w.workers)
    rt = w.flavour["runtime"].split(":")[0].replace("cri-o", "crio")
    if w.rnd.random() < 0.5:
        lost(w, n, "KubeletNotReady", f"[container runtime is down, PLEG is not healthy: pleg was last seen active 4m12s ago; threshold is 3m0s]", "False")
        n.lease_age, n.heartbeat_age = 5, 60
    else:
        lost(w, n, "KubeletNotReady", "container runtime status check may not have completed yet", "False")
        n.lease_age, n.heartbeat_age = 5, 60
    n.services[rt] = w.rnd.choice(["dead", "failed"])
    return [n.name], ["node.container_runtime_unavailable"]


@fault("node.pressure")
def f(w):
    n = w.rnd.choice(w.workers)
    kind, res = w.rnd.choice([("DiskPressure", "ephemeral-storage"), ("MemoryPressure", "memory"), ("PIDPressure", "pids")])
    n.conditions[kind] = ("True", {"DiskPressure": "KubeletHasDiskPressure", "MemoryPressure": "KubeletHasInsufficientMemory", "PIDPressure": "KubeletHasInsufficientPID"}[kind],
                          {"DiskPressure": "kubelet has disk pressure", "MemoryPressure": "kubelet has insufficient memory available", "PIDPressure": "kubelet has insufficient PID available"}[kind], 300)
    n.taints = [f"node.kubernetes.io/{kind[:-8].lower()}-pressure:NoSchedule"]
    n.services["_events"] = [("Warning", "EvictionThresholdMet", "40s (x9 over 5m)", "kubelet", f"Attempting to reclaim {res}")]
    for p in [p for p in w.pods if p.node is n and p.workload.kind == "Deployment"][:2]:
        p.status, p.ready, p.phase, p.reason, p.ip = "Evicted", False, "Failed", "Evicted", None
        p.message = f"The node was low on resource: {res}. Threshold quantity: 100Mi, available: 61Mi. "
        p.state = [("State", "Terminated", [("Reason", "Error"), ("Exit Code", 137)])]
        p.events = [("Warning", "Evicted", 200, "kubelet", p.message)]
        q = w.new_pod(p.workload, w.rnd.choice([m for m in w.workers if m is not n]), 0, 190)
    return [n.name], ["node.pressure", "storage.ephemeral_pressure"] if kind == "DiskPressure" else ["node.pressure"]


def slow_node(w, n, ping, log):
    for m in w.nodes:
        m.commands.append((f"ping -c 20 -q {n.ip if m is not n else w.workers[(w.workers.index(n) + 1) % 3].ip}", ping(m is n, True) if m is n else ping(False, True)))
        others = [o for o in w.nodes if o is not m and o is not n]
        if m is not n:
            m.commands.append((f"ping -c 20 -q {others[0].ip}", ping(False, False)))
    for p in [p for p in w.pods if p.node is n]:
        for c in p.workload.calls:
            w.log(p.workload.name, range(60, 5, -12), "warn", log(c))
        for up in w.callers(p.workload.name):
            w.log(up.name, range(58, 5, -12), "warn", log(p.workload.name))


@fault("node.network_delay")
def f(w):
    n = w.rnd.choice(w.workers)
    slow_node(w, n, lambda own, slow: f"PING 10.3.9.9 56(84) bytes of data.\n\n--- 10.3.9.9 ping statistics ---\n20 packets transmitted, 20 received, 0% packet loss, time 19024ms\nrtt min/avg/max/mdev = " + ("301.120/310.455/342.010/8.112 ms" if slow else "0.201/0.355/0.610/0.112 ms"),
              lambda c: f"slow call target={c} took={w.rnd.randint(310, 700)}ms")
    n.commands.append(("tc qdisc show dev eth0", "qdisc netem 8001: root refcnt 3 limit 1000 delay 300ms 10ms"))
    return [n.name], ["node.network_delay", "network.delay"]


@fault("node.network_loss")
def f(w):
    n = w.rnd.choice(w.workers)
    slow_node(w, n, lambda own, slow: f"PING 10.3.9.9 56(84) bytes of data.\n\n--- 10.3.9.9 ping statistics ---\n20 packets transmitted, {'12 received, 40' if slow else '20 received, 0'}% packet loss, time 19024ms\nrtt min/avg/max/mdev = 0.201/0.355/0.610/0.112 ms",
              lambda c: w.rnd.choice([f"call to {c} failed: i/o timeout", f"call to {c} failed: context deadline exceeded", f"retry 2/3 target={c}"]))
    return [n.name], ["node.network_loss", "network.loss"]


@fault("node.clock_skew")
def f(w):
    n = w.rnd.choice(w.workers)
    for p in [p for p in w.pods if p.node is n][:3]:
        w.log(p.workload.name, range(60, 5, -9), "error", w.rnd.choice(["x509: certificate has expired or is not yet valid: current time is before notBefore", "token used before issued", "RequestTimeTooSkewed: The difference between the request time and the current time is too large."]))
    n.commands.append(("chronyc tracking", "Reference ID    : 00000000 ()\nStratum         : 0\nRef time (UTC)  : Thu Jan 01 00:00:00 1970\nSystem time     : 412.337103 seconds slow of NTP time\nLast offset     : +0.000000000 seconds\nLeap status     : Not synchronised"))
    n.commands.append(("timedatectl", "               Local time: " + w.at(412).strftime("%a %Y-%m-%d %H:%M:%S UTC") + "\n           Universal time: " + w.at(412).strftime("%a %Y-%m-%d %H:%M:%S UTC") + "\nSystem clock synchronized: no\n              NTP service: inactive"))
    return [n.name], ["node.clock_skew"]


@fault("node.hardware")
def f(w):
    n = w.rnd.choice(w.workers)
    lost(w, n, "NodeStatusUnknown", "Kubelet stopped posting node status.")
    n.services = {"_events": n.services["_events"]}
    n.commands.append(("dmesg -T | tail -4", w.rnd.choice([
        f"[{w.at(520).strftime('%a %b %d %H:%M:%S %Y')}] mce: [Hardware Error]: CPU 3: Machine Check: 0 Bank 5: bea0000000000108\n[{w.at(519).strftime('%a %b %d %H:%M:%S %Y')}] mce: [Hardware Error]: TSC 0 ADDR 1ffff81021a60e MISC d012000100000000\n[{w.at(518).strftime('%a %b %d %H:%M:%S %Y')}] EDAC MC0: 1 UE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0",
        f"[{w.at(520).strftime('%a %b %d %H:%M:%S %Y')}] nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0xffff\n[{w.at(519).strftime('%a %b %d %H:%M:%S %Y')}] nvme nvme0: Removing after probe failure status: -19\n[{w.at(518).strftime('%a %b %d %H:%M:%S %Y')}] blk_update_request: I/O error, dev nvme0n1, sector 8129232 op 0x1:(WRITE) flags 0x800"])))
    return [n.name], ["node.hardware"]


# access, tls, databases, dependencies -----------------------------------------------------------------------------
@fault("access.authentication_failed")
def f(w):
    wl = w.workloads[w.theme["svc"][w.rnd.choice([0, 3])]]
    my = "mysql" in w.theme["db"]
    crashing(w, wl, "Error 1045 (28000): Access denied for user 'app'@'10.244.2.19' (using password: YES)" if my else "FATAL: password authentication failed for user \"app\" (SQLSTATE 28P01)")
    if not my:
        w.log(w.theme["db"], (300, 230, 150, 45), "error", "FATAL:  password authentication failed for user \"app\"")
    return [wl.name, w.theme["db"]], ["access.authentication_failed"]


@fault("access.permission_denied")
def f(w):
    wl = app(w)
    sa = f"system:serviceaccount:{w.ns}:{wl.service_account}"
    crashing(w, wl, w.rnd.choice([f'leases.coordination.k8s.io is forbidden: User "{sa}" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "{w.ns}"', f'failed to list *v1.ConfigMap: configmaps is forbidden: User "{sa}" cannot list resource "configmaps" in API group "" in the namespace "{w.ns}"']))
    return [wl.name], ["access.permission_denied"]


@fault("access.credential_expired")
def f(w):
    wl = app(w)
    w.log(wl.name, range(300, 5, -15), "error", w.rnd.choice(["ExpiredToken: The security token included in the request is expired", "401 Unauthorized: {\\\"error\\\":\\\"invalid_token\\\",\\\"error_description\\\":\\\"The access token expired\\\"}", "rpc error: code = Unauthenticated desc = token expired at 2026-01-01T00:00:00Z"]))
    for up in w.callers(wl.name):
        w.log(up.name, range(290, 5, -20), "error", f"upstream {wl.name} answered 500 Internal Server Error")
    return [wl.name], ["access.credential_expired"]


@fault("tls.certificate_expired")
def f(w):
    wl = w.workloads[w.theme["svc"][2]]
    for c in w.callers(wl.name):
        w.log(c.name, range(300, 5, -15), "error", f"call to {wl.name} failed: tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time {w.stamp(20)} is after {w.stamp(7200)}")
    return [wl.name] + [c.name for c in w.callers(wl.name)], ["tls.certificate_expired"]


@fault("tls.certificate_untrusted")
def f(w):
    wl = w.workloads[w.theme["svc"][2]]
    for c in w.callers(wl.name):
        w.log(c.name, range(300, 5, -15), "error", f"call to {wl.name} failed: " + w.rnd.choice(["tls: failed to verify certificate: x509: certificate signed by unknown authority", "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain (_ssl.c:1007)"]))
    return [wl.name] + [c.name for c in w.callers(wl.name)], ["tls.certificate_untrusted"]


@fault("database.unavailable")
def f(w):
    wl = w.workloads[w.theme["db"]]
    crashing(w, wl, "[ERROR] [MY-012224] [InnoDB] Database page corruption on disk or a failed file read of page [page id: space=7, page number=41]." if "mysql" in wl.name else "PANIC:  could not locate a valid checkpoint record", code=1)
    return [wl.name], ["database.unavailable", "data.corruption"]


@fault("database.connections_exhausted")
def f(w):
    wl = w.workloads[w.theme["db"]]
    my = "mysql" in wl.name
    text = "Error 1040 (08004): Too many connections" if my else "FATAL: sorry, too many clients already (SQLSTATE 53300)"
    if not my:
        w.log(wl.name, range(200, 5, -6), "error", "FATAL:  sorry, too many clients already")
    for c in w.callers(wl.name):
        w.log(c.name, range(200, 5, -12), "error", f"cannot open connection to {wl.name}: {text}")
    return [wl.name], ["database.connections_exhausted"]


@fault("cache.memory_full")
def f(w):
    wl = w.workloads[w.theme["cache"]]
    for c in w.callers(wl.name):
        w.log(c.name, range(200, 5, -12), "error", "OOM command not allowed when used memory > 'maxmemory'.")
    w.commands.append((f"kubectl exec deploy/{wl.name} -n {w.ns} -- redis-cli info memory", "# Memory\nused_memory:134217728\nused_memory_human:128.00M\nmaxmemory:134217728\nmaxmemory_human:128.00M\nmaxmemory_policy:noeviction\nmem_fragmentation_ratio:1.02"))
    return [wl.name], ["cache.memory_full"]


@fault("dependency.unavailable", "dependency.rate_limited")
def f(w, which="dependency.unavailable"):
    wl = w.workloads[w.theme["svc"][4]]
    text = {"dependency.unavailable": "503 Service Unavailable", "dependency.rate_limited": "429 Too Many Requests (Retry-After: 60)"}[which]
    w.log(wl.name, range(200, 5, -8), "error", f"POST https://api.geo-provider.example/v2/lookup: {text}")
    for up in w.callers(wl.name):
        w.log(up.name, range(190, 5, -20), "error", f"upstream {wl.name} answered 502 Bad Gateway")
    return ["api.geo-provider.example", "geo-provider", wl.name], [which, "dependency.error_responses"]


@fault("queue.broker_unavailable")
def f(w):
    wl = w.workloads[w.theme["mq"]]
    p = w.redeploy(wl.name)
    w.crash(p, "Error", 1)
    w.log(wl.name, (200, 120, 45), "error", "BOOT FAILED: error during startup: could not read cluster state, inconsistent database")
    w.callers_fail(wl.name)
    return [wl.name], ["queue.broker_unavailable"]
