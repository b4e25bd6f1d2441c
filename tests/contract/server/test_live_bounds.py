"""No body and no host that hangs holds up the others: each is sent several times while probes and panels are answered."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from service.server.messages.strict_json import dumps
from tests.contract.server.attacks import ATTACKS, CDS, JSON, of_drugs
from tests.contract.server.crowds import HangingServer
from tests.support.live import SERVICE, Live
from tests.support.quiet import busy, median_seconds, memory_of

pytestmark = pytest.mark.server

PROBE_SECONDS, PANEL_SECONDS = 0.5, 1.0
MOST_MEMORY = 150_000_000


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


@pytest.mark.parametrize("name", ATTACKS)
def test_no_body_holds_up_others(live: Live, name: str) -> None:
    """Nor does it fill the memory, nor is its answer short."""
    attack = ATTACKS[name]
    times = attack.times
    begun = time.monotonic()
    with going_on([lambda: live.post(attack.path, attack.body, Content_Type=attack.kind)[0]] * times) as statuses:
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
    with ExitStack() as stack:
        hanging = HangingServer(stack)
        with Live(tmp_path, SERVICE, WEB_CONCURRENCY="1", MAS_FHIR_FETCH_SERVERS=hanging.base) as live:
            with going_on([lambda: live.post(CDS, hanging.call)[0]] * 120) as statuses:
                assert median_seconds(lambda: live.get("/livez")[0], 9) < 0.1 * busy()
                assert median_seconds(lambda: live.post(JSON)[0], 9) < 0.3 * busy()
            assert set(statuses) == {412}
            assert live.counter("mas_fetches_total", target="fhir", outcome="busy") > 0
            assert memory_of(live.workers()[0]) < MOST_MEMORY


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
