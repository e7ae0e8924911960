"""Nodes, services, memberships and owners (answers.md sections 4, 7 and 8)."""
import json

import flows
import history
import pytest
from asking import RANGED, X, Y, ask, covered, lived, short
from history import container, node, piece, pod, service
from oracle import Timeline


def test_a_node_and_a_host_network_pod():
    records = covered()
    records.event("ADDED", "nodes", 5, node("n1", "192.0.2.1", labels={
        "topology.kubernetes.io/zone": "z1", "topology.kubernetes.io/region": "r1"}))
    host = pod("proxy", "192.0.2.1", containers=[container(6)])
    host["spec"]["hostNetwork"] = True
    records.pod(7, host, "ADDED")
    answer = ask(records, "192.0.2.1", 20)
    assert answer == {"status": "known", "kind": "node", "k8s": {"node": {"name": "n1", "uid": "node-n1"}},
                      "cloud": {"availability_zone": "z1", "region": "r1"},
                      "binding": {"start": history.text(0), "end": None, "start_from": "created"}}
    records.progress(29, 28)
    records.event("DELETED", "nodes", 30, node("n1", "192.0.2.1"))
    assert short(ask(records, "192.0.2.1", 27.4)) == "known node-n1"
    assert short(ask(records, "192.0.2.1", 27.6)) == "unknown hand_over"
    assert short(ask(records, "192.0.2.1", 300, sent=True)) == "unknown lost"
    assert ask(records, "192.0.2.1", 20)["binding"]["end"] == history.text(30)


def test_a_node_address_that_goes_and_comes_back():
    records = covered()
    records.event("ADDED", "nodes", 5, node("n1", "192.0.2.1"))
    records.event("MODIFIED", "nodes", 20, node("n1", "192.0.2.2"))
    assert short(ask(records, "192.0.2.1", 10)) == "unknown hand_over"        # no PROGRESS says that it had it
    records.progress(39.9)
    records.event("MODIFIED", "nodes", 40, node("n1", "192.0.2.1"))
    assert short(ask(records, "192.0.2.1", 30, sent=True)) == "unknown hand_over"     # an InternalIP
    assert short(ask(records, "192.0.2.2", 41)) == "unknown between_holders"
    assert short(ask(records, "192.0.2.1", 41)) == "known node-n1"


def test_a_service_address():
    records = covered(cluster="prod")
    records.event("ADDED", "services", 5, service("cart", "10.96.0.10"))
    assert ask(records, "10.96.0.10", 6, port=80, transport="tcp") == {
        "status": "known", "kind": "service", "k8s": {"cluster": {"name": "prod"}, "namespace": {"name": "shop"}},
        "service": {"name": "cart", "namespace": "shop"}, "services": ["shop/cart"],
        "binding": {"start": history.text(0), "end": None, "start_from": "created"}}
    records.event("DELETED", "services", 30, service("cart", "10.96.0.10"))
    assert short(ask(records, "10.96.0.10", 31)) == "unknown between_holders"
    assert ask(records, "10.96.0.10", 30.2, sent=True)["binding"]["end_from"] == "received"


def test_services_by_port():
    records = lived(covered(), "a", X, 10, None)
    records.event("ADDED", "endpointslices", 12, piece("cart-1", "cart", [(X, "uid-a")], (8080,)))
    records.event("ADDED", "endpointslices", 12, piece("admin-1", "admin", [(X, "uid-a")], (9000,)))
    records.event("ADDED", "endpointslices", 12, piece("other-1", "other", [(X, "uid-b")], (8080,)))
    answer = ask(records, X, 20, port=8080, transport="tcp")
    assert answer["service"] == {"name": "cart", "namespace": "shop"}
    assert answer["services"] == ["shop/admin", "shop/cart"]
    assert "service" not in ask(records, X, 20, port=8080, transport="udp")
    assert "service" not in ask(records, X, 20)
    assert "services" not in ask(records, X, 11.9)
    records.event("MODIFIED", "endpointslices", 25, piece("any-1", "any", [(X, None)], (None,)))
    assert ask(records, X, 26, port=7, transport="tcp", role="serves")["service"] == {"name": "any", "namespace": "shop"}
    assert "service" not in ask(records, X, 26, port=8080, transport="tcp", role="serves")


