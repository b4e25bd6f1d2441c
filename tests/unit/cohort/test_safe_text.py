"""Texts of callers in a table: recognisable, told apart, and never a formula."""

import csv
import io
import unicodedata

import pytest

from service.cohort.results import write_rows
from service.cohort.safe_text import LONGEST_IDENTITY, bounded, safe, visible

HOSTILE = [
    "=1+1", "+1", "-1", "@x", " =1", "'=1", '"=1', "＝1+1", "＋1", "－1", "＠x", "\ufeff=1", "\u200b=1", "\u200b＝1", "a;=1+1", 'a;"=1"', "a; @x", "a\t=1", "a\r=1",
    "a\n=1", "a\r\n=1", "\u202e=1", "\u2066a\u2069", "a\x00b", "a\u2028=1", "\x85=1", "﹦1", "a\\u200bb", "a\u200bb", "\U000e0001=1",
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), [
    ("=1+1", "'=1+1"), ("@x", "'@x"), ("A=1", "A=1"), ("", ""), ("Müller, Jürgen", "Müller, Jürgen"), ("山田　太郎", "山田　太郎"), ("a;b", "a;b"), ("DOM\\user", "DOM\\user"),
    ("a\tb", "a\\u0009b"), ("a\r\nb", "a\\u000d\\u000ab"), ("\u200b=1", "\\u200b=1"), ("a;=1", "a;'=1"), ("'=1", "''=1"), ("a\\u200bb", "a\\u005cu200bb"), ("\U000e0001", "\\U000e0001"),
])  # fmt: skip
def test_a_text_stays_recognisable(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_any_separator_begins_a_formula(text: str) -> None:
    line = write_rows([["1", safe(text), "x"]])
    assert line.count("\n") == 1
    assert next(csv.reader(io.StringIO(line)))[1] == safe(text)
    for cell in [*safe(text).split(";"), *line.split(",", 1)[1].split(";")]:
        bare = "".join(
            character
            for character in unicodedata.normalize("NFKC", cell)
            if unicodedata.category(character)[0] not in "CZ"
        )
        assert bare.lstrip('"')[:1] not in ("=", "+", "-", "@")
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in safe(text))


def test_no_two_identities_become_one() -> None:
    assert len({safe(text) for text in HOSTILE}) == len(HOSTILE)


def test_an_identity_is_bounded() -> None:
    assert bounded("x" * LONGEST_IDENTITY) == "x" * LONGEST_IDENTITY
    assert bounded("x" * 10_000) == "x" * LONGEST_IDENTITY + "…"
    assert visible("plain") == "plain"
