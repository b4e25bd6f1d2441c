"""The contract states the limits that the service keeps."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.api.problems import MOST_EXPLAINED
from service.api.request.panel import MOST_OMITTED
from service.clinical.measurement.limits import MOST_DRUG_NAMES
from service.ehr.hl7v2.message import MOST_PARTS, MOST_REPETITIONS, MOST_SEGMENTS
from service.ehr.issues import PLACES_SHOWN
from service.server.messages.strict_json import MOST_VALUES, loads

STATED = {
    ("/v1/assessments", f"up to {MOST_OMITTED} faults"),
    ("/v1/assessments", f"the first {MOST_EXPLAINED} faults"),
    ("/fhir/$evaluate-mas", f"more than {MOST_DRUG_NAMES} different names of drugs"),
    ("/fhir/$evaluate-mas", f"the first {PLACES_SHOWN} and their number"),
    ("/fhir/$evaluate-mas", f"at most {MOST_VALUES} values"),
    ("/hl7v2", f"{MOST_SEGMENTS} segments, {MOST_REPETITIONS} repetitions and {MOST_PARTS} components"),
}


@pytest.mark.parametrize(("path", "words"), sorted(STATED))
def test_a_limit_stands_where_callers_read(client: FlaskClient, path: str, words: str) -> None:
    """The description of the operation names it."""
    told = loads(client.get("/openapi.json").data)["paths"][path]["post"]["description"]
    assert words in " ".join(told.split())


def faulty(client: FlaskClient, faults: int, **options: str) -> tuple[int, list[dict[str, object]]]:
    """Send a panel with so many keys that are not known, beside one result."""
    findings = {f"fevre{at}": True for at in range(faults)}
    sent = {"observations": {"ferritin": "905 ug/L"}, "findings": findings, "options": options}
    answer = client.post("/v1/assessments", json=sent)
    return answer.status_code, loads(answer.data).get("errors", [])


def test_callers_meet_the_limits_that_are_stated(client: FlaskClient) -> None:
    """A hundred faults are left out and one more is not; hints come for the first fifty."""
    assert faulty(client, MOST_OMITTED, on_invalid="omit")[0] == 200
    assert faulty(client, MOST_OMITTED + 1, on_invalid="omit")[0] == 422
    _, errors = faulty(client, MOST_EXPLAINED + 10)
    assert [bool(error.get("did_you_mean")) for error in errors] == [True] * MOST_EXPLAINED + [False] * 10
