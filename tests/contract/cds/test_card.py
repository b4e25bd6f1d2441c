"""The card: when there is one, what it says, and what it proposes."""

import re
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.server.messages.strict_json import loads
from tests.support.calls import MET, PATH, card_worthy_panel, with_settings
from tests.support.records import bundle, call, calm_panel, carded, condition, met_panel, observation, patient, send


def deep(document: Any) -> list[Any]:
    """Return every value in a document."""
    inside = document.values() if isinstance(document, dict) else document if isinstance(document, list) else []
    return [document, *(below for member in inside for below in deep(member))]


def test_no_card_when_there_is_nothing_to_say(client: FlaskClient) -> None:
    calm = {"patient": patient(), "conditions": bundle(condition()), "labs": bundle(*calm_panel())}
    assert carded(client, calm) == []
    raised = calm | {"labs": bundle(*card_worthy_panel())}
    [card] = carded(with_settings(cds_card_from="unlikely"), raised)
    assert (card["indicator"], "unlikely" in card["summary"]) == ("info", True)


CATEGORIES: list[tuple[list[Any], str, str]] = [
    (met_panel(), "likely", "critical"),
    ([*met_panel()[:3], observation("3255-7", interpretation=[{"text": "L"}]), met_panel()[4]], "likely", "critical"),
    (
        [met_panel()[0], met_panel()[1], observation("3255-7", interpretation=[{"text": "L"}]), met_panel()[4]],
        "probable",
        "warning",
    ),
    ([*met_panel()[:4], observation("8310-5", "36.5", "Cel")], "possible", "warning"),
]


@pytest.mark.parametrize(("labs", "category", "indicator"), CATEGORIES)
def test_indicator_and_summary(client: FlaskClient, labs: list[Any], category: str, indicator: str) -> None:
    [card] = carded(client, {"conditions": bundle(condition()), "labs": bundle(*labs)})
    assert card["indicator"] == indicator
    assert category in card["summary"]
    assert "2026-11-22" in card["summary"]
    assert 0 < len(card["summary"]) < 140


TOCILIZUMAB = {
    "medications": bundle(
        {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": {"text": "Actemra"}}
    )
}
SJIA = {"conditions": bundle(condition())}
NO_FEVER = observation("8310-5", "36.5", "Cel")
WORDED = [observation(code, interpretation=[{"text": "L"}]) for code in ("777-3", "3255-7")]
GROUNDS: list[tuple[dict[str, Any], list[Any], str]] = [
    (SJIA | TOCILIZUMAB, calm_panel(), "IL-6 blockade may hide it"),
    ({}, card_worthy_panel(), "the condition is not known"),
    (SJIA, card_worthy_panel(), "no criteria set is met"),
    (
        SJIA | TOCILIZUMAB,
        [*met_panel()[:4], NO_FEVER],
        "laboratory part of the 2016 criteria met, fever may be hidden; MS score, 2005 guidelines met",
    ),
    (
        SJIA | TOCILIZUMAB,
        [observation("2276-4", 700, "ng/mL"), *WORDED, NO_FEVER],
        "laboratory part of the 2016 criteria met if words count, fever may be hidden",
    ),
    (SJIA, [met_panel()[0], met_panel()[4]], "unknown: platelet count, AST, triglycerides, fibrinogen"),
]


@pytest.mark.parametrize(("more", "labs", "words"), GROUNDS)
def test_the_summary_says_why_and_never_only_what_reassures(more: dict[str, Any], labs: list[Any], words: str) -> None:
    [card] = carded(with_settings(cds_card_from="unlikely"), more | {"labs": bundle(*labs)})
    assert card["summary"].partition(": ")[2].startswith(words)
    assert len(card["summary"]) < 140


def test_sets_that_are_met_only_by_words_are_not_called_met() -> None:
    worded = [met_panel()[0], *WORDED, met_panel()[4]]
    [card] = carded(with_settings(), SJIA | {"labs": bundle(*worded)})
    assert "\n\nMet if results in words count: " in card["detail"]
    assert "lso met" not in card["detail"]


def test_what_keeps_the_record_from_unlikely_is_told_before_what_does_not() -> None:
    odd = [observation("2571-8", 1, "furlong", id=f"x{at}", effectiveDateTime=f"2026-11-1{at}") for at in range(9)]
    others = [
        observation(code, 1, "furlong") for code in ("1742-6", "4537-7", "1988-5", "33823-6", "76039-7", "48065-7")
    ]
    labs = bundle(*odd, *calm_panel(), *others, link=[{"relation": "next", "url": "x"}])
    labs["entry"].append({"resource": observation("x", 12500, "ng/mL", code={"text": "Ferritin"})})
    [card] = carded(with_settings(cds_card_from="unlikely"), SJIA | {"labs": labs})
    told = [line for line in card["detail"].splitlines() if line.startswith("- ")]
    assert "further page" in told[0]
    assert "has the name of this test" in told[1]


def test_a_summary_that_grows_too_long_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"labs": bundle(observation("1742-6", 20, "U/L", effectiveDateTime=None))}
    client = with_settings(cds_card_from="indeterminate")
    monkeypatch.setattr("service.ehr.cds_hooks.card.LONGEST_SUMMARY", 40)
    [card] = carded(client, made)
    assert (len(card["summary"]), card["summary"][-1]) == (40, "\u2026")
    assert "results of" not in card["summary"]


