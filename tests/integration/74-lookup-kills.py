#!/usr/bin/env python3
"""A tenure-lookup that follows a Kafka topic is killed with -9 at any moment, loses its store and its broker, and never gives
a wrong answer over DNS: each one that it calls final is the oracle's.

    74-lookup-kills.py [KILLS [SEED]]
"""
import calendar
import lzma
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dns_lab import ROOT, ZONE, Lookup, addresses_of, reverse, suffix, wait_until
from enrich_broker import LAB, Broker

sys.path.insert(0, str(ROOT / "tests/oracle"))
import oracle  # noqa: E402

RECORDING = ROOT / "tests/fixtures/recording/kube.ndjson.xz"
FIRST = calendar.timegm(time.strptime("20261124T074715Z", "%Y%m%dT%H%M%SZ"))
MOMENTS = 150  # seconds that are final once the whole topic is there
SECOND = 10**9
FINAL = 86400


class Judge:
    """What the oracle says of the whole topic; an answer at a default position does not depend on what follows."""

    def __init__(self, lines):
        self.timeline = oracle.Timeline()
        for offset, line in enumerate(lines):
            self.timeline.feed(offset, line)
        self.ips = addresses_of(lines)
        self.final = self.open = self.away = 0

    def expected(self, ip, at):
        position = self.timeline.position_for(at * SECOND)[0]
        answer = self.timeline.answer(ip, None, None, at * SECOND, at * SECOND, True, position, "began")
        if answer["status"] != "known" or answer["kind"] == "outside":
            return []
        k8s = answer["k8s"]
        if answer["kind"] == "node":
            return [f"{k8s['node']['name']}.node.{ZONE}"]
        space = k8s["namespace"]["name"]
        if answer["kind"] == "service":
            return [f"{answer['service']['name']}.{space}.svc.cluster.local"]
        names = [service.partition("/")[2] for service in answer.get("services", [])]
        label = ip.replace(".", "-")
        return [f"{label}.{name}.{space}.svc.cluster.local" for name in names] or [f"{k8s['pod']['name']}.{space}.pod.{ZONE}"]

    def ask(self, client, chance):
        """Asks about one address at one moment."""
        ip, at = chance.choice(self.ips), FIRST + chance.randrange(MOMENTS)
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
        try:
            answer = client.ask(reverse(ip, moment))
        except (socket.timeout, ConnectionError):
            self.away += 1
            return
        if answer.ttl != FINAL:
            self.open += 1
            return
        self.final += 1
        wanted = [name + suffix(moment) for name in self.expected(ip, at)]
        assert answer.records == wanted, f"{ip} at {moment}: {answer.records}, the oracle says {wanted}"


def ask_for(judge, lookup, chance, seconds):
    client = lookup.client()
    client.udp.settimeout(0.5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        judge.ask(client, chance)


def lose_broker(broker, judge, lookup, chance):
    """The server answers while it is away, and reads on when it is back."""
    subprocess.run(["kill", "-KILL", (broker.folder / "pid").read_text().strip()], check=True)
    before = judge.final + judge.open
    ask_for(judge, lookup, chance, 1)
    assert judge.final + judge.open > before, "no answer without a broker"
    subprocess.run([LAB / "kafka-down", broker.folder], check=True)
    subprocess.run([LAB / "kafka-up", broker.folder], check=True, capture_output=True)


def produce(broker, lines):
    producer = broker.producer()
    for line in lines:
        producer.produce("kube", line, partition=0)
    assert producer.flush(60) == 0


def main(kills, seed):
    chance = random.Random(seed)
    lines = lzma.decompress(RECORDING.read_bytes()).splitlines()
    judge = Judge(lines)
    state = Path(tempfile.mkdtemp(prefix="tenure-lookup-kills-"))
    with Broker() as broker:
        broker.create("kube", 1)
        produce(broker, lines[:50])
        with Lookup("kafka:kube", "-b", broker.address, "--state", state / "store") as lookup:
            for number in range(kills):
                produce(broker, lines[50 + number * (len(lines) - 50) // kills : 50 + (number + 1) * (len(lines) - 50) // kills])
                if number % 25 == 3:
                    lose_broker(broker, judge, lookup, chance)
                ask_for(judge, lookup, chance, chance.random())
                lookup.stop(signal.SIGKILL)
                if number % 5 == 4:
                    shutil.rmtree(state / "store")
                lookup.start()
            client = lookup.client()
            wait_until(lambda: client_asks(client), 60, "it answers again")
            last = reverse(judge.ips[0], time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(FIRST + MOMENTS)))
            wait_until(lambda: client.ask(last).ttl == FINAL, 60, "it has read the whole topic")
            open_before = judge.open
            for _ in range(2000):
                judge.ask(client, chance)
            assert judge.open == open_before, "every moment is final now"
            assert lookup.stop() == 0
    shutil.rmtree(state)
    print(f"{kills} kills (seed {seed}): {judge.final} final answers, 0 wrong; {judge.open} others, {judge.away} times no answer")


def client_asks(client):
    try:
        return client.ask("in-addr.arpa", "SOA").records
    except (socket.timeout, ConnectionError):
        return None


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
