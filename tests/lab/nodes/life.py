"""What happens to pods and nodes: the actions, when each is taken, and a log of them (actions.ndjson)."""
import heapq
import json
import os
import random
import signal
import subprocess
import time

import cgroups
from api import MERGE, ApiError, Watcher
from records import Log, now
from workloads import APPS, CORE


class Life:
    def __init__(self, run, machines, workloads, api, plan, seed):
        self.run, self.machines, self.workloads, self.api, self.plan = run, machines, workloads, api, plan
        self.random = random.Random(f"{seed}life")
        self.log = Log(os.path.join(run, "actions.ndjson"))
        self.due, self.count, self.failed = [], 0, []

    # ---- time ----

    def later(self, seconds, action):
        self.count += 1
        heapq.heappush(self.due, (time.monotonic() + seconds, self.count, action))

    def live(self):
        """Until the plan's time is over."""
        end = time.monotonic() + self.plan.seconds
        for seconds, name in self.plan.events:
            self.later(seconds, getattr(self, name))
        names, shares = list(self.plan.often), list(self.plan.often.values())
        turn = time.monotonic()
        while time.monotonic() < end:
            if self.due and self.due[0][0] <= time.monotonic():
                self.take(heapq.heappop(self.due)[2])
            elif turn <= time.monotonic():
                self.take(getattr(self, self.random.choices(names, shares)[0]))
                turn = time.monotonic() + self.random.expovariate(1 / self.plan.every)
            else:
                time.sleep(0.02)

    def take(self, action):
        """A pod may be gone before it is reached: then the action is logged as failed, and another turn comes."""
        try:
            action()
        except (ApiError, LookupError, OSError, subprocess.SubprocessError) as error:
            self.api.connection = None
            self.log.write(t=now(), what="failed", action=getattr(action, "__name__", "?"), error=str(error)[:300])

    def note(self, what, pod=None, **more):
        if pod:
            more.update(uid=pod["metadata"]["uid"], name=pod["metadata"]["name"], node=pod["spec"]["nodeName"], ip=pod["status"].get("podIP"))
        self.log.write(t=now(), what=what, **more)

    # ---- choice ----

    def pods(self):
        return self.api.get(CORE + "/pods")["items"]

    def pick(self):
        """A pod that runs, of those that a controller makes again."""
        found = [pod for pod in self.pods() if pod["status"].get("phase") == "Running" and "deletionTimestamp" not in pod["metadata"]
                 and pod["status"].get("podIP") and pod["metadata"].get("ownerReferences", [{}])[0].get("kind") != "Node"]
        if not found:
            raise LookupError
        return self.random.choice(found)

    def machine(self):
        """A node that is switched on."""
        return self.random.choice([machine for machine in self.machines if machine.on])

    def machine_of(self, pod):
        return next(machine for machine in self.machines if machine.name == pod["spec"]["nodeName"])

    def processes(self, machine, kind, uid=None):
        """Process ids of the running sandboxes or containers of MACHINE, of one pod or of all."""
        lines = [line.split() for line in machine.ctr("task", "ls").splitlines()[1:]]
        wanted = machine.ctr("container", "ls", "-q", f'labels."io.cri-containerd.kind"=={kind}'
                             + (f',labels."io.kubernetes.pod.uid"=={uid}' if uid else "")).split()
        return [int(pid) for name, pid, state, *_ in lines if state == "RUNNING" and name in wanted]

    # ---- pods ----

    def delete(self):
        pod = self.pick()
        self.note("delete", pod)
        self.api.delete(f"{CORE}/pods/{pod['metadata']['name']}")

    def force(self):
        pod = self.pick()
        self.note("force", pod)
        self.api.delete(f"{CORE}/pods/{pod['metadata']['name']}", grace=0)

    def evict(self, pod=None):
        pod = pod or self.pick()
        name = pod["metadata"]["name"]
        self.note("evict", pod)
        self.api.post(f"{CORE}/pods/{name}/eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}})

    def lose(self, kind):
        pod = self.pick()
        found = self.processes(self.machine_of(pod), kind, pod["metadata"]["uid"])
        if found:
            self.note("lose_" + kind, pod)
            os.kill(self.random.choice(found), signal.SIGKILL)

    def lose_sandbox(self):
        self.lose("sandbox")

    def lose_container(self):
        self.lose("container")

    def next_name(self, what):
        self.count += 1
        self.note(what, name=f"{what}-{self.count}")
        return f"{what}-{self.count}"

    def run_job(self):
        job = self.workloads.job(self.next_name("report"), self.random.choice((0, 3, 20)), self.random.choice((0.3, 1, 2, 4)),
                                 self.random.choice((0, 0, 0, 1)))
        self.api.post("/apis/batch/v1/namespaces/shop/jobs", job)

    def start_single(self, app, **settings):
        name = self.next_name(app)
        self.api.post(CORE + "/pods", self.workloads.single(app, name, **settings))
        self.later(40, lambda: self.api.delete(f"{CORE}/pods/{name}"))

    def flash(self):
        """A pod that is over almost before it is published."""
        self.start_single("flash", calls={"web": 40}, life=self.random.choice((0.1, 0.3, 0.6)), listen=8080)

    def overstay(self):
        """Ended by the kubelet: its deadline is over."""
        self.start_single("late", calls={"web": 3}, listen=8080, activeDeadlineSeconds=5)

    def fill_disk(self):
        """Evicted by the kubelet: it writes more than it may."""
        name = self.next_name("greedy")
        pod = self.workloads.single("greedy", name, calls={"web": 3}, fill=8 << 20)
        pod["spec"]["containers"][0]["resources"] = {"limits": {"ephemeral-storage": "1Mi"}}
        self.api.post(CORE + "/pods", pod)

    def roll_out(self):
        name = self.random.choice(("web", "cart", "search", "slow"))
        self.note("roll_out", name=name)
        self.api.patch(f"{APPS}/deployments/{name}", {"spec": {"template": {"metadata": {"annotations": {"at": str(now())}}}}}, MERGE)

    def change_static(self, machine=None):
        """Another manifest of the same name: the kubelet ends the old pod and starts the new one."""
        machine = machine or self.machine()
        self.count += 1
        self.note("change_static", node=machine.name)
        machine.write("static/static.json", json.dumps(self.workloads.static_pod(self.count)))

    def force_static(self):
        """The mirror is deleted and made again; the pod itself does not notice."""
        name = f"static-{self.machine().name}"
        self.note("force_static", name=name)
        self.api.delete(f"{CORE}/pods/{name}", grace=0)

    # ---- nodes ----

    def slow_network(self):
        for machine in self.machines:
            self.note("slow_network", node=machine.name)
            machine.slow_plugin(ADD=3, DEL=4)
            self.later(20, machine.slow_plugin)

    def restart_kubelet(self):
        machine = self.machine()
        self.note("restart_kubelet", node=machine.name)
        machine.kill("kubelet")
        machine.start_kubelet()

    def pause_kubelet(self, seconds=10):
        machine = self.machine()
        self.note("pause_kubelet", node=machine.name, seconds=seconds)
        machine.kill("kubelet")
        self.later(seconds, lambda: machine.on and not machine.runs("kubelet") and machine.start_kubelet())

    def restart_runtime(self):
        machine = self.machine()
        self.note("restart_runtime", node=machine.name)
        machine.kill("containerd")
        machine.start_runtime()

    def kill_shims(self):
        """Every pod of a node loses its processes; only the kubelet and containerd stay."""
        machine = self.machine()
        self.note("kill_shims", node=machine.name)
        kept = {machine.crew.members[f"{part}-{machine.name}"].pid for part in ("kubelet", "containerd", "kube-proxy")}
        for pid in cgroups.members(f"{cgroups.ROOT}/pids/{machine.group}"):
            if pid not in kept:
                os.kill(pid, signal.SIGKILL)

    def lose_node(self, why):
        machine = self.machines[-1]
        if not machine.on:
            raise LookupError
        self.note(why, node=machine.name)
        machine.power_off()
        return machine

    def cut_power(self, seconds=25):
        """Longer than the API waits for a node, so that its pods are replaced meanwhile."""
        machine = self.lose_node("cut_power")
        self.later(seconds, lambda: self.switch_on(machine))

    def cut_power_briefly(self):
        self.cut_power(5)

    def switch_on(self, machine):
        self.note("boot", node=machine.name)
        machine.boot()

    def replace_node(self):
        """The machine is lost and its node deleted; its pods are forced out; it comes back as a new node with other ranges."""
        machine = self.lose_node("replace_node")
        self.api.delete("/api/v1/nodes/" + machine.name)
        self.later(20, lambda: self.switch_on(machine))

    def drain(self):
        machine = self.machine()
        self.note("drain", node=machine.name)
        self.api.patch("/api/v1/nodes/" + machine.name, {"spec": {"unschedulable": True}}, MERGE)
        for pod in self.pods():
            owner = pod["metadata"].get("ownerReferences", [{}])[0].get("kind")
            if pod["spec"].get("nodeName") == machine.name and owner not in ("Node", "DaemonSet"):
                self.take(lambda pod=pod: self.evict(pod))
        self.later(15, lambda: self.api.patch("/api/v1/nodes/" + machine.name, {"spec": {"unschedulable": False}}, MERGE))


class Dns:
    """Plays the cluster's DNS: the ready addresses of each headless service, in a file of its name."""

    def __init__(self, kubeconfig, directory):
        self.directory, self.slices = directory, {}
        os.makedirs(directory)
        Watcher(kubeconfig, "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices", self.hear).start()

    def hear(self, kind, item):
        name = item["metadata"]["name"]
        self.slices[name] = item
        if kind == "DELETED":
            del self.slices[name]
        service = item["metadata"]["labels"]["kubernetes.io/service-name"]
        ready = {address for one in self.slices.values() if one["metadata"]["labels"]["kubernetes.io/service-name"] == service
                 for endpoint in one.get("endpoints") or [] if endpoint.get("conditions", {}).get("ready")
                 for address in endpoint["addresses"]}
        path = os.path.join(self.directory, service)
        with open(path + ".new", "w", encoding="ascii") as file:
            json.dump(sorted(ready), file)
        os.rename(path + ".new", path)
