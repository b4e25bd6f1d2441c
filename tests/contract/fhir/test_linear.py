"""The work on a record grows with its size: twice the record, twice the time, in each way in which records nest."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from service.clinical.assessment.assess import assess
from service.ehr.fhir.record import read_request
from service.ehr.terminology.code_file import load_codes
from service.server.messages.strict_json import dumps
from tests.support.records import FERRITIN, REPORT, bundle, condition, drug, observation

CODES = load_codes()
SMALL, LARGE = 100_000, 400_000  # letters of JSON
MOST_MS_PER_KB = 0.5
TIMES_SLACK = 8  # a shared machine that also counts lines; what grew with the square took far more than this


def filled(size: int, item: Any) -> int:
    """Return how many of an item make up a size."""
    return max(1, size // len(dumps(item)))


def of_specimens(size: int) -> Any:
    part, specimen, empty = {"code": {"text": "x"}}, {"reference": "#z"}, {}
    return observation(
        FERRITIN,
        component=[part] * filled(size // 3, part),
        specimen=[specimen] * filled(size // 3, specimen),
        contained=[empty] * filled(size // 3, empty),
    )


def of_specimens_of_one_name(size: int) -> Any:
    specimen, contained = {"reference": "#z"}, {"resourceType": "Specimen", "id": "z"}
    return observation(
        FERRITIN,
        specimen=[specimen] * filled(size // 2, specimen),
        contained=[contained] * filled(size // 2, contained),
    )


def of_ingredients(size: int) -> Any:
    ingredient = {"itemReference": {"reference": "#z"}}
    made = {"resourceType": "Medication", "id": "m", "ingredient": [ingredient] * filled(size // 2, ingredient)}
    return drug(
        medicationCodeableConcept=None,
        medicationReference={"reference": "#m"},
        contained=[made, *[{}] * filled(size // 2, {})],
    )


def of_a_specimen_display(size: int) -> Any:
    part = {"code": {"coding": [{"system": "http://loinc.org", "code": FERRITIN}]}}
    return observation("x", specimen={"display": "a " * (size // 4)}, component=[part] * filled(size // 2, part))


def of_categories(size: int) -> Any:
    part, category = {"code": {}, "valueString": "1"}, {"coding": [{"code": "survey"}]}
    return observation(
        "x", component=[part] * filled(size // 2, part), category=[category] * filled(size // 2, category)
    )


def of_one_long_text(key: str) -> Callable[[int], Any]:
    def made(size: int) -> Any:
        part = {"code": {"coding": [{"system": "http://loinc.org", "code": FERRITIN}]}, "valueString": "1 ng/mL"}
        return observation("x", **{key: "a/" * (size // 4)}, component=[part] * filled(size // 2, part))

    return made


def of_a_subject_type(size: int) -> Any:
    part = {"code": {"coding": [{"system": "http://loinc.org", "code": FERRITIN}]}}
    kind = {"reference": "Patient/p1", "type": "x/" * (size // 4)}
    return observation("x", subject=kind, component=[part] * filled(size // 2, part))


def of_deletions(size: int) -> Any:
    versions = [observation(FERRITIN, 1, "ng/mL", meta={"versionId": str(at)}) for at in range(size // 600)]
    made = bundle(*versions, kind="history")
    gone = {
        "request": {"method": "DELETE", "url": f"Observation/o-{FERRITIN}"},
        "response": {"lastModified": "2020-01-01T00:00:00Z"},
    }
    made["entry"] += [gone] * filled(size // 2, gone)
    return made


def of_deletions_of_what_has_no_version(size: int) -> Any:
    made = of_deletions(size)
    for entry in made["entry"]:
        entry.get("resource", {}).pop("meta", None)
    return made


def of_contained_subjects(size: int) -> Any:
    marks = [{"system": "s", "value": str(at)} for at in range(size // 60)]
    inside = [observation(FERRITIN, 1, "ng/mL", id=f"i{at}", subject={"reference": "#p"}) for at in range(size // 500)]
    return REPORT | {
        "subject": {"reference": "#p"},
        "contained": [{"resourceType": "Patient", "id": "p", "identifier": marks}, *inside],
    }


def of_a_condition_code(size: int) -> Any:
    return condition("C" * size)


def of_codings(size: int) -> Any:
    coding = {"system": "http://loinc.org", "code": "1-1", "display": "Ferr ferr"}
    return observation(FERRITIN, 1, code={"coding": [coding] * filled(size, coding)})


def of_names(size: int) -> Any:
    return [observation("x", 1, code={"text": f"{at} ferr plt aspartat " * 8}) for at in range(size // 450)]


def of_long_names(size: int) -> Any:
    return observation("x", 1, code={"text": "mean platelet " * (size // 14)})


def of_references(size: int) -> Any:
    gone = {"reference": "Observation/gone"}
    return bundle(REPORT | {"result": [gone] * filled(size, gone)}, observation(FERRITIN, 1, "ng/mL"))


def of_one_name_in_many_results(size: int) -> Any:
    part = {"code": {"coding": [{"system": "http://loinc.org", "code": FERRITIN}]}, "valueString": "1 ng/mL"}
    parts = [part | {"valueString": f"{at} ng/mL"} for at in range(filled(size // 2, part))]
    return observation("x", id="i" * (size // 2), component=parts)


def of_nested_bundles(size: int) -> Any:
    return bundle(*[bundle(bundle(bundle(observation(FERRITIN))))] * (size // 500))


SHAPES = [
    of_specimens,
    of_specimens_of_one_name,
    of_ingredients,
    of_a_specimen_display,
    of_categories,
    of_one_long_text("status"),
    of_one_long_text("issued"),
    of_one_long_text("effectiveDateTime"),
    of_a_subject_type,
    of_deletions,
    of_deletions_of_what_has_no_version,
    of_contained_subjects,
    of_a_condition_code,
    of_codings,
    of_names,
    of_long_names,
    of_references,
    of_one_name_in_many_results,
    of_nested_bundles,
]


def seconds(document: Any) -> float:
    """Return the processor time that a record takes, the least of three tries."""
    tries = []
    for _ in range(3):
        begun = time.process_time()
        record = read_request(document, CODES)
        assess(record.panel, record.criteria)
        tries.append(time.process_time() - begun)
    return min(tries)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__qualname__.split(".")[0])
def test_the_time_for_a_record_grows_with_its_size_and_no_faster(shape: Callable[[int], Any]) -> None:
    small, large = shape(SMALL), shape(LARGE)
    fast, slow = seconds(small), seconds(large)
    per_kb = 1000 * slow / (len(dumps(large)) / 1000)
    assert per_kb < MOST_MS_PER_KB * TIMES_SLACK
    growth = len(dumps(large)) / len(dumps(small))
    assert slow < fast * growth * 2 + 0.02
