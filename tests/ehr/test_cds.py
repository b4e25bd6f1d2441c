"""CDS Hooks 2.0: discovery, every prefetch state, the card, and feedback."""

import re
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.ehr.vocabulary import TOPIC
from service.server import metrics
from service.server.settings import Settings
from service.server.strict_json import loads
from tests.ehr.records import (
    bundle,
    call,
    calm_panel,
    carded,
    condition,
    met_panel,
    observation,
    patient,
    send,
)

PATH = "/cds-services/mas-criteria"
MET = {
    "patient": patient(),
    "conditions": bundle(condition()),
    "labs": bundle(*met_panel()[:4]),
    "temperature": bundle(met_panel()[4]),
}
FAILED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": "Smith"}],
}
NEXT = [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]


def with_settings(**settings: Any) -> FlaskClient:
    return create_app(Settings(**settings)).test_client()


def deep(document: Any) -> list[Any]:
    """Return every value in a document."""
    inside = document.values() if isinstance(document, dict) else document if isinstance(document, list) else []
    return [document, *(below for one in inside for below in deep(one))]


# Discovery


def test_discovery_offers_one_id_for_every_hook(client: FlaskClient) -> None:
    answer = client.get("/cds-services")
    services = loads(answer.data)["services"]
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert [(one["hook"], one["id"]) for one in services] == [
        ("patient-view", "mas-criteria"),
        ("order-sign", "mas-criteria"),
    ]
    assert all(one["title"] and one["description"] and one["usageRequirements"] for one in services)
    assert client.get("/cds-services/").status_code == 200


def test_templates_ask_for_every_code_and_use_only_what_all_clients_resolve(client: FlaskClient) -> None:
    for service in loads(client.get("/cds-services").data)["services"]:
        assert set(service["prefetch"]) == {"patient", "labs", "temperature", "conditions", "medications"}
        for template in service["prefetch"].values():
            assert set(re.findall(r"\{\{(.*?)\}\}", template)) == {"context.patientId"}
        assert "2276-4" in service["prefetch"]["labs"]
        assert "8310-5" in service["prefetch"]["temperature"]
        assert "8310-5" not in service["prefetch"]["labs"]
        assert "770-8" not in service["prefetch"]["labs"]
        assert "stopped" in service["prefetch"]["medications"]  # what was stopped last week still hides fever


def test_hooks_are_a_setting() -> None:
    client = with_settings(cds_hooks=("patient-view", "org.example.lab-result-view"))
    assert [one["hook"] for one in loads(client.get("/cds-services").data)["services"]][
        1
    ] == "org.example.lab-result-view"
    assert carded(client, MET, hook="org.example.lab-result-view")
    assert send(client, PATH, call(MET, hook="order-sign"))[0] == 400


# Prefetch states: what arrives under labs, and what follows


def test_data_is_evaluated(client: FlaskClient) -> None:
    assert [one["indicator"] for one in carded(client, MET)] == ["critical"]


def test_a_page_with_a_next_link_is_used_and_said_to_be_incomplete(client: FlaskClient) -> None:
    paged = MET | {"labs": bundle(*met_panel()[:4], link=NEXT)}
    assert "further page" in carded(client, paged)[0]["detail"]


def test_incomplete_results_and_absent_ferritin_are_never_called_unlikely() -> None:
    client = with_settings(cds_card_from="unlikely")
    whole = {"conditions": bundle(condition()), "labs": bundle(*calm_panel())}
    assert "unlikely" in carded(client, whole)[0]["summary"]
    partial = [
        {"labs": bundle(*calm_panel(), link=NEXT)},
        {"labs": bundle(*calm_panel(), total=Decimal(400))},
        {"labs": bundle(*calm_panel(), FAILED)},
        {"medications": FAILED},
        {"medications": "{}"},
        {"patient": {}},
        {"labs": bundle(*calm_panel()[1:])},
    ]
    for lacking in partial:
        [card] = carded(client, whole | lacking)
        assert "unlikely" not in card["summary"]
        assert card["summary"].startswith("Not decided")
        assert "nothing is made unlikely" in card["detail"]
        assert carded(with_settings(), whole | lacking) == []


def temperatures(*taken: Any, **more: Any) -> dict[str, Any]:
    """Return a first page of temperatures with more to follow; each has its day and time in November and its value."""
    found = [observation("8310-5", value, "Cel", effectiveDateTime=f"2026-11-{at}:00Z") for at, value in taken]
    return bundle(*found, **{"link": NEXT} | more)


