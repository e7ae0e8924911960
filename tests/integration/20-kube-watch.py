#!/usr/bin/env python3
"""Goal: what tenure-kube writes is complete, in order, and its PROGRESS is never ahead of it.

Pods, services and their slices are created, patched and deleted on a real API server, which in between is
stopped with TERM, killed, and frozen. Then:
  - the final state of the stream is what a LIST shows, for every resource;
  - the revisions of one object only grow;
  - `known` only grows, and is never later than its own record;
  - every write that was acknowledged at T comes before the first PROGRESS with known >= T, or its time is
    in a GAP of its resource;
  - while the server is frozen there is no PROGRESS.
"""

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(__file__))
from kube_api import PATHS, Api, Lab, Producer, final_state, pod, running, seconds  # noqa: E402

WRITERS = 2


class Writer(threading.Thread):
    """Keeps changing objects, and notes what was acknowledged and when."""

    def __init__(self, lab, number):
        super().__init__(daemon=True)
        self.api = Api(lab.folder, lab.api.port)
        self.number = number
        self.going = True
        self.writes = []  # (resource, uid, revision or None for a deletion, asked, acknowledged)
        self.unknown = 0

    def write(self, resource, method, path, body=None, kind="application/json"):
        asked = time.time()
        try:
            status, answer = self.api.call(method, path, body, kind)
        except OSError:
            self.unknown += 1
            time.sleep(0.1)
            return None
        if status >= 300:
            self.unknown += status != 404
            time.sleep(0.05)
            return None
        metadata = answer.get("metadata", {})
        if "uid" not in metadata:  # a deletion of some kinds answers with a Status
            metadata = {"uid": answer["details"]["uid"]}
        gone = method == "DELETE"
        revision = None if gone else int(metadata["resourceVersion"])
        self.writes.append((resource, metadata["uid"], revision, asked, time.time()))
        return answer

    def run(self):
        turn = 0
        namespace = "/api/v1/namespaces/default"
        while self.going:
            turn += 1
            name = f"p{self.number}-{turn}"
            address = f"10.64.{self.number}.{turn % 200 + 1}"
            self.write("pods", "POST", f"{namespace}/pods", pod(name))
            self.write("pods", "PATCH", f"{namespace}/pods/{name}/status", running(address),
                       "application/strategic-merge-patch+json")
            if turn % 5 == 0:
                service = {"metadata": {"name": f"s{self.number}-{turn}"},
                           "spec": {"selector": {"app": "x"}, "ports": [{"port": 80}]}}
                self.write("services", "POST", f"{namespace}/services", service)
            if turn > 10:
                self.write("pods", "DELETE", f"{namespace}/pods/p{self.number}-{turn - 10}?gracePeriodSeconds=0")
            if turn % 5 == 0 and turn > 20:
                self.write("services", "DELETE", f"{namespace}/services/s{self.number}-{turn - 20}")
            time.sleep(0.02)


def check_order(records):
    """The revisions of one object only grow; known and received never go back."""
    last, in_sync, known, received = {}, set(), 0.0, 0.0
    for record in records:
        assert seconds(record["received"]) >= received, ("received went back", record)
        received = seconds(record["received"])
        if record["type"] == "SYNC_BEGIN":
            in_sync.add(record["resource"])
        elif record["type"] == "SYNC_END":
            in_sync.remove(record["resource"])
        elif record["type"] == "PROGRESS":
            assert known <= seconds(record["known"]) <= received, ("known", record)
            known = seconds(record["known"])
        elif record["type"] != "GAP":
            metadata = record["object"]["metadata"]
            revision, before = int(metadata["resourceVersion"]), last.get(metadata["uid"], 0)
            grows = revision >= before if record["resource"] in in_sync else revision > before
            assert grows, ("a revision did not grow", before, record)
            last[metadata["uid"]] = revision


