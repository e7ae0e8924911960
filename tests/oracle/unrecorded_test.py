"""The unrecorded holder, outside, candidates (answers.md sections 6 and 8), by hand-made histories."""
import history
import pytest
import shapes
from asking import RANGED, X, Y, Z, ask, covered, lived, short
from history import History, container, node, piece, pod, service
from oracle import Options


def whys(answer):
    return [one["why"] for one in answer["candidates"]]


@pytest.mark.parametrize("ip", ["127.0.0.1", "::1", "169.254.20.10", "fe80::1", "224.0.0.251", "ff02::1", "0.0.0.0",
                                "::", "255.255.255.255", "::ffff:127.0.0.1"])
def test_addresses_that_are_nobodys(ip):
    records = covered().event("ADDED", "services", 5, service("dns", ip))
    assert ask(records, ip, 20) == {"status": "unknown", "reason": "local_scope"}


def test_a_gap_since_the_last_certain_instant():
    records = lived(covered(), "a", X, 10, 20)
    records.gap("pods", 40, 50, 50)
    lived(records, "b", X, 60, None)
    assert short(ask(records, X, 60.2, sent=True, options=RANGED)) == "unknown gap"
    assert short(ask(records, X, 61, sent=True, options=RANGED)) == "known uid-b"


def test_a_lost_node_gives_its_address_away():
    records = covered().event("ADDED", "nodes", 5, node("n1", "192.0.2.1")).progress(30)
    records.event("DELETED", "nodes", 31, node("n1", "192.0.2.1"))
    assert short(ask(records, "192.0.2.1", 30.2, 30.3, sent=True)) == "known node-n1"
    assert short(ask(records, "192.0.2.1", 30.2, 30.6, sent=True)) == "unknown lost"
    assert whys(ask(records, "192.0.2.1", 30.2, 30.6)) == ["lost"]
    assert whys(ask(records, "192.0.2.1", 1)) == ["starting", "before_coverage"]


def test_a_lost_pod_in_a_range_keeps_its_address():
    records = lived(covered(), "a", X, 10, None).progress(29.5)
    records.pod(30, pod("a", X, "n1", 9, 10, containers=[container(10)]), "DELETED")
    assert short(ask(records, X, 300, sent=True, options=RANGED)) == "known uid-a"
    assert short(ask(records, X, 300, sent=True)) == "unknown lost"


def test_a_pod_whose_node_is_gone_is_lost():
    records = History().synced(-100, "pods", "services").sync_begin(-100, "nodes")
    records.event("ADDED", "nodes", -100, node("n1", "192.0.2.1")).sync_end(-100, "nodes")
    lived(records, "a", X, 10, None)
    assert short(ask(records, X, 60)) == "known uid-a"
    records.progress(40).event("DELETED", "nodes", 40, node("n1", "192.0.2.1"))
    assert short(ask(records, X, 29)) == "known uid-a"
    assert ask(records, X, 60)["candidates"][0]["why"] == "lost"


def unpublished(*lives):
    """X was a's until 20; c, on its node, is not published; b has X from 40 on."""
    records = lived(covered(), "a", X, 10, 20)
    for received, kind, more in lives:
        records.pod(received, pod("c", None, start=18, **more), kind)
    return lived(records, "b", X, 40, None)


@pytest.mark.parametrize("lives,at_30,at_39", [
    ([], "unknown between_holders", "known uid-b"),
    ([(18, "ADDED", {"phase": "Pending"})], "unknown between_holders", "unknown unpublished_pod"),
    ([(18, "ADDED", {"phase": "Pending"}), (25, "DELETED", {"phase": "Pending", "gone": 18})],
     "unknown between_holders", "unknown unpublished_pod"),
    ([(18, "ADDED", {"phase": "Pending"}), (25, "DELETED", {"phase": "Failed", "containers": [container(19, 24)]})],
     "unknown between_holders", "known uid-b"),
])
def test_a_force_deleted_pod_may_have_had_any_address(lives, at_30, at_39):
    records = unpublished(*lives)
    assert short(ask(records, X, 30, sent=True, options=RANGED)) == at_30
    assert short(ask(records, X, 39.2, sent=True, options=RANGED)) == at_39


def test_a_pod_of_another_node_has_no_address_of_this_podcidr():
    records = covered()
    for name, cidr in (("n1", "10.244.1.0/24"), ("n2", "10.244.2.0/24")):
        records.event("ADDED", "nodes", -50, node(name, "192.0.2." + name[1], cidr))
    lived(records, "a", X, 10, 20)
    records.pod(18, pod("c", None, node="n2", start=18, phase="Pending"), "ADDED")
    lived(records, "b", X, 40, None)
    assert short(ask(records, X, 39.2, sent=True)) == "known uid-b"
    lived(records, "odd", Z, 10, None)       # on n1, in n2's podCIDR: podCIDRs are not in use
    assert short(ask(records, X, 39.2, sent=True)) == "unknown unpublished_pod"


