"""Recognisable values sent through every way in are nowhere in the logs, the lines of audit, the spans or the metrics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.live import SAMPLE, SERVICE, Live, read_all
from tests.support.messages import HEADER, PATIENT, message, obx
from tests.support.otlp import Collector

pytestmark = pytest.mark.server

MARK = b"Xq7Zebra"
TEXT = MARK.decode()
VALUE = b"9051.37"
PANEL = b'{"patient":{"age_years":10},"observations":{"ferritin":"%s ug/L"},"note":"%s"}' % (VALUE, MARK)
PATHS = [
    "/v1/assessments",
    "/v1/assessments/batch",
    "/v1/trajectories",
    "/fhir/$evaluate-mas",
    "/cds-services/mas-criteria",
    "/cds-services/mas-criteria/feedback",
    "/hl7v2",
]
KINDS = {"/v1/assessments/batch": "application/x-ndjson", "/hl7v2": "application/hl7-v2"}
JSON = {"Content_Type": "application/json"}


RECORD = json.dumps(
    {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": f"Patient/{TEXT}", "display": TEXT},
        "effectiveDateTime": "2026-11-20T08:30:00Z",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2276-4"}]},
        "valueQuantity": {"value": 9051.37, "unit": "ng/mL"},
    }
)
READ: dict[str, str] = {
    "/v1/assessments": '{"observations":{"ferritin":"9051.37 ug/L"}}',
    "/v1/assessments/batch": '{"observations":{"ferritin":"9051.37 ug/L"}}',
    "/v1/trajectories": '{"panels":[{"collected_at":"2026-11-20","observations":{"ferritin":"9051.37 ug/L"}}]}',
    "/fhir/$evaluate-mas": RECORD,
    "/cds-services/mas-criteria": json.dumps(
        {
            "hook": "patient-view",
            "hookInstance": TEXT,
            "context": {"userId": TEXT, "patientId": TEXT},
            "prefetch": {"labs": json.loads(RECORD)},
        }
    ),
}
READ["/hl7v2"] = message(
    obx("9051.37", "ng/mL"),
    obx(TEXT, "ng/mL", f"{TEXT}^{TEXT}^L", kind="ST"),
    header=HEADER.replace("MSG00001", TEXT),
    patient=PATIENT.replace("12345", TEXT),
)
"""By path: a body that is read to its end, so that the assessment is counted, audited and traced."""


def raw_requests() -> list[bytes]:
    """Requests that the parser, the worker or the body reader refuses."""
    head = b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    return [
        b"GET /%s?a=%s HTTP/9.9\r\nHost: a\r\n\r\n" % (MARK, MARK),
        b"%s %s %s\r\n\r\n" % (MARK, MARK, MARK),
        b"GET / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n" % MARK,
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: %s\x00\r\n\r\n" % MARK,
        b"GET / HTTP/1.1\r\nHost: a\r\nExpect: %s\r\n\r\n" % MARK,
        b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % (MARK * 500),
        b"GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n" % (MARK * 2000),
        head + b"Transfer-Encoding: %s\r\n\r\n" % MARK,
        head + b"Content-Length: %s\r\n\r\n" % MARK,
        head + b"Transfer-Encoding: chunked\r\n\r\n%s\r\n%s\r\n0\r\n\r\n" % (MARK, MARK),
        head + b"Content-Length: 900\r\n\r\n" + PANEL,
        head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\n%s\r\n0\r\n\r\n" % MARK,
        b"GET /v1/criteria/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (MARK, MARK),
    ]


def send_everything(live: Live) -> int:
    """Send the mark in every place a request has; return how many requests were answered."""
    answered = 0
    for path in PATHS:
        for body in (PANEL, PANEL[:-1], b"[" * 5000 + MARK, b"\xff" + MARK, b'{"%s":NaN}' % MARK, b""):
            live.post(path, body)
            live.post(f"{path}?name={TEXT}", body, Content_Type=f"text/{TEXT}")
            answered += 2
        kind = KINDS.get(path, "application/json")
        live.post(path, READ.get(path, b""), Content_Type=kind)
        live.post(path, PANEL, Content_Encoding=TEXT)
        live.post(path, PANEL * 3000)
        live.get(f"{path}/{TEXT}", Accept=f"{TEXT}/x")
        live.request(TEXT.upper(), f"{path}/{TEXT}")
        answered += 5
    for header in (
        "Cookie",
        "User_Agent",
        "Referer",
        "Accept",
        "Origin",
        "X_API_Key",
        "traceparent",
        "X_Forwarded_For",
    ):
        live.get(f"/v1/criteria?{header}={TEXT}", **{header: TEXT})
        answered += 1
    for given in (f"Bearer {TEXT}", f"Basic {TEXT}", f"{TEXT} a"):
        live.get("/who", Authorization=given)
        answered += 1
    slow = b"GET /%s HTTP/1.1\r\nX: %s" % (MARK, MARK)
    connections = [live.connect(sent) for sent in [*raw_requests(), slow]]
    for connection in connections:
        answered += bool(read_all(connection))
        connection.close()
    hung_up = live.connect(b"POST /v1/assessments HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" + PANEL)
    hung_up.close()
    return answered


@pytest.mark.parametrize(("app", "auth"), [(SAMPLE, False), (SAMPLE, True), (SERVICE, False)])
def test_nothing_a_caller_sends_is_logged_or_counted(tmp_path: Path, app: str, auth: bool) -> None:
    """At the most talkative level, with and without authentication."""
    keys = tmp_path / "keys"
    keys.write_text(f"lab:{'0' * 64}\n")
    chosen = {"MAS_AUTH_MODE": "api_key", "MAS_API_KEYS_FILE": str(keys)} if auth else {}
    (tmp_path / "key").write_bytes(b"k" * 32)
    chosen |= {"MAS_AUDIT": "stdout", "MAS_AUDIT_KEY_FILE": str(tmp_path / "key")}
    talkative = {"MAS_LOG_LEVEL": "debug", "MAS_BODY_READ_SECONDS": "1", "MAS_MAX_BODY_BYTES": "100000"}
    with Collector() as collector:
        chosen["MAS_TRACES_URL"] = collector.url
        with Live(tmp_path, app, WEB_CONCURRENCY="1", **talkative, **chosen) as live:
            answered = send_everything(live)
            scraped = live.get("/metrics")[2].decode()
    traced = b"".join(collector.sent)
    assert len(collector.spans()) >= answered / 2
    printed, lines = live.text(), live.lines()  # after the end, when the last line is written
    assert sum("status" in line for line in lines) >= answered
    assert app == SAMPLE or sum(line.get("resourceType") == "AuditEvent" for line in lines) >= len(READ)
    for secret in (TEXT, TEXT.upper(), VALUE.decode()):
        assert secret not in printed
        assert secret not in scraped
        assert secret.encode() not in traced
    for line in lines:
        assert "Traceback" not in str(line)
