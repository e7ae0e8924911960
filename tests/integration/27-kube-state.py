#!/usr/bin/env python3
"""Goal: on a real API server `known` is never ahead, and the topic gives the state that a LIST shows.

tests/lab/fakeapi stands before the real server and disturbs its connections and streams. The checks are:
  real       the watch of the pods frozen while one of them changes: stalled, half a line, 200 KB/s with a pod of 1.3 MB
  state      60 changes a second under kill -9 of tenure-kube, restarts of the API server, compactions of etcd and restores
             of its snapshot, cut and frozen connections and streams: rebuilt from the topic = a LIST. --long: 10 minutes
"""

import contextlib
import itertools
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from fake_api import Fake
from kube_api import PATHS, Api, Lab, final_state, pod, running
from kube_faults import Follower, main, wait_until
from kube_judge import Judgement

# Checks that hold today; the others fail, and are run by name.
ENABLED = []
NAMESPACE = "/api/v1/namespaces/default"
PODS = f"{NAMESPACE}/pods"
PATCH = "application/strategic-merge-patch+json"
LARGE, SLOW = 1_300_000, 200_000
MIN_CHANGES = 50  # a second, while the server answers


class Cluster(Lab):
    """A real API server without controllers, with the fake one before it."""

    def __init__(self):
        super().__init__(WITHOUT="controllers", CONTROLLERS="none")
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        super().__enter__()
        self.fake = self.stack.enter_context(Fake("-before", f"https://127.0.0.1:{self.api.port}"))
        account = {"metadata": {"name": "default"}}
        wait_until(lambda: self.api.call("POST", f"{NAMESPACE}/serviceaccounts", account)[0] in (201, 409), 20, "an account")
        assert self.api.call("POST", PATHS["nodes"], {"metadata": {"name": "n1"}})[0] == 201
        self.etcd = self.settings["ETCD_PORT"].strip("'")
        return self

    def __exit__(self, *_):
        self.stack.close()
        super().__exit__()

    def lists(self):
        return {resource: self.api.list(resource) for resource in PATHS}

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


class Writer(threading.Thread):
    """Changes pods, services, slices and jobs at a rate, and notes what was acknowledged and when."""

    def __init__(self, lab, number, rate):
        super().__init__(daemon=True)
        self.api = Api(lab.folder, lab.api.port)
        self.number, self.rate = number, rate
        self.writes, self.going, self.turn = [], True, 0
        self.working = threading.Event()
        self.idle = threading.Event()
        self.busy = 0.0  # seconds in which it was not paused and the server answered

    def write(self, resource, method, path, body=None, kind="application/json"):
        asked = time.time_ns()
        try:
            status, answer = self.api.call(method, path, body, kind)
        except OSError:
            time.sleep(0.2)
            return
        if status >= 300:
            time.sleep(0.2 if status >= 500 or status == 429 else 0)
            return
        metadata = answer.get("metadata", {})
        if "uid" not in metadata:  # a deletion of some kinds answers with a Status
            metadata = {"uid": answer["details"]["uid"]}
        revision = None if method == "DELETE" else int(metadata["resourceVersion"])
        at = time.time_ns()
        self.writes.append({"resource": resource, "uid": metadata["uid"], "revision": revision, "asked": asked, "at": at})

    def changes(self):
        """One pod's life and now and then something else, change by change."""
        for turn in itertools.count():
            name, address = f"p{self.number}-{turn}", f"10.64.{self.number}.{turn % 200 + 1}"
            yield "pods", "POST", PODS, pod(name)
            yield "pods", "PATCH", f"{PODS}/{name}/status", running(address), PATCH
            yield "pods", "PATCH", f"{PODS}/{name}", {"metadata": {"labels": {"turn": str(turn)}}}, PATCH
            if turn > 20:
                yield "pods", "DELETE", f"{PODS}/p{self.number}-{turn - 20}?gracePeriodSeconds=0"
            if turn % 5 == 0:
                body = {"metadata": {"name": f"s{self.number}-{turn}"}, "addressType": "IPv4", "endpoints": []}
                path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
                yield "endpointslices", "POST", path, body
                if turn > 10:
                    yield "endpointslices", "DELETE", f"{path}/s{self.number}-{turn - 10}"

    def run(self):
        changes = self.changes()
        due = time.monotonic()
        while self.going:
            if not self.working.is_set():
                self.idle.set()
                self.working.wait(0.1)
                due = time.monotonic()
                continue
            began, count = time.monotonic(), len(self.writes)
            self.write(*next(changes))
            if len(self.writes) > count:
                self.busy += max(1 / self.rate, time.monotonic() - began)
            due = max(due + 1 / self.rate, began)
            time.sleep(max(0, due - time.monotonic()))

    def pause(self):
        self.idle.clear()
        self.working.clear()
        assert self.idle.wait(60)


