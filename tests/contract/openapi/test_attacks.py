"""The service attacked from its own contract, with every check of schemathesis on."""

from datetime import UTC
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from service.api.error_messages import NO_TIME, SENTENCES
from service.api.openapi import PATH, contract
from service.server.messages.strict_json import loads
from tests.support.drawn import ALL, drawn


def moments() -> st.SearchStrategy[str]:
    """Return what the format "moment" of the contract means: a day, or a time with its offset."""
    times = st.datetimes(timezones=st.just(UTC)).map(lambda time: time.isoformat())
    return st.dates().map(lambda day: day.isoformat()) | times


ACCEPTED = {"positive_data_acceptance": {"expected-statuses": ["2xx", 404, 422]}}
OPEN = {"positive_data_acceptance": {"expected-statuses": ["2xx", 400, 404, 412, 422]}}
CONFIG = SchemathesisConfig.from_dict(
    {
        "checks": {**ACCEPTED, "max_response_time": 5},
        # a case for each bound of each member: hundreds for the larger bodies
        "phases": {"coverage": {"enabled": ALL}},
        "operations": [{"include-path-regex": "^/(fhir|cds-services|hl7v2)", "checks": OPEN}],
    }
)
schemathesis.openapi.format("moment", moments())
schemathesis.serializer.alias("application/hl7-v2", "text/plain")

OPERATIONS = [f"{method.upper()} {path}" for path, methods in contract()["paths"].items() for method in methods]


@pytest.fixture(scope="session")
def whole(app: Flask) -> BaseSchema:
    schema = schemathesis.openapi.from_path(str(PATH), config=CONFIG)
    schema.app = app
    return schema


class Attacked:
    """The operation whose turn it is: its cases are made when its test runs, not where the tests are listed."""

    label = ""

    def is_(self, context: Any) -> bool:
        return context.operation.label == self.label


attacked = Attacked()


@pytest.fixture(params=OPERATIONS)
def operation(request: pytest.FixtureRequest, whole: BaseSchema) -> BaseSchema:
    request.node._nodeid = request.node.nodeid  # schemathesis 4.32 reads the name under which pytest 9.1 kept it
    attacked.label = request.param
    return whole


TAKES_A_RECORD = ("/fhir/$evaluate-mas", "/v1/records")
PLAIN = {"Accept-Encoding": "identity"}  # the caller in the process asks for gzip and does not unpack it
# What JSON Schema cannot say: how a value relates to its unit and to other values.
ONLY_A_PERSON_CAN_TELL = {"implausible_value", "inconsistent_values"}

load_all_checks()
REJECTION = CHECKS.get_by_names(["negative_data_rejection"])


def answers_faults(case: Any) -> bool:
    """Whether a fault is told inside a 200: of a line of a batch, or where the caller asks for faults to be omitted.

    A list of resources is also read where the contract shows one, since no generator of clients takes both forms.
    """
    if isinstance(case.body, list) and case.path in TAKES_A_RECORD:
        return True
    options = case.body.get("options") if isinstance(case.body, dict) else None
    return case.path == "/v1/assessments/batch" or (isinstance(options, dict) and options.get("on_invalid") == "omit")


@schemathesis.pytest.from_fixture("operation").include(attacked.is_).parametrize()
@settings(max_examples=drawn(60), deadline=None, suppress_health_check=list(HealthCheck))
def test_the_service_keeps_its_contract(case: Any) -> None:
    response = case.call(headers=PLAIN)
    case.validate_response(response, checks=CHECKS.get_all(), excluded_checks=REJECTION if answers_faults(case) else [])
    is_problem = response.headers["content-type"][0] == "application/problem+json"
    if response.status_code == 422 and is_problem and case.meta is not None and case.meta.generation.mode.is_positive:
        for error in loads(response.content)["errors"]:
            is_range = error["code"] == "invalid_value" and error["pointer"].endswith("/reference_range")
            is_two_ways = error["detail"] == SENTENCES["invalid_quantity", "two_ways"]
            is_no_time = error["code"] == "invalid_value" and error["detail"].endswith(NO_TIME)
            assert error["code"] in ONLY_A_PERSON_CAN_TELL or is_range or is_two_ways or is_no_time, error


def test_every_operation_is_attacked(whole: BaseSchema) -> None:
    assert sorted(found.ok().label for found in whole.get_all_operations()) == sorted(OPERATIONS)


def test_every_check_is_known_to_this_test() -> None:
    assert len(CHECKS.get_all()) >= 10
