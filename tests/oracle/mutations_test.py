"""The random histories of tests/integration/60-oracle.py exercise each rule: without it some answer is another one."""
import functools
import itertools

import flows
import pytest
import random_history
from mutations import ELSEWHERE, MUTATIONS, RARE
from oracle import Timeline, settings

SEEDS = (1, 2, 3, 5, 7, 8, 12)


@functools.lru_cache(maxsize=None)
def history_of(seed):
    return random_history.make(seed, count=120)


def answers(seed):
    kube, lines, options = history_of(seed)
    hindsight, options = settings(options)
    timeline = Timeline(options)
    for offset, line in enumerate(kube):
        timeline.feed(offset, line)
    for offset, line in enumerate(lines):
        try:
            yield timeline.tag(line, ("flows", 0, offset), hindsight)
        except (flows.Rejected, flows.Outside):
            pass


@functools.lru_cache(maxsize=None)
def right(seed):
    return list(answers(seed))


@pytest.mark.parametrize("rule", [rule for rule in MUTATIONS if rule not in RARE])
def test_a_rule_that_is_switched_off_is_noticed(monkeypatch, rule):
    owner, name, change = MUTATIONS[rule]
    for seed in (ELSEWHERE[rule],) if rule in ELSEWHERE else SEEDS:
        wanted = right(seed)
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, change(getattr(owner, name)))
            if any(one != other for one, other in itertools.zip_longest(answers(seed), wanted)):
                return      # at the first answer that is another one
    pytest.fail("no seed notices it")
