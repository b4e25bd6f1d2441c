"""``?view=summary``: the same answer without all that explains a set, by every way in that has it."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from bench.panels import panel
from service.clinical.criteria import CATALOGUE
from service.server.messages.strict_json import dumps, loads

EXPLAINS = {"items", "parts", "count", "references", "title", "version"}
PANEL: dict[str, Any] = panel(12) | {
    "context": {"condition": "sjia", "confounders": ["itp"], "medications": [{"name": "tocilizumab"}]},
}
COURSE = {
    "context": PANEL["context"],
    "panels": [{"collected_at": "2026-11-20", "observations": PANEL["observations"]}],
}
SENT = {
    "/v1/assessments": (PANEL, "application/json"),
    "/v1/assessments/batch": (PANEL, "application/x-ndjson"),
    "/v1/trajectories": (COURSE, "application/json"),
}


def answer(client: FlaskClient, path: str, query: str = "", **more: Any) -> Any:
    document, media = SENT[path]
    sent = client.post(f"{path}{query}", data=dumps(document | more), content_type=media)
    assert sent.status_code == 200
    return loads(sent.data)


def assessments_in(found: Any) -> list[dict[str, Any]]:
    """Return the places in an answer where sets are listed."""
    return found.get("assessments") or [found.get("assessment", found)]


@pytest.mark.parametrize("path", SENT)
def test_a_summary_is_the_full_answer_without_all_that_explains_a_set(client: FlaskClient, path: str) -> None:
    full, summary = answer(client, path), answer(client, path, "?view=summary")
    assert full == answer(client, path, "?view=full") != summary
    for found in assessments_in(full):
        found["criteria"] = [
            {key: said for key, said in shown.items() if key not in EXPLAINS} for shown in found["criteria"]
        ]
    assert summary == full


@pytest.mark.parametrize("path", SENT)
def test_a_view_that_is_not_offered_is_refused_with_those_that_are(client: FlaskClient, path: str) -> None:
    document, media = SENT[path]
    refused = client.post(f"{path}?view=sumary", data=dumps(document), content_type=media)
    [fault] = loads(refused.data)["errors"]
    assert (refused.status_code, fault["pointer"], fault["accepted"]) == (422, "/view", ["full", "summary"])


def test_a_summary_shows_of_each_set_what_the_contract_names(client: FlaskClient) -> None:
    sets = {
        criteria_set["id"]: criteria_set
        for criteria_set in answer(client, "/v1/assessments", "?view=summary")["criteria"]
    }
    assert list(sets) == list(CATALOGUE)
    assert list(sets["hscore"]) == [
        *("id", "applicability", "verdict", "verdict_implied", "score", "probability", "missing", "decisive"),
    ]
    assert "verdict_without_confounded" in sets["eular-acr-printo-2016"]


def test_a_summary_line_of_a_batch_is_the_summary_of_the_single_call(client: FlaskClient) -> None:
    line = answer(client, "/v1/assessments/batch", "?view=summary")
    assert line["assessment"] == answer(client, "/v1/assessments", "?view=summary")


def test_a_set_that_was_not_made_for_the_patient_has_no_items_unless_it_is_named(client: FlaskClient) -> None:
    found = {criteria_set["id"]: criteria_set for criteria_set in answer(client, "/v1/assessments")["criteria"]}
    assert [key for key, criteria in found.items() if criteria["applicability"] == "not_applicable"] == [
        key for key, criteria in found.items() if "items" not in criteria
    ]
    assert "items" not in found["ohi-index"]
    [named] = answer(client, "/v1/assessments", options={"criteria": ["ohi-index"]})["criteria"]
    assert (named["applicability"], len(named["items"])) == ("not_applicable", 2)


def test_suggested_tests_are_one_list_those_that_decide_the_leading_set_before_all(client: FlaskClient) -> None:
    sent = {"observations": {"ferritin": "905 ug/L", "platelets": "116 10*9/L"}, "findings": {"fever": True}}
    found = answer(client, "/v1/assessments", context={"condition": "sjia"}, **sent)["suggested_tests"]
    names = [test["observation"] for test in found]
    assert len(names) == len(set(names))
    leads = ["eular-acr-printo-2016" in test["decides"] for test in found]
    decides = [len(test["decides"]) for test in found]
    assert leads == sorted(leads, reverse=True)
    assert decides[: sum(leads)] == sorted(decides[: sum(leads)], reverse=True)
    assert decides[sum(leads) :] == sorted(decides[sum(leads) :], reverse=True)
    assert all(test["follow"] for test in found if not test["decides"])
