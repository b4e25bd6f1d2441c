"""The reader for large documents gives what the strict reader gives, whatever the document."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.server.messages import large_json
from service.server.messages.large_json import loads_large
from service.server.messages.strict_json import DEEPEST, LONGEST_NUMBER, NotJson, loads

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["[", "}", "[]", '"', "\\", "µg/L", "a"]
)
NUMBERS = st.integers(-(10**34), 10**34) | st.decimals(allow_nan=False, allow_infinity=False, places=3)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(TEXTS, below, max_size=4),
    max_leaves=20,
)


def as_read(reader: Any, body: bytes) -> object:
    """What a reader says: the document with every number a Decimal, or its refusal."""
    try:
        return exact(reader(body))
    except NotJson as refusal:
        return f"refused: {refusal}"


def exact(document: Any) -> Any:
    """The same with every integer a Decimal, and the kind of everything else: true is no 1."""
    if isinstance(document, dict):
        return {key: exact(value) for key, value in document.items()}
    if isinstance(document, list):
        return [exact(one) for one in document]
    assert not isinstance(document, float)
    exactly = Decimal(document) if type(document) is int else document
    return type(exactly), exactly


def written(document: object, *, escaped: bool = False, compact: bool = False) -> bytes:
    """JSON as others write it, with blanks or without."""
    form: dict[str, Any] = {"separators": (",", ":")} if compact else {"indent": 1}
    return json.dumps(document, ensure_ascii=escaped, default=lambda one: one.__float__(), **form).encode()


@given(DOCUMENTS, st.booleans(), st.booleans())
def test_a_document_is_read_as_the_strict_reader_reads_it(document: object, escaped: bool, compact: bool) -> None:
    body = written(document, escaped=escaped, compact=compact)
    assert as_read(loads_large, body) == as_read(loads, body)


@given(DOCUMENTS, st.data())
def test_a_damaged_document_is_refused_as_the_strict_reader_refuses_it(document: object, data: st.DataObject) -> None:
    body = written(document)
    at = data.draw(st.integers(0, len(body)))
    damaged = body[:at] + data.draw(st.binary(max_size=3)) + body[at + data.draw(st.integers(0, 3)) :]
    assert as_read(loads_large, damaged) == as_read(loads, damaged)


@given(st.lists(st.sampled_from([b'"a"', b'"b"', b'"[]{}"']), min_size=1, max_size=4))
@example([b'"a"', b'"a"'])
def test_a_key_given_twice_is_never_lost(keys: list[bytes]) -> None:
    body = b'{"out": [{%b}]}' % b", ".join(b"%b: 1" % key for key in keys)
    refused = str(as_read(loads_large, body)).startswith("refused: an object has the same key twice")
    assert refused == (len(set(keys)) < len(keys))


@pytest.mark.parametrize(
    "body",
    [
        b"9" * LONGEST_NUMBER,
        b"9" * (LONGEST_NUMBER + 1),
        b"-" + b"9" * LONGEST_NUMBER,
        b"9" * 5000,
        b"1e331",
        b"[1.5, -0.0, 1E+4, 9007199254740993, true]",
        b"[" * DEEPEST + b"]" * DEEPEST,
        b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1),
        b'{"a":[' * DEEPEST + b"]}" * DEEPEST,
        b'["["]',
        b"[" * 100_000,
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf{}",
        b"",
        b"NaN",
    ],
    ids=range(15),
)
def test_at_each_limit_both_say_the_same(body: bytes) -> None:
    assert as_read(loads_large, body) == as_read(loads, body)


def test_a_plain_document_needs_no_strict_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_json, "loads", None)
    assert loads_large(b'{"unit": "mg/L{FEU}", "value": [1.50, 2]}') == {
        "unit": "mg/L{FEU}",
        "value": [Decimal("1.50"), 2],
    }
