"""Who held an address: pods, by hand-made histories (answers.md sections 3, 5 and 6)."""
import history
import pytest
from asking import RANGED, X, Y, ask, covered, lived, short
from history import container, piece, pod
from oracle import Options


def test_a_pod_is_known_while_it_runs():
    records = lived(covered(), "a", X, 10, None)
    assert short(ask(records, X, 20)) == "known uid-a"
    assert short(ask(records, X, 5, sent=True)) == "unknown before_first"
    assert short(ask(records, X, 10.5)) == "unknown hand_over"
    assert short(ask(records, X, 10.5, sent=True, options=RANGED)) == "unknown before_coverage"
    assert short(ask(records, X, 9.9, sent=True, options=RANGED)) == "unknown before_coverage"
    assert short(ask(records, X, 10.8)) == "known uid-a"         # received at 10.3
    assert short(ask(records, X, 10.7)) == "unknown hand_over"


def test_hand_over_on_one_node():
    records = lived(lived(covered(), "a", X, 10, 20), "b", X, 23, 40)
    assert short(ask(records, X, 15)) == "known uid-a"
    assert short(ask(records, X, 30)) == "known uid-b"
    assert short(ask(records, X, 21, sent=True)) == "known uid-a"         # its end is received at 20.5
    assert short(ask(records, X, 21.1, sent=True)) == "unknown between_holders"
    assert short(ask(records, X, 21.5, sent=True)) == "unknown hand_over"   # b's startTime is 22
    assert short(ask(records, X, 21.5, sent=True, options=RANGED)) == "known uid-b"
    assert short(ask(records, X, 19.9, 22)) == "ambiguous hand_over"
    assert short(ask(records, X, 19.4)) == "known uid-a"
    assert short(ask(records, X, 41.6)) == "unknown between_holders"


def test_hand_over_on_two_nodes_counts_the_skew():
    records = lived(lived(covered(), "a", X, 10, 20), "b", X, 21, 40, node="n2", start=15)
    assert short(ask(records, X, 19.4)) == "known uid-a"
    assert short(ask(records, X, 19.5, sent=True)) == "ambiguous hand_over"
    assert short(ask(records, X, 22.4, sent=True)) == "known uid-b"


def test_a_conflict_leaves_both_possible():
    records = covered()
    lived(records, "a", X, 10, None)
    lived(records, "b", X, 30, None, node="n2")
    assert short(ask(records, X, 20, sent=True)) == "known uid-a"
    assert short(ask(records, X, 35)) == "ambiguous two_holders"
    assert short(ask(records, X, 30.5)) == "ambiguous hand_over"


def test_an_open_terminating_one_is_before_a_later_start():
    records = covered()
    lived(records, "a", X, 10, None)
    records.pod(25, pod("a", X, "n1", 9, 10, containers=[container(10)], deleting=60))
    lived(records, "b", X, 30, None, node="n2")
    assert short(ask(records, X, 40)) == "known uid-b"
    assert short(ask(records, X, 20)) == "known uid-a"


def test_an_open_one_is_before_a_later_start_on_its_node():
    records = lived(lived(covered(), "a", X, 10, None), "b", X, 30, None)
    assert short(ask(records, X, 40)) == "known uid-b"
    assert short(ask(records, X, 28)) == "known uid-a"


def test_each_before_the_other_orders_nothing():
    records = covered()
    lived(records, "a", X, 10, None)
    records.pod(11.5, pod("a", X, "n1", 9, 10, containers=[container(10)], deleting=60))
    lived(records, "b", X, 11, 11, node="n2")
    assert short(ask(records, X, 11.2, sent=True)) == "ambiguous hand_over"
    assert short(ask(records, X, 30)) == "known uid-a"


def test_a_force_deleted_pod_stays_possible_until_the_next():
    records = covered()
    lived(records, "a", X, 10, None)
    records.progress(29.5)
    records.pod(30, pod("a", X, "n1", 9, 10, containers=[container(10)]), "DELETED")
    assert short(ask(records, X, 19)) == "known uid-a"          # else its end would have been reported
    assert short(ask(records, X, 19.1)) == "unknown hand_over"
    assert short(ask(records, X, 29, sent=True)) == "known uid-a"
    assert short(ask(records, X, 29, 29.6, sent=True)) == "unknown lost"
    assert short(ask(records, X, 300, sent=True)) == "unknown lost"
    assert ask(records, X, 300)["candidates"][0]["binding"]["end_from"] == "last_status"
    lived(records, "b", X, 100, None, node="n2")
    assert short(ask(records, X, 120)) == "known uid-b"
    assert short(ask(records, X, 60, sent=True)) == "unknown lost"