def check_promises(records, writes):
    """Every acknowledged write comes before the first PROGRESS that promises it."""
    gaps, place, gone, promised = [], {}, {}, []
    for index, record in enumerate(records):
        if record["type"] == "GAP":
            gaps.append((record["resource"], seconds(record["from"]), seconds(record["to"])))
        elif record["type"] == "PROGRESS":
            promised.append((index, seconds(record["known"])))
        elif "object" in record:
            metadata = record["object"]["metadata"]
            place.setdefault((metadata["uid"], int(metadata["resourceVersion"])), index)
            if record["type"] == "DELETED":
                gone.setdefault(metadata["uid"], index)
    inside = 0
    for resource, uid, revision, asked, acknowledged in writes:
        index = gone.get(uid) if revision is None else place.get((uid, revision))
        first = next((i for i, known in promised if known >= acknowledged), None)
        assert first is not None, "no PROGRESS after the last write"
        if index is not None and index < first:
            continue
        lost = any(r == resource and begin <= acknowledged and asked <= end for r, begin, end in gaps)
        assert lost, (resource, uid, revision, acknowledged, "is at", index, "PROGRESS at", records[first])
        inside += 1
    return inside


def disturb(lab, producer):
    """Stops the API server in three ways. Returns the time during which it was frozen."""
    time.sleep(5)
    lab.down("apiserver")
    lab.up()
    print("restarted after TERM")
    time.sleep(8)
    lab.down("apiserver", kill=True)
    lab.up()
    print("restarted after KILL")
    time.sleep(8)
    lab.signal("apiserver", signal.SIGSTOP)
    frozen = time.time()
    time.sleep(5)
    lab.signal("apiserver", signal.SIGCONT)
    thawed = time.time()
    time.sleep(5)
    return frozen, thawed


def must_fail(check, *arguments):
    """A check that cannot fail proves nothing."""
    try:
        check(*arguments)
    except AssertionError:
        return
    raise AssertionError(f"{check.__name__} finds nothing wrong in a spoiled stream")


def spoil(records, writes):
    """Each check must find the fault that it is meant to find."""
    victim = writes[len(writes) // 2]
    lost = [r for r in records if r["type"] == "GAP" or r.get("object", {}).get("metadata", {}).get("uid") != victim[1]]
    must_fail(check_promises, [r for r in lost if r["type"] != "GAP"], writes)
    twice = next(i for i, r in enumerate(records) if r["type"] == "MODIFIED")
    must_fail(check_order, records[: twice + 1] + records[twice:])
    early = next(i for i, r in enumerate(records) if r["type"] == "PROGRESS")
    must_fail(check_order, records + [dict(records[early], received=records[-1]["received"])])


def run(folder):
    # Like one of many servers behind a load balancer, it sometimes asks for another connection.
    with Lab(APISERVER_FLAGS="--goaway-chance 0.005") as lab, Producer(lab, folder / "kube.json") as producer:
        for name in ("n1", "n2"):
            assert lab.api.call("POST", PATHS["nodes"], {"metadata": {"name": name}})[0] == 201
        producer.wait_known(time.time())  # before that a list may show only the last of several writes
        writers = [Writer(lab, number) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        frozen, thawed = disturb(lab, producer)
        for writer in writers:
            writer.going = False
        for writer in writers:
            writer.join()
        time.sleep(2)  # the controllers' last slices
        producer.wait_known(time.time())
        lab.down("controllers")
        there = {resource: lab.api.list(resource) for resource in PATHS}
        records = producer.wait_known(time.time())
        status, took = producer.stop()
        log = producer.log.read_text()
    writes = [write for writer in writers for write in writer.writes]
    assert status == 0 and took < 25, (status, took, log)
    state = final_state(records)
    for resource in PATHS:
        assert state[resource] == there[resource], (resource, state[resource], there[resource])
    check_order(records)
    inside = check_promises(records, writes)
    stalled = [r for r in records if r["type"] == "PROGRESS" and frozen + 0.5 < seconds(r["received"]) < thawed]
    assert not stalled, ("PROGRESS of a frozen server", stalled)
    assert "secret-word" not in (folder / "kube.json").read_text(), "an environment was written"
    gaps = [r for r in records if r["type"] == "GAP"]
    progress = sum(r["type"] == "PROGRESS" for r in records)
    print(f"{len(writes)} writes acknowledged, {inside} of them in a GAP, "
          f"{sum(w.unknown for w in writers)} refused or unknown; {len(records)} records, {len(gaps)} GAPs, "
          f"{progress} PROGRESS; ended in {took:.2f} s")
    print(log.splitlines()[-1])
    assert len(writes) > 500, "too few writes to prove anything"
    spoil(records, writes)


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-kube-out-") as folder:
        run(Path(folder))


if __name__ == "__main__":
    main()
