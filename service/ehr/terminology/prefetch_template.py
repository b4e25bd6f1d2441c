"""Prefetch templates: the subset of FHIR search that every CDS Hooks client can be expected to resolve."""

from __future__ import annotations

import re

from service.clinical.data.toml_reader import BadData

PREFETCH_KEYS = ("patient", "labs", "temperature", "conditions", "medications")
REQUIRED_KEY = "labs"

TOKEN = re.compile(r"\{\{(.*?)\}\}")
_TOKEN_NAMES = re.compile(
    r"context\.[A-Za-z]+|userPractitionerId|userPractitionerRoleId|userPatientId|userRelatedPersonId"
)
_SHAPE = re.compile(r"[A-Z][A-Za-z]+(/[^?/\s]+|\?[^?\s]+)")


def checked_template(text: str, where: str) -> str:
    """Return the template if clients can resolve it: one resource type, known tokens, no parameter twice; BadData."""
    if not _SHAPE.fullmatch(text):
        raise BadData(f"{where}: a read (Patient/...) or a search (Observation?...) is expected")
    for token in TOKEN.findall(text):
        if not _TOKEN_NAMES.fullmatch(token):
            raise BadData(f"{where}: the token '{token}' is not resolved by every client")
    names = [pair.partition("=")[0] for pair in text.partition("?")[2].split("&")]
    if len(set(names)) != len(names):
        raise BadData(f"{where}: a parameter stands twice; clients merge the two")
    return text
