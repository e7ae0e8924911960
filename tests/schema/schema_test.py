"""The schemas pass what is right and nothing else; the documents and what the repository holds."""
import copy
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "tests/oracle")]

import asking  # noqa: E402
import asyncapi  # noqa: E402
import history  # noqa: E402
import validate  # noqa: E402
from oracle import Timeline  # noqa: E402
from records import KINDS, kind_of_name, kind_of_record, lines_of  # noqa: E402

T = "2026-11-23T08:00:00.5Z"
SIDE = {"ip": "10.244.1.17", "port": 4000, "bytes": 10, "packets": 1, "frame_bytes": 20}
FLOW = {
    "event": {"start": T, "end": T, "duration": 0},
    "network": {"type": "ipv4", "transport": "tcp", "community_id": "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=", "bytes": 20,
                "packets": 2, "frame_bytes": 40},
    "source": SIDE, "destination": dict(SIDE, port=80),
    "tcp": {"flags": {"source": "APSF", "destination": "AS"},
            "handshake": {"rtt": 3, "server_rtt": 1, "client_rtt": 2},
            "retransmissions": {"source": 0, "destination": 0}},
    "requests": {"count": 1, "response_time": {"count": 1, "sum": 9, "min": 9, "max": 9, "histogram": {
        "scale": 3, "offset": 25, "counts": [1]}}},
    "flow": {"id": "0123456789abcdef", "slice": 0, "end_reason": "end_of_flow", "initiator": "syn"},
    "observer": {"hostname": "n1", "interface": {"name": "eth0", "id": 2, "uid": "n1-1-2-0"}}}
