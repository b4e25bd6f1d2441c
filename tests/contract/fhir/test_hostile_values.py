"""Nothing that is put into any place of a record makes an error, or turns what speaks for MAS into `unlikely`."""

from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.ehr.fhir.answer.risk_assessment import risk_assessment
from service.ehr.fhir.record import read_request
from service.ehr.results.person import MixedPatients
from service.server.messages.strict_json import dumps
from tests.support.answers import PARTS
from tests.support.drawn import SHARE
from tests.support.hostile import RECORDS, RICH_RESULT, VALUES, placed, places
from tests.support.reading import CODES, judged
from tests.support.records import EARLIER, FERRITIN, bundle, call, calm_panel, condition, observation, patient

NO_VALUES = ("null", "an empty text", "blanks", "an empty object", "an object of nothing", "NaN", "not done")
MARKS_ALONE = ("a fragment", "slashes")
SAYS_NO = {("parameters", "false")}  # that there is no fever is a thing to say
SURROGATE, STANDS_FOR_IT = b"\\ud800", "a surrogate, which no writer of JSON lets through"


@pytest.mark.parametrize("name", VALUES)
def test_a_hostile_value_in_any_place_is_no_error_and_makes_nothing_unlikely(name: str) -> None:
    """Each place has every second value, each value every second place; every eighth outside CI."""
    turn = count(list(VALUES).index(name))
    for kind, document in RECORDS.items():
        whole = read_request(document, CODES)
        for path in places(document):
            if next(turn) % (2 * SHARE):
                continue
            try:
                record = read_request(placed(document, path, VALUES[name]), CODES)
            except MixedPatients:
                continue
            if record != whole:  # nothing else can be said of what is read alike
                category = judged(record)[1].classification.category
                assert category != "unlikely" or (kind, name) in SAYS_NO, path


NEWER = {
    "a quantity": RICH_RESULT,
    "a text": observation(FERRITIN, id="n", valueString=">12500 ng/mL"),
    "a concept": observation(
        FERRITIN, id="n", valueCodeableConcept={"text": ">12500 ng/mL", "coding": [{"code": "x"}]}
    ),
}
OF_ITS_VALUE_OR_TIME = ("value", "effective", "issued", "interpretation", "referenceRange", "status", "note")


@pytest.mark.parametrize("newer", NEWER.values(), ids=NEWER)
def test_an_older_low_ferritin_never_reassures_beside_a_newer_one_that_is_damaged(newer: Any) -> None:
    older = observation(FERRITIN, 60, "ng/mL", effectiveDateTime=EARLIER)
    others = [patient(), condition(), older, *calm_panel()[1:]]
    for path in places(newer):
        if not str(path[0]).startswith(OF_ITS_VALUE_OR_TIME):
            continue
        for name, value in VALUES.items():
            record = read_request(bundle(*others, placed(newer, path, value)), CODES)
            reading = record.panel.readings.get("ferritin")
            is_none = str(path[0]).startswith("value") and name in (*NO_VALUES, *MARKS_ALONE)
            if (reading is None or reading.interval.high == 60) and not is_none:
                record, assessment = judged(record)
                assert assessment.classification.category != "unlikely", (path, name)
                assert dumps(risk_assessment(record, assessment, PARTS))


def test_over_http_a_hostile_value_has_an_answer_without_it(client: FlaskClient) -> None:
    """Every 61st pair of a place and a value, so that each value comes into many places."""
    turn = count()
    for document in RECORDS.values():
        for path in places(document):
            for name, value in VALUES.items():
                if next(turn) % 61:
                    continue
                sent = STANDS_FOR_IT if name == "a lone surrogate" else value
                made = placed(document, path, sent)
                assert posted(client, "/fhir/$evaluate-mas", made) in (200, 400, 422), (path, name)
                prefetch = call({"labs": made, "patient": patient(), "conditions": made})
                assert posted(client, "/cds-services/mas-criteria", prefetch) in (200, 400, 412, 422), (path, name)


def posted(client: FlaskClient, path: str, document: Any) -> int:
    body = dumps(document).replace(STANDS_FOR_IT.encode(), SURROGATE)
    kind = "application/fhir+json" if path.startswith("/fhir") else "application/json"
    return client.post(path, data=body, content_type=kind).status_code
