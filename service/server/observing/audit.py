"""Who assessed whom, when, and by which sets: a line for each assessment, in the shape of a FHIR R4 AuditEvent.

The fields are those of IHE's Basic Audit Log Patterns. No value of a patient is in it, and no result. The patient is
told by a hash of the reference under the site's own key: only who holds the key can find the lines of one patient.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, has_app_context

from service.server.observing import exchange, log_queue, logs, metrics
from service.server.observing.exchange import Exchange
from service.server.settings import BadSetting, Settings

STANDARD_OUTPUT = "stdout"
LEAST_KEY_BYTES = 32
_KEY = "mas.audit"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_INTERACTION = {"system": "http://hl7.org/fhir/restful-interaction", "code": "operation"}
_TYPE = {"system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest"}
_ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_REQUEST = {"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "code": "XrequestId"}


@dataclass(frozen=True, slots=True)
class Audit:
    """Where lines go and what they say of the service; ``key`` hashes the patients' references."""

    write: Callable[[bytes], object]
    key: bytes
    version: str
    digest: str

    def event(self, told: Exchange, sets: Iterable[str], patient: str) -> dict[str, Any]:
        """Return the AuditEvent of one assessment; ``patient`` is a reference, "" when none was sent."""
        entities = [_request(told), self._sets(sets)]
        return {
            "resourceType": "AuditEvent",
            "type": _TYPE,
            "subtype": [_INTERACTION],
            "action": "E",
            "recorded": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "outcome": "0",
            "agent": [_agent("110153", "Source Role ID", told.caller or "not named", requestor=True), self._server()],
            "source": {"observer": {"display": "mas-risk-service"}},
            "entity": [self._patient(patient), *entities] if patient else entities,
        }

    def _server(self) -> dict[str, Any]:
        return _agent("110152", "Destination Role ID", f"mas-risk-service {self.version}", requestor=False)

    def _patient(self, reference: str) -> dict[str, Any]:
        hashed = hmac.digest(self.key, reference.encode(), "sha256").hex()
        return {
            "what": {"type": "Patient", "identifier": {"value": f"hmac-sha256:{hashed}"}},
            "type": {"system": _ENTITY, "code": "1", "display": "Person"},
            "role": {"system": _ROLE, "code": "1", "display": "Patient"},
        }

    def _sets(self, sets: Iterable[str]) -> dict[str, Any]:
        versions = [{"type": "criteria-set", "valueString": named} for named in sets]
        return {
            "what": {"display": "criteria sets"},
            "type": {"system": _ENTITY, "code": "2", "display": "System Object"},
            "detail": [*versions, {"type": "criteria-digest", "valueString": self.digest}],
        }


def _agent(code: str, display: str, who: str, *, requestor: bool) -> dict[str, Any]:
    coding = {"system": _DICOM, "code": code, "display": display}
    return {"type": {"coding": [coding]}, "who": {"display": who}, "requestor": requestor}


def _request(told: Exchange) -> dict[str, Any]:
    return {"what": {"identifier": {"value": told.request_id}}, "type": _REQUEST}


class Trail:
    """The lines of one request; without an audit none is written."""

    def __init__(self, audit: Audit | None = None, told: Exchange | None = None) -> None:
        self.audit = audit
        self.told = told

    def assessed(self, sets: Iterable[str], patient: str = "") -> None:
        """Write the line of one assessment: by which sets with their versions, of whom."""
        if self.audit is not None and self.told is not None:
            event = self.audit.event(self.told, sets, patient)
            self.audit.write(json.dumps(event, separators=(",", ":")).encode() + b"\n")


NONE = Trail()


def trail() -> Trail:
    """The trail of the request that is being served; it may be kept until the last line of its answer."""
    audit = cast("Audit | None", current_app.extensions.get(_KEY)) if has_app_context() else None
    return NONE if audit is None else Trail(audit, exchange.current())


def install(app: Flask, settings: Settings, version: str, digest: str) -> None:
    """Write the lines where the operator wants them; raises BadSetting when that cannot be."""
    if settings.audit:
        app.extensions[_KEY] = Audit(_writer(settings.audit), _site_key(settings.audit_key_file), version, digest)


def _site_key(path: str) -> bytes:
    try:
        key = Path(path).read_bytes().strip()
    except OSError:
        key = b""
    if len(key) < LEAST_KEY_BYTES:
        raise BadSetting(f"MAS_AUDIT_KEY_FILE must hold at least {LEAST_KEY_BYTES} bytes")
    return key


def _writer(destination: str) -> Callable[[bytes], object]:
    if destination == STANDARD_OUTPUT:
        return log_queue.put
    try:
        file = os.open(destination, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadSetting("MAS_AUDIT must be stdout or the path of a file that can be written") from error

    def write(line: bytes) -> None:
        """Write one line, in one system call, so that workers cannot mix theirs."""
        written = 0
        with suppress(OSError):
            written = os.write(file, line)
        if written != len(line):
            metrics.log_line_dropped()
            logs.write("error", message="An audit line could not be written.")

    return write
