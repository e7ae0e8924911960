#!/usr/bin/env python3
"""Pods end and the report comes after the hold; the kube topic stalls, so that answers are provisional; and the process that
revises them (--revise) is killed with SIGKILL, if possible inside an open transaction.  Afterwards each flow whose answer was
provisional or has changed has exactly one correction, in its partition and in order, as of the right position; of a sample, the
oracle gives the same bytes, or none.  A replay in another group writes the same corrections.
"""

import bisect
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
from enrich_broker import Broker, ROOT, enrich, flow, leave, pod, progress, rfc3339, values, wait_for  # noqa: E402

sys.path.insert(0, str(ROOT / "tests/oracle"))
import corrections  # noqa: E402
import moments  # noqa: E402
import oracle  # noqa: E402

PARTITIONS, RATE, HOSTS = 4, 600, 40
SECONDS = (14, 60)      # that flows are written, at least and at most
KILLS = int(os.environ.get("KILLS", 4))
HOLD, REVISE = ("--hold", "1s", "--skew", "500ms"), "3s"
STALL = (6.0, 11.0)     # after the start, no kube record is written
SAMPLE = 600


class Feeder(threading.Thread):
    """Writes flows at RATE a second, a PROGRESS every 200 ms, and the end of each pod 4.5 s late."""

    def __init__(self, broker):
        super().__init__(daemon=True)
        self.producer, self.ending = broker.producer(), False

    def events(self, began):
        """(when it is written, record) of all pods."""
        revision = 1
        for host in range(1, HOSTS + 1):
            start, number = began - 100.0, 0
            while start < began + SECONDS[1]:
                name, ip = f"p{host}-{number}", f"10.244.0.{host}"
                revision += 2
                yield max(start + 0.2, began), pod(name, ip, start, revision, max(start + 0.2, began - 99))
                end = max(start, began) + 1 + 0.12 * host
                second = rfc3339(end)[:-5] + "Z"
                yield end + 4.5, pod(
                    name, ip, start, revision + 1, end + 4.5, phase="Succeeded",
                    conditions=[{"type": "PodReadyToStartContainers", "status": "False", "lastTransitionTime": second}],
                    containerStatuses=[{"name": "c", "state": {"terminated": {
                        "startedAt": rfc3339(start)[:-5] + "Z", "finishedAt": second, "exitCode": 0}}}])
                start, number = end + 5, number + 1

    def run(self):
        began, told, sent = time.time(), 0.0, 0
        events = sorted(self.events(began))
        for resource in ("pods", "nodes", "services", "endpointslices"):
            for kind in ("SYNC_BEGIN", "SYNC_END"):
                self.producer.produce("kube", json.dumps({"type": kind, "cluster": "c", "resource": resource, "received": rfc3339(began - 200),
                                                          "resourceVersion": "1", "scope": {}}), key="c")
        while not self.ending or time.time() < began + SECONDS[0]:
            now = time.time()
            for sent in range(sent, int((now - began) * RATE)):
                self.producer.produce("flows", flow(sent, now), key=str(sent % 997), partition=sent % PARTITIONS,
                                      timestamp=int(now * 1000))
            sent = max(sent, int((now - began) * RATE))
            if not STALL[0] <= now - began < STALL[1]:
                while events and events[0][0] <= now:
                    self.producer.produce("kube", events.pop(0)[1], key="c")
                if now - told >= 0.2:
                    self.producer.produce("kube", progress(now), key="c")
                    told = now
            self.producer.poll(0)
            time.sleep(0.005)
        self.producer.produce("kube", progress(time.time() + 3600, time.time() + 3600), key="c")
        self.producer.flush(30)


def revise(broker, state, instance, out, log, *more):
    return enrich(["-b", broker.address, "--kube", "kafka:kube", "--flows", "kafka:tagged", "--out", f"kafka:{out}",
                   "--rejected", "kafka:rejected", "--state", state / instance, "--instance", instance, "--revise", REVISE,
                   *HOLD, *more], stderr=log)


def stopped_inside(broker, process):
    """True if PROCESS could be stopped (SIGSTOP) while it had a transaction with corrections open; else it runs on."""
    if broker.open_records("corrections") == 0:
        return False
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.05)
    if broker.open_records("corrections") > 0:
        return True
    process.send_signal(signal.SIGCONT)
    return False


def tags(value):
    return json.loads(value)["tenure"]


def check(kube, tagged, corrected):
    """Complaints about CORRECTED, lists of (partition, offset, value) as the others, and how many were provisional."""
    complaints, place_of = [], {(p, o): value for p, o, value in tagged}
    accepted = sorted((json.loads(value)["known"], offset) for _, offset, value in kube if b'"PROGRESS"' in value)
    knowns = [moments.parse(known) for known, _ in accepted]
    seen, last = set(), {}
    for partition, offset, value in corrected:
        own = tags(value)
        place = (own["revises"]["partition"], own["revises"]["offset"])
        first = place_of.get(place)
        if first is None or own["flow"] != tags(first)["flow"] or own["revision"] != 2 or "provisional" in own:
            complaints.append(f"{partition}/{offset}: it corrects no tagged flow, or not as a correction")
            continue
        if value[:value.rindex(b',"tenure":')] != first[:first.rindex(b',"tenure":')]:
            complaints.append(f"{place}: the flow's own bytes were changed")
        if place[0] != partition or place[1] <= last.get(partition, -1):
            complaints.append(f"{place}: in another partition or order, or twice")
        last[partition] = place[1]
        seen.add(place)
        asked = moments.shift(moments.parse(json.loads(value)["event"]["end"]), moments.duration("1500ms") + moments.duration(REVISE))
        if own["kube"]["position"] != accepted[bisect.bisect_left(knowns, asked)][1]:
            complaints.append(f"{place}: as of position {own['kube']['position']}")
    provisional = {place for place, value in place_of.items() if "provisional" in tags(value)}
    complaints += [f"{place}: provisional and not corrected" for place in provisional - seen]
    return complaints, len(provisional)


