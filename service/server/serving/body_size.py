"""How large a body may be, and how one under gzip is read within the same limit: a bomb is cut off while it unpacks."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from service.server.settings import Settings

PLAIN, GZIP = ("", "identity"), ("gzip", "x-gzip")
PIECE = 16_384
LARGEST_RATIO = 100
"""How many times its own size a body without a limit may unpack to, beyond ``FREE`` bytes."""
FREE = 8 << 20
MIB = 1 << 20
DAMAGED = "The compressed request body is damaged or ends early."
BOMB = f"The compressed request body unpacks to more than {LARGEST_RATIO} times its size."
_GZIP_FORMAT = 16 + zlib.MAX_WBITS


class CodedBody(UnsupportedMediaType):
    """A body under a coding of its content other than gzip, or under one of its transfer: it is refused."""

    description = "The request body may be sent as it is, or with Content-Encoding: gzip; no other coding is undone."

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Say what is accepted instead (RFC 9110, 12.5.3)."""
        return [*super().get_headers(*args, **kwargs), ("Accept-Encoding", "gzip, identity")]


@dataclass(frozen=True, slots=True)
class Limit:
    """The bytes that a body may have, unpacked, and the setting that says so."""

    size: int
    setting: str

    def exceeded(self) -> RequestEntityTooLarge:
        """Return the error that names both."""
        shown = f"{self.size // MIB} MiB" if self.size % MIB == 0 else f"{self.size} bytes"
        return RequestEntityTooLarge(f"The body is larger than {shown}, the limit of {self.setting} on this server.")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limit of each address; those below ``record_folders`` take whole records of patients."""

    plain: Limit
    records: Limit
    record_folders: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings, record_paths: Sequence[str]) -> Limits:
        """Return the limits that an operator has set."""
        plain = Limit(settings.max_body_bytes, "MAS_MAX_BODY_BYTES")
        records = Limit(settings.fhir_max_body_bytes, "MAS_FHIR_MAX_BODY_BYTES")
        return cls(plain, records, tuple(f"{path}/" for path in record_paths))

    def at(self, path: str) -> Limit:
        """Return the limit of one address."""
        return self.records if f"{path}/".startswith(self.record_folders) else self.plain


class Unpacked(io.RawIOBase):
    """What a body under gzip holds, unpacked piece by piece, never more at once than is asked for."""

    def __init__(self, packed: io.BufferedIOBase, limit: Limit | None) -> None:
        super().__init__()
        self.packed = packed
        self.limit = limit
        self.member = zlib.decompressobj(_GZIP_FORMAT)
        self.rest = b""
        self.taken = 0
        self.given = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Unpack into a buffer; raises BadRequest and RequestEntityTooLarge."""
        view = memoryview(buffer)
        data = self._next(len(view))
        self.given += len(data)
        if self.limit is not None and self.given > self.limit.size:
            raise self.limit.exceeded()
        if self.limit is None and self.given > FREE + LARGEST_RATIO * self.taken:
            raise RequestEntityTooLarge(BOMB)
        view[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        """Return up to ``size`` bytes, none at the end; a body may be made of several members, one after another."""
        while True:
            if self.member.eof:
                self.rest = self.member.unused_data or self._take()
                if not self.rest:
                    return b""
                self.member = zlib.decompressobj(_GZIP_FORMAT)
            data = self._unpack(size)
            if data:
                return data
            if not self.member.eof and not self.rest:
                self.rest = self._take()
                if not self.rest:
                    raise BadRequest(DAMAGED)

    def _unpack(self, size: int) -> bytes:
        try:
            data = self.member.decompress(self.rest, size)
        except zlib.error:
            raise BadRequest(DAMAGED) from None
        self.rest = self.member.unconsumed_tail
        return data

    def _take(self) -> bytes:
        piece = self.packed.read(PIECE)
        self.taken += len(piece)
        return piece
