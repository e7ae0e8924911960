"""What the tests of tenure-kube share: a real API server, a client of it, and a reader of the stream.

The tests play the kubelets: pods are created with spec.nodeName and their status is patched.
"""

import datetime
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/schema"))
from records import leave  # noqa: E402

LAB = ROOT / "tests/lab"
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
KUBE = os.environ.get("TENURE_KUBE_PROGRAM") or BUILD / "tenure-kube"
PATHS = {
    "pods": "/api/v1/pods",
    "services": "/api/v1/services",
    "endpointslices": "/apis/discovery.k8s.io/v1/endpointslices",
    "nodes": "/api/v1/nodes",
    "servicecidrs": "/apis/networking.k8s.io/v1/servicecidrs",
    "replicasets": "/apis/apps/v1/replicasets",
    "jobs": "/apis/batch/v1/jobs",
}


def seconds(text):
    """An RFC 3339 time as seconds since 1970, exact to the microsecond."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    base = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc).timestamp()
    return base + float("0." + (fraction or "0"))


class Lab:
    """An API server in a directory of its own, for `with`."""

    def __init__(self, **environment):
        self.folder = Path(tempfile.mkdtemp(prefix="tenure-kube-"))
        self.environment = dict(os.environ, **environment)

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.__exit__()
            raise
        self.settings = dict(
            line.split("=", 1) for line in (self.folder / "settings").read_text().splitlines()
        )
        self.api = Api(self.folder, int(self.settings["API_PORT"].strip("'")))
        return self

    def __exit__(self, *_):
        self.down(kill=True)  # nobody reads its data any more
        shutil.rmtree(self.folder, ignore_errors=True)

    def up(self):
        subprocess.run([LAB / "kube-up", self.folder], env=self.environment, check=True)

    def down(self, *parts, kill=False):
        environment = dict(self.environment, SIGNAL="KILL" if kill else "TERM")
        subprocess.run([LAB / "kube-down", self.folder, *parts], env=environment, check=True)

    def signal(self, part, number):
        os.kill(int((self.folder / "pid" / part).read_text()), number)

    @property
    def kubeconfig(self):
        return self.folder / "reader.kubeconfig"


class Api:
    """A client of the API server, as its admin."""

    def __init__(self, folder, port):
        self.context = ssl.create_default_context(cafile=str(folder / "pki/ca.crt"))
        self.port = port
        self.connection = None

    def call(self, method, path, body=None, kind="application/json", again=False):
        """Returns the status and the answer. OSError if it is unknown whether the call arrived."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=self.context)
        headers = {"Authorization": "Bearer admin-token", "Content-Type": kind, "User-Agent": "kubelet/test"}
        try:
            self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = self.connection.getresponse()
            answer = response.read()
        except (http.client.HTTPException, OSError) as error:
            self.connection.close()
            self.connection = None
            if method == "GET" and not again:
                return self.call(method, path, body, kind, again=True)
            raise OSError(f"{method} {path}: {error!r}") from error
        try:
            return response.status, json.loads(answer)
        except ValueError:
            return response.status, {"message": answer.decode(errors="replace")}

    def list(self, resource):
        """uid -> (name, resourceVersion) of every object."""
        status, answer = self.call("GET", PATHS[resource])
        assert status == 200, answer
        return {
            item["metadata"]["uid"]: (item["metadata"]["name"], int(item["metadata"]["resourceVersion"]))
            for item in answer["items"] or []
        }


def pod(name, node="n1", labels=None):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels or {"app": "x"}},
        "spec": {
            "nodeName": node,
            "containers": [{"name": "c", "image": "none", "env": [{"name": "PASSWORD", "value": "secret-word"}]}],
        },
    }


def running(address, at=None):
    """The status that a kubelet writes when a pod runs."""
    now = at or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return {
        "status": {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "startTime": now,
            "conditions": [
                {"type": "PodReadyToStartContainers", "status": "True", "lastTransitionTime": now},
                {"type": "Ready", "status": "True", "lastTransitionTime": now},
            ],
            "containerStatuses": [
                {"name": "c", "image": "none", "imageID": "", "ready": True, "restartCount": 0,
                 "state": {"running": {"startedAt": now}}}
            ],
        }
    }


class Producer:
    """A tenure-kube that writes to OUT, for `with`."""

    def __init__(self, lab, out, *options):
        self.out = Path(out)
        self.log = self.out.with_suffix(".log")
        self.command = [KUBE, "--cluster", "lab", "--kubeconfig", lab.kubeconfig, "--out", out, *options]
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        leave("kube", [json.dumps(record).encode() for record in self.records()])

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stderr=log, stdout=log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Asks it to end. Returns the exit status and the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30), time.monotonic() - began

    def records(self):
        """The records in the lines that are complete now."""
        if not self.out.exists():
            return []
        return self.parse(self.out.read_bytes())

    @staticmethod
    def parse(text):
        return [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]

    def wait_known(self, moment, limit=60):
        """Waits for a PROGRESS whose known is MOMENT or later; returns the records up to then."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"tenure-kube ended: {self.log.read_text()}")
            records = self.records()
            if any(r["type"] == "PROGRESS" and seconds(r["known"]) >= moment for r in reversed(records)):
                return records
            time.sleep(0.1)
        raise AssertionError(f"no PROGRESS reached {moment} within {limit} s: {self.log.read_text()}")


def begin_epoch(record, state, last):
    """The revisions of a resource begin again: nothing that is known of it is newer than what follows."""
    resource = record["resource"]
    newest = max([*last[resource].values(), *(revision for _, revision in state[resource].values())], default=0)
    if int(record["resourceVersion"]) < newest:
        state[resource] = {uid: (name, 0) for uid, (name, _) in state[resource].items()}
        last[resource] = {}


def final_state(records):
    """resource -> uid -> (name, resourceVersion), by the rules of docs/answers.md section 1."""
    state = {resource: {} for resource in PATHS}
    seen, last = {}, {resource: {} for resource in PATHS}
    for record in records:
        resource = record.get("resource")
        if record["type"] == "SYNC_BEGIN":
            begin_epoch(record, state, last)
            seen[resource] = set()
        elif record["type"] == "SYNC_END":
            for uid in set(state[resource]) - seen.pop(resource):
                if state[resource][uid][1] <= int(record["resourceVersion"]):
                    del state[resource][uid]
        elif record["type"] in ("ADDED", "MODIFIED", "DELETED"):
            metadata = record["object"]["metadata"]
            uid, revision = metadata["uid"], int(metadata["resourceVersion"])
            if resource in seen:
                seen[resource].add(uid)
            if revision < last[resource].get(uid, 0):
                continue
            last[resource][uid] = revision
            if record["type"] == "DELETED":
                state[resource].pop(uid, None)
            else:
                state[resource][uid] = (metadata["name"], revision)
    return state
