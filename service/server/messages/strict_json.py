"""JSON as a lab panel needs it: no NaN, no duplicate keys, no number that is not exact, no bomb.

Python's own reader takes all of these silently (of two equal keys the last one wins): a wrong ferritin could slip in.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any, NoReturn

import msgspec

from service.server import budget

LONGEST_NUMBER = 32
EXPONENT_DIGITS = 4
LARGEST_EXPONENT = 330  # what the doubles of a sender can hold; no result comes near
DEEPEST = 64
LONGEST_KEY = 64
MOST_VALUES = 600_000
"""Values and keys of one document, by the signs that begin or part them: each takes a hundred bytes once it is read."""
_OTHER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # with which those of UTF-32 begin or which hold a NUL
_DECIMAL_COMMA = re.compile(r"\d,\d", re.ASCII)
_LATER_WORDS = "Illegal trailing comma"  # of later versions of Python, which point at it; earlier ones point behind it

dumps = msgspec.json.Encoder(decimal_format="number").encode
"""Writes JSON as bytes; every Decimal is written digit for digit."""


class NotJson(ValueError):
    """The body is not JSON that may be used; the message says why, and quotes nothing of it but a key."""


def loads(body: bytes) -> Any:
    """Read UTF-8 JSON with every number a Decimal; raises NotJson."""
    if body.startswith(_OTHER_MARKS) or b"\0" in body[:4]:  # no JSON in UTF-8 has a NUL
        raise NotJson("the body is UTF-16 or UTF-32, not UTF-8: convert it")
    try:
        text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"the body is not UTF-8 (byte {error.start}) but perhaps Latin-1: convert it") from None
    if len(text) > MOST_VALUES and sum(map(text.count, ",[{")) > MOST_VALUES:
        raise NotJson(f"the body has more than {MOST_VALUES} values (commas and opening brackets): send less at a time")
    try:
        document = _DECODER.decode(text)
    except RecursionError:
        raise NotJson("the body is nested too deeply") from None
    except json.JSONDecodeError as error:
        if not text.strip():
            raise NotJson("the body is empty") from None
        said = error.msg.removesuffix(" at")
        raise NotJson(f"{said} at line {error.lineno} column {error.colno}{_slip(error)}") from None
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        _refuse_lone_surrogates(document)
    if text.count("[") + text.count("{") > DEEPEST:  # fewer cannot be nested so deeply
        _refuse_depth(document)
    return document


def written(document: object) -> msgspec.Raw:
    """Return JSON written beforehand, to be put into a document as it is."""
    text = dumps(document)
    budget.current().write(len(text))
    return msgspec.Raw(text)


def within(text: str) -> bytes:
    """Return a text as it stands inside a longer one in JSON: without quotes of its own."""
    return dumps(text)[1:-1]


def _slip(error: json.JSONDecodeError) -> str:
    """Name the usual slip at a place that is not JSON; "" for any other."""
    text, at = error.doc, error.pos
    if text.startswith("'", at):
        return ": texts stand in double quotes"
    if _DECIMAL_COMMA.fullmatch(text, max(0, at - 2), at + 1):
        return ": the decimal sign is a point"
    if error.msg.startswith(_LATER_WORDS) or (text[:at].rstrip().endswith(",") and text.startswith(("}", "]"), at)):
        return ": no comma before the end"
    return ""


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise NotJson(f"an object has the same key twice, {twice[:LONGEST_KEY]!r}")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is not a JSON number")


def exact_number(text: str) -> Decimal:
    """Return a JSON number as a Decimal; raises NotJson for one of unreasonable length or size."""
    if len(text) > LONGEST_NUMBER:
        raise NotJson(f"a number has more than {LONGEST_NUMBER} characters")
    _, _, exponent = text.lower().partition("e")
    number = Decimal(text) if len(exponent.lstrip("+-0")) <= EXPONENT_DIGITS else None  # of more, Decimal refuses some
    if number is None or abs(number.adjusted()) > LARGEST_EXPONENT:
        raise NotJson(f"a number is beyond 10 to the power of {LARGEST_EXPONENT} or -{LARGEST_EXPONENT}")
    return number


def _refuse_lone_surrogates(document: object) -> None:
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeEncodeError:
        raise NotJson("a text has half of a surrogate pair") from None


def _refuse_depth(document: object) -> None:
    level: list[Any] = [document] if isinstance(document, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            below
            for above in level
            for below in (above.values() if type(above) is dict else above)
            if type(below) is dict or type(below) is list
        ]
        if not level:
            return
    raise NotJson(f"the body is nested deeper than {DEEPEST} levels")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_refuse_duplicates,
    parse_constant=_refuse_constant,
    parse_float=exact_number,
    parse_int=exact_number,
)