def test_a_late_delete_of_the_old_pod_changes_nothing():
    records = covered()
    lived(records, "a", X, 10, None)
    old = pod("a", X, "n1", 9, gone=20, phase="Succeeded", containers=[container(10, 20)])
    records.pod(20.5, old)
    lived(records, "b", X, 22, None)
    before = ask(records, X, 30)
    assert short(before) == "known uid-b"
    records.pod(50, old, "DELETED")
    assert ask(records, X, 30) == before


@pytest.mark.parametrize("deleting,said", [(50, "unknown between_holders"), (None, "unknown lost")])
def test_all_terminated_then_deleted_is_finished_if_no_container_starts_again(deleting, said):
    records = covered()
    records.pod(11, pod("a", X, start=9, containers=[container(10)]), "ADDED")
    records.pod(21, pod("a", X, start=9, containers=[container(10, 20)]))
    records.pod(22, pod("a", X, start=9, containers=[container(10, 20)], deleting=deleting), "DELETED")
    assert short(ask(records, X, 22.6, sent=True)) == said
    assert ask(records, X, 21.5)["candidates"][0]["binding"]["end_from"] == ("finished" if deleting else "last_status")


def test_a_terminal_phase_while_a_container_runs_is_lost():
    records = lived(covered(), "a", X, 10, None).progress(29.5)
    records.pod(30, pod("a", X, "n1", 9, 10, phase="Failed", containers=[container(10)]))
    assert short(ask(records, X, 100, sent=True)) == "unknown lost"
    records.pod(60, pod("a", X, "n1", 9, gone=31, phase="Failed", containers=[container(10, 31)]))
    assert short(ask(records, X, 33, sent=True)) == "unknown between_holders"


def test_a_new_sandbox_is_a_new_epoch():
    records = lived(covered(), "a", X, 10, None)
    records.pod(20.5, pod("a", X, "n1", 9, gone=20, containers=[container(before=(10, 19))]))
    records.pod(21.5, pod("a", None, "n1", 9, ready=21, containers=[container(before=(10, 19))]))
    records.pod(22.5, pod("a", Y, "n1", 9, ready=21, containers=[container(22, before=(10, 19))]))
    assert short(ask(records, X, 15)) == "known uid-a"
    assert ask(records, X, 15)["binding"] == {
        "start": history.text(10), "end": history.text(20), "start_from": "sandbox", "end_from": "sandbox"}
    assert short(ask(records, X, 22, sent=True)) == "unknown between_holders"
    assert short(ask(records, Y, 25)) == "known uid-a"
    assert ask(records, Y, 25)["binding"]["start"] == history.text(21)
    assert short(ask(records, Y, 18, sent=True)) == "unknown before_first"


def test_the_same_address_in_a_new_sandbox():
    records = lived(covered(), "a", X, 10, None).progress(30)
    records.pod(30.5, pod("a", X, "n1", 9, ready=30, containers=[container(30, before=(10, 25))]))
    assert short(ask(records, X, 19.4)) == "known uid-a"
    assert short(ask(records, X, 29, sent=True, options=RANGED)) == "known uid-a"
    assert ask(records, X, 40)["binding"]["start"] == history.text(30)
    assert ask(records, X, 19)["binding"]["start"] == history.text(10)


def test_a_pod_without_an_address_yet_may_have_any():
    records = lived(covered(), "a", X, 10, 20)
    records.pod(18.2, pod("b", None, start=18, phase="Pending"), "ADDED")
    assert short(ask(records, X, 20.8, sent=True)) == "unknown unpublished_pod"
    assert short(ask(records, X, 15, sent=True)) == "known uid-a"
    placed = pod("b", Y, start=18, ready=19, containers=[container(35)])
    records.pod(36, placed)
    assert short(ask(records, X, 20.8, sent=True)) == "known uid-a"


def test_a_pod_that_never_got_an_address_stays_unpublished():
    records = lived(covered(), "a", X, 10, 20)
    records.pod(18.2, pod("b", None, start=18, phase="Pending"), "ADDED")
    records.pod(30, pod("b", None, start=18, phase="Failed"))
    records.pod(31, pod("b", None, start=18, phase="Failed"), "DELETED")
    lived(records, "c", X, 40, None)
    assert short(ask(records, X, 20.8, sent=True)) == "unknown unpublished_pod"
    assert short(ask(records, X, 40.2, sent=True, options=RANGED)) == "unknown unpublished_pod"
    assert short(ask(records, X, 42, 43, sent=True)) == "known uid-c"


def test_a_certain_binding_excludes_the_unpublished_as_far_as_all_was_reported():
    for known, said in ((45, "known uid-b"), (33, "known uid-b"), (31.2, "unknown unpublished_pod"),
                        (None, "unknown unpublished_pod")):
        records = lived(lived(covered(), "a", X, 10, 15), "b", X, 20, None)
        records.pod(9.8, pod("c", None, start=9, phase="Pending"), "ADDED")
        if known:
            records.progress(known)
        assert short(ask(records, X, 20.2, sent=True, options=RANGED)) == said