FALLING = [("22T07:00", "36.5"), ("22T05:00", "36.9"), ("21T06:59", "37.1")]
UNREAD = observation("8310-5", "36.5", effectiveDateTime="2026-11-22T08:00:00Z")
VOID = UNREAD | {"valueQuantity": None, "dataAbsentReason": {"text": "error"}}
SETTLED = {
    "newest first": temperatures(*FALLING),
    "no link, a greater total": temperatures(*FALLING, link=[], total=Decimal(90)),
    "both": temperatures(*FALLING, total=Decimal(90)),
    "two of one moment, newer than the last": temperatures(("22T07:00", "36.5"), *FALLING),
    "a fever longer ago than a day": temperatures(*FALLING[:2], ("21T06:59", "39.9")),
    "the newest was never reported": bundle(
        VOID, *[one["resource"] for one in temperatures(*FALLING)["entry"]], link=NEXT
    ),
}
OPEN = {
    "oldest first": temperatures(*FALLING[::-1]),
    "no order": temperatures(*FALLING[1:], FALLING[0]),
    "only one": temperatures(FALLING[0]),
    "all of one moment": temperatures(("22T07:00", "36.5"), ("22T07:00", "36.9")),
    "just a day": temperatures(*FALLING[:2], ("21T07:00", "37.1")),
    "less than a day": temperatures(*FALLING[:2], ("21T07:01", "37.1")),
    "less than a day since one that was reported": bundle(
        VOID, *[one["resource"] for one in temperatures(FALLING[0], ("21T07:30", "37.1"))["entry"]], link=NEXT
    ),
    "none of the day can be read": bundle(
        UNREAD, temperatures(("20T07:00", "37.1"))["entry"][0]["resource"], link=NEXT
    ),
    "one without a time": bundle(
        *[one["resource"] for one in temperatures(*FALLING)["entry"]],
        observation("8310-5", "36.5", "Cel", effectiveDateTime=None),
        link=NEXT,
    ),
    "another test": bundle(
        *[one["resource"] for one in temperatures(*FALLING)["entry"]],
        observation("4537-7", 12, "mm/h", effectiveDateTime="2026-11-22T01:00:00Z"),
        link=NEXT,
    ),
    "nothing on the page": bundle(link=NEXT),
}


def calm_with(temperature: Any) -> dict[str, Any]:
    labs = [one for one in calm_panel() if one["id"] != "o-8310-5"]
    return {"conditions": bundle(condition()), "labs": bundle(*labs), "temperature": temperature}


@pytest.mark.parametrize("page", SETTLED.values(), ids=SETTLED)
def test_what_follows_the_newest_temperature_is_not_missed(page: Any) -> None:
    """Most patients of a ward have more temperatures than a page holds."""
    [card] = carded(with_settings(cds_card_from="unlikely"), calm_with(page))
    assert card["summary"].startswith("MAS unlikely")
    assert "further page" not in card["detail"]


@pytest.mark.parametrize("page", OPEN.values(), ids=OPEN)
def test_a_page_of_temperatures_that_may_lack_the_newest_is_incomplete(page: Any) -> None:
    [card] = carded(with_settings(cds_card_from="unlikely"), calm_with(page))
    assert card["summary"].startswith("Not decided")
    assert "further page" in card["detail"]


def test_a_site_that_does_not_ask_for_the_newest_first_is_not_believed_to_get_it(tmp_path: Path) -> None:
    codes = tmp_path / "codes.toml"
    template = "Observation?patient={{context.patientId}}&code={codes}&_count=5"
    codes.write_text(f'[prefetch]\ntemperature = "{template}"\n', encoding="utf-8")
    client = with_settings(cds_card_from="unlikely", code_map_file=str(codes))
    assert "further page" in carded(client, calm_with(temperatures(*FALLING)))[0]["detail"]


@pytest.mark.parametrize("entry", ["x", ["x"], [calm_panel()[0]]])
def test_a_bundle_whose_entries_cannot_be_read_is_not_empty(entry: Any) -> None:
    held = calm_with({"resourceType": "Bundle", "entry": entry})
    [card] = carded(with_settings(cds_card_from="unlikely"), held)
    assert card["summary"].startswith("Not decided")
    assert "no resource here" in card["detail"]


