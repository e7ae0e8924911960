"""The rules name no end wrongly as long as reports come within hold (see named_wrongly.py)."""
import pytest

import named_wrongly


@pytest.mark.parametrize("first", range(1, 61, 10))
def test_no_end_is_named_wrongly(first):
    known = 0
    for seed in range(first, first + 10):
        _, more, wrong = named_wrongly.check(seed)
        known += more
        assert wrong == []
    assert known > 500
