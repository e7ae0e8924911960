#!/usr/bin/env python3
"""Goal: on a real API server the topic gives the state that a LIST shows, whatever happens to server and tenure-kube.

About 60 changes a second, and in turn: kill -9 of tenure-kube, restarts of the API server, compactions of etcd, cut and frozen
connections and stalled streams (by tests/lab/fakeapi, which stands before the server), and restores of etcd's snapshot.
After each restore and every second fault the state rebuilt from the topic must be a LIST. Each fault comes once;
with `--long` ten times, and for 10 minutes or longer.
"""

import itertools
import random
import threading
import time

from kube_api import pod, running
from kube_cluster import NAMESPACE, PATCH, PODS, Cluster, Writer, differences
from kube_faults import Follower, main
from kube_judge import Judgement

MIN_CHANGES = 50  # a second, while the server answers


class Churn(threading.Thread, Writer):
    """Changes pods and slices RATE times a second, until it is stopped."""

    def __init__(self, lab, number, rate):
        threading.Thread.__init__(self, daemon=True)
        Writer.__init__(self, lab)
        self.number, self.rate, self.going = number, rate, True
        self.working, self.idle = threading.Event(), threading.Event()
        self.busy = 0.0  # seconds in which it was not paused and the server answered

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
            began = time.monotonic()
            if self.write(*next(changes)):
                self.busy += max(1 / self.rate, time.monotonic() - began)
            else:
                time.sleep(0.1)
            due = max(due + 1 / self.rate, began)
            time.sleep(max(0, due - time.monotonic()))

    def pause(self):
        self.idle.clear()
        self.working.clear()
        assert self.idle.wait(60)


class Disturbance:
    """The faults of the state check; each is a method."""

    def __init__(self, lab, fake, producer, seed):
        self.lab, self.fake, self.producer = lab, fake, producer
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


def play(lab, disturbance, producer, writers, times, seconds):
    """Each fault so many TIMES, for so many SECONDS or longer; returns the faults, and how often the states were compared."""
    done, compared = [], 0
    end = time.monotonic() + seconds
    for number, fault in enumerate(itertools.cycle(Disturbance.FAULTS)):
        turn, place = divmod(number, len(Disturbance.FAULTS))
        if place == 0 and turn >= times and time.monotonic() >= end:
            return done, compared
        if place == 0:
            lab.snapshot()
        began = time.monotonic()
        fault(disturbance)
        done.append(fault.__name__)
        time.sleep(disturbance.random.uniform(0, 3))
        over = time.monotonic()
        if number % 2 == 0 or fault is Disturbance.restored:
            for writer in writers:
                writer.pause()
            found = differences(lab, producer)
            assert not found, (fault.__name__, found)
            compared += 1
            for writer in writers:
                writer.working.set()
        print(f"  {fault.__name__}: {over - began:.0f} s, right {time.monotonic() - over:.0f} s later", flush=True)


def state(long):
    with Cluster() as lab, lab.fake() as fake, Follower(fake, fake.folder / "kube.json", leaves=True) as producer:
        producer.wait_known(time.time(), 30)
        writers = [Churn(lab, number, 10) for number in range(8)]
        for writer in writers:
            writer.working.set()
            writer.start()
        try:
            disturbance = Disturbance(lab, fake, producer, 1)
            done, compared = play(lab, disturbance, producer, writers, *((10, 600) if long else (1, 0)))
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
    assert rate >= MIN_CHANGES or not long, told
    return told


if __name__ == "__main__":
    main({"state": state})
