"""One segment of a message and its fields: split where they are asked for, escapes undone last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

NULL = '""'
"""What a sender writes to say that a field holds nothing."""
LONGEST_ESCAPE = 64
MOST_FIELDS = 200
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""Stands for a sign that an escape names and that is not known here: a text that holds it is no number and no code."""
HEADERS = ("MSH", "BHS", "FHS")


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs that part a message, as its header says them, and the character set for signs given as bytes."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""
    charset: str = "utf-8"

    def plain(self, raw: str) -> str:
        """Return a text with its escapes undone, each once: what an escape stands for is never taken for another."""
        if self.escape not in raw:
            return raw
        fixed = {
            "F": self.field,
            "S": self.component,
            "T": self.subcomponent,
            "R": self.repetition,
            "E": self.escape,
            "P": self.truncation,
            **dict.fromkeys(("H", "N"), ""),
            **dict.fromkeys((".br", ".sp"), "\n"),
        }

        def meant(found: re.Match[str]) -> str:
            said = found[1]
            if said in fixed:
                return fixed[said]
            if said[:1] == "X":
                fixed[said] = self._of_bytes(said[1:])
                return fixed[said]
            return UNREADABLE if said[:1] in ("C", "M", "Z", ".") else found[0]

        sign = re.escape(self.escape)
        return re.sub(rf"{sign}([^{sign}]{{0,{LONGEST_ESCAPE}}}){sign}", meant, raw)

    def escaped(self, text: str) -> str:
        """Return a text as it stands within a field, on one line."""
        signs = {self.escape: "E", self.field: "F", self.component: "S", self.subcomponent: "T", self.repetition: "R"}
        table = {ord(sign): f"{self.escape}{letter}{self.escape}" for sign, letter in signs.items()}
        return " ".join(text.translate(table).split())

    def _of_bytes(self, digits: str) -> str:
        try:
            return bytes.fromhex(digits).decode(self.charset)
        except ValueError:
            return UNREADABLE


class Coded(NamedTuple):
    """A coded field (CE, CWE): its systems and codes, and its words."""

    coded: tuple[tuple[str, str], ...] = ()
    spoken: tuple[str, ...] = ()


def fields_of(line: str, separator: str) -> list[str]:
    """Return the fields of a line without blanks around them, "" for one that says that it holds nothing.

    No segment has as many as are looked for: what follows those is of no field.
    """
    fields = list(map(str.strip, line.split(separator, MOST_FIELDS)))
    return ["" if field == NULL else field for field in fields] if NULL in line else fields


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment with its place, such as ``OBX[3]``, its fields as ``fields_of`` gives them, and how it is parted."""

    name: str
    where: str
    fields: Sequence[str]
    marks: Marks

    def raw(self, at: int) -> str:
        """Return a field as sent, "" if there is none or it says that it holds nothing."""
        return self.fields[at] if at < len(self.fields) else ""

    def repetitions(self, at: int) -> list[str]:
        """Return the repetitions of a field that hold anything, as sent."""
        said = self.raw(at)
        if self.marks.repetition not in said:
            return [said] if said else []
        parts = dict.fromkeys(map(str.strip, said.split(self.marks.repetition)))  # what is said twice is said once
        return [part for part in parts if part not in ("", NULL)]

    def text(self, at: int) -> str:
        """Return the first component of the first repetition of a field."""
        said, marks = self.raw(at), self.marks
        if said.isalnum():
            return said
        for mark in (marks.repetition, marks.component, marks.subcomponent):
            if mark in said:
                said = said.split(mark, 1)[0]
        said = said.strip()
        return "" if said == NULL else marks.plain(said)

    def components(self, raw: str) -> list[str]:
        """Return the components of a repetition, with escapes undone; of subcomponents the first one counts."""
        marks = self.marks
        if marks.subcomponent in raw:
            parts = [part.split(marks.subcomponent, 1)[0].strip() for part in raw.split(marks.component)]
        else:
            parts = [part.strip() for part in raw.split(marks.component)]
        if marks.escape in raw or NULL in raw:
            parts = ["" if part == NULL else marks.plain(part) for part in parts]
        return parts

    def whole(self, raw: str) -> str:
        """Return a repetition that has no components as one text; a sign for subcomponents in it is itself."""
        return self.marks.plain(raw)

    def coded(self, at: int) -> Coded:
        """Return what all repetitions of a coded field say together."""
        said = [coded_in(self.components(raw)) for raw in self.repetitions(at)]
        return Coded(
            tuple(pair for part in said for pair in part.coded), tuple(word for part in said for word in part.spoken)
        )


def coded_in(parts: Sequence[str]) -> Coded:
    """Return the code and the words of a coded value, its alternate and second alternate ones, and its first text."""
    padded = [*parts, *[""] * (22 - len(parts))]
    triplets = (
        (padded[0], padded[1], padded[2]),
        (padded[3], padded[4], padded[5]),
        (padded[9], padded[10], padded[11]),
    )
    coded = tuple((system, code) for code, _, system in triplets if code)
    spoken = tuple(word for word in (*(word for _, word, _ in triplets), padded[8]) if word)
    return Coded(coded, spoken)
