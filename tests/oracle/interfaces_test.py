"""What the interfaces of pods say (answers.md section 3), by hand-made histories."""
import oracle
import pytest
from asking import RANGED, X, alone, ask, asked, covered, lived, seen, short
from history import History, container, pod, text
from oracle import Options


def two():
    """Pod a has X until 20.9, pod b from 21.2 on."""
    return lived(lived(covered(), "a", X, 10, 20.9), "b", X, 21.2, None)


def test_without_interfaces_a_hand_over_is_unsure():
    assert asked(two(), 20.2, sent=True) == "ambiguous hand_over"
    assert asked(two(), 21.9) == "unknown hand_over"


def test_packets_make_certain_until_the_last_and_from_the_first():
    records = seen(seen(two(), "wa", 10.2, 20.85, since=9.9, until=20.88), "wb", 21.3, 60)
    assert asked(records, 20.2) == "known uid-a"
    assert asked(records, 21.9) == "known uid-b"


def test_an_interface_that_is_gone_or_not_there_excludes():
    records = seen(lived(covered(), "a", X, 10, 20.3), "wa", 10.2, 19, since=9.9, until=20.05)
    assert asked(records, 20.7) == "unknown between_holders"
    def late(gone=None):
        return lived(covered(), "b", X, 21.2, gone, start=15)

    assert asked(late(), 17) == asked(late(50), 17) == "unknown hand_over"
    assert asked(seen(late(50), "wb", 21.5, 49, since=20.9), 17) == "unknown before_first"
    assert asked(seen(late(), "wb", 21.5, 49, since=20.9), 17) == "unknown hand_over"     # it may have ended before 21.5, unseen


@pytest.mark.parametrize("appeared,said", [(19.5, "known uid-a"), (19.6, "unknown hand_over"), (None, "unknown hand_over")])
def test_an_interface_is_its_pods_from_when_it_appeared(appeared, said):
    records = seen(lived(covered(), "a", X, 10, 20), "wa", 20.6, 20.9, appeared=appeared)       # its pod was silent before
    assert asked(records, 19.6) == said


def test_an_interface_that_waited_for_an_address_is_of_who_surely_sent():
    """A plug-in makes it while the last pod still has the address: when it appeared says nothing then."""
    records = seen(lived(lived(covered(), "a", X, 10, 20.3), "b", X, 21.2, 50, start=12), "wa", 10.2, 20.2, since=9.9)
    assert asked(records, 21.8) == "unknown hand_over"
    assert asked(seen(records, "wb", 21.2, 49, since=12, appeared=12.1), 21.8) == "known uid-b"


@pytest.mark.parametrize("appeared", [None, 19.1])
def test_an_interface_that_was_made_after_a_pod_had_its_address_is_not_its(appeared):
    """A plug-in makes that of the next pod while the last one, which was silent, still has the address."""
    records = lived(covered().progress(0), "a", X, 10, None)
    records.pod(20, pod("b", None, start=19, phase="Pending", containers=[container()]), "ADDED").progress(39.9)
    records.pod(40, pod("a", X, "n1", 9, 10, containers=[container(10)]), "DELETED").progress(40.1)
    records.pod(41.6, pod("b", None, start=19, phase="Pending", ready=41, containers=[container()]))
    seen(records, "wb", 41.2, 69, since=19, appeared=appeared)
    assert asked(records, 42.8) == "unknown hand_over"
    assert asked(records, 42.8, sent=True) == "unknown unpublished_pod"


def test_order_and_repetition_say_nothing():
    first = lambda records: seen(records, "wa", 10.2, 12, since=9.9)  # noqa: E731
    last = lambda records: seen(records, "wa", 10.2, 20.85, until=20.88)  # noqa: E731
    for steps in ((first, last), (last, first), (first, last, first)):
        records = two()
        for step in steps:
            records = step(records)
        assert asked(records, 20.2) == "known uid-a"


def test_an_interface_is_of_no_pod_whose_sandbox_was_gone_before():
    """The first record tells of an end long ago, as where the topic was trimmed; nobody tells of the next pod."""
    def said(gone):
        records = covered().progress(59.9).pod(60, pod("a", X, start=9, ready=10, gone=gone, phase="Succeeded", containers=[container(10, 20)]), "DELETED")
        return asked(seen(records, "w", 21.5, 60, host="h"), 30, sent=True, observer="h")

    assert said(20) != "known uid-a"
    assert said(21) == "known uid-a"


