"""Restored revisions, lists of kubectl, what is unread, the end of the input (answers.md sections 1 and 2)."""
import json

import flows
import history
import moments
import pytest
from asking import X, Y, ask, covered, lived, short
from history import History, at, container, node, pod, service
from oracle import Options, Timeline


def running(name, ip, start=9):
    return pod(name, ip, "n1", start, start + 1, containers=[container(start + 1)])


def restored(records, by_gap):
    if by_gap:
        records.gap("pods", 39, 40, 40).records[-1]["reason"] = "revisions_went_back"
        records.revision = 1
    else:
        records.revision = 50
        records.sync_begin(40, "pods")
        records.pod(40, running("a", X), "ADDED", 20).sync_end(40, "pods")
    return records.pod(50, pod("a", X, "n1", 9, gone=50, phase="Succeeded", containers=[container(10, 50)]))


@pytest.mark.parametrize("by_gap", [True, False])
def test_revisions_that_went_back_begin_a_new_order(by_gap):
    assert short(ask(restored(lived(covered(), "a", X, 10, None), by_gap), X, 60)) == "unknown between_holders"


def test_a_deletion_counts_whatever_its_revision_is():
    records = lived(covered(), "a", X, 10, None)
    records.pod(30, running("a", X), "DELETED", 1)
    records.pod(31, running("a", X))
    assert ask(records, X, 60)["candidates"][0]["why"] == "lost"


def test_an_absent_object_comes_back_with_its_revision():
    records = covered().event("ADDED", "services", 5, service("web", "10.96.0.5"), 7)
    records.sync_begin(20, "services").sync_end(20, "services")
    assert short(ask(records, "10.96.0.5", 60)) == "unknown between_holders"
    records.event("ADDED", "services", 40, service("web", "10.96.0.5"), 7)
    assert short(ask(records, "10.96.0.5", 60)) == "known service"


def by_hand():
    records = History().pod(10, running("a", X), "ADDED").pod(11, running("b", Y), "ADDED")
    return records.event("ADDED", "nodes", 11, node("n1", "192.0.2.1")).event("ADDED", "services", 11, service("w", "10.96.0.5"))


def test_the_first_listing_begins_the_coverage():
    records = by_hand()
    assert short(ask(records, "192.0.2.9", 11.4)) == "unknown before_coverage"
    assert short(ask(records, "192.0.2.9", 11.5)) == "known outside"
    assert short(ask(records, "192.0.2.9", 2, options=Options(kube_from=at(1)))) == "known outside"


def gaps_of(timeline, resource):
    timeline.position_for(at(0))
    return [(one.start, one.end) for one in timeline.worlds[""].gaps if one.resource == resource]


@pytest.mark.parametrize("again,gap", [(600, (11, 600)), (3600, (1811, 3600))])
def test_an_added_that_is_there_begins_another_listing(again, gap):
    records = by_hand().pod(again, running("b", Y), "ADDED", 102).pod(again, running("c", "10.244.1.30", again - 5), "ADDED")
    assert short(ask(records, Y, again + 30)) == "known uid-b"
    assert short(ask(records, X, again + 30, options=Options(kube_until=at(again + 60)))) == "unknown lost"
    timeline = records.feed(Timeline())
    assert gaps_of(timeline, "pods") == [(at(gap[0]), at(gap[1])), (at(again + 1800), moments.EVER)]
    timeline = records.feed(Timeline(closed=False))
    assert timeline.worlds[""].gaps == []       # the listing is not over
    records.pod(again + 1, running("b", Y))
    assert short(ask(records, X, again + 30)) != "known uid-a"


def test_the_started_pods_of_a_next_run_are_a_listing():
    records = by_hand().pod(60, running("a", X))
    records.pod(900, running("c", "10.244.1.30", 700), "ADDED").pod(900, running("d", "10.244.1.31", 700), "ADDED")
    assert short(ask(records, "10.244.1.30", 930)) == "known uid-c"
    assert short(ask(records, X, 930)) == "unknown lost"
    timeline = records.feed(Timeline(Options(kube_until=at(940))))
    assert gaps_of(timeline, "pods") == [(at(60), at(900))]     # a was there at 60
    fresh = pod("c", None, None, None, phase="Pending")         # kubectl sees it made
    assert short(ask(by_hand().pod(60, running("a", X)).pod(900, fresh, "ADDED"), X, 930)) == "known uid-a"


