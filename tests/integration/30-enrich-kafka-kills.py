#!/usr/bin/env python3
"""Flows come in at 2,000 a second and the enricher is killed 20 times with SIGKILL, each time after at least one
commit and half of the time inside an open transaction with records.  Read back under read_committed every flow
has exactly one outcome, in its own partition and in order; a replay into other topics gives the same bytes; and the
checker reports a lost, a doubled, a wrong and a misplaced record.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from enrich_broker import Broker, check, check_can_fail, enrich, flow, leave_records, on_kafka, pod, progress, values, wait_for  # noqa: E402

PARTITIONS, RATE = 6, 2000
KILLS = int(os.environ.get("KILLS", 20))
HOLD = 1.0


class Feeder(threading.Thread):
    """Writes flows at RATE a second, one in 200 of them damaged, and a PROGRESS every 200 ms."""

    def __init__(self, broker):
        super().__init__(daemon=True)
        self.producer, self.ending = broker.producer(), False
        self.sent = 0

    def run(self):
        began, told = time.time(), 0.0
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
                self.producer.produce("kube", progress(now), key="c")
                told = now
            self.producer.poll(0)
            time.sleep(0.005)
        self.producer.produce("kube", progress(time.time() + 3600, time.time() + 3600), key="c")
        self.producer.flush(30)


def stopped_inside(broker, process):
    """True if PROCESS could be stopped (SIGSTOP) while it had a transaction open; else it runs on."""
    if broker.open_records("tagged") == 0:
        return False
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.05)  # what was on its way to the broker has arrived
    if broker.open_records("tagged") > 0:
        return True
    process.send_signal(signal.SIGCONT)
    return False


def total(offsets):
    return sum(offsets.values())


def main():
    state = Path(tempfile.mkdtemp(prefix="tenure-enrich-"))
    log = open(state / "log", "w+")
    inside = 0
    rng = random.Random(7)
    with Broker() as broker:
        broker.create_all(PARTITIONS)
        feeder = Feeder(broker)
        feeder.start()
        for kill in range(KILLS):
            before = total(broker.committed("tenure-enrich", "flows"))
            process = enrich(on_kafka(broker, state / "state", "one", "", "--hold", f"{HOLD}".rstrip("0").rstrip(".") + "s"),
                             stderr=log)
            wait_for(f"start {kill}: a commit", lambda: total(broker.committed("tenure-enrich", "flows")) > before
                     or process.poll() is not None, log)
            assert process.poll() is None, f"the enricher ended with {process.returncode}"
            time.sleep(rng.uniform(0, 0.8))
            if kill % 2 == 0:
                # There are records after the last stable offset: a transaction is open and has them.
                wait_for(f"start {kill}: an open transaction", lambda: stopped_inside(broker, process), log)
                inside += 1
            process.kill()
            process.wait()
        feeder.ending = True
        feeder.join()
        process = enrich(on_kafka(broker, state / "state", "one", "", "--hold", "1s"), stderr=log)
        ends = dict.fromkeys(range(PARTITIONS), 0)
        flows = values(broker.read("flows"))
        for partition, offset, _ in flows:
            ends[partition] = max(ends[partition], offset + 1)
        wait_for("the rest", lambda: broker.committed("tenure-enrich", "flows") == ends, log, 90)
        process.send_signal(signal.SIGTERM)
        began = time.time()
        code = process.wait(30)
        stopped = time.time() - began
        tagged, rejected = broker.read("tagged"), broker.read("rejected")
        complaints = check(flows, values(tagged), values(rejected))
        complaints += check_can_fail(flows, values(tagged), values(rejected))
        leave_records(values(tagged), values(rejected))
        # A replay from an empty store gives the same answers.
        broker.create("again-tagged", PARTITIONS)
        broker.create("again-rejected", PARTITIONS)
        process = enrich(["-b", broker.address, "--kube", "kafka:kube", "--flows", "kafka:flows", "--out",
                          "kafka:again-tagged", "--rejected", "kafka:again-rejected", "--state", state / "again",
                          "--instance", "again", "--group", "again", "--hold", "1s"], stderr=log)
        wait_for("the replay", lambda: broker.committed("again", "flows") == ends, log, 90)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        again = values(broker.read("again-tagged"))
        # A bounded replay of a window ends by itself, with the same answers for the flows in it.
        broker.create("window-tagged", PARTITIONS)
        inside_window = sorted(json.loads(value)["event"]["end"] for _, _, value in values(tagged))
        since, until = inside_window[len(inside_window) // 3], inside_window[len(inside_window) * 2 // 3]
        process = enrich(["-b", broker.address, "--kube", "kafka:kube", "--flows", "kafka:flows", "--out",
                          "kafka:window-tagged", "--rejected", "kafka:again-rejected", "--state", state / "again",
                          "--instance", "window", "--group", "window", "--hold", "1s", "--since", since, "--until", until],
                         stderr=log)
        if process.wait(60) != 0:
            complaints.append(f"the replay of a window: exit {process.returncode}")
        window = sorted((p, v) for p, _, v in values(broker.read("window-tagged")))
        if window != sorted((p, v) for p, _, v in again if since <= json.loads(v)["event"]["end"] < until) or not window:
            complaints.append(f"the replay of a window is not byte-equal ({len(window)} flows)")
        by_flow = [sorted((p, v) for p, _, v in records) for records in (values(tagged), again)]
        if by_flow[0] != by_flow[1]:
            complaints.append("the replay is not byte-equal")
        provisional = sum(b'"provisional":true' in value for _, _, value in again)
        if provisional:
            complaints.append(f"{provisional} provisional answers in a replay")
    log.seek(0)
    print(f"{len(flows)} flows, {len(tagged)} tagged, {len(rejected)} rejected, {KILLS} kills, {inside} inside an open "
          f"transaction with records; stopped in {stopped:.1f} s with {code}; {len(complaints)} complaints")
    if complaints or code != 0 or inside < KILLS // 2 or stopped > 25:
        print("\n".join(complaints[:40]), log.read()[-6000:], sep="\n")
        sys.exit(1)
    log.close()
    shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
