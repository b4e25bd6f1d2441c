"""No body and no host that hangs holds up the others: each is sent several times while probes and panels are answered."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.server.messages.strict_json import dumps
from tests.contract.fhir.test_linear import SHAPES
from tests.support.live import SERVICE, Live
from tests.support.quiet import busy, median_seconds, memory_of
from tests.support.records import FERRITIN, bundle, call, condition, observation, patient

pytestmark = pytest.mark.server

PROBE_SECONDS, PANEL_SECONDS = 0.5, 1.0
MOST_MEMORY = 150_000_000
JSON, FHIR, CDS = "/v1/assessments", "/fhir/$evaluate-mas", "/cds-services/mas-criteria"
MARKS = "a" + "\u0315" * 75_000 + "\u0316" * 75_000
BLANKS = "1" + " " * 32_000 + "x"


def of_unit(unit: str, **more: Any) -> bytes:
    """A panel with one ferritin in a unit."""
    return json.dumps({"observations": {"ferritin": {"value": 905, "unit": unit} | more}}).encode()


def of_record(**more: Any) -> bytes:
    """A record with one ferritin."""
    return bytes(dumps(bundle(observation(FERRITIN, id="f", **more))))


def of_products(parts: int, specimens: int, contained: int) -> bytes:
    """Components, specimens and contained resources that a careless reader would multiply."""
    return of_record(
        component=[{"code": {"text": "x"}}] * parts,
        specimen=[{"reference": "#z"}] * specimens,
        contained=[{}] * contained,
    )


def of_drugs(panels: int, drugs: int) -> bytes:
    """A course in which every panel has every drug."""
    days = [f"{2003 + at // 336}-{at // 28 % 12 + 1:02}-{at % 28 + 1:02}" for at in range(panels)]
    return json.dumps(
        {
            "panels": [{"collected_at": day, "observations": {"ferritin": "905 ug/L"}} for day in days],
            "treatments": [{"name": f"drug {at} {'x' * 180}", "given_at": "2002-05-05"} for at in range(drugs)],
        }
    ).encode()


BODIES: dict[str, tuple[str, bytes, int]] = {
    "marks in a unit": (JSON, of_unit(MARKS), 4),
    "marks in the unit of a range": (JSON, of_unit("ug/L", reference_range={"low": 1, "high": 9, "unit": MARKS}), 4),
    "marks in a text": (JSON, json.dumps({"observations": {"ferritin": f"905 {MARKS}"}}).encode(), 4),
    "marks in lines": (f"{JSON}/batch", (of_unit(MARKS[:10_000]) + b"\n") * 8, 4),
    "marks in a record": (FHIR, of_record(valueQuantity={"value": 905, "unit": MARKS}), 4),
    "marks in a call": (CDS, dumps(call({"labs": bundle(observation(FERRITIN, 905, MARKS))})), 4),
    "blanks in a text": (FHIR, of_record(valueString=BLANKS), 4),
    "blanks in a number": (FHIR, of_record(valueQuantity={"value": BLANKS, "unit": "ug/L"}), 4),
    "three lists": (FHIR, of_products(64, 256, 1280), 4),
    "three longer lists": (FHIR, of_products(200, 800, 4000), 20),
    "a course of many drugs": ("/v1/trajectories", of_drugs(1000, 200), 4),
    "a number beyond measure": (
        JSON,
        b'{"observations":{"ferritin":{"value":1e1000000000000000000,"unit":"ug/L"}}}',
        4,
    ),
    "a nought beyond measure": (
        JSON,
        b'{"observations":{"ferritin":{"value":0e99999999999999999999,"unit":"ug/L"}}}',
        4,
    ),
    **{shape.__qualname__.replace(".<locals>.made", ""): (FHIR, dumps(shape(400_000)), 2) for shape in SHAPES},
}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The service with one worker, so that nobody else answers."""
    with Live(tmp_path_factory.mktemp("bounds"), SERVICE, WEB_CONCURRENCY="1", MAS_LOG_LEVEL="warning") as server:
        yield server


@contextmanager
def going_on(sends: list[Callable[[], int]]) -> Iterator[list[int]]:
    """Send all at once; on leaving, the statuses are there. An answer that is cut raises."""
    statuses: list[int] = []
    with ThreadPoolExecutor(len(sends)) as pool:
        running = [pool.submit(send) for send in sends]
        time.sleep(0.02)
        yield statuses
        statuses += [call.result() for call in running]


