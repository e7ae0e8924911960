"""Sandboxes, mirrors, clocks and networks of pods (answers.md section 3), addresses of nodes (section 4)."""
import history
import pytest
from asking import RANGED, X, Y, Z, ask, covered, lived, short
from history import container, node, piece, pod


def test_a_dead_sandbox_whose_container_runs_is_not_the_end():
    records = lived(covered(), "a", X, 10, None)
    records.pod(30.2, pod("a", X, "n1", 9, gone=30, containers=[container(10)]))
    assert short(ask(records, X, 29)) == short(ask(records, X, 40, sent=True, options=RANGED)) == "known uid-a"
    assert short(ask(records, X, 40)) == "unknown hand_over"        # what became of the container is told late
    records.pod(45.2, pod("a", X, "n1", 9, gone=30, containers=[container(10, 45)]))
    assert short(ask(records, X, 40)) == "known uid-a"      # it ran after lastTransitionTime
    records.pod(46.2, pod("a", X, "n1", 9, gone=46, containers=[container(10, 45)]))
    assert short(ask(records, X, 44)) == "known uid-a"
    assert short(ask(records, X, 50)) == "unknown between_holders"


def unready(thing, moment):
    """A kubelet looked again, and found that the container does not answer."""
    thing["status"]["conditions"].append({
        "type": "ContainersReady", "status": "False", "lastTransitionTime": history.text(moment)})
    return thing


@pytest.mark.parametrize("said", [30, 50])
def test_nothing_counts_that_is_told_after_the_sandbox_died(said):
    records = lived(covered(), "a", X, 10, None).progress(29.9)
    records.pod(30.2, pod("a", X, "n1", 9, gone=30, containers=[container(10)])).progress(44)
    dying = unready(pod("a", X, "n1", 9, gone=30, containers=[container(10)]), 48)
    records.pod(48.3, dying).progress(49)
    assert short(ask(records, X, 29.4)) == "known uid-a"
    if said > 30:
        records.pod(said, dying, "DELETED")                         # by force: lost
    assert short(ask(records, X, 29.4)) == "known uid-a"
    for moment in (31, 36, 47):
        assert short(ask(records, X, moment)) == "unknown hand_over"


def test_what_finished_after_the_sandbox_died_ran_in_it():
    records = lived(covered(), "a", X, 10, None)
    both = [container(10, 34), dict(container(10), name="other")]
    records.pod(35, pod("a", X, "n1", 9, gone=30, containers=both))
    records.pod(40, pod("a", X, "n1", 9, gone=30, containers=both), "DELETED")
    assert short(ask(records, X, 33)) == "known uid-a"
    assert short(ask(records, X, 35)) == "unknown hand_over"


def test_the_first_of_the_records_of_a_dead_sandbox_bounds_what_was_known():
    records = lived(covered(), "a", X, 10, None).progress(45)
    dead = pod("a", X, "n1", 9, gone=30, containers=[container(10)])
    records.pod(46, dead).progress(60).pod(61, dead).progress(70)
    records.pod(71, dead, "DELETED")
    assert short(ask(records, X, 34)) == "known uid-a"              # 10 s before 45
    assert short(ask(records, X, 36)) == "unknown hand_over"


def test_a_later_sandbox_of_which_only_the_end_is_told():
    records = lived(covered(), "a", X, 10, None)
    records.pod(30.2, pod("a", X, "n1", 9, gone=30, containers=[container(10, 29)]))
    again = pod("a", X, "n1", 9, gone=60, phase="Succeeded", containers=[container(45, 59, before=(10, 29))])
    records.pod(60.2, again).pod(60.3, again, "DELETED")
    assert short(ask(records, X, 28)) == short(ask(records, X, 50)) == "known uid-a"
    assert short(ask(records, X, 40)) == "unknown hand_over"            # between them
    assert short(ask(records, X, 62)) == "unknown between_holders"
    assert ask(records, X, 50)["binding"]["start"] == history.text(45)


def test_the_old_address_in_a_new_sandbox_begins_no_epoch():
    records = lived(covered(), "a", X, 10, None)
    records.pod(30.2, pod("a", X, "n1", 9, ready=30, containers=[container(before=(10, 25))]))
    assert short(ask(records, X, 40)) == "unknown between_holders"
    assert ask(records, X, 24)["binding"]["end"] == history.text(30)
    records.pod(33, pod("a", Y, "n1", 9, ready=30, containers=[container(32, before=(10, 25))]))
    assert short(ask(records, Y, 40)) == "known uid-a"
    assert ask(records, Y, 40)["binding"]["start"] == history.text(30)