def test_amid_the_pods():
    records = lived(lived(covered(), "a", "10.0.0.5", 10, None), "b", "10.0.0.20", 10, None)
    assert short(ask(records, "10.0.0.9", 30)) == "unknown never_seen"
    assert short(ask(records, "10.0.0.40", 30)) == "known outside"
    records.event("ADDED", "nodes", 5, node("n1", "10.0.0.2"))
    assert short(ask(records, "10.0.0.9", 30)) == "known outside"
    records.pod(20, pod("c", None, start=20, phase="Pending"), "ADDED")
    assert short(ask(records, "10.0.0.9", 30)) == "unknown unpublished_pod"
    assert short(ask(records, "10.0.2.77", 30)) == "unknown unpublished_pod"      # the first one of another node


def test_the_first_pod_may_have_any_address():
    records = covered().pod(20, pod("c", None, start=20, phase="Pending"), "ADDED")
    assert short(ask(records, "10.9.0.1", 30)) == "unknown unpublished_pod"
    declared = Options(ranges=(shapes.network("10.244.0.0/16"),))
    assert short(ask(records, "10.9.0.1", 30, options=declared)) == "known outside"
    assert short(ask(records, "fd09::1", 30, options=declared)) == "unknown unpublished_pod"
    lived(records, "a", "10.250.0.1", 10, None)
    assert short(ask(records, "10.9.0.1", 30, options=declared)) == "unknown unpublished_pod"
    assert short(ask(records, "203.0.113.9", 30, options=declared)) == "known outside"
    records = lived(covered(), "a", "198.51.100.1", 10, None).pod(20, pod("c", None, start=20, phase="Pending"), "ADDED")
    assert short(ask(records, "203.0.113.9", 30, options=declared)) == "unknown unpublished_pod"


def test_a_node_without_its_address_may_have_any():
    records = covered().event("ADDED", "nodes", 5, node("n1", "192.0.2.1"))
    records.event("ADDED", "nodes", 20, node("n2", "", created=20))
    assert short(ask(records, "192.0.2.9", 19)) == "known outside"
    assert short(ask(records, "192.0.2.9", 30)) == "unknown unpublished_pod"
    records.event("MODIFIED", "nodes", 40, node("n2", "192.0.2.2", created=20))
    assert short(ask(records, "192.0.2.9", 30)) == "known outside"
    assert short(ask(records, "192.0.2.2", 30)) == "unknown hand_over"
    records.event("MODIFIED", "nodes", 50, node("n2", "", created=20))
    assert short(ask(records, "192.0.2.9", 60)) == "unknown unpublished_pod"
    records.event("DELETED", "nodes", 70, node("n2", "", created=20))
    assert short(ask(records, "192.0.2.9", 60)) == "known outside"


NOTES = {"k8s.ovn.org/node-gateway-router-lrp-ifaddr": '{"ipv4":"100.64.0.2/16"}', "a": "at 010.5.0.12, fd05::c",
         "b": "0.0.0.0/0 8.0.0.0/6 11.0.0.0/8", "kubectl.kubernetes.io/last-applied-configuration": "10.6.0.1", "c": "2026-11-23T08:00:00Z 203.0.113.7:443 0a:58:0a:81:00:02"}


@pytest.mark.parametrize("ip,said", [
    ("100.64.0.2", "never_seen"), ("100.64.9.9", None), ("10.6.0.1", None), ("10.5.0.12", "never_seen"),
    ("fd05::c", "never_seen"), ("fd05::d", None), ("9.0.0.1", None),
    ("11.200.0.1", "never_seen"), ("203.0.113.7", None)])
@pytest.mark.parametrize("of", ["node", "pod"])
def test_what_an_annotation_spells_is_not_outside(of, ip, said):
    records = covered()
    if of == "node":
        records.event("ADDED", "nodes", 5, node("n1", "192.0.2.1", annotations=NOTES))
    else:
        records.pod(5, pod("a", None, None, None, phase="Pending", annotations=NOTES), "ADDED")
    assert short(ask(records, ip, 20)) == ("unknown " + said if said else "known outside")
    assert short(ask(records, ip, 20, position=len(records.records) - 2)) == "known outside"
    assert short(ask(records, ip, -2)) == "known outside"       # it was created later


def test_an_address_of_its_own_is_not_spelled():
    records = covered().event("ADDED", "nodes", 30, node("n1", "192.0.2.1")).progress(59)
    own = {"projectcalico.org/IPv4IPIPTunnelAddr": "10.1.0.1"}
    records.event("MODIFIED", "nodes", 60, node("n1", "192.0.2.1", annotations=own))
    assert short(ask(records, "10.1.0.1", 40)) == "known outside"
    records.pod(70, pod("a", X, "n1", 60, 61, containers=[container(61)], annotations={"x": X + "/32"}))
    assert short(ask(records, X, 40)) == "unknown before_first"


