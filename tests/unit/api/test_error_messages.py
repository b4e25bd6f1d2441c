"""For each code the sentence that lets the sender mend the feed."""

from collections.abc import Iterable
from typing import Any

import pytest

from service.api.error_messages import (
    WARD_NAMES,
    entry_of,
    invalid_value,
    not_a_number,
    one_of,
    unknown_field,
    unknown_parameter,
)
from service.clinical.criteria import CATALOGUE
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.clinical.measurement.fault import Fault
from service.clinical.panel.panel import CONDITIONS

WHERE = ("observations", "wbc")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("unit_required", accepted=["g/L"]), "units are never guessed"),
        (Fault("unit_not_accepted", accepted=["g/L"]), "This unit is not accepted for this observation."),
        (Fault("unit_not_accepted", "percent", accepted=["10*9/L"]), "A percentage is not a count."),
        (
            Fault("unit_not_accepted", "percent_of", accepted=["mg/L"]),
            "A percentage is not accepted for this observation.",
        ),
        (Fault("unit_not_accepted", "lost_exponent", accepted=["g/L"]), "has lost its superscript"),
        (Fault("implausible_value"), "Check the number and the unit."),
        (Fault("implausible_value", "reference_range", suggestion="mg/dL"), "No laboratory has this limit"),
        (Fault("implausible_value", suggestion="10*9/L"), "In 10*9/L the same number would be an ordinary result"),
        (Fault("invalid_quantity", "form"), "with a point as decimal sign"),
        (Fault("invalid_quantity", "decimal_comma"), "Write 12.5 or 12500, without a comma."),
        (Fault("invalid_quantity", "lost_exponent", suggestion="10*9/L"), "the exponent has lost its superscript"),
        (
            Fault("invalid_quantity", "two_ways"),
            "is the point or comma a decimal sign, or does it set thousands apart?",
        ),
        (Fault("invalid_quantity", "flag"), "the flag as interpretation"),
        (Fault("unit_not_accepted", "flag", accepted=["g/L"]), "the flag as interpretation"),
        (Fault("invalid_quantity", "too_long", longest=80), "longer than 80 characters"),
        (Fault("unit_not_accepted", "too_long", longest=48), "longer than 48 characters"),
        (Fault("invalid_quantity", "bounds"), "not a range or a tolerance"),
        (Fault("invalid_quantity", "lost_exponent"), "Write the unit as 10*9/L, 10*3/uL or /uL."),
        (Fault("invalid_value", "reference_range"), "not above the high end"),
    ],
)
def test_a_fault_becomes_an_entry_with_its_sentence_and_facts(fault: Fault, words: str) -> None:
    entry = entry_of(fault, WHERE)
    assert (entry.where, entry.code, entry.facts) == (WHERE, fault.code, fault.facts)
    assert words in entry.detail
    assert "{" not in entry.detail


def test_a_slip_in_a_key_is_answered_with_the_nearest_one() -> None:
    entry = unknown_field(("observations", "platlets"), ANALYTES).explained()
    assert (entry.code, entry.facts) == ("unknown_field", {"did_you_mean": "platelets"})
    assert entry.detail.endswith("Did you mean 'platelets'?")


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("PLATELETS", "platelets"),
        ("haemoglobin", "hemoglobin"),
        ("AST", "ast"),
        ("il-18", "il18"),
        ("asts", "ast"),
        ("tla", None),
        ("atl", None),
    ],
)
def test_a_short_key_is_never_taken_for_another_test(key: str, known: str | None) -> None:
    assert unknown_field(("observations", key), ANALYTES).document().get("did_you_mean") == known


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("PLT", "platelets"),
        ("Thrombozyten", "platelets"),
        ("got", "ast"),
        ("ALAT", "alt"),
        ("sIL-2R", "scd25"),
        ("bsg", "esr"),
    ],
)
def test_a_laboratorys_own_name_is_answered_with_the_one_used_here(key: str, known: str) -> None:
    assert unknown_field(("observations", key), ANALYTES).document().get("did_you_mean") == known
    assert "did_you_mean" not in unknown_field(("findings", key), FINDINGS).document()


def test_every_name_of_a_laboratory_leads_to_an_observation() -> None:
    assert set(WARD_NAMES.values()) <= set(ANALYTES)
    assert not set(WARD_NAMES) & set(ANALYTES)


