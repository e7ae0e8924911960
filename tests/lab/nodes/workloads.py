"""The cluster's workloads as API objects: their containers run work.py, and their settings are its environment."""
import os

import image
from api import ApiError
from machine import wait

LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NAMESPACE = "shop"
CORE = f"/api/v1/namespaces/{NAMESPACE}"
APPS = f"/apis/apps/v1/namespaces/{NAMESPACE}"
PORT, SERVICE_PORT = 8080, 80
OUTSIDE = "198.51.100.7"
# The last part of each ClusterIP, in both families; 0 is a headless service.
SERVICES = {"web": 10, "cart": 11, "payment": 12, "slow": 13, "crash": 14, "agent": 15, "search": 0}
SOON = [{"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 6}
        for key in ("not-ready", "unreachable")]


def cluster_ip(name, family):
    return ("10.96.0.{}" if family == 4 else "fd00:96::{}").format(SERVICES[name])


class Workloads:
    """DIRECTORY is the run's: pods log to its folder pods and read DNS answers in its folder dns."""

    def __init__(self, api, directory, plan, rate):
        self.api, self.directory, self.plan, self.rate = api, directory, plan, rate

    # ---- objects ----

    def calls(self, **rates):
        """`name=address=port=rate` for each service and family; a name without address is asked of DNS."""
        words = []
        for name, rate in rates.items():
            rate *= self.rate
            if name == "bank":
                words.append(f"bank={OUTSIDE}=443={rate}")
            elif not SERVICES[name]:
                words.append(f"{name}==" + f"{PORT}={rate}")
            else:
                words += [f"{name}={cluster_ip(name, family)}={SERVICE_PORT}={rate / len(self.plan.families)}" for family in self.plan.families]
        return " ".join(words)

    def container(self, name="app", calls=None, **settings):
        env = {key.upper(): str(value) for key, value in settings.items()}
        if calls:
            env["CALLS"] = self.calls(**calls)
        references = {"POD_UID": "metadata.uid", "POD_NAME": "metadata.name", "APP": "metadata.labels['app']"}
        return {"name": name, "image": image.NAME, "imagePullPolicy": "Never", "command": ["/usr/bin/python3", "-B", "/lab/nodes/work.py"],
                "env": [{"name": key, "value": value} for key, value in env.items()] + [{"name": "CONTAINER", "value": name}]
                + [{"name": key, "valueFrom": {"fieldRef": {"fieldPath": path}}} for key, path in references.items()],
                "volumeMounts": [{"name": "usr", "mountPath": "/usr", "readOnly": True}, {"name": "lab", "mountPath": "/lab", "readOnly": True},
                                 {"name": "log", "mountPath": "/log"}, {"name": "dns", "mountPath": "/dns", "readOnly": True}]}

    def spec(self, *containers, **more):
        paths = {"usr": "/usr", "lab": LAB, "log": self.directory + "/pods", "dns": self.directory + "/dns"}
        return dict({"containers": list(containers), "terminationGracePeriodSeconds": 4, "automountServiceAccountToken": False,
                     "enableServiceLinks": False, "tolerations": SOON,
                     "volumes": [{"name": name, "hostPath": {"path": path}} for name, path in paths.items()]}, **more)

    def pod(self, app, name, spec):
        return {"apiVersion": "v1", "kind": "Pod", "spec": spec, "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"app": app}}}

    def service(self, name):
        families = {"ipFamilies": [f"IPv{family}" for family in self.plan.families],
                    "ipFamilyPolicy": "SingleStack" if len(self.plan.families) == 1 else "RequireDualStack"}
        addresses = [cluster_ip(name, family) for family in self.plan.families] if SERVICES[name] else ["None"]
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": dict(families, **{
            "selector": {"app": name}, "clusterIP": addresses[0], "clusterIPs": addresses,
            "ports": [{"name": "http", "port": SERVICE_PORT if SERVICES[name] else PORT, "targetPort": PORT}]})}

    def workload(self, kind, name, spec, **more):
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": dict({
            "selector": {"matchLabels": {"app": name}}, "template": {"metadata": {"labels": {"app": name}}, "spec": spec}}, **more)}

    # ---- what runs all the time ----

    def everything(self):
        """(collection, object) of each workload: 20 pods, and one static pod a node beside them."""
        ready = {"readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 3}}
        serve = {"listen": PORT}
        sidecar = dict(self.container("mesh", calls={"search": 0.5}), restartPolicy="Always")
        first = self.container("first", life=1.5, calls={"web": 6})
        second = self.container("second", life=0.7)
        for kind, name, replicas, spec, more in (
                ("Deployment", "web", 4, self.spec(dict(self.container(calls={"cart": 1.5, "search": 1.5}, think=0.03, bytes=4000, drain=1, **serve),
                                                        **ready)), {}),
                ("Deployment", "cart", 3, self.spec(dict(self.container(calls={"payment": 1.5}, think=0.01, **serve), **ready)), {}),
                ("Deployment", "search", 3, self.spec(self.container(think=0.02, bytes=1500, drain=2, **serve)), {}),
                ("Deployment", "slow", 2, self.spec(self.container(**serve), initContainers=[first, second]), {}),
                ("Deployment", "crash", 2, self.spec(self.container(life=6, exit=1, calls={"search": 1}, **serve)), {}),
                # Deaf to SIGTERM: killed when its grace period is over.
                ("Deployment", "loadgen", 3, self.spec(self.container(calls={"web": 4, "search": 3, "slow": 1, "crash": 1, "bank": 0.5}, drain=60),
                                                       terminationGracePeriodSeconds=2), {}),
                ("StatefulSet", "payment", 2, self.spec(self.container(think=0.05, **serve), initContainers=[sidecar]),
                 {"serviceName": "payment", "podManagementPolicy": "Parallel"}),
                ("DaemonSet", "agent", None, self.spec(self.container(calls={"web": 1}, **serve)), {}),
        ):
            yield f"{APPS}/{kind.lower()}s", self.workload(kind, name, spec, **more, **({"replicas": replicas} if replicas else {}))

    def static_pod(self, version):
        return self.pod("static", "static", self.spec(self.container(listen=PORT, calls={"web": 1, "search": 1}, version=version)))

    def job(self, name, keep, life, code):
        spec = self.spec(self.container(calls={"web": 5, "search": 5}, life=life, exit=code, listen=PORT), restartPolicy="Never")
        return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {
            "ttlSecondsAfterFinished": keep, "backoffLimit": 1, "template": {"metadata": {"labels": {"app": "report"}}, "spec": spec}}}

    def single(self, app, name, **settings):
        """A pod of its own; settings in lower case are its container's, the others the pod's."""
        mine = {key: value for key, value in settings.items() if key.islower()}
        rest = {key: value for key, value in settings.items() if not key.islower()}
        return self.pod(app, name, self.spec(self.container(**mine), restartPolicy="Never", **rest))

    def create_namespace(self):
        """Before a kubelet starts: one that cannot make a static pod's mirror tries again only a minute later."""
        self.api.apply("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})

        def has_account():
            try:
                return self.api.get(CORE + "/serviceaccounts/default")
            except ApiError:
                return None
        wait(has_account, "the namespace's service account")

    def create(self):
        for name in SERVICES:
            self.api.apply(CORE + "/services", self.service(name))
        for collection, item in self.everything():
            self.api.apply(collection, item)
