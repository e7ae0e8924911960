#!/usr/bin/env python3
"""Goal: a probe of /readyz that says 200 is true, for tenure-kube, tenure-flows and tenure-graph as 68-probes.py has it for the others. They
are started and killed with SIGKILL again and again, at random moments, with what they kept and without, to and from files and Kafka.

When tenure-kube says 200, its topic has a PROGRESS of this run after all that the API server had before the start, so that tenure-lookup
knows it at that time, and not provisionally. When tenure-flows does, each packet sent from then on is in its records. When tenure-graph does, its
answer has each flow that was in the topic before the start. At times one of the things that they need is missing at first (a watch, the lists of a
resource, the interface, the broker, new flows): while it is, they are never ready. Needs root, ip and unshare.

usage: 69-probes-others.py [RESTARTS]     of each of the six (2)
"""

import concurrent.futures
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from confluent_kafka import Consumer, TopicPartition

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, flow, pod, rfc3339, wait_for  # noqa: E402
from fake_api import Fake  # noqa: E402
from probe_target import Target  # noqa: E402
from status_page import get  # noqa: E402

BUILD = Path(os.environ.get("BUILD", Path(__file__).resolve().parents[2] / "build")).resolve()
RESTARTS = int(sys.argv[1]) if len(sys.argv) > 1 else 2
MAX_AGE_S = 4  # which a loaded machine must not reach by itself
NEW_PODS, NEW_FLOWS, PACKETS = 50, 500, 50  # of each restart


class Output:
    """What a program writes to ADDRESS, read on from where it was read last."""

    def __init__(self, address, broker):
        self.topic = address.removeprefix("kafka:") if address.startswith("kafka:") else None
        self.file, self.at, self.records = Path(address), 0, []
        if self.topic is not None:
            self.consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "probes", "enable.auto.commit": False, "log_level": 0})
            self.consumer.assign([TopicPartition(self.topic, 0, 0)])

    def read(self):
        """All records up to now."""
        if self.topic is None:
            data = self.file.read_bytes()[self.at :] if self.file.exists() else b""
            lines = data[: data.rfind(b"\n") + 1]
            self.at += len(lines)
            self.records += lines.splitlines()
            return self.records
        end = self.consumer.get_watermark_offsets(TopicPartition(self.topic, 0), 30)[1]
        while self.at < end:
            message = self.consumer.poll(30)
            assert message is not None and not message.error(), (self.topic, self.at, end, message and message.error())
            # A transaction's end is an offset, too.
            self.records.append(message.value())
            self.at = message.offset() + 1
            self.at = max(self.at, self.consumer.position([TopicPartition(self.topic, 0)])[0].offset)
        return self.records


class Held:
    """The broker is held: nobody gets an answer."""

    def __init__(self, broker):
        self.broker = broker
        broker.signal(signal.SIGSTOP)

    def __call__(self):
        self.broker.signal(signal.SIGCONT)


# ---- tenure-kube ----


class Kube(Target):
    def __init__(self, name, folder, broker, fake, address):
        super().__init__(name, folder)
        self.broker, self.fake, self.output, self.address_out = broker, fake, Output(address, broker), address
        self.pods = self.clusters = 0

    def launch(self, log):
        return subprocess.Popen([BUILD / "tenure-kube", "--cluster", f"c{self.clusters}", "--kubeconfig", self.fake.kubeconfig, "--out", self.address_out,
                                 "-b", self.broker.address, "--listen", "127.0.0.1:0"], stderr=log)  # fmt: skip

    def lose(self):
        """Of another cluster the output has nothing: it begins with lists."""
        self.clusters += 1

    def prepare(self):
        """The address of a pod that the server has, and a time at which it surely has begun: times of pods are whole seconds."""
        objects, began = [], time.time()
        for _ in range(NEW_PODS):
            self.pods += 1
            address = f"10.{65 if self.output.topic else 64}.{self.pods >> 8}.{self.pods & 255}"
            objects.append(json.loads(pod(f"{self.name}-{self.pods}", address, began, 1))["object"])
        for each in objects:
            del each["metadata"]["resourceVersion"]
        self.fake.put(*objects)
        time.sleep(max(0.0, int(began) + 1.001 - time.time()))
        return address, time.time()

    def hinder(self, chance):
        resource = chance.choice(("pods", "services", "endpointslices", "nodes"))
        fault = chance.choice(({"verb": "watch", "status": 503}, {"verb": "watch", "hang": True}, {"verb": "read", "status": 503},
                               {"verb": "read", "hang": True}, None, None, None, None))  # fmt: skip
        if fault is None:
            return Held(self.broker) if self.output.topic is not None and chance.random() < 0.2 else None
        self.fake.do("fault", resource=resource, **fault)
        return lambda: self.fake.do("heal")

    def check(self, mark):
        """Nobody else runs, so it does not stand by. What it wrote up to its 200 is all that there was at the start."""
        (address, before), said = mark, time.time()
        assert "the watch of pods is open" in self.body, (self.name, self.body)
        events = [event for event in map(json.loads, self.output.read()) if event["cluster"] == f"c{self.clusters}"]
        known = [event["known"] for event in events if event["type"] == "PROGRESS" and event["received"] <= rfc3339(said)]
        assert known and known[-1] >= rfc3339(before), (self.name, known[-1:], rfc3339(before), self.body)
        written = self.folder / "written"
        written.write_bytes(b"".join(record + b"\n" for record in self.output.records))
        answer = subprocess.run([BUILD / "tenure-lookup", "--kube", written, "--cluster", f"c{self.clusters}", "--state", "none", "--hold", "0s",
                                 "--skew", "0s", "--format", "json", "--at", known[-1], address], stdout=subprocess.PIPE, check=True)  # fmt: skip
        found = json.loads(answer.stdout)
        assert found["status"] == "known" and "provisional" not in found, (self.name, found)


