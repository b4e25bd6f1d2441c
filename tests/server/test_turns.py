"""Whose turn it is: in order of arrival, a few at once, and nobody for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.server.serving.turns import AT_ONCE, PATIENCE, Turns

LONG = 1.0


def test_a_few_start_and_the_rest_follow_in_order() -> None:
    """Each end begins the next."""
    turns = Turns()
    names = [f"request {number}" for number in range(AT_ONCE + 2)]
    begun = [one for name in names for one in turns.ask(name, 0.0)]
    assert begun == names[:AT_ONCE]
    assert turns.end(names[0], 0.0) == [names[AT_ONCE]]
    assert turns.end(names[1], 0.0) == [names[AT_ONCE + 1]]
    assert turns.end(names[AT_ONCE], 0.0) == []


def test_one_that_takes_long_gives_up_its_turn_only_when_another_waits() -> None:
    """At its time and not before; that it ends later changes nothing."""
    turns = Turns()
    for number in range(AT_ONCE):
        turns.ask(f"slow {number}", 0.0)
    assert turns.sweep(LONG) == []
    assert turns.pause(LONG, LONG) == LONG
    assert len(turns.running) == AT_ONCE
    assert turns.ask("next", PATIENCE / 2) == []
    assert turns.pause(PATIENCE / 2, LONG) == PATIENCE / 2
    assert turns.pause(LONG, LONG) == 0.0
    assert turns.sweep(PATIENCE - 0.001) == []
    assert turns.sweep(PATIENCE) == ["next"]
    assert turns.end("slow 0", LONG) == []
    assert turns.running == {"next": 2 * PATIENCE}


@given(st.lists(st.integers(0, 3), max_size=60))
def test_every_request_begins_once_and_in_order(steps: list[int]) -> None:
    """Whatever happens in between: 0 and 1 ask, 2 ends the oldest, 3 lets time pass."""
    turns = Turns()
    asked = 0
    begun: list[int] = []
    now = 0.0
    for step in steps:
        if step < 2:
            begun += turns.ask(asked, now)
            asked += 1
        elif step == 2 and turns.running:
            begun += turns.end(next(iter(turns.running)), now)
        else:
            now += PATIENCE
            begun += turns.sweep(now)
        assert len(turns.running) <= AT_ONCE
        assert not turns.waiting or len(turns.running) == AT_ONCE
    while turns.running:
        begun += turns.end(next(iter(turns.running)), now)
    assert begun == list(range(asked))
