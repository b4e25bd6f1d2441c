"""The closed sets that label values come from; a value outside its set becomes "other", so no caller makes a series."""

from __future__ import annotations

from collections.abc import Iterable

OTHER = "other"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_sets = {
    "channel": _words("json batch trajectory fhir cds hl7v2"),
    "category": _words("likely probable possible indeterminate unlikely"),
    "verdict": _words("met not_met indeterminate"),
    "code": _words(
        "unit_required unit_not_accepted implausible_value not_a_number invalid_quantity unknown_field"
        " inconsistent_values interpretation_conflict invalid_value"
    ),
    "state": _words("data empty null missing outcome paged unreadable"),
    "outcome": _words("accepted overridden"),
    "auth_reason": _words("missing malformed key algorithm key_id signature issuer audience expired claims no_keys"),
    "fetch_target": _words("keys fhir"),
    "fetch_outcome": _words("ok failed busy open"),
    # The words of medicine are not known here: ``allow`` is told them at the start.
    "criteria": _words(""),
    "observation": _words(""),
    "unknown_reason": _words(""),
    "prefetch_key": _words(""),
    "feedback_reason": _words(""),
}


def allow(**sets: Iterable[str]) -> None:
    """Close a set: ``criteria``, ``observation``, ``unknown_reason``, ``prefetch_key``, ``feedback_reason``."""
    for label, values in sets.items():
        if label not in _sets:
            raise KeyError(label)
        _sets[label] = frozenset(values)


def closed(label: str, value: str) -> str:
    """The value, or "other" when it is not of the label's set."""
    return value if value in _sets[label] else OTHER
