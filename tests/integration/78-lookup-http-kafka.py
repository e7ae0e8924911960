#!/usr/bin/env python3
"""tenure-lookup as a server on a real Kafka topic that grows: it is killed 50 times with its state kept and some times with
its state lost, and the broker goes away under it. Every answer, whenever it was given, is the oracle's at the position that
it names, and the server is ready again by itself."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import LAB, Broker, pod, progress, rfc3339  # noqa: E402
from lookup_server import ROOT, Server  # noqa: E402

sys.path.insert(0, str(ROOT / "tests/oracle"))
import moments  # noqa: E402
from oracle import Options, Timeline  # noqa: E402

SEED = int(os.environ.get("SEED", "1"))
KILLS = int(os.environ.get("KILLS", "50"))
HOLD, SKEW = 1, 0.5
HOSTS = 60
faults = []


def expect(good, what):
    if not good:
        faults.append(what)
        print("untrue:", what)


class Cluster(threading.Thread):
    """Writes the watch events of a cluster in which each address has another pod every second or so."""

    def __init__(self, broker):
        super().__init__(daemon=True)
        self.broker, self.ending, self.revision = broker, False, 0

    def write(self, producer, text):
        producer.produce("kube", text, key="c")
        producer.flush(30)

    def run(self):
        chance, producer, holders = random.Random(SEED), self.broker.producer(), {}
        for resource in ("pods", "nodes", "services", "endpointslices"):
            for kind in ("SYNC_BEGIN", "SYNC_END"):
                self.write(producer, json.dumps({"type": kind, "cluster": "c", "resource": resource, "received": rfc3339(time.time()),
                                                 "resourceVersion": "1", "scope": {}}))
        while not self.ending:
            now, host = time.time(), chance.randrange(HOSTS)
            if host in holders:
                gone = json.loads(holders.pop(host))
                gone.update(type="DELETED", received=rfc3339(now))
                self.revision += 1
                gone["object"]["metadata"]["resourceVersion"] = str(self.revision)
                self.write(producer, json.dumps(gone))
            else:
                self.revision += 1
                holders[host] = pod(f"p{self.revision}", f"10.244.0.{host}", now, self.revision, now)
                self.write(producer, holders[host])
            self.write(producer, progress(time.time() - 0.02, time.time()))
            time.sleep(0.03)
        self.producer = producer


def ask(server, chance, answers, began):
    """One question; its answer is kept to be checked."""
    now = time.time()
    ip, at = f"10.244.0.{chance.randrange(HOSTS)}", rfc3339(chance.uniform(min(began, now - 10), now))
    basis = chance.choice(["last", "final"])
    status, _, body = server.ask(f"/v1/ip/{ip}?at={at}&position={basis}")
    if status != 200:
        raise SystemExit(f"status {status}: {body[:300]}")
    answer = json.loads(body)
    answers.append((basis, answer))
    return answer


def kill_often(server, chance, answers, began):
    for kill in range(KILLS):
        if kill % 10 == 7:
            shutil.rmtree(server.folder / "kept")
        server.start()
        until = time.time() + chance.uniform(0.0, 0.4)
        while time.time() < until:
            ask(server, chance, answers, began)
        server.stop(signal.SIGKILL)
    print(f"{KILLS} kills, {len(answers)} answers")


def check_away(broker, server, chance, answers, began):
    """The broker is killed; the server, and another process in its place, answer from what they have."""
    server.start()
    server.wait_ready()
    os.kill(int((broker.folder / "pid").read_text()), signal.SIGKILL)
    while server.ask("/readyz")[0] == 200:
        time.sleep(0.05)
    slowest = blank = 0
    for restart in range(2):
        ends = time.time() + 3
        while time.time() < ends:
            asked = time.time()
            blank += ask(server, chance, answers, began)["position"] < 0
            slowest = max(slowest, time.time() - asked)
        known = json.loads(server.ask("/v1/ip/10.244.0.1")[2])
        expect(known["at"] == known["known"] and known["provisional"], f"an answer about now is as of when it is known: {known}")
        status, _, text = server.ask("/readyz?verbose")
        expect(status == 503 and b"[-] the cluster is known to" in text, f"/readyz says why not: {text}")
        if restart == 0:
            server.stop(signal.SIGKILL)
            server.start()
    expect(b"[-] the topic is not open" in text, f"/readyz says that the topic is not open: {text}")
    expect(blank == 0, f"{blank} answers without a broker were from nothing")
    print(f"without a broker the slowest of the answers took {1000 * slowest:.0f} ms")
    subprocess.run([LAB / "kafka-down", broker.folder], check=True)
    subprocess.run([LAB / "kafka-up", broker.folder], check=True, capture_output=True)


def compare(broker, answers):
    timeline = Timeline(Options(hold=int(HOLD * moments.SECOND), skew=int(SKEW * moments.SECOND)), closed=False)
    for _, offset, _, value, _, stamp in broker.read("kube"):
        timeline.feed(offset, value, stamp * 1_000_000)
    wrong = known = final = 0
    for basis, answer in answers:
        at, position = moments.parse(answer["at"]), answer["position"]
        right = timeline.answer(answer["ip"], None, None, at, at, True, position, "began")
        said = {name: value for name, value in answer.items() if name not in ("ip", "at", "position", "provisional", "known", "certain")}
        reached = timeline.world()[1].known(position) if position >= 0 else None
        # Before the first PROGRESS, known is when the last record was received.
        good = said == right and (reached is None or answer["known"] == moments.render(reached))
        if basis == "final" and not answer.get("provisional"):
            final += 1
            good = good and timeline.position_for(at)[0] == position
        known += right["status"] == "known"
        wrong += not good
        if not good and wrong <= 3:
            print("said    ", json.dumps(answer), "\nexpected", json.dumps(right), reached and moments.render(reached))
    print(f"{len(answers)} answers, {known} of them known, {final} final: {wrong} wrong")
    expect(wrong == 0, f"{wrong} answers are wrong")
    expect(known > len(answers) // 20 and final > len(answers) // 20, "many are known, many are final")


def main():
    print(f"SEED={SEED}")
    chance, answers, began = random.Random(SEED), [], time.time()
    with tempfile.TemporaryDirectory(prefix="tenure-http-") as name, Broker() as broker:
        broker.create("kube", 1)
        cluster = Cluster(broker)
        cluster.start()
        server = Server(name, "-b", broker.address, "--kube", "kafka:kube", "--state", Path(name) / "kept", "--hold", f"{HOLD}s",
                        "--skew", f"{int(SKEW * 1000)}ms", "--max-age", "3s")
        with server:
            server.wait_ready()
            server.stop(signal.SIGKILL)
            kill_often(server, chance, answers, began)
            check_away(broker, server, chance, answers, began)
            server.wait_ready()
            for _ in range(200):
                ask(server, chance, answers, began)
            expect(server.stop() == 0, f"SIGTERM ends it with 0:\n{server.text()[-2000:]}")
        cluster.ending = True
        cluster.join()
        compare(broker, answers)
    print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
