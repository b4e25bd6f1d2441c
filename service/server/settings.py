"""The only reader of the environment: every setting, its default and its check, in one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


class BadSetting(ValueError):
    """A setting that stops the start; the message names the variable and what it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose; field ``max_body_bytes`` is read from ``MAS_MAX_BODY_BYTES`` and so on."""

    max_body_bytes: int = 1_048_576
    batch_max_line_bytes: int = 65_536


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check every ``MAS_`` variable; raises BadSetting."""
    environ = os.environ if environ is None else environ
    return Settings(
        max_body_bytes=_positive(environ, "MAS_MAX_BODY_BYTES", 1_048_576),
        batch_max_line_bytes=_positive(environ, "MAS_BATCH_MAX_LINE_BYTES", 65_536),
    )


def _positive(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise BadSetting(f"{name} must be a whole number above 0")
    return int(text)
