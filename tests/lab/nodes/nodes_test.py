"""The parts that make truth of the nodes' logs, and the plug-in that writes one."""
import json
import os
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]

import gather  # noqa: E402
from truth import NEVER_TAKEN, Truth  # noqa: E402
from verdict import End  # noqa: E402


def line(t, what, at, sandbox, uid, ips=(), rc=0):
    return {"t": t, "what": what, "at": at, "sandbox": sandbox, "uid": uid, "name": uid, "ips": list(ips), "rc": rc}


def add(t, sandbox, uid, *ips, rc=0, after=None):
    return [line(t, "ADD", "called", sandbox, uid), line(after or t + 5, "ADD", "returned", sandbox, uid, ips, rc)]


def delete(t, sandbox, uid, rc=0):
    return [line(t, "DEL", "called", sandbox, uid), line(t + 5, "DEL", "returned", sandbox, uid, rc=rc)]


def held(*groups):
    """(what, address, uid, before, after), in order of time."""
    log = sorted((entry for group in groups for entry in group), key=lambda entry: entry["t"])
    found = sorted(gather.holdings(log, lambda uid: uid), key=lambda record: record["before"])
    return [tuple(record[key] for key in ("what", "ip", "uid", "before", "after")) for record in found]


def test_an_address_is_held_from_the_end_of_add_to_the_beginning_of_del():
    assert held(add(10, "s", "a", "10.0.0.2", "fd00::2"), delete(30, "s", "a")) == [
        ("give", "10.0.0.2", "a", 10, 15), ("give", "fd00::2", "a", 10, 15),
        ("take", "10.0.0.2", "a", 30, 35), ("take", "fd00::2", "a", 30, 35)]


def test_an_add_that_failed_gives_nothing():
    assert not held(add(10, "s", "a", "10.0.0.2", rc=1), delete(30, "s", "a"))


def test_the_first_del_begins_the_end_and_the_first_that_succeeds_completes_it():
    assert held(add(10, "s", "a", "10.0.0.2"), delete(30, "s", "a", rc=1), delete(50, "s", "a"), delete(70, "s", "a"))[1:] == [
        ("take", "10.0.0.2", "a", 30, 55)]


def test_a_del_that_never_returned_leaves_the_end_open():
    assert held(add(10, "s", "a", "10.0.0.2"), delete(30, "s", "a")[:1])[1:] == [("take", "10.0.0.2", "a", 30, NEVER_TAKEN)]


def test_an_add_that_waited_for_a_del_gives_after_it():
    assert held(add(10, "s", "a", "10.0.0.2"), add(28, "t", "b", "10.0.0.2", after=60), delete(30, "s", "a"))[1:] == [
        ("take", "10.0.0.2", "a", 30, 35), ("give", "10.0.0.2", "b", 31, 60)]


def test_a_sandbox_that_was_forgotten_may_hold_until_its_address_is_given_again():
    assert held(add(10, "s", "a", "10.0.0.2"), add(50, "t", "b", "10.0.0.2"))[1:] == [
        ("take", "10.0.0.2", "a", 15, 50), ("give", "10.0.0.2", "b", 50, 55)]


def mirror(uid, manifest):
    return {"metadata": {"uid": uid, "annotations": {gather.HASH: manifest}}}


def test_all_mirrors_of_a_manifest_are_one_pod():
    assert gather.mirrors_of([mirror("u1", "h"), mirror("u1", "h"), mirror("u2", "h"), mirror("u3", "i"),
                              {"metadata": {"uid": "u4"}}]) == {"h": ["u1", "u2"], "i": ["u3"]}


def test_a_gateway_is_its_nodes_address():
    log = {"n1": [{"gateways": ["10.0.0.1"]}, {}], "n2": []}
    nodes = gather.nodes_of(["n1 192.0.2.1 10.0.0.0/28", "n2 192.0.2.2 10.0.0.16/28", "n2 192.0.2.2 10.0.0.32/28"], log)
    assert nodes == {"n1": {"address": "192.0.2.1,10.0.0.1", "range": "10.0.0.0/28"},
                     "n2": {"address": "192.0.2.2", "range": "10.0.0.16/28,10.0.0.32/28"}}


def truth_of(folder, *records):
    gather.write(folder / "truth-cni", records)
    (folder / "nodes.json").write_text(json.dumps({"n1": {"address": "192.0.2.1,10.0.0.1", "range": "10.0.0.0/28"}}))
    (folder / "services.json").write_text(json.dumps({"web": {"namespace": "shop", "address": "10.96.0.10,fd00:96::10"}}))
    (folder / "mirrors.json").write_text(json.dumps({"second": "first"}))
    return Truth(str(folder))


def test_what_kind_of_address_it_is(tmp_path):
    truth = truth_of(tmp_path)
    wanted = {"10.0.0.1": "node", "10.0.0.2": "pod", "fd00:96::10": "service", "198.51.100.7": "outside",
              "fe80::1": "nobody", "ff02::2": "nobody", "::": "nobody", "127.0.0.1": "nobody"}
    assert {ip: truth.kind(ip) for ip in wanted} == wanted


def end_of(truth, ip, tag):
    flow = {"source": {"ip": ip, "packets": 1}, "destination": {"ip": "198.51.100.7"}, "tenure": {"source": tag},
            "event": {"start": "1970-01-01T00:00:20Z", "end": "1970-01-01T00:00:21Z"}}
    return End(types.SimpleNamespace(place=(0, 0)), flow, "source", truth)


def pod(uid):
    return {"status": "known", "kind": "pod", "k8s": {"pod": {"uid": uid}}}


def test_each_mirror_is_a_right_name_and_another_pod_is_not(tmp_path):
    give = {"what": "give", "ip": "10.0.0.2", "uid": "first", "name": "static", "before": 0, "after": 1}
    truth = truth_of(tmp_path, give)
    assert [end_of(truth, "10.0.0.2", pod(uid)).wrong for uid in ("first", "second", "other")] == [False, False, True]


def test_any_name_for_an_address_that_nobody_can_have_is_wrong(tmp_path):
    truth = truth_of(tmp_path)
    assert end_of(truth, "fe80::1", {"status": "known", "kind": "outside"}).wrong
    assert not end_of(truth, "fe80::1", {"status": "unknown"}).wrong


def test_the_plug_in_logs_what_the_other_one_answered(tmp_path):
    answer = {"ips": [{"address": "10.0.0.2/28", "gateway": "10.0.0.1"}, {"address": "fd00::2/124"}]}
    (tmp_path / "ptp").write_text(f"#!/bin/sh\ngrep -q '\"type\": \"ptp\"' && echo '{json.dumps(answer)}'\n")
    (tmp_path / "ptp").chmod(0o755)
    log = tmp_path / "log"
    environment = {"CNI_COMMAND": "ADD", "CNI_CONTAINERID": "s", "CNI_PATH": str(tmp_path),
                   "CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_UID=u"}
    config = {"type": "cnilog", "delegate": "ptp", "log": str(log), "delays": str(tmp_path / "delays")}
    done = subprocess.run([os.path.join(HERE, "cnilog")], input=json.dumps(config), text=True, env=dict(os.environ, **environment),
                          stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout) == answer
    called, returned = map(json.loads, log.read_text().splitlines())
    assert (called["at"], called["uid"], called["sandbox"]) == ("called", "u", "s")
    assert (returned["rc"], returned["ips"], returned["gateways"]) == (0, ["10.0.0.2", "fd00::2"], ["10.0.0.1"])
    assert called["t"] <= returned["t"]
