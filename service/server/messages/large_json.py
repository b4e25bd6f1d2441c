"""The strict reader for large documents: the same answers, in a fraction of the time.

The strict reader looks at every object in Python, which for a patient's record takes longer than all the rest. Here the
document is read by a fast library, and that nothing was lost or is too deep is proved from the bytes as a whole. What
cannot be proved so is left to the strict reader, as is everything that is refused.
"""

from __future__ import annotations

from typing import Any

import msgspec

from service.server.messages.strict_json import DEEPEST, LONGEST_NUMBER, dumps, exact_number, loads

_DECODER = msgspec.json.Decoder(float_hook=exact_number)
_QUOTE = b'"'
_ESCAPE = b"\\"
_BRACKETS = b"[]{}"
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(code for code in range(256) if code not in _BRACKETS)
_SAME_DIGIT = bytes(ord("0") if chr(code).isdigit() and code < 128 else ord(" ") for code in range(256))


def loads_large(body: bytes) -> Any:
    """Read UTF-8 JSON, every number exact: an int, or a Decimal if it has a point or an exponent. Raises NotJson."""
    if _ESCAPE in body or b"0" * LONGEST_NUMBER in body.translate(_SAME_DIGIT):
        return loads(body)
    try:
        document = _DECODER.decode(body)
    except (ValueError, RecursionError):
        return loads(body)
    again = dumps(document)
    return document if _is_whole(body, again) and not _may_be_deep(again) else loads(body)


def _is_whole(body: bytes, again: bytes) -> bool:
    """Whether no key came twice: of two equal ones the first is lost, and two quotes with it (there are no escapes)."""
    return body == again or body.count(_QUOTE) == again.count(_QUOTE)


def _may_be_deep(again: bytes) -> bool:
    """Whether pairs of brackets are left when as many levels as allowed are taken away, the innermost first."""
    brackets = again.translate(_ONE_KIND, _NO_BRACKETS)
    for _ in range(DEEPEST):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)
