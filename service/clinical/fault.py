"""Why a value cannot be used, for whoever has to mend it."""

from __future__ import annotations

from collections.abc import Mapping


class Fault(Exception):
    """A value that cannot be used: a code of the contract, and what the sender needs to mend it. Never the value."""

    def __init__(self, code: str, about: str = "", **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.about = about
        self.facts: Mapping[str, object] = facts