def test_nobody_is_named_who_is_in_no_record_of_a_pod():
    assert asked(seen(covered(), "wa", 10, 60), 20, sent=True) == "unknown never_seen"


@pytest.mark.parametrize("spoiled", [
    lambda records: seen(records, "wr", 20, 30, name="router"),                         # carries it at the same time
    lambda records: seen(records, "wr", 20, 30, node="n2"),
    lambda records: seen(records, "wa", 10.2, 20.85, ip="10.244.1.99")])                 # carried another one too
def test_what_may_be_a_router_proves_nothing(spoiled):
    records = spoiled(seen(two(), "wa", 10.2, 20.85, since=9.9, until=20.88))
    assert asked(records, 20.2, sent=True) == "ambiguous hand_over"


def test_two_meters_see_one_interface():
    records = seen(two(), "wa", 10.2, 20.85, name="veth1", until=20.88)
    assert asked(seen(records, "wa-2", 15, 21, name="veth1"), 20.2) == "known uid-a"


def test_an_interface_of_another_node_or_of_no_certain_epoch_says_nothing():
    assert asked(seen(two(), "wa", 10.2, 20.85, node="n2"), 20.2) != "known uid-a"
    assert asked(seen(two(), "wa", 9, 10.5, until=10.6), 20.2) != "known uid-a"      # before a was surely there
    assert asked(seen(two(), "wb", 10.5, 30), 20.2) == "ambiguous hand_over"         # fits both


def test_with_other_clocks_interfaces_say_nothing():
    records = seen(two(), "wa", 10.2, 20.85, until=20.88)
    assert asked(records, 20.2, options=Options(clock="received", ranges=RANGED.ranges)) != "known uid-a"
    assert asked(records, 20.2, options=Options(clock="started", ranges=RANGED.ranges)) == "known uid-a"


def test_a_position_sees_only_what_came_before():
    records = two().progress(90)
    before = len(records.records) - 1
    assert short(ask(seen(records, "wa", 10.2, 20.85), X, 20.2, 20.3, position=before, options=RANGED)) == "ambiguous hand_over"


def test_a_short_pod_is_named_from_its_first_packet_on():
    records = seen(lived(covered(), "b", X, 21.2, None), "wb", 20.9, 60)
    answer = ask(records.progress(90), X, 21.6, 21.7, options=RANGED)
    assert (answer["binding"]["start_from"], answer["binding"]["start"]) == ("interface", "2026-11-23T08:00:20.900Z")


def test_the_packets_of_either_family_tell_whose_an_interface_is():
    """X is sent from only after the pod's reported end, as IPv6 waits until no neighbour has the address; the other address, before."""
    other = [{"ip": "fd00::9", "first": text(20.1), "last": text(21.5)}]

    def said(**more):
        records = lived(lived(covered(), "a", X, 10, 18), "b", [X, "fd00::9"], 19.2, 21.2)
        return asked(seen(records, "wb", 21.9, 22.5, host="h", **more), 22, observer="h")

    assert said() == "unknown hand_over"
    assert said(others=other) == "known uid-b"


def test_it_is_of_no_watch():
    """No coverage, no GAP, no unread records, and `received` counts for nothing."""
    records = seen(History(), "wa", 10, 60)
    assert asked(records, 20, sent=True) == "unknown before_coverage"
    records = covered().add(type="MODIFIED", resource="interfaces", object={"metadata": {"uid": "u", "name": "n"}})
    assert asked(records, 20, sent=True) == "unknown never_seen"


def test_after_the_end_of_a_watch_an_interface_may_be_of_the_next_pod():
    """The topic is kubectl's, whose watch ended after 30 minutes; somebody else may have come, unseen."""
    for start, end, said in ((100, 900, "known uid-a"), (2000, 2100, "unknown gap")):
        records = History().pod(12, pod("a", X, start=9, ready=10, containers=[container(10)]), "ADDED")
        records = seen(records, "w", start, end, host="h")
        assert short(ask(records, X, start + 50, start + 51, observer="h", options=RANGED)) == said


def test_of_the_pods_of_a_node_the_one_that_is_alone_sent():
    """Seen elsewhere, around the last packet of a."""
    def said(**more):
        return asked(alone(two(), "wa", 10.2, 20.85, 9, 21.3, host="h"), 20.6, **more)

    assert asked(seen(two(), "wa", 10.2, 20.85, host="h"), 20.6, sent=True) == "ambiguous hand_over"
    assert said(sent=True) == "known uid-a"
    assert said() != "known uid-a"                                           # nobody sent anything
    for since, until, observer, right in ((9, 21.1, None, False), (9, 21.1, "h", True), (10.3, 21.3, None, False)):
        found = asked(alone(two(), "wa", 10.2, 20.85, since, until, host="h"), 20.6, sent=True, observer=observer)
        assert (found == "known uid-a") == right, (since, until, observer)


