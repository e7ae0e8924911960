"""tests/lab/fakeapi for the tests of tenure-kube: a scriptable API server, and objects to put into it."""

import http.client
import json
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from kube_api import PATHS

CACHE = Path(os.environ.get("TENURE_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tenure")
RESOURCES = tuple(PATHS)
PROGRAM = os.environ.get("FAKEAPI") or CACHE / "fakeapi/fakeapi"
KINDS = {
    "pods": "Pod",
    "services": "Service",
    "endpointslices": "EndpointSlice",
    "nodes": "Node",
    "servicecidrs": "ServiceCIDR",
    "replicasets": "ReplicaSet",
    "jobs": "Job",
}
EXPIRED = json.dumps({
    "type": "ERROR",
    "object": {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
               "message": "too old resource version", "reason": "Expired", "code": 410},
})


def thing(resource, name, **members):
    """An object of RESOURCE."""
    metadata = {"name": name, "labels": {"app": "x"}}
    if resource not in ("nodes", "servicecidrs"):
        metadata["namespace"] = "default"
    metadata.update(members)
    return {"kind": KINDS[resource], "apiVersion": "v1", "metadata": metadata, "spec": {}}


def key(resource, name):
    return f"/{name}" if resource in ("nodes", "servicecidrs") else f"default/{name}"


class Fake:
    """A scriptable API server in a folder of its own, for `with`."""

    def __init__(self, *options):
        self.folder = Path(tempfile.mkdtemp(prefix="tenure-fake-"))
        self.options = options
        self.local = threading.local()

    def __enter__(self):
        command = [PROGRAM, "-folder", self.folder, *self.options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ready = json.loads(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def kubeconfig(self):
        return self.folder / "kubeconfig"

    def do(self, command, **arguments):
        """Gives the server a command; its README lists them."""
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection(self.ready["control"], timeout=60)
        self.local.connection.request("POST", "/" + command, json.dumps(arguments))
        response = self.local.connection.getresponse()
        answer = response.read()
        assert response.status == 200, (command, answer)
        return json.loads(answer)

    def put(self, *objects):
        return self.do("put", objects=objects)

    def delete(self, resource, name):
        return self.do("delete", resource=resource, key=key(resource, name))

    def log(self):
        return self.do("log")

    def requests(self, *verbs, since=0.0):
        """Those of the log, later than SINCE."""
        return [r for r in self.log()["requests"] if r["verb"] in verbs and r["at"] / 1e9 >= since]

    def open_watches(self):
        """The resources that are watched now."""
        return {r["resource"] for r in self.log()["requests"] if r["verb"] == "watch" and not r["ended"] and r["status"] == 200}