@pytest.mark.parametrize(
    ("where", "known", "place"),
    [
        (("observations", "fever"), ANALYTES, "findings"),
        (("findings", "hemoglobin"), FINDINGS, "observations"),
        (("age_years",), ("patient", "findings"), "patient"),
        (("medications",), ("context", "options"), "context"),
        (("on_invalid",), ("context", "options"), "options"),
        (("panels",), ("patient", "context"), "POST /v1/trajectories"),
        (("resourceType",), ("patient", "context"), "POST /fhir/$evaluate-mas"),
        (("hook",), ("patient", "context"), "POST /cds-services/mas-criteria"),
    ],
)
def test_a_key_in_the_wrong_part_is_sent_to_its_own(where: tuple[str, ...], known: Iterable[str], place: str) -> None:
    document = unknown_field(where, known).document()
    assert f"It belongs in {place};" in document["detail"]
    assert document["accepted"] == list(known)


def test_a_key_as_near_to_two_is_answered_with_all() -> None:
    document = unknown_field(("findings", "hepatosplenomegaly"), FINDINGS).document()
    assert document["accepted"] == list(FINDINGS)
    assert unknown_field(("findings", "hepatomegally"), FINDINGS).document()["did_you_mean"] == "hepatomegaly"


def test_a_key_like_no_other_is_answered_with_all() -> None:
    entry = unknown_field(("observations", "xyz"), ["ferritin", "esr"]).explained()
    assert entry.facts == {"accepted": ["ferritin", "esr"]}
    assert entry.detail.endswith("Those accepted are listed.")


def test_the_other_entries_say_what_is_needed() -> None:
    assert invalid_value(WHERE, "So.", low=1).document() == {
        "pointer": "/observations/wbc",
        "code": "invalid_value",
        "detail": "So.",
        "low": 1,
    }
    assert [not_a_number(WHERE, value).code for value in (None, "12.500")] == ["not_a_number"] * 2
    assert one_of(WHERE, ("a", "b")).facts == {"accepted": ["a", "b"]}


def test_a_parameter_where_none_is_known_is_told_so() -> None:
    document = unknown_parameter("view", ()).document()
    assert document["detail"] == "This parameter of the address is not known here. None is accepted."
    assert document["accepted"] == []


@pytest.mark.parametrize(("sent", "asked"), [("12.500", True), (" 12.500 ", True), ("12.5", False), (True, False)])
def test_a_number_sent_as_text_is_asked_about_where_it_has_two_meanings(sent: object, asked: bool) -> None:
    assert ("Write 12.5 or 12500" in not_a_number(WHERE, sent).detail) == asked


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("12.500", "does it set thousands apart?"),
        ("12,500", "does it set thousands apart?"),
        ("12500 H", "the flag as interpretation"),
        ("H 12500", "the flag as interpretation"),
        ("12500", "not true."),
        ("1" * 100_000, "not true."),
    ],
    ids=range(6),
)
def test_a_number_sent_as_text_says_what_to_change(sent: str, words: str) -> None:
    assert words in not_a_number(WHERE, sent).detail


@pytest.mark.parametrize(
    ("sent", "accepted", "meant"),
    [
        ("sJIA", CONDITIONS, "sjia"),
        ("aods", CONDITIONS, "aosd"),
        ("hlh2004", CATALOGUE, "hlh-2004"),
        ("eular-acr-2016", CATALOGUE, "eular-acr-printo-2016"),
        ("hlh-2014", CATALOGUE, None),
        ("systemic_jia", CONDITIONS, None),
        (12, CONDITIONS, None),
    ],
)
def test_a_word_that_is_near_a_listed_one_is_answered_with_it(sent: Any, accepted: Any, meant: str | None) -> None:
    entry = one_of(WHERE, accepted, sent).explained()
    assert entry.facts.get("did_you_mean") == meant
    assert entry.facts["accepted"] == list(accepted)
    assert str(sent) not in entry.detail


@pytest.mark.parametrize("key", ["age", "birthDate", "dob", "date_of_birth", "ageYears"])
def test_what_others_call_the_age_is_answered_with_its_name_here(key: str) -> None:
    assert unknown_field(("patient", key), ("age_years", "age_at_onset_years")).explained().facts == {
        "did_you_mean": "age_years"
    }
    assert unknown_field(("observations", key), ANALYTES).explained().facts.get("did_you_mean") != "age_years"
