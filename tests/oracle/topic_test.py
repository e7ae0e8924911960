"""The topic, positions, coverage, gaps, and the tag itself (answers.md sections 1, 2 and 6)."""
import json

import pytest

import flows
import history
import moments
import shapes
from asking import X, Y, Z, ask, covered, lived, short
from history import History, at, container, node, pod, service
from oracle import Options, Timeline


@pytest.mark.parametrize("resource", ["pods", "nodes", "services", None])
def test_a_gap_leaves_only_what_is_certain(resource):
    records = lived(covered(), "a", X, 10, 20)
    records.gap(resource, 12, 14, 15)
    assert short(ask(records, X, 13)) == "known uid-a"
    assert short(ask(records, X, 10.6, sent=True)) == "unknown gap"
    assert short(ask(records, X, 23)) == "unknown between_holders"
    assert short(ask(records, X, 1.4)) == "unknown before_first"
    assert short(ask(records, X, 1.5)) == "unknown gap"
    assert short(ask(records, X, 14.5, sent=True)) == "known uid-a"
    assert short(ask(records, Y, 14.5)) == "unknown gap"
    assert short(ask(records, Y, 14.6)) == "known outside"


def test_a_gap_of_slices_leaves_the_pod_known():
    records = lived(covered(), "a", X, 10, None)
    records.gap("endpointslices", 12, 14, 15)
    assert ask(records, X, 13)["services_reason"] == "gap"
    assert "services_reason" not in ask(records, X, 15)


def test_before_coverage_only_certain_bindings_count():
    records = History().synced(500, "nodes", "services")
    records.sync_begin(500, "pods")
    records.pod(500, pod("a", X, "n1", 9, containers=[container(11)]), "ADDED")
    records.sync_end(500, "pods")
    assert short(ask(records, X, 400)) == "known uid-a"
    assert short(ask(records, X, 11, sent=True)) == "unknown before_coverage"
    assert short(ask(records, Y, 400)) == "unknown before_coverage"
    assert short(ask(records, Y, 501)) == "known outside"
    assert short(ask(records, X, 11, sent=True, position=5)) == "unknown before_coverage"
    assert short(ask(records, X, 600, position=5)) == "known uid-a"


def test_coverage_without_a_list_begins_with_the_first_object():
    records = History()
    records.pod(50, pod("a", X, "n1", 9, containers=[container(10)]), "ADDED")
    assert short(ask(records, X, 10.1, sent=True)) == "unknown before_coverage"
    assert short(ask(records, X, 60)) == "known uid-a"


def test_outside_and_never_seen():
    records = covered()
    assert ask(records, "192.0.2.7", 10) == {"status": "known", "kind": "outside"}
    records.event("ADDED", "servicecidrs", -99, {"metadata": history.metadata("kubernetes", namespace=None),
                                                 "spec": {"cidrs": ["10.96.0.0/16"]}})
    assert short(ask(records, "10.96.0.200", 10)) == "unknown never_seen"
    records.event("ADDED", "nodes", -99, node("n1", "192.0.2.1", "10.244.1.0/24"))
    assert short(ask(records, Y, 10)) == "known outside"
    lived(records, "a", X, 10, None)
    assert short(ask(records, Y, 20)) == "unknown never_seen"
    assert short(ask(records, Z, 20)) == "known outside"
    by_hand = Options(ranges=(shapes.network("10.244.0.0/16"),))
    assert short(ask(records, Z, 20, options=by_hand)) == "unknown never_seen"


def test_nothing_is_outside_while_nothing_is_there():
    empty = History()
    assert short(ask(empty, Y, 10)) == "unknown before_coverage"
    records = History().progress(50)
    assert short(ask(records, Y, 10)) == "unknown before_coverage"
    records.synced(60, "pods")
    assert short(ask(records, Y, 70)) == "unknown before_coverage"
    records.synced(60, "nodes", "services")
    assert short(ask(records, Y, 70)) == "known outside"
    assert short(ask(records, Y, 70, position=0)) == "unknown before_coverage"
    assert short(ask(records, Y, 70, options=Options(cluster="another"))) == "unknown before_coverage"
    assert short(ask(History().synced(0, "pods"), Y, 70)) == "known outside"
    assert short(ask(records.gap(None, 65, 75, 80), Y, 70)) == "unknown gap"
    assert short(ask(History().gap(None, 65, 75, 80), Y, 70)) == "unknown gap"


