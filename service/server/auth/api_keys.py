"""API keys: a file of names and digests, so that the file alone lets nobody in."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from pathlib import Path

from service.server.settings import BadSetting

_LINE = re.compile(r"([A-Za-z0-9._-]{1,64}):([0-9a-fA-F]{64})")
_WHERE = "MAS_API_KEYS_FILE"


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Callers' names and the SHA-256 digests of their keys (long random ones: a fast digest is enough)."""

    entries: tuple[tuple[str, bytes], ...]

    def caller(self, key: str) -> str | None:
        """Whose key this is; compares with every entry, each in constant time, so that time tells nothing."""
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
        found = None
        for name, known in self.entries:
            if hmac.compare_digest(known, digest):
                found = name
        return found


def load(path: str) -> ApiKeys:
    """Read lines of ``name:sha256hex``; raises BadSetting naming every bad line by its number."""
    try:
        lines = Path(path).read_text("utf-8", "replace").splitlines()
    except OSError:
        raise BadSetting(f"{_WHERE} must be the path of a readable file") from None
    entries: list[tuple[str, bytes]] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        if not (found := _LINE.fullmatch(text)):
            problems.append(f"{_WHERE} line {number} must be name:sha256 of the key in hex")
            continue
        digest = bytes.fromhex(found[2])
        if any(digest == known for _, known in entries):
            problems.append(f"{_WHERE} line {number} repeats a key")
        entries.append((found[1], digest))
    if not entries and not problems:
        problems.append(f"{_WHERE} holds no key")
    if problems:
        raise BadSetting(*problems)
    return ApiKeys(tuple(entries))
