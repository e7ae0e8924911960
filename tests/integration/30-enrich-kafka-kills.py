#!/usr/bin/env python3
"""Flows come in and the enricher is killed again and again with SIGKILL: half of the time inside an open transaction with
records, otherwise at any moment of its first second.  Read back under read_committed every flow has exactly one outcome,
in its own partition and in order; a replay into other topics gives the same bytes; and the checker reports a lost, a
doubled, a wrong and a misplaced record.  The time from a kill to the first new commit is measured, and what it consists of.

usage: 30-enrich-kafka-kills.py [KILLS [RATE]]     how often it is killed, and how many flows come in a second; 40 unless told;
`make proof` does 2,000
"""

import itertools
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import (Broker, check, check_can_fail, check_starts, enrich, flow, interface, leave_records, on_kafka, pod,  # noqa: E402
                           progress, values, wait_for)

KILLS, RATE = [int(argument) for argument in sys.argv[1:3]] + [40, 500][len(sys.argv) - 1:]
PARTITIONS = 6
RECOVERY = 2.0  # seconds from a kill to the first new commit, of 99 in 100
PROOF = 500  # kills, from which on that is judged
# Messages of the enricher, and what it did before each.
PARTS = [("options are read", "start the process"), ("store is open", "open the store"), ("kube topic is read", "catch up"),
         ("can write", "get a producer id"), ("partitions to read", "join the group"), ("", "first commit")]


class Feeder(threading.Thread):
    """Writes flows at RATE a second, one in 200 of them damaged; every 200 ms a PROGRESS, and what a meter saw of the next pod's interface."""

    def __init__(self, broker):
        super().__init__(daemon=True)
        self.producer, self.ending = broker.producer(), False
        self.sent = 0

    def run(self):
        began, told, hosts = time.time(), 0.0, itertools.cycle(range(1, 51))
        for host in range(1, 51):
            self.producer.produce("kube", pod(f"p{host}", f"10.244.0.{host}", began - 100, host), key="c")
        while not self.ending:
            now = time.time()
            while self.sent < (now - began) * RATE:
                record = flow(self.sent, now)
                if self.sent % 200 == 17:
                    record = record[:-9]
                self.producer.produce("flows", record, key=str(self.sent % 997), partition=self.sent % PARTITIONS,
                                      timestamp=int(now * 1000))
                self.sent += 1
            if now - told >= 0.2:
                host = next(hosts)
                self.producer.produce("kube", interface(f"veth{host}", f"10.244.0.{host}", int(began) - 99.5, now), key="c")
                self.producer.produce("kube", progress(now), key="c")
                told = now
            self.producer.poll(0)
            time.sleep(0.005)
        self.producer.produce("kube", progress(time.time() + 3600, time.time() + 3600), key="c")
        self.producer.flush(30)


class Victim:
    """The enricher, with a log for each start."""

    def __init__(self, broker, state):
        self.broker, self.path = broker, state / "log"
        self.arguments = on_kafka(broker, state / "state", "one", "", "--hold", "1s")
        self.process, self.log, self.killed, self.recoveries = None, None, None, []

    def start(self, *more):
        if self.log is not None:
            self.log.close()
        self.log = open(self.path, "w+")
        self.process = enrich([*self.arguments, *more], stderr=self.log)

    def logged(self):
        text = self.path.read_text()
        assert self.process.poll() is None, f"the enricher ended with {self.process.returncode}: {text[-6000:]}"
        return text

    def done(self):
        return sum(self.broker.committed("tenure-enrich", "flows").values())

    def await_commit(self):
        """Waits until this process has committed something, and remembers how long that took since the last kill."""
        wait_for("its partitions", lambda: "partitions to read" in self.logged(), self.log)
        before = self.done()
        wait_for("a commit", lambda: self.done() > before or self.logged() is None, self.log)
        if self.killed is None:
            return
        moments = [self.killed]
        for message, _ in PARTS[:-1]:
            line = re.search(rf"^ts=(\S+) .*{message}", self.logged(), flags=re.M)
            moments.append(datetime.fromisoformat(line[1].replace("Z", "+00:00")).timestamp())
        moments.append(time.time())
        self.recoveries.append([after - before for before, after in zip(moments, moments[1:])])

    def stop_inside(self):
        """True if the process could be stopped (SIGSTOP) while it had a transaction open; else it runs on."""
        if self.broker.open_records("tagged") == 0:
            return False
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(0.05)  # what was on its way to the broker has arrived
        if self.broker.open_records("tagged") > 0:
            return True
        self.process.send_signal(signal.SIGCONT)
        return False

    def kill(self):
        self.process.kill()
        self.killed = time.time()
        self.process.wait()

    def end(self):
        """Returns its exit status and how long it took to stop."""
        began = time.time()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30), time.time() - began


