"""Every language of the page has every text of the page, each filled with the same values, and no two alike."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.web.languages import FOLDER, LANGUAGES

WEB = FOLDER.parent
SCRIPTS = sorted((WEB / "static").rglob("*.js"))
SAID = re.compile(r"""\b(?:t|msg)\((?:[^"()]* \? )?"((?:[^"\\]|\\.)*)"(?: : "((?:[^"\\]|\\.)*)")?""")
IN_TEMPLATE = re.compile(r"\bt\('((?:[^'\\]|\\.)*)'")
HOLES = re.compile(r"\{\w+\}")


def texts_of_the_page() -> set[str]:
    """Return every English text that the page puts into the reader's language."""
    found = set(IN_TEMPLATE.findall((WEB / "templates" / "page.html").read_text(encoding="utf-8")))
    for path in SCRIPTS:
        script = path.read_text(encoding="utf-8")
        found |= {text for pair in SAID.findall(script) for text in pair if text}
    return found


def spoken(path: Path) -> dict[str, str]:
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["texts"]
    return texts


FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_of_the_page_is_without_its_translation(path: Path) -> None:
    assert texts_of_the_page() - spoken(path).keys() == set()


def test_all_languages_have_the_same_texts() -> None:
    assert len({frozenset(spoken(path)) for path in FILES}) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_takes_the_same_values(path: Path) -> None:
    other = {
        text: said for text, said in spoken(path).items() if sorted(HOLES.findall(text)) != sorted(HOLES.findall(said))
    }
    assert other == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_two_texts_are_translated_alike(path: Path) -> None:
    """So that the page can go from one language to the next without a reload."""
    said = [text for text in spoken(path).values() if text]
    assert [text for text in said if said.count(text) > 1] == []


@pytest.mark.parametrize(
    ("asked", "given"),
    [("de-DE,de;q=0.9,en;q=0.8", "de"), ("fr-FR", "fr"), ("it", "it"), ("es-419", "es"), ("en-GB", "en"), ("sv", "en"), ("", "en")],
)  # fmt: skip
def test_the_page_comes_in_the_language_of_the_browser(client: FlaskClient, asked: str, given: str) -> None:
    answer = client.get("/", headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == given
    assert "Accept-Language" in answer.headers["Vary"]
    assert f'<html lang="{given}">' in answer.get_data(as_text=True)


def test_each_language_names_itself() -> None:
    assert {code: language.name for code, language in LANGUAGES.items()} == {
        "en": "English",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "it": "Italiano",
    }
