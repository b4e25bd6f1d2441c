"""A drug means the same by every way in: JSON, batch, courses, tables, records, parameters and CDS Hooks."""

import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.clinical.therapies.drug_names import FORMULARY, Doubt
from service.cohort.command import main
from service.server.messages.strict_json import dumps, loads
from service.server.settings import Settings
from tests.support.calls import PATH
from tests.support.records import bundle, call, calm_panel, condition, drug, parameters, patient, send

CALM: dict[str, Any] = {
    "observations": {
        "ferritin": "120 ug/L",
        "platelets": "300 10*9/L",
        "ast": "25 U/L",
        "fibrinogen": "4.2 g/L",
        "triglycerides": "0.7 mmol/L",
    },
    "findings": {"fever": True},
}
BLOCKADE = ("indeterminate", ["il6_blockade"], [])
UNCLEAR = ("indeterminate", [], ["medication_unclear"])
NAMES: dict[str, tuple[str, list[str], list[str]]] = {
    "tocilizumab": BLOCKADE,
    "Actemra": BLOCKADE,
    "L04AC07": BLOCKADE,
    "тоцилизумаб": BLOCKADE,
    "MTX, RoActemra 162 mg": BLOCKADE,
    "IL-6 inhibitor": ("indeterminate", ["il6_blockade"], ["medication_unclear"]),
    "L04AC": ("indeterminate", ["il6_blockade"], ["medication_unclear"]),
    "Toclizumab": UNCLEAR,
    "MTX and a biologic": UNCLEAR,
    "methotrexate, foobamab": UNCLEAR,
    "prednisone, Foobarix": ("unlikely", ["glucocorticoid"], ["medication_not_known"]),
    "biologic": UNCLEAR,
    "unknown": UNCLEAR,
    "prednisone": ("unlikely", ["glucocorticoid"], []),
    "methotrexate": ("unlikely", [], []),
    "none": ("unlikely", [], []),
    "Foobarix": ("unlikely", [], ["medication_not_known"]),
}


def told(warnings: Any) -> list[str]:
    return [warning["code"] for warning in warnings if warning["code"].startswith("medication_")]


def acting(cautions: Any) -> list[str]:
    return [caution["code"] for caution in cautions if "." not in caution["code"]]


def request_with(name: str) -> dict[str, Any]:
    return CALM | {"context": {"condition": "sjia", "medications": [{"name": name}]}}


def by_json(client: FlaskClient, name: str) -> Any:
    return loads(client.post("/v1/assessments", data=dumps(request_with(name)), content_type="application/json").data)


def by_batch(client: FlaskClient, name: str) -> Any:
    answer = client.post(
        "/v1/assessments/batch", data=dumps(request_with(name)) + b"\n", content_type="application/x-ndjson"
    )
    return loads(answer.data)["assessment"]


def course(client: FlaskClient, request: dict[str, Any]) -> Any:
    return loads(client.post("/v1/trajectories", data=dumps(request), content_type="application/json").data)


def by_course(client: FlaskClient, name: str) -> Any:
    panel = CALM | {"collected_at": "2026-11-20"}
    context = request_with(name)["context"]
    return course(client, {"context": context, "panels": [panel]})["assessments"][0]


@pytest.mark.parametrize("way", [by_json, by_batch, by_course])
@pytest.mark.parametrize("name", NAMES)
def test_by_json_batch_and_course(client: FlaskClient, name: str, way: Any) -> None:
    answer = way(client, name)
    found = answer["classification"]["category"], acting(answer["cautions"]), told(answer["warnings"])
    assert found == NAMES[name]
    pointers = [warning["pointer"] for warning in answer["warnings"] if warning["code"].startswith("medication_")]
    assert set(pointers) <= {"/context/medications/0/name"}


@pytest.mark.parametrize("name", NAMES)
def test_by_the_treatments_of_a_course(client: FlaskClient, name: str) -> None:
    request = {
        "context": {"condition": "sjia"},
        "panels": [CALM | {"collected_at": "2026-11-20"}],
        "treatments": [{"name": name, "given_at": "2026-11-10"}],
    }
    answer = course(client, request)
    [panel] = answer["assessments"]
    category, cautions, warnings = NAMES[name]
    assert (panel["classification"]["category"], acting(panel["cautions"])) == (category, cautions)
    assert (told(answer["warnings"]), told(panel["warnings"])) == (warnings, [])
    assert {warning["pointer"] for warning in answer["warnings"]} <= {"/treatments/0/name"}


