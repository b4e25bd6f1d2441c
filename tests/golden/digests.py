"""What this tree answers to every request, and the digest that was written down for each."""

import hashlib
from pathlib import Path

from tests.golden.answers import answers
from tests.golden.requests import requests

DIGESTS = Path(__file__).parent / "digests.txt"


def digest(answer: str) -> str:
    """Return a short fingerprint of an answer."""
    return hashlib.sha256(answer.encode()).hexdigest()[:12]


def found() -> dict[str, str]:
    """Return every answer by the name of its request; no name may stand for two."""
    asked = [
        (request.name, request.path, request.media, request.body and request.body.decode()) for request in requests()
    ]
    answered = dict(answers(asked))
    assert len(answered) == len(asked)
    return answered


def written_down() -> dict[str, str]:
    """Return the digests of the file by the name of the request."""
    lines = DIGESTS.read_text(encoding="utf-8").splitlines()
    return {name: held for held, _, name in (line.partition(" ") for line in lines)}