def check_sample(kube, tagged, corrected):
    """The oracle's corrections of a sample, byte for byte. Every second record of it has one."""
    timeline = oracle.Timeline(oracle.Options(hold=moments.duration("1s")), closed=False)
    for _, offset, value in kube:
        timeline.feed(offset, value)
    found = {(tags(v)["revises"]["partition"], tags(v)["revises"]["offset"]): v for _, _, v in corrected}
    rng = random.Random(3)
    sample = rng.sample(tagged, min(SAMPLE // 2, len(tagged)))
    sample += rng.sample([record for record in tagged if record[:2] in found], min(SAMPLE // 2, len(found)))
    complaints = []
    for partition, offset, value in sample:
        wanted = corrections.correct(timeline, value, ("tagged", partition, offset), moments.duration(REVISE))
        if wanted != found.get((partition, offset)):
            complaints.append(f"{partition}/{offset}: {found.get((partition, offset))}\n  should be {wanted}")
    return complaints


def check_can_fail(kube, tagged, corrected):
    """Shows that a lost, a doubled and a misplaced correction are noticed."""
    middle = len(corrected) // 2
    provisional = {(p, o) for p, o, v in tagged if "provisional" in tags(v)}
    lost = next(n for n, (_, _, v) in enumerate(corrected)
                if (tags(v)["revises"]["partition"], tags(v)["revises"]["offset"]) in provisional)
    partition, offset, value = corrected[middle]
    broken = {"lost": corrected[:lost] + corrected[lost + 1:], "doubled": corrected[:middle + 1] + corrected[middle:],
              "misplaced": corrected[:middle] + [(partition + 1, offset, value)] + corrected[middle + 1:]}
    return [f"the checker does not see a {word} correction" for word, records in broken.items() if not check(kube, tagged, records)[0]]


def main():
    state = Path(tempfile.mkdtemp(prefix="tenure-revise-"))
    log = open(state / "log", "w+")
    inside, rng = 0, random.Random(7)
    with Broker() as broker:
        broker.create_all(PARTITIONS)
        for name in ("corrections", "again"):
            broker.create(name, PARTITIONS)

        def done(group="tenure-revise", topic="tagged"):
            return sum(broker.committed(group, topic).values())

        feeder = Feeder(broker)
        feeder.start()
        first = enrich(["-b", broker.address, "--kube", "kafka:kube", "--flows", "kafka:flows", "--out", "kafka:tagged", "--rejected",
                        "kafka:rejected", "--state", state / "first", "--instance", "first", "--max-hold", "1s", *HOLD], stderr=log)
        for kill in range(KILLS):
            before = done()
            process = revise(broker, state, "one", "corrections", log)
            wait_for(f"start {kill}: a commit", lambda: done() > before or process.poll() is not None, log)
            assert process.poll() is None, f"the enricher ended with {process.returncode}"
            time.sleep(rng.uniform(0, 0.5))
            deadline = time.time() + 3
            while time.time() < deadline:
                if stopped_inside(broker, process):
                    inside += 1
                    break
            process.kill()
            process.wait()
        feeder.ending = True
        feeder.join()
        flows = values(broker.read("flows"))
        ends = {p: max(o for q, o, _ in flows if q == p) + 1 for p in range(PARTITIONS)}
        wait_for("the tags", lambda: broker.committed("tenure-enrich", "flows") == ends, log)
        first.send_signal(signal.SIGTERM)
        first.wait(30)
        kube, tagged = values(broker.read("kube")), values(broker.read("tagged"))
        ends = {p: max(o for q, o, _ in tagged if q == p) + 1 for p in range(PARTITIONS)}
        for instance, out, more in (("one", "corrections", ()), ("again", "again", ("--group", "again"))):
            process = revise(broker, state, instance, out, log, *more)
            group = more[1] if more else "tenure-revise"
            wait_for(f"the end of {group}", lambda: broker.committed(group, "tagged") == ends, log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, f"{group}: exit {process.returncode}"
        corrected, again = values(broker.read("corrections")), values(broker.read("again"))
        rejected = broker.read("rejected")
    complaints, provisional = check(kube, tagged, corrected)
    complaints += check_sample(kube, tagged, corrected)
    if not complaints:
        complaints += check_can_fail(kube, tagged, corrected)
    if any([v for p, _, v in corrected if p == partition] != [v for p, _, v in again if p == partition] for partition in range(PARTITIONS)):
        complaints.append("the replay is not byte-equal")
    if rejected or not 0 < provisional < len(corrected) < len(tagged) or inside == 0:
        complaints.append("it did not test what it should")
    leave("tagged", [value for _, _, value in corrected])
    log.seek(0)
    text = log.read()
    if "unrevised=0 " not in text:
        complaints.append("flows were not revised")
    print(f"{len(tagged)} tagged, {provisional} provisional, {len(corrected)} corrections; {KILLS} kills, {inside} inside an open transaction "
          f"with corrections; {len(rejected)} rejected; {len(complaints)} complaints")
    if complaints:
        print("\n".join(complaints[:20]), text[-6000:], sep="\n")
        sys.exit(1)
    log.close()
    shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
