#!/usr/bin/env python3
"""Goal: of several tenure-kube on one topic one writes, and another takes over: each change is in the topic once.

A real API server, a real broker, and pods that change all the time. Two and three instances are stopped (TERM), killed,
held still (SIGSTOP) for longer and for shorter than a session lasts, killed while they take over, and started again.
By what a reader of committed records saw: no change is missing or there twice, there is no GAP and no second SYNC, no
PROGRESS is ahead, and another one has taken over within 15 s. `--long` takes 10 minutes, kills two in a row, and kills
the broker.
"""

import itertools
import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from confluent_kafka import Consumer, Producer, TopicPartition
from enrich_broker import LAB, Broker
from kube_api import KUBE, PATHS, pod, running
from kube_cluster import PATCH, PODS, Cluster, Writer
from kube_faults import wait_until
from kube_judge import Judgement, ns, percentile

TOPIC = "tenure.kube"
TAKE_OVER = 15  # seconds; the bar
BROKER_BACK = 30  # seconds; the bar after a broker is up again
AGE = 2.0  # seconds; the bar for the 99th percentile of the age of `known` while nothing is wrong
SESSION = 8  # seconds until a dead instance is replaced


class Churn(threading.Thread, Writer):
    """Changes pods RATE times a second, until it is stopped."""

    def __init__(self, lab, rate):
        threading.Thread.__init__(self, daemon=True)
        Writer.__init__(self, lab)
        self.rate, self.going = rate, True

    def changes(self):
        for turn in itertools.count():
            yield "pods", "POST", PODS, pod(f"p{turn}")
            yield "pods", "PATCH", f"{PODS}/p{turn}/status", running(f"10.64.1.{turn % 200 + 1}"), PATCH
            if turn > 5:
                yield "pods", "DELETE", f"{PODS}/p{turn - 5}?gracePeriodSeconds=0"

    def run(self):
        for change in self.changes():
            if not self.going:
                return
            assert self.write(*change), change
            time.sleep(1 / self.rate)


class Reader(threading.Thread):
    """Reads what is committed, as it comes, and the age of `known` every 10 ms."""

    def __init__(self, broker):
        super().__init__(daemon=True)
        self.consumer = Consumer({"bootstrap.servers": broker.address, "group.id": "test", "enable.auto.commit": False,
                                  "fetch.wait.max.ms": 100, "isolation.level": "read_committed", "log_level": 0})
        self.consumer.assign([TopicPartition(TOPIC, 0, 0)])
        self.records, self.known, self.going = [], 0, True
        self.ages = []  # (instant, seconds)

    def run(self):
        while self.going:
            message = self.consumer.poll(0.01)
            if message is not None and not message.error():
                record = json.loads(message.value())
                self.records.append(record)
                if record["type"] == "PROGRESS":
                    self.known = ns(record["known"])
            now = time.time_ns()
            self.ages.append((now, (now - self.known) / 1e9))
        self.consumer.close()


class Instances:
    """The processes, by name; each has a log of its own."""

    def __init__(self, lab, broker, folder):
        self.command = [KUBE, "--cluster", "lab", "--kubeconfig", lab.kubeconfig, "-b", broker.address,
                        "--out", f"kafka:{TOPIC}"]
        self.folder, self.running, self.codes = folder, {}, []

    def log(self, name):
        return self.folder / f"{name}.log"

    def start(self, name):
        with self.log(name).open("ab") as log:
            self.running[name] = subprocess.Popen(self.command, stderr=log, stdout=log)

    def words(self, name):
        """(instant, whether it leads) of each line that says so."""
        lines = re.findall(r"ts=(\S+) .*?(resuming|starting with a list|standing by as|cannot write as)", self.log(name).read_text())
        return [(at, word in ("resuming", "starting with a list")) for at, word in lines]

    def leader(self):
        """The last of those running that said it leads, unless it said afterwards that it does not."""
        last = [(words[-1], name) for name in self.running for words in [self.words(name)] if words]
        leads = [(at, name) for (at, leading), name in last if leading]
        return max(leads)[1] if leads else None

    def standing_by(self, name):
        words = self.words(name)
        return bool(words) and not words[-1][1]

    def end(self, name, number):
        process = self.running.pop(name)
        process.send_signal(number)
        code = process.wait(25)
        assert code == (0 if number == signal.SIGTERM else -number), (name, code, self.log(name).read_text()[-2000:])

    def end_all(self):
        for process in self.running.values():
            process.kill()
            process.wait()