def test_a_page_whose_newest_cannot_be_read_lacks_nothing_but_decides_nothing() -> None:
    """What follows is older than a day; the one that cannot be read may be a fever."""
    page = bundle(UNREAD, *[one["resource"] for one in temperatures(*FALLING)["entry"]], link=NEXT)
    [card] = carded(with_settings(cds_card_from="unlikely"), calm_with(page))
    assert "further page" not in card["detail"]
    assert "has no unit" in card["detail"]


def test_a_fever_on_the_newest_page_is_a_fever_however_many_pages_follow(client: FlaskClient) -> None:
    paged = MET | {"temperature": temperatures(("22T07:00", "39"), FALLING[2])}
    [card] = carded(client, paged)
    assert card["indicator"] == "critical"
    assert "further page" not in card["detail"]


@pytest.mark.parametrize("labs", [bundle(), {"resourceType": "Bundle", "total": 0}, [], bundle(FAILED | {"issue": []})])
def test_an_empty_bundle_is_no_guidance(labs: Any) -> None:
    for card_from in ("possible", "unlikely"):
        assert carded(with_settings(cds_card_from=card_from), MET | {"labs": labs}) == []


def test_null_is_no_guidance_and_never_a_statement() -> None:
    for card_from in ("possible", "unlikely"):
        assert carded(with_settings(cds_card_from=card_from), MET | {"labs": None}) == []


MISSING: list[Any] = [
    {},
    {key: one for key, one in MET.items() if key != "labs"},
    MET | {"labs": FAILED},
    MET | {"labs": bundle(FAILED)},
    MET | {"labs": bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "timeout"}]})},
    MET | {"labs": {}},
    MET | {"labs": "Bundle"},
    None,
]


@pytest.mark.parametrize("prefetch", MISSING)
def test_missing_or_failed_labs_are_412(client: FlaskClient, prefetch: Any) -> None:
    status, answer, headers = send(client, PATH, call(prefetch))
    assert (status, headers["Content-Type"]) == (412, "application/json")
    [told] = answer["issue"]
    assert (told["code"], told["expression"]) == ("required", ["prefetch.labs"])
    assert told["details"]["coding"][0]["code"] == "prefetch_missing"
    assert "Smith" not in str(answer)


@pytest.mark.parametrize(
    ("prefetch", "words"),
    [
        (None, "Nothing was sent under prefetch.labs,"),
        ({"lab": bundle(*met_panel())}, "Nothing was sent under prefetch.labs,"),
        ({"labs": '{"resourceType": "Bundle"}'}, "no FHIR resource as a JSON object"),
        ({"labs": {}}, "no FHIR resource as a JSON object"),
        ({"labs": FAILED}, "says that the query failed"),
    ],
    ids=str,
)
def test_a_412_says_what_was_sent_instead_of_results(client: FlaskClient, prefetch: Any, words: str) -> None:
    _, answer, _ = send(client, PATH, call(prefetch))
    text = answer["issue"][0]["details"]["text"]
    assert words in text
    assert text.endswith("not readable from a permitted FHIR server.")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", PATH, 405), ("GET", "/cds-services/a/b/c", 404)])
