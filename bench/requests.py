"""Single requests beside a bare echo under the same gunicorn, in alternating rounds: ratios survive a busy machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from bench.load import WRK, Load, Outcome, run, run_own
from bench.panels import ONE_SET, SPARSE, batch, example, panel
from bench.record import RECORD, SAME, carried, record
from bench.server import FLASK_ECHO, SERVICE, WSGI_ECHO, WSGI_LARGE, Server
from bench.tables import show
from service.app import create_app
from service.server.messages.strict_json import dumps
from service.server.settings import Settings

LINES = 200
OWN_CLIENT = "a small Python client, which takes more CPU than wrk: read the ratios"
FULL = Load("full panel, all sets", "/v1/assessments", dumps(panel()))
BRIEF = Load("full panel, summary", "/v1/assessments?view=summary", dumps(panel()))
ECHO = Load("bare WSGI echo", "/", dumps(panel()))
LARGE = Load("bare WSGI, the full panel's answer ready-made", "/", dumps(panel()))
CDS = "/cds-services/{service}"
OTHERS = {
    "FHIR $evaluate-mas": ("/fhir/$evaluate-mas", "/fhir/$evaluate-mas", "application/fhir+json"),
    "CDS call": (CDS, CDS.format(service="mas-criteria"), "application/json"),
}
"""By name the path as the contract writes it, the path to call, and the media type."""


def loads_here() -> Iterator[Load]:
    """Yield what can be asked of this version of the service, and print what cannot."""
    yield FULL
    yield BRIEF
    yield Load("sparse panel, all sets", "/v1/assessments", dumps(SPARSE))
    yield Load("full panel, one set", "/v1/assessments", dumps(panel(17, ONE_SET)))
    yield Load(SAME, "/v1/assessments", dumps(carried()))
    yield Load(RECORD, "/fhir/$evaluate-mas", dumps(record()), "application/fhir+json")
    routes = create_app(Settings()).url_map.bind("localhost")
    for name, (in_contract, path, media) in OTHERS.items():
        body = example(in_contract) if routes.test(path, method="POST") else None
        if body is None:
            print(f"  ({name}: this version has no such route, or no example of it)")
        else:
            yield Load(name, path, body, media)
    if routes.test("/v1/assessments/batch", method="POST"):
        for name, query in (("full answers", ""), ("summaries", "?view=summary")):
            path = f"/v1/assessments/batch{query}"
            yield Load(f"batch of {LINES}, {name}", path, batch(LINES), "application/x-ndjson", LINES, 1)
    else:
        print("  (batch: this version has no such route)")


def report(*, quick: bool) -> None:
    """Print throughput, latency and CPU of every kind of request, then clients, workers and 70 % load."""
    rounds, seconds = (1, 1) if quick else (3, 2)
    print(f"\nLoad by {'wrk' if WRK else OWN_CLIENT}")
    with ExitStack() as stack:
        bare, large, flask, service = (
            stack.enter_context(Server(program)) for program in (WSGI_ECHO, WSGI_LARGE, FLASK_ECHO, SERVICE)
        )
        targets = [(bare, ECHO), (large, LARGE), (flask, Load("Flask echo", "/", ECHO.body))]
        asked = list(loads_here())
        targets += [(service, load) for load in asked]
        for server, load in targets:
            run(server, load, 1)
        found: dict[str, list[Outcome]] = {load.name: [] for _, load in targets}
        for _ in range(rounds):
            for server, load in targets:
                found[load.name].append(run(server, load, seconds))
        _print_singles([load for _, load in targets], found)
        _clients(service, seconds, quick=quick)
        _at_70_percent(
            service, median(outcome.rate for outcome in found[FULL.name]), 1 if quick else 5, 2 if quick else 4
        )
        print(f"\nMemory per worker after this load: {service.memory()[0]:.0f} MB (PSS)")
    _workers(
        [load for load in asked if load is FULL or load.path.endswith("?view=summary")], seconds, 1 if quick else 3
    )


def _print_singles(loads: list[Load], found: dict[str, list[Outcome]]) -> None:
    base = [outcome.rate for outcome in found[ECHO.name]]
    rows = []
    for load in loads:
        outcomes = found[load.name]
        ratio = median(outcome.rate * load.panels / echo for outcome, echo in zip(outcomes, base, strict=True))
        rows.append(
            [
                load.name,
                f"{median(outcome.rate for outcome in outcomes) * load.panels:.0f}",
                f"{ratio:.2f}",
                f"{median(outcome.p50 for outcome in outcomes):.1f}",
                f"{median(outcome.p99 for outcome in outcomes):.1f}",
                f"{median(outcome.cpu for outcome in outcomes) / load.panels:.0f}",
            ]
        )
    full = median(outcome.cpu for outcome in found[FULL.name])
    for row, load in zip(rows, loads, strict=True):
        row.append(f"{full * load.panels / median(outcome.cpu for outcome in found[load.name]):.1f}")
    head = ["one worker, one core, 8 clients", "panels/s", "of echo", "p50 ms", "p99 ms", "CPU us/panel", "per CPU"]
    print(f"\nper CPU: panels per second of processor against single requests ({FULL.name})")
    show(f"Requests, medians of {len(base)} alternating rounds", head, rows)
    ratio = median(record.cpu / other.cpu for record, other in zip(found[RECORD], found[SAME], strict=True))
    print(f"\n{RECORD} : {SAME} = {ratio:.2f} in CPU")


def _clients(service: Server, seconds: int, *, quick: bool) -> None:
    counts = (1, 8) if quick else (1, 2, 4, 8)
    outcomes = {count: run(service, FULL, seconds, count) for count in counts}
    alone = outcomes[1].rate
    rows = [
        [
            f"{n} clients",
            f"{outcome.rate:.0f}",
            f"{outcome.rate / alone:.2f}",
            f"{outcome.p50:.1f}",
            f"{outcome.p99:.1f}",
        ]
        for n, outcome in outcomes.items()
    ]
    show("Full panels as clients are added, one worker", ["", "panels/s", "of one client", "p50 ms", "p99 ms"], rows)


def _at_70_percent(service: Server, full_rate: float, rounds: int, seconds: int) -> None:
    outcomes = [run_own(service, FULL, seconds, rate=full_rate * 0.7) for _ in range(rounds)]
    row = [
        f"{median(outcome.rate for outcome in outcomes):.0f} a second",
        f"{median(outcome.p50 for outcome in outcomes):.1f}",
        f"{median(outcome.p99 for outcome in outcomes):.1f}",
        f"{median(outcome.p99 / outcome.p50 for outcome in outcomes):.1f}",
    ]
    title = f"Full panels at 70 % of that rate, waiting included, medians of {rounds} rounds"
    show(title, ["", "p50 ms", "p99 ms", "p99/p50"], [row])


def _workers(loads: list[Load], seconds: int, rounds: int) -> None:
    """Compare one worker and two; what the client takes of the two cores is known only by the workers' own CPU."""
    found: dict[tuple[str, int], list[Outcome]] = {(load.name, count): [] for load in loads for count in (1, 2)}
    with Server(SERVICE, 1) as one, Server(SERVICE, 2) as two:
        for load in loads:
            for server in (one, two) * rounds:
                found[load.name, server.workers].append(run_own(server, load, seconds, 16))
    rows = [_scaling(load, found[load.name, 1], found[load.name, 2]) for load in loads]
    head = ["", "panels/s, 1", "panels/s, 2", "ratio", "CPU us/panel, 1", "CPU us/panel, 2", "ratio by CPU"]
    show("One worker and two, while the client needs a part of the two cores", head, rows)


def _scaling(load: Load, one: list[Outcome], two: list[Outcome]) -> list[str]:
    ratio = median(b.rate / a.rate for a, b in zip(one, two, strict=True))
    rates = [median(outcome.rate for outcome in some) * load.panels for some in (one, two)]
    cpu = [median(outcome.cpu for outcome in some) / load.panels for some in (one, two)]
    shown = [*(f"{rate:.0f}" for rate in rates), f"{ratio:.2f}", *(f"{each:.0f}" for each in cpu)]
    return [load.name, *shown, f"{2 * cpu[0] / cpu[1]:.2f}"]
