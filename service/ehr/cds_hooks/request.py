"""The body of a CDS Hooks call, as far as the service needs it; everything else is ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import BadRequest

from service.ehr.fhir.contents.json_shapes import name, table, text, token

LONGEST_ID = 256
_FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


@dataclass(frozen=True, slots=True)
class CdsRequest:
    """One call: hook, instance, patient, what was prefetched, and where more could be read with which token."""

    hook: str
    instance: str
    patient_id: str
    prefetch: Mapping[str, Any]
    server: str
    token: str

    @property
    def fhir_id(self) -> str:
        """Return the patient's id if it has the form of FHIR, safe in an address and in a reference; "" if not."""
        return self.patient_id if _FHIR_ID.fullmatch(self.patient_id) else ""

    @property
    def patient(self) -> str:
        """Return the reference to the patient, ``Patient/id``."""
        return f"Patient/{self.patient_id.removeprefix('Patient/')}"


def read_cds_request(document: Any, hooks: tuple[str, ...]) -> CdsRequest:
    """Return the call; raises BadRequest with what is missing."""
    if not isinstance(document, dict):
        raise BadRequest("The body must be a JSON object.")
    hook, instance = name(document, "hook"), name(document, "hookInstance")
    patient = name(table(document, "context"), "patientId")
    named = {"hook": hook, "hookInstance": instance, "context.patientId": patient}
    missing = [place for place, value in named.items() if not value or len(value) > LONGEST_ID]
    if missing:
        raise BadRequest(
            f"The call lacks {', '.join(missing)}: each must be a text of 1 to {LONGEST_ID} characters. "
            f"This service answers the hooks {', '.join(hooks)}."
        )
    if hook not in hooks:
        raise BadRequest(f"This service answers the hooks {', '.join(hooks)}.")
    prefetch = document.get("prefetch")
    if not isinstance(prefetch, dict | None):
        raise BadRequest("prefetch must be an object.")
    authorization = table(document, "fhirAuthorization")
    bearer = text(authorization, "access_token") if token(authorization, "token_type") == "bearer" else ""
    return CdsRequest(hook, instance, patient, prefetch or {}, text(document, "fhirServer"), bearer)
