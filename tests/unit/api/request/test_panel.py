"""From the JSON of a request to a panel, or every fault at once."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.api.problems import MOST_LISTED, InvalidRequest
from service.api.request.panel import MOST_OMITTED, PanelRequest, read_panel_request
from service.clinical.measurement.interval import point
from service.clinical.measurement.reading import IMPLIED
from service.clinical.panel.panel import Medication
from service.server.messages.strict_json import dumps, loads

FEVER = {"findings": {"fever": True}}
OMIT = {"options": {"on_invalid": "omit"}}


def read(**request: Any) -> PanelRequest:
    return read_panel_request(loads(dumps(request)))


def faults(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as caught:
        read_panel_request(loads(dumps(document)))
    return [(entry.pointer, entry.code) for entry in caught.value.entries]


def test_every_part_of_a_request_reaches_the_panel() -> None:
    asked = read(
        patient={"age_years": 10, "age_at_onset_years": Decimal("8.5")},
        context={
            "condition": "sjia",
            "medications": [
                {"name": "Tocilizumab", "last_dose": "2026-11-01T08:00:00Z"},
                {"name": "methotrexate", "last_dose": None},
            ],
            "confounders": ["itp", "itp"],
        },
        collected_at="2026-11-20T08:30:00Z",
        observations={"ferritin": "905 ug/L"},
        findings={"fever": True, "splenomegaly": None},
        options={"criteria": ["hscore", "ms-score"], "on_invalid": "reject"},
    )
    panel = asked.panel
    assert panel.readings["age_years"].interval == point(Decimal(10))
    assert panel.readings["age_at_onset_years"].interval == point(Decimal("8.5"))
    assert panel.readings["ferritin"].interval == point(Decimal(905))
    assert panel.findings == {"fever": True, "molecular_hlh_diagnosis": False}
    assert panel.condition == "sjia"
    assert panel.medications == (Medication("Tocilizumab", date(2026, 11, 1)), Medication("methotrexate"))
    assert panel.confounders == {"itp"}
    assert panel.collected_at == "2026-11-20T08:30:00Z"
    assert (asked.criteria, asked.omitted) == (("hscore", "ms-score"), ())


@pytest.mark.parametrize(
    "empty",
    [
        {},
        {"patient": None, "context": None, "collected_at": None, "observations": None, "options": None},
        {"patient": {}, "context": {}, "observations": {}, "options": {}},
        {
            "patient": {"age_years": None},
            "context": {"condition": None, "medications": None, "confounders": None},
            "options": {"criteria": None, "on_invalid": None},
        },
    ],
    ids=str,
)
def test_null_and_empty_are_the_same_as_absent(empty: dict[str, Any]) -> None:
    assert read(**empty, **FEVER) == read(**FEVER)


@pytest.mark.parametrize("document", [None, [], "panel", True, Decimal(5)], ids=str)
def test_a_body_that_is_no_object_is_refused(document: Any) -> None:
    assert faults(document) == [("", "invalid_value")]


@pytest.mark.parametrize("document", [{}, {"observations": {}}, {"observations": {}, "findings": None}], ids=str)
def test_one_entry_at_least_is_needed(document: dict[str, Any]) -> None:
    assert faults(document) == [("", "invalid_value")]


def test_faults_of_every_part_come_together() -> None:
    assert set(
        faults(
            {
                "patient": {"age_years": "10", "age": 5},
                "context": {"condition": "lupus", "medications": [{}], "confounders": ["flu"]},
                "collected_at": "today",
                "observations": {"ferritin": 5, "platlets": "1 /uL"},
                "findings": {"fever": 1},
                "options": {"criteria": ["hlh"], "on_invalid": "guess"},
                "nonsense": 1,
            }
        )
    ) == {
        ("/patient/age_years", "not_a_number"),
        ("/patient/age", "unknown_field"),
        ("/context/condition", "invalid_value"),
        ("/context/medications/0/name", "invalid_value"),
        ("/context/confounders/0", "invalid_value"),
        ("/collected_at", "invalid_value"),
        ("/observations/ferritin", "unit_required"),
        ("/observations/platlets", "unknown_field"),
        ("/findings/fever", "invalid_value"),
        ("/options/criteria/0", "invalid_value"),
        ("/options/on_invalid", "invalid_value"),
        ("/nonsense", "unknown_field"),
    }


@pytest.mark.parametrize(
    ("request_", "pointer"),
    [
        ({"observations": {"neutrophils": "5.5 10*9/L", "wbc": "5400 /uL"}}, "/observations/neutrophils"),
        ({"observations": {"neutrophils": ">6 10*9/L", "wbc": "6 10*9/L"}}, None),
        ({"observations": {"neutrophils": ">6 10*9/L", "wbc": "5.9 10*9/L"}}, "/observations/neutrophils"),
        ({"observations": {"neutrophils": "6 10*9/L", "wbc": "6 10*9/L"}}, None),
        ({"observations": {"neutrophils": "6 10*9/L", "wbc": ">5 10*9/L"}}, None),
        ({"observations": {"neutrophils": "6 10*9/L", "wbc": "<5 10*9/L"}}, "/observations/neutrophils"),
        ({"observations": {"neutrophils": {"interpretation": "H"}, "wbc": "1 10*9/L"}}, None),
        ({"observations": {"neutrophils": "8 10*9/L", "wbc": {"interpretation": "L"}}}, None),
        ({"observations": {"lymphocytes": "6 10*9/L", "wbc": "5.9 10*9/L"}}, "/observations/lymphocytes"),
        ({"observations": {"lymphocytes": "5.9 10*9/L", "wbc": "5.9 10*9/L"}}, None),
        ({"patient": {"age_years": 3, "age_at_onset_years": 4}}, "/patient/age_at_onset_years"),
        ({"patient": {"age_years": 3, "age_at_onset_years": 3}}, None),
    ],
    ids=str,
)
def test_two_values_that_contradict_each_other_are_named(request_: dict[str, Any], pointer: str | None) -> None:
    if pointer is None:
        assert read(**request_, **FEVER).omitted == ()
    else:
        assert faults(request_ | FEVER) == [(pointer, "inconsistent_values")]


def test_two_parts_that_are_each_more_than_the_whole_are_both_named() -> None:
    observations = {"neutrophils": "6 10*9/L", "lymphocytes": "7 10*9/L", "wbc": "5 10*9/L"}
    pairs = [(f"/observations/{key}", "inconsistent_values") for key in ("neutrophils", "lymphocytes")]
    assert faults({"observations": observations} | FEVER) == pairs
    assert read(observations=observations, **FEVER, options={"on_invalid": "omit"}).panel.unread == set(observations)


def test_what_is_omitted_is_named_and_unknown() -> None:
    asked = read(
        observations={"ferritin": "905 ug/L", "platelets": "116 10*12/L", "neutrophils": "6 /uL", "wbc": "5 /uL"},
        patient={"age_years": 3, "age_at_onset_years": 4},
        context={"condition": "lupus", "medications": [{"last_dose": "2026-11-01"}, {"name": "anakinra"}]},
        **OMIT,
    )
    assert list(asked.panel.measured) == ["ferritin"]
    assert asked.panel.condition == "unknown"
    assert asked.panel.medications == (Medication("anakinra"),)
    assert {fault.pointer for fault in asked.omitted} == {
        "/observations/platelets",
        "/observations/neutrophils",
        "/patient/age_at_onset_years",
        "/context/condition",
        "/context/medications/0/name",
    }


@pytest.mark.parametrize(
    "request_",
    [
        {"nonsense": 1, **FEVER},
        {"collected_at": "today", **FEVER},
        {"patient": [], **FEVER},
        {"observations": [], **FEVER},
        {"findings": {}},
    ],
    ids=str,
)
def test_the_frame_of_a_request_is_never_omitted(request_: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        read(**request_, **OMIT)


def test_a_hundred_faults_are_omitted_and_no_more() -> None:
    findings = {f"finding{at}": True for at in range(MOST_OMITTED)}
    assert len(read(findings=findings, **OMIT).omitted) == MOST_OMITTED
    with pytest.raises(InvalidRequest):
        read(findings=findings | {"another": True}, **OMIT)


STRANGE = {f"key{at}": 1 for at in range(1001)}


@pytest.mark.parametrize(
    "request_",
    [
        STRANGE,
        {"observations": STRANGE},
        {"findings": STRANGE},
        {"patient": STRANGE},
        {"observations": {"ferritin": STRANGE}},
    ],
    ids=["itself", "observations", "findings", "patient", "one observation"],
)
def test_of_unknown_keys_no_more_are_kept_than_are_listed(request_: dict[str, Any]) -> None:
    assert len(faults(request_)) == MOST_LISTED


def test_what_was_asked_for_is_never_omitted() -> None:
    assert faults({"options": {"on_invalid": "omit", "criteria": ["hlh"]}, **FEVER}) == [
        ("/options/criteria/0", "invalid_value")
    ]


@pytest.mark.parametrize(
    ("request_", "unread"),
    [
        ({"observations": {"ferritin": {"value": 905, "unit": "furlong"}}}, {"ferritin"}),
        ({"observations": {"ferritin": {"value": "905", "unit": "ug/L"}}}, {"ferritin"}),
        ({"observations": {"ferritin": {"valeu": 905, "unit": "ug/L"}}}, {"ferritin"}),
        ({"observations": {"ferritin": {"value": 905, "unit": "ug/L", "comparator": "~"}}}, {"ferritin"}),
        ({"observations": {"ferritin": {"value": 5, "unit": "ug/L", "reference_range": {"low": "a"}}}}, {"ferritin"}),
        ({"observations": {"ferritin": {"value": 905, "unit": "ug/L", "collected_at": "now"}}}, {"ferritin"}),
        ({"observations": {"ferritin": "12500 H"}}, {"ferritin"}),
        ({"observations": {"ferritin": 905}}, {"ferritin"}),
        ({"observations": {"ferritin": "905 g/L"}}, {"ferritin"}),
        ({"observations": {"platlets": "95 10*9/L"}}, {"platelets"}),
        ({"observations": {"plt": "95 10*9/L"}}, {"platelets"}),
        ({"observations": {"wbc": "2 10*9/L", "neutrophils": "5 10*9/L"}}, {"wbc", "neutrophils"}),
        ({"patient": {"age_years": 2, "age_at_onset_years": 5}}, {"age_years", "age_at_onset_years"}),
        ({"patient": {"age_years": "ten"}}, {"age_years"}),
        ({"findings": {"fever": "yes"}}, {"fever"}),
        ({"findings": {"fever": "N/A"}}, set()),
        ({"findings": {"feverr": True}}, {"fever"}),
        ({"context": {"condition": "sJIA?"}}, {"condition"}),
        ({"context": {"confounders": ["flu"]}}, {"confounders"}),
        ({"context": {"medications": [{"name": 5}]}}, {"medications"}),
        ({"context": {"meds": ["x"]}}, {"medications"}),
        ({"context": {"medications": [{"name": "x", "last_dose": "soon"}]}}, set()),
    ],
)
def test_an_input_that_was_sent_and_not_read_is_named(request_: dict[str, Any], unread: set[str]) -> None:
    document = {**OMIT, **request_}
    document["findings"] = {"splenomegaly": False, **request_.get("findings", {})}
    assert read(**document).panel.unread == unread


@pytest.mark.parametrize(
    "sent",
    [
        {"value": 152, "unit": "furlong"},
        {"value": "152", "unit": "10*9/L"},
        {"value": 152},
        {"value": 152, "unit": "10*12/L"},
        {"value": 152, "unit": "10*9/L", "comparator": "~"},
        {"value": 152, "unit": "10*9/L", "reference_range": {"low": 150, "unit": "furlong"}},
        {"value": 152, "unit": 5},
    ],
    ids=str,
)
def test_a_word_beside_a_number_that_cannot_be_read_counts_as_implied(sent: dict[str, Any]) -> None:
    moment = "2026-11-20T08:30:00Z"
    observations = {"platelets": {**sent, "interpretation": "l", "collected_at": moment}}
    panel = read(observations=observations, **OMIT).panel
    reading = panel.readings["platelets"]
    assert (reading.evidence, reading.word, reading.collected_at) == (IMPLIED, "L", moment)
    assert panel.unread == {"platelets"}
    assert faults({"observations": observations})


@pytest.mark.parametrize(
    "more",
    [
        {"interpretation": "N"},
        {"interpretation": "POS"},
        {"interpretation": "L" * 21},
        {"interpretation": 5},
        {"interpretation": "L", "collected_at": "now"},
        {"interpretation": "L", "collected_at": 5},
    ],
    ids=str,
)
def test_a_word_that_implies_nothing_leaves_nothing(more: dict[str, Any]) -> None:
    observations = {"platelets": {"value": 152, "unit": "furlong", **more}}
    assert "platelets" not in read(observations=observations, **OMIT).panel.readings


def test_findings_that_contradict_each_other_are_refused_or_not_read() -> None:
    findings = {"hemophagocytosis": False, "hemophagocytosis_marrow": True, "fever": True}
    assert faults({"findings": findings}) == [("/findings/hemophagocytosis_marrow", "inconsistent_values")]
    panel = read(findings=findings, options={"on_invalid": "omit"}).panel
    assert panel.unread == {"hemophagocytosis", "hemophagocytosis_marrow"}
    assert panel.findings == {"fever": True, "molecular_hlh_diagnosis": False}


def test_a_listed_word_that_was_probably_meant_is_not_what_could_not_be_read() -> None:
    document = {"context": {"condition": "sJIA"}, "findings": {"fever": True}, "options": {"on_invalid": "omit"}}
    asked = read_panel_request(document)
    assert asked.omitted[0].facts["did_you_mean"] == "sjia"
    assert asked.panel.unread == {"condition"}
