"""The files of an export: which of its folder are read, and their lines in blocks. Nothing is trusted to end."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any, TypeAlias

ENDINGS = (".ndjson", ".ndjson.gz")
GZIP = b"\x1f\x8b"
BLOCK_BYTES = 4 << 20
HEAD_BYTES = 1 << 16
"""What is kept of a line that is too long, to tell whose it is."""
SMALL_BYTES = 64 << 20
"""A file that unpacks to no more is read, however well it was packed."""
MOST_NAMED = 10
TOO_LONG, DAMAGED, BOMB = "line_too_long", "file_damaged", "file_too_large"
NO_FILES = "No file here ends with .ndjson or .ndjson.gz: name the folder into which the export was downloaded."
NO_PLAIN_FILE = "{} is not a plain file (but a link, a folder or a device): put the file itself into the folder."


Text: TypeAlias = "BufferedReader[Any]"


class UnusableExport(Exception):
    """A folder or an option that cannot be used; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest line in bytes, and to how many times its size a packed file may unpack."""

    line_bytes: int = 8 << 20
    unpacked_times: int = 200


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file, by its place in ``Export.names``; ``first`` is the number of the first line.

    With a ``fault`` they are the beginning of a line that is too long, or nothing where the rest of a file is not read.
    """

    file: int
    first: int
    lines: bytes
    fault: str = ""


class Export:
    """The files of a folder that are read, in the order of their names, and what is told of the others."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self._folder, self.limits = folder, limits or Limits()
        if not folder.is_dir():
            raise UnusableExport(f"{folder} is not a folder.")
        entries = sorted(folder.iterdir())
        chosen = [entry for entry in entries if entry.name.lower().endswith(ENDINGS)]
        if not chosen:
            raise UnusableExport(NO_FILES)
        for entry in chosen:
            if not stat.S_ISREG(entry.lstat().st_mode):
                raise UnusableExport(NO_PLAIN_FILE.format(entry.name))
        self.names = [entry.name for entry in chosen]
        self.size = sum(entry.stat().st_size for entry in chosen)
        self.notes = _passed_over([entry for entry in entries if entry not in chosen])

    def digest(self) -> str:
        """Return a digest of the names and contents of all files."""
        whole = hashlib.blake2b(digest_size=16)
        for name in self.names:
            with (self._folder / name).open("rb") as stream:
                whole.update(
                    f"{name}\0{hashlib.file_digest(stream, 'blake2b').hexdigest()}\0".encode("utf-8", "replace")
                )
        return whole.hexdigest()

    def blocks(self, read: Callable[[int], None]) -> Iterator[Block]:
        """Yield all lines in order; ``read`` is told how many bytes of the files were read since it was told last."""
        for number, name in enumerate(self.names):
            with (self._folder / name).open("rb") as raw:
                at = 0
                for block in self._of_file(number, raw):
                    yield block
                    read(raw.tell() - at)
                    at = raw.tell()

    def _of_file(self, number: int, raw: BufferedReader) -> Iterator[Block]:
        is_packed = raw.peek(len(GZIP)).startswith(GZIP)
        most = max(SMALL_BYTES, self.limits.unpacked_times * os.fstat(raw.fileno()).st_size) if is_packed else 0
        text: Text = BufferedReader(gzip.GzipFile(fileobj=raw)) if is_packed else raw
        return _Lines(number, text, self.limits.line_bytes, most).blocks()


class _Lines:
    """The lines of one file; ``most`` is how many bytes it may have, 0 for any number."""

    def __init__(self, number: int, text: Text, longest: int, most: int) -> None:
        self._number, self._text, self._longest, self._most = number, text, longest, most
        self._line, self._kept, self._size = 1, list[bytes](), 0

    def blocks(self) -> Iterator[Block]:
        try:
            if self._text.peek(len(codecs.BOM_UTF8)).startswith(codecs.BOM_UTF8):
                self._text.read(len(codecs.BOM_UTF8))
            while read := self._text.readline(self._longest + 1):
                if self._is_cut(read):
                    yield self._block()
                    yield Block(self._number, self._line, read[:HEAD_BYTES], TOO_LONG)
                    self._line += 1
                    self._pass_over(read)
                else:
                    self._kept.append(read)
                    self._size += len(read)
                if self._size >= BLOCK_BYTES:
                    yield self._block()
                    self._mind_size()
        except (EOFError, gzip.BadGzipFile, zlib.error, _TooLarge) as error:
            yield self._block()
            yield Block(self._number, self._line, b"", BOMB if isinstance(error, _TooLarge) else DAMAGED)
        else:
            yield self._block()

    def _block(self) -> Block:
        block = Block(self._number, self._line, b"".join(self._kept))
        self._line += len(self._kept)
        self._kept, self._size = [], 0
        return block

    def _is_cut(self, read: bytes) -> bool:
        return len(read) > self._longest and not read.endswith(b"\n")

    def _pass_over(self, read: bytes) -> None:
        """Go to the end of a line, of which no more than one part is ever held."""
        while self._is_cut(read):
            self._mind_size()
            read = self._text.readline(self._longest + 1)

    def _mind_size(self) -> None:
        if self._most and self._text.tell() > self._most:
            raise _TooLarge


class _TooLarge(Exception):
    """A packed file unpacks to more than it may."""


def _passed_over(others: list[Path]) -> list[str]:
    if not others:
        return []
    named = ", ".join(f"{entry.name}/" if entry.is_dir() else entry.name for entry in others[:MOST_NAMED])
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return [f"Not read, since the name does not end with .ndjson or .ndjson.gz: {named}{more}."]