def test_the_detail_is_a_table_with_nothing_of_ours_read_as_markdown(client: FlaskClient) -> None:
    detail = carded(client, MET)[0]["detail"]
    rows = [line for line in detail.splitlines() if line.startswith("|")]
    assert len(rows) == 9
    assert "| \u2192 Body temperature \\>= 38 \u00b0C | 39 \u00b0C (2026-11-22 07:45 UTC) | **met**: 39 is" in detail
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
    assert "95 \u00d710\u2079/L" in detail
    assert "| Ferritin \\> 684 ng/mL |" in detail
    assert "Also met: " in detail
    assert "Classification aid, not a diagnosis" in detail


def test_a_group_shows_what_it_is_made_of(client: FlaskClient) -> None:
    labs = [*met_panel(), observation("718-7", 8, "g/dL")]
    [card] = carded(
        with_settings(cds_card_from="unlikely"), {"conditions": bundle(condition("C81")), "labs": bundle(*labs)}
    )
    rows = [line for line in card["detail"].splitlines() if line.startswith("| \u2192")]
    named = {re.split(r",| \\|\|", row.removeprefix("| \u2192 "))[0].strip() for row in rows}
    assert named == {"Body temperature", "Haemoglobin", "Platelet count", "Fibrinogen"}
    assert "8 g/dL" in card["detail"]


