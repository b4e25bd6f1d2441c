"""Cuts a body into lines while it arrives, holding one piece and one line at most, however long the body is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

PIECE = 16_384


class Readable(Protocol):
    """The one method of a request's body that is used."""

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""


class TooLong:
    """Stands in for a line over the limit, which is never held in full."""


TOO_LONG = TooLong()
Line = bytes | TooLong


def line_groups(stream: Readable, limit: int) -> Iterator[list[Line]]:
    """Yield the lines that each piece of the body completes, without their ends; blank lines are left out.

    ``limit`` is in bytes, the end of the line not counted.
    """
    rest, overlong = b"", False
    while piece := stream.read(PIECE):
        first, *others = piece.split(b"\n")
        if not others:
            rest, overlong = _grown(rest + first, limit, overlong=overlong)
            continue
        group = [TOO_LONG if overlong else rest + first, *others[:-1]]
        yield [checked for line in group if (checked := _checked(line, limit))]
        rest, overlong = _grown(others[-1], limit, overlong=False)
    last = _checked(TOO_LONG if overlong else rest, limit)
    if last:
        yield [last]


def _grown(rest: bytes, limit: int, *, overlong: bool) -> tuple[bytes, bool]:
    """Let go of a line that is already too long; the byte more is the carriage return that may end it."""
    return (b"", True) if overlong or len(rest) > limit + 1 else (rest, False)


def _checked(line: Line, limit: int) -> Line:
    if isinstance(line, TooLong):
        return line
    line = line.strip(b" \t\r")
    return TOO_LONG if len(line) > limit else line
