"""Records that hold more than was read: nothing is unlikely beside something that may be newer, and it is said why."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from service.clinical.assessment.assess import assess
from service.clinical.measurement.limits import MOST_DRUG_NAMES
from service.ehr.fhir.contents.document import MOST_CONTAINED
from service.ehr.fhir.record import read_request
from service.ehr.fhir.results.components import MOST_COMPONENTS
from service.ehr.issues import WITHOUT_VALUE
from service.ehr.terminology.code_file import load_codes
from tests.support.drawn import drawn
from tests.support.reading import CODES, keys, read
from tests.support.records import (
    EARLIER,
    FERRITIN,
    LATER,
    REPORT,
    TEMPERATURE,
    TIME,
    bundle,
    calm_panel,
    carded,
    category,
    condition,
    drug,
    evaluated,
    issue_keys,
    observation,
    parameters,
)
from tests.unit.ehr.terminology.test_naming import NAMES, OTHERS

LOCAL = "https://lab.example/codes"
FURTHER = [observation("76039-7", 400, "U/mL")]  # soluble CD25, so that no test that the category rests on is missing
WHOLE = [*calm_panel(), *FURTHER]


def local(name: str | None, code: str | None = "4711", time: str | None = LATER, **more: Any) -> dict[str, Any]:
    """Return a high result under a local code, with the name of its test."""
    coding = [{"system": LOCAL, "code": code}] if code else []
    named = {"text": name} if name else {}
    return observation("x", 12500, "ng/mL", code={"coding": coding} | named, effectiveDateTime=time, **more)


def outcome(*resources: Any) -> tuple[str, list[tuple[str, str]]]:
    """Return the category of a record of a child with sJIA, and what keeps it from being unlikely."""
    record = read_request(bundle(condition(), *resources, kind="collection"), CODES)
    quiet = ("code_not_mapped", "superseded", "code_refused", "code_missing", *WITHOUT_VALUE)
    told = [(issue.key, issue.observation) for issue in record.issues if issue.key not in quiet]
    return assess(record.panel).classification.category, told


def test_the_calm_record_by_itself_is_unlikely() -> None:
    assert outcome(*WHOLE) == ("unlikely", [])


@pytest.mark.parametrize("name", NAMES["ferritin"].split("|"))
def test_a_newer_result_that_is_called_like_ferritin_bars_unlikely_and_is_named(name: str) -> None:
    assert outcome(*WHOLE, local(name)) == ("indeterminate", [("newer_not_read", "ferritin")])


@pytest.mark.parametrize("test", [name for name in NAMES if name != "temperature"])
def test_so_does_each_test_that_the_category_rests_on(test: str) -> None:
    found, told = outcome(*WHOLE, local(NAMES[test].split("|")[0]))
    assert (found, ("newer_not_read", test) in told) == ("indeterminate", True)


def test_the_name_may_stand_in_the_display_or_be_the_code_itself() -> None:
    shown = local(None)
    shown["code"]["coding"][0]["display"] = "Ferritin"
    for made in (shown, local(None, "FERR"), local(None, "FERRITIN_S")):
        assert outcome(*WHOLE, made) == ("indeterminate", [("newer_not_read", "ferritin")])


@pytest.mark.parametrize("name", OTHERS.split("|"))
def test_a_newer_result_of_another_test_does_not(name: str) -> None:
    assert outcome(*WHOLE, local(name)) == ("unlikely", [])


@pytest.mark.parametrize("time", [LATER, TIME, None, "2026-11-22", "2026", "not a time"])
def test_one_that_may_be_as_new_or_newer_counts(time: str | None) -> None:
    assert outcome(*WHOLE, local("Ferritin", time=time))[0] == "indeterminate"


@pytest.mark.parametrize("time", [EARLIER, "2026-11-21", "2025", "2026-10"])
def test_an_older_one_does_not(time: str) -> None:
    assert outcome(*WHOLE, local("Ferritin", time=time)) == ("unlikely", [])


def test_an_older_one_counts_where_the_test_is_not_known_otherwise() -> None:
    assert outcome(*WHOLE[1:], local("Ferritin", time=EARLIER)) == ("indeterminate", [("newer_not_read", "ferritin")])


def test_a_result_without_code_and_name_may_be_any_test() -> None:
    for made in (local(None), local(None, None), local("Result", "R-1"), local("फेरिटिन")):
        assert outcome(*WHOLE, made) == ("indeterminate", [("newer_unnamed", "")])
        assert outcome(*WHOLE, made | {"effectiveDateTime": EARLIER}) == ("unlikely", [])
        assert outcome(*WHOLE[:-1], made | {"effectiveDateTime": EARLIER})[0] == "indeterminate"
    [told] = [issue for issue in read([*WHOLE, local(None)]).issues if issue.key == "newer_unnamed"]
    assert "Ferritin" in told.text


def test_a_code_of_loinc_tells_that_it_is_another_test_unless_it_is_called_like_one() -> None:
    def coded(code: str, **more: str) -> dict[str, Any]:
        coding = [{"system": "http://loinc.org", "code": code} | more]
        return observation("x", 5, "mg/dL", code={"coding": coding}, effectiveDateTime=LATER)

    assert outcome(*WHOLE, coded("2160-0")) == ("unlikely", [])
    assert outcome(*WHOLE, coded("2160-0", display="Ferritin"))[0] == "indeterminate"
    assert outcome(*WHOLE, coded("2276"))[1] == [("newer_unnamed", "")]


def test_a_code_of_loinc_without_its_system_bars_for_its_own_test_alone() -> None:
    made = local(None, FERRITIN)
    del made["code"]["coding"][0]["system"]
    assert outcome(*WHOLE, made) == ("indeterminate", [("newer_not_read", "ferritin")])


REFUSED = {
    "24373-3": "ferritin",
    "3256-5": "fibrinogen",
    "16859-1": "fibrinogen",
    "3257-3": "fibrinogen",
    "30451-9": "neutrophils",
    "768-2": "neutrophils",
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_newer_result_under_a_refused_code_bars(code: str) -> None:
    assert outcome(*WHOLE, observation(code, 900, effectiveDateTime=LATER)) == (
        "indeterminate",
        [("newer_refused", REFUSED[code])],
    )
    assert outcome(*WHOLE, observation(code, 900)) == ("unlikely", [])  # beside the real one of the same time


def test_a_percentage_can_never_be_the_count() -> None:
    assert outcome(*WHOLE, observation("770-8", 90, "%", effectiveDateTime=LATER)) == ("unlikely", [])


@pytest.mark.parametrize("status", ["registered", "preliminary", "cancelled", "unknown", "Registered "])
def test_a_newer_result_that_is_not_final_bars_with_a_value_or_without(status: str) -> None:
    for made in (
        observation(FERRITIN, id="n", status=status, effectiveDateTime=LATER),
        observation(FERRITIN, 12500, "ng/mL", id="n", status=status, effectiveDateTime=LATER),
    ):
        assert outcome(*WHOLE, made) == ("indeterminate", [("not_final", "ferritin")])
    assert outcome(*WHOLE, local("Ferritin", status=status, valueQuantity=None))[0] == "indeterminate"
    assert outcome(*WHOLE, local("Glucose", status=status))[0] == "unlikely"
    assert outcome(*WHOLE, local(None, status=status))[0] == "unlikely"


def test_what_never_was_or_is_not_of_the_patient_does_not_bar() -> None:
    for more in (
        {"status": "entered-in-error"},
        {"subject": {"reference": "Group/1"}},
        {"valueQuantity": None},
        {"category": [{"coding": [{"code": "survey"}]}]},
    ):
        assert outcome(*WHOLE, local("Ferritin", **more))[0] == "unlikely"
        refused = observation("24373-3", 9, effectiveDateTime=LATER) | more
        assert outcome(*WHOLE, {key: value for key, value in refused.items() if value is not None})[0] == "unlikely"


def test_a_component_counts_as_a_result_does() -> None:
    part = {"code": {"text": "Ferritin"}, "valueQuantity": {"value": Decimal(12500), "unit": "ng/mL"}}
    panel = observation("x", code={"text": "Panel"}, component=[part], effectiveDateTime=LATER)
    assert outcome(*WHOLE, panel) == ("indeterminate", [("newer_not_read", "ferritin")])


MISSING = [
    {"reference": "Observation/gone"},
    {"reference": "urn:uuid:0"},
    {"reference": "#gone"},
    {"reference": "https://ehr.example/fhir/Observation/gone/_history/2"},
    {"display": "Ferritin"},
    {"identifier": {"value": "1"}},
]


@pytest.mark.parametrize("reference", MISSING)
def test_a_result_that_is_named_and_not_there_bars(reference: dict[str, Any]) -> None:
    test = "ferritin" if "display" in reference else ""
    for owner in (
        REPORT | {"result": [{"reference": "Observation/o-2276-4"}, reference]},
        observation("24360-0", effectiveDateTime=LATER, hasMember=[reference]),
        observation("x", 5, code={"text": "eGFR"}, effectiveDateTime=LATER, derivedFrom=[reference]),
    ):
        assert outcome(*WHOLE, owner) == ("indeterminate", [("result_missing", test)])
        assert outcome(*WHOLE, owner | {"effectiveDateTime": EARLIER}) == ("unlikely", [])


def test_a_reference_that_is_found_or_can_be_no_test_of_blood_does_not_bar() -> None:
    image = {"resourceType": "ImagingStudy", "id": "i"}
    for reference in (
        {"reference": "Observation/o-777-3"},
        {"reference": "QuestionnaireResponse/gone"},
        {"reference": "Observation/gone", "display": "Glucose"},
        {"reference": "urn:uuid:i"},
        {},
    ):
        made = bundle(condition(), *WHOLE, REPORT | {"result": [reference]}, image)
        made["entry"][-1]["fullUrl"] = "urn:uuid:i"
        assert "result_missing" not in keys(made)
    inside = observation("24360-0", id="i")
    assert "result_missing" not in keys([*WHOLE, REPORT | {"contained": [inside], "result": [{"reference": "#i"}]}])
    gone = bundle(*WHOLE, REPORT | {"result": [{"reference": "Observation/gone"}]}, kind="history")
    gone["entry"].append({"request": {"method": "DELETE", "url": "Observation/gone"}})
    assert "result_missing" not in keys(gone)


@pytest.mark.parametrize("status", ["registered", "partial", "preliminary", "unknown", "?"])
def test_a_newer_report_that_is_not_final_bars(status: str) -> None:
    report = REPORT | {"status": status, "result": [{"reference": "Observation/o-2276-4"}]}
    assert outcome(*WHOLE, report) == ("indeterminate", [("report_not_final", "")])


def test_a_newer_report_that_is_a_document_only_bars() -> None:
    paper = {"presentedForm": [{"contentType": "application/pdf", "data": "JVBERi0="}]}
    for report in (REPORT, REPORT | paper, REPORT | {"effectiveDateTime": None, "issued": LATER}):
        assert outcome(*WHOLE, report) == ("indeterminate", [("report_without_results", "")])
    assert outcome(*WHOLE, REPORT | {"effectiveDateTime": EARLIER}) == ("unlikely", [])


REPORTS_OF_OTHERS = [
    {"category": [{"coding": [{"code": "RAD"}]}]},
    {"category": [{"text": "Radiology"}]},
    {"code": {"text": "Chest X-ray: radiology report"}},
    {"category": [{"coding": [{"code": "34117-2", "display": "History and physical note"}]}]},
    {"status": "entered-in-error"},
    {"status": "cancelled"},
    {"subject": {"reference": "Group/1"}},
]


@pytest.mark.parametrize("more", REPORTS_OF_OTHERS)
def test_a_report_of_another_kind_or_none_does_not_bar(more: dict[str, Any]) -> None:
    assert outcome(*WHOLE, REPORT | {"status": "partial"} | more) == ("unlikely", [])


@pytest.mark.parametrize("more", [{"link": [{"relation": "next", "url": "x"}]}, {"total": Decimal(99)}])
def test_a_further_page_or_a_greater_total_bars(more: dict[str, Any]) -> None:
    record = read_request(bundle(condition(), *WHOLE, **more), CODES)
    assert assess(record.panel).classification.category == "indeterminate"
    assert [issue.key for issue in record.issues] == ["incomplete"]


def test_more_than_is_read_in_one_place_is_named_and_bars() -> None:
    part = {"code": {"text": "x"}}
    many = observation("x", code={"text": "Panel"}, component=[part] * (MOST_COMPONENTS + 1))
    held = REPORT | {"effectiveDateTime": EARLIER, "contained": [{"resourceType": "Device"}] * (MOST_CONTAINED + 1)}
    for made, most in ((many, MOST_COMPONENTS), (held, MOST_CONTAINED)):
        [told] = [issue for issue in read([*WHOLE, made]).issues if issue.key == "too_many"]
        assert str(most) in told.text
        assert outcome(*WHOLE, made)[0] == "indeterminate"


def test_more_names_of_drugs_than_are_read_leave_the_others_unclear() -> None:
    """From orders, from parameters and from references that lead nowhere; a name that was read before is known."""
    named = [drug(concept={"text": f"tonic {at}"}, status="cancelled") for at in range(MOST_DRUG_NAMES)]
    assert keys([*WHOLE, *named, named[0]]) == []
    missing = {"resourceType": "List", "entry": [{"item": {"reference": "MedicationRequest/9", "display": "Salve"}}]}
    for further in (drug(concept={"text": "tonic 1x"}), missing):
        record = read([*WHOLE, *named, further])
        assert [issue.text for issue in record.issues if issue.key == "too_many"] == [
            "There are more than 1000 different names of drugs; the others count as unclear."
        ]
        assert [medication.name for medication in record.panel.medications] == [""]
        assert outcome(*WHOLE, *named, further)[0] == "indeterminate"
    given = [{"name": "medications", "valueString": f"tonic {at}"} for at in range(MOST_DRUG_NAMES + 5)]
    told = read(parameters(*given)).panel.medications
    assert [medication.name for medication in told if not medication.name] == [""] * 5


def test_what_does_not_count_at_all_does_not_bar() -> None:
    late = bundle(condition(), *WHOLE, local("Ferritin", time="2026-11-25T07:00:00Z"))
    made = parameters({"name": "observations", "resource": late}, {"name": "asOf", "valueDateTime": TIME})
    assert assess(read(made).panel).classification.category == "unlikely"


def test_a_site_adds_names_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[test_words]\nferritin = ["Eisenspeicher"]\nother = ["PLT mobil"]\n[test_parts]\nast = ["gotx"]\n')
    codes = load_codes(str(path))
    assert codes.naming.named(["Eisenspeicher"]).tests == {"ferritin"}
    assert codes.naming.named(["PLT mobil"]).tests == frozenset()
    assert codes.naming.named(["sgotx"]).tests == {"ast"}
    assert codes.naming.named(["PLT"]).tests == {"platelets"}


def test_the_answer_and_the_card_name_the_test(client: FlaskClient) -> None:
    made = bundle(condition(), *WHOLE, local("Ferritin"))
    answer = evaluated(client, made)
    assert (category(answer), "newer_not_read" in issue_keys(answer)) == ("indeterminate", True)
    assert "12500" not in json.dumps([resource for resource in answer["contained"] if resource["id"] == "messages"])
    assert carded(client, {"labs": bundle(*WHOLE, local("Ferritin")), "conditions": bundle(condition())}) == []


NAMED = st.sampled_from(NAMES["ferritin"].split("|"))
STATUSES = st.sampled_from(["final", "amended", "preliminary", "registered", "cancelled", None])
FIRST, LAST = "2026-11-20T07:00:00Z", "2026-11-22T09:00:00Z"


SENT = st.fixed_dictionaries(
    {
        "name": NAMED,
        "status": STATUSES,
        "code": st.sampled_from([LOCAL, None, "http://snomed.info/sct", "http://loinc.org"]),
        "place": st.sampled_from(["text", "display", "component"]),
        "time": st.sampled_from([LAST, "2026-11-22", None, FIRST]),
        "form": st.sampled_from(["valueQuantity", "valueString", "valueCodeableConcept", "interpretation"]),
    }
)
FORMS = {
    "valueQuantity": {"value": Decimal(12500), "unit": "ng/mL"},
    "valueString": "12500 ng/mL",
    "valueCodeableConcept": {"text": "high"},
    "interpretation": [{"coding": [{"code": "HH"}]}],
}


def sent_as(sent: dict[str, Any]) -> dict[str, Any]:
    """Return a result that is called ferritin, in one of the ways in which systems send what they have no code for."""
    coding = {"code": "4711-0", "system": sent["code"]} if sent["code"] else {}
    concept: dict[str, Any] = {"text": sent["name"], "coding": [coding]}
    if sent["place"] == "display":
        concept = {"coding": [coding | {"display": sent["name"]}]}
    held = {"code": concept, sent["form"]: FORMS[sent["form"]]}
    more: dict[str, Any] = {"component": [held], "code": {"text": "Panel"}} if sent["place"] == "component" else held
    return observation("x", effectiveDateTime=sent["time"], status=sent["status"], **more)


@pytest.mark.slow
@settings(max_examples=drawn(150), deadline=None)
@given(sent=SENT, kept=st.sets(st.sampled_from(range(1, 10))))
def test_unlikely_is_impossible_beside_a_result_that_names_ferritin_and_may_be_newer(
    sent: dict[str, Any], kept: set[int]
) -> None:
    older = observation(FERRITIN, 60, "ng/mL", effectiveDateTime=FIRST)
    panel = [resource for at, resource in enumerate(calm_panel()) if at in kept]
    record = read_request(bundle(condition(), older, *panel, sent_as(sent)), CODES)
    assert assess(record.panel).classification.category != "unlikely"
    assert ("newer_not_read", "ferritin") in [(issue.key, issue.observation) for issue in record.issues]


def test_a_temperature_under_a_local_code_is_a_test_too() -> None:
    assert TEMPERATURE in [resource["code"]["coding"][0]["code"] for resource in WHOLE]
    assert ("newer_not_read", "temperature") in outcome(*WHOLE, local("Temp"))[1]


def test_a_report_of_another_kind_that_names_what_is_not_there_does_not_bar() -> None:
    gone = {"result": [{"reference": "Observation/gone"}]}
    for more in REPORTS_OF_OTHERS:
        assert outcome(*WHOLE, REPORT | gone | more) == ("unlikely", [])


def test_a_text_that_says_that_there_is_no_result_is_none_under_a_local_code_either() -> None:
    def said(name: str | None, text: str) -> tuple[str, list[tuple[str, str]]]:
        return outcome(*WHOLE, local(name, valueQuantity=None, valueString=text))

    assert said("Ferritin", "N/A") == said(None, "QNS") == said("Glucose", "see report") == ("unlikely", [])
    for text in ("QNS", "see report"):
        assert said("Ferritin", text) == ("indeterminate", [("newer_not_read", "ferritin")])
    assert said(None, "see report")[1] == [("newer_unnamed", "")]


INTAKE = {
    "04-local-code": [{"coding": [{"system": "http://hospital.example/lab", "code": "FERR", "display": "Ferritin"}]}],
    "04-loinc-bare-oid": [{"coding": [{"system": "2.16.840.1.113883.6.1", "code": FERRITIN}]}],
    "04-refused-code": [{"coding": [{"system": "http://loinc.org", "code": "24373-3"}]}],
}


@pytest.mark.parametrize("concept", [concept for given in INTAKE.values() for concept in given], ids=INTAKE)
def test_the_newer_high_ferritin_is_read_or_nothing_is_unlikely(concept: dict[str, Any]) -> None:
    newer = observation("x", 12500, "ng/mL", code=concept)
    older = observation(FERRITIN, 120, "ng/mL", effectiveDateTime="2026-11-20T07:00:00Z")
    record = read_request(bundle(condition(), newer, older, *WHOLE[1:]), CODES)
    is_read = record.panel.readings["ferritin"].interval.low == 12500
    assert is_read or assess(record.panel).classification.category == "indeterminate"


@pytest.mark.parametrize(
    ("code", "said"), [("43402-7", "15 minutes"), ("18184-2", "two hours"), ("4539-3", "zeta"), ("14634-0", "titre")]
)
def test_another_esr_or_crp_is_refused_with_its_reason_and_no_ratio_is_made_of_it(code: str, said: str) -> None:
    record = read([observation(FERRITIN, 1000, "ng/mL"), observation(code, 8, "mm")])
    [told] = [issue for issue in record.issues if issue.key == "code_refused"]
    assert (set(record.panel.readings), said in told.text) == ({"ferritin"}, True)
    assert code not in CODES.templates["labs"]
