"""Why a value cannot be used, for whoever has to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Fault(Exception):
    """A value that cannot be used: a code of the contract, and what the sender needs to mend it. Never the value."""

    def __init__(self, code: str, about: str = "", **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.about = about
        self.facts: Mapping[str, Any] = facts


def accepted_text(facts: Mapping[str, Any]) -> str:
    """Return what is listed under ``accepted`` as a sentence, for where there is only text; "" if nothing is."""
    return f" Accepted: {', '.join(facts['accepted'])}." if facts.get("accepted") else ""
