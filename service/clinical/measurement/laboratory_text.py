"""A number as a laboratory writes it, in one text: comparator, number and unit, and nothing that could mean another."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from service.clinical.data import toml_reader
from service.clinical.measurement.analytes import Analyte, suggestion
from service.clinical.measurement.fault import Fault
from service.clinical.measurement.limits import LONGEST_QUANTITY, LONGEST_UNIT
from service.clinical.measurement.units import Unit

COUNT = "10*9/L"
COMPARATORS = ("<", "<=", ">", ">=")
SIGNS = {"≤": "<=", "≥": ">="}
_WORDS = toml_reader.read(toml_reader.FOLDER / "result_words.toml")
BLANK = "\N{NO-BREAK SPACE}"
"""Stands for every blank but the common one: it may set thousands apart, a common blank alone may not."""
_BLANKS = "\u202f\u2009\u2007\u2008\u200a\u2006"  # narrow, thin, figure, punctuation, hair, six to an em
_SAME = str.maketrans(
    "０１２３４５６７８９＋－．，＜＞＝≦≧⩽⩾’‘ʼ＇＊（）İı" + _BLANKS,
    "0123456789+-.,<>=≤≥≤≥''''*()Ii" + BLANK * len(_BLANKS),
)


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for one of the words, the longest first; a blank in a word may be several."""
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in longest_first)


def _by_word(section: str) -> dict[str, str]:
    """Return what each word of a section, folded as a text is, stands for."""
    return {word.casefold(): sign for sign, words in _WORDS[section].items() for word in words}


def _words_of(section: str) -> str:
    """Return a pattern for the words of a section, as they are written and folded."""
    written = {word for words in _WORDS[section].values() for word in words}
    return _any_of(written | {word.casefold() for word in written})


_BEFORE, _BEHIND = _by_word("before"), _by_word("behind")
_USUAL = re.compile(r"([<>]=?)?(\d+(?:\.\d+)?)(?: (.+))?", re.ASCII)
_SIGN = re.compile(r"\s*(?:([<>])\s?(?:/\s?|or\s?)?=|=([<>])|([<>≤≥=]))\s*", re.IGNORECASE)
_SPOKEN = re.compile(rf"\s*({_words_of('before')})(?=[\s\d.])\s*", re.IGNORECASE)
_SUFFIX = re.compile(rf"\s*({_words_of('behind')})\s*", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2}(?=\s|\Z))?", re.ASCII)
_GROUPED = re.compile(
    rf"\+?(?:[1-9]\d{{0,2}}([,.' {BLANK}])\d{{3}}(?:\1\d{{3}})*|[1-9]\d?(?:,\d\d)+,\d{{3}})(\.\d+)?(?![\d,.'])",
    re.ASCII,
)
_LOST_EXPONENT = re.compile(r"(?:[x×*·]\s*)?10\s?(?:[3469]|12)(?!\d)", re.ASCII | re.IGNORECASE)
_LOST_IN_GROUP = re.compile(rf"[ {BLANK}]10[3469]\s*/", re.ASCII)
_MORE_NUMBER = re.compile(r"[,.'_]|(?!10\s*[*^eE+x(⁰-⁹¹²³＾])\d", re.ASCII)
_BOUNDS = re.compile(r"(?:[-–—−~±]|\+\s?/?\s?-|to\b|bis\b)\s*[<>]?\s*\.?\d", re.ASCII | re.IGNORECASE)
_SIGNALS = "*↑↓▲▼!#†‡§^"
_MARK = rf"(?:[{_SIGNALS}]+|(?:{_any_of(_WORDS['flags']['any'])})(?![^\W\d_]))"
_FLAG = re.compile(rf"\s*(?:\(\s*{_MARK}\s*\)|\[\s*{_MARK}\s*\]|{_MARK})\s*", re.IGNORECASE)
_FLAG_LAST = re.compile(
    rf"(.*?)\s*(?:\(\s*{_MARK}\s*\)|\[\s*{_MARK}\s*\]|[{_SIGNALS}]+|(?<=\s){_MARK})\s*", re.IGNORECASE
)
TWO_WAYS = re.compile(r"\+?[1-9]\d{0,2}\.\d{3}", re.ASCII)
"""A number whose point may set thousands apart; the page goes by it as well."""


class Quantity(NamedTuple):
    """A number as sent: value, unit text or "", comparator or "".

    ``two_ways`` if its point or comma may set thousands apart; ``value`` takes it for a decimal sign. ``comma`` if it
    is a comma, which is no decimal sign here.
    """

    value: Decimal
    unit: str = ""
    comparator: str = ""
    two_ways: bool = False
    comma: bool = False


def read_text(analyte: Analyte, text: str) -> Quantity:
    """Parse ``"[<|<=|>|>=] number unit"``; raises Fault ``invalid_quantity``."""
    if len(text) > LONGEST_QUANTITY:
        raise Fault("invalid_quantity", "too_long", longest=LONGEST_QUANTITY)
    usual = _USUAL.fullmatch(text)
    if usual:
        comparator, number, unit = usual.groups()
        if (not unit or unit in analyte.table.units) and not ("." in number and TWO_WAYS.fullmatch(number)):
            return Quantity(Decimal(number), unit or "", comparator or "")  # what all the rest would make of it
    said = _with_common_signs(text)
    if "\n" in said:  # two lines are two statements
        raise Fault("invalid_quantity", "form")
    comparator, said = _comparator(said)
    number, said = _number(said)
    value, two_ways, comma = _value(number)
    unit = said.replace(BLANK, " ").strip()
    if unit and analyte.table.find(unit) is None:
        behind, unit = _behind(unit)
        if behind and comparator:
            raise Fault("invalid_quantity", "form")
        comparator = comparator or behind
        _refuse_more(analyte, value, unit)
    return Quantity(value, unit, comparator, two_ways, comma)


