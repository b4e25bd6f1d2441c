"""This version beside another tree of the service (version 1 is commit cced75a): instructions, requests by turns."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.instructions import total
from bench.load import Load, Outcome, run
from bench.panels import SPARSE, batch, panel, varied
from bench.record import RECORD, record
from bench.requests import BRIEF, FULL, LINES
from bench.server import SERVICE, Server
from bench.tables import show
from service.server.messages.strict_json import dumps

ROTATED = 100
REPEATS = 4
FHIR = "application/fhir+json"
JSON = "application/json"
SUMMARY = "/v1/assessments?view=summary"
CRITERIA = Path("service/clinical/criteria")
CALLS = Path(__file__).parent / "calls.py"
CONFIGURATIONS = ("service/server/serving/gunicorn_conf.py", "service/server/gunicorn_conf.py")


def report(tree: Path, *, quick: bool) -> None:
    """Print instructions inside the application where valgrind is there, and what a running server does."""
    if shutil.which("valgrind"):
        _report_instructions(tree)
    else:
        print("(valgrind is needed to count instructions)")
    _report_requests(tree, *((1, 1) if quick else (6, 3)))


def _report_instructions(tree: Path) -> None:
    full, bundle = [dumps(panel()).decode()] * REPEATS, [dumps(record()).decode()] * REPEATS
    sparse = [dumps(SPARSE).decode()] * REPEATS
    different = [dumps(request).decode() for request in varied(ROTATED)]
    shared = sorted(
        {path.stem for path in CRITERIA.glob("*.toml")} & {path.stem for path in (tree / CRITERIA).glob("*.toml")}
    )
    few = f"full panel, the {len(shared)} sets of both by name"
    by_name = [dumps(panel() | {"options": {"criteria": shared}}).decode()] * REPEATS
    asked = {
        "full panel": ("/v1/assessments", JSON, full),
        few: ("/v1/assessments", JSON, by_name),
        "sparse panel": ("/v1/assessments", JSON, sparse),
        f"{ROTATED} different panels": ("/v1/assessments", JSON, different),
        RECORD: ("/fhir/$evaluate-mas", FHIR, bundle),
    }
    summaries = {
        "full panel, summary": (SUMMARY, JSON, full),
        f"{few}, summary": (SUMMARY, JSON, by_name),
        f"{ROTATED} different panels, summary": (SUMMARY, JSON, different),
    }
    here, there = _count(Path.cwd(), asked | summaries), _count(tree, asked)
    there |= {name: there[name.removesuffix(", summary")] for name in summaries}
    rows = [
        [name, f"{there[name] / 1000:.0f}", f"{count / 1000:.0f}", f"{there[name] / count:.2f}"]
        for name, count in here.items()
    ]
    head = ["inside the application; a summary beside the other's full answer", "other", "here", "other / here"]
    show("Thousands of instructions per request", head, rows)


def _count(tree: Path, asked: dict[str, tuple[str, str, list[str]]]) -> dict[str, float]:
    """Return the instructions of one request of each kind in the application of a tree."""
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder) / "calls.json"
        calls.write_text(json.dumps(list(asked.values())), encoding="utf-8")
        command = ["valgrind", "--tool=callgrind", "--dump-before=getppid", f"--callgrind-out-file={folder}/count"]
        subprocess.run(
            [*command, sys.executable, str(CALLS), str(calls)],
            env=os.environ | {"PYTHONHASHSEED": "0"},
            cwd=tree,
            capture_output=True,
            check=True,
        )
        dumped = sorted(Path(folder).glob("count.*"), key=lambda path: int(path.suffix[1:]))
        totals = [total(path) for path in dumped]
    return {name: totals[2 * at + 1] / len(bodies) for at, (name, (_, _, bodies)) in enumerate(asked.items())}


def _report_requests(tree: Path, rounds: int, seconds: int) -> None:
    bundle = Load(RECORD, "/fhir/$evaluate-mas", dumps(record()), FHIR)
    lines = Load("batch", "/v1/assessments/batch?view=summary", batch(LINES), "application/x-ndjson", LINES, 1)
    found: dict[tuple[bool, str], list[Outcome]] = {}
    with ExitStack() as stack:
        ours, other = stack.enter_context(Server(SERVICE)), stack.enter_context(_server_of(tree))
        for _ in range(rounds):
            for server, loads in ((ours, (FULL, BRIEF, bundle, lines)), (other, (FULL, bundle))):
                for load in loads:
                    found.setdefault((server is ours, load.name), []).append(run(server, load, seconds))
    pairs = {FULL.name: FULL.name, BRIEF.name: FULL.name, RECORD: RECORD}
    rows = [_row(name, found[True, name], found[False, beside]) for name, beside in pairs.items()]
    head = ["one worker, one core, 8 clients", "a second, other", "here", "here / other", "CPU us, other", "here"]
    show(f"Requests by turns, medians of {rounds} rounds", [*head, "p50 ms", "p99 ms", "p99/p50"], rows)
    summaries, single = (median(outcome.rate for outcome in found[True, load.name]) for load in (lines, FULL))
    print(f"\nbatch summaries : single full answers = {summaries * LINES / single:.1f}")


def _row(name: str, ours: list[Outcome], others: list[Outcome]) -> list[str]:
    ratio = median(one.rate / other.rate for one, other in zip(ours, others, strict=True))
    p50, p99 = (median(getattr(outcome, name) for outcome in ours) for name in ("p50", "p99"))
    rates = [median(outcome.rate for outcome in some) for some in (others, ours)]
    cpu = [median(outcome.cpu for outcome in some) for some in (others, ours)]
    shown = [f"{rates[0]:.0f}", f"{rates[1]:.0f}", f"{ratio:.2f}", f"{cpu[0]:.0f}", f"{cpu[1]:.0f}"]
    return [name, *shown, f"{p50:.1f}", f"{p99:.1f}", f"{p99 / p50:.1f}"]


def _server_of(tree: Path) -> Server:
    """Return the server of another tree, by its own settings of gunicorn."""
    settings = next(path for path in CONFIGURATIONS if (tree / path).exists())
    return Server(SERVICE, tree=tree, settings=settings.removesuffix(".py").replace("/", "."))
