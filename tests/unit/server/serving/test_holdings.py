"""Of the connections that a worker holds much for, the oldest that waits for its client makes room."""

from __future__ import annotations

from service.server.serving.holdings import LEAST, Holdings, limit_of


class Client:
    """A connection that waits for its client, or is worked on."""

    def __init__(self, *, waits: bool = True) -> None:
        self.waits = waits
        self.is_ousted = False

    def oust(self) -> None:
        """Note it."""
        self.is_ousted = True


def test_the_oldest_that_waits_makes_room() -> None:
    """And no other; what it held is free again."""
    busy, first, second = Client(waits=False), Client(), Client()
    holdings = Holdings(100)
    assert all(holdings.hold(client, 40) for client in (busy, first))
    assert holdings.hold(second, 20)
    assert not first.is_ousted
    assert holdings.hold(second, 30)
    assert [client.is_ousted for client in (busy, first, second)] == [False, True, False]
    assert holdings.total == 70


def test_where_nobody_waits_there_is_no_room() -> None:
    """What is worked on is not ended; once it holds nothing, there is room."""
    busy, other = Client(waits=False), Client(waits=False)
    holdings = Holdings(100)
    assert holdings.hold(busy, 90)
    assert not holdings.hold(other, 20)
    assert not busy.is_ousted
    assert holdings.hold(busy, 0)
    assert holdings.hold(other, 20)
    assert list(holdings.held) == [other]


def test_a_worker_holds_a_body_and_an_answer_of_the_largest_size() -> None:
    """However large an operator lets them be."""
    assert limit_of(1, 1) == LEAST
    assert limit_of(1 << 30, 1 << 29) == (1 << 30) + (1 << 29)
