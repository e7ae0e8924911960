#!/usr/bin/env python3
"""Goal: a tenure-kube that was killed continues where its own output ends, and says so when it cannot.

Against a real API server it is killed with -9 (half a line is left behind), stopped with TERM, kept away until
the server has forgotten the revision, and started on an output without a PROGRESS.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(__file__))
from kube_api import PATHS, Lab, Producer, final_state, pod, running, seconds  # noqa: E402

NAMESPACE = "/api/v1/namespaces/default"


def change(lab, name):
    """Three changes of one pod, which is gone after the last."""
    assert lab.api.call("POST", f"{NAMESPACE}/pods", pod(name))[0] == 201
    status, answer = lab.api.call("PATCH", f"{NAMESPACE}/pods/{name}/status", running("10.64.0.9"),
                                  "application/strategic-merge-patch+json")
    assert status == 200, answer
    assert lab.api.call("DELETE", f"{NAMESPACE}/pods/{name}?gracePeriodSeconds=0")[0] == 200
    return answer["metadata"]["uid"]


def check_history(records, uid, listed=False):
    """The whole life of a pod: each change once, in order; LISTED: a list may show it again."""
    own = [r for r in records if r.get("object", {}).get("metadata", {}).get("uid") == uid]
    if listed:
        own = list({r["object"]["metadata"]["resourceVersion"]: r for r in reversed(own)}.values())[::-1]
    kinds = [r["type"] for r in own]
    revisions = [int(r["object"]["metadata"]["resourceVersion"]) for r in own]
    assert kinds[0] == "ADDED" and kinds[-1] == "DELETED" and set(kinds[1:-1]) == {"MODIFIED"}, kinds
    assert revisions == sorted(set(revisions)), revisions


def check_state(lab, records):
    state = final_state(records)
    for resource in PATHS:
        assert state[resource] == lab.api.list(resource), resource


def killed(lab, producer):
    producer.wait_known(time.time())
    producer.kill()
    with producer.out.open("ab") as out:
        out.write(b'{"type":"MODIFIED","cluster":"lab","resource":"pods","rec')
    uid = change(lab, "while-killed")
    before = len(producer.records())
    producer.start()
    records = producer.wait_known(time.time())
    new = records[before:]
    check_history(new, uid)
    assert not any(r["type"] in ("GAP", "SYNC_BEGIN") for r in new), "a resumed watch needs no list"
    print("killed: resumed without a GAP, nothing lost, nothing twice")


def ended(lab, producer):
    status, took = producer.stop()
    assert status == 0 and took < 25, (status, took)
    uid = change(lab, "while-ended")
    before = len(producer.records())
    producer.start()
    new = producer.wait_known(time.time())[before:]
    check_history(new, uid)
    assert not any(r["type"] in ("GAP", "SYNC_BEGIN") for r in new)
    print(f"ended by TERM in {took:.2f} s: resumed without a GAP")


def forgotten(lab, producer):
    producer.stop()
    known = max(seconds(r["known"]) for r in producer.records() if r["type"] == "PROGRESS")
    change(lab, "forgotten")
    lab.down("apiserver")
    lab.up()
    started = time.time()
    before = len(producer.records())
    producer.start()
    records = producer.wait_known(time.time())
    gaps = [r for r in records[before:] if r["type"] == "GAP"]
    assert {r["resource"] for r in gaps} >= {"pods"}, gaps
    for gap in gaps:
        assert gap["reason"] == "expired", gap
        assert seconds(gap["from"]) <= known + 0.001 and seconds(gap["to"]) >= started, (gap, known, started)
    check_state(lab, records)
    print(f"forgotten by the server: {len(gaps)} GAPs from the last known to the list")


def without_progress(lab, producer):
    producer.stop()
    first = producer.records()[0]
    with producer.out.open("w") as out:
        out.write(json.dumps(first) + "\n")
    producer.start()
    records = producer.wait_known(time.time())
    gaps = [r for r in records if r["type"] == "GAP"]
    assert {r["resource"] for r in gaps} == set(PATHS), gaps
    assert all(r["from"] == first["received"] and r["reason"] == "restart" for r in gaps), gaps
    check_state(lab, records)
    print("output without a PROGRESS: a GAP of every resource and a list")


def planned(lab, folder):
    """A SYNC at an interval lists again, at the watch's own revision, and loses nothing."""
    with Producer(lab, folder / "planned.json", "--sync-interval", "3s") as producer:
        uids = []
        for number in range(12):
            uids.append(change(lab, f"planned-{number}"))
            time.sleep(0.5)
        records = producer.wait_known(time.time())
        producer.stop()
    syncs = sum(r["type"] == "SYNC_END" and r["resource"] == "pods" for r in records)
    assert syncs >= 2, syncs
    assert not any(r["type"] == "GAP" for r in records)
    for uid in uids[2:]:
        check_history(records, uid, listed=True)
    check_state(lab, records)
    print(f"planned: {syncs} lists of pods, no GAP, every change of {len(uids)} pods is there")


def main():
    with tempfile.TemporaryDirectory(prefix="tenure-kube-out-") as name, Lab() as lab:
        folder = Path(name)
        with Producer(lab, folder / "kube.json") as producer:
            killed(lab, producer)
            ended(lab, producer)
            forgotten(lab, producer)
            without_progress(lab, producer)
        planned(lab, folder)


if __name__ == "__main__":
    main()
