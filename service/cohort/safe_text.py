"""Texts of callers as they may stand in a table: bounded, every character visible, and no spreadsheet runs them."""

from __future__ import annotations

import re
import unicodedata

LONGEST_IDENTITY = 200
CUT = "…"
_HIDDEN = ("Zl", "Zp")
_ESCAPE = re.compile(r"\\(?=u[0-9a-f]{4}|U[0-9a-f]{8})")
_PLAIN = re.compile(r"\w*", re.ASCII)
_FORMULA = re.compile("(^|;)([\\s\"']*)(?=[=+\\-@＝＋－＠﹦﹢﹣﹫])")
"""At the start, or where a spreadsheet that takes the semicolon for a separator starts a cell."""


def bounded(text: str, length: int = LONGEST_IDENTITY) -> str:
    """Return the text, cut with an ellipsis beyond a length."""
    return text if len(text) <= length else text[:length] + CUT


def visible(text: str) -> str:
    r"""Return the text with what cannot be seen written out: a tab as ``\u0009``, a zero-width space as ``\u200b``."""
    escaped = _ESCAPE.sub(r"\\u005c", text)  # so that no two texts become one
    if escaped.isprintable():
        return escaped
    return "".join(_written(character) if _is_hidden(character) else character for character in escaped)


def safe(text: str) -> str:
    """Return the text visibly, with an apostrophe before each sign that would begin a formula."""
    return text if _PLAIN.fullmatch(text) else _FORMULA.sub(r"\1\2'", visible(text))


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("C") or category in _HIDDEN


def _written(character: str) -> str:
    number = ord(character)
    return f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}"