POD = {"type": "ADDED", "cluster": "prod", "resource": "pods", "received": T, "object": {
    "kind": "Pod", "metadata": {"name": "a", "namespace": "shop", "uid": "u", "resourceVersion": "12",
                                "creationTimestamp": "2026-11-23T08:00:00Z"},
    "spec": {"nodeName": "n1"}, "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]}}}
INTERFACE = {"type": "DELETED", "cluster": "prod", "resource": "interfaces", "received": T, "object": {
    "kind": "Interface", "metadata": {"name": "veth12", "uid": "n1-12-1"},
    "spec": {"node": "n1", "host": "n1.example.com", "index": 12, "mac": "0a:58:0a:f4:01:07", "meter": {"id": "n1", "start": T}},
    "status": {"since": T, "until": T, "addresses": [{"ip": "10.0.0.1", "first": T, "last": T}]}}}
GAP = {"type": "GAP", "cluster": "prod", "resource": "pods", "received": T, "from": T, "to": T, "reason": "expired"}
PROGRESS = {"type": "PROGRESS", "cluster": "prod", "received": T, "known": T, "revisions": {"pods": "845"}}
BEGIN = {"type": "SYNC_BEGIN", "cluster": "prod", "resource": "jobs", "received": T, "resourceVersion": "8", "scope": {}}
REJECTED = {"reason": "wrong_type", "member": "event.end", "detail": "a time", "record": "{}",
            "flow": {"topic": "tenure.flows", "partition": 3, "offset": 991}}

NAMES = json.loads((ROOT / "docs/schemas/tenure.flows.statistics.json").read_text())["properties"]["counters"]["required"]
STATISTICS = {"event": {"start": T, "end": T}, "observer": {"hostname": "n1"}, "final": True, "counters": dict.fromkeys(NAMES, 1),
              "interfaces": [{"name": "eth0", "id": 2, "ring_bytes": 262144, "frames": 1, "kernel_drops": 0, "interface_drops": 0, "unread": 0}]}
SIDES = {"source": 1, "destination": 2}
TIMES = {"count": 1, "sum": 9, "min": 9, "max": 9, "mean": 9, "p50": 9, "p95": 9, "p99": 9,
         "histogram": {"scale": 3, "offset": 25, "counts": [1]}}
EDGE = {
    "window": {"from": T, "to": T}, "id": "service/shop/web|outside", "directed": True, "flows": 1, "provisional": 0,
    "source": {"id": "service/shop/web", "label": "shop/web", "kind": "service", "namespace": "shop", "name": "web"},
    "target": {"id": "outside", "label": "outside", "kind": "outside"}, "bytes": SIDES, "packets": SIDES,
    "retransmissions": SIDES, "handshake": TIMES, "requests": {"count": 1, "response_time": TIMES},
    "errors": {"refused": 0, "unanswered": 0, "reset": 1}}


def tagged(start):
    """A record with the pod that X had from 10 to 20 s and a known service, from the oracle."""
    records = asking.lived(asking.covered(cluster="prod"), "a", asking.X, 10, 20)
    records.event("ADDED", "services", 5, history.service("cart", "10.96.0.10"))
    records.progress(60)
    timeline = records.feed(Timeline())
    return json.loads(timeline.tag(history.flow(start, start + 1, asking.X, "10.96.0.10"), ("tenure.flows", 0, 0)))


def correction(start):
    record = tagged(start)
    record["tenure"].update(revision=2, revises={"topic": "tenure.flows.tagged", "partition": 0, "offset": 7})
    return record


GOOD = {"flows": [FLOW], "kube": [POD, INTERFACE, GAP, PROGRESS, BEGIN], "rejected": [REJECTED], "edges": [EDGE],
        "statistics": [STATISTICS],
        "tagged": [tagged(12), tagged(20), correction(12)]}


def fault(kind, record):
    return validate.fault_of(validate.validator(kind), json.dumps(record).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_good_records_pass(kind):
    for record in GOOD[kind]:
        assert fault(kind, record) is None


def every_object(value, path=()):
    if isinstance(value, dict):
        yield path
        for name, member in value.items():
            yield from every_object(member, path + (name,))


def member(record, path):
    for name in path:
        record = record[name]
    return record


FOREIGN = {"tagged": [(), ("event",), ("source",), ("destination",), ("network",)], "kube": []}


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_member_is_refused_wherever_the_object_is_ours(kind):
    for good in GOOD[kind]:
        for path in every_object(good):
            record = copy.deepcopy(good)
            member(record, path)["surprise"] = 1
            assert (fault(kind, record) is None) == (path in FOREIGN.get(kind, [])), path


REQUIRED = {
    "flows": [("event", "end"), ("source", "ip"), ("source", "port"), ("tcp",), ("flow", "slice"), ("observer",)],
    "kube": [("type",), ("cluster",), ("received",)],
    "edges": [("window", "from"), ("id",), ("source", "id"), ("directed",), ("errors", "reset"), ("requests", "count")],
    "statistics": [("event", "start"), ("observer", "hostname"), ("final",), ("counters", "frames"), ("counters", "kernel_drops"), ("interfaces",)],
    "rejected": [("reason",), ("detail",), ("record",), ("flow", "offset")],
    "tagged": [("event", "end"), ("source", "ip"), ("tenure",), ("tenure", "revision"), ("tenure", "kube", "known"),
               ("tenure", "source", "binding"), ("tenure", "source", "k8s"), ("tenure", "destination", "service"),
               ("tenure", "source", "binding", "end_from")]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_member_is_refused(kind):
    for good in GOOD[kind]:
        for path in REQUIRED[kind]:
            record = copy.deepcopy(good)
            del member(record, path[:-1])[path[-1]]
            assert fault(kind, record), path


def test_a_first_answer_revises_nothing_and_a_correction_is_final():
    first, second = tagged(12), correction(12)
    first["tenure"]["revises"] = second["tenure"]["revises"]
    assert fault("tagged", first)
    second["tenure"].update(provisional=True, provisional_reason="kube_stalled")
    assert fault("tagged", second)
    del second["tenure"]["provisional"], second["tenure"]["provisional_reason"], second["tenure"]["revises"]
    assert fault("tagged", second)


WRONG = [
    ("flows", ("source", "port"), "80"), ("flows", ("event", "end"), "yesterday"), ("flows", ("event", "duration"), 1.5),
    ("flows", ("network", "transport"), "TCP"), ("flows", ("flow", "end_reason"), "bored"),
    ("flows", ("tcp", "flags", "source"), "SA"), ("tagged", ("tenure", "source", "status"), "sure"),
    ("tagged", ("tenure", "source"), {"status": "unknown"}), ("tagged", ("tenure", "rules"), 1),
    ("tagged", ("tenure", "source"), {"status": "ambiguous", "reason": "gap"}),
    ("tagged", ("tenure", "provisional"), True), ("tagged", ("tenure", "source", "services"), []),
    ("tagged", ("tenure", "source", "candidates"), []),
    ("edges", ("window", "to"), None), ("edges", ("flows",), -1), ("edges", ("directed",), "no"),
    ("rejected", ("reason",), "because"), ("kube", ("type",), "CHANGED"), ("kube", ("received",), 7)]


@pytest.mark.parametrize("kind,path,value", WRONG)
def test_a_wrong_value_is_refused(kind, path, value):
    for good in GOOD[kind]:
        record = copy.deepcopy(good)
        member(record, path[:-1])[path[-1]] = value
        assert fault(kind, record)


def test_secrets_of_a_pod_are_refused():
    for place, value in (("volumes", []), ("containers", [{"env": []}]), ("serviceAccountName", "a")):
        record = copy.deepcopy(POD)
        record["object"]["spec"][place] = value
        assert fault("kube", record)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":"\xff"}'])
def test_what_is_no_record_is_refused(line):
    assert validate.fault_of(validate.validator("tagged"), line)


def test_a_fault_names_the_member():
    record = copy.deepcopy(GOOD["tagged"][0])
    record["tenure"]["source"]["binding"]["start"] = "soon"
    assert fault("tagged", record).startswith("tenure.source.binding.start: ")


def test_the_documents_are_right():
    assert validate.main([]) == 0


@pytest.mark.parametrize("wrong,right", [
    ("tenure.flows.json", "nowhere.json"), ("bindingVersion: 0.5.0", "bindingVersion: 0.4.0"),
    ("partitions: 1\n", "parts: 1\n"), ("action: send", "action: post"), ("[delete]", "[compact]"),
    ("#/channels/flows/messages/flow", "#/channels/flows/messages/flood")])
def test_a_wrong_document_is_refused(tmp_path, wrong, right):
    (tmp_path / "schemas").symlink_to(validate.SCHEMAS)
    document = (ROOT / "docs/asyncapi.yaml").read_text()
    assert wrong in document
    (tmp_path / "asyncapi.yaml").write_text(document.replace(wrong, right))
    assert asyncapi.faults(tmp_path / "asyncapi.yaml", tmp_path / "schemas")


def faults_of(lines, kind_of):
    checks = {kind: validate.validator(kind) for kind in KINDS}
    found = [(number, kind_of(line), line) for number, line in enumerate(lines, 1)]
    return [f"{number}: {fault}" for number, kind, line in found
            if kind and (fault := validate.fault_of(checks[kind], line))]


@pytest.mark.parametrize("path", sorted(ROOT.glob("tests/cases/*/expect")), ids=lambda path: path.parent.name)
def test_what_cases_expect_is_valid(path):
    assert faults_of(path.read_bytes().splitlines(), kind_of_record) == []


@pytest.mark.parametrize("path", [path for path in sorted(ROOT.glob("tests/fixtures/**/*"))
                                  if path.is_file() and kind_of_name(path)], ids=lambda path: path.name)
def test_fixtures_are_valid(path):
    kind = kind_of_name(path)
    assert faults_of(lines_of(path), lambda line: kind) == []
