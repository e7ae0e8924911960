"""Tests of the judge: a check that cannot fail proves nothing."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from kube_api import PATHS  # noqa: E402
from kube_judge import Judgement, after_first_lists, ages, ns, percentile  # noqa: E402


def at(second):
    return f"2026-01-01T00:00:{second:02}Z"


def pod(kind, uid, revision, second=0):
    metadata = {"name": uid, "uid": uid, "resourceVersion": str(revision)}
    return {"type": kind, "resource": "pods", "received": at(second), "object": {"metadata": metadata}}


def sync(revision, *items):
    begin = {"type": "SYNC_BEGIN", "resource": "pods", "received": at(0), "resourceVersion": str(revision)}
    return [begin, *items, dict(begin, type="SYNC_END")]


def progress(known, revision, received=None):
    return {"type": "PROGRESS", "received": at(received or known), "known": at(known), "revisions": {"pods": str(revision)}}


def gap(begin, end):
    return {"type": "GAP", "resource": "pods", "received": at(end), "from": at(begin), "to": at(end), "reason": "expired"}


def change(uid, revision, second, kind="ADDED"):
    return {"resource": "pods", "uid": uid, "revision": revision, "type": kind, "at": ns(at(second))}


CHANGES = [change("a", 5, 0), change("b", 11, 10), change("b", 12, 20, "MODIFIED"), change("a", 13, 30, "DELETED")]
GOOD = [
    *sync(10, pod("ADDED", "a", 5)),
    pod("ADDED", "b", 11),
    progress(15, 11),
    pod("MODIFIED", "b", 12),
    pod("DELETED", "a", 13),
    progress(40, 13),
]
STATE = {resource: {} for resource in PATHS} | {"pods": {"b": 12}}


def judge(records, requests=()):
    return Judgement(records, after_first_lists(records, CHANGES), requests, STATE)


def test_a_good_topic_is_good():
    judged = judge(GOOD)
    judged.check()
    assert not judged.needless


def test_a_change_that_is_missing_is_lost_unless_a_gap_declares_it():
    records = [r for r in GOOD if r.get("object", {}).get("metadata", {}).get("resourceVersion") != "12"]
    assert judge(records).lost == [CHANGES[2]]
    declared = records[:5] + [gap(15, 25), *sync(12, pod("ADDED", "a", 5), pod("ADDED", "b", 12))] + records[5:]
    judged = judge(declared)
    judged.check()
    assert not judged.needless


def test_a_promise_before_its_change_is_ahead():
    records = GOOD[:5] + [progress(25, 11)] + GOOD[5:]
    assert [c for c, _ in judge(records).ahead] == [CHANGES[2]]
    with pytest.raises(AssertionError):
        judge(records).check()


def test_a_revision_before_its_change_is_ahead():
    records = GOOD[:4] + [progress(15, 12)] + GOOD[5:]
    assert [c for c, _ in judge(records).ahead] == [CHANGES[2]]


def test_a_change_written_twice_or_late_is_found():
    assert judge(GOOD + [pod("DELETED", "a", 13)]).twice == [("a", 13)]
    assert judge(GOOD[:5] + [GOOD[6], GOOD[5], GOOD[7]]).disorder == [(("a", 13), ("b", 12))]


def test_a_wrong_state_is_found():
    assert judge(GOOD[:6] + [GOOD[7]]).differences


def test_a_gap_is_needless_if_nothing_was_lost_and_nothing_refused():
    records = GOOD + [gap(40, 50)]
    assert len(judge(records).needless) == 1
    assert not judge(records, [{"resource": "pods", "at": ns(at(45)), "status": 410, "error": 0}]).needless


def test_the_age_of_known_grows_until_the_next_promise():
    records = [progress(1, 1, 2), progress(4, 1, 5)]
    found = ages(records, ns(at(2)), ns(at(5)), 10**9)
    assert found == [1, 2, 3] and percentile(found, 0.99) == 3
