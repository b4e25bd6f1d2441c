"""RFC 9457 problem details: every fault of a request at once, by JSON pointer, never with a value of a patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Self

from flask import Response

from service.server.messages import problem_kinds
from service.server.messages.problem_kinds import MEDIA_TYPE, Kind
from service.server.messages.strict_json import LONGEST_KEY, dumps

MOST_EXPLAINED = 50  # faults whose nearest known words are looked for; an honest slip is in the first of them
MOST_LISTED = 1000  # more than any honest request can have; saying each of a hundred thousand would take minutes


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault: where (tokens of a JSON pointer), which code, how to mend it, and facts such as ``accepted``."""

    where: tuple[str, ...]
    code: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pointer(self) -> str:
        """Return the place as an RFC 6901 JSON pointer; a key beyond 64 characters is cut."""
        return "".join("/" + token[:LONGEST_KEY].replace("~", "~0").replace("/", "~1") for token in self.where)

    def under(self, where: tuple[str, ...]) -> Self:
        """Return the entry as a fault of something that stands at ``where``, as does what it is at odds ``with``."""
        facts = self.facts
        if "with" in facts:
            facts = {**facts, "with": Entry(where, self.code, "").pointer + facts["with"]}
        return replace(self, where=(*where, *self.where), facts=facts)

    def explained(self) -> Entry:
        """Return the entry with all that helps to mend it; asked for only when it is shown."""
        return self

    def document(self) -> dict[str, Any]:
        """Return the entry as it is sent, with all that helps to mend it."""
        return self.explained().plain_document()

    def plain_document(self) -> dict[str, Any]:
        """Return the same without looking for the nearest known words."""
        return {"pointer": self.pointer, "code": self.code, "detail": self.detail, **self.facts}


class InvalidRequest(Exception):
    """A request that was understood but cannot be used: all its faults, or the first thousand."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__("invalid request")
        self.entries = tuple(islice(entries, MOST_LISTED))


def problem_document(
    status: int, detail: str, request_id: str, entries: Iterable[Entry] = (), kind: Kind | None = None
) -> dict[str, Any]:
    """Return a problem as it is sent, with its faults; ``kind`` where the status alone does not tell it."""
    told = list(entries)
    faults = [entry.document() for entry in told[:MOST_EXPLAINED]]
    faults += [entry.plain_document() for entry in told[MOST_EXPLAINED:]]
    return problem_kinds.problem_document(status, detail, request_id, kind) | {"errors": faults}


def invalid_detail(entries: tuple[Entry, ...]) -> str:
    """Return the sentence above the list of faults."""
    if len(entries) == MOST_LISTED:
        return f"{MOST_LISTED} fields or more need attention; the first {MOST_LISTED} are listed."
    return "One field needs attention." if len(entries) == 1 else f"{len(entries)} fields need attention."


def problem(
    status: int, detail: str, request_id: str, entries: Iterable[Entry] = (), kind: Kind | None = None
) -> Response:
    """Return a problem as a response."""
    body = dumps(problem_document(status, detail, request_id, entries, kind)) + b"\n"
    return Response(body, status=status, content_type=MEDIA_TYPE)