@pytest.mark.parametrize("containers", [[container(10, 29)], [container(10)]])
def test_the_old_address_in_a_new_sandbox_begins_no_epoch_after_the_end_either(containers):
    records = lived(covered(), "a", X, 10, None)
    records.pod(29.2, pod("a", None, "n1", 9, gone=25, containers=[container(10, 29)]))
    records.pod(31.2, pod("a", X, "n1", 9, ready=31, containers=containers))
    assert short(ask(records, X, 40)) == "unknown between_holders"
    records.pod(33, pod("a", Y, "n1", 9, ready=31, containers=[container(32, before=(10, 29))]))
    assert short(ask(records, Y, 40)) == "known uid-a"
    assert ask(records, Y, 40)["binding"]["start"] == history.text(31)


def test_the_address_of_a_sandbox_that_no_record_showed_begins_no_epoch():
    records = lived(covered(), "a", Y, 10, None)
    records.pod(30.2, pod("a", Y, "n1", 9, gone=30, containers=[container(10, 29)]))
    records.pod(50, pod("a", X, "n1", 9, ready=49, containers=[container(35, 45, before=(10, 29))]))
    assert short(ask(records, X, 60)) == "unknown never_seen"
    assert short(ask(records, Y, 40)) == "unknown between_holders"
    records.pod(53, pod("a", Z, "n1", 9, ready=49, containers=[container(52, before=(35, 45))]))
    assert short(ask(records, Z, 60)) == "known uid-a"


def test_what_finished_in_a_sandbox_that_no_record_showed_did_not_in_the_one_before():
    records = lived(covered(), "a", Y, 10, None)
    records.pod(50, pod("a", X, "n1", 9, ready=49, containers=[container(35, 45, before=(10, 29))]))
    assert short(ask(records, Y, 40)) == "unknown hand_over"
    assert short(ask(records, Y, 51)) == "unknown between_holders"


def test_a_node_whose_clock_is_ahead_has_no_newer_sandbox():
    there = pod("a", X, "n1", 9, ready=10, containers=[container(10)])
    records = covered().pod(9.8, there, "ADDED").pod(30, there)
    assert short(ask(records, X, 15)) == short(ask(records, X, 40)) == "known uid-a"


def test_sandbox_false_before_there_is_one():
    early = dict(annotations={"cni.projectcalico.org/podIP": X + "/32"}, phase="Pending", gone=9, containers=[container()])
    records = covered().pod(9.5, pod("a", None, "n1", 9, **early), "ADDED")
    assert short(ask(records, X, 40)) == "known uid-a"


def test_node_times_are_not_later_than_the_record():
    records = covered().pod(12, pod("a", X, "n1", 9, ready=90, containers=[container(95)]), "ADDED")
    assert ask(records, X, 40)["binding"]["start"] == history.text(12)


