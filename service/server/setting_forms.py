"""The forms a setting's text may take: each is a reader (raises ValueError) and the words that describe it."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
Form = tuple[Callable[[str], T], str]

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key"}
_PLAIN_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?")
_PLAIN_PATH = re.compile(r"(?:/[\w.~%=+@:$-]+)*", re.ASCII)
"""Without what has a meaning of its own in a policy of browsers: no space, comma, semicolon, quote or star."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


def written(value: object) -> str:
    """A setting's value as an operator would write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def whole(low: int, high: int) -> Form[int]:
    """A whole number within two limits."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not low <= int(text) <= high:
            raise ValueError
        return int(text)

    return read, f"a whole number from {low} to {high}"


def one_of(*words: str) -> Form[str]:
    """One of a few words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError
        return text.lower()

    return read, "one of " + ", ".join(words)


def switch() -> Form[bool]:
    """On or off."""
    read, takes = one_of("on", "off")
    return (lambda text: read(text) == "on"), takes


def text() -> Form[str]:
    """Any text."""
    return str, "text"


def readable(path: str) -> str:
    """Return a path if its file can be read now; raises ValueError, for a pipe too, since opening it may wait."""
    if os.path.isfile(path) and os.access(path, os.R_OK):  # noqa: PTH113  # Path raises where it may not look
        return path
    raise ValueError


def file() -> Form[str]:
    """The path of a file that can be read now."""
    return readable, "the path of a readable file"


def authorities() -> Form[str]:
    """The path of a file of certificates that other hosts are checked against."""

    def read(path: str) -> str:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(readable(path))
        except OSError as error:  # an SSLError is one
            raise ValueError from error
        return path

    return read, "the path of a file of PEM certificates"


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if not parts.hostname or parts.query or parts.fragment or parts.username is not None or parts.port == 0:
        raise ValueError  # a port that is no port raises it too
    if parts.scheme not in {"http", "https"}:
        raise ValueError
    return text.rstrip("/")


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ValueError
    return _web_address(text)


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if text == "*":
        return text
    if text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError
    return _web_address(text).lower()


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError
    return text


def web_address() -> Form[str]:
    """An http or https address, kept without a closing slash."""
    return _web_address, "an http or https address without query or user"


def url() -> Form[str]:
    """An https address, kept without a closing slash; plain http only for this host itself."""
    return _url, "an https address without query or user (http only for localhost)"


def _header(text: str) -> str:
    if not _HEADER.fullmatch(text) or text.lower() in _SECRET_HEADERS:
        raise ValueError
    return text


def header() -> Form[str]:
    """The name of a header that holds no secret."""
    return _header, "the name of a header that carries no credentials"


def audit_destination() -> Form[str]:
    """Standard output, or a file that is made when it is not there."""

    def read(text: str) -> str:
        if text != "stdout" and (not text.startswith("/") or text.endswith("/")):
            raise ValueError
        return text

    return read, "stdout or the whole path of a file"


def _several(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(read(part.strip()) for part in text.split(",") if part.strip())


def texts() -> Form[tuple[str, ...]]:
    """Any texts between commas."""
    return _several(str), "texts separated by commas"


def urls() -> Form[tuple[str, ...]]:
    """Addresses between commas."""
    return _several(_url), "https addresses separated by commas"


def origins() -> Form[tuple[str, ...]]:
    """Browser origins between commas."""
    return _several(_origin), "origins such as https://ehr.example separated by commas, or *"


def _issuer(text: str) -> str:
    base, star = (text[:-2], "/*") if text.endswith("/*") else (text, "")
    parts = urlsplit(_url(base))
    if not _PLAIN_HOST.fullmatch(parts.netloc) or not _PLAIN_PATH.fullmatch(parts.path):
        raise ValueError
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}{star}"


def issuers() -> Form[tuple[str, ...]]:
    """Base addresses of FHIR servers between commas; ``/*`` at the end of one stands for all that lie below it."""
    return _several(
        _issuer
    ), "https base addresses separated by commas (/* at the end for all below; http for localhost)"


def _https_origin(text: str) -> str:
    origin = text.removesuffix("/")
    if urlsplit(origin).path:
        raise ValueError
    return _issuer(origin)


def https_origins() -> Form[tuple[str, ...]]:
    """Origins between commas, each named in full and under https; plain http only for this host itself."""
    return _several(
        _https_origin
    ), "https origins such as https://login.example separated by commas (http for localhost)"


def names() -> Form[tuple[str, ...]]:
    """Names of hooks between commas."""
    return _several(_name), "names separated by commas"