def kill_often(victim):
    """Returns how many kills were inside an open transaction."""
    rng = random.Random(7)
    # A new broker takes long to make its own topics.
    victim.start()
    victim.await_commit()
    victim.kill()
    kinds = [number % 2 == 0 for number in range(KILLS)]
    rng.shuffle(kinds)
    for number, is_inside in enumerate(kinds):
        victim.start("--log-level", "debug")
        if is_inside:
            victim.await_commit()
            time.sleep(rng.uniform(0, 0.3))
            # There are records after the last stable offset: a transaction is open and has them.
            wait_for(f"start {number}: an open transaction", victim.stop_inside, victim.log)
        else:
            time.sleep(rng.uniform(0, 1))
            victim.logged()  # it runs
        victim.kill()
    return sum(kinds)


def quantile(sample, share):
    return sorted(sample)[min(int(len(sample) * share), len(sample) - 1)]


def report_recoveries(recoveries):
    """Returns the complaints."""
    totals = [sum(parts) for parts in recoveries]
    print(f"kill -> first new commit, {len(totals)} times at load {os.getloadavg()[0]:.1f}: "
          f"p50 {quantile(totals, 0.5):.2f} s, p99 {quantile(totals, 0.99):.2f} s, longest {max(totals):.2f} s")
    for (_, what), sample in zip(PARTS, zip(*recoveries)):
        print(f"  {what:17}  p50 {quantile(sample, 0.5):.3f} s, p99 {quantile(sample, 0.99):.3f} s")
    # `make proof` has the bar: a time beside other tests says how busy the machine is, and forty kills show no p99.
    if KILLS < PROOF or quantile(totals, 0.99) <= RECOVERY:
        return []
    return [f"kill -> first new commit: p99 is {quantile(totals, 0.99):.2f} s, the bar is {RECOVERY} s"]


def replays(broker, state, log, ends, tagged):
    """A replay from an empty store gives the same answers. Returns the complaints."""
    complaints = []
    broker.create("again-tagged", PARTITIONS)
    broker.create("again-rejected", PARTITIONS)
    arguments = ["-b", broker.address, "--kube", "kafka:kube", "--flows", "kafka:flows", "--rejected", "kafka:again-rejected",
                 "--state", state / "again", "--hold", "1s"]
    process = enrich([*arguments, "--out", "kafka:again-tagged", "--instance", "again", "--group", "again"], stderr=log)
    wait_for("the replay", lambda: broker.committed("again", "flows") == ends, log, 90)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    again = values(broker.read("again-tagged"))
    # A bounded replay of a window ends by itself, with the same answers for the flows in it.
    broker.create("window-tagged", PARTITIONS)
    inside_window = sorted(json.loads(value)["event"]["end"] for _, _, value in tagged)
    since, until = inside_window[len(inside_window) // 3], inside_window[len(inside_window) * 2 // 3]
    process = enrich([*arguments, "--out", "kafka:window-tagged", "--instance", "window", "--group", "window", "--since", since,
                      "--until", until], stderr=log)
    if process.wait(60) != 0:
        complaints.append(f"the replay of a window: exit {process.returncode}")
    # It has committed, but the broker ends the transaction in one partition after the other.
    wait_for("the window's transaction has ended", lambda: broker.open_records("window-tagged") == 0, log)
    window = sorted((p, v) for p, _, v in values(broker.read("window-tagged")))
    if window != sorted((p, v) for p, _, v in again if since <= json.loads(v)["event"]["end"] < until) or not window:
        complaints.append(f"the replay of a window is not byte-equal ({len(window)} flows)")
    by_flow = [sorted((p, v) for p, _, v in records) for records in (tagged, again)]
    if by_flow[0] != by_flow[1]:
        complaints.append("the replay is not byte-equal")
    provisional = sum(b'"provisional":true' in value for _, _, value in again)
    if provisional:
        complaints.append(f"{provisional} provisional answers in a replay")
    return complaints


def main():
    state = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    with Broker() as broker:
        broker.create_all(PARTITIONS)
        feeder = Feeder(broker)
        feeder.start()
        victim = Victim(broker, state)
        inside = kill_often(victim)
        feeder.ending = True
        feeder.join()
        victim.start()
        ends = dict.fromkeys(range(PARTITIONS), 0)
        flows = values(broker.read("flows"))
        for partition, offset, _ in flows:
            ends[partition] = max(ends[partition], offset + 1)
        wait_for("the rest", lambda: broker.committed("tenure-enrich", "flows") == ends, victim.log, 90)
        code, stopped = victim.end()
        log = victim.log
        tagged, rejected = values(broker.read("tagged")), values(broker.read("rejected"))
        complaints = check(flows, tagged, rejected) + check_starts(tagged)
        complaints += check_can_fail(*([record for record in records if record[0] == 0] for records in (flows, tagged, rejected)))
        leave_records(tagged, rejected)
        complaints += replays(broker, state, log, ends, tagged)
    print(f"{len(flows)} flows, {len(tagged)} tagged, {len(rejected)} rejected, {KILLS} kills, {inside} inside an open "
          f"transaction with records; stopped in {stopped:.1f} s with {code}; {len(complaints)} complaints")
    complaints += report_recoveries(victim.recoveries)
    if complaints or code != 0 or stopped > 25:
        log.seek(0)
        print("\n".join(complaints[:40]), log.read()[-6000:], sep="\n")
        sys.exit(1)
    log.close()
    shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
