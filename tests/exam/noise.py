# SPDX-License-Identifier: Apache-2.0
"""What a working cluster shows anyway: none of it is the cause of anything."""
import world as W


def add(w, heavy=True):
    r = w.rnd
    bystanders = [p for p in w.pods if p.workload.kind == "Deployment"]
    p = r.choice(bystanders)
    p.restarts, p.restart_age = r.randint(1, 3), r.randint(5, 20) * 86400
    if p.age < p.restart_age:
        p.restarts, p.restart_age = 0, None
    else:
        p.last_state = [("Reason", r.choice(["Error", "Completed"])), ("Exit Code", r.choice([1, 0, 255])), ("Started", p.restart_age + 900), ("Finished", p.restart_age)]
    q = r.choice(bystanders)
    if q.container.readiness and q.age < 3600:
        w.event(q, "Warning", "Unhealthy", f"Readiness probe failed: dial tcp {q.ip}:{q.container.port}: connect: connection refused", q.age - 6)
    if not heavy:
        return
    w.events.append(W.Event("Pod", f"{w.theme['job']}-28{r.randint(100000, 999999)}-{w.suffix(5)}", "Warning", "FailedScheduling", f"0/{len(w.nodes)} nodes are available: 1 Insufficient cpu, {len(w.nodes) - 1} node(s) were unschedulable.", 3300, "default-scheduler"))
    w.events.append(W.Event("HorizontalPodAutoscaler", w.theme["gw"], "Warning", "FailedGetResourceMetric", "failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready)", 3100, "horizontal-pod-autoscaler"))
    w.events.append(W.Event("Node", r.choice(w.workers).name, "Normal", "Starting", "Starting kubelet.", 3500, "kubelet"))
    busy = r.choice([x for x in w.workloads.values() if x.calls])
    w.log(busy.name, [1900], "warn", "retrying request attempt=1 reason=\"connection reset by peer\"")
    w.log(r.choice(list(w.workloads)), [2100], "warn", "configuration key cache.ttl is deprecated, use cache.expiry")
    w.log(r.choice(list(w.workloads)), [1500], "error", "client closed connection before answer was sent path=/v1/items")
    w.jobs.append({"name": f"{w.theme['job']}-28{r.randint(100000, 999999)}", "done": True, "age": 86400 + 7200, "duration": "39s"})
