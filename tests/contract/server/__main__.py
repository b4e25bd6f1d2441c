"""``python -m tests.contract.server`` (make promises) measures what nobody who calls, however, may take from others."""

from __future__ import annotations

import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.contract.server.attacks import ATTACKS, CDS, JSON, Attack
from tests.contract.server.crowds import CROWDS, HEAVY, LIVEZ, HangingServer
from tests.support.live import SERVICE, Live, until
from tests.support.load import Load
from tests.support.quiet import forget_peak, memory_of
from tests.support.socket_memory import kernel_memory

PROBE_BESIDE_BODIES, PROBE_BESIDE_CROWDS, PANEL_SECONDS = 0.5, 0.1, 0.3
MOST_MEMORY, STOP_SECONDS = 150e6, 2.0
ANSWERS = {200, 400, 412, 413, 422}
ASKED = 9


class Promise(NamedTuple):
    """What was measured of one promise, and what it may be."""

    name: str
    what: str
    found: float
    most: float

    def __str__(self) -> str:
        told = "kept" if self.found <= self.most else "BROKEN"
        return f"{told:6} {self.found:9.3f} of {self.most:7.3f} {self.what:24} {self.name}"


def seconds_of(ask: Callable[[], int], times: int = ASKED) -> list[float]:
    """Return how long each of some requests takes; one that is not answered with 200 takes for ever."""
    spent = []
    for _ in range(times):
        begun = time.monotonic()
        spent.append(time.monotonic() - begun if ask() == 200 else float("inf"))
    return spent


@contextmanager
def server(**environ: str) -> Iterator[Live]:
    """One worker of the service, so that nobody else answers."""
    chosen = {"WEB_CONCURRENCY": "1", "MAS_LOG_LEVEL": "warning"} | environ
    with tempfile.TemporaryDirectory() as folder, Live(Path(folder), SERVICE, **chosen) as live:
        yield live


def beside_bodies() -> Iterator[Promise]:
    """Each body that once stopped the service, several times at once."""
    with server() as live:
        (worker,) = live.workers()
        for name, attack in ATTACKS.items():
            forget_peak(worker)
            spent, statuses = _beside(live, attack)
            yield Promise(name, "/livez at worst, s", max(spent), PROBE_BESIDE_BODIES)
            yield Promise(name, "most memory, MB", memory_of(worker) / 1e6, MOST_MEMORY / 1e6)
            yield Promise(name, "cut or failed answers", sum(status not in ANSWERS for status in statuses), 0)


def _beside(live: Live, attack: Attack) -> tuple[list[float], list[int]]:
    """Return how long probes took while the bodies were answered, and the statuses of those."""

    def send(_: int) -> int:
        try:
            return live.post(attack.path, attack.body, Content_Type=attack.kind)[0]  # an answer that is cut raises
        except OSError:
            return 0

    with ThreadPoolExecutor(attack.times) as pool:
        running = [pool.submit(send, at) for at in range(attack.times)]
        spent = seconds_of(lambda: live.get("/livez")[0], 3)
        while not all(call.done() for call in running):
            spent += seconds_of(lambda: live.get("/livez")[0], 1)
        return spent, [call.result() for call in running]


def beside_crowds() -> Iterator[Promise]:
    """Each crowd of rude clients."""
    for name, come in (CROWDS | HEAVY).items():
        with server() as live, ExitStack() as stack:
            come(live, stack)
            yield from _honest(live, name)
            yield Promise(name, "kernel memory, MB", kernel_memory(live.port) / 1e6, MOST_MEMORY / 1e6)
    name = "120 calls that ask a FHIR server that hangs"
    with ExitStack() as stack:
        hanging = HangingServer(stack)
        with server(MAS_FHIR_FETCH_SERVERS=hanging.base) as live, ThreadPoolExecutor(120) as pool:
            for _ in range(120):
                pool.submit(live.post, CDS, hanging.call)
            time.sleep(0.3)
            yield from _honest(live, name)


def _honest(live: Live, name: str) -> Iterator[Promise]:
    panel_most, probe_most = (PROBE_BESIDE_BODIES,) * 2 if name in HEAVY else (PANEL_SECONDS, PROBE_BESIDE_CROWDS)
    panels, probes = seconds_of(lambda: live.post(JSON)[0]), seconds_of(lambda: live.get("/livez")[0])
    yield Promise(name, "a panel, median s", statistics.median(panels), panel_most)
    yield Promise(name, "a panel at worst, s", max(panels), panel_most)
    yield Promise(name, "/livez, median s", statistics.median(probes), probe_most)
    yield Promise(name, "/livez at worst, s", max(probes), probe_most)
    yield Promise(name, "most memory, MB", memory_of(live.workers()[0]) / 1e6, MOST_MEMORY / 1e6)


def stops() -> Iterator[Promise]:
    """Reloads and stops under load, and a stop with connections that are silent."""
    with server(WEB_CONCURRENCY="2") as live:
        before = set(live.workers())
        load = Load(live.port, clients=6)
        load.runs()
        live.signal(signal.SIGHUP)
        until(lambda: len(live.workers()) == 2 and not set(live.workers()) & before)
        load.runs()
        live.signal(signal.SIGTERM)
        live.process.wait()
        outcomes = load.stop()
        yield Promise("HUP and SIGTERM under load", f"lost of {outcomes['200']}", outcomes["lost"], 0)
    with server() as live, ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(live.connect(LIVEZ)).recv(10_000)
        begun = time.monotonic()
        live.signal(signal.SIGTERM)
        live.process.wait()
        yield Promise("SIGTERM with 50 idle connections", "until it ends, s", time.monotonic() - begun, STOP_SECONDS)


def main() -> int:
    """Write each figure as it is measured; return how many promises are broken."""
    sys.stdout.write(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start\n")
    broken = 0
    for part in (beside_bodies, beside_crowds, stops):
        for promise in part():
            broken += promise.found > promise.most
            sys.stdout.write(f"{promise}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{broken} broken\n")
    return broken


if __name__ == "__main__":
    threading.stack_size(1 << 20)
    sys.exit(min(1, main()))