@pytest.mark.parametrize("since,observer,right", [(20.4, "h", True), (20.7, "h", False), (20.1, None, True), (20.3, None, False)])
def test_who_was_not_there_when_the_flow_began_did_not_have_it_all_the_time(since, observer, right):
    """What was sent to the pod before it is sent again until the next one answers."""
    records = seen(two(), "wb", 21.25, 40, since=since, host="h", alone={"since": text(9), "until": text(41)})
    found = ask(records.progress(90), X, 20.6, 21.6, sent=True, options=RANGED, observer=observer)
    assert (short(found) == "known uid-b") == right


def test_an_unpublished_pod_of_another_node_may_have_the_address():
    def said(node, options=RANGED):
        records = lived(covered(), "a", X, 10, 20.9).pod(15, pod("u", None, node, 15))
        return asked(alone(records, "wa", 10.2, 20.85, 9, 21.5), 20.7, sent=True, options=options)

    assert (said("n1"), said("n2")) == ("known uid-a", "unknown unpublished_pod")


def late(name="veth-b", until=20.95, since=None, reported=36):
    """The end of pod a is reported so late that, by hold, it had X until 24; pod b, not published yet, has it from 21.2 on."""
    records = covered().pod(12, pod("a", X, ready=10, start=9, containers=[container(10)]))
    records = seen(records, "wa", 10.2, 20.85, name="veth-a", since=9.9, until=until, received=22, host="h")
    return seen(records, "wb", 22.5, 60, name=name, since=since, received=30, host="h"), reported


def test_what_a_pod_sent_on_its_own_interface_is_the_pods():
    """Its first packet answers another one, what was sent to it comes after its last one, and records of it are seldom."""
    def said(start, end, sent=True, interface="wa", records=None):
        records = seen(seen(records or two(), "wa", 10.2, 20.85, name="veth"), "wa-2", 15, 16, name="veth")
        return short(ask(records.progress(90), X, start, end, sent=sent, options=RANGED, interface=interface))

    for start, end in ((9.5, 10.2), (20.85, 22), (9, 22), (20.9, 22), (20, 20.1)):
        assert said(start, end) == "known uid-a", (start, end)
        again = said(start, end, interface="wa-2")      # what the meter's second run cannot have seen proves nothing
        assert again == ("known uid-a" if end >= 15 else said(start, end, interface=None)), (start, end)
        assert said(start, end, sent=False) == said(start, end, sent=False, interface=None)    # it may be meant for another, and came to all
        for other in ("wb", "veth", "", None):
            assert said(start, end, interface=other) == said(start, end, interface=None)
    # Who is certain to have the address is not the one who sent: the records contradict each other, and nothing is proven.
    assert said(25, 25.1) == "known uid-b"


@pytest.mark.parametrize("name, until, since, own", [
    ("veth-b", None, None, False), ("veth-a", None, None, True), ("veth-a", 22.4, None, False), ("veth-a", None, 21, False)])
def test_a_sandbox_has_one_interface(name, until, since, own):
    """Pod a is lost, so nothing but the interfaces tells until when its sandbox was there."""
    records, reported = late(name, until, since)
    records.progress(reported - 1).pod(reported, pod("a", X, ready=10, start=9, containers=[container(10)]), "DELETED")
    assert (asked(records, 25, observer="h") == "known uid-a") == own


def test_the_end_of_an_interface_counts_more_than_a_late_report():
    def said(until):
        records, reported = late(until=until)
        records.progress(reported - 1).pod(reported, pod("a", X, ready=10, start=9, containers=[container(10)]), "DELETED")
        return asked(records, 22, sent=True)

    assert (said(None), said(20.95)) == ("known uid-a", "unknown between_holders")


def test_it_ends_no_open_epoch_but_leaves_it_no_longer_certain():
    """A container may have been started since, in a sandbox that no record tells apart yet."""
    def said(until, *moment, **more):
        return asked(late(until=until)[0], *moment, **more)

    assert (said(None, 22), said(20.95, 22), said(20.95, 20.3)) == ("known uid-a", "unknown hand_over", "known uid-a")
    assert said(20.95, 22, sent=True) == "known uid-a"
    assert said(20.8, 22) == "known uid-a"          # it carried a packet later