def test_a_watch_of_kubectl_ends_after_half_an_hour():
    records = by_hand().pod(4000, running("a", X))
    assert short(ask(records, "192.0.2.9", 1799)) == "known outside"
    assert short(ask(records, "192.0.2.9", 1822)) == "unknown gap"          # of services and nodes
    assert short(ask(records, "192.0.2.9", 1822, options=Options(kube_until=at(4000)))) == "known outside"
    assert gaps_of(records.feed(Timeline()), "pods") == [(at(4000), moments.EVER)]
    assert records.feed(Timeline(closed=False)).worlds[""].gaps == []


def test_a_holder_is_not_certain_after_the_end_of_its_watch():
    records = by_hand().pod(4000, running("a", X)).event("MODIFIED", "services", 5000, service("w", "10.96.0.5"))
    assert short(ask(records, X, 3989)) == "known uid-a"
    assert short(ask(records, X, 3990)) == "unknown gap"
    assert short(ask(records, X, 4500, options=Options(kube_until=at(5000)))) == "known uid-a"


def test_a_watch_is_not_older_than_a_pod_that_it_lists():
    records = by_hand().pod(20, running("a", X), "ADDED", 102).pod(3000, running("c", "10.244.1.30"), "ADDED")
    assert short(ask(records, X, 4789)) == "known uid-a"
    assert short(ask(records, X, 4790)) == "unknown gap"


def test_a_change_of_what_was_not_listed_shows_that_nothing_was():
    records = by_hand()
    assert short(ask(records, "192.0.2.9", 30)) == "known outside"
    records.pod(20, running("old", Y))
    assert short(ask(records, "192.0.2.9", 30)) == "unknown before_coverage"
    assert short(ask(records, "192.0.2.9", 30, position=len(records.records) - 2)) == "known outside"


@pytest.mark.parametrize("known,start,said", [
    (3590, None, "known outside"), (3500, 3500, "unknown gap"), (None, None, "known outside")])
def test_a_list_long_after_the_last_progress_follows_a_gap(known, start, said):
    records = covered()
    if known:
        records.progress(known)
    records.synced(3601, "services")
    timeline = records.feed(Timeline())
    assert gaps_of(timeline, "services") == ([(at(start), at(3601))] if start else [])
    assert short(ask(records, "192.0.2.9", 3550)) == said


def test_the_first_list_follows_no_gap():
    records = History().progress(0).synced(3601)
    assert records.feed(Timeline()).worlds[""].gaps == []


def back(shown, listed, deleted=False):
    """A service got an external address in the record of revision 180, then a backup was restored. A list of the
    revision LISTED shows it as it was at SHOWN."""
    records = covered().event("ADDED", "services", 5, service("web", "10.96.0.5"), 140)
    wider = service("web", "10.96.0.5")
    wider["spec"]["externalIPs"] = ["203.0.113.9"]
    records.event("DELETED" if deleted else "MODIFIED", "services", 20, wider, 180)
    records.revision = listed
    records.sync_begin(40, "services").event("ADDED", "services", 40, service("web", "10.96.0.5"), shown)
    records.revision = listed
    return records.sync_end(40, "services")


def test_a_list_that_shows_an_older_object_begins_a_new_order():
    assert short(ask(back(140, 1000), "203.0.113.9", 60)) == "unknown between_holders"
    assert short(ask(back(140, 1000, deleted=True), "10.96.0.5", 60)) == "known service"
    records = back(140, 1000)
    records.event("MODIFIED", "services", 50, service("web", "10.96.0.6"), 150)
    assert short(ask(records, "10.96.0.6", 60)) == "known service"


def test_a_new_order_undoes_deletions():
    records = covered().event("ADDED", "services", 5, service("web", "10.96.0.5"), 140)
    records.event("DELETED", "services", 20, service("web", "10.96.0.5"), 180)
    records.event("ADDED", "services", 30, service("web", "10.96.0.5"), 190)
    assert short(ask(records, "10.96.0.5", 60)) == "unknown between_holders"
    records.gap("services", 39, 40, 40).records[-1]["reason"] = "revisions_went_back"
    assert short(ask(records, "10.96.0.5", 60)) == "unknown between_holders"
    records.event("ADDED", "services", 41, service("web", "10.96.0.5"), 120)
    assert short(ask(records, "10.96.0.5", 60)) == "known service"


