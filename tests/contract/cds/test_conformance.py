"""Every requirement of CDS Hooks 2.0 that binds a service is mapped to a test that exists; none is open."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROW = re.compile(r"\| (\d+) \| ([A-Z ]+) \| ([\w-]+) \| ([^|]+) \| `([\w/.]+)::(\w+)` \|")
BINDING = {
    *range(1, 15),
    16,
    *(27, 28, 29, 34, 35, 36, 52, *range(54, 62)),
    *range(74, 79),
    *range(80, 86),
    *range(87, 91),
    *range(92, 97),
    *range(98, 101),
    *range(103, 114),
    *range(115, 126),
    *range(127, 137),
    *range(138, 143),
    *range(144, 149),
    *(168, 175, 176, 177, 179, 195, 199, 200, 201, 203, *range(205, 209)),
    *range(210, 221),
} - {15}
"""Their numbers in the list, for the actors Service and Client with Service."""


def rows() -> list[tuple[str, ...]]:
    text = (ROOT / "docs" / "cds-hooks-conformance.md").read_text(encoding="utf-8")
    return [row.groups() for row in ROW.finditer(text)]


def test_the_table_is_whole() -> None:
    numbers = [int(row[0]) for row in rows()]
    assert numbers == sorted(BINDING)
    text = (ROOT / "docs" / "cds-hooks-conformance.md").read_text(encoding="utf-8")
    assert text.count("\n|") == len(numbers) + 2


@pytest.mark.parametrize("place", sorted({(row[4], row[5]) for row in rows()}))
def test_every_test_named_exists(place: tuple[str, str]) -> None:
    path, name = place
    assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_the_manual_says_what_lies_outside_the_service() -> None:
    manual = (ROOT / "docs" / "ehr.md").read_text(encoding="utf-8")
    outside = manual.partition("## What lies outside the service")[2]
    assert all(word in outside for word in ("mutual TLS", "ingress", "agreed with the client", "MAS_CDS_HOOKS"))