class Play:
    """The faults; each leaves as many instances running as it found. How long each took is in `took`."""

    def __init__(self, instances, reader, broker, seed):
        self.instances, self.reader, self.broker = instances, reader, broker
        self.random, self.names, self.took = random.Random(seed), (f"i{n}" for n in itertools.count()), {}
        self.calm = []  # (begin, end) of times when nothing is wrong

    def add(self):
        name = next(self.names)
        self.instances.start(name)
        wait_until(lambda: self.instances.standing_by(name), 30, f"{name} stands by")
        return name

    def first(self):
        self.instances.start(next(self.names))
        wait_until(lambda: self.reader.known > 0, 60, "a PROGRESS")

    def rest(self, seconds):
        begin = time.time_ns()
        time.sleep(seconds)
        self.calm.append((begin, time.time_ns()))

    def taken_over(self, what, since):
        wait_until(lambda: self.reader.known > since, 60, f"after {what}: a PROGRESS")
        self.took.setdefault(what, []).append((time.time_ns() - since) / 1e9)

    def stopped(self):
        self.instances.end(self.instances.leader(), signal.SIGTERM)
        self.taken_over("TERM", time.time_ns())
        self.add()

    def killed(self):
        since = time.time_ns()
        self.instances.end(self.instances.leader(), signal.SIGKILL)
        self.taken_over("KILL", since)
        self.add()

    def held(self):
        """Until another one writes; then it continues, and must not disturb that one."""
        leader = self.instances.leader()
        process = self.instances.running.pop(leader)
        since = time.time_ns()
        process.send_signal(signal.SIGSTOP)
        self.taken_over("STOP", since)
        time.sleep(self.random.uniform(0, 3))
        process.send_signal(signal.SIGCONT)
        self.instances.running[leader] = process
        wait_until(lambda: self.instances.standing_by(leader), 30, f"{leader} stands by again")
        self.taken_over("CONT", time.time_ns())

    def held_briefly(self):
        leader = self.instances.leader()
        self.instances.running[leader].send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(1, SESSION - 3))
        self.instances.running[leader].send_signal(signal.SIGCONT)
        self.taken_over("a short STOP", time.time_ns())
        assert self.instances.leader() == leader, "a writer that was held briefly was replaced"

    def killed_twice(self):
        """The one that takes over dies while it does; there must be a third."""
        self.instances.end(self.instances.leader(), signal.SIGKILL)
        second = sorted(self.instances.running)[0]
        time.sleep(self.random.uniform(SESSION - 2, SESSION + 3))
        since = time.time_ns()
        self.instances.end(second, signal.SIGKILL)
        self.taken_over("KILL of two", since)
        self.add()
        self.add()

    def alone(self):
        """Nobody stands by: the one that is started after a kill must wait for the dead one's session."""
        while len(self.instances.running) > 1:
            self.instances.end(next(n for n in self.instances.running if n != self.instances.leader()), signal.SIGTERM)
        since = time.time_ns()
        self.instances.end(self.instances.leader(), signal.SIGKILL)
        self.instances.start(next(self.names))
        self.taken_over("KILL without another", since)
        self.add()
        self.add()

    def other_writes(self):
        """The transaction of another cluster's writer hides what was committed after it began: the next writer waits
        until it sees everything."""
        other = Producer({"bootstrap.servers": self.broker.address, "transactional.id": "other", "log_level": 0})
        other.init_transactions(10)
        other.begin_transaction()
        other.produce(TOPIC, json.dumps({"type": "GAP", "cluster": "other"}), key="other")
        other.flush(10)
        time.sleep(2)  # of changes that are committed and cannot be seen yet
        self.instances.end(self.instances.leader(), signal.SIGTERM)
        time.sleep(2)
        other.abort_transaction(10)
        self.taken_over("TERM beside an open transaction", time.time_ns())
        self.add()

    def broker_killed(self):
        subprocess.run(["kill", "-KILL", (self.broker.folder / "pid").read_text().strip()], check=True)
        time.sleep(self.random.uniform(0, 12))
        subprocess.run([LAB / "kafka-down", self.broker.folder], check=True)
        subprocess.run([LAB / "kafka-up", self.broker.folder], check=True, capture_output=True)
        self.taken_over("a KILL of the broker", time.time_ns())

    SHORT = (stopped, killed, held_briefly, other_writes, held)
    LONG = (stopped, killed, held, held_briefly, other_writes, alone, killed_twice, broker_killed)


