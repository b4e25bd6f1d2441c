"""Of several versions of one resource the newest, and nothing that was withdrawn or deleted."""

from typing import Any

import pytest

from tests.support.reading import drugs, keys, read, values
from tests.support.records import EARLIER, FERRITIN, LATER, REPORT, bundle, condition, drug, observation


def version(number: str | None, updated: str | None, value: int = 900, **more: Any) -> dict[str, Any]:
    meta = {key: value for key, value in (("versionId", number), ("lastUpdated", updated)) if value}
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
    assert [medication.name for medication in record.panel.medications] == ["tocilizumab"]
    report = REPORT | {"id": "o-2276-4", "contained": [observation(FERRITIN, 7, "ng/mL")]}
    assert values(after({}, report)) == {"ferritin": 7}
    assert values(after({"request": {"method": "DELETE", "url": "DiagnosticReport/o-2276-4"}}, report)) == {}