def kube_loop(folder, chance):
    with Broker() as broker, Fake() as fake:
        broker.create("kube", 1)
        outputs = {"file": str(folder / "kube.ndjson"), "topic": "kafka:kube"}
        return loop(chance, [Kube(f"kube-{name}", folder, broker, fake, address) for name, address in outputs.items()])


# ---- tenure-flows ----


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Flows(Target):
    def __init__(self, name, folder, broker, raw, address):
        super().__init__(name, folder)
        self.broker, self.raw, self.output, self.address_out = broker, raw, Output(address, broker), address

    def launch(self, log):
        return subprocess.Popen([BUILD / "tenure-flows", "--interfaces-from", "pod*", "--observer-name", "n1", "--out", self.address_out,
                                 "-b", self.broker.address, "--idle-timeout-datagram", "200ms", "--listen", "127.0.0.1:0"], stderr=log)  # fmt: skip

    def lose(self):
        """It keeps nothing."""

    def prepare(self):
        return None

    def hinder(self, chance):
        draw = chance.random()
        if draw < 0.15 and self.output.topic is not None:
            return Held(self.broker)
        # The first time in any case: without that it is ready at once.
        if draw > 0.35 and self.starts > 0:
            return None
        self.rename("pod0", "hidden0")
        return lambda: self.rename("hidden0", "pod0")

    @staticmethod
    def rename(old, new):
        ip("link", "set", old, "down")
        ip("link", "set", old, "name", new)
        ip("link", "set", new, "up")
        # Until the kernel has seen that there is a carrier again, the other end drops what it is to send.
        wait_for("a carrier", lambda: b"state UP" in subprocess.run(["ip", "link", "show", "out0"], stdout=subprocess.PIPE, check=True).stdout)

    def source(self):
        """An address that this start has for itself."""
        return b"\x0a" + self.starts.to_bytes(3, "big")

    def datagram(self, number):
        head = bytes.fromhex("020000000001020000000002 0800 45000030") + number.to_bytes(2, "big") + bytes.fromhex("0000 40110000")
        return head + self.source() + bytes.fromhex("0b000001") + (1024 + number).to_bytes(2, "big") + bytes.fromhex("0035 001c 0000") + bytes(20)

    def check(self, mark):
        for number in range(PACKETS):
            self.raw.send(self.datagram(number))
        source = socket.inet_ntoa(self.source())

        def all_there():
            found = [record for record in map(json.loads, self.output.read()) if record["source"]["ip"] == source]
            return sum(record["source"]["packets"] for record in found) == PACKETS

        wait_for(f"{self.name}: each packet since it was ready is in a record", all_there, open(self.log))


def flows_loop(folder, chance):
    ip("link", "add", "out0", "type", "veth", "peer", "name", "pod0")
    for name in ("out0", "pod0"):
        Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
        ip("link", "set", name, "up")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw, Broker() as broker:
        raw.bind(("out0", 0))
        broker.create("flows", 1)
        outputs = {"file": str(folder / "flows.ndjson"), "topic": "kafka:flows"}
        return loop(chance, [Flows(f"flows-{name}", folder, broker, raw, address) for name, address in outputs.items()])


# ---- tenure-graph ----


