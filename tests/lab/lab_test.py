"""The lab's own parts: what a kubelet writes, what the truth says, and that the checker can fail."""
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import check  # noqa: E402
import clock  # noqa: E402
from kubeview import KubeView, instant  # noqa: E402
from links import Links  # noqa: E402
from status import PodStatus, stamp  # noqa: E402
from taken import Record  # noqa: E402
from truth import Nearness, Truth, hand_overs  # noqa: E402
from verdict import completeness, ends_of  # noqa: E402

SECOND = 1_000_000_000
T = instant("2026-11-23T08:00:00Z")


def event(kind, **more):
    return {"type": kind, "ip": "10.244.0.10", "restarts": 0, **more}


def play(profile, *events):
    status = PodStatus(profile, "192.0.2.1", False)
    for second, happened in enumerate(events):
        status.take(happened, T + second * SECOND, T + second * SECOND + 900_000_000)
    return status


def condition(status, kind):
    body = status.patch("u", "i")["status"]
    return {c["type"]: (c["status"], c["lastTransitionTime"]) for c in body["conditions"]}.get(kind)


def test_an_early_kubelet_says_ready_before_it_says_the_address():
    status = play("early", event("accepted"), event("sandbox_ready"))
    assert condition(status, "PodReadyToStartContainers") == ("True", "2026-11-23T08:00:01Z")
    assert status.patch("u", "i")["status"]["podIP"] is None


def test_a_late_kubelet_says_ready_with_the_running_container():
    status = play("late", event("accepted"), event("sandbox_ready"))
    assert condition(status, "PodReadyToStartContainers")[0] == "False"
    status = play("late", event("accepted"), event("sandbox_ready"), event("container_started"))
    assert condition(status, "PodReadyToStartContainers") == ("True", "2026-11-23T08:00:02Z")


def test_an_old_kubelet_never_writes_the_condition():
    status = play("none", event("accepted"), event("sandbox_ready"), event("container_started"))
    assert condition(status, "PodReadyToStartContainers") is None
    assert status.patch("u", "i")["status"]["podIP"] == "10.244.0.10"


def test_a_finished_pod_keeps_its_address_in_the_status():
    status = play("early", event("accepted"), event("sandbox_ready"), event("container_started"),
                  event("container_exited", exit=0, recreating=False), event("sandbox_stopped", stopping=True))
    body = status.patch("u", "i")["status"]
    assert (body["phase"], body["podIP"]) == ("Succeeded", "10.244.0.10")
    assert body["containerStatuses"][0]["state"]["terminated"]["finishedAt"] == "2026-11-23T08:00:03Z"
    assert condition(status, "PodReadyToStartContainers")[0] == "False"


def test_a_time_is_cut_not_rounded():
    assert stamp(T + 999_999_999) == "2026-11-23T08:00:00Z"


# ---- truth and verdict ----

A, B = "10.244.0.10", "10.244.0.11"