@pytest.mark.parametrize("role,port,shown", [
    (None, 8080, True), (None, 40000, False), (None, None, False), ("began", 40000, True), ("began", 8080, True),
    ("serves", 40000, True)])
def test_a_service_of_an_end_whose_role_is_not_proven_needs_its_port(role, port, shown):
    records = lived(covered(), "a", X, 10, None)
    records.event("ADDED", "endpointslices", 12, piece("cart-1", "cart", [(X, "uid-a")], (8080,)))
    answer = ask(records, X, 20, port=port, transport="tcp", role=role)
    assert answer["services"] == ["shop/cart"] and ("service" in answer) == shown


def test_a_membership_opens_when_its_slice_is_written():
    records = lived(covered(), "a", X, 10, None)
    records.event("ADDED", "endpointslices", 20, piece("cart-1", "cart", [(X, "uid-a")], trigger=13.5))
    assert "services" not in ask(records, X, 19.9)
    assert ask(records, X, 20)["services"] == ["shop/cart"]


def test_memberships_within_five_seconds_are_one():
    for again, services in ((25, ["shop/cart"]), (25.1, None)):
        records = lived(covered(), "a", X, 10, None)
        records.event("ADDED", "endpointslices", 12, piece("cart-1", "cart", [(X, "uid-a")]))
        records.event("MODIFIED", "endpointslices", 20, piece("cart-1", "cart", []))
        position = len(records.records) - 1
        records.event("ADDED", "endpointslices", again, piece("cart-2", "cart", [(X, "uid-a")]))
        assert ask(records, X, 22).get("services") == services
        assert "services" not in ask(records, X, 22, position=position)


def test_node_services_by_port_and_node_port():
    records = covered()
    records.event("ADDED", "nodes", 5, node("n1", "192.0.2.1"))
    records.event("ADDED", "services", 5, service("cart", "10.96.0.10", node_port=30080))
    records.event("ADDED", "endpointslices", 6, piece("agent-1", "agent", [("192.0.2.1", "uid-agent")], (9100,)))
    assert ask(records, "192.0.2.1", 10, port=30080, transport="tcp", role="serves")["services"] == ["shop/cart"]
    assert ask(records, "192.0.2.1", 10, port=9100, transport="tcp", role="serves")["services"] == ["shop/agent"]
    assert "services" not in ask(records, "192.0.2.1", 10, port=22, transport="tcp", role="serves")
    records.event("MODIFIED", "services", 20, service("cart", "10.96.0.10"))
    assert "services" not in ask(records, "192.0.2.1", 21, port=30080, transport="tcp", role="serves")
    assert ask(records, "192.0.2.1", 19, port=30080, transport="tcp", role="serves")["service"]["name"] == "cart"


OWNERS = [
    ({"kind": "ReplicaSet", "name": "cart-5d9c", "uid": "rs-1"}, {"deployment": {"name": "cart"}}),
    ({"kind": "ReplicaSet", "name": "cart-7777", "uid": "rs-2"}, {"replicaset": {"name": "cart-7777"}}),
    ({"kind": "ReplicaSet", "name": "roll-1", "uid": "rs-roll"}, {"workload": {"kind": "Rollout", "name": "roll"}}),
    ({"kind": "Job", "name": "nightly-1", "uid": "job-1"}, {"cronjob": {"name": "nightly"}}),
    ({"kind": "Job", "name": "once", "uid": "job-2"}, {"job": {"name": "once"}}),
    ({"kind": "DaemonSet", "name": "agent", "uid": "ds-1"}, {"daemonset": {"name": "agent"}}),
    ({"kind": "Node", "name": "n1", "uid": "node-n1"}, {}),
]


@pytest.mark.parametrize("owner,shown", OWNERS)
def test_the_workload_is_the_top_of_the_chain(owner, shown):
    records = covered()
    for resource, uid, name, top in (("replicasets", "rs-roll", "roll-1", ("Rollout", "roll")),
                                     ("jobs", "job-1", "nightly-1", ("CronJob", "nightly"))):
        records.event("ADDED", resource, 1, {"metadata": history.metadata(name, uid, ownerReferences=[
            {"kind": top[0], "name": top[1], "uid": "top", "controller": True}])})
    owned = pod("a", X, start=9, ready=10, containers=[container(10)], labels={"pod-template-hash": "5d9c"},
                ownerReferences=[dict(owner, controller=True)])
    records.pod(11, owned, "ADDED")
    k8s = ask(records, X, 20)["k8s"]
    assert k8s == dict({"namespace": {"name": "shop"}, "pod": {"name": "a", "uid": "uid-a"}}, **shown,
                       node={"name": "n1"})


