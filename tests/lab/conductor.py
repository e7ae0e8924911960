"""The users and the scheduler of the cluster: creates the workloads, binds pods to nodes, and churns.

The real controller-manager makes the pods.  This process binds each to a node,
tells the node's runtime to run it, and every few seconds deletes one (or forces
it, loses its sandbox, restarts its container, starts a Job): that is what hands
addresses over.
"""
import argparse
import json
import os
import queue
import random
import signal
import socket
import sys
import time

import netns
import shop
from api import Api, ApiError, Watcher
from records import Log, now

PODS = f"/api/v1/namespaces/{shop.NAMESPACE}/pods"
PULLS = ((0.8, 0.02, 0.3), (0.12, 0.5, 4.0), (0.08, 5.0, 20.0))   # share, seconds from, to
WARM_SECONDS = 5.0      # no pod is churned before it ran so long
ACTIONS = (("delete", 0.78), ("force", 0.03), ("recreate", 0.07), ("restart", 0.04), ("job", 0.08))


class Conductor:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(f"{options.seed}conductor")
        self.api = Api(options.kubeconfig, "kubectl/v1.37.2")
        self.log = Log(os.path.join(options.dir, "conductor"))
        self.nodes = dict(item.split("=") for item in options.nodes.split(","))   # name -> address
        self.capacity = options.capacity
        self.events = queue.Queue()
        self.pods = {}       # uid -> {"node", "name", "object", "running", "stopped"}
        self.sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addresses = {}  # service -> ClusterIP, or None
        self.jobs, self.cron_job = 0, None
        self.forced = set()

    def create(self):
        """Namespace, services, workloads; each where it is not there yet."""
        self.api.apply("/api/v1/namespaces", {"metadata": {"name": shop.NAMESPACE}})
        while True:
            try:
                self.api.get(f"/api/v1/namespaces/{shop.NAMESPACE}/serviceaccounts/default")
                break
            except ApiError:
                time.sleep(0.1)
        listed = {}
        for name, service in shop.SERVICES.items():
            if service.server:
                made = self.api.apply(f"/api/v1/namespaces/{shop.NAMESPACE}/services", shop.service_object(name))
                address = made["spec"]["clusterIP"]
                self.addresses[name] = None if address == "None" else address
                listed[name] = {"address": self.addresses[name], "namespace": shop.NAMESPACE}
        self.addresses["bank"] = netns.OUTSIDE_ADDRESS
        with open(os.path.join(self.options.dir, "services.json"), "w", encoding="utf-8") as file:
            json.dump(listed, file)
        Watcher(self.options.kubeconfig, PODS, lambda kind, pod: self.events.put((kind, pod))).start()
        for name in shop.SERVICES:
            self.api.apply(*shop.workload_object(name))
        self.cron_job = self.api.apply(f"/apis/batch/v1/namespaces/{shop.NAMESPACE}/cronjobs", shop.cron_job_object())

    # ---- what the watch tells ----

    def hear(self, kind, pod):
        uid = pod["metadata"]["uid"]
        if kind == "DELETED":
            known = self.pods.pop(uid, None)
            if known is not None and not known["stopped"]:
                # By force: the node notices later, and the container runs on until then.
                known["stop_at"] = now() + int(self.random.uniform(0.5, 4.0) * 1e9)
                self.forced.add((known["stop_at"], known["node"], uid))
            return
        known = self.pods.get(uid)
        if known is None:
            if "deletionTimestamp" in pod["metadata"] or pod["status"].get("phase") in ("Succeeded", "Failed"):
                return
            known = self.pods[uid] = {"node": self.bind(pod), "name": pod["metadata"]["name"], "running": None,
                                      "stopped": False, "app": pod["metadata"]["labels"]["app"]}
            self.run(pod, known)
        if pod["status"].get("phase") == "Running" and known["running"] is None:
            known["running"] = now()
        if pod["status"].get("phase") in ("Succeeded", "Failed"):
            known["stopped"] = True
        if "deletionTimestamp" in pod["metadata"] and not known["stopped"]:
            known["stopped"] = True
            self.send(known["node"], op="stop", uid=uid, seconds=2.0)

    def bind(self, pod):
        """A node for POD: a daemon's own, else the one with the most room."""
        node = pod["spec"].get("nodeName")
        if node:
            return node
        terms = pod["spec"].get("affinity", {}).get("nodeAffinity", {}).get(
            "requiredDuringSchedulingIgnoredDuringExecution", {}).get("nodeSelectorTerms", [])
        for term in terms:
            for field in term.get("matchFields", []):
                node = field["values"][0]
        if not node:
            load = {name: 0 for name in self.nodes}
            for other in self.pods.values():
                load[other["node"]] += not other["stopped"] and other["app"] != "agent"
            node = min(sorted(load), key=load.get)
        meta = pod["metadata"]
        self.api.post(f"{PODS}/{meta['name']}/binding", {
            "apiVersion": "v1", "kind": "Binding", "metadata": {"name": meta["name"], "uid": meta["uid"]},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node}})
        return node

    def run(self, pod, known):
        name, options = known["app"], self.options
        service = shop.service_of(name)
        calls = [{"service": target, "rate": rate * options.rate, "address": self.addresses[target],
                  "port": self.port(target)} for target, rate in service.calls.items()]
        host = service.kind == "DaemonSet"
        job = service.kind == "Job"
        self.send(known["node"], op="run", uid=pod["metadata"]["uid"], namespace=shop.NAMESPACE,
                  name=known["name"], service=name, host_network=host, restart_always=not job, pull=self.pull(),
                  port=(shop.AGENT_PORT if host else shop.PORT) if service.server else None,
                  listen=self.nodes[known["node"]] if host else "0.0.0.0",
                  think=service.think, bytes=service.size, calls=calls, life=self.random.uniform(2, 14) if job else None,
                  drain=self.random.choice((0, 0, self.random.uniform(0.1, 1.5))),
                  log=os.path.join(options.dir, "work-" + known["node"]), dns=os.path.join(options.dir, "dns"))

    def port(self, target):
        if target == "bank":
            return shop.OUTSIDE_PORT
        if target == "agent":
            return shop.AGENT_PORT
        return shop.PORT if shop.SERVICES[target].headless else shop.SERVICE_PORT

    def pull(self):
        share = self.random.random()
        for part, low, high in PULLS:
            share -= part
            if share < 0:
                break
        return self.random.uniform(low, high)

    def send(self, node, **message):
        path = os.path.join(self.options.dir, node + ".sock")
        self.sender.sendto(json.dumps(message).encode(), path)

    # ---- churn ----

    def candidates(self):
        return sorted(uid for uid, pod in self.pods.items()
                      if pod["running"] and not pod["stopped"] and pod["app"] != "agent"
                      and now() - pod["running"] > WARM_SECONDS * 1e9)

    def churn(self):
        share = self.random.random()
        for action, part in ACTIONS:
            share -= part
            if share < 0:
                break
        if action == "job":
            self.jobs += 1
            self.api.post(f"/apis/batch/v1/namespaces/{shop.NAMESPACE}/jobs",
                          shop.job_object(f"report-{self.jobs}", self.cron_job, self.random.choice((5, 30, 600))))
            return
        uids = self.candidates()
        if action in ("recreate", "restart"):
            # A Job's pod is never restarted: its restartPolicy is Never.
            uids = [uid for uid in uids if self.pods[uid]["app"] != "report"]
        if not uids:
            return
        uid = self.random.choice(uids)
        pod = self.pods[uid]
        self.log.write(t=now(), what=action, uid=uid, name=pod["name"], node=pod["node"])
        if action in ("recreate", "restart"):
            self.send(pod["node"], op=action, uid=uid)
            return
        try:
            self.api.delete(f"{PODS}/{pod['name']}", grace=0 if action == "force" else None, uid=uid)
        except ApiError as error:
            if error.status not in (404, 409):
                raise

    def turn(self, until):
        """Serves the watch and overdue stops until UNTIL."""
        while now() < until:
            try:
                kind, pod = self.events.get(timeout=min(0.1, (until - now()) / 1e9 + 0.001))
                self.hear(kind, pod)
            except queue.Empty:
                pass
            except ApiError as error:
                # A pod that went away between two of our requests.
                if error.status not in (404, 409):
                    raise
            for item in sorted(self.forced):
                if item[0] <= now():
                    self.forced.discard(item)
                    self.send(item[1], op="stop", uid=item[2], seconds=1.0)

    def go(self):
        self.create()
        wanted = sum(service.replicas for service in shop.SERVICES.values()) * 0.8
        deadline = now() + 60 * 10**9
        while len([1 for pod in self.pods.values() if pod["running"]]) < wanted and now() < deadline:
            self.turn(now() + 2 * 10**8)
        self.log.write(t=now(), what="warm", pods=len(self.pods))
        while True:
            self.turn(now() + int(self.random.uniform(0.4, 1.6) * 60e9 / self.options.churn))
            self.churn()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--kubeconfig", "--nodes", "--dir", "--seed"):
        parser.add_argument(name, required=True)
    parser.add_argument("--capacity", type=int, required=True, help="addresses of a node")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the workloads' calls")
    parser.add_argument("--churn", type=float, default=45.0, help="actions a minute")
    options = parser.parse_args()
    netns.die_with_parent()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Conductor(options).go()


if __name__ == "__main__":
    main()
