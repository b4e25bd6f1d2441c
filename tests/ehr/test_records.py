"""Containers, duplicates, statuses, patients, diagnoses, drugs: from what a system sends to one panel."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from service.ehr.code_file import load_codes
from service.ehr.moments import Moments, read_moment
from service.ehr.record import Record, read_request
from service.ehr.resources import Contents
from service.ehr.subject import MixedPatients
from service.ehr.walk import walk
from tests.ehr.records import (
    FERRITIN,
    FIBRINOGEN,
    LOINC,
    PLATELETS,
    TEMPERATURE,
    bundle,
    calm_panel,
    condition,
    met_panel,
    observation,
    parameters,
    patient,
)

CODES = load_codes()
EARLIER, LATER = "2026-11-21T07:45:00Z", "2026-11-22T09:00:00+01:00"
ALL_OF_MET = {"ferritin", "platelets", "ast", "fibrinogen", "temperature"}


def read(document: Any, look_back: timedelta | None = None) -> Record:
    return read_request(document, CODES, look_back)


def values(document: Any) -> dict[str, Any]:
    return {key: one.interval.low for key, one in read(document).panel.readings.items()}


def keys(document: Any) -> list[str]:
    return [one.key for one in read(document).issues if one.key != "condition_unknown"]


# Containers


def without(resource: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: one for key, one in resource.items() if key not in names}


REPORT = {
    "resourceType": "DiagnosticReport",
    "status": "final",
    "effectiveDateTime": LATER,
    "subject": {"reference": "Patient/p1"},
}
BARE = [without(one, "subject", "effectiveDateTime", "status") | {"id": f"r{at}"} for at, one in enumerate(met_panel())]
CONTAINERS: dict[str, Any] = {
    "searchset": bundle(*met_panel()),
    "collection": bundle(*met_panel(), kind="collection"),
    "history": bundle(*met_panel(), kind="history"),
    "batch-response of searches": bundle(*(bundle(one) for one in met_panel()), kind="batch-response"),
    "array": met_panel(),
    "report with contained results": REPORT
    | {"contained": BARE, "result": [{"reference": f"#{one['id']}"} for one in BARE]},
    "report beside its results": bundle(
        REPORT | {"result": [{"reference": f"Observation/{one['id']}"} for one in BARE]}, *BARE
    ),
    "panel with components": without(observation("24360-0"), "id")
    | {"component": [{key: one[key] for key in one if key in ("code", "valueQuantity")} for one in met_panel()]},
    "panel with members": bundle(
        observation("24360-0", hasMember=[{"reference": f"Observation/{one['id']}"} for one in BARE]), *BARE
    ),
    "parameters": parameters({"name": "observations", "resource": bundle(*met_panel())}),
    "parameters with single results": parameters(*({"name": "observations", "resource": one} for one in met_panel())),
    "a single entry that is no list": {"resourceType": "Bundle", "entry": {"resource": bundle(*met_panel())}},
}


@pytest.mark.parametrize("document", CONTAINERS.values(), ids=CONTAINERS)
def test_results_are_found_in_every_container(document: Any) -> None:
    record = read(document)
    assert set(record.panel.readings) == ALL_OF_MET
    assert record.subject.name in ("Patient/p1", "")


def test_contained_results_inherit_time_status_and_subject() -> None:
    record = read(CONTAINERS["report with contained results"])
    assert (record.moment.text, record.subject.name) == (LATER, "Patient/p1")
    cancelled = CONTAINERS["report with contained results"] | {"status": "cancelled"}
    assert set(keys(cancelled)) == {"status"}
    assert read(CONTAINERS["report beside its results"]).moment.text == LATER


def test_a_result_of_its_own_time_does_not_take_that_of_its_report() -> None:
    own = observation(FERRITIN, 700, "ng/mL", id="r0", effectiveDateTime=None, effectiveInstant=EARLIER)
    assert read(bundle(REPORT | {"result": [{"reference": "Observation/r0"}]}, own)).moment.text == EARLIER


def test_a_result_that_two_reports_hold_was_there_when_the_first_was_made() -> None:
    held = {"result": [{"reference": "Observation/r0"}]}
    reports = [REPORT | held | {"id": f"x{at}", "effectiveDateTime": at} for at in (LATER, EARLIER)]
    reports.append(REPORT | held | {"effectiveDateTime": None})
    for order in (reports, reports[::-1]):
        assert read(bundle(*order, BARE[0])).moment.text == EARLIER


def test_a_report_speaks_for_results_that_come_beside_it() -> None:
    report = REPORT | {"result": [{"reference": f"Observation/{one['id']}"} for one in BARE]}
    made = read(parameters(*({"name": "observations", "resource": one} for one in (*BARE, report))))
    assert set(made.panel.readings) == ALL_OF_MET
    assert made.moment == read_moment(LATER)


def test_what_many_parameters_hold_is_related_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To do it after each of them took a minute for a body of 1 MB."""
    calls: list[Contents] = []
    monkeypatch.setattr("service.ehr.walk._adopt", calls.append)
    read(parameters(*({"name": "observations", "resource": one} for one in met_panel())))
    assert len(calls) == 1


def test_it_does_not_matter_how_a_record_is_packed() -> None:
    report = REPORT | {"result": [{"reference": "Observation/r0"}]}
    again = BARE[0] | {"valueQuantity": {"value": Decimal(700), "unit": "ng/mL"}}  # the id of another result
    resources = [report, *BARE, again]
    packed = read(bundle(*resources))
    parted = read(parameters(*({"name": "observations", "resource": one} for one in resources)))
    assert (packed.panel, packed.basis) == (parted.panel, parted.basis)


def test_a_document_can_be_walked_by_itself() -> None:
    member, stranger = observation(FERRITIN, subject=None), observation(PLATELETS, subject={"reference": "Group/1"})
    found = walk(bundle(REPORT | {"result": [{"reference": f"Observation/{member['id']}"}]}, member, stranger)).found
    assert [one.is_of_patient for one in found] == [True, True, False]
    assert [one.whole.get("subject") for one in found] == [
        *({"reference": "Patient/p1"}, {"reference": "Patient/p1"}),
        {"reference": "Group/1"},
    ]
    assert "subject" not in found[1].resource


def test_a_missing_member_a_member_of_itself_and_one_of_two_panels_do_no_harm() -> None:
    odd = observation(
        "24360-0", id="p", hasMember=[{"reference": "Observation/gone"}, {"reference": "Observation/p"}, {}]
    )
    twice = bundle(odd, odd | {"hasMember": [{"reference": "Observation/o-2276-4"}]}, *met_panel(), *met_panel())
    assert set(read(twice).panel.readings) == ALL_OF_MET


def test_references_by_full_address_and_by_urn() -> None:
    made = bundle(
        REPORT
        | {"result": [{"reference": "urn:uuid:1"}, {"reference": "https://x.example/fhir/Observation/r1/_history/2"}]},
        BARE[0] | {"id": ""},
        BARE[1],
    )
    made["entry"][1]["fullUrl"] = "urn:uuid:1"
    record = read(made)
    assert record.panel.readings["ferritin"].collected_at == LATER
    assert record.panel.readings["platelets"].collected_at == LATER
    assert dict(record.basis)["ferritin"]["reference"] == "urn:uuid:1"


