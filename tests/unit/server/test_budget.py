"""How much one request may cost."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pytest
from flask import Response

from service.api.batch import VIEWS, Batch
from service.app import create_app
from service.server import budget
from service.server.budget import AnswerTooLarge, Budget, CallerGone, TooMuchWork
from service.server.settings import Settings
from tests.support import sample

PANEL = b'{"observations":{"ferritin":"905 ug/L"}}\n'


class Caller:
    """A client that may hang up."""

    def __init__(self, *, gone: bool = False) -> None:
        self.gone = gone
        self.turns = 0

    def is_gone(self) -> bool:
        return self.gone

    def let_others(self) -> None:
        self.turns += 1
        work(0.05)

    def hold(self, size: int) -> None:
        pass


def work(seconds: float) -> None:
    """Use up processor time."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        continue


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    """No budget holds after a test."""
    yield
    budget.end()


def test_work_ends_when_its_time_is_up() -> None:
    """The setting is named; without a budget nothing ends."""
    budget.check()
    budget.begin(Budget(0.01))
    assert list(budget.checked([1, 2])) == [1, 2]
    work(0.02)
    with pytest.raises(TooMuchWork, match="MAS_REQUEST_SECONDS"):
        budget.check()
    budget.current().renew()
    budget.check()


def test_the_time_of_others_is_not_counted() -> None:
    """Neither while the request waits nor while they have their turn."""
    caller = Caller()
    budget.begin(Budget(0.045, client=caller))
    with budget.current().waiting():
        work(0.05)
    budget.check()
    assert caller.turns == 0
    work(0.03)
    budget.check()
    assert caller.turns == 1
    budget.check()


def test_work_for_a_caller_who_has_hung_up_ends() -> None:
    """At the next check after some work."""
    budget.begin(Budget(10, client=Caller(gone=True)))
    work(0.03)
    with pytest.raises(CallerGone):
        budget.check()


def test_an_answer_that_grows_too_long_is_refused() -> None:
    """While it is written."""
    small = Budget(largest=10)
    small.write(10)
    with pytest.raises(AnswerTooLarge, match="MAS_MAX_ANSWER_BYTES"):
        small.write(1)
    Budget().write(1 << 40)


def test_a_long_answer_is_refused_whole() -> None:
    """In the interface's form, under no status 200."""
    app = create_app(Settings(max_answer_bytes=1000, log_level="error"))
    answer = app.test_client().post("/v1/assessments", data=PANEL, content_type="application/json")
    assert (answer.status_code, "MAS_MAX_ANSWER_BYTES" in answer.text) == (422, True)
    app = create_app(Settings(max_answer_bytes=300, log_level="error"))
    record = '{"resourceType":"Observation"}'
    answer = app.test_client().post("/fhir/$evaluate-mas", data=record, content_type="application/fhir+json")
    assert (answer.status_code, "OperationOutcome" in answer.text) == (422, True)


class Lines:
    """A body of two panels."""

    def __init__(self) -> None:
        self.left = PANEL * 2

    def read(self, _size: int, /) -> bytes:
        read, self.left = self.left, b""
        return read


def test_a_line_of_a_batch_has_a_budget_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes too long is refused by itself."""
    budget.begin(Budget(1e-9))
    monkeypatch.setattr(Budget, "renew", lambda _self: None)
    monkeypatch.setattr(budget, "_LOOK_SECONDS", 0.0)
    answered = b"".join(Batch(VIEWS["full"], "id", 1000).answers(Lines()))
    assert answered.count(b'"status":422,"problem"') == 2


def test_a_batch_ends_when_its_caller_has_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lines are left."""
    budget.begin(Budget(10, client=Caller(gone=True)))
    monkeypatch.setattr(budget, "_TURN_SECONDS", -1.0)
    assert b"hung up" in b"".join(Batch(VIEWS["full"], "id", 1000).answers(Lines()))


def test_a_body_that_is_too_long_is_given_up() -> None:
    """The connection ends after the answer."""
    given_up: list[bool] = []

    class Client(Caller):
        def give_up(self) -> None:
            given_up.append(True)

    client = sample.create_app(Settings(max_body_bytes=5, log_level="error")).test_client()
    answer: Response = client.post("/v1/assessments", data=b"123456", environ_base={"gunicorn.socket": Client()})
    assert (answer.status_code, given_up) == (413, [True])


def test_what_has_come_of_a_body_is_held() -> None:
    """Twice, as its pieces are joined at its end."""
    held: list[int] = []

    class Client(Caller):
        def hold(self, size: int) -> None:
            held.append(size)

    class Pieces(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(10)

    client = sample.create_app(Settings(max_body_bytes=50, log_level="error")).test_client()
    answer: Response = client.post(
        "/v1/assessments",
        input_stream=Pieces(b"[1]".ljust(25)),
        content_length=25,
        environ_base={"gunicorn.socket": Client()},
    )
    assert answer.status_code == 200
    assert held == [0, 20, 40]


@pytest.mark.slow
def test_an_answer_of_our_own_may_have_its_length() -> None:
    """The contract is longer than any limit on answers."""
    assert create_app(Settings(max_answer_bytes=1000)).test_client().get("/openapi.json").status_code == 200


def slow(given: bytes) -> int:
    """Work that has no checks."""
    work(0.05)
    return len(given) if given.startswith(b"1") else 1 // 0


@pytest.mark.parametrize("size", [10, 100_000])
@pytest.mark.parametrize("client", [None, Caller()])
def test_work_without_checks_is_done_aside_and_counted(
    size: int, client: Caller | None, capfd: pytest.CaptureFixture[str]
) -> None:
    """Where there is a client and much to do; what it raises is raised here and printed nowhere."""
    budget.begin(Budget(0.04, client=client))
    assert budget.aside(slow, b"1" * size) == size
    with pytest.raises(ZeroDivisionError):
        budget.aside(slow, b"0" * size)
    with pytest.raises(TooMuchWork):
        budget.check()
    assert capfd.readouterr().err == ""


def test_short_lines_of_a_batch_leave_others_their_turn_as_well() -> None:
    """Each has a budget of its own, and none takes a turn of its own."""
    caller = Caller()
    budget.begin(Budget(10, client=caller))
    for _ in range(5):
        budget.current().renew()
        work(0.01)
        budget.check()
    assert caller.turns >= 1