@pytest.mark.parametrize("name", BODIES)
def test_no_body_holds_up_others(live: Live, name: str) -> None:
    """Nor does it fill the memory, nor is its answer short."""
    path, body, times = BODIES[name]
    kind = "application/x-ndjson" if path.endswith("batch") else "application/json"
    begun = time.monotonic()
    with going_on([lambda: live.post(path, body, Content_Type=kind)[0]] * times) as statuses:
        assert median_seconds(lambda: live.get("/livez")[0], 5) < PROBE_SECONDS * busy()
    assert set(statuses) <= {200, 400, 413, 422}
    assert time.monotonic() - begun < 2 * times * busy()
    assert memory_of(live.workers()[0]) < MOST_MEMORY


def test_the_work_ends_when_its_caller_is_gone(live: Live) -> None:
    """A course that would take a second leaves the worker free at once."""
    body = of_drugs(900, 10)
    head = b"POST /v1/trajectories HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(live.connect(head % len(body) + body))
        time.sleep(0.1)
    begun = time.monotonic()
    assert live.post(JSON)[0] == 200
    assert time.monotonic() - begun < PANEL_SECONDS * busy()


def test_a_record_server_that_hangs_holds_up_nobody(tmp_path: Path) -> None:
    """120 calls that have it asked: few wait for it, the others are told at once; panels and probes are as quick as ever."""
    hanging = socket.create_server(("127.0.0.1", 0), backlog=512)  # takes every call and answers none
    base = f"http://127.0.0.1:{hanging.getsockname()[1]}/fhir"
    more = {
        "fhirServer": base,
        "fhirAuthorization": {
            "access_token": "secret",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "user/*.read",
            "subject": "mas",
        },
    }
    body = dumps(call({"patient": patient(), "conditions": bundle(condition())}, **more))
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1", MAS_FHIR_FETCH_SERVERS=base) as live:
        with going_on([lambda: live.post(CDS, body)[0]] * 120) as statuses:
            assert median_seconds(lambda: live.get("/livez")[0], 9) < 0.1 * busy()
            assert median_seconds(lambda: live.post(JSON)[0], 9) < 0.3 * busy()
        assert set(statuses) == {412}
        assert live.counter("mas_fetches_total", target="fhir", outcome="busy") > 0
        assert memory_of(live.workers()[0]) < MOST_MEMORY
    hanging.close()


def test_no_answer_is_cut_under_200(tmp_path: Path) -> None:
    """One that is longer than answers may be is refused before its first byte."""
    with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1", MAS_MAX_ANSWER_BYTES="262144") as live:
        sizes: list[int] = []
        for panels in (1, 20, 80, 200):
            status, headers, answer = live.post("/v1/trajectories", of_drugs(panels, 1))
            assert status in (200, 422)
            assert int(headers["content-length"]) == len(answer)
            sizes.append(status)
        assert sizes[0] == 200
        assert sizes[-1] == 422


def test_callers_on_one_connection_each_are_served_in_turn(live: Live) -> None:
    """Full load on eight connections leaves a panel its turn."""
    ended = threading.Event()

    def ask() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=60)
        while not ended.is_set():
            connection.request("POST", JSON, dumps({"findings": {"fever": True}}), {"Content-Type": "application/json"})
            assert connection.getresponse().read()
        connection.close()
        return 200

    with going_on([ask] * 8) as statuses:
        try:
            assert median_seconds(lambda: live.post(JSON)[0], 9) < 0.3 * busy()
        finally:
            ended.set()
    assert set(statuses) == {200}


def test_slow_senders_of_batches_take_no_place_from_others(live: Live) -> None:
    """Thirty that have sent a part of theirs, and go on after the others."""
    head = b"POST /v1/assessments/batch HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"
    line = dumps({"findings": {"fever": True}}) + b"\n"
    with ExitStack() as stack:
        slow = [stack.enter_context(live.connect(head + b"Content-Length: 40000\r\n\r\n" + line)) for _ in range(30)]
        asked = median_seconds(lambda: live.post(f"{JSON}/batch", line * 5, Content_Type="application/x-ndjson")[0], 5)
        assert asked < PANEL_SECONDS * busy()
        for sender in slow:
            sender.sendall(line)