class Disturbance:
    """The faults of the state check; each is a method."""

    def __init__(self, lab, producer, seed):
        self.lab, self.fake, self.producer = lab, lab.fake, producer
        self.random = random.Random(seed)

    def killed(self):
        self.producer.kill()
        time.sleep(self.random.uniform(0, 2))
        self.producer.start()

    def server_restarted(self):
        self.lab.restart(self.random.random() < 0.5)

    def compacted(self):
        """A revision that is gone, not only compacted: the server's cache starts again."""
        self.lab.compact()
        if self.random.random() < 0.5:
            self.fake.do("silence", streams="all")
            self.lab.restart(True)
            self.fake.do("heal")

    def restored(self):
        self.lab.restore()

    def connections_cut(self):
        for _ in range(self.random.randint(1, 3)):
            self.fake.do("cut-connections", clean=self.random.random() < 0.3)
            time.sleep(self.random.uniform(0, 1))

    def connections_frozen(self):
        self.fake.do("freeze-connections", frozen=True)
        time.sleep(self.random.uniform(1, 8))
        self.fake.do("heal")

    def stream_stalled(self):
        resource = self.random.choice(("pods", "endpointslices", "nodes", ""))
        self.fake.do("silence", resource=resource, streams="open")
        time.sleep(self.random.uniform(1, 6))
        if self.random.random() < 0.7:
            self.fake.do("cut", resource=resource)
        self.fake.do("heal")

    FAULTS = (killed, server_restarted, compacted, connections_cut, connections_frozen, stream_stalled, restored)


def differences(lab, producer):
    """Where the state that the topic gives is not that of a fresh LIST."""
    producer.wait_known(time.time(), 120)
    there = lab.lists()
    state = final_state(producer.wait_known(time.time(), 60))
    return [(r, sorted(set(state[r].items()) ^ set(there[r].items()))[:5]) for r in PATHS if state[r] != there[r]]


def start(lab, stack):
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tenure-state-")))
    lab.fake.folder.joinpath("kubeconfig")
    producer = stack.enter_context(Follower(lab.fake, folder / "kube.json", leaves=True))
    producer.wait_known(time.time(), 30)
    return producer


def play(lab, producer, writers, seconds):
    """Faults for so many SECONDS; returns how many of each, and how often the states were compared."""
    disturbance, done, compared = Disturbance(lab, producer, 1), [], 0
    end = time.monotonic() + seconds
    for number, fault in enumerate(itertools.cycle(Disturbance.FAULTS)):
        if time.monotonic() >= end and number % len(Disturbance.FAULTS) == 0:
            return done, compared
        if number % len(Disturbance.FAULTS) == 0:
            lab.snapshot()
        print(f"  {fault.__name__}", flush=True)
        fault(disturbance)
        done.append(fault.__name__)
        time.sleep(disturbance.random.uniform(0, 3))
        if number % 2 == 0 or fault is Disturbance.restored:
            for writer in writers:
                writer.pause()
            found = differences(lab, producer)
            assert not found, (fault.__name__, found)
            compared += 1
            for writer in writers:
                writer.working.set()


def state(long):
    with Cluster() as lab, contextlib.ExitStack() as stack:
        producer = start(lab, stack)
        writers = [Writer(lab, number, 35) for number in range(2)]
        for writer in writers:
            writer.working.set()
            writer.start()
        try:
            done, compared = play(lab, producer, writers, 600 if long else 90)
        except BaseException:
            print(producer.log.read_text()[-3000:])
            raise
        finally:
            for writer in writers:
                writer.going = False
        writes = [w for writer in writers for w in writer.writes]
        judged = Judgement(producer.wait_known(time.time(), 60), writes, went_back=True)
        rate = sum(len(w.writes) / w.busy for w in writers)
    counts = ", ".join(f"{done.count(f.__name__)} {f.__name__.replace('_', ' ')}" for f in Disturbance.FAULTS)
    told = (f"{counts}; {len(writes)} changes at {rate:.0f} a second, {judged.gaps} GAPs; compared {compared} times, 0 differences; "
            f"{len(judged.lost)} lost without a GAP, {len(judged.ahead)} promised too early")
    assert not judged.lost and not judged.ahead, (told, judged.lost[:1], judged.ahead[:1])
    assert rate >= MIN_CHANGES, told
    return told


def large_pod(name):
    body = pod(name)
    body["spec"]["containers"][0]["env"] = [{"name": "LARGE", "value": "x" * LARGE}]
    return body


def freeze(lab, form):
    if form == "stalled":
        lab.fake.do("silence", resource="pods", streams="open")
    elif form == "half a line":
        lab.fake.do("drip", resource="pods", rate=1)
    else:
        lab.fake.do("set", bandwidth=SLOW)


def frozen_once(lab, form, hold):
    with contextlib.ExitStack() as stack:
        producer = start(lab, stack)
        writer = Writer(lab, 1, 20)
        writer.write("pods", "POST", PODS, pod("here"))
        producer.wait_known(time.time(), 20)
        freeze(lab, form)
        time.sleep(0.5)
        if form == "slow link":
            writer.write("pods", "POST", PODS, large_pod("large"))
        else:
            writer.write("pods", "DELETE", f"{PODS}/here?gracePeriodSeconds=0")
        time.sleep(hold)
        lab.fake.do("cut", resource="pods")
        lab.fake.do("heal")
        found = differences(lab, producer)
        judged = Judgement(producer.records(), writer.writes)
        for name in ("here", "large"):
            lab.api.call("DELETE", f"{PODS}/{name}?gracePeriodSeconds=0")
        return (f"{form}: {len(judged.lost)} lost without a GAP, {len(judged.ahead)} promised too early, {len(found)} differences",
                not (judged.lost or judged.ahead or found))


def real(long):
    with Cluster() as lab:
        done = [frozen_once(lab, form, 20 if long else 8) for form in ("stalled", "half a line", "slow link")]
    told = "; ".join(text for text, _ in done)
    assert all(good for _, good in done), told
    return told


CHECKS = {"real": real, "state": state}

if __name__ == "__main__":
    main(CHECKS, ENABLED)