def test_what_was_not_used_is_told_in_the_detail(client: FlaskClient) -> None:
    odd = [
        observation(code, 1, "furlong", id=code)
        for code in ("2571-8", "718-7", "6690-2", "751-8", "4537-7", "1988-5", "2532-0")
    ]
    detail = carded(client, MET | {"labs": bundle(*met_panel()[:4], *odd)})[0]["detail"]
    assert "- Triglycerides: The unit is not accepted" in detail
    assert "- and " in detail
    drug = {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": {"text": "Actemra"}}
    assert "Caution: On IL-6" in carded(client, MET | {"medications": bundle(drug)})[0]["detail"]


def test_source_and_reasons(client: FlaskClient) -> None:
    [card] = carded(client, MET)
    assert card["source"]["url"] == "https://doi.org/10.1136/annrheumdis-2015-208982"
    assert card["source"]["label"]
    assert all(reason["code"] and reason["system"] and reason["display"] for reason in card["overrideReasons"])
    assert not {"links", "icon"} & {*card, *card["source"]}
    assert card["source"]["topic"] == {
        "system": "https://mas-risk.example/fhir/CodeSystem/topic",
        "code": "mas",
        "display": "Macrophage activation syndrome",
    }
    assert "suggestions" not in card


LAUNCHED = {
    "smart_client_id": "mas",
    "smart_issuers": ("https://ehr.example/r4",),
    "public_url": "https://mas.example/base",
}


def test_the_card_links_to_the_page_that_the_ehr_may_launch() -> None:
    [card] = carded(with_settings(**LAUNCHED), MET)
    [link] = card["links"]
    assert (link["url"], link["type"]) == ("https://mas.example/base/launch", "smart")
    assert 0 < len(link["label"]) < 140
    assert set(link) == {"label", "url", "type"}


@pytest.mark.parametrize("absent", [{"public_url": ""}, {"smart_client_id": ""}, {"web": False}])
def test_no_card_links_to_a_page_that_is_not_there(absent: dict[str, Any]) -> None:
    [card] = carded(with_settings(**LAUNCHED | absent), MET)
    assert "links" not in card


def test_the_id_of_a_card_tells_nothing_of_the_patient_and_changes_with_the_call(client: FlaskClient) -> None:
    [one], [same] = carded(client, MET), carded(client, MET)
    [other] = carded(client, MET, hookInstance="11111111-dfbe-44ad-ba6d-3e05e953b2ea")
    assert one["uuid"] == same["uuid"] != other["uuid"]


def test_suggestions_are_opt_in_and_propose_the_decisive_tests() -> None:
    client = with_settings(cds_suggestions=True, cds_card_from="indeterminate")
    labs = {"conditions": bundle(condition()), "labs": bundle(*met_panel()[:2], met_panel()[4])}
    [card] = carded(client, labs)
    assert card["selectionBehavior"] == "any"
    orders = [suggestion["actions"][0] for suggestion in card["suggestions"]]
    assert "1920-8" in [order["resource"]["code"]["coding"][0]["code"] for order in orders]
    assert {order["type"] for order in orders} == {"create"}
    assert all(order["resource"]["subject"] == {"reference": "Patient/p1"} and order["description"] for order in orders)
    assert len({suggestion["uuid"] for suggestion in card["suggestions"]}) == len(orders)
    [none] = carded(client, labs, context={"patientId": "p 1", "userId": "x"})
    assert "suggestions" not in none
    assert "by itself it could settle the 2016 criteria" in orders[0]["description"]
    [unknown] = carded(client, {"labs": labs["labs"]})
    assert len(unknown["suggestions"]) <= 5
    [calm] = carded(client, {"labs": bundle(*card_worthy_panel())})  # ESR would settle only what counts in systemic JIA
    assert [suggestion["label"] for suggestion in calm["suggestions"]] == [
        "Order Soluble CD25 (soluble interleukin-2 receptor)"
    ]


def test_nothing_in_an_answer_is_null_or_empty(client: FlaskClient) -> None:
    clients = [client, with_settings(cds_suggestions=True, cds_card_from="unlikely")]
    answers = [carded(caller, prefetch) for caller in clients for prefetch in (MET, {"labs": bundle(*met_panel())})]
    answers.append(loads(client.get("/cds-services").data))
    assert not [value for value in deep(answers) if value is None or value in ("", [], {})]


def test_an_answer_holds_cards_and_nothing_else(client: FlaskClient) -> None:
    assert set(send(client, PATH, call(MET))[1]) == {"cards"}
    assert not [
        key for value in deep(carded(client, MET)) if isinstance(value, dict) for key in value if key == "extension"
    ]


def test_an_answer_takes_far_less_than_half_a_second(client: FlaskClient) -> None:
    carded(client, MET)
    began = time.process_time()
    for _ in range(5):
        carded(client, MET)
    assert (time.process_time() - began) / 5 < 0.25
