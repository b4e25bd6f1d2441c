"""What a record is read as, in the words of a test: its values, the keys of its issues, its drugs."""

from datetime import timedelta
from typing import Any

from service.clinical.assessment.assess import Assessment, assess
from service.ehr.fhir.record import FhirRecord, read_request
from service.ehr.terminology.code_file import load_codes
from tests.support.records import bundle

CODES = load_codes()


def read(document: Any, look_back: timedelta | None = None) -> FhirRecord:
    return read_request(document, CODES, look_back)


def judged(record: FhirRecord) -> tuple[FhirRecord, Assessment]:
    return record, assess(record.panel, record.criteria)


def values(document: Any) -> dict[str, Any]:
    return {key: reading.interval.low for key, reading in read(document).panel.readings.items()}


def keys(document: Any) -> list[str]:
    return [issue.key for issue in read(document).issues if issue.key != "condition_unknown"]


def drugs(*resources: Any) -> list[tuple[str, str]]:
    return [
        (medication.name, str(medication.last_dose or "")) for medication in read(bundle(*resources)).panel.medications
    ]
