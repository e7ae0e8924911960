"""What the fault tests on a real API server share: one that fakes can stand before, and a writer to it."""

import shutil
import signal
import subprocess
import time

from fake_api import Fake
from kube_api import PATHS, Api, Lab, final_state
from kube_faults import wait_until

NAMESPACE = "/api/v1/namespaces/default"
PODS = f"{NAMESPACE}/pods"
PATCH = "application/strategic-merge-patch+json"


class Cluster(Lab):
    """A real API server without controllers, which a fake one can stand before."""

    def __init__(self):
        super().__init__(WITHOUT="controllers", CONTROLLERS="none")

    def __enter__(self):
        super().__enter__()
        account = {"metadata": {"name": "default"}}
        wait_until(lambda: self.api.call("POST", f"{NAMESPACE}/serviceaccounts", account)[0] in (201, 409), 20, "an account")
        assert self.api.call("POST", PATHS["nodes"], {"metadata": {"name": "n1"}})[0] == 201
        self.etcd = self.settings["ETCD_PORT"].strip("'")
        return self

    def fake(self):
        """A fake server that stands before this one."""
        return Fake("-before", f"https://127.0.0.1:{self.api.port}")

    def lists(self):
        api = Api(self.folder, self.api.port)  # several threads may ask
        return {resource: api.list(resource) for resource in PATHS}

    def compact(self):
        status, answer = self.api.call("GET", f"{PODS}?limit=1")
        assert status == 200, answer
        revision = answer["metadata"]["resourceVersion"]
        body = f'{{"revision":"{revision}","physical":true}}'
        subprocess.run(["curl", "-sf", "-o", "/dev/null", "--noproxy", "*", "-d", body,
                        f"http://127.0.0.1:{self.etcd}/v3/kv/compaction"], check=True)  # fmt: skip

    def snapshot(self):
        self.signal("etcd", signal.SIGSTOP)
        shutil.rmtree(self.folder / "snapshot", ignore_errors=True)
        shutil.copytree(self.folder / "etcd", self.folder / "snapshot")
        self.signal("etcd", signal.SIGCONT)

    def restore(self):
        self.down("apiserver", kill=True)
        self.down("etcd", kill=True)
        shutil.rmtree(self.folder / "etcd")
        shutil.copytree(self.folder / "snapshot", self.folder / "etcd")
        self.up()

    def restart(self, kill):
        self.down("apiserver", kill=kill)
        self.up()


class Writer:
    """Changes objects as the server's admin, and notes what was acknowledged and when."""

    def __init__(self, lab):
        self.api = Api(lab.folder, lab.api.port)
        self.writes = []

    def write(self, resource, method, path, body=None, kind="application/json"):
        """True if it was done; False if it was refused, or if that is unknown."""
        asked = time.time_ns()
        try:
            status, answer = self.api.call(method, path, body, kind)
        except OSError:
            return False
        if status >= 300:
            return False
        metadata = answer.get("metadata", {})
        if "uid" not in metadata:  # a deletion of some kinds answers with a Status
            metadata = {"uid": answer["details"]["uid"]}
        revision = None if method == "DELETE" else int(metadata["resourceVersion"])
        at = time.time_ns()
        self.writes.append({"resource": resource, "uid": metadata["uid"], "revision": revision, "asked": asked, "at": at})
        return True


def differences(lab, producer):
    """Where the state that the topic gives is not that of a fresh LIST."""
    producer.wait_known(time.time(), 120)
    there = lab.lists()
    state = final_state(producer.wait_known(time.time(), 60))
    return [(r, sorted(set(state[r].items()) ^ set(there[r].items()))[:5]) for r in PATHS if state[r] != there[r]]