def test_nor_one_whose_sandbox_is_dead():
    records = late(until=20.95)[0].pod(23, pod("a", X, ready=10, gone=20, start=9, containers=[container(10)]))
    assert asked(records, 20.2) == "known uid-a"            # by its packets
    assert asked(records, 22) == "unknown hand_over"
    assert asked(records, 22, sent=True) == "known uid-a"


def test_an_interface_does_not_come_before_its_pod():
    def said(first):
        return asked(seen(lived(covered(), "b", X, 21.2, None, start=15), "wb", first, 60, host="h"), 17, observer="h")

    assert said(14.6) == "known uid-b"
    assert said(14.4) != "known uid-b"


def test_an_interface_does_not_make_its_cluster_be_there():
    records = seen(covered(), "wx", 1, 2, cluster="typo", received=3)
    lived(records, "a", X, 10, 20.9)
    assert asked(records, 15) == "known uid-a"


def test_an_interface_may_be_told_before_its_cluster_is_there():
    records = two()
    later, records.records = records.records, []
    seen(seen(records, "wa", 10.2, 20.85, since=9.9, until=20.88), "wb", 21.3, 60)
    records.records += later
    assert asked(records, 20.2) == "known uid-a"
    assert asked(records, 21.9) == "known uid-b"


def test_so_many_clusters_that_are_not_there_are_kept(monkeypatch):
    def known(clusters):
        records = two()
        later, records.records = records.records, []
        for number in range(clusters):
            seen(records, f"w{number}", 1, 2, cluster=f"typo{number}")
        seen(seen(records, "wa", 10.2, 20.85, since=9.9, until=20.88), "wb", 21.3, 60)
        records.records += later
        return asked(records, 21.9)

    assert (known(63), known(64)) == ("known uid-b", "unknown hand_over")
    monkeypatch.setattr(oracle, "EARLY_MAX", 3)
    assert (known(1), known(2)) == ("known uid-b", "unknown hand_over")


def contradicted(records, options=RANGED):
    return dict(records.feed(oracle.Timeline(options)).world()[1].interfaces.contradicted)


def test_contradictions_are_counted_once_for_an_interface():
    both = lived(lived(covered(), "a", X, 10, 20.9), "b", X, 15, 90, start=10)
    assert contradicted(two()) == {}
    assert contradicted(seen(two(), "wa", 10.2, 20.85)) == {}
    once = seen(both, "w", 12, 80)
    assert contradicted(once) == {"two_pods": 1}
    assert contradicted(seen(seen(once, "w", 12, 81, until=81.5), "v", 12, 14, ip="10.244.1.18")) == {"two_pods": 1}
    assert contradicted(once, Options(clock="received")) == {}


def test_an_open_epoch_contradicts_nothing_later():
    def records():
        return lived(lived(covered(), "a", X, 10, None), "b", X, 15, 90, start=10)

    assert contradicted(seen(records(), "w", 12, 80)) == {}
    assert contradicted(seen(records(), "w", 10.5, 80)) == {"two_pods": 1}


def test_each_kind_of_contradiction():
    records = seen(lived(covered(), "a", X, 10, 90), "w", 11, 20)
    assert contradicted(seen(records, "v", 25, 89)) == {"second_interface": 1}
    assert contradicted(seen(records, "u", 19, 89)) == {"second_interface": 1, "two_interfaces": 1}
    assert contradicted(seen(records, "t", 60, 70, others=[{"ip": "10.244.1.99", "first": text(60), "last": text(61)}])) == {
        "second_interface": 1, "two_interfaces": 1, "two_addresses": 1}


def test_an_interface_is_looked_at_now_and_then():
    records = seen(covered(), "w", 11, 12)
    lived(lived(records, "a", X, 10, 20.9), "b", X, 15, 40, start=10)
    assert contradicted(seen(records, "w", 11, 74.9)) == {}
    assert contradicted(seen(records, "w", 11, 75)) == {"two_pods": 1}
    assert contradicted(seen(lived(lived(covered(), "a", X, 10, 20.9), "b", X, 15, 40, start=10), "w", 11, 13, until=14)) == {}
    assert contradicted(seen(lived(lived(covered(), "a", X, 10, 20.9), "b", X, 15, 40, start=10), "w", 11, 17, until=18)) == {"two_pods": 1}