def test_a_change_whose_time_is_another_records_is_certain_of_nothing():
    records = History().pod(10, running("a", X), "ADDED").event("ADDED", "nodes", 11, node("n1", "192.0.2.1"))
    records.event("ADDED", "services", 11, service("w", "10.96.0.5", created=3))
    records.event("ADDED", "services", 11, service("v", "10.96.0.6", created=40))
    wider = service("w", "10.96.0.5", created=3)
    wider["spec"]["externalIPs"] = ["203.0.113.9"]
    records.event("MODIFIED", "services", 99, wider)
    for record in records.records:
        del record["received"]
    assert short(ask(records, "10.96.0.6", 45)) == "known service"
    assert short(ask(records, "203.0.113.9", 45)) == "unknown hand_over"
    assert ask(records, "203.0.113.9", 45)["candidates"][0]["why"] == "starting"
    records.records[-1]["received"] = history.text(42)
    assert short(ask(records, "203.0.113.9", 45)) == "known service"


def test_without_a_list_progress_says_that_the_front_is_gone():
    records = History().pod(10, running("a", X), "ADDED").progress(12)
    assert short(ask(records, "192.0.2.9", 30)) == "unknown before_coverage"
    assert short(ask(records, X, 30)) == "known uid-a"


@pytest.mark.parametrize("line,resources", [
    (b"{", ("pods", "nodes", "services")), (b'{"type":"ADDED","resource":"pods"}', ("pods",)),
    (b'{"type":"ADDED","object":{"kind":"Node","metadata":{}}}', ("nodes",)),
    (b'{"kind":"List","items":[],"metadata":{}}', ("pods", "nodes", "services")),
    (b'{"apiVersion":"v1","kind":"PodList","items":[]}', ("pods",)),
    (b'{"type":"ADDED","object":{"kind":"PodList","items":[]}}', ("pods",))])
def test_what_is_unread_leaves_nothing_outside(line, resources):
    timeline, count = Timeline(), 0

    def feed(records):
        nonlocal count
        for one in records.lines():
            timeline.feed(count, one)
            count += 1

    def said():
        found = timeline.answer("192.0.2.9", None, None, at(70), at(70), True, count - 1)
        return found.get("reason") or found["kind"]
    feed(covered())
    timeline.feed(count, b'{"kind":"ConfigMapList","items":[]}')
    count += 1
    assert said() == "outside"
    timeline.feed(count, line)
    count += 1
    assert said() == "unread"
    timeline.feed(count, b'{"type":"ADDED","resource":"secrets","object":{}}')
    count += 1
    feed(History().synced(50, "endpointslices", *(set(("pods", "nodes", "services")) - set(resources))))
    assert said() == "unread"
    feed(History().synced(60, *resources))
    assert said() == "outside"


def provisional(records, end, **options):
    timeline = records.feed(Timeline(Options(**options)))
    tag = json.loads(timeline.tag(history.flow(end - 1, end, X, Y), ("flows", 0, 0)))["tenure"]
    return tag.get("provisional_reason"), tag["kube"]["known"]


def test_the_input_ends():
    records = lived(covered(), "a", X, 10, None)
    assert provisional(records, -5) == (None, None)
    assert provisional(records, 20) == ("kube_ended", None)
    assert provisional(records, 20, kube_until=at(30.5)) == (None, None)
    assert provisional(records, 20, kube_until=at(30.4)) == ("kube_ended", None)
    records.progress(30.5)
    assert provisional(records, 20) == (None, history.text(30.5))
    assert provisional(records, 20.1) == ("kube_ended", history.text(30.5))


def test_addresses_as_kubernetes_reads_them():
    odd = service("web", "10.96.011.012", created=1)
    odd["spec"]["clusterIPs"] = [" 10.96.011.012 ", "::ffff:010.96.0.9", "fd00::0001\t"]
    records = covered().event("ADDED", "services", 1, odd)
    for ip in ("10.96.11.12", "10.96.0.9", "fd00::1"):
        assert short(ask(records, ip, 20)) == "known service"
    with pytest.raises(flows.Rejected):
        flows.questions(history.flow(1, 2, "10.96.011.012", Y))


def test_an_address_that_comes_later():
    records = covered().event("ADDED", "services", 5, service("web", "10.96.0.5")).progress(50)
    later = service("web", "10.96.0.5")
    later["spec"]["externalIPs"] = ["203.0.113.9"]
    records.event("MODIFIED", "services", 51, later)
    assert short(ask(records, "203.0.113.9", 39)) == "known outside"
    assert short(ask(records, "203.0.113.9", 49)) == "known outside"
    assert short(ask(records, "203.0.113.9", 49.6)) == "unknown hand_over"
    assert short(ask(records, "203.0.113.9", 60)) == "known service"
    assert short(ask(records, "10.96.0.5", 3)) == "unknown hand_over"
