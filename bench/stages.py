"""What each stage of one panel costs, in microseconds of the processor: waiting for others does not count."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

from bench.panels import ONE_SET, SPARSE, panel, varied
from bench.record import RECORD, SAME, carried, record
from bench.tables import exponent, show
from service.api.request.panel import read_panel_request
from service.api.response.assessment import assessment_document, summary_document
from service.clinical.assessment.assess import assess
from service.clinical.criteria import CATALOGUE
from service.clinical.evaluation.evaluate import evaluate
from service.clinical.evaluation.set_result import SetResult
from service.clinical.explanation.items import explain
from service.clinical.panel.panel import Panel
from service.ehr.fhir.answer.fixed_parts import fixed_parts
from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.record import read_request
from service.ehr.terminology.code_file import load_codes
from service.server.messages.strict_json import dumps, loads
from service.server.settings import DEFAULTS

PANELS = 300
Stages = dict[str, Callable[[], object]]
CODES = load_codes()
PARTS = fixed_parts(DEFAULTS.fhir_canonical)


def stages_of(request: dict[str, Any]) -> Stages:
    """Return each stage of one request as a function; ``assess`` contains ``evaluate`` and ``explain``."""
    body = dumps(request)
    document = loads(body)
    asked = read_panel_request(document)
    sets = [CATALOGUE[key] for key in asked.criteria or CATALOGUE]
    assessment = assess(asked.panel, asked.criteria)
    results = [evaluate(criteria, asked.panel) for criteria in sets]
    answer = assessment_document(assessment)
    return {
        "read JSON": lambda: loads(body),
        "parse": lambda: read_panel_request(document),
        "evaluate": lambda: [evaluate(criteria, asked.panel) for criteria in sets],
        "explain": lambda: _explained(results, asked.panel),
        "assess": lambda: assess(asked.panel, asked.criteria),
        "render": lambda: assessment_document(assessment),
        "encode": lambda: dumps(answer),
    }


def _explained(results: list[SetResult], panel: Panel) -> object:
    panel.in_words.clear()  # as for a panel that has just been read
    return [explain(result, panel) for result in results]


def whole(request: dict[str, Any]) -> Callable[[], bytes]:
    """Return the function from the bytes of a request to the bytes of its answer."""
    body = dumps(request)

    def answer() -> bytes:
        asked = read_panel_request(loads(body))
        return dumps(assessment_document(assess(asked.panel, asked.criteria)))

    return answer


def summary(request: dict[str, Any]) -> Callable[[], bytes]:
    """Return the same for a line of a batch with ``?view=summary``."""
    body = dumps(request)

    def answer() -> bytes:
        asked = read_panel_request(loads(body))
        return dumps(summary_document(assess(asked.panel, asked.criteria, brief=True)))

    return answer


def record_stages() -> Stages:
    """Return each stage of the FHIR operation as a function."""
    body = dumps(record())
    document = loads(body)
    found = read_request(document, CODES)
    assessment = assess(found.panel, found.criteria)
    answer = risk_assessment(found, assessment, PARTS)
    return {
        "read JSON": lambda: loads(body),
        "read record": lambda: read_request(document, CODES),
        "assess": lambda: assess(found.panel, found.criteria),
        "write RiskAssessment": lambda: risk_assessment(found, assessment, PARTS),
        "encode": lambda: dumps(answer),
    }


def record_whole() -> Callable[[], bytes]:
    """Return the function from the bytes of the record to those of the RiskAssessment."""
    body = dumps(record())

    def answer() -> bytes:
        found = read_request(loads(body), CODES)
        return dumps(risk_assessment(found, assess(found.panel, found.criteria), PARTS))

    return answer


def rotation(panels: int = PANELS) -> Callable[[], object]:
    """Return the function that answers the next of several panels, all of them different."""
    answers = cycle([whole(request) for request in varied(panels)])

    def answer_next() -> bytes:
        answer = next(answers)
        return answer()

    return answer_next


def cost(run: Callable[[], object], seconds: float, calls: int = 20) -> float:
    """Return the microseconds of processor that one call takes: the least of several series of ``calls``."""
    run()
    times: list[float] = []
    until = time.process_time() + seconds
    while time.process_time() < until or len(times) < 3:
        started = time.process_time()
        for _ in range(calls):
            run()
        times.append((time.process_time() - started) / calls)
    return min(times) * 1e6


def report(*, quick: bool) -> None:
    """Print what each stage costs, and how the whole grows with the sets and the observations."""
    seconds = 0.1 if quick else 0.4
    requests = {"full panel": panel(), "sparse panel": SPARSE, "one set": panel(17, ONE_SET)}
    rows = {name: _row(request, seconds) for name, request in requests.items()}
    columns = list(next(iter(rows.values())))
    show("Stages, microseconds of CPU per panel", ["", *columns], [[name, *row.values()] for name, row in rows.items()])
    print(f"\n{PANELS} different panels: {cost(rotation(), seconds, PANELS):.0f} microseconds of CPU each")
    _record(seconds)
    keys = list(CATALOGUE)
    _growth("criteria sets", {n: panel(17, *keys[:n]) for n in (1, 2, 4, 7, 10, len(keys))}, seconds)
    _growth("observations", {n: panel(n) for n in (1, 2, 5, 10, 15, 19)}, seconds)


def _row(request: dict[str, Any], seconds: float) -> dict[str, str]:
    measured = {name: cost(run, seconds) for name, run in stages_of(request).items()}
    shown = {
        "read JSON": measured["read JSON"],
        "parse": measured["parse"],
        "evaluate": measured["evaluate"],
        "explain": measured["explain"],
        "classify": max(0.0, measured["assess"] - measured["evaluate"] - measured["explain"]),
        "render": measured["render"],
        "encode": measured["encode"],
        "whole": cost(whole(request), seconds),
    }
    return {name: f"{figure:.0f}" for name, figure in shown.items()}


def _record(seconds: float) -> None:
    measured = {name: cost(run, seconds) for name, run in record_stages().items()}
    measured |= {"whole": cost(record_whole(), seconds), SAME: cost(whole(carried()), seconds)}
    rows = [["", *(f"{figure:.0f}" for figure in measured.values())]]
    show(f"{RECORD}, microseconds of CPU", ["", *measured], rows)
    print(f"\n{RECORD} : {SAME} = {measured['whole'] / measured[SAME]:.2f}")


def _growth(what: str, requests: dict[int, dict[str, Any]], seconds: float) -> None:
    points = [(float(n), cost(whole(request), seconds)) for n, request in requests.items()]
    title = f"Cost as the {what} grow, microseconds of CPU per panel (exponent {exponent(points):.2f}; 1 is linear)"
    show(title, ["", *(f"{n:.0f}" for n, _ in points)], [[what, *(f"{figure:.0f}" for _, figure in points)]])