def play(play_, seconds):
    """The short form with two, then three instances; the long form for so many SECONDS with three."""
    play_.rest(5)
    play_.add()
    for fault in Play.SHORT:
        fault(play_)
    play_.add()
    play_.killed()
    end = time.monotonic() + seconds
    for fault in itertools.cycle(Play.LONG):
        if time.monotonic() >= end:
            return
        fault(play_)
        play_.rest(play_.random.uniform(0, 6))


def judge(lab, churn, reader):
    """Waits until everything has come; returns the judgement and the records."""
    wait_until(lambda: reader.known > time.time_ns() - 10**9, 30, "the last PROGRESS")
    there = lab.lists()
    done = time.time_ns()
    wait_until(lambda: reader.known > done, 30, "a PROGRESS after the last change")
    records = list(reader.records)
    state = {r: {uid: at for uid, (_, at) in own.items()} for r, own in there.items()}
    return Judgement(records, churn.writes, state=state), records


def check(judged, records):
    judged.check()
    syncs = sum(r["type"] == "SYNC_BEGIN" for r in records)
    assert judged.gaps == 0 and syncs == len(PATHS), f"{judged.gaps} GAPs, {syncs} SYNCs"


def calm_ages(play_, reader):
    """The median and the 99th percentile of the age of `known` while nothing is wrong."""
    ages = sorted(age for at, age in reader.ages if any(begin <= at <= end for begin, end in play_.calm))
    return percentile(ages, 0.5), percentile(ages, 0.99)


def main():
    long = "--long" in sys.argv
    with tempfile.TemporaryDirectory(prefix="tenure-instances-") as name, Cluster() as lab, Broker() as broker:
        broker.create(TOPIC, 1)
        instances, reader, churn = Instances(lab, broker, Path(name)), Reader(broker), Churn(lab, 20)
        play_ = Play(instances, reader, broker, 1)
        reader.start()
        try:
            play_.first()
            churn.start()
            play(play_, 600 if long else 0)
            churn.going = False
            churn.join()
            judged, records = judge(lab, churn, reader)
            check(judged, records)
            middle, high = calm_ages(play_, reader)
        except BaseException:
            for log in sorted(Path(name).glob("*.log")):
                print(f"--- {log.name}", log.read_text()[-3000:], sep="\n")
            raise
        finally:
            instances.end_all()
        void = len(broker.read(TOPIC, "read_uncommitted")) - len(records)
    print(f"{len(churn.writes)} changes, each once; {len(records)} records, no GAP, no second SYNC; {void} more were written and are void")
    for what, times in play_.took.items():
        print(f"{what}: {len(times)} times, `known` advanced after {percentile(sorted(times), 0.5):.1f} s, at most {max(times):.1f} s")
    print(f"the age of `known` while nothing is wrong: median {middle:.2f} s, p99 {high:.2f} s")
    slow = {what: times for what, times in play_.took.items() if max(times) > (BROKER_BACK if "broker" in what else TAKE_OVER)}
    assert not slow, slow
    assert not long or high <= AGE, high  # the short form sees too little of it


if __name__ == "__main__":
    main()
