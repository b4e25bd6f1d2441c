"""A record however it is packed: every resource in it is found, and what is none, or is missing, is told."""

from decimal import Decimal
from typing import Any

import pytest

from service.ehr.fhir.answer.outcome import outcome
from service.ehr.fhir.contents.document import walk
from service.ehr.fhir.contents.resources import Contents
from service.ehr.results.moments import read_moment
from tests.support.containers import BARE, CONTAINERS
from tests.support.reading import drugs, keys, read, values
from tests.support.records import (
    ALL_OF_MET,
    EARLIER,
    FERRITIN,
    LATER,
    PLATELETS,
    REPORT,
    bundle,
    calm_panel,
    condition,
    drug,
    met_panel,
    observation,
    parameters,
)


@pytest.mark.parametrize("document", CONTAINERS.values(), ids=CONTAINERS)
def test_results_are_found_in_every_container(document: Any) -> None:
    record = read(document)
    assert set(record.panel.readings) == ALL_OF_MET
    assert record.subject.name in ("Patient/p1", "")


def test_contained_results_inherit_time_status_and_subject() -> None:
    record = read(CONTAINERS["report with contained results"])
    assert (record.moment.text, record.subject.name) == (LATER, "Patient/p1")
    cancelled = CONTAINERS["report with contained results"] | {"status": "cancelled"}
    assert set(keys(cancelled)) == {"not_final"}
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
    report = REPORT | {"result": [{"reference": f"Observation/{resource['id']}"} for resource in BARE]}
    made = read(parameters(*({"name": "observations", "resource": part} for part in (*BARE, report))))
    assert set(made.panel.readings) == ALL_OF_MET
    assert made.moment == read_moment(LATER)


def test_what_many_parameters_hold_is_related_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To do it after each of them took a minute for a body of 1 MB."""
    calls: list[Contents] = []
    monkeypatch.setattr("service.ehr.fhir.contents.document._adopt", calls.append)
    read(parameters(*({"name": "observations", "resource": part} for part in met_panel())))
    assert len(calls) == 1


def test_it_does_not_matter_how_a_record_is_packed() -> None:
    report = REPORT | {"result": [{"reference": "Observation/r0"}]}
    again = BARE[0] | {"valueQuantity": {"value": Decimal(700), "unit": "ng/mL"}}  # the id of another result
    resources = [report, *BARE, again]
    packed = read(bundle(*resources))
    parted = read(parameters(*({"name": "observations", "resource": part} for part in resources)))
    assert (packed.panel, packed.basis) == (parted.panel, parted.basis)


def test_a_document_can_be_walked_by_itself() -> None:
    member, stranger = observation(FERRITIN, subject=None), observation(PLATELETS, subject={"reference": "Group/1"})
    found = walk(bundle(REPORT | {"result": [{"reference": f"Observation/{member['id']}"}]}, member, stranger)).found
    assert [result.is_of_patient for result in found] == [True, True, False]
    assert [result.whole.get("subject") for result in found] == [
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
    assert dict(record.basis)["ferritin"] == "urn:uuid:1"


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
    [told] = [issue for issue in record.issues if issue.key == "entry_not_read"]
    assert (told.where, told.severity) == ((f"[0].entry{place}",), "warning")
    assert not record.may_reassure


def test_an_entry_that_never_had_a_resource_is_none_lost() -> None:
    entries = [
        {"request": {"method": "DELETE", "url": "Observation/1"}},
        {"response": {"status": "204"}},
        *({"resource": resource} for resource in calm_panel()),
    ]
    for entry in (entries, None, []):
        assert "entry_not_read" not in keys([{"resourceType": "Bundle", "entry": entry}])
    assert set(values({"resourceType": "Bundle", "entry": entries[2]})) == {"ferritin"}


EMPTY: list[Any] = [{}] * 30
OF_THIRTY = {
    "entries": (bundle() | {"entry": EMPTY}, "entry_not_read", "Bundle.entry[{}]"),
    "resources of an entry": (
        bundle() | {"entry": [{"resource": EMPTY}]},
        "entry_not_read",
        "Bundle.entry[0].resource[{}]",
    ),
    "an array": (EMPTY, "entry_not_read", "[{}]"),
    "parameters": (parameters(*EMPTY), "parameter_unknown", "Parameters.parameter[{}].name"),
    "findings": (
        parameters({"name": "findings", "part": EMPTY}),
        "parameter_unknown",
        "Parameters.parameter[0].part[{}].name",
    ),
    "unread types": (bundle(*[{"resourceType": "Procedure"}] * 30), "not_read", "Bundle.entry[{}].resource"),
}


@pytest.mark.parametrize(("document", "key", "place"), OF_THIRTY.values(), ids=OF_THIRTY)
def test_what_is_alike_in_many_places_is_one_issue_that_counts_them(document: Any, key: str, place: str) -> None:
    """The sender learns the first places and how many there are; an empty object costs three bytes."""
    [told] = [issue for issue in read(document).issues if issue.key == key]
    assert told.where == tuple(place.replace("{}", str(at)) for at in range(20))
    assert told.more == 10
    [shown] = outcome([told], "https://x.example/issue")["issue"]
    assert "So in 30 places, the first 20 of which are named." in shown["details"]["text"]


def test_what_is_not_read_is_named() -> None:
    record = read(bundle({"resourceType": "Procedure"}, {"resourceType": "x" * 99}, {"no": "type"}, 7, *met_panel()))
    assert [issue.text for issue in record.issues if issue.key == "not_read"] == [
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
        [told] = [issue for issue in record.issues if issue.key == "entry_not_read"]
        assert (told.where, record.may_reassure) == ((place,), False)


@pytest.mark.parametrize(
    "document", [None, 7, "x", [], {}, [[[]]], {"resourceType": 7}, {"resourceType": "Bundle", "entry": 7}]
)
def test_nonsense_is_an_empty_record(document: Any) -> None:
    assert dict(read(document).panel.readings) == {}
