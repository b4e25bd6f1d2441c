"""Each assessment leaves one line that says who, when, of whom and by which sets, whichever way it came; never a value."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.app import create_app
from service.clinical.criteria import CATALOGUE, DIGEST
from service.server.settings import Settings
from tests.support.calls import MET, PATH
from tests.support.records import bundle, met_panel

KEY = b"a key of this site, long enough for all"
PANEL = {"observations": {"ferritin": "9051.37 ug/L", "platelets": "140 10*9/L"}, "patient": {"age_years": 10}}
COURSE = {"panels": [{"collected_at": f"2026-01-0{day}", "observations": PANEL["observations"]} for day in (1, 2)]}
HOOK = {
    "hook": "patient-view",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"userId": "Practitioner/1", "patientId": "p1"},
    "prefetch": MET,
}
RECORD = bundle(*met_panel())
SENT = {"X-Request-Id": "request-1", "X-Caller": "laboratory"}
BATCH = "".join(json.dumps(line) + "\n" for line in (PANEL, {"observations": {"ferritin": 905}}, PANEL))
WAYS = {
    "json": ("/v1/assessments", PANEL, 1, False),
    "trajectory": ("/v1/trajectories", COURSE, 2, False),
    "fhir": ("/fhir/$evaluate-mas", RECORD, 1, True),
    "cds": (PATH, HOOK, 1, True),
}


class Site:
    """The service with an audit into a file."""

    def __init__(self, folder: Path, key: bytes = KEY) -> None:
        (folder / "key").write_bytes(key)
        self.file = folder / "audit"
        settings = Settings(audit=str(self.file), audit_key_file=str(folder / "key"), caller_header="X-Caller")
        self.client: FlaskClient = create_app(settings).test_client()

    def lines(self) -> list[dict[str, Any]]:
        """What was written."""
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    def send(self, path: str, body: Any) -> list[dict[str, Any]]:
        """Send a request and return the lines that it left."""
        before = len(self.lines())
        text = body if isinstance(body, str) else json.dumps(body, default=float)
        kind = "application/x-ndjson" if isinstance(body, str) else "application/json"
        answer = self.client.post(path, data=text, content_type=kind, headers=SENT)
        assert answer.status_code == 200, answer.text
        assert answer.data
        return self.lines()[before:]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site with a key of its own."""
    return Site(tmp_path)


def patient_of(line: dict[str, Any]) -> str | None:
    """The hash of the patient that a line names, if it names one."""
    found = [entity["what"]["identifier"]["value"] for entity in line["entity"] if entity["type"]["code"] == "1"]
    return found[0] if found else None


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_leaves_a_line_for_each_assessment(site: Site, way: str) -> None:
    path, body, number, has_patient = WAYS[way]
    lines = site.send(path, body)
    assert len(lines) == number
    for line in lines:
        assert line["agent"][0]["who"] == {"display": "laboratory"}
        assert line["agent"][0]["requestor"] is True
        assert abs(datetime.fromisoformat(line["recorded"]) - datetime.now(UTC)) < timedelta(minutes=5)
        assert (patient_of(line) is not None) is has_patient
        details = [(d["type"], d["valueString"]) for entity in line["entity"] for d in entity.get("detail", [])]
        sets = [value for kind, value in details if kind == "criteria-set"]
        assert sets == [f"{key} {criteria.version}" for key, criteria in CATALOGUE.items()]
        assert ("criteria-digest", DIGEST) in details
        assert {"what": {"identifier": {"value": "request-1"}}}.items() <= line["entity"][-2].items()


def test_a_batch_leaves_a_line_for_each_panel_that_was_assessed(site: Site) -> None:
    assert len(site.send("/v1/assessments/batch", BATCH)) == 2


def test_what_was_refused_was_not_assessed(site: Site) -> None:
    assert site.client.post("/v1/assessments", json={"observations": {"ferritin": 905}}).status_code == 422
    assert site.lines() == []


def test_only_the_sets_that_were_asked_for_are_named(site: Site) -> None:
    (line,) = site.send("/v1/assessments", {**PANEL, "options": {"criteria": ["hscore"]}})
    assert [d["valueString"].split()[0] for d in line["entity"][-1]["detail"][:-1]] == ["hscore"]


def test_one_patient_is_one_hash_by_every_way_and_under_one_key_only(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    site, other = Site(first), Site(second, b"the key of quite another site, as long")
    (by_fhir,) = site.send("/fhir/$evaluate-mas", RECORD)
    for context in ({"patientId": "p1"}, {"patientId": "Patient/p1"}):
        (by_cds,) = site.send(PATH, {**HOOK, "context": {**HOOK["context"], **context}})  # type: ignore[dict-item]
        assert patient_of(by_cds) == patient_of(by_fhir)
    expected = hmac.new(KEY, b"Patient/p1", hashlib.sha256).hexdigest()
    assert patient_of(by_fhir) == f"hmac-sha256:{expected}"
    (elsewhere,) = other.send("/fhir/$evaluate-mas", RECORD)
    assert patient_of(elsewhere) != patient_of(by_fhir)


@pytest.mark.parametrize("way", WAYS)
def test_no_value_and_no_result_is_in_a_line(site: Site, way: str) -> None:
    path, body, _, _ = WAYS[way]
    text = json.dumps(
        [{key: part for key, part in line.items() if key != "recorded"} for line in site.send(path, body)]
    )
    for secret in ("9051", "140", "Patient/p1", '"p1"', "likely", "possible", "indeterminate", 'ferritin"', "systemic"):
        assert secret not in text.replace(DIGEST, "")


def test_a_caller_that_nobody_named_is_said_to_be_none(site: Site) -> None:
    assert site.client.post("/v1/assessments", json=PANEL).data
    assert site.lines()[-1]["agent"][0]["who"] == {"display": "not named"}
