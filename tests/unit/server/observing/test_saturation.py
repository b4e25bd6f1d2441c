"""How full the process is, as it is told to the metrics."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import gevent  # type: ignore[import-untyped]
import pytest

from service.server.observing import saturation
from service.server.serving.connection import Connection
from service.server.serving.worker import PatientWorker
from service.server.settings import Settings
from tests.support.sample import create_app
from tests.unit.server.observing.test_metrics import sample

STATISTICS = "cache 1\n{name} {amount}"


def control_group(folder: Path, version: int, in_use: str, limit: str, droppable: int = 0) -> None:
    """Write what the kernel shows of a control group."""
    usage, most, statistics, name = saturation._VERSIONS[version]
    for path, text in ((usage, in_use), (most, limit), (statistics, STATISTICS.format(name=name, amount=droppable))):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text + "\n")


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (("500", "1000", 0), (500, 1000)),
        (("500", "1000", 200), (300, 1000)),
        (("500", "1000", 600), (0, 1000)),
        (("500", "max", 0), (500, 0)),
        (("500", "9223372036854771712", 0), (500, 0)),
        (("many", "1000", 0), (0, 0)),
    ],
)
def test_the_container_tells_what_it_uses_and_may_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: int, shown: tuple[str, str, int], told: object
) -> None:
    """What the kernel would drop first is not counted: files that were read count as used until then."""
    control_group(tmp_path, version, *shown)
    monkeypatch.setattr(saturation, "_CONTROL_GROUPS", tmp_path)
    assert saturation.container_memory() == told


def test_a_machine_without_control_groups_tells_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(saturation, "_CONTROL_GROUPS", tmp_path)
    monkeypatch.setattr(saturation, "_STATUS", tmp_path / "none")
    assert (saturation.container_memory(), saturation.resident()) == ((0, 0), 0)


def test_what_the_process_uses_is_told() -> None:
    before = sample("process_cpu_seconds_total")
    told = saturation.sample(lambda: (7, 3, 100), 0.0)
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    saturation.sample(lambda: (7, 3, 100), told)
    assert sample("process_cpu_seconds_total") - before >= told + 0.05
    assert sample("process_resident_memory_bytes") > 10_000_000
    assert sample('mas_connections{state="busy"}') == 4
    assert sample('mas_connections{state="idle"}') == 3
    assert sample("mas_connections_most") == 100


def test_a_worker_tells_it_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saturation, "_SAMPLE_SECONDS", 0.0)
    asked: list[int] = []

    def held() -> tuple[int, int, int]:
        asked.append(1)
        return 0, 0, 0

    watching = gevent.spawn(saturation.watch, held)
    for _ in range(3):
        gevent.sleep(0)
    gevent.kill(watching)
    assert len(asked) >= 2


def test_a_worker_tells_its_connections() -> None:
    worker = SimpleNamespace(served={1: 0, 2: 0, 3: 0}, idle={1: 0.0}, worker_connections=100)
    assert PatientWorker.held(worker) == (3, 1, 100)  # type: ignore[arg-type]


class Unwilling:
    """A socket whose kernel tells nothing."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer

    def getsockopt(self, *_: int) -> bytes:
        if self.answer is None:
            raise OSError
        return self.answer


@pytest.mark.parametrize(("answer", "seconds"), [(None, None), (b"short", None), (bytes(52) + b"\x10\x27\0\0", 10.0)])
def test_how_long_a_request_lay_is_asked_of_the_kernel(answer: bytes | None, seconds: float | None) -> None:
    assert Connection._queued(Unwilling(answer)) == seconds  # type: ignore[arg-type]


class Waited:
    """A connection whose request lay in the kernel for a while."""

    queued = 0.3


def test_requests_in_hand_and_their_waits_are_counted() -> None:
    client = create_app(Settings()).test_client()
    in_hand = sample("mas_requests_in_hand")  # answers that other tests have not read to their end
    waits = sample("mas_request_wait_seconds_count"), sample('mas_request_wait_seconds_bucket{le="0.25"}')
    assert client.get("/livez").data
    assert client.get("/livez", environ_overrides={"gunicorn.socket": Waited()}).data
    assert sample("mas_request_wait_seconds_count") == waits[0] + 1, "nobody knows how long the first one waited"
    assert sample('mas_request_wait_seconds_bucket{le="0.25"}') == waits[1]
    assert sample("mas_requests_in_hand") == in_hand
