#!/usr/bin/env python3
"""Goal: a probe of /readyz that says 200 is true. tenure-lookup and tenure-enrich are started and killed with SIGKILL again and
again, at random moments, with their state and without, on files and on Kafka, while the cluster goes on; /readyz is asked as
fast as it answers. Right after the first 200, what the topic had before the start is answered: neither refused, nor unknown, nor
provisional. While nobody writes PROGRESS, none becomes ready. 69-probes-others.py does it for the other programs.

usage: 68-probes.py [RESTARTS]     of each of the four (2)
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, enrich, flow, on_kafka, pod, progress, rfc3339, wait_for  # noqa: E402
from probe_target import Target  # noqa: E402
from status_page import address_of, get  # noqa: E402

BUILD = Path(os.environ.get("BUILD", Path(__file__).resolve().parents[2] / "build"))
RESTARTS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
PROGRESS_S, STALE_S = 0.1, 4  # STALE_S: --max-age and --max-hold, which a loaded machine must not reach by itself
NEW_RECORDS = 500  # of each restart, so that there is something to catch up with


class Cluster(threading.Thread):
    """Writes the same records to a file and to a topic: pods when it is asked to, a PROGRESS ten times a second unless it is paused."""

    def __init__(self, broker, path):
        super().__init__(daemon=True)
        self.path, self.producer, self.lock = path, broker.producer(), threading.Lock()
        self.paused = self.ending = False
        self.pods = 0

    def write(self, *records):
        with open(self.path, "a") as file:
            file.write("".join(record + "\n" for record in records))
        for record in records:
            self.producer.produce("kube", record, key="c")
        assert self.producer.flush(120) == 0

    def add_pods(self, count):
        """The address of the last one. A PROGRESS follows, unless they are paused."""
        began = time.time() - 1000
        with self.lock:
            records = []
            for _ in range(count):
                self.pods += 1
                ip = f"10.{64 + (self.pods >> 16)}.{self.pods >> 8 & 255}.{self.pods & 255}"
                records.append(pod(f"p{self.pods}", ip, began, self.pods))
            self.write(*records, *([] if self.paused else [progress(time.time())]))
        return ip

    def run(self):
        while not self.ending:
            with self.lock:
                if not self.paused:
                    self.write(progress(time.time()))
            time.sleep(PROGRESS_S)


class Follower(Target):
    """It answers from what CLUSTER writes."""

    def __init__(self, name, folder, cluster):
        super().__init__(name, folder)
        self.cluster = cluster

    def prepare(self):
        return self.cluster.add_pods(NEW_RECORDS)


class Lookup(Follower):
    kube = ()

    def launch(self, log):
        environment = dict(os.environ, XDG_STATE_HOME=str(self.folder / "state"))
        return subprocess.Popen([BUILD / "tenure-lookup", *self.kube, "--listen", "127.0.0.1:0", "--hold", "0s", "--skew", "0s",
                                 "--max-age", f"{STALE_S}s"], stderr=log, env=environment)  # fmt: skip

    def check(self, ip):
        status, body = get(self.address, f"/v1/ip/{ip}?at={rfc3339(time.time() - 100)}")
        answer = json.loads(body)
        assert (status, answer["status"], answer.get("provisional")) == (200, "known", None), (self.name, status, answer)

    def finish(self):
        pass


class Enrich(Follower):
    # With files, the rest of the state says what the outputs were made with: without it, it is refused.
    lost = "state/timeline"

    def __init__(self, name, folder, cluster):
        super().__init__(name, folder, cluster)
        self.expected = {}

    def launch(self, log):
        return enrich([*self.arguments, "--listen", "127.0.0.1:0", "--hold", "0s", "--skew", "0s", "--max-hold", f"{STALE_S}s"],
                      stderr=log)  # fmt: skip

    def check(self, ip):
        """A flow of now: its position is a PROGRESS after what was there at the start. It is answered by this run, or by a later one."""
        number = len(self.expected)
        self.expected[number] = ip
        self.send(flow(number, time.time(), ip, ip))

    def finish(self):
        self.start()
        self.until_ready()
        found = {}

        def all_there():
            for record in map(json.loads, self.tagged()):
                found[record["number"]] = record
            return len(found) == len(self.expected)

        wait_for(f"{self.name}: every flow is tagged", all_there, open(self.log))
        self.kill()
        for number, ip in self.expected.items():
            record = found[number]
            assert "provisional" not in record["tenure"], (self.name, record)
            for end in ("source", "destination"):
                assert record["tenure"][end]["status"] == "known", (self.name, ip, record)


def targets(folder, broker, cluster):
    lookup_file, lookup_topic = Lookup("lookup-file", folder, cluster), Lookup("lookup-topic", folder, cluster)
    lookup_file.kube = ("--kube", cluster.path, "--follow")
    lookup_topic.kube = ("--kube", "kafka:kube", "-b", broker.address)
    enrich_file, enrich_topic = Enrich("enrich-file", folder, cluster), Enrich("enrich-topic", folder, cluster)
    flows, tagged = enrich_file.folder / "flows", enrich_file.folder / "tagged"
    flows.touch()
    enrich_file.arguments = ["--kube", cluster.path, "--flows", flows, "--out", tagged, "--rejected", enrich_file.folder / "rejected",
                             "--state", enrich_file.folder / "state", "--follow"]  # fmt: skip

    def append(record):
        with open(flows, "a") as file:
            file.write(record + "\n")

    enrich_file.send = append
    # The last line may be one that is being written.
    enrich_file.tagged = lambda: tagged.read_text().split("\n")[:-1]
    enrich_topic.arguments = on_kafka(broker, enrich_topic.folder / "state")

    def produce(record):
        cluster.producer.produce("flows", record, partition=0)
        assert cluster.producer.flush(30) == 0

    enrich_topic.send = produce
    enrich_topic.tagged = lambda: [value for _, _, _, value, *_ in broker.read("tagged")]
    return [lookup_file, lookup_topic, enrich_file, enrich_topic]


def stale(all_targets, cluster):
    """Nobody writes PROGRESS since longer than STALE_S: an answer about the present would be provisional, so none is ready."""
    cluster.add_pods(1)  # and a PROGRESS, by which the flow that was sent last is answered for good
    cluster.paused = True
    time.sleep(STALE_S + 0.5)
    cluster.add_pods(1)
    for target in all_targets:
        target.start()
    for target in all_targets:
        target.address = address_of(target.log)
    until = time.monotonic() + STALE_S + 2
    while time.monotonic() < until:
        for target in all_targets:
            assert not target.probe(), (target.name, get(target.address, "/readyz?verbose"))
    cluster.paused = False
    for target in all_targets:
        target.until_ready()
        target.kill()


def main():
    folder, chance = Path(tempfile.mkdtemp(prefix="tenure-probes-")), random.Random(7)
    with Broker() as broker:
        broker.create_all(1)
        cluster = Cluster(broker, folder / "kube.ndjson")
        cluster.add_pods(1)
        cluster.start()
        all_targets = targets(folder, broker, cluster)
        for target in all_targets * RESTARTS:
            target.restart(chance)
        stale(all_targets, cluster)
        for target in all_targets:
            target.finish()
            target.tell()
        cluster.ending = True
        cluster.join()
    shutil.rmtree(folder)
    print("ok: never ready while an answer would be refused or provisional")


if __name__ == "__main__":
    main()