def test_what_is_not_offered_is_said_in_the_services_own_words(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert "URL" not in loads(answer.data)["issue"][0]["details"]["text"]


def test_data_beside_a_failed_query_is_used_and_said_to_be_incomplete(client: FlaskClient) -> None:
    partial = MET | {"labs": bundle(*met_panel()[:4], FAILED)}
    assert "a query failed" in carded(client, partial)[0]["detail"]


@pytest.mark.parametrize("labs", [met_panel()[:4], bundle(*met_panel()[:4], kind="collection")])
def test_forms_outside_the_specification_are_taken(client: FlaskClient, labs: Any) -> None:
    assert carded(client, MET | {"labs": labs})[0]["indicator"] == "critical"


def test_a_single_observation_is_taken() -> None:
    [card] = carded(with_settings(cds_card_from="indeterminate"), {"labs": met_panel()[0]})
    assert card["indicator"] == "info"


def test_the_other_keys_are_optional_and_unknown_keys_ignored(client: FlaskClient) -> None:
    [card] = carded(client, {"labs": bundle(*met_panel()), "unknown": {"resourceType": "Bundle", "entry": "x"}})
    assert card["indicator"] == "warning"
    assert "condition is not known" in card["detail"]


def test_every_state_is_counted(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(metrics, "cds_prefetch", lambda key, state: seen.append((key, state)))
    carded(
        client,
        {"labs": bundle(*met_panel(), link=NEXT), "patient": None, "conditions": FAILED, "temperature": bundle()},
    )
    assert seen == [
        ("patient", "null"),
        ("labs", "paged"),
        ("temperature", "empty"),
        ("conditions", "outcome"),
        ("medications", "missing"),
    ]


# The request


@pytest.mark.parametrize(
    "changed",
    [
        {"hook": None},
        {"hookInstance": None},
        {"hookInstance": "x" * 257},
        {"context": None},
        {"context": {"userId": "x"}},
        {"context": {"patientId": 7}},
        {"hook": "encounter-discharge"},
        {"prefetch": []},
    ],
)
def test_what_is_missing_is_400(client: FlaskClient, changed: dict[str, Any]) -> None:
    status, answer, _ = send(client, PATH, call(MET, **changed))
    assert (status, answer["issue"][0]["code"]) == (400, "invalid")


@pytest.mark.parametrize("document", [[], "x", 7, None])
def test_what_is_no_object_is_400(client: FlaskClient, document: Any) -> None:
    assert send(client, PATH, document)[0] == 400


def test_an_unknown_service_is_404_and_a_trailing_slash_is_the_same_service(client: FlaskClient) -> None:
    assert send(client, "/cds-services/other", call(MET))[0] == 404
    assert send(client, "/cds-services/other/feedback", {})[0] == 404
    assert send(client, f"{PATH}/", call(MET))[0] == 200


def test_two_patients_in_the_prefetch_are_refused(client: FlaskClient) -> None:
    labs = bundle(*met_panel(), observation("1742-6", 9, "U/L", subject={"reference": "Patient/p2"}))
    status, answer, _ = send(client, PATH, call({"labs": labs}))
    assert (status, answer["resourceType"]) == (422, "OperationOutcome")


def test_results_of_another_patient_than_the_open_chart_are_said_to_be_so(client: FlaskClient) -> None:
    [card] = carded(client, MET, context={"patientId": "other", "userId": "Practitioner/1"})
    assert "another patient" in card["detail"]
    assert "another patient" not in carded(client, MET)[0]["detail"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("application/fhir+json, */*; q=0.1", 200),
        ("application/json;q=0, application/fhir+json", 200),
        ("application/json;q=0, */*", 406),
        ("text/html", 406),
    ],
)
def test_accept(client: FlaskClient, accept: str, status: int) -> None:
    assert send(client, PATH, call(MET), Accept=accept)[0] == status


def test_unknown_members_are_ignored(client: FlaskClient) -> None:
    more = {"extension": {"org.example": {"a": 1}}, "fhirServer": "https://ehr.example/fhir", "unknown": 1}
    assert carded(client, MET, **more) == carded(client, MET)


# The card


def test_no_card_when_there_is_nothing_to_say(client: FlaskClient) -> None:
    calm = {"patient": patient(), "conditions": bundle(condition()), "labs": bundle(*calm_panel())}
    assert carded(client, calm) == []
    [card] = carded(with_settings(cds_card_from="unlikely"), calm)
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
WORDED = [observation(one, interpretation=[{"text": "L"}]) for one in ("777-3", "3255-7")]
GROUNDS: list[tuple[dict[str, Any], list[Any], str]] = [
    (SJIA | TOCILIZUMAB, calm_panel(), "IL-6 blockade may hide it"),
    ({}, calm_panel(), "the condition is not known"),
    (SJIA, calm_panel(), "no criteria set is met"),
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
    others = [observation(one, 1, "furlong") for one in ("1742-6", "4537-7", "1988-5", "33823-6", "76039-7", "48065-7")]
    labs = bundle(*odd, *calm_panel(), *others, link=[{"relation": "next", "url": "x"}])
    labs["entry"].append({"resource": observation("x", 12500, "ng/mL", code={"text": "Ferritin"})})
    [card] = carded(with_settings(cds_card_from="unlikely"), SJIA | {"labs": labs})
    told = [one for one in card["detail"].splitlines() if one.startswith("- ")]
    assert "further page" in told[0]
    assert "no code" in told[1]


def test_a_summary_that_grows_too_long_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"labs": bundle(observation("1742-6", 20, "U/L", effectiveDateTime=None))}
    client = with_settings(cds_card_from="indeterminate")
    monkeypatch.setattr("service.ehr.cds_card.LONGEST_SUMMARY", 40)
    [card] = carded(client, made)
    assert (len(card["summary"]), card["summary"][-1]) == (40, "\u2026")
    assert "results of" not in card["summary"]


def test_the_detail_is_a_table_with_nothing_of_ours_read_as_markdown(client: FlaskClient) -> None:
    detail = carded(client, MET)[0]["detail"]
    rows = [line for line in detail.splitlines() if line.startswith("|")]
    assert len(rows) == 9
    assert "| \u2192 Body temperature | 39 Cel | 2026-11-22 07:45 |" in detail
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}
    assert "95 10\\*9/L" in detail
    assert "\\> 684 ng/mL" in detail
    assert "Also met: " in detail
    assert "Classification aid, not a diagnosis" in detail


