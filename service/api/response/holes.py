"""Documents with holes: written once, in pieces between which a panel's own values are put."""

from __future__ import annotations

import msgspec

from service.server.messages.strict_json import dumps

_BYTE = b"\0"  # JSON never holds it
HOLE = msgspec.Raw(_BYTE)


def pieces_of(document: object) -> list[bytes]:
    """Write a document and return what stands before, between and after its holes."""
    return dumps(document).split(_BYTE)
