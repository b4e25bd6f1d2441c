"""Where a body in chunks ends, found while it arrives (RFC 9112, 7.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIZE = re.compile(rb"([0-9a-fA-F]+)[ \t]*(?:;|\Z)")
_END = b"\r\n"


@dataclass(slots=True)
class ChunkedBody:
    """How far a body was followed: ``at`` is where its next line begins, behind the chunk before.

    Without this a body could hold the bytes of a last chunk as data, and pass for whole while its sender stalls. What
    is malformed is complete too: the server's parser refuses it, and there is nothing to wait for.
    """

    at: int
    after_data: bool = False
    in_trailers: bool = False
    complete: bool = False

    def ends_in(self, buffer: bytearray) -> bool:
        """Follow the chunks through what has come; return whether the last one and what trails it are here."""
        while not self.complete and len(buffer) >= self.at + len(_END):
            end = self.at if self.after_data else buffer.find(_END, self.at)
            if end < 0:
                break
            self._pass(bytes(buffer[self.at : end + len(_END)]))
        return self.complete

    def _pass(self, line: bytes) -> None:
        """Go on behind one line, and behind the data that it announces."""
        self.at += len(line)
        if self.after_data:
            self.after_data, self.complete = False, line != _END
        elif self.in_trailers:
            self.complete = line == _END
        elif not (size := _SIZE.match(line.removesuffix(_END))):
            self.complete = True
        else:
            length = int(size[1], 16)
            self.at += length
            self.after_data, self.in_trailers = length > 0, length == 0
