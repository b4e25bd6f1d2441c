"""The one shape of every error: RFC 9457, each fault with a pointer, a code, a sentence, and never a patient's value."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.server.messages.strict_json import loads

MEMBERS = {"type", "title", "status", "detail", "request_id", "errors"}
FERRITIN = ["ng/mL", "ug/L", "ug/dL", "pmol/L", "nmol/L"]

BAD = {
    "an unknown observation": ({"observations": {"platlets": "1 /uL"}}, "/observations/platlets", "unknown_field"),
    "an unknown key": ({"findings": {"fever": True}, "foo": 1}, "/foo", "unknown_field"),
    "a key with a slash": ({"findings": {"fever": True}, "a/b~c": 1}, "/a~1b~0c", "unknown_field"),
    "an unknown key inside": ({"observations": {"ast": {"valeu": 4}}}, "/observations/ast/valeu", "unknown_field"),
    "no unit": ({"observations": {"ferritin": {"value": 905}}}, "/observations/ferritin/unit", "unit_required"),
    "a bare number": ({"observations": {"ferritin": 905}}, "/observations/ferritin", "unit_required"),
    "a text without unit": ({"observations": {"ferritin": ">905"}}, "/observations/ferritin", "unit_required"),
    "ferritin in mg/L": (
        {"observations": {"ferritin": {"value": 1823, "unit": "mg/l"}}},
        "/observations/ferritin/unit",
        "unit_not_accepted",
    ),
    "ferritin in mg/dl": (
        {"observations": {"ferritin": "1150 mg/dl"}},
        "/observations/ferritin",
        "unit_not_accepted",
    ),
    "percent neutrophils": (
        {"observations": {"neutrophils": "65 %"}},
        "/observations/neutrophils",
        "unit_not_accepted",
    ),
    "gram for giga": ({"observations": {"platelets": "116 g/L"}}, "/observations/platelets", "unit_not_accepted"),
    "an exponent too high": (
        {"observations": {"platelets": "116 10*12/L"}},
        "/observations/platelets",
        "implausible_value",
    ),
    "CRP in g/L": ({"observations": {"crp": {"value": 120, "unit": "g/L"}}}, "/observations/crp", "implausible_value"),
    "a negative number": ({"observations": {"ast": "-5 U/L"}}, "/observations/ast", "implausible_value"),
    "Fahrenheit as Celsius": (
        {"observations": {"temperature": "101 Cel"}},
        "/observations/temperature",
        "implausible_value",
    ),
    "haemoglobin 9 g/L": ({"observations": {"hemoglobin": "9.0 g/L"}}, "/observations/hemoglobin", "implausible_value"),
    "a lost superscript": ({"observations": {"wbc": "5.4x109"}}, "/observations/wbc", "invalid_quantity"),
    "a lost superscript per litre": ({"observations": {"wbc": "5.4 × 109/L"}}, "/observations/wbc", "invalid_quantity"),
    "a decimal comma": ({"observations": {"wbc": "5,4 10*9/L"}}, "/observations/wbc", "invalid_quantity"),
    "thousands set apart": ({"observations": {"ferritin": "1 823 ug/L"}}, "/observations/ferritin", "invalid_quantity"),
    "thousands set apart by a point": (
        {"observations": {"ferritin": "12.500 ug/L"}},
        "/observations/ferritin",
        "invalid_quantity",
    ),
    "a range for a quantity": ({"observations": {"ast": "50 to 60 U/L"}}, "/observations/ast", "invalid_quantity"),
    "a word for a quantity": ({"observations": {"fibrinogen": "low"}}, "/observations/fibrinogen", "invalid_quantity"),
    "a number as text": (
        {"observations": {"ast": {"value": "5", "unit": "U/L"}}},
        "/observations/ast/value",
        "not_a_number",
    ),
    "true as a number": (
        {"observations": {"ast": {"value": True, "unit": "U/L"}}},
        "/observations/ast/value",
        "not_a_number",
    ),
    "an age as text": (
        {"patient": {"age_years": "10"}, "findings": {"fever": True}},
        "/patient/age_years",
        "not_a_number",
    ),
    "an age of 400": (
        {"patient": {"age_years": 400}, "findings": {"fever": True}},
        "/patient/age_years",
        "implausible_value",
    ),
    "neutrophils above WBC": (
        {"observations": {"neutrophils": "6 10*9/L", "wbc": "5400 /uL"}},
        "/observations/neutrophils",
        "inconsistent_values",
    ),
    "an onset after the present age": (
        {"patient": {"age_years": 3, "age_at_onset_years": 4}, "findings": {"fever": True}},
        "/patient/age_at_onset_years",
        "inconsistent_values",
    ),
    "a comparator of another kind": (
        {"observations": {"ast": {"value": 5, "unit": "U/L", "comparator": "~"}}},
        "/observations/ast/comparator",
        "invalid_value",
    ),
    "a unit that is no text": (
        {"observations": {"ast": {"value": 5, "unit": 5}}},
        "/observations/ast/unit",
        "invalid_value",
    ),
    "a word that is no text": (
        {"observations": {"ast": {"interpretation": 5}}},
        "/observations/ast/interpretation",
        "invalid_value",
    ),
    "neither value nor word": ({"observations": {"ast": {"unit": "U/L"}}}, "/observations/ast", "invalid_value"),
    "a time that is none": (
        {"observations": {"ast": {"value": 5, "unit": "U/L", "collected_at": "today"}}},
        "/observations/ast/collected_at",
        "invalid_value",
    ),
    "a range without unit": (
        {"observations": {"ast": {"interpretation": "H", "reference_range": {"high": 40}}}},
        "/observations/ast/reference_range/unit",
        "unit_required",
    ),
    "a range upside down": (
        {"observations": {"ast": {"interpretation": "H", "reference_range": {"low": 50, "high": 40, "unit": "U/L"}}}},
        "/observations/ast/reference_range",
        "invalid_value",
    ),
    "a range of text": (
        {"observations": {"ast": {"interpretation": "H", "reference_range": {"high": "40", "unit": "U/L"}}}},
        "/observations/ast/reference_range/high",
        "not_a_number",
    ),
    "a range as text": (
        {"observations": {"ast": {"interpretation": "H", "reference_range": "0-40"}}},
        "/observations/ast/reference_range",
        "invalid_value",
    ),
    "a range with a strange key": (
        {"observations": {"ast": {"interpretation": "H", "reference_range": {"hi": 40, "unit": "U/L"}}}},
        "/observations/ast/reference_range/hi",
        "unknown_field",
    ),
    "a range in a unit that is no text": (
        {"observations": {"ast": {"interpretation": "H", "reference_range": {"high": 40, "unit": 1}}}},
        "/observations/ast/reference_range/unit",
        "invalid_value",
    ),
    "a condition of another kind": (
        {"context": {"condition": "lupus"}, "findings": {"fever": True}},
        "/context/condition",
        "invalid_value",
    ),
    "a confounder of another kind": (
        {"context": {"confounders": ["itp", "flu"]}, "findings": {"fever": True}},
        "/context/confounders/1",
        "invalid_value",
    ),
    "a limit in another unit": (
        {"observations": {"hemoglobin": {"interpretation": "N", "reference_range": {"high": 16, "unit": "g/L"}}}},
        "/observations/hemoglobin/reference_range",
        "implausible_value",
    ),
    "a comparator without value": (
        {"observations": {"ast": {"interpretation": "H", "comparator": ">"}}},
        "/observations/ast/comparator",
        "invalid_value",
    ),
    "an exponent lost in a unit": (
        {"observations": {"wbc": {"value": 5.4, "unit": "x109/L"}}},
        "/observations/wbc/unit",
        "unit_not_accepted",
    ),
    "a finding among the observations": (
        {"observations": {"fever": True}},
        "/observations/fever",
        "unknown_field",
    ),
    "findings in a list": ({"findings": ["fever"]}, "/findings", "invalid_value"),
    "no findings in a list": ({"findings": []}, "/findings", "invalid_value"),
    "a medication as text": (
        {"context": {"medications": ["anakinra"]}, "findings": {"fever": True}},
        "/context/medications/0",
        "invalid_value",
    ),
    "a medication that is null": (
        {"context": {"medications": [None]}, "findings": {"fever": True}},
        "/context/medications/0",
        "invalid_value",
    ),
    "too many medications": (
        {"context": {"medications": [{"nmae": "a"}] * 201}, "findings": {"fever": True}},
        "/context/medications",
        "invalid_value",
    ),
    "a key of a library's own": (
        {"context": {"_schema": 1}, "findings": {"fever": True}},
        "/context/_schema",
        "unknown_field",
    ),
    "a medication without name": (
        {"context": {"medications": [{"name": "anakinra"}, {}]}, "findings": {"fever": True}},
        "/context/medications/1/name",
        "invalid_value",
    ),
    "an empty name": (
        {"context": {"medications": [{"name": "  "}]}, "findings": {"fever": True}},
        "/context/medications/0/name",
        "invalid_value",
    ),
}


@pytest.mark.parametrize(("request_body", "pointer", "code"), BAD.values(), ids=BAD)
def test_each_fault_is_named_alone(post: Any, request_body: dict[str, Any], pointer: str, code: str) -> None:
    status, document = post(**request_body)
    assert status == 422
    assert set(document) == MEMBERS
    assert [(error["pointer"], error["code"]) for error in document["errors"]] == [(pointer, code)]
    assert document["errors"][0]["detail"].endswith((".", "?"))
    assert document["detail"] == "One field needs attention."


def test_all_faults_of_a_request_come_at_once(post: Any) -> None:
    observations: dict[str, Any] = {}
    for body, pointer, _ in BAD.values():
        if pointer.startswith("/observations"):
            observations |= body["observations"]
    status, document = post(observations=observations, patient={"age_years": "x"}, nonsense=1)
    assert status == 422
    assert len(document["errors"]) >= len(observations)
    assert {"/patient/age_years", "/nonsense", "/observations/platlets"} <= {
        error["pointer"] for error in document["errors"]
    }


@pytest.mark.parametrize(
    ("observations", "facts"),
    [
        ({"ferritin": 905}, {"accepted": FERRITIN}),
        ({"ferritin": "905 mg/L"}, {"accepted": FERRITIN}),
        ({"platelets": "116 10*12/L"}, {"suggestion": "10*9/L"}),
        ({"platelets": "116000 10*9/L"}, {"suggestion": "/uL"}),
        ({"wbc": "5400 10*9/L"}, {"suggestion": "/uL"}),
        ({"crp": "120 g/L"}, {"suggestion": "mg/L"}),
        ({"hemoglobin": "9.0 g/L"}, {"suggestion": "g/dL"}),
        ({"temperature": "101 Cel"}, {"suggestion": "[degF]"}),
        ({"triglycerides": "300 mmol/L"}, {"suggestion": "mg/dL"}),
        ({"fibrinogen": "360 g/L"}, {"suggestion": "mg/dL"}),
        ({"ldh": "9 U/L"}, {"suggestion": "ukat/L"}),
        ({"temperature": "450 Cel"}, {}),
        ({"platlets": "1 /uL"}, {"did_you_mean": "platelets"}),
        (
            {"fibrinogen": {"interpretation": "N", "reference_range": {"low": 200, "high": 400, "unit": "g/L"}}},
            {"suggestion": "mg/dL"},
        ),
        ({"neutrophils": "6 10*9/L", "wbc": "5 10*9/L"}, {"with": "/observations/wbc"}),
    ],
    ids=str,
)
def test_the_facts_to_mend_a_fault_come_with_it(post: Any, observations: dict[str, Any], facts: dict[str, Any]) -> None:
    document = post(observations=observations)[1]
    found = {key: value for key, value in document["errors"][0].items() if key not in ("pointer", "code", "detail")}
    assert found == facts


def test_the_forms_that_are_needed_are_named(post: Any) -> None:
    errors = post(
        context={"medications": ["anakinra", {"name": None}]}, patient=[], observations={"ast": {"value": "<5"}}
    )
    details = {error["pointer"]: error["detail"] for error in errors[1]["errors"]}
    assert (
        details["/context/medications/0"] == 'An object with name and last_dose is needed here, such as {"name": ...}.'
    )
    assert details["/context/medications/1/name"] == "A value is needed here, not null."
    assert details["/patient"].startswith("An object with age_years and age_at_onset_years is needed here")
    assert details["/observations/ast/value"].endswith("or all of it into one text: '>10000 ug/L'.")


@pytest.mark.parametrize("options", [{}, {"on_invalid": "omit"}])
def test_of_very_many_faults_the_first_thousand_are_listed(post: Any, options: dict[str, str]) -> None:
    status, document = post(observations={f"k{number}": 1 for number in range(2000)}, options=options)
    assert (status, len(document["errors"])) == (422, 1000)
    assert document["detail"] == "1000 fields or more need attention; the first 1000 are listed."


def test_no_value_of_a_patient_is_in_an_error(post: Any) -> None:
    observations = {"platelets": "73915 10*12/L", "wbc": "7.3915x109", "crp": {"value": 73915, "unit": "g/L"}}
    answer = post(observations=observations, patient={"age_years": 73915}, context={"condition": "73915"})
    assert len(answer[1]["errors"]) == 5
    assert "7391" not in str(answer).replace(answer[1]["request_id"], "")


def test_an_unknown_set_is_a_404_that_says_where_the_ids_are(client: FlaskClient) -> None:
    answer = client.get("/v1/criteria/hscor")
    assert answer.status_code == 404
    told = "No criteria set has this id; GET /v1/criteria lists them. Did you mean hscore?"
    assert loads(answer.data)["detail"] == told


@pytest.mark.parametrize(
    "path",
    [
        "/v1/criteria",
        "/v1/criteria/hscore",
        "/v1/analytes",
        "/openapi.json",
        "/nowhere",
        "/livez",
        "/readyz",
        "/cds-services",
        "/fhir/metadata",
        "/fhir/nowhere",
    ],
)
def test_every_json_answer_ends_its_last_line(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.data.endswith(b"}\n")
    assert not answer.data.endswith(b"\n\n")
    assert loads(client.get("/v1/criterium").data)["detail"].startswith("Nothing is here;")


@pytest.mark.parametrize("path", ["/v1/criteria", "/v1/criteria/hscore", "/v1/analytes", "/openapi.json"])
def test_a_document_that_is_another_now_is_a_problem(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"If-Match": '"another"'})
    assert (answer.status_code, answer.content_type) == (412, "application/problem+json")
    assert loads(answer.data)["title"] == "The document is not the one that was asked for"
    assert client.get(path, headers={"If-Match": client.get(path).headers["ETag"]}).status_code == 200


def test_a_failure_of_ours_is_a_500_without_its_cause(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("ferritin was 73915")

    monkeypatch.setattr("service.api.routes.assess", fail)
    answer = client.post("/v1/assessments", json={"findings": {"fever": True}})
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "73915" not in answer.text
    assert set(loads(answer.data)) == MEMBERS