def test_a_group_shows_what_it_is_made_of(client: FlaskClient) -> None:
    labs = [*met_panel(), observation("718-7", 8, "g/dL")]
    [card] = carded(
        with_settings(cds_card_from="unlikely"), {"conditions": bundle(condition("C81")), "labs": bundle(*labs)}
    )
    rows = [line for line in card["detail"].splitlines() if line.startswith("| \u2192")]
    named = {row.removeprefix("| \u2192 ").partition(" |")[0].partition(",")[0] for row in rows}
    assert named == {"Body temperature", "Haemoglobin", "Platelet count", "Fibrinogen"}
    assert "8 g/dL" in card["detail"]


def test_what_was_not_used_is_told_in_the_detail(client: FlaskClient) -> None:
    odd = [
        observation(code, 1, "furlong", id=code)
        for code in ("2571-8", "718-7", "6690-2", "751-8", "4537-7", "1988-5", "2532-0")
    ]
    detail = carded(client, MET | {"labs": bundle(*met_panel()[:4], *odd)})[0]["detail"]
    assert "- triglycerides: The unit is not accepted" in detail
    assert "- and " in detail
    drug = {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": {"text": "Actemra"}}
    assert "Caution: On IL-6" in carded(client, MET | {"medications": bundle(drug)})[0]["detail"]


def test_source_and_reasons(client: FlaskClient) -> None:
    [card] = carded(client, MET)
    assert card["source"]["url"] == "https://doi.org/10.1136/annrheumdis-2015-208982"
    assert card["source"]["label"]
    assert all(one["code"] and one["system"] and one["display"] for one in card["overrideReasons"])
    assert not {"links", "icon"} & {*card, *card["source"]}
    assert card["source"]["topic"] == {"system": TOPIC, "code": "mas", "display": "Macrophage activation syndrome"}
    assert "suggestions" not in card


def test_the_id_of_a_card_tells_nothing_of_the_patient_and_changes_with_the_call(client: FlaskClient) -> None:
    [one], [same] = carded(client, MET), carded(client, MET)
    [other] = carded(client, MET, hookInstance="11111111-dfbe-44ad-ba6d-3e05e953b2ea")
    assert one["uuid"] == same["uuid"] != other["uuid"]


def test_suggestions_are_opt_in_and_propose_the_decisive_tests() -> None:
    client = with_settings(cds_suggestions=True, cds_card_from="indeterminate")
    labs = {"conditions": bundle(condition()), "labs": bundle(*met_panel()[:2], met_panel()[4])}
    [card] = carded(client, labs)
    assert card["selectionBehavior"] == "any"
    orders = [one["actions"][0] for one in card["suggestions"]]
    assert "1920-8" in [one["resource"]["code"]["coding"][0]["code"] for one in orders]
    assert {one["type"] for one in orders} == {"create"}
    assert all(one["resource"]["subject"] == {"reference": "Patient/p1"} and one["description"] for one in orders)
    assert len({one["uuid"] for one in card["suggestions"]}) == len(orders)
    [none] = carded(client, labs, context={"patientId": "p 1", "userId": "x"})
    assert "suggestions" not in none
    assert "it alone could settle the 2016 criteria" in orders[0]["description"]
    [unknown] = carded(client, {"labs": labs["labs"]})
    assert len(unknown["suggestions"]) <= 5
    [calm] = carded(client, {"labs": bundle(*calm_panel())})  # ESR would settle only what counts in systemic JIA
    assert "suggestions" not in calm


def test_nothing_in_an_answer_is_null_or_empty(client: FlaskClient) -> None:
    clients = [client, with_settings(cds_suggestions=True, cds_card_from="unlikely")]
    answers = [carded(one, prefetch) for one in clients for prefetch in (MET, {"labs": bundle(*met_panel())})]
    answers.append(loads(client.get("/cds-services").data))
    assert not [one for one in deep(answers) if one is None or one in ("", [], {})]


def test_an_answer_holds_cards_and_nothing_else(client: FlaskClient) -> None:
    assert set(send(client, PATH, call(MET))[1]) == {"cards"}
    assert not [key for one in deep(carded(client, MET)) if isinstance(one, dict) for key in one if key == "extension"]


def test_an_answer_takes_far_less_than_half_a_second(client: FlaskClient) -> None:
    carded(client, MET)
    began = time.process_time()
    for _ in range(5):
        carded(client, MET)
    assert (time.process_time() - began) / 5 < 0.25


# Feedback

FEEDBACK = {"card": "7f1a", "outcome": "overridden", "outcomeTimestamp": "2026-11-23T08:00:00.000Z"}
OURS = {
    "reason": {"code": "other-cause", "system": "https://mas-risk.example/fhir/CodeSystem/override-reason"},
    "userComment": "Smith",
}
ACCEPTED = FEEDBACK | {"outcome": "accepted", "acceptedSuggestions": [{"id": "1"}]}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[str, str]]]:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(metrics, "cds_feedback", lambda outcome, reason: seen.append((outcome, reason)))
    return lambda: seen


