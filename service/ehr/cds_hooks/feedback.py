"""What became of a card: counted by outcome and by our own reasons, and forgotten. Comments are never kept."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.exceptions import BadRequest

from service.ehr import counting
from service.ehr.fhir.contents.json_shapes import Resource, name, table, text

OUTCOMES = ("accepted", "overridden")
MOST = 100
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def take_feedback(document: Any, reasons: str) -> None:
    """Count the feedback of one or more cards by the codes of the system ``reasons``.

    Raises BadRequest with the place and the form expected.
    """
    if not isinstance(document, dict):
        raise BadRequest("The body must be a JSON object with the array feedback.")
    entries = document.get("feedback")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST:
        raise BadRequest(f"feedback must be an array of 1 to {MOST} objects.")
    problems = [found for at, entry in enumerate(entries) for found in _problems(entry, f"feedback[{at}]")]
    if problems:
        raise BadRequest(" ".join(problems))
    for entry in entries:
        counting.feedback(entry["outcome"], _reason(entry, reasons))


def _problems(entry: Any, where: str) -> list[str]:
    if not isinstance(entry, dict):
        return [f"{where}: an object is needed."]
    found = []
    if not name(entry, "card"):
        found.append(f"{where}.card: the uuid of the card is needed.")
    if entry.get("outcome") not in OUTCOMES:
        found.append(f"{where}.outcome: accepted or overridden is needed.")
    if entry.get("outcome") == "accepted" and not _names_suggestions(entry.get("acceptedSuggestions")):
        found.append(f"{where}.acceptedSuggestions: the ids of the suggestions accepted are needed.")
    stamp = entry.get("outcomeTimestamp")
    if not isinstance(stamp, str) or not _STAMP.fullmatch(stamp):
        found.append(f"{where}.outcomeTimestamp: an RFC 3339 date and time is needed.")
    return found


def _names_suggestions(accepted: Any) -> bool:
    return isinstance(accepted, list) and bool(accepted) and all(name(suggestion, "id") for suggestion in accepted)


def _reason(entry: Resource, reasons: str) -> str:
    """Return the code of the reason if it is one of ours; what a client makes up is no label."""
    reason = table(table(entry, "overrideReason"), "reason")
    if not reason:
        return "none"
    return text(reason, "code") if text(reason, "system") == reasons else "other"
