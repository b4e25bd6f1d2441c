"""What a record cannot bring about by itself, but an assessment can hold."""

from dataclasses import replace
from decimal import Decimal

from service.clinical.assessment.assess import assess
from service.clinical.measurement.analytes import ANALYTES
from service.ehr.fhir.answer.breakdown import result_observation
from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.record import read_request
from service.ehr.terminology.code_file import load_codes
from service.ehr.terminology.code_systems import ATC, ICD10, SNOMED, system_name
from service.server.messages.strict_json import dumps, loads, written
from tests.support.answers import PARTS
from tests.support.panels import panel_of
from tests.support.records import FERRITIN, bundle, condition, met_panel, observation


def test_a_set_with_confounded_items_has_a_verdict_without_them() -> None:
    panel = panel_of(
        observations={"ferritin": "900 ug/L", "platelets": "100 10*9/L", "ast": "90 U/L"},
        context={"condition": "sjia", "confounders": ["itp"]},
        findings={"fever": True},
    )
    [result] = assess(panel, ["eular-acr-printo-2016"]).results
    made = loads(dumps(result_observation(result, PARTS, written({"display": "x"}), "")))
    codes = {component["code"]["coding"][0]["code"]: component for component in made["component"]}
    assert codes["verdict_without_confounded"]["valueCodeableConcept"]["coding"][0]["code"] == "indeterminate"
    assert made["subject"] == {"display": "x"}
    assert "effectiveDateTime" not in made


def test_with_no_test_missing_none_is_named() -> None:
    record = read_request(bundle(*met_panel()), load_codes())
    assessment = assess(record.panel)
    named = [note["text"] for note in risk_assessment(record, assessment, PARTS)["note"]]
    silent = [note["text"] for note in risk_assessment(record, replace(assessment, suggestions=()), PARTS)["note"]]
    assert [note for note in named if note not in silent] == [named[-1]]
    assert named[-1].startswith("Tests to do next, those that could decide first: ")


def test_a_test_that_was_reported_but_leaves_open_what_it_decides_is_not_called_missing() -> None:
    bound = observation(FERRITIN, valueQuantity={"value": Decimal(600), "comparator": ">", "unit": "ng/mL"})
    record = read_request(bundle(condition(), *met_panel()[1:], bound), load_codes())
    noted = risk_assessment(record, assess(record.panel), PARTS)["note"][-1]["text"]
    assert noted.startswith("Tests to do next, those that could decide first: ")
    assert "ferritin (LOINC 2276-4)" in noted


def test_systems_by_their_addresses() -> None:
    assert system_name("https://snomed.info/sct") == system_name("urn:oid:2.16.840.1.113883.6.96") == SNOMED
    assert system_name("http://hl7.org/fhir/sid/icd-10-uk") == ICD10
    assert system_name("http://fhir.de/CodeSystem/bfarm/atc") == ATC
    assert system_name(" https://lab.example/Codes ") == "https://lab.example/Codes"
    assert system_name(None) == ""
    assert system_name(7) == ""


def test_a_bare_coding_in_place_of_a_concept_is_read() -> None:
    bare = condition(code={"system": "http://snomed.info/sct", "code": "201796004"}, clinicalStatus={"code": "active"})
    assert read_request(bundle(bare), load_codes()).panel.condition == "sjia"


def test_a_result_without_a_name_is_still_named_by_its_test() -> None:
    record = read_request(bundle(*met_panel()), load_codes())
    nameless = replace(record, basis=(("ferritin", ""), ("crp", "Observation/c")))
    answer = loads(dumps(risk_assessment(nameless, assess(record.panel), PARTS)))
    assert answer["basis"] == [
        {"display": ANALYTES["ferritin"].label},
        {"reference": "Observation/c", "display": ANALYTES["crp"].label},
    ]