@pytest.mark.parametrize("scope", [{"namespaces": ["shop"]}, {"podLabels": "app=web"}])
def test_a_limited_list_covers_nothing(scope):
    records = History().synced(0, "nodes", "services").sync_begin(0, "pods", scope).sync_end(0, "pods").progress(50)
    assert short(ask(records, Y, 20)) == "unknown before_coverage"
    records.synced(60, "pods")
    assert short(ask(records, Y, 20)) == "unknown before_coverage"
    assert short(ask(records, Y, 70)) == "known outside"


def test_a_text_that_is_no_address_does_not_hide_the_others():
    records = covered().event("ADDED", "services", 0, service("web", "10.96.0.5"))
    wrong = service("db", "10.96.0.6", created=1)
    wrong["spec"]["externalIPs"] = ["010.0.0.01 ", "none", "10.0.0.256", "203.0.113.7/24"]
    records.event("ADDED", "services", 1, wrong)
    assert short(ask(records, "10.96.0.6", 20)) == short(ask(records, "203.0.113.7", 20)) == "known service"
    assert short(ask(records, "10.0.0.1", 20)) == "known service"


def test_a_list_closes_what_it_does_not_show():
    records = lived(covered(), "a", X, 10, None)
    lived(records, "b", Y, 10, None)
    records.sync_begin(40, "pods")
    records.pod(40, pod("b", Y, "n1", 9, 10, containers=[container(10)]), "ADDED", records.revision - 0)
    records.sync_end(41, "pods")
    assert short(ask(records, X, 60)) == "unknown lost"
    assert short(ask(records, Y, 60)) == "known uid-b"
    narrow = lived(covered(), "a", X, 10, None).sync_begin(40, "pods", {"namespaces": ["bank"]}).sync_end(41, "pods")
    assert short(ask(narrow, X, 60)) == "known uid-a"


def test_twice_is_once_and_an_older_revision_changes_nothing():
    records = lived(covered(), "a", X, 10, None)
    before = ask(records, X, 20)
    records.records.append(records.records[-1])
    records.pod(30, pod("a", None, start=9, phase="Pending"), revision=50)
    assert ask(records, X, 20) == before


def test_position_is_the_first_accepted_progress():
    records = lived(covered(), "a", X, 10, None)
    for received, known in ((20, 19), (21, 18.9), (22, 22.5), (23, 22), (24, 23), (40, 39)):
        records.progress(received, known)
    timeline = records.feed(Timeline())
    first = len(records.records) - 6
    assert timeline.refused == 2
    assert timeline.position_for(at(8.5)) == (first, at(19))
    assert timeline.position_for(at(8.6)) == (first + 3, at(22))
    assert timeline.position_for(at(28.5)) == (first + 5, at(39))
    assert timeline.position_for(at(28.6)) == (first + 5, at(39))
    timeline.closed = False
    assert timeline.position_for(at(28.6)) is None


def test_an_answer_uses_nothing_behind_its_position():
    records = lived(covered(), "a", X, 10, None)
    position = len(records.records) - 1
    lived(records, "b", X, 30, None)
    assert short(ask(records, X, 35, position=position)) == "known uid-a"
    assert short(ask(records, X, 35)) == "known uid-b"


def test_received_falls_back_to_kafka_then_to_the_object():
    line = json.dumps({"object": pod("a", X, start=9, ready=10, containers=[container(12)])}).encode()
    timeline = Timeline()
    timeline.feed(0, line)
    assert timeline.last_received == {"pods": at(13)}
    timeline = Timeline()
    timeline.feed(0, line, at(77))
    assert timeline.last_received == {"pods": at(77)}