def test_feedback_is_counted_and_forgotten(
    client: FlaskClient, counted: Callable[[], Any], capfd: pytest.CaptureFixture[str]
) -> None:
    foreign = {"reason": {"code": "other-cause", "system": "https://x.example"}}
    entries = [FEEDBACK, FEEDBACK | {"overrideReason": OURS}, FEEDBACK | {"overrideReason": foreign}, ACCEPTED]
    status, answer, _ = send(client, f"{PATH}/feedback", {"feedback": entries})
    assert (status, answer) == (200, {})
    assert counted() == [
        ("overridden", "none"),
        ("overridden", "other-cause"),
        ("overridden", "other"),
        ("accepted", "none"),
    ]
    assert "Smith" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "entry",
    [
        FEEDBACK | {"card": ""},
        FEEDBACK | {"outcome": "ignored"},
        FEEDBACK | {"outcome": ["accepted"]},
        FEEDBACK | {"outcomeTimestamp": "yesterday"},
        ACCEPTED | {"acceptedSuggestions": []},
        ACCEPTED | {"acceptedSuggestions": [{}]},
        7,
    ],
)
def test_feedback_of_another_form_is_400_and_not_counted(
    client: FlaskClient, counted: Callable[[], Any], entry: Any
) -> None:
    assert send(client, f"{PATH}/feedback", {"feedback": [FEEDBACK, entry]})[0] == 400
    assert counted() == []


@pytest.mark.parametrize("document", [{}, [], {"feedback": []}, {"feedback": {}}, {"feedback": [FEEDBACK] * 101}])
def test_feedback_needs_a_list(client: FlaskClient, document: Any) -> None:
    status, answer, _ = send(client, f"{PATH}/feedback", document)
    assert status == 400
    starts = "The body must be a JSON object" if isinstance(document, list) else "feedback must be an array"
    assert answer["issue"][0]["details"]["text"].startswith(starts)


def test_a_fault_of_ours_tells_nothing_of_the_patient(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("Smith")

    monkeypatch.setattr("service.ehr.judgement.assess", fail)
    status, answer, headers = send(client, PATH, call(MET))
    assert (status, headers["Content-Type"]) == (500, "application/json")
    assert "Smith" not in str(answer)


# Browsers


def test_browsers_are_answered_only_for_listed_origins() -> None:
    asked = {
        "Origin": "https://ehr.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for path in ("/cds-services", PATH, f"{PATH}/feedback"):
        closed = with_settings().options(path, headers=asked)
        assert "Access-Control-Allow-Origin" not in closed.headers
        opened = with_settings(cors_origins=("https://ehr.example",)).options(path, headers=asked)
        assert opened.status_code == 200
        assert opened.headers["Access-Control-Allow-Origin"] == "https://ehr.example"
        assert "Authorization" in opened.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in opened.headers
