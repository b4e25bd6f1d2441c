"""The same panel has the same category by every way in: JSON, a batch, a table, a course of one and a FHIR record.

Two thousand panels, with every kind of hole: nothing, a mark for nothing, a word, a bound, a value that cannot be read.
The explanations are left out: they do not touch the category, and take most of the time. A record is read and assessed
without HTTP, but for each tenth one.
"""

import csv
import io
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.panel.panel import CONDITIONS
from service.cohort.intake.table import open_table
from service.cohort.results import COLUMNS, write_rows
from service.cohort.work import Reading, assess_rows
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings
from tests.support.drawn import drawn
from tests.support.reading import judged, read
from tests.support.records import LOINC, bundle, observation, parameters, patient

CLIENT: FlaskClient = create_app(Settings()).test_client()
TIME = "2026-11-22T07:45:00Z"
CHUNKS, IN_A_CHUNK = drawn(8), 250
CODED = [analyte for analyte in ANALYTES.values() if analyte.loinc]
CALM = {
    "ferritin": "120",
    "platelets": "320",
    "ast": "25",
    "ldh": "180",
    "triglycerides": "0.7",
    "fibrinogen": "420",
    "hemoglobin": "130",
    "wbc": "9",
    "esr": "30",
    "crp": "20",
    "temperature": "36.8",
}
"""Values in canonical units that meet nothing: else hardly any panel would be unlikely."""
STRANGE_UNIT = "furlong"
UNCLEAR = "perhaps"
MARKS = ("", "NA", "-", "not done", "#N/A", ".")
DRUGS = ("tocilizumab", "Actemra", "anakinra", "methotrexate", "unknown", "IL-6 inhibitor")
FORMS = (
    "value",
    "value",
    "value",
    "calm",
    "calm",
    "calm",
    "bound",
    "word",
    "normal",
    "null",
    "unreadable",
    "unreadable",
)
Panel = dict[str, Any]


def panels(seed: int) -> list[Panel]:
    draw = random.Random(seed)
    return [a_panel(draw) for _ in range(IN_A_CHUNK)]


def a_panel(draw: random.Random) -> Panel:
    tests = draw.sample(CODED, draw.randint(1, len(CODED))) if draw.random() < 0.5 else list(CODED)
    results = {analyte.id: a_result(analyte, draw) for analyte in tests if draw.random() < 0.9}
    found = {
        key: draw.choice((False, False, False, False, True, None, UNCLEAR)) for key in FINDINGS if draw.random() < 0.8
    }
    return {
        "results": results or {"crp": ("null", "", "")},
        "findings": found or {"fever": True},
        "condition": draw.choice((*CONDITIONS, "sjia", "sjia", None)),
        "age": draw.choice((None, 1, 3, 10, 17, 18, 44)),
        "drugs": draw.sample(DRUGS, 1) if draw.random() < 0.2 else [],
        "mark": draw.choice(MARKS),
    }


def a_result(analyte: Any, draw: random.Random) -> tuple[str, str, str]:
    """Return the form of a result, its number or word, and its unit."""
    form = draw.choice(FORMS)
    low, high = (Decimal(str(end)) for end in (analyte.soft.low, analyte.soft.high))
    number = str((low + (high - low) * Decimal(draw.randint(0, 1000)) / 1000).quantize(Decimal("0.1")))
    if form == "calm" and analyte.id in CALM and analyte.id != "fibrinogen":
        number = CALM[analyte.id]
    if form == "bound":
        return form, draw.choice("<>") + (number if Decimal(number) else "1"), analyte.canonical
    if form == "word":
        return form, draw.choice("LH"), ""
    return (
        form,
        {"normal": "N", "null": ""}.get(form, number),
        STRANGE_UNIT if form == "unreadable" else analyte.canonical,
    )


def as_request(panel: Panel) -> Panel:
    context = {"condition": panel["condition"], "medications": [{"name": name} for name in panel["drugs"]]}
    return {
        "patient": {"age_years": panel["age"]},
        "context": context,
        "collected_at": TIME,
        "observations": {key: as_observation(*result) for key, result in panel["results"].items()},
        "findings": panel["findings"],
        "options": {"on_invalid": "omit"},
    }


def as_observation(form: str, said: str, unit: str) -> Any:
    if form == "null":
        return None
    return {"interpretation": said} if form in ("word", "normal") else f"{said} {unit}"


def by_json(some: list[Panel]) -> list[str]:
    return [
        str(posted("/v1/assessments?view=summary", as_request(panel))["classification"]["category"]) for panel in some
    ]


def by_batch(some: list[Panel]) -> list[str]:
    lines = b"\n".join(dumps(as_request(panel)) for panel in some)
    answers = CLIENT.post("/v1/assessments/batch?view=summary", data=lines, content_type="application/x-jsonlines").data
    return [str(loads(line)["assessment"]["classification"]["category"]) for line in answers.splitlines()]