def test_received_is_never_less_than_that_before_it_of_the_same_resource():
    timeline = Timeline()
    timeline.feed(0, json.dumps({"object": pod("a", X, start=9, ready=10, containers=[container(12)])}).encode())
    timeline.feed(1, json.dumps({"object": pod("b", Y, start=5, ready=6, containers=[container(7)])}).encode())
    timeline.feed(2, json.dumps({"object": node("n1", "192.0.2.1", "10.244.1.0/24")}).encode())
    assert timeline.last_received["pods"] == at(13)
    assert timeline.last_received["nodes"] < at(12)


def test_each_cluster_is_a_world_of_its_own():
    east, west = lived(covered(cluster="east"), "a", X, 10, None), lived(covered(cluster="west"), "b", X, 10, None)
    east.records += west.records
    assert short(ask(east, X, 20, options=Options(cluster="west"))) == "known uid-b"
    with pytest.raises(ValueError):
        ask(east, X, 20)


def test_the_tag_is_spliced_into_the_flow_as_it_came():
    records = lived(covered(), "a", X, 10, None).progress(40, 39)
    timeline = records.feed(Timeline())
    flow = b' {"x":[1, 2.50],' + history.flow(20, 21, X, "192.0.2.7")[1:-1] + b" } "
    tagged = timeline.tag(flow, ("flows", 3, 99))
    assert tagged.startswith(flow[:-2] + b',"tenure":{"source":{"status":"known","kind":"pod",')
    assert tagged.endswith(b',"destination":{"status":"known","kind":"outside"},"rules":2,"revision":1,'
                           b'"kube":{"partition":0,"position":%d,"known":"2026-11-23T08:00:39Z"},'
                           b'"flow":{"topic":"flows","partition":3,"offset":99}}}' % timeline.last_offset)


@pytest.mark.parametrize("flow", [
    b"", b"{", b"[]", b"{}", b'{"event":{"end":"2026-11-23T08:00:00Z"},"source":{"ip":"10.0.0.1"}}',
    history.flow(2, 1, X, Y), history.flow(1, 2, "10.0.0", Y), history.flow(1, 2, X, Y, ports=("80", 1)),
    history.flow(1, 2, X, Y)[:-1] + b',"tenure":{}}', history.flow(1, 2, X, Y)[:-1] + b',"event":{}}'])
def test_what_cannot_be_tagged_is_refused(flow):
    with pytest.raises(flows.Rejected):
        flows.questions(flow)


def test_who_sent_without_counters():
    flow = json.loads(history.flow(1, 2, X, Y))
    del flow["source"]["packets"], flow["destination"]["packets"]
    assert [one.sent for one in flows.questions(json.dumps(flow).encode())] == [True, False]


PROVEN, UNPROVEN = ["began", "serves"], [None, None]


@pytest.mark.parametrize("told,flags,roles", [
    ({"initiator": "syn"}, None, PROVEN), ({"initiator": "syn"}, ("A", "A"), PROVEN),
    ({}, ("SAF", "SAF"), PROVEN), (None, ("S", ""), PROVEN),
    ({}, None, UNPROVEN), (None, None, UNPROVEN), (None, ("APF", "SAPF"), UNPROVEN), (None, ("", "S"), UNPROVEN),
    ({"initiator": "first_packet"}, ("SAF", "SAF"), UNPROVEN), ({"initiator": "port"}, None, UNPROVEN)])
def test_who_began_and_who_serves(told, flags, roles):
    flow = json.loads(history.flow(1, 2, X, Y, flags=flags))
    if told is not None:
        flow["flow"] = told
    assert [one.role for one in flows.questions(json.dumps(flow).encode())] == roles


def test_moments_keep_their_digits():
    for text in ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00.120Z", "2026-11-23T08:00:00.000001Z",
                 "1969-12-31T23:59:59.999999999Z"):
        assert moments.render(moments.parse(text)) == text
    for text in ("2026-11-23T08:00:00", "2026-02-30T08:00:00Z", "2026-11-23T08:00:60Z", "2026-11-23 08:00:00Z"):
        assert moments.parse(text) is None
