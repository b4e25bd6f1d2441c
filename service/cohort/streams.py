"""Opens what a command is given to read, and shows on a terminal how much of it was read."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import click

Part = TypeVar("Part")


def encoding(name: str) -> str:
    """Return the name of an encoding as it came; raises ArgumentTypeError for one that is not of a text."""
    try:
        "".encode(name)
    except LookupError:
        raise argparse.ArgumentTypeError("this encoding of text is not known") from None
    return name


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """Open a file to read, ``-`` for standard input; raises OSError."""
    if name == "-":
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as stream:
        yield stream


def shown(parts: Iterable[Part], stream: BinaryIO) -> Iterator[Part]:
    """Yield the parts that are read from a stream, with a bar on a terminal that says how much of a file was read."""
    size = os.fstat(stream.fileno()).st_size if stream.seekable() else 0
    hidden = not (size and sys.stderr.isatty())
    with click.progressbar(length=size, file=sys.stderr, hidden=hidden) as bar:
        for part in parts:
            yield part
            if not hidden:
                bar.update(stream.tell() - bar.pos)