def test_many_references_are_looked_up_in_one_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand references fit into the largest body: a search through all resources for each would take minutes."""
    built: list[int] = []
    build = Contents._by_name
    monkeypatch.setattr(Contents, "_by_name", lambda self: built.append(1) or build(self))
    orders = [drug(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})] * 30
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Kineret"}}
    assert drugs(*orders, medication, REPORT | {"result": [{"reference": "Observation/1"}] * 30}) == [("anakinra", "")]
    assert len(built) == 1


def test_pages_that_are_missing_and_queries_that_failed_are_told() -> None:
    failed = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
    harmless = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
    link = [{"relation": "self", "url": "x"}, {"relation": "next", "url": "https://x.example/fhir?page=2"}]
    assert keys(bundle(*met_panel(), link=link)) == ["incomplete"]
    assert keys(bundle(*met_panel(), total=Decimal(6))) == ["incomplete"]
    assert keys(bundle(*met_panel(), total=Decimal(6), link=link)) == ["incomplete"]
    assert keys(bundle(*met_panel(), total=Decimal(5))) == keys(bundle(*met_panel(), total="many")) == []
    assert keys(bundle(*met_panel(), total=Decimal(6), kind="collection")) == []
    assert keys(bundle(*met_panel(), total=Decimal(6), kind="")) == ["incomplete"]
    included = bundle(*met_panel(), total=Decimal(5))
    included["entry"][0]["search"] = {"mode": "include"}
    assert keys(included) == ["incomplete"]
    assert read(bundle(link=link)).next_pages == ("https://x.example/fhir?page=2",)
    assert keys(bundle(failed, *met_panel())) == ["query_failed"]
    assert keys(bundle(harmless, *met_panel())) == []
    for code in ("incomplete", "timeout", "too-costly"):
        in_part = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": code}]}
        assert keys(bundle(in_part, *met_panel())) == ["query_failed"]
    answers = {"entry": [{"response": {"status": "404 Not Found", "outcome": failed}}, {"response": {"status": "200"}}]}
    assert keys({"resourceType": "Bundle"} | answers) == ["query_failed", "query_failed"]


NO_ENTRY = [
    ([observation(FERRITIN, 12500, "ng/mL")], "[0]"),
    ("x", "[0]"),
    ([{"fullUrl": "urn:uuid:1"}], "[0]"),
    ([{"resource": None}], "[0]"),
    ([{"resource": "x", "response": {}}], "[0]"),
    ([{"resource": condition()}, None], "[1]"),
    ([7, {"resource": condition()}], "[0]"),
]


@pytest.mark.parametrize(("entry", "place"), NO_ENTRY)
def test_an_entry_without_a_resource_is_named_for_a_result_may_be_lost(entry: Any, place: str) -> None:
    record = read([{"resourceType": "Bundle", "entry": entry}, *calm_panel()])
    [told] = [one for one in record.issues if one.key == "entry_not_read"]
    assert (told.where, told.severity) == ((f"[0].entry{place}",), "warning")
    assert not record.may_reassure


def test_an_entry_that_never_had_a_resource_is_none_lost() -> None:
    entries = [
        {"request": {"method": "DELETE", "url": "Observation/1"}},
        {"response": {"status": "204"}},
        *({"resource": one} for one in calm_panel()),
    ]
    for entry in (entries, None, []):
        assert "entry_not_read" not in keys([{"resourceType": "Bundle", "entry": entry}])
    assert set(values({"resourceType": "Bundle", "entry": entries[2]})) == {"ferritin"}


def test_what_is_not_read_is_named() -> None:
    record = read(bundle({"resourceType": "Procedure"}, {"resourceType": "x" * 99}, {"no": "type"}, 7, *met_panel()))
    assert [one.text for one in record.issues if one.key == "not_read"] == [
        "Resources of type Procedure are not read.",
        "Resources of an unknown type are not read.",
    ]
    assert not record.may_reassure  # for the one without a type


@pytest.mark.parametrize("kind", [None, "", 7, "observation", "OBSERVATION"])
def test_a_resource_whose_type_is_missing_or_misspelt_may_be_a_result(kind: Any) -> None:
    lost = observation(FERRITIN, 12500, "ng/mL", resourceType=kind, effectiveDateTime=LATER)
    for document, place in (
        (bundle(*calm_panel(), lost), "Bundle.entry[10].resource"),
        ([*calm_panel(), lost], "[10]"),
    ):
        record = read(document)
        [told] = [one for one in record.issues if one.key == "entry_not_read"]
        assert (told.where, record.may_reassure) == ((place,), False)


@pytest.mark.parametrize(
    "document", [None, 7, "x", [], {}, [[[]]], {"resourceType": 7}, {"resourceType": "Bundle", "entry": 7}]
)
def test_nonsense_is_an_empty_record(document: Any) -> None:
    assert dict(read(document).panel.readings) == {}


# Status


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "final ", "Final", None])
def test_final_results_are_used(status: str | None) -> None:
    assert "ferritin" in values(observation(FERRITIN, 700, "ng/mL", status=status))


@pytest.mark.parametrize(
    "status", ["entered-in-error", "entered-in-error ", "cancelled", "preliminary", "registered", "unknown", "?"]
)
def test_other_results_are_not(status: str) -> None:
    sent = observation(FERRITIN, 700, "ng/mL", status=status)
    assert (values(sent), keys(sent)) == ({}, ["status"])


def test_a_status_that_cannot_be_read_is_not_taken_for_a_final_one() -> None:
    assert keys(observation(FERRITIN, 700, "ng/mL", status=["entered-in-error"])) == ["status"]


@pytest.mark.parametrize("modifier", [{"modifierExtension": [{"url": "x"}]}, {"implicitRules": "https://x.example"}])
def test_a_modifier_of_the_whole_forbids_interpretation_of_its_parts(modifier: dict[str, Any]) -> None:
    part = {key: one for key, one in observation(FERRITIN, 700, "ng/mL").items() if key in ("code", "valueQuantity")}
    assert keys(observation("24360-0", component=[part], **modifier)) == ["modified"]
    assert keys(observation("24360-0", component=[part | {"modifierExtension": []}], **modifier)) == ["modified"]
    assert set(keys(CONTAINERS["report with contained results"] | modifier)) == {"modified"}
    beside = [REPORT | {"result": [{"reference": f"Observation/{one['id']}"} for one in BARE]} | modifier, *BARE]
    assert keys(bundle(*beside)) == []


def test_a_modifier_that_is_not_known_forbids_interpretation() -> None:
    assert keys(observation(FERRITIN, 700, "ng/mL", modifierExtension=[{"url": "x"}])) == ["modified"]
    newer = observation(FERRITIN, 700, "ng/mL", implicitRules="https://x.example", id="n", effectiveDateTime=LATER)
    assert keys(newer) == ["modified"]
    assert not read([*calm_panel(), newer]).may_reassure


NOT_YET_FINAL = ["preliminary", "registered", "unknown", "F", ["final"]]


@pytest.mark.parametrize("status", NOT_YET_FINAL)
def test_a_newer_result_that_is_not_final_leaves_the_older_one_in_doubt(status: Any) -> None:
    def beside(time: str | None, **more: Any) -> tuple[dict[str, Any], list[str], bool]:
        newer = observation(FERRITIN, 12500, "ng/mL", id="n", **({"status": status, "effectiveDateTime": time} | more))
        record = read([*calm_panel(), newer])
        told = [one.key for one in record.issues if one.observation == "ferritin"]
        return {"ferritin": record.panel.readings["ferritin"].interval.low}, told, record.may_reassure

    assert beside(LATER) == beside(None) == beside("2026-11-22") == ({"ferritin": 60}, ["not_final"], False)
    for time in (EARLIER, "2026-11-22T07:45:00Z"):
        assert beside(time) == ({"ferritin": 60}, ["status"], True)
    for taken_back in ("entered-in-error", "cancelled"):
        assert beside(LATER, status=taken_back) == ({"ferritin": 60}, ["status"], True)
    assert beside(LATER, valueQuantity=None) == ({"ferritin": 60}, ["status"], True)


def test_a_result_that_is_not_final_and_later_than_as_of_is_none_of_its_business() -> None:
    later = observation(
        FERRITIN, 12500, "ng/mL", id="n", status="preliminary", effectiveDateTime="2026-11-23T07:00:00Z"
    )
    made = parameters(
        {"name": "observations", "resource": bundle(*calm_panel(), later)}, {"name": "asOf", "valueDateTime": LATER}
    )
    assert read(made).may_reassure


@pytest.mark.parametrize("status", ["entered-in-error", "Cancelled "])
def test_what_a_withdrawn_report_or_panel_holds_is_withdrawn_with_it(status: str) -> None:
    inside = observation(FERRITIN, 60, "ng/mL", id="k")
    report = {"resourceType": "DiagnosticReport", "id": "r", "status": status, "contained": [inside]}
    panel = observation("24360-0", status=status, contained=[inside])
    part = {key: one for key, one in inside.items() if key in ("code", "valueQuantity", "status")}
    for document in (report, panel, observation("24360-0", status=status, component=[part])):
        assert (values(document), keys(document)[:1]) == ({}, ["status"])
    assert values(report | {"status": "preliminary"}) == {"ferritin": 60}
    assert values(observation("24360-0", status="preliminary", component=[part])) == {}
    assert values(observation("24360-0", component=[part | {"status": "cancelled"}])) == {}


# Which version counts


def version(number: str | None, updated: str | None, value: int = 900, **more: Any) -> dict[str, Any]:
    meta = {key: one for key, one in (("versionId", number), ("lastUpdated", updated)) if one}
    return observation(FERRITIN, value, "ng/mL", meta=meta, **more)


VERSIONS = [
    (version("1", EARLIER), version("2", LATER, status="entered-in-error"), {}),
    (version("1", None), version("2", None, status="entered-in-error"), {}),
    (version(None, EARLIER), version(None, LATER, status="cancelled"), {}),
    (version("9", None, 900), version("10", None, 100), {"ferritin": 100}),
    (version("1", EARLIER, status="preliminary"), version("2", LATER), {"ferritin": 900}),
    (version("1", LATER, effectiveDateTime=LATER), version("2", LATER, effectiveDateTime=EARLIER), {"ferritin": 900}),
    (
        version("f0", "2026-11-22T07:45:00.100Z"),
        version("a1", "2026-11-22T07:45:00.900Z", status="entered-in-error"),
        {},
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), VERSIONS)
def test_of_two_versions_of_one_resource_the_newer_holds(old: Any, new: Any, expected: dict[str, int]) -> None:
    for order in (bundle(old, new, kind="history"), bundle(new, old, kind="history")):
        assert values(order) == expected
        assert "old_version" in keys(order)
    made = bundle(old | {"id": ""}, new | {"id": ""})
    for at, entry in enumerate(made["entry"], 1):
        entry["fullUrl"] = f"https://ehr.example/fhir/Observation/1/_history/{at}"
    assert values(made) == expected


def test_versions_that_cannot_be_ordered_and_other_resources_are_kept() -> None:
    first, second = version("1", EARLIER), version("9" * 5000, None, 100)
    for pair in ((first, second), (first, first), (first, second | {"id": "other"})):
        assert "old_version" not in keys(bundle(*pair))
    inside = observation(FERRITIN, 700, "ng/mL")
    report = REPORT | {"id": "r", "contained": [inside], "meta": {"versionId": "1"}}
    withdrawn = {"resourceType": "DiagnosticReport", "id": "r", "status": "cancelled", "meta": {"versionId": "2"}}
    assert values(bundle(report)) == {"ferritin": 700}
    assert values(bundle(report, withdrawn)) == {}


def test_a_version_that_is_withdrawn_counts_more_than_one_that_may_be_older() -> None:
    final, withdrawn = version(None, None), version(None, None, status="entered-in-error")
    for pair in ([final, withdrawn], [withdrawn, final], [version("1", EARLIER), withdrawn]):
        assert (values(pair), keys(pair)) == ({}, ["withdrawn", "status"])
    assert values([version("1", None, status="entered-in-error"), version("2", None)]) == {"ferritin": 900}
    order = drug(concept={"text": "Actemra"}, id="m")
    assert drugs(order, order | {"status": "entered-in-error"}) == [("tocilizumab", "")]


def test_what_a_history_deletes_does_not_count() -> None:
    def after(deletion: dict[str, Any], *resources: Any) -> dict[str, Any]:
        made = bundle(*resources, kind="history")
        made["entry"].insert(0, {"request": {"method": "DELETE", "url": "Observation/o-2276-4"}} | deletion)
        return made

    at = {"response": {"status": "204", "lastModified": "2026-11-22T07:45:00.500Z"}}
    held = [version("1", EARLIER), condition()]
    for deletion in ({}, at, {"request": {"method": "delete"}, "fullUrl": "urn:uuid:1"}):
        document = after(deletion, *held)
        document["entry"][1]["fullUrl"] = "urn:uuid:1"
        assert (values(document), keys(document)) == ({}, ["deleted"])
    again = version("3", "2026-11-22T07:45:00.600Z", 100)
    assert values(after(at, *held, again)) == {"ferritin": 100}
    twice = after(at, *held, again)
    twice["entry"].insert(0, twice["entry"][0] | {"response": {"lastModified": "2026-11-22T07:45:00.700Z"}})
    assert values(twice) == values(twice | {"entry": twice["entry"][::-1]}) == {}
    order = drug(concept={"text": "Actemra"}, id="m")
    record = read(after({"request": {"method": "DELETE", "url": "MedicationRequest/m"}}, order))
    assert [one.name for one in record.panel.medications] == ["tocilizumab"]
    report = REPORT | {"id": "o-2276-4", "contained": [observation(FERRITIN, 7, "ng/mL")]}
    assert values(after({}, report)) == {"ferritin": 7}
    assert values(after({"request": {"method": "DELETE", "url": "DiagnosticReport/o-2276-4"}}, report)) == {}


NO_CODE = [
    {"text": "Ferritin"},
    None,
    {},
    [],
    {"coding": [{"system": LOINC, "display": "Ferritin"}]},
    {"coding": "2276-4"},
]


@pytest.mark.parametrize("code", NO_CODE)
def test_a_result_without_a_code_that_can_be_read_is_named_for_it_may_be_any_test(code: Any) -> None:
    uncoded = observation("x", 12500, "ng/mL", code=code, effectiveDateTime=LATER)
    record = read([*calm_panel(), uncoded])
    [told] = [one for one in record.issues if one.key == "code_missing"]
    assert (told.where, told.severity) == ((f"[{len(calm_panel())}].code",), "warning")
    assert (record.may_reassure, record.panel.readings["ferritin"].interval.low) == (False, 60)


def test_a_word_or_a_component_without_a_code_is_named_too() -> None:
    word = observation("x", code={"text": "Ferritin"}, interpretation=[{"text": "H"}])
    assert "code_missing" in keys([word])
    part = {"code": {"text": "Ferritin"}, "valueQuantity": {"value": Decimal(12500), "unit": "ng/mL"}}
    known = {"code": {"coding": [{"system": LOINC, "code": PLATELETS}]}, "valueString": "95 10*9/L"}
    panel = observation("x", code={"text": "Panel"}, component=[known, part])
    [told] = [one for one in read(panel).issues if one.key == "code_missing"]
    assert told.where == ("Observation.component[1].code",)


def test_a_code_of_loinc_without_its_system_is_no_code() -> None:
    def coded(**coding: str) -> list[str]:
        made = observation(FERRITIN, 12500, "ng/mL", code={"coding": [coding]}, effectiveDateTime=LATER)
        return keys([*calm_panel(), made])

    assert "code_missing" in coded(code=FERRITIN)
    assert "code_missing" not in coded(code="FERR")
    assert "code_missing" not in coded(code=FERRITIN, system="https://lab.example")


SAYS_NOTHING = [
    {"valueQuantity": None},
    {"valueQuantity": None, "dataAbsentReason": {"text": "unknown"}},
    {"status": "preliminary"},
    {"status": "entered-in-error"},
    {"category": [{"coding": [{"code": "social-history"}]}, {"coding": [{"code": "survey"}]}]},
]


@pytest.mark.parametrize("more", SAYS_NOTHING)
def test_what_is_no_result_of_a_test_needs_no_code(more: dict[str, Any]) -> None:
    assert keys([*calm_panel(), observation("x", 1, "ng/mL", **{"code": {"text": "Smoking"}} | more)]) == []


def test_a_category_that_may_be_a_test_rules_nothing_out() -> None:
    for category in ("laboratory", "vital-signs", "exam", "of-the-site"):
        sent = [{"coding": [{"code": category}, {"code": "survey"}]}]
        assert "code_missing" in keys([observation("x", 1, "ng/mL", code={}, category=sent)])


# Which result counts


def test_the_newest_counts_across_time_zones() -> None:
    old = observation(FERRITIN, 100, "ng/mL", effectiveDateTime="2026-11-22T08:30:00+01:00")  # 07:30 UTC
    new = observation(FERRITIN, 900, "ng/mL")
    for order in ([old, new], [new, old]):
        assert values(order) == {"ferritin": 900}
        assert keys(order) == ["superseded"]


TIES = [
    ({"issued": EARLIER}, {"issued": LATER}),
    ({"meta": {"lastUpdated": EARLIER}}, {"meta": {"lastUpdated": LATER}}),
    ({"status": "final"}, {"status": "corrected"}),
    ({"effectiveDateTime": "2026-10"}, {"effectiveDateTime": "2026-11-02"}),
    ({"effectiveDateTime": "2026-11-22T07:45:00.1Z"}, {"effectiveDateTime": "2026-11-22T07:45:00.900Z"}),
    ({"effectiveDateTime": "nonsense", "issued": EARLIER}, {}),
    ({"effectiveDateTime": None, "effectivePeriod": {"start": EARLIER}}, {"effectivePeriod": {"end": LATER}}),
]


@pytest.mark.parametrize(("weak", "strong"), TIES)
def test_ties_are_broken_by_issue_update_and_correction(weak: dict[str, Any], strong: dict[str, Any]) -> None:
    one, other = observation(FERRITIN, 100, "ng/mL", **weak), observation(FERRITIN, 900, "ng/mL", **strong)
    assert values([one, other]) == values([other, one]) == {"ferritin": 900}


ROUGH = ["2026-11-22", "2026-11", "2026"]


@pytest.mark.parametrize("time", ROUGH)
def test_a_day_or_month_alone_may_be_later_than_a_time_within_it(time: str) -> None:
    exact, rough = observation(FERRITIN, 60, "ng/mL"), observation(FERRITIN, 12500, "ng/mL", effectiveDateTime=time)
    for order in ([exact, rough], [rough, exact]):
        record = read([*order, *calm_panel()[1:]])
        reading = record.panel.readings["ferritin"]
        assert (reading.interval.low, reading.interval.high, reading.collected_at) == (60, 12500, "")
        [told] = [one for one in record.issues if one.key == "rough_time"]
        assert (told.where, told.observation) == ((f"[{order.index(rough)}]",), "ferritin")
    assert values([exact, without(rough, "valueQuantity") | {"valueString": "12500"}]) == {}
    assert values([exact, without(rough, "valueQuantity")]) == {"ferritin": 60}


def test_a_day_or_month_that_is_over_is_older() -> None:
    for time in ("2026-11-21", "2026-10", "2025", "2025-12"):
        made = [observation(FERRITIN, 60, "ng/mL", effectiveDateTime=time), observation(FERRITIN, 900, "ng/mL")]
        assert (values(made), keys(made)) == ({"ferritin": 900}, ["superseded"])
    placeholders = ("9999-12-31", "9999-12", "9999")
    assert all(read_moment(one) is not None for one in placeholders)


UNTIMED = [
    {"effectiveDateTime": None},
    {"effectiveDateTime": "22.11.2026 07:45"},
    {"effectiveDateTime": {"value": LATER}},
    {"effectiveDateTime": None, "effectivePeriod": {"end": "yesterday"}},
    *({"effectiveDateTime": one} for one in ("0001-01-01", "0001-01-01T00:00:00Z")),
]


@pytest.mark.parametrize("time", UNTIMED)
def test_a_result_without_a_time_may_be_the_newest_and_never_yields(time: dict[str, Any]) -> None:
    dated, undated = observation(FERRITIN, 100, "ng/mL"), observation(FERRITIN, 12500, "ng/mL", id="u", **time)
    for order in ([dated, undated], [undated, dated]):
        record = read([*order, *calm_panel()[1:]])
        reading = record.panel.readings["ferritin"]
        assert (reading.interval.low, reading.interval.high, reading.collected_at) == (100, 12500, "")
        assert not record.may_reassure
        [told] = [one for one in record.issues if one.key == "undated"]
        assert (told.where, told.observation) == ((f"[{order.index(undated)}]",), "ferritin")
        assert "may be newer" in told.text
        assert "tied" not in [one.key for one in record.issues]


def test_of_two_ways_to_say_one_time_the_fuller_is_told() -> None:
    made = [
        observation(FERRITIN, 60, "ng/mL", id=f"x{at}", effectiveDateTime=f"2026-11-22T07:45:00{at}")
        for at in ("", "Z")
    ]
    others = [observation(PLATELETS, 320, "10*9/L", effectiveDateTime="2026-11-22T07:45:00")]
    for order in ([*made, *others], [*others, *made[::-1]]):
        record = read(order)
        assert record.panel.readings["ferritin"].collected_at == record.moment.text == "2026-11-22T07:45:00Z"


def test_of_several_without_a_time_each_may_be_the_newest() -> None:
    none = [observation(FERRITIN, one, "ng/mL", id=f"u{one}", effectiveDateTime=None) for one in (90, 700)]
    made = [observation(FERRITIN, 300, "ng/mL"), observation(FERRITIN, 9, "ng/mL", effectiveDateTime=EARLIER), *none]
    reading = read(made).panel.readings["ferritin"]
    assert (reading.interval.low, reading.interval.high) == (90, 700)
    assert keys(made) == ["superseded", "undated"]


@pytest.mark.parametrize(
    ("dated", "undated", "counted"),
    [
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, 700, "ug/L"), {"ferritin": 700}),
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, 700), {}),
        (observation(FERRITIN, 700), observation(FERRITIN, 700, "ng/mL"), {}),
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, interpretation=[{"text": "H"}]), {}),
        (observation(FERRITIN, interpretation=[{"text": "H"}]), observation(FERRITIN, 100, "ng/mL"), {}),
        (
            observation(FERRITIN, interpretation=[{"text": "H"}]),
            observation(FERRITIN, interpretation=[{"text": "H"}]),
            {"ferritin": 140},
        ),
        (observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, valueString=""), {"ferritin": 700}),
        (observation(FERRITIN, valueString=""), observation(FERRITIN, 700, "ng/mL"), {"ferritin": 700}),
        (observation(FERRITIN, valueString=""), observation(FERRITIN, valueString=""), {}),
    ],
    ids=[
        *("the same", "not readable", "beside one not readable", "a word", "beside a word", "the same word"),
        *("never reported", "beside one never reported", "nothing at all"),
    ],
)
def test_what_one_without_a_time_leaves_of_the_test(dated: Any, undated: Any, counted: dict[str, Any]) -> None:
    undated = without(undated, "effectiveDateTime") | {"id": "u"}
    assert values([dated, undated]) == values([undated, dated]) == counted
    says_nothing = undated.get("valueString") == ""
    assert ("undated" in keys([dated, undated])) is not says_nothing


def test_a_result_without_a_time_beside_other_tests_that_have_one_may_be_of_any_age() -> None:
    whole = read(calm_panel())
    assert whole.may_reassure
    undated = [without(calm_panel()[0], "effectiveDateTime"), *calm_panel()[1:]]
    record = read(undated)
    assert (record.panel.readings["ferritin"].interval.low, record.may_reassure) == (60, False)
    [told] = [one for one in record.issues if one.key == "undated"]
    assert (told.where, told.observation) == (("[0]",), "ferritin")
    unread = [without(calm_panel()[0], "effectiveDateTime"), observation(FIBRINOGEN, 3)]
    assert "undated" in keys(unread)


def test_results_none_of_which_has_a_time_are_of_one_moment() -> None:
    record = read([without(one, "effectiveDateTime") for one in calm_panel()])
    assert record.may_reassure
    assert [one.key for one in record.issues if one.observation] == []


def test_a_time_that_cannot_be_read_is_named_even_where_another_time_is_used() -> None:
    for time in ({"effectiveDateTime": "22.11.2026 07:45"}, {"effectiveInstant": "now", "effectiveDateTime": None}):
        made = [observation(FERRITIN, 60, "ng/mL", issued=LATER, **time), *calm_panel()[1:]]
        record = read(made)
        [told] = [one for one in record.issues if one.observation or one.key == "time_invalid"]
        assert (told.key, told.where, told.severity) == ("time_invalid", ("[0]",), "warning")
        assert "22.11" not in told.text
        assert (record.panel.readings["ferritin"].collected_at, record.may_reassure) == (LATER, False)
    timing = observation(
        FERRITIN, 60, "ng/mL", issued=LATER, effectiveDateTime=None, effectiveTiming={"event": [LATER]}
    )
    assert ("time_invalid" in keys([timing]), values([timing])) == (True, {"ferritin": 60})
    unused = [
        observation(FERRITIN, 60, "ng/mL", effectiveInstant="now"),
        observation(FERRITIN, 60, "ng/mL", issued="x"),
    ]
    assert keys(unused) == []


def test_two_values_of_one_moment_leave_what_lies_between_them() -> None:
    low, high = observation(PLATELETS, 95, "10*9/L"), observation(PLATELETS, 190000, "/uL")
    reading = read([high, low]).panel.readings["platelets"]
    assert (reading.interval.low, reading.interval.high, reading.reported) == (95, 190, "95 to 190 10*9/L")
    assert keys([low, high]) == ["tied"]
    above = observation(PLATELETS, valueQuantity={"value": Decimal(150), "unit": "10*9/L", "comparator": ">"})
    assert read([low, above]).panel.readings["platelets"].interval.high_open


def test_the_same_value_twice_is_one_value() -> None:
    both = [observation(FERRITIN, 700, "ng/mL"), observation(FERRITIN, 700, "ug/L", id="second")]
    assert (values(both), keys(both)) == ({"ferritin": 700}, [])
    assert [one["reference"] for _, one in read(both).basis] == ["Observation/o-2276-4", "Observation/second"]


def test_a_measurement_outweighs_a_word_of_the_same_moment() -> None:
    word = observation(FERRITIN, interpretation=[{"text": "H"}])
    assert values([word, observation(FERRITIN, 300, "ng/mL")]) == {"ferritin": 300}
    words = [word, observation(FERRITIN, interpretation=[{"text": "HH"}])]
    assert read(words).panel.readings["ferritin"].evidence.value == "implied"
    assert "tied" not in keys(words)


def test_activities_in_mass_units_of_one_moment_stay_unknown() -> None:
    both = [observation("76039-7", 5000, "pg/mL"), observation("76039-7", 4000, "pg/mL")]
    assert read(both).panel.readings["scd25"].evidence.value == "unknown"


def test_a_newer_result_that_was_never_reported_leaves_the_older_one() -> None:
    never = observation(FERRITIN, effectiveDateTime=LATER, dataAbsentReason={"coding": [{"code": "error"}]})
    assert values([never, observation(FERRITIN, 900, "ng/mL")]) == {"ferritin": 900}


def test_a_newer_result_that_cannot_be_read_makes_the_test_unknown() -> None:
    unreadable = observation(FERRITIN, 12000, effectiveDateTime=LATER)
    assert values([unreadable, observation(FERRITIN, 90, "ng/mL")]) == {}
    assert keys([unreadable, observation(FERRITIN, 90, "ng/mL")]) == ["unit_required", "superseded"]


@pytest.mark.parametrize(
    "newer",
    [
        {"dataAbsentReason": {"coding": [{"code": "masked"}]}},
        {"interpretation": [{"coding": [{"code": "A"}]}]},
        {"value": 12500},
    ],
)
def test_a_newer_result_that_is_there_but_not_shown_makes_the_test_unknown(newer: dict[str, Any]) -> None:
    assert values([observation(FERRITIN, effectiveDateTime=LATER, **newer), observation(FERRITIN, 90, "ng/mL")]) == {}


def test_of_one_moment_the_readable_one_counts_and_does_not_reassure() -> None:
    both = [observation(FERRITIN, 12000), observation(FERRITIN, 900, "ng/mL")]
    assert (values(both), keys(both)) == ({"ferritin": 900}, ["unit_required", "tied_unread"])
    assert not read([observation(FERRITIN, valueString="12,500 ng/mL"), *calm_panel()]).may_reassure
    never = [observation(FERRITIN), observation(FERRITIN, 900, "ng/mL")]
    assert (values(never), keys(never)) == ({"ferritin": 900}, ["no_value"])


def test_results_much_older_than_the_newest_are_unknown() -> None:
    old = observation(FERRITIN, 90, "ng/mL", effectiveDateTime="2024-11-22")
    undated = observation(FIBRINOGEN, 3, "g/L", effectiveDateTime=None)
    made = [old, undated, observation(PLATELETS, 95, "10*9/L")]
    record = read(made, timedelta(days=30))
    assert set(record.panel.readings) == {"platelets", "fibrinogen"}
    assert [one.observation for one in record.issues if one.key == "stale"] == ["ferritin"]
    assert set(read(made).panel.readings) == {"platelets", "fibrinogen", "ferritin"}
    late = parameters({"name": "observations", "resource": made[2]}, {"name": "asOf", "valueDateTime": "2027-02-01"})
    assert dict(read(late, timedelta(days=30)).panel.readings) == {}


@pytest.mark.parametrize(
    ("as_of", "counted"),
    [
        ("2026-11-22T07:44:00Z", 90),
        ("2026-11-22T07:45:00Z", 900),
        ("2026-11-22", 900),
        ("2026-11-21", 90),
    ],
)
def test_results_later_than_as_of_are_not_used(as_of: str, counted: int) -> None:
    made = bundle(observation(FERRITIN, 90, "ng/mL", effectiveDateTime=EARLIER), observation(FERRITIN, 900, "ng/mL"))
    record = read(parameters({"name": "observations", "resource": made}, {"name": "asOf", "valueDateTime": as_of}))
    assert record.panel.readings["ferritin"].interval.low == counted
    assert ("after_as_of" in [one.key for one in record.issues]) is (counted == 90)


def test_more_neutrophils_than_white_cells_are_both_unknown() -> None:
    made = [observation("751-8", 9, "10*9/L"), observation("6690-2", 4, "10*9/L"), observation(FERRITIN, 7, "ng/mL")]
    record = read(made)
    assert (set(record.panel.readings), {key for key, _ in record.basis}) == ({"ferritin"}, {"ferritin"})
    assert "inconsistent_values" in keys(made)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("2026-11-22T07:45:00Z", "2026-11-22T07:45:00Z"),
        ("2026-11-22t07:45z", "2026-11-22T07:45:00Z"),
        (" 2026-11-22 07:45:00.250+05:30 ", "2026-11-22T07:45:00.250+05:30"),
        ("2026-11-22T07:45:60Z", "2026-11-22T07:45:60Z"),
        ("2026-11-22T07:45:00", "2026-11-22"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11", ""),
        ("2026", ""),
    ],
)
def test_times_of_any_precision(raw: str, text: str) -> None:
    moment = read_moment(raw)
    assert moment is not None
    assert moment.text == text


@pytest.mark.parametrize("raw", ["2026-13-01", "yesterday", "", None, 7, "2026-02-30", "0001-01-01T00:00:00+14:00"])
def test_times_that_are_none(raw: object) -> None:
    assert read_moment(raw) is None
    assert Moments().read(raw) is None


def test_the_same_text_of_a_time_is_read_once_in_a_record() -> None:
    moments = Moments()
    first = moments.read(EARLIER)
    assert first == read_moment(EARLIER)
    assert moments.read(EARLIER) is first
    assert Moments().read(EARLIER) is not first


# Of which specimen


def specimen(**kind: Any) -> dict[str, Any]:
    return {"resourceType": "Specimen", "id": "s", "type": kind}


CSF = specimen(coding=[{"system": "http://snomed.info/sct", "code": "258450006"}])
OTHER_SPECIMENS = [
    [{"specimen": {"reference": "Specimen/s"}}, CSF],
    [{"specimen": {"reference": "https://ehr.example/fhir/Specimen/s"}}, specimen(text="Synovial fluid, left knee")],
    [{"specimen": {"reference": "Specimen/s"}}, specimen(coding=[{"code": "UR"}])],
    [{"specimen": {"reference": "Specimen/s"}}, specimen(coding=[{"code": "1", "display": "Urine"}])],
    [{"specimen": {"display": "CSF"}}],
    [{"specimen": {"reference": "#s"}, "contained": [CSF]}],
]


@pytest.mark.parametrize("sent", OTHER_SPECIMENS)
def test_a_code_for_blood_on_another_specimen_is_not_used_and_does_not_reassure(sent: list[dict[str, Any]]) -> None:
    fluid = observation(FERRITIN, 60, "ng/mL", effectiveDateTime=LATER, id="f", **sent[0])
    assert (values(bundle(fluid, *sent[1:])), keys(bundle(fluid, *sent[1:]))) == ({}, ["specimen"])
    assert not read(bundle(*calm_panel(), fluid, *sent[1:])).may_reassure
    part = {key: fluid[key] for key in ("code", "valueQuantity")}
    panel = observation("24360-0", component=[part], **sent[0])
    assert keys(bundle(panel, *sent[1:]))[0] == "specimen"


def test_a_result_in_a_report_may_name_a_specimen_of_the_report() -> None:
    made = observation(FERRITIN, 60, "ng/mL", specimen={"reference": "#s"})
    assert keys(REPORT | {"contained": [made, CSF]}) == ["specimen"]


def test_a_specimen_of_blood_or_unknown_changes_nothing() -> None:
    for kind in (specimen(text="Serum"), specimen(coding=[{"code": "119364003"}]), specimen()):
        for sent in ({"reference": "Specimen/s"}, {"reference": "Specimen/gone"}, {"display": "EDTA blood"}, {}):
            made = bundle(observation(FERRITIN, 60, "ng/mL", specimen=sent), kind)
            assert (values(made), keys(made)) == ({"ferritin": 60}, [])


KINDS = [
    ("http://snomed.info/sct", "258450006", True),
    ("SCT", "258450006", True),
    ("http://snomed.info/sct/900000000000207008", "122575003", True),
    ("", "258450006", True),
    ("https://lab.example/specimens", "258450006", False),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "CSF", True),
    ("http://hl7.org/fhir/v2/0487", "CSF", True),
    ("HL70487", "CSF", True),
    ("urn:oid:2.16.840.1.113883.12.487", "CSF", True),
    ("http://terminology.hl7.org/CodeSystem/v2-0070", "UR", True),
    ("http://terminology.hl7.org/CodeSystem/v3-SpecimenType", "UR", True),
    ("", "UR", True),
    ("https://lab.example/specimens", "UR", False),
    ("http://snomed.info/sct", "UR", False),
    ("http://terminology.hl7.org/CodeSystem/v2-0487", "SER", False),
]


@pytest.mark.parametrize(("system", "code", "is_other"), KINDS)
def test_the_code_of_a_specimen_counts_under_its_system_or_none(system: str, code: str, *, is_other: bool) -> None:
    coding = {"system": system, "code": code} if system else {"code": code}
    made = bundle(observation(FERRITIN, 60, "ng/mL", specimen={"reference": "Specimen/s"}), specimen(coding=[coding]))
    assert keys(made) == (["specimen"] if is_other else [])


def test_a_site_adds_specimens_of_its_own(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[[other_specimens]]\nsystem = "https://lab.example/specimens"\ncodes = [" UR "]\n'
        '[specimen_words]\nother = ["Punktat"]\n'
    )
    own = {"system": "https://lab.example/specimens", "code": "UR"}
    codes = load_codes(str(site))
    for kind in (specimen(coding=[own]), specimen(text="PUNKTAT, Knie"), CSF):
        made = bundle(observation(FERRITIN, 60, "ng/mL", specimen={"reference": "Specimen/s"}), kind)
        assert not read_request(made, codes).panel.readings


# Whose results


def about(reference: Any) -> dict[str, Any]:
    return observation(
        FERRITIN, 700, "ng/mL", subject=reference if isinstance(reference, dict) else {"reference": reference}
    )


def inside(value: str, born: str = "2014-03-01", **more: Any) -> dict[str, Any]:
    """Return a result that holds its own Patient."""
    person = {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": born,
        "identifier": [{"system": "mrn", "value": value}],
    }
    return about("#p") | {"contained": [person]} | more


SEARCHED = "Patient?identifier=https://ehr.example/mrn|"
KNOWN_AS = {"identifier": [{"system": "https://ehr.example/mrn", "value": "1"}, {"system": "mrn", "value": "1"}]}
MIXED: list[Any] = [
    [inside("1"), inside("2")],
    [inside("1"), inside("1", "2015-03-01")],
    bundle(patient() | KNOWN_AS, inside("2")),
    bundle(patient(), about("Patient/p1"), inside("1", "2015-03-01")),
    bundle(REPORT | {"subject": {"reference": "#p"}, "contained": inside("2")["contained"]}, inside("1")),
    [about(f"{SEARCHED}1"), about(f"{SEARCHED}2")],
    bundle(patient() | KNOWN_AS, about({"identifier": {"system": "mrn", "value": "2"}})),
    bundle(patient() | KNOWN_AS, about(f"{SEARCHED}2")),
    [about("Patient/p1"), about("Patient/p2")],
    [about("https://a.example/fhir/Patient/p1"), about("https://b.example/fhir/Patient/p1")],
    bundle(about("Patient/p2"), patient(name="p1")),
    bundle(observation(FERRITIN, 700, "ng/mL", subject=None), patient(name="p1"), patient(name="p2")),
    [about({"identifier": {"system": "mrn", "value": "1"}}), about({"identifier": {"system": "mrn", "value": "2"}})],
    bundle(about("Patient/p1"), condition(subject={"reference": "Patient/p2"})),
    parameters(
        {"name": "observations", "resource": about("Patient/p1")}, {"name": "subject", "valueString": "Patient/p2"}
    ),
    parameters(
        {"name": "observations", "resource": about("Patient/p1")},
        {"name": "subject", "valueString": "Patient/p2"},
        {"name": "subject", "valueString": "Patient/p1"},
    ),
]


@pytest.mark.parametrize("document", MIXED)
def test_results_of_two_patients_are_refused(document: Any) -> None:
    with pytest.raises(MixedPatients):
        read(document)


ONE: list[tuple[Any, dict[str, str]]] = [
    ([about("Patient/p1"), about("Patient/p1/_history/3")], {"reference": "Patient/p1"}),
    ([about({}), about({"display": "John"})], {"display": "not supplied"}),
    ([about(f"{SEARCHED}1")], {"identifier": {"system": "https://ehr.example/mrn", "value": "1"}}),  # type: ignore[dict-item]
    ([about("Patient?name=x")], {"display": "not supplied"}),
    ([about("#p")], {"display": "not supplied"}),
    ([about({"identifier": {"system": "mrn"}})], {"display": "not supplied"}),  # type: ignore[list-item]
    ([about({"identifier": {"system": "mrn", "value": "1"}})], {"identifier": {"system": "mrn", "value": "1"}}),  # type: ignore[list-item]
    (bundle(patient(), observation(FERRITIN, 700, "ng/mL", subject=None)), {"reference": "Patient/p1"}),
    (
        parameters(
            {"name": "subject", "valueIdentifier": {"value": "7"}}, {"name": "observations", "resource": about({})}
        ),
        {"identifier": {"value": "7"}},  # type: ignore[dict-item]
    ),
]


@pytest.mark.parametrize(("document", "reference"), ONE)
def test_the_patient_is_named_as_the_record_names_it(document: Any, reference: dict[str, str]) -> None:
    assert read(document).subject.reference == reference


@pytest.mark.parametrize(
    "document",
    [
        bundle(
            patient() | KNOWN_AS, about(f"{SEARCHED}1"), about({"identifier": KNOWN_AS["identifier"][1]}), inside("1")
        ),
        bundle(patient() | {"identifier": [{"value": "1"}]}, about({"identifier": {"value": "2"}})),
        bundle(patient(), about("Patient?name=x&identifier=mrn|2")),
        [inside("1"), inside("1"), about("#gone")],
        [about(f"{SEARCHED}1"), about("Patient/p1")],
    ],
)
def test_one_patient_in_many_ways_is_one(document: Any) -> None:
    assert "ferritin" in read(document).panel.readings


def test_a_patient_by_its_address_in_the_bundle_is_the_same_patient() -> None:
    made = bundle(patient(), about("urn:uuid:42"), about("https://a.example/fhir/Patient/p1"))
    made["entry"][0]["fullUrl"] = "urn:uuid:42"
    assert read(made).subject.patient == patient()


def test_a_patient_without_an_id_is_known_by_its_address() -> None:
    made = bundle({"resourceType": "Patient", "birthDate": "2014-03-01"}, about("urn:uuid:42"))
    made["entry"][0]["fullUrl"] = "urn:uuid:42"
    assert "age_years" in read(made).panel.readings


@pytest.mark.parametrize(
    "subject",
    [
        *({"reference": "Group/g"}, {"reference": "https://x.example/Device/1"}, {"type": "Location"}),
        *({"reference": "Group?identifier=a|b"}, {"type": "http://hl7.org/fhir/StructureDefinition/Device"}),
    ],
)
def test_results_about_something_else_are_not_used(subject: dict[str, str]) -> None:
    assert (values(about(subject)), keys(about(subject))) == ({}, ["subject_not_patient"])


def test_the_type_of_a_patient_may_be_an_address() -> None:
    kind = "http://hl7.org/fhir/StructureDefinition/Patient"
    assert values(about({"reference": "Patient/p1", "type": kind})) == {"ferritin": 700}


def test_a_result_with_a_focus_is_about_someone_else() -> None:
    assert keys(observation(FERRITIN, 700, "ng/mL", focus=[{"reference": "Patient/donor"}])) == ["subject_not_patient"]


# Age


def age(born: Any, at: str = "2026-11-22") -> Any:
    reading = read(bundle(patient(born), observation(FERRITIN, 700, "ng/mL", effectiveDateTime=at))).panel.readings.get(
        "age_years"
    )
    return (reading.interval.low, reading.interval.high) if reading else None


def test_age_is_exact_on_birthdays_and_by_days_in_the_first_year() -> None:
    assert age("2008-11-22") == (18, 18)
    assert age("2008-11-23")[1] < 18
    assert age("2026-11-22") == (0, 0)
    assert age("2026-10-25")[0] == Fraction(28 * 100, 36525)
    assert age("2020-02-29", "2025-02-28") == (Fraction(4) + Fraction(365, 366),) * 2
    assert age("2020-02-29", "2025-03-01") == (5, 5)


def test_age_turns_on_the_day_where_the_sample_was_taken_and_needs_one() -> None:
    assert age("2008-03-01", "2026-03-01T00:30:00+02:00") == (18, 18)
    assert age("2008-03-01", "2026-02-28T23:30:00-05:00")[1] < 18
    assert (age("2008-06-01", "2026"), age("2008-06-01", "2026-07")) == (None, None)


def test_an_incomplete_day_of_birth_leaves_an_interval_unless_it_hides_who_is_adult() -> None:
    low, high = age("2014")
    assert (10 < low < 12 < high < 13, age("2014-12")[1] > age("2014-12")[0]) == (True, True)
    assert age("2014-02")[0] > 12
    assert age("2008") is None


@pytest.mark.parametrize("born", [None, "2027-01-01", "1850-01-01", "01/03/2014", "2014-13-01", 2014])
def test_an_age_that_cannot_be_told_is_unknown_with_an_issue(born: Any) -> None:
    assert age(born) is None
    assert "age_unknown" in keys(bundle(patient(born), *met_panel()))


def test_without_a_time_there_is_no_age() -> None:
    assert "age_unknown" in keys(bundle(patient(), observation(FERRITIN, 700, "ng/mL", effectiveDateTime=None)))


# Diagnosis

DIAGNOSES = [
    (condition("M08.2"), "sjia"),
    (condition("M0820"), "sjia"),
    (condition("m08.29 ", "http://hl7.org/fhir/sid/icd-10"), "sjia"),
    (condition("M08.2", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"), "sjia"),
    (condition("M08.2", "urn:oid:2.16.840.1.113883.6.90"), "sjia"),
    (condition("201796004", "http://snomed.info/sct"), "sjia"),
    (condition("201796004", "http://snomed.info/sct/731000124108/version/20250301"), "sjia"),
    (condition("2017960041", "http://snomed.info/sct"), "unknown"),
    (condition("M06.1"), "aosd"),
    (condition("M32.14"), "jsle"),
    (condition("M32.0"), "unknown"),
    (condition("C91.00"), "malignancy"),
    (condition("M30.3"), "other"),
    (condition("M08.0"), "unknown"),
    (condition("M08.2", "https://x.example"), "unknown"),
    (condition(clinicalStatus={"coding": [{"code": "resolved"}]}), "unknown"),
    (condition(clinicalStatus={"coding": [{"code": "remission"}]}), "sjia"),
    (condition(clinicalStatus={"coding": [{"code": "inactive"}]}), "unknown"),
    (condition(clinicalStatus=[{"coding": [{"code": "inactive"}]}]), "unknown"),
    (condition(clinicalStatus={"coding": [{"code": "1"}, {"code": "active"}]}), "sjia"),
    (condition(clinicalStatus={"coding": [{"code": "1"}]}), "unknown"),
    (condition(verificationStatus={"coding": [{"code": "410605003"}, {"code": "confirmed"}]}), "sjia"),
    (condition(verificationStatus={"coding": [{"code": "confirmed"}, {"code": "entered-in-error"}]}), "unknown"),
    (condition(verificationStatus={"coding": [{"code": "unconfirmed"}, {"code": "differential"}]}), "suspected_sjia"),
    (condition(verificationStatus={"coding": [{"code": "entered-in-error"}]}), "unknown"),
    (condition(clinicalStatus="active", verificationStatus="confirmed"), "sjia"),
    (condition(clinicalStatus={}, verificationStatus={}), "sjia"),
    (condition(verificationStatus={"coding": [{"code": "provisional"}]}), "suspected_sjia"),
    (condition(verificationStatus={"text": "Refuted"}), "unknown"),
    (condition("M06.1", verificationStatus={"coding": [{"code": "differential"}]}), "unknown"),
    (condition(modifierExtension=[{"url": "x"}]), "unknown"),
    (without(condition(abatementDateTime="2019"), "clinicalStatus"), "unknown"),
    (condition(abatementDateTime="2019"), "sjia"),
    (condition(subject={"reference": "RelatedPerson/mother"}), "unknown"),
]


@pytest.mark.parametrize(("resource", "expected"), DIAGNOSES)
def test_diagnoses(resource: dict[str, Any], expected: str) -> None:
    assert read(bundle(resource, *met_panel())).panel.condition == expected


def test_an_unconfirmed_diagnosis_is_named() -> None:
    refuted = condition(verificationStatus={"coding": [{"code": "refuted"}]})
    assert keys(bundle(refuted, *met_panel())) == ["condition_unconfirmed"]
    resolved = condition(clinicalStatus={"coding": [{"code": "resolved"}]})
    assert keys(bundle(resolved, *met_panel())) == ["condition_inactive"]


def test_several_diagnoses() -> None:
    suspected = condition(verificationStatus={"coding": [{"code": "provisional"}]})
    assert read(bundle(condition(), suspected)).panel.condition == "sjia"
    assert read(bundle(condition(), condition("M30.3"))).panel.condition == "sjia"
    torn = read(bundle(condition(), condition("C91.0")))
    assert (torn.panel.condition, [one.key for one in torn.issues]) == ("unknown", ["condition_conflict"])


def test_one_diagnosis_whose_codes_stand_for_two_conditions_settles_nothing() -> None:
    codes = [
        {"system": "http://snomed.info/sct", "code": "201796004"},
        {"system": "http://hl7.org/fhir/sid/icd-10", "code": "C81"},
    ]
    for coding in (codes, codes[::-1]):
        torn = read(bundle(condition() | {"code": {"coding": coding}}, *met_panel()))
        assert (torn.panel.condition, [one.where for one in torn.issues]) == (
            "unknown",
            [("Bundle.entry[0].resource",)],
        )
        said = {"name": "condition", "valueCodeableConcept": {"coding": coding}}
        assert keys(parameters(said)) == ["parameter_invalid"]


def test_a_diagnosis_of_someone_else_is_named() -> None:
    assert keys(bundle(condition(subject={"reference": "Group/g"}), *met_panel())) == ["subject_not_patient"]
    assert keys(bundle(condition("Z99", subject={"reference": "Group/g"}), *met_panel())) == []


def test_the_condition_used_is_referred_to() -> None:
    assert read(bundle(condition())).condition == {"reference": "Condition/c1"}
    for two in ([condition(id="c2"), condition()], [condition(), condition(id="c2")]):
        assert read(bundle(*two)).condition == {"reference": "Condition/c1"}
    named = bundle(condition(id=""))
    named["entry"][0]["fullUrl"] = "urn:uuid:9"
    assert read(named).condition == {"reference": "urn:uuid:9"}
    assert read(bundle(condition(id=""))).condition is None


# Drugs


def drug(kind: str = "MedicationRequest", concept: Any = None, **more: Any) -> dict[str, Any]:
    named = {"medicationCodeableConcept": concept or {"text": "Tocilizumab 162 mg/0.9 mL"}}
    return {"resourceType": kind, "status": "active", "subject": {"reference": "Patient/p1"}} | named | more


def drugs(*resources: Any) -> list[tuple[str, str]]:
    return [(one.name, str(one.last_dose or "")) for one in read(bundle(*resources)).panel.medications]


NAMED = [
    {"text": "Tocilizumab 162 mg/0.9 mL"},
    {"text": "RoActemra i.v."},
    {"text": "AVTOZMA 162 mg"},
    {"coding": [{"system": "http://www.whocc.no/atc", "code": "L04AC07"}]},
    {"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/atc", "code": "l04ac07"}]},
    {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "612865"}]},
    {"coding": [{"system": "https://x.example", "code": "1", "display": "ACTEMRA 20 MG/ML"}]},
]


@pytest.mark.parametrize("concept", NAMED)
def test_drugs_by_code_generic_name_and_brand(concept: Any) -> None:
    assert drugs(drug(concept=concept)) == [("tocilizumab", "")]


def test_an_ingredient_may_be_another_medication() -> None:
    def bag(**reference: str) -> list[tuple[str, str]]:
        made = {"id": "z", "code": {"text": "infusion bag"}, "ingredient": [{"itemReference": reference}]}
        named = {"resourceType": "Medication", "id": "y", "code": {"text": "tocilizumab"}}
        order = drug(medicationCodeableConcept=None, medicationReference={"reference": "#z"})
        return drugs(order | {"contained": [{"resourceType": "Medication"} | made, named]})

    assert bag(reference="#y") == bag(display="Actemra") == [("tocilizumab", "")]
    assert bag(reference="#gone") == []


@pytest.mark.parametrize(
    "said",
    [
        *("TOCILIZUMAB-AAZG 162 mg/0.9 mL", "Roactemra(R) s.c.", "Tocilizumabum 20 mg/ml", "tocilizumabe", "Актемра"),
        *("アクテムラ皮下注162mg", "トシリズマブ（遺伝子組換え）", "Tyenne®"),
    ],
)
def test_il6_blockade_is_known_as_other_languages_write_it(said: str) -> None:
    assert drugs(drug(concept={"text": said})) == [("tocilizumab", "")]


def test_the_class_of_a_known_drug_may_be_that_drug() -> None:
    def told(code: str) -> list[str]:
        group = {"system": "http://www.whocc.no/atc", "code": code, "display": "Interleukin inhibitors"}
        return keys(bundle(drug(concept={"coding": [group]})))

    assert all("drug_not_named" in told(one) for one in ("L04AC", "l04", "L"))
    assert not any("drug_not_named" in told(one) for one in ("L04AC05", "N02BE"))


def test_drugs_that_are_not_known_are_left_out() -> None:
    assert drugs(drug(concept={"text": "paracetamol"}), drug(concept={"coding": [{"code": "L04AC07"}]})) == []
    assert drugs(drug(concept={"coding": [{"system": "http://www.whocc.no/atc", "code": "N02BE01"}]})) == []


def test_a_drug_by_reference() -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": {"text": "Kineret"}}
    inside = drug(medicationCodeableConcept=None, contained=[medication], medicationReference={"reference": "#m"})
    beside = drug(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    shown = drug(medicationCodeableConcept=None, medicationReference={"display": "anakinra"})
    assert drugs(inside) == drugs(beside, medication) == drugs(shown) == [("anakinra", "")]
    mixed = {"resourceType": "Medication", "id": "m", "ingredient": [{"itemCodeableConcept": {"text": "anakinra"}}]}
    local = medication | {"code": {"coding": [{"system": "https://x.example", "code": "1"}]}}
    named = drug(
        medicationCodeableConcept=None, medicationReference={"reference": "Medication/m", "display": "Kineret"}
    )
    assert drugs(beside, mixed) == drugs(named, local) == [("anakinra", "")]
    assert drugs(drug(medicationCodeableConcept=None, medicationReference={"reference": "#gone"})) == []


LAST_DOSES = [
    (drug("MedicationAdministration", effectiveDateTime="2026-10-01T10:00:00Z", status="completed"), "2026-10-01"),
    (drug("MedicationAdministration", effectivePeriod={"end": "2026-10-02"}), "2026-10-02"),
    (drug("MedicationAdministration", effectivePeriod={"start": "2026-10-02"}), ""),
    (drug("MedicationStatement", effectivePeriod={"end": "2026-10-03"}), "2026-10-03"),
    (drug("MedicationStatement", effectiveDateTime="2026-10-03"), ""),
    (drug("MedicationDispense", whenHandedOver="2026-08-03", status="completed"), ""),
    (drug(dosageInstruction=[{"timing": {"repeat": {"boundsPeriod": {"end": "2026-10-04"}}}}]), "2026-10-04"),
    (drug(dosageInstruction=[{"text": "weekly"}]), ""),
    (drug(status="completed"), ""),
]


@pytest.mark.parametrize(("resource", "day"), LAST_DOSES)
def test_the_day_of_the_last_dose(resource: dict[str, Any], day: str) -> None:
    assert drugs(resource) == [("tocilizumab", day)]


@pytest.mark.parametrize(
    "resource",
    [
        drug(status="entered-in-error "),
        drug(status="draft"),
        drug(intent="proposal"),
        drug(doNotPerform=True),
        drug("MedicationStatement", status="not-taken"),
        drug("MedicationAdministration", status="not-done"),
        drug("MedicationDispense", status="declined"),
    ],
)
def test_a_drug_that_was_not_given_does_not_count(resource: dict[str, Any]) -> None:
    assert drugs(resource) == []
    assert "drug_status" in keys(bundle(resource))


# Parameters


def given(name: str, **value: Any) -> Record:
    return read(
        parameters({"name": name} | value, {"name": "observations", "resource": bundle(condition(), *met_panel())})
    )


def test_parameters_say_what_the_record_does_not() -> None:
    assert given("febrile", valueBoolean=False).panel.findings["fever"] is False
    assert given("condition", valueCode="aosd").panel.condition == "aosd"
    assert given("condition", valueCode="aosd").condition is None
    assert given("condition", valueString="SJIA").condition == {"reference": "Condition/c1"}
    assert given("condition", valueCoding={"code": "jsle"}).panel.condition == "jsle"
    concept = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C81.0"}]}
    assert given("condition", valueCodeableConcept=concept).panel.condition == "malignancy"
    assert given("asOf", valueDateTime="2026-11-23T00:00:00Z").panel.collected_at == "2026-11-23T00:00:00Z"
    assert given("criteria", valueCode="hscore").criteria == ("hscore",)
    assert given("subject", resource=patient()).subject.patient == patient()
    assert given("subject", valueReference={"reference": "Patient/p1"}).subject.name == "Patient/p1"


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "Actemra"},
        {"valueCode": "L04AC07"},
        {"valueCodeableConcept": {"text": "tocilizumab"}},
        {"valueCoding": {"system": "http://www.whocc.no/atc", "code": "L04AC07"}},
        {"valueReference": {"display": "RoActemra 20 mg/ml"}},
        {"resource": drug()},
        {"resource": {"resourceType": "Medication", "code": {"text": "tocilizumab"}}},
    ],
)
def test_medications_in_every_form(value: dict[str, Any]) -> None:
    names = [one.name for one in given("medications", **value).panel.medications]
    assert names in (["tocilizumab"], ["L04AC07"])


def test_a_condition_may_be_a_resource() -> None:
    made = parameters({"name": "condition", "resource": condition("M06.1")})
    assert read(made).panel.condition == "aosd"


def said(record: Record) -> tuple[bool | None, str, str]:
    return record.panel.findings.get("fever"), record.panel.condition, record.moment.text


def test_what_is_said_twice_is_taken_and_what_is_said_in_two_ways_is_not() -> None:
    entries: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"name": "febrile", "valueBoolean": True}, {"name": "febrile", "valueBoolean": False}),
        (
            {"name": "febrile", "valueBoolean": True},
            {"name": "findings", "part": [{"name": "fever", "valueBoolean": False}]},
        ),
        ({"name": "condition", "valueCode": "aosd"}, {"name": "condition", "valueCode": "jsle"}),
        ({"name": "asOf", "valueDateTime": "2026-11-23"}, {"name": "asOf", "valueDateTime": "2026-11-24"}),
    ]
    for one, other in entries:
        alike, torn = read(parameters(one, one)), [read(parameters(one, other)), read(parameters(other, one))]
        assert "parameter_conflict" not in [issue.key for issue in alike.issues]
        assert said(alike) != (None, "unknown", "")
        for record in torn:
            assert "parameter_conflict" in [issue.key for issue in record.issues]
            assert said(record) == (None, "unknown", "")


def test_findings_are_parts() -> None:
    parts = [
        {"name": "splenomegaly", "valueBoolean": True},
        {"name": "hepatomegaly", "valueString": "yes"},
        {"name": "nonsense", "valueBoolean": True},
    ]
    record = given("findings", part=parts)
    assert record.panel.findings["splenomegaly"] is True
    assert "hepatomegaly" not in record.panel.findings
    assert [one.key for one in record.issues] == ["parameter_invalid", "parameter_unknown"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("febrile", {"valueString": "yes"}),
        ("febrile", {}),
        ("condition", {"valueCode": "gout"}),
        ("asOf", {"valueDateTime": "2026-11"}),
        ("asOf", {"valueDateTime": "soon"}),
        ("medications", {}),
        ("criteria", {"valueCode": "nonsense"}),
        ("findings", {}),
        ("subject", {}),
        ("observations", {"valueString": "x"}),
    ],
)
def test_a_parameter_of_the_wrong_form_is_unknown_with_an_issue(name: str, value: dict[str, Any]) -> None:
    record = given(name, **value)
    [told] = [one.text for one in record.issues if one.key == "parameter_invalid"]
    assert told.startswith(f"The parameter {name} counts as unknown; it takes ")
    assert set(record.panel.readings) == ALL_OF_MET


def test_a_parameter_that_is_not_known_is_named_with_those_that_are() -> None:
    record = given("febril", valueBoolean=True)
    assert (record.issues[0].key, "febrile" in record.issues[0].text) == ("parameter_unknown", True)


def test_a_local_code_and_a_unit_of_the_site(tmp_path: Any) -> None:
    site = tmp_path / "site.toml"
    site.write_text(
        '[[results]]\nsystem = "https://lab.example"\ncode = "PLT"\nobservation = "platelets"\nunit = "10*9/L"\n'
        '[[conditions]]\nsystem = "https://lab.example"\ncodes = ["SJ"]\ncondition = "sjia"\n'
        '[[drugs]]\nsystem = "https://lab.example"\ncode = "77"\nname = "anakinra"\n'
        '[brands]\nanakinra = ["Kinerix"]\n[words]\nH = ["hoch"]\n'
        '[prefetch]\nlabs = "Observation?patient={{context.patientId}}&code={codes}"\n'
    )
    codes = load_codes(str(site))
    local = {"coding": [{"system": "https://lab.example", "code": "PLT"}]}
    made = bundle(
        observation("x", 95, code=local),
        condition("SJ", "https://lab.example"),
        drug(concept={"coding": [{"system": "https://lab.example", "code": "77"}]}),
        observation(FERRITIN, valueString="Hoch"),
        observation(TEMPERATURE, 39, "Cel"),
    )
    record = read_request(made, codes)
    assert {key: one.reported for key, one in record.panel.readings.items()} == {
        "platelets": "95 10*9/L",
        "ferritin": "H",
        "temperature": "39 Cel",
    }
    assert (record.panel.condition, [one.name for one in record.panel.medications]) == ("sjia", ["anakinra"])
    assert codes.templates["labs"].endswith(",https://lab.example|PLT")
    assert codes.templates["patient"] == "Patient/{{context.patientId}}"
    assert LOINC not in codes.templates["labs"]
