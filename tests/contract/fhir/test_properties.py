"""What holds for every record: order is irrelevant, a Bundle equals its JSON panel, nothing breaks the service."""

import copy
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from service.api.request.panel import read_panel_request
from service.api.response.assessment import assessment_document
from service.clinical.assessment.assess import assess
from service.clinical.measurement.analytes import ANALYTES
from service.clinical.panel.panel import Panel
from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.record import read_request
from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.code_map import CodeMap
from service.server.messages.strict_json import dumps, loads
from tests.support.answers import PARTS, not_published, own_codes
from tests.support.drawn import drawn
from tests.support.generated_panels import requests
from tests.support.records import (
    LOINC,
    TEMPERATURE,
    TIME,
    bundle,
    call,
    condition,
    met_panel,
    observation,
    parameters,
    patient,
)

LOCAL = "https://lab.example/codes"


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> CodeMap:
    """Every analyte has a code: a LOINC code, or a local one of the site."""
    lines = [f'[[results]]\nsystem = "{LOCAL}"\ncode = "{key}"\nobservation = "{key}"\n' for key in ANALYTES]
    path: Path = tmp_path_factory.mktemp("site") / "site.toml"
    path.write_text("\n".join(lines))
    return load_codes(str(path))


def as_observation(key: str, value: Any, spelling: int) -> dict[str, Any]:
    """Return a JSON observation as FHIR, in one of the encodings that mean the same."""
    loinc = ANALYTES[key].loinc
    code = {"coding": [{"system": LOINC, "code": loinc[0]} if loinc else {"system": LOCAL, "code": key}]}
    made: dict[str, Any] = observation("x", code=code, effectiveDateTime=None, subject=None, id=f"o-{key}")
    if isinstance(value, str):
        return made | _quantity(value, spelling)
    made["interpretation"] = [{"coding": [{"code": value["interpretation"]}]}]
    if "reference_range" in value:
        ends = {
            end: {"value": value["reference_range"][end], "unit": value["reference_range"]["unit"]}
            for end in ("low", "high")
        }
        made["referenceRange"] = [ends]
    return made


def _quantity(text: str, spelling: int) -> dict[str, Any]:
    if spelling == 0:
        return {"valueString": text}
    if spelling == 1:
        return {"valueCodeableConcept": {"text": text}}
    number, _, unit = text.partition(" ")
    sign = number.rstrip("0123456789.-")
    sent = {"value": Decimal(number.removeprefix(sign)), "unit": unit} | ({"comparator": sign} if sign else {})
    return {"valueQuantity": sent if spelling == 2 else sent | {"system": "http://unitsofmeasure.org", "code": unit}}


def document_of(panel: Panel) -> Any:
    """Return the answer of the JSON interface; its warnings come in the order in which results were sent."""
    document = assessment_document(assess(panel))
    return document | {"warnings": sorted(document["warnings"], key=str)}


@pytest.fixture(scope="module")
def caller(app: Flask) -> FlaskClient:
    return app.test_client()


@settings(max_examples=drawn(40))
@given(request=requests(), spelling=st.integers(0, 3))
def test_a_bundle_equals_the_json_panel_it_carries(codes: CodeMap, request: dict[str, Any], spelling: int) -> None:
    known = {key: value for key, value in request["observations"].items() if value != {"interpretation": "A"}}
    if not known:
        return
    plain = {"observations": known, "findings": request["findings"], "context": request["context"]}
    asked = read_panel_request(loads(dumps(plain)))
    made = [
        {
            "name": "observations",
            "resource": bundle(*(as_observation(key, value, spelling) for key, value in known.items())),
        }
    ]
    made += [
        {"name": "findings", "part": [{"name": key, "valueBoolean": value}]}
        for key, value in request["findings"].items()
    ]
    if request["context"]["condition"]:
        made.append({"name": "condition", "valueCode": request["context"]["condition"]})
    assert document_of(read_request(parameters(*made), codes).panel) == document_of(asked.panel)


def told(item: dict[str, Any], above: str = "") -> Iterator[tuple[str, str, str, str]]:
    """Yield what the answer to /v1/assessments says of an item and those below it."""
    key = f"{above}.{item['id']}" if above else item["id"]
    yield key, item["label"], item["status"], item["reason"]
    for below in item.get("items", ()):
        yield from told(below, key)


@pytest.mark.slow
@settings(max_examples=drawn(500))
@given(request=requests(), spelling=st.integers(0, 3), code=st.sampled_from(["M08.2", "C91.0", "M32.1", "A41.9", "x"]))
def test_every_code_of_an_answer_is_published(
    codes: CodeMap, request: dict[str, Any], spelling: int, code: str
) -> None:
    made = [as_observation(key, value, spelling) for key, value in request["observations"].items()]
    record = read_request(bundle(condition(code), *made, condition("x")), codes)
    answer = loads(dumps(risk_assessment(record, assess(record.panel), PARTS)))
    assert len(list(own_codes(answer))) > 100
    assert not_published(answer) == []