def test_what_a_pod_says_of_its_machine_is_not_outside():
    host = pod("proxy", "192.0.2.3", containers=[container(6)])
    host["spec"]["hostNetwork"] = True
    host["status"].update(hostIP="192.0.2.4", hostIPs=[{"ip": "192.0.2.4"}, {"ip": "fd02::4"}])
    records = covered().pod(7, host, "ADDED")
    for ip in ("192.0.2.3", "192.0.2.4", "fd02::4"):
        assert short(ask(records, ip, 20)) == "unknown never_seen"
    assert short(ask(records, "192.0.2.5", 20)) == "known outside"


def test_a_force_deleted_pod_is_unpublished_from_when_it_certainly_had_its_address():
    records = lived(lived(covered(), "q", X, 10, 30), "a", Y, 10, None).progress(170)
    before = ask(records, X, 30.2, sent=True, options=RANGED)
    assert short(before) == "known uid-q"
    records.pod(180, pod("a", Y, "n1", 9, 10, containers=[container(10)]), "DELETED").progress(200)
    assert ask(records, X, 30.2, sent=True, options=RANGED) == before


@pytest.mark.parametrize("ready,said", [(39, "unknown unpublished_pod"), (20, "known uid-b"), (None, "known uid-b")])
def test_an_unpublished_pod_whose_sandbox_was_made_again(ready, said):
    records = unpublished((20, "ADDED", {"phase": "Pending", "ready": 20}))
    records.pod(42, pod("c", Y, start=18, ready=ready, containers=[container(41)]))
    assert short(ask(records, X, 39.2, sent=True, options=RANGED)) == said
    assert short(ask(records, X, 39.2, position=len(records.records) - 2, sent=True, options=RANGED)) \
        == "unknown unpublished_pod"


@pytest.mark.parametrize("dead,said", [
    (None, "known uid-b"), ({"gone": 25}, "unknown unpublished_pod"), ({"ready": 26}, "unknown unpublished_pod")])
def test_a_sandbox_that_died_kept_no_address_until_the_one_that_was_published(dead, said):
    records = lived(covered(), "a", X, 10, 18)
    records.pod(18.5, pod("c", None, start=18, phase="Pending", containers=[container()]), "ADDED")
    records.pod(20.5, pod("c", None, start=18, phase="Pending", ready=20, containers=[container(20)]))
    if dead:
        records.pod(26.5, pod("c", None, start=18, phase="Pending", containers=[container(20, 25)], **dead))
    lived(records, "b", X, 40, None).pod(
        115, pod("c", Y, start=18, ready=100, containers=[container(112, before=(20, 25))])).progress(140)
    assert short(ask(records, X, 21, 60, sent=True, options=RANGED)) == said


@pytest.mark.parametrize("dead,said", [
    (None, "known uid-b"), ({"gone": 25}, "unknown unpublished_pod"), ({"ready": 26}, "unknown unpublished_pod")])
def test_an_unpublished_pod_whose_sandbox_died_keeps_no_address(dead, said):
    records = lived(covered(), "a", X, 10, 18)
    records.pod(18.5, pod("c", None, start=18, phase="Pending", containers=[container()]), "ADDED")
    records.pod(20.5, pod("c", None, start=18, phase="Pending", ready=20, containers=[container(20)]))
    if dead:
        records.pod(26.5, pod("c", None, start=18, phase="Pending", containers=[container(20, 25)], **dead))
    lived(records, "b", X, 40, None).progress(90)
    assert short(ask(records, X, 21, 60, sent=True, options=RANGED)) == said
    records.pod(95, pod("c", Y, start=18, ready=26, containers=[container(92, before=(20, 25))])).progress(120)
    assert short(ask(records, X, 21, 60, sent=True, options=RANGED)) == (said if dead else "unknown unpublished_pod")


def test_a_pods_own_machine_is_the_pod():
    records = lived(covered(), "a", X, 10, 30, node="fargate")
    records.event("ADDED", "nodes", 9, node("fargate", X))
    assert short(ask(records, X, 20)) == "known uid-a"
    assert short(ask(records, X, 30.4, 35)) == "known node-fargate"
    records.event("ADDED", "nodes", 9, node("other", X))
    assert short(ask(records, X, 20)) == "known uid-a"      # a virtual kubelet, which runs elsewhere
    assert short(ask(records, X, 30.4, 35)) == "ambiguous two_holders"