def by_table(some: list[Panel]) -> list[str]:
    """Answer a table in which a result that has no value is a mark for nothing, and another unit stands in the cell."""
    units = {analyte.id: analyte.canonical for analyte in CODED}
    header = [
        "id",
        "collected_at",
        "condition",
        "age_years",
        "meds",
        *(f"{key}[{unit}]" for key, unit in units.items()),
        *FINDINGS,
    ]
    text = io.StringIO(write_rows([header, *(as_row(panel, list(units)) for panel in some)]))
    read, rows = open_table(text)
    parts = assess_rows(Reading(read, "omit"), rows, 1)
    table = "".join([write_rows([COLUMNS]), *(part.text for part in parts)])
    return [row["category"] for row in csv.DictReader(io.StringIO(table))]


def as_row(panel: Panel, tests: list[str]) -> list[str]:
    mark, results = panel["mark"], panel["results"]
    cells = [as_cell(*results[key], mark) if key in results else mark for key in tests]
    words = {True: "yes", False: "no", None: mark, UNCLEAR: UNCLEAR}
    found = [words[panel["findings"].get(key)] for key in FINDINGS]
    age = mark if panel["age"] is None else str(panel["age"])
    return ["a", TIME, panel["condition"] or mark, age, ";".join(panel["drugs"]), *cells, *found]


def as_cell(form: str, said: str, unit: str, mark: str) -> str:
    if form == "null":
        return mark
    return f"{said} {unit}" if form == "unreadable" else said


def by_course(some: list[Panel]) -> list[str]:
    return [
        str(posted("/v1/trajectories?view=summary", as_course(panel))["assessments"][0]["classification"]["category"])
        for panel in some
    ]


def as_course(panel: Panel) -> Panel:
    request = as_request(panel)
    own = {key: request.pop(key) for key in ("collected_at", "observations", "findings")}
    return {**request, "panels": [own]}


def by_fhir(some: list[Panel]) -> list[str]:
    records = [as_record(panel) for panel in some]
    found = [judged(read(loads(dumps(record))))[1].classification.category for record in records]
    assert [fhir_category(posted("/fhir/$evaluate-mas", record)) for record in records[::10]] == found[::10]
    return found


def by_form(some: list[Panel]) -> list[str]:
    """Return the categories of what a person sees who brings the record into the form of the page."""
    asked = [posted("/v1/records", as_record(panel))["panel"] for panel in some]
    return [posted("/v1/assessments", panel)["classification"]["category"] for panel in asked]


def fhir_category(answer: Any) -> str:
    return str(answer["prediction"][0]["qualitativeRisk"]["coding"][0]["code"])


def as_record(panel: Panel) -> Any:
    born = None if panel["age"] is None else f"{2026 - panel['age']}-11-22"
    results = [as_resource(ANALYTES[key].loinc[0], *result) for key, result in panel["results"].items()]
    found = [as_part(key, said) for key, said in panel["findings"].items() if said is not None]
    entries: list[dict[str, Any]] = [
        {"name": "observations", "resource": bundle(patient(born), *results)},
        {"name": "asOf", "valueDateTime": TIME},
        *([{"name": "findings", "part": found}] if found else []),
        *({"name": "medications", "valueString": name} for name in panel["drugs"]),
    ]
    if panel["condition"]:
        entries.append({"name": "condition", "valueCode": panel["condition"]})
    return parameters(*entries)


def as_part(key: str, said: Any) -> dict[str, Any]:
    return {"name": key, "valueString" if said == UNCLEAR else "valueBoolean": said}


def as_resource(code: str, form: str, said: str, unit: str) -> dict[str, Any]:
    if form == "null":
        return observation(code, dataAbsentReason={"coding": [{"code": "not-performed"}]})
    if form in ("word", "normal"):
        system = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
        return observation(code, interpretation=[{"coding": [{"system": system, "code": said}]}])
    made = observation(code, said.lstrip("<>"), unit, code={"coding": [{"system": LOINC, "code": code}]})
    if form == "bound":
        made["valueQuantity"]["comparator"] = said[0]
    return made


def posted(path: str, document: Any) -> Any:
    kind = "application/fhir+json" if path.startswith("/fhir") else "application/json"
    answer = CLIENT.post(path, data=dumps(document), content_type=kind)
    assert answer.status_code == 200, answer.data
    return loads(answer.data)


WAYS: dict[str, Callable[[list[Panel]], list[str]]] = {
    "batch": by_batch,
    "table": by_table,
    "course": by_course,
    "fhir": by_fhir,
    "form": by_form,
}


@pytest.mark.parametrize("seed", range(CHUNKS))
def test_a_panel_has_the_same_category_by_every_way_in(seed: int) -> None:
    some = panels(seed)
    expected = by_json(some)
    for way, categories in WAYS.items():
        found = zip(some, expected, categories(some), strict=True)
        assert [(way, panel, answer, other) for panel, answer, other in found if answer != other][:1] == []


def test_the_panels_reach_every_category() -> None:
    assert {*by_json(panels(0))} == {"likely", "probable", "possible", "indeterminate", "unlikely"}
