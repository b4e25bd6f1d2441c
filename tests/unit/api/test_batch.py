"""POST /v1/assessments/batch: every line answered by itself, in order, and nothing held that nobody takes."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import RequestTimeout

from service.api import batch
from service.api.batch import VIEWS, Batch
from service.app import create_app
from service.clinical.assessment import assess
from service.clinical.criteria import CATALOGUE
from service.server.messages.strict_json import loads
from service.server.settings import Settings

GOOD = b'{"observations":{"ferritin":"905 ug/L"},"findings":{"fever":true}}'
BATCH = "/v1/assessments/batch"
LINES = "application/x-ndjson"


def send(client: FlaskClient, body: bytes, query: str = "", **headers: str) -> Any:
    return client.post(BATCH + query, data=body, headers={"Content-Type": LINES} | headers)


def answers(client: FlaskClient, body: bytes, query: str = "") -> list[Any]:
    found = send(client, body, query)
    assert (found.status_code, found.mimetype) == (200, LINES)
    return [loads(line) for line in found.data.splitlines()]


def test_one_bad_line_never_stops_the_rest(client: FlaskClient) -> None:
    lines = [GOOD, b"{", b'{"observations":{"ferritin":905}}', b"[]", b'{"x":NaN}', b"\xff", b"x" * 70_000, b"", GOOD]
    found = answers(client, b"\n".join(lines))
    assert [line["index"] for line in found] == list(range(8))
    assert [line["status"] for line in found] == [200, 400, 422, 422, 400, 400, 413, 200]
    assert found[2]["problem"]["errors"][0]["code"] == "unit_required"
    assert found[0]["assessment"] == found[7]["assessment"]
    assert len({line["problem"]["request_id"] for line in found if "problem" in line}) == 1


def test_the_problem_of_a_line_is_that_of_the_single_call(client: FlaskClient) -> None:
    for line in (b"{", b'{"observations":{"ferritin":905}}'):
        single = client.post("/v1/assessments", data=line, content_type="application/json")
        (found,) = answers(client, line)
        assert found["status"] == single.status_code
        assert found["problem"] | {"request_id": ""} == loads(single.data) | {"request_id": ""}


@pytest.mark.parametrize(
    "kind",
    [
        *("application/x-ndjson", "application/jsonl", "application/ndjson; charset=utf-8", "application/x-jsonlines"),
        *("application/jsonlines", "application/x-jsonl", "Application/X-JSONLines"),
    ],
)
def test_the_kinds_of_lines_that_are_taken(client: FlaskClient, kind: str) -> None:
    assert send(client, GOOD, **{"Content-Type": kind}).status_code == 200


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("", {"Content-Type": "application/json"}, 415),
        ("", {"Content-Encoding": "br"}, 415),
        ("", {"Content-Type": f"{LINES}; charset=utf-16"}, 415),
        ("", {"Accept": "text/html"}, 406),
        ("", {"Accept": f"{LINES};q=0, */*"}, 406),
        ("", {"Accept": "application/json"}, 406),
        ("", {"Accept": "*/*"}, 200),
        ("", {"Accept": f"{LINES}; charset=utf-8"}, 200),
        ("", {"Accept": "application/jsonl"}, 200),
        ("", {"Accept": "application/x-jsonlines"}, 200),
        ("", {"Content-Type": "application/json-seq"}, 415),
        ("?view=short", {}, 422),
        ("?view=full", {}, 200),
    ],
)
def test_what_a_batch_asks_of_its_request(
    client: FlaskClient, query: str, headers: dict[str, str], status: int
) -> None:
    assert send(client, GOOD, query, **headers).status_code == status


def test_a_view_that_is_not_offered_is_looked_for_in_the_address(client: FlaskClient) -> None:
    [fault] = loads(send(client, GOOD, "?view=sumary").data)["errors"]
    assert "of the address" in fault["detail"]
    assert fault["accepted"] == ["full", "summary"]


def test_no_lines_no_answers(client: FlaskClient) -> None:
    assert answers(client, b"") == answers(client, b"\n\n") == []


def test_the_summary_explains_no_item(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    explained: list[str] = []
    monkeypatch.setattr(assess, "explain", lambda result, _: explained.append(result.criteria.id) or ())
    assert answers(client, GOOD, "?view=summary")[0]["status"] == 200
    assert explained == []
    answers(client, GOOD)
    assert "eular-acr-printo-2016" in explained


def test_a_batch_may_be_longer_than_any_other_body() -> None:
    client = create_app(Settings(max_body_bytes=200, batch_max_line_bytes=100)).test_client()
    assert client.post("/v1/assessments", data=GOOD + b" " * 200, content_type="application/json").status_code == 413
    found = answers(client, (GOOD + b"\n") * 20 + GOOD + b" " * 200 + b'"' + b"x" * 100)
    assert [line["status"] for line in found] == [200] * 20 + [413]


def test_a_fault_of_ours_is_told_of_its_line_without_its_message(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> dict[str, Any]:
        raise RuntimeError("ferritin was so-and-so")

    monkeypatch.setitem(batch.VIEWS, "full", batch.View(brief=False, document=fail))
    found = answers(client, GOOD + b"\n" + GOOD)
    assert [line["status"] for line in found] == [500, 500]
    told = capfd.readouterr().out
    assert "RuntimeError" in told
    assert "so-and-so" not in told + str(found)


def test_each_line_is_counted_once(client: FlaskClient) -> None:
    def counted() -> dict[str, float]:
        text = client.get("/metrics").get_data(as_text=True)
        lines = (line.rpartition(" ") for line in text.splitlines() if line.startswith("mas_") and "total{" in line)
        return {name: float(value) for name, _, value in lines}

    before = counted()
    assert len(answers(client, b"\n".join([GOOD, b"{", b'{"observations":{"ferritin":905}}', GOOD]))) == 4
    after = counted()
    grown = {name: value - before.get(name, 0.0) for name, value in after.items() if value != before.get(name, 0.0)}
    assert grown['mas_assessments_total{category="indeterminate",channel="batch"}'] == 2
    assert grown['mas_rejected_inputs_total{code="unit_required",observation="ferritin"}'] == 1
    assert sum(value for name, value in grown.items() if name.startswith("mas_verdicts_total")) == 2 * len(CATALOGUE)


class Endless:
    """A body without end, of which the pieces taken are counted; it can break off."""

    def __init__(self, breaks_after: int = 1 << 60) -> None:
        self.taken = 0
        self.breaks_after = breaks_after

    def read(self, size: int, /) -> bytes:
        self.taken += 1
        if self.taken > self.breaks_after:
            raise RequestTimeout
        return GOOD + b"\n"


def test_a_reader_who_stops_holds_up_the_batch_instead_of_filling_memory() -> None:
    body = Endless()
    running = Batch(VIEWS["summary"], "id", 1000).answers(body)
    for number in range(1, 4):
        assert loads(next(running))["index"] == number - 1
        assert body.taken == number


def test_a_body_that_breaks_off_says_so_in_the_last_line() -> None:
    *found, last = (loads(answer) for answer in Batch(VIEWS["summary"], "id", 1000).answers(Endless(breaks_after=2)))
    assert [line["status"] for line in found] == [200, 200]
    assert (last["index"], last["status"], last["problem"]["status"]) == (2, 408, 408)


def test_long_answers_are_sent_in_pieces() -> None:
    class Once(Endless):
        def read(self, size: int, /) -> bytes:
            self.taken += 1
            return (GOOD + b"\n") * 10 if self.taken == 1 else b""

    pieces = list(Batch(VIEWS["full"], "id", 1000).answers(Once()))
    assert len(pieces) > 2
    assert b"".join(pieces).count(b"\n") == 10


def test_a_long_run_reports_on_the_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(batch, "REPORT_SECONDS", 0.0)
    caplog.set_level(logging.INFO, "service.batch")
    running = Batch(VIEWS["summary"], "some-id", 1000).answers(Endless(breaks_after=2))
    assert len(list(running)) == 3
    told = [record.getMessage() for record in caplog.records]
    assert [line.split(":")[0] for line in told] == ["batch some-id running"] * 2 + ["batch some-id ended"]
    assert "3 lines, 1 refused" in told[-1]
