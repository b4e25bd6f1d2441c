"""``on_invalid: omit``: a bad value counts as unknown and is named; nothing else is lost, and nothing is guessed."""

from typing import Any

GOOD = {"ferritin": "905 ug/L", "fibrinogen": "1 g/L"}
OMIT = {"on_invalid": "omit"}


def test_a_bad_value_counts_as_unknown_and_is_named(post: Any) -> None:
    status, document = post(observations=GOOD | {"platelets": "116 10*12/L"}, findings={"fever": True}, options=OMIT)
    assert status == 200
    warning = document["warnings"][0]
    assert (warning["code"], warning["pointer"]) == ("implausible_value", "/observations/platelets")
    assert warning["message"].startswith("Left out, counts as unknown. No living patient")
    assert "platelets" in document["criteria"][0]["missing"]


def test_a_slip_in_a_key_is_left_out_with_the_key_that_was_meant(post: Any) -> None:
    warnings = post(observations=GOOD | {"platlets": "1 /uL"}, options=OMIT)[1]["warnings"]
    assert warnings[0]["message"].endswith("Did you mean 'platelets'?")


def test_the_rest_is_assessed_as_if_it_had_not_been_sent(post: Any) -> None:
    bad = {"platelets": "116 10*12/L", "wbc": "5.4x109", "platlets": "1 /uL", "ast": {"value": "5", "unit": "U/L"}}
    with_bad = post(observations=GOOD | bad, findings={"fever": True, "fevr": True}, options=OMIT)[1]
    without = post(observations=GOOD, findings={"fever": True})[1]
    assert with_bad["criteria"] == without["criteria"]
    assert with_bad["classification"] == without["classification"]
    assert len(with_bad["warnings"]) == len(without["warnings"]) + 5


def test_of_two_values_that_contradict_each_other_neither_counts(post: Any) -> None:
    observations = GOOD | {"neutrophils": "6 10*9/L", "wbc": "5 10*9/L"}
    document = post(observations=observations, options=OMIT | {"criteria": ["hscore", "hlh-2004"]})[1]
    missing = {key for one in document["criteria"] for key in one["missing"]}
    assert {"neutrophils", "wbc"} <= missing


def test_a_bad_age_and_condition_count_as_unknown(post: Any) -> None:
    context = {"condition": "lupus", "medications": [{"name": "tocilizumab", "last_dose": "soon"}]}
    status, document = post(patient={"age_years": 400}, context=context, findings={"fever": True}, options=OMIT)
    assert status == 200
    assert document["classification"]["primary"] is None
    assert [one["code"] for one in document["cautions"]] == ["il6_blockade"]  # the drug counts, its day is unknown


def test_what_was_asked_for_is_never_guessed(post: Any) -> None:
    assert post(findings={"fever": True}, options=OMIT | {"criteria": ["hlh"]})[0] == 422
    assert post(findings={"fever": True}, options=OMIT, nonsense=1)[0] == 422
    assert post(findings=[], observations=GOOD, options=OMIT)[0] == 422
    assert post(observations={}, options=OMIT)[0] == 422
