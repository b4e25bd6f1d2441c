"""Further inputs of each kind that reports from the field stand on, each by every way in that it can take.

A panel is written once, with each result as a text, and sent as JSON, as a line of a batch, as a course of one, as a row
of a table, as a FHIR record and as a CDS Hooks call.
"""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.clinical.measurement.analytes import ANALYTES
from service.cohort.intake.table import open_table
from service.cohort.results import COLUMNS, write_rows
from service.cohort.work import Reading, assess_rows
from service.ehr.fhir.definitions.vocabulary import CATEGORIES
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings
from tests.support.records import bundle, condition, drug, observation, patient

CLIENT: FlaskClient = create_app(Settings(cds_card_from="indeterminate")).test_client()
TIME = "2026-11-22T07:45:00Z"
NAMES = {shown: key for key, shown in CATEGORIES.items()}
CALM = {
    "ferritin": "120 ug/L",
    "platelets": "300 10*9/L",
    "ast": "25 U/L",
    "fibrinogen": "4.2 g/L",
    "triglycerides": "0.7 mmol/L",
}
ILL = CALM | {"ferritin": "12500 ug/L", "platelets": "95 10*9/L", "ast": "140 U/L", "fibrinogen": "1.4 g/L"}
Panel = dict[str, Any]


def panel(results: dict[str, str], *drugs: str) -> Panel:
    return {"results": results, "drugs": drugs}


def as_request(sent: Panel) -> Panel:
    return {
        "context": {"condition": "sjia", "medications": [{"name": name} for name in sent["drugs"]]},
        "collected_at": TIME,
        "observations": sent["results"],
        "findings": {"fever": True},
        "options": {"on_invalid": "omit"},
    }


def posted(path: str, body: bytes, kind: str = "application/json") -> Any:
    answer = CLIENT.post(path, data=body, content_type=kind)
    assert answer.status_code == 200, answer.data
    return loads(answer.data)


def by_json(sent: Panel) -> str:
    return str(posted("/v1/assessments", dumps(as_request(sent)))["classification"]["category"])


def by_batch(sent: Panel) -> str:
    line = posted("/v1/assessments/batch", dumps(as_request(sent)) + b"\n", "application/x-ndjson")
    return str(line["assessment"]["classification"]["category"])


def by_course(sent: Panel) -> str:
    request = as_request(sent)
    own = {key: request.pop(key) for key in ("collected_at", "observations", "findings")}
    answer = posted("/v1/trajectories", dumps({**request, "panels": [own]}))
    return str(answer["assessments"][0]["classification"]["category"])


def by_table(sent: Panel) -> str:
    header = ["id", "collected_at", "condition", "medications", "fever", *sent["results"]]
    row = ["a", TIME, "sjia", ";".join(sent["drugs"]), "yes", *sent["results"].values()]
    read, rows = open_table(io.StringIO(write_rows([header, row])))
    table = "".join([write_rows([COLUMNS]), *(part.text for part in assess_rows(Reading(read, "omit"), rows, 1))])
    [answer] = csv.DictReader(io.StringIO(table))
    return answer["category"]


def as_record(sent: Panel) -> list[Panel]:
    results = [
        observation(ANALYTES[key].loinc[0], valueString=text, effectiveDateTime=TIME)
        for key, text in sent["results"].items()
    ]
    orders = [drug(concept={"text": name}, id=f"m{at}") for at, name in enumerate(sent["drugs"])]
    return [*results, observation("8310-5", "39.2", "Cel"), *orders]


def by_fhir(sent: Panel) -> str:
    answer = posted("/fhir/$evaluate-mas", dumps(bundle(condition(), *as_record(sent))), "application/fhir+json")
    return str(answer["prediction"][0]["qualitativeRisk"]["coding"][0]["code"])


def by_card(sent: Panel) -> str:
    """Return the category that the card tells; "unlikely" if there is none, for nobody is shown that there is not."""
    whole = as_record(sent)
    groups = {
        "labs": [
            resource for resource in whole if resource["resourceType"] == "Observation" and resource["id"] != "o-8310-5"
        ],
        "temperature": [resource for resource in whole if resource.get("id") == "o-8310-5"],
        "medications": [resource for resource in whole if resource["resourceType"] == "MedicationRequest"],
        "conditions": [condition()],
    }
    call = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "p1"},
        "prefetch": {"patient": patient(), **{key: bundle(*resources) for key, resources in groups.items()}},
    }
    cards = posted("/cds-services/mas-criteria", dumps(call))["cards"]
    return next((key for shown, key in NAMES.items() if cards and cards[0]["summary"].startswith(shown)), "unlikely")