def test_node_times_are_not_before_the_creation():
    slow = pod("a", X, "n1", 9, ready=2, containers=[container(3)])
    slow["status"]["startTime"] = history.text(1)
    records = covered().pod(12, slow, "ADDED")
    assert ask(records, X, 40)["binding"]["start_from"] == "received"
    assert short(ask(records, X, 8)) == "unknown before_first"
    slow["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "hash"}
    mirror = covered().pod(12, slow, "ADDED")
    assert ask(mirror, X, 40)["binding"]["start"] == history.text(2)


def mirror(uid, created, value="hash"):
    return pod("proxy", X, "n1", 9, ready=10, containers=[container(10)], uid=uid,
               annotations={"kubernetes.io/config.mirror": value})


@pytest.mark.parametrize("value,deleted,said", [
    ("hash", True, "known m2"), ("hash", False, "known m2"), ("other", False, "ambiguous two_holders")])
def test_mirrors_of_one_static_pod_are_one_holder(value, deleted, said):
    records = covered().pod(11, mirror("m1", 9), "ADDED").progress(39.9)
    if deleted:
        records.pod(40, mirror("m1", 9), "DELETED")
    records.pod(41, mirror("m2", 41, value), "ADDED")
    assert short(ask(records, X, 60)) == said


def written_again(thing, moment, ready):
    """By a kubelet that was started again at MOMENT, and knows no status of a static pod."""
    thing["status"].update(startTime=history.cut(moment), conditions=[
        {"type": "PodReadyToStartContainers", "status": "True", "lastTransitionTime": history.cut(ready)}])
    return thing


@pytest.mark.parametrize("ready,said", [(30, "known m1"), (31, "unknown between_holders")])
def test_a_kubelet_that_starts_again_knows_no_times_of_static_pods(ready, said):
    records = covered().pod(11, mirror("m1", 9), "ADDED").progress(25)
    records.pod(31.5, written_again(mirror("m1", 9), 30, ready)).progress(60)
    assert short(ask(records, X, 13)) == "known m1"
    assert short(ask(records, X, 45)) == said
    renewed = mirror("m1", 9)
    renewed["status"].update(startTime=history.cut(30), containerStatuses=[container(35)])
    records.pod(36, renewed)
    assert short(ask(records, X, 13)) == "known m1"     # the start_time of a mirror is the first one


def test_the_start_of_a_mirror_is_the_first_one_that_is_told():
    ended = mirror("m1", 9)
    ended["status"].update(startTime=history.cut(30), containerStatuses=[container(10, 32)], conditions=[])
    records = covered().pod(11, mirror("m1", 9), "ADDED").progress(25).pod(32.5, ended).progress(60)
    assert short(ask(records, X, 13)) == "known m1"


@pytest.mark.parametrize("received", [30.2, 29.7])       # 29.7: the clock of the node is ahead
def test_a_container_is_started_again_after_its_kubelet(received):
    records = covered().pod(11, mirror("m1", 9), "ADDED").progress(25)
    records.pod(received, written_again(mirror("m1", 9), 30, 30)).progress(40)
    for started, before in ((52, (10, 50)), (62, (52, 60))):
        for one in (container(*before), container(started, before=before)):
            later = written_again(mirror("m1", 9), 30, 30)
            later["status"]["containerStatuses"] = [one]
            records.pod(started + .2, later)
    records.progress(70)
    assert short(ask(records, X, 13)) == short(ask(records, X, 28, 70)) == "known m1"
    records.pod(80, pod("proxy", X, "n1", 30, ready=79, containers=[container(79, before=(62, 75))], uid="m1",
                        annotations={"kubernetes.io/config.mirror": "hash"}))
    assert short(ask(records, X, 77)) == "unknown hand_over"        # another sandbox
    assert ask(records, X, 82)["binding"]["start"] == history.text(79)


def test_a_kubelet_that_starts_again_knows_the_times_of_other_pods():
    plain = {"uid": "m1", "ready": 10, "containers": [container(10)]}
    records = covered().pod(11, pod("proxy", X, "n1", 9, **plain), "ADDED").progress(25)
    records.pod(30.5, written_again(pod("proxy", X, "n1", 9, **plain), 30, 30)).progress(60)
    assert short(ask(records, X, 45)) == "unknown between_holders"


def test_the_first_that_is_told_of_a_static_pod_may_be_written_again():
    records = covered().pod(30.5, written_again(mirror("m1", 9), 30, 30), "ADDED").progress(60)
    assert short(ask(records, X, 13)) == short(ask(records, X, 45)) == "known m1"
    assert ask(records, X, 13)["binding"]["start"] == history.text(10)


def test_secondary_networks():
    status = '[{"name":"a","ips":["%s"]},{"name":"b","ips":["10.9.0.1","fd09::1"]}]' % X
    records = lived(covered(), "b", Y, 10, None)
    multus = {"k8s.v1.cni.cncf.io/network-status": status}
    records.pod(9, pod("a", None, start=9, phase="Pending", annotations=multus), "ADDED")
    assert short(ask(records, "10.9.0.1", 40)) != "known uid-a"
    records.pod(11, pod("a", X, start=9, ready=10, containers=[container(10)], annotations=multus))
    for ip in (X, "10.9.0.1", "fd09::1"):
        assert short(ask(records, ip, 40)) == "known uid-a"
    broken = {"k8s.v1.cni.cncf.io/network-status": "[{"}
    records.pod(11, pod("c", "10.244.1.30", start=9, ready=10, containers=[container(10)], annotations=broken), "ADDED")
    assert short(ask(records, "10.244.1.30", 40)) == "known uid-c"


def network(*ips):
    return {"k8s.v1.cni.cncf.io/network-status": '[{"name":"lan","ips":["%s"]}]' % '","'.join(ips)}


def plugged(records, received, name, ip, *ips, node="n1"):
    return records.pod(received, pod(name, ip, node, 9, 10, containers=[container(10)], annotations=network(*ips)))


def test_a_secondary_address_ends_alone():
    records = plugged(covered(), 11, "a", X, "10.9.0.1", "10.9.0.2").progress(49)
    plugged(records, 50, "a", X, "10.9.0.2").progress(80)
    assert short(ask(records, "10.9.0.1", 38)) == "known uid-a"         # reported within hold
    assert short(ask(records, "10.9.0.1", 45)) == "unknown hand_over"
    assert short(ask(records, "10.9.0.1", 51)) == "unknown between_holders"
    for ip in (X, "10.9.0.2"):
        assert short(ask(records, ip, 70)) == "known uid-a"
    assert "end_from" in ask(records, "10.9.0.1", 20)["binding"] and "end_from" not in ask(records, X, 20)["binding"]
    plugged(records, 90, "a", X, "10.9.0.1", "10.9.0.2").progress(120)
    assert short(ask(records, "10.9.0.1", 89)) == "unknown hand_over"
    assert short(ask(records, "10.9.0.1", 100)) == "known uid-a"
    assert ask(records, "10.9.0.1", 100)["binding"]["start"] == history.text(90)


def test_a_secondary_address_begins_no_epoch():
    records = plugged(covered(), 11, "a", X).progress(49)
    plugged(records, 50, "a", X, "10.9.0.1").progress(80)
    plugged(records, 81, "a", X, "10.9.0.1", "10.9.0.3")
    for ip in (X, "10.9.0.1", "10.9.0.3"):
        assert short(ask(records, ip, 90)) == "known uid-a"
    assert short(ask(records, X, 45, 55)) == "known uid-a"
    assert short(ask(records, "10.9.0.1", 45)) == "unknown hand_over"
    assert ask(records, "10.9.0.1", 70)["binding"] == {"start": history.text(50), "end": None, "start_from": "received"}


def test_secondary_addresses_of_two_networks_are_not_ordered():
    records = plugged(plugged(covered(), 11, "a", X, "172.30.0.9"), 50, "b", Y, "172.30.0.9")
    assert short(ask(records, "172.30.0.9", 70)) == "ambiguous two_holders"


def test_an_open_one_held_it_until_its_end_would_have_been_reported():
    records = lived(covered(), "a", X, 10, None).progress(59)
    lived(records, "b", X, 60, None, start=20)
    assert short(ask(records, X, 48.4)) == "known uid-a"
    assert short(ask(records, X, 48.6, options=RANGED)) == "ambiguous hand_over"


@pytest.mark.parametrize("key,value,ip", [
    ("projectcalico.org/IPv4WireguardInterfaceAddr", "10.1.0.1", "10.1.0.1"),
    ("projectcalico.org/IPv6WireguardInterfaceAddr", "fd01::1", "fd01::1"),
    ("network.cilium.io/ipv4-health-ip", "10.1.3.1", "10.1.3.1"),
    ("network.cilium.io/ipv6-Ingress-ip", "fd01::2", "fd01::2"),
    ("k8s.ovn.org/node-subnets", '{"default":"10.129.0.0/23"}', "10.129.0.2"),
    ("k8s.ovn.org/node-subnets", '{"default":["10.129.0.0/23","fd02::/64"]}', "fd02::2")])
def test_addresses_that_plugins_give_to_a_node(key, value, ip):
    records = covered().event("ADDED", "nodes", 5, node("n1", "192.0.2.1", annotations={key: value}))
    assert short(ask(records, ip, 20)) == "known node-n1"


def test_an_address_that_a_node_takes_later_is_reported_within_hold():
    records = lived(covered(), "a", X, 10, 45).event("ADDED", "nodes", 5, node("n1", "192.0.2.1")).progress(59)
    own = {"projectcalico.org/IPv4VXLANTunnelAddr": X}
    records.event("MODIFIED", "nodes", 60, node("n1", "192.0.2.1", annotations=own))
    assert short(ask(records, X, 48.4)) == "unknown between_holders"
    assert short(ask(records, X, 48.6)) == "unknown hand_over"


def test_gateways_count_while_podcidrs_are_in_use():
    records = covered().event("ADDED", "nodes", 5, node("n1", "192.0.2.1", "10.244.1.0/24", annotations={
        "flannel.alpha.coreos.com/backend-type": "vxlan"}))
    assert short(ask(records, "10.244.1.1", 20)) == "known outside"
    lived(records, "a", X, 10, None)
    assert short(ask(records, "10.244.1.1", 20)) == short(ask(records, "10.244.1.0", 20)) == "known node-n1"
    lived(records, "b", "10.250.0.1", 10, None)
    assert short(ask(records, "10.244.1.1", 20)) == "unknown never_seen"


def test_a_member_that_an_earlier_record_lacked():
    records = lived(covered(), "a", X, 10, None)
    records.event("ADDED", "endpointslices", 20, piece("cart-1", "cart", [(Y, "uid-b")])).progress(49)
    records.event("MODIFIED", "endpointslices", 50, piece("cart-1", "cart", [(X, "uid-a")]))
    assert "services" not in ask(records, X, 49.9)
    assert ask(records, X, 50)["services"] == ["shop/cart"]
