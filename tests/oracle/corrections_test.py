"""What is corrected (answers.md section 2), by hand-made histories."""
import json

import flows
import pytest
from asking import RANGED, X, Y, covered, lived
from corrections import Unrevised, correct
from history import container, flow, pod
from moments import SECOND
from oracle import Timeline


def ended_late(received):
    """The pod that has X ends at 20, which is reported at RECEIVED."""
    records = lived(covered(), "a", X, 10, None).progress(received - 1)
    records.pod(received, pod("a", X, start=9, gone=20, phase="Succeeded", containers=[container(10, 20)]))
    return records.progress(received + 1).progress(90)


def revised(records, start, revise, closed=False, **changed):
    timeline = records.feed(Timeline(RANGED, closed=closed))
    record = timeline.tag(flow(start, start + 1, Y, X), ("flows", 0, 7))
    for old, new in changed.values():
        record = record.replace(old, new)
    corrected = correct(timeline, record, ("tagged", 0, 3), revise * SECOND)
    return record, corrected


def test_an_answer_that_a_late_record_changes_is_corrected():
    record, corrected = revised(ended_late(35), 22, 10)
    first, second = json.loads(record)["tenure"], json.loads(corrected)["tenure"]
    assert [tags["destination"]["status"] for tags in (first, second)] == ["known", "unknown"]
    assert second["revision"] == 2 and second["flow"] == first["flow"]
    assert second["revises"] == {"topic": "tagged", "partition": 0, "offset": 3}


def test_an_end_that_was_open_is_no_difference():
    record, corrected = revised(ended_late(35), 12, 10)
    assert json.loads(record)["tenure"]["destination"]["binding"]["end"] is None
    assert corrected is None


def test_an_end_that_was_closed_is_a_difference():
    closed = (b'"end":null', b'"end":"2026-11-23T08:00:25Z"')
    assert revised(ended_late(35), 12, 10, closed=False, end=closed)[1] is not None


def test_a_provisional_answer_is_always_corrected():
    provisional = (b'"revision":1', b'"revision":1,"provisional":true,"provisional_reason":"kube_stalled"')
    record, corrected = revised(ended_late(35), 12, 10, first=provisional)
    assert "provisional" not in json.loads(corrected)["tenure"]


def test_what_ends_too_late_is_not_revised():
    with pytest.raises(Unrevised):
        revised(ended_late(35), 22, 100)
    with pytest.raises(Unrevised):
        revised(ended_late(35), 22, 100, closed=True)


def test_an_answer_of_another_position_is_rejected():
    with pytest.raises(flows.Rejected):
        revised(ended_late(35), 12, 10, position=(b'"position":', b'"position":1'))