WAYS: dict[str, Callable[[Panel], str]] = {
    "json": by_json,
    "batch": by_batch,
    "course": by_course,
    "table": by_table,
    "fhir": by_fhir,
    "card": by_card,
}
DRUGS = [
    *(
        "Actemra 162 mg/0.9 ml",
        "RoActemra i.v.",
        "Tyenne pen",
        "tocilizumab-bavi",
        "toci",
        "TCZ",
        "Kevzara",
        "sarilumab",
    ),
    *(
        "satralizumab",
        "Sylvant",
        "IL-6 inhibitor",
        "anti-IL-6",
        "IL6R-Blocker",
        "L04AC07",
        "L04AC",
        "biologic",
        "unknown",
    ),
    *("アクテムラ", "托珠单抗", "Тоцилизумаб", "Akemtra", "Tocilizunab", "MTX + Actemra", "study drug", "biológico"),
]
OTHER_DRUGS = ["methotrexate", "ibuprofen 400 mg", "Enbrel", "ciclosporin", "vitamin D"]
ABSENT = [
    *("QNS", "hemolyzed", "TNP", "cancelled", "geronnen", "échantillon insuffisant", "muestra hemolizada", "溶血"),
    *("see report", "siehe Befund", "voir compte rendu", "vedi referto", "ver informe", "zie bijlage", "se bilaga"),
    *("pending", "folgt", "en cours", "in attesa", "pendiente", "aguardando", "volgt", "结果待报", "см. заключение"),
]
NOTHING = [
    "N/A",
    "-",
    "--",
    "not done",
    "nicht bestimmt",
    "non fait",
    "no realizado",
    "NaN",
    "null",
    "未検査",
    "",
    " ",
    "nil",
    "missing",
]
UNREADABLE = [
    *(
        "120 furlong",
        "1:80",
        "100-200 ug/L",
        "12.500 ug/L",
        "12,500 ug/L",
        "approx 120 ug/L",
        "120",
        "5.4x10",
        "120 ug/L ?",
    ),
    *("~120 ug/L", "120 ± 5 ug/L", "-120 ug/L", "12500 H ug/L", "1e9 ug/L", "normal limits", "up to 120 ug/L"),
]
NUMBERS = [
    "12'500 ug/L",
    "12500.0 ug/L",
    "1.25e4 ug/L",
    "12\u202f500 ug/L",
    "１２５００ ug/L",
    "12500ug/l",
    "12,500.0 ug/L",
]
BOUNDS = [">12500 ug/L", "> 12500 ug/L", "≥12500 ug/L", "gt 12500 ug/L", "&gt;12500 ug/L", "greater than 12500 ug/L"]
OPEN_BOUNDS = [">100 ug/L", "gt 100 ug/L", "&gt; 100 ug/L", "≥ 100 ug/L", "more than 100 ug/L", "über 100 ug/L"]
COUNTS = [
    *("95 K/uL", "95 x10E9/L", "95 10^9/L", "95 10＾9/L", "95 thou/mm3", "95 G/L", "95 /nL", "95 Tsd/µL", "95000 /uL"),
    *("95 10+3/uL", "95 THOUS/MCL", "95 x 10³/µL", "95 k/mm3", "95 10e3/uL"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", DRUGS)
def test_02_a_drug_that_blocks_il6_or_may_do_so_never_reassures(way: str, name: str) -> None:
    assert WAYS[way](panel(CALM, name)) == "indeterminate"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OTHER_DRUGS)
def test_02_any_other_drug_changes_nothing(way: str, name: str) -> None:
    assert WAYS[way](panel(CALM, name)) == "unlikely"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", [*ABSENT, *UNREADABLE])
def test_07_10_18_a_result_that_was_sent_and_is_not_read_never_reassures(way: str, text: str) -> None:
    assert WAYS[way](panel(CALM | {"ferritin": text})) == "indeterminate"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", ABSENT[:6])
def test_07_so_with_every_test_that_the_category_rests_on(way: str, text: str) -> None:
    found = WAYS[way](panel(CALM | {"platelets": text}))
    assert found in (
        "indeterminate",
        "unlikely" if way == "card" else "indeterminate",
    )  # ferritin speaks against a card


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", NOTHING)
def test_14_what_was_not_measured_is_the_same_as_nothing(way: str, text: str) -> None:
    without = {key: value for key, value in CALM.items() if key != "ferritin"}
    assert WAYS[way](panel(CALM | {"ferritin": text})) == WAYS[way](panel(without))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", [*NUMBERS, *BOUNDS])
def test_09_19_a_number_is_read_as_it_is_written(way: str, text: str) -> None:
    assert WAYS[way](panel(ILL | {"ferritin": text})) == "likely"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", OPEN_BOUNDS)
def test_19_a_comparator_is_never_lost(way: str, text: str) -> None:
    assert WAYS[way](panel(ILL | {"ferritin": text})) in ("indeterminate", "probable")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", COUNTS)
def test_08_24_a_count_is_read_in_the_unit_of_its_laboratory(way: str, text: str) -> None:
    low = ILL | {"ast": "25 U/L"}  # platelets and fibrinogen alone meet two of four
    assert WAYS[way](panel(low | {"platelets": text})) == "likely"