@settings(max_examples=drawn(40))
@given(request=requests(), spelling=st.integers(0, 3))
def test_every_item_stands_in_the_answer_as_it_is_explained(
    codes: CodeMap, request: dict[str, Any], spelling: int
) -> None:
    made = bundle(
        condition(), *(as_observation(key, value, spelling) for key, value in request["observations"].items())
    )
    record = read_request(made, codes)
    assessment = assess(record.panel)
    answer = loads(dumps(risk_assessment(record, assessment, PARTS)))
    contained = {
        resource["id"]: resource["component"]
        for resource in answer["contained"]
        if resource["resourceType"] == "Observation"
    }
    for criteria in loads(dumps(document_of(record.panel)))["criteria"]:
        items = [leaf for item in criteria.get("items", ()) for leaf in told(item)]
        shown = [
            (observation["code"], observation["valueCodeableConcept"])
            for observation in contained[criteria["id"]][-len(items) :]
            if items
        ]
        assert items == [
            (code["coding"][0]["code"], code["text"], value["coding"][0]["code"], value["text"])
            for code, value in shown
        ]
    leading = assessment.classification.basis[0]
    reasons = "; ".join(f"{item.label}: {item.reason}" for item in leading.items)
    assert answer["prediction"][0]["rationale"] == f"{assessment.summary} {leading.criteria.short}: {reasons}."


TIMES = (
    *(TIME, "2026-11-22T08:45:00+01:00", "2026-11-22", "2026-11-21T19:30:00Z", "2026-11-20T00:00:00Z"),
    *(None, "2026", "22.11.2026"),
)
UNITS = {
    "2276-4": ("ng/mL", "ug/dL", "furlong", ""),
    "777-3": ("10*9/L", "/uL", "K/uL"),
    "751-8": ("10*9/L",),
    "6690-2": ("10*9/L",),
    TEMPERATURE: ("Cel", "[degF]", ""),
}
WARMTHS = ("36.4", "38.5", "39.6", "101.3", "103.1")


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    code = draw(st.sampled_from(list(UNITS)))
    numbers = st.sampled_from(WARMTHS) if code == TEMPERATURE else st.integers(1, 400)
    value = draw(st.one_of(st.none(), numbers))
    more: dict[str, Any] = {"effectiveDateTime": draw(st.sampled_from(TIMES)), "id": f"o{draw(st.integers(0, 99))}"}
    more["status"] = draw(st.sampled_from(["final", "corrected", "preliminary"]))
    more["issued"] = draw(st.sampled_from([None, TIME]))
    if value is None:
        more["interpretation"] = [{"text": draw(st.sampled_from("HLN"))}]
    return observation(code, value, draw(st.sampled_from(UNITS[code])), **more)


@settings(max_examples=drawn(40))
@given(data=st.data(), made=st.lists(results(), min_size=2, max_size=8))
def test_the_order_of_entries_is_irrelevant(codes: CodeMap, data: st.DataObject, made: list[Any]) -> None:
    record = [patient(), condition(), condition("M30.3"), *made]
    one, other = (read_request(bundle(*order), codes) for order in (record, data.draw(st.permutations(record))))
    assert document_of(one.panel) == document_of(other.panel)
    assert (one.basis, one.subject, one.moment) == (other.basis, other.subject, other.moment)
    assert sorted(issue.key for issue in one.issues) == sorted(issue.key for issue in other.issues)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**6), 10**6),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just([[]]),
    st.just([None, 7, {"a": []}]),
    st.just({"coding": 7, "value": "x", "reference": [], "resourceType": "Bundle"}),
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else []
    )
    return [below for key, value in pairs for below in ((*path, key), *places(value, (*path, key)))]


WHOLE = bundle(
    patient(),
    condition(),
    *met_panel(),
    observation(
        "24360-0", component=[{"code": {"coding": [{"code": "x"}]}}], hasMember=[{"reference": "Observation/o-777-3"}]
    ),
    {
        "resourceType": "MedicationRequest",
        "status": "active",
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Actemra"}}],
        "medicationReference": {"reference": "#m"},
        "dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"end": "2026-11-01"}}}}],
    },
    {"resourceType": "DiagnosticReport", "status": "final", "result": [{"reference": "Observation/o-777-3"}]},
    link=[{"relation": "self", "url": "x"}],
)


@settings(max_examples=drawn(60))
@given(data=st.data())
def test_nothing_that_is_put_into_a_record_breaks_the_service(caller: FlaskClient, data: st.DataObject) -> None:
    document = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(document)))
        at = document
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = copy.deepcopy(data.draw(JUNK))
    sent = dumps(document)
    answer = caller.post("/fhir/$evaluate-mas", data=sent, content_type="application/fhir+json")
    assert answer.status_code in (200, 422)
    body = dumps(call({"labs": document, "patient": document, "conditions": document}))
    assert caller.post("/cds-services/mas-criteria", data=body, content_type="application/json").status_code in (
        200,
        412,
        422,
    )


@settings(max_examples=drawn(60))
@given(
    value=st.recursive(JUNK, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=8)
)
def test_nothing_that_is_no_record_breaks_the_service(caller: FlaskClient, value: Any) -> None:
    paths = {
        "/fhir/$evaluate-mas": {200, 422},
        "/cds-services/mas-criteria": {400},
        "/cds-services/mas-criteria/feedback": {400},
    }
    for path, allowed in paths.items():
        assert caller.post(path, data=dumps(value), content_type="application/json").status_code in allowed