def write(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def change(what, ip, uid, second):
    return {"what": what, "ip": ip, "uid": uid, "name": "pod-" + uid, "before": T + int(second * SECOND),
            "after": T + int(second * SECOND) + 1000}


def lab(path, sightings=()):
    """A's address is u1's from 0 to 10 s, u2's from 10.5 s; B's is u3's throughout."""
    write(path / "truth-n1", [change("give", A, "u1", 0), change("give", B, "u3", 0), change("take", A, "u1", 10),
                              change("give", A, "u2", 10.5)])
    write(path / "work-n1", sightings)
    (path / "nodes.json").write_text('{"n1":{"address":"192.168.77.11","range":"10.244.0.0/24"}}')
    (path / "services.json").write_text('{"web":{"address":"10.96.0.9","namespace":"shop"},'
                                        '"queue":{"address":null,"namespace":"shop"}}')
    return Truth(str(path))


def text_of(second):
    return stamp(T + int(second * SECOND))[:-1] + f".{int(second * 1000) % 1000:03}Z"


def known(uid):
    return {"status": "known", "kind": "pod", "k8s": {"pod": {"name": "pod-" + uid, "uid": uid}}}


def tagged(start, end, source, destination, packets=(3, 3), offset=0, to=B):
    flow = {"event": {"start": text_of(start), "end": text_of(end), "duration": int((end - start) * SECOND)},
            "source": {"ip": A, "port": 4000, "packets": packets[0]},
            "destination": {"ip": to, "port": 8080, "packets": packets[1]}}
    whole = dict(flow, tenure={"source": source, "destination": destination, "revision": 1,
                               "flow": {"topic": "f", "partition": 0, "offset": offset}})
    return (Record(0, offset, json.dumps(flow).encode()),
            Record(0, offset, json.dumps(whole).replace(', "tenure"', ',"tenure"').encode()))


def wrong_sides(truth, record):
    return [end.side for end in ends_of([record], truth) if end.wrong]


def test_the_holder_throughout_is_right_and_another_is_wrong(tmp_path):
    truth = lab(tmp_path)
    assert wrong_sides(truth, tagged(2, 3, known("u1"), known("u3"))[1]) == []
    assert wrong_sides(truth, tagged(2, 3, known("u2"), known("u3"))[1]) == ["source"]


def test_a_name_is_wrong_while_nobody_holds_the_address(tmp_path):
    assert wrong_sides(lab(tmp_path), tagged(10.1, 10.3, known("u1"), known("u3"))[1]) == ["source"]


def test_a_name_is_wrong_when_the_address_changed_hands_inside_the_flow(tmp_path):
    assert wrong_sides(lab(tmp_path), tagged(9, 11, known("u1"), known("u3"))[1]) == ["source"]


def test_what_the_workloads_logged_decides_where_data_flowed(tmp_path):
    seen = {"t": T + 9 * SECOND, "what": "seen", "side": "server", "uid": "u3", "local": B + ":8080",
            "remote": A + ":4000", "peer": "u1"}
    truth = lab(tmp_path, [seen])
    assert wrong_sides(truth, tagged(9, 11, known("u1"), known("u3"))[1]) == []
    assert truth.disagreements() == []


def test_who_surely_had_it_is_right_while_the_next_is_being_given_it(tmp_path):
    """A plug-in takes a second or two, and what was sent to the last holder is sent again meanwhile."""
    lab(tmp_path)
    write(tmp_path / "truth-n1", [change("give", A, "u1", 0), change("give", B, "u3", 0), change("take", A, "u1", 10),
                                  {**change("give", A, "u2", 10.5), "after": T + 12 * SECOND}])
    truth = Truth(str(tmp_path))
    for start, end, named, right in ((9, 11, "u1", True), (9, 11, "u2", False), (9, 12.5, "u1", False), (9, 12.5, "u2", False),
                                     (10.2, 12.5, "u2", True), (10.2, 11, "u1", False)):
        assert (wrong_sides(truth, tagged(start, end, known(named), known("u3"))[1]) == []) == right, (start, end, named)
    assert wrong_sides(truth, tagged(9, 11, known("u1"), known("u3"), packets=(0, 3))[1]) == ["source"]


def test_a_flow_that_the_last_holder_may_have_begun_is_not_the_next_ones(tmp_path):
    lab(tmp_path)
    write(tmp_path / "truth-n1", [change("give", A, "u1", 0), change("give", B, "u3", 0), {**change("take", A, "u1", 10), "after": T + 11 * SECOND},
                                  change("give", A, "u2", 12)])
    assert wrong_sides(Truth(str(tmp_path)), tagged(10.2, 12.5, known("u2"), known("u3"))[1]) == ["source"]


def test_logs_that_contradict_each_other_are_found(tmp_path):
    seen = {"t": T + 9 * SECOND, "what": "seen", "side": "server", "uid": "u3", "local": B + ":8080",
            "remote": A + ":4000", "peer": "u2"}
    assert [(end, uid) for end, uid, _ in lab(tmp_path, [seen]).disagreements()] == [(A + ":4000", "u2")]


def test_a_process_that_waited_wrote_late_what_it_saw(tmp_path):
    """It read what u1 had sent when u1 was gone; it had asked u1 before."""
    seen = {"t": T + int(10.3 * SECOND), "what": "seen", "side": "client", "uid": "u3", "local": B + ":4000", "remote": A + ":8080", "peer": "u1"}
    assert [uid for _, uid, _ in lab(tmp_path, [seen]).disagreements()] == ["u1"]
    assert lab(tmp_path, [dict(seen, start=T + int(9.9 * SECOND))]).disagreements() == []


def test_a_service_address_is_a_service(tmp_path):
    service = {"status": "known", "kind": "service", "service": {"name": "web", "namespace": "shop"}}
    truth = lab(tmp_path)
    assert wrong_sides(truth, tagged(2, 3, known("u1"), service, to="10.96.0.9")[1]) == []
    assert wrong_sides(truth, tagged(2, 3, known("u1"), known("u3"), to="10.96.0.9")[1]) == ["destination"]


def test_hand_overs_have_a_gap_and_flows_a_distance(tmp_path):
    overs = hand_overs(lab(tmp_path))
    assert [(over.old.uid, over.new.uid, round(over.gap, 3)) for over in overs] == [("u1", "u2", 0.5)]
    near = Nearness(overs)
    assert near.within(A, T + 13 * SECOND, T + 14 * SECOND, 3 * SECOND)
    assert not near.within(A, T + 14 * SECOND, T + 15 * SECOND, 3 * SECOND)


def test_lost_doubled_and_altered_records_are_found():
    flows, records = zip(*(tagged(2, 3, known("u1"), known("u3"), offset=i) for i in range(4)))
    assert completeness(flows, records, []) == ([], [], [])
    assert completeness(flows, records[1:], []) == ([(0, 0)], [], [])
    assert completeness(flows, records + records[2:3], []) == ([], [(0, 2)], [])
    other = Record(0, 9, records[3].value.replace(b"4000", b"4001"))
    assert completeness(flows, records[:3] + (other,), []) == ([], [], [(0, 3)])


def test_each_injection_is_one_finding(tmp_path):
    truth = lab(tmp_path)
    flows, records = zip(*(tagged(2, 3, known("u1"), known("u3"), offset=i) for i in range(4)))
    for kind, finding in (("loss", (1, 0)), ("double", (0, 1)), ("wrong", (0, 0))):
        damaged = list(records)
        check.inject(kind, damaged)
        lost, doubled, _ = completeness(flows, damaged, [])
        assert (len(lost), len(doubled)) == finding
        assert sum(end.wrong for end in ends_of(damaged, truth)) == (kind == "wrong")


# ---- what was told of interfaces ----

def interface(uid, ip, first, last, since=None, until=None):
    status = {"addresses": [{"ip": ip, "first": text_of(first), "last": text_of(last)}]}
    status.update({name: text_of(at) for name, at in (("since", since), ("until", until)) if at is not None})
    return {"type": "MODIFIED", "resource": "interfaces", "received": text_of(last),
            "object": {"metadata": {"name": "veth" + uid, "uid": uid}, "spec": {"node": "n1"}, "status": status}}


def said(number, uid, ip, first, last, alone=None, confirmed=None):
    """The record NUMBER of its meter. ALONE: since, until, and whether it is open."""
    told = interface(uid, ip, first, last)
    told["object"]["spec"]["meter"] = {"id": "1", "start": text_of(0), "record": number}
    if alone:
        told["object"]["status"]["addresses"][0]["alone"] = {"since": text_of(alone[0]), "until": text_of(alone[1]), **({"open": True} if alone[2] else {})}
    if confirmed:
        told["object"]["status"]["confirmed"] = text_of(confirmed)
    return told


def missed(truth, *envelopes):
    bars = check.Bars("all")
    Links(envelopes, truth.ahead).check(bars, truth)
    return bars.missed


def test_an_interface_has_one_pods_address_for_some_of_the_time_that_the_pod_has_it(tmp_path):
    truth = lab(tmp_path)
    assert missed(truth, interface("1", A, 1, 2, since=-1), interface("1", A, 1, 9, until=10.1)) == 0
    assert missed(truth, interface("1", A, 10.6, 12), interface("2", B, 1, 12)) == 0
    assert missed(truth, interface("1", A, 9, 11)) == 1             # of two pods
    assert missed(truth, interface("1", A, 10.2, 10.3)) == 1        # of none
    assert missed(truth, interface("1", "192.168.77.11", 1, 2)) == 1    # of the node
    assert missed(truth, interface("1", A, 1, 2, since=0.5)) == 1   # there before
    assert missed(truth, interface("1", A, 1, 9, until=9.5)) == 1   # there still


def test_an_interface_is_the_next_pods_while_the_last_one_is_still_being_removed(tmp_path):
    """A plug-in frees an address before it has returned."""
    lab(tmp_path)
    write(tmp_path / "truth-n1", [change("give", A, "u1", 0), {**change("take", A, "u1", 10), "after": T + 11 * SECOND}, change("give", A, "u2", 10.5)])
    truth = Truth(str(tmp_path))
    assert missed(truth, interface("2", A, 10.7, 12)) == 0
    assert missed(truth, interface("2", A, 9.9, 12)) == 1


def test_what_is_alone_is_so_up_to_what_is_confirmed(tmp_path):
    truth = lab(tmp_path)
    first, other = said(1, "1", A, 1, 2, (0, 3, True)), said(3, "3", B, 1, 12, (1, 12, True), confirmed=12)
    second = said(2, "2", A, 10.6, 11, (10, 11, True))
    assert missed(truth, first, said(2, "2", A, 10.6, 11, (10, 11, True), confirmed=10.4)) == 0
    assert missed(truth, first, second, other) == 1                                     # the first one's was over
    assert missed(truth, first, said(4, "2", A, 10.6, 11, (10, 11, True), confirmed=12)) == 0   # one is missing between
    assert missed(truth, first, second, said(3, "1", A, 1, 2, (0, 3, False)), said(4, "3", B, 1, 12, (1, 12, True), confirmed=12)) == 0
    assert missed(truth, said(1, "1", A, 1, 9, (0, 11, False)), second) == 1            # without being confirmed
    assert Links([first, second, other], {}).longer == [9 * SECOND, SECOND]


def test_what_the_workloads_logged_shows_who_else_sent(tmp_path):
    seen = {"t": T + 11 * SECOND, "what": "seen", "side": "server", "uid": "u3", "local": B + ":8080", "remote": A + ":4000", "peer": "u2"}
    truth = lab(tmp_path, [seen])
    assert missed(truth, said(1, "1", A, 1, 9, (0, 10.9, False))) == 0
    assert missed(truth, said(1, "1", A, 1, 9, (0, 9, True), confirmed=12)) == 1


def test_nothing_was_told_where_there_is_no_record_of_an_interface():
    assert not Links([pod("ADDED", "u1", 2, 0, "Running")], {})
    assert Links([interface("1", A, 1, 2)], {})


# ---- a node's wrong clock ----

def test_a_clock_that_is_ahead_moves_each_time_and_keeps_its_digits():
    record = b'{"event":{"start":"2026-11-23T08:00:59.900Z","end":"2026-11-23T08:01:00Z"},"text":"at 2026-11-23T08:00:00Z","duration":5}'
    assert clock.move(record, 200_000_000) == (b'{"event":{"start":"2026-11-23T08:01:00.100Z","end":"2026-11-23T08:01:00Z"},'
                                               b'"text":"at 2026-11-23T08:00:00Z","duration":5}')


def test_a_meter_whose_clock_is_wrong_is_judged_by_the_machines_time(tmp_path):
    truth = lab(tmp_path)
    truth.ahead = {"n1": 2 * SECOND}
    record = tagged(4, 5, known("u1"), known("u3"))[1]
    flow = dict(record.json(), observer={"hostname": "n1"})
    end = next(ends_of([Record(0, 0, json.dumps(flow).encode())], truth))
    assert (end.start, end.end, end.told_end) == (T + 2 * SECOND, T + 3 * SECOND, T + 5 * SECOND)
    assert missed(truth, interface("1", A, 3, 11.5, since=1.5, until=12.1)) == 0


# ---- the simpler rules ----

def pod(kind, uid, second, created, phase, ip=A):
    status = {"phase": phase, "podIP": ip,
              "containerStatuses": [{"state": {"running": {"startedAt": stamp(T + (created + 1) * SECOND)}}}]}
    return {"type": kind, "resource": "pods", "received": stamp(T + second * SECOND), "object": {
        "metadata": {"uid": uid, "name": "pod-" + uid, "creationTimestamp": stamp(T + created * SECOND)},
        "spec": {}, "status": status}}


def test_a_table_of_the_present_forgets_and_takes_the_next_owner_for_the_last():
    view = KubeView([pod("ADDED", "u1", 2, 0, "Running"), pod("MODIFIED", "u1", 10, 0, "Succeeded"),
                     pod("ADDED", "u2", 12, 8, "Running"), pod("DELETED", "u1", 14, 0, "Succeeded")])
    assert view.informer(A, T + 5 * SECOND) == "u1"
    assert view.informer(A, T + 11 * SECOND) is None
    assert view.informer(A, T + 65 * SECOND) == "u2"
    assert view.last_owner(A) == "u2"
    assert view.created_to_deleted(A, T + 9 * SECOND) == "u2"
    assert view.newest_start(A, T + 5 * SECOND) == "u1"
