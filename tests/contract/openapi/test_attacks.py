"""The service attacked from its own contract, with every check of schemathesis on."""

from datetime import UTC
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig

from service.api.error_messages import NO_TIME, SENTENCES
from service.api.openapi import PATH
from service.app import create_app
from service.server.messages.strict_json import loads
from service.server.settings import Settings


def moments() -> st.SearchStrategy[str]:
    """Return what the format "moment" of the contract means: a day, or a time with its offset."""
    times = st.datetimes(timezones=st.just(UTC)).map(lambda time: time.isoformat())
    return st.dates().map(lambda day: day.isoformat()) | times


ACCEPTED = {"positive_data_acceptance": {"expected-statuses": ["2xx", 404, 422]}}
OPEN = {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404, 412, 422]}}
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {**ACCEPTED, "max_response_time": 5},
        "operations": [{"include-path-regex": "^/(fhir|cds-services)", "checks": OPEN}],
    }
)
schemathesis.openapi.format("moment", moments())
schema = schemathesis.openapi.from_path(str(PATH), config=CONFIG)
schema.app = create_app(Settings())
# What JSON Schema cannot say: how a value relates to its unit and to other values.
ONLY_A_PERSON_CAN_TELL = {"implausible_value", "inconsistent_values"}

load_all_checks()
REJECTION = CHECKS.get_by_names(["negative_data_rejection"])


def answers_faults(case: Any) -> bool:
    """Whether a fault is told inside a 200: of a line of a batch, or where the caller asks for faults to be omitted.

    A list of resources is also read where the contract shows one, since no generator of clients takes both forms.
    """
    if isinstance(case.body, list) and case.path == "/fhir/$evaluate-mas":
        return True
    options = case.body.get("options") if isinstance(case.body, dict) else None
    return case.path == "/v1/assessments/batch" or (isinstance(options, dict) and options.get("on_invalid") == "omit")


@schema.parametrize()
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_its_contract(case: Any) -> None:
    response = case.call()
    case.validate_response(response, checks=CHECKS.get_all(), excluded_checks=REJECTION if answers_faults(case) else [])
    is_problem = response.headers["content-type"][0] == "application/problem+json"
    if response.status_code == 422 and is_problem and case.meta is not None and case.meta.generation.mode.is_positive:
        for error in loads(response.content)["errors"]:
            is_range = error["code"] == "invalid_value" and error["pointer"].endswith("/reference_range")
            is_two_ways = error["detail"] == SENTENCES["invalid_quantity", "two_ways"]
            is_no_time = error["code"] == "invalid_value" and error["detail"].endswith(NO_TIME)
            assert error["code"] in ONLY_A_PERSON_CAN_TELL or is_range or is_two_ways or is_no_time, error


def test_every_check_is_known_to_this_test() -> None:
    assert len(CHECKS.get_all()) >= 10