def test_an_address_of_a_plugin_is_not_that_of_the_machine():
    records = lived(covered(), "a", X, 10, None)
    records.event("ADDED", "nodes", 9, node("n1", "192.0.2.1", annotations={"projectcalico.org/IPv4Address": X}))
    assert short(ask(records, X, 20)) == "ambiguous two_holders"


def balancer(name, cluster_ip, ip, port, kind="LoadBalancer"):
    thing = service(name, cluster_ip, (port,))
    thing["spec"]["type"] = kind
    thing["status"] = {"loadBalancer": {"ingress": [{"ip": ip}]}}
    return thing


def test_services_that_share_an_address():
    records = covered().event("ADDED", "services", 5, balancer("a", "10.96.0.1", "203.0.113.9", 80))
    records.event("ADDED", "services", 5, balancer("b", "10.96.0.2", "203.0.113.9", 443))
    records.event("ADDED", "services", 5, balancer("c", "10.96.0.3", "203.0.113.10", 443, "ClusterIP"))
    asked = ask(records, "203.0.113.9", 20, port=443, transport="tcp")
    assert asked["service"]["name"] == "b"
    assert short(ask(records, "203.0.113.9", 20)) == "ambiguous two_holders"
    for more in (dict(port=22, transport="tcp"), dict(port=443, transport="udp"),
                 dict(port=443, transport="tcp", role="began")):
        assert short(ask(records, "203.0.113.9", 20, **more)) == "unknown between_holders"
    assert short(ask(records, "203.0.113.9", 20, role="began")) == "ambiguous two_holders"
    assert short(ask(records, "203.0.113.10", 20)) == "known outside"


def test_without_a_port_another_service_may_share_the_address_unseen():
    records = covered().event("ADDED", "services", 5, balancer("a", "10.96.0.1", "203.0.113.9", 80)).gap("services", 40, 50, 50)
    for sent in (False, True):
        assert short(ask(records, "203.0.113.9", 45, sent=sent)) == "unknown gap"
        assert short(ask(records, "203.0.113.9", 45, sent=sent, port=80, transport="tcp")) == "known service"
        assert short(ask(records, "10.96.0.1", 45, sent=sent)) == "known service"
    trimmed = History().event("MODIFIED", "services", 5, balancer("a", "10.96.0.1", "203.0.113.9", 80)).progress(90)
    assert short(ask(trimmed, "203.0.113.9", 45)) == "unknown before_coverage"


@pytest.mark.parametrize("kind,cluster_ip,said", [
    ("ClusterIP", "10.96.0.1", "known service"), ("ClusterIP", "None", "known outside"),
    ("ExternalName", "10.96.0.1", "known outside"), ("ExternalName", "", "known outside")])
def test_an_external_address_that_nobody_captures(kind, cluster_ip, said):
    thing = service("db", cluster_ip, (443,))
    thing["spec"].update(type=kind, externalIPs=["203.0.113.9"])
    records = covered().event("ADDED", "services", 5, thing)
    asked = ask(records, "203.0.113.9", 20, port=443, transport="tcp", role="serves")
    assert short(asked) == said and ("service" in asked) == (said == "known service")


def test_a_service_with_the_address_of_a_node():
    records = covered().event("ADDED", "nodes", 5, node("n1", "192.0.2.1"))
    records.event("ADDED", "services", 5, balancer("traefik", "10.96.0.1", "192.0.2.1", 443))
    asked = ask(records, "192.0.2.1", 20, port=443, transport="tcp", role="serves")
    assert short(asked) == "known node-n1" and asked["services"] == ["shop/traefik"]
    assert "services" not in ask(records, "192.0.2.1", 20, port=443, transport="tcp", role="began")


def test_a_slice_that_points_outside():
    records = covered().event("ADDED", "endpointslices", 5, piece("db-1", "db", [("203.0.113.9", None)], (5432,)))
    asked = ask(records, "203.0.113.9", 20, port=5432, transport="tcp", role="serves")
    assert asked == {"status": "known", "kind": "outside", "service": {"name": "db", "namespace": "shop"},
                     "services": ["shop/db"]}
    assert "services" not in ask(records, "203.0.113.9", 20, port=5432, transport="tcp")


def test_candidates_are_at_most_four():
    records = covered()
    for number in range(6):
        lived(records, "p%d" % number, X, 10 + number, None, node="n%d" % number)
    asked = ask(records, X, 40)
    assert short(asked) == "ambiguous two_holders"
    assert [one["k8s"]["pod"]["name"] for one in asked["candidates"]] == ["p5", "p4", "p3", "p2"]
    assert whys(asked) == ["certain"] * 4
    few = ask(lived(covered(), "a", X, 10, None), X, 9.8)
    assert whys(few) == ["starting", "before_coverage"]
    assert few["candidates"][1] == {"kind": "unrecorded", "why": "before_coverage"}
    assert history.text(10) == few["candidates"][0]["binding"]["start"]
