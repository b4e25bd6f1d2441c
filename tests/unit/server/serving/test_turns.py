"""Large bodies are worked on in turn; small ones wait for nobody."""

from __future__ import annotations

import threading

import pytest
from flask import Flask, Response, request

from service.server.serving import turns
from service.server.serving.turns import SMALL, Lane, whole_body
from tests.support.live import until


def entering(lane: Lane, weight: int, done: list[int]) -> threading.Thread:
    """One more who wants to enter, in a thread of its own."""

    def enter() -> None:
        lane.enter(weight)
        done.append(weight)

    before = len(lane.waiting) + len(done)
    thread = threading.Thread(target=enter, daemon=True)
    thread.start()
    until(lambda: len(lane.waiting) + len(done) > before)
    return thread


def test_a_lane_takes_what_fits_and_the_rest_in_order() -> None:
    """A light one behind a heavy one waits for it: else the heavy one would wait for ever."""
    lane, done = Lane(10), list[int]()
    for weight in (6, 4):
        entering(lane, weight, done).join()
    waiting = [entering(lane, weight, done) for weight in (50, 1)]
    assert done == [6, 4]
    lane.leave(6)
    assert len(lane.waiting) == 2
    lane.leave(4)
    waiting[0].join()
    assert done == [6, 4, 50]
    lane.leave(50)
    waiting[1].join()
    assert done == [6, 4, 50, 1]
    assert (lane.held, len(lane.waiting)) == (1, 0)


@pytest.fixture
def app() -> Flask:
    """An application that reads bodies, and says how much is worked on then."""
    made = Flask(__name__)
    turns.install(made)

    @made.post("/")
    def read() -> Response:
        body = whole_body(times=int(request.args.get("times", "1")))
        lanes = made.extensions["mas.lanes"]
        if body.startswith(b"!"):
            raise ZeroDivisionError
        return Response(f"{len(body)} {[lane.held > 0 for lane in lanes]}")

    return made


@pytest.mark.parametrize(
    ("body", "times", "worked_on"),
    [
        (b"a" * SMALL, 1, [False, False]),
        (b"a" * (SMALL + 1), 1, [True, False]),
        (b"," * 100_000, 1, [False, True]),
        (b"a" * 1000, 250, [True, False]),
        (b"a" * 50_000, 250, [False, True]),
    ],
)
def test_a_body_is_in_the_lane_of_what_it_will_take(app: Flask, body: bytes, times: int, worked_on: list[bool]) -> None:
    """And leaves it once its answer is made."""
    answer = app.test_client().post(f"/?times={times}", data=body)
    assert answer.text == f"{len(body)} {worked_on}"
    assert [lane.held for lane in app.extensions["mas.lanes"]] == [0, 0]


def test_a_failure_leaves_its_lane(app: Flask) -> None:
    """So that the next one can enter."""
    for _ in range(2):
        assert app.test_client().post("/", data=b"!" * 100_000).status_code == 500
    assert [lane.held for lane in app.extensions["mas.lanes"]] == [0, 0]
