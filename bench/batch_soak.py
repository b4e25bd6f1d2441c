"""A long batch against the real server: order kept, memory flat, and the rate beside that of single requests.

``python -m bench.batch_soak --lines 1000000`` starts one worker with one thread more than the batch needs, streams the
lines, reads the answers as they come and samples the worker's memory. ``--seconds`` of single requests over one kept
connection, on the same worker, come first: their rate per core is what the batch is compared with. Rates are per
second of the worker's own processor time, so a busy machine does not change them; wall time stands beside.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

HOST, PORT, TICKS = "127.0.0.1", 18_390, os.sysconf("SC_CLK_TCK")
PIECE = 65_536
HEAD = (
    b"POST /v1/assessments/batch?view=%b HTTP/1.1\r\nHost: soak\r\nContent-Type: application/x-ndjson\r\n"
    b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
)


def panel(number: int) -> bytes:
    """Return a panel that differs from its neighbours, as patients do; every hundredth is refused."""
    unit = b"ug/L" if number % 100 else b""
    return (
        b'{"patient":{"age_years":%d},"context":{"condition":"sjia","medications":[{"name":"methotrexate"}]},'
        b'"collected_at":"2026-11-20","observations":{"ferritin":"%d %b","platelets":{"value":%d,"unit":"10*9/L"},'
        b'"ast":"%d U/L","triglycerides":{"interpretation":"H"},"fibrinogen":"%d mg/dL","esr":"%d mm/h"},'
        b'"findings":{"fever":true,"hepatomegaly":true}}'
    ) % (number % 17 + 1, number % 9973 + 1, unit, number % 487 + 1, number % 211 + 1, number % 401 + 50, number % 97)


def light_panel(number: int) -> bytes:
    """Return a panel of two inputs and one set, for a run that is to be long rather than representative."""
    unit = b"ng/mL" if number % 100 else b""
    return (
        b'{"context":{"condition":"malignancy"},"observations":{"scd25":"%d U/mL","ferritin":"%d %b"},'
        b'"options":{"criteria":["ohi-index"]}}'
    ) % (number % 7919 + 100, number % 9973 + 1, unit)


@contextmanager
def server() -> Iterator[int]:
    """Start the service with one worker and give its process id."""
    environ = os.environ | {"PORT": str(PORT), "WEB_CONCURRENCY": "1"}
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:service.server.serving.gunicorn_conf",
        "service.wsgi:app",
    ]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield wait_for_worker(process)
    finally:
        process.terminate()
        process.wait(30)


def wait_for_worker(process: subprocess.Popen[bytes]) -> int:
    for _ in range(200):
        time.sleep(0.1)
        with closing(http.client.HTTPConnection(HOST, PORT, timeout=5)) as connection:
            try:
                connection.request("GET", "/livez")
                connection.getresponse().read()
            except OSError:
                continue
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
            return int(children.split()[0])
    raise RuntimeError("the server did not start")


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def single_requests(pid: int, seconds: float) -> float:
    """Return single requests per second of the worker's processor."""
    number, before, until = 1, processor_seconds(pid), time.monotonic() + seconds
    with closing(http.client.HTTPConnection(HOST, PORT, timeout=30)) as connection:
        while time.monotonic() < until:
            connection.request("POST", "/v1/assessments", panel(number), {"Content-Type": "application/json"})
            connection.getresponse().read()
            number += 1
    return (number - 1) / (processor_seconds(pid) - before)


def send(raw: socket.socket, lines: int, panel: Callable[[int], bytes]) -> None:
    for start in range(0, lines, 200):
        piece = b"".join(panel(number) + b"\n" for number in range(start, min(start + 200, lines)))
        raw.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
    raw.sendall(b"0\r\n\r\n")


def answers(raw: socket.socket) -> Iterator[bytes]:
    """Yield the lines of the answer as they arrive."""
    response = http.client.HTTPResponse(raw)
    response.begin()
    if response.status != 200:
        raise RuntimeError(f"status {response.status}")
    rest = b""
    while piece := response.read1(PIECE):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        raise RuntimeError("the answer broke off in a line")


def batch(pid: int, lines: int, view: str, panel: Callable[[int], bytes]) -> float:
    """Stream the lines, check the order, and return lines per second of the worker's processor."""
    with closing(socket.create_connection((HOST, PORT), timeout=60)) as raw:
        raw.sendall(HEAD % view.encode())
        before, started, every = processor_seconds(pid), time.monotonic(), max(1, lines // 10)
        threading.Thread(target=send, args=(raw, lines, panel), daemon=True).start()
        count = refused = 0
        print(f"batch {view}: memory of the worker {resident_mib(pid):.1f} MiB", flush=True)
        for count, line in enumerate(answers(raw), 1):
            if not line.startswith(b'{"index":%d,"status":' % (count - 1)):
                raise RuntimeError(f"out of order at {count - 1}")
            refused += b'"status":422,' in line[:40]
            if count % every == 0:
                print(f"  {count} lines in order, {resident_mib(pid):.1f} MiB", flush=True)
    wall, used = time.monotonic() - started, processor_seconds(pid) - before
    if (count, refused) != (lines, (lines + 99) // 100):
        raise RuntimeError(f"{count} answers, {refused} refused")
    print(f"  {refused} refused, {wall:.0f} s, {lines / wall:.0f}/s by the clock")
    return lines / used


def stalled_reader(pid: int, seconds: float) -> None:
    """Send without reading: the server must stop taking lines instead of piling up answers."""
    with closing(socket.create_connection((HOST, PORT), timeout=60)) as raw:
        raw.sendall(HEAD % b"full")
        before = resident_mib(pid)
        threading.Thread(target=give_up_quietly, args=(raw,), daemon=True).start()
        time.sleep(seconds)
        print(f"a client that does not read for {seconds:.0f} s: memory {before:.1f} to {resident_mib(pid):.1f} MiB")


def give_up_quietly(raw: socket.socket) -> None:
    try:
        send(raw, 1_000_000, panel)
    except OSError:
        return  # the connection was closed under it, as meant


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--full-lines", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--light", action="store_true", help="panels of two inputs and one set for the summary run")
    options = parser.parse_args()
    with server() as pid:
        single = single_requests(pid, options.seconds)
        print(f"single requests: {single:.0f} per second of one core")
        stalled_reader(pid, options.seconds)
        for view, lines in (("full", options.full_lines), ("summary", options.lines)):
            rate = batch(pid, lines, view, light_panel if options.light and view == "summary" else panel)
            print(f"  {rate:.0f} per second of one core, {rate / single:.1f} times single requests")


if __name__ == "__main__":
    main()