def test_clocks_choose_what_decides_a_start():
    records = covered()
    records.pod(14.5, pod("a", X, start=9, ready=10, containers=[container(12)]), "ADDED")
    records.event("ADDED", "endpointslices", 16, piece("cart-1", "cart", [(X, "uid-a")]))
    for clock, start in (("sandbox", 10), ("started", 12), ("endpoint", 16), ("received", 14.5)):
        binding = ask(records, X, 30, options=Options(clock=clock))["binding"]
        assert binding == {"start": history.text(start), "end": None, "start_from": clock}


def test_evidence_that_is_missing_falls_to_the_next():
    records = covered()
    records.pod(14.5, pod("a", X, start=9, containers=[container()]), "ADDED")
    assert ask(records, X, 30)["binding"]["start_from"] == "received"


def test_dual_stack_and_annotations():
    records = covered()
    records.pod(11, pod("a", [X, "fd00::17"], start=9, ready=10, containers=[container(10)]), "ADDED")
    calico = pod("b", None, start=9, ready=10, containers=[container(10)],
                 annotations={"cni.projectcalico.org/podIPs": Y + "/32"})
    records.pod(11, calico, "ADDED")
    assert short(ask(records, "fd00::17", 20)) == short(ask(records, X, 20)) == "known uid-a"
    assert short(ask(records, Y, 20)) == "known uid-b"
    calico = pod("b", Y, start=9, ready=10, containers=[container(10)],
                 annotations={"cni.projectcalico.org/podIPs": ""})
    records.pod(30, calico)
    assert short(ask(records, Y, 32)) == "known uid-b"          # a late end of its namesake: its container runs
    calico["status"]["containerStatuses"] = [container(10, 29)]
    records.pod(30, calico)
    assert short(ask(records, Y, 32)) == "unknown between_holders"


OLD, NEW = ({"cni.projectcalico.org/podIP": ip + "/32"} for ip in (X, Y))


@pytest.mark.parametrize("node,start,later,said", [
    ("n1", 9, OLD, "unknown unpublished_pod"),      # copied with the pod
    ("n1", 9, NEW, "known uid-b"),                  # its own
    (None, 9, NEW, "unknown before_first"), ("n1", None, NEW, "unknown never_seen")])
def test_an_annotation_that_came_with_the_pod_is_another_pods(node, start, later, said):
    records = lived(covered(), "a", X, 10, None)
    records.pod(60, pod("b", None, None, None, phase="Pending", annotations=OLD), "ADDED")
    assert short(ask(records, X, 70)) == "known uid-a"
    records.pod(61, pod("b", None, node, start, phase="Pending", annotations=later))
    assert short(ask(records, X, 70)) == "known uid-a"
    if said != "unknown before_first":
        assert short(ask(records, Y, 70)) == said


def test_what_is_all_terminated_is_not_certain_until_it_is_deleted():
    records = covered().pod(11, pod("a", X, start=9, containers=[container(10)]), "ADDED").progress(11.5)
    records.pod(13, pod("a", X, start=9, containers=[container(10, 12)])).progress(40)
    records.pod(41, pod("a", X, start=9, containers=[container(10, 12)]), "DELETED")
    assert short(ask(records, X, 11.5)) == "known uid-a"
    assert short(ask(records, X, 20)) == "unknown hand_over"


def test_what_may_be_of_a_later_sandbox_is_no_evidence():
    records = covered().pod(11, pod("a", X, start=9, ready=10, containers=[container(10)]), "ADDED")
    records.pod(40, pod("a", None, start=9, ready=30, containers=[container(31)]))
    assert short(ask(records, X, 20)) == "unknown hand_over"
    binding = ask(records, X, 20)["candidates"][0]["binding"]
    assert (binding["end"], binding["end_from"]) == (history.text(10), "last_status")


def test_what_ran_in_an_earlier_sandbox_did_not_start_in_this_one():
    records = covered()
    records.pod(31, pod("a", X, start=9, ready=30, containers=[container(10, 12)]), "ADDED")
    assert ask(records, X, 32)["candidates"][0]["binding"]["start"] == history.text(30)


def test_a_sandbox_that_died_is_not_the_end_while_containers_are_stopped():
    records = covered().pod(11, pod("a", X, start=9, ready=10, containers=[container(10)]), "ADDED")
    records.pod(25, pod("a", X, start=9, gone=20, containers=[container(10, 24)]))
    assert ask(records, X, 15)["binding"]["end"] is None