def _with_common_signs(text: str) -> str:
    """Write signs, digits and blanks as they are here; several blanks become one."""
    composed = unicodedata.normalize("NFC", html.unescape(text))
    return re.sub(r"[ \t]+", " ", composed.translate(_SAME)).strip(" \r\n" + BLANK)


def has_flag(text: str) -> bool:
    """Return whether a text is a number with a flag before or behind it: ``H 12500``, ``12500*``."""
    if len(text) > LONGEST_QUANTITY:
        return False
    try:
        number, rest = _number(_comparator(_with_common_signs(text))[1])
    except Fault as fault:
        return fault.about == "flag"
    return bool(number and rest and _FLAG.fullmatch(rest))


def _comparator(said: str) -> tuple[str, str]:
    """Return the comparator in front, in signs or in words, and what follows it."""
    match = _SIGN.match(said)
    if match:
        side = match[1] or match[2]
        sign = f"{side}=" if side else SIGNS.get(match[3], match[3])
        return ("" if sign == "=" else sign), said[match.end() :]
    match = _SPOKEN.match(said)
    if match:
        return _BEFORE[" ".join(match[1].casefold().split())], said[match.end() :]
    return "", said


def _number(said: str) -> tuple[str, str]:
    """Return the number with its signs for thousands, and what follows it; raises Fault."""
    match = _GROUPED.match(said)
    if match and match[1] in (" ", ".") and match[0].count(match[1]) == 1:
        match = None  # 5 100 /uL is two numbers as well as one, and 12.500 is told as it is
    match = match or _PLAIN.match(said)
    if match:
        if _LOST_IN_GROUP.search(said, 0, match.end() + 3):
            raise Fault("invalid_quantity", "lost_exponent")
        return match[0], said[match.end() :]
    flag = _FLAG.match(said)
    is_flagged = flag and _PLAIN.match(_comparator(said[flag.end() :])[1])
    raise Fault("invalid_quantity", "flag" if is_flagged else "form")


def _value(number: str) -> tuple[Decimal, bool, bool]:
    """Return the value of a number, whether a sign in it may be taken for two things, and whether that is a comma."""
    if TWO_WAYS.fullmatch(number):
        return Decimal(number), True, False
    commas, points = number.count(","), number.count(".")
    if commas == 1 and not points:
        return Decimal(number.replace(",", ".")), True, True
    plain = re.sub(rf"[,' {BLANK}]", "", number)
    return Decimal(plain.replace(".", "") if points > 1 else plain), False, False


def _behind(unit: str) -> tuple[str, str]:
    """Return a comparator that stands behind the number or its unit, and the unit without it."""
    for match in _SUFFIX.finditer(unit):
        if match.start() == 0 or match.end() == len(unit):
            return _BEHIND[" ".join(match[1].casefold().split())], (unit[: match.start()] + unit[match.end() :]).strip()
    return "", unit


def _refuse_more(analyte: Analyte, value: Decimal, unit: str) -> None:
    """Raise Fault if the unit starts with what should have been part of the number, or holds a flag."""
    if not unit or analyte.table.find(unit):
        return
    if _LOST_EXPONENT.match(unit):
        raise Fault("invalid_quantity", "lost_exponent", **suggestion(analyte, value, None))
    if _BOUNDS.match(unit):
        raise Fault("invalid_quantity", "bounds")
    if _MORE_NUMBER.match(unit):
        raise Fault("invalid_quantity", "decimal_comma" if unit[0] == "," else "form")
    if _is_flagged(analyte, unit):
        raise Fault("invalid_quantity", "flag")


def _is_flagged(analyte: Analyte, text: str) -> bool:
    """Return whether a text is a flag, or one before or behind an accepted unit."""
    first, last = _FLAG.match(text), _FLAG_LAST.fullmatch(text)
    if first and (first.end() == len(text) or analyte.table.find(text[first.end() :])):
        return True
    return bool(last and analyte.table.find(last[1]))


def read_unit(analyte: Analyte, text: str) -> Unit:
    """Return the accepted unit; raises Fault ``unit_required`` or ``unit_not_accepted``."""
    unit = analyte.table.find(text)
    if unit is not None:
        return unit
    accepted = list(analyte.table.units)
    if len(text) > LONGEST_UNIT:
        raise Fault("unit_not_accepted", "too_long", accepted=accepted, longest=LONGEST_UNIT)
    sent = " ".join(text.split())
    if not sent:
        raise Fault("unit_required", accepted=accepted)
    raise Fault("unit_not_accepted", _about(analyte, sent), accepted=accepted)


def _about(analyte: Analyte, sent: str) -> str:
    """Return the reason why a text is no unit, where one is known."""
    if sent == "%":
        return "percent" if analyte.canonical == COUNT else "percent_of"
    if _LOST_EXPONENT.match(sent):
        return "lost_exponent"
    return "flag" if _is_flagged(analyte, sent) else ""
