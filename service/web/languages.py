"""The page's own words: English in the page itself, every other language one file in ``languages/``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ENGLISH = "en"
FOLDER = Path(__file__).parent / "languages"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code (BCP 47), its own name, and its texts by the English ones."""

    code: str
    name: str
    texts: Mapping[str, str]

    @property
    def say(self) -> Callable[..., str]:
        """Return what puts an English text into this language; ``{name}`` in a text takes the value of that name."""

        def said(text: str, **values: object) -> str:
            spoken = self.texts.get(text, text)
            for name, value in values.items():
                spoken = spoken.replace(f"{{{name}}}", str(value))
            return spoken

        return said


def load_languages(folder: Path = FOLDER) -> dict[str, Language]:
    """Return English and the language of each file, by code."""
    found = {ENGLISH: Language(ENGLISH, "English", {})}
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        found[path.stem] = Language(path.stem, content["language"], content["texts"])
    return found


LANGUAGES = load_languages()