@pytest.mark.parametrize("name", NAMES)
def test_by_table(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    path = tmp_path / "panels.csv"
    cells = ["a", "120", "300", "25", "4.2", "0.7", "yes", "sjia", name]
    header = (
        "id,ferritin[ug/L],platelets[10*9/L],ast[U/L],fibrinogen[g/L],triglycerides[mmol/L],fever,condition,medications"
    )
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    path.write_text(f"{header}\n{written.getvalue()}", encoding="utf-8")
    assert main([str(path)]) == 0
    [row] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    category, cautions, warnings = NAMES[name]
    assert row["category"] == category
    assert [word for word in row["cautions"].split(";") if word and "." not in word] == cautions
    drug = name.count(",")  # of several in a cell the last is the one in doubt
    assert [f"/context/medications/{drug}/name {code}" for code in warnings] == [
        warning for warning in row["warnings"].split("; ") if "medication" in warning
    ]


def record(*resources: Any) -> Any:
    """Return a calm record, febrile as the panel is."""
    return bundle(patient(), condition(), *calm_panel(), *resources)


def evaluated(client: FlaskClient, document: Any) -> Any:
    answer = client.post("/fhir/$evaluate-mas", data=dumps(document), content_type="application/fhir+json")
    assert answer.status_code == 200
    return loads(answer.data)


def of_record(answer: Any) -> tuple[str, list[str]]:
    [risk] = answer["prediction"][0]["qualitativeRisk"]["coding"]
    issues = [issue for resource in answer["contained"] if resource["id"] == "messages" for issue in resource["issue"]]
    keys = [issue["details"]["coding"][0]["code"] for issue in issues]
    return risk["code"], [key for key in keys if key.startswith("medication_")]


@pytest.mark.parametrize("name", NAMES)
def test_by_record_and_by_parameter(client: FlaskClient, name: str) -> None:
    category, _, warnings = NAMES[name]
    answer = evaluated(client, record(drug(concept={"text": name})))
    assert of_record(answer) == (category, warnings)
    assert any("IL-6 blockade" in note["text"] for note in answer["note"]) == ("il6_blockade" in NAMES[name][1])
    given = parameters({"name": "observations", "resource": record()}, {"name": "medications", "valueString": name})
    assert of_record(evaluated(client, given)) == (category, warnings)


def test_an_issue_of_a_drug_names_its_place(client: FlaskClient) -> None:
    answer = evaluated(client, record(drug(concept={"text": "biologic"})))
    [messages] = [resource for resource in answer["contained"] if resource["id"] == "messages"]
    [issue] = [issue for issue in messages["issue"] if issue["details"]["coding"][0]["code"] == "medication_unclear"]
    assert issue["expression"][0].startswith("Bundle.entry[")


def test_by_cds_hooks(client: FlaskClient) -> None:
    def cards(name: str) -> str:
        orders = bundle(drug(concept={"text": name}))
        prefetch = {"conditions": bundle(condition()), "labs": bundle(*calm_panel()), "medications": orders}
        return dumps(send(client, PATH, call(prefetch))[1]).decode()

    assert cards("Actemra") == cards("L04AC07") == cards("тоцилизумаб")


def test_no_message_holds_the_name_as_sent(client: FlaskClient) -> None:
    for name in ("Qwertzuix", "Toclizumab Qwertzuix"):
        answer = by_json(client, name)
        assert answer["warnings"]
        assert "Qwertzuix" not in dumps(answer).decode()


def test_a_name_that_is_too_long_is_told_its_limit(client: FlaskClient) -> None:
    answer = by_json(client, "x" * 201)
    [fault] = answer["errors"]
    assert (fault["pointer"], "200 characters" in fault["detail"]) == ("/context/medications/0/name", True)


@pytest.mark.parametrize(("last_dose", "category"), [("2026-08-28", "indeterminate"), ("2026-08-27", "unlikely")])
def test_a_drug_that_cannot_be_told_counts_for_the_longest_time_of_any_drug(
    client: FlaskClient, last_dose: str, category: str
) -> None:
    drugs = [{"name": "biologic", "last_dose": last_dose}]
    request = CALM | {"collected_at": "2026-11-20", "context": {"condition": "sjia", "medications": drugs}}
    answer = client.post("/v1/assessments", data=dumps(request), content_type="application/json")
    assert loads(answer.data)["classification"]["category"] == category


def test_a_pointer_stays_right_beside_entries_that_are_left_out(client: FlaskClient) -> None:
    drugs: list[Any] = [None, 5, {"name": ""}, {"name": "biologic"}]
    request = CALM | {"context": {"condition": "sjia", "medications": drugs}, "options": {"on_invalid": "omit"}}
    answer = loads(client.post("/v1/assessments", data=dumps(request), content_type="application/json").data)
    assert "/context/medications/3/name" in [
        warning["pointer"] for warning in answer["warnings"] if warning["code"] == "medication_unclear"
    ]


def test_two_hundred_drugs_of_two_hundred_letters_take_little_time(client: FlaskClient) -> None:
    drugs = [{"name": f"{at} " + "abcdefghijklmnopqrstuvw " * 8} for at in range(100, 300)]
    request = {
        "context": {"condition": "sjia", "medications": drugs},
        "panels": [
            CALM | {"collected_at": f"2026-{month:02}-{day:02}"} for month in range(1, 6) for day in range(1, 11)
        ],
    }
    began = time.process_time()
    answer = course(client, request)
    assert len(answer["assessments"]) == 50
    assert time.process_time() - began < 20


MISSPELT = "Akemtra|Aktermra|Acetmra|Actmra|Kezvara|Kevzra|Tocilizunab|Sariluamb|Siltuxmab|Avtomza"


@pytest.mark.parametrize("name", MISSPELT.split("|"))
def test_letters_that_changed_places_or_are_lost_leave_the_drug_in_doubt(name: str) -> None:
    assert FORMULARY.read(name).doubt is Doubt.UNCLEAR


@pytest.mark.parametrize("name", ["Actos", "Actonel", "Activelle", "Keppra", "Klacid", "Akineton", "Aktren"])
def test_a_common_drug_that_looks_a_little_alike_does_not(name: str) -> None:
    assert FORMULARY.read(name).doubt is not Doubt.UNCLEAR


SITE_BRAND = "Haushemmer"


def test_a_brand_of_the_site_is_known_by_every_way_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.toml"
    site.write_text(f'[brands]\ntocilizumab = ["{SITE_BRAND}"]\n')
    client = create_app(Settings(code_map_file=str(site))).test_client()
    context = {"condition": "sjia", "medications": [{"name": SITE_BRAND}]}
    one = client.post("/v1/assessments", json=CALM | {"context": context}).get_json()
    line = client.post(
        "/v1/assessments/batch", data=dumps(CALM | {"context": context}) + b"\n", content_type="application/x-ndjson"
    )
    course = {"panels": [CALM | {"collected_at": "2026-11-20"}], "context": {"condition": "sjia"}}
    given = client.post(
        "/v1/trajectories", json=course | {"treatments": [{"name": SITE_BRAND, "given_at": "2026-11-19"}]}
    )
    for answer in (one, loads(line.data)["assessment"], given.get_json()["assessments"][0]):
        assert answer["classification"]["category"] == "indeterminate"
        assert "medication_not_known" not in str(answer)
    table = tmp_path / "table.csv"
    table.write_text(
        f"id,ferritin[ug/L],platelets[10*9/L],fever,condition,medications\na,1,300,yes,sjia,{SITE_BRAND}\n"
    )
    for options, expected in (([], True), (["--code-map", str(site)], False)):
        assert main(["--workers", "1", *options, str(table)]) == 0
        assert ("medication_not_known" in capsys.readouterr().out) is expected
    with pytest.raises(SystemExit):
        main(["--code-map", str(tmp_path / "none.toml"), str(table)])
