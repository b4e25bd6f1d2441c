"""What arrives under prefetch, in every state, and what follows from it."""

from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.ehr.fhir.answer.clinician_words import KEYS_IN_WORDS
from service.server.messages.strict_json import dumps
from service.server.observing import metrics
from tests.support.calls import MET, NEXT, PATH, calm_with, card_worthy_panel, with_settings
from tests.support.records import bundle, call, calm_panel, carded, condition, met_panel, send

FAILED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": "Smith"}],
}


def test_data_is_evaluated(client: FlaskClient) -> None:
    assert [card["indicator"] for card in carded(client, MET)] == ["critical"]


def test_a_page_with_a_next_link_is_used_and_said_to_be_incomplete(client: FlaskClient) -> None:
    paged = MET | {"labs": bundle(*met_panel()[:4], link=NEXT)}
    assert "further page" in carded(client, paged)[0]["detail"]


def test_incomplete_results_are_never_called_unlikely() -> None:
    client = with_settings(cds_card_from="unlikely")
    whole = {"conditions": bundle(condition()), "labs": bundle(*card_worthy_panel())}
    assert "unlikely" in carded(client, whole)[0]["summary"]
    partial = [
        {"labs": bundle(*calm_panel(), link=NEXT)},
        {"labs": bundle(*calm_panel(), total=Decimal(400))},
        {"labs": bundle(*calm_panel(), FAILED)},
        {"medications": FAILED},
        {"medications": "{}"},
        {"patient": {}},
    ]
    for lacking in partial:
        [card] = carded(client, whole | lacking)
        assert "unlikely" not in card["summary"]
        assert card["summary"].startswith("Not decided")
        assert "so this does not reassure" in card["detail"]
        assert carded(with_settings(), whole | lacking) == []


@pytest.mark.parametrize("entry", ["x", ["x"], [calm_panel()[0]]])
def test_a_bundle_whose_entries_cannot_be_read_is_not_empty(entry: Any) -> None:
    held = calm_with({"resourceType": "Bundle", "entry": entry})
    [card] = carded(with_settings(cds_card_from="unlikely"), held)
    assert card["summary"].startswith("Not decided")
    assert "could not be read" in card["detail"]


@pytest.mark.parametrize("labs", [bundle(), {"resourceType": "Bundle", "total": 0}, [], bundle(FAILED | {"issue": []})])
def test_an_empty_bundle_is_no_guidance(labs: Any) -> None:
    for card_from in ("possible", "unlikely"):
        assert carded(with_settings(cds_card_from=card_from), MET | {"labs": labs}) == []


def test_null_is_no_guidance_and_never_a_statement() -> None:
    for card_from in ("possible", "unlikely"):
        assert carded(with_settings(cds_card_from=card_from), MET | {"labs": None}) == []


MISSING: list[Any] = [
    {},
    {key: value for key, value in MET.items() if key != "labs"},
    MET | {"labs": FAILED},
    MET | {"labs": bundle(FAILED)},
    MET | {"labs": bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "timeout"}]})},
    MET | {"labs": {}},
    MET | {"labs": "Bundle"},
    None,
    *(
        MET | {"labs": labs}
        for labs in (
            bundle(*met_panel()) | {"resourceType": "bundle"},
            bundle(*met_panel()) | {"resourceType": "BUNDLE"},
            bundle(met_panel()[0] | {"resourceType": "observation"}),
            bundle({}),
            {"resourceType": "Bundle", "type": "searchset", "entry": [{"fullUrl": "urn:uuid:1"}]},
            {"resourceType": "Bundle", "type": "searchset", "entry": [None, 7, "x"]},
            {"resourceType": "Bundle", "type": "searchset", "entry": "x"},
            {"resourceType": "Bundle", "type": "searchset", "total": 5},
            {"resourceType": "Bundle", "type": "searchset", "total": 5, "entry": []},
            {"resourceType": "Bundle", "type": "searchset", "total": "many"},
            bundle(link=NEXT),
            dumps(bundle(*met_panel())).decode(),
            {"resource": met_panel()[0]},
            [{}],
            ["Observation"],
            [FAILED],
            7,
            True,
            "",
        )
    ),
]
EMPTY: list[Any] = [
    None,
    [],
    bundle(),
    bundle(total=0),
    {"resourceType": "Bundle", "type": "searchset", "total": 0},
    {"resourceType": "Bundle", "type": "searchset"},
    bundle(FAILED | {"issue": [{"severity": "information", "code": "informational"}]}, total=0),
    {"resourceType": "Bundle", "type": "history", "entry": [{"request": {"method": "DELETE", "url": "Observation/1"}}]},
]


@pytest.mark.parametrize("labs", EMPTY, ids=str)
def test_a_proper_empty_answer_is_no_guidance_and_no_error(client: FlaskClient, labs: Any) -> None:
    assert carded(client, MET | {"labs": labs}) == []
    assert carded(client, dict.fromkeys(MET) | {"labs": labs}) == []


@pytest.mark.parametrize("kind", ["history", "collection", "transaction-response", ""])
def test_a_bundle_of_another_type_is_read(client: FlaskClient, kind: str) -> None:
    assert carded(client, MET | {"labs": bundle(*met_panel()[:4], kind=kind)})[0]["indicator"] == "critical"


UNREAD: list[Any] = [bundle(condition()) | {"resourceType": "bundle"}, "x", {}, [7], bundle({}), bundle(total=3)]


@pytest.mark.parametrize("key", ["patient", "temperature", "conditions", "medications"])
@pytest.mark.parametrize("sent", UNREAD, ids=["lower case", "text", "object", "list", "no resource", "a total"])
def test_beside_readable_results_a_key_that_cannot_be_read_is_named(key: str, sent: Any) -> None:
    client = with_settings(cds_card_from="unlikely")
    whole = {"conditions": bundle(condition()), "labs": bundle(*card_worthy_panel())}
    [card] = carded(client, whole | {key: sent})
    assert card["summary"].startswith("Not decided")
    assert f"{KEYS_IN_WORDS[key]} could not be read" in card["detail"]


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
        ({"labs": '{"resourceType": "Bundle"}'}, "Nothing under prefetch.labs could be read."),
        ({"labs": {}}, "Nothing under prefetch.labs could be read."),
        ({"labs": FAILED}, "says that the query failed"),
    ],
    ids=str,
)
def test_a_412_says_what_was_sent_instead_of_results(client: FlaskClient, prefetch: Any, words: str) -> None:
    _, answer, _ = send(client, PATH, call(prefetch))
    text = answer["issue"][0]["details"]["text"]
    assert words in text
    assert text.endswith("not readable from a permitted FHIR server.")


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
    carded(client, MET | {"patient": {}})
    assert seen == [
        ("patient", "null"),
        ("labs", "paged"),
        ("temperature", "empty"),
        ("conditions", "outcome"),
        ("medications", "missing"),
        ("patient", "unreadable"),
        ("labs", "data"),
        ("temperature", "data"),
        ("conditions", "data"),
        ("medications", "missing"),
    ]
