"""Reads a document of unknown shape: what is not of the kind expected is as good as absent."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from service.server import budget

Resource = dict[str, Any]
MOST_DIGITS = 100
_SAYS_SOMETHING = re.compile(r"[A-Za-z0-9]")


def table(raw: object, key: str) -> Resource:
    """Return the object under a key, an empty one if there is none."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, dict) else {}


def tables(raw: object, key: str) -> list[Resource]:
    """Return the objects in the list under a key; a single object counts as a list of one. Minds the budget."""
    budget.check()
    value = raw.get(key) if isinstance(raw, dict) else None
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def entries_of(bundle: Resource) -> list[Any]:
    """Return the entries of a Bundle as sent, also those that are none; a single one counts as a list of one."""
    given = bundle.get("entry")
    return given if isinstance(given, list) else [given] if given is not None else []


def text(raw: object, key: str) -> str:
    """Return the text under a key without blanks around it, "" if there is none."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value.strip() if isinstance(value, str) else ""


def number(raw: object) -> Decimal | None:
    """Return a JSON number exactly; None for anything else (true is no number), and for one beyond all measure."""
    value = Decimal(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    is_measurable = len(value.as_tuple().digits) <= MOST_DIGITS and abs(value.adjusted()) <= MOST_DIGITS
    return value if is_measurable else None


def name(raw: object, key: str) -> str:
    """Return the text under a key if it holds a letter or a digit, exactly as sent; "" if not."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, str) and _SAYS_SOMETHING.search(value) else ""


def token(raw: object, key: str) -> str:
    """Return a code in lower case without blanks around it: real feeds send ``entered-in-error `` and ``Final``."""
    return text(raw, key).casefold()


def spoken(concept: Resource) -> tuple[str, ...]:
    """Return what a CodeableConcept says in words, "" where it says nothing: its text and what its codes display."""
    if not concept:
        return ("",)
    return text(concept, "text"), *(text(coding, "display") for coding in tables(concept, "coding"))


def codings(concept: object) -> list[tuple[str, str]]:
    """Return the systems (as sent) and codes of a CodeableConcept; one that is itself a Coding counts as its own."""
    if not concept:  # many empty ones cost a sender little
        return []
    found = tables(concept, "coding")
    if not found and isinstance(concept, dict) and "code" in concept:
        found = [concept]
    pairs = []
    for coding in found:
        system, code = coding.get("system"), coding.get("code")
        if isinstance(code, str) and (code := code.strip()):
            pairs.append((system.strip() if isinstance(system, str) else "", code))
    return pairs
