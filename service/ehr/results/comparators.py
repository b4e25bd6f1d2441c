"""Comparators as systems write them, beside a number and in one text with it: in signs, in letters and in words."""

from __future__ import annotations

import html
import re

from service.clinical.measurement import laboratory_text

LONGEST_TEXT = 200  # longer than any comparator, number and unit, however they are written
SIGNS = {sign: sign for sign in laboratory_text.COMPARATORS} | laboratory_text.SIGNS
_SPOKEN = {
    ">": (
        *("gt", "greater than", "more than", "larger than", "higher than", "above", "over", "exceeds", "exceeding"),
        *("größer als", "groesser als", "mehr als", "über", "supérieur à", "plus de", "mayor que", "mayor de"),
        *("más de", "maggiore di", "groter dan", "meer dan"),
    ),
    ">=": (
        *("=>", "> =", ">/=", "> /=", ">/ =", "ge", "gte", "greater than or equal to", "more than or equal to"),
        *("greater or equal", "greater or equal to", "at least", "not less than", "mindestens", "au moins"),
        *("al menos", "almeno", "ten minste"),
    ),
    "<": (
        *("lt", "less than", "lower than", "smaller than", "fewer than", "below", "under", "kleiner als"),
        *("weniger als", "unter", "inférieur à", "moins de", "menor que", "menor de", "menos de", "minore di"),
        *("kleiner dan", "minder dan"),
    ),
    "<=": (
        *("=<", "< =", "</=", "< /=", "</ =", "le", "lte", "less than or equal to", "less or equal"),
        *("less or equal to", "at most", "not more than", "no more than", "höchstens", "au plus", "como máximo"),
        *("al massimo", "hoogstens"),
    ),
    "": ("=", "eq", "equal", "equals", "equal to"),
}
SPOKEN = {spoken.casefold(): sign for sign, many in _SPOKEN.items() for spoken in many}
_WIDE = str.maketrans("＜＞＝≦≧⩽⩾", "<>=≤≥≤≥")  # as Japanese systems write them
_UCUM_PREFIX = re.compile(r"UCUM\s+https?://unitsofmeasure\.org/?\s*,", re.IGNORECASE)
_HEAD = re.compile(r"[^\d.+]*", re.ASCII)
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-_](?=[^\W\d_])")  # within words only: one before a number is its sign


def sign_in(given: str) -> str:
    """Return the comparator that a text beside a number says, the text itself if it is none that is known."""
    said = _signs(given).strip()
    sign = _sign(said)
    return said if sign is None else sign


def plain(raw: str) -> str:
    """Write the ways of saying a comparator in letters, and of naming UCUM in passing, as a quantity is written.

    A text that is too long to be a number and its unit stays as it is, and is not read.
    """
    if len(raw) > LONGEST_TEXT:
        return raw
    said = _UCUM_PREFIX.sub(" ", _signs(raw)).strip()
    head = _HEAD.match(said)
    assert head is not None
    sign = _sign(head[0])
    return said if sign is None else f"{sign}{said[head.end() :]}"


def _signs(raw: str) -> str:
    """Write signs that were escaped for HTML, once or twice, or are of another width as themselves."""
    return html.unescape(html.unescape(raw)).translate(_WIDE)


def _sign(said: str) -> str | None:
    """Return the comparator that is said in signs or words, None if it is not known."""
    plain_said = " ".join(_HYPHEN.sub(" ", said).casefold().split())
    return SIGNS.get(plain_said, SPOKEN.get(plain_said)) if plain_said else ""
