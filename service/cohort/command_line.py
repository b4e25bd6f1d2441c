"""What the commands share: how options are read, the file they are given, and the bar that says how far they are."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import click

from service.clinical.data.toml_reader import BadData
from service.ehr.terminology.code_file import load_codes
from service.server.setting_forms import Form

Part = TypeVar("Part")
Value = TypeVar("Value")


def formed(form: Form[Value]) -> Callable[[str], Value]:
    """Return what reads an option of a form; it raises ArgumentTypeError."""
    read, words = form

    def option(text: str) -> Value:
        try:
            return read(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{words} is needed") from None

    return option


def code_map(name: str) -> str:
    """Return the name of a site's file of codes as it came; raises ArgumentTypeError if the file cannot be used."""
    try:
        load_codes(name)
    except BadData as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name


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
