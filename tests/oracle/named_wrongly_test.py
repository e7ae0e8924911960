"""The rules name no end wrongly as long as reports come within hold (see named_wrongly.py),
and without any of these they would."""
import pytest

import asof
import epochs
import interfaces
import moments
import named_wrongly
import holder_verdict


def wrong_names(first, count, seen=0):
    found, known = [], 0
    for seed in range(first, first + count):
        _, more, wrong = named_wrongly.check(seed, seen=seen)
        found, known = found + wrong, known + more
    return found, known


@pytest.mark.parametrize("first", range(1, 61, 10))
def test_no_end_is_named_wrongly(first):
    found, known = wrong_names(first, 10)
    assert found == []
    assert known > 500


def test_interfaces_name_more_ends_and_none_wrongly():
    known = [wrong_names(1, 10, seen) for seen in (0, .5, 1)]
    assert [found for found, _ in known] == [[], [], []]
    assert known[0][1] < known[1][1] < known[2][1]


def second_less(start):
    def by(self, clock, opening):
        shown, name, certain_from = start(self, clock, opening)
        return shown, name, certain_from - (moments.SECOND if name in ("sandbox", "started") else 0)
    return by


WITHOUT = {
    "pods without an address": (holder_verdict, "is_unpublished_pod", lambda _: lambda scene: False),
    "the second that a kubelet cuts off": (epochs.Epoch, "start", second_less),
    "skew": (asof, "settle", lambda settle: lambda bindings, before, hold, skew: settle(bindings, before, hold, 0)),
}


def test_without_a_certain_instant_an_interface_would_name_wrongly(monkeypatch):
    monkeypatch.setattr(interfaces, "may_be", lambda span, one, skew: one.kind == "pod" and one.node == span.node)
    monkeypatch.setattr(interfaces, "share", lambda span, one, of_pod: (span, span.first, span.last))
    monkeypatch.setattr(interfaces, "is_past", lambda one, horizon: True)
    assert wrong_names(1, 3, 1)[0]


@pytest.mark.parametrize("what", WITHOUT)
def test_without_it_ends_would_be_named_wrongly(monkeypatch, what):
    owner, name, change = WITHOUT[what]
    monkeypatch.setattr(owner, name, change(getattr(owner, name)))
    assert wrong_names(1, 12)[0]