NAMES = {"openshift.io/deployment.name": "web-3", "openshift.io/deployment-config.name": "web"}
CONFIG = {"workload": {"kind": "DeploymentConfig", "name": "web"}}
REPLICAS = {"replicationcontroller": {"name": "web-3"}}


@pytest.mark.parametrize("kind,notes,shown", [
    ("ReplicationController", {"annotations": NAMES}, CONFIG),
    ("ReplicationController", {"labels": NAMES}, CONFIG),
    ("ReplicationController", {"labels": {"deployment": "web-3", "deploymentconfig": "web"}}, CONFIG),
    ("ReplicationController", {"annotations": NAMES, "labels": dict.fromkeys(NAMES, "other")}, CONFIG),
    ("ReplicationController", {"labels": {"deployment": "web-2", "deploymentconfig": "web"}}, REPLICAS),
    ("ReplicationController", {"labels": {"deployment": "web-3"}}, REPLICAS),
    ("ReplicationController", {}, REPLICAS),
    ("ReplicaSet", {"annotations": NAMES}, {"replicaset": {"name": "web-3"}}),
])
def test_the_workload_of_an_openshift_pod_is_its_deployment_config(kind, notes, shown):
    owner = {"kind": kind, "name": "web-3", "uid": "uid-web-3", "controller": True}
    records = covered()
    records.pod(11, pod("a", X, start=9, ready=10, containers=[container(10)], ownerReferences=[owner], **notes), "ADDED")
    k8s = ask(records, X, 20)["k8s"]
    assert k8s == dict({"namespace": {"name": "shop"}, "pod": {"name": "a", "uid": "uid-a"}}, **shown, node={"name": "n1"})


def test_translated_ends():
    """A call to a service, seen before its translation: the service that was asked, and the pod that answered."""
    records = lived(covered(), "a", X, 10, None)
    records.event("ADDED", "services", 12, service("cart", "10.96.0.10"))
    records.event("ADDED", "endpointslices", 12, piece("cart-1", "cart", [(X, "uid-a")], (8080,)))
    records.progress(40)
    timeline = records.feed(Timeline(RANGED))
    began = b',"flow":{"initiator":"syn"}}'
    line = history.flow(20, 21, Y, "10.96.0.10", ports=(40000, 80))[:-1] + began
    answered = b'"destination":{"nat":{"ip":"%s","port":8080},' % X.encode()
    tags = json.loads(timeline.tag(line.replace(b'"destination":{', answered), ("flows", 0, 1)))["tenure"]
    assert list(tags)[:4] == ["source", "destination", "nat", "rules"]
    assert short(tags["destination"]) == "known service" and tags["destination"]["service"]["name"] == "cart"
    assert list(tags["nat"]) == ["destination"] and short(tags["nat"]["destination"]) == "known uid-a"
    assert tags["nat"]["destination"]["service"] == {"name": "cart", "namespace": "shop"}
    after = history.flow(20, 21, Y, X)[:-1] + began
    asked = b'"destination":{"original":{"ip":"10.96.0.10","port":80},'
    tags = json.loads(timeline.tag(after.replace(b'"destination":{', asked), ("flows", 0, 1)))["tenure"]
    assert short(tags["destination"]) == "known uid-a" and short(tags["original"]["destination"]) == "known service"
    for other in (b'{"ip":"10.0.0.300"}', b'{"ip":"10.0.0.1","port":65536}', b'{"ip":"10.0.0.1","port":"80"}', b'{"port":80}', b"7"):
        spoiled = after.replace(b'"source":{', b'"source":{"nat":' + other + b",")
        assert "nat" not in json.loads(timeline.tag(spoiled, ("flows", 0, 1)))["tenure"]
    with pytest.raises(flows.Rejected):
        timeline.tag(after.replace(b'"source":{', b'"source":{"nat":{"ip":"10.0.0.1","ip":"10.0.0.1"},'), ("flows", 0, 1))