def tagged(number, end):
    """Flow NUMBER, of a pod of shop/web to one of shop/cart, as the enricher writes it."""

    def end_of(service):
        return {"status": "known", "kind": "pod", "k8s": {"namespace": {"name": "shop"}, "pod": {"name": f"{service}-1", "uid": service}, "node": {"name": "n1"}},
                "service": {"name": service, "namespace": "shop"}, "services": [f"shop/{service}"]}  # fmt: skip

    record = json.loads(flow(number, end, f"10.244.{number // 20000}.1", "10.244.255.1"))
    record["flow"] = {"id": str(number), "initiator": "syn"}
    record["tenure"] = {"cluster": "c", "flow": {"partition": number % 2, "offset": number // 2}, "source": end_of("web"), "destination": end_of("cart")}
    return json.dumps(record, separators=(",", ":"))


class Traffic(threading.Thread):
    """Writes the same flows to a file and to a topic: many when it is asked to, and one ten times a second unless it is paused."""

    def __init__(self, broker, path):
        super().__init__(daemon=True)
        self.path, self.producer, self.lock = path, broker.producer(), threading.Lock()
        self.began, self.count = time.time(), 0
        self.paused = self.ending = False

    def add(self, count):
        """How many flows there are now."""
        with self.lock:
            records = [tagged(number, time.time()) for number in range(self.count, self.count + count)]
            self.count += count
            with open(self.path, "a") as file:
                file.write("".join(record + "\n" for record in records))
            for number, record in enumerate(records):
                self.producer.produce("tagged", record, partition=number % 2)
            assert self.producer.flush(120) == 0
            return self.count

    def run(self):
        while not self.ending:
            if not self.paused:
                self.add(2)
            time.sleep(0.1)


class Graph(Target):
    def __init__(self, name, folder, broker, traffic, address):
        super().__init__(name, folder)
        self.broker, self.traffic, self.address_in = broker, traffic, address

    def launch(self, log):
        more = ["-b", self.broker.address] if self.address_in.startswith("kafka:") else ["--follow"]
        return subprocess.Popen([BUILD / "tenure-graph", "--in", self.address_in, *more, "--state", self.folder / "state", "--save-every", "1s",
                                 "--max-age", f"{MAX_AGE_S}s", "--listen", "127.0.0.1:0"], stderr=log)  # fmt: skip

    def prepare(self):
        return self.traffic.add(NEW_FLOWS)

    def hinder(self, chance):
        # The first time in any case: without that it may be ready at once.
        if chance.random() > 0.2 and self.starts > 0:
            return None
        if self.address_in.startswith("kafka:") and chance.random() < 0.5:
            self.traffic.lock.acquire()
            held = Held(self.broker)
            return lambda: (held(), self.traffic.lock.release())
        self.traffic.paused = True
        time.sleep(MAX_AGE_S + 0.5)
        return lambda: setattr(self.traffic, "paused", False)

    def check(self, count):
        status, body = get(self.address, f"/v1/graph?from={rfc3339(self.traffic.began - 60)}&to={rfc3339(time.time() + 60)}")
        assert status == 200, (self.name, status, body)
        graph = json.loads(body)
        found = sum(edge["flows"] for edge in graph["edges"])
        assert found >= count, (self.name, found, count, self.body, self.log.read_text())


def graph_loop(folder, chance):
    with Broker() as broker:
        broker.create("tagged", 2)
        traffic = Traffic(broker, folder / "tagged.ndjson")
        traffic.add(1)
        traffic.start()
        inputs = {"file": str(traffic.path), "topic": "kafka:tagged"}
        done = loop(chance, [Graph(f"graph-{name}", folder, broker, traffic, address) for name, address in inputs.items()])
        traffic.ending = True
        traffic.join()
        return done


# ----


def loop(chance, targets):
    for target in targets * RESTARTS:
        target.restart(chance)
    return targets


def main():
    if os.geteuid() != 0:
        print("needs root for a network namespace")
        sys.exit(77)
    for tool in ("ip", "unshare"):
        if not shutil.which(tool):
            print(f"needs {tool}")
            sys.exit(77)
    if os.environ.get("TENURE_UNSHARED") != "1":
        os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], dict(os.environ, TENURE_UNSHARED="1"))
    ip("link", "set", "lo", "up")
    folder = Path(tempfile.mkdtemp(prefix="tenure-probes-"))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = [pool.submit(each, folder, random.Random(seed)) for seed, each in enumerate((kube_loop, flows_loop, graph_loop))]
        for each in concurrent.futures.as_completed(running):
            for target in each.result():
                target.tell()
    shutil.rmtree(folder)
    print("ok: never ready without what that promises")


if __name__ == "__main__":
    main()
