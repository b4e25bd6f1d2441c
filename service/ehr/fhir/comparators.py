"""Comparators as systems write them, in a Quantity and in a text: in signs, in letters and in words."""

from __future__ import annotations

import html
import re

from service.clinical.measurement import laboratory_text
from service.ehr.fhir.issues import Unusable
from service.ehr.fhir.json_shapes import Resource

SIGNS = laboratory_text.SIGNS | {"=": "", "=<": "<=", "=>": ">="}
_WIDE = str.maketrans("＜＞＝≦≧", "<>=≤≥")  # as Japanese systems write them
_UCUM_PREFIX = re.compile(r"\s*UCUM\s+https?://unitsofmeasure\.org/?\s*,\s*", re.IGNORECASE)
_SPOKEN = (
    (re.compile(r"^(?:GTE|GE|=>|>\s?/?\s?=|(?:greater|more) than or equal to)\s*(?=[.\d])", re.IGNORECASE), ">="),
    (re.compile(r"^(?:LTE|LE|=<|<\s?/?\s?=|less than or equal to)\s*(?=[.\d])", re.IGNORECASE), "<="),
    (re.compile(r"^(?:GT|(?:greater|more) than)\s*(?=[.\d])", re.IGNORECASE), ">"),
    (re.compile(r"^(?:LT|less than)\s*(?=[.\d])", re.IGNORECASE), "<"),
)


def sign_of(raw: Resource) -> str:
    """Return the comparator of a Quantity; one that is not read is never taken for none."""
    given = raw.get("comparator")
    if given is None and not raw.get("_comparator"):  # an extension in its place says something of it
        return ""
    if not isinstance(given, str):
        raise Unusable("comparator")
    sign = given.strip()
    return SIGNS.get(sign, sign)


def plain(raw: str) -> str:
    """Write the ways of saying a comparator in letters, and of naming UCUM in passing, as a quantity is written."""
    said = _UCUM_PREFIX.sub(" ", html.unescape(raw).translate(_WIDE).strip())
    for pattern, sign in _SPOKEN:
        said = pattern.sub(sign, said)
    return said
