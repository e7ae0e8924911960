"""What is forgotten (answers.md section 1, Horizon), by hand-made histories."""
from dataclasses import replace

from asking import RANGED, X, ask, covered, lived, short
from history import container, pod
from moments import SECOND

FORGETFUL = replace(RANGED, retention=320 * SECOND)     # in steps of 10 s


def test_what_is_before_the_horizon_is_before_coverage():
    records = lived(lived(covered(), "a", X, 10, 20), "b", X, 60, None).progress(409)
    assert short(ask(records, X, 75, options=RANGED)) == "known uid-b"
    assert ask(records, X, 75, options=FORGETFUL) == {"status": "unknown", "reason": "before_coverage"}
    assert ask(records, X, 80.4, options=FORGETFUL) == {"status": "unknown", "reason": "before_coverage"}
    assert short(ask(records, X, 80.6, options=FORGETFUL)) == "known uid-b"
    assert short(ask(records, X, 80.6, position=3, options=FORGETFUL)) == "unknown before_coverage"
    records.progress(410)
    assert short(ask(records, X, 80.6, options=FORGETFUL)) == "unknown before_coverage"


def test_a_gap_before_the_horizon_does_not_count():
    records = lived(covered(), "a", X, 10, 20)
    records.gap("pods", 40, 50, 50)
    lived(records, "b", X, 100, None).progress(400)
    assert short(ask(records, X, 100.2, sent=True, options=RANGED)) == "unknown gap"
    assert short(ask(records, X, 100.2, sent=True, options=FORGETFUL)) == "unknown before_coverage"


def test_who_was_lost_before_the_horizon_is_gone():
    records = lived(covered(), "a", X, 10, None).progress(29.5)
    records.pod(30, pod("a", X, "n1", 9, 10, containers=[container(10)]), "DELETED").progress(335)
    assert short(ask(records, X, 300, sent=True, options=FORGETFUL)) == "known uid-a"
    records.progress(400)
    assert short(ask(records, X, 300, sent=True, options=RANGED)) == "known uid-a"
    assert short(ask(records, X, 300, sent=True, options=FORGETFUL)) == "unknown between_holders"
