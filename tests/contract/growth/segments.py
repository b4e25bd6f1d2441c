"""HL7 v2 messages as documents: segments of fields of components, and the ways in which a part of one grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from service.ehr.hl7v2.record import READ
from service.ehr.hl7v2.segment import Segment
from tests.contract.growth.shapes import ENDED, TEXTS, Shape
from tests.contract.growth.watched import Path, value_at
from tests.support.messages import HEADER, PATIENT, STILL, obr, obx

SIGNS = {
    "repetitions": "~",
    "words in repetitions": "ferritin~",
    "components": "^",
    "subcomponents": "a&",
    "escapes": "\\T\\",
    "open escapes": "\\Tx",
    "bytes": "\\XE4\\",
    "fields": "|",
    "lines": "\r",
}
LONGEST_NUMBER = 8
"""Digits beyond which a component is a time, which stays as it is."""
CODED = "2276-4^Ferritin^LN^FERR^Ferritin im Serum^L^3^1^Ferritin^FER2^Ferritin^99X"
ORDER = obr(
    at7="20261122074500", at8="20261122080000", at15="BLD&Blood&HL70070^venous", at22="20261122090000", at24="CH"
)
RESULTS = (
    obx(
        "905", "ng/mL^ng/mL^UCUM^ug/L^ug/L^L", CODED, at4="1.1", at7="7-140 ng/mL", at8="H^High", at19="20261122080000"
    ),
    obx("L^Low^HL70078^N^Niedrig^L^^^low", "", "777-3", "CWE", at8="L"),
    obx(">^140", "U/L", "1920-8", "SN"),
    obx("> 140 U/L", "", "1920-8", "ST"),
    obx("siehe Befund", "", "3255-7", "TX"),
    obx("905", "ng/mL", at11="W"),
)
DRUG = "1^tocilizumab^RXNORM^2^Actemra^L"
OTHERS = (
    "NTE|1|L|12500 ng/mL^more",
    "SPM|1|||BLD^Blood^HL70487|||||||||||||20261122074500",
    "ORC|NW|1|2",
    "DG1|2|I10|M32.1^Lupus^I10^M32^Lupus^L|Lupus||F" + "|" * 15 + "A",
    f"RXO|{DRUG}",
    f"RXE||{DRUG}",
    f"RXD||{DRUG}",
    f"RXG||||{DRUG}",
    f"RXA|||20261101|20261102|{DRUG}" + "|" * 15 + "CP|A",
    f"RXC||{DRUG}",
    "ZZZ|1|of a site",
    "PV1|1|I",
    "DSC|1",
)


def parted(*segments: str) -> list[Any]:
    """Return segments as lists of fields, each a list of components; the first is the segment's name."""
    return [[field.split("^") for field in segment.split("|")] for segment in segments]


MESSAGE = parted(PATIENT, STILL, ORDER, *RESULTS, *OTHERS)
assert {segment[0][0] for segment in MESSAGE} >= {*READ}


def joined(part: Any) -> str:
    """Return a part of a message as it is sent; what was put in for what lacked is empty."""
    if not isinstance(part, list):
        return part if isinstance(part, str) else ""
    if part and isinstance(part[0], list):
        return "|".join(map(joined, part))
    return "^".join(map(joined, part))


def written(document: Any) -> str:
    """Return a whole message; its header is not a part that grows."""
    return "".join(f"{line}\r" for line in (HEADER, *map(joined, document)))


def _numbered(part: Any, at: int) -> Any:
    if isinstance(part, list):
        return [_numbered(item, at) for item in part]
    return str(at) if part.isdecimal() and len(part) < LONGEST_NUMBER else part


def _renamed(part: Any, at: int) -> Any:
    if isinstance(part, list):
        first, *rest = part
        keeps = isinstance(first, list)  # a segment, which keeps its name and its kind
        return [
            *(part[:3] if keeps else [f"{first}{at}"]),
            *(_renamed(item, at) for item in (part[3:] if keeps else rest)),
        ]
    return f"{part}{at}" if part else part


def _many(made: Callable[[Any, int], Any]) -> Shape:
    def grown(size: int, before: Any, _name: str) -> str:
        before = before or "x"
        is_segment = isinstance(before, list) and isinstance(before[0], list)
        mark = "\r" if is_segment else "~"
        times = max(1, size // (len(joined(made(before, 1000))) + 1))
        return mark.join(joined(made(before, at)) for at in range(times))

    return grown


def _text(name: str, part: str) -> Shape:
    """Return a text that grows; a segment keeps its name, so that it is one."""
    begin, repeated, end = ENDED.get(name, ("", part, ""))

    def grown(size: int, before: Any, _name: str) -> str:
        head = f"{before[0][0]}|1|" if isinstance(before, list) and isinstance(before[0], list) else ""
        return head + begin + repeated * max(1, size // len(repeated.encode())) + end

    return grown


ER7_SHAPES: dict[str, Shape] = {
    **{name: _text(name, part) for name, part in {**TEXTS, **SIGNS, **dict.fromkeys(ENDED, "")}.items()},
    "copies": _many(lambda part, _at: part),
    "distinct items": _many(_numbered),
    "distinct texts": _many(_renamed),
    "bare": _many(lambda part, _at: part[:1] if isinstance(part, list) else "x"),
}


def paths_of(document: Any, read: Callable[[str], object]) -> dict[str, Path]:
    """Return the places of a message that are read or present, by name: segments, fields and components."""
    asked: dict[Path, None] = {}
    raw = Segment.raw
    lines = {}
    many: dict[str, int] = {}
    for at, segment in enumerate(document):
        name = joined(segment[0])
        many[name] = many.get(name, 0) + 1
        lines[f"{name}[{many[name]}]"] = at

    def noted(self: Segment, at: int) -> str:
        if self.where in lines:
            asked[lines[self.where], at] = None
        return raw(self, at)

    with mock.patch.object(Segment, "raw", noted):
        read(written(document))
    found: dict[str, Path] = {}
    for path in [*_present(document), *asked]:
        found.setdefault(_name(document, path), path)
    return found


def _present(document: Any) -> Iterator[Path]:
    for at, segment in enumerate(document):
        yield (at,)
        for field in range(1, len(segment)):
            if segment[field] != [""]:
                yield (at, field)
                yield from ((at, field, part) for part in range(len(segment[field])) if len(segment[field]) > 1)


def _name(document: Any, path: Path) -> str:
    segment = document[path[0]]
    name = joined(segment[0])
    kind = f"({joined(value_at(segment, (2,)))})" if name == "OBX" else ""
    return ".".join([name + kind, *map(str, path[1:])])
