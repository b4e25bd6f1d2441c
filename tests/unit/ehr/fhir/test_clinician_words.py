"""What clinicians read: on cards and in FHIR narratives, never as the sender of data is told it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.clinical.assessment.warnings import warnings
from service.clinical.measurement.analytes import ANALYTES, FINDINGS
from service.ehr.fhir.answer.clinician_words import TOLD, in_words, time_in_words, told, unit_in_words
from service.ehr.issues import FAULTS, REASONS, issue
from tests.support.calls import MET
from tests.support.panels import panel_of
from tests.support.records import (
    AST,
    FERRITIN,
    FIBRINOGEN,
    PLATELETS,
    TEMPERATURE,
    TRIGLYCERIDES,
    bundle,
    carded,
    condition,
    evaluated,
    observation,
)

API_WORDS = re.compile(r"findings\.|context\.|observations\.|verdict_implied|[a-z]+_[a-z]+|10\*|\bCel\b|\[degF\]")


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("10*9/L", "\u00d710\u2079/L"),
        ("10*12/L", "\u00d710\u00b9\u00b2/L"),
        ("10*3/uL", "\u00d710\u00b3/\u00b5L"),
        ("Cel", "\u00b0C"),
        ("[degF]", "\u00b0F"),
        ("ug/L", "\u00b5g/L"),
        ("umol/L", "\u00b5mol/L"),
        ("ug/mL{FEU}", "\u00b5g/mL FEU"),
        ("[IU]/L", "IU/L"),
        ("a", "y"),
        ("mg/dL", "mg/dL"),
        ("U/L", "U/L"),
    ],
)
def test_units_are_written_as_people_write_them(unit: str, written: str) -> None:
    assert unit_in_words(unit) == written


def test_every_unit_of_every_test_is_found_in_a_sentence() -> None:
    for analyte in ANALYTES.values():
        for unit in analyte.table.units:
            assert (
                in_words(f"It is 5 {unit}, or (5 {unit}).")
                == f"It is 5 {unit_in_words(unit)}, or (5 {unit_in_words(unit)})."
            )


def test_a_word_that_only_holds_a_unit_is_left_alone() -> None:
    assert in_words("Celsius and bug/Life") == "Celsius and bug/Life"


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T07:45:00Z", "2026-11-22 07:45 UTC"),
        ("2026-11-22T07:45:00.123z", "2026-11-22 07:45 UTC"),
        ("2026-11-22t07:45:00+01:00", "2026-11-22 07:45 +01:00"),
        ("2026-11-22T07:45:00-05:30", "2026-11-22 07:45 -05:30"),
    ],
)
def test_times_keep_their_offset(moment: str, written: str) -> None:
    assert time_in_words(moment) == written


def test_a_card_shows_the_offset_of_each_time(client: FlaskClient) -> None:
    labs = [observation(FERRITIN, 12500, "ng/mL", effectiveDateTime="2026-11-22T09:00:00+01:00")]
    labs += [observation(PLATELETS, 95, "10*9/L"), observation(AST, 140, "U/L"), observation(TEMPERATURE, 39, "Cel")]
    [card] = carded(client, MET | {"labs": bundle(*labs)})
    assert "12500 ng/mL (2026-11-22 09:00 +01:00)" in card["detail"]
    assert "95 \u00d710\u2079/L (2026-11-22 07:45 UTC)" in card["detail"]


ODD: list[dict[str, Any]] = [
    {"observations": {"fibrinogen": "3.1 mg/dL"}},
    {"observations": {"triglycerides": "134 mg/dL"}, "findings": {"fasting_sample": False}},
    {"observations": {"triglycerides": "132.7 mg/dL"}},
    {"observations": {"platelets": {"interpretation": "L"}, "ferritin": {"interpretation": "N"}}},
    {"observations": {"ferritin": {"interpretation": "ABN"}, "scd25": "5000 pg/mL"}},
    {
        "observations": {"temperature": "36.6 Cel", "liver_below_costal_margin": "0 cm"},
        "findings": {"fever": True, "hepatomegaly": True},
    },
    {
        "observations": {"temperature": "39.6 Cel", "spleen_below_costal_margin": "4 cm"},
        "findings": {"fever": False, "splenomegaly": False},
    },
    {
        "collected_at": "2026-11-01T00:00:00Z",
        "observations": {"crp": {"value": 5, "unit": "mg/L", "collected_at": "2026-11-20T00:00:00Z"}},
    },
]


def names_a_test(text: str) -> bool:
    labels = [test.label for test in (*ANALYTES.values(), *FINDINGS.values())]
    return any(label.partition(" (")[0].lower() in text.lower() for label in labels) or text.startswith(
        "The results span"
    )


@pytest.mark.parametrize("request_", ODD, ids=lambda one: ", ".join(one["observations"]))
def test_every_remark_names_its_test_and_no_field_of_a_request(request_: dict[str, Any]) -> None:
    found = warnings(panel_of(**request_))
    assert found
    for warning in found:
        assert names_a_test(warning.remark), warning.remark
        assert not API_WORDS.search(in_words(warning.remark)), warning.remark


def test_a_remark_on_a_card_names_the_test_and_its_value(client: FlaskClient) -> None:
    labs = bundle(
        *MET["labs"]["entry"][0:0], observation(FERRITIN, 12500, "ng/mL"), observation(PLATELETS, 95, "10*9/L")
    )
    labs["entry"] += bundle(observation(AST, 140, "U/L"), observation(FIBRINOGEN, "3.1", "mg/dL"))["entry"]
    labs["entry"] += bundle(observation(TRIGLYCERIDES, 200, "mg/dL"))["entry"]
    [card] = carded(client, MET | {"labs": labs})
    assert "- Fibrinogen 3.1 mg/dL lies outside the usual 30 to 1000 mg/dL; check the unit." in card["detail"]
    assert "whether this sample was fasting is not known" in card["detail"]


@pytest.mark.parametrize("key", [key for key, text in (REASONS | FAULTS).items() if text])
def test_what_a_clinician_is_told_of_an_issue_speaks_of_no_interface(key: str) -> None:
    for observation_ in ("", "ferritin"):
        found = issue(key, "prefetch.labs.entry[2]", observation=observation_)
        is_shown = found.severity == "warning"
        assert not (is_shown and re.search(r"asOf|resourceType|FHIR|modifier|parameter", told(found))), told(found)


@pytest.mark.parametrize("labs", [[], [observation(TRIGLYCERIDES, 200, "mg/dL"), observation(FIBRINOGEN, 31, "mg/dL")]])
def test_no_field_of_the_api_stands_on_a_card_or_in_a_narrative(client: FlaskClient, labs: list[Any]) -> None:
    met = [entry["resource"] for entry in MET["labs"]["entry"]][: 4 - len(labs)]
    [card] = carded(client, MET | {"labs": bundle(*met, *labs)})
    answer = evaluated(client, bundle(condition(), *met, *labs, MET["temperature"]["entry"][0]["resource"]))
    texts = [card["summary"], card["detail"], answer["prediction"][0]["rationale"]]
    texts += [note["text"] for note in answer["note"]]
    for text in texts:
        assert not API_WORDS.search(text.replace("\\", "")), text


def test_a_card_has_three_columns_and_a_short_source(client: FlaskClient) -> None:
    [card] = carded(client, MET)
    assert "| Criterion and cut-off | Result and time | Status and why |\n|---|---|---|" in card["detail"]
    assert card["source"]["label"] == "2016 criteria"


def test_an_issue_without_a_place_or_of_another_place_is_told_as_it_is() -> None:
    assert told(issue("query_failed")) == TOLD["query_failed"]
    assert told(issue("query_failed", "Bundle.entry[1]")) == TOLD["query_failed"]
    assert told(issue("query_failed", "prefetch.other")) == TOLD["query_failed"]
    assert told(issue("age_unknown", "prefetch.patient")) == REASONS["age_unknown"]


def test_results_that_cannot_be_ordered_are_shown_in_the_unit_they_were_sent_in(client: FlaskClient) -> None:
    tied = [observation(FIBRINOGEN, value, "mg/dL", id=f"f{value}") for value in (140, 180)]
    met = [entry["resource"] for entry in MET["labs"]["entry"]][:3]
    [card] = carded(client, MET | {"labs": bundle(*met, *tied)})
    assert "| 140 to 180 mg/dL (" in card["detail"]
    mixed = [tied[0], observation(FIBRINOGEN, "1.8", "g/L", id="other")]
    [card] = carded(client, MET | {"labs": bundle(*met, *mixed)})
    assert "| 1.4 to 1.8 g/L (" in card["detail"]
